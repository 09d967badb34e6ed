/* SPDX-License-Identifier: Apache-2.0
 * The compiler as a whole: from .seq files to plans and a policy. Only files are read: no clock, no network, no locale
 * of the process; the same sources give the same bytes everywhere. Everything made lives in the compile's arena.
 *
 *     struct compile c;
 *     compile_init(&c);
 *     c.emit = true;                             what `build`, `preview` and seqd want; `check` leaves it off
 *     bool ok = compile_path(&c, path);          NULL: the workspace found from the working directory upwards
 *     diags_render_text(&c.diags, &out, …);      also when ok: there may be warnings
 *     for (i < c.result_count) …c.results[i].plan…;   c.policy
 *     compile_free(&c);
 */
#ifndef SEQ_COMPILER_COMPILE_H
#define SEQ_COMPILER_COMPILE_H
#include "compiler/ast.h"
#include "compiler/deployment.h"
#include "compiler/diag.h"
#include "compiler/point.h"
#include "plan/image.h"

struct workspace;    /* check.h: what the workspace declares, or the default of a lone file */
struct module_table; /* resolve.h */
struct sequence;     /* check.h */
struct test;         /* test.h */

/* One compiled sequence. */
struct compile_result {
	struct slice name, title, description; /* of the sequence; empty when it says none */
	struct span span;                      /* of its name, for messages */
	struct slice plan; /* bytes of the .plan; empty unless emit was asked and nothing is wrong */
	/* With `tests`: the plan with the conditions that they ask (PROBE rows). Production never sees it. Empty: no
	 * test is of this sequence. */
	struct slice probed;
	const struct coverage_point *points; /* with `keep_tests`: what coverage counts */
	uint32_t point_count;
	uint8_t hash[SHA256_SIZE]; /* the plan's name */
	bool draft;
};

/* A text that stands in the place of a file: not written yet, or open in an editor. */
struct compile_instead {
	struct slice path; /* as sources show it: relative to the workspace */
	struct slice text;
};

struct compile {
	/* set before compile_path, after compile_init */
	bool emit;       /* make plans and policy too */
	bool keep_tests; /* and what `test` blocks need: `tests`, result.probed */
	bool unproven;   /* promises are not held to, and none is kept in a plan: a run can show what breaks them */
	const char *workspace_folder;          /* `--workspace DIR`; NULL: found upwards from the path */
	const struct compile_instead *instead; /* read by compile_path in the place of those files */
	uint32_t instead_count;

	/* results */
	struct arena arena;
	struct sources sources;
	struct diags diags;
	struct slice root;     /* absolute folder of the workspace (of the file, when it has none); "" for stdin */
	bool has_workspace;    /* else the default one stands in: see compile_path */
	uint32_t *seq_sources; /* the .seq files that were read (indices of sources), std ones included, in reading
	                          order */
	struct ast **trees;    /* their trees, same order: AST_FILE */
	uint32_t source_count, source_cap;
	struct sequence **sequences;    /* checked, in order of file and place; NULL unless emit was asked */
	struct compile_result *results; /* same order and count */
	uint32_t result_count;
	struct test *tests;  /* compiler/test.h, in order of file and place; NULL unless keep_tests was asked */
	struct slice policy; /* bytes; empty unless emit was asked and nothing is wrong */
	uint8_t policy_hash[SHA256_SIZE];
	struct deployment *deployment; /* the workspace's, or NULL */
	bool our_bug;                  /* what was made was refused by our own verifier: exit 70 */

	/* inside */
	struct arena passing; /* of the sequence that is being checked, when none of it is wanted afterwards */
	struct workspace *workspace;
	struct module_table *modules;
	struct image_builder *builder; /* of the image that is being made */
	struct buf scratch;            /* bytes on the heap, here so that a longjmp leaks none */
	jmp_buf full;
};

void compile_init(struct compile *c);
void compile_free(struct compile *c);

/* A folder compiles every .seq file below it (bytewise order of paths; hidden folders are skipped) with the
 * workspace.seq it belongs to; a file compiles itself, what it uses, and that workspace.seq; NULL is the workspace's
 * folder. Without any workspace.seq a default stands in: zone UTC, locale en (or those its texts have), fields email
 * (the key), first_name (default "there"), timezone and locale, other contact fields taken as texts with a note, and
 * the mailboxes that are named, or `default`. True: no errors. False: diags say why, running out of memory included.
 * Sorts the diagnostics. */
bool compile_path(struct compile *c, const char *path);
/* The same for a text in memory, shown as `name` ("<stdin>"): a lone file unless workspace_folder is set. */
bool compile_text(struct compile *c, const char *name, struct slice text);
/* The same for a folder in memory, which is the whole workspace; what is no .seq file is there for texts. */
bool compile_files(struct compile *c, const struct compile_instead *files, uint32_t count);
/* Reads a file that holds a `deployment`, without any workspace: what seqd is started with. True: c->deployment is set.
 */
bool compile_deployment(struct compile *c, const char *path);

/* The sequence of that name among the results, or NULL. */
const struct compile_result *compile_find(const struct compile *c, struct slice name);
/* `--emit checked`: the checked graph of every sequence, for people and golden tests. */
void compile_print_checked(const struct compile *c, struct buf *out);
/* `--emit plan`: plan_disassemble of the policy and of every plan. */
void compile_print_plans(const struct compile *c, struct buf *out);
#endif
