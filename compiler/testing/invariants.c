/* SPDX-License-Identifier: Apache-2.0
 * One small check an invariant, over the happenings of the one enrollment. Nothing of the schedule or the gate is
 * called: a window is a set of minutes of a week, a limit a count of dates. Where a run alone cannot tell whether a
 * rule held (a condition that reads what changed), it counts as held. */
#include "compiler/testing/invariants.h"
#include <stdarg.h>
#include <stdio.h>

#define LATE_US (15 * US_PER_MINUTE) /* rule 3 */

struct look {
	const struct run_seen *run;
	struct run_broken *broken;
	int64_t enrollment;
	struct slice zone_field;
	bool zone_is_set; /* by the plan itself: then what the line says of it stands */
};

const char *invariant_words(enum invariant which)
{
	static const char *const WORDS[] = {
#define INVARIANT(NAME, words) words,
	        INVARIANTS
#undef INVARIANT
	};
	return WORDS[which];
}

static bool __attribute__((format(printf, 4, 5)))
say(struct look *l, enum invariant which, size_t happening, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	vsnprintf(l->broken->text, sizeof l->broken->text, format, args);
	va_end(args);
	l->broken->which = which;
	l->broken->happening = happening;
	return false;
}

/* ---- what the rows say ---- */

static bool is_own(const struct look *l, const struct happening *h)
{
	return h->line.enrollment_id == l->enrollment && slice_eq(h->line.sequence, l->run->play->sequence);
}

static bool is_own_message(const struct look *l, const struct happening *h)
{
	return h->line.event == DRIVE_SENT && is_own(l, h);
}

/* What the contact's field says at that instant; empty: nothing. */
static struct slice field_at(const struct look *l, struct slice field, int64_t at_us)
{
	const struct play *p = l->run->play;
	struct slice text = play_text(p, field);
	for (size_t i = 0; i < p->act_count && p->acts[i].at_us <= at_us; i++) {
		const struct scenario_act *a = &p->acts[i].act;
		for (size_t f = 0; a->kind == ACT_SET && f < a->field_count; f++)
			if (slice_eq(slice_after(a->fields[f].name, "contact."), field))
				text = a->fields[f].text;
	}
	return text;
}

/* NULL: it brings none. */
static const struct tz *own_zone(const struct look *l, const struct happening *h)
{
	if (l->zone_is_set)
		return h->line.zone;
	struct slice name = l->zone_field.n ? field_at(l, l->zone_field, h->line.at_us) : (struct slice){0};
	return name.n ? tz_get(l->run->zones, name) : NULL;
}

static const struct tz *contact_zone(const struct look *l, const struct happening *h)
{
	const struct tz *zone = own_zone(l, h);
	const struct policy *policy = l->run->policy;
	if (!zone)
		zone = tz_get(l->run->zones, PLAN_STRING(policy, policy->workspace->zone));
	return zone ? zone : tz_utc();
}

static bool is_holiday(const struct policy *policy, int32_t day)
{
	if (policy->workspace->holidays == NONE)
		return false;
	const struct plan_calendar *c = &PLAN_ROWS(policy, CALENDAR, calendar)[policy->workspace->holidays];
	for (uint32_t i = 0; i < c->date_count; i++)
		if ((int32_t)PLAN_ROWS(policy, CALENDAR_DATE, calendar_date)[c->date + i].day == day)
			return true;
	return false;
}

static bool is_skipped(const struct look *l, const struct plan_message *m, int32_t day)
{
	uint32_t skip = m->any_day ? 0 : l->run->plan->sequence->skip;
	return ((skip & SKIP_WEEKENDS) && civil_weekday(day) >= 5) ||
	       ((skip & SKIP_HOLIDAYS) && is_holiday(l->run->policy, day));
}

/* Whether the minute is in that part; one across midnight belongs to the day on which it opens (rule 5). */
static bool part_holds(const struct look *l, const struct plan_message *m, const struct plan_window_part *p,
                       int32_t day, uint32_t minute)
{
	bool across = p->to_minute <= p->from_minute;
	bool today = minute >= p->from_minute && (across || minute < p->to_minute);
	bool since_yesterday = across && minute < p->to_minute;
	return (today && (p->days >> civil_weekday(day) & 1) && !is_skipped(l, m, day)) ||
	       (since_yesterday && (p->days >> civil_weekday(day - 1) & 1) && !is_skipped(l, m, day - 1));
}

/* NULL: its zone cannot be told. */
static const struct tz *window_zone(const struct look *l, const struct plan_window *w, const struct happening *h)
{
	const struct plan *plan = l->run->plan;
	if (w && w->zone != NONE)
		return tz_get(l->run->zones, PLAN_STRING(plan, w->zone));
	struct slice field = w ? PLAN_STRING(plan, w->zone_field) : (struct slice){0};
	struct slice name = field.n ? field_at(l, field, h->line.at_us) : (struct slice){0};
	return name.n ? tz_get(l->run->zones, name) : field.n ? NULL : contact_zone(l, h);
}

static bool may_leave(const struct look *l, const struct plan_message *m, const struct happening *h)
{
	const struct plan *plan = l->run->plan;
	uint32_t row = m->window != NONE ? m->window : plan->sequence->window;
	const struct plan_window *w = row == NONE ? NULL : &PLAN_ROWS(plan, WINDOW, window)[row];
	const struct tz *zone = window_zone(l, w, h);
	if (!zone)
		return true;
	int64_t wall_us = tz_to_wall(zone, h->line.at_us);
	int32_t day = civil_day_of(wall_us);
	uint32_t minute = (uint32_t)(civil_time_of(wall_us) / US_PER_MINUTE);
	if (!w || w->anytime)
		return !is_skipped(l, m, day);
	for (uint32_t i = 0; i < w->part_count; i++)
		if (part_holds(l, m, &PLAN_ROWS(plan, WINDOW_PART, window_part)[w->part + i], day, minute))
			return true;
	return false;
}

/* The step's messages that can be the one that left. */
static bool next_message(const struct look *l, const struct happening *h, uint32_t *at, const struct plan_message **m)
{
	const struct plan *plan = l->run->plan;
	uint32_t row = plan_find_step(plan, h->line.step);
	if (row == NONE)
		return false;
	const struct plan_step *step = &PLAN_ROWS(plan, STEP, step)[row];
	while (*at < step->message_count) {
		*m = &PLAN_ROWS(plan, MESSAGE, message)[step->message + (*at)++];
		int channel = -1;
		for (int c = 0; c < CHANNEL_COUNT; c++)
			channel = slice_is(h->line.kind, words_CHANNEL[c]) ? c : channel;
		if (!(*m)->hold_out && (channel < 0 || (uint32_t)channel == (*m)->channel))
			return true;
	}
	return false;
}

/* ---- window and quiet hours ---- */

static char *when(const struct look *l, const struct happening *h, char at[40])
{
	return tz_format_people(contact_zone(l, h), h->line.at_us, at);
}

static bool check_window(struct look *l, size_t i)
{
	const struct happening *h = &l->run->happenings[i];
	const struct plan_message *m;
	char at[40];
	uint32_t next = 0;
	bool any = false;
	while (next_message(l, h, &next, &m)) {
		if (may_leave(l, m, h))
			return true;
		any = true;
	}
	return !any || say(l, INVARIANT_WINDOW, i, "%.*s left at %s, outside its window", SLICE_ARG(h->line.step),
	                   when(l, h, at));
}

static bool is_quiet(const struct look *l, uint32_t channel, const struct tz *zone, int64_t at_us)
{
	const struct plan_quiet *q = PLAN_ROWS(l->run->policy, QUIET, quiet);
	uint32_t minute = (uint32_t)(civil_time_of(tz_to_wall(zone, at_us)) / US_PER_MINUTE);
	for (uint32_t i = 0; i < PLAN_COUNT(l->run->policy, QUIET); i++) {
		bool across = q[i].to_minute < q[i].from_minute;
		bool after = minute >= q[i].from_minute, before = minute < q[i].to_minute;
		if (q[i].channel == channel && (across ? after || before : after && before))
			return true;
	}
	return false;
}

static bool check_quiet(struct look *l, size_t i)
{
	const struct happening *h = &l->run->happenings[i];
	const struct plan_message *m;
	const struct tz *zone = own_zone(l, h);
	char at[40];
	uint32_t next = 0;
	if (!next_message(l, h, &next, &m))
		return true;
	/* Of a number without a zone all those that it may be in count: its own table. */
	if (!zone && m->channel != CHANNEL_EMAIL)
		return true;
	return !is_quiet(l, m->channel, contact_zone(l, h), h->line.at_us) ||
	       say(l, INVARIANT_QUIET, i, "%.*s left at %s, in the quiet hours of %s", SLICE_ARG(h->line.step),
	           when(l, h, at), words_CHANNEL[m->channel]);
}

/* ---- limits and promises (rule 6) ---- */

static int32_t day_of(const struct look *l, const struct happening *h)
{
	int64_t planned_us = h->line.planned_us, at_us = h->line.at_us;
	bool in_time = planned_us != NEVER_US && planned_us <= at_us && at_us - planned_us <= LATE_US;
	return civil_day_of(tz_to_wall(contact_zone(l, h), in_time ? planned_us : at_us));
}

static int32_t month_of(int32_t day)
{
	int32_t year;
	int month, of_month;
	civil_from_days(day, &year, &month, &of_month);
	return year * 12 + month;
}

static bool is_of(const struct look *l, uint32_t what, const struct happening *h, bool first)
{
	static const char *const CHANNELS[LIMIT_COUNT] = {
	        [LIMIT_EMAIL] = "email", [LIMIT_SMS] = "sms", [LIMIT_WHATSAPP] = "whatsapp"};
	const struct plan_step *steps = PLAN_ROWS(l->run->plan, STEP, step);
	bool original = PLAN_COUNT(l->run->plan, STEP) && steps[0].kind == STEP_ORIGINAL;
	if (what == LIMIT_MESSAGES)
		return true;
	if (what == LIMIT_FOLLOWUPS)
		return !first || original;
	return slice_is(h->line.kind, CHANNELS[what]);
}

/* How many messages of that kind there are up to happening `i`, in the period that its date ends. */
static uint32_t count_to(const struct look *l, uint32_t what, uint32_t period, size_t i)
{
	int32_t day = day_of(l, &l->run->happenings[i]);
	uint32_t n = 0;
	bool first = true;
	for (size_t k = 0; k <= i; k++) {
		const struct happening *h = &l->run->happenings[k];
		if (!is_own_message(l, h))
			continue;
		int32_t other = day_of(l, h);
		bool in = period == 0              ? true
		          : period == MONTH_PERIOD ? month_of(other) == month_of(day)
		                                   : other <= day && other > day - (int32_t)period;
		n += in && is_of(l, what, h, first);
		first = false;
	}
	return n;
}

static bool is_first(const struct look *l, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (is_own_message(l, &l->run->happenings[k]))
			return false;
	return true;
}

static bool over(struct look *l, enum invariant which, uint32_t what, uint32_t count, uint32_t period, size_t i)
{
	const struct happening *h = &l->run->happenings[i];
	char at[40];
	if (!is_of(l, what, h, is_first(l, i)) || count_to(l, what, period, i) <= count)
		return true;
	return say(l, which, i, "%.*s at %s is %s number %u%s; the %s is %u", SLICE_ARG(h->line.step), when(l, h, at),
	           words_LIMIT[what], count_to(l, what, period, i), period ? " of its period" : "",
	           which == INVARIANT_PROMISE ? "promise" : "limit", count);
}

static bool check_rows(struct look *l, const struct plan_limit *rows, uint32_t from, uint32_t count, size_t i)
{
	for (uint32_t k = from; k < from + count; k++)
		if (rows[k].when == NONE && rows[k].mailbox == NONE &&
		    !over(l, INVARIANT_LIMIT, rows[k].what, rows[k].count, rows[k].period_days, i))
			return false;
	return true;
}

static bool check_limits(struct look *l, size_t i)
{
	const struct plan *plan = l->run->plan;
	const struct plan_limit *policy = PLAN_ROWS(l->run->policy, LIMIT, limit), *own = PLAN_ROWS(plan, LIMIT, limit);
	const struct plan_message *m;
	uint32_t next = 0;
	if (!check_rows(l, policy, 0, PLAN_COUNT(l->run->policy, LIMIT), i) ||
	    !check_rows(l, own, plan->sequence->limit, plan->sequence->limit_count, i))
		return false;
	/* Of a step's own limits only those of a message that surely was the one. */
	bool one = next_message(l, &l->run->happenings[i], &next, &m);
	const struct plan_message *other;
	if (!one || next_message(l, &l->run->happenings[i], &next, &other))
		return true;
	return check_rows(l, own, m->limit, m->limit_count, i);
}

static bool check_promises(struct look *l, size_t i)
{
	const struct plan_promise *rows = PLAN_ROWS(l->run->plan, PROMISE, promise);
	for (uint32_t k = 0; k < PLAN_COUNT(l->run->plan, PROMISE); k++)
		if (!over(l, INVARIANT_PROMISE, rows[k].what, rows[k].count, rows[k].period_days, i))
			return false;
	return true;
}

/* ---- twice ---- */

/* How often the step can come: the rounds of all repeats around it. */
static uint64_t times_of(const struct plan *plan, const struct plan_step *step)
{
	const struct plan_position *p = PLAN_ROWS(plan, POSITION, position);
	uint64_t times = 1;
	for (uint32_t i = 0; i < PLAN_COUNT(plan, POSITION); i++)
		if (p[i].kind == POSITION_WAIT_ROUND && p[i].head <= step->entry && step->entry < p[i].resume)
			times *= PLAN_ROWS(plan, SLOT, slot)[p[i].slot].bound;
	return times;
}

static bool check_twice(struct look *l, size_t i)
{
	const struct happening *h = &l->run->happenings[i];
	uint32_t row = plan_find_step(l->run->plan, h->line.step);
	uint64_t n = 0;
	char at[40];
	for (size_t k = 0; k <= i; k++) {
		const struct happening *o = &l->run->happenings[k];
		if (!is_own_message(l, o) || !slice_eq(o->line.step, h->line.step))
			continue;
		n++;
		if (k < i && o->line.at_us == h->line.at_us)
			return say(l, INVARIANT_TWICE, i, "%.*s left twice at %s", SLICE_ARG(h->line.step),
			           when(l, h, at));
	}
	if (n == 1 || row == NONE)
		return true;
	uint64_t most = times_of(l->run->plan, &PLAN_ROWS(l->run->plan, STEP, step)[row]);
	return n <= most ||
	       say(l, INVARIANT_TWICE, i, "%.*s left once more at %s", SLICE_ARG(h->line.step), when(l, h, at));
}

/* ---- exits ---- */

/* Whether a message may still leave after the end: one that the enrollment did not wait for (rule 13). */
static bool is_queued(const struct plan *plan, struct slice step)
{
	uint32_t row = plan_find_step(plan, step);
	if (row == NONE)
		return false;
	const struct plan_step *s = &PLAN_ROWS(plan, STEP, step)[row];
	for (uint32_t pc = s->entry; pc < s->end && pc < plan->code_length;) {
		struct instruction in = instruction_at(plan->code, pc);
		if (in.op == OP_QUEUE)
			return true;
		pc = in.next;
	}
	return false;
}

static bool check_after_end(struct look *l, size_t i)
{
	const struct happening *h = &l->run->happenings[i];
	char at[40];
	for (size_t k = 0; k < i; k++) {
		const struct happening *e = &l->run->happenings[k];
		if ((e->line.event != DRIVE_EXIT && e->line.event != DRIVE_FINISH) || !is_own(l, e))
			continue;
		return is_queued(l->run->plan, h->line.step) ||
		       say(l, INVARIANT_AFTER_EXIT, i, "%.*s left at %s, after the end", SLICE_ARG(h->line.step),
		           when(l, h, at));
	}
	return true;
}

/* Whether that act, of the contact itself, ends every enrollment that is under way. */
static bool must_end(const struct look *l, const struct scenario_act *a)
{
	const struct plan *plan = l->run->plan;
	const struct plan_exit *e = PLAN_ROWS(plan, EXIT, exit);
	if (a->kind != ACT_EVENT || a->by_account)
		return false;
	if (a->event.kind == EVENT_UNSUBSCRIBE || a->event.kind == EVENT_COMPLAINT)
		return plan->sequence->purpose == PURPOSE_SALES;
	for (uint32_t i = 0; i < PLAN_COUNT(plan, EXIT); i++) {
		if (e[i].trigger != (uint32_t)a->event.kind || e[i].trigger == TRIGGER_ANSWER || e[i].when != NONE)
			continue;
		bool step = e[i].step == NONE ||
		            slice_eq(PLAN_STRING(plan, PLAN_ROWS(plan, STEP, step)[e[i].step].name), a->event.step);
		bool name = e[i].event == NONE || slice_eq(PLAN_STRING(plan, e[i].event), a->event.name);
		if (step && name)
			return true;
	}
	return false;
}

static bool check_act(struct look *l, const struct play_act *a)
{
	const struct run_seen *r = l->run;
	bool ended = false;
	if (!must_end(l, &a->act))
		return true;
	for (size_t i = 0; i < r->happening_count; i++) {
		const struct happening *h = &r->happenings[i];
		char at[40];
		if (h->line.at_us > a->at_us && is_own_message(l, h))
			return say(l, INVARIANT_AFTER_EXIT, i, "%.*s left at %s, after a %s that ends it",
			           SLICE_ARG(h->line.step), when(l, h, at), drive_event_word(a->act.event.kind));
		bool ends = h->line.event == DRIVE_EXIT || h->line.event == DRIVE_FINISH;
		ended = ended || (ends && is_own(l, h) && h->line.at_us <= a->at_us);
	}
	return ended || say(l, INVARIANT_AFTER_EXIT, r->happening_count, "a %s that ends it did not",
	                    drive_event_word(a->act.event.kind));
}

/* ---- the whole ---- */

static bool check_order(struct look *l, size_t i)
{
	const struct happening *h = &l->run->happenings[i];
	if (i && h->line.at_us < h[-1].line.at_us)
		return say(l, INVARIANT_ORDER, i, "%s happened before what came before it",
		           drive_line_word(h->line.event));
	if (h->line.at_us < l->run->play->start_us)
		return say(l, INVARIANT_ORDER, i, "%s happened before the start", drive_line_word(h->line.event));
	bool planned = is_own_message(l, h) && h->line.planned_us != NEVER_US;
	if (planned && h->line.at_us < h->line.planned_us)
		return say(l, INVARIANT_ORDER, i, "%.*s left before it was planned", SLICE_ARG(h->line.step));
	return true;
}

static bool check_end(struct look *l)
{
	const struct run_seen *r = l->run;
	int paused = 0;
	for (size_t i = 0; i < r->happening_count; i++)
		if (r->happenings[i].line.event == DRIVE_HELD && slice_is(r->happenings[i].line.reason, "internal"))
			return say(l, INVARIANT_ENDLESS, i, "the enrollment is held: internal");
	for (size_t i = 0; i < r->play->act_count; i++) {
		paused = r->play->acts[i].act.kind == ACT_PAUSE ? 1 : paused;
		paused = r->play->acts[i].act.kind == ACT_RESUME ? 0 : paused;
	}
	return r->ended || paused || r->next_us != NEVER_US ||
	       say(l, INVARIANT_ENDLESS, r->happening_count, "it has not ended, and nothing is left to happen");
}

static bool sets_zone(const struct look *l)
{
	const struct plan *plan = l->run->plan;
	uint32_t field = l->zone_field.n ? plan_find_field(&plan->image, l->zone_field) : NONE;
	for (uint32_t pc = 0; field != NONE && pc < plan->code_length;) {
		struct instruction in = instruction_at(plan->code, pc);
		if (in.op == OP_SET_CONTACT && in.a == field)
			return true;
		pc = in.next;
	}
	return false;
}

static struct look look_at(const struct run_seen *run, struct run_broken *broken)
{
	struct look l = {.run = run, .broken = broken};
	l.zone_field = PLAN_STRING(run->policy, run->policy->workspace->zone_field);
	l.zone_is_set = sets_zone(&l);
	l.enrollment = run->happening_count ? run->happenings[0].line.enrollment_id : 0;
	return l;
}

bool run_has_at_most(const struct run_seen *run, uint32_t what, uint32_t count, uint32_t period_days,
                     struct run_broken *broken)
{
	struct look l = look_at(run, broken);
	for (size_t i = 0; i < run->happening_count; i++)
		if (is_own_message(&l, &run->happenings[i]) &&
		    !over(&l, INVARIANT_PROMISE, what, count, period_days, i))
			return false;
	return true;
}

bool invariants_hold(const struct run_seen *run, struct run_broken *broken)
{
	struct look l = look_at(run, broken);
	for (size_t i = 0; i < run->happening_count; i++) {
		if (!check_order(&l, i))
			return false;
		if (is_own_message(&l, &run->happenings[i]) &&
		    !(check_after_end(&l, i) && check_window(&l, i) && check_quiet(&l, i) && check_limits(&l, i) &&
		      check_promises(&l, i) && check_twice(&l, i)))
			return false;
	}
	for (size_t i = 0; i < run->play->act_count; i++)
		if (!check_act(&l, &run->play->acts[i]))
			return false;
	return check_end(&l);
}
