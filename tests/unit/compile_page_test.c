/* SPDX-License-Identifier: Apache-2.0
 * Steps that are no messages, questionnaires and pages: rules 1, 11, 13 and 22 as far as the compiler holds to them. */
#include "tests/unit/compile_help.h"

#define VISIT                                                                                                          \
	"questionnaire visit \"Your visit\" {\n"                                                                       \
	" nps recommend \"Would you recommend us?\"; rating overall \"How was it?\" 1..10 required\n"                  \
	" choice best \"What was best?\" { speed \"Speed\"; price \"Price\" }; several topics \"What else?\" { "       \
	"offers "                                                                                                      \
	"\"Offers\"; news \"News\" }\n"                                                                                \
	" matrix staff \"Staff\" 1..5 { desk \"Desk\"; phone \"Phone\" }; text reason \"Why?\" when overall <= 6\n"    \
	" date next \"When?\"; yes_no again \"Again?\" }\n"
#define PAGES(body)       VISIT WORKSPACE "sequence a { purpose service\n" body "\n}\n"
#define INVITE            "email invite { subject \"Visit\"; body \"{{link}}\" }\n"
#define THANKS            "thanks final { body \"Thank you\" }\n"
#define ASKED(body)       PAGES(INVITE "ask survey using visit\n" body "\n" THANKS)
#define REVIEW(name)      "review " name " { title \"Tell others\"; google \"https://g.page/acme\" }\n"
#define OFFER(name)       "offer " name " { title \"Gold\"; button \"More\"; url \"https://acme.example/gold\" }\n"
#define EMAIL(name)       "email " name " { body \"" name "\" }\n"
#define ALERT(name, body) "alert " name " { to sales; subject \"S\"; body \"" body "\" }\n"

/* Rule 1: what passes at queueing, and what is waited for. */
static void steps_that_are_no_messages(void **state)
{
	(void)state;
	static const struct example examples[] = {
	        {"a task", SEQUENCE(HELLO "task call \"Call\" { outcomes spoke, silent; due 2 days; assign sales }"),
	         ""},
	        {"its outcome",
	         SEQUENCE(HELLO "task call \"Call\" { outcomes spoke, silent }\n when call is spoke { finish }"), ""},
	        {"no such outcome",
	         SEQUENCE(HELLO "task call \"Call\" { outcomes spoke }\n when call is left { finish }"), "E0304"},
	        {"a task without outcomes", SEQUENCE(HELLO "task call \"Call\"\n when call is spoke { finish }"),
	         "E0314"},
	        {"a task without a title", SEQUENCE(HELLO "task call { async }"), "E0480"},
	        {"in a draft a warning", WORKSPACE "draft sequence a { " HELLO "task call { async } }", "e0480"},
	        {"an outcome twice", SEQUENCE(HELLO "task call \"Call\" { outcomes spoke, spoke }"), "E0202"},
	        {"due at once", SEQUENCE(HELLO "task call \"Call\" { due 0 days }"), "E0302"},
	        {"assigned to nobody there", SEQUENCE(HELLO "task call \"Call\" { assign sale }"), "E0201"},
	        {"a task is no message", SEQUENCE(HELLO "task call \"Call\"\n when call.sent { finish }"), "E0201"},
	        {"a message is no task", SEQUENCE(HELLO "when hello.done { finish }"), "E0314"},
	        {"asked in an exit, before it",
	         SEQUENCE("exit when call is spoke\n" HELLO "task call \"Call\" { outcomes spoke }"), ""},
	        {"a webhook",
	         SEQUENCE(HELLO "webhook w { post \"https://api.acme.example/x\"; json { who contact.email; seats "
	                        "contact.seats; when contact.renewal } }"),
	         ""},
	        {"what it returns",
	         SEQUENCE(HELLO "webhook w { get \"https://api.acme.example/x\"; returns { done yes_no; score number } "
	                        "}\n when w.done and w.score > 3 { finish }"),
	         ""},
	        {"it may be absent",
	         SEQUENCE(HELLO "webhook w { get \"https://api.acme.example/x\"; returns { score number } }\n email "
	                        "again { body \"{{w.score}}\" }"),
	         "E0305"},
	        {"unless it is asked",
	         SEQUENCE(HELLO "webhook w { get \"https://api.acme.example/x\"; returns { score number } }\n when "
	                        "w.score is set { email again { body \"{{w.score}}\" } }"),
	         ""},
	        {"json without a body",
	         SEQUENCE(HELLO "webhook w { get \"https://api.acme.example/x\"; json { a 1 } }"), "E0415"},
	        {"no URL", SEQUENCE(HELLO "webhook w { json { a 1 } }"), "E0480"},
	        {"an alert",
	         SEQUENCE(HELLO "alert w { to \"team@acme.example\"; subject \"New\"; body \"{{first_name}}\" }"), ""},
	        {"an alert of a message",
	         WORKSPACE "message email m { subject \"New\"; body \"B\" }\n sequence a { " HELLO
	                   "alert w using m { to sales } }",
	         ""},
	        {"an alert to a misspelt team", SEQUENCE(HELLO "alert w { to saels; subject \"New\"; body \"B\" }"),
	         "E0201"},
	        {"another step's part", SEQUENCE(HELLO "alert w { to sales; subject \"S\"; text \"B\" }"), "E0415"},
	        {"suppress", SEQUENCE(HELLO "suppress sales"), ""},
	        {"no such purpose", SEQUENCE(HELLO "suppress all"), "E0416"},
	        {"handoff",
	         SEQUENCE(HELLO "handoff over to b { input { score 3 } }") "sequence b { input { score number required "
	                                                                   "}\n" HELLO "}",
	         ""},
	        {"without what is required",
	         SEQUENCE(HELLO "handoff over to b") "sequence b { input { score number required }\n" HELLO "}",
	         "E0480"},
	        {"of another type",
	         SEQUENCE(HELLO "handoff over to b { input { score yes } }") "sequence b { input { score number "
	                                                                     "}\n" HELLO "}",
	         "E0302"},
	        {"no such input",
	         SEQUENCE(HELLO
	                  "handoff over to b { input { scores 1 } }") "sequence b { input { score number }\n" HELLO "}",
	         "E0201"},
	        {"it ends", SEQUENCE(HELLO "handoff over to b\n wait 1 day") "sequence b { " HELLO "}", "E0405"},
	        {"a choose that leaves outcomes out",
	         SEQUENCE(HELLO "task call \"Call\" { outcomes spoke, silent, left }\n choose { when call is spoke { "
	                        "finish } }"),
	         "W0492"},
	        {"and one that takes all",
	         SEQUENCE(HELLO "task call \"Call\" { outcomes spoke, silent }\n choose { when call is spoke { finish "
	                        "}\n when call is silent { exit \"s\" } }"),
	         ""},
	};
	EXPECT_ALL(examples);
}

/* Rule 22: https, a host that is written out, and values that cannot leave their place. */
static void rule_22_links(void **state)
{
	(void)state;
	static const struct example examples[] = {
	        {"http", SEQUENCE(HELLO "webhook w { post \"http://api.acme.example/\" }"), "E0340"},
	        {"userinfo", SEQUENCE(HELLO "webhook w { post \"https://me:secret@api.acme.example/\" }"), "E0340"},
	        {"a host from a value", SEQUENCE(HELLO "webhook w { post \"https://{{need | url}}/\" }"), "E0340"},
	        {"a host that a value ends", SEQUENCE(HELLO "webhook w { post \"https://api.acme{{need | url}}/\" }"),
	         "E0340"},
	        {"a value behind the host",
	         SEQUENCE(HELLO "webhook w { post \"https://api.acme.example/{{need | url}}\" }"), ""},
	        {"a value that is not escaped",
	         SEQUENCE(HELLO "webhook w { post \"https://api.acme.example/{{need}}\" }"), "E0311"},
	        {"an offer's page",
	         ASKED("when contact.site is set { offer o { title \"T\"; button \"B\"; url \"{{site}}\" } }"), ""},
	        {"an offer's page that is a text", ASKED("offer o { title \"T\"; button \"B\"; url \"{{need}}\" }"),
	         "E0340"},
	        {"a site over http", ASKED("review us { title \"T\"; google \"http://g.page/acme\" }"), "E0340"},
	};
	EXPECT_ALL(examples);
}

static void questionnaires(void **state)
{
	(void)state;
#define QUESTIONS(items)                                                                                               \
	"questionnaire q \"Q\" { " items " }\n" WORKSPACE "sequence a { purpose service\n" INVITE                      \
	"ask s using q\n" THANKS "}"
	static const struct example examples[] = {
	        {"all kinds", ASKED(""), ""},
	        {"a rating without a range", QUESTIONS("rating r \"R\""), "E0481"},
	        {"a range that goes down", QUESTIONS("rating r \"R\" 5..1"), "E0481"},
	        {"nps has its own", QUESTIONS("nps n \"N\" 1..5"), "E0481"},
	        {"one option", QUESTIONS("choice c \"C\" { one \"1\" }"), "E0481"},
	        {"no row", QUESTIONS("matrix m \"M\" 1..5"), "E0481"},
	        {"options of a text", QUESTIONS("text t \"T\" { one \"1\"; two \"2\" }"), "E0481"},
	        {"a text decides", QUESTIONS("text t \"T\" decides"), "E0481"},
	        {"a text does not apply", QUESTIONS("text t \"T\" na \"N\""), "E0481"},
	        {"twice", QUESTIONS("text t \"T\"; text t \"T\""), "E0202"},
	        {"an option twice", QUESTIONS("choice c \"C\" { one \"1\"; one \"2\"; two \"2\" }"), "E0202"},
	        {"a name that has a meaning", QUESTIONS("text done \"T\""), "E0203"},
	        {"an option in another", QUESTIONS("several c \"C\" { new \"1\"; newest \"2\" }"), "E0343"},
	        {"none", QUESTIONS(""), "E0480"},
	        {"reads itself", QUESTIONS("nps n \"N\" when n > 5"), "E0341"},
	        {"reads a later one", QUESTIONS("text t \"T\" when n > 5; nps n \"N\""), "E0341"},
	        {"reads no question", QUESTIONS("text t \"T\" when contact.vip"), "E0201"},
	        {"compares what does not fit", QUESTIONS("nps n \"N\"; text t \"T\" when n == \"a\""), "E0301"},
	        {"reads an option", QUESTIONS("choice c \"C\" { one \"1\"; two \"2\" }; text t \"T\" when c == one"),
	         ""},
	        {"reads an option that is not there",
	         QUESTIONS("choice c \"C\" { one \"1\"; two \"2\" }; text t \"T\" when c == three"), "E0304"},
	        {"reads a row", QUESTIONS("matrix m \"M\" 1..5 { desk \"D\" }; text t \"T\" when m.desk <= 2"), ""},
	        {"reads a whole matrix", QUESTIONS("matrix m \"M\" 1..5 { desk \"D\" }; text t \"T\" when m <= 2"),
	         "E0302"},
	        {"satisfied twice", QUESTIONS("nps n \"N\"; satisfied when n > 5; satisfied when n > 6"), "E0414"},
	        {"nothing decides",
	         "questionnaire q \"Q\" { text t \"T\" }\n" WORKSPACE "sequence a { purpose service\n" INVITE
	         "ask s using q\n when s.satisfied { exit \"x\" }\n" THANKS "}",
	         "W0490 E0342"},
	        {"a locale that is missing",
	         "questionnaire q \"Q\" { text t { en \"T\" } }\nworkspace w { locales en, fr; contact { email email } "
	         "}",
	         "W0206 E0309"},
	        {"nobody asks it", VISIT WORKSPACE "sequence a { " HELLO "}", "W0206"},
	};
	EXPECT_ALL(examples);
}

/* Rule 11: an answer is absent until it is given; a required one is there once the page was posted. */
static void rule_11_answers(void **state)
{
	(void)state;
	static const struct example examples[] = {
	        {"compared", ASKED("when survey.overall >= 8 and survey.best == speed { exit \"x\" }"), "W0490"},
	        {"an unknown question", ASKED("when survey.overal >= 8 { suppress sales }"), "E0201"},
	        {"an unknown option", ASKED("when survey.best == sped { suppress sales }"), "E0304"},
	        {"several", ASKED("when survey.topics contains news { suppress sales }"), ""},
	        {"an option of several that is not there", ASKED("when survey.topics contains new { suppress sales }"),
	         "E0304"},
	        {"a row", ASKED("when survey.staff.desk <= 2 { suppress sales }"), ""},
	        {"no such row", ASKED("when survey.staff.desks <= 2 { suppress sales }"), "E0304"},
	        {"a whole matrix", ASKED("when survey.staff <= 2 { suppress sales }"), "E0302"},
	        {"rendered where it may be absent", ASKED(ALERT("w", "{{survey.overall}}")), "E0305"},
	        {"all answers", ASKED("when survey.done { " ALERT("w", "{{survey.overall}}: {{survey.answers}}") " }"),
	         ""},
	        {"one that is not required", ASKED("when survey.done { " ALERT("w", "{{survey.reason}}") " }"),
	         "E0305"},
	        {"satisfied means posted", ASKED("when survey.satisfied { " ALERT("w", "{{survey.overall}}") " }"), ""},
	        {"who did not answer is gone",
	         PAGES(INVITE "ask survey using visit { on nothing { finish } }\n" ALERT("w", "{{survey.overall}}")
	                       THANKS),
	         ""},
	        {"asked in an exit", PAGES("exit when survey.overall <= 2\n" INVITE "ask survey using visit\n" THANKS),
	         ""},
	};
	EXPECT_ALL(examples);
}

/* Rule 13: what may stand where. */
static void rule_13_pages(void **state)
{
	(void)state;
	static const struct example examples[] = {
	        {"message, ask, thanks", ASKED(""), ""},
	        {"every page", ASKED(OFFER("gold") REVIEW("us")), ""},
	        {"no ask", SEQUENCE("purpose service\n" INVITE OFFER("gold") THANKS), ""},
	        {"a minted link",
	         PAGES("send invite by email { email { subject \"V\"; body \"B\" }; link }\nask survey using "
	               "visit\n" THANKS),
	         ""},
	        {"the public link",
	         VISIT WORKSPACE
	         "sequence a { purpose service; start by link { email required }\n ask survey using visit\n" THANKS "}",
	         ""},
	        {"a wait before the ask", PAGES(INVITE "wait 1 day\nask survey using visit\n" THANKS), "E0482"},
	        {"a branch before the ask", PAGES(INVITE "when contact.vip { ask survey using visit\n" THANKS "}"),
	         "E0482"},
	        {"a message before the ask", PAGES(INVITE AGAIN "ask survey using visit\n" THANKS), "E0482"},
	        {"one link in each branch",
	         PAGES("when contact.vip { " INVITE "} otherwise { email other { subject \"V\"; body \"{{link}}\" } "
	               "}\nask survey using visit\n" THANKS),
	         ""},
	        {"a link in one branch",
	         PAGES("when contact.vip { " INVITE "} otherwise { " HELLO "}\nask survey using visit\n" THANKS),
	         "E0484"},
	        {"a link and no page", SEQUENCE(INVITE), "E0483"},
	        {"a link and the end", SEQUENCE(INVITE "finish"), "E0483"},
	        {"a page and no link", PAGES(HELLO "ask survey using visit\n" THANKS), "E0484"},
	        {"a page behind thanks", PAGES(INVITE "ask survey using visit\n" THANKS OFFER("gold")), "E0484"},
	        {"a second link",
	         PAGES(INVITE "email more { body \"More: {{link}}\" }\nask survey using visit\n" THANKS), "E0485"},
	        {"a second link between pages", ASKED("email more { body \"More: {{link}}\" }"), "E0485"},
	        {"a second link in remind",
	         PAGES(INVITE
	               "ask survey using visit { remind after 3 days { email more { body \"{{link}}\" } } }\n" THANKS),
	         ""},
	        {"two reminders",
	         PAGES(INVITE "ask survey using visit { within 20 days; remind after 9 days { email m2 { body "
	                      "\"{{link}}\" } }\n remind after 3 days { email m1 { body \"{{link}}\" } } }\n" THANKS),
	         ""},
	        {"a reminder too late",
	         PAGES(INVITE "ask survey using visit { remind after 2 months { email more { body \"{{link}}\" } } "
	                      "}\n" THANKS),
	         "E0488"},
	        {"a page in a reminder",
	         PAGES(INVITE "ask survey using visit { remind after 2 days { " OFFER("o") " } }\n" THANKS), "E0484"},
	        {"a wait between pages", ASKED("wait 1 day"), "E0487"},
	        {"a task between pages", ASKED("task call \"Call\""), "E0487"},
	        {"that does not wait", ASKED("task call \"Call\" { async }"), ""},
	        {"a message between pages", ASKED("email more { body \"More\" }"), ""},
	        {"too many of them",
	         ASKED(EMAIL("m1") EMAIL("m2") EMAIL("m3") EMAIL("m4") EMAIL("m5") EMAIL("m6") EMAIL("m7") EMAIL("m8")
	                       EMAIL("m9")),
	         "E0424"},
	        {"a second ask", ASKED("ask more using visit"), "E0486"},
	        {"another link, another ask",
	         PAGES(INVITE
	               "ask survey using visit\n" THANKS
	               "email more { body \"More: {{link}}\" }\nask again using visit\nthanks last { body \"B\" }"),
	         ""},
	        {"within behind the first page",
	         PAGES(INVITE OFFER("o") "ask survey using visit { within 3 days }\n" THANKS), "E0415"},
	        {"satisfied without an ask",
	         SEQUENCE("purpose service\n" INVITE "thanks final { satisfied \"Good\"; dissatisfied \"Bad\" }"),
	         "E0344"},
	        {"satisfied alone", PAGES(INVITE "ask survey using visit\nthanks final { satisfied \"Good\" }"),
	         "E0480"},
	        {"a review first", PAGES(INVITE REVIEW("us") "ask survey using visit\n" THANKS), "W0489"},
	        {"nothing thanks", PAGES(INVITE "ask survey using visit"), "W0490"},
	        {"nothing thanks on one path",
	         PAGES(INVITE "ask survey using visit\nwhen survey.satisfied { finish }\n" THANKS), "W0490"},
	        {"who did not answer needs no thanks",
	         PAGES(INVITE "ask survey using visit { on nothing { finish } }\n" THANKS), ""},
	        {"a review for the satisfied", ASKED("when survey.satisfied { " REVIEW("us") "}"), "W0491"},
	        {"by a bound", ASKED("when survey.overall >= 8 { " REVIEW("us") "}"), "W0491"},
	        {"by what is not so", ASKED("when not (survey.overall < 8) { " REVIEW("us") "}"), "W0491"},
	        {"and one for the others",
	         ASKED("when survey.satisfied { " REVIEW("us") "} otherwise { " REVIEW("too") "}"), ""},
	        {"a review for the others", ASKED("when not survey.satisfied { " REVIEW("us") "}"), ""},
	        {"accepted",
	         PAGES(INVITE
	               "allow W0491 because \"asked counsel\"\nask survey using visit\nwhen survey.satisfied { " REVIEW(
	                       "us") "}\n" THANKS),
	         ""},
	        {"no page by email", PAGES(INVITE "ask survey using visit { subject \"S\" }\n" THANKS), "E0415"},
	        {"a page that is no questionnaire", PAGES(INVITE "ask survey using vist\n" THANKS), "W0206 E0201"},
	};
	EXPECT_ALL(examples);
}

/* In loops, fragments, exits, and where the contact comes by the public link. */
static void pages_elsewhere(void **state)
{
	(void)state;
	static const struct example examples[] = {
	        {"in a repeat",
	         PAGES("repeat up to 2 times every 30 days as monthly { " INVITE "ask survey using visit\n" THANKS "}"),
	         ""},
	        {"in a fragment",
	         VISIT
	         "fragment rate(words text) { email invite { subject \"V\"; body \"{{words}} {{link}}\" }\nask survey "
	         "using visit\n" THANKS "}\n" WORKSPACE
	         "sequence a { purpose service\nrun rate(\"Hi\") as r\nwhen r.survey.satisfied { suppress sales } }",
	         ""},
	        {"steps of an exit",
	         SEQUENCE("exit on reply { task call \"Call\"\n" ALERT(
	                 "w", "B") "suppress sales\nhandoff over to a }\n" HELLO),
	         ""},
	        {"the public link leads to the first pages only",
	         PAGES("start by link { email required }\nask survey using visit\n" THANKS
	               "ask more using visit\nthanks last { body \"B\" }"),
	         "E0484"},
	        {"a further link behind the public one",
	         PAGES("start by link { email required }\nask survey using visit\n" INVITE THANKS), "E0485"},
	        {"a link in an alert", SEQUENCE(HELLO ALERT("w", "{{link}}")), "E0319"},
	        {"a link on a page",
	         ASKED("offer o { title \"{{link}}\"; button \"B\"; url \"https://acme.example\" }"), "E0319"},
	        {"what a reminder is told by",
	         PAGES(INVITE "ask survey using visit { remind after 1 day { " EMAIL(
	                 "more") "} }\nwhen survey.done { finish }\n" THANKS),
	         "W0490"},
	};
	EXPECT_ALL(examples);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(steps_that_are_no_messages),
	        cmocka_unit_test(rule_22_links),
	        cmocka_unit_test(questionnaires),
	        cmocka_unit_test(rule_11_answers),
	        cmocka_unit_test(rule_13_pages),
	        cmocka_unit_test(pages_elsewhere),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
