/* SPDX-License-Identifier: Apache-2.0
 * Each gate either lets an instant pass or moves it later; planning goes round until none moves it. An instant only
 * grows, and each round passes at least one closed gate, so the rounds end; 1,000 bound them all the same. */
#include "runtime/gate.h"

#define ROUNDS 1000

static const char *const WORDS[] = {
#define GATE(NAME, word) word,
        GATES
#undef GATE
};

const char *gate_word(enum gate_reason reason)
{
	return WORDS[reason];
}

static uint32_t bit(enum gate_reason reason)
{
	return 1u << reason;
}

static bool opens_on_weekday(const struct window_set *set, int weekday)
{
	bool opens = set->anytime;
	for (uint32_t i = 0; i < set->count; i++)
		opens |= set->parts[i].weekdays >> weekday & 1;
	return opens;
}

/* Why the window is closed at that instant: a day that it or a skip leaves out, else its hours. */
static enum gate_reason window_reason(const struct gate *g, int64_t at_us)
{
	struct window_days all = {.any_day = true};
	int32_t day = civil_day_of(tz_to_wall(g->zone, at_us));
	/* Hours that are open on a day that is allowed belong to a night that began on one that is not. */
	if (window_allows_day(&g->days, day) && window_is_open(g->zone, g->window, &all, at_us))
		day--;
	int weekday = civil_weekday(day);
	bool skips_weekends = g->days.skip_weekends && !g->days.any_day;
	if (weekday >= 5 && (skips_weekends || !opens_on_weekday(g->window, weekday)))
		return GATE_WEEKEND;
	return window_allows_day(&g->days, day) ? GATE_WINDOW : GATE_HOLIDAY;
}

static int64_t after_quiet_of(const struct gate *g, const struct tz *zone, int64_t at_us)
{
	for (uint32_t i = 0; i < g->quiet_count; i++)
		at_us = quiet_end(zone, g->quiet[i].from_minute, g->quiet[i].to_minute, at_us);
	return at_us;
}

/* Of several zones until none moves it: each round passes at least one zone's night. Where their nights leave no hour
 * of the day, the rounds end and the last night's end stands. */
static int64_t after_quiet(const struct gate *g, int64_t at_us)
{
	int64_t before_us = at_us - 1;
	if (!g->quiet_zone_count || !g->quiet_count)
		return after_quiet_of(g, g->contact_zone, at_us);
	for (uint32_t round = 0; round < 2 * g->quiet_zone_count && at_us != before_us; round++) {
		before_us = at_us;
		for (uint32_t i = 0; i < g->quiet_zone_count; i++)
			at_us = after_quiet_of(g, g->quiet_zones[i], at_us);
	}
	return at_us;
}

static bool limit_full(const struct gate *g, int64_t at_us)
{
	return g->full && g->full(g->context, civil_day_of(tz_to_wall(g->contact_zone, at_us)));
}

/* The contact's next date: its first instant where there is a window to open in, else the same time of day (rule 4). */
static int64_t next_date(const struct gate *g, int64_t at_us)
{
	int64_t wall_us = tz_to_wall(g->contact_zone, at_us);
	if (!g->window->anytime)
		return tz_start_of_day(g->contact_zone, civil_day_of(wall_us) + 1);
	int64_t next_us = tz_from_wall(g->contact_zone, wall_us + US_PER_DAY, TZ_COMPATIBLE);
	return next_us > at_us ? next_us : tz_start_of_day(g->contact_zone, civil_day_of(wall_us) + 1);
}

/* One gate's move: which it was, or GATE_REASON_COUNT where all are open. */
static enum gate_reason move(const struct gate *g, int64_t *at_us)
{
	int64_t from_us = *at_us;
	*at_us = window_next(g->zone, g->window, &g->days, from_us);
	if (*at_us != from_us)
		return window_reason(g, from_us);
	*at_us = after_quiet(g, from_us);
	if (*at_us != from_us)
		return GATE_QUIET;
	if (!limit_full(g, from_us))
		return GATE_REASON_COUNT;
	*at_us = next_date(g, from_us);
	return GATE_LIMIT;
}

/* Rule 3: within the opening that set the instant, and never past its end. */
static int64_t spread(const struct gate *g, int64_t at_us)
{
	int64_t closes_us = window_closes(g->zone, g->window, &g->days, at_us);
	int64_t room_us = closes_us - at_us < g->spread_us ? closes_us - at_us : g->spread_us;
	if (room_us <= 0)
		return at_us;
	int64_t later_us = at_us + (int64_t)(g->hash % (uint64_t)room_us);
	enum gate_reason closed;
	return gate_is_open(g, later_us, &closed) ? later_us : at_us;
}

/* Anytime, a message keeps its own time of day (rule 4), also where a date on the way there lacked it. */
static int64_t own_time(const struct gate *g, int64_t own_us, int64_t at_us)
{
	int64_t wall_us =
	        civil_day_of(tz_to_wall(g->zone, at_us)) * US_PER_DAY + civil_time_of(tz_to_wall(g->zone, own_us));
	return tz_from_wall(g->zone, wall_us, TZ_COMPATIBLE);
}

struct gate_plan gate_plan(const struct gate *g, int64_t from_us)
{
	struct gate_plan plan = {from_us, g->reasons};
	int64_t own_us = from_us;
	bool opened = g->opened;
	for (int round = 0; plan.planned_us != INT64_MAX; round++) {
		enum gate_reason reason = move(g, &plan.planned_us);
		if (reason == GATE_REASON_COUNT)
			break;
		if (reason == GATE_QUIET)
			own_us = plan.planned_us;
		else if (g->window->anytime && plan.planned_us != INT64_MAX)
			plan.planned_us = own_time(g, own_us, plan.planned_us);
		/* A gate further on is one more; an earlier one only takes the instant to where it may be (rule 4). */
		if (bit(reason) > plan.reasons)
			plan.reasons |= bit(reason);
		opened = true;
		if (round == ROUNDS)
			plan.planned_us = INT64_MAX;
	}
	if (opened && g->spread_us > 0 && plan.planned_us != INT64_MAX)
		plan.planned_us = spread(g, plan.planned_us);
	return plan;
}

bool gate_is_open(const struct gate *g, int64_t at_us, enum gate_reason *reason)
{
	if (!window_is_open(g->zone, g->window, &g->days, at_us)) {
		*reason = window_reason(g, at_us);
		return false;
	}
	*reason = after_quiet(g, at_us) != at_us ? GATE_QUIET : GATE_LIMIT;
	return *reason != GATE_QUIET && !limit_full(g, at_us);
}

void gate_explain(struct buf *out, uint32_t reasons, int64_t planned_us, const struct tz *zone)
{
	if (!reasons)
		return;
	const char *between = "";
	for (int r = 0; r < GATE_REASON_COUNT; r++) {
		if (reasons & bit((enum gate_reason)r)) {
			buf_addf(out, "%s%s", between, WORDS[r]);
			between = ", ";
		}
	}
	int64_t wall_us = tz_to_wall(zone, planned_us);
	struct civil c;
	civil_from_wall_us(wall_us, &c);
	buf_addf(out, "; %s %d %s %02d:%02d is the first open instant",
	         civil_weekday_names[civil_weekday(civil_day_of(wall_us))], c.day, civil_month_names[c.month - 1],
	         c.hour, c.minute);
}
