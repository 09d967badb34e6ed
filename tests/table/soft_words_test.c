/* SPDX-License-Identifier: Apache-2.0
 * language.md §1: "Only `and or not` are reserved; every other keyword is a word only where the grammar expects it."
 * Every position of a name × every word of token.def. Lemon never tells about a lost fallback: this table does. A word
 * that a position cannot take stands in its row, and in docs; a new word of the language needs this table green. */
#include "compiler/diag.h"
#include "compiler/parse.h"
#include "tests/positions.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The position with the word in its places. */
static struct slice filled(struct arena *arena, const char *text, const char *word)
{
	struct slice out = SLICE("");
	for (const char *at; (at = strchr(text, '@')) != NULL; text = at + 1)
		out = arena_printf(arena, "%.*s%.*s%s", SLICE_ARG(out), (int)(at - text), text, word);
	return arena_printf(arena, "%.*s%s", SLICE_ARG(out), text);
}

/* A number for the kinds of the tree's nodes, in order. */
static void fold_kinds(const struct ast *n, void *context)
{
	uint64_t *shape = context;
	*shape = (*shape ^ (uint64_t)n->kind) * UINT64_C(0x100000001b3) + 1;
	ast_each_child(n, fold_kinds, shape);
	*shape += 7;
}

/* The shape of the tree; 0 when there is a mistake. */
static uint64_t shape_of(const char *text, const char *word)
{
	struct arena arena;
	struct diags diags;
	arena_init(&arena, 0, NULL);
	struct sources sources = {.arena = &arena};
	diags_init(&diags, &arena, &sources);
	uint32_t source = source_add(&sources, SLICE("main.seq"), filled(&arena, text, word), false);
	uint64_t shape = 1;
	fold_kinds(parse_source(&sources, source, &arena, &diags, NULL), &shape);
	shape = diags.count == 0 ? shape : 0;
	arena_free(&arena);
	return shape;
}

static bool is_listed(const char *list, const char *word)
{
	char between[64];
	snprintf(between, sizeof between, " %s ", word);
	return strstr(list, between) != NULL;
}

static void every_word_is_a_name_wherever_a_name_can_stand(void **state)
{
	(void)state;
	uint32_t count, lost = 0;
	const struct word_info *words = lex_words(&count);
	for (size_t i = 0; i < sizeof positions / sizeof *positions; i++) {
		uint64_t named = shape_of(positions[i].text, "plain_name");
		assert_true(named != 0);
		for (uint32_t k = 0; k < count; k++) {
			const char *word = words[k].spelling;
			bool reserved = lex_token(words[k].kind)->class == TOKEN_RESERVED;
			bool is_name = shape_of(positions[i].text, word) == named;
			if (is_name != (reserved || is_listed(positions[i].cannot, word)))
				continue;
			print_error("`%s` is %s name in: %s\n", word, is_name ? "a" : "no", positions[i].text);
			lost++;
		}
	}
	assert_int_equal(lost, 0);
}

/* A language `values` would be silently a list of values, so it must not be a silent name either. */
static void what_cannot_be_a_name_is_told(void **state)
{
	(void)state;
	static const char *const reserved[] = {"and", "or", "not"};
	for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++)
		assert_true(shape_of(SEQUENCE("email @ { }"), reserved[i]) == 0);
	assert_true(shape_of(SEQUENCE("wait until + 1 day"), "") == 0);
	assert_true(shape_of(SEQUENCE("email b { body \"{{otherwise}}\" }"), "") == 0);
}

static void the_hash_finds_every_word_and_nothing_else(void **state)
{
	(void)state;
	uint32_t count;
	const struct word_info *words = lex_words(&count);
	assert_true(count > 200);
	for (uint32_t k = 0; k < count; k++) {
		char longer[64];
		assert_int_equal(lex_word(slice_of(words[k].spelling)), words[k].kind);
		snprintf(longer, sizeof longer, "%sx", words[k].spelling);
		assert_int_equal(lex_word(slice_of(longer)), 0);
	}
	assert_int_equal(lex_word(SLICE("")), 0);
	assert_int_equal(lex_word(SLICE("a")), 0);
	assert_int_equal(lex_word(SLICE("android")), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(every_word_is_a_name_wherever_a_name_can_stand),
	        cmocka_unit_test(what_cannot_be_a_name_is_told),
	        cmocka_unit_test(the_hash_finds_every_word_and_nothing_else),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
