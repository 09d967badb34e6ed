/* SPDX-License-Identifier: Apache-2.0
 * The plain tables of the SQLite store: settings, plans, sequences, contacts, inbox, suppressions. Latest revisions of
 * contacts are kept in memory by id modulo a fixed size; suppressions are asked about only if there is one at all. */
#include "runtime/store/store_sqlite.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static bool no_memory(struct lite *l)
{
	return store_fail(&l->base, STORE_NO_MEMORY, "out of memory");
}

/* ---- settings, plans, sequences ---- */

/* Appends the first column of the bound statement's row. 1: done; 0: no row; -1: failed. */
static int take_bytes(struct lite *l, sqlite3_stmt *sql, struct buf *out)
{
	int found = lite_row(l, sql);
	if (found == 1) {
		buf_add_slice(out, lite_column(sql, 0));
		sqlite3_reset(sql);
		if (out->failed)
			found = no_memory(l) ? 0 : -1;
	}
	return found;
}

bool lite_meta_get(struct store *s, const char *key, struct buf *out)
{
	struct lite *l = lite_of(s);
	sqlite3_stmt *sql = lite_sql(l, SQL_META_GET);
	if (!sql)
		return false;
	lite_bind_text(sql, 1, slice_of(key));
	return take_bytes(l, sql, out) == 1;
}

bool lite_meta_put(struct store *s, const char *key, struct slice value)
{
	struct lite *l = lite_of(s);
	sqlite3_stmt *sql = lite_sql(l, SQL_META_PUT);
	if (!sql)
		return false;
	lite_bind_text(sql, 1, slice_of(key));
	lite_bind_blob(sql, 2, value);
	return lite_run(l, sql);
}

bool lite_artefact_put(struct store *s, bool is_policy, const uint8_t hash[SHA256_SIZE], struct slice bytes,
                       int64_t *id)
{
	struct lite *l = lite_of(s);
	sqlite3_stmt *find = lite_sql(l, SQL_ARTEFACT_FIND), *put = lite_sql(l, SQL_ARTEFACT_PUT);
	struct slice name = {(const char *)hash, SHA256_SIZE};
	if (!find || !put)
		return false;
	sqlite3_bind_int(find, 1, is_policy);
	lite_bind_blob(find, 2, name);
	int found = lite_row(l, find);
	if (found == 1) {
		*id = sqlite3_column_int64(find, 0);
		sqlite3_reset(find);
	}
	if (found != 0)
		return found == 1;
	sqlite3_bind_int(put, 1, is_policy);
	lite_bind_blob(put, 2, name);
	lite_bind_blob(put, 3, bytes);
	if (!lite_run(l, put))
		return false;
	*id = sqlite3_last_insert_rowid(l->db);
	return true;
}

bool lite_artefact_get(struct store *s, int64_t id, struct buf *out)
{
	struct lite *l = lite_of(s);
	sqlite3_stmt *sql = lite_sql(l, SQL_ARTEFACT_GET);
	if (!sql)
		return false;
	sqlite3_bind_int64(sql, 1, id);
	int found = take_bytes(l, sql, out);
	return found == 0 ? store_fail(s, STORE_MISSING, "there is no plan or policy %" PRId64, id) : found == 1;
}

bool lite_sequence_put(struct store *s, struct sequence_row *row)
{
	struct lite *l = lite_of(s);
	sqlite3_stmt *sql = lite_sql(l, SQL_SEQUENCE_PUT);
	if (!sql)
		return false;
	lite_bind_text(sql, 1, row->name);
	sqlite3_bind_int64(sql, 2, row->plan_id);
	sqlite3_bind_int(sql, 3, (int)row->state);
	sqlite3_bind_int64(sql, 4, row->changed_us);
	int found = lite_row(l, sql);
	if (found == 1)
		row->id = sqlite3_column_int64(sql, 0);
	else if (sqlite3_extended_errcode(l->db) == SQLITE_CONSTRAINT_FOREIGNKEY)
		return store_fail(s, STORE_MISSING, "there is no plan or policy %" PRId64, row->plan_id);
	return found == 1 && lite_run(l, sql);
}

bool lite_sequences(struct store *s, store_sequence_each *each, void *context)
{
	struct lite *l = lite_of(s);
	sqlite3_stmt *sql = lite_sql(l, SQL_SEQUENCES);
	int found = sql ? 1 : -1;
	while (found == 1 && (found = lite_row(l, sql)) == 1) {
		struct sequence_row row = {.id = sqlite3_column_int64(sql, 0),
		                           .name = lite_column(sql, 1),
		                           .plan_id = sqlite3_column_int64(sql, 2),
		                           .state = (enum sequence_state)sqlite3_column_int(sql, 3),
		                           .changed_us = sqlite3_column_int64(sql, 4)};
		each(context, &row);
	}
	return found == 0;
}

/* ---- contacts ---- */

int64_t lite_contact_by_key(struct store *s, struct slice key)
{
	struct lite *l = lite_of(s);
	sqlite3_stmt *sql = lite_sql(l, SQL_CONTACT_BY_KEY);
	if (!sql)
		return -1;
	lite_bind_text(sql, 1, key);
	int found = lite_row(l, sql);
	int64_t id = found == 1 ? sqlite3_column_int64(sql, 0) : found;
	if (found == 1)
		sqlite3_reset(sql);
	return id;
}

/* Its place among the kept ones, whoever is there now; NULL: no memory for any. */
static struct lite_contact *kept(struct lite *l, int64_t id)
{
	if (!l->contacts && !(l->contacts = calloc(LITE_CONTACTS, sizeof *l->contacts)))
		return NULL;
	return &l->contacts[(uint64_t)id % LITE_CONTACTS];
}

static void keep(struct lite *l, int64_t id, int64_t revision, struct slice fields)
{
	struct lite_contact *c = kept(l, id);
	if (!c)
		return;
	buf_clear(&c->fields);
	buf_add_slice(&c->fields, fields);
	c->id = c->fields.failed ? 0 : id;
	c->revision = revision;
}

/* Reads a revision, 0 the latest; *revision becomes which. fields NULL: only that. 1: done; 0: none; -1: failed. */
static int read_revision(struct lite *l, int64_t id, int64_t *revision, struct buf *fields)
{
	sqlite3_stmt *sql = lite_sql(l, *revision ? SQL_CONTACT_GET : SQL_CONTACT_LATEST);
	if (!sql)
		return -1;
	bool latest = *revision == 0;
	sqlite3_bind_int64(sql, 1, id);
	if (!latest)
		sqlite3_bind_int64(sql, 2, *revision);
	int found = lite_row(l, sql);
	if (found == 1) {
		struct slice bytes = lite_column(sql, 1);
		*revision = sqlite3_column_int64(sql, 0);
		if (fields)
			buf_add_slice(fields, bytes);
		if (latest)
			keep(l, id, *revision, bytes);
		sqlite3_reset(sql);
	}
	return found;
}

bool lite_contact_get(struct store *s, int64_t id, struct buf *fields, int64_t *revision)
{
	struct lite *l = lite_of(s);
	int64_t which = revision ? *revision : 0;
	const struct lite_contact *c = kept(l, id);
	if (id > 0 && c && c->id == id && (which == 0 || which == c->revision)) {
		buf_add_slice(fields, buf_slice(&c->fields));
		which = c->revision;
	} else {
		int found = read_revision(l, id, &which, fields);
		if (found == 0)
			return store_fail(s, STORE_MISSING, "there is no contact %" PRId64, id);
		if (found < 0)
			return false;
	}
	if (revision)
		*revision = which;
	return !fields->failed || no_memory(l);
}

static bool revise(struct lite *l, int64_t id, int64_t revision, int64_t at_us, struct slice fields)
{
	sqlite3_stmt *sql = lite_sql(l, SQL_CONTACT_REVISE);
	if (!sql)
		return false;
	sqlite3_bind_int64(sql, 1, id);
	sqlite3_bind_int64(sql, 2, revision);
	sqlite3_bind_int64(sql, 3, at_us);
	lite_bind_blob(sql, 4, fields);
	if (!lite_run(l, sql))
		return false;
	keep(l, id, revision, fields);
	return true;
}

bool lite_contact_put(struct store *s, int64_t *id, struct slice fields, const struct slice *keys, size_t key_count,
                      int64_t at_us)
{
	struct lite *l = lite_of(s);
	sqlite3_stmt *new = lite_sql(l, SQL_CONTACT_NEW), *key = lite_sql(l, SQL_CONTACT_KEY);
	int64_t contact = *id, revision = 0;
	if (!new || !key)
		return false;
	if (contact) {
		int found = read_revision(l, contact, &revision, NULL);
		if (found <= 0)
			return found < 0 ? false
			                 : store_fail(s, STORE_MISSING, "there is no contact %" PRId64, contact);
	} else {
		if (!lite_run(l, new))
			return false;
		contact = sqlite3_last_insert_rowid(l->db);
	}
	if (!revise(l, contact, revision + 1, at_us, fields))
		return false;
	for (size_t i = 0; i < key_count; i++) {
		lite_bind_text(key, 1, keys[i]);
		sqlite3_bind_int64(key, 2, contact);
		if (!lite_run(l, key))
			return false;
	}
	*id = contact;
	return true;
}

bool lite_contacts(struct store *s, store_contact_each *each, void *context)
{
	struct lite *l = lite_of(s);
	sqlite3_stmt *sql = lite_sql(l, SQL_CONTACTS);
	int found = sql ? 1 : -1;
	while (found == 1 && (found = lite_row(l, sql)) == 1)
		each(context, sqlite3_column_int64(sql, 0), lite_column(sql, 1));
	return found == 0;
}

bool lite_once(struct store *s, struct slice key, int64_t *id, bool *was_there)
{
	struct lite *l = lite_of(s);
	sqlite3_stmt *get = lite_sql(l, SQL_ONCE_GET), *put = lite_sql(l, SQL_ONCE_PUT);
	if (!get || !put)
		return false;
	lite_bind_text(get, 1, key);
	int found = lite_row(l, get);
	*was_there = found == 1;
	if (found == 1) {
		*id = sqlite3_column_int64(get, 0);
		sqlite3_reset(get);
	}
	if (found != 0 || *id == 0)
		return found >= 0;
	lite_bind_text(put, 1, key);
	sqlite3_bind_int64(put, 2, *id);
	return lite_run(l, put);
}

/* ---- inbox ---- */

bool lite_inbox_add(struct store *s, struct inbox_row *row, bool *was_there)
{
	struct lite *l = lite_of(s);
	sqlite3_stmt *find = lite_sql(l, SQL_INBOX_FIND), *add = lite_sql(l, SQL_INBOX_ADD);
	if (!find || !add)
		return false;
	*was_there = false;
	if (row->external_id.n > 0) {
		lite_bind_text(find, 1, row->external_id);
		int found = lite_row(l, find);
		*was_there = found == 1;
		if (found == 1) {
			row->id = sqlite3_column_int64(find, 0);
			sqlite3_reset(find);
		}
		if (found != 0)
			return found == 1;
	}
	sqlite3_bind_int64(add, 1, row->at_us);
	sqlite3_bind_int64(add, 2, row->contact_id);
	sqlite3_bind_int64(add, 3, row->enrollment_id);
	sqlite3_bind_int(add, 4, row->kind);
	if (row->external_id.n > 0)
		lite_bind_text(add, 5, row->external_id);
	else
		sqlite3_bind_null(add, 5);
	lite_bind_blob(add, 6, row->payload);
	if (!lite_run(l, add))
		return false;
	s->last_inbox_id = row->id = sqlite3_last_insert_rowid(l->db);
	return true;
}

/* Of a statement whose contact, if it asks for one, is bound. */
static int show_inbox(struct lite *l, sqlite3_stmt *sql, int64_t after, int cap, store_inbox_each *each, void *context)
{
	sqlite3_bind_int64(sql, 1, after);
	sqlite3_bind_int(sql, 2, cap);
	int n = 0, found;
	while ((found = lite_row(l, sql)) == 1) {
		struct inbox_row row = {.id = sqlite3_column_int64(sql, 0),
		                        .at_us = sqlite3_column_int64(sql, 1),
		                        .contact_id = sqlite3_column_int64(sql, 2),
		                        .enrollment_id = sqlite3_column_int64(sql, 3),
		                        .kind = (uint8_t)sqlite3_column_int(sql, 4),
		                        .external_id = lite_column(sql, 5),
		                        .payload = lite_column(sql, 6)};
		n++;
		if (!each(context, &row))
			break;
	}
	sqlite3_reset(sql);
	return found < 0 ? -1 : n;
}

int lite_inbox(struct store *s, int64_t after, int cap, store_inbox_each *each, void *context)
{
	sqlite3_stmt *sql = lite_sql(lite_of(s), SQL_INBOX);
	return sql ? show_inbox(lite_of(s), sql, after, cap, each, context) : -1;
}

int lite_inbox_of(struct store *s, int64_t contact_id, int64_t after, int cap, store_inbox_each *each, void *context)
{
	sqlite3_stmt *sql = lite_sql(lite_of(s), SQL_INBOX_OF);
	if (!sql)
		return -1;
	sqlite3_bind_int64(sql, 3, contact_id);
	return show_inbox(lite_of(s), sql, after, cap, each, context);
}

/* ---- suppressions ---- */

bool lite_suppress(struct store *s, struct slice address, int channel, int purpose, int64_t at_us, struct slice reason)
{
	struct lite *l = lite_of(s);
	sqlite3_stmt *sql = lite_sql(l, SQL_SUPPRESS);
	if (!sql)
		return false;
	lite_bind_text(sql, 1, address);
	sqlite3_bind_int(sql, 2, channel);
	sqlite3_bind_int(sql, 3, purpose);
	sqlite3_bind_int64(sql, 4, at_us);
	lite_bind_text(sql, 5, reason);
	l->any_suppression = 1;
	return lite_run(l, sql);
}

bool lite_unsuppress(struct store *s, struct slice address)
{
	struct lite *l = lite_of(s);
	sqlite3_stmt *sql = lite_sql(l, SQL_UNSUPPRESS);
	if (!sql)
		return false;
	lite_bind_text(sql, 1, address);
	l->any_suppression = -1;
	return lite_run(l, sql);
}

/* What cannot be read counts as suppressed: nothing leaves on a guess. store_failed tells. */
bool lite_suppressed(struct store *s, struct slice address, int channel, int purpose)
{
	struct lite *l = lite_of(s);
	int64_t any;
	if (l->any_suppression < 0) {
		if (!lite_number(l, SQL_SUPPRESSIONS_ANY, &any))
			return true;
		l->any_suppression = any != 0;
	}
	if (l->any_suppression == 0)
		return false;
	sqlite3_stmt *sql = lite_sql(l, SQL_SUPPRESSED);
	if (!sql)
		return true;
	lite_bind_text(sql, 1, address);
	sqlite3_bind_int(sql, 2, channel);
	sqlite3_bind_int(sql, 3, purpose);
	int found = lite_row(l, sql);
	if (found == 1)
		sqlite3_reset(sql);
	return found != 0;
}

bool lite_suppressions(struct store *s, store_suppression_each *each, void *context)
{
	struct lite *l = lite_of(s);
	sqlite3_stmt *sql = lite_sql(l, SQL_SUPPRESSIONS);
	int found = sql ? 1 : -1;
	while (found == 1 && (found = lite_row(l, sql)) == 1)
		each(context, lite_column(sql, 0), sqlite3_column_int(sql, 1), sqlite3_column_int(sql, 2),
		     sqlite3_column_int64(sql, 3), lite_column(sql, 4));
	return found == 0;
}

void lite_tables_rollback(struct lite *l)
{
	l->any_suppression = -1;
	for (size_t i = 0; l->contacts && i < LITE_CONTACTS; i++)
		l->contacts[i].id = 0;
}

void lite_tables_free(struct lite *l)
{
	for (size_t i = 0; l->contacts && i < LITE_CONTACTS; i++)
		buf_free(&l->contacts[i].fields);
	free(l->contacts);
}
