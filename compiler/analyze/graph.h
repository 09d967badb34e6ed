/* SPDX-License-Identifier: Apache-2.0
 * The checked body of a sequence as the graph of plan/bound.h, with what each node and edge stands for, so that a way
 * through it can be told. */
#ifndef SEQ_COMPILER_ANALYZE_GRAPH_H
#define SEQ_COMPILER_ANALYZE_GRAPH_H
#include "compiler/check.h"
#include "plan/bound.h"

/* What happens on an edge, or (END, KEEP) at a node. */
enum graph_kind {
	GRAPH_NOTHING,
	GRAPH_SEND,    /* node: with its step */
	GRAPH_WAIT,    /* WAIT, WAIT_UNTIL, the time of a WAIT_FOR that is over, a REST that nobody ended */
	GRAPH_REST,    /* a REST, ended or not */
	GRAPH_KEEP,    /* a moment is kept */
	GRAPH_ARM,     /* what a WAIT_FOR waits for comes */
	GRAPH_ROUND,   /* the wait between two rounds */
	GRAPH_END,     /* END, or NULL: the end of the body */
	GRAPH_TOO_LATE /* the `otherwise exit` of a WAIT_UNTIL; node: it */
};
struct graph_note {
	enum graph_kind kind;
	const struct node *node;
	const struct arm *arm;
};
struct graph {
	struct bound_graph bound;
	struct arena *arena;
	struct graph_note *nodes, *notes; /* of each node; of each note of an edge */
	uint32_t node_cap, note_count, note_cap;
};
/* SOONEST: all ways, each wait as short as it can be. LIKELY: as SOONEST, but of the branches in a list only one may
 * count its messages, the one with the most: two of them may exclude each other. SURELY: as LIKELY, of the ways that
 * need nobody to do anything and on which no moment is past, each wait as long as it can be, holidays aside;
 * closed_days: how many dates on end the window may be closed. */
enum graph_sense { GRAPH_SOONEST, GRAPH_LIKELY, GRAPH_SURELY };

/* Makes it; what it holds beside the arena's is freed by graph_free. graph->bound.failed: out of memory. */
void graph_make(struct graph *graph, struct arena *arena, const struct node *body, enum graph_sense sense,
                uint32_t closed_days);
void graph_free(struct graph *graph);
#endif
