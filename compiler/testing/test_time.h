/* SPDX-License-Identifier: Apache-2.0
 * Times of a test's lines: to the instant they mean, and back to how they are written. */
#ifndef SEQ_COMPILER_TESTING_TEST_TIME_H
#define SEQ_COMPILER_TESTING_TEST_TIME_H
#include "base/tz.h"
#include "compiler/test.h"

/* The instant that a time means; one that is relative counts from base_us. */
int64_t test_time_us(const struct test_time *t, const struct tz *zone, int64_t base_us);
/* Whether both instants show the same minute on the wall clock: a test has no seconds, and knows no two passes of an
 * hour. */
bool test_time_same(const struct tz *zone, int64_t a_us, int64_t b_us);
/* How a line would say at_us: "2026-03-05 10:00"; where `like` is relative "+3 days", "+3 days at 10:00" or "+90
 * minutes", counted from base_us, if it can be said so. */
void test_time_write(struct buf *out, const struct test_time *like, const struct tz *zone, int64_t base_us,
                     int64_t at_us);
/* "2026-03-05 10:00" of a wall clock. */
void test_time_put_wall(struct buf *out, int64_t wall_us);
/* The minute that an instant shows on the wall clock, as microseconds since 1970. */
int64_t test_time_wall(const struct tz *zone, int64_t at_us);
#endif
