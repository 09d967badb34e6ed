/* SPDX-License-Identifier: Apache-2.0
 * The drive on a memory store, moved instant by instant. A message's parts travel through the channel packed into its
 * bytes, so that a retry shows what its first try rendered; what has left waits in a line for the SENT that follows. */
#include "runtime/scenario.h"
#include "runtime/engine.h"
#include "runtime/pack.h"
#include "runtime/timeline.h"
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* What has left, in order; the drive tells of each after its commit. */
struct letterbox {
	struct channel base;
	struct buf left; /* packed messages, one after the other */
	size_t read;
	bool failed;
};

struct scenario_inside {
	struct scenario shown; /* first: what the caller has is this */
	struct scenario_options options;
	struct arena arena;
	struct store *store;
	struct drive *drive;
	struct letterbox letterbox;
	struct happening *happenings;
	size_t count, cap;
	struct moving {
		struct slice step;
		struct scenario_shift *shifts;
		size_t count, cap;
		int64_t due_us;
	} * moving; /* messages that are on their way */
	size_t moving_count, moving_cap;
	int64_t next_us, enrollment_id;
	struct slice contact;
	struct slice position;
	struct zone_since {
		int64_t since_us;
		const struct tz *zone;
	} * zones; /* of the contact, one after the other */
	size_t zone_count, zone_cap;
	bool colleague; /* there is one */
};

/* ---- the channel ---- */
static int letterbox_capacity(struct channel *c, uint32_t mailbox)
{
	(void)c;
	(void)mailbox;
	return INT_MAX;
}

static bool letterbox_encode(struct channel *c, const struct rendered *m, struct buf *bytes, struct buf *error)
{
	const struct slice parts[] = {m->subject, m->text,       m->html, m->from_name, m->from_address,
	                              m->to_name, m->to_address, m->cc,   m->references};
	(void)c;
	(void)error;
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		pack_s(bytes, parts[i]);
	pack_i(bytes, m->unsubscribe_mailto.n || m->unsubscribe_url.n);
	return true;
}

static bool letterbox_start(struct channel *c, struct delivery *d)
{
	c->events.ready(c->events.context, d);
	return true;
}

static void letterbox_release(struct channel *c, struct delivery *d, bool go)
{
	struct letterbox *l = (struct letterbox *)c;
	if (go)
		buf_add_slice(&l->left, d->bytes);
	d->outcome = go ? DELIVERY_SENT : DELIVERY_ABORTED;
	c->events.done(c->events.context, d);
}

static void letterbox_poll(struct channel *c, int timeout_ms, int wake_fd)
{
	(void)c;
	(void)timeout_ms;
	(void)wake_fd;
}

static void letterbox_close(struct channel *c)
{
	(void)c;
}

static struct slice take(struct unpack *u, struct arena *arena)
{
	return arena_copy(arena, unpack_s(u));
}

static const struct scenario_message *next_message(struct scenario_inside *s)
{
	struct letterbox *l = &s->letterbox;
	struct scenario_message *m = ARENA_NEW(&s->arena, struct scenario_message);
	struct unpack u = unpack_of((struct slice){l->left.p + l->read, l->left.n - l->read});
	m->subject = take(&u, &s->arena);
	m->text = take(&u, &s->arena);
	m->html = take(&u, &s->arena);
	m->from_name = take(&u, &s->arena);
	m->from_address = take(&u, &s->arena);
	m->to_name = take(&u, &s->arena);
	m->to_address = take(&u, &s->arena);
	m->cc = take(&u, &s->arena);
	m->references = take(&u, &s->arena);
	m->unsubscribe = unpack_i(&u) != 0;
	l->failed |= u.bad || l->left.failed;
	l->read = l->left.n - unpack_rest(&u).n;
	if (l->read == l->left.n) {
		buf_clear(&l->left);
		l->read = 0;
	}
	return m;
}

/* ---- the contact's zone ---- */
static void zone_since(struct scenario_inside *s, int64_t since_us, const struct tz *zone)
{
	if (zone && (!s->zone_count || s->zones[s->zone_count - 1].zone != zone))
		ARENA_PUSH(&s->arena, s->zones, s->zone_count, s->zone_cap) = (struct zone_since){since_us, zone};
}

static void keep_zone(void *context, const struct drive_view *view)
{
	struct scenario_inside *s = context;
	zone_since(s, s->shown.now_us, view->zone);
}

static bool look_at_zone(struct scenario_inside *s, struct buf *error)
{
	return drive_show(s->drive, s->contact, s->options.sequence, keep_zone, s, error);
}

const struct tz *scenario_zone(const struct scenario *s, int64_t at_us)
{
	const struct scenario_inside *in = s->inside;
	size_t i = in->zone_count;
	while (i > 1 && in->zones[i - 1].since_us > at_us)
		i--;
	return i ? in->zones[i - 1].zone : s->zone;
}

/* ---- what the drive tells ---- */
static struct moving *moving_of(struct scenario_inside *s, struct slice step)
{
	for (size_t i = 0; i < s->moving_count; i++)
		if (slice_eq(s->moving[i].step, step))
			return &s->moving[i];
	struct moving *m = &ARENA_PUSH(&s->arena, s->moving, s->moving_count, s->moving_cap);
	*m = (struct moving){.step = arena_copy(&s->arena, step), .due_us = NEVER_US};
	return m;
}

static void add_shift(struct scenario_inside *s, const struct drive_line *line)
{
	struct moving *m = moving_of(s, line->step);
	if (line->event == DRIVE_PLANNED) {
		m->count = 0;
		m->due_us = line->due_us;
	}
	if (line->reason.n)
		ARENA_PUSH(&s->arena, m->shifts, m->count, m->cap) =
		        (struct scenario_shift){line->due_us, line->planned_us, arena_copy(&s->arena, line->reason)};
}

/* The shifts of the message that the line is about: of an end, those of what was on its way. */
static void take_shifts(struct scenario_inside *s, struct happening *h)
{
	bool settles = h->line.event == DRIVE_SENT || h->line.event == DRIVE_FAILED || h->line.event == DRIVE_SKIPPED;
	bool ends = h->line.event == DRIVE_EXIT || h->line.event == DRIVE_FINISH;
	h->due_us = NEVER_US;
	for (size_t i = 0; (settles || ends) && i < s->moving_count; i++) {
		struct moving *m = &s->moving[i];
		if (m->due_us == NEVER_US || (settles && !slice_eq(m->step, h->line.step)))
			continue;
		h->shifts = m->shifts;
		h->shift_count = m->count;
		h->due_us = m->due_us;
		*m = (struct moving){.step = m->step, .due_us = NEVER_US};
		return;
	}
}

static void on_line(void *context, const struct drive_line *line)
{
	struct scenario_inside *s = context;
	if (line->event == DRIVE_PLANNED || line->event == DRIVE_MOVED) {
		add_shift(s, line);
		return;
	}
	struct happening h = {.line = *line};
	h.line.contact = arena_copy(&s->arena, line->contact);
	h.line.sequence = arena_copy(&s->arena, line->sequence);
	h.line.step = arena_copy(&s->arena, line->step);
	h.line.reason = arena_copy(&s->arena, line->reason);
	h.line.subject = arena_copy(&s->arena, line->subject);
	h.line.payload = arena_copy(&s->arena, line->payload);
	if (line->event == DRIVE_SENT)
		h.message = next_message(s);
	take_shifts(s, &h);
	bool own = line->enrollment_id == s->enrollment_id || s->enrollment_id == 0;
	if (own && s->enrollment_id)
		zone_since(s, line->at_us, line->zone);
	if (own && (line->event == DRIVE_EXIT || line->event == DRIVE_FINISH))
		s->shown.ended = true;
	ARENA_PUSH(&s->arena, s->happenings, s->count, s->cap) = h;
	s->shown.happenings = s->happenings;
	s->shown.happening_count = s->count;
}

static uint8_t *on_marks(void *context, const struct plan *plan)
{
	struct scenario_inside *s = context;
	return s->options.marks(s->options.context, plan);
}

/* ---- the clock ---- */

static bool settle(struct scenario_inside *s, int64_t at_us, struct buf *error)
{
	s->shown.now_us = at_us;
	if (!timeline_settle(s->drive, NULL, at_us, &s->next_us, error))
		return false;
	if (s->letterbox.failed)
		buf_adds(error, "out of memory");
	return !s->letterbox.failed;
}

int64_t scenario_next_us(const struct scenario *s)
{
	return s->inside->next_us;
}

bool scenario_step(struct scenario *s, struct buf *error)
{
	return s->inside->next_us == NEVER_US || settle(s->inside, s->inside->next_us, error);
}

bool scenario_run(struct scenario *s, int64_t until_us, bool before, struct buf *error)
{
	int64_t last_us = before && until_us != NEVER_US ? until_us - 1 : until_us;
	while (s->inside->next_us != NEVER_US && s->inside->next_us <= last_us)
		if (!scenario_step(s, error))
			return false;
	if (until_us != NEVER_US && until_us > s->now_us)
		s->now_us = until_us;
	return true;
}

/* What the drive finds the contact by (rule 16): its first key that is given. */
static struct slice key_given(struct scenario_inside *s, const struct drive_field *fields, size_t count)
{
	static const char *const DEFAULT[] = {"email", "phone"};
	const struct policy *policy = &s->drive->policy.policy;
	uint32_t rows = PLAN_COUNT(policy, KEY);
	for (uint32_t k = 0; k < (rows ? rows : 2); k++) {
		struct slice key =
		        rows ? PLAN_STRING(policy, PLAN_ROWS(policy, KEY, key)[k].field) : slice_of(DEFAULT[k]);
		for (size_t i = 0; i < count; i++) {
			if (!slice_eq(slice_after(fields[i].name, "contact."), key) || !fields[i].text.n)
				continue;
			bool address = slice_is(key, "email") || slice_is(key, "phone");
			return address ? arena_copy(&s->arena, fields[i].text)
			               : arena_printf(&s->arena, "%.*s:%.*s", SLICE_ARG(key),
			                              SLICE_ARG(fields[i].text));
		}
	}
	return (struct slice){0};
}

/* ---- what somebody does ---- */

/* The domain of an address, or nothing. */
static struct slice domain_of(struct slice address)
{
	ptrdiff_t at = slice_find(address, SLICE("@"));
	return at < 0 ? (struct slice){0} : (struct slice){address.p + at + 1, address.n - (size_t)at - 1};
}

static struct slice colleague_of(struct scenario_inside *s)
{
	const char *name = slice_starts(s->contact, "colleague@") ? "another" : "colleague";
	return arena_printf(&s->arena, "%s@%.*s", name, SLICE_ARG(domain_of(s->contact)));
}

/* A contact with the same fields, but for its addresses and keys: one of the same account (rule 9). */
static bool add_colleague(struct scenario_inside *s, struct buf *error)
{
	struct drive *d = s->drive;
	int64_t id;
	uint16_t email = d->policy.address[CHANNEL_EMAIL];
	if (!domain_of(s->contact).n) {
		buf_adds(error, "a contact without an e-mail address has no colleagues");
		return false;
	}
	if (!contact_find(d, s->contact, &id, error))
		return false;
	if (!drive_begin(d) || !drive_read_person(d, id, &d->person))
		return false;
	uint32_t count = d->person.count;
	struct value *values = ARENA_ARRAY(&s->arena, struct value, count + 1);
	memcpy(values, d->person.values, count * sizeof *values);
	for (uint32_t i = 0; i < count; i++)
		if (type_is_text((enum plan_type)values[i].type))
			values[i].u.p = arena_copy(&s->arena, value_slice(values[i])).p;
	for (int c = 0; c < CHANNEL_COUNT; c++)
		if (d->policy.address[c] < count)
			values[d->policy.address[c]].set = 0;
	const struct plan_key *keys = PLAN_ROWS(&d->policy.policy, KEY, key);
	for (uint32_t i = 0; i < PLAN_COUNT(&d->policy.policy, KEY); i++) {
		uint16_t number = numbering_find(&d->fields, PLAN_STRING(&d->policy.policy, keys[i].field));
		if (number < count)
			values[number].set = 0;
	}
	values[email] = value_text(TYPE_EMAIL, colleague_of(s));
	d->person.id = 0;
	s->colleague = contact_revise(d, &d->person, values, count, s->shown.now_us) && drive_commit(d);
	if (!s->colleague) {
		buf_adds(error, drive_error(d));
		drive_abandon(d);
	}
	return s->colleague;
}

static bool bring(struct scenario_inside *s, const struct scenario_act *act, struct buf *error)
{
	struct drive_event event = act->event;
	bool was_there;
	if (act->by_account && !s->colleague && !add_colleague(s, error))
		return false;
	if (!event.contact.n)
		event.contact = act->by_account ? colleague_of(s) : s->contact;
	return drive_event(s->drive, &event, s->shown.now_us, &was_there, error);
}

static bool act_now(struct scenario_inside *s, const struct scenario_act *act, struct buf *error)
{
	int64_t now_us = s->shown.now_us;
	switch (act->kind) {
	case ACT_EVENT: return bring(s, act, error);
	case ACT_SET: return drive_contact_set(s->drive, s->contact, act->fields, act->field_count, now_us, error);
	case ACT_PAUSE:
		return drive_set_state(s->drive, TARGET_SEQUENCE, s->options.sequence, CHANGE_PAUSE, now_us, error);
	case ACT_RESUME:
		return drive_set_state(s->drive, TARGET_SEQUENCE, s->options.sequence, CHANGE_RESUME, now_us, error);
	case ACT_DEPLOY:
		return drive_deploy(s->drive, act->policy.n ? act->policy : s->options.policy, act->plans,
		                    act->plan_count, now_us, error);
	}
	return false;
}

bool scenario_do(struct scenario *s, const struct scenario_act *act, int64_t at_us, struct buf *error)
{
	if (!scenario_run(s, at_us, true, error))
		return false;
	/* A change of the contact's address is a change of who is meant. */
	bool ok = act_now(s->inside, act, error);
	struct slice key =
	        ok && act->kind == ACT_SET ? key_given(s->inside, act->fields, act->field_count) : (struct slice){0};
	if (key.n)
		s->inside->contact = key;
	return ok && (act->kind != ACT_SET || look_at_zone(s->inside, error)) && settle(s->inside, at_us, error);
}

/* ---- where it stands ---- */
static void keep_position(void *context, const struct drive_view *view)
{
	struct scenario_inside *s = context;
	if (view->enrollment_id == s->enrollment_id)
		s->position = arena_copy(&s->arena, view->at);
}

struct slice scenario_position(struct scenario *s)
{
	struct buf error = {0};
	if (!drive_show(s->inside->drive, s->inside->contact, s->inside->options.sequence, keep_position, s->inside,
	                &error))
		s->inside->position.n = 0;
	buf_free(&error);
	return s->inside->position;
}

bool scenario_probe(struct scenario *s, uint32_t probe, bool *answer, struct buf *error)
{
	struct scenario_inside *in = s->inside;
	if (in->enrollment_id)
		return drive_probe(in->drive, in->enrollment_id, probe, s->now_us, answer, error);
	buf_adds(error, "nobody is enrolled");
	return false;
}

/* ---- beginning and end ---- */
static bool begin(struct scenario_inside *s, struct buf *error)
{
	const struct scenario_options *o = &s->options;
	if (!drive_deploy(s->drive, o->policy, o->plans, o->plan_count, o->start_us, error))
		return false;
	for (uint32_t i = 0; i < s->drive->sequence_count; i++) {
		const struct loaded_sequence *q = &s->drive->sequences[i];
		if (q->row.state != SEQUENCE_DRAFT &&
		    !drive_set_state(s->drive, TARGET_SEQUENCE, q->name, CHANGE_ACTIVATE, o->start_us, error))
			return false;
	}
	s->options.plans = NULL; /* the store has them now, and the caller's array may go */
	s->options.plan_count = 0;
	return true;
}

struct scenario *scenario_open(const struct scenario_options *options, struct buf *error)
{
	static const struct channel_ops LETTERBOX = {.name = "letterbox",
	                                             .capacity = letterbox_capacity,
	                                             .encode = letterbox_encode,
	                                             .start = letterbox_start,
	                                             .release = letterbox_release,
	                                             .poll = letterbox_poll,
	                                             .close = letterbox_close};
	struct scenario_inside *s = calloc(1, sizeof *s);
	enum store_failure failure;
	if (!s) {
		buf_adds(error, "out of memory");
		return NULL;
	}
	s->options = *options;
	s->shown = (struct scenario){.now_us = options->start_us, .inside = s};
	s->next_us = NEVER_US;
	s->letterbox.base.ops = &LETTERBOX;
	arena_init(&s->arena, 0, NULL);
	s->store = store_open("memory:", STORE_CREATE, &failure, error);
	struct drive_options drive = {.store = s->store,
	                              .zones = options->zones,
	                              .virtual_clock = true,
	                              .spread_off = !options->spread,
	                              .ramp_off = !options->ramp,
	                              .pages_post = true,
	                              .base_url = options->base_url,
	                              .on_line = on_line,
	                              .marks = options->marks ? on_marks : NULL,
	                              .context = s};
	for (int c = 0; c < CHANNEL_COUNT; c++)
		drive.channels[c] = &s->letterbox.base;
	s->drive = s->store ? drive_open(&drive, options->start_us, error) : NULL;
	if (!s->drive || !begin(s, error)) {
		scenario_close(&s->shown);
		return NULL;
	}
	return &s->shown;
}

void scenario_close(struct scenario *shown)
{
	if (!shown)
		return;
	struct scenario_inside *s = shown->inside;
	if (s->drive)
		drive_close(s->drive);
	if (s->store)
		store_close(s->store);
	buf_free(&s->letterbox.left);
	arena_free(&s->arena);
	free(s);
}

bool scenario_enroll(struct scenario *shown, const struct drive_field *fields, size_t count, struct slice mailbox,
                     struct buf *error)
{
	struct scenario_inside *s = shown->inside;
	struct drive_enrolled enrolled;
	struct drive_enroll request = {
	        .sequence = s->options.sequence, .fields = fields, .field_count = count, .mailbox = mailbox};
	if (!drive_enroll(s->drive, &request, shown->now_us, &enrolled, error))
		return false;
	if (enrolled.outcome != ENROLLED) {
		buf_adds(error, enrolled.reason);
		return false;
	}
	s->enrollment_id = enrolled.enrollment_id;
	s->contact = key_given(s, fields, count);
	if (!look_at_zone(s, error))
		return false;
	shown->zone = scenario_zone(shown, shown->now_us);
	return settle(s, shown->now_us, error);
}
