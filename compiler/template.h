/* SPDX-License-Identifier: Apache-2.0
 * The filters of templates, as the checker and the emitter know them: a row each of plan/filter.def. */
#ifndef SEQ_COMPILER_TEMPLATE_H
#define SEQ_COMPILER_TEMPLATE_H
#include "plan/plan.h"

enum filter_lowering { LOWERS_FILTER, LOWERS_DEFAULT, LOWERS_DATE, LOWERS_NUMBER };
enum filter_argument { ARGUMENT_none, ARGUMENT_number, ARGUMENT_text };

struct filter_info {
	const char *name;
	enum filter_lowering lowering;
	uint32_t filter; /* enum plan_filter, where it lowers to OP_FILTER */
	char takes;      /* t text, n number, d date or moment, a any */
	enum filter_argument argument;
};

extern const struct filter_info filter_infos[];
extern const uint32_t filter_info_count;
#endif
