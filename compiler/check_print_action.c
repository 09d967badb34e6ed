/* SPDX-License-Identifier: Apache-2.0
 * Steps that are no messages, pages and their questionnaires of the checked graph, as text. */
#include "compiler/check_print.h"

static void print_word(struct buf *out, const char *indent, const char *key, struct slice word)
{
	if (word.n)
		buf_addf(out, "%s%s %.*s\n", indent, key, SLICE_ARG(word));
}

static void print_value(struct buf *out, const char *indent, const char *key, struct slice name, const struct expr *e)
{
	buf_addf(out, "%s%s%s%.*s ", indent, key, name.n && *key ? " " : "", SLICE_ARG(name));
	check_print_expr(out, e);
	buf_addc(out, '\n');
}

static void print_number(struct buf *out, int64_t n)
{
	value_write(out, (struct value){.set = 1, .type = TYPE_NUMBER, .u.i = n});
}

static void print_question(struct buf *out, const struct compile *c, const struct question *q, const char *indent,
                           const char *inner)
{
	buf_addf(out, "%s%s %.*s", indent, words_QUESTION[q->kind], SLICE_ARG(q->name.text));
	if (q->from != INT64_MIN) {
		buf_addc(out, ' ');
		print_number(out, q->from);
		buf_adds(out, "..");
		print_number(out, q->to);
	}
	buf_addf(out, "%s%s", q->required ? " required" : "", q->decides ? " decides" : "");
	if (q->when) {
		buf_adds(out, " when ");
		check_print_expr(out, q->when);
	}
	buf_addc(out, '\n');
	check_print_text(out, c, inner, "text", q->text);
	check_print_text(out, c, inner, "na", q->na);
	for (const struct question_choice *o = q->choices; o; o = o->next) {
		print_word(out, inner, "option", o->name.text);
		check_print_text(out, c, inner, "text", o->text);
	}
}

static void print_questionnaire(struct buf *out, const struct compile *c, const struct questionnaire *n, int depth)
{
	const char *indent = check_print_indent(depth), *inner = check_print_indent(depth + 1);
	print_word(out, indent, "questionnaire", n->name.text);
	check_print_text(out, c, inner, "title", n->title);
	for (const struct question *q = n->questions; q; q = q->next)
		print_question(out, c, q, inner, check_print_indent(depth + 2));
	if (n->satisfied)
		print_value(out, inner, "satisfied when", (struct slice){"", 0}, n->satisfied);
}

static void print_duration(struct buf *out, const char *indent, const char *key, bool has, const struct constant *c)
{
	struct value v = {.set = 1, .type = TYPE_DURATION, .unit = c->unit, .u.i = c->value};
	if (!has)
		return;
	buf_addf(out, "%s%s ", indent, key);
	value_write(out, v);
	buf_addc(out, '\n');
}

void check_print_action(struct buf *out, const struct compile *c, const struct step *s, int depth)
{
	const struct action *a = s->action;
	const char *indent = check_print_indent(depth);
	if (!a)
		return;
	check_print_text(out, c, indent, "title", a->title);
	check_print_text(out, c, indent, "subject", a->subject);
	check_print_text(out, c, indent, "body", a->body);
	check_print_text(out, c, indent, "button", a->button);
	if (a->method.n && a->url)
		check_print_text(out, c, indent, slice_is(a->method, "get") ? "get" : "post", a->url);
	else
		check_print_text(out, c, indent, "url", a->url);
	for (const struct option *o = a->outcomes; o; o = o->next)
		print_word(out, indent, "outcome", o->name.text);
	print_word(out, indent, "to", a->to);
	print_word(out, indent, "assign", a->assign);
	print_word(out, indent, "target", a->target);
	buf_addf(out, "%s%s", a->async ? indent : "", a->async ? "async\n" : "");
	print_duration(out, indent, "due", a->has_due, &a->due);
	print_duration(out, indent, "within", a->has_within, &a->within);
	for (const struct pair *p = a->pairs; p; p = p->next)
		print_value(out, indent, "", p->key.text, p->value);
	for (const struct field *f = a->returns; f; f = f->next)
		buf_addf(out, "%sreturns %.*s %s\n", indent, SLICE_ARG(f->name.text),
		         f->type.kind == TYPE_UNKNOWN ? "?" : type_name(f->type.kind));
	for (const struct site *i = a->sites; i; i = i->next) {
		print_word(out, indent, "site", i->name.text);
		check_print_text(out, c, indent, "url", i->url);
	}
	if (a->questionnaire)
		print_questionnaire(out, c, a->questionnaire, depth);
	check_print_text(out, c, indent, "satisfied", a->satisfied);
	check_print_text(out, c, indent, "dissatisfied", a->dissatisfied);
	if (a->is_satisfied)
		print_value(out, indent, "by", (struct slice){"", 0}, a->is_satisfied);
}

bool check_print_is_silent(const struct node *n)
{
	return n->kind == NODE_REST && n->step->plan_kind == STEP_WEBHOOK && !n->step->returns_read;
}

void check_print_step_node(struct buf *out, const struct compile *c, const struct node *n, int depth)
{
	switch (n->kind) {
	case NODE_PERFORM:
		buf_addf(out, "%s %.*s", n->step->kind, SLICE_ARG(n->step->name.text));
		if (n->step->was.n)
			buf_addf(out, " was %.*s", SLICE_ARG(n->step->was));
		buf_addc(out, '\n');
		check_print_action(out, c, n->step, depth + 1);
		break;
	case NODE_REST:
		buf_addf(out, "rest at %.*s ", SLICE_ARG(n->step->name.text));
		if (n->deadline) {
			buf_addf(out, "until `%.*s`", SLICE_ARG(n->deadline->name.text));
		} else {
			buf_adds(out, "up to ");
			check_print_expr(out, n->terms->duration);
		}
		buf_addf(out, " [%.*s]\n", SLICE_ARG(n->position->identity));
		break;
	case NODE_KEEP:
		buf_addf(out, "keep `%.*s` in ", SLICE_ARG(n->variable->name.text));
		check_print_expr(out, n->terms->duration);
		buf_addc(out, '\n');
		break;
	default: buf_addf(out, "suppress %s\n", words_PURPOSE[n->purpose]);
	}
}
