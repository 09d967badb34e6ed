/* SPDX-License-Identifier: Apache-2.0
 * What the tests of diagnostics share: a collector on sources in memory. */
#ifndef SEQ_TESTS_DIAG_HELP_H
#define SEQ_TESTS_DIAG_HELP_H
#include "compiler/diag.h"
#include "diag_codes.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
/* cmocka needs the headers above first. */
#include <cmocka.h>

struct fixture {
	struct arena arena;
	struct sources sources;
	struct diags diags;
	struct buf out;
};

static void fixture_open(struct fixture *f)
{
	memset(f, 0, sizeof *f);
	arena_init(&f->arena, 0, NULL);
	f->sources.arena = &f->arena;
	diags_init(&f->diags, &f->arena, &f->sources);
}

static void fixture_close(struct fixture *f)
{
	buf_free(&f->out);
	arena_free(&f->arena);
}

static uint32_t add_source(struct fixture *f, const char *path, const char *text)
{
	return source_add(&f->sources, slice_of(path), slice_of(text), false);
}

/* The span of the n-th (from 0) such word. */
static struct span find(const struct fixture *f, uint32_t source, const char *word, int n)
{
	const char *text = f->sources.items[source].text.p, *at = strstr(text, word);
	for (; at && n; n--)
		at = strstr(at + 1, word);
	assert_non_null(at);
	uint32_t start = (uint32_t)(at - text);
	return (struct span){source, start, start + (uint32_t)strlen(word)};
}

static struct diag *add(struct fixture *f, struct span span, const char *what)
{
	return diag_cannot_make(&f->diags, span, slice_of(what));
}

#endif
