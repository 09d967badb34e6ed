/* SPDX-License-Identifier: Apache-2.0
 * Places of a sequence that coverage counts: emit notes them beside the plan, where the tests of a compile are kept. */
#ifndef SEQ_COMPILER_POINT_H
#define SEQ_COMPILER_POINT_H
#include "compiler/source.h"

/* POINT(NAME, "word", "plural") */
#define POINT_KINDS                                                                                                    \
	POINT(STEP, "step", "steps")                                                                                   \
	POINT(BRANCH, "branch", "branches")                                                                            \
	POINT(EXIT, "exit", "exits")                                                                                   \
	POINT(FALLBACK, "fallback", "fallbacks") /* a default, an `otherwise` of a moment, a further channel */        \
	POINT(DEFERRED, "deferred send", "deferred sends")
enum point_kind {
#define POINT(NAME, word, plural) POINT_##NAME,
	POINT_KINDS
#undef POINT
	        POINT_KIND_COUNT
};

/* What shows that it was reached. */
enum point_way {
	WAY_RAN,     /* the instruction at pc ran */
	WAY_YES,     /* and went on */
	WAY_NO,      /* and went the other way */
	WAY_EXIT,    /* the enrollment ended with `name` as its reason */
	WAY_SENT_BY, /* the step `name` left by the channel `word` */
	WAY_DEFERRED /* the message of the step `name` left later than it was due */
};

struct coverage_point {
	enum point_kind kind;
	enum point_way way;
	struct span span;
	uint32_t pc;
	struct slice name, word;
};
#endif
