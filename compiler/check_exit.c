/* SPDX-License-Identifier: Apache-2.0
 * The block of an exit: what is done as the contact leaves. Nothing in it takes time (rule 9). */
#include "compiler/check_block.h"

/* What may not stand there, as people call it; NULL: it may. */
static const char *misfit(const struct ast *i)
{
	const struct ast_step *step = (const struct ast_step *)i;
	switch (i->kind) {
	case AST_MESSAGE:
	case AST_ORIGINAL:
	case AST_SEND: return "a message";
	case AST_WAIT:
	case AST_WAIT_UNTIL:
	case AST_WAIT_FOR:
	case AST_REPEAT: return "a wait";
	case AST_FINISH:
	case AST_EXIT: return "another end";
	case AST_STEP:
		return slice_is(step->kind.text, "webhook") || slice_is(step->kind.text, "alert") ||
		                       slice_is(step->kind.text, "handoff")
		               ? NULL
		               : "a page";
	default: return NULL;
	}
}

struct looking {
	struct checker *k;
	bool found;
};

static void look(const struct ast *i, void *context)
{
	struct looking *l = context;
	const char *what = misfit(i);
	if (what) {
		diag_exit_block(l->k->diags, i->span, slice_of(what));
		l->found = true;
	} else if (i->kind == AST_RUN) {
		const struct ast_block *body = run_body(l->k, (const struct ast_run *)i);
		if (body)
			look(&body->node, l);
	} else if (i->kind == AST_BLOCK || i->kind == AST_WHEN || i->kind == AST_CHOOSE) {
		ast_each_child(i, look, l);
	}
}

/* Nobody is left to wait: a task is as if `async`, what a webhook returns is not awaited. */
static void hurry(struct node **list)
{
	for (struct node **at = list; *at;) {
		struct node *n = *at;
		if (n->kind == NODE_REST || n->kind == NODE_KEEP) {
			*at = n->next;
			continue;
		}
		if (n->kind == NODE_PERFORM && n->step->action && n->step->plan_kind == STEP_TASK)
			n->step->action->async = true;
		hurry(&n->then);
		hurry(&n->otherwise);
		at = &n->next;
	}
}

void check_exit_body(struct checker *k, const struct ast *body, struct exit_rule *rule)
{
	struct looking looking = {.k = k};
	if (!body || body->kind != AST_BLOCK)
		return;
	look(body, &looking);
	if (looking.found) {
		k->sequence->broken = true;
		return;
	}
	k->flow = (struct flow){.murky = true};
	k->leaving = true;
	rule->body = check_items(k, &((const struct ast_block *)body)->items, NULL, (struct slice){NULL, 0});
	rule->has_body = true;
	k->leaving = false;
	hurry(&rule->body);
}
