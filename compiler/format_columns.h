/* SPDX-License-Identifier: Apache-2.0
 * The columns that neighbouring lines have in common. Private to the formatter. */
#ifndef SEQ_COMPILER_FORMAT_COLUMNS_H
#define SEQ_COMPILER_FORMAT_COLUMNS_H
#include "compiler/format_atoms.h"

#define COLUMNS_MAX 100 /* of code on a line */
#define CELLS       2   /* of a line, that are followed by another one */

/* A statement of a block. */
struct line {
	uint32_t from, to; /* atoms */
	bool one_line;     /* no broken block, no long text, no comment inside, and it fits or cannot be broken */
	bool apart;        /* a blank line or a comment's line before it, or it is the first */
	bool alone;        /* a declaration with a block: blank lines are around it */
	uint32_t width;    /* on one line; with the pads once they are known */
	/* what columns_align finds: */
	uint32_t cell[CELLS]; /* the atoms that begin the second and third cell; 0: none */
	uint32_t pad[CELLS];  /* blanks before them, beside the usual one */
	uint32_t comment;     /* the column of the comment behind it; 0: two blanks from the code */
};

/* Aligns the cells and the comments of a block's lines. */
void columns_align(const struct atoms *a, struct line *lines, uint32_t n, uint32_t indent);
#endif
