/* SPDX-License-Identifier: Apache-2.0
 * Looks at the sources' dates and sizes a few times a second, which works with every editor and file system, and writes
 * the page and, beside it, a script with the build's stamp: the page asks for that script and comes again when it
 * differs. Nothing listens on any port. */
#include "compiler/verbs/preview_watch.h"
#include "base/clock.h"
#include "compiler/verbs/verbs.h"
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { LOOK_EVERY_MS = 200, FOLDERS_DEEP = 16, FILES_MAX = 20000 };

struct watch {
	const struct cli *c;
	preview_make *make;
	char page[PATH_MAX], script[PATH_MAX];
	struct buf root;
	struct buf last; /* the last good page, without trouble */
	uint32_t builds;
	struct stat own[2]; /* what we write ourselves is no change */
};

/* ---- have the sources changed? ---- */

static uint64_t mix(uint64_t h, uint64_t v)
{
	return (h ^ v) * UINT64_C(0x100000001B3);
}

static uint64_t look_at(const struct stat *st, const char *name)
{
	uint64_t h = slice_hash(slice_of(name));
	h = mix(h, (uint64_t)st->st_mtim.tv_sec);
	h = mix(h, (uint64_t)st->st_mtim.tv_nsec);
	h = mix(h, (uint64_t)st->st_size);
	return mix(h, (uint64_t)st->st_ino);
}

static bool is_own(const struct watch *w, const struct stat *st)
{
	for (int i = 0; i < 2; i++)
		if (w->own[i].st_ino == st->st_ino && w->own[i].st_dev == st->st_dev)
			return true;
	return false;
}

/* A number that changes when a file below the folder does. Hidden ones play no part, as in a compile. */
static uint64_t look(const struct watch *w, const char *folder, int deep, uint32_t *files)
{
	uint64_t sum = 0;
	DIR *d = deep < FOLDERS_DEEP ? opendir(folder) : NULL;
	for (struct dirent *e; d && *files < FILES_MAX && (e = readdir(d));) {
		char path[PATH_MAX];
		struct stat st;
		if (e->d_name[0] == '.' ||
		    (size_t)snprintf(path, sizeof path, "%s/%s", folder, e->d_name) >= sizeof path ||
		    lstat(path, &st) != 0)
			continue;
		++*files;
		if (S_ISDIR(st.st_mode))
			sum += look(w, path, deep + 1, files);
		else if (!is_own(w, &st))
			sum += look_at(&st, path); /* a sum: readdir has no order */
	}
	if (d)
		closedir(d);
	return sum;
}

static uint64_t look_at_all(const struct watch *w)
{
	uint32_t files = 0;
	struct stat st;
	uint64_t sum = w->root.n ? look(w, w->root.p, 0, &files) : 0;
	const char *contacts = cli_get(w->c, "--contacts"), *path = cli_get(w->c, "PATH");
	if (contacts && stat(contacts, &st) == 0)
		sum += look_at(&st, contacts);
	if (path && stat(path, &st) == 0 && S_ISREG(st.st_mode))
		sum += look_at(&st, path);
	return sum;
}

/* ---- writing ---- */

static bool write_file(struct watch *w, const char *path, struct slice text, struct stat *own)
{
	if (verb_replace_file(path, text) && stat(path, own) == 0)
		return true;
	cli_error(w->c, "cannot write %s: %s", path, strerror(errno));
	return false;
}

static bool write_stamp(struct watch *w, const char *stamp, bool ended)
{
	struct buf text = {0};
	buf_addf(&text, "window.seqcPreview && seqcPreview(\"%s\", %s);\n", stamp, ended ? "true" : "false");
	bool ok = !text.failed && write_file(w, w->script, buf_slice(&text), &w->own[1]);
	buf_free(&text);
	return ok;
}

/* The first good page has not been made yet: what is wrong stands alone. */
static void put_bare(struct buf *out, const struct preview_watch *watch)
{
	buf_clear(out);
	preview_put_trouble(out, watch);
}

static struct slice base_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slice_of(slash ? slash + 1 : path);
}

static void say(const struct watch *w, const char *at, bool good, int64_t took_us, const struct buf *trouble)
{
	if (good)
		fprintf(w->c->out, "%s  made in %lld ms\n", at, (long long)(took_us + 500) / 1000);
	else
		fprintf(w->c->out, "%s  not made; the page says why\n", at);
	fflush(w->c->out);
	if (!good) {
		fwrite(trouble->p, 1, trouble->n, w->c->err);
		fflush(w->c->err);
	}
}

/* One build. False: it could not be written. */
static bool build(struct watch *w, char stamp[64])
{
	struct buf out = {0}, trouble = {0}, root = {0};
	int64_t from_us = clock_us(CLOCK_MONOTONIC);
	time_t now = time(NULL);
	struct tm tm;
	char at[16];
	localtime_r(&now, &tm);
	strftime(at, sizeof at, "%H:%M:%S", &tm);
	snprintf(stamp, 64, "%lld.%ld.%u", (long long)now, (long)getpid(), ++w->builds);
	struct preview_watch watch = {.script = base_name(w->script), .stamp = slice_of(stamp), .at = slice_of(at)};
	int result = w->make(w->c, &watch, &out, &trouble, &root);
	bool good = result == EXIT_DONE && !out.failed;
	if (root.n) {
		buf_clear(&w->root);
		buf_add_slice(&w->root, buf_slice(&root));
		buf_cstr(&w->root);
	}
	if (good) {
		buf_clear(&w->last);
		buf_add_slice(&w->last, buf_slice(&out));
	} else {
		watch.trouble = trouble.n ? buf_slice(&trouble) : SLICE("it cannot be made");
		if (w->last.n)
			preview_put_again(&out, buf_slice(&w->last), &watch);
		else
			put_bare(&out, &watch);
	}
	say(w, at, good, clock_us(CLOCK_MONOTONIC) - from_us, &trouble);
	bool ok = !out.failed && write_file(w, w->page, buf_slice(&out), &w->own[0]) && write_stamp(w, stamp, false);
	buf_free(&out);
	buf_free(&trouble);
	buf_free(&root);
	return ok;
}

/* ---- the loop ---- */

/* Where the page goes: -o, or .seqd/preview.html in the workspace. */
static bool set_paths(struct watch *w)
{
	const char *given = cli_get(w->c, "-o");
	char folder[PATH_MAX];
	const char *root = w->root.n ? w->root.p : ".";
	size_t n;
	if (given) {
		n = (size_t)snprintf(w->page, sizeof w->page, "%s", given);
	} else {
		if ((size_t)snprintf(folder, sizeof folder, "%s/.seqd", root) >= sizeof folder ||
		    !verb_folder(w->c, folder))
			return false;
		n = (size_t)snprintf(w->page, sizeof w->page, "%s/.seqd/preview.html", root);
	}
	if (n < sizeof w->page && (size_t)snprintf(w->script, sizeof w->script, "%s.js", w->page) < sizeof w->script)
		return true;
	cli_error(w->c, "the path is too long");
	return false;
}

/* Characters that a URL of a file must not hold as they are. */
static void put_url(FILE *out, const char *path)
{
	char real[PATH_MAX];
	const char *p = realpath(path, real) ? real : path;
	fputs("file://", out);
	for (; *p; p++) {
		unsigned char c = (unsigned char)*p;
		if (strchr("%?#\"<> ", c) || c < ' ' || c > '~')
			fprintf(out, "%%%02X", c);
		else
			fputc(c, out);
	}
	fputs("\n", out);
}

/* True: somebody asked to stop. The signal is taken, so that it does not come when it is let through again. */
static bool rest(int signals)
{
	struct pollfd fd = {.fd = signals, .events = POLLIN};
	struct signalfd_siginfo taken;
	return poll(&fd, 1, LOOK_EVERY_MS) > 0 && read(signals, &taken, sizeof taken) > 0;
}

/* A folder that the sources lie in, before the first compile can tell. */
static void first_root(struct watch *w)
{
	struct buf out = {0}, trouble = {0};
	struct preview_watch none = {0};
	w->make(w->c, &none, &out, &trouble, &w->root);
	buf_cstr(&w->root);
	buf_free(&out);
	buf_free(&trouble);
}

static int watch_on(struct watch *w, int signals)
{
	char stamp[64];
	first_root(w);
	uint64_t seen = look_at_all(w); /* before the build: what changes during it is seen after it */
	if (!set_paths(w) || !build(w, stamp))
		return EXIT_CANNOT;
	put_url(w->c->out, w->page);
	fputs("Ctrl-C ends it\n", w->c->out);
	fflush(w->c->out);
	while (!rest(signals)) {
		uint64_t now = look_at_all(w);
		if (now == seen)
			continue;
		seen = now;
		if (!build(w, stamp))
			return EXIT_CANNOT;
	}
	write_stamp(w, stamp, true);
	return EXIT_DONE;
}

int preview_watch(const struct cli *c, preview_make *make)
{
	struct watch w = {.c = c, .make = make};
	sigset_t stops, before;
	sigemptyset(&stops);
	sigaddset(&stops, SIGINT);
	sigaddset(&stops, SIGTERM);
	if (cli_get(c, "PATH") && strcmp(cli_get(c, "PATH"), "-") == 0) {
		cli_error(c, "--watch needs a file or a folder: standard input is read once");
		return EXIT_CANNOT;
	}
	sigprocmask(SIG_BLOCK, &stops, &before);
	int signals = signalfd(-1, &stops, SFD_CLOEXEC);
	int result = EXIT_CANNOT;
	if (signals >= 0) {
		result = watch_on(&w, signals);
		close(signals);
	} else {
		cli_error(c, "cannot wait for signals: %s", strerror(errno));
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
	buf_free(&w.root);
	buf_free(&w.last);
	return result;
}
