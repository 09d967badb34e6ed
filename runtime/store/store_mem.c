/* SPDX-License-Identifier: Apache-2.0
 * The store that ends with its process: for rehearse, preview and tests. One hash table of bytes to bytes holds every
 * kind of row, told apart by the first byte of its key; the journal is an array. A log of replaced values undoes a
 * transaction. The enrollments themselves are store.c's rows, which here never leave memory. */
#include "runtime/store/store_mem.h"
#include <stdlib.h>
#include <string.h>

bool mem_no_memory(struct mem *m)
{
	return store_fail(&m->base, STORE_NO_MEMORY, "out of memory");
}

static bool mem_missing(struct mem *m, const char *what, int64_t id)
{
	return store_fail(&m->base, STORE_MISSING, "there is no %s %lld", what, (long long)id);
}

/* Room for one more item; what an array held stays. */
static bool grow(struct mem *m, void *items, size_t size, size_t count, size_t *cap)
{
	if (count < *cap)
		return true;
	void *old, *grown;
	memcpy(&old, items, sizeof old);
	if (!(grown = realloc(old, size * (*cap ? *cap * 2 : 64))))
		return mem_no_memory(m);
	memcpy(items, &grown, sizeof grown);
	*cap = *cap ? *cap * 2 : 64;
	return true;
}

/* ---- the table ---- */

static struct slice mem_key_of(struct mem *m, enum kind kind, const void *p, size_t n)
{
	buf_clear(&m->key);
	buf_addc(&m->key, (char)kind);
	buf_add(&m->key, p, n);
	return buf_slice(&m->key);
}

struct slice mem_key_of_id(struct mem *m, enum kind kind, int64_t id)
{
	return mem_key_of(m, kind, &id, sizeof id);
}

static uint32_t *slot_of(struct mem *m, struct slice key)
{
	size_t at = (size_t)slice_hash(key) & (m->slot_count - 1);
	while (m->slots[at] && !slice_eq(m->entries[m->slots[at] - 1].key, key))
		at = (at + 1) & (m->slot_count - 1);
	return &m->slots[at];
}

static bool slots_grow(struct mem *m)
{
	if (m->count < m->slot_count / 2)
		return true;
	size_t n = m->slot_count ? m->slot_count * 2 : 1024;
	uint32_t *slots = calloc(n, sizeof *slots);
	if (!slots)
		return mem_no_memory(m);
	free(m->slots);
	m->slots = slots;
	m->slot_count = n;
	for (size_t i = 0; i < m->count; i++)
		*slot_of(m, m->entries[i].key) = (uint32_t)i + 1;
	return true;
}

struct entry *mem_find(struct mem *m, struct slice key)
{
	uint32_t *slot = m->slot_count ? slot_of(m, key) : NULL;
	return slot && *slot && m->entries[*slot - 1].present ? &m->entries[*slot - 1] : NULL;
}

static bool mem_find_i64(struct mem *m, struct slice key, int64_t *value)
{
	const struct entry *e = mem_find(m, key);
	if (e)
		memcpy(value, e->value.p, sizeof *value);
	return e != NULL;
}

static bool copy(struct mem *m, struct slice from, struct slice *to)
{
	char *p = malloc(from.n + 1);
	if (!p)
		return mem_no_memory(m);
	if (from.n)
		memcpy(p, from.p, from.n);
	*to = (struct slice){p, from.n};
	m->bytes += from.n;
	return true;
}

/* value.p NULL: takes the entry out. */
bool mem_put(struct mem *m, struct slice key, struct slice value)
{
	struct slice owned = {0};
	if (m->key.failed || m->value.failed) {
		m->key.failed = m->value.failed = false;
		return mem_no_memory(m);
	}
	if (!grow(m, &m->undo, sizeof *m->undo, m->undo_count, &m->undo_cap) || !slots_grow(m) ||
	    !grow(m, &m->entries, sizeof *m->entries, m->count, &m->cap) || (value.p && !copy(m, value, &owned)))
		return false;
	uint32_t *slot = slot_of(m, key);
	if (!*slot) {
		struct entry new = {0};
		if (!copy(m, key, &new.key)) {
			free((char *)owned.p);
			return false;
		}
		m->entries[m->count++] = new;
		*slot = (uint32_t)m->count;
	}
	struct entry *e = &m->entries[*slot - 1];
	m->undo[m->undo_count++] = (struct old_value){*slot - 1, e->value, e->present};
	e->value = owned;
	e->present = value.p != NULL;
	return true;
}

static bool mem_put_i64(struct mem *m, struct slice key, int64_t value)
{
	return mem_put(m, key, (struct slice){(const char *)&value, sizeof value});
}

/* A row as it stands in memory, and after it the bytes that its slices show. */
struct slice mem_value_of(struct mem *m, const void *row, size_t n, const struct slice *slices, size_t count)
{
	buf_clear(&m->value);
	buf_add(&m->value, row, n);
	for (size_t i = 0; i < count; i++)
		buf_add_slice(&m->value, slices[i]);
	return buf_slice(&m->value);
}

/* Points the row's slices, which have their lengths, into the bytes after it. */
void mem_value_slices(const char *p, struct slice *const *slices, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		slices[i]->p = p;
		p += slices[i]->n;
	}
}

/* ---- transactions ---- */

static bool mem_begin(struct store *s)
{
	struct mem *m = mem_of(s);
	memcpy(m->last_before, m->last, sizeof m->last);
	m->suppressions_before = m->suppressions;
	m->journal_before = m->journal_count;
	return true;
}

static bool mem_commit(struct store *s)
{
	struct mem *m = mem_of(s);
	while (m->undo_count > 0)
		free((char *)m->undo[--m->undo_count].value.p);
	return true;
}

static void mem_rollback(struct store *s)
{
	struct mem *m = mem_of(s);
	while (m->undo_count > 0) {
		const struct old_value *u = &m->undo[--m->undo_count];
		struct entry *e = &m->entries[u->index];
		free((char *)e->value.p);
		e->value = u->value;
		e->present = u->present;
	}
	memcpy(m->last, m->last_before, sizeof m->last);
	m->suppressions = m->suppressions_before;
	s->last_inbox_id = m->last[INBOX];
	if (m->journal_before < m->journal_count)
		m->journal_bytes.n = m->journal[m->journal_before].at;
	m->journal_count = m->journal_before;
}

static void mem_close(struct store *s)
{
	struct mem *m = mem_of(s);
	for (size_t i = 0; i < m->count; i++) {
		free((char *)m->entries[i].key.p);
		free((char *)m->entries[i].value.p);
	}
	store_rows_free(s);
	free(m->entries);
	free(m->slots);
	free(m->undo);
	free(m->journal);
	buf_free(&m->journal_bytes);
	buf_free(&m->key);
	buf_free(&m->value);
	buf_free(&s->error);
	free(m);
}

static bool mem_checkpoint(struct store *s)
{
	(void)s;
	return true;
}

/* ---- settings, plans, sequences ---- */

static bool give(struct mem *m, const struct entry *e, struct buf *out)
{
	if (e)
		buf_add_slice(out, e->value);
	return e && (!out->failed || mem_no_memory(m));
}

static bool mem_meta_get(struct store *s, const char *key, struct buf *out)
{
	struct mem *m = mem_of(s);
	return give(m, mem_find(m, mem_key_of(m, META, key, strlen(key))), out);
}

static bool mem_meta_put(struct store *s, const char *key, struct slice value)
{
	struct mem *m = mem_of(s);
	value.p = value.p ? value.p : "";
	return mem_put(m, mem_key_of(m, META, key, strlen(key)), value);
}

static bool mem_artefact_put(struct store *s, bool is_policy, const uint8_t *hash, struct slice bytes, int64_t *id)
{
	struct mem *m = mem_of(s);
	uint8_t key[SHA256_SIZE + 1] = {is_policy};
	memcpy(key + 1, hash, SHA256_SIZE);
	if (mem_find_i64(m, mem_key_of(m, ARTEFACT_HASH, key, sizeof key), id))
		return true;
	*id = ++m->last[ARTEFACT];
	bytes.p = bytes.p ? bytes.p : "";
	return mem_put(m, mem_key_of_id(m, ARTEFACT, *id), bytes) &&
	       mem_put_i64(m, mem_key_of(m, ARTEFACT_HASH, key, sizeof key), *id);
}

static bool mem_artefact_get(struct store *s, int64_t id, struct buf *out)
{
	struct mem *m = mem_of(s);
	const struct entry *e = mem_find(m, mem_key_of_id(m, ARTEFACT, id));
	return e ? give(m, e, out) : mem_missing(m, "plan or policy", id);
}

static bool mem_sequence_put(struct store *s, struct sequence_row *row)
{
	struct mem *m = mem_of(s);
	if (!mem_find(m, mem_key_of_id(m, ARTEFACT, row->plan_id)))
		return mem_missing(m, "plan or policy", row->plan_id);
	if (!mem_find_i64(m, mem_key_of(m, SEQUENCE_NAME, row->name.p, row->name.n), &row->id))
		row->id = ++m->last[SEQUENCE];
	return mem_put_i64(m, mem_key_of(m, SEQUENCE_NAME, row->name.p, row->name.n), row->id) &&
	       mem_put(m, mem_key_of_id(m, SEQUENCE, row->id), mem_value_of(m, row, sizeof *row, &row->name, 1));
}

static bool mem_sequences(struct store *s, store_sequence_each *each, void *context)
{
	struct mem *m = mem_of(s);
	for (int64_t id = 1; id <= m->last[SEQUENCE]; id++) {
		struct slice value = mem_find(m, mem_key_of_id(m, SEQUENCE, id))->value;
		struct sequence_row row;
		memcpy(&row, value.p, sizeof row);
		mem_value_slices(value.p + sizeof row, (struct slice *[]){&row.name}, 1);
		each(context, &row);
	}
	return true;
}

/* ---- contacts ---- */

static int64_t mem_contact_by_key(struct store *s, struct slice key)
{
	struct mem *m = mem_of(s);
	int64_t id = 0;
	mem_find_i64(m, mem_key_of(m, CONTACT_KEY, key.p, key.n), &id);
	return id;
}

static bool mem_contact_put(struct store *s, int64_t *id, struct slice fields, const struct slice *keys,
                            size_t key_count, int64_t at_us)
{
	struct mem *m = mem_of(s);
	int64_t revision[2] = {*id ? *id : m->last[CONTACT] + 1, 0};
	(void)at_us;
	if (!mem_find_i64(m, mem_key_of_id(m, CONTACT, revision[0]), &revision[1]) && *id)
		return mem_missing(m, "contact", *id);
	revision[1]++;
	fields.p = fields.p ? fields.p : "";
	if (!mem_put_i64(m, mem_key_of_id(m, CONTACT, revision[0]), revision[1]) ||
	    !mem_put(m, mem_key_of(m, REVISION, revision, sizeof revision), fields))
		return false;
	for (size_t i = 0; i < key_count; i++) {
		struct slice key = mem_key_of(m, CONTACT_KEY, keys[i].p, keys[i].n);
		if (!mem_find(m, key) && !mem_put_i64(m, key, revision[0]))
			return false;
	}
	if (!*id)
		*id = m->last[CONTACT] = revision[0];
	return true;
}

static bool mem_contact_get(struct store *s, int64_t id, struct buf *fields, int64_t *revision)
{
	struct mem *m = mem_of(s);
	int64_t key[2] = {id, 0};
	if (revision && *revision)
		key[1] = *revision;
	else
		mem_find_i64(m, mem_key_of_id(m, CONTACT, id), &key[1]);
	const struct entry *e = mem_find(m, mem_key_of(m, REVISION, key, sizeof key));
	if (!e)
		return mem_missing(m, "contact", id);
	if (revision)
		*revision = key[1];
	return give(m, e, fields);
}

static bool mem_contacts(struct store *s, store_contact_each *each, void *context)
{
	struct mem *m = mem_of(s);
	for (int64_t id = 1; id <= m->last[CONTACT]; id++) {
		int64_t key[2] = {id, 0};
		mem_find_i64(m, mem_key_of_id(m, CONTACT, id), &key[1]);
		each(context, id, mem_find(m, mem_key_of(m, REVISION, key, sizeof key))->value);
	}
	return true;
}

static bool mem_once(struct store *s, struct slice key, int64_t *id, bool *was_there)
{
	struct mem *m = mem_of(s);
	*was_there = mem_find_i64(m, mem_key_of(m, ONCE, key.p, key.n), id);
	return *was_there || *id == 0 || mem_put_i64(m, mem_key_of(m, ONCE, key.p, key.n), *id);
}

/* ---- outbox and inbox ---- */

static bool mem_outbox_add(struct store *s, struct outbox_row *row)
{
	struct mem *m = mem_of(s);
	row->id = ++m->last[OUTBOX];
	struct slice slices[] = {row->recipient, row->message_id, row->subject, row->bytes};
	return mem_put(m, mem_key_of_id(m, OUTBOX, row->id), mem_value_of(m, row, sizeof *row, slices, 4)) &&
	       mem_put_i64(m, mem_key_of(m, OUTBOX_MESSAGE, row->message_id.p, row->message_id.n), row->id);
}

static bool mem_outbox_get(struct store *s, int64_t id, struct outbox_row *row, struct buf *memory)
{
	struct mem *m = mem_of(s);
	const struct entry *e = mem_find(m, mem_key_of_id(m, OUTBOX, id));
	if (!e)
		return mem_missing(m, "message", id);
	memcpy(row, e->value.p, sizeof *row);
	buf_clear(memory);
	buf_add(memory, e->value.p + sizeof *row, e->value.n - sizeof *row);
	if (memory->failed)
		return mem_no_memory(m);
	struct slice *slices[] = {&row->recipient, &row->message_id, &row->subject, &row->bytes};
	mem_value_slices(memory->p, slices, 4);
	return true;
}

static int64_t mem_outbox_by_message_id(struct store *s, struct slice message_id)
{
	struct mem *m = mem_of(s);
	int64_t id = 0;
	mem_find_i64(m, mem_key_of(m, OUTBOX_MESSAGE, message_id.p, message_id.n), &id);
	return id;
}

/* Appends an id to those of `of`. */
bool mem_list_add(struct mem *m, enum kind kind, int64_t of, int64_t id)
{
	const struct entry *e = mem_find(m, mem_key_of_id(m, kind, of));
	buf_clear(&m->value);
	if (e)
		buf_add_slice(&m->value, e->value);
	buf_add(&m->value, &id, sizeof id);
	return mem_put(m, mem_key_of_id(m, kind, of), buf_slice(&m->value));
}

size_t mem_list_count(struct mem *m, enum kind kind, int64_t of)
{
	const struct entry *e = mem_find(m, mem_key_of_id(m, kind, of));
	return e ? e->value.n / sizeof(int64_t) : 0;
}

int64_t mem_list_at(struct mem *m, enum kind kind, int64_t of, size_t i)
{
	int64_t id;
	memcpy(&id, mem_find(m, mem_key_of_id(m, kind, of))->value.p + i * sizeof id, sizeof id);
	return id;
}

static bool mem_inbox_add(struct store *s, struct inbox_row *row, bool *was_there)
{
	struct mem *m = mem_of(s);
	struct slice external = row->external_id, slices[] = {external, row->payload};
	*was_there = external.n && mem_find_i64(m, mem_key_of(m, INBOX_EXTERNAL, external.p, external.n), &row->id);
	if (*was_there)
		return true;
	s->last_inbox_id = row->id = ++m->last[INBOX];
	return mem_put(m, mem_key_of_id(m, INBOX, row->id), mem_value_of(m, row, sizeof *row, slices, 2)) &&
	       (row->kind >= INBOX_KINDS_FOUND || mem_list_add(m, INBOX_OF, row->contact_id, row->id)) &&
	       (external.n == 0 || mem_put_i64(m, mem_key_of(m, INBOX_EXTERNAL, external.p, external.n), row->id));
}

static struct inbox_row inbox_row_of(struct mem *m, int64_t id)
{
	struct slice value = mem_find(m, mem_key_of_id(m, INBOX, id))->value;
	struct inbox_row row;
	memcpy(&row, value.p, sizeof row);
	mem_value_slices(value.p + sizeof row, (struct slice *[]){&row.external_id, &row.payload}, 2);
	return row;
}

static int mem_inbox(struct store *s, int64_t after, int cap, store_inbox_each *each, void *context)
{
	struct mem *m = mem_of(s);
	int n = 0;
	for (int64_t id = after + 1; id <= m->last[INBOX] && n < cap; id++) {
		struct inbox_row row = inbox_row_of(m, id);
		n++;
		if (!each(context, &row))
			break;
	}
	return n;
}

static int mem_inbox_of(struct store *s, int64_t contact_id, int64_t after, int cap, store_inbox_each *each,
                        void *context)
{
	struct mem *m = mem_of(s);
	int n = 0;
	for (size_t i = 0; i < mem_list_count(m, INBOX_OF, contact_id) && n < cap; i++) {
		int64_t id = mem_list_at(m, INBOX_OF, contact_id, i);
		if (id <= after)
			continue;
		struct inbox_row row = inbox_row_of(m, id);
		n++;
		if (!each(context, &row))
			break;
	}
	return n;
}

/* ---- suppressions and counters ---- */

struct suppression {
	int64_t at_us;
	int channel, purpose;
	struct slice address, reason;
};

static struct slice suppression_key(struct mem *m, struct slice address, int channel, int purpose)
{
	int of[2] = {channel, purpose};
	mem_key_of(m, SUPPRESSION_KEY, of, sizeof of);
	buf_add_slice(&m->key, address);
	return buf_slice(&m->key);
}

static bool mem_suppress(struct store *s, struct slice address, int channel, int purpose, int64_t at_us,
                         struct slice reason)
{
	struct mem *m = mem_of(s);
	struct suppression row = {at_us, channel, purpose, address, reason};
	if (mem_find(m, suppression_key(m, address, channel, purpose)))
		return true;
	int64_t id = ++m->last[SUPPRESSION];
	m->suppressions++;
	return mem_put_i64(m, suppression_key(m, address, channel, purpose), id) &&
	       mem_put(m, mem_key_of_id(m, SUPPRESSION, id),
	               mem_value_of(m, &row, sizeof row, (struct slice[]){address, reason}, 2));
}

static bool suppression_at(struct mem *m, int64_t id, struct suppression *row)
{
	const struct entry *e = mem_find(m, mem_key_of_id(m, SUPPRESSION, id));
	if (!e)
		return false;
	memcpy(row, e->value.p, sizeof *row);
	mem_value_slices(e->value.p + sizeof *row, (struct slice *[]){&row->address, &row->reason}, 2);
	return true;
}

static bool mem_unsuppress(struct store *s, struct slice address)
{
	struct mem *m = mem_of(s);
	struct suppression row;
	for (int64_t id = 1; id <= m->last[SUPPRESSION]; id++) {
		if (!suppression_at(m, id, &row) || !slice_eq(row.address, address))
			continue;
		if (!mem_put(m, suppression_key(m, address, row.channel, row.purpose), (struct slice){0}) ||
		    !mem_put(m, mem_key_of_id(m, SUPPRESSION, id), (struct slice){0}))
			return false;
		m->suppressions--;
	}
	return true;
}

static bool mem_suppressed(struct store *s, struct slice address, int channel, int purpose)
{
	struct mem *m = mem_of(s);
	if (m->suppressions == 0)
		return false;
	return mem_find(m, suppression_key(m, address, channel, purpose)) ||
	       mem_find(m, suppression_key(m, address, -1, purpose)) ||
	       mem_find(m, suppression_key(m, address, channel, -1)) ||
	       mem_find(m, suppression_key(m, address, -1, -1));
}

static bool mem_suppressions(struct store *s, store_suppression_each *each, void *context)
{
	struct mem *m = mem_of(s);
	struct suppression row;
	for (int64_t id = 1; id <= m->last[SUPPRESSION]; id++)
		if (suppression_at(m, id, &row))
			each(context, row.address, row.channel, row.purpose, row.at_us, row.reason);
	return true;
}

/* All counters of one contact or mailbox stand in one value. */
struct count {
	int64_t n;
	int32_t day;
	uint8_t channel, purpose;
};

static struct slice counts_key(struct mem *m, const struct counter_key *key)
{
	int64_t of[2] = {key->scope, key->id};
	return mem_key_of(m, COUNTER, of, sizeof of);
}

static bool mem_counter_add(struct store *s, const struct counter_key *key, int32_t n, int64_t *now_n)
{
	struct mem *m = mem_of(s);
	const struct entry *e = mem_find(m, counts_key(m, key));
	size_t at = 0;
	struct count c = {0, key->day, key->channel, key->purpose};
	buf_clear(&m->value);
	if (e)
		buf_add_slice(&m->value, e->value);
	for (; at < m->value.n; at += sizeof c) {
		struct count had;
		memcpy(&had, m->value.p + at, sizeof had);
		if (had.day == key->day && had.channel == key->channel && had.purpose == key->purpose) {
			c.n = had.n;
			break;
		}
	}
	c.n += n;
	*now_n = c.n;
	if (at == m->value.n)
		buf_add(&m->value, &c, sizeof c);
	else
		memcpy(m->value.p + at, &c, sizeof c);
	return mem_put(m, counts_key(m, key), buf_slice(&m->value));
}

static int64_t mem_counter_sum(struct store *s, const struct counter_key *key, int32_t from_day, int32_t to_day)
{
	struct mem *m = mem_of(s);
	const struct entry *e = mem_find(m, counts_key(m, key));
	int64_t sum = 0;
	for (size_t at = 0; e && at < e->value.n; at += sizeof(struct count)) {
		struct count c;
		memcpy(&c, e->value.p + at, sizeof c);
		if (c.day >= from_day && c.day <= to_day && (key->channel == 255 || key->channel == c.channel) &&
		    (key->purpose == 255 || key->purpose == c.purpose))
			sum += c.n;
	}
	return sum;
}

static bool mem_count(struct store *s, const char *what, int64_t *n)
{
	struct mem *m = mem_of(s);
	const struct {
		const char *what;
		int64_t n;
	} counts[] = {{"enrollments", s->last_id},
	              {"journal", (int64_t)m->journal_count},
	              {"outbox", m->last[OUTBOX]},
	              {"contacts", m->last[CONTACT]},
	              {"bytes", (int64_t)(m->bytes + m->journal_bytes.n + s->rows.bytes)}};
	for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
		if (strcmp(what, counts[i].what) == 0) {
			*n = counts[i].n;
			return true;
		}
	return store_fail(s, STORE_MISSING, "nothing is counted as %s", what);
}

/* ---- the journal ---- */

static int64_t mem_journal_add(struct store *s, int64_t previous, const struct enrollment *after, int64_t at_us,
                               struct slice detail)
{
	struct mem *m = mem_of(s);
	if (!grow(m, &m->journal, sizeof *m->journal, m->journal_count, &m->journal_cap))
		return -1;
	struct journal_row row = {previous,           after->id,          at_us,
	                          m->journal_bytes.n, (uint32_t)detail.n, (uint32_t)after->state.n};
	if (!buf_reserve(&m->journal_bytes, detail.n + after->state.n)) {
		m->journal_bytes.failed = false;
		return mem_no_memory(m) ? 0 : -1;
	}
	buf_add_slice(&m->journal_bytes, detail);
	buf_add_slice(&m->journal_bytes, after->state);
	m->journal[m->journal_count++] = row;
	return (int64_t)m->journal_count;
}

static bool journal_show(struct mem *m, int64_t number, store_journal_each *each, void *context)
{
	const struct journal_row *row = &m->journal[number - 1];
	const char *p = m->journal_bytes.p + row->at;
	return each(context, number, row->enrollment_id, row->at_us, (struct slice){p, row->detail_n},
	            (struct slice){p + row->detail_n, row->state_n});
}

static bool mem_journal(struct store *s, int64_t enrollment_id, int64_t last, store_journal_each *each, void *context)
{
	struct mem *m = mem_of(s);
	if (enrollment_id == 0) {
		for (int64_t number = 1; number <= (int64_t)m->journal_count; number++)
			if (!journal_show(m, number, each, context))
				break;
		return true;
	}
	size_t count = 0;
	for (int64_t number = last; number; number = m->journal[number - 1].previous)
		count++;
	int64_t *numbers = malloc(sizeof *numbers * count);
	if (!numbers)
		return mem_no_memory(m);
	size_t at = count;
	for (int64_t number = last; number; number = m->journal[number - 1].previous)
		numbers[--at] = number;
	while (at < count && journal_show(m, numbers[at], each, context))
		at++;
	free(numbers);
	return true;
}

static const struct store_ops mem_ops = {
        .close = mem_close,
        .begin = mem_begin,
        .commit = mem_commit,
        .rollback = mem_rollback,
        .checkpoint = mem_checkpoint,
#define READS(type, name, parameters, arguments) .name = mem_##name,
#define WRITES(name, parameters, arguments)      .name = mem_##name,
        STORE_CALLS
#undef READS
#undef WRITES
                .journal_add = mem_journal_add,
        .journal = mem_journal,
};

struct store *store_mem_open(const char *url, enum store_mode mode, enum store_failure *failure, struct buf *error)
{
	(void)url;
	struct mem *m = calloc(1, sizeof *m);
	if (!m) {
		*failure = STORE_NO_MEMORY;
		buf_adds(error, "out of memory");
		return NULL;
	}
	m->base.ops = &mem_ops;
	m->base.mode = mode;
	m->base.memory_limit = m->base.rows.trim_at = SIZE_MAX;
	m->base.write_back_every = SIZE_MAX;
	return &m->base;
}
