/* SPDX-License-Identifier: Apache-2.0
 * seqc preview: contacts taken through a sequence on a virtual clock: what would leave when, in the contact's time, why
 * it moved, what it says, and the ways that were not taken. Nothing is sent. */
#include "compiler/verbs/preview_watch.h"
#include "compiler/verbs/preview_who.h"
#include "compiler/verbs/verbs.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { PATHS_MOST = 20, PATHS_RUNS = 4000 };

static const struct compile_result *pick(const struct cli *c, const struct compile *k)
{
	const char *name = cli_get(c, "--sequence");
	const struct compile_result *r = k->result_count == 1 ? &k->results[0] : NULL;
	if (name)
		r = compile_find(k, slice_of(name));
	if (r && r->plan.n && !r->draft)
		return r;
	if (r)
		cli_error(c,
		          "`%.*s` is a draft, which does not run yet: mend what `seqc check` says and take the word "
		          "`draft` away; `seqc graph` and `seqc doc` show it as it is",
		          SLICE_ARG(r->name));
	else if (name || !k->result_count)
		verb_say_no_sequence(c, k, name);
	else
		cli_error(c, "there are %u sequences here: name one with --sequence", k->result_count);
	for (uint32_t i = 0; !r && k->result_count > 1 && i < k->result_count; i++)
		fprintf(c->err, "  %.*s\n", SLICE_ARG(k->results[i].name));
	return NULL;
}

/* How the call wants it. */
struct wish {
	const char *format;
	bool texts, paths;
};

/* What the name of -o says, where --format does not. */
static const struct {
	const char *ending, *format;
} endings[] = {{".txt", "text"}, {".json", "json"}, {".ics", "ics"}, {".md", "md"}, {".html", "html"}};

static struct wish wish_of(const struct cli *c)
{
	struct wish w = {.format = cli_get(c, "--format"), .texts = cli_has(c, "--texts")};
	w.paths = cli_has(c, "--all-paths");
	const char *file = cli_get(c, "-o");
	for (size_t i = 0; !w.format && file && i < sizeof endings / sizeof *endings; i++)
		if (slice_ends(slice_of(file), endings[i].ending))
			w.format = endings[i].format;
	if (!w.format)
		w.format = cli_has(c, "--watch") ? "html" : "text";
	return w;
}

static void put(struct buf *out, const struct preview *p, const struct wish *w, const struct preview_watch *watch)
{
	if (strcmp(w->format, "json") == 0)
		preview_put_json(out, p, w->texts);
	else if (strcmp(w->format, "ics") == 0)
		preview_put_ics(out, p);
	else if (strcmp(w->format, "md") == 0)
		preview_put_markdown(out, p, w->texts);
	else if (strcmp(w->format, "html") == 0)
		preview_put_html(out, p, watch);
	else
		preview_put_text(out, p, w->texts);
}

/* Plays everybody. A single contact that is refused is an error; of several it is shown among the others. */
static int play_all(const struct cli *c, struct preview *p, const struct wish *w)
{
	struct preview_who who;
	struct buf error = {0};
	int result = preview_who(c, p, &who);
	if (result != EXIT_DONE)
		return result;
	if (who.made_up && strcmp(w->format, "html") != 0)
		fprintf(c->err, "for a made-up contact; give one with --contact FIELD=VALUE or --contacts FILE\n");
	if (who.left_out)
		fprintf(c->err, "the first %d contacts; %u more in the file\n", PREVIEW_CONTACTS_MAX, who.left_out);
	if (w->paths && who.count > 1)
		fprintf(c->err, "--all-paths shows the paths of the first contact\n");
	if (w->paths) {
		if (!preview_add_paths(p, &who.plays[0], PATHS_MOST, PATHS_RUNS, &error)) {
			cli_error(c, "%s", buf_cstr(&error));
			result = EXIT_INPUT;
		}
	}
	for (uint32_t i = 0; i < who.count && !w->paths; i++)
		preview_add(p, &who.plays[i]);
	if (result == EXIT_DONE && p->way_count == 1 && p->ways[0].refused.n) {
		const char *file = cli_get(c, "--contacts");
		if (file)
			cli_error(c, "%s:%u: the contact is refused: %.*s", file, who.lines[0],
			          SLICE_ARG(p->ways[0].refused));
		else
			cli_error(c, "the contact is refused: %.*s", SLICE_ARG(p->ways[0].refused));
		result = EXIT_INPUT;
	}
	buf_free(&error);
	return result;
}

static int show(const struct cli *c, const struct compile *k, struct tz_db *zones, const struct preview_watch *watch,
                struct buf *out)
{
	struct arena arena;
	struct wish w = wish_of(c);
	struct buf error = {0};
	struct preview p = {.k = k, .zones = zones, .arena = &arena, .until_us = NEVER_US};
	int result = EXIT_CANNOT;
	arena_init(&arena, 0, NULL);
	p.faces = strcmp(w.format, "html") == 0 || strcmp(w.format, "md") == 0 ||
	          (strcmp(w.format, "json") == 0 && w.texts);
	p.result = pick(c, k);
	if (p.result && preview_open(&p, &error)) {
		result = play_all(c, &p, &w);
		if (result == EXIT_DONE)
			put(out, &p, &w, watch);
	} else if (p.result) {
		cli_error(c, "%s", buf_cstr(&error));
	}
	preview_close(&p);
	buf_free(&error);
	arena_free(&arena);
	return result;
}

static int compile_and_show(const struct cli *c, struct compile *k, const struct preview_watch *watch, struct buf *out)
{
	int result = verb_compile(c, k, true);
	if (result != EXIT_DONE)
		return result;
	struct tz_db *zones = tz_db_open(NULL);
	if (!zones) {
		cli_error(c, "out of memory");
		return EXIT_CANNOT;
	}
	result = show(c, k, zones, watch, out);
	tz_db_close(zones);
	return result;
}

/* One build of a watch: what would go to standard error goes to `trouble`. */
static int make_page(const struct cli *c, const struct preview_watch *watch, struct buf *out, struct buf *trouble,
                     struct buf *root)
{
	struct compile k;
	char *said = NULL;
	size_t said_n = 0;
	struct cli quiet = *c;
	quiet.err = open_memstream(&said, &said_n);
	if (!quiet.err)
		return EXIT_CANNOT;
	int result = compile_and_show(&quiet, &k, watch, out);
	if (result != EXIT_DONE)
		diags_render_text(&k.diags, trouble, false, DIAGNOSTICS_PER_FILE_MAX);
	if (k.root.n)
		buf_add_slice(root, k.root);
	fclose(quiet.err);
	if (result != EXIT_DONE)
		buf_add(trouble, said, said_n);
	free(said);
	compile_free(&k);
	return result;
}

static int run_once(const struct cli *c)
{
	struct compile k;
	struct buf out = {0};
	int result = compile_and_show(c, &k, &(struct preview_watch){0}, &out);
	if (result != EXIT_CANNOT || k.diags.count)
		verb_put_diagnostics(c, &k);
	const char *path = cli_get(c, "-o");
	if (result == EXIT_DONE && !(path ? verb_write(c, path, &out) : verb_put(c, &out)))
		result = EXIT_CANNOT;
	buf_free(&out);
	compile_free(&k);
	return result;
}

/* What is asked for together cannot be had together. */
static bool agrees(const struct cli *c)
{
	if (cli_has(c, "--watch") ? !verb_may_write(c, "-o", cli_get(c, "-o"))
	                          : !verb_takes_output(c, ".txt .json .ics .md .html"))
		return false;
	if (!cli_has(c, "--all-paths") || strcmp(wish_of(c).format, "ics") != 0)
		return true;
	cli_error(c, "a calendar shows one path: leave out --all-paths, or take another --format");
	return false;
}

static int run(const struct cli *c)
{
	const char *format = cli_get(c, "--format");
	if (!agrees(c))
		return EXIT_CANNOT;
	if (!cli_has(c, "--watch"))
		return run_once(c);
	if (format && strcmp(format, "html") != 0) {
		cli_error(c, "--watch keeps a page up to date: leave out --format %s", format);
		return EXIT_CANNOT;
	}
	return preview_watch(c, make_page);
}

/* ---- seqc build --emit effects ---- */

/* The rows of one sequence as JSON lines, or why there are none. */
static void put_effects(struct buf *out, const struct compile *k, const struct compile_result *r, struct tz_db *zones)
{
	struct arena arena;
	struct buf error = {0};
	struct preview p = {.k = k, .result = r, .zones = zones, .arena = &arena, .until_us = NEVER_US};
	struct play play = {.sequence = r->name, .start_us = EXAMPLE_MONDAY_US + 9 * US_PER_HOUR};
	arena_init(&arena, 0, NULL);
	if (preview_open(&p, &error)) {
		play_sample(&play, &p.policy, &p.plan, &arena);
		preview_add(&p, &play);
		if (p.ways[0].refused.n)
			buf_addf(out, "# %.*s\n", SLICE_ARG(p.ways[0].refused));
		preview_put_lines(out, &p, &p.ways[0]);
	}
	preview_close(&p);
	buf_free(&error);
	arena_free(&arena);
}

void verb_put_effects(struct buf *out, const struct compile *k)
{
	struct tz_db *zones = tz_db_open(NULL);
	out->failed = out->failed || !zones;
	for (uint32_t i = 0; zones && i < k->result_count; i++)
		if (k->results[i].plan.n)
			put_effects(out, k, &k->results[i], zones);
	if (zones)
		tz_db_close(zones);
}

static const struct cli_flag flags[] = {
        COMPILE_FLAGS,
        {"--contact", "FIELD=VALUE", "a field of the contact, or input.NAME=VALUE; by default one is made up",
         CLI_MANY},
        {"--contacts", "FILE", "contacts as CSV, of which the first ten are shown", CLI_ONCE},
        {"--locale", "NAME", "the language that the contact reads", CLI_ONCE},
        {"--sequence", "NAME", "which one, where there are several", CLI_ONCE},
        {"--mailbox", "NAME", "that it is sent from; by default the sequence's", CLI_ONCE},
        {"--start", "TIME", "when the contact is enrolled, in its own time; by default now", CLI_ONCE},
        {"--until", "TIME", "where to stop; by default at the end", CLI_ONCE},
        {"--texts", NULL, "what each message says, below its line", CLI_ONCE},
        {"--format", "text|json|ics|md|html", "how to print; by default what the file of -o ends with, else text",
         CLI_ONCE},
        {"--all-paths", NULL, "every way that a contact can take, with what leads there", CLI_ONCE},
        {"-o", "FILE", "where to write it; by default to standard output", CLI_ONCE},
        {"--watch", NULL, "keep a page up to date: .seqd/preview.html, or -o FILE", CLI_ONCE},
        {0},
};

const struct cli_verb verb_preview = {
        "preview", "shows what a contact would get, when, and why then",
        "  seqc preview cold.seq --contact email=ada@engines.example --contact timezone=Europe/Paris \\\n"
        "                        --start 2026-03-02T10:00\n"
        "  seqc preview cold.seq -o cold.html                     a page with every message\n"
        "  seqc preview cold.seq --watch                          the same, while you write",
        flags, run};
