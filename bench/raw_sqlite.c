/* SPDX-License-Identifier: Apache-2.0
 * The raw reference: what SQLite can do in the hands of a loop of prepared statements that knows nothing of sequences.
 *   raw_sqlite FILE place|lazy cohort|scattered N B ROWS
 * It writes the rows that our drive writes for a message. `place` updates the enrollment in the same transaction,
 * guarded by its last number (performance.md's append-guard); `lazy` keeps it in memory and writes back sorted by id
 * every 100,000 transitions. B messages a commit, ROWS journal rows a message. Prints messages a second, enrolling not
 * included. */
#include "bench/job.h"
#include <sqlite3.h>

#define WRITE_BACK_EVERY 100000

struct row {
	int64_t number, written;
	int round; /* messages settled */
	int out;
};

static sqlite3 *db;
static sqlite3_stmt *begin, *commit, *journal, *outbox, *update, *due;
static struct row *rows;
static int64_t *ranks, n_rows, *order, unwritten;
static int scattered, lazy;

static void check(int code, int expected)
{
	if (code != expected)
		job_die("sqlite", sqlite3_errmsg(db));
}

static void execute(const char *sql)
{
	check(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
}

static sqlite3_stmt *prepare(const char *sql)
{
	sqlite3_stmt *s;
	check(sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &s, NULL), SQLITE_OK);
	return s;
}

static void run(sqlite3_stmt *s)
{
	check(sqlite3_step(s), SQLITE_DONE);
	sqlite3_reset(s);
}

static void set_up(const char *path)
{
	job_remove(path);
	sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	check(sqlite3_open(path, &db), SQLITE_OK);
	execute("PRAGMA journal_mode = wal; PRAGMA synchronous = full; PRAGMA wal_autocheckpoint = 4000;"
	        "PRAGMA cache_size = -65536; PRAGMA temp_store = memory;"
	        "CREATE TABLE journal(number INTEGER PRIMARY KEY, enrollment INTEGER NOT NULL, previous INTEGER NOT "
	        "NULL,"
	        " at_us INTEGER NOT NULL, detail BLOB NOT NULL, after BLOB NOT NULL) STRICT;"
	        "CREATE TABLE enrollment(id INTEGER PRIMARY KEY, sequence INTEGER NOT NULL, contact INTEGER NOT NULL,"
	        " number INTEGER NOT NULL, wake_us INTEGER, out INTEGER NOT NULL, state BLOB NOT NULL) STRICT;"
	        "CREATE INDEX enrollment_wake ON enrollment(wake_us) WHERE wake_us IS NOT NULL;"
	        "CREATE TABLE outbox(id INTEGER PRIMARY KEY, enrollment INTEGER NOT NULL, at_us INTEGER NOT NULL,"
	        " step INTEGER NOT NULL, occurrence INTEGER NOT NULL, recipient TEXT NOT NULL, message_id TEXT NOT "
	        "NULL,"
	        " subject TEXT NOT NULL, bytes BLOB NOT NULL) STRICT;");
	begin = prepare("BEGIN IMMEDIATE");
	commit = prepare("COMMIT");
	journal = prepare("INSERT INTO journal VALUES(NULL, ?1, ?2, ?3, ?4, ?5)");
	outbox = prepare("INSERT INTO outbox VALUES(NULL, ?1, ?2, ?3, 1, ?4, ?5, ?6, ?7)");
	update = prepare(
	        "UPDATE enrollment SET number = ?2, wake_us = ?3, out = ?4, state = ?5 WHERE id = ?1 AND number = ?6");
	due = prepare("SELECT id FROM enrollment WHERE wake_us <= ?1 ORDER BY wake_us LIMIT ?2");
}

static void bind_after(sqlite3_stmt *s, int at, const struct row *r)
{
	static char state[JOB_STATE_BYTES];
	memcpy(state, r, sizeof *r < sizeof state ? sizeof *r : sizeof state);
	sqlite3_bind_blob(s, at, state, sizeof state, SQLITE_STATIC);
}

static void put_row(int64_t i)
{
	struct row *r = &rows[i];
	sqlite3_bind_int64(update, 1, i + 1);
	sqlite3_bind_int64(update, 2, r->number);
	if (r->out || r->round == JOB_MESSAGES)
		sqlite3_bind_null(update, 3);
	else
		sqlite3_bind_int64(update, 3, job_wake(ranks, n_rows, i, r->round, scattered));
	sqlite3_bind_int(update, 4, r->out);
	bind_after(update, 5, r);
	sqlite3_bind_int64(update, 6, r->written);
	run(update);
	if (sqlite3_changes(db) != 1)
		job_die("guard", "a row was not there");
	r->written = r->number;
}

static void add_journal(int64_t i)
{
	static const char detail[JOB_DETAIL_BYTES];
	static char after[JOB_AFTER_BYTES];
	struct row *r = &rows[i];
	sqlite3_bind_int64(journal, 1, i + 1);
	sqlite3_bind_int64(journal, 2, r->number);
	sqlite3_bind_int64(journal, 3, JOB_START_US);
	sqlite3_bind_blob(journal, 4, detail, sizeof detail, SQLITE_STATIC);
	sqlite3_bind_blob(journal, 5, after, sizeof after, SQLITE_STATIC);
	run(journal);
	r->number = sqlite3_last_insert_rowid(db);
	unwritten++;
}

static void enroll_all(void)
{
	sqlite3_stmt *insert = prepare("INSERT INTO enrollment VALUES(?1, 1, ?1, ?2, ?3, 0, ?4)");
	for (int64_t i = 0; i < n_rows; i++) {
		if (i % 10000 == 0)
			run(begin);
		add_journal(i);
		rows[i].written = rows[i].number;
		sqlite3_bind_int64(insert, 1, i + 1);
		sqlite3_bind_int64(insert, 2, rows[i].number);
		sqlite3_bind_int64(insert, 3, job_wake(ranks, n_rows, i, 0, scattered));
		bind_after(insert, 4, &rows[i]);
		run(insert);
		if (i % 10000 == 9999 || i == n_rows - 1)
			run(commit);
	}
	sqlite3_finalize(insert);
	unwritten = 0;
}

static void plan(int64_t i)
{
	add_journal(i);
	if (!lazy)
		put_row(i);
}

static void release(int64_t i)
{
	struct job_message m;
	job_render(&m, i + 1, rows[i].round);
	sqlite3_bind_int64(outbox, 1, i + 1);
	sqlite3_bind_int64(outbox, 2, JOB_START_US);
	sqlite3_bind_int64(outbox, 3, rows[i].round);
	sqlite3_bind_text(outbox, 4, m.recipient, -1, SQLITE_STATIC);
	sqlite3_bind_text(outbox, 5, m.message_id, -1, SQLITE_STATIC);
	sqlite3_bind_text(outbox, 6, m.subject, -1, SQLITE_STATIC);
	sqlite3_bind_blob(outbox, 7, m.bytes, sizeof m.bytes, SQLITE_STATIC);
	run(outbox);
	rows[i].out = 2;
	plan(i);
}

static void settle(int64_t i)
{
	rows[i].out = 0;
	rows[i].round++;
	plan(i);
}

static void in_one_commit(const int64_t *ids, int64_t n, void (*each)(int64_t i))
{
	run(begin);
	for (int64_t i = 0; i < n; i++)
		each(ids[i]);
	run(commit);
}

static void write_back(int64_t every)
{
	if (!lazy || unwritten < every)
		return;
	run(begin);
	for (int64_t i = 0; i < n_rows; i++)
		if (rows[i].number != rows[i].written)
			put_row(i);
	run(commit);
	unwritten = 0;
}

/* The next ids to be due: from the index, or, lazily, from what is in memory anyway. */
static int64_t take_due(int64_t *ids, int64_t cap, int64_t done)
{
	int64_t n = 0;
	if (lazy) {
		for (; n < cap && done + n < n_rows * JOB_MESSAGES; n++)
			ids[n] = order[(done + n) % n_rows];
		return n;
	}
	sqlite3_bind_int64(due, 1, INT64_MAX);
	sqlite3_bind_int64(due, 2, cap);
	while (sqlite3_step(due) == SQLITE_ROW)
		ids[n++] = sqlite3_column_int64(due, 0) - 1;
	sqlite3_reset(due);
	return n;
}

static void order_round(int round)
{
	for (int64_t i = 0; i < n_rows; i++)
		order[job_wake(ranks, n_rows, i, round, scattered) - JOB_START_US - round * n_rows] = i;
}

int main(int argc, char **argv)
{
	if (argc != 7)
		job_die("usage", "raw_sqlite FILE place|lazy cohort|scattered N B ROWS");
	lazy = strcmp(argv[2], "lazy") == 0;
	scattered = strcmp(argv[3], "scattered") == 0;
	n_rows = atoll(argv[4]);
	int64_t b = atoll(argv[5]), done = 0, n;
	int64_t *ids = malloc(sizeof *ids * (size_t)b);
	rows = calloc((size_t)n_rows, sizeof *rows);
	order = malloc(sizeof *order * (size_t)n_rows);
	if (!ids || !rows || !order)
		job_die("rows", "out of memory");
	ranks = job_ranks(n_rows, scattered);
	set_up(argv[1]);
	enroll_all();
	double start = job_seconds(), cpu = job_cpu_seconds();
	while (done < n_rows * JOB_MESSAGES) {
		if (lazy && done % n_rows == 0)
			order_round((int)(done / n_rows));
		int64_t left = n_rows - done % n_rows;
		n = take_due(ids, b < left ? b : left, done);
		if (atoi(argv[6]) == 3 && rows[ids[0]].round > 0)
			in_one_commit(ids, n, plan);
		in_one_commit(ids, n, release);
		in_one_commit(ids, n, settle);
		write_back(WRITE_BACK_EVERY);
		done += n;
	}
	write_back(1);
	double wall = job_seconds() - start;
	cpu = job_cpu_seconds() - cpu;
	sqlite3_close(db);
	printf("%.0f messages/s, %.1f us of CPU each, %.0f bytes an enrollment, peak %.0f MiB\n", (double)done / wall,
	       cpu * 1e6 / (double)done, (double)job_file_bytes(argv[1]) / (double)n_rows, job_peak_mib());
	job_remove(argv[1]);
	return 0;
}
