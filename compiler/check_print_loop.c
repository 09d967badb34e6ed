/* SPDX-License-Identifier: Apache-2.0
 * `wait for`, `repeat`, starts and moves of the checked graph, as text. */
#include "compiler/check_print.h"

void check_print_trigger(struct buf *out, const struct exit_rule *r)
{
	buf_adds(out, words_TRIGGER[r->trigger]);
	if (r->by_account)
		buf_adds(out, " by account");
	const char *word = r->trigger == TRIGGER_CLICK ? "on" : r->trigger == TRIGGER_REPLY ? "to" : "of";
	if (r->step)
		buf_addf(out, " %s %.*s", word, SLICE_ARG(r->step->name.text));
	if (r->event.n) {
		buf_addc(out, ' ');
		buf_add_json(out, r->event);
	}
}

void check_print_position(struct buf *out, const struct position *p)
{
	buf_addf(out, " [%.*s]", SLICE_ARG(p->identity));
	if (p->was.n)
		buf_addf(out, " was %.*s", SLICE_ARG(p->was));
}

void check_print_wait_for(struct buf *out, const struct compile *c, const struct node *n, int depth)
{
	buf_adds(out, "wait for up to ");
	check_print_expr(out, n->terms->duration);
	check_print_position(out, n->position);
	buf_addc(out, '\n');
	for (const struct arm *a = n->arms; a; a = a->next) {
		buf_addf(out, "%son ", check_print_indent(depth));
		check_print_trigger(out, &a->trigger);
		if (a->after)
			buf_addf(out, " after %.*s", SLICE_ARG(a->after->step->name.text));
		if (a->trigger.when) {
			buf_adds(out, " when ");
			check_print_expr(out, a->trigger.when);
		}
		buf_addc(out, '\n');
		check_print_list(out, c, a->body, depth + 1);
	}
	buf_addf(out, "%son nothing\n", check_print_indent(depth));
	check_print_list(out, c, n->otherwise, depth + 1);
}

void check_print_repeat(struct buf *out, const struct compile *c, const struct node *n, int depth)
{
	buf_addf(out, "repeat up to %u times every ", n->variable->bound);
	check_print_expr(out, n->terms->duration);
	if (n->expr) {
		buf_adds(out, " until ");
		check_print_expr(out, n->expr);
	}
	check_print_position(out, n->position);
	buf_addc(out, '\n');
	check_print_list(out, c, n->then, depth + 1);
}

void check_print_starts(struct buf *out, const struct sequence *q)
{
	for (const struct start_rule *s = q->starts; s; s = s->next) {
		buf_addf(out, "\tstart %s", words_START[s->kind]);
		if (s->event.n) {
			buf_addc(out, ' ');
			buf_add_json(out, s->event);
		}
		if (s->moment) {
			buf_addc(out, ' ');
			check_print_expr(out, s->moment);
		}
		if (s->at_minute >= 0)
			buf_addf(out, " at %02d:%02d", s->at_minute / 60, s->at_minute % 60);
		if (s->when) {
			buf_adds(out, " when ");
			check_print_expr(out, s->when);
		}
		for (const struct start_field *f = s->fields; f; f = f->next)
			buf_addf(out, "%s%.*s%s", f == s->fields ? " asks " : ", ", SLICE_ARG(f->name.text),
			         f->required ? " required" : "");
		buf_addc(out, '\n');
	}
	for (const struct migration *m = q->migrations; m; m = m->next) {
		buf_addf(out, "\tmigrate %s %.*s %.*s", words_MIGRATION[m->kind], SLICE_ARG(m->subject),
		         SLICE_ARG(m->action));
		if (m->target.n) {
			buf_addc(out, ' ');
			buf_add_json(out, m->target);
		}
		if (m->has_over) {
			struct expr e = {.kind = EXPR_CONSTANT, .constant = m->over};
			buf_adds(out, " over ");
			check_print_expr(out, &e);
		}
		if (m->value) {
			buf_addc(out, ' ');
			check_print_expr(out, m->value);
		}
		buf_addc(out, '\n');
	}
}
