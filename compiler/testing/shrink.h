/* SPDX-License-Identifier: Apache-2.0
 * Makes a play smaller while something about its run stays true. */
#ifndef SEQ_COMPILER_TESTING_SHRINK_H
#define SEQ_COMPILER_TESTING_SHRINK_H
#include "compiler/testing/play.h"

/* Whether it still shows what was found. It may take acts out of the play. */
typedef bool play_predicate(void *context, struct play *p);
/* The smallest play for which the predicate holds: fewest acts, fewest fields beside `plain`, the earliest and roundest
 * times. `p` must hold; `plain` (play_sample's, may be NULL) is what fields fall back to. At most `tries` calls.
 * Everything in the result is the arena's or p's. */
struct play play_shrink(const struct play *p, const struct play *plain, play_predicate *predicate, void *context,
                        uint32_t tries, struct arena *arena);
#endif
