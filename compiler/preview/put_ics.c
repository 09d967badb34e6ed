/* SPDX-License-Identifier: Apache-2.0
 * The timeline as a calendar (RFC 5545): one event a message or task, in UTC. */
#include "base/hash.h"
#include "base/utf8.h"
#include "compiler/preview/preview.h"
#include <stdio.h>
#include <string.h>

enum { LINE_BYTES = 75 };

/* A content line, folded at 75 bytes between characters. */
static void put_line(struct buf *out, const char *name, struct slice value)
{
	size_t n = strlen(name) + 1;
	buf_addf(out, "%s:", name);
	const char *p = value.p, *end = p ? p + value.n : p;
	while (p < end) {
		const char *from = p;
		utf8_next(&p, end);
		if (n + (size_t)(p - from) > LINE_BYTES) {
			buf_adds(out, "\r\n ");
			n = 1;
		}
		buf_add(out, from, (size_t)(p - from));
		n += (size_t)(p - from);
	}
	buf_adds(out, "\r\n");
}

/* TEXT: backslash, comma, semicolon and line ends are written out; nothing else steers. */
static void add_text(struct buf *out, struct slice text)
{
	const char *p = text.p, *end = p ? p + text.n : p;
	while (p < end) {
		uint32_t c = utf8_next(&p, end);
		if (c == '\n')
			buf_adds(out, "\\n");
		else if (c == ',' || c == ';' || c == '\\')
			buf_addf(out, "\\%c", (char)c);
		else if (!utf8_is_unsafe(c))
			utf8_put(out, c);
	}
}

static void put_text(struct buf *out, const char *name, struct slice text)
{
	struct buf value = {0};
	add_text(&value, text);
	put_line(out, name, buf_slice(&value));
	out->failed |= value.failed;
	buf_free(&value);
}

static void put_instant(struct buf *out, const char *name, int64_t at_us)
{
	struct civil c;
	char text[32];
	civil_from_wall_us(at_us, &c);
	snprintf(text, sizeof text, "%04d%02d%02dT%02d%02d%02dZ", (int)c.year, c.month, c.day, c.hour, c.minute,
	         c.second);
	put_line(out, name, slice_of(text));
}

/* The same preview has the same one, so that a calendar that is imported again moves what is there. */
static void put_uid(struct buf *out, const struct preview *p, const struct preview_way *way,
                    const struct preview_row *row, uint32_t nth)
{
	struct buf id = {0};
	uint8_t hash[SHA256_SIZE];
	char letters[32];
	sha256(way->name.p ? way->name.p : "", way->name.n, hash);
	base32_encode(hash, 10, letters);
	buf_addf(&id, "%.*s.%u.%.*s.%s@sequitur", SLICE_ARG(row->step), nth, SLICE_ARG(p->result->name), letters);
	put_line(out, "UID", buf_slice(&id));
	out->failed |= id.failed;
	buf_free(&id);
}

static void put_event(struct buf *out, const struct preview *p, const struct preview_way *way, uint32_t r)
{
	const struct preview_row *row = &way->rows[r];
	struct slice what = preview_what(row), why = preview_why(p->arena, way, row);
	uint32_t nth = 1;
	for (uint32_t i = 0; i < r; i++)
		nth += way->rows[i].event == row->event && slice_eq(way->rows[i].step, row->step);
	buf_adds(out, "BEGIN:VEVENT\r\n");
	put_uid(out, p, way, row, nth);
	put_instant(out, "DTSTAMP", way->play.start_us);
	put_instant(out, "DTSTART", row->at_us);
	buf_adds(out, "DURATION:PT15M\r\n");
	put_text(out, "SUMMARY",
	         arena_printf(p->arena, "%.*s %.*s: %.*s", SLICE_ARG(what), SLICE_ARG(row->step),
	                      SLICE_ARG(preview_subject(p->arena, row))));
	put_text(out, "DESCRIPTION",
	         arena_printf(p->arena, "For %.*s%s%.*s%s%.*s", SLICE_ARG(way->name), why.n ? "\nwhy then: " : "",
	                      SLICE_ARG(why), row->text.n ? "\n\n" : "", SLICE_ARG(row->text)));
	put_text(out, "CATEGORIES", what);
	buf_adds(out, "TRANSP:TRANSPARENT\r\nEND:VEVENT\r\n");
}

static bool is_dated(const struct preview_row *row)
{
	return row->event == DRIVE_SENT || row->event == DRIVE_TASK;
}

void preview_put_ics(struct buf *out, const struct preview *p)
{
	buf_adds(out, "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Sequitur//seqc preview//EN\r\nCALSCALE:GREGORIAN\r\n"
	              "METHOD:PUBLISH\r\n");
	put_text(out, "X-WR-CALNAME", preview_title(p));
	for (uint32_t w = 0; w < p->way_count; w++)
		for (uint32_t r = 0; r < p->ways[w].row_count; r++)
			if (is_dated(&p->ways[w].rows[r]))
				put_event(out, p, &p->ways[w], r);
	buf_adds(out, "END:VCALENDAR\r\n");
}
