/* SPDX-License-Identifier: Apache-2.0
 * Rule 15: whose store this is, and what time it may be. A store carries an instance id bound to where it lives; found
 * elsewhere it sends nothing until it is adopted. The wall clock is held to the boot clock and to the last commit. */
#include "runtime/engine.h"
#include "runtime/pack.h"
#include <stdio.h>
#include <string.h>

#define INSTANCE_KEY  "instance"
#define SECRET_KEY    "secret"
#define VIRTUAL_KEY   "virtual"
#define SEEN_KEY      "seen"
#define OFF_US        US_PER_HOUR
#define SEEN_EVERY_US US_PER_SECOND

static bool get(struct drive *d, const char *key, struct buf *out)
{
	buf_clear(out);
	return store_meta_get(d->store, key, out);
}

static bool put(struct drive *d, const char *key, struct slice value)
{
	return store_meta_put(d->store, key, value) || drive_store_failed(d);
}

static bool put_instant(struct drive *d, const char *key, int64_t at_us)
{
	char bytes[16];
	struct buf packed = {.p = bytes, .cap = sizeof bytes};
	pack_i(&packed, at_us);
	return put(d, key, buf_slice(&packed));
}

static bool bind(struct drive *d)
{
	struct buf value = {0};
	char hex[33];
	uint8_t id[16];
	if (d->options.virtual_clock)
		memset(id, 0, sizeof id);
	else if (!random_bytes(id, sizeof id))
		return drive_fail(d, "the kernel gives no random numbers");
	hex_encode(id, sizeof id, hex);
	pack_s(&value, slice_of(hex));
	pack_s(&value, d->options.home);
	bool ok = !value.failed && put(d, INSTANCE_KEY, buf_slice(&value));
	buf_free(&value);
	return ok;
}

/* A rehearsal's secret is always the same: the same contacts give the same mail, byte by byte. */
static bool be_born(struct drive *d)
{
	if (d->options.virtual_clock)
		sha256("virtual", 7, d->secret);
	else if (!random_bytes(d->secret, SECRET_BYTES))
		return drive_fail(d, "the kernel gives no random numbers");
	return put(d, SECRET_KEY, (struct slice){(const char *)d->secret, SECRET_BYTES}) && bind(d) &&
	       (!d->options.virtual_clock || put(d, VIRTUAL_KEY, SLICE("1")));
}

static void look_at_home(struct drive *d, struct buf *value)
{
	if (!get(d, INSTANCE_KEY, value) || !d->options.home.n)
		return;
	struct unpack u = unpack_of(buf_slice(value));
	(void)unpack_s(&u);
	struct slice home = unpack_s(&u);
	if (home.n && !slice_eq(home, d->options.home))
		snprintf(d->stopped, sizeof d->stopped,
		         "this store is a copy: it belongs to %.*s; it sends nothing until `seqd adopt`",
		         SLICE_ARG(home));
}

static void look_at_time(struct drive *d, struct buf *value, int64_t now_us)
{
	if (!get(d, SEEN_KEY, value))
		return;
	struct unpack u = unpack_of(buf_slice(value));
	d->seen_us = unpack_i(&u);
	if (d->options.virtual_clock || d->stopped[0])
		return;
	if (now_us < d->seen_us - OFF_US)
		snprintf(d->stopped, sizeof d->stopped,
		         "the clock stands more than an hour before the last commit; nothing is sent until `seqd clock "
		         "accept`");
	else if (now_us - d->seen_us > OUTAGE_US)
		d->outage_until_us = now_us;
}

bool instance_open(struct drive *d, int64_t now_us, struct buf *error)
{
	struct buf value = {0};
	bool ok = true, known = get(d, SECRET_KEY, &value) && value.n == SECRET_BYTES;
	if (known)
		memcpy(d->secret, value.p, SECRET_BYTES);
	d->boot_wall_us = now_us;
	d->boot_us = d->options.boot_clock ? d->options.boot_clock(d->options.context) : 0;
	if (known) {
		bool is_virtual = get(d, VIRTUAL_KEY, &value);
		if (is_virtual != d->options.virtual_clock && !d->options.read_only) {
			buf_adds(error,
			         is_virtual
			                 ? "this store was born with a virtual clock; the real one does not run on it"
			                 : "a virtual clock runs only on a copy, or on a store born virtual (`seqd "
			                   "init --virtual`)");
			ok = false;
		}
		look_at_home(d, &value);
		look_at_time(d, &value, now_us);
	} else if (!d->options.read_only) {
		ok = drive_begin(d) && be_born(d) && drive_commit(d);
	}
	buf_free(&value);
	return ok;
}

bool instance_check(struct drive *d, int64_t now_us)
{
	if (drive_stopped(d) || d->options.virtual_clock || !d->options.boot_clock)
		return !drive_stopped(d);
	int64_t allowed_us = d->boot_wall_us + (d->options.boot_clock(d->options.context) - d->boot_us);
	if (now_us > allowed_us + OFF_US || now_us < allowed_us - OFF_US)
		snprintf(d->stopped, sizeof d->stopped,
		         "the clock has jumped by more than an hour; nothing is sent until `seqd clock accept`");
	return !drive_stopped(d);
}

bool instance_seen(struct drive *d, int64_t now_us)
{
	if (now_us - d->seen_us < SEEN_EVERY_US)
		return true;
	d->seen_us = now_us;
	return put_instant(d, SEEN_KEY, now_us);
}

const char *drive_stopped(const struct drive *d)
{
	return d->stopped[0] ? d->stopped : d->held_back[0] ? d->held_back : NULL;
}

static bool give_up(struct drive *d, struct buf *error)
{
	drive_abandon(d);
	buf_adds(error, drive_error(d));
	return false;
}

bool drive_accept_clock(struct drive *d, int64_t now_us, struct buf *error)
{
	d->seen_us = 0;
	if (!drive_begin(d) || !instance_seen(d, now_us) || !drive_commit(d))
		return give_up(d, error);
	d->boot_wall_us = now_us;
	d->boot_us = d->options.boot_clock ? d->options.boot_clock(d->options.context) : 0;
	d->stopped[0] = '\0';
	return true;
}

/* What the original may have sent since the copy was made is in doubt here. */
static bool doubt_since(struct drive *d, int64_t since_us, int64_t now_us)
{
	int64_t after = 0;
	for (;;) {
		int n = store_enrollments(d->store, 0, after, d->ids, TURN_STEPS);
		if (n < 0)
			return drive_store_failed(d);
		for (int i = 0; i < n; i++) {
			struct work w;
			enum load_result result = work_load(d, after = d->ids[i], &d->person, &w);
			if (result == LOAD_FAILED)
				return false;
			const struct live_message *m = &w.state.message;
			if (result != LOAD_OK || w.row.status != ENROLLMENT_ACTIVE || m->phase != MESSAGE_WAITING ||
			    m->planned_us <= since_us || m->planned_us > now_us)
				continue;
			w.state.message.released_us = m->planned_us;
			if (!delivery_doubt(d, &w, now_us))
				return false;
		}
		if (n < TURN_STEPS)
			return true;
	}
}

bool drive_adopt(struct drive *d, int64_t now_us, struct buf *error)
{
	if (!drive_begin(d) || !bind(d) || !doubt_since(d, d->seen_us, now_us) || !drive_commit(d))
		return give_up(d, error);
	d->stopped[0] = '\0';
	return true;
}
