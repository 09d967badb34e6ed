/* SPDX-License-Identifier: Apache-2.0
 * The verbs of seqd, one a file; main.c puts them into the program's table. */
#ifndef SEQ_RUNTIME_VERBS_VERBS_H
#define SEQ_RUNTIME_VERBS_VERBS_H
#include "base/cli.h"

extern const struct cli_verb verb_init, verb_rehearse, verb_deploy, verb_activate, verb_pause, verb_resume, verb_enroll,
        verb_event, verb_stop, verb_run, verb_status, verb_show, verb_why, verb_outbox, verb_suppress, verb_adopt,
        verb_clock, verb_task;
#endif
