/* SPDX-License-Identifier: Apache-2.0
 * Acts and happenings, merged by time: what somebody does at an instant stands before what comes of it. The layout is
 * the formatter's. */
#include "compiler/testing/write_test.h"
#include "compiler/format.h"
#include "compiler/testing/test_time.h"

struct writer {
	struct buf *out;
	const struct play *play;
	const struct scenario *s;
	const struct tz *zone; /* the contact's, where the writing stands */
	struct policy policy;
	struct plan plan;
	bool has_policy, has_plan;
};

/* ---- values ---- */

static void put_string(struct buf *out, struct slice text)
{
	buf_addc(out, '"');
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '\n') {
			buf_adds(out, "\\n");
			continue;
		}
		bool hole = text.p[i] == '{' && i + 1 < text.n && text.p[i + 1] == '{';
		if (text.p[i] == '"' || text.p[i] == '\\')
			buf_addc(out, '\\');
		if (hole) /* two of them would begin one */
			buf_adds(out, "\\u{7b}");
		else
			buf_addc(out, text.p[i]);
	}
	buf_addc(out, '"');
}

static void put_value(struct buf *out, enum plan_type type, struct slice text)
{
	bool bare = type == TYPE_NUMBER || type == TYPE_YES_NO || type == TYPE_DATE || type == TYPE_MOMENT ||
	            type == TYPE_DURATION || type == TYPE_ONE_OF;
	if (bare && text.n)
		buf_add_slice(out, text);
	else
		put_string(out, text);
}

static enum plan_type type_of_field(const struct writer *w, struct slice name)
{
	const struct plan_input *in = PLAN_ROWS(&w->plan, INPUT, input);
	if (!slice_starts(name, "input.")) {
		uint32_t row = plan_find_field(&w->policy.image, slice_after(name, "contact."));
		return row == NONE ? TYPE_TEXT : (enum plan_type)PLAN_ROWS(&w->policy, FIELD, field)[row].type;
	}
	for (uint32_t i = 0; i < PLAN_COUNT(&w->plan, INPUT); i++)
		if (slice_eq(PLAN_STRING(&w->plan, in[i].name), slice_after(name, "input.")))
			return (enum plan_type)in[i].type;
	return TYPE_TEXT;
}

/* Of an event (step NONE), or what a webhook returns. */
static enum plan_type type_of_brought(const struct writer *w, uint32_t step, struct slice key)
{
	const struct plan_slot *slot = PLAN_ROWS(&w->plan, SLOT, slot);
	for (uint32_t i = 0; i < PLAN_COUNT(&w->plan, SLOT); i++) {
		bool kind =
		        step == NONE ? slot[i].kind == SLOT_EVENT : slot[i].kind == SLOT_RETURN && slot[i].step == step;
		if (kind && slice_eq(PLAN_STRING(&w->plan, slot[i].key), key))
			return (enum plan_type)slot[i].type;
	}
	return TYPE_TEXT;
}

/* ---- the head ---- */

static void put_fields(struct writer *w, bool inputs)
{
	const struct play *p = w->play;
	bool any = false;
	for (size_t i = 0; i < p->field_count; i++) {
		struct slice name = p->fields[i].name;
		if (slice_starts(name, "input.") != inputs)
			continue;
		buf_adds(w->out, any ? "; " : inputs ? "input { " : "contact { ");
		buf_addf(w->out, "%.*s ", SLICE_ARG(slice_after(name, inputs ? "input." : "contact.")));
		put_value(w->out, type_of_field(w, name), p->fields[i].text);
		any = true;
	}
	buf_adds(w->out, any ? " }\n" : "");
}

static void put_time(struct writer *w, int64_t at_us)
{
	test_time_put_wall(w->out, test_time_wall(w->zone, at_us));
}

/* ---- acts ---- */

static void put_answers(struct writer *w, const struct drive_event *e, uint32_t step)
{
	const struct plan_action *a =
	        &PLAN_ROWS(&w->plan, ACTION, action)[PLAN_ROWS(&w->plan, STEP, step)[step].action];
	const struct plan_questionnaire *ask = &PLAN_ROWS(&w->plan, QUESTIONNAIRE, questionnaire)[a->questionnaire];
	buf_adds(w->out, " { ");
	for (uint32_t i = 0; i < ask->question_count; i++) {
		const struct plan_question *q = &PLAN_ROWS(&w->plan, QUESTION, question)[ask->question + i];
		struct slice name = PLAN_STRING(&w->plan, q->name);
		bool rows = false;
		for (size_t f = 0; f < e->field_count; f++) {
			struct slice key = e->fields[f].name, text = e->fields[f].text;
			bool row = q->kind == QUESTION_MATRIX && key.n > name.n && key.p[name.n] == '.' &&
			           slice_eq((struct slice){key.p, name.n}, name);
			if (row) {
				buf_addf(w->out, rows ? "; " : "%.*s { ", SLICE_ARG(name));
				buf_addf(w->out, "%.*s %.*s", (int)(key.n - name.n - 1), key.p + name.n + 1,
				         SLICE_ARG(text));
				rows = true;
			} else if (slice_eq(key, name)) {
				buf_addf(w->out, "%.*s ", SLICE_ARG(name));
				put_value(w->out, q->kind == QUESTION_TEXT ? TYPE_TEXT : TYPE_ONE_OF, text);
				buf_adds(w->out, "; ");
			}
		}
		buf_adds(w->out, rows ? " }; " : "");
	}
	buf_adds(w->out, "}");
}

static void put_brought(struct writer *w, const struct drive_event *e, uint32_t step)
{
	buf_adds(w->out, " {");
	for (size_t i = 0; i < e->field_count; i++) {
		buf_addf(w->out, "%s %.*s ", i ? ";" : "", SLICE_ARG(e->fields[i].name));
		put_value(w->out, type_of_brought(w, step, e->fields[i].name), e->fields[i].text);
	}
	buf_adds(w->out, " }");
}

static void put_step(struct writer *w, const struct drive_event *e)
{
	static const struct {
		enum drive_event_kind kind;
		const char *word;
	} WORDS[] = {{EVENT_REPLY, " to"},
	             {EVENT_OPEN, " of"},
	             {EVENT_BOUNCE, " of"},
	             {EVENT_CLICK, " on"},
	             {EVENT_VISIT, " on"}};
	const char *word = "";
	for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++)
		word = WORDS[i].kind == e->kind ? WORDS[i].word : word;
	if (e->step.n)
		buf_addf(w->out, "%s %.*s", word, SLICE_ARG(e->step));
}

static void put_event(struct writer *w, const struct scenario_act *act)
{
	const struct drive_event *e = &act->event;
	uint32_t step = e->step.n ? plan_find_step(&w->plan, e->step) : NONE;
	buf_adds(w->out, drive_event_word(e->kind));
	put_step(w, e);
	if (act->by_account) {
		buf_adds(w->out, " by account");
	} else if (e->kind == EVENT_REPLY && e->text.n) {
		buf_addc(w->out, ' ');
		put_string(w->out, e->text);
	} else if (e->kind == EVENT_NAMED) {
		buf_addc(w->out, ' ');
		put_string(w->out, e->name);
		if (e->field_count)
			put_brought(w, e, NONE);
	} else if (e->kind == EVENT_ANSWER && step != NONE) {
		put_answers(w, e, step);
	} else if (e->kind == EVENT_DONE && e->outcome.n) {
		buf_addf(w->out, " as %.*s", SLICE_ARG(e->outcome));
	} else if (e->kind == EVENT_DONE) {
		put_brought(w, e, step);
	} else if (e->kind == EVENT_AUTO_REPLY && e->until_us) {
		buf_adds(w->out, " until ");
		put_time(w, e->until_us);
	}
	buf_addc(w->out, '\n');
}

static void put_act(struct writer *w, const struct play_act *a)
{
	buf_adds(w->out, "at ");
	put_time(w, a->at_us);
	buf_addc(w->out, ' ');
	switch (a->act.kind) {
	case ACT_EVENT: put_event(w, &a->act); break;
	case ACT_PAUSE: buf_adds(w->out, "pause\n"); break;
	case ACT_RESUME: buf_adds(w->out, "resume\n"); break;
	case ACT_SET:
		for (size_t i = 0; i < a->act.field_count; i++) {
			buf_adds(w->out, i ? "at +0 minutes " : ""); /* the first may have been the zone */
			buf_addf(w->out,
			         "set contact.%.*s = ", SLICE_ARG(slice_after(a->act.fields[i].name, "contact.")));
			put_value(w->out, type_of_field(w, a->act.fields[i].name), a->act.fields[i].text);
			buf_addc(w->out, '\n');
		}
		w->zone = scenario_zone(w->s, a->at_us);
		break;
	case ACT_DEPLOY: buf_adds(w->out, "# a new version was deployed here\n"); break;
	}
}

/* ---- what happened ---- */

static bool is_name(struct slice text)
{
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];
		if (!((c >= 'a' && c <= 'z') || c == '_' || (i && c >= '0' && c <= '9')))
			return false;
	}
	return text.n > 0;
}

static void put_exit(struct writer *w, struct slice reason)
{
	buf_adds(w->out, "expect exit ");
	if (is_name(reason))
		buf_add_slice(w->out, reason);
	else
		put_string(w->out, reason);
}

static void put_happening(struct writer *w, const struct happening *h)
{
	const struct drive_line *line = &h->line;
	if (!slice_eq(line->sequence, w->play->sequence))
		return;
	switch (line->event) {
	case DRIVE_SENT: buf_addf(w->out, "expect %.*s %.*s", SLICE_ARG(line->kind), SLICE_ARG(line->step)); break;
	case DRIVE_TASK:
	case DRIVE_WEBHOOK:
	case DRIVE_ALERT:
	case DRIVE_PAGE: buf_addf(w->out, "expect %s %.*s", drive_line_word(line->event), SLICE_ARG(line->step)); break;
	case DRIVE_FINISH: buf_adds(w->out, "expect exit finish"); break;
	case DRIVE_EXIT: put_exit(w, line->reason); break;
	case DRIVE_FAILED:
	case DRIVE_SKIPPED:
		buf_addf(w->out, "# %.*s %s: %.*s\n", SLICE_ARG(line->step),
		         line->event == DRIVE_FAILED ? "fails" : "is skipped", SLICE_ARG(line->reason));
		return;
	default: return;
	}
	buf_adds(w->out, " at ");
	w->zone = line->zone;
	put_time(w, line->at_us);
	buf_addc(w->out, '\n');
}

static void put_lines(struct writer *w, size_t count)
{
	const struct play *p = w->play;
	const struct happening *h = w->s->happenings;
	size_t act = 0;
	for (size_t i = 0; i < count; i++) {
		for (; act < p->act_count && p->acts[act].at_us <= h[i].line.at_us; act++)
			put_act(w, &p->acts[act]);
		put_happening(w, &h[i]);
	}
	for (; act < p->act_count; act++)
		put_act(w, &p->acts[act]);
}

/* ---- the whole ---- */

static void lay_out(struct buf *out, struct slice text)
{
	struct arena arena;
	arena_init(&arena, 0, NULL);
	struct sources sources = {.arena = &arena};
	struct diags diags;
	struct buf laid = {0};
	diags_init(&diags, &arena, &sources);
	uint32_t source = source_add(&sources, SLICE("test.seq"), text, false);
	bool ok = format_source(&laid, &sources, source, &arena, &diags) == FORMAT_DONE;
	buf_add_slice(out, ok ? buf_slice(&laid) : text);
	out->failed |= laid.failed;
	buf_free(&laid);
	arena_free(&arena);
}

static void write_block(struct buf *out, struct slice title, const struct compile *k, const struct play *p,
                        const struct scenario *s, const struct run_broken *broken)
{
	struct buf raw = {0};
	struct writer w = {.out = &raw, .play = p, .s = s, .zone = s->zone};
	const struct compile_result *r = compile_find(k, p->sequence);
	struct image_error why;
	w.has_policy = policy_load(&w.policy, k->policy.p, k->policy.n, true, &why);
	w.has_plan = r && plan_load(&w.plan, r->plan.p, r->plan.n, true, &why);
	if (w.has_policy && w.has_plan) {
		buf_adds(&raw, "test ");
		put_string(&raw, title);
		buf_addf(&raw, " {\nsequence %.*s\n", SLICE_ARG(p->sequence));
		put_fields(&w, false);
		put_fields(&w, true);
		buf_adds(&raw, "start ");
		put_time(&w, p->start_us);
		buf_adds(&raw, p->spread ? "\nspread yes" : "");
		buf_adds(&raw, p->ramp ? "\nramp yes" : "");
		buf_adds(&raw, "\n\n");
		put_lines(&w, broken ? broken->happening : s->happening_count);
		if (broken && broken->happening >= s->happening_count)
			buf_addf(&raw, "expect exit %s\n",
			         broken->which == INVARIANT_AFTER_EXIT && p->act_count
			                 ? drive_event_word(p->acts[p->act_count - 1].act.event.kind)
			                 : "finish");
		buf_adds(&raw, "expect nothing more\n}\n");
	}
	out->failed |= raw.failed || !w.has_policy || !w.has_plan;
	if (!out->failed)
		lay_out(out, buf_slice(&raw));
	if (w.has_policy)
		policy_free(&w.policy);
	if (w.has_plan)
		plan_free(&w.plan);
	buf_free(&raw);
}

void write_test(struct buf *out, struct slice title, const struct compile *k, const struct play *p,
                const struct scenario *s)
{
	write_block(out, title, k, p, s, NULL);
}

void write_broken_test(struct buf *out, struct slice title, const struct compile *k, const struct play *p,
                       const struct scenario *s, const struct run_broken *broken)
{
	write_block(out, title, k, p, s, broken);
}
