/* SPDX-License-Identifier: Apache-2.0
 * seqd event, seqd stop: what the world did, told by hand or by a script. */
#include "runtime/verbs/contacts.h"
#include "runtime/verbs/session.h"
#include "runtime/verbs/verbs.h"

#define FIELDS_MAX 64

static int set_fields(struct session *s, const struct cli *c)
{
	struct drive_field fields[FIELDS_MAX];
	size_t count = 0;
	const char *text;
	while ((text = cli_get_nth(c, "--set", (int)count)) != NULL) {
		if (count == FIELDS_MAX || !contacts_parse_field(c, text, &fields[count++]))
			return EXIT_CANNOT;
	}
	struct buf error = {0};
	bool ok = drive_contact_set(s->drive, slice_of(cli_get(c, "--contact")), fields, count, session_now_us(s),
	                            &error);
	if (ok)
		fprintf(c->out, "taken\n");
	return session_conclude(s, c, ok, &error);
}

static int event(struct session *s, const struct cli *c)
{
	struct slice word = slice_of(cli_get(c, "KIND"));
	if (slice_is(word, "set"))
		return set_fields(s, c);
	int kind = drive_event_kind_of(word);
	if (kind < 0 || kind == EVENT_LEAVE) {
		cli_error(c,
		          "there is no event `%.*s`; there are reply, we_wrote, meeting, click, open, answer, event, "
		          "done, bounce, unsubscribe, complaint, auto_reply, and `set` with --set FIELD=VALUE",
		          SLICE_ARG(word));
		return EXIT_CANNOT;
	}
	if (kind == EVENT_NAMED && !cli_get(c, "--name")) {
		cli_error(c, "an event needs its --name, as in `exit on event \"deal.closed\"`");
		return EXIT_CANNOT;
	}
	struct drive_field fields[FIELDS_MAX];
	size_t count = 0;
	for (const char *text; (text = cli_get_nth(c, "--field", (int)count)) != NULL;) {
		if (count == FIELDS_MAX || !contacts_parse_field(c, text, &fields[count++]))
			return EXIT_CANNOT;
	}
	int64_t until_us = 0;
	if (cli_get(c, "--until") && !session_parse_time(c, "--until", cli_get(c, "--until"), tz_utc(), &until_us))
		return EXIT_CANNOT;
	struct drive_event e = {
	        .kind = (enum drive_event_kind)kind,
	        .contact = slice_of(cli_get(c, "--contact")),
	        .sequence = slice_of(cli_get(c, "--sequence")),
	        .step = slice_of(cli_get(c, "--step")),
	        .name = slice_of(cli_get(c, "--name")),
	        .external_id = slice_of(cli_get(c, "--id")),
	        .text = slice_of(cli_get(c, "--text")),
	        .outcome = slice_of(cli_get(c, "--as")),
	        .until_us = until_us,
	        .fields = fields,
	        .field_count = count,
	};
	struct buf error = {0};
	bool was_there = false;
	bool ok = drive_event(s->drive, &e, session_now_us(s), &was_there, &error);
	if (ok)
		fprintf(c->out, was_there ? "already taken: that --id came before\n" : "taken\n");
	return session_conclude(s, c, ok, &error);
}

static int stop(struct session *s, const struct cli *c)
{
	struct buf error = {0};
	int ended = 0;
	bool ok = drive_stop(s->drive, slice_of(cli_get(c, "CONTACT")), slice_of(cli_get(c, "--sequence")),
	                     session_now_us(s), &ended, &error);
	if (ok)
		fprintf(c->out, "%d ended\n", ended);
	return session_conclude(s, c, ok, &error);
}

static int run_event(const struct cli *c)
{
	return session_run(c, SESSION_WRITE, event);
}
static int run_stop(const struct cli *c)
{
	return session_run(c, SESSION_WRITE, stop);
}

static const struct cli_flag event_flags[] = {
        {"--contact", "ADDRESS", "whose", CLI_REQUIRED},
        {"--sequence", "NAME", "in this sequence only", CLI_ONCE},
        {"--step", "NAME", "of this step", CLI_ONCE},
        {"--name", "TEXT", "the name of an `event`", CLI_ONCE},
        {"--id", "TEXT", "the event's own id: it is taken once", CLI_ONCE},
        {"--field", "NAME=VALUE", "an event's field, an answer to a question, what a webhook returned", CLI_MANY},
        {"--text", "TEXT", "what a reply says", CLI_ONCE},
        {"--as", "OUTCOME", "how a task was done", CLI_ONCE},
        {"--until", "TIME", "the return that an automatic answer tells", CLI_ONCE},
        {"--set", "FIELD=VALUE", "with `set`: revises the contact", CLI_MANY},
        {"KIND", NULL,
         "reply, we_wrote, meeting, click, open, answer, event, done, bounce, unsubscribe, complaint, auto_reply, "
         "or set",
         CLI_REQUIRED},
        {0},
};
static const struct cli_flag stop_flags[] = {
        {"--sequence", "NAME", "in this sequence only", CLI_ONCE},
        {"CONTACT", NULL, "the contact's address", CLI_REQUIRED},
        {0},
};
const struct cli_verb verb_event = {
        "event", "tell what a contact did: a reply, a click, a meeting …",
        "The event is in the store when this returns; exits win over every message not yet released.", event_flags,
        run_event};
const struct cli_verb verb_stop = {"stop", "end a contact's enrollments", NULL, stop_flags, run_stop};
