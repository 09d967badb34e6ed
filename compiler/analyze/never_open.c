/* SPDX-License-Identifier: Apache-2.0
 * A window and quiet hours that both go by the contact's clock are one week to look at. A window in a zone of its own
 * meets quiet hours of every zone that a contact may bring; where a contact brings none, a text keeps quiet in each
 * zone of its number. Windows that were found fine are remembered by what they say, so that each is looked at once. */
#include "compiler/analyze/never_open.h"
#include "base/calling_code.h"
#include "compiler/analyze/zone_pairs.h"

#define MINUTES_FEW   60
#define CLOSED_LONG   (28 * US_PER_DAY)
#define ZONES_MAX     128
#define ZONES_NAMED   4
#define MONDAY_MINUTE 0

/* What is looked at: the window of a message with what else closes it. */
struct look {
	struct checker *k;
	const struct sequence *q;
	const struct window *window; /* NULL: that of rule 4 */
	const struct window_part *parts;
	enum plan_channel channel;
	const struct quiet *quiet; /* NULL: none of that channel */
	const struct field *zone;  /* where a contact brings its zone, or NULL */
	bool zone_may_lack;
	struct span span;
	struct week week; /* without quiet hours */
};

/* ---- what is said ---- */

static void put_hours(struct buf *out, int32_t from, int32_t to)
{
	from = (from % DAY_MINUTES + DAY_MINUTES) % DAY_MINUTES;
	to = (to % DAY_MINUTES + DAY_MINUTES) % DAY_MINUTES;
	buf_addf(out, "%02d:%02d-%02d:%02d", from / 60, from % 60, to / 60, to % 60);
}

/* "21:00-08:00", or several. */
static void put_quiet(struct buf *out, const struct look *l)
{
	const char *between = "";
	for (const struct quiet *q = l->quiet; q; q = q->next) {
		if (q->channel != l->channel)
			continue;
		buf_adds(out, between);
		put_hours(out, q->from_minute, q->to_minute);
		between = " and ";
	}
}

static const char *channel_word(const struct look *l)
{
	return words_CHANNEL[l->channel];
}

static void note_default(const struct look *l, struct diag *g)
{
	if (!l->window)
		diag_note(l->k->diags, g, "without a `window`, messages for sales leave from 08:00 to 20:00");
}

static void note_quiet(const struct look *l, struct diag *g)
{
	struct buf *out = &l->k->c->scratch;
	buf_clear(out);
	put_quiet(out, l);
	diag_note(l->k->diags, g, "the quiet hours of %s are %.*s", channel_word(l), SLICE_ARG(buf_slice(out)));
}

/* The whole week but for the quiet hours of somebody that many minutes ahead. */
static struct week awake(const struct look *l, int32_t ahead)
{
	struct week week;
	memset(&week, 0xFF, sizeof week);
	week_keep_quiet(&week, l->quiet, l->channel, ahead);
	return week;
}

/* One opening by the clock of somebody that many minutes ahead. opens: a minute of the week that begins there. */
static void witness_opening(const struct look *l, struct diag *g, int64_t monday_us, int32_t opens, int32_t ahead)
{
	struct week open = awake(l, ahead);
	int32_t closes = opens;
	while (closes < opens + WEEK_MINUTES && week_is_open(&l->week, closes))
		closes++;
	int32_t ends = week_next(&open, closes);
	int64_t wall_us = monday_us + ahead * US_PER_MINUTE;
	diag_witness(l->k->diags, g, wall_us + opens * US_PER_MINUTE, "the window opens, in quiet hours");
	diag_witness(l->k->diags, g, wall_us + closes * US_PER_MINUTE, "the window closes");
	if (ends >= 0)
		diag_witness(l->k->diags, g, wall_us + ends * US_PER_MINUTE, "quiet hours are over");
}

/* ---- by one clock ---- */

/* What is left of the window in the contact's own day. False: something was said. */
static bool look_at_week(struct look *l)
{
	struct week open = l->week;
	week_keep_quiet(&open, l->quiet, l->channel, 0);
	uint32_t minutes = week_open_minutes(&open);
	if (minutes >= MINUTES_FEW)
		return true;
	if (minutes) {
		struct diag *g = diag_hardly_open(l->k->diags, l->span, minutes);
		if (l->quiet && minutes < week_open_minutes(&l->week))
			note_quiet(l, g);
		int32_t opens = week_next(&open, MONDAY_MINUTE), closes = opens;
		while (week_is_open(&open, closes))
			closes++;
		diag_witness(l->k->diags, g, EXAMPLE_MONDAY_US + opens * US_PER_MINUTE, "the window opens");
		diag_witness(l->k->diags, g, EXAMPLE_MONDAY_US + closes * US_PER_MINUTE, "the window closes");
		return false;
	}
	struct diag *g = diag_never_open(l->k->diags, l->span);
	int32_t opens = week_next(&l->week, MONDAY_MINUTE);
	note_default(l, g);
	if (opens < 0) {
		diag_note(l->k->diags, g, "the window opens on weekends only, and `skip weekends` takes those away");
		return false;
	}
	note_quiet(l, g);
	if (week_open_minutes(&l->week) < WEEK_MINUTES)
		witness_opening(l, g, EXAMPLE_MONDAY_US, opens, 0);
	return false;
}

/* ---- by several ---- */

static const struct tz *zone_named(struct checker *k, struct slice name)
{
	struct module_table *t = k->c->modules;
	if (!t->zones)
		t->zones = tz_db_open(NULL);
	return !t->zones ? NULL : name.n ? tz_get(t->zones, name) : tz_utc();
}

/* The zones of contacts for whom the window is closed, the first one with how. */
struct closed {
	const struct tz *zones[ZONES_MAX];
	uint32_t count, open; /* open: zones for which it is not */
	struct pairing first;
};

struct zone_list {
	struct checker *k;
	const struct tz *zones[ZONES_MAX];
	uint32_t count;
};

/* What the zones make of a window: worked out once for all windows that say the same. */
struct verdict {
	struct closed closed;    /* by the zones that contacts bring */
	struct zone_list number; /* of numbers like ours */
	size_t code;             /* their calling code, where the window is closed for them; else 0 */
};

static bool is_closed(const struct pairing *p)
{
	return p->most < MINUTES_FEW || p->closed_to_us - p->closed_from_us >= CLOSED_LONG;
}

static void meet(const struct look *l, const struct tz *zone, const struct tz *other, struct pair_memo *memo,
                 struct closed *out)
{
	struct pairing p = pair_zones(&l->week, zone, l->quiet, l->channel, &other, 1, memo);
	if (!is_closed(&p)) {
		out->open++;
		return;
	}
	/* Never is worse than for months. */
	bool worse = out->count && out->first.most && !p.most;
	if (!out->count || worse)
		out->first = p;
	if (out->count == ZONES_MAX)
		return;
	out->zones[out->count++] = other;
	if (worse) {
		out->zones[out->count - 1] = out->zones[0];
		out->zones[0] = other;
	}
}

static struct slice told_when(const struct look *l, const struct pairing *p, const struct tz *there)
{
	if (!p->most)
		return SLICE("never opens");
	if (p->most < MINUTES_FEW)
		return arena_printf(l->k->diags->arena, "is open for %d minutes a week", p->most);
	char from[40], to[40];
	civil_format_people(tz_to_wall(there, p->closed_from_us), from);
	civil_format_people(tz_to_wall(there, p->closed_to_us), to);
	return arena_printf(l->k->diags->arena, "is closed from %.14s to %.14s", from, to);
}

/* "09:00-10:00 in Europe/Paris is 21:00-22:00 there, …" */
static void note_there(const struct look *l, struct diag *g, const struct tz *zone, int32_t ahead)
{
	struct buf *out = &l->k->c->scratch;
	buf_clear(out);
	if (l->parts && !(l->window && l->window->anytime)) {
		put_hours(out, l->parts->from_minute, l->parts->to_minute);
		buf_addf(out, " in %.*s is ", SLICE_ARG(tz_name(zone)));
		put_hours(out, l->parts->from_minute + ahead, l->parts->to_minute + ahead);
		buf_adds(out, " there; ");
	}
	buf_addf(out, "the quiet hours of %s are ", channel_word(l));
	put_quiet(out, l);
	diag_note(l->k->diags, g, "%.*s", SLICE_ARG(buf_slice(out)));
}

static void note_others(const struct look *l, struct diag *g, const struct closed *c)
{
	struct buf *out = &l->k->c->scratch;
	buf_clear(out);
	for (uint32_t i = 1; i < c->count && i <= ZONES_NAMED; i++)
		buf_addf(out, "%s%.*s", i > 1 ? ", " : "", SLICE_ARG(tz_name(c->zones[i])));
	if (c->count > ZONES_NAMED + 1)
		buf_adds(out, " and others");
	if (out->n)
		diag_note(l->k->diags, g, "the same, all year or for a part of it: %.*s", SLICE_ARG(buf_slice(out)));
}

static void witness_there(const struct look *l, struct diag *g, const struct tz *zone, int64_t from_us, int32_t ahead)
{
	int32_t day = civil_day_of(tz_to_wall(zone, from_us)), opens = week_next(&l->week, MONDAY_MINUTE);
	day += (7 - civil_weekday(day)) % 7; /* the first whole week */
	if (opens >= 0 && week_open_minutes(&l->week) < WEEK_MINUTES)
		witness_opening(l, g, day * US_PER_DAY, opens, ahead);
}

/* A window with a zone of its own, and the zones that contacts bring. */
static void judge_zones(struct look *l, const struct tz *zone, struct closed *closed)
{
	struct pair_memo memo;
	pair_memo_clear(&memo);
	const struct tz *ours = zone_named(l->k, l->k->workspace->zone);
	if (ours && l->zone_may_lack && (l->channel == CHANNEL_EMAIL || !l->zone))
		meet(l, zone, ours, &memo, closed);
	for (const char *const *z = zones_of_the_world; l->zone && *z; z++) {
		const struct tz *other = zone_named(l->k, slice_of(*z));
		if (other)
			meet(l, zone, other, &memo, closed);
	}
}

static void say_closed(struct look *l, const struct tz *zone, const struct closed *c)
{
	const struct tz *there = c->zones[0];
	int64_t from_us = c->first.closed_from_us > EXAMPLE_MONDAY_US ? c->first.closed_from_us : EXAMPLE_MONDAY_US;
	int32_t ahead = zone_ahead(zone, there, from_us);
	struct diag *g;
	if (!c->open && !c->first.most)
		g = diag_never_open(l->k->diags, l->span);
	else
		g = diag_closed_in_zone(l->k->diags, l->span, tz_name(there), told_when(l, &c->first, there));
	note_there(l, g, zone, ahead);
	note_others(l, g, c);
	diag_witness_for(l->k->diags, g, "a contact in %.*s, by the clock there", SLICE_ARG(tz_name(there)));
	witness_there(l, g, zone, from_us, ahead);
}

static bool add_zone(void *context, const char *name)
{
	struct zone_list *list = context;
	const struct tz *zone = zone_named(list->k, slice_of(name));
	if (zone && list->count < ZONES_MAX)
		list->zones[list->count++] = zone;
	return true;
}

/* A zone of the number in which it is quiet at that minute of the window's week, and what time it is there. */
static void witness_number(const struct look *l, struct diag *g, const struct tz *zone, const struct zone_list *list,
                           int32_t minute, const char *what)
{
	int64_t wall_us = EXAMPLE_MONDAY_US + minute * US_PER_MINUTE;
	int64_t at_us = tz_from_wall(zone, wall_us, TZ_COMPATIBLE);
	for (uint32_t i = 0; i < list->count; i++) {
		int32_t ahead = zone_ahead(zone, list->zones[i], at_us),
		        there = (minute + ahead + 2 * DAY_MINUTES) % DAY_MINUTES;
		struct week open = awake(l, ahead);
		if (week_is_open(&open, minute))
			continue;
		diag_witness(l->k->diags, g, wall_us, "the window %s; in %.*s it is %02d:%02d, in quiet hours", what,
		             SLICE_ARG(tz_name(list->zones[i])), there / 60, there % 60);
		return;
	}
}

/* Rule 5: a contact without a zone, and a number of the same calling code as ours. */
static void judge_number(struct look *l, const struct tz *zone, struct verdict *v)
{
	const struct channel *c = l->k->workspace->first_channel;
	while (c && c->kind != l->channel)
		c = c->next;
	size_t code = c && l->zone_may_lack ? calling_code_of(c->number) : 0;
	v->number.k = l->k;
	calling_code_zones(code, add_zone, &v->number);
	if (!v->number.count)
		return;
	struct pairing p = pair_zones(&l->week, zone, l->quiet, l->channel, v->number.zones, v->number.count, NULL);
	v->code = p.most ? 0 : code;
}

static void say_number(struct look *l, const struct tz *zone, const struct verdict *v)
{
	struct diag *g = diag_closed_for_number(l->k->diags, l->span, slice_of(calling_code_digits(v->code)));
	note_default(l, g);
	note_quiet(l, g);
	if (l->zone)
		diag_label(l->k->diags, g, l->zone->name.span, "a contact may come without it");
	int32_t opens = week_next(&l->week, MONDAY_MINUTE), closes = opens;
	if (opens < 0 || week_open_minutes(&l->week) == WEEK_MINUTES)
		return;
	while (week_is_open(&l->week, closes + 1))
		closes++;
	diag_witness_for(l->k->diags, g, "the clocks of %.*s", SLICE_ARG(tz_name(zone)));
	witness_number(l, g, zone, &v->number, opens, "opens");
	witness_number(l, g, zone, &v->number, closes, "is about to close");
}

/* ---- which ---- */

/* Everything that decides, as bytes. */
static struct slice key_of(const struct look *l, uint32_t skip)
{
	struct buf *out = &l->k->c->scratch;
	const struct window *w = l->window;
	buf_clear(out);
	buf_addf(out, "%u %d", skip & SKIP_WEEKENDS, w ? w->anytime : l->q->purpose == PURPOSE_SALES ? 2 : 3);
	for (const struct window_part *p = w ? w->parts : NULL; p; p = p->next)
		buf_addf(out, " %x %x %x", p->days, (unsigned)p->from_minute, (unsigned)p->to_minute);
	if (w)
		buf_addf(out, " %.*s %p", SLICE_ARG(w->zone), (const void *)w->zone_field);
	return buf_slice(out);
}

static void look_at(struct look *l, struct verdict **known)
{
	const struct window *w = l->window;
	bool fixed = w && w->zone.n;
	if (w && w->zone_field && w->zone_field != l->zone)
		l->quiet = NULL; /* any two zones may meet */
	if (!l->quiet || !fixed) {
		if (!look_at_week(l) || !l->quiet)
			return;
	}
	const struct tz *zone = zone_named(l->k, fixed ? w->zone : l->k->workspace->zone);
	if (!zone)
		return;
	if (!*known) {
		*known = ARENA_NEW(&l->k->c->arena, struct verdict);
		if (fixed)
			judge_zones(l, zone, &(*known)->closed);
		if (l->channel != CHANNEL_EMAIL)
			judge_number(l, zone, *known);
	}
	if ((*known)->closed.count)
		say_closed(l, zone, &(*known)->closed);
	else if ((*known)->code)
		say_number(l, zone, *known);
}

/* A part that leaves an hour of an allowed day needs no closer look. */
static bool is_roomy(const struct look *l, bool anytime, uint32_t skip)
{
	if (l->quiet)
		return false;
	for (const struct window_part *p = l->parts; p; p = p->next)
		if ((skip & SKIP_WEEKENDS ? p->days & 0x1Fu : p->days) &&
		    (p->to_minute <= p->from_minute || p->to_minute - p->from_minute >= MINUTES_FEW))
			return true;
	return anytime;
}

static void check_window_of(struct checker *k, const struct sequence *q, const struct message *m)
{
	const struct workspace *w = k->workspace;
	struct look l = {.k = k, .q = q, .window = m->window ? m->window : q->window, .channel = m->channel};
	uint32_t skip = m->any_day ? 0 : q->skip;
	bool anytime = window_parts_of(l.window, q->purpose, &l.parts);
	for (const struct quiet *i = w->quiet; i && !l.quiet; i = i->next)
		if (i->channel == m->channel)
			l.quiet = w->quiet;
	if ((!anytime && !l.parts) || is_roomy(&l, anytime, skip))
		return;
	struct slice key = key_of(&l, skip);
	struct name *seen = names_find(&k->windows, m->channel, key);
	if (seen && seen->used)
		return;
	if (!seen)
		seen = names_add(&k->windows, &k->c->arena, m->channel, arena_copy(&k->c->arena, key), q->name.span,
		                 NULL);
	for (const struct field *f = w->first_field; f; f = f->next)
		if (f->type.kind == TYPE_ZONE && (!l.zone || slice_is(f->name.text, "timezone")))
			l.zone = f;
	l.zone_may_lack = !l.zone || !l.zone->always;
	l.span = l.window ? l.window->span : q->name.span;
	week_of_window(&l.week, l.window, q->purpose, skip);
	uint32_t before = k->diags->count;
	struct verdict *known = seen->object;
	look_at(&l, &known);
	seen->object = known;
	seen->used = k->diags->count == before; /* nothing is wrong with it */
}

void never_open_check(struct checker *k, const struct sequence *q)
{
	const struct message *last = NULL;
	for (uint32_t i = 0; i < q->step_count; i++)
		for (const struct message *m = q->steps[i]->message; m; m = m->next) {
			bool same = last && last->window == m->window && last->any_day == m->any_day &&
			            last->channel == m->channel;
			if (m->hold_out || same)
				continue;
			check_window_of(k, q, m);
			last = m;
		}
}
