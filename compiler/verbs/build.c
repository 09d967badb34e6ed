/* SPDX-License-Identifier: Apache-2.0
 * seqc build: writes NAME.plan for each sequence and NAME.policy for the workspace. --emit prints one arrow of the
 * pipeline instead. */
#include "compiler/check.h"
#include "compiler/lex.h"
#include "compiler/verbs/verbs.h"
#include <string.h>

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

static bool write_image(const struct cli *c, const char *folder, struct slice name, const char *ending,
                        struct slice bytes, const uint8_t hash[SHA256_SIZE])
{
	struct buf image = {0};
	char hex[2 * SHA256_SIZE + 1];
	buf_add_slice(&image, bytes);
	if (!verb_write_in(c, folder, name, ending, &image))
		return false;
	hex_encode(hash, SHA256_SIZE, hex);
	fprintf(c->out, "%s  %.*s%s\n", hex, SLICE_ARG(name), ending);
	return true;
}

static bool write_results(const struct cli *c, const struct compile *k, const char *folder)
{
	if (!verb_folder(c, folder))
		return false;
	for (uint32_t i = 0; i < k->result_count; i++) {
		const struct compile_result *r = &k->results[i];
		if (!r->plan.n) /* a draft that is not complete */
			continue;
		if (!write_image(c, folder, r->name, ".plan", r->plan, r->hash))
			return false;
	}
	return write_image(c, folder, k->workspace->name, ".policy", k->policy, k->policy_hash);
}

static int run(const struct cli *c)
{
	const char *folder = cli_get(c, "-o"), *what = cli_get(c, "--emit");
	if (!folder == !what) {
		cli_error(c, "give either -o DIR or --emit WHAT");
		return EXIT_CANNOT;
	}
	struct compile k;
	bool checked = what && strcmp(what, "checked") == 0;
	int result = checked ? verb_compile_tests(c, &k) : verb_compile(c, &k, true);
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
