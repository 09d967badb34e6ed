/* SPDX-License-Identifier: Apache-2.0
 * Reads the events of a rehearsal: JSON lines {"at", "contact", "event", "step", "name", …}. A bad line is reported
 * with its place, and then no event is taken. */
#ifndef SEQ_RUNTIME_VERBS_EVENTS_FILE_H
#define SEQ_RUNTIME_VERBS_EVENTS_FILE_H
#include "base/arena.h"
#include "base/cli.h"
#include "runtime/timeline.h"

/* Times without an offset are in `zone`. Texts live in the arena. An exit_code; what is wrong is printed. */
int events_file_read(const struct cli *c, const char *path, const struct tz *zone, struct arena *arena,
                     struct timeline_events *events);
#endif
