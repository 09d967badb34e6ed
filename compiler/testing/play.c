/* SPDX-License-Identifier: Apache-2.0
 * From a compile and a play to a scenario that has run. */
#include "compiler/testing/play.h"
#include <string.h>

/* ---- a made-up contact ---- */

struct slice play_sample_value(const struct image *m, enum plan_type type, struct slice name, uint32_t option)
{
	switch (type) {
	case TYPE_NUMBER: return SLICE("7");
	case TYPE_YES_NO: return SLICE("yes");
	case TYPE_DATE: return SLICE("2026-06-15");
	case TYPE_MOMENT: return SLICE("2026-06-15 10:00");
	case TYPE_DURATION: return SLICE("3 days");
	case TYPE_ZONE: return SLICE("UTC");
	case TYPE_EMAIL: return SLICE("ada@engines.example");
	case TYPE_PHONE: return SLICE("+15145550100");
	case TYPE_URL: return SLICE("https://engines.example/");
	case TYPE_ONE_OF: return image_string(m, IMAGE_ROWS(m, OPTION, option)[option].name);
	case TYPE_TEXT:
	case TYPE_COUNT: break;
	}
	return name;
}

void play_sample(struct play *p, const struct policy *policy, const struct plan *plan, struct arena *arena)
{
	const struct plan_field *f = PLAN_ROWS(policy, FIELD, field);
	const struct plan_input *in = PLAN_ROWS(plan, INPUT, input);
	size_t n = 0;
	p->fields = ARENA_ARRAY(arena, struct drive_field, PLAN_COUNT(policy, FIELD) + PLAN_COUNT(plan, INPUT) + 1);
	for (uint32_t i = 0; i < PLAN_COUNT(policy, FIELD); i++, f++) {
		struct slice name = PLAN_STRING(policy, f->name);
		if (f->required || f->type == TYPE_EMAIL || f->type == TYPE_PHONE)
			p->fields[n++] =
			        (struct drive_field){name, play_sample_value(&policy->image, f->type, name, f->option)};
	}
	for (uint32_t i = 0; i < PLAN_COUNT(plan, INPUT); i++, in++) {
		struct slice name = PLAN_STRING(plan, in->name);
		if (in->required)
			p->fields[n++] =
			        (struct drive_field){arena_printf(arena, "input.%.*s", SLICE_ARG(name)),
			                             play_sample_value(&plan->image, in->type, name, in->option)};
	}
	p->field_count = n;
}

struct drive_field *play_field(const struct play *p, struct slice name)
{
	name = slice_after(name, "contact.");
	for (size_t i = 0; i < p->field_count; i++)
		if (slice_eq(slice_after(p->fields[i].name, "contact."), name))
			return &p->fields[i];
	return NULL;
}

struct slice play_text(const struct play *p, struct slice name)
{
	const struct drive_field *f = play_field(p, name);
	return f ? f->text : (struct slice){0};
}

void play_set_field(struct play *p, struct slice name, struct slice text, struct arena *arena)
{
	struct drive_field *f = play_field(p, name);
	if (f && text.n)
		f->text = text;
	else if (f)
		*f = p->fields[--p->field_count];
	if (f || !text.n)
		return;
	struct drive_field *grown = ARENA_ARRAY(arena, struct drive_field, p->field_count + 1);
	if (p->field_count)
		memcpy(grown, p->fields, p->field_count * sizeof *grown);
	grown[p->field_count++] = (struct drive_field){name, text};
	p->fields = grown;
}

const struct tz *play_zone(const struct play *p, const struct policy *policy, struct tz_db *zones)
{
	struct slice field = PLAN_STRING(policy, policy->workspace->zone_field);
	struct slice own = play_text(p, field);
	const struct tz *zone = own.n ? tz_get(zones, own) : NULL;
	uint32_t row = field.n && !zone ? plan_find_field(&policy->image, field) : NONE;
	uint32_t fallback = row == NONE ? NONE : PLAN_ROWS(policy, FIELD, field)[row].fallback;
	if (fallback != NONE)
		zone = tz_get(zones, PLAN_STRING(policy, PLAN_ROWS(policy, CONST, constant)[fallback].text));
	if (!zone)
		zone = tz_get(zones, PLAN_STRING(policy, policy->workspace->zone));
	return zone ? zone : tz_utc();
}

struct play play_copy(const struct play *p, struct arena *arena)
{
	struct play copy = *p;
	copy.fields = ARENA_ARRAY(arena, struct drive_field, p->field_count + 1);
	copy.acts = ARENA_ARRAY(arena, struct play_act, p->act_count + 1);
	if (p->field_count)
		memcpy(copy.fields, p->fields, p->field_count * sizeof *p->fields);
	if (p->act_count)
		memcpy(copy.acts, p->acts, p->act_count * sizeof *p->acts);
	return copy;
}

static struct drive_field *own_fields(const struct drive_field *fields, size_t count, struct arena *arena)
{
	struct drive_field *own = ARENA_ARRAY(arena, struct drive_field, count + 1);
	for (size_t i = 0; i < count; i++)
		own[i] = (struct drive_field){arena_copy(arena, fields[i].name), arena_copy(arena, fields[i].text)};
	return own;
}

struct play play_own(const struct play *p, struct arena *arena)
{
	struct play own = play_copy(p, arena);
	own.sequence = arena_copy(arena, p->sequence);
	own.mailbox = arena_copy(arena, p->mailbox);
	own.fields = own_fields(p->fields, p->field_count, arena);
	for (size_t i = 0; i < own.act_count; i++) {
		struct scenario_act *a = &own.acts[i].act;
		struct slice *texts[] = {&a->event.contact, &a->event.sequence,    &a->event.step,   &a->event.name,
		                         &a->event.text,    &a->event.external_id, &a->event.outcome};
		for (size_t t = 0; t < sizeof texts / sizeof *texts; t++)
			*texts[t] = arena_copy(arena, *texts[t]);
		a->fields = own_fields(a->fields, a->field_count, arena);
		a->event.fields = own_fields(a->event.fields, a->event.field_count, arena);
	}
	return own;
}

/* ---- running it ---- */

static bool is_in(const struct slice *plans, size_t count, struct slice plan)
{
	for (size_t i = 0; i < count; i++)
		if (plans[i].p == plan.p)
			return true;
	return false;
}

/* Adds the plans that this one hands over to. A handoff to what is not here is refused when it comes to it. */
static bool add_targets(const struct compile *k, struct slice bytes, struct slice *plans, size_t *count)
{
	struct image m;
	struct image_error error;
	if (!image_open(&m, IMAGE_PLAN, bytes.p, bytes.n, &error))
		return false;
	const struct plan_action *a = IMAGE_ROWS(&m, ACTION, action);
	for (uint32_t i = 0; i < IMAGE_COUNT(&m, ACTION); i++) {
		struct slice target = image_string(&m, a[i].target);
		const struct compile_result *r = target.n ? compile_find(k, target) : NULL;
		if (r && r->plan.n && !r->draft && !is_in(plans, *count, r->plan))
			plans[(*count)++] = r->plan;
	}
	return true;
}

bool play_options_of(const struct compile *k, struct slice sequence, struct tz_db *zones, struct arena *arena,
                     struct scenario_options *options)
{
	const struct compile_result *r = compile_find(k, sequence);
	if (!r || !r->plan.n || !k->policy.n)
		return false;
	struct slice *plans = ARENA_ARRAY(arena, struct slice, k->result_count + 1);
	size_t count = 0;
	plans[count++] = r->plan;
	for (size_t i = 0; i < count; i++)
		if (!add_targets(k, plans[i], plans, &count))
			return false;
	*options = (struct scenario_options){
	        .policy = k->policy, .plans = plans, .plan_count = count, .sequence = sequence, .zones = zones};
	return true;
}

/* A sequence that goes on from a message of one's own begins with a made-up one, unless it is given. */
static bool needs_original(const struct scenario_options *o, const struct play *p)
{
	struct image m;
	struct image_error error;
	for (size_t i = 0; i < p->field_count; i++)
		if (slice_starts(p->fields[i].name, "original."))
			return false;
	if (!image_open(&m, IMAGE_PLAN, o->plans[0].p, o->plans[0].n, &error))
		return false;
	for (uint32_t i = 0; i < IMAGE_COUNT(&m, STEP); i++)
		if (IMAGE_ROWS(&m, STEP, step)[i].kind == STEP_ORIGINAL)
			return true;
	return false;
}

bool play_enroll(struct scenario *s, const struct scenario_options *o, const struct play *p, struct buf *error)
{
	struct arena arena;
	if (!needs_original(o, p))
		return scenario_enroll(s, p->fields, p->field_count, p->mailbox, error);
	arena_init(&arena, 0, NULL);
	struct drive_field *fields = ARENA_ARRAY(&arena, struct drive_field, p->field_count + 2);
	if (p->field_count)
		memcpy(fields, p->fields, p->field_count * sizeof *fields);
	fields[p->field_count] = (struct drive_field){SLICE("original.subject"), SLICE("Our talk")};
	fields[p->field_count + 1] =
	        (struct drive_field){SLICE("original.message_id"), SLICE("<original@engines.example>")};
	bool ok = scenario_enroll(s, fields, p->field_count + 2, p->mailbox, error);
	arena_free(&arena);
	return ok;
}

/* Instant by instant up to until_us, or before it. */
static bool run_on(struct scenario *s, const struct play_options *o, int64_t until_us, bool before, uint32_t *left,
                   struct buf *error)
{
	for (;;) {
		int64_t next_us = scenario_next_us(s);
		if (next_us == NEVER_US || next_us > until_us || (before && next_us == until_us) || !*left)
			return true;
		if (!scenario_step(s, error))
			return false;
		--*left;
		if (o->instant)
			o->instant(o->context, next_us);
	}
}

static bool is_original(const struct scenario_options *so, struct slice step)
{
	struct image m;
	struct image_error error;
	if (!image_open(&m, IMAGE_PLAN, so->plans[0].p, so->plans[0].n, &error))
		return false;
	const struct plan_step *rows = IMAGE_ROWS(&m, STEP, step);
	for (uint32_t i = 0; i < IMAGE_COUNT(&m, STEP); i++)
		if (rows[i].kind == STEP_ORIGINAL && slice_eq(image_string(&m, rows[i].name), step))
			return true;
	return false;
}

/* Nobody replies to a message that was never sent, and no task is done that nobody has. */
static bool has_come(const struct scenario *s, const struct scenario_options *so, const struct scenario_act *a)
{
	struct slice step = a->kind == ACT_EVENT ? a->event.step : (struct slice){0};
	for (size_t i = 0; step.n && i < s->happening_count; i++)
		if (slice_eq(s->happenings[i].line.step, step))
			return true;
	return !step.n || is_original(so, step);
}

/* The acts, and the time between them. */
static bool perform(struct scenario *s, const struct scenario_options *so, struct play *p, const struct play_options *o,
                    struct buf *error)
{
	uint32_t left = o->instants_max ? o->instants_max : UINT32_MAX;
	size_t kept = 0;
	for (size_t i = 0; i < p->act_count; i++) {
		struct play_act act = p->acts[i];
		if (act.at_us > o->until_us)
			break;
		if (!run_on(s, o, act.at_us, true, &left, error))
			return false;
		if (left && (!o->drop || has_come(s, so, &act.act)) && scenario_do(s, &act.act, act.at_us, error)) {
			if (kept != i)
				p->acts[kept] = act;
			kept++;
		} else if (!o->drop) {
			return false;
		} else {
			buf_clear(error);
		}
	}
	if (o->drop)
		p->act_count = kept;
	return run_on(s, o, o->until_us, false, &left, error);
}

struct scenario *play_run_with(const struct compile *k, struct tz_db *zones, struct play *p,
                               const struct play_options *options, struct buf *error)
{
	struct arena arena;
	struct scenario_options so;
	struct scenario *s = NULL;
	arena_init(&arena, 0, NULL);
	if (!play_options_of(k, p->sequence, zones, &arena, &so)) {
		buf_addf(error, "there is no sequence `%.*s` that can run", SLICE_ARG(p->sequence));
	} else {
		so.start_us = p->start_us;
		so.plan_count = options->alone ? 1 : so.plan_count;
		so.spread = p->spread;
		so.ramp = p->ramp;
		so.marks = options->marks;
		so.context = options->context;
		s = scenario_open(&so, error);
	}
	if (s && (!play_enroll(s, &so, p, error) || !perform(s, &so, p, options, error))) {
		scenario_close(s);
		s = NULL;
	}
	arena_free(&arena);
	return s;
}

struct scenario *play_run(const struct compile *k, struct tz_db *zones, const struct play *p, int64_t until_us,
                          uint8_t *(*marks)(void *, const struct plan *), void *context, struct buf *error)
{
	struct play copy = *p; /* without `drop` its acts are only read */
	struct play_options o = {.until_us = until_us, .marks = marks, .context = context};
	return play_run_with(k, zones, &copy, &o, error);
}
