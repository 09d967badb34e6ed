/* SPDX-License-Identifier: Apache-2.0
 * `exit when` with a condition that is never so, or that is so for everybody who begins; a start whose condition is
 * never so, or is what an exit takes at once. */
#ifndef SEQ_COMPILER_ANALYZE_EXITS_H
#define SEQ_COMPILER_ANALYZE_EXITS_H
#include "compiler/checker.h"

/* Says so. */
void exits_check(struct checker *k, const struct sequence *q);
#endif
