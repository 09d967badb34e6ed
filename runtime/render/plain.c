/* SPDX-License-Identifier: Apache-2.0
 * See plain.h. Each list item or quotation that is open is a level; a line begins with what its levels write: "> ", or
 * an item's marker on its first line and blanks below it. Those beginnings are known when the document is compiled. In
 * a block's text two marks stand around each link's text; after the second one the target is written. */
#include "runtime/render/plain.h"
#include "base/utf8.h"
#include <cmark.h>
#include <stdlib.h>
#include <string.h>

#define MARKER_MAX  16
#define COLUMNS_MIN 20u
#define CODE_INDENT "    "
#define LINKS_MAX   30000u

enum kind { BLOCK_TEXT, BLOCK_TITLE, BLOCK_SUBTITLE, BLOCK_CODE };
struct plain_block {
	uint32_t kind;
	uint32_t blank;       /* string: the line that separates it from the one before; NONE: there is none */
	uint32_t first, rest; /* strings: how its lines begin */
	uint32_t text;
};
struct level {
	bool quote;
	bool marked;             /* the marker was written */
	char marker[MARKER_MAX]; /* "- ", "12. " */
	unsigned width;
};
struct compiler {
	struct plain *p;
	struct buf inlines; /* the block's text; '\n' is a hard line break */
	struct level levels[PLAIN_DEPTH_MAX];
	unsigned depth;
	bool blank_due;
	uint32_t blank; /* of the next block */
	const char *refused;
};

void plain_free(struct plain *p)
{
	buf_free(&p->blocks);
	strings_free(&p->strings);
}

/* ---- wrapping ---- */
/* The display width, quickly where all is ASCII. */
static size_t width_of(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((uint8_t)s.p[i] >= 0x80)
			return utf8_slice_width(s);
	return s.n;
}

static void end_line(struct buf *out)
{
	while (out->n && out->p[out->n - 1] == ' ')
		out->n--;
	buf_addc(out, '\n');
}

/* Cuts the next piece off s that no line break may divide: a word, or one wide character (they need no blanks between
 * them). `spaced`: blanks stood before it. */
static struct slice next_piece(struct slice *s, bool *spaced)
{
	size_t i = 0;
	while (i < s->n && s->p[i] == ' ')
		i++;
	*spaced = i > 0;
	const char *start = s->p + i, *p = start, *end = s->p + s->n;
	while (p < end && *p != ' ') {
		const char *at = p;
		if ((uint8_t)*p < 0x80) {
			p++;
			continue;
		}
		if (utf8_width(utf8_next(&p, end)) < 2)
			continue;
		if (at > start)
			p = at;
		break;
	}
	*s = (struct slice){p, (size_t)(end - p)};
	return (struct slice){start, (size_t)(p - start)};
}

static size_t columns_for(struct slice prefix)
{
	size_t used = width_of(prefix);
	return used + COLUMNS_MIN > PLAIN_COLUMNS ? COLUMNS_MIN : PLAIN_COLUMNS - used;
}

static void wrap_line(struct buf *out, struct slice s, struct slice first, struct slice rest)
{
	size_t limit = columns_for(first), column = 0;
	buf_add_slice(out, first);
	while (s.n) {
		bool spaced;
		struct slice piece = next_piece(&s, &spaced);
		size_t width = width_of(piece);
		if (column && column + spaced + width > limit) {
			end_line(out);
			buf_add_slice(out, rest);
			column = 0;
		} else if (column && spaced && piece.n) {
			buf_addc(out, ' ');
			column++;
		}
		buf_add_slice(out, piece);
		column += width;
	}
	end_line(out);
}

static bool next_line(struct slice *s, struct slice *line)
{
	if (!s->n)
		return false;
	const char *newline = memchr(s->p, '\n', s->n);
	size_t n = newline ? (size_t)(newline - s->p) : s->n, taken = n + (newline != NULL);
	*line = (struct slice){s->p, n};
	*s = (struct slice){s->p + taken, s->n - taken};
	return true;
}

static void wrap(struct buf *out, struct slice s, struct slice first, struct slice rest)
{
	struct slice line;
	if (!s.n)
		wrap_line(out, s, first, rest);
	for (; next_line(&s, &line); first = rest)
		wrap_line(out, line, first, rest);
}

void plain_add_lines(struct buf *out, struct slice s)
{
	struct slice none = {0};
	while (s.n && s.p[s.n - 1] == '\n')
		s.n--;
	if (s.n)
		wrap(out, s, none, none);
}

/* ---- compiling ---- */
static uint32_t line_begin(struct compiler *c)
{
	struct strings *s = &c->p->strings;
	for (unsigned i = 0; i < c->depth; i++) {
		struct level *l = &c->levels[i];
		if (l->quote)
			buf_adds(&s->bytes, "> ");
		else if (!l->marked)
			buf_adds(&s->bytes, l->marker);
		else
			buf_addf(&s->bytes, "%*s", (int)l->width, "");
		l->marked = true;
	}
	return strings_end(s);
}

/* The blank line between two blocks, at the depth where the second one begins. */
static void separate(struct compiler *c)
{
	struct buf *bytes = &c->p->strings.bytes;
	if (!c->blank_due)
		return;
	c->blank_due = false;
	for (unsigned i = 0; i < c->depth; i++)
		buf_addf(bytes, "%*s", c->levels[i].quote ? 2 : (int)c->levels[i].width,
		         c->levels[i].quote ? "> " : "");
	c->blank = strings_end(&c->p->strings);
}

static void add_block(struct compiler *c, enum kind kind, struct slice text)
{
	struct plain_block b = {.kind = kind, .blank = c->blank};
	b.first = line_begin(c);
	b.rest = line_begin(c);
	b.text = strings_add(&c->p->strings, text);
	c->blank = NONE;
	buf_add(&c->p->blocks, &b, sizeof b);
}

static bool in_tight_item(cmark_node *node)
{
	cmark_node *item = cmark_node_parent(node);
	return item && cmark_node_get_type(item) == CMARK_NODE_ITEM &&
	       cmark_node_get_list_tight(cmark_node_parent(item));
}

static void set_marker(struct level *l, cmark_node *item)
{
	cmark_node *list = cmark_node_parent(item);
	struct buf marker = {0};
	if (cmark_node_get_list_type(list) == CMARK_ORDERED_LIST) {
		int64_t number = cmark_node_get_list_start(list);
		for (cmark_node *before = cmark_node_previous(item); before; before = cmark_node_previous(before))
			number++;
		buf_addf(&marker, "%lld. ", (long long)number);
	} else {
		buf_adds(&marker, "- ");
	}
	l->width = marker.n < MARKER_MAX ? (unsigned)marker.n : MARKER_MAX - 1;
	memcpy(l->marker, buf_cstr(&marker), l->width);
	buf_free(&marker);
}

static void open_level(struct compiler *c, cmark_node *node)
{
	if (c->depth == PLAIN_DEPTH_MAX) {
		c->refused = "lists and quotations stand too deep in each other";
		return;
	}
	struct level *l = &c->levels[c->depth++];
	*l = (struct level){.quote = cmark_node_get_type(node) == CMARK_NODE_BLOCK_QUOTE};
	if (!l->quote)
		set_marker(l, node);
}

static void close_level(struct compiler *c)
{
	if (!c->levels[c->depth - 1].quote && !c->levels[c->depth - 1].marked)
		add_block(c, BLOCK_TEXT, (struct slice){0}); /* an empty item */
	c->depth--;
}

static void enter_block(struct compiler *c, cmark_node *node, cmark_node_type type)
{
	switch (type) {
	case CMARK_NODE_BLOCK_QUOTE:
		separate(c);
		open_level(c, node);
		return;
	case CMARK_NODE_ITEM: open_level(c, node); return;
	case CMARK_NODE_PARAGRAPH:
	case CMARK_NODE_HEADING:
		separate(c);
		buf_clear(&c->inlines);
		return;
	case CMARK_NODE_CODE_BLOCK:
		separate(c);
		add_block(c, BLOCK_CODE, slice_of(cmark_node_get_literal(node)));
		break;
	case CMARK_NODE_THEMATIC_BREAK:
		separate(c);
		add_block(c, BLOCK_TEXT, SLICE("* * *"));
		break;
	default: return;
	}
	c->blank_due = !in_tight_item(node);
}

static void leave_block(struct compiler *c, cmark_node *node, cmark_node_type type)
{
	switch (type) {
	case CMARK_NODE_BLOCK_QUOTE: close_level(c); break;
	case CMARK_NODE_ITEM: close_level(c); return; /* its last block said whether a blank line follows */
	case CMARK_NODE_PARAGRAPH: add_block(c, BLOCK_TEXT, buf_slice(&c->inlines)); break;
	case CMARK_NODE_HEADING: {
		int level = cmark_node_get_heading_level(node);
		enum kind kind = level == 1 ? BLOCK_TITLE : level == 2 ? BLOCK_SUBTITLE : BLOCK_TEXT;
		add_block(c, kind, buf_slice(&c->inlines));
		break;
	}
	case CMARK_NODE_LIST: break;
	default: return;
	}
	c->blank_due = !in_tight_item(node);
}

static void mark_link(struct compiler *c, cmark_node *node, bool end)
{
	uint32_t number = (uint32_t)strtoul(cmark_node_get_url(node) + strlen(PLAIN_LINK), NULL, 10);
	if (number >= LINKS_MAX)
		c->refused = "it has too many links";
	else
		utf8_put(&c->inlines, MARK_FIRST + 2 * number + end);
}

static void add_inline(struct compiler *c, cmark_node *node, cmark_node_type type, bool entering)
{
	switch (type) {
	case CMARK_NODE_TEXT:
	case CMARK_NODE_CODE: buf_adds(&c->inlines, cmark_node_get_literal(node)); break;
	case CMARK_NODE_SOFTBREAK: buf_addc(&c->inlines, ' '); break;
	case CMARK_NODE_LINEBREAK: buf_addc(&c->inlines, '\n'); break;
	case CMARK_NODE_EMPH: buf_addc(&c->inlines, '_'); break;
	case CMARK_NODE_STRONG: buf_addc(&c->inlines, '*'); break;
	case CMARK_NODE_LINK: mark_link(c, node, !entering); break;
	default: break;
	}
}

bool plain_compile(struct plain *p, struct cmark_node *document, struct buf *error)
{
	struct compiler c = {.p = p, .blank = NONE};
	cmark_iter *iter = cmark_iter_new(document);
	for (cmark_event_type event; !c.refused && (event = cmark_iter_next(iter)) != CMARK_EVENT_DONE;) {
		cmark_node *node = cmark_iter_get_node(iter);
		cmark_node_type type = cmark_node_get_type(node);
		if (type >= CMARK_NODE_FIRST_INLINE)
			add_inline(&c, node, type, event == CMARK_EVENT_ENTER);
		else if (event == CMARK_EVENT_ENTER)
			enter_block(&c, node, type);
		else
			leave_block(&c, node, type);
	}
	cmark_iter_free(iter);
	if (!c.refused && (c.inlines.failed || p->blocks.failed || strings_failed(&p->strings)))
		c.refused = "out of memory";
	buf_free(&c.inlines);
	if (c.refused)
		buf_adds(error, c.refused);
	return !c.refused;
}

/* ---- filling ---- */
static void add_target(struct buf *out, size_t text_at, struct slice url)
{
	struct slice text = {out->p + text_at, out->n - text_at};
	struct slice address = slice_starts(url, "mailto:") ? (struct slice){url.p + 7, url.n - 7} : url;
	if (slice_eq(text, url) || slice_eq(text, address))
		return;
	buf_adds(out, text.n ? " <" : "<");
	buf_add_slice(out, url);
	buf_addc(out, '>');
}

static void fill_text(const struct holes *h, const struct strings *urls, struct slice s, struct buf *out)
{
	struct slice before;
	uint32_t c;
	size_t link_at = 0;
	while (holes_next(&s, &before, &c)) {
		buf_add_slice(out, before);
		if (c < MARK_FIRST)
			buf_add_slice(out, holes_value(h, c));
		else if ((c - MARK_FIRST) % 2 == 0)
			link_at = out->n;
		else
			add_target(out, link_at, strings_get(urls, (c - MARK_FIRST) / 2));
	}
	buf_add_slice(out, s);
}

static void add_code(struct buf *out, struct slice code, struct slice first, struct slice rest)
{
	struct slice line;
	for (; next_line(&code, &line); first = rest) {
		buf_add_slice(out, first);
		buf_adds(out, CODE_INDENT);
		buf_add_slice(out, line);
		end_line(out);
	}
}

static void underline(struct buf *out, struct slice text, struct slice prefix, char c)
{
	size_t width = width_of(text), limit = columns_for(prefix);
	if (!width)
		return;
	buf_add_slice(out, prefix);
	for (size_t i = 0; i < width && i < limit; i++)
		buf_addc(out, c);
	end_line(out);
}

void plain_fill(const struct plain *p, const struct holes *h, const struct strings *urls, struct buf *scratch,
                struct buf *out)
{
	const struct plain_block *blocks = (const struct plain_block *)(const void *)p->blocks.p;
	for (size_t i = 0; i < p->blocks.n / sizeof *blocks; i++) {
		const struct plain_block *b = &blocks[i];
		struct slice first = strings_get(&p->strings, b->first), rest = strings_get(&p->strings, b->rest);
		if (b->blank != NONE) {
			buf_add_slice(out, strings_get(&p->strings, b->blank));
			end_line(out);
		}
		buf_clear(scratch);
		fill_text(h, urls, strings_get(&p->strings, b->text), scratch);
		if (b->kind == BLOCK_CODE) {
			add_code(out, buf_slice(scratch), first, rest);
			continue;
		}
		wrap(out, buf_slice(scratch), first, rest);
		if (b->kind != BLOCK_TEXT)
			underline(out, buf_slice(scratch), rest, b->kind == BLOCK_TITLE ? '=' : '-');
	}
	if (scratch->failed)
		out->failed = true;
}
