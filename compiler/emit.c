/* SPDX-License-Identifier: Apache-2.0
 * From the checked graph to bytes: one plan a sequence, one policy. Here stands what both have: constants, fields,
 * windows, limits. */
#include "compiler/emit.h"
#include "diag_codes.h"
#include <stddef.h>
#include <string.h>

uint32_t emit_string(struct emit *e, struct slice s)
{
	return s.n ? image_add_string(e->b, s) : NONE;
}

uint32_t emit_constant(struct emit *e, const struct constant *c)
{
	bool textual = type_is_text(c->type);
	struct slice key = arena_printf(e->arena, "%d %d %lld %.*s", (int)c->type, (int)c->unit, (long long)c->value,
	                                SLICE_ARG(c->text));
	const struct name *known = names_find(&e->constants, 0, key);
	if (known)
		return (uint32_t)known->span.start;
	struct plan_constant row = {.value = textual ? 0 : c->value,
	                            .type = c->type,
	                            .unit = c->type == TYPE_DURATION ? c->unit : 0,
	                            .text = NONE};
	if (textual)
		row.text = image_add_string(e->b, c->text);
	uint32_t index = image_add(e->b, SECTION_CONST, &row);
	names_add(&e->constants, e->arena, 0, key, (struct span){0, index, index}, NULL);
	return index;
}

uint32_t emit_us(struct emit *e, int64_t us)
{
	struct constant c = {.type = TYPE_DURATION, .unit = UNIT_US, .value = us};
	return emit_constant(e, &c);
}

uint32_t emit_field_row(struct emit *e, enum image_section section, const struct field *f)
{
	struct plan_field row = {.name = emit_string(e, f->name.text),
	                         .type = f->type.kind,
	                         .required = f->required,
	                         .fallback = NONE,
	                         .option = NONE};
	if (f->has_fallback)
		row.fallback = emit_constant(e, &f->fallback);
	for (const struct option *o = f->type.kind == TYPE_ONE_OF ? f->type.options : NULL; o; o = o->next) {
		struct plan_option option = {.name = emit_string(e, o->name.text)};
		uint32_t index = image_add(e->b, SECTION_OPTION, &option);
		if (row.option == NONE)
			row.option = index;
		row.option_count++;
	}
	return image_add(e->b, section, &row);
}

uint32_t emit_field(struct emit *e, const struct field *f)
{
	if (e->field_rows[f->index])
		return e->field_rows[f->index] - 1;
	uint32_t row = emit_field_row(e, SECTION_FIELD, f);
	e->field_rows[f->index] = row + 1;
	ARENA_PUSH(e->arena, e->fields_used, e->used_count, e->used_cap) = f;
	if (e->sequence)
		image_add_capability(e->b, arena_printf(e->arena, "field %.*s %s", SLICE_ARG(f->name.text),
		                                        type_name(f->type.kind)));
	return row;
}

uint32_t emit_window(struct emit *e, const struct window *w)
{
	if (!w)
		return NONE;
	struct plan_window row = {
	        .anytime = w->anytime, .zone = emit_string(e, w->zone), .zone_field = NONE, .part = NONE};
	if (w->zone_field) {
		row.zone_field = emit_string(e, w->zone_field->name.text);
		emit_field(e, w->zone_field); /* the policy must offer it */
	}
	for (const struct window_part *p = w->anytime ? NULL : w->parts; p; p = p->next) {
		struct plan_window_part part = {
		        .days = p->days, .from_minute = (uint32_t)p->from_minute, .to_minute = (uint32_t)p->to_minute};
		uint32_t index = image_add(e->b, SECTION_WINDOW_PART, &part);
		if (row.part == NONE)
			row.part = index;
		row.part_count++;
	}
	return image_add(e->b, SECTION_WINDOW, &row);
}

uint32_t emit_limits(struct emit *e, const struct limit *limits, uint32_t mailbox, uint32_t *count)
{
	uint32_t first = NONE;
	*count = 0;
	for (const struct limit *l = limits; l; l = l->next) {
		struct plan_limit row = {.what = l->what,
		                         .count = (uint32_t)l->count,
		                         .period_days = l->period_days,
		                         .when = NONE,
		                         .mailbox = mailbox};
		if (l->has_ramp) {
			row.ramp_from = (uint32_t)l->ramp_from;
			row.ramp_to = (uint32_t)l->ramp_to;
			row.ramp_days = (uint32_t)l->ramp_days;
		}
		uint32_t index = image_add(e->b, SECTION_LIMIT, &row);
		if (l->when)
			emit_later(e, l->when, SECTION_LIMIT, index, offsetof(struct plan_limit, when));
		if (first == NONE)
			first = index;
		++*count;
	}
	return first;
}

void emit_locales(struct emit *e, uint32_t count)
{
	e->locale_count = count;
	for (uint32_t i = 0; i < count; i++) {
		struct plan_locale row = {.name = emit_string(e, e->c->workspace->locales[i].text)};
		image_add(e->b, SECTION_LOCALE, &row);
	}
}

static void put_off(struct emit *e, struct emit_condition later)
{
	*e->last_condition = ARENA_NEW(e->arena, struct emit_condition);
	**e->last_condition = later;
	e->last_condition = &(*e->last_condition)->next;
}

void emit_later(struct emit *e, const struct expr *condition, enum image_section section, uint32_t row, size_t field)
{
	put_off(e, (struct emit_condition){.expr = condition, .section = section, .row = row, .field = field});
}

void emit_value_later(struct emit *e, const struct expr *value, enum image_section section, uint32_t row, size_t field)
{
	put_off(e,
	        (struct emit_condition){.expr = value, .section = section, .row = row, .field = field, .yields = true});
}

void emit_conditions(struct emit *e)
{
	for (const struct emit_condition *i = e->conditions; i; i = i->next) {
		uint32_t pc = (uint32_t)e->code->n;
		emit_expr(e, i->expr);
		code_emit(e->code, i->yields ? OP_YIELD : OP_RETURN, 0, 0);
		*(uint32_t *)(void *)((char *)image_record(e->b, i->section, i->row) + i->field) = pc;
	}
}

/* ---- images ---- */

bool emit_verify(struct compile *c, struct slice bytes, struct span span, struct policy *policy, struct plan *plan)
{
	struct image_error error = {{0}};
	bool ok =
	        plan ? plan_load(plan, bytes.p, bytes.n, false, &error) &&
	                        (plan->sequence->draft || policy_offers(policy, plan, &error)) /* a draft may lack it */
	             : policy_load(policy, bytes.p, bytes.n, false, &error);
	if (!ok) {
		c->our_bug = true;
		diag_own_plan_refused(&c->diags, span, slice_of(error.text));
	}
	return ok;
}

/* Makes one image with `fill`; false after saying why it can't be made. */
static bool make(struct emit *e, enum image_kind kind, void (*fill)(struct emit *), struct span span, struct slice *out,
                 uint8_t hash[SHA256_SIZE])
{
	struct compile *c = e->c;
	struct buf *bytes = &c->scratch;
	struct image_error error = {{0}};
	struct plan plan = {.owned = NULL};
	c->builder = e->b = image_builder_new(kind, c->workspace->edition);
	if (!e->b) {
		diag_cannot_make(&c->diags, span, SLICE("out of memory"));
		return false;
	}
	e->code = image_code(e->b);
	e->constants = e->ends = (struct names){0};
	e->texts = NULL;
	e->last_text = &e->texts;
	e->conditions = NULL;
	e->last_condition = &e->conditions;
	fill(e);
	for (uint32_t i = 0; i < e->used_count; i++)
		e->field_rows[e->fields_used[i]->index] = 0;
	e->used_count = 0;
	buf_clear(bytes);
	bool ok = image_finish(e->b, bytes, &error);
	image_builder_free(e->b);
	c->builder = NULL;
	if (!ok) {
		diag_cannot_make(&c->diags, span, slice_of(error.text));
		return false;
	}
	*out = arena_copy(e->arena, buf_slice(bytes));
	ok = emit_verify(c, *out, span, &e->policy, kind == IMAGE_PLAN ? &plan : NULL);
	if (ok)
		memcpy(hash, kind == IMAGE_PLAN ? plan.image.hash : e->policy.image.hash, SHA256_SIZE);
	plan_free(&plan);
	return ok;
}

/* The plan once more, with what its tests ask. */
static bool make_probed(struct emit *e, struct compile_result *r)
{
	uint8_t hash[SHA256_SIZE];
	r->probed = r->plan;
	if (!e->sequence->probes)
		return true;
	e->probed = true;
	bool ok = make(e, IMAGE_PLAN, emit_sequence, r->span, &r->probed, hash);
	e->probed = false;
	return ok;
}

/* The policy first: each plan is held to it. */
void emit_all(struct compile *c)
{
	struct emit e = {.c = c, .arena = &c->arena};
	e.field_rows = ARENA_ARRAY(&c->arena, uint32_t, c->workspace->field_count + 1);
	struct span span = c->workspace->tree ? c->workspace->tree->name.span : DIAG_NO_PLACE;
	bool ok = make(&e, IMAGE_POLICY, emit_policy, span, &c->policy, c->policy_hash);
	for (uint32_t i = 0; i < c->result_count && ok; i++) {
		e.sequence = c->sequences[i];
		e.points = NULL;
		e.point_count = e.point_cap = 0;
		ok = make(&e, IMAGE_PLAN, emit_sequence, c->results[i].span, &c->results[i].plan, c->results[i].hash);
		c->results[i].points = e.points;
		c->results[i].point_count = e.point_count;
		if (ok && c->keep_tests && c->sequences[i]->tested.count)
			ok = make_probed(&e, &c->results[i]);
	}
	policy_free(&e.policy);
	if (ok)
		return;
	c->policy = (struct slice){NULL, 0};
	for (uint32_t i = 0; i < c->result_count; i++)
		c->results[i].plan = (struct slice){NULL, 0};
}
