/* SPDX-License-Identifier: Apache-2.0
 * Values in tests: fields of the contact, inputs, what events and webhooks bring, answers. Each is kept as the text
 * that the drive reads, after it was held to the type of what it stands for. */
#include "compiler/check_test.h"

/* ---- one value ---- */

struct slice test_text(struct checker *k, const struct ast *tree)
{
	struct slice all = {"", 0};
	if (!tree || tree->kind == AST_STRING)
		return tree ? ((const struct ast_string *)tree)->value.text : all;
	if (tree->kind != AST_TEXT)
		return all;
	for (const struct ast *p = ((const struct ast_text *)tree)->parts.first; p; p = p->next) {
		if (p->kind != AST_CHARS) {
			struct diag *g = diag_no_hole_here(k->diags, p->span);
			diag_note(k->diags, g, "a test says what one contact reads: `Hi Ada`, not `Hi {{first_name}}`");
			return all;
		}
		struct slice piece = ((const struct ast_chars *)p)->value.text;
		all = all.n ? arena_printf(k->arena, "%.*s%.*s", SLICE_ARG(all), SLICE_ARG(piece)) : piece;
	}
	return all;
}

/* A bare word where a text belongs. */
static bool is_word(struct checker *k, const struct ast *tree, const struct type *type)
{
	if (tree->kind != AST_PATH || (type->kind == TYPE_ONE_OF && ((const struct ast_path *)tree)->parts.count == 1))
		return false;
	struct slice word = source_text(&k->c->sources, tree->span);
	struct diag *g = diag_wrong_type(k->diags, tree->span, slice_of(type_word(type)), SLICE("a name"));
	if (type_is_textual(type))
		diag_fix(k->diags, g, tree->span, arena_printf(k->arena, "\"%.*s\"", SLICE_ARG(word)), FIX_MAYBE,
		         "a text stands in quotes");
	return true;
}

static bool is_number(struct slice s)
{
	struct value v;
	const char *reason;
	struct buf scratch = {0};
	bool yes = s.n && value_parse(TYPE_NUMBER, s, NULL, &scratch, &v, &reason);
	buf_free(&scratch);
	return yes;
}

/* A number in quotes, a text without, a moment for a date: said with the way to write it. */
static bool is_mistyped(struct checker *k, const struct ast *tree, const struct type *type)
{
	struct slice source = source_text(&k->c->sources, tree->span);
	bool text = tree->kind == AST_TEXT || tree->kind == AST_STRING;
	if (type->kind == TYPE_TEXT && tree->kind == AST_NUMBER) {
		struct diag *g = diag_wrong_type(k->diags, tree->span, SLICE("a text"), SLICE("a number"));
		diag_fix(k->diags, g, tree->span, arena_printf(k->arena, "\"%.*s\"", SLICE_ARG(source)), FIX_SURE,
		         "a text stands in quotes");
		return true;
	}
	if (type->kind == TYPE_NUMBER && text && is_number(test_text(k, tree))) {
		struct diag *g = diag_wrong_type(k->diags, tree->span, SLICE("a number"), SLICE("a text"));
		diag_fix(k->diags, g, tree->span, test_text(k, tree), FIX_SURE, "a number stands without quotes");
		return true;
	}
	if (tree->kind != AST_MOMENT || type->kind == TYPE_MOMENT)
		return false;
	struct diag *g = diag_wrong_type(k->diags, tree->span, slice_of(type_word(type)), SLICE("a moment"));
	const struct ast *date = ((const struct ast_moment *)tree)->date;
	if (type->kind == TYPE_DATE && date)
		diag_fix(k->diags, g, tree->span, source_text(&k->c->sources, date->span), FIX_MAYBE,
		         "a date has no time of day");
	return true;
}

static struct slice written(struct checker *k, const struct constant *c)
{
	struct buf *out = &k->c->scratch;
	struct value v = {.set = 1, .type = (uint8_t)c->type, .unit = (uint8_t)c->unit, .u.i = c->value};
	if (type_is_text(c->type))
		return c->text;
	buf_clear(out);
	value_write(out, v);
	return arena_copy(k->arena, buf_slice(out));
}

/* What check_constant does not look at: a text with a line break is refused by the drive, too. */
static bool is_readable(struct checker *k, const struct type *type, struct slice text, struct span span)
{
	struct value v;
	const char *reason = "";
	struct buf *scratch = &k->c->scratch;
	if (type->kind != TYPE_TEXT)
		return true;
	buf_clear(scratch);
	if (value_parse(TYPE_TEXT, text, NULL, scratch, &v, &reason))
		return true;
	diag_bad_value(k->diags, span, source_text(&k->c->sources, span), slice_of(type_word(type)), slice_of(reason));
	return false;
}

/* A written value as the drive reads it; false after saying that it does not fit the type. */
static bool read_value(struct checker *k, const struct ast *tree, const struct type *type, struct slice *text)
{
	struct constant c;
	*text = (struct slice){"", 0};
	if (!tree || tree->kind == AST_ERROR || type->kind == TYPE_UNKNOWN)
		return false;
	if (is_word(k, tree, type) || is_mistyped(k, tree, type))
		return false;
	if (tree->kind == AST_TEXT || tree->kind == AST_STRING) {
		uint32_t before = k->diags->count;
		bool empty = !test_text(k, tree).n; /* no value at all */
		if (k->diags->count > before)
			return false;
		if (empty)
			return true;
	}
	if (type->kind == TYPE_MOMENT && tree->kind == AST_MOMENT) {
		*text = source_text(&k->c->sources, tree->span); /* "2026-03-02 10:00", on the contact's clock */
		return true;
	}
	if (!check_constant(k, tree, type, &c))
		return false;
	*text = written(k, &c);
	return is_readable(k, type, *text, tree->span);
}

static void add_field(struct checker *k, struct test_fields *out, struct slice name, struct slice text,
                      struct span span)
{
	ARENA_PUSH(k->arena, out->items, out->count, out->cap) = (struct test_field){name, text, span};
}

static const struct test_field *find_field(const struct test_fields *f, struct slice name)
{
	for (uint32_t i = 0; i < f->count; i++)
		if (slice_eq(f->items[i].name, name))
			return &f->items[i];
	return NULL;
}

/* The next PAIR whose name was not there yet. */
static const struct ast_pair *next_pair(struct checker *k, struct names *seen, const char *what, const struct ast *i)
{
	for (; i; i = i->next) {
		const struct ast_pair *p = (const struct ast_pair *)i;
		if (i->kind != AST_PAIR || !p->key.text.n)
			continue;
		const struct name *other = names_find(seen, 0, p->key.text);
		if (!other) {
			names_add(seen, k->arena, 0, p->key.text, p->key.span, NULL);
			return p;
		}
		say_duplicate(k->diags, what, p->key, other->span);
	}
	return NULL;
}

static void say_no_name(struct checker *k, struct ast_name name, const char *what, const struct name *near)
{
	struct diag *g = diag_unknown_name(k->diags, name.span, slice_of(what), name.text);
	if (near)
		diag_fix(k->diags, g, name.span, near->text, FIX_MAYBE, "did you mean `%.*s`?", SLICE_ARG(near->text));
}

/* ---- the contact and the inputs ---- */

static const struct field *find(struct test_check *c, struct ast_name name, bool input)
{
	struct checker *k = c->k;
	const struct names *names = input ? &c->q->scope : &k->workspace->fields;
	uint32_t kind = input ? SCOPE_INPUT : 0;
	const struct name *n = names_find(names, kind, name.text);
	if (n)
		return n->object;
	struct field *f = input ? NULL : find_contact_field(k, name);
	if (!f)
		say_no_name(k, name, input ? "input" : "contact field", names_nearest(names, kind, name.text));
	return f;
}

/* In a file without a workspace a field that only tests name is what they give it. */
static void adopt(struct checker *k, const struct field *f, const struct ast *value)
{
	if (!f->inferred || f->settled || !value || value->kind == AST_PATH)
		return;
	struct expr e = {.kind = EXPR_FIELD, .type = f->type, .field = f};
	expr_adopt(&e, &check_expr(k, value)->type);
}

void test_pairs(struct test_check *c, const struct ast_list *pairs, bool input, struct test_fields *out)
{
	struct checker *k = c->k;
	struct names seen = {0};
	const char *what = input ? "input" : "contact field";
	for (const struct ast_pair *p = next_pair(k, &seen, what, pairs->first); p;
	     p = next_pair(k, &seen, what, p->node.next)) {
		struct slice text, name = p->key.text;
		const struct field *f = find(c, p->key, input);
		c->misnamed |= !f;
		if (!f)
			continue;
		adopt(k, f, p->value);
		read_value(k, p->value, &f->type, &text);
		if (input)
			name = arena_printf(k->arena, "input.%.*s", SLICE_ARG(name));
		add_field(k, out, name, text, p->node.span);
	}
}

static bool is_given(const struct test_fields *given, struct slice name)
{
	const struct test_field *f = find_field(given, name);
	return f != NULL;
}

void test_missing_fields(struct test_check *c, const struct test_fields *given)
{
	struct checker *k = c->k;
	bool key = !k->workspace->keys;
	for (const struct text_list *i = k->workspace->keys; i; i = i->next)
		key |= is_given(given, i->name.text);
	for (const struct field *f = k->workspace->first_field; f; f = f->next) {
		if (!f->required || f->has_fallback || is_given(given, f->name.text))
			continue;
		struct diag *g =
		        diag_test_lacks_field(k->diags, c->head, f->name.text, SLICE("contact"), SLICE("required"));
		diag_label(k->diags, g, f->name.span, "declared here");
		key = true; /* one thing at a time */
	}
	if (!key)
		diag_test_lacks_field(k->diags, c->head, k->workspace->keys->name.text, SLICE("contact"),
		                      SLICE("what tells contacts apart"));
	for (const struct field *f = c->q->inputs; f; f = f->next) {
		struct slice name = arena_printf(k->arena, "input.%.*s", SLICE_ARG(f->name.text));
		if (!f->required || f->has_fallback || is_given(given, name))
			continue;
		struct diag *g =
		        diag_test_lacks_field(k->diags, c->head, f->name.text, SLICE("input"), SLICE("required"));
		diag_label(k->diags, g, f->name.span, "declared here");
	}
}

/* ---- events and webhooks ---- */

/* What the sequence takes the event's field for; a text where nothing reads it. */
static struct type event_type(const struct sequence *q, struct slice key, const struct ast *value)
{
	for (const struct variable *v = q->slots; v; v = v->next)
		if (v->kind == SLOT_EVENT && slice_eq(v->key, key))
			return v->type;
	static const enum plan_type types[AST_KIND_COUNT] = {
	        [AST_NUMBER] = TYPE_NUMBER, [AST_NEGATE] = TYPE_NUMBER, [AST_YES_NO] = TYPE_YES_NO,
	        [AST_DATE] = TYPE_DATE,     [AST_MOMENT] = TYPE_MOMENT, [AST_DURATION] = TYPE_DURATION,
	};
	return (struct type){.kind = value ? types[value->kind] : TYPE_TEXT};
}

void test_event_fields(struct test_check *c, const struct ast_list *pairs, struct test_fields *out)
{
	struct checker *k = c->k;
	struct names seen = {0};
	for (const struct ast_pair *p = next_pair(k, &seen, "field of the event", pairs->first); p;
	     p = next_pair(k, &seen, "field of the event", p->node.next)) {
		struct slice text;
		struct type type = event_type(c->q, p->key.text, p->value);
		if (read_value(k, p->value, &type, &text))
			add_field(k, out, p->key.text, text, p->node.span);
	}
}

void test_returns(struct test_check *c, struct step *webhook, const struct ast_list *pairs, struct test_fields *out)
{
	struct checker *k = c->k;
	struct names seen = {0}, known = {0};
	for (const struct field *f = webhook->action ? webhook->action->returns : NULL; f; f = f->next)
		names_add(&known, k->arena, 0, f->name.text, f->name.span, (void *)(uintptr_t)f);
	for (const struct ast_pair *p = next_pair(k, &seen, "returned value", pairs->first); p;
	     p = next_pair(k, &seen, "returned value", p->node.next)) {
		struct slice text;
		const struct name *n = names_find(&known, 0, p->key.text);
		if (!n)
			say_no_name(k, p->key, "returned value", names_nearest(&known, 0, p->key.text));
		else if (read_value(k, p->value, &((const struct field *)n->object)->type, &text))
			add_field(k, out, p->key.text, text, p->node.span);
	}
}

/* ---- answers ---- */

static void say_form(struct checker *k, const struct ast *tree, const struct question *q)
{
	static const char *const forms[QUESTION_COUNT] = {
	        [QUESTION_NPS] = "a number",
	        [QUESTION_RATING] = "a number",
	        [QUESTION_CHOICE] = "one of its options",
	        [QUESTION_SEVERAL] = "options, with commas between them",
	        [QUESTION_MATRIX] = "a block with a number for each row",
	        [QUESTION_TEXT] = "a text",
	        [QUESTION_YES_NO] = "yes or no",
	        [QUESTION_NUMBER] = "a number",
	        [QUESTION_DATE] = "a date",
	};
	struct diag *g = diag_answer_form(k->diags, tree->span, q->name.text, slice_of(words_QUESTION[q->kind]),
	                                  slice_of(forms[q->kind]));
	diag_label(k->diags, g, q->name.span, "asked here");
	if (q->kind == QUESTION_MATRIX && q->options)
		diag_note(k->diags, g, "as in `%.*s { %.*s 4 }`", SLICE_ARG(q->name.text),
		          SLICE_ARG(q->options->name.text));
}

static struct type answer_type(const struct question *q)
{
	static const enum plan_type types[QUESTION_COUNT] = {
	        [QUESTION_NPS] = TYPE_NUMBER,     [QUESTION_RATING] = TYPE_NUMBER, [QUESTION_CHOICE] = TYPE_ONE_OF,
	        [QUESTION_SEVERAL] = TYPE_ONE_OF, [QUESTION_MATRIX] = TYPE_NUMBER, [QUESTION_TEXT] = TYPE_TEXT,
	        [QUESTION_YES_NO] = TYPE_YES_NO,  [QUESTION_NUMBER] = TYPE_NUMBER, [QUESTION_DATE] = TYPE_DATE,
	};
	return (struct type){.kind = types[q->kind], .options = q->kind == QUESTION_MATRIX ? NULL : q->options};
}

static struct slice number_text(struct checker *k, int64_t micro)
{
	return written(k, &(struct constant){.type = TYPE_NUMBER, .value = micro});
}

/* The scale of the question, as answers.c holds submissions to it. */
static bool is_in_range(struct checker *k, const struct question *q, struct slice text, const struct ast *tree)
{
	struct value v;
	const char *reason;
	struct buf *scratch = &k->c->scratch;
	int64_t from = q->kind == QUESTION_NPS ? 0 : q->from, to = q->kind == QUESTION_NPS ? 10 * NUMBER_ONE : q->to;
	bool whole = q->kind == QUESTION_NPS || q->kind == QUESTION_RATING || q->kind == QUESTION_MATRIX;
	buf_clear(scratch);
	if (!value_parse(TYPE_NUMBER, text, NULL, scratch, &v, &reason))
		return true;
	if ((from == INT64_MIN || v.u.i >= from) && (to == INT64_MIN || v.u.i <= to) && !(whole && v.u.i % NUMBER_ONE))
		return true;
	struct slice range = whole ? SLICE("a whole number") : SLICE("a number");
	if (from != INT64_MIN)
		range = arena_printf(k->arena, "%.*s from %.*s", SLICE_ARG(range), SLICE_ARG(number_text(k, from)));
	if (to != INT64_MIN)
		range = arena_printf(k->arena, "%.*s %s %.*s", SLICE_ARG(range), from == INT64_MIN ? "up to" : "to",
		                     SLICE_ARG(number_text(k, to)));
	struct diag *g = diag_answer_range(k->diags, tree->span, text, q->name.text, range);
	diag_label(k->diags, g, q->name.span, "asked here");
	return false;
}

static bool is_na(const struct question *q, const struct ast *tree)
{
	return q->na && tree->kind == AST_PATH && slice_is(((const struct ast_path *)tree)->text.text, "na");
}

/* One value; `several` are joined as the page does it. */
static bool answer_value(struct checker *k, const struct question *q, const struct ast *tree, struct slice *text)
{
	struct type type = answer_type(q);
	if (is_na(q, tree)) {
		*text = SLICE("na");
		return true;
	}
	if (!read_value(k, tree, &type, text))
		return false;
	return type.kind != TYPE_NUMBER || !text->n || is_in_range(k, q, *text, tree);
}

static void answer_matrix(struct test_check *c, const struct question *q, const struct ast_answered *t,
                          struct test_fields *out)
{
	struct checker *k = c->k;
	struct names seen = {0};
	const struct type rows = {.kind = TYPE_ONE_OF, .options = q->options};
	for (const struct ast_pair *p = next_pair(k, &seen, "row", t->rows.first); p;
	     p = next_pair(k, &seen, "row", p->node.next)) {
		struct slice text;
		const struct option *o = q->options;
		while (o && !slice_eq(o->name.text, p->key.text))
			o = o->next;
		if (!o) {
			expr_say_option(k, p->key.text, p->key.span, &rows);
			continue;
		}
		if (p->value && answer_value(k, q, p->value, &text))
			add_field(k, out,
			          arena_printf(k->arena, "%.*s.%.*s", SLICE_ARG(q->name.text), SLICE_ARG(o->name.text)),
			          text, p->node.span);
	}
}

static void answer_one(struct test_check *c, const struct question *q, const struct ast_answered *t,
                       struct test_fields *out)
{
	struct checker *k = c->k;
	struct slice all = {"", 0};
	bool na = t->values.count == 1 && is_na(q, t->values.first);
	if (!na &&
	    (t->matrix != (q->kind == QUESTION_MATRIX) || (t->values.count > 1 && q->kind != QUESTION_SEVERAL))) {
		say_form(k, &t->node, q);
		return;
	}
	if (t->matrix) {
		answer_matrix(c, q, t, out);
		return;
	}
	for (const struct ast *i = t->values.first; i; i = i->next) {
		struct slice text;
		if (!answer_value(k, q, i, &text))
			return;
		all = all.n ? arena_printf(k->arena, "%.*s,%.*s", SLICE_ARG(all), SLICE_ARG(text)) : text;
	}
	add_field(k, out, q->name.text, all, t->node.span);
}

/* Required questions that every contact is shown. */
static void say_unanswered(struct test_check *c, const struct questionnaire *n, const struct names *seen,
                           const struct ast_inject *tree)
{
	for (const struct question *q = n->questions; q; q = q->next) {
		if (!q->required || q->when || names_find(seen, 0, q->name.text))
			continue;
		struct diag *g = diag_answer_missing(c->k->diags, tree->step->span, q->name.text);
		diag_label(c->k->diags, g, q->name.span, "asked here");
		return;
	}
}

void test_answers(struct test_check *c, struct step *ask, const struct ast_inject *tree, struct test_fields *out)
{
	struct checker *k = c->k;
	const struct questionnaire *n = ask->action ? ask->action->questionnaire : NULL;
	struct names questions = {0}, seen = {0};
	bool all_known = true;
	if (!n)
		return;
	for (const struct question *q = n->questions; q; q = q->next)
		if (!names_find(&questions, 0, q->name.text))
			names_add(&questions, k->arena, 0, q->name.text, q->name.span, (void *)(uintptr_t)q);
	for (const struct ast *i = tree->pairs.first; i; i = i->next) {
		const struct ast_answered *t = (const struct ast_answered *)i;
		if (i->kind != AST_ANSWERED || !t->key.text.n)
			continue;
		const struct name *q = names_find(&questions, 0, t->key.text);
		const struct name *other = names_find(&seen, 0, t->key.text);
		if (other) {
			say_duplicate(k->diags, "answer", t->key, other->span);
			continue;
		}
		names_add(&seen, k->arena, 0, t->key.text, t->key.span, NULL);
		all_known &= q != NULL;
		if (q)
			answer_one(c, q->object, t, out);
		else
			say_no_name(k, t->key, "question", names_nearest(&questions, 0, t->key.text));
	}
	if (all_known)
		say_unanswered(c, n, &seen, tree);
}
