/* SPDX-License-Identifier: Apache-2.0
 * Passes over the play, each of which tries one kind of smaller thing, until a whole round changes nothing: acts out
 * (in halves, then one by one), a plainer contact, an earlier and rounder start, acts to full hours and days. */
#include "compiler/testing/shrink.h"
#include <string.h>

struct shrink {
	struct play best;
	const struct play *plain;
	play_predicate *predicate;
	void *context;
	uint32_t left; /* tries */
	struct arena *arena;
	bool changed;
};

/* Takes the candidate where it still holds. */
static bool attempt(struct shrink *s, struct play candidate)
{
	if (!s->left)
		return false;
	s->left--;
	struct play tried = play_copy(&candidate, s->arena);
	if (!s->predicate(s->context, &tried))
		return false;
	s->best = tried;
	s->changed = true;
	return true;
}

static struct play without_acts(struct shrink *s, size_t from, size_t count)
{
	struct play p = play_copy(&s->best, s->arena);
	memmove(p.acts + from, p.acts + from + count, (p.act_count - from - count) * sizeof *p.acts);
	p.act_count -= count;
	return p;
}

static void fewer_acts(struct shrink *s)
{
	for (size_t n = s->best.act_count; n; n /= 2)
		for (size_t from = 0; from + n <= s->best.act_count && s->left;)
			if (!attempt(s, without_acts(s, from, n)))
				from++;
}

/* The plain contact's field of that name; NULL: none. */
static const struct drive_field *plain_of(const struct shrink *s, const struct drive_field *f)
{
	return s->plain ? play_field(s->plain, f->name) : NULL;
}

static bool is_plain(const struct shrink *s, size_t i)
{
	const struct drive_field *plain = plain_of(s, &s->best.fields[i]);
	return plain && slice_eq(plain->text, s->best.fields[i].text);
}

/* All of the plain contact's at once, then field by field: out, or as it has it. */
static void plainer_fields(struct shrink *s)
{
	struct play p = play_copy(&s->best, s->arena);
	bool all_plain = s->plain && s->best.field_count == s->plain->field_count;
	for (size_t i = 0; all_plain && i < s->best.field_count; i++)
		all_plain = is_plain(s, i);
	if (s->plain && !all_plain) {
		p.fields = s->plain->fields;
		p.field_count = s->plain->field_count;
		if (attempt(s, p))
			return;
	}
	for (size_t i = 0; i < s->best.field_count;) {
		if (is_plain(s, i)) {
			i++;
			continue;
		}
		p = play_copy(&s->best, s->arena);
		p.fields[i] = p.fields[--p.field_count];
		if (attempt(s, p))
			continue;
		p = play_copy(&s->best, s->arena);
		const struct drive_field *plain = plain_of(s, &p.fields[i]);
		if (plain) {
			p.fields[i].text = plain->text;
			attempt(s, p);
		}
		i++;
	}
}

static void fewer_values(struct shrink *s)
{
	for (size_t a = 0; a < s->best.act_count; a++) {
		for (size_t i = 0; i < s->best.acts[a].act.event.field_count;) {
			struct play p = play_copy(&s->best, s->arena);
			struct drive_event *e = &p.acts[a].act.event;
			struct drive_field *fields = ARENA_ARRAY(s->arena, struct drive_field, e->field_count);
			memcpy(fields, e->fields, e->field_count * sizeof *fields);
			memmove(fields + i, fields + i + 1, (e->field_count - i - 1) * sizeof *fields);
			e->fields = fields;
			e->field_count--;
			if (!attempt(s, p) || a >= s->best.act_count)
				i++;
			if (a >= s->best.act_count)
				return;
		}
		struct play p = play_copy(&s->best, s->arena);
		p.acts[a].act.event.text = (struct slice){0};
		if (s->best.acts[a].act.event.text.n)
			attempt(s, p);
	}
}

/* The whole play at another time. */
static bool start_at(struct shrink *s, int64_t start_us)
{
	struct play p = play_copy(&s->best, s->arena);
	for (size_t i = 0; i < p.act_count; i++)
		p.acts[i].at_us += start_us - p.start_us;
	p.start_us = start_us;
	return attempt(s, p);
}

static void plainer_start(struct shrink *s)
{
	struct play calm = play_copy(&s->best, s->arena);
	calm.spread = calm.ramp = false;
	if (s->best.spread || s->best.ramp)
		attempt(s, calm);
	if (s->plain && (s->best.start_us == s->plain->start_us || start_at(s, s->plain->start_us)))
		return;
	static const int64_t STEPS[] = {US_PER_DAY, US_PER_HOUR};
	for (size_t i = 0; i < 2; i++) {
		int64_t round_us = s->best.start_us / STEPS[i] * STEPS[i];
		if (round_us != s->best.start_us && start_at(s, round_us))
			return;
	}
}

static bool move_act(struct shrink *s, size_t i, int64_t at_us)
{
	int64_t before_us = i ? s->best.acts[i - 1].at_us : s->best.start_us;
	if (at_us < before_us || at_us >= s->best.acts[i].at_us)
		return false;
	struct play p = play_copy(&s->best, s->arena);
	p.acts[i].at_us = at_us;
	return attempt(s, p);
}

/* As early as may be (halving the way), then to a full hour. */
static void rounder_times(struct shrink *s)
{
	for (size_t i = 0; i < s->best.act_count; i++) {
		int64_t before_us = i ? s->best.acts[i - 1].at_us : s->best.start_us;
		if (move_act(s, i, before_us) || i >= s->best.act_count)
			continue;
		for (int64_t way_us = (s->best.acts[i].at_us - before_us) / 2; way_us >= US_PER_HOUR; way_us /= 2) {
			int64_t at_us = s->best.acts[i].at_us - way_us;
			move_act(s, i, at_us / US_PER_HOUR * US_PER_HOUR);
			if (i >= s->best.act_count)
				return;
		}
	}
}

struct play play_shrink(const struct play *p, const struct play *plain, play_predicate *predicate, void *context,
                        uint32_t tries, struct arena *arena)
{
	struct shrink s = {.best = play_copy(p, arena),
	                   .plain = plain,
	                   .predicate = predicate,
	                   .context = context,
	                   .left = tries,
	                   .arena = arena};
	do {
		s.changed = false;
		fewer_acts(&s);
		plainer_fields(&s);
		plainer_start(&s);
		fewer_values(&s);
		rounder_times(&s);
	} while (s.changed && s.left);
	return s.best;
}
