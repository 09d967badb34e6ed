/* SPDX-License-Identifier: Apache-2.0
 * Broken sources: tests/golden/recovery/NAME.seq. The head of each says what must be told:
 *     # mistakes: 1              diagnostics of form, no more than three a mistake, and in all almost one;
 *                                `, alone` after it: nothing follows the mistake that could be checked
 *     # expect: E0102 at 9       one of them, on that line
 * What follows the mistake is checked as ever: the last sequence names a contact field that is none, which must be
 * told, and nothing else, since what follows from a mistake is not told. A sure fix must make its diagnostic go, and
 * bring no other. Then sources too odd for a file: other encodings, very long ones, very deep ones. RECOVERY_SHOW=1 in
 * the environment prints what is told. */
#include "compiler/compile.h"
#include "tests/read_file.h"
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define FOLDER "tests/golden/recovery/"

static bool is_form(const struct diag *g)
{
	return memcmp(diag_info_at(g->code)->code, "E01", 3) == 0;
}

static uint32_t line_of(const struct compile *c, const struct diag *g)
{
	uint32_t line = 0, column;
	if (g->span.source < c->sources.count)
		source_place(&c->sources.items[g->span.source], g->span.start, &line, &column);
	return line;
}

static void show(const char *name, const struct compile *c)
{
	if (!getenv("RECOVERY_SHOW"))
		return;
	printf("== %s\n", name);
	for (uint32_t i = 0; i < c->diags.count; i++) {
		const struct diag *g = &c->diags.items[i];
		uint32_t line = line_of(c, g);
		printf("   %u: %s %.*s\n", line, diag_info_at(g->code)->code, SLICE_ARG(g->message));
		for (const struct diag_note *n = g->notes; n; n = n->next)
			printf("          note: %.*s\n", SLICE_ARG(n->text));
		for (const struct diag_fix *f = g->fixes; f; f = f->next)
			printf("          %s: %.*s\n", f->confidence == FIX_SURE ? "SURE" : "maybe",
			       SLICE_ARG(f->title));
		if (line && g == c->diags.items) {
			struct slice text = source_line(&c->sources.items[g->span.source], line);
			printf("          | %.*s\n", (int)(text.n > 100 ? 100 : text.n), text.p);
		}
	}
}

/* ---- the corpus ---- */

struct head {
	unsigned mistakes;
	bool alone;
};

/* The rest of the line after `mark`, which begins a line of the head. */
static const char *after_mark(const char *line, const char *mark)
{
	size_t n = strlen(mark);
	return strncmp(line, mark, n) == 0 ? line + n : NULL;
}

static bool is_told(const struct compile *c, const char *code, unsigned line)
{
	for (uint32_t i = 0; i < c->diags.count; i++) {
		const struct diag *g = &c->diags.items[i];
		if (strncmp(diag_info_at(g->code)->code, code, 5) == 0 && line_of(c, g) == line)
			return true;
	}
	return false;
}

/* Reads the head and holds its `expect` lines to what is told; counts those that are not. */
static unsigned check_head(const char *name, const char *text, const struct compile *c, struct head *head)
{
	unsigned missing = 0;
	const char *rest;
	*head = (struct head){0};
	if ((rest = after_mark(text, "# mistakes: "))) {
		head->mistakes = (unsigned)strtoul(rest, NULL, 10);
		head->alone = strncmp(strchr(rest, '\n') - 5, "alone", 5) == 0;
	} else {
		fail_msg("%s does not begin with `# mistakes: `", name);
	}
	for (const char *line = text; (line = strchr(line, '\n')) && *++line == '#';) {
		rest = after_mark(line, "# expect: ");
		const char *at = rest ? after_mark(rest + 5, " at ") : NULL;
		if (at && !is_told(c, rest, (unsigned)strtoul(at, NULL, 10)) && ++missing)
			print_error("%s: `%.*s` is not told\n", name, (int)strcspn(line, "\n"), line);
	}
	return missing;
}

static unsigned form_count(const struct compile *c)
{
	unsigned n = 0;
	for (uint32_t i = 0; i < c->diags.count; i++)
		n += is_form(&c->diags.items[i]);
	return n;
}

/* Only the deliberate mistake of the last sequence is told beside those of form. */
static unsigned check_rest(const char *name, const struct compile *c, const struct head *head)
{
	unsigned wrong = 0, known = 0;
	for (uint32_t i = 0; i < c->diags.count; i++) {
		const struct diag *g = &c->diags.items[i];
		bool deliberate = strcmp(diag_info_at(g->code)->code, "E0201") == 0 &&
		                  slice_find(g->message, SLICE("`nobody`")) >= 0;
		known += deliberate;
		if (memcmp(diag_info_at(g->code)->code + 1, "09", 2) == 0)
			continue; /* not built yet */
		if (!is_form(g) && !deliberate && head->mistakes > 0 && ++wrong)
			print_error("%s: follows from a mistake: %.*s\n", name, SLICE_ARG(g->message));
	}
	if (known != !head->alone && ++wrong)
		print_error("%s: what follows the mistake is %s\n", name, known ? "checked" : "not checked");
	return wrong;
}

static bool is_told_at(const struct compile *c, int code, uint32_t start)
{
	for (uint32_t i = 0; i < c->diags.count; i++)
		if (c->diags.items[i].code == code && c->diags.items[i].span.start == start)
			return true;
	return false;
}

/* Each sure fix, made alone, must take its diagnostic away and bring no new one of form. */
static unsigned check_fixes(const char *name, struct slice text, const struct compile *c)
{
	unsigned wrong = 0;
	for (uint32_t i = 0; i < c->diags.count; i++) {
		const struct diag *g = &c->diags.items[i];
		const struct diag_fix *f = g->fixes;
		if (!is_form(g) || !f || f->confidence != FIX_SURE)
			continue;
		struct buf fixed = {0};
		struct compile again;
		buf_add(&fixed, text.p, f->span.start);
		buf_add(&fixed, f->replacement.p, f->replacement.n);
		buf_add(&fixed, text.p + f->span.end, text.n - f->span.end);
		compile_init(&again);
		compile_text(&again, name, buf_slice(&fixed));
		if ((form_count(&again) > form_count(c) || is_told_at(&again, g->code, g->span.start)) && ++wrong) {
			print_error("%s: the fix of `%.*s` is none:\n%.*s\n", name, SLICE_ARG(g->message),
			            (int)(fixed.n - f->span.start > 100 ? 100 : fixed.n - f->span.start),
			            fixed.p + f->span.start);
			show(name, &again);
		}
		compile_free(&again);
		buf_free(&fixed);
	}
	return wrong;
}

struct corpus {
	unsigned files, mistakes, told, exact, wrong;
};

static void check_file(const char *path, struct corpus *all)
{
	struct compile c;
	struct head head;
	struct slice text = read_existing(path);
	const char *name = path + strlen(FOLDER);
	compile_init(&c);
	compile_text(&c, "main.seq", text);
	show(name, &c);
	assert_false(c.our_bug);
	unsigned told = form_count(&c), wrong = check_head(name, text.p, &c, &head);
	if (told > head.mistakes * 3 && ++wrong)
		print_error("%s: %u diagnostics of form for %u mistakes\n", name, told, head.mistakes);
	if (told == 0 && head.mistakes > 0 && ++wrong)
		print_error("%s: no diagnostic of form\n", name);
	if (told != head.mistakes && getenv("RECOVERY_SHOW"))
		printf("   ^^ %u, not %u\n", told, head.mistakes);
	wrong += check_rest(name, &c, &head) + check_fixes(name, text, &c);
	all->files++;
	all->mistakes += head.mistakes;
	all->told += told;
	all->exact += told == head.mistakes;
	all->wrong += wrong;
	compile_free(&c);
	free((char *)text.p);
}

static void broken_files_are_told_once_and_read_on(void **state)
{
	(void)state;
	struct corpus all = {0};
	glob_t found;
	assert_int_equal(glob(FOLDER "*.seq", 0, NULL, &found), 0);
	for (size_t i = 0; i < found.gl_pathc; i++)
		check_file(found.gl_pathv[i], &all);
	globfree(&found);
	printf("  %u files, %u mistakes, %u diagnostics (%.3f a mistake); %u files exactly as many\n", all.files,
	       all.mistakes, all.told, (double)all.told / all.mistakes, all.exact);
	assert_true(all.files >= 130);
	assert_int_equal(all.wrong, 0);
	assert_true(all.told * 100 <= all.mistakes * 103);
	assert_true(all.exact * 100 >= all.files * 97);
}

/* ---- sources that are no files of the corpus ---- */

#define GOOD "sequence a {\n    email intro { subject \"Hi\"; body \"Hello\" }\n}\n"

/* The codes of form that are told, with blanks between. */
static void expect_form(const char *what, struct slice text, const char *codes)
{
	struct compile c;
	struct buf got = {0};
	compile_init(&c);
	compile_text(&c, "main.seq", text);
	show(what, &c);
	for (uint32_t i = 0; i < c.diags.count; i++)
		if (is_form(&c.diags.items[i]))
			buf_addf(&got, "%s%s", got.n ? " " : "", diag_info_at(c.diags.items[i].code)->code);
	if (strcmp(buf_cstr(&got), codes) != 0)
		fail_msg("%s: wanted `%s`, got `%s`", what, codes, buf_cstr(&got));
	assert_false(c.our_bug);
	buf_free(&got);
	compile_free(&c);
}

static struct buf in_utf16(const char *text, bool big_endian, bool mark)
{
	struct buf b = {0};
	if (mark)
		buf_add(&b, big_endian ? "\xfe\xff" : "\xff\xfe", 2);
	for (; *text; text++) {
		buf_addc(&b, big_endian ? 0 : *text);
		buf_addc(&b, big_endian ? *text : 0);
	}
	buf_cstr(&b);
	return b;
}

/* wrong_encoding, not_utf8, lone_return */
static void other_encodings_are_told_once(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		struct buf b = in_utf16(GOOD, i & 1, i & 2);
		expect_form("UTF-16", buf_slice(&b), "E0146");
		buf_free(&b);
	}
	expect_form("UTF-32", SLICE("\xff\xfe\0\0s\0\0\0e\0\0\0q\0\0\0"), "E0146");
	expect_form("a mark of UTF-8", SLICE("\xef\xbb\xbf" GOOD), "");
	expect_form("Latin-1", SLICE("# \xfc\xe4\n" GOOD "# \xf6\nsequence \xe9t\xe9 { }\n"), "E0131");
	expect_form("Latin-1 in a text", SLICE("sequence a { email b { subject \"\xfc\"; body \"\xe4\" } }\n"),
	            "E0131");
	expect_form("a NUL", SLICE("sequence a {\0\n    finish\n}\n"), "E0116");
	expect_form("NULs", SLICE("\0\0\0\0\0\0\0\0\0\0"), "E0116");
	expect_form("CRLF", SLICE("sequence a {\r\n    email intro { subject \"Hi\"; body \"Hello\" }\r\n}\r\n"), "");
	expect_form("CR alone", SLICE("sequence a {\r    email intro { subject \"Hi\"; body \"Hello\" }\r}\r"),
	            "E0147");
	expect_form("a mark of UTF-8 within", SLICE(GOOD "\xef\xbb\xbf" GOOD), "E0116");
	expect_form("tabs", SLICE("sequence a {\n\temail intro {\n\t\tsubject \"Hi\"\n\t\tbody \"Hello\"\n\t}\n}\n"),
	            "");
	expect_form("blanks of other kinds in a text", SLICE("sequence a { title \"Bonjour\u00a0!\u200b\" }\n"), "");
	expect_form("a conflict in a text",
	            SLICE("sequence a { email b { body \"\"\"\n<<<<<<< HEAD\na\n=======\nb\n>>>>>>> c\n\"\"\" } }\n"),
	            "E0117");
}

struct repeated {
	const char *what, *before, *piece, *after, *codes;
	size_t times;
};

/* Long, deep and endless: told, and soon done with. */
static void huge_sources_are_told_and_end(void **state)
{
	(void)state;
	static const struct repeated rows[] = {
	        {"10 MB on one line", "sequence a { ", "finish; ", "}\n", "", 1250000},
	        {"10 MB of one name", "sequence ", "aaaaaaaaaa", " { }\n", "", 1000000},
	        {"10 MB in one text", "sequence a { title \"", "aaaaaaaaaa", "\" }\n", "", 1000000},
	        {"10 MB in an open text", "sequence a { title \"", "aaaaaaaaaa", "", "E0120", 1000000},
	        {"10 MB of one comment", "# ", "aaaaaaaaaa", "\n" GOOD, "", 1000000},
	        {"10,000 blocks", "sequence a {\n", "when contact.vip {\n", "", "E0150", 10000},
	        {"10,000 brackets", "sequence a { when ", "(", "", "E0150", 10000},
	        {"a million `;`", "sequence a { ", ";", "}\n", "", 1000000},
	        {"a million `;` and nothing else", "", ";", "\n", "", 1000000},
	        {"a million blank lines", "", "\n", GOOD, "", 1000000},
	        {"a million no-break spaces", "sequence a {", "\u00a0", "}\n", "E0116", 1000000},
	        {"100,000 quotes", "sequence a { title ", "\"", "\n}\n", NULL, 100001},
	        {"100,000 conflicts", "", "<<<<<<< a\n", GOOD, NULL, 100000},
	        {"100,000 fences", "", "```\n", GOOD, NULL, 100000},
	        {"100,000 comments of C", "", "/* ", GOOD, NULL, 100000},
	        {"100,000 doubled braces", "sequence a ", "{{\n", "", NULL, 100000},
	        {"100,000 brackets after a name", "sequence a { ", "subject(", "}\n", NULL, 100000},
	        {"100,000 misspelt words", "sequence a {\n", "emial x\n", "}\n", NULL, 100000},
	        {"100,000 holes", "sequence a { title \"", "{{first_name}}", "\" }\n", NULL, 100000},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct buf b = {0};
		buf_adds(&b, rows[i].before);
		for (size_t k = 0; k < rows[i].times; k++)
			buf_adds(&b, rows[i].piece);
		buf_adds(&b, rows[i].after);
		buf_cstr(&b);
		print_message("  %s\n", rows[i].what);
		alarm(60); /* none may hang */
		if (rows[i].codes) {
			expect_form(rows[i].what, buf_slice(&b), rows[i].codes);
		} else {
			struct compile c;
			compile_init(&c);
			compile_text(&c, "main.seq", buf_slice(&b));
			assert_true(c.diags.count > 0 && c.diags.count < 2000 && !c.our_bug);
			compile_free(&c);
		}
		alarm(0);
		buf_free(&b);
	}
}

/* ---- the words that begin statements ---- */

/* Where each word of token.def that begins a statement does so, `@` being the rest of the line. */
static const char *const statements[] = {
        "use std/recommended",
        "workspace w {\n}",
        "holidays h {\n}",
        "provider p file \"p.json\"",
        "retire r -> finish",
        "sequence s {\n}",
        "draft sequence s {\n}",
        "message email m {\n}",
        "fragment f() {\n}",
        "questionnaire q {\n}",
        "test \"t\" {\n}",
        "deployment d {\n}",
        "workspace w {\n|edition 1\n|locales en\n|timezone \"UTC\"\n|domains \"a.example\"\n|contact {\n}\n|key email\n"
        "|account contact.company\n|mailbox m {\n}\n|sms m {\n}\n|whatsapp m {\n}\n|brand {\n}\n|quiet sms "
        "21:00-08:00\n"
        "|limit 1 message per day\n|one sales sequence per contact otherwise queue\n|allow W0618 because \"x\"\n}",
        "workspace w {\nmailbox m {\n|address \"a@b.example\"\n|signature \"x\"\n|postal \"x\"\n|number \"1\"\n"
        "|default sequence s\n|from_users \"a@b.example\"\n|on cc enroll s\n|consent contact.vip\n|provider p\n}\n}",
        "sequence s {\n|description \"x\"\n|tags a\n|owner \"x\"\n|mailbox m\n|window anytime\n|skip weekends\n|thread "
        "yes\n"
        "|quote first\n|signature yes\n|unsubscribe footer\n|purpose sales\n|spread 1 day\n|late send\n|enroll once\n"
        "|versions follow\n|promise at most 3 messages\n|input {\n}\n|limit 1 message per day\n|exit on reply\n|goal "
        "meeting\n"
        "|migrate {\n}\n|start by link\n|email e\n|sms e\n|whatsapp e\n|original o\n|send e by sms {\n}\n|task t "
        "\"x\"\n"
        "|webhook w {\n}\n|offer o {\n}\n|review o {\n}\n|thanks o {\n}\n|alert a\n|ask a using q\n|handoff h to s\n"
        "|suppress sales\n|run f()\n|finish\n|wait 3 days\n|choose {\n}\n|repeat up to 3 times every 2 days {\n}\n"
        "|when contact.vip {\n}\n}",
        "sequence s {\nemail e {\n|subject file \"x\"\n|body file \"x\"\n|button file \"x\"\n|attach file "
        "\"x\"\n|new_thread\n|async\n"
        "|any_day\n|link\n|tracking clicks\n|variant v 50%\n|outcomes a\n|due 1 day\n|within 1 day\n|json "
        "{\n}\n|returns {\n}\n"
        "|remind after 1 day {\n}\n}\n}",
        "questionnaire q {\n|rating a \"x\"\n|choice a \"x\"\n|several a \"x\"\n|matrix a \"x\"\n|number a \"x\"\n"
        "|satisfied when a > 1\n}",
        "test \"t\" {\n|sequence s\n|contact {\n}\n|start 2026-03-02\n|spread yes\n|expect nothing more\n}",
        "deployment d {\n|store \"x\"\n|listen \"x\"\n|admin \"x\"\n|base_url \"x\"\n|hosts \"x\"\n|alerts \"x\"\n"
        "|fresh_inbox within 1 day\n|in_doubt hold at most 1 day\n|connect m {\n}\n}",
};

/* One diagnostic, on the line of the word, and it proposes the word. */
static unsigned misspelt(const char *text, size_t at, size_t n, const char *typed, size_t typed_n)
{
	struct compile c;
	struct buf b = {0};
	unsigned wrong = 0;
	buf_add(&b, text, at);
	buf_add(&b, typed, typed_n);
	buf_adds(&b, text + at + n);
	buf_cstr(&b);
	compile_init(&c);
	compile_text(&c, "main.seq", buf_slice(&b));
	struct slice word = {text + at, n};
	const struct diag *g = NULL;
	for (uint32_t i = 0; i < c.diags.count; i++)
		g = is_form(&c.diags.items[i]) && !g ? &c.diags.items[i] : g;
	bool proposed = g && g->fixes && slice_eq(g->fixes->replacement, word);
	if (form_count(&c) != 1 || !proposed) {
		wrong++;
		print_error("`%.*s` for `%.*s`: %u told, %.*s\n", (int)typed_n, typed, SLICE_ARG(word), form_count(&c),
		            g ? (int)g->message.n : 0, g ? g->message.p : "");
	}
	compile_free(&c);
	buf_free(&b);
	return wrong;
}

static void each_first_word_misspelt_is_proposed(void **state)
{
	(void)state;
	unsigned wrong = 0, words = 0;
	for (size_t i = 0; i < sizeof statements / sizeof *statements; i++) {
		struct buf plain = {0};
		bool marked = strchr(statements[i], '|') != NULL;
		size_t starts[64], count = 0;
		for (const char *p = statements[i]; *p; p++) {
			if (*p == '|' || (!marked && p == statements[i]))
				starts[count++] = plain.n;
			if (*p != '|')
				buf_addc(&plain, *p);
		}
		const char *text = buf_cstr(&plain);
		for (size_t k = 0; k < count; k++) {
			size_t n = strspn(text + starts[k], "abcdefghijklmnopqrstuvwxyz_");
			char typed[32];
			words++;
			if (n < 4)
				continue; /* too short to be told apart */
			memcpy(typed, text + starts[k], n);
			memmove(typed + n / 2, typed + n / 2 + 1, n - n / 2 - 1); /* a letter left out */
			wrong += misspelt(text, starts[k], n, typed, n - 1);
			memcpy(typed, text + starts[k], n);
			size_t swap = n / 2;
			while (swap > 0 && typed[swap] == typed[swap - 1])
				swap--;
			char first = typed[swap - 1]; /* two letters swapped */
			typed[swap - 1] = typed[swap];
			typed[swap] = first;
			wrong += misspelt(text, starts[k], n, typed, n);
		}
		buf_free(&plain);
	}
	printf("  %u words that begin statements\n", words);
	assert_true(words > 110);
	assert_int_equal(wrong, 0);
}

/* ---- a brace or a quote missing, anywhere in a model file ---- */

static void each_brace_and_quote_of_a_model_file_may_be_missing(void **state)
{
	(void)state;
	struct slice text = read_existing(FOLDER "model.txt");
	unsigned tried = 0, once = 0;
	for (size_t i = 0; i < text.n; i++) {
		struct compile c;
		struct buf b = {0};
		bool in_hole = text.p[i] == '{' && (text.p[i + 1] == '{' || text.p[i - 1] == '{'); /* then it is text */
		if (!strchr("{}\"", text.p[i]) || in_hole)
			continue;
		buf_add(&b, text.p, i);
		buf_adds(&b, text.p + i + 1);
		buf_cstr(&b);
		compile_init(&c);
		assert_false(compile_text(&c, "model.seq", buf_slice(&b)));
		unsigned told = form_count(&c);
		bool known = (ptrdiff_t)i > slice_find(text, SLICE("when nobody")); /* its own line is the broken one */
		for (uint32_t k = 0; k < c.diags.count; k++)
			known |= slice_find(c.diags.items[k].message, SLICE("`nobody`")) >= 0;
		tried++;
		once += told == 1 && known;
		if (told == 0 || told > 3 || !known || (told != 1 && getenv("RECOVERY_SHOW"))) {
			print_error("without the `%c` at byte %zu: %u told%s\n", text.p[i], i, told,
			            known ? "" : ", nobody is not");
			show("model", &c);
		}
		assert_true(told >= 1 && told <= 3);
		compile_free(&c);
		buf_free(&b);
	}
	printf("  %u braces and quotes left out: told once, and the rest checked, %.1f %%\n", tried,
	       100.0 * once / tried);
	assert_true(tried > 60);
	assert_true(once * 100 >= tried * 97);
	free((char *)text.p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(broken_files_are_told_once_and_read_on),
	        cmocka_unit_test(other_encodings_are_told_once),
	        cmocka_unit_test(huge_sources_are_told_and_end),
	        cmocka_unit_test(each_first_word_misspelt_is_proposed),
	        cmocka_unit_test(each_brace_and_quote_of_a_model_file_may_be_missing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
