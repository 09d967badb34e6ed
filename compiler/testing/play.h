/* SPDX-License-Identifier: Apache-2.0
 * A play: all that a contact and the world bring to a sequence, and running it. The same play gives the same run, byte
 * for byte. Behind `seqc test --explore`, `seqc preview` and `seqc check --emit-test`. */
#ifndef SEQ_COMPILER_TESTING_PLAY_H
#define SEQ_COMPILER_TESTING_PLAY_H
#include "compiler/compile.h"
#include "plan/plan.h"
#include "runtime/scenario.h"

struct play_act {
	int64_t at_us;
	struct scenario_act act;
};

/* A scenario's whole input. Slices and arrays are whoever's made it. */
struct play {
	struct slice sequence, mailbox; /* mailbox empty: the sequence's own, or the workspace's first */
	struct drive_field *fields;     /* of the contact, and "input.NAME" */
	size_t field_count;
	int64_t start_us;
	struct play_act *acts; /* in order of time */
	size_t act_count;
	bool spread, ramp;
};

/* Fields for a made-up contact of this policy and plan: its addresses, and whatever must be there. Replaces p->fields;
 * they are the arena's, or the images'. */
void play_sample(struct play *p, const struct policy *policy, const struct plan *plan, struct arena *arena);
/* A value that fits the type: of `one of` the first option, of a text its own name. */
struct slice play_sample_value(const struct image *m, enum plan_type type, struct slice name, uint32_t option);

/* The play's field of that name, "contact." before either or not; NULL: none. And what it says; empty: nothing. */
struct drive_field *play_field(const struct play *p, struct slice name);
struct slice play_text(const struct play *p, struct slice name);
/* Gives that field a value, in the arena's array where it is a new one; an empty text takes the field away. */
void play_set_field(struct play *p, struct slice name, struct slice text, struct arena *arena);

/* Of a play's run; what is not said is as zero. */
struct play_options {
	int64_t until_us; /* NEVER_US: to the end */
	bool alone;       /* only its own sequence is there, and none that it hands over to */
	bool drop; /* an act that cannot be done, or of a step that has not come, is taken out of p->acts; else it
	            * is an error */
	uint32_t instants_max; /* so many instants, and it stops there; 0: as many as there are */
	void (*instant)(void *context, int64_t at_us); /* each at which something may have happened; or NULL */
	uint8_t *(*marks)(void *context, const struct plan *plan); /* as in scenario_options */
	void *context;
};
/* Opens, enrolls, does the acts and runs on. NULL: error says why (refused, an act that cannot be done). The caller
 * closes the scenario. k must have been compiled with `emit`. */
struct scenario *play_run_with(const struct compile *k, struct tz_db *zones, struct play *p,
                               const struct play_options *options, struct buf *error);
/* The same, of acts that can all be done. */
struct scenario *play_run(const struct compile *k, struct tz_db *zones, const struct play *p, int64_t until_us,
                          uint8_t *(*marks)(void *, const struct plan *), void *context, struct buf *error);
/* A scenario's options for that sequence of a compile: its plan, and those it hands over to (*plans: the arena's).
 * False: there is none with a plan. */
bool play_options_of(const struct compile *k, struct slice sequence, struct tz_db *zones, struct arena *arena,
                     struct scenario_options *options);
/* scenario_enroll of the play's contact; where the sequence goes on from a message of one's own, a made-up one. `o`: as
 * play_options_of gave it, plans[0] the sequence's. */
bool play_enroll(struct scenario *s, const struct scenario_options *o, const struct play *p, struct buf *error);
/* A copy in the arena whose fields and acts may be changed; texts are borrowed. */
struct play play_copy(const struct play *p, struct arena *arena);
/* A copy that borrows nothing, but for what an ACT_DEPLOY brings. */
struct play play_own(const struct play *p, struct arena *arena);
/* The contact's zone as the play has it at its start, else the workspace's. */
const struct tz *play_zone(const struct play *p, const struct policy *policy, struct tz_db *zones);
#endif
