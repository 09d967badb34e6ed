/* SPDX-License-Identifier: Apache-2.0
 * Sentences are for somebody who writes sequences, not programs: what was expected, what happened, what to write. */
#include "compiler/testing/judge.h"
#include "base/utf8.h"
#include "compiler/testing/test_time.h"
#include <string.h>

#define NOT_FOUND SIZE_MAX

/* ---- what happened ---- */

bool judge_is_own(const struct judge *j, const struct happening *h)
{
	return slice_eq(h->line.sequence, j->test->sequence);
}

bool judge_is_message(const struct judge *j, const struct happening *h)
{
	return h->line.event == DRIVE_SENT && judge_is_own(j, h);
}

bool judge_is_errand(const struct judge *j, const struct happening *h)
{
	enum drive_line_event e = h->line.event;
	return judge_is_own(j, h) && (e == DRIVE_TASK || e == DRIVE_WEBHOOK || e == DRIVE_ALERT || e == DRIVE_PAGE);
}

struct slice judge_what(struct judge *j, const struct happening *h)
{
	struct arena *arena = &j->v->arena;
	const struct drive_line *line = &h->line;
	const char *word = drive_line_word(line->event);
	const char *of = judge_is_own(j, h) ? "" : " of ";
	struct slice sequence = *of ? line->sequence : (struct slice){0};
	if (line->event == DRIVE_SENT)
		return arena_printf(arena, "%.*s %.*s%s%.*s", SLICE_ARG(line->kind), SLICE_ARG(line->step), of,
		                    SLICE_ARG(sequence));
	if (judge_is_errand(j, h))
		return arena_printf(arena, "%s %.*s", word, SLICE_ARG(line->step));
	bool is_word = line->reason.n && !memchr(line->reason.p, ' ', line->reason.n);
	const char *quote = line->reason.n && !is_word && line->event == DRIVE_EXIT ? "\"" : "";
	return arena_printf(arena, "%s%s%.*s%s%s%.*s%s%s%.*s", word, line->step.n ? " " : "", SLICE_ARG(line->step),
	                    line->reason.n ? line->step.n ? ": " : " " : "", quote, SLICE_ARG(line->reason), quote, of,
	                    SLICE_ARG(sequence));
}

const char *judge_verb(const struct happening *h)
{
	switch (h->line.event) {
	case DRIVE_SENT: return "left";
	case DRIVE_PAGE: return "was shown";
	case DRIVE_TASK:
	case DRIVE_WEBHOOK:
	case DRIVE_ALERT: return "was made";
	case DRIVE_EXIT:
	case DRIVE_FINISH: return "came";
	default: return "happened";
	}
}

const struct tz *judge_zone(const struct judge *j, int64_t at_us)
{
	return scenario_zone(j->s, at_us);
}

bool judge_same_time(const struct test_line *l, const struct tz *zone, int64_t expected_us, int64_t actual_us)
{
	bool counted = l->time.given && l->time.relative && l->time.offset.unit == UNIT_US && l->time.at_minute < 0;
	int64_t apart_us = actual_us - expected_us;
	return test_time_same(zone, expected_us, actual_us) &&
	       (!counted || (apart_us > -US_PER_MINUTE && apart_us < US_PER_MINUTE));
}

static struct slice when(struct judge *j, int64_t at_us)
{
	char at[40];
	return arena_printf(&j->v->arena, "%s", tz_format_people(judge_zone(j, at_us), at_us, at));
}

/* ---- what a line says ---- */

/* One line, however it was laid out, without what stands behind #. */
static struct slice tidy(struct judge *j, struct slice text)
{
	text = slice_trim(text);
	char *out = arena_alloc(&j->v->arena, text.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < text.n; i++) {
		bool blank = text.p[i] == ' ' || text.p[i] == '\t' || text.p[i] == '\n';
		if (!blank)
			out[n++] = text.p[i];
		else if (n && out[n - 1] != ' ')
			out[n++] = ' ';
	}
	return (struct slice){out, n};
}

static bool is_quoted(const struct judge *j, const struct test_line *l)
{
	struct slice source = source_text(&j->o->k->sources, l->span);
	return source.n && memchr(source.p, '"', source.n);
}

static struct slice line_what(struct judge *j, const struct test_line *l)
{
	struct arena *arena = &j->v->arena;
	struct slice source = source_text(&j->o->k->sources, l->span);
	const char *quote;
	switch (l->kind) {
	case TEST_AT:
		if (l->time.span.end > l->span.start && l->time.span.end <= l->span.end)
			source = (struct slice){source.p + (l->time.span.end - l->span.start),
			                        l->span.end - l->time.span.end};
		return tidy(j, source);
	case TEST_EXPECT: return arena_printf(arena, "%.*s %.*s", SLICE_ARG(l->word), SLICE_ARG(l->step));
	case TEST_EXPECT_EXIT:
		quote = is_quoted(j, l) ? "\"" : "";
		return arena_printf(arena, "exit %s%.*s%s", quote, SLICE_ARG(l->text), quote);
	case TEST_EXPECT_POSITION: return arena_printf(arena, "position %.*s", SLICE_ARG(l->step));
	case TEST_EXPECT_THAT:
		if (slice_starts(source, "expect"))
			source = (struct slice){source.p + 6, source.n - 6};
		return tidy(j, source);
	case TEST_EXPECT_UNTIL: return SLICE("nothing until");
	case TEST_EXPECT_NO_MORE: break;
	}
	return SLICE("nothing more");
}

/* ---- rows ---- */

static struct test_row *add_row(struct judge *j)
{
	struct verdict *v = j->v;
	struct test_row *row = &ARENA_PUSH(&v->arena, v->rows, v->row_count, v->row_cap);
	*row = (struct test_row){.expected_wall_us = WALL_NONE, .actual_wall_us = WALL_NONE};
	return row;
}

static int64_t wall(const struct judge *j, int64_t at_us)
{
	return at_us == NEVER_US || !j->s ? WALL_NONE : test_time_wall(judge_zone(j, at_us), at_us);
}

/* By the clock of just before: the zone that is set there is not yet the one that the line is written in. */
static int64_t wall_before(const struct judge *j, int64_t at_us)
{
	return at_us == NEVER_US || !j->s ? WALL_NONE : test_time_wall(judge_zone(j, at_us - 1), at_us);
}

/* "window; Mon 9 Mar 09:00 is the first open instant": what stands before the semicolon. */
static struct slice cause_of(struct slice reason)
{
	const char *end = reason.n ? memchr(reason.p, ';', reason.n) : NULL;
	return end ? (struct slice){reason.p, (size_t)(end - reason.p)} : reason;
}

static const struct test_shift *shifts_of(struct judge *j, const struct happening *h)
{
	struct test_shift *first = NULL, **last = &first;
	for (size_t i = 0; i < h->shift_count; i++) {
		const struct scenario_shift *shift = &h->shifts[i];
		if (!shift->reason.n)
			continue;
		*last = ARENA_NEW(&j->v->arena, struct test_shift);
		**last = (struct test_shift){.due_wall_us = wall(j, shift->due_us),
		                             .cause = arena_copy(&j->v->arena, cause_of(shift->reason))};
		last = &(*last)->next;
	}
	return first;
}

static void set_actual(struct judge *j, struct test_row *row, const struct happening *h)
{
	row->actual = judge_what(j, h);
	row->actual_wall_us = wall(j, h->line.at_us);
	row->shifts = shifts_of(j, h);
}

void judge_row_start(struct judge *j, int64_t start_us)
{
	struct test_row *row = add_row(j);
	row->expected = row->actual = SLICE("start");
	row->expected_wall_us = row->actual_wall_us = wall(j, start_us);
	row->is_act = true;
}

void judge_row_line(struct judge *j, const struct test_line *l, int64_t expected_us, int64_t acted_us, bool differs)
{
	struct test_row *row = add_row(j);
	bool is_act = l->kind == TEST_AT;
	row->expected = line_what(j, l);
	row->expected_wall_us = is_act ? wall_before(j, expected_us) : wall(j, expected_us);
	row->differs = differs;
	row->is_act = is_act;
	if (acted_us != NEVER_US) {
		row->actual = row->expected;
		row->actual_wall_us = wall_before(j, acted_us);
	}
}

void judge_row_happened(struct judge *j, const struct happening *h, bool differs)
{
	if (h->line.event != DRIVE_ENROLLED)
		set_actual(j, add_row(j), h);
	if (differs)
		j->v->rows[j->v->row_count - 1].differs = true;
}

void judge_row_both(struct judge *j, const struct test_line *l, int64_t expected_us, const struct happening *h,
                    bool differs)
{
	struct test_row *row = add_row(j);
	row->expected = line_what(j, l);
	row->expected_wall_us = wall(j, expected_us);
	row->differs = differs;
	set_actual(j, row, h);
}

/* ---- playing on without judging ---- */

struct acted {
	const struct test_line *line;
	size_t before; /* what had happened until then */
	int64_t at_us;
};

/* Does what the lines from here on do, at their times, and runs to the end. Where a line cannot be done any more it
 * stops. */
static struct acted *play_on(struct judge *j, const struct test_line *from, size_t *count)
{
	struct acted *acted = NULL;
	uint32_t n = 0, cap = 0;
	int64_t base_us = j->here_us;
	bool ok = j->s != NULL;
	for (const struct test_line *l = from; ok && l; l = l->next) {
		int64_t at_us = l->time.given ? test_time_us(&l->time, judge_zone(j, base_us), base_us) : base_us;
		base_us = at_us;
		if (l->kind != TEST_AT)
			continue;
		if (at_us < j->s->now_us)
			at_us = j->s->now_us;
		ok = scenario_run(j->s, at_us, true, &j->error);
		if (ok)
			ARENA_PUSH(&j->v->arena, acted, n, cap) = (struct acted){l, j->s->happening_count, at_us};
		ok = ok && judge_act(j, l, at_us);
	}
	if (ok)
		scenario_run(j->s, NEVER_US, false, &j->error);
	*count = n;
	return acted;
}

static size_t find(const struct judge *j, const struct test_line *l, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		if (judge_matches(j, l, &j->s->happenings[i]))
			return i;
	return NOT_FOUND;
}

static size_t happened(const struct judge *j)
{
	return j->s ? j->s->happening_count : 0;
}

static void flush(struct judge *j, size_t to)
{
	for (; j->cursor < to; j->cursor++) {
		const struct happening *h = &j->s->happenings[j->cursor];
		judge_row_happened(j, h, judge_is_message(j, h));
	}
}

void judge_rest(struct judge *j)
{
	flush(j, happened(j));
}

/* An expectation beside what comes nearest to it. */
static void row_of_line(struct judge *j, const struct test_line *l, int64_t at_us)
{
	size_t i = find(j, l, j->cursor, happened(j));
	if (i == NOT_FOUND) {
		judge_row_line(j, l, at_us, NEVER_US, true);
		return;
	}
	flush(j, i);
	const struct happening *h = &j->s->happenings[j->cursor++];
	judge_row_both(j, l, at_us, h, at_us != NEVER_US && !judge_same_time(l, h->line.zone, at_us, h->line.at_us));
	j->here_us = h->line.at_us;
}

/* Rows for the lines from here on and for what else has happened; `failed` is the one that does not hold. */
static void put_rest(struct judge *j, const struct test_line *from, const struct test_line *failed,
                     const struct acted *acted, size_t acted_count)
{
	size_t next = 0;
	for (const struct test_line *l = from; l; l = l->next) {
		int64_t at_us = NEVER_US;
		if (l->time.given && j->s)
			at_us = test_time_us(&l->time, judge_zone(j, j->here_us), j->here_us);
		if (l->kind == TEST_EXPECT || l->kind == TEST_EXPECT_EXIT) {
			row_of_line(j, l, at_us);
		} else if (l->kind == TEST_AT && next < acted_count && acted[next].line == l) {
			if (acted[next].before > j->cursor)
				flush(j, acted[next].before);
			judge_row_line(j, l, at_us, acted[next++].at_us, false);
		} else {
			judge_row_line(j, l, at_us, NEVER_US, l == failed);
		}
		if (at_us != NEVER_US && l->kind != TEST_EXPECT)
			j->here_us = at_us;
	}
	flush(j, happened(j));
	j->over = true;
}

static void derail(struct judge *j, struct test_line *l)
{
	size_t count;
	const struct acted *acted = play_on(j, l, &count);
	put_rest(j, l, l, acted, count);
}

/* ---- sentences ---- */

struct test_problem *judge_problem(struct judge *j, enum test_problem_kind kind, struct test_line *l, struct span span)
{
	struct test_problem *p = ARENA_NEW(&j->v->arena, struct test_problem);
	*p = (struct test_problem){.kind = kind, .line = l, .span = span};
	if (j->v->last_problem)
		j->v->last_problem->next = p;
	else
		j->v->problems = p;
	j->v->last_problem = p;
	j->v->problem_count++;
	return p;
}

/* "23 hours later", "1 day and 2 hours earlier" */
static struct slice apart(struct judge *j, int64_t expected_us, int64_t actual_us)
{
	int64_t minutes = (wall(j, actual_us) - wall(j, expected_us)) / US_PER_MINUTE;
	if (!minutes) /* the two passes of an hour */
		minutes = (actual_us - expected_us) / US_PER_MINUTE;
	const char *way = minutes < 0 ? "earlier" : "later";
	if (minutes < 0)
		minutes = -minutes;
	const struct {
		int64_t n;
		const char *unit;
	} parts[] = {{minutes / 1440, "day"}, {minutes / 60 % 24, "hour"}, {minutes % 60, "minute"}};
	struct buf out = {0};
	for (int i = 0; i < 3; i++)
		if (parts[i].n)
			buf_addf(&out, "%s%lld %s%s", out.n ? " and " : "", (long long)parts[i].n, parts[i].unit,
			         parts[i].n == 1 ? "" : "s");
	buf_addf(&out, " %s", way);
	return arena_take(&j->v->arena, &out);
}

/* Why it left when it did. */
static struct slice why_then(struct judge *j, const struct happening *h)
{
	struct buf out = {0};
	for (size_t i = 0; i < h->shift_count; i++) {
		struct slice reason = h->shifts[i].reason, cause = cause_of(reason), due = when(j, h->shifts[i].due_us);
		if (!reason.n)
			continue;
		struct slice rest = {reason.p + cause.n, reason.n - cause.n};
		if (slice_starts(rest, "; "))
			rest = (struct slice){rest.p + 2, rest.n - 2};
		buf_addf(&out, "%s was due %.*s, but was moved (%.*s)%s%.*s", out.n ? "; then it" : "it",
		         SLICE_ARG(due), SLICE_ARG(cause), rest.n ? ": " : "", SLICE_ARG(rest));
	}
	return arena_take(&j->v->arena, &out);
}

void judge_wrong_time(struct judge *j, struct test_line *l, const struct happening *h, int64_t expected_us)
{
	struct arena *arena = &j->v->arena;
	struct test_problem *p = judge_problem(j, PROBLEM_TIME, l, l->time.span);
	struct slice at = when(j, h->line.at_us), what = judge_what(j, h), by = apart(j, expected_us, h->line.at_us);
	p->message = arena_printf(arena, "%.*s %s %.*s, %.*s than expected", SLICE_ARG(what), judge_verb(h),
	                          SLICE_ARG(at), SLICE_ARG(by));
	p->label = arena_printf(arena, "it %s %.*s", judge_verb(h), SLICE_ARG(at));
	p->note = why_then(j, h);
	if (wall(j, expected_us) == wall(j, h->line.at_us))
		p->note = SLICE("clocks go back then, so that this time of day comes twice");
	else if (!p->note.n && h->line.event == DRIVE_SENT)
		p->note = SLICE("it was due then: no window, quiet hours or limit moved it");
	p->zone = h->line.zone;
	p->base_us = j->here_us;
	p->actual_us = h->line.at_us;
}

void judge_wrong_channel(struct judge *j, struct test_line *l, const struct happening *h)
{
	struct test_problem *p = judge_problem(j, PROBLEM_OTHER, l, l->span);
	p->message = arena_printf(&j->v->arena, "%.*s left as %.*s, not as %.*s", SLICE_ARG(l->step),
	                          SLICE_ARG(h->line.kind), SLICE_ARG(l->word));
	p->label = arena_printf(&j->v->arena, "it left as %.*s", SLICE_ARG(h->line.kind));
}

/* A name is the reason's first word, "when" of "when contact.vip"; what is quoted is all of it: `exit "lost"` is not
 * `exit "lost to another"`. */
void judge_check_reason(struct judge *j, struct test_line *l, const struct happening *h)
{
	struct slice reason = h->line.reason, wanted = l->text;
	bool finished = h->line.event == DRIVE_FINISH;
	bool begins = wanted.n && reason.n > wanted.n && reason.p[wanted.n] == ' ' &&
	              memcmp(reason.p, wanted.p, wanted.n) == 0;
	bool holds = slice_eq(reason, wanted) || (begins && !is_quoted(j, l));
	if (finished && slice_is(wanted, "finish"))
		holds = true;
	if (holds || (!wanted.n && !finished))
		return;
	struct test_problem *p = judge_problem(j, PROBLEM_OTHER, l, l->span);
	struct slice ended = judge_what(j, h), at = when(j, h->line.at_us), expected = line_what(j, l);
	if (finished) {
		p->message = arena_printf(&j->v->arena, "it came to its end %.*s, without %.*s", SLICE_ARG(at),
		                          SLICE_ARG(expected));
		p->label = SLICE("it came to its end");
	} else {
		p->message = arena_printf(&j->v->arena, "it ended %.*s by %.*s, not by %.*s", SLICE_ARG(at),
		                          SLICE_ARG(ended), SLICE_ARG(expected));
		p->label = arena_printf(&j->v->arena, "it was %.*s", SLICE_ARG(ended));
	}
}

/* "yes  intro.sent", a line for each part of the condition. */
static struct slice terms_of(struct judge *j, const struct test_line *l)
{
	struct buf out = {0};
	for (const struct test_term *term = l->terms; term; term = term->next) {
		bool yes = false;
		if (!scenario_probe(j->s, term->probe, &yes, &j->error))
			continue;
		struct slice text = tidy(j, source_text(&j->o->k->sources, term->span));
		buf_addf(&out, "%s%s  %.*s", out.n ? "\n" : "", yes ? "yes" : "no ", SLICE_ARG(text));
	}
	return arena_take(&j->v->arena, &out);
}

void judge_wrong_state(struct judge *j, struct test_line *l)
{
	struct arena *arena = &j->v->arena;
	struct test_problem *p = judge_problem(j, PROBLEM_STATE, l, l->span);
	struct slice at = when(j, j->s->now_us);
	if (l->kind == TEST_EXPECT_THAT) {
		struct slice what = line_what(j, l);
		p->message = arena_printf(arena, "on %.*s it is not so %.*s", SLICE_ARG(at), SLICE_ARG(what));
		p->label = SLICE("it is not so");
		p->detail = terms_of(j, l);
		return;
	}
	struct slice rests = scenario_position(j->s);
	const char *how = j->s->ended ? "has ended, last at" : "rests at";
	p->message = arena_printf(arena, "on %.*s it %s `%.*s`, and is not at `%.*s`", SLICE_ARG(at), how,
	                          SLICE_ARG(rests), SLICE_ARG(l->step));
	p->label = arena_printf(arena, "it %s `%.*s`", how, SLICE_ARG(rests));
}

/* "expect email bump at 2026-03-05 10:00" */
static struct slice line_for(struct judge *j, const struct happening *h)
{
	struct buf out = {0};
	struct slice what = judge_what(j, h);
	buf_addf(&out, "expect %.*s at ", SLICE_ARG(what));
	test_time_put_wall(&out, wall(j, h->line.at_us));
	return arena_take(&j->v->arena, &out);
}

/* Why something never was: what became of it, or of the enrollment. */
static struct slice why_never(struct judge *j, const struct test_line *l)
{
	struct arena *arena = &j->v->arena;
	for (size_t i = happened(j); i--;) {
		const struct happening *h = &j->s->happenings[i];
		struct slice at = when(j, h->line.at_us), what = judge_what(j, h);
		bool of_step = l->kind == TEST_EXPECT && slice_eq(h->line.step, l->step);
		if (of_step && (h->line.event == DRIVE_FAILED || h->line.event == DRIVE_SKIPPED))
			return arena_printf(arena, "it %s %.*s: %.*s", drive_line_word(h->line.event), SLICE_ARG(at),
			                    SLICE_ARG(h->line.reason));
		if (i < j->cursor && judge_matches(j, l, h))
			return arena_printf(arena, "%.*s %s already %.*s, before what the lines above say",
			                    SLICE_ARG(what), judge_verb(h), SLICE_ARG(at));
	}
	for (size_t i = happened(j); i--;) {
		const struct happening *h = &j->s->happenings[i];
		if (!judge_is_own(j, h) || (h->line.event != DRIVE_EXIT && h->line.event != DRIVE_FINISH))
			continue;
		struct slice at = when(j, h->line.at_us), what = judge_what(j, h);
		return arena_printf(arena, "the sequence ended %.*s: %.*s", SLICE_ARG(at), SLICE_ARG(what));
	}
	return arena_printf(arena, "it rests at `%.*s`, and nothing moves it on", SLICE_ARG(scenario_position(j->s)));
}

static const char *never(const struct test_line *l)
{
	if (l->kind == TEST_EXPECT_EXIT)
		return "never came";
	if (slice_is(l->word, "page"))
		return "was never shown";
	bool message = slice_is(l->word, "email") || slice_is(l->word, "sms") || slice_is(l->word, "whatsapp");
	return message ? "never left" : "was never made";
}

void judge_missing(struct judge *j, struct test_line *l)
{
	struct arena *arena = &j->v->arena;
	size_t count, came;
	const struct acted *acted = play_on(j, l, &count);
	struct test_problem *p = judge_problem(j, PROBLEM_MISSING, l, l->span);
	struct slice what = line_what(j, l);
	came = find(j, l, j->cursor, happened(j));
	if (came != NOT_FOUND) {
		const struct happening *h = &j->s->happenings[came];
		struct slice at = when(j, h->line.at_us);
		p->message = arena_printf(arena, "%.*s %s only %.*s, after what a line below does", SLICE_ARG(what),
		                          judge_verb(h), SLICE_ARG(at));
		p->label = arena_printf(arena, "it %s only %.*s", judge_verb(h), SLICE_ARG(at));
		p->note = why_then(j, h);
	} else {
		struct slice why = why_never(j, l);
		p->message = arena_printf(arena, "%.*s %s: %.*s", SLICE_ARG(what), never(l), SLICE_ARG(why));
		p->label = arena_printf(arena, "it %s", never(l));
	}
	put_rest(j, l, l, acted, count);
}

void judge_other(struct judge *j, struct test_line *l)
{
	struct arena *arena = &j->v->arena;
	size_t count, came;
	const struct acted *acted = play_on(j, l, &count);
	const struct happening *h = &j->s->happenings[j->cursor];
	struct slice other = judge_what(j, h), at = when(j, h->line.at_us), what = line_what(j, l);
	struct test_problem *p = judge_problem(j, PROBLEM_UNNAMED, l, l->span);
	came = find(j, l, j->cursor, happened(j));
	p->label = arena_printf(arena, "%.*s left %.*s", SLICE_ARG(other), SLICE_ARG(at));
	p->note = why_then(j, h);
	if (came != NOT_FOUND) {
		p->message = arena_printf(arena, "%.*s left %.*s, before %.*s, and no line names it", SLICE_ARG(other),
		                          SLICE_ARG(at), SLICE_ARG(what));
		p->help = arena_printf(arena, "if that is right, write before this line:\n%.*s",
		                       SLICE_ARG(line_for(j, h)));
	} else {
		struct slice why = why_never(j, l);
		p->message = arena_printf(arena, "%.*s left %.*s in the place of %.*s", SLICE_ARG(other), SLICE_ARG(at),
		                          SLICE_ARG(what));
		p->help = arena_printf(arena, "%.*s %s: %.*s", SLICE_ARG(what), never(l), SLICE_ARG(why));
	}
	put_rest(j, l, l, acted, count);
}

void judge_unnamed(struct judge *j, struct test_line *l)
{
	struct arena *arena = &j->v->arena;
	size_t more = 0;
	const struct happening *h = &j->s->happenings[j->cursor];
	struct slice what = judge_what(j, h), at = when(j, h->line.at_us), line = line_for(j, h);
	struct test_problem *p = judge_problem(j, PROBLEM_UNNAMED, l, l ? l->span : j->test->span);
	bool message = judge_is_message(j, h);
	p->label = arena_printf(arena, "%.*s %s %.*s", SLICE_ARG(what), judge_verb(h), SLICE_ARG(at));
	p->note = why_then(j, h);
	for (size_t i = j->cursor + 1; i < j->s->happening_count && !l; i++)
		more += judge_is_message(j, &j->s->happenings[i]);
	if (!l)
		p->message =
		        arena_printf(arena, "%.*s left %.*s, and no line names it", SLICE_ARG(what), SLICE_ARG(at));
	else if (l->kind == TEST_EXPECT_NO_MORE || l->kind == TEST_EXPECT_UNTIL)
		p->message = arena_printf(arena, "%.*s %s %.*s", SLICE_ARG(what), judge_verb(h), SLICE_ARG(at));
	else
		p->message = arena_printf(arena, "%.*s left %.*s, before this line, and no line names it",
		                          SLICE_ARG(what), SLICE_ARG(at));
	if (more == 1)
		p->message = arena_printf(arena, "%.*s, nor the one after it", SLICE_ARG(p->message));
	else if (more)
		p->message = arena_printf(arena, "%.*s, nor the %zu after it", SLICE_ARG(p->message), more);
	if (!l)
		p->help = arena_printf(arena, "if that is right, write at its end:\n%.*s", SLICE_ARG(line));
	else
		p->help = arena_printf(arena, "if that is right, write before this line:\n%.*s", SLICE_ARG(line));
	if (!message && l && l->kind == TEST_AT)
		p->help = (struct slice){0};
	derail(j, l);
}

void judge_goes_back(struct judge *j, struct test_line *l, int64_t at_us)
{
	struct arena *arena = &j->v->arena;
	struct slice at = when(j, at_us), now = when(j, j->s->now_us);
	struct test_problem *p = judge_problem(j, PROBLEM_MISSING, l, l->time.given ? l->time.span : l->span);
	p->message = arena_printf(arena, "%.*s has passed: the lines above have come to %.*s", SLICE_ARG(at),
	                          SLICE_ARG(now));
	p->label = arena_printf(arena, "it is %.*s already", SLICE_ARG(now));
	derail(j, l);
}

void judge_broken(struct judge *j, struct test_line *l)
{
	struct arena *arena = &j->v->arena;
	struct slice error = slice_of(buf_cstr(&j->error));
	const char *newline = error.n ? memchr(error.p, '\n', error.n) : NULL;
	size_t n = newline ? (size_t)(newline - error.p) : error.n;
	struct test_problem *p = judge_problem(j, PROBLEM_BROKEN, l, l ? l->span : j->test->span);
	p->message = arena_copy(arena, (struct slice){error.p, n});
	if (newline)
		p->detail = arena_copy(arena, slice_trim((struct slice){newline + 1, error.n - n - 1}));
	if (!p->message.n)
		p->message = SLICE("out of memory");
	j->over = true;
	if (j->s) /* else it has not begun */
		put_rest(j, l ? l : j->test->lines, l, NULL, 0);
}
