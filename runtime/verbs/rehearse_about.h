/* SPDX-License-Identifier: Apache-2.0
 * What stands around the lines of a rehearsal: what is rehearsed, what came of it, and one message as a sample. */
#ifndef SEQ_RUNTIME_VERBS_REHEARSE_ABOUT_H
#define SEQ_RUNTIME_VERBS_REHEARSE_ABOUT_H
#include "compiler/compile.h"
#include "runtime/verbs/rehearse_print.h"

/* The sequence: its title, its messages, when they may leave. */
void about_sequence(const struct compile_result *sequence, FILE *out, bool colour);
/* "12 contacts got 25 messages; 13 of them did not leave when they were due: window 9, … 4 came to the end; …" */
void about_summary(const struct told_lines *t, FILE *out);
/* The first message that was made, as text. */
void about_message(struct drive *d, FILE *out);
#endif
