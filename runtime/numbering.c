/* SPDX-License-Identifier: Apache-2.0
 * A few dozen names at most: looked through in order. */
#include "runtime/numbering.h"
#include "runtime/pack.h"
#include <stdlib.h>
#include <string.h>

uint16_t numbering_find(const struct numbering *n, struct slice name)
{
	for (uint32_t i = 0; i < n->count; i++) {
		if (slice_eq(n->items[i], name))
			return (uint16_t)i;
	}
	return NAME_NONE;
}

uint16_t numbering_add(struct numbering *n, struct slice name)
{
	uint16_t known = numbering_find(n, name);
	if (known != NAME_NONE || n->count >= NUMBERING_MAX - 1)
		return known;
	if (n->count == n->cap) {
		uint32_t cap = n->cap ? n->cap * 2 : 16;
		struct slice *grown = realloc(n->items, cap * sizeof *grown);
		if (!grown)
			return NAME_NONE;
		n->items = grown;
		n->cap = cap;
	}
	char *copy = malloc(name.n + 1);
	if (!copy)
		return NAME_NONE;
	if (name.n)
		memcpy(copy, name.p, name.n);
	n->items[n->count] = (struct slice){copy, name.n};
	return (uint16_t)n->count++;
}

bool numbering_load(struct numbering *n, struct store *store, const char *key)
{
	struct buf packed = {0};
	n->key = key;
	if (store_meta_get(store, key, &packed)) {
		struct unpack u = unpack_of(buf_slice(&packed));
		while (unpack_more(&u)) {
			struct slice name = unpack_s(&u);
			if (u.bad || numbering_add(n, name) == NAME_NONE)
				break;
		}
	}
	n->saved = n->count;
	bool ok = store_failed(store) == STORE_OK && !packed.failed;
	buf_free(&packed);
	return ok;
}

void numbering_free(struct numbering *n)
{
	for (uint32_t i = 0; i < n->count; i++)
		free((void *)(uintptr_t)n->items[i].p);
	free(n->items);
	*n = (struct numbering){0};
}

bool numbering_save(struct numbering *n, struct store *store)
{
	if (n->saved == n->count)
		return true;
	struct buf packed = {0};
	for (uint32_t i = 0; i < n->count; i++)
		pack_s(&packed, n->items[i]);
	bool ok = !packed.failed && store_meta_put(store, n->key, buf_slice(&packed));
	buf_free(&packed);
	if (ok)
		n->saved = n->count;
	return ok;
}
