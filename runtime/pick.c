/* SPDX-License-Identifier: Apache-2.0
 * `send … by sms, email`: the first channel of the list that has an address, consent, quota and no suppression takes
 * the message when it is first claimed; after a permanent failure the next, and never another after a doubt. */
#include "runtime/engine.h"

static const struct plan_step *step_of(const struct work *w)
{
	return &PLAN_ROWS(&w->plan->plan, STEP, step)[w->state.message.step];
}

/* Room today: by the contact's limits for that channel, and its number's own. */
static bool has_quota(struct drive *d, struct work *w, int64_t now_us, bool *yes)
{
	struct limit_check check = {.d = d, .w = w, .now_us = now_us};
	const struct mailbox *m = mailbox_of(d, w, work_message(w)->channel);
	int64_t open_us = now_us, used, limit;
	*yes = m && !limit_full_on(&check, civil_day_of(tz_to_wall(w->person->zone, now_us)));
	if (check.failed)
		return false;
	if (*yes && m->limited && !limit_mailbox(&check, (uint16_t)(m - d->mailboxes), &open_us, &used, &limit))
		return false;
	*yes = *yes && open_us <= now_us;
	return true;
}

/* The first one from `from` on; where all are over their quota, the first that is only that: it waits for its date.
 * *why: why the first of them cannot. */
static bool find(struct drive *d, struct work *w, uint32_t from, int64_t now_us, uint32_t *found, const char **why)
{
	struct live_message *m = &w->state.message;
	uint32_t count = step_of(w)->message_count, second = NONE;
	uint16_t was = m->pick;
	*found = NONE;
	*why = NULL;
	for (uint32_t i = from; i < count && *found == NONE; i++) {
		const char *refusal;
		bool yes = false;
		m->pick = (uint16_t)i;
		bool ok = gate_refusal(d, w, work_message(w)->channel, &refusal);
		if (ok && !refusal && !mailbox_of(d, w, work_message(w)->channel))
			refusal = "no_mailbox";
		ok = ok && (refusal || has_quota(d, w, now_us, &yes));
		if (!ok) {
			m->pick = was;
			return false;
		}
		if (refusal && !*why)
			*why = refusal;
		if (yes)
			*found = i;
		else if (!refusal && second == NONE)
			second = i;
	}
	m->pick = was;
	*found = *found == NONE ? second : *found;
	return true;
}

static void take(struct drive *d, struct work *w, uint32_t pick)
{
	struct live_message *m = &w->state.message;
	m->pick = (uint16_t)pick;
	m->chosen = true;
	work_fact(d, w,
	          &(struct journal_fact){.kind = JOURNAL_PICKED,
	                                 .n = {m->step},
	                                 .text = slice_of(words_CHANNEL[work_message(w)->channel])});
}

bool channel_choose(struct drive *d, struct work *w, int64_t now_us, bool *changed)
{
	const char *why;
	uint32_t found;
	*changed = false;
	if (step_of(w)->pick != PICK_CHANNEL || w->state.message.chosen || pause_covers(d, w))
		return true;
	if (!find(d, w, 0, now_us, &found, &why))
		return false;
	*changed = true;
	if (found != NONE) {
		take(d, w, found);
		return true;
	}
	enum plan_fact fact = step_of(w)->mints_link ? FACT_SKIPPED : FACT_FAILED;
	return work_settle(d, w, fact, now_us, why ? why : "no_mailbox", now_us);
}

bool channel_next(struct drive *d, struct work *w, const char *why, int64_t now_us, bool *goes_on)
{
	struct live_message m = w->state.message;
	const char *refusal;
	uint32_t found;
	*goes_on = false;
	if (step_of(w)->pick != PICK_CHANNEL || w->row.status == ENROLLMENT_ENDED)
		return true;
	if (!find(d, w, m.pick + 1u, now_us, &found, &refusal))
		return false;
	if (found == NONE)
		return true;
	if (!limit_give_back(d, w))
		return false;
	*goes_on = true;
	work_fact(d, w, &(struct journal_fact){.kind = JOURNAL_FAILED, .n = {m.step, now_us}, .text = slice_of(why)});
	line_add(d, w, DRIVE_FAILED, m.step, slice_of(why), (struct slice){0}, now_us);
	w->state.message = (struct live_message){
	        .phase = MESSAGE_WAITING, .step = m.step, .occurrence = m.occurrence, .due_us = m.due_us};
	take(d, w, found);
	return gate_plan_message(d, w, now_us, 0, true, false, now_us);
}
