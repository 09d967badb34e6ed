/* SPDX-License-Identifier: Apache-2.0
 * Diagnostics as a JUnit report: a suite a file, a case a finding. An error fails its case, a warning passes with its
 * text as output, an accepted one is skipped with its reason; a file without any has one case, which passes. */
#include "base/xml.h"
#include "compiler/diag.h"

static void put_case(const struct diags *d, const struct diag *g, struct buf *out)
{
	struct diag_place at = diag_place_of(d->sources, g->span);
	const char *code = diag_info_at(g->code)->code;
	struct buf text = {0};
	buf_addf(&text, "%u:%u %s", at.line, at.column, code);
	buf_adds(out, "    <testcase");
	xml_add_attribute(out, "name", at.line ? buf_slice(&text) : slice_of(code));
	xml_add_attribute(out, "classname", at.line ? at.file : SLICE("seqc"));
	buf_adds(out, ">\n      ");
	buf_clear(&text);
	diag_render_one(d, g, &text);
	if (g->accepted) {
		buf_adds(out, "<skipped");
		xml_add_attribute(out, "message", g->reason);
		buf_adds(out, "/>");
	} else if (g->severity == DIAG_ERROR) {
		buf_adds(out, "<failure");
		xml_add_attribute(out, "message", g->message);
		xml_add_attribute(out, "type", slice_of(code));
		buf_addc(out, '>');
		xml_add(out, buf_slice(&text));
		buf_adds(out, "</failure>");
	} else {
		buf_adds(out, "<system-out>");
		xml_add(out, buf_slice(&text));
		buf_adds(out, "</system-out>");
	}
	buf_adds(out, "\n    </testcase>\n");
	out->failed = out->failed || text.failed;
	buf_free(&text);
}

/* Cases of the items first to end, or one that passes. */
static void put_suite(const struct diags *d, struct slice name, uint32_t first, uint32_t end, struct buf *out)
{
	uint32_t failures = 0, skipped = 0;
	for (uint32_t i = first; i < end; i++) {
		skipped += d->items[i].accepted;
		failures += !d->items[i].accepted && d->items[i].severity == DIAG_ERROR;
	}
	buf_adds(out, "  <testsuite");
	xml_add_attribute(out, "name", name);
	buf_addf(out, " tests=\"%u\" failures=\"%u\" errors=\"0\" skipped=\"%u\">\n", end > first ? end - first : 1,
	         failures, skipped);
	for (uint32_t i = first; i < end; i++)
		put_case(d, &d->items[i], out);
	if (first == end) {
		buf_adds(out, "    <testcase");
		xml_add_attribute(out, "name", SLICE("check"));
		xml_add_attribute(out, "classname", name);
		buf_adds(out, "/>\n");
	}
	buf_adds(out, "  </testsuite>\n");
}

static bool has_any(const struct diags *d, uint32_t source)
{
	for (uint32_t i = 0; i < d->count; i++)
		if (d->items[i].span.source == source)
			return true;
	return false;
}

/* A file of ours without a finding: its suite has one case, which passes. */
static bool is_silent(const struct diags *d, uint32_t source)
{
	return !d->sources->items[source].is_std && !has_any(d, source);
}

void diags_render_junit(const struct diags *d, struct buf *out)
{
	uint32_t silent = 0;
	for (uint32_t i = 0; i < d->sources->count; i++)
		silent += is_silent(d, i);
	buf_addf(out,
	         "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"seqc check\" tests=\"%u\" "
	         "failures=\"%u\" errors=\"0\">\n",
	         d->count + silent, d->errors);
	for (uint32_t i = 0; i < d->count;) {
		uint32_t end = diags_page(d, i, 0).end, source = d->items[i].span.source;
		struct slice path = source < d->sources->count ? d->sources->items[source].path : SLICE("seqc");
		put_suite(d, path, i, end, out);
		i = end;
	}
	for (uint32_t i = 0; i < d->sources->count; i++)
		if (is_silent(d, i))
			put_suite(d, d->sources->items[i].path, 0, 0, out);
	buf_adds(out, "</testsuites>\n");
}
