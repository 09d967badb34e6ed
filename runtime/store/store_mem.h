/* SPDX-License-Identifier: Apache-2.0
 * Inside the in-memory store: its one table, and what the files that implement it share. */
#ifndef SEQ_RUNTIME_STORE_STORE_MEM_H
#define SEQ_RUNTIME_STORE_STORE_MEM_H
#include "runtime/store/store_ops.h"

enum kind {
	META,
	ARTEFACT,
	ARTEFACT_HASH,
	SEQUENCE,
	SEQUENCE_NAME,
	CONTACT,
	REVISION,
	CONTACT_KEY,
	ONCE,
	OUTBOX,
	OUTBOX_MESSAGE,
	INBOX,
	INBOX_EXTERNAL,
	INBOX_OF, /* a contact: ids */
	ERRAND,
	ERRAND_OF, /* an enrollment: ids */
	ANSWER,
	ANSWER_OF, /* an enrollment: ids */
	SUPPRESSION,
	SUPPRESSION_KEY,
	COUNTER,
	KIND_COUNT
};

struct entry {
	struct slice key, value; /* both owned */
	bool present;
};

struct old_value {
	uint32_t index;
	struct slice value; /* owned */
	bool present;
};

struct journal_row {
	int64_t previous, enrollment_id, at_us;
	size_t at; /* in journal_bytes: detail, then state */
	uint32_t detail_n, state_n;
};

struct mem {
	struct store base;
	struct entry *entries;
	size_t count, cap;
	uint32_t *slots; /* index + 1 */
	size_t slot_count;
	struct old_value *undo;
	size_t undo_count, undo_cap;
	int64_t last[KIND_COUNT], last_before[KIND_COUNT]; /* highest id of a kind; at the transaction's begin */
	int64_t suppressions, suppressions_before;
	struct journal_row *journal;
	size_t journal_count, journal_cap, journal_before;
	struct buf journal_bytes, key, value;
	size_t bytes;
};

static inline struct mem *mem_of(struct store *s)
{
	return (struct mem *)s;
}

bool mem_no_memory(struct mem *m); /* always false */
/* Keys stand in m->key and values in m->value, until the next call that makes one. */
struct slice mem_key_of_id(struct mem *m, enum kind kind, int64_t id);
struct entry *mem_find(struct mem *m, struct slice key);
/* value.p NULL: takes the entry out. */
bool mem_put(struct mem *m, struct slice key, struct slice value);
/* A row as it stands in memory, and after it the bytes that its slices show. */
struct slice mem_value_of(struct mem *m, const void *row, size_t n, const struct slice *slices, size_t count);
/* Points the row's slices, which have their lengths, into the bytes after it. */
void mem_value_slices(const char *p, struct slice *const *slices, size_t count);
/* Ids that belong to one: appends, counts, shows. */
bool mem_list_add(struct mem *m, enum kind kind, int64_t of, int64_t id);
size_t mem_list_count(struct mem *m, enum kind kind, int64_t of);
int64_t mem_list_at(struct mem *m, enum kind kind, int64_t of, size_t i);

/* ---- store_mem_errands.c ---- */
bool mem_errand_add(struct store *s, struct errand_row *row);
bool mem_errand_close(struct store *s, int64_t id, enum errand_state state, int64_t at_us);
int mem_errands_open(struct store *s, int64_t after, int cap, store_errand_each *each, void *context);
int mem_errands_of(struct store *s, int64_t enrollment_id, store_errand_each *each, void *context);
bool mem_answer_add(struct store *s, const struct answer_row *row);
bool mem_answers_of(struct store *s, int64_t enrollment_id, store_answer_each *each, void *context);
#endif
