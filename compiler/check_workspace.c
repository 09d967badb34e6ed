/* SPDX-License-Identifier: Apache-2.0
 * The workspace: locales, zone, contact fields, key, limits, quiet hours (language.md §2); and the default one that a
 * file without a workspace gets. Channels stand in check_channel.c, calendars in check_holidays.c. */
#include "base/civil.h"
#include "compiler/checker.h"
#include "compiler/stdlib.h"

/* ---- lists ---- */

static void add_text(struct checker *k, struct text_list **list, struct ast_name name, const char *kind)
{
	uint32_t count = 0;
	for (; *list && !slice_eq((*list)->name.text, name.text); list = &(*list)->next)
		count++;
	if (!*list && !check_room(k, count, name.span, "names in a list"))
		return;
	if (*list) {
		struct diag *g = diag_duplicate_name(k->diags, name.span, slice_of(kind), name.text);
		diag_label(k->diags, g, (*list)->name.span, "first given here");
		return;
	}
	*list = ARENA_NEW(k->arena, struct text_list);
	(*list)->name = name;
}

static void add_locale(struct checker *k, struct ast_name name)
{
	struct workspace *w = k->workspace;
	struct ast_name *grown = ARENA_ARRAY(k->arena, struct ast_name, w->locale_count + 1);
	for (uint32_t i = 0; i < w->locale_count; i++) {
		grown[i] = w->locales[i];
		if (!slice_eq(name.text, grown[i].text))
			continue;
		struct diag *g = diag_duplicate_name(k->diags, name.span, SLICE("locale"), name.text);
		diag_label(k->diags, g, grown[i].span, "first given here");
		return;
	}
	if (w->locale_count == LOCALES_MAX) {
		diag_too_many(k->diags, name.span, SLICE("locales"), LOCALES_MAX);
		return;
	}
	grown[w->locale_count++] = name;
	w->locales = grown;
}

/* ---- contact fields ---- */

static struct field *add_field(struct checker *k, struct field *f)
{
	struct workspace *w = k->workspace;
	*(w->last_field ? &w->last_field->next : &w->first_field) = f;
	w->last_field = f;
	f->index = w->field_count++;
	return f;
}

struct field *find_contact_field(struct checker *k, struct ast_name name)
{
	struct workspace *w = k->workspace;
	struct name *n = names_find(&w->fields, 0, name.text);
	if (n)
		return n->object;
	if (w->tree || !name.text.n || names_nearest(&w->fields, 0, name.text))
		return NULL; /* not there, or misspelt */
	struct field *f = ARENA_NEW(k->arena, struct field);
	*f = (struct field){.name = name, .type = {.kind = TYPE_TEXT}, .inferred = true};
	names_add(&w->fields, k->arena, 0, name.text, name.span, f);
	struct diag *g = diag_assumed_field(k->diags, name.span, name.text);
	diag_note(k->diags, g, "a `workspace.seq` in this folder says what contacts bring");
	return add_field(k, f);
}

static void check_contact(struct checker *k, const struct ast_contact *t)
{
	for (const struct ast *i = t->fields.first; i; i = i->next) {
		struct field *f = check_field(k, i, &k->workspace->fields, 0, false);
		if (f)
			add_field(k, f);
	}
}

static void check_key(struct checker *k, const struct ast_key *t)
{
	for (const struct ast *i = t->names.first; i; i = i->next)
		if (i->kind == AST_WORD)
			add_text(k, &k->workspace->keys, ((const struct ast_word *)i)->name, "key");
}

static void check_account(struct checker *k, const struct ast_account *t)
{
	for (const struct ast *i = t->paths.first; i; i = i->next) {
		if (i->kind != AST_PATH)
			continue;
		const struct ast_path *p = (const struct ast_path *)i;
		struct ast_name name = p->text;
		if (p->parts.count == 2 && slice_starts(name.text, "contact."))
			name = ((const struct ast_word *)p->parts.last)->name;
		else if (!slice_is(name.text, "domain")) {
			diag_unknown_word(k->diags, name.span, name.text, SLICE("account"),
			                  SLICE("contact.FIELD, domain"));
			continue;
		}
		add_text(k, &k->workspace->accounts, name, "account");
	}
}

/* Keys and accounts name fields, which may be declared after them. Rule 16: a contact is its key. */
static void check_references(struct checker *k)
{
	struct workspace *w = k->workspace;
	uint32_t keys = 0;
	if (!w->keys) { /* `key email or phone` is the default */
		static const char *const defaults[] = {"email", "phone"};
		for (int i = 0; i < 2; i++)
			if (names_find(&w->fields, 0, slice_of(defaults[i])))
				add_text(k, &w->keys, (struct ast_name){slice_of(defaults[i]), w->tree->name.span},
				         "key");
	}
	for (struct text_list *i = w->keys; i; i = i->next, keys++) {
		struct name *n = names_find(&w->fields, 0, i->name.text);
		const struct field *f = n ? n->object : NULL;
		if (!f) {
			diag_unknown_name(k->diags, i->name.span, SLICE("contact field"), i->name.text);
		} else if (!type_is_textual(&f->type) && f->type.kind != TYPE_NUMBER && f->type.kind != TYPE_UNKNOWN) {
			struct diag *g =
			        diag_wrong_type(k->diags, i->name.span, SLICE("an address, a number or a text"),
			                        slice_of(type_word(&f->type)));
			diag_label(k->diags, g, f->name.span, "declared here");
		}
	}
	if (!keys)
		diag_no_key(k->diags, w->tree->name.span, w->name);
	for (struct text_list *i = w->keys; keys == 1 && i; i = i->next) {
		struct name *n = names_find(&w->fields, 0, i->name.text);
		if (n)
			((struct field *)n->object)->always = true;
	}
	for (struct text_list *i = w->accounts; i; i = i->next)
		if (!slice_is(i->name.text, "domain") && !names_find(&w->fields, 0, i->name.text))
			diag_unknown_name(k->diags, i->name.span, SLICE("contact field"), i->name.text);
}

/* ---- the other items ---- */

static void check_quiet(struct checker *k, const struct ast_quiet *t)
{
	struct quiet **last = &k->workspace->quiet;
	int32_t from, to;
	if (!check_time_range(k, t->range, &from, &to))
		return;
	while (*last)
		last = &(*last)->next;
	for (const struct ast *i = t->channels.first; i; i = i->next) {
		int which = i->kind == AST_WORD
		                    ? check_word(k, ((const struct ast_word *)i)->name, "quiet", WORDS(CHANNEL))
		                    : -1;
		if (which < 0)
			continue;
		*last = ARENA_NEW(k->arena, struct quiet);
		**last = (struct quiet){.channel = (enum plan_channel)which, .from_minute = from, .to_minute = to};
		last = &(*last)->next;
	}
}

static void check_one(struct checker *k, const struct ast_one_sequence *t)
{
	int purpose = check_word(k, t->purpose, "one … sequence per contact", WORDS(PURPOSE));
	int action = check_word(k, t->otherwise, "otherwise", words_ONE + ONE_QUEUE, ONE_COUNT - ONE_QUEUE);
	if (purpose < 0 || action < 0)
		return;
	k->workspace->one_purpose = (enum plan_purpose)purpose;
	k->workspace->one_per_contact = (enum plan_one)(ONE_QUEUE + action);
}

static void check_limit_item(struct checker *k, const struct ast_limit *t)
{
	struct limit **last = &k->workspace->limits, *l;
	k->only_contact = true;
	l = check_limit(k, t);
	k->only_contact = false;
	if (l && l->has_ramp)
		diag_ramp_not_here(k->diags, t->node.span);
	while (*last)
		last = &(*last)->next;
	*last = l;
}

static void check_use_holidays(struct checker *k, const struct ast_use_holidays *t)
{
	struct declaration *d = resolve_calendar(k->c, k->module, t->path);
	k->workspace->holidays = d ? check_calendar(k, d) : NULL;
	k->workspace->holidays_failed = !k->workspace->holidays;
}

/* What others refer to comes first: locales, fields. */
static void check_first(struct checker *k, const struct ast *i)
{
	struct workspace *w = k->workspace;
	if (i->kind == AST_LOCALES) {
		w->locales_span = i->span;
		for (const struct ast *l = ((const struct ast_locales *)i)->names.first; l; l = l->next)
			if (l->kind == AST_WORD)
				add_locale(k, ((const struct ast_word *)l)->name);
	} else if (i->kind == AST_CONTACT) {
		check_contact(k, (const struct ast_contact *)i);
	} else if (i->kind == AST_CHANNEL) {
		const struct ast_channel *c = (const struct ast_channel *)i;
		add_channel(k,
		            slice_is(c->kind.text, "sms")        ? CHANNEL_SMS
		            : slice_is(c->kind.text, "whatsapp") ? CHANNEL_WHATSAPP
		                                                 : CHANNEL_EMAIL,
		            c->name);
	}
}

static void check_item(struct checker *k, const struct ast *i)
{
	struct workspace *w = k->workspace;
	switch (i->kind) {
	case AST_EDITION:
		if (((const struct ast_edition *)i)->number != 1) {
			struct diag *g =
			        diag_unknown_edition(k->diags, i->span, ((const struct ast_edition *)i)->number);
			diag_fix(k->diags, g, i->span, SLICE("edition 1"), FIX_MAYBE, "the newest one is 1");
		}
		break;
	case AST_TIMEZONE: {
		struct ast_name zone = check_string(k, ((const struct ast_timezone *)i)->zone);
		if (check_zone(k, zone))
			w->zone = zone.text;
		break;
	}
	case AST_DOMAINS:
		for (const struct ast *d = ((const struct ast_domains *)i)->names.first; d; d = d->next)
			add_text(k, &w->domains, check_string(k, d), "domain");
		break;
	case AST_KEY: check_key(k, (const struct ast_key *)i); break;
	case AST_ACCOUNT: check_account(k, (const struct ast_account *)i); break;
	case AST_CHANNEL: check_channel(k, (const struct ast_channel *)i); break;
	case AST_BRAND: check_brand(k, (const struct ast_brand *)i); break;
	case AST_USE_HOLIDAYS: check_use_holidays(k, (const struct ast_use_holidays *)i); break;
	case AST_QUIET: check_quiet(k, (const struct ast_quiet *)i); break;
	case AST_LIMIT: check_limit_item(k, (const struct ast_limit *)i); break;
	case AST_ONE_SEQUENCE: check_one(k, (const struct ast_one_sequence *)i); break;
	default: /* locales and contact: check_first; allow: check_allows */ break;
	}
}

/* Settings of which a workspace has one. */
static void check_once(struct checker *k, const struct ast_workspace *t)
{
	const struct ast *seen[AST_KIND_COUNT] = {0};
	for (const struct ast *i = t->items.first; i; i = i->next) {
		bool single = i->kind == AST_EDITION || i->kind == AST_LOCALES || i->kind == AST_TIMEZONE ||
		              i->kind == AST_CONTACT || i->kind == AST_KEY || i->kind == AST_ACCOUNT ||
		              i->kind == AST_USE_HOLIDAYS || i->kind == AST_ONE_SEQUENCE || i->kind == AST_BRAND;
		if (single && seen[i->kind]) {
			struct diag *g = diag_given_twice(k->diags, i->span, slice_of(ast_kind_name(i->kind)));
			diag_label(k->diags, g, seen[i->kind]->span, "first given here");
		}
		seen[i->kind] = i;
	}
}

void check_workspace(struct checker *k)
{
	struct workspace *w = k->workspace;
	const struct ast_workspace *t = k->module->workspace;
	w->tree = t;
	w->name = t->name.text;
	w->zone = SLICE("UTC");
	w->edition = 1;
	check_once(k, t);
	for (const struct ast *i = t->items.first; i; i = i->next)
		check_first(k, i);
	if (!w->locale_count)
		add_locale(k, (struct ast_name){SLICE("en"), t->name.span});
	for (const struct ast *i = t->items.first; i; i = i->next)
		check_item(k, i);
	check_references(k);
	check_ui(k);
}

/* ---- without a workspace ---- */

static void find_locales(const struct ast *n, void *context)
{
	struct checker *k = context;
	if (n->kind == AST_LOCALISED) {
		for (const struct ast *i = ((const struct ast_localised *)n)->entries.first; i; i = i->next) {
			bool known = i->kind != AST_LOCALE;
			for (uint32_t l = 0; !known && l < k->workspace->locale_count; l++)
				known = slice_eq(k->workspace->locales[l].text,
				                 ((const struct ast_locale *)i)->name.text);
			if (!known)
				add_locale(k, ((const struct ast_locale *)i)->name);
		}
	}
	ast_each_child(n, find_locales, context);
}

void default_workspace(struct checker *k)
{
	struct workspace *w = k->workspace;
	struct span nowhere = DIAG_NO_PLACE;
	w->name = SLICE("default");
	w->zone = SLICE("UTC");
	w->edition = 1;
	for (struct module *m = k->c->modules->first; m; m = m->next)
		if (!m->is_std)
			find_locales(&m->tree->node, k);
	if (!w->locale_count)
		add_locale(k, (struct ast_name){SLICE("en"), nowhere});
	static const struct {
		const char *name;
		enum plan_type type;
		const char *fallback;
	} fields[] = {{"email", TYPE_EMAIL, NULL},
	              {"first_name", TYPE_TEXT, "there"},
	              {"timezone", TYPE_ZONE, NULL},
	              {"locale", TYPE_ONE_OF, NULL}};
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		struct field *f = ARENA_NEW(k->arena, struct field);
		*f = (struct field){
		        .name = {slice_of(fields[i].name), nowhere}, .type = {.kind = fields[i].type}, .settled = true};
		f->always = fields[i].type == TYPE_EMAIL || fields[i].fallback;
		for (uint32_t l = w->locale_count; fields[i].type == TYPE_ONE_OF && l-- > 0;) {
			struct option *o = ARENA_NEW(k->arena, struct option);
			*o = (struct option){w->locales[l], (struct option *)f->type.options};
			f->type.options = o;
		}
		if (fields[i].fallback) {
			f->has_fallback = true;
			f->fallback = (struct constant){.type = TYPE_TEXT, .text = slice_of(fields[i].fallback)};
		}
		names_add(&w->fields, k->arena, 0, f->name.text, nowhere, add_field(k, f));
	}
	add_text(k, &w->keys, (struct ast_name){SLICE("email"), nowhere}, "key");
	check_ui(k);
}

void assume_phone(struct checker *k)
{
	static const struct type phone = {.kind = TYPE_PHONE};
	struct workspace *w = k->workspace;
	struct name *n = names_find(&w->fields, 0, SLICE("phone"));
	struct field *f = n ? n->object : ARENA_NEW(k->arena, struct field);
	if (f->settled && f->type.kind != TYPE_TEXT)
		return;
	f->type = phone;
	f->settled = true;
	if (n)
		return;
	f->name = (struct ast_name){SLICE("phone"), DIAG_NO_PLACE};
	names_add(&w->fields, k->arena, 0, f->name.text, f->name.span, add_field(k, f));
}

/* ---- words of footers and pages ---- */

static bool ui_line(struct slice line, struct slice locale, struct slice word, struct slice *text)
{
	size_t head = locale.n + 1 + word.n + 1;
	if (line.n <= head || !slice_eq((struct slice){line.p, locale.n}, locale) || line.p[locale.n] != ' ' ||
	    !slice_eq((struct slice){line.p + locale.n + 1, word.n}, word) || line.p[head - 1] != ' ')
		return false;
	*text = (struct slice){line.p + head, line.n - head};
	return true;
}

/* std/ui.txt: a line a word, `LOCALE WORD TEXT`. */
static bool find_ui(struct slice locale, const char *word, struct slice *text)
{
	struct slice all = {NULL, 0};
	for (uint32_t i = 0; i < stdlib_file_count; i++)
		if (slice_is(slice_of(stdlib_files[i].path), "ui.txt"))
			all = (struct slice){stdlib_files[i].text, stdlib_files[i].n};
	while (all.n) {
		ptrdiff_t end = slice_find(all, SLICE("\n"));
		struct slice line = {all.p, end < 0 ? all.n : (size_t)end};
		if (ui_line(line, locale, slice_of(word), text))
			return true;
		all = end < 0 ? (struct slice){NULL, 0} : (struct slice){all.p + end + 1, all.n - (size_t)end - 1};
	}
	return false;
}

void check_ui(struct checker *k)
{
	struct workspace *w = k->workspace;
	for (int word = 0; word < UI_COUNT; word++) {
		struct text *t = ARENA_NEW(k->arena, struct text);
		t->localised = true;
		t->locales = ARENA_ARRAY(k->arena, struct piece *, w->locale_count);
		for (uint32_t i = 0; i < w->locale_count; i++) {
			struct slice text = {NULL, 0};
			struct ast_name locale = w->locales[i];
			if (!find_ui(locale.text, words_UI[word], &text) && w->tree)
				diag_no_ui_words(k->diags, locale.span, locale.text);
			if (!text.n)
				find_ui(SLICE("en"), words_UI[word], &text);
			t->locales[i] = ARENA_NEW(k->arena, struct piece);
			t->locales[i]->chars = text;
		}
		w->ui.words[word] = t;
	}
}
