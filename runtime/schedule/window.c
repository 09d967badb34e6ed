/* SPDX-License-Identifier: Apache-2.0
 * Windows by pieces of constant offset. Within a piece a window can only open at one of its starting times, and
 * only close at one of its ends; everything else that can happen to it happens where the offset changes. So both
 * searches go from the one of these instants to the next, and neither needs a rule for gaps and overlaps. */
#include "runtime/schedule/window.h"

/* Nothing is open where a search could leave 64 bits (290,000 years from now). */
static bool is_searchable(int64_t instant_us)
{
	int64_t last = INT64_MAX - (WINDOW_LOOK_AHEAD_DAYS + 2) * US_PER_DAY;
	return instant_us > -last && instant_us < last;
}

bool window_allows_day(const struct window_days *days, int32_t day)
{
	if (days->any_day)
		return true;
	return !(days->skip_weekends && civil_weekday(day) >= 5) &&
	       !(days->skip_holidays && calendar_has(days->holidays, day));
}

static bool opens_on(const struct window_part *part, const struct window_days *days, int32_t day)
{
	return (part->weekdays >> civil_weekday(day) & 1) && window_allows_day(days, day);
}

/* The wall time at which the part closes if it is open at wall_us, else wall_us. */
static int64_t part_closes(const struct window_part *part, const struct window_days *days, int64_t wall_us)
{
	int32_t day = civil_day_of(wall_us);
	int64_t midnight = day * US_PER_DAY;
	int64_t start = midnight + part->start_minute * US_PER_MINUTE,
	        end = midnight + part->end_minute * US_PER_MINUTE;
	bool crosses = part->end_minute <= part->start_minute;
	if (wall_us >= start && (crosses || wall_us < end) && opens_on(part, days, day))
		return crosses ? end + US_PER_DAY : end;
	if (crosses && wall_us < end && opens_on(part, days, day - 1))
		return end;
	return wall_us;
}

/* The latest closing of the parts that are open, by a clock that never changes; wall_us when none is. */
static int64_t set_closes(const struct window_set *set, const struct window_days *days, int64_t wall_us)
{
	if (set->anytime) {
		int32_t day = civil_day_of(wall_us);
		return window_allows_day(days, day) ? (day + 1) * US_PER_DAY : wall_us;
	}
	int64_t latest = wall_us;
	for (uint32_t i = 0; i < set->count; i++) {
		int64_t closes = part_closes(&set->parts[i], days, wall_us);
		latest = closes > latest ? closes : latest;
	}
	return latest;
}

/* The first wall time after wall_us at which a part opens, by a clock that never changes. */
static int64_t set_opens(const struct window_set *set, const struct window_days *days, int64_t wall_us,
                         int32_t last_day)
{
	for (int32_t day = civil_day_of(wall_us); day <= last_day; day++) {
		int64_t first = INT64_MAX;
		for (uint32_t i = 0; i < set->count; i++) {
			int64_t start = day * US_PER_DAY + set->parts[i].start_minute * US_PER_MINUTE;
			if (start > wall_us && start < first && opens_on(&set->parts[i], days, day))
				first = start;
		}
		if (first != INT64_MAX)
			return first;
	}
	return INT64_MAX;
}

bool window_is_open(const struct tz *zone, const struct window_set *set, const struct window_days *days,
                    int64_t instant_us)
{
	int64_t wall_us = tz_to_wall(zone, instant_us);
	return is_searchable(instant_us) && set_closes(set, days, wall_us) > wall_us;
}

/* Rule 4: without a window a message keeps its wall-clock time and waits for an allowed day. */
static int64_t next_allowed_day(const struct tz *zone, const struct window_days *days, int64_t from_us)
{
	int64_t wall_us = tz_to_wall(zone, from_us);
	for (int ahead = 0; ahead <= WINDOW_LOOK_AHEAD_DAYS; ahead++) {
		int64_t at = ahead ? tz_from_wall(zone, wall_us + ahead * US_PER_DAY, TZ_COMPATIBLE) : from_us;
		/* In a gap the time may move to another date. */
		if (window_allows_day(days, civil_day_of(tz_to_wall(zone, at))))
			return at;
	}
	return INT64_MAX;
}

int64_t window_next(const struct tz *zone, const struct window_set *set, const struct window_days *days,
                    int64_t from_us)
{
	if (!is_searchable(from_us))
		return INT64_MAX;
	if (set->anytime)
		return next_allowed_day(zone, days, from_us);
	int64_t last_us = from_us + WINDOW_LOOK_AHEAD_DAYS * US_PER_DAY;
	for (int64_t at = from_us; at <= last_us; at = tz_next_change(zone, at)) {
		if (window_is_open(zone, set, days, at))
			return at;
		int64_t wall_us = tz_to_wall(zone, at), offset = wall_us - at;
		int64_t opens = set_opens(set, days, wall_us, civil_day_of(last_us + offset));
		if (opens != INT64_MAX && opens - offset < tz_next_change(zone, at))
			return opens - offset <= last_us ? opens - offset : INT64_MAX;
	}
	return INT64_MAX;
}

int64_t window_closes(const struct tz *zone, const struct window_set *set, const struct window_days *days,
                      int64_t instant_us)
{
	if (!is_searchable(instant_us))
		return instant_us;
	if (set->anytime && (days->any_day || (!days->skip_weekends && !days->skip_holidays)))
		return INT64_MAX;
	int64_t last_us = instant_us + WINDOW_LOOK_AHEAD_DAYS * US_PER_DAY;
	for (int64_t at = instant_us; at <= last_us;) {
		int64_t wall_us = tz_to_wall(zone, at), closes = set_closes(set, days, wall_us);
		if (closes == wall_us)
			return at;
		int64_t change = tz_next_change(zone, at);
		at += closes - wall_us;
		at = at < change ? at : change;
	}
	return INT64_MAX;
}

int64_t quiet_end(const struct tz *zone, int from_minute, int to_minute, int64_t instant_us)
{
	if (from_minute == to_minute)
		return instant_us;
	struct window_part part = {WINDOW_EVERY_DAY, (uint16_t)from_minute, (uint16_t)to_minute};
	struct window_set quiet = {&part, 1, false};
	return window_closes(zone, &quiet, &(struct window_days){0}, instant_us);
}
