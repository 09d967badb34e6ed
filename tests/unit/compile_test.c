/* SPDX-License-Identifier: Apache-2.0
 * Check and emit: each rule of the design by a small source and the codes that it must yield. What compiles without an
 * error must give plans that the verifier accepts, and a policy that offers what they need. */
#include "tests/unit/compile_help.h"

/* ---- names ---- */

static void names_are_found_or_said(void **state)
{
	(void)state;
	static const struct example examples[] = {
	        {"an unknown step", SEQUENCE(HELLO "wait 1 day\nwhen helo.clicked { finish }\n" AGAIN), "E0201"},
	        {"an unknown contact field", SEQUENCE("exit when contact.vpi\n" HELLO), "E0201"},
	        {"an unknown field in a text", SEQUENCE("email hello { subject \"Hello\"; body \"{{compny}}\" }"),
	         "E0201"},
	        {"an unknown input",
	         SEQUENCE("input { order text required }\nemail hello { subject \"{{input.ordr}}\"; body \"Hi\" }"),
	         "E0201"},
	        {"an unknown mailbox", SEQUENCE("mailbox salse\n" HELLO), "E0201"},
	        {"an unknown fact", SEQUENCE(HELLO "wait 1 day\nwhen hello.clickt { finish }\n" AGAIN), "E0201"},
	        {"an unknown filter", SEQUENCE("email hello { subject \"Hello\"; body \"{{first_name | uper}}\" }"),
	         "E0201"},
	        {"a step twice", SEQUENCE(HELLO "wait 1 day\nemail hello { body \"Hi\" }"), "E0202"},
	        {"a wait named as a step", SEQUENCE(HELLO "wait 1 day as hello\n" AGAIN), "E0202"},
	        {"an option twice", "workspace a { contact { email email; r one of x, y, x } }", "E0202"},
	        {"a sequence twice", SEQUENCE(HELLO) "sequence a { " HELLO " }", "E0202"},
	        {"`today` as a step", SEQUENCE("email today { subject \"Hello\"; body \"Hi\" }"), "E0203"},
	        {"`link` as a variable", SEQUENCE("set link = 1\n" HELLO), "E0203"},
	        {"a step may be called as a setting", SEQUENCE("email window { subject \"Hello\"; body \"Hi\" }"), ""},
	        {"an unused message", "message email m { body \"Hi\" }\n" SEQUENCE(HELLO), "W0206"},
	        {"an unused message is checked", "message email m { body \"{{first_name | uper}}\" }\n" SEQUENCE(HELLO),
	         "W0206 E0201"},
	        {"the wrong kind", "holidays m { 2026-07-02 }\n" SEQUENCE("email hello using m { subject \"Hello\" }"),
	         "E0207"},
	        {"a message of a module",
	         "use std/messages/friendly\n" SEQUENCE(HELLO "wait 1 day\nemail n using friendly.nudge"), ""},
	        {"a sequence of the library", "use std/recommended\n" WORKSPACE, ""},
	        {"an unknown module", SEQUENCE("email n using friendly.nudge"), "E0201"},
	};
	EXPECT_ALL(examples);
}

/* ---- types, expressions, templates ---- */

static void types_are_held(void **state)
{
	(void)state;
	static const struct example examples[] = {
	        {"different types", SEQUENCE("exit when contact.seats == \"many\"\n" HELLO), "E0301"},
	        {"a date and a moment", SEQUENCE("exit when contact.renewal == contact.at\n" HELLO), "E0301"},
	        {"a date moved by days", SEQUENCE("exit when today >= contact.renewal - 30 days\n" HELLO), ""},
	        {"a date moved by hours", SEQUENCE("exit when today >= contact.renewal - 3 hours\n" HELLO), "E0303"},
	        {"a date moved by a number", SEQUENCE("exit when today >= contact.renewal - 30\n" HELLO), "E0303"},
	        {"dates apart", SEQUENCE("exit when contact.renewal - today < 10 days\n" HELLO), ""},
	        {"an order of texts", SEQUENCE("exit when contact.company < \"M\"\n" HELLO), "E0303"},
	        {"an option", SEQUENCE("exit when contact.region == europe\n" HELLO), ""},
	        {"an unknown option", SEQUENCE("exit when contact.region == asia\n" HELLO), "E0304"},
	        {"an unknown option as a text", SEQUENCE("exit when contact.region == \"asia\"\n" HELLO), "E0304"},
	        {"options in a list", SEQUENCE("exit when contact.region in (americas, europ)\n" HELLO), "E0304"},
	        {"a text as a condition", SEQUENCE("exit when contact.company\n" HELLO), "E0302"},
	        {"`contains` of a number", SEQUENCE("exit when contact.seats contains \"1\"\n" HELLO), "E0303"},
	        {"a default of another type", "workspace a { contact { email email; seats number default \"x\" } }",
	         "E0302"},
	        {"an address that is none", "workspace a { contact { email email }\nmailbox s { address \"nobody\" } }",
	         "E0320"},
	        {"a filter on a number", SEQUENCE("email hello { subject \"Hello\"; body \"{{seats | upper}}\" }"),
	         "E0307"},
	        {"`default` takes any type",
	         SEQUENCE("email hello { subject \"Hello\"; body \"{{seats | default \"some\" | upper}}\" }"), ""},
	        {"a date's letters", SEQUENCE("email hello { subject \"Hello\"; body \"{{today | date \"%Q\"}}\" }"),
	         "E0308"},
	        {"a line break in a subject (rule 22)",
	         SEQUENCE("email hello { subject \"Hello\\nyou\"; body \"Hi\" }"), "E0310"},
	        {"a url as a link (rule 22)",
	         SEQUENCE("email hello { subject \"Hello\"; body \"{{when site is set}}[x]({{site}}){{end}}\" }"), ""},
	        {"a text as a link (rule 22)",
	         SEQUENCE("email hello { subject \"Hello\"; body \"[x]({{first_name}})\" }"), "E0311"},
	        {"a text behind http (rule 22)",
	         SEQUENCE("email hello { subject \"Hello\"; body \"[x](http://a/{{first_name | url}})\" }"), "E0311"},
	        {"a text in a link's words",
	         SEQUENCE("email hello { subject \"Hello\"; body \"[{{first_name}}](https://a.example)\" }"), ""},
	        {"opens are a guess", SEQUENCE(HELLO "wait 1 day\nwhen hello.opened { finish }\n" AGAIN), "W0317"},
	        {"a guess that is accepted",
	         SEQUENCE("allow W0317 because \"fine\"\n" HELLO "wait 1 day\nwhen hello.opened { finish }\n" AGAIN),
	         ""},
	        {"a step's fact in a limit", SEQUENCE("limit 1 message when hello.clicked\n" HELLO), "E0319"},
	};
	EXPECT_ALL(examples);
}

/* Rule 11. */
static void what_is_rendered_is_there(void **state)
{
	(void)state;
	static const struct example examples[] = {
	        {"absent", SEQUENCE("email hello { subject \"Hello\"; body \"{{company}}\" }"), "E0305"},
	        {"with a default in the hole",
	         SEQUENCE("email hello { subject \"Hello\"; body \"{{company | default \"you\"}}\" }"), ""},
	        {"with a default of the field", SEQUENCE("email hello { subject \"Hello\"; body \"{{first_name}}\" }"),
	         ""},
	        {"required", SEQUENCE("email hello { subject \"Hello\"; body \"{{need}}\" }"), ""},
	        {"the only key (rule 16)", SEQUENCE("email hello { subject \"Hello\"; body \"{{email}}\" }"), ""},
	        {"one of two keys (rule 16)",
	         "workspace a { contact { email email; phone phone }\nkey email or phone\n"
	         "mailbox s { address \"s@a.example\"; postal \"x\" } }\nsequence a { email hello { subject \"Hello\"; "
	         "body \"{{email}}\" } }",
	         "E0305"},
	        {"`is set` in the text",
	         SEQUENCE("email hello { subject \"Hello\"; body \"{{when company is set}}{{company}}{{end}}\" }"), ""},
	        {"the other branch",
	         SEQUENCE("email hello { subject \"Hello\"; body \"{{when company is "
	                  "set}}x{{otherwise}}{{company}}{{end}}\" }"),
	         "E0305"},
	        {"`is set` around the step",
	         SEQUENCE("when contact.company is set and contact.vip { email hello { subject \"Hello\"; body "
	                  "\"{{company}}\" } }"),
	         ""},
	        {"gone where it is not",
	         SEQUENCE("when not contact.company is set { exit \"x\" }\nemail hello { subject \"Hello\"; body "
	                  "\"{{company}}\" }"),
	         ""},
	        {"`or` says nothing",
	         SEQUENCE("when contact.company is set or contact.vip { email hello { subject \"Hello\"; body "
	                  "\"{{company}}\" } }"),
	         "E0305"},
	        {"a comparison that was yes",
	         SEQUENCE("when contact.seats > 3 { email hello { subject \"Hello\"; body \"{{seats}}\" } }"), ""},
	        {"`!=` says nothing",
	         SEQUENCE("when contact.seats != 3 { email hello { subject \"Hello\"; body \"{{seats}}\" } }"),
	         "E0305"},
	        {"set on the path",
	         SEQUENCE("set contact.company = \"Acme\"\nemail hello { subject \"Hello\"; body \"{{company}}\" }"),
	         ""},
	        {"a variable on every path",
	         SEQUENCE("when contact.vip { set a = 1 } otherwise { set a = 2 }\nemail hello { subject \"Hello\"; "
	                  "body \"{{a}}\" }"),
	         ""},
	        {"a variable on one path",
	         SEQUENCE("when contact.vip { set a = 1 }\nemail hello { subject \"Hello\"; body \"{{a}}\" }"),
	         "E0306"},
	        {"a variable that took an absent value",
	         SEQUENCE("set a = contact.company\nemail hello { subject \"Hello\"; body \"{{a}}\" }"), "E0305"},
	        {"computed with", SEQUENCE("set a = contact.seats + 1\n" HELLO), "E0305"},
	        {"a variable's second type", SEQUENCE("set a = 1\nset a = \"x\"\n" HELLO), "E0302"},
	        {"a variable in `exit when`", SEQUENCE("exit when a == 1\nset a = 1\n" HELLO), "E0306"},
	        {"waited for", SEQUENCE("input { gap duration }\n" HELLO "wait input.gap\n" AGAIN), "E0305"},
	        {"a moment with an `otherwise`",
	         SEQUENCE(HELLO "wait until contact.renewal - 30 days at 09:00 otherwise skip\n" AGAIN), ""},
	        {"and present behind an exit",
	         SEQUENCE(HELLO
	                  "wait until contact.renewal otherwise exit \"x\"\nemail again { body \"{{renewal}}\" }"),
	         ""},
	        {"but not behind `continue`",
	         SEQUENCE(HELLO "wait until contact.renewal otherwise continue\nemail again { body \"{{renewal}}\" }"),
	         "E0305"},
	};
	EXPECT_ALL(examples);
}

static void locales_are_complete(void **state)
{
	(void)state;
#define BILINGUAL(body)                                                                                                \
	"workspace a { locales en, fr\ncontact { email email }\nmailbox s { address \"s@a.example\"; postal \"x\" } "  \
	"}\nsequence a { " body " }"
	static const struct example examples[] = {
	        {"all there", BILINGUAL("email hello { subject { en \"A\" fr \"B\" }; body \"C\" }"), ""},
	        {"one is missing", BILINGUAL("email hello { subject { en \"A\" }; body \"C\" }"), "E0309"},
	        {"one too many", BILINGUAL("email hello { subject { en \"A\" fr \"B\" de \"D\" }; body \"C\" }"),
	         "E0201"},
	        {"twice", BILINGUAL("email hello { subject { en \"A\" fr \"B\" en \"D\" }; body \"C\" }"), "E0202"},
	        {"a footer's words", "workspace a { locales en, tlh\ncontact { email email } }", "E0506"},
	        {"without a workspace its own count",
	         "sequence a { email hello { subject { fr \"A\" it \"B\" }; body \"C\" } }", ""},
	};
	EXPECT_ALL(examples);
}

/* ---- sequences ---- */

static void steps_are_complete(void **state)
{
	(void)state;
	static const struct example examples[] = {
	        {"no step", SEQUENCE("window anytime"), "E0401"},
	        {"no step in a draft", WORKSPACE "draft sequence a { window anytime }", "e0401"},
	        {"no body", SEQUENCE("email hello { subject \"Hello\" }"), "E0403"},
	        {"no subject", SEQUENCE("email hello { body \"Hi\" }"), "E0402"},
	        {"an empty subject", SEQUENCE("email hello { subject \"\"; body \"Hi\" }"), "E0402"},
	        {"behind finish", SEQUENCE(HELLO "finish\n" AGAIN), "E0405"},
	        {"behind branches that all end",
	         SEQUENCE(HELLO "when contact.vip { finish } otherwise { exit \"x\" }\n" AGAIN), "E0405"},
	        {"a part of something else", SEQUENCE("email hello { subject \"Hello\"; body \"Hi\"; due 1 day }"),
	         "E0415"},
	        {"a part twice", SEQUENCE("email hello { subject \"Hello\"; body \"Hi\"; body \"Ho\" }"), "E0414"},
	        {"nor with a message further down",
	         SEQUENCE("email hello using m { body \"C\" }") "message email m { subject \"A\"; body \"B\" }", ""},
	        {"overriding is not twice",
	         "message email m { subject \"A\"; body \"B\" }\n" SEQUENCE("email hello using m { body \"C\" }"), ""},
	        {"a setting twice", SEQUENCE("thread no\nthread yes\n" HELLO), "E0414"},
	        {"exits may be many", SEQUENCE("exit on reply\nexit on meeting\n" HELLO), ""},
	        {"`Re:` on a first message", SEQUENCE("email hello { subject \"Re: you\"; body \"Hi\" }"), "W0420"},
	        {"an `otherwise` in the middle",
	         SEQUENCE("choose { when contact.vip { finish } otherwise { finish }\nwhen contact.vip { finish } "
	                  "}\n" HELLO),
	         "E0419"},
	};
	EXPECT_ALL(examples);
}

/* Rule 20. */
static void subjects_stand_where_they_are_used(void **state)
{
	(void)state;
#define OWN "email again { subject \"Again\"; body \"Hi\" }\n"
	static const struct example examples[] = {
	        {"a follow-up's own subject", SEQUENCE(HELLO "wait 1 day\n" OWN), "E0404"},
	        {"in a new thread",
	         SEQUENCE(HELLO "wait 1 day\nemail again { new_thread; subject \"Again\"; body \"Hi\" }"), ""},
	        {"a new thread needs one", SEQUENCE(HELLO "wait 1 day\nemail again { new_thread; body \"Hi\" }"),
	         "E0402"},
	        {"without threads", SEQUENCE("thread no\n" HELLO "wait 1 day\n" OWN), ""},
	        {"without threads each needs one", SEQUENCE("thread no\n" HELLO "wait 1 day\n" AGAIN), "E0402"},
	        {"first on one path, with", SEQUENCE("when contact.vip { " HELLO " }\n" OWN), ""},
	        {"first on one path, without", SEQUENCE("when contact.vip { " HELLO " }\n" AGAIN), "E0402"},
	        {"after both branches sent",
	         SEQUENCE("when contact.vip { " HELLO
	                  " } otherwise { email hi { subject \"Hi\"; body \"Hi\" } }\n" AGAIN),
	         ""},
	        {"a branch that ended does not count",
	         SEQUENCE("when contact.vip { finish } otherwise { " HELLO " }\n" AGAIN), ""},
	        {"a message's subject is no subject of its own",
	         "message email m { subject \"A\"; body \"B\" }\n" SEQUENCE(HELLO "wait 1 day\nemail again using m"),
	         ""},
	};
	EXPECT_ALL(examples);
}

/* Rules 3, 8, 12. */
static void waits_are_sound(void **state)
{
	(void)state;
	static const struct example examples[] = {
	        {"after the start and after a step", SEQUENCE("wait 1 day\n" HELLO "wait 1 day\n" AGAIN), ""},
	        {"a second one after a step (rule 12)", SEQUENCE(HELLO "wait 1 day\nwait 1 day\n" AGAIN), "E0406"},
	        {"named (rule 12)", SEQUENCE(HELLO "wait 1 day\nwait 1 day as pause\n" AGAIN), ""},
	        {"after a branch (rule 12)", SEQUENCE(HELLO "when contact.vip { finish }\nwait 1 day\n" AGAIN),
	         "E0406"},
	        {"first in a block (rule 12)",
	         SEQUENCE(HELLO "when contact.vip { wait 1 day\nemail v { body \"V\" } }\n" AGAIN), "E0406"},
	        {"a step in its own block (rule 12)",
	         SEQUENCE(HELLO "when contact.vip { email v { body \"V\" }\nwait 1 day }\n" AGAIN), ""},
	        {"unnamed in a draft (rule 12)",
	         WORKSPACE "draft sequence a { " HELLO "wait 1 day\nwait 1 day\n" AGAIN " }", "e0406"},
	        {"`at` with hours (rule 3)", SEQUENCE(HELLO "wait 3 hours at 09:00\n" AGAIN), "E0407"},
	        {"`at` with a sum (rule 3)", SEQUENCE(HELLO "wait 1 day + 3 hours at 09:00\n" AGAIN), ""},
	        {"no unit", SEQUENCE(HELLO "wait 7\n" AGAIN), "E0312"},
	        {"a date is no duration", SEQUENCE(HELLO "wait 2026-12-01\n" AGAIN), "E0302"},
	        {"a duration is no moment", SEQUENCE(HELLO "wait until 3 days otherwise skip\n" AGAIN), "E0302"},
	        {"a date may be past (rule 8)", SEQUENCE(HELLO "wait until 2026-12-01 09:00\n" AGAIN), "E0408"},
	        {"a field may be past (rule 8)", SEQUENCE(HELLO "wait until contact.renewal\n" AGAIN), "E0408"},
	        {"a time of the day is never past (rule 8)", SEQUENCE(HELLO "wait until 10:00\n" AGAIN), ""},
	        {"a weekday is never past (rule 8)", SEQUENCE(HELLO "wait until next mon 10:00\n" AGAIN), ""},
	        {"today and some days is never past (rule 8)",
	         SEQUENCE(HELLO "wait until today + 3 days at 10:00\n" AGAIN), ""},
	        {"`skip` needs a step (rule 8)", SEQUENCE(HELLO "wait until 2026-12-01 otherwise skip"), "E0410"},
	        {"`skip to` goes forward (rule 8)",
	         SEQUENCE(HELLO "wait until 2026-12-01 otherwise skip to hello\n" AGAIN), "E0409"},
	        {"`skip to` over a branch",
	         SEQUENCE(HELLO
	                  "wait until 2026-12-01 otherwise skip to again\nwhen contact.vip { exit \"x\" }\n" AGAIN),
	         ""},
	        {"`skip to` out of a branch",
	         SEQUENCE(HELLO "when contact.vip { wait until 2026-12-01 as w otherwise skip to again\nfinish }\nwait "
	                        "1 day as x\n" AGAIN),
	         ""},
	        {"`skip to` into a branch",
	         SEQUENCE(HELLO "wait until 2026-12-01 otherwise skip to v\nwhen contact.vip { email v { body \"V\" } "
	                        "}\n" AGAIN),
	         "E0411"},
	        {"`skip to` reaches behind finish",
	         SEQUENCE(HELLO "wait until 2026-12-01 otherwise skip to again\nfinish\n" AGAIN), ""},
	        {"`skip to` may skip what is read",
	         SEQUENCE(HELLO
	                  "wait until 2026-12-01 otherwise skip to last\nset a = 1\nemail last { body \"{{a}}\" }"),
	         "E0306"},
	        {"longer than a century", SEQUENCE(HELLO "wait 101 years\n" AGAIN), "E0313"},
	};
	EXPECT_ALL(examples);
}

static void windows_and_limits_are_sane(void **state)
{
	(void)state;
	static const struct example examples[] = {
	        {"the same time twice", SEQUENCE("window mon 09:00-09:00\n" HELLO), "E0412"},
	        {"across midnight (rule 5)", SEQUENCE("window mon-sun 22:00-06:00\n" HELLO), ""},
	        {"weekends skipped", SEQUENCE("window sat, sun 09:00-12:00\nskip weekends\n" HELLO), "E0413"},
	        {"but not for this step",
	         SEQUENCE("window sat 09:00-12:00\nemail hello { subject \"Hello\"; body \"Hi\"; any_day }"), ""},
	        {"a zone that is none", SEQUENCE("window mon 09:00-17:00 in \"Europe/Pariss\"\n" HELLO), "E0502"},
	        {"holidays without a calendar", SEQUENCE("skip holidays\n" HELLO), "E0426"},
	        {"a ramp that goes down",
	         "workspace a { contact { email email }\nmailbox s { address \"s@a.example\"\n"
	         "limit 50 messages per day, ramp 60 to 50 over 30 days } }",
	         "E0507"},
	        {"a ramp of a sequence",
	         "workspace a { contact { email email }\nlimit 5 messages per day, ramp 1 to 5 over 9 days }", "E0508"},
	        {"none at all", SEQUENCE("limit 0 messages\n" HELLO), "E0425"},
	        {"of what is not sent", SEQUENCE("limit 3 letters\n" HELLO), "E0416"},
	        {"per three hours", SEQUENCE("limit 3 messages per 3 hours\n" HELLO), "E0302"},
	        {"quiet hours of letters", "workspace a { contact { email email }\nquiet letters 21:00-08:00 }",
	         "E0416"},
	};
	EXPECT_ALL(examples);
}

/* Promotional mail says who sends it and how to stop it; who sends must be known. */
static void senders_are_known(void **state)
{
	(void)state;
#define SENDERS(boxes, body) "workspace a { contact { email email }\n" boxes " }\nsequence a { " body HELLO " }"
#define BOX(name, rest)      "mailbox " name " { address \"" name "@a.example\"; " rest " }\n"
	static const struct example examples[] = {
	        {"no mailbox", SENDERS("", ""), "E0417"},
	        {"the only one", SENDERS(BOX("s", "postal \"x\""), ""), ""},
	        {"one of two is assigned", SENDERS(BOX("s", "postal \"x\"") BOX("t", "postal \"x\""), ""), ""},
	        {"a mailbox without address", SENDERS("mailbox s { postal \"x\" }", ""), "E0504"},
	        {"no postal address", SENDERS(BOX("s", "name \"S\""), ""), "E0505"},
	        {"service mail needs none", SENDERS(BOX("s", "name \"S\""), "purpose service\n"), ""},
	        {"not that of another mailbox", SENDERS(BOX("s", "postal \"x\"") BOX("t", "name \"T\""), "mailbox s\n"),
	         ""},
	        {"no way out", SENDERS(BOX("s", "postal \"x\""), "unsubscribe none\n"), "E0423"},
	        {"service mail may", SENDERS(BOX("s", "postal \"x\""), "purpose service\nunsubscribe none\n"), ""},
	        {"no key (rule 16)", "workspace a { contact { name text } }", "E0503"},
	        {"a key that is no field (rule 16)", "workspace a { contact { email email }\nkey phone }", "E0201"},
	};
	EXPECT_ALL(examples);
}

/* `promise` is proven, or an error with two labels (rule 6 counts local dates). */
static void promises_are_kept(void **state)
{
	(void)state;
#define THREE(wait) HELLO "wait " wait "\nemail b { body \"B\" }\nwait " wait "\nemail c { body \"C\" }"
	static const struct example examples[] = {
	        {"in all", SEQUENCE("promise at most 2 messages\n" THREE("9 days")), "E0421"},
	        {"in all, kept", SEQUENCE("promise at most 3 messages\n" THREE("9 days")), ""},
	        {"the longest path counts",
	         SEQUENCE("promise at most 1 message\nwhen contact.vip { " HELLO
	                  " } otherwise { email b { subject \"B\"; body \"B\" } }"),
	         ""},
	        {"follow-ups", SEQUENCE("promise at most 2 followups\n" THREE("1 day")), ""},
	        {"over a period, broken", SEQUENCE("promise at most 2 messages per 7 days\n" THREE("3 days")), "E0422"},
	        {"over a period, by one day", SEQUENCE("promise at most 2 messages per 7 days\n" THREE("4 days")), ""},
	        {"hours may lie in one date",
	         SEQUENCE("promise at most 1 message per day\n" HELLO "wait 23 hours\n" AGAIN), "E0422"},
	        {"business days are days at least",
	         SEQUENCE("promise at most 1 message per 3 days\n" HELLO "wait 3 business days\n" AGAIN), ""},
	        {"`otherwise continue` takes no time",
	         SEQUENCE("promise at most 1 message per day\n" HELLO
	                  "wait until 2026-12-01 otherwise continue\n" AGAIN),
	         "E0422"},
	        {"`skip` passes over a wait",
	         SEQUENCE("promise at most 1 message per day\n" HELLO
	                  "wait until 2026-12-01 otherwise skip\nwait 3 days as w\n" AGAIN),
	         "E0422"},
	        {"kept by the sequence's own limit",
	         SEQUENCE("limit 1 message per 2 days\npromise at most 2 messages per 3 days\n" THREE("1 day")),
	         "W0601"},
	        {"not kept by a limit over too few days",
	         SEQUENCE("limit 1 message per 1 day\npromise at most 2 messages per 3 days\n" THREE("1 day")),
	         "E0422"},
	        {"not kept by a limit that holds for some",
	         SEQUENCE("limit 1 message per 2 days when contact.vip\npromise at most 2 messages per 3 days\n" THREE(
	                 "1 day")),
	         "E0422"},
	        {"per month", SEQUENCE("promise at most 1 message per month\n" HELLO "wait 31 days\n" AGAIN), ""},
	};
	EXPECT_ALL(examples);
}

/* What parses but is not compiled yet is one finding at its place, and what reads it stays quiet. */
static void what_stands_beside_sequences(void **state)
{
	(void)state;
	static const struct example examples[] = {
	        {"a test's names must be there",
	         SEQUENCE(HELLO) "test \"t\" { sequence a\ncontact { first_nme \"Ada\"; need \"n\" }\n"
	                         "start 2026-03-02 10:00\nexpect email helo at 2026-03-02 10:00 }",
	         "E0201 E0201"},
	        {"a test, and the rest builds",
	         SEQUENCE(HELLO) "test \"t\" { sequence a\ncontact { email \"a@b.example\"; need \"n\" }\n"
	                         "start 2026-03-02 10:00\nexpect nothing more }",
	         ""},
	        {"channels of a workspace are there",
	         "workspace a { contact { email email; phone phone; sms_ok yes_no default no }\n"
	         "sms texting { provider salesmsg; number \"+15145550100\"; consent contact.sms_ok; limit 350 messages "
	         "per month } }",
	         ""},
	};
	EXPECT_ALL(examples);
}

static void a_lone_file_is_met_kindly(void **state)
{
	(void)state;
	static const struct example examples[] = {
	        {"nothing else needed", "sequence a { mailbox anything\n" HELLO " }", ""},
	        {"a field takes the type of its use",
	         "sequence a { exit when contact.vip\nexit when contact.seats > 3\n" HELLO " }", "W0210 W0210"},
	        {"and keeps it",
	         "sequence a { exit when contact.seats > 3\nexit when contact.seats == \"x\"\n" HELLO " }",
	         "W0210 E0301"},
	        {"a bare word is an option", "sequence a { exit when contact.region == europe\n" HELLO " }", "W0210"},
	        {"a misspelt field is not taken for a new one",
	         "sequence a { email hello { subject \"A\"; body \"{{frist_name}}\" } }", "E0201"},
	        {"it knows zones and languages",
	         "sequence a { exit when contact.timezone == \"UTC\" or contact.locale == en\n" HELLO " }", ""},
	        {"no holidays to skip", "sequence a { skip holidays\n" HELLO " }", ""},
	};
	EXPECT_ALL(examples);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(names_are_found_or_said),
	        cmocka_unit_test(types_are_held),
	        cmocka_unit_test(what_is_rendered_is_there),
	        cmocka_unit_test(locales_are_complete),
	        cmocka_unit_test(steps_are_complete),
	        cmocka_unit_test(subjects_stand_where_they_are_used),
	        cmocka_unit_test(waits_are_sound),
	        cmocka_unit_test(windows_and_limits_are_sane),
	        cmocka_unit_test(senders_are_known),
	        cmocka_unit_test(promises_are_kept),
	        cmocka_unit_test(what_stands_beside_sequences),
	        cmocka_unit_test(a_lone_file_is_met_kindly),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
