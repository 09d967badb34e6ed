/* SPDX-License-Identifier: Apache-2.0
 * The lexer of .seq files: bytes to an array of tokens, for the whole file at once (compiler/lex.h). Four conditions:
 * `code`; `hole`, code between `{{` and `}}`; `text`, within "…"; `block`, within """…""" and in text files. Texts in
 * holes of texts nest, so open texts stand on a short stack. The text must have a NUL after its end (source.c). */
#include "compiler/diag.h"
#include "compiler/lex.h"
#include "diag_codes.h"
#include "lex_conditions.h"
#include "seq.h"
#include <string.h>

enum text_kind { IN_QUOTES, IN_BLOCK, IN_FILE };

/* A text that is open, and where its newest hole began: what an unclosed hole goes back to. */
struct frame {
	enum text_kind kind;
	uint32_t open, quote;  /* its opening quote and that quote's length */
	uint32_t piece;        /* first byte not yet in a token */
	bool split;            /* SOPEN was made: it has holes */
	uint32_t whens;        /* {{when}} not yet ended */
	uint32_t hole, tokens, hole_piece, hole_whens, hole_depth, hole_parens;
	bool hole_split;
};

struct lexer {
	const char *text, *limit;
	enum YYCONDTYPE condition;
	uint32_t source, last; /* last: kind of the newest token */
	uint32_t depth, braces, parens, operators;
	uint32_t line_tokens;  /* tokens when the line began: none since then means a comment has its own line */
	uint32_t text_until, line_end; /* after an unclosed hole: quotes before here are text, on the line that ends there */
	struct frame frames[TEXT_NESTING_MAX];
	uint32_t frame_count;
	struct lexed *out;
	struct arena *arena;
	struct diags *diags;
	uint32_t last_bad;
};

/* ---- what goes out ---- */

static struct span span_at(const struct lexer *l, uint32_t start, uint32_t end)
{
	return (struct span){l->source, start, end};
}

static struct slice text_at(const struct lexer *l, uint32_t start, uint32_t end)
{
	return (struct slice){l->text + start, end - start};
}

static inline __attribute__((always_inline)) void emit(struct lexer *l, uint32_t kind, uint32_t start, uint32_t end)
{
	struct lexed *o = l->out;
	ARENA_PUSH(l->arena, o->tokens, o->count, o->cap) = (struct token){start, end, kind};
	l->last = kind;
}

/* A line goes on after these. */
static bool goes_on(uint32_t kind)
{
	switch (kind) {
	case 0:
	case TK_SEP:
	case TK_LBRACE:
	case TK_LPAREN:
	case TK_COMMA:
	case TK_ASSIGN:
	case TK_ARROW:
	case TK_AND:
	case TK_OR:
	case TK_NOT:
	case TK_EQ:
	case TK_NE:
	case TK_LT:
	case TK_LE:
	case TK_GT:
	case TK_GE:
	case TK_PLUS:
	case TK_MINUS:
		return true;
	default:
		return false;
	}
}

static void end_statement(struct lexer *l, uint32_t start, uint32_t end)
{
	if (l->last != 0 && l->last != TK_SEP && l->last != TK_LBRACE)
		emit(l, TK_SEP, start, end);
	l->operators = 0;
}

static void newline(struct lexer *l, uint32_t start, uint32_t end)
{
	if (l->parens == 0 && !goes_on(l->last))
		end_statement(l, start, end);
	l->line_tokens = l->out->count;
}

static void comment(struct lexer *l, uint32_t start, uint32_t end)
{
	struct lexed *o = l->out;
	struct comment c = {start, end, o->count == l->line_tokens};
	ARENA_PUSH(l->arena, o->comments, o->comment_count, o->comment_cap) = c;
}

/* ---- mistakes ---- */

/* Whether there is room for one more diagnostic. */
static bool may_tell(struct lexer *l)
{
	return l->out->errors++ < FRONT_ERRORS_MAX;
}

/* A mistake after which the rest of its line means little: the parser is quiet there, and so is the lexer. */
static bool bad_line(struct lexer *l, uint32_t at)
{
	struct lexed *o = l->out;
	if (o->bad_count > 0 && (at <= l->last_bad || !memchr(l->text + l->last_bad, '\n', at - l->last_bad))) {
		l->last_bad = at > l->last_bad ? at : l->last_bad;
		return false;
	}
	l->last_bad = at;
	ARENA_PUSH(l->arena, o->bad, o->bad_count, o->bad_cap) = at;
	return may_tell(l);
}

static void give_up(struct lexer *l)
{
	l->out->gave_up = true;
	l->condition = yyccode;
}

static void bad_character(struct lexer *l, uint32_t start, uint32_t end)
{
	if (bad_line(l, start))
		diag_stray_character(l->diags, span_at(l, start, end), text_at(l, start, end));
}

static void bad_byte(struct lexer *l, uint32_t start)
{
	if (bad_line(l, start))
		diag_not_utf8(l->diags, span_at(l, start, start + 1));
}

static void control(struct lexer *l, uint32_t start, uint32_t end)
{
	if (bad_line(l, start))
		diag_control_character(l->diags, span_at(l, start, end), (unsigned char)l->text[start]);
}

/* ---- nesting ---- */

static void deeper(struct lexer *l, uint32_t start, uint32_t end)
{
	if (++l->depth <= NESTING_MAX)
		return;
	if (!l->out->gave_up && may_tell(l))
		diag_too_deep(l->diags, span_at(l, start, end), NESTING_MAX);
	give_up(l);
}

static void brace(struct lexer *l, uint32_t kind, uint32_t start)
{
	l->depth -= l->parens;
	l->parens = 0;
	if (kind == TK_LBRACE) {
		l->braces++;
		deeper(l, start, start + 1);
	} else {
		end_statement(l, start, start);
		if (l->braces > 0) {
			l->braces--;
			l->depth--;
		}
	}
	l->operators = 0;
	emit(l, kind, start, start + 1);
}

static void paren(struct lexer *l, uint32_t kind, uint32_t start)
{
	if (kind == TK_LPAREN) {
		l->parens++;
		deeper(l, start, start + 1);
	} else if (l->parens > 0) {
		l->parens--;
		l->depth--;
	}
	emit(l, kind, start, start + 1);
}

/* Operators nest the tree without brackets: `not not …`, `a + b + …`. */
static void operator(struct lexer *l, uint32_t kind, uint32_t start, uint32_t end)
{
	bool sign_of_number = kind == TK_MINUS && goes_on(l->last);
	if (!sign_of_number && ++l->operators > OPERATORS_MAX && !l->out->gave_up) {
		if (may_tell(l))
			diag_too_many_operators(l->diags, span_at(l, start, end), OPERATORS_MAX);
		give_up(l);
	}
	emit(l, kind, start, end);
}

/* ---- what people type from other languages ---- */

/* A sign of another language, and ours for it. */
static void foreign_sign(struct lexer *l, uint32_t kind, uint32_t start, uint32_t end)
{
	struct slice ours = slice_of(lex_token(kind)->spelling);
	if (may_tell(l)) {
		struct diag *g = diag_foreign_sign(l->diags, span_at(l, start, end), text_at(l, start, end), ours);
		bool word = lex_is_word(kind) && end < (uint32_t)(l->limit - l->text) && l->text[end] != ' ';
		diag_fix(l->diags, g, span_at(l, start, end), word ? arena_printf(l->arena, "%.*s ", SLICE_ARG(ours)) : ours,
		         FIX_SURE, "write `%.*s`", SLICE_ARG(ours));
	}
	if (lex_is_word(kind))
		operator(l, kind, start, end);
	else
		emit(l, kind, start, end);
}

static void foreign_comment(struct lexer *l, uint32_t start, uint32_t end)
{
	if (may_tell(l)) {
		struct diag *g = diag_foreign_sign(l->diags, span_at(l, start, start + 2), SLICE("//"), SLICE("#"));
		diag_fix(l->diags, g, span_at(l, start, start + 2), SLICE("#"), FIX_SURE, "write `#`");
	}
	comment(l, start, end);
}

static void colon(struct lexer *l, uint32_t start)
{
	if (bad_line(l, start)) {
		struct diag *g = diag_colon(l->diags, span_at(l, start, start + 1));
		diag_fix(l->diags, g, span_at(l, start, start + 1), SLICE(""), FIX_SURE, "leave it out");
	}
}

/* “…”, '…', and in holes \"…\": read as the text that is meant. */
static void foreign_quotes(struct lexer *l, uint32_t start, uint32_t end)
{
	uint32_t n = l->text[start] == '\'' ? 1 : l->text[start] == '\\' ? 2 : 3;
	struct slice inside = text_at(l, start + n, end - n);
	if (may_tell(l)) {
		struct diag *g = diag_foreign_quotes(l->diags, span_at(l, start, end), text_at(l, start, start + n));
		bool plain = slice_find(inside, SLICE("\"")) < 0 && slice_find(inside, SLICE("\\")) < 0;
		diag_fix(l->diags, g, span_at(l, start, end), arena_printf(l->arena, "\"%.*s\"", SLICE_ARG(inside)),
		         plain ? FIX_SURE : FIX_MAYBE, "write straight double quotes");
	}
	emit(l, TK_STRING, start, end);
}

/* An address without its quotes. */
static void bare_url(struct lexer *l, uint32_t start, uint32_t end)
{
	if (bad_line(l, start)) {
		struct diag *g = diag_bare_url(l->diags, span_at(l, start, end), text_at(l, start, end));
		diag_fix(l->diags, g, span_at(l, start, end),
		         arena_printf(l->arena, "\"%.*s\"", SLICE_ARG(text_at(l, start, end))), FIX_MAYBE, "put it in quotes");
	}
	emit(l, TK_STRING, start, end);
}

/* Words that are neither names nor names in capitals: `Intro`, `_x`, `été`. */
static void bad_name(struct lexer *l, uint32_t start, uint32_t end)
{
	if (bad_line(l, start)) {
		struct slice word = text_at(l, start, end);
		char *lower = ARENA_ARRAY(l->arena, char, word.n);
		bool plain = word.p[0] != '_';
		for (size_t i = 0; i < word.n; i++) {
			lower[i] = word.p[i] >= 'A' && word.p[i] <= 'Z' ? (char)(word.p[i] + 32) : word.p[i];
			plain = plain && (unsigned char)word.p[i] < 0x80;
		}
		struct diag *g = diag_bad_name(l->diags, span_at(l, start, end), word);
		if (plain)
			diag_fix(l->diags, g, span_at(l, start, end), (struct slice){lower, word.n}, FIX_MAYBE, "write it in lower case");
	}
	emit(l, TK_ID, start, end);
}

/* `3days`, `2fa`: the number and the unit that are meant, or else a name. */
static void glued(struct lexer *l, uint32_t start, uint32_t end)
{
	uint32_t split = start;
	while (split < end && (l->text[split] == '.' || (l->text[split] >= '0' && l->text[split] <= '9')))
		split++;
	uint32_t kind = lex_word(text_at(l, split, end));
	bool unit = kind == TK_MINUTE || kind == TK_HOUR || kind == TK_DAY || kind == TK_WEEK || kind == TK_MONTH ||
	            kind == TK_YEAR;
	if (bad_line(l, start)) {
		struct diag *g = diag_glued_number(l->diags, span_at(l, start, end), text_at(l, start, end));
		if (unit)
			diag_fix(l->diags, g, span_at(l, split, split), SLICE(" "), FIX_SURE, "put a blank between them");
	}
	if (!unit) {
		emit(l, TK_ID, start, end);
		return;
	}
	emit(l, TK_NUM, start, split);
	emit(l, kind, split, end);
}

/* `9:00`, `9:5:00`: read as a time; what is no time of day is told when its value is made. */
static void odd_time(struct lexer *l, uint32_t start, uint32_t end)
{
	if (may_tell(l)) {
		struct diag *g = diag_time_digits(l->diags, span_at(l, start, end), text_at(l, start, end));
		if (end - start == 4)
			diag_fix(l->diags, g, span_at(l, start, end), arena_printf(l->arena, "0%.*s", 4, l->text + start), FIX_SURE,
			         "write two digits each");
	}
	emit(l, TK_TIME, start, end);
}

static void odd_date(struct lexer *l, uint32_t start, uint32_t end)
{
	unsigned year = 0, month = 0, day = 0, *part[] = {&year, &month, &day}, k = 0;
	for (uint32_t i = start; i < end; i++)
		if (l->text[i] == '-')
			k++;
		else
			*part[k] = *part[k] * 10 + (unsigned)(l->text[i] - '0');
	if (may_tell(l)) {
		struct diag *g = diag_date_digits(l->diags, span_at(l, start, end), text_at(l, start, end));
		diag_fix(l->diags, g, span_at(l, start, end), arena_printf(l->arena, "%04u-%02u-%02u", year, month, day), FIX_SURE,
		         "write four, two and two digits");
	}
	emit(l, TK_DATE, start, end);
}

/* `2026-03-02T09:00` */
static void date_with_t(struct lexer *l, uint32_t start, uint32_t end)
{
	if (may_tell(l)) {
		struct diag *g = diag_date_with_t(l->diags, span_at(l, start, end), text_at(l, start, end));
		diag_fix(l->diags, g, span_at(l, start + 10, start + 11), SLICE(" "), FIX_SURE, "write a blank instead");
	}
	emit(l, TK_DATE, start, start + 10);
	emit(l, TK_TIME, start + 11, end);
}

/* ---- texts and holes ---- */

static enum YYCONDTYPE condition_of(const struct frame *f)
{
	return f->kind == IN_QUOTES ? yyctext : yycblock;
}

static void text_open(struct lexer *l, enum text_kind kind, uint32_t start, uint32_t end)
{
	if (l->frame_count == TEXT_NESTING_MAX) {
		if (may_tell(l))
			diag_text_too_deep(l->diags, span_at(l, start, end), TEXT_NESTING_MAX);
		give_up(l);
		return;
	}
	struct frame *f = &l->frames[l->frame_count++];
	*f = (struct frame){.kind = kind, .open = start, .quote = end - start, .piece = end};
	l->condition = condition_of(f);
}

/* What was read of the text so far: its beginning at the first hole, and the piece before here. */
static void text_piece(struct lexer *l, struct frame *f, uint32_t end)
{
	if (!f->split && f->kind != IN_FILE)
		emit(l, TK_SOPEN, f->open, f->open + f->quote);
	f->split = true;
	if (end > f->piece)
		emit(l, TK_STEXT, f->piece, end);
	f->piece = end;
}

/* The text ends: `start` is after its last byte, `end` after its closing quote. */
static void text_close(struct lexer *l, uint32_t start, uint32_t end)
{
	struct frame *f = &l->frames[--l->frame_count];
	if (f->split || f->kind == IN_FILE)
		text_piece(l, f, start);
	if (f->kind != IN_FILE)
		emit(l, f->split ? TK_SCLOSE : TK_STRING, f->split ? start : f->open, end);
	l->depth -= f->whens;
	l->condition = l->frame_count > 0 ? yychole : yyccode;
}

static void hole_open(struct lexer *l, uint32_t kind, uint32_t start, uint32_t end)
{
	struct frame *f = &l->frames[l->frame_count - 1];
	f->hole = start;
	f->tokens = l->out->count;
	f->hole_piece = f->piece;
	f->hole_split = f->split;
	f->hole_whens = f->whens;
	f->hole_depth = l->depth;
	f->hole_parens = l->parens;
	text_piece(l, f, start);
	f->piece = end;
	emit(l, kind, start, end);
	if (kind == TK_HOPEN || kind == TK_HWHEN) {
		l->parens = 0;
		l->operators = 0;
		l->condition = yychole;
	}
	if (kind == TK_HWHEN) {
		f->whens++;
		deeper(l, start, end);
	} else if (kind == TK_HEND && f->whens > 0) {
		f->whens--;
		l->depth--;
	}
}

static void hole_close(struct lexer *l, uint32_t start, uint32_t end)
{
	struct frame *f = &l->frames[l->frame_count - 1];
	l->depth -= l->parens;
	l->parens = f->hole_parens;
	l->operators = 0;
	emit(l, TK_HCLOSE, start, end);
	f->piece = end;
	l->condition = condition_of(f);
}

/* A hole that is not closed on its line is told once, and then read as text: where to go on. */
static uint32_t hole_unclosed(struct lexer *l)
{
	struct frame *f = &l->frames[0];
	if (bad_line(l, f->hole))
		diag_open_hole(l->diags, span_at(l, f->hole, f->hole + 2));
	l->frame_count = 1;
	l->out->count = f->tokens;
	l->last = f->tokens > 0 ? l->out->tokens[f->tokens - 1].kind : 0;
	f->piece = f->hole_piece;
	f->split = f->hole_split;
	f->whens = f->hole_whens;
	l->depth = f->hole_depth;
	l->parens = f->hole_parens;
	l->condition = condition_of(f);
	if (f->kind == IN_QUOTES && f->hole >= l->line_end) {
		/* The last quote of the line is the one that was meant to close it. */
		const char *hole = l->text + f->hole, *line_end = memchr(hole, '\n', (size_t)(l->limit - hole));
		line_end = line_end ? line_end : l->limit;
		const char *quote = memrchr(hole, '"', (size_t)(line_end - hole));
		l->text_until = quote ? (uint32_t)(quote - l->text) : f->hole;
		l->line_end = (uint32_t)(line_end - l->text);
	}
	return f->hole + 2;
}

/* Whether a block opened on this line before `at` is still open there. */
static bool opened_on_line(const struct lexer *l, uint32_t at)
{
	int open = 0;
	for (uint32_t i = l->out->count; i > l->line_tokens; i--) {
		if (l->out->tokens[i - 1].start >= at)
			continue;
		uint32_t kind = l->out->tokens[i - 1].kind;
		open += kind == TK_LBRACE ? 1 : kind == TK_RBRACE ? -1 : 0;
	}
	return open > 0;
}

/* A text in quotes ends with its line at the latest, but before a final `{` (or `}` of a block on this line): where to
 * go on. */
static uint32_t text_unclosed(struct lexer *l, uint32_t end)
{
	if (l->frame_count > 1)
		return hole_unclosed(l);
	struct frame *f = &l->frames[0];
	if (bad_line(l, f->open))
		diag_open_text(l->diags, span_at(l, f->open, f->open + 1));
	while (end > f->piece && (l->text[end - 1] == ' ' || l->text[end - 1] == '\t'))
		end--;
	if (end > f->piece && (l->text[end - 1] == '{' || (l->text[end - 1] == '}' && opened_on_line(l, f->open))))
		for (end--; end > f->piece && l->text[end - 1] == ' ';)
			end--;
	l->depth -= l->parens; /* a bracket before it may have been meant to close in it */
	l->parens = 0;
	text_close(l, end, end);
	return end;
}

static void block_unclosed(struct lexer *l, uint32_t end)
{
	struct frame *f = &l->frames[0];
	if (f->kind == IN_BLOCK) {
		if (l->out->silent_from == UINT32_MAX && may_tell(l))
			diag_open_block(l->diags, span_at(l, f->open, f->open + 3));
		l->out->silent_from = f->open;
	}
	text_close(l, end, end);
}

static void escape(struct lexer *l, uint32_t start, uint32_t end)
{
	if (may_tell(l))
		diag_bad_escape(l->diags, span_at(l, start, end), text_at(l, start, end));
}

/* \u{…}: no surrogate, no control character but tab and newline, not above U+10FFFF */
static void escape_u(struct lexer *l, uint32_t start, uint32_t end)
{
	uint32_t c = 0;
	for (uint32_t i = start + 3; i < end - 1; i++) {
		char digit = l->text[i];
		c = c * 16 + (uint32_t)(digit <= '9' ? digit - '0' : (digit | 32) - 'a' + 10);
	}
	bool is_control = (c < 0x20 && c != '\n' && c != '\t') || (c >= 0x7f && c < 0xa0);
	if (is_control || (c >= 0xd800 && c < 0xe000) || c > 0x10ffff)
		escape(l, start, end);
}

/* ---- the rules ---- */

/* Reads up to the end, or until a limit is passed. */
static void run(struct lexer *l)
{
	const char *cursor = l->text, *marker = cursor, *ahead = cursor, *limit = l->limit;
	if (limit - cursor >= 3 && memcmp(cursor, "\xef\xbb\xbf", 3) == 0)
		cursor += 3; /* a byte order mark */
#define START ((uint32_t)(start - l->text))
#define END ((uint32_t)(cursor - l->text))
	while (!l->out->gave_up) {
		const char *start = cursor;
		/*!re2c
		re2c:define:YYCTYPE = "unsigned char";
		re2c:define:YYCURSOR = cursor;
		re2c:define:YYMARKER = marker;
		re2c:define:YYCTXMARKER = ahead;
		re2c:define:YYLIMIT = limit;
		re2c:define:YYGETCONDITION = "l->condition";
		re2c:define:YYGETCONDITION:naked = 1;
		re2c:define:YYSETCONDITION = "l->condition = @@;";
		re2c:define:YYSETCONDITION:naked = 1;
		re2c:yyfill:enable = 0;
		re2c:eof = 0;

		blank   = [ \t\u00a0];
		nl      = "\r"? "\n";
		letter  = [A-Za-z_\u00c0-\u1fff];
		id      = [a-z] [a-z0-9_]*;
		upper   = [A-Z] [A-Z0-9_]*;
		word    = letter (letter | [0-9])*;
		num     = [0-9]+ ("." [0-9]+)?;
		date    = [0-9]{4} "-" [0-9]{2} "-" [0-9]{2};
		time    = [0-9]{2} ":" [0-9]{2};
		control = [\x00-\x08\x0b\x0c\x0e-\x1f\x7f];

		<code, hole> blank+ { continue; }
		<code, hole> id {
			uint32_t kind = lex_word(text_at(l, START, END));
			if (kind == TK_AND || kind == TK_OR || kind == TK_NOT)
				operator(l, kind, START, END);
			else
				emit(l, kind ? kind : TK_ID, START, END);
			continue;
		}
		<code, hole> [a-z]+ "://" [^ \t\r\n"';{}\x00-\x1f]* { bare_url(l, START, END); continue; }
		<code, hole> upper { emit(l, TK_UPPER, START, END); continue; }
		<code, hole> word { bad_name(l, START, END); continue; }
		<code, hole> num { emit(l, TK_NUM, START, END); continue; }
		<code, hole> num "%" { emit(l, TK_PERCENT, START, END); continue; }
		<code, hole> num word { glued(l, START, END); continue; }
		<code, hole> time { emit(l, TK_TIME, START, END); continue; }
		<code, hole> [0-9]+ (":" [0-9]+)+ { odd_time(l, START, END); continue; }
		<code, hole> date { emit(l, TK_DATE, START, END); continue; }
		<code, hole> date "T" time { date_with_t(l, START, END); continue; }
		<code, hole> [0-9]{4} "-" [0-9]{1,2} "-" [0-9]{1,2} { odd_date(l, START, END); continue; }

		<code, hole> "("  { paren(l, TK_LPAREN, START); continue; }
		<code, hole> ")"  { paren(l, TK_RPAREN, START); continue; }
		<code, hole> ","  { emit(l, TK_COMMA, START, END); continue; }
		<code, hole> "."  { emit(l, TK_DOT, START, END); continue; }
		<code, hole> ".." { emit(l, TK_DOTDOT, START, END); continue; }
		<code, hole> "/"  { emit(l, TK_SLASH, START, END); continue; }
		<code, hole> "->" { emit(l, TK_ARROW, START, END); continue; }
		<code, hole> "="  { emit(l, TK_ASSIGN, START, END); continue; }
		<code, hole> "==" { emit(l, TK_EQ, START, END); continue; }
		<code, hole> "!=" { emit(l, TK_NE, START, END); continue; }
		<code, hole> "<"  { emit(l, TK_LT, START, END); continue; }
		<code, hole> "<=" { emit(l, TK_LE, START, END); continue; }
		<code, hole> ">"  { emit(l, TK_GT, START, END); continue; }
		<code, hole> ">=" { emit(l, TK_GE, START, END); continue; }
		<code, hole> "+"  { operator(l, TK_PLUS, START, END); continue; }
		<code, hole> [\-\u2013\u2212] { operator(l, TK_MINUS, START, END); continue; }

		<code, hole> "&&" { foreign_sign(l, TK_AND, START, END); continue; }
		<code, hole> "||" { foreign_sign(l, TK_OR, START, END); continue; }
		<code, hole> "!"  { foreign_sign(l, TK_NOT, START, END); continue; }
		<code, hole> "=>" { foreign_sign(l, TK_ARROW, START, END); continue; }
		<code, hole> "'" [^'\r\n\x00-\x1f]* "'" { foreign_quotes(l, START, END); continue; }
		<code, hole> [\u201c\u201d] [^\u201c\u201d"\r\n\x00-\x1f]* [\u201c\u201d] { foreign_quotes(l, START, END); continue; }
		<hole> "\\\"" [^"\\\r\n\x00-\x1f]* "\\\"" { foreign_quotes(l, START, END); continue; }
		<code> "//" [^\r\n\x00]* { foreign_comment(l, START, END); continue; }
		<code> "#" [^\r\n\x00]* { comment(l, START, END); continue; }

		<code> "{" { brace(l, TK_LBRACE, START); continue; }
		<code> "}" { brace(l, TK_RBRACE, START); continue; }
		<code> ";" { end_statement(l, START, END); continue; }
		<code> nl { newline(l, START, END); continue; }
		<code> ":" { colon(l, START); continue; }
		<code, hole> "\"" { text_open(l, IN_QUOTES, START, END); continue; }
		<code> "\"\"\"" { text_open(l, IN_BLOCK, START, END); continue; }
		<code> $ { return; }

		<hole> "|" { emit(l, TK_PIPE, START, END); continue; }
		<hole> "}}" { hole_close(l, START, END); continue; }
		<hole> nl | "{" | "}" { cursor = l->text + hole_unclosed(l); continue; }
		<hole> $ { cursor = l->text + hole_unclosed(l); continue; }
		<code, hole> [^] { bad_character(l, START, END); continue; }

		<text, block> "{{" { hole_open(l, TK_HOPEN, START, END); continue; }
		<text, block> "{{" blank* "when" / [^a-z0-9_] { hole_open(l, TK_HWHEN, START, END); continue; }
		<text, block> "{{" blank* "otherwise" blank* "}}" { hole_open(l, TK_HOTHERWISE, START, END); continue; }
		<text, block> "{{" blank* "end" blank* "}}" { hole_open(l, TK_HEND, START, END); continue; }
		<text, block> "{" { continue; }
		<text, block> control { control(l, START, END); continue; }
		<text> "\r" { control(l, START, END); continue; }
		<text> [^"\\{\r\n\x00-\x08\x0b\x0c\x0e-\x1f\x7f]+ { continue; }
		<text> "\\" ["\\nt] { continue; }
		<text> "\\u{" [0-9a-fA-F]{1,6} "}" { escape_u(l, START, END); continue; }
		<text> "\\" [^\r\n\x00-\x1f] { escape(l, START, END); continue; }
		<text> "\\" { escape(l, START, END); continue; }
		<text> "\"" {
			if (l->frame_count > 1 || START >= l->text_until)
				text_close(l, START, END);
			continue;
		}
		<text> nl { cursor = l->text + text_unclosed(l, START); continue; }
		<text> $ { cursor = l->text + text_unclosed(l, START); continue; }

		<block> [^"\\{\x00-\x08\x0b\x0c\x0e-\x1f\x7f]+ { continue; }
		<block> "\\" ["\\nt] { continue; }
		<block> "\\u{" [0-9a-fA-F]{1,6} "}" {
			if (l->frames[l->frame_count - 1].kind == IN_BLOCK)
				escape_u(l, START, END);
			continue;
		}
		<block> "\\" ([^"\\nt{\x00-\x1f\x7f])? {
			if (l->frames[l->frame_count - 1].kind == IN_BLOCK)
				escape(l, START, END);
			continue;
		}
		<block> "\"" { continue; }
		<block> "\"\"\"" {
			if (l->frames[l->frame_count - 1].kind == IN_BLOCK)
				text_close(l, START, END);
			continue;
		}
		<block> $ { block_unclosed(l, START); continue; }
		<*> * { bad_byte(l, START); continue; }
		*/
	}
#undef START
#undef END
}

static void begin(struct lexer *l, struct lexed *out, const struct source *s, uint32_t source, struct arena *arena,
                  struct diags *diags)
{
	*out = (struct lexed){.silent_from = UINT32_MAX, .cap = (uint32_t)(s->text.n / 5) + 64};
	out->tokens = ARENA_ARRAY(arena, struct token, out->cap);
	*l = (struct lexer){.text = s->text.p, .limit = s->text.p + s->text.n, .source = source, .condition = yyccode};
	l->out = out;
	l->arena = arena;
	l->diags = diags;
}

static void end(struct lexer *l)
{
	uint32_t n = (uint32_t)(l->limit - l->text);
	end_statement(l, n, n);
	emit(l, 0, n, n);
	l->out->count--;
}

void lex_source(struct lexed *out, const struct source *s, uint32_t source, struct arena *arena, struct diags *diags)
{
	struct lexer l;
	begin(&l, out, s, source, arena, diags);
	run(&l);
	end(&l);
}

void lex_template(struct lexed *out, const struct source *s, uint32_t source, struct arena *arena, struct diags *diags)
{
	struct lexer l;
	begin(&l, out, s, source, arena, diags);
	text_open(&l, IN_FILE, 0, 0);
	run(&l);
	uint32_t n = (uint32_t)s->text.n;
	emit(&l, 0, n, n);
	out->count--;
}
