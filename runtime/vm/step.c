/* SPDX-License-Identifier: Apache-2.0
 * One wake-up of an enrollment: the event is taken, exits first (rule 9), then the code goes on until it rests at a
 * message or a wait, or ends. The instructions of a sequence's body stand here. */
#include "runtime/vm/machine.h"
#include <assert.h>
#include <string.h>

_Static_assert(PLAN_SET_FIELDS_MAX + 2 <= VM_EFFECTS_MAX, "a wake-up sets each field once, queues or sleeps or ends");

#define NEVER INT64_MAX

static void add_effect(struct vm_effects *effects, struct vm_effect effect)
{
	assert(effects->count < VM_EFFECTS_MAX);
	effects->items[effects->count++] = effect;
}

/* ---- the body's instructions ---- */

/* What fits into VM_TEXT_MAX bytes without cutting a character. */
static uint32_t cut_length(const char *text, uint32_t n)
{
	if (n <= VM_TEXT_MAX)
		return n;
	n = VM_TEXT_MAX;
	while (n && ((uint8_t)text[n] & 0xC0) == 0x80)
		n--;
	return n;
}

void op_store(struct machine *m, uint32_t slot)
{
	struct value v = pop(m);
	if (v.set && type_is_text((enum plan_type)v.type))
		v.n = cut_length(v.u.p, v.n);
	if (slot < m->after->slot_count)
		m->after->slots[slot] = v;
}

/* Comes to rest at a position until an instant. */
static void rest(struct machine *m, uint32_t position, int64_t armed_us)
{
	m->after->position = (uint16_t)position;
	m->after->armed_us = armed_us;
}

void op_send(struct machine *m, uint32_t step, uint32_t position)
{
	rest(m, position, NEVER);
	add_effect(m->effects, (struct vm_effect){.kind = VM_QUEUE, .index = step, .at_us = m->after->base_us});
}

/* Rule 3: a wait is complete at its armed instant if it was processed within 15 minutes of it, else now. */
static int64_t completion(int64_t armed_us, int64_t now_us)
{
	return subtract_saturating(now_us, armed_us) <= VM_LATE_US ? armed_us : now_us;
}

/* A wait that is due passes within the same wake-up; its completion is never before that of what precedes it. */
static bool wait_until(struct machine *m, uint32_t position, int64_t at_us)
{
	if (at_us > m->now_us) {
		rest(m, position, at_us);
		add_effect(m->effects, (struct vm_effect){.kind = VM_SLEEP, .at_us = at_us});
		return true;
	}
	int64_t complete_us = completion(at_us, m->now_us);
	if (complete_us > m->after->base_us)
		m->after->base_us = complete_us;
	return false;
}

bool op_wait(struct machine *m, uint32_t position)
{
	struct value v = pop(m);
	if (m->deriving) {
		m->derived = v;
		m->otherwise = NONE;
		return true;
	}
	return wait_until(m, position, v.set ? v.u.i : m->now_us);
}

bool op_wait_until(struct machine *m, uint32_t position, uint32_t otherwise, uint32_t *next)
{
	struct value v = pop(m);
	if (m->deriving) {
		m->derived = v;
		m->otherwise = otherwise;
		return true;
	}
	if (!v.set || v.u.i < m->now_us) {
		*next = otherwise;
		return false;
	}
	return wait_until(m, position, v.u.i);
}

void op_set_contact(struct machine *m, uint32_t field)
{
	struct value v = pop(m);
	for (uint32_t i = 0; i < m->effects->count; i++)
		if (m->effects->items[i].kind == VM_SET_CONTACT && m->effects->items[i].index == field) {
			m->effects->items[i].value = v;
			return;
		}
	add_effect(m->effects, (struct vm_effect){.kind = VM_SET_CONTACT, .index = field, .value = v});
}

static void end_with(struct vm_state *after, uint32_t end, struct vm_effects *effects)
{
	after->ended = true;
	after->end = end;
	after->armed_us = NEVER;
	add_effect(effects, (struct vm_effect){.kind = VM_ENDED, .index = end});
}

void op_end(struct machine *m, uint32_t end)
{
	end_with(m->after, end, m->effects);
}

/* ---- exits ---- */

/* What happened outside is what this exit waits for; its condition aside. */
static bool triggered(const struct plan *plan, const struct plan_exit *exit, const struct vm_event *event)
{
	if (exit->trigger == TRIGGER_WHEN)
		return true;
	if (!event || event->kind != VM_TRIGGER || event->trigger != (enum plan_trigger)exit->trigger)
		return false;
	if ((event->from_account && !exit->by_account) || (exit->step != NONE && exit->step != event->step))
		return false;
	return exit->event == NONE || slice_eq(PLAN_STRING(plan, exit->event), event->name);
}

/* effects: fields that this wake-up has set already; may be NULL. */
static uint32_t find_exit(const struct plan *plan, const struct vm_state *state, const struct vm_event *event,
                          int64_t now_us, const struct vm_view *view, struct vm_effects *effects)
{
	const struct plan_exit *exits = PLAN_ROWS(plan, EXIT, exit);
	struct machine m;
	for (uint32_t i = 0; i < PLAN_COUNT(plan, EXIT); i++) {
		if (!triggered(plan, &exits[i], event))
			continue;
		if (exits[i].when == NONE)
			return i;
		machine_begin(&m, &plan->image, view, now_us, state);
		m.effects = effects;
		machine_run(&m, exits[i].when);
		if (m.answer)
			return i;
	}
	return NONE;
}

uint32_t vm_exit(const struct plan *plan, const struct vm_state *state, const struct vm_event *event, int64_t now_us,
                 const struct vm_view *view)
{
	return find_exit(plan, state, event, now_us, view, NULL);
}

/* ---- events ---- */

struct wake_up {
	const struct plan *plan;
	const struct vm_view *view;
	int64_t now_us;
	struct vm_state *after;
	struct vm_effects *effects;
};

static void set_fact(struct vm_state *s, uint32_t step, enum plan_fact fact)
{
	if (step < s->fact_count)
		s->facts[step] |= (uint8_t)(1u << fact);
}

/* Goes on at pc. A field set on the way may be what an exit waits for. */
static void go_on(const struct wake_up *w, uint32_t pc)
{
	struct machine m;
	machine_begin(&m, &w->plan->image, w->view, w->now_us, w->after);
	m.after = w->after;
	m.effects = w->effects;
	machine_run(&m, pc);
	if (w->after->ended || w->effects->count < 2)
		return;
	uint32_t exit = find_exit(w->plan, w->after, NULL, w->now_us, w->view, w->effects);
	if (exit != NONE) {
		w->effects->count--; /* nothing is queued, nobody sleeps */
		end_with(w->after, VM_END_IS_EXIT | exit, w->effects);
	}
}

/* Runs the wait's rule as if it were then. The moment is in m->derived. */
static void derive(const struct wake_up *w, struct machine *m, uint32_t rule, int64_t then_us)
{
	machine_begin(m, &w->plan->image, w->view, then_us, w->after);
	m->deriving = true;
	machine_run(m, rule);
}

/* Rules 5 and 8: what the contact or its zone has become may move the wait; never before now. The rule is run as of the
 * arrival, which was at the base or, where the processing was slow, up to 15 minutes later: a wait that either of them
 * gives has not moved. */
static void derive_again(const struct wake_up *w)
{
	const struct plan_position *p = &PLAN_ROWS(w->plan, POSITION, position)[w->after->position];
	int64_t base_us = w->after->base_us, armed_us = w->after->armed_us;
	if (p->kind == POSITION_MESSAGE || (p->kind == POSITION_WAIT && !p->day_based))
		return;
	struct machine m;
	derive(w, &m, p->rule, add_saturating(base_us, VM_LATE_US));
	if (m.derived.set && m.derived.u.i == armed_us)
		return;
	derive(w, &m, p->rule, base_us);
	if (m.derived.set && m.derived.u.i == armed_us)
		return;
	if (m.otherwise != NONE && (!m.derived.set || m.derived.u.i < w->now_us)) {
		w->after->base_us = w->now_us;
		go_on(w, m.otherwise);
		return;
	}
	bool ahead = m.derived.set && m.derived.u.i > w->now_us;
	w->after->armed_us = ahead ? m.derived.u.i : w->now_us;
	if (w->after->armed_us != armed_us)
		add_effect(w->effects, (struct vm_effect){.kind = VM_SLEEP, .at_us = w->after->armed_us});
}

/* What an event makes known of a step. */
static void learn(struct vm_state *after, const struct vm_event *event)
{
	if (event->kind == VM_FACT) {
		set_fact(after, event->step, event->fact);
		return;
	}
	if (event->kind != VM_TRIGGER || event->from_account)
		return;
	switch (event->trigger) {
	case TRIGGER_REPLY: set_fact(after, event->step, FACT_REPLIED); break;
	case TRIGGER_CLICK: set_fact(after, event->step, FACT_CLICKED); break;
	case TRIGGER_OPEN: set_fact(after, event->step, FACT_OPENED); break;
	case TRIGGER_ANSWER: set_fact(after, event->step, FACT_DONE); break;
	case TRIGGER_WE_WROTE:
	case TRIGGER_MEETING:
	case TRIGGER_EVENT:
	case TRIGGER_WHEN:
	case TRIGGER_COUNT: break;
	}
}

/* Whether the event means something to an enrollment in this state. */
static bool concerns(const struct plan *plan, const struct vm_state *s, const struct vm_event *event, int64_t now_us)
{
	if (s->ended)
		return false;
	if (event->kind == VM_START)
		return s->position == VM_AT_START;
	if (s->position >= PLAN_COUNT(plan, POSITION))
		return false;
	bool message = PLAN_ROWS(plan, POSITION, position)[s->position].kind == POSITION_MESSAGE;
	if (event->kind == VM_TIMER)
		return !message && now_us >= s->armed_us;
	if (event->kind == VM_SETTLED)
		return message && event->fact <= FACT_SKIPPED;
	return true;
}

/* The exits are passed: the wait or message it rests in takes the event. */
static void take(const struct wake_up *w, const struct vm_event *event)
{
	switch (event->kind) {
	case VM_START: go_on(w, w->plan->sequence->entry); break;
	case VM_TIMER:
		w->after->base_us = completion(w->after->armed_us, w->now_us);
		go_on(w, PLAN_ROWS(w->plan, POSITION, position)[w->after->position].resume);
		break;
	case VM_SETTLED:
		w->after->base_us = event->completed_us;
		go_on(w, PLAN_ROWS(w->plan, POSITION, position)[w->after->position].resume);
		break;
	case VM_CHANGED: derive_again(w); break;
	case VM_TRIGGER:
	case VM_FACT: break;
	}
}

/* after keeps its own arrays. */
static void copy_state(struct vm_state *after, const struct vm_state *before)
{
	uint8_t *facts = after->facts;
	struct value *slots = after->slots;
	*after = *before;
	after->facts = facts;
	after->slots = slots;
	if (facts != before->facts && before->fact_count)
		memcpy(facts, before->facts, before->fact_count);
	if (slots != before->slots && before->slot_count)
		memcpy(slots, before->slots, before->slot_count * sizeof *slots);
}

void vm_step(const struct plan *plan, const struct vm_state *before, const struct vm_event *event, int64_t now_us,
             const struct vm_view *view, struct vm_state *after, struct vm_effects *effects)
{
	struct wake_up w = {plan, view, now_us, after, effects};
	copy_state(after, before);
	effects->count = 0;
	if (!concerns(plan, before, event, now_us))
		return;
	if (event->kind == VM_START)
		after->started_us = after->base_us = now_us;
	else if (event->kind == VM_SETTLED)
		set_fact(after, PLAN_ROWS(plan, POSITION, position)[after->position].step, event->fact);
	else
		learn(after, event);
	uint32_t exit = find_exit(plan, after, event, now_us, view, NULL);
	if (exit != NONE)
		end_with(after, VM_END_IS_EXIT | exit, effects);
	else
		take(&w, event);
}
