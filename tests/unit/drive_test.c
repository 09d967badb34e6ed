/* SPDX-License-Identifier: Apache-2.0
 * The drive, by the rules: what leaves, when, once, and what does not. */
#include "tests/drive_fixture.h"

#define THREE                                                                                                          \
	"sequence s {\n window anytime\n exit on reply\n"                                                              \
	" email a { subject \"Hello {{first_name}}\"; body \"One.\" }\n wait 3 days\n"                                 \
	" email b { body \"Two.\" }\n wait 2 days\n email c { body \"Three.\" }\n}\n"

/* ---- rules 3 and 4 ---- */
static void test_a_message_leaves_in_the_first_opening(void **state)
{
	(void)state;
	struct world w;
	world_open(&w,
	           WORKSPACE("") "sequence s { window mon-fri 09:00-17:00; email a { subject \"A\"; body \"A\" }; wait "
	                         "3 days; email b { body \"B\" } }\n",
	           "03-06 18:30");
	w.with_planned = true;
	world_enroll(&w, "s", "03-06 18:30", "email=ada@x.example");
	world_run(&w, "03-06 18:30", NULL);
	world_expect(&w, "03-06 18:30 enrolled\n"
	                 "03-06 18:30 planned a 03-09 09:00 window\n"
	                 "03-09 09:00 sent a\n"
	                 "03-12 09:00 planned b 03-12 09:00\n"
	                 "03-12 09:00 sent b\n"
	                 "03-12 09:00 finish\n");
	world_close(&w);
}

static void test_skipped_days_and_the_contact_s_zone(void **state)
{
	(void)state;
	struct world w;
	world_open(&w,
	           WORKSPACE(" holidays use shop\n") "holidays shop { 2026-03-09 }\n"
	                                             "sequence s { window mon-sun 09:00-17:00; skip weekends, "
	                                             "holidays; email a { subject \"A\"; body \"A\" } }\n",
	           "03-06 18:30");
	w.with_planned = true;
	world_enroll(&w, "s", "03-06 18:30", "email=ada@x.example", "timezone=America/New_York");
	world_enroll(&w, "s", "03-06 18:30", "email=bob@x.example", "timezone=Europe/Paris");
	world_run(&w, "03-06 18:30", NULL);
	world_expect(&w, "03-06 13:30 enrolled\n"
	                 "03-06 13:30 planned a 03-06 13:30\n"
	                 "03-06 19:30 enrolled\n"
	                 "03-06 19:30 planned a 03-10 09:00 window\n"
	                 "03-06 13:30 sent a\n"
	                 "03-06 13:30 finish\n"
	                 "03-10 09:00 sent a\n"
	                 "03-10 09:00 finish\n");
	world_close(&w);
}

/* Days keep the wall clock over a clock change, hours are elapsed. */
static void test_waits_over_a_clock_change(void **state)
{
	(void)state;
	struct world w;
	world_open(
	        &w,
	        WORKSPACE(
	                "") "sequence days { window anytime; wait 1 day; email a { subject \"A\"; body \"A\" } }\n"
	                    "sequence hours { window anytime; wait 24 hours; email a { subject \"A\"; body \"A\" } }\n",
	        "03-07 14:00");
	world_enroll(&w, "days", "03-07 14:00", "email=ada@x.example", "timezone=America/New_York");
	world_enroll(&w, "hours", "03-07 14:00", "email=ada@x.example");
	world_run(&w, "03-07 14:00", NULL);
	world_expect(&w, "03-08 09:00 sent a\n03-08 09:00 finish\n03-08 10:00 sent a\n03-08 10:00 finish\n");
	world_close(&w);
}

/* Completion is the planned instant if it left within 15 minutes of it, else the instant it left. */
static void test_delays_never_creep_and_never_collapse(void **state)
{
	(void)state;
	struct world w;
	world_open(&w, WORKSPACE("") THREE, "03-02 10:00");
	world_enroll(&w, "s", "03-02 10:00", "email=ada@x.example");
	world_run(&w, "03-02 10:14", "03-02 10:14"); /* late, but within 15 minutes */
	world_run(&w, "03-02 10:14", "03-05 10:00");
	world_run(&w, "03-07 11:00", "03-07 11:00");
	world_expect(&w, "03-02 10:14 sent a\n03-05 10:00 sent b\n03-07 11:00 sent c\n03-07 11:00 finish\n");
	world_close(&w);
	world_open(&w, WORKSPACE("") THREE, "03-02 10:00");
	world_enroll(&w, "s", "03-02 10:00", "email=ada@x.example");
	world_run(&w, "03-02 10:16", "03-02 10:16");
	world_run(&w, "03-02 10:16", NULL);
	world_expect(&w, "03-02 10:16 sent a\n03-05 10:16 sent b\n03-07 10:16 sent c\n03-07 10:16 finish\n");
	world_close(&w);
}

static void test_quiet_hours_are_the_contact_s(void **state)
{
	(void)state;
	struct world w;
	world_open(&w,
	           WORKSPACE(" quiet email 21:00-08:00\n") "sequence s { window anytime; email a { subject \"A\"; body "
	                                                   "\"A\" } }\n",
	           "03-06 20:30");
	w.with_planned = true;
	world_enroll(&w, "s", "03-06 20:30", "email=ada@x.example", "timezone=Europe/Paris");
	world_run(&w, "03-06 20:30", NULL);
	world_expect(&w, "03-06 21:30 enrolled\n03-06 21:30 planned a 03-07 08:00 quiet hours\n03-07 08:00 sent "
	                 "a\n03-07 08:00 finish\n");
	world_close(&w);
}

static void test_late_skips(void **state)
{
	(void)state;
	struct world w;
	world_open(&w,
	           WORKSPACE("") "sequence s { window anytime; late skip after 2 days; email a { subject \"A\"; body "
	                         "\"A\" }; wait 1 day; email b { subject \"B\"; new_thread; body \"B\" } }\n",
	           "03-02 10:00");
	world_enroll(&w, "s", "03-02 10:00", "email=ada@x.example");
	world_run(&w, "03-04 10:01", NULL);
	world_expect(&w, "03-04 10:01 skipped a late\n03-05 10:01 sent b\n03-05 10:01 finish\n");
	world_close(&w);
}

static void test_spread_stays_within_the_opening(void **state)
{
	(void)state;
	struct world w;
	struct buf error = {0};
	int64_t first = INT64_MAX, last = 0;
	world_open_store(&w, "memory:");
	w.options.spread_off = false;
	world_open_drive(&w, utc("03-06 18:30"));
	assert_true(world_deploy(&w,
	                         WORKSPACE("") "sequence s { window mon-fri 09:00-09:20; spread 30 minutes; email a { "
	                                       "subject \"A\"; body \"A\" } }\n",
	                         utc("03-06 18:30"), &error));
	for (int i = 0; i < 200; i++) {
		char email[32];
		snprintf(email, sizeof email, "email=a%d@x.example", i);
		world_enroll(&w, "s", "03-06 18:30", email);
	}
	world_run(&w, "03-06 18:30", NULL);
	assert_int_equal(w.hand.count, 200);
	for (int i = 0; i < 200; i++) {
		first = w.hand.all[i].at_us < first ? w.hand.all[i].at_us : first;
		last = w.hand.all[i].at_us > last ? w.hand.all[i].at_us : last;
	}
	assert_true(first >= utc("03-09 09:00") && first < utc("03-09 09:01"));
	assert_true(last > utc("03-09 09:18") && last < utc("03-09 09:20"));
	buf_free(&error);
	world_close(&w);
}

/* ---- rule 1 ---- */
static void test_failed_goes_on_to_the_next_step(void **state)
{
	(void)state;
	struct world w;
	world_open(&w, WORKSPACE("") THREE, "03-02 10:00");
	w.hand.outcomes = "f";
	world_enroll(&w, "s", "03-02 10:00", "email=ada@x.example");
	world_run(&w, "03-02 10:00", NULL);
	world_expect(&w,
	             "03-02 10:00 failed a 554 5.7.1\n03-05 10:00 sent b\n03-07 10:00 sent c\n03-07 10:00 finish\n");
	/* Rules 1 and 20: a follow-up whose predecessors all failed is the first message, under their subject. */
	assert_string_equal(w.hand.all[0].subject, "Hello there");
	assert_string_equal(w.hand.all[0].in_reply_to, "");
	assert_string_equal(w.hand.all[1].subject, "Re: Hello there");
	assert_string_equal(w.hand.all[1].in_reply_to, w.hand.all[0].message_id);
	world_close(&w);
}

/* Every retry sends the bytes of the first claim, whatever the contact is called by then. */
static void test_a_retry_sends_the_same_bytes(void **state)
{
	(void)state;
	struct world w;
	struct buf error = {0};
	struct drive_field field = {SLICE("first_name"), SLICE("Grace")};
	world_open(&w, WORKSPACE("") THREE, "03-02 10:00");
	w.hand.outcomes = "rr";
	world_enroll(&w, "s", "03-02 10:00", "email=ada@x.example", "first_name=Ada");
	world_run(&w, "03-02 10:00", "03-02 10:00");
	assert_true(drive_contact_set(w.drive, SLICE("ada@x.example"), &field, 1, utc("03-02 10:00"), &error));
	world_run(&w, "03-02 10:00", NULL);
	assert_int_equal(w.hand.made_count, 3); /* a once, though it was tried three times; b; c */
	assert_int_equal(w.hand.count, 3);
	assert_string_equal(w.hand.all[0].subject, "Hello Ada");
	assert_string_equal(w.hand.all[1].in_reply_to, w.hand.all[0].message_id);
	int64_t late_us = w.hand.all[0].at_us - utc("03-02 10:00"); /* 1 and 5 minutes, each a fifth more or less */
	assert_in_range(late_us, 4 * US_PER_MINUTE, 8 * US_PER_MINUTE);
	buf_free(&error);
	world_close(&w);
}

static void test_retries_end_after_48_hours(void **state)
{
	(void)state;
	struct world w;
	world_open(&w, WORKSPACE("") "sequence s { window anytime; email a { subject \"A\"; body \"A\" } }\n",
	           "03-02 10:00");
	w.hand.outcomes = "rrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrr";
	world_enroll(&w, "s", "03-02 10:00", "email=ada@x.example");
	world_run(&w, "03-02 10:00", NULL);
	assert_int_equal(w.hand.count, 0);
	const char *end = strstr(buf_cstr(&w.log), "03-04 10:00 failed a retries ended\n03-04 10:00 finish\n");
	assert_non_null(end);
	world_close(&w);
}

static void test_threads(void **state)
{
	(void)state;
	struct world w;
	char references[300];
	world_open(&w, WORKSPACE("") THREE, "03-02 10:00");
	world_enroll(&w, "s", "03-02 10:00", "email=ada@x.example", "first_name=Ada");
	world_run(&w, "03-02 10:00", NULL);
	assert_string_equal(w.hand.all[0].subject, "Hello Ada");
	assert_string_equal(w.hand.all[1].subject, "Re: Hello Ada");
	assert_string_equal(w.hand.all[2].subject, "Re: Hello Ada");
	assert_string_equal(w.hand.all[2].in_reply_to, w.hand.all[1].message_id);
	snprintf(references, sizeof references, "%s %s", w.hand.all[0].message_id, w.hand.all[1].message_id);
	assert_string_equal(w.hand.all[2].references, references);
	world_close(&w);
}

/* ---- rule 2 ---- */
/* A reply that is in the store before the release wins, however far the transfer is. */
static void test_a_reply_before_the_release_wins(void **state)
{
	(void)state;
	struct world w;
	int64_t wake;
	world_open(&w, WORKSPACE("") THREE, "03-02 10:00");
	w.hand.manual = true;
	world_enroll(&w, "s", "03-02 10:00", "email=ada@x.example");
	drive_turn(w.drive, utc("03-02 10:00"), &wake);
	assert_int_equal(w.hand.waiting_count, 1);
	hand_ready(&w.hand, 0);
	world_event(&w, "03-02 10:00", EVENT_REPLY, "ada@x.example", "", "");
	world_run(&w, "03-02 10:00", NULL);
	assert_int_equal(w.hand.aborted, 1);
	assert_int_equal(w.hand.released, 0);
	assert_true(drive_idle(w.drive));
	world_expect(&w, "03-02 10:00 exit reply\n");
	world_close(&w);
}

/* After the release the enrollment ends at once, and the row settles alone. */
static void test_a_reply_after_the_release(void **state)
{
	(void)state;
	struct world w;
	world_open(&w, WORKSPACE("") THREE, "03-02 10:00");
	w.hand.manual = true;
	world_enroll(&w, "s", "03-02 10:00", "email=ada@x.example");
	world_run(&w, "03-02 10:00", "03-02 10:00");
	hand_ready(&w.hand, 0);
	world_run(&w, "03-02 10:00", "03-02 10:00");
	assert_int_equal(w.hand.released, 1);
	world_event(&w, "03-02 10:01", EVENT_REPLY, "ada@x.example", "", "");
	world_run(&w, "03-02 10:01", "03-02 10:01");
	world_expect(&w, "03-02 10:01 exit reply\n");
	hand_done(&w.hand, w.hand.waiting[0], 's');
	world_run(&w, "03-02 10:02", NULL);
	world_expect(&w, "03-02 10:02 sent a\n");
	world_close(&w);
}

/* A claim whose transfer fails before the release costs nothing but a retry; a connection that is gone while it waits
 * for its release likewise. */
static void test_a_transfer_that_dies_before_the_release(void **state)
{
	(void)state;
	struct world w;
	world_open(&w, WORKSPACE("") THREE, "03-02 10:00");
	w.hand.manual = true;
	world_enroll(&w, "s", "03-02 10:00", "email=ada@x.example");
	world_run(&w, "03-02 10:00", "03-02 10:00");
	hand_ready(&w.hand, 0);
	hand_done(&w.hand, w.hand.waiting[0], 'n');
	w.hand.manual = false;
	world_run(&w, "03-02 10:00", "03-02 11:00");
	assert_int_equal(w.hand.count, 1);
	assert_int_equal(w.hand.made_count, 1);
	world_close(&w);
}

/* As after a kill: nothing of the drive is left but what the store has. */
static void reopen(struct world *w, const char *now)
{
	struct buf error = {0};
	enum store_failure failure;
	drive_close(w->drive);
	store_close(w->store);
	w->options.store = w->store = store_open(w->url, STORE_WRITE, &failure, &error);
	assert_non_null(w->store);
	w->hand.waiting_count = 0;
	world_open_drive(w, utc(now));
	buf_free(&error);
}

/* A released row whose process is gone is in doubt, never due; after 72 h it counts as sent at its release. */
static void test_in_doubt(void **state)
{
	(void)state;
	struct world w;
	world_open_file(&w, WORKSPACE("") THREE, "03-02 10:00");
	w.hand.manual = true;
	world_enroll(&w, "s", "03-02 10:00", "email=ada@x.example");
	world_run(&w, "03-02 10:00", "03-02 10:00");
	hand_ready(&w.hand, 0);
	world_run(&w, "03-02 10:00", "03-02 10:00");
	reopen(&w, "03-02 12:00");
	w.hand.manual = false;
	world_run(&w, "03-02 12:00", "03-05 09:59");
	assert_int_equal(w.hand.count, 0);
	world_run(&w, "03-05 10:00", NULL);
	/* b counts three days from the release, so it leaves at once; rule 3. */
	world_expect(&w, "03-02 12:00 in doubt a no answer came after its last byte\n"
	                 "03-05 10:00 sent a\n03-05 10:00 sent b\n03-07 10:00 sent c\n03-07 10:00 finish\n");
	assert_int_equal(w.hand.count, 2);
	assert_string_equal(w.hand.all[0].subject, "Re: Hello there");
	world_close(&w);
}

/* A claim whose process is gone is due again. */
static void test_a_lost_claim_is_due_again(void **state)
{
	(void)state;
	struct world w;
	world_open_file(&w, WORKSPACE("") THREE, "03-02 10:00");
	w.hand.manual = true;
	world_enroll(&w, "s", "03-02 10:00", "email=ada@x.example");
	world_run(&w, "03-02 10:00", "03-02 10:00");
	hand_ready(&w.hand, 0);
	reopen(&w, "03-02 10:01");
	w.hand.manual = false;
	world_run(&w, "03-02 10:01", "03-02 10:01");
	world_expect(&w, "03-02 10:01 sent a\n");
	world_close(&w);
}

/* Evidence settles what is in doubt: a reply to it, a bounce of it, a person, a late answer. */
static void test_evidence_settles_a_doubt(void **state)
{
	(void)state;
	struct world w;
	struct buf error = {0};
	static const char *const LOGS[] = {"03-02 13:00 sent a\n03-02 13:00 exit reply\n",
	                                   "03-02 13:00 failed a bounced\n03-02 13:00 exit bounced\n",
	                                   "03-02 13:00 sent a\n", "03-02 13:00 sent a\n"};
	for (int way = 0; way < 4; way++) {
		world_open(&w, WORKSPACE("") THREE, "03-02 10:00");
		w.hand.outcomes = way < 3 ? "d" : "";
		w.hand.manual = way == 3;
		int64_t id = world_enroll(&w, "s", "03-02 10:00", "email=ada@x.example").enrollment_id;
		world_run(&w, "03-02 10:00", "03-02 10:00");
		if (way < 3)
			world_expect(&w, "03-02 10:00 in doubt a no answer came after its last byte\n");
		if (way == 0)
			world_event(&w, "03-02 13:00", EVENT_REPLY, "ada@x.example", "a", "");
		if (way == 1)
			world_event(&w, "03-02 13:00", EVENT_BOUNCE, "ada@x.example", "a", "");
		if (way == 2)
			assert_true(drive_resolve(w.drive, id, true, utc("03-02 13:00"), &error));
		if (way == 3) {
			hand_ready(&w.hand, 0);
			world_run(&w, "03-02 10:00", "03-02 10:00");
			hand_done(&w.hand, w.hand.waiting[0], 's');
		}
		world_run(&w, "03-02 13:00", "03-02 13:00");
		world_expect(&w, LOGS[way]);
		world_close(&w);
	}
	buf_free(&error);
}

static void test_an_account_that_is_refused_stops_the_mailbox_alone(void **state)
{
	(void)state;
	struct world w;
	world_open(&w, WORKSPACE("") THREE, "03-02 10:00");
	w.hand.outcomes = "a";
	w.hand.capacity = 1;
	world_enroll(&w, "s", "03-02 10:00", "email=ada@x.example");
	world_enroll(&w, "s", "03-02 10:00", "email=bob@x.example");
	world_run(&w, "03-02 10:00", "03-02 10:14");
	assert_int_equal(w.hand.count, 0);
	world_run(&w, "03-02 10:15", "03-02 10:15");
	world_expect(&w, "03-02 10:15 sent a\n03-02 10:15 sent a\n");
	world_close(&w);
}

/* ---- rules 5 and 8 ---- */
static void revise(struct world *w, const char *now, const char *name, const char *text)
{
	struct buf error = {0};
	struct drive_field field = {slice_of(name), slice_of(text)};
	if (!drive_contact_set(w->drive, SLICE("ada@x.example"), &field, 1, utc(now), &error))
		world_fail("drive_contact_set", &error);
	buf_free(&error);
}

static void test_a_moment_is_derived_again_when_its_field_changes(void **state)
{
	(void)state;
	struct world w;
	const char *source = WORKSPACE("") "sequence s { window anytime; wait until contact.renewal - 10 days at 09:00 "
	                                   "otherwise exit \"too late\"\n"
	                                   " email a { subject \"A\"; body \"A\" } }\n";
	world_open(&w, source, "03-02 10:00");
	world_enroll(&w, "s", "03-02 10:00", "email=ada@x.example", "renewal=2026-06-30");
	revise(&w, "03-03 10:00", "renewal", "2026-03-30");
	world_run(&w, "03-03 10:00", NULL);
	world_expect(&w, "03-20 09:00 sent a\n03-20 09:00 finish\n");
	world_close(&w);
	world_open(&w, source, "03-02 10:00");
	world_enroll(&w, "s", "03-02 10:00", "email=ada@x.example", "renewal=2026-06-30");
	revise(&w, "03-03 10:00", "renewal", "2026-03-04"); /* it has thereby passed */
	world_run(&w, "03-03 10:00", NULL);
	world_expect(&w, "03-03 10:00 exit too late\n");
	world_close(&w);
}

static void test_a_wait_of_days_follows_the_contact_s_zone(void **state)
{
	(void)state;
	struct world w;
	world_open(&w,
	           WORKSPACE("") "sequence s { window anytime; wait 3 days at 09:00; email a { subject \"A\"; body "
	                         "\"A\" } }\n",
	           "03-02 10:00");
	world_enroll(&w, "s", "03-02 10:00", "email=ada@x.example", "timezone=Europe/Paris");
	revise(&w, "03-03 10:00", "timezone", "America/New_York");
	world_run(&w, "03-03 10:00", NULL);
	world_expect(&w, "03-05 09:00 sent a\n03-05 09:00 finish\n");
	assert_int_equal(w.hand.all[0].at_us, utc("03-05 14:00"));
	world_close(&w);
}

/* The database of zones changed while nobody looked: the same, for all. */
static void test_new_tzdata_derives_waits_again(void **state)
{
	(void)state;
	struct world w;
	int64_t wake;
	world_open(&w,
	           WORKSPACE("") "sequence s { window anytime; wait 3 days; email a { subject \"A\"; body \"A\" } }\n",
	           "03-02 10:00");
	int64_t id = world_enroll(&w, "s", "03-02 10:00", "email=ada@x.example").enrollment_id;
	drive_close(w.drive);
	assert_true(store_begin(w.store) && store_meta_put(w.store, "tzdata", SLICE("1970a")) && store_commit(w.store));
	world_open_drive(&w, utc("03-02 11:00"));
	assert_true(drive_turn(w.drive, utc("03-02 11:00"), &wake) >= 0);
	struct enrollment e;
	assert_true(store_enrollment_get(w.store, id, &e));
	assert_int_equal(e.wake_us, utc("03-05 10:00"));
	world_run(&w, "03-02 11:00", NULL);
	world_expect(&w, "03-05 10:00 sent a\n03-05 10:00 finish\n");
	world_close(&w);
}

/* ---- rules 9 and 14 ---- */
static void test_an_event_is_taken_once(void **state)
{
	(void)state;
	struct world w;
	struct buf error = {0};
	bool was_there;
	world_open(&w,
	           WORKSPACE("") "sequence s { window anytime; exit on event \"deal\"; wait 1 day; email a { subject "
	                         "\"A\"; body \"A\" } }\n",
	           "03-02 10:00");
	world_enroll(&w, "s", "03-02 10:00", "email=ada@x.example");
	struct drive_event event = {.kind = EVENT_NAMED,
	                            .contact = SLICE("Ada@X.Example"),
	                            .name = SLICE("other"),
	                            .external_id = SLICE("e1")};
	assert_true(drive_event(w.drive, &event, utc("03-02 11:00"), &was_there, &error));
	assert_false(was_there);
	event.name = SLICE("deal");
	assert_true(drive_event(w.drive, &event, utc("03-02 11:00"), &was_there, &error));
	assert_true(was_there);
	world_run(&w, "03-02 11:00", "03-02 12:00");
	world_expect(&w, "");
	event.external_id = SLICE("e2");
	assert_true(drive_event(w.drive, &event, utc("03-02 12:00"), &was_there, &error));
	world_run(&w, "03-02 12:00", NULL);
	world_expect(&w, "03-02 12:00 exit event \"deal\"\n");
	buf_free(&error);
	world_close(&w);
}

static void test_an_event_before_the_enrollment_is_not_for_it(void **state)
{
	(void)state;
	struct world w;
	world_open(&w,
	           WORKSPACE("") "sequence s { enroll always; window anytime; exit on reply; email a { subject \"A\"; "
	                         "body \"A\" } }\n",
	           "03-02 10:00");
	world_enroll(&w, "s", "03-02 10:00", "email=ada@x.example");
	world_event(&w, "03-02 10:00", EVENT_REPLY, "ada@x.example", "", "");
	world_enroll(&w, "s", "03-02 10:00", "email=ada@x.example");
	world_run(&w, "03-02 10:00", NULL);
	world_expect(&w, "03-02 10:00 exit reply\n03-02 10:00 sent a\n03-02 10:00 finish\n");
	world_close(&w);
}

/* Anyone of the same account; free-mail domains never count. */
static void test_a_reply_by_account(void **state)
{
	(void)state;
	struct world w;
	world_open(&w,
	           WORKSPACE(" account domain\n") "sequence s { window anytime; exit on reply by account; wait 1 day; "
	                                          "email a { subject \"A\"; body \"A\" } }\n"
	                                          "sequence t { window anytime; exit on reply; wait 1 day; email b { "
	                                          "subject \"B\"; body \"B\" } }\n",
	           "03-02 10:00");
	world_enroll(&w, "s", "03-02 10:00", "email=ada@x.example");
	world_enroll(&w, "s", "03-02 10:00", "email=ada@gmail.com");
	world_enroll(&w, "t", "03-02 10:00", "email=bob@X.example");
	world_enroll(&w, "s", "03-02 10:00", "email=eve@gmail.com");
	world_enroll(&w, "s", "03-02 10:00", "email=kim@x.example");
	world_event(&w, "03-02 11:00", EVENT_REPLY, "bob@x.example", "", "");
	world_event(&w, "03-02 12:00", EVENT_REPLY, "eve@gmail.com", "", "");
	world_run(&w, "03-02 12:00", "03-02 12:00");
	/* bob and eve by their own reply, ada and kim of x.example by bob's; ada at a free-mail domain goes on */
	world_expect(&w, "03-02 12:00 exit reply\n03-02 12:00 exit reply by account\n"
	                 "03-02 12:00 exit reply by account\n03-02 12:00 exit reply by account\n");
	world_run(&w, "03-02 12:00", NULL);
	assert_int_equal(w.hand.count, 1);
	assert_string_equal(w.hand.all[0].to, "ada@gmail.com");
	world_close(&w);
}

static void test_unsubscribe_ends_and_suppresses(void **state)
{
	(void)state;
	struct world w;
	world_open(&w,
	           WORKSPACE("") THREE
	           "sequence t { purpose service; window anytime; email a { subject \"A\"; body \"A\" } }\n",
	           "03-02 10:00");
	world_enroll(&w, "s", "03-02 10:00", "email=ada@x.example");
	world_run(&w, "03-02 10:00", "03-02 10:00");
	world_event(&w, "03-02 11:00", EVENT_UNSUBSCRIBE, "ada@x.example", "", "");
	world_run(&w, "03-02 11:00", "03-02 11:00");
	world_expect(&w, "03-02 10:00 sent a\n03-02 11:00 exit unsubscribe\n");
	/* It covers sales on that channel, and no more. */
	world_enroll(&w, "t", "03-02 12:00", "email=ada@x.example");
	world_run(&w, "03-02 12:00", NULL);
	world_expect(&w, "03-02 12:00 sent a\n03-02 12:00 finish\n");
	world_close(&w);
}

static void test_a_suppressed_address_fails_the_step(void **state)
{
	(void)state;
	struct world w;
	struct buf error = {0};
	world_open(&w, WORKSPACE("") THREE, "03-02 10:00");
	world_enroll(&w, "s", "03-02 10:00", "email=ada@x.example");
	assert_true(
	        drive_suppress(w.drive, SLICE("ADA@x.example"), -1, -1, SLICE("asked"), utc("03-02 10:00"), &error));
	world_run(&w, "03-02 10:00", "03-02 10:00");
	world_expect(&w, "03-02 10:00 failed a suppressed\n");
	buf_free(&error);
	world_close(&w);
}

static void test_a_bad_address_is_suppressed(void **state)
{
	(void)state;
	struct world w;
	world_open(&w, WORKSPACE("") THREE, "03-02 10:00");
	w.hand.outcomes = "b";
	world_enroll(&w, "s", "03-02 10:00", "email=ada@x.example");
	world_run(&w, "03-02 10:00", NULL);
	world_expect(&w, "03-02 10:00 failed a 550 5.1.1\n03-05 10:00 failed b suppressed\n03-07 10:00 failed c "
	                 "suppressed\n03-07 10:00 finish\n");
	world_close(&w);
}

static void test_exit_when_is_tested_in_the_release(void **state)
{
	(void)state;
	struct world w;
	struct buf error = {0};
	struct drive_field vip = {SLICE("vip"), SLICE("yes")};
	world_open(&w,
	           WORKSPACE("") "sequence s { window anytime; exit when contact.vip; email a { subject \"A\"; body "
	                         "\"A\" } }\n",
	           "03-02 10:00");
	w.hand.manual = true;
	world_enroll(&w, "s", "03-02 10:00", "email=ada@x.example");
	world_run(&w, "03-02 10:00", "03-02 10:00");
	hand_ready(&w.hand, 0);
	assert_true(drive_contact_set(w.drive, SLICE("ada@x.example"), &vip, 1, utc("03-02 10:00"), &error));
	world_run(&w, "03-02 10:00", NULL);
	assert_int_equal(w.hand.aborted, 1);
	assert_non_null(strstr(buf_cstr(&w.log), "exit"));
	buf_free(&error);
	world_close(&w);
}

/* ---- rules 11 and 16 ---- */
static void test_who_may_enroll(void **state)
{
	(void)state;
	struct world w;
	struct drive_enrolled r;
	world_open(&w,
	           WORKSPACE("") THREE "sequence again { enroll again after 10 days; window anytime; email a { subject "
	                               "\"A\"; body \"A\" } }\n",
	           "03-02 10:00");
	r = world_enroll(&w, "s", "03-02 10:00", "first_name=Ada");
	assert_int_equal(r.outcome, ENROLL_REFUSED);
	assert_non_null(strstr(r.reason, "no key"));
	r = world_enroll(&w, "s", "03-02 10:00", "phone=+15145550100");
	assert_int_equal(r.outcome, ENROLL_REFUSED);
	assert_non_null(strstr(r.reason, "no_address"));
	r = world_enroll(&w, "s", "03-02 10:00", "email=ada@x.example", "colour=red");
	assert_non_null(strstr(r.reason, "colour"));
	r = world_enroll(&w, "s", "03-02 10:00", "email=ada@x.example\r\nBcc: eve@x.example");
	assert_int_equal(r.outcome, ENROLL_REFUSED);
	r = world_enroll(&w, "s", "03-02 10:00", "email=Ada@X.example");
	assert_int_equal(r.outcome, ENROLLED);
	r = world_enroll(&w, "s", "03-02 10:00", "email=ada@x.EXAMPLE");
	assert_int_equal(r.outcome, ENROLL_ALREADY);
	/* Keys that meet two contacts are refused by name. */
	world_enroll(&w, "s", "03-02 10:00", "email=bob@x.example", "phone=+15145550100");
	r = world_enroll(&w, "again", "03-02 10:00", "email=ada@x.example", "phone=+1 514 555 0100");
	assert_non_null(strstr(r.reason, "two contacts"));
	r = world_enroll(&w, "again", "03-02 10:00", "email=ada@x.example");
	assert_int_equal(r.outcome, ENROLLED);
	world_run(&w, "03-02 10:00", "03-02 10:00");
	assert_int_equal(world_enroll(&w, "again", "03-12 09:00", "email=ada@x.example").outcome, ENROLL_ALREADY);
	assert_int_equal(world_enroll(&w, "again", "03-12 10:00", "email=ada@x.example").outcome, ENROLLED);
	world_close(&w);
}

static void test_an_idempotency_key_enrolls_once_for_ever(void **state)
{
	(void)state;
	struct world w;
	struct buf error = {0};
	struct drive_enrolled first, second;
	struct drive_field field = {SLICE("email"), SLICE("ada@x.example")};
	struct drive_enroll request = {.sequence = SLICE("s"),
	                               .fields = &field,
	                               .field_count = 1,
	                               .idempotency_key = SLICE("row 1 of leads.csv")};
	world_open(
	        &w,
	        WORKSPACE("") "sequence s { enroll always; window anytime; email a { subject \"A\"; body \"A\" } }\n",
	        "03-02 10:00");
	assert_true(drive_enroll(w.drive, &request, utc("03-02 10:00"), &first, &error));
	world_run(&w, "03-02 10:00", NULL);
	assert_true(drive_enroll(w.drive, &request, utc("03-03 10:00"), &second, &error));
	assert_int_equal(second.outcome, ENROLL_ALREADY);
	assert_int_equal(second.enrollment_id, first.enrollment_id);
	world_run(&w, "03-03 10:00", NULL);
	assert_int_equal(w.hand.count, 1);
	buf_free(&error);
	world_close(&w);
}

static void test_one_sales_sequence_per_contact(void **state)
{
	(void)state;
	static const char *const OTHERWISE[] = {"queue", "refuse", "replace"};
	static const char *const LOGS[] = {"03-02 10:00 sent a\n03-07 10:00 finish\n", NULL, NULL};
	(void)LOGS;
	for (int i = 0; i < 3; i++) {
		struct world w;
		char source[2000];
		snprintf(source, sizeof source, "%s%s%s",
		         "workspace acme {\n edition 1\n locales en\n timezone \"UTC\"\n contact { email email }\n"
		         " mailbox sales { address \"sales@acme.example\"; name \"Acme\"; postal \"1 Main St\" }\n one "
		         "sales sequence per contact otherwise ",
		         OTHERWISE[i],
		         "\n}\nsequence s { window anytime; wait 1 day; email a { subject \"A\"; body \"A\" } }\n"
		         "sequence t { window anytime; email b { subject \"B\"; body \"B\" } }\n");
		world_open(&w, source, "03-02 10:00");
		world_enroll(&w, "s", "03-02 10:00", "email=ada@x.example");
		struct drive_enrolled r = world_enroll(&w, "t", "03-02 11:00", "email=ada@x.example");
		world_run(&w, "03-02 11:00", NULL);
		if (i == 0) {
			assert_int_equal(r.outcome, ENROLL_QUEUED);
			world_expect(
			        &w, "03-03 10:00 sent a\n03-03 10:00 finish\n03-03 10:00 sent b\n03-03 10:00 finish\n");
		} else if (i == 1) {
			assert_int_equal(r.outcome, ENROLL_REFUSED);
			world_expect(&w, "03-03 10:00 sent a\n03-03 10:00 finish\n");
		} else {
			assert_int_equal(r.outcome, ENROLLED);
			world_expect(&w, "03-02 11:00 exit replaced\n03-02 11:00 sent b\n03-02 11:00 finish\n");
		}
		world_close(&w);
	}
}

static void test_inputs(void **state)
{
	(void)state;
	struct world w;
	world_open(&w,
	           WORKSPACE("") "sequence s { enroll once per input.order; input { order text required; vat yes_no }; "
	                         "window anytime; wait 1 day\n"
	                         " when input.vat { email a { subject \"Order {{input.order}}\"; body \"A\" } } }\n",
	           "03-02 10:00");
	assert_non_null(
	        strstr(world_enroll(&w, "s", "03-02 10:00", "email=ada@x.example").reason, "input.order is required"));
	assert_int_equal(
	        world_enroll(&w, "s", "03-02 10:00", "email=ada@x.example", "input.order=17", "input.vat=yes").outcome,
	        ENROLLED);
	assert_int_equal(
	        world_enroll(&w, "s", "03-02 10:00", "email=ada@x.example", "input.order=17", "input.vat=yes").outcome,
	        ENROLL_ALREADY);
	assert_int_equal(world_enroll(&w, "s", "03-02 10:00", "email=ada@x.example", "input.order=18").outcome,
	                 ENROLLED);
	world_run(&w, "03-02 10:00", NULL);
	assert_int_equal(w.hand.count, 1);
	assert_string_equal(w.hand.all[0].subject, "Order 17");
	world_close(&w);
}

/* ---- rule 7 ---- */
static void test_pause_keeps_what_was_left(void **state)
{
	(void)state;
	struct world w;
	world_open(
	        &w,
	        WORKSPACE(
	                "") "sequence hours { window anytime; wait 10 hours; email a { subject \"A\"; body \"A\" } }\n"
	                    "sequence days { window anytime; wait 5 days; email b { subject \"B\"; body \"B\" } }\n"
	                    "sequence moment { window anytime; wait until 2026-03-03 12:00 otherwise exit \"too "
	                    "late\"; email c { subject \"C\"; body \"C\" } }\n",
	        "03-02 10:00");
	world_enroll(&w, "hours", "03-02 10:00", "email=ada@x.example");
	world_enroll(&w, "days", "03-02 10:00", "email=ada@x.example");
	world_enroll(&w, "moment", "03-02 10:00", "email=ada@x.example");
	world_run(&w, "03-02 10:00", "03-02 14:00");
	world_change(&w, "03-02 14:00", TARGET_ALL, "", CHANGE_PAUSE); /* left: 6 hours; 5 dates; a moment */
	world_run(&w, "03-02 14:00", "03-12 16:00");
	world_expect(&w, "");
	world_change(&w, "03-12 16:00", TARGET_ALL, "", CHANGE_RESUME);
	world_run(&w, "03-12 16:00", NULL);
	world_expect(&w, "03-12 16:00 exit too late\n03-12 22:00 sent a\n03-12 22:00 finish\n03-17 10:00 sent b\n03-17 "
	                 "10:00 finish\n");
	world_close(&w);
}

static void test_what_is_overdue_after_a_pause_leaves_over_an_hour(void **state)
{
	(void)state;
	struct world w;
	struct buf error = {0};
	world_open_store(&w, "memory:");
	w.options.spread_off = false;
	world_open_drive(&w, utc("03-02 10:00"));
	assert_true(world_deploy(&w,
	                         WORKSPACE("") "sequence s { window anytime; late skip after 1 hour; email a { subject "
	                                       "\"A\"; body \"A\" } }\n",
	                         utc("03-02 10:00"), &error));
	world_change(&w, "03-02 10:00", TARGET_SEQUENCE, "s", CHANGE_PAUSE);
	for (int i = 0; i < 100; i++) {
		char email[32];
		snprintf(email, sizeof email, "email=a%d@x.example", i);
		world_enroll(&w, "s", "03-02 10:00", email);
	}
	world_run(&w, "03-02 10:00", "03-05 10:00");
	assert_int_equal(w.hand.count, 0);
	world_change(&w, "03-05 10:00", TARGET_SEQUENCE, "s", CHANGE_RESUME);
	world_run(&w, "03-05 10:00", "03-05 10:05");
	assert_in_range(w.hand.count, 1, 30);
	world_run(&w, "03-05 10:05", "03-05 11:00");
	assert_int_equal(w.hand.count, 100); /* and none is too late: time paused does not count (rule 4) */
	buf_free(&error);
	world_close(&w);
}

static void test_overlapping_pauses(void **state)
{
	(void)state;
	struct world w;
	world_open(&w,
	           WORKSPACE("") "sequence s { window anytime; exit on reply; wait 10 hours; email a { subject \"A\"; "
	                         "body \"A\" } }\n",
	           "03-02 10:00");
	world_enroll(&w, "s", "03-02 10:00", "email=ada@x.example");
	world_change(&w, "03-02 11:00", TARGET_CONTACT, "ada@x.example", CHANGE_PAUSE);
	world_change(&w, "03-02 12:00", TARGET_MAILBOX, "sales", CHANGE_PAUSE);
	world_change(&w, "03-02 15:00", TARGET_CONTACT, "ada@x.example", CHANGE_RESUME);
	world_run(&w, "03-02 15:00", "03-03 15:00");
	world_change(&w, "03-03 15:00", TARGET_MAILBOX, "sales", CHANGE_RESUME);
	world_run(&w, "03-03 15:00", NULL); /* paused from 11:00 on: 9 hours were left */
	world_expect(&w, "03-04 00:00 sent a\n03-04 00:00 finish\n");
	world_close(&w);
}

static void test_events_are_taken_while_paused(void **state)
{
	(void)state;
	struct world w;
	world_open(&w, WORKSPACE("") THREE, "03-02 10:00");
	world_enroll(&w, "s", "03-02 10:00", "email=ada@x.example");
	world_change(&w, "03-02 10:00", TARGET_ALL, "", CHANGE_PAUSE);
	world_event(&w, "03-02 11:00", EVENT_REPLY, "ada@x.example", "", "");
	world_run(&w, "03-02 11:00", NULL);
	world_expect(&w, "03-02 11:00 exit reply\n");
	world_close(&w);
}

/* A claim goes back when a pause comes before its release. */
static void test_a_pause_before_the_release(void **state)
{
	(void)state;
	struct world w;
	world_open(&w, WORKSPACE("") THREE, "03-02 10:00");
	w.hand.manual = true;
	world_enroll(&w, "s", "03-02 10:00", "email=ada@x.example");
	world_run(&w, "03-02 10:00", "03-02 10:00");
	world_change(&w, "03-02 10:00", TARGET_SEQUENCE, "s", CHANGE_PAUSE);
	hand_ready(&w.hand, 0);
	world_run(&w, "03-02 10:00", "03-02 10:00");
	assert_int_equal(w.hand.aborted, 1);
	w.hand.manual = false;
	world_change(&w, "03-02 10:10", TARGET_SEQUENCE, "s", CHANGE_RESUME);
	world_run(&w, "03-02 10:10", "03-02 11:10");
	assert_int_equal(w.hand.count, 1);
	world_close(&w);
}

/* ---- rule 15 ---- */
static void test_a_copy_sends_nothing(void **state)
{
	(void)state;
	struct world w;
	struct buf error = {0};
	world_open_store(&w, "memory:");
	w.options.virtual_clock = false;
	w.options.home = SLICE("host-a:/srv/seq.db");
	world_open_drive(&w, utc("03-02 10:00"));
	assert_true(world_deploy(&w, WORKSPACE("") THREE, utc("03-02 10:00"), &error));
	world_enroll(&w, "s", "03-02 10:00", "email=ada@x.example");
	drive_close(w.drive);
	w.options.home = SLICE("host-b:/srv/seq.db");
	world_open_drive(&w, utc("03-02 10:01"));
	world_run(&w, "03-02 10:01", "03-03 10:00");
	assert_int_equal(w.hand.count, 0);
	assert_non_null(strstr(drive_stopped(w.drive), "host-a"));
	assert_true(drive_adopt(w.drive, utc("03-03 10:00"), &error));
	assert_null(drive_stopped(w.drive));
	world_close(&w);
	buf_free(&error);
}

static int64_t stopped_clock(void *context)
{
	(void)context;
	return 0;
}

static void test_a_clock_that_jumps_stops_sending(void **state)
{
	(void)state;
	struct world w;
	struct buf error = {0};
	world_open_store(&w, "memory:");
	w.options.virtual_clock = false;
	w.options.boot_clock = stopped_clock;
	world_open_drive(&w, utc("03-02 10:00"));
	assert_true(world_deploy(&w, WORKSPACE("") THREE, utc("03-02 10:00"), &error));
	world_enroll(&w, "s", "03-02 10:00", "email=ada@x.example");
	world_run(&w, "03-02 11:01", "03-02 11:01");
	assert_int_equal(w.hand.count, 0);
	assert_non_null(strstr(drive_stopped(w.drive), "clock"));
	assert_true(drive_accept_clock(w.drive, utc("03-02 11:01"), &error));
	world_run(&w, "03-02 11:01", "03-02 11:01");
	assert_int_equal(w.hand.count, 1);
	buf_free(&error);
	world_close(&w);
}

static void test_a_virtual_clock_needs_a_store_of_its_own(void **state)
{
	(void)state;
	struct world w;
	struct buf error = {0};
	world_open_store(&w, "memory:");
	w.options.virtual_clock = false;
	world_open_drive(&w, utc("03-02 10:00"));
	drive_close(w.drive);
	w.options.virtual_clock = true;
	assert_null(drive_open(&w.options, utc("03-02 10:00"), &error));
	assert_non_null(strstr(buf_cstr(&error), "virtual clock"));
	buf_free(&error);
	w.drive = NULL;
	world_close(&w);
}

/* After an outage above six hours what is overdue leaves as after a pause: over an hour. */
static void test_an_outage(void **state)
{
	(void)state;
	struct world w;
	struct buf error = {0};
	world_open_store(&w, "memory:");
	w.options.virtual_clock = w.options.spread_off = false;
	world_open_drive(&w, utc("03-02 10:00"));
	assert_true(world_deploy(
	        &w, WORKSPACE("") "sequence s { window anytime; wait 1 hour; email a { subject \"A\"; body \"A\" } }\n",
	        utc("03-02 10:00"), &error));
	for (int i = 0; i < 100; i++) {
		char email[32];
		snprintf(email, sizeof email, "email=a%d@x.example", i);
		world_enroll(&w, "s", "03-02 10:00", email);
	}
	world_run(&w, "03-02 10:00", "03-02 10:30");
	world_run(&w, "03-02 11:00", "03-02 11:00");
	assert_int_equal(w.hand.count, 100);
	for (int i = 0; i < 100; i++) {
		char email[32];
		snprintf(email, sizeof email, "email=b%d@x.example", i);
		world_enroll(&w, "s", "03-02 11:00", email);
	}
	drive_close(w.drive);
	world_open_drive(&w, utc("03-02 22:00"));
	world_run(&w, "03-02 22:00", "03-02 22:05");
	assert_in_range(w.hand.count, 100, 130);
	world_run(&w, "03-02 22:05", "03-02 23:10");
	assert_int_equal(w.hand.count, 200);
	buf_free(&error);
	world_close(&w);
}

/* ---- rule 21 ---- */
static void test_a_poisoned_enrollment_is_held_alone(void **state)
{
	(void)state;
	struct world w;
	struct enrollment e;
	world_open(&w, WORKSPACE("") THREE, "03-02 10:00");
	int64_t id = world_enroll(&w, "s", "03-02 10:00", "email=ada@x.example").enrollment_id;
	world_enroll(&w, "s", "03-02 10:00", "email=bob@x.example");
	assert_true(store_enrollment_get(w.store, id, &e));
	e.state = SLICE("\x01\xff nonsense");
	assert_true(store_begin(w.store) && store_step(w.store, &e, utc("03-02 10:00"), (struct slice){0}) &&
	            store_commit(w.store));
	world_run(&w, "03-02 10:00", NULL);
	assert_int_equal(w.hand.count, 3); /* bob's */
	assert_true(store_enrollment_get(w.store, id, &e));
	assert_int_equal(e.status, ENROLLMENT_HELD);
	world_close(&w);
}

static void test_held_back_while_the_disk_is_full(void **state)
{
	(void)state;
	struct world w;
	world_open(&w, WORKSPACE("") THREE, "03-02 10:00");
	world_enroll(&w, "s", "03-02 10:00", "email=ada@x.example");
	drive_hold_back(w.drive, "less than 256 MiB of disk are free");
	world_run(&w, "03-02 10:00", "03-02 10:00");
	assert_int_equal(w.hand.count, 0);
	assert_non_null(strstr(drive_stopped(w.drive), "256 MiB"));
	drive_hold_back(w.drive, NULL);
	world_run(&w, "03-02 10:00", "03-02 10:00");
	assert_int_equal(w.hand.count, 1);
	world_close(&w);
}

/* ---- rule 14 ---- */
static void test_a_policy_that_breaks_a_plan_in_use_is_refused(void **state)
{
	(void)state;
	struct world w;
	struct buf error = {0};
	world_open(&w,
	           WORKSPACE("") "sequence s { window anytime; wait 1 day; when contact.vip { finish }; email a { "
	                         "subject \"A\"; body \"A\" } }\n",
	           "03-02 10:00");
	world_enroll(&w, "s", "03-02 10:00", "email=ada@x.example");
	assert_false(world_deploy(
	        &w,
	        "workspace acme { edition 1; locales en; timezone \"UTC\"; contact { email email }\n"
	        " mailbox sales { address \"sales@acme.example\"; name \"Acme\"; postal \"1 Main St\" } }\n"
	        "sequence t { window anytime; email a { subject \"A\"; body \"A\" } }\n",
	        utc("03-02 11:00"), &error));
	assert_non_null(strstr(buf_cstr(&error), "s is in use"));
	world_run(&w, "03-02 11:00", NULL);
	world_expect(&w, "03-03 10:00 sent a\n03-03 10:00 finish\n");
	buf_free(&error);
	world_close(&w);
}

/* An edit reaches those who enroll after it; nobody is sent anything twice or sooner. */
static void test_a_deploy_leaves_those_in_flight_alone(void **state)
{
	(void)state;
	struct world w;
	struct buf error = {0};
	world_open(&w, WORKSPACE("") THREE, "03-02 10:00");
	world_enroll(&w, "s", "03-02 10:00", "email=ada@x.example");
	world_run(&w, "03-02 10:00", "03-02 10:00");
	assert_true(world_deploy(&w,
	                         WORKSPACE("") "sequence s { window anytime; email z { subject \"Z\"; body \"Z\" } }\n",
	                         utc("03-03 10:00"), &error));
	world_enroll(&w, "s", "03-03 10:00", "email=bob@x.example");
	world_run(&w, "03-03 10:00", NULL);
	world_expect(&w, "03-02 10:00 sent a\n03-03 10:00 sent z\n03-03 10:00 finish\n03-05 10:00 sent b\n03-07 10:00 "
	                 "sent c\n03-07 10:00 finish\n");
	buf_free(&error);
	world_close(&w);
}

/* ---- why ---- */
static void test_why(void **state)
{
	(void)state;
	struct world w;
	struct buf error = {0}, out = {0};
	world_open(&w,
	           WORKSPACE("") "sequence s { window mon-fri 09:00-17:00; email a { subject \"A\"; body \"A\" }; wait "
	                         "3 days; email b { body \"B\" } }\n",
	           "03-06 18:30");
	world_enroll(&w, "s", "03-06 18:30", "email=ada@x.example");
	world_run(&w, "03-06 18:30", "03-10 10:00");
	assert_true(drive_why(w.drive, SLICE("ada@x.example"), SLICE("s"), utc("03-10 10:00"), &out, &error));
	assert_string_equal(buf_cstr(&out), "ada@x.example in s (enrollment 1, times in UTC)\n"
	                                    "  Fri 2026-03-06 18:30  enrolled\n"
	                                    "  Fri 2026-03-06 18:30  a planned for Mon 2026-03-09 09:00 (window)\n"
	                                    "  Mon 2026-03-09 09:00  a released (outbox 1)\n"
	                                    "  Mon 2026-03-09 09:00  a sent\n"
	                                    "  Mon 2026-03-09 09:00  waits until Thu 2026-03-12 09:00\n"
	                                    "  active; rests at \"after a\" until Thu 2026-03-12 09:00\n");
	buf_free(&out);
	buf_free(&error);
	world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_a_message_leaves_in_the_first_opening),
	        cmocka_unit_test(test_skipped_days_and_the_contact_s_zone),
	        cmocka_unit_test(test_waits_over_a_clock_change),
	        cmocka_unit_test(test_delays_never_creep_and_never_collapse),
	        cmocka_unit_test(test_quiet_hours_are_the_contact_s),
	        cmocka_unit_test(test_late_skips),
	        cmocka_unit_test(test_spread_stays_within_the_opening),
	        cmocka_unit_test(test_failed_goes_on_to_the_next_step),
	        cmocka_unit_test(test_a_retry_sends_the_same_bytes),
	        cmocka_unit_test(test_retries_end_after_48_hours),
	        cmocka_unit_test(test_threads),
	        cmocka_unit_test(test_a_reply_before_the_release_wins),
	        cmocka_unit_test(test_a_reply_after_the_release),
	        cmocka_unit_test(test_a_transfer_that_dies_before_the_release),
	        cmocka_unit_test(test_in_doubt),
	        cmocka_unit_test(test_a_lost_claim_is_due_again),
	        cmocka_unit_test(test_evidence_settles_a_doubt),
	        cmocka_unit_test(test_an_account_that_is_refused_stops_the_mailbox_alone),
	        cmocka_unit_test(test_a_moment_is_derived_again_when_its_field_changes),
	        cmocka_unit_test(test_a_wait_of_days_follows_the_contact_s_zone),
	        cmocka_unit_test(test_new_tzdata_derives_waits_again),
	        cmocka_unit_test(test_an_event_is_taken_once),
	        cmocka_unit_test(test_an_event_before_the_enrollment_is_not_for_it),
	        cmocka_unit_test(test_a_reply_by_account),
	        cmocka_unit_test(test_unsubscribe_ends_and_suppresses),
	        cmocka_unit_test(test_a_suppressed_address_fails_the_step),
	        cmocka_unit_test(test_a_bad_address_is_suppressed),
	        cmocka_unit_test(test_exit_when_is_tested_in_the_release),
	        cmocka_unit_test(test_who_may_enroll),
	        cmocka_unit_test(test_an_idempotency_key_enrolls_once_for_ever),
	        cmocka_unit_test(test_one_sales_sequence_per_contact),
	        cmocka_unit_test(test_inputs),
	        cmocka_unit_test(test_pause_keeps_what_was_left),
	        cmocka_unit_test(test_what_is_overdue_after_a_pause_leaves_over_an_hour),
	        cmocka_unit_test(test_overlapping_pauses),
	        cmocka_unit_test(test_events_are_taken_while_paused),
	        cmocka_unit_test(test_a_pause_before_the_release),
	        cmocka_unit_test(test_a_copy_sends_nothing),
	        cmocka_unit_test(test_a_clock_that_jumps_stops_sending),
	        cmocka_unit_test(test_a_virtual_clock_needs_a_store_of_its_own),
	        cmocka_unit_test(test_an_outage),
	        cmocka_unit_test(test_a_poisoned_enrollment_is_held_alone),
	        cmocka_unit_test(test_held_back_while_the_disk_is_full),
	        cmocka_unit_test(test_a_policy_that_breaks_a_plan_in_use_is_refused),
	        cmocka_unit_test(test_a_deploy_leaves_those_in_flight_alone),
	        cmocka_unit_test(test_why),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
