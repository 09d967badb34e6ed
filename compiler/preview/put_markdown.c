/* SPDX-License-Identifier: Apache-2.0
 * The timeline as Markdown, for a pull request: a table, and below it what each message says where it is asked for. */
#include "base/markdown.h"
#include "base/utf8.h"
#include "compiler/preview/preview.h"
#include <string.h>

/* A code span that its text cannot end. */
static void add_code(struct buf *out, struct slice text)
{
	if (text.n)
		buf_addf(out, "`%.*s`", SLICE_ARG(text)); /* names of steps: letters, digits, dots */
}

static void put_row(struct buf *out, const struct preview *p, const struct preview_way *way,
                    const struct preview_row *row)
{
	char at[40];
	struct slice after =
	        row->step_index != NONE && way->steps ? way->steps[row->step_index].after : (struct slice){0};
	buf_addf(out, "| %s | ", tz_format_people(way->zone, row->at_us, at));
	add_code(out, row->step);
	buf_adds(out, " | ");
	markdown_add(out, after);
	buf_adds(out, " | ");
	markdown_add(out, preview_what(row));
	buf_adds(out, " | ");
	markdown_add(out, preview_subject(p->arena, row));
	buf_adds(out, " | ");
	markdown_add(out, preview_why(p->arena, way, row));
	buf_adds(out, " |\n");
}

/* In a fence longer than any run of backticks within. */
static void put_message(struct buf *out, const struct preview_row *row)
{
	size_t longest = 2, run = 0;
	for (size_t i = 0; i < row->text.n; i++) {
		run = row->text.p[i] == '`' ? run + 1 : 0;
		longest = run > longest ? run : longest;
	}
	buf_adds(out, "\n<details><summary>");
	markdown_add(out, row->step);
	buf_adds(out, ": ");
	markdown_add(out, row->subject);
	buf_adds(out, "</summary>\n\n");
	for (size_t i = 0; i <= longest; i++)
		buf_addc(out, '`');
	buf_adds(out, "text\n");
	struct slice rest = row->text;
	while (rest.n) {
		const char *end = memchr(rest.p, '\n', rest.n);
		size_t n = end ? (size_t)(end - rest.p) : rest.n;
		utf8_add_safe(out, (struct slice){rest.p, n});
		buf_addc(out, '\n');
		n += end != NULL;
		rest = (struct slice){rest.p + n, rest.n - n};
	}
	for (size_t i = 0; i <= longest; i++)
		buf_addc(out, '`');
	buf_adds(out, "\n\n</details>\n");
}

static void put_way(struct buf *out, const struct preview *p, uint32_t w, bool texts)
{
	const struct preview_way *way = &p->ways[w];
	char at[40];
	if (way->story_count) {
		buf_addf(out, "\n### Path %u\n\n", w + 1);
		for (uint32_t i = 0; i < way->story_count; i++) {
			buf_adds(out, "- ");
			markdown_add(out, way->story[i]);
			buf_addc(out, '\n');
		}
	}
	buf_adds(out, "\nFor ");
	markdown_add(out, way->name);
	buf_addf(out, ", from %s, times in %.*s.\n\n", tz_format_people(way->zone, way->play.start_us, at),
	         SLICE_ARG(tz_name(way->zone)));
	if (way->refused.n) {
		buf_adds(out, "Refused: ");
		markdown_add(out, way->refused);
		buf_addc(out, '\n');
		return;
	}
	buf_adds(out, "| when | step | after | what | subject | why then |\n| --- | --- | --- | --- | --- | --- |\n");
	for (uint32_t r = 0; r < way->row_count; r++)
		put_row(out, p, way, &way->rows[r]);
	for (uint32_t r = 0; texts && r < way->row_count; r++)
		if (way->rows[r].text.n)
			put_message(out, &way->rows[r]);
}

void preview_put_markdown(struct buf *out, const struct preview *p, bool texts)
{
	buf_adds(out, "## ");
	markdown_add(out, preview_title(p));
	buf_addc(out, '\n');
	if (p->result->description.n) {
		buf_addc(out, '\n');
		markdown_add(out, p->result->description);
		buf_addc(out, '\n');
	}
	for (uint32_t w = 0; w < p->way_count; w++)
		put_way(out, p, w, texts);
	if (p->untold)
		buf_addf(out, "\nAnd %u more path%s.\n", p->untold, p->untold == 1 ? "" : "s");
}
