/* SPDX-License-Identifier: Apache-2.0
 * One contact's way through a sequence, on the drive that production runs: a store in memory, a virtual clock that
 * jumps from timer to timer, channels that deliver to nobody and keep what each message says. Behind `seqc test` and
 * `seqc preview`.
 *
 *     struct scenario *s = scenario_open(&options, &error);
 *     scenario_enroll(s, fields, n, mailbox, &error);            at options.start_us
 *     scenario_run(s, t, true, &error);                          all that happens before t
 *     scenario_do(s, &act, t, &error);                           somebody replies at t
 *     while (scenario_next_us(s) <= until) scenario_step(…);     or instant by instant
 *     s->happenings[0 … s->happening_count - 1]                  what happened, in order; it grows
 */
#ifndef SEQ_RUNTIME_SCENARIO_H
#define SEQ_RUNTIME_SCENARIO_H
#include "base/arena.h"
#include "runtime/drive.h"

struct scenario_options {
	struct slice policy;       /* bytes, as compiled */
	const struct slice *plans; /* bytes: the sequence's, and those that it hands over to */
	size_t plan_count;
	struct slice sequence; /* which of them the contact is enrolled in */
	struct tz_db *zones;   /* borrowed, as all of this */
	int64_t start_us;
	bool spread, ramp;    /* kept; tests and previews leave them off (language.md §11) */
	const char *base_url; /* of links; NULL: the drive's own default */
	/* For coverage: the marks (VM_MARK_…) of a plan's code, as many bytes as it has, or NULL. Called once a plan.
	 */
	uint8_t *(*marks)(void *context, const struct plan *plan);
	void *context;
};

/* What a message says, as its channel got it. */
struct scenario_message {
	struct slice subject, text, html; /* html: of an email */
	struct slice from_name, from_address, to_name, to_address, cc;
	struct slice references; /* not empty: it stands in a thread */
	bool unsubscribe;        /* it offers one in its header */
};

/* Why a message is planned for when it is: "window; Mon 09:00 is the first open instant". */
struct scenario_shift {
	int64_t due_us, planned_us;
	struct slice reason;
};

/* One line of the drive. All slices are the scenario's. */
struct happening {
	struct drive_line line; /* PLANNED and MOVED are no happenings: they are the shifts of the message they move */
	const struct scenario_message *message; /* of SENT */
	const struct scenario_shift *shifts;    /* of SENT, FAILED, SKIPPED; also of what ended while it waited */
	size_t shift_count;
	int64_t due_us; /* of a message: when it was due first (rule 3); NEVER_US: of none */
};

/* What somebody does. */
enum scenario_act_kind { ACT_EVENT, ACT_SET, ACT_PAUSE, ACT_RESUME, ACT_DEPLOY };
struct scenario_act {
	enum scenario_act_kind kind;
	struct drive_event event;         /* EVENT; without a contact: the scenario's */
	bool by_account;                  /* EVENT: a colleague does it, a second contact of the same account */
	const struct drive_field *fields; /* SET: of the contact; "" removes a value */
	size_t field_count;
	struct slice policy; /* DEPLOY: bytes, as compiled; empty: the one in force */
	const struct slice *plans;
	size_t plan_count;
};

struct scenario {
	/* read only */
	const struct happening *happenings;
	size_t happening_count;
	const struct tz *zone; /* the contact's at its start, else the workspace's */
	int64_t now_us;        /* the last instant that was run */
	bool ended;            /* the enrollment is */
	struct scenario_inside *inside;
};

/* Deploys and activates. NULL: error says why. */
struct scenario *scenario_open(const struct scenario_options *options, struct buf *error);
void scenario_close(struct scenario *s); /* NULL is fine */
/* Enrolls the one contact, at start_us; fields are its own and "input.NAME". False: error says why it is refused. */
bool scenario_enroll(struct scenario *s, const struct drive_field *fields, size_t count, struct slice mailbox,
                     struct buf *error);
/* When something happens next by itself; NEVER_US: nothing will. */
int64_t scenario_next_us(const struct scenario *s);
/* Runs the next instant, whatever happens in it. */
bool scenario_step(struct scenario *s, struct buf *error);
/* Runs every instant up to until_us, or before it; NEVER_US: to the end. The clock then stands at until_us (or at the
 * last instant). */
bool scenario_run(struct scenario *s, int64_t until_us, bool before, struct buf *error);
/* At that instant, not before now_us; timers of the same instant come after it. What came of it has happened when this
 * returns. False: error says why it cannot be done (no such step, an answer that fits no question). */
bool scenario_do(struct scenario *s, const struct scenario_act *act, int64_t at_us, struct buf *error);
/* The contact's zone at that instant, as far as it was played: one that somebody sets at it counts from it on. */
const struct tz *scenario_zone(const struct scenario *s, int64_t at_us);
/* Where it rests: a step's or wait's name as rule 12 has it; after its end the last one. Empty: not enrolled. */
struct slice scenario_position(struct scenario *s);
/* A condition of the plan (row of PROBE) of the enrollment as it is now, or as it ended. */
bool scenario_probe(struct scenario *s, uint32_t probe, bool *answer, struct buf *error);
#endif
