/* SPDX-License-Identifier: Apache-2.0
 * What each trigger needs, and which of two triggers takes all that the other one would: exits go first (rule 9), in
 * their order. */
#include "compiler/analyze/triggers.h"
#include "compiler/check_print.h"

/* ---- links ---- */

static bool pieces_link(const struct piece *p)
{
	for (; p; p = p->next) {
		const struct expr *e = p->kind == PIECE_HOLE ? p->expr : NULL;
		bool url = e && e->type.kind == TYPE_URL && e->builtin != BUILTIN_UNSUBSCRIBE;
		if (url || slice_find(p->chars, SLICE("://")) >= 0 || slice_find(p->chars, SLICE("](")) >= 0)
			return true;
		if (p->kind == PIECE_WHEN && (pieces_link(p->then) || pieces_link(p->otherwise)))
			return true;
	}
	return false;
}

static bool text_links(const struct checker *k, const struct text *t)
{
	uint32_t locales = t && t->localised ? k->workspace->locale_count : 1;
	for (uint32_t i = 0; t && t->locales && i < locales; i++)
		if (pieces_link(t->locales[i]))
			return true;
	return false;
}

/* A signature belongs to the messages of its mailbox. */
static bool signature_links(const struct checker *k)
{
	for (const struct channel *c = k->sequence->signature ? k->workspace->first_channel : NULL; c; c = c->next)
		if (text_links(k, c->signature))
			return true;
	return false;
}

/* A WhatsApp template may have buttons. */
static bool step_links(const struct checker *k, const struct step *s)
{
	if (s->plan_kind == STEP_OFFER || s->plan_kind == STEP_REVIEW || s->mints_link)
		return true;
	for (const struct message *m = s->message; m; m = m->next)
		if (m->template.n || m->carries_link || text_links(k, m->body) ||
		    (m->channel == CHANNEL_EMAIL && signature_links(k)))
			return true;
	return false;
}

/* ---- what comes after a step ---- */

enum after { NOT_HERE, GOES_ON, IS_OVER };

/* Whether the enrollment may still rest somewhere after the node itself. */
static bool rests(const struct node *n)
{
	for (; n; n = n->next) {
		bool effect = n->kind == NODE_PERFORM || n->kind == NODE_SET || n->kind == NODE_KEEP ||
		              n->kind == NODE_SUPPRESS || n->kind == NODE_END || n->kind == NODE_WHEN;
		if (!effect || rests(n->then) || rests(n->otherwise))
			return true;
	}
	return false;
}

static enum after after_step(const struct node *n, const struct step *s)
{
	for (; n; n = n->next) {
		enum after here = n->step == s && n->kind == NODE_SEND ? IS_OVER : after_step(n->then, s);
		if (here == NOT_HERE)
			here = after_step(n->otherwise, s);
		for (const struct arm *a = n->arms; a && here == NOT_HERE; a = a->next)
			here = after_step(a->body, s);
		if (here == NOT_HERE)
			continue;
		return here == GOES_ON || n->kind == NODE_REPEAT || n->detached || rests(n->next) ? GOES_ON : IS_OVER;
	}
	return NOT_HERE;
}

/* ---- one trigger ---- */

static const char *why_never(struct checker *k, const struct exit_rule *r, bool exit)
{
	const struct sequence *q = k->sequence;
	bool any = false;
	if (r->step && r->step->no_path)
		return "nobody comes to that step";
	if (r->trigger == TRIGGER_ANSWER && !r->step) {
		for (uint32_t i = 0; i < q->step_count && !any; i++)
			any = q->steps[i]->plan_kind == STEP_ASK && !q->steps[i]->no_path;
		return any ? NULL : "no step of this sequence asks anything";
	}
	for (uint32_t i = 0; r->trigger == TRIGGER_CLICK && i < q->step_count && !any; i++)
		any = (!r->step || r->step == q->steps[i]) && step_links(k, q->steps[i]);
	if (r->trigger == TRIGGER_CLICK && !any)
		return r->step ? "there is no link in it" : "no message has a link, and no page a button";
	if (exit && r->step && r->step->message && after_step(q->body, r->step) == IS_OVER)
		return "the sequence is over as soon as that message has left";
	return NULL;
}

static bool check_comes(struct checker *k, const struct exit_rule *r, bool exit)
{
	struct buf *out = &k->c->scratch;
	const char *why = why_never(k, r, exit);
	if (!why)
		return true;
	buf_clear(out);
	check_print_trigger(out, r);
	struct slice trigger = arena_copy(k->arena, buf_slice(out));
	buf_clear(out);
	struct diag *g = diag_never_comes(k->diags, r->span, trigger, slice_of(why));
	if (r->step)
		diag_label(k->diags, g, r->step->name.span, "this step");
	return false;
}

/* ---- exits before others ---- */

static bool takes_all(const struct exit_rule *first, const struct exit_rule *other)
{
	return first->trigger == other->trigger && (first->by_account || !other->by_account) &&
	       (!first->step || first->step == other->step) &&
	       (!first->event.n || slice_eq(first->event, other->event));
}

/* The exit that takes what it waits for; exits up to `end`. */
static const struct exit_rule *taker(const struct sequence *q, const struct exit_rule *r, const struct exit_rule *end)
{
	if (r->trigger == TRIGGER_WHEN)
		return NULL;
	for (const struct exit_rule *x = q->exits; x != end; x = x->next)
		if (x->trigger != TRIGGER_WHEN && takes_all(x, r))
			return x;
	return NULL;
}

static void check_taken(struct checker *k, const struct exit_rule *r, const struct exit_rule *by)
{
	struct buf *out = &k->c->scratch;
	buf_clear(out);
	check_print_trigger(out, r);
	struct slice trigger = arena_copy(k->arena, buf_slice(out));
	buf_clear(out);
	struct diag *g = diag_taken_by_exit(k->diags, r->span, trigger);
	diag_label(k->diags, g, by->span, "this exit goes first");
}

static void check_arms(struct checker *k, const struct node *n)
{
	for (; n; n = n->next) {
		for (const struct arm *a = n->arms; a; a = a->next) {
			const struct exit_rule *by = taker(k->sequence, &a->trigger, NULL);
			bool again = a != n->arms && takes_all(&a->trigger, &n->arms->trigger);
			if (by && !n->frame && !again)
				check_taken(k, &a->trigger, by);
			else if (!n->frame && !again)
				check_comes(k, &a->trigger, false);
			check_arms(k, a->body);
		}
		check_arms(k, n->then);
		check_arms(k, n->otherwise);
	}
}

void triggers_check(struct checker *k, const struct sequence *q)
{
	uint32_t count = 0;
	for (const struct exit_rule *x = q->exits; x && count++ < 256; x = x->next) {
		if (x->trigger == TRIGGER_WHEN)
			continue;
		const struct exit_rule *by = taker(q, x, x);
		if (by)
			check_taken(k, x, by);
		else
			check_comes(k, x, true);
	}
	for (const struct exit_rule *g = q->goals; g; g = g->next)
		check_comes(k, g, false);
	if (q->has_arms)
		check_arms(k, q->body);
}
