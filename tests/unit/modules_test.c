/* SPDX-License-Identifier: Apache-2.0
 * `use`: what it brings in, and what is told when it cannot. Each example is a folder of files. */
#include "tests/unit/compile_help.h"
#include <sys/stat.h>
#include <unistd.h>

struct file {
	const char *name, *text;
};

struct case_ {
	const char *what, *below, *codes; /* compiled: folder/below */
	struct file files[5];
	const char *told; /* stands in what is rendered, or NULL */
};

#define USES(path)   "use \"" path "\"\n"
#define MESSAGE(n)   "message email " n " { subject \"S\"; body \"B " n "\" }\n"
#define SENDS(using) "sequence a { email hello using " using "\n}\n"
#define FILE_OF_ACME                                                                                                   \
	{                                                                                                              \
		"workspace.seq", WORKSPACE                                                                             \
	}

static const struct case_ cases[] = {
        {"a member is named by the file's name",
         "",
         "",
         {FILE_OF_ACME, {"a.seq", USES("x/m.seq") SENDS("m.b")}, {"x/m.seq", MESSAGE("b")}},
         NULL},
        {"or by another",
         "",
         "",
         {FILE_OF_ACME, {"a.seq", "use \"x/m.seq\" as n\n" SENDS("n.b")}, {"x/m.seq", MESSAGE("b")}},
         NULL},
        {"the same file twice under two names",
         "",
         "",
         {FILE_OF_ACME,
          {"a.seq",
           USES("m.seq") "use \"m.seq\" as n\nsequence a { email c using n.b\nwait 1 day\nemail d using m.c }\n"},
          {"m.seq", MESSAGE("b") MESSAGE("c")}},
         NULL},
        {"after other declarations",
         "",
         "",
         {FILE_OF_ACME, {"a.seq", SENDS("m.b") USES("m.seq")}, {"m.seq", MESSAGE("b")}},
         NULL},
        {"the same file twice under one name",
         "",
         "E0202",
         {FILE_OF_ACME, {"a.seq", USES("m.seq") USES("m.seq") SENDS("m.b")}, {"m.seq", MESSAGE("b")}},
         "another name"},
        {"two files under one name",
         "",
         "E0202 W0206",
         {FILE_OF_ACME,
          {"a.seq", USES("x/m.seq") USES("y/m.seq") SENDS("m.b")},
          {"x/m.seq", MESSAGE("b")},
          {"y/m.seq", MESSAGE("b")}},
         "another name"},
        {"a lone file uses its neighbour, without a workspace",
         "a.seq",
         "",
         {{"a.seq", USES("m.seq") SENDS("m.b")}, {"m.seq", MESSAGE("b")}},
         NULL},
        {"a file without a workspace, from a folder",
         "x",
         "",
         {{"x/a.seq", USES("m.seq") SENDS("m.b")}, {"x/m.seq", MESSAGE("b")}},
         NULL},
        {"a missing file, and the way to it",
         "a.seq",
         "E0204",
         {FILE_OF_ACME, {"a.seq", USES("m.seq") SENDS("m.b")}, {"m.seq", USES("gone.seq") MESSAGE("b")}},
         "`m.seq` is used here"},
        {"what a missing file would have brought in is not missed again",
         "a.seq",
         "E0204",
         {FILE_OF_ACME, {"a.seq", USES("gone.seq") SENDS("gone.b")}},
         NULL},
        {"nor with an error in the name",
         "a.seq",
         "E0209",
         {FILE_OF_ACME, {"a.seq", "use std/messages/frendly\n" SENDS("frendly.nudge")}},
         "std/messages/friendly"},
        {"a missing file with one of a similar name",
         "a.seq",
         "E0204",
         {FILE_OF_ACME, {"a.seq", USES("x/mesages.seq") SENDS("mesages.b")}, {"x/messages.seq", MESSAGE("b")}},
         "did you mean `x/messages.seq`"},
        {"a missing ending",
         "a.seq",
         "E0204",
         {FILE_OF_ACME, {"a.seq", USES("x/m") SENDS("m.b")}, {"x/m.seq", MESSAGE("b")}},
         "did you mean `x/m.seq`"},
        {"backslashes",
         "a.seq",
         "E0204",
         {FILE_OF_ACME, {"a.seq", "use \"x\\\\m.seq\" as m\n" SENDS("m.b")}, {"x/m.seq", MESSAGE("b")}},
         "did you mean `x/m.seq`"},
        {"without quotes",
         "a.seq",
         "E0209",
         {FILE_OF_ACME, {"a.seq", "use x/m\n" SENDS("m.b")}, {"x/m.seq", MESSAGE("b")}},
         "`\"x/m.seq\"`"},
        {"a part of the library without std",
         "a.seq",
         "E0209",
         {FILE_OF_ACME, {"a.seq", "use messages/friendly\n" SENDS("friendly.nudge")}},
         "`std/messages/friendly`"},
        {"a part of the library without its folder",
         "a.seq",
         "E0209",
         {FILE_OF_ACME, {"a.seq", "use std/friendly\n" SENDS("friendly.nudge")}},
         "`std/messages/friendly`"},
        {"a circle of three",
         "",
         "E0205",
         {FILE_OF_ACME,
          {"a.seq", USES("b.seq") SENDS("b.m")},
          {"b.seq", USES("c.seq") MESSAGE("m")},
          {"c.seq", USES("a.seq")}},
         "a.seq -> b.seq -> c.seq -> a.seq"},
        {"a file that uses itself", "", "E0205", {FILE_OF_ACME, {"a.seq", USES("a.seq")}}, "a.seq -> a.seq"},
        {"a mistake in a used file is told once, there",
         "a.seq",
         "E0103",
         {FILE_OF_ACME, {"a.seq", USES("m.seq") SENDS("m.b")}, {"m.seq", MESSAGE("b") "wait 3 days\n"}},
         "m.seq:2:1"},
        {"and what it spoils is not missed",
         "a.seq",
         "E0104",
         {FILE_OF_ACME,
          {"a.seq", USES("m.seq") SENDS("m.b")},
          {"m.seq", "message email b { subject \"S\" body \"B\" }\n"}},
         "m.seq:1:"},
        {"no such member",
         "a.seq",
         "E0201",
         {FILE_OF_ACME, {"a.seq", "use std/messages/friendly\n" SENDS("friendly.nudg")}},
         "did you mean `nudge`"},
        {"a member of another kind",
         "a.seq",
         "E0207",
         {FILE_OF_ACME, {"a.seq", USES("m.seq") SENDS("m.b")}, {"m.seq", "holidays b { 2026-07-02 }\n"}},
         "calendar of holidays"},
        {"no such module",
         "a.seq",
         "E0201",
         {FILE_OF_ACME, {"a.seq", SENDS("friendly.nudge")}},
         "`use std/messages/friendly` brings it in"},
        {"above the workspace",
         "a.seq",
         "E0204",
         {FILE_OF_ACME, {"a.seq", USES("../m.seq")}},
         "outside of the workspace"},
        {"above it, by a way round",
         "a.seq",
         "E0204",
         {FILE_OF_ACME, {"a.seq", USES("x/../../m.seq")}},
         "outside of the workspace"},
        {"from the root of all",
         "a.seq",
         "E0204",
         {FILE_OF_ACME, {"a.seq", USES("/etc/passwd")}},
         "outside of the workspace"},
        {"a device", "a.seq", "E0204", {FILE_OF_ACME, {"a.seq", USES("/dev/zero")}}, "outside of the workspace"},
        {"a folder",
         "a.seq",
         "E0204",
         {FILE_OF_ACME, {"a.seq", USES("x")}, {"x/m.seq", MESSAGE("b")}},
         "not a regular file"},
        {"not UTF-8",
         "a.seq",
         "E0131",
         {FILE_OF_ACME, {"a.seq", USES("m.seq") SENDS("m.b")}, {"m.seq", "# \xfc\n" MESSAGE("b")}},
         "m.seq:1:3"},
        {"two workspaces",
         "",
         "E0202",
         {FILE_OF_ACME, {"x/b.seq", "workspace other { contact { email email } }\n"}},
         "the workspace is declared here"},
};

/* ---- folders ---- */

static void put_file(const char *folder, const char *name, struct slice text)
{
	char path[256];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	for (char *slash = path + strlen(folder) + 1; (slash = strchr(slash, '/')); *slash++ = '/') {
		*slash = 0;
		mkdir(path, 0700);
	}
	FILE *file = fopen(path, "wb");
	assert_non_null(file);
	assert_int_equal(fwrite(text.p, 1, text.n, file), text.n);
	assert_int_equal(fclose(file), 0);
}

static void make_folder(char path[64])
{
	strcpy(path, "/tmp/sequitur-modules-XXXXXX");
	assert_non_null(mkdtemp(path));
}

static void remove_folder(const char *folder)
{
	char command[256];
	snprintf(command, sizeof command, "rm -r %s", folder);
	assert_int_equal(system(command), 0);
}

/* What is told of folder/below has these codes, and that text. */
static void expect_told(const char *what, const char *folder, const char *below, const char *codes, const char *text)
{
	char path[256];
	struct compile c;
	struct buf got = {0}, told = {0};
	snprintf(path, sizeof path, "%s/%s", folder, below);
	compile_init(&c);
	compile_path(&c, path);
	put_codes(&got, &c);
	diags_render_text(&c.diags, &told, false, 0);
	if (strcmp(buf_cstr(&got), codes) != 0 || (text && !strstr(buf_cstr(&told), text)))
		fail_msg("%s: wanted `%s` and `%s`, got `%s`\n%s", what, codes, text ? text : "", buf_cstr(&got),
		         buf_cstr(&told));
	buf_free(&got);
	buf_free(&told);
	compile_free(&c);
}

static void uses_are_followed_and_told(void **state)
{
	(void)state;
	(void)expect_all; /* these are folders, not texts */
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char folder[64];
		make_folder(folder);
		for (const struct file *f = cases[i].files; f < cases[i].files + 5 && f->name; f++)
			put_file(folder, f->name, slice_of(f->text));
		expect_told(cases[i].what, folder, cases[i].below, cases[i].codes, cases[i].told);
		remove_folder(folder);
	}
}

/* Rule 22: no link out of the workspace, no file of more than 1 MiB. */
static void what_may_not_be_read_is_not(void **state)
{
	(void)state;
	char folder[64], link[128];
	make_folder(folder);
	put_file(folder, "w/workspace.seq", SLICE(WORKSPACE));
	put_file(folder, "out.seq", SLICE(MESSAGE("b")));
	put_file(folder, "w/in.seq", SLICE(MESSAGE("b")));
	snprintf(link, sizeof link, "%s/w/link.seq", folder);
	assert_int_equal(symlink("../out.seq", link), 0);
	put_file(folder, "w/a.seq", SLICE(USES("link.seq") SENDS("link.b")));
	expect_told("a link out", folder, "w/a.seq", "E0204", "outside of the workspace");
	assert_int_equal(unlink(link), 0);
	assert_int_equal(symlink("in.seq", link), 0);
	expect_told("a link within", folder, "w/a.seq", "", NULL);
	assert_int_equal(unlink(link), 0);
	assert_int_equal(mkfifo(link, 0600), 0);
	expect_told("a pipe", folder, "w/a.seq", "E0204", "not a regular file");
	size_t n = ((size_t)1 << 20) + 1;
	char *big = malloc(n);
	assert_non_null(big);
	memset(big, '\n', n);
	put_file(folder, "w/big.seq", (struct slice){big, n});
	put_file(folder, "w/a.seq", SLICE(USES("big.seq") SENDS("big.b")));
	expect_told("too big", folder, "w/a.seq", "E0204", "1 MiB");
	free(big);
	remove_folder(folder);
}

/* `use std/recommended` brings its sequences in, deployable as they are. */
static void sequences_of_a_used_module_are_compiled(void **state)
{
	(void)state;
	struct compile c;
	compile_init(&c);
	c.emit = true;
	assert_true(compile_text(&c, "main.seq", SLICE("use std/recommended\n" WORKSPACE)));
	const struct compile_result *r = compile_find(&c, SLICE("recommended"));
	assert_non_null(r);
	assert_true(r->plan.n > 0);
	compile_free(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(uses_are_followed_and_told),
	        cmocka_unit_test(what_may_not_be_read_is_not),
	        cmocka_unit_test(sequences_of_a_used_module_are_compiled),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
