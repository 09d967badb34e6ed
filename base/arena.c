/* SPDX-License-Identifier: Apache-2.0
 * The arena: a list of blocks, each twice the one before, from calloc, so that an allocation is an addition and
 * memory that the kernel gave zeroed is not zeroed again. A request too large for the next block gets a block of
 * its own behind the current one, which goes on being filled. */
#include "base/arena.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define ALIGN     _Alignof(max_align_t)
#define BLOCK_MIN ((size_t)16 << 10)
#define BLOCK_MAX ((size_t)8 << 20)
#define HUGE_PAGE ((size_t)2 << 20)
#define OWN_MIN   ((size_t)512 << 10) /* from here on an allocation has its own block */

struct arena_block {
	struct arena_block *older;
	size_t used, size; /* of bytes[] */
	size_t mapped;     /* bytes of its mapping; 0: from calloc */
	bool own;          /* holds one allocation only */
	_Alignas(max_align_t) char bytes[];
};

void arena_init(struct arena *a, size_t limit_bytes, jmp_buf *on_full)
{
	*a = (struct arena){.limit_bytes = limit_bytes ? limit_bytes : SIZE_MAX, .on_full = on_full};
}

/* Unlinks and frees the block that `at` points to. */
static void free_block(struct arena *a, struct arena_block **at)
{
	struct arena_block *block = *at;
	*at = block->older;
	a->used_bytes -= block->used;
	if (block->mapped)
		munmap(block, block->mapped);
	else
		free(block);
}

void arena_free(struct arena *a)
{
	while (a->block)
		free_block(a, &a->block);
}

void arena_reset(struct arena *a)
{
	if (!a->block)
		return;
	while (a->block->older)
		free_block(a, &a->block->older);
	memset(a->block->bytes, 0, a->block->used);
	a->used_bytes = a->block->used = 0;
}

void arena_release(struct arena *a, const void *p)
{
	for (struct arena_block **at = &a->block; *at; at = &(*at)->older)
		if ((*at)->own && (*at)->bytes == p) {
			free_block(a, at);
			return;
		}
}

_Noreturn static void full(struct arena *a)
{
	if (a->on_full)
		longjmp(*a->on_full, 1);
	fputs("out of memory\n", stderr);
	_exit(70);
}

/* Large blocks lie on huge pages where the kernel has them: on small ones, page faults take half of a compile's time.
 */
static struct arena_block *map_block(size_t size)
{
	size_t whole = (size + HUGE_PAGE - 1) & ~(HUGE_PAGE - 1);
	char *p = mmap(NULL, whole + HUGE_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		return NULL;
	size_t before = (HUGE_PAGE - (uintptr_t)p % HUGE_PAGE) % HUGE_PAGE;
	if (before)
		munmap(p, before);
	if (HUGE_PAGE - before)
		munmap(p + before + whole, HUGE_PAGE - before);
	madvise(p + before, whole, MADV_HUGEPAGE);
	struct arena_block *block = (struct arena_block *)(p + before);
	block->mapped = whole;
	block->size = whole - sizeof *block;
	return block;
}

static struct arena_block *new_block(struct arena *a, size_t size)
{
	bool large = size >= HUGE_PAGE && size < SIZE_MAX / 2;
	struct arena_block *block = large ? map_block(sizeof *block + size) : calloc(1, sizeof *block + size);
	if (!block)
		full(a);
	if (!large)
		block->size = size;
	return block;
}

/* A place for n bytes where the current block has none. */
static void *alloc_in_new_block(struct arena *a, size_t n)
{
	size_t size = a->block ? a->block->size * 2 : BLOCK_MIN;
	if (size > BLOCK_MAX)
		size = BLOCK_MAX;
	bool own = n > size / 4 || n >= OWN_MIN;
	struct arena_block *block = new_block(a, own ? n : size);
	block->used = n;
	if (own && a->block) {
		block->own = true;
		block->older = a->block->older;
		a->block->older = block;
	} else {
		block->older = a->block;
		a->block = block;
	}
	return block->bytes;
}

void *arena_alloc(struct arena *a, size_t n)
{
	/* The limit is below SIZE_MAX - used, so rounding up cannot wrap once n passed it. */
	if (n > a->limit_bytes - a->used_bytes || n > PTRDIFF_MAX - sizeof(struct arena_block) - ALIGN)
		full(a);
	n = n ? (n + ALIGN - 1) & ~(ALIGN - 1) : ALIGN;
	if (n > a->limit_bytes - a->used_bytes)
		full(a);
	a->used_bytes += n;
	struct arena_block *block = a->block;
	if (!block || n > block->size - block->used || n >= OWN_MIN)
		return alloc_in_new_block(a, n);
	void *p = block->bytes + block->used;
	block->used += n;
	return p;
}

void *arena_grow(struct arena *a, const void *old, size_t old_n, size_t new_n)
{
	void *p = arena_alloc(a, new_n);
	if (old && old_n)
		memcpy(p, old, old_n < new_n ? old_n : new_n);
	return p;
}

struct slice arena_copy(struct arena *a, struct slice s)
{
	char *p = arena_alloc(a, s.n + 1);
	if (s.n)
		memcpy(p, s.p, s.n);
	return (struct slice){p, s.n};
}

struct slice arena_take(struct arena *a, struct buf *text)
{
	if (text->failed)
		full(a);
	struct slice copy = arena_copy(a, buf_slice(text));
	buf_free(text);
	return copy;
}

struct slice arena_printf(struct arena *a, const char *format, ...)
{
	char text[256];
	va_list args, again;
	va_start(args, format);
	va_copy(again, args);
	int n = vsnprintf(text, sizeof text, format, args);
	va_end(args);
	/* A format that cannot be printed (a field of 2 GiB) counts as memory that is not there. */
	char *p = n < 0 ? NULL : arena_alloc(a, (size_t)n + 1);
	if (p && (size_t)n < sizeof text)
		memcpy(p, text, (size_t)n);
	else if (p)
		vsnprintf(p, (size_t)n + 1, format, again);
	va_end(again);
	if (!p)
		full(a);
	return (struct slice){p, (size_t)n};
}
