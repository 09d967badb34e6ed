/* SPDX-License-Identifier: Apache-2.0
 * seqc check: compiles without keeping anything, and says what is wrong. What people read
 * goes to standard error, what programs read to standard output. */
#include "compiler/verbs/verbs.h"
#include <stdlib.h>
#include <string.h>

/* ---- --deny ---- */

/* "warnings", or codes of the registry parted by commas: the next of them, and *list moves past it. */
static struct slice next_denied(const char **list)
{
	size_t n = strcspn(*list, ",");
	struct slice word = slice_trim((struct slice){*list, n});
	*list += n + ((*list)[n] == ',');
	return word;
}

/* A mistyped code would deny nothing, in silence. */
static bool check_denied(const struct cli *c)
{
	const char *denied;
	for (int i = 0; (denied = cli_get_nth(c, "--deny", i)); i++)
		do {
			struct slice word = next_denied(&denied);
			if (!slice_is(word, "warnings") && !diag_lookup(word)) {
				cli_error(c, "--deny: there is no diagnostic `%.*s`; `seqc explain` lists them",
				          SLICE_ARG(word));
				return false;
			}
		} while (*denied);
	return true;
}

/* An error is refused anyway, but what a draft makes a warning can be denied by its code. */
static bool is_denied(const struct cli *c, const struct diag *g)
{
	const char *code = diag_info_at(g->code)->code, *denied;
	if (g->accepted || g->severity != DIAG_WARNING)
		return false;
	for (int i = 0; (denied = cli_get_nth(c, "--deny", i)); i++)
		while (*denied) {
			struct slice word = next_denied(&denied);
			if (slice_is(word, "warnings") || slice_is(word, code))
				return true;
		}
	return false;
}

static bool any_denied(const struct cli *c, const struct diags *d)
{
	for (uint32_t i = 0; i < d->count; i++)
		if (is_denied(c, &d->items[i]))
			return true;
	return false;
}

/* ---- --format ---- */

typedef void render_people(const struct diags *d, struct buf *out, bool colour, uint32_t max);
typedef void render_programs(const struct diags *d, struct buf *out);

/* One of the two is set. */
struct format {
	const char *name;
	render_people *people;
	render_programs *programs;
};

static const struct format formats[] = {
#define PEOPLE(name)   {#name, diags_render_##name, NULL},
#define PROGRAMS(name) {#name, NULL, diags_render_##name},
        DIAG_FORMATS(PEOPLE, PROGRAMS)
#undef PEOPLE
#undef PROGRAMS
};

#define BAR(name) "|" #name
static const char format_names[] = DIAG_FORMATS(BAR, BAR);
#undef BAR

/* The first is what is taken when none is named; the command line lets no other word through. */
static const struct format *format_of(const struct cli *c)
{
	const char *name = cli_get(c, "--format");
	size_t i = 0;
	while (name && strcmp(formats[i].name, name) != 0)
		i++;
	return &formats[i];
}

/* SARIF and GitHub count paths from the top of the repository, which is where they are run: what leads from there to
 * the workspace. "" when it lies elsewhere. */
static void set_folder(struct compile *k)
{
	const char *named = getenv("GITHUB_WORKSPACE");
	char *top = realpath(named && *named ? named : ".", NULL);
	size_t n = top ? strlen(top) : 0;
	if (n && k->root.n > n && memcmp(k->root.p, top, n) == 0 && k->root.p[n] == '/') {
		buf_clear(&k->scratch);
		buf_addf(&k->scratch, "%.*s/", (int)(k->root.n - n - 1), k->root.p + n + 1);
		k->diags.folder = buf_slice(&k->scratch);
	}
	free(top);
}

static void put_people(const struct cli *c, const struct compile *k, render_people *render, int result)
{
	const struct diags *d = &k->diags;
	struct buf text = {0};
	render(d, &text, cli_colour(c->err), DIAGNOSTICS_PER_FILE_MAX);
	if (text.failed)
		cli_error(c, "out of memory");
	else if (text.n)
		fwrite(text.p, 1, text.n, c->err);
	buf_free(&text);
	if (d->errors || d->warnings) {
		uint32_t first = 0;
		while (first + 1 < d->count && d->items[first].accepted)
			first++;
		fprintf(c->err, "`seqc explain %s` tells more about the first\n",
		        diag_info_at(d->items[first].code)->code);
	}
	if (result == EXIT_DONE && !cli_has(c, "--emit-test"))
		fprintf(c->out, "ok: %u sequence%s in %u file%s\n", k->result_count, k->result_count == 1 ? "" : "s",
		        k->source_count, k->source_count == 1 ? "" : "s");
}

static bool put_programs(const struct cli *c, struct compile *k, render_programs *render)
{
	struct buf text = {0};
	set_folder(k);
	render(&k->diags, &text);
	return verb_put(c, &text);
}

static int run(const struct cli *c)
{
	if (!check_denied(c))
		return EXIT_CANNOT;
	struct compile k;
	const struct format *format = format_of(c);
	if (cli_has(c, "--emit-test") && format->programs) {
		cli_error(c, "--emit-test writes tests where --format %s would write", format->name);
		return EXIT_CANNOT;
	}
	int result = verb_compile(c, &k, false);
	if (result == EXIT_DONE && any_denied(c, &k.diags))
		result = EXIT_DENIED;
	if (result != EXIT_CANNOT && format->people)
		put_people(c, &k, format->people, result);
	else if (result != EXIT_CANNOT && !put_programs(c, &k, format->programs))
		result = EXIT_CANNOT;
	if (result != EXIT_CANNOT && cli_has(c, "--emit-test")) {
		struct buf tests = {0};
		if (!verb_emit_tests(c, &k, &tests) || !verb_put(c, &tests))
			result = EXIT_CANNOT;
	}
	compile_free(&k);
	return result;
}

static const char more[] = "Formats: text is for people, short has one line each (both on standard error); json, "
                           "sarif (2.1.0, for code scanning), github (workflow commands, ten errors and ten warnings "
                           "at most) and junit go to standard output. --deny may name several, parted by commas; an "
                           "error is refused anyway, but what a draft makes a warning can be denied by its code.";

static const struct cli_flag flags[] = {
        COMPILE_FLAGS,
        {"--format", format_names + 1, "how to say it", CLI_ONCE},
        {"--deny", "warnings|CODE", "exit 3 when there is a warning, or this one", CLI_MANY},
        {"--emit-test", NULL, "print a test for each finding on promises, limits or exits that a play can show",
         CLI_ONCE},
        {0},
};

const struct cli_verb verb_check = {"check", "says what is wrong with .seq files", more, flags, run};
