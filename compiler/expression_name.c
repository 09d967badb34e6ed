/* SPDX-License-Identifier: Apache-2.0
 * Names in expressions: contact.FIELD, input.FIELD, STEP.sent, mailbox.name, today, variables, and options of a
 * `one of` beside which they stand. What is unknown gets the nearest name of the right kind. */
#include "compiler/analyze/assigned.h"
#include "compiler/expression.h"

static struct ast_name part(const struct ast_path *p, uint32_t index)
{
	const struct ast *w = p->parts.first;
	while (w && index-- > 0)
		w = w->next;
	return w && w->kind == AST_WORD ? ((const struct ast_word *)w)->name : (struct ast_name){{"", 0}, p->node.span};
}

static struct expr *unknown(struct checker *k, struct ast_name name, const char *kind, const struct name *near)
{
	struct diag *g = diag_unknown_name(k->diags, name.span, slice_of(kind), name.text);
	if (near)
		diag_fix(k->diags, g, name.span, near->text, FIX_MAYBE, "did you mean `%.*s`?", SLICE_ARG(near->text));
	return expr_poison(k, name.span);
}

/* ---- contact and input ---- */

static struct expr *field_expr(struct checker *k, const struct field *f, struct span span)
{
	struct expr *e = expr_leaf(k, EXPR_FIELD, f->type, span);
	e->field = f;
	return f->type.kind == TYPE_UNKNOWN ? expr_poison(k, span) : e; /* its declaration was told */
}

static struct expr *unknown_field(struct checker *k, struct ast_name name)
{
	const struct name *near = names_nearest(&k->workspace->fields, 0, name.text);
	struct expr *e = unknown(k, name, "contact field", near);
	if (!near)
		diag_note(k->diags, &k->diags->items[k->diags->count - 1],
		          "the workspace says what contacts bring: `contact { %.*s text }`", SLICE_ARG(name.text));
	return e;
}

static struct expr *contact_path(struct checker *k, const struct ast_path *p)
{
	if (p->parts.count != 2)
		return unknown(k, p->text, "field", NULL);
	struct ast_name name = part(p, 1);
	const struct field *f = find_contact_field(k, name);
	if (f)
		return field_expr(k, f, p->node.span);
	return unknown_field(k, name);
}

static struct expr *input_path(struct checker *k, const struct ast_path *p)
{
	struct ast_name name = part(p, 1);
	if (p->parts.count != 2)
		return unknown(k, p->text, "input", NULL);
	if (!k->sequence) {
		if (!k->loose)
			diag_not_here(k->diags, p->node.span, p->text.text, SLICE("a sequence"));
		return expr_poison(k, p->node.span);
	}
	struct name *n = names_find(&k->sequence->scope, SCOPE_INPUT, name.text);
	if (n)
		return field_expr(k, n->object, p->node.span);
	return unknown(k, name, "input", names_nearest(&k->sequence->scope, SCOPE_INPUT, name.text));
}

/* ---- steps ---- */

static const char *const fact_words[FACT_COUNT] = {
        [FACT_SENT] = "sent",     [FACT_FAILED] = "failed",   [FACT_SKIPPED] = "skipped", [FACT_BOUNCED] = "bounced",
        [FACT_OPENED] = "opened", [FACT_CLICKED] = "clicked", [FACT_REPLIED] = "replied", [FACT_DONE] = "done",
};

/* A fragment knows its own steps only, whatever runs it. */
static bool is_visible(const struct checker *k, const struct step *s)
{
	const struct frame *f = s->frame;
	while (f && f != k->frame)
		f = f->around;
	return f == k->frame;
}

struct step *check_step_path(struct checker *k, const struct ast *tree)
{
	if (!tree || tree->kind != AST_PATH || !k->sequence)
		return NULL;
	const struct ast_path *p = qualify(k, (const struct ast_path *)tree);
	struct ast_name name = part(p, 0);
	struct name *n = names_find(&k->sequence->scope, SCOPE_STEP, name.text);
	if (n && is_visible(k, n->object))
		return n->object;
	if (n) {
		struct diag *g = diag_unknown_name(k->diags, name.span, SLICE("step"), name.text);
		diag_label(k->diags, g, n->span, "this one is not of the fragment, which knows its own steps only");
		return NULL;
	}
	unknown(k, name, "step", names_nearest(&k->sequence->scope, SCOPE_STEP, name.text));
	return NULL;
}

static struct expr *step_path(struct checker *k, const struct ast_path *p)
{
	if (k->only_contact) {
		diag_not_here(k->diags, p->node.span, p->text.text, SLICE("a condition of the steps"));
		return expr_poison(k, p->node.span);
	}
	struct step *step = check_step_path(k, &p->node);
	struct ast_name name = part(p, 1);
	if (!step)
		return expr_poison(k, p->node.span);
	if (step->is_wait) {
		struct diag *w =
		        diag_wrong_kind(k->diags, p->node.span, step->name.text, SLICE("wait"), SLICE("message"));
		diag_label(k->diags, w, step->name.span, "declared here");
		return expr_poison(k, p->node.span);
	}
	struct expr *value = step_value(k, step, p);
	if (value)
		return value;
	struct slice words[FACT_COUNT];
	uint32_t known = facts_of(step->plan_kind);
	for (int i = 0; i < FACT_COUNT; i++) {
		words[i] = slice_of(known >> i & 1 ? fact_words[i] : "");
		if (!slice_is(name.text, fact_words[i]) || p->parts.count != 2 || !(known >> i & 1 || i == FACT_DONE))
			continue;
		if (!(known >> i & 1)) {
			diag_no_outcome(k->diags, name.span, step->name.text, slice_of(step->kind));
			return expr_poison(k, p->node.span);
		}
		struct expr *e = expr_leaf(k, EXPR_FACT, (struct type){.kind = TYPE_YES_NO}, p->node.span);
		e->step = step;
		e->fact = (enum plan_fact)i;
		step->clicks_read |= i == FACT_CLICKED && !k->probing;
		if (i == FACT_OPENED && !k->probing)
			diag_opens_are_a_guess(k->diags, p->node.span, step->name.text);
		return e;
	}
	struct diag *g = diag_unknown_name(k->diags, name.span, SLICE("fact"), name.text);
	int near = diag_nearest(name.text, words, FACT_COUNT);
	struct slice ends = SLICE("");
	if (step->plan_kind == STEP_TASK)
		ends = arena_printf(k->arena, "; how it ended: `%.*s is OUTCOME`", SLICE_ARG(step->name.text));
	if (near >= 0)
		diag_fix(k->diags, g, name.span, words[near], FIX_MAYBE, "did you mean `%.*s`?",
		         SLICE_ARG(words[near]));
	else
		diag_note(k->diags, g, "of the %s one can ask: %.*s%.*s",
		          step->message || known & 1 ? "message" : step->kind,
		          SLICE_ARG(facts_told(k, step->plan_kind)), SLICE_ARG(ends));
	return expr_poison(k, p->node.span);
}

/* ---- bare names ---- */

static struct expr *variable_expr(struct checker *k, struct variable *v, struct span span)
{
	v->read = true;
	if (k->only_contact) {
		diag_not_here(k->diags, span, v->name.text, SLICE("a condition of the steps"));
		return expr_poison(k, span);
	}
	struct expr *e = expr_leaf(k, EXPR_VARIABLE, v->type, span);
	e->variable = v;
	bool assigned = k->flow.ended || (k->flow.assigned >> v->index & 1);
	if (assigned)
		return v->type.kind == TYPE_UNKNOWN ? expr_poison(k, span) : e;
	struct diag *g = diag_unset_variable(k->diags, span, v->name.text);
	diag_label(k->diags, g, v->name.span, "set here, but not on every path");
	assigned_note(k, v);
	return expr_poison(k, span);
}

/* The message that is declared right before that place. */
static const struct name *message_before(const struct checker *k, struct span place)
{
	const struct name *found = NULL;
	for (const struct name *n = k->sequence ? k->sequence->scope.first : NULL; n; n = n->next) {
		bool step = n->kind == SCOPE_STEP && !((const struct step *)n->object)->is_wait;
		if (step && n->span.source == place.source && n->span.start < place.start &&
		    (!found || n->span.start > found->span.start))
			found = n;
	}
	return found;
}

/* What people write of other languages, and facts without their message: told what is meant. */
static bool say_meant(struct checker *k, struct diag *g, struct ast_name name)
{
	static const char *const nothing[] = {"null", "nil", "none", "undefined", "empty", "blank"};
	bool yes = slice_is(name.text, "true"), reply = slice_is(name.text, "replied") || slice_is(name.text, "reply");
	if (yes || slice_is(name.text, "false")) {
		const char *word = yes ? "yes" : "no";
		diag_fix(k->diags, g, name.span, slice_of(word), FIX_MAYBE, "write `%s`", word);
		return true;
	}
	for (size_t i = 0; i < sizeof nothing / sizeof *nothing; i++)
		if (slice_is(name.text, nothing[i])) {
			diag_note(
			        k->diags, g,
			        "whether there is a value at all is asked by `contact.FIELD is set`, or `is not set`");
			return true;
		}
	bool fact = slice_is(name.text, "reply");
	for (int i = 0; i < FACT_COUNT; i++)
		fact |= slice_is(name.text, fact_words[i]);
	const struct name *message = fact && !k->in_text ? message_before(k, name.span) : NULL;
	if (message) {
		struct slice whole = arena_printf(k->arena, "%.*s.%.*s", SLICE_ARG(message->text),
		                                  SLICE_ARG(reply ? SLICE("replied") : name.text));
		diag_note(k->diags, g, "it is asked of a step");
		diag_fix(k->diags, g, name.span, whole, FIX_MAYBE, "write `%.*s`", SLICE_ARG(whole));
	} else if (reply) {
		diag_note(k->diags, g, "`exit on reply` ends a sequence; a branch asks a step: `when intro.replied`");
	} else if (fact) {
		diag_note(k->diags, g, "it is asked of a step: `intro.%.*s`", SLICE_ARG(name.text));
	}
	return fact && !k->in_text;
}

/* The `ask` whose questionnaire has that question, or NULL. */
static const struct step *question_step(const struct checker *k, struct slice question)
{
	for (const struct name *n = k->sequence ? k->sequence->scope.first : NULL; n; n = n->next) {
		const struct step *s = n->kind == SCOPE_STEP ? n->object : NULL;
		const struct questionnaire *asked = s && s->action ? s->action->questionnaire : NULL;
		for (const struct question *q = asked ? asked->questions : NULL; q; q = q->next)
			if (slice_eq(q->name.text, question))
				return s;
	}
	return NULL;
}

static struct expr *unknown_bare(struct checker *k, struct ast_name name)
{
	struct diag *g = diag_unknown_name(k->diags, name.span, k->in_text ? SLICE("contact field") : SLICE("variable"),
	                                   name.text);
	const struct name *input = k->sequence ? names_find(&k->sequence->scope, SCOPE_INPUT, name.text) : NULL;
	const struct name *step = k->sequence ? names_find(&k->sequence->scope, SCOPE_STEP, name.text) : NULL;
	const struct name *near = k->sequence ? names_nearest(&k->sequence->scope, SCOPE_VARIABLE, name.text) : NULL;
	const struct name *field = names_find(&k->workspace->fields, 0, name.text);
	if (!field && k->in_text)
		field = names_nearest(&k->workspace->fields, 0, name.text);
	struct slice fix = {NULL, 0};
	if (input)
		fix = arena_printf(k->arena, "input.%.*s", SLICE_ARG(name.text));
	else if (step && ((const struct step *)step->object)->plan_kind == STEP_TASK)
		diag_note(k->diags, g, "how the task ended is asked by `%.*s is OUTCOME`", SLICE_ARG(name.text));
	else if (question_step(k, name.text))
		fix = arena_printf(k->arena, "%.*s.%.*s", SLICE_ARG(question_step(k, name.text)->name.text),
		                   SLICE_ARG(name.text));
	else if (step && !((const struct step *)step->object)->is_wait)
		fix = arena_printf(k->arena, "%.*s.sent", SLICE_ARG(name.text));
	else if (near)
		fix = near->text;
	else if (field)
		fix = k->in_text ? field->text : arena_printf(k->arena, "contact.%.*s", SLICE_ARG(field->text));
	if (fix.n)
		diag_fix(k->diags, g, name.span, fix, FIX_MAYBE, "did you mean `%.*s`?", SLICE_ARG(fix));
	else if (g->notes || say_meant(k, g, name))
		return expr_poison(k, name.span);
	else if (k->in_text)
		diag_note(k->diags, g, "the workspace says what contacts bring: `contact { %.*s text }`",
		          SLICE_ARG(name.text));
	else
		diag_note(k->diags, g, "`set %.*s = …` gives it a value; what a contact brings is `contact.FIELD`",
		          SLICE_ARG(name.text));
	return expr_poison(k, name.span);
}

/* A parameter: what the `run` gave for it, seen where it is used. */
static struct expr *bound_expr(struct checker *k, const struct bound *b, struct span span)
{
	if (!b->value) {
		diag_text_as_value(k->diags, span);
		return expr_poison(k, span);
	}
	struct expr *e = ARENA_NEW(k->arena, struct expr);
	*e = *b->value;
	e->span = span;
	e->given = true;
	e->next = NULL;
	return e;
}

static struct expr *bare(struct checker *k, struct ast_name name)
{
	const struct bound *b = find_bound(k, name.text);
	if (b)
		return bound_expr(k, b, name.span);
	struct name *n = k->sequence ? names_find(&k->sequence->scope, SCOPE_VARIABLE, name.text) : NULL;
	if (n)
		return variable_expr(k, n->object, name.span);
	if (k->in_text) {
		/* Without a workspace a field is assumed, but not for the name of a step. */
		bool step = k->sequence && names_find(&k->sequence->scope, SCOPE_STEP, name.text);
		struct name *declared = names_find(&k->workspace->fields, 0, name.text);
		const struct field *f = declared ? declared->object : step ? NULL : find_contact_field(k, name);
		if (f)
			return field_expr(k, f, name.span);
		if (k->loose)
			return expr_poison(k, name.span);
	}
	return unknown_bare(k, name);
}

static struct expr *builtin(struct checker *k, enum plan_builtin which, struct span span)
{
	struct expr *e = expr_leaf(k, EXPR_BUILTIN, (struct type){.kind = TYPE_TEXT}, span);
	if (which == BUILTIN_UNSUBSCRIBE || which == BUILTIN_LINK)
		e->type.kind = TYPE_URL;
	e->builtin = which;
	if (k->in_text)
		return e;
	diag_not_here(k->diags, span, source_text(&k->c->sources, span), SLICE("a text"));
	return expr_poison(k, span);
}

/* Where the contact's own page is; a signature or an address has none. */
static struct expr *link_expr(struct checker *k, struct span span)
{
	if (k->sequence || k->loose)
		return builtin(k, BUILTIN_LINK, span);
	diag_not_here(k->diags, span, SLICE("link"), SLICE("a text of a sequence"));
	return expr_poison(k, span);
}

static struct expr *mailbox_path(struct checker *k, const struct ast_path *p)
{
	struct ast_name name = part(p, 1);
	if (p->parts.count == 2 && slice_is(name.text, "name"))
		return builtin(k, BUILTIN_MAILBOX_NAME, p->node.span);
	if (p->parts.count == 2 && slice_is(name.text, "address"))
		return builtin(k, BUILTIN_MAILBOX_ADDRESS, p->node.span);
	struct diag *g = diag_unknown_name(k->diags, p->node.span, SLICE("value"), p->text.text);
	diag_note(k->diags, g, "there are: mailbox.name, mailbox.address");
	return expr_poison(k, p->node.span);
}

struct expr *expr_path(struct checker *k, const struct ast_path *p)
{
	struct ast_name first = part(p, 0);
	bool alone = p->parts.count == 1;
	if (k->asking)
		return question_path(k, p);
	if (slice_is(first.text, "contact") && !alone)
		return contact_path(k, p);
	if (slice_is(first.text, "input") && !alone)
		return input_path(k, p);
	if (slice_is(first.text, "mailbox") && !alone)
		return mailbox_path(k, p);
	if ((slice_is(first.text, "event") || slice_is(first.text, "reply")) && !alone)
		return expr_happening(k, p);
	if (alone && slice_is(first.text, "today"))
		return expr_leaf(k, EXPR_TODAY, (struct type){.kind = TYPE_DATE}, p->node.span);
	if (alone && slice_is(first.text, "unsubscribe"))
		return builtin(k, BUILTIN_UNSUBSCRIBE, p->node.span);
	if (alone && slice_is(first.text, "link"))
		return link_expr(k, p->node.span);
	if (alone)
		return bare(k, first);
	if (!k->sequence) {
		if (!k->loose)
			unknown(k, first, "value", NULL);
		return expr_poison(k, p->node.span);
	}
	return step_path(k, qualify(k, p));
}

/* ---- options ---- */

void expr_say_option(struct checker *k, struct slice option, struct span span, const struct type *type)
{
	struct slice words[64];
	size_t count = 0;
	struct slice all = {"", 0};
	for (const struct option *o = type->options; o && count < 64; o = o->next) {
		words[count++] = o->name.text;
		all = arena_printf(k->arena, "%.*s%s%.*s", SLICE_ARG(all), all.n ? ", " : "", SLICE_ARG(o->name.text));
	}
	struct diag *g = diag_unknown_option(k->diags, span, option, all);
	if (type->options)
		diag_label(k->diags, g, type->options->name.span, "the options are declared here");
	int near = diag_nearest(option, words, count);
	if (near >= 0)
		diag_fix(k->diags, g, span, words[near], FIX_MAYBE, "did you mean `%.*s`?", SLICE_ARG(words[near]));
}

static const void *untyped(const struct expr *e)
{
	if (e->kind == EXPR_SLOT && e->variable->kind == SLOT_EVENT && !e->variable->settled)
		return e->variable;
	return e->kind == EXPR_FIELD && e->field->inferred && !e->field->settled ? e->field : NULL;
}

struct expr *expr_hinted(struct checker *k, const struct ast *t, const struct expr *other)
{
	struct ast_name word = {0};
	if (t && t->kind == AST_PATH && ((const struct ast_path *)t)->parts.count == 1)
		word = part((const struct ast_path *)t, 0);
	else if (t && t->kind == AST_YES_NO && other->type.kind == TYPE_ONE_OF)
		word = (struct ast_name){slice_of(((const struct ast_yes_no *)t)->yes ? "yes" : "no"), t->span};
	if (word.text.n && other->kind == EXPR_POISON) /* whose option it may be */
		return expr_poison(k, t->span);
	bool takes_option = other->type.kind == TYPE_ONE_OF || untyped(other);
	if (!word.text.n || !takes_option)
		return check_expr(k, t);
	struct constant c = {.type = TYPE_ONE_OF, .text = word.text};
	for (const struct option *o = other->type.options; o; o = o->next) {
		if (!slice_eq(o->name.text, word.text))
			continue;
		struct expr *e = expr_constant(k, c, word.span);
		e->type.options = other->type.options;
		return e;
	}
	if (slice_is(word.text, "today") || find_bound(k, word.text) ||
	    (k->sequence && names_find(&k->sequence->scope, SCOPE_VARIABLE, word.text)))
		return check_expr(k, t);
	if (untyped(other)) {
		c.type = TYPE_TEXT;
		return expr_constant(k, c, word.span);
	}
	if (k->in_text && names_find(&k->workspace->fields, 0, word.text))
		return check_expr(k, t);
	expr_say_option(k, word.text, word.span, &other->type);
	return expr_poison(k, t->span);
}

/* ---- declared types and constants ---- */

/* What other languages call our types. */
static const char *type_meant(struct slice name)
{
	static const char *const words[][2] = {
	        {"string", "text"},      {"varchar", "text"},   {"char", "text"},         {"integer", "number"},
	        {"int", "number"},       {"float", "number"},   {"double", "number"},     {"decimal", "number"},
	        {"bool", "yes_no"},      {"boolean", "yes_no"}, {"flag", "yes_no"},       {"datetime", "moment"},
	        {"timestamp", "moment"}, {"time", "moment"},    {"interval", "duration"}, {"timezone", "zone"},
	        {"mail", "email"},       {"tel", "phone"},      {"link", "url"},          {"uri", "url"},
	};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (slice_is(name, words[i][0]))
			return words[i][1];
	return NULL;
}

struct type check_type(struct checker *k, const struct ast *tree)
{
	struct type type = {.kind = TYPE_UNKNOWN};
	if (!tree || tree->kind != AST_TYPE)
		return type;
	const struct ast_type *t = (const struct ast_type *)tree;
	if (!slice_is(t->name.text, "one_of")) {
		if (type_parse(t->name.text, &type.kind) && type.kind != TYPE_ONE_OF)
			return type;
		struct slice words[TYPE_ONE_OF]; /* all types before it: they are named by a word */
		for (size_t i = 0; i < TYPE_ONE_OF; i++)
			words[i] = slice_of(words_TYPE[i]);
		struct diag *g = diag_unknown_type(k->diags, t->name.span, t->name.text);
		int near = diag_nearest(t->name.text, words, TYPE_ONE_OF);
		const char *meant = near >= 0 ? words_TYPE[near] : type_meant(t->name.text);
		if (meant)
			diag_fix(k->diags, g, t->name.span, slice_of(meant), FIX_MAYBE, "did you mean `%s`?", meant);
		return (struct type){.kind = TYPE_UNKNOWN};
	}
	struct names seen = {0};
	struct option *last = NULL;
	for (const struct ast *i = t->options.first; i; i = i->next) {
		if (i->kind != AST_WORD)
			continue;
		struct ast_name name = ((const struct ast_word *)i)->name;
		const struct name *other = names_find(&seen, 0, name.text);
		if (other) {
			say_duplicate(k->diags, "option", name, other->span);
			continue;
		}
		names_add(&seen, k->arena, 0, name.text, name.span, NULL);
		struct option *o = ARENA_NEW(k->arena, struct option);
		o->name = name;
		if (last)
			last->next = o;
		else
			type.options = o;
		last = o;
	}
	type.kind = TYPE_ONE_OF;
	return type;
}

/* A literal text as an address, a zone, a number to call: as a contact would bring it. */
static bool convert(struct checker *k, struct expr *e, const struct type *type)
{
	struct buf *scratch = &k->c->scratch;
	struct value v;
	const char *reason = "";
	if (type->kind == TYPE_ZONE) {
		if (!check_zone(k, (struct ast_name){e->constant.text, e->span}))
			return false;
	} else {
		buf_clear(scratch);
		bool ok = value_parse(type->kind, e->constant.text, NULL, scratch, &v, &reason);
		if (ok)
			e->constant.text = v.set ? arena_copy(k->arena, value_slice(v)) : (struct slice){"", 0};
		else
			diag_bad_value(k->diags, e->span, e->constant.text, slice_of(type_word(type)),
			               slice_of(reason));
		if (!ok)
			return false;
	}
	e->constant.type = type->kind;
	e->type = *type;
	return true;
}

struct expr *check_expr_as(struct checker *k, const struct ast *tree, const struct type *type)
{
	struct expr hint = {.kind = EXPR_CONSTANT, .type = *type};
	struct expr *e = expr_hinted(k, tree, &hint);
	if (e->kind != EXPR_CONSTANT || e->constant.type != TYPE_TEXT)
		return e;
	if (type->kind == TYPE_ONE_OF) {
		const struct option *o = type->options;
		while (o && !slice_eq(o->name.text, e->constant.text))
			o = o->next;
		if (!o) {
			expr_say_option(k, e->constant.text, e->span, type);
			return expr_poison(k, e->span);
		}
		e->constant.type = TYPE_ONE_OF;
		e->type = *type;
	} else if (type->kind != TYPE_TEXT && type_is_textual(type) && !convert(k, e, type)) {
		return expr_poison(k, e->span);
	}
	return e;
}

bool check_constant(struct checker *k, const struct ast *tree, const struct type *type, struct constant *out)
{
	struct expr *e = check_expr_as(k, tree, type);
	if (e->kind == EXPR_POISON || type->kind == TYPE_UNKNOWN)
		return false;
	*out = e->constant;
	if (e->kind == EXPR_CONSTANT && e->type.kind == type->kind)
		return true;
	diag_wrong_type(k->diags, e->span, slice_of(type_word(type)),
	                e->kind == EXPR_CONSTANT ? slice_of(type_word(&e->type))
	                                         : SLICE("something that is not fixed"));
	return false;
}

struct field *check_field(struct checker *k, const struct ast *tree, struct names *names, uint32_t kind, bool input)
{
	if (!tree || tree->kind != AST_FIELD)
		return NULL;
	const struct ast_field *t = (const struct ast_field *)tree;
	const struct name *other = names_find(names, kind, t->name.text);
	if (other) {
		say_duplicate(k->diags, input ? "input" : "contact field", t->name, other->span);
		return NULL;
	}
	struct field *f = ARENA_NEW(k->arena, struct field);
	*f = (struct field){.name = t->name,
	                    .type = check_type(k, t->type),
	                    .input = input,
	                    .required = t->required,
	                    .settled = true};
	if (t->fallback)
		f->has_fallback = check_constant(k, t->fallback, &f->type, &f->fallback);
	f->always = f->required || t->fallback;
	names_add(names, k->arena, kind, t->name.text, t->name.span, f);
	return f;
}

bool check_new_name(struct checker *k, struct ast_name name)
{
	static const char *const words[] = {"contact", "input",     "mailbox", "reply",      "event",
	                                    "today",   "satisfied", "link",    "unsubscribe"};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (!slice_is(name.text, words[i]))
			continue;
		diag_reserved_name(k->diags, name.span, name.text);
		return false;
	}
	return true;
}
