/* SPDX-License-Identifier: Apache-2.0
 * The graph of a plan's body, in one pass over the code: a node for each message, each place that a jump leads to, and
 * each end of a round; what lies between two nodes is how few dates its waits take. */
#include "plan/bound.h"
#include <stdlib.h>
#include <string.h>

struct maker {
	struct bound_graph *g;
	const struct image *m;
	const uint8_t *code;
	uint32_t length;
	uint32_t *node_of; /* of the instruction at each byte; NONE */
	bool *reached;     /* nodes */
	uint32_t at;       /* the node that the code in hand goes on from; NONE when nothing leads there */
	uint32_t dates;    /* since then */
	uint32_t rested;   /* how long the REST took that stands right before, if its step is not done */
};

static unsigned does(const struct maker *k, const struct instruction *in)
{
	if (in->op == OP_ORIGINAL)
		return BOUND_ORIGINAL;
	if (in->op != OP_SEND && in->op != OP_QUEUE)
		return 0;
	const struct plan_step *s = &IMAGE_ROWS(k->m, STEP, step)[in->a];
	unsigned bits = in->op == OP_QUEUE ? BOUND_DETACHED : 0;
	for (uint32_t i = 0; i < s->message_count; i++) {
		const struct plan_message *message = &IMAGE_ROWS(k->m, MESSAGE, message)[s->message + i];
		bits |= message->hold_out ? 0 : 1u << message->channel;
	}
	return bits & BOUND_CHANNELS ? bits : 0;
}

static void mark(struct maker *k, uint32_t pc)
{
	if (pc != NONE)
		k->node_of[pc] = 0;
}

/* Nodes in order of the code, behind the start. */
static void make_nodes(struct maker *k)
{
	const struct plan_position *p = IMAGE_ROWS(k->m, POSITION, position);
	mark(k, IMAGE_ROWS(k->m, SEQUENCE, sequence)->entry);
	for (uint32_t i = 0; i < IMAGE_COUNT(k->m, ARM); i++)
		mark(k, IMAGE_ROWS(k->m, ARM, arm)[i].entry);
	for (uint32_t i = 0; i < IMAGE_COUNT(k->m, POSITION); i++)
		mark(k, p[i].kind == POSITION_WAIT_ROUND ? p[i].head : NONE);
	for (uint32_t pc = 0; pc < k->length;) {
		struct instruction in = instruction_at(k->code, pc);
		const struct op_info *info = op_info(in.op);
		mark(k, info->a == OPERAND_JUMP ? in.a : info->b == OPERAND_JUMP ? in.b : NONE);
		mark(k, does(k, &in) || in.op == OP_WAIT_ROUND ? pc : NONE);
		pc = in.next;
	}
	bound_add_node(k->g, 0);
	for (uint32_t pc = 0; pc < k->length;) {
		struct instruction in = instruction_at(k->code, pc);
		if (k->node_of[pc] != NONE)
			k->node_of[pc] = bound_add_node(k->g, does(k, &in));
		pc = in.next;
	}
}

/* How few dates the rule of a position takes. */
static uint32_t rule_dates(const struct maker *k, uint32_t position)
{
	const struct plan_constant *constants = IMAGE_ROWS(k->m, CONST, constant);
	struct bound_wait wait = {0};
	struct instruction in = instruction_at(k->code, IMAGE_ROWS(k->m, POSITION, position)[position].rule);
	if (in.op == OP_NEXT_DAY)
		return in.a >= DAYTIME_NEXT;
	if (in.op != OP_BASE)
		return 0;
	for (;;) {
		in = instruction_at(k->code, in.next);
		if (in.op == OP_AT)
			continue;
		if (in.op != OP_CONST)
			break;
		struct instruction shift = instruction_at(k->code, in.next);
		if (shift.op != OP_SHIFT && shift.op != OP_UNSHIFT)
			return 0;
		bound_wait_add(&wait, (enum plan_unit)constants[in.a].unit, constants[in.a].value,
		               shift.op == OP_UNSHIFT);
		in = shift;
	}
	return op_info(in.op)->effect == EFFECT_SUSPEND ? bound_wait_dates(&wait) : 0;
}

/* The next such time of day or weekday always lies ahead. */
static bool may_be_past(const struct maker *k, uint32_t position)
{
	uint8_t op = k->code[IMAGE_ROWS(k->m, POSITION, position)[position].rule];
	return op != OP_NEXT_DAY && op != OP_NEXT_TIME;
}

static void go(struct maker *k, uint32_t pc)
{
	bound_add_edge(k->g, k->at, k->node_of[pc], k->dates, NONE);
	k->reached[k->node_of[pc]] = true;
}

static void end_round(struct maker *k, uint32_t pc, uint32_t position)
{
	const struct plan_position *p = &IMAGE_ROWS(k->m, POSITION, position)[position];
	struct bound_loop loop = {.wait = k->node_of[pc],
	                          .rounds = IMAGE_ROWS(k->m, SLOT, slot)[p->slot].bound,
	                          .dates = rule_dates(k, position),
	                          .note = NONE,
	                          .until = p->until != NONE};
	if (!k->g->failed)
		bound_add_loop(k->g, k->node_of[p->head], loop);
}

/* What begins a block for those who did not what was waited for: not done, right after the rest. */
static bool is_not_done(const struct maker *k, uint32_t pc, uint32_t step)
{
	struct instruction in = instruction_at(k->code, pc);
	if (in.op != OP_FACT || in.a != step || in.b != FACT_DONE || k->node_of[pc] != NONE)
		return false;
	pc = in.next;
	in = instruction_at(k->code, pc);
	return in.op == OP_NOT && instruction_at(k->code, in.next).op == OP_JUMP_UNLESS && k->node_of[pc] == NONE &&
	       k->node_of[in.next] == NONE;
}

static void follow(struct maker *k, uint32_t pc, const struct instruction *in)
{
	switch ((enum opcode)in->op) {
	case OP_WAIT: k->dates += rule_dates(k, in->a); break;
	case OP_WAIT_UNTIL:
		if (may_be_past(k, in->a))
			go(k, in->b);
		k->dates += rule_dates(k, in->a);
		break;
	case OP_WAIT_FOR: {
		const struct plan_position *p = &IMAGE_ROWS(k->m, POSITION, position)[in->a];
		for (uint32_t i = 0; i < p->arm_count; i++)
			go(k, IMAGE_ROWS(k->m, ARM, arm)[p->arm + i].entry);
		k->dates += rule_dates(k, in->a);
		break;
	}
	case OP_REST: k->rested = is_not_done(k, in->next, in->a) ? rule_dates(k, in->b) : 0; break;
	case OP_WAIT_ROUND: end_round(k, pc, in->a); break;
	case OP_JUMP_UNLESS:
		go(k, in->a);
		k->dates += k->rested;
		k->rested = 0;
		break;
	case OP_JUMP:
		go(k, in->a);
		k->at = NONE;
		break;
	default:
		if (in->op == OP_END || op_info(in->op)->effect == EFFECT_RETURN)
			k->at = NONE;
	}
}

static void make_edges(struct maker *k)
{
	k->at = 0;
	go(k, IMAGE_ROWS(k->m, SEQUENCE, sequence)->entry);
	k->at = NONE;
	for (uint32_t pc = 0; pc < k->length && !k->g->failed;) {
		struct instruction in = instruction_at(k->code, pc);
		if (k->node_of[pc] != NONE) {
			if (k->at != NONE)
				go(k, pc);
			k->at = k->reached[k->node_of[pc]] ? k->node_of[pc] : NONE;
			k->dates = k->rested = 0;
		}
		if (k->at != NONE)
			follow(k, pc, &in);
		pc = in.next;
	}
}

bool bound_graph_of_code(struct bound_graph *g, const struct image *m)
{
	struct maker k = {.g = g,
	                  .m = m,
	                  .code = m->sections[SECTION_CODE].rows,
	                  .length = m->sections[SECTION_CODE].count,
	                  .at = NONE};
	*g = (struct bound_graph){0};
	k.node_of = malloc((k.length + 1) * sizeof *k.node_of);
	if (k.node_of) {
		memset(k.node_of, 0xFF, (k.length + 1) * sizeof *k.node_of);
		make_nodes(&k);
	}
	k.reached = calloc(g->node_count + 1, sizeof *k.reached);
	g->failed |= !k.node_of || !k.reached;
	if (!g->failed)
		make_edges(&k);
	free(k.node_of);
	free(k.reached);
	return !g->failed;
}

bool plan_bound(const struct plan *p, enum plan_limit_what what, uint32_t period_days, uint32_t *most)
{
	struct bound_graph g;
	bool good = bound_graph_of_code(&g, &p->image) && bound_most(&g, what, period_days, UINT32_MAX, most);
	bound_free(&g);
	return good;
}
