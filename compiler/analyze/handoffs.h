/* SPDX-License-Identifier: Apache-2.0
 * Sequences that hand a contact over to each other in a circle, each of which takes it again: that never ends. */
#ifndef SEQ_COMPILER_ANALYZE_HANDOFFS_H
#define SEQ_COMPILER_ANALYZE_HANDOFFS_H
#include "compiler/checker.h"

/* The sequence in hand hands over to that one, by the step at that place. */
void handoffs_note(struct checker *k, struct declaration *to, struct span span);
/* After all sequences: says which go round for ever. */
void handoffs_check(struct checker *k);
#endif
