/* SPDX-License-Identifier: Apache-2.0
 * Each record of compiler/diagnostics.txt is a test: its `bad` yields its code, its `good` yields no error and not its
 * code; where it names a test instead, that test names the code; the fixes that `bad` gets are made and mend it. And
 * whole renderings: tests/golden/diag/NAME.seq gives NAME.txt, and NAME.json, .short, .sarif, .github, .junit where
 * there is such a file; with BLESS=1 in the environment they are written anew, to be read in the diff. */
#include "compiler/compile.h"
#include "compiler/diag_edit.h"
#include "compiler/diag_example.h"
#include <glob.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
/* cmocka needs the headers above first. */
#include <cmocka.h>

/* In a draft an error may be a warning: that does not count. */
static bool has_code(const struct compile *k, const struct diag_info *info)
{
	for (uint32_t i = 0; i < k->diags.count; i++)
		if (diag_info_at(k->diags.items[i].code) == info && k->diags.items[i].severity == info->severity)
			return true;
	return false;
}

static void tell(const struct diag_info *info, const char *what, const struct compile *k)
{
	struct buf text = {0};
	diags_render_text(&k->diags, &text, false, 0);
	print_error("%s %s: %s\n%s", info->code, info->slug, what, buf_cstr(&text));
	buf_free(&text);
}

/* The number of what is wrong with the record's examples. */
static int check_examples(const struct diag_info *info)
{
	int wrong = 0;
	struct compile k;
	diag_example_compile(&k, info->bad);
	if (!has_code(&k, info) && ++wrong)
		tell(info, "`bad` does not yield it, but:", &k);
	compile_free(&k);
	diag_example_compile(&k, info->good);
	if ((k.diags.errors || has_code(&k, info)) && ++wrong)
		tell(info, "`good` is not good:", &k);
	compile_free(&k);
	return wrong;
}

static char *read_text(const char *path, size_t *n)
{
	FILE *f = fopen(path, "r");
	if (!f)
		return NULL;
	char *text = NULL;
	size_t cap = 0;
	ssize_t got = getdelim(&text, &cap, 0, f);
	*n = got > 0 ? (size_t)got : 0;
	fclose(f);
	return text;
}

static int check_named_test(const struct diag_info *info)
{
	size_t n;
	char *text = read_text(info->tested, &n);
	char name[80];
	snprintf(name, sizeof name, "%s", info->slug);
	bool ok = text && (strstr(text, info->code) || strcasestr(text, name));
	if (!ok)
		print_error("%s: %s does not name it\n", info->code, info->tested);
	free(text);
	return !ok;
}

static void each_record_shows_itself(void **state)
{
	(void)state;
	int wrong = 0;
	for (int i = 0; i < diag_info_count(); i++) {
		const struct diag_info *info = diag_info_at(i);
		wrong += info->tested ? check_named_test(info) : check_examples(info);
	}
	assert_int_equal(wrong, 0);
}

/* ---- fixes ---- */

static uint32_t count_of(const struct compile *k, int code)
{
	uint32_t count = 0;
	for (uint32_t i = 0; i < k->diags.count; i++)
		count += k->diags.items[i].code == code;
	return count;
}

/* Makes the sure fixes of that code in the example, which is one file. True: it had some. */
static bool fix_example(const struct diag_info *info, int code, int *wrong)
{
	struct compile k, fixed;
	struct diag_edit *edits;
	uint32_t count;
	struct buf text = {0};
	diag_example_compile(&k, info->bad);
	assert_true(diag_edits(&k.diags, FIX_SURE, code, &edits, &count));
	if (count) {
		assert_null(strstr(info->bad, "# file: ")); /* write this test for folders, too */
		diag_edit_text(&k.sources, edits[0].fix->span.source, edits, count, &text);
		diag_example_compile(&fixed, buf_cstr(&text));
		bool mended = count_of(&fixed, code) + count <= count_of(&k, code);
		if (!mended && ++*wrong)
			tell(info, "its sure fixes do not mend it:", &fixed);
		compile_free(&fixed);
	}
	free(edits);
	buf_free(&text);
	compile_free(&k);
	return count > 0;
}

static void sure_fixes_mend_what_they_are_for(void **state)
{
	(void)state;
	int wrong = 0, fixed = 0;
	for (int code = 0; code < diag_info_count(); code++)
		if (diag_info_at(code)->bad)
			fixed += fix_example(diag_info_at(code), code, &wrong);
	assert_int_equal(wrong, 0);
	assert_in_range(fixed, 8, 1000);
}

/* ---- golden renderings ---- */

static int compare_golden(const char *path, struct buf *actual)
{
	if (getenv("BLESS")) {
		FILE *f = fopen(path, "w");
		assert_non_null(f);
		fwrite(buf_cstr(actual), 1, actual->n, f);
		assert_int_equal(fclose(f), 0);
		return 0;
	}
	size_t n = 0;
	char *expected = read_text(path, &n);
	bool same = expected && n == actual->n && memcmp(expected, buf_cstr(actual), n) == 0;
	if (!same)
		print_error("%s: now it is\n%s", path, buf_cstr(actual));
	free(expected);
	return !same;
}

static void render_text(const struct diags *d, struct buf *out)
{
	diags_render_text(d, out, false, 50);
}

static void render_short(const struct diags *d, struct buf *out)
{
	diags_render_short(d, out, false, 50);
}

static const struct {
	const char *ending;
	void (*render)(const struct diags *d, struct buf *out);
} formats[] = {
        {"txt", render_text},          {"short", render_short},         {"json", diags_render_json},
        {"sarif", diags_render_sarif}, {"github", diags_render_github}, {"junit", diags_render_junit},
};

static int check_golden(const char *path)
{
	size_t n;
	int wrong = 0;
	char *example = read_text(path, &n);
	assert_non_null(example);
	struct compile k;
	diag_example_compile(&k, example);
	for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
		char golden[PATH_MAX];
		struct buf text = {0};
		snprintf(golden, sizeof golden, "%.*s.%s", (int)(strlen(path) - strlen(".seq")), path,
		         formats[i].ending);
		if (i && access(golden, F_OK) != 0)
			continue;
		formats[i].render(&k.diags, &text);
		wrong += compare_golden(golden, &text);
		buf_free(&text);
	}
	compile_free(&k);
	free(example);
	return wrong;
}

static void renderings_are_as_blessed(void **state)
{
	(void)state;
	glob_t found;
	assert_int_equal(glob("tests/golden/diag/*.seq", 0, NULL, &found), 0);
	int wrong = 0;
	for (size_t i = 0; i < found.gl_pathc; i++)
		wrong += check_golden(found.gl_pathv[i]);
	globfree(&found);
	assert_int_equal(wrong, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(each_record_shows_itself),
	        cmocka_unit_test(sure_fixes_mend_what_they_are_for),
	        cmocka_unit_test(renderings_are_as_blessed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
