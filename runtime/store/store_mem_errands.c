/* SPDX-License-Identifier: Apache-2.0
 * The in-memory store's errands and answers. */
#include "runtime/store/store_mem.h"
#include <string.h>

static bool errand_put(struct mem *m, const struct errand_row *row)
{
	return mem_put(m, mem_key_of_id(m, ERRAND, row->id), mem_value_of(m, row, sizeof *row, &row->payload, 1));
}

static void errand_at(struct mem *m, int64_t id, struct errand_row *row)
{
	struct slice value = mem_find(m, mem_key_of_id(m, ERRAND, id))->value;
	memcpy(row, value.p, sizeof *row);
	mem_value_slices(value.p + sizeof *row, (struct slice *[]){&row->payload}, 1);
}

bool mem_errand_add(struct store *s, struct errand_row *row)
{
	struct mem *m = mem_of(s);
	row->id = ++m->last[ERRAND];
	return errand_put(m, row) && mem_list_add(m, ERRAND_OF, row->enrollment_id, row->id);
}

bool mem_errand_close(struct store *s, int64_t id, enum errand_state state, int64_t at_us)
{
	struct mem *m = mem_of(s);
	struct errand_row row;
	if (id < 1 || id > m->last[ERRAND])
		return true;
	errand_at(m, id, &row);
	if (row.state != ERRAND_OPEN)
		return true;
	row.state = (uint8_t)state;
	row.closed_us = at_us;
	return errand_put(m, &row);
}

int mem_errands_open(struct store *s, int64_t after, int cap, store_errand_each *each, void *context)
{
	struct mem *m = mem_of(s);
	int n = 0;
	for (int64_t id = after + 1; id <= m->last[ERRAND] && n < cap; id++) {
		struct errand_row row;
		errand_at(m, id, &row);
		if (row.state != ERRAND_OPEN)
			continue;
		n++;
		if (!each(context, &row))
			break;
	}
	return n;
}

int mem_errands_of(struct store *s, int64_t enrollment_id, store_errand_each *each, void *context)
{
	struct mem *m = mem_of(s);
	int n = 0;
	for (size_t i = 0; i < mem_list_count(m, ERRAND_OF, enrollment_id); i++) {
		struct errand_row row;
		errand_at(m, mem_list_at(m, ERRAND_OF, enrollment_id, i), &row);
		n++;
		if (!each(context, &row))
			break;
	}
	return n;
}

static void answer_at(struct mem *m, int64_t id, struct answer_row *row)
{
	struct slice value = mem_find(m, mem_key_of_id(m, ANSWER, id))->value;
	memcpy(row, value.p, sizeof *row);
	mem_value_slices(value.p + sizeof *row, (struct slice *[]){&row->question, &row->value}, 2);
}

/* By step, occurrence and question, as the table's key has them. */
static int compare_answers(const struct answer_row *a, const struct answer_row *b)
{
	if (a->step != b->step)
		return a->step < b->step ? -1 : 1;
	if (a->occurrence != b->occurrence)
		return a->occurrence < b->occurrence ? -1 : 1;
	size_t n = a->question.n < b->question.n ? a->question.n : b->question.n;
	int order = n ? memcmp(a->question.p, b->question.p, n) : 0;
	return order ? order : (a->question.n > b->question.n) - (a->question.n < b->question.n);
}

/* The ids of an enrollment's answers stand in that order. */
bool mem_answer_add(struct store *s, const struct answer_row *row)
{
	struct mem *m = mem_of(s);
	struct buf ids = {0};
	int64_t id = m->last[ANSWER] + 1;
	bool added = false;
	for (size_t i = 0; i < mem_list_count(m, ANSWER_OF, row->enrollment_id); i++) {
		int64_t other = mem_list_at(m, ANSWER_OF, row->enrollment_id, i);
		struct answer_row had;
		answer_at(m, other, &had);
		int order = compare_answers(row, &had);
		if (order == 0) {
			buf_free(&ids);
			return true;
		}
		if (order < 0 && !added)
			buf_add(&ids, &id, sizeof id);
		added = added || order < 0;
		buf_add(&ids, &other, sizeof other);
	}
	if (!added)
		buf_add(&ids, &id, sizeof id);
	m->last[ANSWER] = id;
	bool ok = !ids.failed ? mem_put(m, mem_key_of_id(m, ANSWER_OF, row->enrollment_id), buf_slice(&ids))
	                      : mem_no_memory(m);
	buf_free(&ids);
	return ok && mem_put(m, mem_key_of_id(m, ANSWER, id),
	                     mem_value_of(m, row, sizeof *row, (struct slice[]){row->question, row->value}, 2));
}

bool mem_answers_of(struct store *s, int64_t enrollment_id, store_answer_each *each, void *context)
{
	struct mem *m = mem_of(s);
	for (size_t i = 0; i < mem_list_count(m, ANSWER_OF, enrollment_id); i++) {
		struct answer_row row;
		answer_at(m, mem_list_at(m, ANSWER_OF, enrollment_id, i), &row);
		each(context, &row);
	}
	return true;
}
