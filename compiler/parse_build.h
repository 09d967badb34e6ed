/* SPDX-License-Identifier: Apache-2.0
 * What the grammar's actions call: one constructor each. For every row of ast.def there is NEW(name, start, .field =
 * …); a node ends where the newest token fed to the grammar ends, so an action says only where it begins. Private to
 * the parser (grammar/seq.y, parse*.c). */
#ifndef SEQ_COMPILER_PARSE_BUILD_H
#define SEQ_COMPILER_PARSE_BUILD_H
#include "compiler/parse.h"

struct shadow;

/* A stretch of a line whose `}` shows that a `{` is missing in it. */
struct lacking {
	uint32_t start, end;
};

struct parse {
	struct arena *arena;
	struct diags *diags;
	const struct source *source;
	uint32_t source_index;
	struct lexed lexed;
	struct ast *tree;

	void *lemon;          /* fed one token behind the shadow, so that the newest can still be repaired */
	struct shadow *ahead; /* has taken `newest` too */
	struct shadow *before, *at, *trial;  /* recovery's: without `newest`, with it, and for trying */
	struct token newest;                 /* kind 0: none */
	uint32_t next;                       /* index of the next token */
	uint32_t end;                        /* of the newest token that lemon has */
	uint32_t skipped_start, skipped_end; /* what the newest recovery left out */
	uint32_t panicked_at;                /* index of the token at the newest panic: it must move on */
	bool told;                           /* one diagnostic a statement */
	bool refused;                        /* lemon did not accept a token */
	bool repaired;                       /* some token's kind is not what its text says */
	struct lacking *lacking;             /* where recovery may put a `{` in; ascending */
	uint32_t lacking_count, lacking_cap, lacking_next;
	char *nodes, *nodes_end; /* a stretch of the arena, cut up into nodes */
};

/* ---- nodes ---- */

#define NODES_BYTES ((size_t)64 << 10)

/* Zeroed room for a node. Cut from larger pieces, since most of a parse is this. */
static inline void *parse_room(struct parse *p, size_t n)
{
	n = (n + 7) & ~(size_t)7;
	if ((size_t)(p->nodes_end - p->nodes) < n) {
		p->nodes = arena_alloc(p->arena, NODES_BYTES);
		p->nodes_end = p->nodes + NODES_BYTES;
	}
	void *room = p->nodes;
	p->nodes += n;
	return room;
}

#define AST(KIND, name, fields)                                                                                        \
	static inline struct ast *new_##name(struct parse *p, uint32_t start, struct ast_##name v)                     \
	{                                                                                                              \
		struct ast_##name *n = parse_room(p, sizeof v);                                                        \
		*n = v;                                                                                                \
		n->node.kind = AST_##KIND;                                                                             \
		n->node.span = (struct span){p->source_index, start, p->end};                                          \
		return &n->node;                                                                                       \
	}
#include "compiler/ast.def"
#undef AST
#define NEW(name, start, ...) new_##name(parse, (start), (struct ast_##name){__VA_ARGS__})

static inline void ast_push(struct ast_list *list, struct ast *n)
{
	if (list->last)
		list->last->next = n;
	else
		list->first = n;
	list->last = n;
	list->count++;
}

static inline struct ast_list list_of(struct ast *n)
{
	return (struct ast_list){n, n, 1};
}

/* ---- tokens and names ---- */

#define NO_TOKEN ((struct token){0, 0, 0})

struct named {
	struct token as, was;
};

static inline struct slice parse_text_at(const struct parse *p, uint32_t start, uint32_t end)
{
	return (struct slice){p->source->text.p + start, end - start};
}

struct slice parse_repaired_text(const struct parse *p, struct token t);

static inline struct ast_name parse_name(const struct parse *p, struct token t)
{
	if (t.kind == 0)
		return (struct ast_name){0};
	if (p->repaired)
		return (struct ast_name){parse_repaired_text(p, t), {p->source_index, t.start, t.end}};
	return (struct ast_name){parse_text_at(p, t.start, t.end), {p->source_index, t.start, t.end}};
}
#define NAME(t) parse_name(parse, (t))
/* A word of ours for what a sign says. */
#define CONST_NAME(t, text) ((struct ast_name){SLICE(text), {parse->source_index, (t).start, (t).end}})

static inline struct token token_join(struct token a, struct token b)
{
	return (struct token){a.start, b.end, a.kind};
}

/* ---- values: what is no number, date or time is told here, once ---- */

int64_t parse_int(struct parse *p, struct token t);   /* a whole number */
int64_t parse_micro(struct parse *p, struct token t); /* a number or percentage, times 1,000,000 */
#define INT(t)   parse_int(parse, (t))
#define MICRO(t) parse_micro(parse, (t))
struct ast *parse_number(struct parse *p, struct token t);
struct ast *parse_percent(struct parse *p, struct token t);
struct ast *parse_date(struct parse *p, struct token t);
struct ast *parse_time(struct parse *p, struct token t);
/* No number: one of the unit. BUSINESS is a business day. */
struct ast *parse_duration(struct parse *p, struct token number, struct token unit);
struct ast *parse_string(struct parse *p, struct token t); /* STRING */
struct ast *parse_env_name(struct parse *p, struct token t);

/* ---- texts: escapes and the indentation of blocks ---- */

struct ast *parse_text(struct parse *p, struct token t); /* TEXT, of a string without holes */
struct ast *parse_text_of(struct parse *p, struct token open, struct ast_list parts, struct token close);
struct ast *parse_template_tree(struct parse *p, struct ast_list parts);
void parse_hole_when(struct parse *p, struct ast *n, struct ast_list then, struct ast_list otherwise);

/* ---- nodes that grow, or that several rules make ---- */

struct ast *parse_path(struct parse *p, struct token first);
void parse_path_part(struct parse *p, struct ast *path, struct token part);
struct ast *parse_binary(struct parse *p, struct ast *left, struct token op, struct ast *right);
struct ast *parse_channel(struct parse *p, struct token kind, struct token name, struct ast_list items);
struct ast *parse_one_of(struct parse *p, struct token one, struct ast_list options);
struct ast *parse_limit(struct parse *p, struct token limit, struct token count, struct token what, struct ast *period,
                        struct ast *ramp, struct ast *when);
struct ast *parse_sequence(struct parse *p, struct token draft, struct token sequence, struct token name,
                           struct token was, struct ast *title, struct ast_list items);
struct ast *parse_step(struct parse *p, struct token kind, struct token name, struct token was, struct ast *module,
                       struct ast *target, struct ast_list parts);
struct ast *parse_message(struct parse *p, struct token channel, struct token name, struct token was,
                          struct ast *module, struct ast_list parts);
struct ast *parse_until(struct parse *p, struct token wait, struct ast *instant, struct named named);
void parse_otherwise(struct parse *p, struct ast *until, struct token way, struct ast *target);
void parse_migration(struct parse *p, struct ast *n, struct ast_name action, struct ast *target);
void parse_migration_over(struct parse *p, struct ast *n, struct ast_name action, struct ast *over);
void parse_trigger_after(struct parse *p, struct ast *trigger, struct ast *step);
void parse_field_required(struct parse *p, struct ast *field);
void parse_field_default(struct parse *p, struct ast *field, struct ast *value);
void parse_question_range(struct parse *p, struct ast *q, struct ast *range);
void parse_question_required(struct parse *p, struct ast *q);
void parse_question_decides(struct parse *p, struct ast *q);
void parse_question_when(struct parse *p, struct ast *q, struct ast *when);
void parse_question_na(struct parse *p, struct ast *q, struct ast *text);
void parse_question_options(struct parse *p, struct ast *q, struct ast_list options);
/* What the newest recovery left out. */
struct ast *parse_skipped(struct parse *p);

/* ---- recovery ---- */

/* Takes a token that the shadow has taken: lemon gets the one before. */
void parse_take(struct parse *p, struct token t);
void parse_feed(struct parse *p, struct token t);
/* Nothing more is told on the line of that offset. */
void parse_quiet_line(struct parse *p, uint32_t at);
/* Inserts or takes out the braces that are missing or too many, where they do not balance (parse_braces.c). */
void parse_balance_braces(struct parse *p);
/* The token at p->next is not accepted: tells, and repairs it or leaves its statement out. False: nothing more can be
 * parsed (parse_recover.c). */
bool parse_recover(struct parse *p);
/* Whether the place lies in a line that lacks a `{`, before the `}` that shows it. */
bool parse_lacks_brace_before(struct parse *p, uint32_t start);
/* Whether a diagnostic at this token may be told; counts it. */
bool parse_may_tell(struct parse *p, struct token t);
static inline struct span parse_span(const struct parse *p, struct token t)
{
	return (struct span){p->source_index, t.start, t.end};
}
#endif
