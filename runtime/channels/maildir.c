/* SPDX-License-Identifier: Apache-2.0
 * Messages into a Maildir. Up to the release a message is a file in tmp/, whole and synced; the release is its rename
 * into new/. The name is a hash of the Message-ID, so that a message written twice is one file; the file's time is the
 * message's. */
#include "base/civil.h"
#include "base/hash.h"
#include "runtime/channels/channel.h"
#include "runtime/channels/mime.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define IN_FLIGHT_MAX   256
#define NAME_HASH_BYTES 20
#define NAME_BYTES      (NAME_HASH_BYTES * 8 / 5 + 1)

struct letter {
	struct delivery *delivery;
	char name[NAME_BYTES];
	bool failed; /* could not be written: done at the next poll */
	struct letter *next;
};
struct maildir_channel {
	struct channel base;
	int tmp_fd, new_fd;
	bool unsynced;
	int in_flight;
	struct letter *letters;
};

static void settle(struct delivery *d, enum delivery_outcome outcome, const char *text)
{
	d->outcome = outcome;
	d->code = 0;
	d->bad_address = false;
	snprintf(d->text, sizeof d->text, "%s", text);
}

/* What stands in the way of the folder stops the mailbox; everything else may pass. */
static void settle_errno(struct delivery *d, int error)
{
	bool folder = error == EACCES || error == EPERM || error == EROFS || error == ENOTDIR || error == ENOENT ||
	              error == ELOOP;
	settle(d, folder ? DELIVERY_ACCOUNT : DELIVERY_RETRY, strerror(error));
}

static void finish(struct maildir_channel *m, struct letter *letter)
{
	struct delivery *d = letter->delivery;
	for (struct letter **at = &m->letters; *at; at = &(*at)->next)
		if (*at == letter) {
			*at = letter->next;
			break;
		}
	free(letter);
	d->channel_data = NULL;
	m->in_flight--;
	m->base.events.done(m->base.events.context, d);
}

static int maildir_capacity(struct channel *c, uint32_t mailbox)
{
	(void)mailbox; /* all share the folder */
	return IN_FLIGHT_MAX - ((struct maildir_channel *)c)->in_flight;
}

static bool maildir_encode(struct channel *c, const struct rendered *message, struct buf *bytes, struct buf *error)
{
	(void)c;
	return mime_encode(message, bytes, error);
}

static bool write_all(int fd, struct slice bytes)
{
	while (bytes.n) {
		ssize_t n = write(fd, bytes.p, bytes.n);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		bytes = (struct slice){bytes.p + n, bytes.n - (size_t)n};
	}
	return true;
}

static bool write_file(const struct maildir_channel *m, const char *name, struct slice bytes, int64_t time_us)
{
	int fd = openat(m->tmp_fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return false;
	time_t second = (time_t)(time_us / US_PER_SECOND);
	struct timespec times[2] = {{.tv_sec = second}, {.tv_sec = second}};
	bool good = write_all(fd, bytes) && futimens(fd, times) == 0 && (m->unsynced || fsync(fd) == 0);
	int error = errno;
	if (close(fd) != 0 && good) {
		good = false;
		error = errno;
	}
	if (!good)
		unlinkat(m->tmp_fd, name, 0);
	errno = error;
	return good;
}

static bool maildir_start(struct channel *c, struct delivery *d)
{
	struct maildir_channel *m = (struct maildir_channel *)c;
	struct letter *letter = m->in_flight < IN_FLIGHT_MAX ? calloc(1, sizeof *letter) : NULL;
	if (!letter)
		return false;
	uint8_t digest[SHA256_SIZE];
	sha256(d->message_id.p, d->message_id.n, digest);
	base32_encode(digest, NAME_HASH_BYTES, letter->name);
	letter->delivery = d;
	letter->next = m->letters;
	m->letters = letter;
	m->in_flight++;
	d->channel_data = letter;
	if (write_file(m, letter->name, d->bytes, d->date_us)) {
		c->events.ready(c->events.context, d);
	} else {
		settle_errno(d, errno);
		letter->failed = true;
	}
	return true;
}

static void maildir_release(struct channel *c, struct delivery *d, bool go)
{
	struct maildir_channel *m = (struct maildir_channel *)c;
	struct letter *letter = d->channel_data;
	if (!go) {
		unlinkat(m->tmp_fd, letter->name, 0);
		settle(d, DELIVERY_ABORTED, "");
	} else if (renameat(m->tmp_fd, letter->name, m->new_fd, letter->name) != 0) {
		settle_errno(d, errno);
		unlinkat(m->tmp_fd, letter->name, 0);
	} else if (!m->unsynced && fsync(m->new_fd) != 0) {
		settle(d, DELIVERY_IN_DOUBT, strerror(errno)); /* there now, perhaps not after a crash */
	} else {
		settle(d, DELIVERY_SENT, letter->name);
	}
	finish(m, letter);
}

static struct letter *first_failed(const struct maildir_channel *m)
{
	struct letter *letter = m->letters;
	while (letter && !letter->failed)
		letter = letter->next;
	return letter;
}

static void maildir_poll(struct channel *c, int timeout_ms, int wake_fd)
{
	struct maildir_channel *m = (struct maildir_channel *)c;
	int failed = 0; /* now: `done` may start others, which fail in their turn and wait for the next poll */
	for (const struct letter *letter = m->letters; letter; letter = letter->next)
		failed += letter->failed;
	bool any = failed > 0;
	for (struct letter *letter; failed > 0 && (letter = first_failed(m)); failed--)
		finish(m, letter);
	struct pollfd wake = {.fd = wake_fd, .events = POLLIN};
	if (!any && timeout_ms > 0)
		poll(&wake, wake_fd >= 0 ? 1 : 0, timeout_ms);
}

static void maildir_close(struct channel *c)
{
	struct maildir_channel *m = (struct maildir_channel *)c;
	while (m->letters) {
		struct letter *letter = m->letters;
		if (!letter->failed) {
			unlinkat(m->tmp_fd, letter->name, 0);
			settle(letter->delivery, DELIVERY_ABORTED, "");
		}
		finish(m, letter);
	}
	close(m->tmp_fd);
	close(m->new_fd);
	free(m);
}

/* Makes the folder when missing; its parent must be there. */
static int open_folder(const char *directory, const char *name, struct buf *error)
{
	struct buf path = {0};
	buf_addf(&path, "%s%s", directory, name);
	int fd = -1;
	if (mkdir(buf_cstr(&path), 0700) == 0 || errno == EEXIST)
		fd = open(buf_cstr(&path), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		buf_addf(error, "%s: %s", buf_cstr(&path), strerror(errno));
	buf_free(&path);
	return fd;
}

struct channel *channel_maildir(const char *directory, struct buf *error)
{
	static const struct channel_ops ops = {.name = "maildir",
	                                       .capacity = maildir_capacity,
	                                       .encode = maildir_encode,
	                                       .start = maildir_start,
	                                       .release = maildir_release,
	                                       .poll = maildir_poll,
	                                       .close = maildir_close};
	struct maildir_channel *m = calloc(1, sizeof *m);
	if (!m) {
		buf_adds(error, "out of memory");
		return NULL;
	}
	mime_init();
	m->base.ops = &ops;
	int top = open_folder(directory, "", error), cur = top < 0 ? -1 : open_folder(directory, "/cur", error);
	m->tmp_fd = cur < 0 ? -1 : open_folder(directory, "/tmp", error);
	m->new_fd = m->tmp_fd < 0 ? -1 : open_folder(directory, "/new", error);
	if (top >= 0)
		close(top);
	if (cur >= 0)
		close(cur);
	if (m->new_fd >= 0)
		return &m->base;
	if (m->tmp_fd >= 0)
		close(m->tmp_fd);
	free(m);
	return NULL;
}

struct channel *channel_maildir_unsynced(const char *directory, struct buf *error)
{
	struct channel *c = channel_maildir(directory, error);
	if (c)
		((struct maildir_channel *)c)->unsynced = true;
	return c;
}
