/* SPDX-License-Identifier: Apache-2.0
 * What can only be said of a sequence as a whole, once it is checked and has no mistake: each analysis is one file here
 * and one call in analyze.c. */
#ifndef SEQ_COMPILER_ANALYZE_ANALYZE_H
#define SEQ_COMPILER_ANALYZE_ANALYZE_H
#include "compiler/checker.h"

/* Adds the findings to k->diags. k->arena: for what is only needed meanwhile. */
void analyze_sequence(struct checker *k, const struct sequence *q);
#endif
