/* SPDX-License-Identifier: Apache-2.0
 * Diagnostics as the JSON object of runtime.md §6, format_version 1. Lines and columns count from 1, columns in
 * Unicode scalars; an end is the place after the last character. A diagnostic without a place has a null file. */
#include "compiler/diag.h"

static void add_text(struct buf *out, const char *key, struct slice value)
{
	buf_addf(out, "\"%s\":", key);
	buf_add_json(out, value);
}

/* "file","line","column","end_line","end_column", without braces. */
static void add_place(struct buf *out, const struct sources *sources, struct span span)
{
	uint32_t line = 0, column = 0, end_line = 0, end_column = 0;
	if (span.source < sources->count) {
		const struct source *s = &sources->items[span.source];
		add_text(out, "file", s->path);
		source_place(s, span.start, &line, &column);
		source_place(s, span.end, &end_line, &end_column);
	} else {
		buf_adds(out, "\"file\":null");
	}
	buf_addf(out, ",\"line\":%u,\"column\":%u,\"end_line\":%u,\"end_column\":%u", line, column, end_line,
	         end_column);
}

static void add_labels(struct buf *out, const struct sources *sources, const struct diag_label *label)
{
	buf_adds(out, ",\"labels\":[");
	for (const char *comma = ""; label; label = label->next, comma = ",") {
		buf_addf(out, "%s{", comma);
		add_text(out, "text", label->text);
		buf_addc(out, ',');
		add_place(out, sources, label->span);
		buf_addc(out, '}');
	}
	buf_addc(out, ']');
}

static void add_fixes(struct buf *out, const struct sources *sources, const struct diag_fix *fix)
{
	static const char *const confidences[] = {
	        [FIX_SURE] = "sure", [FIX_MAYBE] = "maybe", [FIX_PLACEHOLDER] = "placeholder"};
	buf_adds(out, ",\"fixes\":[");
	for (const char *comma = ""; fix; fix = fix->next, comma = ",") {
		buf_addf(out, "%s{", comma);
		add_text(out, "title", fix->title);
		buf_addf(out, ",\"confidence\":\"%s\",", confidences[fix->confidence]);
		add_place(out, sources, fix->span);
		buf_addc(out, ',');
		add_text(out, "replacement", fix->replacement);
		buf_addc(out, '}');
	}
	buf_addc(out, ']');
}

static void add_diag(struct buf *out, const struct sources *sources, const struct diag *g)
{
	buf_addc(out, '{');
	add_text(out, "code", slice_of(diag_info_at(g->code)->code));
	buf_addf(out, ",\"severity\":\"%s\",", g->severity == DIAG_ERROR ? "error" : "warning");
	add_text(out, "message", g->message);
	buf_addc(out, ',');
	add_place(out, sources, g->span);
	add_labels(out, sources, g->labels);
	buf_adds(out, ",\"notes\":[");
	for (const struct diag_note *note = g->notes; note; note = note->next) {
		buf_adds(out, note == g->notes ? "" : ",");
		buf_add_json(out, note->text);
	}
	buf_addc(out, ']');
	add_fixes(out, sources, g->fixes);
	buf_addc(out, '}');
}

void diags_render_json(const struct diags *d, struct buf *out)
{
	buf_adds(out, "{\"format_version\":1,\"diagnostics\":[");
	const char *comma = "";
	for (uint32_t i = 0; i < d->count; i++) {
		if (d->items[i].accepted)
			continue;
		buf_adds(out, comma);
		add_diag(out, d->sources, &d->items[i]);
		comma = ",";
	}
	buf_adds(out, "]}\n");
}
