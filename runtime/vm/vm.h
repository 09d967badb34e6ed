/* SPDX-License-Identifier: Apache-2.0
 * The virtual machine: (plan, enrollment before, event, now, contact) -> enrollment after + effects. Pure: no I/O, no
 * clock, no allocation, no globals; the same arguments give the same bytes. The plan must come from plan_load. */
#ifndef SEQ_RUNTIME_VM_VM_H
#define SEQ_RUNTIME_VM_VM_H
#include "base/calendar.h"
#include "base/tz.h"
#include "plan/value.h"

/* SET_CONTACT is at most one a field a wake-up, QUEUE and what PLAN_EFFECTS_MAX counts are bounded by the verifier; the
 * rest is at most one each. */
#define VM_EFFECTS_MAX 144u
#define VM_TEXT_MAX    1024u /* bytes of a text kept in a variable */
#define VM_LATE_US     (15 * US_PER_MINUTE)

/* An enrollment's place in its plan. The caller provides facts (a byte a step: bits 1 << enum plan_fact) and slots. */
struct vm_state {
	bool ended;
	uint16_t position;   /* VM_AT_START before the start event; after the end: where it stood */
	uint16_t occurrence; /* how often a repeat has gone back: no step is sent twice under one */
	uint32_t end;        /* row of `end`, or VM_END_IS_EXIT | row of `exit`; NONE when ended from outside */
	int64_t base_us;     /* completion of what precedes (rule 3) */
	int64_t armed_us;    /* when it wakes up; INT64_MAX while a message is out */
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
	uint64_t seed; /* of the enrollment: variants are picked by its hash with the step's name */
	/* For coverage: a byte for each of that image's code, VM_MARK_… where an instruction begins; written, never
	 * read. NULL: none. */
	const struct image *marked;
	uint8_t *marks;
};
#define VM_MARK_RAN 1u
#define VM_MARK_YES                                                                                                    \
	2u /* of JUMP_UNLESS, RETURN: it was yes; WAIT_UNTIL: its moment was to come; OR_DEFAULT: a value was there */
#define VM_MARK_NO 4u /* the other way: `otherwise`, the default */

enum vm_event_kind {
	VM_START,   /* enrolled */
	VM_TIMER,   /* now >= armed_us */
	VM_SETTLED, /* the message it rests at: fact is FACT_SENT, _FAILED or _SKIPPED; completed_us by rule 3.
	               `detached`: one that it did not wait for, `step`; only the fact becomes known */
	VM_DONE,    /* a task, webhook or page, `step`: fact is FACT_DONE or FACT_FAILED; completed_us; values: outcome,
	               returns, answers. Goes on where it rests there, else they only become known */
	/* Something outside: trigger, step (NONE: of no step), event name. An answer of an `ask` (values: its answers)
	 * and a click on a page's button are the step's VM_DONE, too: no second event is needed. */
	VM_TRIGGER,
	VM_FACT,    /* a step's fact became true without being a trigger: bounced */
	VM_CHANGED, /* the contact was revised, or the zone or tzdata changed: derive again (rules 5, 8) */
};
/* What an event brings to a slot. */
struct vm_setting {
	uint32_t slot;
	struct value value;
};
struct vm_event {
	enum vm_event_kind kind;
	enum plan_trigger trigger;
	uint32_t step;
	enum plan_fact fact;
	int64_t completed_us;
	struct slice name;
	bool detached;
	bool from_account; /* by another contact of the same account: only exits and arms `by account` take it */
	/* TRIGGER: it came before, was taken by no wait, and is offered to the WAIT_FOR that has just begun (VM_AWAIT):
	 * exits and facts had it already. */
	bool again;
	int64_t came_us; /* TRIGGER: when it came; now_us but for one that is offered again */
	/* START, TRIGGER, DONE: slots of kinds EVENT, REPLY, OUTCOME, RETURN, ANSWER. An event that is taken (by an
	 * exit, an arm or a start) first clears all EVENT slots; a reply sets the REPLY slots always. Texts borrow. */
	const struct vm_setting *values;
	uint32_t value_count;
};

enum vm_effect_kind {
	VM_QUEUE,   /* a message: the enrollment rests at it */
	VM_DETACH,  /* a message that the enrollment does not wait for (OP_QUEUE) */
	VM_SKIPPED, /* a step's variant is a hold-out: nothing leaves */
	VM_PERFORM, /* a task, webhook, alert, page or handoff */
	VM_SUPPRESS,
	VM_SLEEP,
	VM_AWAIT, /* after SLEEP: it rests in a WAIT_FOR; offer what came before, oldest first, until one is taken */
	VM_SET_CONTACT,
	VM_ENDED
};
struct vm_effect {
	enum vm_effect_kind kind;
	uint32_t index;   /* QUEUE, DETACH, SKIPPED, PERFORM: step; SUPPRESS: purpose; AWAIT: position; SET_CONTACT:
	                     field;   ENDED: state.end */
	uint32_t message; /* QUEUE, DETACH, SKIPPED: row of the step's message, the variant's; of PICK_CHANNEL the first
	                   */
	int64_t at_us;    /* QUEUE, DETACH: when it is due (rule 3); PERFORM: the base; SLEEP: until */
	struct value value; /* SET_CONTACT; texts borrow view or plan */
};
struct vm_effects {
	uint32_t count;
	bool taken; /* a wait took the event, or all guards of its arms refused it: it is spent (rule 9) */
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
/* Ends an enrollment by an exit that vm_exit found: its block runs, effects say what it asks for. */
void vm_leave(const struct plan *plan, const struct vm_state *before, uint32_t exit, int64_t now_us,
              const struct vm_view *view, struct vm_state *after, struct vm_effects *effects);
/* An expression of a plan (the value of a pair, a start's moment, a thanks' condition): code ends with YIELD or RETURN.
 * Texts borrow plan, state or view. state NULL: nothing is known of the enrollment. */
struct value vm_value(const struct image *image, uint32_t pc, const struct vm_state *state, const struct vm_view *view,
                      int64_t now_us);
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
