/* SPDX-License-Identifier: Apache-2.0
 * When messages may leave: windows, skipped days and quiet hours (rules 4 and 5, reference time.md §5).
 * Pure functions of their arguments: no clock, no allocation, nothing that fails. An instant is in the window when
 * its wall clock in `zone` is, so a window in a gap is skipped, and one in an overlap holds in both passes.
 * Searches look 400 days ahead; what lies beyond is never, INT64_MAX. */
#ifndef SEQ_RUNTIME_SCHEDULE_WINDOW_H
#define SEQ_RUNTIME_SCHEDULE_WINDOW_H
#include "base/calendar.h"
#include "base/tz.h"

#define WINDOW_LOOK_AHEAD_DAYS 400
#define WINDOW_EVERY_DAY       0x7F

/* Half-open: 17:00 is outside "09:00-17:00". With end <= start it crosses midnight and belongs to the day on which
 * it opens ("fri 22:00-02:00" holds on Saturday at 01:00). */
struct window_part {
	uint8_t weekdays;                  /* bit 0 Monday … bit 6 Sunday */
	uint16_t start_minute, end_minute; /* of the day: 0..1439, 0..1440 */
};

struct window_set {
	const struct window_part *parts; /* borrowed */
	uint32_t count;
	bool anytime; /* every time of an allowed day; parts are not looked at */
};

/* Which local dates are allowed; zeroed, all are. */
struct window_days {
	bool skip_weekends, skip_holidays;
	bool any_day;                    /* past both skips */
	const struct calendar *holidays; /* borrowed, may be NULL */
};

bool window_allows_day(const struct window_days *days, int32_t day);
bool window_is_open(const struct tz *zone, const struct window_set *set, const struct window_days *days,
                    int64_t instant_us);
/* The earliest open instant from `from_us` on. For anytime: from_us itself on an allowed day, else the same
 * wall-clock time on the first allowed day after it. */
int64_t window_next(const struct tz *zone, const struct window_set *set, const struct window_days *days,
                    int64_t from_us);
/* The end of the opening that holds the instant (the first closed instant after it); the instant itself when
 * closed. Openings that touch are one. */
int64_t window_closes(const struct tz *zone, const struct window_set *set, const struct window_days *days,
                      int64_t instant_us);
/* The first instant from instant_us on outside the daily quiet hours [from_minute, to_minute), which may cross
 * midnight. Two equal minutes mean no quiet hours. */
int64_t quiet_end(const struct tz *zone, int from_minute, int to_minute, int64_t instant_us);
#endif
