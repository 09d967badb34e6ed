/* SPDX-License-Identifier: Apache-2.0
 * The command line of seqc and seqd. A program is one table: verbs, each with its flags and arguments; from it come
 * parsing, `--help`, the suggestions for a mistyped word, and bash completion (`PROGRAM --completion`).
 * Flags are `--name VALUE` or `--name=VALUE`, anywhere after the verb; `--` ends them, and `-` alone is an argument.
 * Nothing is allocated and nothing is global: a `struct cli` is a view of argv. */
#ifndef SEQ_BASE_CLI_H
#define SEQ_BASE_CLI_H
#include "base/slice.h"
#include <stdio.h>

/* runtime.md §6. Nothing prints an error and exits 0. */
enum exit_code {
	EXIT_DONE = 0,         /* done, nothing to object */
	EXIT_INPUT = 1,        /* the input is at fault: a diagnostic, a failed test */
	EXIT_CANNOT = 2,       /* could not do the job: usage, I/O */
	EXIT_DENIED = 3,       /* only warnings, made fatal by --deny */
	EXIT_UNREACHABLE = 69, /* seqd: a server cannot be reached */
	EXIT_OUR_BUG = 70,
	EXIT_BUSY = 75,   /* seqd: busy or drifted, try again */
	EXIT_CONFIG = 78, /* seqd: configuration refused */
};

enum cli_how { CLI_ONCE, CLI_REQUIRED, CLI_MANY, CLI_REQUIRED_MANY };

/* A flag; or, where the name has no dash, a positional argument: "PATH". */
struct cli_flag {
	const char *name;  /* "--format", "-o", "PATH" */
	const char *value; /* what its value is called: "DIR". Lower case with bars, "text|json": one of these words and
	                    * no other. NULL: a switch, or an argument */
	const char *help;  /* one line, no full stop */
	enum cli_how how;
};

struct cli;

struct cli_verb {
	const char *name;
	const char *help;                /* one line: what it does */
	const char *more;                /* paragraphs below it in `VERB --help`; NULL: none */
	const struct cli_flag *flags;    /* ends with a NULL name; only the last argument may be CLI_MANY */
	int (*run)(const struct cli *c); /* an exit_code */
};

struct cli_program {
	const char *name, *help, *version;
	const struct cli_verb *verbs;  /* ends with a NULL name */
	const struct cli_flag *common; /* flags of every verb; ends with a NULL name */
	void *context;                 /* what the program lends its verbs; NULL: nothing */
};

/* One call, as its verb sees it. */
struct cli {
	const struct cli_program *program;
	const struct cli_verb *verb;
	char *const *words; /* after the verb */
	int count;
	FILE *out, *err;
};

/* What main returns: finds the verb, checks its words, runs it, and makes sure that what it wrote to `out` arrived. */
int cli_run(const struct cli_program *program, int argc, char *const argv[], FILE *out, FILE *err);

/* The value of a flag or argument of the table; NULL when not given. A switch that is given has the value "". */
const char *cli_get(const struct cli *c, const char *name);
/* The n-th (from 0) value of one that may be given many times; NULL after the last. */
const char *cli_get_nth(const struct cli *c, const char *name, int n);
bool cli_has(const struct cli *c, const char *name);

/* "seqc check: MESSAGE" and a newline to `err`. */
void cli_error(const struct cli *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Whether to colour: only on a terminal, and never with NO_COLOR. */
bool cli_colour(FILE *stream);
#endif
