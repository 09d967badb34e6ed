/* SPDX-License-Identifier: Apache-2.0
 * How enrollments begin by themselves, and how they move to this version: `start`, `migrate`; `retire` in the policy.
 */
#include "compiler/emit_body.h"
#include <stddef.h>

/* A moment's code, which ends with YIELD. */
static uint32_t emit_moment(struct emit *e, const struct start_rule *s)
{
	uint32_t pc = (uint32_t)e->code->n;
	emit_expr(e, s->moment);
	if (s->moment->type.kind == TYPE_DATE)
		code_emit(e->code, OP_MIDNIGHT, 0, 0);
	if (s->at_minute >= 0)
		code_emit(e->code, OP_AT, (uint32_t)s->at_minute, 0);
	code_emit(e->code, OP_YIELD, 0, 0);
	return pc;
}

static void add_start(struct emit *e, const struct start_rule *s)
{
	struct plan_start row = {
	        .kind = s->kind, .event = emit_string(e, s->event), .moment = NONE, .when = NONE, .field = NONE};
	for (const struct start_field *f = s->fields; f; f = f->next) {
		struct plan_start_field field = {.name = emit_string(e, f->name.text), .required = f->required};
		uint32_t index = image_add(e->b, SECTION_START_FIELD, &field);
		row.field = row.field == NONE ? index : row.field;
		row.field_count++;
	}
	if (s->moment)
		row.moment = emit_moment(e, s);
	uint32_t index = image_add(e->b, SECTION_START, &row);
	if (s->when)
		emit_later(e, s->when, SECTION_START, index, offsetof(struct plan_start, when));
}

void add_starts(struct emit *e)
{
	for (const struct start_rule *s = e->sequence->starts; s; s = s->next)
		add_start(e, s);
	for (const struct migration *m = e->sequence->migrations; m; m = m->next) {
		struct plan_migration row = {.kind = m->kind,
		                             .subject = emit_string(e, m->subject),
		                             .action = emit_string(e, m->action),
		                             .target = emit_string(e, m->target),
		                             .over = m->has_over ? emit_constant(e, &m->over) : NONE,
		                             .value = NONE};
		if (m->value) {
			row.value = (uint32_t)e->code->n;
			emit_expr(e, m->value);
			code_emit(e->code, OP_YIELD, 0, 0);
		}
		image_add(e->b, SECTION_MIGRATION, &row);
	}
}

void add_retires(struct emit *e)
{
	for (const struct retire_rule *r = e->c->workspace->retires; r; r = r->next) {
		struct plan_retire row = {.sequence = emit_string(e, r->sequence),
		                          .action = emit_string(e, r->action),
		                          .target = emit_string(e, r->target)};
		image_add(e->b, SECTION_RETIRE, &row);
	}
}
