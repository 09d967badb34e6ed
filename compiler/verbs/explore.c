/* SPDX-License-Identifier: Apache-2.0
 * seqc test --explore: each sequence is played many times over, with events and times that nobody wrote down, and each
 * run is held to what must always be so. What breaks it is made small, and shown as a timeline and as a test. */
#include "compiler/testing/explore.h"
#include "base/clock.h"
#include "compiler/testing/coverage.h"
#include "compiler/testing/write_test.h"
#include "compiler/verbs/verbs.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { RUNS_DEFAULT = 2000, MS_DEFAULT = 2000, MS_LEAST = 100, NEVER_SHOWN = 12 };

struct exploring {
	const struct cli *c;
	const struct compile *k;
	struct tz_db *zones;
	struct coverage *coverage;
	bool *reached; /* a place of the coverage each */
	uint64_t seed;
	uint32_t runs, at_most_ms;
	struct slice sequence; /* in hand */
	struct arena arena;
	bool text, colour, told, first;
	struct buf out;
};

/* ---- what explore tells ---- */

static void on_play(void *context, const struct play *p, const struct scenario *s, const uint8_t *marks)
{
	struct exploring *x = context;
	uint32_t count;
	const struct covered *places = coverage_points(x->coverage, &count);
	(void)p;
	for (uint32_t i = 0; i < count; i++)
		if (!x->reached[i] && slice_eq(places[i].sequence, x->sequence))
			x->reached[i] = coverage_reached(places[i].point, marks, x->sequence, s);
}

static void on_progress(void *context, uint32_t runs, uint32_t reached, uint32_t marks)
{
	struct exploring *x = context;
	if (!x->text || !isatty(fileno(x->c->err)))
		return;
	fprintf(x->c->err, "\r%.*s: %u plays, %u%% of its code\033[K", SLICE_ARG(x->sequence), runs,
	        marks ? reached * 100 / marks : 100);
	fflush(x->c->err);
	x->told = true;
}

static void end_progress(struct exploring *x)
{
	if (x->told)
		fputs("\r\033[K", x->c->err);
	x->told = false;
}

/* ---- a timeline ---- */

static void put_when(struct buf *out, const struct tz *zone, int64_t at_us)
{
	char at[40];
	buf_addf(out, "    %s  ", tz_format_people(zone, at_us, at));
}

static void put_act(struct buf *out, const struct tz *zone, const struct play_act *a)
{
	static const char *const WORDS[] = {[ACT_EVENT] = "",
	                                    [ACT_SET] = "set",
	                                    [ACT_PAUSE] = "pause",
	                                    [ACT_RESUME] = "resume",
	                                    [ACT_DEPLOY] = "deploy"};
	const struct drive_event *e = &a->act.event;
	put_when(out, zone, a->at_us);
	buf_addf(out, "> %s", a->act.kind == ACT_EVENT ? drive_event_word(e->kind) : WORDS[a->act.kind]);
	for (size_t i = 0; a->act.kind == ACT_SET && i < a->act.field_count; i++)
		buf_addf(out, " %.*s = %.*s", SLICE_ARG(a->act.fields[i].name), SLICE_ARG(a->act.fields[i].text));
	if (a->act.by_account)
		buf_adds(out, " by account");
	const struct slice more[] = {e->step, e->name, e->outcome};
	for (size_t i = 0; a->act.kind == ACT_EVENT && i < 3; i++)
		if (more[i].n)
			buf_addf(out, " %.*s", SLICE_ARG(more[i]));
	buf_addc(out, '\n');
}

static void put_happening(struct buf *out, const struct tz *zone, const struct happening *h, bool wrong)
{
	const struct drive_line *line = &h->line;
	put_when(out, zone, line->at_us);
	const char *word = line->event == DRIVE_SENT ? "" : drive_line_word(line->event);
	buf_addf(out, "%s %s%s%.*s%s%.*s", wrong ? "!" : " ", word, *word && line->step.n ? " " : "",
	         SLICE_ARG(line->event == DRIVE_SENT ? line->kind : line->step), line->event == DRIVE_SENT ? " " : "",
	         SLICE_ARG(line->event == DRIVE_SENT ? line->step : (struct slice){0}));
	if (line->reason.n)
		buf_addf(out, "  (%.*s)", SLICE_ARG(line->reason));
	buf_addc(out, '\n');
}

static void put_timeline(struct buf *out, const struct play *p, const struct scenario *s,
                         const struct run_broken *broken)
{
	size_t act = 0;
	for (size_t i = 0; i < s->happening_count; i++) {
		const struct happening *h = &s->happenings[i];
		for (; act < p->act_count && p->acts[act].at_us <= h->line.at_us; act++)
			put_act(out, scenario_zone(s, p->acts[act].at_us), &p->acts[act]);
		put_happening(out, h->line.zone, h, i == broken->happening);
	}
	for (; act < p->act_count; act++)
		put_act(out, scenario_zone(s, p->acts[act].at_us), &p->acts[act]);
}

/* ---- what is said of a sequence ---- */

static void put_broken_test(struct exploring *x, const struct explore_report *r, struct buf *test, struct buf *timeline)
{
	struct buf error = {0};
	struct scenario *s = play_run(x->k, x->zones, &r->play, NEVER_US, NULL, NULL, &error);
	if (s) {
		struct slice title =
		        arena_printf(&x->arena, "%.*s: %s", SLICE_ARG(x->sequence), invariant_words(r->what.which));
		put_timeline(timeline, &r->play, s, &r->what);
		write_broken_test(test, title, x->k, &r->play, s, &r->what);
	}
	scenario_close(s);
	buf_free(&error);
}

static void put_broken(struct exploring *x, const struct explore_report *r)
{
	struct buf test = {0}, timeline = {0};
	put_broken_test(x, r, &test, &timeline);
	buf_addf(&x->out, "%sbroken%s: %s\n  %s\n", x->colour ? "\033[1;31m" : "", x->colour ? "\033[0m" : "",
	         invariant_words(r->what.which), r->what.text);
	buf_addf(&x->out, "  play %u of seed %llu, made small to %zu act%s:\n\n", r->at_play + 1,
	         (unsigned long long)x->seed, r->play.act_count, r->play.act_count == 1 ? "" : "s");
	buf_add_slice(&x->out, buf_slice(&timeline));
	buf_adds(&x->out, "\n  as a test, which fails until it is mended:\n\n");
	buf_add_slice(&x->out, buf_slice(&test));
	buf_addc(&x->out, '\n');
	buf_free(&timeline);
	buf_free(&test);
}

static void put_never(struct exploring *x, const struct covered *places, uint32_t count)
{
	uint32_t shown = 0, more = 0;
	for (uint32_t i = 0; i < count; i++) {
		if (x->reached[i] || !slice_eq(places[i].sequence, x->sequence))
			continue;
		if (shown++ >= NEVER_SHOWN) {
			more++;
			continue;
		}
		struct diag_place at = diag_place_of(&x->k->sources, places[i].point->span);
		buf_addf(&x->out, "  note: %.*s:%u: ", SLICE_ARG(at.file), at.line);
		coverage_say(x->coverage, places[i].point, &x->out);
		buf_adds(&x->out, " in any play\n");
	}
	if (more)
		buf_addf(&x->out, "  … and %u more\n", more);
}

static void put_text(struct exploring *x, const struct explore_report *r, int64_t ms)
{
	uint32_t count, all = 0, reached = 0;
	const struct covered *places = coverage_points(x->coverage, &count);
	for (uint32_t i = 0; i < count; i++) {
		all += slice_eq(places[i].sequence, x->sequence);
		reached += x->reached[i] && slice_eq(places[i].sequence, x->sequence);
	}
	buf_addf(&x->out, "%.*s: %u plays, %llu instants in %lld ms; ", SLICE_ARG(x->sequence), r->plays,
	         (unsigned long long)r->instants, (long long)ms);
	buf_addf(&x->out, "%u of %u marks of its code, %u of %u places\n", r->reached, r->marks, reached, all);
	if (r->broken)
		put_broken(x, r);
	else
		put_never(x, places, count);
}

static void put_json(struct exploring *x, const struct explore_report *r)
{
	buf_addf(&x->out, "%s{\"sequence\":", x->first ? "" : ",");
	buf_add_json(&x->out, x->sequence);
	buf_addf(&x->out,
	         ",\"plays\":%u,\"refused\":%u,\"instants\":%llu,\"marks_reached\":%u,\"marks\":%u,\"broken\":",
	         r->plays, r->refused, (unsigned long long)r->instants, r->reached, r->marks);
	if (r->broken) {
		struct buf test = {0}, timeline = {0};
		put_broken_test(x, r, &test, &timeline);
		buf_adds(&x->out, "{\"invariant\":");
		buf_add_json(&x->out, slice_of(invariant_words(r->what.which)));
		buf_adds(&x->out, ",\"message\":");
		buf_add_json(&x->out, slice_of(r->what.text));
		buf_addf(&x->out, ",\"play\":%u,\"test\":", r->at_play + 1);
		buf_add_json(&x->out, buf_slice(&test));
		buf_addc(&x->out, '}');
		buf_free(&timeline);
		buf_free(&test);
	} else {
		buf_adds(&x->out, "null");
	}
	buf_addc(&x->out, '}');
}

/* ---- all of them ---- */

/* Its own sequences; where it has none, those that it takes from the library. */
static bool is_asked(const struct exploring *x, const struct compile_result *r, const char *wanted, bool std)
{
	if (r->draft || !r->plan.n || x->k->sources.items[r->span.source].is_std != std)
		return false;
	return std || verb_is_below(x->k, r->span.source, wanted);
}

static uint32_t count_asked(const struct exploring *x, const char *wanted, bool std)
{
	uint32_t n = 0;
	for (uint32_t i = 0; i < x->k->result_count; i++)
		n += is_asked(x, &x->k->results[i], wanted, std);
	return n;
}

static bool explore_one(struct exploring *x, bool *broken)
{
	struct buf error = {0};
	struct explore_report report;
	struct explore_options o = {.k = x->k,
	                            .sequence = x->sequence,
	                            .zones = x->zones,
	                            .seed = x->seed,
	                            .runs = x->runs,
	                            .at_most_ms = x->at_most_ms,
	                            .each = on_play,
	                            .orders = true,
	                            .progress = on_progress,
	                            .context = x};
	int64_t from_us = clock_us(CLOCK_MONOTONIC);
	bool ok = explore(&o, &report, &x->arena, &error);
	end_progress(x);
	if (!ok) {
		cli_error(x->c, "%.*s cannot be explored: %s", SLICE_ARG(x->sequence), buf_cstr(&error));
	} else if (x->text) {
		put_text(x, &report, (clock_us(CLOCK_MONOTONIC) - from_us) / 1000);
	} else {
		put_json(x, &report);
	}
	*broken |= ok && report.broken;
	x->first = false;
	buf_free(&error);
	return ok;
}

static bool read_number(const struct cli *c, const char *flag, int64_t least, int64_t most, int64_t otherwise,
                        int64_t *out)
{
	const char *text = cli_get(c, flag);
	*out = otherwise;
	if (!text || (slice_to_i64(slice_of(text), out) && *out >= least && *out <= most))
		return true;
	cli_error(c, "%s takes a number from %lld to %lld, not `%s`", flag, (long long)least, (long long)most, text);
	return false;
}

static void put_ends(struct exploring *x, bool broken)
{
	if (!x->text) {
		buf_adds(&x->out, "]}\n");
		return;
	}
	if (broken) {
		buf_addf(&x->out, "seed %llu\n", (unsigned long long)x->seed);
		return;
	}
	buf_addf(&x->out, "\nin every play, of seed %llu:\n", (unsigned long long)x->seed);
	for (int i = 0; i < INVARIANT_COUNT; i++)
		buf_addf(&x->out, "  %s\n", invariant_words((enum invariant)i));
}

static int explore_all(struct exploring *x, const char *path)
{
	char *wanted = path && strcmp(path, "-") != 0 ? realpath(path, NULL) : NULL;
	bool std = count_asked(x, wanted, false) == 0, broken = false, ok = true;
	uint32_t asked = count_asked(x, wanted, std);
	if (!asked) {
		cli_error(x->c, "there is no sequence that can run in %s", path ? path : "this workspace");
		free(wanted);
		return EXIT_INPUT;
	}
	if (!cli_has(x->c, "--runs"))
		x->at_most_ms = MS_DEFAULT / asked > MS_LEAST ? MS_DEFAULT / asked : MS_LEAST;
	if (!x->text)
		buf_addf(&x->out, "{\"format_version\":1,\"seed\":%llu,\"sequences\":[", (unsigned long long)x->seed);
	for (uint32_t i = 0; i < x->k->result_count; i++) {
		if (!is_asked(x, &x->k->results[i], wanted, std))
			continue;
		x->sequence = x->k->results[i].name;
		ok = explore_one(x, &broken) && ok;
	}
	put_ends(x, broken);
	free(wanted);
	return !verb_put(x->c, &x->out) || !ok ? EXIT_CANNOT : broken ? EXIT_INPUT : EXIT_DONE;
}

int verb_explore(const struct cli *c, const struct compile *k, struct tz_db *zones)
{
	const char *format = cli_get(c, "--format");
	struct exploring x = {.c = c, .k = k, .zones = zones, .first = true};
	int64_t seed, runs;
	uint32_t count;
	if (!read_number(c, "--seed", 0, INT64_MAX, 1, &seed) ||
	    !read_number(c, "--runs", 1, INT32_MAX, RUNS_DEFAULT, &runs))
		return EXIT_CANNOT;
	x.seed = (uint64_t)seed;
	x.runs = (uint32_t)runs;
	x.text = !format || strcmp(format, "text") == 0;
	x.colour = cli_colour(c->out);
	x.coverage = coverage_new(k);
	if (x.coverage)
		coverage_points(x.coverage, &count);
	x.reached = x.coverage ? calloc((size_t)count + 1, sizeof *x.reached) : NULL;
	if (!x.reached) {
		cli_error(c, "out of memory");
		coverage_free(x.coverage);
		return EXIT_CANNOT;
	}
	arena_init(&x.arena, 0, NULL);
	int result = explore_all(&x, cli_get(c, "PATH"));
	arena_free(&x.arena);
	coverage_free(x.coverage);
	free(x.reached);
	buf_free(&x.out);
	return result;
}
