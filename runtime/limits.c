/* SPDX-License-Identifier: Apache-2.0
 * Rule 6. What was released, is in doubt or was sent stands in the store's counters by local date; what is claimed is
 * counted here, in the flights. Counters of contacts and mailboxes are kept from the first policy on that asks for
 * them, and filled in from the journal then. A plan's own limits count its enrollment. */
#include "runtime/engine.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ANY          255u
#define FOLLOWUP_BIT 0x40u /* beside the channel in a counter's key, so that follow-ups can be counted alone */
#define COUNTING_KEY "counting"
#define LOOK_BACK_US (400 * US_PER_DAY)

static const char *const WHAT[] = {[LIMIT_MESSAGES] = "messages",
                                   [LIMIT_FOLLOWUPS] = "followups",
                                   [LIMIT_EMAIL] = "email",
                                   [LIMIT_SMS] = "sms",
                                   [LIMIT_WHATSAPP] = "whatsapp"};

static bool is_followup(const struct work *w)
{
	return w->state.sent > 0;
}

/* The channel a limit is for, or ANY. */
static uint32_t channel_of(const struct plan_limit *l)
{
	switch ((enum plan_limit_what)l->what) {
	case LIMIT_EMAIL: return CHANNEL_EMAIL;
	case LIMIT_SMS: return CHANNEL_SMS;
	case LIMIT_WHATSAPP: return CHANNEL_WHATSAPP;
	case LIMIT_MESSAGES:
	case LIMIT_FOLLOWUPS:
	case LIMIT_COUNT: break;
	}
	return ANY;
}

static bool concerns(const struct plan_limit *l, uint32_t channel, bool followup)
{
	if (l->what == LIMIT_FOLLOWUPS)
		return followup;
	return channel_of(l) == ANY || channel_of(l) == channel;
}

/* From what date on messages count against the limit on `day`. */
static int32_t first_day(const struct plan_limit *l, int32_t day)
{
	int32_t year;
	int month, of_month;
	if (l->period_days != MONTH_PERIOD)
		return day - (int32_t)l->period_days + 1;
	civil_from_days(day, &year, &month, &of_month);
	return day - of_month + 1;
}

static int32_t last_day(const struct plan_limit *l, int32_t day)
{
	int32_t year;
	int month, of_month;
	if (l->period_days != MONTH_PERIOD)
		return day;
	civil_from_days(day, &year, &month, &of_month);
	return day - of_month + civil_month_length(year, month);
}

/* -1: the store failed. */
static int64_t counted(struct drive *d, const struct plan_limit *l, struct counter_key key, int32_t day)
{
	int32_t from = first_day(l, day), to = last_day(l, day);
	int64_t sum = 0;
	for (unsigned c = 0; c < CHANNEL_COUNT; c++) {
		if (channel_of(l) != ANY && channel_of(l) != c)
			continue;
		if (l->what == LIMIT_MESSAGES) {
			key.channel = ANY;
			return store_counter_sum(d->store, &key, from, to);
		}
		for (unsigned followup = l->what == LIMIT_FOLLOWUPS; followup < 2; followup++) {
			key.channel = (uint8_t)(c | (followup ? FOLLOWUP_BIT : 0));
			int64_t n = store_counter_sum(d->store, &key, from, to);
			if (n < 0)
				return -1;
			sum += n;
		}
	}
	return sum;
}

static bool applies(struct drive *d, struct work *w, const struct image *m, const struct plan_limit *l, int64_t now_us)
{
	if (l->when == NONE)
		return true;
	struct vm_view view = m->kind == IMAGE_POLICY ? work_policy_view(d, w) : w->view;
	return vm_condition(m, l->when, &view, now_us);
}

/* Claims of the contact that the counters do not have yet. */
static int64_t claimed_of_contact(const struct limit_check *c, const struct plan_limit *l, int32_t day)
{
	const struct flights *f = &c->d->flights;
	int64_t n = 0;
	for (uint32_t i = 0; i < f->count; i++) {
		const struct flight *o = f->all[i];
		n += o != c->self && o->contact_id == c->w->row.contact_id && o->stage <= FLIGHT_READY &&
		     o->purpose == c->w->plan->plan.sequence->purpose && concerns(l, o->channel_kind, o->followup) &&
		     o->contact_day >= first_day(l, day) && o->contact_day <= last_day(l, day);
	}
	return n;
}

static bool row_full(struct limit_check *c, const struct image *m, const struct plan_limit *l, int32_t day)
{
	bool own = m->kind == IMAGE_PLAN;
	struct work *w = c->w;
	uint32_t channel = work_message(w)->channel;
	if (l->period_days == 0 || !concerns(l, channel, is_followup(w)) || !applies(c->d, w, m, l, c->now_us))
		return false;
	struct counter_key key = {.scope = own ? LIMIT_OF_ENROLLMENT : LIMIT_OF_CONTACT,
	                          .purpose = (uint8_t)w->plan->plan.sequence->purpose,
	                          .id = own ? w->row.id : w->row.contact_id};
	int64_t n = counted(c->d, l, key, day);
	if (n < 0) {
		c->failed = !drive_store_failed(c->d);
		return false;
	}
	return n + (own ? 0 : claimed_of_contact(c, l, day)) >= (int64_t)l->count;
}

static bool some_full(struct limit_check *c, const struct plan *plan, uint32_t from, uint32_t count, int32_t day)
{
	const struct plan_limit *rows = PLAN_ROWS(plan, LIMIT, limit);
	for (uint32_t i = 0; i < count && !c->failed; i++) {
		if (row_full(c, &plan->image, &rows[from + i], day))
			return true;
	}
	return false;
}

bool limit_full_on(void *context, int32_t day)
{
	struct limit_check *c = context;
	const struct loaded_policy *p = &c->d->policy;
	const struct plan_limit *rows = PLAN_ROWS(&p->policy, LIMIT, limit);
	for (uint32_t i = 0; p->contact_limits && i < PLAN_COUNT(&p->policy, LIMIT) && !c->failed; i++) {
		if (rows[i].mailbox == NONE && row_full(c, &p->policy.image, &rows[i], day))
			return true;
	}
	const struct plan *plan = &c->w->plan->plan;
	const struct plan_message *message = work_message(c->w);
	return some_full(c, plan, plan->sequence->limit, plan->sequence->limit_count, day) ||
	       some_full(c, plan, message->limit, message->limit_count, day);
}

/* ---- caps of the enrollment ---- */
static uint32_t sent_over(const struct work *w, uint32_t channel)
{
	const uint32_t *by = w->state.sent_by;
	return channel == CHANNEL_EMAIL ? w->state.sent - by[CHANNEL_SMS] - by[CHANNEL_WHATSAPP] : by[channel];
}

static bool cap_reached(struct limit_check *c, const struct image *m, const struct plan_limit *l)
{
	struct work *w = c->w;
	uint32_t channel = work_message(w)->channel;
	if (l->period_days != 0 || l->mailbox != NONE || !concerns(l, channel, is_followup(w)) ||
	    !applies(c->d, w, m, l, c->now_us))
		return false;
	uint32_t used = channel_of(l) != ANY         ? sent_over(w, channel)
	                : l->what == LIMIT_FOLLOWUPS ? w->state.sent - 1
	                                             : w->state.sent;
	return used >= l->count;
}

bool limit_cap(struct limit_check *c, char *cap, size_t n)
{
	const struct image *policy = &c->d->policy.policy.image, *plan = &c->w->plan->plan.image;
	const struct plan_sequence *sequence = c->w->plan->plan.sequence;
	const struct plan_message *message = work_message(c->w);
	const struct {
		const struct image *image;
		uint32_t from, count;
	} lists[] = {{policy, 0, IMAGE_COUNT(policy, LIMIT)},
	             {plan, sequence->limit, sequence->limit_count},
	             {plan, message->limit, message->limit_count}};
	cap[0] = '\0';
	for (size_t k = 0; k < sizeof lists / sizeof *lists; k++) {
		const struct plan_limit *rows = IMAGE_ROWS(lists[k].image, LIMIT, limit);
		for (uint32_t i = lists[k].from; i < lists[k].from + lists[k].count; i++) {
			if (cap_reached(c, lists[k].image, &rows[i])) {
				snprintf(cap, n, "%u %s", rows[i].count, WHAT[rows[i].what]);
				return true;
			}
		}
	}
	return true;
}

/* ---- mailboxes ---- */
static int64_t ramped(const struct drive *d, const struct mailbox *m, const struct plan_limit *l, int32_t day)
{
	int32_t since = m->ramp_day == INT32_MIN ? 0 : day - m->ramp_day;
	if (!l->ramp_days || d->options.ramp_off || since >= (int32_t)l->ramp_days)
		return l->count;
	return (int64_t)l->ramp_from + ((int64_t)l->ramp_to - l->ramp_from) * since / l->ramp_days;
}

static int64_t claimed_of_mailbox(const struct limit_check *c, const struct plan_limit *l, uint16_t mailbox)
{
	const struct flights *f = &c->d->flights;
	int64_t n = 0;
	for (uint32_t i = 0; i < f->count; i++) {
		const struct flight *o = f->all[i];
		n += o != c->self && o->mailbox == mailbox && o->stage <= FLIGHT_READY &&
		     concerns(l, o->channel_kind, o->followup);
	}
	return n;
}

bool limit_mailbox(struct limit_check *c, uint16_t mailbox, int64_t *open_us, int64_t *used, int64_t *limit)
{
	struct drive *d = c->d;
	const struct mailbox *m = &d->mailboxes[mailbox];
	const struct plan_limit *rows = PLAN_ROWS(&d->policy.policy, LIMIT, limit);
	int32_t day = civil_day_of(tz_to_wall(d->policy.zone, c->now_us));
	*open_us = c->now_us;
	*used = 0;
	*limit = -1;
	for (uint32_t i = 0; i < PLAN_COUNT(&d->policy.policy, LIMIT); i++) {
		const struct plan_limit *l = &rows[i];
		if (l->mailbox != m->row || m->row == NONE || l->period_days == 0)
			continue;
		if (c->w && (!concerns(l, work_message(c->w)->channel, is_followup(c->w)) ||
		             !applies(d, c->w, &d->policy.policy.image, l, c->now_us)))
			continue;
		struct counter_key key = {.scope = LIMIT_OF_MAILBOX, .purpose = ANY, .id = mailbox};
		int64_t n = counted(d, l, key, day);
		if (n < 0)
			return drive_store_failed(d);
		n += claimed_of_mailbox(c, l, mailbox);
		int64_t most = ramped(d, m, l, day);
		if (*limit < 0 || most - n < *limit - *used) {
			*limit = most;
			*used = n;
		}
		int64_t next_us = tz_start_of_day(d->policy.zone,
		                                  l->period_days == MONTH_PERIOD ? last_day(l, day) + 1 : day + 1);
		if (n >= most && next_us > *open_us)
			*open_us = next_us;
	}
	return true;
}

/* ---- counting ---- */
int64_t limit_count_us(const struct live_message *m, int64_t now_us)
{
	return m->planned_us <= now_us && now_us - m->planned_us <= VM_LATE_US ? m->planned_us : now_us;
}

static bool add(struct drive *d, struct work *w, enum limit_scope scope, int32_t n)
{
	const struct live_message *m = &w->state.message;
	int64_t id = scope == LIMIT_OF_CONTACT   ? w->row.contact_id
	             : scope == LIMIT_OF_MAILBOX ? mailbox_number(d, w)
	                                         : w->row.id;
	struct counter_key key = {
	        .scope = (uint8_t)scope,
	        .channel = (uint8_t)(work_message(w)->channel | (is_followup(w) ? FOLLOWUP_BIT : 0)),
	        .purpose = (uint8_t)w->plan->plan.sequence->purpose,
	        .id = id,
	        .day = scope == LIMIT_OF_MAILBOX ? m->mailbox_day : m->contact_day,
	};
	int64_t now_n;
	return store_counter_add(d->store, &key, n, &now_n) || drive_store_failed(d);
}

static bool begin_ramp(struct drive *d, uint16_t number, int32_t day)
{
	char key[32];
	if (number >= d->mailbox_count || d->mailboxes[number].ramp_day != INT32_MIN)
		return true;
	d->mailboxes[number].ramp_day = day;
	snprintf(key, sizeof key, "ramp/%u", (unsigned)number);
	buf_clear(&d->text);
	buf_addf(&d->text, "%d", (int)day);
	return store_meta_put(d->store, key, buf_slice(&d->text)) || drive_store_failed(d);
}

bool limit_raise(struct drive *d, struct work *w, int64_t now_us)
{
	struct live_message *m = &w->state.message;
	m->counted = (uint8_t)(d->counting | (w->plan->has_limits ? 1u << LIMIT_OF_ENROLLMENT : 0));
	if (!m->counted)
		return true;
	int64_t at_us = limit_count_us(m, now_us);
	m->contact_day = civil_day_of(tz_to_wall(w->person->zone, at_us));
	m->mailbox_day = civil_day_of(tz_to_wall(d->policy.zone, at_us));
	if (m->counted & 1u << LIMIT_OF_MAILBOX && !begin_ramp(d, mailbox_number(d, w), m->mailbox_day))
		return false;
	for (int scope = LIMIT_OF_CONTACT; scope <= LIMIT_OF_ENROLLMENT; scope++) {
		if (m->counted & 1u << scope && !add(d, w, (enum limit_scope)scope, 1))
			return false;
	}
	return true;
}

bool limit_give_back(struct drive *d, struct work *w)
{
	for (int scope = LIMIT_OF_CONTACT; scope <= LIMIT_OF_ENROLLMENT; scope++) {
		if (w->state.message.counted & 1u << scope && !add(d, w, (enum limit_scope)scope, -1))
			return false;
	}
	w->state.message.counted = 0;
	return true;
}

/* ---- counters that were not kept until now ---- */
struct sent_fact {
	int64_t enrollment_id, completed_us;
	uint32_t step;
	bool followup;
};
struct sent_facts {
	struct sent_fact *items;
	size_t count, cap;
	int64_t since_us;
	bool failed;
};

static bool collect(void *context, int64_t number, int64_t enrollment_id, int64_t at_us, struct slice detail,
                    struct slice state)
{
	struct sent_facts *all = context;
	struct journal_fact fact;
	(void)number;
	(void)state;
	while (at_us >= all->since_us && journal_next(&detail, &fact)) {
		if (fact.kind != JOURNAL_SENT)
			continue;
		if (all->count == all->cap) {
			size_t cap = all->cap ? all->cap * 2 : 256;
			struct sent_fact *grown = realloc(all->items, cap * sizeof *grown);
			all->failed = !grown;
			if (!grown)
				return false;
			all->items = grown;
			all->cap = cap;
		}
		all->items[all->count++] = (struct sent_fact){enrollment_id, fact.n[1], (uint32_t)fact.n[0], false};
	}
	return true;
}

static bool count_again(struct drive *d, const struct sent_fact *s, uint8_t scopes)
{
	struct work w;
	enum load_result result = work_load(d, s->enrollment_id, &d->person, &w);
	if (result != LOAD_OK)
		return result != LOAD_FAILED;
	if (s->step >= w.plan->step_count)
		return true;
	w.state.message = (struct live_message){.step = s->step};
	w.state.message.contact_day = civil_day_of(tz_to_wall(w.person->zone, s->completed_us));
	w.state.message.mailbox_day = civil_day_of(tz_to_wall(d->policy.zone, s->completed_us));
	w.state.sent = s->followup;
	for (int scope = LIMIT_OF_CONTACT; scope <= LIMIT_OF_MAILBOX; scope++) {
		if (scopes & 1u << scope && !add(d, &w, (enum limit_scope)scope, 1))
			return false;
	}
	return true;
}

static int by_enrollment(const void *a, const void *b)
{
	const struct sent_fact *x = a, *y = b;
	if (x->enrollment_id != y->enrollment_id)
		return x->enrollment_id < y->enrollment_id ? -1 : 1;
	return (x->completed_us > y->completed_us) - (x->completed_us < y->completed_us);
}

bool limit_backfill(struct drive *d, int64_t now_us)
{
	uint8_t asked = (uint8_t)((d->policy.contact_limits ? 1u << LIMIT_OF_CONTACT : 0) |
	                          (d->policy.mailbox_limits ? 1u << LIMIT_OF_MAILBOX : 0));
	uint8_t missing = asked & (uint8_t)~d->counting;
	struct sent_facts all = {.since_us = now_us - LOOK_BACK_US};
	if (!missing)
		return true;
	bool ok = store_journal(d->store, 0, collect, &all) && !all.failed;
	if (all.count)
		qsort(all.items, all.count, sizeof *all.items, by_enrollment);
	for (size_t i = 0; ok && i < all.count; i++) {
		all.items[i].followup = i > 0 && all.items[i - 1].enrollment_id == all.items[i].enrollment_id;
		ok = count_again(d, &all.items[i], missing);
	}
	free(all.items);
	uint8_t counting = d->counting | asked;
	if (!ok || !store_meta_put(d->store, COUNTING_KEY, (struct slice){(const char *)&counting, 1}))
		return d->failed ? false : drive_store_failed(d);
	d->counting = counting;
	return true;
}

bool limit_load(struct drive *d)
{
	buf_clear(&d->text);
	if (store_meta_get(d->store, COUNTING_KEY, &d->text) && d->text.n == 1)
		d->counting = (uint8_t)d->text.p[0];
	return store_failed(d->store) == STORE_OK || drive_store_failed(d);
}
