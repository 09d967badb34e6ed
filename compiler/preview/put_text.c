/* SPDX-License-Identifier: Apache-2.0
 * The timeline as a table for a terminal, each message below its line where it is asked for. */
#include "base/utf8.h"
#include "compiler/preview/preview.h"
#include <string.h>

enum { COLUMNS = 5, SUBJECT_MAX = 60 /* so that one long subject moves no other line's reason out of sight */ };

struct line {
	struct slice cells[COLUMNS]; /* when, step, what, subject, why it moved */
	struct slice text;
};

static void put_message(struct buf *out, struct slice text)
{
	const char *end;
	for (bool more = text.n > 0; more; more = end != NULL) {
		end = text.n ? memchr(text.p, '\n', text.n) : NULL;
		size_t n = end ? (size_t)(end - text.p) : text.n;
		buf_adds(out, n ? "    | " : "    |");
		utf8_add_safe(out, (struct slice){text.p, n});
		buf_addc(out, '\n');
		text = end ? (struct slice){end + 1, text.n - n - 1} : text;
	}
}

/* The subject, without its end where it is wider than its column may get; the segments of a text stay behind it. */
static struct slice subject_of(const struct preview *p, const struct preview_row *row)
{
	struct slice whole = preview_subject(p->arena, row), text = {whole.p, row->subject.n};
	if (utf8_slice_width(text) <= SUBJECT_MAX)
		return whole;
	const char *at = text.p, *end = text.p + text.n;
	for (int used = 0; at < end;) {
		const char *next = at;
		used += utf8_width(utf8_next(&next, end));
		if (used > SUBJECT_MAX - 1)
			break;
		at = next;
	}
	struct slice kept = slice_trim((struct slice){text.p, (size_t)(at - text.p)}), rest = {end, whole.n - text.n};
	return arena_printf(p->arena, "%.*s…%.*s", SLICE_ARG(kept), SLICE_ARG(rest));
}

static struct line line_of(const struct preview *p, const struct preview_way *way, const struct preview_row *row)
{
	char at[40];
	struct line line = {.cells = {arena_printf(p->arena, "%s", tz_format_people(way->zone, row->at_us, at)),
	                              row->step, preview_what(row), subject_of(p, row),
	                              preview_why(p->arena, way, row)},
	                    .text = row->text};
	return line;
}

static void put_line(struct buf *out, const struct line *line, const size_t *widths)
{
	size_t owed = 0; /* blanks, written only before a text */
	for (int i = 0; i < COLUMNS; i++) {
		if (line->cells[i].n) {
			buf_addf(out, "%*s", (int)owed, "");
			utf8_add_safe(out, line->cells[i]);
			owed = 0;
		}
		owed += widths[i] - utf8_slice_width(line->cells[i]) + 2;
	}
	buf_addc(out, '\n');
}

static void put_table(struct buf *out, const struct preview *p, const struct preview_way *way, bool texts)
{
	const struct line heads = {
	        .cells = {SLICE("when"), SLICE("step"), SLICE("what"), SLICE("subject"), SLICE("why then")}};
	struct line *lines = ARENA_ARRAY(p->arena, struct line, way->row_count + 1);
	size_t widths[COLUMNS] = {0};
	lines[0] = heads;
	for (uint32_t r = 0; r < way->row_count; r++)
		lines[r + 1] = line_of(p, way, &way->rows[r]);
	for (uint32_t r = 0; r <= way->row_count; r++)
		for (int i = 0; i < COLUMNS; i++) {
			size_t width = utf8_slice_width(lines[r].cells[i]);
			if (width > widths[i])
				widths[i] = width;
		}
	for (uint32_t r = 0; r <= way->row_count; r++) {
		put_line(out, &lines[r], widths);
		if (texts)
			put_message(out, lines[r].text);
	}
}

void preview_put_text(struct buf *out, const struct preview *p, bool texts)
{
	for (uint32_t w = 0; w < p->way_count; w++) {
		const struct preview_way *way = &p->ways[w];
		buf_adds(out, w ? "\n" : "");
		buf_addf(out, "%.*s", SLICE_ARG(p->result->name));
		if (way->story_count || p->way_count > 1) {
			buf_adds(out, ", ");
			utf8_add_safe(out, way->story_count ? SLICE("path ") : way->name);
			if (way->story_count)
				buf_addf(out, "%u", w + 1);
		}
		buf_addf(out, ", times in %.*s\n", SLICE_ARG(tz_name(way->zone)));
		for (uint32_t i = 0; i < way->story_count; i++) {
			buf_adds(out, "    ");
			utf8_add_safe(out, way->story[i]);
			buf_addc(out, '\n');
		}
		buf_addc(out, '\n');
		if (way->refused.n) {
			buf_adds(out, "refused: ");
			utf8_add_safe(out, way->refused);
			buf_addc(out, '\n');
		} else {
			put_table(out, p, way, texts);
		}
	}
	if (p->untold)
		buf_addf(out, "\nand %u more path%s\n", p->untold, p->untold == 1 ? "" : "s");
}
