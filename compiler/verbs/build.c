/* SPDX-License-Identifier: Apache-2.0
 * seqc build: writes NAME.plan for each sequence and NAME.policy for the workspace. Each file appears whole or not at
 * all: it is written beside its place and renamed. --emit prints one arrow of the pipeline instead. */
#include "compiler/check.h"
#include "compiler/lex.h"
#include "compiler/verbs/verbs.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

static bool write_all(int fd, struct slice bytes)
{
	while (bytes.n) {
		ssize_t n = write(fd, bytes.p, bytes.n);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		bytes.p += n;
		bytes.n -= (size_t)n;
	}
	return true;
}

/* The paths of one file: where it is written, and its place. */
struct target {
	struct buf draft, path;
};

static struct target target_of(const char *folder, struct slice name, const char *ending)
{
	struct target t = {0};
	buf_addf(&t.path, "%s/%.*s%s", folder, SLICE_ARG(name), ending);
	buf_addf(&t.draft, "%s/.%.*s%s.%ld", folder, SLICE_ARG(name), ending, (long)getpid());
	return t;
}

static void target_free(struct target *t)
{
	buf_free(&t->draft);
	buf_free(&t->path);
}

static bool write_file(const struct cli *c, const char *folder, struct slice name, const char *ending,
                       struct slice bytes)
{
	struct target t = target_of(folder, name, ending);
	const char *draft = buf_cstr(&t.draft), *path = buf_cstr(&t.path);
	bool ok = !t.draft.failed && !t.path.failed;
	if (!ok)
		errno = ENOMEM;
	int fd = ok ? open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666) : -1;
	ok = fd >= 0 && write_all(fd, bytes) && fsync(fd) == 0;
	int error = errno;
	if (fd >= 0 && close(fd) != 0 && ok) {
		error = errno;
		ok = false;
	}
	if (ok && rename(draft, path) != 0) {
		error = errno;
		ok = false;
	}
	if (!ok) {
		cli_error(c, "cannot write %s: %s", path, strerror(error));
		if (fd >= 0)
			unlink(draft);
	}
	target_free(&t);
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
