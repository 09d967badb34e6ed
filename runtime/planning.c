/* SPDX-License-Identifier: Apache-2.0
 * The gate as a whole (rule 4): exits, pause, suppression and consent, window and skips, quiet hours, contact limits,
 * mailbox limit; an inbox is always fresh until there is one to poll (rule 18). Asked in the claim to plan, and again,
 * whole, in the release, which decides. */
#include "runtime/engine.h"

static int64_t duration_us(const struct image *m, uint32_t constant)
{
	return library_after(m, constant, 0, tz_utc(), NULL, 0);
}

static int64_t spread_of(const struct drive *d, const struct work *w)
{
	return d->options.spread_off ? 0 : duration_us(&w->plan->plan.image, w->plan->plan.sequence->spread);
}

const struct tz *window_zone(const struct drive *d, const struct work *w, const struct loaded_window *window)
{
	struct slice name = window->zone;
	if (window->zone_field != NAME_NONE)
		name = value_slice(person_value(w->person, window->zone_field));
	const struct tz *zone = name.n ? tz_get(d->options.zones, name) : NULL;
	return zone ? zone : w->person->zone;
}

/* Until a channel was chosen a limit closes a date only where it does for each of them: one that has room takes it. */
static bool full_on_all(void *context, int32_t day)
{
	struct limit_check *check = context;
	struct live_message *m = &check->w->state.message;
	uint32_t count = PLAN_ROWS(&check->w->plan->plan, STEP, step)[m->step].message_count;
	uint16_t was = m->pick;
	bool full = true;
	for (uint32_t i = 0; full && i < count; i++) {
		m->pick = (uint16_t)i;
		full = limit_full_on(check, day);
	}
	m->pick = was;
	return full;
}

static struct gate gate_of(struct drive *d, struct work *w, struct limit_check *check, bool opened)
{
	const struct plan_message *message = work_message(w);
	const struct loaded_window *window = library_window(w->plan, message);
	uint32_t skip = w->plan->plan.sequence->skip;
	bool unknown = message->channel != CHANNEL_EMAIL && !person_value(w->person, d->policy.zone_field).set &&
	               phone_zones(d, work_recipient(d, w));
	/* Until a channel was chosen there are no quiet hours but those it will have. */
	bool open_choice = PLAN_ROWS(&w->plan->plan, STEP, step)[w->state.message.step].pick == PICK_CHANNEL &&
	                   !w->state.message.chosen;
	return (struct gate){
	        .quiet_zones = d->phone_zones,
	        .quiet_zone_count = unknown ? d->phone_zone_count : 0,
	        .zone = window_zone(d, w, window),
	        .contact_zone = w->person->zone,
	        .window = &window->set,
	        .days = {.skip_weekends = skip & SKIP_WEEKENDS,
	                 .skip_holidays = skip & SKIP_HOLIDAYS,
	                 .any_day = message->any_day,
	                 .holidays = &d->policy.holidays},
	        .quiet = d->policy.quiet + d->policy.quiet_from[message->channel],
	        .quiet_count = open_choice ? 0
	                                   : d->policy.quiet_from[message->channel + 1] -
	                                             d->policy.quiet_from[message->channel],
	        .spread_us = spread_of(d, w),
	        .hash = id_spread(w),
	        .opened = opened,
	        .full = !d->policy.contact_limits && !w->plan->has_limits ? NULL
	                : open_choice                                     ? full_on_all
	                                                                  : limit_full_on,
	        .context = check,
	};
}

bool gate_plan_message(struct drive *d, struct work *w, int64_t from_us, uint32_t reasons, bool first, bool opened,
                       int64_t now_us)
{
	struct live_message *m = &w->state.message;
	struct limit_check check = {.d = d, .w = w, .now_us = now_us};
	struct gate gate = gate_of(d, w, &check, opened);
	gate.reasons = reasons;
	struct gate_plan plan = gate_plan(&gate, from_us);
	if (check.failed)
		return false;
	reasons = plan.reasons;
	/* One that no opening takes within 400 days fails when it is due, or where a policy has closed its last one. */
	if (plan.planned_us == INT64_MAX && !first)
		return work_settle(d, w, FACT_FAILED, now_us, "no_opening", now_us);
	if (plan.planned_us == INT64_MAX)
		plan.planned_us = from_us;
	if (m->next_try_us) {
		m->next_try_us = plan.planned_us; /* a retry keeps the instant it was planned for (rules 1, 3) */
		work_fact(d, w,
		          &(struct journal_fact){.kind = JOURNAL_MOVED,
		                                 .n = {m->step, now_us, plan.planned_us, reasons}});
		return true;
	}
	if (first) {
		m->first_planned_us = plan.planned_us;
		work_fact(d, w,
		          &(struct journal_fact){.kind = JOURNAL_PLANNED,
		                                 .n = {m->step, m->due_us, plan.planned_us, reasons}});
	} else {
		work_fact(d, w,
		          &(struct journal_fact){.kind = JOURNAL_MOVED,
		                                 .n = {m->step, m->planned_us, plan.planned_us, reasons}});
	}
	m->planned_us = plan.planned_us;
	m->reasons |= reasons;
	if (d->options.on_line) {
		buf_clear(&d->text);
		gate_explain(&d->text, reasons, plan.planned_us, gate.zone);
		line_add(d, w, first ? DRIVE_PLANNED : DRIVE_MOVED, m->step, buf_slice(&d->text), (struct slice){0},
		         now_us);
	}
	return true;
}

int64_t gate_next_opening(struct drive *d, struct work *w, int64_t from_us, int64_t now_us)
{
	struct limit_check check = {.d = d, .w = w, .now_us = now_us};
	struct gate gate = gate_of(d, w, &check, false);
	gate.spread_us = 0;
	return gate_plan(&gate, from_us).planned_us;
}

int64_t gate_overdue_at(const struct drive *d, const struct work *w, int64_t from_us)
{
	int64_t spread_us = spread_of(d, w);
	if (spread_us <= 0)
		spread_us = d->options.spread_off ? 1 : OVERDUE_SPREAD_US;
	return from_us + (int64_t)(id_spread(w) % (uint64_t)spread_us);
}

struct slice work_recipient(struct drive *d, struct work *w)
{
	uint32_t channel = work_message(w)->channel;
	return value_slice(person_value(w->person, d->policy.address[channel]));
}

bool gate_refusal(struct drive *d, struct work *w, uint32_t channel, const char **why)
{
	struct slice address = value_slice(person_value(w->person, d->policy.address[channel]));
	const struct plan_mailbox *rows = PLAN_ROWS(&d->policy.policy, MAILBOX, mailbox);
	const struct mailbox *mailbox = mailbox_of(d, w, channel);
	uint32_t row = mailbox ? mailbox->row : NONE;
	*why = NULL;
	if (!address.n) {
		*why = "no_address";
		return true;
	}
	buf_clear(&d->key);
	contact_key(&d->key, channel == CHANNEL_EMAIL ? TYPE_EMAIL : TYPE_PHONE, (struct slice){0}, address);
	if (store_suppressed(d->store, buf_slice(&d->key), (int)channel, (int)w->plan->plan.sequence->purpose))
		*why = "suppressed";
	else if (store_failed(d->store) != STORE_OK)
		return drive_store_failed(d);
	else if (row != NONE && rows[row].consent != NONE) {
		struct vm_view view = work_policy_view(d, w);
		if (!vm_condition(&d->policy.policy.image, rows[row].consent, &view, 0))
			*why = "no_consent";
	}
	return true;
}

bool gate_reachable(struct drive *d, struct work *w, bool *yes, const char **why)
{
	*yes = !w->plan->channels; /* of tasks alone: nothing has to reach it */
	*why = NULL;
	for (uint32_t channel = 0; channel < CHANNEL_COUNT && !*yes; channel++) {
		if (!(w->plan->channels & 1u << channel))
			continue;
		if (!gate_refusal(d, w, channel, why))
			return false;
		*yes = *why == NULL;
	}
	return true;
}

/* `late skip after D` counts from the first planned instant (rule 4). */
static bool too_late(const struct work *w, int64_t now_us)
{
	const struct plan_sequence *s = w->plan->plan.sequence;
	return s->late_after != NONE &&
	       now_us > library_after(&w->plan->plan.image, s->late_after, w->state.message.first_planned_us,
	                              w->view.zone, NULL, 0);
}

static bool mailbox_gate(struct drive *d, struct limit_check *check, struct ruling *r)
{
	const struct mailbox *mailbox = mailbox_of(d, check->w, work_message(check->w)->channel);
	int64_t open_us = check->now_us, used, limit;
	if (!mailbox) {
		r->verdict = VERDICT_FAIL;
		r->why = "no_mailbox";
		return true;
	}
	if (!mailbox->limited)
		return true;
	if (!limit_mailbox(check, (uint16_t)(mailbox - d->mailboxes), &open_us, &used, &limit))
		return false;
	if (open_us > check->now_us) {
		r->verdict = VERDICT_MAILBOX;
		r->from_us = open_us;
	}
	return true;
}

/* The same time of day as at_us, on the first date on which that is not before from_us. */
static int64_t time_of_day_from(const struct tz *zone, int64_t at_us, int64_t from_us)
{
	int64_t wall_us = tz_to_wall(zone, at_us) + ((from_us - at_us) / US_PER_DAY - 1) * US_PER_DAY, next_us;
	do {
		wall_us += US_PER_DAY;
		next_us = tz_from_wall(zone, wall_us, TZ_COMPATIBLE);
	} while (next_us < from_us);
	return next_us;
}

/* Window, quiet hours and dates; what was overdue in an outage leaves as after a pause (rule 15); what stood before a
 * full mailbox is planned anew, as a used-up limit does it (rule 4). */
static bool time_gate(struct drive *d, struct limit_check *check, struct ruling *r)
{
	struct work *w = check->w;
	struct gate gate = gate_of(d, w, check, true);
	enum gate_reason closed;
	const struct mailbox *mailbox = mailbox_of(d, w, work_message(w)->channel);
	int64_t room_us = mailbox ? mailbox->parked_until_us : 0;
	if (w->state.message.planned_us < room_us && room_us <= check->now_us && !w->state.message.next_try_us) {
		*r = (struct ruling){.verdict = VERDICT_MOVE, .reasons = 1u << GATE_MAILBOX, .from_us = room_us};
		if (gate.window->anytime)
			r->from_us = time_of_day_from(gate.zone, w->state.message.planned_us, room_us);
	} else if (w->state.message.planned_us < d->outage_until_us && !w->state.message.next_try_us) {
		*r = (struct ruling){.verdict = VERDICT_MOVE,
		                     .reasons = 1u << GATE_OUTAGE,
		                     .from_us = gate_overdue_at(d, w, d->outage_until_us)};
	} else if (!gate_is_open(&gate, check->now_us, &closed)) {
		*r = (struct ruling){.verdict = VERDICT_MOVE, .from_us = check->now_us};
	}
	return !check->failed;
}

bool gate_rule(struct drive *d, struct work *w, const struct flight *self, int64_t now_us, struct ruling *r)
{
	struct limit_check check = {.d = d, .w = w, .self = self, .now_us = now_us};
	*r = (struct ruling){.verdict = VERDICT_GO};
	r->exit = vm_exit(&w->plan->plan, &w->state.vm, NULL, now_us, &w->view);
	if (r->exit != NONE) {
		r->verdict = VERDICT_EXIT;
		return true;
	}
	if (pause_covers(d, w)) {
		r->verdict = VERDICT_PAUSED;
		return true;
	}
	uint32_t channel = work_message(w)->channel;
	if (!gate_refusal(d, w, channel, &r->why))
		return false;
	if (r->why) {
		r->verdict = VERDICT_FAIL;
		return true;
	}
	if (too_late(w, now_us)) {
		r->verdict = VERDICT_SKIP;
		r->why = "late";
		return true;
	}
	if (!time_gate(d, &check, r) || r->verdict != VERDICT_GO)
		return !d->failed;
	if (!limit_cap(&check, r->cap, sizeof r->cap))
		return false;
	if (r->cap[0]) {
		r->verdict = VERDICT_CAP;
		return true;
	}
	return mailbox_gate(d, &check, r);
}

bool gate_apply(struct drive *d, struct work *w, const struct ruling *r, int64_t now_us)
{
	switch (r->verdict) {
	case VERDICT_EXIT: return work_leave(d, w, r->exit, now_us);
	case VERDICT_CAP:
		work_fact(d, w,
		          &(struct journal_fact){
		                  .kind = JOURNAL_LIMIT, .n = {w->state.message.step}, .text = slice_of(r->cap)});
		work_end(d, w, true, SLICE("limit"), now_us);
		return true;
	case VERDICT_FAIL: return work_settle(d, w, FACT_FAILED, now_us, r->why, now_us);
	case VERDICT_SKIP: return work_settle(d, w, FACT_SKIPPED, now_us, r->why, now_us);
	case VERDICT_MOVE:
		return gate_plan_message(d, w, r->from_us, r->reasons, false, r->reasons & 1u << GATE_MAILBOX, now_us);
	case VERDICT_GO:
	case VERDICT_PAUSED:
	case VERDICT_MAILBOX: return true;
	}
	return true;
}
