/* SPDX-License-Identifier: Apache-2.0
 * seqd adopt, seqd clock: rule 15. */
#include "runtime/verbs/session.h"
#include "runtime/verbs/verbs.h"
#include <string.h>

static int adopt(struct session *s, const struct cli *c)
{
	struct buf error = {0};
	bool ok = drive_adopt(s->drive, session_now_us(s), &error);
	if (ok)
		fprintf(c->out, "this store sends from here now\n");
	return session_conclude(s, c, ok, &error);
}

static int clock_accept(struct session *s, const struct cli *c)
{
	struct buf error = {0};
	bool ok = drive_accept_clock(s->drive, session_now_us(s), &error);
	if (ok)
		fprintf(c->out, "the clock is taken as it is\n");
	return session_conclude(s, c, ok, &error);
}

static int run_adopt(const struct cli *c)
{
	return session_run(c, SESSION_WRITE, adopt);
}
static int run_clock(const struct cli *c)
{
	if (strcmp(cli_get(c, "WHAT"), "accept") != 0) {
		cli_error(c, "there is only `seqd clock accept`, not `%s`", cli_get(c, "WHAT"));
		return EXIT_CANNOT;
	}
	return session_run(c, SESSION_WRITE, clock_accept);
}

static const struct cli_flag adopt_flags[] = {{0}};
static const struct cli_flag clock_flags[] = {
        {"WHAT", "accept", "`accept`: it is right although it jumped", CLI_REQUIRED}, {0}};
const struct cli_verb verb_adopt = {"adopt", "let a restored or copied store send from this place", NULL, adopt_flags,
                                    run_adopt};
const struct cli_verb verb_clock = {"clock", "accept the machine's clock after it jumped", NULL, clock_flags,
                                    run_clock};
