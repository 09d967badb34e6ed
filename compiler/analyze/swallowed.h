/* SPDX-License-Identifier: Apache-2.0
 * Waits that a window swallows: when they are over the message can never leave, so that what is written is never what
 * happens (rules 3 and 4). */
#ifndef SEQ_COMPILER_ANALYZE_SWALLOWED_H
#define SEQ_COMPILER_ANALYZE_SWALLOWED_H
#include "compiler/checker.h"

void swallowed_check(struct checker *k, const struct sequence *q);
#endif
