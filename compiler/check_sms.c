/* SPDX-License-Identifier: Apache-2.0
 * What a text message costs: its segments in each locale, and the characters that make it dear. Of a hole the longest
 * value is known where it is one of a field's options, written out, or cut by `truncate`; of others nothing is, so that
 * what is counted is the least. */
#include "base/gsm.h"
#include "base/utf8.h"
#include "compiler/check_message.h"
#include "compiler/template.h"

#define SEGMENTS_GOOD 3

struct cost {
	size_t septets, units; /* of what is written out, on the longest way through its {{when}}s */
	size_t most;           /* characters that holes bring at most, as far as that is known */
	uint32_t odd, unlike; /* characters outside of the alphabet, and of those the ones that nothing can stand for */
	bool holes, unbounded;     /* unbounded: a hole of which nothing is known */
	const struct piece *piece; /* of the first such character */
	uint32_t character;
};

static uint32_t segments_of(const struct cost *c)
{
	return gsm_segments(c->odd, c->odd ? c->units : c->septets);
}

static uint32_t segments_with_holes(const struct cost *c)
{
	return gsm_segments(c->odd, c->most + (c->odd ? c->units : c->septets));
}

/* Characters outside of the alphabet; what a hole may bring is no part of the least that is counted. */
static void count_chars(const struct piece *p, struct slice chars, bool counts, struct cost *c)
{
	const char *at = chars.p, *end = at + chars.n;
	while (at < end) {
		uint32_t u = utf8_next(&at, end);
		int septets = gsm_septets(u);
		c->units += counts ? u > 0xFFFF ? 2 : 1 : 0;
		c->septets += counts ? septets ? (size_t)septets : 1 : 0;
		if (septets)
			continue;
		if (!c->odd++) {
			c->piece = p;
			c->character = u;
		}
		c->unlike += !gsm_lookalike(u);
	}
}

static size_t length_of(struct slice s)
{
	size_t n = 0;
	for (const char *at = s.p, *end = s.p + s.n; at < end; n++)
		utf8_next(&at, end);
	return n;
}

/* The most characters that the hole can bring; SIZE_MAX: not known. */
static size_t most_of(const struct piece *p)
{
	size_t most = SIZE_MAX, longest = 0;
	for (const struct option *o = p->expr->type.kind == TYPE_ONE_OF ? p->expr->type.options : NULL; o; o = o->next)
		longest = o->name.text.n > longest ? o->name.text.n : longest;
	if (p->expr->kind == EXPR_CONSTANT && p->expr->type.kind == TYPE_TEXT)
		longest = length_of(p->expr->constant.text);
	most = longest ? longest : most;
	for (const struct filter *f = p->filters; f; f = f->next) {
		if (f->info->lowering == LOWERS_DEFAULT) {
			size_t other = length_of(f->argument.text);
			most = most != SIZE_MAX && other > most ? other : most;
		} else if (f->info->lowering == LOWERS_FILTER && f->info->filter == FILTER_TRUNCATE) {
			size_t cut = (size_t)(f->argument.value / NUMBER_ONE);
			most = cut < most ? cut : most;
		} else if (f->info->lowering != LOWERS_FILTER || f->info->filter == FILTER_URL) {
			most = SIZE_MAX;
		}
	}
	return most;
}

static void count_hole(const struct piece *p, struct cost *c)
{
	size_t most = most_of(p);
	c->holes = true;
	c->unbounded |= most == SIZE_MAX;
	c->most += most == SIZE_MAX ? 0 : most;
	for (const struct filter *f = p->filters; f; f = f->next)
		if (f->info->lowering == LOWERS_DEFAULT)
			count_chars(p, f->argument.text, false, c);
	if (p->expr->kind == EXPR_CONSTANT && p->expr->type.kind == TYPE_TEXT)
		count_chars(p, p->expr->constant.text, false, c);
	if (p->expr->kind == EXPR_FIELD && p->expr->field->has_fallback && p->expr->type.kind == TYPE_TEXT)
		count_chars(p, p->expr->field->fallback.text, false, c);
}

/* Whether the one way costs more than the other; of equal ones that with characters outside of the alphabet. */
static bool is_dearer(const struct cost *a, const struct cost *b)
{
	uint32_t x = segments_with_holes(a), y = segments_with_holes(b);
	if (x != y)
		return x > y;
	return a->odd != b->odd ? a->odd > b->odd : a->units >= b->units;
}

static void count_pieces(const struct piece *p, struct cost *c)
{
	for (; p; p = p->next) {
		if (p->kind == PIECE_CHARS) {
			count_chars(p, p->chars, true, c);
		} else if (p->kind == PIECE_HOLE) {
			count_hole(p, c);
		} else {
			struct cost then = *c, otherwise = *c;
			count_pieces(p->then, &then);
			count_pieces(p->otherwise, &otherwise);
			*c = is_dearer(&then, &otherwise) ? then : otherwise;
			c->holes |= then.holes || otherwise.holes;
			c->unbounded |= then.unbounded || otherwise.unbounded;
		}
	}
}

/* ---- the fix ---- */

/* A character as the source writes it: itself, or `\u{2019}`. */
static uint32_t next_written(const char **at, const char *end)
{
	struct slice rest = {*at, (size_t)(end - *at)};
	uint32_t u = 0;
	if (!slice_starts(rest, "\\u{"))
		return utf8_next(at, end);
	const char *p = *at + 3;
	for (; p < end && *p != '}' && p - *at < 9; p++)
		u = u * 16 + (uint32_t)(*p <= '9' ? *p - '0' : (*p | 0x20) - 'a' + 10);
	*at = p < end ? p + 1 : p;
	return u;
}

/* What is written in one go around the piece: up to where a parameter's text begins, which stands elsewhere. */
static struct span written_around(const struct piece *first, const struct piece *wanted)
{
	struct span span = wanted->span, run = {0};
	bool inside = false;
	for (const struct piece *p = first; p; p = p->next) {
		bool goes_on = p != first && p->span.source == run.source && p->span.start >= run.end;
		if (!goes_on && inside)
			break;
		run = goes_on ? (struct span){run.source, run.start, p->span.end} : p->span;
		inside |= wanted->span.source == p->span.source && wanted->span.start >= p->span.start &&
		          wanted->span.end <= p->span.end;
		span = inside ? run : span;
	}
	return span;
}

/* The source from the first to the last character that has a likeness, with those in their place. */
static bool rewrite(struct checker *k, struct span all, struct span *span, struct slice *better)
{
	struct slice source = source_text(&k->c->sources, all);
	struct buf *out = &k->c->scratch;
	const char *first = NULL, *last = NULL, *end = source.p + source.n;
	for (const char *at = source.p, *next = at; at < end; at = next) {
		if (!gsm_lookalike(next_written(&next, end)))
			continue;
		first = first ? first : at;
		last = next;
	}
	buf_clear(out);
	for (const char *at = first, *next = at; first && at < last; at = next) {
		const char *like = gsm_lookalike(next_written(&next, end));
		if (like)
			buf_adds(out, *like == '"' ? "'" : like); /* a quotation mark would end the text */
		else
			buf_add(out, at, (size_t)(next - at));
	}
	if (first) {
		*span = (struct span){all.source, all.start + (uint32_t)(first - source.p),
		                      all.start + (uint32_t)(last - source.p)};
		*better = arena_copy(k->arena, buf_slice(out));
	}
	return first && !out->failed;
}

/* Where it stands, when it is written as itself. */
static struct span place_of(struct checker *k, const struct piece *p, struct slice character)
{
	struct slice source = source_text(&k->c->sources, p->span);
	ptrdiff_t at = slice_find(source, character);
	if (at < 0)
		return p->span;
	uint32_t start = p->span.start + (uint32_t)at;
	return (struct span){p->span.source, start, start + (uint32_t)character.n};
}

/* One character, or some that can be written otherwise, halve what fits into a segment. */
static void say_dear(struct checker *k, const struct piece *first, const struct cost *c)
{
	struct buf *utf8 = &k->c->scratch;
	struct span span;
	struct slice better;
	buf_clear(utf8);
	utf8_put(utf8, c->character);
	struct slice character = arena_copy(k->arena, buf_slice(utf8));
	struct diag *g = diag_sms_alphabet(k->diags, place_of(k, c->piece, character), character);
	if (rewrite(k, written_around(first, c->piece), &span, &better))
		diag_fix(k->diags, g, span, better, FIX_SURE, "write it with characters that every phone knows");
}

void check_segments(struct checker *k, const struct text *text, struct slice name)
{
	for (uint32_t i = 0; i < (text->localised ? k->workspace->locale_count : 1); i++) {
		const struct piece *first = text->locales[i];
		struct cost c = {0};
		count_pieces(first, &c);
		uint32_t least = segments_of(&c), segments = segments_with_holes(&c);
		bool dearer = c.holes || least > gsm_segments(false, c.septets);
		if (c.odd && dearer && (!c.unlike || c.odd == 1))
			say_dear(k, first, &c);
		if (segments <= SEGMENTS_GOOD)
			continue;
		const char *about = least > SEGMENTS_GOOD && c.unbounded ? "at least "
		                    : segments > least                   ? "up to "
		                                                         : "";
		uint32_t told = least > SEGMENTS_GOOD && c.unbounded ? least : segments;
		struct diag *g =
		        diag_sms_segments(k->diags, first->span, name, arena_printf(k->arena, "%s%u", about, told));
		if (text->localised)
			diag_note(k->diags, g, "in the locale `%.*s`", SLICE_ARG(k->workspace->locales[i].text));
	}
}
