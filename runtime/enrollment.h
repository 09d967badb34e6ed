/* SPDX-License-Identifier: Apache-2.0
 * An enrollment as the drive keeps it: where the VM stands, the one message that is out or on its way, the thread so
 * far. The store and the journal hold it packed. Instants are written as differences, so that most take a byte or four.
 */
#ifndef SEQ_RUNTIME_ENROLLMENT_H
#define SEQ_RUNTIME_ENROLLMENT_H
#include "base/buf.h"
#include "runtime/vm/vm.h"

/* The message an enrollment rests at (rule 1). A claim is known to this process alone, and stands nowhere. */
enum message_phase { MESSAGE_NONE, MESSAGE_WAITING, MESSAGE_RELEASED, MESSAGE_DOUBT };

struct live_message {
	enum message_phase phase;
	uint32_t step;
	uint16_t pick; /* which of the step's messages: its variant, or the channel that takes it */
	bool chosen;   /* the channel was chosen (a step `by` several) */
	uint16_t occurrence;
	uint32_t attempts;        /* failed ones */
	uint32_t reasons;         /* why planned_us is not due_us: bits 1 << enum gate_reason */
	int64_t due_us;           /* rule 3 */
	int64_t first_planned_us; /* what `late` counts from; moved on by the time paused */
	int64_t planned_us;       /* rule 4 */
	int64_t next_try_us;      /* after a transient failure; 0: none was */
	int64_t released_us;      /* 0: never */
	int64_t outbox_id;        /* the row with its bytes; 0: not rendered for good yet */
	uint8_t counted; /* counter rows that were raised, on these dates (rule 6): bits 1 << enum limit_scope */
	int32_t contact_day, mailbox_day;
};

/* A message that the enrollment does not wait for (rule 13), until its turn comes. */
struct detached_message {
	uint32_t step;
	uint16_t pick, occurrence;
	int64_t due_us;
};
#define DETACHED_MAX 9u  /* PLAN_QUEUED_MAX, and one that the VM rests at, behind a reminder */
#define EVENTS_MAX   64u /* of those taken last */

struct enrollment_state {
	struct vm_state vm;
	struct live_message message;
	uint32_t sent; /* messages that count as sent: one is a follow-up when this is not 0 (rule 6) */
	uint32_t sent_by[CHANNEL_COUNT]; /* those on a phone's channels; what is left of `sent` are emails */
	int64_t last_mail_id; /* outbox row of the last sent email of the thread; 0: the next one opens one (rule 20) */
	int64_t inputs_id;    /* inbox row of what the enrollment brought; 0: nothing */
	bool detached;        /* the live message is one that the VM does not rest at */
	struct detached_message queue[DETACHED_MAX]; /* those after it; one that the VM rests at is the last */
	uint8_t queue_count;
	/* Of a plan with a `wait for`: events up to that inbox number, and these, are not offered to one (rule 9). */
	int64_t events_before;
	int64_t events[EVENTS_MAX]; /* ascending */
	uint8_t event_count;
	int64_t held_us, held_until_us; /* an automatic answer came then, and holds until then; 0: not held */
};

void enrollment_encode(struct buf *out, const struct enrollment_state *s);
/* `vm` must have its arrays (vm_state_init); texts borrow `packed`. False: damaged. */
bool enrollment_decode(struct slice packed, struct enrollment_state *s);
#endif
