/* SPDX-License-Identifier: Apache-2.0
 * Steps that are no messages, pages among them: their rows, PERFORM and REST. */
#include "compiler/emit_body.h"
#include <stddef.h>

/* ---- rows: those of one list lie one after the other ---- */

static uint32_t add_options(struct emit *e, const struct option *o, uint32_t *count)
{
	uint32_t first = NONE;
	for (*count = 0; o; o = o->next, ++*count) {
		struct plan_option row = {.name = emit_string(e, o->name.text)};
		uint32_t index = image_add(e->b, SECTION_OPTION, &row);
		first = first == NONE ? index : first;
	}
	return first;
}

static uint32_t add_pairs(struct emit *e, const struct pair *p, uint32_t *count)
{
	uint32_t first = NONE;
	for (*count = 0; p; p = p->next, ++*count) {
		struct plan_pair row = {.key = emit_string(e, p->key.text), .value = NONE};
		uint32_t index = image_add(e->b, SECTION_PAIR, &row);
		emit_value_later(e, p->value, SECTION_PAIR, index, offsetof(struct plan_pair, value));
		first = first == NONE ? index : first;
	}
	return first;
}

static uint32_t add_sites(struct emit *e, const struct site *s, uint32_t *count)
{
	uint32_t first = NONE;
	for (*count = 0; s; s = s->next, ++*count) {
		struct plan_site row = {.name = emit_string(e, s->name.text), .url = emit_text(e, s->url)};
		uint32_t index = image_add(e->b, SECTION_SITE, &row);
		first = first == NONE ? index : first;
	}
	return first;
}

static uint32_t add_choices(struct emit *e, const struct question_choice *c, uint32_t *count)
{
	uint32_t first = NONE;
	for (*count = 0; c; c = c->next, ++*count) {
		struct plan_choice row = {.name = emit_string(e, c->name.text), .text = emit_text(e, c->text)};
		uint32_t index = image_add(e->b, SECTION_CHOICE, &row);
		first = first == NONE ? index : first;
	}
	return first;
}

static uint32_t add_questions(struct emit *e, const struct action *a, uint32_t *count)
{
	uint32_t first = NONE;
	*count = 0;
	for (const struct question *q = a->questionnaire->questions; q; q = q->next, ++*count) {
		struct plan_question row = {.from = q->from,
		                            .to = q->to,
		                            .name = emit_string(e, q->name.text),
		                            .kind = q->kind,
		                            .text = emit_text(e, q->text),
		                            .required = q->required,
		                            .decides = q->decides,
		                            .when = NONE,
		                            .na = emit_text(e, q->na)};
		row.choice = add_choices(e, q->choices, &row.choice_count);
		uint32_t index = image_add(e->b, SECTION_QUESTION, &row);
		first = first == NONE ? index : first;
		for (const struct question_when *w = a->whens; w; w = w->next)
			if (w->question == q)
				emit_later(e, w->when, SECTION_QUESTION, index, offsetof(struct plan_question, when));
	}
	return first;
}

static uint32_t add_questionnaire(struct emit *e, const struct action *a)
{
	struct plan_questionnaire row = {.name = emit_string(e, a->questionnaire->name.text),
	                                 .title = emit_text(e, a->questionnaire->title),
	                                 .satisfied = NONE};
	row.question = add_questions(e, a, &row.question_count);
	uint32_t index = image_add(e->b, SECTION_QUESTIONNAIRE, &row);
	if (a->satisfied_when)
		emit_later(e, a->satisfied_when, SECTION_QUESTIONNAIRE, index,
		           offsetof(struct plan_questionnaire, satisfied));
	return index;
}

uint32_t add_action(struct emit *e, const struct step *s)
{
	const struct action *a = s->action;
	struct plan_action row = {.title = emit_text(e, a->title),
	                          .subject = emit_text(e, a->subject),
	                          .body = emit_text(e, a->body),
	                          .button = emit_text(e, a->button),
	                          .url = emit_text(e, a->url),
	                          .satisfied = emit_text(e, a->satisfied),
	                          .dissatisfied = emit_text(e, a->dissatisfied),
	                          .is_satisfied = NONE,
	                          .to = emit_string(e, a->to),
	                          .assign = emit_string(e, a->assign),
	                          .method = emit_string(e, a->method),
	                          .host = emit_string(e, a->host),
	                          .target = emit_string(e, a->target),
	                          .async = a->async,
	                          .due = a->has_due ? emit_constant(e, &a->due) : NONE,
	                          .within = a->has_within ? emit_constant(e, &a->within) : NONE,
	                          .questionnaire = a->questionnaire ? add_questionnaire(e, a) : NONE};
	row.option = add_options(e, a->outcomes, &row.option_count);
	row.pair = add_pairs(e, a->pairs, &row.pair_count);
	row.site = add_sites(e, a->sites, &row.site_count);
	uint32_t index = image_add(e->b, SECTION_ACTION, &row);
	if (a->is_satisfied)
		emit_later(e, a->is_satisfied, SECTION_ACTION, index, offsetof(struct plan_action, is_satisfied));
	return index;
}

/* ---- code ---- */

void emit_perform(struct body *b, const struct node *n)
{
	struct emit *e = b->e;
	uint32_t over = NONE;
	if (n->deadline) {
		code_emit(e->code, OP_NOW, 0, 0);
		code_emit(e->code, OP_SLOT, slot_index(e->sequence, n->deadline), 0);
		code_emit(e->code, OP_LT, 0, 0);
		over = code_emit(e->code, OP_JUMP_UNLESS, 0, 0);
	}
	place_step(e, n->step, code_emit(e->code, OP_PERFORM, n->step->index, 0));
	if (over != NONE)
		code_patch_jump(e->code, over, (uint32_t)e->code->n);
}

/* A webhook is waited for only where something reads what it brings. */
void emit_rest(struct body *b, const struct node *n)
{
	struct emit *e = b->e;
	if (n->step->plan_kind == STEP_WEBHOOK && !n->step->returns_read)
		return;
	uint32_t rule = (uint32_t)e->code->n;
	if (n->deadline)
		code_emit(e->code, OP_SLOT, slot_index(e->sequence, n->deadline), 0);
	else
		emit_terms(e, n->terms);
	uint32_t position = add_position(e, n->position, POSITION_REST, n->day_based);
	code_emit(e->code, OP_REST, n->step->index, position);
	((struct plan_position *)image_record(e->b, SECTION_POSITION, position))->step = n->step->index;
	place(e, position, rule);
	((struct plan_step *)image_record(e->b, SECTION_STEP, n->step->index))->end = (uint32_t)e->code->n;
}

void emit_keep(struct body *b, const struct node *n)
{
	struct emit *e = b->e;
	emit_terms(e, n->terms);
	code_emit(e->code, OP_STORE, slot_index(e->sequence, n->variable), 0);
}

void emit_suppress(struct body *b, const struct node *n)
{
	code_emit(b->e->code, OP_SUPPRESS, n->purpose, 0);
}
