/* SPDX-License-Identifier: Apache-2.0
 * seqd deploy: compiles the workspace and puts its policy and plans in force. */
#include "runtime/verbs/session.h"
#include "runtime/verbs/transport.h"
#include "runtime/verbs/verbs.h"
#include <stdlib.h>

static int put_in_force(struct session *s, const struct cli *c, const struct compile *compile)
{
	struct slice *plans = calloc(compile->result_count + 1, sizeof *plans);
	struct buf error = {0};
	if (!plans) {
		cli_error(c, "out of memory");
		return EXIT_CANNOT;
	}
	for (uint32_t i = 0; i < compile->result_count; i++)
		plans[i] = compile->results[i].plan;
	bool ok = drive_deploy(s->drive, compile->policy, plans, compile->result_count, session_now_us(s), &error);
	s->policy_changed = s->policy_changed || ok;
	for (uint32_t i = 0; ok && i < compile->result_count; i++) {
		const struct compile_result *r = &compile->results[i];
		fprintf(c->out, "deployed %.*s  %02x%02x%02x%02x%s\n", SLICE_ARG(r->name), r->hash[0], r->hash[1],
		        r->hash[2], r->hash[3], r->draft ? "  (a draft: it can't be activated)" : "");
	}
	free(plans);
	return session_conclude(s, c, ok, &error);
}

static int deploy(struct session *s, const struct cli *c)
{
	struct compile compile;
	int code = session_compile(c, s->root, &compile);
	/* A daemon takes its new accounts at once. */
	if (code == EXIT_DONE && c->program->context)
		code = transport_try_policy(s, c, compile.policy);
	if (code == EXIT_DONE)
		code = put_in_force(s, c, &compile);
	compile_free(&compile);
	return code;
}

static int run(const struct cli *c)
{
	return session_run(c, SESSION_WRITE, deploy);
}

static const struct cli_flag flags[] = {{0}};
const struct cli_verb verb_deploy = {"deploy", "compile the workspace and put its policy and plans in force",
                                     "Enrollments in flight end on the plan they began with; the policy (limits, quiet "
                                     "hours, holidays) applies to everyone\n"
                                     "at once. A new sequence sends nothing until it is activated.",
                                     flags, run};
