/* SPDX-License-Identifier: Apache-2.0
 * How a sequence begins by itself (`start by`, `start on`), and how those who are in it come to this version: `was`,
 * `migrate`, `retire`. */
#include "compiler/expression.h"
#include <string.h>

/* ---- starts ---- */

static void add_start(struct checker *k, struct start_rule rule, struct span span)
{
	struct start_rule **last = &k->sequence->starts;
	uint32_t count = 0;
	for (; *last; last = &(*last)->next)
		count++;
	if (!check_room(k, count, span, "starts"))
		return;
	*last = ARENA_NEW(k->arena, struct start_rule);
	**last = rule;
}

/* A condition before anyone is enrolled: it reads the contact, and what the event brings. */
static struct expr *check_start_when(struct checker *k, const struct ast *when, bool event)
{
	if (!when)
		return NULL;
	k->flow = (struct flow){0};
	k->only_contact = true;
	k->starting = event;
	struct expr *e = check_condition(k, when);
	k->only_contact = k->starting = false;
	return e->kind == EXPR_POISON ? NULL : e;
}

void check_start_event(struct checker *k, const struct ast_start_event *t)
{
	struct ast_name event = check_string(k, t->event);
	for (const struct start_rule *s = k->sequence->starts; s && !t->when; s = s->next)
		if (s->kind == START_EVENT && !s->when && slice_eq(s->event, event.text))
			diag_given_twice(k->diags, t->node.span,
			                 arena_printf(k->arena, "event \"%.*s\"", SLICE_ARG(event.text)));
	k->sequence->takes_events = true;
	struct start_rule rule = {.kind = START_EVENT, .event = event.text, .at_minute = -1};
	rule.when = check_start_when(k, t->when, true);
	if (event.text.n)
		add_start(k, rule, t->node.span);
}

/* Only events bring inputs. */
static void check_inputs_known(struct checker *k, struct span span)
{
	for (const struct field *f = k->sequence->inputs; f; f = f->next) {
		if (!f->required || f->has_fallback)
			continue;
		struct diag *g = diag_start_lacks_input(k->diags, span, f->name.text);
		diag_label(k->diags, g, f->name.span, "it is required");
		return;
	}
}

static const struct expr *input_in(const struct expr *e)
{
	if (!e || (e->kind == EXPR_FIELD && e->field->input))
		return e;
	const struct expr *found = input_in(e->left);
	return found ? found : input_in(e->right);
}

void check_start_date(struct checker *k, const struct ast_start_date *t)
{
	struct start_rule rule = {.kind = START_DATE, .at_minute = -1};
	static const struct type date = {.kind = TYPE_DATE};
	k->flow = (struct flow){0};
	k->only_contact = true;
	rule.moment = check_expr(k, t->moment);
	k->only_contact = false;
	expr_adopt(rule.moment, &date);
	if (t->at && t->at->kind == AST_TIME)
		rule.at_minute = (int32_t)((const struct ast_time *)t->at)->minute;
	rule.when = check_start_when(k, t->when, false);
	check_inputs_known(k, t->node.span);
	const struct expr *e = rule.moment, *input = input_in(e);
	if (e->kind == EXPR_POISON)
		return;
	if (input) {
		diag_not_here(k->diags, input->span, source_text(&k->c->sources, input->span),
		              SLICE("the sequence itself, and nobody is in it yet"));
		return;
	}
	if (e->type.kind != TYPE_DATE && e->type.kind != TYPE_MOMENT) {
		diag_wrong_type(k->diags, e->span, SLICE("a date or a moment"), slice_of(type_word(&e->type)));
		return;
	}
	add_start(k, rule, t->node.span);
}

static bool is_key(const struct checker *k, struct slice name)
{
	const struct workspace *w = k->workspace;
	for (const struct text_list *i = w->keys; i; i = i->next)
		if (slice_eq(i->name.text, name))
			return true;
	return !w->keys && (slice_is(name, "email") || slice_is(name, "phone"));
}

static struct start_field *check_fields(struct checker *k, const struct ast_list *list, bool *has_key)
{
	struct start_field *first = NULL, **last = &first;
	for (const struct ast *i = list->first; i; i = i->next) {
		if (i->kind != AST_FIELD)
			continue;
		const struct ast_field *t = (const struct ast_field *)i;
		bool twice = false;
		for (const struct start_field *f = first; f; f = f->next)
			twice |= slice_eq(f->name.text, t->name.text);
		if (twice) {
			diag_given_twice(k->diags, i->span, t->name.text);
		} else if (!find_contact_field(k, t->name)) {
			struct diag *g =
			        diag_unknown_name(k->diags, t->name.span, SLICE("contact field"), t->name.text);
			const struct name *near = names_nearest(&k->workspace->fields, 0, t->name.text);
			if (near)
				diag_fix(k->diags, g, t->name.span, near->text, FIX_MAYBE, "did you mean `%.*s`?",
				         SLICE_ARG(near->text));
		} else {
			*last = ARENA_NEW(k->arena, struct start_field);
			**last = (struct start_field){.name = t->name, .required = t->required};
			last = &(*last)->next;
			*has_key |= is_key(k, t->name.text);
		}
	}
	return first;
}

static bool has_channel(const struct checker *k, enum plan_channel kind)
{
	for (const struct channel *c = k->workspace->first_channel; c; c = c->next)
		if (c->kind == kind)
			return true;
	return !k->workspace->tree;
}

void check_start_by(struct checker *k, const struct ast_start_by *t)
{
	static const char *const words[] = {"email", "sms", "link"};
	bool seen[3] = {0}, has_key = false;
	struct start_field *fields = check_fields(k, &t->fields, &has_key);
	check_inputs_known(k, t->node.span);
	for (const struct ast *i = t->names.first; i; i = i->next) {
		struct ast_name name = i->kind == AST_WORD ? ((const struct ast_word *)i)->name : (struct ast_name){0};
		int which = check_word(k, name, "start by", words, 3);
		if (which < 0)
			continue;
		if (seen[which])
			diag_given_twice(k->diags, i->span, name.text);
		else if (which < 2 && !has_channel(k, which ? CHANNEL_SMS : CHANNEL_EMAIL))
			diag_start_no_channel(k->diags, i->span, which ? SLICE("sms channel") : SLICE("mailbox"));
		else if (which == 2 && fields && !has_key)
			diag_start_no_key(k->diags, t->fields.first->span);
		else
			add_start(k,
			          (struct start_rule){.kind = START_EMAIL + (unsigned)which,
			                              .fields = which == 2 ? fields : NULL,
			                              .at_minute = -1},
			          i->span);
		seen[which] = true;
	}
}

/* ---- was ---- */

static void say_still_there(struct checker *k, struct span span, struct slice name, struct span declared)
{
	struct diag *g = diag_still_there(k->diags, span, name);
	diag_label(k->diags, g, declared, "here");
}

static void check_was(struct checker *k)
{
	struct names olds = {0};
	const struct names *scope = &k->sequence->scope;
	for (const struct name *n = scope->first; n; n = n->next) {
		const struct step *s = n->kind == SCOPE_STEP ? n->object : NULL;
		if (!s || !s->was.n)
			continue;
		const struct name *there = names_find(scope, SCOPE_STEP, s->was);
		const struct name *other = names_find(&olds, 0, s->was);
		if (there)
			say_still_there(k, s->name.span, s->was, there->span);
		if (other) {
			struct diag *g = diag_given_twice(k->diags, s->name.span,
			                                  arena_printf(k->arena, "was %.*s", SLICE_ARG(s->was)));
			diag_label(k->diags, g, other->span, "first given here");
		} else {
			names_add(&olds, k->arena, 0, s->was, s->name.span, NULL);
		}
	}
	const struct sequence *q = k->sequence;
	const struct name *other = q->was.n ? names_find(&k->c->modules->sequences, 0, q->was) : NULL;
	if (other)
		say_still_there(k, q->name.span, q->was, other->span);
}

/* ---- migrate ---- */

static const struct ast_path *as_path(const struct ast *tree)
{
	return tree && tree->kind == AST_PATH ? (const struct ast_path *)tree : NULL;
}

static struct ast_name last_word(const struct ast_path *p)
{
	const struct ast *w = p->parts.last;
	return w && w->kind == AST_WORD ? ((const struct ast_word *)w)->name : p->text;
}

/* step X, wait X, wait after X: gone, unless only its time is set anew. */
static bool check_subject(struct checker *k, const struct ast_migration *t, struct migration *m)
{
	const struct ast_path *p = as_path(t->subject);
	bool keeps = slice_is(t->action.text, "recompute") || slice_is(t->action.text, "restart");
	if (!p)
		return false;
	m->subject = t->after ? arena_printf(k->arena, "after %.*s", SLICE_ARG(p->text.text)) : p->text.text;
	bool wait = m->kind == MIGRATION_WAIT;
	const struct name *n =
	        names_find(wait ? &k->sequence->waits : &k->sequence->scope, wait ? 0 : SCOPE_STEP, m->subject);
	if (keeps == (n != NULL))
		return true;
	if (n) {
		say_still_there(k, p->node.span, m->subject, n->span);
		return false;
	}
	struct diag *g = diag_unknown_name(k->diags, p->node.span, SLICE("wait"), m->subject);
	const struct name *near = names_nearest(&k->sequence->waits, 0, m->subject);
	if (near)
		diag_label(k->diags, g, near->span, "there is `%.*s`", SLICE_ARG(near->text));
	return false;
}

static bool check_target(struct checker *k, const struct ast_migration *t, struct migration *m)
{
	if (slice_is(m->action, "goto")) {
		struct step *s = check_step_path(k, t->target);
		m->target = s ? s->name.text : (struct slice){NULL, 0};
		return s != NULL;
	}
	if (slice_is(m->action, "exit"))
		m->target = check_string(k, t->target).text;
	if (t->over)
		m->has_over = check_duration(k, t->over, &m->over);
	return true;
}

static const struct question *find_question(const struct step *s, struct slice name)
{
	const struct question *i = s->action && s->action->questionnaire ? s->action->questionnaire->questions : NULL;
	while (i && !slice_eq(i->name.text, name))
		i = i->next;
	return i;
}

static const struct question_choice *find_choice(const struct question *q, struct slice name)
{
	const struct question_choice *i = q->choices;
	while (i && !slice_eq(i->name.text, name))
		i = i->next;
	return i;
}

/* option survey.best.speed -> pace: the new one is an option of the question, the old one is none. */
static bool check_option(struct checker *k, const struct ast_migration *t, struct migration *m)
{
	const struct ast_path *p = as_path(t->subject);
	const struct step *s = p ? check_step_path(k, t->subject) : NULL;
	if (!s || !s->action || !t->target || t->target->kind != AST_WORD)
		return false;
	p = qualify(k, p);
	struct ast_name target = ((const struct ast_word *)t->target)->name, old = last_word(p);
	const struct ast *second = p->parts.first->next;
	if (p->parts.count != 3 || second->kind != AST_WORD) {
		struct diag *g = diag_unknown_name(k->diags, p->node.span, SLICE("option"), p->text.text);
		diag_note(k->diags, g, "it is ASK.QUESTION.OPTION, as in `option survey.best.speed -> pace`");
		return false;
	}
	struct ast_name name = ((const struct ast_word *)second)->name;
	const struct question *q = find_question(s, name.text);
	if (!q) {
		diag_unknown_name(k->diags, name.span, SLICE("question"), name.text);
		return false;
	}
	if (find_choice(q, old.text)) {
		say_still_there(k, old.span, old.text, find_choice(q, old.text)->name.span);
		return false;
	}
	if (!find_choice(q, target.text)) {
		struct diag *g = diag_unknown_name(k->diags, target.span, SLICE("option"), target.text);
		diag_label(k->diags, g, q->name.span, "of this question");
		return false;
	}
	m->subject = arena_printf(k->arena, "%.*s.%.*s.%.*s", SLICE_ARG(s->name.text), SLICE_ARG(q->name.text),
	                          SLICE_ARG(old.text));
	m->target = target.text;
	return true;
}

static bool check_set_value(struct checker *k, const struct ast_migration *t, struct migration *m)
{
	const struct ast_path *p = as_path(t->subject);
	const struct name *n = p ? names_find(&k->sequence->scope, SCOPE_VARIABLE, p->text.text) : NULL;
	if (!p)
		return false;
	if (!n) {
		struct diag *g = diag_unknown_name(k->diags, p->node.span, SLICE("variable"), p->text.text);
		const struct name *near = names_nearest(&k->sequence->scope, SCOPE_VARIABLE, p->text.text);
		if (near)
			diag_fix(k->diags, g, p->node.span, near->text, FIX_MAYBE, "did you mean `%.*s`?",
			         SLICE_ARG(near->text));
		return false;
	}
	const struct variable *v = n->object;
	k->flow = (struct flow){0};
	m->subject = p->text.text;
	m->value = check_expr_as(k, t->target, &v->type);
	if (m->value->kind == EXPR_POISON || v->type.kind == TYPE_UNKNOWN)
		return false;
	if (m->value->type.kind == v->type.kind)
		return true;
	diag_wrong_type(k->diags, m->value->span, slice_of(type_word(&v->type)), slice_of(type_word(&m->value->type)));
	return false;
}

static void check_migration(struct checker *k, const struct ast_migration *t, struct migration ***last)
{
	struct migration m = {.action = t->action.text, .kind = MIGRATION_COUNT};
	bool ok = false;
	for (int i = 0; i < MIGRATION_COUNT; i++)
		if (slice_is(t->kind.text, words_MIGRATION[i]))
			m.kind = (enum plan_migration_kind)i;
	switch (m.kind) {
	case MIGRATION_STEP:
	case MIGRATION_WAIT:
		ok = check_subject(k, t, &m);
		ok = check_target(k, t, &m) && ok;
		break;
	case MIGRATION_SET: ok = check_set_value(k, t, &m); break;
	case MIGRATION_OPTION: ok = check_option(k, t, &m); break;
	case MIGRATION_COUNT: break;
	}
	for (const struct migration *i = k->sequence->migrations; i && ok; i = i->next) {
		if (i->kind != m.kind || !slice_eq(i->subject, m.subject))
			continue;
		diag_given_twice(k->diags, t->node.span, m.subject);
		ok = false;
	}
	if (!ok)
		return;
	**last = ARENA_NEW(k->arena, struct migration);
	***last = m;
	*last = &(**last)->next;
}

void check_moves(struct checker *k)
{
	struct migration **last = &k->sequence->migrations;
	uint32_t count = 0;
	check_was(k);
	for (const struct ast *i = k->sequence->tree->items.first; i; i = i->next) {
		if (i->kind != AST_MIGRATE)
			continue;
		for (const struct ast *m = ((const struct ast_migrate *)i)->items.first; m; m = m->next)
			if (m->kind == AST_MIGRATION && check_room(k, count++, m->span, "lines of `migrate`"))
				check_migration(k, (const struct ast_migration *)m, &last);
	}
}

/* ---- retire ---- */

void check_retire(struct checker *k, const struct ast_retire *t)
{
	struct retire_rule **last = &k->workspace->retires;
	struct retire_rule r = {.sequence = t->sequence.text, .action = t->action.text};
	uint32_t count = 0;
	const struct name *there = names_find(&k->c->modules->sequences, 0, r.sequence);
	if (there)
		say_still_there(k, t->sequence.span, r.sequence, there->span);
	if (slice_is(r.action, "move")) {
		struct declaration *d = resolve_sequence(k->c, k->module, t->target);
		r.target = d ? d->name.text : as_path(t->target) ? last_word(as_path(t->target)).text : r.target;
	} else if (t->target) {
		r.target = check_string(k, t->target).text;
	}
	for (; *last; last = &(*last)->next)
		count++;
	if (there || !check_room(k, count, t->node.span, "retired sequences"))
		return;
	*last = ARENA_NEW(k->arena, struct retire_rule);
	**last = r;
}
