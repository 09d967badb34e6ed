/* SPDX-License-Identifier: Apache-2.0
 * Business days: which local dates count, and adding them. Source: rules 3-5, reference time.md §5-6. */
#ifndef SEQ_BASE_CALENDAR_H
#define SEQ_BASE_CALENDAR_H
#include "base/civil.h"

/* A set of dates, ascending and unique, as days since 1970-01-01. Borrowed. */
struct calendar {
	const int32_t *days;
	uint32_t count;
};

bool calendar_has(const struct calendar *c, int32_t day); /* c may be NULL: no */
/* Monday to Friday and not in holidays (NULL: none). */
bool calendar_is_business_day(int32_t day, const struct calendar *holidays);
/* n business days after `day` (n = 0 rolls forward to one). Looks at most 4000 days ahead; INT32_MAX if none. */
int32_t calendar_add_business_days(int32_t day, int32_t n, const struct calendar *holidays);
#endif
