/* SPDX-License-Identifier: Apache-2.0
 * Questionnaires by themselves: which question has what, names, and conditions that read the questions before them
 * (language.md §7). */
#include "compiler/expression.h"

#define QUESTIONS_MAX 200
#define CHOICES_MAX   200

#define Q(KIND) (1u << QUESTION_##KIND)
enum { RANGES = Q(RATING) | Q(MATRIX) | Q(NUMBER), SCALES = Q(RATING) | Q(MATRIX) };
enum { LISTS = Q(CHOICE) | Q(SEVERAL) | Q(MATRIX), DECIDERS = Q(NPS) | Q(RATING) | Q(YES_NO) };
enum { NOT_APPLICABLE = Q(NPS) | Q(RATING) | Q(MATRIX) | Q(CHOICE) | Q(YES_NO) | Q(NUMBER) };

static bool is_one_of(const struct question *q, uint32_t kinds)
{
	return kinds >> q->kind & 1;
}

static void say_form(struct checker *k, struct span span, const struct question *q, const char *what)
{
	diag_question_form(k->diags, span, slice_of(words_QUESTION[q->kind]), slice_of(what));
}

/* ---- what a question has ---- */

static void check_range(struct checker *k, const struct ast_question *t, struct question *q)
{
	q->from = q->to = INT64_MIN;
	if (q->kind == QUESTION_NPS) {
		q->from = 0;
		q->to = 10 * NUMBER_ONE;
	}
	if (!t->range && is_one_of(q, SCALES))
		say_form(k, t->node.span, q, "needs a range, like `1..10`");
	if (!t->range || t->range->kind != AST_RANGE)
		return;
	if (!is_one_of(q, RANGES)) {
		say_form(k, t->range->span, q, q->kind == QUESTION_NPS ? "is always 0..10" : "takes no range");
		return;
	}
	const struct ast_range *r = (const struct ast_range *)t->range;
	if (!r->from || !r->to || r->from->kind != AST_NUMBER || r->to->kind != AST_NUMBER)
		return;
	q->from = ((const struct ast_number *)r->from)->micro;
	q->to = ((const struct ast_number *)r->to)->micro;
	if (q->from >= q->to)
		say_form(k, t->range->span, q, "needs a range that goes up, like `1..10`");
	else if (is_one_of(q, SCALES) &&
	         (q->from % NUMBER_ONE || q->to % NUMBER_ONE || q->to - q->from > 100 * NUMBER_ONE))
		say_form(k, t->range->span, q, "has a scale of whole numbers, at most 101 of them");
}

/* `contains` looks for a part of the answer. */
static void check_parts_of_each_other(struct checker *k, const struct question *q)
{
	for (const struct question_choice *a = q->choices; a; a = a->next)
		for (const struct question_choice *b = q->choices; b; b = b->next)
			if (a != b && slice_find(b->name.text, a->name.text) >= 0)
				diag_option_in_option(k->diags, a->name.span, a->name.text, b->name.text);
}

static void check_choices(struct checker *k, const struct ast_question *t, struct question *q)
{
	struct names seen = {0};
	struct question_choice **last = &q->choices;
	struct option **last_option = (struct option **)&q->options;
	for (const struct ast *i = t->options.first; i; i = i->next) {
		if (i->kind != AST_PAIR)
			continue;
		const struct ast_pair *p = (const struct ast_pair *)i;
		const struct name *other = names_find(&seen, 0, p->key.text);
		if (other) {
			say_duplicate(k->diags, "option", p->key, other->span);
			continue;
		}
		if (seen.count == CHOICES_MAX) {
			diag_too_many(k->diags, p->key.span, SLICE("options of a question"), CHOICES_MAX);
			break;
		}
		names_add(&seen, k->arena, 0, p->key.text, p->key.span, NULL);
		struct question_choice *c = *last = ARENA_NEW(k->arena, struct question_choice);
		c->name = p->key;
		c->text = check_text(k, p->value, FORM_PLAIN);
		last = &c->next;
		struct option *o = *last_option = ARENA_NEW(k->arena, struct option);
		o->name = p->key;
		last_option = &o->next;
	}
	if (seen.count && !is_one_of(q, LISTS))
		say_form(k, t->node.span, q, "takes no options");
	else if (q->kind == QUESTION_MATRIX && !seen.count)
		say_form(k, t->node.span, q, "needs rows: `{ desk \"Front desk\"; phone \"On the phone\" }`");
	else if (q->kind != QUESTION_MATRIX && is_one_of(q, LISTS) && seen.count < 2)
		say_form(k, t->node.span, q, "needs two options or more: `{ one \"One\"; two \"Two\" }`");
	if (q->kind == QUESTION_SEVERAL)
		check_parts_of_each_other(k, q);
}

/* STEP.NAME has these meanings already. */
static bool check_question_name(struct checker *k, struct ast_name name)
{
	static const char *const words[] = {"done", "satisfied", "answers", "failed"};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (!slice_is(name.text, words[i]))
			continue;
		diag_reserved_name(k->diags, name.span, name.text);
		return false;
	}
	return true;
}

static struct question *check_question(struct checker *k, const struct ast_question *t)
{
	struct question *q = ARENA_NEW(k->arena, struct question);
	*q = (struct question){.name = t->name, .required = t->required, .decides = t->decides};
	while (!slice_is(t->kind.text, words_QUESTION[q->kind]))
		q->kind++;
	check_question_name(k, t->name);
	q->text = check_text(k, t->text, FORM_PLAIN);
	check_range(k, t, q);
	check_choices(k, t, q);
	if (t->decides && !is_one_of(q, DECIDERS))
		say_form(k, t->node.span, q, "cannot decide: questions of kinds nps, rating and yes_no do");
	if (t->na && !is_one_of(q, NOT_APPLICABLE))
		say_form(k, t->na->span, q, "takes no `na`: it may be left empty");
	q->na = t->na ? check_text(k, t->na, FORM_PLAIN) : NULL;
	return q;
}

/* ---- conditions ---- */

static struct ast_name part(const struct ast_path *p, uint32_t index)
{
	const struct ast *w = p->parts.first;
	while (w && index-- > 0)
		w = w->next;
	return w && w->kind == AST_WORD ? ((const struct ast_word *)w)->name : (struct ast_name){{"", 0}, p->node.span};
}

static struct expr *unknown_question(struct checker *k, struct ast_name name)
{
	struct slice words[QUESTIONS_MAX];
	size_t count = 0;
	for (const struct question *q = k->asking->questions; q && count < QUESTIONS_MAX; q = q->next)
		words[count++] = q->name.text;
	struct diag *g = diag_unknown_name(k->diags, name.span, SLICE("question"), name.text);
	int near = diag_nearest(name.text, words, count);
	if (near >= 0)
		diag_fix(k->diags, g, name.span, words[near], FIX_MAYBE, "did you mean `%.*s`?",
		         SLICE_ARG(words[near]));
	else
		diag_note(k->diags, g, "a condition of a questionnaire reads its questions only");
	return expr_poison(k, name.span);
}

/* A slot of no sequence, made at its first use. */
static struct variable *answer_alone(struct checker *k, struct slice key, struct ast_name name, struct type type)
{
	struct questionnaire *n = (struct questionnaire *)k->asking;
	for (struct variable *v = n->answers; v; v = v->next)
		if (slice_eq(v->key, key))
			return v;
	struct variable *v = ARENA_NEW(k->arena, struct variable);
	*v = (struct variable){.name = name, .type = type, .kind = SLOT_ANSWER, .key = key, .next = n->answers};
	return n->answers = v;
}

struct expr *question_path(struct checker *k, const struct ast_path *p)
{
	struct ast_name name = part(p, 0);
	const struct question *q = k->asking->questions;
	bool before = true;
	for (; q && !slice_eq(q->name.text, name.text); q = q->next)
		before &= q != k->asked;
	if (!q)
		return unknown_question(k, name);
	if (!before || q == k->asked) {
		struct diag *g = diag_later_question(k->diags, name.span, name.text);
		diag_label(k->diags, g, q->name.span, "it is asked here");
		diag_label(k->diags, g, k->asked->name.span, "this question reads it");
		return expr_poison(k, p->node.span);
	}
	struct slice key;
	struct type type;
	if (!question_value(k, q, p, 1, &key, &type))
		return expr_poison(k, p->node.span);
	struct ast_name told = {arena_copy(k->arena, key), p->node.span};
	return slot_expr(k, answer_alone(k, told.text, told, type), p->node.span);
}

static struct expr *check_when(struct checker *k, const struct ast *tree, struct questionnaire *n,
                               const struct question *asked)
{
	k->asking = n;
	k->asked = asked;
	struct expr *e = check_condition(k, tree);
	k->asking = NULL;
	k->asked = NULL;
	return e;
}

/* ---- the whole ---- */

static void check_questions(struct checker *k, const struct ast_questionnaire *t, struct questionnaire *n)
{
	struct names seen = {0};
	struct question **last = &n->questions;
	for (const struct ast *i = t->items.first; i; i = i->next) {
		if (i->kind != AST_QUESTION)
			continue;
		struct ast_name name = ((const struct ast_question *)i)->name;
		const struct name *other = names_find(&seen, 0, name.text);
		if (other) {
			say_duplicate(k->diags, "question", name, other->span);
			continue;
		}
		if (seen.count == QUESTIONS_MAX) {
			diag_too_many(k->diags, name.span, SLICE("questions"), QUESTIONS_MAX);
			return;
		}
		*last = check_question(k, (const struct ast_question *)i);
		names_add(&seen, k->arena, 0, name.text, name.span, *last);
		last = &(*last)->next;
	}
	for (const struct ast *i = t->items.first; i; i = i->next) {
		const struct ast_question *q = (const struct ast_question *)i;
		struct name *known = i->kind == AST_QUESTION && q->when ? names_find(&seen, 0, q->name.text) : NULL;
		if (known && ((struct question *)known->object)->name.span.start == q->name.span.start)
			((struct question *)known->object)->when = check_when(k, q->when, n, known->object);
	}
}

static void check_rest(struct checker *k, const struct ast_questionnaire *t, struct questionnaire *n)
{
	const struct ast *satisfied = NULL, *title = t->title;
	for (const struct ast *i = t->items.first; i; i = i->next) {
		const struct ast **slot = i->kind == AST_SATISFIED_WHEN ? &satisfied
		                          : i->kind == AST_TITLE        ? &title
		                                                        : NULL;
		if (!slot)
			continue;
		if (*slot) {
			struct diag *g = diag_given_twice(
			        k->diags, i->span, i->kind == AST_TITLE ? SLICE("title") : SLICE("satisfied when"));
			diag_label(k->diags, g, (*slot)->span, "first given here");
			continue;
		}
		*slot = i;
	}
	if (title && title->kind == AST_TITLE)
		title = ((const struct ast_title *)title)->text;
	n->title = check_text(k, title, FORM_PLAIN);
	if (satisfied)
		n->satisfied = check_when(k, ((const struct ast_satisfied_when *)satisfied)->expr, n, NULL);
}

static void find_localised(struct questionnaire *n)
{
	n->localised = n->title && n->title->localised;
	for (const struct question *q = n->questions; q; q = q->next) {
		n->localised |= (q->text && q->text->localised) || (q->na && q->na->localised);
		for (const struct question_choice *c = q->choices; c; c = c->next)
			n->localised |= c->text && c->text->localised;
	}
}

struct questionnaire *check_questionnaire(struct checker *k, struct declaration *d)
{
	if (d->questionnaire)
		return d->questionnaire;
	const struct ast_questionnaire *t = (const struct ast_questionnaire *)d->tree;
	struct checker alone = {.c = k->c,
	                        .arena = &k->c->arena,
	                        .keep = k->keep,
	                        .diags = k->diags,
	                        .workspace = k->workspace,
	                        .module = d->module};
	struct questionnaire *n = d->questionnaire = ARENA_NEW(alone.arena, struct questionnaire);
	n->name = d->name;
	check_questions(&alone, t, n);
	check_rest(&alone, t, n);
	find_localised(n);
	if (!n->questions) {
		struct diag *g = diag_missing_part(k->diags, d->name.span, SLICE("question"), SLICE("questionnaire"),
		                                   d->name.text);
		diag_note(k->diags, g, "a question is, for example, `rating overall \"How was it?\" 1..10`");
	}
	return n;
}
