/* SPDX-License-Identifier: Apache-2.0
 * What a line expects a message, page or errand to say, held to what it says. */
#ifndef SEQ_COMPILER_TESTING_TEST_PART_H
#define SEQ_COMPILER_TESTING_TEST_PART_H
#include "compiler/test.h"
#include "runtime/scenario.h"

/* Whether it says so. Blanks and line ends within a paragraph are one blank: where a line is broken is no difference.
 * False: *why is a sentence, *detail shows where they differ; both the arena's. */
bool test_part_holds(const struct test_part *p, const struct happening *h, struct arena *arena, struct slice *why,
                     struct slice *detail);
#endif
