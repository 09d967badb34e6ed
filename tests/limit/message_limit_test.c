/* SPDX-License-Identifier: Apache-2.0
 * Rule 6 at n and n+1: limits of contacts and mailboxes by date, caps, ramps, who goes first. */
#include "tests/drive_fixture.h"

#define ONE(name, more) "sequence " name " { window anytime; " more "email a { subject \"A\"; body \"A\" } }\n"

static void test_n_per_day_and_one_more(void **state)
{
	(void)state;
	struct world w;
	world_open(&w, WORKSPACE(" limit 2 messages per day\n") ONE("s1", "") ONE("s2", "") ONE("s3", ""),
	           "03-02 10:00");
	world_enroll(&w, "s1", "03-02 10:00", "email=ada@x.example");
	world_enroll(&w, "s2", "03-02 10:00", "email=ada@x.example");
	world_enroll(&w, "s3", "03-02 10:00", "email=ada@x.example");
	world_enroll(&w, "s1", "03-02 10:00", "email=bob@x.example"); /* another contact's own */
	world_run(&w, "03-02 10:00", NULL);
	/* Without a window: the same time of day on the first allowed date. */
	world_expect(&w, "03-02 10:00 sent a\n03-02 10:00 finish\n03-02 10:00 sent a\n03-02 10:00 finish\n03-02 10:00 "
	                 "sent a\n03-02 10:00 finish\n"
	                 "03-03 10:00 sent a\n03-03 10:00 finish\n");
	world_close(&w);
}

static void test_the_date_is_the_contact_s(void **state)
{
	(void)state;
	struct world w;
	world_open(&w, WORKSPACE(" limit 1 message per day\n") ONE("s1", "") ONE("s2", "wait 3 hours; "),
	           "03-02 03:00");
	world_enroll(&w, "s1", "03-02 03:00", "email=ada@x.example",
	             "timezone=America/New_York"); /* 22:00 the day before */
	world_enroll(&w, "s2", "03-02 03:00", "email=ada@x.example");
	world_run(&w, "03-02 03:00", NULL);
	world_expect(&w, "03-01 22:00 sent a\n03-01 22:00 finish\n03-02 01:00 sent a\n03-02 01:00 finish\n");
	world_close(&w);
}

/* `N per D days`: the message's date and the D-1 before it. */
static void test_per_several_days(void **state)
{
	(void)state;
	struct world w;
	world_open(&w,
	           WORKSPACE(" limit 2 messages per 14 days\n") "sequence s { window mon-sun 09:00-17:00; email a { "
	                                                        "subject \"A\"; body \"A\" }; wait 1 day; email b { "
	                                                        "body \"B\" }; wait 1 day; email c { body \"C\" } }\n",
	           "03-02 10:00");
	world_enroll(&w, "s", "03-02 10:00", "email=ada@x.example");
	world_run(&w, "03-02 10:00", NULL);
	world_expect(&w, "03-02 10:00 sent a\n03-03 10:00 sent b\n03-16 09:00 sent c\n03-16 09:00 finish\n");
	world_close(&w);
}

static void test_per_month(void **state)
{
	(void)state;
	struct world w;
	world_open(&w, WORKSPACE(" limit 1 message per month\n") ONE("s1", "") ONE("s2", ""), "03-30 10:00");
	world_enroll(&w, "s1", "03-30 10:00", "email=ada@x.example");
	world_enroll(&w, "s2", "03-30 10:00", "email=ada@x.example");
	world_run(&w, "03-30 10:00", NULL);
	world_expect(&w, "03-30 10:00 sent a\n03-30 10:00 finish\n04-01 10:00 sent a\n04-01 10:00 finish\n");
	world_close(&w);
}

/* Contact limits count each purpose on its own. */
static void test_purposes_are_counted_apart(void **state)
{
	(void)state;
	struct world w;
	world_open(&w, WORKSPACE(" limit 1 message per day\n") ONE("s1", "") ONE("s2", "purpose service; "),
	           "03-02 10:00");
	world_enroll(&w, "s1", "03-02 10:00", "email=ada@x.example");
	world_enroll(&w, "s2", "03-02 10:00", "email=ada@x.example");
	world_run(&w, "03-02 10:00", NULL);
	world_expect(&w, "03-02 10:00 sent a\n03-02 10:00 finish\n03-02 10:00 sent a\n03-02 10:00 finish\n");
	world_close(&w);
}

/* Claims count: two that are in the air together do not pass a limit of one. */
static void test_claims_count(void **state)
{
	(void)state;
	struct world w;
	world_open(&w, WORKSPACE(" limit 1 message per day\n") ONE("s1", "") ONE("s2", ""), "03-02 10:00");
	w.hand.manual = true;
	world_enroll(&w, "s1", "03-02 10:00", "email=ada@x.example");
	world_enroll(&w, "s2", "03-02 10:00", "email=ada@x.example");
	world_run(&w, "03-02 10:00", "03-02 10:00");
	assert_int_equal(w.hand.waiting_count, 1);
	world_close(&w);
}

/* A claim that ends without a message gives its place back. */
static void test_a_failed_message_does_not_count(void **state)
{
	(void)state;
	struct world w;
	world_open(&w, WORKSPACE(" limit 1 message per day\n") ONE("s1", "") ONE("s2", "wait 1 hour; "), "03-02 10:00");
	w.hand.outcomes = "f";
	world_enroll(&w, "s1", "03-02 10:00", "email=ada@x.example");
	world_enroll(&w, "s2", "03-02 10:00", "email=ada@x.example");
	world_run(&w, "03-02 10:00", NULL);
	world_expect(&w,
	             "03-02 10:00 failed a 554 5.7.1\n03-02 10:00 finish\n03-02 11:00 sent a\n03-02 11:00 finish\n");
	world_close(&w);
}

/* A limit without a period is a cap: the first message over it ends the enrollment. */
static void test_a_cap_ends_with_limit(void **state)
{
	(void)state;
	static const char *const LOGS[] = {
	        "03-02 10:00 sent a\n03-03 10:00 sent b\n03-04 10:00 exit limit\n",
	        "03-02 10:00 sent a\n03-03 10:00 sent b\n03-04 10:00 sent c\n03-04 10:00 finish\n"};
	for (int vip = 0; vip < 2; vip++) {
		struct world w;
		world_open(
		        &w,
		        WORKSPACE(" limit 1 followups when not contact.vip\n") "sequence s { window anytime; email a { "
		                                                               "subject \"A\"; body \"A\" }; wait 1 "
		                                                               "day; email b { body \"B\" }; wait 1 "
		                                                               "day; email c { body \"C\" } }\n",
		        "03-02 10:00");
		world_enroll(&w, "s", "03-02 10:00", "email=ada@x.example", vip ? "vip=yes" : "vip=no");
		world_run(&w, "03-02 10:00", NULL);
		world_expect(&w, LOGS[vip]);
		world_close(&w);
	}
}

/* ---- mailboxes ---- */
#define MAILBOX(limit)                                                                                                 \
	"workspace acme {\n edition 1\n locales en\n timezone \"UTC\"\n contact { email email; timezone zone }\n"      \
	" mailbox sales { address \"sales@acme.example\"; name \"Acme\"; postal \"1 Main St\"; " limit " }\n}\n"

static void enroll_many(struct world *w, const char *sequence, const char *now, int from, int to)
{
	for (int i = from; i < to; i++) {
		char email[32];
		snprintf(email, sizeof email, "email=a%03d@x.example", i);
		world_enroll(w, sequence, now, email);
	}
}

static int sent_by(struct world *w, const char *until)
{
	int n = 0;
	for (int i = 0; i < w->hand.count; i++)
		n += w->hand.all[i].at_us <= utc(until);
	return n;
}

static void test_a_full_mailbox_is_parked(void **state)
{
	(void)state;
	struct world w;
	world_open(&w, MAILBOX("limit 10 messages per day") ONE("s", ""), "03-02 10:00");
	enroll_many(&w, "s", "03-02 10:00", 0, 25);
	world_run(&w, "03-02 10:00", NULL);
	assert_int_equal(sent_by(&w, "03-02 23:59"), 10);
	assert_int_equal(sent_by(&w, "03-03 23:59"), 20);
	assert_int_equal(sent_by(&w, "03-04 23:59"), 25);
	/* The rows were not touched: nobody's journal says that it was moved. */
	assert_null(strstr(buf_cstr(&w.log), "moved"));
	world_close(&w);
}

static void test_follow_ups_go_first(void **state)
{
	(void)state;
	struct world w;
	world_open(&w,
	           MAILBOX("limit 2 messages per day") "sequence s { window anytime; email a { subject \"A\"; body "
	                                               "\"A\" }; wait 1 day; email b { body \"B\" } }\n",
	           "03-02 10:00");
	enroll_many(&w, "s", "03-02 10:00", 0, 4);
	world_run(&w, "03-02 10:00", "03-02 23:59");
	assert_int_equal(w.hand.count, 2); /* two first messages are left, planned a day before the follow-ups */
	world_run(&w, "03-03 00:00", "03-03 23:59");
	assert_int_equal(w.hand.count, 4);
	assert_string_equal(w.hand.all[2].subject, "Re: A");
	assert_string_equal(w.hand.all[3].subject, "Re: A");
	world_run(&w, "03-04 00:00", NULL);
	assert_int_equal(w.hand.count, 8);
	world_close(&w);
}

static void test_a_ramp(void **state)
{
	(void)state;
	struct world w;
	struct buf error = {0};
	world_open_store(&w, "memory:");
	w.options.ramp_off = false;
	world_open_drive(&w, utc("03-02 10:00"));
	assert_true(world_deploy(&w, MAILBOX("limit 100 messages per day, ramp 10 to 100 over 9 days") ONE("s", ""),
	                         utc("03-02 10:00"), &error));
	enroll_many(&w, "s", "03-02 10:00", 0, 100);
	world_run(&w, "03-02 10:00", NULL);
	assert_int_equal(sent_by(&w, "03-02 23:59"), 10);
	assert_int_equal(sent_by(&w, "03-03 23:59"), 10 + 20);
	assert_int_equal(sent_by(&w, "03-04 23:59"), 10 + 20 + 30);
	assert_int_equal(sent_by(&w, "03-05 23:59"), 100);
	buf_free(&error);
	world_close(&w);
}

/* `enroll` says when the last first message will leave, and refuses past the horizon. */
static void test_the_horizon(void **state)
{
	(void)state;
	struct world w;
	struct buf error = {0};
	struct drive_enrolled r;
	struct drive_field field = {SLICE("email"), SLICE("late@x.example")};
	struct drive_enroll request = {
	        .sequence = SLICE("s"), .fields = &field, .field_count = 1, .horizon_us = 2 * US_PER_DAY};
	world_open(&w, MAILBOX("limit 10 messages per day") ONE("s", ""), "03-02 10:00");
	enroll_many(&w, "s", "03-02 10:00", 0, 19);
	r = world_enroll(&w, "s", "03-02 10:00", "email=a@x.example");
	assert_int_equal(r.leaves_us, utc("03-03 00:00"));
	r = world_enroll(&w, "s", "03-02 10:00", "email=b@x.example");
	assert_int_equal(r.leaves_us, utc("03-04 00:00"));
	enroll_many(&w, "s", "03-02 10:00", 30, 39);
	assert_true(drive_enroll(w.drive, &request, utc("03-02 10:00"), &r, &error));
	assert_int_equal(r.outcome, ENROLL_REFUSED);
	assert_non_null(strstr(r.reason, "horizon"));
	world_run(&w, "03-02 10:00", "03-02 10:00"); /* ten have left */
	assert_true(drive_enroll(w.drive, &request, utc("03-03 10:00"), &r, &error));
	assert_int_equal(r.outcome, ENROLLED);
	world_run(&w, "03-03 10:00", NULL);
	assert_int_equal(w.hand.count, 31);
	buf_free(&error);
	world_close(&w);
}

/* A policy that brings a limit counts what was sent before it. */
static void test_a_new_limit_counts_the_past(void **state)
{
	(void)state;
	struct world w;
	struct buf error = {0};
	world_open(&w, WORKSPACE("") ONE("s1", "") ONE("s2", ""), "03-02 10:00");
	world_enroll(&w, "s1", "03-02 10:00", "email=ada@x.example");
	world_run(&w, "03-02 10:00", "03-02 11:00");
	assert_true(world_deploy(&w, WORKSPACE(" limit 1 message per day\n") ONE("s1", "") ONE("s2", ""),
	                         utc("03-02 11:00"), &error));
	world_enroll(&w, "s2", "03-02 12:00", "email=ada@x.example");
	world_run(&w, "03-02 12:00", NULL);
	world_expect(&w, "03-02 10:00 sent a\n03-02 10:00 finish\n03-03 12:00 sent a\n03-03 12:00 finish\n");
	buf_free(&error);
	world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_n_per_day_and_one_more),
	        cmocka_unit_test(test_the_date_is_the_contact_s),
	        cmocka_unit_test(test_per_several_days),
	        cmocka_unit_test(test_per_month),
	        cmocka_unit_test(test_purposes_are_counted_apart),
	        cmocka_unit_test(test_claims_count),
	        cmocka_unit_test(test_a_failed_message_does_not_count),
	        cmocka_unit_test(test_a_cap_ends_with_limit),
	        cmocka_unit_test(test_a_full_mailbox_is_parked),
	        cmocka_unit_test(test_follow_ups_go_first),
	        cmocka_unit_test(test_a_ramp),
	        cmocka_unit_test(test_the_horizon),
	        cmocka_unit_test(test_a_new_limit_counts_the_past),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
