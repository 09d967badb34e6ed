/* SPDX-License-Identifier: Apache-2.0
 * What the formatter lays out: the tokens of a source without its line ends, a text with its holes as one, each with
 * what the tree knows of it. Private to the formatter. */
#ifndef SEQ_COMPILER_FORMAT_ATOMS_H
#define SEQ_COMPILER_FORMAT_ATOMS_H
#include "compiler/ast.h"
#include "compiler/lex.h"

enum atom_flag {
	ATOM_BEGINS = 1,    /* a statement */
	ATOM_TIGHT = 2,     /* no blank before it */
	ATOM_NO_MARK = 4,   /* on one line with the statement before, a blank will do between them, without `;` */
	ATOM_OTHERWISE = 8, /* goes on with the statement before, and may begin a line */
	ATOM_LINES = 16,    /* a text of several lines */
};

struct atom {
	struct slice text;   /* what is printed: of the source, or our spelling of a unit or sign */
	uint32_t start, end; /* in the source */
	uint32_t kind;       /* TK_…; of any text TK_STRING; 0: the end */
	uint32_t match;      /* of a brace or bracket: the other one */
	uint32_t comments;   /* how many stand before it in the source */
	uint32_t width;      /* columns */
	/* Totals from the first atom up to and with this one. */
	uint32_t columns;   /* if everything were on one line */
	uint32_t broken;    /* blocks and texts that cannot be on one line */
	enum ast_kind node; /* of the statement that begins here: AST_ERROR where none does. A `when` of a `choose`, and
	                     * its `otherwise`, are AST_ARM; a channel within a `send` is AST_PART */
	uint8_t flags;
};

struct atoms {
	const struct source *source;
	const struct lexed *lexed;
	struct atom *items; /* items[count].kind is 0 */
	uint32_t count;
};

/* From a source without mistakes and its tree. Everything is the arena's. */
void atoms_of(struct atoms *out, const struct source *s, const struct lexed *lexed, const struct ast *tree,
              struct arena *arena);
/* What stands between an atom and the one before it, where they are on one line: "", " " or "; ". */
struct slice atom_gap(const struct atoms *a, uint32_t i);
/* Without the blanks at its end. */
struct slice comment_text(const struct source *s, const struct comment *c);

/* Columns of the atoms [from, to) on one line, without what stands before the first. */
static inline uint32_t atoms_width(const struct atoms *a, uint32_t from, uint32_t to)
{
	const struct atom *first = &a->items[from];
	return from < to ? a->items[to - 1].columns - first->columns + first->width : 0;
}

/* The first atom of that kind in [from, to), or `to`. */
static inline uint32_t atoms_next(const struct atoms *a, uint32_t from, uint32_t to, uint32_t kind)
{
	while (from < to && a->items[from].kind != kind)
		from++;
	return from;
}

/* The comments between an atom and the one before it are those from here up to its `comments`; the first of them may
 * be behind the atom before, on its line. */
static inline uint32_t comment_first(const struct atoms *a, uint32_t i)
{
	return i > 0 ? a->items[i - 1].comments : 0;
}

static inline uint32_t comment_first_own_line(const struct atoms *a, uint32_t i)
{
	uint32_t first = comment_first(a, i);
	return first < a->items[i].comments && !a->lexed->comments[first].own_line ? first + 1 : first;
}

/* Whether there is one behind the atom before `after`. */
static inline bool comment_is_behind(const struct atoms *a, uint32_t after)
{
	return comment_first_own_line(a, after) > comment_first(a, after);
}

/* Appends the atoms' layout. */
void format_print(struct buf *out, const struct atoms *a, struct arena *arena);
#endif
