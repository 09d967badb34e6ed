/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/verbs/disk.h"
#include "base/civil.h"
#include <fcntl.h>
#include <stdio.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* Bytes free for us; INT64_MAX when the system does not say. */
static int64_t free_bytes(const struct disk *d)
{
	struct statvfs fs;
	if (statvfs(d->store, &fs) != 0 || fs.f_frsize == 0)
		return INT64_MAX;
	uint64_t blocks = fs.f_bavail;
	return blocks > (uint64_t)INT64_MAX / fs.f_frsize ? INT64_MAX : (int64_t)(blocks * fs.f_frsize);
}

static void make_ballast(const struct disk *d)
{
	int fd = open(d->ballast, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	if (fd < 0)
		return;
	if (posix_fallocate(fd, 0, DISK_BALLAST_BYTES) != 0)
		unlink(d->ballast);
	close(fd);
}

void disk_open(struct disk *d, const char *store)
{
	*d = (struct disk){.looked_us = INT64_MIN};
	snprintf(d->store, sizeof d->store, "%s", store);
	snprintf(d->ballast, sizeof d->ballast, "%s-ballast", d->store);
	if (free_bytes(d) > 4 * (int64_t)DISK_FREE_MIN_BYTES)
		make_ballast(d);
}

const char *disk_low(struct disk *d, int64_t now_us)
{
	if (d->looked_us != INT64_MIN && now_us - d->looked_us >= 0 && now_us - d->looked_us < US_PER_SECOND)
		return d->low[0] ? d->low : NULL;
	d->looked_us = now_us;
	int64_t free = free_bytes(d);
	d->low[0] = 0;
	if (free >= (int64_t)DISK_FREE_MIN_BYTES)
		return NULL;
	unlink(d->ballast);
	snprintf(d->low, sizeof d->low, "less than 256 MiB are free where %s is; make room, and it goes on by itself",
	         d->store);
	return d->low;
}

void disk_close(struct disk *d)
{
	unlink(d->ballast);
}
