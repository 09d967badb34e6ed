/* SPDX-License-Identifier: Apache-2.0
 * Conditions whose answer is known where they stand: by what was asked before, by what an exit has taken, by the type
 * or the order of the steps. So one of their branches is never taken. */
#ifndef SEQ_COMPILER_ANALYZE_BRANCHES_H
#define SEQ_COMPILER_ANALYZE_BRANCHES_H
#include "compiler/analyze/values.h"
#include "compiler/checker.h"

/* Says so. Steps that nobody comes to, by what is known, keep `no_path`. Nothing is done for a sequence that asks
 * nothing. */
void branches_check(struct checker *k, const struct sequence *q);
/* "asked here", at the place where that knowledge comes from. */
void branches_label(struct checker *k, struct diag *g, const struct known *because);
/* What is known, in words, in the arena of the diagnostics. */
struct slice branches_known(struct checker *k, struct values *v, const struct known *known);
/* To ask conditions of that sequence with; any_time as there. */
void branches_begin(struct checker *k, const struct sequence *q, struct values *v, bool any_time);
#endif
