/* SPDX-License-Identifier: Apache-2.0
 * seqd show, seqd why, seqd outbox: one contact, and what is on its way. */
#include "runtime/verbs/session.h"
#include "runtime/verbs/verbs.h"
#include <string.h>

static bool wants_json(const struct cli *c)
{
	const char *format = cli_get(c, "--format");
	return format && strcmp(format, "json") == 0;
}

static void put_time(struct buf *b, const char *key, const struct tz *zone, int64_t at_us)
{
	char at[40];
	buf_addf(b, ",\"%s\":", key);
	if (at_us == NEVER_US)
		buf_adds(b, "null");
	else
		buf_add_json(b, slice_of(tz_format_rfc3339(zone, at_us, at)));
}

static void view_json(void *context, const struct drive_view *v)
{
	struct buf b = {0};
	const struct {
		const char *key;
		struct slice value;
	} texts[] = {{"contact", v->contact}, {"sequence", v->sequence}, {"status", slice_of(v->status)},
	             {"at", v->at},           {"message", v->message},   {"mailbox", v->mailbox}};
	buf_addf(&b, "{\"format_version\":1,\"enrollment\":%lld", (long long)v->enrollment_id);
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		buf_addf(&b, ",\"%s\":", texts[i].key);
		buf_add_json(&b, texts[i].value);
	}
	put_time(&b, "started", v->zone, v->started_us);
	put_time(&b, "wake", v->zone, v->wake_us);
	put_time(&b, "planned", v->zone, v->planned_us);
	put_time(&b, "released", v->zone, v->released_us);
	buf_addf(&b, ",\"attempts\":%u}\n", v->attempts);
	fwrite(b.p, 1, b.n, context);
	buf_free(&b);
}

static void view_text(void *context, const struct drive_view *v)
{
	FILE *out = context;
	fprintf(out, "%-8lld %-32.*s %-24.*s %-7s at %.*s", (long long)v->enrollment_id, SLICE_ARG(v->contact),
	        SLICE_ARG(v->sequence), v->status, SLICE_ARG(v->at));
	if (v->message.n)
		fprintf(out, ", %.*s", SLICE_ARG(v->message));
	if (v->attempts)
		fprintf(out, ", %u tries", v->attempts);
	bool released = v->released_us != NEVER_US;
	if (released || v->wake_us != NEVER_US) {
		fputs(released ? ", released " : ", next ", out);
		session_put_time(out, v->zone, released ? v->released_us : v->wake_us);
	}
	fputc('\n', out);
}

static int show(struct session *s, const struct cli *c)
{
	struct buf error = {0};
	bool ok = drive_show(s->drive, slice_of(cli_get(c, "CONTACT")), slice_of(cli_get(c, "--sequence")),
	                     wants_json(c) ? view_json : view_text, c->out, &error);
	return session_conclude(s, c, ok, &error);
}

static int why(struct session *s, const struct cli *c)
{
	struct buf error = {0}, text = {0};
	bool ok = drive_why(s->drive, slice_of(cli_get(c, "CONTACT")), slice_of(cli_get(c, "--sequence")),
	                    session_now_us(s), &text, &error);
	if (ok)
		fwrite(text.p ? text.p : "", 1, text.n, c->out);
	buf_free(&text);
	return session_conclude(s, c, ok, &error);
}

struct counted {
	FILE *out;
	void (*each)(void *context, const struct drive_view *view);
	int rows;
};

static void count_row(void *context, const struct drive_view *v)
{
	struct counted *k = context;
	k->rows++;
	k->each(k->out, v);
}

static int outbox(struct session *s, const struct cli *c)
{
	struct buf error = {0};
	struct counted k = {c->out, wants_json(c) ? view_json : view_text, 0};
	bool ok = drive_outbox(s->drive, count_row, &k, &error);
	if (ok && k.rows == 0 && !wants_json(c))
		fprintf(c->out, "Nothing is on its way, and nothing is in doubt.\n");
	return session_conclude(s, c, ok, &error);
}

static int resolve(struct session *s, const struct cli *c)
{
	const char *which = cli_get(c, "--resolve"), *as = cli_get(c, "--as");
	int64_t id;
	if (!as || !slice_to_i64(slice_of(which), &id)) {
		cli_error(c, "--resolve wants an enrollment's number, and --as sent or --as failed");
		return EXIT_CANNOT;
	}
	struct buf error = {0};
	bool ok = drive_resolve(s->drive, id, strcmp(as, "sent") == 0, session_now_us(s), &error);
	if (ok)
		fprintf(c->out, "settled as %s\n", as);
	return session_conclude(s, c, ok, &error);
}

static int run_show(const struct cli *c)
{
	return session_run(c, SESSION_READ, show);
}
static int run_why(const struct cli *c)
{
	return session_run(c, SESSION_READ, why);
}
static int run_outbox(const struct cli *c)
{
	if (cli_get(c, "--as") && !cli_get(c, "--resolve")) {
		cli_error(c, "--as says what became of the message of --resolve NUMBER");
		return EXIT_CANNOT;
	}
	return cli_get(c, "--resolve") ? session_run(c, SESSION_WRITE, resolve) : session_run(c, SESSION_READ, outbox);
}

static const struct cli_flag show_flags[] = {
        {"--sequence", "NAME", "in this sequence only", CLI_ONCE},
        {"--format", "text|json", "how to print", CLI_ONCE},
        {"CONTACT", NULL, "the contact's address", CLI_REQUIRED},
        {0},
};
static const struct cli_flag why_flags[] = {
        {"--sequence", "NAME", "in this sequence only", CLI_ONCE},
        {"CONTACT", NULL, "the contact's address", CLI_REQUIRED},
        {0},
};
static const struct cli_flag outbox_flags[] = {
        {"--format", "text|json", "how to print", CLI_ONCE},
        {"--resolve", "NUMBER", "a message in doubt: say what became of it", CLI_ONCE},
        {"--as", "sent|failed", "with --resolve", CLI_ONCE},
        {0},
};
const struct cli_verb verb_show = {"show", "show where a contact stands", NULL, show_flags, run_show};
const struct cli_verb verb_why = {"why", "tell what a contact got, what not and by which gate, and when the next is",
                                  NULL, why_flags, run_why};
const struct cli_verb verb_outbox = {"outbox", "list what is on its way or in doubt, or settle it by hand", NULL,
                                     outbox_flags, run_outbox};
