/* SPDX-License-Identifier: Apache-2.0
 * A finding is known by its code; whose it is, by where it stands. */
#include "compiler/testing/finding.h"
#include "compiler/check.h"
#include "diag_codes.h"

static const struct sequence *sequence_at(const struct compile *k, struct span span)
{
	for (uint32_t i = 0; i < k->result_count; i++) {
		struct span whole = k->sequences[i]->tree->node.span;
		if (whole.source == span.source && whole.start <= span.start && span.end <= whole.end)
			return k->sequences[i];
	}
	return NULL;
}

static struct slice step_at(const struct sequence *q, struct span span)
{
	for (uint32_t i = 0; i < q->step_count; i++) {
		struct span name = q->steps[i]->name.span;
		if (name.source == span.source && name.start == span.start)
			return q->steps[i]->name.text;
	}
	return (struct slice){0};
}

static void read_promise(struct finding *f, const struct sequence *q, struct span span)
{
	for (const struct promise *p = q->promises; p; p = p->next) {
		if (p->span.source != span.source || p->span.start != span.start)
			continue;
		f->kind = FINDING_OVER;
		f->what = p->what;
		f->count = p->count < UINT32_MAX ? (uint32_t)p->count : UINT32_MAX;
		f->period_days = p->period_days;
	}
}

struct finding finding_of(const struct compile *k, const struct diag *g)
{
	struct finding f = {.kind = FINDING_OTHER};
	const struct sequence *q = sequence_at(k, g->span);
	if (!q || g->accepted)
		return f;
	f.sequence = q->name.text;
	f.step = step_at(q, g->span);
	switch (g->code) {
	case DIAG_PROMISE_BROKEN:
	case DIAG_PROMISE_WINDOW:
	case DIAG_PROMISE_UNPROVEN: read_promise(&f, q, g->span); break;
	case DIAG_LIMIT_ENDS: f.kind = FINDING_LIMIT_ENDS; break;
	case DIAG_LIMIT_PUTS_OFF: f.kind = FINDING_LIMIT_WAITS; break;
	case DIAG_EXIT_AT_ONCE: f.kind = FINDING_AT_ONCE; break;
	case DIAG_SAME_MESSAGE:
		f.other = g->labels ? step_at(q, g->labels->span) : f.other;
		f.kind = f.step.n && f.other.n ? FINDING_BOTH : FINDING_OTHER;
		break;
	default: break;
	}
	return f;
}
