/* SPDX-License-Identifier: Apache-2.0
 * Every way through a sequence: explored, told apart by what happens in them, and each made as small as it can be, so
 * that what is left of the play is what leads there. */
#include "compiler/preview/preview.h"
#include "compiler/testing/explore.h"
#include "compiler/testing/shrink.h"
#include <stdlib.h>

enum { SHRINK_TRIES = 120, FOUND_MAX = 200 };

struct found {
	uint64_t hash; /* of what happens */
	struct play play;
	bool novel; /* it ran code that none before it had */
};

struct search {
	struct preview *p;
	const struct play *plain;
	struct found *items;
	uint32_t count, cap;
	uint64_t wanted; /* by the shrinking */
	bool hold_start; /* and it may not begin at another time */
};

/* What happens, without when. */
static uint64_t path_hash(const struct preview *p, const struct happening *happenings, size_t count)
{
	uint64_t h = UINT64_C(0xCBF29CE484222325);
	for (size_t i = 0; i < count; i++) {
		const struct drive_line *line = &happenings[i].line;
		if (!slice_eq(line->sequence, p->result->name) || line->event == DRIVE_REFUSED ||
		    line->event == DRIVE_HELD || line->event == DRIVE_RESUMED || line->event == DRIVE_DONE)
			continue;
		h = (h ^ (uint64_t)line->event) * UINT64_C(0x100000001B3);
		h = (h ^ slice_hash(line->step)) * UINT64_C(0x100000001B3);
		h = (h ^ slice_hash(line->kind)) * UINT64_C(0x100000001B3);
		if (line->event == DRIVE_EXIT || line->event == DRIVE_SKIPPED || line->event == DRIVE_FAILED)
			h = (h ^ slice_hash(line->reason)) * UINT64_C(0x100000001B3);
	}
	return h;
}

static bool hash_of(const struct search *s, struct play *play, uint64_t *hash)
{
	struct buf error = {0};
	struct play_options o = {.until_us = NEVER_US, .drop = true};
	struct scenario *run = play_run_with(s->p->k, s->p->zones, play, &o, &error);
	if (run)
		*hash = path_hash(s->p, run->happenings, run->happening_count);
	scenario_close(run);
	buf_free(&error);
	return run != NULL;
}

static bool is_wanted(void *context, struct play *play)
{
	const struct search *s = context;
	uint64_t hash;
	if (s->hold_start && play->start_us != s->plain->start_us)
		return false;
	return hash_of(s, play, &hash) && hash == s->wanted;
}

static struct found *find_path(struct search *s, uint64_t hash)
{
	for (uint32_t i = 0; i < s->count; i++)
		if (s->items[i].hash == hash)
			return &s->items[i];
	return NULL;
}

/* Every play that ran. */
static bool on_run(void *context, const struct run_seen *run, struct run_broken *broken)
{
	struct search *s = context;
	uint64_t hash = path_hash(s->p, run->happenings, run->happening_count);
	struct found *known = find_path(s, hash);
	(void)broken;
	if (known && known->play.act_count > run->play->act_count && known != s->items)
		known->play = play_own(run->play, s->p->arena);
	if (!known && s->count < FOUND_MAX)
		ARENA_PUSH(s->p->arena, s->items, s->count, s->cap) =
		        (struct found){.hash = hash, .play = play_own(run->play, s->p->arena)};
	return true;
}

static void on_news(void *context, const struct play *play, const struct scenario *run, const uint8_t *marks)
{
	struct search *s = context;
	struct found *f = find_path(s, path_hash(s->p, run->happenings, run->happening_count));
	(void)play;
	(void)marks;
	if (f)
		f->novel = true;
}

/* The first is that in which nothing happens; then what shows most of the sequence, then what takes least. */
static int by_interest(const void *a, const void *b)
{
	const struct found *x = a, *y = b;
	if (x->novel != y->novel)
		return x->novel ? -1 : 1;
	if (x->play.act_count != y->play.act_count)
		return x->play.act_count < y->play.act_count ? -1 : 1;
	return (x->hash > y->hash) - (x->hash < y->hash);
}

/* ---- the same path, for the contact that was asked for ---- */

/* Whose fields, where both have one the play's. */
enum mixture { PLAINLY, BOTH, OWN };

/* With such fields, and its acts as long after the start that was asked for. */
static struct play transposed(const struct search *s, const struct play *play, enum mixture mixture)
{
	struct play copy = play_copy(play, s->p->arena);
	copy.mailbox = s->plain->mailbox;
	copy.start_us = s->plain->start_us;
	if (mixture != OWN) {
		copy.fields = play_copy(s->plain, s->p->arena).fields;
		copy.field_count = s->plain->field_count;
	}
	for (size_t i = 0; mixture == BOTH && i < play->field_count; i++)
		play_set_field(&copy, play->fields[i].name, play->fields[i].text, s->p->arena);
	for (size_t i = 0; i < copy.act_count; i++)
		copy.acts[i].at_us += copy.start_us - play->start_us;
	return copy;
}

/* Fields of the contact that was asked for come back where they change nothing: what is left is what leads there. */
static struct play restored(struct search *s, struct play play)
{
	for (size_t i = 0; i < s->plain->field_count; i++) {
		const struct drive_field *wish = &s->plain->fields[i], *is = play_field(&play, wish->name);
		if (is && slice_eq(is->text, wish->text))
			continue;
		struct play full = play_copy(&play, s->p->arena);
		play_set_field(&full, wish->name, wish->text, s->p->arena);
		if (is_wanted(s, &full))
			play = full;
	}
	return play;
}

static struct play brought_home(struct search *s, const struct found *f)
{
	s->wanted = f->hash;
	s->hold_start = true;
	for (enum mixture m = PLAINLY; m <= OWN; m++) {
		struct play play = transposed(s, &f->play, m);
		if (is_wanted(s, &play))
			return restored(s, play_shrink(&play, s->plain, is_wanted, s, SHRINK_TRIES, s->p->arena));
	}
	s->hold_start = false;
	return restored(s, play_shrink(&f->play, s->plain, is_wanted, s, SHRINK_TRIES, s->p->arena));
}

/* ---- what leads there, in words ---- */

static void add_clause(struct preview *p, struct preview_way *way, uint32_t *cap, struct buf *text)
{
	ARENA_PUSH(p->arena, way->story, way->story_count, *cap) = arena_copy(p->arena, buf_slice(text));
	buf_clear(text);
}

static void put_event(struct buf *out, const struct drive_event *e)
{
	static const char *const WORDS[] = {[EVENT_REPLY] = "replies",
	                                    [EVENT_MEETING] = "books a meeting",
	                                    [EVENT_CLICK] = "clicks a link",
	                                    [EVENT_OPEN] = "opens a message",
	                                    [EVENT_ANSWER] = "answers",
	                                    [EVENT_BOUNCE] = "cannot be reached: a bounce",
	                                    [EVENT_UNSUBSCRIBE] = "unsubscribes",
	                                    [EVENT_COMPLAINT] = "complains",
	                                    [EVENT_VISIT] = "visits a page",
	                                    [EVENT_AUTO_REPLY] = "is away: an automatic answer",
	                                    [EVENT_LEAVE] = "leaves a page",
	                                    [EVENT_POSTED] = "goes on from a page"};
	if (e->kind == EVENT_NAMED)
		buf_addf(out, "the event \"%.*s\" comes", SLICE_ARG(e->name));
	else if (e->kind == EVENT_WE_WROTE)
		buf_adds(out, "one of us writes by hand");
	else if (e->kind == EVENT_DONE && e->outcome.n)
		buf_addf(out, "%.*s is done: %.*s", SLICE_ARG(e->step), SLICE_ARG(e->outcome));
	else if (e->kind == EVENT_DONE)
		buf_addf(out, "%.*s is done", SLICE_ARG(e->step));
	else if ((size_t)e->kind < sizeof WORDS / sizeof *WORDS && WORDS[e->kind])
		buf_addf(out, "the contact %s", WORDS[e->kind]);
	else
		buf_adds(out, "something happens");
	if (e->step.n && e->kind != EVENT_DONE)
		buf_addf(out, " (%.*s)", SLICE_ARG(e->step));
	for (size_t i = 0; i < e->field_count; i++)
		buf_addf(out, "%s %.*s = %.*s", i ? "," : ":", SLICE_ARG(e->fields[i].name),
		         SLICE_ARG(e->fields[i].text));
}

static void put_act(struct buf *out, const struct preview_way *way, const struct play_act *a)
{
	char at[40];
	switch (a->act.kind) {
	case ACT_EVENT:
		put_event(out, &a->act.event);
		buf_adds(out, a->act.by_account ? " (a colleague)" : "");
		break;
	case ACT_SET:
		buf_adds(out, "the contact is changed:");
		for (size_t i = 0; i < a->act.field_count; i++)
			buf_addf(out, "%s %.*s = %.*s", i ? "," : "", SLICE_ARG(a->act.fields[i].name),
			         SLICE_ARG(a->act.fields[i].text));
		break;
	case ACT_PAUSE: buf_adds(out, "the sequence is paused"); break;
	case ACT_RESUME: buf_adds(out, "the sequence is resumed"); break;
	case ACT_DEPLOY: buf_adds(out, "a new version is deployed"); break;
	}
	buf_addf(out, ", %s", tz_format_people(way->zone, a->at_us, at));
}

static void tell(struct preview *p, struct preview_way *way, const struct play *plain)
{
	struct buf text = {0};
	uint32_t cap = 0;
	for (size_t i = 0; i < way->play.field_count; i++) {
		const struct drive_field *f = &way->play.fields[i], *was = play_field(plain, f->name);
		if (was && slice_eq(was->text, f->text))
			continue;
		buf_addf(&text, "%s%.*s = %.*s", slice_starts(f->name, "input.") ? "" : "contact.",
		         SLICE_ARG(slice_after(f->name, "contact.")), SLICE_ARG(f->text));
		add_clause(p, way, &cap, &text);
	}
	for (size_t i = 0; i < plain->field_count; i++) {
		if (play_field(&way->play, plain->fields[i].name))
			continue;
		buf_addf(&text, "%s%.*s is not set", slice_starts(plain->fields[i].name, "input.") ? "" : "contact.",
		         SLICE_ARG(slice_after(plain->fields[i].name, "contact.")));
		add_clause(p, way, &cap, &text);
	}
	for (size_t i = 0; i < way->play.act_count; i++) {
		put_act(&text, way, &way->play.acts[i]);
		add_clause(p, way, &cap, &text);
	}
	if (!way->story_count) {
		buf_adds(&text, way->play.start_us == plain->start_us ? "the contact does nothing" : "another start");
		add_clause(p, way, &cap, &text);
	}
	buf_free(&text);
}

bool preview_add_paths(struct preview *p, const struct play *play, uint32_t most, uint32_t tries, struct buf *error)
{
	struct search s = {.p = p, .plain = play};
	struct explore_report report;
	struct explore_options o = {.k = p->k,
	                            .sequence = p->result->name,
	                            .zones = p->zones,
	                            .seed = 1,
	                            .runs = tries,
	                            .each = on_news,
	                            .holds = on_run,
	                            .context = &s};
	struct play plain = play_copy(play, p->arena);
	uint64_t hash;
	if (!hash_of(&s, &plain, &hash)) /* it is refused, and says why */
		return preview_add(p, play);
	ARENA_PUSH(p->arena, s.items, s.count, s.cap) = (struct found){.hash = hash, .play = plain};
	if (!explore(&o, &report, p->arena, error))
		return false;
	qsort(s.items + 1, s.count - 1, sizeof *s.items, by_interest);
	for (uint32_t i = 0; i < s.count && i < most; i++) {
		struct play home = i ? brought_home(&s, &s.items[i]) : s.items[i].play;
		if (!preview_add(p, &home))
			return false;
		tell(p, &p->ways[p->way_count - 1], play);
	}
	p->untold = s.count > most ? s.count - most : 0;
	return true;
}
