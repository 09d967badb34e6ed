/* SPDX-License-Identifier: Apache-2.0
 * Source files in memory and places in them. A span is two byte offsets in one source; line and column are worked
 * out when somebody asks. */
#ifndef SEQ_COMPILER_SOURCE_H
#define SEQ_COMPILER_SOURCE_H
#include "base/arena.h"

#define SOURCE_BYTES_MAX    (64u << 20) /* one .seq file */
#define TEXT_FILE_BYTES_MAX (1u << 20)  /* use, file, attach: rule 22 */

struct span {
	uint32_t source; /* index in struct sources */
	uint32_t start, end;
};

struct source {
	struct slice path; /* relative to the workspace, '/'-separated, as shown to people */
	struct slice text; /* text.p[text.n] == 0 always */
	uint32_t *lines;   /* offset of each line's first byte */
	uint32_t line_count;
	bool is_std;   /* from the embedded standard library */
	bool not_utf8; /* some bytes are no UTF-8: only the lexer, which tells them, may read it */
};

struct sources {
	struct arena *arena;
	struct slice root; /* absolute folder of the workspace; nothing is read outside it */
	struct source *items;
	uint32_t count, cap;
};

enum source_result {
	SOURCE_OK,
	SOURCE_MISSING,
	SOURCE_OUTSIDE,
	SOURCE_NOT_REGULAR,
	SOURCE_TOO_BIG,
	SOURCE_UNREADABLE,
	SOURCE_NOT_UTF8
};

/* Reads root/path: beneath root, no symlink that leaves it, a regular file, at most max_bytes. The same path read
 * twice gives the same index. `out` is the index in sources->items, with SOURCE_NOT_UTF8 too. */
enum source_result source_read(struct sources *s, struct slice path, size_t max_bytes, uint32_t *out);
/* The bytes of such a file, whatever they are, from the arena; nothing is remembered of it. */
enum source_result source_read_bytes(const struct sources *s, struct slice path, size_t max_bytes, struct arena *arena,
                                     struct slice *out);
/* Whether there is a regular file root/path that source_read would open. */
bool source_exists(const struct sources *s, struct slice path);
/* The .seq files of root/folder ("" or "a/"), at most `max`, in order of their bytes, as paths from the root. */
uint32_t source_list(const struct sources *s, struct slice folder, struct slice *out, uint32_t max);
/* Adds text that is already in memory (stdin, stdlib, tests); copies it. */
uint32_t source_add(struct sources *s, struct slice path, struct slice text, bool is_std);
/* 1-based; column counts Unicode scalars. */
void source_place(const struct source *s, uint32_t offset, uint32_t *line, uint32_t *column);
struct slice source_line(const struct source *s, uint32_t line); /* without its newline; 1-based */
struct slice source_text(const struct sources *s, struct span span);
struct span span_join(struct span a, struct span b);
#endif
