/* SPDX-License-Identifier: Apache-2.0
 * seqc verify: runs the verifier on a plan or a policy, as every load does, and prints its name: the hash of its
 * meaning. */
#include "compiler/verbs/verbs.h"

static int run(const struct cli *c)
{
	struct verb_image v;
	int result = verb_load(c, &v);
	if (result == EXIT_DONE) {
		char hex[2 * SHA256_SIZE + 1];
		hex_encode(verb_image(&v)->hash, SHA256_SIZE, hex);
		struct slice name = verb_image_name(&v);
		fprintf(c->out, "%s  %s %.*s, %zu bytes\n", hex, v.kind == IMAGE_PLAN ? "plan" : "policy",
		        SLICE_ARG(name), v.bytes.n);
	}
	verb_unload(&v);
	return result;
}

static const struct cli_flag flags[] = {
        {"FILE", NULL, "a .plan or .policy, or - for standard input", CLI_REQUIRED},
        {0},
};

const struct cli_verb verb_verify = {"verify", "proves that a plan or a policy is safe to run", NULL, flags, run};
