/* SPDX-License-Identifier: Apache-2.0
 * However it is written (`satisfied`, a bound, an arm, an exit or an end for the others, a variable), who comes to a
 * gated review has answers that are known not to be bad. */
#include "compiler/analyze/reviews.h"

/* The best can have been said, the worst not; who said nothing may come along. */
static bool is_good(const struct question *q, const struct ranges *r)
{
	bool scale = q->kind == QUESTION_NPS || q->kind == QUESTION_RATING || q->kind == QUESTION_MATRIX;
	int64_t worst = scale ? q->from : 0, best = scale ? q->to : 1;
	bool has_worst = false, has_best = false;
	if (!scale && q->kind != QUESTION_YES_NO)
		return false;
	for (uint32_t i = 0; i < r->count; i++) {
		has_worst |= r->at[i].from <= worst && worst <= r->at[i].to;
		has_best |= r->at[i].from <= best && best <= r->at[i].to;
	}
	return has_best && !has_worst;
}

bool reviews_gated(const struct knowledge *k, struct span *by)
{
	for (uint32_t i = 0; i < k->count; i++) {
		const struct expr *e = k->items[i].subject.example;
		const struct ranges *r = &k->items[i].ranges;
		const struct question *q = e->kind == EXPR_SLOT ? values_question(e->variable) : NULL;
		bool satisfied = e->kind == EXPR_AND && e->step;
		*by = k->items[i].origin.span;
		if (satisfied ? r->count == 1 && r->at[0].from == 1 : q && is_good(q, r))
			return true;
	}
	return false;
}

void reviews_check(struct checker *k, const struct sequence *q)
{
	for (uint32_t i = 0; i < q->step_count; i++)
		if (q->steps[i]->plan_kind == STEP_REVIEW && !q->steps[i]->gated)
			return;
	for (uint32_t i = 0; i < q->step_count; i++) {
		const struct step *s = q->steps[i];
		if (s->plan_kind != STEP_REVIEW)
			continue;
		struct diag *g = diag_review_gating(k->diags, s->name.span, s->name.text);
		if (s->gate.end > s->gate.start)
			diag_label(k->diags, g, s->gate, "this keeps the others from it");
	}
}
