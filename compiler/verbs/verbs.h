/* SPDX-License-Identifier: Apache-2.0
 * The verbs of seqc: each file of this folder holds one, its row of the command line with it. main.c lists them. */
#ifndef SEQ_COMPILER_VERBS_H
#define SEQ_COMPILER_VERBS_H
#include "base/buf.h"
#include "base/cli.h"
#include "compiler/compile.h"
#include "plan/plan.h"

enum { DIAGNOSTICS_PER_FILE_MAX = 50 };

/* Rows of the command line of every verb that compiles. */
#define COMPILE_FLAGS                                                                                                  \
	{"PATH", NULL, "a .seq file, a folder, or - for standard input; by default the workspace", CLI_ONCE},          \
	{                                                                                                              \
		"--workspace", "DIR", "the folder of workspace.seq; by default found upwards", CLI_ONCE                \
	}

extern const struct cli_verb verb_check, verb_fix, verb_build, verb_preview, verb_explain, verb_dis, verb_verify;
extern const struct cli_verb verb_new, verb_import, verb_fmt;

/* ---- what several verbs do (shared.c); on failure each has told why on c->err ---- */

/* Runs the compile for the argument PATH of the call: a file, a folder, "-" or nothing (the workspace). EXIT_DONE: no
 * errors. EXIT_INPUT, EXIT_OUR_BUG: k->diags says why. EXIT_CANNOT: told. The caller frees k in every case. */
int verb_compile(const struct cli *c, struct compile *k, bool emit);
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
