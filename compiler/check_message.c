/* SPDX-License-Identifier: Apache-2.0
 * Messages: which part fits, what `using` brings and the step overrides, subjects in threads (rule 20). */
#include "compiler/checker.h"

/* The parts of one message, as they are written; the step's own replace those of `using`. */
struct parts {
	const struct ast *subject, *body, *cc, *new_thread, *any_day, *tracking, *window;
	struct limit *limits, **last_limit;
	bool own_subject;
	bool incomplete; /* something in it is misplaced or not built: what lacks says nothing */
};

/* The same part twice in one block. */
static void put(struct checker *k, const struct ast **slot, const struct ast *part, struct span block, const char *name)
{
	bool twice = *slot && (*slot)->span.source == block.source && (*slot)->span.start >= block.start &&
	             (*slot)->span.start < block.end;
	if (twice) {
		struct diag *g = diag_given_twice(k->diags, part->span, slice_of(name));
		diag_label(k->diags, g, (*slot)->span, "first given here");
	}
	*slot = part;
}

static void say_misplaced(struct checker *k, struct span span, struct slice part, const char *where)
{
	struct diag *g = diag_part_not_here(k->diags, span, part, slice_of(where));
	static const char *const email_parts[] = {"subject", "body",     "attach", "cc",   "new_thread",
	                                          "any_day", "tracking", "window", "limit"};
	struct slice words[sizeof email_parts / sizeof *email_parts];
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		words[i] = slice_of(email_parts[i]);
	int near = slice_is(part, "text") ? 1 : diag_nearest(part, words, sizeof words / sizeof *words);
	if (near >= 0)
		diag_fix(k->diags, g, (struct span){span.source, span.start, span.start + (uint32_t)part.n},
		         words[near], FIX_MAYBE, "did you mean `%s`?", email_parts[near]);
}

static void gather_part(struct checker *k, const struct ast *i, struct parts *p, struct span block)
{
	switch (i->kind) {
	case AST_ERROR: break; /* was said */
	case AST_PART: {
		const struct ast_part *part = (const struct ast_part *)i;
		if (slice_is(part->key.text, "subject"))
			put(k, &p->subject, i, block, "subject");
		else if (slice_is(part->key.text, "body"))
			put(k, &p->body, i, block, "body");
		else if (slice_is(part->key.text, "cc"))
			put(k, &p->cc, i, block, "cc");
		else {
			say_misplaced(k, i->span, part->key.text, "an email");
			p->incomplete = true;
		}
		break;
	}
	case AST_NEW_THREAD: put(k, &p->new_thread, i, block, "new_thread"); break;
	case AST_ANY_DAY: put(k, &p->any_day, i, block, "any_day"); break;
	case AST_TRACKING: put(k, &p->tracking, i, block, "tracking"); break;
	case AST_WINDOW: put(k, &p->window, i, block, "window"); break;
	case AST_LIMIT:
		k->only_contact = true;
		*p->last_limit = check_limit(k, (const struct ast_limit *)i);
		k->only_contact = false;
		if (*p->last_limit)
			p->last_limit = &(*p->last_limit)->next;
		break;
	case AST_ATTACH: say_not_built(k, i->span, "attachments"); break;
	case AST_VARIANT:
		if (!p->incomplete)
			say_not_built(k, i->span, "variants of a message");
		p->incomplete = true;
		break;
	case AST_LINK: say_not_built(k, i->span, "`link`"); break;
	default: say_misplaced(k, i->span, slice_of(ast_kind_name(i->kind)), "an email");
	}
}

static void gather(struct checker *k, const struct ast_list *list, struct parts *p)
{
	if (!list->first)
		return;
	struct span block = span_join(list->first->span, list->last->span);
	for (const struct ast *i = list->first; i; i = i->next)
		gather_part(k, i, p, block);
}

static uint32_t check_tracking(struct checker *k, const struct ast *tree)
{
	static const char *const words[] = {"opens", "clicks", "none"};
	uint32_t bits = 0;
	if (!tree)
		return 0;
	const struct ast_tracking *t = (const struct ast_tracking *)tree;
	for (const struct ast *i = t->names.first; i; i = i->next) {
		int which = i->kind == AST_WORD
		                    ? check_word(k, ((const struct ast_word *)i)->name, "tracking", words, 3)
		                    : -1;
		bits |= which == 0 ? TRACK_OPENS : which == 1 ? TRACK_CLICKS : 0;
	}
	return bits;
}

static bool is_empty(const struct text *t, uint32_t locales)
{
	for (uint32_t i = 0; t && i < (t->localised ? locales : 1); i++)
		for (const struct piece *p = t->locales[i]; p; p = p->next)
			if (p->kind != PIECE_CHARS || p->chars.n)
				return false;
	return true;
}

/* Rule 20: which emails need a subject, and which may not have one of their own. */
static void check_subject(struct checker *k, struct message *m, const struct parts *p, const struct step *step)
{
	const struct flow *f = &k->flow;
	bool threaded = k->sequence->thread && !m->new_thread;
	if (f->ended || f->murky || p->incomplete)
		return;
	if (threaded && !f->may_be_first) {
		if (p->own_subject)
			diag_subject_of_follow_up(k->diags, p->subject->span, step->name.text);
		m->subject = NULL;
		return;
	}
	if (!is_empty(m->subject, k->workspace->locale_count)) {
		const struct piece *first = m->subject->locales[0];
		if (first && first->kind == PIECE_CHARS &&
		    (slice_starts(first->chars, "Re:") || slice_starts(first->chars, "RE:")))
			diag_false_reply(k->diags, first->span);
		return;
	}
	if (p->subject && p->subject->kind == AST_PART && !m->subject)
		return; /* what is wrong with it was said */
	struct diag *g = diag_no_subject(k->diags, step->name.span, step->name.text);
	if (threaded && f->may_follow)
		diag_note(k->diags, g,
		          "on some path it is the first email; where it follows one, the subject is not used");
	soften(k, g);
}

static struct message *check_parts(struct checker *k, const struct parts *p)
{
	struct message *m = ARENA_NEW(k->arena, struct message);
	m->channel = CHANNEL_EMAIL;
	if (p->subject)
		m->subject = check_text(k, ((const struct ast_part *)p->subject)->value, FORM_PLAIN);
	check_header(k, m->subject);
	if (p->body)
		m->body = check_text(k, ((const struct ast_part *)p->body)->value, FORM_MARKDOWN);
	if (p->cc) {
		static const struct type email = {.kind = TYPE_EMAIL};
		struct constant address;
		if (check_constant(k, ((const struct ast_part *)p->cc)->value, &email, &address))
			m->cc = address.text;
	}
	m->new_thread = p->new_thread != NULL;
	m->any_day = p->any_day != NULL;
	m->tracking = check_tracking(k, p->tracking);
	m->window = check_window(k, p->window);
	m->limits = p->limits;
	return m;
}

struct message *check_message(struct checker *k, const struct ast_message *t, struct step *step)
{
	struct parts p = {0};
	p.last_limit = &p.limits;
	if (t->using) {
		struct declaration *d = resolve_path(k->c, k->module, t->using, DECLARES_MESSAGE);
		if (!d)
			return NULL;
		const struct ast_message_decl *decl = (const struct ast_message_decl *)d->tree;
		if (!slice_eq(decl->channel.text, t->channel.text)) {
			struct slice is = arena_printf(k->arena, "a message for %.*s", SLICE_ARG(decl->channel.text));
			struct diag *g = diag_wrong_kind(k->diags, t->using->span, d->name.text, is, t->channel.text);
			diag_label(k->diags, g, d->name.span, "declared here");
			return NULL;
		}
		gather(k, &decl->parts, &p);
	}
	const struct ast *inherited = p.subject;
	gather(k, &t->parts, &p);
	p.own_subject = p.subject != inherited;
	struct message *m = check_parts(k, &p);
	check_subject(k, m, &p, step);
	if (!p.incomplete && (!p.body || (m->body && is_empty(m->body, k->workspace->locale_count))))
		soften(k, diag_no_body(k->diags, step->name.span, step->name.text));
	check_window_opens(k, m->window ? m->window : k->sequence->window, m->any_day ? 0 : k->sequence->skip);
	return m;
}

void check_message_alone(struct checker *k, const struct ast_message_decl *t)
{
	struct parts p = {0};
	p.last_limit = &p.limits;
	if (!slice_is(t->channel.text, "email")) {
		say_not_built(k, t->channel.span, "messages by SMS and WhatsApp");
		return;
	}
	gather(k, &t->parts, &p);
	k->loose = true;
	check_parts(k, &p);
	k->loose = false;
}
