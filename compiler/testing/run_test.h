/* SPDX-License-Identifier: Apache-2.0
 * One test, played and judged: a contact is enrolled, the clock jumps from timer to timer, the lines of the test are
 * held to what happens, in their order. Nothing is printed: report_test.h does that.
 *
 *     struct verdict v;
 *     run_test(&options, test, &v);
 *     if (!v.passed) …v.problems…, v.rows…
 *     verdict_free(&v); */
#ifndef SEQ_COMPILER_TESTING_RUN_TEST_H
#define SEQ_COMPILER_TESTING_RUN_TEST_H
#include "base/tz.h"
#include "compiler/compile.h"
#include "compiler/test.h"
#include "plan/plan.h"

struct scenario; /* runtime/scenario.h */

struct run_test_options {
	const struct compile *k; /* without errors, with `emit` and `keep_tests` */
	const char *path;        /* what was compiled, for `deploy`; NULL: the workspace */
	struct tz_db *zones;
	uint8_t *(*marks)(void *context, const struct plan *plan); /* as in scenario_options */
	void (*played)(void *context, const struct scenario *s);   /* when it is over; NULL: nobody looks */
	void *context;
};

enum test_problem_kind {
	PROBLEM_TIME,    /* it happened, at another time */
	PROBLEM_OTHER,   /* it happened, but says something else, or by another channel, or ended otherwise */
	PROBLEM_STATE,   /* a position, or a condition */
	PROBLEM_MISSING, /* it did not happen */
	PROBLEM_UNNAMED, /* something happened that no line names */
	PROBLEM_BROKEN   /* it cannot be played on: a contact that is refused, a step that does not exist */
};

struct test_problem {
	enum test_problem_kind kind;
	struct test_line *line; /* NULL: of the whole test */
	struct span span;
	struct slice message;       /* one sentence, without a full stop */
	struct slice label;         /* a few words to put under the line; empty: none */
	struct slice note;          /* another sentence: the shifts; empty: none */
	struct slice detail;        /* lines: how two texts differ; empty: none */
	struct slice help;          /* what to write, on a second line if it is one; empty: nothing to say */
	int64_t base_us, actual_us; /* TIME: what a relative time counts from, and when it happened */
	const struct tz *zone;      /* TIME: the contact's then */
	struct test_problem *next;
};

#define WALL_NONE INT64_MIN

/* Why something left later than it was due. */
struct test_shift {
	int64_t due_wall_us;
	struct slice cause; /* "window" */
	struct test_shift *next;
};

/* A row of the two timelines: what a line expects, beside what happened. Wall clocks are the contact's, by the minute.
 */
struct test_row {
	struct slice expected, actual;            /* "email bump"; empty: nothing on that side */
	int64_t expected_wall_us, actual_wall_us; /* WALL_NONE: no time is said */
	const struct test_shift *shifts;
	bool differs, is_act;
};

struct verdict {
	struct test *test;
	bool passed;
	struct test_problem *problems, *last_problem; /* in order; what comes after one that derails is not judged */
	struct test_row *rows;
	uint32_t row_count, row_cap, problem_count;
	struct slice zone; /* of the contact, at its end */
	int64_t took_us;
	bool blessed; /* by bless_test.h: it passes with the times that were put in */
	struct arena arena;
};

void run_test(const struct run_test_options *o, struct test *t, struct verdict *v);
void verdict_free(struct verdict *v);
#endif
