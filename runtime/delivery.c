/* SPDX-License-Identifier: Apache-2.0
 * A message on its way (rules 1, 2): claimed in memory, rendered, transmitted up to its last byte; released durably,
 * with the whole gate tested in that transaction; then told to go; then settled by the answer, on which the enrollment
 * goes on. */
#include "runtime/engine.h"
#include <stdio.h>
#include <string.h>

#define START_AGAIN_US US_PER_SECOND
#define STOP_US        US_PER_MINUTE        /* no connection: doubled with each failure in a row, */
#define STOP_MOST_US   (15 * US_PER_MINUTE) /* … up to this; and for a refused account */

/* ---- what the channels say ---- */
static void on_ready(void *context, struct delivery *delivery)
{
	struct drive *d = context;
	struct flight *f = (struct flight *)delivery;
	f->stage = FLIGHT_READY;
	f->listed = true;
	flight_append(&d->flights.ready, f);
}

static void on_done(void *context, struct delivery *delivery)
{
	struct drive *d = context;
	struct flight *f = (struct flight *)delivery;
	f->over = true;
	if (!f->listed)
		flight_append(&d->flights.done, f);
}

void delivery_listen(struct drive *d)
{
	for (int c = 0; c < CHANNEL_COUNT; c++) {
		if (d->options.channels[c])
			d->options.channels[c]->events = (struct channel_events){d, on_ready, on_done};
	}
}

void drive_connect(struct drive *d, enum plan_channel kind, struct channel *channel)
{
	d->options.channels[kind] = channel;
	delivery_listen(d);
}

/* ---- the claim ---- */
/* The claim is over without a release: the enrollment is due again when its row says. */
static void put_back(struct drive *d, struct flight *f, int64_t wake_us)
{
	int64_t id = f->enrollment_id;
	flight_end(&d->flights, f);
	store_wake_volatile(d->store, id, wake_us);
}

static struct flight *prepare(struct drive *d, struct work *w, int64_t now_us)
{
	struct flight *f = flight_new(&d->flights, w->row.id);
	if (!f)
		return NULL;
	uint16_t number = mailbox_number(d, w);
	const struct mailbox *mailbox = &d->mailboxes[number];
	f->stage = FLIGHT_STARTED;
	f->listed = f->over = false;
	f->channel = mailbox_channel(d, mailbox);
	f->contact_id = w->row.contact_id;
	f->step = w->state.message.step;
	f->occurrence = w->state.message.occurrence;
	f->pick = w->state.message.pick;
	f->mailbox = number;
	f->channel_kind = (uint8_t)work_message(w)->channel;
	f->purpose = (uint8_t)w->plan->plan.sequence->purpose;
	f->followup = w->state.sent > 0;
	f->contact_day = civil_day_of(tz_to_wall(w->person->zone, limit_count_us(&w->state.message, now_us)));
	f->delivery = (struct delivery){.id = w->row.id, .mailbox = mailbox->row, .date_us = now_us};
	/* The person goes along, so that release and settlement need not read it again. */
	struct person mine = f->person;
	f->person = *w->person;
	*w->person = mine;
	w->person = &f->person;
	return f;
}

static bool launch(struct drive *d, struct work *w, int64_t now_us)
{
	struct flight *f = prepare(d, w, now_us);
	struct buf why = {0};
	char reason[256];
	if (!f)
		return drive_fail(d, "out of memory");
	enum render_result result = outbox_fill(d, w, f, now_us, &why);
	snprintf(reason, sizeof reason, "render: %s", buf_cstr(&why));
	buf_free(&why);
	if (result == RENDER_FAILED)
		return false;
	if (result == RENDER_REFUSED) {
		flight_end(&d->flights, f);
		return work_settle(d, w, FACT_FAILED, now_us, reason, now_us) && work_save(d, w, now_us);
	}
	store_wake_volatile(d->store, w->row.id, NEVER_US);
	if (!f->channel->ops->start(f->channel, &f->delivery))
		put_back(d, f, now_us + START_AGAIN_US);
	d->claims++;
	return true;
}

static int64_t retry_end_us(const struct work *w)
{
	bool mail = work_message(w)->channel == CHANNEL_EMAIL;
	return w->state.message.planned_us + (mail ? MAIL_RETRY_US : PHONE_RETRY_US);
}

bool delivery_claim(struct drive *d, struct work *w, int64_t now_us)
{
	struct ruling ruling;
	if (w->state.message.next_try_us && now_us >= retry_end_us(w))
		return delivery_settle_failed(d, w, "retries ended", now_us) && work_save(d, w, now_us);
	bool changed;
	if (!channel_choose(d, w, now_us, &changed))
		return false;
	if (changed) /* the release reads what was chosen; it is due as before */
		return work_save(d, w, now_us);
	if (!gate_rule(d, w, NULL, now_us, &ruling))
		return false;
	struct mailbox *mailbox = mailbox_of(d, w, work_message(w)->channel);
	switch (ruling.verdict) {
	case VERDICT_GO: return launch(d, w, now_us);
	case VERDICT_PAUSED: store_wake_volatile(d->store, w->row.id, NEVER_US); return true;
	case VERDICT_MAILBOX:
		mailbox->parked_until_us = ruling.from_us;
		store_wake_volatile(d->store, w->row.id, NEVER_US);
		return mailbox_push(d, mailbox,
		                    &(struct queued){w->state.sent > 0, w->state.message.planned_us, w->row.id});
	case VERDICT_EXIT:
	case VERDICT_CAP:
	case VERDICT_FAIL:
	case VERDICT_SKIP:
	case VERDICT_MOVE: break;
	}
	return gate_apply(d, w, &ruling, now_us) && work_save(d, w, now_us);
}

/* One that stood in line: it may have moved or ended since. */
static bool claim_queued(struct drive *d, int64_t id, int64_t now_us)
{
	struct work w;
	if (flight_of(&d->flights, id))
		return true;
	bool good;
	if (!work_open(d, id, &w, now_us, &good))
		return good;
	if (w.row.status != ENROLLMENT_ACTIVE || w.state.message.phase != MESSAGE_WAITING || w.row.wake_us > now_us) {
		store_wake_volatile(d->store, id, w.row.wake_us);
		return true;
	}
	return delivery_claim(d, &w, now_us);
}

bool delivery_due(struct drive *d, int64_t now_us)
{
	struct queued q;
	for (uint32_t i = 0; i < d->mailbox_count; i++) {
		struct mailbox *m = &d->mailboxes[i];
		while (m->count && d->steps + d->claims < TURN_STEPS && mailbox_room(d, m, now_us)) {
			if (mailbox_pop(m, &q) && !claim_queued(d, q.id, now_us))
				return false;
		}
	}
	return true;
}

/* ---- the release ---- */
static bool release(struct drive *d, struct work *w, struct flight *f, int64_t now_us)
{
	struct live_message *m = &w->state.message;
	if (!outbox_keep(d, w, f, now_us) || !limit_raise(d, w, now_us))
		return false;
	m->phase = MESSAGE_RELEASED;
	m->released_us = now_us;
	f->stage = FLIGHT_RELEASED;
	work_fact(d, w, &(struct journal_fact){.kind = JOURNAL_RELEASED, .n = {m->step, m->outbox_id}});
	return work_save(d, w, now_us);
}

/* What the claim saw may be gone: everything is asked again, in the transaction that lets it go. */
static bool decide(struct drive *d, struct flight *f, int64_t now_us)
{
	struct work w;
	struct ruling ruling;
	f->stage = FLIGHT_REFUSED;
	enum load_result loaded = work_load(d, f->enrollment_id, &f->person, &w);
	if (loaded == LOAD_POISON)
		return work_poison(d, f->enrollment_id, now_us);
	if (loaded != LOAD_OK)
		return loaded == LOAD_MISSING;
	const struct live_message *m = &w.state.message;
	bool same = w.row.status == ENROLLMENT_ACTIVE && m->phase == MESSAGE_WAITING && m->step == f->step &&
	            m->pick == f->pick && m->occurrence == f->occurrence;
	if (!same || drive_stopped(d))
		return true;
	if (!gate_rule(d, &w, f, now_us, &ruling))
		return false;
	if (ruling.verdict == VERDICT_GO)
		return release(d, &w, f, now_us);
	return gate_apply(d, &w, &ruling, now_us) && work_save(d, &w, now_us);
}

bool delivery_release(struct drive *d, int64_t now_us)
{
	struct flight *f;
	while (d->steps < TURN_STEPS && (f = flight_take(&d->flights.ready))) {
		f->listed = false;
		if (f->over) {
			flight_append(&d->flights.done, f);
			continue;
		}
		if (!decide(d, f, now_us))
			return false;
		f->listed = true;
		flight_append(&d->flights.going, f);
	}
	return true;
}

void delivery_go(struct drive *d)
{
	struct flight *f;
	while ((f = flight_take(&d->flights.going))) {
		f->listed = false;
		if (f->over)
			flight_append(&d->flights.done, f);
		else
			f->channel->ops->release(f->channel, &f->delivery, f->stage == FLIGHT_RELEASED);
	}
}

/* ---- settling ---- */
bool delivery_settle_sent(struct drive *d, struct work *w, bool confirmed, int64_t now_us)
{
	struct live_message m = w->state.message;
	int64_t late_us = m.released_us - m.planned_us;
	int64_t completed_us = late_us >= 0 && late_us <= VM_LATE_US ? m.planned_us : m.released_us; /* rule 3 */
	w->state.sent++;
	if (work_message(w)->channel != CHANNEL_EMAIL)
		w->state.sent_by[work_message(w)->channel]++;
	else
		w->state.last_mail_id = m.outbox_id;
	if (d->options.on_line) {
		struct outbox_row row = {0};
		if (m.outbox_id && !store_outbox_get(d->store, m.outbox_id, &row, &d->outbox_memory))
			return drive_store_failed(d);
		buf_clear(&d->text);
		gate_explain(&d->text, m.reasons, m.planned_us, w->view.zone);
		line_add(d, w, DRIVE_SENT, m.step, confirmed ? buf_slice(&d->text) : SLICE("unconfirmed"), row.subject,
		         now_us);
	}
	return work_settle(d, w, FACT_SENT, completed_us, confirmed ? NULL : "unconfirmed", now_us);
}

bool delivery_settle_failed(struct drive *d, struct work *w, const char *why, int64_t now_us)
{
	return limit_give_back(d, w) && work_settle(d, w, FACT_FAILED, now_us, why, now_us);
}

bool delivery_doubt(struct drive *d, struct work *w, int64_t now_us)
{
	w->state.message.phase = MESSAGE_DOUBT;
	work_fact(d, w, &(struct journal_fact){.kind = JOURNAL_DOUBT, .n = {w->state.message.step}});
	line_add(d, w, DRIVE_IN_DOUBT, w->state.message.step, SLICE("no answer came after its last byte"),
	         (struct slice){0}, now_us);
	return work_save(d, w, now_us);
}

/* The code and the enhanced code ("550 5.1.1"): a server's further words may hold an address (rule 15). */
static void outcome_words(const struct delivery *delivery, char *out, size_t n)
{
	const char *t = delivery->text;
	int code = 0, class = 0, subject = 0, detail = 0, used = 0;
	if (sscanf(t, "%3d", &code) == 1 && code == delivery->code)
		t += strcspn(t, " -") + (t[strcspn(t, " -")] != '\0');
	if (sscanf(t, "%1d.%3d.%3d%n", &class, &subject, &detail, &used) == 3 && used > 0)
		snprintf(out, n, "%d %d.%d.%d", delivery->code, class, subject, detail);
	else if (delivery->code)
		snprintf(out, n, "%d", delivery->code);
	else
		snprintf(out, n, "no connection");
}

/* 1, 5, 15, 30, 60, 120 minutes, then every two hours, each a fifth shorter or longer; in an opening of the window. */
static bool retry(struct drive *d, struct work *w, struct flight *f, const char *words, int64_t now_us)
{
	static const int MINUTES[] = {1, 5, 15, 30, 60, 120};
	struct live_message *m = &w->state.message;
	uint32_t nth = m->attempts < 5 ? m->attempts : 5;
	if (!limit_give_back(d, w) || !outbox_keep(d, w, f, now_us))
		return false;
	m->attempts++;
	int64_t delay_us = MINUTES[nth] * US_PER_MINUTE;
	uint64_t h = (id_spread(w) + m->attempts) * UINT64_C(0x9E3779B97F4A7C15) >> 32;
	delay_us += (int64_t)(h % (uint64_t)(delay_us * 2 / 5)) - delay_us / 5;
	m->phase = MESSAGE_WAITING;
	m->released_us = 0;
	m->next_try_us = gate_next_opening(d, w, now_us + delay_us, now_us);
	if (d->failed)
		return false;
	if (m->next_try_us > retry_end_us(w))
		m->next_try_us = retry_end_us(w);
	work_fact(d, w,
	          &(struct journal_fact){
	                  .kind = JOURNAL_RETRY, .n = {m->step, m->attempts, m->next_try_us}, .text = slice_of(words)});
	line_add(d, w, DRIVE_RETRY, m->step, slice_of(words), f->subject, now_us);
	return true;
}

/* Nothing answers there: the mailbox rests, longer each time, so that a dead server costs a try now and then. */
static void rest_mailbox(struct drive *d, const struct flight *f, int64_t now_us)
{
	struct mailbox *m = &d->mailboxes[f->mailbox];
	int64_t rest_us = STOP_MOST_US;
	if (f->delivery.outcome == DELIVERY_RETRY) {
		if (f->delivery.code != 0)
			return;
		rest_us = STOP_US << (m->troubles < 4 ? m->troubles : 4);
		rest_us = rest_us < STOP_MOST_US ? rest_us : STOP_MOST_US;
	}
	m->troubles++;
	mailbox_stop(m, now_us + rest_us, f->delivery.text);
}

static bool failed_for_good(struct drive *d, struct work *w, const struct flight *f, const char *words, int64_t now_us)
{
	if (f->delivery.bad_address) {
		buf_clear(&d->key);
		contact_key(&d->key, f->channel_kind == CHANNEL_EMAIL ? TYPE_EMAIL : TYPE_PHONE, (struct slice){0},
		            f->delivery.to);
		if (!store_suppress(d->store, buf_slice(&d->key), f->channel_kind, -1, now_us, SLICE("bounced")))
			return drive_store_failed(d);
	}
	bool goes_on = false;
	if (!channel_next(d, w, words, now_us, &goes_on))
		return false;
	return goes_on || delivery_settle_failed(d, w, words, now_us);
}

/* The account refused us after the release: nobody's address is at fault, and the message waits as before. */
static bool back_to_waiting(struct drive *d, struct work *w, const char *words)
{
	struct live_message *m = &w->state.message;
	if (!limit_give_back(d, w))
		return false;
	m->phase = MESSAGE_WAITING;
	m->released_us = 0;
	work_fact(d, w, &(struct journal_fact){.kind = JOURNAL_BACK, .n = {m->step}, .text = slice_of(words)});
	return true;
}

/* The answer, for a row that the message still stands in. */
static bool answered(struct drive *d, struct work *w, struct flight *f, bool released, int64_t now_us)
{
	char words[64];
	outcome_words(&f->delivery, words, sizeof words);
	/* Where the enrollment has ended, a message that did not go has failed, and never goes (rule 1). */
	bool last_chance = w->row.status == ENROLLMENT_ENDED;
	switch (f->delivery.outcome) {
	case DELIVERY_SENT:
		if (!released) { /* a channel that cannot ask first */
			w->state.message.released_us = now_us;
			if (!outbox_keep(d, w, f, now_us) || !limit_raise(d, w, now_us))
				return false;
		}
		d->mailboxes[f->mailbox].troubles = 0;
		return delivery_settle_sent(d, w, true, now_us);
	case DELIVERY_FAILED: return failed_for_good(d, w, f, words, now_us);
	case DELIVERY_IN_DOUBT:
		if (released)
			return delivery_doubt(d, w, now_us);
		break;
	case DELIVERY_ACCOUNT:
		rest_mailbox(d, f, now_us);
		if (!released)
			return true;
		return last_chance ? delivery_settle_failed(d, w, words, now_us) : back_to_waiting(d, w, words);
	case DELIVERY_ABORTED:
		if (!released)
			return true;
		break;
	case DELIVERY_RETRY: rest_mailbox(d, f, now_us); break;
	}
	return last_chance ? delivery_settle_failed(d, w, words, now_us) : retry(d, w, f, words, now_us);
}

static bool settle(struct drive *d, struct flight *f, int64_t now_us)
{
	struct work w;
	bool released = f->stage == FLIGHT_RELEASED;
	enum load_result loaded = work_load(d, f->enrollment_id, &f->person, &w);
	if (loaded != LOAD_OK) {
		int64_t id = f->enrollment_id;
		flight_end(&d->flights, f);
		return loaded == LOAD_POISON ? work_poison(d, id, now_us) : loaded == LOAD_MISSING;
	}
	const struct live_message *m = &w.state.message;
	bool same = m->phase != MESSAGE_NONE && m->step == f->step && m->pick == f->pick &&
	            m->occurrence == f->occurrence && (m->phase != MESSAGE_WAITING) == released;
	/* The flight's memory is not used again before the next claim. */
	put_back(d, f, w.row.wake_us);
	return !same || (answered(d, &w, f, released, now_us) && work_save(d, &w, now_us));
}

bool delivery_settle(struct drive *d, int64_t now_us)
{
	struct flight *f;
	while (d->steps < TURN_STEPS && (f = flight_take(&d->flights.done))) {
		if (!settle(d, f, now_us))
			return false;
	}
	return true;
}
