/* SPDX-License-Identifier: Apache-2.0
 * The contact's fields as the VM reads them, and a state in which nothing has happened yet. */
#include "compiler/preview/stage.h"
#include "runtime/library.h"
#include "runtime/render/render.h"

enum { SCRATCH_BYTES = 65536 };
#define SAMPLE_LINK "http://localhost:8080/p/preview"

struct stage {
	struct preview *p;
	struct preview_way *way;
	struct value *fields, *inputs;
	struct vm_state state;
	struct vm_view view;
	struct render_cache *cache;
	uint32_t locale;
	struct slice first_subject[2]; /* of the thread: as it was sent, and of the plan's first email */
	uint32_t first_email;          /* step that opens the thread; NONE */
	char *scratch;
};

/* ---- the contact as the VM sees it ---- */

static struct value read_value(struct stage *s, enum plan_type type, struct slice text)
{
	struct buf scratch = {0};
	struct value v = {0};
	const char *reason;
	if (text.n && value_parse(type, text, s->way->zone, &scratch, &v, &reason) && v.set && type_is_text(type))
		v.u.p = arena_copy(s->p->arena, value_slice(v)).p;
	buf_free(&scratch);
	return v;
}

static void read_contact(struct stage *s)
{
	const struct image *m = &s->p->plan.image;
	uint32_t fields = IMAGE_COUNT(m, FIELD), inputs = IMAGE_COUNT(m, INPUT);
	s->fields = ARENA_ARRAY(s->p->arena, struct value, fields + 1);
	s->inputs = ARENA_ARRAY(s->p->arena, struct value, inputs + 1);
	for (uint32_t i = 0; i < fields; i++) {
		const struct plan_field *f = &IMAGE_ROWS(m, FIELD, field)[i];
		s->fields[i] =
		        read_value(s, (enum plan_type)f->type, play_text(&s->way->play, image_string(m, f->name)));
		if (!s->fields[i].set && f->fallback != NONE)
			s->fields[i] = library_constant(m, f->fallback);
	}
	for (uint32_t i = 0; i < inputs; i++) {
		const struct plan_input *f = &IMAGE_ROWS(m, INPUT, input)[i];
		struct slice name = arena_printf(s->p->arena, "input.%.*s", SLICE_ARG(image_string(m, f->name)));
		s->inputs[i] = read_value(s, (enum plan_type)f->type, play_text(&s->way->play, name));
		if (!s->inputs[i].set && f->fallback != NONE)
			s->inputs[i] = library_constant(m, f->fallback);
	}
}

/* Nothing has happened; what only happens is made up: "‹reason›", 7. */
static void make_state(struct stage *s)
{
	const struct image *m = &s->p->plan.image;
	uint32_t slots = IMAGE_COUNT(m, SLOT), steps = IMAGE_COUNT(m, STEP);
	uint8_t *facts = arena_alloc(s->p->arena, steps + 1);
	struct value *values = ARENA_ARRAY(s->p->arena, struct value, slots + 1);
	vm_state_init(&s->state, facts, (uint16_t)steps, values, (uint16_t)slots);
	s->state.started_us = s->state.base_us = s->way->play.start_us;
	for (uint32_t i = 0; i < slots; i++) {
		const struct plan_slot *row = &IMAGE_ROWS(m, SLOT, slot)[i];
		struct slice name = image_string(m, row->key != NONE ? row->key : row->name);
		if (row->type == TYPE_TEXT)
			values[i] = value_text(TYPE_TEXT, arena_printf(s->p->arena, "‹%.*s›", SLICE_ARG(name)));
		else if (row->type != TYPE_ONE_OF && row->kind != SLOT_MOMENT && row->kind != SLOT_SETTLED &&
		         row->kind != SLOT_ROUNDS)
			values[i] = read_value(s, (enum plan_type)row->type,
			                       play_sample_value(m, (enum plan_type)row->type, name, NONE));
	}
}

/* ---- texts ---- */

static void add_piece(void *context, struct slice piece, bool is_value)
{
	(void)is_value;
	buf_add_slice(context, piece);
}

static struct slice text_of(struct stage *s, uint32_t text)
{
	const struct image *m = &s->p->plan.image;
	uint32_t entry = text == NONE ? NONE : plan_text_entry(m, text, s->p->locales[s->locale]);
	if (entry == NONE)
		return (struct slice){0};
	struct vm_text_view view = {.view = &s->view,
	                            .state = &s->state,
	                            .now_us = s->state.started_us,
	                            .scratch = s->scratch,
	                            .scratch_n = SCRATCH_BYTES};
	view.builtins[BUILTIN_LINK] = value_text(TYPE_URL, SLICE(SAMPLE_LINK));
	struct buf out = {0};
	if (!vm_text(m, entry, &view, add_piece, &out))
		buf_adds(&out, " …");
	struct slice copy = arena_copy(s->p->arena, slice_trim(buf_slice(&out)));
	buf_free(&out);
	return copy;
}

/* ---- messages ---- */

static uint32_t mailbox_row(const struct stage *s, uint32_t channel)
{
	const struct preview *p = s->p;
	const struct plan_mailbox *rows = PLAN_ROWS(&p->policy, MAILBOX, mailbox);
	uint32_t named = plan_find_mailbox(&p->policy, s->way->play.mailbox);
	if (named != NONE && rows[named].channel == channel)
		return named;
	for (uint32_t i = 0; i < PLAN_COUNT(&p->plan, FROM); i++) {
		uint32_t row = plan_find_mailbox(&p->policy,
		                                 PLAN_STRING(&p->plan, PLAN_ROWS(&p->plan, FROM, from)[i].mailbox));
		if (row != NONE && rows[row].channel == channel)
			return row;
	}
	for (uint32_t i = 0; i < PLAN_COUNT(&p->policy, MAILBOX); i++)
		if (rows[i].channel == channel)
			return i;
	return NONE;
}

static struct slice pair_address(struct arena *arena, struct slice name, struct slice at)
{
	return name.n ? arena_printf(arena, "%.*s <%.*s>", SLICE_ARG(name), SLICE_ARG(at)) : arena_copy(arena, at);
}

static void stage_email(struct stage *s, uint32_t step, uint32_t which, struct preview_face *face)
{
	struct preview *p = s->p;
	struct buf why = {0};
	struct rendered r = {0};
	uint32_t mailbox = mailbox_row(s, CHANNEL_EMAIL);
	struct slice to = play_text(&s->way->play, SLICE("email"));
	struct render_request request = {.cache = s->cache,
	                                 .plan = &p->plan,
	                                 .policy = &p->policy,
	                                 .step = step,
	                                 .mailbox = mailbox,
	                                 .view = &s->view,
	                                 .state = &s->state,
	                                 .now_us = s->state.started_us,
	                                 .to_name = play_text(&s->way->play, SLICE("first_name")),
	                                 .to_address = to.n ? to : SLICE("contact@example.org"),
	                                 .message_id = SLICE("preview@localhost"),
	                                 .link = SLICE(SAMPLE_LINK),
	                                 .message = which};
	bool follows = p->plan.sequence->thread && s->first_email != NONE && step != s->first_email;
	request.thread.is_followup = follows;
	if (follows)
		request.thread.first_subject = s->first_subject[0].n ? s->first_subject[0] : s->first_subject[1];
	if (mailbox == NONE) {
		face->problem = SLICE("there is no mailbox to send it from");
	} else if (render_message(&request, &r, &why)) {
		face->known = true;
		face->subject = arena_copy(p->arena, r.subject);
		face->text = arena_copy(p->arena, r.text);
		face->html = arena_copy(p->arena, r.html);
		face->from = pair_address(p->arena, r.from_name, r.from_address);
		face->to = pair_address(p->arena, r.to_name, to);
		face->cc = arena_copy(p->arena, r.cc);
		face->threaded = follows;
		rendered_free(&r);
	} else {
		face->problem = arena_copy(p->arena, buf_slice(&why));
	}
	buf_free(&why);
}

/* A text for a phone; of a template its values, a pair each. */
static void stage_text(struct stage *s, const struct plan_message *m, struct preview_face *face)
{
	struct preview *p = s->p;
	uint32_t mailbox = mailbox_row(s, m->channel);
	face->known = true;
	face->text = face->subject = text_of(s, m->body);
	face->template = PLAN_STRING(&p->plan, m->template);
	face->language = PLAN_STRING(&p->plan, m->language);
	face->to = play_text(&s->way->play, SLICE("phone"));
	if (mailbox != NONE)
		face->from = PLAN_STRING(&p->policy, PLAN_ROWS(&p->policy, MAILBOX, mailbox)[mailbox].number);
	struct preview_pair *pairs = ARENA_ARRAY(p->arena, struct preview_pair, m->value_count + 1);
	for (uint32_t i = 0; i < m->value_count; i++)
		pairs[i] = (struct preview_pair){arena_printf(p->arena, "{{%u}}", i + 1),
		                                 text_of(s, PLAN_ROWS(&p->plan, VALUE, value)[m->value + i].text)};
	face->pairs = pairs;
	face->pair_count = m->value_count;
}

void stage_template_values(struct arena *arena, struct preview_face *face, struct slice text)
{
	ptrdiff_t at = slice_find(text, SLICE("] "));
	if (at < 0)
		return;
	struct preview_pair *pairs = ARENA_ARRAY(arena, struct preview_pair, face->pair_count + 1);
	struct slice rest = {text.p + at + 2, text.n - (size_t)at - 2};
	for (uint32_t i = 0; i < face->pair_count; i++) {
		ptrdiff_t bar = i + 1 < face->pair_count ? slice_find(rest, SLICE(" | ")) : (ptrdiff_t)rest.n;
		if (bar < 0)
			return; /* a value of its own has a bar: as they were staged */
		pairs[i] = (struct preview_pair){face->pairs[i].name, {rest.p, (size_t)bar}};
		if (i + 1 < face->pair_count)
			rest = (struct slice){rest.p + bar + 3, rest.n - (size_t)bar - 3};
	}
	face->pairs = pairs;
}

/* ---- what is no message ---- */

struct pairs {
	struct arena *arena;
	struct preview_pair *items;
	uint32_t count, cap;
};

static void add_pair(struct pairs *pairs, const char *name, struct slice text)
{
	if (text.n)
		ARENA_PUSH(pairs->arena, pairs->items, pairs->count, pairs->cap) =
		        (struct preview_pair){slice_of(name), text};
}

static struct slice json_of(struct stage *s, const struct plan_action *a)
{
	const struct image *m = &s->p->plan.image;
	struct buf out = {0}, text = {0};
	for (uint32_t i = 0; i < a->pair_count; i++) {
		const struct plan_pair *pair = &IMAGE_ROWS(m, PAIR, pair)[a->pair + i];
		struct value v = vm_value(m, pair->value, &s->state, &s->view, s->state.started_us);
		buf_adds(&out, i ? "," : "{");
		buf_add_json(&out, image_string(m, pair->key));
		buf_addc(&out, ':');
		buf_clear(&text);
		if (v.set)
			value_write(&text, v);
		if (!v.set)
			buf_adds(&out, "null");
		else if (v.type == TYPE_NUMBER)
			buf_add_slice(&out, buf_slice(&text));
		else if (v.type == TYPE_YES_NO)
			buf_adds(&out, v.u.i ? "true" : "false");
		else
			buf_add_json(&out, buf_slice(&text));
	}
	if (a->pair_count)
		buf_addc(&out, '}');
	struct slice copy = arena_copy(s->p->arena, buf_slice(&out));
	buf_free(&out);
	buf_free(&text);
	return copy;
}

static struct slice outcomes_of(struct stage *s, const struct plan_action *a)
{
	const struct image *m = &s->p->plan.image;
	struct buf out = {0};
	for (uint32_t i = 0; i < a->option_count; i++)
		buf_addf(&out, "%s%.*s", i ? ", " : "",
		         SLICE_ARG(image_string(m, IMAGE_ROWS(m, OPTION, option)[a->option + i].name)));
	return arena_take(s->p->arena, &out);
}

static struct slice word_of(struct stage *s, uint32_t string)
{
	return PLAN_STRING(&s->p->plan, string);
}

static void stage_action(struct stage *s, const struct plan_step *step, struct preview_face *face)
{
	const struct image *m = &s->p->plan.image;
	const struct plan_action *a = &IMAGE_ROWS(m, ACTION, action)[step->action];
	struct pairs pairs = {.arena = s->p->arena};
	uint32_t title = a->title;
	if (title == NONE && a->questionnaire != NONE)
		title = IMAGE_ROWS(m, QUESTIONNAIRE, questionnaire)[a->questionnaire].title;
	add_pair(&pairs, "title", text_of(s, title));
	add_pair(&pairs, "to", word_of(s, a->to));
	add_pair(&pairs, "subject", text_of(s, a->subject));
	if (step->kind == STEP_THANKS && a->dissatisfied != NONE) {
		add_pair(&pairs, "satisfied", text_of(s, a->satisfied));
		add_pair(&pairs, "dissatisfied", text_of(s, a->dissatisfied));
	} else {
		add_pair(&pairs, "body", text_of(s, a->body != NONE ? a->body : a->satisfied));
	}
	add_pair(&pairs, "method", word_of(s, a->method));
	add_pair(&pairs, "button", text_of(s, a->button));
	add_pair(&pairs, "url", text_of(s, a->url));
	add_pair(&pairs, "assign", word_of(s, a->assign));
	add_pair(&pairs, "sequence", word_of(s, a->target));
	add_pair(&pairs, "outcomes", outcomes_of(s, a));
	add_pair(&pairs, step->kind == STEP_WEBHOOK ? "json" : "inputs", json_of(s, a));
	for (uint32_t i = 0; i < a->site_count; i++) {
		const struct plan_site *site = &IMAGE_ROWS(m, SITE, site)[a->site + i];
		add_pair(&pairs, arena_copy(s->p->arena, image_string(m, site->name)).p, text_of(s, site->url));
	}
	face->known = true;
	face->pairs = pairs.items;
	face->pair_count = pairs.count;
}

static void stage_questions(struct stage *s, const struct plan_step *step, struct preview_face *face)
{
	const struct image *m = &s->p->plan.image;
	uint32_t row = IMAGE_ROWS(m, ACTION, action)[step->action].questionnaire;
	if (row == NONE)
		return;
	const struct plan_questionnaire *q = &IMAGE_ROWS(m, QUESTIONNAIRE, questionnaire)[row];
	struct preview_question *out = ARENA_ARRAY(s->p->arena, struct preview_question, q->question_count + 1);
	for (uint32_t i = 0; i < q->question_count; i++) {
		const struct plan_question *from = &IMAGE_ROWS(m, QUESTION, question)[q->question + i];
		struct preview_pair *choices = ARENA_ARRAY(s->p->arena, struct preview_pair, from->choice_count + 1);
		for (uint32_t c = 0; c < from->choice_count; c++) {
			const struct plan_choice *choice = &IMAGE_ROWS(m, CHOICE, choice)[from->choice + c];
			choices[c] = (struct preview_pair){image_string(m, choice->name), text_of(s, choice->text)};
		}
		out[i] = (struct preview_question){.name = image_string(m, from->name),
		                                   .text = text_of(s, from->text),
		                                   .na = text_of(s, from->na),
		                                   .kind = (enum plan_question_kind)from->kind,
		                                   .from = from->from,
		                                   .to = from->to,
		                                   .required = from->required,
		                                   .conditional = from->when != NONE,
		                                   .choices = choices,
		                                   .choice_count = from->choice_count};
	}
	face->questions = out;
	face->question_count = q->question_count;
}

/* ---- every step ---- */

static struct slice label_of(struct stage *s, const struct plan_step *step, const struct plan_message *m)
{
	if (step->pick == PICK_CHANNEL)
		return arena_printf(s->p->arena, "by %s", words_CHANNEL[m->channel]);
	if (step->pick != PICK_VARIANT)
		return (struct slice){0};
	struct buf share = {0};
	buf_addf(&share, "variant %.*s, %u", SLICE_ARG(word_of(s, m->variant)), m->share / 1000000);
	if (m->share % 1000000)
		buf_addf(&share, ".%02u", m->share % 1000000 / 10000);
	buf_addf(&share, " %%%s", m->hold_out ? ", held out: nothing leaves" : "");
	return arena_take(s->p->arena, &share);
}

static void make_versions(struct stage *s, uint32_t index)
{
	struct preview *p = s->p;
	const struct plan_step *step = &PLAN_ROWS(&p->plan, STEP, step)[index];
	struct preview_step *out = &s->way->steps[index];
	bool message = step->message != NONE && step->message_count;
	if (!message && step->action == NONE)
		return; /* an `original`: somebody else wrote it */
	out->version_count = message ? step->message_count : 1;
	out->versions = ARENA_ARRAY(p->arena, struct preview_version, out->version_count);
	for (uint32_t i = 0; i < out->version_count; i++) {
		struct preview_version *v = &out->versions[i];
		v->faces = ARENA_ARRAY(p->arena, struct preview_face, p->locale_count);
		v->kind = slice_of(words_STEP[step->kind]);
		if (!message)
			continue;
		const struct plan_message *m = &PLAN_ROWS(&p->plan, MESSAGE, message)[step->message + i];
		v->kind = slice_of(words_CHANNEL[m->channel]);
		v->label = label_of(s, step, m);
		v->hold_out = m->hold_out;
	}
}

static void fill_versions(struct stage *s, uint32_t index)
{
	struct preview *p = s->p;
	const struct plan_step *step = &PLAN_ROWS(&p->plan, STEP, step)[index];
	struct preview_step *out = &s->way->steps[index];
	for (uint32_t i = 0; i < out->version_count; i++) {
		struct preview_face *face = &out->versions[i].faces[s->locale];
		if (step->message == NONE) {
			stage_action(s, step, face);
			stage_questions(s, step, face);
			continue;
		}
		const struct plan_message *m = &PLAN_ROWS(&p->plan, MESSAGE, message)[step->message + i];
		if (m->hold_out)
			face->problem = SLICE("held out: nothing leaves, so that the others can be compared with it");
		else if (m->channel == CHANNEL_EMAIL)
			stage_email(s, index, i, face);
		else
			stage_text(s, m, face);
	}
}

/* The subject that answers go on from: as it was sent to this contact, else the first email's. */
static void find_thread(struct stage *s)
{
	const struct preview *p = s->p;
	s->first_email = NONE;
	for (uint32_t r = 0; r < s->way->row_count && !s->first_subject[0].n; r++) {
		const struct preview_row *row = &s->way->rows[r];
		if (row->event == DRIVE_SENT && slice_is(row->kind, "email")) {
			s->first_subject[0] = row->subject;
			s->first_email = row->step_index;
		}
	}
	for (uint32_t i = 0; i < PLAN_COUNT(&p->plan, STEP) && !s->first_subject[1].n; i++) {
		const struct plan_step *step = &PLAN_ROWS(&p->plan, STEP, step)[i];
		for (uint32_t m = 0; step->message != NONE && m < step->message_count; m++) {
			const struct plan_message *message = &PLAN_ROWS(&p->plan, MESSAGE, message)[step->message + m];
			if (message->channel != CHANNEL_EMAIL || message->subject == NONE || s->first_subject[1].n)
				continue;
			s->first_subject[1] = text_of(s, message->subject);
			s->first_email = s->first_email == NONE ? i : s->first_email;
		}
	}
}

bool stage_steps(struct preview *p, struct preview_way *way)
{
	uint32_t count = PLAN_COUNT(&p->plan, STEP);
	struct stage s = {.p = p, .way = way, .scratch = arena_alloc(p->arena, SCRATCH_BYTES)};
	way->steps = ARENA_ARRAY(p->arena, struct preview_step, count + 1);
	s.cache = render_cache_new();
	read_contact(&s);
	make_state(&s);
	s.view = (struct vm_view){.fields = s.fields, .inputs = s.inputs, .zone = way->zone, .seed = 1};
	for (uint32_t i = 0; i < count; i++) {
		way->steps[i].row = NONE;
		make_versions(&s, i);
	}
	for (s.locale = 0; s.locale < p->locale_count; s.locale++) {
		s.view.locale = p->locales[s.locale];
		s.first_subject[0] = s.first_subject[1] = (struct slice){0};
		find_thread(&s);
		if (s.locale != way->locale)
			s.first_subject[0] = (struct slice){0}; /* that was said in another language */
		for (uint32_t i = 0; i < count; i++)
			fill_versions(&s, i);
	}
	bool ok = s.cache != NULL;
	render_cache_free(s.cache);
	return ok;
}
