/* SPDX-License-Identifier: Apache-2.0
 * What is there for nobody: variables that nothing reads, questions that nobody is asked. An answer or an input that no
 * branch reads is none of these: people read them. */
#ifndef SEQ_COMPILER_ANALYZE_UNREAD_H
#define SEQ_COMPILER_ANALYZE_UNREAD_H
#include "compiler/checker.h"

/* Says so. */
void unread_check(struct checker *k, const struct sequence *q);
/* The same for the parameters of a fragment, once its statements are checked. */
void unread_parameters(struct checker *k, const struct frame *f);
#endif
