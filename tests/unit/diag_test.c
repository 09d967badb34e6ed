/* SPDX-License-Identifier: Apache-2.0
 * The collector and the renderers of diagnostics, on sources in memory. What the compiler itself finds is tested in
 * tests/table/diagnostics_test.c. */
#include "base/utf8.h"
#include "tests/unit/diag_help.h"

static const char *text_of(struct fixture *f, uint32_t max)
{
	buf_clear(&f->out);
	diags_sort(&f->diags);
	diags_render_text(&f->diags, &f->out, false, max);
	return buf_cstr(&f->out);
}

static void carets_labels_notes_and_fixes(void **state)
{
	(void)state;
	struct fixture f;
	fixture_open(&f);
	uint32_t cold = add_source(
	        &f, "outbound/cold.seq",
	        "sequence cold {\n\twindow mon-fri 9:00-17:00\n\n\n\n\n\n\n\temail Grüße { }\n\temail Grüße { }\n}\n");
	uint32_t house = add_source(&f, "workspace.seq", "workspace a {\n    contact { first text }\n}\n");
	struct span second = find(&f, cold, "Grüße", 1);
	struct diag *g = add(&f, second, "a second `Grüße`");
	diag_label(&f.diags, g, find(&f, cold, "window", 0), "the %s stands here", "window");
	diag_label(&f.diags, g, find(&f, house, "first", 0), "and the field here");
	diag_label(&f.diags, g, second, "this one");
	diag_note(&f.diags, g, "used by `a`\nby `b`");
	diag_fix(&f.diags, g, second, SLICE("other"), FIX_MAYBE, "give it %s name", "another");
	diag_fix(&f.diags, g, (struct span){cold, second.end, second.end}, SLICE("_2"), FIX_PLACEHOLDER, "number it");
	assert_string_equal(text_of(&f, 0), "error[E0515]: this cannot be compiled: a second `Grüße`\n"
	                                    "  --> outbound/cold.seq:10:8\n"
	                                    "   |\n"
	                                    " 2 |     window mon-fri 9:00-17:00\n"
	                                    "   |     ------ the window stands here\n"
	                                    "...\n"
	                                    "10 |     email Grüße { }\n"
	                                    "   |           ^^^^^ this one\n"
	                                    "  ::: workspace.seq:2:15\n"
	                                    "   |\n"
	                                    " 2 |     contact { first text }\n"
	                                    "   |               ----- and the field here\n"
	                                    "   = note: used by `a`\n"
	                                    "           by `b`\n"
	                                    "help: give it another name (maybe)\n"
	                                    "   |\n"
	                                    "10 |     email other { }\n"
	                                    "   |           ~~~~~\n"
	                                    "help: number it (placeholder)\n"
	                                    "   |\n"
	                                    "10 |     email Grüße_2 { }\n"
	                                    "   |                ++\n"
	                                    "\n"
	                                    "1 error\n");
	fixture_close(&f);
}

static void wide_characters_count_as_they_show(void **state)
{
	(void)state;
	struct fixture f;
	fixture_open(&f);
	uint32_t s = add_source(&f, "a.seq", "subject \"日本 e\xCC\x81 {{x}}\"");
	add(&f, find(&f, s, "x", 0), "x");
	/* Two columns each for 日 and 本, none for the combining accent; the place counts Unicode scalars. */
	assert_non_null(strstr(text_of(&f, 0), " --> a.seq:1:18\n"));
	assert_non_null(strstr(text_of(&f, 0), "\n  |                   ^\n"));
	fixture_close(&f);
}

static void spans_of_several_lines_show_both_ends(void **state)
{
	(void)state;
	struct fixture f;
	fixture_open(&f);
	uint32_t s = add_source(&f, "a.seq", "sequence a {\n    finish\n    finish\n  }\n");
	struct diag *g = add(&f, (struct span){s, 0, 38}, "all of it");
	diag_label(&f.diags, g, g->span, "down to here");
	assert_string_equal(text_of(&f, 0), "error[E0515]: this cannot be compiled: all of it\n"
	                                    " --> a.seq:1:1\n"
	                                    "  |\n"
	                                    "1 | sequence a {\n"
	                                    "  | ^^^^^^^^^^^^\n"
	                                    "...\n"
	                                    "4 |   }\n"
	                                    "  |   ^ down to here\n"
	                                    "\n"
	                                    "1 error\n");
	fixture_close(&f);
}

static void fixes_may_add_lines(void **state)
{
	(void)state;
	struct fixture f;
	fixture_open(&f);
	uint32_t s = add_source(&f, "a.seq", "email intro { body \"x\" }\n");
	struct diag *g = add(&f, find(&f, s, "intro", 0), "no subject");
	diag_fix(&f.diags, g, (struct span){s, 13, 14}, SLICE("\n    subject \"…\"\n    "), FIX_PLACEHOLDER,
	         "add a subject");
	assert_non_null(strstr(text_of(&f, 0), "help: add a subject (placeholder)\n"
	                                       "  |\n"
	                                       "1 | email intro {\n"
	                                       "2 |     subject \"…\"\n"
	                                       "  |     ~~~~~~~~~~~\n"
	                                       "3 |     body \"x\" }\n"));
	fixture_close(&f);
}

static void long_lines_are_cut_around_the_mark(void **state)
{
	(void)state;
	struct fixture f;
	fixture_open(&f);
	char line[5001];
	memset(line, 'a', 5000);
	line[5000] = 0;
	memcpy(line + 3000, "WRONG", 5);
	uint32_t s = add_source(&f, "a.seq", line);
	add(&f, find(&f, s, "WRONG", 0), "x");
	const char *text = text_of(&f, 0);
	assert_true(strlen(text) < 600);
	const char *shown = strstr(text, "1 | …"), *caret = strstr(text, "^^^^^");
	assert_non_null(shown);
	assert_non_null(caret);
	/* "…" is one column and three bytes. */
	const char *caret_line = caret;
	while (caret_line[-1] != '\n')
		caret_line--;
	assert_int_equal(strstr(shown, "WRONG") - shown - 2, caret - caret_line);
	fixture_close(&f);
}

/* What is underlined in a line, as it shows on a terminal. */
static void every_script_is_underlined_where_it_stands(void **state)
{
	(void)state;
	static const struct {
		const char *what, *text, *word, *shown;
	} rows[] = {
	        {"a tab is four columns", "\tbody x", "body", "1 |     body x\n  |     ^^^^\n"},
	        {"a tab in the line goes to the next stop", "a\tx", "x", "1 | a   x\n  |     ^\n"},
	        {"a tab that is underlined", "a\tx", "\t", "1 | a   x\n  |  ^^^\n"},
	        {"wide letters", "日本 x", "x", "1 | 日本 x\n  |      ^\n"},
	        {"wide letters underlined", "a 日本 x", "日本", "1 | a 日本 x\n  |   ^^^^\n"},
	        {"an emoji", "🎉 x", "x", "1 | 🎉 x\n  |    ^\n"},
	        {"an accent of its own", "e\xCC\x81 x", "x", "1 | e\xCC\x81 x\n  |   ^\n"},
	        {"the end of a CRLF line", "subject x\r\nfinish\r\n", "x", "1 | subject x\n  |         ^\n"},
	        {"the second CRLF line", "a\r\nfinish\r\n", "finish", "2 | finish\n  | ^^^^^^\n"},
	        {"over a CRLF", "ab\r\ncd\r\n", "b\r\nc", "1 | ab\n  |  ^\n2 | cd\n  | ^\n"},
	        {"a newline itself", "ab\ncd", "\n", "1 | ab\n  |   ^\n"},
	        {"bytes that are no text", "a \xFF x", "x", "1 | a \xEF\xBF\xBD x\n  |     ^\n"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct fixture f;
		fixture_open(&f);
		uint32_t s = add_source(&f, "a.seq", rows[i].text);
		add(&f, find(&f, s, rows[i].word, 0), "x");
		if (!strstr(text_of(&f, 0), rows[i].shown))
			fail_msg("%s:\n%s", rows[i].what, text_of(&f, 0));
		fixture_close(&f);
	}
}

/* A long line of wide letters, with a label far away on either side. */
static void a_long_line_shows_120_columns(void **state)
{
	(void)state;
	struct fixture f;
	fixture_open(&f);
	struct buf line = {0};
	for (int i = 0; i < 600; i++)
		buf_adds(&line, i == 10 ? "left" : i == 300 ? "WRONG" : i == 590 ? "right" : "日");
	uint32_t s = add_source(&f, "a.seq", buf_cstr(&line));
	struct diag *g = add(&f, find(&f, s, "WRONG", 0), "x");
	diag_label(&f.diags, g, find(&f, s, "left", 0), "one");
	diag_label(&f.diags, g, find(&f, s, "right", 0), "two");
	const char *text = text_of(&f, 0), *at = strstr(text, "1 | …日");
	assert_non_null(at);
	struct slice shown = {at + 4, strcspn(at + 4, "\n")};
	assert_in_range(utf8_slice_width(shown), 118, 120);
	assert_true(slice_ends(shown, "日…"));
	assert_non_null(strstr(text, "\n  | - one\n")); /* under the … */
	struct slice before = {shown.p, (size_t)(strstr(shown.p, "WRONG") - shown.p)};
	buf_clear(&line);
	buf_addf(&line, "\n  | %*s^^^^^\n", (int)utf8_slice_width(before), "");
	assert_non_null(strstr(text, buf_cstr(&line)));
	buf_free(&line);
	fixture_close(&f);
}

static void places_at_the_end_and_nowhere(void **state)
{
	(void)state;
	struct fixture f;
	fixture_open(&f);
	uint32_t s = add_source(&f, "a.seq", "finish\n");
	uint32_t empty = add_source(&f, "empty.seq", "");
	add(&f, (struct span){s, 7, 7}, "at the end");
	add(&f, (struct span){empty, 0, 0}, "nothing in it");
	add(&f, DIAG_NO_PLACE, "no place at all");
	const char *text = text_of(&f, 0);
	assert_non_null(strstr(text, "error[E0515]: this cannot be compiled: no place at all\n\n"));
	assert_non_null(strstr(text, " --> a.seq:2:1\n  |\n2 |\n  | ^\n"));
	assert_non_null(strstr(text, " --> empty.seq:1:1\n  |\n1 |\n  | ^\n"));
	buf_clear(&f.out);
	diags_render_json(&f.diags, &f.out);
	assert_non_null(strstr(buf_cstr(&f.out), "\"file\":null,\"line\":0,"));
	fixture_close(&f);
}

static void no_control_character_reaches_the_terminal(void **state)
{
	(void)state;
	struct fixture f;
	fixture_open(&f);
	uint32_t s = add_source(&f, "a\033[2J.seq", "x \033[31m \xE2\x80\xAE y\n");
	struct diag *g = add(&f, find(&f, s, "x", 0), "\033]0;title\a");
	diag_label(&f.diags, g, find(&f, s, "y", 0), "%s", "a\rlabel");
	diag_note(&f.diags, g, "%s", "a\bnote");
	diag_fix(&f.diags, g, g->span, SLICE("\033[0m"), FIX_SURE, "%s", "a\vfix");
	const char *text = text_of(&f, 0);
	for (const char *p = text; *p; p++)
		assert_true(*p == '\n' || (unsigned char)*p >= ' ');
	assert_null(strstr(text, "\xE2\x80\xAE")); /* the override that turns text around */
	fixture_close(&f);
}

static void sorted_without_repeats(void **state)
{
	(void)state;
	struct fixture f;
	fixture_open(&f);
	uint32_t b = add_source(&f, "b.seq", "one two\n"), a = add_source(&f, "a.seq", "one two\n");
	add(&f, find(&f, b, "one", 0), "4");
	add(&f, find(&f, a, "two", 0), "3");
	add(&f, find(&f, a, "one", 0), "1");
	add(&f, find(&f, a, "one", 0), "2");
	add(&f, find(&f, b, "one", 0), "4");
	assert_int_equal(f.diags.errors, 5);
	diags_sort(&f.diags);
	assert_int_equal(f.diags.count, 4);
	assert_int_equal(f.diags.errors, 4);
	for (uint32_t i = 0; i < 4; i++)
		assert_int_equal(f.diags.items[i].message.p[f.diags.items[i].message.n - 1], '1' + (int)i);
	f.diags.items[0].accepted = true;
	diags_sort(&f.diags);
	assert_int_equal(f.diags.errors, 3);
	assert_null(strstr(text_of(&f, 0), "yet: 1"));
	fixture_close(&f);
}

static void a_file_shows_at_most_so_many(void **state)
{
	(void)state;
	struct fixture f;
	fixture_open(&f);
	uint32_t a = add_source(&f, "a.seq", "xxxxxxxxx\n"), b = add_source(&f, "b.seq", "x\n");
	for (uint32_t i = 0; i < 9; i++)
		add(&f, (struct span){a, i, i + 1}, "x");
	add(&f, (struct span){b, 0, 1}, "x");
	const char *text = text_of(&f, 3);
	int shown = 0;
	for (const char *p = text; (p = strstr(p, "--> a.seq")); p++)
		shown++;
	assert_int_equal(shown, 3);
	assert_non_null(strstr(text, "... and 6 more in a.seq\n"));
	assert_non_null(strstr(text, "--> b.seq"));
	assert_non_null(strstr(text, "\n10 errors\n"));
	fixture_close(&f);
}

static void warnings_never_push_out_errors(void **state)
{
	(void)state;
	struct fixture f;
	fixture_open(&f);
	uint32_t a = add_source(&f, "a.seq", "xxxxxxxxx\n");
	for (uint32_t i = 0; i < 8; i++)
		diag_false_reply(&f.diags, (struct span){a, i, i + 1});
	add(&f, (struct span){a, 8, 9}, "the error");
	const char *text = text_of(&f, 3);
	assert_non_null(strstr(text, "the error"));
	assert_non_null(strstr(text, "--> a.seq:1:2"));
	assert_null(strstr(text, "--> a.seq:1:3"));
	assert_non_null(strstr(text, "... and 6 more in a.seq\n"));
	fixture_close(&f);
}

static void what_is_accepted_is_only_counted(void **state)
{
	(void)state;
	struct fixture f;
	fixture_open(&f);
	uint32_t a = add_source(&f, "a.seq", "one two\n");
	diag_false_reply(&f.diags, find(&f, a, "one", 0));
	struct diag *g = diag_false_reply(&f.diags, find(&f, a, "two", 0));
	g->accepted = true;
	g->reason = SLICE("we know");
	const char *text = text_of(&f, 0);
	assert_null(strstr(text, "1:5"));
	assert_non_null(strstr(text, "\n1 warning; 1 warning accepted\n"));
	f.diags.items[0].accepted = true;
	assert_string_equal(text_of(&f, 0), "2 warnings accepted\n");
	fixture_close(&f);
}

static void json_has_the_same_facts(void **state)
{
	(void)state;
	struct fixture f;
	fixture_open(&f);
	uint32_t s = add_source(&f, "a.seq", "é one\ntwo\n");
	struct diag *g = add(&f, find(&f, s, "one\ntwo", 0), "\"q\"");
	diag_label(&f.diags, g, find(&f, s, "two", 0), "here");
	diag_note(&f.diags, g, "note");
	diag_fix(&f.diags, g, find(&f, s, "one", 0), SLICE("1"), FIX_SURE, "write 1");
	diags_render_json(&f.diags, &f.out);
	assert_string_equal(
	        buf_cstr(&f.out),
	        "{\"format_version\":1,\"diagnostics\":[{\"code\":\"E0515\",\"severity\":\"error\","
	        "\"message\":\"this cannot be compiled: "
	        "\\\"q\\\"\",\"file\":\"a.seq\",\"line\":1,\"column\":3,\"end_line\":2,"
	        "\"end_column\":4,\"byte_start\":3,\"byte_end\":10,"
	        "\"labels\":[{\"text\":\"here\",\"file\":\"a.seq\",\"line\":2,\"column\":1,\"end_line\":2,"
	        "\"end_column\":4,\"byte_start\":7,\"byte_end\":10}],\"notes\":[\"note\"],"
	        "\"fixes\":[{\"title\":\"write 1\",\"confidence\":\"sure\",\"file\":\"a.seq\",\"line\":1,\"column\":3,"
	        "\"end_line\":1,\"end_column\":6,\"byte_start\":3,\"byte_end\":6,\"replacement\":\"1\"}],"
	        "\"rendered\":\"error[E0515]: this cannot be compiled: \\\"q\\\"\\n --> a.seq:1:3\\n  |\\n1 | é one\\n "
	        " |   "
	        "^^^\\n"
	        "2 | two\\n  | ^^^\\n  | --- here\\n  = note: note\\nhelp: write 1\\n  |\\n1 | é 1\\n  |   ~\\n\","
	        "\"fingerprint\":\"a93708f2774aabc2682e54340836f528\"}],\"suppressed\":[]}\n");
	fixture_close(&f);
}

static void colour_only_adds_colour(void **state)
{
	(void)state;
	struct fixture f;
	fixture_open(&f);
	uint32_t s = add_source(&f, "a.seq", "one two\n");
	struct diag *g = add(&f, find(&f, s, "two", 0), "x");
	diag_label(&f.diags, g, find(&f, s, "one", 0), "here");
	diag_fix(&f.diags, g, g->span, SLICE("2"), FIX_SURE, "write 2");
	char *plain = strdup(text_of(&f, 0)), *to;
	buf_clear(&f.out);
	diags_render_text(&f.diags, &f.out, true, 0);
	char *coloured = strdup(buf_cstr(&f.out));
	assert_non_null(strstr(coloured, "\033[1;31merror[E0515]\033[0m"));
	for (char *p = to = coloured;; p++) {
		if (*p == '\033')
			p = strchr(p, 'm');
		else if (!(*to++ = *p))
			break;
	}
	assert_string_equal(coloured, plain);
	free(plain);
	free(coloured);
	fixture_close(&f);
}

static void a_very_long_name_is_cut(void **state)
{
	(void)state;
	struct fixture f;
	fixture_open(&f);
	char name[100001] = {0};
	for (int i = 0; i < 50000; i++)
		memcpy(name + 2 * i, "é", 2);
	const struct diag *g = add(&f, DIAG_NO_PLACE, name + 2);
	assert_true(g->message.n < 300);
	assert_string_equal(g->message.p + g->message.n - 5, "é…");
	name[201] = 0; /* 200 bytes, the last of them half a character */
	g = add(&f, DIAG_NO_PLACE, name + 1);
	assert_true(slice_ends(g->message, "\xC3"));
	fixture_close(&f);
}

static void did_you_mean(void **state)
{
	(void)state;
	const struct slice names[] = {SLICE("intro"), SLICE("bump"), SLICE("breakup"), SLICE("first_name"),
	                              SLICE("on")};
	const struct {
		const char *word;
		int nearest;
	} rows[] = {
	        {"intor", 0}, /* two neighbours swapped count one */
	        {"itnor", 0}, /* twice swapped: two */
	        {"bmup", 1},  /* four letters: distance one */
	        {"bmpu", -1}, /* two is too far for four letters */
	        {"frist_name", 3}, {"frist_nmae", 3}, {"fristnmae", -1},
	        {"break", 2},      {"brea", -1},      {"intro", -1}, /* never the word itself */
	        {"no", 4},         {"x", -1},         {"", -1},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (diag_nearest(slice_of(rows[i].word), names, 5) != rows[i].nearest)
			fail_msg("%s: %d", rows[i].word, diag_nearest(slice_of(rows[i].word), names, 5));
	char longest[200];
	memset(longest, 'a', sizeof longest);
	assert_int_equal(diag_nearest((struct slice){longest, sizeof longest}, names, 5), -1);
}

static void the_table_is_in_order_and_found(void **state)
{
	(void)state;
	for (int i = 0; i < diag_info_count(); i++) {
		const struct diag_info *info = diag_info_at(i);
		assert_ptr_equal(diag_lookup(slice_of(info->code)), info);
		assert_non_null(info->section);
		assert_memory_equal(info->section + 1, info->code + 1, 2);
		if (i)
			assert_true(strcmp(diag_info_at(i - 1)->code + 1, info->code + 1) < 0);
	}
	assert_null(diag_lookup(SLICE("E9999")));
	assert_null(diag_lookup(SLICE("")));
	struct buf out = {0};
	diag_put_pattern(&out, diag_lookup(SLICE("E0515")));
	assert_string_equal(buf_cstr(&out), "this cannot be compiled: REASON");
	buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(carets_labels_notes_and_fixes),
	        cmocka_unit_test(wide_characters_count_as_they_show),
	        cmocka_unit_test(spans_of_several_lines_show_both_ends),
	        cmocka_unit_test(fixes_may_add_lines),
	        cmocka_unit_test(long_lines_are_cut_around_the_mark),
	        cmocka_unit_test(every_script_is_underlined_where_it_stands),
	        cmocka_unit_test(a_long_line_shows_120_columns),
	        cmocka_unit_test(places_at_the_end_and_nowhere),
	        cmocka_unit_test(no_control_character_reaches_the_terminal),
	        cmocka_unit_test(sorted_without_repeats),
	        cmocka_unit_test(a_file_shows_at_most_so_many),
	        cmocka_unit_test(warnings_never_push_out_errors),
	        cmocka_unit_test(what_is_accepted_is_only_counted),
	        cmocka_unit_test(json_has_the_same_facts),
	        cmocka_unit_test(colour_only_adds_colour),
	        cmocka_unit_test(a_very_long_name_is_cut),
	        cmocka_unit_test(did_you_mean),
	        cmocka_unit_test(the_table_is_in_order_and_found),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
