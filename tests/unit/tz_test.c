/* SPDX-License-Identifier: Apache-2.0
 * base/tz: names, images that are right, images that are damaged, and footers. The conversions themselves are
 * tested by tests/table/time_vectors_test.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/tz.h"
#include <stdlib.h>
#include <string.h>

#define NAME SLICE("Test/Zone")

static int64_t at(const char *rfc3339)
{
	int64_t us = 0;
	assert_true(civil_parse_rfc3339(slice_of(rfc3339), &us));
	return us;
}

static int64_t wall(const char *text)
{
	int64_t us = 0;
	assert_true(civil_parse_wall(slice_of(text), &us));
	return us;
}

/* ---- an image as data, so that a test can break one thing in it ---- */

struct image {
	char version;       /* 0, '2', '3' */
	const char *footer; /* without newlines; NULL for none at all */
	uint32_t times, types, leaps, is_std, is_ut;
	int64_t time[4];
	uint8_t index[4];
	int32_t offset[4];
	uint8_t is_dst, abbreviation; /* of every type */
	const char *characters;       /* with its last NUL left out: four bytes are written */
};

static const struct image good = {.version = '2',
                                  .footer = "CET-1CEST,M3.5.0,M10.5.0/3",
                                  .times = 2,
                                  .types = 2,
                                  .time = {1679792400, 1698541200},
                                  .index = {1, 0},
                                  .offset = {3600, 7200},
                                  .characters = "CET"};

static void add_big_endian(struct buf *b, uint64_t v, int bytes)
{
	for (int i = bytes - 1; i >= 0; i--)
		buf_addc(b, (char)(uint8_t)(v >> (8 * i)));
}

static void add_header(struct buf *b, const struct image *im, bool empty)
{
	buf_adds(b, "TZif");
	buf_addc(b, im->version);
	for (int i = 0; i < 15; i++)
		buf_addc(b, 0);
	const uint32_t counts[] = {im->is_ut, im->is_std, im->leaps, im->times, im->types, 4};
	for (int i = 0; i < 6; i++)
		add_big_endian(b, empty ? (i == 4 || i == 5) : counts[i], 4);
}

static void add_block(struct buf *b, const struct image *im, int time_size)
{
	for (uint32_t i = 0; i < im->times; i++)
		add_big_endian(b, (uint64_t)im->time[i], time_size);
	buf_add(b, im->index, im->times);
	for (uint32_t i = 0; i < im->types; i++) {
		add_big_endian(b, (uint32_t)im->offset[i], 4);
		buf_addc(b, (char)im->is_dst);
		buf_addc(b, (char)im->abbreviation);
	}
	buf_add(b, im->characters, 4);
	for (uint32_t i = 0; i < im->leaps * (uint32_t)(time_size + 4) + im->is_std + im->is_ut; i++)
		buf_addc(b, 0);
}

static void build(struct buf *b, const struct image *im)
{
	if (im->version) {
		add_header(b, im, true);
		for (int i = 0; i < 7; i++) /* one type, one character */
			buf_addc(b, 0);
	}
	add_header(b, im, false);
	add_block(b, im, im->version ? 8 : 4);
	if (im->footer)
		buf_addf(b, "\n%s\n", im->footer);
}

static struct tz *parse(const struct image *im)
{
	struct buf b = {0};
	build(&b, im);
	struct tz *z = tz_parse(NAME, b.p, b.n);
	buf_free(&b);
	return z;
}

static void assert_refused(const struct image *im, const char *what)
{
	struct tz *z = parse(im);
	tz_unload(z);
	if (z)
		fail_msg("accepted: %s", what);
}

static void assert_offset(const struct tz *z, const char *instant, int32_t offset)
{
	if (tz_offset_s(z, at(instant)) != offset)
		fail_msg("%s: %d, not %d", instant, tz_offset_s(z, at(instant)), offset);
}

/* ---- names ---- */

static void names_are_checked_before_a_file_is_opened(void **state)
{
	(void)state;
	struct tz_db *db = tz_db_open(NULL);
	assert_non_null(db);
	assert_non_null(tz_get(db, SLICE("Europe/Berlin")));
	assert_ptr_equal(tz_get(db, SLICE("Europe/Berlin")), tz_get(db, SLICE("Europe/Berlin")));
	assert_true(slice_is(tz_name(tz_get(db, SLICE("US/Eastern"))), "US/Eastern"));
	assert_ptr_equal(tz_get(db, SLICE("UTC")), tz_utc());
	assert_true(tz_db_version(db).n >= 5);
	static const char *const bad[] = {"",
	                                  "/",
	                                  "Europe",
	                                  "Europe/",
	                                  "Europe//Berlin",
	                                  "/usr/share/zoneinfo/Europe/Berlin",
	                                  "../zoneinfo/Europe/Berlin",
	                                  "Europe/../Europe/Berlin",
	                                  "Europe/Berlin ",
	                                  "Europe/Atlantis",
	                                  "europe/berlin",
	                                  "localtime",
	                                  "posixrules",
	                                  "posix/Europe/Berlin",
	                                  "right/Europe/Berlin",
	                                  "tzdata.zi",
	                                  "Europe/B\xc3\xa9rlin",
	                                  "Aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		if (tz_get(db, slice_of(bad[i])))
			fail_msg("accepted: %s", bad[i]);
	}
	assert_null(tz_get(db, (struct slice){"Europe/Berlin\0", 14}));
	tz_db_close(db);
}

static void a_directory_without_zones_has_only_utc(void **state)
{
	(void)state;
	struct tz_db *db = tz_db_open("tests/table");
	assert_non_null(db);
	assert_null(tz_get(db, SLICE("Europe/Berlin")));
	assert_non_null(tz_get(db, SLICE("UTC")));
	assert_int_equal(tz_db_version(db).n, 0);
	tz_db_close(db);
	tz_db_close(NULL);
}

/* ---- images ---- */

static void versions_one_to_four_are_read(void **state)
{
	(void)state;
	for (const char *version = "1234"; *version; version++) {
		struct image im = good;
		im.version = *version == '1' ? '\0' : *version;
		im.footer = *version == '1' ? NULL : good.footer;
		struct tz *z = parse(&im);
		assert_non_null(z);
		assert_offset(z, "2023-03-26T00:59:59Z", 3600);
		assert_offset(z, "2023-03-26T01:00:00Z", 7200);
		assert_offset(z, "2023-10-29T01:00:00Z", 3600);
		/* Version 1 has no footer: the last offset stays. */
		assert_offset(z, "2040-07-01T00:00:00Z", *version == '1' ? 3600 : 7200);
		assert_true((tz_next_change(z, at("2040-07-01T00:00:00Z")) == INT64_MAX) == (*version == '1'));
		assert_true(slice_eq(tz_name(z), NAME));
		tz_unload(z);
	}
}

static void damaged_blocks_are_refused(void **state)
{
	(void)state;
	struct image im = good;
#define REFUSED(change)                                                                                                \
	im = good;                                                                                                     \
	im.change;                                                                                                     \
	assert_refused(&im, #change)
	REFUSED(version = '1');
	REFUSED(version = '5');
	REFUSED(types = 0);
	REFUSED(index[0] = 2);
	REFUSED(time[0] = good.time[1]);
	REFUSED(time[0] = good.time[1] + 1);
	REFUSED(time[1] = INT64_MAX);
	REFUSED(time[0] = INT64_MIN);
	REFUSED(offset[0] = INT32_MIN);
	REFUSED(offset[1] = 26 * 3600);
	REFUSED(offset[1] = -25 * 3600);
	REFUSED(is_dst = 2);
	REFUSED(abbreviation = 4);
	REFUSED(characters = "CETX");
	REFUSED(leaps = 1); /* the zones of right/ */
	REFUSED(is_std = 1);
	REFUSED(is_ut = 3);
	REFUSED(offset[0] = 1800); /* the footer does not know it */
	REFUSED(footer = NULL);
#undef REFUSED
	im.footer = good.footer;
	im = good;
	im.is_std = im.is_ut = 2;
	struct tz *z = parse(&im);
	assert_non_null(z);
	tz_unload(z);
}

static void damaged_footers_are_refused(void **state)
{
	(void)state;
	static const char *const bad[] = {
	        "CE-1CEST,M3.5.0,M10.5.0/3",
	        "CET-1CEST",
	        "CET-1CEST,M3.5.0",
	        "CET-1CEST,M13.5.0,M10.5.0/3",
	        "CET-1CEST,M3.6.0,M10.5.0",
	        "CET-1CEST,M3.5.7,M10.5.0",
	        "CET-1CEST,M3.0.0,M10.5.0",
	        "CET-1CEST,M3.5,M10.5.0",
	        "CET-1CEST,J0,J300",
	        "CET-1CEST,J366,J300",
	        "CET-1CEST,366,300",
	        "CET-1CEST,M3.5.0,M10.5.0/3 ",
	        "CET-25",
	        "CET-1:60",
	        "CET-1:00:60",
	        "CET",
	        "-1",
	        "<+01-1",
	        "<+0>-1",
	        "<>-1",
	        "CET-1,M3.5.0,M10.5.0",
	        "CET-1CEST,M3.5.0/25,M10.5.0/3",
	        "CET-1CEST,M3.5.0/-1,M10.5.0/3", /* version 3 */
	        "CET-1CEST,M3.5.0,M10.5.0/3\n",
	        "\n",
	        "CET-1\nCET-1",
	        "CET-0001",
	        "CET-1CEST25,M3.5.0,M10.5.0",
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct image im = good;
		im.footer = bad[i];
		assert_refused(&im, bad[i]);
	}
	struct image im = good;
	im.version = '3';
	im.footer = "CET-1CEST,M3.5.0/168,M10.5.0/3";
	assert_refused(&im, im.footer);
}

/* ---- footers: only the footer, no changes ---- */

static struct tz *footer_zone(const char *footer, int32_t offset)
{
	struct image im = good;
	im.version = '3';
	im.times = 0;
	im.types = 1;
	im.offset[0] = offset;
	im.footer = footer;
	struct tz *z = parse(&im);
	if (!z)
		fail_msg("refused: %s", footer);
	return z;
}

static void footers_say_what_posix_says(void **state)
{
	(void)state;
	static const struct {
		const char *footer, *instant;
		int32_t offset_s;
	} rows[] = {
	        {"EST5", "2026-07-01T00:00:00Z", -5 * 3600},
	        {"<-03>3", "2026-07-01T00:00:00Z", -3 * 3600},
	        {"<+0545>-5:45", "1900-01-01T00:00:00Z", 20700},
	        {"LMT+0:01:15", "2026-07-01T00:00:00Z", -75},
	        {"EST5EDT,M3.2.0,M11.1.0", "2026-03-08T06:59:59Z", -5 * 3600},
	        {"EST5EDT,M3.2.0,M11.1.0", "2026-03-08T07:00:00Z", -4 * 3600},
	        {"EST5EDT,M3.2.0,M11.1.0", "2026-11-01T05:59:59Z", -4 * 3600},
	        {"EST5EDT,M3.2.0,M11.1.0", "2026-11-01T06:00:00Z", -5 * 3600},
	        /* the south: daylight saving over new year */
	        {"AEST-10AEDT,M10.1.0,M4.1.0/3", "2026-12-31T23:00:00Z", 11 * 3600},
	        {"AEST-10AEDT,M10.1.0,M4.1.0/3", "2026-06-01T00:00:00Z", 10 * 3600},
	        {"<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "2026-12-31T23:00:00Z", 11 * 3600},
	        /* Dublin: winter is "daylight saving" of minus one hour */
	        {"IST-1GMT0,M10.5.0,M3.5.0/1", "2050-01-15T12:00:00Z", 0},
	        {"IST-1GMT0,M10.5.0,M3.5.0/1", "2050-07-15T12:00:00Z", 3600},
	        {"IST-1GMT0,M10.5.0,M3.5.0/1", "2026-03-29T00:59:59Z", 0},
	        {"IST-1GMT0,M10.5.0,M3.5.0/1", "2026-03-29T01:00:00Z", 3600},
	        /* Gaza: 50 hours after the fourth Thursday; Nuuk: an hour before the last Sunday */
	        {"EET-2EEST,M3.4.4/50,M10.4.4/50", "2026-03-27T23:59:59Z", 7200},
	        {"EET-2EEST,M3.4.4/50,M10.4.4/50", "2026-03-28T00:00:00Z", 10800},
	        {"<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2026-03-29T00:59:59Z", -7200},
	        {"<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2026-03-29T01:00:00Z", -3600},
	        /* J60 is always 1 March; 59 is 1 March only in common years */
	        {"AAA0BBB,J60/0,J300/0", "2028-02-29T23:59:59Z", 0},
	        {"AAA0BBB,J60/0,J300/0", "2028-03-01T00:00:00Z", 3600},
	        {"AAA0BBB,59/0,300/0", "2028-02-29T00:00:00Z", 3600},
	        {"AAA0BBB,59/0,300/0", "2026-02-28T23:59:59Z", 0},
	        {"AAA0BBB,59/0,300/0", "2026-03-01T00:00:00Z", 3600},
	        /* across new year by more than a day */
	        {"AAA0BBB,J1/-48,J200/0", "2026-12-30T00:00:00Z", 3600},
	        {"AAA0BBB,J1/-48,J200/0", "2026-12-29T23:59:59Z", 0},
	        {"AAA0BBB,J100/0,J365/72", "2027-01-02T22:59:59Z", 3600},
	        {"AAA0BBB,J100/0,J365/72", "2027-01-02T23:00:00Z", 0},
	        /* daylight saving all year, as RFC 9636 writes it */
	        {"EST5EDT,0/0,J365/25", "2026-12-31T23:30:00Z", -4 * 3600},
	        {"XXX3EDT4,0/0,J365/23", "2026-07-01T00:00:00Z", -4 * 3600},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct tz *z = footer_zone(rows[i].footer, 0);
		assert_offset(z, rows[i].instant, rows[i].offset_s);
		tz_unload(z);
	}
}

static void changes_stop_where_nothing_changes(void **state)
{
	(void)state;
	static const char *const constant[] = {"EST5", "EST5EDT,0/0,J365/25", "XXX3EDT4,0/0,J365/23",
	                                       "AAA0BBB0,M3.5.0,M10.5.0"};
	for (size_t i = 0; i < sizeof constant / sizeof *constant; i++) {
		struct tz *z = footer_zone(constant[i], 0);
		assert_true(tz_next_change(z, at("2026-01-01T00:00:00Z")) == INT64_MAX);
		assert_int_equal(tz_classify(z, wall("2027-01-01 00:00")), TZ_UNIQUE);
		tz_unload(z);
	}
	assert_true(tz_next_change(tz_utc(), 0) == INT64_MAX);
}

static void a_change_of_the_name_alone_is_no_change(void **state)
{
	(void)state;
	struct image im = good;
	im.footer = "";
	im.times = 3;
	im.types = 3;
	memcpy(im.time, (int64_t[]){1000, 2000, 3000}, sizeof(int64_t[3]));
	memcpy(im.index, (uint8_t[]){1, 2, 0}, 3);
	memcpy(im.offset, (int32_t[]){3600, 7200, 7200}, sizeof(int32_t[3]));
	struct tz *z = parse(&im);
	assert_non_null(z);
	assert_true(tz_next_change(z, 1000 * US_PER_SECOND) == 3000 * US_PER_SECOND);
	assert_true(tz_next_change(z, 3000 * US_PER_SECOND) == INT64_MAX);
	assert_true(tz_next_change(z, 999999999) == 1000 * US_PER_SECOND);
	tz_unload(z);
}

/* "Slim" files of zic have Ojinaga's last change before the footer's own: the change is right. */
static void the_last_change_stands_until_the_footers_first(void **state)
{
	(void)state;
	struct image im = good;
	im.footer = "CST6CDT,M3.2.0,M11.1.0";
	im.times = 1;
	im.types = 2;
	im.time[0] = 1667116800; /* 2022-10-30T08:00:00Z */
	im.index[0] = 1;
	memcpy(im.offset, (int32_t[]){-25200, -21600}, sizeof(int32_t[2]));
	struct tz *z = parse(&im);
	assert_non_null(z);
	assert_offset(z, "2022-10-30T07:59:59Z", -25200);
	assert_offset(z, "2022-10-30T08:00:00Z", -21600);
	assert_offset(z, "2022-11-06T07:00:00Z", -21600);
	assert_offset(z, "2023-07-01T00:00:00Z", -18000);
	tz_unload(z);
}

/* Two changes within 48 hours: a search by "a day before and after" would miss the middle offset. */
static void changes_close_together_are_resolved(void **state)
{
	(void)state;
	struct image im = good;
	im.footer = "";
	im.times = 2;
	im.types = 3;
	memcpy(im.time,
	       (int64_t[]){at("2026-05-01T10:00:00Z") / US_PER_SECOND, at("2026-05-01T20:00:00Z") / US_PER_SECOND},
	       sizeof(int64_t[2]));
	memcpy(im.index, (uint8_t[]){1, 2}, 2);
	memcpy(im.offset, (int32_t[]){0, 7200, 3600}, sizeof(int32_t[3]));
	struct tz *z = parse(&im);
	assert_non_null(z);
	assert_int_equal(tz_classify(z, wall("2026-05-01 11:00")), TZ_GAP);
	assert_true(tz_from_wall(z, wall("2026-05-01 11:00"), TZ_GAP_END) == at("2026-05-01T10:00:00Z"));
	assert_true(tz_from_wall(z, wall("2026-05-01 15:00"), TZ_COMPATIBLE) == at("2026-05-01T13:00:00Z"));
	assert_int_equal(tz_classify(z, wall("2026-05-01 21:30")), TZ_OVERLAP);
	assert_true(tz_from_wall(z, wall("2026-05-01 21:30"), TZ_COMPATIBLE) == at("2026-05-01T19:30:00Z"));
	assert_true(tz_from_wall(z, wall("2026-05-01 21:30"), TZ_LATER) == at("2026-05-01T20:30:00Z"));
	assert_int_equal(tz_day_length_minutes(z, civil_days(2026, 5, 1)), 23 * 60);
	tz_unload(z);
}

static void fractions_and_extremes_survive(void **state)
{
	(void)state;
	struct tz *z = footer_zone("EST5EDT,M3.2.0,M11.1.0", 0);
	assert_true(tz_from_wall(z, wall("2026-06-01 09:00") + 123456, TZ_COMPATIBLE) ==
	            at("2026-06-01T13:00:00.123456Z"));
	assert_true(tz_to_wall(z, at("2026-03-08T06:59:59.999999Z")) == wall("2026-03-08 02:00") - 1);
	static const int64_t extremes[] = {INT64_MIN, INT64_MIN + 1, INT64_MAX - 1, INT64_MAX};
	for (size_t i = 0; i < 4; i++) {
		char text[40];
		assert_true(strlen(tz_format_rfc3339(z, extremes[i], text)) >= 25);
		assert_true(strlen(tz_format_people(z, extremes[i], text)) >= 20);
		tz_to_wall(z, extremes[i]);
		tz_next_change(z, extremes[i]);
		tz_from_wall(z, extremes[i], TZ_COMPATIBLE);
	}
	assert_true(tz_start_of_day(z, INT32_MAX) == INT64_MAX);
	assert_true(tz_day_length_minutes(z, INT32_MIN) == 24 * 60);
	char people[40];
	assert_string_equal(tz_format_people(z, at("2026-03-08T07:00:00Z"), people), "Sun 2026-03-08 03:00");
	tz_unload(z);
}

/* ---- damage to a real image ---- */

static void no_cut_or_flipped_image_is_trusted_blindly(void **state)
{
	(void)state;
	struct buf b = {0};
	build(&b, &good);
	char *copy = malloc(b.n); /* of its exact size, so that the sanitizer sees a read behind it */
	assert_non_null(copy);
	for (size_t n = 0; n < b.n; n++) {
		char *cut = malloc(n + 1);
		assert_non_null(cut);
		memcpy(cut, b.p, n);
		assert_null(tz_parse(NAME, cut, n));
		free(cut);
	}
	for (size_t i = 0; i < b.n; i++) {
		for (int bit = 0; bit < 8; bit++) {
			memcpy(copy, b.p, b.n);
			copy[i] = (char)(copy[i] ^ 1 << bit);
			struct tz *z = tz_parse(NAME, copy, b.n);
			for (int64_t t = at("2020-01-01T00:00:00Z"); z && t < at("2040-01-01T00:00:00Z");
			     t += 100 * US_PER_DAY)
				tz_from_wall(z, t, TZ_LATER);
			tz_unload(z);
		}
	}
	free(copy);
	buf_addc(&b, 'x'); /* and nothing may follow */
	assert_null(tz_parse(NAME, b.p, b.n));
	assert_null(tz_parse(NAME, NULL, 0));
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(names_are_checked_before_a_file_is_opened),
	        cmocka_unit_test(a_directory_without_zones_has_only_utc),
	        cmocka_unit_test(versions_one_to_four_are_read),
	        cmocka_unit_test(damaged_blocks_are_refused),
	        cmocka_unit_test(damaged_footers_are_refused),
	        cmocka_unit_test(footers_say_what_posix_says),
	        cmocka_unit_test(changes_stop_where_nothing_changes),
	        cmocka_unit_test(a_change_of_the_name_alone_is_no_change),
	        cmocka_unit_test(the_last_change_stands_until_the_footers_first),
	        cmocka_unit_test(changes_close_together_are_resolved),
	        cmocka_unit_test(fractions_and_extremes_survive),
	        cmocka_unit_test(no_cut_or_flipped_image_is_trusted_blindly),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
