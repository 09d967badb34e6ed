/* SPDX-License-Identifier: Apache-2.0
 * Branches: `when` and `choose`, and what is known in each arm (flow.h). Conditions whose answer is known already are
 * told by analyze/branches.c. */
#include "compiler/check_block.h"

/* The block that is entered where the condition is so. */
static struct node *check_answered(struct block *b, const struct ast *block, const struct expr *e, bool yes)
{
	struct checker *k = b->k;
	flow_assume(&k->flow, k->arena, e, yes);
	return check_block(k, block, b->path);
}

struct node *check_when_item(struct block *b, const struct ast_when *t)
{
	struct checker *k = b->k;
	struct node *n = new_node(b, NODE_WHEN, t->node.span);
	n->expr = check_condition(k, t->cond);
	k->sequence->asks = true;
	struct flow before = k->flow, after;
	n->then = check_answered(b, t->then, n->expr, true);
	after = k->flow;
	k->flow = before;
	n->otherwise = check_answered(b, t->otherwise, n->expr, false);
	flow_join(&k->flow, k->arena, &after);
	return n;
}

/* `choose` is a chain: each `when` stands in the otherwise of the one before. */
void check_choose(struct block *b, const struct ast_choose *t)
{
	struct checker *k = b->k;
	struct flow out = {.ended = true};
	struct node *first = NULL, **tail = &first;
	uint32_t arms = 0;
	bool has_otherwise = false;
	for (const struct ast *i = t->whens.first; i; i = i->next) {
		if (i->kind != AST_WHEN)
			continue;
		const struct ast_when *w = (const struct ast_when *)i;
		if (++arms > ARMS_MAX) {
			diag_too_many(k->diags, i->span, SLICE("arms of a `choose`"), ARMS_MAX);
			break;
		}
		if (w->otherwise && i->next)
			diag_otherwise_not_last(k->diags, w->otherwise->span);
		struct node *n = new_node(b, NODE_WHEN, i->span);
		k->item = i;
		n->in_choose = true;
		n->expr = check_condition(k, w->cond);
		k->sequence->asks = true;
		struct flow before = k->flow;
		n->then = check_answered(b, w->then, n->expr, true);
		flow_join(&out, k->arena, &k->flow);
		k->flow = before;
		flow_assume(&k->flow, k->arena, n->expr, false);
		*tail = n;
		tail = &n->otherwise;
		has_otherwise |= w->otherwise != NULL;
		if (w->otherwise && !i->next)
			*tail = check_answered(b, w->otherwise, n->expr, false);
	}
	flow_join(&k->flow, k->arena, &out);
	if (!has_otherwise)
		check_options_taken(k, first,
		                    (struct span){t->node.span.source, t->node.span.start, t->node.span.start + 6});
	append(b, first);
}
