/* SPDX-License-Identifier: Apache-2.0
 * Loading modules and finding names in them. Every module is loaded once, by path; declarations go into its table by
 * (kind, name). Cycles are looked for when all are loaded, so that the chain can be shown whole. */
#include "compiler/resolve.h"
#include "compiler/parse.h"
#include "compiler/stdlib.h"
#include "diag_codes.h"
#include <string.h>

#define SIMILAR_FILES_MAX 512 /* looked at for a suggestion */

const char *declaration_word(enum declaration_kind kind)
{
	static const char *const words[DECLARES_COUNT] = {
	        [DECLARES_SEQUENCE] = "sequence",
	        [DECLARES_MESSAGE] = "message",
	        [DECLARES_FRAGMENT] = "fragment",
	        [DECLARES_QUESTIONNAIRE] = "questionnaire",
	        [DECLARES_HOLIDAYS] = "calendar of holidays",
	        [DECLARES_PROVIDER] = "provider",
	        [DECLARES_RETIRE] = "retired sequence",
	        [DECLARES_DEPLOYMENT] = "deployment",
	        [DECLARES_MODULE] = "module",
	};
	return words[kind];
}

struct diag *say_duplicate(struct diags *diags, const char *what, struct ast_name name, struct span first)
{
	struct diag *g = diag_duplicate_name(diags, name.span, slice_of(what), name.text);
	diag_label(diags, g, first, "first declared here");
	return g;
}

struct slice resolve_read_error(enum source_result result)
{
	static const char *const reasons[] = {
	        [SOURCE_OK] = "",
	        [SOURCE_MISSING] = "there is no such file",
	        [SOURCE_OUTSIDE] = "it lies outside of the workspace",
	        [SOURCE_NOT_REGULAR] = "it is not a regular file",
	        [SOURCE_TOO_BIG] = "it is too big (1 MiB is the most for what a file names)",
	        [SOURCE_UNREADABLE] = "the system does not let it be read",
	        [SOURCE_NOT_UTF8] = "it is not UTF-8; save it as UTF-8",
	};
	return slice_of(reasons[result]);
}

/* ---- declarations of a module ---- */

static const struct stdlib_file *stdlib_find(struct slice path)
{
	uint32_t low = 0, high = stdlib_file_count;
	while (low < high) {
		uint32_t mid = low + (high - low) / 2;
		int order = slice_cmp(slice_of(stdlib_files[mid].path), path);
		if (order == 0)
			return &stdlib_files[mid];
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

static void declare(struct compile *c, struct module *m, enum declaration_kind kind, struct ast_name name,
                    const struct ast *tree, struct module *means)
{
	if (!name.text.n)
		return;
	struct name *other = names_find(&m->names, kind, name.text);
	if (other) {
		struct diag *g = say_duplicate(&c->diags, declaration_word(kind), name, other->span);
		if (kind == DECLARES_MODULE)
			diag_note(&c->diags, g, "give one of them another name: `use … as other`");
		return;
	}
	struct declaration *d = ARENA_NEW(&c->arena, struct declaration);
	*d = (struct declaration){.kind = kind, .name = name, .tree = tree, .module = means ? means : m};
	*(m->last ? &m->last->next : &m->first) = d;
	m->last = d;
	names_add(&m->names, &c->arena, kind, name.text, name.span, d);
}

static struct slice last_part(struct slice path)
{
	for (size_t i = path.n; i > 0; i--)
		if (path.p[i - 1] == '/')
			return (struct slice){path.p + i, path.n - i};
	return path;
}

/* The name that a file's own gives: "common/exits.seq" is `exits`. */
static struct slice base_name(struct slice path)
{
	struct slice base = last_part(path);
	return slice_ends(base, ".seq") ? (struct slice){base.p, base.n - 4} : base;
}

/* `use shared/exits`, which names nothing of ours: perhaps a file, or a part of the standard library. */
static void unknown_use(struct compile *c, const struct ast_path *path)
{
	struct slice text = path->text.text, file = arena_printf(&c->arena, "%.*s.seq", SLICE_ARG(text));
	struct diag *g = diag_unknown_module(&c->diags, path->text.span, text);
	if (source_exists(&c->sources, file))
		diag_fix(&c->diags, g, path->text.span, arena_printf(&c->arena, "\"%.*s\"", SLICE_ARG(file)), FIX_SURE,
		         "a file of the workspace stands in quotes: `\"%.*s\"`", SLICE_ARG(file));
	else if (stdlib_find(file))
		diag_fix(&c->diags, g, path->text.span, arena_printf(&c->arena, "std/%.*s", SLICE_ARG(text)), FIX_SURE,
		         "it is a part of the standard library: `std/%.*s`", SLICE_ARG(text));
}

static void declare_use(struct compile *c, struct module *m, struct ast_use *use)
{
	struct module *means = NULL;
	struct ast_name name = use->as;
	c->modules->loading = m;
	c->modules->loading_use = use;
	if (use->path) {
		struct ast_path *path = AST_AS(path, PATH, use->path);
		if (slice_starts(path->text.text, "std/"))
			means = resolve_std(c, (struct slice){path->text.text.p + 4, path->text.text.n - 4}, use->path);
		else
			unknown_use(c, path);
		if (!name.text.n)
			name = (struct ast_name){last_part(path->text.text), path->text.span};
	} else if (use->file && use->file->kind == AST_STRING) {
		struct ast_name file = AST_AS(string, STRING, use->file)->value;
		means = resolve_file(c, file.text, use->file);
		if (!name.text.n)
			name = (struct ast_name){base_name(file.text), file.span};
	}
	if (means)
		declare(c, m, DECLARES_MODULE, name, &use->node, means);
	else if (name.text.n) /* what it would have brought in is not missed a second time */
		names_add(&m->names, &c->arena, DECLARES_COUNT, name.text, name.span, NULL);
}

/* What `tree` declares; false: nothing that has a name. */
static bool declaration_of(const struct ast *tree, enum declaration_kind *kind, struct ast_name *name)
{
	switch (tree->kind) {
#define DECLARATION(KIND, type, means, field)                                                                          \
	case AST_##KIND:                                                                                               \
		*kind = means;                                                                                         \
		*name = ((const struct ast_##type *)tree)->field;                                                      \
		return true;
		DECLARATION(SEQUENCE, sequence, DECLARES_SEQUENCE, name)
		DECLARATION(MESSAGE_DECL, message_decl, DECLARES_MESSAGE, name)
		DECLARATION(FRAGMENT, fragment, DECLARES_FRAGMENT, name)
		DECLARATION(QUESTIONNAIRE, questionnaire, DECLARES_QUESTIONNAIRE, name)
		DECLARATION(HOLIDAYS, holidays, DECLARES_HOLIDAYS, name)
		DECLARATION(PROVIDER, provider, DECLARES_PROVIDER, name)
		DECLARATION(RETIRE, retire, DECLARES_RETIRE, sequence)
		DECLARATION(DEPLOYMENT, deployment, DECLARES_DEPLOYMENT, name)
#undef DECLARATION
	default: return false;
	}
}

static void declare_workspace(struct compile *c, struct module *m, const struct ast *tree)
{
	struct module *first = c->modules->workspace;
	if (first) {
		struct ast_name name = ((const struct ast_workspace *)tree)->name;
		struct diag *g = diag_duplicate_name(&c->diags, name.span, SLICE("workspace"), name.text);
		diag_label(&c->diags, g, first->workspace->name.span, "the workspace is declared here");
		return;
	}
	m->workspace = (struct ast_workspace *)tree;
	c->modules->workspace = m;
}

static void declare_all(struct compile *c, struct module *m)
{
	for (struct ast *d = m->tree->decls.first; d; d = d->next) {
		enum declaration_kind kind;
		struct ast_name name;
		if (d->kind == AST_USE)
			declare_use(c, m, (struct ast_use *)d);
		else if (d->kind == AST_WORKSPACE)
			declare_workspace(c, m, d);
		else if (declaration_of(d, &kind, &name))
			declare(c, m, kind, name, d, NULL);
	}
}

/* ---- loading ---- */

struct module *resolve_source(struct compile *c, uint32_t source)
{
	struct module_table *t = c->modules;
	struct slice path = c->sources.items[source].path;
	struct name *known = names_find(&t->by_path, 0, path);
	if (known)
		return known->object;
	struct module *m = ARENA_NEW(&c->arena, struct module);
	m->source = source;
	m->path = path;
	m->is_std = c->sources.items[source].is_std;
	m->user = t->loading;
	m->used_by = t->loading_use;
	t->loading = NULL;
	t->loading_use = NULL;
	names_add(&t->by_path, &c->arena, 0, path, (struct span){source, 0, 0}, m);
	*(t->last ? &t->last->next : &t->first) = m;
	t->last = m;
	uint32_t told = c->diags.count;
	m->tree = AST_AS(file, FILE, parse_source(&c->sources, source, &c->arena, &c->diags, NULL));
	if (c->sources.items[source].not_utf8 &&
	    c->diags.count == told) /* where nothing was read, as after a conflict */
		diag_not_utf8(&c->diags, (struct span){source, 0, 0}, 0, SLICE(""));
	uint32_t cap = c->source_cap;
	ARENA_PUSH(&c->arena, c->seq_sources, c->source_count, c->source_cap) = source;
	if (c->source_cap != cap) /* the other array grows in step */
		c->trees = arena_grow(&c->arena, c->trees, sizeof *c->trees * cap, sizeof *c->trees * c->source_cap);
	c->trees[c->source_count - 1] = (struct ast *)&m->tree->node;
	declare_all(c, m);
	return m;
}

/* Says the way of `use` lines that led to the one in `m`. */
static void label_users(struct compile *c, struct diag *g, const struct module *m)
{
	for (; m && m->user; m = m->user)
		diag_label(&c->diags, g, m->used_by->node.span, "`%.*s` is used here", SLICE_ARG(m->path));
}

/* A file of that name with its ending, with other slashes, or one of a similar name in its folder or above. */
static struct slice similar_file(struct compile *c, struct slice path)
{
	struct slice whole = arena_printf(&c->arena, "%.*s.seq", SLICE_ARG(path)), turned = arena_copy(&c->arena, path);
	for (size_t i = 0; i < turned.n; i++)
		if (turned.p[i] == '\\')
			((char *)turned.p)[i] = '/';
	if (source_exists(&c->sources, whole))
		return whole;
	if (source_exists(&c->sources, turned))
		return turned;
	struct slice files[SIMILAR_FILES_MAX], base = last_part(path);
	struct slice folder = {path.p, path.n - base.n};
	uint32_t n = source_list(&c->sources, folder, files, SIMILAR_FILES_MAX);
	int near = diag_nearest(path, files, n);
	if (near >= 0)
		return files[near];
	for (const struct module *m = c->modules->first; m; m = m->next)
		if (!m->is_std && slice_eq(last_part(m->path), base))
			return m->path;
	return (struct slice){NULL, 0};
}

static void say_unreadable(struct compile *c, struct slice path, const struct ast *by, enum source_result result)
{
	const struct module *user = c->modules->loading;
	struct slice reason = resolve_read_error(result), similar = {NULL, 0};
	c->modules->loading = NULL;
	c->modules->loading_use = NULL;
	if (by && result == SOURCE_MISSING)
		similar = similar_file(c, path);
	struct diag *g = diag_unreadable_file(&c->diags, by ? by->span : DIAG_NO_PLACE, path, reason);
	if (by)
		label_users(c, g, user);
	if (similar.n)
		diag_fix(&c->diags, g, by->span, arena_printf(&c->arena, "\"%.*s\"", SLICE_ARG(similar)), FIX_MAYBE,
		         "did you mean `%.*s`?", SLICE_ARG(similar));
}

struct module *resolve_file(struct compile *c, struct slice path, const struct ast *by)
{
	struct name *known = names_find(&c->modules->by_path, 0, path);
	if (known)
		return known->object;
	uint32_t source;
	enum source_result result =
	        source_read(&c->sources, path, by ? TEXT_FILE_BYTES_MAX : SOURCE_BYTES_MAX, &source);
	if (result == SOURCE_OK || result == SOURCE_NOT_UTF8) /* the lexer says where */
		return resolve_source(c, source);
	say_unreadable(c, path, by, result);
	return NULL;
}

static void unknown_std(struct compile *c, struct slice path, struct span span)
{
	struct slice words[256];
	size_t count = 0;
	for (uint32_t i = 0; i < stdlib_file_count && count < 256; i++) {
		struct slice p = slice_of(stdlib_files[i].path);
		if (slice_ends(p, ".seq"))
			words[count++] = (struct slice){p.p, p.n - 4};
	}
	struct slice whole = arena_printf(&c->arena, "std/%.*s", SLICE_ARG(path));
	struct diag *g = diag_unknown_module(&c->diags, span, whole);
	int near = diag_nearest(path, words, count);
	for (size_t i = 0; near < 0 && i < count; i++) /* std/friendly is std/messages/friendly */
		if (slice_eq(last_part(words[i]), last_part(path)))
			near = (int)i;
	if (near >= 0)
		diag_fix(&c->diags, g, span, arena_printf(&c->arena, "std/%.*s", SLICE_ARG(words[near])), FIX_MAYBE,
		         "did you mean `std/%.*s`?", SLICE_ARG(words[near]));
}

struct module *resolve_std(struct compile *c, struct slice path, const struct ast *by)
{
	struct slice shown = arena_printf(&c->arena, "std/%.*s.seq", SLICE_ARG(path));
	struct name *known = names_find(&c->modules->by_path, 0, shown);
	if (known)
		return known->object;
	const struct stdlib_file *file = stdlib_find((struct slice){shown.p + 4, shown.n - 4});
	if (!file) {
		unknown_std(c, path, by->span);
		return NULL;
	}
	return resolve_source(c, source_add(&c->sources, shown, (struct slice){file->text, file->n}, true));
}

/* ---- after loading ---- */

/* The declaration of the `use` that the search follows now. */
static const struct declaration *way_of(const struct module *m)
{
	const struct declaration *d = m->first;
	while (d->tree != &m->way->node)
		d = d->next;
	return d;
}

/* Says the chain from `m` back to itself, once, at the `use` that closes it. */
static void say_cycle(struct compile *c, struct module *m, struct module *last)
{
	struct slice chain = m->path;
	for (struct module *step = m; step != last; step = way_of(step)->module)
		chain = arena_printf(&c->arena, "%.*s -> %.*s", SLICE_ARG(chain),
		                     SLICE_ARG(way_of(step)->module->path));
	chain = arena_printf(&c->arena, "%.*s -> %.*s", SLICE_ARG(chain), SLICE_ARG(m->path));
	struct diag *g = diag_use_cycle(&c->diags, last->way->node.span, chain);
	for (struct module *step = m; step != last;) {
		const struct declaration *d = way_of(step);
		diag_label(&c->diags, g, d->tree->span, "uses `%.*s`", SLICE_ARG(d->module->path));
		step = d->module;
	}
}

static void visit(struct compile *c, struct module *m)
{
	m->visit = 1;
	for (struct declaration *d = m->first; d; d = d->next) {
		if (d->kind != DECLARES_MODULE)
			continue;
		m->way = (const struct ast_use *)d->tree;
		if (d->module->visit == 0)
			visit(c, d->module);
		else if (d->module->visit == 1)
			say_cycle(c, d->module, m);
	}
	m->visit = 2;
}

void resolve_finish(struct compile *c)
{
	struct module_table *t = c->modules;
	for (struct module *m = t->first; m; m = m->next) {
		if (m->visit == 0)
			visit(c, m);
		for (struct declaration *d = m->first; d; d = d->next) {
			if (d->kind != DECLARES_SEQUENCE)
				continue;
			struct name *other = names_find(&t->sequences, 0, d->name.text);
			if (other) {
				struct diag *g = say_duplicate(&c->diags, "sequence", d->name, other->span);
				diag_note(&c->diags, g, "the names of sequences are unique in the whole workspace");
			} else {
				names_add(&t->sequences, &c->arena, 0, d->name.text, d->name.span, d);
			}
		}
	}
}

/* ---- finding ---- */

static struct ast_name part_of(const struct ast *word)
{
	return word && word->kind == AST_WORD ? ((const struct ast_word *)word)->name : (struct ast_name){0};
}

/* Another file of the workspace declares it: says how to bring it in. */
static bool note_other_file(struct compile *c, struct diag *g, enum declaration_kind kind, struct slice text)
{
	for (const struct module *m = c->modules->first; m; m = m->next) {
		struct name *n = m->is_std ? NULL : names_find(&m->names, (uint32_t)kind, text);
		if (!n || kind == DECLARES_MODULE)
			continue;
		struct slice alias = last_part(m->path);
		alias.n -= slice_ends(alias, ".seq") ? 4 : 0;
		((struct declaration *)n->object)->used = true; /* meant, if from afar */
		diag_note(&c->diags, g, "`use \"%.*s\"` brings it in, as `%.*s.%.*s`", SLICE_ARG(m->path),
		          SLICE_ARG(alias), SLICE_ARG(text));
		return true;
	}
	return false;
}

/* Says that `name` is no such thing in `m`: of another kind, misspelt, or unknown. */
static void say_unknown(struct compile *c, const struct module *m, struct ast_name name, enum declaration_kind kind)
{
	for (int other = 0; other < DECLARES_COUNT; other++) {
		struct name *n = names_find(&m->names, (uint32_t)other, name.text);
		if (!n)
			continue;
		struct diag *g = diag_wrong_kind(&c->diags, name.span, name.text,
		                                 slice_of(declaration_word((enum declaration_kind)other)),
		                                 slice_of(declaration_word(kind)));
		diag_label(&c->diags, g, n->span, "declared here");
		((struct declaration *)n->object)->used = true; /* meant, if wrongly */
		return;
	}
	struct diag *g = diag_unknown_name(&c->diags, name.span, slice_of(declaration_word(kind)), name.text);
	for (uint32_t i = 0; kind == DECLARES_MODULE && i < stdlib_file_count; i++) {
		struct slice path = slice_of(stdlib_files[i].path);
		path.n -= slice_ends(path, ".seq") ? 4 : 0;
		if (slice_eq(last_part(path), name.text))
			diag_note(&c->diags, g, "`use std/%.*s` brings it in", SLICE_ARG(path));
	}
	if (note_other_file(c, g, kind, name.text))
		return;
	const struct name *near = names_nearest(&m->names, (uint32_t)kind, name.text);
	if (!near)
		return;
	diag_fix(&c->diags, g, name.span, near->text, FIX_MAYBE, "did you mean `%.*s`?", SLICE_ARG(near->text));
}

static struct declaration *find(struct module *m, enum declaration_kind kind, struct slice text)
{
	struct name *n = names_find(&m->names, (uint32_t)kind, text);
	if (!n)
		return NULL;
	struct declaration *d = n->object;
	d->used = true;
	return d;
}

/* The module and the last word of NAME or MODULE.NAME; false after saying what is wrong. */
static bool split(struct compile *c, struct module **m, const struct ast *tree, struct ast_name *last)
{
	const struct ast_path *path = (const struct ast_path *)tree;
	if (!tree || tree->kind != AST_PATH || !path->parts.first)
		return false;
	*last = part_of(path->parts.first);
	if (path->parts.count == 1)
		return true;
	if (path->parts.count == 2) {
		struct declaration *d = find(*m, DECLARES_MODULE, last->text);
		if (!d) {
			if (!names_find(&(*m)->names, DECLARES_COUNT, last->text)) /* its `use` was told */
				say_unknown(c, *m, *last, DECLARES_MODULE);
			return false;
		}
		*m = d->module;
		*last = part_of(path->parts.last);
		return true;
	}
	diag_unknown_module(&c->diags, path->text.span, path->text.text);
	return false;
}

struct declaration *resolve_path(struct compile *c, struct module *m, const struct ast *path,
                                 enum declaration_kind kind)
{
	struct ast_name last;
	if (!split(c, &m, path, &last))
		return NULL;
	struct declaration *d = find(m, kind, last.text);
	if (!d)
		say_unknown(c, m, last, kind);
	return d;
}

/* The calendar of a module: the one named as its file, else its only one. */
static struct declaration *calendar_of(struct module *m)
{
	struct slice file = last_part(m->path);
	if (slice_ends(file, ".seq"))
		file.n -= 4;
	struct declaration *d = find(m, DECLARES_HOLIDAYS, file), *only = NULL;
	for (struct declaration *i = m->first; !d && i; i = i->next) {
		if (i->kind != DECLARES_HOLIDAYS)
			continue;
		if (only)
			return NULL;
		only = i;
	}
	return d ? d : only;
}

struct declaration *resolve_calendar(struct compile *c, struct module *m, const struct ast *tree)
{
	const struct ast_path *path = (const struct ast_path *)tree;
	if (!tree || tree->kind != AST_PATH)
		return NULL;
	struct slice text = path->text.text;
	if (slice_starts(text, "std/")) {
		struct module *std = resolve_std(c, (struct slice){text.p + 4, text.n - 4}, tree);
		struct declaration *d = std ? calendar_of(std) : NULL;
		if (std && !d)
			diag_unknown_name(&c->diags, tree->span, SLICE("calendar of holidays"), text);
		return d;
	}
	if (path->parts.count == 1) {
		struct declaration *d = find(m, DECLARES_HOLIDAYS, text), *alias = find(m, DECLARES_MODULE, text);
		if (!d && alias)
			d = calendar_of(alias->module);
		for (struct module *other = c->modules->first; !d && other; other = other->next)
			if (!other->is_std)
				d = find(other, DECLARES_HOLIDAYS, text);
		if (d)
			return d;
	}
	return resolve_path(c, m, tree, DECLARES_HOLIDAYS);
}

struct declaration *resolve_sequence(struct compile *c, struct module *m, const struct ast *tree)
{
	const struct ast_path *path = (const struct ast_path *)tree;
	if (!tree || tree->kind != AST_PATH)
		return NULL;
	struct name *n = path->parts.count == 1 ? names_find(&c->modules->sequences, 0, path->text.text) : NULL;
	if (n)
		return n->object;
	if (path->parts.count > 1)
		return resolve_path(c, m, tree, DECLARES_SEQUENCE);
	if (!c->modules->whole)
		return NULL;
	struct diag *g = diag_unknown_name(&c->diags, tree->span, SLICE("sequence"), path->text.text);
	const struct name *near = names_nearest(&c->modules->sequences, 0, path->text.text);
	if (near)
		diag_fix(&c->diags, g, tree->span, near->text, FIX_MAYBE, "did you mean `%.*s`?",
		         SLICE_ARG(near->text));
	return NULL;
}
