/* SPDX-License-Identifier: Apache-2.0
 * Packed records: varints (LEB128), zigzag for signed, texts with their length before them. What is written is read
 * back in the same order; a reader that runs out of bytes is `bad` from then on and gives zeros. */
#ifndef SEQ_RUNTIME_PACK_H
#define SEQ_RUNTIME_PACK_H
#include "base/buf.h"

static inline void pack_u(struct buf *b, uint64_t v)
{
	char bytes[10];
	size_t n = 0;
	for (; v >= 0x80; v >>= 7)
		bytes[n++] = (char)(v | 0x80);
	bytes[n++] = (char)v;
	buf_add(b, bytes, n);
}

static inline void pack_i(struct buf *b, int64_t v)
{
	pack_u(b, ((uint64_t)v << 1) ^ (uint64_t)(v >> 63));
}

static inline void pack_s(struct buf *b, struct slice s)
{
	pack_u(b, s.n);
	buf_add_slice(b, s);
}

struct unpack {
	const unsigned char *p, *end;
	bool bad;
};

static inline struct unpack unpack_of(struct slice s)
{
	const unsigned char *p = (const unsigned char *)s.p;
	return (struct unpack){p, s.n ? p + s.n : p, false};
}

static inline uint64_t unpack_u(struct unpack *u)
{
	uint64_t v = 0;
	for (int shift = 0; shift < 64; shift += 7) {
		if (u->p == u->end)
			break;
		unsigned char c = *u->p++;
		v |= (uint64_t)(c & 0x7F) << shift;
		if (!(c & 0x80))
			return v;
	}
	u->bad = true;
	return 0;
}

static inline int64_t unpack_i(struct unpack *u)
{
	uint64_t v = unpack_u(u);
	return (int64_t)(v >> 1) ^ -(int64_t)(v & 1);
}

static inline struct slice unpack_s(struct unpack *u)
{
	uint64_t n = unpack_u(u);
	if (u->bad || n > (uint64_t)(u->end - u->p)) {
		u->bad = true;
		return (struct slice){0};
	}
	struct slice s = {(const char *)u->p, (size_t)n};
	u->p += n;
	return s;
}

static inline bool unpack_more(const struct unpack *u)
{
	return !u->bad && u->p != u->end;
}

static inline struct slice unpack_rest(struct unpack *u)
{
	return (struct slice){(const char *)u->p, (size_t)(u->end - u->p)};
}
#endif
