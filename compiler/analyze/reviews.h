/* SPDX-License-Identifier: Apache-2.0
 * Review gating: only contacts who are known to be satisfied come to a review. */
#ifndef SEQ_COMPILER_ANALYZE_REVIEWS_H
#define SEQ_COMPILER_ANALYZE_REVIEWS_H
#include "compiler/analyze/values.h"
#include "compiler/checker.h"

/* Whether who gets to where that is known is of the satisfied: ASK.satisfied, or an answer that is not the worst;
 * `by` what. */
bool reviews_gated(const struct knowledge *k, struct span *by);
/* After branches_check(): says so, unless some review is there for everybody. */
void reviews_check(struct checker *k, const struct sequence *q);
#endif
