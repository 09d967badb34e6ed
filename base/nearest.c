/* SPDX-License-Identifier: Apache-2.0
 * Edit distance (Damerau, restricted) with three rows of its table and no allocation. */
#include "base/nearest.h"

enum { WORD_BYTES_MAX = 64 };

/* Edit distance with transpositions of neighbours (Damerau, restricted): three rows of the table are enough. */
static size_t distance(struct slice a, struct slice b)
{
	size_t rows[3][WORD_BYTES_MAX + 1];
	size_t *before = rows[0], *last = rows[1], *now = rows[2];
	for (size_t j = 0; j <= b.n; j++)
		last[j] = j;
	for (size_t i = 1; i <= a.n; i++) {
		now[0] = i;
		for (size_t j = 1; j <= b.n; j++) {
			size_t best = last[j - 1] + (a.p[i - 1] != b.p[j - 1]);
			if (last[j] + 1 < best)
				best = last[j] + 1;
			if (now[j - 1] + 1 < best)
				best = now[j - 1] + 1;
			bool swapped = i > 1 && j > 1 && a.p[i - 1] == b.p[j - 2] && a.p[i - 2] == b.p[j - 1];
			if (swapped && before[j - 2] + 1 < best)
				best = before[j - 2] + 1;
			now[j] = best;
		}
		size_t *spare = before;
		before = last;
		last = now;
		now = spare;
	}
	return last[b.n];
}

int nearest_word(struct slice word, const struct slice *candidates, size_t count)
{
	/* A word of one letter is near to every other: no suggestion. */
	if (word.n < 2 || word.n > WORD_BYTES_MAX)
		return -1;
	size_t best = word.n <= 4 ? 2 : 3; /* one more than the limit */
	int nearest = -1;
	for (size_t i = 0; i < count; i++) {
		struct slice c = candidates[i];
		size_t longer = c.n > word.n ? c.n - word.n : word.n - c.n;
		if (!c.n || c.n > WORD_BYTES_MAX || longer >= best || slice_eq(word, c))
			continue;
		size_t n = distance(word, c);
		if (n < best) {
			best = n;
			nearest = (int)i;
		}
	}
	return nearest;
}
