/* SPDX-License-Identifier: Apache-2.0
 * The formatter: one canonical layout for .seq files, without options. It needs no more than the parse: what does not
 * check is laid out too.
 *
 * The layout, in full:
 * - LF, four columns a level, one statement a line, one blank between tokens; none around `.` `/` `..`, within
 *   `mon-fri` and `09:00-17:00`, and after a sign. A line has at most 100 columns of code where it can be broken at
 * all: after a comma, `and` or `or`, and before `otherwise`; it goes on 4 columns further in, 8 in a statement with a
 * block.
 * - A block stays on one line exactly if it was on one line and still fits; its statements then have `; ` between them,
 *   its translations a blank. `} otherwise {` is one line; in `choose` and in front of a block that would not fit
 *   behind the first, `otherwise` begins a line.
 * - At most one blank line between statements, none at the ends of a block, one around each declaration with a block.
 * - One-line settings, fields, questions, pairs, arms and variants that follow each other without a blank line or a
 *   comment's line between them have their columns aligned: the key, and for a field its type, for a question its
 *   name. A cell over 32 columns begins a new run; padding does not count in a line's columns. Steps are not aligned.
 * - Texts stay as they are written, to the byte; of a text block only the common indentation changes, to one level more
 *   than its statement's, and its closing quotes stand as far in as the statement.
 * - `1 days` is `1 day`, `2 hour` is `2 hours`; a typed dash is `-`.
 * - A comment behind code stays behind it, in one column with those of its neighbours, two blanks from the widest (code
 *   that goes beyond column 60 does not count). A comment on a line of its own stays before what it stood before. */
#ifndef SEQ_COMPILER_FORMAT_H
#define SEQ_COMPILER_FORMAT_H
#include "compiler/diag.h"
#include "compiler/source.h"

enum format_result {
	FORMAT_DONE,
	FORMAT_MISTAKES, /* of form: diags has them; nothing was laid out */
	FORMAT_OUR_BUG,  /* the result would have meant something else, or lost a comment: it must not be used */
};

/* Appends the source's canonical layout to `out`. Where that differs from the source, it is parsed again and both
 * trees and all comments compared before it is given out. Memory is the arena's; `out` may fail as any buffer. */
enum format_result format_source(struct buf *out, struct sources *s, uint32_t source, struct arena *arena,
                                 struct diags *diags);
#endif
