/* SPDX-License-Identifier: Apache-2.0
 * seqc test --coverage, --threshold, --lcov: what the runs of a workspace's tests reached, and stubs for the rest. */
#ifndef SEQ_COMPILER_VERBS_TEST_COVERAGE_H
#define SEQ_COMPILER_VERBS_TEST_COVERAGE_H
#include "base/cli.h"
#include "compiler/testing/coverage.h"

/* Whether one of the flags asks for it. False with *threshold above 100: told. */
bool test_coverage_asked(const struct cli *c, unsigned *threshold);
/* Prints what was reached (unless `quiet`), writes the tracefile. An exit_code: EXIT_INPUT below the threshold. */
int test_coverage_report(const struct cli *c, const struct compile *k, const struct coverage *coverage,
                         struct tz_db *zones, unsigned threshold, bool quiet);
#endif
