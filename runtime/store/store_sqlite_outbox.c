/* SPDX-License-Identifier: Apache-2.0
 * The outbox in SQLite, and how a message is found by its Message-ID without an index that scatters every insert:
 * hashes of the newest messages stand in memory; now and then they are sorted and appended as a run, in chunks that a
 * search finds by their first hash. A look-up costs one search a run, and reads the messages that have the hash. */
#include "runtime/store/store_sqlite.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* A chunk stays below the size from which SQLite puts a row of such a table on pages of its own. */
#define CHUNK_ENTRIES 112u
#define ENTRY_BYTES   8u
/* Fewer wait for the next time: opening reads them again. */
#define RUN_AT_LEAST 4096u

static uint32_t hash_of(struct slice message_id)
{
	return crc32c(0, message_id.p, message_id.n);
}

static bool remember(struct lite *l, int64_t id, struct slice message_id)
{
	if (l->message_count == l->message_cap) {
		size_t cap = l->message_cap ? l->message_cap * 2 : 1024;
		struct lite_message *messages = realloc(l->messages, sizeof *messages * cap);
		if (!messages)
			return store_fail(&l->base, STORE_NO_MEMORY, "out of memory");
		l->messages = messages;
		l->message_cap = cap;
	}
	if (l->message_count == 0)
		l->message_first = id;
	l->messages[l->message_count++] = (struct lite_message){hash_of(message_id), (uint32_t)(id - l->message_first)};
	return true;
}

bool lite_outbox_add(struct store *s, struct outbox_row *row)
{
	struct lite *l = lite_of(s);
	sqlite3_stmt *sql = lite_sql(l, SQL_OUTBOX_ADD);
	if (!sql)
		return false;
	sqlite3_bind_int64(sql, 1, row->enrollment_id);
	sqlite3_bind_int64(sql, 2, row->at_us);
	sqlite3_bind_int64(sql, 3, row->step);
	sqlite3_bind_int64(sql, 4, row->occurrence);
	lite_bind_text(sql, 5, row->recipient);
	lite_bind_text(sql, 6, row->message_id);
	lite_bind_text(sql, 7, row->subject);
	lite_bind_blob(sql, 8, row->bytes);
	if (!lite_run(l, sql))
		return false;
	row->id = sqlite3_last_insert_rowid(l->db);
	s->unwritten++;
	return remember(l, row->id, row->message_id);
}

bool lite_outbox_get(struct store *s, int64_t id, struct outbox_row *row, struct buf *memory)
{
	struct lite *l = lite_of(s);
	sqlite3_stmt *sql = lite_sql(l, SQL_OUTBOX_GET);
	if (!sql)
		return false;
	sqlite3_bind_int64(sql, 1, id);
	int found = lite_row(l, sql);
	if (found <= 0)
		return found < 0 ? false : store_fail(s, STORE_MISSING, "there is no message %" PRId64, id);
	*row = (struct outbox_row){.id = id,
	                           .enrollment_id = sqlite3_column_int64(sql, 0),
	                           .at_us = sqlite3_column_int64(sql, 1),
	                           .step = (uint32_t)sqlite3_column_int64(sql, 2),
	                           .occurrence = (uint32_t)sqlite3_column_int64(sql, 3)};
	struct slice *slices[] = {&row->recipient, &row->message_id, &row->subject, &row->bytes};
	buf_clear(memory);
	for (int i = 0; i < 4; i++) {
		*slices[i] = lite_column(sql, 4 + i);
		buf_add_slice(memory, *slices[i]);
	}
	const char *p = memory->p;
	for (int i = 0; i < 4; p += slices[i++]->n)
		slices[i]->p = p;
	sqlite3_reset(sql);
	return !memory->failed || store_fail(s, STORE_NO_MEMORY, "out of memory");
}

/* ---- looking up ---- */

/* 1: that message has the id; 0: no; -1: failed. */
static int is_message(struct lite *l, int64_t id, struct slice message_id)
{
	sqlite3_stmt *sql = lite_sql(l, SQL_OUTBOX_MESSAGE);
	if (!sql)
		return -1;
	sqlite3_bind_int64(sql, 1, id);
	int found = lite_row(l, sql);
	if (found == 1) {
		found = slice_eq(lite_column(sql, 0), message_id);
		sqlite3_reset(sql);
	}
	return found;
}

static uint32_t take_u32(const char *p)
{
	const uint8_t *u = (const uint8_t *)p;
	return u[0] | (uint32_t)u[1] << 8 | (uint32_t)u[2] << 16 | (uint32_t)u[3] << 24;
}

/* Offsets of the entries of that hash, newest first as far as they stand in one run. */
static bool run_offsets(struct lite *l, int64_t first, uint32_t hash, struct buf *offsets)
{
	sqlite3_stmt *sql = lite_sql(l, SQL_RUN_GET);
	if (!sql)
		return false;
	sqlite3_bind_int64(sql, 1, first);
	sqlite3_bind_int64(sql, 2, hash);
	int found;
	bool more = true;
	while (more && (found = lite_row(l, sql)) == 1) {
		struct slice entries = lite_column(sql, 1);
		for (size_t at = entries.n / ENTRY_BYTES; at-- > 0;)
			if (take_u32(entries.p + at * ENTRY_BYTES) == hash)
				buf_add(offsets, entries.p + at * ENTRY_BYTES + 4, 4);
		/* The chunk before can end with the hash that this one begins with. */
		more = sqlite3_column_int64(sql, 0) == hash;
	}
	sqlite3_reset(sql);
	if (offsets->failed)
		return store_fail(&l->base, STORE_NO_MEMORY, "out of memory");
	return found >= 0;
}

static int64_t find_in_run(struct lite *l, int64_t first, uint32_t hash, struct slice message_id)
{
	struct buf offsets = {0};
	int64_t id = run_offsets(l, first, hash, &offsets) ? 0 : -1;
	for (size_t at = 0; id == 0 && at < offsets.n; at += 4) {
		int64_t candidate = first + take_u32(offsets.p + at);
		int is = is_message(l, candidate, message_id);
		id = is < 0 ? -1 : is ? candidate : 0;
	}
	buf_free(&offsets);
	return id;
}

int64_t lite_outbox_by_message_id(struct store *s, struct slice message_id)
{
	struct lite *l = lite_of(s);
	uint32_t hash = hash_of(message_id);
	for (size_t i = l->message_count; i-- > 0;) {
		if (l->messages[i].hash != hash)
			continue;
		int is = is_message(l, l->message_first + l->messages[i].offset, message_id);
		if (is != 0)
			return is < 0 ? -1 : l->message_first + l->messages[i].offset;
	}
	for (int64_t before = INT64_MAX;;) {
		sqlite3_stmt *sql = lite_sql(l, SQL_RUN_BEFORE);
		if (!sql)
			return -1;
		sqlite3_bind_int64(sql, 1, before);
		int found = lite_row(l, sql);
		before = found == 1 ? sqlite3_column_int64(sql, 0) : 0;
		sqlite3_reset(sql);
		int64_t id = found < 0 ? -1 : before ? find_in_run(l, before, hash, message_id) : 0;
		if (id != 0 || before == 0)
			return id;
	}
}

/* ---- runs ---- */

static const char mark_key[] = "store.outbox_run_to";

static int by_hash(const void *a, const void *b)
{
	const struct lite_message *x = a, *y = b;
	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return (x->offset > y->offset) - (x->offset < y->offset);
}

static bool add_chunk(struct lite *l, const struct lite_message *messages, size_t count, size_t part)
{
	sqlite3_stmt *sql = lite_sql(l, SQL_RUN_ADD);
	if (!sql)
		return false;
	buf_clear(&l->packed);
	for (size_t i = 0; i < count; i++) {
		buf_add_u32(&l->packed, messages[i].hash);
		buf_add_u32(&l->packed, messages[i].offset);
	}
	if (l->packed.failed) {
		l->packed.failed = false;
		return store_fail(&l->base, STORE_NO_MEMORY, "out of memory");
	}
	sqlite3_bind_int64(sql, 1, l->message_first);
	sqlite3_bind_int64(sql, 2, messages[0].hash);
	sqlite3_bind_int64(sql, 3, (int64_t)part);
	lite_bind_blob(sql, 4, buf_slice(&l->packed));
	return lite_run(l, sql);
}

bool lite_outbox_write_back(struct lite *l)
{
	if (l->message_count < RUN_AT_LEAST)
		return true;
	int64_t last = l->message_first + l->messages[l->message_count - 1].offset;
	struct lite_message *sorted = malloc(sizeof *sorted * l->message_count);
	if (!sorted)
		return store_fail(&l->base, STORE_NO_MEMORY, "out of memory");
	memcpy(sorted, l->messages, sizeof *sorted * l->message_count);
	qsort(sorted, l->message_count, sizeof *sorted, by_hash);
	bool done = true;
	for (size_t at = 0; done && at < l->message_count; at += CHUNK_ENTRIES) {
		size_t left = l->message_count - at;
		done = add_chunk(l, sorted + at, left < CHUNK_ENTRIES ? left : CHUNK_ENTRIES, at / CHUNK_ENTRIES);
	}
	free(sorted);
	return done && lite_meta_put(&l->base, mark_key, (struct slice){(const char *)&last, sizeof last});
}

void lite_outbox_written(struct lite *l)
{
	if (l->message_count >= RUN_AT_LEAST)
		l->message_count = 0;
}

bool lite_outbox_open(struct lite *l)
{
	struct buf value = {0};
	int64_t mark = 0;
	if (lite_meta_get(&l->base, mark_key, &value) && value.n == sizeof mark)
		memcpy(&mark, value.p, sizeof mark);
	buf_free(&value);
	sqlite3_stmt *sql = lite_sql(l, SQL_OUTBOX_SINCE);
	if (l->base.failed != STORE_OK || !sql)
		return false;
	sqlite3_bind_int64(sql, 1, mark);
	int found;
	while ((found = lite_row(l, sql)) == 1 && remember(l, sqlite3_column_int64(sql, 0), lite_column(sql, 1)))
		continue;
	sqlite3_reset(sql);
	return found == 0;
}
