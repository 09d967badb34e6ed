/* SPDX-License-Identifier: Apache-2.0
 * A plan (one sequence) and a policy (the workspace), loaded and verified. plan_load runs the verifier every time: what
 * it returns can't make the VM read out of bounds, run on, or fail. */
#ifndef SEQ_PLAN_PLAN_H
#define SEQ_PLAN_PLAN_H
#include "plan/image.h"

/* ---- instructions ---- */
enum opcode {
#define OP(number, NAME, a, b, stack, effect, contract) OP_##NAME = number,
#include "plan/opcode.def"
#undef OP
	OPCODE_LIMIT
};
enum operand {
	OPERAND_NONE,
	OPERAND_CONST,
	OPERAND_FIELD,
	OPERAND_INPUT,
	OPERAND_SLOT,
	OPERAND_STEP,
	OPERAND_POSITION,
	OPERAND_END,
	OPERAND_STRING,
	OPERAND_FACT,
	OPERAND_FILTER,
	OPERAND_BUILTIN,
	OPERAND_MINUTE,
	OPERAND_DAYTIME,
	OPERAND_PURPOSE,
	OPERAND_JUMP
};
#define OPERAND_BYTES(kind) ((kind) == OPERAND_NONE ? 0 : (kind) == OPERAND_JUMP ? 4 : 2)
#define DAYTIME_NEXT        20000u
/* What an instruction touches: nothing but the stack, the next instruction, a variable, the world, a text's output; or
 * it rests, or ends a condition or a text. */
enum op_effect { EFFECT_PURE, EFFECT_FLOW, EFFECT_STATE, EFFECT_EFFECT, EFFECT_SUSPEND, EFFECT_TEXT, EFFECT_RETURN };
/* Those filters of filter.def that lower to OP_FILTER: FILTER_UPPER, ... */
#define FILTER_LOWERS_FILTER(NAME) FILTER_##NAME,
#define FILTER_LOWERS_DEFAULT(NAME)
#define FILTER_LOWERS_DATE(NAME)
#define FILTER_LOWERS_NUMBER(NAME)
enum plan_filter {
#define FILTER(name, NAME, lowering, takes, argument, gives) FILTER_LOWERS_##lowering(NAME)
#include "plan/filter.def"
#undef FILTER
	FILTER_COUNT
};

struct instruction {
	uint8_t op;
	uint32_t a, b; /* operands; NONE where FILTER has no argument */
	uint32_t next; /* offset of the next instruction */
};
struct op_info {
	const char *name;
	enum operand a, b;
	enum op_effect effect;
	const char *stack, *contract;
	uint8_t length; /* bytes, operands included; 0: no such opcode */
};
const struct op_info *op_info(uint8_t op); /* NULL for a number that is none */
/* Decodes at pc, which must be an instruction of verified code. */
struct instruction instruction_at(const uint8_t *code, uint32_t pc);
/* Appends one instruction; returns its offset. An operand that its bytes can't hold makes the buffer `failed`. The JUMP
 * operand can be patched with code_patch_jump. */
uint32_t code_emit(struct buf *code, enum opcode op, uint32_t a, uint32_t b);
/* Writes `in` over the instruction at pc, which is of the same length. */
void code_patch(struct buf *code, uint32_t pc, struct instruction in);
void code_patch_jump(struct buf *code, uint32_t instruction, uint32_t target);

/* ---- plans and policies ---- */
struct plan {
	struct image image;
	const struct plan_sequence *sequence;
	const uint8_t *code;
	uint32_t code_length;
	void *owned; /* bytes that plan_free frees, or NULL */
};
struct policy {
	struct image image;
	const struct plan_workspace *workspace;
	const uint8_t *code;
	uint32_t code_length;
	void *owned;
};

/* Verifies and fills; copies the bytes if `copy` (or if they are not aligned to 8), else borrows them. False: refused,
 * error says why and where; nothing is kept. */
bool plan_load(struct plan *p, const void *bytes, size_t n, bool copy, struct image_error *error);
void plan_free(struct plan *p);
bool policy_load(struct policy *p, const void *bytes, size_t n, bool copy, struct image_error *error);
void policy_free(struct policy *p);
/* Every capability that the plan needs is there and typed alike; else error names the first that is not. */
bool policy_offers(const struct policy *policy, const struct plan *plan, struct image_error *error);

#define PLAN_ROWS(p, NAME, name) IMAGE_ROWS(&(p)->image, NAME, name)
#define PLAN_COUNT(p, NAME)      IMAGE_COUNT(&(p)->image, NAME)
#define PLAN_STRING(p, i)        image_string(&(p)->image, (i))
/* Code offset of a text in a locale (the first locale when it is not there); NONE when text is NONE. */
uint32_t plan_text_entry(const struct image *m, uint32_t text, struct slice locale);
uint32_t plan_find_step(const struct plan *p, struct slice name); /* NONE when there is none */
uint32_t plan_find_field(const struct image *m, struct slice name);
uint32_t plan_find_mailbox(const struct policy *p, struct slice name);

/* For people: every section and the code, with names in place of numbers. */
void plan_disassemble(struct buf *out, const struct image *m);
#endif
