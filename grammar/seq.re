/* SPDX-License-Identifier: Apache-2.0
 * The lexer of .seq files: bytes to an array of tokens, for the whole file at once (compiler/lex.h). Four conditions:
 * `code`; `hole`, code between `{{` and `}}`; `text`, within "…"; `block`, within """…""" and in text files. Texts in
 * holes of texts nest, so open texts stand on a short stack. What is none of ours is told by compiler/lex_mistake.c.
 * The text must have a NUL after its end (source.c). */
#include "compiler/lex_foreign.h"
#include "compiler/lex_state.h"
#include "diag_codes.h"
#include "seq.h"
#include <string.h>

/* ---- what goes out ---- */

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
		lex_emit(l, TK_SEP, start, end);
	l->operators = 0;
}

void lex_newline(struct lexer *l, uint32_t start, uint32_t end)
{
	if (l->parens == 0 && !goes_on(l->last))
		end_statement(l, start, end);
	l->line_tokens = l->out->count;
}

void lex_comment(struct lexer *l, uint32_t start, uint32_t end)
{
	struct lexed *o = l->out;
	struct comment c = {start, end, o->count == l->line_tokens};
	ARENA_PUSH(l->arena, o->comments, o->comment_count, o->comment_cap) = c;
}

static void give_up(struct lexer *l)
{
	l->out->gave_up = true;
	l->condition = yyccode;
}

/* ---- nesting ---- */

static void deeper(struct lexer *l, uint32_t start, uint32_t end)
{
	if (++l->depth <= NESTING_MAX)
		return;
	if (!l->out->gave_up && lex_may_tell(l))
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
	lex_emit(l, kind, start, start + 1);
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
	lex_emit(l, kind, start, start + 1);
}

/* Operators nest the tree without brackets: `not not …`, `a + b + …`. */
void lex_operator(struct lexer *l, uint32_t kind, uint32_t start, uint32_t end)
{
	bool sign_of_number = kind == TK_MINUS && goes_on(l->last);
	if (!sign_of_number && ++l->operators > OPERATORS_MAX && !l->out->gave_up) {
		if (lex_may_tell(l))
			diag_too_many_operators(l->diags, span_at(l, start, end), OPERATORS_MAX);
		give_up(l);
	}
	lex_emit(l, kind, start, end);
}

/* ---- texts and holes ---- */

static enum YYCONDTYPE condition_of(const struct frame *f)
{
	return f->kind == IN_QUOTES ? yyctext : yycblock;
}

static void text_open(struct lexer *l, enum text_kind kind, uint32_t start, uint32_t end)
{
	if (l->frame_count == TEXT_NESTING_MAX) {
		if (lex_may_tell(l))
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
		lex_emit(l, TK_SOPEN, f->open, f->open + f->quote);
	f->split = true;
	if (end > f->piece)
		lex_emit(l, TK_STEXT, f->piece, end);
	f->piece = end;
}

/* The text ends: `start` is after its last byte, `end` after its closing quote. */
static void text_close(struct lexer *l, uint32_t start, uint32_t end)
{
	struct frame *f = &l->frames[--l->frame_count];
	if (f->kind != IN_QUOTES)
		lex_conflict_in_text(l, f->open, start);
	if (f->split || f->kind == IN_FILE)
		text_piece(l, f, start);
	if (f->kind != IN_FILE)
		lex_emit(l, f->split ? TK_SCLOSE : TK_STRING, f->split ? start : f->open, end);
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
	lex_emit(l, kind, start, end);
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
	lex_emit(l, TK_HCLOSE, start, end);
	f->piece = end;
	l->condition = condition_of(f);
}

/* A hole that is not closed on its line is told once, and then read as text: where to go on. */
static uint32_t hole_unclosed(struct lexer *l)
{
	struct frame *f = &l->frames[0];
	if (lex_bad_line(l, f->hole))
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
	if (lex_bad_line(l, f->open)) {
		struct diag *g = diag_open_text(l->diags, span_at(l, f->open, f->open + 1));
		ptrdiff_t curly = slice_find(text_at(l, f->open, end), SLICE("\u201d"));
		if (curly >= 0) {
			uint32_t at = f->open + (uint32_t)curly;
			diag_fix(l->diags, g, span_at(l, at, at + 3), SLICE("\""), FIX_MAYBE, "close it with a straight quote");
		}
	}
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
		if (l->out->silent_from == UINT32_MAX && lex_may_tell(l))
			diag_open_block(l->diags, span_at(l, f->open, f->open + 3));
		l->out->silent_from = f->open;
	}
	text_close(l, end, end);
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
		lex_escape(l, start, end);
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

		blank   = [ \t];
		/* blanks of other widths, characters without a face, and signs as wide as two */
		odd     = [\u0085\u00a0\u00ad\u061c\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u2069\u3000\ufeff] |
		          [\u037e\uff01\uff03-\uff5e];
		nl      = "\r"? "\n";
		letter  = [A-Za-z_\u00c0-\u037d\u037f-\u061b\u061d-\u167f\u1681-\u180d\u180f-\u1fff];
		id      = [a-z] [a-z0-9_]*;
		upper   = [A-Z] [A-Z0-9_]*;
		part    = [A-Za-z0-9_]+; /* of an address; few of them, so that a.a.a… is read once and not from each a */
		word    = letter (letter | [0-9])*;
		num     = [0-9]+ ("." [0-9]+)?;
		date    = [0-9]{4} "-" [0-9]{2} "-" [0-9]{2};
		time    = [0-9]{2} ":" [0-9]{2};
		control = [\x00-\x08\x0b\x0c\x0e-\x1f\x7f];
		half    = [aApP] "."? [mM];
		clock   = [0-9]{1,2} ([:.] [0-9]{2})? blank? half | [0-9]{1,2} [hH] [0-9]{2};
		month   = 'jan' 'uary'? | 'feb' 'ruary'? | 'mar' 'ch'? | 'apr' 'il'? | 'may' | 'jun' 'e'? | 'jul' 'y'? | 'aug' 'ust'? |
		          'sep' 'tember'? | 'oct' 'ober'? | 'nov' 'ember'? | 'dec' 'ember'?;
		nth     = 'st' | 'nd' | 'rd' | 'th' | ".";
		calendar = [0-9]{1,2} [./] [0-9]{1,2} [./] [0-9]{2,4} | [0-9]{4} [./] [0-9]{1,2} [./] [0-9]{1,2} |
		          [0-9]{1,2} nth? blank+ month ","? blank+ [0-9]{4} | month "."? blank+ [0-9]{1,2} nth? ","? blank+ [0-9]{4};
		/* quotes of other languages, of word processors, and those that merely look so */
		double  = [\u201c-\u201f\u2033\u301d-\u301f\uff02];
		single  = ['`\u00b4\u2018-\u201b\u2032\u2039\u203a];
		angle   = [\u00ab\u00bb];
		inner   = [^\x00-\x1f"'`\u00ab\u00b4\u00bb\u2018-\u201f\u2032\u2033\u2039\u203a\u301d-\u301f\uff02];

		<code, hole> blank+ { continue; }
		<code, hole> id {
			uint32_t kind = lex_word(text_at(l, START, END));
			if (kind == TK_AND || kind == TK_OR || kind == TK_NOT)
				lex_operator(l, kind, START, END);
			else
				lex_emit(l, kind ? kind : TK_ID, START, END);
			continue;
		}
		<code, hole> [a-z]+ "://" [^ \t\r\n"';{}\x00-\x1f]* { lex_bare_url(l, START, END); continue; }
		<code, hole> upper { lex_emit(l, TK_UPPER, START, END); continue; }
		<code, hole> word { cursor = l->text + lex_bad_name(l, START, END); continue; }
		<code, hole> part ([.+] part){0,4} "@" [A-Za-z0-9.\-]+ { lex_bare_url(l, START, END); continue; }
		<code, hole> num { lex_emit(l, TK_NUM, START, END); continue; }
		<code, hole> num "%" { lex_emit(l, TK_PERCENT, START, END); continue; }
		<code, hole> clock { cursor = l->text + lex_odd_clock(l, START, END); continue; }
		<code, hole> calendar { lex_odd_date(l, START, END); continue; }
		<code, hole> num word { lex_glued(l, START, END); continue; }
		<code, hole> time { lex_emit(l, TK_TIME, START, END); continue; }
		<code, hole> [0-9]+ (":" [0-9]+)+ { lex_odd_time(l, START, END); continue; }
		<code, hole> date { lex_emit(l, TK_DATE, START, END); continue; }
		<code, hole> date "T" time { lex_date_with_t(l, START, END); continue; }
		<code, hole> [0-9]{4} "-" [0-9]{1,2} "-" [0-9]{1,2} { lex_odd_date(l, START, END); continue; }

		<code, hole> "("  { paren(l, TK_LPAREN, START); continue; }
		<code, hole> ")"  { paren(l, TK_RPAREN, START); continue; }
		<code, hole> ","  { lex_emit(l, TK_COMMA, START, END); continue; }
		<code, hole> "."  { lex_emit(l, TK_DOT, START, END); continue; }
		<code, hole> ".." { lex_emit(l, TK_DOTDOT, START, END); continue; }
		<code, hole> "/"  { lex_emit(l, TK_SLASH, START, END); continue; }
		<code, hole> "->" { lex_emit(l, TK_ARROW, START, END); continue; }
		<code, hole> "="  { lex_emit(l, TK_ASSIGN, START, END); continue; }
		<code, hole> "==" { lex_emit(l, TK_EQ, START, END); continue; }
		<code, hole> "!=" { lex_emit(l, TK_NE, START, END); continue; }
		<code, hole> "<"  { lex_emit(l, TK_LT, START, END); continue; }
		<code, hole> "<=" { lex_emit(l, TK_LE, START, END); continue; }
		<code, hole> ">"  { lex_emit(l, TK_GT, START, END); continue; }
		<code, hole> ">=" { lex_emit(l, TK_GE, START, END); continue; }
		<code, hole> "+"  { lex_operator(l, TK_PLUS, START, END); continue; }
		<code, hole> [\-\u2010-\u2014\u2212] { lex_operator(l, TK_MINUS, START, END); continue; }

		<code, hole> "&&" { lex_foreign_sign(l, TK_AND, START, END); continue; }
		<code, hole> "||" { lex_foreign_sign(l, TK_OR, START, END); continue; }
		<code, hole> "!"  { lex_foreign_sign(l, TK_NOT, START, END); continue; }
		<code, hole> "=>" { lex_foreign_arrow(l, START, END); continue; }
		<code, hole> "===" { lex_foreign_sign(l, TK_EQ, START, END); continue; }
		<code, hole> "!==" | "<>" { lex_foreign_sign(l, TK_NE, START, END); continue; }
		<code, hole> "=<" { lex_foreign_sign(l, TK_LE, START, END); continue; }
		<code> ":=" { lex_foreign_sign(l, TK_ASSIGN, START, END); continue; }
		<code> "-" "-"+ ">" { lex_foreign_sign(l, TK_ARROW, START, END); continue; }
		<code, hole> "'" [^'\r\n\x00-\x1f]* "'" | "''" [^'\r\n\x00-\x1f]* "''" { lex_foreign_quotes(l, START, END); continue; }
		<code, hole> double (inner | single | angle)* (double | "\"") { lex_foreign_quotes(l, START, END); continue; }
		<code, hole> single inner* single { lex_foreign_quotes(l, START, END); continue; }
		<code, hole> angle (inner | single | double | "\"")* angle { lex_foreign_quotes(l, START, END); continue; }
		<code, hole> "\\\"" [^"\\\r\n\x00-\x1f]* "\\\"" { lex_foreign_quotes(l, START, END); continue; }
		<code> "//" [^\r\n\x00]* { lex_foreign_comment(l, START, END); continue; }
		<code> "--" "-"* ([^>\-\r\n\x00] [^\r\n\x00]*)? { lex_foreign_comment(l, START, END); continue; }
		<code> "/*" { cursor = l->text + lex_bracketed_comment(l, START, 2, "*/"); continue; }
		<code> "<!--" { cursor = l->text + lex_bracketed_comment(l, START, 4, "-->"); continue; }
		<code> "<<<<<<<" | "|||||||" | "=======" | ">>>>>>>" { cursor = l->text + lex_merge_conflict(l, START, END); continue; }
		<code> "```" { cursor = l->text + lex_code_fence(l, START, END); continue; }
		<code> "\\" blank* nl { lex_bad_character(l, START, START + 1); continue; }
		<code, hole> odd | control { lex_odd_character(l, START, END); continue; }
		<code> "\r" { lex_lone_return(l, START, END); continue; }
		<code> "#" [^\r\n\x00]* { lex_comment(l, START, END); continue; }

		<code> "{" { brace(l, TK_LBRACE, START); continue; }
		<code> "}" { brace(l, TK_RBRACE, START); continue; }
		<code> ";" { end_statement(l, START, END); continue; }
		<code> nl { lex_newline(l, START, END); continue; }
		<code, hole> ":" { lex_colon(l, START); continue; }
		<code, hole> "\"" { text_open(l, IN_QUOTES, START, END); continue; }
		<code> "\"\"\"" { text_open(l, IN_BLOCK, START, END); continue; }
		<code> $ { return; }

		<hole> "|" { lex_emit(l, TK_PIPE, START, END); continue; }
		<hole> "}}" { hole_close(l, START, END); continue; }
		<hole> nl | "{" | "}" { cursor = l->text + hole_unclosed(l); continue; }
		<hole> $ { cursor = l->text + hole_unclosed(l); continue; }
		<code, hole> [^] { lex_bad_character(l, START, END); continue; }

		<text, block> "{{" { hole_open(l, TK_HOPEN, START, END); continue; }
		<text, block> "{{{" / [^{}"\r\n\x00]* "}}}" {
			lex_three_braces(l, START, END);
			hole_open(l, TK_HOPEN, START, END);
			continue;
		}
		<text, block> "{{" blank* "when" / [^a-z0-9_] { hole_open(l, TK_HWHEN, START, END); continue; }
		<text, block> "{{" blank* "otherwise" blank* "}}" { hole_open(l, TK_HOTHERWISE, START, END); continue; }
		<text, block> "{{" blank* "else" blank* "}}" {
			hole_open(l, lex_foreign_hole(l, "otherwise", START, END) ? TK_HOTHERWISE : TK_HOPEN, START, END);
			continue;
		}
		<text, block> "{{" blank* ("/if" | "/when" | "endif" | "end" blank+ ("if" | "when")) blank* "}}" {
			hole_open(l, lex_foreign_hole(l, "end", START, END) ? TK_HEND : TK_HOPEN, START, END);
			continue;
		}
		<text, block> "{{" blank* "#"? "if" blank+ {
			lex_foreign_if(l, START, END);
			hole_open(l, TK_HWHEN, START, END);
			continue;
		}
		<text, block> "{{" blank* "end" blank* "}}" { hole_open(l, TK_HEND, START, END); continue; }
		<text, block> "{" { continue; }
		<text, block> control { lex_control(l, START, END); continue; }
		<text> "\r" { lex_control(l, START, END); continue; }
		<text> [^"\\{\r\n\x00-\x08\x0b\x0c\x0e-\x1f\x7f]+ { continue; }
		<text> "\\" ["\\nt] {
			if (l->last == TK_FILE && l->frame_count == 1 && l->text[START + 1] != '"' && l->text[START + 1] != '\\')
				lex_escape(l, START, END);
			continue;
		}
		<text> "\\u{" [0-9a-fA-F]{1,6} "}" { escape_u(l, START, END); continue; }
		<text> "\\" [^\r\n\x00-\x1f] { lex_escape(l, START, END); continue; }
		<text> "\\" { lex_escape(l, START, END); continue; }
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
				lex_escape(l, START, END);
			continue;
		}
		<block> "\"" { continue; }
		<block> "\"\"\"" {
			if (l->frames[l->frame_count - 1].kind == IN_BLOCK)
				text_close(l, START, END);
			continue;
		}
		<block> $ { block_unclosed(l, START); continue; }
		<*> * { lex_bad_byte(l, START); continue; }
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
	const char *encoding = foreign_encoding(s->text);
	if (encoding && lex_may_tell(l)) {
		diag_wrong_encoding(diags, span_at(l, 0, 0), slice_of(encoding));
		give_up(l);
	}
}

static void end(struct lexer *l)
{
	uint32_t n = (uint32_t)(l->limit - l->text);
	end_statement(l, n, n);
	lex_emit(l, 0, n, n);
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
	lex_emit(&l, 0, n, n);
	out->count--;
}
