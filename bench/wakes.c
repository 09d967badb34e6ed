/* SPDX-License-Identifier: Apache-2.0
 * What sleepers cost (runtime.md §3: wake-ups cost what is due, never what exists):  wakes FILE M
 * A store of M sleepers, of which a thousand at random ids are due at each of some instants. Prints the first poll
 * after opening, an idle poll, the next wake-up, a thousand that are due, and a thousand that move on in one commit. */
#include "bench/job.h"
#include "runtime/store/store_sqlite.h"

#define INSTANTS 9
#define DUE      1000

static void execute(sqlite3 *db, const char *sql)
{
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		job_die("sqlite", sqlite3_errmsg(db));
}

static struct store *open_store(const char *path, enum store_mode mode)
{
	char url[512];
	enum store_failure failure;
	struct buf error = {0};
	snprintf(url, sizeof url, "sqlite:%s", path);
	struct store *s = store_open(url, mode, &failure, &error);
	if (!s)
		job_die("open", buf_cstr(&error));
	return s;
}

/* Straight into the table, as a write-back would have left it; the index is made after, in one sort. */
static void fill(const char *path, long long m)
{
	char sql[1024];
	sqlite3 *db;
	store_close(open_store(path, STORE_CREATE));
	if (sqlite3_open(path, &db) != SQLITE_OK)
		job_die("sqlite", sqlite3_errmsg(db));
	execute(db, "PRAGMA synchronous = off; PRAGMA journal_mode = delete; DROP INDEX enrollment_wake;");
	snprintf(sql, sizeof sql,
	         "INSERT INTO enrollment WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %lld)"
	         " SELECT i, 1, 1, i, i, 1000000000 + abs(random() %% 1000000000), 0, 0, 0, zeroblob(%d) FROM n",
	         m, JOB_STATE_BYTES);
	execute(db, sql);
	for (int k = 1; k <= INSTANTS; k++) {
		snprintf(sql, sizeof sql,
		         "UPDATE enrollment SET wake_us = %d WHERE id IN (WITH RECURSIVE n(i) AS"
		         " (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) SELECT 1 + abs(random() %% %lld) FROM "
		         "n)"
		         " AND wake_us > 1000000",
		         k * 1000, DUE, m);
		execute(db, sql);
	}
	execute(db, "CREATE INDEX enrollment_wake ON enrollment(wake_us) WHERE wake_us IS NOT NULL; PRAGMA "
	            "journal_mode = wal;");
	sqlite3_close(db);
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static double median(double *values, size_t n)
{
	qsort(values, n, sizeof *values, by_value);
	return values[n / 2];
}

static void move_on(struct store *s, const int64_t *ids, int n)
{
	struct enrollment e;
	bool done = store_begin(s);
	for (int i = 0; i < n && done; i++) {
		done = store_enrollment_get(s, ids[i], &e);
		e.wake_us = 1000000000;
		done = done && store_step(s, &e, 1, SLICE("moved on"));
	}
	if (!done || !store_commit(s))
		job_die("store", store_error(s));
}

int main(int argc, char **argv)
{
	if (argc != 3)
		job_die("usage", "wakes FILE M");
	int64_t ids[DUE];
	double due[INSTANTS], moved[INSTANTS], start, first, idle, next;
	store_sqlite_configure();
	job_remove(argv[1]);
	fill(argv[1], atoll(argv[2]));
	struct store *s = open_store(argv[1], STORE_WRITE);
	start = job_seconds();
	if (store_due(s, 0, ids, DUE) != 0)
		job_die("due", "something is");
	first = job_seconds() - start;
	start = job_seconds();
	for (int i = 0; i < 1000; i++)
		store_due(s, 0, ids, DUE);
	idle = (job_seconds() - start) / 1000;
	start = job_seconds();
	for (int i = 0; i < 1000; i++)
		store_next_wake(s);
	next = (job_seconds() - start) / 1000;
	for (int k = 0; k < INSTANTS; k++) {
		start = job_seconds();
		int n = store_due(s, (k + 1) * 1000, ids, DUE);
		due[k] = job_seconds() - start;
		start = job_seconds();
		move_on(s, ids, n);
		moved[k] = job_seconds() - start;
	}
	printf("first %.1f us, idle %.3f us, next %.3f us, 1000 due %.2f ms, 1000 moved %.2f ms, file %.0f B/sleeper, "
	       "peak %.0f MiB\n",
	       first * 1e6, idle * 1e6, next * 1e6, median(due, INSTANTS) * 1e3, median(moved, INSTANTS) * 1e3,
	       (double)job_file_bytes(argv[1]) / (double)atoll(argv[2]), job_peak_mib());
	store_close(s);
	job_remove(argv[1]);
	return 0;
}
