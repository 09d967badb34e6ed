/* SPDX-License-Identifier: Apache-2.0
 * The command line as runtime.md §6 wants it: one table gives parsing, help, suggestions and completion. */
#include "base/cli.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
/* cmocka needs the headers above first. */
#include <cmocka.h>

static int run_greet(const struct cli *c)
{
	fprintf(c->out, "%s %s", cli_has(c, "--loud") ? "HELLO" : "hello", cli_get(c, "NAME"));
	for (int i = 0; cli_get_nth(c, "--to", i); i++)
		fprintf(c->out, " to=%s", cli_get_nth(c, "--to", i));
	if (cli_get(c, "--format"))
		fprintf(c->out, " format=%s", cli_get(c, "--format"));
	fputc('\n', c->out);
	return EXIT_DONE;
}

static int run_add(const struct cli *c)
{
	for (int i = 0; cli_get_nth(c, "FILE", i); i++)
		fprintf(c->out, "[%s]", cli_get_nth(c, "FILE", i));
	cli_error(c, "%d is wrong", 7);
	return EXIT_INPUT;
}

static const struct cli_flag greet_flags[] = {
        {"NAME", NULL, "whom to greet", CLI_REQUIRED},
        {"--format", "text|json", "how to print", CLI_ONCE},
        {"--to", "warnings|CODE", "more of them", CLI_MANY},
        {"--loud", NULL, "in capitals", CLI_ONCE},
        {0},
};
static const struct cli_flag add_flags[] = {
        {"FILE", NULL, "what to add", CLI_REQUIRED_MANY},
        {"-o", "DIR", "where to", CLI_REQUIRED},
        {0},
};
static const struct cli_flag common_flags[] = {{"--workspace", "DIR", "the workspace", CLI_ONCE}, {0}};
static const struct cli_verb verbs[] = {
        {"greet", "says hello", "More about it.", greet_flags, run_greet},
        {"add", "adds files", NULL, add_flags, run_add},
        {0},
};
static const struct cli_program program = {
        .name = "prog", .help = "A program.", .version = "1.2", .verbs = verbs, .common = common_flags};

struct ran {
	int result;
	char *out, *err;
};

static struct ran run(const char *words)
{
	char *argv[16] = {"prog"}, *copy = strdup(words), *save;
	int argc = 1;
	for (char *w = strtok_r(copy, " ", &save); w; w = strtok_r(NULL, " ", &save))
		argv[argc++] = w;
	struct ran r;
	size_t n;
	FILE *out = open_memstream(&r.out, &n), *err = open_memstream(&r.err, &n);
	r.result = cli_run(&program, argc, argv, out, err);
	fclose(out);
	fclose(err);
	free(copy);
	return r;
}

static void expect(const char *words, int result, const char *out, const char *err)
{
	struct ran r = run(words);
	assert_string_equal(r.err, err);
	assert_string_equal(r.out, out);
	assert_int_equal(r.result, result);
	free(r.out);
	free(r.err);
}

static void expect_in(const char *words, int result, const char *out, const char *err)
{
	struct ran r = run(words);
	assert_non_null(strstr(r.err, err));
	assert_non_null(strstr(r.out, out));
	assert_int_equal(r.result, result);
	free(r.out);
	free(r.err);
}

static void words_are_taken_in_any_order(void **state)
{
	(void)state;
	expect("greet Ada", EXIT_DONE, "hello Ada\n", "");
	expect("greet --loud --format json Ada", EXIT_DONE, "HELLO Ada format=json\n", "");
	expect("greet Ada --to=a --to b", EXIT_DONE, "hello Ada to=a to=b\n", "");
	expect("greet --workspace=x Ada", EXIT_DONE, "hello Ada\n", "");
	expect("greet -", EXIT_DONE, "hello -\n", "");
	expect("greet -- --loud", EXIT_DONE, "hello --loud\n", "");
	expect("greet --to -- Ada", EXIT_DONE, "hello Ada to=--\n", "");
	expect("add a -o d b c", EXIT_INPUT, "[a][b][c]", "prog add: 7 is wrong\n");
}

static void mistakes_are_usage_errors(void **state)
{
	(void)state;
	expect_in("gret Ada", EXIT_CANNOT, "", "there is no verb `gret`\n  did you mean `greet`?\n");
	expect_in("greet Ada --fromat json", EXIT_CANNOT, "",
	          "there is no flag `--fromat`\n  did you mean `--format`?\n");
	expect_in("greet Ada --worksapce=d", EXIT_CANNOT, "", "did you mean `--workspace`?\n");
	expect_in("greet Ada --format jsno", EXIT_CANNOT, "",
	          "--format takes text|json, not `jsno`\n  did you mean `json`?\n");
	expect_in("greet Ada --format", EXIT_CANNOT, "", "--format needs a value: text|json");
	expect_in("greet Ada --loud=yes", EXIT_CANNOT, "", "--loud takes no value");
	expect_in("greet Ada --loud --loud", EXIT_CANNOT, "", "--loud is given twice");
	expect_in("greet Ada Bob", EXIT_CANNOT, "", "one argument too many: `Bob`");
	expect_in("greet", EXIT_CANNOT, "", "prog greet: NAME is missing");
	expect_in("add a", EXIT_CANNOT, "", "prog add: -o DIR is missing");
	expect_in("", EXIT_CANNOT, "", "prog VERB [...]");
}

static void help_comes_from_the_table(void **state)
{
	(void)state;
	expect_in("--help", EXIT_DONE, "  greet  says hello\n  add    adds files\n", "");
	expect_in("--version", EXIT_DONE, "prog 1.2\n", "");
	expect("greet --help", EXIT_DONE,
	       "prog greet NAME [--format text|json] [--to warnings|CODE ...] [--loud]\n"
	       "says hello\n\n"
	       "More about it.\n\n"
	       "  NAME                whom to greet\n"
	       "  --format text|json  how to print\n"
	       "  --to warnings|CODE  more of them\n"
	       "  --loud              in capitals\n"
	       "  --workspace DIR     the workspace\n"
	       "  --help              this text\n",
	       "");
	expect_in("add -h", EXIT_DONE, "prog add FILE ... -o DIR\n", "");
}

static void completion_is_a_script_that_bash_takes(void **state)
{
	(void)state;
	expect_in("--completion", EXIT_DONE, "\"greet --format\") words=\"text json\"; value=1 ;;", "");
	struct ran r = run("--completion");
	FILE *bash = popen("bash -c 'source /dev/stdin; COMP_WORDS=(prog greet --f); COMP_CWORD=2; _prog;"
	                   " [ \"${COMPREPLY[*]}\" = --format ]; '",
	                   "w");
	assert_non_null(bash);
	fputs(r.out, bash);
	assert_int_equal(pclose(bash), 0);
	free(r.out);
	free(r.err);
}

static void output_that_does_not_arrive_is_an_error(void **state)
{
	(void)state;
	FILE *full = fopen("/dev/full", "w");
	assert_non_null(full);
	char *argv[] = {"prog", "greet", "Ada"}, *text;
	size_t n;
	FILE *err = open_memstream(&text, &n);
	assert_int_equal(cli_run(&program, 3, argv, full, err), EXIT_CANNOT);
	fclose(err);
	assert_non_null(strstr(text, "cannot write the output: No space left"));
	free(text);
	fclose(full);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(words_are_taken_in_any_order),
	        cmocka_unit_test(mistakes_are_usage_errors),
	        cmocka_unit_test(help_comes_from_the_table),
	        cmocka_unit_test(completion_is_a_script_that_bash_takes),
	        cmocka_unit_test(output_that_does_not_arrive_is_an_error),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
