/* SPDX-License-Identifier: Apache-2.0
 * UTF-8: strict decoding (no overlong forms, no surrogates), display width, and the characters that rule 22 removes. */
#ifndef SEQ_BASE_UTF8_H
#define SEQ_BASE_UTF8_H
#include "base/buf.h"

/* Decodes one code point at *p (< end) and moves *p past it. Bad bytes give 0xFFFD and move by one. */
uint32_t utf8_next(const char **p, const char *end);
bool utf8_valid(struct slice s);
void utf8_put(struct buf *b, uint32_t code_point);
/* Number of code points; bad bytes count one each. */
size_t utf8_count(struct slice s);
/* Columns on a terminal: 0 for combining marks, 2 for wide East Asian and emoji. */
int utf8_width(uint32_t code_point);
size_t utf8_slice_width(struct slice s);
/* Control characters, line separators and bidi overrides: what no header, SMS or plain text value may hold. */
bool utf8_is_unsafe(uint32_t code_point);
/* Copies s without unsafe characters; tab and newline become one space. */
void utf8_add_safe(struct buf *b, struct slice s);
/* Simple case mapping of Latin (with the letters of Romanian and Vietnamese), Greek and Cyrillic. */
uint32_t utf8_lower(uint32_t c);
uint32_t utf8_upper(uint32_t c);
#endif
