/* SPDX-License-Identifier: Apache-2.0
 * Waits in their block: which identity each has (rule 12), and where its `otherwise` goes. */
#include "compiler/check_block.h"

static struct span head_end(const struct ast *t)
{
	uint32_t end = t->span.end;
	if (t->kind == AST_WAIT_UNTIL) {
		const struct ast_wait_until *w = (const struct ast_wait_until *)t;
		end = w->at ? w->at->span.end : w->moment ? w->moment->span.end : w->weekday.span.end;
	} else if (t->kind == AST_WAIT_FOR && ((const struct ast_wait_for *)t)->up_to) {
		end = ((const struct ast_wait_for *)t)->up_to->span.end;
	} else if (t->kind == AST_REPEAT) {
		const struct ast_repeat *r = (const struct ast_repeat *)t;
		end = r->until ? r->until->span.end : r->every ? r->every->span.end : end;
	}
	return (struct span){t->span.source, end, end};
}

/* A wait without its block. */
static struct span head_of(const struct ast *t)
{
	struct span head = t->span;
	if (t->kind == AST_WAIT_FOR || t->kind == AST_REPEAT)
		head.end = head.start + (t->kind == AST_REPEAT ? 6 : 8);
	return head;
}

/* A name for a wait that nothing else has. */
static struct slice propose(struct checker *k)
{
	for (;;) {
		uint32_t i = ++k->proposed;
		struct slice name = i == 1 ? SLICE("pause") : arena_printf(k->arena, "pause_%u", i);
		if (!names_find(&k->sequence->scope, SCOPE_STEP, name))
			return name;
	}
}

static void say_unnamed(struct block *b, const struct ast *t)
{
	struct checker *k = b->k;
	struct slice name = propose(k);
	struct diag *g = diag_unnamed_wait(k->diags, head_of(t));
	diag_fix(k->diags, g, head_end(t), arena_printf(k->arena, " as %.*s", SLICE_ARG(name)), FIX_MAYBE,
	         "name it: `as %.*s`", SLICE_ARG(name));
	soften(k, g);
}

struct position *identify(struct block *b, const struct ast *t, struct ast_name as, struct ast_name was)
{
	struct checker *k = b->k;
	struct position *p = ARENA_NEW(k->arena, struct position);
	p->span = t->span;
	p->was = was.text;
	if (as.text.n)
		p->identity = as.text;
	else if (b->before.n)
		p->identity = arena_printf(k->arena, "after %.*s", SLICE_ARG(b->before));
	else {
		p->identity = arena_printf(k->arena, "unnamed %u", ++k->unnamed);
		if (!k->flow.ended)
			say_unnamed(b, t);
	}
	if (!names_find(&k->sequence->waits, 0, p->identity))
		names_add(&k->sequence->waits, k->arena, 0, p->identity, as.text.n ? as.span : head_of(t), p);
	return p;
}

void check_wait_item(struct block *b, const struct ast *t)
{
	struct checker *k = b->k;
	bool until = t->kind == AST_WAIT_UNTIL;
	const struct ast_wait *w = (const struct ast_wait *)t;
	const struct ast_wait_until *u = (const struct ast_wait_until *)t;
	struct ast_name as = until ? u->as : w->as;
	struct position *p = identify(b, t, as, until ? u->was : w->was);
	struct node *n = until ? check_wait_until(k, u, p) : check_wait(k, w, p);
	b->before = (struct slice){NULL, 0};
	if (!n)
		return;
	n->label = step_at(k, as);
	uint32_t effects = k->flow.effects; /* `otherwise` is no rest */
	append(b, n);
	if (!until)
		return;
	struct flow arrival = k->flow; /* what its `otherwise` knows: the moment may be absent */
	arrival.effects = effects;
	if (n->expr && n->otherwise_kind != OTHERWISE_CONTINUE)
		flow_know_operands(&k->flow, k->arena, n->expr);
	if (n->otherwise_kind == OTHERWISE_SKIP) {
		b->skip_pending = true;
		b->skipped = arrival;
		if (!t->next || !is_step(t->next))
			diag_nothing_to_skip(k->diags, u->otherwise.span);
	} else if (n->otherwise_kind == OTHERWISE_SKIP_TO && n->step->reached) {
		struct diag *g = diag_skip_backward(k->diags, u->target->span, n->step->name.text);
		diag_label(k->diags, g, n->step->name.span, "it comes before");
	} else if (n->otherwise_kind == OTHERWISE_SKIP_TO) {
		struct landing *l = ARENA_NEW(k->arena, struct landing);
		*l = (struct landing){
		        .flow = arrival, .block = b->path, .span = u->target->span, .next = n->step->landings};
		n->step->landings = l;
	}
}
