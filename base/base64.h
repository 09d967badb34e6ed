/* SPDX-License-Identifier: Apache-2.0
 * Base64 with padding, without line breaks (RFC 4648, section 4). */
#ifndef SEQ_BASE_BASE64_H
#define SEQ_BASE_BASE64_H
#include "base/slice.h"

static inline size_t base64_length(size_t n)
{
	return (n + 2) / 3 * 4;
}
/* Writes base64_length(n) characters and a NUL. */
void base64_encode(const void *p, size_t n, char *out);
/* Decodes into out, which holds 3 bytes for every 4 characters; false when it is not base64. */
bool base64_decode(struct slice text, uint8_t *out, size_t *out_n);
#endif
