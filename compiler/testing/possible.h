/* SPDX-License-Identifier: Apache-2.0
 * What can happen to an enrollment, read from its plan and policy: who can be enrolled, when, what they and the world
 * can do, and the values on both sides of everything that the code compares with. */
#ifndef SEQ_COMPILER_TESTING_POSSIBLE_H
#define SEQ_COMPILER_TESTING_POSSIBLE_H
#include "compiler/testing/play.h"

/* Numbers from a seed, the same on every machine (splitmix64). */
struct dice {
	uint64_t state;
};
uint32_t dice_below(struct dice *d, uint32_t n); /* 0 … n-1; 0 for n == 0 */

/* A value of a field: a text, or a date that many days from the start. */
struct possible_value {
	struct slice text; /* empty: absent */
	bool relative, moment;
	int32_t days;
};
struct possible_field {
	struct slice name; /* "region", "input.order"; of an event's field its own name */
	enum plan_type type;
	bool input;
	bool read; /* by the code: another value may take another way */
	struct possible_value *values;
	uint32_t count, cap;
};
struct possible_fields {
	struct possible_field *items;
	uint32_t count, cap;
};

enum possible_kind { CAN_EVENT, CAN_SET, CAN_PAUSE, CAN_RESUME };
/* One thing that can be done; its values are thrown when it is. */
struct possible_act {
	enum possible_kind kind;
	enum drive_event_kind event;
	uint32_t step;     /* row; NONE: of none */
	struct slice name; /* of EVENT_NAMED */
	bool by_account;
};

struct possible {
	const struct policy *policy;
	const struct plan *plan;
	struct tz_db *zones;
	struct arena *arena;
	struct possible_fields fields; /* of the contact and of the enrollment */
	struct possible_fields event;  /* of what comes with an event */
	struct possible_field replies; /* what a reply can say */
	struct possible_field answers; /* numbers that answers are compared with */
	struct possible_act *acts;     /* the likelier ones several times */
	uint32_t act_count, act_cap;
	int32_t *days; /* on which a start is worth a try */
	uint32_t day_count, day_cap;
	int32_t *minutes;
	uint32_t minute_count, minute_cap;
};
/* Reads them; all is the arena's. plan, policy and zones must outlive it. */
void possible_read(struct possible *p, const struct policy *policy, const struct plan *plan, struct tz_db *zones,
                   struct arena *arena);
/* Somebody to enroll: `play` is play_sample's, and gets other fields and another start. */
void possible_enroll(const struct possible *p, struct dice *dice, struct play *play);
/* One field of the play is given another value. */
void possible_change_field(const struct possible *p, struct dice *dice, struct play *play);
int64_t possible_start(const struct possible *p, struct dice *dice, const struct play *play);
/* An act, with its values; at_us: when it is done. */
struct scenario_act possible_throw(const struct possible *p, struct dice *dice, const struct play *play, int64_t at_us);
#endif
