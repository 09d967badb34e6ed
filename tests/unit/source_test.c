/* SPDX-License-Identifier: Apache-2.0
 * Rule 22: "`use`, `file`, `attach` resolve beneath the workspace (no symlink out, regular files, ≤ 1 MiB)." And places
 * in a source: line and column of an offset, in characters. */
#include "compiler/source.h"
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[64];
static struct arena arena;
static struct sources sources;

static const char *at(const char *name, char path[256])
{
	snprintf(path, 256, "%s/%s", folder, name);
	return path;
}

static void write_file(const char *name, const char *bytes, size_t n)
{
	char path[256];
	FILE *f = fopen(at(name, path), "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
}

static int make_workspace(void **state)
{
	(void)state;
	char path[256];
	snprintf(folder, sizeof folder, "/tmp/seq_source_XXXXXX");
	assert_non_null(mkdtemp(folder));
	assert_int_equal(mkdir(at("inside", path), 0700), 0);
	write_file("a.seq", "one\ntwo\r\n\xc3\xa9t\xc3\xa9", 14);
	write_file("latin1.seq", "\xe9", 1);
	write_file("empty.seq", "", 0);
	assert_int_equal(symlink("/etc/passwd", at("out.seq", path)), 0);
	assert_int_equal(symlink("../a.seq", at("inside/in.seq", path)), 0);
	assert_int_equal(mkfifo(at("fifo.seq", path), 0600), 0);
	arena_init(&arena, 0, NULL);
	sources = (struct sources){.arena = &arena, .root = slice_of(folder)};
	return 0;
}

static int remove_workspace(void **state)
{
	(void)state;
	static const char *const names[] = {"a.seq", "latin1.seq", "empty.seq", "out.seq", "inside/in.seq", "fifo.seq"};
	char path[256];
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		unlink(at(names[i], path));
	rmdir(at("inside", path));
	arena_free(&arena);
	return rmdir(folder);
}

static enum source_result reads(const char *path, size_t max_bytes)
{
	uint32_t index;
	return source_read(&sources, slice_of(path), max_bytes, &index);
}

static void only_what_is_beneath_the_root_is_read(void **state)
{
	(void)state;
	assert_int_equal(reads("a.seq", 100), SOURCE_OK);
	assert_int_equal(reads("inside/in.seq", 100), SOURCE_OK);
	assert_int_equal(reads("inside/../a.seq", 100), SOURCE_OK);
	assert_int_equal(reads("out.seq", 100000), SOURCE_OUTSIDE);
	assert_int_equal(reads("../a.seq", 100), SOURCE_OUTSIDE);
	assert_int_equal(reads("inside/../../a.seq", 100), SOURCE_OUTSIDE);
	assert_int_equal(reads("/etc/passwd", 100000), SOURCE_OUTSIDE);
	assert_int_equal(reads("", 100), SOURCE_OUTSIDE);
}

static void only_regular_utf8_files_of_a_size_are_read(void **state)
{
	(void)state;
	assert_int_equal(reads("none.seq", 100), SOURCE_MISSING);
	assert_int_equal(reads("a.seq/b", 100), SOURCE_MISSING);
	assert_int_equal(reads("inside", 100), SOURCE_NOT_REGULAR);
	assert_int_equal(reads("fifo.seq", 100), SOURCE_NOT_REGULAR);
	assert_int_equal(reads("latin1.seq", 100), SOURCE_NOT_UTF8);
	assert_int_equal(reads("empty.seq", 0), SOURCE_OK);
	assert_int_equal(reads("a.seq", 14), SOURCE_OK);
	assert_int_equal(reads("a.seq", 13), SOURCE_TOO_BIG);
	assert_int_equal(reads("./inside//in.seq", 13), SOURCE_TOO_BIG);
}

static void the_same_path_is_the_same_source(void **state)
{
	(void)state;
	uint32_t first = 99, again = 98, dotted = 97;
	assert_int_equal(source_read(&sources, SLICE("a.seq"), 100, &first), SOURCE_OK);
	assert_int_equal(source_read(&sources, SLICE("a.seq"), 100, &again), SOURCE_OK);
	assert_int_equal(source_read(&sources, SLICE("./inside/../a.seq"), 100, &dotted), SOURCE_OK);
	assert_int_equal(first, again);
	assert_int_equal(first, dotted);
	assert_true(slice_is(sources.items[first].path, "a.seq"));
}

static void places_count_characters_from_one(void **state)
{
	(void)state;
	uint32_t line, column,
	        index = source_add(&sources, SLICE("b.seq"), SLICE("one\ntwo\r\n\xc3\xa9t\xc3\xa9"), false);
	const struct source *s = &sources.items[index];
	static const struct {
		uint32_t offset, line, column;
	} rows[] = {{0, 1, 1}, {3, 1, 4}, {4, 2, 1}, {9, 3, 1}, {11, 3, 2}, {12, 3, 3}, {14, 3, 4}, {1000, 3, 4}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		source_place(s, rows[i].offset, &line, &column);
		assert_int_equal(line, rows[i].line);
		assert_int_equal(column, rows[i].column);
	}
	assert_true(slice_is(source_line(s, 2), "two"));
	assert_true(slice_is(source_line(s, 3), "\xc3\xa9t\xc3\xa9"));
	assert_int_equal(source_line(s, 4).n, 0);
	assert_int_equal(s->text.p[s->text.n], 0);
	struct span joined = span_join((struct span){0, 5, 7}, (struct span){0, 2, 6});
	assert_int_equal(joined.start, 2);
	assert_int_equal(joined.end, 7);
	assert_true(slice_is(source_text(&sources, (struct span){index, 4, 7}), "two"));
	assert_int_equal(source_text(&sources, (struct span){index, 4, 700}).n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(only_what_is_beneath_the_root_is_read, make_workspace,
	                                        remove_workspace),
	        cmocka_unit_test_setup_teardown(only_regular_utf8_files_of_a_size_are_read, make_workspace,
	                                        remove_workspace),
	        cmocka_unit_test_setup_teardown(the_same_path_is_the_same_source, make_workspace, remove_workspace),
	        cmocka_unit_test_setup_teardown(places_count_characters_from_one, make_workspace, remove_workspace),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
