/* SPDX-License-Identifier: Apache-2.0
 * The inside of the virtual machine: what one run over the code holds, and the instructions that the switch of
 * evaluate.c calls. body.c has those of a sequence's body that go on, rest.c those that come to rest, moment.c those
 * that know zones, text.c those of texts; step.c is what happens around a run. Nothing here checks what the verifier
 * proved; a field or input of another type than the plan's counts as absent. */
#ifndef SEQ_RUNTIME_VM_MACHINE_H
#define SEQ_RUNTIME_VM_MACHINE_H
#include "runtime/vm/vm.h"

struct machine {
	const struct image *image;
	const uint8_t *code;
	const struct vm_view *view;
	const struct tz *zone;
	int64_t now_us;
	const struct vm_state *state; /* what is read; NULL in a policy */
	/* A sequence's body alone: */
	struct vm_state *after;
	struct vm_effects *effects;
	bool leaving;  /* the block of an exit: no other exit is asked */
	bool deriving; /* a wait's rule is run again: stop at the wait, and only say its moment */
	struct value derived;
	uint32_t otherwise; /* where that wait goes when its moment has passed; NONE: it has no otherwise */
	uint32_t wait;      /* the last WAIT_UNTIL that was run */
	/* A condition or an expression alone: */
	bool answer;
	struct value result;
	/* A text alone: */
	const struct vm_text_view *text;
	vm_sink *sink;
	void *context;
	size_t scratch_used;
	bool cut;       /* scratch was too small */
	uint8_t *marks; /* NULL: nobody asks which code ran */
	uint32_t top;
	struct value stack[PLAN_STACK_MAX]; /* not cleared: the verifier proves that only what was pushed is read */
};

void machine_begin(struct machine *m, const struct image *image, const struct vm_view *view, int64_t now_us,
                   const struct vm_state *state);
/* Runs from pc until the enrollment rests or ends, the condition has its answer, or the text is done. */
void machine_run(struct machine *m, uint32_t pc);

/* For coverage: which way the instruction at pc went. */
static inline void mark(const struct machine *m, uint32_t pc, bool yes)
{
	if (m->marks)
		m->marks[pc] |= yes ? VM_MARK_YES : VM_MARK_NO;
}

#define ABSENT ((struct value){.set = 0})

static inline void push(struct machine *m, struct value v)
{
	m->stack[m->top++] = v;
}

static inline struct value pop(struct machine *m)
{
	return m->stack[--m->top];
}

static inline void push_int(struct machine *m, enum plan_type type, int64_t i)
{
	m->stack[m->top++] = (struct value){.set = 1, .type = (uint8_t)type, .u.i = i};
}

/* Sums that stop at the ends, so that no value a contact brings can overflow. */
static inline int64_t add_saturating(int64_t a, int64_t b)
{
	int64_t sum;
	return __builtin_add_overflow(a, b, &sum) ? (a < 0 ? INT64_MIN : INT64_MAX) : sum;
}

static inline int64_t subtract_saturating(int64_t a, int64_t b)
{
	int64_t difference;
	return __builtin_sub_overflow(a, b, &difference) ? (a < 0 ? INT64_MIN : INT64_MAX) : difference;
}

/* ---- moment.c: dates and moments in the schedule zone ---- */
int64_t wall_of(const struct machine *m, int64_t moment_us); /* the local wall clock, of any moment */
void op_today(struct machine *m);
void op_days_between(struct machine *m);
void op_shift_date(struct machine *m, bool back);
void op_shift(struct machine *m, bool back);
void op_midnight(struct machine *m);
void op_at(struct machine *m, uint32_t minute);
void op_next_time(struct machine *m, uint32_t minute);
void op_next_day(struct machine *m, uint32_t daytime);

/* ---- body.c: what goes on ---- */
void add_effect(struct vm_effects *effects, struct vm_effect effect);
void set_fact(struct vm_state *s, uint32_t step, enum plan_fact fact);
/* Slots of kind SETTLED keep when. */
void set_settled(const struct image *image, struct vm_state *s, uint32_t step, int64_t at_us);
void set_slot(struct vm_state *s, uint32_t slot, struct value v);
void op_store(struct machine *m, uint32_t slot);
void op_queue(struct machine *m, uint32_t step);
void op_perform(struct machine *m, uint32_t step);
void forget(struct machine *m, uint32_t step);
/* The message of an `ask`: nothing stands between them (rule 13). */
bool leads_to_ask(const struct image *image, uint32_t step);
void op_suppress(struct machine *m, uint32_t purpose);
void op_original(struct machine *m, uint32_t step);
void op_rounds(struct machine *m, uint32_t slot);
/* True: an `exit when` holds with that, so that nothing more is done here (rule 9). */
bool op_set_contact(struct machine *m, uint32_t field);
void op_end(struct machine *m, uint32_t end);
void end_with(struct vm_state *after, uint32_t end, struct vm_effects *effects);
/* The row of the step's message that this enrollment gets (language.md §4: variants). */
uint32_t pick_message(const struct machine *m, uint32_t step);

/* ---- rest.c: true from those that come to rest ---- */
/* Asks a condition beside the body's code, of the state that the machine makes; NONE is no. */
bool holds(const struct machine *m, uint32_t pc);
/* Rule 3: when a wait was complete that was processed at now_us. */
int64_t completion(int64_t armed_us, int64_t now_us);
bool op_send(struct machine *m, uint32_t step, uint32_t position);
bool op_wait(struct machine *m, uint32_t position);
bool op_rest(struct machine *m, uint32_t step, uint32_t position);
/* *next becomes an arm's entry where one goes on at once. */
bool op_wait_for(struct machine *m, uint32_t position, uint32_t *next);
bool op_wait_round(struct machine *m, uint32_t position);
/* The arm of a `wait for` that a step's facts alone open ("once true, stays true"), or NONE. */
uint32_t open_arm(const struct machine *m, const struct plan_position *p);
/* The arm that takes the event, or NONE; *spent: its guards refused it, or one took it. */
uint32_t arm_of(const struct machine *m, const struct plan_position *p, const struct vm_event *event, bool *spent);
/* *next becomes `otherwise` when the moment is absent or past. */
bool op_wait_until(struct machine *m, uint32_t position, uint32_t otherwise, uint32_t *next);

/* ---- text.c ---- */
void op_emit(struct machine *m, uint32_t string);
void op_put(struct machine *m);
void op_to_text(struct machine *m);
void op_filter(struct machine *m, uint32_t filter, uint32_t argument);
void op_format_date(struct machine *m, uint32_t pattern);
void op_format_number(struct machine *m, uint32_t decimals);
void op_builtin(struct machine *m, uint32_t builtin);
#endif
