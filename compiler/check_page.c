/* SPDX-License-Identifier: Apache-2.0
 * Pages: ask, offer, review, thanks, and the order that rule 13 asks for. What some path has done is in flow.pages. */
#include "base/civil.h"
#include "compiler/check_part.h"

#define WITHIN_DAYS 30 /* how long a link answers, where nothing is said */

/* ---- what may stand where (rule 13) ---- */

void say_page_wait(struct checker *k, struct span span)
{
	const struct step *page = k->flow.page;
	struct diag *g = diag_page_wait(k->diags, span, page->name.text);
	diag_label(k->diags, g, page->name.span, "the pages begin before, or here");
	k->flow.pages = 0;
}

static bool is_page(const struct ast *t)
{
	if (t->kind != AST_STEP)
		return false;
	struct slice kind = ((const struct ast_step *)t)->kind.text;
	return slice_is(kind, "ask") || slice_is(kind, "offer") || slice_is(kind, "review") || slice_is(kind, "thanks");
}

static void say_no_page(struct checker *k, const struct step *link)
{
	diag_no_page(k->diags, link->name.span, link->name.text);
	k->flow.pages = 0;
}

static void check_end(struct checker *k, struct span span)
{
	struct flow *f = &k->flow;
	if (f->pages & PAGES_LINK)
		say_no_page(k, f->link);
	if (!(f->pages & PAGES_OPEN))
		return;
	struct diag *g = diag_no_thanks(k->diags, f->page->name.span, f->page->name.text);
	if (span.end)
		diag_label(k->diags, g, span, "this path ends without `thanks`");
}

void page_before(struct block *b, const struct ast *t)
{
	struct checker *k = b->k;
	struct flow *f = &k->flow;
	bool ends = t->kind == AST_FINISH || t->kind == AST_EXIT;
	bool hands_over = t->kind == AST_STEP && slice_is(((const struct ast_step *)t)->kind.text, "handoff");
	if (f->murky)
		f->pages = 0;
	if (ends || hands_over)
		check_end(k, t->span);
	else if ((f->pages & PAGES_LINK) && !is_page(t) && t->kind != AST_MESSAGE && t->kind != AST_SEND) {
		struct diag *g = diag_page_between(k->diags, t->span, f->link->name.text);
		diag_label(k->diags, g, f->link->name.span, "the link leaves here");
		f->pages = 0;
	}
	bool waits =
	        t->kind == AST_WAIT || t->kind == AST_WAIT_UNTIL || t->kind == AST_WAIT_FOR || t->kind == AST_REPEAT;
	if (waits && (f->pages & PAGES_OPEN))
		say_page_wait(k, t->span);
}

static bool carries_link(const struct step *s)
{
	bool any = s->mints_link;
	for (const struct message *m = s->message; m; m = m->next)
		any |= m->carries_link;
	return any;
}

/* A message was sent: with the link, or between what leads to the page and the page. */
void page_after(struct block *b, const struct ast *t)
{
	struct checker *k = b->k;
	struct flow *f = &k->flow;
	if ((t->kind != AST_MESSAGE && t->kind != AST_SEND) || !f->pages)
		return;
	struct ast_name name =
	        t->kind == AST_SEND ? ((const struct ast_send *)t)->name : ((const struct ast_message *)t)->name;
	const struct sequence *q = k->sequence;
	const struct step *s = q->step_count ? q->steps[q->step_count - 1] : NULL; /* it was taken up last */
	if (s && (s->name.span.start != name.span.start || s->name.span.source != name.span.source))
		s = NULL;
	bool link = s && carries_link(s);
	uint32_t before = f->queued;
	f->queued += f->pages & PAGES_OPEN ? (k->rounds ? k->rounds : 1) : 0; /* each round sends it anew */
	if (before <= PLAN_QUEUED_MAX && f->queued > PLAN_QUEUED_MAX)
		diag_too_many(k->diags, name.span, SLICE("messages between pages"), PLAN_QUEUED_MAX);
	if (f->pages & (PAGES_LINK | PAGES_OPEN)) {
		const struct step *out = f->link ? f->link : f->page; /* it may have come with the start */
		struct diag *g;
		if (link)
			g = diag_second_link(k->diags, name.span, name.text, out->name.text);
		else if (f->pages & PAGES_LINK)
			g = diag_page_between(k->diags, name.span, out->name.text);
		else
			return;
		diag_label(k->diags, g, out->name.span, "the link leaves here");
		f->pages = 0;
	} else if (link && f->pages == PAGES_NONE) {
		f->pages = PAGES_LINK;
		f->link = s;
		f->page = f->ask = f->review = NULL;
	}
}

void page_end(struct checker *k)
{
	if (!k->flow.ended && !k->flow.murky)
		check_end(k, (struct span){0, 0, 0});
}

/* ---- every page ---- */

/* `start by link`: the contact may come to the first page without a message. */
static bool starts_by_link(const struct sequence *q)
{
	for (const struct ast *i = q->tree->items.first; i; i = i->next) {
		const struct ast_start_by *t = (const struct ast_start_by *)i;
		for (const struct ast *n = i->kind == AST_START_BY ? t->names.first : NULL; n; n = n->next)
			if (n->kind == AST_WORD && slice_is(((const struct ast_word *)n)->name.text, "link"))
				return true;
	}
	return false;
}

static struct variable *keep(struct block *b, const struct step *s, const char *what, const struct constant *after)
{
	struct checker *k = b->k;
	struct ast_name name = {arena_printf(k->arena, "%.*s %s", SLICE_ARG(s->name.text), what), s->name.span};
	struct variable *v = new_variable(k, SLOT_MOMENT, name, (struct type){.kind = TYPE_MOMENT});
	if (!v)
		return NULL;
	struct node *n = new_node(b, NODE_KEEP, s->name.span);
	n->variable = v;
	n->terms = term_of(k, after, s->name.span);
	append(b, n);
	k->flow.assigned |= UINT64_C(1) << v->index;
	return v;
}

/* Comes to a page: the first behind a link keeps when all of them close. */
static void enter(struct block *b, struct step *s, const struct parts *p)
{
	struct checker *k = b->k;
	struct flow *f = &k->flow;
	bool first = !(f->pages & PAGES_OPEN),
	     led = !(f->pages & PAGES_NONE) || (!f->link && starts_by_link(k->sequence));
	struct constant within = {.type = TYPE_DURATION, .unit = UNIT_DAYS, .value = WITHIN_DAYS};
	if ((f->pages & PAGES_REMIND) || (f->pages && !led) || (!first && (f->pages & ~(uint32_t)PAGES_OPEN))) {
		struct diag *g = diag_no_link(k->diags, s->name.span, s->name.text);
		if (f->pages & PAGES_REMIND)
			diag_note(k->diags, g, "a reminder sends messages; the page is the one around it");
		else if (f->pages != PAGES_NONE)
			diag_note(k->diags, g, "on some path a link comes before it, but not on every one");
		f->pages = 0;
	}
	if (p->at[PART_WITHIN]) {
		const struct ast_within *t = (const struct ast_within *)p->at[PART_WITHIN];
		s->action->has_within = check_positive(k, t->duration, &s->action->within);
		if (s->action->has_within)
			within = s->action->within;
		if (!first)
			diag_part_not_here(k->diags, t->node.span, SLICE("within"),
			                   SLICE("a page behind the first: it counts for all of them"));
	}
	if (first || !f->deadline) {
		f->deadline = keep(b, s, "within", &within);
		f->ask = f->review = NULL;
	}
	f->page = s;
	f->pages = f->pages ? PAGES_OPEN : 0;
	flow_know(f, k->arena, s, false);
}

/* ---- ask ---- */

static struct expr *not_done(struct checker *k, struct step *s, struct span span)
{
	struct expr *e = ARENA_NEW(k->arena, struct expr), *done = ARENA_NEW(k->arena, struct expr);
	*done = (struct expr){.kind = EXPR_FACT, .type = {.kind = TYPE_YES_NO}, .span = span, .depth = 1, .step = s};
	done->fact = FACT_DONE;
	*e = (struct expr){.kind = EXPR_NOT, .type = {.kind = TYPE_YES_NO}, .span = span, .depth = 1, .left = done};
	return e;
}

/* The block of a reminder, or of `on nothing`, for those who have not answered. */
static void unless_done(struct block *b, struct step *s, const struct ast *block, enum pages inside)
{
	struct checker *k = b->k;
	struct node *n = new_node(b, NODE_WHEN, block->span);
	n->expr = not_done(k, s, block->span);
	struct flow before = k->flow, after;
	flow_assume(&k->flow, k->arena, n->expr, true);
	k->flow.pages = before.pages ? inside : 0;
	k->flow.ask = NULL;
	k->reminds = inside == PAGES_REMIND ? s : NULL;
	n->then = check_block(k, block, b->path);
	k->reminds = NULL;
	if (inside == PAGES_NONE && !k->flow.ended && (k->flow.pages & PAGES_LINK))
		say_no_page(k, k->flow.link);
	after = k->flow;
	k->flow = before;
	flow_assume(&k->flow, k->arena, n->expr, false);
	flow_join(&k->flow, k->arena, &after);
	k->flow.pages = before.pages; /* the pages go on, where they were left as well */
	k->flow.link = before.link;
	k->flow.page = before.page;
	k->flow.ask = before.ask;
	k->flow.review = before.review;
	k->flow.deadline = before.deadline;
	append(b, n);
}

/* In days, to compare. */
static int64_t length_of(const struct constant *c)
{
	switch (c->unit) {
	case UNIT_DAYS: return c->value * US_PER_DAY;
	case UNIT_BUSINESS_DAYS: return c->value * US_PER_DAY / 5 * 7;
	case UNIT_MONTHS: return c->value * 30 * US_PER_DAY;
	default: return c->value;
	}
}

#define REMINDERS_MAX 12
struct reminder {
	const struct ast_remind *tree;
	struct constant after;
	const struct variable *at;
};

/* The reminders, by when they come; each but the first counts from the opening, too, so its moment is kept. */
static uint32_t check_reminders(struct block *b, struct step *s, const struct parts *p, struct reminder *out)
{
	struct checker *k = b->k;
	struct constant within = {.type = TYPE_DURATION, .unit = UNIT_DAYS, .value = WITHIN_DAYS};
	uint32_t count = 0;
	if (s->action->has_within)
		within = s->action->within;
	for (const struct ast *i = p->all->first; i; i = i->next) {
		const struct ast_remind *t = (const struct ast_remind *)i;
		struct reminder r = {.tree = t};
		if (i->kind != AST_REMIND || !check_positive(k, t->after, &r.after))
			continue;
		if (count == REMINDERS_MAX) {
			diag_too_many(k->diags, i->span, SLICE("reminders"), REMINDERS_MAX);
			break;
		}
		if (length_of(&r.after) >= length_of(&within))
			diag_remind_late(k->diags, t->after->span);
		uint32_t at = count++;
		for (; at > 0 && length_of(&out[at - 1].after) > length_of(&r.after); at--)
			out[at] = out[at - 1];
		out[at] = r;
	}
	for (uint32_t i = 1; i < count; i++)
		out[i].at = keep(b, s, (const char *)arena_printf(k->arena, "reminder %u", i + 1).p, &out[i].after);
	return count;
}

static void check_whens(struct checker *k, struct step *s)
{
	struct action *a = s->action;
	struct question_when **last = &a->whens;
	for (const struct question *q = a->questionnaire->questions; q; q = q->next) {
		if (!q->when || q->when->kind == EXPR_POISON)
			continue;
		*last = ARENA_NEW(k->arena, struct question_when);
		(*last)->question = q;
		(*last)->when = answers_of(k, s, q->when);
		last = &(*last)->next;
	}
	if (a->questionnaire->satisfied && a->questionnaire->satisfied->kind != EXPR_POISON)
		a->satisfied_when = answers_of(k, s, a->questionnaire->satisfied);
}

static void check_ask(struct block *b, const struct ast_step *t, struct step *s, const struct parts *p)
{
	struct checker *k = b->k;
	struct reminder reminders[REMINDERS_MAX];
	struct slice identity = t->name.text;
	const struct step *before = k->flow.ask, *review = k->flow.review;
	if (before) {
		struct diag *g = diag_second_ask(k->diags, t->name.span, t->name.text, before->name.text);
		diag_label(k->diags, g, before->name.span, "the first");
	}
	if (review && !before) {
		struct diag *g = diag_review_first(k->diags, review->name.span, review->name.text);
		diag_label(k->diags, g, t->name.span, "the questionnaire");
	}
	if (s->action->questionnaire)
		check_whens(k, s);
	uint32_t count = check_reminders(b, s, p, reminders);
	perform(b, s, t->node.span);
	k->flow.ask = s;
	for (uint32_t i = 0; i < count; i++) {
		rest(b, s, reminders[i].tree->node.span, identity, i ? NULL : &reminders[i].after, reminders[i].at);
		unless_done(b, s, reminders[i].tree->body, PAGES_REMIND);
		identity = i ? arena_printf(k->arena, "%.*s after reminder %u", SLICE_ARG(t->name.text), i + 1)
		             : arena_printf(k->arena, "%.*s after reminder", SLICE_ARG(t->name.text));
	}
	rest(b, s, t->node.span, identity, NULL, k->flow.deadline);
	const struct ast_on_nothing *nothing = (const struct ast_on_nothing *)p->at[PART_ON_NOTHING];
	if (nothing && nothing->body)
		unless_done(b, s, nothing->body, PAGES_NONE);
}

/* ---- offer, review, thanks ---- */

static void check_sites(struct checker *k, struct action *a, const struct parts *p)
{
	struct site **last = &a->sites;
	struct names seen = {0};
	for (const struct ast *i = p->all->first; i; i = i->next) {
		const struct ast_part *t = (const struct ast_part *)i;
		if (i->kind != AST_PART || i == p->at[PART_TITLE] || i == p->at[PART_BODY])
			continue;
		const struct name *other = names_find(&seen, 0, t->key.text);
		if (other) {
			struct diag *g = diag_given_twice(k->diags, i->span, t->key.text);
			diag_label(k->diags, g, other->span, "first given here");
			continue;
		}
		names_add(&seen, k->arena, 0, t->key.text, t->key.span, NULL);
		*last = ARENA_NEW(k->arena, struct site);
		(*last)->name = t->key;
		(*last)->url = action_text(k, t->value, FORM_PLAIN);
		check_link_text(k, (*last)->url, "the URL of a site", true);
		last = &(*last)->next;
	}
}

static void check_thanks(struct checker *k, struct step *s, const struct parts *p)
{
	struct action *a = s->action;
	struct step *ask = (struct step *)k->flow.ask;
	bool both = p->at[PART_SATISFIED] || p->at[PART_DISSATISFIED];
	struct flow before = k->flow;
	if (both && ask)
		a->is_satisfied = ask->action->questionnaire ? satisfied_expr(k, ask, s->name.span) : NULL;
	else if (both && k->flow.pages)
		diag_no_ask_before(k->diags, s->name.span, s->name.text);
	if (a->is_satisfied)
		flow_assume(&k->flow, k->arena, a->is_satisfied, true);
	a->satisfied = part_text(k, p, PART_SATISFIED, FORM_MARKDOWN);
	k->flow = before;
	a->dissatisfied = part_text(k, p, PART_DISSATISFIED, FORM_MARKDOWN);
	if (both && p->at[PART_BODY])
		diag_part_not_here(k->diags, p->at[PART_BODY]->span, SLICE("body"),
		                   SLICE("a `thanks` that has one text for the satisfied and one for the others"));
	need_part(k, s, p, !both || p->at[PART_SATISFIED], "text for the satisfied: `satisfied`");
	need_part(k, s, p, !both || p->at[PART_DISSATISFIED], "text for the others: `dissatisfied`");
	need_part(k, s, p, both || p->at[PART_BODY], "body");
}

void check_page(struct block *b, const struct ast_step *t)
{
	struct checker *k = b->k;
	const char *kind = slice_is(t->kind.text, "ask")      ? "ask"
	                   : slice_is(t->kind.text, "offer")  ? "offer"
	                   : slice_is(t->kind.text, "review") ? "review"
	                                                      : "thanks";
	struct step *s = begin_step(b, &t->node, t->name, kind);
	struct action *a = s->action;
	struct parts p;
	gather_parts(k, s, &t->parts, &p);
	bool follows = k->flow.pages & PAGES_OPEN && k->flow.deadline;
	enter(b, s, &p);
	if (s->plan_kind == STEP_ASK) {
		check_ask(b, t, s, &p);
		return;
	}
	a->title = part_text(k, &p, PART_TITLE, FORM_PLAIN);
	a->body = part_text(k, &p, PART_BODY, FORM_MARKDOWN);
	if (s->plan_kind != STEP_THANKS)
		need_part(k, s, &p, p.at[PART_TITLE], "title");
	if (s->plan_kind == STEP_OFFER) {
		a->button = part_text(k, &p, PART_BUTTON, FORM_PLAIN);
		a->url = part_text(k, &p, PART_URL, FORM_PLAIN);
		check_link_text(k, a->url, "the URL of an offer", true);
		need_part(k, s, &p, p.at[PART_BUTTON], "button");
		need_part(k, s, &p, p.at[PART_URL], "url");
	} else if (s->plan_kind == STEP_REVIEW) {
		check_sites(k, a, &p);
		need_part(k, s, &p, a->sites, "site, like `google \"https://…\"`");
		k->flow.review = s;
	} else {
		check_thanks(k, s, &p);
	}
	struct node **last = b->last;
	perform(b, s, t->node.span);
	(*last)->deadline = follows ? k->flow.deadline : NULL; /* after `within`, what is left is skipped (rule 13) */
	if (s->plan_kind != STEP_THANKS) {
		rest(b, s, t->node.span, t->name.text, NULL, k->flow.deadline);
	} else {
		k->flow.pages = k->flow.pages ? PAGES_NONE : 0;
		k->flow.link = s; /* the public link leads to the first pages only */
		k->flow.ask = k->flow.review = k->flow.page = NULL;
		k->flow.deadline = NULL;
		k->flow.queued = 0;
	}
}
