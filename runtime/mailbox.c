/* SPDX-License-Identifier: Apache-2.0
 * Who leaves next from a mailbox: follow-ups before first messages, then by planned instant, then by enrollment (rule
 * 6). A full mailbox, or one whose server is at fault, is parked as a whole; the rows that wait for it are not touched.
 */
#include "runtime/engine.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define QUEUE_MAX (1u << 22)

struct mailbox *mailbox_of(const struct drive *d, const struct work *w, uint32_t channel)
{
	const struct plan_mailbox *rows = PLAN_ROWS(&d->policy.policy, MAILBOX, mailbox);
	if (channel == CHANNEL_EMAIL) {
		struct mailbox *own = w->row.mailbox < d->mailbox_count ? &d->mailboxes[w->row.mailbox] : NULL;
		return own && own->row != NONE && rows[own->row].channel == CHANNEL_EMAIL ? own : NULL;
	}
	for (uint32_t i = 0; i < d->mailbox_count; i++) {
		if (d->mailboxes[i].row != NONE && rows[d->mailboxes[i].row].channel == channel)
			return &d->mailboxes[i];
	}
	return NULL;
}

uint16_t mailbox_number(const struct drive *d, const struct work *w)
{
	const struct mailbox *m = mailbox_of(d, w, work_message(w)->channel);
	return m ? (uint16_t)(m - d->mailboxes) : NAME_NONE;
}

struct channel *mailbox_channel(const struct drive *d, const struct mailbox *m)
{
	if (m->row == NONE)
		return NULL;
	return d->options.channels[PLAN_ROWS(&d->policy.policy, MAILBOX, mailbox)[m->row].channel];
}

bool mailbox_room(const struct drive *d, const struct mailbox *m, int64_t now_us)
{
	struct channel *c = mailbox_channel(d, m);
	return !d->draining && now_us >= m->parked_until_us && now_us >= m->stopped_until_us && c &&
	       c->ops->capacity(c, m->row) > 0;
}

int64_t mailbox_opens_us(const struct drive *d, int64_t now_us)
{
	int64_t first_us = NEVER_US;
	for (uint32_t i = 0; i < d->mailbox_count; i++) {
		const struct mailbox *m = &d->mailboxes[i];
		int64_t opens_us = m->parked_until_us > m->stopped_until_us ? m->parked_until_us : m->stopped_until_us;
		if (m->count && opens_us > now_us && opens_us < first_us)
			first_us = opens_us;
	}
	return first_us;
}

static bool before(const struct queued *a, const struct queued *b)
{
	if (a->followup != b->followup)
		return a->followup;
	return a->planned_us != b->planned_us ? a->planned_us < b->planned_us : a->id < b->id;
}

static void swap(struct queued *a, struct queued *b)
{
	struct queued t = *a;
	*a = *b;
	*b = t;
}

bool mailbox_push(struct drive *d, struct mailbox *m, const struct queued *q)
{
	if (m->count == m->cap) {
		uint32_t cap = m->cap ? m->cap * 2 : 64;
		struct queued *grown = cap > QUEUE_MAX ? NULL : realloc(m->queue, cap * sizeof *grown);
		if (!grown)
			return drive_fail(d, "too many messages are due for the mailbox %.*s", SLICE_ARG(m->name));
		m->queue = grown;
		m->cap = cap;
	}
	uint32_t i = m->count++;
	m->queue[i] = *q;
	for (; i > 0 && before(&m->queue[i], &m->queue[(i - 1) / 2]); i = (i - 1) / 2)
		swap(&m->queue[i], &m->queue[(i - 1) / 2]);
	return true;
}

bool mailbox_pop(struct mailbox *m, struct queued *q)
{
	if (!m->count)
		return false;
	*q = m->queue[0];
	m->queue[0] = m->queue[--m->count];
	for (uint32_t i = 0;;) {
		uint32_t least = i, left = 2 * i + 1;
		for (uint32_t child = left; child < left + 2 && child < m->count; child++)
			least = before(&m->queue[child], &m->queue[least]) ? child : least;
		if (least == i)
			return true;
		swap(&m->queue[i], &m->queue[least]);
		i = least;
	}
}

void mailbox_stop(struct mailbox *m, int64_t until_us, const char *text)
{
	m->stopped_until_us = until_us;
	snprintf(m->trouble, sizeof m->trouble, "%s", text);
}

void mailbox_count_first(struct drive *d, uint16_t number, int n)
{
	if (d->backlog_known && number < d->mailbox_count)
		d->mailboxes[number].backlog += n;
}

/* Once a process; from then on each transition counts. */
static bool count_backlog(struct drive *d)
{
	int64_t after = 0;
	for (uint32_t i = 0; i < d->mailbox_count; i++)
		d->mailboxes[i].backlog = 0;
	for (int n = TURN_STEPS; n == TURN_STEPS;) {
		n = store_enrollments(d->store, 0, after, d->own_ids, TURN_STEPS);
		if (n < 0)
			return drive_store_failed(d);
		for (int i = 0; i < n; i++) {
			struct work w;
			struct person person = {0};
			enum load_result result = work_load(d, after = d->own_ids[i], &person, &w);
			person_free(&person);
			if (result == LOAD_FAILED)
				return false;
			if (result == LOAD_OK && w.was_first && w.row.mailbox < d->mailbox_count)
				d->mailboxes[w.row.mailbox].backlog++;
		}
	}
	d->backlog_known = true;
	return true;
}

int64_t mailbox_leaves_us(struct drive *d, uint16_t number, int64_t due_us, int own, int64_t now_us)
{
	struct limit_check check = {.d = d, .now_us = now_us};
	int64_t open_us, used, limit;
	if (due_us == NEVER_US || number >= d->mailbox_count || !d->mailboxes[number].limited)
		return due_us;
	if ((!d->backlog_known && !count_backlog(d)) || !limit_mailbox(&check, number, &open_us, &used, &limit))
		return -1;
	int64_t ahead = d->mailboxes[number].backlog - own + used, days = limit > 0 ? ahead / limit : 0;
	if (days > INT16_MAX)
		days = INT16_MAX;
	int64_t leaves_us =
	        days ? tz_start_of_day(d->policy.zone, civil_day_of(tz_to_wall(d->policy.zone, now_us)) + (int32_t)days)
	             : now_us;
	return leaves_us > due_us ? leaves_us : due_us;
}

static bool is_limited(const struct policy *policy, uint32_t row)
{
	const struct plan_limit *limits = PLAN_ROWS(policy, LIMIT, limit);
	for (uint32_t i = 0; i < PLAN_COUNT(policy, LIMIT); i++) {
		if (limits[i].mailbox == row)
			return true;
	}
	return false;
}

static int32_t ramp_day(struct drive *d, uint32_t number)
{
	char key[32];
	int64_t day = 0;
	snprintf(key, sizeof key, "ramp/%u", (unsigned)number);
	buf_clear(&d->text);
	return store_meta_get(d->store, key, &d->text) && slice_to_i64(buf_slice(&d->text), &day) ? (int32_t)day
	                                                                                          : INT32_MIN;
}

bool mailbox_load(struct drive *d)
{
	const struct policy *policy = &d->policy.policy;
	const struct plan_mailbox *rows = PLAN_ROWS(policy, MAILBOX, mailbox);
	for (uint32_t i = 0; i < PLAN_COUNT(policy, MAILBOX); i++) {
		if (numbering_add(&d->mailbox_names, PLAN_STRING(policy, rows[i].name)) == NAME_NONE)
			return drive_fail(d, "out of memory");
	}
	uint32_t count = d->mailbox_names.count;
	if (count > d->mailbox_count) {
		struct mailbox *grown = realloc(d->mailboxes, count * sizeof *grown);
		if (!grown)
			return drive_fail(d, "out of memory");
		memset(grown + d->mailbox_count, 0, (count - d->mailbox_count) * sizeof *grown);
		d->mailboxes = grown;
		d->mailbox_count = count;
	}
	for (uint32_t i = 0; i < count; i++) {
		struct mailbox *m = &d->mailboxes[i];
		m->row = plan_find_mailbox(policy, d->mailbox_names.items[i]);
		m->name = d->mailbox_names.items[i];
		m->address = m->row == NONE ? (struct slice){0} : PLAN_STRING(policy, rows[m->row].address);
		m->limited = m->row != NONE && is_limited(policy, m->row);
		m->parked_until_us = 0;
		m->ramp_day = ramp_day(d, i);
	}
	return store_failed(d->store) == STORE_OK || drive_store_failed(d);
}
