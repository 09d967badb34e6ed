/* SPDX-License-Identifier: Apache-2.0
 * Which findings are consequences of a mistake of form. Each mistake spoils the statement that it stands in. A finding
 * in a spoilt statement is never told; one that asks for more (`needs` in diagnostics.txt) falls silent when its block,
 * its declaration or the workspace holds a spoilt statement, or when a name that it misses stands in a spoilt text.
 * None is told either of a name that stands in a spoilt text, or in a statement that names a declaration which holds a
 * spoilt statement. Findings elsewhere are told as ever. */
#include "compiler/poison.h"
#include "compiler/lex.h"
#include "compiler/names.h"
#include "compiler/resolve.h"
#include "diag_codes.h"
#include <stdlib.h>
#include <string.h>

#define ROOT 0u /* the file itself: statement 0 */

struct statement {
	enum ast_kind kind;
	struct span span;
	uint32_t parent;
	bool spoilt, holds_spoilt;
	bool lacks_name; /* of what is declared in it, one name was left out */
};

/* The statements of one source that has mistakes; a text file has none. */
struct page {
	uint32_t source;
	struct statement *items; /* by start, outer ones first */
	uint32_t count, cap;
	uint32_t *lines; /* of the mistakes */
	uint32_t line_count, line_cap;
};

struct poison {
	struct compile *c;
	struct page **pages; /* by source; NULL: no mistake in it */
	struct names lost;   /* the words of what is spoilt */
	struct names hurt;   /* the names of declarations that hold something spoilt */
	bool workspace_spoilt;
};

static bool is_form(const struct diag *g)
{
	return memcmp(diag_info_at(g->code)->code, "E01", 3) == 0;
}

/* ---- statements ---- */

static bool is_statement(enum ast_kind kind)
{
	switch (kind) {
	case AST_WORD:
	case AST_PATH:
	case AST_STRING:
	case AST_TYPE:
	case AST_BLOCK:
	case AST_DAYS:
	case AST_WINDOW_PART:
	case AST_TRIGGER: return false;
	default: return kind < AST_TEXT || kind > AST_YES_NO; /* texts and expressions are parts of one */
	}
}

struct collecting {
	struct arena *arena;
	struct page *page;
};

static void collect(const struct ast *n, void *context)
{
	struct collecting *k = context;
	struct page *p = k->page;
	if (is_statement(n->kind))
		ARENA_PUSH(k->arena, p->items, p->count, p->cap) = (struct statement){.kind = n->kind, .span = n->span};
	ast_each_child(n, collect, k);
}

static int by_start(const void *a, const void *b)
{
	const struct statement *x = a, *y = b;
	if (x->span.start != y->span.start)
		return x->span.start < y->span.start ? -1 : 1;
	return (x->span.end < y->span.end) - (x->span.end > y->span.end);
}

static struct page *page_of(struct poison *k, uint32_t source)
{
	struct compile *c = k->c;
	if (k->pages[source])
		return k->pages[source];
	struct page *p = k->pages[source] = ARENA_NEW(&c->arena, struct page);
	p->source = source;
	for (uint32_t i = 0; i < c->source_count; i++)
		if (c->seq_sources[i] == source)
			collect(c->trees[i], &(struct collecting){&c->arena, p});
	if (p->count)
		qsort(p->items, p->count, sizeof *p->items, by_start);
	for (uint32_t i = 1; i < p->count; i++) {
		uint32_t parent = i - 1;
		while (parent != ROOT && p->items[parent].span.end <= p->items[i].span.start)
			parent = p->items[parent].parent;
		p->items[i].parent = parent;
	}
	return p;
}

/* Whether a mistake at `at` may belong to what ended before it: nothing but the rest of its line is between. */
static bool reaches(const char *text, uint32_t end, uint32_t at)
{
	bool comment = false;
	for (uint32_t i = end; i < at; i++) {
		comment |= text[i] == '#';
		if (text[i] == '\n' || (!comment && (text[i] == ';' || text[i] == '}')))
			return false;
	}
	return true;
}

static uint32_t statement_at(const struct poison *k, const struct page *p, uint32_t at)
{
	const char *text = k->c->sources.items[p->source].text.p;
	uint32_t low = 0, high = p->count;
	while (low < high) { /* the first that begins after it */
		uint32_t middle = low + (high - low) / 2;
		if (p->items[middle].span.start <= at)
			low = middle + 1;
		else
			high = middle;
	}
	uint32_t i = low ? low - 1 : ROOT;
	while (i != ROOT && !reaches(text, p->items[i].span.end, at))
		i = p->items[i].parent;
	return i;
}

static uint32_t line_at(const struct poison *k, const struct page *p, uint32_t at)
{
	uint32_t line, column;
	source_place(&k->c->sources.items[p->source], at, &line, &column);
	return line;
}

/* ---- spoiling ---- */

#define LINE_BYTES_MAX 4096 /* a longer line is no line */

static bool is_word_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* The next word at or after *at; empty at the end. */
static struct slice next_word(struct slice text, size_t *at)
{
	while (*at < text.n && !is_word_char(text.p[*at]))
		++*at;
	size_t start = *at;
	while (*at < text.n && is_word_char(text.p[*at]))
		++*at;
	return (struct slice){text.p + start, *at - start};
}

static void lose_words(struct poison *k, uint32_t source, uint32_t start, uint32_t end)
{
	struct span span = {source, start, end};
	struct slice text = source_text(&k->c->sources, span), word;
	for (size_t at = 0; (word = next_word(text, &at)).n;)
		if (!names_find(&k->lost, 0, word))
			names_add(&k->lost, &k->c->arena, 0, word, span, NULL);
}

/* The words of a statement but those of the statements inside it. */
static void lose_own_words(struct poison *k, const struct page *p, uint32_t i)
{
	uint32_t from = p->items[i].span.start;
	for (uint32_t child = i + 1; child < p->count && p->items[child].span.start < p->items[i].span.end; child++) {
		if (p->items[child].parent != i)
			continue;
		if (p->items[child].span.start > from)
			lose_words(k, p->source, from, p->items[child].span.start);
		from = p->items[child].span.end;
	}
	if (from < p->items[i].span.end)
		lose_words(k, p->source, from, p->items[i].span.end);
}

static void spoil_statement(struct poison *k, struct page *p, uint32_t i)
{
	if (p->items[i].spoilt)
		return;
	p->items[i].spoilt = true;
	lose_own_words(k, p, i);
	for (;; i = p->items[i].parent) {
		p->items[i].holds_spoilt = true;
		k->workspace_spoilt |= p->items[i].kind == AST_WORKSPACE;
		if (i == ROOT)
			return;
	}
}

static uint32_t declaration_around(const struct page *p, uint32_t i)
{
	while (i != ROOT && p->items[i].parent != ROOT)
		i = p->items[i].parent;
	return i;
}

/* The line of the mistake is spoilt, whichever statements recovery made of it. */
static void spoil_line(struct poison *k, struct page *p, uint32_t at)
{
	const struct source *s = &k->c->sources.items[p->source];
	uint32_t line = line_at(k, p, at);
	if (p->line_count > 0 && p->lines[p->line_count - 1] == line)
		return;
	ARENA_PUSH(&k->c->arena, p->lines, p->line_count, p->line_cap) = line;
	struct slice text = source_line(s, line);
	uint32_t start = (uint32_t)(text.p - s->text.p);
	if (text.n <= LINE_BYTES_MAX)
		lose_words(k, p->source, start, start + (uint32_t)text.n);
}

static void spoil(struct poison *k, const struct diag *g)
{
	struct page *p = page_of(k, g->span.source);
	spoil_line(k, p, g->span.start);
	if (p->count == 0)
		return;
	if (g->code == DIAG_MISSING_TOKEN && slice_find(g->message, SLICE("a name")) >= 0)
		p->items[declaration_around(p, statement_at(k, p, g->span.start))].lacks_name = true;
	if (g->code == DIAG_TOO_MANY_MISTAKES) /* there are more that were not told */
		for (uint32_t i = 0; i < p->count; i++)
			spoil_statement(k, p, i);
	else
		spoil_statement(k, p, statement_at(k, p, g->span.start));
}

/* ---- findings ---- */

#define NAME_BYTES_MAX 120 /* a longer span is no name */

/* Whether a name in the span of the finding is lost. What is a keyword too counts where names are missed only. */
static bool names_a_lost_one(const struct poison *k, const struct diag *g, bool missed)
{
	struct slice text = source_text(&k->c->sources, g->span), word;
	if (!missed && (text.n > NAME_BYTES_MAX || memchr(text.p, '\n', text.n)))
		return false;
	for (size_t at = 0; (word = next_word(text, &at)).n;)
		if (!slice_is(word, "contact") && !slice_is(word, "input") && (missed || lex_word(word) == 0) &&
		    names_find(&k->lost, 0, word))
			return true;
	return false;
}

/* Whether the statement's own words, before its block, name a declaration that holds something spoilt. */
static bool uses_a_hurt_one(const struct poison *k, const struct page *p, uint32_t i)
{
	struct span span = p->items[i].span;
	if (i + 1 < p->count && p->items[i + 1].parent == i)
		span.end = p->items[i + 1].span.start;
	struct slice text = source_text(&k->c->sources, (struct span){p->source, span.start, span.end}), word;
	for (size_t at = 0; i != ROOT && (word = next_word(text, &at)).n;)
		if (names_find(&k->hurt, 0, word))
			return true;
	return false;
}

static bool is_consequence(const struct poison *k, const struct diag *g)
{
	enum diag_needs needs = diag_info_at(g->code)->needs;
	if (is_form(g) || g->span.source >= k->c->sources.count)
		return false;
	if (names_a_lost_one(k, g, needs == DIAG_NEEDS_NAME) || (needs == DIAG_NEEDS_WORKSPACE && k->workspace_spoilt))
		return true;
	if (k->workspace_spoilt && needs == DIAG_NEEDS_NAME && slice_find(g->message, SLICE("contact field")) >= 0)
		return true; /* the field may be the one without a name */
	const struct page *p = k->pages[g->span.source];
	if (!p)
		return false;
	for (uint32_t i = 0; i < p->line_count; i++)
		if (p->lines[i] == line_at(k, p, g->span.start))
			return true;
	if (p->count == 0)
		return false;
	uint32_t i = statement_at(k, p, g->span.start);
	if (p->items[i].spoilt || (needs == DIAG_NEEDS_BLOCK && p->items[i].holds_spoilt) || uses_a_hurt_one(k, p, i))
		return true;
	i = declaration_around(p, i);
	return (needs == DIAG_NEEDS_DECLARATION && p->items[i].holds_spoilt) ||
	       (needs == DIAG_NEEDS_NAME && (p->items[i].lacks_name || p->items[ROOT].lacks_name));
}

/* Declarations that other statements name, with something spoilt in them. */
static void find_hurt(struct poison *k)
{
	for (struct module *m = k->c->modules->first; m; m = m->next)
		for (struct declaration *d = m->first; d; d = d->next) {
			const struct page *p = k->pages[m->source];
			uint32_t i = p && p->count ? statement_at(k, p, d->tree->span.start) : ROOT;
			if (i != ROOT && p->items[i].holds_spoilt && d->kind != DECLARES_SEQUENCE)
				names_add(&k->hurt, &k->c->arena, 0, d->name.text, d->name.span, NULL);
		}
}

void poison_drop_consequences(struct compile *c)
{
	struct diags *d = &c->diags;
	struct poison k = {.c = c};
	for (uint32_t i = 0; i < d->count; i++) {
		if (!is_form(&d->items[i]) || d->items[i].span.source >= c->sources.count)
			continue;
		if (!k.pages)
			k.pages = ARENA_ARRAY(&c->arena, struct page *, c->sources.count);
		spoil(&k, &d->items[i]);
	}
	if (!k.pages)
		return;
	k.workspace_spoilt |= !c->modules->workspace; /* what stands in for one is gathered from what was read */
	find_hurt(&k);
	uint32_t kept = 0;
	for (uint32_t i = 0; i < d->count; i++)
		if (!is_consequence(&k, &d->items[i]))
			d->items[kept++] = d->items[i];
	d->count = kept; /* diags_sort counts errors and warnings anew */
}
