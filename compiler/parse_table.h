/* SPDX-License-Identifier: Apache-2.0
 * The generated parser as the driver sees it: a stack to feed, and shadows of that stack, states without values, on
 * which tokens are tried. Private to the parser; defined at the end of grammar/seq.y. */
#ifndef SEQ_COMPILER_PARSE_TABLE_H
#define SEQ_COMPILER_PARSE_TABLE_H
#include "compiler/parse_build.h"

struct shadow {
	struct arena *arena;
	uint16_t *states;
	uint32_t n, cap;
};

void *seq_new(struct parse *p);
/* Kind 0 ends the input. */
void seq_feed(void *lemon, struct token t);
/* Braces that are open on the stack. */
uint32_t seq_open_braces(const void *lemon);

void shadow_copy(struct shadow *to, const struct shadow *from);
void shadow_of(struct shadow *to, const void *lemon);
void shadow_empty(struct shadow *s); /* as at the start of an input */
/* Takes the token, or says no: then the shadow is spoilt. */
bool shadow_step(struct shadow *s, uint32_t kind);
/* The same, but `exact` tells whether a soft word was taken as that word, not as a name. */
bool shadow_step_exact(struct shadow *s, uint32_t kind, bool *exact);
#endif
