/* SPDX-License-Identifier: Apache-2.0
 * What steps that are no messages let one ask about: facts, outcomes of tasks, what webhooks return, answers and
 * `satisfied`. It is known before the step itself is checked, since an exit may ask for it, too. */
#include "compiler/expression.h"

static struct ast_name part(const struct ast_path *p, uint32_t index)
{
	const struct ast *w = p->parts.first;
	while (w && index-- > 0)
		w = w->next;
	return w && w->kind == AST_WORD ? ((const struct ast_word *)w)->name : (struct ast_name){{"", 0}, p->node.span};
}

/* ---- facts ---- */

#define F(FACT) (1u << FACT_##FACT)

uint32_t facts_of(enum plan_step_kind kind)
{
	switch (kind) {
	case STEP_TASK:
	case STEP_WEBHOOK: return F(DONE) | F(FAILED);
	case STEP_ASK: return F(DONE);
	case STEP_OFFER:
	case STEP_REVIEW: return F(DONE) | F(CLICKED);
	case STEP_ALERT:
	case STEP_THANKS:
	case STEP_HANDOFF: return 0;
	default: return ~F(DONE); /* messages */
	}
}

struct slice facts_told(struct checker *k, enum plan_step_kind kind)
{
	struct slice all = {"", 0};
	for (int i = 0; i < FACT_COUNT; i++)
		if (facts_of(kind) >> i & 1)
			all = arena_printf(k->arena, "%.*s%s%s", SLICE_ARG(all), all.n ? ", " : "", words_FACT[i]);
	return all.n ? all : SLICE("nothing");
}

/* ---- what a step promises ---- */

static const struct option *check_outcomes(struct checker *k, const struct ast_outcomes *t)
{
	struct option *first = NULL, **last = &first;
	struct names seen = {0};
	for (const struct ast *i = t->names.first; i; i = i->next) {
		struct ast_name name = i->kind == AST_WORD ? ((const struct ast_word *)i)->name : (struct ast_name){0};
		const struct name *other = names_find(&seen, 0, name.text);
		if (other)
			say_duplicate(k->diags, "outcome", name, other->span);
		if (!name.text.n || other)
			continue;
		names_add(&seen, k->arena, 0, name.text, name.span, NULL);
		*last = ARENA_NEW(k->arena, struct option);
		(*last)->name = name;
		last = &(*last)->next;
	}
	return first;
}

static struct field *check_returns(struct checker *k, const struct ast_returns *t)
{
	struct field *first = NULL, **last = &first;
	struct names seen = {0};
	for (const struct ast *i = t->fields.first; i; i = i->next) {
		struct field *f = check_field(k, i, &seen, 0, true);
		if (!f)
			continue;
		if (f->required || f->has_fallback)
			diag_part_not_here(k->diags, f->name.span, f->required ? SLICE("required") : SLICE("default"),
			                   SLICE("what a webhook returns: it is absent until it is answered"));
		*last = f;
		last = &f->next;
	}
	return first;
}

static const struct ast *find_part(const struct ast_list *parts, enum ast_kind kind)
{
	const struct ast *i = parts->first;
	while (i && i->kind != kind)
		i = i->next;
	return i;
}

void check_step_shape(struct checker *k, struct step *s)
{
	const struct ast *part_tree;
	if (s->action || !s->tree || (s->tree->kind != AST_TASK && s->tree->kind != AST_STEP))
		return;
	struct action *a = s->action = ARENA_NEW(k->arena, struct action);
	if (s->tree->kind == AST_TASK) {
		part_tree = find_part(&((const struct ast_task *)s->tree)->parts, AST_OUTCOMES);
		if (part_tree)
			a->outcomes = check_outcomes(k, (const struct ast_outcomes *)part_tree);
		return;
	}
	const struct ast_step *t = (const struct ast_step *)s->tree;
	if (s->plan_kind == STEP_WEBHOOK) {
		part_tree = find_part(&t->parts, AST_RETURNS);
		if (part_tree)
			a->returns = check_returns(k, (const struct ast_returns *)part_tree);
	} else if (s->plan_kind == STEP_ASK && t->using) {
		struct module *m = s->frame ? s->frame->fragment->module : k->sequence->module;
		struct declaration *d = resolve_path(k->c, m, t->using, DECLARES_QUESTIONNAIRE);
		a->questionnaire = d ? check_questionnaire(k, d) : NULL;
		k->sequence->localised |= a->questionnaire && a->questionnaire->localised;
	}
}

/* The slot of that step, named as the language writes it; an EXPR_SLOT of it, or poisoned. */
static struct expr *own_slot(struct checker *k, enum plan_slot_kind kind, struct step *s, struct slice key,
                             struct type type, struct span span)
{
	struct slice word = key.n ? key : slice_of(words_SLOT[kind]);
	struct ast_name kept = {arena_copy(k->arena, key), span};
	struct variable *v = check_slot(k, kind, s, kept, type);
	if (!v)
		return expr_poison(k, span);
	v->name.text = arena_printf(k->arena, "%.*s.%.*s", SLICE_ARG(s->name.text), SLICE_ARG(word));
	return slot_expr(k, v, span);
}

static struct expr *answer_slot(struct checker *k, struct step *ask, struct slice key, struct type type,
                                struct span span)
{
	return own_slot(k, SLOT_ANSWER, ask, key, type, span);
}

/* ---- tasks and webhooks ---- */

struct expr *outcome_expr(struct checker *k, struct step *s, struct ast_name outcome, struct span span)
{
	check_step_shape(k, s);
	struct type type = {.kind = TYPE_ONE_OF, .options = s->action ? s->action->outcomes : NULL};
	if (s->plan_kind != STEP_TASK || !type.options) {
		diag_no_outcome(k->diags, outcome.span, s->name.text, slice_of(s->kind));
		return expr_poison(k, span);
	}
	const struct option *o = type.options;
	while (o && !slice_eq(o->name.text, outcome.text))
		o = o->next;
	if (!o) {
		expr_say_option(k, outcome.text, outcome.span, &type);
		return expr_poison(k, span);
	}
	struct expr *slot = own_slot(k, SLOT_OUTCOME, s, (struct slice){"", 0}, type, span);
	if (slot->kind == EXPR_POISON)
		return slot;
	struct constant c = {.type = TYPE_ONE_OF, .text = outcome.text};
	struct expr *e = expr_leaf(k, EXPR_EQ, (struct type){.kind = TYPE_YES_NO}, span);
	e->left = slot;
	e->right = expr_constant(k, c, outcome.span);
	e->right->type.options = type.options;
	e->depth = 2;
	return e;
}

static struct expr *returned(struct checker *k, struct step *s, struct ast_name name, struct span span)
{
	struct field *f = s->action->returns;
	while (f && !slice_eq(f->name.text, name.text))
		f = f->next;
	s->returns_read |= !k->probing; /* or its facts */
	return f ? own_slot(k, SLOT_RETURN, s, f->name.text, f->type, span) : NULL;
}

/* ---- answers ---- */

bool question_value(struct checker *k, const struct question *q, const struct ast_path *p, uint32_t at,
                    struct slice *key, struct type *type)
{
	static const enum plan_type types[QUESTION_COUNT] = {
	        [QUESTION_NPS] = TYPE_NUMBER,    [QUESTION_RATING] = TYPE_NUMBER, [QUESTION_CHOICE] = TYPE_ONE_OF,
	        [QUESTION_SEVERAL] = TYPE_TEXT,  [QUESTION_MATRIX] = TYPE_NUMBER, [QUESTION_TEXT] = TYPE_TEXT,
	        [QUESTION_YES_NO] = TYPE_YES_NO, [QUESTION_NUMBER] = TYPE_NUMBER, [QUESTION_DATE] = TYPE_DATE,
	};
	*type = (struct type){.kind = types[q->kind], .options = q->kind == QUESTION_MATRIX ? NULL : q->options};
	*key = q->name.text;
	bool has_row = p->parts.count > at;
	struct ast_name row = part(p, at);
	if (q->kind != QUESTION_MATRIX) {
		if (has_row)
			diag_unknown_name(k->diags, row.span, SLICE("part of an answer"), row.text);
		return !has_row;
	}
	const struct type rows = {.kind = TYPE_ONE_OF, .options = q->options};
	for (const struct option *o = q->options; has_row && o; o = o->next) {
		if (!slice_eq(o->name.text, row.text))
			continue;
		*key = arena_printf(k->arena, "%.*s.%.*s", SLICE_ARG(q->name.text), SLICE_ARG(row.text));
		return p->parts.count == at + 1;
	}
	if (has_row) {
		expr_say_option(k, row.text, row.span, &rows);
		return false;
	}
	struct slice example = q->options ? q->options->name.text : SLICE("row");
	struct diag *g =
	        diag_wrong_type(k->diags, p->node.span, SLICE("a row of the matrix"), SLICE("the whole of it"));
	diag_fix(k->diags, g, (struct span){p->node.span.source, p->node.span.end, p->node.span.end},
	         arena_printf(k->arena, ".%.*s", SLICE_ARG(example)), FIX_MAYBE, "name a row, like `%.*s.%.*s`",
	         SLICE_ARG(p->text.text), SLICE_ARG(example));
	return false;
}

static const struct question *find_question(const struct questionnaire *n, struct slice key)
{
	for (const struct question *q = n->questions; q; q = q->next) {
		struct slice head = {key.p, key.n < q->name.text.n ? key.n : q->name.text.n};
		if (slice_eq(head, q->name.text) && (key.n == head.n || key.p[head.n] == '.'))
			return q;
	}
	return NULL;
}

bool answer_is_sure(const struct checker *k, const struct variable *v)
{
	if (v->kind != SLOT_ANSWER || !v->step || !flow_is_present(&k->flow, v->step))
		return false;
	if (slice_is(v->key, "answers"))
		return true;
	const struct question *q = find_question(v->step->action->questionnaire, v->key);
	return q && q->required && !q->when && !q->na;
}

struct expr *answers_of(struct checker *k, struct step *ask, const struct expr *e)
{
	if (!e)
		return NULL;
	if (e->kind == EXPR_SLOT)
		return answer_slot(k, ask, e->variable->key, e->type, e->span);
	struct expr *copy = ARENA_NEW(k->arena, struct expr);
	*copy = *e;
	copy->left = answers_of(k, ask, e->left);
	copy->right = answers_of(k, ask, e->right);
	copy->next = answers_of(k, ask, e->next);
	copy->options = answers_of(k, ask, e->options);
	return copy;
}

/* ---- satisfied ---- */

static bool reads(const struct expr *e, struct slice name)
{
	if (!e)
		return false;
	if (e->kind == EXPR_SLOT && slice_eq(e->variable->key, name))
		return true;
	return reads(e->left, name) || reads(e->right, name) || reads(e->next, name) || reads(e->options, name);
}

/* The questions of which one must be answered: marked ones, else all nps and ratings, else what `satisfied when` reads.
 */
static bool decides(const struct questionnaire *n, const struct question *q)
{
	bool marked = false, scales = false;
	for (const struct question *i = n->questions; i; i = i->next) {
		marked |= i->decides;
		scales |= i->kind == QUESTION_NPS || i->kind == QUESTION_RATING;
	}
	if (marked)
		return q->decides;
	if (scales)
		return q->kind == QUESTION_NPS || q->kind == QUESTION_RATING;
	return reads(n->satisfied, q->name.text);
}

static struct expr *combine(struct checker *k, enum expr_kind kind, struct expr *left, struct expr *right,
                            struct span span)
{
	if (!left || !right)
		return left ? left : right;
	struct expr *e = expr_leaf(k, kind, (struct type){.kind = TYPE_YES_NO}, span);
	e->left = left;
	e->right = right;
	e->depth = right->depth + 1 > left->depth ? right->depth + 1 : left->depth;
	return e;
}

static struct expr *alone(struct checker *k, enum expr_kind kind, struct expr *operand, struct span span)
{
	struct expr *e = expr_leaf(k, kind, (struct type){.kind = TYPE_YES_NO}, span);
	e->left = operand;
	e->depth = operand->depth;
	return e;
}

/* Passed, or not answered: nps at least 7, a rating at least 0.6 of the top of its scale, yes. */
static struct expr *passes(struct checker *k, const struct question *q, struct expr *slot, struct span span)
{
	struct constant bound = {.type = TYPE_NUMBER,
	                         .value = q->kind == QUESTION_NPS ? 7 * NUMBER_ONE : q->to / 10 * 6};
	if (q->kind == QUESTION_YES_NO)
		bound = (struct constant){.type = TYPE_YES_NO, .value = 0};
	enum expr_kind fails = q->kind == QUESTION_YES_NO ? EXPR_EQ : EXPR_LT;
	return alone(k, EXPR_NOT, combine(k, fails, slot, expr_constant(k, bound, span), span), span);
}

struct expr *satisfied_expr(struct checker *k, struct step *ask, struct span span)
{
	const struct questionnaire *n = ask->action->questionnaire;
	struct expr *answered = NULL, *rule = NULL;
	for (const struct question *q = n->questions; q; q = q->next) {
		if (!decides(n, q))
			continue;
		struct expr *slot = NULL;
		for (const struct option *row = q->kind == QUESTION_MATRIX ? q->options : NULL; row; row = row->next) {
			struct slice key =
			        arena_printf(k->arena, "%.*s.%.*s", SLICE_ARG(q->name.text), SLICE_ARG(row->name.text));
			slot = answer_slot(k, ask, key, (struct type){.kind = TYPE_NUMBER}, span);
			answered = combine(k, EXPR_OR, answered, alone(k, EXPR_IS_SET, slot, span), span);
		}
		if (slot)
			continue;
		struct ast_path path = {.node = {.span = span}, .parts = {.count = 0}};
		struct slice key;
		struct type type;
		question_value(k, q, &path, 1, &key, &type);
		slot = answer_slot(k, ask, key, type, span);
		answered = combine(k, EXPR_OR, answered, alone(k, EXPR_IS_SET, slot, span), span);
		if (!n->satisfied)
			rule = combine(k, EXPR_AND, rule, passes(k, q, slot, span), span);
	}
	if (n->satisfied)
		rule = answers_of(k, ask, n->satisfied);
	if (!answered) {
		if (!n->satisfied || n->satisfied->kind != EXPR_POISON)
			diag_nothing_decides(k->diags, span, n->name.text);
		return expr_poison(k, span);
	}
	if (rule->kind == EXPR_POISON)
		return rule;
	struct expr *done = expr_leaf(k, EXPR_FACT, (struct type){.kind = TYPE_YES_NO}, span);
	done->step = ask;
	done->fact = FACT_DONE;
	struct expr *e = combine(k, EXPR_AND, combine(k, EXPR_AND, done, answered, span), rule, span);
	e->step = ask; /* it is ASK.satisfied as a whole */
	return e;
}

static struct expr *answer(struct checker *k, struct step *s, struct ast_name name, const struct ast_path *p)
{
	const struct questionnaire *n = s->action->questionnaire;
	struct span span = p->node.span;
	if (!n) /* said */
		return expr_poison(k, span);
	if (slice_is(name.text, "satisfied") && p->parts.count == 2)
		return satisfied_expr(k, s, span);
	if (slice_is(name.text, "answers") && p->parts.count == 2)
		return answer_slot(k, s, name.text, (struct type){.kind = TYPE_TEXT}, span);
	if (slice_is(name.text, "done"))
		return NULL;
	struct slice words[64] = {SLICE("satisfied"), SLICE("answers"), SLICE("done")};
	size_t count = 3;
	for (const struct question *q = n->questions; q; q = q->next) {
		struct slice key;
		struct type type;
		if (count < 64)
			words[count++] = q->name.text;
		if (!slice_eq(q->name.text, name.text))
			continue;
		return question_value(k, q, p, 2, &key, &type) ? answer_slot(k, s, key, type, span)
		                                               : expr_poison(k, span);
	}
	struct diag *g = diag_unknown_name(k->diags, name.span, SLICE("question"), name.text);
	diag_label(k->diags, g, n->name.span, "the questionnaire");
	int near = diag_nearest(name.text, words, count);
	if (near >= 0)
		diag_fix(k->diags, g, name.span, words[near], FIX_MAYBE, "did you mean `%.*s`?",
		         SLICE_ARG(words[near]));
	return expr_poison(k, span);
}

struct expr *step_value(struct checker *k, struct step *s, const struct ast_path *p)
{
	check_step_shape(k, s);
	if (s->plan_kind == STEP_ASK && s->action)
		return answer(k, s, part(p, 1), p);
	if (s->plan_kind == STEP_WEBHOOK && s->action && p->parts.count == 2)
		return returned(k, s, part(p, 1), p->node.span);
	return NULL;
}

/* ---- options without a branch ---- */

/* Whether the arm asks for values of one slot that has fixed options: which slot. */
static const struct variable *asks_for(const struct expr *e)
{
	const struct expr *slot = e->kind == EXPR_EQ || e->kind == EXPR_IN ? e->left : NULL;
	bool fixed = slot && slot->kind == EXPR_SLOT && slot->type.kind == TYPE_ONE_OF && slot->type.options;
	if (fixed && e->kind == EXPR_EQ)
		fixed = e->right->kind == EXPR_CONSTANT;
	for (const struct expr *o = fixed ? e->options : NULL; o; o = o->next)
		fixed &= o->kind == EXPR_CONSTANT;
	return fixed ? slot->variable : NULL;
}

static bool takes(const struct expr *e, struct slice option)
{
	if (e->kind == EXPR_EQ)
		return slice_eq(e->right->constant.text, option);
	for (const struct expr *o = e->options; o; o = o->next)
		if (slice_eq(o->constant.text, option))
			return true;
	return false;
}

void check_options_taken(struct checker *k, const struct node *first, struct span span)
{
	const struct variable *v = first ? asks_for(first->expr) : NULL;
	struct slice left = {"", 0};
	for (const struct node *n = first; n; n = n->otherwise)
		if (n->kind != NODE_WHEN || !v || asks_for(n->expr) != v)
			return;
	for (const struct option *o = v ? v->type.options : NULL; o; o = o->next) {
		bool taken = false;
		for (const struct node *n = first; n && !taken; n = n->otherwise)
			taken = takes(n->expr, o->name.text);
		if (!taken)
			left = arena_printf(k->arena, "%.*s%s%.*s", SLICE_ARG(left), left.n ? ", " : "",
			                    SLICE_ARG(o->name.text));
	}
	if (left.n)
		diag_option_without_branch(k->diags, span, left);
}
