/* SPDX-License-Identifier: Apache-2.0
 * What `seqc test` says of its verdicts: to people, as JSON, as a JUnit report. */
#ifndef SEQ_COMPILER_TESTING_REPORT_TEST_H
#define SEQ_COMPILER_TESTING_REPORT_TEST_H
#include "compiler/testing/coverage.h"
#include "compiler/testing/run_test.h"

struct report_style {
	bool colour;
	int columns; /* of the terminal */
};

/* Why a test failed: each problem with its place, then what was expected beside what happened. */
void report_failure(const struct compile *k, const struct verdict *v, const struct report_style *style,
                    struct buf *out);
/* {"format_version":1,"tests":[…],"passed":N,"failed":N} and a newline; coverage: what it says, too, or NULL. */
void report_json(const struct compile *k, const struct verdict *verdicts, uint32_t count,
                 const struct coverage *coverage, struct buf *out);
/* A suite a sequence, a case a test. */
void report_junit(const struct compile *k, const struct verdict *verdicts, uint32_t count, struct buf *out);
#endif
