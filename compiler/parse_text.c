/* SPDX-License-Identifier: Apache-2.0
 * From the text of a token to its value: numbers, dates and times; escapes in texts, and the indentation that the lines
 * of a block have in common. A token that recovery put in has no text, or another's: its value is nothing, silently. */
#include "base/civil.h"
#include "compiler/lex_foreign.h"
#include "compiler/parse_build.h"
#include "diag_codes.h"
#include "seq.h"
#include <string.h>

#define MICRO_PER_ONE INT64_C(1000000)
#define NUMBER_MAX    INT64_C(9000000000000) /* times a million it still fits, with room to add */

/* ---- numbers, dates, times ---- */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static int64_t number(struct parse *p, struct token t, bool whole)
{
	struct slice s = parse_text_at(p, t.start, t.end);
	int64_t n = 0, fraction = 0, scale = MICRO_PER_ONE;
	size_t i = 0;
	bool bad = false;
	for (; i < s.n && is_digit(s.p[i]); i++) {
		n = n * 10 + (s.p[i] - '0');
		bad = bad || n > NUMBER_MAX;
		n = bad ? 0 : n;
	}
	bool has_fraction = i > 0 && i < s.n && s.p[i] == '.';
	for (i++; has_fraction && i < s.n && is_digit(s.p[i]); i++) {
		scale /= 10;
		fraction += (s.p[i] - '0') * scale;
		bad = bad || scale == 0;
	}
	if (bad && parse_may_tell(p, t))
		diag_number_range(p->diags, parse_span(p, t), s);
	else if (whole && has_fraction && parse_may_tell(p, t))
		diag_whole_number(p->diags, parse_span(p, t), s);
	return whole ? n : n * MICRO_PER_ONE + fraction;
}

int64_t parse_int(struct parse *p, struct token t)
{
	return number(p, t, true);
}

int64_t parse_micro(struct parse *p, struct token t)
{
	return number(p, t, false);
}

struct ast *parse_number(struct parse *parse, struct token t)
{
	return NEW(number, t.start, .micro = MICRO(t));
}

struct ast *parse_percent(struct parse *parse, struct token t)
{
	return NEW(percent, t.start, .micro = MICRO(t));
}

/* Dates and times that do not have their two or four digits were told by the lexer. */
struct ast *parse_date(struct parse *parse, struct token t)
{
	struct slice s = parse_text_at(parse, t.start, t.end);
	int32_t days = 0;
	if (!civil_parse_date(s, &days) && s.n == 10 && t.kind == TK_DATE && is_digit(s.p[0]) && s.p[4] == '-' &&
	    parse_may_tell(parse, t))
		diag_bad_date(parse->diags, parse_span(parse, t), s);
	return NEW(date, t.start, .days = days);
}

struct ast *parse_time(struct parse *parse, struct token t)
{
	struct slice s = parse_text_at(parse, t.start, t.end);
	int minute = 0;
	if (!civil_parse_time(s, &minute) && s.n == 5 && t.kind == TK_TIME && is_digit(s.p[0]) && s.p[2] == ':' &&
	    parse_may_tell(parse, t))
		diag_bad_time(parse->diags, parse_span(parse, t), s);
	return NEW(time, t.start, .minute = minute);
}

struct ast *parse_duration(struct parse *parse, struct token count, struct token unit)
{
	struct ast_name name = {{0}, parse_span(parse, unit)};
	name.text = unit.kind == TK_BUSINESS ? SLICE("business_day") : slice_of(lex_token(unit.kind)->spelling);
	uint32_t start = count.kind ? count.start : unit.start;
	return NEW(duration, start, .count = count.kind ? INT(count) : 1, .unit = name);
}

struct ast *parse_env_name(struct parse *parse, struct token t)
{
	return NEW(string, t.start, .value = NAME(t));
}

/* ---- texts ---- */

/* The inside of a text: where it lies, and for a block what is cut off its lines. */
struct inside {
	const char *text;
	uint32_t start, end;
	bool block, escapes;
	struct slice indent; /* common to the lines */
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* The first byte after the blanks from `at`. */
static uint32_t after_blanks(const struct inside *in, uint32_t at)
{
	while (at < in->end && is_blank(in->text[at]))
		at++;
	return at;
}

static bool ends_line(const struct inside *in, uint32_t at)
{
	return at >= in->end || in->text[at] == '\n' ||
	       (in->text[at] == '\r' && at + 1 < in->end && in->text[at + 1] == '\n');
}

static uint32_t next_line(const struct inside *in, uint32_t at)
{
	const char *nl = at < in->end ? memchr(in->text + at, '\n', in->end - at) : NULL;
	return nl ? (uint32_t)(nl - in->text) + 1 : in->end;
}

/* The line of the opening quotes and that of the closing ones do not count where nothing else stands on them. */
static void trim_block(struct inside *in)
{
	uint32_t first = after_blanks(in, in->start);
	bool own_line = first < in->end && ends_line(in, first);
	if (own_line)
		in->start = next_line(in, first);
	uint32_t last = in->end;
	while (last > in->start && is_blank(in->text[last - 1]))
		last--;
	if (last > in->start && in->text[last - 1] == '\n')
		in->end = last - 1 > in->start && in->text[last - 2] == '\r' ? last - 2 : last - 1;
	else if (last == in->start && own_line)
		in->end = last;
	bool any = false;
	for (uint32_t line = own_line ? in->start : next_line(in, in->start); line < in->end;
	     line = next_line(in, line)) {
		uint32_t word = after_blanks(in, line);
		if (ends_line(in, word))
			continue;
		struct slice here = {in->text + line, word - line};
		size_t common = 0;
		while (any && common < here.n && common < in->indent.n && here.p[common] == in->indent.p[common])
			common++;
		in->indent = any ? (struct slice){here.p, common} : here;
		any = true;
	}
}

/* At the start of a line: what is left of it. A blank line loses its blanks. */
static uint32_t cut_indent(const struct inside *in, uint32_t at, uint32_t end)
{
	uint32_t word = after_blanks(in, at);
	if (ends_line(in, word))
		return word < end ? word : end;
	uint32_t cut = at + (uint32_t)in->indent.n;
	return cut < end ? cut : end;
}

/* Bytes that are written where there is room for them. */
struct writer {
	char *p;
	size_t n;
};

static void put_code_point(struct writer *w, uint32_t c)
{
	int more = c < 0x80 ? 0 : c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
	static const unsigned char lead[] = {0, 0xc0, 0xe0, 0xf0};
	w->p[w->n++] = (char)(lead[more] | c >> (6 * more));
	while (more-- > 0)
		w->p[w->n++] = (char)(0x80 | ((c >> (6 * more)) & 0x3f));
}

static uint32_t put_escape(struct writer *w, const struct inside *in, uint32_t at, uint32_t end)
{
	if (at + 1 >= end)
		return at + 1;
	char c = in->text[at + 1];
	if (c != 'u') {
		w->p[w->n++] = (char)(c == 'n' ? '\n' : c == 't' ? '\t' : c);
		return at + 2;
	}
	uint32_t code = 0, i = at + 3;
	for (; i < end && i < at + 9 && in->text[i] != '}'; i++)
		code = code * 16 + (uint32_t)(in->text[i] <= '9' ? in->text[i] - '0' : (in->text[i] | 32) - 'a' + 10);
	put_code_point(w, code <= 0x10ffff ? code : '?');
	return i < end ? i + 1 : end;
}

/* The value of a piece of the inside: as it stands where nothing has to be changed. It is never longer than that. */
static struct slice value_of(struct parse *p, const struct inside *in, uint32_t start, uint32_t end)
{
	start = start > in->start ? start : in->start;
	end = end < in->end ? end : in->end;
	if (start >= end)
		return (struct slice){in->text + start, 0};
	struct slice raw = {in->text + start, end - start};
	bool indented = in->block && in->escapes;
	if (!indented && !(in->escapes && memchr(raw.p, '\\', raw.n)) && !memchr(raw.p, '\r', raw.n))
		return raw;
	struct writer w = {ARENA_ARRAY(p->arena, char, raw.n + 1), 0};
	uint32_t at = start;
	while (at < end) {
		if (indented && in->text[at - 1] == '\n')
			at = cut_indent(in, at, end);
		uint32_t from = at;
		while (at < end && in->text[at] != '\n' && in->text[at] != '\r' && in->text[at] != '\\')
			at++;
		memcpy(w.p + w.n, in->text + from, at - from);
		w.n += at - from;
		if (at < end && in->text[at] == '\\' && in->escapes) {
			at = put_escape(&w, in, at, end);
		} else if (at < end) {
			if (in->text[at] != '\r' || !ends_line(in, at))
				w.p[w.n++] = in->text[at];
			at++;
		}
	}
	return (struct slice){w.p, w.n};
}

/* Gives each CHARS its value, and leaves out those that have none. */
static struct ast_list finish(struct parse *p, const struct inside *in, struct ast_list parts)
{
	struct ast_list kept = {0};
	for (struct ast *n = parts.first, *next; n; n = next) {
		next = n->next;
		n->next = NULL;
		if (n->kind == AST_CHARS) {
			struct ast_chars *chars = AST_AS(chars, CHARS, n);
			chars->value.text = value_of(p, in, n->span.start, n->span.end);
			if (chars->value.text.n == 0)
				continue;
		} else if (n->kind == AST_HOLE_WHEN) {
			struct ast_hole_when *when = AST_AS(hole_when, HOLE_WHEN, n);
			when->then = finish(p, in, when->then);
			when->otherwise = finish(p, in, when->otherwise);
		}
		ast_push(&kept, n);
	}
	return kept;
}

static struct inside inside_of(const struct parse *p, uint32_t start, uint32_t end, bool block)
{
	struct inside in = {.text = p->source->text.p, .start = start, .end = end, .block = block, .escapes = true};
	if (block)
		trim_block(&in);
	return in;
}

/* The inside of a STRING token, whose closing quote may be missing, and whose quotes may be ‘foreign’ ones. */
static struct inside inside_of_string(const struct parse *p, struct token t)
{
	struct slice s = parse_text_at(p, t.start, t.end);
	bool block = slice_starts(s, "\"\"\"");
	char first = s.n ? s.p[0] : 0;
	bool ours = first == '"', bare = first == 0 || (first > 0 && !ours && !strchr("'`\\", first));
	uint32_t quote = block ? 3 : bare ? 0 : ours ? 1 : foreign_quote_bytes(s, false);
	uint32_t last = ours ? quote : bare ? 0 : foreign_quote_bytes(s, true);
	bool closed = s.n >= (size_t)quote + last && (!ours || (block ? slice_ends(s, "\"\"\"") : s.p[s.n - 1] == '"'));
	uint32_t start = t.start + quote, end = closed ? t.end - last : t.end;
	return inside_of(p, start, end > start ? end : start, block);
}

struct ast *parse_string(struct parse *parse, struct token t)
{
	struct inside in = inside_of_string(parse, t);
	struct ast_name value = {value_of(parse, &in, in.start, in.end), parse_span(parse, t)};
	if (t.kind != TK_STRING)
		value.text.n = 0;
	return NEW(string, t.start, .value = value);
}

struct ast *parse_text(struct parse *parse, struct token t)
{
	struct inside in = inside_of_string(parse, t);
	struct ast_list parts = {0};
	struct slice value = value_of(parse, &in, in.start, in.end);
	if (value.n > 0 && t.kind == TK_STRING) {
		struct ast *chars = NEW(chars, in.start, .value = {value, {parse->source_index, in.start, in.end}});
		chars->span.end = in.end;
		parts = list_of(chars);
	}
	return NEW(text, t.start, .block = in.block, .parts = parts);
}

struct ast *parse_text_of(struct parse *parse, struct token open, struct ast_list parts, struct token close)
{
	bool block = open.end - open.start == 3;
	struct inside in = inside_of(parse, open.end, close.start, block);
	return NEW(text, open.start, .block = block, .parts = finish(parse, &in, parts));
}

struct ast *parse_template_tree(struct parse *parse, struct ast_list parts)
{
	uint32_t n = (uint32_t)parse->source->text.n;
	struct inside in = {.text = parse->source->text.p, .end = n, .block = true};
	if (n >= 3 && memcmp(in.text, "\xef\xbb\xbf", 3) == 0)
		in.start = 3;
	struct ast *text = NEW(text, 0, .block = true, .parts = finish(parse, &in, parts));
	text->span.end = n;
	return text;
}
