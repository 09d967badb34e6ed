/* SPDX-License-Identifier: Apache-2.0
 * seqc dis: prints a verified plan or policy for people. */
#include "compiler/verbs/verbs.h"

static int run(const struct cli *c)
{
	struct verb_image v;
	int result = verb_load(c, &v);
	if (result == EXIT_DONE) {
		struct buf text = {0};
		plan_disassemble(&text, verb_image(&v));
		if (!verb_put(c, &text))
			result = EXIT_CANNOT;
	}
	verb_unload(&v);
	return result;
}

static const struct cli_flag flags[] = {
        {"FILE", NULL, "a .plan or .policy, or - for standard input", CLI_REQUIRED},
        {0},
};

const struct cli_verb verb_dis = {"dis", "prints what is in a plan or a policy", NULL, flags, run};
