/* SPDX-License-Identifier: Apache-2.0
 * Shortest and longest ways at once, node after node. Of a repeat two rounds are walked: the first, for the shortest
 * way out of it, and the last, for the longest. */
#include "compiler/analyze/durations.h"
#include "base/civil.h"

#define TIME_MAX (INT64_MAX / 4)

struct kept {
	const struct variable *slot;
	struct bounds_time closes; /* when it does, from the start */
	struct kept *next;
};
struct spot {
	bool reached;
	struct bounds_time time;
};
struct walk {
	const struct graph *graph;
	struct spot *at, *ends;
	struct kept *kept;
};

static int64_t sum(int64_t a, int64_t b)
{
	return a + b < TIME_MAX ? a + b : TIME_MAX;
}

static struct bounds_time add(struct bounds_time a, struct bounds_time b)
{
	return (struct bounds_time){sum(a.least_us, b.least_us), sum(a.most_us, b.most_us), a.open || b.open};
}

struct bounds_time durations_constant(const struct constant *c)
{
	int64_t n = c->value < 0 ? 0 : c->value, least = n, most = n;
	switch (c->unit) {
	case UNIT_US: return (struct bounds_time){n < TIME_MAX ? n : TIME_MAX, n < TIME_MAX ? n : TIME_MAX, false};
	case UNIT_BUSINESS_DAYS:
		least = n ? n + (n - 1) / 5 * 2 : 0;
		most = n + (n + 4) / 5 * 2;
		break;
	case UNIT_MONTHS:
		least = 28 * n;
		most = 31 * n;
		break;
	case UNIT_DAYS:
	case UNIT_COUNT: break;
	}
	int64_t limit = TIME_MAX / US_PER_DAY;
	return (struct bounds_time){(least < limit ? least : limit) * US_PER_DAY,
	                            (most < limit ? most : limit) * US_PER_DAY, false};
}

static struct bounds_time of_terms(const struct term *t)
{
	struct bounds_time time = {0};
	for (; t; t = t->next) {
		if (t->duration->kind != EXPR_CONSTANT) {
			time = (struct bounds_time){0, time.most_us, true};
			continue;
		}
		struct bounds_time c = durations_constant(&t->duration->constant);
		if (t->minus)
			c = (struct bounds_time){-c.most_us, -c.least_us, false};
		time = add(time, c);
		time.least_us = time.least_us > 0 ? time.least_us : 0;
		time.most_us = time.most_us > 0 ? time.most_us : 0;
	}
	return time;
}

static struct bounds_time of_wait(const struct node *n)
{
	struct bounds_time time = of_terms(n->terms);
	if (n->kind == NODE_WAIT_UNTIL)
		return (struct bounds_time){0, n->expr ? 0 : (n->weekday >= 0 ? 7 : 1) * US_PER_DAY, n->expr != NULL};
	if (n->kind != NODE_WAIT || n->at_minute < 0)
		return time;
	time.least_us = time.least_us > US_PER_DAY ? time.least_us - US_PER_DAY : 0;
	time.most_us = sum(time.most_us, US_PER_DAY);
	return time;
}

static struct kept *find_kept(struct walk *w, const struct variable *slot)
{
	struct kept *k = w->kept;
	while (k && k->slot != slot)
		k = k->next;
	return k;
}

/* How late it is after an edge. */
static struct bounds_time pass(struct walk *w, struct bounds_time time, uint32_t note)
{
	if (note == NONE)
		return time;
	const struct graph_note *what = &w->graph->notes[note];
	const struct node *n = what->node;
	struct bounds_time cost = of_wait(n);
	if (n->kind == NODE_REST && n->deadline) {
		const struct kept *k = find_kept(w, n->deadline);
		if (k && k->closes.most_us > time.most_us)
			time.most_us = k->closes.most_us;
		return time;
	}
	if (what->kind == GRAPH_REST || what->kind == GRAPH_ARM)
		cost.least_us = 0;
	return add(time, cost);
}

static void reach(struct spot *s, struct bounds_time time)
{
	if (!s->reached) {
		*s = (struct spot){true, time};
		return;
	}
	s->time.least_us = time.least_us < s->time.least_us ? time.least_us : s->time.least_us;
	s->time.most_us = time.most_us > s->time.most_us ? time.most_us : s->time.most_us;
	s->time.open |= time.open;
}

static void visit(struct walk *w, uint32_t node)
{
	const struct bound_graph *g = &w->graph->bound;
	const struct graph_note *what = &w->graph->nodes[node];
	struct bounds_time time = w->at[node].time;
	if (what->kind == GRAPH_END || what->kind == GRAPH_TOO_LATE)
		reach(&w->ends[node], time);
	if (what->kind == GRAPH_KEEP) {
		struct kept *k = find_kept(w, what->node->variable);
		if (!k) {
			k = ARENA_NEW(w->graph->arena, struct kept);
			k->next = w->kept;
			w->kept = k;
		}
		k->slot = what->node->variable;
		k->closes = add(time, of_terms(what->node->terms));
	}
	for (uint32_t e = g->nodes[node].edges; e != NONE; e = g->edges[e].next)
		reach(&w->at[g->edges[e].to], pass(w, time, g->edges[e].note));
}

static void run(struct walk *w, uint32_t from, uint32_t to);

static void run_loop(struct walk *w, uint32_t head)
{
	const struct bound_loop *l = &w->graph->bound.loops[w->graph->bound.nodes[head].loop];
	struct bounds_time entry = w->at[head].time, every = of_wait(w->graph->notes[l->note].node);
	visit(w, head);
	run(w, head + 1, l->wait - 1);
	struct spot first = w->at[l->wait];
	if (!first.reached)
		return;
	if (l->until || l->rounds == 1)
		visit(w, l->wait);
	if (l->rounds == 1)
		return;
	int64_t times = l->rounds - 1, most = sum(first.time.most_us - entry.most_us, every.most_us),
	        least = sum(first.time.least_us - entry.least_us, every.least_us);
	most = most < TIME_MAX / times ? most * times : TIME_MAX;
	least = least < TIME_MAX / times ? least * times : TIME_MAX;
	for (uint32_t i = head; i <= l->wait; i++)
		w->at[i].reached = false;
	reach(&w->at[head], add(entry, (struct bounds_time){least, most, first.time.open}));
	visit(w, head);
	run(w, head + 1, l->wait);
}

static void run(struct walk *w, uint32_t from, uint32_t to)
{
	for (uint32_t i = from; i <= to; i++) {
		uint32_t loop = w->graph->bound.nodes[i].loop;
		if (w->at[i].reached && loop == NONE)
			visit(w, i);
		else if (w->at[i].reached)
			run_loop(w, i);
		if (loop != NONE)
			i = w->graph->bound.loops[loop].wait;
	}
}

void durations_find(const struct graph *graph, struct bounds *out)
{
	uint32_t count = graph->bound.node_count, cap = 0;
	struct walk w = {.graph = graph};
	struct spot run_time = {0};
	if (graph->bound.failed)
		return;
	w.at = ARENA_ARRAY(graph->arena, struct spot, count + 1);
	w.ends = ARENA_ARRAY(graph->arena, struct spot, count + 1);
	w.at[0].reached = true;
	run(&w, 0, count - 1);
	for (uint32_t i = 0; i < count; i++) {
		if (!w.ends[i].reached)
			continue;
		const struct node *n = graph->nodes[i].node;
		ARENA_PUSH(graph->arena, out->ends, out->end_count, cap) =
		        (struct bounds_end){n, n ? n->reason : SLICE(""), w.ends[i].time};
		reach(&run_time, w.ends[i].time);
	}
	out->run = run_time.time;
}

/* ---- words ---- */

static void put_length(struct buf *out, int64_t us)
{
	static const struct {
		int64_t us;
		const char *word;
	} units[] = {{US_PER_DAY, "day"}, {US_PER_HOUR, "hour"}, {US_PER_MINUTE, "minute"}};
	int64_t seconds = us / US_PER_SECOND;
	for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
		int64_t n = us / units[i].us, rest = us % units[i].us;
		if (!n || (i < 2 && rest && n < 2))
			continue;
		buf_addf(out, "%lld %s%s", (long long)n, units[i].word, n == 1 ? "" : "s");
		if (i < 2 && rest / units[i + 1].us) {
			n = rest / units[i + 1].us;
			buf_addf(out, " %lld %s%s", (long long)n, units[i + 1].word, n == 1 ? "" : "s");
		}
		return;
	}
	buf_addf(out, "%lld second%s", (long long)seconds, seconds == 1 ? "" : "s");
}

void bounds_put_time(struct buf *out, const struct bounds_time *t)
{
	if (t->open) {
		buf_adds(out, t->least_us ? "at least " : "any time");
		if (t->least_us)
			put_length(out, t->least_us);
	} else if (!t->most_us) {
		buf_adds(out, "at once");
	} else {
		if (t->least_us != t->most_us && t->least_us) {
			put_length(out, t->least_us);
			buf_adds(out, " to ");
		} else if (!t->least_us) {
			buf_adds(out, "up to ");
		}
		put_length(out, t->most_us);
	}
}
