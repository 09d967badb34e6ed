/* SPDX-License-Identifier: Apache-2.0
 * Branches: `when` and `choose`, what is known in each arm (flow.h), and conditions whose answer is known already. */
#include "compiler/check_block.h"

/* ---- conditions whose answer is known ---- */

enum answer { NO, YES, OPEN };

static enum answer compare(const struct expr *e)
{
	const struct constant *a = &e->left->constant, *b = &e->right->constant;
	if (e->left->kind != EXPR_CONSTANT || e->right->kind != EXPR_CONSTANT || a->unit != b->unit)
		return OPEN;
	bool text = type_is_textual(&e->left->type);
	int order = text ? slice_cmp(a->text, b->text) : (a->value > b->value) - (a->value < b->value);
	switch (e->kind) {
	case EXPR_EQ: return order == 0;
	case EXPR_NE: return order != 0;
	case EXPR_LT: return order < 0;
	case EXPR_LE: return order <= 0;
	case EXPR_GT: return order > 0;
	default: return order >= 0;
	}
}

/* Of written values only. */
static enum answer answer_of(const struct expr *e)
{
	enum answer left, right;
	switch (e->kind) {
	case EXPR_CONSTANT: return e->constant.type == TYPE_YES_NO ? (enum answer)(e->constant.value != 0) : OPEN;
	case EXPR_NOT: left = answer_of(e->left); return left == OPEN ? OPEN : left == NO;
	case EXPR_AND:
	case EXPR_OR:
		left = answer_of(e->left);
		right = answer_of(e->right);
		if (left == (enum answer)(e->kind == EXPR_OR) || right == (enum answer)(e->kind == EXPR_OR))
			return e->kind == EXPR_OR;
		return left == OPEN ? left : right;
	case EXPR_EQ:
	case EXPR_NE:
	case EXPR_LT:
	case EXPR_LE:
	case EXPR_GT:
	case EXPR_GE: return compare(e);
	default: return OPEN;
	}
}

static struct slice word_of(bool yes)
{
	return yes ? SLICE("yes") : SLICE("no");
}

/* In a fragment the parameters are such values, and another run gives others. */
void say_always_same(struct checker *k, const struct expr *e)
{
	enum answer answer = e->kind == EXPR_POISON || k->frame ? OPEN : answer_of(e);
	if (answer != OPEN)
		diag_always_same(k->diags, e->span, word_of(answer == YES));
}

static const struct expr *without_not(const struct expr *e, bool *yes)
{
	for (; e->kind == EXPR_NOT; e = e->left)
		*yes = !*yes;
	return e;
}

/* Says so where `e` is what was asked before, with that answer, and nothing came between. */
static bool say_asked(struct checker *k, const struct expr *e, const struct expr *before, bool answer)
{
	struct buf *text = &k->c->scratch;
	if (!before || e->kind == EXPR_POISON || before->kind == EXPR_POISON)
		return false;
	before = without_not(before, &answer);
	const struct expr *same = without_not(e, &answer);
	if (same->kind != before->kind)
		return false;
	buf_clear(text);
	check_print_expr(text, before);
	size_t n = text->n;
	check_print_expr(text, same);
	bool is_same = slice_eq((struct slice){text->p, n}, (struct slice){text->p + n, text->n - n});
	buf_clear(text);
	if (!is_same)
		return false;
	struct diag *g = diag_asked_before(k->diags, e->span, word_of(answer));
	diag_label(k->diags, g, before->span, "asked here");
	return true;
}

static struct expr *check_question(struct checker *k, const struct ast *cond)
{
	const struct expr *asked = k->answered;
	bool answer = k->answered_yes;
	k->answered = NULL;
	struct expr *e = check_condition(k, cond);
	if (!say_asked(k, e, asked, answer))
		say_always_same(k, e);
	return e;
}

/* The block that is entered where the condition is so. */
static struct node *check_answered(struct block *b, const struct ast *block, const struct expr *e, bool yes)
{
	struct checker *k = b->k;
	flow_assume(&k->flow, k->arena, e, yes);
	k->answered = e;
	k->answered_yes = yes;
	struct node *n = check_block(k, block, b->path);
	k->answered = NULL;
	return n;
}

/* ---- branches ---- */

struct node *check_when_item(struct block *b, const struct ast_when *t)
{
	struct checker *k = b->k;
	struct node *n = new_node(b, NODE_WHEN, t->node.span);
	n->expr = check_question(k, t->cond);
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
		n->expr = check_question(k, w->cond);
		for (const struct node *earlier = has_otherwise ? NULL : first; earlier; earlier = earlier->otherwise)
			if (say_asked(k, n->expr, earlier->expr, false))
				break;
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
