/* SPDX-License-Identifier: Apache-2.0
 * A drive on a virtual clock that jumps from timer to timer. Events of an instant are in the store before its timers
 * are taken (runtime.md §6). For `seqd rehearse` and `seqc preview`; the drive's on_line says what happens. */
#ifndef SEQ_RUNTIME_TIMELINE_H
#define SEQ_RUNTIME_TIMELINE_H
#include "runtime/drive.h"

struct timeline_event {
	int64_t at_us;
	struct drive_event event;
	struct slice place; /* what an error names: "events.jsonl:7"; empty: nothing */
};
struct timeline_events {
	struct timeline_event *items; /* sorted here by at_us, order kept among equals */
	size_t count;
};
/* Runs from from_us up to and including until_us (NEVER_US: until nothing is left to happen). The drive must be one
 * with virtual_clock; its channels are polled without waiting. False: error. */
bool timeline_run(struct drive *d, struct channel *channel, int64_t from_us, int64_t until_us,
                  struct timeline_events *events, struct buf *error);
/* Turns at one instant until nothing moves; *wake_us: when something does next, NEVER_US: never. channel: to be polled,
 * or NULL. False: error. */
bool timeline_settle(struct drive *d, struct channel *channel, int64_t now_us, int64_t *wake_us, struct buf *error);
#endif
