/* SPDX-License-Identifier: Apache-2.0
 * The parts by the names that the language has for them, and the difference of two texts for people. */
#include "compiler/testing/test_part.h"
#include "base/diff.h"
#include "base/utf8.h"

enum { SHORT_COLUMNS = 66 }; /* two texts of one line are shown one above the other */

/* ---- the parts ---- */

/* Calls `each` with every part of that name, or all where the name is empty, until it says true. */
struct part_search {
	struct slice name;
	bool (*each)(void *context, struct slice text);
	void *context;
	bool any; /* there was one */
};

static bool try_part(struct part_search *s, const char *name, struct slice text)
{
	if (s->name.n && !slice_is(s->name, name))
		return false;
	s->any = true;
	return s->each(s->context, text);
}

/* An address is itself, its name, or both as people write them. */
static bool try_address(struct part_search *s, const char *part, struct slice name, struct slice address,
                        struct arena *arena)
{
	struct slice both = name.n ? arena_printf(arena, "%.*s <%.*s>", SLICE_ARG(name), SLICE_ARG(address)) : address;
	return try_part(s, part, both) || (name.n && (try_part(s, part, address) || try_part(s, part, name)));
}

/* What stands above the signature and the line to unsubscribe, which are not the author's of this text; else all. */
static struct slice above_signature(struct slice text)
{
	static const char line[] = "\n-- \n";
	for (size_t i = text.n; i >= sizeof line - 1; i--)
		if (memcmp(text.p + i - (sizeof line - 1), line, sizeof line - 1) == 0)
			return (struct slice){text.p, i - (sizeof line - 1)};
	return text;
}

/* A template of WhatsApp is shown as "[NAME LANGUAGE] VALUE | VALUE": its name, with the language or without. */
static bool try_template(struct part_search *s, struct slice text)
{
	const char *end = text.n && *text.p == '[' ? memchr(text.p, ']', text.n) : NULL;
	if (!end)
		return false;
	struct slice both = {text.p + 1, (size_t)(end - text.p) - 1};
	const char *blank = memchr(both.p, ' ', both.n);
	struct slice name = {both.p, blank ? (size_t)(blank - both.p) : both.n};
	return try_part(s, "template", name) || try_part(s, "template", both);
}

static bool try_message(struct part_search *s, const struct happening *h, struct arena *arena)
{
	const struct scenario_message *m = h->message;
	bool email = slice_is(h->line.kind, "email");
	if (email && (try_part(s, "subject", m->subject) || try_part(s, "html", m->html)))
		return true;
	struct slice above = above_signature(m->text);
	if (try_part(s, "text", above) || try_part(s, "body", above))
		return true;
	if (above.n < m->text.n && (try_part(s, "text", m->text) || try_part(s, "body", m->text)))
		return true;
	if (slice_is(h->line.kind, "whatsapp") && try_template(s, m->text))
		return true;
	return try_address(s, "from", m->from_name, m->from_address, arena) ||
	       try_address(s, "to", m->to_name, m->to_address, arena) || (email && try_part(s, "cc", m->cc));
}

static bool try_parts(struct part_search *s, const struct happening *h, struct arena *arena)
{
	struct slice payload = h->line.payload, name, text;
	if (h->message)
		return try_message(s, h, arena);
	while (drive_errand_next(&payload, &name, &text)) {
		struct slice wanted = s->name;
		if (!wanted.n || slice_eq(wanted, name)) {
			s->any = true;
			if (s->each(s->context, text))
				return true;
		}
	}
	return false;
}

/* ---- texts, by paragraph ---- */

/* Blanks and single line ends become one blank, an empty line stays one, nothing is at either end. */
static struct slice smooth(struct slice text, struct arena *arena)
{
	struct slice in = slice_trim(text);
	char *out = arena_alloc(arena, in.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < in.n;) {
		size_t ends = 0, from = i;
		while (i < in.n && (in.p[i] == ' ' || in.p[i] == '\n' || in.p[i] == '\r' || in.p[i] == '\t'))
			ends += in.p[i++] == '\n';
		if (ends > 1) {
			out[n++] = '\n';
			out[n++] = '\n';
		} else if (i > from) {
			out[n++] = ' ';
		} else {
			out[n++] = in.p[i++];
		}
	}
	return (struct slice){out, n};
}

struct comparison {
	struct arena *arena;
	struct slice wanted; /* smoothed */
	bool contains;
	struct slice seen; /* the first that was looked at */
};

static bool compare(void *context, struct slice text)
{
	struct comparison *c = context;
	struct slice smoothed = smooth(text, c->arena);
	if (!c->seen.p)
		c->seen = smoothed;
	return c->contains ? slice_find(smoothed, c->wanted) >= 0 : slice_eq(smoothed, c->wanted);
}

/* ---- how they differ ---- */

static bool is_short(struct slice s)
{
	return !memchr(s.p ? s.p : "", '\n', s.n) && utf8_slice_width(s) <= SHORT_COLUMNS;
}

/* One above the other, and below them where they part. */
static void put_short(struct buf *out, struct slice expected, struct slice actual)
{
	size_t same = 0, end = 0;
	while (same < expected.n && same < actual.n && expected.p[same] == actual.p[same])
		same++;
	while (same && (((unsigned char)expected.p[same < expected.n ? same : 0] & 0xC0) == 0x80 ||
	                (same < actual.n && ((unsigned char)actual.p[same] & 0xC0) == 0x80)))
		same--;
	while (end + same < expected.n && end + same < actual.n &&
	       expected.p[expected.n - end - 1] == actual.p[actual.n - end - 1])
		end++;
	while (end && ((unsigned char)actual.p[actual.n - end] & 0xC0) == 0x80)
		end--;
	buf_adds(out, "expected  ");
	utf8_add_safe(out, expected);
	buf_adds(out, "\nit says   ");
	utf8_add_safe(out, actual.n ? actual : SLICE("(nothing)"));
	buf_addf(out, "\n          %*s", (int)utf8_slice_width((struct slice){actual.p, same}), "");
	size_t n = utf8_slice_width((struct slice){actual.p + same, actual.n - end - same});
	for (size_t i = 0; i < (n ? n : 1); i++)
		buf_addc(out, '^');
}

/* The lines of a text, cut so that they stay readable beside a mark. */
static void put_wrapped(struct buf *out, struct slice text)
{
	size_t columns = 0;
	for (size_t i = 0; i < text.n; i++) {
		bool blank = text.p[i] == ' ';
		bool whole = ((unsigned char)text.p[i] & 0xC0) != 0x80;
		if (text.p[i] == '\n' || (blank && columns >= SHORT_COLUMNS - 8)) {
			buf_addc(out, '\n');
			columns = 0;
			continue;
		}
		if (whole && columns >= SHORT_COLUMNS + 4) {
			buf_addc(out, '\n');
			columns = 0;
		}
		buf_addc(out, text.p[i]);
		columns += whole;
	}
	buf_addc(out, '\n');
}

/* Long ones: which lines go and come, in patch's signs. */
static void put_long(struct buf *out, struct slice expected, struct slice actual)
{
	struct buf a = {0}, b = {0}, diff = {0};
	put_wrapped(&a, expected);
	put_wrapped(&b, actual);
	diff_unified(&diff, SLICE("text"), buf_slice(&a), buf_slice(&b));
	struct slice rest = buf_slice(&diff);
	buf_adds(out, "- expected, + what it says");
	while (rest.n) {
		const char *newline = memchr(rest.p, '\n', rest.n);
		size_t n = newline ? (size_t)(newline - rest.p) : rest.n;
		struct slice line = {rest.p, n};
		if (slice_starts(line, "@@")) {
			line = (struct slice){0};
		} else if (!slice_starts(line, "--- a/") && !slice_starts(line, "+++ b/")) {
			buf_addc(out, '\n');
			utf8_add_safe(out, line);
		}
		rest = newline ? (struct slice){newline + 1, rest.n - n - 1} : (struct slice){0};
	}
	out->failed = out->failed || a.failed || b.failed || diff.failed;
	buf_free(&a);
	buf_free(&b);
	buf_free(&diff);
}

/* What it says, of which some text is no part. */
static void put_lacking(struct buf *out, struct slice actual)
{
	enum { SHOWN_MAX = 600 };
	struct buf text = {0};
	put_wrapped(&text, (struct slice){actual.p, actual.n > SHOWN_MAX ? SHOWN_MAX : actual.n});
	buf_adds(out, "it says:");
	struct slice rest = slice_trim(buf_slice(&text));
	while (rest.n) {
		const char *newline = memchr(rest.p, '\n', rest.n);
		size_t n = newline ? (size_t)(newline - rest.p) : rest.n;
		buf_adds(out, n ? "\n  " : "\n");
		utf8_add_safe(out, (struct slice){rest.p, n});
		rest = newline ? (struct slice){newline + 1, rest.n - n - 1} : (struct slice){0};
	}
	if (actual.n > SHOWN_MAX)
		buf_adds(out, " …");
	out->failed = out->failed || text.failed;
	buf_free(&text);
}

/* ---- a part ---- */

bool test_part_holds(const struct test_part *p, const struct happening *h, struct arena *arena, struct slice *why,
                     struct slice *detail)
{
	struct comparison c = {.arena = arena, .wanted = smooth(p->text, arena), .contains = p->contains};
	struct part_search s = {.name = p->part, .each = compare, .context = &c};
	if (try_parts(&s, h, arena))
		return true;
	if (p->part.n && !s.any) {
		/* What is left out is empty to whoever reads it. */
		if (!p->contains && !c.wanted.n)
			return true;
		*why = arena_printf(arena, "it has no `%.*s`", SLICE_ARG(p->part));
		return false;
	}
	struct buf out = {0};
	if (p->contains && p->part.n)
		put_lacking(&out, c.seen);
	else if (!p->contains && is_short(c.wanted) && is_short(c.seen))
		put_short(&out, c.wanted, c.seen);
	else if (!p->contains)
		put_long(&out, c.wanted, c.seen);
	*detail = arena_copy(arena, buf_slice(&out));
	buf_free(&out);
	if (p->contains && !p->part.n)
		*why = SLICE("it does not say this anywhere");
	else if (p->contains)
		*why = arena_printf(arena, "its `%.*s` does not contain this", SLICE_ARG(p->part));
	else
		*why = arena_printf(arena, "its `%.*s` is not this", SLICE_ARG(p->part));
	return false;
}
