/* SPDX-License-Identifier: Apache-2.0
 * Plays contacts and turns what happened to each into a way: its rows, and with `faces` what every step says. */
#include "compiler/preview/preview.h"
#include "compiler/preview/stage.h"
#include <string.h>

/* ---- opening ---- */

bool preview_open(struct preview *p, struct buf *error)
{
	struct image_error why;
	if (!plan_load(&p->plan, p->result->plan.p, p->result->plan.n, true, &why) ||
	    !policy_load(&p->policy, p->k->policy.p, p->k->policy.n, true, &why)) {
		buf_adds(error, why.text);
		return false;
	}
	p->locale_count = PLAN_COUNT(&p->policy, LOCALE);
	p->locales = ARENA_ARRAY(p->arena, struct slice, p->locale_count + 1);
	for (uint32_t i = 0; i < p->locale_count; i++)
		p->locales[i] = PLAN_STRING(&p->policy, PLAN_ROWS(&p->policy, LOCALE, locale)[i].name);
	if (!p->locale_count) /* a policy of one language: its texts are the first ones */
		p->locales[p->locale_count++] = SLICE("en");
	if (p->faces)
		outline_make(&p->outline, p->k, (uint32_t)(p->result - p->k->results), p->arena);
	return true;
}

void preview_close(struct preview *p)
{
	for (uint32_t i = 0; i < p->kept_count; i++)
		scenario_close(p->kept[i]);
	p->kept_count = 0;
	plan_free(&p->plan);
	policy_free(&p->policy);
}

/* ---- playing ---- */

static uint8_t *marks_of(void *context, const struct plan *plan)
{
	const struct preview_way *way = context;
	return plan->code_length == way->mark_count ? way->marks : NULL;
}

/* The sequence alone: where it hands over the preview ends. */
static struct scenario *run(struct preview *p, struct preview_way *way, const struct play *play, struct buf *error)
{
	struct play_options o = {
	        .until_us = p->until_us, .alone = true, .marks = way && way->marks ? marks_of : NULL, .context = way};
	struct play copy = *play; /* its acts are only read */
	struct scenario *s = play_run_with(p->k, p->zones, &copy, &o, error);
	if (s)
		ARENA_PUSH(p->arena, p->kept, p->kept_count, p->kept_cap) = s;
	return s;
}

/* ---- rows ---- */

static struct slice joined(struct arena *arena, const struct happening *h)
{
	struct buf all = {0};
	for (size_t i = 0; i < h->shift_count; i++) {
		buf_adds(&all, i ? ", then " : "");
		buf_add_slice(&all, h->shifts[i].reason);
	}
	return arena_take(arena, &all);
}

static bool is_row(const struct preview *p, const struct happening *h)
{
	/* A refusal is of a handoff: the next sequence is not here. */
	return h->line.event != DRIVE_REFUSED && slice_eq(h->line.sequence, p->result->name);
}

static void add_rows(struct preview *p, struct preview_way *way)
{
	const struct scenario *s = way->scenario;
	for (size_t i = 0; i < s->happening_count; i++) {
		const struct happening *h = &s->happenings[i];
		if (!is_row(p, h))
			continue;
		ARENA_PUSH(p->arena, way->rows, way->row_count, way->row_cap) = (struct preview_row){
		        .event = h->line.event,
		        .at_us = h->line.at_us,
		        .step = h->line.step,
		        .kind = h->line.kind,
		        .subject = h->line.subject,
		        .reason = h->line.reason,
		        .moved = joined(p->arena, h),
		        .text = h->message ? slice_trim(h->message->text) : (struct slice){0},
		        .step_index = h->line.step.n ? plan_find_step(&p->plan, h->line.step) : NONE,
		};
	}
}

/* ---- faces ---- */

static uint32_t own_locale(const struct preview *p, const struct play *play)
{
	struct slice name = play_text(play, PLAN_STRING(&p->policy, p->policy.workspace->locale_field));
	for (uint32_t i = 0; i < p->locale_count; i++)
		if (slice_eq(p->locales[i], name))
			return i;
	return 0;
}

/* The same contact, who reads another language. */
static struct play in_locale(struct preview *p, const struct play *play, uint32_t locale)
{
	struct slice name = PLAN_STRING(&p->policy, p->policy.workspace->locale_field);
	struct play copy = play_copy(play, p->arena);
	play_set_field(&copy, name, p->locales[locale], p->arena);
	return copy;
}

static struct slice address(struct arena *arena, struct slice name, struct slice at)
{
	return name.n && at.n ? arena_printf(arena, "%.*s <%.*s>", SLICE_ARG(name), SLICE_ARG(at)) : at.n ? at : name;
}

static void fill_message(struct preview *p, struct preview_face *face, const struct scenario_message *m)
{
	face->known = true;
	face->problem = (struct slice){0};
	face->subject = m->subject;
	face->text = m->text;
	face->html = m->html;
	face->from = address(p->arena, m->from_name, m->from_address);
	face->to = address(p->arena, m->to_name, m->to_address);
	face->cc = m->cc;
	face->threaded = m->references.n > 0;
	if (face->template.n)
		stage_template_values(p->arena, face, m->text);
}

static void fill_errand(struct preview *p, struct preview_face *face, struct slice payload)
{
	struct slice rest = payload, name, text;
	uint32_t count = 0;
	while (drive_errand_next(&rest, &name, &text))
		count++;
	struct preview_pair *pairs = ARENA_ARRAY(p->arena, struct preview_pair, count + 1);
	for (count = 0, rest = payload; drive_errand_next(&rest, &name, &text);)
		pairs[count++] = (struct preview_pair){name, text};
	face->known = true;
	face->pairs = pairs;
	face->pair_count = count;
}

/* The nth happening of that step and event; NULL: there it did not come to that. */
static const struct happening *nth(const struct preview *p, const struct scenario *s, const struct happening *like,
                                   size_t n)
{
	for (size_t i = 0; i < s->happening_count; i++) {
		const struct happening *h = &s->happenings[i];
		if (is_row(p, h) && h->line.event == like->line.event && slice_eq(h->line.step, like->line.step) &&
		    n-- == 0)
			return h;
	}
	return NULL;
}

static void fill_face(struct preview *p, struct preview_face *face, const struct happening *h)
{
	if (h->message)
		fill_message(p, face, h->message);
	else if (h->line.payload.n)
		fill_errand(p, face, h->line.payload);
}

/* Which of the step's versions it was: by what it says, else by its channel. */
static uint32_t which(const struct preview_step *step, uint32_t locale, const struct happening *h)
{
	uint32_t found = NONE;
	for (uint32_t i = 0; i < step->version_count; i++) {
		const struct preview_version *v = &step->versions[i];
		if (!slice_eq(v->kind, h->line.kind) || v->hold_out)
			continue;
		if (!h->message || slice_eq(v->faces[locale].text, h->message->text))
			return i;
		if (found == NONE)
			found = i;
	}
	return found == NONE ? 0 : found;
}

/* The versions of a step as one line of the timeline had them: what left is first, as it left in every locale. */
static void take_versions(struct preview *p, struct preview_way *way, struct scenario *const *in,
                          struct preview_row *row, const struct happening *h, size_t n)
{
	struct preview_step *step = &way->steps[row->step_index];
	if (!step->version_count)
		return;
	uint32_t taken = which(step, way->locale, h), at = 1;
	row->version_count = step->version_count;
	row->versions = ARENA_ARRAY(p->arena, struct preview_version, step->version_count);
	for (uint32_t i = 0; i < step->version_count; i++)
		row->versions[i == taken ? 0 : at++] = step->versions[i];
	struct preview_version *v = &row->versions[0];
	struct preview_face *faces = ARENA_ARRAY(p->arena, struct preview_face, p->locale_count);
	memcpy(faces, v->faces, p->locale_count * sizeof *faces);
	v->faces = faces;
	v->taken = h->line.event != DRIVE_SKIPPED && h->line.event != DRIVE_FAILED;
	for (uint32_t l = 0; l < p->locale_count; l++) {
		const struct happening *there = l == way->locale ? h : in[l] ? nth(p, in[l], h, n) : NULL;
		if (there)
			fill_face(p, &faces[l], there);
	}
}

static bool shows_step(const struct happening *h)
{
	switch (h->line.event) {
	case DRIVE_SENT:
	case DRIVE_FAILED:
	case DRIVE_SKIPPED:
	case DRIVE_TASK:
	case DRIVE_WEBHOOK:
	case DRIVE_ALERT:
	case DRIVE_PAGE:
	case DRIVE_HANDOFF: return true;
	default: return false;
	}
}

/* How many of the same step and event came before it. */
static size_t rank(const struct preview *p, const struct scenario *s, const struct happening *h)
{
	size_t n = 0;
	for (const struct happening *g = s->happenings; g < h; g++)
		n += is_row(p, g) && g->line.event == h->line.event && slice_eq(g->line.step, h->line.step);
	return n;
}

static void add_faces(struct preview *p, struct preview_way *way)
{
	const struct scenario *s = way->scenario;
	struct buf error = {0};
	struct scenario **in = ARENA_ARRAY(p->arena, struct scenario *, p->locale_count);
	bool speaks = PLAN_STRING(&p->policy, p->policy.workspace->locale_field).n > 0;
	for (uint32_t l = 0; l < p->locale_count && speaks; l++) {
		if (l == way->locale)
			continue;
		struct play play = in_locale(p, &way->play, l);
		in[l] = run(p, NULL, &play, &error);
		buf_clear(&error);
	}
	uint32_t row = 0;
	for (size_t i = 0; i < s->happening_count; i++) {
		const struct happening *h = &s->happenings[i];
		if (!is_row(p, h))
			continue;
		struct preview_row *r = &way->rows[row++];
		if (r->step_index == NONE || !shows_step(h))
			continue;
		struct preview_step *step = &way->steps[r->step_index];
		take_versions(p, way, in, r, h, rank(p, s, h));
		if (!step->reached)
			step->row = row - 1;
		step->reached = true;
	}
	buf_free(&error);
}

/* ---- adding ---- */

static struct slice name_of(struct preview *p, const struct play *play)
{
	struct slice first = play_text(play, SLICE("first_name")), at = play_text(play, SLICE("email"));
	if (!at.n)
		at = play_text(play, SLICE("phone"));
	if (!at.n && play->field_count)
		at = play->fields[0].text;
	return address(p->arena, first, at);
}

/* Zeroed marks, so that what ran is known by its code. */
static void set_marks(struct preview *p, struct preview_way *way)
{
	way->mark_count = p->plan.code_length;
	way->marks = arena_alloc(p->arena, way->mark_count + 1);
}

bool preview_add(struct preview *p, const struct play *play)
{
	struct buf error = {0};
	struct preview_way way = {.play = *play, .name = name_of(p, play), .locale = own_locale(p, play)};
	way.zone = play_zone(play, &p->policy, p->zones);
	if (p->faces)
		set_marks(p, &way);
	way.scenario = run(p, &way, &way.play, &error);
	if (way.scenario) {
		way.zone = way.scenario->zone;
		way.ended = way.scenario->ended;
		add_rows(p, &way);
		if (p->faces && stage_steps(p, &way)) {
			add_faces(p, &way);
			preview_take(p, &way);
		}
	} else {
		way.refused = arena_copy(p->arena, buf_slice(&error));
	}
	bool ok = !error.failed;
	buf_free(&error);
	ARENA_PUSH(p->arena, p->ways, p->way_count, p->way_cap) = way;
	return ok;
}
