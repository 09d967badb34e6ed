/* SPDX-License-Identifier: Apache-2.0
 * The store: everything that outlives a process. One writer; one interface with an SQLite and an in-memory
 * implementation, held to one test suite. The journal is the truth; the enrollment table is its index, written back
 * lazily in sorted order and brought up to date from the journal when the store is opened (performance.md §8).
 *
 * Calls that write stand between store_begin and store_commit; what a transaction did is all there or not at all.
 * Every call may fail for the world's reasons: it returns false (or a negative count), store_error() says why in one
 * line, and the caller rolls back: after a write that failed every write and the commit of that transaction fail too.
 * Slices handed out are borrowed until the next call that writes, or as told. A callback reads only, and does not make
 * again the call that it stands in. */
#ifndef SEQ_RUNTIME_STORE_STORE_H
#define SEQ_RUNTIME_STORE_STORE_H
#include "base/buf.h"
#include "base/hash.h"

#define STORE_SCHEMA_VERSION 2
#define NEVER_US             INT64_MAX

enum store_failure {
	STORE_OK,
	STORE_BUSY,  /* another process holds it */
	STORE_FULL,  /* disk */
	STORE_NEWER, /* made by a newer seqd */
	STORE_DAMAGED,
	STORE_MISSING,
	STORE_IO,
	STORE_NO_MEMORY
};
enum store_mode {
	STORE_WRITE,
	STORE_CREATE, /* make it if missing, then write */
	STORE_READ    /* beside a running writer */
};

struct store;
/* "sqlite:PATH" or "memory:". NULL on failure: *failure and error (a line with the way out) are set. */
struct store *store_open(const char *url, enum store_mode mode, enum store_failure *failure, struct buf *error);
void store_close(struct store *s); /* writes back; an open transaction is rolled back */
const char *store_error(const struct store *s);
enum store_failure store_failed(const struct store *s);

/* Also where rows are written back, in a transaction of their own, when it is time. */
bool store_begin(struct store *s);
bool store_commit(struct store *s);   /* durable when true (synchronous=FULL) */
void store_rollback(struct store *s); /* also undoes what the transaction did to cached rows */

/* ---- settings: instance id, secret, host, clock, policy in force, inbox position ... ---- */
bool store_meta_get(struct store *s, const char *key, struct buf *out); /* false: not there, or failed (store_failed) */
bool store_meta_put(struct store *s, const char *key, struct slice value);

/* ---- plans, policies, sequences ---- */
/* Stores the bytes once per hash; id is the row. */
bool store_artefact_put(struct store *s, bool is_policy, const uint8_t hash[SHA256_SIZE], struct slice bytes,
                        int64_t *id);
bool store_artefact_get(struct store *s, int64_t id, struct buf *out);
enum sequence_state {
	SEQUENCE_DRAFT,
	SEQUENCE_ACTIVE,
	SEQUENCE_PAUSED,
	SEQUENCE_RETIRED,
	SEQUENCE_INACTIVE /* deployed, never activated */
};
struct sequence_row {
	int64_t id, plan_id;
	enum sequence_state state;
	int64_t changed_us;
	struct slice name;
};
bool store_sequence_put(struct store *s, struct sequence_row *row); /* by name: inserts (sets id) or updates */
/* Calls each row in order of id; the slice lives during the call. */
typedef void store_sequence_each(void *context, const struct sequence_row *row);
bool store_sequences(struct store *s, store_sequence_each *each, void *context);

/* ---- contacts: keys, and revisions that are never changed ---- */
/* key: "email:ada@x.example" or "phone:+1514…", normalised by the caller (rule 16). 0: nobody. -1: failed. */
int64_t store_contact_by_key(struct store *s, struct slice key);
/* A new contact (id 0) or a new revision of one; `fields` is the caller's packed form, kept as it is. Adds the keys. */
bool store_contact_put(struct store *s, int64_t *id, struct slice fields, const struct slice *keys, size_t key_count,
                       int64_t at_us);
/* Appends to fields: of the latest revision when revision is NULL or *revision is 0, else of that one; *revision
 * becomes which it is. */
bool store_contact_get(struct store *s, int64_t id, struct buf *fields, int64_t *revision);
/* Every contact with its latest fields, in order of id. */
typedef void store_contact_each(void *context, int64_t id, struct slice fields);
bool store_contacts(struct store *s, store_contact_each *each, void *context);

/* ---- enrollments and the journal ---- */
enum enrollment_status {
	ENROLLMENT_ACTIVE,
	ENROLLMENT_QUEUED, /* behind another sequence of the contact */
	ENROLLMENT_HELD,
	ENROLLMENT_ENDED,
	ENROLLMENT_AHEAD /* waits for the date that it starts on */
};
enum out_state { OUT_NONE, OUT_WAITING, OUT_RELEASED, OUT_IN_DOUBT };
struct enrollment {
	int64_t id;
	int64_t sequence_id, plan_id, contact_id;
	int64_t wake_us;    /* NEVER_US: only an event moves it */
	uint8_t status;     /* enum enrollment_status */
	uint8_t out;        /* enum out_state: RELEASED and IN_DOUBT are found again after a crash */
	uint16_t mailbox;   /* row of the policy's mailboxes, as a stable store-side number */
	struct slice state; /* the drive's packed form; the store never looks inside */
};
/* Where one moves. state borrowed until the next store call that writes this enrollment, or commit/rollback; outside a
 * transaction only the last STORE_BORROWED ones are sure to stay. False with STORE_MISSING when there is none. */
#define STORE_BORROWED 1024
bool store_enrollment_get(struct store *s, int64_t id, struct enrollment *out);
/* One transition: journals (enrollment, at, detail, the whole new state) and makes it the enrollment's state; id 0
 * makes a new one and sets it. An enrollment keeps its sequence and its contact. One that the table says changed behind
 * our back stops the writer (STORE_DAMAGED) when it is written back. */
bool store_step(struct store *s, struct enrollment *after, int64_t at_us, struct slice detail);
/* Not durable: in this process the enrollment wakes then instead (a claim takes it out of the due list with NEVER_US,
 * an ended claim puts it back). A restart forgets it. Outside transactions too. */
void store_wake_volatile(struct store *s, int64_t id, int64_t wake_us);
/* Enrollments with wake <= now in order of (wake, id), at most cap; they stay due until stepped or taken out.
 * -1: failed. */
int store_due(struct store *s, int64_t now_us, int64_t *ids, int cap);
int64_t store_next_wake(struct store *s); /* NEVER_US: nothing, or store_failed; cheap */
/* Rows whose out is RELEASED or IN_DOUBT, ascending. -1: failed. */
int store_released(struct store *s, int64_t *ids, int cap, int64_t after_id);
/* All enrollments of a contact (sequence 0: any), newest first. */
int store_enrollments_of(struct store *s, int64_t contact_id, int64_t sequence_id, int64_t *ids, int cap);
/* All enrollments in order of id, from after_id on. */
int store_enrollments(struct store *s, int64_t sequence_id, int64_t after_id, int64_t *ids, int cap);
/* The journal of one enrollment (0: of all), oldest first; stops when each returns false. Of one it costs what it
 * shows: each row names the enrollment's row before it. */
typedef bool store_journal_each(void *context, int64_t number, int64_t enrollment_id, int64_t at_us,
                                struct slice detail, struct slice state);
bool store_journal(struct store *s, int64_t enrollment_id, store_journal_each *each, void *context);
/* Idempotency of enrolling (rule 16). If the key is there already *id is what it made; else it stands for *id from now
 * on, or, where *id is 0, nothing is written: the caller only looks. */
bool store_once(struct store *s, struct slice key, int64_t *id, bool *was_there);

/* ---- outbox: a message as it was rendered, append-only ---- */
struct outbox_row {
	int64_t id, enrollment_id, at_us;
	uint32_t step, occurrence;
	struct slice recipient, message_id, subject, bytes;
};
bool store_outbox_add(struct store *s, struct outbox_row *row); /* sets id */
/* The row's slices point into memory, whose content is replaced. */
bool store_outbox_get(struct store *s, int64_t id, struct outbox_row *row, struct buf *memory);
int64_t store_outbox_by_message_id(struct store *s, struct slice message_id); /* the newest; 0: none; -1: failed */

/* ---- inbox: what came in, taken once, in order of number ---- */
struct inbox_row {
	int64_t id, at_us, contact_id, enrollment_id; /* enrollment 0: all of the contact's */
	uint8_t kind;                                 /* the drive's enum drive_event_kind */
	struct slice external_id, payload;
};
bool store_inbox_add(struct store *s, struct inbox_row *row, bool *was_there); /* external_id empty: always new */
/* Rows with id > after in order, at most cap calls. Slices live during the call. Returns how many, -1: failed. */
typedef bool store_inbox_each(void *context, const struct inbox_row *row);
int store_inbox(struct store *s, int64_t after, int cap, store_inbox_each *each, void *context);
bool store_inbox_waiting(struct store *s, int64_t after); /* is there one with id > after? cheap: kept in memory */
/* The same as store_inbox of one contact's rows, of kinds below INBOX_KINDS_FOUND: what a wait may want to see again.
 */
#define INBOX_KINDS_FOUND 16
int store_inbox_of(struct store *s, int64_t contact_id, int64_t after, int cap, store_inbox_each *each, void *context);

/* ---- errands: what an enrollment asks for that is no message: a task, a webhook, an alert, a page, a handoff ---- */
enum errand_state { ERRAND_OPEN, ERRAND_DONE, ERRAND_EXPIRED, ERRAND_CANCELLED };
struct errand_row {
	int64_t id, enrollment_id, at_us;
	int64_t closed_us; /* 0: it is open */
	uint32_t step, occurrence;
	uint8_t kind; /* enum plan_step_kind */
	uint8_t state;
	struct slice payload; /* its texts, as they were when it was made: errand.h */
};
bool store_errand_add(struct store *s, struct errand_row *row); /* sets id */
/* Closes an open one; where it is closed already, nothing changes. */
bool store_errand_close(struct store *s, int64_t id, enum errand_state state, int64_t at_us);
/* Open ones with id > after, or all of an enrollment, oldest first; slices live during the call. Stops when each
 * returns false. -1: failed; else how many were shown. */
typedef bool store_errand_each(void *context, const struct errand_row *row);
int store_errands_open(struct store *s, int64_t after, int cap, store_errand_each *each, void *context);
int store_errands_of(struct store *s, int64_t enrollment_id, store_errand_each *each, void *context);

/* ---- answers: what a contact said on a page; the first of a (step, occurrence, question) stands (rule 13) ---- */
struct answer_row {
	int64_t enrollment_id, at_us;
	uint32_t step, occurrence;
	struct slice question, value;
};
bool store_answer_add(struct store *s, const struct answer_row *row);
/* All of an enrollment, by step, occurrence and question; slices live during the call. */
typedef void store_answer_each(void *context, const struct answer_row *row);
bool store_answers_of(struct store *s, int64_t enrollment_id, store_answer_each *each, void *context);

/* ---- suppressions (rule 14) ---- */
/* address is a normalised key; channel and purpose are enum plan_channel and plan_purpose, or -1 for all. */
bool store_suppress(struct store *s, struct slice address, int channel, int purpose, int64_t at_us,
                    struct slice reason);
bool store_unsuppress(struct store *s, struct slice address);
/* Free when there are none at all. True when it cannot be read (store_failed): nothing leaves on a guess. */
bool store_suppressed(struct store *s, struct slice address, int channel, int purpose);
typedef void store_suppression_each(void *context, struct slice address, int channel, int purpose, int64_t at_us,
                                    struct slice reason);
bool store_suppressions(struct store *s, store_suppression_each *each, void *context);

/* ---- limits' counters (rule 6) ---- */
struct counter_key {
	uint8_t scope;   /* 0 contact, 1 mailbox */
	uint8_t channel; /* enum plan_channel */
	uint8_t purpose; /* enum plan_purpose */
	int64_t id;      /* contact or mailbox */
	int32_t day;     /* local date */
};
/* Adds n (may be negative) and returns the new value in *now_n. */
bool store_counter_add(struct store *s, const struct counter_key *key, int32_t n, int64_t *now_n);
/* Sum over days [from, to]; channel or purpose 255: all. -1: failed. */
int64_t store_counter_sum(struct store *s, const struct counter_key *key, int32_t from_day, int32_t to_day);

/* ---- housekeeping ---- */
bool store_checkpoint(struct store *s); /* writes back and checkpoints now */
/* what: "enrollments", "journal", "outbox", "contacts", "bytes". */
bool store_count(struct store *s, const char *what, int64_t *n);
#endif
