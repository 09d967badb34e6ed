/* SPDX-License-Identifier: Apache-2.0
 * Writes to standard output a C file that holds every file below a folder:  embed stdlib stdlib > stdlib.c
 * The second word names the array: stdlib_files.
 * Files stand in order of their paths below the folder, so that the same files give the same bytes wherever the
 * folder is. Hidden files are left out. Declared in compiler/stdlib.h, compiler/preview/page.h. */
#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct paths {
	char **items; /* below the folder */
	size_t count;
};

static _Noreturn void fail(const char *path, const char *why)
{
	fprintf(stderr, "embed: %s: %s\n", path, why);
	exit(1);
}

static char *join(const char *folder, const char *name)
{
	char *path;
	if (asprintf(&path, "%s%s%s", folder, *folder ? "/" : "", name) < 0)
		fail(name, "out of memory");
	return path;
}

/* Collects the files of root/below; `below` is "" at first. */
static void collect(struct paths *paths, const char *root, const char *below)
{
	char *folder = join(root, below);
	DIR *d = opendir(folder);
	if (!d)
		fail(folder, strerror(errno));
	for (struct dirent *e; (errno = 0, e = readdir(d));) {
		if (e->d_name[0] == '.')
			continue;
		char *inner = join(below, e->d_name), *path = join(root, inner);
		struct stat st;
		if (stat(path, &st) != 0)
			fail(path, strerror(errno));
		if (S_ISDIR(st.st_mode)) {
			collect(paths, root, inner);
			free(inner);
		} else if (S_ISREG(st.st_mode)) {
			paths->items = realloc(paths->items, (paths->count + 1) * sizeof *paths->items);
			if (!paths->items)
				fail(path, "out of memory");
			paths->items[paths->count++] = inner;
		} else {
			fail(path, "neither a file nor a folder");
		}
		free(path);
	}
	if (errno)
		fail(folder, strerror(errno));
	closedir(d);
	free(folder);
}

static int by_path(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void put_char(int c)
{
	if (c == '\n')
		fputs("\\n", stdout);
	else if (c == '"' || c == '\\' || c == '?') /* `?`: no trigraphs */
		printf("\\%c", c);
	else if (c < ' ' || c > '~')
		printf("\\%03o", (unsigned)c);
	else
		putchar(c);
}

/* Writes the file's text as string literals, a line each; returns its length. */
static uint32_t put_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	if (!f)
		fail(path, strerror(errno));
	uint32_t n = 0;
	bool open = false;
	fputs("\t\"", stdout);
	for (int c; (c = getc(f)) != EOF; n++) {
		if (open)
			fputs("\"\n\t\"", stdout);
		put_char(c);
		open = c == '\n';
		if (n == UINT32_MAX)
			fail(path, "too big");
	}
	fputs("\"", stdout);
	if (ferror(f))
		fail(path, strerror(errno));
	fclose(f);
	return n;
}

int main(int argc, char **argv)
{
	if (argc != 3) {
		fputs("usage: embed FOLDER NAME\n", stderr);
		return 2;
	}
	struct paths paths = {NULL, 0};
	collect(&paths, argv[1], "");
	if (paths.count)
		qsort(paths.items, paths.count, sizeof *paths.items, by_path);
	printf("/* Made by tool/embed. */\n#include \"compiler/stdlib.h\"\n\nextern const struct stdlib_file "
	       "%s_files[];\n"
	       "extern const uint32_t %s_file_count;\nconst struct stdlib_file %s_files[] = {\n",
	       argv[2], argv[2], argv[2]);
	for (size_t i = 0; i < paths.count; i++) {
		char *path = join(argv[1], paths.items[i]);
		fputs("\t{\"", stdout);
		for (const char *p = paths.items[i]; *p; p++)
			put_char((unsigned char)*p);
		fputs("\",\n", stdout);
		uint32_t n = put_file(path);
		printf(",\n\t%u},\n", n);
		free(path);
		free(paths.items[i]);
	}
	free(paths.items);
	/* A last row keeps the array legal when there is no file. */
	printf("\t{\"\", \"\", 0},\n};\nconst uint32_t %s_file_count = %zu;\n", argv[2], paths.count);
	if (fflush(stdout) != 0 || ferror(stdout))
		fail("standard output", strerror(errno));
	return 0;
}
