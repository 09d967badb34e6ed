/* SPDX-License-Identifier: Apache-2.0
 * `promise at most N messages per D days`: proven from the sequence alone, by its waits, or an error with a path that
 * breaks it (runtime.md §1). */
#ifndef SEQ_COMPILER_ANALYZE_PROMISE_H
#define SEQ_COMPILER_ANALYZE_PROMISE_H
#include "compiler/check.h"

#define PROMISE_COUNT_MAX 200 /* of one with a period: beyond, only a limit proves it */

/* Says which of the sequence's promises cannot be proven, with a path that breaks it. */
void promise_check(struct diags *diags, const struct sequence *q);
#endif
