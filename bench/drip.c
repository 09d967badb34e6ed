/* SPDX-License-Identifier: Apache-2.0
 * The drip job through the whole drive: every enrollment is taken through a compiled plan, each message is rendered,
 * claimed, released and settled durably, and goes to the null transport with 1,000 connections.
 *   drip FILE cohort|scattered N
 * Prints what raw_sqlite prints, and what the rows are like that it wrote, for raw_sqlite to write the same. In
 * `scattered` each message opens with a window and spreads over four hours of it, so that every round has an order of
 * its own. */
#include "bench/job.h"
#include "compiler/compile.h"
#include "runtime/drive.h"
#include "runtime/store/store_sqlite.h"

#define CONNECTIONS 1000
#define MAIL(name, subject)                                                                                            \
	" email " name " { " subject                                                                                   \
	"body \"\"\"\n Hi {{first_name}},\n\n it takes most teams an hour a day to find a slot that "                  \
	"suits everybody, and another one to move it. We have built the tool that does it while you drink your "       \
	"coffee. It reads "                                                                                            \
	"the calendars you already have, asks the guests once, and is done.\n\n Would a quarter of an hour next week " \
	"suit you? "                                                                                                   \
	"I can show it on your own calendar, and you keep what we set up, whether you buy or not.\n\n Kind "           \
	"regards,\n Kim\n \"\"\" }\n"
#define SEQUENCE(settings)                                                                                             \
	"sequence drip {\n" settings                                                                                   \
	        MAIL("one", "subject \"A short question, {{first_name}}\"; ") " wait 1 day\n" MAIL(                    \
	                "two", "") " wait 1 day\n" MAIL("three",                                                       \
	                                                "") " wait 1 day\n" MAIL("four",                               \
	                                                                         "") " wait 1 day\n" MAIL("five",      \
	                                                                                                  "") "}\n"

static const char workspace[] = "workspace bench {\n edition 1\n timezone \"UTC\"\n contact { email email required;"
                                " first_name text default \"there\" }\n key email\n mailbox sales { address "
                                "\"kim@acme.example\"; name \"Kim\"; postal \"1 Main St, Springfield\" }\n}\n";

static int64_t sent;

static void count_line(void *context, const struct drive_line *line)
{
	(void)context;
	sent += line->event == DRIVE_SENT;
}

static void deploy(struct drive *d, const char *sequence, int64_t now_us)
{
	struct compile c;
	struct buf source = {0}, error = {0};
	buf_adds(&source, workspace);
	buf_adds(&source, sequence);
	compile_init(&c);
	c.emit = true;
	if (!compile_text(&c, "drip.seq", buf_slice(&source))) {
		for (uint32_t i = 0; i < c.diags.count; i++)
			buf_addf(&error, "%.*s\n", SLICE_ARG(c.diags.items[i].message));
		job_die("compile", buf_cstr(&error));
	}
	if (!drive_deploy(d, c.policy, &c.results[0].plan, 1, now_us, &error) ||
	    !drive_set_state(d, TARGET_SEQUENCE, SLICE("drip"), CHANGE_ACTIVATE, now_us, &error))
		job_die("deploy", buf_cstr(&error));
	compile_free(&c);
	buf_free(&source);
}

static void enroll_all(struct drive *d, int64_t n, int64_t now_us)
{
	struct buf error = {0};
	for (int64_t i = 0; i < n; i++) {
		char email[64];
		struct drive_enrolled result;
		snprintf(email, sizeof email, "someone%lld@example.com", (long long)i);
		struct drive_field fields[] = {{SLICE("email"), slice_of(email)}, {SLICE("first_name"), SLICE("Ada")}};
		struct drive_enroll request = {.sequence = SLICE("drip"), .fields = fields, .field_count = 2};
		if (i % 1000 == 0 && !drive_group_begin(d, &error))
			job_die("enroll", buf_cstr(&error));
		if (!drive_enroll(d, &request, now_us, &result, &error) || result.outcome != ENROLLED)
			job_die("enroll", error.n ? buf_cstr(&error) : result.reason);
		if ((i % 1000 == 999 || i == n - 1) && !drive_group_commit(d, &error))
			job_die("enroll", buf_cstr(&error));
	}
}

/* Every time that nothing is left to do the clock jumps to where the next round is due wholly. */
static void run(struct drive *d, int64_t now_us, int64_t jump_us)
{
	int64_t next_us;
	for (;;) {
		int n = drive_turn(d, now_us, &next_us);
		if (n < 0)
			job_die("drive", drive_error(d));
		if (n > 0 || next_us <= now_us || !drive_idle(d))
			continue;
		if (next_us == NEVER_US)
			return;
		now_us = next_us + jump_us;
	}
}

static double ask(struct store *s, const char *sql)
{
	sqlite3_stmt *statement;
	if (sqlite3_prepare_v2(lite_of(s)->db, sql, -1, &statement, NULL) != SQLITE_OK ||
	    sqlite3_step(statement) != SQLITE_ROW)
		job_die("sqlite", sqlite3_errmsg(lite_of(s)->db));
	double value = sqlite3_column_double(statement, 0);
	sqlite3_finalize(statement);
	return value;
}

int main(int argc, char **argv)
{
	if (argc != 4)
		job_die("usage", "drip FILE cohort|scattered N");
	char url[512];
	enum store_failure failure;
	struct buf error = {0};
	bool scattered = strcmp(argv[2], "scattered") == 0;
	int64_t n = atoll(argv[3]), start_us = INT64_C(1772438400000000); /* 2026-03-02 08:00 */
	store_sqlite_configure();
	job_remove(argv[1]);
	snprintf(url, sizeof url, "sqlite:%s", argv[1]);
	struct drive_options options = {.store = store_open(url, STORE_CREATE, &failure, &error),
	                                .zones = tz_db_open(NULL),
	                                .virtual_clock = true,
	                                .on_line = count_line};
	struct channel *null = channel_null(CONNECTIONS);
	options.channels[CHANNEL_EMAIL] = null;
	struct drive *d = options.store && options.zones && null ? drive_open(&options, start_us, &error) : NULL;
	if (!d)
		job_die("open", buf_cstr(&error));
	deploy(d,
	       scattered ? SEQUENCE(" window mon-sun 09:00-17:00\n spread 4 hours\n") : SEQUENCE(" window anytime\n"),
	       start_us);
	double start = job_seconds();
	enroll_all(d, n, start_us);
	double enrolled = job_seconds() - start;
	store_checkpoint(options.store);
	double sleeping = (double)job_file_bytes(argv[1]) / (double)n,
	       rows = ask(options.store, "SELECT count(*) FROM journal");
	start = job_seconds();
	double cpu = job_cpu_seconds();
	run(d, start_us, scattered ? 5 * US_PER_HOUR : 0);
	if (sent != n * JOB_MESSAGES || !store_checkpoint(options.store))
		job_die("drip", "not every message was sent");
	double wall = job_seconds() - start;
	cpu = job_cpu_seconds() - cpu;
	double state = ask(options.store, "SELECT avg(length(after)) FROM journal"),
	       detail = ask(options.store, "SELECT avg(length(detail)) FROM journal"),
	       bytes = ask(options.store, "SELECT avg(length(bytes)) FROM outbox"),
	       rows_a_message = (ask(options.store, "SELECT count(*) FROM journal") - rows) / (double)sent;
	drive_close(d);
	store_close(options.store);
	tz_db_close(options.zones);
	null->ops->close(null);
	printf("%.0f messages/s, %.1f us of CPU each, %.0f bytes an enrollment, peak %.0f MiB, %.0f bytes a sleeper, "
	       "%.0f enrolled/s; a "
	       "message: "
	       "%.2f journal rows of %.0f + %.0f bytes, %.0f bytes of mail\n",
	       (double)sent / wall, cpu * 1e6 / (double)sent, (double)job_file_bytes(argv[1]) / (double)n,
	       job_peak_mib(), sleeping, (double)n / enrolled, rows_a_message, detail, state, bytes);
	job_remove(argv[1]);
	return 0;
}
