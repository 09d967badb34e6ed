/* SPDX-License-Identifier: Apache-2.0
 * Rule 5: of a number whose contact's zone is unknown, quiet hours are kept in every zone that it may be in: those of
 * the countries of its calling code, as tzdata's zone1970.tab has them. A code that is not known, or a machine without
 * that file, leaves the workspace's zone. */
#include "base/calling_code.h"
#include "runtime/engine.h"
#include <stdlib.h>

static bool add_zone(void *context, const char *name)
{
	struct drive *d = context;
	const struct tz *zone = tz_get(d->options.zones, slice_of(name));
	if (!zone)
		return true;
	const struct tz **grown = realloc(d->phone_zones, (d->phone_zone_count + 1) * sizeof(*grown));
	if (!grown)
		return drive_fail(d, "out of memory");
	d->phone_zones = grown;
	d->phone_zones[d->phone_zone_count++] = zone;
	return true;
}

bool phone_zones(struct drive *d, struct slice number)
{
	size_t code = calling_code_of(number);
	if (d->phone_code == code + 1)
		return true;
	d->phone_code = code + 1;
	d->phone_zone_count = 0;
	return calling_code_zones(code, add_zone, d);
}
