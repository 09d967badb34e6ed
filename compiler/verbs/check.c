/* SPDX-License-Identifier: Apache-2.0
 * seqc check: compiles without keeping anything, and says what is wrong. Text goes to standard error, JSON to
 * standard output. */
#include "compiler/verbs/verbs.h"
#include <string.h>

/* Every --deny is "warnings" or a code of the registry: a mistyped one would deny nothing, in silence. */
static bool check_denied(const struct cli *c)
{
	const char *denied;
	for (int i = 0; (denied = cli_get_nth(c, "--deny", i)); i++)
		if (strcmp(denied, "warnings") != 0 && !diag_lookup(slice_of(denied))) {
			cli_error(c, "--deny: there is no diagnostic `%s`; `seqc explain` lists them", denied);
			return false;
		}
	return true;
}

static bool is_denied(const struct cli *c, const struct diag *g)
{
	const char *code = diag_info_at(g->code)->code, *denied;
	for (int i = 0; (denied = cli_get_nth(c, "--deny", i)); i++)
		if (strcmp(denied, "warnings") == 0 || strcmp(denied, code) == 0)
			return !g->accepted && g->severity == DIAG_WARNING;
	return false;
}

static bool any_denied(const struct cli *c, const struct diags *d)
{
	for (uint32_t i = 0; i < d->count; i++)
		if (is_denied(c, &d->items[i]))
			return true;
	return false;
}

static void put_result(const struct cli *c, const struct compile *k, int result)
{
	verb_put_diagnostics(c, k);
	const struct diags *d = &k->diags;
	if (d->errors || d->warnings) {
		uint32_t first = 0;
		while (first + 1 < d->count && d->items[first].accepted)
			first++;
		fprintf(c->err, "`seqc explain %s` tells more about the first\n",
		        diag_info_at(d->items[first].code)->code);
	}
	if (result == EXIT_DONE)
		fprintf(c->out, "ok: %u sequence%s in %u file%s\n", k->result_count, k->result_count == 1 ? "" : "s",
		        k->source_count, k->source_count == 1 ? "" : "s");
}

static int run(const struct cli *c)
{
	if (!check_denied(c))
		return EXIT_CANNOT;
	struct compile k;
	int result = verb_compile(c, &k, false);
	if (result == EXIT_DONE && any_denied(c, &k.diags))
		result = EXIT_DENIED;
	const char *format = cli_get(c, "--format");
	if (result != EXIT_CANNOT && format && strcmp(format, "json") == 0) {
		struct buf json = {0};
		diags_render_json(&k.diags, &json);
		if (!verb_put(c, &json))
			result = EXIT_CANNOT;
	} else if (result != EXIT_CANNOT) {
		put_result(c, &k, result);
	}
	compile_free(&k);
	return result;
}

static const struct cli_flag flags[] = {
        COMPILE_FLAGS,
        {"--format", "text|json", "how to say it", CLI_ONCE},
        {"--deny", "warnings|CODE", "exit 3 when there is a warning, or this one", CLI_MANY},
        {0},
};

const struct cli_verb verb_check = {"check", "says what is wrong with .seq files", NULL, flags, run};
