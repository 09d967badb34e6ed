/* SPDX-License-Identifier: Apache-2.0
 * Names with numbers that stay: contact fields and mailboxes are known to the store by number, so that a later policy
 * may list them in another order. A table is one setting of the store. */
#ifndef SEQ_RUNTIME_NUMBERING_H
#define SEQ_RUNTIME_NUMBERING_H
#include "runtime/store/store.h"

#define NUMBERING_MAX 65535u
#define NAME_NONE     UINT16_MAX

struct numbering {
	const char *key;     /* of the store's setting */
	struct slice *items; /* owned; number = index */
	uint32_t count, cap;
	uint32_t saved; /* how many the store has */
};

bool numbering_load(struct numbering *n, struct store *store, const char *key);
void numbering_free(struct numbering *n);
/* NAME_NONE when it is not there. */
uint16_t numbering_find(const struct numbering *n, struct slice name);
/* Adds what is missing. NAME_NONE: no memory, or too many. */
uint16_t numbering_add(struct numbering *n, struct slice name);
/* Writes the table if it grew; within a transaction. */
bool numbering_save(struct numbering *n, struct store *store);
#endif
