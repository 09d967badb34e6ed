/* SPDX-License-Identifier: Apache-2.0
 * Between two changes of a clock the zones stand to each other as they do, so a year is a few pieces. */
#include "compiler/analyze/zone_pairs.h"

#define YEAR_US (371 * US_PER_DAY)

const char *const zones_of_the_world[] = {
        "America/New_York",
        "America/Los_Angeles",
        "Europe/London",
        "Europe/Berlin",
        "Asia/Tokyo",
        "Asia/Shanghai",
        "Asia/Kolkata",
        "Australia/Sydney",
        "America/Chicago",
        "America/Denver",
        "America/Phoenix",
        "America/Vancouver",
        "America/Edmonton",
        "America/Winnipeg",
        "America/Halifax",
        "America/St_Johns",
        "America/Anchorage",
        "Pacific/Honolulu",
        "America/Adak",
        "America/Mexico_City",
        "America/Bogota",
        "America/Havana",
        "America/Caracas",
        "America/Sao_Paulo",
        "America/Santiago",
        "America/Noronha",
        "America/Nuuk",
        "America/Miquelon",
        "Atlantic/Azores",
        "Atlantic/Cape_Verde",
        "Africa/Abidjan",
        "Africa/Casablanca",
        "Africa/Lagos",
        "Europe/Athens",
        "Africa/Johannesburg",
        "Africa/Cairo",
        "Asia/Jerusalem",
        "Asia/Gaza",
        "Europe/Istanbul",
        "Asia/Tehran",
        "Asia/Dubai",
        "Asia/Kabul",
        "Asia/Karachi",
        "Asia/Kathmandu",
        "Asia/Dhaka",
        "Asia/Yangon",
        "Asia/Bangkok",
        "Australia/Perth",
        "Australia/Eucla",
        "Australia/Darwin",
        "Australia/Adelaide",
        "Australia/Brisbane",
        "Australia/Lord_Howe",
        "Pacific/Noumea",
        "Pacific/Norfolk",
        "Pacific/Fiji",
        "Pacific/Auckland",
        "Pacific/Chatham",
        "Pacific/Tongatapu",
        "Pacific/Kiritimati",
        "Pacific/Pago_Pago",
        "Pacific/Marquesas",
        "Pacific/Gambier",
        "Pacific/Pitcairn",
        "Pacific/Easter",
        "Antarctica/Troll",
        NULL,
};

void pair_memo_clear(struct pair_memo *memo)
{
	for (uint32_t i = 0; i < MEMO_STEPS; i++)
		memo->minutes[i] = -1;
}

int32_t zone_ahead(const struct tz *zone, const struct tz *other, int64_t instant_us)
{
	return (tz_offset_s(other, instant_us) - tz_offset_s(zone, instant_us)) / 60;
}

static int64_t next_change(const struct tz *zone, const struct tz *const *others, uint32_t count, int64_t at_us)
{
	int64_t next_us = tz_next_change(zone, at_us);
	for (uint32_t i = 0; i < count; i++) {
		int64_t other_us = tz_next_change(others[i], at_us);
		next_us = other_us < next_us ? other_us : next_us;
	}
	return next_us;
}

static int32_t open_minutes(const struct week *window, const struct tz *zone, const struct quiet *quiet,
                            enum plan_channel channel, const struct tz *const *others, uint32_t count, int64_t at_us,
                            struct pair_memo *memo)
{
	struct week week = *window;
	bool kept[DAY_MINUTES] = {false};
	int32_t *known = NULL;
	for (uint32_t i = 0; i < count; i++) {
		int32_t ahead = (zone_ahead(zone, others[i], at_us) % DAY_MINUTES + DAY_MINUTES) % DAY_MINUTES;
		if (memo && count == 1 && ahead % (DAY_MINUTES / MEMO_STEPS) == 0)
			known = &memo->minutes[ahead / (DAY_MINUTES / MEMO_STEPS)];
		if (known && *known >= 0)
			return *known;
		if (!kept[ahead])
			week_keep_quiet(&week, quiet, channel, ahead);
		kept[ahead] = true;
	}
	int32_t minutes = (int32_t)week_open_minutes(&week);
	if (known)
		*known = minutes;
	return minutes;
}

struct pairing pair_zones(const struct week *window, const struct tz *zone, const struct quiet *quiet,
                          enum plan_channel channel, const struct tz *const *others, uint32_t count,
                          struct pair_memo *memo)
{
	struct pairing p = {0};
	int64_t closed_from_us = EXAMPLE_MONDAY_US, end_us = EXAMPLE_MONDAY_US + YEAR_US;
	for (int64_t at_us = EXAMPLE_MONDAY_US, next_us; at_us < end_us; at_us = next_us) {
		next_us = next_change(zone, others, count, at_us);
		int32_t minutes = open_minutes(window, zone, quiet, channel, others, count, at_us, memo);
		p.most = minutes > p.most ? minutes : p.most;
		if (minutes) {
			closed_from_us = next_us;
		} else if (next_us == INT64_MAX || next_us - closed_from_us > p.closed_to_us - p.closed_from_us) {
			p.closed_from_us = closed_from_us;
			p.closed_to_us = next_us;
		}
	}
	return p;
}
