/* SPDX-License-Identifier: Apache-2.0
 * Holidays that end before the sequence does: messages that surely leave after the last year that the workspace's
 * calendar lists. There is no clock here: a calendar is held against dates that are written out, and against its own
 * length. */
#ifndef SEQ_COMPILER_ANALYZE_HOLIDAYS_END_H
#define SEQ_COMPILER_ANALYZE_HOLIDAYS_END_H
#include "compiler/checker.h"

void holidays_end_check(struct checker *k, const struct sequence *q);
#endif
