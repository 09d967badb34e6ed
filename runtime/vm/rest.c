/* SPDX-License-Identifier: Apache-2.0
 * The instructions that come to rest: at a message, at another step, in a wait of any kind. */
#include "runtime/vm/machine.h"

#define NEVER INT64_MAX

/* Comes to rest at a position until an instant. */
static void rest(struct machine *m, uint32_t position, int64_t armed_us)
{
	m->after->position = (uint16_t)position;
	m->after->armed_us = armed_us;
	if (armed_us != NEVER)
		add_effect(m->effects, (struct vm_effect){.kind = VM_SLEEP, .at_us = armed_us});
}

/* Whether this wake-up has asked something of the world. Then a wait that is due rests all the same, and passes in a
 * wake-up of its own: so no wake-up asks for more than one stretch of code can (PLAN_EFFECTS_MAX). */
static bool has_asked(const struct machine *m)
{
	for (uint32_t i = 0; i < m->effects->count; i++)
		if (m->effects->items[i].kind != VM_SET_CONTACT)
			return true;
	return false;
}

/* Whether the step reminds of an `ask` that is done. */
static bool has_answered(const struct machine *m, uint32_t step)
{
	uint32_t ask = IMAGE_ROWS(m->image, STEP, step)[step].reminds;
	return ask < m->after->fact_count && m->after->facts[ask] & 1u << FACT_DONE;
}

/* A hold-out, and a reminder that comes too late, are skipped where they stand; that is their completion (rule 3). */
bool op_send(struct machine *m, uint32_t step, uint32_t position)
{
	uint32_t message = pick_message(m, step);
	struct vm_effect effect = {.kind = VM_QUEUE, .index = step, .message = message, .at_us = m->after->base_us};
	const uint8_t settled = 1u << FACT_SENT | 1u << FACT_FAILED | 1u << FACT_SKIPPED;
	if (step < m->after->fact_count)
		m->after->facts[step] &= (uint8_t)~settled;
	if (leads_to_ask(m->image, step))
		forget(m, step + 1);
	bool holds_out = IMAGE_ROWS(m->image, MESSAGE, message)[message].hold_out;
	if (holds_out || has_answered(m, step)) {
		effect.kind = VM_SKIPPED;
		set_fact(m->after, step, FACT_SKIPPED);
		m->after->base_us = m->now_us;
		set_settled(m->image, m->after, step, m->now_us);
		if (holds_out)
			add_effect(m->effects, effect);
		return false;
	}
	rest(m, position, NEVER);
	add_effect(m->effects, effect);
	return true;
}

int64_t completion(int64_t armed_us, int64_t now_us)
{
	return subtract_saturating(now_us, armed_us) <= VM_LATE_US ? armed_us : now_us;
}

/* A wait that is due passes within the same wake-up; its completion is never before that of what precedes it. */
static bool wait_until(struct machine *m, uint32_t position, int64_t at_us)
{
	if (at_us > m->now_us || has_asked(m)) {
		rest(m, position, at_us);
		return true;
	}
	int64_t complete_us = completion(at_us, m->now_us);
	if (complete_us > m->after->base_us)
		m->after->base_us = complete_us;
	return false;
}

/* Pops a wait's moment; true while its rule is only derived again. */
static bool popped(struct machine *m, uint32_t otherwise, struct value *v)
{
	*v = pop(m);
	if (!m->deriving)
		return false;
	m->derived = *v;
	m->otherwise = otherwise;
	return true;
}

static int64_t moment_or_now(const struct machine *m, struct value v)
{
	return v.set ? v.u.i : m->now_us;
}

bool op_wait(struct machine *m, uint32_t position)
{
	struct value v;
	return popped(m, NONE, &v) || wait_until(m, position, moment_or_now(m, v));
}

bool op_wait_until(struct machine *m, uint32_t position, uint32_t otherwise, uint32_t *next)
{
	struct value v;
	if (popped(m, otherwise, &v))
		return true;
	if (!v.set || v.u.i < m->now_us) {
		*next = otherwise;
		return false;
	}
	return wait_until(m, position, v.u.i);
}

bool op_rest(struct machine *m, uint32_t step, uint32_t position)
{
	struct value v;
	if (popped(m, NONE, &v))
		return true;
	const uint8_t over = 1u << FACT_DONE | 1u << FACT_FAILED;
	bool done = step < m->after->fact_count && m->after->facts[step] & over;
	if (done && !has_asked(m))
		return false;
	return wait_until(m, position, done ? m->now_us : moment_or_now(m, v));
}

bool holds(const struct machine *m, uint32_t pc)
{
	struct machine aside;
	if (pc == NONE)
		return false;
	machine_begin(&aside, m->image, m->view, m->now_us, m->after);
	aside.effects = m->effects;
	machine_run(&aside, pc);
	return aside.answer;
}

bool op_wait_round(struct machine *m, uint32_t position)
{
	const struct plan_position *p = &IMAGE_ROWS(m->image, POSITION, position)[position];
	const struct plan_slot *slot = &IMAGE_ROWS(m->image, SLOT, slot)[p->slot];
	struct value v;
	if (popped(m, NONE, &v))
		return true;
	struct value rounds = m->after->slots[p->slot];
	if (!rounds.set || rounds.u.i >= (int64_t)slot->bound || holds(m, p->until))
		return false;
	rest(m, position, moment_or_now(m, v));
	return true;
}

/* ---- wait for (rule 9) ---- */

static bool guard_passes(const struct machine *m, const struct plan_arm *arm)
{
	return arm->when == NONE || holds(m, arm->when);
}

uint32_t open_arm(const struct machine *m, const struct plan_position *p)
{
	const struct plan_arm *arms = IMAGE_ROWS(m->image, ARM, arm);
	for (uint32_t i = p->arm; i < p->arm + p->arm_count; i++) {
		int fact = arms[i].trigger == TRIGGER_CLICK    ? FACT_CLICKED
		           : arms[i].trigger == TRIGGER_OPEN   ? FACT_OPENED
		           : arms[i].trigger == TRIGGER_ANSWER ? FACT_DONE
		                                               : -1;
		if (fact < 0 || arms[i].step >= m->after->fact_count || arms[i].after != NONE)
			continue;
		if (m->after->facts[arms[i].step] >> fact & 1 && guard_passes(m, &arms[i]))
			return i;
	}
	return NONE;
}

static bool matches(const struct machine *m, const struct plan_arm *arm, const struct vm_event *event)
{
	if ((enum plan_trigger)arm->trigger != event->trigger || (event->from_account && !arm->by_account) ||
	    (arm->step != NONE && arm->step != event->step))
		return false;
	if (arm->event != NONE && !slice_eq(image_string(m->image, arm->event), event->name))
		return false;
	if (arm->after == NONE)
		return true;
	struct value after = arm->after < m->after->slot_count ? m->after->slots[arm->after] : ABSENT;
	return after.set && event->came_us >= after.u.i;
}

uint32_t arm_of(const struct machine *m, const struct plan_position *p, const struct vm_event *event, bool *spent)
{
	const struct plan_arm *arms = IMAGE_ROWS(m->image, ARM, arm);
	*spent = false;
	for (uint32_t i = p->arm; i < p->arm + p->arm_count; i++) {
		if (!matches(m, &arms[i], event))
			continue;
		*spent = true;
		if (guard_passes(m, &arms[i]))
			return i;
	}
	return NONE;
}

bool op_wait_for(struct machine *m, uint32_t position, uint32_t *next)
{
	const struct plan_position *p = &IMAGE_ROWS(m->image, POSITION, position)[position];
	struct value v;
	if (popped(m, NONE, &v))
		return true;
	uint32_t arm = open_arm(m, p);
	if (arm != NONE && !has_asked(m)) {
		*next = IMAGE_ROWS(m->image, ARM, arm)[arm].entry;
		return false;
	}
	/* Where an arm is open, it wakes up at once, and goes there. */
	rest(m, position, arm != NONE ? m->now_us : moment_or_now(m, v));
	add_effect(m->effects, (struct vm_effect){.kind = VM_AWAIT, .index = position});
	return true;
}
