/* SPDX-License-Identifier: Apache-2.0
 * Facts are a list that grows at its head, so that both branches of a `when` share what was known before it, and a
 * join looks only at what came since. */
#include "compiler/flow.h"
#include <assert.h>

static_assert(PLAN_VARIABLES_MAX <= 64, "flow.assigned has one bit a variable");

bool flow_is_present(const struct flow *f, const void *what)
{
	for (const struct fact *i = f->facts; i; i = i->older)
		if (i->what == what)
			return i->present;
	return false;
}

void flow_know(struct flow *f, struct arena *arena, const void *what, bool present)
{
	if (!what || flow_is_present(f, what) == present)
		return;
	struct fact *n = ARENA_NEW(arena, struct fact);
	*n = (struct fact){
	        .what = what, .present = present, .depth = f->facts ? f->facts->depth + 1 : 1, .older = f->facts};
	f->facts = n;
}

static const void *subject_of(const struct expr *e)
{
	if (e->kind == EXPR_FIELD)
		return e->field;
	return e->kind == EXPR_VARIABLE || e->kind == EXPR_SLOT ? (const void *)e->variable : NULL;
}

/* A comparison that is yes had both its sides; so a value that takes part is present. */
void flow_know_operands(struct flow *f, struct arena *arena, const struct expr *e)
{
	if (!e)
		return;
	flow_know(f, arena, subject_of(e), true);
	if (e->kind == EXPR_ADD || e->kind == EXPR_SUB || e->kind == EXPR_NEGATE) {
		flow_know_operands(f, arena, e->left);
		flow_know_operands(f, arena, e->right);
	}
}

void flow_assume(struct flow *f, struct arena *arena, const struct expr *e, bool truth)
{
	switch (e->kind) {
	case EXPR_NOT: flow_assume(f, arena, e->left, !truth); return;
	case EXPR_AND:
	case EXPR_OR:
		if ((e->kind == EXPR_AND) == truth) {
			flow_assume(f, arena, e->left, truth);
			flow_assume(f, arena, e->right, truth);
		}
		return;
	case EXPR_NE:
		if (truth)
			return;
		break;
	default:
		if (!truth)
			return;
	}
	if (e->kind == EXPR_FACT && e->fact == FACT_DONE)
		flow_know(f, arena, e->step, true);
	/* Only these kinds say something about what they read: IS_SET, comparisons, and a yes_no itself. */
	if (subject_of(e)) {
		flow_know(f, arena, subject_of(e), true);
	} else {
		flow_know_operands(f, arena, e->left);
		flow_know_operands(f, arena, e->right);
	}
}

static void join_pages(struct flow *f, const struct flow *other)
{
	f->pages |= other->pages;
	f->queued = other->queued > f->queued ? other->queued : f->queued;
	f->link = f->link ? f->link : other->link;
	f->page = f->page ? f->page : other->page;
	f->ask = f->ask == other->ask ? f->ask : NULL;
	f->review = f->review ? f->review : other->review;
	f->deadline = f->deadline == other->deadline ? f->deadline : NULL;
}

void flow_join(struct flow *f, struct arena *arena, const struct flow *other)
{
	if (other->ended)
		return;
	if (f->ended) {
		*f = *other;
		return;
	}
	f->may_be_first |= other->may_be_first;
	f->may_follow |= other->may_follow;
	f->effects = f->effects > other->effects ? f->effects : other->effects;
	f->murky |= other->murky;
	join_pages(f, other);
	f->assigned &= other->assigned;
	if (f->facts == other->facts)
		return;
	const struct flow left = *f;
	const struct fact *a = left.facts, *b = other->facts;
	while (a != b) {
		if (!b || (a && a->depth >= b->depth))
			a = a->older;
		else
			b = b->older;
	}
	const struct fact *common = a;
	f->facts = common;
	for (int side = 0; side < 2; side++) {
		for (const struct fact *i = side ? other->facts : left.facts; i != common; i = i->older)
			flow_know(f, arena, i->what,
			          flow_is_present(&left, i->what) && flow_is_present(other, i->what));
	}
}
