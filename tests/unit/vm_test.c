/* SPDX-License-Identifier: Apache-2.0
 * The virtual machine against rules.md: each test names the rules that it shows. The clock is a variable of the test.
 */
#include "runtime/vm/vm.h"
#include "tests/plan_fixture.h"

#define START  INT64_C(1772445600000000) /* Monday 2026-03-02 10:00 UTC */
#define MINUTE US_PER_MINUTE
#define DAY    US_PER_DAY

/* An enrollment and all that a test wants of it. */
struct run {
	struct buf bytes;
	struct plan plan;
	struct value fields[FIELD_COUNT], slots[2][8];
	uint8_t facts[2][8];
	struct vm_state states[2];
	int at; /* which of the states is the present one */
	struct vm_view view;
	struct vm_effects effects;
	int64_t now;
};

static struct tz_db *zones;

static void load(struct run *r, struct fixture *f)
{
	fixture_finish(f, &r->bytes);
	r->plan = fixture_load(&r->bytes);
}

static struct run *run_new(void)
{
	struct run *r = calloc(1, sizeof *r);
	assert_non_null(r);
	r->view = (struct vm_view){.fields = r->fields, .zone = tz_utc(), .locale = SLICE("en")};
	r->now = START;
	return r;
}

static void run_free(struct run *r)
{
	plan_free(&r->plan);
	buf_free(&r->bytes);
	free(r);
}

/* The state after the last wake-up. */
static struct vm_state *now_at(struct run *r)
{
	return &r->states[r->at];
}

static void take(struct run *r, struct vm_event e)
{
	vm_step(&r->plan, &r->states[r->at], &e, r->now, &r->view, &r->states[!r->at], &r->effects);
	r->at = !r->at;
}

static void start(struct run *r)
{
	r->at = 0;
	for (int i = 0; i < 2; i++)
		vm_state_init(&r->states[i], r->facts[i], (uint16_t)PLAN_COUNT(&r->plan, STEP), r->slots[i],
		              (uint16_t)PLAN_COUNT(&r->plan, SLOT));
	take(r, (struct vm_event){.kind = VM_START});
}

static void timer(struct run *r, int64_t at)
{
	r->now = at;
	take(r, (struct vm_event){.kind = VM_TIMER});
}

static void settle(struct run *r, enum plan_fact fact, int64_t completed_us)
{
	take(r, (struct vm_event){.kind = VM_SETTLED, .fact = fact, .completed_us = completed_us});
}

static void trigger(struct run *r, enum plan_trigger what, uint32_t step)
{
	take(r, (struct vm_event){.kind = VM_TRIGGER, .trigger = what, .step = step});
}

static void assert_queued(struct run *r, const char *step, int64_t due_us)
{
	assert_int_equal(r->effects.count, 1);
	assert_int_equal(r->effects.items[0].kind, VM_QUEUE);
	assert_int_equal(r->effects.items[0].index, plan_find_step(&r->plan, slice_of(step)));
	assert_true(r->effects.items[0].at_us == due_us);
	assert_true(now_at(r)->armed_us == INT64_MAX);
}

static void assert_sleeps(struct run *r, int64_t until_us)
{
	assert_int_equal(r->effects.count, 1);
	assert_int_equal(r->effects.items[0].kind, VM_SLEEP);
	assert_int_equal((r->effects.items[0].at_us - START) / MINUTE, (until_us - START) / MINUTE);
	assert_true(now_at(r)->armed_us == until_us);
}

static void assert_ended(struct run *r, uint32_t how)
{
	assert_true(now_at(r)->ended);
	assert_int_equal(now_at(r)->end, how);
	assert_int_equal(r->effects.items[r->effects.count - 1].kind, VM_ENDED);
}

static void assert_nothing(struct run *r)
{
	assert_int_equal(r->effects.count, 0);
}

/* one; wait D; two; finish */
static struct run *one_wait_two(enum plan_unit unit, int64_t n)
{
	struct run *r = run_new();
	struct fixture f = fixture_begin(IMAGE_PLAN);
	email(&f, "one");
	add_wait(&f, "after one", constant(&f, TYPE_DURATION, n, unit), unit != UNIT_US);
	email(&f, "two");
	op(&f, OP_END, end(&f, END_FINISH, NULL), 0);
	load(r, &f);
	start(r);
	return r;
}

/* ---- rule 1: settling ---- */

static void rule_1_it_rests_at_a_message_until_it_is_settled(void **unused)
{
	(void)unused;
	struct run *r = one_wait_two(UNIT_DAYS, 3);
	assert_queued(r, "one", START);
	timer(r, START + DAY);
	assert_nothing(r);
	assert_int_equal(now_at(r)->facts[0], 0);
	settle(r, FACT_FAILED, START + DAY);
	assert_int_equal(now_at(r)->facts[0], 1 << FACT_FAILED);
	assert_sleeps(r, START + 4 * DAY);
	run_free(r);
}

static void rule_1_a_second_settling_changes_nothing(void **unused)
{
	(void)unused;
	struct run *r = one_wait_two(UNIT_DAYS, 3);
	settle(r, FACT_SENT, START);
	struct vm_state before = *now_at(r);
	settle(r, FACT_FAILED, START + DAY);
	assert_nothing(r);
	assert_int_equal(now_at(r)->facts[0], 1 << FACT_SENT);
	assert_true(now_at(r)->armed_us == before.armed_us && now_at(r)->base_us == before.base_us);
	run_free(r);
}

/* ---- rule 3: base ---- */

static void rule_3_a_wait_counts_from_the_completion_of_the_message(void **unused)
{
	(void)unused;
	struct run *r = one_wait_two(UNIT_US, 4 * US_PER_HOUR);
	/* It was planned for 12:00 and left two minutes later: completion is 12:00, and the caller says so. */
	r->now = START + 122 * MINUTE;
	settle(r, FACT_SENT, START + 120 * MINUTE);
	assert_sleeps(r, START + 6 * US_PER_HOUR);
	run_free(r);
}

static void rule_3_within_15_minutes_a_wait_is_complete_at_its_armed_instant(void **unused)
{
	(void)unused;
	struct run *r = one_wait_two(UNIT_DAYS, 1);
	settle(r, FACT_SENT, START);
	timer(r, START + DAY + 15 * MINUTE);
	assert_queued(r, "two", START + DAY);
	run_free(r);
}

static void rule_3_later_than_15_minutes_it_is_complete_when_processed(void **unused)
{
	(void)unused;
	struct run *r = one_wait_two(UNIT_DAYS, 1);
	settle(r, FACT_SENT, START);
	timer(r, START + DAY + 15 * MINUTE + 1);
	assert_queued(r, "two", START + DAY + 15 * MINUTE + 1);
	run_free(r);
}

static void rule_3_a_timer_before_its_instant_does_nothing(void **unused)
{
	(void)unused;
	struct run *r = one_wait_two(UNIT_DAYS, 1);
	settle(r, FACT_SENT, START);
	timer(r, START + DAY - 1);
	assert_nothing(r);
	assert_false(now_at(r)->ended);
	run_free(r);
}

static void rule_3_waits_that_are_due_pass_in_one_wake_up(void **unused)
{
	(void)unused;
	struct run *r = run_new();
	struct fixture f = fixture_begin(IMAGE_PLAN);
	for (int i = 0; i < 5; i++)
		add_wait(&f, "w", constant(&f, TYPE_DURATION, 0, UNIT_US), false);
	email(&f, "one");
	op(&f, OP_END, end(&f, END_FINISH, NULL), 0);
	load(r, &f);
	start(r);
	assert_queued(r, "one", START);
	run_free(r);
}

static void rule_3_business_days_skip_weekends_and_holidays(void **unused)
{
	(void)unused;
	struct run *r = one_wait_two(UNIT_BUSINESS_DAYS, 3);
	int32_t wednesday = 20516; /* 2026-03-04 */
	struct calendar holidays = {&wednesday, 1};
	r->view.holidays = &holidays;
	settle(r, FACT_SENT, START);
	assert_sleeps(r, START + 4 * DAY); /* Tuesday, Thursday, Friday */
	run_free(r);
}

/* ---- rule 5: zones ---- */

static void rule_5_days_keep_the_wall_clock_and_hours_do_not(void **unused)
{
	(void)unused;
	/* New York goes to summer time on 2026-03-08. */
	static const struct {
		enum plan_unit unit;
		int64_t n, elapsed;
	} cases[] = {{UNIT_DAYS, 7, 7 * DAY - US_PER_HOUR}, {UNIT_US, 7 * DAY, 7 * DAY}};
	for (size_t i = 0; i < 2; i++) {
		struct run *r = one_wait_two(cases[i].unit, cases[i].n);
		r->view.zone = tz_get(zones, SLICE("America/New_York"));
		assert_non_null(r->view.zone);
		settle(r, FACT_SENT, START);
		assert_sleeps(r, START + cases[i].elapsed);
		run_free(r);
	}
}

static void rule_5_a_new_zone_moves_an_armed_day_based_wait(void **unused)
{
	(void)unused;
	struct run *r = one_wait_two(UNIT_DAYS, 7);
	settle(r, FACT_SENT, START);
	assert_sleeps(r, START + 7 * DAY);
	r->view.zone = tz_get(zones, SLICE("America/New_York"));
	r->now = START + DAY;
	take(r, (struct vm_event){.kind = VM_CHANGED});
	assert_sleeps(r, START + 7 * DAY - US_PER_HOUR);
	take(r, (struct vm_event){.kind = VM_CHANGED});
	assert_nothing(r);
	run_free(r);
}

static void rule_5_it_is_never_moved_before_now(void **unused)
{
	(void)unused;
	struct run *r = one_wait_two(UNIT_DAYS, 7);
	settle(r, FACT_SENT, START);
	r->view.zone = tz_get(zones, SLICE("America/New_York"));
	r->now = START + 7 * DAY - 30 * MINUTE;
	take(r, (struct vm_event){.kind = VM_CHANGED});
	assert_sleeps(r, r->now);
	timer(r, r->now);
	assert_queued(r, "two", r->now);
	run_free(r);
}

static void rule_5_hours_stay_where_they_are(void **unused)
{
	(void)unused;
	struct run *r = one_wait_two(UNIT_US, 7 * DAY);
	settle(r, FACT_SENT, START);
	r->view.zone = tz_get(zones, SLICE("America/New_York"));
	take(r, (struct vm_event){.kind = VM_CHANGED});
	assert_nothing(r);
	run_free(r);
}

/* `wait until` by one instruction that takes an operand. */
static void assert_wait_until(enum opcode o, uint32_t operand, const char *zone, int64_t now, int64_t expected)
{
	struct run *r = run_new();
	struct fixture f = fixture_begin(IMAGE_PLAN);
	uint32_t rule = here(&f);
	if (o == OP_AT)
		op(&f, OP_NOW, 0, 0);
	op(&f, o, operand, 0);
	wait_here(&f, "w", rule, true, false);
	op(&f, OP_END, end(&f, END_FINISH, NULL), 0);
	load(r, &f);
	r->view.zone = tz_get(zones, slice_of(zone));
	r->now = now;
	start(r);
	assert_sleeps(r, expected);
	run_free(r);
}

static void rule_5_times_of_day_are_local(void **unused)
{
	(void)unused;
	/* Monday 2026-03-02 10:00 UTC. */
	assert_wait_until(OP_NEXT_TIME, 11 * 60, "UTC", START, START + US_PER_HOUR);
	assert_wait_until(OP_NEXT_TIME, 10 * 60, "UTC", START, START + DAY);
	assert_wait_until(OP_NEXT_TIME, 11 * 60, "Europe/Paris", START, START + DAY);
	assert_wait_until(OP_NEXT_DAY, 0 * 1440 + 11 * 60, "UTC", START, START + US_PER_HOUR);
	assert_wait_until(OP_NEXT_DAY, 0 * 1440 + 9 * 60, "UTC", START, START + 7 * DAY - US_PER_HOUR);
	assert_wait_until(OP_NEXT_DAY, DAYTIME_NEXT + 0 * 1440 + 11 * 60, "UTC", START, START + 7 * DAY + US_PER_HOUR);
	assert_wait_until(OP_AT, 12 * 60, "UTC", START, START + 2 * US_PER_HOUR);
	/* 02:30 does not exist on 2026-03-08 in New York: it is 03:30, that is 07:30 UTC. */
	int64_t saturday_noon = START + 5 * DAY + 7 * US_PER_HOUR;
	assert_wait_until(OP_NEXT_TIME, 150, "America/New_York", saturday_noon, START + 6 * DAY - 150 * MINUTE);
}

static void rule_5_deriving_again_without_a_new_zone_moves_nothing(void **unused)
{
	(void)unused;
	/* The message was planned for 09:59:59 and was taken at 10:00:01: `wait until 10:00` is tomorrow, and stays so.
	 */
	struct run *r = run_new();
	struct fixture f = fixture_begin(IMAGE_PLAN);
	email(&f, "one");
	uint32_t rule = op(&f, OP_NEXT_TIME, 10 * 60, 0);
	wait_here(&f, "w", rule, true, false);
	op(&f, OP_END, end(&f, END_FINISH, NULL), 0);
	load(r, &f);
	start(r);
	r->now = START + US_PER_SECOND;
	settle(r, FACT_SENT, START - US_PER_SECOND);
	assert_sleeps(r, START + DAY);
	r->now = START + 5 * US_PER_HOUR;
	take(r, (struct vm_event){.kind = VM_CHANGED});
	assert_nothing(r);
	run_free(r);
}

/* ---- rule 8: moments ---- */

static struct run *until_renewal(int32_t renewal_day)
{
	struct run *r = run_new();
	struct fixture f = fixture_begin(IMAGE_PLAN);
	for (int i = 0; i < FIELD_COUNT; i++)
		field(&f, (const char *[]){"email", "first_name", "vip", "renewal", "seats"}[i],
		      (enum plan_type[]){TYPE_EMAIL, TYPE_TEXT, TYPE_YES_NO, TYPE_DATE, TYPE_NUMBER}[i]);
	uint32_t rule = op(&f, OP_CONTACT, FIELD_RENEWAL, 0);
	op(&f, OP_CONST, days(&f, 30), 0);
	op(&f, OP_UNSHIFT_DATE, 0, 0);
	op(&f, OP_MIDNIGHT, 0, 0);
	op(&f, OP_AT, 540, 0);
	uint32_t until = wait_here(&f, "renewing", rule, true, true);
	email(&f, "renew");
	op(&f, OP_END, end(&f, END_FINISH, NULL), 0);
	jump_here(&f, until);
	op(&f, OP_END, end(&f, END_EXIT, "too late"), 0);
	load(r, &f);
	if (renewal_day)
		r->fields[FIELD_RENEWAL] = value_int(TYPE_DATE, renewal_day);
	start(r);
	return r;
}

static void rule_8_a_moment_that_is_past_or_absent_takes_its_otherwise(void **unused)
{
	(void)unused;
	struct run *r = until_renewal(0);
	assert_ended(r, 1);
	run_free(r);
	r = until_renewal(20514 + 29); /* 30 days before it was yesterday */
	assert_ended(r, 1);
	run_free(r);
	r = until_renewal(20514 + 31); /* tomorrow at 09:00 */
	assert_sleeps(r, START + 23 * US_PER_HOUR);
	timer(r, START + 23 * US_PER_HOUR);
	assert_queued(r, "renew", START + 23 * US_PER_HOUR);
	run_free(r);
}

static void rule_8_it_is_derived_again_when_its_field_changes(void **unused)
{
	(void)unused;
	struct run *r = until_renewal(20514 + 40);
	assert_sleeps(r, START + 10 * DAY - US_PER_HOUR);
	r->fields[FIELD_RENEWAL].u.i += 5;
	r->now += DAY;
	take(r, (struct vm_event){.kind = VM_CHANGED});
	assert_sleeps(r, START + 15 * DAY - US_PER_HOUR);
	r->fields[FIELD_RENEWAL].u.i = 20514 + 20;
	take(r, (struct vm_event){.kind = VM_CHANGED});
	assert_ended(r, 1);
	run_free(r);
}

static void rule_8_an_overdue_timer_is_no_passed_moment(void **unused)
{
	(void)unused;
	struct run *r = until_renewal(20514 + 31);
	/* The contact was revised while the daemon slept past the moment: the wait is over, not missed. */
	r->now = START + 2 * DAY;
	take(r, (struct vm_event){.kind = VM_CHANGED});
	assert_nothing(r);
	timer(r, r->now);
	assert_queued(r, "renew", r->now);
	run_free(r);
}

/* ---- rule 9: events and exits ---- */

static struct run *with_exits(void)
{
	struct run *r = run_new();
	fixture_plan(&r->bytes);
	r->plan = fixture_load(&r->bytes);
	start(r);
	return r;
}

static void rule_9_an_exit_ends_it_wherever_it_rests(void **unused)
{
	(void)unused;
	struct run *r = with_exits();
	trigger(r, TRIGGER_REPLY, 0);
	assert_ended(r, VM_END_IS_EXIT | 0);
	assert_int_equal(now_at(r)->facts[0], 1 << FACT_REPLIED);
	settle(r, FACT_SENT, START);
	assert_nothing(r);
	run_free(r);
}

static void rule_9_a_click_once_true_stays_true(void **unused)
{
	(void)unused;
	struct run *r = with_exits();
	settle(r, FACT_SENT, START);
	trigger(r, TRIGGER_CLICK, 0);
	assert_nothing(r);
	timer(r, START + 3 * DAY);
	/* when intro.clicked { set contact.vip = yes; bump } */
	assert_int_equal(r->effects.count, 2);
	assert_int_equal(r->effects.items[0].kind, VM_SET_CONTACT);
	assert_int_equal(r->effects.items[0].index, FIELD_VIP);
	assert_int_equal(r->effects.items[1].kind, VM_QUEUE);
	assert_int_equal(r->effects.items[1].index, 1);
	assert_int_equal(now_at(r)->facts[0], 1 << FACT_SENT | 1 << FACT_CLICKED);
	run_free(r);
}

static void rule_9_exit_when_is_tested_at_each_wake_up_and_in_each_release(void **unused)
{
	(void)unused;
	struct run *r = with_exits();
	settle(r, FACT_SENT, START);
	r->fields[FIELD_VIP] = value_int(TYPE_YES_NO, 1);
	r->fields[FIELD_SEATS] = value_int(TYPE_NUMBER, 101 * NUMBER_ONE);
	assert_int_equal(vm_exit(&r->plan, now_at(r), NULL, r->now, &r->view), 1);
	timer(r, START + 3 * DAY);
	assert_ended(r, VM_END_IS_EXIT | 1);
	assert_int_equal(r->effects.count, 1);
	run_free(r);
}

static void rule_9_a_field_that_was_just_set_can_be_what_an_exit_waits_for(void **unused)
{
	(void)unused;
	struct run *r = with_exits();
	r->fields[FIELD_SEATS] = value_int(TYPE_NUMBER, 101 * NUMBER_ONE);
	settle(r, FACT_SENT, START);
	trigger(r, TRIGGER_CLICK, 0);
	timer(r, START + 3 * DAY);
	assert_ended(r, VM_END_IS_EXIT | 1);
	assert_int_equal(r->effects.count, 2);
	assert_int_equal(r->effects.items[0].kind, VM_SET_CONTACT);
	run_free(r);
}

static void rule_9_another_contact_of_the_account_ends_only_by_account(void **unused)
{
	(void)unused;
	struct run *r = with_exits();
	take(r, (struct vm_event){.kind = VM_TRIGGER, .trigger = TRIGGER_REPLY, .step = 0, .from_account = true});
	assert_nothing(r);
	assert_int_equal(now_at(r)->facts[0], 0);
	struct vm_event won = {.kind = VM_TRIGGER, .trigger = TRIGGER_EVENT, .step = NONE, .name = SLICE("deal.lost")};
	take(r, won);
	assert_nothing(r);
	won.name = SLICE("deal.won");
	won.from_account = true;
	take(r, won);
	assert_ended(r, VM_END_IS_EXIT | 2);
	run_free(r);
}

static void rule_9_an_event_that_concerns_nothing_changes_nothing(void **unused)
{
	(void)unused;
	struct run *r = with_exits();
	struct buf before = {0}, after = {0};
	vm_state_encode(&before, now_at(r));
	trigger(r, TRIGGER_WE_WROTE, NONE);
	assert_nothing(r);
	trigger(r, TRIGGER_CLICK, 99);
	assert_nothing(r);
	take(r, (struct vm_event){.kind = VM_START});
	assert_nothing(r);
	vm_state_encode(&after, now_at(r));
	assert_true(slice_eq(buf_slice(&before), buf_slice(&after)));
	buf_free(&before);
	buf_free(&after);
	run_free(r);
}

static void a_late_bounce_is_a_fact_beside_sent(void **unused)
{
	(void)unused;
	struct run *r = with_exits();
	settle(r, FACT_SENT, START);
	take(r, (struct vm_event){.kind = VM_FACT, .step = 0, .fact = FACT_BOUNCED});
	assert_int_equal(now_at(r)->facts[0], 1 << FACT_SENT | 1 << FACT_BOUNCED);
	run_free(r);
}

/* ---- rule 11: absence ---- */

/* The answer of a condition over `left OP right`, where NULL is an absent seats. */
static bool compare(enum opcode o, const int64_t *left, const int64_t *right)
{
	struct fixture f = fixture_begin(IMAGE_PLAN);
	struct buf bytes = {0};
	struct value fields[2] = {{0}, {0}};
	field(&f, "left", TYPE_NUMBER);
	field(&f, "right", TYPE_NUMBER);
	f.sequence.entry = op(&f, OP_END, end(&f, END_FINISH, NULL), 0);
	uint32_t when = here(&f);
	exit_on(&f, "x", TRIGGER_WHEN, when);
	op(&f, OP_CONTACT, 0, 0);
	op(&f, OP_CONTACT, 1, 0);
	op(&f, o, 0, 0);
	op(&f, OP_RETURN, 0, 0);
	fixture_finish(&f, &bytes);
	struct plan p = fixture_load(&bytes);
	if (left)
		fields[0] = value_int(TYPE_NUMBER, *left);
	if (right)
		fields[1] = value_int(TYPE_NUMBER, *right);
	struct vm_view view = {.fields = fields};
	bool answer = vm_condition(&p.image, when, &view, START);
	plan_free(&p);
	buf_free(&bytes);
	return answer;
}

static void rule_11_a_comparison_with_an_absent_side_is_no(void **unused)
{
	(void)unused;
	int64_t one = NUMBER_ONE, two = 2 * NUMBER_ONE;
	assert_true(compare(OP_EQ, &one, &one));
	assert_true(compare(OP_LT, &one, &two));
	assert_false(compare(OP_LT, &one, &one));
	assert_true(compare(OP_LE, &one, &one));
	const enum opcode all[] = {OP_EQ, OP_LT, OP_LE};
	for (size_t i = 0; i < 3; i++) {
		assert_false(compare(all[i], NULL, &one));
		assert_false(compare(all[i], &one, NULL));
		assert_false(compare(all[i], NULL, NULL));
	}
}

static void rule_11_a_value_of_another_type_is_absent(void **unused)
{
	(void)unused;
	/* A store whose policy changed the field's type: the plan takes it as absent, not as a pointer. */
	struct run *r = with_exits();
	r->fields[FIELD_VIP] = value_text(TYPE_TEXT, SLICE("yes"));
	r->fields[FIELD_SEATS] = value_text(TYPE_TEXT, SLICE("9999"));
	assert_int_equal(vm_exit(&r->plan, now_at(r), NULL, r->now, &r->view), NONE);
	run_free(r);
}

/* ---- what instructions compute ---- */

enum {
	C_NO,
	C_YES,
	C_1,
	C_2,
	C_MAX,
	C_HELLO,
	C_ELL,
	C_EMPTY,
	C_JAN_31,
	C_FEB_28,
	C_MAR_2,
	C_MAR_6,
	C_DAY,
	C_24_HOURS,
	C_MONTH,
	C_30_DAYS,
	C_BUSINESS_4,
	C_START,
	C_TOMORROW
};

static void add_constants(struct fixture *f)
{
	constant(f, TYPE_YES_NO, 0, 0);
	constant(f, TYPE_YES_NO, 1, 0);
	constant(f, TYPE_NUMBER, NUMBER_ONE, 0);
	constant(f, TYPE_NUMBER, 2 * NUMBER_ONE, 0);
	constant(f, TYPE_NUMBER, INT64_MAX, 0);
	text_constant(f, "Hello");
	text_constant(f, "ELL");
	text_constant(f, "");
	constant(f, TYPE_DATE, civil_days(2026, 1, 31), 0);
	constant(f, TYPE_DATE, civil_days(2026, 2, 28), 0);
	constant(f, TYPE_DATE, civil_days(2026, 3, 2), 0);
	constant(f, TYPE_DATE, civil_days(2026, 3, 6), 0);
	constant(f, TYPE_DURATION, 1, UNIT_DAYS);
	constant(f, TYPE_DURATION, 24 * US_PER_HOUR, UNIT_US);
	constant(f, TYPE_DURATION, 1, UNIT_MONTHS);
	constant(f, TYPE_DURATION, 30, UNIT_DAYS);
	constant(f, TYPE_DURATION, 4, UNIT_BUSINESS_DAYS);
	constant(f, TYPE_MOMENT, START, 0);
	assert_int_equal(constant(f, TYPE_MOMENT, START + DAY, 0), C_TOMORROW);
}

/* A condition in instructions: those with a constant are CONST, the others take no operand. */
struct code {
	enum opcode op;
	uint32_t constant;
};

static void instructions_compute_what_their_contract_says(void **unused)
{
	(void)unused;
#define PUSH(c)                                                                                                        \
	{                                                                                                              \
		OP_CONST, (c)                                                                                          \
	}
#define DO(o)                                                                                                          \
	{                                                                                                              \
		OP_##o, 0                                                                                              \
	}
	/* Each of these is yes. */
	static const struct code all[][8] = {
	        {PUSH(C_NO), PUSH(C_YES), DO(OR)},
	        {PUSH(C_NO), PUSH(C_YES), DO(AND), DO(NOT)},
	        {PUSH(C_1), PUSH(C_1), DO(ADD), PUSH(C_2), DO(EQ)},
	        {PUSH(C_2), PUSH(C_1), DO(SUB), PUSH(C_1), DO(EQ)},
	        {PUSH(C_1), DO(NEGATE), PUSH(C_1), DO(LT)},
	        {PUSH(C_MAX), PUSH(C_1), DO(ADD), PUSH(C_MAX), DO(EQ)},
	        {PUSH(C_HELLO), PUSH(C_ELL), DO(CONTAINS)},
	        {PUSH(C_ELL), PUSH(C_HELLO), DO(CONTAINS), DO(NOT)},
	        {PUSH(C_HELLO), PUSH(C_EMPTY), DO(CONTAINS), DO(NOT)},
	        {PUSH(C_ELL), PUSH(C_HELLO), DO(LT)},
	        {PUSH(C_EMPTY), DO(IS_SET), DO(NOT)},
	        {PUSH(C_1), DO(IS_SET)},
	        {PUSH(C_JAN_31), PUSH(C_MONTH), DO(SHIFT_DATE), PUSH(C_FEB_28), DO(EQ)},
	        {PUSH(C_JAN_31), PUSH(C_30_DAYS), DO(SHIFT_DATE), PUSH(C_MAR_2), DO(EQ)},
	        {PUSH(C_MAR_2), PUSH(C_BUSINESS_4), DO(SHIFT_DATE), PUSH(C_MAR_6), DO(EQ)},
	        {PUSH(C_MAR_6), PUSH(C_BUSINESS_4), DO(UNSHIFT_DATE), PUSH(C_MAR_2), DO(EQ)},
	        {PUSH(C_MAR_2), PUSH(C_JAN_31), DO(DAYS_BETWEEN), PUSH(C_30_DAYS), DO(EQ)},
	        {PUSH(C_DAY), PUSH(C_24_HOURS), DO(EQ)},
	        {PUSH(C_MONTH), PUSH(C_30_DAYS), DO(LE)},
	        {PUSH(C_30_DAYS), PUSH(C_DAY), DO(LT), DO(NOT)},
	        {DO(TODAY), PUSH(C_MAR_2), DO(EQ)},
	        {DO(NOW), PUSH(C_START), DO(EQ)},
	        {PUSH(C_START), PUSH(C_DAY), DO(SHIFT), PUSH(C_TOMORROW), DO(EQ)},
	        {PUSH(C_TOMORROW), PUSH(C_24_HOURS), DO(UNSHIFT), PUSH(C_START), DO(EQ)},
	        {PUSH(C_MAR_2), DO(MIDNIGHT), PUSH(C_START), DO(LT)},
	};
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		struct fixture f = fixture_begin(IMAGE_PLAN);
		struct buf bytes = {0};
		add_constants(&f);
		f.sequence.entry = op(&f, OP_END, end(&f, END_FINISH, NULL), 0);
		uint32_t when = here(&f);
		exit_on(&f, "x", TRIGGER_WHEN, when);
		for (size_t k = 0; k < 8 && all[i][k].op; k++)
			op(&f, all[i][k].op, all[i][k].constant, 0);
		op(&f, OP_RETURN, 0, 0);
		fixture_finish(&f, &bytes);
		struct plan p = fixture_load(&bytes);
		struct vm_view view = {.zone = NULL};
		if (!vm_condition(&p.image, when, &view, START))
			fail_msg("condition %zu is no", i);
		plan_free(&p);
		buf_free(&bytes);
	}
#undef PUSH
#undef DO
}

static void an_input_has_its_value_else_its_default(void **unused)
{
	(void)unused;
	struct run *r = run_new();
	struct fixture f = fixture_begin(IMAGE_PLAN);
	struct plan_input row = {.name = str(&f, "order"), .type = TYPE_TEXT, .option = NONE};
	row.fallback = text_constant(&f, "none");
	uint32_t input = image_add(f.b, SECTION_INPUT, &row), code = slot(&f, "code", TYPE_TEXT);
	op(&f, OP_INPUT, input, 0);
	op(&f, OP_STORE, code, 0);
	email(&f, "one");
	op(&f, OP_END, end(&f, END_FINISH, NULL), 0);
	load(r, &f);
	start(r);
	assert_true(slice_is(value_slice(now_at(r)->slots[0]), "none"));
	struct value given = value_text(TYPE_TEXT, SLICE("A-17"));
	r->view.inputs = &given;
	start(r);
	assert_true(slice_is(value_slice(now_at(r)->slots[0]), "A-17"));
	run_free(r);
}

/* ---- texts ---- */

static void add_piece(void *context, struct slice piece, bool is_value)
{
	buf_addf(context, is_value ? "[%.*s]" : "%.*s", SLICE_ARG(piece));
}

/* The body of the fixture's messages, holes in brackets. */
static const char *render(struct run *r, const char *locale_name, char *scratch, size_t n, struct buf *out)
{
	r->view.locale = slice_of(locale_name);
	struct vm_text_view v = {
	        .view = &r->view, .state = now_at(r), .now_us = r->now, .scratch = scratch, .scratch_n = n};
	v.builtins[BUILTIN_UNSUBSCRIBE] = value_text(TYPE_URL, SLICE("https://u"));
	uint32_t pc = plan_text_entry(&r->plan.image, PLAN_ROWS(&r->plan, MESSAGE, message)[0].body, r->view.locale);
	buf_clear(out);
	return vm_text(&r->plan.image, pc, &v, add_piece, out) ? buf_cstr(out) : NULL;
}

static void texts_are_written_as_people_of_the_locale_write(void **unused)
{
	(void)unused;
	struct run *r = with_exits();
	struct buf out = {0};
	char scratch[256];
	assert_string_equal(render(r, "en", scratch, sizeof scratch, &out),
	                    "Your code [SAV…] holds until [the end][https://u]");
	r->fields[FIELD_RENEWAL] = value_int(TYPE_DATE, 20514);
	r->fields[FIELD_SEATS] = value_int(TYPE_NUMBER, 1234567890000);
	assert_string_equal(
	        render(r, "en", scratch, sizeof scratch, &out),
	        "Your code [SAV…] holds until [Monday 2 March 2026] for [1,234,567.89][https://u][1%2C234%2C567.89]");
	assert_string_equal(render(r, "fr_ca", scratch, sizeof scratch, &out),
	                    "Your code [SAV…] holds until [lundi 2 mars 2026] for [1\u202f234\u202f567,89][https://u]"
	                    "[1%E2%80%AF234%E2%80%AF567%2C89]");
	assert_string_equal(render(r, "de", scratch, sizeof scratch, &out),
	                    "Your code [SAV…] holds until [Montag 2 März 2026] for [1.234.567,89][https://u]"
	                    "[1.234.567%2C89]");
	r->fields[FIELD_SEATS] = value_int(TYPE_NUMBER, -4999);
	assert_non_null(strstr(render(r, "es", scratch, sizeof scratch, &out),
	                       "[lunes 2 marzo 2026] for [0,00][https://u][-0%2C004999]"));
	buf_free(&out);
	run_free(r);
}

static void a_scratch_that_is_too_small_is_told(void **unused)
{
	(void)unused;
	struct run *r = with_exits();
	struct buf out = {0};
	char scratch[6];
	assert_non_null(render(r, "en", scratch, 6, &out)); /* "SAV" and the ellipsis */
	assert_null(render(r, "en", scratch, 5, &out));
	buf_free(&out);
	run_free(r);
}

/* One value through one instruction. */
static void assert_formats(struct value v, const char *pattern, const char *locale_name, const char *expected)
{
	struct run *r = run_new();
	struct fixture f = fixture_begin(IMAGE_PLAN);
	struct buf out = {0};
	char scratch[256];
	locale(&f, "en");
	field(&f, "v", (enum plan_type)v.type);
	f.sequence.entry = op(&f, OP_END, end(&f, END_FINISH, NULL), 0);
	uint32_t text = text_here(&f);
	op(&f, OP_CONTACT, 0, 0);
	if (pattern)
		op(&f, OP_FORMAT_DATE, text_constant(&f, pattern), 0);
	else
		op(&f, OP_TO_TEXT, 0, 0);
	op(&f, OP_PUT, 0, 0);
	op(&f, OP_DONE, 0, 0);
	load(r, &f);
	r->fields[0] = v;
	r->view.locale = slice_of(locale_name);
	r->view.zone = tz_get(zones, SLICE("America/New_York"));
	struct vm_text_view view = {.view = &r->view, .now_us = START, .scratch = scratch, .scratch_n = sizeof scratch};
	assert_true(
	        vm_text(&r->plan.image, plan_text_entry(&r->plan.image, text, r->view.locale), &view, add_piece, &out));
	assert_string_equal(buf_cstr(&out), expected);
	buf_free(&out);
	run_free(r);
}

static void every_type_can_be_written(void **unused)
{
	(void)unused;
	struct value date = value_int(TYPE_DATE, 20514), moment = value_int(TYPE_MOMENT, START);
	struct value days_3 = value_int(TYPE_DURATION, 3), hour = value_int(TYPE_DURATION, US_PER_HOUR);
	days_3.unit = UNIT_BUSINESS_DAYS;
	assert_formats(date, NULL, "en", "[March 2, 2026]");
	assert_formats(date, NULL, "fr", "[2 mars 2026]");
	assert_formats(date, NULL, "es", "[2 de marzo de 2026]");
	assert_formats(date, NULL, "it", "[2026-03-02]");
	assert_formats(moment, NULL, "en", "[March 2, 2026, 5:00 AM]");
	assert_formats(moment, NULL, "de", "[2. März 2026, 05:00]");
	assert_formats(days_3, NULL, "fr", "[3 jours ouvrés]");
	assert_formats(hour, NULL, "en", "[1 hour]");
	assert_formats(value_int(TYPE_YES_NO, 1), NULL, "fr", "[oui]");
	assert_formats(value_int(TYPE_NUMBER, 7500000), NULL, "fr", "[7,5]");
	assert_formats(value_text(TYPE_ONE_OF, SLICE("europe")), NULL, "en", "[europe]");
	assert_formats(moment, "%a %d/%m/%y %I:%M %p %z", "en", "[Mon 02/03/26 05:00 AM -0500]");
	assert_formats(date, "%F %j %u %% %Q %", "en", "[2026-03-02 061 1 % %Q %]");
	assert_formats(value_int(TYPE_DATE, INT64_MAX), NULL, "en", "");
}

/* ---- packed state ---- */

static void a_state_comes_back_as_it_was_packed(void **unused)
{
	(void)unused;
	struct run *r = with_exits();
	settle(r, FACT_SENT, START + 1);
	struct buf packed = {0};
	struct vm_state s;
	uint8_t facts[3];
	struct value slots[1];
	vm_state_encode(&packed, now_at(r));
	assert_true(packed.n < 40);
	vm_state_init(&s, facts, 3, slots, 1);
	memset(facts, 0xFF, sizeof facts);
	assert_true(vm_state_decode(buf_slice(&packed), &s));
	assert_int_equal(s.position, now_at(r)->position);
	assert_true(s.base_us == START + 1 && s.started_us == START && s.armed_us == now_at(r)->armed_us);
	assert_int_equal(facts[0], 1 << FACT_SENT);
	assert_int_equal(facts[1] | facts[2], 0);
	assert_true(slice_is(value_slice(slots[0]), "SAVE5"));
	for (size_t n = 0; n < packed.n; n++)
		assert_false(vm_state_decode((struct slice){packed.p, n}, &s));
	/* What would not fit into this plan's arrays is refused. */
	vm_state_init(&s, facts, 3, slots, 0);
	assert_false(vm_state_decode(buf_slice(&packed), &s));
	buf_free(&packed);
	run_free(r);
}

static void any_state_comes_back(void **unused)
{
	(void)unused;
	static const int64_t times[] = {0, 1, -1, START, INT64_MAX, INT64_MIN, INT64_MAX - 1};
	struct buf packed = {0};
	for (size_t i = 0; i < 7 * 7 * 7; i++) {
		struct vm_state in, out;
		vm_state_init(&in, NULL, 0, NULL, 0);
		vm_state_init(&out, NULL, 0, NULL, 0);
		in.started_us = times[i % 7];
		in.base_us = times[i / 7 % 7];
		in.armed_us = times[i / 49];
		in.ended = i & 1;
		in.end = i & 2 ? VM_END_IS_EXIT | 65535 : NONE;
		in.occurrence = i & 4 ? 65535 : 0;
		in.position = i & 8 ? VM_AT_START : 7;
		buf_clear(&packed);
		vm_state_encode(&packed, &in);
		assert_true(vm_state_decode(buf_slice(&packed), &out));
		assert_true(out.started_us == in.started_us && out.base_us == in.base_us &&
		            out.armed_us == in.armed_us);
		assert_true(out.ended == in.ended && out.end == in.end && out.occurrence == in.occurrence);
		assert_int_equal(out.position, in.position);
	}
	buf_free(&packed);
}

static void a_long_text_is_cut_at_a_character(void **unused)
{
	(void)unused;
	struct run *r = run_new();
	struct fixture f = fixture_begin(IMAGE_PLAN);
	char text[VM_TEXT_MAX + 8];
	memset(text, 'x', sizeof text);
	memcpy(text + VM_TEXT_MAX - 1, "é", 2);
	text[sizeof text - 1] = 0;
	uint32_t code = slot(&f, "code", TYPE_TEXT);
	op(&f, OP_CONST, text_constant(&f, text), 0);
	op(&f, OP_STORE, code, 0);
	email(&f, "one");
	op(&f, OP_END, end(&f, END_FINISH, NULL), 0);
	load(r, &f);
	start(r);
	assert_int_equal(now_at(r)->slots[0].n, VM_TEXT_MAX - 1);
	run_free(r);
}

static int open_zones(void **unused)
{
	(void)unused;
	zones = tz_db_open(NULL);
	return zones ? 0 : -1;
}

static int close_zones(void **unused)
{
	(void)unused;
	tz_db_close(zones);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(rule_1_it_rests_at_a_message_until_it_is_settled),
	        cmocka_unit_test(rule_1_a_second_settling_changes_nothing),
	        cmocka_unit_test(rule_3_a_wait_counts_from_the_completion_of_the_message),
	        cmocka_unit_test(rule_3_within_15_minutes_a_wait_is_complete_at_its_armed_instant),
	        cmocka_unit_test(rule_3_later_than_15_minutes_it_is_complete_when_processed),
	        cmocka_unit_test(rule_3_a_timer_before_its_instant_does_nothing),
	        cmocka_unit_test(rule_3_waits_that_are_due_pass_in_one_wake_up),
	        cmocka_unit_test(rule_3_business_days_skip_weekends_and_holidays),
	        cmocka_unit_test(rule_5_days_keep_the_wall_clock_and_hours_do_not),
	        cmocka_unit_test(rule_5_a_new_zone_moves_an_armed_day_based_wait),
	        cmocka_unit_test(rule_5_it_is_never_moved_before_now),
	        cmocka_unit_test(rule_5_hours_stay_where_they_are),
	        cmocka_unit_test(rule_5_times_of_day_are_local),
	        cmocka_unit_test(rule_5_deriving_again_without_a_new_zone_moves_nothing),
	        cmocka_unit_test(rule_8_a_moment_that_is_past_or_absent_takes_its_otherwise),
	        cmocka_unit_test(rule_8_it_is_derived_again_when_its_field_changes),
	        cmocka_unit_test(rule_8_an_overdue_timer_is_no_passed_moment),
	        cmocka_unit_test(rule_9_an_exit_ends_it_wherever_it_rests),
	        cmocka_unit_test(rule_9_a_click_once_true_stays_true),
	        cmocka_unit_test(rule_9_exit_when_is_tested_at_each_wake_up_and_in_each_release),
	        cmocka_unit_test(rule_9_a_field_that_was_just_set_can_be_what_an_exit_waits_for),
	        cmocka_unit_test(rule_9_another_contact_of_the_account_ends_only_by_account),
	        cmocka_unit_test(rule_9_an_event_that_concerns_nothing_changes_nothing),
	        cmocka_unit_test(a_late_bounce_is_a_fact_beside_sent),
	        cmocka_unit_test(rule_11_a_comparison_with_an_absent_side_is_no),
	        cmocka_unit_test(rule_11_a_value_of_another_type_is_absent),
	        cmocka_unit_test(instructions_compute_what_their_contract_says),
	        cmocka_unit_test(an_input_has_its_value_else_its_default),
	        cmocka_unit_test(texts_are_written_as_people_of_the_locale_write),
	        cmocka_unit_test(a_scratch_that_is_too_small_is_told),
	        cmocka_unit_test(every_type_can_be_written),
	        cmocka_unit_test(a_state_comes_back_as_it_was_packed),
	        cmocka_unit_test(any_state_comes_back),
	        cmocka_unit_test(a_long_text_is_cut_at_a_character),
	};
	return cmocka_run_group_tests(tests, open_zones, close_zones);
}
