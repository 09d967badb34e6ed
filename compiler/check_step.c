/* SPDX-License-Identifier: Apache-2.0
 * Steps and blocks: what follows what, which name stands where, what is known on the way (flow.h), which wait has which
 * identity (rule 12). The tree's blocks become lists of struct node. */
#include "compiler/checker.h"

#define ARMS_MAX 256

/* A block among its blocks: a `skip to` may land in its own or in one around it. */
struct block_path {
	const struct block_path *around;
};

struct landing {
	struct flow flow;
	const struct block_path *block;
	struct span span;
	struct landing *next;
};

/* The block that is being checked. */
struct block {
	struct checker *k;
	struct block_path *path;
	struct node *first, **last;
	struct slice before; /* the named step directly before, "start", or empty (rule 12) */
	struct flow skipped; /* `otherwise skip`: arrives behind the next item */
	bool skip_pending, said_unreachable;
};

static struct node *check_block(struct checker *k, const struct ast *tree, const struct block_path *around);

/* ---- declaring ---- */

static void declare_step(struct checker *k, struct ast_name name, struct ast_name was, const char *kind, bool is_wait,
                         bool built)
{
	if (!name.text.n || !check_new_name(k, name))
		return;
	struct name *other = names_find(&k->sequence->scope, SCOPE_STEP, name.text);
	if (other) {
		struct diag *g =
		        diag_duplicate_name(k->diags, name.span, is_wait ? SLICE("wait") : SLICE("step"), name.text);
		diag_label(k->diags, g, other->span, "first declared here");
		return;
	}
	struct step *s = ARENA_NEW(k->arena, struct step);
	*s = (struct step){.name = name, .was = was.text, .kind = kind, .is_wait = is_wait, .built = built};
	names_add(&k->sequence->scope, k->arena, SCOPE_STEP, name.text, name.span, s);
}

static void declare_block(struct checker *k, const struct ast *block)
{
	if (block && block->kind == AST_BLOCK)
		declare_steps(k, &((const struct ast_block *)block)->items);
}

static void declare_variable(struct checker *k, const struct ast_set *t)
{
	const struct ast_path *path = (const struct ast_path *)t->path;
	struct sequence *q = k->sequence;
	if (!path || path->node.kind != AST_PATH || path->parts.count != 1 || path->parts.first->kind != AST_WORD)
		return;
	struct ast_name name = ((const struct ast_word *)path->parts.first)->name;
	if (names_find(&q->scope, SCOPE_VARIABLE, name.text) || !check_new_name(k, name))
		return;
	if (q->variable_count == PLAN_SLOTS_MAX) {
		diag_too_many(k->diags, name.span, SLICE("variables"), PLAN_SLOTS_MAX);
		return;
	}
	struct variable *v = ARENA_NEW(k->arena, struct variable);
	*v = (struct variable){.name = name, .type = {.kind = TYPE_UNKNOWN}, .index = q->variable_count++};
	*(q->last_variable ? &q->last_variable->next : &q->variables) = v;
	q->last_variable = v;
	names_add(&q->scope, k->arena, SCOPE_VARIABLE, name.text, name.span, v);
}

static void declare_parts(struct checker *k, const struct ast_list *parts)
{
	for (const struct ast *i = parts->first; i; i = i->next) {
		if (i->kind == AST_REMIND)
			declare_block(k, ((const struct ast_remind *)i)->body);
		else if (i->kind == AST_ON_NOTHING)
			declare_block(k, ((const struct ast_on_nothing *)i)->body);
	}
}

#define DECLARE(type, name, word, is_wait, built)                                                                      \
	declare_step(k, ((const struct ast_##type *)i)->name, ((const struct ast_##type *)i)->was, word, is_wait, built)

static void declare_item(struct checker *k, const struct ast *i)
{
	switch (i->kind) {
	case AST_MESSAGE:
		DECLARE(message, name, "email", false,
		        slice_is(((const struct ast_message *)i)->channel.text, "email"));
		break;
	case AST_ORIGINAL: DECLARE(original, name, "original", false, false); break;
	case AST_SEND: DECLARE(send, name, "send", false, false); break;
	case AST_TASK:
		DECLARE(task, name, "task", false, false);
		declare_parts(k, &((const struct ast_task *)i)->parts);
		break;
	case AST_STEP:
		DECLARE(step, name, "step", false, false);
		declare_parts(k, &((const struct ast_step *)i)->parts);
		break;
	case AST_RUN: DECLARE(run, as, "run", false, false); break;
	case AST_WAIT: DECLARE(wait, as, "wait", true, true); break;
	case AST_WAIT_UNTIL: DECLARE(wait_until, as, "wait", true, true); break;
	case AST_WAIT_FOR:
		DECLARE(wait_for, as, "wait", true, false);
		for (const struct ast *a = ((const struct ast_wait_for *)i)->arms.first; a; a = a->next)
			if (a->kind == AST_ARM)
				declare_block(k, ((const struct ast_arm *)a)->body);
		break;
	case AST_REPEAT:
		DECLARE(repeat, as, "wait", true, false);
		declare_block(k, ((const struct ast_repeat *)i)->body);
		break;
	case AST_WHEN:
		declare_block(k, ((const struct ast_when *)i)->then);
		declare_block(k, ((const struct ast_when *)i)->otherwise);
		break;
	case AST_CHOOSE: declare_steps(k, &((const struct ast_choose *)i)->whens); break;
	case AST_SET: declare_variable(k, (const struct ast_set *)i); break;
	case AST_EXIT_ON: declare_block(k, ((const struct ast_exit_on *)i)->body); break;
	case AST_EXIT_WHEN: declare_block(k, ((const struct ast_exit_when *)i)->body); break;
	default: break;
	}
}

void declare_steps(struct checker *k, const struct ast_list *items)
{
	for (const struct ast *i = items->first; i; i = i->next)
		declare_item(k, i);
}

bool is_step(const struct ast *i)
{
	switch (i->kind) {
	case AST_MESSAGE:
	case AST_ORIGINAL:
	case AST_SEND:
	case AST_TASK:
	case AST_STEP:
	case AST_SUPPRESS:
	case AST_SET:
	case AST_RUN:
	case AST_FINISH:
	case AST_EXIT:
	case AST_WAIT:
	case AST_WAIT_UNTIL:
	case AST_WAIT_FOR:
	case AST_WHEN:
	case AST_CHOOSE:
	case AST_REPEAT: return true;
	default: return false;
	}
}

/* ---- nodes ---- */

static struct node *new_node(struct block *b, enum node_kind kind, struct span span)
{
	struct node *n = ARENA_NEW(b->k->arena, struct node);
	*n = (struct node){.kind = kind, .span = span, .weekday = -1, .at_minute = -1};
	return n;
}

static void append(struct block *b, struct node *n)
{
	if (!n)
		return;
	*b->last = n;
	b->last = &n->next;
}

/* The object of a name declared at that place; NULL for a duplicate. */
static struct step *step_at(struct checker *k, struct ast_name name)
{
	struct name *n = name.text.n ? names_find(&k->sequence->scope, SCOPE_STEP, name.text) : NULL;
	struct step *s = n ? n->object : NULL;
	return s && s->name.span.start == name.span.start && s->name.span.source == name.span.source ? s : NULL;
}

static bool is_around(const struct block_path *outer, const struct block_path *inner)
{
	while (inner && inner != outer)
		inner = inner->around;
	return inner == outer;
}

/* A named step or wait is reached: what `skip to` brings joins here. */
static void arrive(struct block *b, struct step *s)
{
	if (!s)
		return;
	s->reached = true;
	for (struct landing *l = s->landings; l; l = l->next) {
		if (is_around(b->path, l->block)) {
			flow_join(&b->k->flow, b->k->arena, &l->flow);
		} else {
			struct diag *g = diag_skip_into_block(b->k->diags, l->span, s->name.text);
			diag_label(b->k->diags, g, s->name.span, "it stands in a block of its own");
		}
	}
}

static void check_email(struct block *b, const struct ast_message *t)
{
	struct checker *k = b->k;
	struct sequence *q = k->sequence;
	struct step *s = step_at(k, t->name);
	struct step unnamed = {.name = t->name, .kind = "email", .built = true};
	struct message *m = check_message(k, t, s ? s : &unnamed);
	k->flow.may_be_first = false;
	k->flow.may_follow = true;
	b->before = t->name.text;
	if (!s) {
		q->broken = true; /* its name was refused */
		return;
	}
	s->message = m;
	s->index = q->step_count;
	ARENA_PUSH(k->arena, q->steps, q->step_count, q->step_cap) = s;
	struct node *n = new_node(b, NODE_SEND, t->node.span);
	n->step = n->label = s;
	append(b, n);
}

/* ---- waits ---- */

static struct span head_end(const struct ast *t)
{
	uint32_t end = t->span.end;
	if (t->kind == AST_WAIT_UNTIL) {
		const struct ast_wait_until *w = (const struct ast_wait_until *)t;
		end = w->at ? w->at->span.end : w->moment ? w->moment->span.end : w->weekday.span.end;
	}
	return (struct span){t->span.source, end, end};
}

/* A name for a wait that nothing else has. */
static struct slice propose(struct checker *k)
{
	for (;;) {
		uint32_t i = ++k->proposed;
		struct slice name = i == 1 ? SLICE("pause") : arena_printf(k->arena, "pause_%u", i);
		if (!names_find(&k->sequence->scope, SCOPE_STEP, name))
			return name;
	}
}

static void say_unnamed(struct block *b, const struct ast *t)
{
	struct checker *k = b->k;
	struct slice name = propose(k);
	struct diag *g = diag_unnamed_wait(k->diags, t->span);
	diag_fix(k->diags, g, head_end(t), arena_printf(k->arena, " as %.*s", SLICE_ARG(name)), FIX_MAYBE,
	         "name it: `as %.*s`", SLICE_ARG(name));
	soften(k, g);
}

static struct position *identify(struct block *b, const struct ast *t, struct ast_name as, struct ast_name was)
{
	struct checker *k = b->k;
	struct position *p = ARENA_NEW(k->arena, struct position);
	p->span = t->span;
	p->was = was.text;
	if (as.text.n)
		p->identity = as.text;
	else if (b->before.n)
		p->identity = arena_printf(k->arena, "after %.*s", SLICE_ARG(b->before));
	else {
		p->identity = arena_printf(k->arena, "unnamed %u", ++k->unnamed);
		if (!k->flow.ended)
			say_unnamed(b, t);
	}
	return p;
}

static void check_wait_item(struct block *b, const struct ast *t)
{
	struct checker *k = b->k;
	bool until = t->kind == AST_WAIT_UNTIL;
	const struct ast_wait *w = (const struct ast_wait *)t;
	const struct ast_wait_until *u = (const struct ast_wait_until *)t;
	struct ast_name as = until ? u->as : w->as;
	struct position *p = identify(b, t, as, until ? u->was : w->was);
	struct node *n = until ? check_wait_until(k, u, p) : check_wait(k, w, p);
	b->before = (struct slice){NULL, 0};
	if (!n)
		return;
	n->label = step_at(k, as);
	append(b, n);
	if (!until)
		return;
	struct flow arrival = k->flow; /* what its `otherwise` knows: the moment may be absent */
	if (n->expr && n->otherwise_kind != OTHERWISE_CONTINUE)
		flow_know_operands(&k->flow, k->arena, n->expr);
	if (n->otherwise_kind == OTHERWISE_SKIP) {
		b->skip_pending = true;
		b->skipped = arrival;
		if (!t->next || !is_step(t->next))
			diag_nothing_to_skip(k->diags, u->otherwise.span);
	} else if (n->otherwise_kind == OTHERWISE_SKIP_TO && n->step->reached) {
		struct diag *g = diag_skip_backward(k->diags, u->target->span, n->step->name.text);
		diag_label(k->diags, g, n->step->name.span, "it comes before");
	} else if (n->otherwise_kind == OTHERWISE_SKIP_TO) {
		struct landing *l = ARENA_NEW(k->arena, struct landing);
		*l = (struct landing){
		        .flow = arrival, .block = b->path, .span = u->target->span, .next = n->step->landings};
		n->step->landings = l;
	}
}

/* ---- branches ---- */

static struct node *check_when_item(struct block *b, const struct ast_when *t)
{
	struct checker *k = b->k;
	struct node *n = new_node(b, NODE_WHEN, t->node.span);
	n->expr = check_condition(k, t->cond);
	struct flow before = k->flow, after;
	flow_assume(&k->flow, k->arena, n->expr, true);
	n->then = check_block(k, t->then, b->path);
	after = k->flow;
	k->flow = before;
	flow_assume(&k->flow, k->arena, n->expr, false);
	n->otherwise = check_block(k, t->otherwise, b->path);
	flow_join(&k->flow, k->arena, &after);
	return n;
}

/* `choose` is a chain: each `when` stands in the otherwise of the one before. */
static void check_choose(struct block *b, const struct ast_choose *t)
{
	struct checker *k = b->k;
	struct flow out = {.ended = true};
	struct node *first = NULL, **tail = &first;
	uint32_t arms = 0;
	for (const struct ast *i = t->whens.first; i; i = i->next) {
		if (i->kind != AST_WHEN)
			continue;
		const struct ast_when *w = (const struct ast_when *)i;
		if (++arms > ARMS_MAX) {
			diag_too_many(k->diags, i->span, SLICE("arms of a `choose`"), ARMS_MAX);
			break;
		}
		if (w->otherwise && i->next)
			diag_otherwise_not_last(k->diags, w->otherwise->span);
		struct node *n = new_node(b, NODE_WHEN, i->span);
		n->expr = check_condition(k, w->cond);
		struct flow before = k->flow;
		flow_assume(&k->flow, k->arena, n->expr, true);
		n->then = check_block(k, w->then, b->path);
		flow_join(&out, k->arena, &k->flow);
		k->flow = before;
		flow_assume(&k->flow, k->arena, n->expr, false);
		*tail = n;
		tail = &n->otherwise;
		if (w->otherwise && !i->next)
			*tail = check_block(k, w->otherwise, b->path);
	}
	flow_join(&k->flow, k->arena, &out);
	append(b, first);
}

/* ---- set ---- */

/* Computing with an absent value is an error; taking one over is not (rule 11). */
static bool check_set_value(struct checker *k, const struct expr *e, bool *present)
{
	const struct expr *culprit = NULL;
	*present = !expr_may_be_absent(k, e, &culprit);
	if (*present || k->flow.ended || e->kind == EXPR_FIELD || e->kind == EXPR_VARIABLE)
		return true;
	say_may_be_absent(k, culprit);
	return false;
}

/* The value, of the type wanted if that is known. */
static struct expr *typed_value(struct checker *k, const struct ast *tree, const struct type *type)
{
	struct expr *e = check_expr_as(k, tree, type);
	if (e->kind == EXPR_POISON || type->kind == TYPE_UNKNOWN || e->type.kind == type->kind)
		return e;
	diag_wrong_type(k->diags, e->span, slice_of(type_word(type)), slice_of(type_word(&e->type)));
	return NULL;
}

static void check_set(struct block *b, const struct ast_set *t)
{
	struct checker *k = b->k;
	const struct ast_path *path = (const struct ast_path *)t->path;
	if (!path || path->node.kind != AST_PATH)
		return;
	struct node *n = new_node(b, NODE_SET, t->node.span);
	const struct ast *first = path->parts.first, *second = first ? first->next : NULL;
	struct type *type;
	static struct type unknown = {.kind = TYPE_UNKNOWN};
	struct name *variable = names_find(&k->sequence->scope, SCOPE_VARIABLE, path->text.text);
	if (path->parts.count == 1 && variable) {
		n->variable = variable->object;
		type = &((struct variable *)variable->object)->type;
	} else if (path->parts.count == 2 && slice_is(((const struct ast_word *)first)->name.text, "contact")) {
		struct ast_name name = ((const struct ast_word *)second)->name;
		n->field = find_contact_field(k, name);
		if (!n->field) {
			check_expr(k, t->path); /* says what is wrong */
			return;
		}
		type = &((struct field *)n->field)->type;
	} else {
		if (path->parts.count > 1)
			diag_cannot_set(k->diags, path->node.span, path->text.text);
		check_expr(k, t->value);
		return;
	}
	bool present;
	n->expr = typed_value(k, t->value, n->field && n->field->inferred && !n->field->settled ? &unknown : type);
	if (!n->expr || n->expr->kind == EXPR_POISON || !check_set_value(k, n->expr, &present))
		return;
	if (type->kind == TYPE_UNKNOWN || (n->field && !n->field->settled))
		*type = n->expr->type;
	if (n->variable)
		k->flow.assigned |= UINT64_C(1) << n->variable->index;
	flow_know(&k->flow, k->arena, n->variable ? (const void *)n->variable : (const void *)n->field, present);
	append(b, n);
}

/* ---- what is not built yet ---- */

/* What an unbuilt step names must be there all the same. */
static void resolve_names(struct checker *k, const struct ast *t)
{
	const struct ast_step *step = (const struct ast_step *)t;
	switch (t->kind) {
	case AST_MESSAGE:
		if (((const struct ast_message *)t)->using)
			resolve_path(k->c, k->module, ((const struct ast_message *)t)->using, DECLARES_MESSAGE);
		break;
	case AST_SEND:
		for (const struct ast *i = ((const struct ast_send *)t)->parts.first; i; i = i->next)
			if (i->kind == AST_MESSAGE)
				resolve_names(k, i);
		break;
	case AST_STEP:
		if (step->using)
			resolve_path(k->c, k->module, step->using,
			             slice_is(step->kind.text, "ask") ? DECLARES_QUESTIONNAIRE : DECLARES_MESSAGE);
		if (step->target)
			resolve_sequence(k->c, k->module, step->target);
		break;
	case AST_RUN: resolve_path(k->c, k->module, ((const struct ast_run *)t)->fragment, DECLARES_FRAGMENT); break;
	default: break;
	}
}

static void check_unbuilt(struct block *b, const struct ast *t)
{
	struct checker *k = b->k;
	struct slice name = {NULL, 0};
	struct span span = t->span;
	const char *what = "";
	switch (t->kind) {
	case AST_MESSAGE:
		name = ((const struct ast_message *)t)->name.text;
		span = ((const struct ast_message *)t)->channel.span;
		what = slice_is(((const struct ast_message *)t)->channel.text, "sms") ? "SMS steps" : "WhatsApp steps";
		break;
	case AST_ORIGINAL:
		name = ((const struct ast_original *)t)->name.text;
		what = "`original`, a first message that is the user's own";
		k->flow.may_be_first = false;
		k->flow.may_follow = true;
		break;
	case AST_SEND:
		name = ((const struct ast_send *)t)->name.text;
		span = ((const struct ast_send *)t)->name.span;
		what = "`send … by` several channels";
		k->flow.murky = true;
		break;
	case AST_TASK:
		name = ((const struct ast_task *)t)->name.text;
		span = ((const struct ast_task *)t)->name.span;
		what = "tasks";
		break;
	case AST_STEP:
		name = ((const struct ast_step *)t)->name.text;
		span = ((const struct ast_step *)t)->kind.span;
		what = (const char *)arena_printf(k->arena, "`%.*s` steps",
		                                  SLICE_ARG(((const struct ast_step *)t)->kind.text))
		               .p;
		k->flow.ended |= slice_is(((const struct ast_step *)t)->kind.text, "handoff");
		break;
	case AST_SUPPRESS: what = "`suppress`"; break;
	case AST_RUN:
		what = "`run` of a fragment";
		k->flow.murky = true;
		break;
	case AST_WAIT_FOR:
		span = (struct span){t->span.source, t->span.start, t->span.start + 4};
		what = "`wait for`";
		break;
	default: span = (struct span){t->span.source, t->span.start, t->span.start + 6}; what = "`repeat`";
	}
	say_not_built(k, span, what);
	resolve_names(k, t);
	k->sequence->unbuilt = true;
	b->before = name;
}

/* The blocks inside are checked, for their names' sake; nothing is made of them. */
static void check_inside(struct block *b, const struct ast *t)
{
	struct checker *k = b->k;
	struct flow before = k->flow, out = before;
	before.murky = true;
	out.murky = true;
	if (t->kind == AST_REPEAT) {
		k->flow = before;
		check_block(k, ((const struct ast_repeat *)t)->body, b->path);
		flow_join(&out, k->arena, &k->flow);
	} else if (t->kind == AST_WAIT_FOR) {
		for (const struct ast *a = ((const struct ast_wait_for *)t)->arms.first; a; a = a->next) {
			k->flow = before;
			if (a->kind == AST_ARM)
				check_block(k, ((const struct ast_arm *)a)->body, b->path);
			flow_join(&out, k->arena, &k->flow);
		}
	} else {
		return;
	}
	k->flow = out;
}

/* ---- blocks ---- */

static void check_item(struct block *b, const struct ast *t)
{
	struct checker *k = b->k;
	struct slice no_step = {NULL, 0};
	struct node *n;
	switch (t->kind) {
	case AST_MESSAGE:
		if (slice_is(((const struct ast_message *)t)->channel.text, "email"))
			check_email(b, (const struct ast_message *)t);
		else
			check_unbuilt(b, t);
		return;
	case AST_WAIT:
	case AST_WAIT_UNTIL: check_wait_item(b, t); return;
	case AST_WHEN: append(b, check_when_item(b, (const struct ast_when *)t)); break;
	case AST_CHOOSE: check_choose(b, (const struct ast_choose *)t); break;
	case AST_SET: check_set(b, (const struct ast_set *)t); break;
	case AST_FINISH:
	case AST_EXIT:
		n = new_node(b, NODE_END, t->span);
		n->end = t->kind == AST_EXIT ? END_EXIT : END_FINISH;
		if (t->kind == AST_EXIT)
			n->reason = check_string(k, ((const struct ast_exit *)t)->reason).text;
		append(b, n);
		k->flow.ended = true;
		break;
	default:
		check_unbuilt(b, t);
		check_inside(b, t);
		return;
	}
	b->before = no_step;
}

static struct ast_name name_of(const struct ast *t)
{
	switch (t->kind) {
	case AST_MESSAGE: return ((const struct ast_message *)t)->name;
	case AST_WAIT: return ((const struct ast_wait *)t)->as;
	case AST_WAIT_UNTIL: return ((const struct ast_wait_until *)t)->as;
	default: return (struct ast_name){0};
	}
}

static struct node *check_items(struct checker *k, const struct ast_list *items, const struct block_path *around,
                                bool is_body)
{
	struct block b = {.k = k, .path = ARENA_NEW(k->arena, struct block_path)};
	b.path->around = around;
	b.last = &b.first;
	if (is_body && !names_find(&k->sequence->scope, SCOPE_STEP, SLICE("start")))
		b.before = SLICE("start");
	for (const struct ast *i = items->first; i; i = i->next) {
		if (!is_step(i))
			continue;
		bool join_after = b.skip_pending;
		b.skip_pending = false;
		arrive(&b, step_at(k, name_of(i)));
		if (k->flow.ended && !join_after) {
			if (!b.said_unreachable)
				diag_unreachable(k->diags, i->span);
			b.said_unreachable = true;
			k->flow.ended = false; /* what follows is checked as if it were reached */
			k->flow.murky = true;
		}
		struct flow skipped = b.skipped;
		check_item(&b, i);
		if (join_after)
			flow_join(&k->flow, k->arena, &skipped);
	}
	return b.first;
}

static struct node *check_block(struct checker *k, const struct ast *tree, const struct block_path *around)
{
	if (!tree || tree->kind != AST_BLOCK)
		return NULL;
	return check_items(k, &((const struct ast_block *)tree)->items, around, false);
}

struct node *check_body(struct checker *k, const struct ast_list *items)
{
	return check_items(k, items, NULL, true);
}
