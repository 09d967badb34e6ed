/* SPDX-License-Identifier: Apache-2.0 */
#include "base/base64.h"

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_encode(const void *p, size_t n, char *out)
{
	const uint8_t *in = p;
	for (size_t i = 0; i < n; i += 3) {
		uint32_t bits = (uint32_t)in[i] << 16 | (i + 1 < n ? (uint32_t)in[i + 1] << 8 : 0) |
		                (i + 2 < n ? in[i + 2] : 0);
		*out++ = letters[bits >> 18];
		*out++ = letters[bits >> 12 & 63];
		*out++ = i + 1 < n ? letters[bits >> 6 & 63] : '=';
		*out++ = i + 2 < n ? letters[bits & 63] : '=';
	}
	*out = 0;
}

bool base64_decode(struct slice text, uint8_t *out, size_t *out_n)
{
	size_t n = 0, padding = slice_ends(text, "==") ? 2 : slice_ends(text, "=") ? 1 : 0;
	uint32_t bits = 0;
	*out_n = 0;
	if (text.n % 4)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		const char *at = i < text.n - padding && text.p[i] ? strchr(letters, text.p[i]) : NULL;
		if (!at && i < text.n - padding)
			return false;
		bits = bits << 6 | (at ? (uint32_t)(at - letters) : 0);
		if (i % 4 < 3)
			continue;
		for (int byte = 2; byte >= 0; byte--)
			if (i + 1 < text.n || (size_t)byte >= padding)
				out[n++] = (uint8_t)(bits >> (8 * byte));
	}
	*out_n = n;
	return true;
}
