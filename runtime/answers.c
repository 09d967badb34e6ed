/* SPDX-License-Identifier: Apache-2.0
 * The answers to a questionnaire (rule 13): looked at question by question as the page does it, put into the slots of
 * the ask that showed it, and kept. A question whose `when` is no is not shown: an answer to it counts for nothing. */
#include "runtime/engine.h"
#include "runtime/pack.h"

/* One question, or one row of a matrix. */
struct asked_for {
	const struct plan_question *question;
	uint32_t row; /* CHOICE of a matrix's row; NONE */
	struct slice key;
};

static const struct plan_questionnaire *questionnaire_of(const struct plan *plan, uint32_t step)
{
	const struct plan_step *s = &PLAN_ROWS(plan, STEP, step)[step];
	if (s->kind != STEP_ASK || s->action == NONE)
		return NULL;
	uint32_t row = PLAN_ROWS(plan, ACTION, action)[s->action].questionnaire;
	return row == NONE ? NULL : &PLAN_ROWS(plan, QUESTIONNAIRE, questionnaire)[row];
}

static bool is_choice(const struct plan *plan, const struct plan_question *q, struct slice name, uint32_t *row)
{
	for (uint32_t i = 0; i < q->choice_count; i++) {
		if (slice_eq(PLAN_STRING(plan, PLAN_ROWS(plan, CHOICE, choice)[q->choice + i].name), name)) {
			*row = q->choice + i;
			return true;
		}
	}
	return false;
}

/* "overall", or "staff.desk" of a matrix; "staff" itself where it may not apply. */
static bool find_question(const struct plan *plan, const struct plan_questionnaire *ask, struct slice key,
                          struct asked_for *out)
{
	for (uint32_t i = 0; i < ask->question_count; i++) {
		const struct plan_question *q = &PLAN_ROWS(plan, QUESTION, question)[ask->question + i];
		struct slice name = PLAN_STRING(plan, q->name);
		*out = (struct asked_for){q, NONE, key};
		if ((q->kind != QUESTION_MATRIX || q->na != NONE) && slice_eq(name, key))
			return true;
		if (q->kind == QUESTION_MATRIX && key.n > name.n + 1 && key.p[name.n] == '.' &&
		    slice_eq((struct slice){key.p, name.n}, name))
			return is_choice(plan, q, (struct slice){key.p + name.n + 1, key.n - name.n - 1}, &out->row);
	}
	return false;
}

static void list_choices(const struct plan *plan, const struct plan_question *q, struct buf *why)
{
	buf_adds(why, " is none of ");
	for (uint32_t i = 0; i < q->choice_count; i++)
		buf_addf(why, "%s%.*s", i ? ", " : "",
		         SLICE_ARG(PLAN_STRING(plan, PLAN_ROWS(plan, CHOICE, choice)[q->choice + i].name)));
}

/* Several names, as they are kept: joined by commas. */
static struct value read_several(const struct plan *plan, const struct plan_question *q, struct slice text,
                                 struct arena *memory, struct buf *why)
{
	struct buf out = {0};
	struct value v = {0};
	uint32_t row;
	while (text.n && !why->n) {
		ptrdiff_t comma = slice_find(text, SLICE(","));
		struct slice one = slice_trim((struct slice){text.p, comma < 0 ? text.n : (size_t)comma});
		text = comma < 0 ? (struct slice){0} : (struct slice){text.p + comma + 1, text.n - (size_t)comma - 1};
		if (one.n && !is_choice(plan, q, one, &row)) {
			buf_addf(why, "\"%.*s\"", SLICE_ARG(one));
			list_choices(plan, q, why);
		}
		if (one.n)
			buf_addf(&out, "%s%.*s", out.n ? "," : "", SLICE_ARG(one));
	}
	if (out.n && !why->n)
		v = value_text(TYPE_TEXT, arena_copy(memory, buf_slice(&out)));
	buf_free(&out);
	return v;
}

static bool is_in_range(const struct plan_question *q, struct value v, struct buf *why)
{
	int64_t from = q->from, to = q->to;
	bool whole = q->kind == QUESTION_NPS || q->kind == QUESTION_RATING || q->kind == QUESTION_MATRIX;
	if (q->kind == QUESTION_NPS) {
		from = 0;
		to = 10 * NUMBER_ONE;
	}
	if ((from == INT64_MIN || v.u.i >= from) && (to == INT64_MIN || v.u.i <= to) &&
	    !(whole && v.u.i % NUMBER_ONE != 0))
		return true;
	struct buf a = {0}, b = {0};
	value_write(&a, value_int(TYPE_NUMBER, from));
	value_write(&b, value_int(TYPE_NUMBER, to));
	if (from != INT64_MIN && to != INT64_MIN)
		buf_addf(why, "is %s from %s to %s", whole ? "a whole number" : "a number", buf_cstr(&a), buf_cstr(&b));
	else
		buf_addf(why, "is a number %s %s", from != INT64_MIN ? "from" : "up to",
		         buf_cstr(from != INT64_MIN ? &a : &b));
	buf_free(&a);
	buf_free(&b);
	return false;
}

/* What was answered, as the question's kind takes it; `why` grows where it does not. "na" is "does not apply". */
static struct value read_answer(struct drive *d, const struct plan *plan, const struct asked_for *asked,
                                struct slice text, struct arena *memory, struct buf *why)
{
	static const enum plan_type TYPES[QUESTION_COUNT] = {
	        [QUESTION_NPS] = TYPE_NUMBER,    [QUESTION_RATING] = TYPE_NUMBER, [QUESTION_MATRIX] = TYPE_NUMBER,
	        [QUESTION_NUMBER] = TYPE_NUMBER, [QUESTION_TEXT] = TYPE_TEXT,     [QUESTION_YES_NO] = TYPE_YES_NO,
	        [QUESTION_DATE] = TYPE_DATE};
	const struct plan_question *q = asked->question;
	struct buf scratch = {0};
	struct value v = {0};
	const char *reason = "";
	uint32_t row;
	text = slice_trim(text);
	if (!text.n || (q->na != NONE && slice_is(text, "na")))
		return v;
	if (q->kind == QUESTION_SEVERAL)
		return read_several(plan, q, text, memory, why);
	if (q->kind == QUESTION_CHOICE) {
		if (is_choice(plan, q, text, &row))
			return value_text(TYPE_ONE_OF, arena_copy(memory, text));
		buf_addf(why, "\"%.*s\"", SLICE_ARG(text));
		list_choices(plan, q, why);
		return v;
	}
	enum plan_type type = TYPES[q->kind];
	if (!value_parse(type, text, d->policy.zone, &scratch, &v, &reason)) {
		buf_adds(why, reason);
		v = (struct value){0};
	} else if (type == TYPE_NUMBER && !is_in_range(q, v, why)) {
		v = (struct value){0};
	} else if (v.set && type_is_text(type)) {
		v = value_text(type, arena_copy(memory, value_slice(v)));
	}
	buf_free(&scratch);
	return v;
}

/* ---- all of one submission ---- */
struct submission {
	struct drive *d;
	struct work *w;
	const struct plan *plan;
	const struct plan_questionnaire *ask;
	uint32_t step;
	const struct incoming *in;
	struct settings *settings;
	struct vm_state state; /* with the answers so far: what `when`s look at */
	struct buf lines;      /* "Question: answer" */
	struct buf *why;       /* NULL: what is wrong is left out */
	int64_t now_us;
	bool keep; /* in the store */
};

static uint32_t slot_of(const struct submission *s, struct slice key)
{
	const struct plan_slot *rows = PLAN_ROWS(s->plan, SLOT, slot);
	for (uint32_t i = 0; i < PLAN_COUNT(s->plan, SLOT); i++) {
		if (rows[i].kind == SLOT_ANSWER && rows[i].step == s->step &&
		    slice_eq(PLAN_STRING(s->plan, rows[i].key), key))
			return i;
	}
	return NONE;
}

static void set(struct submission *s, struct slice key, struct value v)
{
	uint32_t slot = slot_of(s, key);
	if (slot == NONE)
		return;
	if (v.set && v.type != PLAN_ROWS(s->plan, SLOT, slot)[slot].type) {
		enum plan_type type = (enum plan_type)PLAN_ROWS(s->plan, SLOT, slot)[slot].type;
		v = type_is_text(type) && type_is_text((enum plan_type)v.type) ? value_text(type, value_slice(v))
		                                                               : (struct value){0};
	}
	if (slot < s->state.slot_count)
		s->state.slots[slot] = v;
	setting_add(s->settings, slot, v);
}

static void add_label(struct submission *s, uint32_t text)
{
	errand_text(s->d, s->w, &s->plan->image, text, s->now_us, &s->lines);
}

/* A choice in the words that the contact read. */
static void add_words(struct submission *s, const struct plan_question *q, struct value v)
{
	struct slice rest = value_slice(v);
	uint32_t row;
	if (q->kind != QUESTION_CHOICE && q->kind != QUESTION_SEVERAL) {
		value_write(&s->lines, v);
		return;
	}
	for (const char *between = ""; rest.n; between = ", ") {
		ptrdiff_t comma = slice_find(rest, SLICE(","));
		struct slice one = {rest.p, comma < 0 ? rest.n : (size_t)comma};
		rest = comma < 0 ? (struct slice){0} : (struct slice){rest.p + comma + 1, rest.n - (size_t)comma - 1};
		buf_adds(&s->lines, between);
		if (is_choice(s->plan, q, one, &row) && PLAN_ROWS(s->plan, CHOICE, choice)[row].text != NONE)
			add_label(s, PLAN_ROWS(s->plan, CHOICE, choice)[row].text);
		else
			buf_add_slice(&s->lines, one);
	}
}

static bool keep(struct submission *s, struct slice key, struct value v)
{
	struct buf text = {0};
	value_write(&text, v);
	struct answer_row row = {.enrollment_id = s->w->row.id,
	                         .at_us = s->now_us,
	                         .step = s->step,
	                         .occurrence = s->w->state.vm.occurrence,
	                         .question = key,
	                         .value = buf_slice(&text)};
	bool ok = !text.failed && store_answer_add(s->d->store, &row);
	buf_free(&text);
	return ok || drive_store_failed(s->d);
}

static bool take_one(struct submission *s, const struct asked_for *asked, bool *answered)
{
	struct slice text = {0};
	struct buf why = {0};
	incoming_field(s->in, asked->key, &text);
	struct value v = read_answer(s->d, s->plan, asked, text, s->settings->memory, &why);
	if (why.n && s->why && !s->why->n)
		buf_addf(s->why, "%.*s: %s", SLICE_ARG(asked->key), buf_cstr(&why));
	buf_free(&why);
	set(s, asked->key, v);
	*answered = v.set != 0;
	if (!v.set)
		return true;
	add_label(s, asked->question->text);
	if (asked->row != NONE) {
		buf_adds(&s->lines, " – ");
		add_label(s, PLAN_ROWS(s->plan, CHOICE, choice)[asked->row].text);
	}
	buf_adds(&s->lines, ": ");
	add_words(s, asked->question, v);
	buf_addc(&s->lines, '\n');
	return !s->keep || keep(s, asked->key, v);
}

static bool take_question(struct submission *s, const struct plan_question *q)
{
	struct slice name = PLAN_STRING(s->plan, q->name);
	struct asked_for asked = {q, NONE, name};
	bool answered = false, any = false, ok = true;
	if (q->when != NONE) {
		struct value shown = vm_value(&s->plan->image, q->when, &s->state, &s->w->view, s->now_us);
		if (!shown.set || !shown.u.i)
			return true;
	}
	if (q->kind != QUESTION_MATRIX)
		ok = take_one(s, &asked, &any);
	for (uint32_t i = 0; ok && q->kind == QUESTION_MATRIX && i < q->choice_count; i++) {
		struct buf key = {0};
		asked.row = q->choice + i;
		buf_addf(&key, "%.*s.%.*s", SLICE_ARG(name),
		         SLICE_ARG(PLAN_STRING(s->plan, PLAN_ROWS(s->plan, CHOICE, choice)[asked.row].name)));
		asked.key = arena_copy(s->settings->memory, buf_slice(&key));
		buf_free(&key);
		ok = take_one(s, &asked, &answered);
		any = any || answered;
	}
	struct slice text;
	bool na = q->na != NONE && incoming_field(s->in, name, &text) && slice_is(slice_trim(text), "na");
	if (q->required && !any && !na && s->why && !s->why->n)
		buf_addf(s->why, "%.*s must be answered", SLICE_ARG(name));
	return ok;
}

static bool submit(struct submission *s)
{
	struct vm_arrays *spare = &s->d->arrays[1 - s->d->current];
	bool ok = true;
	s->state = s->w->state.vm;
	s->state.slots = spare->slots;
	for (uint32_t i = 0; i < s->state.slot_count; i++) {
		const struct plan_slot *row = &PLAN_ROWS(s->plan, SLOT, slot)[i];
		bool own = row->kind == SLOT_ANSWER && row->step == s->step;
		s->state.slots[i] = own ? (struct value){0} : s->w->state.vm.slots[i];
	}
	for (uint32_t i = 0; ok && i < s->ask->question_count; i++)
		ok = take_question(s, &PLAN_ROWS(s->plan, QUESTION, question)[s->ask->question + i]);
	if (ok && s->lines.n)
		set(s, SLICE("answers"),
		    value_text(TYPE_TEXT, arena_copy(s->settings->memory, slice_trim(buf_slice(&s->lines)))));
	buf_free(&s->lines);
	return ok;
}

bool answers_values(struct drive *d, struct work *w, const struct incoming *in, uint32_t step,
                    struct settings *settings)
{
	const struct plan *plan = &w->plan->plan;
	struct submission s = {.d = d,
	                       .w = w,
	                       .plan = plan,
	                       .ask = questionnaire_of(plan, step),
	                       .step = step,
	                       .in = in,
	                       .settings = settings,
	                       .now_us = in->row.at_us,
	                       .keep = true};
	return !s.ask || submit(&s);
}

bool answers_check(struct drive *d, struct work *w, uint32_t step, const struct drive_event *event, struct buf *error)
{
	const struct plan *plan = &w->plan->plan;
	struct arena memory;
	struct settings settings = {.memory = &memory};
	struct buf packed = {0}, why = {0};
	struct incoming in = {.row = {.kind = EVENT_ANSWER}};
	struct submission s = {.d = d,
	                       .w = w,
	                       .plan = plan,
	                       .ask = questionnaire_of(plan, step),
	                       .step = step,
	                       .in = &in,
	                       .settings = &settings,
	                       .now_us = w->state.vm.base_us,
	                       .why = &why};
	if (!s.ask) {
		buf_addf(error, "%.*s asks no questions", SLICE_ARG(event->step));
		return false;
	}
	for (size_t i = 0; i < event->field_count; i++) {
		struct asked_for asked;
		if (!find_question(plan, s.ask, event->fields[i].name, &asked)) {
			buf_addf(error, "the page %.*s has no question \"%.*s\"", SLICE_ARG(event->step),
			         SLICE_ARG(event->fields[i].name));
			return false;
		}
	}
	arena_init(&memory, 0, NULL);
	incoming_pack(event, &packed);
	incoming_read(buf_slice(&packed), &in);
	bool ok = submit(&s) && !why.n;
	buf_add_slice(error, buf_slice(&why));
	buf_free(&why);
	buf_free(&packed);
	arena_free(&memory);
	return ok;
}
