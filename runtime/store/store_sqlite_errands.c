/* SPDX-License-Identifier: Apache-2.0
 * The SQLite store's errands and answers. */
#include "runtime/store/store_sqlite.h"

bool lite_errand_add(struct store *s, struct errand_row *row)
{
	struct lite *l = lite_of(s);
	sqlite3_stmt *sql = lite_sql(l, SQL_ERRAND_ADD);
	if (!sql)
		return false;
	sqlite3_bind_int64(sql, 1, row->enrollment_id);
	sqlite3_bind_int64(sql, 2, row->step);
	sqlite3_bind_int64(sql, 3, row->occurrence);
	sqlite3_bind_int(sql, 4, row->kind);
	sqlite3_bind_int64(sql, 5, row->at_us);
	sqlite3_bind_int(sql, 6, row->state);
	sqlite3_bind_int64(sql, 7, row->closed_us);
	lite_bind_blob(sql, 8, row->payload);
	if (!lite_run(l, sql))
		return false;
	row->id = sqlite3_last_insert_rowid(l->db);
	return true;
}

bool lite_errand_close(struct store *s, int64_t id, enum errand_state state, int64_t at_us)
{
	struct lite *l = lite_of(s);
	sqlite3_stmt *sql = lite_sql(l, SQL_ERRAND_CLOSE);
	if (!sql)
		return false;
	sqlite3_bind_int64(sql, 1, id);
	sqlite3_bind_int(sql, 2, (int)state);
	sqlite3_bind_int64(sql, 3, at_us);
	return lite_run(l, sql);
}

static int show(struct lite *l, sqlite3_stmt *sql, store_errand_each *each, void *context)
{
	int n = 0, found;
	while ((found = lite_row(l, sql)) == 1) {
		struct errand_row row = {.id = sqlite3_column_int64(sql, 0),
		                         .enrollment_id = sqlite3_column_int64(sql, 1),
		                         .step = (uint32_t)sqlite3_column_int64(sql, 2),
		                         .occurrence = (uint32_t)sqlite3_column_int64(sql, 3),
		                         .kind = (uint8_t)sqlite3_column_int(sql, 4),
		                         .at_us = sqlite3_column_int64(sql, 5),
		                         .state = (uint8_t)sqlite3_column_int(sql, 6),
		                         .closed_us = sqlite3_column_int64(sql, 7),
		                         .payload = lite_column(sql, 8)};
		n++;
		if (!each(context, &row))
			break;
	}
	sqlite3_reset(sql);
	return found < 0 ? -1 : n;
}

int lite_errands_open(struct store *s, int64_t after, int cap, store_errand_each *each, void *context)
{
	sqlite3_stmt *sql = lite_sql(lite_of(s), SQL_ERRANDS_OPEN);
	if (!sql)
		return -1;
	sqlite3_bind_int64(sql, 1, after);
	sqlite3_bind_int(sql, 2, cap);
	return show(lite_of(s), sql, each, context);
}

int lite_errands_of(struct store *s, int64_t enrollment_id, store_errand_each *each, void *context)
{
	sqlite3_stmt *sql = lite_sql(lite_of(s), SQL_ERRANDS_OF);
	if (!sql)
		return -1;
	sqlite3_bind_int64(sql, 1, enrollment_id);
	return show(lite_of(s), sql, each, context);
}

bool lite_answer_add(struct store *s, const struct answer_row *row)
{
	struct lite *l = lite_of(s);
	sqlite3_stmt *sql = lite_sql(l, SQL_ANSWER_ADD);
	if (!sql)
		return false;
	sqlite3_bind_int64(sql, 1, row->enrollment_id);
	sqlite3_bind_int64(sql, 2, row->step);
	sqlite3_bind_int64(sql, 3, row->occurrence);
	lite_bind_text(sql, 4, row->question);
	sqlite3_bind_int64(sql, 5, row->at_us);
	lite_bind_text(sql, 6, row->value);
	return lite_run(l, sql);
}

bool lite_answers_of(struct store *s, int64_t enrollment_id, store_answer_each *each, void *context)
{
	struct lite *l = lite_of(s);
	sqlite3_stmt *sql = lite_sql(l, SQL_ANSWERS_OF);
	int found = sql ? 1 : -1;
	if (sql)
		sqlite3_bind_int64(sql, 1, enrollment_id);
	while (found == 1 && (found = lite_row(l, sql)) == 1) {
		struct answer_row row = {.enrollment_id = enrollment_id,
		                         .step = (uint32_t)sqlite3_column_int64(sql, 0),
		                         .occurrence = (uint32_t)sqlite3_column_int64(sql, 1),
		                         .question = lite_column(sql, 2),
		                         .at_us = sqlite3_column_int64(sql, 3),
		                         .value = lite_column(sql, 4)};
		each(context, &row);
	}
	return found == 0;
}
