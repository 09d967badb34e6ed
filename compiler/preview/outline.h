/* SPDX-License-Identifier: Apache-2.0
 * A sequence as people read it: its steps, waits and branches in order, every arm of a branch below it. Made from the
 * checked graph; borrows the compile. */
#ifndef SEQ_PREVIEW_OUTLINE_H
#define SEQ_PREVIEW_OUTLINE_H
#include "compiler/compile.h"

enum outline_kind {
	OUTLINE_STEP,
	OUTLINE_WAIT,
	OUTLINE_FORK, /* its children are ARMs, of which one is taken */
	OUTLINE_ARM,
	OUTLINE_LOOP,
	OUTLINE_END,
	OUTLINE_NOTE /* `set`, `suppress` */
};

struct outline {
	enum outline_kind kind;
	struct slice words;  /* "2 business days", "when intro was clicked", "finish" */
	uint32_t step;       /* of STEP: its row in the plan */
	struct span span;    /* source UINT32_MAX: of nothing that is written */
	struct span asked;   /* of an ARM: its condition; the last one, which has none: the condition before it */
	struct slice passed; /* of an ARM of a `wait for`, and of a LOOP: what has passed when it is entered; empty:
	                        nothing new */
	uint32_t id;         /* below outlined.count */
	struct outline *children, *next;
};

struct outline_rule {
	struct slice words;
	bool goal;
};

struct outlined {
	struct outline *body;
	uint32_t count;
	struct outline_rule *rules; /* what ends it at any time, then what counts as success */
	uint32_t rule_count, rule_cap;
	struct slice window; /* when messages may leave, in words; empty: the default */
};

/* Of the compile's sequence of that row. All in the arena; it borrows the compile. */
void outline_make(struct outlined *o, const struct compile *c, uint32_t sequence, struct arena *arena);
#endif
