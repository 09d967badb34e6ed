/* SPDX-License-Identifier: Apache-2.0
 * One wake-up of an enrollment: the event is taken, exits first (rule 9), then the code goes on until it rests or
 * ends. */
#include "runtime/vm/machine.h"
#include <string.h>

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

struct wake_up {
	const struct plan *plan;
	const struct vm_view *view;
	int64_t now_us;
	struct vm_state *after;
	struct vm_effects *effects;
};

static void run(const struct wake_up *w, uint32_t pc, bool leaving)
{
	struct machine m;
	machine_begin(&m, &w->plan->image, w->view, w->now_us, w->after);
	m.after = w->after;
	m.effects = w->effects;
	m.leaving = leaving;
	machine_run(&m, pc);
}

/* Leaves by an exit: its block runs first. */
static void leave(const struct wake_up *w, uint32_t exit)
{
	uint32_t body = PLAN_ROWS(w->plan, EXIT, exit)[exit].body;
	if (body != NONE)
		run(w, body, true);
	end_with(w->after, VM_END_IS_EXIT | exit, w->effects);
}

/* ---- events ---- */

static bool sets_contact(const struct vm_effects *effects)
{
	for (uint32_t i = 0; i < effects->count; i++)
		if (effects->items[i].kind == VM_SET_CONTACT)
			return true;
	return false;
}

/* Goes on at pc. A field set on the way may be what an exit waits for: the code stops there (op_set_contact). */
static void go_on(const struct wake_up *w, uint32_t pc)
{
	run(w, pc, false);
	if (w->after->ended || !sets_contact(w->effects))
		return;
	uint32_t exit = find_exit(w->plan, w->after, NULL, w->now_us, w->view, w->effects);
	if (exit == NONE)
		return;
	while (w->effects->count) { /* nothing is queued, nobody sleeps */
		enum vm_effect_kind kind = w->effects->items[w->effects->count - 1].kind;
		if (kind != VM_QUEUE && kind != VM_SLEEP && kind != VM_AWAIT)
			break;
		w->effects->count--;
	}
	leave(w, exit);
}

/* Runs the wait's rule as if it were then. The moment is in m->derived. */
static void derive(const struct wake_up *w, struct machine *m, uint32_t rule, int64_t then_us)
{
	machine_begin(m, &w->plan->image, w->view, then_us, w->after);
	m->deriving = true;
	machine_run(m, rule);
}

static const struct plan_position *position_of(const struct wake_up *w)
{
	return &PLAN_ROWS(w->plan, POSITION, position)[w->after->position];
}

/* For the guards of arms. */
static void begin_guards(const struct wake_up *w, struct machine *m)
{
	machine_begin(m, &w->plan->image, w->view, w->now_us, w->after);
	m->after = w->after;
	m->effects = w->effects;
}

/* It only rests until its next wake-up, and goes on then: an arm is open, or what it rested for is done. */
static bool is_over(const struct wake_up *w, const struct plan_position *p)
{
	struct machine m;
	if (p->kind == POSITION_REST)
		return p->step < w->after->fact_count &&
		       w->after->facts[p->step] & (1u << FACT_DONE | 1u << FACT_FAILED);
	if (p->kind != POSITION_WAIT_FOR)
		return false;
	begin_guards(w, &m);
	return open_arm(&m, p) != NONE;
}

/* Rules 5 and 8: what the contact or its zone has become may move the wait; never before now. The rule is run as of the
 * arrival, which was at the base or, where the processing was slow, up to 15 minutes later: a wait that either of them
 * gives has not moved. */
static void derive_again(const struct wake_up *w)
{
	const struct plan_position *p = position_of(w);
	int64_t base_us = w->after->base_us, armed_us = w->after->armed_us;
	if (p->kind == POSITION_MESSAGE || (p->kind != POSITION_WAIT_UNTIL && !p->day_based))
		return;
	struct machine m;
	derive(w, &m, p->rule, add_saturating(base_us, VM_LATE_US));
	if (m.derived.set && m.derived.u.i == armed_us)
		return;
	if (is_over(w, p))
		return;
	derive(w, &m, p->rule, base_us);
	if (m.derived.set && m.derived.u.i == armed_us)
		return;
	if (m.otherwise != NONE && (!m.derived.set || m.derived.u.i < w->now_us)) {
		mark(&m, m.wait, false);
		w->after->base_us = w->now_us;
		go_on(w, m.otherwise);
		return;
	}
	bool ahead = m.derived.set && m.derived.u.i > w->now_us;
	w->after->armed_us = ahead ? m.derived.u.i : w->now_us;
	if (w->after->armed_us != armed_us)
		add_effect(w->effects, (struct vm_effect){.kind = VM_SLEEP, .at_us = w->after->armed_us});
}

/* ---- what an event makes known ---- */

static bool is_page(const struct plan *plan, uint32_t step)
{
	uint32_t kind = step < PLAN_COUNT(plan, STEP) ? PLAN_ROWS(plan, STEP, step)[step].kind : STEP_EMAIL;
	return kind == STEP_ASK || kind == STEP_OFFER || kind == STEP_REVIEW;
}

/* An answer, and a click on a page's button, are the page's post. */
static bool is_done(const struct plan *plan, const struct vm_event *event)
{
	if (event->kind == VM_DONE)
		return true;
	return event->kind == VM_TRIGGER && !event->from_account && is_page(plan, event->step) &&
	       (event->trigger == TRIGGER_ANSWER || event->trigger == TRIGGER_CLICK);
}

static void learn_trigger(const struct wake_up *w, const struct vm_event *event)
{
	switch (event->trigger) {
	case TRIGGER_REPLY: set_fact(w->after, event->step, FACT_REPLIED); break;
	case TRIGGER_CLICK: set_fact(w->after, event->step, FACT_CLICKED); break;
	case TRIGGER_OPEN: set_fact(w->after, event->step, FACT_OPENED); break;
	case TRIGGER_ANSWER: set_fact(w->after, event->step, FACT_DONE); break;
	case TRIGGER_WE_WROTE:
	case TRIGGER_MEETING:
	case TRIGGER_EVENT:
	case TRIGGER_WHEN:
	case TRIGGER_COUNT: break;
	}
}

/* What is kept only where the event is taken: an event's fields, and the text of a reply that was heard before. */
static bool kept_if_taken(const struct wake_up *w, uint32_t slot, const struct vm_event *event)
{
	uint32_t kind = PLAN_ROWS(w->plan, SLOT, slot)[slot].kind;
	return kind == SLOT_EVENT || (kind == SLOT_REPLY && event->again);
}

static void set_values(const struct wake_up *w, const struct vm_event *event)
{
	bool named = event->kind == VM_TRIGGER && event->trigger == TRIGGER_EVENT;
	for (uint32_t i = 0; named && i < w->after->slot_count; i++)
		if (PLAN_ROWS(w->plan, SLOT, slot)[i].kind == SLOT_EVENT)
			w->after->slots[i] = ABSENT;
	for (uint32_t i = 0; i < event->value_count; i++)
		set_slot(w->after, event->values[i].slot, event->values[i].value);
}

static void learn(const struct wake_up *w, const struct vm_event *event)
{
	struct vm_state *after = w->after;
	uint32_t step = event->step;
	enum plan_fact fact = event->fact;
	int64_t settled_us = w->now_us;
	bool settles = is_done(w->plan, event);
	if (event->kind == VM_TRIGGER && event->from_account) {
		if (event->trigger == TRIGGER_EVENT)
			set_values(w, event);
		return;
	}
	if (event->kind == VM_START)
		after->started_us = after->base_us = w->now_us;
	if (event->kind == VM_TRIGGER && !event->again) {
		learn_trigger(w, event);
		fact = FACT_DONE;
	} else if (event->kind == VM_TRIGGER) {
		settles = false;
	} else if (event->kind == VM_SETTLED) {
		step = event->detached ? step : position_of(w)->step;
		settled_us = event->completed_us;
		settles = true;
	} else if (event->kind == VM_FACT) {
		set_fact(after, step, fact);
	}
	if (settles) {
		set_fact(after, step, fact);
		set_settled(&w->plan->image, after, step, settled_us);
	}
	set_values(w, event);
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
	uint32_t kind = PLAN_ROWS(plan, POSITION, position)[s->position].kind;
	if (event->kind == VM_TIMER)
		return kind != POSITION_MESSAGE && now_us >= s->armed_us;
	if (event->kind == VM_SETTLED)
		return (kind == POSITION_MESSAGE || event->detached) && event->fact <= FACT_SKIPPED;
	return event->kind != VM_TRIGGER || !event->again || kind == POSITION_WAIT_FOR;
}

/* ---- what takes it ---- */

static void go_on_from(const struct wake_up *w, int64_t complete_us, uint32_t pc)
{
	w->after->base_us = complete_us;
	go_on(w, pc);
}

/* The rest is over: the wait's or step's moment has come. */
static void take_timer(const struct wake_up *w)
{
	const struct plan_position *p = position_of(w);
	int64_t complete_us = completion(w->after->armed_us, w->now_us);
	uint32_t arm = NONE;
	struct machine m;
	if (p->kind == POSITION_WAIT_FOR) {
		begin_guards(w, &m);
		arm = open_arm(&m, p);
	}
	if (arm != NONE) {
		go_on(w, PLAN_ROWS(w->plan, ARM, arm)[arm].entry);
	} else if (p->kind == POSITION_WAIT_ROUND) {
		w->after->slots[p->slot].u.i++;
		w->after->occurrence++;
		go_on_from(w, complete_us, p->head);
	} else {
		go_on_from(w, complete_us, p->resume);
	}
}

/* A `wait for` takes it by an arm. It is complete when the event came, but did not begin before its base. */
static void offer(const struct wake_up *w, const struct vm_event *event)
{
	struct machine m;
	begin_guards(w, &m);
	uint32_t arm = arm_of(&m, position_of(w), event, &w->effects->taken);
	if (arm == NONE)
		return;
	int64_t came_us = event->again ? event->came_us : w->now_us;
	go_on_from(w, came_us > w->after->base_us ? came_us : w->after->base_us,
	           PLAN_ROWS(w->plan, ARM, arm)[arm].entry);
}

/* `until` ends a repeat also while it waits for its next round (rule 9). */
static void look_at_until(const struct wake_up *w)
{
	const struct plan_position *p = position_of(w);
	struct machine m;
	if (p->kind != POSITION_WAIT_ROUND)
		return;
	begin_guards(w, &m);
	if (holds(&m, p->until))
		go_on_from(w, w->now_us, p->resume);
}

/* Whether it rests at a message that reminds of the page which the event posts: that has nothing to remind of now. */
static bool is_reminded(const struct wake_up *w, const struct plan_position *p, const struct vm_event *event)
{
	return p->kind == POSITION_MESSAGE && event->step != NONE && is_done(w->plan, event) &&
	       PLAN_ROWS(w->plan, STEP, step)[p->step].reminds == event->step;
}

/* The exits are passed: what it rests in takes the event. */
static void take(const struct wake_up *w, const struct vm_event *event)
{
	if (event->kind == VM_START) {
		go_on(w, w->plan->sequence->entry);
		return;
	}
	const struct plan_position *p = position_of(w);
	uint16_t position = w->after->position;
	if (event->kind == VM_TIMER)
		take_timer(w);
	else if (event->kind == VM_SETTLED && !event->detached)
		go_on_from(w, event->completed_us, p->resume);
	else if ((p->kind == POSITION_REST && is_done(w->plan, event) && p->step == event->step) ||
	         is_reminded(w, p, event))
		go_on_from(w, event->kind == VM_DONE ? event->completed_us : w->now_us, p->resume);
	else if (p->kind == POSITION_WAIT_FOR && event->kind == VM_TRIGGER)
		offer(w, event);
	else if (event->kind == VM_CHANGED)
		derive_again(w);
	if (event->kind != VM_TIMER && !w->after->ended && w->after->position == position)
		look_at_until(w);
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

void vm_leave(const struct plan *plan, const struct vm_state *before, uint32_t exit, int64_t now_us,
              const struct vm_view *view, struct vm_state *after, struct vm_effects *effects)
{
	struct wake_up w = {plan, view, now_us, after, effects};
	copy_state(after, before);
	effects->count = 0;
	effects->taken = false;
	leave(&w, exit);
}

void vm_step(const struct plan *plan, const struct vm_state *before, const struct vm_event *event, int64_t now_us,
             const struct vm_view *view, struct vm_state *after, struct vm_effects *effects)
{
	struct wake_up w = {plan, view, now_us, after, effects};
	struct value kept[PLAN_SLOTS_MAX];
	copy_state(after, before);
	effects->count = 0;
	effects->taken = false;
	if (!concerns(plan, before, event, now_us))
		return;
	bool undoes = event->kind == VM_TRIGGER && after->slot_count > 0 && after->slot_count <= PLAN_SLOTS_MAX;
	if (undoes)
		memcpy(kept, after->slots, after->slot_count * sizeof *kept);
	learn(&w, event);
	bool again = event->kind == VM_TRIGGER && event->again;
	uint32_t exit = again ? NONE : find_exit(plan, after, event, now_us, view, NULL);
	if (exit != NONE)
		leave(&w, exit);
	else
		take(&w, event);
	bool taken = exit != NONE || (effects->taken && effects->count > 0);
	for (uint32_t i = 0; undoes && !taken && i < after->slot_count; i++)
		if (kept_if_taken(&w, i, event))
			after->slots[i] = kept[i];
}
