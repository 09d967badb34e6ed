/* SPDX-License-Identifier: Apache-2.0
 * Tests in the language: nothing runs them yet, but their names are held to what there is, so that a renamed step does
 * not rot in them. */
#include "compiler/checker.h"

/* Fields of the contact, or inputs of the sequence. */
static void check_pairs(struct checker *k, const struct ast_list *pairs, bool input)
{
	for (const struct ast *i = pairs->first; i; i = i->next) {
		if (i->kind != AST_PAIR)
			continue;
		struct ast_name key = ((const struct ast_pair *)i)->key;
		const struct names *names = input ? &k->sequence->scope : &k->workspace->fields;
		uint32_t kind = input ? SCOPE_INPUT : 0;
		if (names_find(names, kind, key.text) || (!input && find_contact_field(k, key)))
			continue;
		struct diag *g = diag_unknown_name(k->diags, key.span, input ? SLICE("input") : SLICE("contact field"),
		                                   key.text);
		const struct name *near = names_nearest(names, kind, key.text);
		if (near)
			diag_fix(k->diags, g, key.span, near->text, FIX_MAYBE, "did you mean `%.*s`?",
			         SLICE_ARG(near->text));
	}
}

static void check_step_name(struct checker *k, const struct ast *path)
{
	if (path && path->kind == AST_PATH)
		check_step_path(k, path);
}

static void check_item(struct checker *k, const struct ast *i)
{
	const struct ast_expect *expect = (const struct ast_expect *)i;
	switch (i->kind) {
	case AST_TEST_CONTACT: check_pairs(k, &((const struct ast_test_contact *)i)->pairs, false); break;
	case AST_INPUT: check_pairs(k, &((const struct ast_input *)i)->fields, true); break;
	case AST_AT:
		if (((const struct ast_at *)i)->inject && ((const struct ast_at *)i)->inject->kind == AST_INJECT)
			check_step_name(k, ((const struct ast_inject *)((const struct ast_at *)i)->inject)->step);
		break;
	case AST_EXPECT:
		if (!slice_is(expect->kind.text, "that"))
			check_step_name(k, expect->subject);
		break;
	default: break;
	}
}

void check_test(struct checker *k, const struct ast_test *t)
{
	struct declaration *d = NULL;
	diag_test_skipped(k->diags, t->title ? t->title->span : t->node.span);
	for (const struct ast *i = t->items.first; i && !d; i = i->next)
		if (i->kind == AST_TEST_SEQUENCE)
			d = resolve_sequence(k->c, k->module, ((const struct ast_test_sequence *)i)->path);
	if (!d || !d->sequence)
		return;
	k->sequence = d->sequence;
	for (const struct ast *i = t->items.first; i; i = i->next)
		check_item(k, i);
	k->sequence = NULL;
}
