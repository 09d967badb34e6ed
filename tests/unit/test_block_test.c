/* SPDX-License-Identifier: Apache-2.0
 * Tests in the language, checked: what each may name, that they leave the sequence's plan as it is, and that the drive
 * answers what they ask. */
#include "compiler/test.h"
#include "runtime/scenario.h"
#include "tests/unit/compile_help.h"

#define TEST_WORKSPACE                                                                                                 \
	"workspace acme { contact { email email; company text; seats number; vip yes_no default no; timezone zone }\n" \
	" mailbox sales { address \"sales@acme.example\"; postal \"1 Main St\" } }\n"
#define TESTED                                                                                                         \
	TEST_WORKSPACE                                                                                                 \
	"sequence a {\nwindow anytime\nexit on event \"deal.closed\"\nexit when contact.vip\n"                         \
	"email intro { subject \"Hi\"; body \"See https://acme.example\" }\n"                                          \
	"webhook look { post \"https://crm.example/x\"; returns { plan text } }\n"                                     \
	"wait 2 days as pause\n"                                                                                       \
	"set gold = contact.seats > 5\n"                                                                               \
	"task call \"Call\" { outcomes spoke, missed }\n"                                                              \
	"choose {\nwhen call is missed { exit \"missed\" }\nwhen call is spoke and gold { finish }\n}\n"               \
	"email last { body \"Last\" }\n}\n"
#define TEST(lines)                                                                                                    \
	"test \"t\" {\nsequence a\ncontact { email \"ada@b.example\"; seats 9 }\nstart 2026-03-02 10:00\n" lines "\n}" \
	"\n"

static void what_a_test_may_say(void **state)
{
	(void)state;
	static const struct example examples[] = {
	        {"nothing is missing", TESTED TEST("expect email intro"), ""},
	        {"no sequence",
	         TESTED "test \"t\" { contact { email \"a@b.example\" }; start 2026-03-02 10:00\n"
	                "expect email intro }",
	         "E0701"},
	        {"no contact", TESTED "test \"t\" { sequence a; start 2026-03-02 10:00\nexpect email intro }", "E0701"},
	        {"twice", TESTED TEST("start 2026-03-02 10:00\nexpect email intro"), "E0414"},
	        {"the same title", TESTED TEST("expect email intro") TEST("expect email intro"), "E0202"},
	        {"a contact that nothing tells apart",
	         TESTED "test \"t\" { sequence a; contact { seats 5 }; start 2026-03-02 10:00\nexpect email intro }",
	         "E0703"},
	        {"a value of another type",
	         TESTED "test \"t\" { sequence a; contact { email \"ada at b\"; seats \"x\"; company \"a\\nb\" }\n"
	                "start 2026-03-02 10:00\nexpect email intro }",
	         "E0320 E0302 E0320"},
	        {"a bare word", TESTED TEST("at +1 hour set contact.company = engines\nexpect email intro"), "E0302"},
	        {"an exit by its first word",
	         TESTED TEST("expect exit event\nexpect exit \"event \\\"deal.closed\\\"\"\nexpect exit \"missed\""),
	         ""},
	        {"an exit by a part of a word", TESTED TEST("expect exit even"), "E0707"},
	        {"complaints end what is sold", TESTED TEST("expect exit complaint\nexpect exit unsubscribe"), ""},
	        {"times may be the same",
	         TESTED TEST("at 2026-03-02 10:00 pause\nat 2026-03-02 10:00 resume\n"
	                     "expect email intro at 2026-03-02 10:00"),
	         ""},
	        {"before the start", TESTED TEST("expect email intro at 2026-03-02 09:59"), "E0704"},
	        {"after an offset, still before",
	         TESTED TEST("at +2 days we_wrote\nat 2026-03-01 10:00 we_wrote\n"
	                     "expect email intro"),
	         "E0704"},
	        {"another zone, another clock",
	         TESTED TEST("at 2026-03-03 10:00 set contact.timezone = \"Pacific/Honolulu\"\n"
	                     "expect email last at 2026-03-02 20:00"),
	         ""},
	        {"hours have no time of day", TESTED TEST("at +3 hours at 09:00 we_wrote\nexpect email intro"),
	         "E0407"},
	        {"a step of another kind", TESTED TEST("expect task intro\nexpect email call\nexpect email pause"),
	         "E0705 E0705 E0705"},
	        {"only what replies take",
	         TESTED TEST("at +1 day reply to call\nat +1 day bounce of pause\n"
	                     "at +1 day answer intro { }\nexpect email intro"),
	         "E0207 E0207 E0207"},
	        {"after another version came",
	         TESTED TEST("at +1 day deploy \"next.seq\"\nexpect email anything\n"
	                     "expect exit \"any reason\"\nexpect position elsewhere"),
	         ""},
	        {"what a webhook returns",
	         TESTED TEST("at +1 day done look { plna \"pro\"; plan 5 }\nexpect email intro"), "E0201 E0302"},
	        {"a webhook's outcome", TESTED TEST("at +1 day done look as spoke\nexpect email intro"), "E0712"},
	        {"an outcome that is none", TESTED TEST("at +1 day done call as spok\nexpect email intro"), "E0304"},
	        {"a body is a message's text", TESTED TEST("expect email intro { body \"x\"; text \"x\"; json \"x\" }"),
	         "E0706"},
	        {"no holes", TESTED TEST("expect email intro { subject \"Hi {{company}}\" }"), "E0318"},
	        {"a condition that is none", TESTED TEST("expect that contact.seats"), "E0302"},
	        {"a mistake in the sequence is told once",
	         TEST_WORKSPACE
	         "sequence a {\nwindow anytime\nexit on event 5\nemail intro { subject \"Hi\"; body \"B\" }\n}\n" TEST(
	                 "expect exit event"),
	         "E0106"},
	};
	EXPECT_ALL(examples);
}

static void load(struct compile *c, const char *source, bool keep_tests)
{
	struct buf told = {0};
	compile_init(c);
	c->emit = true;
	c->keep_tests = keep_tests;
	if (!compile_text(c, "main.seq", slice_of(source))) {
		diags_render_text(&c->diags, &told, false, 0);
		fail_msg("%s", buf_cstr(&told));
	}
}

#define ASKS                                                                                                           \
	"expect that intro.clicked and intro.opened\nexpect that look.plan == \"pro\" or look.done\n"                  \
	"expect that gold and call is spoke\nexpect that event.amount > 5 and reply.text is set\n"

static void tests_leave_the_plan_as_it_is(void **state)
{
	(void)state;
	struct compile without, with, unasked;
	load(&without, TESTED, false);
	load(&with, TESTED TEST(ASKS), true);
	load(&unasked, TESTED TEST("expect nothing more"), true);
	assert_int_equal(without.result_count, 1);
	assert_true(slice_eq(without.results[0].plan, with.results[0].plan));
	assert_memory_equal(without.results[0].hash, with.results[0].hash, SHA256_SIZE);
	assert_true(slice_eq(without.policy, with.policy));
	assert_int_equal(without.results[0].probed.n, 0);
	assert_null(without.tests);
	assert_true(slice_eq(unasked.results[0].probed, without.results[0].plan));

	struct plan plain, probed;
	struct image_error error;
	assert_true(plan_load(&plain, with.results[0].plan.p, with.results[0].plan.n, true, &error));
	assert_true(plan_load(&probed, with.results[0].probed.p, with.results[0].probed.n, true, &error));
	assert_int_equal(PLAN_COUNT(&plain, PROBE), 0);
	assert_int_equal(PLAN_COUNT(&probed, PROBE), 12); /* four conditions, and what `and` and `or` stand between */
	assert_true(PLAN_COUNT(&probed, SLOT) > PLAN_COUNT(&plain, SLOT));
	/* The same code, with what is asked behind it: what ran is told of both alike. */
	assert_true(probed.code_length > plain.code_length);
	assert_memory_equal(plain.code, probed.code, PLAN_ROWS(&plain, SEQUENCE, sequence)->entry + 1);
	for (uint32_t i = 0; i < PLAN_COUNT(&plain, STEP); i++)
		assert_int_equal(PLAN_ROWS(&plain, STEP, step)[i].entry, PLAN_ROWS(&probed, STEP, step)[i].entry);
	for (uint32_t i = 0; i < PLAN_COUNT(&plain, MESSAGE); i++)
		assert_int_equal(PLAN_ROWS(&plain, MESSAGE, message)[i].tracking,
		                 PLAN_ROWS(&probed, MESSAGE, message)[i].tracking);
	plan_free(&plain);
	plan_free(&probed);
	compile_free(&without);
	compile_free(&with);
	compile_free(&unasked);
}

static void ask(struct scenario *s, uint32_t probe, bool wanted)
{
	struct buf error = {0};
	bool answer = !wanted;
	if (!scenario_probe(s, probe, &answer, &error))
		fail_msg("%s", buf_cstr(&error));
	if (answer != wanted)
		fail_msg("probe %u is %s", probe, answer ? "yes" : "no");
	buf_free(&error);
}

static void the_drive_answers(void **state)
{
	(void)state;
	struct compile c;
	struct buf error = {0};
	load(&c,
	     TESTED TEST("expect that intro.sent\nexpect that gold\nexpect that look.plan == \"pro\"\n"
	                 "expect that call is missed\nexpect that contact.seats == 9\n"),
	     true);
	struct tz_db *zones = tz_db_open(NULL);
	const struct drive_field fields[] = {{SLICE("email"), SLICE("ada@b.example")}, {SLICE("seats"), SLICE("9")}};
	const struct drive_field plan = {SLICE("plan"), SLICE("pro")};
	const int64_t start = civil_days(2026, 3, 2) * US_PER_DAY, day = US_PER_DAY;
	struct scenario_options o = {.policy = c.policy,
	                             .plans = &c.results[0].probed,
	                             .plan_count = 1,
	                             .sequence = c.results[0].name,
	                             .zones = zones,
	                             .start_us = start};
	struct scenario *s = scenario_open(&o, &error);
	if (!s || !scenario_enroll(s, fields, 2, (struct slice){0}, &error))
		fail_msg("%s", buf_cstr(&error));
	ask(s, 1, false); /* not set yet: no */
	assert_true(scenario_run(s, start, false, &error));
	ask(s, 0, true);
	ask(s, 2, false);
	struct scenario_act act = {
	        .event = {.kind = EVENT_DONE, .step = SLICE("look"), .fields = &plan, .field_count = 1}};
	assert_true(scenario_do(s, &act, start + day, &error));
	ask(s, 2, true);
	assert_true(scenario_run(s, start + 3 * day, false, &error));
	ask(s, 1, true);
	ask(s, 3, false);
	act = (struct scenario_act){.event = {.kind = EVENT_DONE, .step = SLICE("call"), .outcome = SLICE("missed")}};
	assert_true(scenario_do(s, &act, start + 3 * day, &error));
	assert_true(scenario_run(s, NEVER_US, false, &error));
	assert_true(s->ended);
	for (uint32_t i = 0; i < 5; i++) /* it remembers all of it */
		ask(s, i, true);
	bool answer;
	assert_false(scenario_probe(s, 5, &answer, &error));
	assert_true(error.n > 0);
	scenario_close(s);
	tz_db_close(zones);
	buf_free(&error);
	compile_free(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(what_a_test_may_say),
	        cmocka_unit_test(tests_leave_the_plan_as_it_is),
	        cmocka_unit_test(the_drive_answers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
