/* SPDX-License-Identifier: Apache-2.0
 * Reading files beneath the workspace, and places in what was read. The kernel resolves a path beneath the root
 * (openat2); where it cannot, the real path must begin with the root's. */
#include "compiler/source.h"
#include "base/utf8.h"
#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* ---- paths ---- */

/* `a/./b//../c` as `a/c`; false when it leaves the root, is absolute, empty or too long, or holds a NUL. */
static bool clean_path(struct slice path, char out[PATH_MAX], size_t *out_n)
{
	size_t n = 0;
	if (path.n == 0 || path.n >= PATH_MAX || path.p[0] == '/' || memchr(path.p, 0, path.n))
		return false;
	for (size_t i = 0; i < path.n;) {
		size_t end = i;
		while (end < path.n && path.p[end] != '/')
			end++;
		struct slice part = {path.p + i, end - i};
		i = end + 1;
		if (part.n == 0 || slice_is(part, "."))
			continue;
		if (slice_is(part, "..")) {
			if (n == 0)
				return false;
			while (n > 0 && out[--n] != '/')
				;
			continue;
		}
		if (n > 0)
			out[n++] = '/';
		memcpy(out + n, part.p, part.n);
		n += part.n;
	}
	out[n] = 0;
	*out_n = n;
	return n > 0;
}

static enum source_result result_of_errno(int error)
{
	switch (error) {
	case ENOENT:
	case ENOTDIR: return SOURCE_MISSING;
	case EXDEV: return SOURCE_OUTSIDE;
	default: return SOURCE_UNREADABLE;
	}
}

/* For kernels without openat2. */
static int open_by_real_path(const char *root, const char *path, int flags)
{
	char whole[PATH_MAX], real_root[PATH_MAX], real[PATH_MAX];
	size_t root_n = strlen(root), path_n = strlen(path);
	if (root_n + 1 + path_n >= sizeof whole) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(whole, root, root_n);
	whole[root_n] = '/';
	memcpy(whole + root_n + 1, path, path_n + 1);
	if (!realpath(root, real_root) || !realpath(whole, real))
		return -1;
	size_t n = strlen(real_root);
	if (strncmp(real, real_root, n) != 0 || (n > 1 && real[n] != '/')) {
		errno = EXDEV;
		return -1;
	}
	return open(real, flags | O_NOFOLLOW);
}

static int open_beneath(const char *root, const char *path)
{
	int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
	int folder = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0)
		return -1;
	struct open_how how = {.flags = (uint64_t)flags, .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS};
	int fd = (int)syscall(SYS_openat2, folder, path, &how, sizeof how);
	int error = errno;
	close(folder);
	if (fd < 0 && (error == ENOSYS || error == EPERM))
		return open_by_real_path(root, path, flags);
	errno = error;
	return fd;
}

/* ---- reading ---- */

/* The whole file with a NUL after it. */
static enum source_result read_all(int fd, struct arena *arena, size_t max_bytes, struct slice *out)
{
	struct stat st;
	if (fstat(fd, &st) != 0)
		return SOURCE_UNREADABLE;
	if (!S_ISREG(st.st_mode))
		return SOURCE_NOT_REGULAR;
	if (st.st_size < 0 || (uint64_t)st.st_size > max_bytes)
		return SOURCE_TOO_BIG;
	size_t size = (size_t)st.st_size, n = 0;
	char *p = arena_alloc(arena, size + 1);
	while (n < size) {
		ssize_t got = read(fd, p + n, size - n);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return SOURCE_UNREADABLE;
		if (got == 0)
			break; /* it became shorter while it was read */
		n += (size_t)got;
	}
	*out = (struct slice){p, n};
	return SOURCE_OK;
}

static uint32_t add(struct sources *s, struct slice path, struct slice text, bool is_std)
{
	assert(text.p[text.n] == 0);
	struct source new = {.path = path, .text = text, .is_std = is_std};
	uint32_t cap = 0;
	size_t at = 0;
	for (;;) {
		ARENA_PUSH(s->arena, new.lines, new.line_count, cap) = (uint32_t)at;
		const char *nl = memchr(text.p + at, '\n', text.n - at);
		if (!nl)
			break;
		at = (size_t)(nl - text.p) + 1;
	}
	ARENA_PUSH(s->arena, s->items, s->count, s->cap) = new;
	return s->count - 1;
}

/* name: as clean_path gives it. */
static enum source_result read_beneath(const struct sources *s, const char *name, size_t max_bytes, struct arena *arena,
                                       struct slice *out)
{
	char root[PATH_MAX];
	if (s->root.n == 0 || s->root.n >= sizeof root)
		return SOURCE_MISSING;
	memcpy(root, s->root.p, s->root.n);
	root[s->root.n] = 0;
	int fd = open_beneath(root, name);
	if (fd < 0)
		return result_of_errno(errno);
	enum source_result result = read_all(fd, arena, max_bytes, out);
	close(fd);
	return result;
}

enum source_result source_read_bytes(const struct sources *s, struct slice path, size_t max_bytes, struct arena *arena,
                                     struct slice *out)
{
	char name[PATH_MAX];
	size_t n;
	if (!clean_path(path, name, &n))
		return SOURCE_OUTSIDE;
	return read_beneath(s, name, max_bytes, arena, out);
}

enum source_result source_read(struct sources *s, struct slice path, size_t max_bytes, uint32_t *out)
{
	char name[PATH_MAX];
	size_t n;
	if (!clean_path(path, name, &n))
		return SOURCE_OUTSIDE;
	for (uint32_t i = 0; i < s->count; i++)
		if (!s->items[i].is_std && slice_is(s->items[i].path, name)) {
			*out = i;
			if (s->items[i].not_utf8)
				return SOURCE_NOT_UTF8;
			return s->items[i].text.n > max_bytes ? SOURCE_TOO_BIG : SOURCE_OK;
		}
	struct slice text = {0};
	enum source_result result = read_beneath(s, name, max_bytes, s->arena, &text);
	if (result != SOURCE_OK)
		return result;
	*out = add(s, arena_copy(s->arena, (struct slice){name, n}), text, false);
	s->items[*out].not_utf8 = !utf8_valid(text);
	return s->items[*out].not_utf8 ? SOURCE_NOT_UTF8 : SOURCE_OK;
}

/* Opens root/path; -1: it is not there, or not beneath the root. */
static int open_path(const struct sources *s, struct slice path)
{
	char name[PATH_MAX], root[PATH_MAX];
	size_t n;
	if (s->root.n == 0 || s->root.n >= sizeof root)
		return -1;
	if (path.n == 0)
		memcpy(name, ".", 2);
	else if (!clean_path(path, name, &n))
		return -1;
	memcpy(root, s->root.p, s->root.n);
	root[s->root.n] = 0;
	return open_beneath(root, name);
}

bool source_exists(const struct sources *s, struct slice path)
{
	struct stat st;
	int fd = open_path(s, path);
	bool regular = fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
	if (fd >= 0)
		close(fd);
	return regular;
}

static int by_bytes(const void *a, const void *b)
{
	return slice_cmp(*(const struct slice *)a, *(const struct slice *)b);
}

uint32_t source_list(const struct sources *s, struct slice folder, struct slice *out, uint32_t max)
{
	uint32_t count = 0;
	int fd = open_path(s, folder);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	if (!dir && fd >= 0)
		close(fd);
	for (struct dirent *e; dir && count < max && (e = readdir(dir));)
		if (e->d_name[0] != '.' && slice_ends(slice_of(e->d_name), ".seq"))
			out[count++] = arena_printf(s->arena, "%.*s%s", SLICE_ARG(folder), e->d_name);
	if (dir)
		closedir(dir);
	if (count > 0)
		qsort(out, count, sizeof *out, by_bytes);
	return count;
}

uint32_t source_add(struct sources *s, struct slice path, struct slice text, bool is_std)
{
	return add(s, arena_copy(s->arena, path), arena_copy(s->arena, text), is_std);
}

/* ---- places ---- */

void source_place(const struct source *s, uint32_t offset, uint32_t *line, uint32_t *column)
{
	uint32_t low = 0, high = s->line_count;
	if (offset > s->text.n)
		offset = (uint32_t)s->text.n;
	while (high - low > 1) { /* lines[low] <= offset < lines[high] */
		uint32_t middle = low + (high - low) / 2;
		if (s->lines[middle] <= offset)
			low = middle;
		else
			high = middle;
	}
	*line = low + 1;
	*column = 1 + (uint32_t)utf8_count((struct slice){s->text.p + s->lines[low], offset - s->lines[low]});
}

struct slice source_line(const struct source *s, uint32_t line)
{
	if (line == 0 || line > s->line_count)
		return (struct slice){0};
	uint32_t start = s->lines[line - 1], end = line < s->line_count ? s->lines[line] - 1 : (uint32_t)s->text.n;
	if (end > start && s->text.p[end - 1] == '\r')
		end--;
	return (struct slice){s->text.p + start, end - start};
}

struct slice source_text(const struct sources *s, struct span span)
{
	if (span.source >= s->count || span.end < span.start || span.end > s->items[span.source].text.n)
		return (struct slice){0};
	return (struct slice){s->items[span.source].text.p + span.start, span.end - span.start};
}

struct span span_join(struct span a, struct span b)
{
	if (a.source != b.source)
		return a;
	return (struct span){a.source, a.start < b.start ? a.start : b.start, a.end > b.end ? a.end : b.end};
}
