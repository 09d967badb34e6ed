/* SPDX-License-Identifier: Apache-2.0
 * What the files of check share: the place where a check stands, and the checks of small things. Private to check_*.c,
 * expression.c, template.c and policy's checks; others include check.h. */
#ifndef SEQ_COMPILER_CHECKER_H
#define SEQ_COMPILER_CHECKER_H
#include "compiler/check.h"
#include "compiler/flow.h"
#include "compiler/resolve.h"
#include "diag_codes.h"

struct checker {
	struct compile *c;
	struct arena *arena; /* the compile's, but within a sequence it may be that sequence's own */
	bool keep;           /* sequences are wanted when all are checked */
	struct diags *diags;
	struct workspace *workspace;
	struct module *module;
	struct sequence *sequence; /* NULL: outside of one */
	struct flow flow;
	bool in_text;      /* a bare name is a field of the contact (language.md §8) */
	uint32_t proposed; /* names for waits so far */
	uint32_t unnamed;  /* waits without an identity so far, in a draft */
	bool only_contact; /* a condition of the policy: of an enrollment nothing is known */
	bool loose;        /* a message that no sequence uses: its inputs and variables cannot be known */
};

/* ---- expression.c ---- */
/* Always an expression; after a mistake a poisoned one. */
struct expr *check_expr(struct checker *k, const struct ast *tree);
/* A value for something of that type: its options are names, a literal text becomes an address or a zone. */
struct expr *check_expr_as(struct checker *k, const struct ast *tree, const struct type *type);
/* An expression of type yes_no. */
struct expr *check_condition(struct checker *k, const struct ast *tree);
/* A literal of that type; false after saying what is wrong. */
bool check_constant(struct checker *k, const struct ast *tree, const struct type *type, struct constant *out);
/* A DURATION; false after saying what is wrong. */
bool check_duration(struct checker *k, const struct ast *tree, struct constant *out);
/* The same in microseconds, where only elapsed time makes sense (a day is 24 h). */
bool check_span_us(struct checker *k, const struct ast *tree, int64_t *out);
/* Whether the value can be absent here, and then which field or variable is the reason (rule 11). */
bool expr_may_be_absent(const struct checker *k, const struct expr *e, const struct expr **culprit);
/* Says so, at the culprit. */
void say_may_be_absent(struct checker *k, const struct expr *culprit);
struct type check_type(struct checker *k, const struct ast *tree);
/* Fields as `contact` and `input` declare them. */
struct field *check_field(struct checker *k, const struct ast *tree, struct names *names, uint32_t kind, bool input);
bool type_is_textual(const struct type *t);
const char *type_word(const struct type *t);
/* "`contact`…" cannot name a step or a variable. */
bool check_new_name(struct checker *k, struct ast_name name);

/* ---- template.c ---- */
/* A text wherever one stands: literal, localised, file "…", a name. NULL when there is none to use. */
struct text *check_text(struct checker *k, const struct ast *tree, enum plan_form form);
/* A text without holes and locales. */
struct slice check_plain(struct checker *k, const struct ast *tree);
/* In a header: no line break. */
void check_header(struct checker *k, const struct text *text);

/* ---- check_time.c ---- */
struct window *check_window(struct checker *k, const struct ast *tree);
/* Says so when no day is left. */
void check_window_opens(struct checker *k, const struct window *w, uint32_t skip);
struct node *check_wait(struct checker *k, const struct ast_wait *tree, struct position *position);
struct node *check_wait_until(struct checker *k, const struct ast_wait_until *tree, struct position *position);
struct limit *check_limit(struct checker *k, const struct ast_limit *tree);
bool check_zone(struct checker *k, struct ast_name zone);
bool check_time_range(struct checker *k, const struct ast *tree, int32_t *from, int32_t *to);
/* "messages", "sms" …; `what` of limits and promises. */
bool check_limit_what(struct checker *k, struct ast_name word, enum plan_limit_what *out);
bool check_period(struct checker *k, const struct ast *tree, uint32_t *days);

/* ---- check_message.c ---- */
/* A message step: its parts, over those of `using`. */
struct message *check_message(struct checker *k, const struct ast_message *tree, struct step *step);
/* A `message` that nobody uses: its texts by themselves. */
void check_message_alone(struct checker *k, const struct ast_message_decl *tree);

/* ---- check_step.c ---- */
/* Gives the named steps below `items` their places in the sequence's scope. */
void declare_steps(struct checker *k, const struct ast_list *items);
/* The body of a sequence: its items that are steps. */
struct node *check_body(struct checker *k, const struct ast_list *items);
bool is_step(const struct ast *item);

/* ---- check_sequence.c, check_settings.c ---- */
void check_sequence(struct checker *k, struct declaration *d);
void check_setting(struct checker *k, const struct ast *item);
/* `allow CODE`: findings from that diagnostic on are accepted. */
void accept_finding(struct checker *k, struct ast_name code, uint32_t from);
struct step *check_step_path(struct checker *k, const struct ast *path);

/* ---- check_test.c ---- */
/* The names in a `test`, which is not run yet. */
void check_test(struct checker *k, const struct ast_test *tree);

/* ---- check_workspace.c, check_channel.c, check_holidays.c ---- */
void check_workspace(struct checker *k);
/* For a file that has none: what compile.h says. */
void default_workspace(struct checker *k);
struct field *find_contact_field(struct checker *k, struct ast_name name);
void check_channel(struct checker *k, const struct ast_channel *tree);
struct channel *add_channel(struct checker *k, enum plan_channel kind, struct ast_name name);
/* The days of a calendar, those of the calendars it uses included; NULL after saying what is wrong. */
struct calendar_days *check_calendar(struct checker *k, struct declaration *d);
/* std/ui: the words of footers in every locale of the workspace. */
void check_ui(struct checker *k);

/* ---- small things ---- */
void say_not_built(struct checker *k, struct span span, const char *what);
/* An incomplete sequence: an error, but a warning in a draft. */
void soften(struct checker *k, struct diag *g);
/* Whether a list of that many may have one more; else says so. */
#define RULES_MAX 1000
bool check_room(struct checker *k, uint32_t count, struct span span, const char *what);
/* The word among `words` (NULL-terminated): its index, or -1 after saying which there are. */
int check_word(struct checker *k, struct ast_name word, const char *setting, const char *const words[], int count);
/* The words of an enum of plans: check_word(k, word, "quote", WORDS(QUOTE)). */
#define WORDS(PREFIX) words_##PREFIX, PREFIX##_COUNT
/* A STRING's value, or a plain TEXT's; empty after saying what is wrong. */
struct ast_name check_string(struct checker *k, const struct ast *tree);
#endif
