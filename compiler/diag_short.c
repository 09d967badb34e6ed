/* SPDX-License-Identifier: Apache-2.0
 * Diagnostics as one line each, as compilers write them and editors read them:
 *     FILE:LINE:COLUMN: error[E0201]: message */
#include "base/utf8.h"
#include "compiler/diag.h"

static void put_diag(const struct diags *d, const struct diag *g, struct buf *out, bool colour)
{
	struct diag_place at = diag_place_of(d->sources, g->span);
	if (at.line) {
		utf8_add_safe(out, at.file);
		buf_addf(out, ":%u:%u: ", at.line, at.column);
	}
	const char *style = g->severity == DIAG_ERROR ? "\033[1;31m" : "\033[1;33m";
	buf_addf(out, "%s%s[%s]%s: ", colour ? style : "", diag_severity_word(g->severity), diag_info_at(g->code)->code,
	         colour ? "\033[0m" : "");
	utf8_add_safe(out, g->message);
	buf_addc(out, '\n');
}

void diags_render_short(const struct diags *d, struct buf *out, bool colour, uint32_t max)
{
	for (uint32_t i = 0; i < d->count;) {
		struct diag_page page = diags_page(d, i, max);
		for (; i < page.end; i++)
			if (diags_page_shows(&page, &d->items[i]))
				put_diag(d, &d->items[i], out, colour);
		diags_put_hidden(d, &page, out);
	}
	diags_put_summary(d, out);
}
