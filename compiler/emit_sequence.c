/* SPDX-License-Identifier: Apache-2.0
 * A sequence to its plan. The code lies in this order: the body, the exits' conditions, the texts, the limits'
 * conditions; every jump goes forward, and nothing that cannot be reached is emitted. */
#include "compiler/emit_body.h"
#include <assert.h>
#include <stddef.h>

/* ---- rows ---- */

/* The row of an end, made once. */
static uint32_t add_end(struct emit *e, enum plan_end_kind kind, struct slice reason)
{
	const struct name *known = names_find(&e->ends, kind, reason);
	if (known)
		return known->span.start;
	struct plan_end row = {.kind = kind, .reason = emit_string(e, reason)};
	uint32_t index = image_add(e->b, SECTION_END, &row);
	names_add(&e->ends, e->arena, kind, reason, (struct span){0, index, index}, NULL);
	return index;
}

uint32_t add_position(struct emit *e, const struct position *p, enum plan_position_kind kind, bool day_based)
{
	struct plan_position row = {.identity = emit_string(e, p->identity),
	                            .was = emit_string(e, p->was),
	                            .kind = kind,
	                            .step = NONE,
	                            .rule = NONE,
	                            .resume = NONE,
	                            .day_based = day_based,
	                            .arm = NONE,
	                            .slot = NONE,
	                            .head = NONE,
	                            .until = NONE};
	return image_add(e->b, SECTION_POSITION, &row);
}

/* Fills in a position's places: pc is that of its instruction, which was emitted last. */
void place(struct emit *e, uint32_t position, uint32_t rule)
{
	struct plan_position *p = image_record(e->b, SECTION_POSITION, position);
	p->rule = rule;
	p->resume = (uint32_t)e->code->n;
}

static void add_inputs(struct emit *e)
{
	static_assert(sizeof(struct plan_field) == sizeof(struct plan_input), "emit_field_row makes both");
	for (const struct field *f = e->sequence->inputs; f; f = f->next)
		emit_field_row(e, SECTION_INPUT, f);
}

static void add_settings(struct emit *e)
{
	const struct sequence *q = e->sequence;
	struct plan_sequence row = {.name = emit_string(e, q->name.text),
	                            .title = emit_string(e, q->title),
	                            .purpose = q->purpose,
	                            .draft = q->draft,
	                            .thread = q->thread,
	                            .signature = q->signature,
	                            .quote = q->quote,
	                            .unsubscribe = q->unsubscribe,
	                            .skip = q->skip,
	                            .spread = NONE,
	                            .late_after = NONE,
	                            .enroll = q->enroll,
	                            .enroll_after = NONE,
	                            .enroll_per = emit_string(e, q->enroll_per),
	                            .versions = q->versions,
	                            .assigned = q->assigned,
	                            .entry = 0,
	                            .owner = emit_string(e, q->owner),
	                            .auto_reply_hold = NONE,
	                            .on_auto_reply = q->on_auto_reply};
	row.unsubscribe_text = emit_text(e, q->unsubscribe_text);
	row.window = emit_window(e, q->window);
	if (q->has_spread)
		row.spread = emit_us(e, q->spread_us);
	if (q->has_late)
		row.late_after = emit_constant(e, &q->late_after);
	if (q->enroll == ENROLL_AGAIN)
		row.enroll_after = emit_constant(e, &q->enroll_after);
	if (q->has_auto_reply_hold)
		row.auto_reply_hold = emit_constant(e, &q->auto_reply_hold);
	row.limit = emit_limits(e, q->limits, NONE, &row.limit_count);
	image_add(e->b, SECTION_SEQUENCE, &row);
	for (const struct text_list *m = q->mailboxes; m; m = m->next) {
		struct plan_from from = {.mailbox = emit_string(e, m->name.text)};
		image_add(e->b, SECTION_FROM, &from);
		image_add_capability(e->b, arena_printf(e->arena, "mailbox %.*s", SLICE_ARG(m->name.text)));
	}
	if (q->skip & SKIP_HOLIDAYS)
		image_add_capability(e->b, SLICE("holidays"));
	for (const struct promise *p = e->c->unproven ? NULL : q->promises; p; p = p->next) {
		struct plan_promise promise = {
		        .what = p->what, .count = (uint32_t)p->count, .period_days = p->period_days};
		image_add(e->b, SECTION_PROMISE, &promise);
	}
}

static void add_slots(struct emit *e, const struct variable *v, uint32_t count)
{
	for (; v && count-- > 0; v = v->next) {
		struct plan_slot slot = {.name = emit_string(e, v->name.text),
		                         .type = v->type.kind == TYPE_UNKNOWN ? TYPE_TEXT : v->type.kind,
		                         .kind = v->kind,
		                         .step = v->step ? v->step->index : NONE,
		                         .key = emit_string(e, v->key),
		                         .bound = v->bound};
		image_add(e->b, SECTION_SLOT, &slot);
	}
}

/* What runs as the contact leaves; its steps have their rows already. */
static uint32_t emit_exit_body(struct emit *e, const struct node *n)
{
	struct body b = {.e = e, .alive = true, .leaving = true};
	uint32_t pc = (uint32_t)e->code->n;
	emit_list(&b, n);
	if (b.alive)
		code_emit(e->code, OP_LEAVE, 0, 0);
	return pc;
}

static void add_exits(struct emit *e)
{
	for (const struct exit_rule *x = e->sequence->exits; x; x = x->next) {
		struct slice reason = check_exit_reason(e->arena, &e->c->scratch, x);
		emit_exit_point(e, x->span, reason);
		struct plan_exit row = {.reason = emit_string(e, reason),
		                        .trigger = x->trigger,
		                        .step = x->step ? x->step->index : NONE,
		                        .event = emit_string(e, x->event),
		                        .by_account = x->by_account,
		                        .when = NONE,
		                        .body = NONE};
		if (x->when) {
			row.when = (uint32_t)e->code->n;
			emit_expr(e, x->when);
			code_emit(e->code, OP_RETURN, 0, 0);
		}
		if (x->has_body)
			row.body = emit_exit_body(e, x->body);
		image_add(e->b, SECTION_EXIT, &row);
	}
	for (const struct exit_rule *x = e->sequence->goals; x; x = x->next) {
		struct plan_goal row = {.trigger = x->trigger,
		                        .step = x->step ? x->step->index : NONE,
		                        .event = emit_string(e, x->event)};
		image_add(e->b, SECTION_GOAL, &row);
	}
}

/* What tests ask comes last: the code before it is that of the plan without. */
static void add_probes(struct emit *e)
{
	for (const struct probe *p = e->sequence->probes; p; p = p->next) {
		struct plan_probe row = {.when = NONE};
		uint32_t index = image_add(e->b, SECTION_PROBE, &row);
		emit_later(e, p->when, SECTION_PROBE, index, offsetof(struct plan_probe, when));
	}
}

/* ---- the body ---- */

static void map_source(struct emit *e, struct span span)
{
	uint32_t line, column;
	const struct source *s = &e->c->sources.items[span.source];
	source_place(s, span.start, &line, &column);
	image_add_source_map(e->b, (uint32_t)e->code->n, s->path, line);
}

struct patch *jump_later(struct emit *e, uint32_t instruction, struct patch *next)
{
	struct patch *p = ARENA_NEW(e->arena, struct patch);
	*p = (struct patch){instruction, next};
	return p;
}

void patch_here(struct emit *e, const struct patch *p)
{
	for (; p; p = p->next)
		code_patch_jump(e->code, p->instruction, (uint32_t)e->code->n);
}

/* `skip to` lands here. */
static void land(struct body *b, struct step *label)
{
	b->alive |= label->jumps != NULL;
	patch_here(b->e, label->jumps);
	label->jumps = NULL;
}

void place_step(struct emit *e, const struct step *s, uint32_t entry)
{
	struct plan_step *step = image_record(e->b, SECTION_STEP, s->index);
	step->entry = entry;
	step->end = (uint32_t)e->code->n;
}

uint32_t emit_terms(struct emit *e, const struct term *terms)
{
	uint32_t rule = code_emit(e->code, OP_BASE, 0, 0);
	for (const struct term *t = terms; t; t = t->next) {
		emit_expr(e, t->duration);
		code_emit(e->code, t->minus ? OP_UNSHIFT : OP_SHIFT, 0, 0);
	}
	return rule;
}

static void emit_wait(struct body *b, const struct node *n)
{
	struct emit *e = b->e;
	uint32_t rule = emit_terms(e, n->terms);
	if (n->at_minute >= 0)
		code_emit(e->code, OP_AT, (uint32_t)n->at_minute, 0);
	uint32_t position = add_position(e, n->position, POSITION_WAIT, n->day_based);
	code_emit(e->code, OP_WAIT, position, 0);
	place(e, position, rule);
}

static void emit_moment(struct emit *e, const struct node *n)
{
	uint32_t minute = n->at_minute >= 0 ? (uint32_t)n->at_minute : 0;
	if (n->expr) {
		emit_expr(e, n->expr);
		if (n->expr->type.kind == TYPE_DATE)
			code_emit(e->code, OP_MIDNIGHT, 0, 0);
		if (n->at_minute >= 0)
			code_emit(e->code, OP_AT, minute, 0);
	} else if (n->weekday >= 0) {
		code_emit(e->code, OP_NEXT_DAY, (uint32_t)n->weekday * 1440 + minute + (n->next_day ? DAYTIME_NEXT : 0),
		          0);
	} else {
		code_emit(e->code, OP_NEXT_TIME, minute, 0);
	}
}

/* Gives back the instruction whose jump `otherwise skip` patches, or NONE. */
static uint32_t emit_wait_until(struct body *b, const struct node *n)
{
	struct emit *e = b->e;
	uint32_t rule = (uint32_t)e->code->n;
	emit_moment(e, n);
	uint32_t position = add_position(e, n->position, POSITION_WAIT_UNTIL, n->day_based);
	uint32_t pc = code_emit(e->code, OP_WAIT_UNTIL, position, 0);
	place(e, position, rule);
	if (n->expr) /* the next Monday is always to come */
		emit_point(e, POINT_FALLBACK, WAY_NO, n->span, pc);
	switch (n->otherwise_kind) {
	case OTHERWISE_EXIT: {
		uint32_t over = code_emit(e->code, OP_JUMP, 0, 0);
		code_patch_jump(e->code, pc, (uint32_t)e->code->n);
		code_emit(e->code, OP_END, add_end(e, END_EXIT, n->reason), 0);
		code_patch_jump(e->code, over, (uint32_t)e->code->n);
		return NONE;
	}
	case OTHERWISE_SKIP: return pc;
	case OTHERWISE_SKIP_TO: n->step->jumps = jump_later(e, pc, n->step->jumps); return NONE;
	case OTHERWISE_CONTINUE: break;
	}
	code_patch_jump(e->code, pc, (uint32_t)e->code->n);
	return NONE;
}

/* An `otherwise` that is one more `when`: an arm of a `choose`. */
static bool is_chain(const struct node *otherwise)
{
	return otherwise && otherwise->kind == NODE_WHEN && !otherwise->next;
}

/* The jumps over an `otherwise` go to the end of the whole chain. */
static void emit_when(struct body *b, const struct node *n)
{
	struct emit *e = b->e;
	struct patch *overs = NULL;
	bool alive_after = false;
	for (bool chain = true; chain;) {
		emit_expr(e, n->expr);
		uint32_t unless = code_emit(e->code, OP_JUMP_UNLESS, 0, 0);
		emit_point(e, POINT_BRANCH, WAY_YES, n->expr->span, unless);
		if (!is_chain(n->otherwise))
			emit_point(e, POINT_BRANCH, WAY_NO, n->expr->span, unless);
		emit_list(b, n->then);
		alive_after |= b->alive;
		if (b->alive && n->otherwise)
			overs = jump_later(e, code_emit(e->code, OP_JUMP, 0, 0), overs);
		code_patch_jump(e->code, unless, (uint32_t)e->code->n);
		b->alive = true;
		chain = is_chain(n->otherwise);
		if (chain)
			n = n->otherwise;
		else
			emit_list(b, n->otherwise);
	}
	patch_here(e, overs);
	b->alive |= alive_after;
}

static void emit_set(struct emit *e, const struct node *n)
{
	emit_expr(e, n->expr);
	if (n->variable)
		code_emit(e->code, OP_STORE, n->variable->index, 0);
	else
		code_emit(e->code, OP_SET_CONTACT, emit_field(e, n->field), 0);
}

static void land_skip(struct body *b, uint32_t skip)
{
	code_patch_jump(b->e->code, skip, (uint32_t)b->e->code->n);
	b->alive = true;
}

static void emit_end(struct body *b, const struct node *n)
{
	struct emit *e = b->e;
	if (n->end == END_EXIT)
		emit_point(e, POINT_EXIT, WAY_RAN, n->span, (uint32_t)e->code->n);
	if (b->leaving)
		code_emit(e->code, OP_LEAVE, 0, 0);
	else
		code_emit(e->code, OP_END, add_end(e, n->end, n->reason), 0);
	b->alive = false;
}

void emit_list(struct body *b, const struct node *n)
{
	struct emit *e = b->e;
	uint32_t skip = NONE; /* of an `otherwise skip` whose item is not over yet */
	for (; n; n = n->next) {
		uint32_t skips = NONE;
		if (n->label)
			land(b, n->label);
		if (b->alive)
			map_source(e, n->span);
		switch (b->alive ? n->kind : NODE_KIND_COUNT) {
		case NODE_SEND: emit_send(b, n); break;
		case NODE_WAIT: emit_wait(b, n); break;
		case NODE_WAIT_UNTIL: skips = emit_wait_until(b, n); break;
		case NODE_WHEN: emit_when(b, n); break;
		case NODE_SET: emit_set(e, n); break;
		case NODE_END: emit_end(b, n); break;
		case NODE_ORIGINAL: emit_original(b, n); break;
		case NODE_PERFORM: emit_perform(b, n); break;
		case NODE_REST: emit_rest(b, n); break;
		case NODE_KEEP: emit_keep(b, n); break;
		case NODE_SUPPRESS: emit_suppress(b, n); break;
		case NODE_WAIT_FOR: emit_wait_for(b, n); break;
		case NODE_REPEAT: emit_repeat(b, n); break;
		case NODE_KIND_COUNT: break;
		}
		if (n->skip_lands && skip != NONE) {
			land_skip(b, skip);
			skip = NONE;
		}
		skip = skips != NONE ? skips : skip;
	}
	if (skip != NONE)
		land_skip(b, skip);
}

void emit_sequence(struct emit *e)
{
	const struct sequence *q = e->sequence;
	struct body b = {.e = e, .alive = true};
	emit_locales(e, q->localised ? e->c->workspace->locale_count : 1);
	add_inputs(e);
	add_settings(e);
	for (uint32_t i = 0; i < q->step_count; i++)
		add_step_row(e, q->steps[i]);
	add_slots(e, q->variables, q->variable_count);
	add_slots(e, q->slots, q->slot_count - (e->probed ? 0 : q->probed_slots));
	emit_list(&b, q->body);
	if (b.alive)
		code_emit(e->code, OP_END, add_end(e, END_FINISH, (struct slice){NULL, 0}), 0);
	add_exits(e);
	emit_step_points(e);
	add_starts(e);
	if (e->probed)
		add_probes(e);
	emit_texts(e);
	emit_conditions(e);
}
