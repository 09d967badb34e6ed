/* SPDX-License-Identifier: Apache-2.0
 * Limits' counters in SQLite, after the journal's pattern: a change is one appended row of counter_log, the counters
 * stand in memory by contact or mailbox, and what changed is written back sorted when the enrollments are; the log is
 * emptied in the same transaction, so that opening replays just what is not written back. */
#include "runtime/store/store_sqlite.h"
#include <stdlib.h>
#include <string.h>

/* Groups that stay in memory over a write-back. */
#define GROUPS_MAX 100000u

struct count {
	int64_t n;
	int32_t day;
	uint8_t channel, purpose;
	bool changed; /* since it was written back */
};

/* All counters of one contact or mailbox. */
struct group {
	int64_t id;
	uint8_t scope;
	struct count *counts;
	uint32_t count, cap;
};

struct undo {
	uint32_t group, count;
	int64_t n;
	bool changed;
};

struct lite_counters {
	struct group *groups;
	uint32_t count, cap;
	uint32_t *slots; /* index + 1 */
	uint32_t slot_count;
	bool any_in_table;
	struct undo *undo;
	size_t undo_count, undo_cap;
	uint32_t changed; /* counts */
};

static bool no_memory(struct lite *l)
{
	return store_fail(&l->base, STORE_NO_MEMORY, "out of memory");
}

static uint32_t *slot_of(struct lite_counters *c, uint8_t scope, int64_t id)
{
	uint32_t at =
	        (uint32_t)((((uint64_t)id << 1 | scope) * UINT64_C(0x9E3779B97F4A7C15)) >> 32) & (c->slot_count - 1);
	while (c->slots[at] && (c->groups[c->slots[at] - 1].id != id || c->groups[c->slots[at] - 1].scope != scope))
		at = (at + 1) & (c->slot_count - 1);
	return &c->slots[at];
}

/* Room for one more group. */
static bool groups_reserve(struct lite *l)
{
	struct lite_counters *c = l->counters;
	if (c->count < c->cap)
		return true;
	uint32_t cap = c->cap ? c->cap * 2 : 64;
	struct group *groups = realloc(c->groups, sizeof *groups * cap);
	if (!groups)
		return no_memory(l);
	c->groups = groups;
	uint32_t *slots = calloc((size_t)cap * 2, sizeof *slots);
	if (!slots)
		return no_memory(l);
	free(c->slots);
	c->slots = slots;
	c->slot_count = cap * 2;
	c->cap = cap;
	for (uint32_t i = 0; i < c->count; i++)
		*slot_of(c, groups[i].scope, groups[i].id) = i + 1;
	return true;
}

static struct count *count_find(struct group *g, int32_t day, uint8_t channel, uint8_t purpose)
{
	for (uint32_t i = g->count; i-- > 0;) /* today stands last */
		if (g->counts[i].day == day && g->counts[i].channel == channel && g->counts[i].purpose == purpose)
			return &g->counts[i];
	return NULL;
}

static struct count *count_add(struct lite *l, struct group *g, struct count new)
{
	if (g->count == g->cap) {
		uint32_t cap = g->cap ? g->cap * 2 : 4;
		struct count *counts = realloc(g->counts, sizeof *counts * cap);
		if (!counts) {
			no_memory(l);
			return NULL;
		}
		g->counts = counts;
		g->cap = cap;
	}
	g->counts[g->count] = new;
	return &g->counts[g->count++];
}

static bool group_load(struct lite *l, struct group *g)
{
	sqlite3_stmt *sql = lite_sql(l, SQL_COUNTER_GET);
	if (!sql)
		return false;
	sqlite3_bind_int(sql, 1, g->scope);
	sqlite3_bind_int64(sql, 2, g->id);
	int found;
	while ((found = lite_row(l, sql)) == 1) {
		struct count c = {.day = sqlite3_column_int(sql, 0),
		                  .channel = (uint8_t)sqlite3_column_int(sql, 1),
		                  .purpose = (uint8_t)sqlite3_column_int(sql, 2),
		                  .n = sqlite3_column_int64(sql, 3)};
		if (!count_add(l, g, c))
			break;
	}
	sqlite3_reset(sql);
	return found == 0;
}

/* The group, read from the table when it is first asked for. */
static struct group *group_get(struct lite *l, uint8_t scope, int64_t id)
{
	struct lite_counters *c = l->counters;
	uint32_t at = c->slot_count ? *slot_of(c, scope, id) : 0;
	if (at)
		return &c->groups[at - 1];
	if (!groups_reserve(l))
		return NULL;
	struct group *g = &c->groups[c->count];
	*g = (struct group){.scope = scope, .id = id};
	if (c->any_in_table && !group_load(l, g)) {
		free(g->counts);
		return NULL;
	}
	*slot_of(c, scope, id) = ++c->count;
	return g;
}

static bool undo_save(struct lite *l, const struct group *g, const struct count *at)
{
	struct lite_counters *c = l->counters;
	if (c->undo_count == c->undo_cap) {
		size_t cap = c->undo_cap ? c->undo_cap * 2 : 64;
		struct undo *undo = realloc(c->undo, sizeof *undo * cap);
		if (!undo)
			return no_memory(l);
		c->undo = undo;
		c->undo_cap = cap;
	}
	c->undo[c->undo_count++] =
	        (struct undo){(uint32_t)(g - c->groups), (uint32_t)(at - g->counts), at->n, at->changed};
	return true;
}

static bool bind_and_run(struct lite *l, enum lite_statement which, const struct counter_key *key, int64_t n)
{
	sqlite3_stmt *sql = lite_sql(l, which);
	if (!sql)
		return false;
	sqlite3_bind_int(sql, 1, key->scope);
	sqlite3_bind_int64(sql, 2, key->id);
	sqlite3_bind_int(sql, 3, key->day);
	sqlite3_bind_int(sql, 4, key->channel);
	sqlite3_bind_int(sql, 5, key->purpose);
	sqlite3_bind_int64(sql, 6, n);
	return lite_run(l, sql);
}

static void count_set(struct lite_counters *c, struct count *at, int64_t n)
{
	at->n = n;
	c->changed += !at->changed;
	at->changed = true;
}

static struct count *count_get(struct lite *l, struct group *g, const struct counter_key *key)
{
	struct count *at = count_find(g, key->day, key->channel, key->purpose);
	struct count new = {.day = key->day, .channel = key->channel, .purpose = key->purpose};
	return at ? at : count_add(l, g, new);
}

bool lite_counter_add(struct store *s, const struct counter_key *key, int32_t n, int64_t *now_n)
{
	struct lite *l = lite_of(s);
	struct group *g = group_get(l, key->scope, key->id);
	struct count *at = g ? count_get(l, g, key) : NULL;
	if (!at || !undo_save(l, g, at) || !bind_and_run(l, SQL_COUNTER_LOG, key, at->n + n))
		return false;
	count_set(l->counters, at, at->n + n);
	s->unwritten++;
	*now_n = at->n;
	return true;
}

int64_t lite_counter_sum(struct store *s, const struct counter_key *key, int32_t from_day, int32_t to_day)
{
	struct lite *l = lite_of(s);
	int64_t sum = 0;
	if (!l->counters->any_in_table && l->counters->count == 0)
		return 0;
	const struct group *g = group_get(l, key->scope, key->id);
	if (!g)
		return -1;
	for (uint32_t i = 0; i < g->count; i++) {
		const struct count *c = &g->counts[i];
		if (c->day >= from_day && c->day <= to_day && (key->channel == 255 || key->channel == c->channel) &&
		    (key->purpose == 255 || key->purpose == c->purpose))
			sum += c->n;
	}
	return sum;
}

void lite_counters_commit(struct lite *l)
{
	l->counters->undo_count = 0;
}

void lite_counters_rollback(struct lite *l)
{
	struct lite_counters *c = l->counters;
	while (c->undo_count > 0) {
		const struct undo *u = &c->undo[--c->undo_count];
		struct count *at = &c->groups[u->group].counts[u->count];
		c->changed -= at->changed && !u->changed;
		at->n = u->n;
		at->changed = u->changed;
	}
}

/* ---- writing back, and opening ---- */

struct changed {
	struct counter_key key;
	int64_t n;
};

static int by_key(const void *a, const void *b)
{
	const struct counter_key *x = &((const struct changed *)a)->key, *y = &((const struct changed *)b)->key;
	if (x->scope != y->scope)
		return x->scope < y->scope ? -1 : 1;
	if (x->id != y->id)
		return x->id < y->id ? -1 : 1;
	if (x->day != y->day)
		return x->day < y->day ? -1 : 1;
	return x->channel != y->channel ? x->channel - y->channel : x->purpose - y->purpose;
}

bool lite_counters_write_back(struct lite *l)
{
	const struct lite_counters *c = l->counters;
	if (c->changed == 0)
		return true;
	struct changed *all = malloc(sizeof *all * c->changed);
	sqlite3_stmt *unlog = lite_sql(l, SQL_COUNTER_UNLOG);
	size_t n = 0;
	if (!all || !unlog) {
		free(all);
		return all ? false : no_memory(l);
	}
	for (uint32_t i = 0; i < c->count; i++)
		for (uint32_t k = 0; k < c->groups[i].count; k++) {
			const struct group *g = &c->groups[i];
			const struct count *at = &g->counts[k];
			if (at->changed)
				all[n++] =
				        (struct changed){{g->scope, at->channel, at->purpose, g->id, at->day}, at->n};
		}
	qsort(all, n, sizeof *all, by_key);
	bool done = true;
	for (size_t i = 0; done && i < n; i++)
		done = bind_and_run(l, SQL_COUNTER_PUT, &all[i].key, all[i].n);
	free(all);
	return done && lite_run(l, unlog);
}

void lite_counters_written(struct lite *l)
{
	struct lite_counters *c = l->counters;
	c->any_in_table = c->any_in_table || c->changed > 0;
	c->changed = 0;
	for (uint32_t i = 0; i < c->count; i++)
		for (uint32_t k = 0; k < c->groups[i].count; k++)
			c->groups[i].counts[k].changed = false;
	if (c->count <= GROUPS_MAX)
		return;
	for (uint32_t i = 0; i < c->count; i++)
		free(c->groups[i].counts);
	c->count = 0;
	memset(c->slots, 0, sizeof *c->slots * c->slot_count);
}

bool lite_counters_open(struct lite *l)
{
	int64_t any;
	if (!(l->counters = calloc(1, sizeof *l->counters)))
		return no_memory(l);
	sqlite3_stmt *sql = lite_sql(l, SQL_COUNTER_LOGGED);
	if (!sql || !lite_number(l, SQL_COUNTER_ANY, &any))
		return false;
	l->counters->any_in_table = any != 0;
	int found;
	while ((found = lite_row(l, sql)) == 1) {
		struct counter_key key = {.scope = (uint8_t)sqlite3_column_int(sql, 0),
		                          .id = sqlite3_column_int64(sql, 1),
		                          .day = sqlite3_column_int(sql, 2),
		                          .channel = (uint8_t)sqlite3_column_int(sql, 3),
		                          .purpose = (uint8_t)sqlite3_column_int(sql, 4)};
		struct group *g = group_get(l, key.scope, key.id);
		struct count *at = g ? count_get(l, g, &key) : NULL;
		if (!at)
			break;
		count_set(l->counters, at, sqlite3_column_int64(sql, 5));
		l->base.unwritten++;
	}
	sqlite3_reset(sql);
	return found == 0;
}

void lite_counters_free(struct lite *l)
{
	struct lite_counters *c = l->counters;
	if (!c)
		return;
	for (uint32_t i = 0; i < c->count; i++)
		free(c->groups[i].counts);
	free(c->groups);
	free(c->slots);
	free(c->undo);
	free(c);
}
