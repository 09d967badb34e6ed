/* SPDX-License-Identifier: Apache-2.0
 * The journal in sentences: what was sent, what was not and by which gate, when the next is. Times are the contact's.
 */
#include "runtime/engine.h"

struct telling {
	struct drive *d;
	const struct work *w;
	const struct tz *zone;
	struct buf *out;
};

static void add_time(const struct telling *t, int64_t at_us)
{
	char at[40];
	buf_adds(t->out, tz_format_people(t->zone, at_us, at));
}

static void add_step(const struct telling *t, int64_t step)
{
	buf_addf(t->out, "%.*s",
	         SLICE_ARG(step >= 0 && step < (int64_t)t->w->plan->step_count ? work_step_name(t->w, (uint32_t)step)
	                                                                       : SLICE("?")));
}

static void add_reasons(const struct telling *t, uint32_t reasons)
{
	const char *before = "";
	for (int r = 0; r < GATE_REASON_COUNT; r++) {
		if (reasons & 1u << r) {
			buf_addf(t->out, "%s%s", before, gate_word((enum gate_reason)r));
			before = ", ";
		}
	}
}

/* A failure's or skip's word, as a clause. */
static const char *clause(struct slice why)
{
	static const struct {
		const char *word, *clause;
	} CLAUSES[] = {
	        {"no_address", "the contact has no address for it"},
	        {"no_consent", "the contact has not consented to that channel"},
	        {"suppressed", "the address is suppressed"},
	        {"no_mailbox", "its mailbox is not in the workspace any more"},
	        {"no_opening", "no window is open for it within 400 days"},
	        {"late", "it was later than the sequence allows"},
	        {"bounced", "it bounced"},
	        {"hold_out", "the contact is in the part that gets nothing"},
	};
	for (size_t i = 0; i < sizeof CLAUSES / sizeof *CLAUSES; i++) {
		if (slice_is(why, CLAUSES[i].word))
			return CLAUSES[i].clause;
	}
	return NULL;
}

static void add_clause(const struct telling *t, struct slice why)
{
	const char *known = clause(why);
	if (known)
		buf_adds(t->out, known);
	else
		buf_addf(t->out, "%.*s", SLICE_ARG(why));
}

static void add_moved(const struct telling *t, const struct journal_fact *f, const char *verb)
{
	add_step(t, f->n[0]);
	buf_addf(t->out, " %s for ", verb);
	add_time(t, f->n[2]);
	if (f->n[3]) {
		buf_adds(t->out, " (");
		add_reasons(t, (uint32_t)f->n[3]);
		buf_adds(t->out, ")");
	}
}

static void add_event(const struct telling *t, const struct journal_fact *f)
{
	static const char *const WORDS[] = {[EVENT_REPLY] = "a reply came",
	                                    [EVENT_WE_WROTE] = "we wrote ourselves",
	                                    [EVENT_MEETING] = "a meeting was made",
	                                    [EVENT_CLICK] = "a link was clicked",
	                                    [EVENT_OPEN] = "it was opened",
	                                    [EVENT_ANSWER] = "an answer came",
	                                    [EVENT_BOUNCE] = "a bounce came",
	                                    [EVENT_UNSUBSCRIBE] = "the contact unsubscribed",
	                                    [EVENT_COMPLAINT] = "the contact complained",
	                                    [EVENT_VISIT] = "a link was visited",
	                                    [EVENT_CHANGED] = "the contact's fields changed",
	                                    [EVENT_DONE] = "somebody said that it is done",
	                                    [EVENT_AUTO_REPLY] = "an automatic answer came",
	                                    [EVENT_POSTED] = "the contact went on from a page"};
	if (f->n[1] == EVENT_NAMED)
		buf_addf(t->out, "the event \"%.*s\" came", SLICE_ARG(f->text));
	else if (f->n[1] >= 0 && f->n[1] < (int64_t)(sizeof WORDS / sizeof *WORDS) && WORDS[f->n[1]])
		buf_adds(t->out, WORDS[f->n[1]]);
}

static void add_failed(const struct telling *t, const struct journal_fact *f, const char *verb)
{
	add_step(t, f->n[0]);
	buf_addf(t->out, " %s: ", verb);
	add_clause(t, f->text);
}

static void add_asked(const struct telling *t, const struct journal_fact *f)
{
	static const char *const WORDS[STEP_COUNT] = {
	        [STEP_TASK] = "a task was made",      [STEP_WEBHOOK] = "a webhook was queued",
	        [STEP_ALERT] = "an alert was queued", [STEP_ASK] = "the page with its questions is open",
	        [STEP_OFFER] = "the page was shown",  [STEP_REVIEW] = "the page was shown",
	        [STEP_THANKS] = "the page was shown", [STEP_HANDOFF] = "handed over to the next sequence",
	};
	add_step(t, f->n[0]);
	bool known = f->n[1] >= 0 && f->n[1] < STEP_COUNT && WORDS[f->n[1]];
	buf_addf(t->out, ": %s", known ? WORDS[f->n[1]] : "?");
}

static void add_done(const struct telling *t, const struct journal_fact *f)
{
	add_step(t, f->n[0]);
	buf_addf(t->out, " was done%s%.*s", f->text.n ? ": " : "", SLICE_ARG(f->text));
}

static void tell(const struct telling *t, const struct journal_fact *f)
{
	switch (f->kind) {
	case JOURNAL_ENROLLED: buf_adds(t->out, "enrolled"); return;
	case JOURNAL_QUEUED: buf_adds(t->out, "waits behind another sequence of the contact"); return;
	case JOURNAL_EVENT: add_event(t, f); return;
	case JOURNAL_PLANNED: add_moved(t, f, "planned"); return;
	case JOURNAL_MOVED: add_moved(t, f, "did not leave; planned anew"); return;
	case JOURNAL_RELEASED:
		add_step(t, f->n[0]);
		buf_addf(t->out, " released (outbox %lld)", (long long)f->n[1]);
		return;
	case JOURNAL_SENT:
		add_step(t, f->n[0]);
		buf_addf(t->out, " sent%s", f->n[2] ? ", unconfirmed: no answer came, and it counts as sent" : "");
		return;
	case JOURNAL_FAILED: add_failed(t, f, "failed"); return;
	case JOURNAL_SKIPPED: add_failed(t, f, "skipped"); return;
	case JOURNAL_RETRY:
		add_failed(t, f, "not accepted yet");
		buf_addf(t->out, "; try %lld is at ", (long long)f->n[1] + 1);
		add_time(t, f->n[2]);
		return;
	case JOURNAL_DOUBT:
		add_step(t, f->n[0]);
		buf_adds(t->out, " is in doubt: it was released, and no answer came; it never goes out again");
		return;
	case JOURNAL_SLEEPS:
		buf_adds(t->out, "waits until ");
		add_time(t, f->n[0]);
		return;
	case JOURNAL_ENDED:
		buf_addf(t->out, "%s%s%.*s", f->n[0] ? "ended by an exit" : "finished", f->text.n ? ": " : "",
		         SLICE_ARG(f->text));
		return;
	case JOURNAL_CONTACT:
		buf_addf(t->out, "the contact's %.*s was set",
		         SLICE_ARG(f->n[0] >= 0 && f->n[0] < t->d->fields.count ? t->d->fields.items[f->n[0]]
		                                                                : SLICE("field")));
		return;
	case JOURNAL_RESUMED:
		buf_adds(t->out, "resumed; what was left is until ");
		add_time(t, f->n[1]);
		return;
	case JOURNAL_HELD: buf_addf(t->out, "held: %.*s", SLICE_ARG(f->text)); return;
	case JOURNAL_BACK: add_failed(t, f, "waits again, as the account was refused"); return;
	case JOURNAL_LIMIT:
		add_step(t, f->n[0]);
		buf_addf(t->out, " would pass the limit of %.*s", SLICE_ARG(f->text));
		return;
	case JOURNAL_ASKED: add_asked(t, f); return;
	case JOURNAL_DONE: add_done(t, f); return;
	case JOURNAL_REFUSED: add_failed(t, f, "enrolled nobody"); return;
	case JOURNAL_SUPPRESSED:
		buf_addf(t->out, "no more %s messages go to the contact",
		         f->n[0] >= 0 && f->n[0] < PURPOSE_COUNT ? words_PURPOSE[f->n[0]] : "?");
		return;
	case JOURNAL_PICKED:
		add_step(t, f->n[0]);
		buf_addf(t->out, " takes \"%.*s\"", SLICE_ARG(f->text));
		return;
	case JOURNAL_HOLDS:
		buf_adds(t->out, "held until ");
		add_time(t, f->n[0]);
		buf_adds(t->out, ", as the contact's automatic answer asks");
		return;
	case JOURNAL_NONE:
	case JOURNAL_LIMIT_KIND: return;
	}
}

static bool each_row(void *context, int64_t number, int64_t enrollment_id, int64_t at_us, struct slice detail,
                     struct slice state)
{
	struct telling *t = context;
	struct journal_fact f;
	(void)number;
	(void)enrollment_id;
	(void)state;
	while (journal_next(&detail, &f)) {
		buf_adds(t->out, "  ");
		add_time(t, at_us);
		buf_adds(t->out, "  ");
		tell(t, &f);
		buf_addc(t->out, '\n');
	}
	return true;
}

/* What holds the message back now, by the gates in their order. */
static bool tell_gate(struct telling *t, struct work *w, int64_t now_us)
{
	struct ruling r;
	if (!gate_rule(t->d, w, NULL, now_us, &r))
		return false;
	switch (r.verdict) {
	case VERDICT_PAUSED: buf_adds(t->out, "; it is paused"); break;
	case VERDICT_FAIL:
		buf_adds(t->out, "; it will fail: ");
		add_clause(t, slice_of(r.why));
		break;
	case VERDICT_SKIP: buf_adds(t->out, "; it will be skipped as too late"); break;
	case VERDICT_CAP: buf_addf(t->out, "; it would pass the limit of %s", r.cap); break;
	case VERDICT_MAILBOX:
		buf_adds(t->out, "; the mailbox's limit is used up until ");
		add_time(t, r.from_us);
		break;
	case VERDICT_EXIT: buf_adds(t->out, "; an exit is true"); break;
	case VERDICT_GO:
	case VERDICT_MOVE: break;
	}
	return true;
}

static bool tell_next(struct telling *t, struct work *w, int64_t now_us)
{
	struct drive_view v = status_view(t->d, w);
	const struct live_message *m = &w->state.message;
	buf_addf(t->out, "  %s", v.status);
	if (m->phase == MESSAGE_WAITING) {
		buf_addf(t->out, "; next: %.*s at ", SLICE_ARG(v.at));
		add_time(t, m->next_try_us > m->planned_us ? m->next_try_us : m->planned_us);
		if (w->row.status == ENROLLMENT_ACTIVE && !tell_gate(t, w, now_us))
			return false;
	} else if (m->phase != MESSAGE_NONE) {
		buf_addf(t->out, "; %.*s is %.*s", SLICE_ARG(v.at), SLICE_ARG(v.message));
	} else if (w->row.status == ENROLLMENT_ACTIVE && v.wake_us != NEVER_US) {
		buf_addf(t->out, "; rests at \"%.*s\" until ", SLICE_ARG(v.at));
		add_time(t, v.wake_us);
	}
	buf_adds(t->out, "\n");
	return true;
}

static bool tell_one(struct drive *d, int64_t id, int64_t now_us, struct buf *out)
{
	struct work w;
	if (work_load(d, id, &d->person, &w) != LOAD_OK)
		return drive_fail(d, "the enrollment %lld cannot be read", (long long)id);
	struct telling t = {d, &w, w.person->zone, out};
	buf_addf(out, "%.*s in %.*s (enrollment %lld, times in %.*s)\n", SLICE_ARG(contact_shown(d, w.person)),
	         SLICE_ARG(w.plan->name), (long long)id, SLICE_ARG(tz_name(w.person->zone)));
	bool ok = store_journal(d->store, id, each_row, &t) || drive_store_failed(d);
	return ok && tell_next(&t, &w, now_us);
}

bool drive_why(struct drive *d, struct slice contact, struct slice sequence, int64_t now_us, struct buf *out,
               struct buf *error)
{
	int64_t contact_id, sequence_id;
	if (!contact_find_in(d, contact, sequence, &contact_id, &sequence_id, error))
		return false;
	int n = store_enrollments_of(d->store, contact_id, sequence_id, d->ids, TURN_STEPS);
	if (n < 0) {
		buf_adds(error, store_error(d->store));
		return false;
	}
	if (n == 0)
		buf_adds(out, "It was never enrolled there.\n");
	for (int i = n; i-- > 0;) {
		if (!tell_one(d, d->ids[i], now_us, out)) {
			buf_adds(error, drive_error(d));
			return false;
		}
	}
	if (drive_stopped(d))
		buf_addf(out, "%s\n", drive_stopped(d));
	return true;
}
