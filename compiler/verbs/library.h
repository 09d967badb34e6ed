/* SPDX-License-Identifier: Apache-2.0
 * What the standard library holds, read from its own sources: a row a file, with what its sequence says about itself.
 * Files below std/starter are what `seqc new` begins from; they are in no list, but found. */
#ifndef SEQ_COMPILER_VERBS_LIBRARY_H
#define SEQ_COMPILER_VERBS_LIBRARY_H
#include "compiler/compile.h"
#include "compiler/stdlib.h"

struct library_row {
	const struct stdlib_file *file;
	struct slice path;  /* "std/templates/dental_recall", as `use` and --from take it */
	struct slice about; /* the sequence's description, else the first sentence of the file's comment */
	struct slice title; /* of the sequence, in English where it has several */
	struct slice *tags;
	uint32_t tag_count;
	const struct ast_file *tree;
	bool has_sequence, is_starter;
};

struct library {
	struct compile k; /* holds the sources and trees; never checked */
	struct library_row *rows;
	uint32_t count;
};

/* Reads the whole library; leaves with "out of memory" when there is none. Freed by library_close. */
void library_open(struct library *l);
void library_close(struct library *l);
/* The row of "std/recommended" or "recommended"; NULL: there is none. */
const struct library_row *library_find(const struct library *l, struct slice path);
/* Whether the word (any case) is part of the row's path, title, description or tags. */
bool library_has(const struct library_row *row, struct slice word);
/* What was probably meant: the nearest of the rows' paths, their last parts and tags. Empty: nothing is near. */
struct slice library_nearest(struct library *l, struct slice word);
#endif
