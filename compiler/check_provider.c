/* SPDX-License-Identifier: Apache-2.0
 * What a workspace says beside its channels: descriptions of providers, and the brand that pages show. */
#include "compiler/check_message.h"
#include <jansson.h>
#include <stdlib.h>

/* ---- providers ---- */

/* The description in one line, so that its layout changes no policy; empty after saying what is wrong. */
static struct slice check_description(struct checker *k, uint32_t source, struct ast_name name)
{
	struct slice text = k->c->sources.items[source].text, out = {"", 0};
	json_error_t error;
	json_t *json = json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES, &error);
	if (json && json_is_object(json)) {
		char *compact = json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS);
		if (compact)
			out = arena_copy(k->arena, slice_of(compact));
		free(compact);
	} else {
		uint32_t at =
		        json || error.position < 0 || (size_t)error.position > text.n ? 0 : (uint32_t)error.position;
		struct slice reason =
		        json ? SLICE("it must be an object: `{ … }`") : arena_copy(k->arena, slice_of(error.text));
		struct diag *g = diag_bad_description(k->diags, (struct span){source, at, at}, name.text, reason);
		diag_label(k->diags, g, name.span, "the provider that it describes");
	}
	json_decref(json);
	return out;
}

void check_provider(struct checker *k, const struct ast_provider *t)
{
	struct provider **last = &k->workspace->providers;
	struct ast_name path = check_string(k, t->file);
	uint32_t source, count = 0;
	for (; *last; last = &(*last)->next, count++) {
		if (!slice_eq((*last)->name.text, t->name.text))
			continue;
		say_duplicate(k->diags, "provider", t->name, (*last)->name.span);
		return;
	}
	if (!path.text.n || !check_room(k, count, t->name.span, "providers"))
		return;
	enum source_result result = source_read(&k->c->sources, path.text, TEXT_FILE_BYTES_MAX, &source);
	if (result != SOURCE_OK) {
		struct diag *g = diag_unreadable_file(k->diags, path.span, path.text, resolve_read_error(result));
		diag_note(k->diags, g, "paths begin at the workspace's folder");
		return;
	}
	struct slice data = check_description(k, source, t->name);
	if (!data.n)
		return;
	*last = ARENA_NEW(k->arena, struct provider);
	**last = (struct provider){.name = t->name, .data = data};
}

void check_uses_provider(struct checker *k, struct ast_name name)
{
	struct slice words[64];
	size_t count = 0;
	for (const struct module *m = k->c->modules->first; m; m = m->next)
		for (const struct declaration *d = m->first; d; d = d->next) {
			if (d->kind != DECLARES_PROVIDER)
				continue;
			if (slice_eq(d->name.text, name.text))
				return;
			if (count < sizeof words / sizeof *words)
				words[count++] = d->name.text;
		}
	int near = diag_nearest(name.text, words, count);
	if (near < 0)
		return; /* one that is built in: the deployment, which connects it, knows */
	struct diag *g = diag_unknown_name(k->diags, name.span, SLICE("provider"), name.text);
	diag_fix(k->diags, g, name.span, words[near], FIX_MAYBE, "did you mean `%.*s`?", SLICE_ARG(words[near]));
}

/* ---- brand ---- */

static bool is_colour(struct slice s)
{
	bool ok = s.n == 7 && s.p[0] == '#';
	for (size_t i = 1; ok && i < s.n; i++)
		ok = (s.p[i] >= '0' && s.p[i] <= '9') || ((s.p[i] | 32) >= 'a' && (s.p[i] | 32) <= 'f');
	return ok;
}

static struct brand_item **add_brand(struct checker *k, struct brand_item **last, struct slice key, struct slice value)
{
	*last = ARENA_NEW(k->arena, struct brand_item);
	**last = (struct brand_item){.key = key, .value = value};
	return &(*last)->next;
}

/* A logo is an image of the workspace, a colour `#rrggbb`. The rows: logo, logo_type, colour. */
void check_brand(struct checker *k, const struct ast_brand *t)
{
	static const char *const words[] = {"logo", "colour"};
	const struct ast_property *given[2] = {NULL, NULL};
	struct brand_item **last = &k->workspace->brand;
	for (const struct ast *i = t->items.first; i; i = i->next) {
		const struct ast_property *p = (const struct ast_property *)i;
		int which = i->kind == AST_PROPERTY ? check_word(k, p->key, "brand", words, 2) : -1;
		if (which < 0)
			continue;
		if (given[which]) {
			struct diag *g = diag_given_twice(k->diags, i->span, p->key.text);
			diag_label(k->diags, g, given[which]->node.span, "first given here");
			continue;
		}
		given[which] = p;
	}
	const struct ast *logo = given[0] ? given[0]->value : NULL;
	if (logo && logo->kind == AST_FILE_TEXT) {
		struct attachment a = check_file_data(k, ((const struct ast_file_text *)logo)->path);
		if (a.type.n && !slice_starts(a.type, "image/")) {
			diag_wrong_type(k->diags, logo->span, SLICE("an image"), a.type);
		} else if (a.type.n) {
			last = add_brand(k, last, SLICE("logo"), a.data);
			last = add_brand(k, last, SLICE("logo_type"), a.type);
		}
	} else if (logo && logo->kind != AST_ERROR) {
		struct diag *g = diag_wrong_type(k->diags, logo->span, SLICE("a file"), SLICE("a text"));
		diag_note(k->diags, g, "write `logo file \"logo.svg\"`");
	}
	const struct ast *colour = given[1] ? given[1]->value : NULL;
	if (!colour || colour->kind == AST_ERROR)
		return;
	struct ast_name value = check_string(k, colour);
	if (is_colour(value.text))
		add_brand(k, last, SLICE("colour"), value.text);
	else if (value.text.n || colour->kind == AST_FILE_TEXT)
		diag_bad_value(k->diags, colour->span, value.text, SLICE("a colour"), SLICE("write it like `#0b5fff`"));
}
