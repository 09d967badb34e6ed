/* SPDX-License-Identifier: Apache-2.0
 * seqc check --emit-test: what a finding says can happen is looked for by playing the sequence, and the smallest play
 * that shows it is written as a `test`. Promises that cannot be kept are let through for that. */
#include "compiler/testing/explore.h"
#include "compiler/testing/finding.h"
#include "compiler/testing/write_test.h"
#include "compiler/verbs/verbs.h"
#include <string.h>

enum { RUNS = 3000, AT_MOST_MS = 3000 };

/* ---- which run ---- */

static bool was_sent(const struct run_seen *run, struct slice step, size_t *at)
{
	for (size_t i = 0; i < run->happening_count; i++) {
		const struct drive_line *line = &run->happenings[i].line;
		if (line->event != DRIVE_SENT || (step.n && !slice_eq(line->step, step)))
			continue;
		*at = i;
		return true;
	}
	return false;
}

static bool limit_moved(const struct happening *h)
{
	for (size_t i = 0; i < h->shift_count; i++)
		if (slice_find(h->shifts[i].reason, SLICE("limit")) >= 0)
			return true;
	return false;
}

/* explore's `holds`: false where the run shows what is wanted. */
static bool is_without(void *context, const struct run_seen *run, struct run_broken *broken)
{
	const struct finding *f = context;
	size_t at = 0, other;
	bool shows = false;
	if (f->kind == FINDING_OVER)
		return run_has_at_most(run, f->what, f->count, f->period_days, broken);
	if (f->kind == FINDING_BOTH)
		shows = was_sent(run, f->other, &other) && was_sent(run, f->step, &at);
	for (size_t i = 0; i < run->happening_count && !shows && f->kind != FINDING_BOTH; i++) {
		const struct happening *h = &run->happenings[i];
		if (f->kind == FINDING_LIMIT_ENDS)
			shows = h->line.event == DRIVE_EXIT && slice_is(h->line.reason, "limit");
		else if (f->kind == FINDING_LIMIT_WAITS)
			shows = h->line.event == DRIVE_SENT && slice_eq(h->line.step, f->step) && limit_moved(h);
		else
			shows = h->line.event == DRIVE_EXIT && h->line.at_us == run->play->start_us &&
			        !run->play->act_count && !was_sent(run, (struct slice){0}, &at);
		at = i;
	}
	*broken = (struct run_broken){.which = INVARIANT_LIMIT, .happening = at};
	return !shows;
}

/* ---- a test ---- */

/* A title is a plain string of one line. */
static struct slice title_of(struct arena *arena, const struct diag *g)
{
	struct slice text = arena_printf(arena, "%s: %.*s", diag_info_at(g->code)->code, SLICE_ARG(g->message));
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] == '"' || text.p[i] == '`' || text.p[i] == '\\' || text.p[i] == '\n')
			((char *)(uintptr_t)text.p)[i] = '\'';
	return text;
}

static void put_test(const struct compile *k, struct tz_db *zones, const struct diag *g, struct finding *f,
                     struct buf *out)
{
	struct arena arena;
	struct buf error = {0};
	struct explore_report r;
	struct diag_place at = diag_place_of(&k->sources, g->span);
	struct explore_options o = {.k = k,
	                            .sequence = f->sequence,
	                            .zones = zones,
	                            .seed = 1,
	                            .runs = RUNS,
	                            .at_most_ms = AT_MOST_MS,
	                            .holds = is_without,
	                            .context = f};
	arena_init(&arena, 0, NULL);
	bool ok = explore(&o, &r, &arena, &error);
	buf_addf(out, "%s# %.*s:%u: %s\n", out->n ? "\n" : "", SLICE_ARG(at.file), at.line,
	         diag_info_at(g->code)->code);
	struct scenario *s = ok && r.broken ? play_run(k, zones, &r.play, NEVER_US, NULL, NULL, &error) : NULL;
	if (s)
		write_test(out, title_of(&arena, g), k, &r.play, s);
	else if (ok)
		buf_addf(out, "# %.*s: none of %u plays showed it\n", SLICE_ARG(g->message), r.plays);
	else
		buf_addf(out, "# it cannot be played: %s\n", buf_cstr(&error));
	scenario_close(s);
	buf_free(&error);
	arena_free(&arena);
}

bool verb_emit_tests(const struct cli *c, const struct compile *found, struct buf *out)
{
	struct compile k;
	struct tz_db *zones = tz_db_open(NULL);
	const char *path = cli_get(c, "PATH");
	bool is_stdin = path && strcmp(path, "-") == 0;
	if (is_stdin)
		cli_error(c, "--emit-test compiles twice, and standard input is read once");
	compile_init(&k);
	k.emit = k.unproven = true;
	k.workspace_folder = cli_get(c, "--workspace");
	if (!is_stdin && zones && !compile_path(&k, path))
		buf_adds(out, "# what is found can be played once the other errors are mended\n");
	for (uint32_t i = 0; !is_stdin && zones && k.policy.n && i < found->diags.count; i++) {
		const struct diag *g = &found->diags.items[i];
		struct finding f = finding_of(&k, g);
		if (f.kind != FINDING_OTHER)
			put_test(&k, zones, g, &f, out);
	}
	out->failed |= !zones;
	compile_free(&k);
	if (zones)
		tz_db_close(zones);
	return !is_stdin;
}
