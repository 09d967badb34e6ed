/* SPDX-License-Identifier: Apache-2.0
 * What every verb of seqd stands on: the workspace it was called in, its deployment, the store, and the drive. While a
 * daemon runs, verbs that write are carried out inside it (control.h); the others read beside it. */
#ifndef SEQ_RUNTIME_VERBS_SESSION_H
#define SEQ_RUNTIME_VERBS_SESSION_H
#include "base/cli.h"
#include "compiler/compile.h"
#include "runtime/drive.h"
#include <limits.h>

enum session_mode {
	SESSION_READ,  /* looks, beside a running daemon */
	SESSION_WRITE, /* changes: here, or inside the running daemon */
	SESSION_OWN,   /* is the daemon: never forwarded */
};

struct session {
	const struct cli *cli; /* the call that is being carried out */
	char root[PATH_MAX];   /* the workspace's folder */
	char folder[PATH_MAX]; /* .seqd in it */
	char socket_path[PATH_MAX];
	char deployment_path[PATH_MAX]; /* of the file, as the system names it; "" without one */
	struct buf store_url, home;     /* home: "host:path", what the store is bound to (rule 15) */
	struct compile compile;         /* of the deployment; deployment is NULL for the embedded default */
	const struct deployment *deployment;
	bool has_compile;
	struct tz_db *zones;
	struct store *store;
	struct drive *drive;
	bool virtual_clock;  /* the store was born virtual */
	bool policy_changed; /* a deploy inside the daemon: the accounts are connected anew */
};

typedef int session_body(struct session *s, const struct cli *c); /* an exit_code */

/* Opens what the mode needs, runs body, closes; prints what is in the way. Inside a daemon it runs body on the daemon's
 * own session; beside one, SESSION_WRITE hands the whole call over and returns its exit code. */
int session_run(const struct cli *c, enum session_mode mode, session_body *body);

/* Finds root, folder and socket from --workspace or the working directory upwards, without opening anything. */
bool session_find(struct session *s, const struct cli *c);
/* A path of the deployment: a relative one begins at the workspace. */
void session_add_path(const struct session *s, struct slice path, struct buf *out);
/* Where the store is: the deployment's (--deployment), or .seqd/seq.db. An exit_code; session_free gives back what it
 * took. */
int session_store_url(struct session *s, const struct cli *c, struct buf *url);
void session_free(struct session *s);
/* The real time, or the store's virtual one. */
int64_t session_now_us(struct session *s);
/* Compiles the whole workspace of that folder (NULL: found upwards) into plans and a policy and prints what the
 * compiler says. An exit_code; the caller frees `compile` whatever it is. */
int session_compile(const struct cli *c, const char *folder, struct compile *compile);
/* Moves a virtual store's clock. */
bool session_set_now(struct session *s, int64_t now_us);
/* What a failed store call means for the exit code. */
int session_store_exit(enum store_failure failure);
/* How a verb ends that asked the drive: prints the error unless ok, and gives its memory back. The input is at fault
 * unless the store is. */
int session_conclude(struct session *s, const struct cli *c, bool ok, struct buf *error);

/* "Tue 2026-11-24 07:50 Europe/Paris": for people. */
void session_put_time(FILE *out, const struct tz *zone, int64_t instant_us);
/* "2026-03-02", "2026-03-02 10:00" in `zone`, or RFC 3339. Prints what is wrong and returns false otherwise. */
bool session_parse_time(const struct cli *c, const char *flag, const char *text, const struct tz *zone,
                        int64_t *instant_us);
#endif
