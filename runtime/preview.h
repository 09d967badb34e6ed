/* SPDX-License-Identifier: Apache-2.0
 * What one contact would get, when and why it moved: the drive on a memory store with a virtual clock, and a channel
 * that delivers nothing. Behind `seqc preview`. */
#ifndef SEQ_RUNTIME_PREVIEW_H
#define SEQ_RUNTIME_PREVIEW_H
#include "runtime/drive.h"

struct preview {
	struct slice policy, plan;        /* bytes, as compiled */
	const struct drive_field *fields; /* of the contact, and inputs as "input.NAME" */
	size_t field_count;
	struct slice mailbox; /* empty: the sequence's */
	struct tz_db *zones;
	int64_t start_us;  /* when it is enrolled */
	int64_t until_us;  /* NEVER_US: to its end */
	struct buf *texts; /* NULL, or: before each SENT its text is added, with a NUL behind it */
};
/* Calls each line in order of time: PLANNED, MOVED, SENT (what would leave), SKIPPED, FAILED, EXIT, FINISH. line->zone
 * is the contact's. False: error says why (a field that cannot be read, a refused contact). */
bool preview_rows(const struct preview *preview, void (*each)(void *context, const struct drive_line *line),
                  void *context, struct buf *error);
#endif
