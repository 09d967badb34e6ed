/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"
#include "base/civil.h"

int64_t clock_us(clockid_t clock)
{
	struct timespec t;
	clock_gettime(clock, &t);
	return (int64_t)t.tv_sec * US_PER_SECOND + t.tv_nsec / 1000;
}
