/* SPDX-License-Identifier: Apache-2.0
 * What the lexer meets that is none of ours: told once, with what to write, and read on as what was meant. */
#include "compiler/lex_foreign.h"
#include "compiler/lex_state.h"
#include "diag_codes.h"
#include "seq.h"
#include <string.h>

#define FIX_BYTES_MAX 65536 /* a fix that repeats more than this is no help */

/* The rest of the line means little, but something was told for it already. */
static void quiet_line(struct lexer *l, uint32_t at)
{
	struct lexed *o = l->out;
	l->last_bad = at > l->last_bad ? at : l->last_bad;
	ARENA_PUSH(l->arena, o->bad, o->bad_count, o->bad_cap) = at;
}

bool lex_bad_line(struct lexer *l, uint32_t at)
{
	const struct lexed *o = l->out;
	if (o->bad_count > 0 && (at <= l->last_bad || !memchr(l->text + l->last_bad, '\n', at - l->last_bad))) {
		l->last_bad = at > l->last_bad ? at : l->last_bad;
		return false;
	}
	quiet_line(l, at);
	return lex_may_tell(l);
}

static char after_blanks(const struct lexer *l, uint32_t at)
{
	return l->text[at + strspn(l->text + at, " \t")];
}

/* ---- characters ---- */

void lex_bad_character(struct lexer *l, uint32_t start, uint32_t end)
{
	if (!lex_bad_line(l, start))
		return;
	struct diag *g = diag_stray_character(l->diags, span_at(l, start, end), text_at(l, start, end));
	if (l->text[start] == '[' || l->text[start] == ']')
		diag_note(l->diags, g, "lists have no brackets, or `( )` after `in`; blocks have `{ }`");
	else if (l->text[start] == '\\')
		diag_note(l->diags, g, "a line goes on by itself after a comma, a sign, or `and`, `or` and `not`");
}

/* Told once a file: a byte of another encoding seldom comes alone. */
void lex_bad_byte(struct lexer *l, uint32_t start)
{
	unsigned char byte = (unsigned char)l->text[start];
	if (l->not_utf8)
		quiet_line(l, start);
	else if (lex_bad_line(l, start)) {
		struct slice latin = SLICE("");
		if (byte >= 0xa0)
			latin = arena_printf(l->arena, ", in Latin-1 a `%c%c`", 0xc0 | byte >> 6, 0x80 | (byte & 0x3f));
		diag_not_utf8(l->diags, span_at(l, start, start + 1), byte, latin);
	}
	l->not_utf8 = true;
}

void lex_control(struct lexer *l, uint32_t start, uint32_t end)
{
	if (lex_bad_line(l, start))
		diag_control_character(l->diags, span_at(l, start, end), (unsigned char)l->text[start]);
}

/* A blank, a sign or nothing visible that only looks like ours: told once, for all of them up to the next text. */
void lex_odd_character(struct lexer *l, uint32_t start, uint32_t end)
{
	if (start < l->odd_until)
		return;
	uint32_t rest = end;
	while (l->text + rest < l->limit && (l->text[rest] == 0 || !strchr("\n\"#", l->text[rest])))
		rest++;
	struct slice todo, what = foreign_character(l->arena, text_at(l, start, end), &todo);
	struct slice odd = text_at(l, start, start + foreign_odd_end(text_at(l, start, rest)));
	bool blank = slice_is(foreign_plain(l->arena, text_at(l, start, end)), " ");
	l->odd_until = start + (uint32_t)odd.n;
	if (blank ? !lex_may_tell(l) : !lex_bad_line(l, start))
		return;
	struct diag *g = diag_odd_character(l->diags, span_at(l, start, end), what, todo);
	bool colon = slice_find(odd, SLICE("\uff1a")) >= 0; /* right in a time only */
	if (odd.n <= FIX_BYTES_MAX)
		diag_fix(l->diags, g, span_at(l, start, l->odd_until), foreign_plain(l->arena, odd),
		         colon ? FIX_MAYBE : FIX_SURE, "%.*s", SLICE_ARG(todo));
}

void lex_lone_return(struct lexer *l, uint32_t start, uint32_t end)
{
	if (!l->lone_cr && lex_may_tell(l))
		diag_lone_return(l->diags, span_at(l, start, end));
	l->lone_cr = true;
	lex_newline(l, start, end);
}

/* ---- signs and comments of other languages ---- */

/* A sign of another language, and ours for it. */
void lex_foreign_sign(struct lexer *l, uint32_t kind, uint32_t start, uint32_t end)
{
	struct slice ours = slice_of(lex_token(kind)->spelling);
	if (lex_may_tell(l)) {
		struct diag *g =
		        diag_foreign_sign(l->diags, span_at(l, start, end), text_at(l, start, end), ours, SLICE(""));
		bool word = lex_is_word(kind) && l->text + end < l->limit && l->text[end] != ' ';
		diag_fix(l->diags, g, span_at(l, start, end),
		         word ? arena_printf(l->arena, "%.*s ", SLICE_ARG(ours)) : ours, FIX_SURE, "write `%.*s`",
		         SLICE_ARG(ours));
	}
	if (lex_is_word(kind))
		lex_operator(l, kind, start, end);
	else
		lex_emit(l, kind, start, end);
}

/* `=>`: at least as much as a number, or an arrow. */
void lex_foreign_arrow(struct lexer *l, uint32_t start, uint32_t end)
{
	char next = after_blanks(l, end);
	uint32_t kind = next >= '0' && next <= '9' ? TK_GE : TK_ARROW;
	if (next == '{') {
		if (lex_may_tell(l)) {
			struct diag *g = diag_surplus_token(l->diags, span_at(l, start, end), SLICE("`=>`"));
			diag_fix(l->diags, g, span_at(l, start, end), SLICE(""), FIX_SURE, "leave it out");
		}
		return;
	}
	lex_foreign_sign(l, kind, start, end);
	if (kind == TK_ARROW)
		quiet_line(l, start); /* it may have been meant in another way */
}

static struct diag *tell_comment(struct lexer *l, uint32_t start, uint32_t end)
{
	return diag_foreign_sign(l->diags, span_at(l, start, end), text_at(l, start, end), SLICE("#"),
	                         SLICE(" before a comment"));
}

/* `// …` and `-- …` */
void lex_foreign_comment(struct lexer *l, uint32_t start, uint32_t end)
{
	if (lex_may_tell(l)) {
		struct diag *g = tell_comment(l, start, start + 2);
		diag_fix(l->diags, g, span_at(l, start, start + 2), SLICE("#"), FIX_SURE, "write `#`");
	}
	lex_comment(l, start, end);
}

/* The lines of a comment in brackets, each with a `#`. */
static struct slice comment_lines(struct lexer *l, struct slice inside)
{
	struct slice out = SLICE("");
	while (inside.n > 0) {
		const char *newline = memchr(inside.p, '\n', inside.n);
		size_t n = newline ? (size_t)(newline - inside.p) : inside.n;
		struct slice line = slice_trim((struct slice){inside.p, n});
		out = arena_printf(l->arena, "%.*s%s# %.*s", SLICE_ARG(out), out.n ? "\n" : "", SLICE_ARG(line));
		n += newline != NULL;
		inside = (struct slice){inside.p + n, inside.n - n};
	}
	return out;
}

/* A comment in brackets, the opening one of `open` bytes. */
uint32_t lex_bracketed_comment(struct lexer *l, uint32_t start, uint32_t open, const char *close)
{
	if (l->out->errors > FRONT_ERRORS_MAX) /* its end is not looked for any more */
		return start + open;
	struct slice rest = text_at(l, start + open, (uint32_t)(l->limit - l->text));
	ptrdiff_t n = slice_find(rest, slice_of(close));
	const char *newline = memchr(rest.p, '\n', rest.n);
	uint32_t end = start + open + (uint32_t)(n >= 0 ? (size_t)n : newline ? (size_t)(newline - rest.p) : rest.n);
	struct slice inside = text_at(l, start + open, end);
	end += n >= 0 ? (uint32_t)strlen(close) : 0;
	if (lex_may_tell(l)) {
		struct diag *g = tell_comment(l, start, start + open);
		if (after_blanks(l, end) == '\n' && inside.n < 4096)
			diag_fix(l->diags, g, span_at(l, start, end), comment_lines(l, inside), FIX_SURE,
			         "begin each line with `#`");
	}
	if (memchr(inside.p, '\n', inside.n))
		lex_newline(l, end, end);
	else
		lex_comment(l, start, end);
	return end;
}

void lex_colon(struct lexer *l, uint32_t start)
{
	if (!lex_bad_line(l, start))
		return;
	struct diag *g = diag_colon(l->diags, span_at(l, start, start + 1));
	char next = after_blanks(l, start + 1);
	if (next == '\n' || next == '\r' || next == '#' || next == 0)
		diag_note(l->diags, g, "a block begins with `{` at the end of this line and ends with `}`");
	else
		diag_fix(l->diags, g, span_at(l, start, start + 1), SLICE(""), FIX_SURE, "leave it out");
}

/* ---- what tools leave behind ---- */

static bool first_of_line(const struct lexer *l, uint32_t at)
{
	while (at > 0 && (l->text[at - 1] == ' ' || l->text[at - 1] == '\t'))
		at--;
	return at == 0 || l->text[at - 1] == '\n';
}

static uint32_t line_end(const struct lexer *l, uint32_t at)
{
	const char *newline = memchr(l->text + at, '\n', (size_t)(l->limit - l->text) - at);
	return (uint32_t)((newline ? newline : l->limit) - l->text);
}

static const char *const line_marks[LINE_MARKS] = {"=======", ">>>>>>>", "|||||||", "```"};

/* The next line that begins with the mark, after blanks; UINT32_MAX when there is none. Looked for once only. */
static uint32_t line_with(struct lexer *l, uint32_t at, enum line_mark mark)
{
	uint32_t n = (uint32_t)(l->limit - l->text), length = (uint32_t)strlen(line_marks[mark]);
	if (l->next_mark[mark] > at)
		return l->next_mark[mark];
	while ((at = line_end(l, at)) < n) {
		at += 1 + (uint32_t)strspn(l->text + at + 1, " \t");
		if (n - at >= length && memcmp(l->text + at, line_marks[mark], length) == 0)
			return l->next_mark[mark] = at;
	}
	return l->next_mark[mark] = UINT32_MAX;
}

static void tell_conflict(struct lexer *l, uint32_t start, uint32_t other, uint32_t close)
{
	if (!lex_may_tell(l))
		return;
	struct diag *g = diag_merge_conflict(l->diags, span_at(l, start, start + 7));
	if (close == UINT32_MAX)
		return;
	uint32_t base = line_with(l, start, MARK_BASE), first = line_end(l, start), end = line_end(l, close);
	diag_label(l->diags, g, span_at(l, close, close + 7), "it ends here");
	if (end - start <= FIX_BYTES_MAX)
		diag_fix(l->diags, g, span_at(l, start, end),
		         slice_trim(text_at(l, first, base < other ? base : other)), FIX_MAYBE,
		         "keep the first of the two");
}

/* A line `<<<<<<<`, `|||||||`, `=======` or `>>>>>>>`: of a conflict the first side is read, the other left out. */
uint32_t lex_merge_conflict(struct lexer *l, uint32_t start, uint32_t end)
{
	if (l->out->errors > FRONT_ERRORS_MAX) /* what follows is not looked for any more */
		return line_end(l, start);
	if (!first_of_line(l, start)) {
		lex_bad_character(l, start, end);
		return end;
	}
	uint32_t other = line_with(l, start, MARK_OTHER), close = line_with(l, start, MARK_END);
	bool opens = l->text[start] == '<';
	if (l->in_conflict && !opens) {
		l->in_conflict = false;
		return line_end(l, l->text[start] == '>' || close == UINT32_MAX ? start : close);
	}
	l->in_conflict = opens && other < close && close != UINT32_MAX;
	tell_conflict(l, start, other, l->in_conflict ? close : UINT32_MAX);
	return line_end(l, start);
}

/* A text of several lines must not be sent with the marks of a merge in it. */
void lex_conflict_in_text(struct lexer *l, uint32_t start, uint32_t end)
{
	struct slice text = text_at(l, start, end);
	ptrdiff_t at = slice_starts(text, "<<<<<<< ") ? 0 : slice_find(text, SLICE("\n<<<<<<< "));
	if (at < 0 || !lex_may_tell(l))
		return;
	uint32_t mark = start + (uint32_t)at + (l->text[start + at] == '\n');
	diag_merge_conflict(l->diags, span_at(l, mark, mark + 7));
}

/* ``` before and after the whole, as in Markdown. */
uint32_t lex_code_fence(struct lexer *l, uint32_t start, uint32_t end)
{
	if (l->out->errors > FRONT_ERRORS_MAX) /* what follows is not looked for any more */
		return line_end(l, start);
	if (!first_of_line(l, start)) {
		lex_bad_character(l, start, end);
		return end;
	}
	uint32_t close = line_with(l, start, MARK_FENCE);
	bool closed = close != UINT32_MAX;
	uint32_t from = line_end(l, start), to = closed ? line_end(l, close) : from;
	if (!l->in_fence && lex_may_tell(l)) {
		struct diag *g = diag_code_fence(l->diags, span_at(l, start, start + 3));
		if (to - from <= FIX_BYTES_MAX)
			diag_fix(l->diags, g, span_at(l, start, to),
			         closed ? slice_trim(text_at(l, from, close)) : SLICE(""), FIX_SURE, "leave it out");
	}
	l->in_fence = !l->in_fence && closed;
	return from;
}

/* ---- texts that are none of ours ---- */

/* “…”, '…', «…» and the like, and \"…\": read as the text that is meant. */
void lex_foreign_quotes(struct lexer *l, uint32_t start, uint32_t end)
{
	struct slice whole = text_at(l, start, end);
	uint32_t open = foreign_quote_bytes(whole, false), close = foreign_quote_bytes(whole, true);
	struct slice inside = text_at(l, start + open, end - close);
	if (lex_may_tell(l)) {
		struct diag *g = diag_foreign_quotes(l->diags, span_at(l, start, end), text_at(l, start, start + open));
		bool plain = !memchr(inside.p, '"', inside.n) && !memchr(inside.p, '\\', inside.n);
		if (slice_starts(whole, "\u00ab"))
			inside = slice_trim(inside);
		diag_fix(l->diags, g, span_at(l, start, end), arena_printf(l->arena, "\"%.*s\"", SLICE_ARG(inside)),
		         plain ? FIX_SURE : FIX_MAYBE, "write straight double quotes");
	}
	lex_emit(l, TK_STRING, start, end);
}

/* An address without its quotes. */
void lex_bare_url(struct lexer *l, uint32_t start, uint32_t end)
{
	struct slice text = text_at(l, start, end);
	if (lex_bad_line(l, start)) {
		struct diag *g = diag_bare_url(l->diags, span_at(l, start, end), text);
		diag_fix(l->diags, g, span_at(l, start, end), arena_printf(l->arena, "\"%.*s\"", SLICE_ARG(text)),
		         FIX_SURE, "put it in quotes");
	}
	lex_emit(l, TK_STRING, start, end);
}

/* Words where a text is meant: `body Hello there`. */
static uint32_t bare_text(struct lexer *l, uint32_t start, uint32_t end)
{
	while (l->text + end < l->limit && l->text[end] && !strchr("\r\n;{}\"#", l->text[end]))
		end++;
	while (l->text[end - 1] == ' ' || l->text[end - 1] == '\t')
		end--;
	lex_bare_url(l, start, end);
	return end;
}

/* Whether a text is what the word before leads into. */
static bool text_is_meant(uint32_t last)
{
	return last == TK_SUBJECT || last == TK_BODY || last == TK_TEXT || last == TK_TITLE || last == TK_BUTTON ||
	       last == TK_DESCRIPTION;
}

bool lex_foreign_hole(struct lexer *l, const char *ours, uint32_t start, uint32_t end)
{
	if (l->frames[l->frame_count - 1].whens == 0 || !lex_may_tell(l))
		return l->frames[l->frame_count - 1].whens > 0;
	struct slice typed = slice_trim(text_at(l, start + 2, end - 2));
	struct diag *g = diag_foreign_word(l->diags, span_at(l, start, end), typed, slice_of(ours));
	diag_fix(l->diags, g, span_at(l, start, end), arena_printf(l->arena, "{{%s}}", ours), FIX_SURE,
	         "write `{{%s}}`", ours);
	return true;
}

/* `{{{name}}}`: the third brace of its end becomes a character of the text. */
void lex_three_braces(struct lexer *l, uint32_t start, uint32_t end)
{
	uint32_t close = end;
	while (l->text[close] != '}')
		close++;
	if (!lex_may_tell(l))
		return;
	struct diag *g = diag_three_braces(l->diags, span_at(l, start, close + 3));
	diag_fix(l->diags, g, span_at(l, start, close + 3),
	         arena_printf(l->arena, "{{%.*s}}", SLICE_ARG(text_at(l, end, close))), FIX_SURE, "write two");
}

/* `{{if `, `{{#if `: read as `{{when `. */
void lex_foreign_if(struct lexer *l, uint32_t start, uint32_t end)
{
	if (!lex_may_tell(l))
		return;
	struct slice typed = slice_trim(text_at(l, start + 2, end));
	struct diag *g = diag_foreign_word(l->diags, span_at(l, start, end), typed, SLICE("when"));
	diag_fix(l->diags, g, span_at(l, start, end), SLICE("{{when "), FIX_SURE, "write `{{when`");
}

/* ---- names and numbers ---- */

/* Words that are neither names nor names in capitals: `Intro`, `_x`, `été`. */
uint32_t lex_bad_name(struct lexer *l, uint32_t start, uint32_t end)
{
	uint32_t odd;
	struct slice word = text_at(l, start, end), ours = foreign_name(l->arena, word, &odd);
	ours = foreign_weekday(ours);
	uint32_t kind = lex_word(ours);
	if (text_is_meant(l->last))
		return bare_text(l, start, end);
	if (lex_bad_line(l, start)) {
		struct diag *g = diag_bad_name(l->diags, span_at(l, start, end), word);
		if (odd)
			diag_note(l->diags, g, "it holds a letter that is not one of a to z (U+%04X)", odd);
		if (ours.n)
			diag_fix(l->diags, g, span_at(l, start, end), ours, kind ? FIX_SURE : FIX_MAYBE, "write `%.*s`",
			         SLICE_ARG(ours));
	}
	lex_emit(l, kind ? kind : TK_ID, start, end);
	return end;
}

/* The unit that letters after a number mean, NULL: none. */
static const char *unit_of(struct slice letters)
{
	static const char *const units[][2] = {
	        {"d", "days"},      {"h", "hours"},      {"hr", "hours"},  {"hrs", "hours"}, {"w", "weeks"},
	        {"wk", "weeks"},    {"wks", "weeks"},    {"m", "minutes"}, {"mo", "months"}, {"y", "years"},
	        {"min", "minutes"}, {"mins", "minutes"}, {"yr", "years"},  {"yrs", "years"}};
	for (size_t i = 0; i < sizeof units / sizeof *units; i++)
		if (slice_is(letters, units[i][0]))
			return units[i][1];
	return NULL;
}

/* `3days`, `3d`, `2fa`: the number and the unit that are meant, or else a name. */
void lex_glued(struct lexer *l, uint32_t start, uint32_t end)
{
	uint32_t split = start;
	while (split < end && (l->text[split] == '.' || (l->text[split] >= '0' && l->text[split] <= '9')))
		split++;
	struct slice letters = text_at(l, split, end);
	const char *meant = unit_of(letters);
	uint32_t kind = lex_word(meant ? slice_of(meant) : letters);
	bool unit = kind == TK_MINUTE || kind == TK_HOUR || kind == TK_DAY || kind == TK_WEEK || kind == TK_MONTH ||
	            kind == TK_YEAR;
	if (lex_bad_line(l, start)) {
		struct diag *g = diag_glued_number(l->diags, span_at(l, start, end), text_at(l, start, end));
		if (meant)
			diag_fix(l->diags, g, span_at(l, split, end), arena_printf(l->arena, " %s", meant),
			         slice_is(letters, "m") ? FIX_MAYBE : FIX_SURE, "write `%.*s %s`",
			         SLICE_ARG(text_at(l, start, split)), meant);
		else if (unit)
			diag_fix(l->diags, g, span_at(l, split, split), SLICE(" "), FIX_SURE,
			         "put a blank between them");
	}
	if (!unit) {
		lex_emit(l, TK_ID, start, end);
		return;
	}
	lex_emit(l, TK_NUM, start, split);
	lex_emit(l, kind, split, end);
}

/* `9:00`, `9am`, `17h00`: read as a time. */
void lex_odd_time(struct lexer *l, uint32_t start, uint32_t end)
{
	int minute = foreign_time(text_at(l, start, end));
	if (lex_may_tell(l)) {
		struct diag *g = diag_time_digits(l->diags, span_at(l, start, end), text_at(l, start, end));
		if (minute >= 0)
			diag_fix(l->diags, g, span_at(l, start, end),
			         arena_printf(l->arena, "%02d:%02d", minute / 60, minute % 60), FIX_SURE,
			         "write `%02d:%02d`", minute / 60, minute % 60);
	}
	lex_emit(l, TK_TIME, start, end);
}

static bool is_word_byte(char c)
{
	return c == '_' || (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
}

/* `9 am`, `17h00`, but not the beginning of `9 amounts`. */
uint32_t lex_odd_clock(struct lexer *l, uint32_t start, uint32_t end)
{
	bool dotted =
	        l->text[end] == '.' && memchr(l->text + start, '.', end - start) && !is_word_byte(l->text[end + 1]);
	if (is_word_byte(l->text[end])) {
		end = start + (uint32_t)strspn(l->text + start, "0123456789");
		lex_emit(l, TK_NUM, start, end);
	} else {
		lex_odd_time(l, start, end += dotted);
	}
	return end;
}

/* `2026-3-2`, `3.2.2026`, `March 2, 2026`: read as a date; of two readings neither is sure. */
void lex_odd_date(struct lexer *l, uint32_t start, uint32_t end)
{
	char readings[2][11];
	int n = foreign_date(text_at(l, start, end), readings);
	if (lex_may_tell(l)) {
		struct diag *g = diag_date_digits(l->diags, span_at(l, start, end), text_at(l, start, end));
		for (int i = 0; i < n; i++)
			diag_fix(l->diags, g, span_at(l, start, end), slice_of(readings[i]),
			         n == 1 ? FIX_SURE : FIX_MAYBE, "write `%s`", readings[i]);
	}
	lex_emit(l, TK_DATE, start, end);
}

/* `2026-03-02T09:00` */
void lex_date_with_t(struct lexer *l, uint32_t start, uint32_t end)
{
	if (lex_may_tell(l)) {
		struct diag *g = diag_date_with_t(l->diags, span_at(l, start, end), text_at(l, start, end));
		diag_fix(l->diags, g, span_at(l, start + 10, start + 11), SLICE(" "), FIX_SURE,
		         "write a blank instead");
	}
	lex_emit(l, TK_DATE, start, start + 10);
	lex_emit(l, TK_TIME, start + 11, end);
}

/* All backslashes of a path are one mistake. */
static void slashes(struct lexer *l, struct diag *g, uint32_t start)
{
	uint32_t end = start, last = start;
	for (; l->text + end < l->limit && l->text[end] != '"' && l->text[end] != '\n'; end++)
		last = l->text[end] == '\\' ? end + 1 : last;
	struct slice path = arena_copy(l->arena, text_at(l, start, last));
	for (size_t i = 0; i < path.n; i++)
		if (path.p[i] == '\\')
			((char *)path.p)[i] = '/';
	diag_fix(l->diags, g, span_at(l, start, last), path, FIX_SURE, "paths have `/`");
	l->odd_until = last;
}

/* Paths have slashes; elsewhere a backslash is doubled, or was not needed. */
void lex_escape(struct lexer *l, uint32_t start, uint32_t end)
{
	if (start < l->odd_until || !lex_may_tell(l))
		return;
	struct diag *g = diag_bad_escape(l->diags, span_at(l, start, end), text_at(l, start, end));
	struct span backslash = span_at(l, start, start + 1);
	char c = end > start + 1 ? l->text[start + 1] : 0;
	if (l->last == TK_FILE)
		slashes(l, g, start);
	else if (c == '\'')
		diag_fix(l->diags, g, backslash, SLICE(""), FIX_SURE, "leave the backslash out");
	else if (c == 'u' && strspn(l->text + end, "0123456789abcdefABCDEF") >= 4)
		diag_fix(l->diags, g, span_at(l, end, end + 4), arena_printf(l->arena, "{%.4s}", l->text + end),
		         FIX_SURE, "put the number in braces");
	else
		diag_fix(l->diags, g, backslash, SLICE("\\\\"), FIX_MAYBE, "for a backslash itself, write two");
}
