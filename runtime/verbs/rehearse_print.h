/* SPDX-License-Identifier: Apache-2.0
 * What a rehearsal prints: lines of the drive, kept, then shown contact by contact for people, or in order of time as
 * JSON lines (runtime.md §6). */
#ifndef SEQ_RUNTIME_VERBS_REHEARSE_PRINT_H
#define SEQ_RUNTIME_VERBS_REHEARSE_PRINT_H
#include "base/arena.h"
#include "runtime/timeline.h"
#include <stdio.h>

struct told {
	struct drive_line line; /* its slices are copies in the arena */
	size_t number;
};
struct told_lines {
	struct arena arena;
	struct told *items;
	size_t count, cap;
	int year; /* shown only where it is another one */
};
/* An on_line of the drive: context is a struct told_lines. */
void told_keep(void *context, const struct drive_line *line);
void told_free(struct told_lines *t);
/* "Mon 2 Mar 09:00", with the year unless it is that one. */
void told_put_time(FILE *out, const struct tz *zone, int64_t instant_us, int year);
/* Each contact with what it got and what it did (events), in its own time. Sorts the lines by enrollment. */
void told_print_people(struct told_lines *t, const struct timeline_events *events, FILE *out, bool colour);
void told_print_json(const struct told_lines *t, FILE *out);
/* "window; Mon 09:00 is the first open instant" is by the window: its gates. */
struct slice told_gates(struct slice reason);
#endif
