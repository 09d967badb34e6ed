/* SPDX-License-Identifier: Apache-2.0
 * Who begins (rules 11, 16): a row of fields becomes a contact, found by its keys or new, and an enrollment, unless the
 * sequence's or the workspace's settings say otherwise. What it brings beside the contact is kept in the inbox, where a
 * personal value may live and be erased. */
#include "runtime/engine.h"
#include "runtime/pack.h"
#include <stdio.h>
#include <string.h>

/* One call. */
struct enrolling {
	const struct drive_enroll *request;
	struct drive_enrolled *result;
	struct loaded_sequence *sequence;
	struct loaded_plan *plan;
	struct arena memory;
	struct value *values; /* the contact's, by field number */
	struct value *inputs; /* by row of the plan */
	uint16_t mailbox;
	int64_t now_us;
	int64_t contact_id;                         /* known already; 0: its fields say who */
	int64_t ahead_us;                           /* it waits until then; 0: it begins now */
	const struct incoming *in;                  /* the event that starts it, or NULL */
	struct slice original_subject, original_id; /* of the message that it starts from */
	struct buf why;                             /* grows: refused */
};

static bool refused(struct enrolling *e)
{
	return e->why.n > 0;
}

/* ---- sequence and mailbox ---- */
static void find_sequence(struct drive *d, struct enrolling *e)
{
	struct slice name = e->request->sequence;
	if (!name.n && e->request->mailbox.n) {
		uint32_t row = plan_find_mailbox(&d->policy.policy, e->request->mailbox);
		if (row != NONE)
			name = PLAN_STRING(&d->policy.policy,
			                   PLAN_ROWS(&d->policy.policy, MAILBOX, mailbox)[row].default_sequence);
	}
	e->sequence = drive_sequence(d, name);
	if (!e->sequence)
		buf_addf(&e->why, "there is no sequence \"%.*s\" here", SLICE_ARG(name));
	else if (e->sequence->row.state != SEQUENCE_ACTIVE && e->sequence->row.state != SEQUENCE_PAUSED)
		buf_addf(&e->why, "the sequence %.*s is not active; `seqd activate %.*s` comes first", SLICE_ARG(name),
		         SLICE_ARG(name));
}

static bool is_allowed(const struct loaded_plan *p, struct slice mailbox)
{
	const struct plan_from *rows = PLAN_ROWS(&p->plan, FROM, from);
	uint32_t count = PLAN_COUNT(&p->plan, FROM);
	for (uint32_t i = 0; i < count; i++) {
		if (slice_eq(PLAN_STRING(&p->plan, rows[i].mailbox), mailbox))
			return true;
	}
	return count == 0;
}

/* Named by the enrollment, or the sequence's; of several, one by a hash of the contact's address; or the workspace's
 * only one. */
static void find_mailbox(struct drive *d, struct enrolling *e)
{
	const struct plan_from *rows = PLAN_ROWS(&e->plan->plan, FROM, from);
	uint32_t count = PLAN_COUNT(&e->plan->plan, FROM), all = PLAN_COUNT(&d->policy.policy, MAILBOX), mails = 0;
	struct slice name = e->request->mailbox, only = {0};
	for (uint32_t i = 0; i < all; i++) {
		const struct plan_mailbox *m = &PLAN_ROWS(&d->policy.policy, MAILBOX, mailbox)[i];
		if (m->channel == CHANNEL_EMAIL && mails++ == 0)
			only = PLAN_STRING(&d->policy.policy, m->name);
	}
	if (name.n && !is_allowed(e->plan, name)) {
		buf_addf(&e->why, "the sequence does not leave from the mailbox \"%.*s\"", SLICE_ARG(name));
		return;
	}
	if (!name.n && count > 0)
		name = PLAN_STRING(&e->plan->plan, rows[slice_hash(contact_shown(d, &d->person)) % count].mailbox);
	if (!name.n && mails == 1)
		name = only;
	if (!name.n && e->plan->channels & 1u << CHANNEL_EMAIL) {
		buf_adds(&e->why, "the sequence leaves from an assigned mailbox; name one");
		return;
	}
	e->mailbox = numbering_find(&d->mailbox_names, name);
	if (name.n && plan_find_mailbox(&d->policy.policy, name) == NONE)
		buf_addf(&e->why, "there is no mailbox \"%.*s\"", SLICE_ARG(name));
}

/* ---- fields and inputs ---- */
static uint32_t input_row(const struct loaded_plan *p, struct slice name)
{
	const struct plan_input *rows = PLAN_ROWS(&p->plan, INPUT, input);
	for (uint32_t i = 0; i < p->input_count; i++) {
		if (slice_eq(PLAN_STRING(&p->plan, rows[i].name), name))
			return i;
	}
	return NONE;
}

static bool read_input(struct drive *d, struct enrolling *e, const struct drive_field *field)
{
	struct slice name = {field->name.p + 6, field->name.n - 6};
	uint32_t row = input_row(e->plan, name);
	if (row == NONE) {
		buf_addf(&e->why, "the sequence takes no input \"%.*s\"", SLICE_ARG(name));
		return false;
	}
	const struct plan_input *in = &PLAN_ROWS(&e->plan->plan, INPUT, input)[row];
	return contact_read_value(&e->plan->plan.image, (enum plan_type)in->type, in->option, in->option_count, name,
	                          field->text, d->policy.zone, &e->memory, &e->inputs[row], &e->why);
}

static bool has_original(const struct plan *plan)
{
	const struct plan_step *steps = PLAN_ROWS(plan, STEP, step);
	for (uint32_t i = 0; i < PLAN_COUNT(plan, STEP); i++) {
		if (steps[i].kind == STEP_ORIGINAL)
			return true;
	}
	return false;
}

/* original.subject, original.message_id: of a sequence that goes on from a message of one's own. */
static bool read_original(struct enrolling *e, const struct drive_field *field)
{
	struct slice id = slice_trim(field->text);
	if (!has_original(&e->plan->plan)) {
		buf_addf(&e->why, "the sequence does not start from a message of yours; take %.*s out",
		         SLICE_ARG(field->name));
	} else if (slice_is(field->name, "original.subject")) {
		e->original_subject = id;
	} else if (slice_is(field->name, "original.message_id")) {
		if (id.n > 2 && id.p[0] == '<' && id.p[id.n - 1] == '>')
			id = (struct slice){id.p + 1, id.n - 2};
		e->original_id = id;
		for (size_t i = 0; i < id.n; i++) {
			if ((unsigned char)id.p[i] <= ' ' || id.p[i] == '<' || id.p[i] == '>') {
				buf_adds(&e->why, "original.message_id: is no Message-ID");
				break;
			}
		}
	} else {
		buf_addf(&e->why, "there is no %.*s; there are original.subject and original.message_id",
		         SLICE_ARG(field->name));
	}
	return !refused(e);
}

/* The message that it starts from, as the first of its thread. The enrollment is saved before, to have its number. */
static bool put_original(struct drive *d, struct enrolling *e, struct work *w)
{
	struct buf packed = {0};
	w->row.status = ENROLLMENT_ACTIVE;
	w->changed = true;
	if (!work_save(d, w, e->now_us))
		return false;
	outbox_pack_original(&packed, e->original_subject, e->now_us);
	struct outbox_row row = {.enrollment_id = w->row.id,
	                         .at_us = e->now_us,
	                         .recipient = contact_shown(d, w->person),
	                         .message_id = e->original_id,
	                         .subject = e->original_subject,
	                         .bytes = buf_slice(&packed)};
	bool ok = !packed.failed && store_outbox_add(d->store, &row);
	buf_free(&packed);
	w->state.last_mail_id = row.id;
	w->state.sent = 1;
	return ok || drive_store_failed(d);
}

static void check_required(struct drive *d, struct enrolling *e)
{
	const struct plan_field *fields = PLAN_ROWS(&d->policy.policy, FIELD, field);
	for (uint32_t i = 0; i < d->policy.field_count && !refused(e); i++) {
		if (fields[i].required && fields[i].fallback == NONE && !e->values[d->policy.field_numbers[i]].set)
			buf_addf(&e->why, "%.*s is required",
			         SLICE_ARG(PLAN_STRING(&d->policy.policy, fields[i].name)));
	}
	const struct plan_field *own = PLAN_ROWS(&e->plan->plan, FIELD, field);
	for (uint32_t i = 0; i < e->plan->field_count && !refused(e); i++) {
		if (own[i].required && own[i].fallback == NONE && !e->values[e->plan->field_numbers[i]].set)
			buf_addf(&e->why, "%.*s is required", SLICE_ARG(PLAN_STRING(&e->plan->plan, own[i].name)));
	}
	if (!refused(e) && has_original(&e->plan->plan) && (!e->original_subject.n || !e->original_id.n))
		buf_adds(&e->why, "the sequence goes on from a message of yours: give its original.subject and "
		                  "original.message_id");
	const struct plan_input *inputs = PLAN_ROWS(&e->plan->plan, INPUT, input);
	for (uint32_t i = 0; i < e->plan->input_count && !refused(e); i++) {
		if (inputs[i].required && inputs[i].fallback == NONE && !e->inputs[i].set)
			buf_addf(&e->why, "input.%.*s is required",
			         SLICE_ARG(PLAN_STRING(&e->plan->plan, inputs[i].name)));
	}
}

/* The contact as it will be, in hand but not yet in the store: what is known of it, then what this row says. False: the
 * store failed. */
static bool read_contact(struct drive *d, struct enrolling *e, bool *changed)
{
	const struct drive_enroll *r = e->request;
	uint32_t count = d->fields.count;
	int64_t id;
	e->values = ARENA_ARRAY(&e->memory, struct value, count + 1);
	e->inputs = ARENA_ARRAY(&e->memory, struct value, e->plan->input_count + 1);
	struct value *given = ARENA_ARRAY(&e->memory, struct value, count + 1);
	for (size_t i = 0; i < r->field_count && !refused(e); i++) {
		if (slice_starts(r->fields[i].name, "input."))
			read_input(d, e, &r->fields[i]);
		else if (slice_starts(r->fields[i].name, "original."))
			read_original(e, &r->fields[i]);
		else
			contact_read_field(d, &r->fields[i], given, count, &e->memory, &e->why);
	}
	id = e->contact_id;
	if (refused(e) || (!id && !contact_meets(d, given, count, 0, &id, &e->why)) || refused(e))
		return !d->failed;
	e->result->contact_id = id;
	*changed = id == 0;
	if (id && !drive_read_person(d, id, &d->person))
		return drive_store_failed(d);
	struct buf before = {0}, after = {0};
	if (id) {
		memcpy(e->values, d->person.values, d->person.count * sizeof *e->values);
		contact_pack(&before, e->values, count);
	}
	for (uint32_t i = 0; i < count; i++)
		e->values[i] = given[i].set ? given[i] : e->values[i];
	contact_pack(&after, e->values, count);
	*changed |= !slice_eq(buf_slice(&before), buf_slice(&after));
	bool staged = !before.failed && person_stage(d, &d->person, id, &after);
	buf_free(&before);
	buf_free(&after);
	if (staged && count)
		memcpy(e->values, d->person.values, count * sizeof *e->values); /* the old texts are gone */
	check_required(d, e);
	return staged || drive_fail(d, "out of memory");
}

/* ---- may it begin, and now? ---- */
struct earlier {
	int64_t newest_id; /* of the sequence; 0: none */
	bool newest_ended;
	int64_t newest_started_us;
	int64_t other_id; /* a sales (…) enrollment of another sequence, or of this one, not ended */
	struct slice other_name;
};

static bool started_us(struct drive *d, const struct enrollment *row, int64_t *started)
{
	struct work w;
	struct person person = {0};
	enum load_result result = work_load(d, row->id, &person, &w);
	*started = result == LOAD_OK ? w.state.vm.started_us : 0;
	person_free(&person);
	return result != LOAD_FAILED;
}

static bool look_at_earlier(struct drive *d, struct enrolling *e, struct earlier *out)
{
	int n = store_enrollments_of(d->store, e->result->contact_id, 0, d->own_ids, TURN_STEPS);
	*out = (struct earlier){0};
	if (n < 0)
		return drive_store_failed(d);
	for (int i = 0; i < n; i++) {
		struct enrollment row;
		if (!store_enrollment_get(d->store, d->own_ids[i], &row))
			return drive_store_failed(d);
		if (row.sequence_id == e->sequence->row.id && !out->newest_id) {
			out->newest_id = row.id;
			out->newest_ended = row.status == ENROLLMENT_ENDED;
			if (e->plan->plan.sequence->enroll == ENROLL_AGAIN &&
			    !started_us(d, &row, &out->newest_started_us))
				return false;
		}
		const struct loaded_sequence *s = drive_sequence_by_id(d, row.sequence_id);
		const struct loaded_plan *p = s ? drive_plan(d, row.plan_id) : NULL;
		if (row.status != ENROLLMENT_ENDED && row.status != ENROLLMENT_AHEAD && p &&
		    p->plan.sequence->purpose == d->policy.policy.workspace->one_purpose && !out->other_id) {
			out->other_id = row.id;
			out->other_name = s->name;
		}
	}
	return true;
}

static void check_again(struct drive *d, struct enrolling *e, const struct earlier *earlier)
{
	const struct plan_sequence *s = e->plan->plan.sequence;
	struct drive_enrolled *r = e->result;
	bool already = false;
	if (!earlier->newest_id || s->enroll_per != NONE)
		return;
	if (s->enroll == ENROLL_ONCE) {
		already = true;
		buf_adds(&e->why, "it was enrolled before, and this sequence enrolls once");
	} else if (s->enroll == ENROLL_AGAIN && !earlier->newest_ended) {
		already = true;
		buf_adds(&e->why, "its earlier enrollment has not ended");
	} else if (s->enroll == ENROLL_AGAIN &&
	           e->now_us < library_after(&e->plan->plan.image, s->enroll_after, earlier->newest_started_us,
	                                     d->policy.zone, NULL, 0)) {
		already = true;
		buf_adds(&e->why, "it was enrolled too short a time ago");
	}
	if (already) {
		r->outcome = ENROLL_ALREADY;
		r->enrollment_id = earlier->newest_id;
	}
}

/* `once per input.order`: the value is the identity. */
static bool per_key(const struct enrolling *e, struct buf *key)
{
	struct slice per = PLAN_STRING(&e->plan->plan, e->plan->plan.sequence->enroll_per);
	struct slice name = slice_starts(per, "input.") ? (struct slice){per.p + 6, per.n - 6} : per;
	uint32_t row = input_row(e->plan, name);
	if (e->plan->plan.sequence->enroll_per == NONE || row == NONE)
		return false;
	buf_addf(key, "per:%.*s:%lld:%.*s:", SLICE_ARG(e->sequence->name), (long long)e->result->contact_id,
	         SLICE_ARG(name));
	value_write(key, e->inputs[row]);
	return true;
}

static bool check_once(struct drive *d, struct enrolling *e, struct slice key)
{
	int64_t id = 0;
	bool was_there = false;
	if (!store_once(d->store, key, &id, &was_there))
		return drive_store_failed(d);
	if (was_there) {
		e->result->outcome = ENROLL_ALREADY;
		e->result->enrollment_id = id;
		buf_adds(&e->why, "this was enrolled before");
	}
	return true;
}

/* ---- beginning ---- */
static bool put_inputs(struct drive *d, struct enrolling *e, int64_t contact_id, int64_t *id)
{
	struct buf payload = {0};
	const struct plan_input *rows = PLAN_ROWS(&e->plan->plan, INPUT, input);
	bool was_there, any = false;
	*id = 0;
	for (uint32_t i = 0; i < e->plan->input_count; i++) {
		if (!e->inputs[i].set)
			continue;
		any = true;
		pack_s(&payload, PLAN_STRING(&e->plan->plan, rows[i].name));
		contact_pack(&payload, &e->inputs[i], 1);
	}
	struct inbox_row row = {
	        .at_us = e->now_us, .contact_id = contact_id, .kind = EVENT_INPUTS, .payload = buf_slice(&payload)};
	bool ok = !any || (!payload.failed && store_inbox_add(d->store, &row, &was_there));
	buf_free(&payload);
	*id = any ? row.id : 0;
	return ok || drive_store_failed(d);
}

struct inputs_read {
	struct buf *memory;
	bool found;
};

static bool copy_inputs(void *context, const struct inbox_row *row)
{
	struct inputs_read *r = context;
	if (row->kind == EVENT_INPUTS) {
		buf_clear(r->memory);
		buf_add_slice(r->memory, row->payload);
		r->found = true;
	}
	return false;
}

bool enroll_inputs(struct drive *d, struct work *w)
{
	const struct plan_input *rows = PLAN_ROWS(&w->plan->plan, INPUT, input);
	struct inputs_read read = {&d->inputs, false};
	for (uint32_t i = 0; i < w->plan->input_count; i++) {
		d->input_values[i] = (struct value){0};
		if (rows[i].fallback != NONE)
			d->input_values[i] = library_constant(&w->plan->plan.image, rows[i].fallback);
	}
	if (!w->state.inputs_id)
		return true;
	if (store_inbox(d->store, w->state.inputs_id - 1, 1, copy_inputs, &read) < 0)
		return false;
	struct unpack u = unpack_of(buf_slice(&d->inputs));
	while (read.found && unpack_more(&u)) {
		uint32_t row = input_row(w->plan, unpack_s(&u));
		(void)unpack_u(&u);
		struct value v;
		if (!unpack_value(&u, &v))
			return true;
		if (row != NONE && rows[row].type == (uint32_t)v.type)
			d->input_values[row] = v;
	}
	return true;
}

/* in: the event that starts it, or NULL. What it brings is borrowed from `memory` until the state is packed. */
static bool start(struct drive *d, struct work *w, const struct incoming *in, struct arena *memory, int64_t now_us)
{
	struct settings settings = {.memory = memory};
	if (in && !incoming_values(d, w, in, NONE, &settings))
		return false;
	struct vm_event event = {
	        .kind = VM_START, .step = NONE, .values = settings.items, .value_count = settings.count};
	w->row.status = ENROLLMENT_ACTIVE;
	await_begin(d, w);
	work_fact(d, w, &(struct journal_fact){.kind = JOURNAL_ENROLLED});
	line_add(d, w, DRIVE_ENROLLED, NONE, (struct slice){0}, (struct slice){0}, now_us);
	return work_event(d, w, &event, now_us);
}

/* Its VM state at the very beginning. */
static void at_start(struct work *w)
{
	w->state = (struct enrollment_state){.vm = w->state.vm};
	w->state.vm.position = VM_AT_START;
	w->state.vm.end = NONE;
	w->state.vm.armed_us = NEVER_US;
	memset(w->state.vm.facts, 0, w->state.vm.fact_count);
	memset(w->state.vm.slots, 0, w->state.vm.slot_count * sizeof *w->state.vm.slots);
}

static enum load_result load_new(struct drive *d, struct enrolling *e, struct work *w)
{
	struct enrollment row = {.sequence_id = e->sequence->row.id,
	                         .plan_id = e->plan->id,
	                         .contact_id = e->result->contact_id,
	                         .mailbox = e->mailbox};
	enum load_result result = work_new(d, &row, &d->person, w);
	if (result == LOAD_OK)
		at_start(w);
	else if (result != LOAD_FAILED)
		drive_fail(d, "the plan of %.*s cannot be loaded", SLICE_ARG(e->sequence->name));
	return result;
}

static int64_t first_of(const struct work *w)
{
	return w->state.message.phase == MESSAGE_WAITING ? w->state.message.planned_us : w->state.vm.armed_us;
}

/* Rule 11, and the horizon: asked of the contact as it will be, before anything is written. */
static bool try_out(struct drive *d, struct enrolling *e)
{
	struct work w;
	bool yes;
	const char *why;
	if (load_new(d, e, &w) != LOAD_OK || !gate_reachable(d, &w, &yes, &why))
		return false;
	if (!yes)
		buf_addf(&e->why, "no message of the sequence could reach it: %s", why);
	if (!yes || !e->request->horizon_us)
		return true;
	if (e->plan->input_count)
		memcpy(d->input_values, e->inputs, e->plan->input_count * sizeof *e->inputs);
	uint32_t lines = d->line_count;
	bool ok = start(d, &w, e->in, &e->memory, e->now_us);
	d->line_count = lines;
	int64_t leaves_us = ok ? mailbox_leaves_us(d, e->mailbox, first_of(&w), 0, e->now_us) : -1;
	if (leaves_us != NEVER_US && leaves_us > e->now_us + e->request->horizon_us)
		buf_adds(&e->why, "its first message would leave later than the horizon");
	return leaves_us >= 0;
}

static bool begin(struct drive *d, struct enrolling *e, const struct earlier *earlier)
{
	struct work w;
	const struct plan_workspace *ws = d->policy.policy.workspace;
	bool queue = !e->ahead_us && earlier->other_id && ws->one_per_contact == ONE_QUEUE &&
	             e->plan->plan.sequence->purpose == ws->one_purpose;
	int64_t inputs_id;
	uint32_t first_line = d->line_count;
	if (!put_inputs(d, e, e->result->contact_id, &inputs_id) || load_new(d, e, &w) != LOAD_OK)
		return false;
	w.state.inputs_id = inputs_id;
	if (inputs_id && !enroll_inputs(d, &w))
		return drive_store_failed(d);
	if (e->original_id.n && !put_original(d, e, &w))
		return false;
	if (e->ahead_us) {
		w.row.status = ENROLLMENT_AHEAD;
		w.row.wake_us = e->ahead_us;
		work_fact(d, &w, &(struct journal_fact){.kind = JOURNAL_SLEEPS, .n = {e->ahead_us}});
		line_add(d, &w, DRIVE_ENROLLED, NONE, SLICE("waits for its date"), (struct slice){0}, e->now_us);
	} else if (queue) {
		w.row.status = ENROLLMENT_QUEUED;
		work_fact(d, &w, &(struct journal_fact){.kind = JOURNAL_QUEUED});
		line_add(d, &w, DRIVE_ENROLLED, NONE, SLICE("waits behind another sequence"), (struct slice){0},
		         e->now_us);
		snprintf(e->result->reason, sizeof e->result->reason, "waits until %.*s has ended",
		         SLICE_ARG(earlier->other_name));
	} else if (!start(d, &w, e->in, &e->memory, e->now_us)) {
		return false;
	}
	e->result->outcome = queue ? ENROLL_QUEUED : ENROLLED;
	int64_t first_us = queue || e->ahead_us ? NEVER_US : first_of(&w);
	bool ok = work_save(d, &w, e->now_us);
	e->result->first_due_us = first_us;
	e->result->enrollment_id = w.row.id;
	/* What happened before it was saved had no number yet. */
	for (uint32_t i = first_line; i < d->line_count; i++) {
		if (d->lines[i].enrollment_id == 0)
			d->lines[i].enrollment_id = w.row.id;
	}
	e->result->leaves_us = ok ? mailbox_leaves_us(d, e->mailbox, first_us, !queue, e->now_us) : -1;
	return e->result->leaves_us >= 0;
}

/* `one sales sequence per contact otherwise replace`. */
static bool make_room(struct drive *d, struct enrolling *e, const struct earlier *earlier)
{
	const struct plan_workspace *ws = d->policy.policy.workspace;
	struct work w;
	struct person person = {0};
	if (e->ahead_us || !earlier->other_id || e->plan->plan.sequence->purpose != ws->one_purpose ||
	    ws->one_per_contact != ONE_REPLACE)
		return true;
	enum load_result result = work_load(d, earlier->other_id, &person, &w);
	bool ok = result != LOAD_FAILED;
	if (result == LOAD_OK) {
		work_end(d, &w, true, SLICE("replaced"), e->now_us);
		ok = work_save(d, &w, e->now_us);
	}
	person_free(&person);
	return ok;
}

static bool put_contact(struct drive *d, struct enrolling *e)
{
	d->person.id = e->result->contact_id;
	if (!contact_revise(d, &d->person, d->person.values, d->person.count, e->now_us))
		return false;
	e->result->contact_id = d->person.id;
	return true;
}

/* What can refuse, in order; nothing is written. False: the store failed. */
static bool examine(struct drive *d, struct enrolling *e, struct slice once, struct buf *per, struct earlier *earlier,
                    bool *changed)
{
	find_sequence(d, e);
	e->plan = refused(e) ? NULL : drive_plan(d, e->sequence->row.plan_id);
	if (refused(e))
		return true;
	if (!e->plan)
		return drive_fail(d, "the plan of %.*s cannot be loaded", SLICE_ARG(e->sequence->name));
	if ((once.n && !check_once(d, e, once)) || (!refused(e) && !read_contact(d, e, changed)))
		return false;
	if (!refused(e) && e->result->contact_id && !look_at_earlier(d, e, earlier))
		return false;
	if (!refused(e))
		check_again(d, e, earlier);
	if (!refused(e) && e->result->contact_id && per_key(e, per) && !check_once(d, e, buf_slice(per)))
		return false;
	if (!refused(e))
		find_mailbox(d, e);
	if (!refused(e) && earlier->other_id &&
	    e->plan->plan.sequence->purpose == d->policy.policy.workspace->one_purpose &&
	    d->policy.policy.workspace->one_per_contact == ONE_REFUSE)
		buf_addf(&e->why, "it is in %.*s, and a contact is in one such sequence at a time",
		         SLICE_ARG(earlier->other_name));
	return refused(e) || try_out(d, e);
}

static bool remember(struct drive *d, struct slice key, int64_t id)
{
	bool was_there;
	return !key.n || store_once(d->store, key, &id, &was_there) || drive_store_failed(d);
}

static bool enroll(struct drive *d, struct enrolling *e)
{
	struct buf once = {0}, per = {0};
	struct earlier earlier = {0};
	bool changed = false;
	if (e->request->idempotency_key.n) {
		buf_adds(&once, "enroll:");
		buf_add_slice(&once, e->request->idempotency_key);
	}
	bool ok = examine(d, e, buf_slice(&once), &per, &earlier, &changed);
	if (ok && !refused(e)) {
		ok = make_room(d, e, &earlier) && (!changed || put_contact(d, e));
		if (ok && !drive_read_person(d, e->result->contact_id, &d->person))
			ok = drive_store_failed(d);
		ok = ok && begin(d, e, &earlier);
		buf_clear(&per);
		per_key(e, &per);
		ok = ok && remember(d, buf_slice(&once), e->result->enrollment_id) &&
		     remember(d, buf_slice(&per), e->result->enrollment_id);
	}
	buf_free(&once);
	buf_free(&per);
	return ok;
}

bool drive_enroll(struct drive *d, const struct drive_enroll *request, int64_t now_us, struct drive_enrolled *result,
                  struct buf *error)
{
	struct enrolling e = {.request = request, .result = result, .now_us = now_us, .mailbox = NAME_NONE};
	bool all = false;
	*result = (struct drive_enrolled){.outcome = ENROLL_REFUSED, .first_due_us = NEVER_US, .leaves_us = NEVER_US};
	if (!d->policy.id) {
		buf_adds(error, "nothing is deployed here; `seqd deploy` comes first");
		return false;
	}
	arena_init(&e.memory, 0, NULL);
	bool ok = drive_begin(d);
	while (ok && !all)
		ok = event_take(d, now_us, &all); /* what came before it began is not for it */
	ok = ok && enroll(d, &e);
	if (ok && refused(&e))
		snprintf(result->reason, sizeof result->reason, "%.*s", SLICE_ARG(buf_slice(&e.why)));
	if (ok && refused(&e) && !d->in_group)
		drive_abandon(d);
	else
		ok = ok && drive_commit(d);
	arena_free(&e.memory);
	buf_free(&e.why);
	if (!ok) {
		drive_abandon(d);
		buf_adds(error, drive_error(d));
	}
	return ok;
}

static bool enroll_one(struct drive *d, struct enrolling *e)
{
	*e->result =
	        (struct drive_enrolled){.outcome = ENROLL_REFUSED, .first_due_us = NEVER_US, .leaves_us = NEVER_US};
	arena_init(&e->memory, 0, NULL);
	bool ok = enroll(d, e);
	if (ok && refused(e))
		snprintf(e->result->reason, sizeof e->result->reason, "%.*s", SLICE_ARG(buf_slice(&e->why)));
	arena_free(&e->memory);
	buf_free(&e->why);
	return ok;
}

bool enroll_known(struct drive *d, struct slice sequence, int64_t contact_id, const struct drive_field *fields,
                  size_t count, const struct incoming *in, int64_t now_us, struct drive_enrolled *result)
{
	struct drive_enroll request = {.sequence = sequence, .fields = fields, .field_count = count};
	struct enrolling e = {.request = &request,
	                      .result = result,
	                      .now_us = now_us,
	                      .mailbox = NAME_NONE,
	                      .contact_id = contact_id,
	                      .in = in};
	return enroll_one(d, &e);
}

bool enroll_ahead(struct drive *d, struct slice sequence, int64_t contact_id, int64_t at_us, int64_t now_us,
                  struct drive_enrolled *result)
{
	struct drive_enroll request = {.sequence = sequence};
	struct enrolling e = {.request = &request,
	                      .result = result,
	                      .now_us = now_us,
	                      .mailbox = NAME_NONE,
	                      .contact_id = contact_id,
	                      .ahead_us = at_us};
	return enroll_one(d, &e);
}

/* Behind another sequence of the contact, if there is one and the workspace wants one at a time. */
bool enroll_begin_ahead(struct drive *d, struct work *w, int64_t now_us)
{
	const struct plan_workspace *ws = d->policy.policy.workspace;
	if (ws->one_per_contact != ONE_QUEUE || w->plan->plan.sequence->purpose != ws->one_purpose)
		return start(d, w, NULL, NULL, now_us) && work_save(d, w, now_us);
	w->row.status = ENROLLMENT_QUEUED;
	work_fact(d, w, &(struct journal_fact){.kind = JOURNAL_QUEUED});
	d->promote_contact = w->row.contact_id;
	return work_save(d, w, now_us);
}

bool drive_enroll_column(struct drive *d, const struct drive_enroll *request, struct slice name, struct buf *why)
{
	struct enrolling e = {.request = request};
	struct drive_field field = {name, {0}};
	if (!d->policy.id)
		buf_adds(&e.why, "nothing is deployed here; `seqd deploy` comes first");
	else
		find_sequence(d, &e);
	e.plan = refused(&e) ? NULL : drive_plan(d, e.sequence->row.plan_id);
	if (!refused(&e) && !e.plan)
		buf_adds(&e.why, drive_error(d));
	arena_init(&e.memory, 0, NULL);
	if (e.plan && name.n) {
		struct value *given = ARENA_ARRAY(&e.memory, struct value, d->fields.count + 1);
		e.inputs = ARENA_ARRAY(&e.memory, struct value, e.plan->input_count + 1);
		if (slice_starts(name, "input."))
			read_input(d, &e, &field);
		else if (slice_starts(name, "original."))
			read_original(&e, &field);
		else
			contact_read_field(d, &field, given, d->fields.count, &e.memory, &e.why);
	}
	buf_add_slice(why, buf_slice(&e.why));
	arena_free(&e.memory);
	bool good = !refused(&e);
	buf_free(&e.why);
	return good;
}

bool enroll_promote(struct drive *d, int64_t contact_id, int64_t now_us)
{
	int n = store_enrollments_of(d->store, contact_id, 0, d->own_ids, TURN_STEPS);
	int64_t oldest = 0;
	if (n < 0)
		return drive_store_failed(d);
	for (int i = 0; i < n; i++) {
		struct enrollment row;
		if (!store_enrollment_get(d->store, d->own_ids[i], &row))
			return drive_store_failed(d);
		struct loaded_plan *p = row.status == ENROLLMENT_ACTIVE || row.status == ENROLLMENT_HELD
		                                ? drive_plan(d, row.plan_id)
		                                : NULL;
		if (p && p->plan.sequence->purpose == d->policy.policy.workspace->one_purpose)
			return true; /* another one is under way */
		if (row.status == ENROLLMENT_QUEUED)
			oldest = row.id;
	}
	struct work w;
	bool good;
	if (!oldest)
		return true;
	if (!work_open(d, oldest, &w, now_us, &good))
		return good;
	return start(d, &w, NULL, NULL, now_us) && work_save(d, &w, now_us);
}
