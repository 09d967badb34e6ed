/* SPDX-License-Identifier: Apache-2.0
 * What is proven of a sequence about how many messages it sends and how long it takes, and the findings of it. */
#ifndef SEQ_COMPILER_ANALYZE_BOUNDS_H
#define SEQ_COMPILER_ANALYZE_BOUNDS_H
#include "base/arena.h"
#include "plan/plan.h"

struct checker;
struct node;
struct sequence;

/* Holds it to its promises, to the limits, and to `enroll again`. */
void bounds_check(struct checker *k, const struct sequence *q);

/* How long something takes by its waits: a day is 24 hours, and what windows, limits, holidays and a person who is slow
 * put off comes on top. */
struct bounds_time {
	int64_t least_us, most_us;
	bool open; /* a `wait until` on the way may take any time on top */
};
struct bounds_end {
	const struct node *node; /* its `exit`, `finish` or `wait until … otherwise exit`; NULL: the end of the body */
	struct slice reason;     /* of an exit; else empty */
	struct bounds_time time;
};
/* Counts are by enum plan_limit_what: messages, follow-ups, and each channel. */
struct bounds {
	bool counted; /* else there was too much to look through, and the numbers mean nothing */
	uint32_t in_all[LIMIT_COUNT], in_7_days[LIMIT_COUNT], in_30_days[LIMIT_COUNT];
	struct bounds_end *ends; /* in order of the source */
	uint32_t end_count;
	struct bounds_time run; /* to any of them */
};
/* In the arena. The sequence must be without errors. */
void bounds_of(struct arena *arena, const struct sequence *q, struct bounds *out);
/* "at once", "3 days", "2 hours to 9 days", "at least 2 days". */
void bounds_put_time(struct buf *out, const struct bounds_time *t);
#endif
