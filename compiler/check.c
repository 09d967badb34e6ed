/* SPDX-License-Identifier: Apache-2.0
 * The whole of checking, in order: workspace, then each module's declarations as they stand, then what refers across
 * modules, then what was accepted. */
#include "compiler/analyze/handoffs.h"
#include "compiler/checker.h"

/* `connect NAME` binds a channel of the workspace. */
static void check_connects(struct checker *k, const struct deployment *d)
{
	const struct names *channels = &k->workspace->channels;
	for (const struct deployment_connect *i = k->workspace->tree ? d->connects : NULL; i; i = i->next) {
		if (names_find(channels, 0, i->name) || names_find(channels, 1, i->name))
			continue;
		struct diag *g = diag_unknown_name(k->diags, i->span, SLICE("mailbox or channel"), i->name);
		const struct name *near = names_nearest(channels, 0, i->name);
		if (near)
			diag_fix(k->diags, g, i->span, near->text, FIX_MAYBE, "did you mean `%.*s`?",
			         SLICE_ARG(near->text));
	}
}

static void check_tree(struct checker *k, const struct ast *d)
{
	struct compile *c = k->c;
	switch (d->kind) {
	case AST_FRAGMENT: break; /* checked where it is run */
	case AST_PROVIDER: check_provider(k, (const struct ast_provider *)d); break;
	case AST_RETIRE: check_retire(k, (const struct ast_retire *)d); break;
	case AST_TEST: break; /* when all sequences are known */
	case AST_DEPLOYMENT: {
		struct deployment *deployment = deployment_check(k->arena, k->diags, d);
		check_connects(k, deployment);
		if (!c->deployment)
			c->deployment = deployment;
		break;
	}
	default: break;
	}
}

static void check_module(struct checker *k, struct module *m)
{
	k->module = m;
	for (const struct ast *d = m->tree->decls.first; d; d = d->next)
		check_tree(k, d);
	for (struct declaration *d = m->first; d; d = d->next) {
		if (d->kind == DECLARES_SEQUENCE)
			check_sequence(k, d);
		else if (d->kind == DECLARES_HOLIDAYS)
			check_calendar(k, d);
		else if (d->kind == DECLARES_QUESTIONNAIRE)
			check_questionnaire(k, d);
	}
}

/* Somebody uses the module, perhaps for something else: what it declares is there to be taken. */
static bool is_shared(const struct module_table *t, const struct module *module)
{
	for (const struct module *m = t->first; m; m = m->next)
		for (const struct declaration *d = m->first; d; d = d->next)
			if (d->kind == DECLARES_MODULE && d->module == module)
				return true;
	return false;
}

/* Calendars belong to a workspace. */
static bool can_be_unused(const struct checker *k, const struct declaration *d)
{
	switch (d->kind) {
	case DECLARES_MESSAGE:
	case DECLARES_QUESTIONNAIRE:
	case DECLARES_FRAGMENT: return true;
	case DECLARES_HOLIDAYS: return k->c->modules->workspace;
	default: return false;
	}
}

/* Messages and the like that nobody takes: checked by themselves, and said. The library's are there to be left. */
static void check_unused(struct checker *k, struct module *m)
{
	bool tell = k->c->modules->whole && !is_shared(k->c->modules, m);
	k->module = m;
	for (struct declaration *d = m->first; d; d = d->next) {
		if (d->kind == DECLARES_FRAGMENT && !d->expanded)
			check_fragment_alone(k, d);
		if (d->used || !can_be_unused(k, d))
			continue;
		if (d->kind == DECLARES_MESSAGE)
			check_message_alone(k, (const struct ast_message_decl *)d->tree);
		if (tell)
			diag_unused_name(k->diags, d->name.span, slice_of(declaration_word(d->kind)), d->name.text);
	}
}

/* What mailboxes say about sequences. */
static void check_defaults(struct checker *k)
{
	for (struct channel *c = k->workspace->first_channel; c; c = c->next) {
		if (c->default_sequence)
			resolve_sequence(k->c, k->workspace->module, &c->default_sequence->node);
		if (c->cc_sequence)
			resolve_sequence(k->c, k->workspace->module, &c->cc_sequence->node);
	}
}

/* Room for the results. Sequences are kept for emit, for tests, which name their steps and inputs, and in a lone file,
 * whose contact is made of what its sequences say. */
static void prepare(struct checker *k)
{
	struct compile *c = k->c;
	uint32_t count = 0;
	k->keep = c->emit || !c->modules->workspace;
	for (const struct module *m = c->modules->first; m; m = m->next)
		for (const struct ast *d = m->tree->decls.first; d; d = d->next) {
			count += d->kind == AST_SEQUENCE;
			k->keep |= d->kind == AST_TEST;
		}
	c->results = ARENA_ARRAY(k->arena, struct compile_result, count);
	c->sequences = k->keep ? ARENA_ARRAY(k->arena, struct sequence *, count) : NULL;
}

void check_all(struct compile *c)
{
	struct module_table *t = c->modules;
	struct checker k = {.c = c, .arena = &c->arena, .diags = &c->diags};
	c->workspace = k.workspace = ARENA_NEW(&c->arena, struct workspace);
	prepare(&k);
	k.workspace->module = k.module = t->workspace ? t->workspace : t->first;
	uint32_t first_diag = c->diags.count;
	c->has_workspace = t->workspace != NULL;
	if (t->workspace)
		check_workspace(&k);
	else
		default_workspace(&k);
	for (struct module *m = t->first; m; m = m->next)
		check_module(&k, m);
	handoffs_check(&k);
	check_tests(&k);
	for (struct module *m = t->first; m; m = m->next)
		if (!m->is_std)
			check_unused(&k, m);
	if (!t->workspace)
		return;
	check_defaults(&k);
	const struct ast_list *items = &t->workspace->workspace->items;
	for (const struct ast *i = items->first; i; i = i->next) {
		const struct ast_allow *a = (const struct ast_allow *)i;
		if (i->kind == AST_ALLOW && a->code.text.n)
			accept_finding(&k, a, first_diag, t->whole);
	}
}
