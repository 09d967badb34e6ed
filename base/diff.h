/* SPDX-License-Identifier: Apache-2.0
 * The difference of two texts as a unified diff, line by line, three lines of context. */
#ifndef SEQ_BASE_DIFF_H
#define SEQ_BASE_DIFF_H
#include "base/buf.h"

/* Adds "--- a/PATH", "+++ b/PATH" and the hunks, as `patch -p1` takes them; nothing when the texts are the same. The
 * shortest difference, unless the texts have little in common. Out of memory: out->failed. */
void diff_unified(struct buf *out, struct slice path, struct slice before, struct slice after);
#endif
