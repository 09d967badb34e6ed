/* SPDX-License-Identifier: Apache-2.0
 * What stands where: counts by sequence, mailboxes, one contact's enrollments, all messages on their way. Reads only.
 */
#include "runtime/engine.h"
#include <stdlib.h>

#define BATCH 1000

/* ---- counts ---- */
static void count_row(struct drive_sequence_status *s, const struct enrollment *e)
{
	switch ((enum enrollment_status)e->status) {
	case ENROLLMENT_ACTIVE: s->active++; break;
	case ENROLLMENT_QUEUED:
	case ENROLLMENT_AHEAD: s->queued++; break;
	case ENROLLMENT_HELD: s->held++; break;
	case ENROLLMENT_ENDED: s->ended++; break;
	}
	s->out += e->out == OUT_RELEASED;
	s->in_doubt += e->out == OUT_IN_DOUBT;
	if (e->status == ENROLLMENT_ACTIVE && e->wake_us < s->next_us)
		s->next_us = e->wake_us;
}

bool drive_status_sequences(struct drive *d, void (*each)(void *context, const struct drive_sequence_status *row),
                            void *context)
{
	struct drive_sequence_status *all = calloc(d->sequence_count + 1, sizeof *all);
	int64_t after = 0;
	int n = all ? BATCH : 0;
	if (!all)
		return drive_fail(d, "out of memory");
	for (uint32_t i = 0; i < d->sequence_count; i++)
		all[i] = (struct drive_sequence_status){
		        .name = d->sequences[i].name, .state = d->sequences[i].row.state, .next_us = NEVER_US};
	while (n == BATCH) {
		n = store_enrollments(d->store, 0, after, d->ids, BATCH);
		for (int i = 0; i < n; i++) {
			struct enrollment row;
			if (!store_enrollment_get(d->store, after = d->ids[i], &row)) {
				n = -1;
				break;
			}
			struct loaded_sequence *s = drive_sequence_by_id(d, row.sequence_id);
			if (s)
				count_row(&all[s - d->sequences], &row);
		}
	}
	for (uint32_t i = 0; n >= 0 && i < d->sequence_count; i++)
		each(context, &all[i]);
	free(all);
	return n >= 0 || drive_store_failed(d);
}

bool drive_status_mailboxes(struct drive *d, int64_t now_us,
                            void (*each)(void *context, const struct drive_mailbox_status *row), void *context)
{
	for (uint32_t i = 0; i < d->mailbox_count; i++) {
		const struct mailbox *m = &d->mailboxes[i];
		struct limit_check check = {.d = d, .now_us = now_us};
		int64_t open_us, used = 0, limit = -1;
		if (m->row == NONE)
			continue;
		if (m->limited && !limit_mailbox(&check, (uint16_t)i, &open_us, &used, &limit))
			return false;
		struct drive_mailbox_status row = {
		        .number = m->row,
		        .name = m->name,
		        .address = m->address,
		        .sent_today = used,
		        .limit_today = limit,
		        .parked_until_us = m->parked_until_us > now_us    ? m->parked_until_us
		                           : m->stopped_until_us > now_us ? m->stopped_until_us
		                                                          : 0,
		        .trouble = m->stopped_until_us > now_us ? slice_of(m->trouble) : (struct slice){0},
		};
		for (uint32_t k = 0; k < d->pause_count; k++) {
			const struct pause *p = &d->pauses[k];
			row.paused |= !p->resumed_us &&
			              (p->target == TARGET_ALL || (p->target == TARGET_MAILBOX && p->id == (int64_t)i));
		}
		each(context, &row);
	}
	return true;
}

/* ---- one enrollment ---- */
static const char *status_word(const struct drive *d, const struct work *w)
{
	switch ((enum enrollment_status)w->row.status) {
	case ENROLLMENT_ACTIVE: return pause_covers(d, w) ? "paused" : "active";
	case ENROLLMENT_QUEUED: return "queued";
	case ENROLLMENT_AHEAD: return "ahead";
	case ENROLLMENT_HELD: return "held";
	case ENROLLMENT_ENDED: break;
	}
	return "ended";
}

struct drive_view status_view(struct drive *d, const struct work *w)
{
	const struct live_message *m = &w->state.message;
	static const char *const PHASES[] = {"", "waiting", "released", "in doubt"};
	const struct plan *plan = &w->plan->plan;
	bool live = m->phase != MESSAGE_NONE;
	struct drive_view v = {
	        .enrollment_id = w->row.id,
	        .contact_id = w->row.contact_id,
	        .contact = contact_shown(d, w->person),
	        .sequence = w->plan->name,
	        .status = status_word(d, w),
	        .zone = w->person->zone,
	        .started_us = w->state.vm.started_us,
	        .message =
	                slice_of(m->phase == MESSAGE_WAITING && flight_of(&d->flights, w->row.id) ? "claimed"
	                                                                                          : PHASES[m->phase]),
	        .mailbox = w->row.mailbox < d->mailbox_names.count ? d->mailbox_names.items[w->row.mailbox]
	                                                           : (struct slice){0},
	        .wake_us = w->row.wake_us,
	        .due_us = live ? m->due_us : NEVER_US,
	        .planned_us = live ? m->planned_us : NEVER_US,
	        .released_us = live && m->released_us ? m->released_us : NEVER_US,
	        .attempts = m->attempts,
	        .outbox_id = m->outbox_id,
	};
	if (live)
		v.at = work_step_name(w, m->step);
	else if (w->state.vm.position < PLAN_COUNT(plan, POSITION))
		v.at = PLAN_STRING(plan, PLAN_ROWS(plan, POSITION, position)[w->state.vm.position].identity);
	return v;
}

bool drive_show(struct drive *d, struct slice contact, struct slice sequence,
                void (*each)(void *context, const struct drive_view *view), void *context, struct buf *error)
{
	int64_t contact_id, sequence_id;
	if (!contact_find_in(d, contact, sequence, &contact_id, &sequence_id, error))
		return false;
	int n = store_enrollments_of(d->store, contact_id, sequence_id, d->ids, TURN_STEPS);
	for (int i = 0; i < n; i++) {
		struct work w;
		if (work_load(d, d->ids[i], &d->person, &w) != LOAD_OK) {
			buf_addf(error, "the enrollment %lld cannot be read", (long long)d->ids[i]);
			return false;
		}
		struct drive_view view = status_view(d, &w);
		each(context, &view);
	}
	if (n < 0)
		buf_adds(error, store_error(d->store));
	return n >= 0;
}

bool drive_outbox(struct drive *d, void (*each)(void *context, const struct drive_view *view), void *context,
                  struct buf *error)
{
	int64_t after = 0;
	for (int n = BATCH; n == BATCH;) {
		n = store_enrollments(d->store, 0, after, d->ids, BATCH);
		for (int i = 0; i < n; i++) {
			struct work w;
			struct enrollment row;
			after = d->ids[i];
			if (!store_enrollment_get(d->store, after, &row) || row.out == OUT_NONE)
				continue;
			if (work_load(d, after, &d->person, &w) != LOAD_OK)
				continue;
			struct drive_view view = status_view(d, &w);
			each(context, &view);
		}
		if (n < 0) {
			buf_adds(error, store_error(d->store));
			return false;
		}
	}
	return true;
}
