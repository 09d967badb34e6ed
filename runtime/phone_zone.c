/* SPDX-License-Identifier: Apache-2.0
 * Rule 5: of a number whose contact's zone is unknown, quiet hours are kept in every zone that it may be in: those of
 * the countries of its calling code, as tzdata's zone1970.tab has them. A code that is not here, or a machine without
 * that file, leaves the workspace's zone. */
#include "runtime/engine.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const TABLES[] = {"/usr/share/zoneinfo/zone1970.tab", "/usr/lib/zoneinfo/zone1970.tab",
                                     "/usr/share/lib/zoneinfo/zone1970.tab"};

/* Longer codes first where one begins another. +1 is all of North America: what tells its countries apart is no
 * prefix worth trusting. */
static const struct {
	const char *code, *countries;
} CODES[] = {
        {"1", "US,CA"}, {"20", "EG"},  {"212", "MA"}, {"213", "DZ"}, {"216", "TN"},  {"221", "SN"}, {"225", "CI"},
        {"234", "NG"},  {"254", "KE"}, {"27", "ZA"},  {"30", "GR"},  {"31", "NL"},   {"32", "BE"},  {"33", "FR"},
        {"34", "ES"},   {"351", "PT"}, {"352", "LU"}, {"353", "IE"}, {"354", "IS"},  {"358", "FI"}, {"36", "HU"},
        {"370", "LT"},  {"371", "LV"}, {"372", "EE"}, {"380", "UA"}, {"385", "HR"},  {"386", "SI"}, {"39", "IT"},
        {"40", "RO"},   {"41", "CH"},  {"420", "CZ"}, {"421", "SK"}, {"43", "AT"},   {"44", "GB"},  {"45", "DK"},
        {"46", "SE"},   {"47", "NO"},  {"48", "PL"},  {"49", "DE"},  {"51", "PE"},   {"52", "MX"},  {"54", "AR"},
        {"55", "BR"},   {"56", "CL"},  {"57", "CO"},  {"58", "VE"},  {"60", "MY"},   {"61", "AU"},  {"62", "ID"},
        {"63", "PH"},   {"64", "NZ"},  {"65", "SG"},  {"66", "TH"},  {"7", "RU,KZ"}, {"81", "JP"},  {"82", "KR"},
        {"84", "VN"},   {"852", "HK"}, {"86", "CN"},  {"886", "TW"}, {"90", "TR"},   {"91", "IN"},  {"92", "PK"},
        {"94", "LK"},   {"961", "LB"}, {"966", "SA"}, {"971", "AE"}, {"972", "IL"},  {"974", "QA"},
};
#define CODE_COUNT (sizeof CODES / sizeof *CODES)

static size_t code_of(struct slice number)
{
	for (size_t i = 0; i < CODE_COUNT; i++) {
		size_t n = strlen(CODES[i].code);
		if (number.n > n + 1 && number.p[0] == '+' && memcmp(number.p + 1, CODES[i].code, n) == 0)
			return i;
	}
	return CODE_COUNT;
}

/* "CA,US" has a country of "US,CA". */
static bool shares(const char *a, const char *b)
{
	for (; *a; a += a[2] == ',' ? 3 : 2) {
		for (const char *c = b; *c; c += c[2] == ',' ? 3 : 2) {
			if (a[0] == c[0] && a[1] == c[1])
				return true;
		}
	}
	return false;
}

static bool add_zone(struct drive *d, const char *name)
{
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

/* Lines are "CA,US<tab>+4916-12309<tab>America/Vancouver<tab>comment". */
static bool read_zones(struct drive *d, const char *countries)
{
	FILE *file = NULL;
	char line[512], codes[160], name[96];
	bool ok = true;
	for (size_t i = 0; i < sizeof TABLES / sizeof *TABLES && !file; i++)
		file = fopen(TABLES[i], "re");
	while (ok && file && fgets(line, sizeof line, file)) {
		if (line[0] == '#' || sscanf(line, "%159s %*s %95s", codes, name) != 2)
			continue;
		if (strlen(codes) % 3 == 2 && shares(codes, countries))
			ok = add_zone(d, name);
	}
	if (file)
		fclose(file);
	return ok;
}

bool phone_zones(struct drive *d, struct slice number)
{
	size_t code = code_of(number);
	if (d->phone_code == code + 1)
		return true;
	d->phone_code = code + 1;
	d->phone_zone_count = 0;
	return code == CODE_COUNT || read_zones(d, CODES[code].countries);
}
