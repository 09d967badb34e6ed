/* SPDX-License-Identifier: Apache-2.0
 * A file as a test reads it: whole, freed with the process. */
#ifndef SEQ_TESTS_READ_FILE_H
#define SEQ_TESTS_READ_FILE_H
#include "base/buf.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
/* after the headers above, as it wants */
#include <cmocka.h>

/* With a NUL after it; false: there is none. */
static inline bool read_file_into(const char *path, struct buf *b)
{
	FILE *file = fopen(path, "rb");
	char piece[4096];
	if (!file)
		return false;
	for (size_t n; (n = fread(piece, 1, sizeof piece, file)) > 0;)
		buf_add(b, piece, n);
	fclose(file);
	assert_false(b->failed);
	buf_cstr(b);
	return true;
}

/* Empty where there is none. */
static inline struct slice read_file(const char *path)
{
	struct buf b = {0};
	return read_file_into(path, &b) ? buf_slice(&b) : (struct slice){0};
}

static inline struct slice read_existing(const char *path)
{
	struct buf b = {0};
	assert_true(read_file_into(path, &b));
	return buf_slice(&b);
}
#endif
