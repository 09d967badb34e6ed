/* SPDX-License-Identifier: Apache-2.0
 * What the tests of the compiler share: a source, and the codes that it must yield, no more and no fewer. */
#ifndef SEQ_TESTS_COMPILE_HELP_H
#define SEQ_TESTS_COMPILE_HELP_H
#include "compiler/compile.h"
#include "plan/plan.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* after those it needs */
#include <cmocka.h>

/* The codes of the diagnostics, in order of place, separated by blanks; an error that a draft makes a warning is e…. */
static void put_codes(struct buf *out, const struct compile *c)
{
	for (uint32_t i = 0; i < c->diags.count; i++) {
		const struct diag *g = &c->diags.items[i];
		const char *code = diag_info_at(g->code)->code;
		if (!g->accepted)
			buf_addf(out, "%s%c%s", out->n ? " " : "",
			         g->severity == DIAG_WARNING && code[0] == 'E' ? 'e' : code[0], code + 1);
	}
}

static void expect_codes(const char *what, const char *source, const char *codes)
{
	struct compile c;
	struct buf got = {0}, told = {0};
	compile_init(&c);
	c.emit = true;
	bool ok = compile_text(&c, "main.seq", slice_of(source));
	put_codes(&got, &c);
	diags_render_text(&c.diags, &told, false, 0);
	if (strcmp(buf_cstr(&got), codes) != 0)
		fail_msg("%s: wanted `%s`, got `%s`\n%s\n%s", what, codes, buf_cstr(&got), source, buf_cstr(&told));
	if (ok != (strchr(codes, 'E') == NULL))
		fail_msg("%s: says %s", what, ok ? "ok" : "not ok");
	/* What is right makes plans that the verifier accepts, and a policy that offers what they need. */
	struct policy policy = {0};
	struct image_error error = {{0}};
	if (ok && !policy_load(&policy, c.policy.p, c.policy.n, true, &error))
		fail_msg("%s: policy: %s", what, error.text);
	for (uint32_t i = 0; ok && i < c.result_count; i++) {
		struct plan plan;
		if (!plan_load(&plan, c.results[i].plan.p, c.results[i].plan.n, true, &error) ||
		    (!plan.sequence->draft && !policy_offers(&policy, &plan, &error)))
			fail_msg("%s: plan: %s", what, error.text);
		plan_free(&plan);
	}
	if (ok)
		policy_free(&policy);
	buf_free(&got);
	buf_free(&told);
	compile_free(&c);
}

struct example {
	const char *what, *source, *codes;
};

static void expect_all(const struct example *examples, size_t count)
{
	for (size_t i = 0; i < count; i++)
		expect_codes(examples[i].what, examples[i].source, examples[i].codes);
}
#define EXPECT_ALL(examples) expect_all((examples), sizeof(examples) / sizeof *(examples))

#define WORKSPACE                                                                                                      \
	"workspace acme { contact { email email; first_name text default \"there\"; company text; need text "          \
	"required;\n"                                                                                                  \
	" region one of americas, europe; renewal date; seats number; vip yes_no; site url; at moment }\n"             \
	" mailbox sales { address \"sales@acme.example\"; postal \"1 Main St\" } }\n"
#define HELLO          "email hello { subject \"Hello\"; body \"Hi https://acme.example\" }\n"
#define AGAIN          "email again { body \"Still there?\" }\n"
#define SEQUENCE(body) WORKSPACE "sequence a {\n" body "\n}\n"
#endif
