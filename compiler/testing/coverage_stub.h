/* SPDX-License-Identifier: Apache-2.0
 * For each place that no test reached, a test that does: found by exploring, made small, written as it happened. */
#ifndef SEQ_COMPILER_TESTING_COVERAGE_STUB_H
#define SEQ_COMPILER_TESTING_COVERAGE_STUB_H
#include "compiler/testing/coverage.h"

struct stub_options {
	const struct compile *k;
	struct tz_db *zones;
	uint64_t seed;
	uint32_t runs, at_most_ms; /* a sequence, as of explore_options */
};
/* Appends `test` blocks; a place that no play reached has a comment that says so. False: error. */
bool coverage_stubs(const struct coverage *c, const struct stub_options *options, struct buf *out, struct buf *error);
#endif
