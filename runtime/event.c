/* SPDX-License-Identifier: Apache-2.0
 * What comes back from the world (rule 9): an inbox row first, then, in order of number, a step of each enrollment that
 * it concerns, all in one transaction with the mark that it was taken. Suppressions that an event brings (rule 14) are
 * written there too. */
#include "runtime/engine.h"
#include "runtime/pack.h"
#include <stdlib.h>
#include <string.h>

#define TAKEN_KEY "inbox_taken"

_Static_assert((int)EVENT_REPLY == (int)TRIGGER_REPLY && (int)EVENT_NAMED == (int)TRIGGER_EVENT,
               "an event's kind is its trigger");

static const struct {
	const char *word;
	enum drive_event_kind kind;
} WORDS[] = {
        {"reply", EVENT_REPLY},
        {"we_wrote", EVENT_WE_WROTE},
        {"meeting", EVENT_MEETING},
        {"click", EVENT_CLICK},
        {"open", EVENT_OPEN},
        {"answer", EVENT_ANSWER},
        {"event", EVENT_NAMED},
        {"bounce", EVENT_BOUNCE},
        {"visit", EVENT_VISIT},
        {"complaint", EVENT_COMPLAINT},
        {"unsubscribe", EVENT_UNSUBSCRIBE},
        {"auto_reply", EVENT_AUTO_REPLY},
        {"done", EVENT_DONE},
        {"leave", EVENT_LEAVE},
};

int drive_event_kind_of(struct slice word)
{
	for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++) {
		if (slice_is(word, WORDS[i].word))
			return (int)WORDS[i].kind;
	}
	return -1;
}

const char *drive_event_word(enum drive_event_kind kind)
{
	for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++) {
		if (WORDS[i].kind == kind)
			return WORDS[i].word;
	}
	return "";
}

/* ---- one enrollment ---- */
/* Whether it shows that a message in doubt arrived (rule 2). An answer does: only that message carries the way to its
 * page. */
static bool proves_arrival(const struct incoming *in, const struct work *w, uint32_t step)
{
	if (in->row.kind == EVENT_ANSWER && !in->from_account && step != NONE)
		return w->state.message.phase == MESSAGE_DOUBT && step == w->state.message.step + 1;
	bool kind = !in->from_account && (in->row.kind == EVENT_REPLY || in->row.kind == EVENT_CLICK ||
	                                  in->row.kind == EVENT_OPEN || in->row.kind == EVENT_VISIT);
	return kind && w->state.message.phase == MESSAGE_DOUBT && step == w->state.message.step;
}

static bool bounce(struct drive *d, struct work *w, uint32_t step, int64_t now_us)
{
	bool yes;
	const char *why;
	if (w->state.message.phase == MESSAGE_DOUBT && step == w->state.message.step) {
		if (!delivery_settle_failed(d, w, "bounced", now_us))
			return false;
	}
	if (step != NONE && !w->state.vm.ended) {
		struct vm_event event = {.kind = VM_FACT, .step = step, .fact = FACT_BOUNCED};
		if (!work_event(d, w, &event, now_us))
			return false;
	}
	if (w->state.vm.ended)
		return true;
	if (!gate_reachable(d, w, &yes, &why))
		return false;
	if (!yes)
		work_end(d, w, true, SLICE("bounced"), now_us);
	return true;
}

/* Rule 13: the first submission of an `ask` stands. So does what a task or a webhook was first said to have come to. */
static bool is_stale(const struct work *w, const struct incoming *in, uint32_t step)
{
	uint8_t over = 1u << FACT_DONE;
	if (in->from_account || step == NONE)
		return false;
	if (in->row.kind == EVENT_DONE)
		over |= 1u << FACT_FAILED;
	else if (in->row.kind != EVENT_ANSWER && in->row.kind != EVENT_POSTED)
		return false;
	return w->state.vm.facts[step] & over;
}

static bool trigger(struct drive *d, struct work *w, const struct incoming *in, uint32_t step, struct settings *s,
                    int64_t now_us)
{
	struct vm_event event = incoming_trigger(in, step, s, now_us);
	w->event_id = in->row.id;
	if (w->state.vm.ended) { /* only what was queued on the way is still to leave: an exit ends that, too */
		uint32_t exit = vm_exit(&w->plan->plan, &w->state.vm, &event, now_us, &w->view);
		if (exit != NONE)
			work_end(d, w, true,
			         PLAN_STRING(&w->plan->plan, PLAN_ROWS(&w->plan->plan, EXIT, exit)[exit].reason),
			         now_us);
		return true;
	}
	return work_event(d, w, &event, now_us);
}

/* A task, a webhook or a page is done. */
static bool done(struct drive *d, struct work *w, const struct incoming *in, uint32_t step, struct settings *s,
                 int64_t now_us)
{
	uint32_t kind = step == NONE ? (uint32_t)STEP_COUNT : PLAN_ROWS(&w->plan->plan, STEP, step)[step].kind;
	bool page = kind == STEP_ASK || kind == STEP_OFFER || kind == STEP_REVIEW;
	bool errand = kind == STEP_TASK || kind == STEP_WEBHOOK;
	if (in->row.kind == EVENT_POSTED ? !page : !errand)
		return true;
	bool failed = kind == STEP_WEBHOOK && slice_is(in->outcome, "failed");
	struct vm_event event = {.kind = VM_DONE,
	                         .step = step,
	                         .fact = failed ? FACT_FAILED : FACT_DONE,
	                         .completed_us = now_us,
	                         .values = s->items,
	                         .value_count = s->count};
	if (errand) {
		work_fact(d, w, &(struct journal_fact){.kind = JOURNAL_DONE, .n = {step}, .text = in->outcome});
		line_add(d, w, DRIVE_DONE, step, in->outcome, (struct slice){0}, now_us);
	}
	return errand_settle(d, w, step, ERRAND_DONE) && work_event(d, w, &event, now_us);
}

/* An open page goes on where the enrollment has ended: its answers are kept (rule 13). */
static bool answer_late(struct drive *d, struct work *w, const struct incoming *in, uint32_t step, struct settings *s)
{
	if (in->row.kind != EVENT_ANSWER || step == NONE || in->from_account || is_stale(w, in, step))
		return true;
	w->state.vm.facts[step] |= (uint8_t)(1u << FACT_DONE);
	w->changed = true;
	return incoming_values(d, w, in, step, s) && errand_settle(d, w, step, ERRAND_DONE);
}

static bool apply_to(struct drive *d, struct work *w, const struct incoming *in, uint32_t step, struct settings *s,
                     int64_t now_us);

static bool apply(struct drive *d, struct work *w, const struct incoming *in, int64_t now_us)
{
	struct arena memory;
	struct settings settings = {.memory = &memory};
	uint32_t step = in->step.n ? plan_find_step(&w->plan->plan, in->step) : NONE;
	if ((in->step.n && step == NONE) || is_stale(w, in, step))
		return true;
	arena_init(&memory, 0, NULL);
	bool ok = apply_to(d, w, in, step, &settings, now_us);
	/* What it brought is borrowed until the state is packed. */
	ok = ok && work_save(d, w, now_us);
	arena_free(&memory);
	return ok;
}

static bool apply_to(struct drive *d, struct work *w, const struct incoming *in, uint32_t step, struct settings *s,
                     int64_t now_us)
{
	if (proves_arrival(in, w, step) && !delivery_settle_sent(d, w, true, now_us))
		return false;
	if (w->row.status == ENROLLMENT_ENDED && in->row.kind != EVENT_BOUNCE)
		return answer_late(d, w, in, step, s);
	if (!incoming_values(d, w, in, step, s))
		return false;
	switch ((enum drive_event_kind)in->row.kind) {
	case EVENT_REPLY:
	case EVENT_WE_WROTE:
	case EVENT_MEETING:
	case EVENT_CLICK:
	case EVENT_OPEN:
	case EVENT_ANSWER:
	case EVENT_NAMED: return trigger(d, w, in, step, s, now_us);
	case EVENT_DONE:
	case EVENT_POSTED: return done(d, w, in, step, s, now_us);
	case EVENT_AUTO_REPLY: return hold_begin(d, w, in->until_us, now_us);
	case EVENT_CHANGED: {
		struct vm_event event = {.kind = VM_CHANGED, .step = NONE};
		return work_event(d, w, &event, now_us);
	}
	case EVENT_BOUNCE: return bounce(d, w, step, now_us);
	case EVENT_UNSUBSCRIBE:
	case EVENT_COMPLAINT:
		if (w->plan->plan.sequence->purpose == PURPOSE_SALES)
			work_end(d, w, true,
			         in->row.kind == EVENT_COMPLAINT ? SLICE("complaint") : SLICE("unsubscribe"), now_us);
		return true;
	case EVENT_VISIT:
	case EVENT_LEAVE:
	case EVENT_HANDOFF:
	case EVENT_INPUTS: return true;
	}
	return true;
}

static bool take_into(struct drive *d, int64_t id, const struct incoming *in, int64_t now_us)
{
	struct work w;
	bool good;
	if (!work_open(d, id, &w, now_us, &good))
		return good;
	const struct loaded_sequence *s = drive_sequence_by_id(d, w.row.sequence_id);
	if (in->sequence.n && (!s || !slice_eq(s->name, in->sequence)))
		return true;
	bool ends = in->row.kind == EVENT_UNSUBSCRIBE || in->row.kind == EVENT_COMPLAINT;
	if ((w.row.status == ENROLLMENT_QUEUED || w.row.status == ENROLLMENT_AHEAD) && !ends)
		return true; /* it has not begun */
	/* Told first, and not at all where it moves nothing. */
	work_fact(d, &w,
	          &(struct journal_fact){.kind = JOURNAL_EVENT, .n = {in->row.id, in->row.kind}, .text = in->name});
	w.changed = false;
	return apply(d, &w, in, now_us);
}

/* ---- one event ---- */
static bool suppress_address(struct drive *d, const struct person *person, int channel, int purpose, const char *reason,
                             int64_t now_us)
{
	struct slice address = value_slice(person_value(person, d->policy.address[channel]));
	if (!address.n)
		return true;
	buf_clear(&d->key);
	contact_key(&d->key, channel == CHANNEL_EMAIL ? TYPE_EMAIL : TYPE_PHONE, (struct slice){0}, address);
	int covered = purpose < 0 && !strcmp(reason, "complaint") ? -1 : channel;
	return store_suppress(d->store, buf_slice(&d->key), covered, purpose, now_us, slice_of(reason)) ||
	       drive_store_failed(d);
}

/* Rule 14: an unsubscribe covers sales on the channel, a complaint everything, a hard bounce the address. */
static bool suppress(struct drive *d, const struct incoming *in, int64_t now_us)
{
	bool complaint = in->row.kind == EVENT_COMPLAINT, unsubscribe = in->row.kind == EVENT_UNSUBSCRIBE;
	if (!complaint && !unsubscribe && in->row.kind != EVENT_BOUNCE)
		return true;
	if (!drive_read_person(d, in->row.contact_id, &d->person))
		return store_failed(d->store) == STORE_MISSING || drive_store_failed(d);
	if (complaint) {
		return suppress_address(d, &d->person, CHANNEL_EMAIL, -1, "complaint", now_us) &&
		       suppress_address(d, &d->person, CHANNEL_SMS, -1, "complaint", now_us);
	}
	return suppress_address(d, &d->person, CHANNEL_EMAIL, unsubscribe ? PURPOSE_SALES : -1,
	                        unsubscribe ? "unsubscribe" : "bounced", now_us);
}

static bool copy_row(void *context, const struct inbox_row *row)
{
	struct drive *d = context;
	d->event_row = *row;
	buf_clear(&d->event_memory);
	buf_add_slice(&d->event_memory, row->payload);
	return false;
}

static bool take_into_all(struct drive *d, int64_t contact_id, const struct incoming *in, int64_t now_us)
{
	int count = store_enrollments_of(d->store, contact_id, 0, d->event_ids, TURN_STEPS);
	if (count < 0)
		return drive_store_failed(d);
	for (int i = count; i-- > 0;) { /* oldest first */
		if (!take_into(d, d->event_ids[i], in, now_us))
			return false;
	}
	return true;
}

struct account_event {
	struct incoming in;
	int64_t now_us;
};

static bool take_into_other(struct drive *d, int64_t contact_id, void *context)
{
	const struct account_event *e = context;
	return take_into_all(d, contact_id, &e->in, e->now_us);
}

/* A rehearsal says that its contact does not go on from a page. */
static bool leave_page(struct drive *d, const struct incoming *in)
{
	struct left_page *grown = realloc(d->left, (d->left_count + 1) * sizeof *grown);
	if (!grown)
		return drive_fail(d, "out of memory");
	d->left = grown;
	d->left[d->left_count++] = (struct left_page){in->row.contact_id, slice_hash(in->step)};
	return true;
}

static bool take(struct drive *d, int64_t now_us)
{
	int n = store_inbox(d->store, d->inbox_taken, 1, copy_row, d);
	if (n < 0)
		return drive_store_failed(d);
	if (n == 0)
		return drive_fail(d, "the inbox says that an event waits, and has none");
	struct incoming in = {.row = d->event_row};
	if (in.row.kind != EVENT_INPUTS)
		incoming_read(buf_slice(&d->event_memory), &in);
	d->inbox_taken = in.row.id;
	d->steps++;
	if (in.row.kind == EVENT_INPUTS)
		return true;
	if (in.row.kind == EVENT_CHANGED && !dates_of_contact(d, in.row.contact_id, now_us))
		return false;
	if (in.row.kind == EVENT_HANDOFF)
		return start_handoff(d, &in, now_us);
	if (in.row.kind == EVENT_LEAVE)
		return leave_page(d, &in);
	if (!suppress(d, &in, now_us))
		return false;
	if (in.row.enrollment_id)
		return take_into(d, in.row.enrollment_id, &in, now_us);
	if (!take_into_all(d, in.row.contact_id, &in, now_us))
		return false;
	struct account_event account = {in, now_us};
	account.in.from_account = true;
	if (in.row.kind <= EVENT_NAMED && !account_others(d, in.row.contact_id, take_into_other, &account))
		return false;
	return in.row.kind != EVENT_NAMED || start_on_event(d, &in, now_us);
}

bool event_take(struct drive *d, int64_t now_us, bool *all)
{
	char number[24];
	int n = 0;
	for (; n < TURN_EVENTS && store_inbox_waiting(d->store, d->inbox_taken); n++) {
		if (!take(d, now_us))
			return false;
	}
	*all = !store_inbox_waiting(d->store, d->inbox_taken);
	if (n == 0)
		return true;
	struct buf text = {.p = number, .cap = sizeof number};
	pack_i(&text, d->inbox_taken);
	return store_meta_put(d->store, TAKEN_KEY, buf_slice(&text)) || drive_store_failed(d);
}

bool event_load(struct drive *d)
{
	buf_clear(&d->text);
	if (store_meta_get(d->store, TAKEN_KEY, &d->text)) {
		struct unpack u = unpack_of(buf_slice(&d->text));
		d->inbox_taken = unpack_i(&u);
	}
	return store_failed(d->store) == STORE_OK || drive_store_failed(d);
}

/* ---- the verbs ---- */
static bool put(struct drive *d, struct inbox_row *row, const struct drive_event *event, bool *was_there)
{
	struct buf payload = {0};
	incoming_pack(event, &payload);
	row->payload = buf_slice(&payload);
	bool ok = !payload.failed && store_inbox_add(d->store, row, was_there);
	buf_free(&payload);
	return ok || drive_store_failed(d);
}

bool event_changed(struct drive *d, int64_t contact_id, int64_t now_us)
{
	bool was_there;
	struct inbox_row row = {.at_us = now_us, .contact_id = contact_id, .kind = EVENT_CHANGED};
	return put(d, &row, &(struct drive_event){0}, &was_there);
}

/* The errand's own texts: they name the sequence, and the inputs as an enrolling reads them. */
bool event_handoff(struct drive *d, const struct work *w, uint32_t step, struct slice payload, int64_t now_us)
{
	bool was_there;
	struct inbox_row row = {
	        .at_us = now_us, .contact_id = w->row.contact_id, .enrollment_id = w->row.id, .kind = EVENT_HANDOFF};
	struct drive_field fields[HANDOFF_INPUTS_MAX];
	struct drive_event event = {
	        .sequence = errand_field(payload, "sequence"), .step = work_step_name(w, step), .fields = fields};
	struct slice name, text;
	while (event.field_count < HANDOFF_INPUTS_MAX && drive_errand_next(&payload, &name, &text)) {
		if (slice_starts(name, "input."))
			fields[event.field_count++] = (struct drive_field){name, text};
	}
	return put(d, &row, &event, &was_there);
}

static bool was_left(const struct drive *d, int64_t contact_id, struct slice step)
{
	for (uint32_t i = 0; i < d->left_count; i++) {
		if (d->left[i].contact_id == contact_id && d->left[i].step == slice_hash(step))
			return true;
	}
	return false;
}

bool event_post_page(struct drive *d, const struct work *w, uint32_t step, int64_t now_us)
{
	bool was_there;
	struct inbox_row row = {
	        .at_us = now_us, .contact_id = w->row.contact_id, .enrollment_id = w->row.id, .kind = EVENT_POSTED};
	struct drive_event event = {.step = work_step_name(w, step)};
	return was_left(d, w->row.contact_id, event.step) || put(d, &row, &event, &was_there);
}

/* A step that no plan in force has is a slip of the pen. */
static bool is_step(struct drive *d, struct slice sequence, struct slice step)
{
	for (uint32_t i = 0; i < d->sequence_count; i++) {
		const struct loaded_sequence *s = &d->sequences[i];
		const struct loaded_plan *p =
		        sequence.n && !slice_eq(s->name, sequence) ? NULL : drive_plan(d, s->row.plan_id);
		if (p && plan_find_step(&p->plan, step) != NONE)
			return true;
	}
	return false;
}

static bool check_event(struct drive *d, const struct drive_event *event, struct inbox_row *row, struct buf *error)
{
	struct enrollment e;
	if (event->contact.n && !contact_find(d, event->contact, &row->contact_id, error))
		return false;
	if (!event->contact.n) {
		if (!store_enrollment_get(d->store, event->enrollment_id, &e)) {
			buf_addf(error, "there is no enrollment %lld", (long long)event->enrollment_id);
			return false;
		}
		row->contact_id = e.contact_id;
	}
	if (event->sequence.n && !drive_sequence(d, event->sequence)) {
		buf_addf(error, "there is no sequence \"%.*s\" here", SLICE_ARG(event->sequence));
		return false;
	}
	if (event->step.n && !is_step(d, event->sequence, event->step)) {
		buf_addf(error, "there is no step \"%.*s\"", SLICE_ARG(event->step));
		return false;
	}
	return incoming_check(d, event, row->contact_id, error);
}

bool drive_event(struct drive *d, const struct drive_event *event, int64_t now_us, bool *was_there, struct buf *error)
{
	struct inbox_row row = {.at_us = now_us,
	                        .enrollment_id = event->enrollment_id,
	                        .kind = (uint8_t)event->kind,
	                        .external_id = event->external_id};
	*was_there = false;
	if (!check_event(d, event, &row, error))
		return false;
	if (drive_begin(d) && put(d, &row, event, was_there) && drive_commit(d))
		return true;
	drive_abandon(d);
	buf_adds(error, drive_error(d));
	return false;
}

static bool stop_all(struct drive *d, int64_t contact_id, int64_t sequence_id, int64_t now_us, int *ended)
{
	int n = store_enrollments_of(d->store, contact_id, sequence_id, d->event_ids, TURN_STEPS);
	if (n < 0)
		return drive_store_failed(d);
	/* Those that wait behind another first: none of them begins because that one ends. */
	for (int pass = 0; pass < 2; pass++) {
		for (int i = 0; i < n; i++) {
			struct work w;
			enum load_result result = work_load(d, d->event_ids[i], &d->person, &w);
			if (result == LOAD_FAILED)
				return false;
			bool queued = result == LOAD_OK && w.row.status == ENROLLMENT_QUEUED;
			if (result != LOAD_OK || w.row.status == ENROLLMENT_ENDED || queued != (pass == 0))
				continue;
			work_end(d, &w, true, SLICE("stopped"), now_us);
			if (!work_save(d, &w, now_us))
				return false;
			++*ended;
		}
	}
	return true;
}

bool drive_stop(struct drive *d, struct slice contact, struct slice sequence, int64_t now_us, int *ended,
                struct buf *error)
{
	int64_t contact_id, sequence_id;
	*ended = 0;
	if (!contact_find_in(d, contact, sequence, &contact_id, &sequence_id, error))
		return false;
	if (drive_begin(d) && stop_all(d, contact_id, sequence_id, now_us, ended) && drive_commit(d))
		return true;
	drive_abandon(d);
	buf_adds(error, drive_error(d));
	return false;
}

bool drive_suppress(struct drive *d, struct slice address, int channel, int purpose, struct slice reason,
                    int64_t now_us, struct buf *error)
{
	buf_clear(&d->key);
	if (!contact_key_of(&d->key, address)) {
		buf_addf(error, "\"%.*s\" is neither an e-mail address nor a phone number", SLICE_ARG(address));
		return false;
	}
	if (drive_begin(d) &&
	    (store_suppress(d->store, buf_slice(&d->key), channel, purpose, now_us, reason) || drive_store_failed(d)) &&
	    drive_commit(d))
		return true;
	drive_abandon(d);
	buf_adds(error, drive_error(d));
	return false;
}

static bool resolve(struct drive *d, struct work *w, bool sent, int64_t now_us)
{
	return (sent ? delivery_settle_sent(d, w, true, now_us)
	             : delivery_settle_failed(d, w, "a person said that it did not arrive", now_us)) &&
	       work_save(d, w, now_us);
}

bool drive_resolve(struct drive *d, int64_t enrollment_id, bool sent, int64_t now_us, struct buf *error)
{
	struct work w;
	if (!drive_begin(d)) {
		buf_adds(error, drive_error(d));
		return false;
	}
	enum load_result result = work_load(d, enrollment_id, &d->person, &w);
	if (result == LOAD_OK && w.state.message.phase != MESSAGE_DOUBT)
		buf_addf(error, "no message of the enrollment %lld is in doubt", (long long)enrollment_id);
	else if (result == LOAD_OK && resolve(d, &w, sent, now_us) && drive_commit(d))
		return true;
	else
		buf_adds(error, result == LOAD_MISSING ? "there is no such enrollment" : drive_error(d));
	drive_abandon(d);
	return false;
}
