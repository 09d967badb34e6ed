/* SPDX-License-Identifier: Apache-2.0
 * Looking for files. The order is that of the paths' bytes, so that neither the file system's order nor the locale
 * plays a part. Hidden folders (.seqd, .git) are skipped, and no symlink is followed. */
#include "compiler/find.h"
#include "diag_codes.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define WORKSPACE_FILE "workspace.seq"

static bool fail(struct compile *c, const char *path, const char *reason)
{
	diag_unreadable_file(&c->diags, DIAG_NO_PLACE, slice_of(path), slice_of(reason));
	diags_sort(&c->diags);
	return false;
}

/* The path without links and dots, in the arena; empty: there is none. */
static struct slice real(struct compile *c, const char *path)
{
	char *p = realpath(path, NULL);
	struct slice s = arena_copy(&c->arena, slice_of(p));
	free(p);
	return s;
}

static bool is_folder(struct slice path)
{
	struct stat st;
	return stat(path.p, &st) == 0 && S_ISDIR(st.st_mode);
}

static struct slice parent(struct compile *c, struct slice path)
{
	size_t n = path.n;
	while (n > 1 && path.p[n - 1] != '/')
		n--;
	return arena_copy(&c->arena, (struct slice){path.p, n > 1 ? n - 1 : n});
}

static bool has_workspace(struct compile *c, struct slice folder)
{
	struct stat st;
	struct slice file = arena_printf(&c->arena, "%.*s/" WORKSPACE_FILE, SLICE_ARG(folder));
	return stat(file.p, &st) == 0 && S_ISREG(st.st_mode);
}

/* The nearest folder from `from` upwards that holds a workspace.seq; empty when there is none. */
static struct slice find_root(struct compile *c, struct slice from)
{
	for (struct slice folder = from;; folder = parent(c, folder)) {
		if (has_workspace(c, folder))
			return folder;
		if (folder.n <= 1)
			return (struct slice){NULL, 0};
	}
}

static struct slice below(struct compile *c, struct slice root, struct slice path)
{
	size_t skip = root.n + (root.n > 1);
	return path.n > skip ? arena_copy(&c->arena, (struct slice){path.p + skip, path.n - skip})
	                     : (struct slice){"", 0};
}

/* ---- folders ---- */

struct names_of {
	struct slice *items;
	uint32_t count, cap;
};

static int by_bytes(const void *a, const void *b)
{
	return slice_cmp(*(const struct slice *)a, *(const struct slice *)b);
}

/* Adds root/folder's .seq files and folders to the lists; `fd` is taken over. */
static bool read_folder(struct compile *c, int fd, struct slice folder, struct found *out, struct names_of *folders)
{
	DIR *d = fdopendir(fd);
	if (!d) {
		close(fd);
		return false;
	}
	for (struct dirent *e; (errno = 0, e = readdir(d));) {
		struct stat st;
		struct slice name = slice_of(e->d_name);
		if (e->d_name[0] == '.' || fstatat(dirfd(d), e->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0)
			continue;
		struct slice path =
		        arena_printf(&c->arena, "%.*s%s%s", SLICE_ARG(folder), folder.n ? "/" : "", e->d_name);
		if (S_ISDIR(st.st_mode))
			ARENA_PUSH(&c->arena, folders->items, folders->count, folders->cap) = path;
		else if (S_ISREG(st.st_mode) && slice_ends(name, ".seq") && !slice_is(path, WORKSPACE_FILE))
			ARENA_PUSH(&c->arena, out->paths, out->count, out->cap) = path;
	}
	bool ok = errno == 0;
	closedir(d);
	return ok;
}

static bool collect(struct compile *c, struct slice folder, struct found *out)
{
	struct names_of todo = {0};
	ARENA_PUSH(&c->arena, todo.items, todo.count, todo.cap) = folder;
	for (uint32_t i = 0; i < todo.count; i++) {
		struct slice path = arena_printf(&c->arena, "%.*s/%.*s", SLICE_ARG(c->root), SLICE_ARG(todo.items[i]));
		int fd = open(path.p, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd < 0 || !read_folder(c, fd, todo.items[i], out, &todo))
			return fail(c, path.p, "the folder cannot be read");
		if (out->count > FIND_FILES_MAX || todo.count > FIND_FILES_MAX)
			return fail(c, path.p, "there are too many files below it");
	}
	if (out->count)
		qsort(out->paths, out->count, sizeof *out->paths, by_bytes);
	return true;
}

/* ---- entries ---- */

static void set_root(struct compile *c, struct slice root)
{
	c->root = c->sources.root = root;
}

static void add_workspace_file(struct compile *c, struct found *out)
{
	ARENA_PUSH(&c->arena, out->paths, out->count, out->cap) = SLICE(WORKSPACE_FILE);
}

/* The workspace's folder for something at `place` (a folder); empty: none. False after saying why. */
static bool choose_root(struct compile *c, struct slice place, struct slice *root)
{
	if (!c->workspace_folder) {
		*root = find_root(c, place);
		return true;
	}
	*root = real(c, c->workspace_folder);
	if (!root->n || !is_folder(*root))
		return fail(c, c->workspace_folder, "there is no such folder");
	if (!has_workspace(c, *root))
		return fail(c, c->workspace_folder, "it has no " WORKSPACE_FILE);
	return true;
}

static bool inside(struct slice root, struct slice path)
{
	return root.n == 1 || (path.n >= root.n && slice_eq((struct slice){path.p, root.n}, root) &&
	                       (path.n == root.n || path.p[root.n] == '/'));
}

static bool find_folder(struct compile *c, struct slice folder, bool must, struct found *out)
{
	struct slice root;
	if (!choose_root(c, folder, &root))
		return false;
	if (!root.n && must) {
		diag_no_workspace(&c->diags, DIAG_NO_PLACE, folder);
		diags_sort(&c->diags);
		return false;
	}
	set_root(c, root.n ? root : folder);
	if (must)
		folder = c->root;
	if (!inside(c->root, folder))
		return fail(c, folder.p, "it lies outside of the workspace");
	struct found files = {0};
	if (!collect(c, below(c, c->root, folder), &files))
		return false;
	if (root.n)
		add_workspace_file(c, out);
	for (uint32_t i = 0; i < files.count; i++)
		ARENA_PUSH(&c->arena, out->paths, out->count, out->cap) = files.paths[i];
	out->whole = folder.n == c->root.n;
	return true;
}

bool find_sources(struct compile *c, const char *path, struct found *out)
{
	*out = (struct found){0};
	if (!path) {
		struct slice here = real(c, c->workspace_folder ? c->workspace_folder : ".");
		return here.n ? find_folder(c, here, true, out)
		              : fail(c, c->workspace_folder ? c->workspace_folder : ".", "there is no such folder");
	}
	struct slice full = real(c, path);
	if (!full.n)
		return fail(c, path, "there is no such file or folder");
	if (is_folder(full))
		return find_folder(c, full, false, out);
	struct slice root;
	if (!choose_root(c, parent(c, full), &root))
		return false;
	set_root(c, root.n ? root : parent(c, full));
	if (!inside(c->root, full))
		return fail(c, path, "it lies outside of the workspace");
	struct slice file = below(c, c->root, full);
	if (root.n)
		add_workspace_file(c, out);
	if (!root.n || !slice_is(file, WORKSPACE_FILE))
		ARENA_PUSH(&c->arena, out->paths, out->count, out->cap) = file;
	out->whole = !root.n;
	return true;
}

bool find_workspace_of_text(struct compile *c, struct found *out)
{
	*out = (struct found){0};
	if (!c->workspace_folder)
		return true;
	struct slice root;
	if (!choose_root(c, (struct slice){NULL, 0}, &root))
		return false;
	set_root(c, root);
	add_workspace_file(c, out);
	return true;
}

bool find_one_file(struct compile *c, const char *path, struct found *out)
{
	*out = (struct found){0};
	struct slice full = real(c, path);
	if (!full.n)
		return fail(c, path, "there is no such file");
	set_root(c, parent(c, full));
	ARENA_PUSH(&c->arena, out->paths, out->count, out->cap) = below(c, c->root, full);
	return true;
}
