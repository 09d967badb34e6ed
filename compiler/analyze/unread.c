/* SPDX-License-Identifier: Apache-2.0
 * Names are marked where expressions read them. The condition of a question is asked like that of an exit: at any
 * time, with nothing known but types and ranges. */
#include "compiler/analyze/unread.h"
#include "compiler/analyze/branches.h"

static void check_questions(struct checker *k, const struct sequence *q, const struct step *s)
{
	struct values v;
	branches_begin(k, q, &v, true);
	struct knowledge *nothing = knowledge_copy(&v, NULL);
	for (const struct question_when *w = s->action->whens; w; w = w->next) {
		if (w->when->kind == EXPR_POISON)
			continue;
		struct answer a = values_answer(&v, nothing, w->when);
		if (a.verdict != NEVER)
			continue;
		struct diag *g = diag_never_asked(k->diags, w->question->name.span, w->question->name.text,
		                                  branches_known(k, &v, &a.because));
		branches_label(k, g, &a.because);
	}
}

void unread_check(struct checker *k, const struct sequence *q)
{
	if (k->module->is_std)
		return;
	for (const struct variable *v = q->variables; v; v = v->next)
		if (v->kind == SLOT_VARIABLE && !v->read)
			diag_unused_name(k->diags, v->name.span, SLICE("variable"), v->name.text);
	for (uint32_t i = 0; i < q->step_count; i++)
		if (q->steps[i]->action && q->steps[i]->action->whens)
			check_questions(k, q, q->steps[i]);
}

void unread_parameters(struct checker *k, const struct frame *f)
{
	for (const struct bound *b = f->module->is_std || f->fragment->module->is_std ? NULL : f->params; b;
	     b = b->next)
		if (!b->read)
			diag_unused_name(k->diags, b->name.span, SLICE("parameter"), b->name.text);
}
