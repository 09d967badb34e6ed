/* SPDX-License-Identifier: Apache-2.0
 * seqd activate, pause, resume. */
#include "runtime/verbs/session.h"
#include "runtime/verbs/transport.h"
#include "runtime/verbs/verbs.h"
#include <string.h>

/* What the call names: a sequence, a mailbox, a contact, or everything. False: printed. */
static bool read_target(const struct cli *c, enum drive_target *target, struct slice *name)
{
	const char *sequence = cli_get(c, "NAME"), *mailbox = cli_get(c, "--mailbox"),
	           *contact = cli_get(c, "--contact");
	bool all = cli_has(c, "--all");
	if ((sequence != NULL) + (mailbox != NULL) + (contact != NULL) + all != 1) {
		cli_error(c, "say one of: a sequence's NAME, --mailbox NAME, --contact ADDRESS, --all");
		return false;
	}
	*target = sequence ? TARGET_SEQUENCE : mailbox ? TARGET_MAILBOX : contact ? TARGET_CONTACT : TARGET_ALL;
	*name = slice_of(sequence ? sequence : mailbox ? mailbox : contact);
	return true;
}

static int change(struct session *s, const struct cli *c, enum drive_target target, struct slice name,
                  enum drive_change what, const char *done)
{
	struct buf error = {0};
	bool ok = drive_set_state(s->drive, target, name, what, session_now_us(s), &error);
	if (ok)
		fprintf(c->out, "%s %.*s\n", done, SLICE_ARG(target == TARGET_ALL ? SLICE("everything") : name));
	return session_conclude(s, c, ok, &error);
}

static int activate(struct session *s, const struct cli *c)
{
	/* The accounts are tried for real: a sequence whose first message can't leave is not active. */
	int code = transport_check(s, c);
	return code == EXIT_DONE
	               ? change(s, c, TARGET_SEQUENCE, slice_of(cli_get(c, "NAME")), CHANGE_ACTIVATE, "activated")
	               : code;
}

static int pause_body(struct session *s, const struct cli *c)
{
	enum drive_target target;
	struct slice name;
	return read_target(c, &target, &name) ? change(s, c, target, name, CHANGE_PAUSE, "paused") : EXIT_CANNOT;
}

static int resume_body(struct session *s, const struct cli *c)
{
	enum drive_target target;
	struct slice name;
	return read_target(c, &target, &name) ? change(s, c, target, name, CHANGE_RESUME, "resumed") : EXIT_CANNOT;
}

static int run_activate(const struct cli *c)
{
	return session_run(c, SESSION_WRITE, activate);
}
static int run_pause(const struct cli *c)
{
	return session_run(c, SESSION_WRITE, pause_body);
}
static int run_resume(const struct cli *c)
{
	return session_run(c, SESSION_WRITE, resume_body);
}

static const struct cli_flag activate_flags[] = {{"NAME", NULL, "the sequence", CLI_REQUIRED}, {0}};
static const struct cli_flag target_flags[] = {
        {"NAME", NULL, "a sequence", CLI_ONCE},
        {"--mailbox", "NAME", "a mailbox", CLI_ONCE},
        {"--contact", "ADDRESS", "a contact", CLI_ONCE},
        {"--all", NULL, "everything", CLI_ONCE},
        {0},
};
const struct cli_verb verb_activate = {"activate", "let a deployed sequence take enrollments and send", NULL,
                                       activate_flags, run_activate};
const struct cli_verb verb_pause = {"pause", "start no message of a sequence, a mailbox, a contact, or at all",
                                    "Events are still taken and exits still end. What was released finishes.",
                                    target_flags, run_pause};
const struct cli_verb verb_resume = {
        "resume", "go on after a pause",
        "Waits of hours get back what was left, waits of days their days and time of day; what is overdue leaves\n"
        "spread over time, never in one burst.",
        target_flags, run_resume};
