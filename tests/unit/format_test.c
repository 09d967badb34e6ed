/* SPDX-License-Identifier: Apache-2.0
 * The formatter. tests/golden/fmt/NAME.seq gives NAME.fmt (BLESS=1 writes it anew, to be read in the diff). Then what
 * holds of any source, tried on every .seq file of the repository and on each of them spoilt in its layout, at random
 * but alike in each run: line ends, blanks, `;` and comments wherever the language allows them. The layout of a layout
 * is the same; it is the same program; and every comment is there, once, between the same tokens. */
#include "compiler/format.h"
#include "compiler/parse.h"
#include "seq.h"
#include "tests/positions.h"
#include "tests/read_file.h"
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The names of .seq files below a folder, sorted by the file system; freed with the process. */
static char *paths[4096];
static size_t path_count;

static int take_path(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)at;
	if (type == FTW_F && slice_ends(slice_of(path), ".seq") && path_count < sizeof paths / sizeof *paths)
		paths[path_count++] = strdup(path);
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void find_paths(const char *folder)
{
	assert_int_equal(nftw(folder, take_path, 16, FTW_PHYS), 0);
	qsort(paths, path_count, sizeof *paths, by_name);
}

static void forget_paths(void)
{
	while (path_count > 0)
		free(paths[--path_count]);
}

/* ---- laying out ---- */

static enum format_result lay_out(struct slice text, struct buf *out)
{
	struct arena arena;
	struct diags diags;
	arena_init(&arena, 0, NULL);
	struct sources sources = {.arena = &arena};
	diags_init(&diags, &arena, &sources);
	uint32_t source = source_add(&sources, SLICE("main.seq"), text, false);
	enum format_result result = format_source(out, &sources, source, &arena, &diags);
	assert_int_equal(result == FORMAT_MISTAKES, diags.errors > 0);
	arena_free(&arena);
	return result;
}

/* ---- the same program, by means of its own: the tree as it is printed, without places ---- */

/* A line of the tree without `12..34`; and of a path only that it is one, since its text is shown as it is written,
 * with blanks and comments; its parts stand below it. */
static void put_without_place(struct buf *out, struct slice line)
{
	ptrdiff_t dots = slice_find(line, SLICE(".."));
	assert_true(dots > 0);
	size_t from = (size_t)dots, to = from + 2;
	while (from > 0 && line.p[from - 1] >= '0' && line.p[from - 1] <= '9')
		from--;
	while (to < line.n && line.p[to] >= '0' && line.p[to] <= '9')
		to++;
	bool path = from >= 5 && strncmp(line.p + from - 5, "path ", 5) == 0;
	buf_add(out, line.p, from);
	if (!path)
		buf_add(out, line.p + to, line.n - to);
	buf_addc(out, '\n');
}

static void put_tree(struct slice text, struct buf *out)
{
	struct arena arena;
	struct diags diags;
	struct buf tree = {0};
	arena_init(&arena, 0, NULL);
	struct sources sources = {.arena = &arena};
	diags_init(&diags, &arena, &sources);
	uint32_t source = source_add(&sources, SLICE("main.seq"), text, false);
	ast_print(&tree, &sources, parse_source(&sources, source, &arena, &diags, NULL));
	for (struct slice rest = buf_slice(&tree); rest.n > 0;) {
		const char *end = memchr(rest.p, '\n', rest.n);
		put_without_place(out, (struct slice){rest.p, (size_t)(end - rest.p)});
		rest = (struct slice){end + 1, (size_t)(rest.p + rest.n - end - 1)};
	}
	assert_false(tree.failed || out->failed);
	buf_free(&tree);
	arena_free(&arena);
}

/* Each comment with how many tokens stand before it. */
static void put_comments(struct slice text, struct buf *out)
{
	struct arena arena;
	struct diags diags;
	struct lexed lexed;
	arena_init(&arena, 0, NULL);
	struct sources sources = {.arena = &arena};
	diags_init(&diags, &arena, &sources);
	uint32_t source = source_add(&sources, SLICE("main.seq"), text, false);
	lex_source(&lexed, &sources.items[source], source, &arena, &diags);
	uint32_t before = 0, token = 0;
	for (uint32_t i = 0; i < lexed.comment_count; i++) {
		const struct comment *c = &lexed.comments[i];
		for (; token < lexed.count && lexed.tokens[token].start < c->start; token++)
			before += lexed.tokens[token].kind != TK_SEP;
		struct slice words = slice_trim((struct slice){text.p + c->start, c->end - c->start});
		buf_addf(out, "%u %.*s\n", before, SLICE_ARG(words));
	}
	assert_false(out->failed);
	arena_free(&arena);
}

static void same(const char *path, const char *what, struct slice want, struct slice got, struct slice source)
{
	if (!slice_eq(want, got))
		fail_msg("%s: %s differs.\n---- source\n%.*s\n---- want\n%.*s\n---- got\n%.*s", path, what,
		         SLICE_ARG(source), SLICE_ARG(want), SLICE_ARG(got));
}

static void no_line_ends_blank(const char *path, struct slice text)
{
	bool in_text = slice_find(text, SLICE("\"\"\"")) >= 0; /* where blanks may be meant */
	for (size_t i = 1; i < text.n && !in_text; i++)
		if (text.p[i] == '\n' && (text.p[i - 1] == ' ' || text.p[i - 1] == '\t'))
			fail_msg("%s: a line ends with a blank:\n%.*s", path, SLICE_ARG(text));
}

/* All that must hold. False: the source has mistakes. */
static bool holds(const char *path, struct slice text)
{
	struct buf once = {0}, twice = {0}, tree[2] = {{0}}, comments[2] = {{0}};
	enum format_result result = lay_out(text, &once);
	if (result == FORMAT_OUR_BUG)
		fail_msg("%s: refused by its own proof:\n%.*s", path, SLICE_ARG(text));
	assert_true(result == FORMAT_DONE || once.n == 0);
	if (result == FORMAT_DONE) {
		assert_int_equal(lay_out(buf_slice(&once), &twice), FORMAT_DONE);
		same(path, "the layout of the layout", buf_slice(&once), buf_slice(&twice), text);
		put_tree(text, &tree[0]);
		put_tree(buf_slice(&once), &tree[1]);
		same(path, "the tree", buf_slice(&tree[0]), buf_slice(&tree[1]), text);
		put_comments(text, &comments[0]);
		put_comments(buf_slice(&once), &comments[1]);
		same(path, "the comments", buf_slice(&comments[0]), buf_slice(&comments[1]), text);
		no_line_ends_blank(path, buf_slice(&once));
	}
	for (int i = 0; i < 2; i++) {
		buf_free(&tree[i]);
		buf_free(&comments[i]);
	}
	buf_free(&once);
	buf_free(&twice);
	return result == FORMAT_DONE;
}

/* ---- golden files ---- */

static void golden(void **state)
{
	(void)state;
	find_paths("tests/golden/fmt");
	assert_true(path_count >= 12);
	for (size_t i = 0; i < path_count; i++) {
		char path[512];
		struct buf got = {0};
		struct slice text = read_file(paths[i]);
		assert_int_equal(lay_out(text, &got), FORMAT_DONE);
		snprintf(path, sizeof path, "%.*s.fmt", (int)strlen(paths[i]) - 4, paths[i]);
		if (getenv("BLESS")) {
			FILE *file = fopen(path, "wb");
			assert_non_null(file);
			assert_int_equal(fwrite(got.p ? got.p : "", 1, got.n, file), got.n);
			assert_int_equal(fclose(file), 0);
		}
		struct slice want = read_file(path);
		same(path, "the layout (BLESS=1 writes it anew)", want, buf_slice(&got), text);
		free((char *)want.p);
		free((char *)text.p);
		buf_free(&got);
	}
	forget_paths();
}

/* ---- every file there is ---- */

static void every_file(void **state)
{
	(void)state;
	int good = 0;
	find_paths("tests/golden");
	find_paths("stdlib");
	find_paths("examples");
	for (size_t i = 0; i < path_count; i++) {
		struct slice text = read_file(paths[i]);
		good += holds(paths[i], text);
		free((char *)text.p);
	}
	assert_true(good >= 40);
	forget_paths();
}

/* ---- the examples of the documents and of the registry of diagnostics ---- */

static int hold_blocks(const char *path)
{
	int good = 0;
	struct slice text = read_file(path), rest = text, open = SLICE("\n```seq\n"), close = SLICE("\n```\n");
	assert_true(text.n > 0);
	for (ptrdiff_t at; (at = slice_find(rest, open)) >= 0;) {
		rest = (struct slice){rest.p + at + open.n, rest.n - (size_t)at - open.n};
		ptrdiff_t end = slice_find(rest, close);
		assert_true(end >= 0);
		good += holds(path, (struct slice){rest.p, (size_t)end});
	}
	free((char *)text.p);
	return good;
}

static void every_example(void **state)
{
	(void)state;
	int good = hold_blocks("docs/language.md") + hold_blocks("docs/operating.md") + hold_blocks("README.md");
	assert_true(good >= 10);
	good = 0;
	for (int i = 0; i < diag_info_count(); i++) {
		const struct diag_info *d = diag_info_at(i);
		good += d->bad && holds(d->code, slice_of(d->bad));
		good += d->good && holds(d->code, slice_of(d->good));
	}
	assert_true(good >= 100);
}

/* ---- every word of the language in every position of a name ---- */

enum layout { AS_IT_IS, BROKEN, COMMENTED };

static void fill(struct buf *out, const char *text, const struct word_info *word, enum layout layout)
{
	static const char *const breaks[] = {" ", "\n", " # c\n  # d\n"};
	for (const char *p = text; *p; p++) {
		if (*p == '@') {
			buf_add(out, word->spelling, word->length);
			continue;
		}
		bool may_break = p[1] == ' ' && (*p == '{' || *p == ';');
		if (*p != ';' || layout == AS_IT_IS)
			buf_addc(out, *p);
		if (may_break) {
			buf_adds(out, breaks[layout]);
			p++;
		}
	}
}

static void every_word(void **state)
{
	(void)state;
	uint32_t n, good = 0, all = 0;
	const struct word_info *words = lex_words(&n);
	for (size_t i = 0; i < sizeof positions / sizeof *positions; i++)
		for (uint32_t k = 0; k < n; k++, all++) {
			struct buf text = {0};
			fill(&text, positions[i].text, &words[k], (enum layout)(all % 3));
			good += holds(positions[i].text, buf_slice(&text));
			buf_free(&text);
		}
	assert_true(good * 10 > all * 9);
}

/* ---- files whose layout is spoilt ---- */

static uint64_t dice(uint64_t *seed, uint64_t sides)
{
	*seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (*seed >> 33) % sides;
}

static const char *pick(uint64_t *seed, const char *const *words, size_t n)
{
	return words[dice(seed, n)];
}
#define PICK(seed, ...)                                                                                                \
	pick((seed), (const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

/* A line end, with or without a comment; what is left of the line, and the next one's indentation. */
static void put_line_end(struct buf *out, uint64_t *seed, uint32_t *comments)
{
	if (dice(seed, 3) == 0)
		buf_addf(out, "%s# c%u%s", PICK(seed, "", " ", "\t  "), ++*comments, PICK(seed, "", " ", ", { } \" ;"));
	buf_adds(out, PICK(seed, "\n", "\n\n", "\r\n", "\n \n\n", "\n"));
	while (dice(seed, 4) == 0)
		buf_addf(out, "%s# c%u\n%s", PICK(seed, "", "  ", "\t"), ++*comments, PICK(seed, "", "", "\n"));
	buf_adds(out, PICK(seed, "", "  ", "\t", "            "));
}

/* Where a line may go on after such a token. */
static bool goes_on(uint32_t kind)
{
	return kind == TK_LBRACE || kind == TK_LPAREN || kind == TK_COMMA || kind == TK_ASSIGN || kind == TK_ARROW ||
	       kind == TK_AND || kind == TK_OR || kind == TK_NOT || (kind >= TK_EQ && kind <= TK_GE) ||
	       kind == TK_PLUS || kind == TK_MINUS;
}

struct spoiling {
	uint64_t seed;
	uint32_t comments, parens, texts; /* texts: open ones */
};

/* What stands between two tokens, which is free outside of texts. */
static void put_gap(struct buf *out, struct spoiling *s, struct slice gap, uint32_t last, bool needs_blank)
{
	bool may = goes_on(last) || s->parens > 0;
	if (may && dice(&s->seed, 6) == 0)
		put_line_end(out, &s->seed, &s->comments);
	else if (gap.n > 0 || needs_blank)
		buf_adds(out, PICK(&s->seed, " ", " ", "  ", "\t"));
	else if (dice(&s->seed, 6) == 0)
		buf_adds(out, " ");
}

static void put_end_of_statement(struct buf *out, struct spoiling *s, uint32_t next)
{
	bool mark = next != TK_OTHERWISE && dice(&s->seed, 4) == 0;
	if (mark)
		buf_adds(out, PICK(&s->seed, ";", " ; ", ";;", "; \n ;"));
	if (!mark || dice(&s->seed, 3) == 0)
		put_line_end(out, &s->seed, &s->comments);
}

static bool is_word(uint32_t kind)
{
	return lex_is_word(kind) || kind == TK_NUM || kind == TK_PERCENT || kind == TK_DATE || kind == TK_TIME ||
	       kind == TK_UPPER;
}

static void spoil(struct slice text, struct spoiling *s, struct buf *out)
{
	struct arena arena;
	struct diags diags;
	struct lexed l;
	arena_init(&arena, 0, NULL);
	struct sources sources = {.arena = &arena};
	diags_init(&diags, &arena, &sources);
	uint32_t source = source_add(&sources, SLICE("main.seq"), text, false), end = 0, last = 0;
	lex_source(&l, &sources.items[source], source, &arena, &diags);
	for (uint32_t i = 0; i < l.count; i++) {
		struct token t = l.tokens[i];
		struct slice gap = {text.p + end, t.start > end ? t.start - end : 0};
		if (t.kind == TK_RPAREN && s->texts == 0 && s->parens > 0)
			s->parens--;
		if (t.kind == TK_SEP) {
			put_end_of_statement(out, s, l.tokens[i + 1].kind);
		} else {
			bool glued = is_word(t.kind) && is_word(last);
			if (s->texts > 0)
				buf_add_slice(out, gap);
			else if (last != TK_SEP && last != 0)
				put_gap(out, s, gap, last, glued);
			buf_add(out, text.p + t.start, t.end - t.start);
		}
		s->texts += t.kind == TK_SOPEN;
		s->texts -= t.kind == TK_SCLOSE;
		s->parens += t.kind == TK_LPAREN && s->texts == 0;
		end = t.end > end ? t.end : end;
		last = t.kind;
	}
	assert_false(out->failed);
	arena_free(&arena);
}

static void spoilt_files(void **state)
{
	(void)state;
	enum { ROUNDS = 40 };
	int good = 0, tried = 0;
	find_paths("tests/golden");
	find_paths("examples");
	for (size_t i = 0; i < path_count; i++) {
		struct slice text = read_file(paths[i]);
		struct buf first = {0};
		bool is_good = lay_out(text, &first) == FORMAT_DONE;
		for (uint64_t round = 0; is_good && round < ROUNDS; round++) {
			char name[512];
			struct buf spoilt = {0};
			struct spoiling s = {.seed = i * 1000 + round};
			spoil(text, &s, &spoilt);
			snprintf(name, sizeof name, "%s, spoilt %d", paths[i], (int)round);
			good += holds(name, buf_slice(&spoilt));
			tried++;
			buf_free(&spoilt);
		}
		buf_free(&first);
		free((char *)text.p);
	}
	forget_paths();
	print_message("%d of %d spoilt files still parse\n", good, tried);
	assert_true(tried > 400 && good * 10 > tried * 9); /* else the spoiling itself is wrong */
}

/* ---- single forms ---- */

static void forms(void **state)
{
	(void)state;
	static const struct {
		const char *source, *want; /* NULL: it has mistakes */
	} examples[] = {
	        {"", ""},
	        {" \t\r\n;\n", ""},
	        {"# a", "# a\n"},
	        {"\xef\xbb\xbfuse a", "use a\n"},
	        {"use a # b \t", "use a  # b\n"},
	        {"use a;use b", "use a\nuse b\n"},
	        {"sequence a{}", "sequence a { }\n"},
	        {"sequence a {\n\n}", "sequence a { }\n"},
	        {"sequence a { # x\n}", "sequence a {  # x\n}\n"},
	        {"sequence a {\n# x\n}", "sequence a {\n    # x\n}\n"},
	        {"sequence a { wait 01 day; wait 1 days; wait 2 day }",
	         "sequence a { wait 01 days; wait 1 day; wait 2 days }\n"},
	        {"sequence a { tags é }", NULL},
	        {"sequence a {", NULL},
	        {"use a\nuse 9:00", NULL},
	};
	for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
		struct buf out = {0};
		enum format_result result = lay_out(slice_of(examples[i].source), &out);
		assert_int_equal(result, examples[i].want ? FORMAT_DONE : FORMAT_MISTAKES);
		same(examples[i].source, "the layout", slice_of(examples[i].want ? examples[i].want : ""),
		     buf_slice(&out), slice_of(examples[i].source));
		buf_free(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(golden),        cmocka_unit_test(forms),      cmocka_unit_test(every_file),
	        cmocka_unit_test(every_example), cmocka_unit_test(every_word), cmocka_unit_test(spoilt_files),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
