/* SPDX-License-Identifier: Apache-2.0
 * What every format says alike: the word of a line, its subject, why it moved, how long a text is. */
#include "base/gsm.h"
#include "base/utf8.h"
#include "compiler/preview/preview.h"

struct slice preview_what(const struct preview_row *row)
{
	bool shows_kind = row->event == DRIVE_SENT || row->event == DRIVE_PAGE;
	return shows_kind ? row->kind : slice_of(drive_line_word(row->event));
}

struct preview_size preview_measure(struct slice text)
{
	struct preview_size size = {0};
	const char *p = text.p, *end = p ? p + text.n : p;
	size_t septets = 0, units = 0;
	while (p < end) {
		uint32_t c = utf8_next(&p, end);
		if (!gsm_septets(c) && !size.forced_by)
			size.forced_by = c;
		septets += (size_t)gsm_septets(c);
		units += c > 0xFFFF ? 2 : 1;
	}
	size.ucs2 = size.forced_by != 0;
	size.used = size.ucs2 ? units : septets;
	size.segments = gsm_segments(size.ucs2, size.used);
	size_t alone = size.ucs2 ? 70 : 160, several = size.ucs2 ? 67 : 153;
	size.room = size.segments == 1 ? alone : several * size.segments;
	return size;
}

struct slice preview_subject(struct arena *arena, const struct preview_row *row)
{
	struct slice text = arena_copy(arena, row->subject);
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '\n')
			((char *)(uintptr_t)text.p)[i] = ' ';
	}
	if (row->event != DRIVE_SENT || !slice_is(row->kind, "sms"))
		return text;
	uint32_t segments = preview_measure(row->subject).segments;
	return arena_printf(arena, "%.*s (%u segment%s)", SLICE_ARG(text), segments, segments == 1 ? "" : "s");
}

struct slice preview_why(struct arena *arena, const struct preview_way *way, const struct preview_row *row)
{
	int64_t due_us;
	char at[40];
	if (row->event == DRIVE_SENT)
		return row->moved;
	if (row->event != DRIVE_TASK || !civil_parse_rfc3339(row->reason, &due_us))
		return row->reason;
	return arena_printf(arena, "due %s", tz_format_people(way->zone, due_us, at));
}

struct slice preview_title(const struct preview *p)
{
	return p->result->title.n ? p->result->title : p->result->name;
}

/* ---- counts ---- */

static const struct {
	const char *kind, *one, *several;
} NOUNS[] = {
        {"email", "email", "emails"},
        {"sms", "text", "texts"},
        {"whatsapp", "WhatsApp message", "WhatsApp messages"},
        {"task", "task", "tasks"},
        {"webhook", "webhook", "webhooks"},
        {"alert", "alert", "alerts"},
        {"page", "page", "pages"},
};
enum { NOUN_COUNT = sizeof NOUNS / sizeof *NOUNS };

void preview_count(struct buf *out, const struct preview_way *way)
{
	uint32_t counts[NOUN_COUNT] = {0};
	bool any = false;
	for (uint32_t r = 0; r < way->row_count; r++) {
		const struct preview_row *row = &way->rows[r];
		struct slice word = row->event == DRIVE_SENT ? row->kind : slice_of(drive_line_word(row->event));
		for (int i = 0; i < NOUN_COUNT; i++)
			counts[i] += slice_is(word, NOUNS[i].kind);
	}
	for (int i = 0; i < NOUN_COUNT; i++) {
		if (!counts[i])
			continue;
		buf_addf(out, "%s%u %s", any ? ", " : "", counts[i], counts[i] == 1 ? NOUNS[i].one : NOUNS[i].several);
		any = true;
	}
	if (!any)
		buf_adds(out, "nothing");
}
