/* SPDX-License-Identifier: Apache-2.0
 * What an event brings beside its kind: a reply's text, an event's fields, a task's outcome, what a webhook returned.
 * Packed in its inbox row; read into the slots of a plan when an enrollment takes it. Answers: answers.c. */
#include "runtime/engine.h"
#include "runtime/pack.h"

void incoming_pack(const struct drive_event *event, struct buf *out)
{
	pack_s(out, event->sequence);
	pack_s(out, event->step);
	pack_s(out, event->name);
	if (!event->text.n && !event->outcome.n && !event->until_us && !event->field_count)
		return;
	pack_s(out, event->text);
	pack_s(out, event->outcome);
	pack_i(out, event->until_us);
	for (size_t i = 0; i < event->field_count; i++) {
		pack_s(out, event->fields[i].name);
		pack_s(out, event->fields[i].text);
	}
}

void incoming_read(struct slice payload, struct incoming *in)
{
	struct unpack u = unpack_of(payload);
	in->sequence = unpack_s(&u);
	in->step = unpack_s(&u);
	in->name = unpack_s(&u);
	in->text = in->outcome = in->fields = (struct slice){0};
	in->until_us = 0;
	if (!unpack_more(&u))
		return;
	in->text = unpack_s(&u);
	in->outcome = unpack_s(&u);
	in->until_us = unpack_i(&u);
	in->fields = u.bad ? (struct slice){0} : unpack_rest(&u);
}

/* The last of that name stands. */
bool incoming_field(const struct incoming *in, struct slice name, struct slice *text)
{
	struct unpack u = unpack_of(in->fields);
	bool found = false;
	while (unpack_more(&u)) {
		struct slice key = unpack_s(&u), value = unpack_s(&u);
		if (!u.bad && slice_eq(key, name)) {
			*text = value;
			found = true;
		}
	}
	return found;
}

bool incoming_next(struct slice *fields, struct slice *name, struct slice *text)
{
	return drive_errand_next(fields, name, text);
}

/* Absent where it cannot be read. */
static struct value incoming_parse(struct drive *d, enum plan_type type, struct slice text, struct arena *memory)
{
	struct buf scratch = {0};
	struct value v = {0};
	const char *reason;
	text = slice_trim(text);
	if (!value_parse(type, text, d->policy.zone, &scratch, &v, &reason))
		v = (struct value){0};
	else if (v.set && type_is_text((enum plan_type)v.type))
		v = value_text(type, arena_copy(memory, value_slice(v)));
	buf_free(&scratch);
	return v;
}

void setting_add(struct settings *s, uint32_t slot, struct value value)
{
	ARENA_PUSH(s->memory, s->items, s->count, s->cap) = (struct vm_setting){slot, value};
}

/* Which slots of the plan the event speaks of, and what it says; absent where that cannot be read. */
static bool concerns(const struct plan_slot *slot, const struct incoming *in, uint32_t step)
{
	switch ((enum plan_slot_kind)slot->kind) {
	case SLOT_EVENT: return in->row.kind == EVENT_NAMED;
	case SLOT_REPLY: return in->row.kind == EVENT_REPLY && !in->from_account;
	case SLOT_OUTCOME:
	case SLOT_RETURN: return in->row.kind == EVENT_DONE && slot->step == step;
	case SLOT_ANSWER:
	case SLOT_VARIABLE:
	case SLOT_MOMENT:
	case SLOT_ROUNDS:
	case SLOT_SETTLED:
	case SLOT_COUNT: break;
	}
	return false;
}

bool incoming_values(struct drive *d, struct work *w, const struct incoming *in, uint32_t step, struct settings *s)
{
	const struct plan *plan = &w->plan->plan;
	const struct plan_slot *slots = PLAN_ROWS(plan, SLOT, slot);
	if (in->row.kind == EVENT_ANSWER)
		return in->from_account || step == NONE || answers_values(d, w, in, step, s);
	for (uint32_t i = 0; i < PLAN_COUNT(plan, SLOT); i++) {
		struct slice text = {0};
		if (!concerns(&slots[i], in, step))
			continue;
		if (slots[i].kind == SLOT_REPLY)
			text = in->text;
		else if (slots[i].kind == SLOT_OUTCOME)
			text = in->outcome;
		else
			incoming_field(in, PLAN_STRING(plan, slots[i].key), &text);
		setting_add(s, i, incoming_parse(d, (enum plan_type)slots[i].type, text, s->memory));
	}
	return true;
}

/* ---- is what was told possible? ---- */
static bool has_option(const struct plan *plan, const struct plan_action *a, struct slice word, struct buf *list)
{
	const struct plan_option *rows = PLAN_ROWS(plan, OPTION, option);
	bool found = false;
	for (uint32_t i = 0; i < a->option_count; i++) {
		struct slice name = PLAN_STRING(plan, rows[a->option + i].name);
		buf_addf(list, "%s%.*s", i ? ", " : "", SLICE_ARG(name));
		found = found || slice_eq(name, word);
	}
	return found;
}

/* `done`: a task with one of its outcomes, or a webhook. */
static bool check_done(const struct plan *plan, uint32_t step, const struct drive_event *event, struct buf *error)
{
	const struct plan_step *row = &PLAN_ROWS(plan, STEP, step)[step];
	struct buf list = {0};
	bool ok = true;
	if (row->kind != STEP_TASK && row->kind != STEP_WEBHOOK) {
		buf_addf(error, "%.*s is a step of kind %s; only a task or a webhook is done", SLICE_ARG(event->step),
		         words_STEP[row->kind]);
		return false;
	}
	if (row->kind == STEP_WEBHOOK) {
		ok = !event->outcome.n || slice_is(event->outcome, "failed");
		if (!ok)
			buf_addf(error,
			         "a webhook has no outcome \"%.*s\"; what it returned are fields, or it is "
			         "\"failed\"",
			         SLICE_ARG(event->outcome));
		return ok;
	}
	const struct plan_action *a = &PLAN_ROWS(plan, ACTION, action)[row->action];
	bool known = has_option(plan, a, event->outcome, &list);
	if (event->outcome.n && !known) {
		buf_addf(error, "%.*s has no outcome \"%.*s\"; it has %s", SLICE_ARG(event->step),
		         SLICE_ARG(event->outcome), list.n ? buf_cstr(&list) : "none");
		ok = false;
	} else if (!event->outcome.n && a->option_count) {
		buf_addf(error, "%.*s needs its outcome: one of %s", SLICE_ARG(event->step), buf_cstr(&list));
		ok = false;
	}
	buf_free(&list);
	return ok;
}

struct vm_event incoming_trigger(const struct incoming *in, uint32_t step, const struct settings *s, int64_t came_us)
{
	return (struct vm_event){.kind = VM_TRIGGER,
	                         .trigger = (enum plan_trigger)in->row.kind,
	                         .step = step,
	                         .name = in->name,
	                         .from_account = in->from_account,
	                         .came_us = came_us,
	                         .values = s->items,
	                         .value_count = s->count};
}

bool incoming_check(struct drive *d, const struct drive_event *event, int64_t contact_id, struct buf *error)
{
	bool answers = event->kind == EVENT_ANSWER && event->step.n && event->field_count;
	if (event->kind != EVENT_DONE && !answers)
		return true;
	if (!event->step.n) {
		buf_addf(error, "`%s` needs the name of its step", drive_event_word(event->kind));
		return false;
	}
	int n = store_enrollments_of(d->store, contact_id, 0, d->event_ids, TURN_STEPS);
	for (int i = 0; i < n; i++) { /* newest first: what it can be is asked of the one it most likely means */
		struct work w;
		if (work_load(d, d->event_ids[i], &d->person, &w) != LOAD_OK)
			continue;
		uint32_t step = plan_find_step(&w.plan->plan, event->step);
		if (step == NONE || (event->sequence.n && !slice_eq(event->sequence, w.plan->name)) ||
		    (event->enrollment_id && event->enrollment_id != w.row.id))
			continue;
		return event->kind == EVENT_DONE ? check_done(&w.plan->plan, step, event, error)
		                                 : answers_check(d, &w, step, event, error);
	}
	return true;
}
