/* SPDX-License-Identifier: Apache-2.0
 * Days and months count on the wall clock, hours and minutes elapse, as those of a wait. */
#include "compiler/testing/test_time.h"

static int32_t add_business_days(int32_t day, int64_t count)
{
	while (count > 0)
		count -= civil_weekday(++day) < 5;
	return day;
}

int64_t test_time_us(const struct test_time *t, const struct tz *zone, int64_t base_us)
{
	if (!t->given)
		return base_us;
	if (!t->relative)
		return tz_from_wall(zone, t->wall_us, TZ_COMPATIBLE);
	int64_t wall_us = tz_to_wall(zone, base_us), time_us = civil_time_of(wall_us);
	int32_t day = civil_day_of(wall_us);
	switch (t->offset.unit) {
	case UNIT_DAYS: day += (int32_t)t->offset.value; break;
	case UNIT_BUSINESS_DAYS: day = add_business_days(day, t->offset.value); break;
	case UNIT_MONTHS: day = civil_add_months(day, (int32_t)t->offset.value); break;
	case UNIT_US:
	case UNIT_COUNT:
		if (t->at_minute < 0)
			return base_us + t->offset.value;
		day = civil_day_of(tz_to_wall(zone, base_us + t->offset.value));
		break;
	}
	if (t->at_minute >= 0)
		time_us = t->at_minute * US_PER_MINUTE;
	return tz_from_wall(zone, (int64_t)day * US_PER_DAY + time_us, TZ_COMPATIBLE);
}

int64_t test_time_wall(const struct tz *zone, int64_t at_us)
{
	int64_t wall_us = tz_to_wall(zone, at_us), rest = civil_time_of(wall_us) % US_PER_MINUTE;
	return wall_us - rest;
}

bool test_time_same(const struct tz *zone, int64_t a_us, int64_t b_us)
{
	return test_time_wall(zone, a_us) == test_time_wall(zone, b_us);
}

void test_time_put_wall(struct buf *out, int64_t wall_us)
{
	struct civil c;
	civil_from_wall_us(wall_us, &c);
	buf_addf(out, "%04d-%02d-%02d %02d:%02d", c.year, c.month, c.day, c.hour, c.minute);
}

static void put_count(struct buf *out, int64_t n, const char *unit)
{
	buf_addf(out, "+%lld %s%s", (long long)n, unit, n == 1 ? "" : "s");
}

void test_time_write(struct buf *out, const struct test_time *like, const struct tz *zone, int64_t base_us,
                     int64_t at_us)
{
	int64_t from_us = test_time_wall(zone, base_us), to_us = test_time_wall(zone, at_us),
	        elapsed_us = at_us - base_us;
	int64_t days = civil_day_of(to_us) - civil_day_of(from_us);
	bool whole = elapsed_us > 0 && elapsed_us % US_PER_MINUTE == 0;
	if (like->relative && like->offset.unit == UNIT_US && like->at_minute < 0 && whole) {
		if (elapsed_us % US_PER_HOUR == 0)
			put_count(out, elapsed_us / US_PER_HOUR, "hour");
		else
			put_count(out, elapsed_us / US_PER_MINUTE, "minute");
	} else if (like->relative && days > 0) {
		put_count(out, days, "day");
		if (like->at_minute >= 0 || civil_time_of(from_us) != civil_time_of(to_us)) {
			int64_t minute = civil_time_of(to_us) / US_PER_MINUTE;
			buf_addf(out, " at %02d:%02d", (int)(minute / 60), (int)(minute % 60));
		}
	} else {
		test_time_put_wall(out, to_us);
	}
}
