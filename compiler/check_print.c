/* SPDX-License-Identifier: Apache-2.0
 * The checked graph as text: what `--emit checked` and the golden tests show, and what a step's hash is made of. No
 * places, so that layout changes nothing. */
#include "compiler/check_print.h"
#include "base/civil.h"
#include "base/hash.h"
#include "compiler/template.h"
#include <string.h>

#define REASON_BYTES_MAX 60

/* ---- values ---- */

static void print_time(struct buf *out, int32_t minute)
{
	buf_addf(out, "%02d:%02d", minute / 60, minute % 60);
}

static void print_constant(struct buf *out, const struct constant *c)
{
	struct value v = {.set = 1, .type = c->type, .unit = c->unit, .u.i = c->value};
	if (c->type == TYPE_ONE_OF)
		buf_add_slice(out, c->text);
	else if (type_is_text(c->type))
		buf_add_json(out, c->text);
	else
		value_write(out, v);
}

/* How strongly each operator binds, as in seq.y. */
enum binding { BINDS_OR, BINDS_AND, BINDS_NOT, BINDS_COMPARISON, BINDS_SUM, BINDS_MOST };

static const struct {
	const char *sign;
	enum binding binding;
} operators[EXPR_KIND_COUNT] = {
        [EXPR_OR] = {"or", BINDS_OR},         [EXPR_AND] = {"and", BINDS_AND},
        [EXPR_EQ] = {"==", BINDS_COMPARISON}, [EXPR_NE] = {"!=", BINDS_COMPARISON},
        [EXPR_LT] = {"<", BINDS_COMPARISON},  [EXPR_LE] = {"<=", BINDS_COMPARISON},
        [EXPR_GT] = {">", BINDS_COMPARISON},  [EXPR_GE] = {">=", BINDS_COMPARISON},
        [EXPR_ADD] = {"+", BINDS_SUM},        [EXPR_CONTAINS] = {"contains", BINDS_COMPARISON},
        [EXPR_SUB] = {"-", BINDS_SUM},
};

static enum binding binding_of(const struct expr *e)
{
	switch (e->kind) {
	case EXPR_NOT: return BINDS_NOT;
	case EXPR_AND: return e->step ? BINDS_MOST : BINDS_AND;
	case EXPR_IS_SET:
	case EXPR_IN: return BINDS_COMPARISON;
	default: return operators[e->kind].sign ? operators[e->kind].binding : BINDS_MOST;
	}
}

static void print_expr(struct buf *out, const struct expr *e);

/* In brackets where it binds less than what stands around it. */
static void print_operand(struct buf *out, const struct expr *e, enum binding around)
{
	bool bare = binding_of(e) >= around;
	buf_adds(out, bare ? "" : "(");
	print_expr(out, e);
	buf_adds(out, bare ? "" : ")");
}

static void print_binary(struct buf *out, const struct expr *e)
{
	enum binding binding = operators[e->kind].binding;
	bool compares = binding == BINDS_COMPARISON; /* a == b == c is none */
	print_operand(out, e->left, compares ? binding + 1 : binding);
	buf_addf(out, " %s ", operators[e->kind].sign);
	print_operand(out, e->right, binding + 1);
}

/* survey.overall, event.plan, call.outcome. */
static void print_slot(struct buf *out, const struct variable *v)
{
	if (v->step)
		buf_addf(out, "%.*s.%.*s", SLICE_ARG(v->step->name.text),
		         SLICE_ARG(v->key.n ? v->key : slice_of(words_SLOT[v->kind])));
	else
		buf_add_slice(out, v->name.text);
}

static void print_expr(struct buf *out, const struct expr *e)
{
	switch (e->kind) {
	case EXPR_CONSTANT: print_constant(out, &e->constant); return;
	case EXPR_FIELD:
		buf_addf(out, "%s.%.*s", e->field->input ? "input" : "contact", SLICE_ARG(e->field->name.text));
		return;
	case EXPR_VARIABLE: buf_add_slice(out, e->variable->name.text); return;
	case EXPR_SLOT: print_slot(out, e->variable); return;
	case EXPR_FACT: buf_addf(out, "%.*s.%s", SLICE_ARG(e->step->name.text), words_FACT[e->fact]); return;
	case EXPR_TODAY: buf_adds(out, "today"); return;
	case EXPR_BUILTIN: buf_adds(out, words_BUILTIN[e->builtin]); return;
	case EXPR_MOMENT:
		print_operand(out, e->left, BINDS_MOST);
		buf_addc(out, ' ');
		print_time(out, e->minute);
		return;
	case EXPR_NOT:
		buf_adds(out, "not ");
		print_operand(out, e->left, BINDS_SUM); /* more brackets than it needs, for readers */
		return;
	case EXPR_NEGATE:
		buf_addc(out, '-');
		print_operand(out, e->left, BINDS_MOST);
		return;
	case EXPR_IS_SET:
		print_operand(out, e->left, BINDS_SUM);
		buf_adds(out, " is set");
		return;
	case EXPR_IN:
		print_operand(out, e->left, BINDS_SUM);
		buf_adds(out, " in (");
		for (const struct expr *o = e->options; o; o = o->next) {
			buf_adds(out, o == e->options ? "" : ", ");
			print_expr(out, o);
		}
		buf_addc(out, ')');
		return;
	case EXPR_POISON:
	case EXPR_KIND_COUNT: buf_adds(out, "?"); return;
	case EXPR_AND:
		if (e->step) { /* as a whole: what it means is the questionnaire's */
			buf_addf(out, "%.*s.satisfied", SLICE_ARG(e->step->name.text));
			return;
		}
		print_binary(out, e);
		return;
	default: print_binary(out, e);
	}
}

void check_print_expr(struct buf *out, const struct expr *e)
{
	print_expr(out, e);
}

struct slice check_exit_reason(struct arena *arena, struct buf *scratch, const struct exit_rule *x)
{
	buf_clear(scratch);
	buf_addf(scratch, "%s%s", words_TRIGGER[x->trigger], x->by_account ? " by account" : "");
	if (x->event.n) {
		buf_addc(scratch, ' ');
		buf_add_json(scratch, x->event);
	}
	if (x->when) {
		buf_addc(scratch, ' ');
		check_print_expr(scratch, x->when);
	}
	struct slice reason = buf_slice(scratch);
	if (reason.n > REASON_BYTES_MAX) {
		reason.n = REASON_BYTES_MAX - strlen("…");
		while (((unsigned char)reason.p[reason.n] & 0xC0) == 0x80)
			reason.n--;
		reason = arena_printf(arena, "%.*s…", SLICE_ARG(reason));
	}
	reason = arena_copy(arena, reason);
	buf_clear(scratch);
	return reason;
}

/* ---- texts ---- */

static void print_pieces(struct buf *out, const struct piece *p)
{
	for (; p; p = p->next) {
		switch (p->kind) {
		case PIECE_CHARS: buf_add_json(out, p->chars); break;
		case PIECE_HOLE:
			buf_adds(out, "{{");
			print_expr(out, p->expr);
			for (const struct filter *f = p->filters; f; f = f->next) {
				buf_addf(out, " | %s", f->info->name);
				if (f->info->argument != ARGUMENT_none) {
					buf_addc(out, ' ');
					print_constant(out, &f->argument);
				}
			}
			buf_adds(out, "}}");
			break;
		case PIECE_WHEN:
			buf_adds(out, "{{when ");
			print_expr(out, p->expr);
			buf_adds(out, "}}");
			print_pieces(out, p->then);
			if (p->otherwise) {
				buf_adds(out, "{{otherwise}}");
				print_pieces(out, p->otherwise);
			}
			buf_adds(out, "{{end}}");
			break;
		}
	}
}

static void print_text(struct buf *out, const struct compile *c, const char *indent, const char *key,
                       const struct text *t)
{
	if (!t)
		return;
	for (uint32_t i = 0; i < (t->localised ? c->workspace->locale_count : 1); i++) {
		buf_addf(out, "%s%s", indent, key);
		if (t->localised)
			buf_addf(out, " %.*s", SLICE_ARG(c->workspace->locales[i].text));
		buf_addc(out, ' ');
		print_pieces(out, t->locales[i]);
		buf_addc(out, '\n');
	}
}

void check_print_text(struct buf *out, const struct compile *c, const char *indent, const char *key,
                      const struct text *t)
{
	print_text(out, c, indent, key, t);
}

/* ---- small rows ---- */

static void print_window(struct buf *out, const char *indent, const struct window *w)
{
	if (!w)
		return;
	buf_addf(out, "%swindow%s", indent, w->anytime ? " anytime" : "");
	for (const struct window_part *p = w->parts; p; p = p->next) {
		buf_adds(out, p == w->parts ? "" : ",");
		for (int d = 0; d < 7; d++)
			if (p->days >> d & 1)
				buf_addf(out, " %s", civil_weekday_words[d]);
		buf_addc(out, ' ');
		print_time(out, p->from_minute);
		buf_addc(out, '-');
		print_time(out, p->to_minute);
	}
	if (w->zone.n)
		buf_addf(out, " in %.*s", SLICE_ARG(w->zone));
	if (w->zone_field)
		buf_addf(out, " in contact.%.*s", SLICE_ARG(w->zone_field->name.text));
	buf_addc(out, '\n');
}

static void print_period(struct buf *out, uint32_t days)
{
	if (days == MONTH_PERIOD)
		buf_adds(out, " per month");
	else if (days)
		buf_addf(out, " per %u days", days);
}

static void print_limits(struct buf *out, const char *indent, const struct limit *l)
{
	for (; l; l = l->next) {
		buf_addf(out, "%slimit %lld %s", indent, (long long)l->count, words_LIMIT[l->what]);
		print_period(out, l->period_days);
		if (l->has_ramp)
			buf_addf(out, ", ramp %lld to %lld over %lld days", (long long)l->ramp_from,
			         (long long)l->ramp_to, (long long)l->ramp_days);
		if (l->when) {
			buf_adds(out, " when ");
			print_expr(out, l->when);
		}
		buf_addc(out, '\n');
	}
}

/* Their data by its hash. */
static void print_attachments(struct buf *out, const struct attachment *a, const char *indent)
{
	for (; a; a = a->next) {
		uint8_t hash[SHA256_SIZE];
		char hex[2 * SHA256_SIZE + 1];
		sha256(a->data.p, a->data.n, hash);
		hex_encode(hash, SHA256_SIZE, hex);
		buf_addf(out, "%sattach ", indent);
		buf_add_json(out, a->name);
		buf_addf(out, " %.*s %s\n", SLICE_ARG(a->type), hex);
	}
}

static void print_message(struct buf *out, const struct compile *c, const struct message *m, const char *indent)
{
	print_text(out, c, indent, "subject", m->subject);
	print_text(out, c, indent, m->channel == CHANNEL_EMAIL ? "body" : "text", m->body);
	if (m->template.n) {
		buf_addf(out, "%stemplate ", indent);
		buf_add_json(out, m->template);
		buf_addf(out, "%s%.*s\n", m->language.n ? " " : "", SLICE_ARG(m->language));
	}
	for (const struct text_item *v = m->values; v; v = v->next)
		print_text(out, c, indent, "value", v->text);
	print_attachments(out, m->attachments, indent);
	if (m->cc.n)
		buf_addf(out, "%scc %.*s\n", indent, SLICE_ARG(m->cc));
	if (m->new_thread)
		buf_addf(out, "%snew_thread\n", indent);
	if (m->any_day)
		buf_addf(out, "%sany_day\n", indent);
	if (m->tracking)
		buf_addf(out, "%stracking%s%s\n", indent, m->tracking & TRACK_OPENS ? " opens" : "",
		         m->tracking & TRACK_CLICKS ? " clicks" : "");
	print_window(out, indent, m->window);
	print_limits(out, indent, m->limits);
}

/* ---- the body ---- */

#define INDENT_MAX 70
static const char tabs[INDENT_MAX + 1] = "\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t"
                                         "\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t";

static const char *indent_of(int depth)
{
	return tabs + INDENT_MAX - (depth < INDENT_MAX ? depth : INDENT_MAX);
}

const char *check_print_indent(int depth)
{
	return indent_of(depth);
}

/* What the step's messages are, one after the other. */
static void print_messages(struct buf *out, const struct compile *c, const struct step *s, int depth)
{
	for (const struct message *m = s->message; m; m = m->next) {
		if (s->pick == PICK_VARIANT)
			buf_addf(out, "%svariant %.*s %u.%06u%%%s\n", indent_of(depth), SLICE_ARG(m->variant),
			         m->share / 1000000, m->share % 1000000, m->hold_out ? ", held out" : "");
		else if (s->pick == PICK_CHANNEL)
			buf_addf(out, "%sby %s\n", indent_of(depth), words_CHANNEL[m->channel]);
		print_message(out, c, m, indent_of(depth + (s->pick != PICK_ONE)));
	}
	if (s->mints_link)
		buf_addf(out, "%slink\n", indent_of(depth));
}

void check_print_step(struct buf *out, const struct compile *c, const struct step *s)
{
	buf_addf(out, "%s\n", s->kind);
	print_messages(out, c, s, 0);
	check_print_action(out, c, s, 0);
}

static void print_wait(struct buf *out, const struct node *n)
{
	buf_adds(out, n->kind == NODE_WAIT ? "wait" : "wait until");
	for (const struct term *t = n->terms; t; t = t->next) {
		buf_adds(out, t == n->terms ? " " : t->minus ? " - " : " + ");
		print_expr(out, t->duration);
	}
	if (n->expr) {
		buf_addc(out, ' ');
		print_expr(out, n->expr);
	} else if (n->weekday >= 0) {
		buf_addf(out, "%s %s", n->next_day ? " next" : "", civil_weekday_words[n->weekday]);
	}
	if (n->at_minute >= 0) {
		buf_adds(out, " at ");
		print_time(out, n->at_minute);
	}
	check_print_position(out, n->position);
	if (n->kind == NODE_WAIT_UNTIL && n->expr) {
		static const char *const words[] = {"continue", "exit", "skip", "skip to"};
		buf_addf(out, " otherwise %s", words[n->otherwise_kind]);
		if (n->otherwise_kind == OTHERWISE_EXIT) {
			buf_addc(out, ' ');
			buf_add_json(out, n->reason);
		} else if (n->otherwise_kind == OTHERWISE_SKIP_TO) {
			buf_addf(out, " %.*s", SLICE_ARG(n->step->name.text));
		}
	}
	buf_addc(out, '\n');
}

static void print_list(struct buf *out, const struct compile *c, const struct node *n, int depth);

static void print_list(struct buf *out, const struct compile *c, const struct node *n, int depth)
{
	for (; n; n = n->next) {
		if (check_print_is_silent(n))
			continue;
		buf_adds(out, indent_of(depth));
		switch (n->kind) {
		case NODE_SEND:
		case NODE_ORIGINAL:
			buf_addf(out, "%s %.*s", n->step->kind, SLICE_ARG(n->step->name.text));
			if (n->step->was.n)
				buf_addf(out, " was %.*s", SLICE_ARG(n->step->was));
			buf_adds(out, n->detached ? ", at once\n" : "\n");
			print_messages(out, c, n->step, depth + 1);
			break;
		case NODE_WAIT:
		case NODE_WAIT_UNTIL: print_wait(out, n); break;
		case NODE_WHEN:
			buf_adds(out, "when ");
			print_expr(out, n->expr);
			buf_addc(out, '\n');
			print_list(out, c, n->then, depth + 1);
			if (n->otherwise) {
				buf_addf(out, "%sotherwise\n", indent_of(depth));
				print_list(out, c, n->otherwise, depth + 1);
			}
			break;
		case NODE_SET:
			buf_addf(out, "set %s%.*s = ", n->field ? "contact." : "",
			         SLICE_ARG(n->field ? n->field->name.text : n->variable->name.text));
			print_expr(out, n->expr);
			buf_addc(out, '\n');
			break;
		case NODE_END:
			buf_adds(out, n->end == END_EXIT ? "exit " : "finish");
			if (n->end == END_EXIT)
				buf_add_json(out, n->reason);
			buf_addc(out, '\n');
			break;
		case NODE_PERFORM:
		case NODE_REST:
		case NODE_KEEP:
		case NODE_SUPPRESS: check_print_step_node(out, c, n, depth); break;
		case NODE_WAIT_FOR: check_print_wait_for(out, c, n, depth); break;
		case NODE_REPEAT: check_print_repeat(out, c, n, depth); break;
		case NODE_KIND_COUNT: break;
		}
	}
}

void check_print_list(struct buf *out, const struct compile *c, const struct node *n, int depth)
{
	print_list(out, c, n, depth);
}

/* ---- sequences ---- */

static void print_rules(struct buf *out, const struct compile *c, const char *word, const struct exit_rule *r)
{
	for (; r; r = r->next) {
		buf_addf(out, "\t%s ", word);
		check_print_trigger(out, r);
		if (r->when) {
			buf_addc(out, ' ');
			print_expr(out, r->when);
		}
		buf_addc(out, '\n');
		print_list(out, c, r->body, 2);
	}
}

static void print_duration(struct buf *out, const char *key, const struct constant *c)
{
	buf_addf(out, "\t%s ", key);
	print_constant(out, c);
	buf_addc(out, '\n');
}

static void print_settings(struct buf *out, const struct compile *c, const struct sequence *q)
{
	buf_addf(out, "\tpurpose %s\n\tmailbox", words_PURPOSE[q->purpose]);
	for (const struct text_list *m = q->mailboxes; m; m = m->next)
		buf_addf(out, " %.*s", SLICE_ARG(m->name.text));
	buf_addf(out, "%s\n\tthread %s\n\tsignature %s\n", q->assigned ? " assigned" : "", q->thread ? "yes" : "no",
	         q->signature ? "yes" : "no");
	buf_addf(out, "\tquote %s\n\tunsubscribe %s\n", words_QUOTE[q->quote], words_UNSUBSCRIBE[q->unsubscribe]);
	print_text(out, c, "\t", "unsubscribe text", q->unsubscribe_text);
	print_window(out, "\t", q->window);
	if (q->skip)
		buf_addf(out, "\tskip%s%s\n", q->skip & SKIP_WEEKENDS ? " weekends" : "",
		         q->skip & SKIP_HOLIDAYS ? " holidays" : "");
	if (q->has_spread)
		print_duration(out, "spread",
		               &(struct constant){.type = TYPE_DURATION, .unit = UNIT_US, .value = q->spread_us});
	if (q->has_late)
		print_duration(out, "late skip after", &q->late_after);
	buf_addf(out, "\tenroll %s%s%.*s\n", words_ENROLL[q->enroll], q->enroll_per.n ? " per input." : "",
	         SLICE_ARG(q->enroll_per));
	if (q->enroll == ENROLL_AGAIN)
		print_duration(out, "enroll again after", &q->enroll_after);
	buf_addf(out, "\tversions %s\n", words_VERSIONS[q->versions]);
	if (q->has_auto_reply_hold)
		print_duration(out, "on auto_reply hold at most", &q->auto_reply_hold);
	print_limits(out, "\t", q->limits);
	for (const struct promise *p = q->promises; p; p = p->next) {
		buf_addf(out, "\tpromise at most %lld %s", (long long)p->count, words_LIMIT[p->what]);
		print_period(out, p->period_days);
		buf_addc(out, '\n');
	}
}

static void print_field(struct buf *out, const char *word, const struct field *f)
{
	buf_addf(out, "\t%s %.*s %s", word, SLICE_ARG(f->name.text),
	         f->type.kind == TYPE_UNKNOWN ? "?" : type_name(f->type.kind));
	for (const struct option *o = f->type.options; o; o = o->next)
		buf_addf(out, "%s %.*s", o == f->type.options ? "" : ",", SLICE_ARG(o->name.text));
	buf_adds(out, f->required ? " required" : "");
	if (f->has_fallback) {
		buf_adds(out, " default ");
		print_constant(out, &f->fallback);
	}
	buf_addc(out, '\n');
}

static void check_print_sequence(struct buf *out, const struct compile *c, const struct sequence *q)
{
	buf_addf(out, "%ssequence %.*s", q->draft ? "draft " : "", SLICE_ARG(q->name.text));
	if (q->title.n) {
		buf_addc(out, ' ');
		buf_add_json(out, q->title);
	}
	buf_addc(out, '\n');
	print_settings(out, c, q);
	for (const struct field *f = q->inputs; f; f = f->next)
		print_field(out, "input", f);
	for (const struct variable *v = q->variables; v; v = v->next)
		buf_addf(out, "\tvariable %.*s %s\n", SLICE_ARG(v->name.text),
		         v->type.kind == TYPE_UNKNOWN ? "?" : type_name(v->type.kind));
	check_print_starts(out, q);
	print_rules(out, c, "exit on", q->exits);
	print_rules(out, c, "goal", q->goals);
	print_list(out, c, q->body, 1);
}

static void print_workspace(struct buf *out, const struct compile *c)
{
	const struct workspace *w = c->workspace;
	buf_addf(out, "workspace %.*s\n\ttimezone %.*s\n\tlocales", SLICE_ARG(w->name), SLICE_ARG(w->zone));
	for (uint32_t i = 0; i < w->locale_count; i++)
		buf_addf(out, " %.*s", SLICE_ARG(w->locales[i].text));
	buf_addc(out, '\n');
	for (const struct field *f = w->first_field; f; f = f->next)
		print_field(out, "contact", f);
	for (const struct channel *i = w->first_channel; i; i = i->next) {
		static const char *const words[CHANNEL_COUNT] = {"mailbox", "sms", "whatsapp"};
		buf_addf(out, "\t%s %.*s%s%.*s\n", words[i->kind], SLICE_ARG(i->name.text), i->address.n ? " " : "",
		         SLICE_ARG(i->address));
		print_text(out, c, "\t\t", "name", i->display);
		print_text(out, c, "\t\t", "signature", i->signature);
		print_text(out, c, "\t\t", "postal", i->postal);
		if (i->provider.n)
			buf_addf(out, "\t\tprovider %.*s\n", SLICE_ARG(i->provider));
		if (i->number.n)
			buf_addf(out, "\t\tnumber %.*s\n", SLICE_ARG(i->number));
		if (i->consent) {
			buf_adds(out, "\t\tconsent ");
			print_expr(out, i->consent);
			buf_addc(out, '\n');
		}
		print_limits(out, "\t\t", i->limits);
	}
	for (const struct quiet *q = w->quiet; q; q = q->next) {
		buf_addf(out, "\tquiet %s ", words_CHANNEL[q->channel]);
		print_time(out, q->from_minute);
		buf_addc(out, '-');
		print_time(out, q->to_minute);
		buf_addc(out, '\n');
	}
	if (w->holidays)
		buf_addf(out, "\tholidays %.*s, %u days\n", SLICE_ARG(w->holidays->name.text), w->holidays->count);
	print_limits(out, "\t", w->limits);
	for (const struct provider *p = w->providers; p; p = p->next)
		buf_addf(out, "\tprovider %.*s %.*s\n", SLICE_ARG(p->name.text), SLICE_ARG(p->data));
	for (const struct brand_item *i = w->brand; i; i = i->next)
		buf_addf(out, "\tbrand %.*s %.*s\n", SLICE_ARG(i->key), SLICE_ARG(i->value));
}

void compile_print_checked(const struct compile *c, struct buf *out)
{
	if (c->has_workspace)
		print_workspace(out, c);
	for (uint32_t i = 0; i < c->result_count; i++)
		check_print_sequence(out, c, c->sequences[i]);
	check_print_tests(out, c);
}
