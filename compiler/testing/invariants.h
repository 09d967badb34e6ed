/* SPDX-License-Identifier: Apache-2.0
 * What holds in every run of every sequence, looked for in one run: from the rows of plan and policy, the zones' own
 * tables and what happened, by other means than the drive used. Pure. */
#ifndef SEQ_COMPILER_TESTING_INVARIANTS_H
#define SEQ_COMPILER_TESTING_INVARIANTS_H
#include "compiler/testing/play.h"

/* INVARIANT(NAME, "in words") */
#define INVARIANTS                                                                                                     \
	INVARIANT(AFTER_EXIT, "no message after an exit")                                                              \
	INVARIANT(WINDOW, "no message outside its window")                                                             \
	INVARIANT(QUIET, "no message in quiet hours")                                                                  \
	INVARIANT(LIMIT, "no message over a limit")                                                                    \
	INVARIANT(TWICE, "no message twice")                                                                           \
	INVARIANT(PROMISE, "every promise is kept")                                                                    \
	INVARIANT(ENDLESS, "every path ends")                                                                          \
	INVARIANT(ORDER, "time goes one way")
enum invariant {
#define INVARIANT(NAME, words) INVARIANT_##NAME,
	INVARIANTS
#undef INVARIANT
	        INVARIANT_COUNT
};
const char *invariant_words(enum invariant which);

/* A run, whole. */
struct run_seen {
	const struct plan *plan;
	const struct policy *policy;
	const struct play *play;
	const struct happening *happenings;
	size_t happening_count;
	struct tz_db *zones;
	bool ended;
	int64_t next_us; /* when something happens next by itself; NEVER_US: nothing will */
};
struct run_broken {
	enum invariant which;
	size_t happening; /* with which it broke; happening_count: with none */
	char text[200];   /* one clause: "email bump left at Sat 10:00; the window is …" */
};
/* False: broken says the first that broke. */
bool invariants_hold(const struct run_seen *run, struct run_broken *broken);
/* Whether the run has at most so many of them in any such period (rule 6): enum plan_limit_what; 0: in all. */
bool run_has_at_most(const struct run_seen *run, uint32_t what, uint32_t count, uint32_t period_days,
                     struct run_broken *broken);
#endif
