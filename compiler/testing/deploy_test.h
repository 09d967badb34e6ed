/* SPDX-License-Identifier: Apache-2.0
 * `deploy "new.seq"` in a test: the workspace compiled once more, with that file in the place of the one that declares
 * the sequence. */
#ifndef SEQ_COMPILER_TESTING_DEPLOY_TEST_H
#define SEQ_COMPILER_TESTING_DEPLOY_TEST_H
#include "compiler/testing/run_test.h"

/* A compile that lives as long as the test is played. */
struct test_deploy {
	struct compile k;
	struct slice *plans;
	size_t plan_count;
	struct test_deploy *next;
};
/* NULL: error says why, with the diagnostics of the new file in it. test_deploy_free(NULL) is fine; it frees a list. */
struct test_deploy *test_deploy_new(const struct run_test_options *o, const struct test *t, struct slice path,
                                    struct buf *error);
void test_deploy_free(struct test_deploy *list);
#endif
