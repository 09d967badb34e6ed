/* SPDX-License-Identifier: Apache-2.0
 * Edits are sorted by path and place; what overlaps an earlier one is left for another round. */
#include "compiler/diag_edit.h"
#include <stdlib.h>

static int by_place(const void *left, const void *right, void *context)
{
	const struct sources *sources = context;
	const struct span *a = &((const struct diag_edit *)left)->fix->span;
	const struct span *b = &((const struct diag_edit *)right)->fix->span;
	if (a->source != b->source)
		return slice_cmp(sources->items[a->source].path, sources->items[b->source].path);
	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	return (a->end > b->end) - (a->end < b->end);
}

static const struct diag_fix *fix_of(const struct diags *d, const struct diag *g, enum diag_confidence least)
{
	const struct diag_fix *f = g->fixes;
	while (f && f->confidence > least)
		f = f->next;
	bool ours = f && f->span.source < d->sources->count && !d->sources->items[f->span.source].is_std;
	return ours ? f : NULL;
}

/* Two texts put in at one place would stand in an order that nobody chose. */
static bool overlap(const struct span *a, const struct span *b)
{
	return a->source == b->source && (b->start < a->end || b->start == a->start);
}

bool diag_edits(const struct diags *d, enum diag_confidence least, int code, struct diag_edit **out, uint32_t *count)
{
	struct diag_edit *edits = calloc(d->count + 1, sizeof *edits);
	uint32_t n = 0, kept = 0;
	for (uint32_t i = 0; edits && i < d->count; i++) {
		const struct diag *g = &d->items[i];
		const struct diag_fix *f = g->accepted || (code >= 0 && g->code != code) ? NULL : fix_of(d, g, least);
		if (f)
			edits[n++] = (struct diag_edit){g, f};
	}
	if (n > 1)
		qsort_r(edits, n, sizeof *edits, by_place, d->sources);
	for (uint32_t i = 0; i < n; i++)
		if (!kept || !overlap(&edits[kept - 1].fix->span, &edits[i].fix->span))
			edits[kept++] = edits[i];
	*out = edits;
	*count = kept;
	return edits != NULL;
}

void diag_edit_text(const struct sources *sources, uint32_t source, const struct diag_edit *edits, uint32_t count,
                    struct buf *out)
{
	struct slice text = sources->items[source].text;
	size_t at = 0;
	for (uint32_t i = 0; i < count; i++) {
		const struct diag_fix *f = edits[i].fix;
		if (f->span.source != source || f->span.end > text.n)
			continue;
		buf_add(out, text.p + at, f->span.start - at);
		buf_add_slice(out, f->replacement);
		at = f->span.end;
	}
	buf_add(out, text.p + at, text.n - at);
}
