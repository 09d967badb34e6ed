/* SPDX-License-Identifier: Apache-2.0
 * The parser: a source to its tree. The grammar is grammar/seq.y; this module drives it, and recovers: one diagnostic
 * a mistake, with the word that is meant where one can be told, and the rest of the file still read.
 * A tree from a source with errors holds AST_ERROR nodes where statements were left out; it is never compiled. */
#ifndef SEQ_COMPILER_PARSE_H
#define SEQ_COMPILER_PARSE_H
#include "compiler/ast.h"
#include "compiler/diag.h"
#include "compiler/lex.h"

/* What the formatter and the language server want beside the tree. */
struct parse_extras {
	struct lexed lexed; /* tokens as they stand in the source, and the comments */
};

/* Always an AST_FILE, in the arena; mistakes go to diags. extras may be NULL. Needs text.p[text.n] == 0. */
struct ast *parse_source(struct sources *s, uint32_t source, struct arena *arena, struct diags *diags,
                         struct parse_extras *extras);
/* A text file (`body file "intro.md"`): always an AST_TEXT of CHARS, HOLE and HOLE_WHEN with places in that file.
 * No escapes; CRLF becomes LF. */
struct ast *parse_template(struct sources *s, uint32_t source, struct arena *arena, struct diags *diags);
#endif
