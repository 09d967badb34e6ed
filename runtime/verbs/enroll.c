/* SPDX-License-Identifier: Apache-2.0
 * seqd enroll: one contact, or the contacts of a CSV file. */
#include "runtime/verbs/contacts.h"
#include "runtime/verbs/session.h"
#include "runtime/verbs/verbs.h"
#include <string.h>

#define FIELDS_MAX   64
#define HORIZON_DAYS 90 /* rule 6 */

static bool read_horizon(const struct cli *c, int64_t *horizon_us)
{
	const char *text = cli_get(c, "--horizon");
	int64_t days = HORIZON_DAYS;
	if (text && (!slice_to_i64(slice_of(text), &days) || days < 1 || days > 36500)) {
		cli_error(c, "--horizon `%s` is no number of days from 1 to 36500", text);
		return false;
	}
	*horizon_us = days * US_PER_DAY;
	return true;
}

static void print_when(FILE *out, const char *what, int64_t at_us)
{
	char at[40];
	if (at_us && at_us != NEVER_US)
		fprintf(out, "%s %s\n", what, tz_format_rfc3339(tz_utc(), at_us, at));
}

static int enroll_one(struct session *s, const struct cli *c, int64_t horizon_us)
{
	struct drive_field fields[FIELDS_MAX];
	size_t count = 0;
	const char *text;
	while ((text = cli_get_nth(c, "--contact", (int)count)) != NULL) {
		if (count == FIELDS_MAX) {
			cli_error(c, "more than %d fields", FIELDS_MAX);
			return EXIT_CANNOT;
		}
		if (!contacts_parse_field(c, text, &fields[count++]))
			return EXIT_CANNOT;
	}
	struct drive_enroll request = {
	        .sequence = slice_of(cli_get(c, "--sequence")),
	        .fields = fields,
	        .field_count = count,
	        .mailbox = slice_of(cli_get(c, "--mailbox")),
	        .idempotency_key = slice_of(cli_get(c, "--key")),
	        .horizon_us = horizon_us,
	};
	struct drive_enrolled e;
	struct buf error = {0};
	int code = session_conclude(s, c, drive_enroll(s->drive, &request, session_now_us(s), &e, &error), &error);
	if (code != EXIT_DONE)
		return code;
	switch (e.outcome) {
	case ENROLLED: fprintf(c->out, "enrolled as %lld\n", (long long)e.enrollment_id); break;
	case ENROLL_QUEUED: fprintf(c->out, "queued as %lld: %s\n", (long long)e.enrollment_id, e.reason); break;
	case ENROLL_ALREADY:
		fprintf(c->out, "already enrolled as %lld: %s\n", (long long)e.enrollment_id, e.reason);
		return EXIT_DONE;
	case ENROLL_REFUSED: cli_error(c, "refused: %s", e.reason); return EXIT_INPUT;
	}
	print_when(c->out, "next:", e.first_due_us);
	return EXIT_DONE;
}

static int enroll_file(struct session *s, const struct cli *c, const char *path, int64_t horizon_us)
{
	struct buf refused = {0};
	const char *refused_path = cli_get(c, "--refused");
	bool skip_bad = cli_has(c, "--skip-bad");
	if (skip_bad && !refused_path) {
		buf_addf(&refused, "%s.refused.csv", strcmp(path, "-") == 0 ? "stdin" : path);
		refused_path = buf_cstr(&refused);
	}
	struct contacts_request request = {
	        .cli = c,
	        .drive = s->drive,
	        .path = path,
	        .sequence = cli_get(c, "--sequence"),
	        .mailbox = cli_get(c, "--mailbox"),
	        .refused_path = refused_path,
	        .skip_bad = skip_bad,
	        .now_us = session_now_us(s),
	        .horizon_us = horizon_us,
	};
	struct contacts_result r;
	int code = contacts_enroll(&request, &r);
	buf_free(&refused);
	enum store_failure failure = store_failed(s->store);
	if (code == EXIT_CANNOT)
		return failure == STORE_OK ? code : session_store_exit(failure);
	if (code != EXIT_DONE && r.refused == 0)
		return code;
	fprintf(c->out, "%lld enrolled, %lld queued, %lld were already there, %lld refused\n", (long long)r.enrolled,
	        (long long)r.queued, (long long)r.already, (long long)r.refused);
	if (r.enrolled)
		print_when(c->out, "the last first message leaves", r.last_first_us);
	return code;
}

static int enroll(struct session *s, const struct cli *c)
{
	const char *path = cli_get(c, "CONTACTS");
	int64_t horizon_us;
	if ((path != NULL) == cli_has(c, "--contact")) {
		cli_error(c, "name a CSV file (or -), or one contact with --contact FIELD=VALUE …");
		return EXIT_CANNOT;
	}
	if (!cli_get(c, "--sequence") && !cli_get(c, "--mailbox")) {
		cli_error(c, "into which sequence? --sequence NAME, or --mailbox NAME for that mailbox's own");
		return EXIT_CANNOT;
	}
	if (!read_horizon(c, &horizon_us))
		return EXIT_CANNOT;
	return path ? enroll_file(s, c, path, horizon_us) : enroll_one(s, c, horizon_us);
}

static int run(const struct cli *c)
{
	return session_run(c, SESSION_WRITE, enroll);
}

static const struct cli_flag flags[] = {
        {"--sequence", "NAME", "the sequence; by default the mailbox's", CLI_ONCE},
        {"--mailbox", "NAME", "send from this mailbox, where the sequence lets the enrollment say", CLI_ONCE},
        {"--contact", "FIELD=VALUE", "one contact, a field at a time; inputs as input.NAME=VALUE", CLI_MANY},
        {"--key", "TEXT", "an idempotency key: a call with the same one enrolls once for ever", CLI_ONCE},
        {"--skip-bad", NULL, "take the good rows of a file; the refused ones are written to a file", CLI_ONCE},
        {"--refused", "FILE", "where refused rows go (CONTACTS.refused.csv with --skip-bad)", CLI_ONCE},
        {"--horizon", "DAYS", "refuse who would get the first message later than this (90)", CLI_ONCE},
        {"CONTACTS", NULL, "a CSV file whose header names contact fields; - for standard input", CLI_ONCE},
        {0},
};
const struct cli_verb verb_enroll = {"enroll", "begin a sequence with one contact, or with those of a CSV file",
                                     "A file is taken whole or not at all: each refused row is reported with its line "
                                     "and reason. The same file, or the same\n"
                                     "--key, enrolls once.",
                                     flags, run};
