/* SPDX-License-Identifier: Apache-2.0
 * An arena hands out memory that is freed all at once: one arena per compile, no destructors.
 * When the arena's byte limit or the machine's memory is used up it leaves through `on_full`
 * (a longjmp set up by the owner); so arena_alloc never returns NULL. */
#ifndef SEQ_BASE_ARENA_H
#define SEQ_BASE_ARENA_H
#include "base/buf.h"
#include <setjmp.h>

struct arena_block;
struct arena {
	struct arena_block *block; /* newest first */
	size_t used_bytes, limit_bytes;
	jmp_buf *on_full; /* NULL: print "out of memory" and _exit(70) */
};

/* limit_bytes 0 means no limit but memory. */
void arena_init(struct arena *a, size_t limit_bytes, jmp_buf *on_full);
void arena_free(struct arena *a);
/* Empties it, but keeps its newest block for what comes next. */
void arena_reset(struct arena *a);
/* Frees one allocation before the others, when it is large enough to lie in a block of its own; else it stays. */
void arena_release(struct arena *a, const void *p);
/* Zeroed, aligned for any type. */
void *arena_alloc(struct arena *a, size_t n);
/* A grown copy of old (old_n bytes); the old bytes stay until arena_free. */
void *arena_grow(struct arena *a, const void *old, size_t old_n, size_t new_n);
/* A copy with a NUL after it (not counted in n). */
struct slice arena_copy(struct arena *a, struct slice s);
/* A copy of what the buffer holds, which is freed. */
struct slice arena_take(struct arena *a, struct buf *text);
struct slice arena_printf(struct arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define ARENA_NEW(a, type)      ((type *)arena_alloc((a), sizeof(type)))
#define ARENA_ARRAY(a, type, n) ((type *)arena_alloc((a), sizeof(type) * (size_t)(n)))
/* Appends to a growing array in an arena: ARENA_PUSH(a, items, count, cap) = value; */
#define ARENA_PUSH(a, items, count, cap)                                                                               \
	(*(((count) < (cap) ? (void)0                                                                                  \
	                    : (void)((items) = arena_grow((a), (items), sizeof *(items) * (count),                     \
	                                                  sizeof *(items) * ((cap) = (cap) ? (cap)*2 : 8)))),          \
	   &(items)[(count)++]))
#endif
