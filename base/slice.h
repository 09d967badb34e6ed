/* SPDX-License-Identifier: Apache-2.0
 * A slice is a view of bytes that somebody else owns: never freed, not NUL-terminated.
 * An empty slice has n == 0; its p may be NULL. */
#ifndef SEQ_BASE_SLICE_H
#define SEQ_BASE_SLICE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct slice {
	const char *p;
	size_t n;
};

/* A slice of a string literal, without its NUL. */
#define SLICE(literal) ((struct slice){(literal), sizeof(literal) - 1})
/* The two printf arguments of "%.*s". */
#define SLICE_ARG(s) (int)(s).n, ((s).p ? (s).p : "")

/* NULL gives an empty slice. */
static inline struct slice slice_of(const char *cstring)
{
	return (struct slice){cstring, cstring ? strlen(cstring) : 0};
}

static inline bool slice_eq(struct slice a, struct slice b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

/* Inline, so that the length of a literal is a constant. */
static inline bool slice_is(struct slice a, const char *cstring)
{
	return slice_eq(a, slice_of(cstring));
}

int slice_cmp(struct slice a, struct slice b); /* bytewise; <0, 0, >0 */
bool slice_starts(struct slice a, const char *prefix);
bool slice_ends(struct slice a, const char *suffix);
/* What comes after the prefix; all of it where it does not start so. */
struct slice slice_after(struct slice a, const char *prefix);
struct slice slice_trim(struct slice a); /* ASCII blanks off both ends */
/* Index of needle in hay, or -1. An empty needle is found at 0. */
ptrdiff_t slice_find(struct slice hay, struct slice needle);
/* FNV-1a, 64 bits: for in-memory tables only, never stored. */
uint64_t slice_hash(struct slice a);
/* Parses the whole slice as a decimal integer with optional sign. False on anything else or overflow. */
bool slice_to_i64(struct slice a, int64_t *out);
#endif
