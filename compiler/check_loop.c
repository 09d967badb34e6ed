/* SPDX-License-Identifier: Apache-2.0
 * Waiting for something and doing something again: `wait for`, `repeat`. */
#include "compiler/check_block.h"

#define TRIGGERS_MAX 64u

/* ---- wait for ---- */

/* One of the triggers that are waited for. */
struct wanted {
	struct exit_rule rule;
	const struct ast_trigger *tree;
	const struct variable *after;
	struct span armed; /* the arm that takes all of it, or empty */
	bool has_arm;
};

struct waiting {
	struct checker *k;
	struct wanted items[TRIGGERS_MAX];
	uint32_t count;
	bool mistaken; /* an arm names none of them: which have no arm says nothing */
};

static bool same_trigger(const struct exit_rule *a, const struct exit_rule *b)
{
	return a->trigger == b->trigger && a->step == b->step && a->by_account == b->by_account &&
	       slice_eq(a->event, b->event);
}

/* The moment at which the step of `after STEP` was settled. */
static const struct variable *check_after(struct checker *k, const struct ast *path)
{
	struct step *s = check_step_path(k, path);
	if (!s)
		return NULL;
	if (s->is_wait) {
		struct diag *g = diag_wrong_kind(k->diags, path->span, s->name.text, SLICE("wait"), SLICE("step"));
		diag_label(k->diags, g, s->name.span, "declared here");
		return NULL;
	}
	struct ast_name none = {{"", 0}, path->span};
	return check_slot(k, SLOT_SETTLED, s, none, (struct type){.kind = TYPE_MOMENT});
}

static void check_wanted(struct waiting *w, const struct ast *tree)
{
	struct checker *k = w->k;
	struct wanted *item = &w->items[w->count];
	*item = (struct wanted){.tree = (const struct ast_trigger *)tree};
	if (!check_trigger(k, tree, "wait for", &item->rule))
		return;
	if (item->tree->after) {
		item->after = check_after(k, item->tree->after);
		if (!item->after)
			return;
	}
	for (uint32_t i = 0; i < w->count; i++) {
		if (!same_trigger(&w->items[i].rule, &item->rule))
			continue;
		struct diag *g = diag_given_twice(k->diags, tree->span, source_text(&k->c->sources, tree->span));
		diag_label(k->diags, g, w->items[i].tree->node.span, "first given here");
		return;
	}
	w->count++;
}

static void check_triggers(struct waiting *w, const struct ast_list *list)
{
	for (const struct ast *i = list->first; i; i = i->next) {
		if (i->kind != AST_TRIGGER)
			continue;
		if (w->count == TRIGGERS_MAX) {
			diag_too_many(w->k->diags, i->span, SLICE("things to wait for"), TRIGGERS_MAX);
			return;
		}
		check_wanted(w, i);
	}
}

/* What an arm that is waited for nowhere may have meant. */
static void say_not_awaited(struct waiting *w, const struct ast *tree)
{
	struct checker *k = w->k;
	struct diag *g = diag_not_awaited(k->diags, tree->span, source_text(&k->c->sources, tree->span));
	const struct ast_trigger *t = (const struct ast_trigger *)tree;
	for (uint32_t i = 0; i < w->count; i++) {
		struct span span = w->items[i].tree->node.span;
		if (!slice_eq(w->items[i].tree->kind.text, t->kind.text))
			continue;
		const struct ast *after = w->items[i].tree->after;
		if (after) { /* the arm leaves `after STEP` out */
			const char *text = k->c->sources.items[span.source].text.p;
			uint32_t end = after->span.start;
			while (end > span.start && (text[end - 1] == ' ' || text[end - 1] == '\t'))
				end--;
			span.end = end > span.start + 5 ? end - 5 : span.end;
			while (span.end > span.start && (text[span.end - 1] == ' ' || text[span.end - 1] == '\t'))
				span.end--;
		}
		struct slice text = source_text(&k->c->sources, span);
		diag_fix(k->diags, g, tree->span, text, FIX_MAYBE, "did you mean `%.*s`?", SLICE_ARG(text));
		return;
	}
	for (uint32_t i = 0; i < w->count; i++)
		diag_label(k->diags, g, w->items[i].tree->node.span, "this is waited for");
}

/* The trigger that an arm repeats, or NULL after saying what is wrong. */
static struct wanted *find_wanted(struct waiting *w, const struct ast *tree)
{
	const struct ast_trigger *t = (const struct ast_trigger *)tree;
	struct exit_rule rule = {.trigger = TRIGGER_COUNT, .by_account = t->by_account};
	struct wanted *of_kind = NULL, *second = NULL;
	bool bare = !t->step && !t->event && !t->by_account;
	for (int i = 0; i < TRIGGER_WHEN; i++)
		if (slice_is(t->kind.text, words_TRIGGER[i]))
			rule.trigger = (enum plan_trigger)i;
	if (t->event)
		rule.event = check_string(w->k, t->event).text;
	if (t->step && !(rule.step = check_step_path(w->k, t->step)))
		return NULL;
	for (uint32_t i = 0; i < w->count; i++) {
		if (same_trigger(&w->items[i].rule, &rule))
			return &w->items[i];
		if (w->items[i].rule.trigger != rule.trigger || !bare)
			continue;
		*(of_kind ? &second : &of_kind) = &w->items[i];
	}
	if (second) {
		struct diag *g = diag_ambiguous_arm(w->k->diags, tree->span, t->kind.text);
		diag_label(w->k->diags, g, of_kind->tree->node.span, "this one,");
		diag_label(w->k->diags, g, second->tree->node.span, "or this one");
		return NULL;
	}
	if (!of_kind)
		say_not_awaited(w, tree);
	return of_kind;
}

/* An event is taken: what is known of the one before it holds no longer. */
static void forget_event(struct checker *k)
{
	for (const struct variable *v = k->sequence->slots; v; v = v->next)
		if (v->kind == SLOT_EVENT || v->kind == SLOT_REPLY)
			flow_know(&k->flow, k->arena, v, false);
}

static struct arm *new_arm(struct checker *k, const struct wanted *t)
{
	struct arm *arm = ARENA_NEW(k->arena, struct arm);
	arm->trigger = t->rule;
	arm->after = t->after;
	return arm;
}

/* on TRIGGER [when …] { … }; NULL after a mistake. */
static struct arm *check_arm(struct block *b, struct waiting *w, const struct ast_arm *t)
{
	struct checker *k = b->k;
	struct wanted *wanted = find_wanted(w, t->trigger);
	struct arm *arm = wanted ? new_arm(k, wanted) : NULL;
	forget_event(k);
	if (arm && wanted->armed.end) {
		struct diag *g = diag_arm_never(k->diags, t->trigger->span);
		diag_label(k->diags, g, wanted->armed, "this one takes all of them");
	}
	if (wanted)
		wanted->has_arm = true;
	w->mistaken |= !wanted;
	if (t->when) {
		struct expr *guard = check_condition(k, t->when);
		k->sequence->asks = true;
		flow_assume(&k->flow, k->arena, guard, true);
		if (arm)
			arm->trigger.when = guard;
	} else if (wanted) {
		wanted->armed = t->trigger->span;
	}
	struct node *body = check_block(k, t->body, b->path);
	if (arm)
		arm->body = body;
	return arm;
}

static void say_no_nothing(struct checker *k, const struct ast_wait_for *t)
{
	struct span all = t->node.span, end = {all.source, all.end - 1, all.end - 1};
	const char *text = k->c->sources.items[all.source].text.p;
	uint32_t line = end.start;
	while (line > all.start && (text[line - 1] == ' ' || text[line - 1] == '\t'))
		line--;
	struct slice indent = {text + line, end.start - line};
	struct slice arm = text[line - 1] == '\n'
	                           ? arena_printf(k->arena, "    on nothing { }\n%.*s", SLICE_ARG(indent))
	                           : SLICE("; on nothing { } ");
	struct diag *g = diag_no_timeout(k->diags, (struct span){all.source, all.start, all.start + 8});
	diag_fix(k->diags, g, end, arm, FIX_MAYBE, "go on when the time is over");
}

static const struct ast_arm *next_arm(const struct ast *i)
{
	while (i && i->kind != AST_ARM)
		i = i->next;
	return (const struct ast_arm *)i;
}

/* What happens when the time is over: `on nothing`. */
static void check_nothing(struct block *b, const struct ast_arm *t, const struct ast_arm *first, struct node *n)
{
	struct node *body = check_block(b->k, t->body, b->path);
	if (!first) {
		n->otherwise = body;
		return;
	}
	struct diag *g = diag_given_twice(b->k->diags, t->node.span, SLICE("on nothing"));
	diag_label(b->k->diags, g, first->node.span, "first given here");
}

/* The arms in the order in which they are asked: trigger by trigger, each trigger's own as they stand. */
static void check_arms(struct block *b, struct waiting *w, const struct ast_wait_for *t, struct node *n)
{
	struct checker *k = b->k;
	struct flow before = k->flow, out = {.ended = true};
	struct arm *lists[TRIGGERS_MAX] = {0}, **last = &n->arms;
	const struct ast_arm *nothing = NULL;
	for (const struct ast_arm *a = next_arm(t->arms.first); a; a = next_arm(a->node.next)) {
		struct arm *arm = NULL;
		k->flow = before;
		if (!a->trigger) {
			check_nothing(b, a, nothing, n);
			nothing = a;
		} else if (a->trigger->kind == AST_TRIGGER) {
			arm = check_arm(b, w, a);
		}
		flow_join(&out, k->arena, &k->flow);
		for (uint32_t i = 0; arm && i < w->count; i++) {
			if (!same_trigger(&w->items[i].rule, &arm->trigger))
				continue;
			struct arm **end = &lists[i];
			while (*end)
				end = &(*end)->next;
			*end = arm;
		}
	}
	if (!nothing)
		say_no_nothing(k, t);
	for (uint32_t i = 0; i < w->count; i++) {
		struct wanted *item = &w->items[i];
		if (!item->has_arm) {
			k->flow = before;
			forget_event(k);
			flow_join(&out, k->arena, &k->flow);
			lists[i] = new_arm(k, item);
			if (!w->mistaken)
				diag_nothing_on(k->diags, item->tree->node.span,
				                source_text(&k->c->sources, item->tree->node.span));
		}
		*last = lists[i];
		while (*last)
			last = &(*last)->next;
	}
	k->flow = out;
}

/* A length of time that is not none; its term. */
static struct term *check_length(struct checker *k, const struct ast *tree)
{
	struct constant c;
	if (!check_duration(k, tree, &c))
		return NULL;
	if (c.value <= 0) {
		diag_wrong_type(k->diags, tree->span, SLICE("a time from now on"), SLICE("no time at all"));
		return NULL;
	}
	struct expr *e = ARENA_NEW(k->arena, struct expr);
	struct term *term = ARENA_NEW(k->arena, struct term);
	*e = (struct expr){
	        .kind = EXPR_CONSTANT, .type = {.kind = TYPE_DURATION}, .span = tree->span, .depth = 1, .constant = c};
	term->duration = e;
	return term;
}

void check_wait_for(struct block *b, const struct ast_wait_for *t)
{
	struct checker *k = b->k;
	struct node *n = new_node(b, NODE_WAIT_FOR, t->node.span);
	struct waiting w = {.k = k};
	n->position = identify(b, &t->node, t->as, t->was);
	n->label = step_at(k, t->as);
	n->terms = check_length(k, t->up_to);
	n->day_based = n->terms && n->terms->duration->constant.unit != UNIT_US;
	b->before = (struct slice){NULL, 0};
	k->flow.effects = 0;
	k->sequence->has_arms = true;
	check_triggers(&w, &t->triggers);
	check_arms(b, &w, t, n);
	if (n->terms)
		append(b, n);
}

/* ---- repeat ---- */

/* What a body can change. */
struct changes {
	struct checker *k;
	bool emails;
};

static void forget(struct changes *c, const struct ast *tree);

static void forget_child(const struct ast *n, void *context)
{
	forget(context, n);
}

static void forget_path(struct checker *k, const struct ast *tree)
{
	const struct ast_path *p = (const struct ast_path *)tree;
	if (!tree || tree->kind != AST_PATH || !p->parts.last || p->parts.last->kind != AST_WORD)
		return;
	struct ast_name last = ((const struct ast_word *)p->parts.last)->name;
	const struct name *n = p->parts.count == 1 ? names_find(&k->sequence->scope, SCOPE_VARIABLE, last.text)
	                                           : names_find(&k->workspace->fields, 0, last.text);
	if (n)
		flow_know(&k->flow, k->arena, n->object, false);
}

/* Round after round: what `set` gives, an event brings or a step answers may have gone again. */
static void forget(struct changes *c, const struct ast *tree)
{
	struct checker *k = c->k;
	switch (tree->kind) {
	case AST_SET: forget_path(k, ((const struct ast_set *)tree)->path); return;
	case AST_MESSAGE: c->emails |= slice_is(((const struct ast_message *)tree)->channel.text, "email"); break;
	case AST_SEND: c->emails = true; break;
	case AST_WAIT_FOR: forget_event(k); break;
	case AST_RUN: {
		const struct ast_block *body = run_body(k, (const struct ast_run *)tree);
		if (body)
			forget(c, &body->node);
		return;
	}
	default: break;
	}
	ast_each_child(tree, forget_child, c);
}

/* Answers, outcomes and what webhooks return are forgotten as their step begins anew. */
static void forget_steps(struct checker *k)
{
	for (const struct variable *v = k->sequence->slots; v; v = v->next)
		if (v->step)
			flow_know(&k->flow, k->arena, v, false);
}

static uint32_t check_rounds(struct checker *k, const struct ast_repeat *t)
{
	uint32_t around = k->rounds ? k->rounds : 1;
	if (t->times < 1 || t->times > PLAN_ROUNDS_MAX) {
		diag_bad_rounds(k->diags, t->node.span, PLAN_ROUNDS_MAX);
		return 1;
	}
	if (t->times * around > PLAN_ROUNDS_MAX) {
		diag_too_many(k->diags, t->node.span, SLICE("rounds, those of the repeats around it counted"),
		              PLAN_ROUNDS_MAX);
		return 1;
	}
	if (k->loops == PLAN_LOOPS_MAX)
		diag_too_many(k->diags, t->node.span, SLICE("repeats within each other"), PLAN_LOOPS_MAX);
	return (uint32_t)t->times;
}

/* Whether it reads what a step brings that did not run yet, so that it is absent. */
static bool is_absent_yet(const struct expr *e)
{
	if (!e)
		return false;
	if (e->kind == EXPR_ADD || e->kind == EXPR_SUB || e->kind == EXPR_NEGATE)
		return is_absent_yet(e->left) || is_absent_yet(e->right);
	return e->kind == EXPR_SLOT && e->variable->step && !e->variable->step->reached;
}

/* Whether a condition is no because what it asks for can only come of steps behind it (rule 11). */
static bool is_no_yet(const struct expr *e)
{
	switch (e->kind) {
	case EXPR_AND: return is_no_yet(e->left) || is_no_yet(e->right);
	case EXPR_OR: return is_no_yet(e->left) && is_no_yet(e->right);
	case EXPR_NOT:
	case EXPR_NE: return false;
	case EXPR_FACT: return e->step && !e->step->reached;
	case EXPR_SLOT: return is_absent_yet(e);
	default: return is_absent_yet(e->left) || is_absent_yet(e->right);
	}
}

void check_repeat(struct block *b, const struct ast_repeat *t)
{
	struct checker *k = b->k;
	struct node *n = new_node(b, NODE_REPEAT, t->node.span);
	struct changes changes = {.k = k};
	uint32_t around = k->rounds, times = check_rounds(k, t);
	n->position = identify(b, &t->node, t->as, t->was);
	n->label = step_at(k, t->as);
	n->terms = check_length(k, t->every);
	n->day_based = n->terms && n->terms->duration->constant.unit != UNIT_US;
	struct variable *rounds = new_variable(k, SLOT_ROUNDS, (struct ast_name){n->position->identity, t->node.span},
	                                       (struct type){.kind = TYPE_NUMBER});
	n->variable = rounds;
	if (rounds)
		rounds->bound = times;
	b->before = (struct slice){NULL, 0};
	forget(&changes, &t->node);
	forget_steps(k);
	if (changes.emails)
		k->flow.may_follow = true; /* of its own, a round before */
	n->expr = t->until ? check_condition(k, t->until) : NULL;
	struct flow out = k->flow;
	if (n->expr) {
		k->sequence->asks = true;
		flow_assume(&out, k->arena, n->expr, true);
		flow_assume(&k->flow, k->arena, n->expr, false);
	}
	if (!n->expr || (!k->loops && is_no_yet(n->expr)))
		out.ended = true; /* the first round is always begun */
	k->rounds = times * (around ? around : 1);
	k->loops++;
	n->then = check_block(k, t->body, b->path);
	n->once = k->flow.ended;
	k->loops--;
	k->rounds = around;
	k->flow.effects = 0; /* the wait for the next round */
	flow_join(&k->flow, k->arena, &out);
	if (n->terms && rounds)
		append(b, n);
}
