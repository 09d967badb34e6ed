/* SPDX-License-Identifier: Apache-2.0
 * The search. A label set (struct state) is a staircase: entry after entry more messages within more dates, none of
 * which another one beats. Without a period it is one entry, the most messages. */
#include "plan/bound.h"
#include "base/civil.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define ENTRIES_MAX 400u      /* of a staircase */
#define WORK_MAX    50000000u /* entries looked at in one search */
#define CELLS_MAX   2000000u  /* steps remembered for a path */
#define CELLS_CHUNK 1000u
#define DATES_MAX   1000000

/* ---- the graph ---- */

/* The items with room for one more; NULL after failing. */
static void *room(struct bound_graph *g, void *items, uint32_t count, uint32_t *cap, size_t size)
{
	if (g->failed)
		return NULL;
	if (count < *cap)
		return items;
	uint32_t more = *cap ? *cap * 2 : 64;
	items = more > *cap ? realloc(items, more * size) : NULL;
	g->failed = !items;
	if (items)
		*cap = more;
	return items;
}

uint32_t bound_add_node(struct bound_graph *g, unsigned does)
{
	struct bound_node *items = room(g, g->nodes, g->node_count, &g->node_cap, sizeof *items);
	if (!items)
		return 0;
	g->nodes = items;
	items[g->node_count] = (struct bound_node){.edges = NONE, .loop = NONE, .does = (uint8_t)does};
	return g->node_count++;
}

void bound_add_edge(struct bound_graph *g, uint32_t from, uint32_t to, uint32_t dates, uint32_t note)
{
	struct bound_edge *items = room(g, g->edges, g->edge_count, &g->edge_cap, sizeof *items);
	if (!items)
		return;
	assert(from < to && to < g->node_count);
	dates = dates < DATES_MAX ? dates : DATES_MAX;
	g->edges = items;
	items[g->edge_count] =
	        (struct bound_edge){.to = to, .next = g->nodes[from].edges, .dates = dates, .note = note};
	g->nodes[from].edges = g->edge_count++;
}

void bound_add_loop(struct bound_graph *g, uint32_t head, struct bound_loop loop)
{
	struct bound_loop *items = room(g, g->loops, g->loop_count, &g->loop_cap, sizeof *items);
	if (!items)
		return;
	assert(head < loop.wait && loop.wait < g->node_count && g->nodes[head].loop == NONE);
	g->loops = items;
	items[g->loop_count] = loop;
	g->nodes[head].loop = g->loop_count++;
}

void bound_free(struct bound_graph *g)
{
	free(g->nodes);
	free(g->edges);
	free(g->loops);
	*g = (struct bound_graph){0};
}

/* ---- waits ---- */

void bound_wait_add(struct bound_wait *w, enum plan_unit unit, int64_t value, bool minus)
{
	int64_t most = unit == UNIT_US ? DATES_MAX * US_PER_DAY : DATES_MAX; /* nobody looks further */
	w->unknown |= value < 0 || (minus && value > most);
	value = w->unknown ? 0 : value < most ? value : most;
	switch (unit) {
	case UNIT_US: w->us += minus ? -value : value; break;
	case UNIT_DAYS: w->dates += minus ? -value : value; break;
	case UNIT_MONTHS: w->dates += minus ? -31 * value : 28 * value; break;
	case UNIT_BUSINESS_DAYS: /* from a Sunday on; holidays may put any number off */
		w->unknown |= minus;
		w->dates += value ? value + (value - 1) / 5 * 2 : 0;
		break;
	case UNIT_COUNT: break;
	}
	w->us = w->us < DATES_MAX * US_PER_DAY ? w->us : DATES_MAX * US_PER_DAY;
	w->dates = w->dates < DATES_MAX ? w->dates : DATES_MAX;
	w->unknown |= w->us < -DATES_MAX * US_PER_DAY || w->dates < -DATES_MAX;
}

uint32_t bound_wait_dates(const struct bound_wait *w)
{
	int64_t us = w->us ? w->us - US_PER_HOUR : 0;
	int64_t dates = w->dates + (us >= 0 ? us / US_PER_DAY : -((US_PER_DAY - 1 - us) / US_PER_DAY));
	if (w->unknown || dates < 0)
		return 0;
	return dates < DATES_MAX ? (uint32_t)dates : DATES_MAX;
}

/* ---- label sets ---- */

/* A step of a path, newest first. */
struct cell {
	struct bound_step step;
	const struct cell *before;
};
struct cells {
	struct cells *next;
	uint32_t used;
	struct cell items[CELLS_CHUNK];
};

struct entry {
	int32_t dates; /* since the first of them; without a period since the start */
	uint32_t count;
	const struct cell *path;
};
struct state {
	struct state *next; /* in the free list */
	uint32_t n;
	uint32_t loose; /* messages that nobody waits for, the most on any way */
	bool any;       /* some way has sent a message, or began with the user's own */
	struct entry e[];
};

struct search {
	const struct bound_graph *g;
	enum plan_limit_what what;
	unsigned channels;
	bool windowed;
	int32_t period;
	uint32_t cap, kept;
	struct state **at; /* of each node: what has come there */
	struct state *free;
	uint32_t most;
	uint64_t work;
	bool failed;
	uint32_t wanted; /* when a path is: how many on it; else 0 */
	const struct cell *found;
	struct cells *cells;
	uint32_t cell_count;
};

static struct state *take(struct search *s)
{
	struct state *p = s->free;
	if (p)
		s->free = p->next;
	else
		p = malloc(sizeof *p + s->kept * sizeof *p->e);
	s->failed |= !p;
	return p;
}

static void give_back(struct search *s, struct state *p)
{
	if (!p)
		return;
	p->next = s->free;
	s->free = p;
}

static struct state *copy_of(struct search *s, const struct state *p)
{
	struct state *n = take(s);
	if (n)
		memcpy(n, p, sizeof *p + p->n * sizeof *p->e);
	return n;
}

static const struct cell *remember(struct search *s, struct bound_step step, const struct cell *before)
{
	if (!s->wanted || s->failed)
		return NULL;
	if (!s->cells || s->cells->used == CELLS_CHUNK) {
		struct cells *c = s->cell_count < CELLS_MAX ? malloc(sizeof *c) : NULL;
		s->failed |= !c;
		if (!c)
			return NULL;
		c->used = 0;
		c->next = s->cells;
		s->cells = c;
	}
	struct cell *c = &s->cells->items[s->cells->used++];
	s->cell_count++;
	*c = (struct cell){.step = step, .before = before};
	return c;
}

/* Time passes on the way. */
static void pass(struct search *s, struct state *p, uint32_t dates, uint32_t note)
{
	uint32_t kept = 0;
	for (uint32_t i = 0; i < p->n; i++) {
		struct entry e = p->e[i];
		e.dates = e.dates < DATES_MAX - (int32_t)dates ? e.dates + (int32_t)dates : DATES_MAX;
		if (s->windowed && e.dates >= s->period)
			break;
		if (note != NONE)
			e.path = remember(s, (struct bound_step){NONE, note, 0}, e.path);
		p->e[kept++] = e;
	}
	p->n = kept;
}

/* Of all that is in both only what is not beaten. */
static void join(struct search *s, struct state *p, const struct state *q)
{
	struct entry all[ENTRIES_MAX];
	uint32_t n = 0, i = 0, k = 0;
	p->any |= q->any;
	p->loose = p->loose > q->loose ? p->loose : q->loose;
	s->work += p->n + q->n;
	if (!s->windowed) {
		const struct entry *a = &p->e[0], *b = &q->e[0];
		if (b->count > a->count || (b->count == a->count && b->dates < a->dates))
			p->e[0] = *b;
		return;
	}
	while (i < p->n || k < q->n) {
		bool first =
		        k == q->n || (i < p->n && (p->e[i].dates < q->e[k].dates ||
		                                   (p->e[i].dates == q->e[k].dates && p->e[i].count >= q->e[k].count)));
		const struct entry *e = first ? &p->e[i++] : &q->e[k++];
		if ((!n || e->count > all[n - 1].count) && (!n || all[n - 1].count < s->cap))
			all[n++] = *e;
	}
	memcpy(p->e, all, n * sizeof *all);
	p->n = n;
}

static bool is_same(const struct search *s, const struct state *p, const struct state *q)
{
	bool same = p->any == q->any && p->loose == q->loose && p->n == q->n;
	for (uint32_t i = 0; same && i < p->n; i++)
		same = p->e[i].count == q->e[i].count && (!s->windowed || p->e[i].dates == q->e[i].dates);
	return same;
}

/* ---- the search ---- */

static void count_to(struct search *s, const struct state *p)
{
	uint32_t near = p->n ? p->e[p->n - 1].count : 0;
	near = near > UINT32_MAX - p->loose ? UINT32_MAX : near + p->loose;
	s->most = near > s->most ? near : s->most;
	if (s->wanted && near >= s->wanted && !s->found)
		s->found = p->n ? p->e[p->n - 1].path : NULL;
}

/* One more in each entry, and one that begins with it. */
static void send(struct search *s, struct state *p, uint32_t node)
{
	unsigned does = s->g->nodes[node].does;
	struct bound_step step = {node, NONE, 0};
	if (does & BOUND_ORIGINAL)
		p->any = true;
	if (!(does & s->channels)) {
		for (uint32_t i = 0; (does & BOUND_CHANNELS) && i < p->n; i++)
			p->e[i].path = remember(s, step, p->e[i].path);
		return;
	}
	bool first = !p->any;
	p->any = true;
	if (s->what == LIMIT_FOLLOWUPS && first)
		return;
	if (s->windowed && (does & BOUND_DETACHED)) {
		p->loose += p->loose < s->cap;
		count_to(s, p);
		return;
	}
	if (s->windowed && (!p->n || p->e[0].dates)) {
		uint32_t n = p->n < s->kept ? p->n : s->kept - 1;
		memmove(p->e + 1, p->e, n * sizeof *p->e);
		p->e[0] = (struct entry){0};
		p->n = n + 1;
	}
	for (uint32_t i = 0; i < p->n; i++) {
		p->e[i].count += p->e[i].count < UINT32_MAX;
		p->e[i].path = remember(s, step, p->e[i].path);
		if (s->windowed && p->e[i].count >= s->cap)
			p->n = i + 1;
	}
	count_to(s, p);
}

static bool is_over(const struct search *s)
{
	return s->failed || s->work > WORK_MAX || s->found || (s->windowed && !s->wanted && s->most >= s->cap);
}

/* Along an edge; takes p. */
static void arrive(struct search *s, uint32_t to, struct state *p)
{
	if (!p)
		return;
	if (!s->at[to]) {
		s->at[to] = p;
		return;
	}
	join(s, s->at[to], p);
	give_back(s, p);
}

/* Goes on over every edge; takes p. */
static void leave(struct search *s, uint32_t node, struct state *p)
{
	for (uint32_t e = s->g->nodes[node].edges; e != NONE; e = s->g->edges[e].next) {
		const struct bound_edge *edge = &s->g->edges[e];
		s->work += p->n + 1;
		struct state *n = edge->next == NONE ? p : copy_of(s, p);
		if (edge->next == NONE)
			p = NULL;
		if (n)
			pass(s, n, edge->dates, edge->note);
		arrive(s, edge->to, n);
	}
	give_back(s, p);
}

static void visit(struct search *s, uint32_t node)
{
	struct state *p = s->at[node];
	s->at[node] = NULL;
	s->work += p->n + 1;
	send(s, p, node);
	leave(s, node, p);
}

/* Without a period each further round adds the same: all but the last are added at once. */
static uint32_t add_up(struct search *s, struct state *p, const struct state *before, uint32_t left)
{
	if (s->windowed || left < 2 || p->any != before->any)
		return 0;
	uint64_t skip = left - 1, count = p->e[0].count - before->e[0].count;
	int64_t dates = p->e[0].dates - before->e[0].dates;
	count = p->e[0].count + count * skip;
	dates = p->e[0].dates + (dates > 0 ? dates : 0) * (int64_t)skip;
	p->e[0].count = count < UINT32_MAX ? (uint32_t)count : UINT32_MAX;
	p->e[0].dates = dates < DATES_MAX ? (int32_t)dates : DATES_MAX;
	p->e[0].path = remember(s, (struct bound_step){NONE, NONE, (uint32_t)skip}, p->e[0].path);
	return (uint32_t)skip;
}

static void run(struct search *s, uint32_t from, uint32_t to);

static void run_loop(struct search *s, uint32_t head)
{
	const struct bound_loop *l = &s->g->loops[s->g->nodes[head].loop];
	for (uint32_t left = l->rounds; left && !is_over(s);) {
		struct state *before = copy_of(s, s->at[head]);
		if (!before)
			return;
		visit(s, head);
		run(s, head + 1, l->wait - 1);
		struct state *p = s->at[l->wait], *next = p ? copy_of(s, p) : NULL;
		s->at[l->wait] = NULL;
		left--;
		if (next) {
			pass(s, next, l->dates, l->note);
			bool settled = is_same(s, next, before);
			if (!settled && left)
				left -= add_up(s, next, before, left);
			if (settled)
				left = 0;
			if (left)
				s->at[head] = next;
			else
				give_back(s, next);
		} else {
			left = 0;
		}
		if (p && (l->until || !left))
			leave(s, l->wait, p);
		else
			give_back(s, p);
		give_back(s, before);
	}
}

/* The nodes from … to, in order; of a repeat all its rounds. */
static void run(struct search *s, uint32_t from, uint32_t to)
{
	for (uint32_t i = from; i <= to && !is_over(s); i++) {
		uint32_t loop = s->g->nodes[i].loop;
		if (s->at[i] && loop == NONE)
			visit(s, i);
		else if (s->at[i])
			run_loop(s, i);
		if (loop != NONE)
			i = s->g->loops[loop].wait;
	}
}

static unsigned channels_of(enum plan_limit_what what)
{
	switch (what) {
	case LIMIT_EMAIL: return 1u << CHANNEL_EMAIL;
	case LIMIT_SMS: return 1u << CHANNEL_SMS;
	case LIMIT_WHATSAPP: return 1u << CHANNEL_WHATSAPP;
	case LIMIT_MESSAGES:
	case LIMIT_FOLLOWUPS:
	case LIMIT_COUNT: break;
	}
	return BOUND_CHANNELS;
}

static void end(struct search *s)
{
	for (uint32_t i = 0; s->at && i < s->g->node_count; i++)
		give_back(s, s->at[i]);
	for (struct state *p = s->free, *next; p; p = next) {
		next = p->next;
		free(p);
	}
	for (struct cells *c = s->cells, *next; c; c = next) {
		next = c->next;
		free(c);
	}
	free(s->at);
}

static bool search(struct search *s, uint32_t period_days, uint32_t cap)
{
	s->channels = channels_of(s->what);
	s->windowed = period_days > 0;
	s->period = (int32_t)(period_days == MONTH_PERIOD ? BOUND_MONTH_DATES : period_days);
	s->cap = cap < UINT32_MAX ? cap + 1 : cap;
	s->kept = !s->windowed ? 1 : s->cap < (uint32_t)s->period ? s->cap : (uint32_t)s->period;
	if (s->g->failed || s->kept > ENTRIES_MAX || !s->g->node_count)
		return false;
	s->at = calloc(s->g->node_count, sizeof *s->at);
	struct state *start = s->at ? take(s) : NULL;
	if (!start)
		return false;
	*start = (struct state){.n = !s->windowed};
	start->e[0] = (struct entry){0};
	s->at[0] = start;
	run(s, 0, s->g->node_count - 1);
	return !s->failed && s->work <= WORK_MAX;
}

bool bound_most(const struct bound_graph *g, enum plan_limit_what what, uint32_t period_days, uint32_t cap,
                uint32_t *most)
{
	struct search s = {.g = g, .what = what};
	bool good = search(&s, period_days, cap);
	*most = s.most;
	end(&s);
	return good;
}

bool bound_path(const struct bound_graph *g, enum plan_limit_what what, uint32_t period_days, uint32_t count,
                struct bound_step **path, uint32_t *length)
{
	struct search s = {.g = g, .what = what, .wanted = count};
	uint32_t n = 0;
	*path = NULL;
	*length = 0;
	bool good = count && search(&s, period_days, count) && s.found;
	for (const struct cell *c = s.found; good && c; c = c->before)
		n++;
	*path = n ? malloc(n * sizeof **path) : NULL;
	*length = *path ? n : 0;
	for (const struct cell *c = s.found; *path && c; c = c->before)
		(*path)[--n] = c->step;
	end(&s);
	return *path != NULL;
}

/* W dates meet at most ceil(W / P) stretches of P dates; a month at most itself; a cap counts over all. */
bool bound_limit_keeps(enum plan_limit_what limit, int64_t limit_count, uint32_t limit_days,
                       enum plan_limit_what promise, int64_t promise_count, uint32_t promise_days)
{
	if (limit != promise && limit != LIMIT_MESSAGES)
		return false;
	if (!limit_days || limit_days == promise_days)
		return limit_count <= promise_count;
	if (!promise_days || limit_days == MONTH_PERIOD)
		return false;
	uint32_t dates = promise_days == MONTH_PERIOD ? BOUND_MONTH_DATES : promise_days;
	int64_t stretches = ((int64_t)dates + limit_days - 1) / limit_days;
	return limit_count <= promise_count / stretches;
}
