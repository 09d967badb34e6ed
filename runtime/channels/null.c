/* SPDX-License-Identifier: Apache-2.0
 * The channel that accepts everything and keeps nothing: for figures and previews. It allocates nothing per message. */
#include "runtime/channels/channel.h"
#include <poll.h>
#include <stdlib.h>

struct null_channel {
	struct channel base;
	int connections, in_flight;
};

static int null_capacity(struct channel *c, uint32_t mailbox)
{
	(void)mailbox; /* all share the connections */
	struct null_channel *n = (struct null_channel *)c;
	return n->connections - n->in_flight;
}

static bool null_encode(struct channel *c, const struct rendered *message, struct buf *bytes, struct buf *error)
{
	(void)c;
	buf_add_slice(bytes, message->subject);
	buf_adds(bytes, "\n\n");
	buf_add_slice(bytes, message->text);
	if (bytes->failed)
		buf_adds(error, "out of memory");
	return !bytes->failed;
}

static bool null_start(struct channel *c, struct delivery *d)
{
	struct null_channel *n = (struct null_channel *)c;
	if (n->in_flight >= n->connections)
		return false;
	n->in_flight++;
	c->events.ready(c->events.context, d);
	return true;
}

static void null_release(struct channel *c, struct delivery *d, bool go)
{
	((struct null_channel *)c)->in_flight--;
	d->outcome = go ? DELIVERY_SENT : DELIVERY_ABORTED;
	d->code = go ? 250 : 0;
	d->bad_address = false;
	d->text[0] = '\0';
	c->events.done(c->events.context, d);
}

static void null_poll(struct channel *c, int timeout_ms, int wake_fd)
{
	(void)c;
	struct pollfd wake = {.fd = wake_fd, .events = POLLIN};
	if (timeout_ms > 0)
		poll(&wake, wake_fd >= 0 ? 1 : 0, timeout_ms);
}

static void null_close(struct channel *c)
{
	free(c);
}

struct channel *channel_null(int connections)
{
	static const struct channel_ops ops = {.name = "null",
	                                       .capacity = null_capacity,
	                                       .encode = null_encode,
	                                       .start = null_start,
	                                       .release = null_release,
	                                       .poll = null_poll,
	                                       .close = null_close};
	struct null_channel *n = calloc(1, sizeof *n);
	if (!n)
		return NULL;
	n->base.ops = &ops;
	n->connections = connections;
	return &n->base;
}
