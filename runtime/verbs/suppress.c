/* SPDX-License-Identifier: Apache-2.0
 * seqd suppress: addresses that get nothing (rule 14). */
#include "runtime/verbs/session.h"
#include "runtime/verbs/verbs.h"
#include <string.h>

static int word_of(const char *text, const char *const *words)
{
	for (int i = 0; text && words[i]; i++)
		if (strcmp(text, words[i]) == 0)
			return i;
	return -1;
}

static const char *const channels[] = {"email", "sms", "whatsapp", NULL};
static const char *const purposes[] = {"sales", "service", NULL};

static void print_row(void *context, struct slice address, int channel, int purpose, int64_t at_us, struct slice reason)
{
	char at[40];
	fprintf(context, "%-36.*s %-8s %-8s %s  %.*s\n", SLICE_ARG(address), channel < 0 ? "all" : channels[channel],
	        purpose < 0 ? "all" : purposes[purpose], tz_format_rfc3339(tz_utc(), at_us, at), SLICE_ARG(reason));
}

static int list(struct session *s, const struct cli *c)
{
	if (store_suppressions(s->store, print_row, c->out))
		return EXIT_DONE;
	cli_error(c, "%s", store_error(s->store));
	return EXIT_CANNOT;
}

static int suppress(struct session *s, const struct cli *c)
{
	struct buf error = {0};
	const char *reason = cli_get(c, "--reason");
	bool ok = drive_suppress(s->drive, slice_of(cli_get(c, "ADDRESS")), word_of(cli_get(c, "--channel"), channels),
	                         word_of(cli_get(c, "--purpose"), purposes), slice_of(reason ? reason : "by hand"),
	                         session_now_us(s), &error);
	if (ok)
		fprintf(c->out, "suppressed\n");
	return session_conclude(s, c, ok, &error);
}

static int run(const struct cli *c)
{
	if (cli_get(c, "ADDRESS"))
		return session_run(c, SESSION_WRITE, suppress);
	if (cli_get(c, "--channel") || cli_get(c, "--purpose") || cli_get(c, "--reason")) {
		cli_error(c, "name the ADDRESS, too; without one the list is printed");
		return EXIT_CANNOT;
	}
	return session_run(c, SESSION_READ, list);
}

static const struct cli_flag flags[] = {
        {"--channel", "email|sms|whatsapp", "on this channel only", CLI_ONCE},
        {"--purpose", "sales|service", "for this purpose only", CLI_ONCE},
        {"--reason", "TEXT", "kept with it", CLI_ONCE},
        {"ADDRESS", NULL, "an e-mail address or a number; without one the list is printed", CLI_ONCE},
        {0},
};
const struct cli_verb verb_suppress = {"suppress", "never write to an address again, or list who is suppressed", NULL,
                                       flags, run};
