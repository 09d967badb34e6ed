/* SPDX-License-Identifier: Apache-2.0
 * What the files of check share: the place where a check stands, and the checks of small things. Private to check_*.c,
 * expression.c, template.c and policy's checks; others include check.h. */
#ifndef SEQ_COMPILER_CHECKER_H
#define SEQ_COMPILER_CHECKER_H
#include "compiler/check.h"
#include "compiler/flow.h"
#include "compiler/resolve.h"
#include "diag_codes.h"

/* What a parameter of a fragment stands for. A text that is written out is kept as its tree, with its holes, which mean
 * what they mean where the fragment is run. */
struct bound {
	struct ast_name name;
	struct expr *value;
	const struct ast *text; /* NULL: none */
	bool read;              /* something does */
	struct bound *next;
};

/* A fragment as one `run` expands it: check_fragment.c. */
struct frame {
	const struct declaration *fragment;
	struct slice prefix, old_prefix; /* of its names: "eu.", or empty; old: of `was` */
	struct span run;
	struct module *module; /* of what runs it, as `around` is */
	struct frame *around;
	struct bound *params;
	uint32_t depth;
	bool said_twice;
};

struct checker {
	struct compile *c;
	struct arena *arena; /* the compile's, but within a sequence it may be that sequence's own */
	bool keep;           /* sequences are wanted when all are checked */
	struct diags *diags;
	struct workspace *workspace;
	struct module *module;
	struct sequence *sequence; /* NULL: outside of one */
	struct flow flow;
	struct vertex *handoffs;            /* sequences that hand over, or are handed to: analyze/handoffs.c */
	const struct ast *item;             /* what is checked of the body, or NULL */
	const struct step *reminds;         /* within the `remind` of this `ask` */
	bool in_text;                       /* a bare name is a field of the contact (language.md §8) */
	uint32_t proposed;                  /* names for waits so far */
	uint32_t unnamed;                   /* waits without an identity so far, in a draft */
	bool only_contact;                  /* a condition of the policy: of an enrollment nothing is known */
	struct frame *frame;                /* the fragment that is being expanded, or NULL */
	uint32_t loops;                     /* repeats around what is checked */
	uint32_t rounds;                    /* how often what is checked may run, at most; 0 as 1 */
	bool leaving;                       /* in the block of an exit: nothing may take time */
	const struct questionnaire *asking; /* in a condition of a questionnaire: names are its questions */
	const struct question *asked;       /* those before it, or all (NULL) */
	bool starting;                      /* the condition of a start: nothing is enrolled yet */
	struct names windows;               /* that were looked at, by what they say: analyze/never_open.c */
	bool probing;                       /* what a test asks: the sequence's plan does not change by it */
	bool loose; /* a message that no sequence uses: its inputs and variables cannot be known */
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
/* The sequence's slot of that kind (step, key), made at its first use; NULL after saying that there are too many. An
 * EXPR_SLOT of it. */
struct variable *check_slot(struct checker *k, enum plan_slot_kind kind, const struct step *step, struct ast_name key,
                            struct type type);
struct expr *slot_expr(struct checker *k, const struct variable *slot, struct span span);
/* A new one of those that the code itself sets (MOMENT, ROUNDS); NULL after saying that there are too many. */
struct variable *new_variable(struct checker *k, enum plan_slot_kind kind, struct ast_name name, struct type type);
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
/* A value that a message carries as a text: an expression, a field's bare name, or a text with holes. */
struct text *check_value_text(struct checker *k, const struct ast *tree);
/* A text without holes and locales. */
struct slice check_plain(struct checker *k, const struct ast *tree);
/* In a header: no line break. */
void check_header(struct checker *k, const struct text *text);

/* ---- check_time.c ---- */
struct window *check_window(struct checker *k, const struct ast *tree);
struct node *check_wait(struct checker *k, const struct ast_wait *tree, struct position *position);
struct node *check_wait_until(struct checker *k, const struct ast_wait_until *tree, struct position *position);
struct limit *check_limit(struct checker *k, const struct ast_limit *tree);
bool check_zone(struct checker *k, struct ast_name zone);
bool check_time_range(struct checker *k, const struct ast *tree, int32_t *from, int32_t *to);
/* "messages", "sms" …; `what` of limits and promises. */
bool check_limit_what(struct checker *k, struct ast_name word, enum plan_limit_what *out);
bool check_period(struct checker *k, const struct ast *tree, uint32_t *days);

/* ---- check_message.c ---- */
/* The message of a step, or of a channel of a `send`: its parts, over those of `using`; its variants in a list. NULL
 * after saying what is wrong. name: of the step, in what is said. */
struct message *check_message(struct checker *k, const struct ast_message *tree, enum plan_channel channel,
                              struct ast_name name);
enum plan_channel channel_of(struct ast_name word); /* email, sms, whatsapp */
/* A `message` that nobody uses: its texts by themselves. */
void check_message_alone(struct checker *k, const struct ast_message_decl *tree);

/* ---- check_step.c ---- */
/* Gives the named steps below `items` their places in the sequence's scope. */
void declare_steps(struct checker *k, const struct ast_list *items); /* check_declare.c */
/* The body of a sequence: its items that are steps. */
struct node *check_body(struct checker *k, const struct ast_list *items);
bool is_step(const struct ast *item);

/* ---- check_questionnaire.c ---- */
struct questionnaire *check_questionnaire(struct checker *k, struct declaration *d); /* once */
/* What a name in a condition of a questionnaire stands for. */
struct expr *question_path(struct checker *k, const struct ast_path *path);
/* The answer's key and type, the path naming it from part `at` on: a question, or a row of a matrix. False after saying
 * that it names none. */
bool question_value(struct checker *k, const struct question *q, const struct ast_path *path, uint32_t at,
                    struct slice *key, struct type *type);

/* ---- check_answer.c ---- */
/* What of a step's kind is to be known before the step itself is checked: outcomes, returns, questions. */
void check_step_shape(struct checker *k, struct step *s);
/* STEP.NAME beyond the facts: what a webhook returns, an answer, `satisfied`. NULL: it is none of these. */
struct expr *step_value(struct checker *k, struct step *s, const struct ast_path *path);
/* TASK is OUTCOME. */
struct expr *outcome_expr(struct checker *k, struct step *s, struct ast_name outcome, struct span span);
/* `choose` over the options of a task or an answer: says which no arm takes. */
void check_options_taken(struct checker *k, const struct node *first, struct span span);
/* Whether an answer is there on every path that gets here (rule 11). */
bool answer_is_sure(const struct checker *k, const struct variable *answer);
/* The facts that are known of steps of that kind, a bit each, and as words. */
uint32_t facts_of(enum plan_step_kind kind);
struct slice facts_told(struct checker *k, enum plan_step_kind kind);
/* An expression over the questions alone, in the slots of that `ask`. */
struct expr *answers_of(struct checker *k, struct step *ask, const struct expr *e);
/* Whether the contact was satisfied; poisoned after saying that nothing decides. */
struct expr *satisfied_expr(struct checker *k, struct step *ask, struct span span);

/* ---- check_sequence.c, check_settings.c ---- */
void check_sequence(struct checker *k, struct declaration *d);
void check_setting(struct checker *k, const struct ast *item);
/* `allow CODE because "…"`: findings from that diagnostic on are accepted. Says so when there is none to accept, which
 * compile.c takes back where not everything was looked at; `all`: what it speaks of was checked whole. */
void accept_finding(struct checker *k, const struct ast_allow *allow, uint32_t from, bool all);
struct step *check_step_path(struct checker *k, const struct ast *path);

/* A trigger in any of its places (`place`: "exit on"); false after saying what is wrong. */
bool check_trigger(struct checker *k, const struct ast *tree, const char *place, struct exit_rule *out);

/* What runs as the contact leaves: check_exit.c. */
void check_exit_body(struct checker *k, const struct ast *body, struct exit_rule *rule);

/* ---- check_start.c ---- */
void check_start_event(struct checker *k, const struct ast_start_event *t);
void check_start_date(struct checker *k, const struct ast_start_date *t);
void check_start_by(struct checker *k, const struct ast_start_by *t);
/* After the body: `migrate`, and that no `was` names what is still there. */
void check_moves(struct checker *k);
void check_retire(struct checker *k, const struct ast_retire *t);

/* ---- check_fragment.c ---- */
/* Expands a `run` and declares the names of its steps. */
void declare_run(struct checker *k, const struct ast_run *t);
/* What a parameter of the fragment in hand stands for; NULL: there is none of that name. */
const struct bound *find_bound(const struct checker *k, struct slice name);
/* A path that begins with a step as this place names it, its first word made the step's whole name. */
const struct ast_path *qualify(struct checker *k, const struct ast_path *path);
/* A fragment that no sequence runs, by itself. */
void check_fragment_alone(struct checker *k, struct declaration *d);

/* ---- check_test.c ---- */
/* All tests, once every sequence is checked: c->tests, and the sequences' probes. */
void check_tests(struct checker *k);

/* ---- check_workspace.c, check_channel.c, check_holidays.c ---- */
void check_workspace(struct checker *k);
/* ---- check_provider.c ---- */
void check_provider(struct checker *k, const struct ast_provider *t);
void check_brand(struct checker *k, const struct ast_brand *t);
/* `provider NAME` of a channel: a declared one, or one that is built in. */
void check_uses_provider(struct checker *k, struct ast_name name);

/* For a file that has none: what compile.h says. */
void default_workspace(struct checker *k);
/* In such a file a contact has a phone number as soon as a step needs one. */
void assume_phone(struct checker *k);
struct field *find_contact_field(struct checker *k, struct ast_name name);
void check_channel(struct checker *k, const struct ast_channel *tree);
struct channel *add_channel(struct checker *k, enum plan_channel kind, struct ast_name name);
/* The days of a calendar, those of the calendars it uses included; NULL after saying what is wrong. */
struct calendar_days *check_calendar(struct checker *k, struct declaration *d);
/* std/ui: the words of footers in every locale of the workspace. */
void check_ui(struct checker *k);

/* ---- small things ---- */
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
