/* SPDX-License-Identifier: Apache-2.0
 * `promise at most N messages per D days`: proven from the sequence alone, by its waits, or an error with a way that
 * breaks it (runtime.md §1). */
#ifndef SEQ_COMPILER_ANALYZE_PROMISE_H
#define SEQ_COMPILER_ANALYZE_PROMISE_H
#include "compiler/analyze/graph.h"

/* Says which of the sequence's promises cannot be proven. */
void promise_check(struct diags *diags, const struct sequence *q, const struct graph *graph);
#endif
