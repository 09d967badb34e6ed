/* SPDX-License-Identifier: Apache-2.0
 * Mailboxes, SMS and WhatsApp channels of a workspace: rows of the policy. */
#include "compiler/checker.h"

struct channel *add_channel(struct checker *k, enum plan_channel kind, struct ast_name name)
{
	struct workspace *w = k->workspace;
	struct name *other = names_find(&w->channels, kind != CHANNEL_EMAIL, name.text);
	if (!other)
		other = names_find(&w->channels, kind == CHANNEL_EMAIL, name.text);
	if (other) {
		say_duplicate(k->diags, kind == CHANNEL_EMAIL ? "mailbox" : "channel", name, other->span);
		return other->object;
	}
	if (slice_is(name.text, "assigned"))
		diag_reserved_name(k->diags, name.span, name.text);
	struct channel *c = ARENA_NEW(k->arena, struct channel);
	*c = (struct channel){.kind = kind, .name = name};
	names_add(&w->channels, k->arena, kind != CHANNEL_EMAIL, name.text, name.span, c);
	*(w->last_channel ? &w->last_channel->next : &w->first_channel) = c;
	w->last_channel = c;
	w->mailbox_count += kind == CHANNEL_EMAIL;
	return c;
}

static struct slice check_address(struct checker *k, const struct ast *tree, enum plan_type kind)
{
	struct type type = {.kind = kind};
	struct constant c;
	return check_constant(k, tree, &type, &c) ? c.text : (struct slice){"", 0};
}

static void check_property(struct checker *k, struct channel *c, const struct ast_property *t)
{
	if (slice_is(t->key.text, "name")) {
		c->display = check_text(k, t->value, FORM_PLAIN);
		check_header(k, c->display);
	} else if (slice_is(t->key.text, "signature")) {
		c->signature = check_text(k, t->value, FORM_MARKDOWN);
	} else if (slice_is(t->key.text, "postal")) {
		c->postal = check_text(k, t->value, FORM_PLAIN);
	} else if (slice_is(t->key.text, "number")) {
		c->number = check_address(k, t->value, TYPE_PHONE);
	}
}

static void check_from_users(struct checker *k, struct channel *c, const struct ast_from_users *t)
{
	struct text_list **last = &c->from_users;
	for (const struct ast *i = t->addresses.first; i; i = i->next) {
		struct slice address = check_address(k, i, TYPE_EMAIL);
		if (!address.n)
			continue;
		*last = ARENA_NEW(k->arena, struct text_list);
		(*last)->name = (struct ast_name){address, i->span};
		last = &(*last)->next;
	}
}

/* What only one kind of channel has: a mailbox an address and what stands in mail, the others a number. */
static bool belongs(struct checker *k, const struct channel *c, const struct ast *i)
{
	struct slice word =
	        i->kind == AST_PROPERTY ? ((const struct ast_property *)i)->key.text : slice_of(ast_kind_name(i->kind));
	bool email = c->kind == CHANNEL_EMAIL, mail_only = false;
	switch (i->kind) {
	case AST_ADDRESS:
	case AST_DEFAULT_SEQUENCE:
	case AST_FROM_USERS:
	case AST_ON_CC:
	case AST_CC_TOO: mail_only = true; break;
	case AST_PROPERTY:
		mail_only = slice_is(word, "signature") || slice_is(word, "postal");
		if (!email || !slice_is(word, "number"))
			break;
		diag_part_not_here(k->diags, i->span, word, SLICE("a mailbox"));
		return false;
	case AST_USES_PROVIDER:
		if (!email)
			break;
		diag_part_not_here(k->diags, i->span, SLICE("provider"), SLICE("a mailbox"));
		return false;
	default: break;
	}
	if (email || !mail_only)
		return true;
	diag_part_not_here(k->diags, i->span, word,
	                   c->kind == CHANNEL_SMS ? SLICE("a channel for SMS") : SLICE("a channel for WhatsApp"));
	return false;
}

static void check_item(struct checker *k, struct channel *c, const struct ast *i)
{
	struct limit **last = &c->limits;
	if (!belongs(k, c, i))
		return;
	switch (i->kind) {
	case AST_ADDRESS: c->address = check_address(k, ((const struct ast_address *)i)->value, TYPE_EMAIL); break;
	case AST_PROPERTY: check_property(k, c, (const struct ast_property *)i); break;
	case AST_DEFAULT_SEQUENCE:
		c->default_sequence = (const struct ast_path *)((const struct ast_default_sequence *)i)->path;
		break;
	case AST_FROM_USERS: check_from_users(k, c, (const struct ast_from_users *)i); break;
	case AST_ON_CC: c->cc_sequence = (const struct ast_path *)((const struct ast_on_cc *)i)->path; break;
	case AST_CC_TOO: c->cc_too = true; break;
	case AST_CONSENT:
		k->only_contact = true;
		c->consent = check_condition(k, ((const struct ast_consent *)i)->expr);
		k->only_contact = false;
		break;
	case AST_USES_PROVIDER:
		c->provider = ((const struct ast_uses_provider *)i)->name.text;
		check_uses_provider(k, ((const struct ast_uses_provider *)i)->name);
		break;
	case AST_LIMIT:
		k->only_contact = true;
		while (*last)
			last = &(*last)->next;
		*last = check_limit(k, (const struct ast_limit *)i);
		k->only_contact = false;
		break;
	default: break;
	}
}

void check_channel(struct checker *k, const struct ast_channel *t)
{
	bool email = slice_is(t->kind.text, "mailbox");
	struct name *n = names_find(&k->workspace->channels, !email, t->name.text);
	struct channel *c = n ? n->object : NULL;
	if (!c || n->span.start != t->name.span.start)
		return;
	const struct ast *seen[AST_KIND_COUNT] = {0};
	for (const struct ast *i = t->items.first; i; i = i->next) {
		if (seen[i->kind] && i->kind != AST_PROPERTY && i->kind != AST_LIMIT && i->kind != AST_ERROR) {
			struct diag *g = diag_given_twice(k->diags, i->span, slice_of(ast_kind_name(i->kind)));
			diag_label(k->diags, g, seen[i->kind]->span, "first given here");
		}
		seen[i->kind] = i;
		check_item(k, c, i);
	}
	if (email && !seen[AST_ADDRESS])
		diag_no_address(k->diags, t->name.span, t->name.text);
}
