/* SPDX-License-Identifier: Apache-2.0
 * How people of a locale write months, days, numbers and durations. One table; a locale is found by its language, so
 * that fr_ca reads as fr. */
#ifndef SEQ_RUNTIME_VM_LOCALE_H
#define SEQ_RUNTIME_VM_LOCALE_H
#include "base/slice.h"

enum locale_unit {
	LOCALE_SECOND,
	LOCALE_MINUTE,
	LOCALE_HOUR,
	LOCALE_DAY,
	LOCALE_BUSINESS_DAY,
	LOCALE_MONTH,
	LOCALE_UNIT_COUNT
};

struct locale {
	const char *language;
	const char *months[12], *short_months[12];
	const char *days[7], *short_days[7]; /* Monday first */
	const char *no, *yes;
	const char *decimal, *group;             /* 1<group>234<decimal>5 */
	const char *date, *moment;               /* strftime's letters */
	const char *units[LOCALE_UNIT_COUNT][2]; /* one, several */
};

/* English words, but dates and numbers as everyone reads them, for a language that the table does not have. */
const struct locale *locale_find(struct slice name);
#endif
