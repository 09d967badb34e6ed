/* SPDX-License-Identifier: Apache-2.0
 * A `test` block that is being checked: what its files share. Private to check_test*.c. */
#ifndef SEQ_COMPILER_CHECK_TEST_H
#define SEQ_COMPILER_CHECK_TEST_H
#include "compiler/expression.h"
#include "compiler/test.h"

/* What tests may name of a sequence beside its steps and inputs, in sequence->tested. */
enum tested_kind { TESTED_POSITION, TESTED_EXIT, TESTED_EVENT, TESTED_TITLE };

struct test_check {
	struct checker *k;
	struct test *test;
	struct sequence *q;
	struct span head; /* of the word `test` and its title */
	bool sound;       /* the sequence has no error, so that what it lacks is lacking */
	bool deployed;    /* another version of the sequence came: what it has is not known here */
	bool paused, expects;
	bool misnamed;  /* a field or an input: it may be one that lacks */
	bool has_floor; /* no time from here on is before floor_us */
	int64_t floor_us;
	struct span floor_span;
	struct span no_more; /* of `nothing more`; end 0: not said */
};

/* ---- check_test_value.c ---- */
struct test_fields {
	struct test_field *items;
	uint32_t count, cap;
};
/* A text without holes, as it is written. */
struct slice test_text(struct checker *k, const struct ast *tree);
/* Pairs of the contact, or (input) of the sequence, which are then named "input.NAME". */
void test_pairs(struct test_check *c, const struct ast_list *pairs, bool input, struct test_fields *out);
/* Says which fields the contact or the sequence must have and are not given. */
void test_missing_fields(struct test_check *c, const struct test_fields *given);
/* What an event brings. */
void test_event_fields(struct test_check *c, const struct ast_list *pairs, struct test_fields *out);
/* What a webhook returns. */
void test_returns(struct test_check *c, struct step *webhook, const struct ast_list *pairs, struct test_fields *out);
/* Answers to the questions of an `ask`. */
void test_answers(struct test_check *c, struct step *ask, const struct ast_inject *tree, struct test_fields *out);

/* ---- check_test_line.c ---- */
/* A moment or an offset; not given after saying what is wrong. Moves the floor. */
struct test_time test_time(struct test_check *c, const struct ast *tree);
struct test_line *test_at(struct test_check *c, const struct ast_at *tree);
struct test_line *test_expect(struct test_check *c, const struct ast_expect *tree);
/* Fills sequence->tested at the first test of the sequence. */
void test_learn(struct checker *k, struct sequence *q);
#endif
