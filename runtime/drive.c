/* SPDX-License-Identifier: Apache-2.0
 * The loop: load, step, commit, perform, in that order. */
#include "runtime/engine.h"
#include <stdio.h>
#include <stdlib.h>

/* ---- what is due ---- */
/* The answer to a message in doubt never came: it counts as sent at its release (rule 2). */
static bool doubt_expires(struct drive *d, struct work *w, int64_t now_us)
{
	if (now_us < w->state.message.released_us + d->options.in_doubt_us) {
		store_wake_volatile(d->store, w->row.id, w->state.message.released_us + d->options.in_doubt_us);
		return true;
	}
	return delivery_settle_sent(d, w, false, now_us) && work_save(d, w, now_us);
}

static bool timer_is_due(struct drive *d, struct work *w, int64_t now_us)
{
	struct vm_event timer = {.kind = VM_TIMER, .step = NONE};
	if (!work_event(d, w, &timer, now_us))
		return false;
	return w->changed ? work_save(d, w, now_us) : work_poison(d, w->row.id, now_us);
}

static bool message_is_due(struct drive *d, struct work *w, int64_t now_us)
{
	struct mailbox *m = mailbox_of(d, w, work_message(w)->channel);
	if (!m || (!m->limited && m->count == 0 && mailbox_room(d, m, now_us)))
		return delivery_claim(d, w, now_us);
	store_wake_volatile(d->store, w->row.id, NEVER_US);
	return mailbox_push(d, m, &(struct queued){w->state.sent > 0, w->state.message.planned_us, w->row.id});
}

static bool is_due(struct drive *d, int64_t id, int64_t now_us)
{
	struct work w;
	enum load_result loaded = flight_of(&d->flights, id) ? LOAD_MISSING : work_load(d, id, &d->person, &w);
	if (loaded == LOAD_POISON)
		return work_poison(d, id, now_us);
	if (loaded == LOAD_FAILED)
		return false;
	if (loaded == LOAD_OK && w.state.message.phase > MESSAGE_WAITING)
		return doubt_expires(d, &w, now_us);
	if (loaded == LOAD_OK && w.row.status == ENROLLMENT_AHEAD)
		return dates_is_due(d, &w, now_us);
	if (loaded == LOAD_OK && w.row.status == ENROLLMENT_HELD && w.state.held_until_us)
		return hold_is_over(d, &w, now_us);
	/* Put aside: it is on its way, over, or paused until a resume looks at it. */
	if (loaded == LOAD_MISSING || w.row.status != ENROLLMENT_ACTIVE || pause_covers(d, &w)) {
		store_wake_volatile(d->store, id, NEVER_US);
		return true;
	}
	return w.state.message.phase == MESSAGE_WAITING ? message_is_due(d, &w, now_us) : timer_is_due(d, &w, now_us);
}

static bool take_due(struct drive *d, int64_t now_us)
{
	while (d->steps + d->claims < TURN_STEPS) {
		int n = store_due(d->store, now_us, d->ids, TURN_STEPS - (int)(d->steps + d->claims));
		if (n < 0)
			return drive_store_failed(d);
		if (n == 0)
			return delivery_due(d, now_us);
		for (int i = 0; i < n; i++) {
			if (!is_due(d, d->ids[i], now_us))
				return false;
		}
	}
	return true;
}

/* ---- the turn ---- */
static bool step(struct drive *d, int64_t now_us)
{
	bool all;
	if (!pause_advance(d, now_us) || !rederive_advance(d, now_us) || !dates_advance(d, now_us) ||
	    !event_take(d, now_us, &all) || !delivery_settle(d, now_us))
		return false;
	/* A timer is taken, and a message released, only when no event waits in the store (rule 9). */
	if (all && instance_check(d, now_us) && !take_due(d, now_us))
		return false;
	if (all && !event_take(d, now_us, &all))
		return false;
	return (!all || delivery_release(d, now_us)) && instance_seen(d, now_us);
}

static bool has_work(const struct drive *d, int64_t now_us)
{
	if (store_inbox_waiting(d->store, d->inbox_taken) || d->flights.ready.first || d->flights.done.first ||
	    d->rederive_after >= 0 || d->dates_after >= 0)
		return true;
	for (uint32_t i = 0; i < d->pause_count; i++) {
		if (d->pauses[i].resumed_us)
			return true;
	}
	if (drive_stopped(d))
		return false;
	for (uint32_t i = 0; i < d->mailbox_count; i++) {
		if (d->mailboxes[i].count && mailbox_room(d, &d->mailboxes[i], now_us))
			return true;
	}
	return store_next_wake(d->store) <= now_us;
}

int drive_turn(struct drive *d, int64_t now_us, int64_t *next_us)
{
	*next_us = NEVER_US;
	d->steps = d->claims = 0;
	if (now_us < d->seen_us)
		now_us = d->seen_us; /* the journal never goes back (rule 15) */
	instance_check(d, now_us);
	if (has_work(d, now_us)) {
		if (!drive_begin(d) || !step(d, now_us) || !drive_commit(d)) {
			drive_abandon(d);
			return -1;
		}
		delivery_go(d);
	}
	if (has_work(d, now_us))
		*next_us = now_us;
	else if (!drive_stopped(d)) {
		int64_t wake_us = store_next_wake(d->store), opens_us = mailbox_opens_us(d, now_us);
		*next_us = opens_us < wake_us ? opens_us : wake_us;
	}
	return (int)(d->steps + d->claims);
}

bool drive_idle(const struct drive *d)
{
	return d->flights.count == 0;
}

void drive_drain(struct drive *d)
{
	d->draining = true;
}

void drive_hold_back(struct drive *d, const char *why)
{
	snprintf(d->held_back, sizeof d->held_back, "%s", why ? why : "");
}

/* ---- transactions and errors ---- */
bool drive_fail(struct drive *d, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	buf_clear(&d->error);
	buf_vaddf(&d->error, format, args);
	va_end(args);
	d->failed = true;
	return false;
}

bool drive_store_failed(struct drive *d)
{
	return d->failed ? false : drive_fail(d, "%s", store_error(d->store));
}

const char *drive_error(const struct drive *d)
{
	return buf_cstr((struct buf *)(uintptr_t)&d->error);
}

bool drive_begin(struct drive *d)
{
	if (d->in_group)
		return true;
	d->failed = false;
	d->inbox_before = d->inbox_taken;
	return store_begin(d->store) || drive_store_failed(d);
}

bool drive_commit(struct drive *d)
{
	if (d->in_group)
		return true;
	if (!store_commit(d->store))
		return drive_store_failed(d);
	line_flush(d);
	return true;
}

void drive_abandon(struct drive *d)
{
	if (d->in_group)
		return;
	store_rollback(d->store);
	d->inbox_taken = d->inbox_before;
	d->promote_contact = 0;
	d->generation++;          /* contacts in hand may be of what was undone, */
	d->backlog_known = false; /* … and so may the counts */
	line_drop(d);
}

bool drive_group_begin(struct drive *d, struct buf *error)
{
	if (!drive_begin(d)) {
		buf_adds(error, drive_error(d));
		return false;
	}
	d->in_group = true;
	return true;
}

bool drive_group_commit(struct drive *d, struct buf *error)
{
	d->in_group = false;
	if (!drive_commit(d)) {
		drive_abandon(d);
		buf_adds(error, drive_error(d));
		return false;
	}
	return true;
}

void drive_group_rollback(struct drive *d)
{
	d->in_group = false;
	drive_abandon(d);
}

/* ---- open and close ---- */
/* Rows that another process released and did not settle (rule 2). */
static bool find_doubts(struct drive *d, int64_t now_us)
{
	int64_t after = 0;
	for (;;) {
		int n = store_released(d->store, d->ids, TURN_STEPS, after);
		if (n < 0)
			return drive_store_failed(d);
		if (n == 0)
			return true;
		if (!drive_begin(d))
			return false;
		for (int i = 0; i < n; i++) {
			struct work w;
			enum load_result result = work_load(d, after = d->ids[i], &d->person, &w);
			if (result == LOAD_FAILED || (result == LOAD_OK && w.state.message.phase == MESSAGE_RELEASED &&
			                              !delivery_doubt(d, &w, now_us))) {
				drive_abandon(d);
				return false;
			}
		}
		if (!drive_commit(d))
			return false;
	}
}

static bool reserve_scratch(struct drive *d)
{
	d->ids = malloc(TURN_STEPS * sizeof *d->ids);
	d->own_ids = malloc(TURN_STEPS * sizeof *d->own_ids);
	d->event_ids = malloc(TURN_STEPS * sizeof *d->event_ids);
	return (d->ids && d->own_ids && d->event_ids) || drive_fail(d, "out of memory");
}

/* One of an older version keeps everything as it is until a deploy replaces it. */
static bool open_policy(struct drive *d, struct buf *error)
{
	struct buf why = {0};
	bool ok = deploy_policy(d, &why) || (d->options.deploys && !d->failed);
	if (!ok && why.n)
		buf_addf(error, "the policy in force cannot be read (%.*s); `seqd deploy` compiles the workspace again",
		         SLICE_ARG(buf_slice(&why)));
	buf_free(&why);
	return ok;
}

static bool open_parts(struct drive *d, int64_t now_us, struct buf *error)
{
	if (!reserve_scratch(d) || !instance_open(d, now_us, error) || !id_open(d))
		return false;
	if (!numbering_load(&d->fields, d->store, "fields") ||
	    !numbering_load(&d->mailbox_names, d->store, "mailboxes"))
		return drive_store_failed(d);
	if (!deploy_load(d) || !open_policy(d, error) || !pause_load(d) || !limit_load(d) || !event_load(d) ||
	    !account_load(d) || !rederive_open(d))
		return false;
	delivery_listen(d);
	if (!d->options.read_only)
		dates_begin(d);
	return d->options.read_only || find_doubts(d, now_us);
}

struct drive *drive_open(const struct drive_options *options, int64_t now_us, struct buf *error)
{
	struct drive *d = calloc(1, sizeof *d);
	if (!d) {
		buf_adds(error, "out of memory");
		return NULL;
	}
	d->options = *options;
	d->store = options->store;
	d->generation = 1;
	d->rederive_after = -1;
	d->dates_after = -1;
	if (!d->options.in_doubt_us)
		d->options.in_doubt_us = MAIL_DOUBT_US;
	arena_init(&d->lines_memory, 0, NULL);
	arena_init(&d->offered_memory, 0, NULL);
	if (open_parts(d, now_us, error))
		return d;
	if (!error->n)
		buf_adds(error, drive_error(d));
	drive_close(d);
	return NULL;
}

static void free_bufs(struct drive *d)
{
	struct buf *bufs[] = {&d->error, &d->state,         &d->detail,       &d->inputs,      &d->key,
	                      &d->text,  &d->outbox_memory, &d->event_memory, &d->asked_memory};
	for (size_t i = 0; i < sizeof bufs / sizeof *bufs; i++)
		buf_free(bufs[i]);
	for (size_t i = 0; i < sizeof d->render_bufs / sizeof *d->render_bufs; i++)
		buf_free(&d->render_bufs[i]);
}

void drive_close(struct drive *d)
{
	if (!d)
		return;
	free_bufs(d);
	for (uint32_t i = 0; i < d->plan_count; i++) {
		library_plan_free(d->plans[i]);
		free(d->plans[i]);
	}
	for (uint32_t i = 0; i < d->mailbox_count; i++)
		free(d->mailboxes[i].queue);
	for (int i = 0; i < 2; i++) {
		free(d->arrays[i].facts);
		free(d->arrays[i].slots);
	}
	render_cache_free(d->render_cache);
	library_policy_free(&d->policy);
	deploy_free(d);
	numbering_free(&d->fields);
	numbering_free(&d->mailbox_names);
	id_close(d);
	account_free(d);
	flight_free_all(&d->flights);
	person_free(&d->person);
	line_drop(d);
	free(d->asked);
	free(d->phone_zones);
	free(d->left);
	arena_free(&d->offered_memory);
	free(d->plans);
	free(d->mailboxes);
	free(d->pauses);
	free(d->plan_values);
	free(d->policy_values);
	free(d->input_values);
	free(d->ids);
	free(d->own_ids);
	free(d->event_ids);
	free(d);
}
