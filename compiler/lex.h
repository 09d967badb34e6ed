/* SPDX-License-Identifier: Apache-2.0
 * Source bytes to tokens, the whole file at once. grammar/seq.re holds the rules, grammar/token.def the words; this
 * module keeps the table of tokens and the places of comments.
 * Where a statement ends is decided here: a run of newlines and `;` becomes one SEP, and none where a line goes on
 * (after `{ , ( = ->`, an operator sign, `and or not`, inside `( )`); one stands before each `}` and at the end.
 * Every mistake is one diagnostic and leaves tokens that go on: bad bytes are left out, an open text ends with its
 * line, an open hole is read as text. */
#ifndef SEQ_COMPILER_LEX_H
#define SEQ_COMPILER_LEX_H
#include "base/buf.h"
#include "compiler/source.h"

struct diags;

#define NESTING_MAX      64  /* braces, brackets, texts and {{when}} within each other */
#define TEXT_NESTING_MAX 8   /* texts in holes of texts */
#define OPERATORS_MAX    256 /* in one statement or hole */
#define FRONT_ERRORS_MAX 500 /* diagnostics of lexer and parser a file */

struct token {
	uint32_t start, end;
	uint32_t kind; /* TK_… of the generated seq.h; 0: none */
};

struct comment {
	uint32_t start, end; /* from its `#` to before the newline */
	bool own_line;       /* nothing stands before it */
};

struct lexed {
	struct token *tokens; /* tokens[count] has kind 0 */
	uint32_t count, cap;
	struct comment *comments;
	uint32_t comment_count, comment_cap;
	uint32_t *bad; /* offsets of mistakes after which the rest of the line means little, ascending */
	uint32_t bad_count, bad_cap;
	uint32_t errors;      /* diagnostics made */
	uint32_t silent_from; /* an open text block swallowed the file from here; UINT32_MAX: none */
	bool gave_up;         /* a limit was passed: the tokens end there */
};

enum token_class { TOKEN_SOFT, TOKEN_RESERVED, TOKEN_VALUE, TOKEN_MARK };

/* A row of token.def, by kind. */
struct token_info {
	const char *name, *spelling, *called; /* spelling and called may be NULL */
	enum token_class class;
};

/* A spelling of a word and its token. */
struct word_info {
	const char *spelling;
	uint32_t length, kind;
};

/* Fills `out` from a .seq source; arrays are the arena's. */
void lex_source(struct lexed *out, const struct source *s, uint32_t source, struct arena *arena, struct diags *diags);
/* The same for a text file: one text with holes, without quotes and escapes. */
void lex_template(struct lexed *out, const struct source *s, uint32_t source, struct arena *arena, struct diags *diags);

const struct token_info *lex_token(uint32_t kind);
uint32_t lex_token_count(void);
const struct word_info *lex_words(uint32_t *count); /* every spelling of every word, in order of token.def */
/* The token of a word, or 0 when it is a plain name. */
uint32_t lex_word(struct slice text);
bool lex_is_word(uint32_t kind); /* soft or reserved, ID too */
/* How a message calls a token kind: "`wait`", "a name". */
struct slice lex_called(struct arena *arena, uint32_t kind);
/* Lexes the source anew and prints one token a line, `start..end KIND text`, then the comments: what
 * `seqc build --emit tokens` shows. Mistakes are not told here. */
void lex_print(struct buf *out, const struct sources *sources, uint32_t source);
#endif
