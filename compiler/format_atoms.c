/* SPDX-License-Identifier: Apache-2.0
 * From tokens and tree to atoms. The tokens lose nothing, so that what the formatter prints is complete by
 * construction; the tree tells what a token alone cannot: where an entry of a list without `;` begins, whether a `-` is
 * a sign, whether `otherwise` is one or a name. */
#include "compiler/format_atoms.h"
#include "base/utf8.h"
#include "seq.h"
#include <string.h>

/* ---- tokens ---- */

/* The index after the text that opens at token i: texts in its holes are within. */
static uint32_t after_text(const struct lexed *l, uint32_t i)
{
	uint32_t depth = 0;
	for (; i < l->count; i++) {
		depth += l->tokens[i].kind == TK_SOPEN;
		if (l->tokens[i].kind == TK_SCLOSE && --depth == 0)
			return i + 1;
	}
	return i;
}

static bool is_tight(const struct atom *items, uint32_t i)
{
	uint32_t kind = items[i].kind, last = i > 0 ? items[i - 1].kind : 0;
	switch (kind) {
	case TK_RPAREN:
	case TK_COMMA:
	case TK_DOT:
	case TK_DOTDOT:
	case TK_SLASH: return true;
	case TK_MINUS: return last == TK_TIME; /* a time is in no sum */
	case TK_TIME: return last == TK_MINUS && i > 1 && items[i - 2].kind == TK_TIME;
	default: break;
	}
	return last == TK_LPAREN || last == TK_DOT || last == TK_DOTDOT || last == TK_SLASH;
}

static void read_tokens(struct atoms *a)
{
	const struct lexed *l = a->lexed;
	const char *text = a->source->text.p;
	bool begins = true;
	uint32_t comments = 0;
	for (uint32_t i = 0; i < l->count;) {
		struct token t = l->tokens[i];
		if (t.kind == TK_SEP) {
			begins = true;
			i++;
			continue;
		}
		uint32_t next = t.kind == TK_SOPEN ? after_text(l, i) : i + 1;
		struct atom *n = &a->items[a->count];
		n->start = t.start;
		n->end = l->tokens[next - 1].end;
		n->kind = t.kind == TK_SOPEN ? TK_STRING : t.kind;
		n->text = t.kind == TK_MINUS ? SLICE("-") : (struct slice){text + n->start, n->end - n->start};
		while (comments < l->comment_count && l->comments[comments].start < n->start)
			comments++;
		n->comments = comments;
		if (n->kind == TK_STRING && memchr(n->text.p, '\n', n->text.n))
			n->flags |= ATOM_LINES;
		if (begins && n->kind != TK_RBRACE)
			n->flags |= ATOM_BEGINS;
		else if (is_tight(a->items, a->count))
			n->flags |= ATOM_TIGHT;
		begins = n->kind == TK_LBRACE;
		a->count++;
		i = next;
	}
	a->items[a->count].start = a->items[a->count].end = (uint32_t)a->source->text.n;
	a->items[a->count].comments = l->comment_count;
}

/* The parser balanced them: no block is open at the end. */
static void match_pairs(struct atoms *a)
{
	uint32_t open[NESTING_MAX + 1], depth = 0;
	for (uint32_t i = 0; i < a->count; i++) {
		uint32_t kind = a->items[i].kind;
		if ((kind == TK_LBRACE || kind == TK_LPAREN) && depth <= NESTING_MAX) {
			open[depth++] = i;
		} else if ((kind == TK_RBRACE || kind == TK_RPAREN) && depth > 0) {
			uint32_t opener = open[--depth];
			a->items[opener].match = i;
			a->items[i].match = opener;
		}
	}
}

/* ---- the tree ---- */

#define AS(name, n) ((const struct ast_##name *)(n)) /* of a kind that was just looked at */

/* The atom that begins there, or `count`. */
static uint32_t find(const struct atoms *a, uint32_t start)
{
	uint32_t low = 0, high = a->count;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (a->items[middle].start < start)
			low = middle + 1;
		else
			high = middle;
	}
	return low < a->count && a->items[low].start == start ? low : a->count;
}

static void tighten(struct atoms *a, uint32_t i)
{
	if (i < a->count)
		a->items[i].flags |= ATOM_TIGHT;
}

/* `(` of a call or of parameters. */
static void tighten_bracket(struct atoms *a, uint32_t i)
{
	while (i < a->count && a->items[i].kind != TK_LPAREN)
		i++;
	tighten(a, i);
}

/* A unit is singular after 1 and where no number stands, else plural. */
static void spell_unit(struct atoms *a, uint32_t number, uint32_t i)
{
	if (i < a->count && a->items[i].kind == TK_BUSINESS)
		i++;
	if (i >= a->count)
		return;
	bool one = number == a->count || slice_is(a->items[number].text, "1");
	uint32_t words;
	if (slice_ends(a->items[i].text, "s") != one)
		return;
	const struct word_info *w = lex_words(&words);
	for (uint32_t k = 0; k < words; k++) {
		bool plural = w[k].spelling[w[k].length - 1] == 's';
		if (w[k].kind == a->items[i].kind && plural != one)
			a->items[i].text = (struct slice){w[k].spelling, w[k].length};
	}
}

static void mark_duration(struct atoms *a, uint32_t i)
{
	if (i < a->count && a->items[i].kind == TK_NUM)
		spell_unit(a, i, i + 1);
	else
		spell_unit(a, a->count, i);
}

static void mark_entries(struct atoms *a, const struct ast_list *list, uint8_t flags)
{
	for (const struct ast *n = list->first; n; n = n->next) {
		uint32_t i = find(a, n->span.start);
		if (i < a->count)
			a->items[i].flags = flags;
	}
}

/* The word `otherwise` before `next`: in `choose` it begins an arm of its own. */
static void mark_otherwise(struct atoms *a, uint32_t next, bool arm)
{
	uint32_t i = find(a, next);
	if (i == 0 || i == a->count)
		return;
	struct atom *n = &a->items[i - 1];
	n->flags = arm ? ATOM_BEGINS | ATOM_NO_MARK : ATOM_OTHERWISE;
	n->node = arm ? AST_ARM : AST_ERROR;
}

static void mark_arms(struct atoms *a, const struct ast_list *whens)
{
	for (const struct ast *n = whens->first; n; n = n->next) {
		const struct ast_when *w = AS(when, n);
		uint32_t i = find(a, n->span.start);
		if (i < a->count)
			a->items[i].node = AST_ARM;
		if (w->otherwise)
			mark_otherwise(a, w->otherwise->span.start, true);
	}
}

static void mark_when(struct atoms *a, const struct ast_when *w)
{
	uint32_t i = w->otherwise ? find(a, w->otherwise->span.start) : 0;
	if (i > 0 && i < a->count && a->items[i - 1].node != AST_ARM)
		mark_otherwise(a, w->otherwise->span.start, false);
}

static void mark_node(struct atoms *a, const struct ast *n, uint32_t i)
{
	switch (n->kind) {
	case AST_NEGATE:
	case AST_OFFSET: tighten(a, i + 1); break;
	case AST_DAYS:
		if (AS(days, n)->to.text.n) {
			tighten(a, i + 1);
			tighten(a, i + 2);
		}
		break;
	case AST_RUN:
	case AST_FRAGMENT: tighten_bracket(a, i); break;
	case AST_DURATION: mark_duration(a, i); break;
	case AST_REPEAT: spell_unit(a, i + 3, i + 4); break; /* repeat up to 3 times */
	case AST_LOCALISED: mark_entries(a, &AS(localised, n)->entries, ATOM_BEGINS | ATOM_NO_MARK); break;
	case AST_QUESTION: mark_entries(a, &AS(question, n)->options, ATOM_BEGINS); break;
	case AST_CHOOSE: mark_arms(a, &AS(choose, n)->whens); break;
	case AST_WHEN: mark_when(a, AS(when, n)); break;
	case AST_WAIT_UNTIL:
		if (AS(wait_until, n)->otherwise.text.n)
			mark_otherwise(a, AS(wait_until, n)->otherwise.span.start, false);
		break;
	case AST_ONE_SEQUENCE: mark_otherwise(a, AS(one_sequence, n)->otherwise.span.start, false); break;
	default: break;
	}
}

static enum ast_kind statement_kind(const struct ast *n)
{
	bool nameless = n->kind == AST_MESSAGE && AS(message, n)->name.text.n == 0;
	return nameless ? AST_PART : n->kind;
}

static void mark(const struct ast *n, void *context)
{
	struct atoms *a = context;
	uint32_t i = n->kind == AST_FILE ? a->count : find(a, n->span.start);
	if (i < a->count) {
		mark_node(a, n, i);
		struct atom *t = &a->items[i];
		if ((t->flags & ATOM_BEGINS) && t->node == AST_ERROR)
			t->node = statement_kind(n); /* the outermost of the nodes that begin here */
	}
	if (n->kind != AST_TEXT)
		ast_each_child(n, mark, a);
}

/* ---- all of it ---- */

struct slice atom_gap(const struct atoms *a, uint32_t i)
{
	const struct atom *t = &a->items[i];
	if (i == 0 || (t->flags & ATOM_TIGHT))
		return SLICE("");
	bool marked = (t->flags & ATOM_BEGINS) && !(t->flags & ATOM_NO_MARK) && a->items[i - 1].kind != TK_LBRACE;
	return marked ? SLICE("; ") : SLICE(" ");
}

struct slice comment_text(const struct source *s, const struct comment *c)
{
	uint32_t end = c->end;
	while (end > c->start && (s->text.p[end - 1] == ' ' || s->text.p[end - 1] == '\t'))
		end--;
	return (struct slice){s->text.p + c->start, end - c->start};
}

/* A block that was on one line may be so again; an empty one always is. */
static bool is_broken(const struct atoms *a, uint32_t i)
{
	const struct atom *t = &a->items[i];
	if (t->kind != TK_LBRACE)
		return t->flags & ATOM_LINES;
	const struct atom *close = &a->items[t->match];
	if (t->match == i + 1 && close->comments == t->comments)
		return false;
	return memchr(a->source->text.p + t->end, '\n', close->start - t->end);
}

static uint32_t width_of(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] >= 0x80)
			return (uint32_t)utf8_slice_width(s);
	return (uint32_t)s.n;
}

static void add_up(struct atoms *a)
{
	uint32_t columns = 0, broken = 0;
	for (uint32_t i = 0; i < a->count; i++) {
		struct atom *t = &a->items[i];
		t->width = width_of(t->text);
		t->columns = columns += (uint32_t)atom_gap(a, i).n + t->width;
		t->broken = broken += is_broken(a, i);
	}
}

void atoms_of(struct atoms *out, const struct source *s, const struct lexed *lexed, const struct ast *tree,
              struct arena *arena)
{
	*out = (struct atoms){.source = s, .lexed = lexed};
	out->items = ARENA_ARRAY(arena, struct atom, lexed->count + 1);
	read_tokens(out);
	match_pairs(out);
	mark(tree, out);
	add_up(out);
}
