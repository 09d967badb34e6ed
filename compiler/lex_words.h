/* SPDX-License-Identifier: Apache-2.0
 * The hash that tells words from names: from a word's length and four of its letters. tool/mkwords looks for the
 * seed under which no two words of grammar/token.def meet; the lexer then needs one look and one comparison. */
#ifndef SEQ_COMPILER_LEX_WORDS_H
#define SEQ_COMPILER_LEX_WORDS_H
#include <stddef.h>
#include <stdint.h>

#define WORD_SLOTS      4096
#define WORD_LENGTH_MIN 2

/* n >= WORD_LENGTH_MIN */
static inline uint32_t word_hash(const char *p, size_t n, uint32_t seed)
{
	const unsigned char *u = (const unsigned char *)p;
	uint32_t letters = u[0] | (uint32_t)u[1] << 8 | (uint32_t)u[n / 2] << 16 | (uint32_t)u[n - 1] << 24;
	return ((letters ^ (uint32_t)n * 0x9e3779b1u) * seed) >> 20; /* 12 bits: WORD_SLOTS */
}
#endif
