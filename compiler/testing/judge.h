/* SPDX-License-Identifier: Apache-2.0
 * What run_test.c knows while it judges, the sentences that it says, and the rows of both timelines (judge.c). */
#ifndef SEQ_COMPILER_TESTING_JUDGE_H
#define SEQ_COMPILER_TESTING_JUDGE_H
#include "compiler/testing/run_test.h"
#include "runtime/scenario.h"

struct test_deploy;
struct judge {
	const struct run_test_options *o;
	struct test *test;
	struct scenario *s;
	struct verdict *v;
	size_t cursor;               /* the first happening that no line has taken and none passed */
	int64_t here_us;             /* of the line before: what a relative time counts from */
	const struct test_line *act; /* the next that somebody does; NULL: none */
	bool knows_act;
	bool over; /* the lines that are left cannot be judged */
	struct test_deploy *deploys;
	struct buf error;
};

/* The contact's clock at an instant: its zone may be `set`. */
const struct tz *judge_zone(const struct judge *j, int64_t at_us);

/* run_test.c */
bool judge_matches(const struct judge *j, const struct test_line *l, const struct happening *h);
bool judge_act(struct judge *j, const struct test_line *l, int64_t at_us); /* false: j->error */

/* Whether what a line says of the time holds. Hours and minutes that are counted are known to the instant; a wall clock
 * has two passes of an hour when clocks go back. */
bool judge_same_time(const struct test_line *l, const struct tz *zone, int64_t expected_us, int64_t actual_us);

/* ---- what happened ---- */
bool judge_is_own(const struct judge *j, const struct happening *h);     /* of the sequence that is tested */
bool judge_is_message(const struct judge *j, const struct happening *h); /* one that left */
bool judge_is_errand(const struct judge *j, const struct happening *h);  /* a task, webhook, alert or page */
struct slice judge_what(struct judge *j, const struct happening *h);     /* "email bump", "exit reply" */
const char *judge_verb(const struct happening *h);                       /* "left" */

/* ---- rows; NEVER_US: no time is said ---- */
void judge_row_start(struct judge *j, int64_t start_us);
void judge_row_line(struct judge *j, const struct test_line *l, int64_t expected_us, int64_t acted_us, bool differs);
void judge_row_happened(struct judge *j, const struct happening *h, bool differs);
/* What is left, which may stay unnamed. */
void judge_rest(struct judge *j);
void judge_row_both(struct judge *j, const struct test_line *l, int64_t expected_us, const struct happening *h,
                    bool differs);

/* ---- sentences ---- */
struct test_problem *judge_problem(struct judge *j, enum test_problem_kind kind, struct test_line *l, struct span span);
void judge_wrong_time(struct judge *j, struct test_line *l, const struct happening *h, int64_t expected_us);
void judge_wrong_channel(struct judge *j, struct test_line *l, const struct happening *h);
void judge_check_reason(struct judge *j, struct test_line *l, const struct happening *h);
void judge_wrong_state(struct judge *j, struct test_line *l);
/* After these nothing more is judged: the rest is played, and becomes rows. */
void judge_other(struct judge *j, struct test_line *l);   /* another message, at the cursor, came first */
void judge_missing(struct judge *j, struct test_line *l); /* it did not happen in its time */
void judge_unnamed(struct judge *j, struct test_line *l); /* at the cursor; l NULL: at the end */
void judge_goes_back(struct judge *j, struct test_line *l, int64_t at_us);
void judge_broken(struct judge *j, struct test_line *l); /* j->error says why */
#endif
