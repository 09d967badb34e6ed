/* SPDX-License-Identifier: Apache-2.0
 * Values as people write them: read strictly (what could add a line to a header, or is no such value, is refused with
 * its reason), and written back so that reading gives the same value again. */
#include "plan/value.h"
#include "base/tz.h"
#include "base/utf8.h"
#include <idn2.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define EMAIL_BYTES_MAX       254
#define EMAIL_LOCAL_BYTES_MAX 64
#define URL_BYTES_MAX         2048

struct value value_text(enum plan_type type, struct slice s)
{
	return (struct value){.set = 1, .type = (uint8_t)type, .n = (uint32_t)s.n, .u.p = s.p};
}

struct value value_int(enum plan_type type, int64_t i)
{
	return (struct value){.set = 1, .type = (uint8_t)type, .u.i = i};
}

bool type_is_text(enum plan_type type)
{
	return type == TYPE_TEXT || type >= TYPE_ZONE;
}

struct slice value_slice(struct value v)
{
	if (!v.set || !type_is_text((enum plan_type)v.type))
		return (struct slice){NULL, 0};
	return (struct slice){v.u.p, v.n};
}

const char *type_name(enum plan_type type)
{
	return (unsigned)type < TYPE_COUNT ? words_TYPE[type] : "?";
}

bool type_parse(struct slice name, enum plan_type *out)
{
	for (int i = 0; i < TYPE_COUNT; i++)
		if (slice_is(name, words_TYPE[i])) {
			*out = (enum plan_type)i;
			return true;
		}
	return false;
}

/* ---- reading: each parse_* is false with its reason set ---- */

static bool no(const char **reason, const char *why)
{
	*reason = why;
	return false;
}

static bool is_plain(struct slice s, const char **reason)
{
	if (!utf8_valid(s))
		return no(reason, "it is not UTF-8");
	for (const char *p = s.p, *end = s.p + s.n; p < end;)
		if (utf8_is_unsafe(utf8_next(&p, end)))
			return no(reason, "it holds a line break or another control character");
	return true;
}

/* A copy in scratch as the value. */
static bool keep(enum plan_type type, struct slice s, struct buf *scratch, struct value *out, const char **reason)
{
	size_t at = scratch->n;
	buf_add_slice(scratch, s);
	if (scratch->failed)
		return no(reason, "out of memory");
	*out = value_text(type, (struct slice){scratch->p + at, s.n});
	return true;
}

static bool parse_number(struct slice s, struct value *out, const char **reason)
{
	bool negative = s.p[0] == '-';
	uint64_t n = 0;
	int digits = 0, decimals = -1;
	for (size_t i = s.p[0] == '-' || s.p[0] == '+'; i < s.n; i++) {
		if (s.p[i] == '.' && decimals < 0 && digits > 0) {
			decimals = 0;
			continue;
		}
		if (s.p[i] < '0' || s.p[i] > '9')
			return no(reason, "it is not a number like 7 or 7.5");
		if (decimals >= 0 && ++decimals > 6)
			return no(reason, "it has more than 6 decimals");
		if (n > (uint64_t)INT64_MAX / 10 - 1)
			return no(reason, "it is too large");
		n = n * 10 + (uint64_t)(s.p[i] - '0');
		digits++;
	}
	if (digits == 0 || decimals == 0)
		return no(reason, "it is not a number like 7 or 7.5");
	for (int i = decimals < 0 ? 0 : decimals; i < 6; i++) {
		if (n > (uint64_t)INT64_MAX / 10)
			return no(reason, "it is too large");
		n *= 10;
	}
	*out = value_int(TYPE_NUMBER, negative ? -(int64_t)n : (int64_t)n);
	return true;
}

static bool is_word(struct slice s, const char *word)
{
	if (s.n != strlen(word))
		return false;
	for (size_t i = 0; i < s.n; i++)
		if ((s.p[i] | 0x20) != word[i])
			return false;
	return true;
}

static bool parse_yes_no(struct slice s, struct value *out, const char **reason)
{
	bool yes = is_word(s, "yes") || is_word(s, "true") || slice_is(s, "1");
	if (!yes && !is_word(s, "no") && !is_word(s, "false") && !slice_is(s, "0"))
		return no(reason, "it is neither yes nor no");
	*out = value_int(TYPE_YES_NO, yes);
	return true;
}

static bool parse_moment(struct slice s, const struct tz *zone, struct value *out, const char **reason)
{
	int64_t at;
	if (!civil_parse_rfc3339(s, &at)) {
		if (!civil_parse_wall(s, &at))
			return no(reason, "it is not a moment like 2026-03-02 10:00");
		at = tz_from_wall(zone ? zone : tz_utc(), at, TZ_COMPATIBLE);
	}
	*out = value_int(TYPE_MOMENT, at);
	return true;
}

static const struct {
	const char *word, *singular;
	enum plan_unit unit;
	int64_t factor;
} duration_units[] = {
        {"hours", "hour", UNIT_US, US_PER_HOUR},
        {"minutes", "minute", UNIT_US, US_PER_MINUTE},
        {"seconds", "second", UNIT_US, US_PER_SECOND},
        {"microseconds", "microsecond", UNIT_US, 1},
        {"weeks", "week", UNIT_DAYS, 7},
        {"days", "day", UNIT_DAYS, 1},
        {"business days", "business day", UNIT_BUSINESS_DAYS, 1},
        {"months", "month", UNIT_MONTHS, 1},
};
#define DURATION_UNIT_COUNT (sizeof duration_units / sizeof *duration_units)

static bool parse_duration(struct slice s, struct value *out, const char **reason)
{
	ptrdiff_t blank = slice_find(s, SLICE(" "));
	int64_t count;
	if (blank > 0 && slice_to_i64((struct slice){s.p, (size_t)blank}, &count)) {
		struct slice word = slice_trim((struct slice){s.p + blank, s.n - (size_t)blank});
		for (size_t i = 0; i < DURATION_UNIT_COUNT; i++) {
			if (!slice_is(word, duration_units[i].word) && !slice_is(word, duration_units[i].singular))
				continue;
			if (__builtin_mul_overflow(count, duration_units[i].factor, &count))
				return no(reason, "it is too long");
			*out = value_int(TYPE_DURATION, count);
			out->unit = (uint8_t)duration_units[i].unit;
			return true;
		}
	}
	return no(reason, "it is not a duration like 3 days");
}

/* Labels of letters, digits and hyphens, or of other scripts; none empty. */
static bool is_domain(struct slice s)
{
	if (s.n == 0 || s.p[0] == '.' || s.p[s.n - 1] == '.' || slice_find(s, SLICE("..")) >= 0)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = (uint8_t)s.p[i], letter = c | 0x20;
		if (c < 0x80 && !(letter >= 'a' && letter <= 'z') && !(c >= '0' && c <= '9') && c != '-' && c != '.')
			return false;
	}
	return true;
}

static bool is_ascii(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((uint8_t)s.p[i] >= 0x80)
			return false;
	return true;
}

/* A domain in another script is kept as the name that travels, xn--…: it is one and the same address (rule 16). */
static bool parse_idna(struct slice local, struct slice domain, struct buf *scratch, struct value *out,
                       const char **reason)
{
	char address[EMAIL_BYTES_MAX + 1];
	uint8_t *ascii = NULL;
	snprintf(address, sizeof address, "%.*s", SLICE_ARG(domain));
	if (idn2_lookup_u8((const uint8_t *)address, &ascii, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) != IDN2_OK)
		return no(reason, "what stands after the @ is no domain");
	int n = snprintf(address, sizeof address, "%.*s@%s", SLICE_ARG(local), (const char *)ascii);
	idn2_free(ascii);
	if (n < 0 || n > EMAIL_BYTES_MAX)
		return no(reason, "the address is too long");
	return keep(TYPE_EMAIL, (struct slice){address, (size_t)n}, scratch, out, reason);
}

static bool parse_email(struct slice s, struct buf *scratch, struct value *out, const char **reason)
{
	ptrdiff_t at = slice_find(s, SLICE("@"));
	if (at < 0)
		return no(reason, "an address has an @");
	struct slice local = {s.p, (size_t)at}, domain = {s.p + at + 1, s.n - (size_t)at - 1};
	if (slice_find(domain, SLICE("@")) >= 0)
		return no(reason, "it holds more than one @");
	if (s.n > EMAIL_BYTES_MAX || local.n > EMAIL_LOCAL_BYTES_MAX)
		return no(reason, "the address is too long");
	if (local.n == 0 || local.p[0] == '.' || local.p[local.n - 1] == '.' || slice_find(local, SLICE("..")) >= 0)
		return no(reason, "what stands before the @ is no mailbox");
	for (size_t i = 0; i < local.n; i++)
		if (strchr(" <>()[]\\,;:\"", local.p[i]))
			return no(reason, "what stands before the @ is no mailbox");
	if (!is_domain(domain))
		return no(reason, "what stands after the @ is no domain");
	if (!is_ascii(domain))
		return parse_idna(local, domain, scratch, out, reason);
	if (!keep(TYPE_EMAIL, s, scratch, out, reason))
		return false;
	for (char *p = scratch->p + scratch->n - domain.n; p < scratch->p + scratch->n; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p |= 0x20;
	return true;
}

static bool parse_phone(struct slice s, struct buf *scratch, struct value *out, const char **reason)
{
	char number[17] = "+";
	size_t n = 1;
	if (s.p[0] != '+')
		return no(reason, "a number begins with + and the country, like +15145550100");
	for (size_t i = 1; i < s.n; i++) {
		if (strchr(" -.()/", s.p[i]))
			continue;
		if (s.p[i] < '0' || s.p[i] > '9')
			return no(reason, "it holds something that is no digit");
		if (n == 16)
			return no(reason, "it has more than 15 digits");
		number[n++] = s.p[i];
	}
	if (n < 9)
		return no(reason, "it has fewer than 8 digits");
	if (number[1] == '0')
		return no(reason, "no country's number begins with 0");
	return keep(TYPE_PHONE, (struct slice){number, n}, scratch, out, reason);
}

static bool parse_url(struct slice s, struct buf *scratch, struct value *out, const char **reason)
{
	size_t scheme = slice_starts(s, "https://") ? 8 : slice_starts(s, "http://") ? 7 : 0;
	if (scheme == 0 || s.n == scheme || s.p[scheme] == '/')
		return no(reason, "it does not begin like https://example.com");
	if (s.n > URL_BYTES_MAX)
		return no(reason, "the address is too long");
	for (size_t i = 0; i < s.n; i++)
		if (strchr(" <>\"\\^`{|}", s.p[i]))
			return no(reason, "it holds a character that no address may hold");
	return keep(TYPE_URL, s, scratch, out, reason);
}

static bool parse_zone(struct slice s, struct buf *scratch, struct value *out, const char **reason)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i], letter = c | 0x20;
		if (!(letter >= 'a' && letter <= 'z') && !(c >= '0' && c <= '9') && !strchr("/_+-", c))
			return no(reason, "it is not a zone like Europe/Paris");
	}
	return keep(TYPE_ZONE, s, scratch, out, reason);
}

bool value_parse(enum plan_type type, struct slice text, const struct tz *zone, struct buf *scratch, struct value *out,
                 const char **reason)
{
	struct slice s = slice_trim(text);
	*out = (struct value){.type = (uint8_t)type};
	if (s.n == 0)
		return true;
	if (!is_plain(s, reason))
		return false;
	switch (type) {
	case TYPE_TEXT:
	case TYPE_ONE_OF: return keep(type, s, scratch, out, reason);
	case TYPE_NUMBER: return parse_number(s, out, reason);
	case TYPE_YES_NO: return parse_yes_no(s, out, reason);
	case TYPE_DATE: {
		int32_t day;
		if (!civil_parse_date(s, &day))
			return no(reason, "it is not a date like 2026-03-02");
		*out = value_int(TYPE_DATE, day);
		return true;
	}
	case TYPE_MOMENT: return parse_moment(s, zone, out, reason);
	case TYPE_DURATION: return parse_duration(s, out, reason);
	case TYPE_ZONE: return parse_zone(s, scratch, out, reason);
	case TYPE_EMAIL: return parse_email(s, scratch, out, reason);
	case TYPE_PHONE: return parse_phone(s, scratch, out, reason);
	case TYPE_URL: return parse_url(s, scratch, out, reason);
	case TYPE_COUNT: break;
	}
	return no(reason, "there is no such type");
}

/* ---- writing ---- */

static void write_number(struct buf *out, int64_t n)
{
	uint64_t size = n < 0 ? 0 - (uint64_t)n : (uint64_t)n, rest = size % (uint64_t)NUMBER_ONE;
	buf_addf(out, "%s%" PRIu64, n < 0 ? "-" : "", size / (uint64_t)NUMBER_ONE);
	if (!rest)
		return;
	int decimals = 6;
	for (; rest % 10 == 0; rest /= 10)
		decimals--;
	buf_addf(out, ".%0*" PRIu64, decimals, rest);
}

static void write_date(struct buf *out, int32_t day)
{
	int32_t year;
	int month, date;
	civil_from_days(day, &year, &month, &date);
	buf_addf(out, "%04" PRId32 "-%02d-%02d", year, month, date);
}

static void write_moment(struct buf *out, int64_t at_us)
{
	struct civil c;
	civil_from_wall_us(at_us, &c);
	write_date(out, civil_day_of(at_us));
	buf_addf(out, "T%02d:%02d:%02d", c.hour, c.minute, c.second);
	if (c.us)
		buf_addf(out, ".%06" PRId32, c.us);
	buf_addc(out, 'Z');
}

static void write_duration(struct buf *out, struct value v)
{
	size_t i = 0;
	while (i < DURATION_UNIT_COUNT - 1 &&
	       (duration_units[i].unit != v.unit || v.u.i % duration_units[i].factor != 0))
		i++;
	buf_addf(out, "%" PRId64 " %s", v.u.i / duration_units[i].factor, duration_units[i].word);
}

void value_write(struct buf *out, struct value v)
{
	if (!v.set)
		return;
	switch ((enum plan_type)v.type) {
	case TYPE_NUMBER: write_number(out, v.u.i); break;
	case TYPE_YES_NO: buf_adds(out, v.u.i ? "yes" : "no"); break;
	case TYPE_DATE: write_date(out, (int32_t)v.u.i); break;
	case TYPE_MOMENT: write_moment(out, v.u.i); break;
	case TYPE_DURATION: write_duration(out, v); break;
	case TYPE_TEXT:
	case TYPE_ZONE:
	case TYPE_EMAIL:
	case TYPE_PHONE:
	case TYPE_URL:
	case TYPE_ONE_OF:
	case TYPE_COUNT: buf_add_slice(out, value_slice(v)); break;
	}
}
