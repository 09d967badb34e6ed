/* SPDX-License-Identifier: Apache-2.0
 * Diagnostics as the JSON object of runtime.md §6, format_version 1. Lines and columns count from 1, columns in
 * Unicode scalars; an end is the place after the last character. A diagnostic without a place has a null file. What an
 * `allow` accepts stands apart, with its reason, so that who counts `diagnostics` counts what is wrong. */
#include "base/civil.h"
#include "compiler/diag.h"

static void add_text(struct buf *out, const char *key, struct slice value)
{
	buf_addf(out, "\"%s\":", key);
	buf_add_json(out, value);
}

/* "file","line","column","end_line","end_column","byte_start","byte_end", without braces. */
static void add_place(struct buf *out, const struct sources *sources, struct span span)
{
	struct diag_place at = diag_place_of(sources, span);
	if (at.line)
		add_text(out, "file", at.file);
	else
		buf_adds(out, "\"file\":null");
	buf_addf(out, ",\"line\":%u,\"column\":%u,\"end_line\":%u,\"end_column\":%u,\"byte_start\":%u,\"byte_end\":%u",
	         at.line, at.column, at.end_line, at.end_column, at.byte_start, at.byte_end);
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

/* "at" is a local time without an offset, or null. */
static void add_witness(struct buf *out, const struct diag *g)
{
	if (g->witness_for.n) {
		buf_addc(out, ',');
		add_text(out, "witness_for", g->witness_for);
	}
	buf_adds(out, ",\"witness\":[");
	for (const struct diag_witness *w = g->witness; w; w = w->next) {
		struct civil c;
		civil_from_wall_us(w->wall_us == WITNESS_NO_DATE ? 0 : w->wall_us, &c);
		buf_adds(out, w == g->witness ? "{\"at\":" : ",{\"at\":");
		if (w->wall_us == WITNESS_NO_DATE)
			buf_adds(out, "null");
		else
			buf_addf(out, "\"%04d-%02d-%02dT%02d:%02d:%02d\"", c.year, c.month, c.day, c.hour, c.minute,
			         c.second);
		buf_addc(out, ',');
		add_text(out, "what", w->what);
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

static void add_diag(struct buf *out, const struct diags *d, const struct diag *g)
{
	struct buf rendered = {0};
	char fingerprint[DIAG_FINGERPRINT_SIZE];
	buf_addc(out, '{');
	add_text(out, "code", slice_of(diag_info_at(g->code)->code));
	buf_addf(out, ",\"severity\":\"%s\",", diag_severity_word(g->severity));
	add_text(out, "message", g->message);
	buf_addc(out, ',');
	add_place(out, d->sources, g->span);
	add_labels(out, d->sources, g->labels);
	buf_adds(out, ",\"notes\":[");
	for (const struct diag_note *note = g->notes; note; note = note->next) {
		buf_adds(out, note == g->notes ? "" : ",");
		buf_add_json(out, note->text);
	}
	buf_addc(out, ']');
	if (g->witness)
		add_witness(out, g);
	add_fixes(out, d->sources, g->fixes);
	buf_addc(out, ',');
	diag_render_one(d, g, &rendered);
	add_text(out, "rendered", buf_slice(&rendered));
	diag_fingerprint(d, g, fingerprint);
	buf_addf(out, ",\"fingerprint\":\"%s\"", fingerprint);
	if (g->accepted) {
		buf_addc(out, ',');
		add_text(out, "reason", g->reason);
	}
	buf_addc(out, '}');
	out->failed = out->failed || rendered.failed;
	buf_free(&rendered);
}

static void add_all(struct buf *out, const char *key, const struct diags *d, bool accepted)
{
	buf_addf(out, "\"%s\":[", key);
	const char *comma = "";
	for (uint32_t i = 0; i < d->count; i++) {
		if (d->items[i].accepted != accepted)
			continue;
		buf_adds(out, comma);
		add_diag(out, d, &d->items[i]);
		comma = ",";
	}
	buf_addc(out, ']');
}

void diags_render_json(const struct diags *d, struct buf *out)
{
	buf_adds(out, "{\"format_version\":1,");
	add_all(out, "diagnostics", d, false);
	buf_addc(out, ',');
	add_all(out, "suppressed", d, true);
	buf_adds(out, "}\n");
}
