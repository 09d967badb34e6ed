/* SPDX-License-Identifier: Apache-2.0
 * The inside of the drive, shared by its files alone. A `work` is one enrollment in hand: loaded, moved, saved, one at
 * a time. Functions that return bool return false when the store failed: the transaction is then given up
 * (drive_error).
 *
 *   drive.c       open, close, the turn           work.c       load, VM step, save          planning.c   rule 4's gate
 *   delivery.c    claim, release, settle          mailbox.c    whose turn it is             limits.c     rule 6
 *   event.c       the inbox                       enroll.c     rule 16                      pause.c      rule 7
 *   deploy.c      plans, policy, states           instance.c   rule 15                      lines.c      what is told
 *   account.c     who belongs together            outbox.c     bytes and threads        rederive.c   rule 5
 *   people.c      contacts in the store           flights.c    claims in the air        ids.c        what derives
 *   errand.c      tasks, pages …               incoming.c   what events bring       starts.c     who begins by itself
 *   pick.c        variants and channels      dates.c, hold.c   starts on dates, automatic answers
 *   texting.c     texts for phones           phone_zone.c, await.c   rules 5 and 9
 *   status.c, why.c   what is shown */
#ifndef SEQ_RUNTIME_ENGINE_H
#define SEQ_RUNTIME_ENGINE_H
#include "base/arena.h"
#include "runtime/contact.h"
#include "runtime/drive.h"
#include "runtime/enrollment.h"
#include "runtime/journal.h"
#include "runtime/library.h"

#define TURN_STEPS         10000 /* rule 21: the most a group grows to */
#define TURN_EVENTS        1000
#define SECRET_BYTES       32
#define MAIL_DOUBT_US      (72 * US_PER_HOUR) /* rule 2 */
#define MAIL_RETRY_US      (48 * US_PER_HOUR) /* rule 1 */
#define PHONE_RETRY_US     (12 * US_PER_HOUR)
#define OUTAGE_US          (6 * US_PER_HOUR) /* rule 15 */
#define OVERDUE_SPREAD_US  US_PER_HOUR       /* rule 7: where a sequence names no spread */
#define POISON_TRIES       3                 /* rule 21 */
#define HANDOFF_INPUTS_MAX 64

/* A claim: a message on its way through a channel. Known to this process alone. */
enum flight_stage { FLIGHT_STARTED, FLIGHT_READY, FLIGHT_RELEASED, FLIGHT_REFUSED /* the gate closed: aborting */ };
struct flight {
	struct delivery delivery; /* first: a channel's delivery is its flight */
	enum flight_stage stage;
	bool listed, over; /* in `ready` or `going`; its channel is done with it */
	struct channel *channel;
	struct flight *next; /* in its list */
	uint32_t index;      /* of drive.flights.all */
	int64_t enrollment_id, contact_id;
	uint32_t step;
	uint16_t occurrence, pick, mailbox;
	uint8_t channel_kind, purpose;
	bool followup;
	int32_t contact_day; /* the date it counts on (rule 6) */
	struct person person;
	struct buf packed; /* the outbox row's bytes: outbox.h */
	struct buf texts;  /* from, to, message-id, subject, one after the other */
	struct slice subject;
};

struct flight_list {
	struct flight *first, *last;
};

struct flights {
	struct flight **all; /* `count` in the air, then free ones */
	uint32_t count, made, cap;
	uint32_t *slots; /* open addressing by enrollment id: index + 1 */
	uint32_t slot_count;
	struct flight_list ready; /* they ask for their release */
	struct flight_list going; /* decided in this transaction: told after its commit */
	struct flight_list done;  /* to be settled */
};

/* A message that is due and waits for its mailbox (rule 6). */
struct queued {
	bool followup;
	int64_t planned_us, id;
};

struct mailbox {
	uint32_t row;               /* of the policy; NONE: it has it no more */
	struct slice name, address; /* borrow the policy */
	bool limited;
	int32_t ramp_day;     /* the date of its first message; INT32_MIN: none yet */
	int64_t backlog;      /* active enrollments that nothing was sent to yet */
	struct queued *queue; /* a heap */
	uint32_t count, cap;
	int64_t parked_until_us;  /* its limit is used up; 0: not */
	int64_t stopped_until_us; /* its server or account is at fault; 0: not */
	uint32_t troubles;        /* in a row */
	char trouble[200];
};

struct pause {
	enum drive_target target;
	int64_t id; /* sequence, mailbox number or contact */
	int64_t since_us;
	int64_t resumed_us; /* 0: still paused; else what it moved is being moved, */
	int64_t cursor;     /* … up to this enrollment, which is free again */
};

struct loaded_sequence {
	struct sequence_row row;
	struct slice name; /* owned */
};

struct account_entry {
	uint64_t key; /* hash of an account's name or domain */
	int64_t contact_id;
};
struct account_index {
	struct account_entry *entries;
	size_t count, cap;
	bool made, sorted;
};

/* One of two sets of a VM state's arrays. */
struct vm_arrays {
	uint8_t *facts;
	struct value *slots;
};

/* What the transition in hand asks for beside its message; written when it is saved. */
enum asked_kind { ASKED_ERRAND, ASKED_CLOSE, ASKED_SUPPRESS };
struct asked {
	enum asked_kind kind;
	uint32_t step; /* SUPPRESS: the purpose */
	uint16_t occurrence;
	uint8_t errand_kind;     /* enum plan_step_kind */
	enum errand_state state; /* CLOSE: what it becomes */
	size_t payload_at, payload_n;
};

struct drive {
	struct drive_options options;
	struct store *store;
	uint8_t secret[SECRET_BYTES];
	struct evp_mac_ctx_st *mac; /* keyed with it */
	struct buf error;
	bool failed, draining, in_group, promoting;
	bool backlog_known;  /* the mailboxes' */
	char stopped[256];   /* why nothing leaves; empty: nothing stops it */
	char held_back[256]; /* the same, as the caller says */

	struct numbering fields, mailbox_names;
	struct loaded_policy policy;
	struct loaded_plan **plans;
	uint32_t plan_count, plan_cap;
	struct loaded_sequence *sequences;
	uint32_t sequence_count, sequence_cap;
	struct mailbox *mailboxes; /* by stable number */
	uint32_t mailbox_count;
	struct pause *pauses;
	uint32_t pause_count, pause_cap;
	struct flights flights;

	int64_t inbox_taken, inbox_before; /* number of the last event taken; as the transaction found it */
	int64_t rederive_after;            /* waits up to this enrollment are derived again; -1: nothing to do */
	int64_t boot_wall_us, boot_us;     /* the wall and boot clocks when it was opened */
	int64_t seen_us;                   /* the last instant in the store */
	int64_t outage_until_us;           /* what was planned before it is overdue as after a pause; 0: no outage */
	uint8_t counting;                  /* bits 1 << enum limit_scope: counters that are kept */
	bool by_account;                   /* a plan has an exit `by account` */
	struct account_index accounts;
	uint64_t generation;     /* of the contacts: grows with each revision */
	int64_t promote_contact; /* one of its enrollments ended: a queued one may begin; 0: none */
	uint32_t steps, claims;  /* transitions and claims of this turn */

	/* scratch, reused */
	struct person person;
	struct vm_arrays arrays[2];
	uint32_t fact_cap;
	int current; /* which set the work's state stands in */
	struct value *plan_values, *policy_values, *input_values;
	uint32_t plan_value_cap, policy_value_cap, input_value_cap;
	struct buf state, detail, inputs, key, text, outbox_memory, render_bufs[7];
	struct vm_effects effects;
	struct render_cache *render_cache;  /* of the plans and the policy in force */
	int64_t *ids, *own_ids, *event_ids; /* TURN_STEPS each: what is due; of enrolling and promoting; of an event */
	struct left_page {
		int64_t contact_id;
		uint64_t step; /* its name's hash */
	} * left;              /* pages that contacts of a rehearsal do not go on from */
	uint32_t left_count;
	int64_t handoff_contact, handoff_us; /* the last handoff's, and how many of that contact came at that instant */
	uint32_t handoff_count;
	bool dates_known, dates_start; /* whether an active sequence starts on a date */
	int64_t dates_after;           /* contacts up to this one were looked at for them; -1: all */
	const struct tz **phone_zones; /* of the calling code that was asked for last; none: the workspace's */
	uint32_t phone_zone_count;
	size_t phone_code;           /* 0: none was */
	struct arena offered_memory; /* texts of older events */
	struct asked *asked;         /* of the work in hand */
	uint32_t asked_count, asked_cap;
	struct buf asked_memory; /* their payloads */
	struct inbox_row event_row;
	struct buf event_memory;
	struct {
		int64_t id;
		int count;
	} poisoned[16];
	struct arena lines_memory;
	struct drive_line *lines;
	uint32_t line_count, line_cap;
};

/* ---- drive.c ---- */
bool drive_fail(struct drive *d, const char *format, ...) __attribute__((format(printf, 2, 3))); /* always false */
bool drive_store_failed(struct drive *d); /* takes the store's words; always false */
bool drive_begin(struct drive *d);        /* nothing within a group */
bool drive_commit(struct drive *d);
void drive_abandon(struct drive *d);

/* ---- work.c ---- */
enum load_result { LOAD_OK, LOAD_MISSING, LOAD_POISON, LOAD_FAILED };
struct work {
	struct enrollment row;
	struct loaded_plan *plan;
	struct enrollment_state state;
	struct person *person;
	struct vm_view view;
	bool changed, contact_changed;
	bool awaits;      /* it has come to rest in a `wait for`: older events are to be offered */
	int64_t event_id; /* inbox number of the event in hand; 0: none */
	bool was_first;   /* it was one of its mailbox's backlog */
};
enum load_result work_load(struct drive *d, int64_t id, struct person *person, struct work *w);
/* To move it on, with d->person. False: there is nothing to move, a poisoned one is taken care of; or *good is false:
 * the store failed. */
bool work_open(struct drive *d, int64_t id, struct work *w, int64_t now_us, bool *good);
/* The same for a new one of a contact: at its start. person->packed is read. */
enum load_result work_new(struct drive *d, const struct enrollment *row, struct person *person, struct work *w);
/* Steps the VM and takes its effects up. Nothing is written but a contact's new revision. */
bool work_event(struct drive *d, struct work *w, const struct vm_event *event, int64_t now_us);
bool work_settle(struct drive *d, struct work *w, enum plan_fact fact, int64_t completed_us, const char *why,
                 int64_t now_us);
void work_end(struct drive *d, struct work *w, bool is_exit, struct slice reason, int64_t now_us);
/* Journals it if it changed. Then the work is over: what was queued behind it may have begun. */
bool work_save(struct drive *d, struct work *w, int64_t now_us);
void work_fact(struct drive *d, struct work *w, const struct journal_fact *fact); /* into the detail of the next save */
bool work_poison(struct drive *d, int64_t id, int64_t now_us);
const struct plan_message *work_message(const struct work *w); /* the live one */
/* It ends by an exit that is true now: its block runs first. */
bool work_leave(struct drive *d, struct work *w, uint32_t exit, int64_t now_us);
struct vm_view work_policy_view(struct drive *d, struct work *w);
bool drive_read_person(struct drive *d, int64_t contact_id,
                       struct person *person);               /* as it is now, unless in hand already */
struct loaded_plan *drive_plan(struct drive *d, int64_t id); /* NULL: cannot be loaded; or the store failed */
struct loaded_sequence *drive_sequence(struct drive *d, struct slice name);
struct loaded_sequence *drive_sequence_by_id(struct drive *d, int64_t id);

/* ---- incoming.c, answers.c: what an event brings ---- */
/* An inbox row in hand; slices borrow what holds its payload. */
struct incoming {
	struct inbox_row row;
	struct slice sequence, step, name, text, outcome;
	struct slice fields; /* incoming_next reads them */
	int64_t until_us;
	bool from_account; /* it is another contact's, of the same account */
};
/* What it brings to an enrollment's slots. */
struct settings {
	struct arena *memory;
	struct vm_setting *items;
	uint32_t count, cap;
};
void incoming_pack(const struct drive_event *event, struct buf *out);
void incoming_read(struct slice payload, struct incoming *in); /* all but its row */
bool incoming_field(const struct incoming *in, struct slice name, struct slice *text);
bool incoming_next(struct slice *fields, struct slice *name, struct slice *text);
void setting_add(struct settings *s, uint32_t slot, struct value value);
/* step: of the event, in the plan; NONE. Answers are kept in the store on the way. */
bool incoming_values(struct drive *d, struct work *w, const struct incoming *in, uint32_t step, struct settings *s);
/* Of a kind that is a trigger: as the VM takes it; borrows both. */
struct vm_event incoming_trigger(const struct incoming *in, uint32_t step, const struct settings *s, int64_t came_us);
/* Whether an outcome or answers can be true of the contact's newest enrollment that has the step. False: error. */
bool incoming_check(struct drive *d, const struct drive_event *event, int64_t contact_id, struct buf *error);
bool answers_values(struct drive *d, struct work *w, const struct incoming *in, uint32_t step, struct settings *s);
bool answers_check(struct drive *d, struct work *w, uint32_t step, const struct drive_event *event, struct buf *error);

/* ---- await.c: a `wait for` is offered what came before it (rule 9) ---- */
void await_begin(struct drive *d, struct work *w); /* what came before the enrollment is not for it */
void await_taken(struct work *w);                  /* the event in hand is spent */
bool await_offer(struct drive *d, struct work *w, int64_t now_us);

/* ---- starts.c: who begins by itself ---- */
/* enroll.c: a contact that is here, within a transaction. in: the event that starts it; NULL: none. */
bool enroll_known(struct drive *d, struct slice sequence, int64_t contact_id, const struct drive_field *fields,
                  size_t count, const struct incoming *in, int64_t now_us, struct drive_enrolled *result);
bool start_handoff(struct drive *d, const struct incoming *in, int64_t now_us);
bool start_on_event(struct drive *d, const struct incoming *in, int64_t now_us);
bool enroll_ahead(struct drive *d, struct slice sequence, int64_t contact_id, int64_t at_us, int64_t now_us,
                  struct drive_enrolled *result);
bool enroll_begin_ahead(struct drive *d, struct work *w, int64_t now_us); /* its moment has come */
/* ---- dates.c: sequences that start on a date ---- */
bool dates_any(struct drive *d);
void dates_begin(struct drive *d); /* all contacts are to be looked at */
bool dates_advance(struct drive *d, int64_t now_us);
bool dates_of_contact(struct drive *d, int64_t contact_id, int64_t now_us);
bool dates_is_due(struct drive *d, struct work *w, int64_t now_us);
/* ---- hold.c: an automatic answer holds an enrollment until the contact is back (rule 7) ---- */
bool hold_begin(struct drive *d, struct work *w, int64_t until_us, int64_t now_us);
bool hold_is_over(struct drive *d, struct work *w, int64_t now_us); /* its wake-up */

/* ---- errand.c ---- */
/* Both render or note what the code asked for; errand_flush writes it. False: no memory. */
bool errand_perform(struct drive *d, struct work *w, const struct vm_effect *e, int64_t now_us);
bool errand_suppress(struct drive *d, struct work *w, uint32_t purpose, int64_t now_us);
/* The step's open errand becomes that. */
bool errand_settle(struct drive *d, struct work *w, uint32_t step, enum errand_state state);
bool errand_flush(struct drive *d, struct work *w, int64_t now_us);
void errand_drop(struct drive *d);
struct slice errand_field(struct slice payload, const char *name); /* empty: it has none */
/* A text of the plan (or the policy) with the enrollment's values, as plain text. NONE writes nothing. */
bool errand_text(struct drive *d, struct work *w, const struct image *image, uint32_t text, int64_t now_us,
                 struct buf *out);

/* ---- planning.c: the gate ---- */
enum verdict {
	VERDICT_GO,
	VERDICT_EXIT,
	VERDICT_CAP,
	VERDICT_FAIL,
	VERDICT_SKIP,
	VERDICT_MOVE,
	VERDICT_PAUSED,
	VERDICT_MAILBOX
};
struct ruling {
	enum verdict verdict;
	uint32_t exit;    /* EXIT: its row */
	const char *why;  /* FAIL, SKIP */
	char cap[64];     /* CAP, in words */
	uint32_t reasons; /* MOVE */
	int64_t from_us;  /* MOVE: not before that; MAILBOX: opens again then */
};
/* Rule 4's gates, in its order. `self`: the claim that asks, which does not count against itself; NULL at the claim. */
bool gate_rule(struct drive *d, struct work *w, const struct flight *self, int64_t now_us, struct ruling *ruling);
/* Brings the enrollment to where a closed gate puts it. */
bool gate_apply(struct drive *d, struct work *w, const struct ruling *ruling, int64_t now_us);
/* Gives the live message its planned instant, from from_us on. `first`: its first. */
bool gate_plan_message(struct drive *d, struct work *w, int64_t from_us, uint32_t reasons, bool first, bool opened,
                       int64_t now_us);
int64_t gate_next_opening(struct drive *d, struct work *w, int64_t from_us,
                          int64_t now_us); /* for a retry; NEVER_US: none, or failed */
/* Into d->phone_zones: where a number may be. False: no memory. phone_zone.c */
bool phone_zones(struct drive *d, struct slice number);
/* *why NULL: the contact may be written to over that channel; else why not. */
bool gate_refusal(struct drive *d, struct work *w, uint32_t channel, const char **why);
const struct tz *window_zone(const struct drive *d, const struct work *w, const struct loaded_window *window);
struct slice work_recipient(struct drive *d, struct work *w);
int64_t gate_overdue_at(const struct drive *d, const struct work *w,
                        int64_t from_us); /* through spread, or over an hour */
bool gate_reachable(struct drive *d, struct work *w, bool *yes,
                    const char **why); /* by any message of its plan (rule 11) */

/* ---- limits.c ---- */
enum limit_scope { LIMIT_OF_CONTACT, LIMIT_OF_MAILBOX, LIMIT_OF_ENROLLMENT }; /* counter_key.scope */
struct limit_check {
	struct drive *d;
	struct work *w;
	const struct flight *self;
	int64_t now_us;
	bool failed; /* the store did */
};
bool limit_full_on(void *check, int32_t day); /* of the live message's channel */
/* A cap of the enrollment that the live message would pass; its words into `cap`. */
bool limit_cap(struct limit_check *check, char *cap, size_t n);
/* Instant at which the mailbox has room for one more: now_us, or later. */
bool limit_mailbox(struct limit_check *check, uint16_t mailbox, int64_t *open_us, int64_t *used, int64_t *limit);
int64_t limit_count_us(const struct live_message *m, int64_t now_us); /* rule 6: the instant whose date counts */
bool limit_raise(struct drive *d, struct work *w, int64_t now_us);    /* counts the live message, once */
bool limit_give_back(struct drive *d, struct work *w);
bool limit_load(struct drive *d);
bool limit_backfill(struct drive *d, int64_t now_us); /* counters that a new policy asks for, from the journal */

/* ---- mailbox.c ---- */
bool mailbox_room(const struct drive *d, const struct mailbox *m, int64_t now_us);
bool mailbox_push(struct drive *d, struct mailbox *m, const struct queued *q);
bool mailbox_pop(struct mailbox *m, struct queued *q);
int64_t mailbox_opens_us(const struct drive *d, int64_t now_us); /* when one with a queue opens again; NEVER_US */
void mailbox_stop(struct mailbox *m, int64_t until_us, const char *text);
bool mailbox_load(struct drive *d);
/* What its messages of a channel leave from: the enrollment's own mailbox, or the workspace's first of that channel;
 * NULL: none. */
struct mailbox *mailbox_of(const struct drive *d, const struct work *w, uint32_t channel);
uint16_t mailbox_number(const struct drive *d, const struct work *w); /* of the live message; NAME_NONE */
struct channel *mailbox_channel(const struct drive *d, const struct mailbox *m);

/* When a first message would leave, with those before it; `own`: how many of the backlog are itself. -1: the store
 * failed. */
int64_t mailbox_leaves_us(struct drive *d, uint16_t number, int64_t due_us, int own, int64_t now_us);
void mailbox_count_first(struct drive *d, uint16_t number, int n);

/* ---- flights.c ---- */
struct flight *flight_of(const struct flights *f, int64_t enrollment_id);
struct flight *flight_new(struct flights *f, int64_t enrollment_id); /* NULL: no memory */
void flight_end(struct flights *f, struct flight *flight);
void flight_free_all(struct flights *f);
void flight_append(struct flight_list *list, struct flight *flight);
struct flight *flight_take(struct flight_list *list);

/* ---- delivery.c ---- */
void delivery_listen(struct drive *d); /* sets the channels' events */
bool delivery_claim(struct drive *d, struct work *w, int64_t now_us);
bool delivery_due(struct drive *d, int64_t now_us);     /* what the mailboxes have in line */
bool delivery_release(struct drive *d, int64_t now_us); /* those that are ready */
bool delivery_settle(struct drive *d, int64_t now_us);  /* those that are done */
void delivery_go(struct drive *d);                      /* after the commit */
bool delivery_doubt(struct drive *d, struct work *w, int64_t now_us);
bool delivery_settle_sent(struct drive *d, struct work *w, bool confirmed, int64_t now_us);
bool delivery_settle_failed(struct drive *d, struct work *w, const char *why, int64_t now_us);

/* ---- pick.c: which channel takes the message of a step `by` several ---- */
/* At its first claim. *changed: it was chosen, or none can take it and the step is over: to be saved first. */
bool channel_choose(struct drive *d, struct work *w, int64_t now_us, bool *changed);
/* The live message failed for good: it waits on the next channel that can take it (*goes_on), if there is one. */
bool channel_next(struct drive *d, struct work *w, const char *why, int64_t now_us, bool *goes_on);

/* ---- outbox.c: from a message step to the bytes of its outbox row ---- */
/* What an outbox row's bytes hold: what later mails of the thread need, then what travels. */
struct outbox_content {
	struct slice text, from; /* to quote below; empty where the sequence quotes nothing */
	int64_t text_at_us;
	struct slice references;    /* blank-separated, oldest first, without its own */
	struct slice first_subject; /* of the thread */
	struct slice bytes;
};
enum render_result { RENDER_OK, RENDER_REFUSED /* why says it */, RENDER_FAILED };
/* Fills the flight's bytes and addresses: rendered now, or as the first try left them. */
enum render_result outbox_fill(struct drive *d, struct work *w, struct flight *f, int64_t now_us, struct buf *why);
/* What the row of the message that an `original` stands for keeps: a thread to go on with. */
void outbox_pack_original(struct buf *out, struct slice subject, int64_t now_us);
/* The same for a text: plain, without a thread. In texting.c. */
enum render_result texting_render(struct drive *d, struct work *w, struct flight *f, int64_t now_us, struct buf *why);
/* from, to, message-id and subject, one after the other in the flight's own buffer. False: no memory. */
bool outbox_keep_texts(struct flight *f, struct slice from, struct slice to, struct slice message_id,
                       struct slice subject);
bool outbox_keep(struct drive *d, struct work *w, struct flight *f, int64_t now_us); /* durably, once */

/* ---- people.c ---- */
#define CONTACT_KEYS_MAX 8
/* A new contact (person->id 0) or a new revision of one; whoever waits for it is told by an event. */
bool contact_revise(struct drive *d, struct person *person, const struct value *values, uint32_t count, int64_t now_us);
bool contact_find(struct drive *d, struct slice address, int64_t *id, struct buf *error);
/* And the sequence that is named with it; 0 for an empty name. */
bool contact_find_in(struct drive *d, struct slice address, struct slice sequence, int64_t *id, int64_t *sequence_id,
                     struct buf *error);
/* Puts the packed fields (swapped for its old ones) in hand as that contact's; not what the store has. */
bool person_stage(struct drive *d, struct person *person, int64_t id, struct buf *packed);
/* Whom its keys meet (0: nobody). `why` grows where that is somebody else than own_id, or two, or it has no key. */
bool contact_meets(struct drive *d, const struct value *values, uint32_t count, int64_t own_id, int64_t *id,
                   struct buf *why);
/* Reads one field into its place by number; an empty text removes the value. False: why says it. */
bool contact_read_field(struct drive *d, const struct drive_field *field, struct value *values, uint32_t count,
                        struct arena *memory, struct buf *why);
/* The same for any value; texts are copied into `memory`. */
bool contact_read_value(const struct image *m, enum plan_type type, uint32_t option, uint32_t option_count,
                        struct slice name, struct slice text, const struct tz *zone, struct arena *memory,
                        struct value *out, struct buf *why);

/* ---- account.c ---- */
bool account_load(struct drive *d);
bool account_deployed(struct drive *d, const struct plan *plan);
bool account_revised(struct drive *d, const struct person *person);
/* Everybody else of the contact's accounts; nobody where no plan asks. A contact of two common accounts may come twice.
 */
bool account_others(struct drive *d, int64_t contact_id,
                    bool (*each)(struct drive *d, int64_t contact_id, void *context), void *context);
void account_free(struct drive *d);

/* ---- event.c, pause.c, instance.c, ids.c, enroll.c, lines.c ---- */
bool event_load(struct drive *d);
bool event_take(struct drive *d, int64_t now_us, bool *all);
/* The contact is to be enrolled elsewhere, or posts a page as soon as it is shown: told by an event of its own. */
bool event_handoff(struct drive *d, const struct work *w, uint32_t step, struct slice payload, int64_t now_us);
bool event_post_page(struct drive *d, const struct work *w, uint32_t step, int64_t now_us);
bool event_changed(struct drive *d, int64_t contact_id, int64_t now_us); /* its enrollments derive again (rules 5, 8) */
bool pause_covers(const struct drive *d, const struct work *w);
bool pause_load(struct drive *d);
/* Rule 7: gives an enrollment back what was left of its wait or message. */
bool pause_move(struct drive *d, struct work *w, int64_t paused_us, int64_t resumed_us);
bool pause_advance(struct drive *d, int64_t now_us); /* what a resume moves */
bool instance_open(struct drive *d, int64_t now_us, struct buf *error);
bool instance_check(struct drive *d, int64_t now_us); /* the clock; sets d->stopped */
bool instance_seen(struct drive *d, int64_t now_us);
bool rederive_open(struct drive *d); /* rule 5: after a change of tzdata */
bool rederive_advance(struct drive *d, int64_t now_us);
bool id_open(struct drive *d);
void id_close(struct drive *d);
void id_message(struct drive *d, const struct work *w, struct slice domain, struct buf *out);
void id_token(struct drive *d, const char *label, int64_t enrollment_id, struct buf *out);
uint64_t id_seed(int64_t contact_id, int64_t started_us, struct slice sequence); /* what picks its variants */
void id_link(struct drive *d, const struct work *w, struct buf *out);            /* its pages' address */
uint64_t id_spread(const struct work *w);
bool enroll_promote(struct drive *d, int64_t contact_id, int64_t now_us); /* the oldest queued one begins, if it may */
bool enroll_inputs(struct drive *d, struct work *w);                      /* its inputs into w->view */
struct slice contact_shown(const struct drive *d, const struct person *person);
struct slice work_step_name(const struct work *w, uint32_t step);
void line_add(struct drive *d, const struct work *w, enum drive_line_event event, uint32_t step, struct slice reason,
              struct slice subject, int64_t now_us);
void line_add_held(struct drive *d, int64_t enrollment_id, int64_t now_us); /* what it is cannot be read */
void line_flush(struct drive *d);
void line_drop(struct drive *d);
bool deploy_load(struct drive *d);
void deploy_free(struct drive *d);
struct drive_view status_view(struct drive *d, const struct work *w); /* borrows the plan and the contact */
bool deploy_policy(struct drive *d, struct buf *error);
#endif
