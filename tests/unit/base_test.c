/* SPDX-License-Identifier: Apache-2.0
 * base/: slices, arenas, buffers, UTF-8, hashes and the civil calendar, at their edges. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/calendar.h"
#include "base/hash.h"
#include "base/utf8.h"
#include <string.h>

static const struct slice NOTHING = {NULL, 0};

/* ---- slice ---- */

static void slices_compare_and_search(void **state)
{
	(void)state;
	assert_true(slice_eq(NOTHING, SLICE("")));
	assert_true(slice_eq(SLICE("a\0b"), SLICE("a\0b")));
	assert_false(slice_eq(SLICE("a\0b"), SLICE("a\0c")));
	assert_true(slice_is(NOTHING, NULL));
	assert_int_equal(slice_of(NULL).n, 0);
	assert_true(slice_cmp(SLICE("a"), SLICE("ab")) < 0);
	assert_true(slice_cmp(SLICE("\xff"), SLICE("a")) > 0); /* bytes, not chars */
	assert_int_equal(slice_cmp(NOTHING, SLICE("")), 0);
	assert_true(slice_starts(SLICE("contact.name"), "contact."));
	assert_false(slice_starts(SLICE("con"), "contact."));
	assert_true(slice_ends(SLICE("a.seq"), ".seq"));
	assert_true(slice_ends(NOTHING, ""));
	assert_false(slice_ends(SLICE("seq"), ".seq"));
	assert_int_equal(slice_find(SLICE("aab"), SLICE("ab")), 1);
	assert_int_equal(slice_find(SLICE("aab"), SLICE("ba")), -1);
	assert_int_equal(slice_find(NOTHING, SLICE("")), 0);
	assert_int_equal(slice_find(NOTHING, SLICE("x")), -1);
	assert_true(slice_is(slice_trim(SLICE(" \t a b\r\n")), "a b"));
	assert_int_equal(slice_trim(SLICE(" \n ")).n, 0);
	assert_true(slice_hash(SLICE("ab")) != slice_hash(SLICE("ba")));
	assert_true(slice_hash(SLICE("")) == UINT64_C(0xcbf29ce484222325));
	assert_true(slice_hash(SLICE("a")) == UINT64_C(0xaf63dc4c8601ec8c));
}

static void numbers_are_the_whole_slice(void **state)
{
	(void)state;
	int64_t v = 7;
	assert_true(slice_to_i64(SLICE("9223372036854775807"), &v) && v == INT64_MAX);
	assert_true(slice_to_i64(SLICE("-9223372036854775808"), &v) && v == INT64_MIN);
	assert_true(slice_to_i64(SLICE("+007"), &v) && v == 7);
	static const char *const bad[] = {"",
	                                  "-",
	                                  "+",
	                                  " 1",
	                                  "1 ",
	                                  "1x",
	                                  "--1",
	                                  "9223372036854775808",
	                                  "-9223372036854775809",
	                                  "99999999999999999999",
	                                  "0x10",
	                                  "1.0"};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		v = 42;
		assert_false(slice_to_i64(slice_of(bad[i]), &v));
		assert_int_equal(v, 42);
	}
}

/* ---- arena ---- */

static void arenas_hand_out_zeroed_aligned_memory(void **state)
{
	(void)state;
	struct arena a;
	arena_init(&a, 0, NULL);
	for (size_t n = 0; n < 3000; n++) {
		char *p = arena_alloc(&a, n);
		assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
		for (size_t i = 0; i < n; i++)
			assert_int_equal(p[i], 0);
		memset(p, 0xAA, n);
	}
	arena_free(&a);
	assert_null(a.block);
	assert_int_equal(a.used_bytes, 0);
}

static void a_large_request_leaves_the_current_block_in_use(void **state)
{
	(void)state;
	struct arena a;
	arena_init(&a, 0, NULL);
	char *before = arena_alloc(&a, 16);
	memset(arena_alloc(&a, 1 << 20), 1, 1 << 20);
	char *after = arena_alloc(&a, 16);
	assert_ptr_equal(after, before + 16);
	arena_free(&a);
}

static void arenas_copy_print_and_grow(void **state)
{
	(void)state;
	struct arena a;
	arena_init(&a, 0, NULL);
	struct slice copy = arena_copy(&a, (struct slice){"abcdef", 3});
	assert_string_equal(copy.p, "abc");
	assert_string_equal(arena_copy(&a, NOTHING).p, "");
	assert_string_equal(arena_printf(&a, "%s-%d", "x", 7).p, "x-7");
	assert_int_equal(arena_printf(&a, "%s", "").n, 0);
	int *items = NULL;
	size_t count = 0, cap = 0;
	for (int i = 0; i < 1000; i++)
		ARENA_PUSH(&a, items, count, cap) = i;
	assert_int_equal(count, 1000);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(items[i], i);
	arena_free(&a);
}

static void arenas_are_emptied_and_give_large_allocations_back(void **state)
{
	(void)state;
	struct arena a;
	arena_init(&a, 0, NULL);
	memset(arena_alloc(&a, 64), 1, 64);
	size_t used = a.used_bytes;
	char *small = arena_alloc(&a, 16), *large = arena_alloc(&a, 1 << 20);
	arena_release(&a, large);
	arena_release(&a, small); /* stays */
	assert_int_equal(a.used_bytes, used + 16);
	memset(arena_alloc(&a, 20000), 1, 20000);
	arena_reset(&a);
	assert_int_equal(a.used_bytes, 0);
	char *p = arena_alloc(&a, 8000);
	for (size_t i = 0; i < 8000; i++)
		assert_int_equal(p[i], 0);
	arena_free(&a);
}

static void a_full_arena_leaves_through_on_full(void **state)
{
	(void)state;
	static const size_t requests[] = {4097, SIZE_MAX, SIZE_MAX - 8, PTRDIFF_MAX};
	for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
		jmp_buf on_full;
		struct arena a;
		arena_init(&a, 4096, &on_full);
		volatile bool fits = false;
		if (setjmp(on_full) == 0) {
			arena_alloc(&a, 4096);
			fits = true;
			arena_free(&a);
			arena_alloc(&a, requests[i]);
			fail();
		}
		assert_true(fits);
		arena_free(&a);
	}
}

/* ---- buf ---- */

static void buffers_grow_and_are_strings(void **state)
{
	(void)state;
	struct buf b = {0};
	assert_string_equal(buf_cstr(&b), "");
	for (int i = 0; i < 5000; i++)
		buf_addc(&b, (char)('a' + i % 26));
	assert_int_equal(b.n, 5000);
	assert_int_equal(strlen(buf_cstr(&b)), 5000);
	assert_int_equal(b.n, 5000); /* the NUL does not count */
	assert_true(b.cap < 4 * 5000);
	buf_clear(&b);
	buf_addf(&b, "%d %s", 12, "monkeys");
	buf_adds(&b, NULL);
	buf_add(&b, NULL, 0);
	buf_add_slice(&b, NOTHING);
	assert_string_equal(buf_cstr(&b), "12 monkeys");
	buf_clear(&b);
	for (int i = 0; i < 200; i++)
		buf_addf(&b, "%0*d", i, 0); /* meets every amount of room that is left */
	assert_int_equal(b.n, 199 * 200 / 2 + 1);
	assert_false(b.failed);
	buf_free(&b);
	assert_null(b.p);
}

static void numbers_are_little_endian(void **state)
{
	(void)state;
	struct buf b = {0};
	buf_add_u8(&b, 0x01);
	buf_add_u16(&b, 0x0302);
	buf_add_u32(&b, 0x07060504);
	buf_add_u64(&b, UINT64_C(0xfffefdfcfbfa0908));
	assert_int_equal(b.n, 15);
	assert_memory_equal(b.p, "\x01\x02\x03\x04\x05\x06\x07\x08\x09\xfa\xfb\xfc\xfd\xfe\xff", 15);
	buf_free(&b);
}

static void failure_is_sticky(void **state)
{
	(void)state;
	struct buf b = {0};
	buf_adds(&b, "kept");
	assert_false(buf_reserve(&b, SIZE_MAX));
	buf_addc(&b, 'x');
	buf_addf(&b, "%d", 1);
	buf_add_json(&b, SLICE("x"));
	buf_clear(&b);
	buf_add_u32(&b, 1);
	assert_true(b.failed);
	assert_int_equal(b.n, 0);
	assert_string_equal(buf_cstr(&b), "");
	buf_free(&b);
}

static void json_strings_are_valid_whatever_goes_in(void **state)
{
	(void)state;
	static const struct {
		const char *in, *out;
	} rows[] = {
	        {"", "\"\""},
	        {"plain", "\"plain\""},
	        {"a\"b\\c", "\"a\\\"b\\\\c\""},
	        {"\b\f\n\r\t\x01\x1f", "\"\\b\\f\\n\\r\\t\\u0001\\u001f\""},
	        {"caf\xc3\xa9 \xf0\x9f\x98\x80", "\"caf\xc3\xa9 \xf0\x9f\x98\x80\""},
	        {"a\xff"
	         "b",
	         "\"a\xef\xbf\xbd"
	         "b\""},
	        {"\xef\xbf\xbd", "\"\xef\xbf\xbd\""},
	        {"\xed\xa0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
	        {"cut \xe2\x82", "\"cut \xef\xbf\xbd\xef\xbf\xbd\""},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct buf b = {0};
		buf_add_json(&b, slice_of(rows[i].in));
		assert_string_equal(buf_cstr(&b), rows[i].out);
		buf_free(&b);
	}
	struct buf b = {0};
	buf_add_json(&b, SLICE("\0"));
	assert_string_equal(buf_cstr(&b), "\"\\u0000\"");
	buf_free(&b);
}

/* ---- utf8 ---- */

static void every_code_point_survives(void **state)
{
	(void)state;
	struct buf b = {0};
	for (uint32_t c = 0; c <= 0x10FFFF; c++) {
		buf_clear(&b);
		utf8_put(&b, c);
		const char *p = b.p;
		uint32_t expected = c >= 0xD800 && c <= 0xDFFF ? 0xFFFD : c;
		if (utf8_next(&p, b.p + b.n) != expected || p != b.p + b.n)
			fail_msg("U+%04X", c);
	}
	buf_clear(&b);
	utf8_put(&b, 0x110000);
	assert_string_equal(buf_cstr(&b), "\xef\xbf\xbd");
	buf_free(&b);
}

static void bad_utf8_moves_by_one_byte(void **state)
{
	(void)state;
	static const char *const bad[] = {
	        "\x80",
	        "\xbf",
	        "\xc0\x80",
	        "\xc1\xbf",
	        "\xe0\x80\x80",
	        "\xe0\x9f\xbf", /* continuation first; overlong */
	        "\xed\xa0\x80",
	        "\xed\xbf\xbf", /* surrogates */
	        "\xf0\x8f\xbf\xbf",
	        "\xf4\x90\x80\x80",
	        "\xf5\x80\x80\x80",
	        "\xff",
	        "\xfe", /* overlong, too large */
	        "\xc3",
	        "\xe2\x82",
	        "\xf0\x9f\x98",
	        "\xc3(",
	        "\xe2(\xa1",
	        "\xf0(\x8c\xbc", /* cut off */
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct slice s = slice_of(bad[i]);
		const char *p = s.p;
		assert_false(utf8_valid(s));
		assert_int_equal(utf8_next(&p, s.p + s.n), 0xFFFD);
		assert_ptr_equal(p, s.p + 1);
	}
	assert_true(utf8_valid(NOTHING));
	assert_true(utf8_valid(SLICE("\xef\xbf\xbd"))); /* U+FFFD itself */
	assert_int_equal(utf8_count(SLICE("a\xc3\xa9\xff\xf0\x9f\x98\x80")), 4);
}

static void widths_are_terminal_columns(void **state)
{
	(void)state;
	assert_int_equal(utf8_width('a'), 1);
	assert_int_equal(utf8_width(0xE9), 1);
	assert_int_equal(utf8_width(0xAD), 1);
	assert_int_equal(utf8_width(0), 0);
	assert_int_equal(utf8_width(0x301), 0);  /* combining acute */
	assert_int_equal(utf8_width(0x200D), 0); /* zero width joiner */
	assert_int_equal(utf8_width(0x4E2D), 2);
	assert_int_equal(utf8_width(0xFF21), 2); /* full-width A */
	assert_int_equal(utf8_width(0x1F600), 2);
	assert_int_equal(utf8_width(0x2192), 1);
	assert_int_equal(utf8_width(0x10FFFF), 1);
	assert_int_equal(utf8_slice_width(SLICE("e\xcc\x81 \xe4\xb8\xad")), 4);
}

static void rule_22_removes_unsafe_characters(void **state)
{
	(void)state;
	static const struct {
		const char *in, *out;
	} rows[] = {
	        {"Jane\r\nBcc: x@y", "Jane Bcc: x@y"},
	        {"a\tb\nc\rd", "a b c d"},
	        {"a\r\r\nb", "a  b"},
	        {"bell\x07 esc\x1b[31m del\x7f", "bell esc[31m del"},
	        {"next\xc2\x85line \xe2\x80\xa8 \xe2\x80\xa9", "nextline  "},
	        {"\xe2\x80\xaetxt.exe\xe2\x80\xac \xe2\x81\xa6x\xe2\x81\xa9 \xd8\x9c\xe2\x80\x8e\xe2\x80\x8f",
	         "txt.exe x "},
	        {"caf\xc3\xa9 \xf0\x9f\x98\x80 \xff", "caf\xc3\xa9 \xf0\x9f\x98\x80 \xef\xbf\xbd"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct buf b = {0};
		utf8_add_safe(&b, slice_of(rows[i].in));
		assert_string_equal(buf_cstr(&b), rows[i].out);
		buf_free(&b);
	}
}

static void case_maps_both_ways(void **state)
{
	(void)state;
	/* upper, lower */
	static const uint32_t pairs[][2] = {{'A', 'a'},     {'Z', 'z'},     {0xC9, 0xE9},   {0xDE, 0xFE},
	                                    {0x100, 0x101}, {0x139, 0x13A}, {0x178, 0xFF},  {0x17D, 0x17E},
	                                    {0x218, 0x219}, {0x386, 0x3AC}, {0x38F, 0x3CE}, {0x3A9, 0x3C9},
	                                    {0x401, 0x451}, {0x42F, 0x44F}, {0x490, 0x491}, {0x1EF8, 0x1EF9}};
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		assert_int_equal(utf8_lower(pairs[i][0]), pairs[i][1]);
		assert_int_equal(utf8_upper(pairs[i][1]), pairs[i][0]);
		assert_int_equal(utf8_lower(pairs[i][1]), pairs[i][1]);
		assert_int_equal(utf8_upper(pairs[i][0]), pairs[i][0]);
	}
	static const uint32_t neither[] = {'@', '[', '`', '{', 0xD7, 0xF7, 0xDF, 0x138, 0x149, 0x4E2D, 0x1F600};
	for (size_t i = 0; i < sizeof neither / sizeof *neither; i++) {
		assert_int_equal(utf8_lower(neither[i]), neither[i]);
		assert_int_equal(utf8_upper(neither[i]), neither[i]);
	}
	assert_int_equal(utf8_upper(0x3C2), 0x3A3); /* final sigma */
	assert_int_equal(utf8_upper(0x131), 'I');
	assert_int_equal(utf8_lower(0x130), 'i');
}

/* ---- hash ---- */

static void assert_hex(const uint8_t *p, size_t n, const char *hex)
{
	char out[2 * SHA256_SIZE + 1];
	hex_encode(p, n, out);
	assert_string_equal(out, hex);
}

static void digests_are_the_published_ones(void **state)
{
	(void)state;
	uint8_t out[SHA256_SIZE];
	sha256("abc", 3, out);
	assert_hex(out, sizeof out, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	sha256(NULL, 0, out);
	assert_hex(out, sizeof out, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	/* RFC 4231, cases 2 and 6 (a key longer than a block) */
	hmac_sha256(SLICE("Jefe"), SLICE("what do ya want for nothing?"), out);
	assert_hex(out, sizeof out, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	char key[131];
	memset(key, 0xaa, sizeof key);
	hmac_sha256((struct slice){key, sizeof key}, SLICE("Test Using Larger Than Block-Size Key - Hash Key First"),
	            out);
	assert_hex(out, sizeof out, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
	hmac_sha256(NOTHING, NOTHING, out);
	assert_hex(out, sizeof out, "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

static void crc32c_is_castagnoli_and_can_be_continued(void **state)
{
	(void)state;
	assert_int_equal(crc32c(0, "123456789", 9), 0xe3069283);
	assert_int_equal(crc32c(0, NULL, 0), 0);
	uint8_t zeros[32] = {0};
	assert_int_equal(crc32c(0, zeros, sizeof zeros), 0x8a9136aa); /* RFC 3720, B.4 */
	for (size_t n = 0; n <= 9; n++)
		assert_int_equal(crc32c(crc32c(0, "123456789", n), &"123456789"[n], 9 - n), 0xe3069283);
}

static void base32_is_rfc_4648_in_lower_case(void **state)
{
	(void)state;
	static const char *const expected[] = {"", "my", "mzxq", "mzxw6", "mzxw6yq", "mzxw6ytb", "mzxw6ytboi"};
	for (size_t n = 0; n <= 6; n++) {
		char out[(6 * 8 + 4) / 5 + 1];
		base32_encode((const uint8_t *)"foobar", n, out);
		assert_string_equal(out, expected[n]);
	}
}

static void random_bytes_differ(void **state)
{
	(void)state;
	uint8_t a[32] = {0}, b[32] = {0};
	assert_true(random_bytes(a, sizeof a) && random_bytes(b, sizeof b));
	assert_memory_not_equal(a, b, sizeof a);
	assert_true(random_bytes(NULL, 0));
}

/* ---- civil and calendar ---- */

static void days_count_up_by_one(void **state)
{
	(void)state;
	assert_int_equal(civil_days(1970, 1, 1), 0);
	assert_int_equal(civil_days(2000, 3, 1), 11017);
	assert_int_equal(civil_days(1969, 12, 31), -1);
	assert_int_equal(civil_weekday(0), 3); /* Thursday */
	assert_int_equal(civil_weekday(civil_days(2026, 3, 2)), 0);
	int32_t expected = civil_days(-401, 1, 1);
	int weekday = civil_weekday(expected);
	for (int32_t year = -401; year <= 2401; year++) {
		for (int month = 1; month <= 12; month++) {
			for (int day = 1; day <= civil_month_length(year, month); day++, expected++) {
				int32_t y;
				int m, d;
				civil_from_days(expected, &y, &m, &d);
				if (civil_days(year, month, day) != expected || y != year || m != month || d != day ||
				    civil_weekday(expected) != weekday)
					fail_msg("%d-%d-%d", year, month, day);
				weekday = (weekday + 1) % 7;
			}
		}
	}
}

static void dates_are_real(void **state)
{
	(void)state;
	assert_true(civil_valid_date(2028, 2, 29));
	assert_true(civil_valid_date(2000, 2, 29));
	assert_false(civil_valid_date(2100, 2, 29));
	assert_false(civil_valid_date(2026, 4, 31));
	assert_false(civil_valid_date(2026, 0, 1));
	assert_false(civil_valid_date(2026, 13, 1));
	assert_false(civil_valid_date(2026, 1, 0));
}

static void wall_times_before_1970_floor(void **state)
{
	(void)state;
	assert_int_equal(civil_day_of(-1), -1);
	assert_int_equal(civil_time_of(-1), US_PER_DAY - 1);
	assert_int_equal(civil_day_of(-US_PER_DAY), -1);
	assert_int_equal(civil_time_of(-US_PER_DAY), 0);
	struct civil c;
	civil_from_wall_us(-1, &c);
	assert_true(c.year == 1969 && c.month == 12 && c.day == 31 && c.hour == 23 && c.minute == 59 &&
	            c.second == 59 && c.us == 999999);
	assert_int_equal(civil_wall_us(&c), -1);
	civil_from_wall_us(INT64_MIN, &c);
	assert_int_equal(c.year, -290308);
	civil_from_wall_us(INT64_MAX, &c);
	assert_true(civil_wall_us(&c) == INT64_MAX);
	c.year++;
	assert_true(civil_wall_us(&c) == INT64_MAX);
}

static void months_clamp_to_their_end(void **state)
{
	(void)state;
	static const struct {
		int32_t from[3], months, to[3];
	} rows[] = {
	        {{2026, 1, 31}, 1, {2026, 2, 28}},  {{2028, 1, 31}, 1, {2028, 2, 29}},
	        {{2028, 2, 29}, 12, {2029, 2, 28}}, {{2026, 12, 31}, 2, {2027, 2, 28}},
	        {{2026, 3, 31}, -1, {2026, 2, 28}}, {{2026, 1, 15}, -1, {2025, 12, 15}},
	        {{2026, 5, 20}, 0, {2026, 5, 20}},  {{2026, 3, 31}, -15, {2024, 12, 31}},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const int32_t *f = rows[i].from, *t = rows[i].to;
		assert_int_equal(civil_add_months(civil_days(f[0], f[1], f[2]), rows[i].months),
		                 civil_days(t[0], t[1], t[2]));
	}
}

static void texts_are_whole_and_real(void **state)
{
	(void)state;
	int32_t day;
	int minute;
	int64_t us;
	assert_true(civil_parse_date(SLICE("2026-03-02"), &day) && day == civil_days(2026, 3, 2));
	assert_true(civil_parse_time(SLICE("23:59"), &minute) && minute == 1439);
	assert_true(civil_parse_wall(SLICE("1970-01-02 09:30"), &us) && us == US_PER_DAY + 570 * US_PER_MINUTE);
	assert_true(civil_parse_wall(SLICE("1970-01-01T00:00:59"), &us) && us == 59 * US_PER_SECOND);
	static const char *const bad_dates[] = {"",         "2026-02-29", "2026-3-02",  "2026-03-02 ",
	                                        "26-03-02", "2026/03/02", "2026-00-10", "-026-03-02"};
	for (size_t i = 0; i < sizeof bad_dates / sizeof *bad_dates; i++)
		assert_false(civil_parse_date(slice_of(bad_dates[i]), &day));
	static const char *const bad_times[] = {"", "9:00", "24:00", "09:60", "09:00:00", "0900", "09:0"};
	for (size_t i = 0; i < sizeof bad_times / sizeof *bad_times; i++)
		assert_false(civil_parse_time(slice_of(bad_times[i]), &minute));
	static const char *const bad_walls[] = {"2026-03-02",        "2026-03-02 09:00:60", "2026-03-02  09:00",
	                                        "2026-03-02 09:00:", "2026-03-02 09:00Z",   "2026-03-02 09:00:00.5"};
	for (size_t i = 0; i < sizeof bad_walls / sizeof *bad_walls; i++)
		assert_false(civil_parse_wall(slice_of(bad_walls[i]), &us));
}

static void rfc_3339_instants(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int64_t us;
	} rows[] = {
	        {"1970-01-01T00:00:00Z", 0},
	        {"1970-01-01 01:00:00+01:00", 0},
	        {"1969-12-31t19:00:00-05:00", 0},
	        {"1970-01-01T00:00:00.5Z", 500000},
	        {"1970-01-01T00:00:00.123456789z", 123456},
	        {"1969-12-31T23:59:59.999999Z", -1},
	        {"1990-12-31T23:59:60Z", INT64_C(662688000) * US_PER_SECOND}, /* a leap second: the next minute */
	};
	int64_t us;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_true(civil_parse_rfc3339(slice_of(rows[i].text), &us) && us == rows[i].us);
	static const char *const bad[] = {"1970-01-01T00:00:00",
	                                  "1970-01-01T00:00:Z",
	                                  "1970-01-01T00:00:00.Z",
	                                  "1970-01-01T00:00:00.1234567890Z",
	                                  "1970-01-01T00:00:00+24:00",
	                                  "1970-01-01T00:00:00+0100",
	                                  "1970-01-01T00:00:00Zx",
	                                  "1970-02-30T00:00:00Z",
	                                  ""};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_false(civil_parse_rfc3339(slice_of(bad[i]), &us));
}

static void business_days_pass_weekends_and_holidays(void **state)
{
	(void)state;
	int32_t friday = civil_days(2026, 6, 5), always[6000];
	assert_int_equal(calendar_add_business_days(friday, 0, NULL), friday);
	assert_int_equal(calendar_add_business_days(friday, 1, NULL), friday + 3);
	assert_int_equal(calendar_add_business_days(friday + 1, 0, NULL), friday + 3);
	struct calendar monday_off = {&(int32_t){friday + 3}, 1};
	assert_int_equal(calendar_add_business_days(friday, 1, &monday_off), friday + 4);
	assert_true(calendar_has(&monday_off, friday + 3));
	assert_false(calendar_has(NULL, friday));
	assert_false(calendar_has(&(struct calendar){NULL, 0}, friday));
	for (int32_t i = 0; i < 6000; i++)
		always[i] = friday + i;
	assert_int_equal(calendar_add_business_days(friday, 1, &(struct calendar){always, 6000}), INT32_MAX);
	assert_int_equal(calendar_add_business_days(friday, INT32_MAX, NULL), INT32_MAX);
	assert_int_equal(calendar_add_business_days(INT32_MAX, 3, NULL), INT32_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(slices_compare_and_search),
	        cmocka_unit_test(numbers_are_the_whole_slice),
	        cmocka_unit_test(arenas_hand_out_zeroed_aligned_memory),
	        cmocka_unit_test(a_large_request_leaves_the_current_block_in_use),
	        cmocka_unit_test(arenas_copy_print_and_grow),
	        cmocka_unit_test(arenas_are_emptied_and_give_large_allocations_back),
	        cmocka_unit_test(a_full_arena_leaves_through_on_full),
	        cmocka_unit_test(buffers_grow_and_are_strings),
	        cmocka_unit_test(numbers_are_little_endian),
	        cmocka_unit_test(failure_is_sticky),
	        cmocka_unit_test(json_strings_are_valid_whatever_goes_in),
	        cmocka_unit_test(every_code_point_survives),
	        cmocka_unit_test(bad_utf8_moves_by_one_byte),
	        cmocka_unit_test(widths_are_terminal_columns),
	        cmocka_unit_test(rule_22_removes_unsafe_characters),
	        cmocka_unit_test(case_maps_both_ways),
	        cmocka_unit_test(digests_are_the_published_ones),
	        cmocka_unit_test(crc32c_is_castagnoli_and_can_be_continued),
	        cmocka_unit_test(base32_is_rfc_4648_in_lower_case),
	        cmocka_unit_test(random_bytes_differ),
	        cmocka_unit_test(days_count_up_by_one),
	        cmocka_unit_test(dates_are_real),
	        cmocka_unit_test(wall_times_before_1970_floor),
	        cmocka_unit_test(months_clamp_to_their_end),
	        cmocka_unit_test(texts_are_whole_and_real),
	        cmocka_unit_test(rfc_3339_instants),
	        cmocka_unit_test(business_days_pass_weekends_and_holidays),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
