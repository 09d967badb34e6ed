/* SPDX-License-Identifier: Apache-2.0
 * The parts of steps that are no messages: which of them fits which kind of step, and what those checks share. Private
 * to check_part.c, check_action.c and check_page.c. */
#ifndef SEQ_COMPILER_CHECK_PART_H
#define SEQ_COMPILER_CHECK_PART_H
#include "compiler/check_block.h"

/* X(NAME, word, node, kinds): the node that the parser makes of it, and the kinds of steps that take it. */
#define IN(KIND) (1u << STEP_##KIND)
#define PARTS(X)                                                                                                       \
	X(TITLE, "title", PART, IN(TASK) | IN(OFFER) | IN(REVIEW) | IN(THANKS))                                        \
	X(SUBJECT, "subject", PART, IN(ALERT))                                                                         \
	X(BODY, "body", PART, IN(ALERT) | IN(OFFER) | IN(REVIEW) | IN(THANKS))                                         \
	X(BUTTON, "button", PART, IN(OFFER))                                                                           \
	X(URL, "url", PART, IN(OFFER))                                                                                 \
	X(TO, "to", PART, IN(ALERT))                                                                                   \
	X(ASSIGN, "assign", PART, IN(TASK))                                                                            \
	X(POST, "post", PART, IN(WEBHOOK))                                                                             \
	X(GET, "get", PART, IN(WEBHOOK))                                                                               \
	X(SATISFIED, "satisfied", PART, IN(THANKS))                                                                    \
	X(DISSATISFIED, "dissatisfied", PART, IN(THANKS))                                                              \
	X(OUTCOMES, "outcomes", OUTCOMES, IN(TASK))                                                                    \
	X(DUE, "due", DUE, IN(TASK))                                                                                   \
	X(ASYNC, "async", ASYNC, IN(TASK))                                                                             \
	X(WITHIN, "within", WITHIN, IN(ASK) | IN(OFFER) | IN(REVIEW))                                                  \
	X(JSON, "json", JSON, IN(WEBHOOK))                                                                             \
	X(INPUT, "input", INPUT, IN(HANDOFF))                                                                          \
	X(RETURNS, "returns", RETURNS, IN(WEBHOOK))                                                                    \
	X(REMIND, "remind", REMIND, IN(ASK))                                                                           \
	X(ON_NOTHING, "on nothing", ON_NOTHING, IN(ASK))

enum part {
#define NAME(NAME, called, made, takers) PART_##NAME,
	PARTS(NAME)
#undef NAME
	        PART_COUNT
};

struct parts {
	const struct ast *at[PART_COUNT]; /* of reminders the first */
	const struct ast_list *all;
	bool incomplete; /* one does not belong here: what lacks says nothing */
};

/* ---- check_part.c ---- */
/* Sorts them; says which is given twice or belongs to another kind of step. A review's other words are its sites. */
void gather_parts(struct checker *k, const struct step *s, const struct ast_list *list, struct parts *out);
/* A text that no message is: without `{{link}}`. NULL when there is none to use. */
struct text *action_text(struct checker *k, const struct ast *tree, enum plan_form form);
/* The part as a text; NULL without one. */
struct text *part_text(struct checker *k, const struct parts *p, enum part which, enum plan_form form);
/* Says that the step has no such part, which it needs. */
void need_part(struct checker *k, const struct step *s, const struct parts *p, bool there, const char *what);
/* Holds a text to rule 22: https:// and a host that is written out; holes behind it with `| url`. whole: it may also be
 * one hole of type url. Gives the host. */
struct slice check_link_text(struct checker *k, const struct text *t, const char *what, bool whole);
struct pair *check_pair_list(struct checker *k, const struct ast_list *list, struct field *fields, const char *kind);

/* ---- check_page.c ---- */
void say_page_wait(struct checker *k, struct span span);

/* ---- check_action.c ---- */
/* Begins a step: the declared one, shaped; b->before is its name. */
struct step *begin_step(struct block *b, const struct ast *tree, struct ast_name name, const char *kind);
/* Takes the step up and performs it. */
void perform(struct block *b, struct step *s, struct span span);
/* Rests at the step until it is done, or a duration after the base (NULL: `deadline`). */
void rest(struct block *b, struct step *s, struct span span, struct slice identity, const struct constant *after,
          const struct variable *deadline);
/* A sum of one duration. */
struct term *term_of(struct checker *k, const struct constant *duration, struct span span);
/* A duration above zero; false after saying so. */
bool check_positive(struct checker *k, const struct ast *tree, struct constant *out);
#endif
