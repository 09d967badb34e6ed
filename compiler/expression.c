/* SPDX-License-Identifier: Apache-2.0
 * Expressions: operators and literals, with their types. Comparing different types is an error that names both; a
 * mistake gives a poisoned expression, about which nothing more is said. Names are looked up in expression_name.c. */
#include "compiler/expression.h"
#include "compiler/analyze/assigned.h"

bool type_is_textual(const struct type *t)
{
	return t->kind != TYPE_UNKNOWN && type_is_text(t->kind);
}

const char *type_word(const struct type *t)
{
	static const char *const words[TYPE_COUNT + 1] = {
	        [TYPE_TEXT] = "a text",
	        [TYPE_NUMBER] = "a number",
	        [TYPE_YES_NO] = "yes or no",
	        [TYPE_DATE] = "a date",
	        [TYPE_MOMENT] = "a moment",
	        [TYPE_DURATION] = "a duration",
	        [TYPE_ZONE] = "a time zone",
	        [TYPE_EMAIL] = "an email address",
	        [TYPE_PHONE] = "a phone number",
	        [TYPE_URL] = "a URL",
	        [TYPE_ONE_OF] = "one of some options",
	        [TYPE_UNKNOWN] = "something unknown",
	};
	return words[t->kind];
}

/* ---- making expressions ---- */

struct expr *expr_poison(struct checker *k, struct span span)
{
	struct expr *e = ARENA_NEW(k->arena, struct expr);
	*e = (struct expr){.kind = EXPR_POISON, .type = {.kind = TYPE_UNKNOWN}, .span = span};
	return e;
}

struct expr *expr_leaf(struct checker *k, enum expr_kind kind, struct type type, struct span span)
{
	struct expr *e = ARENA_NEW(k->arena, struct expr);
	*e = (struct expr){.kind = kind, .type = type, .span = span, .depth = 1};
	return e;
}

struct expr *expr_constant(struct checker *k, struct constant value, struct span span)
{
	struct expr *e = expr_leaf(k, EXPR_CONSTANT, (struct type){.kind = value.type}, span);
	e->constant = value;
	return e;
}

static bool is_poison(const struct expr *e)
{
	return e->kind == EXPR_POISON;
}

/* `a > b` is emitted as `b < a`, so the right side is on the stack first. */
static uint32_t depth_of(const struct expr *e)
{
	uint32_t left = e->left ? e->left->depth : 0, right = e->right ? e->right->depth : 0;
	bool swapped = e->kind == EXPR_GT || e->kind == EXPR_GE;
	uint32_t first = swapped ? right : left, second = swapped ? left : right;
	uint32_t depth = e->right && second + 1 > first ? second + 1 : first;
	for (const struct expr *o = e->options; o; o = o->next) {
		uint32_t pair = o->depth + 1 > left ? o->depth + 1 : left;
		depth = pair + 1 > depth ? pair + 1 : depth;
	}
	return depth;
}

static struct expr *make(struct checker *k, enum expr_kind kind, enum plan_type type, struct span span,
                         struct expr *left, struct expr *right)
{
	if (is_poison(left) || (right && is_poison(right)))
		return expr_poison(k, span);
	struct expr *e = expr_leaf(k, kind, (struct type){.kind = type}, span);
	e->left = left;
	e->right = right;
	e->depth = depth_of(e);
	if (e->depth < PLAN_STACK_MAX)
		return e;
	diag_stack_too_deep(k->diags, span);
	return expr_poison(k, span);
}

void expr_adopt(struct expr *e, const struct type *type)
{
	struct type is = type->kind == TYPE_ONE_OF ? (struct type){.kind = TYPE_TEXT} : *type;
	if (is.kind == TYPE_UNKNOWN)
		return;
	if (e->kind == EXPR_FIELD && e->field->inferred && !e->field->settled) {
		((struct field *)e->field)->type = e->type = is;
		((struct field *)e->field)->settled = true;
	} else if (e->kind == EXPR_SLOT && e->variable->kind == SLOT_EVENT && !e->variable->settled) {
		((struct variable *)e->variable)->type = e->type = is;
		((struct variable *)e->variable)->settled = true;
	}
}

/* ---- literals ---- */

static struct constant duration_of(const struct ast_duration *d, bool *ok)
{
	static const struct {
		const char *word;
		enum plan_unit unit;
		int64_t factor;
		int64_t max;
	} units[] = {
	        {"minute", UNIT_US, US_PER_MINUTE, 100 * 366 * 1440},
	        {"hour", UNIT_US, US_PER_HOUR, 100 * 366 * 24},
	        {"day", UNIT_DAYS, 1, 100 * 366},
	        {"week", UNIT_DAYS, 7, 100 * 53},
	        {"month", UNIT_MONTHS, 1, 100 * 12},
	        {"year", UNIT_MONTHS, 12, 100},
	        {"business_day", UNIT_BUSINESS_DAYS, 1, 2000},
	};
	for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
		if (!slice_is(d->unit.text, units[i].word))
			continue;
		*ok = d->count >= 0 && d->count <= units[i].max;
		return (struct constant){
		        .type = TYPE_DURATION, .unit = units[i].unit, .value = *ok ? d->count * units[i].factor : 0};
	}
	*ok = false;
	return (struct constant){.type = TYPE_DURATION};
}

bool check_duration(struct checker *k, const struct ast *tree, struct constant *out)
{
	bool ok = false;
	if (!tree || tree->kind == AST_ERROR)
		return false;
	if (tree->kind == AST_DURATION) {
		*out = duration_of((const struct ast_duration *)tree, &ok);
		if (!ok)
			diag_too_long(k->diags, tree->span);
	} else {
		struct expr *e = check_expr(k, tree);
		if (!is_poison(e))
			diag_wrong_type(k->diags, tree->span, SLICE("a duration"), slice_of(type_word(&e->type)));
	}
	return ok;
}

bool check_span_us(struct checker *k, const struct ast *tree, int64_t *out)
{
	struct constant c;
	if (!check_duration(k, tree, &c))
		return false;
	if (c.unit != UNIT_US && c.unit != UNIT_DAYS) {
		diag_wrong_type(k->diags, tree->span, SLICE("minutes, hours, days or weeks"),
		                SLICE("a duration without a fixed length"));
		return false;
	}
	*out = c.unit == UNIT_US ? c.value : c.value * US_PER_DAY;
	return true;
}

/* A TEXT without holes, joined. */
static bool plain_text(struct checker *k, const struct ast_text *t, struct slice *out)
{
	*out = (struct slice){"", 0};
	for (const struct ast *p = t->parts.first; p; p = p->next) {
		if (p->kind != AST_CHARS)
			return false;
		struct slice piece = ((const struct ast_chars *)p)->value.text;
		*out = out->n ? arena_printf(k->arena, "%.*s%.*s", SLICE_ARG(*out), SLICE_ARG(piece)) : piece;
	}
	return true;
}

static struct expr *check_text_literal(struct checker *k, const struct ast *tree)
{
	struct constant c = {.type = TYPE_TEXT};
	if (plain_text(k, (const struct ast_text *)tree, &c.text))
		return expr_constant(k, c, tree->span);
	diag_text_as_value(k->diags, tree->span);
	return expr_poison(k, tree->span);
}

static struct expr *check_moment(struct checker *k, const struct ast_moment *m)
{
	struct expr *date = check_expr(k, m->date);
	struct expr *e = make(k, EXPR_MOMENT, TYPE_MOMENT, m->node.span, date, NULL);
	e->minute = m->time && m->time->kind == AST_TIME ? (int32_t)((const struct ast_time *)m->time)->minute : 0;
	return e;
}

/* ---- operators ---- */

static bool same_kind(const struct expr *a, const struct expr *b)
{
	if (a->type.kind == b->type.kind)
		return true;
	/* A text that is written out fits any type that is a text. */
	bool literal = (a->kind == EXPR_CONSTANT && a->type.kind == TYPE_TEXT) ||
	               (b->kind == EXPR_CONSTANT && b->type.kind == TYPE_TEXT);
	return literal && type_is_textual(&a->type) && type_is_textual(&b->type);
}

/* "europe" written as a text must be an option, too. */
static bool check_option_text(struct checker *k, const struct expr *value, const struct type *type)
{
	if (value->kind != EXPR_CONSTANT || value->type.kind != TYPE_TEXT || type->kind != TYPE_ONE_OF ||
	    !type->options)
		return true;
	for (const struct option *o = type->options; o; o = o->next)
		if (slice_eq(o->name.text, value->constant.text))
			return true;
	expr_say_option(k, value->constant.text, value->span, type);
	return false;
}

/* "100" beside a number. */
static void propose_number(struct checker *k, struct diag *g, const struct expr *text, const struct expr *other)
{
	struct slice s = text->constant.text;
	if (text->kind != EXPR_CONSTANT || text->type.kind != TYPE_TEXT || other->type.kind != TYPE_NUMBER || !s.n)
		return;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return;
	diag_fix(k->diags, g, text->span, s, FIX_MAYBE, "a number stands without quotes");
}

/* "yes", "true" beside yes or no. */
static void propose_yes_no(struct checker *k, struct diag *g, const struct expr *text, const struct expr *other)
{
	static const char *const words[][2] = {{"yes", "yes"}, {"no", "no"}, {"true", "yes"}, {"false", "no"}};
	if (text->kind != EXPR_CONSTANT || text->type.kind != TYPE_TEXT || other->type.kind != TYPE_YES_NO)
		return;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (slice_is(text->constant.text, words[i][0]))
			diag_fix(k->diags, g, text->span, slice_of(words[i][1]), FIX_MAYBE,
			         "`yes` and `no` stand without quotes");
}

static void say_mismatch(struct checker *k, struct span span, const struct expr *left, const struct expr *right)
{
	struct diag *g =
	        diag_type_mismatch(k->diags, span, slice_of(type_word(&left->type)), slice_of(type_word(&right->type)));
	diag_label(k->diags, g, left->span, "this is %s", type_word(&left->type));
	diag_label(k->diags, g, right->span, "this is %s", type_word(&right->type));
	if ((left->type.kind == TYPE_DATE && right->type.kind == TYPE_MOMENT) ||
	    (left->type.kind == TYPE_MOMENT && right->type.kind == TYPE_DATE))
		diag_note(k->diags, g, "a date is a whole day, a moment has a time of day");
	propose_yes_no(k, g, left, right);
	propose_yes_no(k, g, right, left);
	propose_number(k, g, left, right);
	propose_number(k, g, right, left);
}

static bool is_bare(const struct ast *t)
{
	if (t && t->kind == AST_PATH)
		return ((const struct ast_path *)t)->parts.count == 1;
	return t && t->kind == AST_YES_NO;
}

/* Both sides of a comparison; a bare word beside a `one of` is one of its options. */
static void check_sides(struct checker *k, const struct ast *l, const struct ast *r, struct expr **left,
                        struct expr **right)
{
	if (is_bare(l) && !is_bare(r)) {
		*right = check_expr(k, r);
		*left = expr_hinted(k, l, *right);
	} else {
		*left = check_expr(k, l);
		*right = expr_hinted(k, r, *left);
	}
	if (is_poison(*left) || is_poison(*right))
		return;
	expr_adopt(*left, &(*right)->type);
	expr_adopt(*right, &(*left)->type);
}

static struct expr *check_comparison(struct checker *k, const struct ast_binary *b, enum expr_kind kind)
{
	struct expr *left, *right;
	check_sides(k, b->left, b->right, &left, &right);
	if (is_poison(left) || is_poison(right))
		return expr_poison(k, b->node.span);
	bool order = kind == EXPR_LT || kind == EXPR_LE || kind == EXPR_GT || kind == EXPR_GE;
	if (!same_kind(left, right)) {
		say_mismatch(k, b->node.span, left, right);
		return expr_poison(k, b->node.span);
	}
	if (!check_option_text(k, left, &right->type) || !check_option_text(k, right, &left->type))
		return expr_poison(k, b->node.span);
	if (order && (type_is_textual(&left->type) || left->type.kind == TYPE_YES_NO)) {
		struct diag *g = diag_bad_operand(k->diags, b->node.span, b->op.text, slice_of(type_word(&left->type)));
		diag_note(k->diags, g,
		          "only numbers, dates, moments and durations have an order; a text is compared with `==`, "
		          "`in` or `contains`");
		return expr_poison(k, b->node.span);
	}
	return make(k, kind, TYPE_YES_NO, b->node.span, left, right);
}

/* The right side of `contains`: an option of a question that has several. */
static struct expr *beside_options(struct checker *k, const struct ast *tree, const struct expr *left)
{
	if (left->kind != EXPR_SLOT || left->type.kind != TYPE_TEXT || !left->type.options)
		return check_expr(k, tree);
	struct expr hint = *left;
	hint.type.kind = TYPE_ONE_OF;
	struct expr *e = expr_hinted(k, tree, &hint);
	return check_option_text(k, e, &hint.type) ? e : expr_poison(k, e->span);
}

static struct expr *check_contains(struct checker *k, const struct ast_binary *b)
{
	struct expr *left = check_expr(k, b->left), *right = beside_options(k, b->right, left);
	const struct expr *sides[] = {left, right};
	static const struct type text = {.kind = TYPE_TEXT};
	expr_adopt(left, &text);
	expr_adopt(right, &text);
	for (int i = 0; i < 2; i++) {
		if (is_poison(sides[i]))
			return expr_poison(k, b->node.span);
		if (!type_is_textual(&sides[i]->type)) {
			diag_bad_operand(k->diags, sides[i]->span, SLICE("contains"),
			                 slice_of(type_word(&sides[i]->type)));
			return expr_poison(k, b->node.span);
		}
	}
	return make(k, EXPR_CONTAINS, TYPE_YES_NO, b->node.span, left, right);
}

static struct expr *check_logic(struct checker *k, const struct ast_binary *b, enum expr_kind kind)
{
	struct expr *left = check_condition(k, b->left);
	return make(k, kind, TYPE_YES_NO, b->node.span, left, check_condition(k, b->right));
}

/* 2 days + 3 days: one unit, both written out. */
static struct expr *fold_durations(struct checker *k, const struct ast_binary *b, struct expr *left, struct expr *right,
                                   bool minus)
{
	if (left->kind != EXPR_CONSTANT || right->kind != EXPR_CONSTANT ||
	    left->constant.unit != right->constant.unit) {
		diag_mixed_durations(k->diags, b->node.span);
		return expr_poison(k, b->node.span);
	}
	struct constant c = left->constant;
	c.value += minus ? -right->constant.value : right->constant.value;
	return expr_constant(k, c, b->node.span);
}

static struct expr *check_sum(struct checker *k, const struct ast_binary *b, bool minus)
{
	struct expr *left = check_expr(k, b->left), *right = check_expr(k, b->right);
	enum expr_kind kind = minus ? EXPR_SUB : EXPR_ADD;
	struct span span = b->node.span;
	if (is_poison(left) || is_poison(right))
		return expr_poison(k, span);
	expr_adopt(left, &right->type);
	if (!minus && left->type.kind == TYPE_DURATION && right->type.kind != TYPE_DURATION) {
		struct expr *swap = left;
		left = right;
		right = swap;
	}
	enum plan_type l = left->type.kind, r = right->type.kind;
	if (l == TYPE_NUMBER && r == TYPE_NUMBER)
		return make(k, kind, TYPE_NUMBER, span, left, right);
	if (l == TYPE_DURATION && r == TYPE_DURATION)
		return fold_durations(k, b, left, right, minus);
	if (l == TYPE_MOMENT && r == TYPE_DURATION)
		return make(k, kind, TYPE_MOMENT, span, left, right);
	if (l == TYPE_DATE && r == TYPE_DATE && minus)
		return make(k, kind, TYPE_DURATION, span, left, right);
	if (l == TYPE_DATE && r == TYPE_DURATION) {
		if (right->kind == EXPR_CONSTANT && right->constant.unit == UNIT_US) {
			struct diag *g = diag_bad_operand(k->diags, span, b->op.text, SLICE("a date and hours"));
			diag_note(k->diags, g,
			          "a date is a whole day: only days, weeks, months, years and business days move it");
			return expr_poison(k, span);
		}
		return make(k, kind, TYPE_DATE, span, left, right);
	}
	struct slice both = arena_printf(k->arena, "%s and %s", type_word(&left->type), type_word(&right->type));
	struct diag *g = diag_bad_operand(k->diags, span, b->op.text, both);
	if (r == TYPE_NUMBER && (l == TYPE_DATE || l == TYPE_MOMENT || l == TYPE_DURATION))
		diag_fix(k->diags, g, right->span,
		         arena_printf(k->arena, "%.*s days", SLICE_ARG(source_text(&k->c->sources, right->span))),
		         FIX_MAYBE, "give the number a unit");
	return expr_poison(k, span);
}

static struct expr *check_binary(struct checker *k, const struct ast_binary *b)
{
	static const struct {
		const char *op;
		enum expr_kind kind;
	} operators[] = {
	        {"and", EXPR_AND}, {"or", EXPR_OR}, {"==", EXPR_EQ},
	        {"!=", EXPR_NE},   {"<", EXPR_LT},  {"<=", EXPR_LE},
	        {">", EXPR_GT},    {">=", EXPR_GE}, {"contains", EXPR_CONTAINS},
	        {"+", EXPR_ADD},   {"-", EXPR_SUB},
	};
	size_t i = 0;
	/* A typographic minus is a minus, too. */
	while (i < sizeof operators / sizeof *operators - 1 && !slice_is(b->op.text, operators[i].op))
		i++;
	enum expr_kind kind = operators[i].kind;
	if (kind == EXPR_AND || kind == EXPR_OR)
		return check_logic(k, b, kind);
	if (kind == EXPR_CONTAINS)
		return check_contains(k, b);
	if (kind == EXPR_ADD || kind == EXPR_SUB)
		return check_sum(k, b, kind == EXPR_SUB);
	return check_comparison(k, b, kind);
}

static struct expr *check_in(struct checker *k, const struct ast_in *t)
{
	struct expr *value = check_expr(k, t->value), **last;
	struct expr *e = expr_leaf(k, EXPR_IN, (struct type){.kind = TYPE_YES_NO}, t->node.span);
	e->left = value;
	last = &e->options;
	bool ok = !is_poison(value);
	for (const struct ast *o = t->options.first; o; o = o->next) {
		struct expr *option = expr_hinted(k, o, value);
		if (!is_poison(option) && !is_poison(value)) {
			expr_adopt(value, &option->type);
			if (!same_kind(value, option)) {
				say_mismatch(k, option->span, value, option);
				ok = false;
			}
			ok = check_option_text(k, option, &value->type) && ok;
		}
		ok = ok && !is_poison(option);
		*last = option;
		last = &option->next;
	}
	e->depth = depth_of(e);
	if (ok && e->options && e->depth < PLAN_STACK_MAX)
		return e;
	if (ok)
		diag_stack_too_deep(k->diags, t->node.span);
	return expr_poison(k, t->node.span);
}

static struct expr *negated(struct checker *k, struct expr *e, bool negate, struct span span)
{
	return negate ? make(k, EXPR_NOT, TYPE_YES_NO, span, e, NULL) : e;
}

/* A step's name alone: NAME, or RUN.NAME of a fragment. */
static bool is_step_name(struct checker *k, const struct ast *t)
{
	if (!t || t->kind != AST_PATH || k->asking)
		return false;
	return is_bare(t) || qualify(k, (const struct ast_path *)t)->parts.count == 1;
}

/* `is empty`, `is pro`: only `is set`, and the outcomes of a task, are tests. */
static void say_unknown_test(struct checker *k, const struct ast_is *t, const struct expr *value)
{
	static const char *const empty[] = {"empty", "blank", "missing", "null", "none", "unknown", "unset"};
	static const char *const full[] = {"present", "known", "given", "filled", "there"};
	struct slice word = t->what.text, subject = source_text(&k->c->sources, t->value->span);
	const char *meant = NULL;
	struct diag *g = diag_unknown_name(k->diags, t->what.span, SLICE("test"), word);
	for (size_t i = 0; i < sizeof empty / sizeof *empty; i++)
		if (slice_is(word, empty[i]))
			meant = t->negated ? "is set" : "is not set";
	for (size_t i = 0; i < sizeof full / sizeof *full; i++)
		if (slice_is(word, full[i]))
			meant = t->negated ? "is not set" : "is set";
	if (meant) {
		diag_fix(k->diags, g, t->node.span, arena_printf(k->arena, "%.*s %s", SLICE_ARG(subject), meant),
		         FIX_MAYBE, "write `%s`", meant);
		return;
	}
	struct slice quote = value->type.kind == TYPE_TEXT ? SLICE("\"") : SLICE("");
	struct slice compared =
	        arena_printf(k->arena, "%.*s %s %.*s%.*s%.*s", SLICE_ARG(subject),
	                     t->negated ? "!=" : "==", SLICE_ARG(quote), SLICE_ARG(word), SLICE_ARG(quote));
	diag_fix(k->diags, g, t->node.span, compared, FIX_MAYBE, "values are compared with `%s`",
	         t->negated ? "!=" : "==");
}

static struct expr *check_is(struct checker *k, const struct ast_is *t)
{
	if (slice_is(t->what.text, "set")) {
		struct expr *e = make(k, EXPR_IS_SET, TYPE_YES_NO, t->node.span, check_expr(k, t->value), NULL);
		return negated(k, e, t->negated, t->node.span);
	}
	bool names_step = is_step_name(k, t->value);
	struct step *step = names_step ? check_step_path(k, t->value) : NULL;
	if (step)
		return negated(k, outcome_expr(k, step, t->what, t->node.span), t->negated, t->node.span);
	if (!names_step) {
		struct expr *value = check_expr(k, t->value);
		if (!is_poison(value))
			say_unknown_test(k, t, value);
	}
	return expr_poison(k, t->node.span);
}

static struct expr *check_negate(struct checker *k, const struct ast_negate *t)
{
	struct expr *e = check_expr(k, t->operand);
	if (is_poison(e))
		return e;
	if (e->type.kind != TYPE_NUMBER) {
		diag_bad_operand(k->diags, t->node.span, SLICE("-"), slice_of(type_word(&e->type)));
		return expr_poison(k, t->node.span);
	}
	if (e->kind == EXPR_CONSTANT) {
		e->constant.value = -e->constant.value;
		e->span = t->node.span;
		return e;
	}
	return make(k, EXPR_NEGATE, TYPE_NUMBER, t->node.span, e, NULL);
}

struct expr *check_expr(struct checker *k, const struct ast *t)
{
	bool ok;
	struct constant c = {.type = TYPE_NUMBER};
	switch (t ? t->kind : AST_ERROR) {
	case AST_PATH: return expr_path(k, (const struct ast_path *)t);
	case AST_BINARY: return check_binary(k, (const struct ast_binary *)t);
	case AST_IN: return check_in(k, (const struct ast_in *)t);
	case AST_IS: return check_is(k, (const struct ast_is *)t);
	case AST_NOT:
		return make(k, EXPR_NOT, TYPE_YES_NO, t->span, check_condition(k, ((const struct ast_not *)t)->operand),
		            NULL);
	case AST_NEGATE: return check_negate(k, (const struct ast_negate *)t);
	case AST_TEXT: return check_text_literal(k, t);
	case AST_STRING:
		return expr_constant(
		        k, (struct constant){.type = TYPE_TEXT, .text = ((const struct ast_string *)t)->value.text},
		        t->span);
	case AST_NUMBER: c.value = ((const struct ast_number *)t)->micro; return expr_constant(k, c, t->span);
	case AST_PERCENT: /* 45% is 0.45 */
		c.value = ((const struct ast_percent *)t)->micro / 100;
		return expr_constant(k, c, t->span);
	case AST_YES_NO:
		return expr_constant(
		        k, (struct constant){.type = TYPE_YES_NO, .value = ((const struct ast_yes_no *)t)->yes},
		        t->span);
	case AST_DATE:
		return expr_constant(
		        k, (struct constant){.type = TYPE_DATE, .value = ((const struct ast_date *)t)->days}, t->span);
	case AST_MOMENT: return check_moment(k, (const struct ast_moment *)t);
	case AST_DURATION:
		c = duration_of((const struct ast_duration *)t, &ok);
		if (ok)
			return expr_constant(k, c, t->span);
		diag_too_long(k->diags, t->span);
		return expr_poison(k, t->span);
	default: return expr_poison(k, t ? t->span : DIAG_NO_PLACE);
	}
}

struct expr *check_condition(struct checker *k, const struct ast *tree)
{
	struct expr *e = check_expr(k, tree);
	static const struct type yes_no = {.kind = TYPE_YES_NO};
	if (is_poison(e))
		return e;
	expr_adopt(e, &yes_no);
	if (e->type.kind == TYPE_YES_NO)
		return e;
	struct diag *g = diag_wrong_type(k->diags, e->span, SLICE("a condition"), slice_of(type_word(&e->type)));
	if (e->kind == EXPR_FIELD || e->kind == EXPR_VARIABLE)
		diag_fix(k->diags, g, (struct span){e->span.source, e->span.end, e->span.end}, SLICE(" is set"),
		         FIX_MAYBE, "ask whether it is there");
	return expr_poison(k, e->span);
}

/* ---- presence (rule 11) ---- */

bool expr_may_be_absent(const struct checker *k, const struct expr *e, const struct expr **culprit)
{
	switch (e->kind) {
	case EXPR_FIELD: *culprit = e; return !e->field->always && !flow_is_present(&k->flow, e->field);
	case EXPR_VARIABLE:
	case EXPR_SLOT: *culprit = e; return !flow_is_present(&k->flow, e->variable) && !answer_is_sure(k, e->variable);
	case EXPR_NEGATE: return expr_may_be_absent(k, e->left, culprit);
	case EXPR_ADD:
	case EXPR_SUB: return expr_may_be_absent(k, e->left, culprit) || expr_may_be_absent(k, e->right, culprit);
	default: return false;
	}
}

void say_may_be_absent(struct checker *k, const struct expr *e)
{
	const struct field *f = e->kind == EXPR_FIELD ? e->field : NULL;
	struct slice name =
	        f ? arena_printf(k->arena, "%s.%.*s", f->input ? "input" : "contact", SLICE_ARG(f->name.text))
	          : e->variable->name.text;
	struct diag *g = diag_may_be_absent(k->diags, e->span, name);
	assigned_note(k, f ? (const void *)f : (const void *)e->variable);
	struct ast_name declared = f ? f->name : e->variable->name;
	if (e->kind != EXPR_SLOT && (!f || !f->inferred))
		diag_label(k->diags, g, declared.span,
		           f ? "declared here without `required` or `default`"
		             : "set here to a value that may be absent");
	if (k->in_text)
		diag_fix(k->diags, g, (struct span){e->span.source, e->span.end, e->span.end},
		         SLICE(" | default \"…\""), FIX_PLACEHOLDER, "say what stands there instead");
	else
		diag_note(k->diags, g, "`when %.*s is set { … }` around it makes sure", SLICE_ARG(name));
}
