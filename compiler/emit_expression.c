/* SPDX-License-Identifier: Apache-2.0
 * Expressions to stack code. No instruction can fail (rule 11): what is absent makes a comparison no. */
#include "compiler/emit.h"

static void emit_op(struct emit *e, enum opcode op)
{
	code_emit(e->code, op, 0, 0);
}

static void emit_leaf(struct emit *e, const struct expr *x)
{
	switch (x->kind) {
	case EXPR_CONSTANT: code_emit(e->code, OP_CONST, emit_constant(e, &x->constant), 0); break;
	case EXPR_FIELD:
		if (x->field->input)
			code_emit(e->code, OP_INPUT, x->field->index, 0);
		else
			code_emit(e->code, OP_CONTACT, emit_field(e, x->field), 0);
		break;
	case EXPR_VARIABLE:
	case EXPR_SLOT: code_emit(e->code, OP_SLOT, slot_index(e->sequence, x->variable), 0); break;
	case EXPR_FACT: code_emit(e->code, OP_FACT, x->step->index, x->fact); break;
	case EXPR_TODAY: emit_op(e, OP_TODAY); break;
	default: code_emit(e->code, OP_BUILTIN, x->builtin, 0);
	}
}

static void emit_pair(struct emit *e, const struct expr *first, const struct expr *second, enum opcode op)
{
	emit_expr(e, first);
	emit_expr(e, second);
	emit_op(e, op);
}

/* value == a or value == b …; the value is pushed anew for each, which is pure. */
static void emit_in(struct emit *e, const struct expr *x)
{
	for (const struct expr *o = x->options; o; o = o->next) {
		emit_pair(e, x->left, o, OP_EQ);
		if (o != x->options)
			emit_op(e, OP_OR);
	}
}

static void emit_sum(struct emit *e, const struct expr *x)
{
	bool add = x->kind == EXPR_ADD;
	enum opcode op;
	switch (x->type.kind) {
	case TYPE_NUMBER: op = add ? OP_ADD : OP_SUB; break;
	case TYPE_DATE: op = add ? OP_SHIFT_DATE : OP_UNSHIFT_DATE; break;
	case TYPE_MOMENT: op = add ? OP_SHIFT : OP_UNSHIFT; break;
	default: op = OP_DAYS_BETWEEN;
	}
	emit_pair(e, x->left, x->right, op);
}

void emit_expr(struct emit *e, const struct expr *x)
{
	switch (x->kind) {
	case EXPR_MOMENT:
		emit_expr(e, x->left);
		emit_op(e, OP_MIDNIGHT);
		code_emit(e->code, OP_AT, (uint32_t)x->minute, 0);
		break;
	case EXPR_NOT:
		emit_expr(e, x->left);
		emit_op(e, OP_NOT);
		break;
	case EXPR_NEGATE:
		emit_expr(e, x->left);
		emit_op(e, OP_NEGATE);
		break;
	case EXPR_IS_SET:
		emit_expr(e, x->left);
		emit_op(e, OP_IS_SET);
		break;
	case EXPR_AND: emit_pair(e, x->left, x->right, OP_AND); break;
	case EXPR_OR: emit_pair(e, x->left, x->right, OP_OR); break;
	case EXPR_EQ: emit_pair(e, x->left, x->right, OP_EQ); break;
	case EXPR_NE: /* a != b is not (a == b) */
		emit_pair(e, x->left, x->right, OP_EQ);
		emit_op(e, OP_NOT);
		break;
	case EXPR_LT: emit_pair(e, x->left, x->right, OP_LT); break;
	case EXPR_LE: emit_pair(e, x->left, x->right, OP_LE); break;
	case EXPR_GT: emit_pair(e, x->right, x->left, OP_LT); break;
	case EXPR_GE: emit_pair(e, x->right, x->left, OP_LE); break;
	case EXPR_CONTAINS: emit_pair(e, x->left, x->right, OP_CONTAINS); break;
	case EXPR_IN: emit_in(e, x); break;
	case EXPR_ADD:
	case EXPR_SUB: emit_sum(e, x); break;
	default: emit_leaf(e, x);
	}
}
