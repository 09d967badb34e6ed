/* SPDX-License-Identifier: Apache-2.0
 * "Did you mean": the nearest of some words, by edit distance where swapping two neighbours counts one. */
#ifndef SEQ_BASE_NEAREST_H
#define SEQ_BASE_NEAREST_H
#include "base/slice.h"

/* Index of the candidate within distance 1 (up to 4 letters) or 2 (longer words); -1 when there is none. Of equally
 * near ones the first; never the word itself, and nothing for a word of one letter. */
int nearest_word(struct slice word, const struct slice *candidates, size_t count);
#endif
