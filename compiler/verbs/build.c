/* SPDX-License-Identifier: Apache-2.0
 * seqc build: writes NAME.plan for each sequence and NAME.policy for the workspace. --emit prints one arrow of the
 * pipeline instead. */
#include "compiler/check.h"
#include "compiler/lex.h"
#include "compiler/verbs/verbs.h"
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

/* ---- --emit ---- */

/* Tokens or trees of the files that were read; each under its path when there are several. */
static void put_sources(struct buf *out, struct compile *k, bool tokens)
{
	uint32_t own = 0;
	for (uint32_t i = 0; i < k->source_count; i++)
		own += !k->sources.items[k->seq_sources[i]].is_std;
	for (uint32_t i = 0; i < k->source_count; i++) {
		const struct source *s = &k->sources.items[k->seq_sources[i]];
		if (s->is_std)
			continue;
		if (own > 1)
			buf_addf(out, "# %.*s\n", SLICE_ARG(s->path));
		if (tokens)
			lex_print(out, &k->sources, k->seq_sources[i]);
		else
			ast_print(out, &k->sources, k->trees[i]);
	}
}

static bool put_emitted(const struct cli *c, struct compile *k, const char *what, int result)
{
	struct buf text = {0};
	if (strcmp(what, "tokens") == 0 || strcmp(what, "ast") == 0)
		put_sources(&text, k, *what == 't');
	else if (result == EXIT_DONE && strcmp(what, "checked") == 0)
		compile_print_checked(k, &text);
	else if (result == EXIT_DONE && strcmp(what, "plan") == 0)
		compile_print_plans(k, &text);
	else if (result == EXIT_DONE)
		verb_put_effects(&text, k);
	return verb_put(c, &text);
}

/* ---- -o ---- */

static bool write_file(const struct cli *c, const char *folder, struct slice name, const char *ending,
                       struct slice bytes)
{
	struct buf path = {0};
	buf_addf(&path, "%s/%.*s%s", folder, SLICE_ARG(name), ending);
	if (path.failed)
		errno = ENOMEM;
	bool ok = !path.failed && verb_replace_file(buf_cstr(&path), bytes);
	if (!ok)
		cli_error(c, "cannot write %s/%.*s%s: %s", folder, SLICE_ARG(name), ending, strerror(errno));
	buf_free(&path);
	return ok;
}

static void put_line(const struct cli *c, struct slice name, const char *ending, const uint8_t hash[SHA256_SIZE])
{
	char hex[2 * SHA256_SIZE + 1];
	hex_encode(hash, SHA256_SIZE, hex);
	fprintf(c->out, "%s  %.*s%s\n", hex, SLICE_ARG(name), ending);
}

static bool write_results(const struct cli *c, const struct compile *k, const char *folder)
{
	if (mkdir(folder, 0777) != 0 && errno != EEXIST) {
		cli_error(c, "cannot make the folder %s: %s", folder, strerror(errno));
		return false;
	}
	for (uint32_t i = 0; i < k->result_count; i++) {
		const struct compile_result *r = &k->results[i];
		if (!r->plan.n) /* a draft that is not complete */
			continue;
		if (!write_file(c, folder, r->name, ".plan", r->plan))
			return false;
		put_line(c, r->name, ".plan", r->hash);
	}
	struct slice name = k->workspace->name;
	if (!write_file(c, folder, name, ".policy", k->policy))
		return false;
	put_line(c, name, ".policy", k->policy_hash);
	return true;
}

static int run(const struct cli *c)
{
	const char *folder = cli_get(c, "-o"), *what = cli_get(c, "--emit");
	if (!folder == !what) {
		cli_error(c, "give either -o DIR or --emit WHAT");
		return EXIT_CANNOT;
	}
	struct compile k;
	int result = verb_compile(c, &k, true);
	if (result != EXIT_CANNOT) {
		verb_put_diagnostics(c, &k);
		if (what && !put_emitted(c, &k, what, result))
			result = EXIT_CANNOT;
		else if (folder && result == EXIT_DONE && !write_results(c, &k, folder))
			result = EXIT_CANNOT;
	}
	compile_free(&k);
	return result;
}

static const struct cli_flag flags[] = {
        COMPILE_FLAGS,
        {"-o", "DIR", "the folder for NAME.plan and NAME.policy; made when it is not there", CLI_ONCE},
        {"--emit", "tokens|ast|checked|plan|effects", "print one stage instead", CLI_ONCE},
        {0},
};

const struct cli_verb verb_build = {"build", "compiles to plans and a policy", NULL, flags, run};
