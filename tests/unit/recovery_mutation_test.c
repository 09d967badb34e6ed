/* SPDX-License-Identifier: Apache-2.0
 * Recovery at scale: each source that parses gets one random mistake (a word misspelt, left out, doubled or swapped
 * with the next; a brace or a quote left out or doubled; garbage put in), and what is told is counted. One mistake
 * must be one diagnostic, on its line. What stays legal (a misspelt name) does not count. A few seconds;
 * RECOVERY_MUTATIONS=N in the environment tries N a source, and RECOVERY_SHOW=1 prints those that went wrong. */
#include "compiler/compile.h"
#include "compiler/parse.h"
#include "seq.h"
#include "tests/read_file.h"
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum mutation {
	MISSPELT_WORD,
	LOST_WORD,
	DOUBLED_WORD,
	SWAPPED_WORDS,
	LOST_BRACE,
	DOUBLED_BRACE,
	LOST_QUOTE,
	DOUBLED_QUOTE,
	GARBAGE,
	MUTATIONS
};

static const char *const mutation_names[MUTATIONS] = {"misspelt word", "lost word",     "doubled word",
                                                      "swapped words", "lost brace",    "doubled brace",
                                                      "lost quote",    "doubled quote", "garbage"};

struct count {
	unsigned tried, legal, one, many, right_line, leaks;
};

/* One source, and one mistake in a copy of it. */
struct subject {
	const char *path;
	struct slice text;
	struct arena arena;
	struct lexed lexed;
	const struct source *source;
	struct buf mutant;
	uint32_t line;    /* where the mistake must be told */
	struct buf known; /* the findings without the mistake, a line each */
};

static uint32_t random_below(uint32_t *seed, uint32_t n)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed % n;
}

/* ---- making one mistake ---- */

static uint32_t line_of(const struct subject *s, uint32_t at)
{
	uint32_t line, column;
	source_place(s->source, at, &line, &column);
	return line;
}

static void put(struct subject *s, uint32_t start, uint32_t end)
{
	buf_add(&s->mutant, s->text.p + start, end - start);
}

static bool is_word(const struct subject *s, struct token t)
{
	return lex_is_word(t.kind) && t.end > t.start + 1 && s->text.p[t.start] >= 'a';
}

/* A letter left out, doubled or changed, or two swapped: still a word of small letters, but another one. */
static bool misspell(struct subject *s, struct token t, uint32_t *seed)
{
	char word[80];
	size_t n = t.end - t.start;
	if (n < 3 || n > 60)
		return false;
	memcpy(word, s->text.p + t.start, n);
	size_t at = random_below(seed, (uint32_t)n - 1);
	switch (random_below(seed, 4)) {
	case 0:
		memmove(word + at, word + at + 1, n - at - 1);
		n--;
		break;
	case 1:
		memmove(word + at + 1, word + at, n - at);
		n++;
		break;
	case 2: word[at] = (char)('a' + random_below(seed, 26)); break;
	default: {
		char first = word[at];
		word[at] = word[at + 1];
		word[at + 1] = first;
	}
	}
	if (word[0] < 'a' || word[0] > 'z' || lex_word((struct slice){word, n}) == t.kind)
		return false; /* the same word, its plural, or no word at all */
	buf_add(&s->mutant, word, n);
	return true;
}

static uint32_t opener_of(const struct lexed *l, uint32_t close)
{
	uint32_t closed = 0;
	for (uint32_t i = close; i-- > 0;) {
		if (l->tokens[i].kind == TK_RBRACE)
			closed++;
		else if (l->tokens[i].kind == TK_LBRACE && closed-- == 0)
			return i;
	}
	return close;
}

static bool is_quoted(const struct subject *s, struct token t)
{
	return t.kind == TK_STRING && t.end > t.start + 1 && s->text.p[t.start] == '"' && s->text.p[t.start + 1] != '"';
}

/* The mutant with a mistake at token i; false when this mistake cannot be made there. */
static bool mutate(struct subject *s, uint32_t i, enum mutation m, uint32_t *seed)
{
	static const char *const garbage[] = {"@", "=",   ":",  "xyzzy ", "== ", ") ",
	                                      "$", "?? ", "7 ", "\"x\" ", ", ",  "\\"};
	struct token t = s->lexed.tokens[i], next = s->lexed.tokens[i + 1];
	bool brace = t.kind == TK_LBRACE || t.kind == TK_RBRACE;
	s->mutant.n = 0;
	s->line = line_of(s, t.start);
	put(s, 0, t.start);
	switch (m) {
	case MISSPELT_WORD:
		if (!is_word(s, t) || !misspell(s, t, seed))
			return false;
		break;
	case LOST_WORD:
		if (!is_word(s, t))
			return false;
		break;
	case DOUBLED_WORD:
		if (!is_word(s, t))
			return false;
		put(s, t.start, t.end);
		buf_addc(&s->mutant, ' ');
		put(s, t.start, t.end);
		break;
	case SWAPPED_WORDS:
		if (!is_word(s, t) || !is_word(s, next) || line_of(s, next.start) != s->line)
			return false;
		put(s, next.start, next.end);
		put(s, t.end, next.start);
		put(s, t.start, t.end);
		put(s, next.end, (uint32_t)s->text.n);
		return true;
	case LOST_BRACE:
	case DOUBLED_BRACE:
		if (!brace || t.end == t.start)
			return false;
		if (t.kind == (m == LOST_BRACE ? TK_RBRACE : TK_ID))
			s->line = line_of(s, s->lexed.tokens[opener_of(&s->lexed, i)].start);
		for (int k = m == LOST_BRACE ? 2 : 0; k < 2; k++)
			put(s, t.start, t.end);
		break;
	case LOST_QUOTE:
	case DOUBLED_QUOTE: {
		if (!is_quoted(s, t))
			return false;
		bool first = random_below(seed, 2);
		if (m == LOST_QUOTE) {
			put(s, t.start + first, t.end - !first);
		} else if (first) {
			buf_addc(&s->mutant, '"');
			put(s, t.start, t.end);
		} else {
			put(s, t.start, t.end);
			buf_addc(&s->mutant, '"');
		}
		break;
	}
	case GARBAGE:
		if (t.end == t.start || t.kind == TK_SEP || t.kind == TK_STEXT)
			return false;
		buf_adds(&s->mutant, garbage[random_below(seed, sizeof garbage / sizeof *garbage)]);
		put(s, t.start, t.end);
		break;
	default: return false;
	}
	put(s, t.end, (uint32_t)s->text.n);
	return true;
}

/* ---- what is told ---- */

static bool is_form(const struct diag *g)
{
	return memcmp(diag_info_at(g->code)->code, "E01", 3) == 0;
}

static void put_finding(struct buf *out, const struct diag *g)
{
	buf_addf(out, "\n%s %.*s\n", diag_info_at(g->code)->code, SLICE_ARG(g->message));
}

static void show(const struct subject *s, enum mutation m, const char *what, const struct diags *d)
{
	if (!getenv("RECOVERY_SHOW"))
		return;
	const char *start = s->mutant.p;
	for (uint32_t line = 1; line < s->line && start; line++)
		start = memchr(start, '\n', s->mutant.n - (size_t)(start - s->mutant.p)) + 1;
	const char *end = memchr(start, '\n', s->mutant.n - (size_t)(start - s->mutant.p));
	printf("== %s: %s, %s:%u: %.*s\n", what, mutation_names[m], s->path, s->line,
	       (int)((end ? end : s->mutant.p + s->mutant.n) - start), start);
	for (uint32_t i = 0; i < d->count; i++) {
		uint32_t line = 0, column = 0;
		const struct diag *g = &d->items[i];
		if (g->span.source < d->sources->count)
			source_place(&d->sources->items[g->span.source], g->span.start, &line, &column);
		struct buf finding = {0};
		put_finding(&finding, g);
		if (is_form(g) || (strcmp(what, "consequence") == 0 &&
		                   !strstr(buf_cstr((struct buf *)&s->known), buf_cstr(&finding))))
			printf("     %u:%u %s %.*s\n", line, column, diag_info_at(g->code)->code,
			       SLICE_ARG(g->message));
		buf_free(&finding);
	}
}

/* Counts the diagnostics of form; only the parser runs. */
static void judge(struct subject *s, enum mutation m, struct count *c)
{
	struct arena arena;
	struct diags d;
	arena_init(&arena, 0, NULL);
	struct sources sources = {.arena = &arena};
	diags_init(&d, &arena, &sources);
	uint32_t source = source_add(&sources, SLICE("main.seq"), buf_slice(&s->mutant), false);
	parse_source(&sources, source, &arena, &d, NULL);
	diags_sort(&d);
	c->tried++;
	uint32_t line = 0, column;
	if (d.count > 0)
		source_place(&sources.items[source], d.items[0].span.start, &line, &column);
	c->legal += d.count == 0;
	c->one += d.count == 1;
	c->many += d.count > 2;
	c->right_line += line == s->line;
	if (d.count > 1)
		show(s, m, d.count > 2 ? "many" : "two", &d);
	else if (d.count == 1 && line != s->line)
		show(s, m, "other line", &d);
	arena_free(&arena);
}

static void subject_open(struct subject *s, const char *path)
{
	struct diags d;
	struct parse_extras extras;
	struct slice file = read_existing(path);
	*s = (struct subject){.path = path};
	arena_init(&s->arena, 0, NULL);
	struct sources *sources = ARENA_NEW(&s->arena, struct sources);
	*sources = (struct sources){.arena = &s->arena};
	diags_init(&d, &s->arena, sources);
	uint32_t source = source_add(sources, SLICE("main.seq"), file, false);
	free((char *)file.p);
	parse_source(sources, source, &s->arena, &d, &extras);
	if (d.count > 0)
		fail_msg("%s does not parse", path);
	s->source = &sources->items[source];
	s->text = s->source->text;
	s->lexed = extras.lexed;
}

static void subject_close(struct subject *s)
{
	buf_free(&s->mutant);
	buf_free(&s->known);
	arena_free(&s->arena);
}

static void each_source(void (*test)(struct subject *s, void *context), void *context)
{
	static const char *const patterns[] = {"tests/golden/parse/*.seq", "tests/golden/check/*.seq",
	                                       "tests/golden/plan/*.seq",  "examples/*/*.seq",
	                                       "examples/*/*/*.seq",       "stdlib/*.seq",
	                                       "stdlib/messages/*.seq",    "stdlib/holidays/*.seq"};
	for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
		glob_t found;
		assert_int_equal(glob(patterns[i], 0, NULL, &found), 0);
		for (size_t k = 0; k < found.gl_pathc; k++) {
			if (strstr(found.gl_pathv[k], "/mistakes_"))
				continue;
			struct subject s;
			subject_open(&s, found.gl_pathv[k]);
			test(&s, context);
			subject_close(&s);
		}
		globfree(&found);
	}
}

static unsigned tries(unsigned usual)
{
	const char *wanted = getenv("RECOVERY_MUTATIONS");
	return wanted ? (unsigned)strtoul(wanted, NULL, 10) : usual;
}

static void mutate_syntax(struct subject *s, void *context)
{
	struct count *counts = context;
	uint32_t seed = 2463534242u;
	for (unsigned i = 0, n = tries(400) * 20; i < n && counts; i++) {
		enum mutation m = (enum mutation)random_below(&seed, MUTATIONS);
		if (i < n && mutate(s, random_below(&seed, s->lexed.count), m, &seed) && (i += 19))
			judge(s, m, &counts[m]);
	}
}

static double percent(unsigned part, unsigned whole)
{
	return whole ? 100.0 * part / whole : 100;
}

static void print_count(const char *name, const struct count *c)
{
	unsigned told = c->tried - c->legal;
	printf("  %-14s %6u told, %5u legal: one %5.1f %%, three or more %4.1f %%, right line %5.1f %%\n", name, told,
	       c->legal, percent(c->one, told), percent(c->many, told), percent(c->right_line, told));
}

static void one_mistake_is_one_diagnostic(void **state)
{
	(void)state;
	struct count counts[MUTATIONS] = {{0}}, all = {0};
	each_source(mutate_syntax, counts);
	for (int m = 0; m < MUTATIONS; m++) {
		print_count(mutation_names[m], &counts[m]);
		all.tried += counts[m].tried;
		all.legal += counts[m].legal;
		all.one += counts[m].one;
		all.many += counts[m].many;
		all.right_line += counts[m].right_line;
	}
	print_count("all", &all);
	unsigned told = all.tried - all.legal;
	assert_true(told > 1000);
	assert_true(percent(all.one, told) >= 98.6);
	assert_true(percent(all.many, told) <= 0.7);
	assert_true(percent(all.right_line, told) >= 99.0);
}

/* ---- consequences ---- */

/* Compiles; with `known` given, adds the findings to it, else counts those that the mistake of form brings along. */
static void compile_mutant(struct subject *s, enum mutation m, struct slice text, struct buf *known,
                           struct count *count)
{
	struct compile c;
	bool form = false, leaks = false;
	compile_init(&c);
	compile_text(&c, "main.seq", text);
	for (uint32_t i = 0; i < c.diags.count; i++) {
		const struct diag *g = &c.diags.items[i];
		struct buf line = {0};
		form |= is_form(g);
		put_finding(known ? known : &line, g);
		leaks |= !known && !is_form(g) && !strstr(buf_cstr(&s->known), buf_cstr(&line));
		buf_free(&line);
	}
	assert_false(c.our_bug);
	if (count && form) {
		count->tried++;
		count->leaks += leaks;
		if (leaks)
			show(s, m, "consequence", &c.diags);
	}
	compile_free(&c);
}

static void mutate_meaning(struct subject *s, void *context)
{
	uint32_t seed = 88675123u;
	compile_mutant(s, MUTATIONS, s->text, &s->known, NULL);
	for (unsigned i = 0, n = tries(400) * 5; i < n; i++) {
		enum mutation m = (enum mutation)random_below(&seed, MUTATIONS);
		if (mutate(s, random_below(&seed, s->lexed.count), m, &seed) && (i += 19))
			compile_mutant(s, m, buf_slice(&s->mutant), NULL, context);
	}
}

static void consequences_are_not_told(void **state)
{
	(void)state;
	struct count all = {0};
	each_source(mutate_meaning, &all);
	printf("  %u mistakes of form: %u with a consequence told, %.2f %%\n", all.tried, all.leaks,
	       percent(all.leaks, all.tried));
	assert_true(all.tried > 300);
	assert_true(percent(all.leaks, all.tried) <= 1.0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(one_mistake_is_one_diagnostic),
	        cmocka_unit_test(consequences_are_not_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
