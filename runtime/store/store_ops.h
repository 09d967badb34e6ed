/* SPDX-License-Identifier: Apache-2.0
 * What a backend provides: one function a call of store.h. store.c checks the transaction and hands on; it also keeps
 * the enrollments that are at work in memory, the same for every backend: rows, timers, and the log that undoes a
 * transaction. A backend stores the journal and, if its rows do not all stay in memory, the table that indexes it. */
#ifndef SEQ_RUNTIME_STORE_STORE_OPS_H
#define SEQ_RUNTIME_STORE_STORE_OPS_H
#include "runtime/store/store.h"
#include "runtime/store/timers.h"

/* An enrollment in memory. */
struct store_row {
	struct enrollment e; /* e.state.p is the row's own memory */
	int64_t number;      /* its last journal row; 0: it does not exist, its creation was rolled back */
	int64_t written;     /* `number` in the backend's table; 0: not there. Unlike `number`: to be written back */
	int64_t due_us;      /* when it wakes in this process: e.wake_us, or what store_wake_volatile said */
	uint32_t state_cap;
	uint32_t next_of_contact; /* index + 1; a chain of rows that are not in the table, by hash of contact */
	uint32_t used;            /* tick of the last store_enrollment_get */
	bool saved;               /* this transaction can undo it */
};

/* The calls that store.c only checks and hands on: READS(type, name, parameters, arguments), WRITES(name, ...). */
/* clang-format off */
#define STORE_CALLS												\
	READS(bool, meta_get, (struct store *s, const char *key, struct buf *out), (s, key, out))		\
	WRITES(meta_put, (struct store *s, const char *key, struct slice value), (s, key, value))		\
	WRITES(artefact_put,											\
	       (struct store *s, bool is_policy, const uint8_t hash[SHA256_SIZE], struct slice bytes, int64_t *id), \
	       (s, is_policy, hash, bytes, id))									\
	READS(bool, artefact_get, (struct store *s, int64_t id, struct buf *out), (s, id, out))			\
	WRITES(sequence_put, (struct store *s, struct sequence_row *row), (s, row))				\
	READS(bool, sequences, (struct store *s, store_sequence_each *each, void *context), (s, each, context))	\
	READS(int64_t, contact_by_key, (struct store *s, struct slice key), (s, key))				\
	WRITES(contact_put,											\
	       (struct store *s, int64_t *id, struct slice fields, const struct slice *keys, size_t key_count,	\
	        int64_t at_us),											\
	       (s, id, fields, keys, key_count, at_us))								\
	READS(bool, contact_get, (struct store *s, int64_t id, struct buf *fields, int64_t *revision),		\
	      (s, id, fields, revision))									\
	READS(bool, contacts, (struct store *s, store_contact_each *each, void *context), (s, each, context))	\
	WRITES(once, (struct store *s, struct slice key, int64_t *id, bool *was_there), (s, key, id, was_there)) \
	WRITES(outbox_add, (struct store *s, struct outbox_row *row), (s, row))					\
	READS(bool, outbox_get, (struct store *s, int64_t id, struct outbox_row *row, struct buf *memory),	\
	      (s, id, row, memory))										\
	READS(int64_t, outbox_by_message_id, (struct store *s, struct slice message_id), (s, message_id))	\
	WRITES(inbox_add, (struct store *s, struct inbox_row *row, bool *was_there), (s, row, was_there))	\
	READS(int, inbox, (struct store *s, int64_t after, int cap, store_inbox_each *each, void *context),	\
	      (s, after, cap, each, context))									\
	READS(int, inbox_of,											\
	      (struct store *s, int64_t contact_id, int64_t after, int cap, store_inbox_each *each, void *context), \
	      (s, contact_id, after, cap, each, context))							\
	WRITES(errand_add, (struct store *s, struct errand_row *row), (s, row))					\
	WRITES(errand_close, (struct store *s, int64_t id, enum errand_state state, int64_t at_us),		\
	       (s, id, state, at_us))										\
	READS(int, errands_open,										\
	      (struct store *s, int64_t after, int cap, store_errand_each *each, void *context),		\
	      (s, after, cap, each, context))									\
	READS(int, errands_of, (struct store *s, int64_t enrollment_id, store_errand_each *each, void *context), \
	      (s, enrollment_id, each, context))								\
	WRITES(answer_add, (struct store *s, const struct answer_row *row), (s, row))				\
	READS(bool, answers_of, (struct store *s, int64_t enrollment_id, store_answer_each *each, void *context), \
	      (s, enrollment_id, each, context))								\
	WRITES(suppress,											\
	       (struct store *s, struct slice address, int channel, int purpose, int64_t at_us, struct slice reason), \
	       (s, address, channel, purpose, at_us, reason))							\
	WRITES(unsuppress, (struct store *s, struct slice address), (s, address))				\
	READS(bool, suppressed, (struct store *s, struct slice address, int channel, int purpose),		\
	      (s, address, channel, purpose))									\
	READS(bool, suppressions, (struct store *s, store_suppression_each *each, void *context),		\
	      (s, each, context))										\
	WRITES(counter_add, (struct store *s, const struct counter_key *key, int32_t n, int64_t *now_n),	\
	       (s, key, n, now_n))										\
	READS(int64_t, counter_sum,										\
	      (struct store *s, const struct counter_key *key, int32_t from_day, int32_t to_day),		\
	      (s, key, from_day, to_day))									\
	READS(bool, count, (struct store *s, const char *what, int64_t *n), (s, what, n))
/* clang-format on */

struct store_ops {
	void (*close)(struct store *s);
	bool (*begin)(struct store *s);
	bool (*commit)(struct store *s);
	void (*rollback)(struct store *s);
	bool (*checkpoint)(struct store *s);

#define READS(type, name, parameters, arguments) type(*name) parameters;
#define WRITES(name, parameters, arguments)      bool(*name) parameters;
	STORE_CALLS
#undef READS
#undef WRITES

	/* Appends to the journal; returns the row's number, or -1. previous: the enrollment's row before it. */
	int64_t (*journal_add)(struct store *s, int64_t previous, const struct enrollment *after, int64_t at_us,
	                       struct slice detail);
	/* The enrollment's rows, from `last` back along `previous`, shown oldest first; enrollment 0: all rows. */
	bool (*journal)(struct store *s, int64_t enrollment_id, int64_t last, store_journal_each *each, void *context);

	/* Of the table, as it was last written back. NULL where every row stays in memory. */
	/* Through store_row_put. False: there is none (STORE_MISSING), or failed. */
	bool (*row_load)(struct store *s, int64_t id);
	/* Wake-ups after that one in order of (wake, id). -1: failed. */
	int (*wakes)(struct store *s, struct store_timer after, struct store_timer *out, int cap);
	int (*released)(struct store *s, int64_t after_id, int64_t *ids, int cap);
	/* Newest first. */
	int (*of_contact)(struct store *s, int64_t contact_id, int64_t sequence_id, int64_t *ids, int cap);
	int (*enrollments)(struct store *s, int64_t sequence_id, int64_t after_id, int64_t *ids, int cap);
	/* In a transaction of its own: updates the table where its number is still `written`. Rows in order of id. */
	bool (*write_back)(struct store *s, struct store_row *const *rows, size_t count);
};

#define STORE_WAKES_CAP 1024

/* What a row was before the open transaction first changed it. */
struct store_undo {
	struct store_row row, *at;
	size_t state_at; /* in undo_states */
};

struct store {
	const struct store_ops *ops;
	enum store_mode mode;
	enum store_failure failed;
	struct buf error;
	bool in_transaction;
	bool spoiled;     /* a write of this transaction failed: only a rollback is left */
	bool stopped;     /* the guard found damage: no transaction any more */
	size_t unwritten; /* rows of journal and the like since the last write-back */
	size_t write_back_every, memory_limit;

	struct store_rows {
		struct store_row **blocks;
		uint32_t count, block_count;
		uint32_t *slots;     /* index + 1, by id */
		uint32_t *contacts;  /* index + 1, by contact: rows that are not in the table */
		uint32_t slot_count; /* of both; a power of two */
		uint32_t ticks;
		size_t bytes, trim_at;
	} rows;
	int64_t last_id;        /* highest enrollment */
	int64_t last_id_before; /* at the transaction's begin */
	int64_t table_last_id;  /* in the table */
	int64_t last_inbox_id;  /* kept by the backend */

	struct store_undo *undo;
	size_t undo_count, undo_cap;
	struct buf undo_states;

	/* Each row in memory that wakes has a timer in the heap or in `ready`; timers that no longer say what the row
	 * says are left until they come up. `wakes` is a piece of the table's index: what it shows of rows in memory is
	 * passed over; what is due goes to `ready` without its row, which is read when it is asked for, with all the
	 * others there. */
	struct timers heap;
	bool heap_lost;      /* rows were dropped or a push failed: all is made anew from the rows and the table */
	struct timers ready; /* due, in order, already shown */
	bool ready_unread;   /* some rows of `ready` may not be in memory */
	struct store_timer wakes[STORE_WAKES_CAP], wakes_after;
	int wakes_count, wakes_at;
	bool wakes_done;
};

/* Opens a backend; NULL: *failure and error are set. url without its scheme. */
typedef struct store *store_opener(const char *url, enum store_mode mode, enum store_failure *failure,
                                   struct buf *error);
store_opener store_mem_open;
/* Weak: a program that is linked without it (seqc) has no database. */
store_opener store_sqlite_open __attribute__((weak));

/* Sets failed and error; returns false. */
bool store_fail(struct store *s, enum store_failure failure, const char *format, ...)
        __attribute__((format(printf, 3, 4)));
void store_rows_free(struct store *s);
/* Takes a row into memory and, unless `ready` has it, gives it a timer, as the table has it (number == written) or as
 * the journal had it since. */
bool store_row_put(struct store *s, const struct enrollment *e, int64_t number, int64_t written);
/* The row in memory, or NULL. */
struct store_row *store_row_find(const struct store *s, int64_t id);
#endif
