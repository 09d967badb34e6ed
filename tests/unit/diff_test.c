/* SPDX-License-Identifier: Apache-2.0
 * Unified diffs: a few by their text, many by applying them. */
#include "base/diff.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* cmocka needs the headers above first. */
#include <cmocka.h>

static void as_patch_writes_them(void **state)
{
	(void)state;
	static const struct {
		const char *before, *after, *hunks;
	} rows[] = {
	        {"a\nb\nc\n", "a\nB\nc\n", "@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n"},
	        {"", "a\n", "@@ -0,0 +1 @@\n+a\n"},
	        {"a\n", "", "@@ -1 +0,0 @@\n-a\n"},
	        {"a\n", "a", "@@ -1 +1 @@\n-a\n+a\n\\ No newline at end of file\n"},
	        {"1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\n5\n6\n7\n8\n9\nx\n", "@@ -7,3 +7,4 @@\n 7\n 8\n 9\n+x\n"},
	        {"a\n2\n3\n4\n5\n6\n7\nb\n", "A\n2\n3\n4\n5\n6\n7\nB\n",
	         "@@ -1,8 +1,8 @@\n-a\n+A\n 2\n 3\n 4\n 5\n 6\n 7\n-b\n+B\n"},
	        {"a\n2\n3\n4\n5\n6\n7\n8\nb\n", "A\n2\n3\n4\n5\n6\n7\n8\nB\n",
	         "@@ -1,4 +1,4 @@\n-a\n+A\n 2\n 3\n 4\n@@ -6,4 +6,4 @@\n 6\n 7\n 8\n-b\n+B\n"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct buf out = {0}, wanted = {0};
		diff_unified(&out, SLICE("x.seq"), slice_of(rows[i].before), slice_of(rows[i].after));
		buf_addf(&wanted, "--- a/x.seq\n+++ b/x.seq\n%s", rows[i].hunks);
		assert_string_equal(buf_cstr(&out), buf_cstr(&wanted));
		buf_free(&out);
		buf_free(&wanted);
	}
	struct buf out = {0};
	diff_unified(&out, SLICE("x"), SLICE("a\n"), SLICE("a\n"));
	assert_int_equal(out.n, 0);
}

static const char *line_after(const char *p)
{
	return strchr(p, '\n') + 1;
}

/* Lines of `before` as the hunks say, which must fit it. */
static void apply(const char *diff, const char *before, struct buf *out)
{
	const char *at = before;
	size_t line = 1;
	for (diff = line_after(line_after(diff)); *diff; diff = line_after(diff)) {
		size_t from, count = 1;
		if (*diff == '@') {
			assert_true(sscanf(diff, "@@ -%zu,%zu", &from, &count) >= 1);
			for (from += count == 0; line < from; line++) {
				buf_add(out, at, (size_t)(line_after(at) - at));
				at = line_after(at);
			}
			continue;
		}
		size_t n = (size_t)(line_after(diff) - diff) - 1;
		if (*diff != '+') {
			assert_memory_equal(at, diff + 1, n);
			at += n;
			line++;
		}
		if (*diff != '-')
			buf_add(out, diff + 1, n);
	}
	buf_adds(out, at);
}

static uint32_t next_random(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

static void random_lines(struct buf *out, uint32_t *seed, const struct buf *like)
{
	if (like)
		for (const char *p = like->p; p && p < like->p + like->n; p = line_after(p)) {
			uint32_t what = next_random(seed) % 12;
			if (what != 0)
				buf_add(out, p, (size_t)(line_after(p) - p));
			if (what == 1)
				buf_addf(out, "%u\n", next_random(seed) % 5);
		}
	else
		for (uint32_t i = next_random(seed) % 60; i; i--)
			buf_addf(out, "%u\n", next_random(seed) % 8);
}

static void what_is_applied_gives_the_other_text(void **state)
{
	(void)state;
	uint32_t seed = 7;
	for (int i = 0; i < 3000; i++) {
		struct buf a = {0}, b = {0}, diff = {0}, got = {0};
		random_lines(&a, &seed, NULL);
		random_lines(&b, &seed, i % 3 ? &a : NULL);
		diff_unified(&diff, SLICE("x"), buf_slice(&a), buf_slice(&b));
		if (diff.n)
			apply(buf_cstr(&diff), buf_cstr(&a), &got);
		else
			buf_add_slice(&got, buf_slice(&a));
		assert_string_equal(buf_cstr(&got), buf_cstr(&b));
		buf_free(&a);
		buf_free(&b);
		buf_free(&diff);
		buf_free(&got);
	}
}

/* More lines differ than are looked at one by one. */
static void texts_with_nothing_in_common(void **state)
{
	(void)state;
	struct buf a = {0}, b = {0}, diff = {0}, got = {0};
	for (int i = 0; i < 3000; i++) {
		buf_addf(&a, "a%d\n", i);
		buf_addf(&b, "b%d\n", i);
	}
	diff_unified(&diff, SLICE("x"), buf_slice(&a), buf_slice(&b));
	apply(buf_cstr(&diff), buf_cstr(&a), &got);
	assert_string_equal(buf_cstr(&got), buf_cstr(&b));
	buf_free(&a);
	buf_free(&b);
	buf_free(&diff);
	buf_free(&got);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(as_patch_writes_them),
	        cmocka_unit_test(what_is_applied_gives_the_other_text),
	        cmocka_unit_test(texts_with_nothing_in_common),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
