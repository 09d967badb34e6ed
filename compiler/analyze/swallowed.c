/* SPDX-License-Identifier: Apache-2.0
 * From every minute at which the message before can leave, in one week without holidays, to the minute at which the
 * wait is over. Only where each of them is closed is something said; what is not known in advance makes it quiet: other
 * steps between, jumps, sums that change, windows of two zones. Clock changes move hours, so an hour to each side must
 * be closed, too; holidays move business days, so the next two must be. */
#include "compiler/analyze/swallowed.h"
#include "compiler/analyze/week.h"
#include "compiler/analyze/zone_pairs.h"

/* When a message may leave. */
struct hours {
	const struct window *window; /* NULL: that of rule 4 */
	uint32_t skip;
	enum plan_purpose purpose;
};

struct walk {
	struct checker *k;
	const struct sequence *q;
};

/* The message that left last, with nothing that takes time since; NULL: none that is known. */
struct base {
	const struct step *step;
	struct hours hours;
};

static void walk_list(const struct walk *w, const struct node *n, struct base base);

static struct hours hours_of(const struct sequence *q, const struct message *m)
{
	return (struct hours){m->window ? m->window : q->window, m->any_day ? 0 : q->skip & SKIP_WEEKENDS, q->purpose};
}

static bool same_zone(const struct window *a, const struct window *b)
{
	struct slice none = {NULL, 0};
	return slice_eq(a ? a->zone : none, b ? b->zone : none) &&
	       (a ? a->zone_field : NULL) == (b ? b->zone_field : NULL);
}

/* The hours that all messages of a step share. */
static bool step_hours(const struct sequence *q, const struct step *s, struct hours *out)
{
	bool any = false;
	for (const struct message *m = s->message; m; m = m->next) {
		struct hours h = hours_of(q, m);
		if (m->hold_out || (any && (h.window != out->window || h.skip != out->skip)))
			return false;
		*out = h;
		any = true;
	}
	return any;
}

static bool is_open(const struct hours *h, int32_t minute)
{
	const struct window_part *part;
	bool anytime = window_parts_of(h->window, h->purpose, &part);
	int32_t day = minute / DAY_MINUTES % 7, time = minute % DAY_MINUTES, before = (day + 6) % 7;
	uint32_t days = h->skip ? 0x1Fu : 0x7Fu;
	if (anytime)
		return days >> day & 1;
	for (; part; part = part->next) {
		bool crosses = part->to_minute <= part->from_minute;
		if ((part->days & days) >> day & 1 && time >= part->from_minute && (crosses || time < part->to_minute))
			return true;
		if (crosses && (part->days & days) >> before & 1 && time < part->to_minute)
			return true;
	}
	return false;
}

/* ---- the wait ---- */

/* So many business days on; as calendar_add_business_days, without holidays. */
static int32_t add_business_days(int32_t minute, int64_t days)
{
	int32_t day = minute / DAY_MINUTES, time = minute % DAY_MINUTES;
	while (days == 0 && day % 7 >= 5)
		day++;
	for (; days > 0; days--)
		do
			day++;
		while (day % 7 >= 5);
	return day * DAY_MINUTES + time;
}

#define DAYS_MOST 3660

/* When the wait is over that begins in that minute; -1: not known in advance. extra: holidays on the way. */
static int32_t over_at(const struct node *n, int32_t minute, int32_t extra)
{
	for (const struct term *t = n->terms; t; t = t->next) {
		const struct expr *e = t->duration;
		int64_t value = e->constant.value;
		if (t->minus || e->kind != EXPR_CONSTANT || value < 0)
			return -1;
		if (e->constant.unit == UNIT_US && value < DAYS_MOST * US_PER_DAY)
			minute += (int32_t)(value / US_PER_MINUTE);
		else if (e->constant.unit == UNIT_DAYS && value < DAYS_MOST)
			minute += (int32_t)value * DAY_MINUTES;
		else if (e->constant.unit == UNIT_BUSINESS_DAYS && value < DAYS_MOST)
			minute = add_business_days(minute, value + extra);
		else
			return -1;
	}
	if (n->kind == NODE_WAIT_UNTIL) {
		int32_t at = n->at_minute < 0 ? 0 : n->at_minute, day = minute / DAY_MINUTES + (n->next_day ? 1 : 0);
		while (day * DAY_MINUTES + at <= minute || (n->weekday >= 0 && day % 7 != n->weekday))
			day++;
		return day * DAY_MINUTES + at;
	}
	if (n->at_minute >= 0)
		minute = minute / DAY_MINUTES * DAY_MINUTES + n->at_minute;
	return minute;
}

static bool has_unit(const struct node *n, enum plan_unit unit)
{
	for (const struct term *t = n->terms; t; t = t->next)
		if (t->duration->kind == EXPR_CONSTANT && t->duration->constant.unit == unit)
			return true;
	return false;
}

/* A wait of days names a day: where the window opens later on that day, it is as it is written. */
static bool opens_that_day(const struct node *n, const struct hours *h, int32_t over)
{
	const struct window_part *part;
	if (n->kind != NODE_WAIT || n->at_minute > 0 || has_unit(n, UNIT_US))
		return false;
	if (window_parts_of(h->window, h->purpose, &part))
		return false;
	int32_t day = over / DAY_MINUTES % 7, time = over % DAY_MINUTES;
	uint32_t days = h->skip ? 0x1Fu : 0x7Fu;
	for (; part; part = part->next)
		if ((part->days & days) >> day & 1 && part->from_minute > time)
			return true;
	return false;
}

/* Whether the message can leave when the wait from that minute is over, or might. */
static bool can_leave(const struct node *n, const struct hours *to, int32_t minute)
{
	int32_t most = has_unit(n, UNIT_BUSINESS_DAYS) ? 2 : 0,
	        shift = has_unit(n, UNIT_US) && n->at_minute < 0 ? 60 : 0;
	for (int32_t extra = 0; extra <= most; extra++) {
		int32_t over = over_at(n, minute, extra);
		if (over < 0 || is_open(to, over) || opens_that_day(n, to, over))
			return true;
		if (shift && (is_open(to, over + shift) || is_open(to, over + WEEK_MINUTES - shift)))
			return true;
	}
	return false;
}

/* Most waits end in an opening from the first minute of one: a few looks, before the whole week. */
static bool often_leaves(const struct node *n, const struct base *from, const struct hours *to)
{
	const struct window_part *part;
	if (window_parts_of(from->hours.window, from->hours.purpose, &part))
		return can_leave(n, to, 12 * 60);
	for (; part; part = part->next)
		for (int32_t day = 0; day < 7; day++) {
			int32_t minute = day * DAY_MINUTES + part->from_minute;
			if (is_open(&from->hours, minute) && can_leave(n, to, minute))
				return true;
		}
	return false;
}

/* The minute, or the next one of the week at which the message before can leave. */
static bool next_start(const struct week *starts, int32_t *minute)
{
	int32_t next = *minute < WEEK_MINUTES ? week_next(starts, *minute) : -1;
	*minute = next;
	return next >= 0 && next < WEEK_MINUTES;
}

/* ---- what is said ---- */

static void put_time(struct buf *out, int32_t minutes)
{
	int32_t days = minutes / DAY_MINUTES, hours = minutes % DAY_MINUTES / 60;
	if (days)
		buf_addf(out, "%d day%s", days, days == 1 ? "" : "s");
	if (hours || !days)
		buf_addf(out, "%s%d hour%s", days ? " and " : "", hours, hours == 1 ? "" : "s");
}

static void say_swallowed(const struct walk *w, const struct node *n, const struct base *from, const struct step *to,
                          const struct week *starts, const struct week *open)
{
	struct diags *d = w->k->diags;
	int32_t first = -1, least = INT32_MAX, lands = -1;
	bool same = true;
	for (int32_t minute = 0; next_start(starts, &minute); minute++) {
		int32_t leaves = week_next(open, over_at(n, minute, 0));
		first = first < 0 ? minute : first;
		least = leaves - minute < least ? leaves - minute : least;
		same = same && (lands < 0 || lands == leaves % WEEK_MINUTES);
		lands = leaves % WEEK_MINUTES;
	}
	struct diag *g = diag_swallowed_wait(d, n->span, to->name.text);
	struct buf *out = &w->k->c->scratch;
	buf_clear(out);
	put_time(out, least);
	if (from->step)
		diag_note(d, g, "after `%.*s` it takes %.*s at the least, until the window opens again",
		          SLICE_ARG(from->step->name.text), SLICE_ARG(buf_slice(out)));
	if (same && n->kind == NODE_WAIT)
		diag_note(d, g, "`wait until %s %02d:%02d` says what happens", civil_weekday_words[lands / DAY_MINUTES],
		          lands % DAY_MINUTES / 60, lands % 60);
	int32_t over = over_at(n, first, 0);
	if (from->step)
		diag_witness(d, g, EXAMPLE_MONDAY_US + first * US_PER_MINUTE, "%s %.*s", from->step->kind,
		             SLICE_ARG(from->step->name.text));
	diag_witness(d, g, EXAMPLE_MONDAY_US + over * US_PER_MINUTE, "the wait is over, the window is closed");
	diag_witness(d, g, EXAMPLE_MONDAY_US + week_next(open, over) * US_PER_MINUTE, "%s %.*s", to->kind,
	             SLICE_ARG(to->name.text));
}

/* A wait, and the message right behind it. */
static void check_wait_before(const struct walk *w, const struct node *n, struct base from, const struct step *to)
{
	struct hours hours;
	struct week open, starts;
	bool fixes_time = n->at_minute >= 0 || n->kind == NODE_WAIT_UNTIL;
	if (!step_hours(w->q, to, &hours) || !same_zone(hours.window, w->q->window))
		return;
	if (from.step && !same_zone(from.hours.window, hours.window))
		from.step = NULL;
	if (!from.step && !fixes_time)
		return;
	if (!from.step)
		from.hours = (struct hours){.purpose = PURPOSE_SERVICE}; /* at any time */
	if (often_leaves(n, &from, &hours))
		return;
	week_of_window(&open, hours.window, hours.purpose, hours.skip);
	week_of_window(&starts, from.hours.window, from.hours.purpose, from.hours.skip);
	for (int32_t minute = 0; next_start(&starts, &minute); minute++)
		if (can_leave(n, &hours, minute))
			return;
	if (week_next(&starts, 0) >= 0 && week_next(&open, 0) >= 0)
		say_swallowed(w, n, &from, to, &starts, &open);
}

/* ---- the walk ---- */

static void walk_node(const struct walk *w, const struct node *n, struct base *base)
{
	static const struct base unknown;
	switch (n->kind) {
	case NODE_SEND: base->step = !n->detached && step_hours(w->q, n->step, &base->hours) ? n->step : NULL; return;
	case NODE_WAIT:
	case NODE_WAIT_UNTIL:
		if (!n->expr && n->next && n->next->kind == NODE_SEND && !n->next->detached)
			check_wait_before(w, n, *base, n->next->step);
		break;
	case NODE_WHEN:
		walk_list(w, n->then, *base);
		walk_list(w, n->otherwise, *base);
		break;
	case NODE_SET:
	case NODE_KEEP:
	case NODE_SUPPRESS: return; /* take no time */
	default:
		walk_list(w, n->then, unknown);
		walk_list(w, n->otherwise, unknown);
		for (const struct arm *a = n->arms; a; a = a->next)
			walk_list(w, a->body, unknown);
		break;
	}
	base->step = NULL;
}

static void walk_list(const struct walk *w, const struct node *n, struct base base)
{
	for (; n; n = n->next) {
		if (n->label && n->label->landings)
			base.step = NULL;
		walk_node(w, n, &base);
		if (n->skip_lands)
			base.step = NULL;
	}
}

void swallowed_check(struct checker *k, const struct sequence *q)
{
	struct walk w = {k, q};
	walk_list(&w, q->body, (struct base){0});
}
