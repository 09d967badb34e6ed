/* SPDX-License-Identifier: Apache-2.0
 * What the rules say of things that happen at once: an answer while its message is in the air, a reminder that is, a
 * task that is done twice, a state whose bytes were damaged, a store of an older version. */
#include "runtime/pack.h"
#include "tests/drive_fixture.h"

#define ADA "email=ada@x.example", "first_name=Ada"

static void tell(struct world *w, const char *now, enum drive_event_kind kind, const char *step, const char *value)
{
	struct drive_field fields[] = {{SLICE("overall"), slice_of(value)}};
	struct drive_event event = {.kind = kind, .contact = SLICE("ada@x.example"), .step = slice_of(step)};
	struct buf error = {0};
	bool was_there;
	if (kind == EVENT_ANSWER) {
		event.fields = fields;
		event.field_count = 1;
	} else {
		event.outcome = slice_of(value);
	}
	if (!drive_event(w->drive, &event, utc(now), &was_there, &error))
		world_fail("tell", &error);
	buf_free(&error);
}

/* ---- rule 13: pages ---- */
static const char SURVEY[] =
        WORKSPACE("") "questionnaire visit \"Your visit\" { rating overall \"How was it?\" 1..10 required decides }\n"
                      "sequence after_visit { purpose service\n"
                      "  email invite { subject \"How was it?\"; body \"Tell us: {{link}}\" }\n"
                      "  ask survey using visit { within 14 days\n"
                      "    remind after 3 days { email reminder { body \"Still: {{link}}\" } } }\n"
                      "  when survey.satisfied { email one { body \"One\" } }\n"
                      "  otherwise { alert unhappy { to sales; subject \"x\"; body \"x\" } }\n"
                      "  thanks final { satisfied \"Thank you\"; dissatisfied \"We are sorry\" }\n"
                      "  wait 1 day as later\n"
                      "  email last { body \"Last\" } }\n";

static void expect_subjects(const struct world *w, int count, const char *last)
{
	assert_int_equal(w->hand.count, count);
	assert_string_equal(w->hand.all[count - 1].subject, last);
	for (int i = 0; i < count; i++)
		for (int k = 0; k < i; k++)
			assert_string_not_equal(w->hand.all[i].message_id, w->hand.all[k].message_id);
}

/* The link answers from the claim of the message that carries it. */
static void an_answer_before_the_message_is_settled_stands(void **state)
{
	(void)state;
	struct world w;
	world_open_file(&w, SURVEY, "03-02 10:00");
	w.hand.manual = true;
	world_enroll(&w, "after_visit", "03-02 10:00", ADA);
	world_run(&w, "03-02 10:00", "03-02 10:00");
	hand_ready(&w.hand, 0);
	world_run(&w, "03-02 10:00", "03-02 10:00");
	assert_int_equal(w.hand.released, 1);
	tell(&w, "03-02 10:01", EVENT_ANSWER, "survey", "3");
	world_run(&w, "03-02 10:01", "03-02 10:01");
	world_expect(&w, "");
	w.hand.manual = false;
	hand_done(&w.hand, w.hand.waiting[0], 's');
	world_run(&w, "03-02 10:02", NULL);
	world_expect(&w, "03-02 10:02 sent invite\n03-02 10:02 page survey\n03-02 10:02 alert unhappy sales\n"
	                 "03-02 10:02 page final\n03-03 10:02 sent last\n03-03 10:02 finish\n");
	expect_subjects(&w, 2, "Re: How was it?");
	world_close(&w);
}

/* Only the message leads there: its answer shows that it arrived (rule 2). */
static void an_answer_settles_the_message_in_doubt(void **state)
{
	(void)state;
	struct world w;
	world_open_file(&w, SURVEY, "03-02 10:00");
	w.hand.outcomes = "d";
	world_enroll(&w, "after_visit", "03-02 10:00", ADA);
	world_run(&w, "03-02 10:00", "03-02 10:00");
	world_expect(&w, "03-02 10:00 in doubt invite no answer came after its last byte\n");
	tell(&w, "03-02 10:30", EVENT_ANSWER, "survey", "9");
	world_run(&w, "03-02 10:30", NULL);
	world_expect(&w, "03-02 10:30 sent invite\n03-02 10:30 page survey\n03-02 10:30 page final\n"
	                 "03-02 10:30 sent one\n03-03 10:30 sent last\n03-03 10:30 finish\n");
	world_close(&w);
}

/* The pages go on at once; the reminder settles alone, and what follows leaves after it. */
static void a_reminder_in_the_air_does_not_hold_up_the_pages(void **state)
{
	(void)state;
	struct world w;
	world_open_file(&w, SURVEY, "03-02 10:00");
	world_enroll(&w, "after_visit", "03-02 10:00", ADA);
	world_run(&w, "03-02 10:00", "03-04 10:00");
	buf_clear(&w.log);
	w.hand.outcomes = "d";
	world_run(&w, "03-05 10:00", "03-05 10:00");
	world_expect(&w, "03-05 10:00 in doubt reminder no answer came after its last byte\n");
	tell(&w, "03-05 11:00", EVENT_ANSWER, "survey", "9");
	world_run(&w, "03-05 11:00", "03-06 10:00");
	world_expect(&w, "03-05 11:00 page final\n");
	world_run(&w, "03-06 11:00", NULL);
	world_expect(&w, "03-08 10:00 sent reminder\n03-08 10:00 sent one\n03-08 10:00 sent last\n"
	                 "03-08 10:00 finish\n");
	world_close(&w);
}

static void a_reminder_that_did_not_leave_is_dropped(void **state)
{
	(void)state;
	struct world w;
	world_open_file(&w, SURVEY, "03-02 10:00");
	world_enroll(&w, "after_visit", "03-02 10:00", ADA);
	world_run(&w, "03-02 10:00", "03-04 10:00");
	buf_clear(&w.log);
	w.hand.manual = true;
	world_run(&w, "03-05 10:00", "03-05 10:00");
	assert_int_equal(w.hand.waiting_count, 1); /* claimed */
	tell(&w, "03-05 10:00", EVENT_ANSWER, "survey", "3");
	world_run(&w, "03-05 10:00", "03-05 10:00");
	w.hand.manual = false;
	hand_ready(&w.hand, 0);
	world_run(&w, "03-05 10:00", NULL);
	world_expect(&w, "03-05 10:00 skipped reminder answered\n03-05 10:00 alert unhappy sales\n"
	                 "03-05 10:00 page final\n03-06 10:00 sent last\n03-06 10:00 finish\n");
	assert_int_equal(w.hand.aborted, 1);
	expect_subjects(&w, 2, "Re: How was it?");
	world_close(&w);
}

/* ---- a task is done once ---- */
static void what_a_task_first_came_to_stands(void **state)
{
	(void)state;
	struct world w;
	world_open(&w,
	           WORKSPACE("") "sequence calls { window anytime\n"
	                         "  task call \"Call\" { outcomes spoke, no_answer; due 1 day }\n"
	                         "  wait 2 days as two\n"
	                         "  when call is spoke { exit \"spoke\" } otherwise { exit \"silence\" } }\n",
	           "03-02 10:00");
	world_enroll(&w, "calls", "03-02 10:00", ADA);
	world_run(&w, "03-02 10:00", "03-02 10:00");
	buf_clear(&w.log);
	tell(&w, "03-02 12:00", EVENT_DONE, "call", "spoke");
	world_run(&w, "03-02 12:00", "03-02 12:00");
	tell(&w, "03-02 13:00", EVENT_DONE, "call", "no_answer");
	world_run(&w, "03-02 13:00", NULL);
	world_expect(&w, "03-02 12:00 done call spoke\n03-04 12:00 exit spoke\n");
	world_close(&w);
}

/* ---- rule 7: on hold events are still taken ---- */
static void a_wait_that_begins_on_hold_takes_what_came_before(void **state)
{
	(void)state;
	struct world w;
	world_open(&w,
	           WORKSPACE("") "sequence s { window anytime; on auto_reply hold until return, at most 14 days\n"
	                         "  email a { subject \"A\"; body \"a\" }\n"
	                         "  wait for event \"demo\" up to 5 days as w { on event { exit \"heard\" }\n"
	                         "    on nothing { exit \"deaf\" } } }\n",
	           "03-02 10:00");
	w.hand.manual = true;
	world_enroll(&w, "s", "03-02 10:00", ADA);
	world_run(&w, "03-02 10:00", "03-02 10:00");
	hand_ready(&w.hand, 0);
	world_run(&w, "03-02 10:00", "03-02 10:00");
	world_event(&w, "03-02 10:01", EVENT_NAMED, "ada@x.example", NULL, "demo");
	tell(&w, "03-02 10:02", EVENT_AUTO_REPLY, NULL, NULL);
	world_run(&w, "03-02 10:02", "03-02 10:02");
	hand_done(&w.hand, w.hand.waiting[0], 's');
	world_run(&w, "03-02 10:03", NULL);
	world_expect(&w, "03-02 10:02 held automatic answer\n03-02 10:03 sent a\n03-02 10:03 exit heard\n");
	world_close(&w);
}

/* ---- rule 21: damaged bytes ---- */
static uint32_t next_random(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

static void damage(struct world *w, int64_t id, uint32_t *random)
{
	struct enrollment row;
	struct buf bytes = {0};
	assert_true(store_enrollment_get(w->store, id, &row));
	buf_add_slice(&bytes, row.state);
	for (uint32_t n = 1 + next_random(random) % 3; n--;)
		bytes.p[next_random(random) % bytes.n] = (char)next_random(random);
	row.state = buf_slice(&bytes);
	row.wake_us = utc("03-02 11:00");
	assert_true(store_begin(w->store) && store_step(w->store, &row, utc("03-02 10:30"), (struct slice){0}) &&
	            store_commit(w->store));
	buf_free(&bytes);
}

/* Whatever the bytes of an enrollment become, the others go on. */
static void a_damaged_state_harms_nobody_else(void **state)
{
	(void)state;
	for (uint32_t seed = 1; seed <= 300; seed++) {
		struct world w;
		uint32_t random = seed;
		int64_t wake_us;
		world_open(
		        &w,
		        WORKSPACE(
		                "") "sequence s { window anytime; set n = \"abcdefgh\"; exit on reply\n"
		                    "  email a { subject \"A\"; body \"{{n}}\" }\n"
		                    "  repeat up to 3 times every 2 hours until a.clicked { task call \"Call\" {\n"
		                    "    outcomes spoke, no_answer; due 1 hour } }\n"
		                    "  wait for event \"x\" up to 2 days as w { on event when event.n > 3 { email b { "
		                    "body \"{{n}}\" } }\n"
		                    "    on nothing { finish } } }\n",
		        "03-02 10:00");
		struct drive_enrolled ada = world_enroll(&w, "s", "03-02 10:00", ADA);
		world_enroll(&w, "s", "03-02 10:00", "email=bob@x.example");
		world_run(&w, "03-02 10:00", "03-02 10:00");
		damage(&w, ada.enrollment_id, &random);
		for (int hour = 0; hour < 200; hour++) {
			int64_t now_us = utc("03-02 11:00") + hour * US_PER_HOUR;
			w.hand.now_us = now_us;
			if (hour == 3)
				tell(&w, "03-02 14:00", EVENT_DONE, "call", "spoke");
			if (hour == 4)
				world_event(&w, "03-02 15:00", EVENT_CLICK, "ada@x.example", "a", NULL);
			if (hour == 5)
				world_event(&w, "03-02 16:00", EVENT_NAMED, "ada@x.example", NULL, "x");
			if (hour == 6)
				world_event(&w, "03-02 17:00", EVENT_REPLY, "ada@x.example", "a", NULL);
			if (drive_turn(w.drive, now_us, &wake_us) < 0)
				fail_msg("seed %u: %s", seed, drive_error(w.drive));
		}
		world_close(&w);
	}
}

/* ---- a store of an older version ---- */
/* Makes the policy in force one of format 1, as an older seqd left it. */
static void age_policy(struct world *w)
{
	struct buf number = {0}, bytes = {0};
	uint8_t hash[SHA256_SIZE] = {1};
	int64_t id = 0;
	assert_true(store_meta_get(w->store, "policy", &number));
	struct unpack u = unpack_of(buf_slice(&number));
	assert_true(store_artefact_get(w->store, unpack_i(&u), &bytes));
	bytes.p[8] = 1;
	assert_true(store_begin(w->store) && store_artefact_put(w->store, true, hash, buf_slice(&bytes), &id));
	buf_clear(&number);
	pack_i(&number, id);
	assert_true(store_meta_put(w->store, "policy", buf_slice(&number)) && store_commit(w->store));
	buf_free(&number);
	buf_free(&bytes);
}

static void a_deploy_brings_back_a_store_whose_policy_is_of_an_older_format(void **state)
{
	(void)state;
	static const char SOURCE[] = WORKSPACE("") "sequence s { window anytime\n"
	                                           "  email a { subject \"A\"; body \"a\" }\n"
	                                           "  wait 3 days\n  email b { body \"b\" } }\n";
	struct world w;
	struct buf error = {0};
	world_open(&w, SOURCE, "03-02 10:00");
	world_enroll(&w, "s", "03-02 10:00", ADA);
	world_run(&w, "03-02 10:00", "03-02 10:00");
	drive_close(w.drive);
	age_policy(&w);
	w.drive = drive_open(&w.options, utc("03-03 10:00"), &error);
	assert_null(w.drive);
	assert_non_null(strstr(buf_cstr(&error), "`seqd deploy` compiles the workspace again"));
	w.options.deploys = true;
	world_open_drive(&w, utc("03-03 10:00"));
	if (!world_deploy(&w, SOURCE, utc("03-03 10:00"), &error))
		world_fail("deploy", &error);
	world_run(&w, "03-03 10:00", NULL);
	world_expect(&w, "03-02 10:00 sent a\n03-05 10:00 sent b\n03-05 10:00 finish\n");
	buf_free(&error);
	world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(an_answer_before_the_message_is_settled_stands),
	        cmocka_unit_test(an_answer_settles_the_message_in_doubt),
	        cmocka_unit_test(a_reminder_in_the_air_does_not_hold_up_the_pages),
	        cmocka_unit_test(a_reminder_that_did_not_leave_is_dropped),
	        cmocka_unit_test(what_a_task_first_came_to_stands),
	        cmocka_unit_test(a_wait_that_begins_on_hold_takes_what_came_before),
	        cmocka_unit_test(a_damaged_state_harms_nobody_else),
	        cmocka_unit_test(a_deploy_brings_back_a_store_whose_policy_is_of_an_older_format),
	};
	return cmocka_run_group_tests_name("drive: the rules", tests, NULL, NULL);
}
