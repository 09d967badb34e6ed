/* SPDX-License-Identifier: Apache-2.0
 * Names of a sequence, before any of it is checked: steps and named waits in all blocks, variables. */
#include "compiler/checker.h"

/* "chase_1" of eu.chase_1. */
static struct ast_name own_name(struct ast_name name)
{
	for (size_t i = name.text.n; i > 0; i--)
		if (name.text.p[i - 1] == '.')
			return (struct ast_name){{name.text.p + i, name.text.n - i}, name.span};
	return name;
}

/* The steps of a fragment that is run a second time under the same names. */
static void say_run_twice(struct checker *k)
{
	struct frame *f = k->frame;
	if (f->said_twice)
		return;
	f->said_twice = true;
	struct slice name = f->fragment->name.text;
	struct diag *g = diag_run_twice(k->diags, f->run, name);
	diag_fix(k->diags, g, (struct span){f->run.source, f->run.end, f->run.end},
	         arena_printf(k->arena, " as %.*s_2", SLICE_ARG(name)), FIX_MAYBE, "name it: `as %.*s_2`",
	         SLICE_ARG(name));
}

static void declare_step(struct checker *k, const struct ast *tree, struct ast_name name, struct ast_name was,
                         enum plan_step_kind kind)
{
	bool is_wait = kind == STEP_COUNT;
	if (!name.text.n || !check_new_name(k, own_name(name)))
		return;
	struct name *other = names_find(&k->sequence->scope, SCOPE_STEP, name.text);
	if (!other && k->sequence->named_runs)
		other = names_find(&k->sequence->scope, SCOPE_RUN, name.text);
	if (other && other->span.source == name.span.source && other->span.start == name.span.start && k->frame) {
		say_run_twice(k);
		return;
	}
	if (other) {
		say_duplicate(k->diags, is_wait ? "wait" : "step", name, other->span);
		return;
	}
	struct step *s = ARENA_NEW(k->arena, struct step);
	s->name = name; /* the rest is zero as it comes */
	s->was = was.text;
	s->kind = is_wait ? "wait" : words_STEP[kind];
	s->plan_kind = is_wait ? 0 : kind;
	s->frame = k->frame;
	s->is_wait = is_wait;
	s->tree = tree;
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
	struct variable *v = new_variable(k, SLOT_VARIABLE, name, (struct type){.kind = TYPE_UNKNOWN});
	if (v)
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

/* The kind of step that a word of the grammar names. */
static enum plan_step_kind kind_of(struct ast_name word)
{
	int i = 0;
	while (i + 1 < STEP_COUNT && !slice_is(word.text, words_STEP[i]))
		i++;
	return (enum plan_step_kind)i;
}

/* STEP_COUNT: no step, a wait. */
#define DECLARE(type, name, kind)                                                                                      \
	declare_step(k, i, ((const struct ast_##type *)i)->name, ((const struct ast_##type *)i)->was, kind)

static void declare_item(struct checker *k, const struct ast *i)
{
	switch (i->kind) {
	case AST_MESSAGE: DECLARE(message, name, kind_of(((const struct ast_message *)i)->channel)); break;
	case AST_ORIGINAL: DECLARE(original, name, STEP_ORIGINAL); break;
	case AST_SEND: DECLARE(send, name, STEP_SEND); break;
	case AST_TASK:
		DECLARE(task, name, STEP_TASK);
		declare_parts(k, &((const struct ast_task *)i)->parts);
		break;
	case AST_STEP:
		DECLARE(step, name, kind_of(((const struct ast_step *)i)->kind));
		declare_parts(k, &((const struct ast_step *)i)->parts);
		break;
	case AST_RUN: declare_run(k, (const struct ast_run *)i); break;
	case AST_WAIT: DECLARE(wait, as, STEP_COUNT); break;
	case AST_WAIT_UNTIL: DECLARE(wait_until, as, STEP_COUNT); break;
	case AST_WAIT_FOR:
		DECLARE(wait_for, as, STEP_COUNT);
		for (const struct ast *a = ((const struct ast_wait_for *)i)->arms.first; a; a = a->next)
			if (a->kind == AST_ARM)
				declare_block(k, ((const struct ast_arm *)a)->body);
		break;
	case AST_REPEAT:
		DECLARE(repeat, as, STEP_COUNT);
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
