/* SPDX-License-Identifier: Apache-2.0
 * The drive: takes enrollments through their plans. It loads, steps the VM, commits, and only then performs; a message
 * is claimed (in memory), released (durably, the whole gate tested in that transaction) and settled (rules 1, 2). One
 * drive a store, one thread. It never asks a clock: every call says what time it is.
 *
 *     struct drive *d = drive_open(&options, now, &error);
 *     for (;;) {
 *         int n = drive_turn(d, now, &next);        bounded work, one commit
 *         channel->ops->poll(channel, n ? 0 : until next, wake_fd);
 *     }
 */
#ifndef SEQ_RUNTIME_DRIVE_H
#define SEQ_RUNTIME_DRIVE_H
#include "base/tz.h"
#include "plan/plan.h"
#include "runtime/channels/channel.h"
#include "runtime/store/store.h"

struct drive;

/* ---- what happened, as it happens: DRIVE_LINE(NAME, "word") ---- */
#define DRIVE_LINES                                                                                                    \
	DRIVE_LINE(ENROLLED, "enrolled") /* began, or was put behind another sequence (reason) */                      \
	DRIVE_LINE(PLANNED, "planned")   /* a message got its first planned instant */                                 \
	DRIVE_LINE(MOVED, "moved")       /* it got another one; reason says by which gate */                           \
	DRIVE_LINE(SENT, "sent")                                                                                       \
	DRIVE_LINE(FAILED, "failed")                                                                                   \
	DRIVE_LINE(SKIPPED, "skipped")                                                                                 \
	DRIVE_LINE(RETRY, "retry") /* a transient failure; planned_us: the next try */                                 \
	DRIVE_LINE(IN_DOUBT, "in doubt")                                                                               \
	DRIVE_LINE(EXIT, "exit")                                                                                       \
	DRIVE_LINE(FINISH, "finish")                                                                                   \
	DRIVE_LINE(HELD, "held")                                                                                       \
	DRIVE_LINE(TASK, "task") /* of an errand: subject is its title, reason more of it (a task's due time) */       \
	DRIVE_LINE(WEBHOOK, "webhook")                                                                                 \
	DRIVE_LINE(ALERT, "alert")                                                                                     \
	DRIVE_LINE(PAGE, "page")                                                                                       \
	DRIVE_LINE(HANDOFF, "handoff")                                                                                 \
	DRIVE_LINE(DONE, "done")             /* a task, webhook or page was; reason: the outcome */                    \
	DRIVE_LINE(SUPPRESSED, "suppressed") /* reason: the purpose */                                                 \
	DRIVE_LINE(RESUMED, "resumed")                                                                                 \
	DRIVE_LINE(REFUSED, "refused") /* nobody was enrolled by an event or a handoff; reason says why */
enum drive_line_event {
#define DRIVE_LINE(NAME, word) DRIVE_##NAME,
	DRIVE_LINES
#undef DRIVE_LINE
	        DRIVE_LINE_COUNT
};
const char *drive_line_word(enum drive_line_event event);

struct drive_line {
	enum drive_line_event event;
	int64_t at_us;
	const struct tz *zone; /* the contact's, or the workspace's */
	int64_t enrollment_id, contact_id;
	struct slice contact;        /* its key: an address */
	struct slice sequence, step; /* step: empty when of none */
	struct slice kind;           /* "email", "sms", "task", …: of the step; empty when of no step */
	struct slice reason;         /* why it moved or ended: "window; Mon 09:00 is the first open instant" */
	struct slice subject;        /* of a message that left */
	struct slice payload;        /* of a task, webhook, alert or page: drive_errand_next reads it */
	int64_t due_us, planned_us;  /* of a message; NEVER_US when of none */
};

/* ---- open ---- */
struct drive_options {
	struct store *store; /* borrowed; must outlive the drive */
	struct tz_db *zones; /* borrowed */
	/* Borrowed; NULL: what is due there waits. The drive sets their `events`. */
	struct channel *channels[CHANNEL_COUNT];
	bool deploys;         /* a policy of an older format, which is read no more, is about to be replaced */
	bool read_only;       /* the store was opened STORE_READ: only the calls that show work */
	bool virtual_clock;   /* only on a store that is new or was born virtual (rule 15) */
	bool spread_off;      /* tests */
	bool ramp_off;        /* tests: a mailbox may send its whole limit from the first day on */
	bool pages_post;      /* tests, rehearsals: a page but an `ask` is posted as soon as it is shown (rule 13) */
	const char *base_url; /* of links; NULL: none */
	int64_t in_doubt_us;  /* 0: 72 hours */
	struct slice home;    /* host and path: what the instance id is bound to; empty: not checked. Borrowed */
	int64_t (*boot_clock)(void *context); /* microseconds since boot, or NULL: the wall clock is not checked */
	void (*on_line)(void *context, const struct drive_line *line); /* after the commit; NULL: nobody listens */
	/* The same for REFUSED lines alone, where on_line is NULL: they stand nowhere else. NULL: nobody listens. */
	void (*on_refused)(void *context, const struct drive_line *line);
	/* For coverage: the marks of a plan's code (vm_view), as many bytes as it has, or NULL. Called once a plan. */
	uint8_t *(*marks)(void *context, const struct plan *plan);
	void *context; /* of all */
};
/* NULL: error says why in one line. Rows found released without a live process are put in doubt, durably (rule 2). */
struct drive *drive_open(const struct drive_options *options, int64_t now_us, struct buf *error);
/* The channels are closed first, which aborts what is claimed; what is released and unanswered is found in doubt by the
 * next drive_open. */
void drive_close(struct drive *d);
/* Another channel for what is due, or NULL: what is due there waits. Only while drive_idle. */
void drive_connect(struct drive *d, enum plan_channel kind, struct channel *channel);
/* One line: why nothing leaves although something is due (a restored copy, the clock), or NULL. Borrowed. */
const char *drive_stopped(const struct drive *d);
bool drive_adopt(struct drive *d, int64_t now_us, struct buf *error);        /* rule 15: this copy is the one now */
bool drive_accept_clock(struct drive *d, int64_t now_us, struct buf *error); /* rule 15 */

/* ---- deploying ---- */
/* Puts the policy in force and each plan under its sequence's name; the bytes are verified. A plan that names what the
 * policy lacks, or a plan in use that the policy would break, refuses the whole (rule 14). New sequences are INACTIVE
 * (or DRAFT); an active one stays so. Enrollments in flight keep their plan. False: error; nothing changed. */
bool drive_deploy(struct drive *d, struct slice policy, const struct slice *plans, size_t plan_count, int64_t now_us,
                  struct buf *error);

enum drive_target { TARGET_SEQUENCE, TARGET_MAILBOX, TARGET_CONTACT, TARGET_ALL };
enum drive_change { CHANGE_ACTIVATE, CHANGE_PAUSE, CHANGE_RESUME };
/* Rule 7. ACTIVATE is for sequences. `name`: of the sequence or mailbox, or the contact's address; empty for ALL. What
 * a resume moves is moved by the next turns. False: error says why (no such name, a draft, not paused). */
bool drive_set_state(struct drive *d, enum drive_target target, struct slice name, enum drive_change change,
                     int64_t now_us, struct buf *error);

/* ---- enrolling (rules 11, 16) ---- */
struct drive_field {
	struct slice name, text; /* "email" or "contact.email" is a field of the contact; "input.NAME" an input */
};
struct drive_enroll {
	struct slice sequence; /* empty: the mailbox's default sequence */
	const struct drive_field *fields;
	size_t field_count;
	struct slice mailbox;         /* empty: the sequence's */
	struct slice idempotency_key; /* empty: none; else a call with the same key enrolls once for ever */
	int64_t horizon_us;           /* 0: none; else refused when leaves_us would be later than now + that */
};
enum drive_enroll_outcome {
	ENROLLED,
	ENROLL_QUEUED /* behind another sequence of the contact */,
	ENROLL_ALREADY,
	ENROLL_REFUSED
};
struct drive_enrolled {
	enum drive_enroll_outcome outcome;
	int64_t enrollment_id, contact_id; /* ALREADY: the earlier one; 0 when there is none */
	int64_t first_due_us; /* planned instant of the message it rests at, or end of its wait; NEVER_US: none */
	int64_t leaves_us;    /* the same, with the first messages before it in a mailbox of limited days (rule 6) */
	char reason[256];     /* REFUSED, ALREADY, QUEUED: a clause that names the field or rule */
};
/* False: the store failed, or the drive is one that sends nothing and takes nothing. Events that came before are taken
 * before it begins. */
bool drive_enroll(struct drive *d, const struct drive_enroll *request, int64_t now_us, struct drive_enrolled *result,
                  struct buf *error);
/* Whether the request's sequence takes enrollments, and where name is not empty, whether one could bring a field of
 * that name. Its own fields are not looked at. False: why is a clause. */
bool drive_enroll_column(struct drive *d, const struct drive_enroll *request, struct slice name, struct buf *why);
/* Several drive_enroll, drive_event and drive_stop in one commit, all or nothing. Without it each is its own. No
 * drive_turn in between. */
bool drive_group_begin(struct drive *d, struct buf *error);
bool drive_group_commit(struct drive *d, struct buf *error);
void drive_group_rollback(struct drive *d);

/* ---- events (rule 9): into the inbox, once; the next turns take them ---- */
/* The first ones are enum plan_trigger. */
enum drive_event_kind {
	EVENT_REPLY,
	EVENT_WE_WROTE,
	EVENT_MEETING,
	EVENT_CLICK,
	EVENT_OPEN,
	EVENT_ANSWER,
	EVENT_NAMED /* event "…" */,
	EVENT_BOUNCE = 16,
	EVENT_UNSUBSCRIBE,
	EVENT_COMPLAINT,
	EVENT_VISIT,
	EVENT_CHANGED /* the contact was revised */,
	EVENT_INPUTS /* what an enrollment brought */,
	EVENT_DONE,       /* a task or webhook: outcome, fields */
	EVENT_AUTO_REPLY, /* until_us */
	EVENT_LEAVE,      /* rehearsals: the contact leaves that page as it is */
	EVENT_POSTED,     /* a page's "continue" */
	EVENT_HANDOFF     /* to be enrolled elsewhere */
};
/* "reply", "click", "event", "bounce", "unsubscribe", … as language.md §11 writes them; -1: none of them. */
int drive_event_kind_of(struct slice word);
const char *drive_event_word(enum drive_event_kind kind); /* "" for those that nobody writes */
struct drive_event {
	enum drive_event_kind kind;
	struct slice contact;     /* an address; empty: enrollment_id says whose */
	int64_t enrollment_id;    /* 0: every enrollment of the contact */
	struct slice sequence;    /* empty: any */
	struct slice step;        /* empty: of no step */
	struct slice name;        /* of EVENT_NAMED */
	struct slice external_id; /* empty: always new */
	struct slice text;        /* of a reply */
	struct slice outcome;     /* of DONE; "failed" for a webhook that did not work */
	int64_t until_us;         /* of AUTO_REPLY: the return; 0: not said */
	/* Of EVENT_NAMED its fields; of ANSWER "question" (or "question.row") and its answer; of DONE what a webhook
	 * returned. */
	const struct drive_field *fields;
	size_t field_count;
};
/* False: error (unknown contact, sequence or step; the store). *was_there: that external id came before; nothing is
 * done. */
bool drive_event(struct drive *d, const struct drive_event *event, int64_t now_us, bool *was_there, struct buf *error);
/* Open tasks, webhooks, alerts and pages, oldest first. */
struct drive_errand {
	int64_t id, enrollment_id, at_us;
	const struct tz *zone; /* the contact's */
	struct slice contact, sequence, step, kind;
	struct slice payload; /* drive_errand_next reads it: title, subject, body, url, json, due, outcomes … */
};
bool drive_errands(struct drive *d, void (*each)(void *context, const struct drive_errand *errand), void *context,
                   struct buf *error);
/* Takes the next text off the front. False: none left. */
bool drive_errand_next(struct slice *payload, struct slice *name, struct slice *text);
/* Ends the contact's enrollments (sequence empty: all) with reason "stopped"; *ended: how many. */
bool drive_stop(struct drive *d, struct slice contact, struct slice sequence, int64_t now_us, int *ended,
                struct buf *error);
/* Rule 14; address as people write it. purpose: enum plan_purpose or -1, channel: enum plan_channel or -1. */
bool drive_suppress(struct drive *d, struct slice address, int channel, int purpose, struct slice reason,
                    int64_t now_us, struct buf *error);
/* A person says whether a message in doubt arrived (rule 2). */
bool drive_resolve(struct drive *d, int64_t enrollment_id, bool sent, int64_t now_us, struct buf *error);
/* Revises a contact: fields as in drive_enroll; "" removes a value. */
bool drive_contact_set(struct drive *d, struct slice contact, const struct drive_field *fields, size_t count,
                       int64_t now_us, struct buf *error);

/* ---- the loop ---- */
/* One round: events, settlements, what is due, releases; one commit; then what may go goes. Returns how many
 * transitions were made; 0: nothing to do now. -1: the store failed (drive_error): close the drive and the store.
 * *next_us: when to come again if no channel and no caller has anything new; now_us when there is more to do. */
int drive_turn(struct drive *d, int64_t now_us, int64_t *next_us);
bool drive_idle(const struct drive *d); /* nothing is on its way out */
const char *drive_error(const struct drive *d);
/* No more claims: what is on its way finishes. For a stop in order. */
void drive_drain(struct drive *d);
/* Claims and releases stop (a full disk, rule 21), settling and events go on; drive_stopped says why. NULL: they go on.
 */
void drive_hold_back(struct drive *d, const char *why);

/* ---- looking (why.c, status.c) ---- */
struct drive_sequence_status {
	struct slice name;
	enum sequence_state state;
	int64_t active, queued, held, ended, out, in_doubt;
	int64_t next_us; /* NEVER_US: nothing */
};
struct drive_mailbox_status {
	uint32_t number; /* as its channel knows it: struct delivery's mailbox */
	struct slice name, address;
	bool paused;
	int64_t sent_today, limit_today; /* limit -1: none */
	int64_t parked_until_us;         /* 0: not parked */
	struct slice trouble;            /* what its server said last; empty: nothing */
};
/* Walks every enrollment once. */
bool drive_status_sequences(struct drive *d, void (*each)(void *context, const struct drive_sequence_status *row),
                            void *context);
bool drive_status_mailboxes(struct drive *d, int64_t now_us,
                            void (*each)(void *context, const struct drive_mailbox_status *row), void *context);

/* One enrollment as it stands. */
struct drive_view {
	int64_t enrollment_id, contact_id;
	struct slice contact, sequence;
	const char *status;   /* "active", "queued", "held", "paused", "ended" */
	struct slice at;      /* the step or wait it rests at */
	struct slice message; /* "waiting", "claimed", "released", "in doubt"; empty: it rests at no message */
	struct slice mailbox;
	const struct tz *zone;
	int64_t started_us;
	int64_t wake_us, due_us, planned_us, released_us; /* NEVER_US: none */
	uint32_t attempts;
	int64_t outbox_id; /* of the message it rests at; 0: not rendered yet */
};
/* The contact's (sequence empty: in all), newest first. False: nobody, or the store failed: error. */
bool drive_show(struct drive *d, struct slice contact, struct slice sequence,
                void (*each)(void *context, const struct drive_view *view), void *context, struct buf *error);
/* Every message on its way, in order of enrollment. */
bool drive_outbox(struct drive *d, void (*each)(void *context, const struct drive_view *view), void *context,
                  struct buf *error);
/* A message as it was rendered; text: of a text for a phone, or to quote later, else empty; bytes: what its channel
 * got. Slices point into memory. False: there is none. */
struct drive_letter {
	int64_t enrollment_id;
	struct slice recipient, message_id, subject, text, bytes;
};
bool drive_letter(struct drive *d, int64_t outbox_id, struct drive_letter *letter, struct buf *memory);
/* For tests: the answer to a condition of the enrollment's plan (a row of PROBE), asked of it as it is now, or as it
 * ended, and of its contact as that is now. False: error (no such enrollment, a plan without that row; the store). */
bool drive_probe(struct drive *d, int64_t enrollment_id, uint32_t probe, int64_t now_us, bool *answer,
                 struct buf *error);
/* In sentences: what was sent, what was not and by which gate, when the next is. Times in the contact's zone. */
bool drive_why(struct drive *d, struct slice contact, struct slice sequence, int64_t now_us, struct buf *out,
               struct buf *error);
#endif
