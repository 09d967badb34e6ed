/* SPDX-License-Identifier: Apache-2.0
 * Coverage as an lcov tracefile: a record a source file; steps are its functions, branches and fallbacks its branches,
 * every line with a place its lines. */
#include "compiler/testing/coverage.h"

struct file {
	const struct covered *places;
	uint32_t count, source;
	const struct source *text;
};

static uint32_t line_of(const struct file *f, const struct coverage_point *p)
{
	uint32_t line, column;
	source_place(f->text, p->span.start, &line, &column);
	return line;
}

static bool is_branch(const struct coverage_point *p)
{
	return p->kind != POINT_STEP;
}

static void put_functions(const struct file *f, struct buf *out)
{
	uint32_t found = 0, hit = 0;
	for (uint32_t i = 0; i < f->count; i++) {
		const struct covered *place = &f->places[i];
		if (place->point->span.source != f->source || is_branch(place->point))
			continue;
		buf_addf(out, "FN:%u,%.*s.%.*s\n", line_of(f, place->point), SLICE_ARG(place->sequence),
		         SLICE_ARG(place->point->name));
		buf_addf(out, "FNDA:%u,%.*s.%.*s\n", place->runs, SLICE_ARG(place->sequence),
		         SLICE_ARG(place->point->name));
		found++;
		hit += place->runs > 0;
	}
	buf_addf(out, "FNF:%u\nFNH:%u\n", found, hit);
}

/* Branches of a line are numbered from 0. */
static void put_branches(const struct file *f, struct buf *out)
{
	uint32_t found = 0, hit = 0, last = 0, number = 0;
	for (uint32_t i = 0; i < f->count; i++) {
		const struct covered *place = &f->places[i];
		if (place->point->span.source != f->source || !is_branch(place->point))
			continue;
		uint32_t line = line_of(f, place->point);
		number = line == last ? number + 1 : 0;
		last = line;
		buf_addf(out, "BRDA:%u,0,%u,%u\n", line, number, place->runs);
		found++;
		hit += place->runs > 0;
	}
	buf_addf(out, "BRF:%u\nBRH:%u\n", found, hit);
}

/* Places are in order of line within a sequence; a fragment's lines may come again, which readers add up. */
static void put_lines(const struct file *f, struct buf *out)
{
	uint32_t found = 0, hit = 0, line = 0, most = 0;
	for (uint32_t i = 0; i <= f->count; i++) {
		const struct covered *place = i < f->count ? &f->places[i] : NULL;
		if (place && place->point->span.source != f->source)
			continue;
		uint32_t next = place ? line_of(f, place->point) : 0;
		if (line && next != line) {
			buf_addf(out, "DA:%u,%u\n", line, most);
			found++;
			hit += most > 0;
			most = 0;
		}
		line = next;
		if (place && place->runs > most)
			most = place->runs;
	}
	buf_addf(out, "LF:%u\nLH:%u\n", found, hit);
}

void coverage_lcov(const struct coverage *c, const struct compile *k, struct slice root, struct buf *out)
{
	struct file f = {0};
	f.places = coverage_points(c, &f.count);
	for (f.source = 0; f.source < k->sources.count; f.source++) {
		bool any = false;
		for (uint32_t i = 0; i < f.count && !any; i++)
			any = f.places[i].point->span.source == f.source;
		if (!any)
			continue;
		f.text = &k->sources.items[f.source];
		buf_addf(out, "TN:\nSF:%.*s%s%.*s\n", SLICE_ARG(root), root.n ? "/" : "", SLICE_ARG(f.text->path));
		put_functions(&f, out);
		put_branches(&f, out);
		put_lines(&f, out);
		buf_adds(out, "end_of_record\n");
	}
}
