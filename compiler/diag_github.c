/* SPDX-License-Identifier: Apache-2.0
 * Diagnostics as workflow commands of GitHub Actions, which shows them beside the changed lines. It takes ten errors
 * and ten warnings of a step and drops the rest in silence; so the errors go first, and one notice counts the rest. */
#include "base/utf8.h"
#include "compiler/diag.h"

enum { ANNOTATIONS_MAX = 10 };

/* In a property `:` and `,` are signs, too. Control characters but line ends are left out. */
static void put_escaped(struct buf *out, struct slice text, bool property)
{
	for (const char *p = text.p, *end = p + text.n; p < end;) {
		uint32_t c = utf8_next(&p, end);
		if (c == '%' || c == '\r' || c == '\n' || (property && (c == ':' || c == ',')))
			buf_addf(out, "%%%02X", c);
		else if (!utf8_is_unsafe(c))
			utf8_put(out, c);
	}
}

static void put_diag(const struct diags *d, const struct diag *g, struct buf *out)
{
	struct diag_place at = diag_place_of(d->sources, g->span);
	const char *code = diag_info_at(g->code)->code;
	buf_addf(out, "::%s ", diag_severity_word(g->severity));
	if (at.line) {
		buf_adds(out, "file=");
		put_escaped(out, d->folder, true);
		put_escaped(out, at.file, true);
		buf_addf(out, ",line=%u,endLine=%u,", at.line, at.end_line);
		if (at.line == at.end_line) /* of several lines it takes no columns */
			buf_addf(out, "col=%u,endColumn=%u,", at.column, at.end_column);
	}
	buf_addf(out, "title=%s::", code);
	put_escaped(out, g->message, false);
	for (const struct diag_label *l = g->labels; l; l = l->next) {
		struct diag_place there = diag_place_of(d->sources, l->span);
		buf_adds(out, "%0A");
		if (there.line) {
			put_escaped(out, there.file, false);
			buf_addf(out, ":%u: ", there.line);
		}
		put_escaped(out, l->text, false);
	}
	for (const struct diag_note *n = g->notes; n; n = n->next) {
		buf_adds(out, "%0A");
		put_escaped(out, n->text, false);
	}
	for (const struct diag_fix *f = g->fixes; f; f = f->next) {
		buf_adds(out, "%0Ahelp: ");
		put_escaped(out, f->title, false);
	}
	buf_addc(out, '\n');
}

/* Up to the cap; returns how many there are more. */
static uint32_t put_severity(const struct diags *d, enum diag_severity severity, struct buf *out)
{
	uint32_t count = 0;
	for (uint32_t i = 0; i < d->count; i++) {
		const struct diag *g = &d->items[i];
		if (!g->accepted && g->severity == severity && ++count <= ANNOTATIONS_MAX)
			put_diag(d, g, out);
	}
	return count > ANNOTATIONS_MAX ? count - ANNOTATIONS_MAX : 0;
}

void diags_render_github(const struct diags *d, struct buf *out)
{
	uint32_t more = put_severity(d, DIAG_ERROR, out);
	more += put_severity(d, DIAG_WARNING, out);
	if (more)
		buf_addf(out, "::notice title=seqc::%u more not shown here; `seqc check` shows all\n", more);
}
