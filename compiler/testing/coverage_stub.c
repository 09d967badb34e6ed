/* SPDX-License-Identifier: Apache-2.0
 * One stub may reach several of the missing places: those need none of their own. */
#include "compiler/testing/coverage_stub.h"
#include "compiler/testing/explore.h"
#include "compiler/testing/shrink.h"
#include "compiler/testing/write_test.h"
#include <string.h>

#define SHRINK_TRIES     300
#define MONDAY_AT_TEN_US (EXAMPLE_MONDAY_US + 10 * US_PER_HOUR) /* on any wall clock */

/* A place that is missing, and the first play that reached it. */
struct wanted {
	const struct coverage_point *point;
	bool found, done;
	struct play play;
};

struct stubs {
	const struct coverage *coverage;
	const struct stub_options *options;
	struct arena arena; /* of the sequence in hand */
	struct slice sequence;
	struct wanted *wanted;
	uint32_t count;
	uint8_t *marks; /* of the play that is run again */
	uint32_t mark_count;
	const struct wanted *aim;
	uint32_t early; /* acts of the smallest play so far that come before what they are about */
	struct play plain;
};

static void look(void *context, const struct play *p, const struct scenario *s, const uint8_t *marks)
{
	struct stubs *t = context;
	for (uint32_t i = 0; i < t->count; i++) {
		struct wanted *w = &t->wanted[i];
		if (w->found || !coverage_reached(w->point, marks, t->sequence, s))
			continue;
		w->found = true;
		w->play = play_copy(p, &t->arena);
	}
}

static uint8_t *give_marks(void *context, const struct plan *plan)
{
	struct stubs *t = context;
	if (!slice_eq(PLAN_STRING(plan, plan->sequence->name), t->sequence))
		return NULL;
	if (t->mark_count < plan->code_length) {
		t->marks = ARENA_ARRAY(&t->arena, uint8_t, plan->code_length);
		t->mark_count = plan->code_length;
	}
	memset(t->marks, 0, t->mark_count);
	return t->marks;
}

static struct scenario *run(struct stubs *t, struct play *p)
{
	struct buf error = {0};
	struct play_options options = {.until_us = NEVER_US, .drop = true, .marks = give_marks, .context = t};
	struct scenario *s = play_run_with(t->options->k, t->options->zones, p, &options, &error);
	buf_free(&error);
	return s;
}

/* When what the contact answers or clicks had left, or something at all; NEVER_US: it never does. INT64_MIN: it answers
 * nothing. */
static int64_t left_before(const struct play_act *a, const struct scenario *s)
{
	bool answers =
	        a->act.kind == ACT_EVENT && a->act.event.kind != EVENT_NAMED && a->act.event.kind != EVENT_MEETING;
	for (size_t h = 0; answers && h < s->happening_count; h++) {
		const struct drive_line *l = &s->happenings[h].line;
		if (!l->step.n || (a->act.event.step.n && !slice_eq(l->step, a->act.event.step)))
			continue;
		return l->at_us;
	}
	return answers ? NEVER_US : INT64_MIN;
}

/* How many acts come before there is anything that they could be about: nobody answers what has not left yet, though
 * the drive would take it. */
static uint32_t early_acts(const struct play *p, const struct scenario *s)
{
	uint32_t early = 0;
	for (size_t i = 0; i < p->act_count; i++)
		early += left_before(&p->acts[i], s) >= p->acts[i].at_us;
	return early;
}

static bool still_reached(void *context, struct play *p)
{
	struct stubs *t = context;
	struct scenario *s = run(t, p);
	bool reached = s && coverage_reached(t->aim->point, t->marks, t->sequence, s);
	uint32_t early = reached ? early_acts(p, s) : 0;
	scenario_close(s);
	if (!reached || early > t->early)
		return false;
	t->early = early;
	return true;
}

/* Puts acts that come too early an hour after what they are about. */
static void put_later(struct stubs *t, struct play *p)
{
	for (size_t i = 0; i < p->act_count; i++) {
		struct play later = play_copy(p, &t->arena);
		struct scenario *s = run(t, &later);
		int64_t left_us = s && i < later.act_count ? left_before(&later.acts[i], s) : NEVER_US;
		scenario_close(s);
		if (left_us == NEVER_US || left_us < later.acts[i].at_us)
			continue;
		later.acts[i].at_us = left_us + US_PER_HOUR;
		for (size_t k = i; k + 1 < later.act_count && later.acts[k].at_us > later.acts[k + 1].at_us; k++) {
			struct play_act act = later.acts[k];
			later.acts[k] = later.acts[k + 1];
			later.acts[k + 1] = act;
		}
		if (still_reached(t, &later))
			*p = later;
	}
}

/* "contact.vip is yes": what the test is called. */
static void put_title(struct stubs *t, const struct coverage_point *p, struct buf *out)
{
	struct buf said = {0};
	coverage_say(t->coverage, p, &said);
	struct slice rest = buf_slice(&said);
	static const struct {
		const char *never, *now;
	} TURNS[] = {{" was never ", " is "},
	             {" never had to wait", " has to wait"},
	             {" never left by", " leaves by"},
	             {" never ended it", " ends it"}};
	for (size_t i = 0; i < sizeof TURNS / sizeof *TURNS; i++) {
		ptrdiff_t at = slice_find(rest, slice_of(TURNS[i].never));
		if (at < 0)
			continue;
		size_t n = strlen(TURNS[i].never);
		buf_addf(out, "%.*s%s%.*s", (int)at, rest.p, TURNS[i].now, (int)(rest.n - (size_t)at - n),
		         rest.p + at + n);
		buf_free(&said);
		return;
	}
	buf_add_slice(out, rest);
	buf_free(&said);
}

/* A title is a plain string: quotes of the source would end it, and braces would begin a hole. */
static struct slice title_of(struct stubs *t, const struct coverage_point *p)
{
	struct buf text = {0};
	put_title(t, p, &text);
	size_t n = 0;
	for (size_t i = 0; i < text.n; i++) {
		char ch = text.p[i];
		if (ch != '`' && ch != '{' && ch != '}' && ch != '\\')
			text.p[n++] = ch == '"' ? '\'' : ch;
	}
	text.n = n;
	return arena_take(&t->arena, &text);
}

static void write_one(struct stubs *t, struct wanted *w, struct buf *out)
{
	t->aim = w;
	t->early = UINT32_MAX;
	put_later(t, &w->play);
	struct play small = play_shrink(&w->play, &t->plain, still_reached, t, SHRINK_TRIES, &t->arena);
	struct scenario *s = run(t, &small);
	if (!s || !coverage_reached(w->point, t->marks, t->sequence, s)) {
		scenario_close(s);
		w->found = false;
		return;
	}
	for (uint32_t i = 0; i < t->count; i++)
		t->wanted[i].done |= coverage_reached(t->wanted[i].point, t->marks, t->sequence, s);
	buf_adds(out, out->n ? "\n" : "");
	write_test(out, title_of(t, w->point), t->options->k, &small, s);
	scenario_close(s);
}

/* A contact as good as any, enrolled on a Monday at ten. */
static bool make_plain(struct stubs *t, struct buf *error)
{
	const struct compile *k = t->options->k;
	const struct compile_result *r = compile_find(k, t->sequence);
	struct image_error why = {{0}};
	struct policy policy;
	struct plan plan;
	bool ok = policy_load(&policy, k->policy.p, k->policy.n, false, &why);
	if (ok && (ok = plan_load(&plan, r->plan.p, r->plan.n, false, &why))) {
		play_sample(&t->plain, &policy, &plan, &t->arena);
		t->plain.sequence = t->sequence;
		t->plain.start_us =
		        tz_from_wall(play_zone(&t->plain, &policy, t->options->zones), MONDAY_AT_TEN_US, TZ_COMPATIBLE);
		plan_free(&plan);
	}
	policy_free(&policy);
	if (!ok)
		buf_adds(error, why.text);
	return ok;
}

static bool stubs_of(struct stubs *t, struct buf *out, struct buf *error)
{
	struct explore_report report;
	struct explore_options options = {
	        .k = t->options->k,
	        .sequence = t->sequence,
	        .zones = t->options->zones,
	        .seed = t->options->seed,
	        .runs = t->options->runs,
	        .at_most_ms = t->options->at_most_ms,
	        .each = look,
	        .orders = true,
	        .context = t,
	};
	if (!make_plain(t, error) || !explore(&options, &report, &t->arena, error))
		return false;
	for (uint32_t i = 0; i < t->count; i++)
		if (t->wanted[i].found && !t->wanted[i].done)
			write_one(t, &t->wanted[i], out);
	for (uint32_t i = 0; i < t->count; i++) {
		if (t->wanted[i].found)
			continue;
		buf_addf(out, "%s# ", out->n ? "\n" : "");
		coverage_say(t->coverage, t->wanted[i].point, out);
		buf_addf(out, " in `%.*s`, and none of %u tries found a way to it\n", SLICE_ARG(t->sequence),
		         report.plays);
	}
	return true;
}

bool coverage_stubs(const struct coverage *c, const struct stub_options *options, struct buf *out, struct buf *error)
{
	uint32_t count;
	const struct covered *places = coverage_points(c, &count);
	bool ok = true;
	for (uint32_t from = 0, to; ok && from < count; from = to) {
		struct stubs t = {.coverage = c, .options = options, .sequence = places[from].sequence};
		arena_init(&t.arena, 0, NULL);
		for (to = from; to < count && slice_eq(places[to].sequence, t.sequence); to++)
			;
		t.wanted = ARENA_ARRAY(&t.arena, struct wanted, to - from + 1);
		for (uint32_t i = from; i < to; i++)
			if (!places[i].runs)
				t.wanted[t.count++].point = places[i].point;
		ok = t.count == 0 || stubs_of(&t, out, error);
		arena_free(&t.arena);
	}
	return ok;
}
