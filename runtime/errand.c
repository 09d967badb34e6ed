/* SPDX-License-Identifier: Apache-2.0
 * What an enrollment asks for that is no message: tasks, webhooks, alerts, pages, handoffs, suppressions. Each is
 * rendered with the values of the instant at which the code came to it, kept in memory, and written with the
 * transition that made it: an enrollment that is only tried out asks for nothing. */
#include "runtime/engine.h"
#include "runtime/pack.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SCRATCH_BYTES  65536u
#define DEFAULT_DUE_US (30 * US_PER_DAY) /* a task that names no `due` */

/* ---- its texts ---- */
static void add_piece(void *context, struct slice piece, bool is_value)
{
	(void)is_value; /* plain text: who shows it escapes it */
	buf_add_slice(context, piece);
}

bool errand_text(struct drive *d, struct work *w, const struct image *image, uint32_t text, int64_t now_us,
                 struct buf *out)
{
	uint32_t entry = text == NONE ? NONE : plan_text_entry(image, text, w->view.locale);
	if (entry == NONE)
		return true;
	struct buf name = {0}, link = {0};
	const struct mailbox *mailbox = mailbox_of(d, w, CHANNEL_EMAIL);
	char *scratch = malloc(SCRATCH_BYTES);
	struct vm_text_view view = {.view = &w->view,
	                            .state = image == &w->plan->plan.image ? &w->state.vm : NULL,
	                            .now_us = now_us,
	                            .scratch = scratch,
	                            .scratch_n = SCRATCH_BYTES};
	if (mailbox && image == &w->plan->plan.image) {
		uint32_t display = PLAN_ROWS(&d->policy.policy, MAILBOX, mailbox)[mailbox->row].display;
		if (display == NONE || !errand_text(d, w, &d->policy.policy.image, display, now_us, &name) || !name.n)
			buf_add_slice(&name, mailbox->address);
		view.builtins[BUILTIN_MAILBOX_NAME] = value_text(TYPE_TEXT, buf_slice(&name));
		view.builtins[BUILTIN_MAILBOX_ADDRESS] = value_text(TYPE_EMAIL, mailbox->address);
	}
	if (w->row.id && image == &w->plan->plan.image) {
		id_link(d, w, &link);
		view.builtins[BUILTIN_LINK] = value_text(TYPE_URL, buf_slice(&link));
	}
	if (!scratch || name.failed || link.failed)
		out->failed = true;
	else if (!vm_text(image, entry, &view, add_piece, out))
		buf_adds(out, " …"); /* longer than any task's text should be: it is shown cut */
	free(scratch);
	buf_free(&name);
	buf_free(&link);
	return !out->failed;
}

static void put_text(struct drive *d, const char *name, struct slice text)
{
	if (!text.n)
		return;
	pack_s(&d->asked_memory, slice_of(name));
	pack_s(&d->asked_memory, text);
}

static void render(struct drive *d, struct work *w, const char *name, uint32_t text, int64_t now_us)
{
	struct buf out = {0};
	errand_text(d, w, &w->plan->plan.image, text, now_us, &out);
	d->asked_memory.failed |= out.failed;
	put_text(d, name, slice_trim(buf_slice(&out)));
	buf_free(&out);
}

/* ---- values ---- */
static void add_json_value(struct buf *out, struct value v)
{
	struct buf text = {0};
	if (!v.set) {
		buf_adds(out, "null");
		return;
	}
	value_write(&text, v);
	if (v.type == TYPE_NUMBER)
		buf_add_slice(out, buf_slice(&text));
	else if (v.type == TYPE_YES_NO)
		buf_adds(out, v.u.i ? "true" : "false");
	else
		buf_add_json(out, buf_slice(&text));
	out->failed |= text.failed;
	buf_free(&text);
}

/* The `json` block of a webhook. An absent value is null (rule 11). */
static void put_json(struct drive *d, struct work *w, const struct plan_action *a, int64_t now_us)
{
	const struct plan *plan = &w->plan->plan;
	struct buf out = {0};
	for (uint32_t i = 0; i < a->pair_count; i++) {
		const struct plan_pair *pair = &PLAN_ROWS(plan, PAIR, pair)[a->pair + i];
		buf_adds(&out, i ? "," : "{");
		buf_add_json(&out, PLAN_STRING(plan, pair->key));
		buf_addc(&out, ':');
		add_json_value(&out, vm_value(&plan->image, pair->value, &w->state.vm, &w->view, now_us));
	}
	if (a->pair_count)
		buf_addc(&out, '}');
	d->asked_memory.failed |= out.failed;
	put_text(d, "json", buf_slice(&out));
	buf_free(&out);
}

/* The inputs of a handoff, as an enrolling reads them. */
static void put_inputs(struct drive *d, struct work *w, const struct plan_action *a, int64_t now_us)
{
	const struct plan *plan = &w->plan->plan;
	for (uint32_t i = 0; i < a->pair_count; i++) {
		const struct plan_pair *pair = &PLAN_ROWS(plan, PAIR, pair)[a->pair + i];
		struct value v = vm_value(&plan->image, pair->value, &w->state.vm, &w->view, now_us);
		struct buf name = {0}, text = {0};
		buf_addf(&name, "input.%.*s", SLICE_ARG(PLAN_STRING(plan, pair->key)));
		if (v.set)
			value_write(&text, v);
		d->asked_memory.failed |= name.failed || text.failed;
		put_text(d, buf_cstr(&name), buf_slice(&text));
		buf_free(&name);
		buf_free(&text);
	}
}

static void put_options(struct drive *d, const struct plan *plan, const struct plan_action *a)
{
	struct buf out = {0};
	for (uint32_t i = 0; i < a->option_count; i++)
		buf_addf(&out, "%s%.*s", i ? ", " : "",
		         SLICE_ARG(PLAN_STRING(plan, PLAN_ROWS(plan, OPTION, option)[a->option + i].name)));
	put_text(d, "outcomes", buf_slice(&out));
	buf_free(&out);
}

static void put_due(struct drive *d, struct work *w, const struct plan_action *a, int64_t base_us)
{
	char at[40];
	int64_t due_us =
	        library_after(&w->plan->plan.image, a->due, base_us, w->view.zone, w->view.holidays, DEFAULT_DUE_US);
	put_text(d, "due", slice_of(tz_format_rfc3339(w->view.zone, due_us, at)));
}

static void put_sites(struct drive *d, struct work *w, const struct plan_action *a, int64_t now_us)
{
	for (uint32_t i = 0; i < a->site_count; i++) {
		const struct plan_site *site = &PLAN_ROWS(&w->plan->plan, SITE, site)[a->site + i];
		struct slice name = PLAN_STRING(&w->plan->plan, site->name);
		char key[64];
		snprintf(key, sizeof key, "%.*s", SLICE_ARG(name));
		render(d, w, key, site->url, now_us);
	}
}

/* Everything that an `ask` may show: its questions, a line each, with their choices below. */
static void put_questions(struct drive *d, struct work *w, const struct plan_action *a, int64_t now_us)
{
	const struct image *image = &w->plan->plan.image;
	if (a->questionnaire == NONE)
		return;
	const struct plan_questionnaire *asked = &IMAGE_ROWS(image, QUESTIONNAIRE, questionnaire)[a->questionnaire];
	struct buf out = {0};
	for (uint32_t i = 0; i < asked->question_count; i++) {
		const struct plan_question *q = &IMAGE_ROWS(image, QUESTION, question)[asked->question + i];
		errand_text(d, w, image, q->text, now_us, &out);
		buf_addc(&out, '\n');
		for (uint32_t c = 0; c < q->choice_count; c++) {
			buf_adds(&out, "- ");
			errand_text(d, w, image, IMAGE_ROWS(image, CHOICE, choice)[q->choice + c].text, now_us, &out);
			buf_addc(&out, '\n');
		}
	}
	d->asked_memory.failed |= out.failed;
	put_text(d, "questions", slice_trim(buf_slice(&out)));
	buf_free(&out);
}

/* What the step says, by its kind. */
static void put_payload(struct drive *d, struct work *w, const struct vm_effect *e, int64_t now_us)
{
	const struct plan *plan = &w->plan->plan;
	const struct plan_step *step = &PLAN_ROWS(plan, STEP, step)[e->index];
	const struct plan_action *a = &PLAN_ROWS(plan, ACTION, action)[step->action];
	uint32_t body = a->body, title = a->title;
	if (step->kind == STEP_ASK && a->questionnaire != NONE && title == NONE)
		title = PLAN_ROWS(plan, QUESTIONNAIRE, questionnaire)[a->questionnaire].title;
	if (step->kind == STEP_THANKS && a->is_satisfied != NONE) {
		struct value v = vm_value(&plan->image, a->is_satisfied, &w->state.vm, &w->view, now_us);
		body = v.set && v.u.i ? a->satisfied : a->dissatisfied;
	} else if (step->kind == STEP_THANKS && body == NONE) {
		body = a->satisfied;
	}
	render(d, w, "title", title, now_us);
	put_text(d, "to", PLAN_STRING(plan, a->to));
	render(d, w, "subject", a->subject, now_us);
	render(d, w, "body", body, now_us);
	if (step->kind == STEP_ASK)
		put_questions(d, w, a, now_us);
	put_text(d, "method", PLAN_STRING(plan, a->method));
	render(d, w, "button", a->button, now_us);
	render(d, w, "url", a->url, now_us);
	put_text(d, "assign", PLAN_STRING(plan, a->assign));
	put_text(d, "sequence", PLAN_STRING(plan, a->target));
	if (step->kind == STEP_TASK) {
		put_due(d, w, a, e->at_us);
		put_options(d, plan, a);
	}
	if (step->kind == STEP_WEBHOOK)
		put_json(d, w, a, now_us);
	if (step->kind == STEP_HANDOFF)
		put_inputs(d, w, a, now_us);
	put_sites(d, w, a, now_us);
}

/* ---- asking ---- */
static struct asked *ask(struct drive *d, enum asked_kind kind)
{
	if (d->asked_count == d->asked_cap) {
		uint32_t cap = d->asked_cap ? d->asked_cap * 2 : 16;
		struct asked *grown = realloc(d->asked, cap * sizeof *grown);
		if (!grown) {
			drive_fail(d, "out of memory");
			return NULL;
		}
		d->asked = grown;
		d->asked_cap = cap;
	}
	struct asked *a = &d->asked[d->asked_count++];
	*a = (struct asked){.kind = kind, .payload_at = d->asked_memory.n};
	return a;
}

struct slice errand_field(struct slice payload, const char *name)
{
	struct unpack u = unpack_of(payload);
	while (unpack_more(&u)) {
		struct slice key = unpack_s(&u), text = unpack_s(&u);
		if (!u.bad && slice_is(key, name))
			return text;
	}
	return (struct slice){0};
}

/* The line of an errand: its title or subject, and what else is worth a glance. */
static void add_line(struct drive *d, struct work *w, uint32_t step, uint32_t kind, struct slice payload,
                     int64_t now_us)
{
	static const enum drive_line_event LINES[STEP_COUNT] = {
	        [STEP_TASK] = DRIVE_TASK,   [STEP_WEBHOOK] = DRIVE_WEBHOOK, [STEP_ALERT] = DRIVE_ALERT,
	        [STEP_ASK] = DRIVE_PAGE,    [STEP_OFFER] = DRIVE_PAGE,      [STEP_REVIEW] = DRIVE_PAGE,
	        [STEP_THANKS] = DRIVE_PAGE, [STEP_HANDOFF] = DRIVE_HANDOFF,
	};
	static const char *const SUBJECTS[] = {"title", "subject", "url", "sequence", "body"};
	static const char *const REASONS[STEP_COUNT] = {
	        [STEP_TASK] = "due", [STEP_WEBHOOK] = "json", [STEP_ALERT] = "to"};
	struct slice subject = {0};
	if (!d->options.on_line)
		return;
	for (size_t i = 0; i < sizeof SUBJECTS / sizeof *SUBJECTS && !subject.n; i++)
		subject = errand_field(payload, SUBJECTS[i]);
	struct slice reason = REASONS[kind] ? errand_field(payload, REASONS[kind]) : (struct slice){0};
	line_add(d, w, LINES[kind], step, reason, subject, now_us);
	d->lines[d->line_count - 1].payload = arena_copy(&d->lines_memory, payload);
}

bool errand_perform(struct drive *d, struct work *w, const struct vm_effect *e, int64_t now_us)
{
	uint32_t kind = PLAN_ROWS(&w->plan->plan, STEP, step)[e->index].kind;
	struct asked *a = ask(d, ASKED_ERRAND);
	if (!a)
		return false;
	a->step = e->index;
	a->occurrence = w->state.vm.occurrence;
	a->errand_kind = (uint8_t)kind;
	put_payload(d, w, e, now_us);
	a->payload_n = d->asked_memory.n - a->payload_at;
	if (d->asked_memory.failed)
		return drive_fail(d, "out of memory");
	work_fact(d, w, &(struct journal_fact){.kind = JOURNAL_ASKED, .n = {e->index, kind}});
	add_line(d, w, e->index, kind, (struct slice){d->asked_memory.p + a->payload_at, a->payload_n}, now_us);
	return true;
}

bool errand_suppress(struct drive *d, struct work *w, uint32_t purpose, int64_t now_us)
{
	struct asked *a = ask(d, ASKED_SUPPRESS);
	if (!a)
		return false;
	a->step = purpose;
	work_fact(d, w, &(struct journal_fact){.kind = JOURNAL_SUPPRESSED, .n = {purpose}});
	line_add(d, w, DRIVE_SUPPRESSED, NONE, slice_of(words_PURPOSE[purpose]), (struct slice){0}, now_us);
	return true;
}

bool errand_settle(struct drive *d, struct work *w, uint32_t step, enum errand_state state)
{
	struct asked *a = ask(d, ASKED_CLOSE);
	if (!a)
		return false;
	a->step = step;
	a->state = state;
	(void)w;
	return true;
}

void errand_drop(struct drive *d)
{
	d->asked_count = 0;
	buf_clear(&d->asked_memory);
}

/* ---- writing, with the transition that asked ---- */
static bool suppress_everywhere(struct drive *d, struct work *w, uint32_t purpose, int64_t now_us)
{
	for (int channel = 0; channel < CHANNEL_COUNT; channel++) {
		struct slice address = value_slice(person_value(w->person, d->policy.address[channel]));
		if (!address.n)
			continue;
		buf_clear(&d->key);
		contact_key(&d->key, channel == CHANNEL_EMAIL ? TYPE_EMAIL : TYPE_PHONE, (struct slice){0}, address);
		if (!store_suppress(d->store, buf_slice(&d->key), channel, (int)purpose, now_us, SLICE("sequence")))
			return drive_store_failed(d);
	}
	return true;
}

struct finding {
	uint32_t step;
	int64_t id;
};

static bool find_open(void *context, const struct errand_row *row)
{
	struct finding *f = context;
	if (row->step == f->step && row->state == ERRAND_OPEN)
		f->id = row->id;
	return true;
}

static bool close_of_step(struct drive *d, const struct work *w, const struct asked *a, int64_t now_us)
{
	struct finding f = {.step = a->step};
	if (store_errands_of(d->store, w->row.id, find_open, &f) < 0)
		return drive_store_failed(d);
	return !f.id || store_errand_close(d->store, f.id, a->state, now_us) || drive_store_failed(d);
}

static bool add_errand(struct drive *d, const struct work *w, const struct asked *a, int64_t now_us)
{
	struct errand_row row = {.enrollment_id = w->row.id,
	                         .at_us = now_us,
	                         .step = a->step,
	                         .occurrence = a->occurrence,
	                         .kind = a->errand_kind,
	                         .payload = {d->asked_memory.p + a->payload_at, a->payload_n}};
	/* Shown, and nothing waits for what comes of it. */
	bool over = a->errand_kind == STEP_THANKS || a->errand_kind == STEP_HANDOFF;
	row.state = over ? ERRAND_DONE : ERRAND_OPEN;
	row.closed_us = over ? now_us : 0;
	if (!store_errand_add(d->store, &row))
		return drive_store_failed(d);
	if (a->errand_kind == STEP_HANDOFF)
		return event_handoff(d, w, a->step, row.payload, now_us);
	bool passes = a->errand_kind == STEP_OFFER || a->errand_kind == STEP_REVIEW;
	return !passes || !d->options.pages_post || event_post_page(d, w, a->step, now_us);
}

bool errand_flush(struct drive *d, struct work *w, int64_t now_us)
{
	bool ok = true;
	for (uint32_t i = 0; ok && i < d->asked_count; i++) {
		const struct asked *a = &d->asked[i];
		switch (a->kind) {
		case ASKED_ERRAND: ok = add_errand(d, w, a, now_us); break;
		case ASKED_CLOSE: ok = close_of_step(d, w, a, now_us); break;
		case ASKED_SUPPRESS: ok = suppress_everywhere(d, w, a->step, now_us); break;
		}
	}
	errand_drop(d);
	return ok;
}

/* ---- looking ---- */
struct listing {
	struct drive *d;
	int64_t last_id; /* of the errand shown last */
	int64_t enrollment_id;
	struct errand_row row;
	struct buf *memory;
};

static bool copy_row(void *context, const struct errand_row *row)
{
	struct listing *l = context;
	l->row = *row;
	buf_clear(l->memory);
	buf_add_slice(l->memory, row->payload);
	l->row.payload = buf_slice(l->memory);
	return false;
}

bool drive_errands(struct drive *d, void (*each)(void *context, const struct drive_errand *errand), void *context,
                   struct buf *error)
{
	struct buf memory = {0};
	struct listing l = {.d = d, .memory = &memory};
	int n;
	while ((n = store_errands_open(d->store, l.last_id, 1, copy_row, &l)) == 1 && !memory.failed) {
		struct work w;
		l.last_id = l.row.id;
		if (work_load(d, l.row.enrollment_id, &d->person, &w) != LOAD_OK || l.row.step >= w.plan->step_count)
			continue;
		struct drive_errand e = {.id = l.row.id,
		                         .enrollment_id = l.row.enrollment_id,
		                         .at_us = l.row.at_us,
		                         .zone = w.person->zone,
		                         .contact = contact_shown(d, w.person),
		                         .sequence = w.plan->name,
		                         .step = work_step_name(&w, l.row.step),
		                         .kind = slice_of(words_STEP[l.row.kind < STEP_COUNT ? l.row.kind : 0]),
		                         .payload = l.row.payload};
		each(context, &e);
	}
	buf_free(&memory);
	if (n < 0)
		buf_adds(error, store_error(d->store));
	return n >= 0;
}

bool drive_errand_next(struct slice *payload, struct slice *name, struct slice *text)
{
	struct unpack u = unpack_of(*payload);
	if (!unpack_more(&u))
		return false;
	*name = unpack_s(&u);
	*text = unpack_s(&u);
	*payload = unpack_rest(&u);
	return !u.bad;
}
