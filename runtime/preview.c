/* SPDX-License-Identifier: Apache-2.0
 * A store in memory, a channel that delivers to nobody, one contact, and the virtual clock. */
#include "runtime/preview.h"
#include "runtime/timeline.h"
#include <limits.h>

/* ---- the channel: everything that may leave has left at once ---- */
struct nowhere {
	struct channel base;
	struct buf *texts; /* of what has left, each with a NUL behind it; or NULL */
};

static int nowhere_capacity(struct channel *c, uint32_t mailbox)
{
	(void)c;
	(void)mailbox;
	return INT_MAX;
}

static bool nowhere_encode(struct channel *c, const struct rendered *message, struct buf *bytes, struct buf *error)
{
	(void)c;
	(void)error;
	buf_add_slice(bytes, message->text);
	return true;
}

static bool nowhere_start(struct channel *c, struct delivery *d)
{
	c->events.ready(c->events.context, d);
	return true;
}

static void nowhere_release(struct channel *c, struct delivery *d, bool go)
{
	struct buf *texts = ((struct nowhere *)c)->texts;
	if (go && texts) {
		buf_add_slice(texts, d->bytes);
		buf_addc(texts, '\0');
	}
	d->outcome = go ? DELIVERY_SENT : DELIVERY_ABORTED;
	c->events.done(c->events.context, d);
}

static void nowhere_poll(struct channel *c, int timeout_ms, int wake_fd)
{
	(void)c;
	(void)timeout_ms;
	(void)wake_fd;
}

static void nowhere_close(struct channel *c)
{
	(void)c;
}

/* ---- the run ---- */
static bool run(const struct preview *p, struct drive *d, struct channel *channel, struct buf *error)
{
	struct drive_enrolled enrolled;
	struct plan plan;
	struct image_error why;
	if (!plan_load(&plan, p->plan.p, p->plan.n, true, &why)) {
		buf_adds(error, why.text);
		return false;
	}
	struct drive_enroll request = {.sequence = PLAN_STRING(&plan, plan.sequence->name),
	                               .fields = p->fields,
	                               .field_count = p->field_count,
	                               .mailbox = p->mailbox};
	bool ok = drive_deploy(d, p->policy, &p->plan, 1, p->start_us, error) &&
	          drive_set_state(d, TARGET_SEQUENCE, request.sequence, CHANGE_ACTIVATE, p->start_us, error) &&
	          drive_enroll(d, &request, p->start_us, &enrolled, error);
	if (ok && enrolled.outcome != ENROLLED) {
		buf_adds(error, enrolled.reason);
		ok = false;
	}
	plan_free(&plan);
	return ok && timeline_run(d, channel, p->start_us, p->until_us, NULL, error);
}

bool preview_rows(const struct preview *p, void (*each)(void *context, const struct drive_line *line), void *context,
                  struct buf *error)
{
	static const struct channel_ops NOWHERE = {.name = "nowhere",
	                                           .capacity = nowhere_capacity,
	                                           .encode = nowhere_encode,
	                                           .start = nowhere_start,
	                                           .release = nowhere_release,
	                                           .poll = nowhere_poll,
	                                           .close = nowhere_close};
	struct nowhere channel = {.base = {.ops = &NOWHERE}, .texts = p->texts};
	enum store_failure failure;
	struct store *store = store_open("memory:", STORE_CREATE, &failure, error);
	if (!store)
		return false;
	struct drive_options options = {.store = store,
	                                .zones = p->zones,
	                                .virtual_clock = true,
	                                .pages_post = true,
	                                .on_line = each,
	                                .context = context};
	for (int c = 0; c < CHANNEL_COUNT; c++)
		options.channels[c] = &channel.base;
	struct drive *d = drive_open(&options, p->start_us, error);
	bool ok = d && run(p, d, &channel.base, error);
	drive_close(d);
	store_close(store);
	return ok;
}
