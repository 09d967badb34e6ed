/* SPDX-License-Identifier: Apache-2.0
 * The Gregorian calendar as arithmetic. Days and years are converted by Howard Hinnant's method: years begin on
 * 1 March, so that the leap day is the last one, and repeat in eras of 400 years (146,097 days). */
#include "base/civil.h"
#include <stdio.h>

#define DAYS_PER_ERA  146097
#define DAYS_TO_EPOCH 719468 /* from 0000-03-01 to 1970-01-01 */

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

int32_t civil_days(int32_t year, int month, int day)
{
	int64_t y = (int64_t)year - (month <= 2);
	int64_t era = floor_div(y, 400), year_of_era = y - era * 400;
	int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
	int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
	return (int32_t)(era * DAYS_PER_ERA + day_of_era - DAYS_TO_EPOCH);
}

void civil_from_days(int32_t days, int32_t *year, int *month, int *day)
{
	int64_t z = (int64_t)days + DAYS_TO_EPOCH;
	int64_t era = floor_div(z, DAYS_PER_ERA), day_of_era = z - era * DAYS_PER_ERA;
	int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int march_month = (int)((5 * day_of_year + 2) / 153);
	*day = (int)(day_of_year - (153 * march_month + 2) / 5 + 1);
	*month = march_month < 10 ? march_month + 3 : march_month - 9;
	*year = (int32_t)(year_of_era + era * 400 + (*month <= 2));
}

int civil_month_length(int32_t year, int month)
{
	static const int8_t lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
	return month < 1 || month > 12 ? 0 : lengths[month - 1] + (month == 2 && leap);
}

bool civil_valid_date(int32_t year, int month, int day)
{
	return day >= 1 && day <= civil_month_length(year, month);
}

const char *const civil_weekday_words[7] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
const char *const civil_weekday_names[7] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
const char *const civil_month_names[12] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                           "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

int civil_weekday(int32_t days)
{
	/* 1970-01-01 was a Thursday. */
	int64_t shifted = (int64_t)days + 3;
	return (int)(shifted - floor_div(shifted, 7) * 7);
}

int64_t civil_wall_us(const struct civil *c)
{
	int64_t days_us, us = c->hour * US_PER_HOUR + c->minute * US_PER_MINUTE + c->second * US_PER_SECOND + c->us;
	/* Years beyond 292,000 stay at the end of what 64 bits hold. */
	if (__builtin_mul_overflow(civil_days(c->year, c->month, c->day), US_PER_DAY, &days_us) ||
	    __builtin_add_overflow(days_us, us, &us))
		return c->year < 0 ? INT64_MIN : INT64_MAX;
	return us;
}

void civil_from_wall_us(int64_t wall_us, struct civil *c)
{
	int64_t time = civil_time_of(wall_us);
	civil_from_days(civil_day_of(wall_us), &c->year, &c->month, &c->day);
	c->hour = (int)(time / US_PER_HOUR);
	c->minute = (int)(time / US_PER_MINUTE % 60);
	c->second = (int)(time / US_PER_SECOND % 60);
	c->us = (int32_t)(time % US_PER_SECOND);
}

int32_t civil_day_of(int64_t wall_us)
{
	return (int32_t)floor_div(wall_us, US_PER_DAY);
}

int64_t civil_time_of(int64_t wall_us)
{
	int64_t rest = wall_us % US_PER_DAY;
	return rest < 0 ? rest + US_PER_DAY : rest;
}

int32_t civil_add_months(int32_t days, int32_t months)
{
	int32_t year;
	int month, day;
	civil_from_days(days, &year, &month, &day);
	int64_t count = (int64_t)year * 12 + (month - 1) + months;
	year = (int32_t)floor_div(count, 12);
	month = (int)(count - (int64_t)year * 12) + 1;
	int length = civil_month_length(year, month);
	return civil_days(year, month, day < length ? day : length);
}

/* ---- parsing: each take_* eats the front of *s and is false, with *s undefined, when it is not there ---- */

/* Exactly n digits. */
static bool take_digits(struct slice *s, size_t n, int *value)
{
	if (s->n < n)
		return false;
	*value = 0;
	for (size_t i = 0; i < n; i++) {
		if (s->p[i] < '0' || s->p[i] > '9')
			return false;
		*value = *value * 10 + (s->p[i] - '0');
	}
	s->p += n;
	s->n -= n;
	return true;
}

static bool take_char(struct slice *s, char c)
{
	if (s->n == 0 || s->p[0] != c)
		return false;
	s->p++;
	s->n--;
	return true;
}

static bool take_date(struct slice *s, struct civil *c)
{
	int year;
	if (!take_digits(s, 4, &year) || !take_char(s, '-') || !take_digits(s, 2, &c->month) || !take_char(s, '-') ||
	    !take_digits(s, 2, &c->day))
		return false;
	c->year = year;
	return civil_valid_date(year, c->month, c->day);
}

static bool take_minute(struct slice *s, int *hour, int *minute)
{
	return take_digits(s, 2, hour) && take_char(s, ':') && take_digits(s, 2, minute) && *hour < 24 && *minute < 60;
}

static bool take_separator(struct slice *s)
{
	return take_char(s, 'T') || take_char(s, 't') || take_char(s, ' ');
}

/* "." and 1 to 9 digits; what is below a microsecond is cut off. */
static bool take_fraction(struct slice *s, int32_t *us)
{
	int32_t scale = 100000, digits = 0;
	for (*us = 0; s->n && s->p[0] >= '0' && s->p[0] <= '9'; digits++) {
		int digit;
		take_digits(s, 1, &digit);
		*us += digit * scale;
		scale /= 10;
	}
	return digits >= 1 && digits <= 9;
}

bool civil_parse_date(struct slice s, int32_t *days)
{
	struct civil c = {0};
	if (!take_date(&s, &c) || s.n)
		return false;
	*days = civil_days(c.year, c.month, c.day);
	return true;
}

bool civil_parse_time(struct slice s, int *minute_of_day)
{
	int hour, minute;
	if (!take_minute(&s, &hour, &minute) || s.n)
		return false;
	*minute_of_day = hour * 60 + minute;
	return true;
}

bool civil_parse_wall(struct slice s, int64_t *wall_us)
{
	struct civil c = {0};
	if (!take_date(&s, &c) || !take_separator(&s) || !take_minute(&s, &c.hour, &c.minute))
		return false;
	if (take_char(&s, ':') && (!take_digits(&s, 2, &c.second) || c.second > 59))
		return false;
	if (s.n)
		return false;
	*wall_us = civil_wall_us(&c);
	return true;
}

bool civil_parse_rfc3339(struct slice s, int64_t *instant_us)
{
	struct civil c = {0};
	if (!take_date(&s, &c) || !take_separator(&s) || !take_minute(&s, &c.hour, &c.minute))
		return false;
	bool seconds = take_char(&s, ':');
	if (seconds && (!take_digits(&s, 2, &c.second) || c.second > 60))
		return false;
	if (seconds && take_char(&s, '.') && !take_fraction(&s, &c.us))
		return false;
	int hour = 0, minute = 0;
	bool west = false;
	if (!take_char(&s, 'Z') && !take_char(&s, 'z')) {
		west = take_char(&s, '-');
		if ((!west && !take_char(&s, '+')) || !take_minute(&s, &hour, &minute))
			return false;
	}
	if (s.n)
		return false;
	/* A leap second is the first instant of the next minute. */
	int64_t offset = hour * US_PER_HOUR + minute * US_PER_MINUTE;
	*instant_us = civil_wall_us(&c) - (west ? -offset : offset);
	return true;
}

char *civil_format_people(int64_t wall_us, char out[40])
{
	struct civil c;
	civil_from_wall_us(wall_us, &c);
	snprintf(out, 40, "%s %04d-%02d-%02d %02d:%02d", civil_weekday_names[civil_weekday(civil_day_of(wall_us))],
	         c.year, c.month, c.day, c.hour, c.minute);
	return out;
}
