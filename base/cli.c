/* SPDX-License-Identifier: Apache-2.0
 * Parsing by the table of cli.h. The words are checked once, whole; after that each question walks them again,
 * which keeps no state and costs nothing at this size. Help and completion stand in cli_help.c. */
#include "base/cli.h"
#include "base/cli_help.h"
#include "base/nearest.h"
#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CANDIDATES_MAX = 64 };

/* ---- walking the words ---- */

enum found { FOUND_END, FOUND_FLAG, FOUND_UNKNOWN, FOUND_TOO_MANY, FOUND_NO_VALUE, FOUND_NEEDS_NONE };

struct walk {
	int at;        /* next word */
	int arguments; /* seen so far */
	bool flags_ended;
	/* the last one found */
	const char *word;
	struct slice name; /* of a flag: the word up to its `=` */
	const struct cli_flag *flag;
	const char *value;
};

static bool is_many(const struct cli_flag *f)
{
	return f->how == CLI_MANY || f->how == CLI_REQUIRED_MANY;
}

static bool is_required(const struct cli_flag *f)
{
	return f->how == CLI_REQUIRED || f->how == CLI_REQUIRED_MANY;
}

static const struct cli_flag *find_in(const struct cli_flag *flags, struct slice name)
{
	for (; flags && flags->name; flags++)
		if (slice_is(name, flags->name))
			return flags;
	return NULL;
}

static const struct cli_flag *find_flag(const struct cli *c, struct slice name)
{
	const struct cli_flag *f = find_in(c->verb->flags, name);
	return f ? f : find_in(c->program->common, name);
}

/* The argument with that number; the last one takes all that follow when it may be given many times. */
static const struct cli_flag *argument_at(const struct cli_verb *verb, int number)
{
	const struct cli_flag *last = NULL;
	for (const struct cli_flag *f = verb->flags; f && f->name; f++)
		if (cli_is_argument(f)) {
			last = f;
			if (number-- == 0)
				return f;
		}
	return last && is_many(last) ? last : NULL;
}

static enum found walk_flag(const struct cli *c, struct walk *w)
{
	const char *equals = strncmp(w->word, "--", 2) == 0 ? strchr(w->word, '=') : NULL;
	w->name = (struct slice){w->word, equals ? (size_t)(equals - w->word) : strlen(w->word)};
	w->flag = find_flag(c, w->name);
	if (!w->flag)
		return FOUND_UNKNOWN;
	if (!w->flag->value) {
		w->value = "";
		return equals ? FOUND_NEEDS_NONE : FOUND_FLAG;
	}
	if (equals) {
		w->value = equals + 1;
		return FOUND_FLAG;
	}
	if (w->at == c->count)
		return FOUND_NO_VALUE;
	w->value = c->words[w->at++];
	return FOUND_FLAG;
}

static enum found walk_next(const struct cli *c, struct walk *w)
{
	if (w->at < c->count && !w->flags_ended && strcmp(c->words[w->at], "--") == 0) {
		w->flags_ended = true;
		w->at++;
	}
	if (w->at == c->count)
		return FOUND_END;
	w->word = c->words[w->at++];
	if (!w->flags_ended && w->word[0] == '-' && w->word[1])
		return walk_flag(c, w);
	w->flag = argument_at(c->verb, w->arguments++);
	w->value = w->word;
	return w->flag ? FOUND_FLAG : FOUND_TOO_MANY;
}

const char *cli_get_nth(const struct cli *c, const char *name, int n)
{
	assert(find_flag(c, slice_of(name)));
	struct walk w = {0};
	while (walk_next(c, &w) == FOUND_FLAG)
		if (strcmp(w.flag->name, name) == 0 && n-- == 0)
			return w.value;
	return NULL;
}

const char *cli_get(const struct cli *c, const char *name)
{
	return cli_get_nth(c, name, 0);
}

bool cli_has(const struct cli *c, const char *name)
{
	return cli_get(c, name) != NULL;
}

/* ---- checking ---- */

void cli_error(const struct cli *c, const char *format, ...)
{
	fprintf(c->err, "%s %s: ", c->program->name, c->verb->name);
	va_list args;
	va_start(args, format);
	vfprintf(c->err, format, args);
	va_end(args);
	fputc('\n', c->err);
}

static void suggest(FILE *err, struct slice word, const struct slice *candidates, size_t count)
{
	int nearest = nearest_word(word, candidates, count);
	if (nearest >= 0)
		fprintf(err, "  did you mean `%.*s`?\n", SLICE_ARG(candidates[nearest]));
}

static void suggest_flag(const struct cli *c, struct slice word)
{
	struct slice candidates[CANDIDATES_MAX];
	size_t count = 0;
	const struct cli_flag *const lists[] = {c->verb->flags, c->program->common};
	for (size_t i = 0; i < 2; i++)
		for (const struct cli_flag *f = lists[i]; f && f->name && count < CANDIDATES_MAX; f++)
			if (!cli_is_argument(f))
				candidates[count++] = slice_of(f->name);
	suggest(c->err, word, candidates, count);
}

/* "text|json" in lower case: only these words. */
static bool check_choice(const struct cli *c, const struct cli_flag *f, const char *value)
{
	if (!cli_has_choices(f))
		return true;
	struct slice candidates[CANDIDATES_MAX];
	size_t count = 0;
	for (const char *p = f->value; p && count < CANDIDATES_MAX;) {
		const char *bar = strchr(p, '|');
		candidates[count] = (struct slice){p, bar ? (size_t)(bar - p) : strlen(p)};
		if (slice_is(candidates[count++], value))
			return true;
		p = bar ? bar + 1 : NULL;
	}
	cli_error(c, "%s takes %s, not `%s`", f->name, f->value, value);
	suggest(c->err, slice_of(value), candidates, count);
	return false;
}

static bool check_found(const struct cli *c, const struct walk *w, enum found found)
{
	switch (found) {
	case FOUND_UNKNOWN:
		cli_error(c, "there is no flag `%.*s`", SLICE_ARG(w->name));
		suggest_flag(c, w->name);
		return false;
	case FOUND_TOO_MANY: cli_error(c, "one argument too many: `%s`", w->word); return false;
	case FOUND_NO_VALUE: cli_error(c, "%s needs a value: %s", w->flag->name, w->flag->value); return false;
	case FOUND_NEEDS_NONE: cli_error(c, "%s takes no value", w->flag->name); return false;
	case FOUND_FLAG:
	case FOUND_END: break;
	}
	if (!is_many(w->flag) && cli_get_nth(c, w->flag->name, 1)) {
		cli_error(c, "%s is given twice", w->flag->name);
		return false;
	}
	return check_choice(c, w->flag, w->value);
}

static bool check_words(const struct cli *c)
{
	struct walk w = {0};
	for (enum found found; (found = walk_next(c, &w)) != FOUND_END;)
		if (!check_found(c, &w, found))
			return false;
	for (const struct cli_flag *f = c->verb->flags; f && f->name; f++)
		if (is_required(f) && !cli_has(c, f->name)) {
			cli_error(c, "%s%s%s is missing", f->name, f->value ? " " : "", f->value ? f->value : "");
			return false;
		}
	return true;
}

/* ---- running ---- */

static bool wants_help(const struct cli *c)
{
	for (int i = 0; i < c->count && strcmp(c->words[i], "--") != 0; i++)
		if (strcmp(c->words[i], "--help") == 0 || strcmp(c->words[i], "-h") == 0)
			return true;
	return false;
}

/* A full disk or a closed pipe shows at the latest when the stream is flushed. */
static int finish(const struct cli_program *program, int result, FILE *out, FILE *err)
{
	errno = 0;
	if (fflush(out) == 0 && !ferror(out))
		return result;
	fprintf(err, "%s: cannot write the output: %s\n", program->name, errno ? strerror(errno) : "write error");
	return result == EXIT_DONE ? EXIT_CANNOT : result;
}

static const struct cli_verb *find_verb(const struct cli_program *program, const char *name, FILE *err)
{
	struct slice candidates[CANDIDATES_MAX];
	size_t count = 0;
	for (const struct cli_verb *v = program->verbs; v->name; v++) {
		if (strcmp(v->name, name) == 0)
			return v;
		if (count < CANDIDATES_MAX)
			candidates[count++] = slice_of(v->name);
	}
	fprintf(err, "%s: there is no verb `%s`\n", program->name, name);
	suggest(err, slice_of(name), candidates, count);
	fprintf(err, "  `%s --help` lists the verbs\n", program->name);
	return NULL;
}

int cli_run(const struct cli_program *program, int argc, char *const argv[], FILE *out, FILE *err)
{
	const char *first = argc > 1 ? argv[1] : NULL;
	if (!first) {
		cli_put_program(program, err);
		return EXIT_CANNOT;
	}
	if (strcmp(first, "--help") == 0 || strcmp(first, "-h") == 0) {
		cli_put_program(program, out);
		return finish(program, EXIT_DONE, out, err);
	}
	if (strcmp(first, "--version") == 0) {
		fprintf(out, "%s %s\n", program->name, program->version);
		return finish(program, EXIT_DONE, out, err);
	}
	if (strcmp(first, "--completion") == 0) {
		cli_put_completion(program, out);
		return finish(program, EXIT_DONE, out, err);
	}
	const struct cli_verb *verb = find_verb(program, first, err);
	if (!verb)
		return EXIT_CANNOT;
	struct cli c = {program, verb, argv + 2, argc - 2, out, err};
	if (wants_help(&c)) {
		cli_put_verb(program, verb, out);
		return finish(program, EXIT_DONE, out, err);
	}
	if (!check_words(&c)) {
		fprintf(err, "  `%s %s --help` tells more\n", program->name, verb->name);
		return EXIT_CANNOT;
	}
	return finish(program, verb->run(&c), out, err);
}

bool cli_colour(FILE *stream)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
	if ((no_color && *no_color) || (term && strcmp(term, "dumb") == 0))
		return false;
	return isatty(fileno(stream)) == 1;
}
