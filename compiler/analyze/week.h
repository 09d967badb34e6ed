/* SPDX-License-Identifier: Apache-2.0
 * A window as the minutes of one week in its own zone, Monday 00:00 first: what the analyses of time reckon with.
 * Holidays are left out. Pure; nothing fails. */
#ifndef SEQ_COMPILER_ANALYZE_WEEK_H
#define SEQ_COMPILER_ANALYZE_WEEK_H
#include "compiler/check.h"

#define DAY_MINUTES  1440
#define WEEK_MINUTES (7 * DAY_MINUTES)

struct week {
	uint64_t open[(WEEK_MINUTES + 63) / 64]; /* a bit a minute */
};

/* The parts of a window that decides about a message; of none at all those of rule 4. True: every time of an allowed
 * day. */
bool window_parts_of(const struct window *w, enum plan_purpose purpose, const struct window_part **parts);
/* The minutes that the window allows on days that are not skipped (skip: bits SKIP_…). */
void week_of_window(struct week *out, const struct window *w, enum plan_purpose purpose, uint32_t skip);
/* Closes the channel's quiet hours; their zone is `ahead` minutes ahead of the week's. */
void week_keep_quiet(struct week *week, const struct quiet *quiet, enum plan_channel channel, int32_t ahead);
bool week_is_open(const struct week *week, int32_t minute); /* any minute, also of weeks before and after */
uint32_t week_open_minutes(const struct week *week);
/* The first open minute from that one on, which may lie in the week after; -1: none. */
int32_t week_next(const struct week *week, int32_t minute);
/* Minutes of the longest closed time; WEEK_MINUTES when it never opens. ends: the minute at which it opens again. */
int32_t week_longest_closed(const struct week *week, int32_t *ends);
#endif
