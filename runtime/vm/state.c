/* SPDX-License-Identifier: Apache-2.0
 * The packed state, as the store keeps it: a byte of flags, then varints. Times are differences (base from start, armed
 * from base), in seconds where that loses nothing; zero facts and unset variables at the end are dropped. A sleeper
 * with a few steps takes about 20 bytes. */
#include "runtime/vm/vm.h"
#include <string.h>

enum {
	FLAG_ENDED = 1,
	FLAG_NEVER = 2,      /* armed is INT64_MAX */
	FLAG_AT_START = 4,   /* base is the start */
	FLAG_OCCURRENCE = 8, /* one that is not 0 follows */
	FLAG_END = 16,       /* an end that is not NONE follows */
	FLAG_BASE_SECONDS = 32,
	FLAG_ARMED_SECONDS = 64,
	FLAG_SLOTS = 128,
};
/* A variable: a byte, then its length and bytes, or its number. */
enum { SLOT_SET = 1, SLOT_TYPE_SHIFT = 1, SLOT_UNIT_SHIFT = 5 };

#define VARINT_BYTES_MAX 10

void vm_state_init(struct vm_state *s, uint8_t *facts, uint16_t fact_count, struct value *slots, uint16_t slot_count)
{
	*s = (struct vm_state){.position = VM_AT_START,
	                       .end = NONE,
	                       .armed_us = INT64_MAX,
	                       .facts = facts,
	                       .fact_count = fact_count,
	                       .slots = slots,
	                       .slot_count = slot_count};
	if (fact_count)
		memset(facts, 0, fact_count);
	if (slot_count)
		memset(slots, 0, slot_count * sizeof *slots);
}

/* ---- writing: p has room ---- */

static char *put_varint(char *p, uint64_t v)
{
	for (; v >= 0x80; v >>= 7)
		*p++ = (char)(v | 0x80);
	*p++ = (char)v;
	return p;
}

/* Small for small numbers of either sign. */
static uint64_t zigzag(int64_t v)
{
	return ((uint64_t)v << 1) ^ (v < 0 ? UINT64_MAX : 0);
}

static int64_t unzigzag(uint64_t v)
{
	return (int64_t)(v >> 1) ^ ((v & 1) ? -1 : 0);
}

/* The difference of two instants, wrapping, so that adding it back gives the first whatever they are. */
static int64_t difference(int64_t a, int64_t b)
{
	return (int64_t)((uint64_t)a - (uint64_t)b);
}

static int64_t plus(int64_t a, int64_t b)
{
	return (int64_t)((uint64_t)a + (uint64_t)b);
}

static char *put_slot(char *p, struct value v)
{
	*p++ = (char)(v.set ? SLOT_SET | v.type << SLOT_TYPE_SHIFT | v.unit << SLOT_UNIT_SHIFT : 0);
	if (!v.set)
		return p;
	if (!type_is_text((enum plan_type)v.type))
		return put_varint(p, zigzag(v.u.i));
	p = put_varint(p, v.n);
	if (v.n)
		memcpy(p, v.u.p, v.n);
	return p + v.n;
}

static uint16_t used_slots(const struct vm_state *s)
{
	uint16_t n = s->slot_count;
	while (n && !s->slots[n - 1].set)
		n--;
	return n;
}

static char *put_slots(char *p, const struct vm_state *s, uint16_t count)
{
	p = put_varint(p, count);
	for (uint16_t i = 0; i < count; i++)
		p = put_slot(p, s->slots[i]);
	return p;
}

void vm_state_encode(struct buf *out, const struct vm_state *s)
{
	uint16_t facts = s->fact_count, slots = used_slots(s);
	while (facts && !s->facts[facts - 1])
		facts--;
	size_t most = 1 + 8 * VARINT_BYTES_MAX + facts;
	for (uint16_t i = 0; i < slots; i++)
		most += 1 + VARINT_BYTES_MAX + (type_is_text((enum plan_type)s->slots[i].type) ? s->slots[i].n : 0);
	if (!buf_reserve(out, most))
		return;
	int64_t base = difference(s->base_us, s->started_us), armed = difference(s->armed_us, s->base_us);
	uint8_t flags = (s->ended ? FLAG_ENDED : 0) | (s->armed_us == INT64_MAX ? FLAG_NEVER : 0) |
	                (base == 0 ? FLAG_AT_START : 0) | (s->occurrence ? FLAG_OCCURRENCE : 0) |
	                (s->end != NONE ? FLAG_END : 0) | (base % US_PER_SECOND == 0 ? FLAG_BASE_SECONDS : 0) |
	                (armed % US_PER_SECOND == 0 ? FLAG_ARMED_SECONDS : 0) | (slots ? FLAG_SLOTS : 0);
	char *p = out->p + out->n;
	*p++ = (char)flags;
	p = put_varint(p, s->position);
	if (s->occurrence)
		p = put_varint(p, s->occurrence);
	if (s->end != NONE)
		p = put_varint(p, s->end);
	p = put_varint(p, zigzag(s->started_us));
	if (base)
		p = put_varint(p, zigzag(flags & FLAG_BASE_SECONDS ? base / US_PER_SECOND : base));
	if (s->armed_us != INT64_MAX)
		p = put_varint(p, zigzag(flags & FLAG_ARMED_SECONDS ? armed / US_PER_SECOND : armed));
	p = put_varint(p, facts);
	if (facts)
		memcpy(p, s->facts, facts);
	p += facts;
	if (slots)
		p = put_slots(p, s, slots);
	out->n = (size_t)(p - out->p);
}

/* ---- reading ---- */

/* What is left; `bad` stays once something was not there. */
struct reader {
	const uint8_t *p, *end;
	bool bad;
};

static uint64_t get_varint(struct reader *r)
{
	uint64_t v = 0;
	for (unsigned shift = 0; shift < 64; shift += 7) {
		if (r->p == r->end)
			break;
		uint8_t byte = *r->p++;
		v |= (uint64_t)(byte & 0x7F) << shift;
		if (!(byte & 0x80))
			return v;
	}
	r->bad = true;
	return 0;
}

static uint64_t get_below(struct reader *r, uint64_t limit)
{
	uint64_t v = get_varint(r);
	r->bad |= v >= limit;
	return r->bad ? 0 : v;
}

static int64_t get_time(struct reader *r, bool seconds)
{
	int64_t v = unzigzag(get_varint(r));
	if (seconds && __builtin_mul_overflow(v, US_PER_SECOND, &v))
		r->bad = true;
	return v;
}

static const uint8_t *get_bytes(struct reader *r, size_t n)
{
	const uint8_t *bytes = r->p;
	if (n > (size_t)(r->end - r->p)) {
		r->bad = true;
		return NULL;
	}
	r->p += n;
	return bytes;
}

static struct value get_slot(struct reader *r)
{
	const uint8_t *tag = get_bytes(r, 1);
	struct value v = {.set = 0};
	if (!tag || !(*tag & SLOT_SET))
		return v;
	v.set = 1;
	v.type = *tag >> SLOT_TYPE_SHIFT & 15;
	v.unit = *tag >> SLOT_UNIT_SHIFT & 3;
	r->bad |= v.type >= TYPE_COUNT;
	if (!type_is_text((enum plan_type)v.type)) {
		v.u.i = unzigzag(get_varint(r));
		return v;
	}
	v.n = (uint32_t)get_below(r, VM_TEXT_MAX + 1);
	v.u.p = (const char *)get_bytes(r, v.n);
	return v;
}

/* The slots of the state that the bytes do not name are cleared. */
static void get_slots(struct reader *r, struct vm_state *s, bool there)
{
	uint32_t count = there ? (uint32_t)get_below(r, (uint64_t)s->slot_count + 1) : 0;
	for (uint32_t i = 0; i < count && !r->bad; i++)
		s->slots[i] = get_slot(r);
	if (count < s->slot_count)
		memset(s->slots + count, 0, (s->slot_count - count) * sizeof *s->slots);
}

static void get_facts(struct reader *r, struct vm_state *s)
{
	uint32_t count = (uint32_t)get_below(r, (uint64_t)s->fact_count + 1);
	const uint8_t *facts = get_bytes(r, count);
	if (facts && count)
		memcpy(s->facts, facts, count);
	if (count < s->fact_count)
		memset(s->facts + count, 0, s->fact_count - count);
}

bool vm_state_decode(struct slice bytes, struct vm_state *s)
{
	struct reader r = {(const uint8_t *)bytes.p, (const uint8_t *)bytes.p + bytes.n, false};
	const uint8_t *first = get_bytes(&r, 1);
	if (!first)
		return false;
	uint8_t flags = *first;
	s->ended = flags & FLAG_ENDED;
	s->position = (uint16_t)get_below(&r, 0x10000);
	s->occurrence = flags & FLAG_OCCURRENCE ? (uint16_t)get_below(&r, 0x10000) : 0;
	s->end = flags & FLAG_END ? (uint32_t)get_below(&r, NONE) : NONE;
	s->started_us = unzigzag(get_varint(&r));
	s->base_us = s->started_us;
	if (!(flags & FLAG_AT_START))
		s->base_us = plus(s->base_us, get_time(&r, flags & FLAG_BASE_SECONDS));
	s->armed_us = INT64_MAX;
	if (!(flags & FLAG_NEVER))
		s->armed_us = plus(s->base_us, get_time(&r, flags & FLAG_ARMED_SECONDS));
	get_facts(&r, s);
	get_slots(&r, s, flags & FLAG_SLOTS);
	return !r.bad && r.p == r.end;
}
