/* SPDX-License-Identifier: Apache-2.0
 * The instructions of a sequence's body that go on: variables, what is asked of the world, the end. */
#include "runtime/vm/machine.h"
#include <assert.h>

_Static_assert(PLAN_SET_FIELDS_MAX + 2 * PLAN_EFFECTS_MAX + PLAN_QUEUED_MAX + 3 <= VM_EFFECTS_MAX,
               "what a stretch of code and the block of an exit ask for, then a rest or an end");

void add_effect(struct vm_effects *effects, struct vm_effect effect)
{
	assert(effects->count < VM_EFFECTS_MAX);
	effects->items[effects->count++] = effect;
}

/* ---- facts and slots ---- */

void set_fact(struct vm_state *s, uint32_t step, enum plan_fact fact)
{
	if (step < s->fact_count)
		s->facts[step] |= (uint8_t)(1u << fact);
}

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

void set_slot(struct vm_state *s, uint32_t slot, struct value v)
{
	if (v.set && type_is_text((enum plan_type)v.type))
		v.n = cut_length(v.u.p, v.n);
	if (slot < s->slot_count)
		s->slots[slot] = v;
}

void set_settled(const struct image *image, struct vm_state *s, uint32_t step, int64_t at_us)
{
	const struct plan_slot *rows = IMAGE_ROWS(image, SLOT, slot);
	for (uint32_t i = 0; i < s->slot_count; i++)
		if (rows[i].kind == SLOT_SETTLED && rows[i].step == step)
			set_slot(s, i, (struct value){.set = 1, .type = TYPE_MOMENT, .u.i = at_us});
}

void op_store(struct machine *m, uint32_t slot)
{
	set_slot(m->after, slot, pop(m));
}

void op_rounds(struct machine *m, uint32_t slot)
{
	set_slot(m->after, slot, (struct value){.set = 1, .type = TYPE_NUMBER, .u.i = 1});
}

void op_original(struct machine *m, uint32_t step)
{
	set_fact(m->after, step, FACT_SENT);
	set_settled(m->image, m->after, step, m->after->base_us);
}

/* ---- what is asked of the world ---- */

static uint64_t mix(uint64_t h)
{
	h ^= h >> 33;
	h *= UINT64_C(0xff51afd7ed558ccd);
	h ^= h >> 33;
	h *= UINT64_C(0xc4ceb9fe1a85ec53);
	return h ^ h >> 33;
}

uint32_t pick_message(const struct machine *m, uint32_t step)
{
	const struct plan_step *s = &IMAGE_ROWS(m->image, STEP, step)[step];
	const struct plan_message *messages = IMAGE_ROWS(m->image, MESSAGE, message);
	if (s->pick != PICK_VARIANT)
		return s->message;
	uint64_t at = mix(m->view->seed ^ slice_hash(image_string(m->image, s->name))) % SHARE_WHOLE;
	uint32_t i = 0;
	for (; i + 1 < s->message_count && at >= messages[s->message + i].share; i++)
		at -= messages[s->message + i].share;
	return s->message + i;
}

void op_queue(struct machine *m, uint32_t step)
{
	uint32_t message = pick_message(m, step);
	bool nothing = IMAGE_ROWS(m->image, MESSAGE, message)[message].hold_out;
	if (nothing)
		set_fact(m->after, step, FACT_SKIPPED);
	add_effect(m->effects, (struct vm_effect){.kind = nothing ? VM_SKIPPED : VM_DETACH,
	                                          .index = step,
	                                          .message = message,
	                                          .at_us = m->after->base_us});
}

bool leads_to_ask(const struct image *image, uint32_t step)
{
	const struct plan_step *steps = IMAGE_ROWS(image, STEP, step);
	return step + 1 < IMAGE_COUNT(image, STEP) && steps[step].message_count && steps[step].reminds == NONE &&
	       steps[step + 1].kind == STEP_ASK;
}

/* What an earlier round knew of the step is no more so. */
void forget(struct machine *m, uint32_t step)
{
	const struct plan_slot *rows = IMAGE_ROWS(m->image, SLOT, slot);
	if (step < m->after->fact_count)
		m->after->facts[step] = 0;
	for (uint32_t i = 0; i < m->after->slot_count; i++)
		if (rows[i].step == step && rows[i].kind != SLOT_SETTLED)
			m->after->slots[i] = ABSENT;
}

/* An `ask` was forgotten when its message was queued: its link may have been answered since (rule 13). */
void op_perform(struct machine *m, uint32_t step)
{
	bool ask = IMAGE_ROWS(m->image, STEP, step)[step].kind == STEP_ASK;
	if (!ask || step == 0 || !leads_to_ask(m->image, step - 1))
		forget(m, step);
	add_effect(m->effects, (struct vm_effect){.kind = VM_PERFORM, .index = step, .at_us = m->after->base_us});
}

void op_suppress(struct machine *m, uint32_t purpose)
{
	add_effect(m->effects, (struct vm_effect){.kind = VM_SUPPRESS, .index = purpose, .at_us = m->now_us});
}

static bool exits_now(const struct machine *m)
{
	const struct plan_exit *exits = IMAGE_ROWS(m->image, EXIT, exit);
	for (uint32_t i = 0; !m->leaving && i < IMAGE_COUNT(m->image, EXIT); i++)
		if (exits[i].trigger == TRIGGER_WHEN && holds(m, exits[i].when))
			return true;
	return false;
}

bool op_set_contact(struct machine *m, uint32_t field)
{
	struct value v = pop(m);
	for (uint32_t i = 0; i < m->effects->count; i++)
		if (m->effects->items[i].kind == VM_SET_CONTACT && m->effects->items[i].index == field) {
			m->effects->items[i].value = v;
			return exits_now(m);
		}
	add_effect(m->effects, (struct vm_effect){.kind = VM_SET_CONTACT, .index = field, .value = v});
	return exits_now(m);
}

/* ---- the end ---- */

void end_with(struct vm_state *after, uint32_t end, struct vm_effects *effects)
{
	after->ended = true;
	after->end = end;
	after->armed_us = INT64_MAX;
	add_effect(effects, (struct vm_effect){.kind = VM_ENDED, .index = end});
}

void op_end(struct machine *m, uint32_t end)
{
	end_with(m->after, end, m->effects);
}
