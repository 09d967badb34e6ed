/* SPDX-License-Identifier: Apache-2.0
 * Diagnostics as SARIF 2.1.0, what code scanning takes: the rules that occur (from the registry), a result a finding,
 * its labels as related places, its fixes as replacements; what an `allow` accepts is suppressed in the source. */
#include "compiler/diag.h"
#include "diag_codes.h"
#include <ctype.h>
#include <string.h>

static const char schema[] =
        "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

static void put_text(struct buf *out, const char *key, struct slice value)
{
	buf_addf(out, "\"%s\":{\"text\":", key);
	buf_add_json(out, value);
	buf_addc(out, '}');
}

/* A relative URI: the path with everything but unreserved characters and `/` as %-escapes. */
static void put_uri(struct buf *out, struct slice path)
{
	for (size_t i = 0; i < path.n; i++) {
		unsigned char c = (unsigned char)path.p[i];
		if (c < 0x80 && (isalnum(c) || strchr("-._~/", c)) && c)
			buf_addc(out, (char)c);
		else
			buf_addf(out, "%%%02X", c);
	}
}

static void put_artifact(struct buf *out, const struct diags *d, struct slice file)
{
	buf_adds(out, "\"artifactLocation\":{\"uri\":\"");
	put_uri(out, d->folder);
	put_uri(out, file);
	buf_adds(out, "\"}");
}

static void put_region(struct buf *out, const char *key, const struct diag_place *at)
{
	buf_addf(out,
	         "\"%s\":{\"startLine\":%u,\"startColumn\":%u,\"endLine\":%u,\"endColumn\":%u,\"byteOffset\":%u,"
	         "\"byteLength\":%u}",
	         key, at->line, at->column, at->end_line, at->end_column, at->byte_start,
	         at->byte_end - at->byte_start);
}

static void put_physical(struct buf *out, const struct diags *d, const struct diag_place *at)
{
	buf_adds(out, "\"physicalLocation\":{");
	put_artifact(out, d, at->file);
	buf_addc(out, ',');
	put_region(out, "region", at);
	buf_addc(out, '}');
}

/* ---- rules ---- */

static void put_rule(struct buf *out, const struct diag_info *info)
{
	struct buf text = {0};
	diag_put_pattern(&text, info);
	buf_addf(out, "{\"id\":\"%s\",\"name\":\"%s\",", info->code, info->slug);
	put_text(out, "shortDescription", buf_slice(&text));
	buf_addc(out, ',');
	put_text(out, "fullDescription", slice_of(info->why));
	buf_clear(&text);
	buf_adds(&text, info->why);
	if (info->bad)
		buf_addf(&text, "\n\nNot so:\n\n%s\nRight:\n\n%s", info->bad, info->good);
	buf_addc(out, ',');
	put_text(out, "help", buf_slice(&text));
	buf_addf(out, ",\"defaultConfiguration\":{\"level\":\"%s\"}}", diag_severity_word(info->severity));
	out->failed = out->failed || text.failed;
	buf_free(&text);
}

/* index[code]: the rule's place in the list, -1 for a code that does not occur. */
static void put_rules(struct buf *out, const struct diags *d, int index[DIAG_CODE_COUNT])
{
	int count = 0;
	for (int code = 0; code < DIAG_CODE_COUNT; code++)
		index[code] = -1;
	for (uint32_t i = 0; i < d->count; i++)
		index[d->items[i].code] = 0;
	buf_adds(out, "\"rules\":[");
	for (int code = 0; code < DIAG_CODE_COUNT; code++) {
		if (index[code] < 0)
			continue;
		buf_adds(out, count ? "," : "");
		put_rule(out, diag_info_at(code));
		index[code] = count++;
	}
	buf_addc(out, ']');
}

/* ---- results ---- */

static void put_related(struct buf *out, const struct diags *d, const struct diag *g)
{
	int id = 0;
	for (const struct diag_label *l = g->labels; l; l = l->next) {
		struct diag_place at = diag_place_of(d->sources, l->span);
		if (!at.line)
			continue;
		buf_addf(out, "%s{\"id\":%d,", id ? "," : ",\"relatedLocations\":[", id + 1);
		put_physical(out, d, &at);
		buf_addc(out, ',');
		put_text(out, "message", l->text);
		buf_addc(out, '}');
		id++;
	}
	buf_adds(out, id ? "]" : "");
}

static void put_fixes(struct buf *out, const struct diags *d, const struct diag *g)
{
	bool any = false;
	for (const struct diag_fix *f = g->fixes; f; f = f->next) {
		struct diag_place at = diag_place_of(d->sources, f->span);
		if (!at.line)
			continue;
		buf_adds(out, any ? ",{" : ",\"fixes\":[{");
		put_text(out, "description", f->title);
		buf_adds(out, ",\"artifactChanges\":[{");
		put_artifact(out, d, at.file);
		buf_adds(out, ",\"replacements\":[{");
		put_region(out, "deletedRegion", &at);
		buf_addc(out, ',');
		put_text(out, "insertedContent", f->replacement);
		buf_adds(out, "}]}]}");
		any = true;
	}
	buf_adds(out, any ? "]" : "");
}

/* Text, as readers of SARIF show no more. */
static void put_witness(struct buf *text, const struct diag *g)
{
	buf_adds(text, g->witness_for.n ? "\nfor example, for " : "\nfor example");
	buf_add_slice(text, g->witness_for);
	buf_addc(text, ':');
	for (const struct diag_witness *w = g->witness; w; w = w->next) {
		buf_addc(text, '\n');
		diag_put_witness_date(text, w->wall_us);
		buf_adds(text, "  ");
		buf_add_slice(text, w->what);
	}
}

static void put_message(struct buf *out, const struct diag *g)
{
	struct buf text = {0};
	buf_add_slice(&text, g->message);
	for (const struct diag_note *n = g->notes; n; n = n->next) {
		buf_addc(&text, '\n');
		buf_add_slice(&text, n->text);
	}
	if (g->witness)
		put_witness(&text, g);
	put_text(out, "message", buf_slice(&text));
	out->failed = out->failed || text.failed;
	buf_free(&text);
}

static void put_result(struct buf *out, const struct diags *d, const struct diag *g, int rule)
{
	char fingerprint[DIAG_FINGERPRINT_SIZE];
	struct diag_place at = diag_place_of(d->sources, g->span);
	buf_addf(out, "{\"ruleId\":\"%s\",\"ruleIndex\":%d,\"level\":\"%s\",", diag_info_at(g->code)->code, rule,
	         diag_severity_word(g->severity));
	put_message(out, g);
	if (at.line) {
		buf_adds(out, ",\"locations\":[{");
		put_physical(out, d, &at);
		buf_adds(out, "}]");
	}
	put_related(out, d, g);
	put_fixes(out, d, g);
	diag_fingerprint(d, g, fingerprint);
	buf_addf(out, ",\"partialFingerprints\":{\"seqc/v1\":\"%s\"}", fingerprint);
	if (g->accepted) {
		buf_adds(out, ",\"suppressions\":[{\"kind\":\"inSource\",\"justification\":");
		buf_add_json(out, g->reason);
		buf_adds(out, "}]");
	}
	buf_addc(out, '}');
}

void diags_render_sarif(const struct diags *d, struct buf *out)
{
	int index[DIAG_CODE_COUNT];
	buf_addf(out, "{\"$schema\":\"%s\",\"version\":\"2.1.0\",\"runs\":[{\"tool\":{\"driver\":{\"name\":\"seqc\",",
	         schema);
	put_rules(out, d, index);
	buf_adds(out, "}},\"columnKind\":\"unicodeCodePoints\",\"results\":[");
	for (uint32_t i = 0; i < d->count; i++) {
		buf_adds(out, i ? "," : "");
		put_result(out, d, &d->items[i], index[d->items[i].code]);
	}
	buf_adds(out, "]}]}\n");
}
