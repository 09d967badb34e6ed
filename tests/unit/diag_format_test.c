/* SPDX-License-Identifier: Apache-2.0
 * The formats of diagnostics that programs read, and their fixes as edits. */
#include "compiler/diag_edit.h"
#include "tests/unit/diag_help.h"

static void add_warning(struct fixture *f, struct span span)
{
	diag_false_reply(&f->diags, span);
}

typedef void render_programs(const struct diags *d, struct buf *out);

static const char *rendered(struct fixture *f, render_programs *render)
{
	buf_clear(&f->out);
	diags_sort(&f->diags);
	render(&f->diags, &f->out);
	return buf_cstr(&f->out);
}

static void short_has_a_line_each(void **state)
{
	(void)state;
	struct fixture f;
	fixture_open(&f);
	uint32_t a = add_source(&f, "a.seq", "é one\n");
	add(&f, find(&f, a, "one", 0), "1");
	add(&f, DIAG_NO_PLACE, "\033[31mred");
	diags_sort(&f.diags);
	diags_render_short(&f.diags, &f.out, false, 0);
	assert_string_equal(buf_cstr(&f.out), "error[E0515]: this cannot be compiled: [31mred\n"
	                                      "a.seq:1:3: error[E0515]: this cannot be compiled: 1\n"
	                                      "2 errors\n");
	fixture_close(&f);
}

static void no_findings_are_a_document_too(void **state)
{
	(void)state;
	struct fixture f;
	fixture_open(&f);
	assert_string_equal(rendered(&f, diags_render_json),
	                    "{\"format_version\":1,\"diagnostics\":[],\"suppressed\":[]}\n");
	assert_string_equal(rendered(&f, diags_render_github), "");
	assert_non_null(strstr(rendered(&f, diags_render_sarif), "\"results\":[]}]}\n"));
	assert_string_equal(
	        rendered(&f, diags_render_junit),
	        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	        "<testsuites name=\"seqc check\" tests=\"0\" failures=\"0\" errors=\"0\">\n</testsuites>\n");
	add_source(&f, "a.seq", "");
	assert_non_null(strstr(rendered(&f, diags_render_junit), "<testcase name=\"check\" classname=\"a.seq\"/>"));
	fixture_close(&f);
}

static void github_escapes_and_caps(void **state)
{
	(void)state;
	struct fixture f;
	fixture_open(&f);
	uint32_t a = add_source(&f, "a,b:100%.seq", "one two three\n");
	struct diag *g = add(&f, find(&f, a, "two", 0), "50%,\r\n a: b");
	diag_note(&f.diags, g, "do this");
	f.diags.folder = SLICE("sub/");
	assert_string_equal(rendered(&f, diags_render_github),
	                    "::error file=sub/a%2Cb%3A100%25.seq,line=1,endLine=1,col=5,endColumn=8,title=E0515::"
	                    "this cannot be compiled: 50%25,%0D%0A a: b%0Ado this\n");
	uint32_t b = add_source(&f, "b.seq", "xxxxxxxxxxxxxxxxxxxxxxxxxxx");
	add(&f, (struct span){add_source(&f, "a.seq", "1\n2\n"), 0, 3}, "two lines");
	for (uint32_t i = 0; i < 12; i++) {
		add_warning(&f, (struct span){b, i, i + 1});
		add(&f, (struct span){b, i + 13, i + 14}, "x");
	}
	const char *text = rendered(&f, diags_render_github), *p = text;
	int errors = 0, warnings = 0;
	for (; (p = strstr(p, "::error ")); p++)
		errors++;
	for (p = text; (p = strstr(p, "::warning ")); p++)
		warnings++;
	assert_int_equal(errors, 10);
	assert_int_equal(warnings, 10);
	assert_non_null(strstr(text, "file=sub/a.seq,line=1,endLine=2,title="));
	assert_true(strstr(text, "::warning ") > strstr(text, "b.seq,line=1,endLine=1,col=21"));
	assert_non_null(strstr(text, "\n::notice title=seqc::6 more not shown here; `seqc check` shows all\n"));
	fixture_close(&f);
}

static void junit_is_xml_whatever_the_source_holds(void **state)
{
	(void)state;
	struct fixture f;
	fixture_open(&f);
	uint32_t a = add_source(&f, "a<&\">.seq", "one two \x01 three\n");
	add(&f, find(&f, a, "one", 0), "<b> & \"c\" \x02\xEF\xBF\xBF");
	add_warning(&f, find(&f, a, "two", 0));
	diags_sort(&f.diags);
	f.diags.items[1].accepted = true;
	f.diags.items[1].reason = SLICE("a\tb\nc");
	const char *text = rendered(&f, diags_render_junit);
	assert_non_null(strstr(text, "<testsuite name=\"a&lt;&amp;&quot;&gt;.seq\" tests=\"2\" failures=\"1\" "
	                             "errors=\"0\" skipped=\"1\">"));
	assert_non_null(strstr(text, "&lt;b&gt; &amp; &quot;c&quot; \xEF\xBF\xBD\xEF\xBF\xBD\" type=\"E0515\">"));
	assert_non_null(strstr(text, "<skipped message=\"a&#9;b&#10;c\"/>"));
	for (const char *p = text; *p; p++)
		assert_true((unsigned char)*p >= ' ' || *p == '\n');
	fixture_close(&f);
}

static void sarif_has_relative_uris_and_suppressions(void **state)
{
	(void)state;
	struct fixture f;
	fixture_open(&f);
	uint32_t a = add_source(&f, "mails/été 50%.seq", "one two\n");
	struct diag *g = add(&f, find(&f, a, "one", 0), "x");
	diag_fix(&f.diags, g, g->span, SLICE("1"), FIX_SURE, "write 1");
	diag_label(&f.diags, g, find(&f, a, "two", 0), "here");
	add_warning(&f, find(&f, a, "two", 0));
	diags_sort(&f.diags);
	f.diags.items[1].accepted = true;
	f.diags.items[1].reason = SLICE("we know");
	f.diags.folder = SLICE("a b/");
	const char *text = rendered(&f, diags_render_sarif);
	assert_non_null(strstr(text, "\"uri\":\"a%20b/mails/%C3%A9t%C3%A9%2050%25.seq\""));
	assert_non_null(strstr(text, "\"suppressions\":[{\"kind\":\"inSource\",\"justification\":\"we know\"}]"));
	assert_non_null(strstr(text, "\"insertedContent\":{\"text\":\"1\"}"));
	assert_non_null(strstr(text, "\"relatedLocations\":[{\"id\":1,"));
	assert_non_null(strstr(text, "\"ruleId\":\"W0420\",\"ruleIndex\":0,\"level\":\"warning\""));
	fixture_close(&f);
}

static void a_witness_is_dated(void **state)
{
	(void)state;
	struct fixture f;
	fixture_open(&f);
	add(&f, DIAG_NO_PLACE, "x");
	struct diag *g = &f.diags.items[0];
	diag_witness_for(&f.diags, g, "a contact in %s", "Pacific/Auckland");
	diag_witness(&f.diags, g, WITNESS_NO_DATE, "%d days later", 9);
	diag_witness(&f.diags, g, INT64_C(1772442000000000), "email \"intro\"\033");
	buf_clear(&f.out);
	diag_render_one(&f.diags, g, &f.out);
	assert_string_equal(buf_cstr(&f.out), "error[E0515]: this cannot be compiled: x\n"
	                                      "  = for example, for a contact in Pacific/Auckland:\n"
	                                      "                            9 days later\n"
	                                      "      Mon 2026-03-02 09:00  email \"intro\"\n");
	assert_non_null(strstr(rendered(&f, diags_render_json),
	                       ",\"witness_for\":\"a contact in Pacific/Auckland\",\"witness\":[{\"at\":null,"
	                       "\"what\":\"9 days later\"},{\"at\":\"2026-03-02T09:00:00\",\"what\":\"email "
	                       "\\\"intro\\\""));
	assert_non_null(strstr(rendered(&f, diags_render_sarif),
	                       "\\nfor example, for a contact in Pacific/Auckland:\\n"
	                       "                      9 days later\\nMon 2026-03-02 09:00  email "));
	f.diags.items[0].witness_for = (struct slice){0};
	assert_non_null(strstr(rendered(&f, diags_render_sarif), "\\nfor example:\\n"));
	assert_null(strstr(rendered(&f, diags_render_json), "witness_for\""));
	assert_null(strstr(rendered(&f, diags_render_github), "2026"));
	fixture_close(&f);
}

static void a_fingerprint_outlives_its_line(void **state)
{
	(void)state;
	struct fixture f;
	char first[DIAG_FINGERPRINT_SIZE], again[DIAG_FINGERPRINT_SIZE], other[DIAG_FINGERPRINT_SIZE];
	fixture_open(&f);
	uint32_t a = add_source(&f, "a.seq", "one\n");
	diag_fingerprint(&f.diags, add(&f, find(&f, a, "one", 0), "x"), first);
	diag_fingerprint(&f.diags, add(&f, find(&f, a, "one", 0), "y"), other);
	fixture_close(&f);
	fixture_open(&f);
	a = add_source(&f, "a.seq", "\n\n  one\n");
	diag_fingerprint(&f.diags, add(&f, find(&f, a, "one", 0), "x"), again);
	fixture_close(&f);
	assert_string_equal(first, again);
	assert_string_not_equal(first, other);
	assert_int_equal(strlen(first), 32);
}

/* ---- edits ---- */

static void edits_of(struct fixture *f, enum diag_confidence least, uint32_t source, const char *wanted)
{
	struct diag_edit *edits;
	uint32_t count;
	diags_sort(&f->diags);
	assert_true(diag_edits(&f->diags, least, -1, &edits, &count));
	buf_clear(&f->out);
	diag_edit_text(&f->sources, source, edits, count, &f->out);
	assert_string_equal(buf_cstr(&f->out), wanted);
	free(edits);
}

static void edits_are_made_where_they_belong(void **state)
{
	(void)state;
	struct fixture f;
	fixture_open(&f);
	uint32_t a = add_source(&f, "a.seq", "one two three\n"), b = add_source(&f, "b.md", "four\n");
	uint32_t std = source_add(&f.sources, SLICE("std/x.seq"), SLICE("five\n"), true);
	struct diag *g = add(&f, find(&f, a, "one", 0), "1");
	diag_fix(&f.diags, g, find(&f, b, "four", 0), SLICE("4"), FIX_SURE, "in another file");
	g = add(&f, find(&f, a, "three", 0), "3");
	diag_fix(&f.diags, g, g->span, SLICE("…"), FIX_PLACEHOLDER, "never");
	diag_fix(&f.diags, g, g->span, SLICE("3"), FIX_MAYBE, "perhaps");
	g = add(&f, find(&f, a, "two", 0), "2");
	diag_fix(&f.diags, g, (struct span){a, 4, 4}, SLICE(">"), FIX_SURE, "put in");
	g = add(&f, find(&f, std, "five", 0), "5");
	diag_fix(&f.diags, g, g->span, SLICE("5"), FIX_SURE, "not in the library");
	edits_of(&f, FIX_SURE, a, "one >two three\n");
	edits_of(&f, FIX_SURE, b, "4\n");
	edits_of(&f, FIX_SURE, std, "five\n");
	edits_of(&f, FIX_MAYBE, a, "one >two 3\n");
	fixture_close(&f);
}

static void of_edits_that_overlap_the_first_is_made(void **state)
{
	(void)state;
	struct fixture f;
	fixture_open(&f);
	uint32_t a = add_source(&f, "a.seq", "one two three\n");
	const struct {
		uint32_t start, end;
		const char *text;
	} rows[] = {{0, 7, "12"}, {4, 13, "23"}, {7, 7, "!"}, {7, 7, "?"}, {8, 13, "3"}};
	for (size_t i = 0; i < 5; i++) {
		struct diag *g = add(&f, (struct span){a, rows[i].start, rows[i].end}, rows[i].text);
		diag_fix(&f.diags, g, g->span, slice_of(rows[i].text), FIX_SURE, "x");
	}
	edits_of(&f, FIX_SURE, a, "12! 3\n");
	f.diags.items[0].accepted = true;
	edits_of(&f, FIX_SURE, a, "one 23\n");
	fixture_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(short_has_a_line_each),
	        cmocka_unit_test(no_findings_are_a_document_too),
	        cmocka_unit_test(github_escapes_and_caps),
	        cmocka_unit_test(junit_is_xml_whatever_the_source_holds),
	        cmocka_unit_test(sarif_has_relative_uris_and_suppressions),
	        cmocka_unit_test(a_witness_is_dated),
	        cmocka_unit_test(a_fingerprint_outlives_its_line),
	        cmocka_unit_test(edits_are_made_where_they_belong),
	        cmocka_unit_test(of_edits_that_overlap_the_first_is_made),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
