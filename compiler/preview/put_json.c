/* SPDX-License-Identifier: Apache-2.0
 * The timeline as JSON: an object with its rows, or a line each. */
#include "compiler/preview/preview.h"

static void add_member(struct buf *out, const char *key, struct slice value)
{
	buf_addf(out, ",\"%s\":", key);
	buf_add_json(out, value);
}

static struct slice contact_of(const struct preview_way *way)
{
	for (size_t i = 0; way->scenario && i < way->scenario->happening_count; i++)
		if (way->scenario->happenings[i].line.contact.n)
			return way->scenario->happenings[i].line.contact;
	return way->name;
}

static void put_message(struct buf *out, const struct preview *p, const struct preview_way *way,
                        const struct preview_row *row)
{
	if (row->text.n)
		add_member(out, "text", row->text);
	if (!row->version_count)
		return;
	const struct preview_face *face = &row->versions[0].faces[way->locale];
	if (face->html.n)
		add_member(out, "html", face->html);
	add_member(out, "locale", p->locales[way->locale]);
	if (slice_is(row->kind, "sms")) {
		struct preview_size size = preview_measure(row->text);
		buf_addf(out, ",\"segments\":%u,\"alphabet\":\"%s\"", size.segments, size.ucs2 ? "ucs2" : "gsm7");
	}
}

static void put_row(struct buf *out, const struct preview *p, const struct preview_way *way,
                    const struct preview_row *row, struct slice contact, bool texts)
{
	char at[40];
	buf_addf(out, "{\"at\":\"%s\"", tz_format_rfc3339(way->zone, row->at_us, at));
	add_member(out, "contact", contact);
	add_member(out, "sequence", p->result->name);
	add_member(out, "step", row->step);
	add_member(out, "kind", row->kind);
	add_member(out, "event", slice_of(drive_line_word(row->event)));
	add_member(out, "reason", row->moved.n ? row->moved : row->reason);
	add_member(out, "subject", row->subject);
	if (texts)
		put_message(out, p, way, row);
	buf_addc(out, '}');
}

void preview_put_lines(struct buf *out, const struct preview *p, const struct preview_way *way)
{
	struct slice contact = contact_of(way);
	for (uint32_t r = 0; r < way->row_count; r++) {
		put_row(out, p, way, &way->rows[r], contact, false);
		buf_addc(out, '\n');
	}
}

static void put_rows(struct buf *out, const struct preview *p, const struct preview_way *way, bool texts)
{
	struct slice contact = contact_of(way);
	buf_adds(out, "\"rows\":[");
	for (uint32_t r = 0; r < way->row_count; r++) {
		buf_adds(out, r ? "," : "");
		put_row(out, p, way, &way->rows[r], contact, texts);
	}
	buf_addc(out, ']');
}

static void put_way(struct buf *out, const struct preview *p, const struct preview_way *way, bool texts)
{
	buf_addc(out, '{');
	if (way->story_count) {
		buf_adds(out, "\"because\":[");
		for (uint32_t i = 0; i < way->story_count; i++) {
			buf_adds(out, i ? "," : "");
			buf_add_json(out, way->story[i]);
		}
		buf_adds(out, "],");
	}
	buf_adds(out, "\"contact\":");
	buf_add_json(out, contact_of(way));
	add_member(out, "timezone", tz_name(way->zone));
	buf_addc(out, ',');
	if (way->refused.n) {
		buf_adds(out, "\"refused\":");
		buf_add_json(out, way->refused);
		buf_addc(out, ',');
	}
	put_rows(out, p, way, texts);
	buf_addc(out, '}');
}

void preview_put_json(struct buf *out, const struct preview *p, bool texts)
{
	buf_adds(out, "{\"format_version\":1");
	add_member(out, "sequence", p->result->name);
	if (p->way_count == 1 && !p->ways[0].story_count) {
		add_member(out, "timezone", tz_name(p->ways[0].zone));
		buf_addc(out, ',');
		put_rows(out, p, &p->ways[0], texts);
	} else {
		bool paths = p->way_count && p->ways[0].story_count;
		buf_addf(out, ",\"%s\":[", paths ? "paths" : "contacts");
		for (uint32_t w = 0; w < p->way_count; w++) {
			buf_adds(out, w ? "," : "");
			put_way(out, p, &p->ways[w], texts);
		}
		buf_addc(out, ']');
		if (paths)
			buf_addf(out, ",\"more\":%u", p->untold);
	}
	buf_adds(out, "}\n");
}
