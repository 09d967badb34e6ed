/* SPDX-License-Identifier: Apache-2.0
 * The front end against golden files: tests/golden/lex/NAME.seq gives NAME.tokens; tests/golden/parse/NAME.seq gives
 * NAME.ast and no diagnostic, mistakes_NAME.seq gives the diagnostics in NAME.diag, language_NAME.seq (the examples of
 * language.md) just parses. With BLESS=1 in the environment the files are written anew, to be read in the diff.
 * Then single forms, and bytes that are no program. */
#include "compiler/parse.h"
#include "diag_codes.h"
#include "tests/read_file.h"
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct front {
	struct arena arena;
	struct sources sources;
	struct diags diags;
	struct ast *tree;
};

static struct ast *front_parse(struct front *f, struct slice text)
{
	arena_init(&f->arena, 0, NULL);
	f->sources = (struct sources){.arena = &f->arena};
	diags_init(&f->diags, &f->arena, &f->sources);
	uint32_t source = source_add(&f->sources, SLICE("main.seq"), text, false);
	f->tree = parse_source(&f->sources, source, &f->arena, &f->diags, NULL);
	return f->tree;
}

static void front_template(struct front *f, struct slice text)
{
	arena_init(&f->arena, 0, NULL);
	f->sources = (struct sources){.arena = &f->arena};
	diags_init(&f->diags, &f->arena, &f->sources);
	uint32_t source = source_add(&f->sources, SLICE("main.md"), text, false);
	f->tree = parse_template(&f->sources, source, &f->arena, &f->diags);
}

/* ---- golden files ---- */

static void compare(const char *path, struct buf *got)
{
	if (getenv("BLESS")) {
		FILE *file = fopen(path, "wb");
		assert_non_null(file);
		assert_int_equal(fwrite(got->p, 1, got->n, file), got->n);
		assert_int_equal(fclose(file), 0);
	}
	struct slice want = read_file(path);
	if (!slice_eq(want, buf_slice(got)))
		fail_msg("%s differs (BLESS=1 writes it anew); got:\n%s", path, buf_cstr(got));
	free((char *)want.p);
	buf_free(got);
}

static void lex_golden(const char *seq, const char *stem)
{
	char path[512];
	struct front f;
	struct buf got = {0};
	struct slice text = read_file(seq);
	front_parse(&f, text);
	lex_print(&got, &f.sources, 0);
	snprintf(path, sizeof path, "%s.tokens", stem);
	compare(path, &got);
	arena_free(&f.arena);
	free((char *)text.p);
}

static void parse_golden(const char *seq, const char *stem)
{
	char path[512];
	struct front f;
	struct buf got = {0}, told = {0};
	struct slice text = read_file(seq);
	if (strstr(seq, ".md"))
		front_template(&f, text);
	else
		front_parse(&f, text);
	diags_sort(&f.diags);
	diags_render_text(&f.diags, &told, false, 0);
	if (strstr(stem, "/mistakes_")) {
		snprintf(path, sizeof path, "%s.diag", stem);
		compare(path, &told);
	} else if (told.n > 0) {
		fail_msg("%s has mistakes:\n%s", seq, buf_cstr(&told));
	} else if (!strstr(stem, "/language_")) {
		ast_print(&got, &f.sources, f.tree);
		snprintf(path, sizeof path, "%s.ast", stem);
		compare(path, &got);
	}
	buf_free(&told);
	arena_free(&f.arena);
	free((char *)text.p);
}

/* Calls test for each source of the folder; there must be at least `least`. */
static void each_file(const char *folder, int least, void (*test)(const char *seq, const char *stem))
{
	DIR *dir = opendir(folder);
	assert_non_null(dir);
	for (struct dirent *e; (e = readdir(dir));) {
		char path[512], stem[512];
		const char *dot = strrchr(e->d_name, '.');
		if (!dot || (strcmp(dot, ".seq") != 0 && strcmp(dot, ".md") != 0))
			continue;
		snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
		snprintf(stem, sizeof stem, "%s/%.*s", folder, (int)(dot - e->d_name), e->d_name);
		test(path, stem);
		least--;
	}
	closedir(dir);
	assert_true(least <= 0);
}

static void tokens_are_as_blessed(void **state)
{
	(void)state;
	each_file("tests/golden/lex", 6, lex_golden);
}

static void trees_and_diagnostics_are_as_blessed(void **state)
{
	(void)state;
	each_file("tests/golden/parse", 20, parse_golden);
}

/* ---- mistakes ---- */

static uint32_t mistakes_in(const char *path)
{
	struct front f;
	struct slice text = read_file(path);
	front_parse(&f, text);
	diags_sort(&f.diags);
	uint32_t n = f.diags.errors;
	arena_free(&f.arena);
	free((char *)text.p);
	return n;
}

/* One diagnostic a mistake: a misspelt word, an open text, a missing brace, …; 21 slips of a beginner. */
static void each_mistake_is_told_once(void **state)
{
	(void)state;
	assert_int_equal(mistakes_in("tests/golden/parse/mistakes_few.seq"), 4);
	assert_int_equal(mistakes_in("tests/golden/parse/mistakes_more.seq"), 11);
	assert_int_equal(mistakes_in("tests/golden/parse/mistakes_beginner.seq"), 21);
}

/* The only diagnostic of the text has that code, and its span that text. */
static void tells(struct slice text, int code, const char *at)
{
	struct front f;
	front_parse(&f, text);
	if (f.diags.count != 1 || f.diags.items[0].code != code)
		fail_msg("%u diagnostics, the first: %.*s", f.diags.count,
		         f.diags.count ? (int)f.diags.items[0].message.n : 0,
		         f.diags.count ? f.diags.items[0].message.p : "");
	struct slice where = source_text(&f.sources, f.diags.items[0].span);
	assert_int_equal(where.n, strlen(at));
	assert_memory_equal(where.p, at, where.n);
	arena_free(&f.arena);
}

static void bytes_that_are_no_text_are_told(void **state)
{
	(void)state;
	tells(SLICE("sequence a { exit \"x\x01\" }"), DIAG_CONTROL_CHARACTER, "\x01");
	tells(SLICE("sequence a { exit \"x\xff\" }"), DIAG_NOT_UTF8, "\xff");
	tells(SLICE("sequence a {\n\xc3 }"), DIAG_NOT_UTF8, "\xc3");
	tells(SLICE("sequence a { # \xff\n}"), DIAG_NOT_UTF8, "\xff");
	struct slice nul = {"sequence a { \0 }", 16};
	struct front f;
	front_parse(&f, nul);
	assert_int_equal(f.diags.count, 1);
	assert_int_equal(f.diags.items[0].code, DIAG_ODD_CHARACTER);
	assert_int_equal(f.diags.items[0].span.start, 13);
	arena_free(&f.arena);
}

static void an_open_text_ends_before_a_final_brace(void **state)
{
	(void)state;
	tells(SLICE("sequence a {\n task b \"Call {\n due 1 day\n }\n}"), DIAG_OPEN_TEXT, "\"");
	tells(SLICE("sequence a {\n sms b { text \"Hi }\n}"), DIAG_OPEN_TEXT, "\"");
	tells(SLICE("sequence a {\n exit \"}\n}"), DIAG_OPEN_TEXT, "\"");
	tells(SLICE("sequence a {\n run b(1, \"c)\n finish\n}"), DIAG_OPEN_TEXT, "\"");
}

static void an_open_hole_is_read_as_text(void **state)
{
	(void)state;
	tells(SLICE("sequence a { email b { subject \"x {{y\"; body \"z\" } }"), DIAG_OPEN_HOLE, "{{");
	tells(SLICE("sequence a {\n email b { body \"x {{y }\" }\n}"), DIAG_OPEN_HOLE, "{{");
	tells(SLICE("sequence a { email b { body \"\"\"\n x {{y\n z {{w}}\n\"\"\" } }"), DIAG_OPEN_HOLE, "{{");
}

static void an_open_block_text_is_told_once(void **state)
{
	(void)state;
	tells(SLICE("sequence a {\n email b {\n body \"\"\"\n Hi\n }\n}\nsequence b {\n"), DIAG_OPEN_BLOCK, "\"\"\"");
}

static void braces_are_told_by_indentation(void **state)
{
	(void)state;
	tells(SLICE("sequence a {\n    when b {\n        finish\n    email c\n}\n"), DIAG_UNCLOSED_BRACE, "{");
	tells(SLICE("sequence a {\n    email b\n        body \"x\"\n    }\n    finish\n}\n"), DIAG_MISSING_BRACE, "");
	tells(SLICE("sequence a {\n    finish\n}\n}\nsequence b { }\n"), DIAG_SURPLUS_BRACE, "}");
	tells(SLICE("sequence a {\n    finish\n\nsequence b { }\n"), DIAG_UNCLOSED_BRACE, "{");
	tells(SLICE("sequence a {\n    when b {\n        finish\n    } otherwise\n        finish\n    }\n}\n"),
	      DIAG_MISSING_BRACE, "");
	/* on one line: only the parser knows where it was meant to open */
	tells(SLICE("sequence a {\n    email b  subject \"x\"; body \"y\" }\n    finish\n}\n"), DIAG_MISSING_BRACE, "");
	tells(SLICE("sequence a {\n    email b { subject  en \"x\" fr \"y\" } }\n    finish\n}\n"), DIAG_MISSING_BRACE,
	      "");
}

static void a_broken_statement_takes_its_blocks_with_it(void **state)
{
	(void)state;
	tells(SLICE("sequence a {\n == b { finish }\n otherwise { finish }\n finish\n}"), DIAG_UNEXPECTED, "==");
	tells(SLICE("sequence a { email b { body \"x {{= = = y}} {{z}}\" } }"), DIAG_UNEXPECTED, "=");
	tells(SLICE("sequence a { exit \"x {{y}} {{z}}\" }"), DIAG_HOLE_NOT_ALLOWED, "{{");
}

/* ---- single forms ---- */

static struct ast *first_item(struct front *f)
{
	return AST_AS(sequence, SEQUENCE, AST_AS(file, FILE, f->tree)->decls.first)->items.first;
}

static void a_statement_goes_on_where_it_must(void **state)
{
	(void)state;
	static const char *const texts[] = {
	        "sequence a {\n set b =\n 1 +\n 2\n}",
	        "sequence a {\n set b = c and\n not\n d }",
	        "sequence a { run b(\n1,\n2\n) }",
	        "sequence a { finish }",
	        "sequence a { finish; finish;; finish; }",
	        "retire a ->\n finish",
	        "sequence a { when b { finish }\n# why\n\n otherwise { finish } }",
	        "\xef\xbb\xbfsequence a { }\r\n",
	        "sequence a { window mon\u2013fri 09:00\u201317:00 }",
	        "",
	        "\n\n;\n# nothing\n",
	};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct front f;
		front_parse(&f, slice_of(texts[i]));
		if (f.diags.count > 0)
			fail_msg("%s\n%.*s", texts[i], SLICE_ARG(f.diags.items[0].message));
		arena_free(&f.arena);
	}
}

static void a_blocks_common_indentation_is_removed(void **state)
{
	(void)state;
	static const struct {
		const char *text, *value;
	} rows[] = {
	        {"\"\"\"\n    a\n      b\n\n    c\n    \"\"\"", "a\n  b\n\nc"},
	        {"\"\"\"\n\ta\n\t\tb\n\"\"\"", "a\n\tb"},
	        {"\"\"\"\r\n  a\r\n  b\r\n\"\"\"", "a\nb"},
	        {"\"\"\"a\n   b\n  c\"\"\"", "a\n b\nc"},
	        {"\"\"\"\n  a  \n   \n  b\\n\n\"\"\"", "a  \n\nb\n"},
	        {"\"\"\"a \"quoted\" b\"\"\"", "a \"quoted\" b"},
	        {"\"\\u{e9}\\t\\\"\\\\\"", "\u00e9\t\"\\"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct front f;
		char text[256];
		snprintf(text, sizeof text, "sequence a { exit %s }", rows[i].text);
		front_parse(&f, slice_of(text));
		assert_int_equal(f.diags.count, 0);
		struct slice value = AST_AS(string, STRING, AST_AS(exit, EXIT, first_item(&f))->reason)->value.text;
		if (!slice_is(value, rows[i].value))
			fail_msg("row %zu: %.*s", i, SLICE_ARG(value));
		arena_free(&f.arena);
	}
}

static void spans_end_with_the_statement(void **state)
{
	(void)state;
	struct front f;
	front_parse(&f, SLICE("sequence a {\n    wait 3 days   # later\n    when b { finish }\n\n}\n"));
	assert_true(slice_is(source_text(&f.sources, first_item(&f)->span), "wait 3 days"));
	assert_true(slice_is(source_text(&f.sources, first_item(&f)->next->span), "when b { finish }"));
	arena_free(&f.arena);
}

static void comments_are_kept_beside_the_tree(void **state)
{
	(void)state;
	struct front f;
	struct parse_extras extras;
	arena_init(&f.arena, 0, NULL);
	f.sources = (struct sources){.arena = &f.arena};
	diags_init(&f.diags, &f.arena, &f.sources);
	uint32_t source =
	        source_add(&f.sources, SLICE("a.seq"), SLICE("# one\nsequence a { # two\n # three\n}\n"), false);
	parse_source(&f.sources, source, &f.arena, &f.diags, &extras);
	assert_int_equal(extras.lexed.comment_count, 3);
	assert_true(extras.lexed.comments[0].own_line);
	assert_false(extras.lexed.comments[1].own_line);
	assert_true(extras.lexed.comments[2].own_line);
	arena_free(&f.arena);
}

/* ---- bytes that are no program ---- */

struct walk {
	uint32_t end, depth;
};

static void walk(const struct ast *n, void *context)
{
	struct walk *w = context;
	assert_true(n->span.start <= n->span.end && n->span.end <= w->end);
	assert_true(++w->depth < 2000);
	ast_each_child(n, walk, w);
	w->depth--;
}

static void survives(struct slice text)
{
	struct front f;
	for (int k = 0; k < 2; k++) {
		if (k == 0)
			front_parse(&f, text);
		else
			front_template(&f, text);
		assert_int_equal(f.tree->kind, k == 0 ? AST_FILE : AST_TEXT);
		struct walk w = {(uint32_t)text.n, 0};
		walk(f.tree, &w);
		for (uint32_t i = 0; i < f.diags.count; i++)
			assert_true(f.diags.items[i].span.start <= f.diags.items[i].span.end &&
			            f.diags.items[i].span.end <= text.n);
		arena_free(&f.arena);
	}
}

static uint32_t next_random(uint32_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	return *seed ^= *seed << 5;
}

/* Some bytes changed, left out, doubled or cut off; signs that open and close more often than others. */
static void mangle(char *p, size_t *n, uint32_t *seed)
{
	static const char signs[] = "{}{}\"\"();,.|#\\-=+ \n\n\xff\xc3";
	for (uint32_t i = 1 + next_random(seed) % 6; i > 0 && *n > 1; i--) {
		size_t at = next_random(seed) % *n, length = 1 + next_random(seed) % 12;
		length = length < *n - at ? length : *n - at;
		switch (next_random(seed) % 5) {
		case 0: p[at] = (char)next_random(seed); break;
		case 1: p[at] = signs[next_random(seed) % (sizeof signs - 1)]; break;
		case 2:
			memmove(p + at, p + at + length, *n - at - length);
			*n -= length;
			break;
		case 3: memmove(p + next_random(seed) % (*n - length + 1), p + at, length); break;
		default: *n = next_random(seed) % 4 ? *n : at;
		}
	}
}

static void mangled(const char *seq, const char *stem)
{
	(void)stem;
	struct slice text = read_file(seq);
	char *copy = malloc(text.n + 1);
	assert_non_null(copy);
	uint32_t seed = 2463534242u + (uint32_t)text.n;
	for (int i = 0; i < 200; i++) {
		size_t n = text.n;
		memcpy(copy, text.p, n);
		mangle(copy, &n, &seed);
		survives((struct slice){copy, n});
	}
	free(copy);
	free((char *)text.p);
}

static void mangled_files_never_crash_or_hang(void **state)
{
	(void)state;
	each_file("tests/golden/parse", 20, mangled);
	each_file("tests/golden/lex", 6, mangled);
}

static void hostile_files_never_crash_or_hang(void **state)
{
	(void)state;
	static const char *const pieces[] = {
	        "{",        "}",    "(",      "{{",         "\"",           "\"{{",   "}\n",     "not ",
	        "a.",       "a + ", "\"\"\"", "{{when a}}", "when a {\n",   "\n}\n",  "email",   "== \n",
	        "set a = ", ";{",   "{}",     "\\",         "\xe2\x80\x9c", "use a/", "\"{{\"{{"};
	for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
		struct buf b = {0};
		buf_adds(&b, "sequence a {\n");
		while (b.n < 200000)
			buf_adds(&b, pieces[i]);
		survives(buf_slice(&b));
		buf_free(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(tokens_are_as_blessed),
	        cmocka_unit_test(trees_and_diagnostics_are_as_blessed),
	        cmocka_unit_test(each_mistake_is_told_once),
	        cmocka_unit_test(bytes_that_are_no_text_are_told),
	        cmocka_unit_test(an_open_text_ends_before_a_final_brace),
	        cmocka_unit_test(an_open_hole_is_read_as_text),
	        cmocka_unit_test(an_open_block_text_is_told_once),
	        cmocka_unit_test(braces_are_told_by_indentation),
	        cmocka_unit_test(a_broken_statement_takes_its_blocks_with_it),
	        cmocka_unit_test(a_statement_goes_on_where_it_must),
	        cmocka_unit_test(a_blocks_common_indentation_is_removed),
	        cmocka_unit_test(spans_end_with_the_statement),
	        cmocka_unit_test(comments_are_kept_beside_the_tree),
	        cmocka_unit_test(mangled_files_never_crash_or_hang),
	        cmocka_unit_test(hostile_files_never_crash_or_hang),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
