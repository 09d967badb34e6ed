/* SPDX-License-Identifier: Apache-2.0
 * When a message may leave (rule 4): from the instant it is due through window and skipped days, quiet hours and limits
 * to its planned instant, with the reasons that moved it. Pure: what it knows of limits it asks the caller. */
#ifndef SEQ_RUNTIME_GATE_H
#define SEQ_RUNTIME_GATE_H
#include "base/buf.h"
#include "runtime/schedule/window.h"

/* GATE(NAME, "word"): what can move a message, in the order of rule 4. */
#define GATES                                                                                                          \
	GATE(PAUSE, "pause")                                                                                           \
	GATE(WINDOW, "window")                                                                                         \
	GATE(WEEKEND, "weekend")                                                                                       \
	GATE(HOLIDAY, "holiday")                                                                                       \
	GATE(QUIET, "quiet hours")                                                                                     \
	GATE(LIMIT, "limit")                                                                                           \
	GATE(MAILBOX, "mailbox limit")                                                                                 \
	GATE(OUTAGE, "outage")
enum gate_reason {
#define GATE(NAME, word) GATE_##NAME,
	GATES
#undef GATE
	        GATE_REASON_COUNT
};
const char *gate_word(enum gate_reason reason);

struct gate_quiet {
	int from_minute, to_minute;
};

struct gate {
	const struct tz *zone;         /* the schedule zone (rule 5) */
	const struct tz *contact_zone; /* of quiet hours and of limits' dates */
	const struct window_set *window;
	struct window_days days;
	const struct gate_quiet *quiet; /* of the message's channel */
	uint32_t quiet_count;
	/* Where the contact's zone is unknown: quiet hours of all of these are kept. None: of contact_zone. */
	const struct tz *const *quiet_zones;
	uint32_t quiet_zone_count;
	int64_t spread_us; /* 0: none */
	uint64_t hash;     /* of (enrollment, step): where in the spread (rule 3) */
	bool opened;       /* an opening set the instant it is due: `at`, a resume, a mailbox with room */
	uint32_t reasons;  /* what has moved it already, as bits 1 << enum gate_reason */
	/* Whether a limit is used up on that local date of the contact. NULL: no limits. */
	bool (*full)(void *context, int32_t day);
	void *context;
};

struct gate_plan {
	int64_t planned_us; /* INT64_MAX: never, within 400 days */
	uint32_t reasons;   /* bits: those of the gate, and each that was the first closed, in turn */
};

/* The first instant from `from_us` on at which every gate is open; spread out where an opening set it. */
struct gate_plan gate_plan(const struct gate *g, int64_t from_us);
/* Whether every gate is open at that instant; else *reason is the first that is closed. */
bool gate_is_open(const struct gate *g, int64_t at_us, enum gate_reason *reason);
/* "window, limit; Mon 2 Mar 09:00 is the first open instant". Empty when nothing moved it. */
void gate_explain(struct buf *out, uint32_t reasons, int64_t planned_us, const struct tz *zone);
#endif
