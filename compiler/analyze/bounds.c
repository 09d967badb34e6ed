/* SPDX-License-Identifier: Apache-2.0
 * What is told of a sequence, and its findings: limits that it runs into, an `enroll again` that comes too early. One
 * graph for all that is asked of it; none where nothing is. */
#include "compiler/analyze/bounds.h"
#include "base/civil.h"
#include "compiler/analyze/durations.h"
#include "compiler/analyze/promise.h"
#include "compiler/analyze/witness.h"
#include "compiler/checker.h"
#include "diag_codes.h"
#include <stdlib.h>

/* ---- for people ---- */

static bool count_all(const struct graph *graph, uint32_t period, uint32_t out[LIMIT_COUNT])
{
	bool good = true;
	for (int what = 0; what < LIMIT_COUNT && good; what++)
		good = bound_most(&graph->bound, (enum plan_limit_what)what, period, UINT32_MAX, &out[what]);
	return good;
}

void bounds_of(struct arena *arena, const struct sequence *q, struct bounds *out)
{
	struct graph graph;
	*out = (struct bounds){0};
	graph_make(&graph, arena, q->body, GRAPH_SOONEST, 0);
	out->counted = count_all(&graph, 0, out->in_all) && count_all(&graph, 7, out->in_7_days) &&
	               count_all(&graph, 30, out->in_30_days);
	durations_find(&graph, out);
	graph_free(&graph);
}

/* ---- findings ---- */

/* What a finding about a limit needs: a way that goes over it. */
struct limited {
	struct checker *k;
	const struct sequence *q;
	struct graph soonest, likely, surely;
	bool made_soonest, made_likely, made_surely;
};

static const struct graph *soonest(struct limited *l)
{
	if (!l->made_soonest)
		graph_make(&l->soonest, l->k->arena, l->q->body, GRAPH_SOONEST, 0);
	l->made_soonest = true;
	return &l->soonest;
}

static const struct graph *likely(struct limited *l)
{
	if (!l->made_likely)
		graph_make(&l->likely, l->k->arena, l->q->body, GRAPH_LIKELY, 0);
	l->made_likely = true;
	return &l->likely;
}

/* The most days on end without an open window. */
static uint32_t closed_days(const struct sequence *q)
{
	uint32_t open = q->window && !q->window->anytime ? 0 : 127, run = 0, most = 0;
	for (const struct window_part *p = open ? NULL : q->window->parts; p; p = p->next)
		open |= p->days;
	open &= q->skip & SKIP_WEEKENDS ? 31 : 127;
	for (uint32_t day = 0; day < 14; day++) {
		run = open >> day % 7 & 1 ? 0 : run + 1;
		most = run > most ? run : most;
	}
	return most;
}

static const struct graph *surely(struct limited *l)
{
	if (!l->made_surely)
		graph_make(&l->surely, l->k->arena, l->q->body, GRAPH_SURELY, closed_days(l->q));
	l->made_surely = true;
	return &l->surely;
}

/* Says it at the step of the first message that is over the limit, with the way there. */
static void say_over(struct limited *l, const struct graph *graph, const struct limit *limit)
{
	struct way_told way = {.sequence = l->q, .graph = graph};
	struct bound_step *path;
	const struct step *step = NULL;
	if (!bound_path(&graph->bound, limit->what, limit->period_days, (uint32_t)limit->count + 1, &path, &way.length))
		return;
	way.path = path;
	for (uint32_t i = way.length; i > 0 && !step; i--)
		step = path[i - 1].node == NONE ? NULL : graph->nodes[path[i - 1].node].node->step;
	uint32_t days = limit->period_days;
	struct diags *diags = l->k->diags;
	struct slice period = days == MONTH_PERIOD ? SLICE("a month")
	                      : days == 1          ? SLICE("one day")
	                                           : arena_printf(l->k->arena, "%u days", days);
	if (step) {
		struct diag *g =
		        days ? diag_limit_puts_off(diags, step->name.span, step->name.text, limit->count + 1, period)
		             : diag_limit_ends(diags, step->name.span, step->name.text, limit->count + 1);
		diag_label(diags, g, limit->span, "at most %lld", (long long)limit->count);
		witness_add(diags, g, &way, limit->period_days);
	}
	free(path);
}

/* Whether it is worth a graph: so many messages could be sent at all. */
static uint64_t sends_in(const struct node *n, uint64_t rounds)
{
	uint64_t count = 0;
	for (; n; n = n->next) {
		uint64_t inside = n->kind == NODE_REPEAT && n->variable ? n->variable->bound : 1;
		count += n->kind == NODE_SEND ? rounds : 0;
		count += sends_in(n->then, rounds * inside) + sends_in(n->otherwise, rounds);
		for (const struct arm *a = n->arms; a; a = a->next)
			count += sends_in(a->body, rounds);
	}
	return count;
}

/* One finding for each list of limits is enough. */
static void check_limits(struct limited *l, const struct limit *limit, uint64_t sends)
{
	bool ends = false, puts_off = false;
	for (; limit; limit = limit->next) {
		uint32_t most;
		bool *said = limit->period_days ? &puts_off : &ends;
		if (*said || limit->when || limit->has_ramp || (uint64_t)limit->count >= sends)
			continue;
		const struct graph *graph = limit->period_days ? surely(l) : likely(l);
		if (!bound_most(&graph->bound, limit->what, limit->period_days, (uint32_t)limit->count, &most) ||
		    most <= limit->count)
			continue;
		say_over(l, graph, limit);
		*said = true;
	}
}

/* Nobody is enrolled while the earlier run is on (docs/language.md), so the time that is written does not count. Where
 * an exit can end a run before, it does. */
static void check_again(struct limited *l)
{
	const struct sequence *q = l->q;
	struct bounds b = {0};
	if (q->enroll != ENROLL_AGAIN || q->enroll_per.n || q->exits)
		return;
	struct bounds_time after = durations_constant(&q->enroll_after);
	durations_find(soonest(l), &b);
	if (b.run.most_us <= after.most_us)
		return;
	struct buf words = {0};
	bounds_put_time(&words, &(struct bounds_time){b.run.most_us, b.run.most_us, false});
	int64_t start = EXAMPLE_MONDAY_US + 9 * US_PER_HOUR, end = start + b.run.most_us;
	struct diag *g = diag_again_too_soon(l->k->diags, q->name.span, q->name.text, buf_slice(&words));
	diag_witness(l->k->diags, g, start, "enrolled");
	diag_witness(l->k->diags, g, start + after.most_us, "the time of `enroll again after` is over");
	diag_witness(l->k->diags, g, end, "the run may last until then");
	buf_free(&words);
}

void bounds_check(struct checker *k, const struct sequence *q)
{
	struct limited l = {.k = k, .q = q};
	const struct limit *shared = k->workspace->limits;
	uint64_t sends = q->limits || shared ? sends_in(q->body, 1) : 0;
	if (q->promises && !k->c->unproven)
		promise_check(k->diags, q, soonest(&l));
	check_limits(&l, q->limits, sends);
	check_limits(&l, shared, sends);
	check_again(&l);
	graph_free(&l.soonest);
	graph_free(&l.likely);
	graph_free(&l.surely);
}
