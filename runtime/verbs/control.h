/* SPDX-License-Identifier: Apache-2.0
 * How verbs reach a running daemon: a unix socket in .seqd that takes a whole command line, with the caller's own
 * standard streams and working directory, and answers with the exit code. Only the owner of the folder can connect. */
#ifndef SEQ_RUNTIME_VERBS_CONTROL_H
#define SEQ_RUNTIME_VERBS_CONTROL_H
#include "base/cli.h"

/* True: a daemon carried the call out, *code is its exit code. False: there is none. */
bool control_forward(const char *socket_path, const struct cli *c, int *code);

/* Listens; -1 and an error line printed if it can't. A socket left by a dead daemon is replaced: the caller holds the
 * store's lock, so there is no living one. */
int control_listen(const char *socket_path, const struct cli *c);
/* Takes one waiting call, runs it with `program`, answers. Never blocks longer than a second for a silent caller. */
void control_serve(int listener, const struct cli_program *program);
#endif
