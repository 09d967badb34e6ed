/* SPDX-License-Identifier: Apache-2.0
 * Texts: literals with holes, files, localised ones (language.md §8). A hole's value must be present where it is
 * rendered (rule 11); what a hole in a link may hold is held to rule 22. */
#include "compiler/template.h"
#include "compiler/checker.h"
#include "compiler/expression.h"
#include "compiler/foreign_tag.h"
#include "compiler/parse.h"
#include <string.h>

#define INDEX_FILTER(NAME)  FILTER_##NAME
#define INDEX_DEFAULT(NAME) 0
#define INDEX_DATE(NAME)    0
#define INDEX_NUMBER(NAME)  0
const struct filter_info filter_infos[] = {
#define FILTER(name, NAME, lowering, takes, argument, gives)                                                           \
	{name, LOWERS_##lowering, INDEX_##lowering(NAME), takes[0], ARGUMENT_##argument},
#include "plan/filter.def"
#undef FILTER
};
const uint32_t filter_info_count = sizeof filter_infos / sizeof *filter_infos;

/* Where the text stands: inside a link's target or not. Follows the literal pieces. */
struct target {
	bool markdown, open;
	bool https;        /* the target begins with https:// */
	struct slice last; /* the literal before the hole */
};

/* ---- filters ---- */

static const struct filter_info *find_filter(struct checker *k, struct ast_name name)
{
	struct slice words[sizeof filter_infos / sizeof *filter_infos];
	for (uint32_t i = 0; i < filter_info_count; i++) {
		words[i] = slice_of(filter_infos[i].name);
		if (slice_eq(words[i], name.text))
			return &filter_infos[i];
	}
	struct diag *g = diag_unknown_name(k->diags, name.span, SLICE("filter"), name.text);
	int near = diag_nearest(name.text, words, filter_info_count);
	if (near >= 0)
		diag_fix(k->diags, g, name.span, words[near], FIX_MAYBE, "did you mean `%.*s`?",
		         SLICE_ARG(words[near]));
	return NULL;
}

static const char *takes_word(char takes)
{
	return takes == 't' ? "a text" : takes == 'n' ? "a number" : "a date or a moment";
}

static bool fits(char takes, const struct type *type)
{
	switch (takes) {
	case 't': return type_is_textual(type);
	case 'n': return type->kind == TYPE_NUMBER;
	case 'd': return type->kind == TYPE_DATE || type->kind == TYPE_MOMENT;
	default: return true;
	}
}

/* Every %letter must be one that the VM writes. */
static bool date_format_is_good(struct slice f)
{
	bool any = false;
	for (size_t i = 0; i < f.n; i++) {
		if (f.p[i] != '%')
			continue;
		if (++i >= f.n || !strchr("aAbBcdDeFhHIjklmMpPRSTuwxXyYz%", f.p[i]))
			return false;
		any = true;
	}
	return any;
}

static bool check_argument(struct checker *k, const struct ast_filter *t, const struct filter_info *info,
                           struct constant *out)
{
	static const char *const wants[] = {
	        [ARGUMENT_none] = "nothing", [ARGUMENT_number] = "a whole number", [ARGUMENT_text] = "a text"};
	const struct ast *a = t->args.first;
	bool ok = t->args.count == (info->argument != ARGUMENT_none);
	if (ok && info->argument == ARGUMENT_number) {
		int64_t micro = a->kind == AST_NUMBER ? ((const struct ast_number *)a)->micro : -1;
		int64_t most = info->lowering == LOWERS_NUMBER ? 6 : 10000;
		ok = micro >= 0 && micro % NUMBER_ONE == 0 && micro / NUMBER_ONE <= most;
		*out = (struct constant){.type = TYPE_NUMBER, .value = micro};
	} else if (ok && info->argument == ARGUMENT_text) {
		ok = a->kind == AST_STRING;
		if (ok)
			*out = (struct constant){.type = TYPE_TEXT, .text = ((const struct ast_string *)a)->value.text};
		ok = ok && (info->lowering != LOWERS_DATE || date_format_is_good(out->text));
	}
	if (ok)
		return true;
	struct diag *g = diag_filter_argument(k->diags, a ? a->span : t->node.span, t->name.text,
	                                      slice_of(wants[info->argument]));
	if (info->lowering == LOWERS_DATE)
		diag_note(k->diags, g,
		          "letters: %%d %%e day, %%m %%b %%B month, %%y %%Y year, %%a %%A weekday, %%H %%I %%M %%S %%p "
		          "time, %%j %%u");
	return false;
}

/* The filters of a hole; `type` goes in as the value's and out as the hole's. False: one was wrong. */
static bool check_filters(struct checker *k, const struct ast_list *list, struct piece *piece, struct type *type)
{
	struct filter **last = &piece->filters;
	for (const struct ast *i = list->first; i; i = i->next) {
		const struct ast_filter *t = (const struct ast_filter *)i;
		struct constant argument = {.type = TYPE_NUMBER};
		const struct filter_info *info = i->kind == AST_FILTER ? find_filter(k, t->name) : NULL;
		if (!info || !check_argument(k, t, info, &argument))
			return false;
		if (!fits(info->takes, type)) {
			diag_filter_type(k->diags, t->name.span, t->name.text, slice_of(takes_word(info->takes)),
			                 slice_of(type_word(type)));
			return false;
		}
		*last = ARENA_NEW(k->arena, struct filter);
		**last = (struct filter){.info = info, .argument = argument};
		last = &(*last)->next;
		*type = (struct type){.kind = TYPE_TEXT};
	}
	return true;
}

/* ---- links ---- */

static void follow_target(struct target *t, struct slice s)
{
	if (!t->markdown)
		return;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (t->open) {
			t->open = c != ')' && c != '>' && c != ' ' && c != '\n' && c != '\t';
		} else if ((c == '(' && i > 0 && s.p[i - 1] == ']') || (c == '<' && i + 1 < s.n && s.p[i + 1] == 'h')) {
			struct slice rest = {s.p + i + 1, s.n - i - 1};
			t->open = true;
			t->https = slice_starts(rest, "https://");
		}
	}
	t->last = s;
}

/* Rule 22: a hole in a link's target is a url by itself, or `| url` behind https://… that is written out. */
static void check_target(struct checker *k, const struct target *t, const struct piece *hole)
{
	if (!t->open || hole->expr->kind == EXPR_POISON)
		return;
	const struct filter *last = hole->filters;
	bool whole = slice_ends(t->last, "](") || slice_ends(t->last, "<");
	bool safe = whole && hole->expr->type.kind == TYPE_URL;
	for (; last && safe; last = last->next)
		safe = last->info->lowering == LOWERS_DEFAULT && slice_starts(last->argument.text, "https://");
	for (last = hole->filters; last && last->next;)
		last = last->next;
	bool escaped = t->https && last && last->info->lowering == LOWERS_FILTER && last->info->filter == FILTER_URL;
	if (!safe && !escaped)
		diag_unsafe_link(k->diags, hole->span);
}

/* ---- pieces ---- */

static struct piece *check_pieces(struct checker *k, const struct ast_list *list, struct target *target);

static struct piece *new_piece(struct checker *k, enum piece_kind kind, struct span span)
{
	struct piece *p = ARENA_NEW(k->arena, struct piece);
	p->kind = kind;
	p->span = span;
	return p;
}

/* CRLF is LF, so that a checkout's line ends change no plan. */
static struct slice without_cr(struct checker *k, struct slice s)
{
	if (!s.n || !memchr(s.p, '\r', s.n))
		return s;
	char *p = arena_alloc(k->arena, s.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != '\r' || i + 1 >= s.n || s.p[i + 1] != '\n')
			p[n++] = s.p[i];
	return (struct slice){p, n};
}

static struct piece *check_hole(struct checker *k, struct expr *e, const struct ast_list *filters, struct span span,
                                struct target *target)
{
	struct piece *p = new_piece(k, PIECE_HOLE, span);
	const struct expr *culprit = e;
	p->expr = e;
	expr_adopt(e, &e->type);
	struct type type = e->type;
	bool ok = e->kind != EXPR_POISON && check_filters(k, filters, p, &type), defaulted = false;
	for (const struct filter *f = p->filters; f; f = f->next)
		defaulted |= f->info->lowering == LOWERS_DEFAULT;
	if (ok && !defaulted && !k->flow.ended && !k->loose && expr_may_be_absent(k, e, &culprit))
		say_may_be_absent(k, culprit);
	if (ok)
		check_target(k, target, p);
	return p;
}

static struct piece *check_when_piece(struct checker *k, const struct ast_hole_when *t, struct target *target)
{
	struct piece *p = new_piece(k, PIECE_WHEN, t->node.span);
	p->expr = check_condition(k, t->cond);
	struct flow before = k->flow;
	struct target start = *target;
	flow_assume(&k->flow, k->arena, p->expr, true);
	p->then = check_pieces(k, &t->then, target);
	k->flow = before;
	flow_assume(&k->flow, k->arena, p->expr, false);
	p->otherwise = check_pieces(k, &t->otherwise, &start);
	k->flow = before;
	return p;
}

/* The text that a parameter of a fragment stands for, or NULL. */
static const struct ast *given_text(const struct checker *k, const struct ast *tree)
{
	const struct ast_path *p = (const struct ast_path *)tree;
	const struct bound *b =
	        tree && tree->kind == AST_PATH && p->parts.count == 1 ? find_bound(k, p->text.text) : NULL;
	return b ? b->text : NULL;
}

static struct piece *check_template(struct checker *k, const struct ast *tree, enum plan_form form);

/* Its holes mean what they mean where the fragment is run. */
static struct piece *check_given(struct checker *k, const struct ast *text, struct target *target)
{
	struct frame *frame = k->frame;
	struct module *module = k->module;
	k->module = frame->module;
	k->frame = frame->around;
	struct piece *pieces = check_pieces(k, &((const struct ast_text *)text)->parts, target);
	k->frame = frame;
	k->module = module;
	return pieces;
}

static struct piece *check_pieces(struct checker *k, const struct ast_list *list, struct target *target)
{
	struct piece *first = NULL, **last = &first;
	for (const struct ast *i = list->first; i; i = i->next) {
		struct piece *p;
		switch (i->kind) {
		case AST_CHARS:
			p = new_piece(k, PIECE_CHARS, i->span);
			p->chars = without_cr(k, ((const struct ast_chars *)i)->value.text);
			follow_target(target, p->chars);
			check_foreign_tags(k, i->span, target->markdown);
			break;
		case AST_HOLE:
			if (given_text(k, ((const struct ast_hole *)i)->expr) &&
			    !((const struct ast_hole *)i)->filters.count) {
				p = check_given(k, given_text(k, ((const struct ast_hole *)i)->expr), target);
				break;
			}
			p = check_hole(k, check_expr(k, ((const struct ast_hole *)i)->expr),
			               &((const struct ast_hole *)i)->filters, i->span, target);
			break;
		case AST_HOLE_WHEN: p = check_when_piece(k, (const struct ast_hole_when *)i, target); break;
		default: continue;
		}
		*last = p;
		while (*last)
			last = &(*last)->next;
	}
	return first;
}

static struct piece *check_template(struct checker *k, const struct ast *tree, enum plan_form form)
{
	struct target target = {.markdown = form == FORM_MARKDOWN};
	bool in_text = k->in_text;
	struct piece *pieces = NULL;
	k->in_text = true;
	if (tree && tree->kind == AST_TEXT) {
		pieces = check_pieces(k, &((const struct ast_text *)tree)->parts, &target);
	} else if (given_text(k, tree)) {
		pieces = check_given(k, given_text(k, tree), &target);
	} else if (tree && tree->kind == AST_PATH) {
		static const struct ast_list none = {0};
		pieces = check_hole(k, check_expr(k, tree), &none, tree->span, &target);
	}
	k->in_text = in_text;
	return pieces;
}

/* ---- files ---- */

/* The tree of a text file, parsed once. */
static const struct ast *parsed_file(struct checker *k, uint32_t source)
{
	struct module_table *t = k->c->modules;
	if (source >= t->template_cap) {
		uint32_t cap = (source + 1) * 2;
		t->templates = arena_grow(&k->c->arena, t->templates, sizeof *t->templates * t->template_cap,
		                          sizeof *t->templates * cap);
		t->template_cap = cap;
	}
	if (!t->templates[source])
		t->templates[source] = parse_template(&k->c->sources, source, &k->c->arena, k->diags);
	return t->templates[source];
}

/* The last line's newline belongs to the file, not to the text. */
static void trim_end(struct piece *p)
{
	while (p && p->next)
		p = p->next;
	if (p && p->kind == PIECE_CHARS)
		while (p->chars.n && p->chars.p[p->chars.n - 1] == '\n')
			p->chars.n--;
}

static struct piece *check_file(struct checker *k, const struct ast *by, struct slice path, enum plan_form form)
{
	uint32_t source;
	enum source_result result = source_read(&k->c->sources, path, TEXT_FILE_BYTES_MAX, &source);
	if (result != SOURCE_OK) {
		struct diag *g = diag_unreadable_file(k->diags, by->span, path, resolve_read_error(result));
		diag_note(k->diags, g, "paths begin at the workspace's folder");
		struct piece *missing = new_piece(k, PIECE_HOLE, by->span); /* so that nobody calls it empty */
		missing->expr = check_expr(k, NULL);
		return missing;
	}
	struct piece *pieces = check_template(k, parsed_file(k, source), form);
	trim_end(pieces);
	return pieces;
}

static struct slice with_locale(struct checker *k, struct slice path, ptrdiff_t at, struct slice locale)
{
	size_t after = (size_t)at + sizeof "{locale}" - 1;
	return arena_printf(k->arena, "%.*s%.*s%.*s", (int)at, path.p, SLICE_ARG(locale), (int)(path.n - after),
	                    path.p + after);
}

static void check_file_text(struct checker *k, const struct ast_file_text *t, struct text *text)
{
	struct ast_name path = check_string(k, t->path);
	if (!path.text.n)
		return;
	ptrdiff_t at = slice_find(path.text, SLICE("{locale}"));
	text->localised = at >= 0;
	for (uint32_t i = 0; i < (text->localised ? k->workspace->locale_count : 1); i++) {
		struct slice one =
		        text->localised ? with_locale(k, path.text, at, k->workspace->locales[i].text) : path.text;
		text->locales[i] = check_file(k, t->path, one, text->form);
	}
}

/* ---- localised ---- */

static int find_locale(struct checker *k, struct ast_name name)
{
	struct slice words[32];
	uint32_t count = k->workspace->locale_count;
	for (uint32_t i = 0; i < count; i++) {
		if (slice_eq(k->workspace->locales[i].text, name.text))
			return (int)i;
		if (i < 32)
			words[i] = k->workspace->locales[i].text;
	}
	if (k->c->sources.items[name.span.source].is_std)
		return -1; /* the library speaks more than this workspace */
	struct diag *g = diag_unknown_name(k->diags, name.span, SLICE("locale"), name.text);
	if (k->workspace->tree)
		diag_label(k->diags, g, k->workspace->locales_span, "the workspace's locales");
	int near = diag_nearest(name.text, words, count < 32 ? count : 32);
	if (near >= 0)
		diag_fix(k->diags, g, name.span, words[near], FIX_MAYBE, "did you mean `%.*s`?",
		         SLICE_ARG(words[near]));
	return -1;
}

static void check_localised(struct checker *k, const struct ast_localised *t, struct text *text)
{
	uint32_t count = k->workspace->locale_count;
	const struct ast_locale **given = ARENA_ARRAY(k->arena, const struct ast_locale *, count);
	text->localised = true;
	for (const struct ast *i = t->entries.first; i; i = i->next) {
		if (i->kind != AST_LOCALE)
			continue;
		const struct ast_locale *l = (const struct ast_locale *)i;
		int at = find_locale(k, l->name);
		if (at < 0)
			continue;
		if (given[at]) {
			struct diag *g = diag_duplicate_name(k->diags, l->name.span, SLICE("text in"), l->name.text);
			diag_label(k->diags, g, given[at]->name.span, "first given here");
			continue;
		}
		given[at] = l;
		if (l->value && l->value->kind == AST_FILE_TEXT) {
			struct ast_name path = check_string(k, ((const struct ast_file_text *)l->value)->path);
			if (path.text.n)
				text->locales[at] = check_file(k, l->value, path.text, text->form);
		} else {
			text->locales[at] = check_template(k, l->value, text->form);
		}
	}
	for (uint32_t i = 0; i < count; i++) {
		if (given[i])
			continue;
		struct diag *g = diag_missing_locale(k->diags, t->node.span, k->workspace->locales[i].text);
		diag_label(k->diags, g, k->workspace->locales[i].span, "the workspace speaks it");
	}
}

struct text *check_text(struct checker *k, const struct ast *tree, enum plan_form form)
{
	if (!tree || tree->kind == AST_ERROR)
		return NULL;
	struct text *text = ARENA_NEW(k->arena, struct text);
	text->form = form;
	text->span = tree->span;
	text->locales = ARENA_ARRAY(k->arena, struct piece *, k->workspace->locale_count);
	if (tree->kind == AST_FILE_TEXT)
		check_file_text(k, (const struct ast_file_text *)tree, text);
	else if (tree->kind == AST_LOCALISED)
		check_localised(k, (const struct ast_localised *)tree, text);
	else if (tree->kind == AST_STRING) {
		text->locales[0] = new_piece(k, PIECE_CHARS, tree->span);
		text->locales[0]->chars = ((const struct ast_string *)tree)->value.text;
	} else
		text->locales[0] = check_template(k, tree, form);
	if (text->localised && k->sequence)
		k->sequence->localised = true;
	for (const struct piece *p = text->locales[0]; p; p = p->next)
		text->bytes += (uint32_t)p->chars.n;
	return text;
}

struct text *check_value_text(struct checker *k, const struct ast *tree)
{
	if (!tree || tree->kind == AST_ERROR || tree->kind == AST_TEXT || given_text(k, tree))
		return check_text(k, tree, FORM_PLAIN);
	struct text *text = ARENA_NEW(k->arena, struct text);
	const struct expr *culprit = NULL;
	bool in_text = k->in_text;
	*text = (struct text){.form = FORM_PLAIN, .span = tree->span};
	text->locales = ARENA_ARRAY(k->arena, struct piece *, k->workspace->locale_count);
	struct piece *p = text->locales[0] = new_piece(k, PIECE_HOLE, tree->span);
	k->in_text = true;
	p->expr = check_expr(k, tree);
	k->in_text = in_text;
	expr_adopt(p->expr, &p->expr->type);
	bool known = p->expr->kind != EXPR_POISON && !k->flow.ended && !k->loose;
	if (known && expr_may_be_absent(k, p->expr, &culprit))
		say_may_be_absent(k, culprit);
	return text;
}

struct slice check_plain(struct checker *k, const struct ast *tree)
{
	struct text *t = check_text(k, tree, FORM_PLAIN);
	struct slice all = {"", 0};
	for (const struct piece *p = t ? t->locales[0] : NULL; p; p = p->next) {
		if (p->kind != PIECE_CHARS) {
			diag_no_hole_here(k->diags, p->span);
			return all;
		}
		all = all.n ? arena_printf(k->arena, "%.*s%.*s", SLICE_ARG(all), SLICE_ARG(p->chars)) : p->chars;
	}
	return all;
}

static void check_header_pieces(struct checker *k, const struct piece *p)
{
	for (; p; p = p->next) {
		bool bad = false;
		for (size_t i = 0; p->kind == PIECE_CHARS && i < p->chars.n && !bad; i++)
			bad = (unsigned char)p->chars.p[i] < ' ' && p->chars.p[i] != '\t';
		if (bad)
			diag_line_break(k->diags, p->span);
		check_header_pieces(k, p->then);
		check_header_pieces(k, p->otherwise);
	}
}

void check_header(struct checker *k, const struct text *text)
{
	for (uint32_t i = 0; text && i < (text->localised ? k->workspace->locale_count : 1); i++)
		check_header_pieces(k, text->locales[i]);
}
