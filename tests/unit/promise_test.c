/* SPDX-License-Identifier: Apache-2.0
 * The proof of promises against brute force: random graphs, all of whose paths are written out one by one. What brute
 * force breaks must never be called proven; without messages that nobody waits for, both must agree. */
#include "compiler/analyze/promise.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
/* after those it needs */
#include <cmocka.h>

/* ---- random graphs ---- */

static uint64_t state;

static uint32_t below(uint32_t n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)(state >> 33) % n;
}

struct maker {
	struct arena *arena;
	bool detached;
	uint32_t steps;
};

static struct node *new_node(struct maker *m, enum node_kind kind)
{
	struct node *n = ARENA_NEW(m->arena, struct node);
	*n = (struct node){.kind = kind, .weekday = -1, .at_minute = -1};
	return n;
}

static struct term *days(struct maker *m, int64_t count)
{
	struct term *t = ARENA_NEW(m->arena, struct term);
	t->duration = ARENA_NEW(m->arena, struct expr);
	*t->duration = (struct expr){.kind = EXPR_CONSTANT};
	t->duration->constant = (struct constant){.type = TYPE_DURATION, .unit = UNIT_DAYS, .value = count};
	return t;
}

static struct node *make_send(struct maker *m)
{
	struct node *n = new_node(m, NODE_SEND);
	struct step *s = n->step = n->label = ARENA_NEW(m->arena, struct step);
	s->index = m->steps++;
	s->message = ARENA_NEW(m->arena, struct message);
	s->message->channel = below(3) ? CHANNEL_EMAIL : CHANNEL_SMS;
	if (below(6) == 0) { /* a `send … by`, or variants */
		s->message->next = ARENA_NEW(m->arena, struct message);
		s->message->next->channel = CHANNEL_SMS;
		s->message->hold_out = below(2);
	}
	n->detached = m->detached && below(3) == 0;
	return n;
}

static struct node *make_list(struct maker *m, int depth, uint32_t most);

static struct node *make_node(struct maker *m, int depth)
{
	struct node *n;
	switch (below(depth > 0 ? 10 : 6)) {
	case 0:
	case 1:
		n = new_node(m, NODE_WAIT);
		n->terms = days(m, below(5));
		return n;
	case 2:
		n = new_node(m, NODE_WAIT_UNTIL);
		n->otherwise_kind = (enum otherwise_kind)below(4);
		n->expr = below(2) || n->otherwise_kind != OTHERWISE_CONTINUE ? days(m, 1)->duration : NULL;
		n->next_day = below(2);
		return n;
	case 6:
	case 7:
		n = new_node(m, NODE_WHEN);
		n->then = make_list(m, depth - 1, 3);
		n->otherwise = make_list(m, depth - 1, 2);
		return n;
	case 8:
		n = new_node(m, NODE_WAIT_FOR);
		n->terms = days(m, below(6));
		n->otherwise = make_list(m, depth - 1, 2);
		for (uint32_t i = 1 + below(2); i > 0; i--) {
			struct arm *a = ARENA_NEW(m->arena, struct arm);
			*a = (struct arm){.body = make_list(m, depth - 1, 2), .next = n->arms};
			n->arms = a;
		}
		return n;
	case 9: {
		n = new_node(m, NODE_REPEAT);
		n->terms = days(m, below(4));
		n->then = make_list(m, depth - 1, 3);
		struct variable *v = ARENA_NEW(m->arena, struct variable);
		v->bound = 1 + below(5);
		n->variable = v;
		n->expr = below(2) ? days(m, 1)->duration : NULL; /* `until` */
		return n;
	}
	case 5:
		if (below(4) == 0)
			return new_node(m, below(3) ? NODE_END : NODE_ORIGINAL);
		/* fall through */
	default: return make_send(m);
	}
}

/* A `skip` leaves out the node after it; a `skip to` lands on a later message of its list. */
static void settle_skips(struct node *first)
{
	for (struct node *n = first; n; n = n->next) {
		if (n->kind != NODE_WAIT_UNTIL)
			continue;
		if (n->otherwise_kind == OTHERWISE_SKIP && n->next && n->next->kind != NODE_WAIT_UNTIL)
			n->next->skip_lands = true;
		else if (n->otherwise_kind == OTHERWISE_SKIP)
			n->otherwise_kind = OTHERWISE_CONTINUE;
		for (struct node *to = n->next; n->otherwise_kind == OTHERWISE_SKIP_TO && !n->step && to; to = to->next)
			if (to->label)
				n->step = to->label;
		if (n->otherwise_kind == OTHERWISE_SKIP_TO && !n->step)
			n->otherwise_kind = OTHERWISE_CONTINUE;
	}
}

static struct node *make_list(struct maker *m, int depth, uint32_t most)
{
	struct node *first = NULL, **last = &first;
	for (uint32_t count = below(most + 1); count > 0; count--) {
		*last = make_node(m, depth);
		last = &(*last)->next;
	}
	settle_skips(first);
	return first;
}

/* ---- all paths ---- */

#define EVENTS_MAX 96
#define PATHS_MAX  1500

struct event {
	int32_t date;
	bool detached;
};
struct path {
	struct event events[EVENTS_MAX];
	uint32_t count;
	int32_t now;
	bool ended, any, full;
	const struct step *jump; /* on its way there */
};
struct paths {
	struct path *items;
	uint32_t count, cap;
	bool too_many;
};

static void add_path(struct paths *s, const struct path *p)
{
	if (s->count == s->cap) {
		s->cap = s->cap ? 2 * s->cap : 64;
		s->items = realloc(s->items, s->cap * sizeof *s->items);
		assert_non_null(s->items);
	}
	s->items[s->count++] = *p;
	s->too_many |= s->count > PATHS_MAX;
}

static void add_all(struct paths *to, const struct paths *from)
{
	for (uint32_t i = 0; i < from->count && !to->too_many; i++)
		add_path(to, &from->items[i]);
	to->too_many |= from->too_many;
}

static bool counts(const struct promise *p, const struct message *m)
{
	for (; m; m = m->next)
		if (!m->hold_out && (p->what == LIMIT_MESSAGES || p->what == LIMIT_FOLLOWUPS ||
		                     (p->what == LIMIT_EMAIL && m->channel == CHANNEL_EMAIL) ||
		                     (p->what == LIMIT_SMS && m->channel == CHANNEL_SMS)))
			return true;
	return false;
}

static void go(const struct promise *p, const struct node *n, struct paths *s);

/* The paths that go on here: not ended, not on their way elsewhere. */
static struct paths take_active(struct paths *s)
{
	struct paths active = {0};
	uint32_t kept = 0;
	for (uint32_t i = 0; i < s->count; i++)
		if (!s->items[i].ended && !s->items[i].jump)
			add_path(&active, &s->items[i]);
		else
			s->items[kept++] = s->items[i];
	s->count = kept;
	active.too_many = s->too_many;
	return active;
}

static void copy_through(const struct promise *p, const struct node *body, const struct paths *active,
                         struct paths *out, int32_t wait)
{
	struct paths copy = {0};
	add_all(&copy, active);
	for (uint32_t i = 0; i < copy.count; i++)
		copy.items[i].now += wait;
	go(p, body, &copy);
	add_all(out, &copy);
	free(copy.items);
}

static int32_t days_of(const struct node *n)
{
	return (int32_t)n->terms->duration->constant.value;
}

/* Without an `until` it goes on only after the last round, for which nothing waits. */
static void go_repeat(const struct promise *p, const struct node *n, struct paths *active, struct paths *out)
{
	if (n->expr)
		add_all(out, active);
	for (uint32_t round = 0; round < n->variable->bound && active->count && !active->too_many; round++) {
		go(p, n->then, active);
		struct paths on = take_active(active);
		add_all(out, active); /* ended, or leaving */
		if (n->expr || round + 1 == n->variable->bound)
			add_all(out, &on);
		free(active->items);
		*active = on;
		for (uint32_t i = 0; i < active->count; i++)
			active->items[i].now += days_of(n);
	}
}

static void go_send(const struct promise *p, const struct node *n, struct path *path)
{
	if (!counts(p, n->step->message))
		return;
	bool first = !path->any;
	path->any = true;
	if (p->what == LIMIT_FOLLOWUPS && first)
		return;
	path->full |= path->count == EVENTS_MAX;
	if (path->full)
		return;
	path->events[path->count++] = (struct event){path->now, n->detached};
}

static void go_node(const struct promise *p, const struct node *n, struct paths *active, struct paths *out,
                    struct paths *skipping)
{
	switch (n->kind) {
	case NODE_WHEN:
		copy_through(p, n->then, active, out, 0);
		copy_through(p, n->otherwise, active, out, 0);
		return;
	case NODE_WAIT_FOR:
		for (const struct arm *a = n->arms; a; a = a->next)
			copy_through(p, a->body, active, out, 0);
		copy_through(p, n->otherwise, active, out, days_of(n));
		return;
	case NODE_REPEAT: go_repeat(p, n, active, out); return;
	case NODE_WAIT_UNTIL:
		if (n->otherwise_kind == OTHERWISE_SKIP)
			add_all(skipping, active);
		for (uint32_t i = 0; n->otherwise_kind == OTHERWISE_SKIP_TO && i < active->count; i++) {
			struct path away = active->items[i];
			away.jump = n->step;
			add_path(out, &away);
		}
		break;
	default: break;
	}
	for (uint32_t i = 0; i < active->count; i++) {
		struct path *path = &active->items[i];
		if (n->kind == NODE_SEND)
			go_send(p, n, path);
		else if (n->kind == NODE_ORIGINAL)
			path->any = true;
		path->ended |= n->kind == NODE_END;
		path->now += n->kind == NODE_WAIT                                    ? days_of(n)
		             : n->kind == NODE_WAIT_UNTIL && !n->expr && n->next_day ? 1
		                                                                     : 0;
	}
	add_all(out, active);
}

static void go(const struct promise *p, const struct node *n, struct paths *s)
{
	for (; n && !s->too_many; n = n->next) {
		struct paths skipping = {0};
		for (uint32_t i = 0; n->label && i < s->count; i++)
			if (s->items[i].jump == n->label)
				s->items[i].jump = NULL;
		struct paths active = take_active(s);
		go_node(p, n, &active, s, &skipping);
		free(active.items);
		if (skipping.count && n->next) { /* the next node by itself, then those that left it out */
			struct node alone = *n->next;
			alone.next = NULL;
			go(p, &alone, s);
			add_all(s, &skipping);
			n = n->next;
		}
		free(skipping.items);
	}
}

/* The most that can lie within the period: those that nobody waits for at any later date, too. */
static uint32_t most_near(const struct promise *p, const struct path *path)
{
	uint32_t most = p->period_days ? 0 : path->count;
	for (uint32_t i = 0; p->period_days && i < path->count; i++) {
		int32_t end = path->events[i].date;
		uint32_t near = 0;
		for (uint32_t j = 0; j < path->count; j++) {
			const struct event *e = &path->events[j];
			near += e->date <= end && (e->detached || e->date > end - (int32_t)p->period_days);
		}
		most = near > most ? near : most;
	}
	return most;
}

/* ---- both ---- */

static uint32_t brute_force(const struct sequence *q, const struct promise *p, bool *too_many)
{
	struct paths s = {0};
	struct path start = {.count = 0};
	uint32_t most = 0;
	add_path(&s, &start);
	go(p, q->body, &s);
	*too_many = s.too_many;
	for (uint32_t i = 0; i < s.count; i++) {
		uint32_t near = most_near(p, &s.items[i]);
		most = near > most ? near : most;
		*too_many |= s.items[i].full;
	}
	free(s.items);
	return most;
}

/* The way that is told sends as many as it says. */
static void tells_a_way(const struct graph *graph, const struct promise *p, uint32_t count)
{
	struct bound_step *path;
	uint32_t length, sends = 0;
	assert_true(bound_path(&graph->bound, p->what, p->period_days, count, &path, &length));
	for (uint32_t i = 0; i < length; i++) {
		assert_true(path[i].node == NONE || graph->nodes[path[i].node].kind == GRAPH_SEND);
		if (path[i].rounds)
			sends = count; /* some were left out */
		else if (path[i].node != NONE)
			sends += counts(p, graph->nodes[path[i].node].node->step->message);
	}
	assert_true(sends >= count);
	free(path);
}

static void agree_on(uint64_t seed, bool detached, uint32_t *broken_count, uint32_t *checked)
{
	struct arena arena;
	struct diags diags;
	struct sources sources = {0};
	arena_init(&arena, 0, NULL);
	diags_init(&diags, &arena, &sources);
	state = seed * 0x9E3779B97F4A7C15u + 1;
	struct maker m = {.arena = &arena, .detached = detached};
	static const enum plan_limit_what whats[] = {LIMIT_MESSAGES, LIMIT_FOLLOWUPS, LIMIT_EMAIL, LIMIT_SMS};
	struct sequence q = {.body = make_list(&m, 3, 6)};
	struct promise p = {.what = whats[below(4)], .count = 1 + below(4), .period_days = below(5) ? 1 + below(9) : 0};
	q.promises = &p;
	bool too_many;
	uint32_t most = brute_force(&q, &p, &too_many), proven;
	bool broken = most > p.count;
	struct graph graph;
	graph_make(&graph, &arena, q.body, GRAPH_SOONEST, 0);
	promise_check(&diags, &q, &graph);
	if (!too_many) {
		++*checked;
		*broken_count += broken;
		if (broken && !diags.count)
			fail_msg("seed %llu: called proven, but a path breaks it", (unsigned long long)seed);
		if (!broken && diags.count && !detached)
			fail_msg("seed %llu: no path breaks it", (unsigned long long)seed);
		assert_true(bound_most(&graph.bound, p.what, p.period_days, UINT32_MAX, &proven));
		if (detached ? proven < most : proven != most)
			fail_msg("seed %llu: %u, but a path sends %u", (unsigned long long)seed, proven, most);
		if (most && !detached)
			tells_a_way(&graph, &p, most);
	}
	graph_free(&graph);
	arena_free(&arena);
}

static void proofs_are_what_brute_force_finds(void **unused)
{
	(void)unused;
	uint32_t broken = 0, checked = 0;
	for (uint64_t seed = 1; seed <= 2000; seed++)
		agree_on(seed, false, &broken, &checked);
	assert_true(checked > 1000);
	assert_true(broken > checked / 10 && broken < checked * 9 / 10);
}

static void what_nobody_waits_for_is_never_called_proven(void **unused)
{
	(void)unused;
	uint32_t broken = 0, checked = 0;
	for (uint64_t seed = 1; seed <= 2000; seed++)
		agree_on(seed, true, &broken, &checked);
	assert_true(checked > 1000);
	assert_true(broken > checked / 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(proofs_are_what_brute_force_finds),
	        cmocka_unit_test(what_nobody_waits_for_is_never_called_proven),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
