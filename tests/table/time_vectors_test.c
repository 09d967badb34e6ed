/* SPDX-License-Identifier: Apache-2.0
 * Runs every row of time-vectors.csv (normative by rule 5) through base/tz, base/calendar and schedule/window.
 * A row is zone,input,operation,expected,note; an input is one value, or key=value fields between semicolons. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "runtime/schedule/window.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VECTORS      "tests/table/time-vectors.csv"
#define ROWS         129
#define HOLIDAYS_MAX 8

struct input {
	struct slice base; /* the part without a key, or after from= */
	int delay;
	char delay_unit; /* d b h, or 0 */
	struct window_part part;
	int32_t holiday[HOLIDAYS_MAX];
	struct calendar holidays;
};

static struct slice take_until(struct slice *rest, char c)
{
	const char *at = rest->n ? memchr(rest->p, c, rest->n) : NULL;
	struct slice head = {rest->p, at ? (size_t)(at - rest->p) : rest->n};
	*rest = at ? (struct slice){at + 1, rest->n - head.n - 1} : (struct slice){rest->p + rest->n, 0};
	return head;
}

static struct slice after(struct slice s, const char *prefix)
{
	size_t n = strlen(prefix);
	return (struct slice){s.p + n, s.n - n};
}

static void read_holidays(struct input *in, struct slice list)
{
	while (list.n) {
		assert_true(in->holidays.count < HOLIDAYS_MAX);
		assert_true(civil_parse_date(take_until(&list, '/'), &in->holiday[in->holidays.count++]));
	}
	in->holidays.days = in->holiday;
}

static void read_field(struct input *in, struct slice field)
{
	int start = 0, end = 0;
	if (slice_starts(field, "from=")) {
		in->base = after(field, "from=");
	} else if (slice_starts(field, "hol=")) {
		read_holidays(in, after(field, "hol="));
	} else if (slice_starts(field, "days=")) {
		for (size_t i = strlen("days="); i < field.n; i++)
			in->part.weekdays |= (uint8_t)(1 << (field.p[i] - '1'));
	} else if (slice_starts(field, "win=")) {
		struct slice to = after(field, "win="), from = take_until(&to, '-');
		assert_true(civil_parse_time(from, &start) && civil_parse_time(to, &end));
		in->part.start_minute = (uint16_t)start;
		in->part.end_minute = (uint16_t)end;
	} else if (slice_starts(field, "delay=+") || slice_starts(field, "+")) {
		struct slice number = after(field, slice_starts(field, "+") ? "+" : "delay=+");
		in->delay = atoi(number.p);
		in->delay_unit = number.p[number.n - 1];
	} else {
		in->base = field;
	}
}

static int64_t wall(struct slice s)
{
	int64_t us;
	assert_true(civil_parse_wall(s, &us));
	return us;
}

static int64_t instant(struct slice s)
{
	int64_t us;
	assert_true(civil_parse_rfc3339(s, &us));
	return us;
}

static int32_t date(struct slice s)
{
	int32_t days;
	assert_true(civil_parse_date(s, &days));
	return days;
}

/* ---- the operations: each writes its result into out ---- */
#define OUT 48

static void utc_to_local(const struct tz *z, const struct input *in, char *out)
{
	tz_format_rfc3339(z, instant(in->base), out);
}

static void classify_local(const struct tz *z, const struct input *in, char *out)
{
	static const char *const names[] = {[TZ_UNIQUE] = "UNIQUE", [TZ_GAP] = "GAP", [TZ_OVERLAP] = "OVERLAP"};
	strcpy(out, names[tz_classify(z, wall(in->base))]);
}

static void local_to_utc(const struct tz *z, const struct input *in, enum tz_policy policy, char *out)
{
	tz_format_rfc3339(tz_utc(), tz_from_wall(z, wall(in->base), policy), out);
	strcpy(strchr(out, '+'), "Z");
}

static void local_to_utc_compatible(const struct tz *z, const struct input *in, char *out)
{
	local_to_utc(z, in, TZ_COMPATIBLE, out);
}

static void local_to_utc_later(const struct tz *z, const struct input *in, char *out)
{
	local_to_utc(z, in, TZ_LATER, out);
}

static void local_to_utc_earlier(const struct tz *z, const struct input *in, char *out)
{
	local_to_utc(z, in, TZ_EARLIER, out);
}

static void local_to_utc_gap_end(const struct tz *z, const struct input *in, char *out)
{
	local_to_utc(z, in, TZ_GAP_END, out);
}

static void day_length_minutes(const struct tz *z, const struct input *in, char *out)
{
	snprintf(out, OUT, "%d", tz_day_length_minutes(z, date(in->base)));
}

static void start_of_day(const struct tz *z, const struct input *in, char *out)
{
	tz_format_rfc3339(z, tz_start_of_day(z, date(in->base)), out);
}

static void add_days(const struct tz *z, const struct input *in, char *out)
{
	tz_format_rfc3339(z, tz_from_wall(z, wall(in->base) + in->delay * US_PER_DAY, TZ_COMPATIBLE), out);
}

static void add_elapsed(const struct tz *z, const struct input *in, char *out)
{
	tz_format_rfc3339(z, tz_from_wall(z, wall(in->base), TZ_COMPATIBLE) + in->delay * US_PER_HOUR, out);
}

static void add_business_days(const struct tz *z, const struct input *in, char *out)
{
	(void)z;
	struct civil c;
	int32_t day = calendar_add_business_days(date(in->base), in->delay, &in->holidays);
	civil_from_wall_us(day * US_PER_DAY, &c);
	snprintf(out, OUT, "%04d-%02d-%02d", c.year, c.month, c.day);
}

static void next_window_from(const struct tz *z, const struct input *in, int64_t from, char *out)
{
	struct window_set set = {&in->part, 1, false};
	struct window_days days = {.skip_holidays = true, .holidays = &in->holidays};
	int64_t next = window_next(z, &set, &days, from);
	assert_true(window_is_open(z, &set, &days, next));
	assert_true(window_closes(z, &set, &days, next) > next);
	tz_format_rfc3339(z, next, out);
}

static void next_window(const struct tz *z, const struct input *in, char *out)
{
	next_window_from(z, in, instant(in->base), out);
}

static void delay_window(const struct tz *z, const struct input *in, char *out)
{
	int64_t from = instant(in->base), wall_us = tz_to_wall(z, from);
	int32_t day = civil_day_of(wall_us);
	if (in->delay_unit == 'h') {
		next_window_from(z, in, from + in->delay * US_PER_HOUR, out);
		return;
	}
	day = in->delay_unit == 'b' ? calendar_add_business_days(day, in->delay, &in->holidays) : day + in->delay;
	wall_us = day * US_PER_DAY + civil_time_of(wall_us);
	next_window_from(z, in, tz_from_wall(z, wall_us, TZ_COMPATIBLE), out);
}

static const struct operation {
	const char *name;
	void (*run)(const struct tz *z, const struct input *in, char *out);
} operations[] = {
        {"utc_to_local", utc_to_local},
        {"classify_local", classify_local},
        {"local_to_utc_compatible", local_to_utc_compatible},
        {"local_to_utc_later", local_to_utc_later},
        {"local_to_utc_earlier", local_to_utc_earlier},
        {"local_to_utc_gap_end", local_to_utc_gap_end},
        {"day_length_minutes", day_length_minutes},
        {"start_of_day", start_of_day},
        {"add_days", add_days},
        {"add_elapsed", add_elapsed},
        {"add_business_days", add_business_days},
        {"next_window", next_window},
        {"delay_window", delay_window},
};
#define OPERATIONS (sizeof operations / sizeof *operations)

/* True when the row gives what it expects; `seen` counts rows by operation. */
static bool run_row(struct tz_db *db, struct slice row, int seen[OPERATIONS])
{
	struct slice rest = row, zone = take_until(&rest, ','), input = take_until(&rest, ',');
	struct slice name = take_until(&rest, ','), expected = take_until(&rest, ',');
	const struct tz *z = tz_get(db, zone);
	struct input in = {0};
	while (input.n)
		read_field(&in, take_until(&input, ';'));
	for (size_t i = 0; z && i < OPERATIONS; i++) {
		if (!slice_is(name, operations[i].name))
			continue;
		char out[OUT] = "";
		seen[i]++;
		operations[i].run(z, &in, out);
		if (slice_is(expected, out))
			return true;
		print_error("%.*s\n    gives %s\n", SLICE_ARG(row), out);
		return false;
	}
	print_error("%.*s\n    no such zone or operation\n", SLICE_ARG(row));
	return false;
}

static void every_row_of_the_vectors_holds(void **state)
{
	(void)state;
	FILE *f = fopen(VECTORS, "r");
	assert_non_null(f);
	struct tz_db *db = tz_db_open(NULL);
	assert_non_null(db);
	char line[512];
	int rows = 0, failures = 0, seen[OPERATIONS] = {0};
	assert_non_null(fgets(line, sizeof line, f)); /* the heading */
	while (fgets(line, sizeof line, f)) {
		rows++;
		failures += !run_row(db, slice_trim(slice_of(line)), seen);
	}
	fclose(f);
	if (failures) /* governments change their minds: look first whether the row's year still holds */
		print_error("tzdata is %.*s\n", SLICE_ARG(tz_db_version(db)));
	tz_db_close(db);
	assert_int_equal(failures, 0);
	assert_int_equal(rows, ROWS);
	for (size_t i = 0; i < OPERATIONS; i++)
		assert_true(seen[i] > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(every_row_of_the_vectors_holds),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
