/* SPDX-License-Identifier: Apache-2.0
 * Braces that do not balance, told from the indentation before anything is parsed: a line that begins at or left of
 * the line of a `{` that is still open says that its `}` is missing, and the `{` is blamed; a `}` whose indentation is
 * not its opener's belongs to a header line of that indentation that lacks its `{`, or else is one too many. Where a
 * `}` ends a line that lacks its `{`, only the parser can tell where that was meant to be: the line is noted. */
#include "compiler/parse_table.h"
#include "diag_codes.h"
#include "seq.h"
#include <string.h>

#define LINE_TOKENS_MAX 64 /* looked at to find the next line */

struct opener {
	uint32_t token;        /* index in the new tokens */
	uint32_t line, indent; /* of its line */
};

struct balance {
	struct parse *p;
	struct lexed out;
	struct opener *open;
	uint32_t open_count, open_cap;
	uint32_t seen, line; /* start of the line that `seen` lies on */
	int surplus;         /* `}` more than `{` */
};

/* *doubled: two `{` stand side by side, apart or not. */
static bool balanced(const struct lexed *l, bool *doubled)
{
	uint32_t depth = 0, last = UINT32_MAX;
	bool good = true;
	*doubled = false;
	for (uint32_t i = 0; i < l->count; i++) {
		if (l->tokens[i].kind == TK_LBRACE) {
			*doubled |= last + 1 == i;
			last = i;
			depth++;
		} else if (l->tokens[i].kind == TK_RBRACE) {
			good &= depth > 0;
			depth -= depth > 0;
		}
	}
	return good && depth == 0;
}

/* Columns of blanks before the token; UINT32_MAX when it is not the first of its line. */
static uint32_t indent_of_first(const struct parse *p, uint32_t start)
{
	const char *text = p->source->text.p;
	uint32_t columns = 0;
	for (; start > 0 && text[start - 1] != '\n'; start--) {
		if (text[start - 1] != ' ' && text[start - 1] != '\t')
			return UINT32_MAX;
		columns += text[start - 1] == '\t' ? 4 : 1;
	}
	return columns;
}

static void put(struct balance *b, struct token t)
{
	ARENA_PUSH(b->p->arena, b->out.tokens, b->out.count, b->out.cap) = t;
}

static uint32_t last_kind(const struct balance *b)
{
	return b->out.count > 0 ? b->out.tokens[b->out.count - 1].kind : 0;
}

/* The innermost open block ends before `at`, and its `{` is told. */
static void close_missing(struct balance *b, uint32_t at)
{
	struct token opener = b->out.tokens[b->open[--b->open_count].token];
	bool swallowed = b->p->lexed.silent_from != UINT32_MAX; /* by an open text block */
	if (!swallowed && parse_may_tell(b->p, opener)) {
		struct diag *g = diag_unclosed_brace(b->p->diags, parse_span(b->p, opener));
		parse_quiet_line(b->p, opener.start);
		if (at < b->p->source->text.n)
			diag_label(b->p->diags, g, (struct span){b->p->source_index, at, at},
			           "its `}` is missing before this line");
	}
	b->p->told = false;
	if (last_kind(b) != TK_SEP && last_kind(b) != TK_LBRACE)
		put(b, (struct token){at, at, TK_SEP});
	put(b, (struct token){at, at, TK_RBRACE});
	put(b, (struct token){at, at, TK_SEP});
}

/* The end of a header line of that indentation within the innermost open block: where a `{` is missing. 0: none. */
static uint32_t header_end(const struct balance *b, uint32_t indent)
{
	uint32_t first = b->open_count > 0 ? b->open[b->open_count - 1].token + 1 : 0;
	for (uint32_t i = b->out.count; i > first; i--) {
		struct token t = b->out.tokens[i - 1];
		bool begins =
		        i - 1 == 0 || b->out.tokens[i - 2].kind == TK_SEP || b->out.tokens[i - 2].kind == TK_LBRACE;
		bool only_closes = t.kind == TK_RBRACE && i < b->out.count && b->out.tokens[i].kind == TK_SEP;
		if (!begins || only_closes || indent_of_first(b->p, t.start) != indent)
			continue; /* but `} otherwise` is a header */
		for (uint32_t k = i; k < b->out.count && b->out.tokens[k].kind != TK_LBRACE; k++)
			if (b->out.tokens[k].kind == TK_SEP)
				return b->out.tokens[k].start < b->out.tokens[k].end ? k : 0;
		return 0;
	}
	return 0;
}

/* A `}` that closes nothing, or not what is open: its header lacks `{`, or it is too many. */
static void close_surplus(struct balance *b, struct token t, uint32_t indent)
{
	struct parse *p = b->p;
	bool told_enough = p->lexed.errors > FRONT_ERRORS_MAX;
	uint32_t header = indent == UINT32_MAX || told_enough ? 0 : header_end(b, indent);
	p->told = false;
	if (header == 0) {
		if (parse_may_tell(p, t)) {
			struct diag *g = diag_surplus_brace(p->diags, parse_span(p, t));
			diag_fix(p->diags, g, parse_span(p, t), SLICE(""), FIX_MAYBE, "leave it out");
			parse_quiet_line(p, t.start);
		}
		p->told = false;
		return;
	}
	struct token *sep = &b->out.tokens[header];
	uint32_t end = b->out.tokens[header - 1].end;
	struct token at = {end, end, TK_LBRACE};
	if (parse_may_tell(p, at)) {
		struct diag *g = diag_missing_brace(p->diags, parse_span(p, at));
		diag_fix(p->diags, g, parse_span(p, at), SLICE(" {"), FIX_MAYBE, "open it here");
	}
	p->told = false;
	*sep = at;
	if (last_kind(b) != TK_SEP && last_kind(b) != TK_LBRACE)
		put(b, (struct token){t.start, t.start, TK_SEP});
	put(b, t);
}

/* Moves on to the line that the token stands on; each byte is looked at once. */
static void follow_line(struct balance *b, uint32_t start)
{
	for (; b->seen < start; b->seen++)
		if (b->p->source->text.p[b->seen] == '\n')
			b->line = b->seen + 1;
}

static uint32_t indent_of_line(const struct parse *p, uint32_t line)
{
	while (p->source->text.p[line] == ' ' || p->source->text.p[line] == '\t')
		line++;
	return indent_of_first(p, line);
}

/* A `}` at the end of a line, whose block was opened on an earlier line, though the next line goes on within that
 * block: then this line lacks a `{`. `rest` is what follows. */
static bool line_lacks_brace(const struct balance *b, const struct token *rest)
{
	const struct opener *o = &b->open[b->open_count - 1];
	if (b->surplus <= 0 || o->line == b->line || indent_of_line(b->p, b->line) <= o->indent)
		return false;
	for (int i = 0; i < LINE_TOKENS_MAX && rest[i].kind != 0; i++) {
		uint32_t indent = rest[i].kind == TK_SEP ? UINT32_MAX : indent_of_first(b->p, rest[i].start);
		if (indent != UINT32_MAX)
			return rest[i].kind == TK_RBRACE ? indent >= o->indent : indent > o->indent;
	}
	return false;
}

/* Whether the newest token is a `}`, with or without the end of its line: `otherwise` can only stand there. */
static bool after_brace(const struct balance *b)
{
	uint32_t i = b->out.count;
	while (i > 0 && b->out.tokens[i - 1].kind == TK_SEP)
		i--;
	return i > 0 && b->out.tokens[i - 1].kind == TK_RBRACE;
}

static void one_token(struct balance *b, struct token t, const struct token *rest)
{
	uint32_t indent = indent_of_first(b->p, t.start);
	if (t.kind == TK_SEP || b->p->lexed.silent_from != UINT32_MAX)
		indent = UINT32_MAX; /* nothing to go by; the end closes what an open text block swallowed */
	if (t.kind == TK_OTHERWISE && rest[0].kind == TK_LBRACE && b->open_count > 0 && !after_brace(b))
		close_missing(b, t.start);
	while (indent != UINT32_MAX && b->open_count > 0) {
		const struct opener *o = &b->open[b->open_count - 1];
		if (t.kind == TK_RBRACE ? o->indent <= indent : o->indent < indent)
			break;
		close_missing(b, t.start);
	}
	if (t.kind == TK_RBRACE) {
		bool fits = b->open_count > 0 && (indent == UINT32_MAX || b->open[b->open_count - 1].indent == indent);
		if (!fits) {
			close_surplus(b, t, indent);
			b->surplus--;
			return;
		}
		if (indent == UINT32_MAX && line_lacks_brace(b, rest)) {
			struct lacking l = {b->line, t.start};
			ARENA_PUSH(b->p->arena, b->p->lacking, b->p->lacking_count, b->p->lacking_cap) = l;
			b->surplus--;
		} else {
			b->open_count--;
		}
	}
	put(b, t);
}

/* ---- `{{` outside of texts ---- */

#define FIX_BYTES_MAX 65536 /* a fix that repeats more than this is no help */

/* The `}` of the `{` at index i; count: none. */
static uint32_t close_of(const struct lexed *l, uint32_t i)
{
	uint32_t open = 0;
	for (; i < l->count; i++) {
		open += l->tokens[i].kind == TK_LBRACE;
		open -= l->tokens[i].kind == TK_RBRACE;
		if (open == 0)
			return i;
	}
	return i;
}

/* What leads into a text, or is one. */
static bool text_goes_here(uint32_t kind)
{
	return kind == TK_SUBJECT || kind == TK_BODY || kind == TK_TEXT || kind == TK_TITLE || kind == TK_BUTTON ||
	       kind == TK_STRING || kind == TK_SCLOSE || kind == TK_PLUS;
}

/* `subject {{first_name}}`: the tokens from i to `close` are one text, or nothing beside a text. */
static void hole_outside(struct parse *p, uint32_t i, uint32_t close)
{
	struct token *tokens = p->lexed.tokens;
	struct span span = {p->source_index, tokens[i].start, tokens[close].end};
	bool beside =
	        tokens[i - 1].kind == TK_STRING || tokens[i - 1].kind == TK_SCLOSE || tokens[i - 1].kind == TK_PLUS;
	if (parse_may_tell(p, tokens[i])) {
		struct diag *g = diag_hole_outside(p->diags, span);
		struct slice text = parse_text_at(p, span.start, span.end);
		if (!beside && !memchr(text.p, '"', text.n))
			diag_fix(p->diags, g, span, arena_printf(p->arena, "\"%.*s\"", SLICE_ARG(text)), FIX_SURE,
			         "put it in quotes");
	}
	if (!beside)
		tokens[i++] = (struct token){span.start, span.end, TK_STRING};
	for (; i <= close; i++)
		tokens[i].kind = TK_BAD;
}

/* The second of two `{`, and its `}` where that is doubled too. */
static void double_brace(struct parse *p, uint32_t i, uint32_t inner, uint32_t outer)
{
	struct token *tokens = p->lexed.tokens;
	bool both = inner < p->lexed.count && outer < p->lexed.count && tokens[outer].start == tokens[inner].end;
	uint32_t end = both ? tokens[outer].end : tokens[i + 1].end;
	if (parse_may_tell(p, tokens[i])) {
		struct diag *g = diag_doubled_brace(p->diags,
		                                    (struct span){p->source_index, tokens[i].start, tokens[i + 1].end});
		struct slice inside = parse_text_at(p, tokens[i + 1].end, both ? tokens[inner].start : end);
		if (inside.n <= FIX_BYTES_MAX)
			diag_fix(p->diags, g, (struct span){p->source_index, tokens[i].start, end},
			         arena_printf(p->arena, "{%.*s%s", SLICE_ARG(inside), both ? "}" : ""), FIX_SURE,
			         "write one");
	}
	p->told = false;
	tokens[i + 1].kind = TK_BAD;
	if (both)
		tokens[inner].kind = TK_BAD;
}

/* Doubled braces are told, and what is too much is taken out. */
static void undouble(struct parse *p)
{
	struct lexed *l = &p->lexed;
	uint32_t kept = 0;
	bool any = false;
	for (uint32_t i = 0; i + 1 < l->count; i++) {
		if (l->tokens[i].kind != TK_LBRACE || l->tokens[i + 1].kind != TK_LBRACE ||
		    l->errors > FRONT_ERRORS_MAX || l->tokens[i].end != l->tokens[i + 1].start)
			continue;
		uint32_t inner = close_of(l, i + 1), outer = close_of(l, i);
		bool closed = outer < l->count && l->tokens[outer].start == l->tokens[inner].end;
		if (i > 0 && closed && text_goes_here(l->tokens[i - 1].kind))
			hole_outside(p, i, outer);
		else
			double_brace(p, i, inner, outer);
		p->told = false;
		any = true;
	}
	for (uint32_t i = 0; any && i <= l->count; i++) {
		uint32_t kind = l->tokens[i].kind, last = kept > 0 ? l->tokens[kept - 1].kind : TK_SEP;
		if (kind != TK_BAD && !(kind == TK_SEP && (last == TK_SEP || last == TK_LBRACE)))
			l->tokens[kept++] = l->tokens[i];
	}
	if (any)
		l->count = kept - 1;
}

void parse_balance_braces(struct parse *p)
{
	bool doubled, good = balanced(&p->lexed, &doubled);
	if (doubled) {
		undouble(p);
		good = balanced(&p->lexed, &doubled);
	}
	if (good)
		return;
	struct balance b = {.p = p, .out = p->lexed};
	const struct token *tokens = p->lexed.tokens;
	uint32_t n = p->lexed.count;
	b.out.tokens = NULL;
	b.out.count = b.out.cap = 0;
	for (uint32_t i = 0; i < n; i++)
		b.surplus += tokens[i].kind == TK_RBRACE ? 1 : tokens[i].kind == TK_LBRACE ? -1 : 0;
	for (uint32_t i = 0; i < n; i++) {
		struct token t = tokens[i];
		if (t.kind == TK_SEP && (last_kind(&b) == TK_SEP || last_kind(&b) == TK_LBRACE || b.out.count == 0))
			continue;
		follow_line(&b, t.start);
		one_token(&b, t, &tokens[i + 1]);
		if (t.kind == TK_LBRACE) {
			struct opener o = {b.out.count - 1, b.line, indent_of_line(p, b.line)};
			ARENA_PUSH(p->arena, b.open, b.open_count, b.open_cap) = o;
		}
	}
	while (b.open_count > 0)
		close_missing(&b, (uint32_t)p->source->text.n);
	put(&b, tokens[n]);
	b.out.count--;
	p->lexed.tokens = b.out.tokens;
	p->lexed.count = b.out.count;
	p->lexed.cap = b.out.cap;
}
