/* SPDX-License-Identifier: Apache-2.0
 * The shortest and the longest time to each end of a sequence, by its waits. */
#ifndef SEQ_COMPILER_ANALYZE_DURATIONS_H
#define SEQ_COMPILER_ANALYZE_DURATIONS_H
#include "compiler/analyze/bounds.h"
#include "compiler/analyze/graph.h"

/* Fills in ends and run; in the graph's arena. */
void durations_find(const struct graph *graph, struct bounds *out);
/* From the fewest hours that it can be to the most, holidays aside. */
struct bounds_time durations_constant(const struct constant *c);
#endif
