/* SPDX-License-Identifier: Apache-2.0
 * Modules: each .seq file that takes part, what it declares, and what its `use` lines bring in. Names are found here;
 * what they stand for is checked by check_*.c. */
#ifndef SEQ_COMPILER_RESOLVE_H
#define SEQ_COMPILER_RESOLVE_H
#include "compiler/compile.h"
#include "compiler/names.h"

enum declaration_kind {
	DECLARES_SEQUENCE,
	DECLARES_MESSAGE,
	DECLARES_FRAGMENT,
	DECLARES_QUESTIONNAIRE,
	DECLARES_HOLIDAYS,
	DECLARES_PROVIDER,
	DECLARES_RETIRE,
	DECLARES_DEPLOYMENT,
	DECLARES_MODULE /* the name that a `use` gives */,
	DECLARES_COUNT
};

struct declaration {
	enum declaration_kind kind;
	struct ast_name name;
	const struct ast *tree;
	struct module *module;               /* where it stands; of DECLARES_MODULE: the module that it names */
	bool expanded;                       /* of DECLARES_FRAGMENT: checked where it is run */
	bool used, busy;                     /* busy: while calendars are followed, to find a cycle */
	struct sequence *sequence;           /* of DECLARES_SEQUENCE, once checked */
	struct vertex *vertex;               /* of DECLARES_SEQUENCE: analyze/handoffs.c */
	struct calendar_days *calendar;      /* of DECLARES_HOLIDAYS, once expanded */
	struct questionnaire *questionnaire; /* of DECLARES_QUESTIONNAIRE, once checked */
	struct declaration *next;            /* in its module */
};

struct module {
	uint32_t source;
	struct slice path; /* as the source shows it: "common/exits.seq", "std/recommended.seq" */
	const struct ast_file *tree;
	bool is_std;
	struct names names; /* kind: enum declaration_kind; object: struct declaration */
	struct declaration *first, *last;
	struct ast_workspace *workspace; /* declared here, or NULL */
	int visit;                       /* of the search for cycles: 0 not yet, 1 on the way, 2 done */
	const struct ast_use *way;       /* the `use` that the search follows now */
	struct module *user;             /* whose `use` brought it in first, or NULL */
	const struct ast_use *used_by;   /* that `use` */
	struct module *next;
};

struct module_table {
	struct module *first, *last;
	struct names by_path;     /* object: struct module */
	struct names sequences;   /* of all modules: kind 0; object: struct declaration */
	struct module *workspace; /* the module that declares it, or NULL */
	struct module *loading;   /* whose `use` is being followed, until the file is there */
	const struct ast_use *loading_use;
	struct ast **templates; /* trees of text files, by source; NULL: not parsed yet */
	uint32_t template_cap;
	struct tz_db *zones; /* opened when a zone's name is checked first */
	bool whole;          /* every file of the workspace is loaded: names of sequences can be held to it */
};

const char *declaration_word(enum declaration_kind kind); /* "message" */

/* Says that the name (`what`: of which things) is declared again; the first stands at that span. */
struct diag *say_duplicate(struct diags *diags, const char *what, struct ast_name name, struct span first);
/* Why a file was not read, for people. */
struct slice resolve_read_error(enum source_result result);

/* Loads root/path, or text already added as a source, and what it uses; again: nothing. `by` is what asks, or NULL. A
 * file that cannot be read is said there: NULL. */
struct module *resolve_file(struct compile *c, struct slice path, const struct ast *by);
struct module *resolve_source(struct compile *c, uint32_t source);
/* A module of the standard library ("recommended", "holidays/fr"), or NULL, said at `by`. */
struct module *resolve_std(struct compile *c, struct slice path, const struct ast *by);
/* After the last file: cycles among the modules, sequences of the same name, two workspaces. */
void resolve_finish(struct compile *c);

/* What a path written in that module names: NAME, or MODULE.NAME. NULL after saying what is wrong. Marks it used. */
struct declaration *resolve_path(struct compile *c, struct module *m, const struct ast *path,
                                 enum declaration_kind kind);
/* The calendar that `holidays use PATH` means: std/holidays/fr, a name here, a module's, or one of the workspace. */
struct declaration *resolve_calendar(struct compile *c, struct module *m, const struct ast *path);
/* A sequence anywhere in the workspace. NULL also, quietly, when not all of the workspace is loaded. */
struct declaration *resolve_sequence(struct compile *c, struct module *m, const struct ast *path);
#endif
