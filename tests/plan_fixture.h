/* SPDX-License-Identifier: Apache-2.0
 * Plans assembled by hand, for tests of the plan and of the virtual machine: small words for rows and instructions, and
 * one plan and one policy that use about everything. */
#ifndef SEQ_TESTS_PLAN_FIXTURE_H
#define SEQ_TESTS_PLAN_FIXTURE_H
#include "plan/plan.h"
#include "plan/value.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* after the headers above, as it wants */
#include <cmocka.h>

struct fixture {
	struct image_builder *b;
	struct buf *code;
	struct plan_sequence sequence; /* written by fixture_finish */
};

static inline struct fixture fixture_begin(enum image_kind kind)
{
	struct fixture f = {.b = image_builder_new(kind, 1)};
	assert_non_null(f.b);
	f.code = image_code(f.b);
	f.sequence = BLANK(sequence);
	f.sequence.entry = 0;
	return f;
}

static inline uint32_t str(struct fixture *f, const char *s)
{
	return image_add_string(f->b, slice_of(s));
}

static inline uint32_t here(struct fixture *f)
{
	return (uint32_t)f->code->n;
}

/* Appends an instruction; returns where it stands. */
static inline uint32_t op(struct fixture *f, enum opcode o, uint32_t a, uint32_t b)
{
	return code_emit(f->code, o, a, b);
}

static inline void jump_here(struct fixture *f, uint32_t instruction)
{
	code_patch_jump(f->code, instruction, here(f));
}

static inline uint32_t constant(struct fixture *f, enum plan_type type, int64_t value, enum plan_unit unit)
{
	struct plan_constant c = {.type = type, .value = value, .unit = unit, .text = NONE};
	return image_add(f->b, SECTION_CONST, &c);
}

static inline uint32_t text_constant(struct fixture *f, const char *s)
{
	struct plan_constant c = {.type = TYPE_TEXT, .text = str(f, s)};
	return image_add(f->b, SECTION_CONST, &c);
}

static inline uint32_t days(struct fixture *f, int64_t n)
{
	return constant(f, TYPE_DURATION, n, UNIT_DAYS);
}

static inline uint32_t field(struct fixture *f, const char *name, enum plan_type type)
{
	struct plan_field row = {.name = str(f, name), .type = type, .fallback = NONE, .option = NONE};
	return image_add(f->b, SECTION_FIELD, &row);
}

static inline uint32_t slot(struct fixture *f, const char *name, enum plan_type type)
{
	struct plan_slot row = BLANK(slot);
	row.name = str(f, name);
	row.type = type;
	return image_add(f->b, SECTION_SLOT, &row);
}

static inline uint32_t end(struct fixture *f, enum plan_end_kind kind, const char *reason)
{
	struct plan_end row = {.kind = kind, .reason = reason ? str(f, reason) : NONE};
	return image_add(f->b, SECTION_END, &row);
}

/* A text whose code, the same in every locale, begins here. */
static inline uint32_t text_here(struct fixture *f)
{
	struct plan_text row = {.form = FORM_PLAIN};
	uint32_t text = image_add(f->b, SECTION_TEXT, &row);
	for (uint32_t i = 0; i < image_count(f->b, SECTION_LOCALE); i++) {
		struct plan_text_locale entry = {.entry = here(f)};
		image_add(f->b, SECTION_TEXT_LOCALE, &entry);
	}
	return text;
}

static inline void locale(struct fixture *f, const char *name)
{
	struct plan_locale row = {.name = str(f, name)};
	image_add(f->b, SECTION_LOCALE, &row);
}

/* A step that sends an email, and the SEND itself. The body's and subject's texts are filled in by the caller. */
static inline uint32_t email(struct fixture *f, const char *name)
{
	struct plan_message m = BLANK(message);
	struct plan_step s = BLANK(step);
	struct plan_position p = BLANK(position);
	s.name = p.identity = str(f, name);
	s.message_count = 1;
	s.message = image_add(f->b, SECTION_MESSAGE, &m);
	s.entry = here(f);
	uint32_t step = image_count(f->b, SECTION_STEP);
	p.step = step;
	op(f, OP_SEND, step, image_count(f->b, SECTION_POSITION));
	s.end = p.resume = here(f);
	image_add(f->b, SECTION_POSITION, &p);
	return image_add(f->b, SECTION_STEP, &s);
}

/* A wait whose rule began at `rule` and has left its moment on the stack. `until`: WAIT_UNTIL, its jump to be patched.
 */
static inline uint32_t wait_here(struct fixture *f, const char *identity, uint32_t rule, bool day_based, bool until)
{
	struct plan_position p = BLANK(position);
	p.identity = str(f, identity);
	p.kind = until ? POSITION_WAIT_UNTIL : POSITION_WAIT;
	p.rule = rule;
	p.day_based = day_based;
	uint32_t position = image_count(f->b, SECTION_POSITION);
	uint32_t at = op(f, until ? OP_WAIT_UNTIL : OP_WAIT, position, 0);
	p.resume = here(f);
	image_add(f->b, SECTION_POSITION, &p);
	return at;
}

/* `wait D`: from the completion of what precedes. */
static inline void add_wait(struct fixture *f, const char *identity, uint32_t duration, bool day_based)
{
	uint32_t rule = op(f, OP_BASE, 0, 0);
	op(f, OP_CONST, duration, 0);
	op(f, OP_SHIFT, 0, 0);
	wait_here(f, identity, rule, day_based, false);
}

static inline uint32_t exit_on(struct fixture *f, const char *reason, enum plan_trigger trigger, uint32_t when)
{
	struct plan_exit row = BLANK(exit);
	row.reason = str(f, reason);
	row.trigger = trigger;
	row.when = when;
	return image_add(f->b, SECTION_EXIT, &row);
}

static inline uint32_t slot_of(struct fixture *f, enum plan_slot_kind kind, enum plan_type type, uint32_t step,
                               uint32_t bound)
{
	struct plan_slot row = BLANK(slot);
	row.kind = kind;
	row.type = type;
	row.step = step;
	row.bound = bound;
	return image_add(f->b, SECTION_SLOT, &row);
}

/* PERFORM of a new step. */
static inline uint32_t perform(struct fixture *f, const char *name, enum plan_step_kind kind)
{
	struct plan_action a = BLANK(action);
	struct plan_step s = BLANK(step);
	if (kind == STEP_ASK) {
		struct plan_questionnaire q = BLANK(questionnaire);
		a.questionnaire = image_add(f->b, SECTION_QUESTIONNAIRE, &q);
	}
	s.name = str(f, name);
	s.kind = kind;
	s.action = image_add(f->b, SECTION_ACTION, &a);
	s.entry = here(f);
	uint32_t step = image_count(f->b, SECTION_STEP);
	op(f, OP_PERFORM, step, 0);
	s.end = here(f);
	return image_add(f->b, SECTION_STEP, &s);
}

static inline uint32_t begin_rule(struct fixture *f, uint32_t duration)
{
	uint32_t rule = op(f, OP_BASE, 0, 0);
	op(f, OP_CONST, duration, 0);
	op(f, OP_SHIFT, 0, 0);
	return rule;
}

/* A position at an instruction that comes now: REST, WAIT_FOR or WAIT_ROUND. */
static inline uint32_t rest_here(struct fixture *f, const char *identity, enum opcode o, uint32_t rule, uint32_t step)
{
	struct plan_position p = BLANK(position);
	uint32_t index = image_count(f->b, SECTION_POSITION);
	p.identity = str(f, identity);
	p.kind = o == OP_REST ? POSITION_REST : o == OP_WAIT_FOR ? POSITION_WAIT_FOR : POSITION_WAIT_ROUND;
	p.rule = rule;
	p.step = step;
	op(f, o, o == OP_REST ? step : index, index);
	p.resume = here(f);
	return image_add(f->b, SECTION_POSITION, &p);
}

static inline struct plan_position *position_row(struct fixture *f, uint32_t index)
{
	return image_record(f->b, SECTION_POSITION, index);
}

static inline uint32_t arm(struct fixture *f, enum plan_trigger trigger, uint32_t step, uint32_t entry)
{
	struct plan_arm a = BLANK(arm);
	a.trigger = trigger;
	a.step = step;
	a.entry = entry;
	if (trigger == TRIGGER_EVENT)
		a.event = str(f, "paid");
	return image_add(f->b, SECTION_ARM, &a);
}

/* Writes the plan into `out`, and frees the builder. */
static inline void fixture_finish(struct fixture *f, struct buf *out)
{
	struct image_error error;
	f->sequence.name = str(f, "tested");
	f->sequence.title = str(f, "A sequence to test");
	image_add(f->b, SECTION_SEQUENCE, &f->sequence);
	if (!image_finish(f->b, out, &error))
		fail_msg("%s", error.text);
	image_builder_free(f->b);
}

static inline struct plan fixture_load(struct buf *bytes)
{
	struct plan p;
	struct image_error error;
	if (!plan_load(&p, bytes->p, bytes->n, true, &error))
		fail_msg("%s", error.text);
	return p;
}

/* ---- the plan with everything ---- */

enum { FIELD_EMAIL, FIELD_FIRST_NAME, FIELD_VIP, FIELD_RENEWAL, FIELD_SEATS, FIELD_COUNT };

static inline void fixture_texts(struct fixture *f, uint32_t code_slot)
{
	struct plan_message *m = image_record(f->b, SECTION_MESSAGE, 0);
	m->subject = text_here(f);
	op(f, OP_EMIT, str(f, "Hello "), 0);
	op(f, OP_CONTACT, FIELD_FIRST_NAME, 0);
	op(f, OP_FILTER, FILTER_CAPITALIZE, NONE);
	op(f, OP_PUT, 0, 0);
	op(f, OP_DONE, 0, 0);
	m->body = text_here(f);
	op(f, OP_EMIT, str(f, "Your code "), 0);
	op(f, OP_SLOT, code_slot, 0);
	op(f, OP_FILTER, FILTER_TRUNCATE, constant(f, TYPE_NUMBER, 4 * NUMBER_ONE, 0));
	op(f, OP_PUT, 0, 0);
	op(f, OP_EMIT, str(f, " holds until "), 0);
	op(f, OP_CONTACT, FIELD_RENEWAL, 0);
	op(f, OP_FORMAT_DATE, text_constant(f, "%A %-d %B %Y"), 0);
	op(f, OP_OR_DEFAULT, text_constant(f, "the end"), 0);
	op(f, OP_PUT, 0, 0);
	op(f, OP_CONTACT, FIELD_SEATS, 0);
	op(f, OP_IS_SET, 0, 0);
	uint32_t none = op(f, OP_JUMP_UNLESS, 0, 0);
	op(f, OP_EMIT, str(f, " for "), 0);
	op(f, OP_CONTACT, FIELD_SEATS, 0);
	op(f, OP_FORMAT_NUMBER, constant(f, TYPE_NUMBER, 2 * NUMBER_ONE, 0), 0);
	op(f, OP_PUT, 0, 0);
	jump_here(f, none);
	op(f, OP_BUILTIN, BUILTIN_UNSUBSCRIBE, 0);
	op(f, OP_PUT, 0, 0);
	op(f, OP_CONTACT, FIELD_SEATS, 0);
	op(f, OP_TO_TEXT, 0, 0);
	op(f, OP_FILTER, FILTER_URL, NONE);
	op(f, OP_PUT, 0, 0);
	op(f, OP_DONE, 0, 0);
	for (uint32_t i = 1; i < image_count(f->b, SECTION_MESSAGE); i++)
		((struct plan_message *)image_record(f->b, SECTION_MESSAGE, i))->body = m->body;
}

static inline void fixture_exits(struct fixture *f)
{
	exit_on(f, "reply", TRIGGER_REPLY, NONE);
	uint32_t big = exit_on(f, "big", TRIGGER_WHEN, here(f));
	op(f, OP_CONTACT, FIELD_VIP, 0);
	op(f, OP_CONST, constant(f, TYPE_NUMBER, 100 * NUMBER_ONE, 0), 0);
	op(f, OP_CONTACT, FIELD_SEATS, 0);
	op(f, OP_LT, 0, 0);
	op(f, OP_AND, 0, 0);
	op(f, OP_RETURN, 0, 0);
	assert_int_equal(big, 1);
	struct plan_exit won = BLANK(exit);
	won.reason = str(f, "won");
	won.trigger = TRIGGER_EVENT;
	won.event = str(f, "deal.won");
	won.by_account = 1;
	image_add(f->b, SECTION_EXIT, &won);
	struct plan_goal goal = {.trigger = TRIGGER_REPLY, .step = NONE, .event = NONE};
	image_add(f->b, SECTION_GOAL, &goal);
}

static inline void fixture_settings(struct fixture *f)
{
	struct plan_window_part weekdays = {.days = 0x1F, .from_minute = 540, .to_minute = 1020};
	struct plan_window w = BLANK(window);
	w.part = 0;
	w.part_count = 1;
	struct plan_promise p = {.what = LIMIT_MESSAGES, .count = 3, .period_days = 7};
	struct plan_from from = {.mailbox = str(f, "sales")};
	image_add(f->b, SECTION_WINDOW_PART, &weekdays);
	f->sequence.window = image_add(f->b, SECTION_WINDOW, &w);
	image_add(f->b, SECTION_PROMISE, &p);
	image_add(f->b, SECTION_FROM, &from);
	struct plan_limit cap = {.what = LIMIT_FOLLOWUPS, .count = 4, .when = here(f), .mailbox = NONE};
	op(f, OP_CONTACT, FIELD_VIP, 0);
	op(f, OP_NOT, 0, 0);
	op(f, OP_RETURN, 0, 0);
	image_add(f->b, SECTION_LIMIT, &cap);
	static const char *const needs[] = {"channel email",         "mailbox sales",    "field email email",
	                                    "field first_name text", "field vip yes_no", "field renewal date",
	                                    "field seats number"};
	for (size_t i = 0; i < sizeof needs / sizeof *needs; i++)
		image_add_capability(f->b, slice_of(needs[i]));
}

/* intro; wait 3 business days; when intro.clicked { set vip; bump } until renewal - 30 days at 09:00; last; finish */
static inline void fixture_plan(struct buf *out)
{
	struct fixture f = fixture_begin(IMAGE_PLAN);
	locale(&f, "en");
	locale(&f, "fr");
	field(&f, "email", TYPE_EMAIL);
	field(&f, "first_name", TYPE_TEXT);
	field(&f, "vip", TYPE_YES_NO);
	field(&f, "renewal", TYPE_DATE);
	field(&f, "seats", TYPE_NUMBER);
	uint32_t there = text_constant(&f, "there"), code = slot(&f, "code", TYPE_TEXT);
	((struct plan_field *)image_record(f.b, SECTION_FIELD, FIELD_FIRST_NAME))->fallback = there;
	f.sequence.entry = op(&f, OP_CONST, text_constant(&f, "SAVE5"), 0);
	image_add_source_map(f.b, f.sequence.entry, SLICE("tested.seq"), 7);
	op(&f, OP_STORE, code, 0);
	uint32_t intro = email(&f, "intro");
	add_wait(&f, "after intro", constant(&f, TYPE_DURATION, 3, UNIT_BUSINESS_DAYS), true);
	image_add_source_map(f.b, here(&f), SLICE("tested.seq"), 9);
	op(&f, OP_FACT, intro, FACT_CLICKED);
	uint32_t otherwise = op(&f, OP_JUMP_UNLESS, 0, 0);
	op(&f, OP_CONST, constant(&f, TYPE_YES_NO, 1, 0), 0);
	op(&f, OP_SET_CONTACT, FIELD_VIP, 0);
	email(&f, "bump");
	jump_here(&f, otherwise);
	uint32_t rule = op(&f, OP_CONTACT, FIELD_RENEWAL, 0);
	op(&f, OP_CONST, days(&f, 30), 0);
	op(&f, OP_UNSHIFT_DATE, 0, 0);
	op(&f, OP_MIDNIGHT, 0, 0);
	op(&f, OP_AT, 540, 0);
	uint32_t until = wait_here(&f, "renewing", rule, true, true);
	email(&f, "last");
	op(&f, OP_END, end(&f, END_FINISH, NULL), 0);
	jump_here(&f, until);
	op(&f, OP_END, end(&f, END_EXIT, "too late"), 0);
	fixture_exits(&f);
	fixture_texts(&f, code);
	fixture_settings(&f);
	fixture_finish(&f, out);
}

/* task call; repeat 3 times { reminder } ; wait for a click or nothing; survey; a message aside; an exit with a block.
 */
static inline void fixture_busy_plan(struct buf *out)
{
	struct fixture f = fixture_begin(IMAGE_PLAN);
	locale(&f, "en");
	field(&f, "vip", TYPE_YES_NO);
	uint32_t rounds = slot_of(&f, SLOT_ROUNDS, TYPE_NUMBER, NONE, 3);
	uint32_t deadline = slot_of(&f, SLOT_MOMENT, TYPE_MOMENT, NONE, 0);
	uint32_t outcome = slot_of(&f, SLOT_OUTCOME, TYPE_ONE_OF, 0, 0), end_of_it = end(&f, END_FINISH, NULL);
	uint32_t settled = slot_of(&f, SLOT_SETTLED, TYPE_MOMENT, 1, 0), later = days(&f, 5);
	uint32_t call = perform(&f, "call", STEP_TASK);
	rest_here(&f, "call", OP_REST, begin_rule(&f, days(&f, 1)), call);
	op(&f, OP_ROUNDS, rounds, 0);
	uint32_t head = op(&f, OP_SLOT, outcome, 0);
	op(&f, OP_IS_SET, 0, 0);
	uint32_t over = op(&f, OP_JUMP_UNLESS, 0, 0);
	uint32_t reminder = email(&f, "reminder");
	perform(&f, "tell", STEP_ALERT);
	uint32_t p = rest_here(&f, "after tell", OP_WAIT_ROUND, begin_rule(&f, later), NONE);
	jump_here(&f, over);
	uint32_t rule = op(&f, OP_BASE, 0, 0);
	op(&f, OP_CONST, later, 0);
	op(&f, OP_SHIFT, 0, 0);
	op(&f, OP_STORE, deadline, 0);
	uint32_t ask = perform(&f, "survey", STEP_ASK);
	rule = op(&f, OP_SLOT, deadline, 0);
	rest_here(&f, "survey", OP_REST, rule, ask);
	uint32_t w = rest_here(&f, "waiting", OP_WAIT_FOR, begin_rule(&f, later), NONE);
	op(&f, OP_END, end_of_it, 0);
	uint32_t clicked = arm(&f, TRIGGER_CLICK, reminder, here(&f));
	op(&f, OP_SUPPRESS, PURPOSE_SALES, 0);
	op(&f, OP_END, end_of_it, 0);
	uint32_t paid = arm(&f, TRIGGER_EVENT, NONE, here(&f));
	op(&f, OP_END, end_of_it, 0);
	position_row(&f, w)->arm = clicked;
	position_row(&f, w)->arm_count = paid - clicked + 1;
	struct plan_arm *a = image_record(f.b, SECTION_ARM, paid);
	a->after = settled;
	a->when = op(&f, OP_CONTACT, 0, 0);
	op(&f, OP_RETURN, 0, 0);
	position_row(&f, p)->slot = rounds;
	position_row(&f, p)->head = head;
	position_row(&f, p)->until = op(&f, OP_FACT, reminder, FACT_CLICKED);
	op(&f, OP_RETURN, 0, 0);
	uint32_t leaves = exit_on(&f, "reply", TRIGGER_REPLY, NONE);
	((struct plan_exit *)image_record(f.b, SECTION_EXIT, leaves))->body = here(&f);
	perform(&f, "say", STEP_ALERT);
	op(&f, OP_LEAVE, 0, 0);
	image_add_capability(f.b, SLICE("channel email"));
	fixture_finish(&f, out);
}

/* The policy that offers what that plan needs. */
static inline void fixture_policy(struct buf *out)
{
	struct fixture f = fixture_begin(IMAGE_POLICY);
	struct image_error error;
	locale(&f, "en");
	static const struct {
		const char *name;
		enum plan_type type;
	} fields[] = {{"email", TYPE_EMAIL},  {"phone", TYPE_PHONE},  {"first_name", TYPE_TEXT}, {"vip", TYPE_YES_NO},
	              {"renewal", TYPE_DATE}, {"seats", TYPE_NUMBER}, {"sms_ok", TYPE_YES_NO}};
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		field(&f, fields[i].name, fields[i].type);
	struct plan_key key = {.field = str(&f, "email")};
	image_add(f.b, SECTION_KEY, &key);
	struct plan_mailbox m = {.name = str(&f, "sales"),
	                         .channel = CHANNEL_EMAIL,
	                         .address = str(&f, "sales@acme.example"),
	                         .display = text_here(&f),
	                         .signature = NONE,
	                         .postal = NONE,
	                         .default_sequence = NONE,
	                         .consent = NONE,
	                         .provider = NONE,
	                         .number = NONE,
	                         .cc_sequence = NONE};
	op(&f, OP_EMIT, str(&f, "Acme Sales"), 0);
	op(&f, OP_DONE, 0, 0);
	image_add(f.b, SECTION_MAILBOX, &m);
	struct plan_mailbox sms = m;
	sms.name = str(&f, "texting");
	sms.channel = CHANNEL_SMS;
	sms.address = sms.display = NONE;
	sms.consent = op(&f, OP_CONTACT, 6, 0);
	op(&f, OP_RETURN, 0, 0);
	image_add(f.b, SECTION_MAILBOX, &sms);
	struct plan_calendar c = {.name = str(&f, "ca_qc"), .date = 0, .date_count = 2};
	struct plan_calendar_date dates[] = {{.day = 20454}, {.day = 20512}};
	image_add(f.b, SECTION_CALENDAR_DATE, &dates[0]);
	image_add(f.b, SECTION_CALENDAR_DATE, &dates[1]);
	image_add(f.b, SECTION_CALENDAR, &c);
	struct plan_quiet quiet = {.channel = CHANNEL_SMS, .from_minute = 1260, .to_minute = 480};
	image_add(f.b, SECTION_QUIET, &quiet);
	struct plan_limit limit = {.what = LIMIT_MESSAGES, .count = 1, .period_days = 1, .when = NONE, .mailbox = NONE};
	image_add(f.b, SECTION_LIMIT, &limit);
	struct plan_workspace w = {.name = str(&f, "acme"),
	                           .edition = 1,
	                           .zone = str(&f, "America/Montreal"),
	                           .holidays = 0,
	                           .zone_field = NONE,
	                           .locale_field = NONE};
	image_add(f.b, SECTION_WORKSPACE, &w);
	if (!image_finish(f.b, out, &error))
		fail_msg("%s", error.text);
	image_builder_free(f.b);
}
#endif
