/* SPDX-License-Identifier: Apache-2.0
 * By which path a value comes to be missing: what E0305 and E0306 tell besides. Computed only when one is told. */
#ifndef SEQ_COMPILER_ANALYZE_ASSIGNED_H
#define SEQ_COMPILER_ANALYZE_ASSIGNED_H
#include "compiler/checker.h"

/* The finding that was added last is about that field or variable, which is missing at the item in hand. */
void assigned_note(struct checker *k, const void *what);
/* Once the body is there: adds to each finding the branch that misses the value, and a path by it. */
void assigned_tell(struct checker *k, const struct sequence *q);
#endif
