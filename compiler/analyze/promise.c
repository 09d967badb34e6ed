/* SPDX-License-Identifier: Apache-2.0
 * Promises are asked of the graph; plan/bound.h says what that proves. */
#include "compiler/analyze/promise.h"
#include "compiler/analyze/witness.h"
#include "diag_codes.h"
#include <stdlib.h>

static bool own_limit_keeps(const struct sequence *q, const struct promise *p)
{
	for (const struct limit *l = q->limits; l; l = l->next)
		if (!l->when && bound_limit_keeps(l->what, l->count, l->period_days, p->what, p->count, p->period_days))
			return true;
	return false;
}

static struct span span_of(const struct graph *graph, const struct bound_step *path, uint32_t length, bool last)
{
	const struct node *found = NULL;
	for (uint32_t i = 0; i < length && (last || !found); i++)
		if (path[i].node != NONE)
			found = graph->nodes[path[i].node].node;
	return found ? found->step->name.span : DIAG_NO_PLACE;
}

/* The labels and the dated example of a way with one message too many. */
static void show(struct diags *diags, struct diag *g, const struct sequence *q, const struct promise *p,
                 const struct graph *graph)
{
	struct way_told way = {.sequence = q, .graph = graph};
	struct bound_step *path;
	if (!bound_path(&graph->bound, p->what, p->period_days, (uint32_t)p->count + 1, &path, &way.length))
		return;
	way.path = path;
	struct span first = span_of(graph, path, way.length, false), last = span_of(graph, path, way.length, true);
	if (p->period_days && first.source != UINT32_MAX)
		diag_label(diags, g, first, "from here on");
	if (last.source != UINT32_MAX && p->period_days)
		diag_label(diags, g, last, "this is message %lld", (long long)p->count + 1);
	else if (last.source != UINT32_MAX)
		diag_label(diags, g, last, "this is one too many");
	witness_add(diags, g, &way, p->period_days);
	free(path);
}

static void check_one(struct diags *diags, const struct sequence *q, const struct promise *p, const struct graph *graph)
{
	uint32_t most, count = p->count < UINT32_MAX - 1 ? (uint32_t)p->count : UINT32_MAX - 1;
	if (own_limit_keeps(q, p))
		return;
	if (!bound_most(&graph->bound, p->what, p->period_days, p->period_days ? count : UINT32_MAX, &most)) {
		diag_promise_unproven(diags, p->span, p->count);
	} else if (most > count) {
		int64_t days = p->period_days == MONTH_PERIOD ? BOUND_MONTH_DATES : p->period_days;
		struct diag *g = days ? diag_promise_window(diags, p->span, p->count, days)
		                      : diag_promise_broken(diags, p->span, p->count, most);
		show(diags, g, q, p, graph);
	}
}

void promise_check(struct diags *diags, const struct sequence *q, const struct graph *graph)
{
	for (const struct promise *p = q->promises; p; p = p->next)
		check_one(diags, q, p, graph);
}
