/* SPDX-License-Identifier: Apache-2.0
 * The table of names: a list while there are few; then linear probing, at most half full, never shrinking. */
#include "compiler/names.h"
#include "compiler/diag.h"

/* Suggestions look at this many names at most, so that many mistakes among many names stay cheap. */
#define NEAREST_MAX 512u

/* So many names are found by looking at each. */
#define FEW 8u

static uint32_t hash_of(uint32_t kind, struct slice text)
{
	return (uint32_t)slice_hash(text) + kind * 0x9E3779B9u;
}

static bool is(const struct name *n, uint32_t kind, struct slice text)
{
	return n->kind == kind && slice_eq(n->text, text);
}

struct name *names_find(const struct names *t, uint32_t kind, struct slice text)
{
	if (!t->slot_count) {
		struct name *n = t->first;
		while (n && !is(n, kind, text))
			n = n->next;
		return n;
	}
	uint32_t hash = hash_of(kind, text), mask = t->slot_count - 1, i = hash & mask;
	while (t->slots[i] && (t->slots[i]->hash != hash || !is(t->slots[i], kind, text)))
		i = (i + 1) & mask;
	return t->slots[i];
}

/* The name is in no slot yet. */
static void put(struct names *t, struct name *n)
{
	uint32_t mask = t->slot_count - 1, i = n->hash & mask;
	while (t->slots[i])
		i = (i + 1) & mask;
	t->slots[i] = n;
}

static void grow(struct names *t, struct arena *arena)
{
	t->slot_count = t->slot_count ? t->slot_count * 2 : FEW * 4;
	t->slots = ARENA_ARRAY(arena, struct name *, t->slot_count);
	for (struct name *n = t->first; n; n = n->next)
		put(t, n);
}

struct name *names_add(struct names *t, struct arena *arena, uint32_t kind, struct slice text, struct span span,
                       void *object)
{
	if (t->count >= FEW && t->count * 2 >= t->slot_count)
		grow(t, arena);
	struct name *n = ARENA_NEW(arena, struct name);
	*n = (struct name){.text = text, .kind = kind, .hash = hash_of(kind, text), .span = span, .object = object};
	*(t->last ? &t->last->next : &t->first) = n;
	t->last = n;
	t->count++;
	if (t->slot_count)
		put(t, n);
	return n;
}

const struct name *names_nearest(const struct names *t, uint32_t kind, struct slice text)
{
	struct slice words[NEAREST_MAX];
	const struct name *found[NEAREST_MAX];
	uint32_t count = 0;
	for (const struct name *n = t->first; n && count < NEAREST_MAX; n = n->next) {
		if (n->kind != kind)
			continue;
		found[count] = n;
		words[count++] = n->text;
	}
	int i = diag_nearest(text, words, count);
	return i < 0 ? NULL : found[i];
}
