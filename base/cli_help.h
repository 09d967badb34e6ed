/* SPDX-License-Identifier: Apache-2.0
 * What cli.c prints about a table of verbs: help and bash completion. Only cli.c and tools that make pages use it. */
#ifndef SEQ_BASE_CLI_HELP_H
#define SEQ_BASE_CLI_HELP_H
#include "base/cli.h"

void cli_put_program(const struct cli_program *program, FILE *out);
void cli_put_verb(const struct cli_program *program, const struct cli_verb *verb, FILE *out);
/* To be sourced:  source <(seqc --completion)  */
void cli_put_completion(const struct cli_program *program, FILE *out);
bool cli_is_argument(const struct cli_flag *f); /* its name has no dash */
/* Whether the value is one of a list of words. */
bool cli_has_choices(const struct cli_flag *f);
#endif
