/* SPDX-License-Identifier: Apache-2.0
 * `--emit plan`: the policy and every plan, disassembled. */
#include "compiler/compile.h"
#include "plan/plan.h"

static void print(struct buf *out, enum image_kind kind, const char *word, struct slice name, struct slice bytes)
{
	struct image image;
	struct image_error error;
	buf_addf(out, "%s %.*s\n", word, SLICE_ARG(name));
	if (image_open(&image, kind, bytes.p, bytes.n, &error))
		plan_disassemble(out, &image);
	else
		buf_addf(out, "%s\n", error.text);
}

void compile_print_plans(const struct compile *c, struct buf *out)
{
	if (c->policy.n)
		print(out, IMAGE_POLICY, "policy", SLICE(""), c->policy);
	for (uint32_t i = 0; i < c->result_count; i++)
		if (c->results[i].plan.n)
			print(out, IMAGE_PLAN, "plan", c->results[i].name, c->results[i].plan);
}
