/* SPDX-License-Identifier: Apache-2.0
 * A window in one zone against quiet hours in others: how their clocks stand to each other over a year, clock changes
 * included. Pure: reads zones only. */
#ifndef SEQ_COMPILER_ANALYZE_ZONE_PAIRS_H
#define SEQ_COMPILER_ANALYZE_ZONE_PAIRS_H
#include "base/tz.h"
#include "compiler/analyze/week.h"

#define MEMO_STEPS 96 /* of a quarter of an hour */

/* Open minutes a week by how far the other zone is ahead, in quarters of an hour; -1: not known yet. */
struct pair_memo {
	int32_t minutes[MEMO_STEPS];
};
struct pairing {
	int32_t most;                         /* open minutes a week where it opens most; 0: it never opens */
	int64_t closed_from_us, closed_to_us; /* instants: the longest time without an open minute; equal: none */
};

void pair_memo_clear(struct pair_memo *memo);
/* The quiet hours of the channel are kept in all of the `count` zones. `memo` serves one (week, quiet, channel) with
 * one zone at a time; NULL: none. */
struct pairing pair_zones(const struct week *window, const struct tz *zone, const struct quiet *quiet,
                          enum plan_channel channel, const struct tz *const *others, uint32_t count,
                          struct pair_memo *memo);
/* How many minutes the clocks of `other` are ahead of those of `zone`. */
int32_t zone_ahead(const struct tz *zone, const struct tz *other, int64_t instant_us);
/* A zone for each of the ways in which clocks run in the world, well-known ones first; NULL-terminated. */
extern const char *const zones_of_the_world[];
#endif
