/* SPDX-License-Identifier: Apache-2.0
 * Instructions that compute with dates and moments, on the wall clock of the schedule zone (rules 3, 5). Whatever a
 * contact brings, moments stay between the years 1 and 9999, where the calendar's arithmetic cannot overflow. */
#include "runtime/vm/machine.h"

#define DAY_MIN           INT64_C(-719162) /* 0001-01-01 */
#define DAY_MAX           INT64_C(2932896) /* 9999-12-31 */
#define BUSINESS_DAYS_MAX 2800             /* as far as calendar_add_business_days looks */
#define MONTHS_MAX        120000
#define DAYS_LOOKED_AT    15 /* enough for a weekday on which its time of day exists */

static int64_t clamp(int64_t v, int64_t low, int64_t high)
{
	return v < low ? low : v > high ? high : v;
}

static int32_t clamp_day(int64_t day)
{
	return (int32_t)clamp(day, DAY_MIN, DAY_MAX);
}

static int64_t clamp_moment(int64_t moment_us)
{
	return clamp(moment_us, DAY_MIN * US_PER_DAY, DAY_MAX * US_PER_DAY);
}

int64_t wall_of(const struct machine *m, int64_t moment_us)
{
	return tz_to_wall(m->zone, clamp_moment(moment_us));
}

static int64_t moment_at(const struct machine *m, int64_t day, int64_t time_us)
{
	return tz_from_wall(m->zone, clamp_day(day) * US_PER_DAY + time_us, TZ_COMPATIBLE);
}

void op_today(struct machine *m)
{
	push_int(m, TYPE_DATE, civil_day_of(wall_of(m, m->now_us)));
}

void op_days_between(struct machine *m)
{
	struct value right = pop(m), left = pop(m);
	struct value days = ABSENT;
	if (left.set && right.set) {
		days = value_int(TYPE_DURATION, (int64_t)clamp_day(left.u.i) - clamp_day(right.u.i));
		days.unit = UNIT_DAYS;
	}
	push(m, days);
}

/* The calendar module counts forward only. */
static int32_t business_days_before(int32_t day, int64_t n, const struct calendar *holidays)
{
	for (int32_t looked = 0; n > 0 && looked < 4000 && day > DAY_MIN; looked++)
		n -= calendar_is_business_day(--day, holidays);
	return day;
}

static int32_t shift_day(const struct machine *m, int32_t day, int64_t n, uint8_t unit)
{
	switch ((enum plan_unit)unit) {
	case UNIT_US: return clamp_day(day + n / US_PER_DAY);
	case UNIT_DAYS: return clamp_day(add_saturating(day, n));
	case UNIT_BUSINESS_DAYS:
		n = clamp(n, -BUSINESS_DAYS_MAX, BUSINESS_DAYS_MAX);
		if (n < 0)
			return business_days_before(day, -n, m->view->holidays);
		return clamp_day(calendar_add_business_days(day, (int32_t)n, m->view->holidays));
	case UNIT_MONTHS: return clamp_day(civil_add_months(day, (int32_t)clamp(n, -MONTHS_MAX, MONTHS_MAX)));
	case UNIT_COUNT: break;
	}
	return day;
}

void op_shift_date(struct machine *m, bool back)
{
	struct value by = pop(m), date = pop(m);
	if (!by.set || !date.set) {
		push(m, ABSENT);
		return;
	}
	int64_t n = back ? subtract_saturating(0, by.u.i) : by.u.i;
	push_int(m, TYPE_DATE, shift_day(m, clamp_day(date.u.i), n, by.unit));
}

void op_shift(struct machine *m, bool back)
{
	struct value by = pop(m), moment = pop(m);
	if (!by.set || !moment.set) {
		push(m, ABSENT);
		return;
	}
	int64_t n = back ? subtract_saturating(0, by.u.i) : by.u.i, at = clamp_moment(moment.u.i);
	if (by.unit == UNIT_US) {
		push_int(m, TYPE_MOMENT, clamp_moment(add_saturating(at, n)));
		return;
	}
	int64_t wall = wall_of(m, at);
	int32_t day = civil_day_of(wall), shifted = shift_day(m, day, n, by.unit);
	/* The same day is the same moment, in the second pass of a doubled hour too. */
	push_int(m, TYPE_MOMENT, shifted == day ? at : moment_at(m, shifted, civil_time_of(wall)));
}

void op_midnight(struct machine *m)
{
	struct value date = pop(m);
	if (date.set)
		push_int(m, TYPE_MOMENT, tz_start_of_day(m->zone, clamp_day(date.u.i)));
	else
		push(m, ABSENT);
}

void op_at(struct machine *m, uint32_t minute)
{
	struct value moment = pop(m);
	if (moment.set)
		push_int(m, TYPE_MOMENT, moment_at(m, civil_day_of(wall_of(m, moment.u.i)), minute * US_PER_MINUTE));
	else
		push(m, ABSENT);
}

/* The first moment after now at that time on a day, from `ahead` days on, of that weekday (7: any). */
static void push_next(struct machine *m, int32_t ahead, int weekday, uint32_t minute)
{
	int32_t today = civil_day_of(wall_of(m, m->now_us));
	int64_t at = clamp_moment(m->now_us);
	for (; ahead <= DAYS_LOOKED_AT; ahead++) {
		if (weekday != 7 && civil_weekday(today + ahead) != weekday)
			continue;
		at = moment_at(m, today + ahead, minute * US_PER_MINUTE);
		if (at > m->now_us)
			break;
	}
	push_int(m, TYPE_MOMENT, at);
}

void op_next_time(struct machine *m, uint32_t minute)
{
	push_next(m, 0, 7, minute);
}

void op_next_day(struct machine *m, uint32_t daytime)
{
	uint32_t of_week = daytime % DAYTIME_NEXT;
	push_next(m, daytime >= DAYTIME_NEXT, (int)(of_week / 1440), of_week % 1440);
}
