/* SPDX-License-Identifier: Apache-2.0
 * The front end's limits, each at n and at n + 1: nesting, texts in holes, operators, diagnostics a file. */
#include "compiler/parse.h"
#include "diag_codes.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define TOLD_MAX 600

/* Parses `before`, n times `open`, `middle`, n times `close`, `after`; how many diagnostics, and the codes. */
static uint32_t codes_of(const char *before, const char *open, int n, const char *middle, const char *close,
                         const char *after, int codes[TOLD_MAX])
{
	struct buf text = {0};
	struct arena arena;
	struct diags diags;
	buf_adds(&text, before);
	for (int i = 0; i < n; i++)
		buf_adds(&text, open);
	buf_adds(&text, middle);
	for (int i = 0; i < n; i++)
		buf_adds(&text, close);
	buf_adds(&text, after);
	arena_init(&arena, 0, NULL);
	struct sources sources = {.arena = &arena};
	diags_init(&diags, &arena, &sources);
	uint32_t source = source_add(&sources, SLICE("main.seq"), buf_slice(&text), false);
	assert_int_equal(parse_source(&sources, source, &arena, &diags, NULL)->kind, AST_FILE);
	uint32_t count = diags.count;
	for (uint32_t i = 0; i < count && i < TOLD_MAX; i++)
		codes[i] = diags.items[i].code;
	arena_free(&arena);
	buf_free(&text);
	return count;
}

/* Nothing is told at n, and only that code at n + 1 and far beyond. */
static void limit_holds(const char *before, const char *open, int n, const char *middle, const char *close,
                        const char *after, int code)
{
	int codes[TOLD_MAX];
	assert_int_equal(codes_of(before, open, n, middle, close, after, codes), 0);
	for (int more = n + 1; more < 200000; more *= 50) {
		assert_int_equal(codes_of(before, open, more, middle, close, after, codes), 1);
		assert_int_equal(codes[0], code);
	}
}

static void blocks_and_brackets_nest_64_deep(void **state)
{
	(void)state;
	limit_holds("sequence a {\n", "when b {\n", NESTING_MAX - 1, "finish\n", "}\n", "}\n", DIAG_TOO_DEEP);
	limit_holds("sequence a { when ", "(", NESTING_MAX - 1, "b", ")", " { } }", DIAG_TOO_DEEP);
	limit_holds("sequence a { email b { body \"", "{{when c}}", NESTING_MAX - 2, "x", "{{end}}", "\" } }",
	            DIAG_TOO_DEEP);
}

static void texts_nest_8_deep_in_holes(void **state)
{
	(void)state;
	limit_holds("sequence a { email b { body ", "\"{{", TEXT_NESTING_MAX, "c", "}}\"", " } }", DIAG_TEXT_TOO_DEEP);
}

static void a_statement_has_256_operators(void **state)
{
	(void)state;
	limit_holds("sequence a { set b = c", " + d", OPERATORS_MAX, "", "", " }", DIAG_TOO_MANY_OPERATORS);
	limit_holds("sequence a { when ", "not ", OPERATORS_MAX, "b", "", " { } }", DIAG_TOO_MANY_OPERATORS);
	limit_holds("sequence a { when b", " and c", OPERATORS_MAX, "", "", " { } }", DIAG_TOO_MANY_OPERATORS);
}

/* Signs of numbers nest nothing: a list of many negative ones is no deep expression. */
static void negative_numbers_are_no_operators(void **state)
{
	(void)state;
	int codes[TOLD_MAX];
	assert_int_equal(codes_of("sequence a { when b in (1", ", -1", OPERATORS_MAX * 2, ")", "", " { } }", codes), 0);
}

static void at_most_500_mistakes_are_told(void **state)
{
	(void)state;
	int codes[TOLD_MAX];
	assert_int_equal(codes_of("sequence a {\n", "== 1\n", FRONT_ERRORS_MAX, "", "", "}\n", codes),
	                 FRONT_ERRORS_MAX);
	assert_int_equal(codes_of("sequence a {\n", "== 1\n", FRONT_ERRORS_MAX + 1, "", "", "}\n", codes),
	                 FRONT_ERRORS_MAX + 1);
	assert_int_equal(codes[FRONT_ERRORS_MAX], DIAG_TOO_MANY_MISTAKES);
	assert_int_equal(codes_of("sequence a {\n", "== 1\n", 20000, "", "", "}\n", codes), FRONT_ERRORS_MAX + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(blocks_and_brackets_nest_64_deep), cmocka_unit_test(texts_nest_8_deep_in_holes),
	        cmocka_unit_test(a_statement_has_256_operators),    cmocka_unit_test(negative_numbers_are_no_operators),
	        cmocka_unit_test(at_most_500_mistakes_are_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
