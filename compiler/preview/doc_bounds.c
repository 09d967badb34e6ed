/* SPDX-License-Identifier: Apache-2.0
 * What is proven of a sequence, in sentences: how many messages a contact can get of it at the most, and when it ends.
 */
#include "base/markdown.h"
#include "compiler/analyze/bounds.h"
#include "compiler/preview/doc.h"
#include "compiler/preview/words.h"

/* At most 5 messages in all. */
static void add_most(struct buf *out, enum plan_limit_what what, uint32_t days, uint32_t most)
{
	struct buf text = {0};
	buf_adds(&text, "At most ");
	words_limit(&text, most, what, days);
	buf_adds(out, "- ");
	markdown_add(out, buf_slice(&text));
	buf_adds(out, ".\n");
	out->failed |= text.failed;
	buf_free(&text);
}

static void add_counts(struct buf *out, const struct bounds *b, uint32_t used)
{
	static const enum plan_limit_what channels[CHANNEL_COUNT] = {LIMIT_EMAIL, LIMIT_SMS, LIMIT_WHATSAPP};
	uint32_t all = b->in_all[LIMIT_MESSAGES];
	if (!b->counted || !all)
		return;
	buf_adds(out, "\nWhatever happens, one time through it brings a contact:\n\n");
	add_most(out, LIMIT_MESSAGES, 0, all);
	for (int i = 0; i < CHANNEL_COUNT; i++)
		if (used >> i & 1 && (used & (used - 1)))
			add_most(out, channels[i], 0, b->in_all[channels[i]]);
	if (b->in_7_days[LIMIT_MESSAGES] < all)
		add_most(out, LIMIT_MESSAGES, 7, b->in_7_days[LIMIT_MESSAGES]);
	if (b->in_30_days[LIMIT_MESSAGES] < all && b->in_30_days[LIMIT_MESSAGES] > b->in_7_days[LIMIT_MESSAGES])
		add_most(out, LIMIT_MESSAGES, 30, b->in_30_days[LIMIT_MESSAGES]);
}

/* How long it is to each of its own ends; what else ends it may come at any time. */
static void add_ends(struct buf *out, const struct bounds *b)
{
	struct buf text = {0};
	if (!b->end_count)
		return;
	buf_adds(out, "\nBy its waits alone, from its start (windows, limits and holidays come on top):\n\n");
	for (uint32_t i = 0; i < b->end_count; i++) {
		const struct bounds_end *e = &b->ends[i];
		if (!e->node)
			buf_adds(&text, "To its last step: ");
		else if (e->reason.n)
			buf_addf(&text, "To its end with \"%.*s\": ", SLICE_ARG(e->reason));
		else
			buf_adds(&text, "To an earlier finish: ");
		bounds_put_time(&text, &e->time);
		buf_adds(out, "- ");
		markdown_add(out, buf_slice(&text));
		buf_adds(out, ".\n");
		out->failed |= text.failed;
		buf_clear(&text);
	}
	buf_free(&text);
}

void doc_bounds(struct buf *out, const struct compile *c, uint32_t sequence)
{
	struct arena arena;
	struct bounds bounds = {0};
	const struct sequence *q = c->sequences[sequence];
	if (!c->results[sequence].plan.n) /* a draft that is not complete */
		return;
	arena_init(&arena, 0, NULL);
	bounds_of(&arena, q, &bounds);
	buf_adds(out, "\n## What is proven\n");
	add_counts(out, &bounds, doc_channels(q));
	add_ends(out, &bounds);
	arena_free(&arena);
}
