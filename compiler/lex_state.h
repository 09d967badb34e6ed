/* SPDX-License-Identifier: Apache-2.0
 * The lexer while it reads: what grammar/seq.re (the rules) and compiler/lex_mistake.c (what is none of ours) share.
 * Private to the lexer. */
#ifndef SEQ_COMPILER_LEX_STATE_H
#define SEQ_COMPILER_LEX_STATE_H
#include "compiler/diag.h"
#include "compiler/lex.h"
#include "lex_conditions.h"

enum text_kind { IN_QUOTES, IN_BLOCK, IN_FILE };

/* A text that is open, and where its newest hole began: what an unclosed hole goes back to. */
struct frame {
	enum text_kind kind;
	uint32_t open, quote; /* its opening quote and that quote's length */
	uint32_t piece;       /* first byte not yet in a token */
	bool split;           /* SOPEN was made: it has holes */
	uint32_t whens;       /* {{when}} not yet ended */
	uint32_t hole, tokens, hole_piece, hole_whens, hole_depth, hole_parens;
	bool hole_split;
};

/* What begins a line that a tool left behind. */
enum line_mark { MARK_OTHER, MARK_END, MARK_BASE, MARK_FENCE, LINE_MARKS };

struct lexer {
	const char *text, *limit;
	enum YYCONDTYPE condition;
	uint32_t source, last; /* last: kind of the newest token */
	uint32_t depth, braces, parens, operators;
	uint32_t line_tokens; /* tokens when the line began: none since then means a comment has its own line */
	uint32_t text_until,
	        line_end; /* after an unclosed hole: quotes before here are text, on the line that ends there */
	struct frame frames[TEXT_NESTING_MAX];
	uint32_t frame_count;
	struct lexed *out;
	struct arena *arena;
	struct diags *diags;
	uint32_t last_bad;
	uint32_t odd_until;             /* odd characters before here were told */
	bool not_utf8, lone_cr;         /* told once */
	bool in_conflict;               /* its other side is to be left out */
	uint32_t next_mark[LINE_MARKS]; /* where the next line with each is; 0: not looked for */
	bool in_fence;                  /* the closing ``` is no mistake of its own */
};

static inline struct span span_at(const struct lexer *l, uint32_t start, uint32_t end)
{
	return (struct span){l->source, start, end};
}

static inline struct slice text_at(const struct lexer *l, uint32_t start, uint32_t end)
{
	return (struct slice){l->text + start, end - start};
}

static inline __attribute__((always_inline)) void lex_emit(struct lexer *l, uint32_t kind, uint32_t start, uint32_t end)
{
	struct lexed *o = l->out;
	ARENA_PUSH(l->arena, o->tokens, o->count, o->cap) = (struct token){start, end, kind};
	l->last = kind;
}

/* Whether there is room for one more diagnostic. */
static inline bool lex_may_tell(struct lexer *l)
{
	return l->out->errors++ < FRONT_ERRORS_MAX;
}

/* ---- of grammar/seq.re ---- */

void lex_newline(struct lexer *l, uint32_t start, uint32_t end);
void lex_comment(struct lexer *l, uint32_t start, uint32_t end);
void lex_operator(struct lexer *l, uint32_t kind, uint32_t start, uint32_t end);

/* ---- of compiler/lex_mistake.c: each tells its mistake, and makes the tokens that are meant. Those that return an
 * offset say where to go on ---- */

/* A mistake after which the rest of its line means little: the parser is quiet there, and so is the lexer. */
bool lex_bad_line(struct lexer *l, uint32_t at);
void lex_bad_character(struct lexer *l, uint32_t start, uint32_t end);
void lex_bad_byte(struct lexer *l, uint32_t start);
void lex_control(struct lexer *l, uint32_t start, uint32_t end);
void lex_odd_character(struct lexer *l, uint32_t start, uint32_t end);
void lex_lone_return(struct lexer *l, uint32_t start, uint32_t end);
void lex_foreign_sign(struct lexer *l, uint32_t kind, uint32_t start, uint32_t end);
void lex_foreign_arrow(struct lexer *l, uint32_t start, uint32_t end);
void lex_foreign_comment(struct lexer *l, uint32_t start, uint32_t end);
uint32_t lex_bracketed_comment(struct lexer *l, uint32_t start, uint32_t open, const char *close);
uint32_t lex_merge_conflict(struct lexer *l, uint32_t start, uint32_t end);
void lex_conflict_in_text(struct lexer *l, uint32_t start, uint32_t end);
uint32_t lex_code_fence(struct lexer *l, uint32_t start, uint32_t end);
void lex_colon(struct lexer *l, uint32_t start);
void lex_foreign_quotes(struct lexer *l, uint32_t start, uint32_t end);
void lex_bare_url(struct lexer *l, uint32_t start, uint32_t end);
/* `{{else}}`, `{{endif}}`: false when no {{when}} is open, and it may be a name. */
bool lex_foreign_hole(struct lexer *l, const char *ours, uint32_t start, uint32_t end);
void lex_foreign_if(struct lexer *l, uint32_t start, uint32_t end);
void lex_three_braces(struct lexer *l, uint32_t start, uint32_t end);
uint32_t lex_bad_name(struct lexer *l, uint32_t start, uint32_t end);
void lex_glued(struct lexer *l, uint32_t start, uint32_t end);
void lex_odd_time(struct lexer *l, uint32_t start, uint32_t end);
uint32_t lex_odd_clock(struct lexer *l, uint32_t start, uint32_t end);
void lex_odd_date(struct lexer *l, uint32_t start, uint32_t end);
void lex_date_with_t(struct lexer *l, uint32_t start, uint32_t end);
void lex_escape(struct lexer *l, uint32_t start, uint32_t end);
#endif
