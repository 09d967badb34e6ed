/* SPDX-License-Identifier: Apache-2.0
 * Each record of compiler/diagnostics.txt is a test: its `bad` yields its code, its `good` yields no error and not its
 * code; where it names a test instead, that test names the code. And whole renderings: tests/golden/diag/NAME.seq gives
 * NAME.txt and NAME.json; with BLESS=1 in the environment they are written anew, to be read in the diff. */
#include "compiler/compile.h"
#include <ftw.h>
#include <glob.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
/* cmocka needs the headers above first. */
#include <cmocka.h>

static const char file_mark[] = "# file: ";

static bool is_mark(const char *line)
{
	return strncmp(line, file_mark, sizeof file_mark - 1) == 0;
}

static const char *line_after(const char *p)
{
	const char *newline = strchr(p, '\n');
	return newline ? newline + 1 : p + strlen(p);
}

static void write_file(const char *folder, struct slice name, struct slice text)
{
	char path[PATH_MAX];
	snprintf(path, sizeof path, "%s/%.*s", folder, SLICE_ARG(name));
	for (char *slash = path + strlen(folder) + 1; (slash = strchr(slash, '/')); *slash++ = '/') {
		*slash = 0;
		mkdir(path, 0777);
	}
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(text.p, 1, text.n, f), text.n);
	assert_int_equal(fclose(f), 0);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

/* Compiles an example: a lone file, or, with lines `# file: PATH`, a folder of files. */
static void compile_example(struct compile *k, const char *example)
{
	compile_init(k);
	k->emit = true;
	if (!is_mark(example) && !strstr(example, "\n# file: ")) {
		compile_text(k, "main.seq", slice_of(example));
		return;
	}
	char folder[] = "/tmp/seq-example-XXXXXX";
	assert_non_null(mkdtemp(folder));
	struct slice name = SLICE("main.seq");
	for (const char *p = example; *p;) {
		if (is_mark(p)) {
			const char *start = p + sizeof file_mark - 1;
			name = slice_trim((struct slice){start, (size_t)(line_after(p) - start)});
			p = line_after(p);
		}
		const char *end = p;
		while (*end && !is_mark(end))
			end = line_after(end);
		write_file(folder, name, (struct slice){p, (size_t)(end - p)});
		p = end;
	}
	compile_path(k, folder);
	nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

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
	compile_example(&k, info->bad);
	if (!has_code(&k, info) && ++wrong)
		tell(info, "`bad` does not yield it, but:", &k);
	compile_free(&k);
	compile_example(&k, info->good);
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
	bool same = expected && n == actual->n && memcmp(expected, actual->p, n) == 0;
	if (!same)
		print_error("%s: now it is\n%s", path, buf_cstr(actual));
	free(expected);
	return !same;
}

static int check_golden(const char *path)
{
	size_t n;
	char *example = read_text(path, &n);
	assert_non_null(example);
	struct compile k;
	compile_example(&k, example);
	char golden[PATH_MAX];
	struct buf text = {0}, json = {0};
	diags_render_text(&k.diags, &text, false, 50);
	snprintf(golden, sizeof golden, "%.*s.txt", (int)(strlen(path) - strlen(".seq")), path);
	int wrong = compare_golden(golden, &text);
	diags_render_json(&k.diags, &json);
	snprintf(golden, sizeof golden, "%.*s.json", (int)(strlen(path) - strlen(".seq")), path);
	wrong += compare_golden(golden, &json);
	buf_free(&text);
	buf_free(&json);
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
	        cmocka_unit_test(renderings_are_as_blessed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
