/* SPDX-License-Identifier: Apache-2.0
 * The collector of diagnostics and the registry's table. Everything is copied into the arena of the compile, so
 * that a caller may hand in names from anywhere. Rendering stands in one file a format. */
#include "compiler/diag.h"
#include "base/civil.h"
#include "base/hash.h"
#include "base/nearest.h"
#include "base/utf8.h"
#include "diag_codes.h"
#include <assert.h>
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VALUE_BYTES_MAX = 200 };

static const struct diag_info infos[] = {
#include "diag_table.inc"
};

static_assert(sizeof infos / sizeof *infos == DIAG_CODE_COUNT, "the enum and the table come from one file");

int diag_info_count(void)
{
	return DIAG_CODE_COUNT;
}

const struct diag_info *diag_info_at(int index)
{
	assert(index >= 0 && index < DIAG_CODE_COUNT);
	return &infos[index];
}

const struct diag_info *diag_lookup(struct slice code)
{
	for (int i = 0; i < DIAG_CODE_COUNT; i++)
		if (slice_is(code, infos[i].code))
			return &infos[i];
	return NULL;
}

void diag_put_pattern(struct buf *out, const struct diag_info *info)
{
	bool in_hole = false;
	for (const char *p = info->text; *p; p++) {
		if (p[0] == '%' && p[1] == '{') {
			in_hole = true;
			p++;
		} else if (in_hole && *p == '}') {
			in_hole = false;
		} else {
			buf_addc(out, in_hole ? (char)toupper((unsigned char)*p) : *p);
		}
	}
}

void diags_init(struct diags *d, struct arena *arena, struct sources *sources)
{
	*d = (struct diags){.arena = arena, .sources = sources, .folder = SLICE("")};
}

/* ---- adding ---- */

/* The value of %{name}; the table and the constructor come from one record, so there always is one. */
static struct slice value_of(struct slice name, const char *const names[], const struct slice values[])
{
	size_t i = 0;
	while (names[i] && !slice_is(name, names[i]))
		i++;
	assert(names[i]);
	return values[i];
}

/* Appends to `to`, or only measures when it is NULL. */
static size_t put_piece(char *to, size_t n, struct slice piece)
{
	if (to && piece.n)
		memcpy(to + n, piece.p, piece.n);
	return n + piece.n;
}

/* A value is a word of the source: a name of a million letters is cut, at a character's end. */
static size_t put_value(char *to, size_t n, struct slice value)
{
	if (value.n <= VALUE_BYTES_MAX)
		return put_piece(to, n, value);
	value.n = VALUE_BYTES_MAX;
	while (value.n && ((unsigned char)value.p[value.n] & 0xC0) == 0x80)
		value.n--;
	return put_piece(to, put_piece(to, n, value), SLICE("…"));
}

/* A text with its holes filled, or only measured when `to` is NULL: returns its length. */
static size_t fill(char *to, const char *text, const char *const names[], const struct slice values[])
{
	size_t n = 0;
	while (*text) {
		if (text[0] != '%' || text[1] != '{') {
			n = put_piece(to, n, (struct slice){text++, 1});
			continue;
		}
		const char *end = strchr(text, '}');
		assert(end);
		n = put_value(to, n, value_of((struct slice){text + 2, (size_t)(end - text) - 2}, names, values));
		text = end + 1;
	}
	return n;
}

static struct slice filled(struct arena *arena, const char *text, const char *const names[],
                           const struct slice values[])
{
	size_t n = fill(NULL, text, names, values);
	char *p = arena_alloc(arena, n + 1);
	fill(p, text, names, values);
	return (struct slice){p, n};
}

struct diag *diag_add(struct diags *d, int code, struct span span, const char *const names[],
                      const struct slice values[])
{
	const struct diag_info *info = diag_info_at(code);
	struct diag g = {.code = code, .severity = info->severity, .span = span};
	g.message = filled(d->arena, info->text, names, values);
	if (info->note) {
		g.notes = ARENA_NEW(d->arena, struct diag_note);
		g.notes->text = filled(d->arena, info->note, names, values);
	}
	ARENA_PUSH(d->arena, d->items, d->count, d->cap) = g;
	*(g.severity == DIAG_ERROR ? &d->errors : &d->warnings) += 1;
	return &d->items[d->count - 1];
}

static struct slice format_text(struct arena *arena, const char *format, va_list args)
        __attribute__((format(printf, 2, 0)));

static struct slice format_text(struct arena *arena, const char *format, va_list args)
{
	assert(format);
	va_list again;
	va_copy(again, args);
	int n = vsnprintf(NULL, 0, format, again);
	va_end(again);
	assert(n >= 0);
	char *p = arena_alloc(arena, (size_t)n + 1);
	vsnprintf(p, (size_t)n + 1, format, args);
	return (struct slice){p, (size_t)n};
}

void diag_label(struct diags *d, struct diag *g, struct span span, const char *format, ...)
{
	struct diag_label **last = &g->labels;
	while (*last)
		last = &(*last)->next;
	*last = ARENA_NEW(d->arena, struct diag_label);
	va_list args;
	va_start(args, format);
	(*last)->text = format_text(d->arena, format, args);
	va_end(args);
	(*last)->span = span;
}

void diag_note(struct diags *d, struct diag *g, const char *format, ...)
{
	struct diag_note **last = &g->notes;
	while (*last)
		last = &(*last)->next;
	*last = ARENA_NEW(d->arena, struct diag_note);
	va_list args;
	va_start(args, format);
	(*last)->text = format_text(d->arena, format, args);
	va_end(args);
}

void diag_witness(struct diags *d, struct diag *g, int64_t wall_us, const char *format, ...)
{
	struct diag_witness **last = &g->witness;
	while (*last)
		last = &(*last)->next;
	*last = ARENA_NEW(d->arena, struct diag_witness);
	va_list args;
	va_start(args, format);
	(*last)->what = format_text(d->arena, format, args);
	va_end(args);
	(*last)->wall_us = wall_us;
}

void diag_witness_for(struct diags *d, struct diag *g, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	g->witness_for = format_text(d->arena, format, args);
	va_end(args);
}

void diag_fix(struct diags *d, struct diag *g, struct span span, struct slice replacement,
              enum diag_confidence confidence, const char *title, ...)
{
	struct diag_fix **last = &g->fixes;
	while (*last)
		last = &(*last)->next;
	*last = ARENA_NEW(d->arena, struct diag_fix);
	va_list args;
	va_start(args, title);
	(*last)->title = format_text(d->arena, title, args);
	va_end(args);
	(*last)->replacement = arena_copy(d->arena, replacement);
	(*last)->span = span;
	(*last)->confidence = confidence;
}

void diag_put_witness_date(struct buf *out, int64_t wall_us)
{
	char text[40];
	if (wall_us == WITNESS_NO_DATE)
		buf_addf(out, "%*s", (int)strlen(civil_format_people(0, text)), "");
	else
		buf_adds(out, civil_format_people(wall_us, text));
}

/* ---- order ---- */

static struct slice path_of(const struct sources *s, uint32_t source)
{
	return source < s->count ? s->items[source].path : (struct slice){NULL, 0};
}

static int compare_u32(uint32_t a, uint32_t b)
{
	return (a > b) - (a < b);
}

static int compare(const void *left, const void *right, void *sources)
{
	const struct diag *a = left, *b = right;
	int order = 0;
	if (a->span.source != b->span.source) {
		order = slice_cmp(path_of(sources, a->span.source), path_of(sources, b->span.source));
		if (!order)
			order = compare_u32(a->span.source, b->span.source);
	}
	if (!order)
		order = compare_u32(a->span.start, b->span.start);
	if (!order)
		order = a->code - b->code;
	if (!order)
		order = compare_u32(a->span.end, b->span.end);
	return order ? order : slice_cmp(a->message, b->message);
}

void diags_sort(struct diags *d)
{
	if (d->count > 1)
		qsort_r(d->items, d->count, sizeof *d->items, compare, d->sources);
	uint32_t kept = 0;
	d->errors = d->warnings = d->accepted = 0;
	for (uint32_t i = 0; i < d->count; i++) {
		const struct diag *g = &d->items[i];
		if (kept && compare(g, &d->items[kept - 1], d->sources) == 0)
			continue;
		*(g->accepted ? &d->accepted : g->severity == DIAG_ERROR ? &d->errors : &d->warnings) += 1;
		d->items[kept++] = *g;
	}
	d->count = kept;
}

void diags_drop(struct diags *d, int code)
{
	uint32_t kept = 0;
	for (uint32_t i = 0; i < d->count; i++)
		if (d->items[i].code != code)
			d->items[kept++] = d->items[i];
	d->count = kept;
	diags_sort(d);
}

/* ---- what the formats share ---- */

const char *diag_severity_word(enum diag_severity severity)
{
	return severity == DIAG_ERROR ? "error" : "warning";
}

struct diag_place diag_place_of(const struct sources *sources, struct span span)
{
	struct diag_place at = {0};
	if (span.source >= sources->count)
		return at;
	const struct source *s = &sources->items[span.source];
	at.file = s->path;
	at.byte_start = span.start;
	at.byte_end = span.end;
	source_place(s, span.start, &at.line, &at.column);
	source_place(s, span.end, &at.end_line, &at.end_column);
	return at;
}

void diag_fingerprint(const struct diags *d, const struct diag *g, char out[DIAG_FINGERPRINT_SIZE])
{
	struct buf text = {0};
	uint8_t hash[SHA256_SIZE] = {0};
	buf_addf(&text, "%s\n", diag_info_at(g->code)->code);
	buf_add_slice(&text, path_of(d->sources, g->span.source));
	buf_addc(&text, '\n');
	buf_add_slice(&text, g->message);
	if (!text.failed) /* else zeros: no worse than none */
		sha256(text.p, text.n, hash);
	hex_encode(hash, DIAG_FINGERPRINT_SIZE / 2, out);
	buf_free(&text);
}

struct diag_page diags_page(const struct diags *d, uint32_t first, uint32_t max)
{
	struct diag_page page = {.end = first};
	uint32_t errors = 0, warnings = 0, source = d->items[first].span.source;
	for (; page.end < d->count && d->items[page.end].span.source == source; page.end++)
		if (!d->items[page.end].accepted)
			*(d->items[page.end].severity == DIAG_ERROR ? &errors : &warnings) += 1;
	page.errors_left = !max || errors < max ? errors : max;
	uint32_t room = max - page.errors_left;
	page.warnings_left = !max || warnings < room ? warnings : room;
	page.hidden = errors + warnings - page.errors_left - page.warnings_left;
	return page;
}

bool diags_page_shows(struct diag_page *page, const struct diag *g)
{
	uint32_t *left = g->severity == DIAG_ERROR ? &page->errors_left : &page->warnings_left;
	if (g->accepted || *left == 0)
		return false;
	*left -= 1;
	return true;
}

void diags_put_hidden(const struct diags *d, const struct diag_page *page, struct buf *out)
{
	if (!page->hidden)
		return;
	struct slice path = path_of(d->sources, d->items[page->end - 1].span.source);
	buf_addf(out, "... and %u more%s", page->hidden, path.n ? " in " : "");
	utf8_add_safe(out, path);
	buf_addc(out, '\n');
}

static void put_count(struct buf *out, uint32_t n, const char *what)
{
	buf_addf(out, "%u %s%s", n, what, n == 1 ? "" : "s");
}

void diags_put_summary(const struct diags *d, struct buf *out)
{
	if (d->errors)
		put_count(out, d->errors, "error");
	if (d->errors && d->warnings)
		buf_adds(out, ", ");
	if (d->warnings)
		put_count(out, d->warnings, "warning");
	if (d->accepted) {
		buf_adds(out, d->errors || d->warnings ? "; " : "");
		put_count(out, d->accepted, "warning");
		buf_adds(out, " accepted");
	}
	if (d->errors || d->warnings || d->accepted)
		buf_addc(out, '\n');
}

int diag_nearest(struct slice word, const struct slice *candidates, size_t count)
{
	return nearest_word(word, candidates, count);
}
