/* SPDX-License-Identifier: Apache-2.0
 * Rule 7. A pause is a row of one setting: what it covers and since when. Nothing is touched while it lasts but what
 * comes due, which is put aside in memory. A resume walks what it covers once, in order of id and in batches, and moves
 * each enrollment by the time it was paused; where it got to is part of the setting, so that a crash goes on from
 * there. */
#include "runtime/engine.h"
#include "runtime/pack.h"
#include <stdlib.h>

#define PAUSES_KEY "pauses"
#define BATCH      1000

static bool save(struct drive *d)
{
	struct buf packed = {0};
	for (uint32_t i = 0; i < d->pause_count; i++) {
		const struct pause *p = &d->pauses[i];
		pack_u(&packed, p->target);
		pack_i(&packed, p->id);
		pack_i(&packed, p->since_us);
		pack_i(&packed, p->resumed_us);
		pack_i(&packed, p->cursor);
	}
	bool ok = !packed.failed && store_meta_put(d->store, PAUSES_KEY, buf_slice(&packed));
	buf_free(&packed);
	return ok || drive_store_failed(d);
}

static bool append(struct drive *d, const struct pause *p)
{
	if (d->pause_count == d->pause_cap) {
		uint32_t cap = d->pause_cap ? d->pause_cap * 2 : 8;
		struct pause *grown = realloc(d->pauses, cap * sizeof *grown);
		if (!grown)
			return drive_fail(d, "out of memory");
		d->pauses = grown;
		d->pause_cap = cap;
	}
	d->pauses[d->pause_count++] = *p;
	return true;
}

bool pause_load(struct drive *d)
{
	buf_clear(&d->text);
	if (!store_meta_get(d->store, PAUSES_KEY, &d->text))
		return store_failed(d->store) == STORE_OK || drive_store_failed(d);
	struct unpack u = unpack_of(buf_slice(&d->text));
	while (unpack_more(&u)) {
		struct pause p = {
		        .target = (enum drive_target)unpack_u(&u), .id = unpack_i(&u), .since_us = unpack_i(&u)};
		p.resumed_us = unpack_i(&u);
		p.cursor = unpack_i(&u);
		if (u.bad)
			return drive_fail(d, "the list of pauses in the store is damaged");
		if (!append(d, &p))
			return false;
	}
	return true;
}

static bool covers(const struct pause *p, const struct enrollment *row)
{
	switch (p->target) {
	case TARGET_SEQUENCE: return row->sequence_id == p->id;
	case TARGET_MAILBOX: return row->mailbox == p->id;
	case TARGET_CONTACT: return row->contact_id == p->id;
	case TARGET_ALL: break;
	}
	return true;
}

bool pause_covers(const struct drive *d, const struct work *w)
{
	for (uint32_t i = 0; i < d->pause_count; i++) {
		const struct pause *p = &d->pauses[i];
		if (covers(p, &w->row) && !(p->resumed_us && w->row.id && w->row.id <= p->cursor))
			return true;
	}
	return false;
}

static struct pause *find(struct drive *d, enum drive_target target, int64_t id)
{
	for (uint32_t i = 0; i < d->pause_count; i++) {
		if (d->pauses[i].target == target && d->pauses[i].id == id)
			return &d->pauses[i];
	}
	return NULL;
}

/* ---- what a resume moves ---- */
static int32_t local_day(const struct tz *zone, int64_t at_us)
{
	return civil_day_of(tz_to_wall(zone, at_us));
}

static int64_t later_by_days(const struct tz *zone, int64_t at_us, int32_t days)
{
	return tz_from_wall(zone, tz_to_wall(zone, at_us) + days * US_PER_DAY, TZ_COMPATIBLE);
}

static bool move_wait(struct drive *d, struct work *w, int64_t paused_us, int64_t resumed_us)
{
	struct vm_state *vm = &w->state.vm;
	const struct plan_position *position = &PLAN_ROWS(&w->plan->plan, POSITION, position)[vm->position];
	int64_t armed_us = vm->armed_us, moved_us;
	if (position->kind == POSITION_WAIT_UNTIL) {
		/* A moment stays; one that has passed meanwhile takes its `otherwise`. The VM takes it for one that
		 * moved. */
		struct vm_event changed = {.kind = VM_CHANGED, .step = NONE};
		if (armed_us >= resumed_us)
			return true;
		vm->armed_us = NEVER_US;
		return work_event(d, w, &changed, resumed_us);
	}
	paused_us = vm->base_us > paused_us ? vm->base_us : paused_us;
	if (armed_us <= paused_us || paused_us >= resumed_us)
		return true;
	if (position->day_based) {
		const struct tz *zone = w->view.zone;
		int32_t left = local_day(zone, armed_us) - local_day(zone, paused_us);
		int32_t days = local_day(zone, resumed_us) + left - local_day(zone, armed_us);
		moved_us = later_by_days(zone, armed_us, days);
		vm->base_us = later_by_days(zone, vm->base_us, days); /* what a later change of zone derives it from */
		moved_us = moved_us < resumed_us ? resumed_us : moved_us;
	} else {
		moved_us = resumed_us + (armed_us - paused_us);
		vm->base_us += moved_us - armed_us;
	}
	work_fact(d, w, &(struct journal_fact){.kind = JOURNAL_RESUMED, .n = {armed_us, moved_us}});
	vm->armed_us = moved_us;
	return true;
}

static bool move_message(struct drive *d, struct work *w, int64_t paused_us, int64_t resumed_us)
{
	struct live_message *m = &w->state.message;
	int64_t wake_us = m->next_try_us > m->planned_us ? m->next_try_us : m->planned_us;
	int64_t since_us = m->first_planned_us > paused_us ? m->first_planned_us : paused_us;
	if (wake_us >= resumed_us)
		return true;
	m->first_planned_us +=
	        resumed_us > since_us ? resumed_us - since_us : 0; /* `late` does not count it (rule 4) */
	return gate_plan_message(d, w, gate_overdue_at(d, w, resumed_us), 1u << GATE_PAUSE, false, false, resumed_us);
}

bool pause_move(struct drive *d, struct work *w, int64_t paused_us, int64_t resumed_us)
{
	if (resumed_us > paused_us && w->state.message.phase == MESSAGE_WAITING)
		return move_message(d, w, paused_us, resumed_us);
	if (resumed_us > paused_us && w->state.message.phase == MESSAGE_NONE && w->state.vm.position != VM_AT_START)
		return move_wait(d, w, paused_us, resumed_us);
	return true;
}

/* Where another pause covers it too, the time is counted up to that one's begin; the rest is for its own resume. */
static bool move(struct drive *d, const struct pause *p, int64_t id, int64_t now_us)
{
	struct work w;
	bool good;
	if (!work_open(d, id, &w, now_us, &good))
		return good;
	if (covers(p, &w.row) && w.row.status == ENROLLMENT_AHEAD) /* it was put aside if its date came */
		store_wake_volatile(d->store, id, w.row.wake_us);
	if (!covers(p, &w.row) || w.row.status != ENROLLMENT_ACTIVE)
		return true;
	int64_t resumed_us = p->resumed_us;
	for (uint32_t i = 0; i < d->pause_count; i++) {
		const struct pause *o = &d->pauses[i];
		if (o != p && covers(o, &w.row) && o->since_us < resumed_us)
			resumed_us = o->since_us;
	}
	if (!pause_move(d, &w, p->since_us, resumed_us) || !work_save(d, &w, now_us))
		return false;
	if (!flight_of(&d->flights, id))
		store_wake_volatile(d->store, id, w.row.wake_us); /* it was put aside if it came due */
	return true;
}

static int batch_of(struct drive *d, const struct pause *p)
{
	if (p->target == TARGET_CONTACT)
		return store_enrollments_of(d->store, p->id, 0, d->ids, TURN_STEPS);
	return store_enrollments(d->store, p->target == TARGET_SEQUENCE ? p->id : 0, p->cursor, d->ids, BATCH);
}

static bool advance(struct drive *d, struct pause *p, int64_t now_us)
{
	int n = batch_of(d, p);
	if (n < 0)
		return drive_store_failed(d);
	struct pause resuming = *p;
	for (int i = 0; i < n; i++) {
		if (!move(d, p, d->ids[i], now_us))
			return false;
	}
	d->steps += n > 0;
	if (n < BATCH || resuming.target == TARGET_CONTACT)
		*p = d->pauses[--d->pause_count];
	else
		p->cursor = d->ids[n - 1];
	return save(d);
}

bool pause_advance(struct drive *d, int64_t now_us)
{
	struct pause *first = NULL;
	for (uint32_t i = 0; i < d->pause_count; i++) {
		struct pause *p = &d->pauses[i];
		if (p->resumed_us && (!first || p->resumed_us < first->resumed_us))
			first = p;
	}
	return !first || advance(d, first, now_us); /* one batch a turn, in the order of the resumes */
}

/* ---- the verbs ---- */
static bool target_id(struct drive *d, enum drive_target target, struct slice name, int64_t *id, struct buf *error)
{
	*id = 0;
	if (target == TARGET_CONTACT)
		return contact_find(d, name, id, error);
	if (target == TARGET_SEQUENCE) {
		const struct loaded_sequence *s = drive_sequence(d, name);
		if (!s) {
			buf_addf(error, "there is no sequence \"%.*s\" here; `seqd deploy` brings one",
			         SLICE_ARG(name));
			return false;
		}
		*id = s->row.id;
	} else if (target == TARGET_MAILBOX) {
		uint16_t number = numbering_find(&d->mailbox_names, name);
		if (number == NAME_NONE) {
			buf_addf(error, "there is no mailbox \"%.*s\"", SLICE_ARG(name));
			return false;
		}
		*id = number;
	}
	return true;
}

static bool put_sequence_state(struct drive *d, struct loaded_sequence *s, enum sequence_state state, int64_t now_us)
{
	struct sequence_row row = s->row;
	row.state = state;
	row.changed_us = now_us;
	row.name = s->name;
	if (!store_sequence_put(d->store, &row))
		return drive_store_failed(d);
	s->row.state = state;
	s->row.changed_us = now_us;
	return true;
}

static bool activate(struct drive *d, struct loaded_sequence *s, int64_t now_us, struct buf *error)
{
	if (s->row.state == SEQUENCE_DRAFT) {
		buf_addf(error, "\"%.*s\" is a draft; delete the word `draft` and deploy it", SLICE_ARG(s->name));
		return false;
	}
	if (s->row.state == SEQUENCE_PAUSED) {
		buf_addf(error, "\"%.*s\" is paused; `seqd resume` lets it go on", SLICE_ARG(s->name));
		return false;
	}
	return s->row.state == SEQUENCE_ACTIVE || put_sequence_state(d, s, SEQUENCE_ACTIVE, now_us);
}

static bool change(struct drive *d, enum drive_target target, int64_t id, struct loaded_sequence *s,
                   enum drive_change what, int64_t now_us, struct buf *error)
{
	struct pause *p = find(d, target, id);
	if (what == CHANGE_ACTIVATE)
		return activate(d, s, now_us, error);
	if (what == CHANGE_PAUSE) {
		if (s && s->row.state != SEQUENCE_ACTIVE && s->row.state != SEQUENCE_PAUSED) {
			buf_addf(error, "\"%.*s\" is not active", SLICE_ARG(s->name));
			return false;
		}
		if (p && p->resumed_us) {
			buf_adds(error, "its resume is still being carried out; try again in a moment");
			return false;
		}
		if (!p && !append(d, &(struct pause){target, id, now_us, 0, 0}))
			return false;
		return save(d) && (!s || put_sequence_state(d, s, SEQUENCE_PAUSED, now_us));
	}
	if (!p || p->resumed_us) {
		buf_adds(error, "it is not paused");
		return false;
	}
	p->resumed_us = now_us;
	p->cursor = 0;
	return save(d) && (!s || put_sequence_state(d, s, SEQUENCE_ACTIVE, now_us));
}

bool drive_set_state(struct drive *d, enum drive_target target, struct slice name, enum drive_change what,
                     int64_t now_us, struct buf *error)
{
	int64_t id;
	if (what == CHANGE_ACTIVATE && target != TARGET_SEQUENCE) {
		buf_adds(error, "only a sequence is activated");
		return false;
	}
	if (!target_id(d, target, name, &id, error))
		return false;
	struct loaded_sequence *s = target == TARGET_SEQUENCE ? drive_sequence_by_id(d, id) : NULL;
	if (!drive_begin(d) || !change(d, target, id, s, what, now_us, error) || !drive_commit(d)) {
		drive_abandon(d);
		if (!error->n)
			buf_adds(error, drive_error(d));
		return false;
	}
	if (s)
		dates_begin(d);
	return true;
}
