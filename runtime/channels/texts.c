/* SPDX-License-Identifier: Apache-2.0
 * Texts for phones where no provider is connected: one readable file each in a folder, so that nothing leaves the
 * machine and everything can be read. File names derive from the message's id: a text written twice is one file. */
#include "runtime/channels/channel.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct texts_channel {
	struct channel base;
	char folder[PATH_MAX];
};

static int texts_capacity(struct channel *c, uint32_t mailbox)
{
	(void)c;
	(void)mailbox;
	return INT_MAX;
}

static bool texts_encode(struct channel *c, const struct rendered *message, struct buf *bytes, struct buf *error)
{
	(void)c;
	buf_addf(bytes, "From: %.*s\nTo: %.*s\n\n%.*s\n", SLICE_ARG(message->from_address),
	         SLICE_ARG(message->to_address), SLICE_ARG(message->text));
	if (bytes->failed)
		buf_adds(error, "out of memory");
	return !bytes->failed;
}

static bool texts_start(struct channel *c, struct delivery *d)
{
	c->events.ready(c->events.context, d);
	return true;
}

/* Letters, digits and a few signs of the id; what else it holds cannot be a file's name. */
static void make_path(const struct texts_channel *t, const struct delivery *d, char *path, size_t n)
{
	size_t used = (size_t)snprintf(path, n, "%s/", t->folder);
	for (size_t i = 0; i < d->message_id.n && d->message_id.p[i] != '@' && used + 5 < n; i++) {
		char ch = d->message_id.p[i];
		bool plain = (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9');
		path[used++] = plain ? ch : '_';
	}
	snprintf(path + used, n - used, ".txt");
}

static bool write_file(const char *path, struct slice bytes)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	bool ok = fd >= 0;
	while (ok && bytes.n) {
		ssize_t n = write(fd, bytes.p, bytes.n);
		ok = n > 0;
		if (ok)
			bytes = (struct slice){bytes.p + n, bytes.n - (size_t)n};
	}
	return fd >= 0 && close(fd) == 0 && ok;
}

static void texts_release(struct channel *c, struct delivery *d, bool go)
{
	char path[PATH_MAX + 128];
	d->outcome = go ? DELIVERY_SENT : DELIVERY_ABORTED;
	d->code = 0;
	d->bad_address = false;
	d->text[0] = '\0';
	make_path((const struct texts_channel *)c, d, path, sizeof path);
	if (go && !write_file(path, d->bytes)) {
		d->outcome = DELIVERY_ACCOUNT;
		snprintf(d->text, sizeof d->text, "the folder of texts: %s", strerror(errno));
	}
	c->events.done(c->events.context, d);
}

static void texts_poll(struct channel *c, int timeout_ms, int wake_fd)
{
	struct pollfd wake = {.fd = wake_fd, .events = POLLIN};
	(void)c;
	if (timeout_ms > 0)
		poll(&wake, wake_fd >= 0 ? 1 : 0, timeout_ms);
}

static void texts_close(struct channel *c)
{
	free(c);
}

struct channel *channel_texts(const char *folder, struct buf *error)
{
	static const struct channel_ops ops = {.name = "texts",
	                                       .capacity = texts_capacity,
	                                       .encode = texts_encode,
	                                       .start = texts_start,
	                                       .release = texts_release,
	                                       .poll = texts_poll,
	                                       .close = texts_close};
	struct texts_channel *t = calloc(1, sizeof *t);
	if (!t) {
		buf_adds(error, "out of memory");
		return NULL;
	}
	t->base.ops = &ops;
	snprintf(t->folder, sizeof t->folder, "%s", folder);
	if (mkdir(folder, 0700) != 0 && errno != EEXIST) {
		buf_addf(error, "%s: %s", folder, strerror(errno));
		free(t);
		return NULL;
	}
	return &t->base;
}
