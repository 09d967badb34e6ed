/* SPDX-License-Identifier: Apache-2.0
 * The journal and its index, the table of enrollments, in SQLite. A transition is one appended row; the table is
 * written back sorted by id with the mark of how far, and on opening the journal past the mark is replayed into memory.
 * A reader does the same at its snapshot: some 100 ms and tens of megabytes when the writer is at its busiest, nothing
 * when idle. */
#include "runtime/store/store_sqlite.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char mark_key[] = "store.written_back_to";

/* ---- journal.after: an enrollment but for its id ---- */

#define AFTER_WAKES 0x80u /* of the first byte: status, out << 4 */

static void add_varint(struct buf *b, uint64_t v)
{
	char bytes[10];
	size_t n = 0;
	for (; v >= 0x80; v >>= 7)
		bytes[n++] = (char)(uint8_t)(v | 0x80);
	bytes[n++] = (char)(uint8_t)v;
	buf_add(b, bytes, n);
}

static uint64_t take_varint(struct slice *from)
{
	uint64_t v = 0;
	for (unsigned shift = 0; from->n > 0 && shift < 64; shift += 7) {
		uint8_t byte = (uint8_t)*from->p++;
		from->n--;
		v |= (uint64_t)(byte & 0x7f) << shift;
		if (byte < 0x80)
			break;
	}
	return v;
}

static void after_encode(struct buf *b, const struct enrollment *e)
{
	bool wakes = e->wake_us != NEVER_US;
	buf_clear(b);
	buf_add_u8(b, (uint8_t)(e->status | e->out << 4 | (wakes ? AFTER_WAKES : 0)));
	add_varint(b, e->mailbox);
	add_varint(b, (uint64_t)e->sequence_id);
	add_varint(b, (uint64_t)e->plan_id);
	add_varint(b, (uint64_t)e->contact_id);
	if (wakes)
		buf_add_u64(b, (uint64_t)e->wake_us);
	buf_add_slice(b, e->state);
}

/* Damage gives some other enrollment, never a read outside: the chain of numbers and SQLite's own checks find it. */
static void after_decode(struct slice bytes, struct enrollment *e)
{
	uint8_t first = 0;
	if (bytes.n > 0) {
		first = (uint8_t)*bytes.p++;
		bytes.n--;
	}
	e->status = first & 0x0f;
	e->out = first >> 4 & 0x07;
	e->mailbox = (uint16_t)take_varint(&bytes);
	e->sequence_id = (int64_t)take_varint(&bytes);
	e->plan_id = (int64_t)take_varint(&bytes);
	e->contact_id = (int64_t)take_varint(&bytes);
	e->wake_us = NEVER_US;
	if (first & AFTER_WAKES && bytes.n >= 8) {
		uint64_t wake = 0;
		for (int i = 8; i-- > 0;)
			wake = wake << 8 | (uint8_t)bytes.p[i];
		e->wake_us = (int64_t)wake;
		bytes.p += 8;
		bytes.n -= 8;
	}
	e->state = bytes;
}

/* ---- the journal ---- */

int64_t lite_journal_add(struct store *s, int64_t previous, const struct enrollment *after, int64_t at_us,
                         struct slice detail)
{
	struct lite *l = lite_of(s);
	sqlite3_stmt *sql = lite_sql(l, SQL_JOURNAL_ADD);
	if (!sql)
		return -1;
	after_encode(&l->packed, after);
	if (l->packed.failed) {
		l->packed.failed = false;
		return store_fail(s, STORE_NO_MEMORY, "out of memory") ? 0 : -1;
	}
	sqlite3_bind_int64(sql, 1, after->id);
	sqlite3_bind_int64(sql, 2, previous);
	sqlite3_bind_int64(sql, 3, at_us);
	lite_bind_blob(sql, 4, detail);
	lite_bind_blob(sql, 5, buf_slice(&l->packed));
	if (!lite_run(l, sql))
		return -1;
	return l->last_number = sqlite3_last_insert_rowid(l->db);
}

static bool journal_show(sqlite3_stmt *sql, store_journal_each *each, void *context)
{
	struct enrollment e = {.id = sqlite3_column_int64(sql, 1)};
	after_decode(lite_column(sql, 4), &e);
	return each(context, sqlite3_column_int64(sql, 0), e.id, sqlite3_column_int64(sql, 2), lite_column(sql, 3),
	            e.state);
}

/* Numbers of the enrollment's rows back from the last one. */
static int64_t *journal_chain(struct lite *l, int64_t enrollment_id, int64_t last, size_t *count)
{
	sqlite3_stmt *sql = lite_sql(l, SQL_JOURNAL_PREVIOUS);
	struct buf numbers = {0};
	*count = 0;
	while (sql && last > 0) {
		buf_add(&numbers, &last, sizeof last);
		sqlite3_bind_int64(sql, 1, last);
		sqlite3_bind_int64(sql, 2, enrollment_id);
		int found = lite_row(l, sql);
		int64_t previous = found == 1 ? sqlite3_column_int64(sql, 0) : -1;
		sqlite3_reset(sql);
		if (found < 0 || previous < 0 || previous >= last) {
			if (found >= 0)
				store_fail(&l->base, STORE_DAMAGED,
				           "%s: the journal of enrollment %" PRId64 " is broken at %" PRId64
				           "; restore a backup",
				           l->path, enrollment_id, last);
			sql = NULL;
		}
		last = previous;
		++*count;
	}
	if (sql && !numbers.failed)
		return (int64_t *)(void *)numbers.p;
	if (numbers.failed)
		store_fail(&l->base, STORE_NO_MEMORY, "out of memory");
	buf_free(&numbers);
	return NULL;
}

bool lite_journal(struct store *s, int64_t enrollment_id, int64_t last, store_journal_each *each, void *context)
{
	struct lite *l = lite_of(s);
	sqlite3_stmt *sql = lite_sql(l, enrollment_id ? SQL_JOURNAL_ONE : SQL_JOURNAL_ALL);
	int found = 0;
	if (!sql)
		return false;
	if (enrollment_id == 0) {
		while ((found = lite_row(l, sql)) == 1 && journal_show(sql, each, context))
			continue;
		sqlite3_reset(sql);
		return found >= 0;
	}
	size_t count;
	int64_t *numbers = journal_chain(l, enrollment_id, last, &count);
	if (!numbers)
		return false;
	bool more = true;
	while (more && count-- > 0) {
		sqlite3_bind_int64(sql, 1, numbers[count]);
		found = lite_row(l, sql);
		more = found == 1 && journal_show(sql, each, context);
		sqlite3_reset(sql);
	}
	free(numbers);
	return found >= 0;
}

/* ---- writing back, and bringing up to date ---- */

static void bind_row(sqlite3_stmt *sql, const struct store_row *row)
{
	sqlite3_bind_int64(sql, 1, row->e.id);
	sqlite3_bind_int64(sql, 2, row->e.plan_id);
	sqlite3_bind_int64(sql, 3, row->number);
	if (row->e.wake_us == NEVER_US)
		sqlite3_bind_null(sql, 4);
	else
		sqlite3_bind_int64(sql, 4, row->e.wake_us);
	sqlite3_bind_int64(sql, 5, row->e.status);
	sqlite3_bind_int64(sql, 6, row->e.out);
	sqlite3_bind_int64(sql, 7, row->e.mailbox);
	lite_bind_blob(sql, 8, row->e.state);
}

bool lite_write_back(struct store *s, struct store_row *const *rows, size_t count)
{
	struct lite *l = lite_of(s);
	sqlite3_stmt *new = lite_sql(l, SQL_ROW_NEW), *change = lite_sql(l, SQL_ROW_CHANGE);
	if (!new || !change)
		return false;
	for (size_t i = 0; i < count; i++) {
		const struct store_row *row = rows[i];
		sqlite3_stmt *sql = row->written ? change : new;
		bind_row(sql, row);
		if (row->written) {
			sqlite3_bind_int64(sql, 9, row->written);
		} else {
			sqlite3_bind_int64(sql, 9, row->e.sequence_id);
			sqlite3_bind_int64(sql, 10, row->e.contact_id);
		}
		if (!lite_run(l, sql))
			return false;
		if (sqlite3_changes(l->db) != 1)
			return store_fail(s, STORE_DAMAGED,
			                  "%s: enrollment %" PRId64
			                  " was changed by something else than this seqd; nothing more "
			                  "is written: restore a backup, or ask seqd replay",
			                  l->path, row->e.id);
	}
	return lite_meta_put(s, mark_key, (struct slice){(const char *)&l->last_number, sizeof l->last_number});
}

/* One row past the mark. Where the table had the enrollment the first one names what the table must have. */
static bool replay(struct lite *l, sqlite3_stmt *sql)
{
	struct enrollment e = {.id = sqlite3_column_int64(sql, 1)};
	int64_t number = sqlite3_column_int64(sql, 0), previous = sqlite3_column_int64(sql, 2);
	const struct store_row *row = store_row_find(&l->base, e.id);
	if (row && row->number != previous)
		return store_fail(&l->base, STORE_DAMAGED,
		                  "%s: the journal of enrollment %" PRId64 " is broken at %" PRId64
		                  "; restore a backup",
		                  l->path, e.id, number);
	after_decode(lite_column(sql, 3), &e);
	l->base.unwritten++;
	return store_row_put(&l->base, &e, number, row ? row->written : previous);
}

bool lite_rows_open(struct lite *l)
{
	struct buf value = {0};
	int64_t mark = 0;
	if (!lite_number(l, SQL_ROW_LAST, &l->base.last_id) || !lite_number(l, SQL_JOURNAL_LAST, &l->last_number))
		return false;
	l->base.table_last_id = l->base.last_id;
	l->base.wakes_after = (struct store_timer){INT64_MIN, 0};
	if (lite_meta_get(&l->base, mark_key, &value) && value.n == sizeof mark)
		memcpy(&mark, value.p, sizeof mark);
	buf_free(&value);
	sqlite3_stmt *sql = lite_sql(l, SQL_JOURNAL_SINCE);
	if (l->base.failed != STORE_OK || !sql)
		return false;
	sqlite3_bind_int64(sql, 1, mark);
	int found;
	while ((found = lite_row(l, sql)) == 1 && replay(l, sql))
		continue;
	sqlite3_reset(sql);
	return found == 0;
}

/* ---- the table ---- */

bool lite_row_load(struct store *s, int64_t id)
{
	struct lite *l = lite_of(s);
	sqlite3_stmt *sql = lite_sql(l, SQL_ROW_GET);
	if (!sql)
		return false;
	sqlite3_bind_int64(sql, 1, id);
	int found = lite_row(l, sql);
	if (found == 0)
		return store_fail(s, STORE_MISSING, "there is no enrollment %" PRId64, id);
	if (found < 0)
		return false;
	struct enrollment e = {.id = id,
	                       .sequence_id = sqlite3_column_int64(sql, 0),
	                       .plan_id = sqlite3_column_int64(sql, 1),
	                       .contact_id = sqlite3_column_int64(sql, 2),
	                       .wake_us = NEVER_US,
	                       .status = (uint8_t)sqlite3_column_int(sql, 5),
	                       .out = (uint8_t)sqlite3_column_int(sql, 6),
	                       .mailbox = (uint16_t)sqlite3_column_int(sql, 7),
	                       .state = lite_column(sql, 8)};
	int64_t number = sqlite3_column_int64(sql, 3);
	if (sqlite3_column_type(sql, 4) != SQLITE_NULL)
		e.wake_us = sqlite3_column_int64(sql, 4);
	bool done = store_row_put(s, &e, number, number);
	sqlite3_reset(sql);
	return done;
}

/* Runs a bound statement whose rows are (wake, id). */
static int take_wakes(struct lite *l, sqlite3_stmt *sql, struct store_timer *out)
{
	int n = 0, found;
	while ((found = lite_row(l, sql)) == 1)
		out[n++] = (struct store_timer){sqlite3_column_int64(sql, 0), sqlite3_column_int64(sql, 1)};
	return found < 0 ? -1 : n;
}

int lite_wakes(struct store *s, struct store_timer after, struct store_timer *out, int cap)
{
	struct lite *l = lite_of(s);
	sqlite3_stmt *same = lite_sql(l, SQL_WAKES_SAME), *later = lite_sql(l, SQL_WAKES_LATER);
	if (!same || !later)
		return -1;
	sqlite3_bind_int64(same, 1, after.wake_us);
	sqlite3_bind_int64(same, 2, after.id);
	sqlite3_bind_int64(same, 3, cap);
	int n = take_wakes(l, same, out);
	if (n < 0 || n == cap)
		return n;
	sqlite3_bind_int64(later, 1, after.wake_us);
	sqlite3_bind_int64(later, 2, cap - n);
	int more = take_wakes(l, later, out + n);
	return more < 0 ? -1 : n + more;
}

/* Runs a bound statement whose rows are ids. */
static int take_ids(struct lite *l, sqlite3_stmt *sql, int64_t *ids)
{
	int n = 0, found;
	while ((found = lite_row(l, sql)) == 1)
		ids[n++] = sqlite3_column_int64(sql, 0);
	return found < 0 ? -1 : n;
}

/* The statement with its two usual parameters and the third if it is one. */
static int ids_of(struct lite *l, enum lite_statement which, int64_t first, int cap, int64_t third, int64_t *ids)
{
	sqlite3_stmt *sql = lite_sql(l, which);
	if (!sql)
		return -1;
	sqlite3_bind_int64(sql, 1, first);
	sqlite3_bind_int64(sql, 2, cap);
	if (third)
		sqlite3_bind_int64(sql, 3, third);
	return take_ids(l, sql, ids);
}

int lite_released(struct store *s, int64_t after_id, int64_t *ids, int cap)
{
	return ids_of(lite_of(s), SQL_RELEASED, after_id, cap, 0, ids);
}

int lite_of_contact(struct store *s, int64_t contact_id, int64_t sequence_id, int64_t *ids, int cap)
{
	return ids_of(lite_of(s), sequence_id ? SQL_OF_CONTACT_SEQUENCE : SQL_OF_CONTACT, contact_id, cap, sequence_id,
	              ids);
}

int lite_enrollments(struct store *s, int64_t sequence_id, int64_t after_id, int64_t *ids, int cap)
{
	return ids_of(lite_of(s), sequence_id ? SQL_ROWS_OF_SEQUENCE : SQL_ROWS, after_id, cap, sequence_id, ids);
}
