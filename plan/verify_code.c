/* SPDX-License-Identifier: Apache-2.0
 * Proves the code, in passes over it, each in order of the offsets (all jumps go forward, and only repeats go back, so
 * one pass sees every instruction after all that lead to it):
 *   1. decode: opcodes, operands, where instructions begin, which instruction each position and each step has;
 *   2. the places that records name are instructions;
 *   3. positions: their rows agree with their instructions, and their rules are free of effects;
 *   4. loops: each is entered over its beginning, waits a positive time a round, and has an end (verify_loops.c);
 *   5. flow: what the stack holds, which variables are set, which kind of code it is, and how much is asked of the
 * world at most (verify_flow.c);
 *   6. promises, from the waits and messages on every way (verify_promises.c, bound.h). */
#include "plan/verify_code.h"
#include "plan/image_format.h"
#include "plan/record.h"
#include "plan/value.h"
#include "plan/verify.h"
#include <stdlib.h>
#include <string.h>

bool verify_refuse(struct verifier *v, uint32_t pc, const char *reason)
{
	const struct plan_step *steps = IMAGE_ROWS(v->m, STEP, step);
	struct slice step = {NULL, 0};
	for (uint32_t i = 0; i < IMAGE_COUNT(v->m, STEP); i++)
		if (steps[i].entry != NONE && steps[i].entry <= pc && pc < steps[i].end)
			step = image_string(v->m, steps[i].name);
	const struct op_info *info = pc < v->length ? op_info(v->code[pc]) : NULL;
	return image_refuse(v->error, "%s%.*s%scode %u%s%s: %s, at byte %u", step.n ? "step " : "",
	                    (int)(step.n < 60 ? step.n : 60), step.n ? step.p : "", step.n ? ", " : "", pc,
	                    info ? " " : "", info ? info->name : "", reason, (uint32_t)(v->code - v->m->bytes) + pc);
}

/* ---- 1: decode ---- */

#define FILTER_TAKES_none                 TYPE_COUNT
#define FILTER_TAKES_number               TYPE_NUMBER
#define FILTER_TAKES_text                 TYPE_TEXT
#define FILTER_ROW_FILTER(NAME, argument) [FILTER_##NAME] = FILTER_TAKES_##argument,
#define FILTER_ROW_DEFAULT(NAME, argument)
#define FILTER_ROW_DATE(NAME, argument)
#define FILTER_ROW_NUMBER(NAME, argument)
static const uint8_t filter_argument[FILTER_COUNT] = {
#define FILTER(name, NAME, lowering, takes, argument, gives) FILTER_ROW_##lowering(NAME, argument)
#include "plan/filter.def"
#undef FILTER
};

static bool constant_is(const struct verifier *v, uint32_t index, enum plan_type type)
{
	return index < IMAGE_COUNT(v->m, CONST) && IMAGE_ROWS(v->m, CONST, constant)[index].type == type;
}

/* The argument of an instruction that wants a constant of one type, or none. */
static bool argument_good(const struct verifier *v, const struct instruction *in)
{
	switch (in->op) {
	case OP_FILTER:
		if (filter_argument[in->a] == TYPE_COUNT)
			return in->b == NONE;
		return constant_is(v, in->b, (enum plan_type)filter_argument[in->a]);
	case OP_FORMAT_DATE: return constant_is(v, in->a, TYPE_TEXT);
	case OP_FORMAT_NUMBER: return constant_is(v, in->a, TYPE_NUMBER);
	case OP_OR_DEFAULT: return constant_is(v, in->a, TYPE_TEXT);
	default: return true;
	}
}

static bool operand_good(const struct verifier *v, const struct instruction *in, enum operand kind, uint32_t value)
{
	const struct image *m = v->m;
	switch (kind) {
	case OPERAND_NONE: return true;
	case OPERAND_CONST: return in->op == OP_FILTER || value < IMAGE_COUNT(m, CONST);
	case OPERAND_FIELD: return value < IMAGE_COUNT(m, FIELD);
	case OPERAND_INPUT: return value < IMAGE_COUNT(m, INPUT);
	case OPERAND_SLOT: return value < IMAGE_COUNT(m, SLOT);
	case OPERAND_STEP: return value < IMAGE_COUNT(m, STEP);
	case OPERAND_POSITION: return value < IMAGE_COUNT(m, POSITION);
	case OPERAND_END: return value < IMAGE_COUNT(m, END);
	case OPERAND_STRING: return value < m->sections[SECTION_STRINGS].count;
	case OPERAND_FACT: return value < FACT_COUNT;
	case OPERAND_FILTER: return value < FILTER_COUNT;
	case OPERAND_BUILTIN: return value < BUILTIN_COUNT;
	case OPERAND_MINUTE: return value < 24 * 60;
	case OPERAND_DAYTIME: return value < 2 * DAYTIME_NEXT && value % DAYTIME_NEXT < 7 * 24 * 60;
	case OPERAND_PURPOSE: return value < PURPOSE_COUNT;
	case OPERAND_JUMP: return value >= in->next && value < v->length;
	}
	return false;
}

bool verify_is_suspension(uint8_t op)
{
	return op_info(op)->effect == EFFECT_SUSPEND;
}

/* Which kind of step an instruction is for. */
static bool kind_good(uint8_t op, enum plan_step_kind kind)
{
	bool message = kind == STEP_EMAIL || kind == STEP_SMS || kind == STEP_WHATSAPP || kind == STEP_SEND;
	if (op == OP_SEND || op == OP_QUEUE)
		return message;
	if (op == OP_REST)
		return kind == STEP_TASK || kind == STEP_WEBHOOK || kind == STEP_ASK || kind == STEP_OFFER ||
		       kind == STEP_REVIEW;
	return op == OP_ORIGINAL ? kind == STEP_ORIGINAL : !message && kind != STEP_ORIGINAL;
}

/* A step has one place where it is done, within its own code. */
static bool note_step(struct verifier *v, uint32_t pc, const struct instruction *in)
{
	const struct plan_step *step = &IMAGE_ROWS(v->m, STEP, step)[in->a];
	if (!kind_good(in->op, (enum plan_step_kind)step->kind))
		return verify_refuse(v, pc, "its step is of another kind");
	if (in->op == OP_REST)
		return true;
	if (v->at_step[in->a] != NONE)
		return verify_refuse(v, pc, "its step is done elsewhere already");
	v->at_step[in->a] = pc;
	if (step->entry == NONE || pc < step->entry || pc >= step->end)
		return verify_refuse(v, pc, "stands outside its step");
	return true;
}

/* What a slot is for. */
static bool slot_good(const struct verifier *v, const struct instruction *in)
{
	uint32_t kind = IMAGE_ROWS(v->m, SLOT, slot)[in->a].kind;
	if (in->op == OP_ROUNDS)
		return kind == SLOT_ROUNDS;
	return in->op == OP_STORE ? kind == SLOT_VARIABLE || kind == SLOT_MOMENT : kind != SLOT_ROUNDS;
}

/* Remembers which instruction a position and a step have: exactly one, and at most one. */
static bool note_places(struct verifier *v, uint32_t pc, const struct instruction *in)
{
	if (in->op == OP_SET_CONTACT && !v->field_set[in->a]) {
		v->field_set[in->a] = 1;
		if (++v->set_fields > PLAN_SET_FIELDS_MAX)
			return verify_refuse(v, pc, "over 64 fields are set");
	}
	if (op_info(in->op)->a == OPERAND_SLOT && !slot_good(v, in))
		return verify_refuse(v, pc, "its slot is not for that");
	if (in->op == OP_ROUNDS) {
		if (v->head_of[in->a] != NONE)
			return verify_refuse(v, pc, "its rounds begin elsewhere already");
		v->head_of[in->a] = in->next;
	}
	if (op_info(in->op)->a == OPERAND_STEP && in->op != OP_FACT && !note_step(v, pc, in))
		return false;
	if (!verify_is_suspension(in->op))
		return true;
	uint32_t position = op_info(in->op)->b == OPERAND_POSITION ? in->b : in->a;
	if (v->at_position[position] != NONE)
		return verify_refuse(v, pc, "its position has an instruction already");
	v->at_position[position] = pc;
	return true;
}

static bool decode(struct verifier *v)
{
	for (uint32_t pc = 0; pc < v->length;) {
		const struct op_info *info = op_info(v->code[pc]);
		if (!info)
			return verify_refuse(v, pc, "no such instruction");
		if (info->length > v->length - pc)
			return verify_refuse(v, pc, "cut off");
		struct instruction in = instruction_at(v->code, pc);
		if (!operand_good(v, &in, info->a, in.a) || !operand_good(v, &in, info->b, in.b))
			return verify_refuse(v, pc, "an operand out of range");
		if (!argument_good(v, &in))
			return verify_refuse(v, pc, "an argument of another type");
		v->marks[pc] |= MARK_START;
		if (info->a == OPERAND_JUMP)
			v->marks[in.a] |= MARK_TARGET;
		if (info->b == OPERAND_JUMP)
			v->marks[in.b] |= MARK_TARGET;
		if (!note_places(v, pc, &in))
			return false;
		pc = in.next;
	}
	for (uint32_t pc = 0; pc < v->length; pc++)
		if ((v->marks[pc] & MARK_TARGET) && !(v->marks[pc] & MARK_START))
			return verify_refuse(v, pc, "a jump into an instruction");
	return true;
}

/* ---- 2: places in records ---- */

static bool check_places(struct verifier *v)
{
	for (uint32_t section = 0; section < SECTION_ID_MAX; section++) {
		const struct record_info *info = record_info(section);
		const char *row = v->m->sections[section].rows;
		for (uint32_t i = 0; info && i < v->m->sections[section].count; i++, row += info->size)
			for (uint32_t k = 0; k < info->field_count; k++) {
				uint32_t pc = record_get(row, &info->fields[k]);
				if (info->fields[k].kind == RECORD_PC && pc != NONE && !(v->marks[pc] & MARK_START))
					return image_refuse(v->error, "%s %u: %s is %u, where no instruction begins",
					                    info->name, i, info->fields[k].name, pc);
			}
	}
	return true;
}

/* ---- 3: positions ---- */

/* From the rule on there are only instructions without effect, jumping no further than the wait. */
static bool check_rule(struct verifier *v, uint32_t rule, uint32_t wait)
{
	if (rule > wait || v->marks[rule] & (MARK_RULE | MARK_INTERIOR))
		return verify_refuse(v, rule, "a rule that does not lead to its wait");
	v->marks[rule] |= MARK_RULE;
	for (uint32_t pc = rule; pc != wait;) {
		struct instruction in = instruction_at(v->code, pc);
		const struct op_info *info = op_info(in.op);
		if (info->effect != EFFECT_PURE && info->effect != EFFECT_FLOW)
			return verify_refuse(v, pc, "has an effect within a wait's rule");
		if (info->a == OPERAND_JUMP && in.a > wait)
			return verify_refuse(v, pc, "leaves a wait's rule");
		pc = in.next;
		v->marks[pc] |= MARK_INTERIOR;
	}
	return true;
}

static uint32_t position_kind(uint8_t op)
{
	switch (op) {
	case OP_SEND: return POSITION_MESSAGE;
	case OP_WAIT: return POSITION_WAIT;
	case OP_WAIT_UNTIL: return POSITION_WAIT_UNTIL;
	case OP_WAIT_FOR: return POSITION_WAIT_FOR;
	case OP_REST: return POSITION_REST;
	case OP_WAIT_ROUND: return POSITION_WAIT_ROUND;
	default: return POSITION_COUNT;
	}
}

static bool check_positions(struct verifier *v)
{
	const struct plan_position *p = IMAGE_ROWS(v->m, POSITION, position);
	for (uint32_t i = 0; i < IMAGE_COUNT(v->m, POSITION); i++) {
		uint32_t pc = v->at_position[i];
		if (pc == NONE)
			return image_refuse(v->error, "position %u has no instruction", i);
		struct instruction in = instruction_at(v->code, pc);
		if (p[i].kind != position_kind(in.op) || p[i].resume != in.next)
			return verify_refuse(v, pc, "its position has another kind, or goes on elsewhere");
		if (op_info(in.op)->a == OPERAND_STEP && p[i].step != in.a)
			return verify_refuse(v, pc, "its position has another step");
		if (in.op != OP_SEND && !check_rule(v, p[i].rule, pc))
			return false;
	}
	return true;
}

static void *rows(uint32_t count, size_t size)
{
	return calloc(count + 1, size);
}

/* NONE for each. */
static uint32_t *places(uint32_t count)
{
	uint32_t *p = malloc((count + 1) * sizeof *p);
	if (p)
		memset(p, 0xFF, (count + 1) * sizeof *p);
	return p;
}

static bool reserve(struct verifier *v)
{
	const struct image *m = v->m;
	v->marks = rows(v->length, 1);
	v->flow_of = rows(v->length, sizeof *v->flow_of);
	v->at_position = places(IMAGE_COUNT(m, POSITION));
	v->at_step = places(IMAGE_COUNT(m, STEP));
	v->head_of = places(IMAGE_COUNT(m, SLOT));
	v->texts = rows(IMAGE_COUNT(m, TEXT), sizeof *v->texts);
	v->arms = rows(IMAGE_COUNT(m, ARM), sizeof *v->arms);
	v->positions = rows(IMAGE_COUNT(m, POSITION), sizeof *v->positions);
	v->actions = rows(IMAGE_COUNT(m, ACTION), sizeof *v->actions);
	v->field_set = rows(IMAGE_COUNT(m, FIELD), 1);
	bool good = v->marks && v->flow_of && v->at_position && v->at_step && v->head_of && v->texts && v->arms &&
	            v->positions && v->actions && v->field_set;
	return good || image_refuse(v->error, "out of memory");
}

bool verify_code(const struct image *m, struct image_error *error)
{
	struct verifier v = {.m = m,
	                     .code = m->sections[SECTION_CODE].rows,
	                     .length = m->sections[SECTION_CODE].count,
	                     .error = error};
	bool good = reserve(&v) && decode(&v) && check_places(&v) && check_positions(&v) && verify_loops(&v) &&
	            verify_flow(&v) && verify_promises(m, error);
	void *owned[] = {v.marks,   v.flow_of, v.flows, v.at_position, v.at_step, v.head_of,  v.loops,
	                 v.loop_of, v.texts,   v.arms,  v.positions,   v.actions, v.field_set};
	for (size_t i = 0; i < sizeof owned / sizeof *owned; i++)
		free(owned[i]);
	return good;
}
