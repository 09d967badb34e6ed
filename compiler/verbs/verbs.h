/* SPDX-License-Identifier: Apache-2.0
 * The verbs of seqc: each file of this folder holds one, its row of the command line with it. main.c lists them. */
#ifndef SEQ_COMPILER_VERBS_H
#define SEQ_COMPILER_VERBS_H
#include "base/buf.h"
#include "base/cli.h"
#include "compiler/compile.h"
#include "plan/plan.h"

enum { DIAGNOSTICS_PER_FILE_MAX = 50 };

struct tz_db; /* base/tz.h */

/* Rows of the command line of every verb that compiles. */
#define COMPILE_FLAGS                                                                                                  \
	{"PATH", NULL, "a .seq file, a folder, or - for standard input; by default the workspace", CLI_ONCE},          \
	{                                                                                                              \
		"--workspace", "DIR", "the folder of workspace.seq; by default found upwards", CLI_ONCE                \
	}

extern const struct cli_verb verb_check, verb_fix, verb_build, verb_preview, verb_explain, verb_dis, verb_verify;
extern const struct cli_verb verb_new, verb_import, verb_fmt, verb_test;
extern const struct cli_verb verb_graph, verb_doc;

/* ---- what several verbs do (shared.c); on failure each has told why on c->err ---- */

/* Runs the compile for the argument PATH of the call: a file, a folder, "-" or nothing (the workspace). EXIT_DONE: no
 * errors. EXIT_INPUT, EXIT_OUR_BUG: k->diags says why. EXIT_CANNOT: told. The caller frees k in every case. */
int verb_compile(const struct cli *c, struct compile *k, bool emit);
/* The same with plans, and with what tests need: k->tests, result.probed. */
int verb_compile_tests(const struct cli *c, struct compile *k);
/* The same as a whole verb: compiles with plans, tells the diagnostics, and where there is no error shows it. */
int verb_show(const struct cli *c, int (*show)(const struct cli *c, const struct compile *k));
/* The diagnostics as text on c->err, coloured on a terminal. */
void verb_put_diagnostics(const struct cli *c, const struct compile *k);
/* Writes the buffer to c->out and frees it. False: out of memory. */
bool verb_put(const struct cli *c, struct buf *text);
/* Reads a file, or standard input for "-", of at most `max` bytes into `out`. */
bool verb_read(const struct cli *c, const char *path, size_t max, struct buf *out);
/* Makes a file that must not be there yet, or nothing. False: errno says why. */
bool verb_new_file(const char *path, struct slice text);
/* Puts the text in the place of a file, or of none, whole or not at all: written beside it, synced, and renamed, with
 * the mode of what was there. False: errno says why. */
bool verb_replace_file(const char *path, struct slice text);
/* Per sequence what a made-up contact, enrolled on Monday 2026-03-02 at 09:00 UTC, would get: JSON lines as `preview`
 * has them. In preview.c. */
void verb_put_effects(struct buf *out, const struct compile *k);

/* `test --explore` (explore.c): plays the sequences below PATH by itself. Of a compile of verb_compile_tests. An
 * exit_code; told. */
int verb_explore(const struct cli *c, const struct compile *k, struct tz_db *zones);

/* `check --emit-test` (emit_test.c): appends a `test` for each finding of `found` that a play can show. False: told
 * why.
 */
bool verb_emit_tests(const struct cli *c, const struct compile *found, struct buf *out);

/* ---- which sequences, and where to (put.c); what fails has told why ---- */

/* Whether the sequence of that row is asked for; only: the value of --sequence, or NULL. */
bool verb_is_wanted(const struct compile *k, uint32_t index, const char *only);
void verb_say_no_sequence(const struct cli *c, const struct compile *k, const char *only);
/* That one `thing` ("a page") cannot show so many. */
void verb_say_too_many(const struct cli *c, const char *thing, uint32_t count);
/* Whether a source of the workspace lies at or below `wanted`, a realpath; NULL: everything does. */
bool verb_is_below(const struct compile *k, uint32_t source, const char *wanted);
/* Whether a file a sequence goes there: a folder that is there, or a name that ends with a slash. */
bool verb_is_folder(const char *path);
/* Makes the folder, when it is not there yet. */
bool verb_folder(const struct cli *c, const char *folder);
/* Whether what is made may go there: a name, and none of a source. NULL, standard output, may. */
bool verb_may_write(const struct cli *c, const char *flag, const char *path);
/* Whether what is made may go to -o: no source, and, where no --format says it, a name whose ending is among `endings`
 * (".dot .svg") or that has none: a picture in the wrong words is of no use. */
bool verb_takes_output(const struct cli *c, const char *endings);
/* Puts the text in the place of a file and frees it; in: of FOLDER/NAME and its ending. */
bool verb_write(const struct cli *c, const char *path, struct buf *text);
bool verb_write_in(const struct cli *c, const char *folder, struct slice name, const char *ending, struct buf *text);

/* ---- files that are begun for somebody (new.c) ---- */

/* Whether a sequence or a step may be called that. */
bool verb_is_name(struct slice s);
/* Compiles the workspace that a file of that path would belong to, for its languages and fields; mistakes in it do not
 * matter. NULL: there is none. The caller frees k in every case. */
const struct compile *verb_own_workspace(struct compile *k, const char *file);
/* Lays a .seq text out and writes it: to a file that must not be there yet, or for "-" to c->out. False: told why. */
bool verb_write_new(const struct cli *c, const char *path, struct buf *text);

/* A plan or a policy from a file, verified. */
struct verb_image {
	struct buf bytes;
	enum image_kind kind;
	struct plan plan;     /* for IMAGE_PLAN */
	struct policy policy; /* for IMAGE_POLICY */
};
/* Reads and verifies the argument FILE of the call: EXIT_DONE; EXIT_INPUT when it is refused; EXIT_CANNOT. Freed in
 * every case by the caller. */
int verb_load(const struct cli *c, struct verb_image *v);
void verb_unload(struct verb_image *v);
const struct image *verb_image(const struct verb_image *v);
struct slice verb_image_name(const struct verb_image *v); /* of the sequence or the workspace */
#endif
