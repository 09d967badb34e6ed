/* SPDX-License-Identifier: Apache-2.0
 * A growable byte buffer on the heap. Failure is sticky: after the first failed allocation every call does
 * nothing and `failed` stays true, so a caller checks once, at the end. Zero-initialise; buf_free when done. */
#ifndef SEQ_BASE_BUF_H
#define SEQ_BASE_BUF_H
#include "base/slice.h"
#include <stdarg.h>

struct buf {
	char *p;
	size_t n, cap;
	bool failed;
};

void buf_free(struct buf *b);
void buf_clear(struct buf *b); /* n = 0, keeps the memory, clears nothing of `failed` */
bool buf_reserve(struct buf *b, size_t extra);
void buf_add(struct buf *b, const void *p, size_t n);
void buf_adds(struct buf *b, const char *cstring);
void buf_add_slice(struct buf *b, struct slice s);
void buf_addc(struct buf *b, char c);
void buf_addf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_vaddf(struct buf *b, const char *format, va_list args);
/* Fixed-width little-endian. */
void buf_add_u8(struct buf *b, uint8_t v);
void buf_add_u16(struct buf *b, uint16_t v);
void buf_add_u32(struct buf *b, uint32_t v);
void buf_add_u64(struct buf *b, uint64_t v);
/* JSON string with quotes; invalid UTF-8 becomes U+FFFD. */
void buf_add_json(struct buf *b, struct slice s);
struct slice buf_slice(const struct buf *b);
/* The bytes with a NUL after them; "" when empty or failed. */
const char *buf_cstr(struct buf *b);
#endif
