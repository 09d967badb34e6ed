/* SPDX-License-Identifier: Apache-2.0
 * Checking a deployment: known settings once each, secrets by reference only, URLs without userinfo (rule 22). */
#include "compiler/deployment.h"
#include "base/civil.h"
#include "compiler/names.h"
#include "diag_codes.h"

#define FRESH_INBOX_US (10 * US_PER_MINUTE)
#define IN_DOUBT_US    (72 * US_PER_HOUR)

struct checking {
	struct arena *arena;
	struct diags *diags;
	struct deployment *out;
};

static struct ast_name string_of(struct checking *k, const struct ast *tree)
{
	if (!tree || tree->kind != AST_STRING)
		return (struct ast_name){{"", 0}, tree ? tree->span : DIAG_NO_PLACE};
	struct ast_name value = ((const struct ast_string *)tree)->value;
	value.text = arena_copy(k->arena, value.text);
	return value;
}

/* "user:password@" has no place in a URL: neither for people who read it nor in logs. */
static bool check_url(struct checking *k, struct ast_name url, const char *const schemes[], const char *wanted)
{
	bool known = false;
	for (int i = 0; schemes[i]; i++)
		known |= slice_starts(url.text, schemes[i]);
	if (!known) {
		diag_bad_value(k->diags, url.span, url.text, slice_of(wanted), SLICE("it begins otherwise"));
		return false;
	}
	ptrdiff_t at = slice_find(url.text, SLICE("://"));
	for (size_t i = at < 0 ? url.text.n : (size_t)at + 3; i < url.text.n && url.text.p[i] != '/'; i++) {
		if (url.text.p[i] != '@')
			continue;
		diag_userinfo(k->diags, url.span);
		return false;
	}
	return true;
}

static bool duration_us(struct checking *k, const struct ast *tree, int64_t *out)
{
	if (!tree || tree->kind != AST_DURATION)
		return false;
	const struct ast_duration *d = (const struct ast_duration *)tree;
	int64_t unit = slice_is(d->unit.text, "minute") ? US_PER_MINUTE
	               : slice_is(d->unit.text, "hour") ? US_PER_HOUR
	               : slice_is(d->unit.text, "day")  ? US_PER_DAY
	                                                : 0;
	if (!unit || d->count < 1 || d->count > 100000) {
		diag_wrong_type(k->diags, tree->span, SLICE("minutes, hours or days"), SLICE("another duration"));
		return false;
	}
	*out = d->count * unit;
	return true;
}

static void add_texts(struct checking *k, struct deployment_text **list, const struct ast_list *values)
{
	while (*list)
		list = &(*list)->next;
	for (const struct ast *i = values->first; i; i = i->next) {
		struct slice text = string_of(k, i).text;
		if (!text.n)
			continue;
		*list = ARENA_NEW(k->arena, struct deployment_text);
		(*list)->text = text;
		list = &(*list)->next;
	}
}

static void check_setting(struct checking *k, const struct ast_deploy_setting *t)
{
	static const char *const stores[] = {"sqlite:", "postgres://", "memory:", NULL};
	static const char *const bases[] = {"https://", "http://127.0.0.1", "http://localhost", "http://[::1]", NULL};
	struct deployment *d = k->out;
	const struct ast *first = t->values.first;
	if (slice_is(t->key.text, "hosts")) {
		add_texts(k, &d->hosts, &t->values);
	} else if (slice_is(t->key.text, "alerts")) {
		add_texts(k, &d->alerts, &t->values);
	} else if (slice_is(t->key.text, "fresh_inbox")) {
		duration_us(k, first, &d->fresh_inbox_us);
	} else if (slice_is(t->key.text, "in_doubt")) {
		duration_us(k, first, &d->in_doubt_us);
	} else if (slice_is(t->key.text, "listen")) {
		d->listen = string_of(k, first).text;
	} else if (slice_is(t->key.text, "admin")) {
		d->admin = string_of(k, first).text;
	} else if (slice_is(t->key.text, "store")) {
		struct ast_name store = string_of(k, first);
		if (check_url(k, store, stores, "a store, \"sqlite:FILE\" or \"postgres://…\""))
			d->store = store.text;
	} else if (slice_is(t->key.text, "base_url")) {
		struct ast_name url = string_of(k, first);
		if (check_url(k, url, bases, "an https:// address"))
			d->base_url = url.text;
	}
}

static bool is_secret(struct slice key)
{
	static const char *const parts[] = {"password", "token", "secret", "key", "credential"};
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		if (slice_find(key, slice_of(parts[i])) >= 0)
			return true;
	return false;
}

static bool check_value(struct checking *k, const struct ast_connect_item *t, struct deployment_value *out)
{
	enum deployment_origin origin = DEPLOYMENT_LITERAL;
	if (slice_is(t->source.text, "env"))
		origin = DEPLOYMENT_ENV;
	else if (slice_is(t->source.text, "file"))
		origin = DEPLOYMENT_FILE;
	if (origin == DEPLOYMENT_LITERAL && is_secret(t->key.text)) {
		struct diag *g = diag_literal_secret(k->diags, t->value ? t->value->span : t->node.span, t->key.text);
		if (t->value)
			diag_fix(k->diags, g, t->value->span, SLICE("env SECRET"), FIX_PLACEHOLDER,
			         "take it from the environment");
		return false;
	}
	*out = (struct deployment_value){origin, string_of(k, t->value).text};
	return true;
}

static void check_server(struct checking *k, const struct ast_connect_item *t, struct slice *url, struct slice *tls)
{
	static const char *const smtp[] = {"smtp://", "smtps://", NULL}, *const imap[] = {"imap://", "imaps://", NULL};
	static const char *const words[] = {"required", "optional", "none", NULL};
	bool is_smtp = slice_is(t->key.text, "smtp");
	struct ast_name value = string_of(k, t->value);
	if (check_url(k, value, is_smtp ? smtp : imap,
	              is_smtp ? "an smtp:// or smtps:// address" : "an imap:// or imaps:// address"))
		*url = value.text;
	*tls = SLICE("required");
	if (!t->tls.text.n)
		return;
	for (int i = 0; words[i]; i++) {
		if (!slice_is(t->tls.text, words[i]))
			continue;
		*tls = slice_of(words[i]);
		return;
	}
	diag_unknown_word(k->diags, t->tls.span, t->tls.text, SLICE("tls"), SLICE("required, optional, none"));
}

static void check_connect_item(struct checking *k, struct deployment_connect *c, const struct ast_connect_item *t)
{
	struct deployment_value value;
	if (slice_is(t->key.text, "smtp")) {
		check_server(k, t, &c->smtp, &c->smtp_tls);
	} else if (slice_is(t->key.text, "imap")) {
		check_server(k, t, &c->imap, &c->imap_tls);
	} else if (slice_is(t->key.text, "auth_server")) {
		c->auth_server = string_of(k, t->value).text;
	} else if (slice_is(t->key.text, "oauth")) {
		struct ast_name word = t->value && t->value->kind == AST_WORD
		                               ? ((const struct ast_word *)t->value)->name
		                               : (struct ast_name){0};
		if (slice_is(word.text, "google") || slice_is(word.text, "microsoft"))
			c->oauth = arena_copy(k->arena, word.text);
		else
			diag_unknown_word(k->diags, word.span, word.text, SLICE("oauth"), SLICE("google, microsoft"));
	} else if (slice_is(t->key.text, "user")) {
		if (check_value(k, t, &value))
			c->user = value;
	} else if (slice_is(t->key.text, "password")) {
		if (check_value(k, t, &value))
			c->password = value;
	} else if (check_value(k, t, &value)) {
		struct deployment_setting **last = &c->settings;
		while (*last)
			last = &(*last)->next;
		*last = ARENA_NEW(k->arena, struct deployment_setting);
		**last = (struct deployment_setting){.key = arena_copy(k->arena, t->key.text), .value = value};
	}
}

static struct ast_name key_of(const struct ast *i)
{
	switch (i->kind) {
	case AST_CONNECT: return ((const struct ast_connect *)i)->name;
	case AST_CONNECT_ITEM: return ((const struct ast_connect_item *)i)->key;
	case AST_DEPLOY_SETTING: return ((const struct ast_deploy_setting *)i)->key;
	default: return (struct ast_name){0};
	}
}

/* The same line twice in one block. */
static void check_twice(struct checking *k, const struct ast_list *items)
{
	struct names seen = {0};
	for (const struct ast *i = items->first; i; i = i->next) {
		struct ast_name key = key_of(i);
		const struct name *other = names_find(&seen, i->kind, key.text);
		if (!other) {
			names_add(&seen, k->arena, i->kind, key.text, key.span, NULL);
		} else if (key.text.n) {
			struct diag *g = diag_given_twice(k->diags, key.span, key.text);
			diag_label(k->diags, g, other->span, "first given here");
		}
	}
}

static void check_connect(struct checking *k, const struct ast_connect *t)
{
	struct deployment_connect *c = ARENA_NEW(k->arena, struct deployment_connect), **last = &k->out->connects;
	c->name = arena_copy(k->arena, t->name.text);
	c->span = t->name.span;
	check_twice(k, &t->items);
	for (const struct ast *i = t->items.first; i; i = i->next)
		if (i->kind == AST_CONNECT_ITEM)
			check_connect_item(k, c, (const struct ast_connect_item *)i);
	while (*last)
		last = &(*last)->next;
	*last = c;
}

struct deployment *deployment_check(struct arena *arena, struct diags *diags, const struct ast *declaration)
{
	const struct ast_deployment *t =
	        (const struct ast_deployment *)ast_expect((struct ast *)declaration, AST_DEPLOYMENT);
	struct deployment *d = ARENA_NEW(arena, struct deployment);
	struct checking k = {arena, diags, d};
	*d = (struct deployment){.name = arena_copy(arena, t->name.text),
	                         .fresh_inbox_us = FRESH_INBOX_US,
	                         .in_doubt_us = IN_DOUBT_US,
	                         .span = t->name.span};
	check_twice(&k, &t->items);
	for (const struct ast *i = t->items.first; i; i = i->next) {
		if (i->kind == AST_CONNECT)
			check_connect(&k, (const struct ast_connect *)i);
		else if (i->kind == AST_DEPLOY_SETTING)
			check_setting(&k, (const struct ast_deploy_setting *)i);
	}
	return d;
}

const struct deployment_connect *deployment_find(const struct deployment *d, struct slice name)
{
	for (const struct deployment_connect *c = d->connects; c; c = c->next)
		if (slice_eq(c->name, name))
			return c;
	return NULL;
}
