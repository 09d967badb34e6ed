/* SPDX-License-Identifier: Apache-2.0
 * A heap of wake-ups in order of (instant, id). Inline: it is on the path of every transition. */
#ifndef SEQ_RUNTIME_STORE_TIMERS_H
#define SEQ_RUNTIME_STORE_TIMERS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

struct store_timer {
	int64_t wake_us, id;
};

struct timers {
	struct store_timer *items;
	size_t count, cap;
};

static inline bool timer_before(struct store_timer a, struct store_timer b)
{
	return a.wake_us < b.wake_us || (a.wake_us == b.wake_us && a.id < b.id);
}

static inline bool timers_reserve(struct timers *t, size_t extra)
{
	if (t->count + extra <= t->cap)
		return true;
	size_t cap = t->cap * 2 > t->count + extra ? t->cap * 2 : t->count + extra + 64;
	struct store_timer *items = realloc(t->items, sizeof *items * cap);
	if (!items)
		return false;
	t->items = items;
	t->cap = cap;
	return true;
}

/* Four children a node: half the levels of two, in the same cache lines. There must be room. */
static inline void timers_push(struct timers *t, struct store_timer new)
{
	size_t at = t->count++;
	for (; at > 0 && timer_before(new, t->items[(at - 1) / 4]); at = (at - 1) / 4)
		t->items[at] = t->items[(at - 1) / 4];
	t->items[at] = new;
}

static inline struct store_timer timers_pop(struct timers *t)
{
	struct store_timer top = t->items[0], last = t->items[--t->count];
	size_t at = 0;
	for (size_t child; (child = at * 4 + 1) < t->count;) {
		size_t end = child + 4 < t->count ? child + 4 : t->count, least = child;
		for (size_t i = child + 1; i < end; i++)
			if (timer_before(t->items[i], t->items[least]))
				least = i;
		if (!timer_before(t->items[least], last))
			break;
		t->items[at] = t->items[least];
		at = least;
	}
	t->items[at] = last;
	return top;
}
#endif
