/* SPDX-License-Identifier: Apache-2.0
 * Exits, goals and arms whose trigger cannot come: its step is never reached, has no link to click on, comes when all
 * is over; or an exit takes it first. */
#ifndef SEQ_COMPILER_ANALYZE_TRIGGERS_H
#define SEQ_COMPILER_ANALYZE_TRIGGERS_H
#include "compiler/checker.h"

/* Says so; after branches_check(), which knows what is reached. */
void triggers_check(struct checker *k, const struct sequence *q);
#endif
