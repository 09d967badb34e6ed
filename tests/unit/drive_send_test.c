/* SPDX-License-Identifier: Apache-2.0
 * Which message of a step leaves: variants, channels, hold-outs; texts; and messages that pass between pages. */
#include "tests/drive_fixture.h"

#define ADA "email=ada@x.example", "first_name=Ada"

static void expect_why(struct world *w, const char *contact, const char *part)
{
	struct buf out = {0}, error = {0};
	if (!drive_why(w->drive, slice_of(contact), (struct slice){0}, utc("03-09 10:00"), &out, &error))
		world_fail("why", &error);
	if (!strstr(buf_cstr(&out), part))
		fail_msg("no \"%s\" in:\n%s", part, buf_cstr(&out));
	buf_free(&out);
}

/* ---- variants ---- */
static void variants_share_the_contacts_and_a_hold_out_gets_nothing(void **state)
{
	(void)state;
	struct world w;
	int sent[3] = {0};
	world_open(&w,
	           WORKSPACE("") "sequence tries { window anytime\n"
	                         "  email intro { variant short 40% { subject \"Short\"; body \"S\" }\n"
	                         "    variant long 40% { subject \"Long\"; body \"L\" }\n"
	                         "    variant none 20% } \n"
	                         "  when intro.skipped { exit \"held out\" } }\n",
	           "03-02 10:00");
	for (int i = 0; i < 200; i++) {
		char email[64];
		snprintf(email, sizeof email, "email=c%d@x.example", i);
		world_enroll(&w, "tries", "03-02 10:00", email);
		world_run(&w, "03-02 10:00", "03-02 10:00");
	}
	for (int i = 0; i < w.hand.count; i++)
		sent[strcmp(w.hand.all[i].subject, "Short") == 0]++;
	assert_in_range(sent[0], 50, 110);
	assert_in_range(sent[1], 50, 110);
	assert_in_range(w.hand.count, 130, 190);
	assert_non_null(strstr(buf_cstr(&w.log), "skipped intro hold_out\n03-02 10:00 exit held out\n"));
	world_close(&w);
}

/* ---- send by ---- */
#define TEXTING                                                                                                        \
	" sms texting { provider salesmsg; number \"+15145550100\"; consent contact.vip }\n"                           \
	" quiet sms 21:00-08:00\n"
static const char BY[] = WORKSPACE(TEXTING) "sequence both { window anytime\n"
                                            "  send hello by sms, email { sms { text \"Hi {{first_name}}\" }\n"
                                            "    email { subject \"Hi\"; body \"Hello\" } }\n"
                                            "  when hello.failed { exit \"nothing took it\" } }\n";

static void the_first_channel_that_can_takes_the_message(void **state)
{
	(void)state;
	struct world w;
	world_open(&w, BY, "03-02 10:00");
	world_enroll(&w, "both", "03-02 10:00", ADA, "phone=+15145550123", "vip=yes", "timezone=UTC");
	world_enroll(&w, "both", "03-02 10:00", "email=no@x.example", "phone=+15145550124");
	world_enroll(&w, "both", "03-02 10:00", "email=mail@x.example", "vip=yes");
	world_run(&w, "03-02 10:00", NULL);
	assert_int_equal(w.hand.count, 3);
	assert_string_equal(w.hand.all[0].to, "+15145550123");
	assert_string_equal(w.hand.all[1].to, "no@x.example");
	assert_string_equal(w.hand.all[2].to, "mail@x.example");
	expect_why(&w, "ada@x.example", "hello takes \"sms\"");
	world_close(&w);
}

static void after_a_permanent_failure_the_next_and_never_after_a_doubt(void **state)
{
	(void)state;
	struct world w;
	world_open_file(&w, BY, "03-02 10:00");
	w.hand.outcomes = "bs";
	world_enroll(&w, "both", "03-02 10:00", ADA, "phone=+15145550123", "vip=yes", "timezone=UTC");
	world_run(&w, "03-02 10:00", NULL);
	world_expect(&w, "03-02 10:00 failed hello 550 5.1.1\n03-02 10:00 sent hello\n03-02 10:00 finish\n");
	assert_string_equal(w.hand.all[0].to, "ada@x.example");
	w.hand.outcomes = "d";
	world_enroll(&w, "both", "03-03 10:00", "email=bob@x.example", "phone=+15145550124", "vip=yes", "timezone=UTC");
	world_run(&w, "03-03 10:00", "03-03 12:00");
	world_expect(&w, "03-03 10:00 in doubt hello no answer came after its last byte\n");
	assert_int_equal(w.hand.count, 1);
	world_close(&w);
}

static void where_none_can_it_failed_for_the_first_one_s_reason(void **state)
{
	(void)state;
	struct world w;
	struct buf error = {0};
	world_open(&w, BY, "03-02 10:00");
	world_enroll(&w, "both", "03-02 10:00", ADA, "phone=+15145550123", "vip=yes", "timezone=UTC");
	assert_true(drive_suppress(w.drive, SLICE("ada@x.example"), -1, -1, SLICE("x"), utc("03-02 10:00"), &error));
	assert_true(drive_suppress(w.drive, SLICE("+15145550123"), -1, -1, SLICE("x"), utc("03-02 10:00"), &error));
	world_run(&w, "03-02 10:00", NULL);
	world_expect(&w, "03-02 10:00 failed hello suppressed\n03-02 10:00 exit nothing took it\n");
	world_close(&w);
}

static void a_text_waits_for_the_end_of_quiet_hours(void **state)
{
	(void)state;
	struct world w;
	world_open(&w,
	           WORKSPACE(TEXTING) "sequence texts { window anytime\n"
	                              "  sms nudge { text \"Hi {{first_name}}\" } }\n",
	           "03-02 22:00");
	world_enroll(&w, "texts", "03-02 22:00", ADA, "phone=+15145550123", "vip=yes", "timezone=UTC");
	world_run(&w, "03-02 22:00", NULL);
	world_expect(&w, "03-03 08:00 sent nudge\n03-03 08:00 finish\n");
	world_close(&w);
}

/* Rule 5: the number says Canada or the United States, and nothing more. */
static void an_unknown_zone_keeps_quiet_wherever_the_number_may_be(void **state)
{
	(void)state;
	struct world w;
	world_open(&w,
	           WORKSPACE(TEXTING) "sequence texts { window anytime\n"
	                              "  sms nudge { text \"Hi {{first_name}}\" } }\n",
	           "03-02 12:00");
	world_enroll(&w, "texts", "03-02 12:00", ADA, "phone=+15145550123", "vip=yes");
	world_run(&w, "03-02 12:00", NULL);
	assert_int_equal(w.hand.count, 1);
	assert_true(w.hand.all[0].at_us >= utc("03-02 18:00")); /* 08:00 in Honolulu */
	world_close(&w);
}

/* ---- between pages ---- */
static const char PAGES[] =
        WORKSPACE("") "questionnaire visit \"Your visit\" { rating overall \"How was it?\" 1..10 required decides }\n"
                      "sequence after_visit { purpose service\n  exit on event \"stop\"\n"
                      "  email invite { subject \"How was it?\"; body \"Tell us: {{link}}\" }\n"
                      "  ask survey using visit { within 14 days; on nothing { finish } }\n"
                      "  email one { body \"One\" }\n"
                      "  email two { body \"Two\" }\n"
                      "  thanks final { satisfied \"Thank you\"; dissatisfied \"We are sorry\" } }\n";

static void answer(struct world *w, const char *now)
{
	struct drive_field fields[] = {{SLICE("overall"), SLICE("9")}};
	struct drive_event event = {.kind = EVENT_ANSWER,
	                            .contact = SLICE("ada@x.example"),
	                            .step = SLICE("survey"),
	                            .fields = fields,
	                            .field_count = 1};
	struct buf error = {0};
	bool was_there;
	if (!drive_event(w->drive, &event, utc(now), &was_there, &error))
		world_fail("answer", &error);
}

static void messages_between_pages_pass_and_leave_one_after_the_other(void **state)
{
	(void)state;
	struct world w;
	world_open_file(&w, PAGES, "03-02 10:00");
	world_enroll(&w, "after_visit", "03-02 10:00", ADA);
	world_run(&w, "03-02 10:00", "03-02 10:00");
	world_expect(&w, "03-02 10:00 sent invite\n03-02 10:00 page survey\n");
	answer(&w, "03-03 10:00");
	world_run(&w, "03-03 10:00", NULL);
	world_expect(&w, "03-03 10:00 page final\n03-03 10:00 sent one\n03-03 10:00 sent two\n03-03 10:00 finish\n");
	assert_string_equal(w.hand.all[2].subject, "Re: How was it?");
	world_close(&w);
}

static void an_exit_ends_what_was_queued_between_pages(void **state)
{
	(void)state;
	struct world w;
	world_open(&w, PAGES, "03-02 10:00");
	world_enroll(&w, "after_visit", "03-02 10:00", ADA);
	world_run(&w, "03-02 10:00", "03-02 10:00");
	buf_clear(&w.log);
	w.hand.capacity = 0; /* nothing can leave yet */
	answer(&w, "03-03 10:00");
	world_run(&w, "03-03 10:00", "03-03 11:00");
	world_expect(&w, "03-03 10:00 page final\n");
	world_event(&w, "03-03 12:00", EVENT_NAMED, "ada@x.example", NULL, "stop");
	w.hand.capacity = 1000;
	world_run(&w, "03-03 12:00", NULL);
	world_expect(&w, "03-03 12:00 exit event \"stop\"\n");
	assert_int_equal(w.hand.count, 1);
	world_close(&w);
}

/* ---- a message of one's own ---- */
static void follow_ups_go_on_from_the_original(void **state)
{
	(void)state;
	struct world w;
	world_open_file(&w,
	                WORKSPACE("") "sequence cc { window anytime\n  original first\n  wait 2 days\n"
	                              "  email bump { body \"Bump\" } }\n",
	                "03-02 10:00");
	struct drive_enrolled r = world_enroll(&w, "cc", "03-02 10:00", ADA);
	assert_int_equal(r.outcome, ENROLL_REFUSED);
	assert_non_null(strstr(r.reason, "original.subject"));
	world_enroll(&w, "cc", "03-02 10:00", ADA, "original.subject=Our talk",
	             "original.message_id=<a.b@acme.example>");
	world_run(&w, "03-02 10:00", NULL);
	world_expect(&w, "03-04 10:00 sent bump\n03-04 10:00 finish\n");
	assert_string_equal(w.hand.all[0].subject, "Re: Our talk");
	assert_string_equal(w.hand.all[0].in_reply_to, "a.b@acme.example");
	world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(variants_share_the_contacts_and_a_hold_out_gets_nothing),
	        cmocka_unit_test(the_first_channel_that_can_takes_the_message),
	        cmocka_unit_test(after_a_permanent_failure_the_next_and_never_after_a_doubt),
	        cmocka_unit_test(where_none_can_it_failed_for_the_first_one_s_reason),
	        cmocka_unit_test(a_text_waits_for_the_end_of_quiet_hours),
	        cmocka_unit_test(an_unknown_zone_keeps_quiet_wherever_the_number_may_be),
	        cmocka_unit_test(messages_between_pages_pass_and_leave_one_after_the_other),
	        cmocka_unit_test(an_exit_ends_what_was_queued_between_pages),
	        cmocka_unit_test(follow_ups_go_on_from_the_original),
	};
	return cmocka_run_group_tests_name("drive: which message leaves", tests, NULL, NULL);
}
