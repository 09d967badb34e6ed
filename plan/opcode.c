/* SPDX-License-Identifier: Apache-2.0
 * Instructions as data: opcode.def's rows, decoding and encoding by their operands. */
#include "plan/plan.h"

static const struct op_info infos[256] = {
#define OP(number, NAME, a, b, stack, effect, contract)                                                                \
	[number] = {#NAME,                                                                                             \
	            OPERAND_##a,                                                                                       \
	            OPERAND_##b,                                                                                       \
	            EFFECT_##effect,                                                                                   \
	            stack,                                                                                             \
	            contract,                                                                                          \
	            1 + OPERAND_BYTES(OPERAND_##a) + OPERAND_BYTES(OPERAND_##b)},
#include "plan/opcode.def"
#undef OP
};

const struct op_info *op_info(uint8_t op)
{
	return infos[op].length ? &infos[op] : NULL;
}

/* 16 bits of all ones mean NONE. */
static uint32_t read_operand(const uint8_t **p, enum operand kind)
{
	const uint8_t *at = *p;
	*p += OPERAND_BYTES(kind);
	if (kind == OPERAND_NONE)
		return 0;
	uint32_t low = at[0] | (uint32_t)at[1] << 8;
	if (kind == OPERAND_JUMP)
		return low | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
	return low == 0xFFFF ? NONE : low;
}

struct instruction instruction_at(const uint8_t *code, uint32_t pc)
{
	struct instruction in = {.op = code[pc]};
	const struct op_info *info = &infos[in.op];
	const uint8_t *p = code + pc + 1;
	in.a = read_operand(&p, info->a);
	in.b = read_operand(&p, info->b);
	in.next = pc + info->length;
	return in;
}

static void write_operand(struct buf *code, enum operand kind, uint32_t v)
{
	if (kind == OPERAND_JUMP) {
		buf_add_u32(code, v);
	} else if (kind != OPERAND_NONE) {
		code->failed |= v >= 0xFFFF && v != NONE;
		buf_add_u16(code, (uint16_t)v);
	}
}

uint32_t code_emit(struct buf *code, enum opcode op, uint32_t a, uint32_t b)
{
	uint32_t at = (uint32_t)code->n;
	buf_add_u8(code, (uint8_t)op);
	write_operand(code, infos[op].a, a);
	write_operand(code, infos[op].b, b);
	return at;
}

void code_patch(struct buf *code, uint32_t pc, struct instruction in)
{
	size_t end = code->n;
	code->n = pc;
	code_emit(code, in.op, in.a, in.b);
	code->n = end;
}

void code_patch_jump(struct buf *code, uint32_t instruction, uint32_t target)
{
	if (code->failed)
		return;
	struct instruction in = instruction_at((const uint8_t *)code->p, instruction);
	if (infos[in.op].a == OPERAND_JUMP)
		in.a = target;
	else
		in.b = target;
	code_patch(code, instruction, in);
}
