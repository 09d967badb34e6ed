/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/verbs/program.h"
#include "runtime/verbs/verbs.h"

struct cli_program program_make(struct program_tables *tables, void *context)
{
	*tables = (struct program_tables){
	        .verbs = {verb_init,
	                  verb_rehearse,
	                  verb_deploy,
	                  verb_activate,
	                  verb_pause,
	                  verb_resume,
	                  verb_enroll,
	                  verb_event,
	                  verb_stop,
	                  verb_run,
	                  verb_status,
	                  verb_show,
	                  verb_why,
	                  verb_outbox,
	                  verb_task,
	                  verb_suppress,
	                  verb_adopt,
	                  verb_clock,
	                  {0}},
	        .common = {{"--workspace", "DIR", "the folder of workspace.seq; by default found upwards", CLI_ONCE},
	                   {"--deployment", "FILE",
	                    "a file with a `deployment`; without one, an SQLite store and a Maildir in .seqd",
	                    CLI_ONCE},
	                   {0}},
	};
	return (struct cli_program){
	        .name = "seqd",
	        .help = "Runs sequences: sends what is due, takes what comes back, and never doubles, loses or "
	                "mistimes a message.",
	        .version = "0.1",
	        .verbs = tables->verbs,
	        .common = tables->common,
	        .context = context,
	};
}
