/* SPDX-License-Identifier: Apache-2.0
 * What a person reads: Markdown with holes as text and HTML, subjects of threads, signature, footer, quotation. The
 * plans are made by hand; {{name}}, {{company}} and {{site}} are contact fields, and what they hold is hostile where it
 * can be. */
#include "runtime/render/cache.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char *const field_names[] = {"company", "name", "site"};
#define FIELDS 3

/* One message and its mailbox, in the words of the language. */
struct setup {
	const char *subject, *body, *plain_body, *unsubscribe_text, *signature, *signature_fr;
	bool no_thread, new_thread, no_signature, service, no_display;
	enum plan_quote quote;
	enum plan_unsubscribe unsubscribe;
	const char *name, *company, *site, *locale, *unsubscribe_url;
	struct render_thread thread;
};
struct made {
	struct buf plan_bytes, policy_bytes, error;
	struct plan plan;
	struct policy policy;
	struct rendered r;
	bool good;
};

static void emit_hole(struct image_builder *b, struct slice name)
{
	struct buf *code = image_code(b);
	if (slice_is(name, "unsubscribe"))
		code_emit(code, OP_BUILTIN, BUILTIN_UNSUBSCRIBE, 0);
	else if (slice_is(name, "mailbox.name"))
		code_emit(code, OP_BUILTIN, BUILTIN_MAILBOX_NAME, 0);
	else
		for (uint32_t i = 0; i < FIELDS; i++)
			if (slice_is(name, field_names[i]))
				code_emit(code, OP_CONTACT, i, 0);
	code_emit(code, OP_PUT, 0, 0);
}

static void emit_text(struct image_builder *b, struct slice s)
{
	while (s.n) {
		ptrdiff_t hole = slice_find(s, SLICE("{{")), end = hole < 0 ? -1 : slice_find(s, SLICE("}}"));
		size_t n = hole < 0 ? s.n : (size_t)hole;
		if (n)
			code_emit(image_code(b), OP_EMIT, image_add_string(b, (struct slice){s.p, n}), 0);
		if (hole < 0)
			break;
		emit_hole(b, (struct slice){s.p + hole + 2, (size_t)(end - hole - 2)});
		s = (struct slice){s.p + end + 2, s.n - (size_t)end - 2};
	}
	code_emit(image_code(b), OP_DONE, 0, 0);
}

/* A text in English and French; NULL: none. */
static uint32_t add_text(struct image_builder *b, enum plan_form form, const char *en, const char *fr)
{
	if (!en)
		return NONE;
	struct plan_text text = {.form = form};
	const char *words[] = {en, fr ? fr : en};
	for (int i = 0; i < 2; i++) {
		struct plan_text_locale row = {.entry = (uint32_t)image_code(b)->n};
		emit_text(b, slice_of(words[i]));
		image_add(b, SECTION_TEXT_LOCALE, &row);
	}
	return image_add(b, SECTION_TEXT, &text);
}

static void add_common(struct image_builder *b)
{
	struct plan_locale en = {.name = image_add_string(b, SLICE("en"))},
	                   fr = {.name = image_add_string(b, SLICE("fr"))};
	image_add(b, SECTION_LOCALE, &en);
	image_add(b, SECTION_LOCALE, &fr);
}

static void make_plan(struct made *m, const struct setup *s)
{
	struct image_builder *b = image_builder_new(IMAGE_PLAN, 1);
	struct image_error error;
	assert_non_null(b);
	add_common(b);
	for (uint32_t i = 0; i < FIELDS; i++) {
		struct plan_field f = {.name = image_add_string(b, slice_of(field_names[i])),
		                       .type = i == 2 ? TYPE_URL : TYPE_TEXT,
		                       .fallback = NONE,
		                       .option = NONE};
		image_add(b, SECTION_FIELD, &f);
	}
	uint32_t send = code_emit(image_code(b), OP_SEND, 0, 0), end = code_emit(image_code(b), OP_END, 0, 0);
	struct plan_end finish = {.kind = END_FINISH, .reason = NONE};
	image_add(b, SECTION_END, &finish);
	uint32_t name = image_add_string(b, SLICE("intro"));
	struct plan_position position = BLANK(position);
	position.identity = name;
	position.step = 0;
	position.resume = end;
	image_add(b, SECTION_POSITION, &position);
	struct plan_message message = BLANK(message);
	message.new_thread = s->new_thread;
	message.subject = add_text(b, FORM_PLAIN, s->subject, NULL);
	message.body = s->plain_body ? add_text(b, FORM_PLAIN, s->plain_body, NULL)
	                             : add_text(b, FORM_MARKDOWN, s->body, NULL);
	image_add(b, SECTION_MESSAGE, &message);
	struct plan_step step = BLANK(step);
	step.name = name;
	step.message = 0;
	step.message_count = 1;
	step.entry = send;
	step.end = end;
	image_add(b, SECTION_STEP, &step);
	struct plan_sequence sequence = {.name = image_add_string(b, SLICE("test")),
	                                 .title = NONE,
	                                 .purpose = s->service ? PURPOSE_SERVICE : PURPOSE_SALES,
	                                 .thread = !s->no_thread,
	                                 .signature = !s->no_signature,
	                                 .quote = s->quote,
	                                 .unsubscribe = s->unsubscribe,
	                                 .unsubscribe_text = add_text(b, FORM_PLAIN, s->unsubscribe_text, NULL),
	                                 .window = NONE,
	                                 .spread = NONE,
	                                 .late_after = NONE,
	                                 .enroll_after = NONE,
	                                 .enroll_per = NONE,
	                                 .limit = NONE,
	                                 .entry = send,
	                                 .owner = NONE,
	                                 .auto_reply_hold = NONE};
	image_add(b, SECTION_SEQUENCE, &sequence);
	if (!image_finish(b, &m->plan_bytes, &error) ||
	    !plan_load(&m->plan, m->plan_bytes.p, m->plan_bytes.n, true, &error))
		fail_msg("%s", error.text);
	image_builder_free(b);
}

static void make_policy(struct made *m, const struct setup *s)
{
	struct image_builder *b = image_builder_new(IMAGE_POLICY, 1);
	struct image_error error;
	assert_non_null(b);
	add_common(b);
	struct plan_workspace w = {.name = image_add_string(b, SLICE("acme")),
	                           .edition = 1,
	                           .zone = image_add_string(b, SLICE("UTC")),
	                           .holidays = NONE,
	                           .zone_field = NONE,
	                           .locale_field = NONE};
	image_add(b, SECTION_WORKSPACE, &w);
	struct plan_ui unsubscribe = {.word = UI_UNSUBSCRIBE,
	                              .text = add_text(b, FORM_PLAIN, "Unsubscribe", "Se d\xC3\xA9sabonner")};
	struct plan_ui wrote = {.word = UI_WROTE,
	                        .text = add_text(b, FORM_PLAIN, "On DATE, NAME wrote:",
	                                         "Le DATE, NAME a \xC3\xA9"
	                                         "crit :")};
	image_add(b, SECTION_UI, &unsubscribe);
	image_add(b, SECTION_UI, &wrote);
	struct plan_mailbox mailbox = {
	        .name = image_add_string(b, SLICE("sales")),
	        .channel = CHANNEL_EMAIL,
	        .address = image_add_string(b, SLICE("sales@acme.example")),
	        .display = add_text(b, FORM_PLAIN, s->no_display ? NULL : "Acme Sales", "Acme Ventes"),
	        .signature = add_text(b, FORM_MARKDOWN, s->signature, s->signature_fr),
	        .postal = add_text(b, FORM_PLAIN, "Acme & Co, 1 Main St, Montreal", NULL),
	        .default_sequence = NONE,
	        .consent = NONE,
	        .provider = NONE,
	        .number = NONE,
	        .cc_sequence = NONE};
	image_add(b, SECTION_MAILBOX, &mailbox);
	if (!image_finish(b, &m->policy_bytes, &error) ||
	    !policy_load(&m->policy, m->policy_bytes.p, m->policy_bytes.n, true, &error))
		fail_msg("%s", error.text);
	image_builder_free(b);
}

static struct made render(struct setup s)
{
	struct made m = {0};
	if (!s.subject && !s.thread.is_followup && !s.thread.first_subject.n)
		s.subject = "Hello";
	if (s.subject && !*s.subject)
		s.subject = NULL;
	make_plan(&m, &s);
	make_policy(&m, &s);
	struct value fields[FIELDS] = {value_text(TYPE_TEXT, slice_of(s.company ? s.company : "Engines")),
	                               value_text(TYPE_TEXT, slice_of(s.name ? s.name : "Ada")),
	                               value_text(TYPE_URL, slice_of(s.site ? s.site : "https://engines.example/"))};
	struct vm_view view = {.fields = fields, .zone = tz_utc(), .locale = slice_of(s.locale ? s.locale : "en")};
	struct vm_state state;
	vm_state_init(&state, NULL, 0, NULL, 0);
	struct render_request request = {.plan = &m.plan,
	                                 .policy = &m.policy,
	                                 .view = &view,
	                                 .state = &state,
	                                 .now_us = INT64_C(1772460000000000),
	                                 .thread = s.thread,
	                                 .to_name = SLICE("Ada"),
	                                 .to_address = SLICE("ada@engines.example"),
	                                 .message_id = SLICE("m1@acme.example"),
	                                 .unsubscribe_mailto =
	                                         s.unsubscribe_url ? (struct slice){0}
	                                                           : SLICE("u+tok@acme.example?subject=unsubscribe"),
	                                 .unsubscribe_url = slice_of(s.unsubscribe_url)};
	m.good = render_message(&request, &m.r, &m.error);
	return m;
}

static void unmake(struct made *m)
{
	rendered_free(&m->r);
	plan_free(&m->plan);
	policy_free(&m->policy);
	buf_free(&m->plan_bytes);
	buf_free(&m->policy_bytes);
	buf_free(&m->error);
}

/* The text of a body alone: service mail without signature and footer. */
static struct setup bare(const char *body)
{
	return (struct setup){.body = body, .service = true, .unsubscribe = UNSUBSCRIBE_NONE};
}

static void expect_slice(struct slice is, const char *want)
{
	if (!slice_is(is, want))
		fail_msg("is:\n%.*s\nwanted:\n%s", SLICE_ARG(is), want);
}

static void expect_text(struct setup s, const char *want)
{
	struct made m = render(s);
	if (!m.good)
		fail_msg("%s", buf_cstr(&m.error));
	expect_slice(m.r.text, want);
	unmake(&m);
}

static void expect_html(struct setup s, const char *part)
{
	struct made m = render(s);
	if (!m.good)
		fail_msg("%s", buf_cstr(&m.error));
	if (slice_find(m.r.html, slice_of(part)) < 0)
		fail_msg("not there: %s\nin: %.*s", part, SLICE_ARG(m.r.html));
	unmake(&m);
}

static void expect_error(struct setup s, const char *want)
{
	struct made m = render(s);
	assert_false(m.good);
	assert_string_equal(buf_cstr(&m.error), want);
	assert_null(m.r.memory.p);
	unmake(&m);
}

/* ---- Markdown ---- */
static void markdown_is_readable_as_plain_text(void **state)
{
	(void)state;
	static const struct {
		const char *markdown, *text;
	} cases[] = {
	        {"", ""},
	        {"<!-- only a note -->", ""},
	        {"Hi,\n\nhow are\nyou?", "Hi,\n\nhow are you?\n"},
	        {"one  \ntwo\\\nthree", "one\ntwo\nthree\n"},
	        {"*soft* **loud** `code`", "_soft_ *loud* code\n"},
	        {"See [our page](https://acme.example/a) now.", "See our page <https://acme.example/a> now.\n"},
	        {"<https://acme.example/a> [x@y.example](mailto:x@y.example)", "https://acme.example/a x@y.example\n"},
	        {"# Top\n\nText\n\n## Sub\n\n### Third", "Top\n===\n\nText\n\nSub\n---\n\nThird\n"},
	        {"- one\n- two\n  - deep\n  - er\n- three\n\nEnd", "- one\n- two\n  - deep\n  - er\n- three\n\nEnd\n"},
	        {"1. one\n2. two\n\n   more of two\n3. three", "1. one\n\n2. two\n\n   more of two\n\n3. three\n"},
	        {"9. nine\n10. ten", "9. nine\n10. ten\n"},
	        {"> quoted\n>\n> more\n\nback", "> quoted\n>\n> more\n\nback\n"},
	        {"Text\n\n> - in both", "Text\n\n> - in both\n"},
	        {"    code  here\n    > as it is", "    code  here\n    > as it is\n"},
	        {"a\n\n---\n\nb", "a\n\n* * *\n\nb\n"},
	        {"-\n- x", "-\n- x\n"},
	        {"![a chart](https://acme.example/c.png)", "a chart <https://acme.example/c.png>\n"},
	        {"[![logo](https://acme.example/c.png)](https://acme.example/)", "logo <https://acme.example/>\n"},
	        {"a <b>tag</b> <!-- a note --> &amp; more", "a <b>tag</b> & more\n"},
	        {"<div>\nblock\n</div>\n\n<!-- a note -->\n\nend", "<div>\nblock\n</div>\n\nend\n"},
	        {"\xF3\xB0\x80\x80 stays \xF3\xB0\x80\x81",
	         "\xF3\xB0\x80\x80 stays \xF3\xB0\x80\x81\n"}, /* private use, as our placeholders */
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		expect_text(bare(cases[i].markdown), cases[i].text);
}

static void paragraphs_wrap_at_76_columns_by_display_width(void **state)
{
	(void)state;
	expect_text(bare("0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789"),
	            "0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789\n0123456789\n");
	/* 76 columns exactly, and 77 */
	expect_text(bare("0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789"),
	            "0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789\n");
	expect_text(bare("0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789x"),
	            "0123456789 0123456789 0123456789 0123456789 0123456789 0123456789\n0123456789x\n");
	/* Wide characters take two columns and break anywhere: 38 on a line. */
	struct buf wide = {0}, want = {0};
	for (int i = 0; i < 40; i++) {
		buf_adds(&wide, "\xE4\xBD\xA0");
		buf_adds(&want, i == 38 ? "\n\xE4\xBD\xA0" : "\xE4\xBD\xA0");
	}
	buf_addc(&want, '\n');
	expect_text(bare(buf_cstr(&wide)), buf_cstr(&want));
	buf_free(&wide);
	buf_free(&want);
	/* A URL is never broken. */
	expect_text(bare("See "
	                 "<https://acme.example/0123456789/0123456789/0123456789/0123456789/0123456789/0123456789/"
	                 "0123456789>"),
	            "See\nhttps://acme.example/0123456789/0123456789/0123456789/0123456789/0123456789/0123456789/"
	            "0123456789\n");
	expect_text(bare("> - 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789"),
	            "> - 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789\n>   0123456789\n");
}

static void plain_bodies_keep_their_lines(void **state)
{
	(void)state;
	struct setup s = {.plain_body = "Hi {{name}},\n\n*not* <b>markup</b>\n  & more\n",
	                  .service = true,
	                  .unsubscribe = UNSUBSCRIBE_NONE};
	expect_text(s, "Hi Ada,\n\n*not* <b>markup</b>\n& more\n");
	expect_html(s, "<p>Hi Ada,</p>\n<p>*not* &lt;b&gt;markup&lt;/b&gt;<br>\n  &amp; more</p>\n");
}

/* Rule 22: holes become text after Markdown is parsed; raw HTML is off; line and bidi characters are removed. */
static void no_value_is_ever_markup(void **state)
{
	(void)state;
	struct setup s = bare("Hi {{name}}!");
	s.name = "*A* [x](https://evil.example) <script>alert(1)</script> & `b`";
	expect_text(s, "Hi *A* [x](https://evil.example) <script>alert(1)</script> & `b`!\n");
	expect_html(s, "<p>Hi *A* [x](https://evil.example) &lt;script&gt;alert(1)&lt;/script&gt; &amp; `b`!</p>");
	s = bare("{{name}} is here");
	s.name = "# 1. - > ";
	expect_html(s, "<p># 1. - &gt;  is here</p>");
	s.name = "a\r\nb\xE2\x80\xAE"
	         "c\xE2\x80\xA8"
	         "d\te\x01";
	expect_text(s, "a bcd e is here\n");
	s = bare("**{{name}}** `{{name}}` [{{name}}](https://acme.example/ "
	         "\"{{name}}\")\n\n```{{name}}\n{{name}}\n```\n");
	s.name = "\"><b>*";
	expect_html(s, "<p><strong>&quot;&gt;&lt;b&gt;*</strong> <code>&quot;&gt;&lt;b&gt;*</code> "
	               "<a href=\"https://acme.example/\" title=\"&quot;&gt;&lt;b&gt;*\">&quot;&gt;&lt;b&gt;*</a></p>\n"
	               "<pre><code class=\"language-&quot;&gt;&lt;b&gt;*\">&quot;&gt;&lt;b&gt;*\n</code></pre>");
	s = bare("{{name}}");
	s.name = "\xF3\xB0\x80\x80"; /* a value that looks like our placeholder */
	expect_text(s, "\xF3\xB0\x80\x80\n");
}

/* Rule 22: a hole in a link target is https only, and can't leave the place where it stands. */
static void link_targets_with_holes_are_https(void **state)
{
	(void)state;
	static const struct {
		const char *body, *site, *href; /* href NULL: the message is refused */
	} cases[] = {
	        {"[x]({{site}})", "https://e.example/a?b=c#d", "https://e.example/a?b=c#d"},
	        {"[x]({{site}})", "https://e.example/a b\"><i>", "https://e.example/a%20b%22%3E%3Ci%3E"},
	        {"[x]({{site}}/more)", "https://e.example", "https://e.example/more"},
	        {"[x](https://a.example/?q={{site}}&r=1)", "a&b=c/d e\xC3\xA9%",
	         "https://a.example/?q=a%26b%3Dc%2Fd%20e%C3%A9%25&amp;r=1"},
	        {"[x](https://a.example/{{site}})", "..%2F", "https://a.example/..%2F"},
	        {"[x](https://{{site}}.a.example/)", "shop-1", "https://shop-1.a.example/"},
	        {"[x](https://{{site}}.a.example/)", "evil.example/", NULL},
	        {"[x](https://{{site}}.a.example/)", "me@evil", NULL},
	        {"[x]({{site}})", "javascript:alert(1)", NULL},
	        {"[x]({{site}})", "http://e.example/", NULL},
	        {"[x]({{site}})", "https://user:pass@e.example/", NULL},
	        {"[x]({{site}})", "https://", NULL},
	        {"[x]({{site}}e.example)", "https://a@", NULL},
	        {"[x](mailto:{{site}})", "a@e.example", NULL},
	        {"[x](http://a.example/{{site}})", "a", NULL},
	        {"[x](java{{site}})", "script:alert(1)", NULL},
	        {"[x](https:{{site}})", "//e.example", NULL},
	        {"[x](ftp://a.example/)", "", NULL},
	        {"[x](javascript:alert(1))", "", NULL},
	        {"[x](/relative)", "", NULL},
	        {"[x](HTTPS://a.example/)", "", "HTTPS://a.example/"},
	        {"[x](mailto:a@b.example)", "", "mailto:a@b.example"},
	        {"![x](data:image/png;base64,AAAA)", "", NULL},
	        {"[x]({{unsubscribe}})", "", "mailto:u+tok@acme.example?subject=unsubscribe"}, /* our own link */
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct setup s = bare(cases[i].body);
		s.unsubscribe = UNSUBSCRIBE_FOOTER;
		s.site = cases[i].site;
		struct made m = render(s);
		struct buf href = {0};
		buf_addf(&href, "<p><a href=\"%s\">x</a></p>", cases[i].href ? cases[i].href : "");
		if (m.good != (cases[i].href != NULL) || (m.good && slice_find(m.r.html, buf_slice(&href)) < 0))
			fail_msg("%s with \"%s\": %s %.*s", cases[i].body, cases[i].site, buf_cstr(&m.error),
			         SLICE_ARG(m.r.html));
		buf_free(&href);
		unmake(&m);
	}
	struct setup s = bare("[x]({{site}})");
	s.site = "javascript:alert(1)";
	expect_error(s, "the link target \"javascript:alert(1)\" is not an https URL");
	expect_error(bare("[x](ftp://a.example/)"),
	             "the link target \"ftp://a.example/\" is not https, http or mailto");
}

static void html_is_a_whole_document_that_loads_nothing(void **state)
{
	(void)state;
	struct setup s = bare("![x](https://acme.example/x.png)");
	s.locale = "fr";
	s.subject = "A < B";
	struct made m = render(s);
	assert_true(m.good);
	assert_true(slice_starts(m.r.html, "<!DOCTYPE html>\n<html lang=\"fr\">\n<head>\n<meta charset=\"utf-8\">\n"));
	assert_true(slice_ends(m.r.html, "</body>\n</html>\n"));
	assert_true(slice_find(m.r.html, SLICE("<title>A &lt; B</title>")) > 0);
	assert_int_equal(slice_find(m.r.html, SLICE("src=")), -1);
	assert_int_equal(slice_find(m.r.html, SLICE("url(")), -1);
	assert_int_equal(slice_find(m.r.html, SLICE("<link")), -1);
	unmake(&m);
}

/* ---- subjects ---- */
static void reply_subjects_have_one_prefix(void **state)
{
	(void)state;
	static const struct {
		const char *subject, *reply;
	} cases[] = {
	        {"A question", "Re: A question"},
	        {"Re: A question", "Re: A question"},
	        {"RE: re: Fwd: A question", "Re: A question"},
	        {"AW: Antw: WG: Frage", "Re: Frage"},
	        {"Re[2]: FW[12] : A question", "Re: A question"},
	        {"SV: RV: Res: TR : A question", "Re: A question"},
	        {"Re :A question", "Re: A question"},
	        {" \tre:  A question ", "Re: A question"},
	        {"Regarding: A question", "Re: Regarding: A question"},
	        {"Re-engage: now", "Re: Re-engage: now"},
	        {"Re[x]: A question", "Re: Re[x]: A question"},
	        {"Re[]: A question", "Re: Re[]: A question"},
	        {"Tree: A question", "Re: Tree: A question"},
	        {"Re:", "Re:"},
	        {"re", "Re: re"},
	        {"", "Re:"},
	        {"A\r\nBcc: x@y.example", "Re: A Bcc: x@y.example"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct buf out = {0};
		render_reply_subject(&out, slice_of(cases[i].subject));
		assert_string_equal(buf_cstr(&out), cases[i].reply);
		buf_free(&out);
	}
}

static struct render_thread followup(void)
{
	return (struct render_thread){.is_followup = true,
	                              .first_subject = SLICE("First, Ada"),
	                              .in_reply_to = SLICE("m0@acme.example"),
	                              .references = SLICE("m0@acme.example"),
	                              .quoted_text = SLICE("Hi Ada,\n\n> older\nbye\n\n-- \nKim\n"),
	                              .quoted_from = SLICE("Acme Sales <sales@acme.example>"),
	                              .quoted_at_us = INT64_C(1772200800000000)};
}

static void expect_subject(struct setup s, const char *subject, const char *in_reply_to)
{
	struct made m = render(s);
	if (!m.good)
		fail_msg("%s", buf_cstr(&m.error));
	expect_slice(m.r.subject, subject);
	expect_slice(m.r.in_reply_to, in_reply_to);
	expect_slice(m.r.references, in_reply_to);
	unmake(&m);
}

/* Rule 20, rule 1. */
static void threads_keep_the_first_sent_subject(void **state)
{
	(void)state;
	struct setup s = {.body = "Hi", .subject = "Own {{name}}"};
	expect_subject(s, "Own Ada", "");
	s.thread = followup();
	expect_subject(s, "Re: First, Ada", "m0@acme.example");
	s.new_thread = true;
	expect_subject(s, "Own Ada", "");
	s.new_thread = false;
	s.no_thread = true;
	expect_subject(s, "Own Ada", "");
	/* All predecessors failed: under their subject, without Re: */
	s = (struct setup){.body = "Hi", .subject = "", .thread = {.first_subject = SLICE("First, Ada")}};
	expect_subject(s, "First, Ada", "");
	s.thread.first_subject.n = 0;
	s.thread.is_followup = true;
	expect_error(s, "the message has no subject");
}

static void a_subject_is_one_safe_line(void **state)
{
	(void)state;
	struct setup s = {.body = "Hi", .subject = " Hello {{name}} ", .name = "A\r\nBcc: x@y.example\xE2\x80\xAE"};
	expect_subject(s, "Hello A Bcc: x@y.example", "");
	s = (struct setup){.subject = "x"};
	expect_error(s, "the message has no body");
}

/* ---- signature, footer, quotation ---- */
static void signature_and_footer_follow_the_separator(void **state)
{
	(void)state;
	struct setup s = {.body = "Hi {{name}}",
	                  .signature = "**Kim**\n[acme](https://acme.example/)",
	                  .unsubscribe_url = "https://go.acme.example/u/T"};
	expect_text(s, "Hi Ada\n\n-- \n*Kim* acme <https://acme.example/>\n\nAcme & Co, 1 Main St, "
	               "Montreal\nUnsubscribe: https://go.acme.example/u/T\n");
	expect_html(s, "Acme &amp; Co, 1 Main St, Montreal<br>\n<a href=\"https://go.acme.example/u/T\" "
	               "style=\"color:inherit\">Unsubscribe</a></p>");
	s.no_signature = true;
	expect_text(s, "Hi Ada\n\n-- \nAcme & Co, 1 Main St, Montreal\nUnsubscribe: https://go.acme.example/u/T\n");
	s.unsubscribe = UNSUBSCRIBE_LINK;
	s.unsubscribe_text = "Stop these, {{name}}";
	expect_text(s, "Hi Ada\n\n-- \nAcme & Co, 1 Main St, Montreal\nStop these, Ada: https://go.acme.example/u/T\n");
	/* Service mail with `unsubscribe none`: no footer, no header. */
	s = bare("Hi");
	s.unsubscribe_url = "https://go.acme.example/u/T";
	struct made m = render(s);
	assert_true(m.good);
	expect_slice(m.r.text, "Hi\n");
	expect_slice(m.r.unsubscribe_url, "");
	expect_slice(m.r.unsubscribe_mailto, "");
	unmake(&m);
}

static void words_are_the_locales(void **state)
{
	(void)state;
	struct setup s = {.body = "{{mailbox.name}}",
	                  .signature = "Kim",
	                  .signature_fr = "Kim, de Montr\xC3\xA9"
	                                  "al",
	                  .locale = "fr",
	                  .quote = QUOTE_PREVIOUS};
	s.thread = followup();
	expect_text(s, "Acme Ventes\n\n-- \nKim, de Montr\xC3\xA9"
	               "al\n\nAcme & Co, 1 Main St, Montreal\n"
	               "Se d\xC3\xA9sabonner: mailto:u+tok@acme.example?subject=unsubscribe\n\n"
	               "Le 2026-02-27 14:00, Acme Sales <sales@acme.example> a \xC3\xA9"
	               "crit :\n> Hi Ada,\n>\n>> older\n> bye\n");
}

/* `quote`: what was said stands below, its signature and footer do not. */
static void quoted_messages_stand_below(void **state)
{
	(void)state;
	struct setup s = bare("New");
	s.quote = QUOTE_FIRST;
	s.thread = followup();
	expect_text(
	        s,
	        "New\n\nOn 2026-02-27 14:00, Acme Sales <sales@acme.example> wrote:\n> Hi Ada,\n>\n>> older\n> bye\n");
	expect_html(s, "On 2026-02-27 14:00, Acme Sales &lt;sales@acme.example&gt; wrote:</p>\n<blockquote ");
	expect_html(s, "Hi Ada,<br>\n<br>\n&gt; older<br>\nbye\n</blockquote>");
	s.quote = QUOTE_NONE;
	expect_text(s, "New\n");
	s.quote = QUOTE_PREVIOUS;
	s.new_thread = true;
	s.subject = "Own";
	expect_text(s, "New\n");
}

static void the_envelope_is_handed_over(void **state)
{
	(void)state;
	struct setup s = {.body = "{{mailbox.name}}", .no_display = true};
	struct made m = render(s);
	assert_true(m.good);
	expect_slice(m.r.from_name, "");
	expect_slice(m.r.from_address, "sales@acme.example");
	expect_slice(m.r.to_name, "Ada");
	expect_slice(m.r.to_address, "ada@engines.example");
	expect_slice(m.r.message_id, "m1@acme.example");
	expect_slice(m.r.unsubscribe_mailto, "mailto:u+tok@acme.example?subject=unsubscribe");
	assert_true(slice_starts(m.r.text, "sales@acme.example\n"));
	assert_true(m.r.date_us == INT64_C(1772460000000000) && m.r.date_offset_s == 0);
	unmake(&m);
}

/* ---- limits: n, and n + 1 ---- */
static bool renders(struct setup s, const char *error)
{
	struct made m = render(s);
	bool good = m.good;
	if (!good)
		assert_string_equal(buf_cstr(&m.error), error);
	unmake(&m);
	return good;
}

static void repeat(struct buf *b, const char *s, size_t n)
{
	buf_clear(b);
	while (n--)
		buf_adds(b, s);
}

static void limits_hold_at_n_and_not_beyond(void **state)
{
	(void)state;
	struct buf b = {0};
	struct setup s = {.body = "x"};
	repeat(&b, "x", 900);
	s.subject = buf_cstr(&b);
	assert_true(renders(s, NULL));
	buf_addc(&b, 'x');
	s.subject = buf_cstr(&b);
	assert_false(renders(s, "the subject is longer than 900 bytes"));

	repeat(&b, "> ", PLAIN_DEPTH_MAX);
	buf_adds(&b, "deep");
	assert_true(renders(bare(buf_cstr(&b)), NULL));
	repeat(&b, "> ", PLAIN_DEPTH_MAX + 1);
	buf_adds(&b, "deep");
	assert_false(renders(bare(buf_cstr(&b)), "lists and quotations stand too deep in each other"));

	repeat(&b, "{{name}}", HOLES_MAX);
	assert_true(renders(bare(buf_cstr(&b)), NULL));
	buf_adds(&b, "{{name}}");
	assert_false(renders(bare(buf_cstr(&b)), "the text is too long"));

	repeat(&b, "x", HOLES_TEXT_MAX);
	assert_true(renders(bare(buf_cstr(&b)), NULL));
	buf_addc(&b, 'x');
	assert_false(renders(bare(buf_cstr(&b)), "the text is too long"));

	repeat(&b, "[x](https://x.example/)", 30000);
	assert_true(renders(bare(buf_cstr(&b)), NULL));
	buf_adds(&b, "[x](https://x.example/)");
	assert_false(renders(bare(buf_cstr(&b)), "it has too many links"));

	repeat(&b, "&lt;", 200000); /* small as text, big as HTML */
	assert_true(renders(bare(buf_cstr(&b)), NULL));
	repeat(&b, "\\<", HOLES_TEXT_MAX / 2);
	assert_false(renders(bare(buf_cstr(&b)), "the message is longer than 2097152 bytes"));
	buf_free(&b);
}

/* Parsed texts are found again; when the cache is full it starts anew. */
static void the_cache_is_bounded(void **state)
{
	(void)state;
	struct render_cache *c = render_cache_new();
	struct buf source = {0}, error = {0};
	const struct skeleton *first = NULL;
	for (unsigned i = 0; i <= CACHE_TEXTS; i++) {
		buf_clear(&source);
		buf_addf(&source, "Text %u", i);
		const struct skeleton *s = cache_skeleton(c, buf_slice(&source), &error);
		assert_non_null(s);
		assert_ptr_equal(cache_skeleton(c, buf_slice(&source), &error), s);
		first = first ? first : s;
		assert_int_equal(c->used, i < CACHE_TEXTS ? i + 1 : 1);
	}
	render_cache_free(c);
	buf_free(&source);
	buf_free(&error);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(markdown_is_readable_as_plain_text),
	        cmocka_unit_test(paragraphs_wrap_at_76_columns_by_display_width),
	        cmocka_unit_test(plain_bodies_keep_their_lines),
	        cmocka_unit_test(no_value_is_ever_markup),
	        cmocka_unit_test(link_targets_with_holes_are_https),
	        cmocka_unit_test(html_is_a_whole_document_that_loads_nothing),
	        cmocka_unit_test(reply_subjects_have_one_prefix),
	        cmocka_unit_test(threads_keep_the_first_sent_subject),
	        cmocka_unit_test(a_subject_is_one_safe_line),
	        cmocka_unit_test(signature_and_footer_follow_the_separator),
	        cmocka_unit_test(words_are_the_locales),
	        cmocka_unit_test(quoted_messages_stand_below),
	        cmocka_unit_test(the_envelope_is_handed_over),
	        cmocka_unit_test(limits_hold_at_n_and_not_beyond),
	        cmocka_unit_test(the_cache_is_bounded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
