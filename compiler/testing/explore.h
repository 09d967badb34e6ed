/* SPDX-License-Identifier: Apache-2.0
 * Walks a sequence's event orders and boundary times by itself: what can happen is read from the plan, times are put
 * around what happened so far, plays that reached new code are kept and changed on. Seeded: the same seed and number
 * of runs give the same plays. */
#ifndef SEQ_COMPILER_TESTING_EXPLORE_H
#define SEQ_COMPILER_TESTING_EXPLORE_H
#include "compiler/testing/invariants.h"

struct explore_options {
	const struct compile *k; /* compiled with `emit` */
	struct slice sequence;
	struct tz_db *zones;
	uint64_t seed;
	uint32_t runs;       /* at most so many plays */
	uint32_t at_most_ms; /* of the machine's time; 0: until `runs` */
	/* Called for each play that reached code or a mark that none before had, with its scenario and the plan's marks
	 * so far (VM_MARK_…, a byte for each of its code). The play's texts last as long as the arena. NULL: nobody is.
	 */
	void (*each)(void *context, const struct play *p, const struct scenario *s, const uint8_t *marks);
	bool orders; /* `each`: also for one in which things happened in an order, or for a reason, that was new */
	/* Whether a run is as it must be; NULL: invariants_hold. False: text says what is wrong. */
	bool (*holds)(void *context, const struct run_seen *run, struct run_broken *broken);
	/* Now and then, for a terminal. NULL: nobody looks. */
	void (*progress)(void *context, uint32_t runs, uint32_t reached, uint32_t marks);
	void *context;
};

struct explore_report {
	uint32_t plays;          /* that ran */
	uint32_t refused;        /* whose contact was not taken */
	uint64_t instants;       /* at which something happened */
	uint32_t reached, marks; /* marks that were reached, of those there are */
	const uint8_t *seen;     /* VM_MARK_…, a byte for each of the plan's code; the arena's */
	bool broken;
	struct run_broken what;
	struct play play; /* the smallest that shows it; the arena's */
	uint32_t at_play; /* which play broke it */
};
/* False: it could not be played at all; error says why. */
bool explore(const struct explore_options *options, struct explore_report *report, struct arena *arena,
             struct buf *error);
#endif
