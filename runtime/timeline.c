/* SPDX-License-Identifier: Apache-2.0
 * The virtual clock: events of an instant go into the store, then turns are taken until nothing moves, then it jumps to
 * the next timer or event. */
#include "runtime/timeline.h"
#include <stdlib.h>

static int by_time(const void *a, const void *b)
{
	const struct timeline_event *x = *(const struct timeline_event *const *)a,
	                            *y = *(const struct timeline_event *const *)b;
	if (x->at_us != y->at_us)
		return x->at_us < y->at_us ? -1 : 1;
	return (x > y) - (x < y);
}

static bool bring(struct drive *d, const struct timeline_event **order, size_t count, size_t *next, int64_t now_us,
                  struct buf *error)
{
	bool was_there;
	for (; *next < count && order[*next]->at_us <= now_us; ++*next) {
		struct slice place = order[*next]->place;
		buf_addf(error, "%.*s%s", SLICE_ARG(place), place.n ? ": " : "");
		if (!drive_event(d, &order[*next]->event, now_us, &was_there, error))
			return false;
		buf_clear(error);
	}
	return true;
}

bool timeline_settle(struct drive *d, struct channel *channel, int64_t now_us, int64_t *wake_us, struct buf *error)
{
	for (;;) {
		int n = drive_turn(d, now_us, wake_us);
		if (n < 0) {
			buf_adds(error, drive_error(d));
			return false;
		}
		if (channel)
			channel->ops->poll(channel, 0, -1);
		if (*wake_us > now_us && drive_idle(d))
			return true;
	}
}

bool timeline_run(struct drive *d, struct channel *channel, int64_t from_us, int64_t until_us,
                  struct timeline_events *events, struct buf *error)
{
	size_t count = events ? events->count : 0, next = 0;
	const struct timeline_event **order = calloc(count + 1, sizeof *order);
	int64_t now_us = from_us, wake_us;
	if (!order) {
		buf_adds(error, "out of memory");
		return false;
	}
	for (size_t i = 0; i < count; i++)
		order[i] = &events->items[i];
	qsort(order, count, sizeof *order, by_time);
	bool ok = true;
	while (ok && now_us <= until_us) {
		ok = bring(d, order, count, &next, now_us, error) &&
		     timeline_settle(d, channel, now_us, &wake_us, error);
		int64_t event_us = next < count ? order[next]->at_us : NEVER_US;
		now_us = event_us < wake_us ? event_us : wake_us;
		if (now_us == NEVER_US)
			break;
	}
	free(order);
	return ok;
}
