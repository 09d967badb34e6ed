/* SPDX-License-Identifier: Apache-2.0
 * The rows and the code of a plan, turned into what can be thrown. */
#include "compiler/testing/possible.h"
#include "plan/value.h"

/* Clock changes in both hemispheres, none, and the ends of the day. */
static const char *const ZONES[] = {"UTC",
                                    "Europe/London",
                                    "America/New_York",
                                    "America/St_Johns",
                                    "Australia/Lord_Howe",
                                    "Pacific/Kiritimati",
                                    "Pacific/Apia",
                                    "Pacific/Honolulu",
                                    "Asia/Kathmandu",
                                    "Africa/Cairo"};
/* Month ends, leap days, the turn of the year, and a week like any other. */
static const struct {
	int16_t year;
	int8_t month, day;
} DAYS[] = {{2026, 3, 2},  {2026, 3, 6},  {2026, 3, 7},   {2026, 3, 8},   {2026, 1, 31},
            {2026, 2, 28}, {2026, 4, 30}, {2026, 12, 24}, {2026, 12, 31}, {2027, 1, 1},
            {2028, 2, 28}, {2028, 2, 29}, {2026, 12, 25}, {2026, 5, 1},   {2027, 12, 31}};

static uint64_t dice_next(struct dice *d)
{
	uint64_t z = d->state += UINT64_C(0x9E3779B97F4A7C15);
	z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
	return z ^ (z >> 31);
}

uint32_t dice_below(struct dice *d, uint32_t n)
{
	return n ? (uint32_t)((dice_next(d) >> 32) * n >> 32) : 0;
}

/* ---- values ---- */

static void add_value(struct possible *p, struct possible_field *f, struct possible_value v)
{
	for (uint32_t i = 0; i < f->count; i++)
		if (slice_eq(f->values[i].text, v.text) && f->values[i].relative == v.relative &&
		    f->values[i].days == v.days)
			return;
	ARENA_PUSH(p->arena, f->values, f->count, f->cap) = v;
}

static void add_text(struct possible *p, struct possible_field *f, struct slice text)
{
	add_value(p, f, (struct possible_value){.text = text});
}

static void add_days(struct possible *p, struct possible_field *f, int32_t days)
{
	for (int32_t d = days - 1; d <= days + 1; d++)
		add_value(p, f, (struct possible_value){.relative = true, .moment = f->type == TYPE_MOMENT, .days = d});
}

static void add_written(struct possible *p, struct possible_field *f, struct value v)
{
	struct buf out = {0};
	value_write(&out, v);
	add_text(p, f, arena_copy(p->arena, buf_slice(&out)));
	buf_free(&out);
}

/* What is compared with a constant is tried on it, and on both sides of it. */
static void add_around(struct possible *p, struct possible_field *f, const struct image *m, uint32_t constant)
{
	const struct plan_constant *c = &IMAGE_ROWS(m, CONST, constant)[constant];
	enum plan_type type = (enum plan_type)c->type;
	if (type_is_text(type)) {
		add_text(p, f, image_string(m, c->text));
	} else if (type == TYPE_NUMBER) {
		for (int64_t d = -NUMBER_ONE; d <= NUMBER_ONE; d += NUMBER_ONE)
			add_written(p, f, value_int(type, c->value + d));
	} else if (type == TYPE_DATE && f->type == TYPE_DATE) {
		for (int64_t d = -1; d <= 1; d++)
			add_written(p, f, value_int(type, c->value + d));
	} else if (type == TYPE_DURATION && (f->type == TYPE_DATE || f->type == TYPE_MOMENT)) {
		int64_t n = c->unit == UNIT_US       ? c->value / US_PER_DAY
		            : c->unit == UNIT_MONTHS ? c->value * 30
		                                     : c->value;
		add_days(p, f, (int32_t)(n > 4000 ? 4000 : n));
	}
}

static void add_plain_values(struct possible *p, struct possible_field *f, const struct image *m, struct slice name,
                             uint32_t option, uint32_t option_count)
{
	add_text(p, f, (struct slice){0});
	switch (f->type) {
	case TYPE_YES_NO:
		add_text(p, f, SLICE("yes"));
		add_text(p, f, SLICE("no"));
		break;
	case TYPE_ONE_OF:
		for (uint32_t i = 0; i < option_count; i++)
			add_text(p, f, image_string(m, IMAGE_ROWS(m, OPTION, option)[option + i].name));
		break;
	case TYPE_DATE:
	case TYPE_MOMENT:
		add_days(p, f, 0);
		add_days(p, f, 30);
		break;
	case TYPE_ZONE:
		for (size_t i = 0; i < sizeof ZONES / sizeof *ZONES; i++)
			if (tz_get(p->zones, slice_of(ZONES[i])))
				add_text(p, f, slice_of(ZONES[i]));
		break;
	case TYPE_TEXT:
	case TYPE_NUMBER:
	case TYPE_DURATION:
	case TYPE_EMAIL:
	case TYPE_PHONE:
	case TYPE_URL:
	case TYPE_COUNT: add_text(p, f, play_sample_value(m, f->type, name, option)); break;
	}
}

static struct possible_field *find_field(struct possible_fields *all, struct slice name)
{
	for (uint32_t i = 0; i < all->count; i++)
		if (slice_eq(all->items[i].name, name))
			return &all->items[i];
	return NULL;
}

static void read_fields(struct possible *p)
{
	const struct plan_field *f = PLAN_ROWS(p->policy, FIELD, field);
	const struct plan_input *in = PLAN_ROWS(p->plan, INPUT, input);
	const struct plan_slot *slot = PLAN_ROWS(p->plan, SLOT, slot);
	for (uint32_t i = 0; i < PLAN_COUNT(p->policy, FIELD); i++, f++) {
		struct possible_field row = {.name = PLAN_STRING(p->policy, f->name), .type = (enum plan_type)f->type};
		add_plain_values(p, &row, &p->policy->image, row.name, f->option, f->option_count);
		ARENA_PUSH(p->arena, p->fields.items, p->fields.count, p->fields.cap) = row;
	}
	for (uint32_t i = 0; i < PLAN_COUNT(p->plan, INPUT); i++, in++) {
		struct slice name = PLAN_STRING(p->plan, in->name);
		struct possible_field row = {.name = arena_printf(p->arena, "input.%.*s", SLICE_ARG(name)),
		                             .type = (enum plan_type)in->type,
		                             .input = true};
		add_plain_values(p, &row, &p->plan->image, name, in->option, in->option_count);
		ARENA_PUSH(p->arena, p->fields.items, p->fields.count, p->fields.cap) = row;
	}
	for (uint32_t i = 0; i < PLAN_COUNT(p->plan, SLOT); i++, slot++) {
		struct slice key = PLAN_STRING(p->plan, slot->key);
		if (slot->kind != SLOT_EVENT || find_field(&p->event, key))
			continue;
		struct possible_field row = {.name = key, .type = (enum plan_type)slot->type};
		if (row.type != TYPE_ONE_OF)
			add_plain_values(p, &row, &p->plan->image, key, NONE, 0);
		ARENA_PUSH(p->arena, p->event.items, p->event.count, p->event.cap) = row;
	}
	add_text(p, &p->replies, (struct slice){0});
	add_text(p, &p->replies, SLICE("Thanks, not now."));
}

/* What the code reads there: NULL for what is no field. */
static struct possible_field *field_of(struct possible *p, const struct image *m, struct instruction in)
{
	if (in.op == OP_CONTACT)
		return find_field(&p->fields, image_string(m, IMAGE_ROWS(m, FIELD, field)[in.a].name));
	if (in.op == OP_INPUT) {
		struct slice name = image_string(m, IMAGE_ROWS(m, INPUT, input)[in.a].name);
		for (uint32_t i = 0; i < p->fields.count; i++)
			if (p->fields.items[i].input &&
			    slice_eq((struct slice){p->fields.items[i].name.p + 6, p->fields.items[i].name.n - 6},
			             name))
				return &p->fields.items[i];
	}
	if (in.op != OP_SLOT)
		return NULL;
	const struct plan_slot *slot = &IMAGE_ROWS(m, SLOT, slot)[in.a];
	if (slot->kind == SLOT_EVENT)
		return find_field(&p->event, image_string(m, slot->key));
	return slot->kind == SLOT_REPLY ? &p->replies : slot->kind == SLOT_ANSWER ? &p->answers : NULL;
}

/* A value and a constant beside each other are compared, or added. */
static void read_constants(struct possible *p, const struct image *m, const uint8_t *code, uint32_t length)
{
	struct instruction before = {.op = OP_DONE};
	for (uint32_t pc = 0; pc < length;) {
		struct instruction in = instruction_at(code, pc);
		struct possible_field *f = field_of(p, m, in);
		if (f)
			f->read = true;
		f = in.op == OP_CONST ? field_of(p, m, before) : NULL;
		if (f)
			add_around(p, f, m, in.a);
		f = before.op == OP_CONST ? field_of(p, m, in) : NULL;
		if (f)
			add_around(p, f, m, before.a);
		before = in;
		pc = in.next;
	}
}

/* ---- starts ---- */

static void add_minute(struct possible *p, int32_t minute)
{
	for (int32_t m = minute - 1; m <= minute + 1; m++)
		ARENA_PUSH(p->arena, p->minutes, p->minute_count, p->minute_cap) = (m + 1440) % 1440;
}

static void read_starts(struct possible *p)
{
	const struct plan_window_part *part = PLAN_ROWS(p->plan, WINDOW_PART, window_part);
	const struct plan_quiet *quiet = PLAN_ROWS(p->policy, QUIET, quiet);
	const struct plan_calendar_date *date = PLAN_ROWS(p->policy, CALENDAR_DATE, calendar_date);
	for (size_t i = 0; i < sizeof DAYS / sizeof *DAYS; i++)
		ARENA_PUSH(p->arena, p->days, p->day_count, p->day_cap) =
		        civil_days(DAYS[i].year, DAYS[i].month, DAYS[i].day);
	for (uint32_t i = 0; i < PLAN_COUNT(p->policy, CALENDAR_DATE) && p->day_count < 64; i++)
		if ((int32_t)date[i].day >= p->days[0]) {
			ARENA_PUSH(p->arena, p->days, p->day_count, p->day_cap) = (int32_t)date[i].day - 1;
			ARENA_PUSH(p->arena, p->days, p->day_count, p->day_cap) = (int32_t)date[i].day;
		}
	add_minute(p, 0);
	add_minute(p, 150); /* where clocks change */
	add_minute(p, 540);
	add_minute(p, 720);
	for (uint32_t i = 0; i < PLAN_COUNT(p->plan, WINDOW_PART); i++) {
		add_minute(p, (int32_t)part[i].from_minute);
		add_minute(p, (int32_t)part[i].to_minute);
	}
	for (uint32_t i = 0; i < PLAN_COUNT(p->policy, QUIET); i++) {
		add_minute(p, (int32_t)quiet[i].from_minute);
		add_minute(p, (int32_t)quiet[i].to_minute);
	}
}

int64_t possible_start(const struct possible *p, struct dice *dice, const struct play *play)
{
	const struct tz *zone = play_zone(play, p->policy, p->zones);
	int32_t day = p->days[dice_below(dice, p->day_count)];
	if (dice_below(dice, 4) == 0) { /* around a change of the clocks, if there is one */
		int64_t change_us = tz_next_change(zone, day * US_PER_DAY);
		if (change_us < (day + INT64_C(500)) * US_PER_DAY)
			day = civil_day_of(tz_to_wall(zone, change_us)) - (int32_t)dice_below(dice, 3);
	}
	int32_t minute = p->minutes[dice_below(dice, p->minute_count)];
	return tz_from_wall(zone, day * US_PER_DAY + minute * US_PER_MINUTE, TZ_COMPATIBLE);
}

/* ---- acts ---- */

static void add_act(struct possible *p, uint32_t times, struct possible_act act)
{
	for (uint32_t i = 0; i < times; i++)
		ARENA_PUSH(p->arena, p->acts, p->act_count, p->act_cap) = act;
}

/* A trigger as a row has it; an answer is an act of its `ask`, a condition none. */
static void add_trigger(struct possible *p, uint32_t trigger, uint32_t step, uint32_t event, bool by_account)
{
	if (trigger == TRIGGER_ANSWER || trigger == TRIGGER_WHEN)
		return;
	struct possible_act act = {.kind = CAN_EVENT,
	                           .event = (enum drive_event_kind)trigger,
	                           .step = step,
	                           .name = PLAN_STRING(p->plan, event)};
	add_act(p, 4, act);
	act.by_account = true;
	if (by_account && trigger == TRIGGER_REPLY)
		add_act(p, 2, act);
}

static void read_triggers(struct possible *p)
{
	const struct plan_exit *e = PLAN_ROWS(p->plan, EXIT, exit);
	const struct plan_goal *g = PLAN_ROWS(p->plan, GOAL, goal);
	const struct plan_arm *a = PLAN_ROWS(p->plan, ARM, arm);
	for (uint32_t i = 0; i < PLAN_COUNT(p->plan, EXIT); i++)
		add_trigger(p, e[i].trigger, e[i].step, e[i].event, e[i].by_account);
	for (uint32_t i = 0; i < PLAN_COUNT(p->plan, GOAL); i++)
		add_trigger(p, g[i].trigger, g[i].step, g[i].event, false);
	for (uint32_t i = 0; i < PLAN_COUNT(p->plan, ARM); i++)
		add_trigger(p, a[i].trigger, a[i].step, a[i].event, a[i].by_account);
}

static bool is_message(uint32_t kind)
{
	return kind <= STEP_SEND && kind != STEP_ORIGINAL;
}

static void read_steps(struct possible *p)
{
	const struct plan_step *s = PLAN_ROWS(p->plan, STEP, step);
	struct possible_act act = {.kind = CAN_EVENT};
	for (uint32_t i = 0; i < PLAN_COUNT(p->plan, STEP); i++) {
		act.step = i;
		act.event = EVENT_DONE;
		if (s[i].kind == STEP_TASK || s[i].kind == STEP_WEBHOOK)
			add_act(p, 6, act);
		act.event = EVENT_ANSWER;
		if (s[i].kind == STEP_ASK)
			add_act(p, 8, act);
		act.event = EVENT_LEAVE;
		if (s[i].kind == STEP_OFFER || s[i].kind == STEP_REVIEW)
			add_act(p, 2, act);
		if (!is_message(s[i].kind))
			continue;
		act.event = EVENT_BOUNCE;
		add_act(p, 1, act);
		act.event = EVENT_REPLY;
		add_act(p, 1, act);
	}
}

/* What code asks of a step. */
static void read_facts(struct possible *p)
{
	static const enum drive_event_kind EVENTS[FACT_COUNT] = {[FACT_BOUNCED] = EVENT_BOUNCE,
	                                                         [FACT_OPENED] = EVENT_OPEN,
	                                                         [FACT_CLICKED] = EVENT_CLICK,
	                                                         [FACT_REPLIED] = EVENT_REPLY};
	for (uint32_t pc = 0; pc < p->plan->code_length;) {
		struct instruction in = instruction_at(p->plan->code, pc);
		pc = in.next;
		bool brought = in.op == OP_FACT && (in.b == FACT_BOUNCED || in.b == FACT_OPENED ||
		                                    in.b == FACT_CLICKED || in.b == FACT_REPLIED);
		if (brought)
			add_act(p, 3, (struct possible_act){.kind = CAN_EVENT, .event = EVENTS[in.b], .step = in.a});
	}
}

static void read_always(struct possible *p)
{
	static const enum drive_event_kind ALWAYS[] = {EVENT_REPLY,  EVENT_WE_WROTE,    EVENT_MEETING,
	                                               EVENT_BOUNCE, EVENT_UNSUBSCRIBE, EVENT_COMPLAINT,
	                                               EVENT_VISIT,  EVENT_AUTO_REPLY};
	for (size_t i = 0; i < sizeof ALWAYS / sizeof *ALWAYS; i++)
		add_act(p, 1, (struct possible_act){.kind = CAN_EVENT, .event = ALWAYS[i], .step = NONE});
	add_act(p, 2, (struct possible_act){.kind = CAN_PAUSE});
	add_act(p, 3, (struct possible_act){.kind = CAN_RESUME});
	if (PLAN_COUNT(p->plan, FIELD))
		add_act(p, 3, (struct possible_act){.kind = CAN_SET});
}

void possible_read(struct possible *p, const struct policy *policy, const struct plan *plan, struct tz_db *zones,
                   struct arena *arena)
{
	*p = (struct possible){.policy = policy, .plan = plan, .zones = zones, .arena = arena};
	p->replies.type = TYPE_TEXT;
	p->answers.type = TYPE_NUMBER;
	read_fields(p);
	read_constants(p, &plan->image, plan->code, plan->code_length);
	read_constants(p, &policy->image, policy->code, policy->code_length);
	read_starts(p);
	read_triggers(p);
	read_steps(p);
	read_facts(p);
	read_always(p);
}
