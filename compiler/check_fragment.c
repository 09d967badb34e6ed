/* SPDX-License-Identifier: Apache-2.0
 * Fragments: expanded where they are run, typed, without recursion (language.md §9). A `run` is a copy of the
 * statements whose names have its own before them ("eu.chase_1"); texts and conditions are shared by all of them, and
 * what they name is looked up through the frame in hand. */
#include "compiler/analyze/unread.h"
#include "compiler/check_block.h"
#include "compiler/expression.h"
#include <string.h>

#define FRAMES_MAX 16u /* fragments within each other */

/* What one `run` stands for, found again by its node. */
struct expansion {
	const struct ast_run *run;
	struct frame frame;
	struct ast_block *body;
};

static struct slice key_of(const struct ast_run *const *run)
{
	return (struct slice){(const char *)(const void *)run, sizeof *run};
}

static struct expansion *find_expansion(const struct checker *k, const struct ast_run *run)
{
	struct name *n = names_find(&k->sequence->runs, 0, key_of(&run));
	return n ? n->object : NULL;
}

/* ---- copies ---- */

struct copying {
	struct checker *k;
	const struct frame *frame;
	uint32_t count; /* statements */
};

static struct ast_block *copy_block(struct copying *c, const struct ast *tree);

static struct ast *copy_node(struct copying *c, const struct ast *n)
{
	static const size_t sizes[AST_KIND_COUNT] = {
#define AST(KIND, name, fields) [AST_##KIND] = sizeof(struct ast_##name),
#include "compiler/ast.def"
#undef AST
	};
	struct ast *copy = arena_alloc(c->k->arena, sizes[n->kind]);
	memcpy(copy, n, sizes[n->kind]);
	copy->next = NULL;
	return copy;
}

static void prefix_name(struct copying *c, struct ast_name *name, struct slice prefix)
{
	if (name->text.n && prefix.n)
		name->text = arena_printf(c->k->arena, "%.*s%.*s", SLICE_ARG(prefix), SLICE_ARG(name->text));
}

/* `run … as eu was us`: what it calls eu.hello was us.hello. */
static void rename_item(struct copying *c, struct ast_name *name, struct ast_name *was)
{
	const struct frame *f = c->frame;
	if (!was->text.n && name->text.n && f->old_prefix.n)
		*was = *name;
	prefix_name(c, name, f->prefix);
	prefix_name(c, was, f->old_prefix.n ? f->old_prefix : f->prefix);
}

static void copy_list(struct copying *c, struct ast_list *list,
                      struct ast *(*copy)(struct copying *, const struct ast *))
{
	struct ast_list made = {0};
	for (const struct ast *i = list->first; i; i = i->next) {
		struct ast *n = copy(c, i);
		*(made.last ? &made.last->next : &made.first) = n;
		made.last = n;
		made.count++;
	}
	*list = made;
}

static struct ast *copy_arm(struct copying *c, const struct ast *i)
{
	struct ast *n = copy_node(c, i);
	if (n->kind == AST_ARM)
		((struct ast_arm *)n)->body = (struct ast *)copy_block(c, ((struct ast_arm *)n)->body);
	return n;
}

static struct ast *copy_part(struct copying *c, const struct ast *i)
{
	struct ast *n = copy_node(c, i);
	if (n->kind == AST_REMIND)
		((struct ast_remind *)n)->body = (struct ast *)copy_block(c, ((struct ast_remind *)n)->body);
	else if (n->kind == AST_ON_NOTHING)
		((struct ast_on_nothing *)n)->body = (struct ast *)copy_block(c, ((struct ast_on_nothing *)n)->body);
	return n;
}

static struct ast *copy_item(struct copying *c, const struct ast *i);

#define COPY_NAMES(type, name) rename_item(c, &((struct ast_##type *)n)->name, &((struct ast_##type *)n)->was)

/* Names and blocks are the copy's own, the rest is shared. */
static void copy_inside(struct copying *c, struct ast *n)
{
	switch (n->kind) {
	case AST_MESSAGE: COPY_NAMES(message, name); break;
	case AST_ORIGINAL: COPY_NAMES(original, name); break;
	case AST_SEND: COPY_NAMES(send, name); break;
	case AST_TASK: COPY_NAMES(task, name); break;
	case AST_STEP:
		COPY_NAMES(step, name);
		copy_list(c, &((struct ast_step *)n)->parts, copy_part);
		break;
	case AST_WAIT: COPY_NAMES(wait, as); break;
	case AST_WAIT_UNTIL: COPY_NAMES(wait_until, as); break;
	case AST_WAIT_FOR:
		COPY_NAMES(wait_for, as);
		copy_list(c, &((struct ast_wait_for *)n)->arms, copy_arm);
		break;
	case AST_REPEAT:
		COPY_NAMES(repeat, as);
		((struct ast_repeat *)n)->body = (struct ast *)copy_block(c, ((struct ast_repeat *)n)->body);
		break;
	case AST_WHEN:
		((struct ast_when *)n)->then = (struct ast *)copy_block(c, ((struct ast_when *)n)->then);
		((struct ast_when *)n)->otherwise = (struct ast *)copy_block(c, ((struct ast_when *)n)->otherwise);
		break;
	case AST_CHOOSE: copy_list(c, &((struct ast_choose *)n)->whens, copy_item); break;
	default: break;
	}
}

static struct ast *copy_item(struct copying *c, const struct ast *i)
{
	struct ast *n = copy_node(c, i);
	c->count++;
	copy_inside(c, n);
	return n;
}

static struct ast_block *copy_block(struct copying *c, const struct ast *tree)
{
	if (!tree || tree->kind != AST_BLOCK)
		return (struct ast_block *)tree;
	struct ast_block *copy = (struct ast_block *)copy_node(c, tree);
	copy_list(c, &copy->items, copy_item);
	return copy;
}

/* ---- what is wrong with a fragment, said once ---- */

static bool lies_in(struct span inner, struct span outer)
{
	return inner.source == outer.source && inner.start >= outer.start && inner.end <= outer.end;
}

static bool was_said(const struct diags *diags, const struct diag *g, uint32_t before)
{
	for (uint32_t i = 0; i < before; i++) {
		const struct diag *other = &diags->items[i];
		if (other->code == g->code && other->span.source == g->span.source &&
		    other->span.start == g->span.start && other->span.end == g->span.end)
			return true;
	}
	return false;
}

/* Findings from `from` on that lie in the fragment: those of an earlier run go, the others are shown with this one. */
static void join_findings(struct checker *k, const struct frame *f, uint32_t from)
{
	struct diags *diags = k->diags;
	uint32_t kept = from;
	for (uint32_t i = from; i < diags->count; i++) {
		struct diag *g = &diags->items[i];
		bool inside = lies_in(g->span, f->fragment->tree->span);
		if (inside && was_said(diags, g, from)) {
			*(g->severity == DIAG_ERROR ? &diags->errors : &diags->warnings) -= 1;
			continue;
		}
		if (inside && f->run.end > f->run.start)
			diag_label(diags, g, f->run, "run here");
		diags->items[kept++] = *g;
	}
	diags->count = kept;
}

/* ---- declaring ---- */

static bool is_cycle(struct checker *k, const struct declaration *d, const struct ast_run *t)
{
	const struct frame *f = k->frame;
	while (f && f->fragment != d)
		f = f->around;
	if (!f)
		return false;
	struct diag *g = diag_fragment_cycle(k->diags, t->node.span, d->name.text);
	for (const struct frame *i = k->frame; i != f; i = i->around)
		diag_label(k->diags, g, i->run, "which `%.*s` runs", SLICE_ARG(i->around->fragment->name.text));
	diag_label(k->diags, g, d->name.span, "declared here");
	return true;
}

static bool has_room(struct checker *k, const struct ast_run *t)
{
	struct sequence *q = k->sequence;
	if (k->frame && k->frame->depth == FRAMES_MAX) {
		diag_too_many(k->diags, t->node.span, SLICE("fragments within each other"), FRAMES_MAX);
		return false;
	}
	return q->expanded <= PLAN_STEPS_MAX;
}

static void declare_as(struct checker *k, struct ast_name as)
{
	struct names *scope = &k->sequence->scope;
	if (!as.text.n || !check_new_name(k, as))
		return;
	struct slice prefix = k->frame ? k->frame->prefix : (struct slice){"", 0};
	struct slice name = arena_printf(k->arena, "%.*s%.*s", SLICE_ARG(prefix), SLICE_ARG(as.text));
	const struct name *other = names_find(scope, SCOPE_STEP, name);
	if (!other)
		other = names_find(scope, SCOPE_RUN, name);
	if (!other) {
		names_add(scope, k->arena, SCOPE_RUN, name, as.span, NULL);
		k->sequence->named_runs = true;
		return;
	}
	say_duplicate(k->diags, "run", as, other->span);
}

static struct frame frame_of(struct checker *k, const struct declaration *d, const struct ast_run *t)
{
	struct frame *around = k->frame;
	struct frame f = {.fragment = d,
	                  .prefix = around ? around->prefix : (struct slice){"", 0},
	                  .old_prefix = around ? around->old_prefix : (struct slice){"", 0},
	                  .run = t->node.span,
	                  .module = k->module,
	                  .around = around,
	                  .depth = around ? around->depth + 1 : 1};
	struct slice old = f.old_prefix.n ? f.old_prefix : f.prefix;
	if (t->was.text.n || f.old_prefix.n)
		f.old_prefix = arena_printf(k->arena, "%.*s%.*s.", SLICE_ARG(old),
		                            SLICE_ARG(t->was.text.n ? t->was.text : t->as.text));
	if (t->as.text.n)
		f.prefix = arena_printf(k->arena, "%.*s%.*s.", SLICE_ARG(f.prefix), SLICE_ARG(t->as.text));
	return f;
}

void declare_run(struct checker *k, const struct ast_run *t)
{
	struct sequence *q = k->sequence;
	struct declaration *d = resolve_path(k->c, k->module, t->fragment, DECLARES_FRAGMENT);
	if (!d || is_cycle(k, d, t) || !has_room(k, t)) {
		q->broken = true;
		return;
	}
	declare_as(k, t->as);
	struct expansion *x = ARENA_NEW(k->arena, struct expansion);
	*x = (struct expansion){.run = t, .frame = frame_of(k, d, t)};
	struct copying copying = {.k = k, .frame = &x->frame};
	x->body = copy_block(&copying, ((const struct ast_fragment *)d->tree)->body);
	q->expanded += copying.count + 1;
	d->expanded = true;
	if (q->expanded > PLAN_STEPS_MAX) {
		diag_too_many(k->diags, t->node.span, SLICE("steps, fragments expanded"), PLAN_STEPS_MAX);
		q->broken = true;
		return;
	}
	names_add(&q->runs, k->arena, 0, key_of(&x->run), t->node.span, x);
	if (!x->body || x->body->node.kind != AST_BLOCK)
		return;
	struct frame *frame = k->frame;
	struct module *module = k->module;
	uint32_t from = k->diags->count;
	k->frame = &x->frame;
	k->module = d->module;
	declare_steps(k, &x->body->items);
	k->frame = frame;
	k->module = module;
	join_findings(k, &x->frame, from);
}

/* ---- names through the frame ---- */

const struct bound *find_bound(const struct checker *k, struct slice name)
{
	for (struct bound *b = k->frame ? k->frame->params : NULL; b; b = b->next)
		if (slice_eq(b->name.text, name)) {
			b->read = true;
			return b;
		}
	return NULL;
}

static struct ast_name word_at(const struct ast *word)
{
	return word && word->kind == AST_WORD ? ((const struct ast_word *)word)->name : (struct ast_name){0};
}

/* The path with its first `parts` words made one. */
static const struct ast_path *shorten(struct checker *k, const struct ast_path *p, const struct ast *last,
                                      struct slice name)
{
	struct ast_path *made = ARENA_NEW(k->arena, struct ast_path);
	struct ast_word *first = ARENA_NEW(k->arena, struct ast_word);
	struct span from = p->parts.first->span;
	*made = *p;
	first->node =
	        (struct ast){.kind = AST_WORD, .span = {from.source, from.start, last->span.end}, .next = last->next};
	first->name = (struct ast_name){name, first->node.span};
	made->parts =
	        (struct ast_list){.first = &first->node, .last = last->next ? p->parts.last : &first->node, .count = 1};
	for (const struct ast *i = last->next; i; i = i->next)
		made->parts.count++;
	return made;
}

const struct ast_path *qualify(struct checker *k, const struct ast_path *p)
{
	struct slice name = k->frame ? k->frame->prefix : (struct slice){"", 0};
	if (!k->sequence || (!name.n && p->parts.count < 2))
		return p;
	for (const struct ast *i = p->parts.first; i; i = i->next) {
		bool first = i == p->parts.first;
		name = arena_printf(k->arena, "%.*s%s%.*s", SLICE_ARG(name), first ? "" : ".",
		                    SLICE_ARG(word_at(i).text));
		if (names_find(&k->sequence->scope, SCOPE_STEP, name))
			return first && !k->frame ? p : shorten(k, p, i, name);
		if (!names_find(&k->sequence->scope, SCOPE_RUN, name))
			break;
	}
	return p;
}

/* ---- running ---- */

static bool fits(const struct type *wanted, const struct expr *e)
{
	if (e->kind == EXPR_POISON || wanted->kind == TYPE_UNKNOWN)
		return true;
	if (wanted->kind == TYPE_TEXT)
		return type_is_textual(&e->type);
	return wanted->kind == e->type.kind;
}

/* Every option of a value is one that the parameter has. */
static bool check_options(struct checker *k, const struct type *wanted, const struct expr *e)
{
	for (const struct option *o = wanted->kind == TYPE_ONE_OF && e->kind != EXPR_CONSTANT ? e->type.options : NULL;
	     o; o = o->next) {
		const struct option *i = wanted->options;
		while (i && !slice_eq(i->name.text, o->name.text))
			i = i->next;
		if (!i) {
			expr_say_option(k, o->name.text, e->span, wanted);
			return false;
		}
	}
	return true;
}

static void check_argument(struct checker *k, const struct ast *tree, const struct type *type, struct bound *b)
{
	const struct ast_text *t = (const struct ast_text *)tree;
	bool holes = false;
	for (const struct ast *i = tree->kind == AST_TEXT ? t->parts.first : NULL; i; i = i->next)
		holes |= i->kind != AST_CHARS;
	if (tree->kind == AST_TEXT && type->kind == TYPE_TEXT)
		b->text = tree;
	if (tree->kind == AST_PATH && ((const struct ast_path *)tree)->parts.count == 1) {
		const struct bound *outer = find_bound(k, ((const struct ast_path *)tree)->text.text);
		if (outer && outer->text) { /* handed on */
			*b = (struct bound){.name = b->name, .value = outer->value, .text = outer->text};
			return;
		}
	}
	if (holes && b->text)
		return;
	b->value = check_expr_as(k, tree, type);
	if (type->kind == TYPE_DURATION && tree->kind == AST_NUMBER) {
		struct slice number = source_text(&k->c->sources, tree->span);
		struct diag *g = diag_number_needs_unit(k->diags, tree->span, number);
		diag_fix(k->diags, g, tree->span, arena_printf(k->arena, "%.*s days", SLICE_ARG(number)), FIX_MAYBE,
		         "`%.*s days`", SLICE_ARG(number));
	} else if (!fits(type, b->value)) {
		struct diag *g = diag_wrong_type(k->diags, b->value->span, slice_of(type_word(type)),
		                                 slice_of(type_word(&b->value->type)));
		diag_label(k->diags, g, b->name.span, "for this parameter");
	} else if (check_options(k, type, b->value)) {
		if (b->value->kind != EXPR_POISON && type->kind == TYPE_ONE_OF)
			b->value->type = *type;
		return;
	}
	b->value = expr_poison(k, tree->span);
}

/* A value of that type of which nothing else is known: in a fragment that nobody runs. */
static struct expr *any_value(struct checker *k, const struct ast_field *p, struct type type)
{
	struct field *f = ARENA_NEW(k->arena, struct field);
	*f = (struct field){.name = p->name, .type = type, .input = true, .settled = true, .always = true};
	struct expr *e = expr_leaf(k, EXPR_FIELD, type, p->name.span);
	e->field = f;
	return e;
}

static const struct ast_field *next_field(const struct ast *i)
{
	while (i && i->kind != AST_FIELD)
		i = i->next;
	return (const struct ast_field *)i;
}

/* One parameter; the arguments that are left follow at *argument. */
static void bind(struct checker *k, struct frame *f, const struct ast_field *p, const struct ast **argument, bool run)
{
	for (struct bound *other = f->params; other; other = other->next) {
		if (!slice_eq(other->name.text, p->name.text))
			continue;
		say_duplicate(k->diags, "parameter", p->name, other->name.span);
		other->read = true; /* no more about it */
	}
	check_new_name(k, p->name);
	struct bound *b = ARENA_NEW(k->arena, struct bound);
	struct type type = check_type(k, p->type);
	b->name = p->name;
	if (*argument) {
		check_argument(k, *argument, &type, b);
		*argument = (*argument)->next;
	} else if (p->fallback) {
		check_argument(k, p->fallback, &type, b);
	} else if (run) {
		struct diag *g = diag_missing_argument(k->diags, f->run, f->fragment->name.text, p->name.text);
		diag_label(k->diags, g, p->name.span, "declared here without a `default`");
		b->value = expr_poison(k, f->run);
	}
	if (!run)
		b->value = any_value(k, p, type);
	b->next = f->params;
	f->params = b;
}

static void bind_all(struct checker *k, struct frame *f, const struct ast *argument, bool run)
{
	const struct ast_fragment *t = (const struct ast_fragment *)f->fragment->tree;
	for (const struct ast_field *p = next_field(t->params.first); p; p = next_field(p->node.next))
		bind(k, f, p, &argument, run);
	if (!argument)
		return;
	struct diag *g = diag_surplus_argument(k->diags, argument->span, f->fragment->name.text, t->params.count);
	diag_label(k->diags, g, f->fragment->name.span, "declared here");
}

static void check_inside(struct block *b, struct frame *f, const struct ast_block *body)
{
	struct checker *k = b->k;
	struct frame *frame = k->frame;
	struct module *module = k->module;
	uint32_t from = k->diags->count, errors = k->diags->errors;
	k->frame = f;
	k->module = f->fragment->module;
	check_list(b, &body->items);
	if (k->diags->errors == errors)
		unread_parameters(k, f);
	k->frame = frame;
	k->module = module;
	join_findings(k, f, from);
}

void check_run(struct block *b, const struct ast_run *t)
{
	struct expansion *x = find_expansion(b->k, t);
	if (x && x->frame.said_twice)
		b->k->sequence->broken = true;
	if (!x || x->frame.said_twice || !x->body || x->body->node.kind != AST_BLOCK)
		return; /* why was said */
	bind_all(b->k, &x->frame, t->args.first, true);
	check_inside(b, &x->frame, x->body);
}

const struct ast_block *run_body(const struct checker *k, const struct ast_run *t)
{
	const struct expansion *x = find_expansion(k, t);
	return x && x->body && x->body->node.kind == AST_BLOCK ? x->body : NULL;
}

void check_fragment_alone(struct checker *k, struct declaration *d)
{
	const struct ast_fragment *t = (const struct ast_fragment *)d->tree;
	struct sequence *q = ARENA_NEW(k->arena, struct sequence);
	struct frame f = {.fragment = d, .module = k->module, .run = {d->name.span.source, 0, 0}};
	*q = (struct sequence){.module = d->module, .name = d->name, .thread = true, .signature = true};
	if (!t->body || t->body->kind != AST_BLOCK)
		return;
	k->sequence = q;
	k->frame = &f;
	k->unnamed = k->proposed = 0;
	k->flow = (struct flow){.may_be_first = true, .may_follow = true, .murky = true};
	bind_all(k, &f, NULL, false);
	declare_steps(k, &((const struct ast_block *)t->body)->items);
	check_items(k, &((const struct ast_block *)t->body)->items, NULL, SLICE("start"));
	k->sequence = NULL;
	k->frame = NULL;
	k->flow = (struct flow){0};
}
