/* SPDX-License-Identifier: Apache-2.0
 * Windows that never open, or hardly ever: by their days and what is skipped, by quiet hours, and by the zones that a
 * contact can have (rules 4 and 5). */
#ifndef SEQ_COMPILER_ANALYZE_NEVER_OPEN_H
#define SEQ_COMPILER_ANALYZE_NEVER_OPEN_H
#include "compiler/checker.h"

void never_open_check(struct checker *k, const struct sequence *q);
#endif
