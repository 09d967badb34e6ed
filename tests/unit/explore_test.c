/* SPDX-License-Identifier: Apache-2.0
 * Exploring by itself: seeded, it finds what is put before it and makes it small; what it writes as tests passes, and
 * what it found fails. */
#include "compiler/testing/explore.h"
#include "compiler/testing/run_test.h"
#include "compiler/testing/shrink.h"
#include "compiler/testing/write_test.h"
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
/* after those it needs */
#include <cmocka.h> /* its run_test is a macro: ours is called in brackets */

#define SOURCE                                                                                                         \
	"workspace w { timezone \"Europe/Paris\"\n"                                                                    \
	"contact { email email; phone phone; timezone zone; vip yes_no; seats number }\n"                              \
	"mailbox sales { address \"s@acme.example\"; postal \"1 Main St\" } }\n"                                       \
	"sequence s {\nexit on reply\n"                                                                                \
	"email one { subject \"1\"; body \"One.\" }\nwait 3 days\nemail two { body \"Two.\" }\n"                       \
	"wait 2 days\nwhen contact.vip and contact.seats >= 40 and two.clicked { email gold { body \"Gold.\" } }\n"    \
	"task call \"Call\" { outcomes spoke, nobody; due 2 days }\n"                                                  \
	"when call is spoke { email last { body \"Last.\" } }\n}\n"

struct fixture {
	struct compile k;
	struct tz_db *zones;
	struct arena arena;
	struct buf error;
};

static void setup(struct fixture *f, const char *source)
{
	memset(f, 0, sizeof *f);
	compile_init(&f->k);
	f->k.emit = f->k.keep_tests = true;
	if (!compile_text(&f->k, "main.seq", slice_of(source))) {
		struct buf told = {0};
		diags_render_text(&f->k.diags, &told, false, 0);
		fail_msg("%s", buf_cstr(&told));
	}
	f->zones = tz_db_open(NULL);
	arena_init(&f->arena, 0, NULL);
}

static void teardown(struct fixture *f)
{
	buf_free(&f->error);
	arena_free(&f->arena);
	tz_db_close(f->zones);
	compile_free(&f->k);
}

static struct explore_options options_of(const struct fixture *f, uint64_t seed, uint32_t runs)
{
	return (struct explore_options){
	        .k = &f->k, .sequence = SLICE("s"), .zones = f->zones, .seed = seed, .runs = runs};
}

/* ---- finding ---- */

static void all_of_a_sequence_is_reached(void **state)
{
	(void)state;
	struct fixture f;
	struct explore_report r;
	setup(&f, SOURCE);
	struct explore_options o = options_of(&f, 1, 1500);
	assert_true(explore(&o, &r, &f.arena, &f.error));
	assert_false(r.broken);
	assert_int_equal(r.reached, r.marks);
	teardown(&f);
}

static void write_it(void *context, const struct play *p, const struct scenario *s, const uint8_t *marks)
{
	(void)p;
	(void)marks;
	buf_adds(context, "play:");
	for (size_t i = 0; i < s->happening_count; i++)
		buf_addf(context, " %lld %.*s", (long long)s->happenings[i].line.at_us,
		         SLICE_ARG(s->happenings[i].line.step));
}

static void a_seed_gives_the_same_plays(void **state)
{
	(void)state;
	struct fixture f;
	struct explore_report r;
	struct buf told[3] = {{0}};
	setup(&f, SOURCE);
	for (int i = 0; i < 3; i++) {
		struct explore_options o = options_of(&f, i == 2 ? 8 : 7, 200);
		o.each = write_it;
		o.orders = true;
		o.context = &told[i];
		assert_true(explore(&o, &r, &f.arena, &f.error));
	}
	assert_true(told[0].n > 0 && slice_eq(buf_slice(&told[0]), buf_slice(&told[1])));
	assert_false(slice_eq(buf_slice(&told[0]), buf_slice(&told[2])));
	for (int i = 0; i < 3; i++)
		buf_free(&told[i]);
	teardown(&f);
}

/* ---- what is found ---- */

/* A rule that no sequence has: nothing leaves once its sequence was resumed, and a link visited before. */
static bool made_up_rule(void *context, const struct run_seen *run, struct run_broken *broken)
{
	const struct play *p = run->play;
	int64_t resumed_us = NEVER_US;
	bool visited = false;
	(void)context;
	for (size_t i = 0; i < p->act_count && resumed_us == NEVER_US; i++) {
		const struct scenario_act *a = &p->acts[i].act;
		visited |= a->kind == ACT_EVENT && a->event.kind == EVENT_VISIT;
		if (visited && a->kind == ACT_RESUME)
			resumed_us = p->acts[i].at_us;
	}
	for (size_t i = 0; i < run->happening_count; i++) {
		const struct drive_line *line = &run->happenings[i].line;
		if (line->event != DRIVE_SENT || line->at_us <= resumed_us)
			continue;
		*broken = (struct run_broken){.which = INVARIANT_LIMIT, .happening = i, .text = "made up"};
		return false;
	}
	return true;
}

/* Runs the tests of the source with `text` behind it; how many of them pass, or -1 when it does not compile. */
static int run_all(struct fixture *f, const char *source, struct slice text, int *there)
{
	struct buf whole = {0};
	struct compile k;
	int passed = 0;
	*there = 0;
	buf_adds(&whole, source);
	buf_add_slice(&whole, text);
	compile_init(&k);
	k.emit = k.keep_tests = true;
	bool ok = compile_text(&k, "main.seq", buf_slice(&whole));
	struct run_test_options o = {.k = &k, .zones = f->zones};
	for (struct test *t = ok ? k.tests : NULL; t; t = t->next) {
		struct verdict v;
		(run_test)(&o, t, &v);
		passed += v.passed;
		++*there;
		verdict_free(&v);
	}
	compile_free(&k);
	buf_free(&whole);
	return ok ? passed : -1;
}

static void what_breaks_is_made_a_small_test_that_fails(void **state)
{
	(void)state;
	struct fixture f;
	struct explore_report r;
	struct buf test = {0};
	int there;
	setup(&f, SOURCE);
	struct explore_options o = options_of(&f, 1, 5000);
	o.holds = made_up_rule;
	assert_true(explore(&o, &r, &f.arena, &f.error));
	assert_true(r.broken);
	assert_int_equal(r.what.which, INVARIANT_LIMIT);
	assert_int_equal(r.play.act_count, 3);
	assert_true(r.play.field_count <= 2);
	struct scenario *s = play_run(&f.k, f.zones, &r.play, NEVER_US, NULL, NULL, &f.error);
	assert_non_null(s);
	write_broken_test(&test, SLICE("made up"), &f.k, &r.play, s, &r.what);
	assert_int_equal(run_all(&f, SOURCE, buf_slice(&test), &there), 0);
	assert_int_equal(there, 1);
	/* As it happened it passes. */
	buf_clear(&test);
	write_test(&test, SLICE("as it is"), &f.k, &r.play, s);
	assert_int_equal(run_all(&f, SOURCE, buf_slice(&test), &there), 1);
	scenario_close(s);
	buf_free(&test);
	teardown(&f);
}

/* Times are written by the clock that the contact has then. */
static void a_contact_that_moves_is_written_by_its_new_clock(void **state)
{
	(void)state;
	struct fixture f;
	struct buf test = {0};
	int there;
	struct drive_field fields[] = {{SLICE("email"), SLICE("ada@engines.example")}},
	                   zone[] = {{SLICE("timezone"), SLICE("America/Los_Angeles")}, {SLICE("seats"), SLICE("4")}};
	const int64_t start_us = 20514 * US_PER_DAY + 9 * US_PER_HOUR; /* 2026-03-02 10:00 in Paris */
	struct play_act acts[] = {
	        {start_us + US_PER_DAY, {.kind = ACT_SET, .fields = zone, .field_count = 2}},
	        {start_us + US_PER_DAY + US_PER_HOUR, {.kind = ACT_PAUSE}},
	        {start_us + US_PER_DAY + 2 * US_PER_HOUR, {.kind = ACT_RESUME}},
	};
	struct play p = {.sequence = SLICE("s"),
	                 .fields = fields,
	                 .field_count = 1,
	                 .start_us = start_us,
	                 .acts = acts,
	                 .act_count = 3};
	setup(&f, SOURCE);
	struct scenario *s = play_run(&f.k, f.zones, &p, NEVER_US, NULL, NULL, &f.error);
	assert_non_null(s);
	write_test(&test, SLICE("moves"), &f.k, &p, s);
	assert_non_null(strstr(buf_cstr(&test), "at 2026-03-03 10:00 set contact.timezone"));
	assert_non_null(strstr(buf_cstr(&test), "at 2026-03-03 02:00 pause"));
	assert_int_equal(run_all(&f, SOURCE, buf_slice(&test), &there), 1);
	scenario_close(s);
	buf_free(&test);
	teardown(&f);
}

/* ---- shrinking alone ---- */

struct aim {
	int calls;
};

/* At least two pauses, of which one comes a day or more after the start, and a contact with seats. */
static bool two_pauses(void *context, struct play *p)
{
	int pauses = 0;
	bool late = false, seats = false;
	((struct aim *)context)->calls++;
	for (size_t i = 0; i < p->act_count; i++) {
		pauses += p->acts[i].act.kind == ACT_PAUSE;
		late |= p->acts[i].act.kind == ACT_PAUSE && p->acts[i].at_us >= p->start_us + US_PER_DAY;
	}
	for (size_t i = 0; i < p->field_count; i++)
		seats |= slice_is(p->fields[i].name, "seats");
	return pauses >= 2 && late && seats;
}

static void a_play_is_made_as_small_as_it_can_be(void **state)
{
	(void)state;
	struct arena arena;
	struct play_act acts[12] = {{0}};
	struct drive_field fields[] = {{SLICE("email"), SLICE("ada@engines.example")},
	                               {SLICE("vip"), SLICE("yes")},
	                               {SLICE("seats"), SLICE("40")},
	                               {SLICE("timezone"), SLICE("Pacific/Apia")}};
	struct drive_field plain_fields[] = {{SLICE("email"), SLICE("ada@engines.example")}};
	const int64_t start_us = 20000 * US_PER_DAY;
	struct play plain = {.fields = plain_fields, .field_count = 1, .start_us = start_us};
	struct play p = {.fields = fields, .field_count = 4, .start_us = start_us + 77 * US_PER_MINUTE};
	struct aim aim = {0};
	for (size_t i = 0; i < 12; i++) {
		acts[i].at_us = p.start_us + (int64_t)i * 777 * US_PER_MINUTE;
		acts[i].act.kind = i % 3 == 1 ? ACT_PAUSE : i % 3 == 2 ? ACT_RESUME : ACT_EVENT;
	}
	p.acts = acts;
	p.act_count = 12;
	arena_init(&arena, 0, NULL);
	struct play small = play_shrink(&p, &plain, two_pauses, &aim, 2000, &arena);
	assert_int_equal(small.act_count, 2);
	assert_true(small.acts[0].act.kind == ACT_PAUSE && small.acts[1].act.kind == ACT_PAUSE);
	assert_true(small.start_us == start_us);
	assert_true(small.acts[0].at_us == start_us);
	assert_true(small.acts[1].at_us >= start_us + US_PER_DAY && small.acts[1].at_us <= start_us + 2 * US_PER_DAY);
	assert_int_equal(small.field_count, 2);
	if (aim.calls >= 200)
		fail_msg("%d calls", aim.calls);
	/* Where no try is left it stays as it is. */
	assert_int_equal(play_shrink(&p, &plain, two_pauses, &aim, 0, &arena).act_count, 12);
	arena_free(&arena);
}

/* ---- what is written passes: every example and what it takes from the library ---- */

struct written {
	struct fixture f;
	const struct compile *k;
	struct buf tests;
	int count;
};

static void write_each(void *context, const struct play *p, const struct scenario *s, const uint8_t *marks)
{
	struct written *w = context;
	char title[40];
	(void)marks;
	snprintf(title, sizeof title, "written %d", w->count++);
	write_test(&w->tests, slice_of(title), w->k, p, s);
}

/* Into the file that declares it; a sequence of the library into the workspace's. */
static void put_tests(const struct compile *k, const struct compile_result *r, struct slice tests,
                      struct compile_instead *instead, struct buf *text)
{
	const struct source *s = &k->sources.items[r->span.source];
	for (uint32_t i = 0; s->is_std && i < k->sources.count; i++)
		if (slice_is(k->sources.items[i].path, "workspace.seq"))
			s = &k->sources.items[i];
	buf_add_slice(text, s->text);
	buf_add_slice(text, tests);
	*instead = (struct compile_instead){s->path, buf_slice(text)};
}

static void check_written(const char *folder, const struct compile *k, const struct compile_result *r,
                          struct tz_db *zones, struct slice tests, int count)
{
	struct compile again;
	struct compile_instead instead;
	struct buf text = {0};
	int passed = 0;
	put_tests(k, r, tests, &instead, &text);
	compile_init(&again);
	again.emit = again.keep_tests = true;
	again.instead = &instead;
	again.instead_count = 1;
	if (!compile_path(&again, folder)) {
		struct buf told = {0};
		diags_render_text(&again.diags, &told, false, 3);
		fail_msg("%s %.*s: %s", folder, SLICE_ARG(r->name), buf_cstr(&told));
	}
	struct run_test_options o = {.k = &again, .path = folder, .zones = zones};
	for (struct test *t = again.tests; t; t = t->next) {
		struct verdict v;
		if (!slice_starts(t->title, "written "))
			continue;
		(run_test)(&o, t, &v);
		if (!v.passed)
			fail_msg("%s %.*s %.*s: %.*s", folder, SLICE_ARG(r->name), SLICE_ARG(t->title),
			         SLICE_ARG(v.problems->message));
		passed++;
		verdict_free(&v);
	}
	assert_int_equal(passed, count);
	compile_free(&again);
	buf_free(&text);
}

static int check_folder(const char *folder, struct tz_db *zones, uint32_t runs)
{
	struct compile k;
	int all = 0;
	compile_init(&k);
	k.emit = true;
	assert_true(compile_path(&k, folder));
	for (uint32_t i = 0; i < k.result_count; i++) {
		struct arena arena;
		struct buf error = {0};
		struct written w = {.k = &k};
		struct explore_report r;
		if (k.results[i].draft || !k.results[i].plan.n)
			continue;
		struct explore_options o = {.k = &k,
		                            .sequence = k.results[i].name,
		                            .zones = zones,
		                            .seed = 1,
		                            .runs = runs,
		                            .each = write_each,
		                            .orders = true,
		                            .context = &w};
		arena_init(&arena, 0, NULL);
		if (!explore(&o, &r, &arena, &error) || r.broken)
			fail_msg("%s %.*s: %s", folder, SLICE_ARG(o.sequence),
			         r.broken ? r.what.text : buf_cstr(&error));
		check_written(folder, &k, &k.results[i], zones, buf_slice(&w.tests), w.count);
		all += w.count;
		buf_free(&w.tests);
		buf_free(&error);
		arena_free(&arena);
	}
	compile_free(&k);
	return all;
}

/* EXPLORE_RUNS=20000: as long as one likes. */
static void what_is_written_passes(void **state)
{
	(void)state;
	const char *runs = getenv("EXPLORE_RUNS");
	struct tz_db *zones = tz_db_open(NULL);
	glob_t found;
	int all = 0;
	assert_int_equal(glob("examples/*/workspace.seq", 0, NULL, &found), 0);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		char folder[256];
		snprintf(folder, sizeof folder, "%.*s", (int)(strrchr(found.gl_pathv[i], '/') - found.gl_pathv[i]),
		         found.gl_pathv[i]);
		all += check_folder(folder, zones, runs ? (uint32_t)atoi(runs) : 150);
	}
	assert_true(all > 300);
	globfree(&found);
	tz_db_close(zones);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(all_of_a_sequence_is_reached),
	        cmocka_unit_test(a_seed_gives_the_same_plays),
	        cmocka_unit_test(what_breaks_is_made_a_small_test_that_fails),
	        cmocka_unit_test(a_contact_that_moves_is_written_by_its_new_clock),
	        cmocka_unit_test(a_play_is_made_as_small_as_it_can_be),
	        cmocka_unit_test(what_is_written_passes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
