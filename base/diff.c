/* SPDX-License-Identifier: Apache-2.0
 * Myers' algorithm on the lines between what both texts begin and end with. Where more than EDITS_MAX lines differ,
 * what is left is told as one block. */
#include "base/diff.h"
#include <stdlib.h>
#include <string.h>

enum { EDITS_MAX = 1000, CONTEXT = 3 };

struct lines {
	struct slice *items; /* each with its newline, but perhaps the last */
	bool *changed;       /* taken away, or put in */
	size_t count;
};

static bool split(struct slice text, struct lines *lines)
{
	size_t count = 1;
	for (size_t i = 0; i < text.n; i++)
		count += text.p[i] == '\n';
	*lines = (struct lines){calloc(count, sizeof *lines->items), calloc(count, sizeof *lines->changed), 0};
	if (!lines->items || !lines->changed)
		return false;
	for (size_t at = 0; at < text.n;) {
		const char *newline = memchr(text.p + at, '\n', text.n - at);
		size_t end = newline ? (size_t)(newline - text.p) + 1 : text.n;
		lines->items[lines->count++] = (struct slice){text.p + at, end - at};
		at = end;
	}
	return true;
}

static void free_lines(struct lines *lines)
{
	free(lines->items);
	free(lines->changed);
}

/* ---- which lines differ ---- */

/* The part of both that is compared. */
struct part {
	struct lines *a, *b;
	long a0, b0, n, m;
};

static bool same(const struct part *p, long x, long y)
{
	return slice_eq(p->a->items[p->a0 + x], p->b->items[p->b0 + y]);
}

static void mark_all(struct part *p)
{
	for (long x = 0; x < p->n; x++)
		p->a->changed[p->a0 + x] = true;
	for (long y = 0; y < p->m; y++)
		p->b->changed[p->b0 + y] = true;
}

/* Walks back from the end through the furthest points of each number of edits. */
static void mark_path(struct part *p, long *const *furthest, long edits)
{
	long x = p->n, y = p->m;
	for (long d = edits; d > 0; d--) {
		const long *v = furthest[d - 1] + d; /* of diagonals -d to d; the outermost are not reached */
		long k = x - y;
		bool down = k == -d || (k != d && v[k - 1] < v[k + 1]);
		long from = down ? k + 1 : k - 1, from_x = v[from], from_y = from_x - from;
		while (x > from_x + !down && y > from_y + down) {
			x--;
			y--;
		}
		if (down)
			p->b->changed[p->b0 + from_y] = true;
		else
			p->a->changed[p->a0 + from_x] = true;
		x = from_x;
		y = from_y;
	}
}

/* The furthest points with d edits, from those with one less; true when the end is reached. */
static bool step(const struct part *p, const long *last, long *now, long d)
{
	for (long k = -d; k <= d; k += 2) {
		long x = 0;
		if (d)
			x = k == -d || (k != d && last[k - 1] < last[k + 1]) ? last[k + 1] : last[k - 1] + 1;
		long y = x - k;
		while (x >= 0 && y >= 0 && x < p->n && y < p->m && same(p, x, y)) {
			x++;
			y++;
		}
		now[k] = x;
		if (x >= p->n && y >= p->m)
			return true;
	}
	return false;
}

/* False: out of memory. */
static bool compare(struct part *p)
{
	long *rows[EDITS_MAX + 1] = {NULL};
	long d = 0;
	bool ok = true, done = false;
	for (; d <= EDITS_MAX && d <= p->n + p->m; d++) {
		rows[d] = malloc(sizeof *rows[d] * (size_t)(2 * d + 3)); /* one more on each side, for the next step */
		ok = rows[d] != NULL;
		if (!ok)
			break;
		for (long i = 0; i < 2 * d + 3; i++)
			rows[d][i] = -1;
		done = step(p, d ? rows[d - 1] + d : NULL, rows[d] + d + 1, d);
		if (done)
			break;
	}
	if (ok && done)
		mark_path(p, rows, d);
	else if (ok)
		mark_all(p);
	for (long i = 0; i <= EDITS_MAX; i++)
		free(rows[i]);
	return ok;
}

static bool mark(struct lines *a, struct lines *b)
{
	struct part p = {a, b, 0, 0, (long)a->count, (long)b->count};
	while (p.n && p.m && same(&p, 0, 0)) {
		p.a0++, p.b0++;
		p.n--, p.m--;
	}
	while (p.n && p.m && same(&p, p.n - 1, p.m - 1))
		p.n--, p.m--;
	return compare(&p);
}

/* ---- hunks ---- */

static void put_line(struct buf *out, char sign, struct slice line)
{
	buf_addc(out, sign);
	buf_add_slice(out, line);
	if (!line.n || line.p[line.n - 1] != '\n')
		buf_adds(out, "\n\\ No newline at end of file\n");
}

/* "12,3"; an empty range stands after the line before it. */
static void put_range(struct buf *out, char sign, size_t from, size_t count)
{
	buf_addf(out, "%c%zu", sign, count ? from + 1 : from);
	if (count != 1)
		buf_addf(out, ",%zu", count);
}

/* Moves both past what one hunk shows, writing it when `out` is not NULL. */
static void walk_hunk(struct buf *out, const struct lines *a, const struct lines *b, size_t *x, size_t *y)
{
	size_t quiet = 0; /* lines of context since the last change */
	bool any = false;
	while (*x < a->count || *y < b->count) {
		if (*x < a->count && a->changed[*x]) {
			if (out)
				put_line(out, '-', a->items[*x]);
			++*x;
			any = true;
			quiet = 0;
		} else if (*y < b->count && b->changed[*y]) {
			if (out)
				put_line(out, '+', b->items[*y]);
			++*y;
			any = true;
			quiet = 0;
		} else {
			size_t next = 0; /* whether another change comes near enough to go on */
			while (any && quiet + next <= 2 * CONTEXT && *x + next < a->count && !a->changed[*x + next] &&
			       !(*y + next < b->count && b->changed[*y + next]))
				next++;
			bool end = *x + next >= a->count && *y + next >= b->count;
			if (any && quiet >= CONTEXT && (end || quiet + next > 2 * CONTEXT))
				return;
			if (out)
				put_line(out, ' ', a->items[*x]);
			++*x;
			++*y;
			quiet++;
		}
	}
}

static void put_hunks(struct buf *out, const struct lines *a, const struct lines *b)
{
	size_t x = 0, y = 0;
	for (;;) {
		size_t context = 0;
		while (x < a->count && !a->changed[x] && !(y < b->count && b->changed[y])) {
			x++;
			y++;
			context++;
		}
		if (x == a->count && y == b->count)
			return;
		context = context < CONTEXT ? context : CONTEXT;
		size_t from_x = x - context, from_y = y - context, to_x = from_x, to_y = from_y;
		walk_hunk(NULL, a, b, &to_x, &to_y);
		buf_adds(out, "@@ ");
		put_range(out, '-', from_x, to_x - from_x);
		buf_addc(out, ' ');
		put_range(out, '+', from_y, to_y - from_y);
		buf_adds(out, " @@\n");
		x = from_x;
		y = from_y;
		walk_hunk(out, a, b, &x, &y);
	}
}

void diff_unified(struct buf *out, struct slice path, struct slice before, struct slice after)
{
	struct lines a = {0}, b = {0};
	if (slice_eq(before, after))
		return;
	if (split(before, &a) && split(after, &b) && mark(&a, &b)) {
		buf_addf(out, "--- a/%.*s\n+++ b/%.*s\n", SLICE_ARG(path), SLICE_ARG(path));
		put_hunks(out, &a, &b);
	} else {
		out->failed = true;
	}
	free_lines(&a);
	free_lines(&b);
}
