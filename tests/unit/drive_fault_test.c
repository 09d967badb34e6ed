/* SPDX-License-Identifier: Apache-2.0
 * The drive when the store fails and when the process dies: the state is the one before or the one after, never
 * between; no message is lost, and none is doubled (rules 2, 21; runtime.md §3). */
#include "runtime/store/store_ops.h"
#include "tests/drive_fixture.h"
#include <sys/wait.h>

#define SOURCE                                                                                                         \
	WORKSPACE(" limit 2 messages per day\n")                                                                       \
	"sequence s {\n window anytime\n exit on reply\n"                                                              \
	" email a { subject \"Hello {{first_name}}\"; body \"One.\" }\n wait 1 hour\n set contact.first_name = "       \
	"\"you\"\n"                                                                                                    \
	" email b { body \"Two.\" }\n wait 3 days\n email c { body \"Three.\" }\n}\n"

/* ---- a store whose Nth call fails ---- */
static const struct store_ops *real;
static int calls, fails_at;

static bool now_fails(struct store *s)
{
	return ++calls == fails_at && !store_fail(s, STORE_IO, "the test says that the disk is gone");
}

#define READS(type, name, parameters, arguments)                                                                       \
	static type broken_##name parameters                                                                           \
	{                                                                                                              \
		return now_fails(s) ? (type)(sizeof(type) > 1 ? -1 : 0) : real->name arguments;                        \
	}
#define WRITES(name, parameters, arguments)                                                                            \
	static bool broken_##name parameters                                                                           \
	{                                                                                                              \
		return !now_fails(s) && real->name arguments;                                                          \
	}
STORE_CALLS
#undef READS
#undef WRITES

static bool broken_begin(struct store *s)
{
	return !now_fails(s) && real->begin(s);
}

static bool broken_commit(struct store *s)
{
	return !now_fails(s) && real->commit(s);
}

static int64_t broken_journal_add(struct store *s, int64_t previous, const struct enrollment *after, int64_t at_us,
                                  struct slice detail)
{
	return now_fails(s) ? -1 : real->journal_add(s, previous, after, at_us, detail);
}

static struct store_ops broken;

static void break_store(struct world *w, int at)
{
	real = w->store->ops;
	broken = *real;
#define READS(type, name, parameters, arguments) broken.name = broken_##name;
#define WRITES(name, parameters, arguments)      broken.name = broken_##name;
	STORE_CALLS
#undef READS
#undef WRITES
	broken.begin = broken_begin;
	broken.commit = broken_commit;
	broken.journal_add = broken_journal_add;
	w->store->ops = &broken;
	calls = 0;
	fails_at = at;
}

static void mend_store(struct world *w)
{
	w->store->ops = real;
}

/* Turns until the store fails or nothing is left; returns whether it failed. */
static bool run_until_failure(struct world *w, int64_t *now_us)
{
	int64_t wake_us;
	for (;;) {
		w->hand.now_us = *now_us;
		if (drive_turn(w->drive, *now_us, &wake_us) < 0)
			return true;
		if (wake_us == NEVER_US)
			return false;
		if (wake_us > *now_us)
			*now_us = wake_us;
	}
}

static int times_delivered(const struct world *w, const char *message_id)
{
	int n = 0;
	for (int i = 0; i < w->hand.count; i++)
		n += strcmp(w->hand.all[i].message_id, message_id) == 0;
	return n;
}

static void assert_none_doubled(const struct world *w)
{
	for (int i = 0; i < w->hand.count; i++)
		assert_int_equal(times_delivered(w, w->hand.all[i].message_id), 1);
}

static void test_every_store_call_may_fail(void **state)
{
	(void)state;
	int at = 1;
	for (bool failed = true; failed && at < 400; at++) {
		struct world w;
		world_open(&w, SOURCE, "03-02 10:00");
		world_enroll(&w, "s", "03-02 10:00", "email=ada@x.example");
		world_enroll(&w, "s", "03-02 10:00", "email=bob@x.example");
		world_event(&w, "03-02 10:00", EVENT_CLICK, "ada@x.example", "a", "");
		int64_t now_us = utc("03-02 10:00");
		break_store(&w, at);
		failed = run_until_failure(&w, &now_us);
		int before = w.hand.count;
		mend_store(&w);
		/* As the daemon does: all is closed, and opened again. The memory store stands in for the disk. */
		drive_close(w.drive);
		w.hand.waiting_count = 0;
		int64_t ids[8];
		int n = store_enrollments(w.store, 0, 0, ids, 8);
		assert_int_equal(n, 2);
		for (int i = 0; i < n; i++) {
			struct enrollment e;
			assert_true(store_enrollment_get(w.store, ids[i], &e));
			store_wake_volatile(w.store, ids[i], e.wake_us);
		}
		world_open_drive(&w, now_us);
		assert_false(run_until_failure(&w, &now_us));
		assert_none_doubled(&w);
		/* What was released when the store failed is in doubt, and counts as sent; all else was sent. */
		const char *log = buf_cstr(&w.log);
		int sent = 0;
		for (const char *p = log; (p = strstr(p, " sent ")); p++)
			sent++;
		assert_int_equal(sent, 6);
		assert_in_range(w.hand.count, before, 6);
		if (!failed)
			assert_int_equal(w.hand.count, 6);
		world_close(&w);
	}
	assert_in_range(at, 50, 399);
}

/* What is no message: asked for once, whichever call fails. */
#define ERRANDS                                                                                                        \
	WORKSPACE("")                                                                                                  \
	"sequence s {\n window anytime\n exit on event \"closed\" { alert won { to sales; subject \"Won\"; body "      \
	"\"w\" } }\n"                                                                                                  \
	" email a { subject \"Hello\"; body \"One.\" }\n alert told { to sales; subject \"T\"; body \"t\" }\n"         \
	" repeat up to 2 times every 1 day { task call \"Call\" { due 1 hour } }\n"                                    \
	" wait for click on a up to 2 days as w { on click { email b { body \"Two.\" } }; on nothing { finish } }\n"   \
	" wait 1 day as rest\n email c { body \"Three.\" }\n}\n"

static bool count_errand(void *context, const struct errand_row *row)
{
	int *counts = context;
	counts[row->kind]++;
	return true;
}

static void test_errands_are_asked_for_once_whichever_call_fails(void **state)
{
	(void)state;
	int at = 1;
	for (bool failed = true; failed && at < 600; at++) {
		struct world w;
		world_open(&w, ERRANDS, "03-02 10:00");
		struct drive_enrolled ada = world_enroll(&w, "s", "03-02 10:00", "email=ada@x.example");
		world_event(&w, "03-02 10:00", EVENT_CLICK, "ada@x.example", "a", "");
		int64_t now_us = utc("03-02 10:00");
		break_store(&w, at);
		failed = run_until_failure(&w, &now_us);
		mend_store(&w);
		drive_close(w.drive);
		w.hand.waiting_count = 0;
		struct enrollment e;
		assert_true(store_enrollment_get(w.store, ada.enrollment_id, &e));
		store_wake_volatile(w.store, e.id, e.wake_us);
		world_open_drive(&w, now_us);
		assert_false(run_until_failure(&w, &now_us));
		assert_none_doubled(&w);
		int counts[STEP_COUNT] = {0};
		assert_true(store_errands_of(w.store, ada.enrollment_id, count_errand, counts) >= 0);
		assert_int_equal(counts[STEP_TASK], 2);
		assert_int_equal(counts[STEP_ALERT], 1);
		if (!failed)
			assert_int_equal(w.hand.count, 3);
		world_close(&w);
	}
	assert_in_range(at, 50, 599);
}

/* ---- a process that dies ---- */
/* The child's channel writes what it owns to the parent, at once. */
static int to_parent = -1;

static void child_release(struct channel *c, struct delivery *d, bool go)
{
	char line[100];
	struct hand *h = (struct hand *)c;
	if (go) {
		memset(line, 0, sizeof line);
		snprintf(line, sizeof line, "%.*s", SLICE_ARG(d->message_id));
		if (write(to_parent, line, sizeof line) != (ssize_t)sizeof line)
			_exit(3);
	}
	hand_done(h, d, go ? 's' : 'x');
}

static void child(const char *url, int64_t now_us, int lives_for)
{
	struct world w;
	struct channel_ops ops;
	world_open_store(&w, url);
	ops = *w.hand.base.ops;
	ops.release = child_release;
	w.hand.base.ops = &ops;
	w.hand.capacity = 7;
	world_open_drive(&w, now_us);
	for (int64_t wake_us; lives_for-- > 0; now_us = wake_us > now_us ? wake_us : now_us) {
		if (drive_turn(w.drive, now_us, &wake_us) < 0)
			_exit(2);
		if (wake_us == NEVER_US)
			_exit(1);
	}
	_exit(0); /* without a word, as by kill -9 */
}

static void test_a_process_that_dies_between_turns(void **state)
{
	(void)state;
	struct world w;
	int pipes[2], status = 0, people = 20;
	int64_t now_us = utc("03-02 10:00");
	static char ids[512][100];
	int count = 0;
	world_open_file(&w, SOURCE, "03-02 10:00");
	for (int i = 0; i < people; i++) {
		char email[32];
		snprintf(email, sizeof email, "email=a%d@x.example", i);
		world_enroll(&w, "s", "03-02 10:00", email);
	}
	drive_close(w.drive);
	store_close(w.store);
	assert_int_equal(pipe(pipes), 0);
	for (int round = 0; WEXITSTATUS(status) != 1 && round < 100; round++, now_us += US_PER_HOUR) {
		pid_t pid = fork();
		if (pid == 0) {
			close(pipes[0]);
			to_parent = pipes[1];
			child(w.url, now_us, 1 + round % 5);
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) < 2);
	}
	close(pipes[1]);
	while (count < 512 && read(pipes[0], ids[count], sizeof ids[count]) == (ssize_t)sizeof ids[count])
		count++;
	close(pipes[0]);
	assert_int_equal(WEXITSTATUS(status), 1);
	for (int i = 0; i < count; i++) {
		for (int k = 0; k < i; k++)
			assert_string_not_equal(ids[i], ids[k]);
	}
	/* Dying between turns, answered messages may not be settled: they are in doubt, counted as sent, and never
	 * again. */
	assert_int_equal(count, 3 * people);
	w.store = NULL;
	w.drive = NULL;
	enum store_failure failure;
	struct buf error = {0};
	w.options.store = w.store = store_open(w.url, STORE_WRITE, &failure, &error);
	world_open_drive(&w, now_us);
	int64_t n = 0;
	assert_true(store_count(w.store, "outbox", &n));
	assert_int_equal(n, 3 * people);
	buf_free(&error);
	world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_every_store_call_may_fail),
	        cmocka_unit_test(test_errands_are_asked_for_once_whichever_call_fails),
	        cmocka_unit_test(test_a_process_that_dies_between_turns),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
