/* SPDX-License-Identifier: Apache-2.0
 * A message that says what one before it in its block has said. */
#ifndef SEQ_COMPILER_ANALYZE_SAME_MESSAGE_H
#define SEQ_COMPILER_ANALYZE_SAME_MESSAGE_H
#include "compiler/check.h"

/* Says so. arena: for what is only needed meanwhile. */
void same_message_check(struct compile *c, struct arena *arena, const struct sequence *q);
#endif
