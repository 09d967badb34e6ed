/* SPDX-License-Identifier: Apache-2.0
 * Values as people write them: what is read, what is refused and why, and that writing gives back what reading takes.
 */
#include "base/tz.h"
#include "plan/value.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
/* after the headers above, as it wants */
#include <cmocka.h>

/* What the value reads as, or why it is refused. */
static const char *read_back(enum plan_type type, const char *text, struct buf *out)
{
	struct buf scratch = {0};
	struct value v;
	const char *reason = "no reason";
	buf_clear(out);
	if (value_parse(type, slice_of(text), NULL, &scratch, &v, &reason)) {
		if (v.set)
			value_write(out, v);
		else
			buf_adds(out, "(absent)");
	} else {
		buf_addf(out, "! %s", reason);
	}
	buf_free(&scratch);
	return buf_cstr(out);
}

struct example {
	enum plan_type type;
	const char *text, *reads;
};

static void assert_reads(const struct example *examples, size_t count)
{
	struct buf out = {0};
	for (size_t i = 0; i < count; i++)
		assert_string_equal(read_back(examples[i].type, examples[i].text, &out), examples[i].reads);
	buf_free(&out);
}

#define ASSERT_READS(examples) assert_reads((examples), sizeof(examples) / sizeof *(examples))

static void values_are_read(void **unused)
{
	(void)unused;
	static const struct example examples[] = {
	        {TYPE_TEXT, "  Ada  ", "Ada"},
	        {TYPE_TEXT, "", "(absent)"},
	        {TYPE_NUMBER, " ", "(absent)"},
	        {TYPE_NUMBER, "7", "7"},
	        {TYPE_NUMBER, "-7.50", "-7.5"},
	        {TYPE_NUMBER, "0.000001", "0.000001"},
	        {TYPE_NUMBER, "9000000000000", "9000000000000"},
	        {TYPE_YES_NO, "Yes", "yes"},
	        {TYPE_YES_NO, "true", "yes"},
	        {TYPE_YES_NO, "0", "no"},
	        {TYPE_DATE, "2026-03-02", "2026-03-02"},
	        {TYPE_MOMENT, "2026-03-02 10:00", "2026-03-02T10:00:00Z"},
	        {TYPE_MOMENT, "2026-03-02T10:00:00.25-05:00", "2026-03-02T15:00:00.250000Z"},
	        {TYPE_DURATION, "3 business days", "3 business days"},
	        {TYPE_DURATION, "1 day", "1 days"},
	        {TYPE_DURATION, "2 weeks", "2 weeks"},
	        {TYPE_DURATION, "90 minutes", "90 minutes"},
	        {TYPE_DURATION, "120 minutes", "2 hours"},
	        {TYPE_DURATION, "1 month", "1 months"},
	        {TYPE_ZONE, "America/Montreal", "America/Montreal"},
	        {TYPE_EMAIL, "Ada.Lovelace@Engines.Example", "Ada.Lovelace@engines.example"},
	        {TYPE_EMAIL,
	         "kim@B\xC3\xBC"
	         "cher.example",
	         "kim@xn--bcher-kva.example"}, /* rule 16 */
	        {TYPE_PHONE, "+1 (514) 555-0100", "+15145550100"},
	        {TYPE_URL, "https://acme.example/a?b=c", "https://acme.example/a?b=c"},
	        {TYPE_ONE_OF, "europe", "europe"},
	};
	ASSERT_READS(examples);
}

/* Rule 22: control, bidi and line characters have no place in a value. */
static void what_could_break_a_line_is_refused(void **unused)
{
	(void)unused;
	static const struct example examples[] = {
	        {TYPE_TEXT, "Ada\r\nBcc: all", "! it holds a line break or another control character"},
	        {TYPE_TEXT, "Ada\nLovelace", "! it holds a line break or another control character"},
	        {TYPE_TEXT, "a\u202eb", "! it holds a line break or another control character"},
	        {TYPE_TEXT, "a\x01", "! it holds a line break or another control character"},
	        {TYPE_TEXT, "caf\xe9", "! it is not UTF-8"},
	        {TYPE_EMAIL, "a@b.example\nx", "! it holds a line break or another control character"},
	};
	ASSERT_READS(examples);
	struct buf scratch = {0};
	struct value v;
	const char *reason = NULL;
	assert_false(value_parse(TYPE_TEXT, (struct slice){"a\0b", 3}, NULL, &scratch, &v, &reason));
	assert_non_null(reason);
	buf_free(&scratch);
}

static void what_is_no_such_value_is_refused_with_its_reason(void **unused)
{
	(void)unused;
	static const struct example examples[] = {
	        {TYPE_NUMBER, "7,5", "! it is not a number like 7 or 7.5"},
	        {TYPE_NUMBER, "7.", "! it is not a number like 7 or 7.5"},
	        {TYPE_NUMBER, ".5", "! it is not a number like 7 or 7.5"},
	        {TYPE_NUMBER, "1e3", "! it is not a number like 7 or 7.5"},
	        {TYPE_NUMBER, "0.1234567", "! it has more than 6 decimals"},
	        {TYPE_NUMBER, "99999999999999999999", "! it is too large"},
	        {TYPE_NUMBER, "9999999999999", "! it is too large"},
	        {TYPE_YES_NO, "maybe", "! it is neither yes nor no"},
	        {TYPE_DATE, "2026-02-30", "! it is not a date like 2026-03-02"},
	        {TYPE_DATE, "02/03/2026", "! it is not a date like 2026-03-02"},
	        {TYPE_MOMENT, "tomorrow", "! it is not a moment like 2026-03-02 10:00"},
	        {TYPE_DURATION, "3", "! it is not a duration like 3 days"},
	        {TYPE_DURATION, "9223372036854775807 hours", "! it is too long"},
	        {TYPE_ZONE, "Europe/Paris;x", "! it is not a zone like Europe/Paris"},
	        {TYPE_EMAIL, "ada", "! an address has an @"},
	        {TYPE_EMAIL, "a@b@c.example", "! it holds more than one @"},
	        {TYPE_EMAIL, "a b@c.example", "! what stands before the @ is no mailbox"},
	        {TYPE_EMAIL, "@c.example", "! what stands before the @ is no mailbox"},
	        {TYPE_EMAIL, "Ada <a@c.example>", "! what stands before the @ is no mailbox"},
	        {TYPE_EMAIL, "a@c..example", "! what stands after the @ is no domain"},
	        {TYPE_EMAIL, "a@\xCC\x81x.example", "! what stands after the @ is no domain"},
	        {TYPE_EMAIL, "a@", "! what stands after the @ is no domain"},
	        {TYPE_PHONE, "5145550100", "! a number begins with + and the country, like +15145550100"},
	        {TYPE_PHONE, "+1514555", "! it has fewer than 8 digits"},
	        {TYPE_PHONE, "+1234567890123456", "! it has more than 15 digits"},
	        {TYPE_PHONE, "+1514x550100", "! it holds something that is no digit"},
	        {TYPE_URL, "javascript:alert(1)", "! it does not begin like https://example.com"},
	        {TYPE_URL, "https:///x", "! it does not begin like https://example.com"},
	        {TYPE_URL, "https://a b", "! it holds a character that no address may hold"},
	};
	ASSERT_READS(examples);
}

static void a_wall_time_is_read_in_its_zone(void **unused)
{
	(void)unused;
	struct tz_db *db = tz_db_open(NULL);
	assert_non_null(db);
	struct buf scratch = {0};
	struct value v;
	const char *reason;
	const struct tz *paris = tz_get(db, SLICE("Europe/Paris"));
	assert_true(value_parse(TYPE_MOMENT, SLICE("2026-03-02 10:00"), paris, &scratch, &v, &reason));
	assert_true(v.u.i == INT64_C(1772442000000000));
	buf_free(&scratch);
	tz_db_close(db);
}

/* 254 bytes are an address, 255 are none. */
static void an_address_has_its_limit(void **unused)
{
	(void)unused;
	char address[256];
	struct buf out = {0};
	for (size_t n = 254; n <= 255; n++) {
		memset(address, 'a', n);
		address[1] = '@';
		for (size_t i = 60; i < n - 1; i += 60)
			address[i] = '.';
		address[n] = 0;
		const char *expected = n == 254 ? address : "! the address is too long";
		assert_string_equal(read_back(TYPE_EMAIL, address, &out), expected);
	}
	buf_free(&out);
}

static void types_have_the_names_of_the_language(void **unused)
{
	(void)unused;
	for (int i = 0; i < TYPE_COUNT; i++) {
		enum plan_type type;
		assert_true(type_parse(slice_of(type_name((enum plan_type)i)), &type));
		assert_int_equal(type, i);
	}
	enum plan_type type;
	assert_false(type_parse(SLICE("string"), &type));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(values_are_read),
	        cmocka_unit_test(what_could_break_a_line_is_refused),
	        cmocka_unit_test(what_is_no_such_value_is_refused_with_its_reason),
	        cmocka_unit_test(a_wall_time_is_read_in_its_zone),
	        cmocka_unit_test(an_address_has_its_limit),
	        cmocka_unit_test(types_have_the_names_of_the_language),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
