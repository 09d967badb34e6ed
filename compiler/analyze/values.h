/* SPDX-License-Identifier: Apache-2.0
 * What is known of values at a place: ranges of numbers and dates, which options are left, yes or no, set or not. It
 * answers conditions, and learns from their answers; what it does not understand it takes for open. */
#ifndef SEQ_COMPILER_ANALYZE_VALUES_H
#define SEQ_COMPILER_ANALYZE_VALUES_H
#include "compiler/check.h"

#define RANGES_MAX 6
#define KNOWN_MAX  20 /* values that are known of at a time; what comes on top is not learnt */

/* Which values something can have: numbers and dates as in struct constant, an option its place among them, a text a
 * number of its own. */
struct ranges {
	bool absent; /* it may be */
	uint32_t count;
	struct range {
		int64_t from, to;
	} at[RANGES_MAX];
};

/* A value that may change under way, or be asked: a field, a variable, a fact of a step, an expression as a whole. */
struct subject {
	const void *what;
	uint32_t fact;              /* of the step `what` */
	const struct expr *example; /* how it is written */
};

/* Where knowledge comes from. */
enum source_kind {
	FROM_NOTHING,
	FROM_WRITTEN, /* the condition compares written values */
	FROM_TEST,
	FROM_SET,
	FROM_EXIT,        /* who is so has left */
	FROM_DECLARATION, /* by its type, its range or `required` */
	FROM_ORDER,       /* the step comes later */
	FROM_ITSELF,      /* the parts of one condition */
};
struct origin {
	enum source_kind kind;
	struct span span;
	const struct expr *by;     /* what was asked, or set */
	const struct frame *frame; /* the run of a fragment where that stands, or NULL */
};

struct known {
	struct subject subject;
	struct ranges ranges;
	struct origin origin;
};

/* What is known at a place. `dead`: by what is known, nobody gets here. */
struct knowledge {
	bool dead;
	uint32_t count;
	struct known items[KNOWN_MAX];
	struct knowledge *next; /* in a free list */
};

/* What the values of one sequence are asked with. */
struct values {
	struct arena *arena;
	struct buf *scratch;
	const struct sequence *sequence;
	struct names texts, asked; /* texts that are compared with; expressions that are asked as a whole */
	bool *reached;             /* by a step's index: some path has come to it */
	bool any_time;             /* the condition may be asked at any time: all steps are as if reached */
	struct knowledge *spare;
	uint32_t splits; /* alternatives that are being followed */
};

enum verdict { NEVER, ALWAYS, OPEN };
struct answer {
	enum verdict verdict;
	struct known because; /* unless OPEN; ranges: as they are there */
};

struct knowledge *knowledge_copy(struct values *v, const struct knowledge *from);
void knowledge_drop(struct values *v, struct knowledge *k);
/* Where two paths meet: what both know. */
void knowledge_join(struct values *v, struct knowledge *k, const struct knowledge *other);
/* Time passes: contact fields, today and the fields of events may change, and what has not happened may happen. */
void knowledge_pass(struct knowledge *k);
/* The step begins, perhaps anew. */
void knowledge_begin_step(struct knowledge *k, const struct step *s);
/* The field or variable may have another value now. */
void knowledge_forget(struct knowledge *k, const void *what);
/* `set`: the field or variable has that value from now on. */
void knowledge_set(struct values *v, struct knowledge *k, const struct node *set);

/* What the condition is there. */
struct answer values_answer(struct values *v, const struct knowledge *k, const struct expr *condition);
/* After it turned out so. Knowledge that contradicts itself is dead. */
void values_assume(struct values *v, struct knowledge *k, const struct expr *condition, bool truth,
                   const struct origin *origin);
/* The question that the slot has the answer of, or NULL. */
const struct question *values_question(const struct variable *slot);
/* "`contact.seats` is at most 50, if it is set". */
void values_describe(struct values *v, struct buf *out, const struct known *known);
#endif
