/* SPDX-License-Identifier: Apache-2.0
 * Who begins without being enrolled by hand: by an event that a sequence starts on, or handed over by another one.
 * Where an input is missing nobody is enrolled, and the line (of a handoff also the journal of the enrollment that
 * handed over) says why. */
#include "runtime/engine.h"
#include <stdio.h>

#define AT_ONCE_MAX 16 /* handoffs of one contact at one instant: more are a ring */

/* The event's fields that the plan's inputs are named by, as an enrolling reads them. */
static size_t inputs_of(const struct plan *plan, const struct incoming *in, struct arena *memory,
                        struct drive_field *fields, size_t cap)
{
	const struct plan_input *rows = PLAN_ROWS(plan, INPUT, input);
	size_t n = 0;
	for (uint32_t i = 0; i < PLAN_COUNT(plan, INPUT) && n < cap; i++) {
		struct slice name = PLAN_STRING(plan, rows[i].name), text;
		if (incoming_field(in, name, &text))
			fields[n++] = (struct drive_field){arena_printf(memory, "input.%.*s", SLICE_ARG(name)), text};
	}
	return n;
}

static void add_refused(struct drive *d, int64_t contact_id, int64_t enrollment_id, struct slice sequence,
                        const char *why, int64_t now_us)
{
	if ((!d->options.on_line && !d->options.on_refused) || !drive_read_person(d, contact_id, &d->person))
		return;
	struct drive_line line = {.event = DRIVE_REFUSED,
	                          .at_us = now_us,
	                          .zone = d->person.zone,
	                          .enrollment_id = enrollment_id,
	                          .contact_id = contact_id,
	                          .contact = arena_copy(&d->lines_memory, contact_shown(d, &d->person)),
	                          .sequence = arena_copy(&d->lines_memory, sequence),
	                          .reason = arena_copy(&d->lines_memory, slice_of(why)),
	                          .due_us = NEVER_US,
	                          .planned_us = NEVER_US};
	ARENA_PUSH(&d->lines_memory, d->lines, d->line_count, d->line_cap) = line;
}

/* `start on event "…" when …`: asked of the contact and the event's fields, before anybody is enrolled. */
static bool may_start(struct drive *d, struct loaded_sequence *s, const struct plan_start *start,
                      const struct incoming *in, struct arena *memory, int64_t now_us, bool *yes)
{
	struct work w;
	struct enrollment row = {.sequence_id = s->row.id, .plan_id = s->row.plan_id, .contact_id = in->row.contact_id};
	struct settings settings = {.memory = memory};
	*yes = start->when == NONE;
	if (*yes)
		return true;
	if (!drive_read_person(d, in->row.contact_id, &d->person)) /* one that is gone begins nothing */
		return store_failed(d->store) == STORE_MISSING || drive_store_failed(d);
	if (work_new(d, &row, &d->person, &w) != LOAD_OK || !incoming_values(d, &w, in, NONE, &settings))
		return false;
	for (uint32_t i = 0; i < settings.count; i++)
		w.state.vm.slots[settings.items[i].slot] = settings.items[i].value;
	struct value v = vm_value(&w.plan->plan.image, start->when, &w.state.vm, &w.view, now_us);
	*yes = v.set && v.u.i;
	return true;
}

static bool start(struct drive *d, struct loaded_sequence *s, const struct plan *plan, const struct incoming *in,
                  struct arena *memory, int64_t now_us)
{
	struct drive_field fields[HANDOFF_INPUTS_MAX];
	struct drive_enrolled result;
	size_t n = inputs_of(plan, in, memory, fields, HANDOFF_INPUTS_MAX);
	if (!enroll_known(d, s->name, in->row.contact_id, fields, n, in, now_us, &result))
		return false;
	if (result.outcome == ENROLL_REFUSED)
		add_refused(d, in->row.contact_id, 0, s->name, result.reason, now_us);
	return true;
}

bool start_on_event(struct drive *d, const struct incoming *in, int64_t now_us)
{
	struct arena memory;
	bool ok = true;
	arena_init(&memory, 0, NULL);
	for (uint32_t i = 0; ok && i < d->sequence_count; i++) {
		struct loaded_sequence *s = &d->sequences[i];
		if (s->row.state != SEQUENCE_ACTIVE && s->row.state != SEQUENCE_PAUSED)
			continue;
		if (in->sequence.n && !slice_eq(in->sequence, s->name))
			continue;
		const struct loaded_plan *p = drive_plan(d, s->row.plan_id);
		const struct plan_start *rows = p ? PLAN_ROWS(&p->plan, START, start) : NULL;
		bool yes = false;
		for (uint32_t k = 0; p && ok && !yes && k < PLAN_COUNT(&p->plan, START); k++) {
			if (rows[k].kind == START_EVENT && slice_eq(PLAN_STRING(&p->plan, rows[k].event), in->name))
				ok = may_start(d, s, &rows[k], in, &memory, now_us, &yes);
		}
		if (ok && yes)
			ok = start(d, s, &p->plan, in, &memory, now_us);
	}
	arena_free(&memory);
	return ok || d->failed || drive_fail(d, "a sequence that starts on an event cannot be read");
}

/* ---- handoffs ---- */
static bool journal_refusal(struct drive *d, const struct incoming *in, const char *why, int64_t now_us)
{
	struct work w;
	enum load_result result = work_load(d, in->row.enrollment_id, &d->person, &w);
	if (result != LOAD_OK)
		return result != LOAD_FAILED;
	uint32_t step = plan_find_step(&w.plan->plan, in->step);
	work_fact(
	        d, &w,
	        &(struct journal_fact){.kind = JOURNAL_REFUSED, .n = {step == NONE ? 0 : step}, .text = slice_of(why)});
	return work_save(d, &w, now_us);
}

bool start_handoff(struct drive *d, const struct incoming *in, int64_t now_us)
{
	struct drive_field fields[HANDOFF_INPUTS_MAX];
	struct drive_enrolled result = {.outcome = ENROLL_REFUSED};
	struct slice rest = in->fields;
	size_t n = 0;
	while (n < HANDOFF_INPUTS_MAX && incoming_next(&rest, &fields[n].name, &fields[n].text))
		n++;
	bool again = d->handoff_contact == in->row.contact_id && d->handoff_us == now_us;
	d->handoff_contact = in->row.contact_id;
	d->handoff_us = now_us;
	d->handoff_count = again ? d->handoff_count + 1 : 0;
	if (d->handoff_count >= AT_ONCE_MAX)
		snprintf(result.reason, sizeof result.reason, "sequences hand it over to each other in a ring");
	else if (!enroll_known(d, in->sequence, in->row.contact_id, fields, n, NULL, now_us, &result))
		return false;
	if (result.outcome == ENROLLED || result.outcome == ENROLL_QUEUED)
		return true;
	add_refused(d, in->row.contact_id, in->row.enrollment_id, in->sequence, result.reason, now_us);
	return journal_refusal(d, in, result.reason, now_us);
}
