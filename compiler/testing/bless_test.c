/* SPDX-License-Identifier: Apache-2.0
 * The times are put into the checked test first, so that a source is only touched when the test is known to pass. */
#include "compiler/testing/bless_test.h"
#include "compiler/testing/test_time.h"
#include <stdlib.h>

enum { ROUNDS_MAX = 20 }; /* one time that is mended may show the next one */

static bool only_times(const struct verdict *v)
{
	for (const struct test_problem *p = v->problems; p; p = p->next)
		if (p->kind != PROBLEM_TIME)
			return false;
	return v->problem_count > 0;
}

/* What a time was before, in case the test cannot be made to pass. */
struct former {
	struct test_line *line;
	struct test_time time;
};

static void add_blessing(struct test_blessings *b, struct span span, struct slice text)
{
	for (uint32_t i = 0; i < b->count; i++)
		if (b->items[i].span.source == span.source && b->items[i].span.start == span.start) {
			b->items[i].text = text;
			return;
		}
	ARENA_PUSH(b->arena, b->items, b->count, b->cap) = (struct test_blessing){span, text};
}

/* How the time was written: of one that was mended before, at first. */
static struct test_time written(const struct test_line *l, const struct former *formers, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (formers[i].line == l)
			return formers[i].time;
	return l->time;
}

/* Writes the time that each problem tells, in the test and as text. */
static void mend(const struct verdict *v, struct test_blessings *b, struct former *formers, size_t *count)
{
	struct buf text = {0};
	for (const struct test_problem *p = v->problems; p; p = p->next) {
		struct test_time *t = &p->line->time;
		struct test_time like = written(p->line, formers, *count);
		formers[(*count)++] = (struct former){p->line, *t};
		buf_clear(&text);
		test_time_write(&text, &like, p->zone, p->base_us, p->actual_us);
		add_blessing(b, t->span, arena_copy(b->arena, buf_slice(&text)));
		/* What it counts from may move with the next round, so it stands for itself until then. */
		t->wall_us = test_time_wall(p->zone, p->actual_us);
		t->relative = false;
	}
	buf_free(&text);
}

static size_t line_count(const struct test *t)
{
	size_t n = 0;
	for (const struct test_line *l = t->lines; l; l = l->next)
		n++;
	return n;
}

bool bless_test(const struct run_test_options *o, struct verdict *v, struct test_blessings *blessings, const char **why)
{
	struct former *formers = calloc((line_count(v->test) + 1) * ROUNDS_MAX, sizeof *formers);
	size_t changed = 0;
	uint32_t before = blessings->count;
	struct verdict now = *v;
	*why = formers ? "more than its times is wrong" : "out of memory";
	for (int round = 0; formers && round < ROUNDS_MAX && only_times(&now); round++) {
		mend(&now, blessings, formers, &changed);
		if (round)
			verdict_free(&now);
		run_test(o, v->test, &now);
	}
	bool passes = changed && now.passed;
	if (passes) {
		verdict_free(v);
		*v = now;
		v->blessed = true;
	} else {
		if (changed) {
			*why = "with other times it still fails";
			verdict_free(&now);
		}
		while (changed--)
			formers[changed].line->time = formers[changed].time;
		blessings->count = before;
	}
	free(formers);
	return passes;
}

static int by_place(const void *a, const void *b)
{
	const struct test_blessing *x = a, *y = b;
	if (x->span.source != y->span.source)
		return x->span.source < y->span.source ? -1 : 1;
	return (x->span.start > y->span.start) - (x->span.start < y->span.start);
}

void bless_text(const struct compile *k, uint32_t source, const struct test_blessings *blessings, struct buf *out)
{
	struct slice text = k->sources.items[source].text;
	size_t at = 0;
	qsort(blessings->items, blessings->count, sizeof *blessings->items, by_place);
	for (uint32_t i = 0; i < blessings->count; i++) {
		const struct test_blessing *b = &blessings->items[i];
		if (b->span.source != source)
			continue;
		buf_add(out, text.p + at, b->span.start - at);
		buf_add_slice(out, b->text);
		at = b->span.end;
	}
	buf_add(out, text.p + at, text.n - at);
}
