/* SPDX-License-Identifier: Apache-2.0
 * A value that stands in a source. In a header of its own for those who see the drive too, which check.h cannot be read
 * with. */
#ifndef SEQ_COMPILER_CONSTANT_H
#define SEQ_COMPILER_CONSTANT_H
#include "plan/value.h"

/* value_int's or text's meaning is as in struct value. */
struct constant {
	enum plan_type type;
	enum plan_unit unit; /* of a duration */
	int64_t value;
	struct slice text;
};
#endif
