/* SPDX-License-Identifier: Apache-2.0
 * Slots of an enrollment: what it keeps beside its facts, variables first. */
#include "compiler/expression.h"

uint32_t slot_index(const struct sequence *q, const struct variable *v)
{
	bool set_by_code = v->kind == SLOT_VARIABLE || v->kind == SLOT_MOMENT || v->kind == SLOT_ROUNDS;
	return set_by_code ? v->index : q->variable_count + v->index;
}

struct variable *new_variable(struct checker *k, enum plan_slot_kind kind, struct ast_name name, struct type type)
{
	struct sequence *q = k->sequence;
	if (q->variable_count == PLAN_VARIABLES_MAX) {
		diag_too_many(k->diags, name.span, SLICE("variables"), PLAN_VARIABLES_MAX);
		return NULL;
	}
	struct variable *v = ARENA_NEW(k->arena, struct variable);
	*v = (struct variable){.name = name, .type = type, .kind = kind, .index = q->variable_count++};
	*(q->last_variable ? &q->last_variable->next : &q->variables) = v;
	q->last_variable = v;
	return v;
}

struct variable *check_slot(struct checker *k, enum plan_slot_kind kind, const struct step *step, struct ast_name key,
                            struct type type)
{
	struct sequence *q = k->sequence;
	for (struct variable *v = q->slots; v; v = v->next)
		if (v->kind == kind && v->step == step && slice_eq(v->key, key.text))
			return v;
	if (q->slot_count == PLAN_SLOTS_MAX - PLAN_VARIABLES_MAX) {
		diag_too_many(k->diags, key.span, SLICE("values that are kept"), PLAN_SLOTS_MAX - PLAN_VARIABLES_MAX);
		return NULL;
	}
	struct variable *v = ARENA_NEW(k->arena, struct variable);
	*v = (struct variable){
	        .name = key, .type = type, .kind = kind, .step = step, .key = key.text, .index = q->slot_count++};
	*(q->last_slot ? &q->last_slot->next : &q->slots) = v;
	q->last_slot = v;
	q->probed_slots += k->probing;
	return v;
}

struct expr *slot_expr(struct checker *k, const struct variable *slot, struct span span)
{
	struct expr *e = ARENA_NEW(k->arena, struct expr);
	*e = (struct expr){.kind = EXPR_SLOT, .type = slot->type, .span = span, .depth = 1, .variable = slot};
	return e;
}

/* ---- what happened ---- */

static struct ast_name second_word(const struct ast_path *p)
{
	const struct ast *w = p->parts.first ? p->parts.first->next : NULL;
	return w && w->kind == AST_WORD ? ((const struct ast_word *)w)->name : (struct ast_name){{"", 0}, p->node.span};
}

struct expr *expr_happening(struct checker *k, const struct ast_path *p)
{
	const struct ast_word *first = (const struct ast_word *)p->parts.first;
	bool event = slice_is(first->name.text, "event");
	struct ast_name key = second_word(p);
	struct span span = p->node.span;
	if (!k->sequence || (k->only_contact && !(event && k->starting))) {
		if (!k->loose)
			diag_not_here(k->diags, span, p->text.text, SLICE("a condition of the steps"));
		return expr_poison(k, span);
	}
	if (p->parts.count != 2 || (!event && !slice_is(key.text, "text"))) {
		struct diag *g = diag_unknown_name(k->diags, span, SLICE("value"), p->text.text);
		diag_note(k->diags, g, event ? "an event has fields, as in `event.plan`" : "there is: reply.text");
		return expr_poison(k, span);
	}
	struct variable *v =
	        check_slot(k, event ? SLOT_EVENT : SLOT_REPLY, NULL, key, (struct type){.kind = TYPE_TEXT});
	if (!v)
		return expr_poison(k, span);
	if (!v->where.end) {
		/* an input of its name takes its value, and so its type */
		const struct name *input = event ? names_find(&k->sequence->scope, SCOPE_INPUT, key.text) : NULL;
		v->where = span;
		v->name.text = arena_printf(k->arena, "%s.%.*s", event ? "event" : "reply", SLICE_ARG(v->key));
		if (input) {
			v->type = ((const struct field *)input->object)->type;
			v->settled = true;
		}
	}
	return slot_expr(k, v, span);
}
