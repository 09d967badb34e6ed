/* SPDX-License-Identifier: Apache-2.0
 * Business days, counted one by one: n is small, and holidays leave no formula. */
#include "base/calendar.h"

#define LOOK_AHEAD_DAYS 4000

bool calendar_has(const struct calendar *c, int32_t day)
{
	uint32_t low = 0, high = c ? c->count : 0;
	while (low < high) {
		uint32_t mid = low + (high - low) / 2;
		if (c->days[mid] == day)
			return true;
		if (c->days[mid] < day)
			low = mid + 1;
		else
			high = mid;
	}
	return false;
}

bool calendar_is_business_day(int32_t day, const struct calendar *holidays)
{
	return civil_weekday(day) < 5 && !calendar_has(holidays, day);
}

int32_t calendar_add_business_days(int32_t day, int32_t n, const struct calendar *holidays)
{
	if (n == 0 && calendar_is_business_day(day, holidays))
		return day;
	/* Rolling 0 days forward ends where one business day later is. */
	int32_t left = n > 0 ? n : 1;
	for (int32_t ahead = 1; ahead <= LOOK_AHEAD_DAYS && day <= INT32_MAX - 1 - ahead; ahead++) {
		if (calendar_is_business_day(day + ahead, holidays) && --left == 0)
			return day + ahead;
	}
	return INT32_MAX;
}
