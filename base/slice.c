/* SPDX-License-Identifier: Apache-2.0
 * Views of bytes: comparing, searching, trimming, numbers. Nothing here allocates, and a NULL p with n == 0 is
 * an empty slice everywhere (so no NULL reaches memcmp). */
#include "base/slice.h"
#include <string.h>

int slice_cmp(struct slice a, struct slice b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int order = n ? memcmp(a.p, b.p, n) : 0;
	return order ? order : (a.n > b.n) - (a.n < b.n);
}

bool slice_starts(struct slice a, const char *prefix)
{
	struct slice p = slice_of(prefix);
	return a.n >= p.n && slice_eq((struct slice){a.p, p.n}, p);
}

struct slice slice_after(struct slice a, const char *prefix)
{
	size_t n = strlen(prefix);
	return n && slice_starts(a, prefix) ? (struct slice){a.p + n, a.n - n} : a;
}

bool slice_ends(struct slice a, const char *suffix)
{
	struct slice s = slice_of(suffix);
	return s.n == 0 || (a.n >= s.n && slice_eq((struct slice){a.p + (a.n - s.n), s.n}, s));
}

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

struct slice slice_trim(struct slice a)
{
	while (a.n && is_blank(a.p[0])) {
		a.p++;
		a.n--;
	}
	while (a.n && is_blank(a.p[a.n - 1]))
		a.n--;
	return a;
}

ptrdiff_t slice_find(struct slice hay, struct slice needle)
{
	if (needle.n == 0)
		return 0;
	if (hay.n < needle.n)
		return -1;
	const char *at = memmem(hay.p, hay.n, needle.p, needle.n);
	return at ? at - hay.p : -1;
}

uint64_t slice_hash(struct slice a)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);
	for (size_t i = 0; i < a.n; i++)
		h = (h ^ (uint8_t)a.p[i]) * UINT64_C(0x100000001b3);
	return h;
}

bool slice_to_i64(struct slice a, int64_t *out)
{
	bool negative = a.n && a.p[0] == '-';
	size_t i = a.n && (a.p[0] == '-' || a.p[0] == '+') ? 1 : 0;
	if (i == a.n)
		return false;
	/* Counts down from 0, because INT64_MIN has no positive. */
	int64_t v = 0;
	for (; i < a.n; i++) {
		if (a.p[i] < '0' || a.p[i] > '9' || __builtin_mul_overflow(v, 10, &v) ||
		    __builtin_sub_overflow(v, a.p[i] - '0', &v))
			return false;
	}
	if (!negative && v == INT64_MIN)
		return false;
	*out = negative ? v : -v;
	return true;
}
