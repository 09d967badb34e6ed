/* SPDX-License-Identifier: Apache-2.0
 * A condition is taken apart into atoms, each about one value: the set of values for which it is yes. An atom is
 * never, always or sometimes yes as that set lies to what is known. What is no such atom (`contains`, two fields
 * compared) is a value of its own that is yes or no. */
#include "compiler/analyze/values.h"
#include "base/civil.h"
#include <string.h>

#define SPLITS_MAX 8 /* alternatives within each other that are followed */

static const char today_is_one; /* its address is the subject of `today` */

/* ---- sets of values ---- */

static const struct ranges nothing = {.absent = false};
static const struct ranges everything = {.absent = true, .count = 1, .at = {{INT64_MIN, INT64_MAX}}};

static struct ranges between(int64_t from, int64_t to)
{
	return (struct ranges){.count = from <= to, .at = {{from, to}}};
}

static void add_range(struct ranges *r, struct range one)
{
	if (r->count < RANGES_MAX)
		r->at[r->count++] = one;
	else /* more than is true: what is between them, too */
		r->at[r->count - 1].to = one.to;
}

static struct ranges both(const struct ranges *a, const struct ranges *b)
{
	struct ranges out = {.absent = a->absent && b->absent};
	for (uint32_t i = 0, j = 0; i < a->count && j < b->count;) {
		int64_t from = a->at[i].from > b->at[j].from ? a->at[i].from : b->at[j].from;
		int64_t to = a->at[i].to < b->at[j].to ? a->at[i].to : b->at[j].to;
		if (from <= to)
			add_range(&out, (struct range){from, to});
		if (a->at[i].to < b->at[j].to)
			i++;
		else
			j++;
	}
	return out;
}

static struct ranges either(const struct ranges *a, const struct ranges *b)
{
	struct ranges out = {.absent = a->absent || b->absent};
	uint32_t i = 0, j = 0;
	while (i < a->count || j < b->count) {
		bool left = j == b->count || (i < a->count && a->at[i].from <= b->at[j].from);
		struct range one = left ? a->at[i++] : b->at[j++];
		struct range *last = out.count ? &out.at[out.count - 1] : NULL;
		if (!last || (last->to != INT64_MAX && one.from > last->to + 1))
			add_range(&out, one);
		else if (one.to > last->to)
			last->to = one.to;
	}
	return out;
}

/* Exact for sets that are written: they have few ranges. */
static struct ranges others(const struct ranges *r)
{
	struct ranges out = {.absent = !r->absent};
	int64_t from = INT64_MIN;
	for (uint32_t i = 0; i < r->count; i++) {
		if (r->at[i].from > from)
			add_range(&out, (struct range){from, r->at[i].from - 1});
		if (r->at[i].to == INT64_MAX)
			return out;
		from = r->at[i].to + 1;
	}
	add_range(&out, (struct range){from, INT64_MAX});
	return out;
}

static bool is_empty(const struct ranges *r)
{
	return !r->absent && !r->count;
}

static bool same(const struct ranges *a, const struct ranges *b)
{
	return a->absent == b->absent && a->count == b->count && memcmp(a->at, b->at, sizeof *a->at * a->count) == 0;
}

static bool within(const struct ranges *a, const struct ranges *b)
{
	struct ranges common = both(a, b);
	return same(&common, a);
}

/* ---- what a subject can be at all ---- */

static bool same_subject(const struct subject *a, const struct subject *b)
{
	return a->what == b->what && a->fact == b->fact;
}

const struct question *values_question(const struct variable *v)
{
	const struct questionnaire *n = v->step && v->step->action ? v->step->action->questionnaire : NULL;
	for (const struct question *q = n ? n->questions : NULL; q; q = q->next) {
		struct slice head = {v->key.p, v->key.n < q->name.text.n ? v->key.n : q->name.text.n};
		if (slice_eq(head, q->name.text) && (v->key.n == head.n || v->key.p[head.n] == '.'))
			return q;
	}
	return NULL;
}

static struct ranges of_type(const struct type *t)
{
	uint32_t options = 0;
	if (t->kind == TYPE_YES_NO)
		return between(0, 1);
	if (t->kind != TYPE_ONE_OF || !t->options)
		return between(INT64_MIN, INT64_MAX);
	for (const struct option *o = t->options; o; o = o->next)
		options++;
	return between(0, (int64_t)options - 1);
}

/* An exit that takes everybody of whom the fact is told: so it is told of nobody who is still here. */
static const struct exit_rule *exit_of(const struct values *v, const struct step *s, enum plan_fact fact)
{
	enum plan_trigger trigger = fact == FACT_REPLIED   ? TRIGGER_REPLY
	                            : fact == FACT_CLICKED ? TRIGGER_CLICK
	                            : fact == FACT_OPENED  ? TRIGGER_OPEN
	                                                   : TRIGGER_COUNT;
	for (const struct exit_rule *x = trigger == TRIGGER_COUNT ? NULL : v->sequence->exits; x; x = x->next)
		if (x->trigger == trigger && (!x->step || x->step == s))
			return x;
	return NULL;
}

static bool is_ahead(const struct values *v, const struct step *s)
{
	return s && !v->any_time && v->reached && s->index < v->sequence->step_count && !v->reached[s->index];
}

static struct known fact_by_itself(const struct values *v, const struct subject *s)
{
	const struct step *step = s->example->step;
	const struct exit_rule *x = exit_of(v, step, s->example->fact);
	struct known k = {.subject = *s, .ranges = between(0, 1)};
	if (is_ahead(v, step)) {
		k.ranges = between(0, 0);
		k.origin = (struct origin){.kind = FROM_ORDER, .span = step->name.span};
	} else if (x) {
		k.ranges = between(0, 0);
		k.origin = (struct origin){.kind = FROM_EXIT, .span = x->span};
	}
	return k;
}

/* What is known of it everywhere. */
static struct known by_itself(const struct values *v, const struct subject *s)
{
	const struct expr *e = s->example;
	struct known k = {.subject = *s, .ranges = everything};
	if (e->kind == EXPR_FACT)
		return fact_by_itself(v, s);
	if (s->what == &today_is_one)
		k.ranges.absent = false;
	if (e->kind == EXPR_FIELD) {
		k.ranges = of_type(&e->field->type);
		k.ranges.absent = !e->field->always;
		k.origin = (struct origin){.kind = FROM_DECLARATION, .span = e->field->name.span};
	} else if (e->kind == EXPR_VARIABLE) {
		k.ranges = of_type(&e->variable->type);
		k.ranges.absent = true;
	} else if (e->kind == EXPR_SLOT) {
		const struct question *q = values_question(e->variable);
		k.ranges = of_type(&e->variable->type);
		if (q && q->from != INT64_MIN && e->variable->type.kind == TYPE_NUMBER)
			k.ranges = between(q->from, q->to);
		k.ranges.absent = true;
		k.origin.kind = FROM_DECLARATION;
		k.origin.span = q ? q->name.span : e->variable->name.span;
		if (is_ahead(v, e->variable->step)) {
			k.ranges = nothing;
			k.ranges.absent = true;
			k.origin = (struct origin){.kind = FROM_ORDER, .span = e->variable->step->name.span};
		}
	} else if (e->kind != EXPR_TODAY) {
		bool ahead = e->kind == EXPR_AND && is_ahead(v, e->step); /* ASK.satisfied */
		k.ranges = between(0, !ahead);
		if (ahead)
			k.origin = (struct origin){.kind = FROM_ORDER, .span = e->step->name.span};
	}
	return k;
}

/* ---- knowledge ---- */

static struct known *find(struct knowledge *k, const struct subject *s)
{
	for (uint32_t i = 0; i < k->count; i++)
		if (same_subject(&k->items[i].subject, s))
			return &k->items[i];
	return NULL;
}

static struct known known_of(const struct values *v, const struct knowledge *k, const struct subject *s)
{
	for (uint32_t i = 0; i < k->count; i++)
		if (same_subject(&k->items[i].subject, s))
			return k->items[i];
	return by_itself(v, s);
}

static void forget_at(struct knowledge *k, uint32_t i)
{
	k->items[i] = k->items[--k->count];
}

static void learn(struct knowledge *k, const struct subject *s, const struct ranges *r, const struct origin *origin)
{
	struct known *item = find(k, s);
	if (!item && k->count == KNOWN_MAX)
		return;
	if (!item)
		item = &k->items[k->count++];
	*item = (struct known){.subject = *s, .ranges = *r, .origin = *origin};
}

struct knowledge *knowledge_copy(struct values *v, const struct knowledge *from)
{
	struct knowledge *k = v->spare;
	if (k)
		v->spare = k->next;
	else
		k = ARENA_NEW(v->arena, struct knowledge);
	k->dead = from && from->dead;
	k->count = from ? from->count : 0;
	k->next = NULL;
	if (k->count)
		memcpy(k->items, from->items, sizeof *k->items * k->count);
	return k;
}

void knowledge_drop(struct values *v, struct knowledge *k)
{
	k->next = v->spare;
	v->spare = k;
}

void knowledge_join(struct values *v, struct knowledge *k, const struct knowledge *other)
{
	if (other->dead)
		return;
	if (k->dead) {
		struct knowledge *next = k->next;
		memcpy(k->items, other->items, sizeof *k->items * other->count);
		k->count = other->count;
		k->dead = false;
		k->next = next;
		return;
	}
	for (uint32_t i = 0; i < k->count;) {
		struct known *a = &k->items[i], b = known_of(v, other, &a->subject), top = by_itself(v, &a->subject);
		a->ranges = either(&a->ranges, &b.ranges);
		if (within(&top.ranges, &a->ranges))
			forget_at(k, i);
		else
			i++;
	}
}

/* Whether its value, once it is there, stays as it is; and then whether it may yet come. */
static bool stays(const struct expr *e, bool *may_come)
{
	*may_come = e->kind == EXPR_SLOT;
	switch (e->kind) {
	case EXPR_FIELD: return e->field->input;
	case EXPR_VARIABLE: return true;
	case EXPR_SLOT:
		return e->variable->kind == SLOT_ANSWER || e->variable->kind == SLOT_OUTCOME ||
		       e->variable->kind == SLOT_RETURN;
	default: return false;
	}
}

/* Only what is written, inputs and variables. */
static bool is_steady(const struct expr *e)
{
	bool may_come;
	if (!e || e->kind == EXPR_CONSTANT)
		return true;
	if (e->kind == EXPR_FIELD || e->kind == EXPR_VARIABLE)
		return stays(e, &may_come);
	if (e->kind == EXPR_SLOT || e->kind == EXPR_FACT || e->kind == EXPR_TODAY || e->kind == EXPR_BUILTIN ||
	    e->kind == EXPR_MOMENT)
		return false;
	return is_steady(e->left) && is_steady(e->right) && is_steady(e->next) && is_steady(e->options);
}

/* Facts that happened have happened; that a message was sent may yet turn out otherwise (rule 2). */
static bool is_final(const struct known *k)
{
	enum plan_fact f = k->subject.example->fact;
	bool yes = k->ranges.count == 1 && k->ranges.at[0].from == 1;
	return yes && (f == FACT_CLICKED || f == FACT_OPENED || f == FACT_REPLIED || f == FACT_DONE);
}

void knowledge_pass(struct knowledge *k)
{
	for (uint32_t i = 0; i < k->count;) {
		struct known *item = &k->items[i];
		const struct expr *e = item->subject.example;
		bool may_come = false;
		bool satisfied = e->kind == EXPR_AND && e->step && item->ranges.count && item->ranges.at[0].from == 1;
		bool keep = satisfied              ? true /* answers stay */
		            : e->kind == EXPR_FACT ? is_final(item)
		            : e->kind == EXPR_FIELD || e->kind == EXPR_SLOT || e->kind == EXPR_VARIABLE
		                    ? stays(e, &may_come)
		                    : is_steady(e);
		if (keep && may_come && item->ranges.absent)
			keep = false;
		if (keep)
			i++;
		else
			forget_at(k, i);
	}
}

/* An expression that is asked as a whole. */
static bool subject_is_whole(const struct expr *e)
{
	return e->kind != EXPR_FIELD && e->kind != EXPR_VARIABLE && e->kind != EXPR_SLOT && e->kind != EXPR_TODAY;
}

static bool reads(const struct expr *e, const void *what)
{
	if (!e)
		return false;
	if ((e->kind == EXPR_FIELD && e->field == what) || (e->kind == EXPR_VARIABLE && e->variable == what))
		return true;
	return reads(e->left, what) || reads(e->right, what) || reads(e->next, what) || reads(e->options, what);
}

static bool asks_step(const struct expr *e, const struct step *s)
{
	if (!e)
		return false;
	if ((e->kind == EXPR_FACT && e->step == s) || (e->kind == EXPR_SLOT && e->variable->step == s))
		return true;
	return asks_step(e->left, s) || asks_step(e->right, s) || asks_step(e->next, s) || asks_step(e->options, s);
}

void knowledge_begin_step(struct knowledge *k, const struct step *s)
{
	for (uint32_t i = 0; i < k->count;)
		if (asks_step(k->items[i].subject.example, s))
			forget_at(k, i);
		else
			i++;
}

/* ---- atoms ---- */

struct atom {
	struct subject subject;
	struct ranges yes; /* the values for which it is so */
};

static bool subject_of(const struct expr *e, struct subject *out)
{
	*out = (struct subject){.example = e};
	switch (e->kind) {
	case EXPR_FIELD: out->what = e->field; break;
	case EXPR_VARIABLE: out->what = e->variable; break;
	case EXPR_SLOT: out->what = e->variable; break;
	case EXPR_TODAY: out->what = &today_is_one; break;
	case EXPR_FACT:
		out->what = e->step;
		out->fact = (uint32_t)e->fact + 1;
		break;
	default: return false;
	}
	return true;
}

/* The written value as a number among the values of what it is compared with. */
static bool code_of(struct values *v, const struct expr *subject, const struct expr *e, int64_t *out)
{
	const struct type *t = &subject->type;
	const struct constant *c = &e->constant;
	if (e->kind != EXPR_CONSTANT || t->kind == TYPE_DURATION || t->kind == TYPE_UNKNOWN)
		return false;
	if (t->kind == TYPE_ONE_OF && t->options) {
		*out = 0;
		for (const struct option *o = t->options; o; o = o->next, (*out)++)
			if (slice_eq(o->name.text, c->text))
				return true;
		return false;
	}
	if (t->kind == TYPE_NUMBER || t->kind == TYPE_DATE || t->kind == TYPE_YES_NO) {
		*out = c->value;
		return c->type == t->kind;
	}
	if (t->kind == TYPE_MOMENT || !c->text.n) /* an empty text is not set */
		return false;
	const struct name *n = names_find(&v->texts, 0, c->text);
	if (!n)
		n = names_add(&v->texts, v->arena, 0, c->text, e->span, (void *)(uintptr_t)(v->texts.count + 1));
	*out = (int64_t)(uintptr_t)n->object;
	return true;
}

static enum expr_kind mirrored(enum expr_kind kind)
{
	switch (kind) {
	case EXPR_LT: return EXPR_GT;
	case EXPR_LE: return EXPR_GE;
	case EXPR_GT: return EXPR_LT;
	case EXPR_GE: return EXPR_LE;
	default: return kind;
	}
}

static bool comparison(struct values *v, const struct expr *e, struct atom *out)
{
	bool swapped = e->left->kind == EXPR_CONSTANT;
	const struct expr *left = swapped ? e->right : e->left, *right = swapped ? e->left : e->right;
	enum expr_kind kind = swapped ? mirrored(e->kind) : e->kind;
	int64_t c;
	if (!subject_of(left, &out->subject) || !code_of(v, left, right, &c))
		return false;
	struct ranges equal = between(c, c);
	switch (kind) {
	case EXPR_EQ: out->yes = equal; return true;
	case EXPR_NE: out->yes = others(&equal); return true;
	case EXPR_LT: out->yes = c == INT64_MIN ? nothing : between(INT64_MIN, c - 1); return true;
	case EXPR_LE: out->yes = between(INT64_MIN, c); return true;
	case EXPR_GT: out->yes = c == INT64_MAX ? nothing : between(c + 1, INT64_MAX); return true;
	default: out->yes = between(c, INT64_MAX); return true;
	}
}

static bool in_list(struct values *v, const struct expr *e, struct atom *out)
{
	uint32_t count = 0;
	out->yes = nothing;
	if (!subject_of(e->left, &out->subject))
		return false;
	for (const struct expr *o = e->options; o; o = o->next) {
		int64_t c;
		if (++count > RANGES_MAX || !code_of(v, e->left, o, &c))
			return false;
		struct ranges one = between(c, c);
		out->yes = either(&out->yes, &one);
	}
	return true;
}

/* A condition as a whole: it is yes or no, and no more is known about it. */
static void whole(struct values *v, const struct expr *e, struct atom *out)
{
	buf_clear(v->scratch);
	check_print_expr(v->scratch, e);
	struct slice text = buf_slice(v->scratch);
	const struct name *n = names_find(&v->asked, 0, text);
	if (!n)
		n = names_add(&v->asked, v->arena, 0, arena_copy(v->arena, text), e->span, (void *)e);
	buf_clear(v->scratch);
	out->subject = (struct subject){.what = n, .example = n->object};
	out->yes = between(1, 1);
}

static void atom_of(struct values *v, const struct expr *e, struct atom *out)
{
	bool known = false;
	switch (e->kind) {
	case EXPR_IS_SET:
		known = subject_of(e->left, &out->subject);
		out->yes = between(INT64_MIN, INT64_MAX);
		break;
	case EXPR_EQ:
	case EXPR_NE:
	case EXPR_LT:
	case EXPR_LE:
	case EXPR_GT:
	case EXPR_GE: known = comparison(v, e, out); break;
	case EXPR_IN: known = in_list(v, e, out); break;
	default: known = e->type.kind == TYPE_YES_NO && subject_of(e, &out->subject); out->yes = between(1, 1);
	}
	if (!known)
		whole(v, e, out);
}

/* ---- answers ---- */

/* Of written values only. */
static enum verdict written(const struct expr *e)
{
	if (e->kind == EXPR_CONSTANT && e->constant.type == TYPE_YES_NO)
		return e->constant.value ? ALWAYS : NEVER;
	if (e->kind < EXPR_EQ || e->kind > EXPR_GE || e->left->kind != EXPR_CONSTANT ||
	    e->right->kind != EXPR_CONSTANT || e->left->constant.unit != e->right->constant.unit)
		return OPEN;
	const struct constant *a = &e->left->constant, *b = &e->right->constant;
	bool text = type_is_text(a->type);
	int order = text ? slice_cmp(a->text, b->text) : (a->value > b->value) - (a->value < b->value);
	bool yes = e->kind == EXPR_EQ   ? order == 0
	           : e->kind == EXPR_NE ? order != 0
	           : e->kind == EXPR_LT ? order < 0
	           : e->kind == EXPR_LE ? order <= 0
	           : e->kind == EXPR_GT ? order > 0
	                                : order >= 0;
	return yes ? ALWAYS : NEVER;
}

static struct answer answer_atom(struct values *v, const struct knowledge *k, const struct expr *e)
{
	struct answer a = {.verdict = written(e)};
	struct atom atom;
	if (a.verdict != OPEN) {
		a.because.origin = (struct origin){.kind = FROM_WRITTEN, .span = e->span, .by = e};
		return a;
	}
	atom_of(v, e, &atom);
	a.because = known_of(v, k, &atom.subject);
	struct ranges common = both(&a.because.ranges, &atom.yes);
	if (is_empty(&common))
		a.verdict = NEVER;
	else if (same(&common, &a.because.ranges))
		a.verdict = ALWAYS;
	return a;
}

static enum verdict contrary(enum verdict v)
{
	return v == OPEN ? OPEN : v == ALWAYS ? NEVER : ALWAYS;
}

/* The right side is asked where the left one has not decided yet. */
static struct answer answer_both(struct values *v, const struct knowledge *k, const struct expr *e)
{
	enum verdict decides = e->kind == EXPR_OR ? ALWAYS : NEVER;
	struct answer left = values_answer(v, k, e->left);
	if (left.verdict == decides)
		return left;
	struct knowledge *after = knowledge_copy(v, k);
	struct origin origin = {.kind = FROM_ITSELF, .span = e->left->span, .by = e->left};
	values_assume(v, after, e->left, e->kind == EXPR_AND, &origin);
	struct answer right = after->dead ? (struct answer){.verdict = OPEN} : values_answer(v, after, e->right);
	knowledge_drop(v, after);
	if (right.verdict == decides || (left.verdict != OPEN && right.verdict != OPEN))
		return right;
	return (struct answer){.verdict = OPEN};
}

struct answer values_answer(struct values *v, const struct knowledge *k, const struct expr *e)
{
	struct answer a;
	switch (e->kind) {
	case EXPR_POISON: return (struct answer){.verdict = OPEN};
	case EXPR_NOT:
		a = values_answer(v, k, e->left);
		a.verdict = contrary(a.verdict);
		return a;
	case EXPR_AND:
	case EXPR_OR: return e->step ? answer_atom(v, k, e) : answer_both(v, k, e); /* ASK.satisfied is a whole */
	default: return answer_atom(v, k, e);
	}
}

/* ---- what conditions teach ---- */

static void assume_atom(struct values *v, struct knowledge *k, const struct expr *e, bool truth,
                        const struct origin *origin)
{
	struct atom atom;
	enum verdict fixed = written(e);
	if (fixed != OPEN) {
		k->dead |= fixed != (truth ? ALWAYS : NEVER);
		return;
	}
	atom_of(v, e, &atom);
	struct ranges so = truth ? atom.yes : others(&atom.yes);
	struct known before = known_of(v, k, &atom.subject);
	struct ranges now = both(&before.ranges, &so), yes = between(1, 1);
	const struct expr *was = before.origin.kind == FROM_SET ? before.origin.by : NULL;
	if (is_empty(&now))
		k->dead = true;
	else if (!same(&now, &before.ranges))
		learn(k, &atom.subject, &now, origin);
	/* `set happy = survey.satisfied`, and `happy` is yes. */
	if (was && was->kind != EXPR_CONSTANT && was->type.kind == TYPE_YES_NO && within(&now, &yes))
		values_assume(v, k, was, true, origin);
}

void values_assume(struct values *v, struct knowledge *k, const struct expr *e, bool truth, const struct origin *origin)
{
	if (k->dead || e->kind == EXPR_POISON)
		return;
	if (e->kind == EXPR_NOT) {
		values_assume(v, k, e->left, !truth, origin);
		return;
	}
	if ((e->kind != EXPR_AND && e->kind != EXPR_OR) || e->step) {
		assume_atom(v, k, e, truth, origin);
		return;
	}
	if ((e->kind == EXPR_AND) == truth) {
		values_assume(v, k, e->left, truth, origin);
		values_assume(v, k, e->right, truth, origin);
		return;
	}
	/* One of the two: the left, or, where that is not, the right. In brackets within brackets nothing is learnt. */
	if (v->splits == SPLITS_MAX)
		return;
	v->splits++;
	struct knowledge *second = knowledge_copy(v, k);
	values_assume(v, k, e->left, truth, origin);
	values_assume(v, second, e->left, !truth, origin);
	values_assume(v, second, e->right, truth, origin);
	knowledge_join(v, k, second);
	knowledge_drop(v, second);
	v->splits--;
}

void knowledge_forget(struct knowledge *k, const void *what)
{
	for (uint32_t i = 0; i < k->count;)
		if (k->items[i].subject.what == what || reads(k->items[i].subject.example, what))
			forget_at(k, i);
		else
			i++;
}

/* A condition over answers alone: what it was stays so. */
static bool only_answers(const struct expr *e)
{
	if (!e || e->kind == EXPR_CONSTANT)
		return true;
	if (e->kind == EXPR_SLOT)
		return e->variable->kind == SLOT_ANSWER;
	if (e->kind == EXPR_FACT)
		return e->fact == FACT_DONE;
	if (e->kind == EXPR_FIELD || e->kind == EXPR_VARIABLE || e->kind == EXPR_TODAY || e->kind == EXPR_BUILTIN)
		return false;
	return only_answers(e->left) && only_answers(e->right) && only_answers(e->next) && only_answers(e->options);
}

void knowledge_set(struct values *v, struct knowledge *k, const struct node *set)
{
	const void *what = set->variable ? (const void *)set->variable : set->field;
	struct expr *name = ARENA_NEW(v->arena, struct expr);
	*name = (struct expr){.kind = set->variable ? EXPR_VARIABLE : EXPR_FIELD,
	                      .type = set->variable ? set->variable->type : set->field->type,
	                      .variable = set->variable,
	                      .field = set->field,
	                      .span = set->span};
	struct subject subject = {.what = what, .example = name};
	struct origin origin = {.kind = FROM_SET, .span = set->span, .by = set->expr, .frame = set->frame};
	int64_t c;
	knowledge_forget(k, what);
	bool known = code_of(v, name, set->expr, &c);
	struct ranges one = known ? between(c, c) : of_type(&name->type);
	one.absent = !known && set->expr->kind != EXPR_AND;
	if (known || only_answers(set->expr))
		learn(k, &subject, &one, &origin);
}

/* ---- in words ---- */

static void put_value(struct values *v, struct buf *out, const struct expr *e, int64_t code)
{
	const struct option *o = e->type.options;
	struct value number = {.set = 1, .type = e->type.kind, .u.i = code};
	if (e->type.kind == TYPE_ONE_OF && o) {
		for (int64_t i = 0; o->next && i < code; i++)
			o = o->next;
		buf_add_slice(out, o->name.text);
	} else if (e->type.kind == TYPE_NUMBER || e->type.kind == TYPE_DATE) {
		value_write(out, number);
	} else if (e->type.kind == TYPE_YES_NO || subject_is_whole(e)) {
		buf_adds(out, code ? "yes" : "no");
	} else {
		for (const struct name *n = v->texts.first; n; n = n->next)
			if ((int64_t)(uintptr_t)n->object == code)
				buf_add_json(out, n->text);
	}
}

/* A bound of numbers is told as it was written: more than 5, at least 6. */
static void put_bound(struct values *v, struct buf *out, const struct expr *e, int64_t bound, bool least)
{
	int64_t rest = e->type.kind == TYPE_NUMBER ? bound % NUMBER_ONE : 0;
	bool open = rest == (least ? 1 : NUMBER_ONE - 1) || (bound < 0 && rest == (least ? 1 - NUMBER_ONE : -1));
	if (e->type.kind == TYPE_DATE)
		buf_adds(out, least ? "not before " : "not after ");
	else
		buf_adds(out, least ? (open ? "more than " : "at least ") : open ? "less than " : "at most ");
	put_value(v, out, e, !open ? bound : least ? bound - 1 : bound + 1);
}

static void put_range(struct values *v, struct buf *out, const struct expr *e, const struct range *r)
{
	if (r->from == r->to) {
		put_value(v, out, e, r->from);
		return;
	}
	if (r->from != INT64_MIN)
		put_bound(v, out, e, r->from, true);
	buf_adds(out, r->from != INT64_MIN && r->to != INT64_MAX ? " and " : "");
	if (r->to != INT64_MAX)
		put_bound(v, out, e, r->to, false);
}

/* Options and yes or no are told one by one. */
static void put_ranges(struct values *v, struct buf *out, const struct expr *e, const struct ranges *r)
{
	bool single = e->type.kind == TYPE_YES_NO || (e->type.kind == TYPE_ONE_OF && e->type.options);
	bool first = true;
	for (uint32_t i = 0; i < r->count; i++) {
		int64_t to = single ? r->at[i].to : r->at[i].from;
		for (int64_t at = r->at[i].from; at <= to; at++) {
			struct range one = single ? (struct range){at, at} : r->at[i];
			buf_adds(out, first ? "" : " or ");
			put_range(v, out, e, &one);
			first = false;
		}
	}
}

void values_describe(struct values *v, struct buf *out, const struct known *known)
{
	const struct expr *e = known->subject.example;
	struct ranges top = by_itself(v, &known->subject).ranges, gap = others(&known->ranges);
	bool text = type_is_text(e->type.kind) && !(e->type.kind == TYPE_ONE_OF && e->type.options);
	gap.absent = false;
	buf_addc(out, '`');
	check_print_expr(out, e);
	buf_adds(out, "` is ");
	top.absent = known->ranges.absent;
	if (!known->ranges.count) {
		buf_adds(out, "not set");
		return;
	}
	if (e->kind != EXPR_FACT && within(&top, &known->ranges) && top.count &&
	    (known->origin.kind != FROM_DECLARATION || top.at[0].from == INT64_MIN || e->type.kind != TYPE_NUMBER)) {
		buf_adds(out, "always set");
		return;
	}
	bool not_these = known->ranges.at[0].from == INT64_MIN &&
	                 known->ranges.at[known->ranges.count - 1].to == INT64_MAX && (text || known->ranges.count > 1);
	if (not_these) {
		buf_adds(out, "not ");
		put_ranges(v, out, e, &gap);
		return;
	}
	put_ranges(v, out, e, &known->ranges);
	if (known->ranges.absent)
		buf_adds(out, ", if it is set");
}
