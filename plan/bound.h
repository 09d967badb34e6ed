/* SPDX-License-Identifier: Apache-2.0
 * The most messages that any way through a sequence can send: in all, or within some local dates in a row. The compiler
 * makes the graph from the checked tree and the verifier makes it again from the code (bound_code.c), so that a promise
 * in a plan is derived, not believed.
 *
 * The search is label-setting: at each node it keeps, for every number of messages, the fewest local dates that they
 * can lie within, on any way there; what does not fit into the period is forgotten. The answer is exact for the graph.
 * What the graph leaves out makes it safe, never too small: every condition may hold, everything that is waited for may
 * come at once, a moment may be past, windows, quiet hours and limits only move messages apart. Two things are joined
 * more loosely than ways are: a message that nobody waits for (OP_QUEUE) counts beside every later one, and a month is
 * any 31 dates.
 *
 * Repeats are not unrolled: a round that begins as the one before did is the last one looked at; without a period all
 * rounds but the first two and the last are added up. A search that grows beyond its budget says so. */
#ifndef SEQ_PLAN_BOUND_H
#define SEQ_PLAN_BOUND_H
#include "plan/plan.h"

/* What a node does, beside a bit (1 << CHANNEL_…) for each channel that its message may leave by. */
enum { BOUND_DETACHED = 0x40, BOUND_ORIGINAL = 0x80, BOUND_CHANNELS = (1 << CHANNEL_COUNT) - 1 };
#define BOUND_MONTH_DATES 31u

struct bound_edge {
	uint32_t to, next; /* next: of the same node, or NONE */
	uint32_t dates;    /* the fewest local dates that pass */
	uint32_t note;     /* the maker's own, told in paths; or NONE */
};
struct bound_node {
	uint32_t edges, loop; /* the first; the repeat that begins here; or NONE */
	uint8_t does;
};
/* The nodes head … wait, entered at the head only, then again from `wait`, `dates` later. The edges of `wait` are taken
 * after the last round; when `until`, after any. */
struct bound_loop {
	uint32_t wait, rounds, dates, note;
	bool until;
};
/* Edges lead to nodes of greater number only; node 0 is the start. All on the heap; failed: out of memory. */
struct bound_graph {
	struct bound_node *nodes;
	struct bound_edge *edges;
	struct bound_loop *loops;
	uint32_t node_count, node_cap, edge_count, edge_cap, loop_count, loop_cap;
	bool failed;
};
uint32_t bound_add_node(struct bound_graph *g, unsigned does);
void bound_add_edge(struct bound_graph *g, uint32_t from, uint32_t to, uint32_t dates, uint32_t note);
void bound_add_loop(struct bound_graph *g, uint32_t head, struct bound_loop loop);
void bound_free(struct bound_graph *g);

/* The fewest local dates that a wait can take: a sum of durations, added or taken off. A day with a clock change has 25
 * hours; five business days in a row reach over a weekend; what is not written out may be anything. */
struct bound_wait {
	int64_t dates, us;
	bool unknown;
};
void bound_wait_add(struct bound_wait *w, enum plan_unit unit, int64_t value, bool minus);
uint32_t bound_wait_dates(const struct bound_wait *w);

/* The most messages of that kind on any way: in all (period_days 0), or within so many local dates in a row
 * (MONTH_PERIOD: 31). cap: where counting may stop; a result above it only says that it is above. False: out of memory
 * or beyond the budget. */
bool bound_most(const struct bound_graph *g, enum plan_limit_what what, uint32_t period_days, uint32_t cap,
                uint32_t *most);

/* A step of a way: a node that sends, an edge with a note, or (neither) rounds like the one before, left out. */
struct bound_step {
	uint32_t node, note, rounds; /* NONE, NONE, 0 */
};
/* Some way with at least `count` of them, from the first one that counts on (without a period, from the start) to the
 * last, messages of other channels among them; on the heap. Messages that nobody waits for may be missing. False as
 * above, or when there is none. */
bool bound_path(const struct bound_graph *g, enum plan_limit_what what, uint32_t period_days, uint32_t count,
                struct bound_step **path, uint32_t *length);

/* Whether a limit of the sequence itself, one that always holds, keeps a promise whatever the steps do. */
bool bound_limit_keeps(enum plan_limit_what limit, int64_t limit_count, uint32_t limit_days,
                       enum plan_limit_what promise, int64_t promise_count, uint32_t promise_days);

/* The graph of a plan's body; its code and records must have been verified but for the promises. */
bool bound_graph_of_code(struct bound_graph *g, const struct image *m);
/* The same question to a plan. */
bool plan_bound(const struct plan *p, enum plan_limit_what what, uint32_t period_days, uint32_t *most);
#endif
