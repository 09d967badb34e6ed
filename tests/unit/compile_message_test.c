/* SPDX-License-Identifier: Apache-2.0
 * Messages and channels (language.md §4, rules 14, 20 and 22): each rule by a small source and the codes that it must
 * yield, then what stands in the plan. */
#include "compiler/check.h"
#include "tests/unit/compile_help.h"

#define CHANNELS                                                                                                       \
	"workspace acme { contact { email email; phone phone; first_name text default \"there\"; company text; ok "    \
	"yes_no; office zone }\n mailbox sales { address \"sales@acme.example\"; postal \"1 Main St\" }\n"             \
	" sms texting { number \"+15145550100\"; consent contact.ok }\n whatsapp chat { provider sinch } }\n"
#define IN(body) CHANNELS "sequence a {\n" body "\n}\n"

static void each_channel_has_its_parts(void **state)
{
	(void)state;
	static const struct example examples[] = {
	        {"an SMS", IN("sms a { text \"Hi\" }"), ""},
	        {"a WhatsApp text", IN("whatsapp a { text \"Hi\" }"), "W0616"},
	        {"a template", IN("whatsapp a { template \"welcome\" pt_br values first_name, ok, 7 }"), "E0305"},
	        {"a template's text", IN("whatsapp a { template \"w\" values \"{{company | default \"x\"}}\" }"), ""},
	        {"a template's value may be absent", IN("whatsapp a { template \"w\" values company }"), "E0305"},
	        {"a template's value is there",
	         IN("when contact.company is set { whatsapp a { template \"w\" values company } }"), ""},
	        {"a template and a text", IN("whatsapp a { template \"w\"; text \"Hi\" }"), "E0469"},
	        {"a template without a name", IN("whatsapp a { template \"\" }"), "E0460"},
	        {"no text", IN("sms a { any_day }"), "E0460"},
	        {"an empty text", IN("sms a { text \"\" }"), "E0460"},
	        {"no text in a draft", CHANNELS "draft sequence a { whatsapp a { any_day } }", "e0460"},
	        {"a body in an SMS", IN("sms a { body \"Hi\" }"), "E0415"},
	        {"a text in an email", IN("email a { subject \"S\"; text \"Hi\" }"), "E0415"},
	        {"a subject in an SMS", IN("sms a { text \"Hi\"; subject \"S\" }"), "E0415"},
	        {"a thread of texts", IN("sms a { text \"Hi\"; new_thread }"), "E0415"},
	        {"a template in an SMS", IN("sms a { template \"w\" }"), "E0415"},
	        {"a text twice", IN("sms a { text \"Hi\"; text \"Ho\" }"), "E0414"},
	        {"opens of an SMS", IN("sms a { text \"Hi\"; tracking opens }"), "E0416"},
	        {"clicks of an SMS", IN("sms a { text \"Hi\"; tracking clicks }"), ""},
	        {"a window in a zone of the contact",
	         IN("sms a { text \"Hi\"; window mon-fri 09:00-17:00 in contact.office }"), ""},
	        {"a window in something else", IN("sms a { text \"Hi\"; window mon 09:00-17:00 in contact.phone }"),
	         "E0302"},
	        {"a window in an unknown field", IN("window mon 09:00-17:00 in contact.ofice\nsms a { text \"Hi\" }"),
	         "E0201"},
	        {"a message of the same channel", "message sms m { text \"Hi\" }\n" IN("sms a using m"), ""},
	        {"a message of another channel", "message sms m { text \"Hi\" }\n" IN("whatsapp a using m"), "E0207"},
	        {"a message that nobody uses",
	         "message sms m { text \"Hi {{input.x}}\" }\n" IN("sms a { text \"Hi\" }"), "W0206"},
	        {"a wrong part in it", "message whatsapp m { subject \"Hi\" }\n" IN("sms a { text \"Hi\" }"),
	         "W0206 E0415"},
	        {"a link needs a page", IN("sms a { text \"See {{link}}\" }"), "E0483"},
	        {"a link of a mailbox",
	         "workspace acme { contact { email email }\nmailbox s { address \"s@a.example\"; postal \"x\"; "
	         "signature "
	         "\"{{link}}\" } }",
	         "E0319"},
	        {"no attachment that runs", IN("email a { subject \"S\"; body \"B\"; attach file \"a.exe\" }"),
	         "E0472"},
	        {"no attachment that is not there", IN("email a { subject \"S\"; body \"B\"; attach file \"a.pdf\" }"),
	         "E0204"},
	        {"nor one from outside", IN("email a { subject \"S\"; body \"B\"; attach file \"../a.pdf\" }"),
	         "E0204"},
	};
	EXPECT_ALL(examples);
}

static void a_channel_is_there(void **state)
{
	(void)state;
#define SMALL                                                                                                          \
	"workspace acme { contact { email email; phone phone }\n mailbox s { address \"s@a.example\"; postal \"x\" }"
	static const struct example examples[] = {
	        {"no SMS channel", SMALL "}\nsequence a { sms a { text \"Hi\" } }", "E0461"},
	        {"no WhatsApp channel", SMALL "\nsms t { }}\nsequence a { whatsapp a { text \"Hi\" } }", "E0461"},
	        {"none in a draft", SMALL "}\ndraft sequence a { sms a { text \"Hi\" } }", "e0461"},
	        {"a file without a workspace has them",
	         "sequence a { sms a { text \"Hi\" }; whatsapp b { text \"Ho\" } }", "W0616"},
	        {"no phone",
	         "workspace acme { contact { email email }\nsms t { } }\nsequence a { sms a { text \"Hi\" } }",
	         "E0462"},
	        {"a phone of another type",
	         "workspace acme { contact { email email; phone text }\nsms t { } }\nsequence a { sms a { text \"Hi\" "
	         "} }",
	         "E0462"},
	        {"texts need no mailbox",
	         "workspace acme { contact { email email; phone phone }\nsms t { } }\nsequence a { sms a { text \"Hi\" "
	         "} }",
	         ""},
	        {"an email does",
	         "workspace acme { contact { email email; phone phone }\nsms t { } }\nsequence a { send a by sms, "
	         "email { "
	         "sms { text \"Hi\" }; email { subject \"S\"; body \"B\" } } }",
	         "E0417"},
	        {"texts have no signature", SMALL "\nsms t { signature \"x\" } }", "E0415"},
	        {"a mailbox has no number",
	         "workspace a { contact { email email }\nmailbox s { address "
	         "\"s@a.example\"; number \"+15145550100\" } }",
	         "E0415"},
	        {"texts for sales can be stopped", IN("unsubscribe none\nsms a { text \"Hi\" }"), "E0423"},
	        {"a number that is none", SMALL "\nsms t { number \"12\" } }", "E0320"},
	        {"a colour", SMALL "\nbrand { colour \"#0b5fff\" } }", ""},
	        {"a colour that is none", SMALL "\nbrand { colour \"blue\" } }", "E0320"},
	        {"a logo is a file", SMALL "\nbrand { logo \"logo.svg\" } }", "E0302"},
	        {"a brand's other words", SMALL "\nbrand { color \"#0b5fff\" } }", "E0416"},
	};
	EXPECT_ALL(examples);
}

static void send_takes_the_first_that_can(void **state)
{
	(void)state;
#define SMS   "sms { text \"Hi\" }\n"
#define EMAIL "email { subject \"S\"; body \"B\" }\n"
	static const struct example examples[] = {
	        {"two channels", IN("send a by sms, email {\n" SMS EMAIL "}"), ""},
	        {"in any order", IN("send a by email, sms {\n" SMS EMAIL "}"), ""},
	        {"a message of the workspace", "message sms m { text \"Hi\" }\n" IN("send a by sms { sms using m }"),
	         ""},
	        {"one that is not listed", IN("send a by email {\n" SMS EMAIL "}"), "E0464"},
	        {"one without a block", IN("send a by sms, email {\n" EMAIL "}"), "E0463"},
	        {"a channel twice in the list", IN("send a by sms, sms {\n" SMS "}"), "E0202"},
	        {"a block twice", IN("send a by sms {\n" SMS SMS "}"), "E0414"},
	        {"an unknown channel", IN("send a by fax, sms {\n" SMS "}"), "E0416"},
	        {"a part that belongs into a block", IN("send a by sms {\n" SMS "any_day }"), "E0415"},
	        {"variants in a channel", IN("send a by sms { sms { variant x 50% { text \"A\" }; variant y 50% } }"),
	         "E0415"},
	        {"after it, an email may be the first (rule 20)",
	         IN("send a by sms, email {\n" SMS EMAIL "}\nwait 1 day\nemail b { body \"B\" }"), "E0402"},
	        {"so it has a subject",
	         IN("send a by sms, email {\n" SMS EMAIL "}\nwait 1 day\nemail b { subject \"S\"; body \"C\" }"), ""},
	        {"by email only, it is not the first",
	         IN("send a by email {\n" EMAIL "}\nwait 1 day\nemail b { subject \"S\"; body \"C\" }"), "E0404"},
	        {"texts begin no thread", IN("sms a { text \"Hi\" }\nwait 1 day\nemail b { body \"B\" }"), "E0402"},
	        {"the own message of a user does", IN("original a\nwait 1 day\nemail b { body \"B\" }"), ""},
	        {"it comes first", IN("sms b { text \"Hi\" }\nwait 1 day\noriginal a"), "E0468"},
	        {"and once", IN("original a\noriginal b\nwait 1 day\nemail c { body \"B\" }"), "E0468"},
	        {"not in a branch", IN("when contact.ok { original a }\nsms b { text \"Hi\" }"), "E0468"},
	        {"\"Re:\" in a first message",
	         IN("send a by sms, email {\n" SMS "email { subject \"Re: us\"; body \"B\" } }"), "W0420"},
	};
	EXPECT_ALL(examples);
}

static void variants_make_a_whole(void **state)
{
	(void)state;
	static const struct example examples[] = {
	        {"two", IN("sms a { variant x 50% { text \"A\" }\nvariant y 50% { text \"B\" } }"), ""},
	        {"to the last digit",
	         IN("sms a { variant x 33.333333% { text \"A\" }\nvariant y 66.666667% { text \"B\" } }"), ""},
	        {"too little", IN("sms a { variant x 50% { text \"A\" }\nvariant y 49.9% { text \"B\" } }"), "E0465"},
	        {"too much", IN("sms a { variant x 50% { text \"A\" }\nvariant y 51% { text \"B\" } }"), "E0465"},
	        {"a name twice", IN("sms a { variant x 50% { text \"A\" }\nvariant x 50% { text \"B\" } }"), "E0202"},
	        {"one", IN("sms a { variant x 100% { text \"A\" } }"), "W0466"},
	        {"one and a hold-out", IN("sms a { variant x 90% { text \"A\" }\nvariant y 10% }"), ""},
	        {"hold-outs only", IN("sms a { variant x 90%\nvariant none 10% }"), "E0467"},
	        {"a shared text", IN("sms a { text \"A\"\nvariant x 50% { tracking clicks }\nvariant none 50% }"), ""},
	        {"one in another", IN("sms a { variant x 100% { variant y 100% { text \"A\" } } }"), "W0466 E0415"},
	        {"each has a subject",
	         IN("email a { body \"B\"\nvariant x 50% { subject \"S\" }\nvariant y 50% { cc \"a@b.example\" } }"),
	         "E0402"},
	        {"each has a body",
	         IN("email a { subject \"B\"\nvariant x 50% { body \"S\" }\nvariant y 50% { cc \"a@b.example\" } }"),
	         "E0403"},
	        {"after a hold-out, an email may be the first (rule 20)",
	         IN("email a { variant x 90% { subject \"S\"; body \"B\" }\nvariant none 10% }\nwait 1 day\nemail b { "
	            "body \"B\" }"),
	         "E0402"},
	        {"after variants it is not",
	         IN("email a { subject \"S\"\nvariant x 90% { body \"B\" }\nvariant y 10% { body \"C\" } }\nwait 1 "
	            "day\nemail b { body \"B\" }"),
	         ""},
	};
	EXPECT_ALL(examples);
}

static void texts_are_counted(void **state)
{
	(void)state;
#define TEN(s) s s s s s s s s s s
	static const struct example examples[] = {
	        {"three segments", IN("sms a { text \"" TEN(TEN("abcd")) "\" }"), ""},
	        {"four", IN("sms a { text \"" TEN(TEN("abcde")) "\" }"), "W0470"},
	        {"braces count twice", IN("sms a { text \"" TEN(TEN("ab[]")) "\" }"), "W0470"},
	        {"of two branches the longer one",
	         IN("sms a { text \"{{when contact.ok}}" TEN(TEN("abcde")) "{{otherwise}}no{{end}}\" }"), "W0470"},
	        {"a message that nobody uses is counted",
	         "message sms m { text \"" TEN(TEN("abcde")) "\" }\n" IN("sms a { text \"Hi\" }"), "W0206 W0470"},
	        {"a typographic quote, with a hole", IN("sms a { text \"{{first_name}}, it’s us\" }"), "W0471"},
	        {"which costs nothing", IN("sms a { text \"it’s us\" }"), ""},
	        {"which makes two of one", IN("sms a { text \"it’s us " TEN("abcdefgh") "\" }"), "W0471"},
	        {"one other letter", IN("sms a { text \"{{first_name}}, ça va ?\" }"), "W0471"},
	        {"another script", IN("sms a { text \"{{first_name}}, привет\" }"), ""},
	        {"letters of the alphabet", IN("sms a { text \"{{first_name}}, à é è ù ñ ß Ω €\" }"), ""},
	        {"an email may have any", IN("email a { subject \"S\"; body \"{{first_name}}, it’s us\" }"), ""},
	};
	EXPECT_ALL(examples);
}

static void the_fix_is_made_of_the_alphabet(void **state)
{
	(void)state;
	struct compile c;
	compile_init(&c);
	compile_text(&c, "main.seq", SLICE(IN("sms a { text \"{{first_name}}, it’s – “us”…\" }")));
	assert_int_equal(c.diags.count, 1);
	const struct diag_fix *fix = c.diags.items[0].fixes;
	assert_non_null(fix);
	assert_int_equal(fix->confidence, FIX_SURE);
	assert_true(slice_is(fix->replacement, "'s - 'us'..."));
	assert_true(slice_is(source_text(&c.sources, fix->span), "’s – “us”…"));
	compile_free(&c);
}

static void promises_hold_on_every_channel(void **state)
{
	(void)state;
#define TWO "sms a { text \"A\" }\nwait 2 days\nsms b { text \"B\" }\n"
	static const struct example examples[] = {
	        {"texts", IN("promise at most 1 sms\n" TWO), "E0421"},
	        {"emails are no texts", IN("promise at most 0 emails\n" TWO), ""},
	        {"texts in a time", IN("promise at most 1 sms per 2 days\n" TWO), ""},
	        {"too many in a time", IN("promise at most 1 sms per 3 days\n" TWO), "E0422"},
	        {"a `send` counts once", IN("promise at most 1 message\nsend x by sms, email {\n" SMS EMAIL "}"), ""},
	        {"and may be a text",
	         IN("promise at most 1 sms\nsend x by sms, email {\n" SMS EMAIL "}\nwait 1 day\n" TWO), "E0421"},
	        {"a hold-out sends nothing",
	         IN("promise at most 1 sms\nsms x { variant y 50% { text \"A\" }\nvariant none 50% }"), ""},
	        {"follow-ups in a time", IN("promise at most 1 followup per 7 days\n" TWO), ""},
	        {"after the user's own, all are",
	         IN("promise at most 1 followup per 7 days\noriginal x\nwait 1 day\n" TWO), "E0422"},
	};
	EXPECT_ALL(examples);
}

static void values_have_a_way_out(void **state)
{
	(void)state;
#define LONG "May I ask you something now?"
	static const struct example examples[] = {
	        {"a text with holes", IN("set x = \"Hi {{first_name}}\"\nsms a { text \"{{x}}\" }"), "E0330"},
	        {"one that a fragment reads as a value",
	         "fragment f(words text) { set x = words; sms a { text \"{{x}}\" } }\n" IN(
	                 "run f(\"Hi {{first_name}}\")"),
	         "E0330"},
	        {"durations of two units", IN("exit when today + 1 day + 2 hours == today\nsms a { text \"A\" }"),
	         "E0303"},
	        {"the same words twice", IN("sms a { text \"" LONG "\" }\nwait 1 day\nsms b { text \"" LONG "\" }"),
	         "W0473"},
	        {"a few words", IN("sms a { text \"Hi\" }\nwait 1 day\nsms b { text \"Hi\" }"), ""},
	        {"by two channels", IN("sms a { text \"" LONG "\" }\nwait 1 day\nwhatsapp b { text \"" LONG "\" }"),
	         "W0616"},
	        {"in two branches",
	         IN("when contact.ok { sms a { text \"" LONG "\" } } otherwise { sms b { text \"" LONG "\" } }"), ""},
	        {"one message twice",
	         "message sms m { text \"" LONG "\" }\n" IN("sms a using m\nwait 1 day\nsms b using m"), ""},
	};
	EXPECT_ALL(examples);
}

/* ---- what stands in the plan ---- */

static struct plan plan_of(struct compile *c, const char *source)
{
	struct plan plan;
	struct image_error error;
	compile_init(c);
	c->emit = true;
	assert_true(compile_text(c, "main.seq", slice_of(source)));
	assert_true(plan_load(&plan, c->results[0].plan.p, c->results[0].plan.n, true, &error));
	return plan;
}

static void rows_say_what_was_written(void **state)
{
	(void)state;
	struct compile c;
	struct plan plan = plan_of(
	        &c, IN("sms v { variant x 12.5% { text \"A\" }\nvariant y 80% { text \"B\" }\nvariant none 7.5% }\n"
	               "wait 1 day\nsend s by whatsapp, sms {\nsms { text \"C\" }\nwhatsapp { template "
	               "\"t\" en values first_name, 7 } }"));
	const struct plan_step *steps = PLAN_ROWS(&plan, STEP, step);
	const struct plan_message *m = PLAN_ROWS(&plan, MESSAGE, message);
	assert_int_equal(PLAN_COUNT(&plan, STEP), 2);
	assert_int_equal(PLAN_COUNT(&plan, MESSAGE), 5);
	assert_int_equal(steps[0].kind, STEP_SMS);
	assert_int_equal(steps[0].pick, PICK_VARIANT);
	assert_int_equal(steps[0].message_count, 3);
	assert_int_equal(m[0].share, 12500000);
	assert_true(slice_is(PLAN_STRING(&plan, m[1].variant), "y"));
	assert_true(m[2].hold_out);
	assert_int_equal(steps[1].kind, STEP_SEND);
	assert_int_equal(steps[1].pick, PICK_CHANNEL);
	assert_int_equal(steps[1].message, 3);
	assert_int_equal(m[3].channel, CHANNEL_WHATSAPP);
	assert_true(slice_is(PLAN_STRING(&plan, m[3].template), "t"));
	assert_int_equal(m[3].value_count, 2);
	assert_int_equal(m[4].channel, CHANNEL_SMS);
	plan_free(&plan);
	compile_free(&c);
}

/* A step's hash is that of all it says. */
static void a_hash_covers_every_part(void **state)
{
	(void)state;
	static const char *const steps[] = {
	        "sms a { text \"A\" }",
	        "whatsapp a { text \"A\" }",
	        "whatsapp a { template \"A\" }",
	        "whatsapp a { template \"A\" en }",
	        "whatsapp a { template \"A\" en values 1 }",
	        "whatsapp a { template \"A\" en values 2 }",
	        "sms a { variant x 50% { text \"A\" }\nvariant none 50% }",
	        "sms a { variant y 50% { text \"A\" }\nvariant none 50% }",
	        "sms a { variant x 40% { text \"A\" }\nvariant none 60% }",
	        "send a by sms, email {\n" SMS EMAIL "}",
	        "send a by email, sms {\n" SMS EMAIL "}",
	        "sms a { text \"A\"; window mon-fri 09:00-17:00 in contact.office }",
	        "sms a { text \"A\"; window mon-fri 09:00-17:00 }",
	};
	enum { COUNT = sizeof steps / sizeof *steps };
	char hashes[COUNT][65];
	for (size_t i = 0; i < COUNT; i++) {
		char source[2048];
		struct compile c;
		snprintf(source, sizeof source, "%ssequence a {\n%s\n}\n", CHANNELS, steps[i]);
		struct plan plan = plan_of(&c, source);
		struct slice hash = PLAN_STRING(&plan, PLAN_ROWS(&plan, STEP, step)[0].hash);
		snprintf(hashes[i], sizeof hashes[i], "%.*s", SLICE_ARG(hash));
		for (size_t j = 0; j < i; j++)
			if (strcmp(hashes[i], hashes[j]) == 0)
				fail_msg("the same hash:\n%s\n%s", steps[i], steps[j]);
		plan_free(&plan);
		compile_free(&c);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(each_channel_has_its_parts),
	        cmocka_unit_test(a_channel_is_there),
	        cmocka_unit_test(send_takes_the_first_that_can),
	        cmocka_unit_test(variants_make_a_whole),
	        cmocka_unit_test(texts_are_counted),
	        cmocka_unit_test(the_fix_is_made_of_the_alphabet),
	        cmocka_unit_test(promises_hold_on_every_channel),
	        cmocka_unit_test(values_have_a_way_out),
	        cmocka_unit_test(rows_say_what_was_written),
	        cmocka_unit_test(a_hash_covers_every_part),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
