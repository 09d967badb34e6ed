/* SPDX-License-Identifier: Apache-2.0
 * The system's clocks, in microseconds. Not for what runs on a time that is handed to it. */
#ifndef SEQ_BASE_CLOCK_H
#define SEQ_BASE_CLOCK_H
#include <stdint.h>
#include <time.h>

/* CLOCK_MONOTONIC: how long something takes. Cannot fail for a clock that Linux has. */
int64_t clock_us(clockid_t clock);
#endif
