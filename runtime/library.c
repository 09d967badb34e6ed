/* SPDX-License-Identifier: Apache-2.0
 * Everything a plan refers to by row is resolved here once: field numbers, windows, which waits name a time of day. */
#include "runtime/library.h"
#include <stdlib.h>

#define SALES_FROM_MINUTE (8 * 60) /* rule 4: where a sales sequence names no window */
#define SALES_TO_MINUTE   (20 * 60)

/* calloc of at least one, so that NULL always means no memory. */
static void *array(size_t count, size_t size)
{
	return calloc(count ? count : 1, size);
}

static uint16_t *number_fields(const struct image *m, struct numbering *fields)
{
	uint32_t count = IMAGE_COUNT(m, FIELD);
	const struct plan_field *rows = IMAGE_ROWS(m, FIELD, field);
	uint16_t *numbers = array(count, sizeof *numbers);
	for (uint32_t i = 0; numbers && i < count; i++) {
		numbers[i] = numbering_add(fields, image_string(m, rows[i].name));
		if (numbers[i] == NAME_NONE) {
			free(numbers);
			return NULL;
		}
	}
	return numbers;
}

/* ---- plans ---- */
static bool load_windows(struct loaded_plan *p, struct numbering *fields)
{
	const struct plan_window *rows = PLAN_ROWS(&p->plan, WINDOW, window);
	const struct plan_window_part *parts = PLAN_ROWS(&p->plan, WINDOW_PART, window_part);
	uint32_t count = PLAN_COUNT(&p->plan, WINDOW), part_count = PLAN_COUNT(&p->plan, WINDOW_PART);
	p->windows = array(count + 1, sizeof *p->windows);
	p->parts = array(part_count + 1, sizeof *p->parts);
	if (!p->windows || !p->parts)
		return false;
	for (uint32_t i = 0; i < part_count; i++)
		p->parts[i] = (struct window_part){(uint8_t)parts[i].days, (uint16_t)parts[i].from_minute,
		                                   (uint16_t)parts[i].to_minute};
	for (uint32_t i = 0; i < count; i++) {
		bool has_parts = rows[i].part_count > 0 && !rows[i].anytime;
		p->windows[i].set = (struct window_set){has_parts ? p->parts + rows[i].part : NULL,
		                                        has_parts ? rows[i].part_count : 0, rows[i].anytime};
		p->windows[i].zone = PLAN_STRING(&p->plan, rows[i].zone);
		p->windows[i].zone_field = rows[i].zone_field == NONE
		                                   ? NAME_NONE
		                                   : numbering_add(fields, PLAN_STRING(&p->plan, rows[i].zone_field));
	}
	p->windows[count].zone_field = NAME_NONE;
	p->parts[part_count] = (struct window_part){WINDOW_EVERY_DAY, SALES_FROM_MINUTE, SALES_TO_MINUTE};
	p->windows[count].set =
	        (struct window_set){p->parts + part_count, 1, p->plan.sequence->purpose != PURPOSE_SALES};
	return true;
}

/* A position's rule ends at its WAIT; an `at` in it is an opening (rule 3), a moment is none. */
static bool rule_has_at(const struct plan *plan, uint32_t pc)
{
	while (pc != NONE && pc < plan->code_length) {
		struct instruction in = instruction_at(plan->code, pc);
		if (in.op == OP_AT)
			return true;
		if (op_info(in.op)->effect == EFFECT_SUSPEND)
			return false;
		pc = in.next;
	}
	return false;
}

static bool load_positions(struct loaded_plan *p)
{
	const struct plan_position *rows = PLAN_ROWS(&p->plan, POSITION, position);
	uint32_t count = PLAN_COUNT(&p->plan, POSITION);
	p->position_is_at = array(count, sizeof *p->position_is_at);
	if (!p->position_is_at)
		return false;
	for (uint32_t i = 0; i < count; i++)
		p->position_is_at[i] = rows[i].kind != POSITION_MESSAGE && rule_has_at(&p->plan, rows[i].rule);
	for (uint32_t i = 0; i < count; i++)
		p->awaits |= rows[i].kind == POSITION_WAIT_FOR;
	return true;
}

static void look_at_messages(struct loaded_plan *p)
{
	const struct plan_message *messages = PLAN_ROWS(&p->plan, MESSAGE, message);
	const struct plan_limit *limits = PLAN_ROWS(&p->plan, LIMIT, limit);
	const struct plan_step *steps = PLAN_ROWS(&p->plan, STEP, step);
	for (uint32_t i = 0; i < p->step_count; i++) {
		p->has_variants |= steps[i].pick == PICK_VARIANT;
		for (uint32_t k = 0; steps[i].message != NONE && k < steps[i].message_count; k++)
			p->channels |= 1u << messages[steps[i].message + k].channel;
	}
	for (uint32_t i = 0; i < PLAN_COUNT(&p->plan, LIMIT); i++)
		p->has_limits |= limits[i].period_days != 0;
}

bool library_plan(struct loaded_plan *out, int64_t id, struct buf *bytes, struct numbering *fields, struct buf *error)
{
	struct image_error why;
	*out = (struct loaded_plan){.id = id, .bytes = *bytes};
	*bytes = (struct buf){0};
	if (!plan_load(&out->plan, out->bytes.p, out->bytes.n, false, &why)) {
		buf_addf(error, "%s", why.text);
		library_plan_free(out);
		return false;
	}
	out->name = PLAN_STRING(&out->plan, out->plan.sequence->name);
	out->field_count = PLAN_COUNT(&out->plan, FIELD);
	out->input_count = PLAN_COUNT(&out->plan, INPUT);
	out->step_count = PLAN_COUNT(&out->plan, STEP);
	out->field_numbers = number_fields(&out->plan.image, fields);
	if (!out->field_numbers || !load_windows(out, fields) || !load_positions(out)) {
		buf_adds(error, "out of memory");
		library_plan_free(out);
		return false;
	}
	look_at_messages(out);
	return true;
}

void library_plan_free(struct loaded_plan *p)
{
	if (p->plan.sequence)
		plan_free(&p->plan);
	buf_free(&p->bytes);
	free(p->field_numbers);
	free(p->windows);
	free(p->parts);
	free(p->position_is_at);
	*p = (struct loaded_plan){0};
}

const struct plan_message *library_message(const struct loaded_plan *p, uint32_t step)
{
	uint32_t message = PLAN_ROWS(&p->plan, STEP, step)[step].message;
	return &PLAN_ROWS(&p->plan, MESSAGE, message)[message];
}

const struct loaded_window *library_window(const struct loaded_plan *p, const struct plan_message *message)
{
	uint32_t window = message ? message->window : NONE;
	if (window == NONE)
		window = p->plan.sequence->window;
	return &p->windows[window == NONE ? PLAN_COUNT(&p->plan, WINDOW) : window];
}

/* ---- the policy ---- */
static bool load_quiet(struct loaded_policy *p)
{
	const struct plan_quiet *rows = PLAN_ROWS(&p->policy, QUIET, quiet);
	uint32_t count = PLAN_COUNT(&p->policy, QUIET), n = 0;
	p->quiet = array(count, sizeof *p->quiet);
	if (!p->quiet)
		return false;
	for (uint32_t channel = 0; channel < CHANNEL_COUNT; channel++) {
		p->quiet_from[channel] = n;
		for (uint32_t i = 0; i < count; i++) {
			if (rows[i].channel == channel)
				p->quiet[n++] = (struct gate_quiet){(int)rows[i].from_minute, (int)rows[i].to_minute};
		}
	}
	p->quiet_from[CHANNEL_COUNT] = n;
	return true;
}

/* The field named so, else the first of that type. */
static uint16_t find_address(const struct loaded_policy *p, const char *name, enum plan_type type)
{
	const struct plan_field *rows = PLAN_ROWS(&p->policy, FIELD, field);
	uint16_t found = NAME_NONE;
	for (uint32_t i = 0; i < p->field_count; i++) {
		if (rows[i].type != type)
			continue;
		if (slice_is(PLAN_STRING(&p->policy, rows[i].name), name))
			return p->field_numbers[i];
		if (found == NAME_NONE)
			found = p->field_numbers[i];
	}
	return found;
}

static void find_fields(struct loaded_policy *p, struct numbering *fields)
{
	p->address[CHANNEL_EMAIL] = find_address(p, "email", TYPE_EMAIL);
	p->address[CHANNEL_SMS] = p->address[CHANNEL_WHATSAPP] = find_address(p, "phone", TYPE_PHONE);
	p->zone_field = numbering_find(fields, PLAN_STRING(&p->policy, p->policy.workspace->zone_field));
	p->locale_field = numbering_find(fields, PLAN_STRING(&p->policy, p->policy.workspace->locale_field));
	p->name_field = numbering_find(fields, SLICE("name"));
	if (p->name_field == NAME_NONE)
		p->name_field = numbering_find(fields, SLICE("first_name"));
	p->last_name_field = numbering_find(fields, SLICE("last_name"));
}

static void look_at_limits(struct loaded_policy *p)
{
	const struct plan_limit *limits = PLAN_ROWS(&p->policy, LIMIT, limit);
	for (uint32_t i = 0; i < PLAN_COUNT(&p->policy, LIMIT); i++) {
		p->contact_limits |= limits[i].mailbox == NONE && limits[i].period_days != 0;
		p->mailbox_limits |= limits[i].mailbox != NONE;
		p->has_conditions |= limits[i].when != NONE;
	}
	const struct plan_mailbox *mailboxes = PLAN_ROWS(&p->policy, MAILBOX, mailbox);
	for (uint32_t i = 0; i < PLAN_COUNT(&p->policy, MAILBOX); i++)
		p->has_conditions |= mailboxes[i].consent != NONE;
}

static void load_calendar(struct loaded_policy *p)
{
	uint32_t holidays = p->policy.workspace->holidays;
	_Static_assert(sizeof(struct plan_calendar_date) == sizeof(int32_t), "a calendar is used in place");
	if (holidays == NONE)
		return;
	const struct plan_calendar *c = &PLAN_ROWS(&p->policy, CALENDAR, calendar)[holidays];
	if (c->date_count)
		p->holidays = (struct calendar){
		        (const int32_t *)(PLAN_ROWS(&p->policy, CALENDAR_DATE, calendar_date) + c->date),
		        c->date_count};
}

bool library_policy(struct loaded_policy *out, int64_t id, struct buf *bytes, struct numbering *fields,
                    struct tz_db *zones, struct buf *error)
{
	struct image_error why;
	*out = (struct loaded_policy){.id = id, .bytes = *bytes};
	*bytes = (struct buf){0};
	if (!policy_load(&out->policy, out->bytes.p, out->bytes.n, false, &why)) {
		buf_addf(error, "%s", why.text);
		library_policy_free(out);
		return false;
	}
	struct slice zone = PLAN_STRING(&out->policy, out->policy.workspace->zone);
	out->zone = zone.n ? tz_get(zones, zone) : tz_utc();
	out->field_count = PLAN_COUNT(&out->policy, FIELD);
	out->field_numbers = number_fields(&out->policy.image, fields);
	if (!out->zone) {
		buf_addf(error, "this machine's tzdata has no zone \"%.*s\"", SLICE_ARG(zone));
		library_policy_free(out);
		return false;
	}
	if (!out->field_numbers || !load_quiet(out)) {
		buf_adds(error, "out of memory");
		library_policy_free(out);
		return false;
	}
	find_fields(out, fields);
	look_at_limits(out);
	load_calendar(out);
	return true;
}

void library_policy_free(struct loaded_policy *p)
{
	if (p->policy.workspace)
		policy_free(&p->policy);
	buf_free(&p->bytes);
	free(p->field_numbers);
	free(p->quiet);
	*p = (struct loaded_policy){0};
}

int64_t library_after(const struct image *image, uint32_t constant, int64_t from_us, const struct tz *zone,
                      const struct calendar *holidays, int64_t or_us)
{
	if (constant == NONE)
		return from_us + or_us;
	const struct plan_constant *c = &IMAGE_ROWS(image, CONST, constant)[constant];
	int64_t wall_us = tz_to_wall(zone, from_us);
	int32_t day = civil_day_of(wall_us), later = day;
	switch ((enum plan_unit)c->unit) {
	case UNIT_US:
	case UNIT_COUNT: return from_us + c->value;
	case UNIT_DAYS: later = day + (int32_t)c->value; break;
	case UNIT_BUSINESS_DAYS: later = calendar_add_business_days(day, (int32_t)c->value, holidays); break;
	case UNIT_MONTHS: later = civil_add_months(day, (int32_t)c->value); break;
	}
	return tz_from_wall(zone, later * US_PER_DAY + civil_time_of(wall_us), TZ_COMPATIBLE);
}

struct value library_constant(const struct image *m, uint32_t constant)
{
	const struct plan_constant *c = &IMAGE_ROWS(m, CONST, constant)[constant];
	enum plan_type type = (enum plan_type)c->type;
	struct value v = type_is_text(type) ? value_text(type, image_string(m, c->text)) : value_int(type, c->value);
	v.unit = (uint8_t)c->unit;
	return v;
}
