/* SPDX-License-Identifier: Apache-2.0
 * What several verbs of seqc do: compiling the PATH of the call, reading a file, writing results. Results go to
 * standard output, diagnostics and talk to standard error. */
#include "compiler/verbs/verbs.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool read_all(int fd, size_t max, struct buf *out)
{
	char chunk[65536];
	for (;;) {
		ssize_t n = read(fd, chunk, sizeof chunk);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n == 0;
		if (out->n + (size_t)n > max) {
			errno = EFBIG;
			return false;
		}
		buf_add(out, chunk, (size_t)n);
		if (out->failed) {
			errno = ENOMEM;
			return false;
		}
	}
}

bool verb_read(const struct cli *c, const char *path, size_t max, struct buf *out)
{
	bool is_stdin = strcmp(path, "-") == 0;
	/* Not blocking, so that a pipe without a writer is refused below, not waited for. */
	int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	bool ok = fd >= 0 && fstat(fd, &st) == 0;
	if (ok && !is_stdin && !S_ISREG(st.st_mode)) {
		errno = S_ISDIR(st.st_mode) ? EISDIR : EINVAL;
		ok = false;
	}
	ok = ok && read_all(fd, max, out);
	if (!ok)
		cli_error(c, "cannot read %s: %s", is_stdin ? "standard input" : path, strerror(errno));
	if (fd >= 0 && !is_stdin)
		close(fd);
	return ok;
}

static bool is_there(const struct cli *c, const char *path)
{
	struct stat st;
	if (stat(path, &st) != 0) {
		cli_error(c, "cannot read %s: %s", path, strerror(errno));
		return false;
	}
	if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode)) {
		cli_error(c, "cannot read %s: neither a file nor a folder", path);
		return false;
	}
	return true;
}

static int result_of(const struct compile *k, bool ok)
{
	return ok ? EXIT_DONE : k->our_bug ? EXIT_OUR_BUG : EXIT_INPUT;
}

static int compile_it(const struct cli *c, struct compile *k, bool emit, bool keep_tests)
{
	const char *path = cli_get(c, "PATH"), *workspace = cli_get(c, "--workspace");
	compile_init(k);
	k->emit = emit;
	k->keep_tests = keep_tests;
	k->workspace_folder = workspace;
	if (workspace && !is_there(c, workspace))
		return EXIT_CANNOT;
	if (!path || strcmp(path, "-") != 0) {
		if (path && !is_there(c, path))
			return EXIT_CANNOT;
		return result_of(k, compile_path(k, path));
	}
	struct buf text = {0};
	int result = EXIT_CANNOT;
	if (verb_read(c, path, SOURCE_BYTES_MAX, &text))
		result = result_of(k, compile_text(k, "<stdin>", buf_slice(&text)));
	buf_free(&text);
	return result;
}

int verb_compile(const struct cli *c, struct compile *k, bool emit)
{
	return compile_it(c, k, emit, false);
}

int verb_compile_tests(const struct cli *c, struct compile *k)
{
	return compile_it(c, k, true, true);
}

void verb_put_diagnostics(const struct cli *c, const struct compile *k)
{
	struct buf text = {0};
	diags_render_text(&k->diags, &text, cli_colour(c->err), DIAGNOSTICS_PER_FILE_MAX);
	if (text.failed)
		cli_error(c, "out of memory");
	else if (text.n)
		fwrite(text.p, 1, text.n, c->err);
	buf_free(&text);
}

bool verb_put(const struct cli *c, struct buf *text)
{
	bool ok = !text->failed;
	if (!ok)
		cli_error(c, "out of memory");
	else if (text->n)
		fwrite(text->p, 1, text->n, c->out);
	buf_free(text);
	return ok;
}

int verb_show(const struct cli *c, int (*show)(const struct cli *c, const struct compile *k))
{
	struct compile k;
	int result = verb_compile(c, &k, true);
	if (result != EXIT_CANNOT)
		verb_put_diagnostics(c, &k);
	if (result == EXIT_DONE)
		result = show(c, &k);
	compile_free(&k);
	return result;
}

/* ---- files that are written ---- */

/* Writes, syncs and closes. False: errno says why. */
static bool write_whole(int fd, struct slice text)
{
	while (text.n) {
		ssize_t n = write(fd, text.p, text.n);
		if (n < 0 && errno != EINTR)
			break;
		if (n > 0)
			text = (struct slice){text.p + n, text.n - (size_t)n};
	}
	bool ok = !text.n && fsync(fd) == 0;
	int error = errno;
	if (close(fd) == 0 || !ok)
		errno = error;
	else
		ok = false;
	return ok;
}

static bool drop(const char *path)
{
	int error = errno;
	unlink(path);
	errno = error;
	return false;
}

bool verb_new_file(const char *path, struct slice text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (fd < 0)
		return false;
	return write_whole(fd, text) || drop(path);
}

bool verb_replace_file(const char *path, struct slice text)
{
	char beside[PATH_MAX];
	struct stat st;
	if ((size_t)snprintf(beside, sizeof beside, "%s.%ld", path, (long)getpid()) >= sizeof beside) {
		errno = ENAMETOOLONG;
		return false;
	}
	bool is_there = stat(path, &st) == 0;
	if (is_there && S_ISDIR(st.st_mode)) {
		errno = EISDIR;
		return false;
	}
	if (is_there && access(path, W_OK) != 0) /* renaming would replace it all the same */
		return false;
	if (!verb_new_file(beside, text))
		return false;
	if (is_there && chmod(beside, st.st_mode & 07777) != 0)
		return drop(beside);
	return rename(beside, path) == 0 || drop(beside);
}

/* ---- plans and policies ---- */

/* What the bytes say they are. Where they are neither, the file's ending tells what to complain of. */
static enum image_kind kind_of(const struct buf *bytes, const char *path)
{
	struct image m;
	struct image_error error;
	if (image_open(&m, IMAGE_PLAN, bytes->p, bytes->n, &error))
		return IMAGE_PLAN;
	if (image_open(&m, IMAGE_POLICY, bytes->p, bytes->n, &error))
		return IMAGE_POLICY;
	return slice_ends(slice_of(path), ".policy") ? IMAGE_POLICY : IMAGE_PLAN;
}

int verb_load(const struct cli *c, struct verb_image *v)
{
	const char *path = cli_get(c, "FILE");
	*v = (struct verb_image){.kind = IMAGE_PLAN};
	if (!verb_read(c, path, IMAGE_BYTES_MAX, &v->bytes))
		return EXIT_CANNOT;
	if (!v->bytes.n) {
		cli_error(c, "%s is refused: it is empty", path);
		return EXIT_INPUT;
	}
	struct image_error error;
	v->kind = kind_of(&v->bytes, path);
	bool ok = v->kind == IMAGE_PLAN ? plan_load(&v->plan, v->bytes.p, v->bytes.n, false, &error)
	                                : policy_load(&v->policy, v->bytes.p, v->bytes.n, false, &error);
	if (ok)
		return EXIT_DONE;
	cli_error(c, "%s is refused: %s", path, error.text);
	return EXIT_INPUT;
}

void verb_unload(struct verb_image *v)
{
	buf_free(&v->bytes); /* the image only borrowed it */
}

const struct image *verb_image(const struct verb_image *v)
{
	return v->kind == IMAGE_PLAN ? &v->plan.image : &v->policy.image;
}

struct slice verb_image_name(const struct verb_image *v)
{
	return v->kind == IMAGE_PLAN ? image_string(&v->plan.image, v->plan.sequence->name)
	                             : image_string(&v->policy.image, v->policy.workspace->name);
}
