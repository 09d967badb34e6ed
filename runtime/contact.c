/* SPDX-License-Identifier: Apache-2.0
 * Packed: number, type, and a text with its length or a signed number (with its unit, for a duration). */
#include "runtime/contact.h"
#include "runtime/pack.h"
#include <stdlib.h>
#include <string.h>

void person_free(struct person *p)
{
	buf_free(&p->packed);
	free(p->values);
	*p = (struct person){0};
}

static bool person_reserve(struct person *p, uint32_t count)
{
	if (count > p->cap) {
		struct value *grown = realloc(p->values, count * sizeof *grown);
		if (!grown)
			return false;
		p->values = grown;
		p->cap = count;
	}
	if (count)
		memset(p->values, 0, count * sizeof *p->values);
	p->count = count;
	return true;
}

bool unpack_value(struct unpack *u, struct value *v)
{
	enum plan_type type = (enum plan_type)unpack_u(u);
	if (u->bad || type >= TYPE_COUNT)
		return false;
	if (type_is_text(type)) {
		*v = value_text(type, unpack_s(u));
	} else {
		uint8_t unit = type == TYPE_DURATION ? (uint8_t)unpack_u(u) : 0;
		*v = value_int(type, unpack_i(u));
		v->unit = unit;
	}
	return !u->bad;
}

bool person_read(struct person *p, uint32_t numbers)
{
	if (!person_reserve(p, numbers))
		return false;
	struct unpack u = unpack_of(buf_slice(&p->packed));
	while (unpack_more(&u)) {
		uint64_t number = unpack_u(&u);
		struct value v;
		if (!unpack_value(&u, &v))
			return false;
		if (number < numbers)
			p->values[number] = v;
	}
	return !u.bad;
}

struct value person_value(const struct person *p, uint16_t number)
{
	return number < p->count ? p->values[number] : (struct value){0};
}

void contact_pack(struct buf *out, const struct value *values, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		if (!values[i].set)
			continue;
		pack_u(out, i);
		pack_u(out, values[i].type);
		if (type_is_text((enum plan_type)values[i].type)) {
			pack_s(out, value_slice(values[i]));
			continue;
		}
		if (values[i].type == TYPE_DURATION)
			pack_u(out, values[i].unit);
		pack_i(out, values[i].u.i);
	}
}

static void add_lower(struct buf *out, struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		buf_addc(out, s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char)(s.p[i] + 32) : s.p[i]);
}

void contact_key(struct buf *out, enum plan_type type, struct slice field, struct slice value)
{
	if (type == TYPE_EMAIL) {
		buf_adds(out, "email:");
		add_lower(out, value);
	} else if (type == TYPE_PHONE) {
		buf_adds(out, "phone:");
		buf_add_slice(out, value);
	} else {
		buf_addf(out, "%.*s:", SLICE_ARG(field));
		buf_add_slice(out, value);
	}
}

bool contact_key_of(struct buf *out, struct slice address)
{
	struct buf scratch = {0};
	struct value v = {0};
	const char *reason = NULL;
	address = slice_trim(address);
	bool ok = false;
	enum plan_type type = slice_find(address, SLICE("@")) >= 0 ? TYPE_EMAIL : TYPE_PHONE;
	if (value_parse(type, address, tz_utc(), &scratch, &v, &reason) && v.set) {
		contact_key(out, type, SLICE(""), value_slice(v));
		ok = true;
	} else if (slice_find(address, SLICE(":")) > 0) {
		buf_add_slice(out, address);
		ok = true;
	}
	buf_free(&scratch);
	return ok && !out->failed;
}
