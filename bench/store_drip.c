/* SPDX-License-Identifier: Apache-2.0
 * The drip job on the store alone, with the calls that the drive makes for a message:  store_drip FILE cohort|scattered
 * N B ROWS Prints what raw_sqlite prints, so that a ratio says what store.h costs over bare SQLite. */
#include "bench/job.h"
#include "runtime/store/store_sqlite.h"

static int64_t n_rows, *ranks;
static int scattered;

static void check(struct store *s, bool done)
{
	if (!done)
		job_die("store", store_error(s));
}

/* The state's first byte counts the messages. */
static void enroll_all(struct store *s)
{
	for (int64_t i = 0; i < n_rows; i++) {
		char state[JOB_STATE_BYTES] = {0};
		struct enrollment e = {.sequence_id = 1,
		                       .plan_id = 1,
		                       .contact_id = i + 1,
		                       .wake_us = job_wake(ranks, n_rows, i, 0, scattered),
		                       .state = {state, sizeof state}};
		if (i % 10000 == 0)
			check(s, store_begin(s));
		check(s, store_step(s, &e, JOB_START_US, (struct slice){state, JOB_DETAIL_BYTES}));
		if (i % 10000 == 9999 || i == n_rows - 1)
			check(s, store_commit(s));
	}
	check(s, store_checkpoint(s));
}

static const char detail[JOB_DETAIL_BYTES];

/* Its wait is over. */
static void plan(struct store *s, int64_t id)
{
	struct enrollment e;
	check(s, store_enrollment_get(s, id, &e));
	check(s, store_step(s, &e, JOB_START_US, (struct slice){detail, sizeof detail}));
}

static void release(struct store *s, int64_t id)
{
	struct job_message m;
	struct enrollment e;
	check(s, store_enrollment_get(s, id, &e));
	job_render(&m, id, e.state.p[0]);
	struct outbox_row row = {.enrollment_id = id,
	                         .at_us = JOB_START_US,
	                         .step = (uint32_t)e.state.p[0],
	                         .occurrence = 1,
	                         .recipient = slice_of(m.recipient),
	                         .message_id = slice_of(m.message_id),
	                         .subject = slice_of(m.subject),
	                         .bytes = {m.bytes, sizeof m.bytes}};
	check(s, store_outbox_add(s, &row));
	e.out = OUT_RELEASED;
	e.wake_us = NEVER_US;
	check(s, store_step(s, &e, JOB_START_US, (struct slice){detail, sizeof detail}));
}

static void settle(struct store *s, int64_t id)
{
	char state[JOB_STATE_BYTES];
	struct enrollment e;
	check(s, store_enrollment_get(s, id, &e));
	memcpy(state, e.state.p, sizeof state);
	state[0]++;
	e.state.p = state;
	e.out = OUT_NONE;
	e.wake_us = state[0] == JOB_MESSAGES ? NEVER_US : job_wake(ranks, n_rows, id - 1, state[0], scattered);
	check(s, store_step(s, &e, JOB_START_US, (struct slice){detail, sizeof detail}));
}

static void in_one_commit(struct store *s, const int64_t *ids, int n, void (*each)(struct store *s, int64_t id))
{
	check(s, store_begin(s));
	for (int i = 0; i < n; i++)
		each(s, ids[i]);
	check(s, store_commit(s));
}

int main(int argc, char **argv)
{
	if (argc != 6)
		job_die("usage", "store_drip FILE cohort|scattered N B ROWS");
	char url[512];
	enum store_failure failure;
	struct buf error = {0};
	scattered = strcmp(argv[2], "scattered") == 0;
	n_rows = atoll(argv[3]);
	int b = atoi(argv[4]), n;
	int64_t *ids = malloc(sizeof *ids * (size_t)b), done = 0;
	ranks = job_ranks(n_rows, scattered);
	job_remove(argv[1]);
	snprintf(url, sizeof url, "sqlite:%s", argv[1]);
	store_sqlite_configure();
	struct store *s = store_open(url, STORE_CREATE, &failure, &error);
	if (!ids || !s)
		job_die("open", buf_cstr(&error));
	enroll_all(s);
	int64_t sleeping = job_file_bytes(argv[1]);
	double start = job_seconds(), cpu = job_cpu_seconds();
	while ((n = store_due(s, INT64_MAX - 1, ids, b)) > 0) {
		for (int i = 0; i < n; i++)
			store_wake_volatile(s, ids[i], NEVER_US);
		if (atoi(argv[5]) == 3 && done >= n_rows)
			in_one_commit(s, ids, n, plan);
		in_one_commit(s, ids, n, release);
		in_one_commit(s, ids, n, settle);
		done += n;
	}
	check(s, n == 0 && done == n_rows * JOB_MESSAGES && store_checkpoint(s));
	double wall = job_seconds() - start;
	cpu = job_cpu_seconds() - cpu;
	store_close(s);
	printf("%.0f messages/s, %.1f us of CPU each, %.0f bytes an enrollment, peak %.0f MiB, %.0f bytes a sleeper\n",
	       (double)done / wall, cpu * 1e6 / (double)done, (double)job_file_bytes(argv[1]) / (double)n_rows,
	       job_peak_mib(), (double)sleeping / (double)n_rows);
	job_remove(argv[1]);
	return 0;
}
