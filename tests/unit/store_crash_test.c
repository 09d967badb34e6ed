/* SPDX-License-Identifier: Apache-2.0
 * kill -9 at random moments while a child makes transitions in groups and writes back often: what a commit said is
 * there, every enrollment is what its last journal row says, and no part of a group is there without the rest. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "runtime/store/store_sqlite.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROUNDS      10
#define ENROLLMENTS 500

static char folder[64], url[96];

/* Says why on failure: in the child there is no test to fail. */
static struct store *open_or_die(enum store_mode mode)
{
	enum store_failure failure;
	struct buf error = {0};
	struct store *s = store_open(url, mode, &failure, &error);
	if (!s) {
		fprintf(stderr, "%s\n", buf_cstr(&error));
		abort();
	}
	return s;
}

/* One transition with its message, its counter, an errand and an answer: rows that belong together. */
static bool transition(struct store *s, unsigned random)
{
	struct enrollment e = {.id = 1 + random % ENROLLMENTS, .sequence_id = 1, .contact_id = 1};
	char state[64];
	int64_t n;
	if (!store_enrollment_get(s, e.id, &e))
		e.id = 0;
	e.wake_us = random % 7 ? (int64_t)(random % 100000) : NEVER_US;
	e.out = random % 11 == 0 ? OUT_RELEASED : OUT_NONE;
	int length = snprintf(state, sizeof state, "%u of %lld", random, (long long)e.id);
	e.state = (struct slice){state, (size_t)length};
	struct outbox_row row = {.message_id = e.state, .bytes = SLICE("a message")};
	if (!store_step(s, &e, 1, e.state))
		return false;
	struct errand_row errand = {.enrollment_id = e.id, .step = random % 9, .payload = e.state};
	struct answer_row answer = {.enrollment_id = e.id, .step = random, .question = SLICE("q"), .value = e.state};
	return store_errand_add(s, &errand) && store_answer_add(s, &answer) &&
	       (random % 3 || store_errand_close(s, errand.id, ERRAND_DONE, 1)) && store_outbox_add(s, &row) &&
	       store_counter_add(s, &(struct counter_key){.id = random % 50, .day = 1}, 1, &n);
}

/* Tells through the pipe how many rows of journal are committed. */
static void work_until_killed(int pipe_in, unsigned seed)
{
	struct store *s = open_or_die(STORE_WRITE);
	int64_t committed;
	s->write_back_every = 400;
	for (;;) {
		bool done = store_begin(s);
		for (int i = rand_r(&seed) % 60; i >= 0; i--)
			done = done && transition(s, (unsigned)rand_r(&seed));
		if (!done || !store_commit(s) || !store_count(s, "journal", &committed) ||
		    write(pipe_in, &committed, sizeof committed) != sizeof committed) {
			fprintf(stderr, "%s\n", store_error(s));
			abort();
		}
	}
}

struct last {
	char text[ENROLLMENTS + 1][64];
	int64_t rows;
};

static bool remember_last(void *context, int64_t number, int64_t id, int64_t at, struct slice detail,
                          struct slice state)
{
	struct last *last = context;
	(void)at;
	assert_int_equal(number, ++last->rows);
	assert_true(id >= 1 && id <= ENROLLMENTS && slice_eq(detail, state));
	snprintf(last->text[id], sizeof last->text[id], "%.*s", SLICE_ARG(state));
	return true;
}

static bool count_errand(void *context, const struct errand_row *row)
{
	(void)row;
	++*(int64_t *)context;
	return true;
}

static void assert_sound(struct store *s, int64_t committed)
{
	static struct last last;
	int64_t messages, enrollments, counted = 0, errands = 0;
	sqlite3_stmt *sql;
	memset(&last, 0, sizeof last);
	assert_true(store_journal(s, 0, remember_last, &last));
	assert_true(last.rows >= committed);
	assert_true(store_count(s, "outbox", &messages) && store_count(s, "enrollments", &enrollments));
	assert_int_equal(messages, last.rows);
	for (int64_t id = 1; id <= ENROLLMENTS; id++) {
		struct enrollment e;
		assert_int_equal(store_enrollment_get(s, id, &e), id <= enrollments);
		if (id <= enrollments)
			assert_true(slice_is(e.state, last.text[id]));
		int64_t n =
		        store_counter_sum(s, &(struct counter_key){.id = id - 1, .channel = 255, .purpose = 255}, 0, 9);
		assert_true(n >= 0);
		counted += n;
		assert_true(store_errands_of(s, id, count_errand, &errands) >= 0);
	}
	assert_int_equal(counted, last.rows);
	assert_int_equal(errands, last.rows);
	assert_int_equal(sqlite3_prepare_v2(lite_of(s)->db, "PRAGMA integrity_check", -1, &sql, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(sql), SQLITE_ROW);
	assert_string_equal((const char *)sqlite3_column_text(sql, 0), "ok");
	sqlite3_finalize(sql);
	char last_id[64];
	snprintf(last_id, sizeof last_id, "%s", enrollments ? last.text[enrollments] : "none");
	assert_true(enrollments == 0 || store_outbox_by_message_id(s, slice_of(last_id)) > 0);
}

static void a_killed_writer_leaves_before_or_after(void **state)
{
	(void)state;
	unsigned seed = 20261122;
	int64_t total = 0;
	for (int round = 0; round < ROUNDS; round++) {
		int ends[2];
		int64_t committed = total, said;
		assert_int_equal(pipe(ends), 0);
		pid_t child = fork();
		assert_true(child >= 0);
		if (child == 0) {
			close(ends[0]);
			work_until_killed(ends[1], seed + (unsigned)round);
		}
		close(ends[1]);
		usleep(20000 + (useconds_t)rand_r(&seed) % 80000);
		assert_int_equal(kill(child, SIGKILL), 0);
		while (read(ends[0], &said, sizeof said) == sizeof said)
			committed = said;
		close(ends[0]);
		int status;
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
		struct store *s = open_or_die(round % 2 ? STORE_READ : STORE_WRITE);
		assert_sound(s, committed);
		store_close(s);
		total = committed;
	}
	assert_true(total > 0);
}

static int set_up(void **state)
{
	(void)state;
	snprintf(folder, sizeof folder, "/tmp/store_crash_test.XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	snprintf(url, sizeof url, "sqlite:%s/seq.db", folder);
	store_close(open_or_die(STORE_CREATE));
	return 0;
}

static int tear_down(void **state)
{
	char command[96];
	(void)state;
	snprintf(command, sizeof command, "rm -rf %s", folder);
	return system(command);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(a_killed_writer_leaves_before_or_after)};
	return cmocka_run_group_tests_name("store crash", tests, set_up, tear_down);
}
