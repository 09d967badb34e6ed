/* SPDX-License-Identifier: Apache-2.0
 * A text of another tool as a text of ours: HTML becomes Markdown, its merge tags become holes, and what would mean
 * something in our language is escaped. */
#ifndef SEQ_COMPILER_VERBS_IMPORT_TEXT_H
#define SEQ_COMPILER_VERBS_IMPORT_TEXT_H
#include "compiler/check.h"

enum import_form {
	IMPORT_LINE,  /* a subject or a title: one line */
	IMPORT_PLAIN, /* an SMS: lines, no markup */
	IMPORT_BODY,  /* Markdown */
};

struct import_text {
	const struct workspace *workspace; /* whose fields are known; NULL: those of a file without one */
	struct arena *arena;
	struct slice *unknown; /* tags that no field of ours stands for; they stay in the text as they were */
	uint32_t unknown_count, unknown_cap;
};

/* Writes the cell as a string of the language, or a block where it is long, whose lines stand `indent` deep (4 at
 * least). */
void import_put_text(struct import_text *t, struct buf *out, struct slice cell, enum import_form form, int indent);
/* The cell as plain lines without HTML; lives in the arena. */
struct slice import_plain(struct arena *arena, struct slice cell);
/* Whether a and b are the same letters and digits, in any case: "After days" and "after_days". */
bool import_same_word(struct slice a, const char *b);
#endif
