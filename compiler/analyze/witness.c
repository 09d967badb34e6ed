/* SPDX-License-Identifier: Apache-2.0
 * A calendar without zones will do for an example: days have 24 hours, and there are no holidays. */
#include "compiler/analyze/witness.h"
#include "base/civil.h"
#include "compiler/analyze/week.h"

#define DAYS_TRIED 40  /* all weekdays, and the first of a month */
#define LINES_MAX  14u /* of a longer example the middle is left out */

/* ---- waits ---- */

static int64_t shift(const struct constant *c, bool minus, int64_t wall)
{
	int64_t sign = minus ? -1 : 1;
	int32_t day = civil_day_of(wall);
	switch (c->unit) {
	case UNIT_US: return wall + sign * c->value;
	case UNIT_DAYS: return wall + sign * c->value * US_PER_DAY;
	case UNIT_MONTHS: return civil_add_months(day, (int32_t)(sign * c->value)) * US_PER_DAY + civil_time_of(wall);
	case UNIT_BUSINESS_DAYS:
		for (int64_t left = c->value; left > 0; left -= civil_weekday(day) < 5)
			day += (int32_t)sign;
		return day * US_PER_DAY + civil_time_of(wall);
	case UNIT_COUNT: break;
	}
	return wall;
}

static int64_t next_time(const struct node *n, int64_t wall)
{
	int32_t day = civil_day_of(wall);
	int64_t time = (n->at_minute >= 0 ? n->at_minute : 0) * US_PER_MINUTE;
	for (bool first = true;; first = false, day++) {
		bool that_day = n->weekday < 0 || civil_weekday(day) == n->weekday;
		if (that_day && !(first && n->next_day) && day * US_PER_DAY + time > wall)
			return day * US_PER_DAY + time;
	}
}

/* When a wait that begins then ends, at the soonest. */
static int64_t wait_end(const struct node *n, int64_t wall)
{
	int64_t end = wall;
	if (n->kind == NODE_WAIT_UNTIL)
		return n->expr ? wall : next_time(n, wall);
	for (const struct term *t = n->terms; t; t = t->next)
		if (t->duration->kind == EXPR_CONSTANT)
			end = shift(&t->duration->constant, t->minus, end);
	if (n->kind == NODE_WAIT && n->at_minute >= 0)
		end = civil_day_of(end) * US_PER_DAY + n->at_minute * US_PER_MINUTE;
	return end > wall ? end : wall;
}

/* ---- windows ---- */

static const struct window_part whole_day = {.days = 127, .to_minute = DAY_MINUTES};

/* When the message leaves, the window alone considered. */
static int64_t leaves(const struct sequence *q, const struct message *m, int64_t wall)
{
	const struct window *w = m && m->window ? m->window : q->window;
	const struct window_part *parts;
	if (window_parts_of(w, q->purpose, &parts))
		parts = &whole_day;
	bool weekends = !(q->skip & SKIP_WEEKENDS) || (m && m->any_day);
	for (int32_t day = civil_day_of(wall), last = day + 14; day <= last; day++) {
		int64_t best = INT64_MAX, now = wall - day * US_PER_DAY;
		for (const struct window_part *p = parts; p; p = p->next) {
			int64_t from = p->from_minute * US_PER_MINUTE, to = p->to_minute * US_PER_MINUTE;
			if (!(p->days >> civil_weekday(day) & 1) || (!weekends && civil_weekday(day) > 4))
				continue;
			if (to <= from) /* over midnight */
				to += US_PER_DAY;
			from = from > now ? from : now;
			best = from < to && from < best && from < US_PER_DAY ? from : best;
		}
		if (best != INT64_MAX)
			return day * US_PER_DAY + best;
	}
	return wall;
}

/* ---- the example ---- */

struct told {
	struct diags *diags;
	struct diag *diag; /* NULL: only the times are wanted */
	uint32_t line, lines;
	int64_t first, last; /* messages */
};

/* "email intro" */
static struct slice step_words(struct arena *arena, const struct step *s)
{
	return arena_printf(arena, "%s %.*s", s->kind ? s->kind : "message", SLICE_ARG(s->name.text));
}

static void tell(struct told *t, int64_t wall, struct slice what)
{
	uint32_t head = LINES_MAX / 2, line = t->line++;
	if (!t->diag || (t->lines > LINES_MAX && line >= head && line + head < t->lines && line != head))
		return;
	if (t->lines > LINES_MAX && line == head)
		diag_witness(t->diags, t->diag, WITNESS_NO_DATE, "… %u more lines", t->lines - 2 * head);
	else
		diag_witness(t->diags, t->diag, wall, "%.*s", SLICE_ARG(what));
}

static struct slice arm_words(struct arena *arena, const struct arm *a)
{
	const struct exit_rule *r = &a->trigger;
	if (r->event.n)
		return arena_printf(arena, "event \"%.*s\" comes", SLICE_ARG(r->event));
	if (r->step)
		return arena_printf(arena, "%s, %.*s: the wait is over", words_TRIGGER[r->trigger],
		                    SLICE_ARG(r->step->name.text));
	return arena_printf(arena, "%s: the wait is over", words_TRIGGER[r->trigger]);
}

/* Goes along the way from that time on. */
static void follow(const struct way_told *way, struct told *t, int64_t wall)
{
	struct arena *arena = way->graph->arena;
	t->line = 0;
	t->first = INT64_MIN;
	for (uint32_t i = 0; i < way->length; i++) {
		const struct bound_step *s = &way->path[i];
		if (s->node != NONE) {
			const struct step *step = way->graph->nodes[s->node].node->step;
			wall = leaves(way->sequence, step->message, wall);
			t->first = t->first == INT64_MIN ? wall : t->first;
			t->last = wall;
			tell(t, wall, t->diag ? step_words(arena, step) : SLICE(""));
		} else if (s->note != NONE) {
			const struct graph_note *note = &way->graph->notes[s->note];
			if (note->kind == GRAPH_WAIT || note->kind == GRAPH_ROUND)
				wall = wait_end(note->node, wall);
			if (note->kind == GRAPH_ARM)
				tell(t, wall, t->diag ? arm_words(arena, note->arm) : SLICE(""));
		} else {
			tell(t, WITNESS_NO_DATE,
			     arena_printf(arena, "… %u rounds like this one, then the last:", s->rounds));
			wall = t->last;
		}
	}
}

static bool lie_within(const struct told *t, uint32_t period_days)
{
	int32_t first = civil_day_of(t->first), last = civil_day_of(t->last), year[2];
	int month[2], day;
	if (!period_days)
		return true;
	if (period_days != MONTH_PERIOD)
		return last - first < (int32_t)period_days;
	civil_from_days(first, &year[0], &month[0], &day);
	civil_from_days(last, &year[1], &month[1], &day);
	return year[0] == year[1] && month[0] == month[1];
}

void witness_add(struct diags *diags, struct diag *g, const struct way_told *way, uint32_t period_days)
{
	struct told t = {.diags = diags};
	for (uint32_t i = 0; i < way->length; i++)
		if (way->path[i].node == NONE && way->path[i].note == NONE && period_days)
			return; /* rounds left out have no dates */
	for (int32_t day = EXAMPLE_MONDAY; day < EXAMPLE_MONDAY + DAYS_TRIED; day++)
		for (int hour = 9; hour >= 0; hour -= 9) {
			int64_t start = day * US_PER_DAY + hour * US_PER_HOUR;
			follow(way, &t, start);
			if (t.first == INT64_MIN || !lie_within(&t, period_days))
				continue;
			t.lines = t.line;
			t.diag = g;
			follow(way, &t, start);
			return;
		}
}
