/* SPDX-License-Identifier: Apache-2.0
 * Emit noted the places; the VM's marks and what happened say which of them a run reached. A place in several locales,
 * or in a fragment that is run twice, is one. */
#include "compiler/testing/coverage.h"
#include "runtime/vm/vm.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct marked {
	uint8_t hash[SHA256_SIZE]; /* of the plan that the places are of */
	uint8_t *marks;            /* of the run in hand; NULL: none asked yet */
	uint32_t n;
};

struct coverage {
	const struct compile *k;
	struct arena arena;
	struct covered *places;
	uint32_t place_count;
	uint32_t *first_place; /* of a sequence; one more at the end */
	uint32_t **place_of;   /* of a sequence's points */
	struct marked *marked; /* by sequence */
	uint32_t run;          /* in hand, from 1 */
	uint32_t *counted;     /* by place: the last run that reached it */
};

/* ---- places ---- */
static int cmp_u32(uint32_t a, uint32_t b)
{
	return (a > b) - (a < b);
}

static int by_place(const void *x, const void *y)
{
	const struct coverage_point *a = *(const struct coverage_point *const *)x,
	                            *b = *(const struct coverage_point *const *)y;
	int order = cmp_u32(a->span.source, b->span.source);
	order = order ? order : cmp_u32(a->span.start, b->span.start);
	order = order ? order : cmp_u32(a->kind, b->kind);
	order = order ? order : cmp_u32(a->way, b->way);
	order = order ? order : slice_cmp(a->name, b->name);
	return order ? order : slice_cmp(a->word, b->word);
}

static void add_sequence(struct coverage *c, uint32_t sequence, const struct coverage_point **sorted)
{
	const struct compile_result *r = &c->k->results[sequence];
	struct slice bytes = r->probed.n ? r->probed : r->plan;
	struct image image;
	struct image_error why;
	if (bytes.n && image_open(&image, IMAGE_PLAN, bytes.p, bytes.n, &why))
		memcpy(c->marked[sequence].hash, image.hash, SHA256_SIZE);
	for (uint32_t i = 0; i < r->point_count; i++)
		sorted[i] = &r->points[i];
	qsort(sorted, r->point_count, sizeof *sorted, by_place);
	c->place_of[sequence] = ARENA_ARRAY(&c->arena, uint32_t, r->point_count + 1);
	for (uint32_t i = 0; i < r->point_count; i++) {
		if (i == 0 || by_place(&sorted[i - 1], &sorted[i]) != 0)
			c->places[c->place_count++] = (struct covered){.point = sorted[i], .sequence = r->name};
		c->place_of[sequence][sorted[i] - r->points] = c->place_count - 1;
	}
}

struct coverage *coverage_new(const struct compile *k)
{
	struct coverage *c = calloc(1, sizeof *c);
	uint32_t all = 0, most = 0;
	if (!c)
		return NULL;
	c->k = k;
	arena_init(&c->arena, 0, NULL);
	for (uint32_t i = 0; i < k->result_count; i++) {
		all += k->results[i].point_count;
		most = k->results[i].point_count > most ? k->results[i].point_count : most;
	}
	c->places = ARENA_ARRAY(&c->arena, struct covered, all + 1);
	c->first_place = ARENA_ARRAY(&c->arena, uint32_t, k->result_count + 1);
	c->place_of = ARENA_ARRAY(&c->arena, uint32_t *, k->result_count + 1);
	c->marked = ARENA_ARRAY(&c->arena, struct marked, k->result_count + 1);
	const struct coverage_point **sorted = ARENA_ARRAY(&c->arena, const struct coverage_point *, most + 1);
	for (uint32_t i = 0; i < k->result_count; i++) {
		c->first_place[i] = c->place_count;
		add_sequence(c, i, sorted);
	}
	c->first_place[k->result_count] = c->place_count;
	c->counted = ARENA_ARRAY(&c->arena, uint32_t, c->place_count + 1);
	return c;
}

void coverage_free(struct coverage *c)
{
	if (!c)
		return;
	arena_free(&c->arena);
	free(c);
}

/* ---- a run ---- */
uint8_t *coverage_marks(void *context, const struct plan *plan)
{
	struct coverage *c = context;
	const struct compile_result *r = compile_find(c->k, PLAN_STRING(plan, plan->sequence->name));
	struct marked *m = r ? &c->marked[r - c->k->results] : NULL;
	/* Of a version that a test deploys the same places lie elsewhere in the code. */
	if (!m || memcmp(m->hash, plan->image.hash, SHA256_SIZE) != 0)
		return NULL;
	if (m->n < plan->code_length) {
		m->marks = ARENA_ARRAY(&c->arena, uint8_t, plan->code_length);
		m->n = plan->code_length;
	}
	memset(m->marks, 0, m->n);
	return m->marks;
}

static bool ended_so(const struct scenario *s, struct slice sequence, struct slice reason)
{
	for (size_t i = 0; i < s->happening_count; i++) {
		const struct drive_line *l = &s->happenings[i].line;
		if (l->event == DRIVE_EXIT && slice_eq(l->sequence, sequence) && slice_eq(l->reason, reason))
			return true;
	}
	return false;
}

static bool sent_so(const struct scenario *s, struct slice sequence, const struct coverage_point *point)
{
	for (size_t i = 0; i < s->happening_count; i++) {
		const struct happening *h = &s->happenings[i];
		if (h->line.event != DRIVE_SENT || !slice_eq(h->line.step, point->name) ||
		    !slice_eq(h->line.sequence, sequence))
			continue;
		if (point->way == WAY_SENT_BY ? slice_eq(h->line.kind, point->word) : h->due_us < h->line.at_us)
			return true;
	}
	return false;
}

bool coverage_reached(const struct coverage_point *point, const uint8_t *marks, struct slice sequence,
                      const struct scenario *s)
{
	switch (point->way) {
	case WAY_RAN: return marks && marks[point->pc] & VM_MARK_RAN;
	case WAY_YES: return marks && marks[point->pc] & VM_MARK_YES;
	case WAY_NO: return marks && marks[point->pc] & VM_MARK_NO;
	case WAY_EXIT: return ended_so(s, sequence, point->name);
	case WAY_SENT_BY:
	case WAY_DEFERRED: return sent_so(s, sequence, point);
	}
	return false;
}

void coverage_add(struct coverage *c, const struct scenario *s)
{
	c->run++;
	for (uint32_t i = 0; i < c->k->result_count; i++) {
		const struct compile_result *r = &c->k->results[i];
		struct marked *m = &c->marked[i];
		if (!m->marks)
			continue;
		for (uint32_t p = 0; p < r->point_count; p++) {
			uint32_t place = c->place_of[i][p];
			if (c->counted[place] == c->run || !coverage_reached(&r->points[p], m->marks, r->name, s))
				continue;
			c->places[place].runs++;
			c->counted[place] = c->run;
		}
		memset(m->marks, 0, m->n);
	}
}

/* ---- what came of it ---- */
const struct covered *coverage_points(const struct coverage *c, uint32_t *count)
{
	*count = c->place_count;
	return c->places;
}

static uint32_t reached_of(const struct coverage *c, uint32_t from, uint32_t to, int kind, uint32_t *all)
{
	uint32_t reached = 0;
	*all = 0;
	for (uint32_t i = from; i < to; i++) {
		if (kind >= 0 && c->places[i].point->kind != (enum point_kind)kind)
			continue;
		++*all;
		reached += c->places[i].runs > 0;
	}
	return reached;
}

unsigned coverage_percent(const struct coverage *c)
{
	uint32_t all, reached = reached_of(c, 0, c->place_count, -1, &all);
	return all ? (unsigned)((uint64_t)reached * 100 / all) : 100;
}

/* What stands there, on one line. */
static void put_source(const struct coverage *c, struct span span, struct buf *out)
{
	struct slice text = source_text(&c->k->sources, span);
	const char *end = text.n ? memchr(text.p, '\n', text.n) : NULL;
	if (end)
		text.n = (size_t)(end - text.p);
	text = slice_trim(text);
	if (text.n && text.p[text.n - 1] == '{')
		text = slice_trim((struct slice){text.p, text.n - 1});
	buf_addf(out, "`%.*s`", SLICE_ARG(text));
}

void coverage_say(const struct coverage *c, const struct coverage_point *p, struct buf *out)
{
	bool named = p->way == WAY_DEFERRED || p->way == WAY_SENT_BY || p->kind == POINT_STEP;
	if (named)
		buf_addf(out, "`%.*s`", SLICE_ARG(p->name));
	else
		put_source(c, p->span, out);
	switch (p->way) {
	case WAY_RAN: buf_adds(out, p->kind == POINT_BRANCH ? " was never taken" : " was never reached"); break;
	case WAY_YES: buf_adds(out, " was never yes"); break;
	case WAY_NO: buf_adds(out, p->kind == POINT_BRANCH ? " was never no" : " was never needed"); break;
	case WAY_EXIT: buf_adds(out, " never ended it"); break;
	case WAY_SENT_BY: buf_addf(out, " never left by %.*s", SLICE_ARG(p->word)); break;
	case WAY_DEFERRED: buf_adds(out, " never had to wait for its window or a limit"); break;
	}
}

static const char *const words_POINT[] = {
#define POINT(NAME, word, plural) word,
        POINT_KINDS
#undef POINT
};
static const char *const plurals_POINT[] = {
#define POINT(NAME, word, plural) plural,
        POINT_KINDS
#undef POINT
};

static void put_place(const struct coverage *c, const struct coverage_point *p, struct buf *out)
{
	const struct source *source = &c->k->sources.items[p->span.source];
	uint32_t line, column;
	source_place(source, p->span.start, &line, &column);
	buf_addf(out, "%.*s:%u:%u", SLICE_ARG(source->path), line, column);
}

static void put_row(const struct coverage *c, struct slice name, uint32_t from, uint32_t to, size_t width,
                    struct buf *out)
{
	buf_addf(out, "  %-*.*s", (int)width, SLICE_ARG(name));
	for (int kind = 0; kind < POINT_KIND_COUNT; kind++) {
		uint32_t all, reached = reached_of(c, from, to, kind, &all);
		char cell[32];
		snprintf(cell, sizeof cell, "%u of %u", reached, all);
		buf_addf(out, "  %*s", (int)strlen(plurals_POINT[kind]), all ? cell : "-");
	}
	buf_addc(out, '\n');
}

static void put_table(const struct coverage *c, struct buf *out)
{
	size_t width = strlen("sequence");
	for (uint32_t i = 0; i < c->k->result_count; i++)
		if (c->first_place[i] != c->first_place[i + 1] && c->k->results[i].name.n > width)
			width = c->k->results[i].name.n;
	buf_addf(out, "  %-*s", (int)width, "sequence");
	for (int kind = 0; kind < POINT_KIND_COUNT; kind++)
		buf_addf(out, "  %s", plurals_POINT[kind]);
	buf_addc(out, '\n');
	for (uint32_t i = 0; i < c->k->result_count; i++)
		if (c->first_place[i] != c->first_place[i + 1])
			put_row(c, c->k->results[i].name, c->first_place[i], c->first_place[i + 1], width, out);
}

void coverage_print(const struct coverage *c, struct buf *out)
{
	uint32_t all, reached = reached_of(c, 0, c->place_count, -1, &all);
	if (!all) {
		buf_adds(out, "Coverage: there is no sequence here to cover\n");
		return;
	}
	buf_addf(out, "Coverage: %u of %u, %u %%\n", reached, all, coverage_percent(c));
	put_table(c, out);
	if (reached < all)
		buf_addf(out, "\nNo test reached %s:\n", all - reached == 1 ? "this" : "these");
	for (uint32_t i = 0; i < c->place_count; i++) {
		if (c->places[i].runs)
			continue;
		buf_adds(out, "  ");
		put_place(c, c->places[i].point, out);
		buf_addf(out, "  %s ", words_POINT[c->places[i].point->kind]);
		coverage_say(c, c->places[i].point, out);
		buf_addc(out, '\n');
	}
}

void coverage_json(const struct coverage *c, struct buf *out)
{
	uint32_t all, reached = reached_of(c, 0, c->place_count, -1, &all);
	bool first = true;
	buf_addf(out, "{\"covered\":%u,\"all\":%u,\"percent\":%u,\"missing\":[", reached, all, coverage_percent(c));
	for (uint32_t i = 0; i < c->place_count; i++) {
		const struct covered *place = &c->places[i];
		struct buf said = {0};
		uint32_t line, column;
		if (place->runs)
			continue;
		const struct source *source = &c->k->sources.items[place->point->span.source];
		source_place(source, place->point->span.start, &line, &column);
		coverage_say(c, place->point, &said);
		buf_addf(out, "%s{\"sequence\":", first ? "" : ",");
		buf_add_json(out, place->sequence);
		buf_addf(out, ",\"kind\":\"%s\",\"file\":", words_POINT[place->point->kind]);
		buf_add_json(out, source->path);
		buf_addf(out, ",\"line\":%u,\"column\":%u,\"message\":", line, column);
		buf_add_json(out, buf_slice(&said));
		buf_addc(out, '}');
		out->failed |= said.failed;
		buf_free(&said);
		first = false;
	}
	buf_adds(out, "]}");
}
