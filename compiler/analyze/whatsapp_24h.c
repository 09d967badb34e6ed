/* SPDX-License-Identifier: Apache-2.0
 * One walk with two bounds on how long ago the contact's last message is: `most` where one is known of, `least` where
 * one may have come. A contact may have written just before the enrollment; after that only where the sequence goes on
 * when a contact writes. What limits add is left out; a window that is closed for long is not. */
#include "compiler/analyze/whatsapp_24h.h"
#include "compiler/analyze/week.h"
#include "compiler/analyze/zone_pairs.h"

#define ALLOWED_US (24 * US_PER_HOUR)
#define SURE_US    (25 * US_PER_HOUR)  /* days may have 23 hours */
#define LONG_US    (4000 * US_PER_DAY) /* or never */

struct age {
	bool ended;
	int64_t most, least, start; /* start: since the enrollment's, at least */
	const struct step *sent;    /* the WhatsApp message before, */
	int64_t since;              /* which left so long ago at most */
};

struct walk {
	struct checker *k;
	const struct sequence *q;
	bool reply_ends; /* whoever writes leaves the sequence */
};

static void walk_list(const struct walk *w, const struct node *n, struct age *age);

static void join(struct age *age, const struct age *other)
{
	if (other->ended)
		return;
	if (age->ended) {
		*age = *other;
		return;
	}
	age->most = age->most > other->most ? age->most : other->most;
	age->least = age->least < other->least ? age->least : other->least;
	age->start = age->start < other->start ? age->start : other->start;
	age->sent = age->sent == other->sent ? age->sent : NULL;
	age->since = age->since > other->since ? age->since : other->since;
}

static int64_t added(int64_t a, int64_t b)
{
	return a + b < LONG_US ? a + b : LONG_US;
}

/* Between `least` and `most` passes, in which a contact may write where that ends nothing. */
static void pass(const struct walk *w, struct age *age, int64_t least, int64_t most)
{
	age->most = added(age->most, most);
	age->since = added(age->since, most);
	age->start = added(age->start, least);
	age->least = w->reply_ends ? added(age->least, least) : 0;
}

/* How long a wait is: a day may have 25 hours, and business days leave out weekends and holidays. */
static void span_of(const struct node *n, int64_t *least, int64_t *most)
{
	*least = *most = 0;
	for (const struct term *t = n->terms; t; t = t->next) {
		const struct constant *c = &t->duration->constant;
		bool days = c->unit == UNIT_DAYS || c->unit == UNIT_BUSINESS_DAYS;
		if (t->minus || t->duration->kind != EXPR_CONSTANT) {
			*least = 0;
			*most = LONG_US;
			return;
		}
		int64_t value = c->value < 4000 || c->unit == UNIT_US ? c->value : 4000;
		int64_t low = days ? value * US_PER_DAY : c->unit == UNIT_MONTHS ? value * 28 * US_PER_DAY : value;
		*least = added(*least, low);
		*most = added(*most, c->unit == UNIT_US ? low : c->unit == UNIT_DAYS ? low + US_PER_HOUR : LONG_US);
	}
	if (n->at_minute >= 0) {
		*least = *least > US_PER_DAY ? *least - US_PER_DAY : 0;
		*most = added(*most, US_PER_DAY);
	}
}

/* ---- what is said ---- */

static struct week hours_of(const struct walk *w, const struct message *m)
{
	struct week week;
	week_of_window(&week, m->window ? m->window : w->q->window, w->q->purpose, m->any_day ? 0 : w->q->skip);
	week_keep_quiet(&week, w->k->workspace->quiet, m->channel, 0);
	return week;
}

static void check_text_of(const struct walk *w, const struct step *s, const struct message *m, const struct age *age)
{
	struct diags *d = w->k->diags;
	struct week week = hours_of(w, m);
	int32_t ends, closed = week_longest_closed(&week, &ends);
	if (age->most + closed * US_PER_MINUTE <= ALLOWED_US || week_next(&week, 0) < 0)
		return;
	if (age->least > SURE_US) {
		struct diag *g = diag_whatsapp_outside(d, s->name.span, s->name.text);
		diag_witness(d, g, EXAMPLE_MONDAY_US + 9 * US_PER_HOUR, "the contact writes, and the sequence begins");
		diag_witness(d, g, EXAMPLE_MONDAY_US + 9 * US_PER_HOUR + age->start, "%s %.*s, at the earliest",
		             s->kind, SLICE_ARG(s->name.text));
		return;
	}
	struct diag *g = diag_whatsapp_may_be_outside(d, s->name.span, s->name.text);
	if (age->most > ALLOWED_US)
		return;
	diag_note(d, g, "the contact may write when the window is closed: give this step `window anytime`");
	int32_t opens = ends < closed ? ends + WEEK_MINUTES : ends;
	diag_witness(d, g, EXAMPLE_MONDAY_US + (opens - closed) * US_PER_MINUTE,
	             "the contact writes, the window is closed");
	diag_witness(d, g, EXAMPLE_MONDAY_US + opens * US_PER_MINUTE, "%s %.*s", s->kind, SLICE_ARG(s->name.text));
}

static void send(const struct walk *w, const struct node *n, struct age *age)
{
	bool chat = false;
	for (const struct message *m = n->step->message; m; m = m->next) {
		chat |= m->channel == CHANNEL_WHATSAPP;
		if (m->channel == CHANNEL_WHATSAPP && m->body && !m->template.n && !m->hold_out && !age->ended)
			check_text_of(w, n->step, m, age);
	}
	pass(w, age, 0, 0); /* what gates add is looked at where it counts */
	if (chat) {
		age->sent = n->step;
		age->since = 0;
	}
}

/* ---- the walk ---- */

static bool is_chat(const struct step *s)
{
	for (const struct message *m = s ? s->message : NULL; m; m = m->next)
		if (m->channel == CHANNEL_WHATSAPP)
			return true;
	return false;
}

/* What has come was written just now: a reply, unless to another channel's message, or an event that says so. */
static bool has_written(const struct exit_rule *t)
{
	if (t->trigger == TRIGGER_REPLY)
		return !t->step || is_chat(t->step);
	return t->trigger == TRIGGER_EVENT && slice_find(t->event, SLICE("whatsapp")) >= 0;
}

static void walk_wait_for(const struct walk *w, const struct node *n, struct age *age)
{
	struct age out = {.ended = true};
	int64_t least, most;
	span_of(n, &least, &most);
	for (const struct arm *a = n->arms; a; a = a->next) {
		struct age arm = *age;
		pass(w, &arm, 0, most);
		if (has_written(&a->trigger))
			arm.most = arm.least = 0;
		walk_list(w, a->body, &arm);
		join(&out, &arm);
	}
	pass(w, age, least, most);
	walk_list(w, n->otherwise, age);
	join(age, &out);
}

/* `STEP.replied`: since that step left. */
static void assume(const struct expr *e, struct age *age)
{
	if (e && e->kind == EXPR_AND) {
		assume(e->left, age);
		assume(e->right, age);
	} else if (e && e->kind == EXPR_FACT && e->fact == FACT_REPLIED && e->step == age->sent &&
	           age->since < age->most) {
		age->most = age->since;
	}
}

static void walk_when(const struct walk *w, const struct node *n, struct age *age)
{
	struct age other = *age;
	assume(n->expr, age);
	walk_list(w, n->then, age);
	walk_list(w, n->otherwise, &other);
	join(age, &other);
}

static void walk_repeat(const struct walk *w, const struct node *n, struct age *age)
{
	struct age out = *age;
	if (!n->once) { /* of a later round nothing more is known */
		age->most = age->since = LONG_US;
		age->sent = NULL;
	}
	walk_list(w, n->then, age);
	join(age, &out);
}

static void walk_node(const struct walk *w, const struct node *n, struct age *age)
{
	int64_t least, most;
	switch (n->kind) {
	case NODE_SEND: send(w, n, age); break;
	case NODE_WAIT:
		span_of(n, &least, &most);
		pass(w, age, least, most);
		break;
	case NODE_WAIT_UNTIL:
	case NODE_REST: pass(w, age, 0, LONG_US); break;
	case NODE_WHEN: walk_when(w, n, age); break;
	case NODE_WAIT_FOR: walk_wait_for(w, n, age); break;
	case NODE_REPEAT: walk_repeat(w, n, age); break;
	case NODE_END: age->ended = true; break;
	default: break;
	}
}

static void walk_list(const struct walk *w, const struct node *n, struct age *age)
{
	struct age before = *age;
	for (; n; n = n->next) {
		if (n->label && n->label->landings)
			*age = (struct age){.most = LONG_US, .since = LONG_US};
		walk_node(w, n, age);
		if (n->skip_lands) {
			before.most = before.since = LONG_US;
			join(age, &before);
		}
	}
}

/* Whether the contact has surely just written when the sequence begins. */
static bool begins_with_message(const struct sequence *q)
{
	for (const struct start_rule *s = q->starts; s; s = s->next)
		if (s->kind != START_EVENT || slice_find(s->event, SLICE("whatsapp")) < 0)
			return false;
	return q->starts != NULL;
}

void whatsapp_24h_check(struct checker *k, const struct sequence *q)
{
	bool any = false;
	for (uint32_t i = 0; i < q->step_count && !any; i++)
		for (const struct message *m = q->steps[i]->message; m; m = m->next)
			any |= m->channel == CHANNEL_WHATSAPP && m->body && !m->hold_out;
	if (!any)
		return;
	struct walk w = {.k = k, .q = q};
	for (const struct exit_rule *e = q->exits; e; e = e->next)
		w.reply_ends |= e->trigger == TRIGGER_REPLY && !e->when && !e->step;
	struct age age = {.most = begins_with_message(q) ? 0 : LONG_US, .since = LONG_US};
	walk_list(&w, q->body, &age);
}
