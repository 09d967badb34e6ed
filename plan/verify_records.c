/* SPDX-License-Identifier: Apache-2.0
 * Proves every row of every section. What record.def tells (references, ranges of enums, counts) is checked from its
 * table; below stand the rules that it can't express, one function a section. */
#include "base/utf8.h"
#include "plan/image_format.h"
#include "plan/record.h"
#include "plan/value.h"
#include "plan/verify.h"
#include <stdlib.h>
#include <string.h>

#define PERIOD_DAYS_MAX 3660u
#define MINUTES_PER_DAY 1440u

static uint32_t byte_of(const struct image *m, const void *p)
{
	return (uint32_t)((const uint8_t *)p - m->bytes);
}

static bool refuse_row(const struct image *m, uint32_t section, uint32_t row, const char *reason,
                       struct image_error *error)
{
	const char *rows = m->sections[section].rows;
	return image_refuse(error, "%s %u: %s, at byte %u", section_name(section), row, reason,
	                    byte_of(m, rows + (size_t)row * section_row_size(section)));
}

/* ---- strings and capabilities ---- */

static bool check_strings(const struct image *m, struct image_error *error)
{
	const struct image_table *table = &m->sections[SECTION_STRINGS];
	const uint32_t *ends = table->rows;
	uint32_t total = m->sections[SECTION_STRING_BYTES].count, begin = 0;
	for (uint32_t i = 0; i < table->count; i++) {
		if (ends[i] < begin || ends[i] > total)
			return refuse_row(m, SECTION_STRINGS, i, "ends out of the bytes", error);
		begin = ends[i];
		struct slice s = image_string(m, i);
		if (!utf8_valid(s) || (s.n && memchr(s.p, 0, s.n)))
			return refuse_row(m, SECTION_STRINGS, i, "not UTF-8, or with a NUL", error);
		if (i && slice_cmp(image_string(m, i - 1), s) >= 0)
			return refuse_row(m, SECTION_STRINGS, i, "not after the one before", error);
	}
	if (begin != total)
		return image_refuse(error, "string bytes that no string holds, at byte %u",
		                    byte_of(m, m->sections[SECTION_STRING_BYTES].rows) + begin);
	return true;
}

static bool check_capabilities(const struct image *m, struct image_error *error)
{
	const struct image_table *table = &m->sections[SECTION_CAPABILITIES];
	const uint32_t *needs = table->rows;
	for (uint32_t i = 0; i < table->count; i++)
		if (needs[i] >= m->sections[SECTION_STRINGS].count || (i && needs[i] <= needs[i - 1]))
			return refuse_row(m, SECTION_CAPABILITIES, i, "no string, or not after the one before", error);
	return true;
}

/* ---- what record.def tells ---- */

/* How many rows a reference of this kind may choose from; 0 for kinds that are none. */
static uint32_t reference_limit(const struct image *m, const struct record_field *f)
{
	switch (f->kind) {
	case RECORD_STR: return m->sections[SECTION_STRINGS].count;
	case RECORD_PC: return m->sections[SECTION_CODE].count;
	case RECORD_TEXT:
	case RECORD_REF: return m->sections[f->ref].count;
	case RECORD_ENUM: return f->limit;
	case RECORD_U32:
	case RECORD_COUNT:
	case RECORD_I64: break;
	}
	return 0;
}

/* A COUNT with its REF: both or neither, and within the section. */
static bool check_count(const struct image *m, const struct record_field *count, const char *row)
{
	const struct record_field *ref = count - 1;
	while (ref->offset != count->ref)
		ref--;
	uint32_t first = record_get(row, ref), n = record_get(row, count), rows = m->sections[ref->ref].count;
	return first == NONE ? n == 0 : n > 0 && first < rows && n <= rows - first;
}

static bool check_field(const struct image *m, const struct record_field *f, const char *row)
{
	if (f->kind == RECORD_U32 || f->kind == RECORD_I64)
		return true;
	if (f->kind == RECORD_COUNT)
		return check_count(m, f, row);
	uint32_t v = record_get(row, f);
	return v < reference_limit(m, f) || (v == NONE && f->kind != RECORD_ENUM);
}

static bool check_rows(const struct image *m, uint32_t section, struct image_error *error)
{
	const struct record_info *info = record_info(section);
	if (!info)
		return true;
	const char *row = m->sections[section].rows;
	const struct record_field *last = &info->fields[info->field_count - 1];
	uint32_t used = last->offset + (last->kind == RECORD_I64 ? 8u : 4u);
	for (uint32_t i = 0; i < m->sections[section].count; i++, row += info->size) {
		for (uint32_t k = 0; k < info->field_count; k++)
			if (!check_field(m, &info->fields[k], row))
				return image_refuse(error, "%s %u: %s is %u, which is out of range, at byte %u",
				                    info->name, i, info->fields[k].name,
				                    record_get(row, &info->fields[k]),
				                    byte_of(m, row) + info->fields[k].offset);
		for (uint32_t at = used; at < info->size; at++)
			if (row[at])
				return refuse_row(m, section, i, "padding that is not zero", error);
	}
	return true;
}

/* ---- names ---- */

/* The string at `offset` of each row is there, and no two are the same. */
static bool check_names(const struct image *m, uint32_t section, size_t offset, struct image_error *error)
{
	const char *rows = m->sections[section].rows;
	uint32_t size = section_row_size(section), count = m->sections[section].count;
	uint8_t *seen = calloc(m->sections[SECTION_STRINGS].count + 1, 1);
	if (!seen)
		return image_refuse(error, "out of memory");
	bool good = true;
	for (uint32_t i = 0; i < count && good; i++) {
		uint32_t name;
		memcpy(&name, rows + (size_t)i * size + offset, sizeof name);
		if (name == NONE)
			good = refuse_row(m, section, i, "has no name", error);
		else if (seen[name]++)
			good = refuse_row(m, section, i, "has the name of another", error);
	}
	free(seen);
	return good;
}

#define CHECK_NAMES(m, NAME, name, field, error)                                                                       \
	check_names((m), SECTION_##NAME, offsetof(struct plan_##name, field), (error))

static bool check_all_names(const struct image *m, struct image_error *error)
{
	return CHECK_NAMES(m, STEP, step, name, error) && CHECK_NAMES(m, FIELD, field, name, error) &&
	       CHECK_NAMES(m, INPUT, input, name, error) && CHECK_NAMES(m, LOCALE, locale, name, error) &&
	       CHECK_NAMES(m, MAILBOX, mailbox, name, error) && CHECK_NAMES(m, CALENDAR, calendar, name, error);
}

/* ---- what only the section itself knows ---- */

static bool check_texts(const struct image *m, struct image_error *error)
{
	uint64_t rows = (uint64_t)IMAGE_COUNT(m, TEXT) * IMAGE_COUNT(m, LOCALE);
	if (IMAGE_COUNT(m, TEXT) && !IMAGE_COUNT(m, LOCALE))
		return image_refuse(error, "texts without a locale");
	if (rows != IMAGE_COUNT(m, TEXT_LOCALE))
		return image_refuse(error, "%u texts in %u locales need %llu rows of text_locale, not %u",
		                    IMAGE_COUNT(m, TEXT), IMAGE_COUNT(m, LOCALE), (unsigned long long)rows,
		                    IMAGE_COUNT(m, TEXT_LOCALE));
	const struct plan_text_locale *entries = IMAGE_ROWS(m, TEXT_LOCALE, text_locale);
	for (uint32_t i = 0; i < rows; i++)
		if (entries[i].entry == NONE)
			return refuse_row(m, SECTION_TEXT_LOCALE, i, "has no code", error);
	return true;
}

static bool constant_good(const struct plan_constant *c)
{
	if (type_is_text((enum plan_type)c->type))
		return c->text != NONE && c->value == 0 && c->unit == 0;
	if (c->text != NONE)
		return false;
	if (c->type == TYPE_DURATION)
		return c->unit < UNIT_COUNT;
	if (c->type == TYPE_YES_NO)
		return c->unit == 0 && (c->value == 0 || c->value == 1);
	return c->unit == 0 && (c->type != TYPE_DATE || (c->value >= INT32_MIN && c->value <= INT32_MAX));
}

static bool check_constants(const struct image *m, struct image_error *error)
{
	const struct plan_constant *c = IMAGE_ROWS(m, CONST, constant);
	for (uint32_t i = 0; i < IMAGE_COUNT(m, CONST); i++)
		if (!constant_good(&c[i]))
			return refuse_row(m, SECTION_CONST, i, "a value that its type does not have", error);
	return true;
}

/* NONE, or a constant of that type. */
static bool is_constant(const struct image *m, uint32_t index, enum plan_type type)
{
	if (index == NONE)
		return true;
	enum plan_type is = (enum plan_type)IMAGE_ROWS(m, CONST, constant)[index].type;
	return is == type || (type_is_text(is) && type_is_text(type));
}

static bool check_fields(const struct image *m, struct image_error *error)
{
	const struct plan_field *f = IMAGE_ROWS(m, FIELD, field);
	for (uint32_t i = 0; i < IMAGE_COUNT(m, FIELD); i++)
		if (!is_constant(m, f[i].fallback, (enum plan_type)f[i].type) ||
		    (f[i].option_count && f[i].type != TYPE_ONE_OF))
			return refuse_row(m, SECTION_FIELD, i, "a default or options of another type", error);
	const struct plan_input *n = IMAGE_ROWS(m, INPUT, input);
	for (uint32_t i = 0; i < IMAGE_COUNT(m, INPUT); i++)
		if (!is_constant(m, n[i].fallback, (enum plan_type)n[i].type) ||
		    (n[i].option_count && n[i].type != TYPE_ONE_OF))
			return refuse_row(m, SECTION_INPUT, i, "a default or options of another type", error);
	return true;
}

static bool range_good(uint32_t from_minute, uint32_t to_minute)
{
	return from_minute < MINUTES_PER_DAY && to_minute <= MINUTES_PER_DAY && from_minute != to_minute;
}

static bool check_windows(const struct image *m, struct image_error *error)
{
	const struct plan_window *w = IMAGE_ROWS(m, WINDOW, window);
	for (uint32_t i = 0; i < IMAGE_COUNT(m, WINDOW); i++)
		if (w[i].anytime != (w[i].part_count == 0))
			return refuse_row(m, SECTION_WINDOW, i, "parts and anytime, or neither", error);
	const struct plan_window_part *p = IMAGE_ROWS(m, WINDOW_PART, window_part);
	for (uint32_t i = 0; i < IMAGE_COUNT(m, WINDOW_PART); i++)
		if (p[i].days == 0 || p[i].days > 0x7F || !range_good(p[i].from_minute, p[i].to_minute))
			return refuse_row(m, SECTION_WINDOW_PART, i, "no such days or times", error);
	const struct plan_quiet *q = IMAGE_ROWS(m, QUIET, quiet);
	for (uint32_t i = 0; i < IMAGE_COUNT(m, QUIET); i++)
		if (!range_good(q[i].from_minute, q[i].to_minute))
			return refuse_row(m, SECTION_QUIET, i, "no such times", error);
	return true;
}

static bool check_limits(const struct image *m, struct image_error *error)
{
	const struct plan_limit *l = IMAGE_ROWS(m, LIMIT, limit);
	for (uint32_t i = 0; i < IMAGE_COUNT(m, LIMIT); i++)
		if (l[i].period_days > PERIOD_DAYS_MAX && l[i].period_days != MONTH_PERIOD)
			return refuse_row(m, SECTION_LIMIT, i, "a period of over ten years", error);
	const struct plan_promise *p = IMAGE_ROWS(m, PROMISE, promise);
	for (uint32_t i = 0; i < IMAGE_COUNT(m, PROMISE); i++)
		if (p[i].period_days > PERIOD_DAYS_MAX && p[i].period_days != MONTH_PERIOD)
			return refuse_row(m, SECTION_PROMISE, i, "a period of over ten years", error);
	return true;
}

static bool trigger_good(uint32_t trigger, uint32_t event)
{
	return (trigger == TRIGGER_EVENT) == (event != NONE);
}

static bool check_triggers(const struct image *m, struct image_error *error)
{
	const struct plan_exit *e = IMAGE_ROWS(m, EXIT, exit);
	for (uint32_t i = 0; i < IMAGE_COUNT(m, EXIT); i++)
		if (!trigger_good(e[i].trigger, e[i].event) || e[i].reason == NONE ||
		    (e[i].trigger == TRIGGER_WHEN && e[i].when == NONE))
			return refuse_row(m, SECTION_EXIT, i, "lacks its reason, event or condition", error);
	const struct plan_goal *g = IMAGE_ROWS(m, GOAL, goal);
	for (uint32_t i = 0; i < IMAGE_COUNT(m, GOAL); i++)
		if (!trigger_good(g[i].trigger, g[i].event) || g[i].trigger == TRIGGER_WHEN)
			return refuse_row(m, SECTION_GOAL, i, "lacks its event, or can't be a goal", error);
	return true;
}

/* The shares of variants make a whole. */
static bool picks_well(const struct plan_step *s, const struct plan_message *messages)
{
	uint64_t whole = 0;
	unsigned channels = 0;
	for (uint32_t i = 0; i < s->message_count; i++) {
		const struct plan_message *m = &messages[s->message + i];
		bool channel_good = s->kind == STEP_SEND ? !(channels & 1u << m->channel) : m->channel == s->kind;
		if (!channel_good || (m->hold_out && s->pick != PICK_VARIANT))
			return false;
		channels |= s->kind == STEP_SEND ? 1u << m->channel : 0;
		whole += m->share;
	}
	switch ((enum plan_pick)s->pick) {
	case PICK_ONE: return s->message_count == 1 && whole == 0;
	case PICK_VARIANT: return s->kind != STEP_SEND && whole == SHARE_WHOLE;
	case PICK_CHANNEL: return s->kind == STEP_SEND && whole == 0;
	case PICK_COUNT: break;
	}
	return false;
}

static bool step_good(const struct image *m, const struct plan_step *s)
{
	const struct plan_action *a = s->action == NONE ? NULL : &IMAGE_ROWS(m, ACTION, action)[s->action];
	switch ((enum plan_step_kind)s->kind) {
	case STEP_EMAIL:
	case STEP_SMS:
	case STEP_WHATSAPP:
	case STEP_SEND: return s->message_count && !a && picks_well(s, IMAGE_ROWS(m, MESSAGE, message));
	case STEP_ORIGINAL: return !s->message_count && !a;
	case STEP_ASK: return !s->message_count && a && a->questionnaire != NONE;
	case STEP_HANDOFF: return !s->message_count && a && a->target != NONE;
	case STEP_WEBHOOK: return !s->message_count && a && a->host != NONE && a->url != NONE;
	case STEP_TASK:
	case STEP_ALERT:
	case STEP_OFFER:
	case STEP_REVIEW:
	case STEP_THANKS: return !s->message_count && a;
	case STEP_COUNT: break;
	}
	return false;
}

/* Those that the code sets come first, so that a bit each is enough for them (verify_flow.c). */
static bool check_slots(const struct image *m, struct image_error *error)
{
	const struct plan_slot *s = IMAGE_ROWS(m, SLOT, slot);
	bool others = false;
	for (uint32_t i = 0; i < IMAGE_COUNT(m, SLOT); i++) {
		bool by_code = s[i].kind == SLOT_VARIABLE || s[i].kind == SLOT_MOMENT || s[i].kind == SLOT_ROUNDS;
		bool of_step = s[i].kind == SLOT_OUTCOME || s[i].kind == SLOT_RETURN || s[i].kind == SLOT_ANSWER ||
		               s[i].kind == SLOT_SETTLED;
		bool rounds = s[i].kind == SLOT_ROUNDS;
		if (by_code && (others || i >= PLAN_VARIABLES_MAX))
			return refuse_row(m, SECTION_SLOT, i, "a variable behind others, or over 64 of them", error);
		others |= !by_code;
		if (of_step != (s[i].step != NONE) || rounds != (s[i].bound != 0) || s[i].bound > PLAN_ROUNDS_MAX)
			return refuse_row(m, SECTION_SLOT, i, "a step or a bound that its kind does not have", error);
		if ((rounds && s[i].type != TYPE_NUMBER) ||
		    ((s[i].kind == SLOT_MOMENT || s[i].kind == SLOT_SETTLED) && s[i].type != TYPE_MOMENT))
			return refuse_row(m, SECTION_SLOT, i, "a type that its kind does not have", error);
	}
	const struct plan_arm *a = IMAGE_ROWS(m, ARM, arm);
	for (uint32_t i = 0; i < IMAGE_COUNT(m, ARM); i++) {
		if (a[i].entry == NONE || a[i].trigger == TRIGGER_WHEN || !trigger_good(a[i].trigger, a[i].event))
			return refuse_row(m, SECTION_ARM, i, "lacks its event or its code", error);
		if (a[i].after != NONE && s[a[i].after].kind != SLOT_SETTLED)
			return refuse_row(m, SECTION_ARM, i, "comes after what is no step", error);
	}
	return true;
}

static bool check_actions(const struct image *m, struct image_error *error)
{
	const struct plan_action *a = IMAGE_ROWS(m, ACTION, action);
	for (uint32_t i = 0; i < IMAGE_COUNT(m, ACTION); i++)
		if (!is_constant(m, a[i].due, TYPE_DURATION) || !is_constant(m, a[i].within, TYPE_DURATION))
			return refuse_row(m, SECTION_ACTION, i, "a setting that is no duration", error);
	const struct plan_pair *p = IMAGE_ROWS(m, PAIR, pair);
	for (uint32_t i = 0; i < IMAGE_COUNT(m, PAIR); i++)
		if (p[i].key == NONE || p[i].value == NONE)
			return refuse_row(m, SECTION_PAIR, i, "lacks its key or its value", error);
	const struct plan_question *q = IMAGE_ROWS(m, QUESTION, question);
	for (uint32_t i = 0; i < IMAGE_COUNT(m, QUESTION); i++) {
		bool ranged = q[i].from != INT64_MIN && q[i].to != INT64_MIN;
		bool scale = q[i].kind == QUESTION_RATING || q[i].kind == QUESTION_MATRIX;
		if (q[i].name == NONE || (scale && !ranged) || (ranged && q[i].from > q[i].to))
			return refuse_row(m, SECTION_QUESTION, i, "lacks its name or its scale", error);
	}
	const struct plan_probe *probes = IMAGE_ROWS(m, PROBE, probe);
	for (uint32_t i = 0; i < IMAGE_COUNT(m, PROBE); i++)
		if (probes[i].when == NONE)
			return refuse_row(m, SECTION_PROBE, i, "asks nothing", error);
	const struct plan_start *s = IMAGE_ROWS(m, START, start);
	for (uint32_t i = 0; i < IMAGE_COUNT(m, START); i++)
		if ((s[i].kind == START_EVENT) != (s[i].event != NONE) ||
		    (s[i].kind == START_DATE) != (s[i].moment != NONE))
			return refuse_row(m, SECTION_START, i, "lacks its event or its moment", error);
	return true;
}

static bool check_steps(const struct image *m, struct image_error *error)
{
	const struct plan_step *s = IMAGE_ROWS(m, STEP, step);
	const struct plan_message *messages = IMAGE_ROWS(m, MESSAGE, message);
	for (uint32_t i = 0; i < IMAGE_COUNT(m, STEP); i++) {
		if (!step_good(m, &s[i]))
			return refuse_row(m, SECTION_STEP, i, "has no message of its channel, or no action of its kind",
			                  error);
		bool placed = s[i].entry != NONE;
		if (placed != (s[i].end != NONE) || (placed && s[i].entry >= s[i].end))
			return refuse_row(m, SECTION_STEP, i, "ends before it begins", error);
	}
	for (uint32_t i = 0; i < IMAGE_COUNT(m, MESSAGE); i++)
		if (messages[i].tracking > (TRACK_OPENS | TRACK_CLICKS))
			return refuse_row(m, SECTION_MESSAGE, i, "no such tracking", error);
	const struct plan_end *e = IMAGE_ROWS(m, END, end);
	for (uint32_t i = 0; i < IMAGE_COUNT(m, END); i++)
		if (e[i].kind == END_EXIT && e[i].reason == NONE)
			return refuse_row(m, SECTION_END, i, "an exit without a reason", error);
	return true;
}

static bool check_positions(const struct image *m, struct image_error *error)
{
	const struct plan_position *p = IMAGE_ROWS(m, POSITION, position);
	for (uint32_t i = 0; i < IMAGE_COUNT(m, POSITION); i++) {
		bool message = p[i].kind == POSITION_MESSAGE, round = p[i].kind == POSITION_WAIT_ROUND;
		bool of_step = message || p[i].kind == POSITION_REST;
		if (p[i].identity == NONE || p[i].resume == NONE)
			return refuse_row(m, SECTION_POSITION, i, "lacks its identity or what comes after", error);
		if (message != (p[i].rule == NONE) || of_step != (p[i].step != NONE))
			return refuse_row(m, SECTION_POSITION, i, "a wait has a rule, a message has a step", error);
		if ((p[i].kind == POSITION_WAIT_FOR) != (p[i].arm_count > 0))
			return refuse_row(m, SECTION_POSITION, i,
			                  "waits for nothing, or has arms that it does not wait for", error);
		if (round != (p[i].slot != NONE) || round != (p[i].head != NONE) || (!round && p[i].until != NONE))
			return refuse_row(m, SECTION_POSITION, i, "rounds belong to a repeat", error);
	}
	return true;
}

static bool check_calendars(const struct image *m, struct image_error *error)
{
	const struct plan_calendar *c = IMAGE_ROWS(m, CALENDAR, calendar);
	const struct plan_calendar_date *dates = IMAGE_ROWS(m, CALENDAR_DATE, calendar_date);
	for (uint32_t i = 0; i < IMAGE_COUNT(m, CALENDAR_DATE); i++)
		if (dates[i].day > INT32_MAX)
			return refuse_row(m, SECTION_CALENDAR_DATE, i, "no such day", error);
	uint32_t next = 0;
	for (uint32_t i = 0; i < IMAGE_COUNT(m, CALENDAR); i++) {
		if (!c[i].date_count)
			continue;
		if (c[i].date != next)
			return refuse_row(m, SECTION_CALENDAR, i, "its dates do not follow those before", error);
		next += c[i].date_count;
		for (uint32_t k = c[i].date + 1; k < next; k++)
			if (dates[k].day <= dates[k - 1].day)
				return refuse_row(m, SECTION_CALENDAR_DATE, k, "not after the one before", error);
	}
	return true;
}

static bool check_sequence(const struct image *m, struct image_error *error)
{
	if (IMAGE_COUNT(m, SEQUENCE) != 1)
		return image_refuse(error, "%u sequences instead of one", IMAGE_COUNT(m, SEQUENCE));
	const struct plan_sequence *s = IMAGE_ROWS(m, SEQUENCE, sequence);
	if (s->name == NONE || s->entry == NONE)
		return refuse_row(m, SECTION_SEQUENCE, 0, "has no name or no code", error);
	if (s->skip > (SKIP_WEEKENDS | SKIP_HOLIDAYS))
		return refuse_row(m, SECTION_SEQUENCE, 0, "no such days to skip", error);
	if (!is_constant(m, s->spread, TYPE_DURATION) || !is_constant(m, s->late_after, TYPE_DURATION) ||
	    !is_constant(m, s->enroll_after, TYPE_DURATION) || !is_constant(m, s->auto_reply_hold, TYPE_DURATION))
		return refuse_row(m, SECTION_SEQUENCE, 0, "a setting that is no duration", error);
	return true;
}

static bool check_workspace(const struct image *m, struct image_error *error)
{
	if (IMAGE_COUNT(m, WORKSPACE) != 1)
		return image_refuse(error, "%u workspaces instead of one", IMAGE_COUNT(m, WORKSPACE));
	const struct plan_workspace *w = IMAGE_ROWS(m, WORKSPACE, workspace);
	if (w->name == NONE || w->zone == NONE)
		return refuse_row(m, SECTION_WORKSPACE, 0, "has no name or no zone", error);
	return true;
}

bool verify_records(const struct image *m, struct image_error *error)
{
	static const struct {
		uint32_t section, most;
	} limits[] = {
	        {SECTION_STEP, PLAN_STEPS_MAX},
	        {SECTION_POSITION, PLAN_POSITIONS_MAX},
	        {SECTION_SLOT, PLAN_SLOTS_MAX},
	        {SECTION_CODE, PLAN_CODE_MAX},
	};
	for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
		if (m->sections[limits[i].section].count > limits[i].most)
			return image_refuse(error, "%u of %s; at most %u are allowed",
			                    m->sections[limits[i].section].count, section_name(limits[i].section),
			                    limits[i].most);
	if (!check_strings(m, error) || !check_capabilities(m, error))
		return false;
	for (uint32_t section = 0; section < SECTION_ID_MAX; section++)
		if (!check_rows(m, section, error))
			return false;
	return (m->kind == IMAGE_PLAN ? check_sequence(m, error) : check_workspace(m, error)) &&
	       check_all_names(m, error) && check_texts(m, error) && check_constants(m, error) &&
	       check_fields(m, error) && check_windows(m, error) && check_limits(m, error) &&
	       check_triggers(m, error) && check_slots(m, error) && check_actions(m, error) && check_steps(m, error) &&
	       check_positions(m, error) && check_calendars(m, error);
}
