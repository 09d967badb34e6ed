/* SPDX-License-Identifier: Apache-2.0
 * seqd, the runtime. */
#include "runtime/store/store_sqlite.h"
#include "runtime/verbs/program.h"
#include <signal.h>

int main(int argc, char **argv)
{
	/* A closed pipe and a file that may not grow are errors of a write, told as such. */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	store_sqlite_configure();
	struct program_tables tables;
	struct cli_program seqd = program_make(&tables, NULL);
	return cli_run(&seqd, argc, argv, stdout, stderr);
}
