/* SPDX-License-Identifier: Apache-2.0
 * The picture as SVG: Graphviz lays it out (`dot -Tsvg`, without a shell), and a style of ours makes it follow the
 * reader's light or dark mode. */
#include "compiler/preview/picture.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define SVG_BYTES_MAX (16u << 20)
#define DOT_SECONDS   60

extern char **environ;

static bool write_all(int fd, struct slice s)
{
	while (s.n) {
		ssize_t n = write(fd, s.p, s.n);
		if (n < 0 && errno != EINTR)
			return false;
		if (n > 0)
			s = (struct slice){s.p + n, s.n - (size_t)n};
	}
	return lseek(fd, 0, SEEK_SET) == 0;
}

/* What comes, until it ends, takes too long or grows beyond what a picture needs. */
static bool read_all(int fd, struct buf *out)
{
	char chunk[16384];
	struct pollfd p = {.fd = fd, .events = POLLIN};
	for (;;) {
		int ready = poll(&p, 1, DOT_SECONDS * 1000);
		if (ready < 0 && errno == EINTR)
			continue;
		if (ready <= 0)
			return false;
		ssize_t n = read(fd, chunk, sizeof chunk);
		if (n <= 0)
			return n == 0;
		buf_add(out, chunk, (size_t)n);
		if (out->failed || out->n > SVG_BYTES_MAX)
			return false;
	}
}

/* The program with its ends in our files: 0, or what posix_spawnp says. */
static int start_dot(pid_t *pid, int in, int out, int err)
{
	char *const argv[] = {"dot", "-Tsvg", NULL};
	posix_spawn_file_actions_t files;
	int error = posix_spawn_file_actions_init(&files);
	if (error)
		return error;
	if (!(error = posix_spawn_file_actions_adddup2(&files, in, 0)) &&
	    !(error = posix_spawn_file_actions_adddup2(&files, out, 1)) &&
	    !(error = posix_spawn_file_actions_adddup2(&files, err, 2)))
		error = posix_spawnp(pid, "dot", &files, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&files);
	return error;
}

static void say_failed(struct buf *error, int status, int err)
{
	char text[400];
	ssize_t n = pread(err, text, sizeof text, 0);
	buf_addf(error, "Graphviz did not draw it (");
	if (WIFEXITED(status))
		buf_addf(error, "`dot` ended with %d", WEXITSTATUS(status));
	else
		buf_adds(error, "`dot` was stopped");
	while (n > 0 && text[n - 1] == '\n')
		n--;
	if (n > 0)
		buf_addf(error, ": %.*s", (int)n, text);
	buf_adds(error, ")");
}

/* in: the graph, from its start. */
static bool run_dot(int in, int err, struct buf *out, struct buf *error, bool *missing)
{
	int ends[2], status = 0;
	pid_t pid;
	if (pipe2(ends, O_CLOEXEC) != 0) {
		buf_addf(error, "cannot make a pipe: %s", strerror(errno));
		return false;
	}
	int failed = start_dot(&pid, in, ends[1], err);
	close(ends[1]);
	if (failed) {
		close(ends[0]);
		*missing = failed == ENOENT;
		if (*missing)
			buf_adds(error,
			         "an SVG is drawn by Graphviz, which is not here: `apt install graphviz`, or take "
			         "--format dot");
		else
			buf_addf(error, "cannot run `dot`: %s", strerror(failed));
		return false;
	}
	bool ok = read_all(ends[0], out);
	close(ends[0]);
	if (!ok)
		kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	ok = ok && WIFEXITED(status) && WEXITSTATUS(status) == 0;
	if (!ok)
		say_failed(error, status, err);
	return ok;
}

/* ---- the style ---- */

static void add_style(struct buf *out, bool alone)
{
	static const struct {
		const char *name, *fill, *line;
	} night[LOOK_COUNT] = {
#define X(NAME, class, shape, open, close, fill, line, dark_fill, dark_line) {#class, dark_fill, dark_line},
	        PICTURE_LOOKS(X)
#undef X
	};
	buf_addf(out, "<style>\n%s", alone ? ":root { color-scheme: light dark; }\n" : "");
	buf_adds(out, "@media (prefers-color-scheme: dark) {\n"
	              ".node text { fill: #eeeeee; } .edge text { fill: #bbbbbb; }\n"
	              ".edge path { stroke: #999999; } .edge polygon { fill: #999999; stroke: #999999; }\n"
	              ".rules polygon { stroke: #f08a3c; } .rules text { fill: #eeeeee; }\n");
	for (int i = 0; i < LOOK_COUNT; i++)
		if (i != LOOK_WAIT)
			buf_addf(out,
			         ".node.%s polygon, .node.%s path, .node.%s ellipse { fill: %s; stroke: %s; } "
			         ".node.%s polyline { stroke: %s; }\n",
			         night[i].name, night[i].name, night[i].name, night[i].fill, night[i].line,
			         night[i].name, night[i].line);
	buf_adds(out, "}\n</style>\n");
}

/* Without what Graphviz puts before <svg>, its version with it; with our style behind its first tag. */
static bool put_svg(struct buf *out, struct slice svg, bool prolog)
{
	ptrdiff_t begin = slice_find(svg, SLICE("<svg"));
	if (begin < 0)
		return false;
	struct slice rest = {svg.p + begin, svg.n - (size_t)begin};
	ptrdiff_t end = slice_find(rest, SLICE(">"));
	if (end < 0)
		return false;
	if (prolog)
		buf_adds(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
	buf_add(out, rest.p, (size_t)end + 1);
	buf_addc(out, '\n');
	add_style(out, prolog);
	rest = (struct slice){rest.p + end + 1, rest.n - (size_t)end - 1};
	while (rest.n && (*rest.p == '\n' || *rest.p == ' '))
		rest = (struct slice){rest.p + 1, rest.n - 1};
	buf_add_slice(out, rest);
	return true;
}

bool picture_svg(struct buf *out, const struct picture *p, bool prolog, struct buf *error, bool *missing)
{
	struct buf dot = {0}, svg = {0};
	*missing = false;
	picture_dot(&dot, p, 1);
	/* Files in memory, not pipes: neither side can wait for the other. */
	int in = memfd_create("dot", MFD_CLOEXEC), err = memfd_create("said", MFD_CLOEXEC);
	bool ok = in >= 0 && err >= 0 && !dot.failed && write_all(in, buf_slice(&dot));
	if (!ok)
		buf_addf(error, "cannot hold the graph in memory");
	ok = ok && run_dot(in, err, &svg, error, missing);
	if (ok && !put_svg(out, buf_slice(&svg), prolog)) {
		buf_adds(error, "what `dot` gave is no SVG");
		ok = false;
	}
	if (in >= 0)
		close(in);
	if (err >= 0)
		close(err);
	buf_free(&dot);
	buf_free(&svg);
	return ok;
}
