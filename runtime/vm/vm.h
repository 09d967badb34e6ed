/* SPDX-License-Identifier: Apache-2.0
 * The virtual machine: (plan, enrollment before, event, now, contact) -> enrollment after + effects. Pure: no I/O, no
 * clock, no allocation, no globals; the same arguments give the same bytes. The plan must come from plan_load. */
#ifndef SEQ_RUNTIME_VM_VM_H
#define SEQ_RUNTIME_VM_VM_H
#include "base/calendar.h"
#include "base/tz.h"
#include "plan/value.h"

#define VM_EFFECTS_MAX 80u /* SET_CONTACT is at most one a field a wake-up; the rest is at most one each */
/* An encoded state is never longer: the scalars, a fact byte for each of 65,535 steps, 64 texts cut to VM_TEXT_MAX. */
#define VM_STATE_BYTES_MAX (132u << 10)
#define VM_TEXT_MAX        1024u /* bytes of a text kept in a variable */
#define VM_LATE_US         (15 * US_PER_MINUTE)

/* An enrollment's place in its plan. The caller provides facts (a byte a step: bits 1 << enum plan_fact) and slots. */
struct vm_state {
	bool ended;
	uint16_t position; /* VM_AT_START before the start event; after the end: where it stood */
	uint16_t occurrence;
	uint32_t end;     /* row of `end`, or VM_END_IS_EXIT | row of `exit`; NONE when ended from outside */
	int64_t base_us;  /* completion of what precedes (rule 3) */
	int64_t armed_us; /* when it wakes up; INT64_MAX while a message is out */
	int64_t started_us;
	uint8_t *facts;
	uint16_t fact_count;
	struct value *slots;
	uint16_t slot_count;
};
#define VM_AT_START    0xFFFFu
#define VM_END_IS_EXIT 0x80000000u

/* What the VM may look at beside the state. fields/inputs: in the order of the `field` and
 * `input` rows of the image whose code runs (NULL: all absent). */
struct vm_view {
	const struct value *fields;
	const struct value *inputs;
	const struct tz *zone;           /* schedule zone (rule 5) */
	const struct calendar *holidays; /* NULL: none */
	struct slice locale;
};

enum vm_event_kind {
	VM_START,   /* enrolled */
	VM_TIMER,   /* now >= armed_us */
	VM_SETTLED, /* the message it rests at: fact is FACT_SENT, _FAILED or _SKIPPED; completed_us by rule 3 */
	VM_TRIGGER, /* something outside: trigger, step (NONE: of no step), event name */
	VM_FACT,    /* a step's fact became true without being a trigger: bounced */
	VM_CHANGED, /* the contact was revised, or the zone or tzdata changed: derive again (rules 5, 8) */
};
struct vm_event {
	enum vm_event_kind kind;
	enum plan_trigger trigger;
	uint32_t step;
	enum plan_fact fact;
	int64_t completed_us;
	struct slice name;
	bool from_account; /* by another contact of the same account: only exits `by account` take it */
};

enum vm_effect_kind { VM_QUEUE, VM_SLEEP, VM_SET_CONTACT, VM_ENDED };
struct vm_effect {
	enum vm_effect_kind kind;
	uint32_t index;     /* QUEUE: step; SET_CONTACT: field; ENDED: state.end */
	int64_t at_us;      /* QUEUE: when it is due (rule 3); SLEEP: until */
	struct value value; /* SET_CONTACT; texts borrow view or plan */
};
struct vm_effects {
	uint32_t count;
	struct vm_effect items[VM_EFFECTS_MAX];
};

/* One wake-up. `after` has its own facts and slots arrays of the same sizes (before's own will do as well); slots'
 * texts may borrow before, plan or view.
 * An event that concerns nothing gives after == before and no effects. Exits are tested first (rule 9). */
void vm_step(const struct plan *plan, const struct vm_state *before, const struct vm_event *event, int64_t now_us,
             const struct vm_view *view, struct vm_state *after, struct vm_effects *effects);
/* The exit that is true now (its row), or NONE: what the gate asks at the release. `event` NULL: only `exit when`. */
uint32_t vm_exit(const struct plan *plan, const struct vm_state *state, const struct vm_event *event, int64_t now_us,
                 const struct vm_view *view);
/* A condition of a plan or policy (limit when, consent): code ends with RETURN. */
bool vm_condition(const struct image *image, uint32_t pc, const struct vm_view *view, int64_t now_us);

/* ---- texts ---- */
/* Receives a text's pieces in order; is_value: a hole's value, to be escaped. */
typedef void vm_sink(void *context, struct slice piece, bool is_value);
struct vm_text_view {
	const struct vm_view *view;
	const struct vm_state *state; /* NULL in a policy's text */
	int64_t now_us;
	struct value builtins[BUILTIN_COUNT];
	char *scratch; /* filters write here; pieces borrow it until the call returns */
	size_t scratch_n;
};
/* Runs a text (plan_text_entry). False if scratch was too small: what was cut is reported, not sent. */
bool vm_text(const struct image *image, uint32_t pc, const struct vm_text_view *view, vm_sink *sink, void *context);

/* ---- packed state ---- */
/* Appends the packed state: varints, trailing zero facts dropped. */
void vm_state_encode(struct buf *out, const struct vm_state *s);
/* Unpacks into arrays of the given capacity (facts zeroed first); texts borrow `bytes`. False if damaged. */
bool vm_state_decode(struct slice bytes, struct vm_state *s);
void vm_state_init(struct vm_state *s, uint8_t *facts, uint16_t fact_count, struct value *slots, uint16_t slot_count);
#endif
