/* SPDX-License-Identifier: Apache-2.0
 * What conditions teach, held against brute force: three values in all their combinations, absent ones among them.
 * After some conditions turned out this way or that, what is called always or never must be so in every combination
 * that is left; and where two paths meet, in all of both. */
#include "compiler/analyze/values.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
/* after those it needs */
#include <cmocka.h>

#define ABSENT -100

static uint64_t state;

static uint32_t below(uint32_t n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)(state >> 33) % n;
}

/* A number, perhaps absent; an option of three, always there; a yes or no, perhaps absent. */
static const struct option options[3] = {{.name = {{"a", 1}, {0}}, .next = (struct option *)&options[1]},
                                         {.name = {{"b", 1}, {0}}, .next = (struct option *)&options[2]},
                                         {.name = {{"c", 1}, {0}}, .next = NULL}};
static struct field fields[3] = {
        {.name = {.text = {"seats", 5}}, .type = {.kind = TYPE_NUMBER}},
        {.name = {.text = {"region", 6}}, .type = {.kind = TYPE_ONE_OF, .options = options}, .always = true},
        {.name = {.text = {"vip", 3}}, .type = {.kind = TYPE_YES_NO}},
};

struct world {
	int values[3];
};

/* ---- conditions ---- */

static struct expr *new_expr(struct arena *a, enum expr_kind kind)
{
	struct expr *e = ARENA_NEW(a, struct expr);
	*e = (struct expr){.kind = kind, .type = {.kind = TYPE_YES_NO}};
	return e;
}

static struct expr *value(struct arena *a, uint32_t field)
{
	struct expr *e = new_expr(a, EXPR_FIELD);
	e->field = &fields[field];
	e->type = fields[field].type;
	return e;
}

static struct expr *written(struct arena *a, uint32_t field, int n)
{
	struct expr *e = new_expr(a, EXPR_CONSTANT);
	e->type = fields[field].type;
	e->constant = (struct constant){.type = fields[field].type.kind, .value = n};
	if (field == 1)
		e->constant.text = options[n].name.text;
	return e;
}

static int any_of(uint32_t field)
{
	return (int)below(field == 0 ? 6 : field == 1 ? 3 : 2);
}

static struct expr *condition(struct arena *a, uint32_t depth)
{
	uint32_t field = below(3);
	struct expr *e;
	switch (depth ? below(6) : 3 + below(3)) {
	case 0: e = new_expr(a, EXPR_NOT); break;
	case 1: e = new_expr(a, EXPR_AND); break;
	case 2: e = new_expr(a, EXPR_OR); break;
	case 3:
		e = new_expr(a, EXPR_IS_SET);
		e->left = value(a, field);
		return e;
	case 4:
		e = new_expr(a, EXPR_IN);
		e->left = value(a, field);
		e->options = written(a, field, any_of(field));
		e->options->next = written(a, field, any_of(field));
		return e;
	default:
		e = new_expr(a, field ? EXPR_EQ + below(2) : EXPR_EQ + below(6));
		e->left = value(a, field);
		e->right = written(a, field, any_of(field));
		if (below(3) == 0) {
			struct expr *left = e->left;
			e->left = e->right;
			e->right = left;
		}
		return e;
	}
	e->left = condition(a, depth - 1);
	e->right = e->kind == EXPR_NOT ? NULL : condition(a, depth - 1);
	return e;
}

/* Rule 11, spelt out. */
static int value_in(const struct world *w, const struct expr *e)
{
	return e->kind == EXPR_FIELD         ? w->values[e->field - fields]
	       : e->type.kind == TYPE_ONE_OF ? e->constant.text.p[0] - 'a'
	                                     : (int)e->constant.value;
}

static bool holds(const struct world *w, const struct expr *e)
{
	int a, b;
	switch (e->kind) {
	case EXPR_NOT: return !holds(w, e->left);
	case EXPR_AND: return holds(w, e->left) && holds(w, e->right);
	case EXPR_OR: return holds(w, e->left) || holds(w, e->right);
	case EXPR_IS_SET: return value_in(w, e->left) != ABSENT;
	case EXPR_IN:
		a = value_in(w, e->left);
		for (const struct expr *o = e->options; o; o = o->next)
			if (a != ABSENT && a == value_in(w, o))
				return true;
		return false;
	default: break;
	}
	a = value_in(w, e->left);
	b = value_in(w, e->right);
	bool both = a != ABSENT && b != ABSENT;
	switch (e->kind) {
	case EXPR_EQ: return both && a == b;
	case EXPR_NE: return !(both && a == b);
	case EXPR_LT: return both && a < b;
	case EXPR_LE: return both && a <= b;
	case EXPR_GT: return both && a > b;
	default: return both && a >= b;
	}
}

/* ---- the comparison ---- */

/* Every combination; numbers from one below to one above those that are written. */
static uint32_t all_worlds(struct world *out)
{
	uint32_t count = 0;
	for (int number = -2; number <= 6; number++)
		for (int option = 0; option < 3; option++)
			for (int yes = -1; yes < 2; yes++)
				out[count++] = (struct world){
				        {number == -2 ? ABSENT : number, option, yes < 0 ? ABSENT : yes}};
	return count;
}

static uint32_t keep(struct world *worlds, uint32_t count, const struct expr *e, bool truth)
{
	uint32_t kept = 0;
	for (uint32_t i = 0; i < count; i++)
		if (holds(&worlds[i], e) == truth)
			worlds[kept++] = worlds[i];
	return kept;
}

struct counts {
	uint32_t decided, open, missed;
};

static void compare(struct values *v, const struct knowledge *k, const struct world *worlds, uint32_t count,
                    const struct expr *e, struct counts *counts)
{
	uint32_t yes = 0;
	struct answer a = values_answer(v, k, e);
	for (uint32_t i = 0; i < count; i++)
		yes += holds(&worlds[i], e);
	if (k->dead)
		assert_int_equal(count, 0);
	if (a.verdict == ALWAYS && !k->dead)
		assert_int_equal(yes, count);
	if (a.verdict == NEVER && !k->dead)
		assert_int_equal(yes, 0);
	counts->decided += a.verdict != OPEN;
	counts->open += a.verdict == OPEN;
	counts->missed += a.verdict == OPEN && count && (yes == 0 || yes == count);
}

static void answers_hold_in_every_world(void **unused)
{
	(void)unused;
	static struct sequence q;
	struct arena arena;
	struct buf scratch = {0};
	struct counts counts = {0};
	arena_init(&arena, (size_t)1 << 28, NULL);
	for (uint32_t round = 0; round < 20000; round++) {
		struct world left[81], right[81];
		struct origin origin = {.kind = FROM_TEST};
		struct values v = {.arena = &arena, .scratch = &scratch, .sequence = &q, .any_time = true};
		state = round * 7919 + 12345;
		struct knowledge *k = knowledge_copy(&v, NULL), *other = knowledge_copy(&v, NULL);
		uint32_t n = all_worlds(left), m = all_worlds(right), tests = below(4);
		for (uint32_t i = 0; i < tests; i++) {
			bool truth = below(2), one = below(2);
			const struct expr *e = condition(&arena, 2);
			values_assume(&v, one ? k : other, e, truth, &origin);
			*(one ? &n : &m) = keep(one ? left : right, one ? n : m, e, truth);
		}
		const struct expr *asked = condition(&arena, 2);
		compare(&v, k, left, n, asked, &counts);
		knowledge_join(&v, k, other);
		struct world both[162];
		for (uint32_t i = 0; i < n + m; i++)
			both[i] = i < n ? left[i] : right[i - n];
		compare(&v, k, both, n + m, asked, &counts);
		arena_reset(&arena);
	}
	/* Most of what is decided is found; what connects two values is not. */
	assert_true(counts.decided > 1000);
	assert_true(counts.missed * 4 < counts.decided);
	buf_free(&scratch);
	arena_free(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(answers_hold_in_every_world)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
