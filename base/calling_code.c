/* SPDX-License-Identifier: Apache-2.0
 * Calling codes, by E.164, and the zones of their countries as tzdata's zone1970.tab has them. */
#include "base/calling_code.h"
#include <stdio.h>
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

size_t calling_code_of(struct slice number)
{
	for (size_t i = 0; i < CODE_COUNT; i++) {
		size_t n = strlen(CODES[i].code);
		if (number.n > n + 1 && number.p[0] == '+' && memcmp(number.p + 1, CODES[i].code, n) == 0)
			return i + 1;
	}
	return 0;
}

const char *calling_code_digits(size_t code)
{
	return code && code <= CODE_COUNT ? CODES[code - 1].code : "";
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

/* Lines are "CA,US<tab>+4916-12309<tab>America/Vancouver<tab>comment". */
bool calling_code_zones(size_t code, bool (*visit)(void *context, const char *zone), void *context)
{
	FILE *file = NULL;
	char line[512], codes[160], name[96];
	bool ok = true;
	if (!code || code > CODE_COUNT)
		return true;
	for (size_t i = 0; i < sizeof TABLES / sizeof *TABLES && !file; i++)
		file = fopen(TABLES[i], "re");
	while (ok && file && fgets(line, sizeof line, file)) {
		if (line[0] == '#' || sscanf(line, "%159s %*s %95s", codes, name) != 2)
			continue;
		if (strlen(codes) % 3 == 2 && shares(codes, CODES[code - 1].countries))
			ok = visit(context, name);
	}
	if (file)
		fclose(file);
	return ok;
}
