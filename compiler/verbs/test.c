/* SPDX-License-Identifier: Apache-2.0
 * seqc test: runs the `test` blocks of a workspace, on the machine that production runs and a clock that jumps.
 * Compiled once; each test is one contact in a store of its own in memory. */
#include "base/clock.h"
#include "compiler/testing/bless_test.h"
#include "compiler/testing/report_test.h"
#include "compiler/verbs/test_coverage.h"
#include "compiler/verbs/verbs.h"
#include <regex.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { FEW = 12 /* tests are listed without -v */, NAMES_MAX = 8, COLUMNS_DEFAULT = 80, COLUMNS_MAX = 140 };

struct testing {
	const struct cli *c;
	struct compile k;
	struct run_test_options options;
	struct coverage *coverage; /* NULL: nobody asks */
	unsigned threshold;        /* percent */
	struct arena arena;
	struct test **tests; /* those that are asked for */
	uint32_t count, cap, there;
	struct verdict *verdicts;
	uint32_t passed, blessed, shown;
	struct test_blessings blessings;
	struct report_style style;
	bool text; /* --format text */
	int64_t from_us, told_us;
};

/* ---- which tests ---- */

/* From where on the pattern cannot be read: what is shorter can, or is only not finished yet. */
static size_t mistake_at(const char *pattern)
{
	size_t n = strlen(pattern), at = n;
	char *prefix = strdup(pattern);
	for (; prefix && at > 0; at--) {
		regex_t r;
		prefix[at] = 0;
		if (regcomp(&r, prefix, REG_EXTENDED | REG_NOSUB) == 0) {
			regfree(&r);
			break;
		}
	}
	free(prefix);
	return at < n ? at : n - (n > 0);
}

static bool read_pattern(const struct cli *c, regex_t *regex)
{
	const char *pattern = cli_get(c, "--run");
	char why[128];
	int error = regcomp(regex, pattern ? pattern : "", REG_EXTENDED | REG_NOSUB);
	if (error == 0)
		return true;
	regerror(error, regex, why, sizeof why);
	cli_error(c, "--run takes an extended regular expression: %s", why);
	fprintf(c->err, "  %s\n  %*s^\n", pattern, (int)mistake_at(pattern), "");
	return false;
}

/* Whether a source lies at or below the path that was given. */
static bool is_asked(const struct testing *t, const char *wanted, uint32_t source)
{
	return !t->k.sources.items[source].is_std && verb_is_below(&t->k, source, wanted);
}

static struct slice name_of(struct testing *t, const struct test *test)
{
	return arena_printf(&t->arena, "%.*s/%.*s", SLICE_ARG(test->sequence), SLICE_ARG(test->title));
}

/* False: none is left; told what to do. */
static bool choose(struct testing *t, const regex_t *regex)
{
	const struct cli *c = t->c;
	const char *path = cli_get(c, "PATH"), *pattern = cli_get(c, "--run");
	char *wanted = path && strcmp(path, "-") != 0 ? realpath(path, NULL) : NULL;
	for (struct test *test = t->k.tests; test; test = test->next) {
		if (!is_asked(t, wanted, test->span.source))
			continue;
		t->there++;
		if (regexec(regex, name_of(t, test).p, 0, NULL, 0) == 0)
			ARENA_PUSH(&t->arena, t->tests, t->count, t->cap) = test;
	}
	if (t->count) {
		free(wanted);
		return true;
	}
	if (!t->there) {
		cli_error(c, "there is no test in %s, so nothing was run",
		          !path                    ? "this workspace"
		          : strcmp(path, "-") == 0 ? "standard input"
		                                   : path);
		fprintf(c->err, "  write one beside its sequence: test \"what it shows\" { sequence NAME … }; "
		                "docs/testing.md tells how\n");
	} else {
		cli_error(c, "--run %s matches none of the %u tests, so nothing was run; there are", pattern, t->there);
		uint32_t shown = 0;
		for (struct test *test = t->k.tests; test && shown < NAMES_MAX; test = test->next)
			if (is_asked(t, wanted, test->span.source) && ++shown)
				fprintf(c->err, "  %s\n", name_of(t, test).p);
		if (t->there > shown)
			fprintf(c->err, "  … and %u more\n", t->there - shown);
	}
	free(wanted);
	return false;
}

/* ---- running ---- */

/* On a terminal, where it takes long enough to be seen. */
static void put_progress(struct testing *t, uint32_t done)
{
	int64_t now_us = clock_us(CLOCK_MONOTONIC);
	if (!isatty(fileno(t->c->err)) || !t->text || now_us - t->told_us < US_PER_SECOND / 10)
		return;
	t->told_us = now_us;
	fprintf(t->c->err, "\r%u of %u tests\033[K", done, t->count);
	fflush(t->c->err);
}

static void put_line(struct testing *t, const struct verdict *v)
{
	struct buf out = {0};
	const char *colour = v->passed ? "\033[32m" : "\033[1;31m";
	buf_addf(&out, "%s%-7s%s %4lld ms  ", t->style.colour ? colour : "",
	         v->blessed  ? "blessed"
	         : v->passed ? "ok"
	                     : "FAILED",
	         t->style.colour ? "\033[0m" : "", (long long)((v->took_us + 999) / 1000));
	buf_addf(&out, "%.*s / %.*s\n", SLICE_ARG(v->test->sequence), SLICE_ARG(v->test->title));
	verb_put(t->c, &out);
}

/* One that fails only for its times passes with those that are put in. */
static void bless(struct testing *t, struct verdict *v, const char **why)
{
	if (v->passed || !cli_has(t->c, "--bless") || !bless_test(&t->options, v, &t->blessings, why))
		return;
	t->blessed++;
}

static bool run_all(struct testing *t)
{
	bool lists = t->text && (cli_has(t->c, "-v") || t->count <= FEW);
	t->verdicts = calloc(t->count, sizeof *t->verdicts);
	if (!t->verdicts) {
		cli_error(t->c, "out of memory");
		return false;
	}
	t->from_us = t->told_us = clock_us(CLOCK_MONOTONIC);
	for (uint32_t i = 0; i < t->count; i++) {
		const char *why = NULL;
		run_test(&t->options, t->tests[i], &t->verdicts[i]);
		bless(t, &t->verdicts[i], &why);
		t->passed += t->verdicts[i].passed;
		if (lists)
			put_line(t, &t->verdicts[i]);
		if (why && !t->verdicts[i].passed && t->text)
			fprintf(t->c->err, "not blessed: %s: %s\n", name_of(t, t->tests[i]).p, why);
		put_progress(t, i + 1);
	}
	if (t->told_us != t->from_us)
		fputs("\r\033[K", t->c->err);
	return true;
}

/* ---- --bless ---- */

/* The source as it stands on disk, unless it was changed meanwhile, with its times written anew. */
static bool write_source(struct testing *t, uint32_t source)
{
	const struct source *s = &t->k.sources.items[source];
	char *path = NULL;
	struct buf there = {0}, text = {0};
	struct slice whole = arena_printf(&t->arena, "%.*s/%.*s", SLICE_ARG(t->k.root), SLICE_ARG(s->path));
	bool ok = (path = realpath(whole.p, NULL)) != NULL && verb_read(t->c, path, SOURCE_BYTES_MAX, &there);
	if (ok && !slice_eq(buf_slice(&there), s->text)) {
		cli_error(t->c, "%.*s was changed meanwhile; it is left as it is", SLICE_ARG(s->path));
		ok = false;
	}
	if (ok) {
		bless_text(&t->k, source, &t->blessings, &text);
		ok = verb_write(t->c, path, &text);
	}
	buf_free(&there);
	free(path);
	return ok;
}

static bool write_blessed(struct testing *t)
{
	const struct test_blessings *b = &t->blessings;
	bool ok = true;
	for (uint32_t s = 0; s < t->k.sources.count; s++) {
		bool touched = false;
		for (uint32_t i = 0; i < b->count; i++)
			touched = touched || b->items[i].span.source == s;
		ok = (!touched || write_source(t, s)) && ok;
	}
	for (uint32_t i = 0; i < b->count && t->text && ok; i++) {
		struct diag_place at = diag_place_of(&t->k.sources, b->items[i].span);
		fprintf(t->c->out, "%.*s:%u:%u: %.*s -> %.*s\n", SLICE_ARG(at.file), at.line, at.column,
		        SLICE_ARG(source_text(&t->k.sources, b->items[i].span)), SLICE_ARG(b->items[i].text));
	}
	return ok;
}

/* ---- what came of it ---- */

static void put_summary(struct testing *t)
{
	struct buf out = {0};
	uint32_t failed = t->count - t->passed;
	int64_t ms = (clock_us(CLOCK_MONOTONIC) - t->from_us + 999) / 1000;
	const char *colour = !t->style.colour ? "" : failed ? "\033[1;31m" : "\033[1;32m";
	buf_addf(&out, "%s%u passed", colour, t->passed);
	if (t->blessed)
		buf_addf(&out, " (%u with new times)", t->blessed);
	if (failed)
		buf_addf(&out, ", %u failed", failed);
	if (t->there > t->count)
		buf_addf(&out, ", %u not asked for", t->there - t->count);
	buf_addf(&out, "%s in %lld ms\n", *colour ? "\033[0m" : "", (long long)ms);
	verb_put(t->c, &out);
}

static bool report(struct testing *t)
{
	struct buf out = {0};
	if (!t->text) {
		report_json(&t->k, t->verdicts, t->count, t->coverage, &out);
		return verb_put(t->c, &out);
	}
	for (uint32_t i = 0; i < t->count; i++) {
		if (t->verdicts[i].passed)
			continue;
		buf_addc(&out, '\n');
		report_failure(&t->k, &t->verdicts[i], &t->style, &out);
	}
	if (t->count > t->passed)
		buf_addc(&out, '\n');
	bool ok = verb_put(t->c, &out);
	put_summary(t);
	return ok;
}

static bool write_junit(struct testing *t)
{
	const char *path = cli_get(t->c, "--junit");
	struct buf out = {0};
	if (!path)
		return true;
	report_junit(&t->k, t->verdicts, t->count, &out);
	return verb_write(t->c, path, &out);
}

static int columns_of(FILE *out)
{
	struct winsize size;
	if (!isatty(fileno(out)) || ioctl(fileno(out), TIOCGWINSZ, &size) != 0 || !size.ws_col)
		return COLUMNS_DEFAULT;
	return size.ws_col > COLUMNS_MAX ? COLUMNS_MAX : size.ws_col;
}

/* An exit_code. */
static int run_tests(struct testing *t)
{
	if (!run_all(t))
		return EXIT_CANNOT;
	bool ok = write_blessed(t);
	ok = report(t) && ok;
	ok = write_junit(t) && ok;
	int result = !ok ? EXIT_CANNOT : t->passed == t->count ? EXIT_DONE : EXIT_INPUT;
	if (!t->coverage)
		return result;
	int covered = test_coverage_report(t->c, &t->k, t->coverage, t->options.zones, t->threshold, !t->text);
	return result == EXIT_DONE || covered == EXIT_CANNOT ? covered : result;
}

static void count_run(void *context, const struct scenario *s)
{
	coverage_add(context, s);
}

/* False: out of memory. */
static bool open_coverage(struct testing *t, bool asked)
{
	if (!asked)
		return true;
	t->coverage = coverage_new(&t->k);
	t->options.marks = coverage_marks;
	t->options.played = count_run;
	t->options.context = t->coverage;
	return t->coverage != NULL;
}

static void close_all(struct testing *t)
{
	for (uint32_t i = 0; t->verdicts && i < t->count; i++)
		verdict_free(&t->verdicts[i]);
	free(t->verdicts);
	coverage_free(t->coverage);
	if (t->options.zones)
		tz_db_close(t->options.zones);
	arena_free(&t->arena);
	compile_free(&t->k);
}

/* What is asked for together is had together; a report that nobody would write is missed by the job that waits for it.
 */
static bool agrees(const struct cli *c)
{
	static const char *const of_tests[] = {"--run",       "-v",     "--bless", "--coverage",
	                                       "--threshold", "--lcov", "--junit"};
	static const char *const of_explore[] = {"--seed", "--runs"};
	for (size_t i = 0; cli_has(c, "--explore") && i < sizeof of_tests / sizeof *of_tests; i++)
		if (cli_has(c, of_tests[i])) {
			cli_error(c, "--explore runs no tests, so %s has nothing to do: call it without", of_tests[i]);
			return false;
		}
	for (size_t i = 0; !cli_has(c, "--explore") && i < sizeof of_explore / sizeof *of_explore; i++)
		if (cli_has(c, of_explore[i])) {
			cli_error(c, "%s goes with --explore", of_explore[i]);
			return false;
		}
	return verb_may_write(c, "--junit", cli_get(c, "--junit")) && verb_may_write(c, "--lcov", cli_get(c, "--lcov"));
}

static int run(const struct cli *c)
{
	struct testing t = {.c = c};
	const char *format = cli_get(c, "--format"), *path = cli_get(c, "PATH");
	bool is_stdin = path && strcmp(path, "-") == 0;
	regex_t regex;
	if (!agrees(c))
		return EXIT_CANNOT;
	if (is_stdin && cli_has(c, "--bless")) {
		cli_error(c, "--bless writes into files, and standard input is none");
		return EXIT_CANNOT;
	}
	bool covers = test_coverage_asked(c, &t.threshold);
	if (t.threshold > 100 || !read_pattern(c, &regex))
		return EXIT_CANNOT;
	arena_init(&t.arena, 0, NULL);
	t.blessings.arena = &t.arena;
	t.text = !format || strcmp(format, "text") == 0;
	t.style = (struct report_style){.colour = cli_colour(c->out), .columns = columns_of(c->out)};
	int result = verb_compile_tests(c, &t.k);
	if (result != EXIT_CANNOT && result != EXIT_DONE)
		verb_put_diagnostics(c, &t.k);
	t.options = (struct run_test_options){.k = &t.k, .path = path};
	if (result == EXIT_DONE && (!(t.options.zones = tz_db_open(NULL)) || !open_coverage(&t, covers))) {
		cli_error(c, "out of memory");
		result = EXIT_CANNOT;
	}
	if (result == EXIT_DONE && cli_has(c, "--explore"))
		result = verb_explore(c, &t.k, t.options.zones);
	else if (result == EXIT_DONE)
		result = choose(&t, &regex) ? run_tests(&t) : EXIT_INPUT;
	regfree(&regex);
	close_all(&t);
	return result;
}

static const char more[] =
        "A test is played on the machine that production runs, with a clock that jumps from timer to "
        "timer. It fails where something is not as a line expects it, and where a message leaves "
        "that no line names. --bless writes the times that were wrong anew, and nothing else.";

static const struct cli_flag flags[] = {
        COMPILE_FLAGS,
        {"--run", "RE", "only tests whose sequence/title this extended regular expression matches", CLI_ONCE},
        {"-v", NULL, "a line for every test, however many there are", CLI_ONCE},
        {"--bless", NULL, "where only times differ, write those that came about", CLI_ONCE},
        {"--coverage", NULL, "say what no test reached, with a test that does", CLI_ONCE},
        {"--threshold", "N", "fail where the tests reach less than N percent", CLI_ONCE},
        {"--lcov", "FILE", "write an lcov tracefile there", CLI_ONCE},
        {"--junit", "FILE", "write a JUnit report there", CLI_ONCE},
        {"--format", "text|json", "how to say it", CLI_ONCE},
        {"--explore", NULL, "in place of the tests: plays each sequence with events and times of its own", CLI_ONCE},
        {"--seed", "N", "of --explore: other plays; by default 1", CLI_ONCE},
        {"--runs", "N", "of --explore: plays a sequence; by default 2000, or what two seconds allow", CLI_ONCE},
        {0},
};

const struct cli_verb verb_test = {"test", "runs the tests of sequences", more, flags, run};
