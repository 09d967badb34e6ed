/* SPDX-License-Identifier: Apache-2.0
 * What only the SQLite store has: opening, a second writer, readers, newer and foreign files, a full disk, the guard of
 * the write-back, and runs of Message-IDs. */
#include "tests/store_fixture.h"
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

static void a_file_that_is_no_store_is_refused(void **state)
{
	struct fixture *f = *state;
	char url[160], path[160];
	snprintf(url, sizeof url, "sqlite:%s/none.db", f->folder);
	assert_int_equal(cannot_open(url, STORE_WRITE, "seqd init"), STORE_MISSING);
	assert_int_equal(cannot_open(url, STORE_READ, "none.db"), STORE_MISSING);
	snprintf(path, sizeof path, "%s/none.db", f->folder);
	FILE *file = fopen(path, "w");
	for (int i = 0; i < 4096; i++)
		fputs("not a database. ", file);
	fclose(file);
	assert_int_equal(cannot_open(url, STORE_CREATE, "is no database"), STORE_DAMAGED);
	snprintf(url, sizeof url, "sqlite:%s/no/such/folder.db", f->folder);
	assert_int_equal(cannot_open(url, STORE_CREATE, "folder.db"), STORE_IO);
	assert_int_equal(cannot_open("postgres:x", STORE_CREATE, "sqlite:FILE"), STORE_MISSING);
}

static void execute(const char *path, const char *sql)
{
	sqlite3 *db;
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static void a_newer_or_foreign_database_is_refused(void **state)
{
	struct fixture *f = *state;
	char url[160], *path = url + sizeof "sqlite:" - 1;
	snprintf(url, sizeof url, "sqlite:%s/other.db", f->folder);
	execute(path, "CREATE TABLE sheep(id)");
	assert_int_equal(cannot_open(url, STORE_CREATE, "some other program"), STORE_DAMAGED);
	snprintf(url, sizeof url, "sqlite:%s/newer.db", f->folder);
	store_close(open_store(url, STORE_CREATE));
	execute(path, "PRAGMA user_version = 99");
	assert_int_equal(cannot_open(url, STORE_WRITE, "newer seqd"), STORE_NEWER);
	assert_int_equal(cannot_open(url, STORE_READ, "newer seqd"), STORE_NEWER);
}

static void a_second_writer_is_told_who_holds_it(void **state)
{
	struct fixture *f = *state;
	char pid[32];
	snprintf(pid, sizeof pid, "process %ld;", (long)getpid());
	assert_int_equal(cannot_open(f->url, STORE_WRITE, pid), STORE_BUSY);
	assert_int_equal(cannot_open(f->url, STORE_CREATE, pid), STORE_BUSY);
	struct stat st;
	assert_int_equal(stat(f->url + sizeof "sqlite:" - 1, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

/* A reader sees its snapshot, journal and all, while the writer goes on. */
static void a_reader_stands_beside_the_writer(void **state)
{
	struct fixture *f = *state;
	int64_t ids[8];
	IN_TRANSACTION(f->s, enroll(f->s, 1, 10, "a"); enroll(f->s, 2, 20, "b"));
	assert_true(store_checkpoint(f->s));
	IN_TRANSACTION(f->s, step(f->s, 1, 30, "c"); enroll(f->s, 3, 5, "d"));
	struct store *r = open_store(f->url, STORE_READ);
	IN_TRANSACTION(f->s, step(f->s, 2, 40, "later"));
	assert_true(store_checkpoint(f->s));
	assert_state(r, 1, "c", 30);
	assert_state(r, 2, "b", 20);
	assert_due(r, 100, "3 2 1");
	assert_int_equal(store_enrollments(r, 0, 0, ids, 8), 3);
	assert_int_equal(store_enrollments_of(r, 3, 0, ids, 8), 1);
	store_close(r);
	r = open_store(f->url, STORE_READ);
	assert_state(r, 2, "later", 40);
	store_close(r);
}

static const char *const two_steps[] = {"CREATE TABLE one(x);INSERT INTO one VALUES(1);",
                                        "ALTER TABLE one ADD COLUMN y;"},
                         *const bad_step[] = {"", "", "CREATE TABLE two(x);SELECT no_such();"};

static void a_migration_backs_up_and_is_whole_or_not_at_all(void **state)
{
	struct fixture *f = *state;
	char path[128], backup[160];
	snprintf(path, sizeof path, "%s/old.db", f->folder);
	snprintf(backup, sizeof backup, "%s.v1.backup", path);
	struct lite l = {.path = path};
	assert_int_equal(sqlite3_open(path, &l.db), SQLITE_OK);
	assert_true(lite_migrate(&l, two_steps, 1));
	assert_int_not_equal(access(backup, F_OK), 0); /* it was new */
	assert_true(lite_migrate(&l, two_steps, 2));
	assert_int_equal(access(backup, R_OK), 0);
	execute(backup, "SELECT x FROM one");
	assert_false(lite_migrate(&l, bad_step, 3));
	assert_int_equal(sqlite3_exec(l.db, "SELECT y FROM one; CREATE TABLE two(x)", NULL, NULL, NULL), SQLITE_OK);
	assert_false(lite_migrate(&l, two_steps, 1));
	assert_int_equal(l.base.failed, STORE_NEWER);
	sqlite3_finalize(l.statements[SQL_ROLLBACK]);
	sqlite3_close(l.db);
	buf_free(&l.base.error);
}

/* performance.md §8.4: the guard is in the write-back; what it finds stops the writer. */
static void a_row_changed_behind_our_back_stops_the_writer(void **state)
{
	struct fixture *f = *state;
	IN_TRANSACTION(f->s, enroll(f->s, 1, 10, "a"));
	assert_true(store_checkpoint(f->s));
	execute(f->url + sizeof "sqlite:" - 1, "UPDATE enrollment SET number = 77");
	IN_TRANSACTION(f->s, step(f->s, 1, 20, "b"));
	assert_false(store_checkpoint(f->s));
	assert_int_equal(store_failed(f->s), STORE_DAMAGED);
	assert_non_null(strstr(store_error(f->s), "enrollment 1"));
	assert_false(store_begin(f->s));
	assert_int_equal(store_failed(f->s), STORE_DAMAGED);
}

static void a_broken_journal_is_found_on_opening(void **state)
{
	struct fixture *f = *state;
	IN_TRANSACTION(f->s, enroll(f->s, 1, 10, "a"); step(f->s, 1, 20, "b"); step(f->s, 1, 30, "c"));
	store_close(f->s);
	execute(f->url + sizeof "sqlite:" - 1,
	        "DELETE FROM meta; DELETE FROM enrollment; UPDATE journal SET previous = 1 WHERE number = 3");
	assert_int_equal(cannot_open(f->url, STORE_WRITE, "broken at 3"), STORE_DAMAGED);
	execute(f->url + sizeof "sqlite:" - 1, "UPDATE journal SET previous = 2 WHERE number = 3");
	f->s = open_store(f->url, STORE_WRITE);
	assert_state(f->s, 1, "c", 30);
}

/* Commits groups of four enrollments until one does not go through; then nothing of that one may stay. */
static void fill_until_full(struct store *s)
{
	char bytes[2048];
	bool full = false;
	memset(bytes, 'x', sizeof bytes);
	for (int i = 0; i < 1000 && !full; i++) {
		full = !store_begin(s);
		for (int k = 0; k < 4 && !full; k++) {
			struct enrollment e = {
			        .sequence_id = 1, .contact_id = 2, .wake_us = 5, .state = {bytes, sizeof bytes}};
			full = !store_step(s, &e, 1, SLICE(""));
		}
		full = full || !store_commit(s);
	}
	assert_true(full);
	assert_int_equal(store_failed(s), STORE_FULL);
	assert_non_null(strstr(store_error(s), "disk is full"));
	if (s->in_transaction) {
		assert_false(store_meta_put(s, "k", SLICE("v")));
		assert_false(store_commit(s));
		assert_int_equal(store_failed(s), STORE_FULL);
	}
	store_rollback(s);
	int64_t n;
	assert_true(store_count(s, "enrollments", &n));
	assert_int_equal(n % 4, 1);
	assert_state(s, 1, "kept", 10);
}

static void assert_goes_on(struct fixture *f)
{
	int64_t had, has;
	assert_true(store_count(f->s, "enrollments", &had));
	IN_TRANSACTION(f->s, enroll(f->s, 3, 1, "there is room again"));
	reopen(f);
	assert_true(store_count(f->s, "enrollments", &has));
	assert_int_equal(has, had + 1);
	assert_state(f->s, had + 1, "there is room again", 1);
	assert_state(f->s, 1, "kept", 10);
}

/* A full disk gives a clear message, and nothing is half done. */
static void a_full_database_keeps_what_was_committed(void **state)
{
	struct fixture *f = *state;
	struct lite *l = lite_of(f->s);
	IN_TRANSACTION(f->s, enroll(f->s, 1, 10, "kept"));
	assert_int_equal(sqlite3_exec(l->db, "PRAGMA max_page_count = 60", NULL, NULL, NULL), SQLITE_OK);
	fill_until_full(f->s);
	assert_int_equal(sqlite3_exec(l->db, "PRAGMA max_page_count = 100000", NULL, NULL, NULL), SQLITE_OK);
	assert_goes_on(f);
}

static void a_write_that_finds_no_room_keeps_what_was_committed(void **state)
{
	struct fixture *f = *state;
	struct rlimit before, small = {400000, RLIM_INFINITY};
	IN_TRANSACTION(f->s, enroll(f->s, 1, 10, "kept"));
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small.rlim_max = before.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	fill_until_full(f->s);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_goes_on(f);
}

/* Many runs, equal ids over the border of a chunk, and a run that is read again on opening. */
static void messages_are_found_in_runs(void **state)
{
	struct fixture *f = *state;
	char id[32];
	f->s->write_back_every = 5000;
	for (int i = 1; i <= 23000; i++) {
		if (i % 100 == 1)
			assert_true(store_begin(f->s));
		snprintf(id, sizeof id, "<%d@x>", i > 300 && i <= 600 ? 301 : i);
		struct outbox_row row = {.enrollment_id = 1, .message_id = text(id)};
		assert_true(store_outbox_add(f->s, &row));
		if (i % 100 == 0)
			assert_true(store_commit(f->s));
	}
	for (int round = 0; round < 2; round++) {
		for (int i = 1; i <= 23000; i++) {
			snprintf(id, sizeof id, "<%d@x>", i);
			int64_t expected = i == 301 ? 600 : i > 300 && i <= 600 ? 0 : i;
			assert_int_equal(store_outbox_by_message_id(f->s, text(id)), expected);
		}
		assert_int_equal(store_outbox_by_message_id(f->s, SLICE("<301@x>")), 600);
		assert_int_equal(store_outbox_by_message_id(f->s, SLICE("<0@x>")), 0);
		reopen(f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        ON(in_sqlite, a_file_that_is_no_store_is_refused),
	        ON(in_sqlite, a_newer_or_foreign_database_is_refused),
	        ON(in_sqlite, a_second_writer_is_told_who_holds_it),
	        ON(in_sqlite, a_reader_stands_beside_the_writer),
	        ON(in_sqlite, a_migration_backs_up_and_is_whole_or_not_at_all),
	        ON(in_sqlite, a_row_changed_behind_our_back_stops_the_writer),
	        ON(in_sqlite, a_broken_journal_is_found_on_opening),
	        ON(in_sqlite, a_full_database_keeps_what_was_committed),
	        ON(in_sqlite, a_write_that_finds_no_room_keeps_what_was_committed),
	        ON(in_sqlite, messages_are_found_in_runs),
	};
	return cmocka_run_group_tests_name("store in SQLite", tests, NULL, NULL);
}
