/* SPDX-License-Identifier: Apache-2.0
 * What steers a sequence: waiting for something, repeats, blocks of exits, fragments, starts, and the moves of a live
 * sequence. Each rule by a small source and the codes that it must yield. */
#include "tests/unit/compile_help.h"

#define WAIT_FOR(triggers, arms) SEQUENCE(HELLO "wait for " triggers " up to 5 days {\n" arms "\n}\n" AGAIN)
#define NOTHING                  "on nothing { }"

/* ---- wait for ---- */

static void arms_repeat_what_is_waited_for(void **state)
{
	(void)state;
	static const struct example examples[] = {
	        {"every kind of trigger",
	         SEQUENCE(HELLO
	                  "wait for reply by account, we_wrote, meeting, click on hello, event \"x\" up to 2 hours {\n"
	                  "on reply { exit \"r\" }\non we_wrote { exit \"w\" }\non meeting { exit \"m\" }\n"
	                  "on click { exit \"c\" }\non event { exit \"e\" }\n" NOTHING "\n}\n" AGAIN),
	         ""},
	        {"an open is a guess", WAIT_FOR("open of hello", "on open { exit \"o\" }\n" NOTHING), "W0317"},
	        {"the kind alone, with two of it", WAIT_FOR("event \"x\", event \"y\"", "on event { }\n" NOTHING),
	         "E0432"},
	        {"a plain trigger is its own, whatever else is waited for",
	         WAIT_FOR("click, click on hello", "on click { }\non click on hello { }\n" NOTHING), ""},
	        {"not waited for", WAIT_FOR("reply", "on reply { }\non click { }\n" NOTHING), "E0431"},
	        {"another event", WAIT_FOR("event \"x\"", "on event \"y\" { }\n" NOTHING), "E0431"},
	        {"twice", WAIT_FOR("reply, reply", "on reply { }\n" NOTHING), "E0414"},
	        {"no `on nothing`", WAIT_FOR("reply", "on reply { }"), "E0434"},
	        {"`on nothing` twice", WAIT_FOR("reply", "on reply { }\n" NOTHING "\n" NOTHING), "E0414"},
	        {"a trigger without an arm", WAIT_FOR("reply, meeting", "on reply { }\n" NOTHING), "W0435"},
	        {"an arm behind one that takes all",
	         WAIT_FOR("reply", "on reply { }\non reply when reply.text is set { }\n" NOTHING), "E0433"},
	        {"guards of one trigger, in order",
	         WAIT_FOR("reply", "on reply when reply.text contains \"no\" { exit \"no\" }\non reply { }\n" NOTHING),
	         ""},
	        {"after a step", WAIT_FOR("reply after hello", "on reply { exit \"r\" }\n" NOTHING), ""},
	        {"after a wait",
	         SEQUENCE(HELLO "wait 1 day as w\nwait for reply after w up to 5 days as x { on reply { }\n" NOTHING
	                        "\n}\n" AGAIN),
	         "E0207 E0431"},
	        {"an answer of a message", WAIT_FOR("answer of hello", "on answer { }\n" NOTHING), "E0207 E0431"},
	        {"an answer where nothing asks", SEQUENCE("exit on answer\n" HELLO), "W0445"},
	        {"no time at all", SEQUENCE(HELLO "wait for reply up to 0 days { on reply { }\n" NOTHING "\n}\n" AGAIN),
	         "E0302"},
	        {"a second wait needs a name",
	         SEQUENCE(HELLO "wait 1 day\nwait for reply up to 5 days { on reply { }\n" NOTHING "\n}\n" AGAIN),
	         "E0406"},
	        {"an arm that ends does not decide what is known after",
	         WAIT_FOR("reply", "on reply { exit \"r\" }\non nothing { set x = 1 }") "", "W0206"},
	        {"a variable that one arm sets is not set after",
	         SEQUENCE(HELLO "wait for reply up to 5 days { on reply { set x = 1 }\n" NOTHING
	                        "\n}\nwhen x == 1 { finish }\n" AGAIN),
	         "E0306"},
	        {"a variable that every arm sets is",
	         SEQUENCE(HELLO "wait for reply up to 5 days { on reply { set x = 1 }\non nothing { set x = 2 }\n}\n"
	                        "when x == 1 { finish }\n" AGAIN),
	         ""},
	        {"what comes after when all arms end",
	         SEQUENCE(HELLO
	                  "wait for reply up to 5 days { on reply { exit \"r\" }\non nothing { finish }\n}\n" AGAIN),
	         "E0405"},
	};
	EXPECT_ALL(examples);
}

static void events_and_replies_have_fields(void **state)
{
	(void)state;
	static const struct example examples[] = {
	        {"typed by the first use",
	         SEQUENCE("exit on event \"x\"\n" HELLO "when event.n > 3 and event.n == \"x\" { finish }\n" AGAIN),
	         "E0301"},
	        {"typed as the input of the name",
	         SEQUENCE("input { n number }\nstart on event \"x\" when event.n == \"3\"\n" HELLO), "E0301"},
	        {"a bare word beside one is a text", SEQUENCE("start on event \"x\" when event.plan == pro\n" HELLO),
	         ""},
	        {"may be absent in a text",
	         SEQUENCE("exit on event \"x\"\nemail hello { subject \"A\"; body \"{{event.plan}}\" }"), "E0305"},
	        {"and not where it was asked for",
	         SEQUENCE("exit on event \"x\"\nemail hello { subject \"A\"; body \"{{when event.plan is "
	                  "set}}{{event.plan}}{{end}}\" }"),
	         ""},
	        {"where no event is taken", SEQUENCE(HELLO "when event.plan == \"pro\" { finish }\n" AGAIN), "W0441"},
	        {"another event may lack it",
	         SEQUENCE(HELLO "wait for event \"x\" up to 1 day { on event when event.plan is set { wait for event "
	                        "\"y\" up to "
	                        "1 day as second { on event { email m { body \"{{event.plan}}\" } }\n" NOTHING
	                        "\n} }\n" NOTHING "\n}\n" AGAIN),
	         "E0305"},
	        {"what a field of the contact is, the event's is too",
	         SEQUENCE("exit on event \"x\"\n" HELLO
	                  "set contact.seats = event.n\nwhen event.n == \"x\" { finish }\n" AGAIN),
	         "E0301"},
	        {"a reply has a text only", SEQUENCE("exit when reply.subject contains \"no\"\n" HELLO), "E0201"},
	        {"in a condition of the policy", SEQUENCE("limit 2 messages when event.plan == \"x\"\n" HELLO),
	         "E0319"},
	};
	EXPECT_ALL(examples);
}

/* ---- repeat ---- */

static void repeats_are_bounded(void **state)
{
	(void)state;
	static const struct example examples[] = {
	        {"a repeat",
	         SEQUENCE(HELLO "repeat up to 3 times every 5 days until hello.clicked { email r { body \"R\" } }"),
	         ""},
	        {"no round", SEQUENCE(HELLO "repeat up to 0 times every 5 days { set contact.vip = yes }"), "E0436"},
	        {"too many rounds", SEQUENCE(HELLO "repeat up to 1001 times every 5 days { set contact.vip = yes }"),
	         "E0436"},
	        {"too many in all",
	         SEQUENCE(HELLO "repeat up to 40 times every 5 days { repeat up to 40 times every 1 day as in { set "
	                        "contact.vip = "
	                        "yes } }"),
	         "E0424"},
	        {"every no time", SEQUENCE(HELLO "repeat up to 3 times every 0 days { email r { body \"R\" } }"),
	         "E0302"},
	        {"its mail is first and follow-up",
	         SEQUENCE("repeat up to 3 times every 1 day { email r { body \"R\" } }"), "E0402"},
	        {"and its subject is used by the first",
	         SEQUENCE("repeat up to 3 times every 1 day { email r { subject \"R\"; body \"R\" } }"), ""},
	        {"into it nobody jumps",
	         SEQUENCE(HELLO "wait until 2027-01-01 09:00 otherwise skip to r\nrepeat up to 3 times every 1 day as "
	                        "again { email r "
	                        "{ body \"R\" } }"),
	         "E0411"},
	        {"its body may not run: what it sets is not set after",
	         SEQUENCE(HELLO "repeat up to 3 times every 1 day until hello.clicked { set x = 1 }\nwhen x == 1 { "
	                        "finish }\n" AGAIN),
	         "E0306"},
	        {"without `until` the first round is sure",
	         SEQUENCE(HELLO "repeat up to 3 times every 1 day { set x = 1 }\nwhen x == 1 { finish }\n" AGAIN), ""},
	        {"what a round takes away is not there in the next",
	         SEQUENCE("input { note text }\nexit when contact.company is not set\nemail hello { subject \"A\"; "
	                  "body \"B\" }\n"
	                  "when contact.company is set { repeat up to 3 times every 1 day as r {\nemail m { body "
	                  "\"{{company}}\" }\n"
	                  "set contact.company = input.note } }"),
	         "E0305"},
	};
	EXPECT_ALL(examples);
}

/* ---- exits, starts ---- */

static void exits_do_what_takes_no_time(void **state)
{
	(void)state;
	static const struct example examples[] = {
	        {"set, when", SEQUENCE("exit on reply { when hello.sent { set contact.vip = yes } }\n" HELLO), ""},
	        {"when", SEQUENCE("exit when contact.seats > 3 { set contact.vip = yes }\n" HELLO), ""},
	        {"a message", SEQUENCE("exit on reply { email bye { subject \"A\"; body \"B\" } }\n" HELLO), "E0437"},
	        {"a wait in a branch", SEQUENCE("exit on reply { when hello.sent { wait 1 day as w } }\n" HELLO),
	         "E0437"},
	        {"a message of a fragment",
	         "fragment f() { email bye { subject \"A\"; body \"B\" } }\n" SEQUENCE(
	                 "exit on reply { run f() }\n" HELLO),
	         "E0437"},
	        {"another end", SEQUENCE("exit on reply { finish }\n" HELLO), "E0437"},
	        {"always there", SEQUENCE("exit when 1 < 2\n" HELLO), "W0442"},
	};
	EXPECT_ALL(examples);
}

static void starts_know_the_contact(void **state)
{
	(void)state;
	static const struct example examples[] = {
	        {"all of them",
	         SEQUENCE("start on event \"x\" when event.n > 3 and contact.vip\nstart on date contact.renewal - 30 "
	                  "days at 09:00\n"
	                  "start by email, link { email required; first_name }\n" HELLO),
	         ""},
	        {"a step is not there yet", SEQUENCE("start on event \"x\" when hello.sent\n" HELLO), "E0319"},
	        {"a date reads no input", SEQUENCE("input { at date }\nstart on date input.at\n" HELLO), "E0319"},
	        {"an input that only an event brings",
	         SEQUENCE("input { order text required }\nstart on date contact.renewal\n" HELLO), "E0438"},
	        {"no date", SEQUENCE("start on date contact.company\n" HELLO), "E0302"},
	        {"no sms channel", SEQUENCE("start by sms\n" HELLO), "E0444"},
	        {"another word", SEQUENCE("start by fax\n" HELLO), "E0416"},
	        {"twice", SEQUENCE("start by link, link\n" HELLO), "E0414"},
	        {"no key", SEQUENCE("start by link { first_name }\n" HELLO), "E0439"},
	        {"an unknown field", SEQUENCE("start by link { email; frist_name }\n" HELLO), "E0201"},
	};
	EXPECT_ALL(examples);
}

/* ---- fragments ---- */

#define CHASE                                                                                                          \
	"fragment chase(gap duration, last text, tone one of (soft, firm) default soft) {\nwait gap\n"                 \
	"email one { body last }\nwait gap + 1 day\n"                                                                  \
	"when tone == firm and not one.clicked { email two { body \"{{last}}\" } }\n}\n"

static void fragments_are_typed(void **state)
{
	(void)state;
	static const struct example examples[] = {
	        {"run twice",
	         CHASE SEQUENCE(
	                 HELLO
	                 "run chase(3 business days, \"Hi {{first_name}}\") as eu\nwhen eu.one.clicked { finish }\n"
	                 "email mid { body \"M\" }\nrun chase(2 hours, \"Bye\", firm)\nwhen two.clicked { finish }"),
	         ""},
	        {"twice by one name",
	         CHASE SEQUENCE(HELLO "run chase(1 day, \"a\")\nemail m { body \"M\" }\nrun chase(1 day, \"b\")"),
	         "E0428"},
	        {"a step's name", CHASE SEQUENCE(HELLO "run chase(1 day, \"a\") as hello"), "E0202"},
	        {"a value too few", CHASE SEQUENCE(HELLO "run chase(1 day)"), "E0429"},
	        {"a value too many", CHASE SEQUENCE(HELLO "run chase(1 day, \"a\", firm, 3)"), "E0430"},
	        {"another type", CHASE SEQUENCE(HELLO "run chase(\"a\", \"b\")"), "E0302"},
	        {"a number for a duration", CHASE SEQUENCE(HELLO "run chase(3, \"b\")"), "E0312"},
	        {"no option", CHASE SEQUENCE(HELLO "run chase(1 day, \"b\", hard)"), "E0304"},
	        {"an unknown fragment", CHASE SEQUENCE(HELLO "run chse(1 day)"), "W0206 E0201"},
	        {"a field of the contact, which may be absent",
	         "fragment f(when_at date) { wait until when_at otherwise continue }\n" SEQUENCE(
	                 HELLO "run f(contact.renewal)\n" AGAIN),
	         ""},
	        {"a parameter is not set", "fragment f(n number) { set n = 3 }\n" SEQUENCE(HELLO "run f(1)"), "E0321"},
	        {"a parameter twice", "fragment f(n number, n number) { set x = n }\n" SEQUENCE(HELLO "run f(1, 2)"),
	         "E0202"},
	        {"nobody runs it",
	         "fragment f(gap duration, who text) {\nwait gap\nemail m { body \"{{who}} {{nme}}\" } }\n" SEQUENCE(
	                 HELLO),
	         "W0206 E0201"},
	        {"it runs itself", "fragment f() { run f() as x }\n" SEQUENCE(HELLO "run f()"), "E0427"},
	        {"through another",
	         "fragment f() { run g() as x }\nfragment g() { run f() as y }\n" SEQUENCE(HELLO "run f()"), "E0427"},
	        {"and nobody runs them",
	         "fragment f() { run g() as x }\nfragment g() { run f() as y }\n" SEQUENCE(HELLO), "E0427"},
	        {"a mistake in it is told once",
	         "fragment f() { email m { body \"{{nme}}\" }\nwait 1 day }\n" SEQUENCE(HELLO
	                                                                                "run f() as a1\nrun f() as a2"),
	         "E0201"},
	        {"it knows its own steps only",
	         "fragment f() { when hello.clicked { finish } }\n" SEQUENCE(HELLO "run f()\n" AGAIN), "E0201"},
	        {"its first wait is that after the step before",
	         "fragment f(gap duration) { wait gap }\n" SEQUENCE(HELLO "run f(1 day)\n" AGAIN), ""},
	        {"and a second one there has no name",
	         "fragment f(gap duration) { wait gap }\n" SEQUENCE(HELLO "run f(1 day)\nrun f(1 day) as x\n" AGAIN),
	         "E0406"},
	        {"`otherwise skip` leaves out its first step",
	         "fragment f() { email m { body \"M\" }\nwait 1 day }\n" SEQUENCE(
	                 HELLO "wait until 2027-01-01 09:00 otherwise skip\nrun f()\n" AGAIN),
	         ""},
	};
	EXPECT_ALL(examples);
}

/* f16 runs f15 twice, and so on: too many steps, said politely. */
static void fragments_that_double_are_refused(void **state)
{
	(void)state;
	struct buf b = {0};
	buf_adds(&b, "fragment f0() { set x = 1\nset x = 2 }\n");
	for (int i = 1; i < 16; i++)
		buf_addf(&b, "fragment f%d() { run f%d() as a\nrun f%d() as b }\n", i, i - 1, i - 1);
	buf_adds(&b, "sequence s { window anytime\nemail hello { subject \"A\"; body \"B\" }\nrun f15()\nrun f15() as "
	             "c }\n");
	expect_codes("doubling", buf_cstr(&b), "E0424");
	buf_free(&b);
}

/* ---- moves ---- */

static void moves_name_what_is_gone(void **state)
{
	(void)state;
	static const struct example examples[] = {
	        {"every form",
	         SEQUENCE("migrate {\nstep old -> again\nstep older -> exit \"gone\"\nstep oldest -> hold\n"
	                  "wait after hello recompute over 6 hours\nwait cooling restart\nwait after old -> again\nset "
	                  "x = 3\n}\n" HELLO "wait 2 days\nset x = 1\nwait 1 day as cooling\nwhen x > contact.seats { "
	                  "finish }\n" AGAIN) "retire gone -> finish\nretire gone2 "
	                                      "-> exit \"x\"\nretire gone3 -> "
	                                      "move to a\n",
	         ""},
	        {"a step that is there", SEQUENCE("migrate { step hello -> again }\n" HELLO "wait 1 day\n" AGAIN),
	         "E0440"},
	        {"to a step that is not", SEQUENCE("migrate { step old -> agin }\n" HELLO "wait 1 day\n" AGAIN),
	         "E0201"},
	        {"a wait that is not there", SEQUENCE("migrate { wait cooling restart }\n" HELLO "wait 1 day\n" AGAIN),
	         "E0201"},
	        {"a variable that is not there", SEQUENCE("migrate { set x = 1 }\n" HELLO), "E0201"},
	        {"of another type", SEQUENCE("migrate { set x = \"a\" }\nset x = 1\n" HELLO), "E0302"},
	        {"twice", SEQUENCE("migrate {\nstep old -> hello\nstep old -> hold\n}\n" HELLO), "E0414"},
	        {"was what is there", SEQUENCE(HELLO "wait 1 day\nemail b was hello { body \"B\" }"), "E0440"},
	        {"two were the same",
	         SEQUENCE("email hello was x { subject \"A\"; body \"B\" }\nwait 1 day\nemail b was x { body \"C\" }"),
	         "E0414"},
	        {"a retired sequence that is there", SEQUENCE(HELLO) "retire a -> finish\n", "E0440"},
	        {"allow weaken", SEQUENCE("allow weaken exit because \"we answer all\"\n" HELLO), ""},
	        {"allow weaken what is none", SEQUENCE("allow weaken mails because \"x\"\n" HELLO), "E0416"},
	};
	EXPECT_ALL(examples);
}

/* ---- conditions whose answer is known ---- */

static void known_answers_are_said(void **state)
{
	(void)state;
	static const struct example examples[] = {
	        {"written values", SEQUENCE(HELLO "when 3 > 5 { finish }"), "W0442"},
	        {"in part", SEQUENCE(HELLO "when contact.vip and 3 > 5 { finish }"), "W0442"},
	        {"twice in a choose",
	         SEQUENCE(HELLO "choose { when contact.vip { finish }\nwhen contact.vip { exit \"x\" } }"), "W0443"},
	        {"the contrary within", SEQUENCE(HELLO "when contact.vip { when not contact.vip { finish } }"),
	         "W0443"},
	        {"time has passed",
	         SEQUENCE(HELLO "wait 1 day\nwhen not hello.clicked { wait 1 day as w\nwhen hello.clicked { finish } "
	                        "}\n" AGAIN),
	         ""},
	        {"a parameter", "fragment f(n number) { when n > 3 { finish } }\n" SEQUENCE(HELLO "run f(5)"), ""},
	};
	EXPECT_ALL(examples);
}

/* ---- tests name what fragments make ---- */

#define FRAGMENT_TEST(step)                                                                                            \
	"test \"t\" { sequence a\ncontact { email \"a@b.example\"; need \"n\" }\nstart 2026-03-02 10:00\n"             \
	"expect email " step " at +1 days }"

static void tests_know_the_steps_of_fragments(void **state)
{
	(void)state;
	static const struct example examples[] = {
	        {"there", CHASE SEQUENCE(HELLO "run chase(1 day, \"a\") as eu") FRAGMENT_TEST("eu.one"), ""},
	        {"not there", CHASE SEQUENCE(HELLO "run chase(1 day, \"a\") as eu") FRAGMENT_TEST("eu.oen"), "E0201"},
	};
	EXPECT_ALL(examples);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(arms_repeat_what_is_waited_for),
	        cmocka_unit_test(events_and_replies_have_fields),
	        cmocka_unit_test(repeats_are_bounded),
	        cmocka_unit_test(exits_do_what_takes_no_time),
	        cmocka_unit_test(starts_know_the_contact),
	        cmocka_unit_test(fragments_are_typed),
	        cmocka_unit_test(fragments_that_double_are_refused),
	        cmocka_unit_test(moves_name_what_is_gone),
	        cmocka_unit_test(known_answers_are_said),
	        cmocka_unit_test(tests_know_the_steps_of_fragments),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
