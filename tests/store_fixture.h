/* SPDX-License-Identifier: Apache-2.0
 * What the tests of the store share: a store of either kind in a folder of its own, and some calls with checks. */
#ifndef SEQ_TESTS_STORE_FIXTURE_H
#define SEQ_TESTS_STORE_FIXTURE_H
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "runtime/store/store_sqlite.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct fixture {
	const char *backend;
	char folder[64], url[128];
	struct store *s;
};

static struct fixture in_memory = {.backend = "memory"}, in_sqlite = {.backend = "sqlite"};

static inline struct store *open_store(const char *url, enum store_mode mode)
{
	enum store_failure failure = STORE_OK;
	struct buf error = {0};
	struct store *s = store_open(url, mode, &failure, &error);
	if (!s)
		print_error("%s\n", buf_cstr(&error));
	assert_non_null(s);
	buf_free(&error);
	return s;
}

static inline enum store_failure cannot_open(const char *url, enum store_mode mode, const char *says)
{
	enum store_failure failure = STORE_OK;
	struct buf error = {0};
	assert_null(store_open(url, mode, &failure, &error));
	if (!strstr(buf_cstr(&error), says))
		fail_msg("expected \"%s\" in: %s", says, buf_cstr(&error));
	buf_free(&error);
	return failure;
}

static inline int set_up(void **state)
{
	struct fixture *f = *state;
	snprintf(f->folder, sizeof f->folder, "/tmp/store_test.XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	snprintf(f->url, sizeof f->url, "sqlite:%s/seq.db", f->folder);
	f->s = open_store(f == &in_memory ? "memory:" : f->url, STORE_CREATE);
	return 0;
}

static inline int tear_down(void **state)
{
	struct fixture *f = *state;
	char command[128];
	store_close(f->s);
	snprintf(command, sizeof command, "rm -rf %s", f->folder);
	return system(command);
}

/* Closes and opens again; what is in memory stays as it is. */
static inline void reopen(struct fixture *f)
{
	if (f == &in_memory)
		return;
	store_close(f->s);
	f->s = open_store(f->url, STORE_WRITE);
}

static inline struct slice text(const char *s)
{
	return slice_of(s);
}

static inline int64_t enroll(struct store *s, int64_t contact, int64_t wake, const char *state)
{
	struct enrollment e = {
	        .sequence_id = 1, .plan_id = 1, .contact_id = contact, .wake_us = wake, .state = text(state)};
	assert_true(store_step(s, &e, 100, SLICE("enrolled")));
	return e.id;
}

static inline void step(struct store *s, int64_t id, int64_t wake, const char *state)
{
	struct enrollment e;
	assert_true(store_enrollment_get(s, id, &e));
	e.wake_us = wake;
	e.state = text(state);
	assert_true(store_step(s, &e, 200, SLICE("step")));
}

static inline void assert_state(struct store *s, int64_t id, const char *state, int64_t wake)
{
	struct enrollment e;
	assert_true(store_enrollment_get(s, id, &e));
	assert_int_equal(e.id, id);
	assert_int_equal(e.state.n, strlen(state));
	assert_memory_equal(e.state.p, state, e.state.n);
	assert_int_equal(e.wake_us, wake);
}

/* The ids that are due, as text. */
static inline void assert_due(struct store *s, int64_t now, const char *expected)
{
	int64_t ids[16];
	char got[256] = "";
	int n = store_due(s, now, ids, 16);
	assert_true(n >= 0);
	for (int i = 0; i < n; i++)
		sprintf(got + strlen(got), "%s%lld", i ? " " : "", (long long)ids[i]);
	assert_string_equal(got, expected);
}

#define IN_TRANSACTION(s, ...)                                                                                         \
	do {                                                                                                           \
		assert_true(store_begin(s));                                                                           \
		__VA_ARGS__;                                                                                           \
		assert_true(store_commit(s));                                                                          \
	} while (0)

/* clang-format off */
#define ON(where, test) { #test " (" #where ")", test, set_up, tear_down, &where }
/* clang-format on */
#define BOTH(test) ON(in_memory, test), ON(in_sqlite, test)
#endif
