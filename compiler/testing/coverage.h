/* SPDX-License-Identifier: Apache-2.0
 * What tests went through, of a workspace's own sequences: steps, branches, exits, fallbacks, deferred sends. */
#ifndef SEQ_COMPILER_TESTING_COVERAGE_H
#define SEQ_COMPILER_TESTING_COVERAGE_H
#include "compiler/compile.h"
#include "runtime/scenario.h"

struct coverage;

/* Of a compile with `emit` and `keep_tests`; borrowed. NULL: no memory. */
struct coverage *coverage_new(const struct compile *k);
void coverage_free(struct coverage *c);
/* scenario_options.marks, with the coverage as its context. */
uint8_t *coverage_marks(void *context, const struct plan *plan);
/* Counts a run that is over; the next one may begin. */
void coverage_add(struct coverage *c, const struct scenario *s);

/* ---- what came of it ---- */
struct covered {
	const struct coverage_point *point;
	struct slice sequence;
	uint32_t runs; /* that reached it */
};
/* In order of sequence and place, each place once. */
const struct covered *coverage_points(const struct coverage *c, uint32_t *count);
/* Whether the run, with the marks of that sequence's plan, reached it. */
bool coverage_reached(const struct coverage_point *point, const uint8_t *marks, struct slice sequence,
                      const struct scenario *s);
/* Rounded down; 100 where there is nothing to cover. */
unsigned coverage_percent(const struct coverage *c);
/* A table of sequences, and the places that no test reached. */
void coverage_print(const struct coverage *c, struct buf *out);
/* "`contact.vip` was never yes" */
void coverage_say(const struct coverage *c, const struct coverage_point *point, struct buf *out);
/* {"covered":…,"all":…,"missing":[…]} */
void coverage_json(const struct coverage *c, struct buf *out);
/* A tracefile as lcov(1) and its readers take it; paths are the workspace's, below root where root is not empty. */
void coverage_lcov(const struct coverage *c, const struct compile *k, struct slice root, struct buf *out);
#endif
