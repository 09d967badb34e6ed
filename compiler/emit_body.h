/* SPDX-License-Identifier: Apache-2.0
 * What the files that emit a sequence's body share. Private to them. */
#ifndef SEQ_COMPILER_EMIT_BODY_H
#define SEQ_COMPILER_EMIT_BODY_H
#include "compiler/emit.h"

/* Jumps that wait for their target. */
struct patch {
	uint32_t instruction;
	struct patch *next;
};

struct body {
	struct emit *e;
	bool leaving; /* in the block of an exit */
	bool alive;   /* whether the next instruction can be reached */
};

/* ---- emit_sequence.c ---- */
uint32_t add_position(struct emit *e, const struct position *p, enum plan_position_kind kind, bool day_based);
/* Fills in a position's places: its instruction was emitted last. */
void place(struct emit *e, uint32_t position, uint32_t rule);
/* Pushes the base and applies the terms, from left to right; gives the pc of the rule. */
uint32_t emit_terms(struct emit *e, const struct term *terms);
struct patch *jump_later(struct emit *e, uint32_t instruction, struct patch *next);
void patch_here(struct emit *e, const struct patch *p);
void emit_list(struct body *b, const struct node *n);
/* Marks where a step's code begins and ends. */
void place_step(struct emit *e, const struct step *s, uint32_t entry);

/* ---- one file a kind of node ---- */
void add_step_row(struct emit *e, const struct step *s); /* emit_send.c */
void emit_send(struct body *b, const struct node *n);
void emit_original(struct body *b, const struct node *n);
uint32_t add_action(struct emit *e, const struct step *s); /* emit_action.c: the step's `action` row */
void emit_perform(struct body *b, const struct node *n);
void emit_rest(struct body *b, const struct node *n);
void emit_keep(struct body *b, const struct node *n);
void emit_suppress(struct body *b, const struct node *n);
void emit_wait_for(struct body *b, const struct node *n); /* emit_loop.c */
void emit_repeat(struct body *b, const struct node *n);
void add_starts(struct emit *e); /* emit_start.c: starts and migrations */
#endif
