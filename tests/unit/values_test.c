/* SPDX-License-Identifier: Apache-2.0
 * What is known of values and what follows: branches, exits, goals, handoffs, reviews, and what nothing reads. Each by
 * small sources that must be told, and by their like that must not. */
#include "tests/unit/compile_help.h"

#define PAUSE      "wait 1 day as p1\n"
#define WHEN(cond) "when " cond " { exit \"x\" }\n"

/* ---- branches ---- */

static void earlier_answers_decide(void **state)
{
	(void)state;
	static const struct example examples[] = {
	        {"a range within another's rest",
	         SEQUENCE(HELLO "choose { when contact.seats > 50 { finish }\nwhen contact.seats >= 100 { exit \"x\" } "
	                        "}\n" AGAIN),
	         "W0443"},
	        {"a range that overlaps",
	         SEQUENCE(HELLO "choose { when contact.seats > 50 { finish }\nwhen contact.seats >= 40 { exit \"x\" } "
	                        "}\n" AGAIN),
	         ""},
	        {"who is left after an end", SEQUENCE(HELLO WHEN("contact.seats > 50") WHEN("contact.seats == 60")),
	         "W0443"},
	        {"the number may be another meanwhile",
	         SEQUENCE(HELLO WHEN("contact.seats > 50") PAUSE WHEN("contact.seats == 60")), ""},
	        {"a message takes time, too", SEQUENCE(WHEN("contact.seats > 50") HELLO WHEN("contact.seats == 60")),
	         ""},
	        {"an input stays",
	         SEQUENCE("input { n number }\n" HELLO WHEN("input.n > 50") PAUSE WHEN("60 == input.n") AGAIN),
	         "W0443"},
	        {"an option that was taken",
	         SEQUENCE(HELLO WHEN("contact.region == europe") WHEN("contact.region in (europe)")), "W0443"},
	        {"the other option",
	         SEQUENCE(HELLO WHEN("contact.region == europe") WHEN("contact.region == americas")), ""},
	        {"absent is neither",
	         SEQUENCE(HELLO
	                  "choose { when contact.vip { finish }\nwhen contact.vip == no { exit \"x\" }\notherwise { "
	                  "exit \"y\" } }"),
	         ""},
	        {"all are taken",
	         SEQUENCE(HELLO
	                  "choose { when contact.vip { finish }\nwhen not contact.vip { exit \"x\" }\notherwise { "
	                  "exit \"y\" } }"),
	         "W0631"},
	        {"the last arm takes who is left",
	         SEQUENCE(HELLO "choose { when contact.vip { finish }\nwhen not contact.vip { exit \"x\" } }"), ""},
	        {"parts that exclude each other", SEQUENCE(HELLO WHEN("contact.seats > 5 and contact.seats < 3")),
	         "W0443"},
	        {"parts that leave nothing out", SEQUENCE(HELLO WHEN("contact.vip or not contact.vip")), "W0443"},
	        {"one of them may be", SEQUENCE(HELLO WHEN("contact.seats > 5 or contact.seats < 3")), ""},
	        {"set again is not set",
	         SEQUENCE(HELLO "when contact.company is set { " WHEN("contact.company is not set") "}"), "W0443"},
	        {"required is set", SEQUENCE(HELLO WHEN("contact.need is not set")), "W0443"},
	        {"a text", SEQUENCE(HELLO "when contact.company == \"A\" { " WHEN("contact.company == \"B\"") "}"),
	         "W0443"},
	        {"texts that contain",
	         SEQUENCE(HELLO WHEN("contact.company contains \"A\"") WHEN("contact.company contains \"A\"")),
	         "W0443"},
	        {"texts that contain something else",
	         SEQUENCE(HELLO WHEN("contact.company contains \"A\"") WHEN("contact.company contains \"B\"")), ""},
	        {"set to a written value", SEQUENCE("set x = 3\n" WHEN("x > 5") HELLO), "W0443"},
	        {"set on one path to another",
	         SEQUENCE("set x = 3\nwhen contact.vip { set x = 6 }\n" WHEN("x > 5") HELLO), ""},
	        {"by brackets",
	         SEQUENCE(HELLO WHEN("not (contact.seats < 5 or contact.seats > 7)") WHEN("contact.seats == 6")),
	         "W0443"},
	        {"a round before may have set it",
	         SEQUENCE(HELLO
	                  "set x = 1\nrepeat up to 2 times every 1 day as r { " WHEN("x == 2") "set x = 2 }\n" AGAIN),
	         ""},
	        {"a skip brings others along",
	         SEQUENCE(HELLO "when contact.vip { wait until 2026-12-01 as w otherwise skip to again }\n"
	                        "set x = 1\n" AGAIN "set y = 1\n" WHEN("y == 1 and contact.vip")),
	         "W0206"},
	};
	EXPECT_ALL(examples);
}

static void facts_have_their_time(void **state)
{
	(void)state;
	static const struct example examples[] = {
	        {"before its step", SEQUENCE(HELLO PAUSE WHEN("again.clicked") AGAIN), "W0630"},
	        {"after it", SEQUENCE(HELLO PAUSE AGAIN WHEN("again.failed")), ""},
	        {"in the next round",
	         SEQUENCE(HELLO "repeat up to 2 times every 1 day until again.clicked as r { " AGAIN "}\n"), ""},
	        {"a click stays",
	         SEQUENCE(HELLO PAUSE "when hello.clicked { wait 1 day as p2\n" WHEN("not hello.clicked") AGAIN "}"),
	         "W0443"},
	        {"no click may yet be one",
	         SEQUENCE(HELLO PAUSE "when not hello.clicked { wait 1 day as p2\n" WHEN("hello.clicked") AGAIN "}"),
	         ""},
	        {"an exit has taken them", SEQUENCE("exit on reply\n" HELLO PAUSE WHEN("hello.replied") AGAIN),
	         "W0443"},
	        {"an exit for another step",
	         SEQUENCE("exit on reply to again\n" HELLO PAUSE WHEN("hello.replied") AGAIN
	                  "wait 1 day\n" WHEN("hello.failed")),
	         ""},
	        {"an exit by a field", SEQUENCE("exit when contact.vip\n" HELLO PAUSE WHEN("contact.vip") AGAIN),
	         "W0443"},
	        {"what stands behind a choose in an otherwise",
	         SEQUENCE(HELLO PAUSE "choose {\nwhen contact.vip { }\notherwise {\nchoose {\nwhen hello.clicked { }\n"
	                              "otherwise { }\n}\n" AGAIN "}\n}\n" WHEN("again.sent")),
	         ""},
	        {"which is asked later than a round begins",
	         SEQUENCE("exit when contact.vip\n" HELLO PAUSE "set contact.vip = yes\n"
	                  "repeat up to 2 times every 1 day until hello.clicked as r {\n" WHEN("contact.vip") AGAIN
	                  "}"),
	         ""},
	        {"and than what had come before",
	         SEQUENCE("exit when contact.vip\n" HELLO PAUSE "set contact.vip = yes\n"
	                  "wait for reply up to 2 days as r {\non reply { " WHEN("contact.vip") AGAIN
	                  "}\non nothing { }\n}"),
	         ""},
	        {"but not than what nobody did",
	         SEQUENCE("exit when contact.vip\n" HELLO PAUSE "set contact.vip = yes\n"
	                  "wait for reply up to 2 days as r {\non reply { }\non nothing { " WHEN("contact.vip") AGAIN
	                  "}\n}"),
	         "W0443"},
	        {"or than a moment that is past",
	         SEQUENCE("exit when contact.vip\n" HELLO PAUSE "set contact.vip = yes\n"
	                  "wait until contact.renewal as r otherwise continue\n" WHEN("contact.vip") AGAIN),
	         ""},
	};
	EXPECT_ALL(examples);
}

/* ---- exits and goals ---- */

static void exits_can_fire(void **state)
{
	(void)state;
	static const struct example examples[] = {
	        {"never", SEQUENCE("exit when contact.need is not set\n" HELLO), "W0632"},
	        {"at once, all", SEQUENCE("exit when contact.need is set\n" HELLO), "W0633"},
	        {"at once, by the start",
	         SEQUENCE("start on event \"x\" when contact.seats > 9\nexit when contact.seats > 5\n" HELLO), "W0633"},
	        {"later, perhaps",
	         SEQUENCE("start on event \"x\" when contact.seats > 5\nexit when contact.seats > 9\n" HELLO), ""},
	        {"a start for nobody", SEQUENCE("start on event \"x\" when contact.vip and not contact.vip\n" HELLO),
	         "W0443"},
	        {"the same twice", SEQUENCE("exit on reply\nexit on reply to hello\n" HELLO PAUSE AGAIN), "W0634"},
	        {"all after one", SEQUENCE("exit on reply to hello\nexit on reply\n" HELLO PAUSE AGAIN), ""},
	        {"the account is more", SEQUENCE("exit on reply\nexit on reply by account\n" HELLO PAUSE AGAIN), ""},
	        {"the account is all", SEQUENCE("exit on reply by account\nexit on reply\n" HELLO PAUSE AGAIN),
	         "W0634"},
	        {"an arm too late",
	         SEQUENCE("exit on event \"x\"\n" HELLO
	                  "wait for event \"x\" up to 3 days { on event { }\non nothing { }\n}\n" AGAIN),
	         "W0634"},
	        {"an arm of its own",
	         SEQUENCE("exit on event \"y\"\n" HELLO
	                  "wait for event \"x\" up to 3 days { on event { }\non nothing { }\n}\n" AGAIN),
	         ""},
	        {"a click on no link", SEQUENCE("goal click on again\n" HELLO PAUSE AGAIN), "W0445"},
	        {"a click on a link", SEQUENCE("goal click on hello\n" HELLO PAUSE AGAIN), ""},
	        {"when all is over", SEQUENCE("exit on click on hello\n" HELLO), "W0445"},
	        {"a goal is not over", SEQUENCE("goal click on hello\n" HELLO), ""},
	        {"a step that nobody comes to",
	         SEQUENCE("goal reply to again\n" HELLO "when contact.need is not set { " AGAIN "}"), "W0445 W0443"},
	};
	EXPECT_ALL(examples);
}

/* ---- handoffs ---- */

#define TWO(a, b)                                                                                                      \
	SEQUENCE(a HELLO "handoff on to b") "sequence b {\n" b HELLO "when contact.vip { handoff back to a }\n}\n"

static void circles_end(void **state)
{
	(void)state;
	static const struct example examples[] = {
	        {"for ever", TWO("enroll always\n", "enroll again after 9 days\n"), "W0635"},
	        {"one takes nobody twice", TWO("enroll always\n", ""), ""},
	        {"to itself", SEQUENCE("enroll always\n" HELLO "handoff on to a"), "W0635"},
	};
	EXPECT_ALL(examples);
}

/* ---- reviews ---- */

#define REVIEW "review us { title \"Tell\"; google \"https://g.page/a\" }\n"
#define SURVEY(settings, after)                                                                                        \
	"questionnaire visit \"V\" { rating overall \"How?\" 1..5 required decides; yes_no again \"Again?\"\n"         \
	"text why \"Why?\" }\n" SEQUENCE(settings                                                                      \
	                                 "purpose service\nemail invite { subject \"V\"; body \"{{link}}\" }\n"        \
	                                 "ask survey using visit\n" after "thanks final { body \"Thank you\" }\n")

static void gating_however_it_is_written(void **state)
{
	(void)state;
	static const struct example examples[] = {
	        {"satisfied", SURVEY("", "when survey.satisfied { " REVIEW "}\n"), "W0491"},
	        {"a bound", SURVEY("", "when survey.overall >= 4 { " REVIEW "}\n"), "W0491"},
	        {"the bound first", SURVEY("", "when 4 <= survey.overall { " REVIEW "}\n"), "W0491"},
	        {"the best", SURVEY("", "when survey.overall == 5 { " REVIEW "}\n"), "W0491"},
	        {"some", SURVEY("", "when survey.overall in (4, 5) { " REVIEW "}\n"), "W0491"},
	        {"yes", SURVEY("", "when survey.again { " REVIEW "}\n"), "W0491"},
	        {"the others end",
	         SURVEY("", "when not survey.satisfied { thanks bye { body \"B\" }\nfinish }\n" REVIEW), "W0491"},
	        {"the others leave", SURVEY("exit when survey.overall < 4\n", REVIEW), "W0491"},
	        {"an otherwise", SURVEY("", "when survey.overall < 4 { suppress sales } otherwise { " REVIEW "}\n"),
	         "W0491"},
	        {"a choose",
	         SURVEY("", "choose { when survey.overall < 4 { suppress sales }\nwhen survey.again { " REVIEW "} }\n"),
	         "W0491"},
	        {"a variable", SURVEY("", "set happy = survey.satisfied\nwhen happy { " REVIEW "}\n"), "W0491"},
	        {"after an offer",
	         SURVEY("", "when survey.satisfied { offer gold { title \"T\"; body \"B\"; button \"Yes\"; url "
	                    "\"https://acme.example\" }\n" REVIEW "}\n"),
	         "W0491"},
	        {"a fragment", "fragment f() { " REVIEW "}\n" SURVEY("", "when survey.satisfied { run f() }\n"),
	         "W0491"},
	        {"everybody", SURVEY("", REVIEW), ""},
	        {"everybody, after a branch", SURVEY("", "when survey.satisfied { suppress sales }\n" REVIEW), ""},
	        {"who answered", SURVEY("", "when survey.done { " REVIEW "}\n"), ""},
	        {"who was not satisfied", SURVEY("", "when survey.overall < 3 { " REVIEW "}\n"), ""},
	        {"by something else", SURVEY("", "when contact.vip { " REVIEW "}\n"), ""},
	        {"before the questionnaire",
	         "questionnaire visit \"V\" { rating overall \"How?\" 1..5 }\n" SEQUENCE(
	                 "purpose service\nemail invite { subject \"V\"; body \"{{link}}\" }\n" REVIEW
	                 "ask survey using visit\nthanks final { body \"Thank you\" }\n"),
	         "W0489"},
	};
	EXPECT_ALL(examples);
}

/* ---- what nothing reads ---- */

static void what_is_for_nobody(void **state)
{
	(void)state;
	static const struct example examples[] = {
	        {"a variable", SEQUENCE("set x = 1\n" HELLO), "W0206"},
	        {"a variable that a text reads", SEQUENCE("set x = \"A\"\nemail m { subject \"S\"; body \"{{x}}\" }"),
	         ""},
	        {"an input", SEQUENCE("input { n number }\n" HELLO), ""},
	        {"an input that tells enrollments apart",
	         SEQUENCE("input { n text required }\nenroll once per input.n\n" HELLO), ""},
	        {"a parameter", "fragment f(n number) { " AGAIN "}\n" SEQUENCE(HELLO "run f(1)"), "W0206"},
	        {"an answer", SURVEY("", ""), ""},
	        {"a question for nobody",
	         "questionnaire visit \"V\" { rating overall \"How?\" 1..5; text why \"Why?\" when overall > 5 "
	         "}\n" SEQUENCE("purpose service\nemail invite { subject \"V\"; body \"{{link}}\" }\n"
	                        "ask survey using visit\nthanks final { body \"Thank you\" }\n"),
	         "W0636"},
	};
	EXPECT_ALL(examples);
}

/* Alternatives within alternatives take no time that grows with every bracket. */
static void brackets_are_cheap(void **state)
{
	(void)state;
	struct buf s = {0};
	buf_adds(&s, WORKSPACE "sequence a {\n" HELLO "when ");
	for (int i = 0; i < 60; i++)
		buf_adds(&s, "(");
	buf_adds(&s, "contact.vip");
	for (int i = 0; i < 60; i++)
		buf_addf(&s, " %s contact.seats > %d)", i % 2 ? "and" : "or", i);
	buf_adds(&s, " { finish }\n" AGAIN "}");
	expect_codes("brackets", buf_cstr(&s), "");
	buf_free(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(earlier_answers_decide),
	        cmocka_unit_test(facts_have_their_time),
	        cmocka_unit_test(exits_can_fire),
	        cmocka_unit_test(circles_end),
	        cmocka_unit_test(gating_however_it_is_written),
	        cmocka_unit_test(what_is_for_nobody),
	        cmocka_unit_test(brackets_are_cheap),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
