/* SPDX-License-Identifier: Apache-2.0
 * What a sequence asks for beside messages, and what events bring: tasks, webhooks, alerts, pages, handoffs, waits for
 * something. Each test reads as the sequence and what then happens. */
#include "tests/drive_fixture.h"

/* ---- small words ---- */
static struct drive_event told(enum drive_event_kind kind, const char *step)
{
	return (struct drive_event){.kind = kind, .contact = SLICE("ada@x.example"), .step = slice_of(step)};
}

/* "" or why it was refused. */
static const char *tell_in(struct world *w, const char *now, struct drive_event event, const char *const *fields)
{
	static char refused[256];
	struct drive_field all[8];
	struct buf error = {0};
	bool was_there;
	for (size_t n = 0; fields[n]; n++) {
		const char *equals = strchr(fields[n], '=');
		all[n] = (struct drive_field){{fields[n], (size_t)(equals - fields[n])}, slice_of(equals + 1)};
		event.field_count = n + 1;
	}
	event.fields = all;
	bool ok = drive_event(w->drive, &event, utc(now), &was_there, &error);
	snprintf(refused, sizeof refused, "%s", ok ? "" : buf_cstr(&error));
	buf_free(&error);
	return refused;
}
#define tell(w, now, ...)        TELL(w, now, __VA_ARGS__, NULL)
#define TELL(w, now, event, ...) tell_in(w, now, event, (const char *const[]){__VA_ARGS__})

static void tell_errand(void *context, const struct drive_errand *e)
{
	struct slice payload = e->payload, name, text;
	buf_addf(context, "%.*s %.*s", SLICE_ARG(e->kind), SLICE_ARG(e->step));
	while (drive_errand_next(&payload, &name, &text))
		buf_addf(context, " %.*s=%.*s", SLICE_ARG(name), SLICE_ARG(text));
	buf_addc(context, '\n');
}

static void expect_open(struct world *w, const char *expected)
{
	struct buf out = {0}, error = {0};
	assert_true(drive_errands(w->drive, tell_errand, &out, &error));
	assert_string_equal(buf_cstr(&out), expected);
	buf_free(&out);
	buf_free(&error);
}

static void expect_why(struct world *w, const char *now, const char *part)
{
	struct buf out = {0}, error = {0};
	if (!drive_why(w->drive, SLICE("ada@x.example"), (struct slice){0}, utc(now), &out, &error))
		world_fail("why", &error);
	if (!strstr(buf_cstr(&out), part))
		fail_msg("no \"%s\" in:\n%s", part, buf_cstr(&out));
	buf_free(&out);
}

#define ADA "email=ada@x.example", "first_name=Ada"

/* ---- tasks ---- */
static const char CALLS[] =
        WORKSPACE("") "sequence calls { window anytime\n"
                      "  task call \"Call {{first_name}}\" { outcomes spoke, no_answer; due 1 day }\n"
                      "  when call is no_answer { email sorry { subject \"Sorry\"; body \"Sorry\" } }\n"
                      "  wait 1 day as after_all\n"
                      "  email last { subject \"Bye\"; body \"Bye\" } }\n";

static void a_task_waits_until_it_is_done_and_its_outcome_decides(void **state)
{
	(void)state;
	struct world w;
	world_open(&w, CALLS, "03-02 10:00");
	world_enroll(&w, "calls", "03-02 10:00", ADA);
	world_run(&w, "03-02 10:00", "03-02 10:00");
	world_expect(&w, "03-02 10:00 task call 2026-03-03T10:00:00+00:00\n");
	expect_open(&w, "task call title=Call Ada due=2026-03-03T10:00:00+00:00 outcomes=spoke, no_answer\n");
	expect_why(&w, "03-02 10:00", "call: a task was made");
	struct drive_event done = told(EVENT_DONE, "call");
	assert_string_equal(tell(&w, "03-02 12:00", done), "call needs its outcome: one of spoke, no_answer");
	done.outcome = SLICE("busy");
	assert_string_equal(tell(&w, "03-02 12:00", done), "call has no outcome \"busy\"; it has spoke, no_answer");
	done.outcome = SLICE("no_answer");
	assert_string_equal(tell(&w, "03-02 12:00", done), "");
	world_run(&w, "03-02 12:00", NULL);
	world_expect(&w, "03-02 12:00 done call no_answer\n03-02 12:00 sent sorry\n03-03 12:00 sent last\n"
	                 "03-03 12:00 finish\n");
	expect_open(&w, "");
	expect_why(&w, "03-04 10:00", "call was done: no_answer");
	world_close(&w);
}

static void an_overdue_task_is_left_and_the_next_delay_counts_from_then(void **state)
{
	(void)state;
	struct world w;
	world_open_file(&w, CALLS, "03-02 10:00");
	world_enroll(&w, "calls", "03-02 10:00", ADA);
	world_run(&w, "03-02 10:00", NULL);
	world_expect(&w,
	             "03-02 10:00 task call 2026-03-03T10:00:00+00:00\n03-04 10:00 sent last\n03-04 10:00 finish\n");
	expect_open(&w, "");
	world_close(&w);
}

static void an_exit_calls_off_the_task_it_rests_at_and_its_block_runs(void **state)
{
	(void)state;
	struct world w;
	world_open(&w,
	           WORKSPACE("") "sequence calls { window anytime\n"
	                         "  exit on event \"deal.closed\" { alert won { to sales; subject \"Won "
	                         "{{first_name}}\"; body "
	                         "\"Go\" } }\n"
	                         "  task call \"Call\" { due 3 days }\n"
	                         "  email last { subject \"Bye\"; body \"Bye\" } }\n",
	           "03-02 10:00");
	world_enroll(&w, "calls", "03-02 10:00", ADA);
	world_run(&w, "03-02 10:00", "03-02 10:00");
	world_event(&w, "03-02 11:00", EVENT_NAMED, "ada@x.example", NULL, "deal.closed");
	world_run(&w, "03-02 11:00", NULL);
	world_expect(&w, "03-02 10:00 task call 2026-03-05T10:00:00+00:00\n"
	                 "03-02 11:00 alert won sales\n03-02 11:00 exit event \"deal.closed\"\n");
	expect_open(&w, "alert won to=sales subject=Won Ada body=Go\n");
	world_close(&w);
}

/* ---- webhooks and waits for something ---- */
static void a_wait_for_takes_a_reply_by_its_text_and_an_event_s_field_travels(void **state)
{
	(void)state;
	struct world w;
	world_open(&w,
	           WORKSPACE("") "sequence calls { window anytime\n"
	                         "  email intro { subject \"Hi\"; body \"Hi\" }\n"
	                         "  wait for reply, event \"demo.done\" up to 5 days {\n"
	                         "    on reply when reply.text contains \"not now\" { exit \"later\" }\n"
	                         "    on event { webhook crm { post \"https://api.acme.example/x\"; json { who "
	                         "contact.email; "
	                         "score event.score } } }\n"
	                         "    on nothing { finish }\n  }\n"
	                         "  email last { body \"Bye\" } }\n",
	           "03-02 10:00");
	world_enroll(&w, "calls", "03-02 10:00", ADA);
	world_run(&w, "03-02 10:00", "03-02 10:00");
	struct drive_event reply = told(EVENT_REPLY, "");
	reply.text = SLICE("Who are you?");
	assert_string_equal(tell(&w, "03-03 10:00", reply), "");
	world_run(&w, "03-03 10:00", "03-03 10:00");
	world_expect(&w, "03-02 10:00 sent intro\n");
	struct drive_event demo = told(EVENT_NAMED, "");
	demo.name = SLICE("demo.done");
	assert_string_equal(tell(&w, "03-04 10:00", demo, "score=7.5", "note=x"), "");
	world_run(&w, "03-04 10:00", NULL);
	world_expect(&w, "03-04 10:00 webhook crm {\"who\":\"ada@x.example\",\"score\":\"7.5\"}\n"
	                 "03-04 10:00 sent last\n03-04 10:00 finish\n");
	world_close(&w);
}

static void events_before_the_enrollment_are_not_for_it(void **state)
{
	(void)state;
	struct world w;
	world_open(&w,
	           WORKSPACE("") "sequence calls { window anytime\n"
	                         "  wait for event \"demo.done\" up to 2 days as first {\n"
	                         "    on event { email thanks { subject \"Thanks\"; body \"Thanks\" } }\n"
	                         "    on nothing { exit \"silence\" }\n  }\n"
	                         "  wait 1 day as pause\n"
	                         "  wait for event \"demo.done\" up to 2 days as second {\n"
	                         "    on event { email again { body \"Again\" } }\n"
	                         "    on nothing { finish }\n  } }\n"
	                         "sequence other { email hi { subject \"Hi\"; body \"Hi\" } }\n",
	           "03-01 10:00");
	world_enroll(&w, "other", "03-01 10:00", ADA);
	world_event(&w, "03-01 11:00", EVENT_NAMED, "ada@x.example", NULL, "demo.done");
	world_run(&w, "03-01 11:00", "03-01 12:00");
	buf_clear(&w.log);
	world_enroll(&w, "calls", "03-02 10:00", ADA);
	world_run(&w, "03-02 10:00", "03-02 10:00");
	world_expect(&w, "");
	world_event(&w, "03-02 11:00", EVENT_NAMED, "ada@x.example", NULL, "demo.done");
	world_run(&w, "03-02 11:00", "03-02 11:30");
	world_event(&w, "03-02 12:00", EVENT_NAMED, "ada@x.example", NULL, "demo.done"); /* while it waits a day */
	world_run(&w, "03-02 12:00", NULL);
	world_expect(&w, "03-02 11:00 sent thanks\n03-03 11:00 sent again\n03-03 11:00 finish\n");
	world_close(&w);
}

/* ---- questionnaires ---- */
static const char SURVEY[] = WORKSPACE(
        "") "questionnaire visit \"Your visit\" {\n"
            "  rating overall \"How was it?\" 1..10 required decides\n"
            "  choice best \"What was best?\" { speed \"Speed\"; price \"Price\" }\n"
            "  several topics \"What next?\" { offers \"Offers\"; news \"News\" }\n"
            "  text reason \"What went wrong?\" when overall <= 6\n"
            "  satisfied when overall >= 8\n}\n"
            "sequence after_visit { purpose service\n"
            "  email invite { subject \"How was it?\"; body \"Tell us: {{link}}\" }\n"
            "  ask survey using visit { within 14 days; on nothing { finish } }\n"
            "  when survey.satisfied { offer gold { title \"Gold\"; body \"Gold\"; button \"More\"; url "
            "\"https://acme.example/gold\" } }\n"
            "  otherwise { alert unhappy { to sales; subject \"{{first_name}} gave {{survey.overall}}\"; body "
            "\"{{survey.answers}}\" } }\n"
            "  thanks final { satisfied \"Thank you\"; dissatisfied \"We are sorry\" } }\n";

static void open_survey(struct world *w, bool pages_post)
{
	struct buf error = {0};
	world_open_store(w, "memory:");
	w->options.pages_post = pages_post;
	world_open_drive(w, utc("03-02 10:00"));
	if (!world_deploy(w, SURVEY, utc("03-02 10:00"), &error))
		world_fail("deploy", &error);
	world_enroll(w, "after_visit", "03-02 10:00", ADA);
	world_run(w, "03-02 10:00", "03-02 10:00");
	world_expect(w, "03-02 10:00 sent invite\n03-02 10:00 page survey\n");
	buf_free(&error);
}

static void answers_are_held_to_their_questions(void **state)
{
	(void)state;
	struct world w;
	open_survey(&w, true);
	struct drive_event answer = told(EVENT_ANSWER, "survey");
	assert_string_equal(tell(&w, "03-03 10:00", answer, "overal=9"), "the page survey has no question \"overal\"");
	assert_string_equal(tell(&w, "03-03 10:00", answer, "overall=11"), "overall: is a whole number from 1 to 10");
	assert_string_equal(tell(&w, "03-03 10:00", answer, "best=speed"), "overall must be answered");
	assert_string_equal(tell(&w, "03-03 10:00", answer, "overall=9", "best=food"),
	                    "best: \"food\" is none of speed, price");
	assert_string_equal(tell(&w, "03-03 10:00", answer, "overall=9", "topics=news,cake"),
	                    "topics: \"cake\" is none of offers, news");
	world_close(&w);
}

static void who_is_satisfied_sees_the_offer_and_the_first_answer_stands(void **state)
{
	(void)state;
	struct world w;
	open_survey(&w, true);
	struct drive_event answer = told(EVENT_ANSWER, "survey");
	assert_string_equal(tell(&w, "03-03 10:00", answer, "overall=9", "reason=hidden"), "");
	assert_string_equal(tell(&w, "03-03 10:00", answer, "overall=1"), "");
	world_run(&w, "03-03 10:00", NULL);
	world_expect(&w, "03-03 10:00 page gold\n03-03 10:00 page final\n03-03 10:00 finish\n");
	expect_open(&w, "");
	world_close(&w);
}

static void who_is_not_makes_an_alert_with_the_answers(void **state)
{
	(void)state;
	struct world w;
	open_survey(&w, true);
	struct drive_event answer = told(EVENT_ANSWER, "survey");
	assert_string_equal(tell(&w, "03-03 10:00", answer, "overall=3", "topics=news, offers", "reason=Too slow"), "");
	world_run(&w, "03-03 10:00", NULL);
	world_expect(&w, "03-03 10:00 alert unhappy sales\n03-03 10:00 page final\n03-03 10:00 finish\n");
	expect_open(&w, "alert unhappy to=sales subject=Ada gave 3 body=How was it?: 3\nWhat next?: News, "
	                "Offers\nWhat went wrong?: Too slow\n");
	world_close(&w);
}

static void a_page_that_the_contact_leaves_ends_with_the_survey(void **state)
{
	(void)state;
	struct world w;
	open_survey(&w, true);
	assert_string_equal(tell(&w, "03-03 10:00", told(EVENT_LEAVE, "gold")), "");
	assert_string_equal(tell(&w, "03-03 10:00", told(EVENT_ANSWER, "survey"), "overall=9"), "");
	world_run(&w, "03-03 10:00", NULL);
	world_expect(&w, "03-03 10:00 page gold\n03-16 10:00 finish\n"); /* rule 13: what is left is skipped */
	world_close(&w);
}

static void a_survey_without_an_answer_ends_after_its_time(void **state)
{
	(void)state;
	struct world w;
	open_survey(&w, true);
	world_run(&w, "03-02 10:00", NULL);
	world_expect(&w, "03-16 10:00 finish\n");
	expect_open(&w, "");
	world_close(&w);
}

/* ---- handoffs and starts ---- */
static void a_handoff_enrolls_there_with_its_inputs(void **state)
{
	(void)state;
	struct world w;
	world_open(&w,
	           WORKSPACE("") "sequence first { window anytime\n"
	                         "  email hi { subject \"Hi\"; body \"Hi\" }\n"
	                         "  handoff on to second { input { order \"A-17\" } } }\n"
	                         "sequence second { window anytime; input { order text required }\n"
	                         "  email there { subject \"Order {{input.order}}\"; body \"There\" } }\n",
	           "03-02 10:00");
	world_enroll(&w, "first", "03-02 10:00", ADA);
	world_run(&w, "03-02 10:00", NULL);
	world_expect(&w,
	             "03-02 10:00 sent hi\n03-02 10:00 handoff on\n03-02 10:00 exit handoff\n03-02 10:00 sent there\n"
	             "03-02 10:00 finish\n");
	assert_string_equal(w.hand.all[1].subject, "Order A-17");
	world_close(&w);
}

static void an_event_starts_a_sequence_with_its_fields(void **state)
{
	(void)state;
	struct world w;
	world_open(&w,
	           WORKSPACE("") "sequence trial { window anytime; input { plan text required }\n"
	                         "  start on event \"trial.started\" when not contact.vip\n"
	                         "  email there { subject \"Your {{input.plan}}\"; body \"There\" } }\n"
	                         "sequence other { window anytime; email hi { subject \"Hi\"; body \"Hi\" } }\n",
	           "03-02 10:00");
	world_enroll(&w, "other", "03-02 10:00", ADA);
	world_run(&w, "03-02 10:00", NULL);
	buf_clear(&w.log);
	struct drive_event trial = told(EVENT_NAMED, "");
	trial.name = SLICE("trial.started");
	assert_string_equal(tell(&w, "03-03 10:00", trial), "");
	world_run(&w, "03-03 10:00", NULL);
	world_expect(&w, "03-03 10:00 refused input.plan is required\n");
	assert_string_equal(tell(&w, "03-04 10:00", trial, "plan=gold"), "");
	world_run(&w, "03-04 10:00", NULL);
	world_expect(&w, "03-04 10:00 sent there\n03-04 10:00 finish\n");
	assert_string_equal(w.hand.all[1].subject, "Your gold");
	world_close(&w);
}

static void a_date_starts_a_sequence_and_moves_with_the_contact(void **state)
{
	(void)state;
	struct world w;
	struct buf error = {0};
	struct drive_field later[] = {{SLICE("renewal"), SLICE("2026-05-10")}};
	world_open_file(&w,
	                WORKSPACE("") "sequence renew { window anytime\n"
	                              "  start on date contact.renewal - 30 days when not contact.vip\n"
	                              "  email there { subject \"Renew\"; body \"There\" } }\n"
	                              "sequence other { window anytime; email hi { subject \"Hi\"; body \"Hi\" } }\n",
	                "03-02 10:00");
	world_enroll(&w, "other", "03-02 10:00", ADA, "renewal=2026-04-10");
	world_enroll(&w, "other", "03-02 10:00", "email=vip@x.example", "vip=yes", "renewal=2026-04-10");
	world_enroll(&w, "other", "03-02 10:00", "email=none@x.example");
	world_run(&w, "03-02 10:00", "03-10 10:00");
	buf_clear(&w.log);
	assert_true(drive_contact_set(w.drive, SLICE("ada@x.example"), later, 1, utc("03-10 10:00"), &error));
	world_run(&w, "03-10 10:00", "04-01 10:00");
	world_expect(&w, "");
	world_run(&w, "04-01 10:00", NULL);
	world_expect(&w, "04-10 00:00 sent there\n04-10 00:00 finish\n");
	world_close(&w);
}

static void a_date_that_comes_in_a_pause_starts_on_the_resume(void **state)
{
	(void)state;
	struct world w;
	world_open(&w,
	           WORKSPACE("") "sequence renew { window anytime\n  start on date contact.renewal\n"
	                         "  email there { subject \"Renew\"; body \"There\" } }\n"
	                         "sequence other { window anytime; email hi { subject \"Hi\"; body \"Hi\" } }\n",
	           "03-02 10:00");
	world_enroll(&w, "other", "03-02 10:00", ADA, "renewal=2026-03-10");
	world_run(&w, "03-02 10:00", "03-09 10:00");
	buf_clear(&w.log);
	world_change(&w, "03-09 10:00", TARGET_SEQUENCE, "renew", CHANGE_PAUSE);
	world_run(&w, "03-09 10:00", "03-12 10:00");
	world_expect(&w, "");
	world_change(&w, "03-12 10:00", TARGET_SEQUENCE, "renew", CHANGE_RESUME);
	world_run(&w, "03-12 10:00", NULL);
	world_expect(&w, "03-12 10:00 sent there\n03-12 10:00 finish\n");
	world_close(&w);
}

/* ---- automatic answers ---- */
static void an_automatic_answer_holds_until_the_return(void **state)
{
	(void)state;
	struct world w;
	world_open(&w,
	           WORKSPACE("") "sequence slow { window anytime\n"
	                         "  on auto_reply hold until return, at most 14 days\n"
	                         "  email hi { subject \"Hi\"; body \"Hi\" }\n"
	                         "  wait 2 days\n  email bump { body \"Bump\" }\n}\n",
	           "03-02 10:00");
	world_enroll(&w, "slow", "03-02 10:00", ADA);
	world_run(&w, "03-02 10:00", "03-02 10:00");
	struct drive_event away = told(EVENT_AUTO_REPLY, "");
	away.until_us = utc("03-07 08:00");
	assert_string_equal(tell(&w, "03-03 10:00", away), "");
	world_run(&w, "03-03 10:00", NULL);
	world_expect(&w, "03-02 10:00 sent hi\n03-03 10:00 held automatic answer\n03-07 08:00 resumed\n"
	                 "03-08 10:00 sent bump\n03-08 10:00 finish\n");
	world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_task_waits_until_it_is_done_and_its_outcome_decides),
	        cmocka_unit_test(an_overdue_task_is_left_and_the_next_delay_counts_from_then),
	        cmocka_unit_test(an_exit_calls_off_the_task_it_rests_at_and_its_block_runs),
	        cmocka_unit_test(a_wait_for_takes_a_reply_by_its_text_and_an_event_s_field_travels),
	        cmocka_unit_test(events_before_the_enrollment_are_not_for_it),
	        cmocka_unit_test(answers_are_held_to_their_questions),
	        cmocka_unit_test(who_is_satisfied_sees_the_offer_and_the_first_answer_stands),
	        cmocka_unit_test(who_is_not_makes_an_alert_with_the_answers),
	        cmocka_unit_test(a_page_that_the_contact_leaves_ends_with_the_survey),
	        cmocka_unit_test(a_survey_without_an_answer_ends_after_its_time),
	        cmocka_unit_test(a_handoff_enrolls_there_with_its_inputs),
	        cmocka_unit_test(an_event_starts_a_sequence_with_its_fields),
	        cmocka_unit_test(a_date_starts_a_sequence_and_moves_with_the_contact),
	        cmocka_unit_test(a_date_that_comes_in_a_pause_starts_on_the_resume),
	        cmocka_unit_test(an_automatic_answer_holds_until_the_return),
	};
	return cmocka_run_group_tests_name("drive: errands and what events bring", tests, NULL, NULL);
}
