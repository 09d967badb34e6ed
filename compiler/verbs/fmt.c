/* SPDX-License-Identifier: Apache-2.0
 * seqc fmt: gives .seq files their one layout. A file is replaced as a whole or not at all; one with mistakes of form
 * is left alone. Lists and patches go to standard output, what was done to standard error. */
#include "base/diff.h"
#include "compiler/find.h"
#include "compiler/format.h"
#include "compiler/verbs/verbs.h"
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct formatting {
	const struct cli *c;
	bool check, diff;
	uint32_t changed, unchanged, wrong; /* files */
	int result;                         /* EXIT_CANNOT and EXIT_OUR_BUG stay */
	struct buf out;                     /* lists and patches */
};

static void fail(struct formatting *f, int result)
{
	if (f->result < result)
		f->result = result;
}

/* ---- one source ---- */

static void put_mistakes(struct formatting *f, struct diags *diags)
{
	struct buf text = {0};
	diags_sort(diags);
	diags_render_text(diags, &text, cli_colour(f->c->err), DIAGNOSTICS_PER_FILE_MAX);
	if (text.n)
		fwrite(text.p, 1, text.n, f->c->err);
	buf_free(&text);
	f->wrong++;
	fail(f, EXIT_INPUT);
}

/* Lays the source out, into `out`. False: nothing to be done with it, told why. */
static bool lay_out(struct formatting *f, struct sources *s, uint32_t source, struct buf *out)
{
	struct diags diags;
	diags_init(&diags, s->arena, s);
	switch (format_source(out, s, source, s->arena, &diags)) {
	case FORMAT_DONE: break;
	case FORMAT_MISTAKES: put_mistakes(f, &diags); return false;
	case FORMAT_OUR_BUG:
		cli_error(f->c, "%.*s is left alone: its layout would have changed what it says; this is a bug of ours",
		          SLICE_ARG(s->items[source].path));
		fail(f, EXIT_OUR_BUG);
		return false;
	}
	if (out->failed) {
		cli_error(f->c, "out of memory");
		fail(f, EXIT_CANNOT);
	}
	return !out->failed;
}

/* Counts it and, where asked, tells of the change. True: it is to be written. */
static bool is_written(struct formatting *f, struct slice shown, struct slice before, struct slice after)
{
	if (slice_eq(before, after)) {
		f->unchanged++;
		return false;
	}
	if (f->diff && shown.p[0] == '/') /* `a//…` is no path for patch */
		diff_unified(&f->out, (struct slice){shown.p + 1, shown.n - 1}, before, after);
	else if (f->diff)
		diff_unified(&f->out, shown, before, after);
	else if (f->check)
		buf_addf(&f->out, "%.*s\n", SLICE_ARG(shown));
	if (!f->check && !f->diff)
		return true;
	f->changed++;
	fail(f, EXIT_INPUT);
	return false;
}

/* ---- files ---- */

/* The path as one would type it here. */
static const char *shown(const char *whole)
{
	char here[PATH_MAX];
	size_t n = getcwd(here, sizeof here) ? strlen(here) : 0;
	bool below = n > 1 && strncmp(whole, here, n) == 0 && whole[n] == '/';
	return below ? whole + n + 1 : whole;
}

static const char *why_unread(enum source_result r)
{
	switch (r) {
	case SOURCE_OK: break;
	case SOURCE_MISSING: return "it is not there";
	case SOURCE_OUTSIDE: return "it lies outside of the workspace";
	case SOURCE_NOT_REGULAR: return "it is no file";
	case SOURCE_TOO_BIG: return "it is too big";
	case SOURCE_UNREADABLE: return strerror(errno);
	case SOURCE_NOT_UTF8: return "it is not UTF-8";
	}
	return "";
}

static void format_file(struct formatting *f, struct slice root, struct slice path)
{
	struct arena arena;
	struct buf after = {0};
	uint32_t source;
	arena_init(&arena, 0, NULL);
	struct sources s = {.arena = &arena, .root = root};
	const char *whole = arena_printf(&arena, "%.*s/%.*s", SLICE_ARG(root), SLICE_ARG(path)).p;
	enum source_result read = source_read(&s, path, SOURCE_BYTES_MAX, &source);
	if (read != SOURCE_OK) {
		cli_error(f->c, "cannot read %s: %s", shown(whole), why_unread(read));
		fail(f, EXIT_CANNOT);
	} else if (lay_out(f, &s, source, &after) &&
	           is_written(f, slice_of(shown(whole)), s.items[source].text, buf_slice(&after))) {
		if (verb_replace_file(whole, buf_slice(&after))) {
			f->changed++;
		} else {
			cli_error(f->c, "cannot write %s: %s", shown(whole), strerror(errno));
			fail(f, EXIT_CANNOT);
		}
	}
	buf_free(&after);
	arena_free(&arena);
}

static bool find_files(struct compile *k, const char *path, struct found *out)
{
	if (setjmp(k->full))
		return false; /* so many files that memory is used up: said by the caller as any failure */
	return find_sources(k, path, out);
}

static bool is_below(struct slice root, struct slice path, const char *wanted)
{
	size_t n = strlen(wanted), skip = root.n + (root.n > 1);
	if (n <= root.n)
		return true;
	struct slice rest = {wanted + skip, n - skip};
	return path.n >= rest.n && memcmp(path.p, rest.p, rest.n) == 0 && (path.n == rest.n || path.p[rest.n] == '/');
}

/* Of the workspace's files, those that were asked for. */
static void format_path(struct formatting *f, const char *path)
{
	struct compile k;
	struct found found = {0};
	char *wanted = path ? realpath(path, NULL) : NULL;
	compile_init(&k);
	if (!find_files(&k, path, &found)) {
		verb_put_diagnostics(f->c, &k);
		fail(f, EXIT_CANNOT);
		found.count = 0;
	}
	for (uint32_t i = 0; i < found.count; i++)
		if (!wanted || is_below(k.root, found.paths[i], wanted))
			format_file(f, k.root, found.paths[i]);
	free(wanted);
	compile_free(&k);
}

/* ---- standard input ---- */

static void format_stdin(struct formatting *f)
{
	struct arena arena;
	struct buf before = {0}, after = {0};
	arena_init(&arena, 0, NULL);
	struct sources s = {.arena = &arena};
	if (!verb_read(f->c, "-", SOURCE_BYTES_MAX, &before)) {
		fail(f, EXIT_CANNOT);
	} else if (lay_out(f, &s, source_add(&s, SLICE("<stdin>"), buf_slice(&before), false), &after)) {
		if (!f->check && !f->diff)
			buf_add_slice(&f->out, buf_slice(&after));
		else
			is_written(f, SLICE("<stdin>"), buf_slice(&before), buf_slice(&after));
	}
	buf_free(&before);
	buf_free(&after);
	arena_free(&arena);
}

/* ---- the verb ---- */

static void put_summary(const struct formatting *f)
{
	FILE *err = f->c->err;
	const char *files = f->changed == 1 ? "file" : "files";
	if (f->check || f->diff)
		fprintf(err, "%u %s would change, %u unchanged", f->changed, files, f->unchanged);
	else
		fprintf(err, "formatted %u %s, %u unchanged", f->changed, files, f->unchanged);
	if (f->wrong)
		fprintf(err, ", %u with mistakes left alone", f->wrong);
	fputc('\n', err);
}

/* A link is named for what it is: what it leads to may be anywhere. */
static bool is_fit(const struct cli *c, const char *path)
{
	struct stat st;
	const char *why = lstat(path, &st) != 0 ? strerror(errno)
	                  : S_ISLNK(st.st_mode) ? "it is a symbolic link; name what it leads to"
	                  : !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode) ? "neither a file nor a folder"
	                                                                 : NULL;
	if (why)
		cli_error(c, "cannot format %s: %s", path, why);
	return !why;
}

static int run(const struct cli *c)
{
	struct formatting f = {.c = c, .check = cli_has(c, "--check"), .diff = cli_has(c, "--diff")};
	const char *path = cli_get(c, "PATH");
	if (path && strcmp(path, "-") == 0 && !cli_get_nth(c, "PATH", 1)) {
		format_stdin(&f);
	} else {
		if (!path)
			format_path(&f, NULL);
		for (int i = 0; (path = cli_get_nth(c, "PATH", i)); i++)
			if (is_fit(c, path))
				format_path(&f, path);
			else
				fail(&f, EXIT_CANNOT);
		if (f.changed + f.unchanged + f.wrong > 0)
			put_summary(&f);
	}
	return verb_put(c, &f.out) ? f.result : EXIT_CANNOT;
}

static const char more[] = "There is one layout and nothing to choose. What is wrong for `check` is laid out too; a "
                           "file with mistakes of\n"
                           "form is left alone, and they are printed. With --check or --diff nothing is written, and "
                           "it exits 1 when a file\n"
                           "would change.";

static const struct cli_flag flags[] = {
        {"PATH", NULL, "a .seq file, a folder, or - from standard input to output; by default the workspace", CLI_MANY},
        {"--check", NULL, "write nothing, list the files that would change", CLI_ONCE},
        {"--diff", NULL, "write nothing, print the changes as a patch", CLI_ONCE},
        {0},
};

const struct cli_verb verb_fmt = {"fmt", "gives .seq files their one layout", more, flags, run};
