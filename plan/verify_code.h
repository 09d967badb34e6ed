/* SPDX-License-Identifier: Apache-2.0
 * What the parts of the proof over the code share: verify_code.c looks at each instruction and place by itself,
 * verify_loops.c at what goes back, verify_flow.c at every way through. Private to them. */
#ifndef SEQ_PLAN_VERIFY_CODE_H
#define SEQ_PLAN_VERIFY_CODE_H
#include "plan/plan.h"

/* What code may be reached from. EXIT conditions (guards, `until`) see the enrollment, CONDITIONs (limit when, consent)
 * do not; VALUEs are pairs and moments; LEAVE is the block of an exit. */
enum { IN_BODY = 1, IN_EXIT = 2, IN_CONDITION = 4, IN_TEXT = 8, IN_VALUE = 16, IN_LEAVE = 32, IN_ANY = 63 };
/* Marks of a byte of the code. */
enum { MARK_START = 1, MARK_TARGET = 2, MARK_RULE = 4, MARK_INTERIOR = 8, MARK_VISITED = 16 };

/* What is known before an instruction, whichever path led there. */
struct flow {
	uint64_t slots;           /* a bit for each variable that is set on every path */
	uint64_t classes[2];      /* of the stack: four bits a value, 0 above its top */
	uint32_t queued, effects; /* the most QUEUEs on any path; the most effects since the last rest */
	uint8_t height, kinds;
	bool reached;
};

/* Variables that are set wherever something is rendered or asked. */
struct known_slots {
	uint64_t slots;
	bool seen;
};

/* A repeat: the code from its head to its WAIT_ROUND. */
struct loop {
	uint32_t head, wait, rounds; /* rounds: with those around it, at most UINT16_MAX */
	uint32_t around;             /* the loop it stands in, or NONE */
	uint32_t depth;
};

struct verifier {
	const struct image *m;
	const uint8_t *code;
	uint32_t length;
	uint8_t *marks;    /* a byte each */
	uint32_t *flow_of; /* for each target, its place in flows */
	struct flow *flows;
	uint32_t *at_position; /* the instruction of each position, or NONE */
	uint32_t *at_step;     /* the SEND, QUEUE, PERFORM or ORIGINAL of each step, or NONE */
	uint32_t *head_of;     /* of each slot of kind ROUNDS: what follows its ROUNDS, or NONE */
	struct loop *loops;
	uint32_t loop_count;
	uint32_t *loop_of; /* the innermost loop of each byte, or NONE; NULL without loops */
	struct known_slots *texts, *arms, *positions, *actions; /* a row each */
	uint8_t *field_set;                                     /* which fields of the contact the code sets */
	uint32_t set_fields;                                    /* and how many */
	struct image_error *error;
};

/* Says where; always false. */
bool verify_refuse(struct verifier *v, uint32_t pc, const char *reason);
bool verify_is_suspension(uint8_t op);

/* ---- verify_loops.c ---- */
bool verify_loops(struct verifier *v);
/* How often the code at pc can run. */
uint32_t verify_rounds(const struct verifier *v, uint32_t pc);
/* Whether one may go from there to there: into a loop only over its beginning. */
bool verify_may_go(const struct verifier *v, uint32_t from, uint32_t to);

/* ---- verify_flow.c ---- */
bool verify_flow(struct verifier *v);

/* ---- verify_promises.c ---- */
/* Derives each promise again from the code, which everything else must hold of. */
bool verify_promises(const struct image *m, struct image_error *error);
#endif
