/* SPDX-License-Identifier: Apache-2.0
 * One enrollment in hand: loaded with its plan and contact, stepped by the VM, saved as one journalled transition. All
 * that can go wrong with the enrollment itself goes wrong before anything is written, so that a poisoned one (rule 21)
 * needs no savepoint. */
#include "runtime/engine.h"
#include <stdlib.h>
#include <string.h>

struct loaded_plan *drive_plan(struct drive *d, int64_t id)
{
	for (uint32_t i = d->plan_count; i-- > 0;) {
		if (d->plans[i]->id == id)
			return d->plans[i];
	}
	struct buf bytes = {0}, why = {0};
	struct loaded_plan *p = calloc(1, sizeof *p);
	if (d->plan_count == d->plan_cap) {
		uint32_t cap = d->plan_cap ? d->plan_cap * 2 : 8;
		struct loaded_plan **grown = realloc(d->plans, cap * sizeof(*grown));
		if (grown) {
			d->plans = grown;
			d->plan_cap = cap;
		}
	}
	bool ok = p && d->plan_count < d->plan_cap && store_artefact_get(d->store, id, &bytes) &&
	          library_plan(p, id, &bytes, &d->fields, &why);
	buf_free(&bytes);
	buf_free(&why);
	if (!ok) {
		free(p);
		return NULL;
	}
	if (d->options.marks)
		p->marks = d->options.marks(d->options.context, &p->plan);
	d->plans[d->plan_count++] = p;
	return p;
}

static bool reserve_values(struct value **values, uint32_t *cap, uint32_t count)
{
	if (count <= *cap)
		return true;
	struct value *grown = realloc(*values, count * sizeof *grown);
	if (!grown)
		return false;
	*values = grown;
	*cap = count;
	return true;
}

static bool reserve_arrays(struct drive *d, const struct loaded_plan *p)
{
	if (p->step_count > d->fact_cap || !d->arrays[0].facts) {
		uint32_t cap = p->step_count < 64 ? 64 : p->step_count;
		for (int i = 0; i < 2; i++) {
			uint8_t *facts = realloc(d->arrays[i].facts, cap);
			if (!facts)
				return false;
			d->arrays[i].facts = facts;
			if (!d->arrays[i].slots && !(d->arrays[i].slots = calloc(PLAN_SLOTS_MAX, sizeof(struct value))))
				return false;
		}
		d->fact_cap = cap;
	}
	return reserve_values(&d->plan_values, &d->plan_value_cap, p->field_count) &&
	       reserve_values(&d->input_values, &d->input_value_cap, p->input_count);
}

bool drive_read_person(struct drive *d, int64_t contact_id, struct person *person)
{
	if (person->id == contact_id && person->generation == d->generation)
		return true;
	struct buf packed = person->packed;
	person->packed = (struct buf){0};
	person->id = 0;
	buf_clear(&packed);
	bool ok =
	        store_contact_get(d->store, contact_id, &packed, NULL) && person_stage(d, person, contact_id, &packed);
	if (ok)
		person->generation = d->generation;
	buf_free(&packed);
	return ok;
}

/* Values in the order of an image's field rows. One of another type than the row's is as good as absent. */
static void gather(const struct image *m, const uint16_t *numbers, uint32_t count, const struct person *person,
                   struct value *out)
{
	const struct plan_field *rows = IMAGE_ROWS(m, FIELD, field);
	for (uint32_t i = 0; i < count; i++) {
		struct value v = person_value(person, numbers[i]);
		if (v.set && v.type != rows[i].type)
			v = (struct value){0};
		out[i] = !v.set && rows[i].fallback != NONE ? library_constant(m, rows[i].fallback) : v;
	}
}

/* What the VM may look at: the contact as it is, the schedule zone (rule 5), the calendar that business days skip. */
static bool set_view(struct drive *d, struct work *w)
{
	const struct plan_sequence *sequence = w->plan->plan.sequence;
	gather(&w->plan->plan.image, w->plan->field_numbers, w->plan->field_count, w->person, d->plan_values);
	w->view = (struct vm_view){
	        .fields = d->plan_values,
	        .inputs = d->input_values,
	        .zone = window_zone(d, w, library_window(w->plan, NULL)),
	        .holidays = sequence->skip & SKIP_HOLIDAYS ? &d->policy.holidays : NULL,
	        .locale = value_slice(person_value(w->person, d->policy.locale_field)),
	        .marked = &w->plan->plan.image,
	        .marks = w->plan->marks,
	};
	return w->plan->input_count == 0 || enroll_inputs(d, w);
}

struct vm_view work_policy_view(struct drive *d, struct work *w)
{
	struct vm_view view = w->view;
	if (d->policy.has_conditions &&
	    reserve_values(&d->policy_values, &d->policy_value_cap, d->policy.field_count)) {
		gather(&d->policy.policy.image, d->policy.field_numbers, d->policy.field_count, w->person,
		       d->policy_values);
		view.fields = d->policy_values;
	}
	view.inputs = NULL;
	return view;
}

/* What is not there or cannot be read is the enrollment's trouble; anything else is the store's. */
static enum load_result bad(struct drive *d)
{
	enum store_failure failure = store_failed(d->store);
	if (failure == STORE_OK || failure == STORE_MISSING)
		return LOAD_POISON;
	drive_store_failed(d);
	return LOAD_FAILED;
}

static enum load_result load_parts(struct drive *d, struct person *person, struct work *w)
{
	w->plan = drive_plan(d, w->row.plan_id);
	if (!w->plan || !reserve_arrays(d, w->plan))
		return bad(d);
	w->person = person;
	w->changed = w->contact_changed = w->awaits = false;
	w->event_id = 0;
	buf_clear(&d->detail);
	errand_drop(d);
	d->current = 0;
	vm_state_init(&w->state.vm, d->arrays[0].facts, (uint16_t)w->plan->step_count, d->arrays[0].slots,
	              (uint16_t)PLAN_COUNT(&w->plan->plan, SLOT));
	return LOAD_OK;
}

static bool is_first(const struct work *w)
{
	return w->row.status == ENROLLMENT_ACTIVE && w->state.sent == 0;
}

static bool message_exists(const struct loaded_plan *p, uint32_t step, uint16_t pick)
{
	return step < p->step_count && pick < PLAN_ROWS(&p->plan, STEP, step)[step].message_count;
}

/* What the state says of messages is in the plan. */
static bool messages_exist(const struct work *w)
{
	const struct live_message *m = &w->state.message;
	bool ok = m->phase == MESSAGE_NONE || message_exists(w->plan, m->step, m->pick);
	for (uint8_t i = 0; ok && i < w->state.queue_count; i++)
		ok = message_exists(w->plan, w->state.queue[i].step, w->state.queue[i].pick);
	return ok;
}

/* … and so are the row of its end and what its variables hold: damaged bytes must not reach the VM. */
static bool state_fits(const struct work *w)
{
	const struct plan *plan = &w->plan->plan;
	const struct vm_state *s = &w->state.vm;
	const struct plan_slot *slots = PLAN_ROWS(plan, SLOT, slot);
	bool ok = s->end == NONE || (s->end & VM_END_IS_EXIT ? (s->end & ~VM_END_IS_EXIT) < PLAN_COUNT(plan, EXIT)
	                                                     : s->end < PLAN_COUNT(plan, END));
	for (uint32_t i = 0; ok && i < s->slot_count; i++)
		ok = !s->slots[i].set ||
		     type_is_text((enum plan_type)s->slots[i].type) == type_is_text((enum plan_type)slots[i].type);
	return ok && (s->position == VM_AT_START || s->position < PLAN_COUNT(plan, POSITION));
}

const struct plan_message *work_message(const struct work *w)
{
	const struct live_message *m = &w->state.message;
	return library_message(w->plan, m->step) + m->pick;
}

enum load_result work_load(struct drive *d, int64_t id, struct person *person, struct work *w)
{
	if (!store_enrollment_get(d->store, id, &w->row)) {
		if (store_failed(d->store) == STORE_OK || store_failed(d->store) == STORE_MISSING)
			return LOAD_MISSING;
		drive_store_failed(d);
		return LOAD_FAILED;
	}
	enum load_result result = load_parts(d, person, w);
	if (result != LOAD_OK)
		return result;
	if (!enrollment_decode(w->row.state, &w->state) || !messages_exist(w) || !state_fits(w))
		return LOAD_POISON;
	if (!drive_read_person(d, w->row.contact_id, person) || !set_view(d, w))
		return bad(d);
	w->was_first = is_first(w);
	return LOAD_OK;
}

bool work_open(struct drive *d, int64_t id, struct work *w, int64_t now_us, bool *good)
{
	enum load_result result = work_load(d, id, &d->person, w);
	*good = result == LOAD_POISON ? work_poison(d, id, now_us) : result != LOAD_FAILED;
	return result == LOAD_OK;
}

enum load_result work_new(struct drive *d, const struct enrollment *row, struct person *person, struct work *w)
{
	*w = (struct work){.row = *row};
	enum load_result result = load_parts(d, person, w);
	if (result != LOAD_OK)
		return result;
	return set_view(d, w) ? LOAD_OK : bad(d);
}

void work_fact(struct drive *d, struct work *w, const struct journal_fact *fact)
{
	journal_add(&d->detail, fact);
	w->changed = true;
}

void work_end(struct drive *d, struct work *w, bool is_exit, struct slice reason, int64_t now_us)
{
	if (!w->state.vm.ended) {
		w->state.vm.ended = true;
		w->state.vm.end = NONE;
	}
	if (w->state.message.phase == MESSAGE_WAITING)
		w->state.message = (struct live_message){0};
	w->state.queue_count = 0;
	w->state.held_us = w->state.held_until_us = 0;
	w->row.status = ENROLLMENT_ENDED;
	work_fact(d, w, &(struct journal_fact){.kind = JOURNAL_ENDED, .n = {is_exit}, .text = reason});
	line_add(d, w, is_exit ? DRIVE_EXIT : DRIVE_FINISH, NONE, reason, (struct slice){0}, now_us);
	if (d->policy.id && d->policy.policy.workspace->one_per_contact == ONE_QUEUE)
		d->promote_contact = w->row.contact_id;
}

/* A path that has come to its end still sends what it queued and did not wait for. */
static bool has_more_to_send(const struct work *w)
{
	return w->state.queue_count > 0 || (w->state.detached && w->state.message.phase == MESSAGE_WAITING);
}

/* The VM ended it: by an exit's row or an end's. */
static void end_by_plan(struct drive *d, struct work *w, uint32_t end, int64_t now_us)
{
	const struct plan *plan = &w->plan->plan;
	if (end != NONE && end & VM_END_IS_EXIT) {
		const struct plan_exit *e = &PLAN_ROWS(plan, EXIT, exit)[end & ~VM_END_IS_EXIT];
		work_end(d, w, true, PLAN_STRING(plan, e->reason), now_us);
	} else if (end != NONE) {
		const struct plan_end *e = &PLAN_ROWS(plan, END, end)[end];
		if (e->kind == END_FINISH && has_more_to_send(w))
			return;
		work_end(d, w, e->kind == END_EXIT, PLAN_STRING(plan, e->reason), now_us);
	}
}

/* How the wait before a message set its instant. */
enum wait_kind {
	WAIT_PLAIN,
	WAIT_NAMED_TIME /* an opening of rule 3 */,
	WAIT_OVERDUE /* it ended in an outage: rule 15 */
};

static void note_pick(struct drive *d, struct work *w, uint32_t step, uint32_t pick)
{
	const struct plan_message *m = library_message(w->plan, step) + pick;
	struct slice name = PLAN_STRING(&w->plan->plan, m->variant);
	if (name.n)
		work_fact(d, w, &(struct journal_fact){.kind = JOURNAL_PICKED, .n = {step}, .text = name});
}

/* Behind a message that the enrollment does not wait for. */
static bool put_behind(struct drive *d, struct work *w, const struct vm_effect *e, uint32_t pick)
{
	if (w->state.queue_count == DETACHED_MAX)
		return drive_fail(d, "more than %u messages wait behind one", DETACHED_MAX);
	w->state.queue[w->state.queue_count++] = (struct detached_message){
	        .step = e->index, .pick = (uint16_t)pick, .occurrence = w->state.vm.occurrence, .due_us = e->at_us};
	return true;
}

static bool queue_message(struct drive *d, struct work *w, const struct vm_effect *e, enum wait_kind wait,
                          int64_t now_us)
{
	uint32_t first = PLAN_ROWS(&w->plan->plan, STEP, step)[e->index].message;
	uint32_t pick = e->message == NONE || e->message < first ? 0 : e->message - first;
	note_pick(d, w, e->index, pick);
	if (w->state.message.phase != MESSAGE_NONE)
		return put_behind(d, w, e, pick);
	w->state.detached = e->kind == VM_DETACH;
	w->state.message = (struct live_message){.phase = MESSAGE_WAITING,
	                                         .step = e->index,
	                                         .pick = (uint16_t)pick,
	                                         .occurrence = w->state.vm.occurrence,
	                                         .due_us = e->at_us};
	if (wait == WAIT_OVERDUE)
		return gate_plan_message(d, w, gate_overdue_at(d, w, e->at_us), 1u << GATE_OUTAGE, true, false, now_us);
	return gate_plan_message(d, w, e->at_us, 0, true, wait == WAIT_NAMED_TIME && w->state.vm.base_us == e->at_us,
	                         now_us);
}

/* The first of those behind a message that was settled. */
static bool next_message(struct drive *d, struct work *w, int64_t now_us)
{
	struct enrollment_state *s = &w->state;
	if (s->message.phase != MESSAGE_NONE || !s->queue_count || w->row.status == ENROLLMENT_ENDED)
		return true;
	struct detached_message m = s->queue[0];
	s->queue_count--;
	memmove(s->queue, s->queue + 1, s->queue_count * sizeof *s->queue);
	const struct plan *plan = &w->plan->plan;
	const struct plan_position *p = s->vm.position < PLAN_COUNT(plan, POSITION)
	                                        ? &PLAN_ROWS(plan, POSITION, position)[s->vm.position]
	                                        : NULL;
	s->detached = s->vm.ended || !p || p->kind != POSITION_MESSAGE || p->step != m.step;
	int64_t due_us = m.due_us > now_us ? m.due_us : now_us;
	s->message = (struct live_message){
	        .phase = MESSAGE_WAITING, .step = m.step, .pick = m.pick, .occurrence = m.occurrence, .due_us = due_us};
	return gate_plan_message(d, w, due_us, 0, true, false, now_us);
}

/* Nothing leaves, and the step is skipped: the VM knows it already. */
static void hold_out(struct drive *d, struct work *w, const struct vm_effect *e, int64_t now_us)
{
	uint32_t first = PLAN_ROWS(&w->plan->plan, STEP, step)[e->index].message;
	if (e->message != NONE && e->message >= first)
		note_pick(d, w, e->index, e->message - first);
	work_fact(d, w,
	          &(struct journal_fact){.kind = JOURNAL_SKIPPED, .n = {e->index, now_us}, .text = SLICE("hold_out")});
	line_add(d, w, DRIVE_SKIPPED, e->index, SLICE("hold_out"), (struct slice){0}, now_us);
}

static void set_contact(struct drive *d, struct work *w, const struct vm_effect *e)
{
	uint16_t number = w->plan->field_numbers[e->index];
	if (number >= w->person->count)
		return;
	w->person->values[number] = e->value;
	d->plan_values[e->index] = e->value;
	w->contact_changed = true;
	work_fact(d, w, &(struct journal_fact){.kind = JOURNAL_CONTACT, .n = {number}});
}

static bool take_effects(struct drive *d, struct work *w, enum wait_kind wait, int64_t now_us)
{
	for (uint32_t i = 0; i < d->effects.count; i++) {
		const struct vm_effect *e = &d->effects.items[i];
		bool ok = true;
		switch (e->kind) {
		case VM_QUEUE: ok = queue_message(d, w, e, wait, now_us); break;
		case VM_SLEEP: work_fact(d, w, &(struct journal_fact){.kind = JOURNAL_SLEEPS, .n = {e->at_us}}); break;
		case VM_SET_CONTACT: set_contact(d, w, e); break;
		case VM_DETACH: ok = queue_message(d, w, e, WAIT_PLAIN, now_us); break;
		case VM_SKIPPED: hold_out(d, w, e, now_us); break;
		case VM_PERFORM: ok = errand_perform(d, w, e, now_us); break;
		case VM_SUPPRESS: ok = errand_suppress(d, w, e->index, now_us); break;
		case VM_AWAIT: w->awaits = true; break;
		case VM_ENDED: end_by_plan(d, w, e->index, now_us); break;
		}
		if (!ok)
			return false;
	}
	return true;
}

/* Whether what the VM keeps became another. */
static bool moved(const struct vm_state *a, const struct vm_state *b)
{
	if (a->slot_count && memcmp(a->slots, b->slots, a->slot_count * sizeof *a->slots) != 0)
		return true;
	return a->ended != b->ended || a->position != b->position || a->occurrence != b->occurrence ||
	       a->armed_us != b->armed_us || a->base_us != b->base_us || memcmp(a->facts, b->facts, a->fact_count) != 0;
}

/* A page rests once more after each of its reminders. */
static bool rests_again(const struct plan *plan, uint32_t position, uint32_t step)
{
	while (++position < PLAN_COUNT(plan, POSITION)) {
		const struct plan_position *p = &PLAN_ROWS(plan, POSITION, position)[position];
		if (p->kind == POSITION_REST && p->step == step)
			return true;
	}
	return false;
}

/* What stood open of the step it rested at: its moment came, or the contact left. Pages outlive an exit (rule 13). */
static bool settle_rest(struct drive *d, struct work *w, const struct vm_state *before, const struct vm_event *event)
{
	const struct plan *plan = &w->plan->plan;
	const struct vm_state *after = &w->state.vm;
	if (before->position >= PLAN_COUNT(plan, POSITION) || (after->position == before->position && !after->ended))
		return true;
	const struct plan_position *p = &PLAN_ROWS(plan, POSITION, position)[before->position];
	if (p->kind != POSITION_REST)
		return true;
	uint32_t kind = PLAN_ROWS(plan, STEP, step)[p->step].kind;
	bool posted = event && (event->kind == VM_DONE || event->kind == VM_TRIGGER) && event->step == p->step;
	if (posted || after->facts[p->step] & 1u << FACT_DONE)
		return errand_settle(d, w, p->step, ERRAND_DONE);
	if (after->ended && after->end != NONE && after->end & VM_END_IS_EXIT)
		return kind != STEP_TASK || errand_settle(d, w, p->step, ERRAND_CANCELLED);
	return kind == STEP_WEBHOOK || rests_again(plan, before->position, p->step) ||
	       errand_settle(d, w, p->step, ERRAND_EXPIRED);
}

/* The VM went on from a reminder whose page was posted, and must not be held up by it. One that waits for its time has
 * nothing to remind of any more; one that left settles alone. */
static bool let_go_of_reminder(struct drive *d, struct work *w, const struct vm_state *before,
                               const struct vm_event *event, int64_t now_us)
{
	struct enrollment_state *s = &w->state;
	uint32_t step = s->message.step, page;
	bool went_on = s->vm.ended || s->vm.position != before->position;
	bool left = s->vm.ended && s->vm.end != NONE && s->vm.end & VM_END_IS_EXIT;
	if (event->kind == VM_SETTLED || s->message.phase == MESSAGE_NONE || s->detached || !went_on || left)
		return true;
	page = PLAN_ROWS(&w->plan->plan, STEP, step)[step].reminds;
	if (page == NONE || !(s->vm.facts[page] & 1u << FACT_DONE))
		return true;
	if (s->message.phase == MESSAGE_WAITING) {
		work_fact(d, w,
		          &(struct journal_fact){
		                  .kind = JOURNAL_SKIPPED, .n = {step, now_us}, .text = SLICE("answered")});
		line_add(d, w, DRIVE_SKIPPED, step, SLICE("answered"), (struct slice){0}, now_us);
		s->vm.facts[step] |= 1u << FACT_SKIPPED;
		s->message = (struct live_message){0};
	} else {
		s->detached = true;
	}
	return errand_settle(d, w, page, ERRAND_DONE);
}

static uint64_t seed_of(const struct work *w, int64_t now_us)
{
	int64_t started_us = w->state.vm.position == VM_AT_START ? now_us : w->state.vm.started_us;
	return id_seed(w->row.contact_id, started_us, w->plan->name);
}

bool work_leave(struct drive *d, struct work *w, uint32_t exit, int64_t now_us)
{
	struct vm_state before = w->state.vm, after = before;
	struct vm_arrays *spare = &d->arrays[1 - d->current];
	after.facts = spare->facts;
	after.slots = spare->slots;
	vm_leave(&w->plan->plan, &before, exit, now_us, &w->view, &after, &d->effects);
	w->changed = true;
	d->current = 1 - d->current;
	w->state.vm = after;
	return take_effects(d, w, WAIT_PLAIN, now_us) && settle_rest(d, w, &before, NULL);
}

bool work_event(struct drive *d, struct work *w, const struct vm_event *event, int64_t now_us)
{
	struct vm_state before_is = w->state.vm, after = before_is;
	const struct vm_state *before = &before_is;
	struct vm_arrays *spare = &d->arrays[1 - d->current];
	enum wait_kind wait = WAIT_PLAIN;
	if (w->plan->has_variants)
		w->view.seed = seed_of(w, now_us);
	if (event->kind == VM_TIMER && before->armed_us < d->outage_until_us)
		wait = WAIT_OVERDUE;
	else if (before->position < PLAN_COUNT(&w->plan->plan, POSITION) && w->plan->position_is_at[before->position])
		wait = WAIT_NAMED_TIME;
	after.facts = spare->facts;
	after.slots = spare->slots;
	d->effects.count = 0;
	vm_step(&w->plan->plan, before, event, now_us, &w->view, &after, &d->effects);
	if (d->effects.taken)
		await_taken(w);
	if (d->effects.count == 0 && !moved(before, &after))
		return true;
	w->changed = true;
	d->current = 1 - d->current;
	w->state.vm = after;
	return let_go_of_reminder(d, w, before, event, now_us) && take_effects(d, w, wait, now_us) &&
	       settle_rest(d, w, before, event) && (!w->awaits || event->again || await_offer(d, w, now_us));
}

bool work_settle(struct drive *d, struct work *w, enum plan_fact fact, int64_t completed_us, const char *why,
                 int64_t now_us)
{
	struct live_message m = w->state.message;
	static const struct {
		enum journal_fact_kind journal;
		enum drive_line_event line;
	} KINDS[] = {[FACT_SENT] = {JOURNAL_SENT, DRIVE_SENT},
	             [FACT_FAILED] = {JOURNAL_FAILED, DRIVE_FAILED},
	             [FACT_SKIPPED] = {JOURNAL_SKIPPED, DRIVE_SKIPPED}};
	if (fact == FACT_SENT)
		work_fact(d, w, &(struct journal_fact){.kind = JOURNAL_SENT, .n = {m.step, completed_us, why != NULL}});
	else
		work_fact(d, w,
		          &(struct journal_fact){
		                  .kind = KINDS[fact].journal, .n = {m.step, completed_us}, .text = slice_of(why)});
	if (fact != FACT_SENT)
		line_add(d, w, KINDS[fact].line, m.step, slice_of(why), (struct slice){0}, now_us);
	struct vm_event event = {.kind = VM_SETTLED,
	                         .step = m.step,
	                         .fact = fact,
	                         .completed_us = completed_us,
	                         .detached = w->state.detached};
	w->state.message = (struct live_message){0};
	w->state.detached = false;
	if (!w->state.vm.ended)
		return work_event(d, w, &event, now_us) && next_message(d, w, now_us);
	w->state.vm.facts[m.step] |= (uint8_t)(1u << fact);
	if (!next_message(d, w, now_us))
		return false;
	if (w->row.status == ENROLLMENT_ACTIVE && w->state.message.phase == MESSAGE_NONE)
		end_by_plan(d, w, w->state.vm.end, now_us);
	return true;
}

static int64_t wake_of(const struct drive *d, const struct work *w)
{
	const struct live_message *m = &w->state.message;
	if (m->phase == MESSAGE_RELEASED || m->phase == MESSAGE_DOUBT)
		return m->released_us + d->options.in_doubt_us;
	if (w->row.status == ENROLLMENT_HELD && w->state.held_until_us)
		return w->state.held_until_us;
	if (w->row.status == ENROLLMENT_AHEAD)
		return w->row.wake_us;
	if (w->row.status != ENROLLMENT_ACTIVE)
		return NEVER_US;
	if (m->phase == MESSAGE_WAITING)
		return m->next_try_us > m->planned_us ? m->next_try_us : m->planned_us;
	return w->state.vm.armed_us;
}

/* One enrollment of a contact ended: those queued behind it may begin, one after the other. */
static bool promote(struct drive *d, int64_t now_us)
{
	bool ok = true;
	if (d->promoting)
		return true;
	d->promoting = true;
	while (ok && d->promote_contact) {
		int64_t contact_id = d->promote_contact;
		d->promote_contact = 0;
		ok = enroll_promote(d, contact_id, now_us);
	}
	d->promoting = false;
	return ok;
}

bool work_save(struct drive *d, struct work *w, int64_t now_us)
{
	static const enum out_state OUT[] = {OUT_NONE, OUT_WAITING, OUT_RELEASED, OUT_IN_DOUBT};
	if (!w->changed)
		return true;
	w->row.wake_us = wake_of(d, w);
	w->row.out = (uint8_t)OUT[w->state.message.phase];
	buf_clear(&d->state);
	enrollment_encode(&d->state, &w->state);
	if (d->state.failed || d->detail.failed)
		return drive_fail(d, "out of memory");
	/* After the state was encoded: its texts may borrow the contact's old ones. */
	if (w->contact_changed && !contact_revise(d, w->person, w->person->values, w->person->count, now_us))
		return false;
	w->row.state = buf_slice(&d->state);
	bool is_new = w->row.id == 0;
	if (!store_step(d->store, &w->row, now_us, buf_slice(&d->detail)))
		return drive_store_failed(d);
	if (d->asked_count && !errand_flush(d, w, now_us))
		return false;
	/* A claim keeps it out of the due list until its flight ends. */
	if (!is_new && d->flights.count && flight_of(&d->flights, w->row.id))
		store_wake_volatile(d->store, w->row.id, NEVER_US);
	if (w->was_first != is_first(w))
		mailbox_count_first(d, w->row.mailbox, is_first(w) ? 1 : -1);
	d->steps++;
	w->changed = false;
	return promote(d, now_us);
}

/* Rule 21: tried again a minute later, twice; then held, with its journal and state as they are. */
bool work_poison(struct drive *d, int64_t id, int64_t now_us)
{
	size_t slots = sizeof d->poisoned / sizeof *d->poisoned, i = 0;
	while (i + 1 < slots && d->poisoned[i].id != id && d->poisoned[i].id != 0)
		i++;
	if (d->poisoned[i].id != id) {
		d->poisoned[i].id = id;
		d->poisoned[i].count = 0;
	}
	if (++d->poisoned[i].count < POISON_TRIES) {
		store_wake_volatile(d->store, id, now_us + US_PER_MINUTE);
		return true;
	}
	d->poisoned[i].count = 0;
	struct enrollment row;
	if (!store_enrollment_get(d->store, id, &row))
		return drive_store_failed(d);
	buf_clear(&d->state);
	buf_add_slice(&d->state, row.state);
	buf_clear(&d->detail);
	journal_add(&d->detail, &(struct journal_fact){.kind = JOURNAL_HELD, .text = SLICE("internal")});
	row.state = buf_slice(&d->state);
	row.status = ENROLLMENT_HELD;
	row.wake_us = NEVER_US;
	line_add_held(d, id, now_us);
	d->steps++;
	return store_step(d->store, &row, now_us, buf_slice(&d->detail)) || drive_store_failed(d);
}
