/* SPDX-License-Identifier: Apache-2.0
 * One of what is possible: the dice pick. */
#include "compiler/testing/possible.h"
#include "plan/value.h"

/* A date is counted from the day of the start, in UTC: one to each side of it is tried anyway. */
static struct slice value_text_of(const struct possible *p, const struct possible_value *v, int64_t start_us)
{
	if (!v->relative)
		return v->text;
	int32_t year;
	int month, day;
	civil_from_days(civil_day_of(start_us) + v->days, &year, &month, &day);
	return arena_printf(p->arena, v->moment ? "%04d-%02d-%02d 10:00" : "%04d-%02d-%02d", (int)year, month, day);
}

static struct slice pick_value(const struct possible *p, struct dice *dice, const struct possible_field *f,
                               int64_t start_us)
{
	if (!f->count)
		return (struct slice){0};
	return value_text_of(p, &f->values[dice_below(dice, f->count)], start_us);
}

void possible_change_field(const struct possible *p, struct dice *dice, struct play *play)
{
	if (!p->fields.count)
		return;
	const struct possible_field *f = NULL;
	for (int i = 0; i < 4 && !(f && f->read); i++)
		f = &p->fields.items[dice_below(dice, p->fields.count)];
	play_set_field(play, f->name, pick_value(p, dice, f, play->start_us), p->arena);
}

void possible_enroll(const struct possible *p, struct dice *dice, struct play *play)
{
	play->start_us = possible_start(p, dice, play);
	for (uint32_t i = 0; i < p->fields.count; i++) {
		const struct possible_field *f = &p->fields.items[i];
		bool address = f->type == TYPE_EMAIL || f->type == TYPE_PHONE;
		uint32_t of_8 = address ? 1 : f->read ? 6 : 3;
		if (dice_below(dice, 8) < of_8)
			play_set_field(play, f->name, pick_value(p, dice, f, play->start_us), p->arena);
	}
	play->start_us = possible_start(p, dice, play); /* the zone may be another one */
	play->spread = p->plan->sequence->spread != NONE && dice_below(dice, 4) == 0;
}

/* ---- answers ---- */

static struct slice number_text(const struct possible *p, int64_t value)
{
	struct buf out = {0};
	value_write(&out, value_int(TYPE_NUMBER, value));
	return arena_take(p->arena, &out);
}

/* An end of the scale, either side of six tenths of it, or what the code compares with. */
static struct slice pick_number(const struct possible *p, struct dice *dice, int64_t from, int64_t to)
{
	from = from == INT64_MIN ? 0 : from;
	to = to == INT64_MIN ? from + 1000 * NUMBER_ONE : to;
	int64_t part = (from + (to - from) / 10 * 6) / NUMBER_ONE * NUMBER_ONE, value;
	switch (dice_below(dice, 5)) {
	case 0: value = from; break;
	case 1: value = to; break;
	case 2: value = part + (int64_t)dice_below(dice, 3) * NUMBER_ONE; break;
	case 3: {
		struct slice text = pick_value(p, dice, &p->answers, 0);
		if (text.n)
			return text;
	} /* fall through */
	default: value = from + (int64_t)dice_below(dice, (uint32_t)((to - from) / NUMBER_ONE) + 1) * NUMBER_ONE;
	}
	return number_text(p, value > to ? to : value);
}

static struct slice pick_choice(const struct possible *p, struct dice *dice, const struct plan_question *q)
{
	const struct plan_choice *rows = PLAN_ROWS(p->plan, CHOICE, choice);
	return PLAN_STRING(p->plan, rows[q->choice + dice_below(dice, q->choice_count)].name);
}

static struct slice pick_several(const struct possible *p, struct dice *dice, const struct plan_question *q)
{
	const struct plan_choice *rows = PLAN_ROWS(p->plan, CHOICE, choice);
	struct slice text = {0};
	for (uint32_t i = 0; i < q->choice_count; i++)
		if (dice_below(dice, 2))
			text = arena_printf(p->arena, "%.*s%s%.*s", SLICE_ARG(text), text.n ? ", " : "",
			                    SLICE_ARG(PLAN_STRING(p->plan, rows[q->choice + i].name)));
	return text;
}

static struct slice pick_answer(const struct possible *p, struct dice *dice, const struct plan_question *q,
                                int64_t start_us)
{
	switch ((enum plan_question_kind)q->kind) {
	case QUESTION_NPS: return pick_number(p, dice, 0, 10 * NUMBER_ONE);
	case QUESTION_RATING:
	case QUESTION_MATRIX: return pick_number(p, dice, q->from, q->to);
	case QUESTION_NUMBER: return pick_number(p, dice, q->from, q->to);
	case QUESTION_CHOICE: return pick_choice(p, dice, q);
	case QUESTION_SEVERAL: return pick_several(p, dice, q);
	case QUESTION_YES_NO: return dice_below(dice, 2) ? SLICE("yes") : SLICE("no");
	case QUESTION_DATE: return value_text_of(p, &(struct possible_value){.relative = true, .days = 1}, start_us);
	case QUESTION_TEXT:
	case QUESTION_COUNT: break;
	}
	return SLICE("Fine");
}

static void throw_answers(const struct possible *p, struct dice *dice, uint32_t step, int64_t start_us,
                          struct drive_event *event)
{
	const struct plan_action *a = &PLAN_ROWS(p->plan, ACTION, action)[PLAN_ROWS(p->plan, STEP, step)[step].action];
	const struct plan_questionnaire *ask = &PLAN_ROWS(p->plan, QUESTIONNAIRE, questionnaire)[a->questionnaire];
	struct drive_field *fields = NULL;
	size_t count = 0, cap = 0;
	for (uint32_t i = 0; i < ask->question_count; i++) {
		const struct plan_question *q = &PLAN_ROWS(p->plan, QUESTION, question)[ask->question + i];
		struct slice name = PLAN_STRING(p->plan, q->name);
		bool answered = q->required || dice_below(dice, 4);
		for (uint32_t r = 0; answered && q->kind == QUESTION_MATRIX && r < q->choice_count; r++) {
			struct slice row = PLAN_STRING(p->plan, PLAN_ROWS(p->plan, CHOICE, choice)[q->choice + r].name);
			ARENA_PUSH(p->arena, fields, count, cap) = (struct drive_field){
			        arena_printf(p->arena, "%.*s.%.*s", SLICE_ARG(name), SLICE_ARG(row)),
			        pick_answer(p, dice, q, start_us)};
		}
		struct slice text = {0};
		if (answered && q->kind != QUESTION_MATRIX)
			text = pick_answer(p, dice, q, start_us);
		if (text.n)
			ARENA_PUSH(p->arena, fields, count, cap) = (struct drive_field){name, text};
	}
	event->fields = fields;
	event->field_count = count;
}

/* ---- acts ---- */

/* Of which message, where any will do: a test names it. */
static struct slice some_message(const struct possible *p, struct dice *dice)
{
	const struct plan_step *s = PLAN_ROWS(p->plan, STEP, step);
	uint32_t count = PLAN_COUNT(p->plan, STEP), from = dice_below(dice, count);
	for (uint32_t i = 0; i < count; i++)
		if (s[(from + i) % count].message_count)
			return PLAN_STRING(p->plan, s[(from + i) % count].name);
	return (struct slice){0};
}

static bool is_of_a_message(enum drive_event_kind kind)
{
	return kind == EVENT_CLICK || kind == EVENT_OPEN || kind == EVENT_VISIT || kind == EVENT_BOUNCE;
}

static void throw_outcome(const struct possible *p, struct dice *dice, uint32_t step, struct drive_event *event)
{
	const struct plan_step *s = &PLAN_ROWS(p->plan, STEP, step)[step];
	const struct plan_action *a = &PLAN_ROWS(p->plan, ACTION, action)[s->action];
	if (s->kind == STEP_WEBHOOK)
		event->outcome = dice_below(dice, 3) ? (struct slice){0} : SLICE("failed");
	else if (a->option_count)
		event->outcome = PLAN_STRING(
		        p->plan,
		        PLAN_ROWS(p->plan, OPTION, option)[a->option + dice_below(dice, a->option_count)].name);
}

static void throw_event_fields(const struct possible *p, struct dice *dice, int64_t start_us, struct drive_event *event)
{
	struct drive_field *fields = NULL;
	size_t count = 0, cap = 0;
	for (uint32_t i = 0; i < p->event.count; i++) {
		struct slice text = pick_value(p, dice, &p->event.items[i], start_us);
		if (text.n)
			ARENA_PUSH(p->arena, fields, count, cap) = (struct drive_field){p->event.items[i].name, text};
	}
	event->fields = fields;
	event->field_count = count;
}

static struct drive_event throw_event(const struct possible *p, struct dice *dice, const struct possible_act *can,
                                      const struct play *play, int64_t at_us)
{
	struct drive_event e = {.kind = can->event, .name = can->name};
	int64_t minute_us = at_us - at_us % US_PER_MINUTE;
	if (can->step != NONE)
		e.step = PLAN_STRING(p->plan, PLAN_ROWS(p->plan, STEP, step)[can->step].name);
	else if (is_of_a_message(e.kind))
		e.step = some_message(p, dice);
	if (e.kind == EVENT_DONE)
		throw_outcome(p, dice, can->step, &e);
	else if (e.kind == EVENT_ANSWER)
		throw_answers(p, dice, can->step, play->start_us, &e);
	else if (e.kind == EVENT_NAMED)
		throw_event_fields(p, dice, play->start_us, &e);
	else if (e.kind == EVENT_REPLY && !can->by_account)
		e.text = pick_value(p, dice, &p->replies, play->start_us);
	else if (e.kind == EVENT_AUTO_REPLY)
		e.until_us = minute_us + (int64_t)(1 + dice_below(dice, 20)) * 12 * US_PER_HOUR;
	return e;
}

/* A field of the contact that the plan reads is set. */
static bool throw_set(const struct possible *p, struct dice *dice, const struct play *play, struct scenario_act *act)
{
	const struct plan_field *row = &PLAN_ROWS(p->plan, FIELD, field)[dice_below(dice, PLAN_COUNT(p->plan, FIELD))];
	struct slice name = PLAN_STRING(p->plan, row->name);
	for (uint32_t i = 0; i < p->fields.count; i++) {
		const struct possible_field *f = &p->fields.items[i];
		if (f->input || !slice_eq(f->name, name) || f->type == TYPE_EMAIL || f->type == TYPE_PHONE)
			continue;
		struct drive_field *field = ARENA_NEW(p->arena, struct drive_field);
		*field = (struct drive_field){name, pick_value(p, dice, f, play->start_us)};
		*act = (struct scenario_act){.kind = ACT_SET, .fields = field, .field_count = 1};
		return field->text.n > 0;
	}
	return false;
}

struct scenario_act possible_throw(const struct possible *p, struct dice *dice, const struct play *play, int64_t at_us)
{
	const struct possible_act *can = &p->acts[dice_below(dice, p->act_count)];
	struct scenario_act act = {.kind = ACT_EVENT};
	switch (can->kind) {
	case CAN_PAUSE: act.kind = ACT_PAUSE; return act;
	case CAN_RESUME: act.kind = ACT_RESUME; return act;
	case CAN_SET:
		if (throw_set(p, dice, play, &act))
			return act;
		break;
	case CAN_EVENT:
		act.by_account = can->by_account;
		act.event = throw_event(p, dice, can, play, at_us);
		return act;
	}
	act.event.kind = EVENT_REPLY;
	return act;
}
