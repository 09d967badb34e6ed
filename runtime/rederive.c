/* SPDX-License-Identifier: Apache-2.0
 * Rule 5: when tzdata changes, an armed day-based wait is derived again from its stored base and rule. A store that
 * finds another version than its own walks its enrollments once, a batch a turn; how far it got is a setting of the
 * store. What a message's gate makes of the new data is asked when it is due. */
#include "runtime/engine.h"
#include "runtime/pack.h"

#define TZDATA_KEY "tzdata"
#define CURSOR_KEY "rederive"
#define BATCH      1000

static bool put_cursor(struct drive *d)
{
	char bytes[16];
	struct buf packed = {.p = bytes, .cap = sizeof bytes};
	pack_i(&packed, d->rederive_after);
	return store_meta_put(d->store, CURSOR_KEY, buf_slice(&packed)) || drive_store_failed(d);
}

bool rederive_open(struct drive *d)
{
	struct slice version = tz_db_version(d->options.zones);
	buf_clear(&d->text);
	bool known = store_meta_get(d->store, TZDATA_KEY, &d->text);
	if (d->options.read_only || !version.n)
		return true;
	if (known && slice_eq(buf_slice(&d->text), version)) {
		buf_clear(&d->text);
		struct unpack u = unpack_of(store_meta_get(d->store, CURSOR_KEY, &d->text) ? buf_slice(&d->text)
		                                                                           : (struct slice){0});
		d->rederive_after = unpack_more(&u) ? unpack_i(&u) : -1;
		return store_failed(d->store) == STORE_OK || drive_store_failed(d);
	}
	d->rederive_after = known ? 0 : -1;
	if (drive_begin(d) && (store_meta_put(d->store, TZDATA_KEY, version) || drive_store_failed(d)) &&
	    put_cursor(d) && drive_commit(d))
		return true;
	drive_abandon(d);
	return false;
}

static bool derive(struct drive *d, int64_t id, int64_t now_us)
{
	struct work w;
	struct vm_event changed = {.kind = VM_CHANGED, .step = NONE};
	bool good;
	if (!work_open(d, id, &w, now_us, &good))
		return good;
	if (w.row.status != ENROLLMENT_ACTIVE || w.state.message.phase != MESSAGE_NONE)
		return true;
	return work_event(d, &w, &changed, now_us) && work_save(d, &w, now_us);
}

bool rederive_advance(struct drive *d, int64_t now_us)
{
	if (d->rederive_after < 0)
		return true;
	int n = store_enrollments(d->store, 0, d->rederive_after, d->ids, BATCH);
	if (n < 0)
		return drive_store_failed(d);
	for (int i = 0; i < n; i++) {
		if (!derive(d, d->ids[i], now_us))
			return false;
	}
	d->rederive_after = n < BATCH ? -1 : d->ids[n - 1];
	return put_cursor(d);
}
