/* SPDX-License-Identifier: Apache-2.0
 * Makes the lexer's perfect hash from grammar/token.def:  mkwords OUT.inc
 * Tries seeds until no two spellings share a slot, then writes WORD_SEED, WORD_LENGTH_MAX and word_slots[]: the number
 * of the word (from 1, in order of token.def) in each slot. Exits 1 when no seed will do: then give the hash in
 * compiler/lex_words.h another letter. */
#include "compiler/lex_words.h"
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const char *const words[] = {
#define WORD_SOFT(spelling)     spelling,
#define WORD_RESERVED(spelling) spelling,
#define WORD_VALUE(spelling)
#define WORD_MARK(spelling)
#define TOKEN(NAME, spelling, class, called) WORD_##class(spelling)
#define ALSO(NAME, spelling)                 spelling,
#include "grammar/token.def"
#undef TOKEN
};
#define WORD_COUNT (sizeof words / sizeof *words)

static bool place_all(uint32_t seed, unsigned short slots[WORD_SLOTS])
{
	memset(slots, 0, WORD_SLOTS * sizeof *slots);
	for (size_t i = 0; i < WORD_COUNT; i++) {
		uint32_t slot = word_hash(words[i], strlen(words[i]), seed);
		if (slots[slot])
			return false;
		slots[slot] = (unsigned short)(i + 1);
	}
	return true;
}

static bool write_table(FILE *out, uint32_t seed, const unsigned short slots[WORD_SLOTS])
{
	size_t longest = 0;
	for (size_t i = 0; i < WORD_COUNT; i++)
		if (strlen(words[i]) > longest)
			longest = strlen(words[i]);
	fprintf(out, "#define WORD_SEED %uu\n#define WORD_LENGTH_MAX %zu\n", seed, longest);
	fprintf(out, "static const uint16_t word_slots[WORD_SLOTS] = {\n");
	for (size_t i = 0; i < WORD_SLOTS; i++)
		if (slots[i])
			fprintf(out, "\t[%zu] = %u, /* %s */\n", i, slots[i], words[slots[i] - 1]);
	fprintf(out, "};\n");
	return !ferror(out);
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: mkwords OUT.inc\n");
		return 2;
	}
	unsigned short slots[WORD_SLOTS];
	uint32_t seed = 0x9e3779b1u;
	for (int i = 0; !place_all(seed, slots); i++, seed = seed * 1664525u + 1013904223u)
		if (i == 1000000) {
			fprintf(stderr, "mkwords: two words of token.def always meet; see compiler/lex_words.h\n");
			return 1;
		}
	FILE *out = fopen(argv[1], "w");
	if (!out) {
		perror(argv[1]);
		return 1;
	}
	bool ok = write_table(out, seed, slots);
	if (fclose(out) != 0 || !ok) {
		perror(argv[1]);
		return 1;
	}
	return 0;
}
