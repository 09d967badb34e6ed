/* SPDX-License-Identifier: Apache-2.0
 * Enrolling the contacts of a CSV file: its header names contact fields, or inputs as `input.NAME`. Every refused row
 * is reported with its reason; by default a file with one bad row is not taken at all. */
#ifndef SEQ_RUNTIME_VERBS_CONTACTS_H
#define SEQ_RUNTIME_VERBS_CONTACTS_H
#include "base/cli.h"
#include "runtime/drive.h"

#define CONTACTS_REPORTED_MAX 50 /* refused rows shown in full; the rest as a count */

struct contacts_request {
	const struct cli *cli; /* where reports go */
	struct drive *drive;
	const char *path;         /* "-": standard input */
	const char *sequence;     /* NULL: the mailbox's default */
	const char *mailbox;      /* NULL: the sequence's */
	const char *refused_path; /* where refused rows are written; NULL: nowhere */
	bool skip_bad;
	bool quiet; /* no progress */
	int64_t now_us, horizon_us;
};
struct contacts_result {
	int64_t enrolled, queued, already, refused;
	int64_t last_first_us; /* when the last first message leaves; 0: none */
};
/* An exit_code. What was refused is printed to cli->err, with FILE:LINE. */
int contacts_enroll(const struct contacts_request *request, struct contacts_result *result);
/* FIELD=VALUE. False: prints what is wrong. */
bool contacts_parse_field(const struct cli *c, const char *text, struct drive_field *field);
#endif
