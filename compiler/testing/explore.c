/* SPDX-License-Identifier: Apache-2.0
 * Plays are thrown, run and looked at; one that showed something new is kept, and later ones are made from it by adding
 * an act around something that happened in it, by taking one out, or by changing contact, start or time. */
#include "compiler/testing/explore.h"
#include "base/clock.h"
#include "compiler/testing/possible.h"
#include "compiler/testing/shrink.h"
#include "runtime/vm/vm.h"
#include <stdlib.h>

#define KEPT_MAX     512
#define ACTS_MAX     12
#define INSTANTS_MAX 4000 /* of one run: ten years of a message a day */
#define SEEN_BITS    65536u
#define SHRINK_TRIES 4000
#define PLAIN_US     (EXAMPLE_MONDAY_US + 9 * US_PER_HOUR)

/* A play that showed something new, with the instants at which something happened in it. */
struct kept {
	struct play play;
	int64_t *instants;
	uint32_t count;
};

struct explorer {
	const struct explore_options *o;
	struct explore_report *report;
	struct arena *arena;  /* what is kept */
	struct arena passing; /* of the play that is being tried */
	struct buf *error;
	struct plan plan;
	struct policy policy;
	struct possible possible;
	struct play plain;
	struct dice dice;
	struct kept kept[KEPT_MAX];
	uint32_t kept_count;
	uint8_t *marks;              /* of this run */
	uint8_t *all;                /* of all */
	uint8_t seen[SEEN_BITS / 8]; /* hashes of what followed what */
	int64_t instants[INSTANTS_MAX];
	uint32_t instant_count;
	enum invariant broken;
};

/* ---- one run ---- */

static uint8_t *on_marks(void *context, const struct plan *plan)
{
	struct explorer *e = context;
	return memcmp(plan->image.hash, e->plan.image.hash, SHA256_SIZE) == 0 ? e->marks : NULL;
}

static void on_instant(void *context, int64_t at_us)
{
	struct explorer *e = context;
	if (e->instant_count < INSTANTS_MAX)
		e->instants[e->instant_count++] = at_us;
}

/* A time that a test can write: a whole minute of the wall clock, the first of two. */
static int64_t written(const struct tz *zone, int64_t at_us)
{
	int64_t wall_us = tz_to_wall(zone, at_us);
	return tz_from_wall(zone, wall_us - civil_time_of(wall_us) % US_PER_MINUTE, TZ_COMPATIBLE);
}

static void round_times(struct explorer *e, struct play *p)
{
	const struct tz *zone = play_zone(p, &e->policy, e->o->zones);
	int64_t before_us = p->start_us = written(zone, p->start_us);
	for (size_t i = 0; i < p->act_count; i++) {
		struct play_act *a = &p->acts[i];
		a->at_us = written(zone, a->at_us);
		a->at_us = a->at_us < before_us ? before_us : a->at_us;
		before_us = a->at_us;
		int64_t until_us = a->act.event.until_us;
		if (until_us) /* of an automatic answer */
			a->act.event.until_us = written(zone, until_us > a->at_us ? until_us : a->at_us + US_PER_DAY);
	}
}

/* NULL: the contact is refused, or it cannot run. */
static struct scenario *run(struct explorer *e, struct play *p)
{
	struct play_options o = {.until_us = NEVER_US,
	                         .drop = true,
	                         .instants_max = INSTANTS_MAX,
	                         .instant = on_instant,
	                         .marks = on_marks,
	                         .context = e};
	round_times(e, p);
	memset(e->marks, 0, e->plan.code_length);
	e->instant_count = 0;
	on_instant(e, p->start_us);
	buf_clear(e->error);
	return play_run_with(e->o->k, e->o->zones, p, &o, e->error);
}

static bool holds(struct explorer *e, const struct play *p, const struct scenario *s, struct run_broken *broken)
{
	struct run_seen seen = {.plan = &e->plan,
	                        .policy = &e->policy,
	                        .play = p,
	                        .happenings = s->happenings,
	                        .happening_count = s->happening_count,
	                        .zones = e->o->zones,
	                        .ended = s->ended,
	                        .next_us = scenario_next_us(s)};
	return e->o->holds ? e->o->holds(e->o->context, &seen, broken) : invariants_hold(&seen, broken);
}

/* ---- what is new about it ---- */

static bool add_marks(struct explorer *e)
{
	bool news = false;
	for (uint32_t i = 0; i < e->plan.code_length; i++) {
		news = news || (e->marks[i] & ~e->all[i]);
		e->all[i] |= e->marks[i];
	}
	return news;
}

static bool add_seen(struct explorer *e, uint64_t hash)
{
	uint32_t bit = (uint32_t)(hash ^ hash >> 32) % SEEN_BITS;
	bool news = !(e->seen[bit / 8] >> bit % 8 & 1);
	e->seen[bit / 8] |= (uint8_t)(1u << bit % 8);
	return news;
}

/* What happened after what, and why it was late, in words without a date. */
static bool add_orders(struct explorer *e, const struct scenario *s)
{
	uint64_t before = 0;
	bool news = false;
	for (size_t i = 0; i < s->happening_count; i++) {
		const struct happening *h = &s->happenings[i];
		struct slice why = h->shift_count ? h->shifts[h->shift_count - 1].reason : (struct slice){0};
		ptrdiff_t end = slice_find(why, SLICE(";"));
		uint64_t hash = slice_hash(h->line.step) * 31 + (uint64_t)h->line.event;
		hash = hash * 31 + slice_hash((struct slice){why.p, end < 0 ? why.n : (size_t)end});
		news |= add_seen(e, hash * 1000003 + before);
		before = hash;
	}
	return news;
}

static const struct play *keep(struct explorer *e, const struct play *p)
{
	uint32_t at = e->kept_count < KEPT_MAX ? e->kept_count++ : dice_below(&e->dice, KEPT_MAX);
	struct kept *k = &e->kept[at];
	uint32_t count = e->instant_count < 64 ? e->instant_count : 64;
	*k = (struct kept){.play = play_own(p, e->arena), .count = count};
	k->instants = ARENA_ARRAY(e->arena, int64_t, count + 1);
	/* Of a long run some of all over it. */
	for (uint32_t i = 0; i < count; i++)
		k->instants[i] = e->instants[(uint64_t)i * e->instant_count / count];
	return &k->play;
}

/* ---- another play ---- */

static int64_t pick_instant(struct explorer *e, const struct kept *from, const struct play *p)
{
	static const int64_t AROUND[] = {0, 0, -1, -1, 1, 1, -15, 15, 60};
	int64_t shift_us = p->start_us - from->play.start_us;
	int64_t at_us = p->start_us;
	if (from->count)
		at_us = from->instants[dice_below(&e->dice, from->count)] + shift_us;
	uint32_t which = dice_below(&e->dice, 12);
	if (which < sizeof AROUND / sizeof *AROUND)
		at_us += AROUND[which] * US_PER_MINUTE;
	else
		at_us += ((int64_t)dice_below(&e->dice, 6 * 1440) - 1440) * US_PER_MINUTE;
	return at_us < p->start_us ? p->start_us : at_us;
}

static void put_act(struct explorer *e, struct play *p, int64_t at_us, struct scenario_act what)
{
	struct play_act act = {at_us, what};
	if (p->act_count >= ACTS_MAX)
		return;
	struct play_act *acts = ARENA_ARRAY(&e->passing, struct play_act, p->act_count + 1);
	size_t n = 0;
	for (size_t i = 0; i <= p->act_count; i++) {
		if (n == i && (i == p->act_count || p->acts[i].at_us > at_us))
			acts[n++] = act;
		if (i < p->act_count)
			acts[n++] = p->acts[i];
	}
	p->acts = acts;
	p->act_count++;
}

static void add_act(struct explorer *e, const struct kept *from, struct play *p)
{
	int64_t at_us = pick_instant(e, from, p);
	struct scenario_act act = possible_throw(&e->possible, &e->dice, p, at_us);
	put_act(e, p, at_us, act);
	/* What is paused is mostly resumed: within minutes or days. */
	if (act.kind == ACT_PAUSE && dice_below(&e->dice, 4))
		put_act(e, p,
		        at_us + (int64_t)(1 + dice_below(&e->dice, dice_below(&e->dice, 2) ? 240 : 20000)) *
		                        US_PER_MINUTE,
		        (struct scenario_act){.kind = ACT_RESUME});
}

static void remove_act(struct explorer *e, struct play *p)
{
	if (!p->act_count)
		return;
	size_t i = dice_below(&e->dice, (uint32_t)p->act_count);
	memmove(p->acts + i, p->acts + i + 1, (p->act_count - i - 1) * sizeof *p->acts);
	p->act_count--;
}

static void change_start(struct explorer *e, struct play *p)
{
	int64_t start_us = possible_start(&e->possible, &e->dice, p);
	for (size_t i = 0; i < p->act_count; i++)
		p->acts[i].at_us += start_us - p->start_us;
	p->start_us = start_us;
}

static void mutate(struct explorer *e, const struct kept *from, struct play *p)
{
	uint32_t times = 1 + dice_below(&e->dice, 1 + dice_below(&e->dice, 6));
	for (uint32_t i = 0; i < times; i++) {
		uint32_t which = dice_below(&e->dice, 10);
		if (which < 6)
			add_act(e, from, p);
		else if (which < 7)
			remove_act(e, p);
		else if (which < 9)
			possible_change_field(&e->possible, &e->dice, p);
		else
			change_start(e, p);
	}
}

static struct play next_play(struct explorer *e, uint32_t number)
{
	if (number == 0)
		return play_copy(&e->plain, &e->passing);
	if (!e->kept_count || dice_below(&e->dice, 5) == 0) {
		struct play p = play_copy(&e->plain, &e->passing);
		possible_enroll(&e->possible, &e->dice, &p);
		for (uint32_t i = dice_below(&e->dice, 5); e->kept_count && i > 0; i--)
			add_act(e, &e->kept[0], &p);
		return p;
	}
	const struct kept *from = &e->kept[dice_below(&e->dice, e->kept_count)];
	struct play p = play_copy(&from->play, &e->passing);
	mutate(e, from, &p);
	return p;
}

/* ---- what breaks ---- */

static bool still_broken(void *context, struct play *p)
{
	struct explorer *e = context;
	struct run_broken broken = {0};
	struct scenario *s = run(e, p);
	bool shows = s && !holds(e, p, s, &broken) && broken.which == e->broken;
	scenario_close(s);
	return shows;
}

static void shrink(struct explorer *e, const struct play *p)
{
	struct explore_report *r = e->report;
	e->broken = r->what.which;
	struct play small = play_shrink(p, &e->plain, still_broken, e, SHRINK_TRIES, e->arena);
	r->play = play_own(&small, e->arena);
	struct scenario *s = run(e, &r->play);
	if (s)
		holds(e, &r->play, s, &r->what);
	scenario_close(s);
}

/* ---- all of it ---- */

/* False: something broke. */
static bool take(struct explorer *e, struct play *p, uint32_t number)
{
	struct explore_report *r = e->report;
	struct scenario *s = run(e, p);
	if (!s) {
		r->refused++;
		return true;
	}
	r->plays++;
	r->instants += e->instant_count;
	bool marks = add_marks(e), orders = add_orders(e, s);
	const struct play *kept = marks || orders ? keep(e, p) : NULL;
	r->broken = !holds(e, p, s, &r->what);
	if ((marks || (orders && e->o->orders)) && e->o->each)
		e->o->each(e->o->context, kept, s, e->all);
	scenario_close(s);
	if (r->broken) {
		r->at_play = number;
		shrink(e, p);
	}
	return !r->broken;
}

static bool is_branch(uint8_t op)
{
	return op == OP_JUMP_UNLESS || op == OP_RETURN || op == OP_WAIT_UNTIL || op == OP_OR_DEFAULT;
}

static void count_marks(struct explorer *e)
{
	struct explore_report *r = e->report;
	r->reached = r->marks = 0;
	for (uint32_t pc = 0; pc < e->plan.code_length;) {
		struct instruction in = instruction_at(e->plan.code, pc);
		r->marks += is_branch(in.op) ? 3 : 1;
		for (uint8_t bits = e->all[pc] & (VM_MARK_RAN | VM_MARK_YES | VM_MARK_NO); bits;
		     bits &= (uint8_t)(bits - 1))
			r->reached++;
		pc = in.next;
	}
}

static void loop(struct explorer *e)
{
	int64_t end_us = e->o->at_most_ms ? clock_us(CLOCK_MONOTONIC) + e->o->at_most_ms * INT64_C(1000) : INT64_MAX;
	for (uint32_t i = 0; i < e->o->runs; i++) {
		arena_reset(&e->passing);
		struct play p = next_play(e, i);
		if (!take(e, &p, i))
			break;
		if (i % 64 == 63) {
			if (clock_us(CLOCK_MONOTONIC) >= end_us)
				break;
			if (e->o->progress) {
				count_marks(e);
				e->o->progress(e->o->context, i + 1, e->report->reached, e->report->marks);
			}
		}
	}
	count_marks(e);
}

static bool begin(struct explorer *e)
{
	const struct compile_result *r = compile_find(e->o->k, e->o->sequence);
	struct image_error why;
	if (!r || !r->plan.n) {
		buf_addf(e->error, "there is no sequence `%.*s` that can run", SLICE_ARG(e->o->sequence));
		return false;
	}
	if (!policy_load(&e->policy, e->o->k->policy.p, e->o->k->policy.n, false, &why) ||
	    !plan_load(&e->plan, r->plan.p, r->plan.n, false, &why)) {
		buf_adds(e->error, why.text);
		return false;
	}
	e->marks = ARENA_ARRAY(e->arena, uint8_t, e->plan.code_length + 1);
	e->all = ARENA_ARRAY(e->arena, uint8_t, e->plan.code_length + 1);
	e->report->seen = e->all;
	e->plain = (struct play){.sequence = e->o->sequence, .start_us = PLAIN_US};
	play_sample(&e->plain, &e->policy, &e->plan, e->arena);
	possible_read(&e->possible, &e->policy, &e->plan, e->o->zones, e->arena);
	e->possible.arena = &e->passing; /* what is thrown from now on */
	e->dice.state = e->o->seed;
	return true;
}

bool explore(const struct explore_options *options, struct explore_report *report, struct arena *arena,
             struct buf *error)
{
	struct explorer *e = calloc(1, sizeof *e);
	*report = (struct explore_report){0};
	if (!e) {
		buf_adds(error, "out of memory");
		return false;
	}
	e->o = options;
	e->report = report;
	e->arena = arena;
	e->error = error;
	arena_init(&e->passing, 0, NULL);
	bool ok = begin(e);
	if (ok)
		loop(e);
	/* That nobody could be enrolled is why nothing was played. */
	ok = ok && report->plays > 0;
	if (ok)
		buf_clear(error);
	plan_free(&e->plan);
	policy_free(&e->policy);
	arena_free(&e->passing);
	free(e);
	return ok;
}
