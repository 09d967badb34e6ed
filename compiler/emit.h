/* SPDX-License-Identifier: Apache-2.0
 * What the files of emit share: one image that is being made, and the rows that plans and policies both have. */
#ifndef SEQ_COMPILER_EMIT_H
#define SEQ_COMPILER_EMIT_H
#include "compiler/check.h"
#include "compiler/names.h"
#include "plan/plan.h"

/* A text whose row exists and whose code comes later. */
struct emit_text {
	const struct text *text;
	uint32_t row;
	struct emit_text *next;
};

/* A condition whose code comes later: it goes to `field` of a row. */
struct emit_condition {
	const struct expr *expr;
	enum image_section section;
	uint32_t row;
	size_t field; /* offsetof its R_PC */
	bool yields;  /* a value of any type */
	struct emit_condition *next;
};

struct emit {
	struct compile *c;
	struct arena *arena;
	struct image_builder *b;
	struct buf *code;
	const struct sequence *sequence; /* NULL: the policy */
	bool probed;                     /* with what tests ask */
	uint32_t locale_count;
	struct names constants; /* by their bytes; object: row + 1 */
	struct names ends;
	uint32_t *field_rows;             /* of contact fields, by index: row + 1 in a plan, 0 not yet */
	const struct field **fields_used; /* those with a row, to forget them afterwards */
	uint32_t used_count, used_cap;
	struct emit_text *texts, **last_text;
	struct emit_condition *conditions, **last_condition;
	struct policy policy;          /* as it was made */
	struct coverage_point *points; /* of the sequence */
	uint32_t point_count, point_cap;
};

/* ---- emit_point.c: what coverage counts, noted where the tests of a compile are kept ---- */
/* The instruction at pc, of the image in hand. */
void emit_point(struct emit *e, enum point_kind kind, enum point_way way, struct span span, uint32_t pc);
void emit_exit_point(struct emit *e, struct span span, struct slice reason);
void emit_step_points(struct emit *e); /* of every step that has code */

uint32_t emit_string(struct emit *e, struct slice s); /* NONE for an empty one */
uint32_t emit_constant(struct emit *e, const struct constant *c);
uint32_t emit_us(struct emit *e, int64_t us);               /* a duration */
uint32_t emit_field(struct emit *e, const struct field *f); /* its row, made at its first use */
uint32_t emit_field_row(struct emit *e, enum image_section section, const struct field *f);
uint32_t emit_window(struct emit *e, const struct window *w);
/* Rows of a list of limits; the first one's row, or NONE. mailbox: NONE but for a mailbox's own. */
uint32_t emit_limits(struct emit *e, const struct limit *limits, uint32_t mailbox, uint32_t *count);
uint32_t emit_text(struct emit *e, const struct text *t); /* its row; NONE for NULL */
void emit_locales(struct emit *e, uint32_t count);

void emit_expr(struct emit *e, const struct expr *x);
void emit_later(struct emit *e, const struct expr *condition, enum image_section section, uint32_t row, size_t field);
void emit_value_later(struct emit *e, const struct expr *value, enum image_section section, uint32_t row, size_t field);
/* The code of the texts and conditions that were put off. */
void emit_texts(struct emit *e);
void emit_conditions(struct emit *e);

/* Verify before writing: whether the loader takes the policy (plan NULL), or the plan and the policy offers what it
 * needs. If not it is our own mistake: told as one, and c->our_bug is set. The images borrow the bytes. */
bool emit_verify(struct compile *c, struct slice bytes, struct span span, struct policy *policy, struct plan *plan);
void emit_sequence(struct emit *e);
void emit_policy(struct emit *e);
void add_retires(struct emit *e); /* emit_start.c */
#endif
