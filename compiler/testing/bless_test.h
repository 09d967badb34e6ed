/* SPDX-License-Identifier: Apache-2.0
 * `seqc test --bless`: where a test fails only because something happened at another time than its lines say, those
 * times are written anew. Never texts, names or the order of lines. */
#ifndef SEQ_COMPILER_TESTING_BLESS_TEST_H
#define SEQ_COMPILER_TESTING_BLESS_TEST_H
#include "compiler/testing/run_test.h"

/* One time that is to be written in the place of another. */
struct test_blessing {
	struct span span;
	struct slice text; /* the arena's */
};
struct test_blessings {
	struct arena *arena;
	struct test_blessing *items;
	uint32_t count, cap;
};

/* v is the failed verdict of a test: where only times are wrong it is played again with the right ones, until it
 * passes. True: it does; v is its new verdict, and the times are added. False: v is as it was, *why says what bars it.
 */
bool bless_test(const struct run_test_options *o, struct verdict *v, struct test_blessings *blessings,
                const char **why);
/* The text of a source with those of its times written anew; the rest stays as it is, byte for byte. */
void bless_text(const struct compile *k, uint32_t source, const struct test_blessings *blessings, struct buf *out);
#endif
