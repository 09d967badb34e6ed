/* SPDX-License-Identifier: Apache-2.0
 * runtime/schedule/window: rules 4 and 5 as tables. A row has a window, what is skipped, an instant, and what comes
 * out: `next`, the first open instant, and `closes`, the end of the opening that begins there ("-" is never). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "runtime/schedule/window.h"
#include <string.h>

#define MON_FRI     0x1F
#define SAT         0x20
#define FRI         0x10
#define EVERY       WINDOW_EVERY_DAY
#define H(hour)     ((hour)*60)
#define COUNT(rows) (sizeof(rows) / sizeof *(rows))

static struct tz_db *db;

static int open_zones(void **state)
{
	(void)state;
	db = tz_db_open(NULL);
	return db ? 0 : -1;
}

static int close_zones(void **state)
{
	(void)state;
	tz_db_close(db);
	return 0;
}

static const struct tz *zone(const char *name)
{
	const struct tz *z = tz_get(db, slice_of(name));
	assert_non_null(z);
	return z;
}

static int64_t at(const char *text)
{
	int64_t us = INT64_MAX;
	assert_true(strcmp(text, "-") == 0 || civil_parse_rfc3339(slice_of(text), &us));
	return us;
}

static void assert_instant(const struct tz *z, int64_t got, const char *expected, const char *what)
{
	char text[40] = "-";
	if (got == at(expected))
		return;
	if (got != INT64_MAX)
		tz_format_rfc3339(z, got, text);
	fail_msg("%s: %s, not %s", what, text, expected);
}

struct row {
	const char *what, *zone;
	struct window_part parts[2];
	const char *from, *next, *closes;
};

static void check(const struct row *row, const struct window_days *days)
{
	const struct tz *z = zone(row->zone);
	struct window_set set = {row->parts, row->parts[1].weekdays ? 2 : 1, row->parts[0].weekdays == 0};
	int64_t from = at(row->from), next = window_next(z, &set, days, from);
	assert_instant(z, next, row->next, row->what);
	assert_int_equal(window_is_open(z, &set, days, from), next == from);
	if (next == INT64_MAX)
		return;
	int64_t closes = window_closes(z, &set, days, next);
	assert_instant(z, closes, row->closes, row->what);
	assert_true(window_is_open(z, &set, days, closes - 1));
	assert_false(window_is_open(z, &set, days, closes));
	if (next > from) {
		assert_false(window_is_open(z, &set, days, next - 1));
		assert_true(window_closes(z, &set, days, from) == from);
	}
}

static void windows_are_half_open(void **state)
{
	(void)state;
	static const struct row rows[] = {
	        {"before it opens",
	         "Europe/Berlin",
	         {{MON_FRI, H(9), H(17)}},
	         "2026-06-05T08:59:59.999999+02:00",
	         "2026-06-05T09:00:00+02:00",
	         "2026-06-05T17:00:00+02:00"},
	        {"as it opens",
	         "Europe/Berlin",
	         {{MON_FRI, H(9), H(17)}},
	         "2026-06-05T09:00:00+02:00",
	         "2026-06-05T09:00:00+02:00",
	         "2026-06-05T17:00:00+02:00"},
	        {"its last microsecond",
	         "Europe/Berlin",
	         {{MON_FRI, H(9), H(17)}},
	         "2026-06-05T16:59:59.999999+02:00",
	         "2026-06-05T16:59:59.999999+02:00",
	         "2026-06-05T17:00:00+02:00"},
	        {"17:00 is out",
	         "Europe/Berlin",
	         {{MON_FRI, H(9), H(17)}},
	         "2026-06-05T17:00:00+02:00",
	         "2026-06-08T09:00:00+02:00",
	         "2026-06-08T17:00:00+02:00"},
	        {"to midnight",
	         "Europe/Berlin",
	         {{FRI, H(22), H(24)}},
	         "2026-06-05T23:59:59+02:00",
	         "2026-06-05T23:59:59+02:00",
	         "2026-06-06T00:00:00+02:00"},
	        {"to the minute",
	         "Asia/Kathmandu",
	         {{EVERY, H(9) + 15, H(9) + 16}},
	         "2026-06-05T09:16:00+05:45",
	         "2026-06-06T09:15:00+05:45",
	         "2026-06-06T09:16:00+05:45"},
	        {"a whole day",
	         "Europe/Berlin",
	         {{SAT, 0, H(24)}},
	         "2026-06-05T12:00:00+02:00",
	         "2026-06-06T00:00:00+02:00",
	         "2026-06-07T00:00:00+02:00"},
	};
	for (size_t i = 0; i < COUNT(rows); i++)
		check(&rows[i], &(struct window_days){0});
}

static void two_parts_are_one_window(void **state)
{
	(void)state;
	static const struct row rows[] = {
	        {"mon-fri 09-17, sat 10-12",
	         "Europe/Paris",
	         {{MON_FRI, H(9), H(17)}, {SAT, H(10), H(12)}},
	         "2026-06-05T18:00:00+02:00",
	         "2026-06-06T10:00:00+02:00",
	         "2026-06-06T12:00:00+02:00"},
	        {"touching parts",
	         "Europe/Paris",
	         {{EVERY, H(9), H(12)}, {EVERY, H(12), H(14)}},
	         "2026-06-05T09:30:00+02:00",
	         "2026-06-05T09:30:00+02:00",
	         "2026-06-05T14:00:00+02:00"},
	        {"overlapping parts",
	         "Europe/Paris",
	         {{EVERY, H(9), H(12)}, {EVERY, H(11), H(14)}},
	         "2026-06-05T08:00:00+02:00",
	         "2026-06-05T09:00:00+02:00",
	         "2026-06-05T14:00:00+02:00"},
	        {"touching at midnight",
	         "Europe/Paris",
	         {{FRI, H(20), H(24)}, {SAT, 0, H(2)}},
	         "2026-06-05T08:00:00+02:00",
	         "2026-06-05T20:00:00+02:00",
	         "2026-06-06T02:00:00+02:00"},
	};
	for (size_t i = 0; i < COUNT(rows); i++)
		check(&rows[i], &(struct window_days){0});
}

static void a_window_across_midnight_belongs_to_the_day_it_opens_on(void **state)
{
	(void)state;
	static const struct row rows[] = {
	        {"Friday 01:00 is Thursday's",
	         "America/New_York",
	         {{FRI, H(22), H(2)}},
	         "2026-06-05T01:00:00-04:00",
	         "2026-06-05T22:00:00-04:00",
	         "2026-06-06T02:00:00-04:00"},
	        {"Saturday 01:00 is Friday's",
	         "America/New_York",
	         {{FRI, H(22), H(2)}},
	         "2026-06-06T01:00:00-04:00",
	         "2026-06-06T01:00:00-04:00",
	         "2026-06-06T02:00:00-04:00"},
	        {"Saturday 02:00 is out",
	         "America/New_York",
	         {{FRI, H(22), H(2)}},
	         "2026-06-06T02:00:00-04:00",
	         "2026-06-12T22:00:00-04:00",
	         "2026-06-13T02:00:00-04:00"},
	        {"24 hours from 09:00",
	         "America/New_York",
	         {{FRI, H(9), H(9)}},
	         "2026-06-05T08:00:00-04:00",
	         "2026-06-05T09:00:00-04:00",
	         "2026-06-06T09:00:00-04:00"},
	        {"Sunday's, into Monday",
	         "America/New_York",
	         {{0x40, H(23), H(1)}},
	         "2026-06-08T00:30:00-04:00",
	         "2026-06-08T00:30:00-04:00",
	         "2026-06-08T01:00:00-04:00"},
	};
	for (size_t i = 0; i < COUNT(rows); i++)
		check(&rows[i], &(struct window_days){0});
	/* Its tail is held on a skipped Saturday; a skipped Friday takes both halves away. */
	struct row tail = {"tail on a weekend",         "America/New_York",          {{FRI | SAT, H(22), H(2)}},
	                   "2026-06-06T01:59:00-04:00", "2026-06-06T01:59:00-04:00", "2026-06-06T02:00:00-04:00"};
	check(&tail, &(struct window_days){.skip_weekends = true});
	struct calendar friday = {&(int32_t){civil_days(2026, 6, 5)}, 1};
	struct row gone = {"tail of a holiday",         "America/New_York",          {{FRI | SAT, H(22), H(2)}},
	                   "2026-06-06T01:59:00-04:00", "2026-06-06T22:00:00-04:00", "2026-06-07T02:00:00-04:00"};
	check(&gone, &(struct window_days){.skip_holidays = true, .holidays = &friday});
}

/* Rule 5: a window that begins in a gap opens at the first valid instant, one in an overlap holds in both passes. */
static void gaps_and_overlaps(void **state)
{
	(void)state;
	static const struct row rows[] = {
	        {"wholly in the gap",
	         "America/New_York",
	         {{EVERY, H(2), H(3)}},
	         "2026-03-08T00:00:00-05:00",
	         "2026-03-09T02:00:00-04:00",
	         "2026-03-09T03:00:00-04:00"},
	        {"begins in the gap",
	         "America/New_York",
	         {{EVERY, H(2) + 30, H(5)}},
	         "2026-03-08T00:00:00-05:00",
	         "2026-03-08T03:00:00-04:00",
	         "2026-03-08T05:00:00-04:00"},
	        {"ends in the gap",
	         "America/New_York",
	         {{EVERY, H(1), H(2) + 30}},
	         "2026-03-08T00:00:00-05:00",
	         "2026-03-08T01:00:00-05:00",
	         "2026-03-08T03:00:00-04:00"},
	        {"across the gap",
	         "America/New_York",
	         {{EVERY, H(1), H(4)}},
	         "2026-03-08T01:30:00-05:00",
	         "2026-03-08T01:30:00-05:00",
	         "2026-03-08T04:00:00-04:00"},
	        {"first pass",
	         "America/New_York",
	         {{EVERY, H(1), H(1) + 30}},
	         "2026-11-01T00:00:00-04:00",
	         "2026-11-01T01:00:00-04:00",
	         "2026-11-01T01:30:00-04:00"},
	        {"second pass",
	         "America/New_York",
	         {{EVERY, H(1), H(1) + 30}},
	         "2026-11-01T01:30:00-04:00",
	         "2026-11-01T01:00:00-05:00",
	         "2026-11-01T01:30:00-05:00"},
	        {"both passes in one opening",
	         "America/New_York",
	         {{EVERY, H(0), H(3)}},
	         "2026-11-01T00:30:00-04:00",
	         "2026-11-01T00:30:00-04:00",
	         "2026-11-01T03:00:00-05:00"},
	        {"a half-hour gap",
	         "Australia/Lord_Howe",
	         {{EVERY, H(2), H(2) + 30}},
	         "2026-10-04T00:00:00+10:30",
	         "2026-10-05T02:00:00+11:00",
	         "2026-10-05T02:30:00+11:00"},
	        {"a day that is not there",
	         "Pacific/Apia",
	         {{FRI, H(9), H(17)}},
	         "2011-12-29T18:00:00-10:00",
	         "2012-01-06T09:00:00+14:00",
	         "2012-01-06T17:00:00+14:00"},
	        {"its tail is",
	         "Pacific/Apia",
	         {{FRI, H(22), H(2)}},
	         "2011-12-29T18:00:00-10:00",
	         "2011-12-31T00:00:00+14:00",
	         "2011-12-31T02:00:00+14:00"},
	};
	for (size_t i = 0; i < COUNT(rows); i++)
		check(&rows[i], &(struct window_days){0});
}

static void skipped_days_are_not_allowed(void **state)
{
	(void)state;
	int32_t july_3 = civil_days(2026, 7, 3);
	struct calendar holidays = {&july_3, 1};
	struct window_days business = {.skip_weekends = true, .skip_holidays = true, .holidays = &holidays};
	struct row row = {"past a holiday and a weekend", "America/New_York",          {{EVERY, H(8), H(20)}},
	                  "2026-07-02T21:00:00-04:00",    "2026-07-06T08:00:00-04:00", "2026-07-06T20:00:00-04:00"};
	check(&row, &business);
	row = (struct row){"weekends only",
	                   "America/New_York",
	                   {{EVERY, H(8), H(20)}},
	                   "2026-07-02T21:00:00-04:00",
	                   "2026-07-03T08:00:00-04:00",
	                   "2026-07-03T20:00:00-04:00"};
	check(&row, &(struct window_days){.skip_weekends = true, .holidays = &holidays});
	check(&row, &(struct window_days){.skip_holidays = true});
	business.any_day = true;
	row.what = "any_day goes past both skips";
	check(&row, &business);
	row = (struct row){
	        "any_day keeps the window's weekdays", "America/New_York",          {{MON_FRI, H(8), H(20)}},
	        "2026-07-03T20:00:00-04:00",           "2026-07-06T08:00:00-04:00", "2026-07-06T20:00:00-04:00"};
	check(&row, &business);
}

/* Rule 4: anytime goes out at the message's own wall-clock time on the first allowed day. */
static void anytime_keeps_the_time_of_day(void **state)
{
	(void)state;
	int32_t free_days[] = {civil_days(2026, 3, 6), civil_days(2026, 3, 9)};
	struct calendar holidays = {free_days, 2};
	struct window_days business = {.skip_weekends = true, .skip_holidays = true, .holidays = &holidays};
	const struct tz *z = zone("America/New_York");
	struct window_set anytime = {.anytime = true};
	static const char *const rows[][2] = {
	        {"2026-03-05T23:15:00-05:00", "2026-03-05T23:15:00-05:00"}, /* an allowed day: now */
	        {"2026-03-07T14:20:30-05:00",
	         "2026-03-10T14:20:30-04:00"}, /* weekend, holiday: same wall clock, new offset */
	        {"2026-03-06T00:00:00-05:00", "2026-03-10T00:00:00-04:00"},
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_instant(z, window_next(z, &anytime, &business, at(rows[i][0])), rows[i][1], rows[i][0]);
		assert_int_equal(window_is_open(z, &anytime, &business, at(rows[i][0])), i == 0);
	}
	/* Only Saturdays are skipped: its 02:30 goes to the Sunday that has none. */
	int32_t saturday = civil_days(2026, 3, 7);
	struct calendar only_saturday = {&saturday, 1};
	assert_instant(z,
	               window_next(z, &anytime,
	                           &(struct window_days){.skip_holidays = true, .holidays = &only_saturday},
	                           at("2026-03-07T02:30:00-05:00")),
	               "2026-03-08T03:30:00-04:00", "into a gap: forward by the gap");
	/* The opening lasts as long as the allowed days do. */
	assert_instant(z, window_closes(z, &anytime, &business, at("2026-03-05T23:15:00-05:00")),
	               "2026-03-06T00:00:00-05:00", "closes before the holiday");
	assert_instant(z, window_closes(z, &anytime, &business, at("2026-03-10T12:00:00-04:00")),
	               "2026-03-14T00:00:00-04:00", "closes before the weekend");
	assert_instant(z, window_closes(z, &anytime, &(struct window_days){0}, 0), "-", "never closes");
}

/* Apia had no 30 December 2011: a time moved to that date is not on it. */
static void anytime_on_a_day_that_is_not_there(void **state)
{
	(void)state;
	const struct tz *z = zone("Pacific/Apia");
	struct window_set anytime = {.anytime = true};
	int32_t days[] = {civil_days(2011, 12, 29), civil_days(2011, 12, 31)};
	struct calendar holidays = {days, 2};
	assert_instant(z,
	               window_next(z, &anytime, &(struct window_days){.skip_holidays = true, .holidays = &holidays},
	                           at("2011-12-29T10:00:00-10:00")),
	               "2012-01-01T10:00:00+14:00", "past the missing day and the holiday after it");
}

static void what_never_opens_is_never(void **state)
{
	(void)state;
	const struct tz *z = zone("Europe/Berlin");
	struct window_days weekdays = {.skip_weekends = true};
	struct window_part saturday = {SAT, H(9), H(17)}, no_day = {0, H(9), H(17)};
	int64_t now = at("2026-06-05T12:00:00Z");
	assert_true(window_next(z, &(struct window_set){&saturday, 1, false}, &weekdays, now) == INT64_MAX);
	assert_true(window_next(z, &(struct window_set){&no_day, 1, false}, &weekdays, now) == INT64_MAX);
	assert_true(window_next(z, &(struct window_set){0}, &weekdays, now) == INT64_MAX);
	int32_t year[1000];
	for (int32_t i = 0; i < 1000; i++)
		year[i] = civil_days(2026, 1, 1) + i;
	struct calendar always = {year, 1000};
	struct window_days none = {.skip_holidays = true, .holidays = &always};
	assert_true(window_next(z, &(struct window_set){.anytime = true}, &none, now) == INT64_MAX);
	struct window_part daily = {EVERY, H(9), H(17)}, endless = {EVERY, 0, H(24)};
	struct window_set set = {&daily, 1, false};
	assert_true(window_next(z, &set, &none, now) == INT64_MAX);
	assert_true(window_closes(z, &(struct window_set){&endless, 1, false}, &weekdays, now) ==
	            at("2026-06-06T00:00:00+02:00"));
	assert_true(window_closes(z, &(struct window_set){&endless, 1, false}, &(struct window_days){0}, now) ==
	            INT64_MAX);
	static const int64_t extremes[] = {INT64_MIN, INT64_MIN + 1, INT64_MAX - 1, INT64_MAX};
	for (size_t i = 0; i < 4; i++) {
		assert_true(window_next(z, &set, &weekdays, extremes[i]) == INT64_MAX);
		assert_true(window_closes(z, &set, &weekdays, extremes[i]) == extremes[i]);
		assert_false(window_is_open(z, &set, &weekdays, extremes[i]));
	}
}

static void the_search_ends_after_400_days(void **state)
{
	(void)state;
	const struct tz *z = tz_utc();
	int32_t days[400], today = civil_days(2026, 6, 5);
	for (int32_t i = 0; i < 400; i++)
		days[i] = today + i;
	struct calendar holidays = {days, 400};
	struct window_days skip = {.skip_holidays = true, .holidays = &holidays};
	struct window_part morning = {EVERY, H(9), H(10)};
	struct window_set set = {&morning, 1, false};
	int64_t first_open = (today + 400) * US_PER_DAY + 9 * US_PER_HOUR;
	assert_true(window_next(z, &set, &skip, first_open - 400 * US_PER_DAY) == first_open);
	assert_true(window_next(z, &set, &skip, first_open - 400 * US_PER_DAY - 1) == INT64_MAX);
	struct window_set anytime = {.anytime = true};
	assert_true(window_next(z, &anytime, &skip, first_open - 400 * US_PER_DAY) == first_open);
	days[0] = today - 1;
	assert_true(window_next(z, &anytime, &skip, first_open - 401 * US_PER_DAY) == first_open - 400 * US_PER_DAY);
}

/* Rule 4: quiet hours move a message to their end; they are always in the contact's zone. */
static void quiet_hours_end(void **state)
{
	(void)state;
	static const struct {
		const char *zone;
		int from, to;
		const char *instant, *end;
	} rows[] = {
	        {"America/Los_Angeles", H(21), H(8), "2026-06-05T20:59:59-07:00", "2026-06-05T20:59:59-07:00"},
	        {"America/Los_Angeles", H(21), H(8), "2026-06-05T21:00:00-07:00", "2026-06-06T08:00:00-07:00"},
	        {"America/Los_Angeles", H(21), H(8), "2026-06-06T07:59:59.999999-07:00", "2026-06-06T08:00:00-07:00"},
	        {"America/Los_Angeles", H(21), H(8), "2026-06-06T08:00:00-07:00", "2026-06-06T08:00:00-07:00"},
	        {"Europe/Paris", H(12), H(14), "2026-06-05T13:00:00+02:00", "2026-06-05T14:00:00+02:00"},
	        {"Europe/Paris", H(0), H(24), "2026-06-05T13:00:00+02:00", "-"},
	        {"Europe/Paris", H(8), H(8), "2026-06-05T08:00:00+02:00", "2026-06-05T08:00:00+02:00"},
	        /* the end lies in a gap; the end comes twice and the second counts */
	        {"America/New_York", H(22), H(2) + 30, "2026-03-07T23:00:00-05:00", "2026-03-08T03:00:00-04:00"},
	        {"America/New_York", H(22), H(2), "2026-11-01T00:30:00-04:00", "2026-11-01T02:00:00-05:00"},
	        /* the first pass ends them at 01:30; the second pass is quiet again */
	        {"America/New_York", H(22), H(1) + 30, "2026-11-01T01:00:00-04:00", "2026-11-01T01:30:00-04:00"},
	        {"America/New_York", H(22), H(1) + 30, "2026-11-01T01:00:00-05:00", "2026-11-01T01:30:00-05:00"},
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct tz *z = zone(rows[i].zone);
		assert_instant(z, quiet_end(z, rows[i].from, rows[i].to, at(rows[i].instant)), rows[i].end,
		               rows[i].instant);
	}
}

/* The definition itself, minute by minute, over a year of awkward zones. */
static bool is_inside(const struct tz *z, const struct window_part *part, int64_t instant)
{
	int64_t wall_us = tz_to_wall(z, instant);
	int minute = (int)(civil_time_of(wall_us) / US_PER_MINUTE);
	int32_t day = civil_day_of(wall_us);
	if (part->end_minute > part->start_minute)
		return minute >= part->start_minute && minute < part->end_minute &&
		       (part->weekdays >> civil_weekday(day) & 1);
	if (minute >= part->start_minute)
		return part->weekdays >> civil_weekday(day) & 1;
	return minute < part->end_minute && (part->weekdays >> civil_weekday(day - 1) & 1);
}

static void next_and_closes_agree_with_counting_minutes(void **state)
{
	(void)state;
	static const char *const zones[] = {"America/New_York", "Australia/Lord_Howe", "Africa/Casablanca"};
	static const struct window_part parts[] = {{EVERY, H(1) + 15, H(2) + 20}, {0x55, H(23), H(3)}, {SAT, 0, H(24)}};
	for (size_t i = 0; i < COUNT(zones) * COUNT(parts); i++) {
		const struct tz *z = zone(zones[i % COUNT(zones)]);
		const struct window_part *part = &parts[i / COUNT(zones)];
		struct window_set set = {part, 1, false};
		struct window_days days = {0};
		int64_t last = at("2025-12-31T00:00:00Z"), next = INT64_MAX, closes = last;
		/* Backwards, so that the next opening and closing are always known. */
		for (int64_t t = last; t > at("2025-01-01T00:00:00Z"); t -= US_PER_MINUTE) {
			bool inside = is_inside(z, part, t);
			next = inside ? t : next;
			closes = inside ? closes : t;
			if (t > last - 8 * US_PER_DAY || t / US_PER_MINUTE % 7)
				continue;
			if (window_next(z, &set, &days, t) != next || window_closes(z, &set, &days, t) != closes)
				fail_msg("%s, part %d, %lld", zones[i % COUNT(zones)], (int)(i / COUNT(zones)),
				         (long long)t);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(windows_are_half_open),
	        cmocka_unit_test(two_parts_are_one_window),
	        cmocka_unit_test(a_window_across_midnight_belongs_to_the_day_it_opens_on),
	        cmocka_unit_test(gaps_and_overlaps),
	        cmocka_unit_test(skipped_days_are_not_allowed),
	        cmocka_unit_test(anytime_keeps_the_time_of_day),
	        cmocka_unit_test(anytime_on_a_day_that_is_not_there),
	        cmocka_unit_test(what_never_opens_is_never),
	        cmocka_unit_test(the_search_ends_after_400_days),
	        cmocka_unit_test(quiet_hours_end),
	        cmocka_unit_test(next_and_closes_agree_with_counting_minutes),
	};
	return cmocka_run_group_tests(tests, open_zones, close_zones);
}
