/* SPDX-License-Identifier: Apache-2.0
 * Errands, answers, and a contact's events found again, in both stores; and a store of schema 1 that is brought to 2.
 */
#include "tests/store_fixture.h"

static int64_t add_errand(struct store *s, int64_t enrollment, uint32_t step, const char *payload)
{
	struct errand_row row = {.enrollment_id = enrollment,
	                         .at_us = 7,
	                         .step = step,
	                         .occurrence = 2,
	                         .kind = 5,
	                         .payload = text(payload)};
	assert_true(store_errand_add(s, &row));
	return row.id;
}

static bool tell_errand(void *context, const struct errand_row *row)
{
	struct buf *out = context;
	buf_addf(out, "%lld:%lld/%u.%u %u %u %lld %lld %.*s\n", (long long)row->id, (long long)row->enrollment_id,
	         row->step, row->occurrence, row->kind, row->state, (long long)row->at_us, (long long)row->closed_us,
	         SLICE_ARG(row->payload));
	return true;
}

static void expect(struct buf *out, const char *expected)
{
	assert_string_equal(buf_cstr(out), expected);
	buf_clear(out);
}

static void an_errand_is_open_until_it_is_closed(void **state)
{
	struct fixture *f = *state;
	struct buf out = {0};
	IN_TRANSACTION(f->s, add_errand(f->s, 1, 3, "call"); add_errand(f->s, 2, 4, "hook");
	               add_errand(f->s, 1, 5, ""));
	reopen(f);
	assert_int_equal(store_errands_open(f->s, 0, 9, tell_errand, &out), 3);
	expect(&out, "1:1/3.2 5 0 7 0 call\n2:2/4.2 5 0 7 0 hook\n3:1/5.2 5 0 7 0 \n");
	assert_int_equal(store_errands_open(f->s, 1, 1, tell_errand, &out), 1);
	expect(&out, "2:2/4.2 5 0 7 0 hook\n");
	IN_TRANSACTION(f->s, assert_true(store_errand_close(f->s, 1, ERRAND_DONE, 90));
	               assert_true(store_errand_close(f->s, 1, ERRAND_EXPIRED, 91)));
	assert_int_equal(store_errands_open(f->s, 0, 9, tell_errand, &out), 2);
	buf_clear(&out);
	assert_int_equal(store_errands_of(f->s, 1, tell_errand, &out), 2);
	expect(&out, "1:1/3.2 5 1 7 90 call\n3:1/5.2 5 0 7 0 \n");
	assert_int_equal(store_errands_of(f->s, 9, tell_errand, &out), 0);
	assert_true(store_begin(f->s));
	add_errand(f->s, 1, 6, "not kept");
	assert_true(store_errand_close(f->s, 2, ERRAND_CANCELLED, 92));
	store_rollback(f->s);
	assert_int_equal(store_errands_of(f->s, 1, tell_errand, &out), 2);
	assert_int_equal(store_errands_open(f->s, 0, 9, tell_errand, &out), 2);
	buf_free(&out);
}

static void tell_answer(void *context, const struct answer_row *row)
{
	buf_addf(context, "%u.%u %.*s=%.*s@%lld\n", row->step, row->occurrence, SLICE_ARG(row->question),
	         SLICE_ARG(row->value), (long long)row->at_us);
}

static void answer(struct store *s, uint32_t step, uint32_t occurrence, const char *question, const char *value)
{
	struct answer_row row = {.enrollment_id = 4,
	                         .at_us = 11,
	                         .step = step,
	                         .occurrence = occurrence,
	                         .question = text(question),
	                         .value = text(value)};
	assert_true(store_answer_add(s, &row));
}

static void the_first_answer_to_a_question_stands(void **state)
{
	struct fixture *f = *state;
	struct buf out = {0};
	IN_TRANSACTION(f->s, answer(f->s, 2, 0, "overall", "9"); answer(f->s, 2, 0, "again", "yes");
	               answer(f->s, 2, 0, "overall", "1"); answer(f->s, 2, 1, "overall", "3");
	               answer(f->s, 1, 0, "z", ""));
	reopen(f);
	assert_true(store_answers_of(f->s, 4, tell_answer, &out));
	expect(&out, "1.0 z=@11\n2.0 again=yes@11\n2.0 overall=9@11\n2.1 overall=3@11\n");
	assert_true(store_answers_of(f->s, 5, tell_answer, &out));
	expect(&out, "");
	buf_free(&out);
}

static void come(struct store *s, int64_t contact, uint8_t kind)
{
	bool was_there;
	struct inbox_row row = {.at_us = 5, .contact_id = contact, .kind = kind, .payload = SLICE("p")};
	assert_true(store_inbox_add(s, &row, &was_there));
}

static bool tell_inbox(void *context, const struct inbox_row *row)
{
	buf_addf(context, "%lld:%u%.*s ", (long long)row->id, row->kind, SLICE_ARG(row->payload));
	return true;
}

static void a_contact_s_events_are_found_again(void **state)
{
	struct fixture *f = *state;
	struct buf out = {0};
	IN_TRANSACTION(f->s, come(f->s, 1, 0); come(f->s, 2, 3); come(f->s, 1, 20); come(f->s, 1, 6));
	reopen(f);
	IN_TRANSACTION(f->s, come(f->s, 1, 2));
	assert_int_equal(store_inbox_of(f->s, 1, 0, 9, tell_inbox, &out), 3);
	expect(&out, "1:0p 4:6p 5:2p ");
	assert_int_equal(store_inbox_of(f->s, 1, 1, 1, tell_inbox, &out), 1);
	expect(&out, "4:6p ");
	assert_int_equal(store_inbox_of(f->s, 3, 0, 9, tell_inbox, &out), 0);
	buf_free(&out);
}

static void a_store_of_schema_1_is_brought_to_2_and_kept_as_it_was(void **state)
{
	struct fixture *f = *state;
	char path[128], backup[160];
	struct buf out = {0};
	snprintf(path, sizeof path, "%s/old.db", f->folder);
	snprintf(backup, sizeof backup, "%s.v1.backup", path);
	struct lite l = {.path = path};
	assert_int_equal(sqlite3_open(path, &l.db), SQLITE_OK);
	assert_true(lite_migrate(&l, lite_schema, 1));
	assert_int_equal(sqlite3_exec(l.db, "INSERT INTO inbox VALUES(1, 5, 8, 0, 0, NULL, x'41')", NULL, NULL, NULL),
	                 SQLITE_OK);
	sqlite3_finalize(l.statements[SQL_ROLLBACK]);
	sqlite3_close(l.db);
	buf_free(&l.base.error);
	char url[160];
	snprintf(url, sizeof url, "sqlite:%s", path);
	struct store *s = open_store(url, STORE_WRITE);
	assert_int_equal(access(backup, R_OK), 0);
	assert_int_equal(store_inbox_of(s, 8, 0, 9, tell_inbox, &out), 1);
	IN_TRANSACTION(s, add_errand(s, 1, 3, "call"));
	store_close(s);
	buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        BOTH(an_errand_is_open_until_it_is_closed),
	        BOTH(the_first_answer_to_a_question_stands),
	        BOTH(a_contact_s_events_are_found_again),
	        ON(in_sqlite, a_store_of_schema_1_is_brought_to_2_and_kept_as_it_was),
	};
	return cmocka_run_group_tests_name("store: errands and answers", tests, NULL, NULL);
}
