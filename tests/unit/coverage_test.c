/* SPDX-License-Identifier: Apache-2.0
 * What coverage counts, when a run has reached it, and what it says of the rest. */
#include "compiler/testing/coverage.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
/* after those it needs */
#include <cmocka.h>

static const char SOURCE[] = "workspace acme { contact { email email; phone phone; timezone zone; first_name text; vip "
                             "yes_no; renewal date }\n"
                             " mailbox sales { address \"sales@acme.example\"; postal \"1 Main St\" }\n"
                             " sms texting { provider salesmsg; number \"+15145550100\" } }\n"
                             "sequence a {\n"
                             "    window mon-fri 09:00-17:00\n"
                             "    exit on reply\n"
                             "    exit when contact.vip\n"
                             "    email intro { subject \"Hi {{first_name | default \"there\"}}\"; body \"One\" }\n"
                             "    wait for click on intro, meeting up to 3 days {\n"
                             "        on click { exit \"clicked\" }\n"
                             "        on meeting { wait 1 hour as quietly }\n"
                             "        on nothing { wait 1 hour as loudly }\n"
                             "    }\n"
                             "    wait until contact.renewal as due otherwise continue\n"
                             "    send nudge by sms, email { sms { text \"Hi, Acme\" }; email { body \"Hi\" } }\n"
                             "}\n";

struct run {
	struct compile compile;
	struct tz_db *zones;
	struct coverage *coverage;
};

static void open_it(struct run *r)
{
	compile_init(&r->compile);
	r->compile.emit = r->compile.keep_tests = true;
	if (!compile_text(&r->compile, "main.seq", slice_of(SOURCE))) {
		struct buf told = {0};
		diags_render_text(&r->compile.diags, &told, false, 0);
		fail_msg("%s", buf_cstr(&told));
	}
	r->zones = tz_db_open(NULL);
	r->coverage = coverage_new(&r->compile);
}

static void close_it(struct run *r)
{
	coverage_free(r->coverage);
	tz_db_close(r->zones);
	compile_free(&r->compile);
}

/* Ada is enrolled at that time (UTC) and does one thing, or nothing. */
static void play(struct run *r, const char *start, const struct drive_field *fields, size_t count,
                 const struct scenario_act *act, const char *at)
{
	struct buf error = {0};
	int64_t start_us, at_us;
	assert_true(civil_parse_wall(slice_of(start), &start_us));
	struct scenario_options options = {.policy = r->compile.policy,
	                                   .plans = &r->compile.results[0].plan,
	                                   .plan_count = 1,
	                                   .sequence = r->compile.results[0].name,
	                                   .zones = r->zones,
	                                   .start_us = start_us,
	                                   .marks = coverage_marks,
	                                   .context = r->coverage};
	struct scenario *s = scenario_open(&options, &error);
	if (!s || !scenario_enroll(s, fields, count, (struct slice){0}, &error))
		fail_msg("%s", buf_cstr(&error));
	if (act) {
		assert_true(civil_parse_wall(slice_of(at), &at_us));
		if (!scenario_do(s, act, at_us, &error))
			fail_msg("%s", buf_cstr(&error));
	}
	assert_true(scenario_run(s, NEVER_US, false, &error));
	coverage_add(r->coverage, s);
	scenario_close(s);
}

static void expect_missing(struct run *r, const char *wanted)
{
	struct buf got = {0};
	uint32_t count;
	const struct covered *places = coverage_points(r->coverage, &count);
	for (uint32_t i = 0; i < count; i++) {
		if (places[i].runs)
			continue;
		coverage_say(r->coverage, places[i].point, &got);
		buf_addc(&got, '\n');
	}
	assert_string_equal(buf_cstr(&got), wanted);
	buf_free(&got);
}

static const struct drive_field EMAIL[] = {{SLICE("email"), SLICE("ada@engines.example")}};
static const struct drive_field ADA[] = {{SLICE("email"), SLICE("ada@engines.example")},
                                         {SLICE("phone"), SLICE("+15145550123")},
                                         {SLICE("first_name"), SLICE("Ada")},
                                         {SLICE("renewal"), SLICE("2026-06-01")}};

static void test_all_of_it(void **state)
{
	(void)state;
	struct run r;
	open_it(&r);
	assert_int_equal(coverage_percent(r.coverage), 0);
	play(&r, "2026-03-02 10:00", EMAIL, 1, NULL, NULL);
	expect_missing(&r, "`exit on reply` never ended it\n"
	                   "`exit when contact.vip` never ended it\n"
	                   "`intro` never had to wait for its window or a limit\n"
	                   "`click on intro` was never taken\n"
	                   "`meeting` was never taken\n"
	                   "`exit \"clicked\"` was never reached\n"
	                   "`nudge` never had to wait for its window or a limit\n");
	play(&r, "2026-03-01 10:00", ADA, 4,
	     &(struct scenario_act){.kind = ACT_EVENT, .event = {.kind = EVENT_CLICK, .step = SLICE("intro")}},
	     "2026-03-03 10:00");
	play(&r, "2026-03-02 10:00", ADA, 4,
	     &(struct scenario_act){.kind = ACT_EVENT, .event = {.kind = EVENT_MEETING}}, "2026-03-03 18:00");
	play(&r, "2026-03-02 10:00", ADA, 4, &(struct scenario_act){.kind = ACT_EVENT, .event = {.kind = EVENT_REPLY}},
	     "2026-03-03 10:00");
	/* the date began at midnight, and nudge waited for nine */
	expect_missing(&r, "`exit when contact.vip` never ended it\n");
	struct drive_field vip = {SLICE("vip"), SLICE("yes")};
	play(&r, "2026-03-02 10:00", ADA, 4, &(struct scenario_act){.kind = ACT_SET, .fields = &vip, .field_count = 1},
	     "2026-03-03 10:00");
	expect_missing(&r, "");
	assert_int_equal(coverage_percent(r.coverage), 100);
	close_it(&r);
}

static void test_what_others_read(void **state)
{
	(void)state;
	struct run r;
	struct buf lcov = {0}, json = {0}, text = {0};
	open_it(&r);
	play(&r, "2026-03-02 10:00", EMAIL, 1, NULL, NULL);
	coverage_lcov(r.coverage, &r.compile, SLICE("/w"), &lcov);
	assert_non_null(strstr(buf_cstr(&lcov), "SF:/w/main.seq\nFN:8,a.intro\nFNDA:1,a.intro\n"));
	assert_non_null(strstr(buf_cstr(&lcov), "BRDA:10,0,0,0\n"));
	assert_non_null(strstr(buf_cstr(&lcov), "end_of_record\n"));
	coverage_json(r.coverage, &json);
	assert_non_null(
	        strstr(buf_cstr(&json), "{\"sequence\":\"a\",\"kind\":\"exit\",\"file\":\"main.seq\",\"line\":6,"));
	coverage_print(r.coverage, &text);
	assert_non_null(strstr(buf_cstr(&text), "main.seq:6:5  exit `exit on reply` never ended it\n"));
	buf_free(&lcov);
	buf_free(&json);
	buf_free(&text);
	close_it(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_all_of_it),
	        cmocka_unit_test(test_what_others_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
