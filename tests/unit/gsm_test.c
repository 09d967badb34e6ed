/* SPDX-License-Identifier: Apache-2.0
 * The alphabet of text messages (3GPP TS 23.038), segments, and base64. */
#include "base/base64.h"
#include "base/gsm.h"
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
/* after those it needs */
#include <cmocka.h>

static void the_alphabet_is_that_of_the_standard(void **state)
{
	(void)state;
	/* The tables of clause 6.2.1, in their order: 127 characters and an escape; then the extension. */
	static const uint32_t basic[] = {0x40,  0xA3,  0x24,  0xA5,  0xE8,  0xE9,  0xF9, 0xEC,  0xF2,  0xC7,  0x0A,
	                                 0xD8,  0xF8,  0x0D,  0xC5,  0xE5,  0x394, 0x5F, 0x3A6, 0x393, 0x39B, 0x3A9,
	                                 0x3A0, 0x3A8, 0x3A3, 0x398, 0x39E, 0xC6,  0xE6, 0xDF,  0xC9,  0xA4,  0xA1,
	                                 0xC4,  0xD6,  0xD1,  0xDC,  0xA7,  0xBF,  0xE4, 0xF6,  0xF1,  0xFC,  0xE0};
	uint32_t in = 0, twice = 0;
	for (size_t i = 0; i < sizeof basic / sizeof *basic; i++)
		assert_int_equal(gsm_septets(basic[i]), 1);
	for (const char *c = " !\"#%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"; *c;
	     c++)
		assert_int_equal(gsm_septets((unsigned char)*c), 1);
	for (const char *c = "^{}\\[~]|\f"; *c; c++)
		assert_int_equal(gsm_septets((unsigned char)*c), 2);
	assert_int_equal(gsm_septets(0x20AC), 2);
	for (uint32_t c = 0; c <= 0x10FFFF; c++) {
		in += gsm_septets(c) == 1;
		twice += gsm_septets(c) == 2;
		if (gsm_lookalike(c))
			assert_int_equal(gsm_septets(c), 0);
	}
	assert_int_equal(in, 127);
	assert_int_equal(twice, 10);
	assert_int_equal(gsm_septets(0xE7), 0); /* the small ç is not in it */
	assert_int_equal(gsm_septets(0x60), 0);
}

static void what_stands_for_a_character_is_in_the_alphabet(void **state)
{
	(void)state;
	assert_string_equal(gsm_lookalike(0x2019), "'");
	assert_string_equal(gsm_lookalike(0x2026), "...");
	assert_null(gsm_lookalike(0x1F600));
	for (uint32_t c = 0; c <= 0xFFFF; c++)
		for (const char *like = gsm_lookalike(c); like && *like; like++)
			assert_int_equal(gsm_septets((unsigned char)*like), 1);
}

static void long_messages_are_cut(void **state)
{
	(void)state;
	static const struct {
		bool ucs2;
		size_t units;
		uint32_t segments;
	} rows[] = {
	        {false, 0, 1},   {false, 160, 1}, {false, 161, 2}, {false, 306, 2}, {false, 307, 3},
	        {false, 459, 3}, {true, 70, 1},   {true, 71, 2},   {true, 134, 2},  {true, 135, 3},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_int_equal(gsm_segments(rows[i].ucs2, rows[i].units), rows[i].segments);
}

/* RFC 4648, section 10. */
static void base64_is_that_of_the_rfc(void **state)
{
	(void)state;
	static const char *const rows[][2] = {{"", ""},
	                                      {"f", "Zg=="},
	                                      {"fo", "Zm8="},
	                                      {"foo", "Zm9v"},
	                                      {"foob", "Zm9vYg=="},
	                                      {"fooba", "Zm9vYmE="},
	                                      {"foobar", "Zm9vYmFy"}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char text[16];
		uint8_t back[16];
		size_t n;
		base64_encode(rows[i][0], strlen(rows[i][0]), text);
		assert_string_equal(text, rows[i][1]);
		assert_int_equal(strlen(text), base64_length(strlen(rows[i][0])));
		assert_true(base64_decode(slice_of(text), back, &n));
		assert_int_equal(n, strlen(rows[i][0]));
		assert_memory_equal(back, rows[i][0], n);
	}
	static const char *const bad[] = {"Zg", "Z===", "Zm9v!mFy", "Z=9v", "Zg=a"};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		uint8_t back[16];
		size_t n;
		if (base64_decode(slice_of(bad[i]), back, &n))
			fail_msg("taken: %s", bad[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(the_alphabet_is_that_of_the_standard),
	        cmocka_unit_test(what_stands_for_a_character_is_in_the_alphabet),
	        cmocka_unit_test(long_messages_are_cut),
	        cmocka_unit_test(base64_is_that_of_the_rfc),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
