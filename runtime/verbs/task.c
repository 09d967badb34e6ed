/* SPDX-License-Identifier: Apache-2.0
 * seqd task: what waits for a person, and what waits for its sender: tasks, webhooks, alerts, pages. */
#include "runtime/verbs/contacts.h"
#include "runtime/verbs/session.h"
#include "runtime/verbs/verbs.h"
#include <string.h>

#define FIELDS_MAX 64

struct listing {
	const struct cli *cli;
	bool all, json;
	int count;
};

static void put_json(const struct listing *l, const struct drive_errand *e)
{
	struct buf b = {0};
	struct slice payload = e->payload, name, text;
	char at[40];
	buf_addf(&b, "{\"format_version\":1,\"task\":%lld,\"at\":\"%s\"", (long long)e->id,
	         tz_format_rfc3339(e->zone, e->at_us, at));
	struct {
		const char *key;
		struct slice value;
	} const texts[] = {{"contact", e->contact}, {"sequence", e->sequence}, {"step", e->step}, {"kind", e->kind}};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		buf_addf(&b, ",\"%s\":", texts[i].key);
		buf_add_json(&b, texts[i].value);
	}
	while (drive_errand_next(&payload, &name, &text)) {
		buf_addc(&b, ',');
		buf_add_json(&b, name);
		buf_addc(&b, ':');
		buf_add_json(&b, text);
	}
	fprintf(l->cli->out, "%s}\n", buf_cstr(&b));
	buf_free(&b);
}

static void put_text(const struct listing *l, const struct drive_errand *e)
{
	struct slice payload = e->payload, name, text;
	fprintf(l->cli->out, "%lld  %.*s %.*s  %.*s in %.*s\n", (long long)e->id, SLICE_ARG(e->kind),
	        SLICE_ARG(e->step), SLICE_ARG(e->contact), SLICE_ARG(e->sequence));
	while (drive_errand_next(&payload, &name, &text)) {
		int64_t instant_us;
		fprintf(l->cli->out, "    %.*s: ", SLICE_ARG(name));
		if (slice_is(name, "due") && civil_parse_rfc3339(text, &instant_us)) {
			session_put_time(l->cli->out, e->zone, instant_us);
			fputc('\n', l->cli->out);
			continue;
		}
		for (size_t i = 0; i < text.n; i++) {
			fputc(text.p[i], l->cli->out);
			if (text.p[i] == '\n')
				fputs("      ", l->cli->out);
		}
		fputc('\n', l->cli->out);
	}
}

static void each(void *context, const struct drive_errand *e)
{
	struct listing *l = context;
	if (!l->all && !slice_is(e->kind, "task"))
		return;
	l->count++;
	l->json ? put_json(l, e) : put_text(l, e);
}

static int list(struct session *s, const struct cli *c)
{
	const char *format = cli_get(c, "--format");
	struct listing l = {.cli = c, .all = cli_has(c, "--all"), .json = format && strcmp(format, "json") == 0};
	struct buf error = {0};
	bool ok = drive_errands(s->drive, each, &l, &error);
	if (ok && !l.count && !l.json)
		fprintf(c->out, l.all ? "nothing is open\n" : "no task is open\n");
	return session_conclude(s, c, ok, &error);
}

struct finding {
	int64_t id;
	bool found;
	struct buf step;
	int64_t enrollment_id;
};

static void find(void *context, const struct drive_errand *e)
{
	struct finding *f = context;
	if (e->id != f->id)
		return;
	f->found = true;
	f->enrollment_id = e->enrollment_id;
	buf_clear(&f->step);
	buf_add_slice(&f->step, e->step);
}

static int done(struct session *s, const struct cli *c)
{
	struct finding f = {0};
	struct buf error = {0};
	struct drive_field fields[FIELDS_MAX];
	size_t count = 0;
	bool was_there;
	const char *number = cli_get(c, "NUMBER");
	if (!number || !slice_to_i64(slice_of(number), &f.id)) {
		cli_error(c, "`seqd task done` takes the number that `seqd task list` shows");
		return EXIT_CANNOT;
	}
	for (const char *text; (text = cli_get_nth(c, "--field", (int)count)) != NULL;) {
		if (count == FIELDS_MAX || !contacts_parse_field(c, text, &fields[count++]))
			return EXIT_CANNOT;
	}
	bool ok = drive_errands(s->drive, find, &f, &error);
	if (ok && !f.found) {
		buf_addf(&error, "no open task has the number %s", number);
		ok = false;
	}
	struct drive_event e = {.kind = EVENT_DONE,
	                        .enrollment_id = f.enrollment_id,
	                        .step = buf_slice(&f.step),
	                        .outcome = slice_of(cli_get(c, "--as")),
	                        .fields = fields,
	                        .field_count = count};
	ok = ok && drive_event(s->drive, &e, session_now_us(s), &was_there, &error);
	if (ok)
		fprintf(c->out, "taken\n");
	buf_free(&f.step);
	return session_conclude(s, c, ok, &error);
}

static int run(const struct cli *c)
{
	struct slice what = slice_of(cli_get(c, "WHAT"));
	if (slice_is(what, "list"))
		return session_run(c, SESSION_READ, list);
	if (slice_is(what, "done"))
		return session_run(c, SESSION_WRITE, done);
	cli_error(c, "`seqd task` takes list or done, not `%.*s`", SLICE_ARG(what));
	return EXIT_CANNOT;
}

static const struct cli_flag flags[] = {
        {"--all", NULL, "with `list`: webhooks, alerts and open pages too", CLI_ONCE},
        {"--as", "OUTCOME", "with `done`: one of the task's outcomes", CLI_ONCE},
        {"--field", "NAME=VALUE", "with `done`: what a webhook returned", CLI_MANY},
        {"--format", "text|json", "how to print the list", CLI_ONCE},
        {"WHAT", NULL, "list or done", CLI_REQUIRED},
        {"NUMBER", NULL, "with `done`: which", CLI_ONCE},
        {0},
};
const struct cli_verb verb_task = {"task", "list what waits for a person, or say that it is done", NULL, flags, run};
