/* SPDX-License-Identifier: Apache-2.0
 * The lines are taken one by one, the clock going only as far as each needs. A line that fails in a way that its
 * neighbours can stand (another time, another text) is noted and the next is judged; where what happens and what is
 * expected part, the rest is played without judging, so that both timelines can be shown whole. */
#include "compiler/testing/run_test.h"
#include "base/clock.h"
#include "compiler/testing/deploy_test.h"
#include "compiler/testing/judge.h"
#include "compiler/testing/play.h"
#include "compiler/testing/test_part.h"
#include "compiler/testing/test_time.h"

static bool is_expected_word(const struct happening *h, struct slice word)
{
	switch (h->line.event) {
	case DRIVE_SENT: return slice_is(word, "email") || slice_is(word, "sms") || slice_is(word, "whatsapp");
	case DRIVE_TASK:
	case DRIVE_WEBHOOK:
	case DRIVE_ALERT:
	case DRIVE_PAGE: return slice_is(word, drive_line_word(h->line.event));
	default: return false;
	}
}

/* Whether it is what the line waits for, be it at another time or with another text. */
bool judge_matches(const struct judge *j, const struct test_line *l, const struct happening *h)
{
	if (!judge_is_own(j, h))
		return false;
	if (l->kind == TEST_EXPECT_EXIT)
		return h->line.event == DRIVE_EXIT || h->line.event == DRIVE_FINISH;
	return l->kind == TEST_EXPECT && slice_eq(h->line.step, l->step) && is_expected_word(h, l->word);
}

/* ---- going on ---- */

enum sought { FOUND, OTHER /* a message that it is not */, NOWHERE, BROKEN };

/* What has happened until then, and that no line need name, is passed. */
static void pass(struct judge *j, size_t to)
{
	for (; j->cursor < to; j->cursor++)
		judge_row_happened(j, &j->s->happenings[j->cursor], false);
}

/* Looks through what happens up to until_us, instant by instant, for what the line waits for: j->cursor then stands at
 * it, or at a message that is another. Where it comes to nothing nothing is passed. */
static enum sought seek(struct judge *j, const struct test_line *l, int64_t until_us)
{
	for (size_t i = j->cursor;;) {
		for (; i < j->s->happening_count; i++) {
			const struct happening *h = &j->s->happenings[i];
			bool matches = judge_matches(j, l, h);
			if (!matches && !judge_is_message(j, h))
				continue;
			pass(j, i);
			return matches ? FOUND : OTHER;
		}
		int64_t next_us = scenario_next_us(j->s);
		if (next_us == NEVER_US || next_us > until_us)
			return NOWHERE;
		if (!scenario_step(j->s, &j->error))
			return BROKEN;
	}
}

/* When somebody acts next, if the lines before that say so. */
static int64_t next_act_us(struct judge *j, const struct test_line *l)
{
	if (!j->knows_act) {
		for (j->act = l->next; j->act && j->act->kind != TEST_AT;)
			j->act = j->act->next;
		j->knows_act = true;
	}
	if (!j->act || j->act->time.relative)
		return NEVER_US;
	return test_time_us(&j->act->time, judge_zone(j, j->here_us), j->here_us);
}

/* ---- acts ---- */

/* A click, visit or bounce is of some message: where none is named, of the last one that left. */
static struct slice step_of(const struct judge *j, const struct test_line *l)
{
	static const char *const words[] = {"click", "open", "visit", "bounce"};
	bool needs = false;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		needs = needs || slice_is(l->word, words[i]);
	for (size_t i = j->s->happening_count; needs && !l->step.n && i--;)
		if (judge_is_message(j, &j->s->happenings[i]))
			return j->s->happenings[i].line.step;
	return l->step;
}

static const struct drive_field *fields_of(struct judge *j, const struct test_line *l)
{
	struct drive_field *fields = ARENA_ARRAY(&j->v->arena, struct drive_field, l->field_count + 1);
	for (uint32_t i = 0; i < l->field_count; i++)
		fields[i] = (struct drive_field){l->fields[i].name, l->fields[i].text};
	return fields;
}

static bool read_act(struct judge *j, const struct test_line *l, int64_t at_us, struct scenario_act *act)
{
	*act = (struct scenario_act){.kind = ACT_EVENT, .by_account = l->by_account};
	if (slice_is(l->word, "pause")) {
		act->kind = ACT_PAUSE;
	} else if (slice_is(l->word, "resume")) {
		act->kind = ACT_RESUME;
	} else if (slice_is(l->word, "set")) {
		act->kind = ACT_SET;
		act->fields = fields_of(j, l);
		act->field_count = l->field_count;
	} else if (slice_is(l->word, "deploy")) {
		struct test_deploy *d = test_deploy_new(j->o, j->test, l->text, &j->error);
		if (!d)
			return false;
		d->next = j->deploys;
		j->deploys = d;
		act->kind = ACT_DEPLOY;
		act->policy = d->k.policy;
		act->plans = d->plans;
		act->plan_count = d->plan_count;
	} else {
		int kind = drive_event_kind_of(l->word);
		bool named = kind == (int)EVENT_NAMED;
		if (kind < 0) {
			buf_addf(&j->error, "nobody can do `%.*s`", SLICE_ARG(l->word));
			return false;
		}
		act->event = (struct drive_event){
		        .kind = (enum drive_event_kind)kind,
		        .step = step_of(j, l),
		        .name = named ? l->text : (struct slice){0},
		        .text = named ? (struct slice){0} : l->text,
		        .outcome = l->outcome,
		        .until_us = l->until.given ? test_time_us(&l->until, judge_zone(j, at_us), at_us) : 0,
		        .fields = fields_of(j, l),
		        .field_count = l->field_count,
		};
	}
	return true;
}

bool judge_act(struct judge *j, const struct test_line *l, int64_t at_us)
{
	struct scenario_act act;
	return read_act(j, l, at_us, &act) && scenario_do(j->s, &act, at_us, &j->error);
}

/* The first that happened before at_us (NEVER_US: at all), that no line took and that may not stay unnamed: the cursor
 * stands at it. Of what else happened before at_us all is passed; with NEVER_US nothing, where a later line may name
 * it. */
static bool is_unnamed_before(struct judge *j, int64_t at_us, bool errands_too)
{
	size_t i = j->cursor, end = j->s->happening_count;
	const struct happening *h = j->s->happenings;
	while (i < end && h[i].line.at_us < at_us && !judge_is_message(j, &h[i]) &&
	       !(errands_too && judge_is_errand(j, &h[i])))
		i++;
	bool found = i < end && h[i].line.at_us < at_us;
	if (found || at_us != NEVER_US)
		pass(j, i);
	return found;
}

/* ---- lines ---- */

static void at(struct judge *j, struct test_line *l)
{
	int64_t at_us = test_time_us(&l->time, judge_zone(j, j->here_us), j->here_us);
	if (at_us < j->s->now_us && test_time_same(judge_zone(j, at_us), at_us, j->s->now_us))
		at_us = j->s->now_us;
	if (at_us < j->s->now_us) {
		judge_goes_back(j, l, at_us);
		return;
	}
	if (at_us > j->s->now_us && !scenario_run(j->s, at_us, true, &j->error)) {
		judge_broken(j, l);
		return;
	}
	if (is_unnamed_before(j, at_us, false)) {
		judge_unnamed(j, l);
		return;
	}
	if (!judge_act(j, l, at_us)) {
		judge_broken(j, l);
		return;
	}
	j->here_us = at_us;
	j->knows_act = false;
	judge_row_line(j, l, at_us, at_us, false);
}

static void check_parts(struct judge *j, struct test_line *l, const struct happening *h)
{
	struct arena *arena = &j->v->arena;
	for (const struct test_part *p = l->parts; p; p = p->next) {
		struct slice why, detail = {0};
		if (test_part_holds(p, h, arena, &why, &detail))
			continue;
		struct test_problem *problem = judge_problem(j, PROBLEM_OTHER, l, p->span);
		problem->label = why;
		problem->message = arena_printf(arena, "%.*s %s, but %.*s", SLICE_ARG(judge_what(j, h)), judge_verb(h),
		                                SLICE_ARG(why));
		problem->detail = detail;
	}
}

/* What it waits for has happened: is it all that was said of it? */
static void hold(struct judge *j, struct test_line *l)
{
	const struct happening *h = &j->s->happenings[j->cursor++];
	int64_t at_us = h->line.at_us, expected_us = at_us;
	uint32_t before = j->v->problem_count;
	if (l->time.given)
		expected_us =
		        test_time_us(&l->time, l->time.relative ? judge_zone(j, j->here_us) : h->line.zone, j->here_us);
	if (!judge_same_time(l, h->line.zone, expected_us, at_us))
		judge_wrong_time(j, l, h, expected_us);
	if (l->kind == TEST_EXPECT_EXIT)
		judge_check_reason(j, l, h);
	else if (h->line.event == DRIVE_SENT && !slice_eq(h->line.kind, l->word))
		judge_wrong_channel(j, l, h);
	check_parts(j, l, h);
	judge_row_both(j, l, l->time.given ? expected_us : NEVER_US, h, j->v->problem_count > before);
	j->here_us = at_us;
}

static void expect(struct judge *j, struct test_line *l)
{
	switch (seek(j, l, next_act_us(j, l))) {
	case FOUND: hold(j, l); break;
	case OTHER: judge_other(j, l); break;
	case NOWHERE: judge_missing(j, l); break;
	case BROKEN: judge_broken(j, l); break;
	}
}

/* `nothing until T` looks at what is before T; `nothing more` as far as somebody acts, or to the end. */
static void expect_nothing(struct judge *j, struct test_line *l)
{
	bool until = l->kind == TEST_EXPECT_UNTIL;
	int64_t to_us = until ? test_time_us(&l->time, judge_zone(j, j->here_us), j->here_us) : next_act_us(j, l);
	if (until && to_us < j->s->now_us && !test_time_same(judge_zone(j, to_us), to_us, j->s->now_us)) {
		judge_goes_back(j, l, to_us);
		return;
	}
	if (to_us > j->s->now_us && !scenario_run(j->s, to_us, to_us != NEVER_US, &j->error)) {
		judge_broken(j, l);
		return;
	}
	if (is_unnamed_before(j, to_us, true)) {
		judge_unnamed(j, l);
		return;
	}
	judge_row_line(j, l, until ? to_us : NEVER_US, NEVER_US, false);
	if (until)
		j->here_us = to_us;
}

static void expect_state(struct judge *j, struct test_line *l)
{
	int64_t at_us = l->time.given ? test_time_us(&l->time, judge_zone(j, j->here_us), j->here_us) : j->s->now_us;
	bool yes = false;
	if (at_us < j->s->now_us && !test_time_same(judge_zone(j, at_us), at_us, j->s->now_us)) {
		judge_goes_back(j, l, at_us);
		return;
	}
	if (at_us < j->s->now_us)
		at_us = j->s->now_us;
	if (!scenario_run(j->s, at_us, false, &j->error)) {
		judge_broken(j, l);
		return;
	}
	if (is_unnamed_before(j, at_us, false)) {
		judge_unnamed(j, l);
		return;
	}
	if (l->kind == TEST_EXPECT_POSITION) {
		yes = slice_eq(scenario_position(j->s), l->step);
	} else if (!scenario_probe(j->s, l->probe, &yes, &j->error)) {
		judge_broken(j, l);
		return;
	}
	if (!yes)
		judge_wrong_state(j, l);
	judge_row_line(j, l, l->time.given ? at_us : NEVER_US, NEVER_US, !yes);
	j->here_us = l->time.given ? at_us : j->here_us;
}

static void judge_line(struct judge *j, struct test_line *l)
{
	switch (l->kind) {
	case TEST_AT: at(j, l); break;
	case TEST_EXPECT:
	case TEST_EXPECT_EXIT: expect(j, l); break;
	case TEST_EXPECT_POSITION:
	case TEST_EXPECT_THAT: expect_state(j, l); break;
	case TEST_EXPECT_UNTIL:
	case TEST_EXPECT_NO_MORE: expect_nothing(j, l); break;
	}
}

/* ---- a test ---- */

static bool begin(struct judge *j, struct scenario_options *options)
{
	struct arena *arena = &j->v->arena;
	const struct compile *k = j->o->k;
	const struct test *t = j->test;
	const struct compile_result *r = compile_find(k, t->sequence);
	if (!r || r->draft || !play_options_of(k, t->sequence, j->o->zones, arena, options)) {
		buf_addf(&j->error, "`%.*s` is a draft, which takes no contacts: take the word `draft` off to test it",
		         SLICE_ARG(t->sequence));
		return false;
	}
	struct slice *plans = ARENA_ARRAY(arena, struct slice, options->plan_count);
	for (size_t i = 0; i < options->plan_count; i++)
		plans[i] = options->plans[i].p == r->plan.p && r->probed.n ? r->probed : options->plans[i];
	options->plans = plans;
	options->spread = t->spread;
	options->ramp = t->ramp;
	options->marks = j->o->marks;
	options->context = j->o->context;
	return true;
}

/* The start is the contact's local time, and whose that is is known only when it is enrolled: the zone field is read as
 * the drive will read it. */
static bool enroll(struct judge *j, struct scenario_options *options)
{
	const struct test *t = j->test;
	struct drive_field *fields = ARENA_ARRAY(&j->v->arena, struct drive_field, t->field_count + 1);
	struct play play = {.fields = fields, .field_count = t->field_count};
	struct policy policy;
	struct image_error refused;
	for (uint32_t i = 0; i < t->field_count; i++)
		fields[i] = (struct drive_field){t->fields[i].name, t->fields[i].text};
	if (!policy_load(&policy, options->policy.p, options->policy.n, false, &refused)) {
		buf_adds(&j->error, refused.text);
		return false;
	}
	options->start_us = test_time_us(&t->start, play_zone(&play, &policy, j->o->zones), 0);
	policy_free(&policy);
	j->here_us = options->start_us;
	j->s = scenario_open(options, &j->error);
	if (j->s)
		buf_adds(&j->error, "the contact is refused: ");
	if (j->s && play_enroll(j->s, options, &play, &j->error)) {
		buf_clear(&j->error);
		return true;
	}
	scenario_close(j->s); /* nothing can happen in it */
	j->s = NULL;
	return false;
}

static void play(struct judge *j)
{
	struct scenario_options options;
	if (!begin(j, &options) || !enroll(j, &options)) {
		judge_broken(j, NULL);
		return;
	}
	judge_row_start(j, options.start_us);
	for (struct test_line *l = j->test->lines; l && !j->over; l = l->next)
		judge_line(j, l);
	if (j->over)
		return;
	if (!scenario_run(j->s, NEVER_US, false, &j->error))
		judge_broken(j, NULL);
	else if (is_unnamed_before(j, NEVER_US, false))
		judge_unnamed(j, NULL);
	else
		judge_rest(j);
}

void run_test(const struct run_test_options *o, struct test *t, struct verdict *v)
{
	int64_t from_us = clock_us(CLOCK_MONOTONIC);
	*v = (struct verdict){.test = t};
	arena_init(&v->arena, 0, NULL);
	struct judge j = {.o = o, .test = t, .v = v};
	play(&j);
	if (j.s && j.s->zone)
		v->zone = arena_copy(&v->arena, tz_name(j.s->zone));
	v->passed = !v->problem_count;
	if (j.s && o->played)
		o->played(o->context, j.s);
	scenario_close(j.s);
	test_deploy_free(j.deploys);
	buf_free(&j.error);
	v->took_us = clock_us(CLOCK_MONOTONIC) - from_us;
}

void verdict_free(struct verdict *v)
{
	arena_free(&v->arena);
}
