/* SPDX-License-Identifier: Apache-2.0
 * The store's contract (store.h, rules 6, 9, 14, 16, 21), one suite on both backends; and both against each other under
 * random work, with write-backs and a memory that is always too small. */
#include "tests/store_fixture.h"

static void an_enrollment_is_what_its_last_step_said(void **state)
{
	struct fixture *f = *state;
	IN_TRANSACTION(f->s, assert_int_equal(enroll(f->s, 7, 50, "one"), 1);
	               assert_int_equal(enroll(f->s, 8, 40, ""), 2));
	IN_TRANSACTION(f->s, step(f->s, 1, NEVER_US, "a longer state than before"));
	for (int round = 0; round < 2; round++) {
		assert_state(f->s, 1, "a longer state than before", NEVER_US);
		assert_state(f->s, 2, "", 40);
		reopen(f);
	}
	struct enrollment e;
	assert_false(store_enrollment_get(f->s, 3, &e));
	assert_int_equal(store_failed(f->s), STORE_MISSING);
	assert_non_null(strstr(store_error(f->s), "no enrollment 3"));
}

static void every_field_comes_back(void **state)
{
	struct fixture *f = *state;
	struct enrollment e = {.sequence_id = 3,
	                       .plan_id = 4,
	                       .contact_id = INT64_C(1) << 40,
	                       .wake_us = -5,
	                       .status = ENROLLMENT_HELD,
	                       .out = OUT_IN_DOUBT,
	                       .mailbox = 65535,
	                       .state = SLICE("\0x\xff")},
	                  got;
	IN_TRANSACTION(f->s, assert_true(store_step(f->s, &e, 1, SLICE(""))));
	for (int round = 0; round < 3; round++) {
		assert_true(store_enrollment_get(f->s, e.id, &got));
		assert_int_equal(got.sequence_id, 3);
		assert_int_equal(got.plan_id, 4);
		assert_int_equal(got.contact_id, INT64_C(1) << 40);
		assert_int_equal(got.wake_us, -5);
		assert_int_equal(got.status, ENROLLMENT_HELD);
		assert_int_equal(got.out, OUT_IN_DOUBT);
		assert_int_equal(got.mailbox, 65535);
		assert_true(slice_eq(got.state, SLICE("\0x\xff")));
		if (round == 1)
			IN_TRANSACTION(f->s, got.plan_id = 4; assert_true(store_step(f->s, &got, 2, SLICE(""))));
		reopen(f);
	}
}

static void a_rollback_leaves_what_was_before(void **state)
{
	struct fixture *f = *state;
	bool was_there;
	int64_t n, once = 1;
	IN_TRANSACTION(f->s, enroll(f->s, 7, 50, "before"); enroll(f->s, 7, 60, "other"));
	store_wake_volatile(f->s, 2, 10);
	assert_true(store_begin(f->s));
	step(f->s, 1, 20, "after, and much longer than it was before");
	step(f->s, 1, 5, "again");
	step(f->s, 2, 1, "x");
	assert_int_equal(enroll(f->s, 9, 1, "new"), 3);
	struct inbox_row row = {.external_id = SLICE("x")};
	assert_true(store_inbox_add(f->s, &row, &was_there));
	assert_true(store_meta_put(f->s, "k", SLICE("v")));
	assert_true(store_suppress(f->s, SLICE("email:a"), -1, -1, 1, SLICE("stop")));
	assert_true(store_counter_add(f->s, &(struct counter_key){.id = 1, .day = 5}, 3, &n));
	assert_true(store_once(f->s, SLICE("file:1"), &once, &was_there));
	store_rollback(f->s);

	assert_state(f->s, 1, "before", 50);
	assert_state(f->s, 2, "other", 60);
	assert_due(f->s, 100, "2 1");
	assert_int_equal(store_next_wake(f->s), 10);
	struct enrollment e;
	struct buf value = {0};
	assert_false(store_enrollment_get(f->s, 3, &e));
	assert_false(store_inbox_waiting(f->s, 0));
	assert_false(store_meta_get(f->s, "k", &value));
	assert_int_equal(store_failed(f->s), STORE_OK);
	assert_false(store_suppressed(f->s, SLICE("email:a"), 0, 0));
	assert_int_equal(store_counter_sum(f->s, &(struct counter_key){.id = 1, .channel = 255, .purpose = 255}, 0, 9),
	                 0);
	once = 0;
	IN_TRANSACTION(f->s, assert_true(store_once(f->s, SLICE("file:1"), &once, &was_there));
	               assert_false(was_there));
	/* The number that was given back is given again, to another contact. */
	int64_t ids[4];
	IN_TRANSACTION(f->s, assert_int_equal(enroll(f->s, 8, 1, "new"), 3));
	assert_int_equal(store_enrollments_of(f->s, 9, 0, ids, 4), 0);
	assert_int_equal(store_enrollments_of(f->s, 8, 0, ids, 4), 1);
	assert_int_equal(ids[0], 3);
}

static void due_is_in_order_of_wake_then_id(void **state)
{
	struct fixture *f = *state;
	IN_TRANSACTION(f->s, enroll(f->s, 1, 30, ""); enroll(f->s, 2, 10, ""); enroll(f->s, 3, 30, "");
	               enroll(f->s, 4, NEVER_US, ""); enroll(f->s, 5, 31, ""); enroll(f->s, 6, 10, ""));
	for (int round = 0; round < 2; round++) {
		assert_due(f->s, 9, "");
		assert_int_equal(store_next_wake(f->s), 10);
		assert_due(f->s, 30, "2 6 1 3");
		assert_due(f->s, 30, "2 6 1 3"); /* due until stepped */
		assert_due(f->s, 10, "2 6");     /* a virtual clock may look back */
		assert_int_equal(store_next_wake(f->s), 10);
		reopen(f);
	}
	IN_TRANSACTION(f->s, step(f->s, 2, 5, ""); step(f->s, 6, NEVER_US, ""); step(f->s, 4, 30, ""));
	assert_due(f->s, 30, "2 1 3 4");
	IN_TRANSACTION(f->s, step(f->s, 2, 30, ""));
	IN_TRANSACTION(f->s, step(f->s, 2, NEVER_US, ""); step(f->s, 2, 30, ""));
	assert_due(f->s, 30, "1 2 3 4");
	int64_t ids[2];
	assert_int_equal(store_due(f->s, 100, ids, 2), 2);
	assert_int_equal(ids[1], 2);
}

static void a_volatile_wake_lasts_until_the_next_step(void **state)
{
	struct fixture *f = *state;
	IN_TRANSACTION(f->s, enroll(f->s, 1, 10, ""); enroll(f->s, 2, 20, ""));
	store_wake_volatile(f->s, 1, NEVER_US); /* claimed */
	assert_due(f->s, 100, "2");
	assert_int_equal(store_next_wake(f->s), 20);
	store_wake_volatile(f->s, 1, 10); /* given back */
	assert_due(f->s, 100, "1 2");
	store_wake_volatile(f->s, 1, NEVER_US);
	IN_TRANSACTION(f->s, step(f->s, 1, 30, ""));
	assert_due(f->s, 100, "2 1");
	store_wake_volatile(f->s, 2, NEVER_US);
	reopen(f); /* a claim whose process is gone is due again (rule 2) */
	assert_due(f->s, 100, f == &in_memory ? "1" : "2 1");
}

static void released_rows_are_found(void **state)
{
	struct fixture *f = *state;
	int64_t ids[8];
	store_begin(f->s);
	for (int i = 0; i < 6; i++) {
		struct enrollment e = {.sequence_id = 1, .contact_id = 1, .wake_us = NEVER_US, .out = (uint8_t)(i % 4)};
		assert_true(store_step(f->s, &e, 1, SLICE("")));
	}
	assert_true(store_commit(f->s));
	for (int round = 0; round < 2; round++) {
		assert_int_equal(store_released(f->s, ids, 8, 0), 2);
		assert_int_equal(ids[0], 3);
		assert_int_equal(ids[1], 4);
		assert_int_equal(store_released(f->s, ids, 1, 3), 1);
		assert_int_equal(ids[0], 4);
		reopen(f);
	}
	struct enrollment e;
	assert_true(store_enrollment_get(f->s, 3, &e));
	e.out = OUT_NONE;
	IN_TRANSACTION(f->s, assert_true(store_step(f->s, &e, 1, SLICE(""))));
	assert_int_equal(store_released(f->s, ids, 8, 0), 1);
	assert_int_equal(ids[0], 4);
}

static void enrollments_are_listed(void **state)
{
	struct fixture *f = *state;
	int64_t ids[8];
	IN_TRANSACTION(f->s, enroll(f->s, 7, 1, ""); enroll(f->s, 8, 1, ""); enroll(f->s, 7, 1, ""));
	reopen(f);
	struct enrollment e = {.sequence_id = 2, .contact_id = 7, .wake_us = 1};
	IN_TRANSACTION(f->s, assert_true(store_step(f->s, &e, 1, SLICE(""))); enroll(f->s, 7, 1, ""));
	assert_int_equal(store_enrollments_of(f->s, 7, 0, ids, 8), 4);
	assert_memory_equal(ids, ((int64_t[]){5, 4, 3, 1}), 4 * sizeof *ids);
	assert_int_equal(store_enrollments_of(f->s, 7, 1, ids, 2), 2);
	assert_memory_equal(ids, ((int64_t[]){5, 3}), 2 * sizeof *ids);
	assert_int_equal(store_enrollments_of(f->s, 9, 0, ids, 8), 0);
	assert_int_equal(store_enrollments(f->s, 0, 0, ids, 8), 5);
	assert_memory_equal(ids, ((int64_t[]){1, 2, 3, 4, 5}), 5 * sizeof *ids);
	assert_int_equal(store_enrollments(f->s, 1, 1, ids, 8), 3);
	assert_memory_equal(ids, ((int64_t[]){2, 3, 5}), 3 * sizeof *ids);
	assert_int_equal(store_enrollments(f->s, 2, 0, ids, 8), 1);
	assert_int_equal(store_enrollments(f->s, 0, 2, ids, 2), 2);
	assert_memory_equal(ids, ((int64_t[]){3, 4}), 2 * sizeof *ids);
}

struct told {
	char text[512];
	int rows, stop_after;
};

static bool tell_journal(void *context, int64_t number, int64_t id, int64_t at, struct slice detail, struct slice state)
{
	struct told *t = context;
	sprintf(t->text + strlen(t->text), "%lld:%lld@%lld %.*s=%.*s; ", (long long)number, (long long)id,
	        (long long)at, SLICE_ARG(detail), SLICE_ARG(state));
	return ++t->rows != t->stop_after;
}

static void the_journal_tells_one_or_all(void **state)
{
	struct fixture *f = *state;
	IN_TRANSACTION(f->s, enroll(f->s, 1, 1, "a"); enroll(f->s, 2, 1, "b"); step(f->s, 1, 2, "c"));
	reopen(f);
	IN_TRANSACTION(f->s, step(f->s, 2, 2, "d"); step(f->s, 1, 3, "e"));
	struct told one = {0}, all = {0}, first = {.stop_after = 1};
	assert_true(store_journal(f->s, 1, tell_journal, &one));
	assert_string_equal(one.text, "1:1@100 enrolled=a; 3:1@200 step=c; 5:1@200 step=e; ");
	assert_true(store_journal(f->s, 0, tell_journal, &all));
	assert_int_equal(all.rows, 5);
	assert_true(store_journal(f->s, 1, tell_journal, &first));
	assert_string_equal(first.text, "1:1@100 enrolled=a; ");
	assert_false(store_journal(f->s, 77, tell_journal, &first));
	assert_int_equal(store_failed(f->s), STORE_MISSING);
	int64_t n;
	assert_true(store_count(f->s, "journal", &n));
	assert_int_equal(n, 5);
	assert_true(store_count(f->s, "enrollments", &n));
	assert_int_equal(n, 2);
	assert_false(store_count(f->s, "sheep", &n));
}

static void settings_are_replaced(void **state)
{
	struct fixture *f = *state;
	struct buf out = {0};
	IN_TRANSACTION(f->s, assert_true(store_meta_put(f->s, "host", SLICE("one"))));
	IN_TRANSACTION(f->s, assert_true(store_meta_put(f->s, "host", SLICE("t\0wo")));
	               assert_true(store_meta_put(f->s, "empty", SLICE(""))));
	reopen(f);
	assert_true(store_meta_get(f->s, "host", &out));
	assert_true(slice_eq(buf_slice(&out), SLICE("t\0wo")));
	assert_true(store_meta_get(f->s, "empty", &out));
	assert_false(store_meta_get(f->s, "none", &out));
	assert_int_equal(store_failed(f->s), STORE_OK);
	buf_free(&out);
}

static void tell_sequence(void *context, const struct sequence_row *row)
{
	struct told *t = context;
	sprintf(t->text + strlen(t->text), "%lld %.*s plan %lld state %d at %lld; ", (long long)row->id,
	        SLICE_ARG(row->name), (long long)row->plan_id, (int)row->state, (long long)row->changed_us);
}

static void plans_are_kept_once_and_sequences_by_name(void **state)
{
	struct fixture *f = *state;
	int64_t plan, policy, again;
	uint8_t hash[SHA256_SIZE] = {1};
	struct buf out = {0};
	struct sequence_row a = {.name = SLICE("warm"), .plan_id = 1, .state = SEQUENCE_DRAFT, .changed_us = 5},
	                    b = {.name = SLICE("cold"), .plan_id = 1, .state = SEQUENCE_ACTIVE, .changed_us = 6};
	IN_TRANSACTION(f->s, assert_true(store_artefact_put(f->s, false, hash, SLICE("plan"), &plan));
	               assert_true(store_artefact_put(f->s, true, hash, SLICE("policy"), &policy));
	               assert_true(store_artefact_put(f->s, false, hash, SLICE("plan"), &again)));
	assert_int_equal(plan, again);
	assert_int_not_equal(plan, policy);
	assert_true(store_artefact_get(f->s, policy, &out));
	assert_true(slice_is(buf_slice(&out), "policy"));
	buf_free(&out);
	assert_false(store_artefact_get(f->s, 99, &out));
	assert_int_equal(store_failed(f->s), STORE_MISSING);
	IN_TRANSACTION(f->s, assert_true(store_sequence_put(f->s, &a)); assert_true(store_sequence_put(f->s, &b)));
	a = (struct sequence_row){.name = SLICE("warm"), .plan_id = 2, .state = SEQUENCE_PAUSED, .changed_us = 7};
	IN_TRANSACTION(f->s, assert_true(store_sequence_put(f->s, &a)));
	assert_int_equal(a.id, 1);
	reopen(f);
	struct told t = {0};
	assert_true(store_sequences(f->s, tell_sequence, &t));
	assert_string_equal(t.text, "1 warm plan 2 state 2 at 7; 2 cold plan 1 state 1 at 6; ");
	a.plan_id = 99;
	assert_true(store_begin(f->s));
	assert_false(store_sequence_put(f->s, &a));
	assert_int_equal(store_failed(f->s), STORE_MISSING);
	assert_false(store_commit(f->s)); /* a write failed: nothing of it may stay */
	store_rollback(f->s);
}

static void tell_contact(void *context, int64_t id, struct slice fields)
{
	struct told *t = context;
	sprintf(t->text + strlen(t->text), "%lld %.*s; ", (long long)id, SLICE_ARG(fields));
}

static void assert_fields(struct store *s, int64_t id, int64_t which, const char *fields, int64_t revision)
{
	struct buf out = {0};
	assert_true(store_contact_get(s, id, &out, &which));
	assert_true(slice_is(buf_slice(&out), fields));
	assert_int_equal(which, revision);
	buf_free(&out);
}

/* Rule 16: a contact is its key. */
static void contacts_have_keys_and_revisions(void **state)
{
	struct fixture *f = *state;
	struct slice ada[] = {SLICE("email:ada@x.example"), SLICE("phone:+1514")},
	             bob[] = {SLICE("email:bob@x.example")};
	int64_t a = 0, b = 0, none = 99;
	struct buf out = {0};
	IN_TRANSACTION(f->s, assert_true(store_contact_put(f->s, &a, SLICE("Ada"), ada, 2, 1));
	               assert_true(store_contact_put(f->s, &b, SLICE("Bob"), bob, 1, 1)));
	assert_fields(f->s, a, 0, "Ada", 1);
	IN_TRANSACTION(f->s, assert_true(store_contact_put(f->s, &a, SLICE("Ada L."), ada, 1, 2)));
	assert_true(store_begin(f->s));
	assert_true(store_contact_put(f->s, &a, SLICE("Ada ?"), bob, 1, 3)); /* a key keeps its contact */
	assert_fields(f->s, a, 0, "Ada ?", 3);
	store_rollback(f->s);
	for (int round = 0; round < 2; round++) {
		assert_int_equal(store_contact_by_key(f->s, ada[1]), a);
		assert_int_equal(store_contact_by_key(f->s, bob[0]), b);
		assert_int_equal(store_contact_by_key(f->s, SLICE("email:eve@x.example")), 0);
		assert_fields(f->s, a, 0, "Ada L.", 2);
		assert_fields(f->s, a, 1, "Ada", 1);
		assert_fields(f->s, a, 0, "Ada L.", 2);
		assert_true(store_contact_get(f->s, b, &out, NULL));
		reopen(f);
	}
	assert_true(slice_is(buf_slice(&out), "BobBob"));
	buf_free(&out);
	struct told t = {0};
	assert_true(store_contacts(f->s, tell_contact, &t));
	assert_string_equal(t.text, "1 Ada L.; 2 Bob; ");
	assert_false(store_contact_get(f->s, 99, &out, NULL));
	assert_int_equal(store_failed(f->s), STORE_MISSING);
	assert_true(store_begin(f->s));
	assert_false(store_contact_put(f->s, &none, SLICE(""), NULL, 0, 1));
	store_rollback(f->s);
}

/* Rule 16: a retried call enrolls once. */
static void a_key_stands_for_one_enrollment(void **state)
{
	struct fixture *f = *state;
	int64_t id = 0;
	bool was_there = true;
	IN_TRANSACTION(f->s, assert_true(store_once(f->s, SLICE("file:1"), &id, &was_there)); assert_false(was_there);
	               id = 5; assert_true(store_once(f->s, SLICE("file:1"), &id, &was_there));
	               assert_false(was_there));
	reopen(f);
	id = 0;
	IN_TRANSACTION(f->s, assert_true(store_once(f->s, SLICE("file:1"), &id, &was_there)));
	assert_true(was_there);
	assert_int_equal(id, 5);
}

static void messages_are_found_by_their_id(void **state)
{
	struct fixture *f = *state;
	struct outbox_row row = {.enrollment_id = 4,
	                         .at_us = 9,
	                         .step = 2,
	                         .occurrence = 1,
	                         .recipient = SLICE("a@x.example"),
	                         .message_id = SLICE("<1@x>"),
	                         .subject = SLICE(""),
	                         .bytes = SLICE("To: a\r\n\0b")},
	                  got;
	struct buf memory = {0};
	IN_TRANSACTION(f->s, assert_true(store_outbox_add(f->s, &row)); assert_int_equal(row.id, 1);
	               assert_true(store_outbox_add(f->s, &row)); row.message_id = SLICE("<2@x>");
	               assert_true(store_outbox_add(f->s, &row)));
	assert_true(store_begin(f->s));
	row.message_id = SLICE("<3@x>");
	assert_true(store_outbox_add(f->s, &row));
	assert_int_equal(store_outbox_by_message_id(f->s, SLICE("<3@x>")), 4);
	store_rollback(f->s);
	for (int round = 0; round < 2; round++) {
		assert_int_equal(store_outbox_by_message_id(f->s, SLICE("<1@x>")), 2);
		assert_int_equal(store_outbox_by_message_id(f->s, SLICE("<2@x>")), 3);
		assert_int_equal(store_outbox_by_message_id(f->s, SLICE("<3@x>")), 0);
		reopen(f);
	}
	assert_true(store_outbox_get(f->s, 2, &got, &memory));
	assert_int_equal(got.enrollment_id, 4);
	assert_int_equal(got.at_us, 9);
	assert_int_equal(got.step, 2);
	assert_int_equal(got.occurrence, 1);
	assert_true(slice_eq(got.recipient, row.recipient) && slice_is(got.message_id, "<1@x>") && got.subject.n == 0);
	assert_true(slice_eq(got.bytes, row.bytes));
	assert_false(store_outbox_get(f->s, 4, &got, &memory));
	assert_int_equal(store_failed(f->s), STORE_MISSING);
	buf_free(&memory);
}

static bool tell_inbox(void *context, const struct inbox_row *row)
{
	struct told *t = context;
	sprintf(t->text + strlen(t->text), "%lld@%lld %lld/%lld kind %d %.*s %.*s; ", (long long)row->id,
	        (long long)row->at_us, (long long)row->contact_id, (long long)row->enrollment_id, row->kind,
	        SLICE_ARG(row->external_id), SLICE_ARG(row->payload));
	return ++t->rows != t->stop_after;
}

/* Rule 9: in order of their numbers; runtime.md §3: taken once. */
static void what_comes_in_is_taken_once(void **state)
{
	struct fixture *f = *state;
	struct inbox_row reply = {.at_us = 9,
	                          .contact_id = 1,
	                          .kind = 2,
	                          .external_id = SLICE("imap:1"),
	                          .payload = SLICE("p")},
	                 click = {.at_us = 3, .contact_id = 1, .enrollment_id = 2};
	bool was_there;
	IN_TRANSACTION(f->s, assert_true(store_inbox_add(f->s, &reply, &was_there)); assert_false(was_there);
	               assert_true(store_inbox_add(f->s, &click, &was_there)); assert_false(was_there);
	               assert_true(store_inbox_add(f->s, &click, &was_there)); assert_false(was_there));
	reopen(f);
	reply.id = 0;
	IN_TRANSACTION(f->s, assert_true(store_inbox_add(f->s, &reply, &was_there)));
	assert_true(was_there);
	assert_int_equal(reply.id, 1);
	assert_true(store_inbox_waiting(f->s, 2));
	assert_false(store_inbox_waiting(f->s, 3));
	struct told all = {0}, rest = {0}, one = {.stop_after = 1};
	assert_int_equal(store_inbox(f->s, 0, 2, tell_inbox, &all), 2);
	assert_string_equal(all.text, "1@9 1/0 kind 2 imap:1 p; 2@3 1/2 kind 0  ; ");
	assert_int_equal(store_inbox(f->s, 2, 9, tell_inbox, &rest), 1);
	assert_int_equal(store_inbox(f->s, 0, 9, tell_inbox, &one), 1);
	assert_int_equal(store_inbox(f->s, 3, 9, tell_inbox, &one), 0);
}

static void tell_suppression(void *context, struct slice address, int channel, int purpose, int64_t at,
                             struct slice reason)
{
	struct told *t = context;
	sprintf(t->text + strlen(t->text), "%.*s %d %d @%lld %.*s; ", SLICE_ARG(address), channel, purpose,
	        (long long)at, SLICE_ARG(reason));
}

/* Rule 14: by (address, channel, purpose). */
static void suppressions_cover_what_they_name(void **state)
{
	struct fixture *f = *state;
	assert_false(store_suppressed(f->s, SLICE("email:a"), 0, 0));
	IN_TRANSACTION(f->s, assert_true(store_suppress(f->s, SLICE("email:a"), 0, 1, 5, SLICE("unsubscribed")));
	               assert_true(store_suppress(f->s, SLICE("email:a"), 0, 1, 6, SLICE("again")));
	               assert_true(store_suppress(f->s, SLICE("phone:b"), -1, -1, 7, SLICE("STOP"))));
	for (int round = 0; round < 2; round++) {
		assert_true(store_suppressed(f->s, SLICE("email:a"), 0, 1));
		assert_false(store_suppressed(f->s, SLICE("email:a"), 0, 0));
		assert_false(store_suppressed(f->s, SLICE("email:a"), 1, 1));
		assert_true(store_suppressed(f->s, SLICE("phone:b"), 2, 0));
		assert_false(store_suppressed(f->s, SLICE("email:c"), 0, 1));
		reopen(f);
	}
	struct told t = {0};
	assert_true(store_suppressions(f->s, tell_suppression, &t));
	assert_string_equal(t.text, "email:a 0 1 @5 unsubscribed; phone:b -1 -1 @7 STOP; ");
	IN_TRANSACTION(f->s, assert_true(store_unsuppress(f->s, SLICE("email:a"))));
	assert_false(store_suppressed(f->s, SLICE("email:a"), 0, 1));
	assert_true(store_suppressed(f->s, SLICE("phone:b"), 2, 0));
}

/* Rule 6: raised in a claim, given back when it ends; sums over dates. */
static void counters_add_up(void **state)
{
	struct fixture *f = *state;
	struct counter_key k = {.scope = 0, .channel = 1, .purpose = 2, .id = 7, .day = 100}, all = k, other = k;
	int64_t n;
	all.channel = all.purpose = 255;
	assert_int_equal(store_counter_sum(f->s, &k, 0, 200), 0);
	IN_TRANSACTION(f->s, assert_true(store_counter_add(f->s, &k, 1, &n)); assert_int_equal(n, 1);
	               assert_true(store_counter_add(f->s, &k, 2, &n)); assert_int_equal(n, 3); k.day = 101;
	               assert_true(store_counter_add(f->s, &k, 5, &n)); k.channel = 0;
	               assert_true(store_counter_add(f->s, &k, 10, &n)));
	other.scope = 1;
	IN_TRANSACTION(f->s, assert_true(store_counter_add(f->s, &other, 50, &n)); assert_int_equal(n, 50));
	for (int round = 0; round < 3; round++) {
		assert_int_equal(store_counter_sum(f->s, &all, 100, 101), 18);
		assert_int_equal(store_counter_sum(f->s, &all, 101, 101), 15);
		assert_int_equal(store_counter_sum(f->s, &k, 0, 200), 10);
		k.channel = 1;
		assert_int_equal(store_counter_sum(f->s, &k, 100, 100), 3);
		k.channel = 0;
		assert_int_equal(store_counter_sum(f->s, &other, 100, 100), 50);
		if (round == 1) {
			assert_true(store_begin(f->s));
			assert_true(store_counter_add(f->s, &k, 1, &n));
			store_rollback(f->s);
		}
		reopen(f);
	}
	IN_TRANSACTION(f->s, assert_true(store_counter_add(f->s, &k, -1, &n)));
	assert_int_equal(n, 9);
	if (f == &in_sqlite) { /* written back, they are not in the log any more */
		struct lite *l = lite_of(f->s);
		assert_true(store_checkpoint(f->s));
		assert_int_equal(lite_row(l, lite_sql(l, SQL_COUNTER_LOGGED)), 0);
	}
}

/* More than one piece of the index, with more of one instant than a piece holds; each is taken once, in order. */
static void many_sleepers_wake_once(void **state)
{
	struct fixture *f = *state;
	int64_t ids[70], taken = 0;
	IN_TRANSACTION(f->s, for (int64_t i = 0; i < 4000; i++) enroll(f->s, 1, i / 2500, ""));
	reopen(f);
	for (int n; (n = store_due(f->s, 10, ids, 70)) > 0;) {
		assert_true(store_begin(f->s));
		for (int i = 0; i < n; i++) {
			assert_int_equal(ids[i], ++taken);
			step(f->s, ids[i], NEVER_US, "");
		}
		if (taken % 3 == 0) {
			store_rollback(f->s);
			taken -= n;
			IN_TRANSACTION(f->s, for (int i = 0; i < n; i++) step(f->s, ++taken, NEVER_US, ""));
		} else {
			assert_true(store_commit(f->s));
		}
	}
	assert_int_equal(taken, 4000);
	assert_int_equal(store_next_wake(f->s), NEVER_US);
}

static uint32_t next_random(uint32_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	return *seed ^= *seed << 5;
}

static void assert_alike(struct store *a, struct store *b, int64_t now)
{
	int64_t x[64], y[64];
	int n = store_due(a, now, x, 64);
	assert_int_equal(store_due(b, now, y, 64), n);
	assert_memory_equal(x, y, sizeof *x * (size_t)n);
	assert_int_equal(store_next_wake(a), store_next_wake(b));
	n = store_released(a, x, 64, 0);
	assert_int_equal(store_released(b, y, 64, 0), n);
	assert_memory_equal(x, y, sizeof *x * (size_t)n);
}

static void random_step(struct store *a, struct store *b, uint32_t *seed, int64_t count)
{
	char bytes[64];
	struct enrollment e = {.id = next_random(seed) % 4 ? (int64_t)(next_random(seed) % (uint32_t)(count + 1)) : 0},
	                  x, y;
	if (e.id) {
		assert_true(store_enrollment_get(a, e.id, &x) && store_enrollment_get(b, e.id, &y));
		assert_true(slice_eq(x.state, y.state) && x.wake_us == y.wake_us && x.out == y.out &&
		            x.status == y.status);
		e = x;
	} else {
		e = (struct enrollment){.sequence_id = 1, .contact_id = 1 + next_random(seed) % 9};
	}
	e.wake_us = next_random(seed) % 5 ? (int64_t)(next_random(seed) % 1000) : NEVER_US;
	e.out = (uint8_t)(next_random(seed) % 8 ? OUT_NONE : OUT_RELEASED);
	size_t n = next_random(seed) % sizeof bytes;
	memset(bytes, (int)n, sizeof bytes);
	e.state = (struct slice){bytes, n};
	x = y = e;
	assert_true(store_step(a, &x, 1, SLICE("d")) && store_step(b, &y, 1, SLICE("d")));
	assert_int_equal(x.id, y.id);
}

static void both_backends_do_the_same(void **state)
{
	struct fixture *f = *state;
	struct store *m = open_store("memory:", STORE_CREATE);
	uint32_t seed = 20261122;
	int64_t count = 0;
	for (int round = 0; round < 1500; round++) {
		f->s->write_back_every = 20 + (size_t)round % 90;
		f->s->memory_limit = f->s->rows.trim_at = (size_t)round % 40 * 100;
		f->s->rows.ticks += STORE_BORROWED;
		assert_true(store_begin(m) && store_begin(f->s));
		for (uint32_t i = next_random(&seed) % 20; i > 0; i--)
			random_step(m, f->s, &seed, count);
		assert_alike(m, f->s, next_random(&seed) % 1100);
		if (next_random(&seed) % 5 == 0) {
			store_rollback(m);
			store_rollback(f->s);
		} else {
			assert_true(store_commit(m) && store_commit(f->s));
		}
		assert_true(store_count(m, "enrollments", &count));
		if (count && next_random(&seed) % 3 == 0) {
			int64_t id = 1 + (int64_t)(next_random(&seed) % (uint32_t)count),
			        wake = next_random(&seed) % 1000;
			store_wake_volatile(m, id, wake);
			store_wake_volatile(f->s, id, wake);
		}
		assert_alike(m, f->s, next_random(&seed) % 1100);
		if (round % 100 == 99) { /* a restart forgets volatile wakes: step them all away first */
			assert_true(store_begin(m) && store_begin(f->s));
			for (int64_t id = 1; id <= count; id++) {
				struct enrollment x, y;
				assert_true(store_enrollment_get(m, id, &x) && store_enrollment_get(f->s, id, &y));
				assert_true(store_step(m, &x, 1, SLICE("")) && store_step(f->s, &y, 1, SLICE("")));
			}
			assert_true(store_commit(m) && store_commit(f->s));
			reopen(f);
		}
	}
	int64_t x[64], y[64];
	for (int64_t contact = 1; contact < 10; contact++) {
		int n = store_enrollments_of(m, contact, 0, x, 64);
		assert_int_equal(store_enrollments_of(f->s, contact, 0, y, 64), n);
		assert_memory_equal(x, y, sizeof *x * (size_t)n);
	}
	store_close(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        BOTH(an_enrollment_is_what_its_last_step_said),
	        BOTH(every_field_comes_back),
	        BOTH(a_rollback_leaves_what_was_before),
	        BOTH(due_is_in_order_of_wake_then_id),
	        BOTH(a_volatile_wake_lasts_until_the_next_step),
	        BOTH(released_rows_are_found),
	        BOTH(enrollments_are_listed),
	        BOTH(the_journal_tells_one_or_all),
	        BOTH(settings_are_replaced),
	        BOTH(plans_are_kept_once_and_sequences_by_name),
	        BOTH(contacts_have_keys_and_revisions),
	        BOTH(a_key_stands_for_one_enrollment),
	        BOTH(messages_are_found_by_their_id),
	        BOTH(what_comes_in_is_taken_once),
	        BOTH(suppressions_cover_what_they_name),
	        BOTH(counters_add_up),
	        BOTH(many_sleepers_wake_once),
	        ON(in_sqlite, both_backends_do_the_same),
	};
	return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
