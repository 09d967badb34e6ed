/* SPDX-License-Identifier: Apache-2.0
 * Plans and the policy in force, loaded once, with what the drive looks up at every wake-up worked out beforehand. */
#ifndef SEQ_RUNTIME_LIBRARY_H
#define SEQ_RUNTIME_LIBRARY_H
#include "base/tz.h"
#include "plan/value.h"
#include "runtime/gate.h"
#include "runtime/numbering.h"

struct loaded_window {
	struct window_set set;
	struct slice zone;   /* the window's `in`; empty: none */
	uint16_t zone_field; /* the contact field that its `in` names; NAME_NONE */
};

struct loaded_plan {
	int64_t id; /* the store's */
	struct plan plan;
	struct buf bytes;
	struct slice name;
	uint32_t field_count, input_count, step_count;
	uint16_t *field_numbers;       /* of the plan's field rows */
	struct loaded_window *windows; /* of its window rows, then the one that stands where none is written (rule 4) */
	struct window_part *parts;
	bool *position_is_at; /* by position: its wait names a time of day, an opening of rule 3 */
	unsigned channels;    /* bits 1 << enum plan_channel of its messages */
	bool has_limits;      /* of its own, with a period */
	bool has_variants;    /* a message is picked by the enrollment's hash */
	bool awaits;          /* has a `wait for` */
	uint8_t *marks;       /* which of its code ran: vm_view.marks; NULL. Borrowed */
};

struct loaded_policy {
	int64_t id; /* 0: none is in force */
	struct policy policy;
	struct buf bytes;
	uint32_t field_count;
	uint16_t *field_numbers; /* of the policy's field rows */
	const struct tz *zone;
	struct calendar holidays;
	struct gate_quiet *quiet; /* of all channels, in order of channel */
	uint32_t quiet_from[CHANNEL_COUNT + 1];
	uint16_t address[CHANNEL_COUNT]; /* field number that holds it; NAME_NONE: no such field */
	uint16_t zone_field, locale_field, name_field, last_name_field;
	bool contact_limits, mailbox_limits; /* rows with a period */
	bool has_conditions;                 /* limits' `when`, consent: a view of all fields is needed */
};

/* Takes `bytes` over (and frees them on failure). False: error says why. */
bool library_plan(struct loaded_plan *out, int64_t id, struct buf *bytes, struct numbering *fields, struct buf *error);
void library_plan_free(struct loaded_plan *p);
bool library_policy(struct loaded_policy *out, int64_t id, struct buf *bytes, struct numbering *fields,
                    struct tz_db *zones, struct buf *error);
void library_policy_free(struct loaded_policy *p);
/* The window that decides for a message; NULL: the sequence's. */
const struct loaded_window *library_window(const struct loaded_plan *p, const struct plan_message *message);
const struct plan_message *library_message(const struct loaded_plan *p, uint32_t step); /* a message step's first */
/* A duration constant from an instant on: days and months by the wall clock of the zone. NONE: `or_us` later. */
int64_t library_after(const struct image *image, uint32_t constant, int64_t from_us, const struct tz *zone,
                      const struct calendar *holidays, int64_t or_us);
/* The value of a constant row: a field's or input's fallback. */
struct value library_constant(const struct image *image, uint32_t constant);
#endif
