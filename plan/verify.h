/* SPDX-License-Identifier: Apache-2.0
 * The verifier: what plan_load and policy_load prove at every load, in linear time, trusting nothing. Its parts are
 * verify_records.c (every row: references, ranges, names, strings) and verify_code.c (every instruction: boundaries,
 * jumps, stack heights and classes, variables set before they are read, positions and their instructions, a bound on
 * every repeat, an end on every path, each promise derived again: bound.h). */
#ifndef SEQ_PLAN_VERIFY_H
#define SEQ_PLAN_VERIFY_H
#include "plan/image.h"

bool plan_verify(const struct image *m, struct image_error *error);
bool policy_verify(const struct image *m, struct image_error *error);

/* The two parts; code after records, which it relies on. */
bool verify_records(const struct image *m, struct image_error *error);
bool verify_code(const struct image *m, struct image_error *error);
#endif
