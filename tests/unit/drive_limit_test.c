/* SPDX-License-Identifier: Apache-2.0
 * Limits of a sequence and of a mailbox in the drive, and what `spread` takes for an opening (rules 3, 4, 6). */
#include "tests/drive_fixture.h"

#define MAILBOX_OF(limit)                                                                                              \
	"workspace acme {\n edition 1\n locales en\n timezone \"UTC\"\n contact { email email; timezone zone }\n"      \
	" mailbox sales { address \"sales@acme.example\"; name \"Acme\"; postal \"1 Main St\"; " limit " }\n}\n"
#define MAIL(name) "email " name " { subject \"" name "\"; body \"" name "\" }\n"

/* A sequence's limit counts like a contact's: local dates, and the first open instant of the first allowed one. */
static void test_a_limit_of_the_sequence(void **state)
{
	(void)state;
	struct world w;
	world_open(
	        &w,
	        WORKSPACE("") "sequence s { thread no; window mon-sun 09:00-17:00; limit 1 message per 2 days\n" MAIL(
	                "a") MAIL("b") "}\n",
	        "03-02 10:00");
	w.with_planned = true;
	world_enroll(&w, "s", "03-02 10:00", "email=ada@x.example");
	world_run(&w, "03-02 10:00", NULL);
	world_expect(&w, "03-02 10:00 enrolled\n"
	                 "03-02 10:00 planned a 03-02 10:00\n"
	                 "03-02 10:00 sent a\n"
	                 "03-02 10:00 planned b 03-04 09:00 limit\n"
	                 "03-04 09:00 sent b\n"
	                 "03-04 09:00 finish\n");
	world_close(&w);
}

/* Without a period it is a cap: the first message over it ends the enrollment. */
static void test_a_cap_of_the_sequence(void **state)
{
	(void)state;
	struct world w;
	world_open(&w,
	           WORKSPACE("") "sequence s { thread no; window anytime; limit 1 message\n" MAIL("a") MAIL("b") "}\n",
	           "03-02 10:00");
	world_enroll(&w, "s", "03-02 10:00", "email=ada@x.example");
	world_run(&w, "03-02 10:00", NULL);
	world_expect(&w, "03-02 10:00 sent a\n03-02 10:00 exit limit\n");
	world_close(&w);
}

/* A used-up limit of the mailbox moves to the first open instant of the next date, and says so. */
static void test_a_full_mailbox_in_a_window(void **state)
{
	(void)state;
	struct world w;
	world_open(&w,
	           MAILBOX_OF("limit 1 message per day") "sequence s { window mon-sun 09:00-17:00\n" MAIL("a") "}\n",
	           "03-02 10:00");
	w.with_planned = true;
	world_enroll(&w, "s", "03-02 10:00", "email=ada@x.example");
	world_enroll(&w, "s", "03-02 10:00", "email=bob@x.example");
	world_run(&w, "03-02 10:00", "03-02 23:00");
	world_expect(&w, "03-02 10:00 enrolled\n03-02 10:00 planned a 03-02 10:00\n"
	                 "03-02 10:00 enrolled\n03-02 10:00 planned a 03-02 10:00\n"
	                 "03-02 10:00 sent a\n03-02 10:00 finish\n");
	world_run(&w, "03-02 23:00", NULL);
	world_expect(&w, "03-03 00:00 moved a 03-03 09:00 mailbox limit\n03-03 09:00 sent a\n03-03 09:00 finish\n");
	world_close(&w);
}

/* Anytime, to its own time of day, not to the midnight on which the mailbox has room again. */
static void test_a_full_mailbox_anytime(void **state)
{
	(void)state;
	struct world w;
	world_open(&w, MAILBOX_OF("limit 1 message per day") "sequence s { window anytime\n" MAIL("a") "}\n",
	           "03-02 10:00");
	world_enroll(&w, "s", "03-02 10:00", "email=ada@x.example");
	world_enroll(&w, "s", "03-02 10:00", "email=bob@x.example");
	world_run(&w, "03-02 10:00", NULL);
	world_expect(&w, "03-02 10:00 sent a\n03-02 10:00 finish\n03-03 10:00 sent a\n03-03 10:00 finish\n");
	world_close(&w);
}

/* Rule 3: an `at` is an opening, a moment is none. */
static void test_what_spread_is_added_to(void **state)
{
	(void)state;
	struct world w;
	struct buf error = {0};
	world_open_store(&w, "memory:");
	w.options.spread_off = false;
	world_open_drive(&w, utc("03-02 09:00"));
	assert_true(world_deploy(&w,
	                         WORKSPACE("") "sequence s { thread no; window anytime; spread 12 hours\n"
	                                       "wait until 10:00\n" MAIL("a") "wait 1 day at 11:00\n" MAIL("b") "}\n",
	                         utc("03-02 09:00"), &error));
	for (int i = 0; i < 8; i++) {
		char address[32];
		snprintf(address, sizeof address, "email=c%d@x.example", i);
		world_enroll(&w, "s", "03-02 09:00", address);
	}
	world_run(&w, "03-02 09:00", NULL);
	assert_int_equal(w.hand.count, 16);
	int spread = 0;
	for (int i = 0; i < 16; i++) {
		bool is_first = strcmp(w.hand.all[i].subject, "a") == 0;
		if (is_first)
			assert_int_equal(w.hand.all[i].at_us, utc("03-02 10:00"));
		else
			spread += w.hand.all[i].at_us > utc("03-03 11:00");
		assert_true(w.hand.all[i].at_us < utc("03-03 23:00"));
	}
	assert_true(spread >= 7);
	buf_free(&error);
	world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_a_limit_of_the_sequence),    cmocka_unit_test(test_a_cap_of_the_sequence),
	        cmocka_unit_test(test_a_full_mailbox_in_a_window), cmocka_unit_test(test_a_full_mailbox_anytime),
	        cmocka_unit_test(test_what_spread_is_added_to),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
