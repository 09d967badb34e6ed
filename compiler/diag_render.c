/* SPDX-License-Identifier: Apache-2.0
 * Diagnostics as text for people: message, place, the source lines with what is meant underlined, notes, and each
 * fix as the line that it gives. What is underlined is measured in columns of a terminal, not in bytes. Source text
 * and names go out without control characters, so that a hostile file cannot steer the reader's terminal. */
#include "base/utf8.h"
#include "compiler/diag.h"
#include <stdio.h>
#include <string.h>

enum {
	TAB_COLUMNS = 4,
	VIEW_COLUMNS = 120, /* of a longer line only so much is shown, */
	VIEW_BEFORE = 50,   /* from so much before the mark */
	MARKS_MAX = 24,
	FIX_LINES_MAX = 8,
	LINE_COLUMNS = 100, /* of notes */
};

static const char bold[] = "1", red[] = "1;31", yellow[] = "1;33", blue[] = "1;34", green[] = "1;32";

struct painter {
	const struct diags *d;
	struct buf *out;
	bool colour;
	int gutter; /* digits of the greatest line number shown */
};

/* A stretch of one source line that is underlined. */
struct mark {
	uint32_t source, line;
	size_t start, end; /* bytes of the line */
	char sign;         /* ^ the diagnostic itself, - a label, ~ or + what a fix writes */
	struct slice text;
};

struct marks {
	struct mark items[MARKS_MAX];
	size_t count;
};

static void put_styled(struct painter *p, const char *style, const char *text)
{
	if (p->colour)
		buf_addf(p->out, "\033[%sm%s\033[0m", style, text);
	else
		buf_adds(p->out, text);
}

/* The bytes of the text's first line: to a newline, or to a blank before the last column. */
static size_t first_line(struct slice text, int columns)
{
	size_t blank = 0;
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '\n' || (columns <= 0 && blank))
			return text.p[i] == '\n' ? i : blank;
		blank = text.p[i] == ' ' ? i : blank;
		columns -= ((unsigned char)text.p[i] & 0xC0) != 0x80;
	}
	return columns < 0 && blank ? blank : text.n;
}

/* Text of several lines; the later ones are indented by `indent` columns. */
static void put_lines(struct painter *p, struct slice text, int indent)
{
	for (;;) {
		size_t n = first_line(text, LINE_COLUMNS - indent);
		utf8_add_safe(p->out, (struct slice){text.p, n});
		buf_addc(p->out, '\n');
		if (n == text.n)
			return;
		text = (struct slice){text.p + n + 1, text.n - n - 1};
		buf_addf(p->out, "%*s", indent, "");
	}
}

/* "12 | ", or "   | " when number is 0. */
static void put_gutter(struct painter *p, uint32_t number)
{
	char text[32];
	if (number)
		snprintf(text, sizeof text, "%*u |", p->gutter, number);
	else
		snprintf(text, sizeof text, "%*s |", p->gutter, "");
	put_styled(p, blue, text);
}

static const char *style_of(const struct mark *m, enum diag_severity severity)
{
	if (m->sign == '^')
		return severity == DIAG_ERROR ? red : yellow;
	return m->sign == '-' ? blue : green;
}

/* ---- one source line ---- */

/* The part of a line that is shown. */
struct view {
	struct slice text;
	size_t skipped; /* bytes of the line before it */
	bool cut_end;
};

static size_t columns_of(uint32_t c)
{
	return c == '\t' ? TAB_COLUMNS : (size_t)utf8_width(c);
}

/* The byte after as many characters from `at` on as have `columns`, and the marks that combine with the last of them;
 * *left: the columns that the end of the line leaves. */
static size_t forward(struct slice line, size_t at, size_t columns, size_t *left)
{
	const char *p = line.p + at, *end = line.p + line.n;
	while (p < end) {
		const char *next = p;
		size_t n = columns_of(utf8_next(&next, end));
		if (n > columns)
			break;
		columns -= n;
		p = next;
	}
	*left = columns;
	return (size_t)(p - line.p);
}

/* The byte of the character that begins at most `columns` before `at`. */
static size_t backward(struct slice line, size_t at, size_t columns)
{
	while (at > 0) {
		size_t start = at - 1;
		while (start > 0 && ((unsigned char)line.p[start] & 0xC0) == 0x80)
			start--;
		const char *p = line.p + start;
		size_t n = columns_of(utf8_next(&p, line.p + line.n));
		if (n > columns)
			break;
		columns -= n;
		at = start;
	}
	return at;
}

/* All of a short line; of a long one what stands around `mark`. Only that part is ever looked at. */
static struct view view_of(struct slice line, size_t mark)
{
	struct view v = {.text = line};
	size_t left;
	if (forward(line, 0, VIEW_COLUMNS, &left) == line.n)
		return v;
	v.skipped = backward(line, mark < line.n ? mark : line.n, VIEW_BEFORE);
	size_t end = forward(line, v.skipped, VIEW_COLUMNS - 2, &left); /* 2: for … on both sides */
	if (end == line.n)
		v.skipped = backward(line, v.skipped, left);
	v.text = (struct slice){line.p + v.skipped, end - v.skipped};
	v.cut_end = end < line.n;
	return v;
}

/* Writes the view from column 0, tabs as blanks, and returns the columns that its first `upto` bytes take; with out
 * NULL only measures. */
static size_t put_view(struct buf *out, const struct view *v, size_t upto)
{
	const char *p = v->text.p, *end = p + v->text.n;
	size_t columns = v->skipped ? 1 : 0, at_upto = columns;
	if (out && v->skipped)
		buf_adds(out, "…");
	while (p < end && (out || (size_t)(p - v->text.p) < upto)) {
		const char *from = p;
		uint32_t c = utf8_next(&p, end);
		if (c == '\t') {
			size_t blanks = TAB_COLUMNS - columns % TAB_COLUMNS;
			columns += blanks;
			if (out)
				buf_addf(out, "%*s", (int)blanks, "");
		} else {
			if (utf8_is_unsafe(c))
				c = 0xFFFD;
			columns += (size_t)utf8_width(c);
			if (out)
				utf8_put(out, c);
		}
		if ((size_t)(from - v->text.p) < upto)
			at_upto = columns;
	}
	if (out && v->cut_end)
		buf_adds(out, "…");
	return at_upto;
}

static size_t column_of(const struct view *v, size_t line_byte)
{
	if (line_byte <= v->skipped)
		return put_view(NULL, v, 0);
	size_t n = line_byte - v->skipped;
	return put_view(NULL, v, n < v->text.n ? n : v->text.n);
}

static void put_mark(struct painter *p, const struct view *v, const struct mark *m, enum diag_severity severity)
{
	size_t start = column_of(v, m->start), end = column_of(v, m->end);
	if (m->end <= v->skipped) /* before what is shown: under the … */
		start = end = 0;
	size_t n = end > start ? end - start : 1;
	put_gutter(p, 0);
	buf_addf(p->out, " %*s", (int)start, "");
	if (p->colour)
		buf_addf(p->out, "\033[%sm", style_of(m, severity));
	for (size_t i = 0; i < n; i++)
		buf_addc(p->out, m->sign);
	if (m->text.n) {
		buf_addc(p->out, ' ');
		utf8_add_safe(p->out, m->text);
	}
	buf_adds(p->out, p->colour ? "\033[0m\n" : "\n");
}

/* The line with its number, and below it each of its marks. Of a long one the part around the diagnostic's own mark;
 * with a count of 0 the first of `marks` still says which. */
static void put_line(struct painter *p, uint32_t number, struct slice line, const struct mark *marks, size_t count,
                     enum diag_severity severity)
{
	size_t centre = 0;
	for (size_t i = count; i--;)
		if (marks[i].sign == '^')
			centre = i;
	struct view v = view_of(line, marks[centre].start);
	put_gutter(p, number);
	if (v.text.n) {
		buf_addc(p->out, ' ');
		put_view(p->out, &v, 0);
	}
	buf_addc(p->out, '\n');
	for (size_t i = 0; i < count; i++)
		put_mark(p, &v, &marks[i], severity);
}

/* ---- the marks of a diagnostic ---- */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static const struct source *source_at(const struct diags *d, uint32_t index)
{
	return index < d->sources->count ? &d->sources->items[index] : NULL;
}

static void add_mark(struct marks *marks, struct mark m)
{
	if (marks->count < MARKS_MAX)
		marks->items[marks->count++] = m;
}

/* A span of several lines is marked where it begins, and on its last line, which then carries the text. */
static void add_span(const struct diags *d, struct marks *marks, struct span span, char sign, struct slice text)
{
	const struct source *s = source_at(d, span.source);
	if (!s)
		return;
	uint32_t line, last, column;
	source_place(s, span.start, &line, &column);
	source_place(s, span.end > span.start ? span.end - 1 : span.start, &last, &column);
	size_t line_start = s->lines[line - 1];
	struct mark m = {span.source, line, span.start - line_start, span.end - line_start, sign, text};
	if (last == line) {
		add_mark(marks, m);
		return;
	}
	m.end = source_line(s, line).n;
	m.text = (struct slice){NULL, 0};
	add_mark(marks, m);
	struct slice end_line = source_line(s, last);
	size_t blanks = 0, end = span.end - s->lines[last - 1];
	while (blanks < end_line.n && is_blank(end_line.p[blanks]))
		blanks++;
	add_mark(marks, (struct mark){span.source, last, blanks < end ? blanks : 0, end, sign, text});
}

static bool is_same_span(struct span a, struct span b)
{
	return a.source == b.source && a.start == b.start && a.end == b.end;
}

/* The diagnostic's own mark and its labels. A label on the very span of the diagnostic is the text of that mark. */
static void collect_marks(const struct diags *d, const struct diag *g, struct marks *marks)
{
	struct slice own = {NULL, 0};
	const struct diag_label *own_label = NULL;
	for (const struct diag_label *l = g->labels; l && !own_label; l = l->next)
		if (is_same_span(l->span, g->span)) {
			own_label = l;
			own = l->text;
		}
	add_span(d, marks, g->span, '^', own);
	for (const struct diag_label *l = g->labels; l; l = l->next)
		if (l != own_label)
			add_span(d, marks, l->span, '-', l->text);
}

/* The diagnostic's file first, then the other files as the labels name them; within a file by line and column. */
static bool is_before(const struct mark *a, const struct mark *b, uint32_t first_source)
{
	if (a->source != b->source)
		return a->source == first_source;
	return a->line != b->line ? a->line < b->line : a->start < b->start;
}

static void sort_marks(struct marks *marks)
{
	uint32_t first_source = marks->count ? marks->items[0].source : 0;
	for (size_t i = 1; i < marks->count; i++) {
		struct mark m = marks->items[i];
		size_t k = i;
		for (; k && is_before(&m, &marks->items[k - 1], first_source); k--)
			marks->items[k] = marks->items[k - 1];
		marks->items[k] = m;
	}
}

/* ---- a diagnostic ---- */

static void put_place(struct painter *p, const char *arrow, const struct source *s, uint32_t offset)
{
	uint32_t line, column;
	source_place(s, offset, &line, &column);
	char lead[32];
	snprintf(lead, sizeof lead, "%*s%s ", p->gutter, "", arrow);
	put_styled(p, blue, lead);
	utf8_add_safe(p->out, s->path);
	buf_addf(p->out, ":%u:%u\n", line, column);
}

static void put_rule(struct painter *p)
{
	put_gutter(p, 0);
	buf_addc(p->out, '\n');
}

static void put_marks(struct painter *p, const struct diag *g, const struct marks *marks)
{
	for (size_t i = 0, next; i < marks->count; i = next) {
		const struct mark *m = &marks->items[i];
		const struct source *s = source_at(p->d, m->source);
		bool new_file = i && m[-1].source != m->source;
		if (new_file)
			put_place(p, ":::", s, s->lines[m->line - 1] + (uint32_t)m->start);
		if (!i || new_file)
			put_rule(p);
		else if (m->line > m[-1].line + 1)
			put_styled(p, blue, "...\n");
		for (next = i + 1; next < marks->count; next++)
			if (marks->items[next].source != m->source || marks->items[next].line != m->line)
				break;
		put_line(p, m->line, source_line(s, m->line), m, next - i, g->severity);
	}
}

/* Lines of text from `line` on, with the bytes new_start to new_end underlined, but for blanks at the ends of a
 * line, unless all that is new is blanks. */
static void put_fixed_lines(struct painter *p, uint32_t line, const struct buf *text, size_t new_start, size_t new_end,
                            char sign)
{
	bool only_blanks = true;
	for (size_t i = new_start; i < new_end && i < text->n; i++)
		only_blanks = only_blanks && is_blank(text->p[i]);
	size_t at = 0;
	for (int shown = 0; shown < FIX_LINES_MAX && at <= text->n && !text->failed; shown++, line++) {
		const char *newline = at < text->n ? memchr(text->p + at, '\n', text->n - at) : NULL;
		size_t end = newline ? (size_t)(newline - text->p) : text->n;
		size_t from = at > new_start ? at : new_start, to = end < new_end ? end : new_end;
		while (!only_blanks && from < to && is_blank(text->p[from]))
			from++;
		while (!only_blanks && from < to && is_blank(text->p[to - 1]))
			to--;
		struct mark m = {.start = from - at, .end = to > from ? to - at : from - at, .sign = sign};
		put_line(p, line, (struct slice){text->p + at, end - at}, &m, to > from, DIAG_ERROR);
		at = end + 1;
	}
}

/* What one fix makes of the lines it touches: those lines, with what is new underlined. */
static void put_fix(struct painter *p, const struct diag_fix *fix)
{
	static const char *const confidences[] = {
	        [FIX_SURE] = "", [FIX_MAYBE] = " (maybe)", [FIX_PLACEHOLDER] = " (placeholder)"};
	put_styled(p, green, "help");
	buf_adds(p->out, ": ");
	utf8_add_safe(p->out, fix->title);
	buf_addf(p->out, "%s\n", confidences[fix->confidence]);
	const struct source *s = source_at(p->d, fix->span.source);
	if (!s)
		return;
	uint32_t line, last, column;
	source_place(s, fix->span.start, &line, &column);
	source_place(s, fix->span.end, &last, &column);
	struct slice first_line = source_line(s, line), last_line = source_line(s, last);
	size_t before = fix->span.start - s->lines[line - 1], after = fix->span.end - s->lines[last - 1];
	if (before > first_line.n || after > last_line.n) /* it ends inside a line's end */
		return;
	struct buf text = {0};
	buf_add(&text, first_line.p, before);
	buf_add_slice(&text, fix->replacement);
	buf_add(&text, last_line.p + after, last_line.n - after);
	if (slice_trim(buf_slice(&text)).n) { /* else all of the line goes */
		put_rule(p);
		put_fixed_lines(p, line, &text, before, before + fix->replacement.n,
		                fix->span.start == fix->span.end ? '+' : '~');
	}
	p->out->failed = p->out->failed || text.failed;
	buf_free(&text);
}

static int digits_of(uint32_t n)
{
	int digits = 1;
	for (; n >= 10; n /= 10)
		digits++;
	return digits;
}

static int gutter_of(const struct diags *d, const struct diag *g, const struct marks *marks)
{
	uint32_t greatest = 1;
	for (size_t i = 0; i < marks->count; i++)
		if (marks->items[i].line > greatest)
			greatest = marks->items[i].line;
	for (const struct diag_fix *f = g->fixes; f; f = f->next) {
		const struct source *s = source_at(d, f->span.source);
		uint32_t line = 0, column;
		if (s)
			source_place(s, f->span.end, &line, &column);
		if (line > greatest)
			greatest = line;
	}
	return digits_of(greatest);
}

static void put_witness(struct painter *p, const struct diag *g)
{
	buf_addf(p->out, "%*s = ", p->gutter, "");
	put_styled(p, bold, "for example");
	buf_adds(p->out, g->witness_for.n ? ", for " : "");
	utf8_add_safe(p->out, g->witness_for);
	buf_adds(p->out, ":\n");
	for (const struct diag_witness *w = g->witness; w; w = w->next) {
		buf_addf(p->out, "%*s", p->gutter + 5, "");
		diag_put_witness_date(p->out, w->wall_us);
		buf_adds(p->out, "  ");
		utf8_add_safe(p->out, w->what);
		buf_addc(p->out, '\n');
	}
}

static void put_diag(struct painter *p, const struct diag *g)
{
	struct marks marks = {.count = 0};
	collect_marks(p->d, g, &marks);
	sort_marks(&marks);
	p->gutter = gutter_of(p->d, g, &marks);
	char head[32];
	snprintf(head, sizeof head, "%s[%s]", diag_severity_word(g->severity), diag_info_at(g->code)->code);
	put_styled(p, g->severity == DIAG_ERROR ? red : yellow, head);
	buf_adds(p->out, p->colour ? "\033[1m: " : ": ");
	utf8_add_safe(p->out, g->message);
	buf_adds(p->out, p->colour ? "\033[0m\n" : "\n");
	if (source_at(p->d, g->span.source))
		put_place(p, "-->", source_at(p->d, g->span.source), g->span.start);
	put_marks(p, g, &marks);
	for (const struct diag_note *note = g->notes; note; note = note->next) {
		buf_addf(p->out, "%*s = ", p->gutter, "");
		put_styled(p, bold, "note");
		buf_adds(p->out, ": ");
		put_lines(p, note->text, p->gutter + 9);
	}
	if (g->witness)
		put_witness(p, g);
	for (const struct diag_fix *fix = g->fixes; fix; fix = fix->next)
		put_fix(p, fix);
}

/* ---- all of them ---- */

void diag_render_one(const struct diags *d, const struct diag *g, struct buf *out)
{
	struct painter p = {.d = d, .out = out};
	put_diag(&p, g);
}

void diag_render_place(const struct diags *d, struct span span, struct slice text, struct buf *out, bool colour)
{
	struct painter p = {.d = d, .out = out, .colour = colour};
	struct diag_label label = {.span = span, .text = text};
	struct diag g = {.severity = DIAG_ERROR, .span = span, .labels = text.n ? &label : NULL};
	struct marks marks = {.count = 0};
	collect_marks(d, &g, &marks);
	p.gutter = gutter_of(d, &g, &marks);
	if (!source_at(d, span.source))
		return;
	put_place(&p, "-->", source_at(d, span.source), span.start);
	put_marks(&p, &g, &marks);
}

void diags_render_text(const struct diags *d, struct buf *out, bool colour, uint32_t max)
{
	struct painter p = {.d = d, .out = out, .colour = colour};
	for (uint32_t i = 0; i < d->count;) {
		struct diag_page page = diags_page(d, i, max);
		for (; i < page.end; i++)
			if (diags_page_shows(&page, &d->items[i])) {
				put_diag(&p, &d->items[i]);
				buf_addc(out, '\n');
			}
		diags_put_hidden(d, &page, out);
		buf_adds(out, page.hidden ? "\n" : "");
	}
	diags_put_summary(d, out);
}
