/* SPDX-License-Identifier: Apache-2.0
 * `start on date contact.renewal - 30 days`: an enrollment is made ahead of its moment and waits for it. It is made, or
 * its moment derived again, when the contact changes, and by a walk over all contacts after an activation, a deploy, or
 * an opening, in batches; what is there already is only looked at, so that a walk can begin again at any time. */
#include "runtime/engine.h"

#define BATCH 1000

static const struct plan_start *date_start(const struct loaded_plan *p)
{
	const struct plan_start *rows = PLAN_ROWS(&p->plan, START, start);
	for (uint32_t i = 0; i < PLAN_COUNT(&p->plan, START); i++) {
		if (rows[i].kind == START_DATE && rows[i].moment != NONE)
			return &rows[i];
	}
	return NULL;
}

bool dates_any(struct drive *d)
{
	if (d->dates_known)
		return d->dates_start;
	d->dates_known = true;
	d->dates_start = false;
	for (uint32_t i = 0; i < d->sequence_count && !d->dates_start; i++) {
		const struct loaded_sequence *s = &d->sequences[i];
		bool active = s->row.state == SEQUENCE_ACTIVE || s->row.state == SEQUENCE_PAUSED;
		const struct loaded_plan *p = active ? drive_plan(d, s->row.plan_id) : NULL;
		d->dates_start = p && date_start(p);
	}
	return d->dates_start;
}

void dates_begin(struct drive *d)
{
	d->dates_known = false;
	d->dates_after = dates_any(d) ? 0 : -1;
}

static int64_t moment_of(const struct work *w, int64_t now_us)
{
	const struct plan_start *start = date_start(w->plan);
	struct value v = start ? vm_value(&w->plan->plan.image, start->moment, &w->state.vm, &w->view, now_us)
	                       : (struct value){0};
	return v.set && v.type == TYPE_MOMENT ? v.u.i : NEVER_US;
}

/* The one that waits; 0: none. -1: failed. */
static int64_t waiting_one(struct drive *d, int64_t contact_id, int64_t sequence_id)
{
	int n = store_enrollments_of(d->store, contact_id, sequence_id, d->own_ids, TURN_STEPS);
	for (int i = 0; i < n; i++) {
		struct enrollment row;
		if (!store_enrollment_get(d->store, d->own_ids[i], &row))
			return drive_store_failed(d), -1;
		if (row.status == ENROLLMENT_AHEAD)
			return row.id;
	}
	return n < 0 ? (drive_store_failed(d), -1) : 0;
}

static bool arm(struct drive *d, struct work *w, int64_t at_us, int64_t now_us)
{
	if (w->row.wake_us == at_us)
		return true;
	w->row.wake_us = at_us;
	work_fact(d, w, &(struct journal_fact){.kind = JOURNAL_SLEEPS, .n = {at_us}});
	return work_save(d, w, now_us);
}

/* One that waits: its moment may be another now; one that the change has put into the past is let go by. */
static bool derive(struct drive *d, int64_t id, int64_t now_us)
{
	struct work w;
	bool good;
	if (!work_open(d, id, &w, now_us, &good))
		return good;
	int64_t at_us = moment_of(&w, now_us);
	if (w.row.wake_us <= now_us)
		return true; /* it is due: the turn sees to it */
	return arm(d, &w, at_us > now_us ? at_us : NEVER_US, now_us);
}

static bool make(struct drive *d, struct loaded_sequence *s, int64_t contact_id, int64_t now_us)
{
	struct work w;
	struct drive_enrolled result;
	struct enrollment row = {.sequence_id = s->row.id, .plan_id = s->row.plan_id, .contact_id = contact_id};
	if (!drive_read_person(d, contact_id, &d->person))
		return store_failed(d->store) == STORE_MISSING || drive_store_failed(d);
	enum load_result loaded = work_new(d, &row, &d->person, &w);
	if (loaded != LOAD_OK)
		return loaded != LOAD_FAILED;
	int64_t at_us = moment_of(&w, now_us);
	return at_us == NEVER_US || at_us <= now_us || enroll_ahead(d, s->name, contact_id, at_us, now_us, &result);
}

bool dates_of_contact(struct drive *d, int64_t contact_id, int64_t now_us)
{
	for (uint32_t i = 0; dates_any(d) && i < d->sequence_count; i++) {
		struct loaded_sequence *s = &d->sequences[i];
		const struct loaded_plan *p = s->row.state == SEQUENCE_ACTIVE ? drive_plan(d, s->row.plan_id) : NULL;
		if (!p || !date_start(p))
			continue;
		int64_t id = waiting_one(d, contact_id, s->row.id);
		if (id < 0 || !(id ? derive(d, id, now_us) : make(d, s, contact_id, now_us)))
			return false;
	}
	return true;
}

bool dates_advance(struct drive *d, int64_t now_us)
{
	int64_t count;
	if (d->dates_after < 0)
		return true;
	if (!store_count(d->store, "contacts", &count))
		return drive_store_failed(d);
	int64_t until = d->dates_after + BATCH < count ? d->dates_after + BATCH : count;
	for (int64_t id = d->dates_after + 1; id <= until; id++) {
		if (!dates_of_contact(d, id, now_us))
			return false;
	}
	d->steps++;
	d->dates_after = until < count ? until : -1;
	return true;
}

bool dates_is_due(struct drive *d, struct work *w, int64_t now_us)
{
	const struct plan_start *start = date_start(w->plan);
	int64_t at_us = moment_of(w, now_us);
	if (pause_covers(d, w)) { /* looked at when it is resumed */
		store_wake_volatile(d->store, w->row.id, NEVER_US);
		return true;
	}
	if (at_us > now_us)
		return arm(d, w, at_us, now_us);
	if (start && start->when != NONE) {
		struct value v = vm_value(&w->plan->plan.image, start->when, &w->state.vm, &w->view, now_us);
		if (!v.set || !v.u.i)
			return arm(d, w, NEVER_US, now_us);
	}
	return enroll_begin_ahead(d, w, now_us);
}
