/* SPDX-License-Identifier: Apache-2.0
 * What a text message costs: its segments in each locale, and the characters that make it dear. Of holes nothing is
 * known, so that what is counted is the least. */
#include "base/gsm.h"
#include "base/utf8.h"
#include "compiler/check_message.h"

#define SEGMENTS_GOOD 3

struct cost {
	size_t septets, units; /* of what is written out, on the longest way through its {{when}}s */
	uint32_t odd, unlike; /* characters outside of the alphabet, and of those the ones that nothing can stand for */
	bool holes;
	const struct piece *piece; /* of the first such character */
	uint32_t character;
};

static uint32_t segments_of(const struct cost *c)
{
	return gsm_segments(c->odd, c->odd ? c->units : c->septets);
}

static void count_chars(const struct piece *p, struct cost *c)
{
	const char *at = p->chars.p, *end = at + p->chars.n;
	while (at < end) {
		uint32_t u = utf8_next(&at, end);
		int septets = gsm_septets(u);
		c->units += u > 0xFFFF ? 2 : 1;
		c->septets += septets ? (size_t)septets : 1;
		if (septets)
			continue;
		if (!c->odd++) {
			c->piece = p;
			c->character = u;
		}
		c->unlike += !gsm_lookalike(u);
	}
}

static void count_pieces(const struct piece *p, struct cost *c)
{
	for (; p; p = p->next) {
		if (p->kind == PIECE_CHARS) {
			count_chars(p, c);
		} else if (p->kind == PIECE_HOLE) {
			c->holes = true;
		} else {
			struct cost then = *c, otherwise = *c;
			count_pieces(p->then, &then);
			count_pieces(p->otherwise, &otherwise);
			*c = segments_of(&then) != segments_of(&otherwise)
			             ? (segments_of(&then) > segments_of(&otherwise) ? then : otherwise)
			             : (then.units >= otherwise.units ? then : otherwise);
			c->holes |= then.holes || otherwise.holes;
		}
	}
}

/* The source from the first to the last character that has a likeness, with those in their place. */
static bool rewrite(struct checker *k, const struct piece *p, struct span *span, struct slice *better)
{
	struct slice source = source_text(&k->c->sources, p->span);
	struct buf *out = &k->c->scratch;
	const char *first = NULL, *last = NULL, *end = source.p + source.n;
	for (const char *at = source.p, *next = at; at < end; at = next) {
		if (!gsm_lookalike(utf8_next(&next, end)) || *at == '`')
			continue;
		first = first ? first : at;
		last = next;
	}
	buf_clear(out);
	for (const char *at = first, *next = at; first && at < last; at = next) {
		const char *like = gsm_lookalike(utf8_next(&next, end));
		if (like && *at != '`')
			buf_adds(out, *like == '"' ? "'" : like); /* a quotation mark would end the text */
		else
			buf_add(out, at, (size_t)(next - at));
	}
	if (first) {
		*span = (struct span){p->span.source, p->span.start + (uint32_t)(first - source.p),
		                      p->span.start + (uint32_t)(last - source.p)};
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
static void say_dear(struct checker *k, const struct cost *c)
{
	struct buf *utf8 = &k->c->scratch;
	struct span span;
	struct slice better;
	buf_clear(utf8);
	utf8_put(utf8, c->character);
	struct slice character = arena_copy(k->arena, buf_slice(utf8));
	struct diag *g = diag_sms_alphabet(k->diags, place_of(k, c->piece, character), character);
	if (rewrite(k, c->piece, &span, &better))
		diag_fix(k->diags, g, span, better, FIX_SURE, "write it with characters that every phone knows");
}

void check_segments(struct checker *k, const struct text *text, struct slice name)
{
	for (uint32_t i = 0; i < (text->localised ? k->workspace->locale_count : 1); i++) {
		struct cost c = {0};
		count_pieces(text->locales[i], &c);
		uint32_t segments = segments_of(&c);
		bool dearer = c.holes || segments > gsm_segments(false, c.septets);
		if (c.odd && dearer && (!c.unlike || c.odd == 1))
			say_dear(k, &c);
		if (segments <= SEGMENTS_GOOD)
			continue;
		struct diag *g =
		        diag_sms_segments(k->diags, text->locales[i]->span, name,
		                          arena_printf(k->arena, "%s%u", c.holes ? "at least " : "", segments));
		if (text->localised)
			diag_note(k->diags, g, "in the locale `%.*s`", SLICE_ARG(k->workspace->locales[i].text));
	}
}
