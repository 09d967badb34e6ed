/* SPDX-License-Identifier: Apache-2.0
 * Rule 9: a `wait for` takes the oldest matching event since the enrollment began that no wait has taken. Which ones
 * were taken stands in the enrollment's state, the last ones by their inbox number, all before them as one number. */
#include "runtime/engine.h"
#include <stdlib.h>
#include <string.h>

void await_begin(struct drive *d, struct work *w)
{
	if (w->plan->awaits)
		w->state.events_before = d->inbox_taken;
}

void await_taken(struct work *w)
{
	struct enrollment_state *s = &w->state;
	int64_t id = w->event_id;
	uint8_t at = s->event_count;
	if (!w->plan->awaits || id <= s->events_before)
		return;
	while (at > 0 && s->events[at - 1] > id)
		at--;
	if (at > 0 && s->events[at - 1] == id)
		return;
	if (s->event_count == EVENTS_MAX) { /* what is older than the oldest known one counts as taken */
		s->events_before = s->events[0];
		s->event_count--;
		memmove(s->events, s->events + 1, s->event_count * sizeof *s->events);
		if (id <= s->events_before)
			return;
		at--;
	}
	memmove(s->events + at + 1, s->events + at, (s->event_count - at) * sizeof *s->events);
	s->events[at] = id;
	s->event_count++;
	w->changed = true;
}

static bool is_taken(const struct work *w, int64_t id)
{
	for (uint8_t i = 0; i < w->state.event_count; i++) {
		if (w->state.events[i] == id)
			return true;
	}
	return false;
}

/* ---- what came before ---- */
/* The events of one contact: the enrollment's own, or one of its account. */
struct source {
	int64_t contact_id;
	int64_t next_id; /* of its first event after those that were looked at; 0: not looked for, NEVER_US: none */
};

struct older {
	struct inbox_row row;
	struct buf memory;
	struct source *sources; /* the first is the enrollment's own contact */
	size_t count, cap;
};

static bool add_source(struct drive *d, int64_t contact_id, void *context)
{
	struct older *o = context;
	if (o->count == o->cap) {
		size_t cap = o->cap ? o->cap * 2 : 8;
		struct source *grown = realloc(o->sources, cap * sizeof *grown);
		if (!grown)
			return drive_fail(d, "out of memory");
		o->sources = grown;
		o->cap = cap;
	}
	o->sources[o->count++] = (struct source){.contact_id = contact_id};
	return true;
}

static bool takes_account(const struct work *w)
{
	const struct plan *plan = &w->plan->plan;
	const struct plan_arm *arms = PLAN_ROWS(plan, ARM, arm);
	bool yes = false;
	for (uint32_t i = 0; i < PLAN_COUNT(plan, ARM); i++)
		yes |= arms[i].by_account != 0;
	return yes;
}

static bool copy_row(void *context, const struct inbox_row *row)
{
	struct older *o = context;
	o->row = *row;
	buf_clear(&o->memory);
	buf_add_slice(&o->memory, row->payload);
	return false;
}

/* The oldest event after that number, of any source; false in *found where there is none. */
static bool next_row(struct drive *d, struct older *o, int64_t after, bool *found)
{
	struct source *first = NULL;
	*found = false;
	for (size_t i = 0; i < o->count; i++) {
		struct source *s = &o->sources[i];
		if (s->next_id <= after) {
			int n = store_inbox_of(d->store, s->contact_id, after, 1, copy_row, o);
			if (n < 0)
				return drive_store_failed(d);
			s->next_id = n ? o->row.id : NEVER_US;
		}
		if (!first || s->next_id < first->next_id)
			first = s;
	}
	if (!first || first->next_id > d->inbox_taken)
		return true;
	*found = store_inbox_of(d->store, first->contact_id, first->next_id - 1, 1, copy_row, o) == 1;
	return *found || drive_store_failed(d);
}

/* One older event. Its texts stay in `memory` until the enrollment is saved. */
static bool offer(struct drive *d, struct work *w, struct older *o, struct arena *memory, int64_t now_us)
{
	struct incoming in = {.row = o->row, .from_account = o->row.contact_id != w->row.contact_id};
	struct settings settings = {.memory = memory};
	incoming_read(arena_copy(memory, buf_slice(&o->memory)), &in);
	uint32_t step = in.step.n ? plan_find_step(&w->plan->plan, in.step) : NONE;
	if ((in.step.n && step == NONE) || (in.sequence.n && !slice_eq(in.sequence, w->plan->name)))
		return true;
	if (in.row.kind != EVENT_ANSWER && !incoming_values(d, w, &in, step, &settings))
		return false;
	struct vm_event event = incoming_trigger(&in, step, &settings, in.row.at_us);
	event.again = true;
	w->event_id = in.row.id;
	return work_event(d, w, &event, now_us);
}

/* From the oldest on, until one is taken, or all were offered. */
static bool offer_all(struct drive *d, struct work *w, struct older *o, int64_t now_us)
{
	int64_t after = w->state.events_before;
	bool found = true;
	for (size_t i = 0; i < o->count; i++)
		o->sources[i].next_id = 0;
	while (!w->awaits) {
		if (!next_row(d, o, after, &found))
			return false;
		if (!found)
			return true;
		after = o->row.id;
		bool mine = !o->row.enrollment_id || o->row.enrollment_id == w->row.id;
		if (o->row.kind <= EVENT_NAMED && mine && !is_taken(w, o->row.id) &&
		    !offer(d, w, o, &d->offered_memory, now_us))
			return false;
	}
	return true;
}

bool await_offer(struct drive *d, struct work *w, int64_t now_us)
{
	struct older o = {0};
	if (!w->row.id) { /* it begins now */
		w->awaits = false;
		return true;
	}
	arena_free(&d->offered_memory);
	arena_init(&d->offered_memory, 0, NULL);
	bool ok = add_source(d, w->row.contact_id, &o);
	ok = ok && (!takes_account(w) || account_others(d, w->row.contact_id, add_source, &o));
	while (ok && w->awaits && w->row.status != ENROLLMENT_ENDED) { /* on hold, too (rule 7) */
		w->awaits = false;
		ok = offer_all(d, w, &o, now_us);
	}
	buf_free(&o.memory);
	free(o.sources);
	return ok;
}
