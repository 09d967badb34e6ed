/* SPDX-License-Identifier: Apache-2.0
 * The front, the same for every backend. First the enrollments at work: a table of rows by id, a heap of
 * timers, an undo log for the open transaction. The journal is written at once, the backend's table of enrollments
 * only now and then, sorted by id (performance.md §8: an update in place for each transition collapses when wake-ups
 * come in scattered order). Then the calls of store.h that only check the transaction and hand on. */
#include "runtime/store/store_ops.h"
#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define ROWS_PER_BLOCK 1024u
#define FIRST_SLOTS    1024u

bool store_fail(struct store *s, enum store_failure failure, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	s->failed = failure;
	s->error.failed = false;
	buf_clear(&s->error);
	buf_vaddf(&s->error, format, args);
	va_end(args);
	(void)buf_cstr(&s->error);
	return false;
}

static bool no_memory(struct store *s)
{
	return store_fail(s, STORE_NO_MEMORY, "out of memory");
}

static void reading(struct store *s)
{
	s->failed = STORE_OK;
}

static bool writing(struct store *s)
{
	assert(s->in_transaction);
	if (!s->spoiled)
		s->failed = STORE_OK;
	return !s->spoiled;
}

static bool wrote(struct store *s, bool done)
{
	if (!done)
		s->spoiled = true;
	return done;
}

/* ---- rows by id ---- */

static struct store_row *row_at(const struct store *s, uint32_t index)
{
	return &s->rows.blocks[index / ROWS_PER_BLOCK][index % ROWS_PER_BLOCK];
}

/* Neighbours in id stay neighbours in groups of eight, so that work in order of id stays in the processor's cache. */
static uint32_t slot_of(const struct store *s, int64_t id)
{
	uint64_t group = ((uint64_t)id >> 3) * UINT64_C(0x9E3779B97F4A7C15);
	return ((uint32_t)(group >> 32) ^ ((uint32_t)id & 7)) & (s->rows.slot_count - 1);
}

struct store_row *store_row_find(const struct store *s, int64_t id)
{
	if (!s->rows.slot_count)
		return NULL;
	for (uint32_t at = slot_of(s, id); s->rows.slots[at]; at = (at + 1) & (s->rows.slot_count - 1)) {
		struct store_row *row = row_at(s, s->rows.slots[at] - 1);
		if (row->e.id == id)
			return row;
	}
	return NULL;
}

static void rows_index(struct store *s, uint32_t index)
{
	struct store_row *row = row_at(s, index);
	uint32_t at = slot_of(s, row->e.id);
	while (s->rows.slots[at])
		at = (at + 1) & (s->rows.slot_count - 1);
	s->rows.slots[at] = index + 1;
	if (row->written == 0) {
		uint32_t *head = &s->rows.contacts[slot_of(s, row->e.contact_id)];
		row->next_of_contact = *head;
		*head = index + 1;
	}
}

static void rows_index_all(struct store *s)
{
	memset(s->rows.slots, 0, sizeof(uint32_t) * s->rows.slot_count);
	memset(s->rows.contacts, 0, sizeof(uint32_t) * s->rows.slot_count);
	for (uint32_t i = 0; i < s->rows.count; i++)
		rows_index(s, i);
}

/* Room for one more row. */
static bool rows_reserve(struct store *s)
{
	struct store_rows *r = &s->rows;
	if (r->count == r->block_count * ROWS_PER_BLOCK) {
		struct store_row **blocks = realloc(r->blocks, sizeof *blocks * (r->block_count + 1));
		if (!blocks)
			return no_memory(s);
		r->blocks = blocks;
		if (!(blocks[r->block_count] = malloc(sizeof **blocks * ROWS_PER_BLOCK)))
			return no_memory(s);
		r->block_count++;
	}
	if (r->count < r->slot_count / 2)
		return true;
	uint32_t n = r->slot_count ? r->slot_count * 2 : FIRST_SLOTS;
	uint32_t *slots = malloc(sizeof *slots * n), *contacts = malloc(sizeof *contacts * n);
	if (!slots || !contacts) {
		free(slots);
		free(contacts);
		return no_memory(s);
	}
	free(r->slots);
	free(r->contacts);
	r->slots = slots;
	r->contacts = contacts;
	r->slot_count = n;
	rows_index_all(s);
	return true;
}

void store_rows_free(struct store *s)
{
	for (uint32_t i = 0; i < s->rows.count; i++)
		free((char *)row_at(s, i)->e.state.p);
	for (uint32_t i = 0; i < s->rows.block_count; i++)
		free(s->rows.blocks[i]);
	free(s->rows.blocks);
	free(s->rows.slots);
	free(s->rows.contacts);
	free(s->undo);
	free(s->heap.items);
	free(s->ready.items);
	buf_free(&s->undo_states);
}

/* ---- timers ---- */

static const struct store_timer never = {NEVER_US, INT64_MAX};

/* Of a row that is not in memory it is the table's word. */
static bool timer_holds(const struct store *s, struct store_timer t)
{
	const struct store_row *row = store_row_find(s, t.id);
	return !row || (row->number && row->due_us == t.wake_us);
}

static bool heap_reserve(struct store *s, size_t extra)
{
	return timers_reserve(&s->heap, extra) || no_memory(s);
}

/* All timers are made anew, from the rows and the table, when they are next asked for. */
static void timers_forget(struct store *s)
{
	s->heap_lost = true;
	s->heap.count = 0;
	s->ready.count = 0;
	s->ready_unread = false;
	s->wakes_at = s->wakes_count = 0;
	s->wakes_after = (struct store_timer){INT64_MIN, 0};
	s->wakes_done = false;
}

static void heap_push(struct store *s, int64_t wake_us, int64_t id)
{
	if (wake_us == NEVER_US || s->heap_lost)
		return;
	if (timers_reserve(&s->heap, 1))
		timers_push(&s->heap, (struct store_timer){wake_us, id});
	else
		timers_forget(s);
}

/* Makes the heap anew when it misses something, or when most of it no longer holds. */
static bool heap_repair(struct store *s)
{
	if (!s->heap_lost && s->heap.count < 2 * (size_t)s->rows.count + 4096)
		return true;
	timers_forget(s);
	if (!heap_reserve(s, s->rows.count))
		return false;
	s->heap_lost = false;
	for (uint32_t i = 0; i < s->rows.count; i++)
		if (row_at(s, i)->number)
			heap_push(s, row_at(s, i)->due_us, row_at(s, i)->e.id);
	return true;
}

static struct store_timer heap_top(struct store *s)
{
	while (s->heap.count && !timer_holds(s, s->heap.items[0]))
		timers_pop(&s->heap);
	return s->heap.count ? s->heap.items[0] : never;
}

/* First wake-up of the table whose row is not in memory. */
static bool wakes_top(struct store *s, struct store_timer *top)
{
	*top = never;
	if (!s->ops->wakes)
		return true;
	for (;;) {
		while (s->wakes_at < s->wakes_count && store_row_find(s, s->wakes[s->wakes_at].id))
			s->wakes_at++;
		if (s->wakes_at < s->wakes_count) {
			*top = s->wakes[s->wakes_at];
			return true;
		}
		if (s->wakes_done)
			return true;
		int n = s->ops->wakes(s, s->wakes_after, s->wakes, STORE_WAKES_CAP);
		if (n < 0)
			return false;
		s->wakes_at = 0;
		s->wakes_count = n;
		s->wakes_done = n < STORE_WAKES_CAP;
		if (n > 0)
			s->wakes_after = s->wakes[n - 1];
	}
}

/* ---- the rows' memory ---- */

/* What a row of that state costs, about. */
static size_t row_bytes(const struct store_row *row)
{
	return sizeof *row + row->state_cap + 4 * sizeof(uint32_t) + sizeof(struct store_timer);
}

/* Room for n bytes of state; `state` gets the memory, which is the row's own if it is large enough. */
static bool state_reserve(struct store *s, const struct store_row *row, size_t n, char **state, uint32_t *cap)
{
	*state = (char *)row->e.state.p;
	*cap = row->state_cap;
	if (n <= row->state_cap)
		return true;
	*cap = (uint32_t)((n + 15) / 16 * 16 + 8); /* as malloc rounds */
	*state = malloc(*cap);
	return *state || no_memory(s);
}

/* Puts the new values into the row; cannot fail. e->state may be the row's own bytes. */
static void row_assign(struct store *s, struct store_row *row, const struct enrollment *e, char *state, uint32_t cap)
{
	char *old = (char *)row->e.state.p;
	if (e->state.n)
		memmove(state, e->state.p, e->state.n);
	if (state != old)
		free(old);
	s->rows.bytes += cap - row->state_cap;
	row->state_cap = cap;
	row->e = *e;
	row->e.state = (struct slice){state, e->state.n};
	row->due_us = e->wake_us;
}

/* The row of that id, made if it is not there: then it does not exist yet (number 0). */
static struct store_row *row_make(struct store *s, int64_t id, int64_t contact_id, int64_t written)
{
	struct store_row *row = store_row_find(s, id);
	if (row)
		return row;
	if (!rows_reserve(s))
		return NULL;
	row = row_at(s, s->rows.count);
	*row = (struct store_row){.e = {.id = id, .contact_id = contact_id}, .written = written, .due_us = NEVER_US};
	s->rows.bytes += row_bytes(row);
	rows_index(s, s->rows.count++);
	return row;
}

bool store_row_put(struct store *s, const struct enrollment *e, int64_t number, int64_t written)
{
	struct store_row *row = row_make(s, e->id, e->contact_id, written);
	char *state;
	uint32_t cap;
	if (!row || !heap_reserve(s, 1) || !state_reserve(s, row, e->state.n, &state, &cap))
		return false;
	row_assign(s, row, e, state, cap);
	row->number = number;
	if (s->last_id < e->id)
		s->last_id = e->id;
	if (!s->ready_unread)
		heap_push(s, row->due_us, e->id);
	return true;
}

static bool row_missing(struct store *s, int64_t id)
{
	return store_fail(s, STORE_MISSING, "there is no enrollment %lld", (long long)id);
}

static int ids_ascending(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return (x > y) - (x < y);
}

/* Reads what is due and not in memory in order of id, so that each page is read once. */
static bool ready_read(struct store *s)
{
	size_t n = 0;
	int64_t *ids = malloc(sizeof *ids * (s->ready.count + 1));
	if (!ids)
		return no_memory(s);
	for (size_t i = 0; i < s->ready.count; i++)
		if (!store_row_find(s, s->ready.items[i].id))
			ids[n++] = s->ready.items[i].id;
	qsort(ids, n, sizeof *ids, ids_ascending);
	bool done = true;
	for (size_t i = 0; done && i < n; i++)
		done = s->ops->row_load(s, ids[i]);
	free(ids);
	s->ready_unread = false;
	return done;
}

static struct store_row *row_get(struct store *s, int64_t id)
{
	struct store_row *row = store_row_find(s, id);
	if (!row && s->ready_unread && !ready_read(s))
		return NULL;
	if (!row && s->ops->row_load && (row = store_row_find(s, id)) == NULL && s->ops->row_load(s, id))
		row = store_row_find(s, id);
	if (row && row->number)
		return row;
	if (row || !s->ops->row_load)
		row_missing(s, id);
	return NULL;
}

static bool row_lives(const struct store *s, const struct store_row *row)
{
	(void)s;
	return row->number != 0;
}

/* Whether it says what the table does not say, or is borrowed. */
static bool row_is_needed(const struct store *s, const struct store_row *row)
{
	return row->number != row->written || row->due_us != row->e.wake_us ||
	       s->rows.ticks - row->used < STORE_BORROWED;
}

static void rows_keep(struct store *s, bool (*keep)(const struct store *s, const struct store_row *row))
{
	uint32_t kept = 0;
	s->rows.bytes = 0;
	for (uint32_t i = 0; i < s->rows.count; i++) {
		struct store_row *row = row_at(s, i);
		if (keep(s, row)) {
			s->rows.bytes += row_bytes(row);
			*row_at(s, kept++) = *row;
		} else {
			free((char *)row->e.state.p);
		}
	}
	s->rows.count = kept;
	if (s->rows.slot_count)
		rows_index_all(s);
}

static void rows_trim(struct store *s)
{
	assert(!s->in_transaction);
	if (s->rows.bytes < s->rows.trim_at)
		return;
	rows_keep(s, row_is_needed);
	s->rows.trim_at = s->rows.bytes * 2 > s->memory_limit ? s->rows.bytes * 2 : s->memory_limit;
	timers_forget(s);
}

/* ---- transactions ---- */

static int rows_by_id(const void *a, const void *b)
{
	int64_t x = (*(struct store_row *const *)a)->e.id, y = (*(struct store_row *const *)b)->e.id;
	return (x > y) - (x < y);
}

static bool write_back(struct store *s)
{
	if (!s->ops->write_back || s->unwritten == 0)
		return true;
	struct store_row **rows = calloc((size_t)s->rows.count + 1, sizeof *rows);
	if (!rows)
		return no_memory(s);
	size_t n = 0;
	bool sorted = true;
	for (uint32_t i = 0; i < s->rows.count; i++) {
		struct store_row *row = row_at(s, i);
		if (row->number == row->written)
			continue;
		sorted = sorted && (n == 0 || rows[n - 1]->e.id < row->e.id);
		rows[n++] = row;
	}
	if (!sorted)
		qsort(rows, n, sizeof *rows, rows_by_id);
	bool done = s->ops->write_back(s, rows, n);
	if (done) {
		for (size_t i = 0; i < n; i++)
			rows[i]->written = rows[i]->number;
		if (n > 0)
			memset(s->rows.contacts, 0, sizeof(uint32_t) * s->rows.slot_count);
		s->table_last_id = s->last_id;
		s->unwritten = 0;
	} else if (s->failed == STORE_DAMAGED) {
		s->stopped = true;
	}
	free(rows);
	return done;
}

bool store_begin(struct store *s)
{
	assert(!s->in_transaction && s->mode != STORE_READ);
	if (s->stopped)
		return false;
	s->failed = STORE_OK;
	if ((s->unwritten >= s->write_back_every || s->rows.bytes >= s->memory_limit) && !write_back(s))
		return false;
	rows_trim(s);
	if (!s->ops->begin(s))
		return false;
	s->in_transaction = true;
	s->spoiled = false;
	s->last_id_before = s->last_id;
	return true;
}

static void undo_forget(struct store *s)
{
	for (size_t i = 0; i < s->undo_count; i++)
		s->undo[i].at->saved = false;
	s->undo_count = 0;
	buf_clear(&s->undo_states);
	s->in_transaction = false;
}

bool store_commit(struct store *s)
{
	assert(s->in_transaction);
	if (s->spoiled || !wrote(s, s->ops->commit(s)))
		return false;
	undo_forget(s);
	return true;
}

/* State memory never shrinks, so that what was saved fits. */
void store_rollback(struct store *s)
{
	if (!s->in_transaction)
		return;
	s->ops->rollback(s);
	for (size_t i = s->undo_count; i-- > 0;) {
		const struct store_undo *u = &s->undo[i];
		struct store_row *row = u->at;
		char *state = (char *)row->e.state.p;
		uint32_t cap = row->state_cap, next = row->next_of_contact;
		*row = u->row;
		row->e.state.p = state;
		row->state_cap = cap;
		row->next_of_contact = next;
		if (row->e.state.n)
			memcpy(state, s->undo_states.p + u->state_at, row->e.state.n);
		heap_push(s, row->due_us, row->e.id);
	}
	bool made = s->spoiled || s->last_id != s->last_id_before;
	s->last_id = s->last_id_before;
	undo_forget(s);
	if (made) {
		rows_keep(s, row_lives);
		timers_forget(s);
	}
}

/* Lets the open transaction undo what comes to the row. */
static bool undo_save(struct store *s, struct store_row *row)
{
	if (row->saved)
		return true;
	if (s->undo_count == s->undo_cap) {
		size_t cap = s->undo_cap ? s->undo_cap * 2 : 256;
		struct store_undo *undo = realloc(s->undo, sizeof *undo * cap);
		if (!undo)
			return no_memory(s);
		s->undo = undo;
		s->undo_cap = cap;
	}
	size_t at = s->undo_states.n;
	buf_add_slice(&s->undo_states, row->e.state);
	if (s->undo_states.failed) {
		s->undo_states.failed = false;
		return no_memory(s);
	}
	s->undo[s->undo_count++] = (struct store_undo){*row, row, at};
	row->saved = true;
	return true;
}

/* ---- the calls about enrollments ---- */

bool store_enrollment_get(struct store *s, int64_t id, struct enrollment *out)
{
	reading(s);
	if (!s->in_transaction)
		rows_trim(s);
	struct store_row *row = row_get(s, id);
	if (!row)
		return false;
	row->used = ++s->rows.ticks;
	*out = row->e;
	return true;
}

bool store_step(struct store *s, struct enrollment *after, int64_t at_us, struct slice detail)
{
	if (!writing(s))
		return false;
	bool is_new = after->id == 0;
	int64_t id = is_new ? s->last_id + 1 : after->id;
	struct store_row *row = is_new ? row_make(s, id, after->contact_id, 0) : row_get(s, id);
	char *state;
	uint32_t cap;
	if (!row || !heap_reserve(s, 1) || !undo_save(s, row) || !state_reserve(s, row, after->state.n, &state, &cap))
		return wrote(s, false);
	assert(is_new || (after->contact_id == row->e.contact_id && after->sequence_id == row->e.sequence_id));
	after->id = id;
	int64_t number = s->ops->journal_add(s, row->number, after, at_us, detail);
	if (number < 0) {
		if (state != row->e.state.p)
			free(state);
		after->id = is_new ? 0 : id;
		return wrote(s, false);
	}
	row_assign(s, row, after, state, cap);
	row->number = number;
	s->last_id = is_new ? id : s->last_id;
	s->unwritten++;
	heap_push(s, row->due_us, id);
	return true;
}

void store_wake_volatile(struct store *s, int64_t id, int64_t wake_us)
{
	struct store_row *row = row_get(s, id);
	if (!row)
		return;
	row->due_us = wake_us;
	heap_push(s, wake_us, id);
}

/* Takes out of `ready` what no longer holds, and all of it when something earlier has turned up. */
static void ready_check(struct store *s, struct store_timer first, int64_t now_us)
{
	size_t kept = 0;
	for (size_t i = 0; i < s->ready.count; i++)
		if (timer_holds(s, s->ready.items[i]))
			s->ready.items[kept++] = s->ready.items[i];
	s->ready.count = kept;
	if (kept == 0 || (s->ready.items[kept - 1].wake_us <= now_us && !timer_before(first, s->ready.items[kept - 1])))
		return;
	for (size_t i = 0; i < kept; i++)
		heap_push(s, s->ready.items[i].wake_us, s->ready.items[i].id);
	s->ready.count = 0;
}

int store_due(struct store *s, int64_t now_us, int64_t *ids, int cap)
{
	struct store_timer top, table;
	reading(s);
	if (!s->in_transaction)
		rows_trim(s);
	if (!heap_repair(s) || !wakes_top(s, &table))
		return -1;
	if (!timers_reserve(&s->ready, (size_t)cap))
		return no_memory(s) ? 0 : -1;
	top = heap_top(s);
	ready_check(s, timer_before(table, top) ? table : top, now_us);
	while (s->ready.count < (size_t)cap) {
		if (!wakes_top(s, &table))
			return -1;
		top = heap_top(s);
		bool in_table = timer_before(table, top);
		if (in_table)
			top = table;
		if (top.wake_us > now_us || top.wake_us == NEVER_US)
			break;
		if (in_table)
			s->wakes_at++;
		else
			timers_pop(&s->heap);
		/* A row that came back to the same instant has two timers. */
		if (s->ready.count == 0 || timer_before(s->ready.items[s->ready.count - 1], top))
			s->ready.items[s->ready.count++] = top;
		s->ready_unread = s->ops->row_load != NULL;
	}
	int n = s->ready.count < (size_t)cap ? (int)s->ready.count : cap;
	for (int i = 0; i < n; i++)
		ids[i] = s->ready.items[i].id;
	return n;
}

int64_t store_next_wake(struct store *s)
{
	struct store_timer table;
	reading(s);
	if (!heap_repair(s) || !wakes_top(s, &table))
		return NEVER_US;
	int64_t next_us = heap_top(s).wake_us;
	next_us = table.wake_us < next_us ? table.wake_us : next_us;
	for (size_t i = 0; i < s->ready.count; i++)
		if (timer_holds(s, s->ready.items[i]))
			return s->ready.items[i].wake_us < next_us ? s->ready.items[i].wake_us : next_us;
	return next_us;
}

int store_released(struct store *s, int64_t *ids, int cap, int64_t after_id)
{
	reading(s);
	int n = 0;
	size_t found = 0;
	int64_t *all = malloc(sizeof *all * ((size_t)s->rows.count + (size_t)cap + 1));
	if (!all)
		return no_memory(s) ? 0 : -1;
	for (uint32_t i = 0; i < s->rows.count; i++) {
		const struct store_row *row = row_at(s, i);
		if (row->number && row->e.out >= OUT_RELEASED && row->e.id > after_id)
			all[found++] = row->e.id;
	}
	size_t in_memory = found;
	for (int64_t after = after_id; s->ops->released && found - in_memory < (size_t)cap;) {
		n = s->ops->released(s, after, ids, cap);
		for (int i = 0; i < n && found - in_memory < (size_t)cap; i++)
			if (!store_row_find(s, ids[i]))
				all[found++] = ids[i];
		if (n < cap)
			break;
		after = ids[n - 1];
	}
	if (n >= 0) {
		qsort(all, found, sizeof *all, ids_ascending);
		n = found < (size_t)cap ? (int)found : cap;
		memcpy(ids, all, sizeof *ids * (size_t)n);
	}
	free(all);
	return n;
}

/* Rows that are not in the table yet are newer than all that are; their chain begins with the newest. */
int store_enrollments_of(struct store *s, int64_t contact_id, int64_t sequence_id, int64_t *ids, int cap)
{
	reading(s);
	int n = 0;
	for (uint32_t next = s->rows.slot_count ? s->rows.contacts[slot_of(s, contact_id)] : 0; next && n < cap;) {
		const struct store_row *row = row_at(s, next - 1);
		next = row->next_of_contact;
		if (row->number && row->e.contact_id == contact_id &&
		    (!sequence_id || row->e.sequence_id == sequence_id))
			ids[n++] = row->e.id;
	}
	if (!s->ops->of_contact || n == cap)
		return n;
	int older = s->ops->of_contact(s, contact_id, sequence_id, ids + n, cap - n);
	return older < 0 ? -1 : n + older;
}

int store_enrollments(struct store *s, int64_t sequence_id, int64_t after_id, int64_t *ids, int cap)
{
	reading(s);
	int n = s->ops->enrollments ? s->ops->enrollments(s, sequence_id, after_id, ids, cap) : 0;
	if (n < 0)
		return -1;
	int64_t id = after_id > s->table_last_id ? after_id : s->table_last_id;
	while (n < cap && id < s->last_id) {
		const struct store_row *row = store_row_find(s, ++id);
		if (row && row->number && (!sequence_id || row->e.sequence_id == sequence_id))
			ids[n++] = id;
	}
	return n;
}

bool store_journal(struct store *s, int64_t enrollment_id, store_journal_each *each, void *context)
{
	reading(s);
	const struct store_row *row = enrollment_id ? row_get(s, enrollment_id) : NULL;
	if (enrollment_id && !row)
		return false;
	return s->ops->journal(s, enrollment_id, row ? row->number : 0, each, context);
}

/* ---- opening, and what is only handed on ---- */

struct store *store_open(const char *url, enum store_mode mode, enum store_failure *failure, struct buf *error)
{
	struct slice name = slice_of(url);
	if (slice_is(name, "memory:"))
		return store_mem_open(url, mode, failure, error);
	if (slice_starts(name, "sqlite:") && name.n > sizeof "sqlite:" - 1 && store_sqlite_open)
		return store_sqlite_open(url + sizeof "sqlite:" - 1, mode, failure, error);
	*failure = STORE_MISSING;
	buf_addf(error, "%s is no store that this program can open: it is memory: or sqlite:FILE", url);
	return NULL;
}

void store_close(struct store *s)
{
	if (!s)
		return;
	store_rollback(s);
	if (s->mode != STORE_READ && !s->stopped)
		write_back(s);
	s->ops->close(s);
}

bool store_checkpoint(struct store *s)
{
	assert(!s->in_transaction && s->mode != STORE_READ);
	reading(s);
	return !s->stopped && write_back(s) && s->ops->checkpoint(s);
}

const char *store_error(const struct store *s)
{
	return s->error.failed ? "out of memory" : s->error.n ? s->error.p : "";
}

enum store_failure store_failed(const struct store *s)
{
	return s->failed;
}

bool store_inbox_waiting(struct store *s, int64_t after)
{
	return s->last_inbox_id > after;
}

#define READS(type, name, parameters, arguments)                                                                       \
	type store_##name parameters                                                                                   \
	{                                                                                                              \
		reading(s);                                                                                            \
		return s->ops->name arguments;                                                                         \
	}
#define WRITES(name, parameters, arguments)                                                                            \
	bool store_##name parameters                                                                                   \
	{                                                                                                              \
		return writing(s) && wrote(s, s->ops->name arguments);                                                 \
	}
STORE_CALLS
