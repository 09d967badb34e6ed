/* SPDX-License-Identifier: Apache-2.0
 * A value of the language at run time: sixteen bytes, texts borrowed. Numbers are fixed-point millionths, so that every
 * machine computes the same. */
#ifndef SEQ_PLAN_VALUE_H
#define SEQ_PLAN_VALUE_H
#include "plan/plan.h"

#define NUMBER_ONE INT64_C(1000000)

struct value {
	uint8_t set;  /* 0: absent */
	uint8_t type; /* enum plan_type */
	uint8_t unit; /* of a duration: enum plan_unit */
	uint8_t pad;
	uint32_t n; /* bytes of a text */
	union {
		int64_t i;     /* number (millionths), yes_no, date (days), moment (us UTC), duration (us, or a count of
		                  unit) */
		const char *p; /* text, zone, email, phone, url, one of */
	} u;
};

struct value value_text(enum plan_type type, struct slice s);
struct value value_int(enum plan_type type, int64_t i);
struct slice value_slice(struct value v); /* of a text-like value; empty when absent */
bool type_is_text(enum plan_type type);
const char *type_name(enum plan_type type); /* as the language writes it: "yes_no", "one of" */
bool type_parse(struct slice name, enum plan_type *out);
/* Reads what a person or a file wrote for a field: "yes", "7.5", "2026-03-02", "2026-03-02 10:00" (wall time in `zone`,
 * or RFC 3339), an address. An e-mail address is checked (one @, no CR, LF, NUL, blank, bidi, <= 254 bytes) and its
 * domain lower-cased, one in another script becomes its xn-- name; a phone becomes E.164 ("+" and 8..15 digits,
 * separators dropped). Texts: CR, LF, NUL and other control characters are refused. False: reason (a short English
 * clause, static) says why. Texts borrow `scratch`, which the caller keeps. Empty input is absent. */
struct tz;
bool value_parse(enum plan_type type, struct slice text, const struct tz *zone, struct buf *scratch, struct value *out,
                 const char **reason);
/* The same, back: what value_parse reads. */
void value_write(struct buf *out, struct value v);
#endif
