/* SPDX-License-Identifier: Apache-2.0
 * The bytes that travel: headers, folding, encodings, and what is refused. tests/live/smtp.bats has the same bytes read
 * by Python's parser after a real server took them. */
#include "runtime/channels/mime.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct rendered message(void)
{
	return (struct rendered){.subject = SLICE("Hello"),
	                         .text = SLICE("Hi,\n\nbye\n"),
	                         .html = SLICE("<p>Hi</p>\n"),
	                         .from_name = SLICE("Acme Sales"),
	                         .from_address = SLICE("sales@acme.example"),
	                         .to_name = SLICE("Ada"),
	                         .to_address = SLICE("ada@engines.example"),
	                         .message_id = SLICE("m1@acme.example"),
	                         .date_us = INT64_C(1772460000123456),
	                         .date_offset_s = -18000};
}

static void expect_part(struct rendered m, const char *part)
{
	struct buf bytes = {0}, error = {0};
	if (!mime_encode(&m, &bytes, &error))
		fail_msg("%s", buf_cstr(&error));
	if (slice_find(buf_slice(&bytes), slice_of(part)) < 0)
		fail_msg("not there: %s\nin:\n%s", part, buf_cstr(&bytes));
	buf_free(&bytes);
	buf_free(&error);
}

static void expect_no_part(struct rendered m, const char *part)
{
	struct buf bytes = {0}, error = {0};
	assert_true(mime_encode(&m, &bytes, &error));
	assert_int_equal(slice_find(buf_slice(&bytes), slice_of(part)), -1);
	buf_free(&bytes);
	buf_free(&error);
}

static void expect_error(struct rendered m, const char *want)
{
	struct buf bytes = {0}, error = {0};
	assert_false(mime_encode(&m, &bytes, &error));
	assert_string_equal(buf_cstr(&error), want);
	assert_int_equal(bytes.n, 0);
	buf_free(&bytes);
	buf_free(&error);
}

static void a_message_is_these_bytes(void **state)
{
	(void)state;
	struct rendered m = message();
	m.unsubscribe_mailto = SLICE("u@acme.example?subject=unsubscribe");
	struct buf bytes = {0}, again = {0}, error = {0};
	assert_true(mime_encode(&m, &bytes, &error));
	assert_string_equal(buf_cstr(&bytes),
	                    "Date: Mon, 02 Mar 2026 09:00:00 -0500\r\n"
	                    "From: Acme Sales <sales@acme.example>\r\n"
	                    "To: Ada <ada@engines.example>\r\n"
	                    "Subject: Hello\r\n"
	                    "Message-ID: <m1@acme.example>\r\n"
	                    "List-Unsubscribe: <mailto:u@acme.example?subject=unsubscribe>\r\n"
	                    "X-Auto-Response-Suppress: OOF, AutoReply\r\n"
	                    "MIME-Version: 1.0\r\n"
	                    "Content-Type: multipart/alternative; boundary=\"=_226870c1addf05290b2e6a8a6132aa\"\r\n"
	                    "\r\n"
	                    "--=_226870c1addf05290b2e6a8a6132aa\r\n"
	                    "Content-Type: text/plain; charset=utf-8\r\n"
	                    "Content-Transfer-Encoding: quoted-printable\r\n"
	                    "\r\n"
	                    "Hi,\r\n\r\nbye\r\n"
	                    "\r\n"
	                    "--=_226870c1addf05290b2e6a8a6132aa\r\n"
	                    "Content-Type: text/html; charset=utf-8\r\n"
	                    "Content-Transfer-Encoding: quoted-printable\r\n"
	                    "\r\n"
	                    "<p>Hi</p>\r\n"
	                    "\r\n"
	                    "--=_226870c1addf05290b2e6a8a6132aa--\r\n");
	/* A retry and a rehearsal are byte-identical. */
	assert_true(mime_encode(&m, &again, &error));
	assert_true(slice_eq(buf_slice(&bytes), buf_slice(&again)));
	buf_free(&bytes);
	buf_free(&again);
	buf_free(&error);
}

static void names_and_subjects_are_encoded(void **state)
{
	(void)state;
	struct rendered m = message();
	m.to_name = SLICE("Zo\xC3\xAB \xC3\x85ngstr\xC3\xB6m");
	expect_part(m, "To: =?UTF-8?b?Wm/DqyDDhW5nc3Ryw7Zt?= <ada@engines.example>\r\n");
	m.to_name = SLICE("Ada \"Count\" Lovelace, Inc.");
	expect_part(m, "To: \"Ada \\\"Count\\\" Lovelace, Inc.\" <ada@engines.example>\r\n");
	m.to_name = (struct slice){0};
	expect_part(m, "To: ada@engines.example\r\n");
	m.to_name = SLICE("x@evil.example>, <y@evil.example"); /* no name becomes an address */
	expect_part(m, "To: \"x@evil.example>, <y@evil.example\" <ada@engines.example>\r\n");
	m = message();
	m.subject = SLICE("\xE4\xBD\xA0\xE5\xA5\xBD");
	expect_part(m, "Subject: =?UTF-8?B?5L2g5aW9?=\r\n");
	/* What looks encoded already is text: it must not be decoded by a reader. */
	m.subject = SLICE("=?UTF-8?Q?=0D=0ABcc:_x?=");
	expect_part(m, "Subject: = ?UTF-8?Q?=0D=0ABcc:_x?=\r\n");
	m = message();
	m.from_name = SLICE("=?UTF-8?Q?Boss?=");
	expect_no_part(m, "=?UTF-8?Q?Boss");
	m = message();
	m.cc = SLICE("kim@acme.example, lou@acme.example");
	expect_part(m, "Cc: kim@acme.example, lou@acme.example\r\n");
}

static void thread_headers_are_folded_and_bounded(void **state)
{
	(void)state;
	struct rendered m = message();
	expect_no_part(m, "References");
	expect_no_part(m, "In-Reply-To");
	m.in_reply_to = SLICE("b@acme.example");
	m.references = SLICE("a@acme.example b@acme.example");
	expect_part(m, "In-Reply-To: <b@acme.example>\r\nReferences: <a@acme.example>\r\n <b@acme.example>\r\n");
	/* Of 25 the first and the last 19 stay: 20 in all. */
	struct buf ids = {0};
	for (int i = 1; i <= 25; i++)
		buf_addf(&ids, "id%d@a.example ", i);
	m.references = buf_slice(&ids);
	expect_part(m, "References: <id1@a.example>\r\n <id7@a.example>\r\n <id8@a.example>\r\n");
	expect_part(m, " <id25@a.example>\r\nX-Auto");
	expect_no_part(m, "id6@");
	buf_clear(&ids);
	for (int i = 1; i <= 20; i++)
		buf_addf(&ids, "id%d@a.example ", i);
	m.references = buf_slice(&ids);
	expect_part(m, "References: <id1@a.example>\r\n <id2@a.example>\r\n <id3@a.example>\r\n");
	buf_free(&ids);
}

/* RFC 8058: the one-click header stands only beside an https URL. */
static void unsubscribe_headers(void **state)
{
	(void)state;
	struct rendered m = message();
	expect_no_part(m, "List-Unsubscribe");
	m.unsubscribe_url = SLICE("https://go.acme.example/u/T");
	expect_part(m, "List-Unsubscribe: <https://go.acme.example/u/T>\r\nList-Unsubscribe-Post: "
	               "List-Unsubscribe=One-Click\r\n");
	m.unsubscribe_mailto = SLICE("mailto:u@acme.example");
	expect_part(m, "List-Unsubscribe: <https://go.acme.example/u/T>,\r\n "
	               "<mailto:u@acme.example>\r\nList-Unsubscribe-Post:");
	m.unsubscribe_url = SLICE("http://go.acme.example/u/T");
	expect_no_part(m, "List-Unsubscribe-Post");
}

static void dates_have_the_offset_of_their_zone(void **state)
{
	(void)state;
	struct rendered m = message();
	m.date_offset_s = 19800;
	expect_part(m, "Date: Mon, 02 Mar 2026 19:30:00 +0530\r\n");
	m.date_us = -1;
	m.date_offset_s = 0;
	expect_part(m, "Date: Wed, 31 Dec 1969 23:59:59 +0000\r\n");
}

static void lines_stay_short_and_end_with_crlf(void **state)
{
	(void)state;
	struct rendered m = message();
	struct buf text = {0}, bytes = {0}, error = {0};
	for (int i = 0; i < 3000; i++)
		buf_adds(&text, "\xC3\xA9");
	buf_adds(&text, "\n\n-- \nKim\n");
	m.text = buf_slice(&text);
	assert_true(mime_encode(&m, &bytes, &error));
	size_t column = 0;
	for (size_t i = 0; i < bytes.n; i++) {
		column = bytes.p[i] == '\n' ? 0 : column + 1;
		assert_true(column <= 100);
		assert_true(bytes.p[i] != '\n' || bytes.p[i - 1] == '\r');
	}
	assert_true(slice_find(buf_slice(&bytes), SLICE("\r\n--=20\r\nKim\r\n")) > 0);
	buf_free(&text);
	buf_free(&bytes);
	buf_free(&error);
}

/* Rule 22: CR, LF and NUL in any value are refused, and the header is named. */
static void line_breaks_in_headers_are_refused(void **state)
{
	(void)state;
	static const char bad[] = "a@b.example\r\nBcc: x@y.example", nul[] = "a\0b";
	struct rendered good = message();
	const struct {
		size_t offset;
		const char *header;
	} values[] = {
#define VALUE(f, header) {offsetof(struct rendered, f), header}
	        VALUE(subject, "Subject"),
	        VALUE(from_name, "From"),
	        VALUE(to_name, "To"),
	        VALUE(cc, "Cc"),
	        VALUE(message_id, "Message-ID"),
	        VALUE(in_reply_to, "In-Reply-To"),
	        VALUE(references, "References"),
	        VALUE(unsubscribe_mailto, "List-Unsubscribe"),
	        VALUE(unsubscribe_url, "List-Unsubscribe"),
	};
	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		struct rendered m = good;
		char want[80];
		struct slice *value = (struct slice *)(void *)((char *)&m + values[i].offset);
		*value = slice_of(bad);
		snprintf(want, sizeof want, "%s: the value holds a line break", values[i].header);
		expect_error(m, want);
		*value = (struct slice){nul, 3};
		snprintf(want, sizeof want, "%s: the value holds a NUL", values[i].header);
		expect_error(m, want);
		*value = SLICE("\xFF");
		snprintf(want, sizeof want, "%s: the value is not UTF-8", values[i].header);
		expect_error(m, want);
	}
	struct rendered m = good;
	m.to_address = slice_of(bad);
	expect_error(m, "To: address: the value holds a line break");
	m = good;
	m.from_address = slice_of(bad);
	expect_error(m, "From: address: the value holds a line break");
	m = good;
	m.message_id = (struct slice){0};
	expect_error(m, "Message-ID: it is empty");
	m.message_id = SLICE("a>b@acme.example");
	expect_error(m, "Message-ID: the value holds a character that can't stand between < and >");
}

static void addresses(void **state)
{
	(void)state;
	static const struct {
		const char *address, *travels, *error;
	} cases[] = {
	        {"ada@engines.example", "ada@engines.example", NULL},
	        {"a.b+c_d-e'f@x-y.example", "a.b+c_d-e'f@x-y.example", NULL},
	        {"Ada@localhost", "Ada@localhost", NULL},
	        {"ada@b\xC3\xBC"
	         "cher.example",
	         "ada@xn--bcher-kva.example", NULL},
	        {"\xC3\xA9@engines.example", NULL, "address: the part before the @ is not ASCII"},
	        {"ada", NULL, "address: there is no @ in it"},
	        {"", NULL, "address: there is no @ in it"},
	        {"@engines.example", NULL, "address: the part before the @ is empty, too long or ill-formed"},
	        {"a b@engines.example", NULL, "address: the part before the @ is empty, too long or ill-formed"},
	        {"a..b@engines.example", NULL, "address: the part before the @ is empty, too long or ill-formed"},
	        {".a@engines.example", NULL, "address: the part before the @ is empty, too long or ill-formed"},
	        {"<ada@engines.example>", NULL, "address: the part before the @ is empty, too long or ill-formed"},
	        {"ada@", NULL, "address: what follows the @ is no domain"},
	        {"ada@a@b.example", NULL, "address: what follows the @ is no domain"},
	        {"ada@-a.example", NULL, "address: what follows the @ is no domain"},
	        {"ada@a-.example", NULL, "address: what follows the @ is no domain"},
	        {"ada@a..example", NULL, "address: what follows the @ is no domain"},
	        {"ada@a b.example", NULL, "address: what follows the @ is no domain"},
	        {"ada@[127.0.0.1]", NULL, "address: what follows the @ is no domain"},
	        {"ada@x.example\r\nRCPT TO:<b@c.example", NULL, "address: the value holds a line break"},
	        {"ada@x.example\x01", NULL, "address: the value holds a control character"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct buf out = {0}, error = {0};
		bool good = mime_address(slice_of(cases[i].address), &out, &error);
		assert_int_equal(good, cases[i].travels != NULL);
		assert_string_equal(good ? buf_cstr(&out) : buf_cstr(&error), good ? cases[i].travels : cases[i].error);
		buf_free(&out);
		buf_free(&error);
	}
	/* 64 bytes before the @ are the most. */
	char local[80];
	struct buf out = {0}, error = {0};
	memset(local, 'a', sizeof local);
	strcpy(local + 64, "@x.example");
	assert_true(mime_address(slice_of(local), &out, &error));
	strcpy(local + 64, "a@x.example");
	assert_false(mime_address(slice_of(local), &out, &error));
	buf_free(&out);
	buf_free(&error);
}

static void expect_text(struct rendered m, const char *want)
{
	struct buf bytes = {0}, error = {0}, text = {0};
	assert_true(mime_encode(&m, &bytes, &error));
	assert_true(mime_text(buf_slice(&bytes), &text));
	assert_string_equal(buf_cstr(&text), want);
	buf_free(&bytes);
	buf_free(&error);
	buf_free(&text);
}

static void the_text_comes_back(void **state)
{
	(void)state;
	struct rendered m = message();
	expect_text(m, "Hi,\n\nbye\n");
	m.text = SLICE("Gr\u00fc\u00dfe, \u5065\u53f8: 1 = 1, a line that is longer than the seventy-six characters "
	               "that one may have.\n");
	expect_text(m, m.text.p);
	struct buf text = {0};
	assert_true(mime_text(SLICE("From: +15145550100\nTo: +15145550101\n\nHi \u00c9a\n"), &text));
	assert_string_equal(buf_cstr(&text), "Hi \u00c9a\n");
	buf_free(&text);
}

static void files_come_after_the_texts(void **state)
{
	(void)state;
	static const char bytes[] = "aGVsbG8gdGhlcmUKapplication/pdfprix été.pdf";
	static const uint32_t ends[] = {16, 31, sizeof bytes - 1};
	static const struct plan_attachment row = {.name = 2, .type = 1, .data = 0};
	struct plan plan = {0};
	plan.image.sections[SECTION_STRINGS] = (struct image_table){ends, 3};
	plan.image.sections[SECTION_STRING_BYTES] = (struct image_table){bytes, sizeof bytes - 1};
	plan.image.sections[SECTION_ATTACHMENT] = (struct image_table){&row, 1};
	struct rendered m = message();
	m.plan = &plan;
	m.attachment_count = 1;
	expect_part(m, "Content-Type: multipart/mixed; boundary=");
	expect_part(m, "Content-Type: multipart/alternative; boundary=");
	expect_part(m, "Content-Type: application/pdf");
	expect_part(m, "Content-Disposition: attachment;");
	expect_part(m, "filename*=");
	expect_part(m, ".pdf\r\n\r\naGVsbG8gdGhlcmUK\r\n");
	expect_no_part(message(), "multipart/mixed");
}

static int init(void **state)
{
	(void)state;
	mime_init();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_message_is_these_bytes),
	        cmocka_unit_test(names_and_subjects_are_encoded),
	        cmocka_unit_test(thread_headers_are_folded_and_bounded),
	        cmocka_unit_test(unsubscribe_headers),
	        cmocka_unit_test(dates_have_the_offset_of_their_zone),
	        cmocka_unit_test(lines_stay_short_and_end_with_crlf),
	        cmocka_unit_test(line_breaks_in_headers_are_refused),
	        cmocka_unit_test(addresses),
	        cmocka_unit_test(the_text_comes_back),
	        cmocka_unit_test(files_come_after_the_texts),
	};
	return cmocka_run_group_tests(tests, init, NULL);
}
