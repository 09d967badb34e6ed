/* SPDX-License-Identifier: Apache-2.0
 * seqd's table of verbs: what main runs, and what a running daemon runs for others, then with its session as context.
 */
#ifndef SEQ_RUNTIME_VERBS_PROGRAM_H
#define SEQ_RUNTIME_VERBS_PROGRAM_H
#include "base/cli.h"

struct program_tables {
	struct cli_verb verbs[24];
	struct cli_flag common[4];
};
/* The program borrows tables. */
struct cli_program program_make(struct program_tables *tables, void *context);
#endif
