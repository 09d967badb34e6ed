/* SPDX-License-Identifier: Apache-2.0
 * Which sequences a verb shows, and where what it makes goes: a file, or a file a sequence in a folder. */
#include "compiler/verbs/verbs.h"
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

bool verb_is_wanted(const struct compile *k, uint32_t index, const char *only)
{
	return !only || slice_is(k->results[index].name, only);
}

void verb_say_no_sequence(const struct cli *c, const struct compile *k, const char *only)
{
	if (!only)
		cli_error(c, "there is no sequence here");
	else if (k->result_count == 1)
		cli_error(c, "there is no sequence `%s` here, only `%.*s`", only, SLICE_ARG(k->results[0].name));
	else
		cli_error(c, "there is no sequence `%s` here", only);
}

void verb_say_too_many(const struct cli *c, const char *thing, uint32_t count)
{
	cli_error(c, "%s shows one sequence, and here are %u: choose one with --sequence, or give a folder, -o FOLDER/",
	          thing, count);
}

bool verb_is_below(const struct compile *k, uint32_t source, const char *wanted)
{
	struct slice root = k->root, path = k->sources.items[source].path;
	if (!wanted || strlen(wanted) <= root.n)
		return true;
	const char *rest = wanted + root.n + (root.n > 1);
	return slice_starts(path, rest) && (path.n == strlen(rest) || path.p[strlen(rest)] == '/');
}

bool verb_is_folder(const char *path)
{
	struct stat st;
	return slice_ends(slice_of(path), "/") || (stat(path, &st) == 0 && S_ISDIR(st.st_mode));
}

bool verb_folder(const struct cli *c, const char *folder)
{
	if (mkdir(folder, 0777) == 0 || errno == EEXIST)
		return true;
	cli_error(c, "cannot make the folder %s: %s", folder, strerror(errno));
	return false;
}

bool verb_may_write(const struct cli *c, const char *flag, const char *path)
{
	if (!path)
		return true;
	if (!*path)
		cli_error(c, "%s needs the name of a file", flag);
	else if (slice_ends(slice_of(path), ".seq"))
		cli_error(c, "%s %s would be a source: what is made goes into a file of another name", flag, path);
	else
		return true;
	return false;
}

static bool knows_ending(const struct cli *c, const char *path, const char *endings)
{
	const char *slash = path ? strrchr(path, '/') : NULL, *name = slash ? slash + 1 : path;
	const char *dot = name ? strrchr(name, '.') : NULL, *at = endings;
	if (!dot || dot == name)
		return true;
	size_t n = strlen(dot);
	for (; at; at = strchr(at, ' ') ? strchr(at, ' ') + 1 : NULL)
		if (strncmp(at, dot, n) == 0 && (at[n] == ' ' || !at[n]))
			return true;
	cli_error(c, "%s: its ending names no format; take one of %s, or say --format", path, endings);
	return false;
}

bool verb_takes_output(const struct cli *c, const char *endings)
{
	const char *to = cli_get(c, "-o");
	bool inferred = to && !cli_has(c, "--format") && !verb_is_folder(to);
	return verb_may_write(c, "-o", to) && (!inferred || knows_ending(c, to, endings));
}

bool verb_write(const struct cli *c, const char *path, struct buf *text)
{
	bool ok = !text->failed;
	if (!ok)
		errno = ENOMEM;
	ok = ok && verb_replace_file(path, buf_slice(text));
	if (!ok)
		cli_error(c, "cannot write %s: %s", path, strerror(errno));
	buf_free(text);
	return ok;
}

bool verb_write_in(const struct cli *c, const char *folder, struct slice name, const char *ending, struct buf *text)
{
	struct buf path = {0};
	bool slash = slice_ends(slice_of(folder), "/");
	buf_addf(&path, "%s%s%.*s%s", folder, slash ? "" : "/", SLICE_ARG(name), ending);
	text->failed |= path.failed;
	bool ok = verb_write(c, buf_cstr(&path), text);
	buf_free(&path);
	return ok;
}
