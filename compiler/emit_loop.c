/* SPDX-License-Identifier: Apache-2.0
 * `wait for` and `repeat`. */
#include "compiler/emit_body.h"
#include <stddef.h>

static uint32_t add_arm(struct emit *e, const struct arm *arm)
{
	const struct exit_rule *r = &arm->trigger;
	struct plan_arm row = {.trigger = r->trigger,
	                       .step = r->step ? r->step->index : NONE,
	                       .event = emit_string(e, r->event),
	                       .by_account = r->by_account,
	                       .after = arm->after ? slot_index(e->sequence, arm->after) : NONE,
	                       .when = NONE,
	                       .entry = NONE};
	uint32_t index = image_add(e->b, SECTION_ARM, &row);
	if (r->when)
		emit_later(e, r->when, SECTION_ARM, index, offsetof(struct plan_arm, when));
	return index;
}

/* A position's arms are rows in a row: they come before those of the waits in its bodies. */
void emit_wait_for(struct body *b, const struct node *n)
{
	struct emit *e = b->e;
	struct patch *ends = NULL;
	uint32_t rule = emit_terms(e, n->terms), first = NONE, count = 0;
	uint32_t position = add_position(e, n->position, POSITION_WAIT_FOR, n->day_based);
	for (const struct arm *a = n->arms; a; a = a->next, count++) {
		uint32_t index = add_arm(e, a);
		first = count ? first : index;
	}
	code_emit(e->code, OP_WAIT_FOR, position, 0);
	place(e, position, rule);
	struct plan_position *p = image_record(e->b, SECTION_POSITION, position);
	p->arm = first;
	p->arm_count = count;
	emit_point(e, POINT_BRANCH, WAY_RAN, n->otherwise ? n->otherwise->span : n->span, (uint32_t)e->code->n);
	emit_list(b, n->otherwise);
	bool alive = b->alive;
	uint32_t row = first;
	for (const struct arm *a = n->arms; a; a = a->next) {
		if (!a->body) {
			row++;
			continue;
		}
		if (b->alive)
			ends = jump_later(e, code_emit(e->code, OP_JUMP, 0, 0), ends);
		((struct plan_arm *)image_record(e->b, SECTION_ARM, row++))->entry = (uint32_t)e->code->n;
		b->alive = true;
		emit_point(e, POINT_BRANCH, WAY_RAN, a->trigger.span, (uint32_t)e->code->n);
		emit_list(b, a->body);
		alive |= b->alive;
	}
	patch_here(e, ends);
	for (uint32_t i = 0; i < count; i++) {
		struct plan_arm *arm = image_record(e->b, SECTION_ARM, first + i);
		alive |= arm->entry == NONE;
		arm->entry = arm->entry == NONE ? (uint32_t)e->code->n : arm->entry;
	}
	b->alive = alive;
}

/* head: [until → end]; body; the wait that goes back to the head, or on. */
void emit_repeat(struct body *b, const struct node *n)
{
	struct emit *e = b->e;
	uint32_t slot = slot_index(e->sequence, n->variable), over = NONE;
	if (!n->once)
		code_emit(e->code, OP_ROUNDS, slot, 0);
	uint32_t head = (uint32_t)e->code->n;
	if (n->expr) {
		emit_expr(e, n->expr);
		uint32_t past = code_emit(e->code, OP_JUMP_UNLESS, 0, 0);
		emit_point(e, POINT_BRANCH, WAY_YES, n->expr->span, past);
		over = code_emit(e->code, OP_JUMP, 0, 0);
		code_patch_jump(e->code, past, (uint32_t)e->code->n);
	}
	emit_list(b, n->then);
	if (b->alive) {
		uint32_t rule = emit_terms(e, n->terms);
		uint32_t position = add_position(e, n->position, POSITION_WAIT_ROUND, n->day_based);
		code_emit(e->code, OP_WAIT_ROUND, position, 0);
		place(e, position, rule);
		struct plan_position *p = image_record(e->b, SECTION_POSITION, position);
		p->slot = slot;
		p->head = head;
		if (n->expr)
			emit_later(e, n->expr, SECTION_POSITION, position, offsetof(struct plan_position, until));
	}
	if (over != NONE) {
		code_patch_jump(e->code, over, (uint32_t)e->code->n);
		b->alive = true;
	}
}
