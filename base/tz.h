/* SPDX-License-Identifier: Apache-2.0
 * Time zones from the system's TZif files (RFC 9636), footer included: instants to local time and back.
 * A loaded zone never changes; lookups need no lock. Source of the policies: reference time.md §4. */
#ifndef SEQ_BASE_TZ_H
#define SEQ_BASE_TZ_H
#include "base/civil.h"

struct tz;    /* one zone, immutable */
struct tz_db; /* zones loaded so far, by name; owns them */

/* directory NULL: $TZDIR is NOT read; /usr/share/zoneinfo. Returns NULL when out of memory. */
struct tz_db *tz_db_open(const char *directory);
void tz_db_close(struct tz_db *db);
/* The zone, loaded at first use; NULL for an unknown or ill-formed name (checked before a file is opened), or
 * a damaged file. Owned by db. Threads may call it at the same time. */
const struct tz *tz_get(struct tz_db *db, struct slice name);
/* "2025b", from tzdata.zi; empty when not known. */
struct slice tz_db_version(const struct tz_db *db);
/* UTC, always there. */
const struct tz *tz_utc(void);
struct slice tz_name(const struct tz *z);
/* Parses a TZif image, for tests and fuzzing. NULL if damaged. tz_unload frees it. */
struct tz *tz_parse(struct slice name, const void *image, size_t n);
void tz_unload(struct tz *z);

int32_t tz_offset_s(const struct tz *z, int64_t instant_us); /* seconds east of UTC */
int64_t tz_to_wall(const struct tz *z, int64_t instant_us);  /* local wall clock, microseconds */
/* First instant after `instant_us` at which the offset changes; INT64_MAX if never (400 years are looked at). */
int64_t tz_next_change(const struct tz *z, int64_t instant_us);

enum tz_policy { TZ_COMPATIBLE, TZ_LATER, TZ_EARLIER, TZ_GAP_END };
enum tz_class { TZ_UNIQUE, TZ_GAP, TZ_OVERLAP };
enum tz_class tz_classify(const struct tz *z, int64_t wall_us);
int64_t tz_from_wall(const struct tz *z, int64_t wall_us, enum tz_policy policy);
/* First instant whose local date is that day. */
int64_t tz_start_of_day(const struct tz *z, int32_t days);
int32_t tz_day_length_minutes(const struct tz *z, int32_t days);
/* "Mon 2026-03-02 09:00", for people, into out (>= 40 bytes); returns out. */
char *tz_format_people(const struct tz *z, int64_t instant_us, char out[40]);
/* "2026-03-02T09:00:00-05:00" into out (>= 40 bytes); returns out. */
char *tz_format_rfc3339(const struct tz *z, int64_t instant_us, char out[40]);
#endif
