/* SPDX-License-Identifier: Apache-2.0
 * See skeleton.h. cmark writes the HTML with the placeholders in it (they pass as letters); each link's target is taken
 * out first and a number put in its place, because a target is filled by other rules than text. */
#include "runtime/render/skeleton.h"
#include "runtime/render/html.h"
#include <cmark.h>
#include <stdlib.h>
#include <string.h>

#define LINK_SHOWN 80                   /* bytes of a refused link target that the message shows */
#define HREF       "href=\"" PLAIN_LINK /* can't come from a text: there every quote is &quot; */

enum part_kind { PART_END, PART_VALUE, PART_LINK };
struct part { /* what follows a stretch of literal HTML */
	uint32_t literal_end;
	uint32_t kind, index;
};
struct skeleton {
	struct plain plain;
	struct strings targets; /* of links, with placeholders */
	struct buf html, parts;
};

void skeleton_free(struct skeleton *s)
{
	if (!s)
		return;
	plain_free(&s->plain);
	strings_free(&s->targets);
	buf_free(&s->html);
	buf_free(&s->parts);
	free(s);
}

void skeleton_scratch_free(struct skeleton_scratch *s)
{
	strings_free(&s->urls);
	buf_free(&s->text);
}

/* ---- the tree ---- */
/* Raw HTML is off: an inline tag becomes text, a block of it a paragraph of text; a comment goes. */
static void show_html(cmark_node *node, bool block)
{
	struct slice literal = slice_trim(slice_of(cmark_node_get_literal(node)));
	if (!slice_starts(literal, "<!--") || !slice_ends(literal, "-->")) {
		cmark_node *text = cmark_node_new(CMARK_NODE_TEXT), *shown = text;
		struct buf copy = {0};
		buf_add_slice(&copy, literal);
		cmark_node_set_literal(text, buf_cstr(&copy));
		buf_free(&copy);
		if (block) {
			shown = cmark_node_new(CMARK_NODE_PARAGRAPH);
			cmark_node_append_child(shown, text);
		}
		cmark_node_insert_before(node, shown);
	}
	cmark_node_free(node);
}

static bool in_link(cmark_node *node)
{
	while ((node = cmark_node_parent(node)))
		if (cmark_node_get_type(node) == CMARK_NODE_LINK)
			return true;
	return false;
}

/* A picture becomes a link that its alternative text names; inside a link just that text. */
static void link_picture(cmark_node *node)
{
	cmark_node *link = in_link(node) ? NULL : cmark_node_new(CMARK_NODE_LINK);
	if (link) {
		cmark_node_set_url(link, cmark_node_get_url(node));
		cmark_node_set_title(link, cmark_node_get_title(node));
		if (!cmark_node_first_child(node)) {
			cmark_node *text = cmark_node_new(CMARK_NODE_TEXT);
			cmark_node_set_literal(text, cmark_node_get_url(node));
			cmark_node_append_child(link, text);
		}
		cmark_node_insert_before(node, link);
	}
	for (cmark_node *child; (child = cmark_node_first_child(node));)
		if (link)
			cmark_node_append_child(link, child);
		else
			cmark_node_insert_before(node, child);
	cmark_node_free(node);
}

static void tame(cmark_node *document)
{
	cmark_iter *iter = cmark_iter_new(document);
	for (cmark_event_type event; (event = cmark_iter_next(iter)) != CMARK_EVENT_DONE;) {
		cmark_node *node = cmark_iter_get_node(iter);
		cmark_node_type type = cmark_node_get_type(node);
		if (type == CMARK_NODE_HTML_BLOCK || type == CMARK_NODE_HTML_INLINE)
			show_html(node, type == CMARK_NODE_HTML_BLOCK);
		else if (type == CMARK_NODE_IMAGE && event == CMARK_EVENT_EXIT)
			link_picture(node);
	}
	cmark_iter_free(iter);
}

static void number_links(struct skeleton *s, cmark_node *document)
{
	cmark_iter *iter = cmark_iter_new(document);
	struct buf number = {0};
	for (cmark_event_type event; (event = cmark_iter_next(iter)) != CMARK_EVENT_DONE;) {
		cmark_node *node = cmark_iter_get_node(iter);
		if (event != CMARK_EVENT_ENTER || cmark_node_get_type(node) != CMARK_NODE_LINK)
			continue;
		buf_clear(&number);
		buf_addf(&number, PLAIN_LINK "%u", strings_add(&s->targets, slice_of(cmark_node_get_url(node))));
		cmark_node_set_url(node, buf_cstr(&number));
	}
	buf_free(&number);
	cmark_iter_free(iter);
}

/* ---- the HTML ---- */
static void add_part(struct skeleton *s, enum part_kind kind, uint32_t index)
{
	struct part part = {.literal_end = (uint32_t)s->html.n, .kind = kind, .index = index};
	buf_add(&s->parts, &part, sizeof part);
}

static void cut_values(struct skeleton *s, struct slice html)
{
	struct slice before;
	uint32_t c;
	while (holes_next(&html, &before, &c)) {
		buf_add_slice(&s->html, before);
		add_part(s, PART_VALUE, c);
	}
	buf_add_slice(&s->html, html);
}

static void cut_html(struct skeleton *s, struct slice html)
{
	ptrdiff_t at;
	while ((at = slice_find(html, SLICE(HREF))) >= 0) {
		char *end;
		cut_values(s, (struct slice){html.p, (size_t)at});
		buf_adds(&s->html, "href=\"");
		add_part(s, PART_LINK, (uint32_t)strtoul(html.p + at + strlen(HREF), &end, 10));
		html = (struct slice){end, (size_t)(html.p + html.n - end)};
	}
	cut_values(s, html);
	add_part(s, PART_END, 0);
}

struct skeleton *skeleton_new(struct slice source, struct buf *error)
{
	struct skeleton *s = calloc(1, sizeof *s);
	cmark_node *document = cmark_parse_document(source.n ? source.p : "", source.n, CMARK_OPT_DEFAULT);
	bool good = s && document;
	if (good) {
		tame(document);
		number_links(s, document);
		good = plain_compile(&s->plain, document, error);
		char *html = good ? cmark_render_html(document, CMARK_OPT_DEFAULT) : NULL;
		if (html)
			cut_html(s, slice_of(html));
		free(html);
		if (good && (!html || s->html.failed || s->parts.failed || strings_failed(&s->targets))) {
			buf_adds(error, "out of memory");
			good = false;
		}
	} else {
		buf_adds(error, "out of memory");
	}
	if (document)
		cmark_node_free(document);
	if (good)
		return s;
	skeleton_free(s);
	return NULL;
}

/* ---- filling ---- */
static bool fill_urls(const struct skeleton *s, const struct holes *h, const struct own_links *own,
                      struct strings *urls, struct buf *error)
{
	strings_clear(urls);
	for (uint32_t i = 0; i < strings_count(&s->targets); i++) {
		struct slice target = strings_get(&s->targets, i);
		const char *reason = NULL;
		if (!holes_fill_link(h, target, own, &urls->bytes, &reason)) {
			struct buf shown = {0};
			holes_fill(h, target, &shown);
			buf_addf(error, "the link target \"%.*s\" %s", shown.n > LINK_SHOWN ? LINK_SHOWN : (int)shown.n,
			         buf_cstr(&shown), reason);
			buf_free(&shown);
			return false;
		}
		strings_end(urls);
	}
	return true;
}

bool skeleton_fill(const struct skeleton *s, const struct holes *h, const struct own_links *own,
                   struct skeleton_scratch *scratch, struct buf *text, struct buf *html, struct buf *error)
{
	if (!fill_urls(s, h, own, &scratch->urls, error))
		return false;
	plain_fill(&s->plain, h, &scratch->urls, &scratch->text, text);
	uint32_t from = 0;
	const struct part *part = (const struct part *)(const void *)s->parts.p;
	for (;; from = part++->literal_end) {
		if (part->literal_end > from)
			buf_add(html, s->html.p + from, part->literal_end - from);
		if (part->kind == PART_END)
			break;
		if (part->kind == PART_VALUE)
			html_add_text(html, holes_value(h, part->index));
		else
			html_add_href(html, strings_get(&scratch->urls, part->index));
	}
	if (!strings_failed(&scratch->urls) && !text->failed && !html->failed)
		return true;
	buf_adds(error, "out of memory");
	return false;
}
