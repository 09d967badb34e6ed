/* SPDX-License-Identifier: Apache-2.0
 * Tests in the language, from within: how times are read and written back, and a test that was made by hand. What
 * `seqc test` says is held in tests/cli/test_verb.bats. */
#include "compiler/testing/bless_test.h"
#include "compiler/testing/report_test.h"
#include "compiler/testing/test_time.h"
#include "runtime/scenario.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
/* after those it needs */
#include <cmocka.h>
#undef run_test /* of cmocka: an old name of its own */

static struct tz_db *zones;

static int open_zones(void **state)
{
	(void)state;
	zones = tz_db_open(NULL);
	return zones ? 0 : -1;
}

static int close_zones(void **state)
{
	(void)state;
	tz_db_close(zones);
	return 0;
}

static int64_t instant(const char *wall)
{
	int64_t wall_us;
	assert_true(civil_parse_wall(slice_of(wall), &wall_us));
	return tz_from_wall(tz_get(zones, SLICE("Europe/Paris")), wall_us, TZ_COMPATIBLE);
}

/* ---- times ---- */

static struct test_time after(int64_t count, enum plan_unit unit, int32_t at_minute)
{
	return (struct test_time){
	        .given = true, .relative = true, .offset = {TYPE_DURATION, unit, count, {0}}, .at_minute = at_minute};
}

static void check_after(struct test_time t, const char *base, const char *expected)
{
	char got[40];
	const struct tz *zone = tz_get(zones, SLICE("Europe/Paris"));
	tz_format_people(zone, test_time_us(&t, zone, instant(base)), got);
	assert_string_equal(got + 4, expected);
}

static void relative_times(void **state)
{
	(void)state;
	check_after(after(3, UNIT_DAYS, -1), "2026-03-02 10:00", "2026-03-05 10:00");
	check_after(after(3, UNIT_DAYS, 9 * 60), "2026-03-02 10:00", "2026-03-05 09:00");
	check_after(after(2, UNIT_BUSINESS_DAYS, -1), "2026-03-05 10:00", "2026-03-09 10:00");
	check_after(after(1, UNIT_MONTHS, -1), "2026-01-31 10:00", "2026-02-28 10:00");
	check_after(after(90 * US_PER_MINUTE, UNIT_US, -1), "2026-03-02 23:00", "2026-03-03 00:30");
	/* clocks go forward in that night: a day keeps the time of day, hours elapse */
	check_after(after(1, UNIT_DAYS, -1), "2026-03-28 10:00", "2026-03-29 10:00");
	check_after(after(24 * US_PER_HOUR, UNIT_US, -1), "2026-03-28 10:00", "2026-03-29 11:00");
}

static void check_written(struct test_time like, const char *base, const char *at, const char *expected)
{
	struct buf out = {0};
	test_time_write(&out, &like, tz_get(zones, SLICE("Europe/Paris")), instant(base), instant(at));
	assert_string_equal(buf_cstr(&out), expected);
	buf_free(&out);
}

static void times_written_anew(void **state)
{
	(void)state;
	struct test_time plain = {.given = true, .at_minute = -1};
	check_written(plain, "2026-03-02 10:00", "2026-03-05 09:30", "2026-03-05 09:30");
	check_written(after(2, UNIT_DAYS, -1), "2026-03-02 10:00", "2026-03-05 10:00", "+3 days");
	check_written(after(2, UNIT_DAYS, -1), "2026-03-02 10:00", "2026-03-03 10:00", "+1 day");
	check_written(after(2, UNIT_DAYS, -1), "2026-03-02 10:00", "2026-03-05 09:00", "+3 days at 09:00");
	check_written(after(2, UNIT_DAYS, 600), "2026-03-02 10:00", "2026-03-05 10:00", "+3 days at 10:00");
	check_written(after(1, UNIT_US, -1), "2026-03-02 10:00", "2026-03-02 12:00", "+2 hours");
	check_written(after(1, UNIT_US, -1), "2026-03-02 10:00", "2026-03-02 10:01", "+1 minute");
	/* not after the line before: only its date says it */
	check_written(after(2, UNIT_DAYS, -1), "2026-03-02 10:00", "2026-03-02 11:00", "2026-03-02 11:00");
}

/* ---- a test made by hand ---- */

static const char SOURCE[] = "sequence follow {\n window anytime\n email intro { subject \"Hello\"; body \"Hi\" }\n"
                             " repeat up to 50 times every 1 day as often { email more { body \"Hi again\" } }\n}\n";

struct seen {
	size_t messages, ids; /* in the References of the last one */
	bool keeps_first;
	char first[128];
};

static void look(void *context, const struct scenario *s)
{
	struct seen *seen = context;
	for (size_t i = 0; i < s->happening_count; i++) {
		const struct scenario_message *m = s->happenings[i].message;
		if (!m)
			continue;
		seen->messages++;
		seen->ids = m->references.n > 0;
		for (size_t c = 0; c < m->references.n; c++)
			seen->ids += m->references.p[c] == ' ';
		if (seen->messages == 2)
			snprintf(seen->first, sizeof seen->first, "%.*s", SLICE_ARG(m->references));
		seen->keeps_first = seen->first[0] && slice_starts(m->references, seen->first);
	}
}

static void a_long_thread(void **state)
{
	(void)state;
	struct compile k;
	struct seen seen = {0};
	struct verdict v;
	struct test_field email = {.name = SLICE("email"), .text = SLICE("ada@engines.example")};
	struct test t = {.title = SLICE("by hand"), .sequence = SLICE("follow"), .fields = &email, .field_count = 1};
	assert_true(civil_parse_wall(SLICE("2026-03-02 10:00"), &t.start.wall_us));
	t.start.given = true;
	compile_init(&k);
	k.emit = k.keep_tests = true;
	assert_true(compile_text(&k, "follow.seq", slice_of(SOURCE)));
	struct run_test_options options = {.k = &k, .zones = zones, .played = look, .context = &seen};
	run_test(&options, &t, &v);
	assert_false(v.passed); /* no line names a message */
	assert_int_equal(v.problem_count, 1);
	assert_int_equal(v.problems->kind, PROBLEM_UNNAMED);
	assert_int_equal(v.row_count, 1 + 51 + 1); /* start, messages, finish */
	assert_int_equal(seen.messages, 51);
	/* a header must not grow without end, and what gathers threads wants the first */
	assert_in_range(seen.ids, 20, 40);
	assert_true(seen.keeps_first);
	verdict_free(&v);
	compile_free(&k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(relative_times),
	        cmocka_unit_test(times_written_anew),
	        cmocka_unit_test(a_long_thread),
	};
	return cmocka_run_group_tests(tests, open_zones, close_zones);
}
