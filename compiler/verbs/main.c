/* SPDX-License-Identifier: Apache-2.0
 * seqc, the compiler. It needs only files, works offline, and writes nothing it was not asked to. */
#include "compiler/verbs/verbs.h"

int main(int argc, char **argv)
{
	const struct cli_verb verbs[] = {verb_check,   verb_fix,   verb_fmt,    verb_build,   verb_test,
	                                 verb_preview, verb_graph, verb_doc,    verb_explain, verb_dis,
	                                 verb_verify,  verb_new,   verb_import, {0}};
	const struct cli_flag common[] = {{0}};
	const struct cli_program seqc = {
	        .name = "seqc",
	        .help = "The compiler for .seq files: sequences of messages, checked before the first one leaves.",
	        .version = "0.1",
	        .verbs = verbs,
	        .common = common,
	};
	return cli_run(&seqc, argc, argv, stdout, stderr);
}
