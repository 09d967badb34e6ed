/* SPDX-License-Identifier: Apache-2.0
 * A table of declared names: by hash for looking up, in order of declaration for lists and suggestions. One table may
 * hold several kinds of things; a name is unique within its kind only. Lives in an arena. */
#ifndef SEQ_COMPILER_NAMES_H
#define SEQ_COMPILER_NAMES_H
#include "compiler/source.h"

struct name {
	struct slice text;
	uint32_t kind; /* the owner's enum */
	uint32_t hash;
	struct span span; /* where it is declared */
	bool used;
	void *object;      /* what it names */
	struct name *next; /* in order of declaration */
};

struct names {
	struct name *first, *last;
	struct name **slots; /* a power of two; open addressing; none while there are few names */
	uint32_t count, slot_count;
};

struct name *names_find(const struct names *t, uint32_t kind, struct slice text); /* NULL when there is none */
/* Adds a name that is not there yet. */
struct name *names_add(struct names *t, struct arena *arena, uint32_t kind, struct slice text, struct span span,
                       void *object);
/* The name of that kind nearest to the word ("did you mean"), or NULL. */
const struct name *names_nearest(const struct names *t, uint32_t kind, struct slice text);
#endif
