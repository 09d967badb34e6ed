/* SPDX-License-Identifier: Apache-2.0
 * The page about a sequence: its head, the picture, its tests; and the index of several. */
#include "compiler/preview/doc.h"
#include "base/markdown.h"
#include "base/xml.h"
#include "compiler/preview/page.h"
#include "compiler/preview/words.h"
#include <cmark.h>
#include <stdlib.h>

/* ---- the head ---- */

static struct slice title_of(const struct sequence *q)
{
	return q->title.n ? q->title : q->name.text;
}

/* "4 emails, 1 task and 2 pages": the steps that it has, not those that one contact meets. */
static void add_counts(struct buf *out, const struct sequence *q)
{
	static const struct {
		const char *one, *many;
		uint32_t kinds;
	} rows[] = {
	        {"email", "emails", 1u << STEP_EMAIL | 1u << STEP_ORIGINAL},
	        {"text message", "text messages", 1u << STEP_SMS},
	        {"WhatsApp message", "WhatsApp messages", 1u << STEP_WHATSAPP},
	        {"message by more than one channel", "messages by more than one channel", 1u << STEP_SEND},
	        {"task", "tasks", 1u << STEP_TASK},
	        {"page", "pages", 1u << STEP_ASK | 1u << STEP_OFFER | 1u << STEP_REVIEW | 1u << STEP_THANKS},
	        {"notice to the team", "notices to the team", 1u << STEP_ALERT},
	        {"call of a web service", "calls of web services", 1u << STEP_WEBHOOK},
	        {"hand-over", "hand-overs", 1u << STEP_HANDOFF},
	};
	uint32_t counts[sizeof rows / sizeof *rows] = {0}, left = 0, put = 0;
	for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
		for (uint32_t i = 0; i < q->step_count; i++)
			counts[r] += rows[r].kinds >> q->steps[i]->plan_kind & 1;
		left += counts[r] > 0;
	}
	buf_adds(out, left ? "Its steps: " : "It has no steps yet");
	for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
		if (!counts[r])
			continue;
		left--;
		buf_addf(out, "%s%u %s",
		         !put++ ? ""
		         : left ? ", "
		                : " and ",
		         counts[r], counts[r] == 1 ? rows[r].one : rows[r].many);
	}
	buf_adds(out, ".\n");
}

static void add_fact(struct buf *out, const char *word, struct slice text)
{
	if (!text.n)
		return;
	buf_addf(out, "- %s: ", word);
	markdown_add(out, text);
	buf_addc(out, '\n');
}

static void add_head(struct buf *out, const struct compile *c, const struct sequence *q)
{
	struct buf tags = {0};
	uint32_t line, column;
	const struct source *s = &c->sources.items[q->name.span.source];
	source_place(s, q->name.span.start, &line, &column);
	buf_adds(out, "# ");
	markdown_add(out, title_of(q));
	buf_adds(out, "\n\n");
	if (q->draft)
		buf_adds(out, "**A draft: it cannot be activated yet.**\n\n");
	if (q->description.n) {
		markdown_add(out, q->description);
		bool ends = strchr(".!?", q->description.p[q->description.n - 1]);
		buf_adds(out, ends ? "\n\n" : ".\n\n");
	}
	add_counts(out, q);
	buf_addc(out, '\n');
	buf_addf(out, "- Name: `%.*s`\n", SLICE_ARG(q->name.text));
	add_fact(out, "Owner", q->owner);
	for (const struct ast *i = q->tree->items.first; i; i = i->next)
		for (const struct ast *t = i->kind == AST_TAGS ? ((const struct ast_tags *)i)->names.first : NULL; t;
		     t = t->next)
			if (t->kind == AST_WORD)
				buf_addf(&tags, "%s%.*s", tags.n ? ", " : "",
				         SLICE_ARG(((const struct ast_word *)t)->name.text));
	add_fact(out, "Tags", buf_slice(&tags));
	buf_addf(out, "- Source: `%.*s`, line %u\n", SLICE_ARG(s->path), line);
	out->failed |= tags.failed;
	buf_free(&tags);
}

static void add_before(struct buf *out, const struct compile *c, uint32_t sequence)
{
	const struct sequence *q = c->sequences[sequence];
	add_head(out, c, q);
	buf_adds(out, "\n## What it does\n\n");
	doc_steps(out, q);
}

/* ---- behind the picture ---- */

static struct slice literal_of(const struct ast *t)
{
	if (t && t->kind == AST_STRING)
		return ((const struct ast_string *)t)->value.text;
	const struct ast *first = t && t->kind == AST_TEXT ? ((const struct ast_text *)t)->parts.first : NULL;
	if (first && first->kind == AST_CHARS)
		return ((const struct ast_chars *)first)->value.text;
	return (struct slice){"", 0};
}

/* Whether a `test` is of that sequence, which it may name behind its module. */
static bool is_of(const struct ast_test *t, struct slice name)
{
	for (const struct ast *i = t->items.first; i; i = i->next) {
		const struct ast *path =
		        i->kind == AST_TEST_SEQUENCE ? ((const struct ast_test_sequence *)i)->path : NULL;
		if (!path || path->kind != AST_PATH)
			continue;
		const struct ast *last = ((const struct ast_path *)path)->parts.last;
		if (last && last->kind == AST_WORD && slice_eq(((const struct ast_word *)last)->name.text, name))
			return true;
	}
	return false;
}

static void add_tests(struct buf *out, const struct compile *c, const struct sequence *q)
{
	bool any = false;
	buf_adds(out, "\n## What its tests show\n\n");
	for (uint32_t i = 0; i < c->source_count; i++) {
		if (!c->trees[i] || c->trees[i]->kind != AST_FILE)
			continue;
		for (const struct ast *d = ((const struct ast_file *)c->trees[i])->decls.first; d; d = d->next) {
			if (d->kind != AST_TEST || !is_of((const struct ast_test *)d, q->name.text))
				continue;
			any = true;
			buf_adds(out, "- ");
			markdown_add(out, literal_of(((const struct ast_test *)d)->title));
			buf_addc(out, '\n');
		}
	}
	if (!any)
		buf_adds(out, "It has no tests yet.\n");
}

static void add_after(struct buf *out, const struct compile *c, uint32_t sequence)
{
	const struct sequence *q = c->sequences[sequence];
	doc_rules(out, c, q);
	doc_bounds(out, c, sequence);
	add_tests(out, c, q);
}

/* ---- pages ---- */

void doc_markdown(struct buf *out, const struct compile *c, uint32_t sequence)
{
	struct arena arena;
	struct picture picture;
	arena_init(&arena, 0, NULL);
	picture_make(&picture, c, c->sequences[sequence], &arena);
	add_before(out, c, sequence);
	buf_adds(out, "\n```mermaid\n");
	picture_mermaid(out, &picture, 1);
	buf_adds(out, "```\n");
	add_after(out, c, sequence);
	arena_free(&arena);
}

static void open_page(struct buf *out, struct slice title)
{
	buf_adds(out, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	              "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>");
	xml_add(out, title);
	buf_adds(out, "</title>\n<style>\n");
	buf_add_slice(out, page_file("base.css"));
	buf_add_slice(out, page_file("doc.css"));
	buf_adds(out, "</style>\n</head>\n<body>\n<main>\n");
}

static void close_page(struct buf *out)
{
	buf_adds(out, "</main>\n</body>\n</html>\n");
}

static void add_rendered(struct buf *out, const struct buf *markdown)
{
	char *html = markdown->failed
	                     ? NULL
	                     : cmark_markdown_to_html(markdown->n ? markdown->p : "", markdown->n, CMARK_OPT_DEFAULT);
	out->failed |= !html;
	if (html)
		buf_adds(out, html);
	free(html);
}

/* True also without Graphviz: the page says so. */
static bool add_picture(struct buf *out, const struct compile *c, uint32_t sequence, struct buf *error)
{
	struct arena arena;
	struct picture picture;
	struct buf svg = {0};
	bool missing;
	arena_init(&arena, 0, NULL);
	picture_make(&picture, c, c->sequences[sequence], &arena);
	bool ok = picture_svg(&svg, &picture, false, error, &missing);
	buf_adds(out, "<figure>\n");
	if (ok)
		buf_add_slice(out, buf_slice(&svg));
	else if (missing)
		buf_adds(out, "<p class=\"quiet\">With Graphviz (<code>apt install graphviz</code>) a picture of the "
		              "sequence "
		              "stands here.</p>\n");
	buf_adds(out, "</figure>\n");
	out->failed |= svg.failed;
	buf_free(&svg);
	arena_free(&arena);
	return ok || missing;
}

bool doc_html(struct buf *out, const struct compile *c, uint32_t sequence, struct buf *error)
{
	struct buf text = {0};
	open_page(out, title_of(c->sequences[sequence]));
	add_before(&text, c, sequence);
	add_rendered(out, &text);
	bool ok = add_picture(out, c, sequence, error);
	buf_clear(&text);
	add_after(&text, c, sequence);
	add_rendered(out, &text);
	close_page(out);
	buf_free(&text);
	return ok;
}

void doc_index(struct buf *out, const struct compile *c, const bool *wanted, bool html)
{
	struct buf text = {0};
	struct slice title = c->has_workspace ? c->workspace->name : SLICE("Sequences");
	buf_adds(&text, "# ");
	markdown_add(&text, title);
	buf_adds(&text, "\n\n");
	for (uint32_t i = 0; i < c->result_count; i++) {
		const struct sequence *q = c->sequences[i];
		if (!wanted[i])
			continue;
		buf_adds(&text, "- [");
		markdown_add(&text, title_of(q));
		buf_addf(&text, "](%.*s%s)%s", SLICE_ARG(q->name.text), html ? ".html" : ".md",
		         q->draft ? " (draft)" : "");
		if (q->description.n) {
			buf_adds(&text, ": ");
			markdown_add(&text, q->description);
		}
		buf_addc(&text, '\n');
	}
	if (html) {
		open_page(out, title);
		add_rendered(out, &text);
		close_page(out);
	} else {
		buf_add_slice(out, buf_slice(&text));
	}
	out->failed |= text.failed;
	buf_free(&text);
}
