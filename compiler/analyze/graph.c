/* SPDX-License-Identifier: Apache-2.0
 * One walk over the tree. What is open are the ways that lead to the next node: each comes from a node made before and
 * takes its time. */
#include "compiler/analyze/graph.h"
#include "base/civil.h"

struct way {
	uint32_t from, dates, note;
	const struct step *to; /* of a `skip to` */
	struct way *next;
};

struct maker {
	struct graph *graph;
	struct way *open;  /* NULL: no way gets here */
	struct way *jumps; /* to labels ahead */
	struct way *free;
	bool likely, surely;
	bool muted; /* in a branch whose messages do not count */
	uint32_t closed_days;
};

static struct way *new_way(struct maker *k, uint32_t from, uint32_t dates, uint32_t note, struct way *next)
{
	struct way *w = k->free;
	if (w)
		k->free = w->next;
	else
		w = ARENA_NEW(k->graph->arena, struct way);
	*w = (struct way){.from = from, .dates = dates, .note = note, .next = next};
	return w;
}

static struct way *both(struct way *a, struct way *b)
{
	struct way **last = &a;
	while (*last)
		last = &(*last)->next;
	*last = b;
	return a;
}

/* A node that all open ways lead to. */
static uint32_t add_node(struct maker *k, unsigned does, struct graph_note what)
{
	struct graph *g = k->graph;
	uint32_t node = bound_add_node(&g->bound, does), count = node;
	if (!g->bound.failed)
		ARENA_PUSH(g->arena, g->nodes, count, g->node_cap) = what;
	for (struct way *w = k->open, *next; w; w = next) {
		next = w->next;
		bound_add_edge(&g->bound, w->from, node, w->dates, w->note);
		w->next = k->free;
		k->free = w;
	}
	k->open = NULL;
	return node;
}

static uint32_t add_note(struct maker *k, enum graph_kind kind, const struct node *n, const struct arm *arm)
{
	struct graph *g = k->graph;
	ARENA_PUSH(g->arena, g->notes, g->note_count, g->note_cap) = (struct graph_note){kind, n, arm};
	return g->note_count - 1;
}

/* The node where all ways are now; leaves none open. */
static uint32_t meet(struct maker *k)
{
	struct way *w = k->open;
	if (!w || w->next || w->dates || w->note != NONE)
		return add_node(k, 0, (struct graph_note){0});
	uint32_t from = w->from;
	w->next = k->free;
	k->free = w;
	k->open = NULL;
	return from;
}

static void go_on(struct maker *k, uint32_t from, uint32_t dates, uint32_t note)
{
	k->open = new_way(k, from, dates, note, k->open);
}

/* ---- what the nodes of the tree do ---- */

static unsigned does(const struct maker *k, const struct node *n)
{
	unsigned bits = 0;
	if (k->muted)
		return 0;
	for (const struct message *m = n->step->message; m; m = m->next)
		bits |= m->hold_out ? 0 : 1u << m->channel;
	return bits && n->detached ? bits | BOUND_DETACHED : bits;
}

#define FAR_AWAY 100000u /* dates */

/* The most dates, over closed ones. */
static uint32_t most_dates(const struct maker *k, const struct term *t)
{
	int64_t dates = k->closed_days, us = 0;
	if (!t)
		return FAR_AWAY;
	for (; t; t = t->next) {
		const struct constant *c = &t->duration->constant;
		if (t->duration->kind != EXPR_CONSTANT || c->value > INT64_MAX / 100)
			return FAR_AWAY;
		if (t->minus)
			continue;
		us += c->unit == UNIT_US ? c->value : 0;
		dates += c->unit == UNIT_DAYS            ? c->value
		         : c->unit == UNIT_BUSINESS_DAYS ? c->value + (c->value + 4) / 5 * 2
		         : c->unit == UNIT_MONTHS        ? c->value * 31
		                                         : 0;
	}
	dates += us ? (us + US_PER_HOUR) / US_PER_DAY + 2 : 0;
	return dates < FAR_AWAY ? (uint32_t)dates : FAR_AWAY;
}

/* How long it may rest; not after a moment that was kept. */
static uint32_t dates_of(const struct maker *k, const struct node *n)
{
	struct bound_wait wait = {0};
	if (k->surely)
		return n->kind == NODE_REST && n->deadline ? FAR_AWAY : most_dates(k, n->terms);
	if (n->kind == NODE_REST && n->deadline)
		return 0;
	for (const struct term *t = n->terms; t; t = t->next) {
		if (t->duration->kind == EXPR_CONSTANT)
			bound_wait_add(&wait, t->duration->constant.unit, t->duration->constant.value, t->minus);
		else
			wait.unknown = true;
	}
	return bound_wait_dates(&wait);
}

static uint32_t dates_until(const struct maker *k, const struct node *n)
{
	if (!k->surely)
		return !n->expr && n->next_day;
	return n->expr ? FAR_AWAY : k->closed_days + (n->weekday >= 0 ? 7 : 1);
}

/* What a condition is where nobody does anything. */
enum idle { IDLE_NO, IDLE_YES, IDLE_EITHER };

static enum idle idle_both(enum idle a, enum idle b, enum idle decides)
{
	return a == decides || b == decides ? decides : a == b ? a : IDLE_EITHER;
}

/* Absent answers make a comparison no; `a != b` is `not (a == b)` (rule 11). */
static enum idle when_idle(const struct expr *e)
{
	switch (e->kind) {
	case EXPR_FACT:
		return e->fact == FACT_SENT                                                           ? IDLE_YES
		       : e->fact == FACT_FAILED || e->fact == FACT_SKIPPED || e->fact == FACT_BOUNCED ? IDLE_EITHER
		                                                                                      : IDLE_NO;
	case EXPR_SLOT: return IDLE_NO;
	case EXPR_NOT: {
		enum idle of = when_idle(e->left);
		return of == IDLE_EITHER ? of : of == IDLE_NO ? IDLE_YES : IDLE_NO;
	}
	case EXPR_AND: return idle_both(when_idle(e->left), when_idle(e->right), IDLE_NO);
	case EXPR_OR: return idle_both(when_idle(e->left), when_idle(e->right), IDLE_YES);
	case EXPR_NE: return e->left->kind == EXPR_SLOT || e->right->kind == EXPR_SLOT ? IDLE_YES : IDLE_EITHER;
	default:
		return (e->left && e->left->kind == EXPR_SLOT) || (e->right && e->right->kind == EXPR_SLOT)
		               ? IDLE_NO
		               : IDLE_EITHER;
	}
}

static uint32_t sends_of(const struct node *n)
{
	uint32_t count = 0;
	for (; n; n = n->next) {
		count += n->kind == NODE_SEND;
		count += sends_of(n->then) + sends_of(n->otherwise);
		for (const struct arm *a = n->arms; a; a = a->next)
			count += sends_of(a->body);
	}
	return count;
}

static bool takes_time(const struct node *n)
{
	for (; n; n = n->next) {
		if (n->kind == NODE_WAIT || n->kind == NODE_WAIT_UNTIL || n->kind == NODE_WAIT_FOR ||
		    n->kind == NODE_REST || n->kind == NODE_REPEAT || takes_time(n->then) || takes_time(n->otherwise))
			return true;
	}
	return false;
}

static bool is_choice(const struct maker *k, const struct node *n)
{
	return n->kind == NODE_WHEN && (!k->surely || when_idle(n->expr) == IDLE_EITHER);
}

/* The branch of a list whose messages count. */
static const struct node *one_that_counts(const struct maker *k, const struct node *n)
{
	const struct node *most = NULL;
	uint32_t sends = 0;
	for (; n; n = n->next) {
		uint32_t here = is_choice(k, n) ? sends_of(n->then) + sends_of(n->otherwise) : 0;
		if (here > sends) {
			sends = here;
			most = n;
		}
	}
	return most;
}

static void make_list(struct maker *k, const struct node *n);

static void make_when(struct maker *k, const struct node *n, uint32_t dates, uint32_t note)
{
	enum idle idle = k->surely ? when_idle(n->expr) : IDLE_EITHER;
	uint32_t from = meet(k);
	if (idle != IDLE_NO)
		go_on(k, from, dates, note);
	make_list(k, n->then);
	struct way *then = k->open;
	k->open = NULL;
	if (idle != IDLE_YES)
		go_on(k, from, 0, NONE);
	make_list(k, n->otherwise);
	k->open = both(then, k->open);
}

/* A branch whose messages do not count; who goes by which arm is not known, so any time may pass. */
static void make_muted(struct maker *k, const struct node *n)
{
	bool muted = k->muted;
	k->muted = true;
	make_when(k, n, 0, NONE);
	k->muted = muted;
	if (k->surely && k->open && (takes_time(n->then) || takes_time(n->otherwise)))
		go_on(k, meet(k), FAR_AWAY, NONE);
}

static bool asks_not_done(const struct node *n, const struct step *s)
{
	const struct expr *e =
	        n && n->kind == NODE_WHEN && !n->label && n->expr && n->expr->kind == EXPR_NOT ? n->expr->left : NULL;
	return e && e->kind == EXPR_FACT && e->fact == FACT_DONE && e->step == s;
}

/* A REST may end at once. Those who go on to a block for "not done" have rested to its end; that block is made, too. */
static const struct node *make_rest(struct maker *k, const struct node *n)
{
	if (n->step->plan_kind == STEP_WEBHOOK && !n->step->returns_read)
		return n;
	uint32_t from = meet(k);
	if (!k->surely && !n->skip_lands && asks_not_done(n->next, n->step)) {
		go_on(k, from, 0, NONE);
		make_when(k, n->next, dates_of(k, n), add_note(k, GRAPH_WAIT, n, NULL));
		return n->next;
	}
	go_on(k, from, k->surely ? dates_of(k, n) : 0, add_note(k, GRAPH_REST, n, NULL));
	return n;
}

/* What is waited for may come at once; the timeout takes its time. */
static void make_wait_for(struct maker *k, const struct node *n)
{
	uint32_t from = meet(k);
	struct way *out = NULL;
	for (const struct arm *a = k->surely ? NULL : n->arms; a; a = a->next) {
		go_on(k, from, 0, add_note(k, GRAPH_ARM, n, a));
		make_list(k, a->body);
		out = both(k->open, out);
		k->open = NULL;
	}
	go_on(k, from, dates_of(k, n), add_note(k, GRAPH_WAIT, n, NULL));
	make_list(k, n->otherwise);
	k->open = both(k->open, out);
}

static void make_repeat(struct maker *k, const struct node *n)
{
	uint32_t head = add_node(k, 0, (struct graph_note){0});
	go_on(k, head, 0, NONE);
	make_list(k, n->then);
	if (k->open) {
		struct bound_loop loop = {.rounds = n->variable ? n->variable->bound : 1,
		                          .dates = dates_of(k, n),
		                          .note = add_note(k, GRAPH_ROUND, n, NULL),
		                          .until = n->expr && !k->surely};
		loop.wait = add_node(k, 0, (struct graph_note){0});
		if (!k->graph->bound.failed)
			bound_add_loop(&k->graph->bound, head, loop);
		go_on(k, loop.wait, 0, NONE);
	}
	if (n->expr && !k->surely) /* it may hold at the start */
		go_on(k, head, 0, NONE);
}

static void make_until(struct maker *k, const struct node *n, struct way **skipping)
{
	uint32_t from = meet(k);
	if (n->expr && !k->surely) { /* else it lies ahead */
		switch (n->otherwise_kind) {
		case OTHERWISE_SKIP: *skipping = new_way(k, from, 0, NONE, *skipping); break;
		case OTHERWISE_SKIP_TO:
			k->jumps = new_way(k, from, 0, NONE, k->jumps);
			k->jumps->to = n->step;
			break;
		case OTHERWISE_EXIT:
			go_on(k, from, 0, NONE);
			add_node(k, 0, (struct graph_note){GRAPH_TOO_LATE, n, NULL});
			break;
		case OTHERWISE_CONTINUE: break;
		}
	}
	go_on(k, from, dates_until(k, n), add_note(k, GRAPH_WAIT, n, NULL));
	if (n->expr && !k->surely && n->otherwise_kind == OTHERWISE_CONTINUE)
		go_on(k, from, 0, NONE);
}

static void land_jumps(struct maker *k, const struct step *label)
{
	for (struct way **at = &k->jumps; *at;) {
		struct way *w = *at;
		if (w->to != label) {
			at = &w->next;
			continue;
		}
		*at = w->next;
		w->next = k->open;
		k->open = w;
	}
}

static void land_skip(struct maker *k, struct way **skipping)
{
	struct way *w = *skipping;
	*skipping = w->next;
	w->next = k->open;
	k->open = w;
}

/* The last node of the tree that it made. */
static const struct node *make_node(struct maker *k, const struct node *n, struct way **skipping)
{
	switch (n->kind) {
	case NODE_SEND: go_on(k, add_node(k, does(k, n), (struct graph_note){GRAPH_SEND, n, NULL}), 0, NONE); break;
	case NODE_ORIGINAL: go_on(k, add_node(k, BOUND_ORIGINAL, (struct graph_note){0}), 0, NONE); break;
	case NODE_WAIT: go_on(k, meet(k), dates_of(k, n), add_note(k, GRAPH_WAIT, n, NULL)); break;
	case NODE_WAIT_UNTIL: make_until(k, n, skipping); break;
	case NODE_WHEN: make_when(k, n, 0, NONE); break;
	case NODE_WAIT_FOR: make_wait_for(k, n); break;
	case NODE_REPEAT: make_repeat(k, n); break;
	case NODE_END: add_node(k, 0, (struct graph_note){GRAPH_END, n, NULL}); break;
	case NODE_REST: return make_rest(k, n);
	case NODE_KEEP: go_on(k, add_node(k, 0, (struct graph_note){GRAPH_KEEP, n, NULL}), 0, NONE); break;
	case NODE_SET:
	case NODE_PERFORM:
	case NODE_SUPPRESS:
	case NODE_KIND_COUNT: break;
	}
	return n;
}

static void make_list(struct maker *k, const struct node *n)
{
	struct way *skipping = NULL;
	const struct node *counts = k->likely && !k->muted ? one_that_counts(k, n) : NULL;
	for (; n; n = n->next) {
		if (n->label)
			land_jumps(k, n->label);
		struct way *own = NULL; /* it may leave out what follows, and end what was left out itself */
		if (k->open && k->likely && n != counts && is_choice(k, n))
			make_muted(k, n);
		else if (k->open)
			n = make_node(k, n, &own);
		if (n->skip_lands && skipping)
			land_skip(k, &skipping);
		if (own) {
			own->next = skipping;
			skipping = own;
		}
	}
	while (skipping)
		land_skip(k, &skipping);
}

void graph_make(struct graph *graph, struct arena *arena, const struct node *body, enum graph_sense sense,
                uint32_t closed_days)
{
	struct maker k = {.graph = graph,
	                  .likely = sense != GRAPH_SOONEST,
	                  .surely = sense == GRAPH_SURELY,
	                  .closed_days = closed_days};
	*graph = (struct graph){.arena = arena};
	go_on(&k, add_node(&k, 0, (struct graph_note){0}), 0, NONE);
	make_list(&k, body);
	if (k.open)
		add_node(&k, 0, (struct graph_note){.kind = GRAPH_END});
}

void graph_free(struct graph *graph)
{
	bound_free(&graph->bound);
}
