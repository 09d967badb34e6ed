/* SPDX-License-Identifier: Apache-2.0
 * The most messages of a sequence are the same whether they are asked of the source or of its plan: of every sequence
 * of the examples, the standard library and the golden tests, and of random ones. What brute force says of the search
 * itself is in promise_test.c. Then what is exact about waits, and plans whose promise is a lie. */
#include "compiler/analyze/bounds.h"
#include "compiler/analyze/graph.h"
#include "plan/verify.h"
#include "tests/unit/compile_help.h"
#include <dirent.h>
#include <sys/stat.h>

static const uint32_t periods[] = {0, 1, 2, 7, 30, 365, MONTH_PERIOD};

/* How many sequences agreed. */
static uint32_t agree(const char *what, const struct compile *c)
{
	struct arena arena;
	for (uint32_t i = 0; i < c->result_count; i++) {
		struct plan plan;
		struct image_error error;
		struct graph graph;
		if (!plan_load(&plan, c->results[i].plan.p, c->results[i].plan.n, true, &error))
			fail_msg("%s: %s", what, error.text);
		arena_init(&arena, 0, NULL);
		graph_make(&graph, &arena, c->sequences[i]->body, GRAPH_SOONEST, 0);
		for (int kind = 0; kind < LIMIT_COUNT; kind++)
			for (size_t k = 0; k < sizeof periods / sizeof *periods; k++) {
				uint32_t source, code;
				assert_true(bound_most(&graph.bound, (enum plan_limit_what)kind, periods[k], UINT32_MAX,
				                       &source));
				assert_true(plan_bound(&plan, (enum plan_limit_what)kind, periods[k], &code));
				if (source != code)
					fail_msg("%s, %.*s: %s per %u days: %u in the source, %u in the plan", what,
					         SLICE_ARG(c->results[i].name), words_LIMIT[kind], periods[k], source,
					         code);
			}
		graph_free(&graph);
		arena_free(&arena);
		plan_free(&plan);
	}
	return c->result_count;
}

/* ---- what there is ---- */

static uint32_t agree_on_path(const char *path)
{
	struct compile c;
	compile_init(&c);
	c.emit = true;
	if (!compile_path(&c, path))
		fail_msg("%s does not compile", path);
	uint32_t count = agree(path, &c);
	compile_free(&c);
	return count;
}

/* Each folder in it, or each .seq file. */
static uint32_t agree_on_all(const char *folder, bool folders)
{
	uint32_t count = 0;
	DIR *dir = opendir(folder);
	assert_non_null(dir);
	for (struct dirent *e; (e = readdir(dir));) {
		char path[512];
		struct stat st;
		snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
		if (e->d_name[0] == '.' || stat(path, &st) != 0)
			continue;
		if (S_ISDIR(st.st_mode) ? folders : slice_ends(slice_of(path), ".seq"))
			count += agree_on_path(path);
	}
	closedir(dir);
	return count;
}

static void source_and_plan_agree(void **state)
{
	(void)state;
	assert_true(agree_on_all("examples", true) > 12);
	assert_true(agree_on_all("stdlib", false) >= 2);
	assert_true(agree_on_all("stdlib/templates", false) > 10);
	assert_true(agree_on_all("tests/golden/check", false) > 5);
	assert_true(agree_on_all("tests/golden/plan", false) > 2);
}

/* ---- random ones ---- */

static uint64_t random_state;

static uint32_t below(uint32_t n)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (uint32_t)(random_state >> 33) % n;
}

struct writer {
	struct buf *out;
	uint32_t steps, waits;
	uint32_t rounds; /* of the repeats around */
};

static void write_steps(struct writer *w, int depth, bool must_send);

static void write_sent(struct writer *w)
{
	uint32_t n = w->steps++;
	if (below(3))
		buf_addf(w->out, "email s%u { subject \"A %u\"; body \"This is number %u\" }\n", n, n, n);
	else if (below(2))
		buf_addf(w->out, "sms s%u { text \"Text %u\" }\n", n, n);
	else
		buf_addf(w->out,
		         "send s%u by sms, email { sms { text \"T%u\" }; email { subject \"S\"; body \"B%u\" } }\n", n,
		         n, n);
}

static void write_wait(struct writer *w)
{
	static const char *const lengths[] = {"1 day",    "23 hours",        "2 days", "26 hours",
	                                      "1 minute", "3 business days", "1 week", "49 hours"};
	uint32_t n = w->waits++;
	switch (below(6)) {
	case 0: buf_addf(w->out, "wait until %s 09:00 as w%u\n", below(2) ? "mon" : "next sat", n); break;
	case 1:
		buf_addf(w->out, "wait until contact.renewal - 3 days at 10:00 as w%u otherwise ", n);
		switch (below(4)) {
		case 0: buf_adds(w->out, "continue\n"); return;
		case 1: buf_adds(w->out, "exit \"late\"\n"); return;
		case 2: buf_adds(w->out, "skip\n"); break;
		default: buf_addf(w->out, "skip to s%u\n", w->steps + 1); write_sent(w);
		}
		write_sent(w);
		return;
	default:
		buf_addf(w->out, "wait %s", lengths[below(8)]);
		if (!below(4))
			buf_addf(w->out, " + %s", lengths[below(8)]);
		buf_addf(w->out, " as w%u\n", n);
	}
}

static void write_block(struct writer *w, int depth)
{
	uint32_t n = w->waits++;
	switch (below(4)) {
	case 0:
		buf_adds(w->out, "when contact.vip {\n");
		write_steps(w, depth - 1, true);
		buf_adds(w->out, below(2) ? "finish\n} otherwise {\n" : "} otherwise {\n");
		write_steps(w, depth - 1, true);
		buf_adds(w->out, "}\n");
		return;
	case 1:
		buf_addf(w->out, "wait for reply, event \"e%u\" up to %u days as w%u {\non reply {\n", n, 1 + below(5),
		         n);
		write_steps(w, depth - 1, false);
		buf_addf(w->out, "}\non event \"e%u\" { }\non nothing {\n", n);
		write_steps(w, depth - 1, false);
		buf_adds(w->out, "}\n}\n");
		return;
	case 2:
		buf_addf(w->out, "task s%u \"Do\" { outcomes a, b; due %u days }\nwhen not s%u.done {\n", w->steps,
		         1 + below(3), w->steps);
		w->steps++;
		write_steps(w, depth - 1, true);
		buf_adds(w->out, "}\n");
		return;
	default: break;
	}
	uint32_t rounds = 1 + below(4), around = w->rounds;
	if (around * rounds > 1000)
		return;
	w->rounds *= rounds;
	buf_addf(w->out, "repeat up to %u times every %s%s as w%u {\n", rounds,
	         below(2)   ? "1 day"
	         : below(2) ? "5 hours"
	                    : "3 days",
	         below(2) ? " until contact.vip" : "", n);
	write_steps(w, depth - 1, true);
	buf_adds(w->out, "}\n");
	w->rounds = around;
}

static void write_steps(struct writer *w, int depth, bool must_send)
{
	if (must_send)
		write_sent(w);
	for (uint32_t i = below(4); i > 0; i--)
		if (depth > 0 && below(2))
			write_block(w, depth);
		else if (below(2))
			write_wait(w);
		else
			write_sent(w);
}

static void random_ones_agree(void **state)
{
	(void)state;
	uint32_t agreed = 0;
	for (uint64_t seed = 1; seed <= 400; seed++) {
		struct buf text = {0};
		struct writer w = {.out = &text, .rounds = 1};
		struct compile c;
		random_state = seed * UINT64_C(0x9E3779B97F4A7C15) + 1;
		buf_adds(
		        &text,
		        "workspace w { contact { email email; phone phone; vip yes_no default no; renewal date default "
		        "2026-05-01 }\nmailbox m { address \"a@acme.example\"; postal \"1 Main St\" }\nsms t { number "
		        "\"+15145550100\"; provider salesmsg }\n}\n"
		        "sequence a {\nwindow anytime\nthread no\n");
		write_steps(&w, 3, true);
		buf_adds(&text, "}\n");
		compile_init(&c);
		c.emit = true;
		if (compile_text(&c, "main.seq", buf_slice(&text)))
			agreed += agree(buf_cstr(&text), &c);
		else if (getenv("SHOW")) {
			struct buf told = {0};
			diags_render_text(&c.diags, &told, false, 0);
			print_message("%s\n", buf_cstr(&told));
			buf_free(&told);
		}
		compile_free(&c);
		buf_free(&text);
	}
	if (agreed < 300)
		fail_msg("only %u compile", agreed);
}

/* ---- what is exact ---- */

static void waits_are_taken_as_they_are(void **state)
{
	(void)state;
	static const struct example examples[] = {
	        {"five business days reach over a weekend",
	         SEQUENCE("promise at most 1 message per 6 days\n" HELLO "wait 6 business days\n" AGAIN), ""},
	        {"from a Sunday on they do not",
	         SEQUENCE("promise at most 1 message per 6 days\n" HELLO "wait 5 business days\n" AGAIN), "E0422"},
	        {"hours add up",
	         SEQUENCE("promise at most 1 message per day\n" HELLO "wait 20 hours + 5 hours\n" AGAIN), ""},
	        {"a day with 25 hours",
	         SEQUENCE("promise at most 1 message per day\n" HELLO "wait 20 hours + 4 hours\n" AGAIN), "E0422"},
	        {"a reminder leaves only after its time",
	         "questionnaire q { nps again \"Again?\" }\n" SEQUENCE(
	                 "promise at most 1 message per 3 days\npurpose service\n"
	                 "email invite { subject \"Hello\"; body \"{{link}}\" }\n"
	                 "ask opinion using q { within 9 days; remind after 3 days { email more { body \"{{link}}\" } "
	                 "} }\n"
	                 "thanks bye { body \"Thanks\" }"),
	         ""},
	        {"and not a day later",
	         "questionnaire q { nps again \"Again?\" }\n" SEQUENCE(
	                 "promise at most 1 message per 4 days\npurpose service\n"
	                 "email invite { subject \"Hello\"; body \"{{link}}\" }\n"
	                 "ask opinion using q { within 9 days; remind after 3 days { email more { body \"{{link}}\" } "
	                 "} }\n"
	                 "thanks bye { body \"Thanks\" }"),
	         "E0422"},
	        {"without `until` every round is waited for",
	         SEQUENCE("promise at most 1 message per 4 days\n" HELLO
	                  "repeat up to 3 times every 2 days { set contact.seats = 1 }\n" AGAIN),
	         ""},
	        {"with one it may end at once",
	         SEQUENCE("promise at most 1 message per 4 days\n" HELLO
	                  "repeat up to 3 times every 2 days until contact.vip { set contact.seats = 1 }\n" AGAIN),
	         "E0422"},
	        {"a cap of its own keeps any promise",
	         SEQUENCE("limit 1 message\nallow W0600 because \"test\"\npromise at most 1 message per 9 days\n" HELLO
	                          AGAIN),
	         ""},
	        {"a thousand rounds in a month",
	         SEQUENCE("promise at most 745 messages per month\n" HELLO
	                  "repeat up to 1000 times every 61 minutes { " AGAIN "}\n"),
	         "E0422"},
	        {"in all, rounds in rounds",
	         SEQUENCE("promise at most 801 messages\n" HELLO
	                  "repeat up to 20 times every 1 day as r1 {\nrepeat up to 10 times "
	                  "every 1 hour as r2 {\nrepeat up to 4 times every 1 minute as r3 { " AGAIN "}\n}\n}"),
	         ""},
	        {"one fewer",
	         SEQUENCE("promise at most 800 messages\n" HELLO
	                  "repeat up to 20 times every 1 day as r1 {\nrepeat up to 10 times "
	                  "every 1 hour as r2 {\nrepeat up to 4 times every 1 minute as r3 { " AGAIN "}\n}\n}"),
	         "E0421"},
	        {"what leaves a repeat in its midst is sent once",
	         SEQUENCE("promise at most 11 messages\nrepeat up to 9 times every 1 day {\n" HELLO
	                  "when contact.vip { " AGAIN "wait 1 day\nemail more { body \"More\" }\nexit \"vip\" }\n}"),
	         ""},
	};
	EXPECT_ALL(examples);
}

static void limits_are_run_into(void **state)
{
	(void)state;
#define THIRD "email third { body \"A third\" }\n"
#define POLICY(limits, body)                                                                                           \
	"workspace acme { contact { email email; vip yes_no default no }\n"                                            \
	"mailbox sales { address \"sales@acme.example\"; postal \"1 Main St\"; limit 1 message per day }\n" limits     \
	"\n}\nsequence a {\n" body "\n}\n"
	static const struct example examples[] = {
	        {"a cap", SEQUENCE("limit 2 messages\n" HELLO "wait 1 day\n" AGAIN "wait 1 day\n" THIRD), "W0600"},
	        {"a cap that holds", SEQUENCE("limit 3 messages\n" HELLO "wait 1 day\n" AGAIN "wait 1 day\n" THIRD),
	         ""},
	        {"a cap of follow-ups", SEQUENCE("limit 2 followups\n" HELLO "wait 1 day\n" AGAIN "wait 1 day\n" THIRD),
	         ""},
	        {"a cap in rounds",
	         SEQUENCE("limit 4 emails\n" HELLO "repeat up to 4 times every 1 day until contact.vip { " AGAIN "}"),
	         "W0600"},
	        {"on two ways there are two each",
	         SEQUENCE("limit 2 messages\n" HELLO "when contact.vip { " AGAIN " } otherwise { " THIRD " }"), ""},
	        {"a cap of the workspace", POLICY("limit 1 message", HELLO "wait 1 day\n" AGAIN), "W0600"},
	        {"a cap for some is meant", POLICY("limit 1 message when contact.vip", HELLO "wait 1 day\n" AGAIN), ""},
	        {"put off", POLICY("limit 1 message per 3 days", HELLO "wait 2 days\n" AGAIN), "W0601"},
	        {"not put off", POLICY("limit 1 message per 3 days", HELLO "wait 3 days\n" AGAIN), ""},
	        {"a window may be closed in between",
	         POLICY("limit 1 message per 3 days", "window mon-fri 09:00-17:00\n" HELLO "wait 1 day\n" AGAIN), ""},
	        {"but not for so long",
	         POLICY("limit 1 message per 4 days", "window mon-fri 09:00-17:00\n" HELLO "wait 1 day\n" AGAIN),
	         "W0601"},
	        {"only when somebody answers",
	         POLICY("limit 1 message per 3 days",
	                HELLO "wait for reply up to 5 days {\non reply { " AGAIN " }\non nothing { }\n}"),
	         ""},
	        {"only when somebody clicks",
	         POLICY("limit 1 message per 3 days", HELLO "wait 1 day\nwhen hello.clicked { " AGAIN " }"), ""},
	        {"who is one is not the other",
	         POLICY("limit 1 message per day",
	                "when contact.vip { " HELLO
	                " }\nwhen not contact.vip { email other { subject \"Hello\"; body \"Hi\" } }"),
	         ""},
	        {"nor waits as they do",
	         POLICY("limit 1 message per day", "when contact.vip { wait 1 day as pause }\n" HELLO
	                                           "when contact.vip { " AGAIN " }\nwhen contact.vip { wait 1 day as "
	                                           "more }\nwhen contact.vip { " THIRD " }"),
	         "W0601"},
	        {"a cap for those who are both",
	         SEQUENCE("limit 2 messages\n" HELLO "when contact.vip { " AGAIN " }\nwhen not contact.vip { " THIRD
	                  " }"),
	         ""},
	        {"who does nothing waits",
	         POLICY("limit 1 message per day", HELLO "when not hello.clicked { wait 1 day as pause }\n" AGAIN), ""},
	        {"a moment to come",
	         SEQUENCE("limit 1 message per day\n" HELLO
	                  "wait until contact.renewal as then otherwise continue\n" AGAIN),
	         ""},
	        {"or one that would leave it out",
	         SEQUENCE("limit 1 message per day\n" HELLO "wait until contact.renewal as then otherwise skip\n" AGAIN
	                  "wait until contact.renewal + 7 days as after otherwise continue\n" THIRD),
	         ""},
	        {"the last round does not wait",
	         SEQUENCE("limit 1 message per day\n" HELLO
	                  "wait 1 day\nrepeat up to 3 times every 2 days until contact.vip as pause {\n" AGAIN
	                  "}\n" THIRD),
	         "W0601"},
	        {"over a weekend", POLICY("limit 1 message per 3 days", HELLO "wait 1 business day\n" AGAIN), ""},
	        {"at any time", POLICY("limit 2 messages per month", HELLO "wait 1 week\n" AGAIN "wait 1 week\n" THIRD),
	         "W0601"},
	        {"again, while it is on", SEQUENCE("enroll again after 9 days\n" HELLO "wait 10 days\n" AGAIN),
	         "W0602"},
	        {"again, after it", SEQUENCE("enroll again after 10 days\n" HELLO "wait 10 days\n" AGAIN), ""},
	        {"an exit may end it before",
	         SEQUENCE("enroll again after 9 days\nexit on meeting\n" HELLO "wait 10 days\n" AGAIN), ""},
	        {"who is waited for may be late",
	         SEQUENCE("enroll again after 9 days\n" HELLO "wait for reply up to 10 days {\non reply { " AGAIN
	                  " }\non nothing { }\n}"),
	         "W0602"},
	};
	EXPECT_ALL(examples);
}

/* ---- how long it takes ---- */

static void put_ends(const char *body, struct buf *out)
{
	struct compile c;
	struct buf text = {0}, told = {0};
	struct bounds b;
	buf_addf(&text, SEQUENCE("%s"), body);
	compile_init(&c);
	c.emit = true;
	if (!compile_text(&c, "main.seq", buf_slice(&text))) {
		diags_render_text(&c.diags, &told, false, 0);
		fail_msg("%s", buf_cstr(&told));
	}
	bounds_of(&c.arena, c.sequences[0], &b);
	assert_true(b.counted);
	buf_addf(out, "%u, %u in 7 days;", b.in_all[LIMIT_MESSAGES], b.in_7_days[LIMIT_MESSAGES]);
	for (uint32_t i = 0; i < b.end_count; i++) {
		buf_addf(out, " %.*s", SLICE_ARG(b.ends[i].reason.n ? b.ends[i].reason : SLICE("end")));
		buf_adds(out, ": ");
		bounds_put_time(out, &b.ends[i].time);
		buf_addc(out, ';');
	}
	buf_adds(out, " in all ");
	bounds_put_time(out, &b.run);
	buf_free(&text);
	compile_free(&c);
}

static void shortest_and_longest(void **state)
{
	(void)state;
	static const struct {
		const char *body, *told;
	} cases[] = {
	        {HELLO, "1, 1 in 7 days; end: at once; in all at once"},
	        {HELLO "wait 3 days\n" AGAIN, "2, 2 in 7 days; end: 3 days; in all 3 days"},
	        {HELLO "wait 3 business days\n" AGAIN,
	         "2, 2 in 7 days; end: 3 days to 5 days; in all 3 days to 5 days"},
	        {HELLO "wait for reply up to 5 days {\non reply { exit \"answered\" }\non nothing { " AGAIN "}\n}",
	         "2, 2 in 7 days; answered: up to 5 days; end: 5 days; in all up to 5 days"},
	        {HELLO "repeat up to 4 times every 2 days until contact.vip { " AGAIN "}",
	         "5, 5 in 7 days; end: up to 6 days; in all up to 6 days"},
	        {HELLO "repeat up to 4 times every 36 hours { " AGAIN "}",
	         "5, 5 in 7 days; end: 4 days 12 hours; in all 4 days 12 hours"},
	        {HELLO
	         "repeat up to 3 times every 1 week { when contact.vip { exit \"vip\" }\nwait 1 day as pause\n" AGAIN
	         "}",
	         "4, 2 in 7 days; vip: up to 16 days; end: 17 days; in all up to 17 days"},
	        {HELLO "wait 1 day\nwait until contact.renewal as then otherwise exit \"late\"\n" AGAIN,
	         "2, 2 in 7 days; late: 1 day; end: at least 1 day; in all at least 1 day"},
	        {HELLO "wait 2 days at 09:00\n" AGAIN, "2, 2 in 7 days; end: 1 day to 3 days; in all 1 day to 3 days"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct buf got = {0};
		put_ends(cases[i].body, &got);
		assert_string_equal(buf_cstr(&got), cases[i].told);
		buf_free(&got);
	}
}

/* The promise of a plan that is made right, then made a lie. */
static void a_lie_is_refused(void **state)
{
	(void)state;
	static const struct {
		const char *body;
		struct plan_promise claim;
		const char *refused; /* NULL: it is true */
	} cases[] = {
	        {"promise at most 9 messages\n" HELLO "wait 3 days\n" AGAIN, {LIMIT_MESSAGES, 1, 3}, NULL},
	        {"promise at most 9 messages\n" HELLO "wait 3 days\n" AGAIN,
	         {LIMIT_MESSAGES, 1, 4},
	         "promise 0: at most 1, but a path sends more within 4 days"},
	        {"promise at most 9 messages\n" HELLO "wait 3 days\n" AGAIN,
	         {LIMIT_EMAIL, 1, 0},
	         "promise 0: at most 1, but a path sends 2"},
	        {"promise at most 9 messages\n" HELLO "wait 30 days\n" AGAIN,
	         {LIMIT_MESSAGES, 1, MONTH_PERIOD},
	         "promise 0: at most 1, but a path sends more within 31 days"},
	        {"promise at most 9 messages\n" HELLO "wait 3 days\n" AGAIN, {LIMIT_FOLLOWUPS, 1, 400}, NULL},
	        {"promise at most 9 messages\nlimit 1 message per 4 days\n" HELLO "wait 3 days\n" AGAIN,
	         {LIMIT_MESSAGES, 1, 4},
	         NULL},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct compile c;
		struct buf text = {0}, image = {0};
		struct image_error error = {{0}};
		buf_addf(&text, "sequence a {\n%s}\n", cases[i].body);
		compile_init(&c);
		c.emit = true;
		assert_true(compile_text(&c, "main.seq", buf_slice(&text)));
		buf_add_slice(&image, c.results[0].plan);
		struct image m;
		assert_true(image_open(&m, IMAGE_PLAN, image.p, image.n, &error));
		char *row = image.p + ((const char *)m.sections[SECTION_PROMISE].rows - (const char *)m.bytes);
		memcpy(row, &cases[i].claim, sizeof cases[i].claim);
		m.sections[SECTION_PROMISE].rows = row;
		bool good = verify_code(&m, &error);
		if (good != !cases[i].refused || (!good && strcmp(error.text, cases[i].refused) != 0))
			fail_msg("case %zu: %s", i, good ? "accepted" : error.text);
		buf_free(&text);
		buf_free(&image);
		compile_free(&c);
	}
}

/* A plan may claim any length: what is too long to add up is as long as anybody looks, or may be anything. */
static void absurd_lengths_do_not_overflow(void **state)
{
	(void)state;
	struct bound_wait long_one = {0}, taken_off = {0};
	for (int i = 0; i < 1000; i++) {
		bound_wait_add(&long_one, UNIT_MONTHS, INT64_MAX / 4, false);
		bound_wait_add(&long_one, UNIT_US, INT64_MAX / 4, false);
	}
	assert_true(bound_wait_dates(&long_one) >= 1000000);
	bound_wait_add(&taken_off, UNIT_DAYS, INT64_MAX, false);
	bound_wait_add(&taken_off, UNIT_MONTHS, INT64_MAX / 4, true);
	assert_int_equal(bound_wait_dates(&taken_off), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(source_and_plan_agree),          cmocka_unit_test(random_ones_agree),
	        cmocka_unit_test(waits_are_taken_as_they_are),    cmocka_unit_test(limits_are_run_into),
	        cmocka_unit_test(shortest_and_longest),           cmocka_unit_test(a_lie_is_refused),
	        cmocka_unit_test(absurd_lengths_do_not_overflow),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
