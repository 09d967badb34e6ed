/* SPDX-License-Identifier: Apache-2.0
 * Weeks as sets of minutes. */
#include "compiler/analyze/week.h"
#include <string.h>

#define WEEKEND 0x60u

bool window_parts_of(const struct window *w, enum plan_purpose purpose, const struct window_part **parts)
{
	static const struct window_part sales = {.days = 0x7F, .from_minute = 8 * 60, .to_minute = 20 * 60};
	*parts = w ? w->parts : purpose == PURPOSE_SALES ? &sales : NULL;
	return w ? w->anytime : purpose != PURPOSE_SALES;
}

static int32_t wrapped(int32_t minute)
{
	minute %= WEEK_MINUTES;
	return minute < 0 ? minute + WEEK_MINUTES : minute;
}

/* From that minute of the week to the end of its word, or of the week. */
static int32_t to_word_end(int32_t at)
{
	int32_t rest = 64 - at % 64;
	return rest < WEEK_MINUTES - at ? rest : WEEK_MINUTES - at;
}

static void set(struct week *week, int32_t from, int32_t to, bool open)
{
	while (from < to) {
		int32_t at = wrapped(from), n = to_word_end(at);
		n = n < to - from ? n : to - from;
		uint64_t bits = UINT64_MAX >> (64 - n) << at % 64;
		week->open[at / 64] = open ? week->open[at / 64] | bits : week->open[at / 64] & ~bits;
		from += n;
	}
}

void week_of_window(struct week *out, const struct window *w, enum plan_purpose purpose, uint32_t skip)
{
	static const struct window_part whole = {.days = 0x7F, .from_minute = 0, .to_minute = DAY_MINUTES};
	const struct window_part *part;
	if (window_parts_of(w, purpose, &part))
		part = &whole;
	memset(out, 0, sizeof *out);
	for (; part; part = part->next) {
		uint32_t days = skip & SKIP_WEEKENDS ? part->days & ~WEEKEND : part->days;
		int32_t to = part->to_minute + (part->to_minute <= part->from_minute ? DAY_MINUTES : 0);
		for (int32_t day = 0; day < 7; day++)
			if (days >> day & 1)
				set(out, day * DAY_MINUTES + part->from_minute, day * DAY_MINUTES + to, true);
	}
}

void week_keep_quiet(struct week *week, const struct quiet *quiet, enum plan_channel channel, int32_t ahead)
{
	for (const struct quiet *q = quiet; q; q = q->next) {
		if (q->channel != channel)
			continue;
		int32_t to = q->to_minute + (q->to_minute <= q->from_minute ? DAY_MINUTES : 0);
		for (int32_t day = 0; day < 7; day++)
			set(week, day * DAY_MINUTES + q->from_minute - ahead, day * DAY_MINUTES + to - ahead, false);
	}
}

bool week_is_open(const struct week *week, int32_t minute)
{
	int32_t at = wrapped(minute);
	return week->open[at / 64] >> at % 64 & 1;
}

uint32_t week_open_minutes(const struct week *week)
{
	uint32_t minutes = 0;
	for (size_t i = 0; i < sizeof week->open / sizeof *week->open; i++)
		for (uint64_t bits = week->open[i]; bits; bits &= bits - 1)
			minutes++;
	return minutes;
}

int32_t week_next(const struct week *week, int32_t minute)
{
	for (int32_t passed = 0; passed < WEEK_MINUTES;) {
		int32_t at = wrapped(minute + passed);
		uint64_t bits = week->open[at / 64] >> at % 64;
		if (bits)
			return minute + passed + __builtin_ctzll(bits);
		passed += to_word_end(at);
	}
	return -1;
}

int32_t week_longest_closed(const struct week *week, int32_t *ends)
{
	struct week shut = {{0}};
	int32_t longest = 0;
	*ends = 0;
	for (int32_t at = 0; at < WEEK_MINUTES; at += to_word_end(at))
		shut.open[at / 64] = ~week->open[at / 64] & UINT64_MAX >> (64 - to_word_end(at));
	for (int32_t closes = week_next(&shut, 0); closes >= 0 && closes < WEEK_MINUTES;) {
		int32_t opens = week_next(week, closes);
		if (opens < 0)
			return WEEK_MINUTES;
		if (opens - closes > longest) {
			longest = opens - closes;
			*ends = opens % WEEK_MINUTES;
		}
		closes = week_next(&shut, opens);
	}
	return longest;
}
