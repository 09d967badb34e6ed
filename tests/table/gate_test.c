/* SPDX-License-Identifier: Apache-2.0
 * Planning by table (rule 4): from when, through which gates, to when, and why. */
#include "runtime/gate.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
/* after the headers above, as it wants */
#include <cmocka.h>

static const struct window_part OFFICE = {0x1F, 9 * 60, 17 * 60}, ALL_WEEK = {WINDOW_EVERY_DAY, 9 * 60, 17 * 60},
                                NIGHT = {WINDOW_EVERY_DAY, 22 * 60, 2 * 60};

struct row {
	const char *what, *zone, *from, *planned, *reasons;
	const struct window_part *window; /* NULL: anytime */
	bool weekends, holidays, quiet, any_day;
	int full_from, full_to; /* days of March on which a limit is used up */
};

static const struct row ROWS[] = {
        {"open", "UTC", "2026-03-06 10:00", "2026-03-06 10:00", "", &OFFICE, 0, 0, 0, 0, 0, 0},
        {"half-open: 17:00 is outside", "UTC", "2026-03-06 17:00", "2026-03-09 09:00", "window", &OFFICE, 0, 0, 0, 0, 0,
         0},
        {"before it opens", "UTC", "2026-03-06 08:59", "2026-03-06 09:00", "window", &OFFICE, 0, 0, 0, 0, 0, 0},
        {"skip weekends", "UTC", "2026-03-07 10:00", "2026-03-09 09:00", "weekend", &ALL_WEEK, 1, 0, 0, 0, 0, 0},
        {"hours, then a weekend", "UTC", "2026-03-06 18:00", "2026-03-09 09:00", "window", &ALL_WEEK, 1, 0, 0, 0, 0, 0},
        {"a holiday on Monday", "UTC", "2026-03-06 18:00", "2026-03-10 09:00", "window", &ALL_WEEK, 1, 1, 0, 0, 0, 0},
        {"a weekend day that the window leaves out", "UTC", "2026-03-07 10:00", "2026-03-09 09:00", "weekend", &OFFICE,
         0, 0, 0, 0, 0, 0},
        {"a holiday", "UTC", "2026-03-09 10:00", "2026-03-10 09:00", "holiday", &OFFICE, 0, 1, 0, 0, 0, 0},
        {"a night that began on a weekend", "UTC", "2026-03-09 01:00", "2026-03-09 22:00", "weekend", &NIGHT, 1, 0, 0,
         0, 0, 0},
        {"a weekend, then a limit", "UTC", "2026-03-07 10:00", "2026-03-10 09:00", "weekend, limit", &OFFICE, 0, 0, 0,
         0, 9, 9},
        {"any_day passes both skips", "UTC", "2026-03-07 10:00", "2026-03-07 10:00", "", &ALL_WEEK, 1, 1, 0, 1, 0, 0},
        {"anytime keeps its time of day", "UTC", "2026-03-07 03:30", "2026-03-09 03:30", "weekend", NULL, 1, 0, 0, 0, 0,
         0},
        {"quiet hours move to their end", "UTC", "2026-03-06 22:00", "2026-03-07 08:00", "quiet hours", NULL, 0, 0, 1,
         0, 0, 0},
        {"a limit, in a window over midnight", "UTC", "2026-03-06 23:00", "2026-03-07 00:00", "limit", &NIGHT, 0, 0, 0,
         0, 6, 6},
        {"quiet, then window", "UTC", "2026-03-06 05:00", "2026-03-06 09:00", "window", &OFFICE, 0, 0, 1, 0, 0, 0},
        {"a limit, with a window", "UTC", "2026-03-03 10:00", "2026-03-05 09:00", "limit", &OFFICE, 0, 0, 0, 0, 3, 4},
        {"a limit, anytime", "UTC", "2026-03-03 10:00", "2026-03-05 10:00", "limit", NULL, 0, 0, 0, 0, 3, 4},
        {"a limit, then a weekend", "UTC", "2026-03-06 10:00", "2026-03-09 09:00", "limit", &ALL_WEEK, 1, 0, 0, 0, 6,
         6},
        {"a limit, anytime, past a date that lacks the time", "America/New_York", "2026-03-06 07:30",
         "2026-03-09 06:30", "limit", NULL, 0, 0, 0, 0, 6, 8},
        {"the zone decides", "America/New_York", "2026-03-06 10:00", "2026-03-06 14:00", "window", &OFFICE, 0, 0, 0, 0,
         0, 0},
        {"over a clock change", "America/New_York", "2026-03-06 22:30", "2026-03-09 13:00", "window", &OFFICE, 0, 0, 0,
         0, 0, 0},
};

static bool is_full(void *context, int32_t day)
{
	const struct row *r = context;
	int32_t of_march = day - civil_days(2026, 3, 1) + 1;
	return r->full_from && of_march >= r->full_from && of_march <= r->full_to;
}

static int64_t wall(const char *text)
{
	int64_t us = 0;
	assert_true(civil_parse_wall(slice_of(text), &us));
	return us;
}

static struct gate gate_of_row(const struct row *r, const struct tz *zone, struct window_set *set,
                               const struct calendar *holidays, const struct gate_quiet *quiet)
{
	*set = (struct window_set){r->window, r->window != NULL, r->window == NULL};
	return (struct gate){.zone = zone,
	                     .contact_zone = zone,
	                     .window = set,
	                     .quiet = quiet,
	                     .quiet_count = r->quiet,
	                     .days = {.skip_weekends = r->weekends,
	                              .skip_holidays = r->holidays,
	                              .any_day = r->any_day,
	                              .holidays = holidays},
	                     .full = is_full,
	                     .context = (void *)(uintptr_t)r};
}

static void test_rows(void **state)
{
	(void)state;
	struct tz_db *zones = tz_db_open(NULL);
	const int32_t days[] = {civil_days(2026, 3, 9)};
	const struct calendar holidays = {days, 1};
	const struct gate_quiet quiet = {21 * 60, 8 * 60};
	for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
		const struct row *r = &ROWS[i];
		struct window_set set;
		struct buf why = {0};
		enum gate_reason closed;
		struct gate gate = gate_of_row(r, tz_get(zones, slice_of(r->zone)), &set, &holidays, &quiet);
		struct gate_plan plan = gate_plan(&gate, wall(r->from));
		if (plan.planned_us != wall(r->planned))
			fail_msg("%s: planned %lld minutes after %s", r->what,
			         (long long)((plan.planned_us - wall(r->from)) / US_PER_MINUTE), r->from);
		gate_explain(&why, plan.reasons, plan.planned_us, gate.zone);
		struct slice words = buf_slice(&why);
		ptrdiff_t end = slice_find(words, SLICE(";"));
		words.n = end < 0 ? 0 : (size_t)end;
		if (*r->reasons && !slice_is(words, r->reasons))
			fail_msg("%s: moved by %.*s", r->what, SLICE_ARG(words));
		/* What was planned is open, and what was moved was closed. */
		assert_true(gate_is_open(&gate, plan.planned_us, &closed));
		assert_int_equal(gate_is_open(&gate, wall(r->from), &closed), plan.reasons == 0);
		buf_free(&why);
	}
	tz_db_close(zones);
}

/* The first that is closed is the one that is named, in the order of rule 4. */
static void test_the_order_of_the_gates(void **state)
{
	(void)state;
	const struct gate_quiet quiet = {0, 24 * 60 - 1};
	struct row r = {.window = &OFFICE, .quiet = true, .full_from = 1, .full_to = 31};
	struct window_set set;
	enum gate_reason closed;
	struct gate gate = gate_of_row(&r, tz_utc(), &set, NULL, &quiet);
	assert_false(gate_is_open(&gate, wall("2026-03-06 18:00"), &closed));
	assert_int_equal(closed, GATE_WINDOW);
	assert_false(gate_is_open(&gate, wall("2026-03-06 10:00"), &closed));
	assert_int_equal(closed, GATE_QUIET);
	gate.quiet_count = 0;
	assert_false(gate_is_open(&gate, wall("2026-03-06 10:00"), &closed));
	assert_int_equal(closed, GATE_LIMIT);
}

/* Rule 3: only where an opening set the instant, and never past its end. */
static void test_spread(void **state)
{
	(void)state;
	struct row r = {.window = &OFFICE};
	struct window_set set;
	struct gate gate = gate_of_row(&r, tz_utc(), &set, NULL, NULL);
	gate.spread_us = 60 * US_PER_MINUTE;
	gate.hash = (uint64_t)(45 * US_PER_MINUTE);
	assert_int_equal(gate_plan(&gate, wall("2026-03-06 10:00")).planned_us, wall("2026-03-06 10:00"));
	assert_int_equal(gate_plan(&gate, wall("2026-03-06 08:00")).planned_us, wall("2026-03-06 09:45"));
	gate.opened = true; /* `at`, a resume */
	assert_int_equal(gate_plan(&gate, wall("2026-03-06 10:00")).planned_us, wall("2026-03-06 10:45"));
	assert_int_equal(gate_plan(&gate, wall("2026-03-06 16:50")).planned_us,
	                 wall("2026-03-06 16:55")); /* 45 mod 10 */
}

static void test_never(void **state)
{
	(void)state;
	static const struct window_part SUNDAY = {0x40, 9 * 60, 17 * 60};
	struct row r = {.window = &SUNDAY, .weekends = true};
	struct window_set set;
	struct gate gate = gate_of_row(&r, tz_utc(), &set, NULL, NULL);
	assert_int_equal(gate_plan(&gate, wall("2026-03-06 10:00")).planned_us, INT64_MAX);
	r = (struct row){.full_from = 1, .full_to = INT32_MAX};
	gate = gate_of_row(&r, tz_utc(), &set, NULL, NULL);
	assert_int_equal(gate_plan(&gate, wall("2026-03-06 10:00")).planned_us, INT64_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_rows),
	        cmocka_unit_test(test_the_order_of_the_gates),
	        cmocka_unit_test(test_spread),
	        cmocka_unit_test(test_never),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
