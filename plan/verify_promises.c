/* SPDX-License-Identifier: Apache-2.0
 * A promise in a plan is a claim. It is taken when the code proves it, by its waits or by a limit of its own. */
#include "plan/bound.h"
#include "plan/image_format.h"
#include "plan/verify_code.h"

static bool own_limit_keeps(const struct image *m, const struct plan_promise *p)
{
	const struct plan_sequence *q = IMAGE_ROWS(m, SEQUENCE, sequence);
	const struct plan_limit *limits = IMAGE_ROWS(m, LIMIT, limit);
	for (uint32_t i = 0; i < q->limit_count; i++) {
		const struct plan_limit *l = &limits[q->limit + i];
		if (l->when == NONE && bound_limit_keeps((enum plan_limit_what)l->what, l->count, l->period_days,
		                                         (enum plan_limit_what)p->what, p->count, p->period_days))
			return true;
	}
	return false;
}

static bool holds(const struct bound_graph *g, uint32_t index, const struct plan_promise *p, struct image_error *error)
{
	uint32_t most;
	if (!bound_most(g, (enum plan_limit_what)p->what, p->period_days, p->count, &most))
		return image_refuse(error, "promise %u: it is too much to prove", index);
	if (most <= p->count)
		return true;
	if (p->period_days)
		return image_refuse(error, "promise %u: at most %u, but a path sends more within %u days", index,
		                    p->count, p->period_days == MONTH_PERIOD ? BOUND_MONTH_DATES : p->period_days);
	return image_refuse(error, "promise %u: at most %u, but a path sends %u", index, p->count, most);
}

bool verify_promises(const struct image *m, struct image_error *error)
{
	const struct plan_promise *p = IMAGE_ROWS(m, PROMISE, promise);
	uint32_t count = m->kind == IMAGE_PLAN ? IMAGE_COUNT(m, PROMISE) : 0;
	struct bound_graph g = {0};
	bool good = true, made = false;
	for (uint32_t i = 0; i < count && good; i++) {
		if (own_limit_keeps(m, &p[i]))
			continue;
		if (!made && !bound_graph_of_code(&g, m))
			good = image_refuse(error, "out of memory");
		made = true;
		good = good && holds(&g, i, &p[i], error);
	}
	bound_free(&g);
	return good;
}
