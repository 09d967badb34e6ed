/* SPDX-License-Identifier: Apache-2.0
 * The growable buffer. It at least doubles when it grows, so that n single bytes cost O(n). */
#include "base/buf.h"
#include "base/utf8.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_CAP ((size_t)64)

void buf_free(struct buf *b)
{
	free(b->p);
	*b = (struct buf){0};
}

void buf_clear(struct buf *b)
{
	b->n = 0;
}

bool buf_reserve(struct buf *b, size_t extra)
{
	if (b->failed)
		return false;
	if (extra <= b->cap - b->n)
		return true;
	size_t cap = b->cap ? b->cap : FIRST_CAP;
	if (extra > (size_t)PTRDIFF_MAX / 2 - b->n) {
		b->failed = true;
		return false;
	}
	while (cap < b->n + extra)
		cap *= 2;
	char *p = realloc(b->p, cap);
	if (!p) {
		b->failed = true;
		return false;
	}
	b->p = p;
	b->cap = cap;
	return true;
}

void buf_add(struct buf *b, const void *p, size_t n)
{
	if (n == 0 || !buf_reserve(b, n))
		return;
	memcpy(b->p + b->n, p, n);
	b->n += n;
}

void buf_adds(struct buf *b, const char *cstring)
{
	if (cstring)
		buf_add(b, cstring, strlen(cstring));
}

void buf_add_slice(struct buf *b, struct slice s)
{
	buf_add(b, s.p, s.n);
}

void buf_addc(struct buf *b, char c)
{
	if (buf_reserve(b, 1))
		b->p[b->n++] = c;
}

void buf_vaddf(struct buf *b, const char *format, va_list args)
{
	if (b->failed)
		return;
	va_list again;
	va_copy(again, args);
	size_t room = b->cap - b->n;
	/* Most texts fit what is there; else the first pass tells the length. */
	int n = vsnprintf(room ? b->p + b->n : NULL, room, format, args);
	if (n < 0)
		b->failed = true;
	else if ((size_t)n < room)
		b->n += (size_t)n;
	else if (buf_reserve(b, (size_t)n + 1)) {
		vsnprintf(b->p + b->n, (size_t)n + 1, format, again);
		b->n += (size_t)n;
	}
	va_end(again);
}

void buf_addf(struct buf *b, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	buf_vaddf(b, format, args);
	va_end(args);
}

static void add_little_endian(struct buf *b, uint64_t v, size_t n)
{
	if (!buf_reserve(b, n))
		return;
	for (size_t i = 0; i < n; i++)
		b->p[b->n++] = (char)(uint8_t)(v >> (8 * i));
}

void buf_add_u8(struct buf *b, uint8_t v)
{
	add_little_endian(b, v, 1);
}

void buf_add_u16(struct buf *b, uint16_t v)
{
	add_little_endian(b, v, 2);
}

void buf_add_u32(struct buf *b, uint32_t v)
{
	add_little_endian(b, v, 4);
}

void buf_add_u64(struct buf *b, uint64_t v)
{
	add_little_endian(b, v, 8);
}

static void add_json_escape(struct buf *b, uint8_t c)
{
	switch (c) {
	case '"': buf_adds(b, "\\\""); break;
	case '\\': buf_adds(b, "\\\\"); break;
	case '\b': buf_adds(b, "\\b"); break;
	case '\f': buf_adds(b, "\\f"); break;
	case '\n': buf_adds(b, "\\n"); break;
	case '\r': buf_adds(b, "\\r"); break;
	case '\t': buf_adds(b, "\\t"); break;
	default: buf_addf(b, "\\u%04x", c); break;
	}
}

void buf_add_json(struct buf *b, struct slice s)
{
	if (!buf_reserve(b, s.n + 2))
		return;
	buf_addc(b, '"');
	const char *p = s.p, *end = s.n ? s.p + s.n : s.p, *plain = p;
	while (p < end) {
		uint8_t c = (uint8_t)*p;
		if (c >= 0x20 && c < 0x80 && c != '"' && c != '\\') {
			p++;
			continue;
		}
		/* Bytes that need no change are copied in runs. */
		const char *at = p;
		uint32_t code_point = utf8_next(&p, end);
		if (c >= 0x80 && (code_point != 0xFFFD || p - at > 1))
			continue;
		buf_add(b, plain, (size_t)(at - plain));
		if (c >= 0x80)
			utf8_put(b, 0xFFFD);
		else
			add_json_escape(b, c);
		plain = p;
	}
	buf_add(b, plain, (size_t)(end - plain));
	buf_addc(b, '"');
}

struct slice buf_slice(const struct buf *b)
{
	return (struct slice){b->p, b->n};
}

const char *buf_cstr(struct buf *b)
{
	if (b->n == 0 || !buf_reserve(b, 1))
		return "";
	b->p[b->n] = '\0';
	return b->p;
}
