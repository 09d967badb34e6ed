/* SPDX-License-Identifier: Apache-2.0
 * The checked graph: what check makes of the tree and emit makes plans of. Names are resolved, expressions typed, texts
 * taken apart, each wait has its identity. It stands beside the tree, in the compile's arena; after a mistake the graph
 * may have holes (EXPR_POISON, NULL messages), and then nothing is emitted. */
#ifndef SEQ_COMPILER_CHECK_H
#define SEQ_COMPILER_CHECK_H
#include "compiler/compile.h"
#include "compiler/constant.h"
#include "compiler/names.h"

/* ---- types and expressions ---- */

struct option {
	struct ast_name name;
	struct option *next;
};

/* TYPE_COUNT: unknown, after a mistake that was already reported. */
struct type {
	enum plan_type kind;
	const struct option *options; /* of TYPE_ONE_OF; NULL: any */
};
#define TYPE_UNKNOWN TYPE_COUNT

/* A field of the contact, or an input of a sequence. */
struct field {
	struct ast_name name;
	struct type type;
	bool input, required, has_fallback;
	bool inferred, settled; /* in a file without a workspace: typed by its first use, else a text */
	bool always;            /* present in every contact: required, with a default, or the only key (rule 16) */
	struct constant fallback;
	uint32_t index; /* among the contact's fields, or the sequence's inputs */
	struct field *next;
};

struct step;

/* A slot of the enrollment: a variable, or (kind) what something else keeps there: plan/record.def, SLOT. */
struct variable {
	struct ast_name name; /* where it is set first */
	struct type type;
	enum plan_slot_kind kind;
	const struct step *step; /* of OUTCOME, RETURN, ANSWER, SETTLED */
	struct slice key;        /* of RETURN, ANSWER, EVENT */
	uint32_t bound;          /* of ROUNDS */
	struct span where;       /* of EVENT: its first use */
	bool read;               /* VARIABLE: something does, or may: it is set in a fragment */
	bool settled;            /* EVENT: its type is known; until its first use it is a text */
	uint32_t index;          /* among the variables, or among the others: slot_index() */
	struct variable *next;
};

enum expr_kind {
	EXPR_POISON,
	EXPR_CONSTANT,
	EXPR_FIELD,
	EXPR_VARIABLE,
	EXPR_SLOT, /* `variable` of another kind than VARIABLE: absent until something set it */
	EXPR_FACT,
	EXPR_TODAY,
	EXPR_BUILTIN,
	EXPR_MOMENT, /* left: a date; minute: the time of day in the schedule zone */
	EXPR_NOT,
	EXPR_NEGATE,
	EXPR_IS_SET, /* left */
	EXPR_AND,
	EXPR_OR,
	EXPR_EQ,
	EXPR_NE,
	EXPR_LT,
	EXPR_LE,
	EXPR_GT,
	EXPR_GE,
	EXPR_CONTAINS,
	EXPR_IN, /* left in the list `options` */
	EXPR_ADD,
	EXPR_SUB, /* numbers; a date or moment and a duration; date - date */
	EXPR_KIND_COUNT
};

struct expr {
	enum expr_kind kind;
	struct type type;
	struct span span;
	bool given;     /* a parameter of the fragment in hand: another run gives another value */
	uint32_t depth; /* stack words that it needs */
	struct expr *left, *right;
	struct expr *options, *next;
	struct constant constant;
	const struct field *field;
	const struct variable *variable;
	const struct step *step;
	enum plan_fact fact;
	enum plan_builtin builtin;
	int32_t minute;
};

/* ---- texts ---- */

struct filter_info;
struct filter {
	const struct filter_info *info;
	struct constant argument;
	struct filter *next;
};

enum piece_kind { PIECE_CHARS, PIECE_HOLE, PIECE_WHEN };
struct piece {
	enum piece_kind kind;
	struct span span;
	struct slice chars;
	struct expr *expr; /* of a hole; of a when, its condition */
	struct filter *filters;
	struct piece *then, *otherwise;
	struct piece *next;
};

struct text {
	enum plan_form form;
	struct span span;
	bool localised;
	uint32_t bytes;         /* that are written out, in the first locale */
	struct piece **locales; /* one list a locale of the workspace; only the first when not localised */
};

/* ---- sequences ---- */

struct window_part {
	uint32_t days; /* bit 0: Monday */
	int32_t from_minute, to_minute;
	struct window_part *next;
};
struct window {
	bool anytime;
	struct slice zone;              /* `in "…"`; empty: the contact's */
	const struct field *zone_field; /* `in contact.FIELD` */
	struct window_part *parts;
	struct span span;
};

struct limit {
	enum plan_limit_what what;
	int64_t count;
	uint32_t period_days; /* 0: a cap of the enrollment; MONTH_PERIOD */
	bool has_ramp;
	int64_t ramp_from, ramp_to, ramp_days;
	struct expr *when;
	struct span span;
	struct limit *next;
};

struct attachment {
	struct slice name, type, data; /* data: base64 */
	struct attachment *next;
};

struct text_item {
	struct text *text;
	struct text_item *next;
};

struct message {
	enum plan_channel channel;
	struct text *subject, *body; /* body: an SMS's text, too */
	struct slice cc;
	bool new_thread, any_day;
	uint32_t tracking;
	struct window *window;
	struct limit *limits;
	struct slice variant; /* its name, as one of several */
	uint32_t share;       /* of SHARE_WHOLE */
	bool hold_out, carries_link;
	struct slice template, language; /* WhatsApp */
	struct text_item *values;
	struct attachment *attachments;
	struct message *next; /* another variant, or the next channel of a `send` */
};

/* A pair of `json { key expr }` or `input { … }`. */
struct pair {
	struct ast_name key;
	struct expr *value;
	struct pair *next;
};

struct site {
	struct ast_name name;
	struct text *url;
	struct site *next;
};

struct question_choice {
	struct ast_name name;
	struct text *text;
	struct question_choice *next;
};

struct question {
	struct ast_name name;
	enum plan_question_kind kind;
	struct text *text, *na;
	int64_t from, to; /* millionths; INT64_MIN: none */
	bool required, decides;
	struct expr *when; /* of a sub-question, over the questions alone: answers_of() puts it into an ask's slots */
	struct question_choice *choices;
	const struct option *options; /* the names of a choice's or several's choices */
	struct question *next;
};

struct questionnaire {
	struct ast_name name;
	struct text *title;
	struct question *questions;
	struct expr *satisfied;   /* `satisfied when`, over the questions alone; NULL: the rule of language.md §7 */
	struct variable *answers; /* what those conditions read: slots of no sequence */
	bool localised;
};

/* What a step that is no message does: plan/record.def, ACTION. */
struct action {
	struct text *title, *subject, *body, *button, *url, *satisfied, *dissatisfied;
	struct expr *is_satisfied; /* of `thanks`: which of the two */
	struct slice to, assign, method, host, target;
	bool async;
	bool has_due, has_within;
	struct constant due, within;
	const struct option *outcomes;
	struct field *returns; /* of a webhook */
	struct pair *pairs;
	struct site *sites;
	struct questionnaire *questionnaire;
	struct question_when { /* conditions of sub-questions, in this step's slots */
		const struct question *question;
		struct expr *when;
		struct question_when *next;
	} * whens;
	struct expr *satisfied_when; /* the questionnaire's, in this step's slots */
};

/* A `skip to` that waits for its target to be reached. */
struct landing;
struct patch;

/* A name in a sequence: a step, or a named wait. */
struct step {
	struct ast_name name;
	struct slice was;
	const char *kind;          /* the language's word: "email", "wait" */
	const struct frame *frame; /* the run of a fragment that it belongs to, or NULL */
	bool is_wait;
	const struct ast *tree;
	enum plan_step_kind plan_kind;
	enum plan_pick pick;
	bool mints_link;
	const struct step *reminds; /* a message in its `remind` */
	struct action *action;      /* NULL for messages */
	bool returns_read;          /* webhook: something reads what it returns, so the enrollment waits for it */
	bool clicks_read;           /* a condition, exit or goal asks for its clicks: its links are tracked */
	bool gated;                 /* review: only satisfied contacts see it; gate: by what */
	struct span gate;
	bool reached;
	bool no_path;            /* nobody comes to it: analyze/branches.c */
	uint32_t index;          /* among the steps of the plan */
	struct message *message; /* the first of several: message->next */
	struct landing *landings;
	struct patch *jumps; /* of emit: `skip to` that waits for its code */
};

struct position {
	struct slice identity, was;
	struct span span;
};

/* One term of a sum of durations, applied from left to right. */
struct term {
	struct expr *duration;
	bool minus;
	struct term *next;
};

enum node_kind {
	NODE_SEND, /* detached: OP_QUEUE */
	NODE_WAIT,
	NODE_WAIT_UNTIL,
	NODE_WHEN,
	NODE_SET,
	NODE_END,
	NODE_ORIGINAL, /* step */
	NODE_PERFORM,  /* step: it goes on at once */
	NODE_REST,     /* step: rests until it is done, or `terms` after the base (deadline: that slot's moment) */
	NODE_KEEP,     /* variable: the base plus `terms` into a slot of kind MOMENT */
	NODE_SUPPRESS, /* purpose */
	NODE_WAIT_FOR, /* terms (one), arms; otherwise: `on nothing` */
	NODE_REPEAT,   /* variable: its ROUNDS; terms: `every`; expr: `until`; then: the body */
	NODE_KIND_COUNT
};
enum otherwise_kind { OTHERWISE_CONTINUE, OTHERWISE_EXIT, OTHERWISE_SKIP, OTHERWISE_SKIP_TO };

struct node {
	enum node_kind kind;
	struct span span;
	struct node *next;
	struct step *label;         /* the name that `skip to` may use, or NULL */
	struct step *step;          /* SEND; SKIP_TO's target */
	struct position *position;  /* WAIT, WAIT_UNTIL */
	struct term *terms;         /* WAIT; WAIT_UNTIL of a sum */
	struct expr *expr;          /* WAIT_UNTIL: a date or moment; WHEN: the condition; SET: the value */
	int32_t weekday, at_minute; /* -1: none. WAIT_UNTIL without expr: the next such weekday and time */
	bool next_day, day_based;
	enum otherwise_kind otherwise_kind;
	struct node *then, *otherwise;   /* WHEN */
	const struct variable *variable; /* SET */
	const struct field *field;       /* SET contact.… */
	enum plan_end_kind end;
	struct slice reason;             /* END exit; WAIT_UNTIL otherwise exit */
	bool detached;                   /* SEND */
	enum plan_purpose purpose;       /* SUPPRESS */
	const struct variable *deadline; /* REST: instead of terms; PERFORM: only before it */
	struct arm *arms;                /* WAIT_FOR */
	bool once;                       /* REPEAT: every path of its body ends, so that no round follows */
	bool skip_lands;                 /* the last of the item that an `otherwise skip` leaves out */
	bool in_choose;                  /* WHEN: an arm of a `choose`; the next one stands in its otherwise */
	const struct frame *frame;       /* the run of a fragment that it belongs to, or NULL */
};

struct exit_rule {
	struct span span;
	enum plan_trigger trigger;
	const struct step *step;
	struct slice event;
	bool by_account;
	struct expr *when;
	struct node *body; /* what runs as the contact leaves */
	bool has_body;
	struct exit_rule *next;
};

/* An arm of a `wait for`, in the order in which they are asked. A trigger without an arm has one without a body. */
struct arm {
	struct exit_rule trigger;     /* when: the guard */
	const struct variable *after; /* SETTLED slot of the step that it must come after */
	struct node *body;
	struct arm *next;
};

struct start_field {
	struct ast_name name;
	bool required;
	struct start_field *next;
};

struct start_rule {
	enum plan_start_kind kind;
	struct slice event;
	struct expr *moment, *when;
	int32_t at_minute; /* of a date: -1 none */
	struct start_field *fields;
	struct start_rule *next;
};

struct migration {
	enum plan_migration_kind kind;
	struct slice subject, action, target;
	bool has_over;
	struct constant over;
	struct expr *value;
	struct migration *next;
};

struct promise {
	enum plan_limit_what what;
	int64_t count;
	uint32_t period_days;
	struct span span;
	struct promise *next;
};

/* What `expect that` of a test asks (check_test_line.c): in result.probed only. */
struct probe {
	struct expr *when;
	struct probe *next;
};

struct text_list {
	struct ast_name name;
	struct text_list *next;
};

struct sequence {
	const struct ast_sequence *tree;
	struct module *module;
	struct ast_name name;
	struct slice title, description, owner, was;
	struct span unsubscribe_span;
	bool draft;
	bool broken;             /* a step's name was refused */
	bool named_runs;         /* a fragment is run under a name: SCOPE_RUN has some */
	bool asks;               /* a condition stands in it */
	bool has_arms;           /* a `wait for` */
	struct missing *missing; /* findings that a path is told for: analyze/assigned.c */
	bool alike;              /* two messages of a block may say the same: their texts may be of one length */
	struct names scope;      /* kinds: enum scope_kind */
	struct names runs;       /* what each `run` of it expands to: check_fragment.c */
	struct names waits;      /* positions of waits by identity; object: struct position */
	uint32_t expanded;       /* statements of fragments so far */
	bool takes_events;       /* a start, an exit or an arm takes one */
	enum plan_purpose purpose;
	bool thread, signature, assigned;
	enum plan_quote quote;
	enum plan_unsubscribe unsubscribe;
	struct text *unsubscribe_text;
	struct window *window; /* NULL: the default of the purpose (rule 4) */
	uint32_t skip;
	bool has_spread, has_late, has_auto_reply_hold;
	int64_t spread_us;
	struct constant late_after, enroll_after, auto_reply_hold;
	enum plan_enroll enroll;
	struct slice enroll_per;
	enum plan_versions versions;
	enum plan_auto_reply on_auto_reply;
	struct text_list *mailboxes, *last_mailbox;
	struct field *inputs, *last_input;
	uint32_t input_count;
	struct variable *variables, *last_variable; /* those that the code sets: bits of flow.assigned */
	uint32_t variable_count;
	struct variable *slots, *last_slot; /* the others: check_slot() */
	uint32_t slot_count;
	uint32_t probed_slots; /* the last of them, which only probes read */
	struct probe *probes, *last_probe;
	uint32_t probe_count;
	struct names tested; /* what its tests may name: check_test_line.c */
	struct limit *limits;
	struct start_rule *starts;
	struct migration *migrations;
	struct exit_rule *exits, *goals;
	struct promise *promises;
	struct node *body;
	struct step **steps; /* those that do something, in order of the source */
	uint32_t step_count, step_cap;
	bool localised;   /* a text of it differs by locale */
	bool clicks_read; /* of any step */
};

enum scope_kind { SCOPE_STEP, SCOPE_VARIABLE, SCOPE_INPUT, SCOPE_RUN };

/* A slot's number in the plan. */
uint32_t slot_index(const struct sequence *q, const struct variable *v);

/* ---- the workspace ---- */

struct channel {
	enum plan_channel kind;
	struct ast_name name;
	struct slice address, number, provider;
	struct text *display, *signature, *postal;
	const struct ast_path *default_sequence, *cc_sequence;
	bool cc_too;
	struct text_list *from_users;
	struct expr *consent;
	struct limit *limits;
	bool assumed; /* in a file without a workspace */
	struct channel *next;
};

struct quiet {
	enum plan_channel channel;
	int32_t from_minute, to_minute;
	struct quiet *next;
};

struct calendar_days {
	struct ast_name name;
	int32_t *days; /* ascending, unique */
	uint32_t count;
	struct calendar_days *next;
};

struct provider {
	struct ast_name name;
	struct slice data; /* JSON */
	struct provider *next;
};

struct brand_item {
	struct slice key, value;
	struct brand_item *next;
};

struct retire_rule {
	struct slice sequence, action, target;
	struct retire_rule *next;
};

struct ui_words {
	struct text *words[UI_COUNT]; /* plain, one piece a locale */
};

#define LOCALES_MAX 64u

struct workspace {
	const struct ast_workspace *tree; /* NULL: the default one */
	struct module *module;
	struct slice name, zone;
	uint16_t edition;
	struct ast_name *locales;
	uint32_t locale_count;
	struct span locales_span;
	struct text_list *domains, *keys, *accounts;
	struct names fields; /* kind 0; object: struct field */
	struct field *first_field, *last_field;
	uint32_t field_count;
	struct names channels; /* kind 0: mailboxes, 1: the others; object: struct channel */
	struct channel *first_channel, *last_channel;
	uint32_t mailbox_count;
	struct calendar_days *holidays;
	bool holidays_failed; /* named, but not found: said already */
	struct quiet *quiet;
	struct limit *limits;
	enum plan_one one_per_contact;
	enum plan_purpose one_purpose;
	struct provider *providers;
	struct brand_item *brand;
	struct retire_rule *retires;
	struct ui_words ui;
};

/* ---- the arrows ---- */

/* Checks the workspace (or makes the default one), then every sequence, message, deployment and calendar of the loaded
 * modules. Fills c->workspace, c->sequences, c->results, c->deployment. */
void check_all(struct compile *c);
/* Makes the plans and the policy of a compile without errors. */
void emit_all(struct compile *c);
/* One step, canonically: what `--emit checked` shows and the step's hash is made of. */
void check_print_expr(struct buf *out, const struct expr *e); /* as the language writes it */
/* Why an enrollment that ends by this rule ended, for people: `reply by account`, `event "deal.closed"`, `when
 * contact.vip`. Made of the checked rule, so that layout does not change the plan. Uses the scratch up. */
struct slice check_exit_reason(struct arena *arena, struct buf *scratch, const struct exit_rule *x);
void check_print_step(struct buf *out, const struct compile *c, const struct step *s);
#endif
