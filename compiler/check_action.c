/* SPDX-License-Identifier: Apache-2.0
 * Steps that are no messages: task, webhook, alert, handoff, suppress. */
#include "base/civil.h"
#include "compiler/analyze/handoffs.h"
#include "compiler/check_part.h"

#define TASK_DAYS     30 /* how long a task without `due` is waited for */
#define WEBHOOK_HOURS 48 /* when its retries end (rule 1) */

/* ---- what these steps and pages share ---- */

struct step *begin_step(struct block *b, const struct ast *tree, struct ast_name name, const char *kind)
{
	struct checker *k = b->k;
	struct step *s = step_at(k, name);
	b->before = name.text;
	if (!s) { /* its name was refused: checked all the same */
		k->sequence->broken = true;
		s = ARENA_NEW(k->arena, struct step);
		*s = (struct step){.name = name, .kind = kind, .tree = tree, .frame = k->frame};
		for (int i = 0; i < STEP_COUNT; i++)
			if (slice_is(slice_of(kind), words_STEP[i]))
				s->plan_kind = (enum plan_step_kind)i;
	}
	check_step_shape(k, s);
	return s;
}

void perform(struct block *b, struct step *s, struct span span)
{
	add_step(b->k, s);
	struct node *n = new_node(b, NODE_PERFORM, span);
	n->step = n->label = s;
	append(b, n);
}

struct term *term_of(struct checker *k, const struct constant *duration, struct span span)
{
	struct term *t = ARENA_NEW(k->arena, struct term);
	t->duration = ARENA_NEW(k->arena, struct expr);
	*t->duration = (struct expr){.kind = EXPR_CONSTANT,
	                             .type = {.kind = TYPE_DURATION},
	                             .span = span,
	                             .depth = 1,
	                             .constant = *duration};
	return t;
}

void rest(struct block *b, struct step *s, struct span span, struct slice identity, const struct constant *after,
          const struct variable *deadline)
{
	struct checker *k = b->k;
	struct node *n = new_node(b, NODE_REST, span);
	n->step = s;
	n->position = ARENA_NEW(k->arena, struct position);
	*n->position = (struct position){.identity = identity, .was = s->was, .span = span};
	if (s->was.n && identity.n > s->name.text.n) /* "survey after reminder" */
		n->position->was = arena_printf(k->arena, "%.*s%.*s", SLICE_ARG(s->was),
		                                (int)(identity.n - s->name.text.n), identity.p + s->name.text.n);
	n->terms = after ? term_of(k, after, span) : NULL;
	n->deadline = deadline;
	n->day_based = after && after->unit != UNIT_US;
	append(b, n);
}

bool check_positive(struct checker *k, const struct ast *tree, struct constant *out)
{
	if (!check_duration(k, tree, out))
		return false;
	if (out->value > 0)
		return true;
	diag_wrong_type(k->diags, tree->span, SLICE("a duration above zero"), source_text(&k->c->sources, tree->span));
	return false;
}

/* ---- task ---- */

/* A person or a team: the name of a mailbox, or an address. */
static struct slice check_recipient(struct checker *k, const struct ast *part)
{
	static const struct type email = {.kind = TYPE_EMAIL};
	const struct ast *value = part ? ((const struct ast_part *)part)->value : NULL;
	struct constant c = {.text = {"", 0}};
	if (!value)
		return c.text;
	if (value->kind != AST_PATH)
		return check_constant(k, value, &email, &c) ? c.text : (struct slice){"", 0};
	struct ast_name name = ((const struct ast_path *)value)->text;
	if (k->workspace->tree && !names_find(&k->workspace->channels, 0, name.text)) {
		struct diag *g = diag_unknown_name(k->diags, name.span, SLICE("mailbox"), name.text);
		const struct name *near = names_nearest(&k->workspace->channels, 0, name.text);
		if (near)
			diag_fix(k->diags, g, name.span, near->text, FIX_MAYBE, "did you mean `%.*s`?",
			         SLICE_ARG(near->text));
		else
			diag_note(k->diags, g, "a mailbox of the workspace, or an address in quotes");
	}
	return name.text;
}

void check_task(struct block *b, const struct ast_task *t)
{
	struct checker *k = b->k;
	struct step *s = begin_step(b, &t->node, t->name, "task");
	struct action *a = s->action;
	struct parts p;
	gather_parts(k, s, &t->parts, &p);
	const struct ast *title = t->title;
	if (title && p.at[PART_TITLE]) {
		struct diag *g = diag_given_twice(k->diags, p.at[PART_TITLE]->span, SLICE("title"));
		diag_label(k->diags, g, title->span, "first given here");
	}
	a->title = title ? action_text(k, title, FORM_PLAIN) : part_text(k, &p, PART_TITLE, FORM_PLAIN);
	need_part(k, s, &p, title || p.at[PART_TITLE], "title");
	a->assign = check_recipient(k, p.at[PART_ASSIGN]);
	a->async = p.at[PART_ASYNC] != NULL || k->leaving;
	if (p.at[PART_DUE])
		a->has_due = check_positive(k, ((const struct ast_due *)p.at[PART_DUE])->within, &a->due);
	if (!a->async && (k->flow.pages & PAGES_OPEN)) {
		say_page_wait(k, t->name.span);
		return;
	}
	perform(b, s, t->node.span);
	struct constant due = {.type = TYPE_DURATION, .unit = UNIT_DAYS, .value = TASK_DAYS};
	if (!a->async)
		rest(b, s, t->node.span, t->name.text, a->has_due ? &a->due : &due, NULL);
}

/* ---- webhook ---- */

void check_webhook(struct block *b, const struct ast_step *t)
{
	struct checker *k = b->k;
	struct step *s = begin_step(b, &t->node, t->name, "webhook");
	struct action *a = s->action;
	struct parts p;
	gather_parts(k, s, &t->parts, &p);
	bool get = p.at[PART_GET] != NULL;
	if (get && p.at[PART_POST]) {
		struct diag *g = diag_given_twice(k->diags, p.at[PART_GET]->span, SLICE("post"));
		diag_label(k->diags, g, p.at[PART_POST]->span, "first given here");
	}
	if (get && p.at[PART_JSON])
		diag_part_not_here(k->diags, p.at[PART_JSON]->span, SLICE("json"), SLICE("a `webhook` that gets"));
	a->method = get ? SLICE("get") : SLICE("post");
	a->url = part_text(k, &p, get ? PART_GET : PART_POST, FORM_PLAIN);
	a->host = check_link_text(k, a->url, "the URL of a webhook", false);
	need_part(k, s, &p, get || p.at[PART_POST], "URL to `post` to, or to `get`");
	if (p.at[PART_JSON])
		a->pairs = check_pair_list(k, &((const struct ast_json *)p.at[PART_JSON])->pairs, NULL, NULL);
	bool pages = k->flow.pages & PAGES_OPEN;
	perform(b, s, t->node.span);
	/* Emitted only where something reads what it brings: that is known at the end. */
	struct constant retries = {.type = TYPE_DURATION, .unit = UNIT_US, .value = WEBHOOK_HOURS * US_PER_HOUR};
	if (!k->leaving && !pages)
		rest(b, s, t->node.span, t->name.text, &retries, NULL);
}

/* ---- alert ---- */

/* Subject and body of a `message email`. */
static void take_message(struct checker *k, const struct ast_step *t, struct parts *p)
{
	struct declaration *d = resolve_path(k->c, k->module, t->using, DECLARES_MESSAGE);
	if (!d) {
		p->incomplete = true;
		return;
	}
	const struct ast_message_decl *m = (const struct ast_message_decl *)d->tree;
	if (!slice_is(m->channel.text, "email")) {
		struct slice is = arena_printf(k->arena, "message for %.*s", SLICE_ARG(m->channel.text));
		struct diag *g = diag_wrong_kind(k->diags, t->using->span, d->name.text, is, SLICE("message by email"));
		diag_label(k->diags, g, d->name.span, "declared here");
		p->incomplete = true;
		return;
	}
	for (const struct ast *i = m->parts.first; i; i = i->next) {
		const struct ast_part *part = (const struct ast_part *)i;
		if (i->kind != AST_PART)
			continue;
		if (slice_is(part->key.text, "subject") && !p->at[PART_SUBJECT])
			p->at[PART_SUBJECT] = i;
		if (slice_is(part->key.text, "body") && !p->at[PART_BODY])
			p->at[PART_BODY] = i;
	}
}

void check_alert(struct block *b, const struct ast_step *t)
{
	struct checker *k = b->k;
	struct step *s = begin_step(b, &t->node, t->name, "alert");
	struct action *a = s->action;
	struct parts p;
	gather_parts(k, s, &t->parts, &p);
	if (t->using)
		take_message(k, t, &p);
	a->to = check_recipient(k, p.at[PART_TO]);
	a->subject = part_text(k, &p, PART_SUBJECT, FORM_PLAIN);
	check_header(k, a->subject);
	a->body = part_text(k, &p, PART_BODY, FORM_PLAIN);
	need_part(k, s, &p, p.at[PART_TO], "`to`: the name of a mailbox, or an address");
	need_part(k, s, &p, p.at[PART_SUBJECT], "subject");
	need_part(k, s, &p, p.at[PART_BODY], "body");
	perform(b, s, t->node.span);
}

/* ---- handoff ---- */

/* The other sequence may not be checked yet: its inputs are read from the tree. What is wrong with them is said there.
 */
static struct field *inputs_of(struct checker *k, const struct ast_sequence *t)
{
	struct diags *d = k->diags;
	struct diags before = *d;
	struct field *first = NULL, **last = &first;
	struct names seen = {0};
	for (const struct ast *i = t->items.first; i; i = i->next) {
		if (i->kind != AST_INPUT)
			continue;
		for (const struct ast *f = ((const struct ast_input *)i)->fields.first; f; f = f->next) {
			*last = check_field(k, f, &seen, 0, true);
			last = *last ? &(*last)->next : last;
		}
	}
	d->count = before.count;
	d->errors = before.errors;
	d->warnings = before.warnings;
	return first;
}

static void check_given_inputs(struct checker *k, const struct ast_step *t, const struct ast_input *input,
                               struct field *fields, struct action *a)
{
	static const struct ast_list none = {0};
	a->pairs = check_pair_list(k, input ? &input->fields : &none, fields, "input");
	for (const struct field *f = fields; f; f = f->next) {
		const struct pair *p = a->pairs;
		while (p && !slice_eq(p->key.text, f->name.text))
			p = p->next;
		const struct expr *culprit = NULL;
		if (p && f->required && p->value->kind != EXPR_POISON && !k->flow.ended &&
		    expr_may_be_absent(k, p->value, &culprit))
			say_may_be_absent(k, culprit);
		if (p || !f->required || f->has_fallback)
			continue;
		struct slice what = arena_printf(k->arena, "value for the input `%.*s` of `%.*s`",
		                                 SLICE_ARG(f->name.text), SLICE_ARG(a->target));
		struct diag *g = diag_missing_part(k->diags, t->name.span, what, SLICE("handoff"), t->name.text);
		diag_label(k->diags, g, f->name.span, "it is required there");
	}
}

void check_handoff(struct block *b, const struct ast_step *t)
{
	struct checker *k = b->k;
	struct step *s = begin_step(b, &t->node, t->name, "handoff");
	struct action *a = s->action;
	struct parts p;
	gather_parts(k, s, &t->parts, &p);
	struct declaration *d = resolve_sequence(k->c, k->module, t->target);
	const struct ast_input *input = (const struct ast_input *)p.at[PART_INPUT];
	a->target = d ? d->name.text : ((const struct ast_path *)t->target)->text.text;
	if (d)
		handoffs_note(k, d, t->name.span);
	if (d)
		check_given_inputs(k, t, input, inputs_of(k, (const struct ast_sequence *)d->tree), a);
	else if (input)
		a->pairs = check_pair_list(k, &input->fields, NULL, NULL);
	perform(b, s, t->node.span);
	if (k->leaving)
		return;
	struct node *end = new_node(b, NODE_END, t->node.span);
	end->end = END_EXIT;
	end->reason = SLICE("handoff");
	append(b, end);
	k->flow.ended = true;
}

/* ---- suppress ---- */

void check_suppress(struct block *b, const struct ast_suppress *t)
{
	int which = check_word(b->k, t->purpose, "suppress", WORDS(PURPOSE));
	if (which < 0)
		return;
	struct node *n = new_node(b, NODE_SUPPRESS, t->node.span);
	n->purpose = (enum plan_purpose)which;
	append(b, n);
}
