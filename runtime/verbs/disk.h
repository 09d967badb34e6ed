/* SPDX-License-Identifier: Apache-2.0
 * The disk under the store (rule 21): below 256 MiB free nothing new is claimed or released, and a ballast file is
 * given up so that what is on its way can still be settled. */
#ifndef SEQ_RUNTIME_VERBS_DISK_H
#define SEQ_RUNTIME_VERBS_DISK_H
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#define DISK_FREE_MIN_BYTES (256u << 20)
#define DISK_BALLAST_BYTES  (16u << 20)

struct disk {
	char store[PATH_MAX]; /* the database file */
	char ballast[PATH_MAX + 16];
	int64_t looked_us;
	char low[PATH_MAX + 128]; /* why nothing leaves; empty: there is room */
};

/* `store`: the database file's path. Makes the ballast where there is plenty of room. */
void disk_open(struct disk *d, const char *store);
/* Looks again at most once a second. NULL: there is room; else a sentence for people, borrowed. */
const char *disk_low(struct disk *d, int64_t now_us);
void disk_close(struct disk *d); /* takes the ballast away */
#endif
