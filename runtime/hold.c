/* SPDX-License-Identifier: Apache-2.0
 * `on auto_reply hold until return, at most D`: an automatic answer holds the enrollment as a pause does (rule 7),
 * until the contact is back, or the time that the sequence allows is over. */
#include "runtime/engine.h"

bool hold_begin(struct drive *d, struct work *w, int64_t until_us, int64_t now_us)
{
	const struct plan_sequence *s = w->plan->plan.sequence;
	if (s->on_auto_reply != AUTO_REPLY_HOLD || w->row.status != ENROLLMENT_ACTIVE || w->state.vm.ended)
		return true;
	int64_t most_us = s->auto_reply_hold == NONE ? NEVER_US
	                                             : library_after(&w->plan->plan.image, s->auto_reply_hold, now_us,
	                                                             w->view.zone, w->view.holidays, 0);
	if (!until_us || until_us > most_us)
		until_us = most_us;
	if (until_us == NEVER_US || until_us <= now_us)
		return true;
	w->row.status = ENROLLMENT_HELD;
	w->state.held_us = now_us;
	w->state.held_until_us = until_us;
	work_fact(d, w, &(struct journal_fact){.kind = JOURNAL_HOLDS, .n = {until_us}});
	line_add(d, w, DRIVE_HELD, NONE, SLICE("automatic answer"), (struct slice){0}, now_us);
	return true;
}

bool hold_is_over(struct drive *d, struct work *w, int64_t now_us)
{
	int64_t held_us = w->state.held_us;
	w->row.status = ENROLLMENT_ACTIVE;
	w->state.held_us = w->state.held_until_us = 0;
	w->changed = true;
	line_add(d, w, DRIVE_RESUMED, NONE, (struct slice){0}, (struct slice){0}, now_us);
	return pause_move(d, w, held_us, now_us) && work_save(d, w, now_us);
}
