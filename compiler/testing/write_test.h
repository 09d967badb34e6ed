/* SPDX-License-Identifier: Apache-2.0
 * Writes a `test` block (language.md §11) from a play and what happened in it. */
#ifndef SEQ_COMPILER_TESTING_WRITE_TEST_H
#define SEQ_COMPILER_TESTING_WRITE_TEST_H
#include "compiler/testing/invariants.h"

/* Appends a `test` block laid out as `seqc fmt` does; it passes when run: every message, task, page, alert and webhook
 * with its time, the exit, `nothing more`. Times are the contact's. Fails as `out` does. */
void write_test(struct buf *out, struct slice title, const struct compile *k, const struct play *p,
                const struct scenario *s);
/* The same of a run that broke: it expects what should have been, so that it fails when run. */
void write_broken_test(struct buf *out, struct slice title, const struct compile *k, const struct play *p,
                       const struct scenario *s, const struct run_broken *broken);
#endif
