/* SPDX-License-Identifier: Apache-2.0
 * One walk with two lower bounds: the days since the start, and the date that a `wait until` has left behind. A message
 * beyond the calendar's last year by either of them leaves on a day of which nobody knows whether it is a holiday. */
#include "compiler/analyze/holidays_end.h"
#include "base/civil.h"

#define NO_DATE INT32_MIN

struct at {
	bool ended;
	int64_t days; /* since the start, at least */
	int32_t date; /* at least; or NO_DATE */
};

struct walk {
	struct checker *k;
	const struct sequence *q;
	int32_t last_day, years_days; /* the end of the calendar's last year; how many days its years have */
	int32_t last_year;
	bool said;
};

static void walk_list(struct walk *w, const struct node *n, struct at *at);

static void join(struct at *at, const struct at *other)
{
	if (other->ended)
		return;
	if (at->ended) {
		*at = *other;
		return;
	}
	at->days = at->days < other->days ? at->days : other->days;
	at->date = at->date < other->date ? at->date : other->date;
}

static int64_t least_days(const struct node *n)
{
	int64_t days = 0;
	for (const struct term *t = n->terms; t; t = t->next) {
		const struct expr *e = t->duration;
		if (t->minus || e->kind != EXPR_CONSTANT)
			return 0;
		switch (e->constant.unit) {
		case UNIT_DAYS:
		case UNIT_BUSINESS_DAYS: days += e->constant.value; break;
		case UNIT_MONTHS: days += e->constant.value * 28; break;
		default: days += e->constant.value / US_PER_DAY; break;
		}
	}
	return days < 1000000 ? days : 1000000;
}

static void pass(struct at *at, int64_t days)
{
	at->days += days;
	if (at->date != NO_DATE)
		at->date += (int32_t)days;
}

/* A date that is written out, with what is added to it. */
static bool date_of(const struct expr *e, int32_t *day)
{
	switch (e->kind) {
	case EXPR_CONSTANT:
		*day = e->type.kind == TYPE_MOMENT ? civil_day_of(e->constant.value) - 1 : (int32_t)e->constant.value;
		return e->type.kind == TYPE_DATE || e->type.kind == TYPE_MOMENT;
	case EXPR_MOMENT: return date_of(e->left, day);
	case EXPR_ADD:
		if (e->right->kind != EXPR_CONSTANT || e->right->constant.unit == UNIT_US || !date_of(e->left, day))
			return false;
		*day += (int32_t)(e->right->constant.value * (e->right->constant.unit == UNIT_MONTHS ? 28 : 1));
		return true;
	default: return false;
	}
}

static void send(struct walk *w, const struct node *n, const struct at *at)
{
	bool skips = false;
	for (const struct message *m = n->step->message; m; m = m->next)
		skips |= !m->hold_out && !m->any_day;
	bool by_date = at->date != NO_DATE && at->date > w->last_day, by_length = at->days > w->years_days;
	if (w->said || at->ended || !skips || (!by_date && !by_length))
		return;
	w->said = true;
	const struct calendar_days *c = w->k->workspace->holidays;
	struct diag *g = diag_holidays_end(w->k->diags, n->step->name.span, n->step->name.text, w->last_year);
	if (!w->k->c->sources.items[c->name.span.source].is_std)
		diag_label(w->k->diags, g, c->name.span, "its holidays end with %d", w->last_year);
	if (by_date) {
		diag_witness(w->k->diags, g, at->date * US_PER_DAY, "the first day on which `%.*s` can leave",
		             SLICE_ARG(n->step->name.text));
		return;
	}
	int32_t first = civil_days(w->last_year, 12, 31) - w->years_days + 1;
	diag_witness(w->k->diags, g, first * US_PER_DAY, "somebody begins with the calendar's first year");
	diag_witness(w->k->diags, g, (first + at->days) * US_PER_DAY, "the first day on which `%.*s` can leave",
	             SLICE_ARG(n->step->name.text));
}

static void walk_both(struct walk *w, const struct node *a, const struct node *b, struct at *at)
{
	struct at other = *at;
	walk_list(w, a, at);
	walk_list(w, b, &other);
	join(at, &other);
}

static void walk_wait_for(struct walk *w, const struct node *n, struct at *at)
{
	struct at out = {.ended = true};
	for (const struct arm *a = n->arms; a; a = a->next) {
		struct at arm = *at;
		walk_list(w, a->body, &arm);
		join(&out, &arm);
	}
	pass(at, least_days(n));
	walk_list(w, n->otherwise, at);
	join(at, &out);
}

static void walk_node(struct walk *w, const struct node *n, struct at *at)
{
	int32_t date;
	switch (n->kind) {
	case NODE_SEND: send(w, n, at); break;
	case NODE_WAIT: pass(at, least_days(n)); break;
	case NODE_WAIT_UNTIL:
		/* In time or too late, then it is that day or a later one. */
		if (n->expr && date_of(n->expr, &date) && date > at->date)
			at->date = date;
		break;
	case NODE_WHEN: walk_both(w, n->then, n->otherwise, at); break;
	case NODE_WAIT_FOR: walk_wait_for(w, n, at); break;
	case NODE_REPEAT: walk_both(w, n->then, NULL, at); break; /* `until` may hold at once */
	case NODE_END: at->ended = true; break;
	default: break;
	}
}

static void walk_list(struct walk *w, const struct node *n, struct at *at)
{
	struct at before = *at; /* what may be left out begins here, or further on */
	for (; n; n = n->next) {
		if (n->label && n->label->landings)
			*at = (struct at){.date = NO_DATE};
		walk_node(w, n, at);
		if (n->skip_lands)
			join(at, &before);
	}
}

void holidays_end_check(struct checker *k, const struct sequence *q)
{
	const struct calendar_days *c = k->workspace->holidays;
	if (!(q->skip & SKIP_HOLIDAYS) || !c || !c->count)
		return;
	int32_t first_year, last_year;
	int month, day;
	civil_from_days(c->days[0], &first_year, &month, &day);
	civil_from_days(c->days[c->count - 1], &last_year, &month, &day);
	struct walk w = {.k = k, .q = q, .last_year = last_year, .last_day = civil_days(last_year, 12, 31)};
	w.years_days = w.last_day - civil_days(first_year, 1, 1) + 1;
	struct at at = {.date = NO_DATE};
	walk_list(&w, q->body, &at);
}
