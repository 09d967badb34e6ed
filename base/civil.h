/* SPDX-License-Identifier: Apache-2.0
 * The proleptic Gregorian calendar, without zones and without a clock: days since 1970-01-01 and
 * wall-clock times as microseconds since 1970-01-01T00:00 local. */
#ifndef SEQ_BASE_CIVIL_H
#define SEQ_BASE_CIVIL_H
#include "base/slice.h"

#define US_PER_SECOND INT64_C(1000000)
#define US_PER_MINUTE (60 * US_PER_SECOND)
#define US_PER_HOUR   (60 * US_PER_MINUTE)
#define US_PER_DAY    (24 * US_PER_HOUR)

/* Monday 2026-03-02, on which made-up examples begin: a week in which hardly any zone changes its clocks. */
#define EXAMPLE_MONDAY    20514
#define EXAMPLE_MONDAY_US (EXAMPLE_MONDAY * US_PER_DAY)

struct civil {
	int32_t year;
	int month, day; /* 1..12, 1..31 */
	int hour, minute, second;
	int32_t us;
};

int32_t civil_days(int32_t year, int month, int day); /* days since 1970-01-01 */
void civil_from_days(int32_t days, int32_t *year, int *month, int *day);
bool civil_valid_date(int32_t year, int month, int day);
int civil_month_length(int32_t year, int month);
/* 0 = Monday … 6 = Sunday. */
int civil_weekday(int32_t days);
extern const char *const civil_weekday_words[7]; /* as the language has them: "mon" */
extern const char *const civil_weekday_names[7]; /* as people read them: "Mon" */
extern const char *const civil_month_names[12];  /* "Jan" */
int64_t civil_wall_us(const struct civil *c);
void civil_from_wall_us(int64_t wall_us, struct civil *c);
/* Floor of wall_us / day, and the rest (0 <= rest < US_PER_DAY). */
int32_t civil_day_of(int64_t wall_us);
int64_t civil_time_of(int64_t wall_us);
/* Adds months, clamping the day to the month's end (Jan 31 + 1 month = Feb 28). */
int32_t civil_add_months(int32_t days, int32_t months);
/* Parses "2026-03-02", "09:00" (minutes since midnight), "2026-03-02 09:00[:30]" or with T. False unless the
 * whole slice is one and is a real date or time. */
bool civil_parse_date(struct slice s, int32_t *days);
bool civil_parse_time(struct slice s, int *minute_of_day);
bool civil_parse_wall(struct slice s, int64_t *wall_us);
/* RFC 3339 with offset or Z, fractions up to 9 digits; seconds may be left out, as people do: an instant in
 * microseconds since 1970 UTC. */
bool civil_parse_rfc3339(struct slice s, int64_t *instant_us);
/* "Mon 2026-03-02 09:00"; returns out. */
char *civil_format_people(int64_t wall_us, char out[40]);
#endif
