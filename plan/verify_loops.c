/* SPDX-License-Identifier: Apache-2.0
 * Repeats, the only code that goes back: each begins with its ROUNDS, whose counter bounds it, is entered nowhere else,
 * and waits a constant, positive time between two rounds. So every enrollment ends (runtime.md §1). */
#include "plan/image_format.h"
#include "plan/value.h"
#include "plan/verify.h"
#include "plan/verify_code.h"
#include <stdlib.h>

static bool is_positive(const struct verifier *v, uint32_t constant)
{
	const struct plan_constant *c = &IMAGE_ROWS(v->m, CONST, constant)[constant];
	return c->type == TYPE_DURATION && c->value > 0;
}

/* BASE, a constant, SHIFT, and the wait. */
static bool waits_well(const struct verifier *v, const struct plan_position *p, uint32_t wait)
{
	struct instruction in = instruction_at(v->code, p->rule);
	if (in.op != OP_BASE || in.next >= wait)
		return false;
	in = instruction_at(v->code, in.next);
	if (in.op != OP_CONST || in.next >= wait || !is_positive(v, in.a))
		return false;
	in = instruction_at(v->code, in.next);
	return in.op == OP_SHIFT && in.next == wait;
}

static int by_head(const void *a, const void *b)
{
	const struct loop *x = a, *y = b;
	return (x->head > y->head) - (x->head < y->head);
}

/* Every WAIT_ROUND with its head. */
static bool find(struct verifier *v)
{
	const struct plan_position *p = IMAGE_ROWS(v->m, POSITION, position);
	const struct plan_slot *slots = IMAGE_ROWS(v->m, SLOT, slot);
	uint32_t count = 0;
	for (uint32_t i = 0; i < IMAGE_COUNT(v->m, POSITION); i++)
		count += p[i].kind == POSITION_WAIT_ROUND;
	v->loops = calloc(count + 1, sizeof *v->loops);
	if (!v->loops)
		return image_refuse(v->error, "out of memory");
	for (uint32_t i = 0; i < IMAGE_COUNT(v->m, POSITION); i++) {
		if (p[i].kind != POSITION_WAIT_ROUND)
			continue;
		uint32_t wait = v->at_position[i];
		if (slots[p[i].slot].kind != SLOT_ROUNDS || v->head_of[p[i].slot] != p[i].head || p[i].head > wait)
			return verify_refuse(v, wait, "does not go back to where its rounds begin");
		if (!waits_well(v, &p[i], wait))
			return verify_refuse(v, wait, "may take no time");
		v->head_of[p[i].slot] = NONE; /* one repeat for each */
		v->loops[v->loop_count++] = (struct loop){
		        .head = p[i].head, .wait = wait, .rounds = slots[p[i].slot].bound, .around = NONE};
	}
	for (uint32_t i = 0; i < IMAGE_COUNT(v->m, SLOT); i++)
		if (v->head_of[i] != NONE)
			return verify_refuse(v, v->head_of[i], "begins rounds that nothing ends");
	qsort(v->loops, v->loop_count, sizeof *v->loops, by_head);
	return true;
}

/* Loops lie apart or within each other. */
static bool nest(struct verifier *v)
{
	uint32_t inner = NONE;
	for (uint32_t i = 0; i < v->loop_count; i++) {
		struct loop *l = &v->loops[i];
		while (inner != NONE && v->loops[inner].wait < l->head)
			inner = v->loops[inner].around;
		if (inner != NONE) {
			const struct loop *outer = &v->loops[inner];
			uint64_t rounds = (uint64_t)outer->rounds * l->rounds;
			if (l->wait > outer->wait || l->head == outer->head)
				return verify_refuse(v, l->wait, "goes back out of the repeat around it");
			if (rounds > PLAN_ROUNDS_MAX || outer->depth + 1 > PLAN_LOOPS_MAX)
				return verify_refuse(v, l->wait, "repeats over 1,000 times");
			l->rounds = (uint32_t)rounds;
			l->depth = outer->depth + 1;
			l->around = inner;
		}
		inner = i;
	}
	return true;
}

bool verify_loops(struct verifier *v)
{
	if (!find(v) || !nest(v))
		return false;
	if (!v->loop_count)
		return true;
	v->loop_of = malloc((v->length + 1) * sizeof *v->loop_of);
	if (!v->loop_of)
		return image_refuse(v->error, "out of memory");
	uint32_t inner = NONE, next = 0;
	for (uint32_t pc = 0; pc < v->length; pc++) {
		while (inner != NONE && v->loops[inner].wait < pc)
			inner = v->loops[inner].around;
		if (next < v->loop_count && v->loops[next].head == pc)
			inner = next++;
		v->loop_of[pc] = inner;
	}
	return true;
}

uint32_t verify_rounds(const struct verifier *v, uint32_t pc)
{
	return v->loop_of && v->loop_of[pc] != NONE ? v->loops[v->loop_of[pc]].rounds : 1;
}

bool verify_may_go(const struct verifier *v, uint32_t from, uint32_t to)
{
	if (!v->loop_of)
		return true;
	uint32_t inner = from == NONE ? NONE : v->loop_of[from];
	while (inner != v->loop_of[to] && inner != NONE)
		inner = v->loops[inner].around;
	return inner == v->loop_of[to];
}
