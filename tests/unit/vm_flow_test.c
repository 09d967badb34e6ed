/* SPDX-License-Identifier: Apache-2.0
 * The virtual machine where it waits for something, does something again, or asks the world for more than a message:
 * `wait for`, `repeat`, tasks and pages, variants, exits with blocks. Each test names its rule, where there is one. */
#include "runtime/vm/vm.h"
#include "tests/plan_fixture.h"

#define START INT64_C(1772445600000000) /* Monday 2026-03-02 10:00 UTC */
#define HOUR  US_PER_HOUR
#define DAY   US_PER_DAY

struct run {
	struct fixture f;
	struct buf bytes;
	struct plan plan;
	struct value slots[16];
	uint8_t facts[8];
	struct vm_state state;
	struct vm_view view;
	struct vm_effects effects;
	int64_t now;
};

/* ---- assembling ---- */

static void finish_by(struct run *r, const char *reason)
{
	op(&r->f, OP_END, end(&r->f, END_EXIT, reason), 0);
}

static struct run *run_new(void)
{
	struct run *r = calloc(1, sizeof *r);
	assert_non_null(r);
	r->f = fixture_begin(IMAGE_PLAN);
	r->view = (struct vm_view){.zone = tz_utc()};
	r->now = START;
	return r;
}

static void run_free(struct run *r)
{
	plan_free(&r->plan);
	buf_free(&r->bytes);
	free(r);
}

/* ---- running ---- */

static void take(struct run *r, struct vm_event e)
{
	vm_step(&r->plan, &r->state, &e, r->now, &r->view, &r->state, &r->effects);
}

static void start(struct run *r)
{
	fixture_finish(&r->f, &r->bytes);
	r->plan = fixture_load(&r->bytes);
	vm_state_init(&r->state, r->facts, (uint16_t)PLAN_COUNT(&r->plan, STEP), r->slots,
	              (uint16_t)PLAN_COUNT(&r->plan, SLOT));
	take(r, (struct vm_event){.kind = VM_START});
}

static void timer(struct run *r)
{
	r->now = r->state.armed_us;
	take(r, (struct vm_event){.kind = VM_TIMER});
}

static void settle(struct run *r)
{
	take(r, (struct vm_event){.kind = VM_SETTLED, .fact = FACT_SENT, .completed_us = r->now});
}

static void trigger(struct run *r, enum plan_trigger what, uint32_t step)
{
	take(r, (struct vm_event){.kind = VM_TRIGGER, .trigger = what, .step = step, .came_us = r->now});
}

static bool has(const struct run *r, enum vm_effect_kind kind)
{
	for (uint32_t i = 0; i < r->effects.count; i++)
		if (r->effects.items[i].kind == kind)
			return true;
	return false;
}

static void assert_ended(const struct run *r, const char *reason)
{
	assert_true(r->state.ended);
	const struct plan_end *e = &PLAN_ROWS(&r->plan, END, end)[r->state.end];
	assert_true(slice_is(PLAN_STRING(&r->plan, e->reason), reason));
}

/* ---- wait for (rule 9) ---- */

/* intro; wait for reply, click on intro, event "paid" when its amount > 10, up to 5 days; an exit by each */
static void waiting(struct run *r)
{
	struct fixture *f = &r->f;
	uint32_t amount = slot_of(&r->f, SLOT_EVENT, TYPE_NUMBER, NONE, 0);
	email(f, "intro");
	uint32_t rule = begin_rule(&r->f, days(f, 5));
	uint32_t p = rest_here(&r->f, "after intro", OP_WAIT_FOR, rule, NONE);
	finish_by(r, "nothing");
	uint32_t first = arm(&r->f, TRIGGER_REPLY, NONE, here(f));
	finish_by(r, "replied");
	arm(&r->f, TRIGGER_CLICK, 0, here(f));
	finish_by(r, "clicked");
	uint32_t guarded = arm(&r->f, TRIGGER_EVENT, NONE, here(f));
	finish_by(r, "paid");
	((struct plan_arm *)image_record(f->b, SECTION_ARM, guarded))->when =
	        op(f, OP_CONST, constant(f, TYPE_NUMBER, 10, 0), 0);
	op(f, OP_SLOT, amount, 0);
	op(f, OP_LT, 0, 0);
	op(f, OP_RETURN, 0, 0);
	position_row(&r->f, p)->arm = first;
	position_row(&r->f, p)->arm_count = 3;
	start(r);
	settle(r);
}

static void pay(struct run *r, int64_t amount, bool again)
{
	struct vm_setting field = {.slot = 0, .value = {.set = 1, .type = TYPE_NUMBER, .u.i = amount}};
	take(r, (struct vm_event){.kind = VM_TRIGGER,
	                          .trigger = TRIGGER_EVENT,
	                          .step = NONE,
	                          .name = SLICE("paid"),
	                          .values = &field,
	                          .value_count = 1,
	                          .again = again,
	                          .came_us = START - HOUR});
}

static void rule_9_a_wait_for_takes_what_it_waits_for(void **unused)
{
	(void)unused;
	struct run *r = run_new();
	waiting(r);
	assert_true(has(r, VM_SLEEP) && has(r, VM_AWAIT));
	assert_true(r->state.armed_us == START + 5 * DAY);
	trigger(r, TRIGGER_MEETING, NONE);
	assert_false(r->effects.taken);
	r->now += DAY;
	trigger(r, TRIGGER_REPLY, NONE);
	assert_true(r->effects.taken);
	assert_ended(r, "replied");
	run_free(r);
}

static void rule_9_nothing_is_the_timeout(void **unused)
{
	(void)unused;
	struct run *r = run_new();
	waiting(r);
	timer(r);
	assert_ended(r, "nothing");
	run_free(r);
}

static void rule_9_a_click_once_true_stays_true(void **unused)
{
	(void)unused;
	struct run *r = run_new();
	struct fixture *f = &r->f;
	email(f, "intro");
	email(f, "second");
	uint32_t p = rest_here(&r->f, "after second", OP_WAIT_FOR, begin_rule(&r->f, days(f, 5)), NONE);
	finish_by(r, "nothing");
	position_row(&r->f, p)->arm = arm(&r->f, TRIGGER_CLICK, 0, here(f));
	position_row(&r->f, p)->arm_count = 1;
	finish_by(r, "clicked");
	start(r);
	settle(r);
	trigger(r, TRIGGER_CLICK, 0); /* while the second message is out */
	settle(r);
	assert_ended(r, "clicked");
	run_free(r);
}

static void rule_9_an_event_whose_guard_fails_is_spent(void **unused)
{
	(void)unused;
	struct run *r = run_new();
	waiting(r);
	pay(r, 5, false);
	assert_true(r->effects.taken);
	assert_false(r->state.ended);
	assert_false(r->slots[0].set); /* nothing took it: its fields are not kept */
	pay(r, 50, false);
	assert_ended(r, "paid");
	assert_true(r->slots[0].u.i == 50);
	run_free(r);
}

static void rule_9_an_older_event_is_offered_again(void **unused)
{
	(void)unused;
	struct run *r = run_new();
	waiting(r);
	int64_t base_us = r->state.base_us;
	pay(r, 50, true);
	assert_ended(r, "paid");
	assert_true(r->state.base_us == base_us); /* it came before the wait began */
	run_free(r);
}

/* ---- repeat ---- */

/* repeat up to 3 times every 5 days until reminder.clicked { email reminder } */
static void repeating(struct run *r)
{
	struct fixture *f = &r->f;
	uint32_t rounds = slot_of(&r->f, SLOT_ROUNDS, TYPE_NUMBER, NONE, 3);
	op(f, OP_ROUNDS, rounds, 0);
	uint32_t head = op(f, OP_FACT, 0, FACT_CLICKED);
	uint32_t go_on = op(f, OP_JUMP_UNLESS, 0, 0);
	uint32_t over = op(f, OP_JUMP, 0, 0);
	jump_here(f, go_on);
	email(f, "reminder");
	uint32_t p = rest_here(&r->f, "after reminder", OP_WAIT_ROUND, begin_rule(&r->f, days(f, 5)), NONE);
	jump_here(f, over);
	finish_by(r, "over");
	position_row(&r->f, p)->slot = rounds;
	position_row(&r->f, p)->head = head;
	position_row(&r->f, p)->until = op(f, OP_FACT, 0, FACT_CLICKED);
	op(f, OP_RETURN, 0, 0);
	start(r);
}

static void a_repeat_has_its_rounds_and_no_more(void **unused)
{
	(void)unused;
	struct run *r = run_new();
	repeating(r);
	for (uint16_t round = 0; round < 3; round++) {
		assert_true(has(r, VM_QUEUE));
		assert_int_equal(r->state.occurrence, round);
		assert_true(r->now == START + round * 5 * DAY);
		settle(r);
		if (round < 2)
			timer(r);
	}
	assert_ended(r, "over"); /* at once: not after a last wait (rule 9) */
	assert_true(r->now == START + 10 * DAY);
	run_free(r);
}

static void rule_9_until_ends_a_repeat_during_its_wait(void **unused)
{
	(void)unused;
	struct run *r = run_new();
	repeating(r);
	settle(r);
	r->now += DAY;
	trigger(r, TRIGGER_CLICK, 0);
	assert_ended(r, "over");
	run_free(r);
}

static void rule_9_until_ends_a_repeat_where_its_wait_begins(void **unused)
{
	(void)unused;
	struct run *r = run_new();
	repeating(r);
	trigger(r, TRIGGER_CLICK, 0); /* the reminder is still out */
	settle(r);
	assert_ended(r, "over");
	run_free(r);
}

/* ---- tasks, webhooks, pages ---- */

/* task call, due after 1 day; its outcome decides */
static void calling(struct run *r)
{
	struct fixture *f = &r->f;
	uint32_t outcome = slot_of(&r->f, SLOT_OUTCOME, TYPE_ONE_OF, 0, 0);
	uint32_t call = perform(&r->f, "call", STEP_TASK);
	rest_here(&r->f, "call", OP_REST, begin_rule(&r->f, days(f, 1)), call);
	op(f, OP_SLOT, outcome, 0);
	op(f, OP_CONST, text_constant(f, "spoke"), 0);
	op(f, OP_EQ, 0, 0);
	uint32_t no = op(f, OP_JUMP_UNLESS, 0, 0);
	finish_by(r, "spoke");
	jump_here(f, no);
	finish_by(r, "no answer");
	start(r);
}

static void a_task_rests_until_it_is_done(void **unused)
{
	(void)unused;
	struct run *r = run_new();
	calling(r);
	assert_true(has(r, VM_PERFORM) && has(r, VM_SLEEP));
	struct vm_setting spoke = {.slot = 0, .value = value_text(TYPE_ONE_OF, SLICE("spoke"))};
	r->now += HOUR;
	take(r, (struct vm_event){.kind = VM_DONE,
	                          .step = 0,
	                          .fact = FACT_DONE,
	                          .completed_us = r->now,
	                          .values = &spoke,
	                          .value_count = 1});
	assert_ended(r, "spoke");
	assert_true(r->state.base_us == START + HOUR);
	run_free(r);
}

static void a_task_that_is_overdue_has_no_outcome(void **unused)
{
	(void)unused;
	struct run *r = run_new();
	calling(r);
	timer(r);
	assert_ended(r, "no answer");
	assert_false(r->slots[0].set);
	run_free(r);
}

static void rule_13_an_answer_is_the_post_of_its_page(void **unused)
{
	(void)unused;
	struct run *r = run_new();
	uint32_t ask = perform(&r->f, "survey", STEP_ASK);
	rest_here(&r->f, "survey", OP_REST, begin_rule(&r->f, days(&r->f, 14)), ask);
	uint32_t offer = perform(&r->f, "gold", STEP_OFFER);
	rest_here(&r->f, "gold", OP_REST, begin_rule(&r->f, days(&r->f, 14)), offer);
	perform(&r->f, "final", STEP_THANKS);
	finish_by(r, "thanked");
	start(r);
	trigger(r, TRIGGER_ANSWER, ask);
	assert_true(r->facts[ask] & 1u << FACT_DONE);
	assert_true(has(r, VM_PERFORM)); /* the next page */
	trigger(r, TRIGGER_CLICK, offer);
	assert_true(r->facts[offer] & 1u << FACT_CLICKED);
	assert_ended(r, "thanked");
	run_free(r);
}

static void rule_13_messages_between_pages_pass_at_queueing(void **unused)
{
	(void)unused;
	struct run *r = run_new();
	struct fixture *f = &r->f;
	struct plan_message m = BLANK(message);
	struct plan_step s = BLANK(step);
	s.name = str(f, "gift");
	s.message = image_add(f->b, SECTION_MESSAGE, &m);
	s.message_count = 1;
	s.entry = op(f, OP_QUEUE, 0, 0);
	s.end = here(f);
	image_add(f->b, SECTION_STEP, &s);
	add_wait(f, "after gift", days(f, 2), true);
	finish_by(r, "done");
	start(r);
	assert_true(has(r, VM_DETACH) && has(r, VM_SLEEP));
	take(r, (struct vm_event){.kind = VM_SETTLED, .detached = true, .step = 0, .fact = FACT_SENT});
	assert_true(r->facts[0] & 1u << FACT_SENT);
	assert_int_equal(r->effects.count, 0);
	timer(r);
	assert_ended(r, "done");
	run_free(r);
}

/* ---- variants ---- */

static void variants_are_picked_by_their_shares_and_stay(void **unused)
{
	(void)unused;
	struct run *r = run_new();
	struct fixture *f = &r->f;
	email(f, "intro");
	struct plan_message m = BLANK(message);
	struct plan_step *s = image_record(f->b, SECTION_STEP, 0);
	s->pick = PICK_VARIANT;
	s->message_count = 3;
	const uint32_t shares[] = {45000000, 45000000, 10000000};
	for (int i = 1; i < 3; i++)
		image_add(f->b, SECTION_MESSAGE, &m);
	for (uint32_t i = 0; i < 3; i++) {
		((struct plan_message *)image_record(f->b, SECTION_MESSAGE, i))->share = shares[i];
		((struct plan_message *)image_record(f->b, SECTION_MESSAGE, i))->hold_out = i == 2;
	}
	finish_by(r, "done");
	start(r);
	int count[3] = {0};
	for (uint64_t seed = 0; seed < 10000; seed++) {
		r->view.seed = seed;
		uint32_t picked[2];
		for (int again = 0; again < 2; again++) {
			vm_state_init(&r->state, r->facts, 1, r->slots, 0);
			take(r, (struct vm_event){.kind = VM_START});
			picked[again] = r->effects.items[0].message;
			assert_int_equal(r->effects.items[0].kind, picked[again] == 2 ? VM_SKIPPED : VM_QUEUE);
			assert_int_equal(r->state.ended, picked[again] == 2);
		}
		assert_int_equal(picked[0], picked[1]);
		count[picked[0]]++;
	}
	assert_in_range(count[0], 4350, 4650);
	assert_in_range(count[1], 4350, 4650);
	assert_in_range(count[2], 880, 1120);
	run_free(r);
}

/* ---- exits with blocks ---- */

static void an_exit_runs_its_block(void **unused)
{
	(void)unused;
	struct run *r = run_new();
	struct fixture *f = &r->f;
	email(f, "intro");
	finish_by(r, "done");
	uint32_t e = exit_on(f, "reply", TRIGGER_REPLY, NONE);
	uint32_t block = here(f);
	perform(&r->f, "tell", STEP_ALERT);
	op(f, OP_SUPPRESS, PURPOSE_SALES, 0);
	op(f, OP_LEAVE, 0, 0);
	((struct plan_exit *)image_record(f->b, SECTION_EXIT, e))->body = block;
	start(r);
	trigger(r, TRIGGER_REPLY, 0);
	assert_int_equal(r->effects.count, 3);
	assert_int_equal(r->effects.items[0].kind, VM_PERFORM);
	assert_int_equal(r->effects.items[1].kind, VM_SUPPRESS);
	assert_int_equal(r->effects.items[2].kind, VM_ENDED);
	assert_true(r->state.ended && r->state.end == VM_END_IS_EXIT);
	run_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(rule_9_a_wait_for_takes_what_it_waits_for),
	        cmocka_unit_test(rule_9_nothing_is_the_timeout),
	        cmocka_unit_test(rule_9_a_click_once_true_stays_true),
	        cmocka_unit_test(rule_9_an_event_whose_guard_fails_is_spent),
	        cmocka_unit_test(rule_9_an_older_event_is_offered_again),
	        cmocka_unit_test(a_repeat_has_its_rounds_and_no_more),
	        cmocka_unit_test(rule_9_until_ends_a_repeat_during_its_wait),
	        cmocka_unit_test(rule_9_until_ends_a_repeat_where_its_wait_begins),
	        cmocka_unit_test(a_task_rests_until_it_is_done),
	        cmocka_unit_test(a_task_that_is_overdue_has_no_outcome),
	        cmocka_unit_test(rule_13_an_answer_is_the_post_of_its_page),
	        cmocka_unit_test(rule_13_messages_between_pages_pass_at_queueing),
	        cmocka_unit_test(variants_are_picked_by_their_shares_and_stay),
	        cmocka_unit_test(an_exit_runs_its_block),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
