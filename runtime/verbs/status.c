/* SPDX-License-Identifier: Apache-2.0
 * seqd status: every sequence with its counts, every mailbox, and what is in the way. The counts are read beside a
 * running daemon, which they must not hold up; what its servers said, and why it stopped, the daemon itself is asked
 * (--mailboxes). */
#include "runtime/verbs/control.h"
#include "runtime/verbs/session.h"
#include "runtime/verbs/verbs.h"
#include <string.h>

static const char *state_word(enum sequence_state state)
{
	switch (state) {
	case SEQUENCE_DRAFT: return "draft";
	case SEQUENCE_ACTIVE: return "active";
	case SEQUENCE_PAUSED: return "paused";
	case SEQUENCE_RETIRED: return "retired";
	case SEQUENCE_INACTIVE: return "inactive";
	}
	return "unknown";
}

struct printer {
	FILE *out;
	int rows;
};

static const char *time_or(int64_t at_us, const char *otherwise, char at[40])
{
	return at_us == NEVER_US || at_us == 0 ? otherwise : tz_format_rfc3339(tz_utc(), at_us, at);
}

static void sequence_row(void *context, const struct drive_sequence_status *r)
{
	struct printer *p = context;
	char at[40];
	if (p->rows++ == 0)
		fprintf(p->out, "%-28s %-9s %8s %7s %6s %8s %9s %9s  %s\n", "SEQUENCE", "STATE", "RUNNING", "QUEUED",
		        "HELD", "ENDED", "ON ITS WAY", "IN DOUBT", "NEXT");
	fprintf(p->out, "%-28.*s %-9s %8lld %7lld %6lld %8lld %9lld %9lld  %s\n", SLICE_ARG(r->name),
	        state_word(r->state), (long long)r->active, (long long)r->queued, (long long)r->held,
	        (long long)r->ended, (long long)r->out, (long long)r->in_doubt, time_or(r->next_us, "-", at));
}

static void mailbox_row(void *context, const struct drive_mailbox_status *r)
{
	struct printer *p = context;
	char at[40], used[24] = "-", limit[24] = "no limit"; /* without a limit nobody counts */
	if (p->rows++ == 0)
		fprintf(p->out, "\n%-16s %-32s %-9s %10s  %s\n", "MAILBOX", "ADDRESS", "STATE", "TODAY", "OF");
	if (r->limit_today >= 0) {
		snprintf(used, sizeof used, "%lld", (long long)r->sent_today);
		snprintf(limit, sizeof limit, "%lld", (long long)r->limit_today);
	}
	fprintf(p->out, "%-16.*s %-32.*s %-9s %10s  %s", SLICE_ARG(r->name), SLICE_ARG(r->address),
	        r->paused ? "paused" : "open", used, limit);
	if (r->parked_until_us)
		fprintf(p->out, "  parked until %s", time_or(r->parked_until_us, "-", at));
	if (r->trouble.n)
		fprintf(p->out, "  %.*s", SLICE_ARG(r->trouble));
	fputc('\n', p->out);
}

static void json_time(struct buf *b, const char *key, int64_t at_us)
{
	char at[40];
	buf_addf(b, ",\"%s\":", key);
	if (at_us == NEVER_US)
		buf_adds(b, "null");
	else
		buf_add_json(b, slice_of(tz_format_rfc3339(tz_utc(), at_us, at)));
}

static void sequence_json(void *context, const struct drive_sequence_status *r)
{
	struct printer *p = context;
	struct buf b = {0};
	buf_adds(&b, p->rows++ ? "," : "");
	buf_adds(&b, "{\"name\":");
	buf_add_json(&b, r->name);
	buf_addf(&b,
	         ",\"state\":\"%s\",\"active\":%lld,\"queued\":%lld,\"held\":%lld,\"ended\":%lld,\"out\":%lld,\"in_"
	         "doubt\":%lld",
	         state_word(r->state), (long long)r->active, (long long)r->queued, (long long)r->held,
	         (long long)r->ended, (long long)r->out, (long long)r->in_doubt);
	json_time(&b, "next", r->next_us);
	buf_addc(&b, '}');
	fwrite(b.p, 1, b.n, p->out);
	buf_free(&b);
}

static void mailbox_json(void *context, const struct drive_mailbox_status *r)
{
	struct printer *p = context;
	struct buf b = {0};
	buf_adds(&b, p->rows++ ? ",{\"name\":" : "{\"name\":");
	buf_add_json(&b, r->name);
	buf_adds(&b, ",\"address\":");
	buf_add_json(&b, r->address);
	buf_addf(&b, ",\"paused\":%s,\"sent_today\":", r->paused ? "true" : "false");
	if (r->limit_today < 0)
		buf_adds(&b, "null,\"limit_today\":null"); /* without a limit nobody counts */
	else
		buf_addf(&b, "%lld,\"limit_today\":%lld", (long long)r->sent_today, (long long)r->limit_today);
	json_time(&b, "parked_until", r->parked_until_us ? r->parked_until_us : NEVER_US);
	buf_adds(&b, ",\"trouble\":");
	buf_add_json(&b, r->trouble);
	buf_addc(&b, '}');
	fwrite(b.p, 1, b.n, p->out);
	buf_free(&b);
}

static bool wants_json(const struct cli *c)
{
	const char *format = cli_get(c, "--format");
	return format && strcmp(format, "json") == 0;
}

static bool put_sequences(struct session *s, const struct cli *c)
{
	struct printer p = {.out = c->out};
	if (wants_json(c)) {
		fputs(",\"sequences\":[", c->out);
		bool read = drive_status_sequences(s->drive, sequence_json, &p);
		fputc(']', c->out);
		return read;
	}
	bool ok = drive_status_sequences(s->drive, sequence_row, &p);
	if (ok && p.rows == 0)
		fprintf(c->out,
		        "Nothing is deployed yet: `seqd deploy` compiles the workspace and puts it in force.\n");
	return ok;
}

static bool put_mailboxes(struct session *s, const struct cli *c)
{
	struct printer p = {.out = c->out};
	const char *stopped = drive_stopped(s->drive);
	if (wants_json(c)) {
		struct buf why = {0};
		if (stopped)
			buf_add_json(&why, slice_of(stopped));
		fprintf(c->out, ",\"stopped\":%s,\"mailboxes\":[", stopped ? buf_cstr(&why) : "null");
		buf_free(&why);
	}
	bool ok = drive_status_mailboxes(s->drive, session_now_us(s), wants_json(c) ? mailbox_json : mailbox_row, &p);
	if (wants_json(c))
		fputs("]}\n", c->out);
	else if (stopped)
		fprintf(c->out, "\nNothing leaves: %s\n", stopped);
	return ok;
}

/* True: a daemon runs, and has printed the rest as it knows it. */
static bool ask_daemon(const struct session *s, const struct cli *c, int *code)
{
	char *words[64];
	if (cli_has(c, "--mailboxes"))
		return control_forward(s->socket_path, c, code);
	if (c->count + 1 > 64)
		return false;
	memcpy(words, c->words, sizeof *words * (size_t)c->count);
	words[c->count] = (char *)(uintptr_t) "--mailboxes";
	struct cli asking = *c;
	asking.words = words;
	asking.count = c->count + 1;
	return control_forward(s->socket_path, &asking, code);
}

static int status(struct session *s, const struct cli *c)
{
	int code;
	bool inside = c->program->context != NULL; /* the caller printed what comes before */
	if (!inside && wants_json(c))
		fputs("{\"format_version\":1", c->out);
	bool ok = inside || cli_has(c, "--mailboxes") || put_sequences(s, c);
	if (ok && !inside && ask_daemon(s, c, &code))
		return code;
	if (ok && put_mailboxes(s, c))
		return EXIT_DONE;
	cli_error(c, "%s", store_error(s->store));
	return session_store_exit(store_failed(s->store));
}

static int run(const struct cli *c)
{
	return session_run(c, SESSION_READ, status);
}

static const struct cli_flag flags[] = {
        {"--format", "text|json", "how to print", CLI_ONCE},
        {"--mailboxes", NULL, "the mailboxes only, and what is in the way", CLI_ONCE},
        {0},
};
const struct cli_verb verb_status = {"status", "show every sequence and mailbox, and what is in the way", NULL, flags,
                                     run};
