/* SPDX-License-Identifier: Apache-2.0
 * Texts: the pieces of a message in their order, and the instructions that turn values into text. They write into the
 * caller's scratch one after the other and never over each other, because the pieces borrow it until the end. */
#include "base/utf8.h"
#include "runtime/vm/locale.h"
#include "runtime/vm/machine.h"
#include <string.h>

#define DECIMALS_MAX 6

/* A text being written at the end of scratch. */
struct writer {
	struct machine *m;
	char *begin;
	size_t n, cap;
	bool full;
};

static struct writer writer_begin(struct machine *m)
{
	return (struct writer){
	        .m = m, .begin = m->text->scratch + m->scratch_used, .cap = m->text->scratch_n - m->scratch_used};
}

static void put_bytes(struct writer *w, const char *p, size_t n)
{
	if (n > w->cap - w->n) {
		w->full = true;
		return;
	}
	if (n)
		memcpy(w->begin + w->n, p, n);
	w->n += n;
}

static void put_string(struct writer *w, const char *s)
{
	put_bytes(w, s, strlen(s));
}

static void put_char(struct writer *w, char c)
{
	put_bytes(w, &c, 1);
}

static void put_code_point(struct writer *w, uint32_t c)
{
	char bytes[4];
	if (c < 0x80) {
		put_char(w, (char)c);
	} else if (c < 0x800) {
		bytes[0] = (char)(0xC0 | c >> 6);
		bytes[1] = (char)(0x80 | (c & 0x3F));
		put_bytes(w, bytes, 2);
	} else if (c < 0x10000) {
		bytes[0] = (char)(0xE0 | c >> 12);
		bytes[1] = (char)(0x80 | (c >> 6 & 0x3F));
		bytes[2] = (char)(0x80 | (c & 0x3F));
		put_bytes(w, bytes, 3);
	} else {
		bytes[0] = (char)(0xF0 | c >> 18);
		bytes[1] = (char)(0x80 | (c >> 12 & 0x3F));
		bytes[2] = (char)(0x80 | (c >> 6 & 0x3F));
		bytes[3] = (char)(0x80 | (c & 0x3F));
		put_bytes(w, bytes, 4);
	}
}

/* At least `width` digits, padded with `pad`; 0 pads nothing. */
static void put_digits(struct writer *w, uint64_t n, int width, char pad)
{
	char digits[20];
	int at = sizeof digits;
	do
		digits[--at] = (char)('0' + n % 10);
	while (n /= 10);
	for (int have = (int)sizeof digits - at; pad && have < width; have++)
		put_char(w, pad);
	put_bytes(w, digits + at, sizeof digits - (size_t)at);
}

static void push_written(struct writer *w)
{
	struct value v = ABSENT;
	w->m->cut |= w->full;
	if (!w->full) {
		v = value_text(TYPE_TEXT, (struct slice){w->begin, w->n});
		w->m->scratch_used += w->n;
	}
	push(w->m, v);
}

static const struct locale *locale_of(const struct machine *m)
{
	return locale_find(m->view->locale);
}

/* ---- numbers ---- */

/* With the locale's signs, rounded half away from zero; `trim` drops zeros at the end. */
static void put_number(struct writer *w, const struct locale *l, int64_t millionths, int decimals, bool trim)
{
	uint64_t size = millionths < 0 ? 0 - (uint64_t)millionths : (uint64_t)millionths, one = 1, unit = 1;
	for (int i = 0; i < decimals; i++)
		one *= 10;
	for (int i = decimals; i < DECIMALS_MAX; i++)
		unit *= 10;
	size = (size + unit / 2) / unit;
	if (millionths < 0 && size)
		put_char(w, '-');
	char digits[20];
	int count = 0;
	for (uint64_t whole = size / one; whole || !count; whole /= 10)
		digits[count++] = (char)('0' + whole % 10);
	while (count--) {
		put_char(w, digits[count]);
		if (count && count % 3 == 0)
			put_string(w, l->group);
	}
	uint64_t rest = size % one;
	for (; trim && decimals && rest % 10 == 0; rest /= 10)
		decimals--;
	if (decimals) {
		put_string(w, l->decimal);
		put_digits(w, rest, decimals, '0');
	}
}

void op_format_number(struct machine *m, uint32_t decimals)
{
	struct value v = pop(m);
	struct writer w = writer_begin(m);
	if (!v.set) {
		push(m, ABSENT);
		return;
	}
	int64_t want = IMAGE_ROWS(m->image, CONST, constant)[decimals].value / NUMBER_ONE;
	put_number(&w, locale_of(m), v.u.i, want < 0 ? 0 : want > DECIMALS_MAX ? DECIMALS_MAX : (int)want, false);
	push_written(&w);
}

/* ---- dates ---- */

static int day_of_year(const struct civil *c)
{
	return civil_days(c->year, c->month, c->day) - civil_days(c->year, 1, 1) + 1;
}

static void put_offset(struct writer *w, int32_t offset_s)
{
	uint32_t minutes = (uint32_t)(offset_s < 0 ? -offset_s : offset_s) / 60;
	put_char(w, offset_s < 0 ? '-' : '+');
	put_digits(w, minutes / 60 * 100 + minutes % 60, 4, '0');
}

/* When it is: the wall clock, and what of the zone a letter may ask. */
struct when {
	struct civil civil;
	int weekday;
	int32_t offset_s;
};

static void put_pattern(struct writer *w, const struct locale *l, struct slice pattern, const struct when *at);

/* One of strftime's letters; pad is '0', ' ' or 0 as a flag before it asks, '?' for the letter's own way. */
static bool put_letter(struct writer *w, const struct locale *l, char letter, char pad, const struct when *at)
{
	const struct civil *c = &at->civil;
	char zero = pad == '?' ? '0' : pad, blank = pad == '?' ? ' ' : pad;
	int hour_12 = c->hour % 12 ? c->hour % 12 : 12;
	switch (letter) {
	case 'A': put_string(w, l->days[at->weekday]); break;
	case 'a': put_string(w, l->short_days[at->weekday]); break;
	case 'B': put_string(w, l->months[c->month - 1]); break;
	case 'b':
	case 'h': put_string(w, l->short_months[c->month - 1]); break;
	case 'd': put_digits(w, (uint64_t)c->day, 2, zero); break;
	case 'e': put_digits(w, (uint64_t)c->day, 2, blank); break;
	case 'm': put_digits(w, (uint64_t)c->month, 2, zero); break;
	case 'y': put_digits(w, (uint64_t)(c->year % 100), 2, zero); break;
	case 'Y': put_digits(w, (uint64_t)c->year, 4, zero); break;
	case 'j': put_digits(w, (uint64_t)day_of_year(c), 3, zero); break;
	case 'u': put_digits(w, (uint64_t)at->weekday + 1, 1, zero); break;
	case 'w': put_digits(w, (uint64_t)(at->weekday + 1) % 7, 1, zero); break;
	case 'H': put_digits(w, (uint64_t)c->hour, 2, zero); break;
	case 'k': put_digits(w, (uint64_t)c->hour, 2, blank); break;
	case 'I': put_digits(w, (uint64_t)hour_12, 2, zero); break;
	case 'l': put_digits(w, (uint64_t)hour_12, 2, blank); break;
	case 'M': put_digits(w, (uint64_t)c->minute, 2, zero); break;
	case 'S': put_digits(w, (uint64_t)c->second, 2, zero); break;
	case 'p': put_string(w, c->hour < 12 ? "AM" : "PM"); break;
	case 'P': put_string(w, c->hour < 12 ? "am" : "pm"); break;
	case 'z': put_offset(w, at->offset_s); break;
	case 'F': put_pattern(w, l, SLICE("%Y-%m-%d"), at); break;
	case 'T': put_pattern(w, l, SLICE("%H:%M:%S"), at); break;
	case 'R': put_pattern(w, l, SLICE("%H:%M"), at); break;
	case 'D': put_pattern(w, l, SLICE("%m/%d/%y"), at); break;
	case 'x': put_pattern(w, l, slice_of(l->date), at); break;
	case 'X': put_pattern(w, l, SLICE("%H:%M:%S"), at); break;
	case 'c': put_pattern(w, l, slice_of(l->moment), at); break;
	case '%': put_char(w, '%'); break;
	default: return false;
	}
	return true;
}

/* What is no letter of strftime stands as it is written. The patterns that letters stand for are one level deep. */
static void put_pattern(struct writer *w, const struct locale *l, struct slice pattern, const struct when *at)
{
	for (size_t i = 0; i < pattern.n; i++) {
		size_t letter = i + 1;
		char pad = '?';
		if (pattern.p[i] == '%' && letter + 1 < pattern.n && strchr("-_0", pattern.p[letter])) {
			pad = pattern.p[letter] == '-' ? 0 : pattern.p[letter] == '_' ? ' ' : '0';
			letter++;
		}
		if (pattern.p[i] == '%' && letter < pattern.n && put_letter(w, l, pattern.p[letter], pad, at))
			i = letter;
		else
			put_char(w, pattern.p[i]);
	}
}

static struct when when_of(const struct machine *m, struct value v)
{
	struct when at = {.offset_s = 0};
	int64_t wall;
	if (v.type == TYPE_MOMENT) {
		wall = wall_of(m, v.u.i);
		at.offset_s = tz_offset_s(m->zone, v.u.i);
	} else {
		wall = v.u.i * US_PER_DAY;
	}
	civil_from_wall_us(wall, &at.civil);
	at.weekday = civil_weekday(civil_day_of(wall));
	return at;
}

/* Dates and moments of the years 1 to 9999: others are no dates that people write. */
static bool can_write(struct value v)
{
	static const int64_t first = INT64_C(-719162), last = INT64_C(2932896);
	int64_t day = v.type == TYPE_MOMENT ? v.u.i / US_PER_DAY : v.u.i;
	return v.set && (v.type == TYPE_MOMENT || v.type == TYPE_DATE) && day > first && day < last;
}

static void push_date(struct machine *m, struct value v, struct slice pattern)
{
	if (!can_write(v)) {
		push(m, ABSENT);
		return;
	}
	struct writer w = writer_begin(m);
	struct when at = when_of(m, v);
	put_pattern(&w, locale_of(m), pattern, &at);
	push_written(&w);
}

void op_format_date(struct machine *m, uint32_t pattern)
{
	uint32_t text = IMAGE_ROWS(m->image, CONST, constant)[pattern].text;
	push_date(m, pop(m), image_string(m->image, text));
}

/* ---- any value ---- */

static void push_duration(struct machine *m, struct value v)
{
	static const enum locale_unit units[UNIT_COUNT] = {LOCALE_SECOND, LOCALE_DAY, LOCALE_BUSINESS_DAY,
	                                                   LOCALE_MONTH};
	const struct locale *l = locale_of(m);
	struct writer w = writer_begin(m);
	uint64_t n = v.u.i < 0 ? 0 - (uint64_t)v.u.i : (uint64_t)v.u.i;
	enum locale_unit unit = v.unit < UNIT_COUNT ? units[v.unit] : LOCALE_DAY;
	if (v.unit == UNIT_US) {
		bool hours = n >= (uint64_t)US_PER_HOUR && n % (uint64_t)US_PER_HOUR == 0;
		bool minutes = n >= (uint64_t)US_PER_MINUTE;
		unit = hours ? LOCALE_HOUR : minutes ? LOCALE_MINUTE : LOCALE_SECOND;
		n /= (uint64_t)(hours ? US_PER_HOUR : minutes ? US_PER_MINUTE : US_PER_SECOND);
	}
	if (v.u.i < 0)
		put_char(&w, '-');
	put_digits(&w, n, 1, 0);
	put_char(&w, ' ');
	put_string(&w, l->units[unit][n != 1]);
	push_written(&w);
}

void op_to_text(struct machine *m)
{
	struct value v = pop(m);
	struct writer w = writer_begin(m);
	if (!v.set) {
		push(m, v);
		return;
	}
	switch ((enum plan_type)v.type) {
	case TYPE_NUMBER:
		put_number(&w, locale_of(m), v.u.i, DECIMALS_MAX, true);
		push_written(&w);
		break;
	case TYPE_YES_NO: push(m, value_text(TYPE_TEXT, slice_of(v.u.i ? locale_of(m)->yes : locale_of(m)->no))); break;
	case TYPE_DATE: push_date(m, v, slice_of(locale_of(m)->date)); break;
	case TYPE_MOMENT: push_date(m, v, slice_of(locale_of(m)->moment)); break;
	case TYPE_DURATION: push_duration(m, v); break;
	case TYPE_TEXT:
	case TYPE_ZONE:
	case TYPE_EMAIL:
	case TYPE_PHONE:
	case TYPE_URL:
	case TYPE_ONE_OF:
	case TYPE_COUNT: push(m, v); break;
	}
}

/* ---- filters ---- */

static void put_cased(struct writer *w, struct slice s, uint32_t (*first)(uint32_t), uint32_t (*rest)(uint32_t))
{
	const char *p = s.p, *end = s.p + s.n;
	for (bool begins = true; p < end; begins = false) {
		const char *at = p;
		uint32_t c = utf8_next(&p, end);
		uint32_t (*change)(uint32_t) = begins ? first : rest;
		if (change)
			put_code_point(w, change(c));
		else
			put_bytes(w, at, (size_t)(p - at));
	}
}

/* At most n characters; where something is left out, the last of them is an ellipsis. */
static void put_truncated(struct writer *w, struct slice s, int64_t n)
{
	const char *p = s.p, *end = s.p + s.n;
	bool fits = (uint64_t)(n > 0 ? n : 0) >= utf8_count(s);
	for (int64_t i = 0; p < end && i < (fits ? n : n - 1); i++)
		utf8_next(&p, end);
	put_bytes(w, s.p, (size_t)(p - s.p));
	if (!fits && n > 0)
		put_string(w, "\u2026");
}

/* All but RFC 3986's unreserved characters as %XX. */
static void put_url(struct writer *w, struct slice s)
{
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = (uint8_t)s.p[i], letter = c | 0x20;
		if ((letter >= 'a' && letter <= 'z') || (c >= '0' && c <= '9') || (c && strchr("-._~", c))) {
			put_char(w, (char)c);
		} else {
			put_char(w, '%');
			put_char(w, "0123456789ABCDEF"[c >> 4]);
			put_char(w, "0123456789ABCDEF"[c & 15]);
		}
	}
}

void op_filter(struct machine *m, uint32_t filter, uint32_t argument)
{
	struct value v = pop(m);
	if (!v.set) {
		push(m, v);
		return;
	}
	struct slice s = value_slice(v);
	struct writer w = writer_begin(m);
	switch ((enum plan_filter)filter) {
	case FILTER_UPPER: put_cased(&w, s, utf8_upper, utf8_upper); break;
	case FILTER_LOWER: put_cased(&w, s, utf8_lower, utf8_lower); break;
	case FILTER_CAPITALIZE: put_cased(&w, s, utf8_upper, NULL); break;
	case FILTER_TRIM: push(m, value_text(TYPE_TEXT, slice_trim(s))); return;
	case FILTER_TRUNCATE:
		put_truncated(&w, s, IMAGE_ROWS(m->image, CONST, constant)[argument].value / NUMBER_ONE);
		break;
	case FILTER_URL: put_url(&w, s); break;
	case FILTER_COUNT: break;
	}
	push_written(&w);
}

/* ---- pieces ---- */

void op_emit(struct machine *m, uint32_t string)
{
	m->sink(m->context, image_string(m->image, string), false);
}

void op_put(struct machine *m)
{
	struct slice s = value_slice(pop(m));
	if (s.n)
		m->sink(m->context, s, true);
}

void op_builtin(struct machine *m, uint32_t builtin)
{
	struct value v = m->text->builtins[builtin];
	push(m, type_is_text((enum plan_type)v.type) ? v : ABSENT);
}

bool vm_text(const struct image *image, uint32_t pc, const struct vm_text_view *view, vm_sink *sink, void *context)
{
	struct machine m;
	machine_begin(&m, image, view->view, view->now_us, view->state);
	m.text = view;
	m.sink = sink;
	m.context = context;
	m.scratch_used = 0;
	m.cut = false;
	machine_run(&m, pc);
	return !m.cut;
}
