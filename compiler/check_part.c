/* SPDX-License-Identifier: Apache-2.0
 * The parts of steps that are no messages: one table says which fits which kind of step. */
#include "compiler/check_part.h"
#include "compiler/expression.h"
#include "compiler/template.h"

static const struct part_row {
	const char *word;
	enum ast_kind node;
	uint32_t kinds;
} rows[PART_COUNT] = {
#define ROW(NAME, called, made, takers) {called, AST_##made, takers},
        PARTS(ROW)
#undef ROW
};

/* Another step's part, or a misspelt one. */
static void say_misplaced(struct checker *k, const struct step *s, struct span span, struct slice part)
{
	struct slice words[PART_COUNT] = {{NULL, 0}};
	size_t count = 0;
	for (int i = 0; i < PART_COUNT; i++)
		if (rows[i].kinds >> s->plan_kind & 1)
			words[count++] = slice_of(rows[i].word);
	bool vowel = s->kind[0] == 'a' || s->kind[0] == 'o';
	struct slice told = arena_printf(k->arena, "%s `%s`", vowel ? "an" : "a", s->kind);
	struct diag *g = diag_part_not_here(k->diags, span, part, told);
	int near = diag_nearest(part, words, count);
	if (near >= 0)
		diag_fix(k->diags, g, (struct span){span.source, span.start, span.start + (uint32_t)part.n},
		         words[near], FIX_MAYBE, "did you mean `%.*s`?", SLICE_ARG(words[near]));
}

/* Its row in the table, or -1; `word` is what the author calls it. */
static int find_row(const struct ast *i, struct slice *word)
{
	*word = slice_of(ast_kind_name(i->kind));
	if (i->kind == AST_PART)
		*word = ((const struct ast_part *)i)->key.text;
	else if (i->kind == AST_MESSAGE)
		*word = ((const struct ast_message *)i)->channel.text;
	for (int row = 0; row < PART_COUNT; row++) {
		if (rows[row].node != i->kind || (i->kind == AST_PART && !slice_is(*word, rows[row].word)))
			continue;
		*word = slice_of(rows[row].word);
		return row;
	}
	return -1;
}

void gather_parts(struct checker *k, const struct step *s, const struct ast_list *list, struct parts *out)
{
	*out = (struct parts){.all = list};
	for (const struct ast *i = list->first; i; i = i->next) {
		struct slice word;
		int row = find_row(i, &word);
		if (i->kind == AST_ERROR) { /* was said */
			out->incomplete = true;
			continue;
		}
		if (row < 0 && s->plan_kind == STEP_REVIEW && i->kind == AST_PART)
			continue; /* a site */
		if (row < 0 || !(rows[row].kinds >> s->plan_kind & 1)) {
			say_misplaced(k, s, i->span, word);
			out->incomplete = true;
			continue;
		}
		if (out->at[row] && row != PART_REMIND) {
			struct diag *g = diag_given_twice(k->diags, i->span, word);
			diag_label(k->diags, g, out->at[row]->span, "first given here");
		}
		if (!out->at[row])
			out->at[row] = i;
	}
}

/* `{{link}}` leads from a message to the pages: nothing else carries it. */
static void check_no_link(struct checker *k, const struct piece *p)
{
	for (; p; p = p->next) {
		if (p->kind == PIECE_HOLE && p->expr->kind == EXPR_BUILTIN && p->expr->builtin == BUILTIN_LINK)
			diag_not_here(k->diags, p->span, SLICE("link"), SLICE("the text of a message"));
		check_no_link(k, p->then);
		check_no_link(k, p->otherwise);
	}
}

struct text *action_text(struct checker *k, const struct ast *tree, enum plan_form form)
{
	struct text *t = check_text(k, tree, form);
	for (uint32_t i = 0; t && i < (t->localised ? k->workspace->locale_count : 1); i++)
		check_no_link(k, t->locales[i]);
	return t;
}

struct text *part_text(struct checker *k, const struct parts *p, enum part which, enum plan_form form)
{
	return p->at[which] ? action_text(k, ((const struct ast_part *)p->at[which])->value, form) : NULL;
}

void need_part(struct checker *k, const struct step *s, const struct parts *p, bool there, const char *what)
{
	if (!there && !p->incomplete)
		soften(k, diag_missing_part(k->diags, s->name.span, slice_of(what), slice_of(s->kind), s->name.text));
}

/* ---- links ---- */

/* The host of https://HOST/…, or of https://HOST where that is all; empty when it is not so. */
static struct slice host_of(struct slice s, bool all)
{
	struct slice none = {"", 0};
	if (!slice_starts(s, "https://"))
		return none;
	struct slice host = {s.p + 8, 0};
	for (size_t i = 8; i < s.n; i++) {
		char c = s.p[i];
		bool ends = c == '/' || c == '?' || c == '#';
		bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
		            c == '-' || c == ':';
		if (ends)
			return host;
		if (!good)
			return none;
		host.n++;
	}
	return all ? host : none;
}

static bool is_clean(const struct piece *p)
{
	for (size_t i = 0; i < p->chars.n; i++)
		if ((unsigned char)p->chars.p[i] <= ' ')
			return false;
	return true;
}

/* Behind the host: literal characters, and values that cannot leave their place. */
static bool tail_is_safe(struct checker *k, const struct piece *p)
{
	for (; p; p = p->next) {
		const struct filter *last = p->filters;
		while (last && last->next)
			last = last->next;
		bool escaped = last && last->info->lowering == LOWERS_FILTER && last->info->filter == FILTER_URL;
		if (p->kind == PIECE_HOLE && p->expr->kind != EXPR_POISON && !escaped)
			diag_unsafe_link(k->diags, p->span);
		if (p->kind == PIECE_CHARS && !is_clean(p))
			return false;
		if (p->kind == PIECE_WHEN && !(tail_is_safe(k, p->then) && tail_is_safe(k, p->otherwise)))
			return false;
	}
	return true;
}

static bool is_url_hole(const struct piece *p)
{
	bool ok = p && !p->next && p->kind == PIECE_HOLE;
	if (!ok || p->expr->kind == EXPR_POISON)
		return ok;
	ok = p->expr->type.kind == TYPE_URL;
	for (const struct filter *f = p->filters; f && ok; f = f->next)
		ok = f->info->lowering == LOWERS_DEFAULT && slice_starts(f->argument.text, "https://");
	return ok;
}

struct slice check_link_text(struct checker *k, const struct text *t, const char *what, bool whole)
{
	struct slice host = {"", 0};
	for (uint32_t i = 0; t && i < (t->localised ? k->workspace->locale_count : 1); i++) {
		const struct piece *p = t->locales[i];
		if (whole && is_url_hole(p))
			continue;
		struct slice here = p && p->kind == PIECE_CHARS ? host_of(p->chars, !p->next) : host;
		if (p && !here.n && p->kind == PIECE_HOLE && p->expr->kind == EXPR_POISON)
			continue;
		bool same = whole || !host.n || slice_eq(host, here);
		if (!p ? !t->localised : !here.n || !same || !tail_is_safe(k, p))
			diag_bad_url(k->diags, p ? p->span : t->span, slice_of(what));
		host = here;
	}
	return host;
}

/* ---- pairs ---- */

static const struct field *find_field(const struct field *f, struct slice name)
{
	while (f && !slice_eq(f->name.text, name))
		f = f->next;
	return f;
}

/* The value of a pair; of a handoff, of the type that the other sequence's input has. */
static struct expr *check_pair_value(struct checker *k, const struct ast_pair *t, const struct field *f)
{
	if (!f || f->type.kind == TYPE_UNKNOWN) {
		struct expr *e = check_expr(k, t->value);
		expr_adopt(e, &e->type);
		return e;
	}
	struct expr *e = check_expr_as(k, t->value, &f->type);
	if (e->kind != EXPR_POISON && e->type.kind != f->type.kind &&
	    !(type_is_textual(&e->type) && f->type.kind == TYPE_TEXT))
		diag_wrong_type(k->diags, e->span, slice_of(type_word(&f->type)), slice_of(type_word(&e->type)));
	return e;
}

struct pair *check_pair_list(struct checker *k, const struct ast_list *list, struct field *fields, const char *kind)
{
	struct pair *first = NULL, **last = &first;
	struct names seen = {0};
	for (const struct ast *i = list->first; i; i = i->next) {
		if (i->kind != AST_PAIR)
			continue;
		const struct ast_pair *t = (const struct ast_pair *)i;
		const struct name *other = names_find(&seen, 0, t->key.text);
		const struct field *f = find_field(fields, t->key.text);
		if (other) {
			struct diag *g = diag_given_twice(k->diags, i->span, t->key.text);
			diag_label(k->diags, g, other->span, "first given here");
			continue;
		}
		names_add(&seen, k->arena, 0, t->key.text, t->key.span, NULL);
		if (kind && !f) {
			struct slice words[64];
			size_t count = 0;
			for (const struct field *w = fields; w && count < 64; w = w->next)
				words[count++] = w->name.text;
			struct diag *g = diag_unknown_name(k->diags, t->key.span, slice_of(kind), t->key.text);
			int near = diag_nearest(t->key.text, words, count);
			if (near >= 0)
				diag_fix(k->diags, g, t->key.span, words[near], FIX_MAYBE, "did you mean `%.*s`?",
				         SLICE_ARG(words[near]));
		}
		struct pair *p = *last = ARENA_NEW(k->arena, struct pair);
		p->key = t->key;
		p->value = check_pair_value(k, t, f);
		last = &p->next;
	}
	return first;
}
