/* SPDX-License-Identifier: Apache-2.0
 * Check and emit on files. Golden: tests/golden/check/NAME.seq gives NAME.checked, tests/golden/plan/NAME.seq gives
 * NAME.plan.txt (BLESS=1 writes them anew, to be read in the diff). Then workspaces in folders, deployments, the same
 * bytes everywhere, and limits. */
#include "base/civil.h"
#include "compiler/emit.h"
#include "tests/read_file.h"
#include "tests/unit/compile_help.h"
#include <dirent.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* ---- golden files ---- */

static void compare(const char *path, struct buf *got)
{
	if (getenv("BLESS")) {
		FILE *file = fopen(path, "wb");
		assert_non_null(file);
		assert_int_equal(fwrite(got->p, 1, got->n, file), got->n);
		assert_int_equal(fclose(file), 0);
	}
	struct slice want = read_file(path);
	if (!slice_eq(want, buf_slice(got)))
		fail_msg("%s differs (BLESS=1 writes it anew); got:\n%s", path, buf_cstr(got));
	free((char *)want.p);
	buf_free(got);
}

static void golden(const char *folder, const char *suffix, int least,
                   void (*print)(const struct compile *c, struct buf *out))
{
	char path[512];
	int count = 0;
	DIR *dir = opendir(folder);
	assert_non_null(dir);
	for (struct dirent *e; (e = readdir(dir));) {
		struct slice name = slice_of(e->d_name);
		if (!slice_ends(name, ".seq"))
			continue;
		struct compile c;
		struct buf got = {0}, told = {0};
		snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
		compile_init(&c);
		c.emit = c.keep_tests = true;
		if (!compile_path(&c, path)) {
			diags_render_text(&c.diags, &told, false, 0);
			fail_msg("%s: %s", path, buf_cstr(&told));
		}
		print(&c, &got);
		snprintf(path, sizeof path, "%s/%.*s%s", folder, (int)name.n - 4, name.p, suffix);
		compare(path, &got);
		compile_free(&c);
		count++;
	}
	closedir(dir);
	assert_true(count >= least);
}

static void golden_checked(void **state)
{
	(void)state;
	golden("tests/golden/check", ".checked", 4, compile_print_checked);
}

static void golden_plans(void **state)
{
	(void)state;
	golden("tests/golden/plan", ".plan.txt", 5, compile_print_plans);
}

/* ---- files ---- */

struct folder {
	char path[64];
};

static void make_folder(struct folder *f)
{
	strcpy(f->path, "/tmp/sequitur-compile-XXXXXX");
	assert_non_null(mkdtemp(f->path));
}

static void put_file(const struct folder *f, const char *name, const char *text)
{
	char path[256];
	snprintf(path, sizeof path, "%s/%s", f->path, name);
	for (char *slash = path + strlen(f->path) + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = 0;
		mkdir(path, 0700);
		*slash = '/';
	}
	FILE *file = fopen(path, "wb");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void remove_folder(const struct folder *f)
{
	char command[256];
	snprintf(command, sizeof command, "rm -r %s", f->path);
	assert_int_equal(system(command), 0);
}

static void expect_folder(const struct folder *f, const char *below, const char *codes)
{
	char path[256];
	struct compile c;
	struct buf got = {0}, told = {0};
	snprintf(path, sizeof path, "%s/%s", f->path, below);
	compile_init(&c);
	compile_path(&c, path);
	put_codes(&got, &c);
	diags_render_text(&c.diags, &told, false, 0);
	if (strcmp(buf_cstr(&got), codes) != 0)
		fail_msg("%s: wanted `%s`, got `%s`\n%s", below, codes, buf_cstr(&got), buf_cstr(&told));
	buf_free(&got);
	buf_free(&told);
	compile_free(&c);
}

static void files_of_a_workspace(void **state)
{
	(void)state;
	struct folder f;
	make_folder(&f);
	put_file(&f, "workspace.seq", WORKSPACE);
	put_file(&f, "sales/a.seq",
	         "use \"common/m.seq\"\nuse \"common/m.seq\" as again\n"
	         "sequence a { email hello using m.hello\nwait 1 day\nemail b using again.b }");
	put_file(&f, "common/m.seq",
	         "message email hello { subject \"Hello\"; body file \"common/hello.md\" }\nmessage email b { body "
	         "\"B\" }");
	put_file(&f, "common/hello.md", "Hi {{first_name}},\r\n\r\n{{need}}\r\n");
	put_file(&f, ".seqd/hidden.seq", "this is no sequence");
	expect_folder(&f, "", "");
	expect_folder(&f, "sales", "");
	expect_folder(&f, "sales/a.seq", "");
	put_file(&f, "common/hello.md", "Hi {{first_name}},\n\nhow is {{company}}?\n");
	struct compile c;
	compile_init(&c);
	assert_false(compile_path(&c, f.path));
	assert_int_equal(c.diags.count, 1); /* at its column, inside the file that `body file` names */
	uint32_t line, column;
	const struct source *s = &c.sources.items[c.diags.items[0].span.source];
	assert_true(slice_is(s->path, "common/hello.md"));
	source_place(s, c.diags.items[0].span.start, &line, &column);
	assert_int_equal(line, 3);
	assert_int_equal(column, 10);
	compile_free(&c);
	put_file(&f, "common/hello.md", "Hi");
	put_file(&f, "b.seq",
	         "use \"../elsewhere.seq\"\nsequence b { email hello { subject \"A\"; body file \"missing.md\" } }");
	expect_folder(&f, "b.seq", "E0204 E0204");
	put_file(&f, "b.seq", "sequence a { email hello { subject \"A\"; body \"B\" } }");
	expect_folder(&f, "b.seq", "");
	expect_folder(&f, "", "E0202");
	put_file(&f, "b.seq", "use \"c.seq\"\n");
	put_file(&f, "c.seq", "use \"b.seq\"\n");
	expect_folder(&f, "", "E0205");
	put_file(&f, "b.seq", "");
	put_file(&f, "workspace.seq",
	         "workspace a { contact { email email }\nmailbox s { address \"s@a.example\"; default sequence nobody "
	         "} }");
	expect_folder(&f, "c.seq", "");
	expect_folder(&f, "workspace.seq", "");
	expect_folder(&f, "", "E0505 E0201");
	remove_folder(&f);
}

static void what_cannot_be_found(void **state)
{
	(void)state;
	struct folder f;
	char here[512];
	make_folder(&f);
	assert_non_null(getcwd(here, sizeof here));
	assert_int_equal(chdir(f.path), 0);
	struct compile c;
	struct buf got = {0};
	compile_init(&c);
	assert_false(compile_path(&c, NULL)); /* no_workspace */
	put_codes(&got, &c);
	assert_string_equal(buf_cstr(&got), "E0208");
	compile_free(&c);
	assert_int_equal(chdir(here), 0);
	expect_folder(&f, "nothing.seq", "E0204");
	expect_folder(&f, "", "");
	put_file(&f, "deep/workspace.seq", WORKSPACE);
	put_file(&f, "out.md", "out");
	char link[256];
	snprintf(link, sizeof link, "%s/deep/link.md", f.path);
	assert_int_equal(symlink("../out.md", link), 0);
	put_file(&f, "deep/a.seq", "sequence a { email hello { subject \"A\"; body file \"link.md\" } }");
	expect_folder(&f, "deep", "E0204"); /* rule 22: no link out of the workspace */
	buf_free(&got);
	remove_folder(&f);
}

/* ---- deployment ---- */

static void deployments_are_read(void **state)
{
	(void)state;
	struct folder f;
	char path[256];
	make_folder(&f);
	put_file(&f, "deploy.seq",
	         "deployment production {\n"
	         "store \"sqlite:seq.db\"; listen \"127.0.0.1:8080\"; base_url \"https://go.acme.example\"\n"
	         "fresh_inbox within 5 minutes; in_doubt hold at most 24 hours\nhosts \"a.example\", \"b.example\"\n"
	         "connect sales { smtp \"smtp://127.0.0.1:2525\" tls none; imap \"imaps://imap.acme.example\"\n"
	         "auth_server \"mx.acme.example\"; user env SALES_USER; password file \"/run/secrets/sales\" } }");
	snprintf(path, sizeof path, "%s/deploy.seq", f.path);
	struct compile c;
	compile_init(&c);
	assert_true(compile_deployment(&c, path));
	const struct deployment *d = c.deployment;
	assert_true(slice_is(d->store, "sqlite:seq.db") && slice_is(d->base_url, "https://go.acme.example"));
	assert_true(d->fresh_inbox_us == 5 * US_PER_MINUTE && d->in_doubt_us == 24 * US_PER_HOUR);
	assert_true(slice_is(d->hosts->text, "a.example") && slice_is(d->hosts->next->text, "b.example"));
	const struct deployment_connect *s = deployment_find(d, SLICE("sales"));
	assert_non_null(s);
	assert_true(slice_is(s->smtp_tls, "none") && slice_is(s->imap_tls, "required") &&
	            slice_is(s->auth_server, "mx.acme.example"));
	assert_true(s->user.origin == DEPLOYMENT_ENV && slice_is(s->user.text, "SALES_USER"));
	assert_true(s->password.origin == DEPLOYMENT_FILE && slice_is(s->password.text, "/run/secrets/sales"));
	assert_null(deployment_find(d, SLICE("other")));
	compile_free(&c);
	static const struct example examples[] = {
	        {"a secret that is written out", "deployment p { connect s { password \"hunter2\" } }", "E0511"},
	        {"a token that is written out",
	         "deployment p { connect s { url \"https://a.example\"; token \"abc\" } }", "E0511"},
	        {"a user in a URL (rule 22)", "deployment p { connect s { smtp \"smtp://me@a.example\" } }", "E0512"},
	        {"a scheme that is none", "deployment p { connect s { smtp \"http://a.example\" } }", "E0320"},
	        {"links that begin with http", "deployment p { base_url \"http://a.example\" }", "E0320"},
	        {"a word that is none", "deployment p { connect s { smtp \"smtp://a.example\" tls maybe } }", "E0416"},
	        {"twice", "deployment p { store \"sqlite:a\"; store \"sqlite:b\" }", "E0414"},
	        {"a secret elsewhere", "deployment p { connect s { token env TOKEN } }", ""},
	};
	EXPECT_ALL(examples);
	static const struct example files[] = {
	        {"no_deployment", "sequence a { " HELLO " }", "E0513"},
	        {"two_deployments", "deployment a { store \"sqlite:a\" }\ndeployment b { store \"sqlite:b\" }",
	         "E0514"},
	};
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		struct buf got = {0};
		put_file(&f, "deploy.seq", files[i].source);
		compile_init(&c);
		assert_false(compile_deployment(&c, path));
		put_codes(&got, &c);
		assert_string_equal(buf_cstr(&got), files[i].codes);
		compile_free(&c);
		buf_free(&got);
	}
	remove_folder(&f);
}

/* ---- the same source, the same bytes ---- */

static void put_workspace(const struct folder *f, bool backwards)
{
	static const char *const files[][2] = {
	        {"workspace.seq", WORKSPACE "holidays shop { use std/holidays/us\n2026-07-02 }"},
	        {"a.seq", "use std/messages/formal\nsequence a { exit when contact.vip\nemail hello { subject \"A "
	                  "{{need}}\"; body file \"a.md\" }\n"
	                  "wait 2 business days\nemail n using formal.nudge }"},
	        {"z/b.seq", "sequence b { email hello { subject \"B\"; body \"{{today | date \"%A\"}}\" }\nwait until "
	                    "mon 09:00\nemail x { body \"X\" } }"},
	        {"a.md", "Hi *{{first_name}}*"},
	};
	for (int i = 0; i < 4; i++)
		put_file(f, files[backwards ? 3 - i : i][0], files[backwards ? 3 - i : i][1]);
}

static void same_bytes_everywhere(void **state)
{
	(void)state;
	struct folder folders[2];
	struct compile c[2];
	for (int i = 0; i < 2; i++) {
		make_folder(&folders[i]);
		put_workspace(&folders[i], i == 1); /* the order of a folder's entries plays no part */
		setenv("TZ", i ? "Asia/Kathmandu" : "UTC", 1);
		setenv("LC_ALL", i ? "de_DE.UTF-8" : "C", 1);
		tzset();
		compile_init(&c[i]);
		c[i].emit = true;
		assert_true(compile_path(&c[i], folders[i].path));
	}
	assert_true(slice_eq(c[0].policy, c[1].policy) && c[0].policy.n);
	assert_int_equal(c[0].result_count, 2);
	assert_int_equal(c[1].result_count, 2);
	for (uint32_t i = 0; i < 2; i++) {
		assert_true(slice_eq(c[0].results[i].name, c[1].results[i].name));
		assert_true(slice_eq(c[0].results[i].plan, c[1].results[i].plan) && c[0].results[i].plan.n);
	}
	assert_non_null(compile_find(&c[0], SLICE("b")));
	assert_null(compile_find(&c[0], SLICE("c")));
	for (int i = 0; i < 2; i++) {
		compile_free(&c[i]);
		remove_folder(&folders[i]);
	}
	unsetenv("TZ");
	unsetenv("LC_ALL");
}

static void hash_of(const char *source, uint8_t hash[SHA256_SIZE])
{
	struct compile c;
	compile_init(&c);
	c.emit = true;
	assert_true(compile_text(&c, "main.seq", slice_of(source)));
	memcpy(hash, c.results[0].hash, SHA256_SIZE);
	compile_free(&c);
}

/* The name of a plan is the hash of its meaning: comments, layout and paths are none of it. */
static void the_hash_is_of_the_meaning(void **state)
{
	(void)state;
	uint8_t first[SHA256_SIZE], same[SHA256_SIZE], other[SHA256_SIZE];
	hash_of(SEQUENCE(HELLO "wait 1 day\n" AGAIN), first);
	hash_of("# a comment\n" SEQUENCE("  " HELLO "\n\n# more\nwait 1 day ; " AGAIN), same);
	hash_of(SEQUENCE(HELLO "wait 2 days\n" AGAIN), other);
	assert_memory_equal(first, same, SHA256_SIZE);
	assert_memory_not_equal(first, other, SHA256_SIZE);
}

/* A step's own hash says whether its meaning changed, wherever it stands. */
static void a_step_has_its_own_hash(void **state)
{
	(void)state;
	static const char *const sources[] = {
	        SEQUENCE(HELLO "wait 1 day\n" AGAIN),
	        SEQUENCE("wait 3 days\n" HELLO "wait 2 days\nemail new { body \"New\" }\n" AGAIN)};
	struct slice hashes[2][2];
	struct compile c[2];
	struct plan plans[2];
	struct image_error error;
	for (int i = 0; i < 2; i++) {
		compile_init(&c[i]);
		c[i].emit = true;
		assert_true(compile_text(&c[i], "main.seq", slice_of(sources[i])));
		assert_true(plan_load(&plans[i], c[i].results[0].plan.p, c[i].results[0].plan.n, true, &error));
		const struct plan_step *steps = PLAN_ROWS(&plans[i], STEP, step);
		hashes[i][0] = PLAN_STRING(&plans[i], steps[plan_find_step(&plans[i], SLICE("hello"))].hash);
		hashes[i][1] = PLAN_STRING(&plans[i], steps[plan_find_step(&plans[i], SLICE("again"))].hash);
	}
	assert_true(slice_eq(hashes[0][0], hashes[1][0]) && slice_eq(hashes[0][1], hashes[1][1]));
	assert_false(slice_eq(hashes[0][0], hashes[0][1]));
	for (int i = 0; i < 2; i++) {
		plan_free(&plans[i]);
		compile_free(&c[i]);
	}
}

/* Why an enrollment ended, as people will read it: the rule itself, however it was laid out. */
static void exits_have_reasons(void **state)
{
	(void)state;
	static const char *const examples[][2] = {
	        {"exit on reply", "reply"},
	        {"exit on reply   by account", "reply by account"},
	        {"exit on event \"deal.closed\"", "event \"deal.closed\""},
	        {"exit when contact.vip", "when contact.vip"},
	        {"exit when (contact.seats>=3 # many\n or not (contact.vip and contact.seats<2.50))",
	         "when contact.seats >= 3 or not (contact.vip and contact.s…"},
	        {"exit when contact.renewal-2 weeks <= today", "when contact.renewal - 2 weeks <= today"},
	        {"exit when contact.region in (americas,europe)", "when contact.region in (americas, europe)"},
	        {"exit when contact.company == \"éééééééééééééééééééé\"",
	         "when contact.company == \"éééééééééééééééé…"},
	};
	for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
		struct compile c;
		struct plan plan;
		struct image_error error;
		struct buf s = {0};
		buf_addf(&s, WORKSPACE "sequence a {\n%s\n" HELLO "}", examples[i][0]);
		compile_init(&c);
		c.emit = true;
		assert_true(compile_text(&c, "main.seq", buf_slice(&s)));
		assert_true(plan_load(&plan, c.results[0].plan.p, c.results[0].plan.n, true, &error));
		struct slice reason = PLAN_STRING(&plan, PLAN_ROWS(&plan, EXIT, exit)->reason);
		if (!slice_is(reason, examples[i][1]) || reason.n > 60)
			fail_msg("%s: the reason is %.*s", examples[i][0], SLICE_ARG(reason));
		plan_free(&plan);
		compile_free(&c);
		buf_free(&s);
	}
}

/* Our own mistakes are told as such: own_plan_refused, and exit 70. */
static void what_was_made_is_verified(void **state)
{
	(void)state;
	struct compile c;
	struct policy policy;
	struct plan plan;
	struct buf got = {0};
	compile_init(&c);
	c.emit = true;
	assert_true(compile_text(&c, "main.seq", SLICE(SEQUENCE(HELLO))));
	struct slice made = c.results[0].plan;
	assert_true(emit_verify(&c, c.policy, DIAG_NO_PLACE, &policy, NULL));
	assert_true(emit_verify(&c, made, DIAG_NO_PLACE, &policy, &plan));
	plan_free(&plan);
	assert_false(c.our_bug);
	((char *)made.p)[made.n / 2] ^= 1;
	assert_false(emit_verify(&c, made, DIAG_NO_PLACE, &policy, &plan));
	assert_true(c.our_bug);
	put_codes(&got, &c);
	assert_string_equal(buf_cstr(&got), "E0517");
	buf_free(&got);
	policy_free(&policy);
	compile_free(&c);
}

/* ---- limits ---- */

static void limits_have_codes(void **state)
{
	(void)state;
	struct buf s = {0};
	for (int n = 64; n <= 65; n++) { /* too_many: variables of a sequence */
		buf_clear(&s);
		buf_adds(&s, WORKSPACE "sequence a {\n");
		for (int i = 0; i < n; i++)
			buf_addf(&s, "set v%d = %d\n", i, i);
		buf_adds(&s, "when contact.seats in (v0");
		for (int i = 1; i < 64; i++)
			buf_addf(&s, ", v%d", i);
		buf_adds(&s, ") { finish }\n" HELLO "}");
		expect_codes("variables", buf_cstr(&s), n == 64 ? "" : "E0424");
	}
	for (int n = 31; n <= 32; n++) { /* stack_too_deep: values that an expression needs at once */
		buf_clear(&s);
		buf_adds(&s, WORKSPACE "sequence a {\nexit when ");
		for (int i = 1; i < n; i++)
			buf_adds(&s, "contact.vip or (");
		buf_adds(&s, "contact.vip");
		for (int i = 1; i < n; i++)
			buf_addc(&s, ')');
		buf_adds(&s, "\n" HELLO "}");
		expect_codes("values", buf_cstr(&s), n == 31 ? "" : "E0315");
	}
	buf_clear(&s); /* cannot_make: a plan of over 16 MiB */
	buf_adds(&s, WORKSPACE "sequence a { email hello { subject \"A\"; body \"");
	for (size_t i = 0; i < IMAGE_BYTES_MAX / 16; i++)
		buf_adds(&s, "sixteen letters ");
	buf_adds(&s, "\" } }");
	expect_codes("bytes", buf_cstr(&s), "E0515");
	buf_free(&s);
}

static void memory_runs_out_with_a_word(void **state)
{
	(void)state;
	for (size_t room = 0; room < 300000; room += 20000) { /* out_of_memory, wherever it happens */
		struct compile c;
		struct buf got = {0};
		compile_init(&c);
		c.emit = true;
		c.arena.limit_bytes = c.arena.used_bytes + room + 1;
		if (!compile_text(&c, "main.seq",
		                  SLICE("use std/recommended\n" SEQUENCE(HELLO "wait 1 day\n" AGAIN)))) {
			put_codes(&got, &c);
			assert_string_equal(buf_cstr(&got), "E0516");
		}
		buf_free(&got);
		compile_free(&c);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(golden_checked),
	        cmocka_unit_test(golden_plans),
	        cmocka_unit_test(files_of_a_workspace),
	        cmocka_unit_test(what_cannot_be_found),
	        cmocka_unit_test(deployments_are_read),
	        cmocka_unit_test(same_bytes_everywhere),
	        cmocka_unit_test(the_hash_is_of_the_meaning),
	        cmocka_unit_test(a_step_has_its_own_hash),
	        cmocka_unit_test(exits_have_reasons),
	        cmocka_unit_test(what_was_made_is_verified),
	        cmocka_unit_test(limits_have_codes),
	        cmocka_unit_test(memory_runs_out_with_a_word),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
