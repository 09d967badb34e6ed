/* SPDX-License-Identifier: Apache-2.0
 * The verifier: what plan_load and policy_load prove at every load, in linear time, trusting nothing. Its parts are
 * verify_records.c (every row: references, ranges, names, strings) and verify_code.c (every instruction: boundaries,
 * jumps, stack heights and classes, variables set before they are read, positions and their instructions, a bound on
 * every repeat, an end on every path). Of a promise only what the longest path decides is proven here: a promise is
 * taken when no path sends more messages than it names, and refused when it is plainly broken (none allowed while some
 * can be sent; no period, no limit of the sequence's own, and a path that sends more). One that holds only thanks to
 * the waits between messages rests on the compiler's analysis. */
#ifndef SEQ_PLAN_VERIFY_H
#define SEQ_PLAN_VERIFY_H
#include "plan/image.h"

bool plan_verify(const struct image *m, struct image_error *error);
bool policy_verify(const struct image *m, struct image_error *error);

/* The two parts; code after records, which it relies on. */
bool verify_records(const struct image *m, struct image_error *error);
bool verify_code(const struct image *m, struct image_error *error);
#endif
