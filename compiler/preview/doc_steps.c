/* SPDX-License-Identifier: Apache-2.0
 * The steps of a sequence as a numbered list, each with how long after the one before it comes. */
#include "base/markdown.h"
#include "compiler/preview/doc.h"
#include "compiler/preview/words.h"

struct list {
	struct buf *out;
	struct buf *later;        /* what passes before the next item */
	const struct step *asked; /* the `ask` that is waited for */
	const struct node *kept;  /* the first of the KEEP nodes before it: later reminders count from there */
	int depth;
	uint32_t number;
	bool within; /* the item began with what passes before it: what follows goes on in the sentence */
};

/* Lines of the list; texts of people go through markdown_add. */
static void begin(struct list *l)
{
	for (int i = 0; i < l->depth; i++)
		buf_adds(l->out, "    ");
	buf_addf(l->out, "%u. ", ++l->number);
	l->within = l->later->n > 0;
	if (!l->within)
		return;
	char *p = l->later->p;
	if (p[0] >= 'a' && p[0] <= 'z')
		p[0] = (char)(p[0] - 'a' + 'A');
	markdown_add(l->out, buf_slice(l->later));
	buf_adds(l->out, ": ");
	buf_clear(l->later);
}

static void bullet(struct list *l)
{
	for (int i = 0; i <= l->depth; i++)
		buf_adds(l->out, "    ");
	buf_adds(l->out, "- ");
}

static void add_plain(struct list *l, struct buf *text)
{
	markdown_add(l->out, buf_slice(text));
	l->out->failed |= text->failed;
	buf_free(text);
}

static void add_condition(struct list *l, const struct expr *e)
{
	struct buf text = {0};
	words_condition(&text, e);
	add_plain(l, &text);
}

static void walk(struct list *l, const struct node *n);

/* The steps of an arm, one list deeper; deeper by two below a bullet. */
static void walk_body(struct list *l, const struct node *n, int deeper)
{
	struct buf later = {0};
	struct list inner = {.out = l->out, .later = &later, .depth = l->depth + deeper};
	walk(&inner, n);
	if (later.n) {
		begin(&inner);
		buf_adds(l->out, "it goes on.\n");
	}
	buf_free(&later);
}

/* ---- what steps do ---- */

static void add_quoted(struct list *l, const struct text *t, uint32_t most)
{
	struct buf text = {0};
	words_text(&text, t, most);
	if (text.n) {
		buf_adds(l->out, " “");
		markdown_add(l->out, buf_slice(&text));
		buf_adds(l->out, "”");
	}
	l->out->failed |= text.failed;
	buf_free(&text);
}

static void add_name(struct list *l, const char *word, const struct step *s)
{
	buf_addf(l->out, "**%s** `%.*s`", word, SLICE_ARG(s->name.text));
}

static const struct text *text_of(const struct message *m)
{
	return m->subject ? m->subject : m->body;
}

static void add_content(struct list *l, const struct message *m)
{
	if (m->template.n) {
		buf_adds(l->out, " with the template ");
		markdown_add(l->out, m->template);
	} else {
		add_quoted(l, text_of(m), 72);
	}
	for (const struct attachment *a = m->attachments; a; a = a->next) {
		buf_adds(l->out, a == m->attachments ? " with " : ", ");
		markdown_add(l->out, a->name);
	}
}

static void add_window(struct list *l, const struct message *m)
{
	struct buf text = {0};
	if (m->window) {
		buf_adds(&text, "; leaves ");
		words_window(&text, m->window);
	}
	if (m->any_day)
		buf_adds(&text, "; on skipped days, too");
	add_plain(l, &text);
}

static const char *const channel_words[CHANNEL_COUNT] = {"email", "text message", "WhatsApp message"};

static void add_message(struct list *l, const struct node *n)
{
	const struct step *s = n->step;
	const char *const words[] = {
	        [STEP_EMAIL] = "Email", [STEP_SMS] = "Text message", [STEP_WHATSAPP] = "WhatsApp message"};
	if (s->plan_kind == STEP_ORIGINAL) {
		add_name(l, "Message", s);
		buf_adds(l->out, " that a person writes, which begins the thread.\n");
		return;
	}
	add_name(l, s->plan_kind == STEP_SEND ? "Message" : words[s->plan_kind], s);
	const struct message *m = s->message;
	if (!m || s->pick == PICK_ONE) {
		if (m)
			add_content(l, m);
		if (m)
			add_window(l, m);
		buf_adds(l->out, ".\n");
		return;
	}
	bool by_channel = s->pick == PICK_CHANNEL;
	buf_adds(l->out, by_channel ? ", by the first of these that can reach the contact:\n" : ", one of these:\n");
	for (; m; m = m->next) {
		bullet(l);
		if (by_channel)
			buf_adds(l->out, channel_words[m->channel]);
		else
			buf_addf(l->out, "%u%% of contacts, `%.*s`:", m->share / 1000000, SLICE_ARG(m->variant));
		if (m->hold_out)
			buf_adds(l->out, " nothing");
		else
			add_content(l, m);
		add_window(l, m);
		buf_adds(l->out, "\n");
	}
}

static void add_within(struct list *l, const char *before, bool has, const struct constant *within)
{
	struct buf text = {0};
	if (!has)
		return;
	buf_adds(&text, before);
	words_duration(&text, within);
	add_plain(l, &text);
}

static void add_task(struct list *l, const struct step *s)
{
	const struct action *a = s->action;
	add_name(l, "Task", s);
	buf_adds(l->out, " for one of us:");
	add_quoted(l, a->title, 100);
	if (a->assign.n) {
		buf_adds(l->out, ", given to ");
		markdown_add(l->out, a->assign);
	}
	for (const struct option *o = a->outcomes; o; o = o->next)
		buf_addf(l->out, "%s`%.*s`",
		         o == a->outcomes ? "; ends as "
		         : o->next        ? ", "
		                          : " or ",
		         SLICE_ARG(o->name.text));
	add_within(l, "; over after ", a->has_due, &a->due);
	buf_adds(l->out, a->async ? "; nothing waits for it.\n" : ".\n");
}

static void add_handoff(struct list *l, const struct step *s)
{
	add_name(l, "Handed over", s);
	buf_addf(l->out, " to the sequence `%.*s`; here it ends.\n", SLICE_ARG(s->action->target));
}

static void add_page(struct list *l, const struct step *s)
{
	const struct action *a = s->action;
	uint32_t questions = 0;
	if (s->plan_kind == STEP_ASK) {
		for (const struct question *q = a->questionnaire ? a->questionnaire->questions : NULL; q; q = q->next)
			questions++;
		add_name(l, "Page with questions", s);
		if (a->questionnaire)
			add_quoted(l, a->questionnaire->title, 72);
		buf_addf(l->out, ", %u question%s", questions, questions == 1 ? "" : "s");
		add_within(l, ", open for ", a->has_within, &a->within);
		buf_adds(l->out, ".\n");
		return;
	}
	add_name(l,
	         s->plan_kind == STEP_OFFER    ? "Page with an offer"
	         : s->plan_kind == STEP_REVIEW ? "Page that asks for a review"
	                                       : "Page with thanks",
	         s);
	add_quoted(l, a->title ? a->title : a->body ? a->body : a->satisfied, 72);
	for (const struct site *i = a->sites; i; i = i->next)
		buf_addf(l->out, "%s%.*s", i == a->sites ? " on " : ", ", SLICE_ARG(i->name.text));
	if (s->gated)
		buf_adds(l->out, ", for satisfied contacts only");
	buf_adds(l->out, ".\n");
}

static void add_perform(struct list *l, const struct node *n)
{
	const struct step *s = n->step;
	begin(l);
	switch (s->plan_kind) {
	case STEP_TASK: add_task(l, s); break;
	case STEP_WEBHOOK:
		add_name(l, "Call", s);
		buf_addf(l->out, " of the web service at %.*s%s.\n", SLICE_ARG(s->action->host),
		         s->returns_read ? ", whose answer is waited for" : "");
		break;
	case STEP_ALERT:
		add_name(l, "Notice", s);
		buf_adds(l->out, " to ");
		markdown_add(l->out, s->action->to.n ? s->action->to : SLICE("the team"));
		buf_adds(l->out, ":");
		add_quoted(l, s->action->subject, 72);
		buf_adds(l->out, ".\n");
		break;
	case STEP_HANDOFF: add_handoff(l, s); break;
	default: add_page(l, s);
	}
	if (s->plan_kind == STEP_ASK)
		l->asked = s;
}

/* ---- waits and branches ---- */

static void add_wait(struct list *l, const struct node *n)
{
	struct buf *t = l->later;
	buf_adds(t, t->n ? ", then " : "");
	words_later(t, n);
	if (n->kind != NODE_WAIT_UNTIL || !n->expr)
		return;
	switch (n->otherwise_kind) {
	case OTHERWISE_CONTINUE: buf_adds(t, " (at once if that is past)"); break;
	case OTHERWISE_SKIP: buf_adds(t, " (left out if that is past)"); break;
	case OTHERWISE_EXIT: buf_addf(t, " (if that is past, it ends: %.*s)", SLICE_ARG(n->reason)); break;
	case OTHERWISE_SKIP_TO:
		buf_addf(t, " (if that is past, it goes on at %.*s)", SLICE_ARG(n->step->name.text));
		break;
	}
}

/* A bullet's steps, or that there are none. */
static void add_arm(struct list *l, const struct node *body, const char *nothing)
{
	buf_addf(l->out, "%s\n", body ? ":" : nothing);
	if (body)
		walk_body(l, body, 2);
}

static void add_when(struct list *l, const struct node *n)
{
	bool chain = n->otherwise != NULL;
	begin(l);
	if (!chain) {
		buf_addf(l->out, "**%s** ", l->within ? "if" : "If");
		add_condition(l, n->expr);
		buf_adds(l->out, ":\n");
		walk_body(l, n->then, 1);
		return;
	}
	buf_addf(l->out, "%s depends:\n", l->within ? "it" : "It");
	for (const char *word = "If";; word = "Otherwise, if") {
		bullet(l);
		buf_addf(l->out, "**%s** ", word);
		add_condition(l, n->expr);
		add_arm(l, n->then, ": nothing more.");
		if (!n->otherwise || n->otherwise->kind != NODE_WHEN || n->otherwise->next)
			break;
		n = n->otherwise;
	}
	bullet(l);
	buf_adds(l->out, "**Otherwise**");
	add_arm(l, n->otherwise, ": nothing more.");
}

static void add_wait_for(struct list *l, const struct node *n)
{
	struct buf text = {0};
	begin(l);
	buf_addf(l->out, "%s waits up to ", l->within ? "it" : "It");
	words_terms(&text, n->terms);
	add_plain(l, &text);
	buf_adds(l->out, " for one of these:\n");
	for (const struct arm *a = n->arms; a; a = a->next) {
		bullet(l);
		words_trigger_plainly(&text, &a->trigger);
		if (a->after)
			buf_addf(&text, ", after %.*s", SLICE_ARG(a->after->step->name.text));
		add_plain(l, &text);
		add_arm(l, a->body, ": it goes on.");
	}
	bullet(l);
	buf_adds(l->out, "nothing of it comes");
	add_arm(l, n->otherwise, ": it goes on.");
}

static void add_repeat(struct list *l, const struct node *n)
{
	struct buf text = {0};
	begin(l);
	buf_addf(&text, "%s to %u times, every ", l->within ? "up" : "Up", n->variable->bound);
	words_terms(&text, n->terms);
	if (n->expr) {
		buf_adds(&text, ", until ");
		words_condition(&text, n->expr);
	}
	add_plain(l, &text);
	buf_adds(l->out, ":\n");
	walk_body(l, n->then, 1);
}

/* What an `ask` does about those who have not answered: the node behind it is its own. */
static const struct node *add_unanswered(struct list *l, const struct node *n)
{
	const struct step *s = n->step;
	const struct node *next = n->next;
	bool is_last = n->span.start == s->tree->span.start && n->span.source == s->tree->span.source;
	if (!next || next->kind != NODE_WHEN || next->expr->kind != EXPR_NOT || next->expr->left->kind != EXPR_FACT ||
	    next->expr->left->fact != FACT_DONE || next->expr->left->step != s ||
	    (is_last && next->span.end > n->span.end))
		return n;
	bullet(l);
	buf_adds(l->out, is_last ? "Without an answer in the end" : "Without an answer");
	const struct term *after = n->terms;
	for (const struct node *k = l->kept; k && k->kind == NODE_KEEP && !is_last && !after; k = k->next)
		after = k->variable == n->deadline ? k->terms : NULL;
	if (after) {
		struct buf text = {0};
		buf_adds(&text, " after ");
		words_terms(&text, after);
		add_plain(l, &text);
	}
	add_arm(l, next->then, ": nothing.");
	return next;
}

static void add_small(struct list *l, const struct node *n)
{
	struct buf text = {0};
	begin(l);
	if (n->kind == NODE_SUPPRESS) {
		buf_addf(l->out, "No more %s messages to this contact.\n", words_PURPOSE[n->purpose]);
		return;
	}
	buf_addf(l->out, "`%s%.*s` becomes ", n->field ? "contact." : "",
	         SLICE_ARG(n->field ? n->field->name.text : n->variable->name.text));
	words_expr(&text, n->expr);
	add_plain(l, &text);
	buf_adds(l->out, ".\n");
}

static void add_end(struct list *l, const struct node *n)
{
	begin(l);
	buf_addf(l->out, "%s ends", l->within ? "it" : "It");
	if (n->end == END_EXIT) {
		buf_adds(l->out, ": ");
		markdown_add(l->out, n->reason);
	}
	buf_adds(l->out, ".\n");
}

static void walk(struct list *l, const struct node *n)
{
	const struct node *before = NULL;
	for (; n; before = n, n = n->next) {
		switch (n->kind) {
		case NODE_SEND:
		case NODE_ORIGINAL:
			begin(l);
			add_message(l, n);
			break;
		case NODE_PERFORM: add_perform(l, n); break;
		case NODE_WAIT:
		case NODE_WAIT_UNTIL: add_wait(l, n); break;
		case NODE_WHEN: add_when(l, n); break;
		case NODE_SET:
		case NODE_SUPPRESS: add_small(l, n); break;
		case NODE_END:
			if (!before || before->kind != NODE_PERFORM || before->step->plan_kind != STEP_HANDOFF)
				add_end(l, n);
			break;
		case NODE_REST:
			if (n->step == l->asked)
				n = add_unanswered(l, n);
			break;
		case NODE_WAIT_FOR: add_wait_for(l, n); break;
		case NODE_REPEAT: add_repeat(l, n); break;
		case NODE_KEEP:
			if (!before || before->kind != NODE_KEEP)
				l->kept = n;
			break;
		case NODE_KIND_COUNT: break;
		}
	}
}

void doc_steps(struct buf *out, const struct sequence *q)
{
	struct buf later = {0};
	struct list l = {.out = out, .later = &later};
	walk(&l, q->body);
	if (later.n) {
		begin(&l);
		buf_adds(out, "it ends.\n");
	}
	buf_free(&later);
}
