/* SPDX-License-Identifier: Apache-2.0
 * Steps and blocks: what follows what, which name stands where, what is known on the way (flow.h), which wait has which
 * identity (rule 12). The tree's blocks become lists of struct node. */
#include "compiler/check_block.h"
#include "compiler/expression.h"

/* ---- nodes ---- */

struct node *new_node(struct block *b, enum node_kind kind, struct span span)
{
	struct node *n = ARENA_NEW(b->k->arena, struct node);
	n->kind = kind; /* the rest is zero as it comes */
	n->span = span;
	n->frame = b->k->frame;
	n->weekday = n->at_minute = -1;
	return n;
}

static bool holds_out(const struct step *s)
{
	const struct message *m = s->message;
	while (m && !m->hold_out)
		m = m->next;
	return m != NULL;
}

/* What is asked of the world is put together until the next rest: a machine has room for so much. */
static void count_effects(struct checker *k, const struct node *n)
{
	struct flow *f = &k->flow;
	switch (n->kind) {
	case NODE_PERFORM:
	case NODE_SUPPRESS: f->effects++; break;
	case NODE_SEND:
		if (!n->detached && n->step->pick != PICK_VARIANT && !n->step->reminds)
			f->effects = 0;
		f->effects += n->detached || holds_out(n->step);
		break;
	case NODE_WAIT:
	case NODE_WAIT_UNTIL:
	case NODE_REST: f->effects = 0; break;
	default: return;
	}
	if (f->effects == PLAN_EFFECTS_MAX + 1)
		diag_too_many(k->diags, n->span, SLICE("steps in a row that nobody waits for"), PLAN_EFFECTS_MAX);
}

void append(struct block *b, struct node *n)
{
	if (!n)
		return;
	count_effects(b->k, n);
	*b->last = n;
	b->last = &n->next;
}

void add_step(struct checker *k, struct step *s)
{
	struct sequence *q = k->sequence;
	s->index = q->step_count;
	s->reminds = k->reminds;
	ARENA_PUSH(k->arena, q->steps, q->step_count, q->step_cap) = s;
}

/* The object of a name declared at that place; NULL for a duplicate. */
struct step *step_at(struct checker *k, struct ast_name name)
{
	struct name *n = name.text.n ? names_find(&k->sequence->scope, SCOPE_STEP, name.text) : NULL;
	struct step *s = n ? n->object : NULL;
	return s && s->name.span.start == name.span.start && s->name.span.source == name.span.source ? s : NULL;
}

static bool is_around(const struct block_path *outer, const struct block_path *inner)
{
	while (inner && inner != outer)
		inner = inner->around;
	return inner == outer;
}

/* A named step or wait is reached: what `skip to` brings joins here. */
static void arrive(struct block *b, struct step *s)
{
	if (!s)
		return;
	s->reached = true;
	for (struct landing *l = s->landings; l; l = l->next) {
		if (is_around(b->path, l->block)) {
			flow_join(&b->k->flow, b->k->arena, &l->flow);
		} else {
			struct diag *g = diag_skip_into_block(b->k->diags, l->span, s->name.text);
			diag_label(b->k->diags, g, s->name.span, "it stands in a block of its own");
		}
	}
}

/* ---- set ---- */

/* Computing with an absent value is an error; taking one over is not (rule 11). */
static bool check_set_value(struct checker *k, const struct expr *e, bool *present)
{
	const struct expr *culprit = NULL;
	*present = !expr_may_be_absent(k, e, &culprit);
	if (*present || k->flow.ended || e->kind == EXPR_FIELD || e->kind == EXPR_VARIABLE || e->kind == EXPR_SLOT)
		return true;
	say_may_be_absent(k, culprit);
	return false;
}

/* The value, of the type wanted if that is known. */
static struct expr *typed_value(struct checker *k, const struct ast *tree, const struct type *type)
{
	struct expr *e = check_expr_as(k, tree, type);
	expr_adopt(e, type->kind == TYPE_UNKNOWN ? &e->type : type);
	if (e->kind == EXPR_POISON || type->kind == TYPE_UNKNOWN || e->type.kind == type->kind)
		return e;
	diag_wrong_type(k->diags, e->span, slice_of(type_word(type)), slice_of(type_word(&e->type)));
	return NULL;
}

static void check_set(struct block *b, const struct ast_set *t)
{
	struct checker *k = b->k;
	const struct ast_path *path = (const struct ast_path *)t->path;
	if (!path || path->node.kind != AST_PATH)
		return;
	if (find_bound(k, path->text.text)) {
		diag_cannot_set(k->diags, path->node.span, path->text.text);
		return;
	}
	struct node *n = new_node(b, NODE_SET, t->node.span);
	const struct ast *first = path->parts.first, *second = first ? first->next : NULL;
	struct type *type;
	const struct type unknown = {.kind = TYPE_UNKNOWN};
	struct name *variable = names_find(&k->sequence->scope, SCOPE_VARIABLE, path->text.text);
	if (path->parts.count == 1 && variable) {
		n->variable = variable->object;
		((struct variable *)variable->object)->read |= k->frame != NULL;
		type = &((struct variable *)variable->object)->type;
	} else if (path->parts.count == 2 && slice_is(((const struct ast_word *)first)->name.text, "contact")) {
		struct ast_name name = ((const struct ast_word *)second)->name;
		n->field = find_contact_field(k, name);
		if (!n->field) {
			check_expr(k, t->path); /* says what is wrong */
			return;
		}
		type = &((struct field *)n->field)->type;
	} else {
		if (path->parts.count > 1)
			diag_cannot_set(k->diags, path->node.span, path->text.text);
		check_expr(k, t->value);
		return;
	}
	bool present;
	n->expr = typed_value(k, t->value, n->field && n->field->inferred && !n->field->settled ? &unknown : type);
	if (!n->expr || n->expr->kind == EXPR_POISON || !check_set_value(k, n->expr, &present)) {
		if (n->variable) /* no more about it */
			k->flow.assigned |= UINT64_C(1) << n->variable->index;
		return;
	}
	if (type->kind == TYPE_UNKNOWN || (n->field && !n->field->settled))
		*type = n->expr->type;
	if (n->variable)
		k->flow.assigned |= UINT64_C(1) << n->variable->index;
	flow_know(&k->flow, k->arena, n->variable ? (const void *)n->variable : (const void *)n->field, present);
	append(b, n);
}

/* ---- blocks ---- */

static void check_ast_step(struct block *b, const struct ast_step *t)
{
	if (slice_is(t->kind.text, "webhook"))
		check_webhook(b, t);
	else if (slice_is(t->kind.text, "alert"))
		check_alert(b, t);
	else if (slice_is(t->kind.text, "handoff"))
		check_handoff(b, t);
	else
		check_page(b, t);
}

static void check_end(struct block *b, const struct ast *t)
{
	struct checker *k = b->k;
	struct node *n = new_node(b, NODE_END, t->span);
	n->end = t->kind == AST_EXIT ? END_EXIT : END_FINISH;
	if (t->kind == AST_EXIT)
		n->reason = check_string(k, ((const struct ast_exit *)t)->reason).text;
	append(b, n);
	k->flow.ended = true;
}

/* What is checked says by b->before whether it is the named step directly before what follows (rule 12). */
static void check_item(struct block *b, const struct ast *t)
{
	bool waits =
	        t->kind == AST_WAIT || t->kind == AST_WAIT_UNTIL || t->kind == AST_WAIT_FOR || t->kind == AST_REPEAT;
	b->before = waits ? b->before : (struct slice){NULL, 0};
	switch (t->kind) {
	case AST_MESSAGE: check_message_item(b, (const struct ast_message *)t); break;
	case AST_ORIGINAL: check_original(b, (const struct ast_original *)t); break;
	case AST_SEND: check_send(b, (const struct ast_send *)t); break;
	case AST_TASK: check_task(b, (const struct ast_task *)t); break;
	case AST_STEP: check_ast_step(b, (const struct ast_step *)t); break;
	case AST_SUPPRESS: check_suppress(b, (const struct ast_suppress *)t); break;
	case AST_SET: check_set(b, (const struct ast_set *)t); break;
	case AST_WAIT_FOR: check_wait_for(b, (const struct ast_wait_for *)t); break;
	case AST_REPEAT: check_repeat(b, (const struct ast_repeat *)t); break;
	case AST_WAIT:
	case AST_WAIT_UNTIL: check_wait_item(b, t); break;
	case AST_WHEN: append(b, check_when_item(b, (const struct ast_when *)t)); break;
	case AST_CHOOSE: check_choose(b, (const struct ast_choose *)t); break;
	default: check_end(b, t);
	}
}

static struct ast_name name_of(const struct ast *t)
{
	switch (t->kind) {
	case AST_MESSAGE: return ((const struct ast_message *)t)->name;
	case AST_ORIGINAL: return ((const struct ast_original *)t)->name;
	case AST_SEND: return ((const struct ast_send *)t)->name;
	case AST_TASK: return ((const struct ast_task *)t)->name;
	case AST_STEP: return ((const struct ast_step *)t)->name;
	case AST_WAIT: return ((const struct ast_wait *)t)->as;
	case AST_WAIT_UNTIL: return ((const struct ast_wait_until *)t)->as;
	case AST_WAIT_FOR: return ((const struct ast_wait_for *)t)->as;
	case AST_REPEAT: return ((const struct ast_repeat *)t)->as;
	default: return (struct ast_name){0};
	}
}

/* One step; where an `otherwise skip` stands before it, it is what that leaves out. */
static void check_one(struct block *b, const struct ast *i)
{
	struct checker *k = b->k;
	bool join_after = b->skip_pending;
	struct flow skipped = b->skipped;
	struct node **first = b->last;
	b->skip_pending = false;
	arrive(b, step_at(k, name_of(i)));
	if (k->flow.ended && !join_after) {
		if (!b->said_unreachable)
			diag_unreachable(k->diags, i->span);
		b->said_unreachable = true;
		k->flow.ended = false; /* what follows is checked as if it were reached */
		k->flow.murky = true;
	}
	page_before(b, i);
	k->item = i;
	check_item(b, i);
	page_after(b, i);
	if (!join_after)
		return;
	flow_join(&k->flow, k->arena, &skipped);
	struct node *last = *first;
	while (last && last->next)
		last = last->next;
	if (last)
		last->skip_lands = true;
}

void check_list(struct block *b, const struct ast_list *items)
{
	for (const struct ast *i = items->first; i; i = i->next) {
		if (i->kind == AST_RUN) /* its steps stand in its place */
			check_run(b, (const struct ast_run *)i);
		else if (is_step(i))
			check_one(b, i);
	}
}

struct node *check_items(struct checker *k, const struct ast_list *items, const struct block_path *around,
                         struct slice before)
{
	struct block b = {.k = k, .path = ARENA_NEW(k->arena, struct block_path), .before = before};
	b.path->around = around;
	b.last = &b.first;
	check_list(&b, items);
	return b.first;
}

struct node *check_block(struct checker *k, const struct ast *tree, const struct block_path *around)
{
	if (!tree || tree->kind != AST_BLOCK)
		return NULL;
	return check_items(k, &((const struct ast_block *)tree)->items, around, (struct slice){NULL, 0});
}

struct node *check_body(struct checker *k, const struct ast_list *items)
{
	bool taken = names_find(&k->sequence->scope, SCOPE_STEP, SLICE("start")) != NULL;
	struct node *body = check_items(k, items, NULL, taken ? (struct slice){NULL, 0} : SLICE("start"));
	page_end(k);
	return body;
}
