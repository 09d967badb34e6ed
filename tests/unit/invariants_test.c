/* SPDX-License-Identifier: Apache-2.0
 * Each invariant has a run, made by hand, that breaks it, and one beside it that does not. */
#include "compiler/testing/invariants.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
/* after those it needs */
#include <cmocka.h>

#define HOLDS (-1)

struct example {
	const char *about;
	const char *workspace, *sequence; /* lines to put into either */
	const char *happened, *acts;      /* "2026-03-02 10:00 sent one; …": times are Paris' */
	int breaks;                       /* an invariant, or HOLDS */
	const char *zone;                 /* of the contact; NULL: none */
	bool goes_on;                     /* it has not ended */
	bool waits;                       /* and something is left to happen */
};

#define SOURCE                                                                                                         \
	"workspace w { timezone \"Europe/Paris\"; contact { email email; phone phone; timezone zone }\n"               \
	"mailbox sales { address \"s@acme.example\"; postal \"1 Main St\" }\n"                                         \
	"holidays use h\n%s\n}\nholidays h { 2026-03-10 }\n"                                                           \
	"sequence s {\nexit on reply\n%s\n"                                                                            \
	"email one { subject \"1\"; body \"One.\" }\nwait 3 days\nemail two { body \"Two.\" }\n"                       \
	"wait 2 days\nrepeat up to 2 times every 2 days as rounds { email again { body \"Again.\" } }\n"               \
	"wait 5 days as late\nemail last { body \"Last.\" } }\n"

enum { LINES_MAX = 16 };

struct fixture {
	struct compile k;
	struct plan plan;
	struct policy policy;
	struct tz_db *zones;
	struct happening happenings[LINES_MAX];
	struct play_act acts[LINES_MAX];
	struct drive_field fields[2];
	struct play play;
	struct run_seen run;
	char words[LINES_MAX * 2][3][40];
};

/* The next of "…; …": its instant and its words. */
static bool next_line(struct fixture *f, const char **rest, char (*words)[40], int64_t *at_us)
{
	char date[11], time[6];
	int n = 0;
	int64_t wall_us;
	memset(words, 0, 3 * sizeof *words);
	if (!*rest ||
	    sscanf(*rest, " %10s %5s %39[^ ;] %39[^ ;] %39[^;]%n", date, time, words[0], words[1], words[2], &n) < 3)
		return false;
	char wall[20];
	snprintf(wall, sizeof wall, "%s %s", date, time);
	assert_true(civil_parse_wall(slice_of(wall), &wall_us));
	*at_us = tz_from_wall(tz_get(f->zones, SLICE("Europe/Paris")), wall_us, TZ_COMPATIBLE);
	const char *end = strchr(*rest, ';');
	*rest = end ? end + 1 : NULL;
	return true;
}

static void read_happenings(struct fixture *f, const struct example *e)
{
	const char *rest = e->happened;
	int64_t at_us;
	size_t n = 0;
	while (next_line(f, &rest, f->words[n], &at_us)) {
		struct drive_line *line = &f->happenings[n].line;
		*line = (struct drive_line){.at_us = at_us, .enrollment_id = 1, .due_us = at_us, .planned_us = at_us};
		line->sequence = SLICE("s");
		line->zone = tz_get(f->zones, SLICE("Europe/Paris"));
		for (int i = 0; i < DRIVE_LINE_COUNT; i++)
			if (strcmp(f->words[n][0], drive_line_word((enum drive_line_event)i)) == 0)
				line->event = (enum drive_line_event)i;
		bool sent = line->event == DRIVE_SENT;
		line->kind = sent ? SLICE("email") : (struct slice){0};
		*(sent ? &line->step : &line->reason) = slice_of(f->words[n][1]);
		n++;
	}
	f->run.happenings = f->happenings;
	f->run.happening_count = n;
}

static void read_acts(struct fixture *f, const struct example *e)
{
	const char *rest = e->acts;
	int64_t at_us;
	size_t n = 0;
	while (next_line(f, &rest, f->words[LINES_MAX + n], &at_us)) {
		const char *word = f->words[LINES_MAX + n][0];
		int kind = drive_event_kind_of(slice_of(word));
		f->acts[n] = (struct play_act){.at_us = at_us};
		f->acts[n].act.kind = strcmp(word, "pause") == 0    ? ACT_PAUSE
		                      : strcmp(word, "resume") == 0 ? ACT_RESUME
		                                                    : ACT_EVENT;
		f->acts[n++].act.event.kind = kind < 0 ? EVENT_REPLY : (enum drive_event_kind)kind;
	}
	f->play.acts = f->acts;
	f->play.act_count = n;
}

static void setup(struct fixture *f, const struct example *e)
{
	char source[2000];
	struct image_error why;
	memset(f, 0, sizeof *f);
	compile_init(&f->k);
	f->k.emit = true;
	snprintf(source, sizeof source, SOURCE, e->workspace ? e->workspace : "", e->sequence ? e->sequence : "");
	if (!compile_text(&f->k, "main.seq", slice_of(source))) {
		struct buf told = {0};
		diags_render_text(&f->k.diags, &told, false, 0);
		fail_msg("%s: %s", e->about, buf_cstr(&told));
	}
	f->zones = tz_db_open(NULL);
	assert_true(plan_load(&f->plan, f->k.results[0].plan.p, f->k.results[0].plan.n, true, &why));
	assert_true(policy_load(&f->policy, f->k.policy.p, f->k.policy.n, true, &why));
	f->fields[0] = (struct drive_field){SLICE("email"), SLICE("ada@engines.example")};
	f->fields[1] = (struct drive_field){SLICE("timezone"), slice_of(e->zone)};
	f->play = (struct play){.sequence = SLICE("s"), .fields = f->fields, .field_count = e->zone ? 2 : 1};
	f->run = (struct run_seen){.plan = &f->plan,
	                           .policy = &f->policy,
	                           .play = &f->play,
	                           .zones = f->zones,
	                           .ended = !e->goes_on,
	                           .next_us = e->waits ? 0 : NEVER_US};
	read_happenings(f, e);
	read_acts(f, e);
	if (f->run.happening_count)
		f->play.start_us = f->happenings[0].line.at_us;
}

static void teardown(struct fixture *f)
{
	plan_free(&f->plan);
	policy_free(&f->policy);
	tz_db_close(f->zones);
	compile_free(&f->k);
}

static void check(const struct example *examples, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct fixture f;
		struct run_broken broken = {0};
		setup(&f, &examples[i]);
		bool holds = invariants_hold(&f.run, &broken);
		int got = holds ? HOLDS : (int)broken.which;
		if (got != examples[i].breaks)
			fail_msg("%s: %s", examples[i].about, holds ? "nothing broke" : broken.text);
		teardown(&f);
	}
}
#define CHECK(examples) check(examples, sizeof(examples) / sizeof *(examples))

static void windows_are_held(void **state)
{
	(void)state;
	static const struct example examples[] = {
	        {.about = "the first minute",
	         NULL,
	         "window mon-fri 09:00-17:00",
	         "2026-03-02 09:00 sent one",
	         NULL,
	         HOLDS},
	        {.about = "a minute too early",
	         NULL,
	         "window mon-fri 09:00-17:00",
	         "2026-03-02 08:59 sent one",
	         NULL,
	         INVARIANT_WINDOW},
	        {.about = "the end is outside",
	         NULL,
	         "window mon-fri 09:00-17:00",
	         "2026-03-02 17:00 sent one",
	         NULL,
	         INVARIANT_WINDOW},
	        {.about = "a Saturday",
	         NULL,
	         "window mon-fri 09:00-17:00",
	         "2026-03-07 10:00 sent one",
	         NULL,
	         INVARIANT_WINDOW},
	        {.about = "a weekend that is skipped",
	         NULL,
	         "window anytime; skip weekends",
	         "2026-03-07 10:00 sent one",
	         NULL,
	         INVARIANT_WINDOW},
	        {.about = "a holiday", NULL, "skip holidays", "2026-03-10 10:00 sent one", NULL, INVARIANT_WINDOW},
	        {.about = "a holiday that nobody skips", NULL, NULL, "2026-03-10 10:00 sent one", NULL, HOLDS},
	        {.about = "the night after the day it opened on",
	         NULL,
	         "window fri 22:00-02:00",
	         "2026-03-07 01:59 sent one",
	         NULL,
	         HOLDS},
	        {.about = "the night before it",
	         NULL,
	         "window fri 22:00-02:00",
	         "2026-03-06 01:59 sent one",
	         NULL,
	         INVARIANT_WINDOW},
	        {.about = "in the contact's zone",
	         NULL,
	         "window mon-fri 09:00-17:00",
	         "2026-03-02 09:00 sent one",
	         NULL,
	         INVARIANT_WINDOW,
	         "America/Montreal"},
	        {.about = "in its own zone",
	         NULL,
	         "window mon-fri 09:00-17:00 in \"Europe/Paris\"",
	         "2026-03-02 09:00 sent one",
	         NULL,
	         HOLDS,
	         "America/Montreal"},
	};
	CHECK(examples);
}

static void quiet_hours_are_held(void **state)
{
	(void)state;
	static const struct example examples[] = {
	        {.about = "before them",
	         "quiet email 20:00-08:00",
	         "window anytime",
	         "2026-03-02 19:59 sent one",
	         NULL,
	         HOLDS},
	        {.about = "in them",
	         "quiet email 20:00-08:00",
	         "window anytime",
	         "2026-03-02 20:00 sent one",
	         NULL,
	         INVARIANT_QUIET},
	        {.about = "after midnight",
	         "quiet email 20:00-08:00",
	         "window anytime",
	         "2026-03-02 07:59 sent one",
	         NULL,
	         INVARIANT_QUIET},
	        {.about = "at their end",
	         "quiet email 20:00-08:00",
	         "window anytime",
	         "2026-03-02 08:00 sent one",
	         NULL,
	         HOLDS},
	};
	CHECK(examples);
}

#define THREE "2026-03-02 10:00 sent one; 2026-03-05 10:00 sent two; 2026-03-08 10:00 sent again"

static void limits_are_held(void **state)
{
	(void)state;
	static const struct example examples[] = {
	        {.about = "as many as may be", "limit 3 messages per 7 days", NULL, THREE, NULL, HOLDS},
	        {.about = "one more", "limit 2 messages per 7 days", NULL, THREE, NULL, INVARIANT_LIMIT},
	        {.about = "on the date that is free again", "limit 2 messages per 6 days", NULL, THREE, NULL, HOLDS},
	        {.about = "the first is no follow-up", "limit 2 followups per 7 days", NULL, THREE, NULL, HOLDS},
	        {.about = "follow-ups", "limit 1 followup per 7 days", NULL, THREE, NULL, INVARIANT_LIMIT},
	        {.about = "a cap", "limit 2 messages", NULL, THREE, NULL, INVARIANT_LIMIT},
	        {.about = "another channel", NULL, NULL, THREE, NULL, HOLDS},
	        {.about = "its own limit", NULL, "limit 2 messages per 7 days", THREE, NULL, INVARIANT_LIMIT},
	        {.about = "a month", "limit 2 messages per month", NULL, THREE, NULL, INVARIANT_LIMIT},
	        {.about = "two months",
	         "limit 2 messages per month",
	         NULL,
	         "2026-03-30 10:00 sent one; 2026-03-31 10:00 sent two; 2026-04-01 10:00 sent again",
	         NULL,
	         HOLDS},
	};
	CHECK(examples);
}

static void promises_are_held(void **state)
{
	(void)state;
	static const struct example examples[] = {
	        {.about = "kept", NULL, "promise at most 4 messages per 7 days", THREE, NULL, HOLDS},
	        {.about = "broken",
	         NULL,
	         "promise at most 4 messages per 7 days",
	         "2026-03-02 10:00 sent one; 2026-03-03 10:00 sent two; 2026-03-04 10:00 sent again; "
	         "2026-03-05 10:00 sent again; 2026-03-08 10:00 sent last",
	         NULL,
	         INVARIANT_PROMISE},
	        {.about = "in all",
	         NULL,
	         "promise at most 5 messages",
	         "2026-03-02 10:00 sent one; 2026-03-05 10:00 sent two; 2026-03-07 10:00 sent again; "
	         "2026-03-09 10:00 sent again; 2026-03-16 10:00 sent last",
	         NULL,
	         HOLDS},
	};
	CHECK(examples);
}

static void nothing_is_sent_twice(void **state)
{
	(void)state;
	static const struct example examples[] = {
	        {.about = "a step",
	         NULL,
	         NULL,
	         "2026-03-02 10:00 sent one; 2026-03-05 10:00 sent one",
	         NULL,
	         INVARIANT_TWICE},
	        {.about = "a round each",
	         NULL,
	         NULL,
	         "2026-03-02 10:00 sent again; 2026-03-05 10:00 sent again",
	         NULL,
	         HOLDS},
	        {.about = "a round too many",
	         NULL,
	         NULL,
	         "2026-03-02 10:00 sent again; 2026-03-05 10:00 sent again; 2026-03-07 10:00 sent again",
	         NULL,
	         INVARIANT_TWICE},
	        {.about = "at one instant",
	         NULL,
	         NULL,
	         "2026-03-02 10:00 sent again; 2026-03-02 10:00 sent again",
	         NULL,
	         INVARIANT_TWICE},
	};
	CHECK(examples);
}

static void an_end_is_an_end(void **state)
{
	(void)state;
	static const struct example examples[] = {
	        {.about = "a reply ends it",
	         NULL,
	         NULL,
	         "2026-03-02 10:00 sent one; 2026-03-03 10:00 exit reply",
	         "2026-03-03 10:00 reply",
	         HOLDS},
	        {.about = "a message after the exit",
	         NULL,
	         NULL,
	         "2026-03-02 10:00 sent one; 2026-03-03 10:00 exit reply; 2026-03-05 10:00 sent two",
	         NULL,
	         INVARIANT_AFTER_EXIT},
	        {.about = "a reply that ends nothing",
	         NULL,
	         NULL,
	         "2026-03-02 10:00 sent one; 2026-03-05 10:00 sent two; 2026-03-06 10:00 finish",
	         "2026-03-03 10:00 reply",
	         INVARIANT_AFTER_EXIT},
	        {.about = "an unsubscribe that ends nothing",
	         NULL,
	         NULL,
	         "2026-03-02 10:00 sent one; 2026-03-05 10:00 sent two; 2026-03-06 10:00 finish",
	         "2026-03-03 10:00 unsubscribe",
	         INVARIANT_AFTER_EXIT},
	        {.about = "after it had ended",
	         NULL,
	         NULL,
	         "2026-03-02 10:00 sent one; 2026-03-06 10:00 finish",
	         "2026-03-08 10:00 reply",
	         HOLDS},
	        {.about = "a click is no exit here",
	         NULL,
	         NULL,
	         "2026-03-02 10:00 sent one; 2026-03-05 10:00 sent two; 2026-03-06 10:00 finish",
	         "2026-03-03 10:00 click",
	         HOLDS},
	};
	CHECK(examples);
}

static void every_run_ends(void **state)
{
	(void)state;
	static const struct example examples[] = {
	        {.about = "nothing is left to happen",
	         NULL,
	         NULL,
	         "2026-03-02 10:00 sent one",
	         NULL,
	         INVARIANT_ENDLESS,
	         NULL,
	         true},
	        {.about = "it waits", NULL, NULL, "2026-03-02 10:00 sent one", NULL, HOLDS, NULL, true, true},
	        {.about = "it is paused",
	         NULL,
	         NULL,
	         "2026-03-02 10:00 sent one",
	         "2026-03-03 10:00 pause",
	         HOLDS,
	         NULL,
	         true},
	        {.about = "it was resumed",
	         NULL,
	         NULL,
	         "2026-03-02 10:00 sent one",
	         "2026-03-03 10:00 pause; 2026-03-04 10:00 resume",
	         INVARIANT_ENDLESS,
	         NULL,
	         true},
	        {.about = "it failed inside",
	         NULL,
	         NULL,
	         "2026-03-02 10:00 held internal",
	         NULL,
	         INVARIANT_ENDLESS,
	         NULL,
	         true,
	         true},
	};
	CHECK(examples);
}

static void time_goes_one_way(void **state)
{
	(void)state;
	static const struct example examples[] = {
	        {.about = "back",
	         NULL,
	         NULL,
	         "2026-03-05 10:00 sent one; 2026-03-04 10:00 sent two",
	         NULL,
	         INVARIANT_ORDER},
	        {.about = "on", NULL, NULL, "2026-03-04 10:00 sent one; 2026-03-05 10:00 sent two", NULL, HOLDS},
	};
	CHECK(examples);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(windows_are_held),      cmocka_unit_test(quiet_hours_are_held),
	        cmocka_unit_test(limits_are_held),       cmocka_unit_test(promises_are_held),
	        cmocka_unit_test(nothing_is_sent_twice), cmocka_unit_test(an_end_is_an_end),
	        cmocka_unit_test(every_run_ends),        cmocka_unit_test(time_goes_one_way),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
