/* SPDX-License-Identifier: Apache-2.0
 * Tests in the language: each block becomes a struct test, whose names, values and times are held to what there is, so
 * that a renamed step does not rot in them. Their lines: check_test_line.c. */
#include "compiler/check_test.h"

/* ---- what comes before the lines ---- */

/* The place of each, to find what is given twice; span.end 0: not given. */
struct head {
	struct span sequence, contact, input, start, spread, ramp;
};

static bool given_twice(struct checker *k, struct span *place, struct span span, const char *what)
{
	if (place->end) {
		struct diag *g = diag_given_twice(k->diags, span, slice_of(what));
		diag_label(k->diags, g, *place, "the first time");
		if (slice_eq(source_text(&k->c->sources, *place), source_text(&k->c->sources, span)))
			diag_fix(k->diags, g, span, SLICE(""), FIX_SURE, "leave it out");
		return true;
	}
	*place = span;
	return false;
}

static void check_by(struct test_check *c, struct ast_name by)
{
	struct checker *k = c->k;
	struct slice all = {"", 0};
	for (const struct start_rule *s = c->q->starts; s; s = s->next) {
		const char *word = words_START[s->kind];
		if (slice_is(by.text, word))
			return;
		all = arena_printf(k->arena, "%.*s%s%s", SLICE_ARG(all), all.n ? ", " : "", word);
	}
	if (!c->sound)
		return;
	struct diag *g = diag_not_started_by(k->diags, by.span, c->q->name.text, by.text);
	if (all.n)
		diag_note(k->diags, g, "it starts by: %.*s", SLICE_ARG(all));
	else
		diag_note(k->diags, g, "it is started by `seqd enroll` or the API, and a test needs no `by` for that");
}

static void check_switch(struct test_check *c, const struct ast_test_switch *t, struct head *head)
{
	bool spread = slice_is(t->key.text, "spread");
	if (given_twice(c->k, spread ? &head->spread : &head->ramp, t->node.span, spread ? "spread" : "ramp"))
		return;
	*(spread ? &c->test->spread : &c->test->ramp) = t->yes;
}

static void check_head_item(struct test_check *c, const struct ast *i, struct head *head, struct test_fields *contact,
                            struct test_fields *input)
{
	struct checker *k = c->k;
	const struct ast_test_start *start = (const struct ast_test_start *)i;
	switch (i->kind) {
	case AST_TEST_CONTACT:
		if (!given_twice(k, &head->contact, i->span, "contact"))
			test_pairs(c, &((const struct ast_test_contact *)i)->pairs, false, contact);
		break;
	case AST_INPUT:
		if (!given_twice(k, &head->input, i->span, "input"))
			test_pairs(c, &((const struct ast_input *)i)->fields, true, input);
		break;
	case AST_TEST_START:
		if (given_twice(k, &head->start, i->span, "start"))
			break;
		c->test->start = test_time(c, start->at);
		c->test->by = start->by.text;
		if (start->by.text.n)
			check_by(c, start->by);
		break;
	case AST_TEST_SWITCH: check_switch(c, (const struct ast_test_switch *)i, head); break;
	default: break;
	}
}

static void check_head(struct test_check *c, const struct ast_test *t, struct head *head)
{
	struct checker *k = c->k;
	struct test_fields contact = {0}, input = {0};
	for (const struct ast *i = t->items.first; i; i = i->next)
		check_head_item(c, i, head, &contact, &input);
	for (uint32_t i = 0; i < input.count; i++)
		ARENA_PUSH(k->arena, contact.items, contact.count, contact.cap) = input.items[i];
	c->test->fields = contact.items;
	c->test->field_count = contact.count;
	if (!head->contact.end)
		diag_test_lacks(k->diags, c->head, SLICE("contact { email \"ada@engines.example\" }"));
	else if (!c->misnamed)
		test_missing_fields(c, &contact);
	if (!head->start.end)
		diag_test_lacks(k->diags, c->head, SLICE("start 2026-03-02 10:00"));
}

/* ---- the whole block ---- */

/* Which sequence it is of; NULL after saying what is wrong, or when not all of the workspace is read. */
static struct declaration *sequence_of(struct test_check *c, const struct ast_test *t, struct head *head)
{
	struct checker *k = c->k;
	struct declaration *d = NULL;
	for (const struct ast *i = t->items.first; i; i = i->next) {
		const struct ast_test_sequence *s = (const struct ast_test_sequence *)i;
		if (i->kind != AST_TEST_SEQUENCE || given_twice(k, &head->sequence, i->span, "sequence"))
			continue;
		d = resolve_sequence(k->c, k->module, s->path);
		if (!s->path || s->path->kind != AST_PATH)
			continue;
		c->test->sequence = d ? d->name.text : ((const struct ast_path *)s->path)->text.text;
	}
	if (!head->sequence.end)
		diag_test_lacks(k->diags, c->head, SLICE("sequence NAME"));
	return d;
}

/* Whether nothing is wrong with the sequence, so that what it lacks was not lost by a mistake. */
static bool is_sound(const struct checker *k, const struct sequence *q)
{
	struct span whole = q->tree->node.span;
	for (uint32_t i = 0; i < k->diags->count && k->diags->errors; i++) {
		const struct diag *g = &k->diags->items[i];
		if (g->severity == DIAG_ERROR && g->span.source == whole.source && g->span.start >= whole.start &&
		    g->span.end <= whole.end)
			return false;
	}
	return !q->broken;
}

static void check_title(struct test_check *c, struct ast_name title)
{
	struct checker *k = c->k;
	const struct name *other = names_find(&c->q->tested, TESTED_TITLE, title.text);
	if (other)
		say_duplicate(k->diags, "test", title, other->span);
	else if (title.text.n)
		names_add(&c->q->tested, k->arena, TESTED_TITLE, title.text, title.span, NULL);
}

static void check_lines(struct test_check *c, const struct ast_test *t)
{
	struct test_line **last = &c->test->lines;
	for (const struct ast *i = t->items.first; i; i = i->next) {
		if (i->kind == AST_AT)
			*last = test_at(c, (const struct ast_at *)i);
		else if (i->kind == AST_EXPECT)
			*last = test_expect(c, (const struct ast_expect *)i);
		else
			continue;
		last = &(*last)->next;
	}
}

static struct test *check_test(struct checker *k, const struct ast_test *t)
{
	struct test *test = ARENA_NEW(k->arena, struct test);
	struct test_check c = {.k = k, .test = test, .head = t->title ? t->title->span : t->node.span};
	struct head head = {0};
	struct ast_name title = {.span = c.head};
	if (t->title && t->title->kind == AST_STRING)
		title = ((const struct ast_string *)t->title)->value;
	*test = (struct test){.title = title.text, .span = c.head};
	struct declaration *d = sequence_of(&c, t, &head);
	if (!d || !d->sequence)
		return test;
	k->sequence = c.q = d->sequence;
	test_learn(k, c.q);
	c.sound = is_sound(k, c.q);
	check_title(&c, title);
	check_head(&c, t, &head);
	check_lines(&c, t);
	if (!c.expects)
		diag_test_expects_nothing(k->diags, c.head);
	k->sequence = NULL;
	return test;
}

void check_tests(struct checker *k)
{
	struct test **last = &k->c->tests;
	bool any = false;
	for (struct module *m = k->c->modules->first; m; m = m->next) {
		for (const struct ast *d = m->tree->decls.first; d; d = d->next) {
			if (d->kind != AST_TEST)
				continue;
			/* What nothing used is a text by now: tests do not change how sequences see it. */
			for (struct field *f = any ? NULL : k->workspace->first_field; f; f = f->next)
				f->settled = true;
			any = true;
			k->module = m;
			*last = check_test(k, (const struct ast_test *)d);
			last = &(*last)->next;
		}
	}
	if (!k->c->keep_tests)
		k->c->tests = NULL;
}
