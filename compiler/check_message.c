/* SPDX-License-Identifier: Apache-2.0
 * Messages of each channel: which part fits, what `using` brings and the step overrides, subjects in threads
 * (rule 20). */
#include "compiler/check_message.h"

/* ---- parts ---- */

#define TO(channel) (1u << CHANNEL_##channel)
#define TO_ALL      (TO(EMAIL) | TO(SMS) | TO(WHATSAPP))

/* Which part belongs to which channel. */
static const struct {
	const char *word;
	unsigned channels;
} part_words[] = {
        {"subject", TO(EMAIL)},     {"body", TO(EMAIL)},   {"text", TO(SMS) | TO(WHATSAPP)},
        {"template", TO(WHATSAPP)}, {"attach", TO(EMAIL)}, {"cc", TO(EMAIL)},
        {"new_thread", TO(EMAIL)},  {"any_day", TO_ALL},   {"tracking", TO_ALL},
        {"window", TO_ALL},         {"limit", TO_ALL},     {"variant", TO_ALL},
};
#define PART_WORDS (sizeof part_words / sizeof *part_words)

static struct slice word_of(const struct ast *i)
{
	if (i->kind == AST_PART)
		return ((const struct ast_part *)i)->key.text;
	if (i->kind == AST_MESSAGE)
		return ((const struct ast_message *)i)->channel.text;
	return slice_of(ast_kind_name(i->kind));
}

static bool belongs(struct slice word, enum plan_channel channel)
{
	for (size_t i = 0; i < PART_WORDS; i++)
		if (slice_is(word, part_words[i].word))
			return part_words[i].channels >> channel & 1;
	return false;
}

static const char *a_message(enum plan_channel channel)
{
	static const char *const words[CHANNEL_COUNT] = {
	        [CHANNEL_EMAIL] = "an email", [CHANNEL_SMS] = "an SMS", [CHANNEL_WHATSAPP] = "a WhatsApp message"};
	return words[channel];
}

/* The word that is meant: `text` and `body` are one thing, in different channels. */
static const char *word_meant(struct slice word, enum plan_channel channel)
{
	struct slice words[PART_WORDS];
	size_t count = 0;
	if (slice_is(word, "text") && channel == CHANNEL_EMAIL)
		return "body";
	if (slice_is(word, "body") && channel != CHANNEL_EMAIL)
		return "text";
	for (size_t i = 0; i < PART_WORDS; i++)
		if (part_words[i].channels >> channel & 1)
			words[count++] = slice_of(part_words[i].word);
	int near = diag_nearest(word, words, count);
	return near >= 0 ? words[near].p : NULL;
}

static void say_misplaced(struct checker *k, const struct ast *i, struct message_parts *p, const char *where)
{
	struct slice word = word_of(i);
	struct diag *g = diag_part_not_here(k->diags, i->span, word, slice_of(where));
	const char *meant = word_meant(word, p->channel);
	p->incomplete = true;
	if (meant && !slice_is(word, meant))
		diag_fix(k->diags, g, (struct span){i->span.source, i->span.start, i->span.start + (uint32_t)word.n},
		         slice_of(meant), FIX_MAYBE, "did you mean `%s`?", meant);
}

/* The same part twice in one block. */
static void put(struct checker *k, const struct ast **slot, const struct ast *part, struct span block)
{
	bool twice = *slot && (*slot)->span.source == block.source && (*slot)->span.start >= block.start &&
	             (*slot)->span.start < block.end;
	if (twice) {
		struct diag *g = diag_given_twice(k->diags, part->span, word_of(part));
		diag_label(k->diags, g, (*slot)->span, "first given here");
	}
	*slot = part;
}

static void put_text_part(struct checker *k, const struct ast *i, struct message_parts *p, struct span block)
{
	struct slice word = word_of(i);
	put(k, slice_is(word, "subject") ? &p->subject : slice_is(word, "cc") ? &p->cc : &p->body, i, block);
}

static void put_variant(struct checker *k, const struct ast *i, struct message_parts *p, const struct ast_list *list)
{
	if (p->inside) {
		if (!p->said_variant)
			say_misplaced(k, i, p, p->inside);
		p->said_variant = true;
		return;
	}
	p->block = list;
}

static void put_attachment(struct checker *k, const struct ast_attach *t, struct message_parts *p)
{
	struct attachment a = check_file_data(k, t->file);
	if (!a.type.n)
		return;
	*p->last_attachment = ARENA_NEW(k->arena, struct attachment);
	**p->last_attachment = a;
	p->last_attachment = &(*p->last_attachment)->next;
}

static void put_limit(struct checker *k, const struct ast_limit *t, struct message_parts *p)
{
	k->only_contact = true;
	*p->last_limit = check_limit(k, t);
	k->only_contact = false;
	if (*p->last_limit)
		p->last_limit = &(*p->last_limit)->next;
}

static void gather_part(struct checker *k, const struct ast *i, struct message_parts *p, const struct ast_list *list)
{
	struct span block = span_join(list->first->span, list->last->span);
	if (i->kind != AST_ERROR && !belongs(word_of(i), p->channel)) {
		say_misplaced(k, i, p, a_message(p->channel));
		return;
	}
	switch (i->kind) {
	case AST_PART: put_text_part(k, i, p, block); break;
	case AST_TEMPLATE: put(k, &p->template_tree, i, block); break;
	case AST_NEW_THREAD: put(k, &p->new_thread, i, block); break;
	case AST_ANY_DAY: put(k, &p->any_day, i, block); break;
	case AST_TRACKING: put(k, &p->tracking, i, block); break;
	case AST_WINDOW: put(k, &p->window, i, block); break;
	case AST_LIMIT: put_limit(k, (const struct ast_limit *)i, p); break;
	case AST_ATTACH: put_attachment(k, (const struct ast_attach *)i, p); break;
	case AST_VARIANT: put_variant(k, i, p, list); break;
	default: break; /* AST_ERROR: was said */
	}
}

static void parts_start(struct message_parts *p, enum plan_channel channel, struct ast_name name)
{
	*p = (struct message_parts){.channel = channel, .name = name};
	p->last_limit = &p->limits;
	p->last_attachment = &p->attachments;
}

void parts_gather(struct checker *k, const struct ast_list *list, struct message_parts *p)
{
	for (const struct ast *i = list->first; i; i = i->next)
		gather_part(k, i, p, list);
}

/* ---- the message ---- */

static uint32_t check_tracking(struct checker *k, const struct ast *tree, enum plan_channel channel)
{
	static const char *const words[] = {"none", "clicks", "opens"}; /* nobody sees a text being opened */
	uint32_t bits = 0;
	if (!tree)
		return 0;
	const struct ast_tracking *t = (const struct ast_tracking *)tree;
	for (const struct ast *i = t->names.first; i; i = i->next) {
		int which = i->kind == AST_WORD ? check_word(k, ((const struct ast_word *)i)->name, "tracking", words,
		                                             channel == CHANNEL_EMAIL ? 3 : 2)
		                                : -1;
		bits |= which == 2 ? TRACK_OPENS : which == 1 ? TRACK_CLICKS : 0;
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

static bool has_link(const struct piece *p)
{
	for (; p; p = p->next)
		if ((p->kind == PIECE_HOLE && p->expr->kind == EXPR_BUILTIN && p->expr->builtin == BUILTIN_LINK) ||
		    has_link(p->then) || has_link(p->otherwise))
			return true;
	return false;
}

static bool text_has_link(const struct checker *k, const struct text *t)
{
	for (uint32_t i = 0; t && i < (t->localised ? k->workspace->locale_count : 1); i++)
		if (has_link(t->locales[i]))
			return true;
	return false;
}

/* A template that the provider knows by its name, with what stands in its places. */
static void check_template_part(struct checker *k, struct message *m, const struct message_parts *p)
{
	const struct ast_template *t = (const struct ast_template *)p->template_tree;
	struct text_item **last = &m->values;
	if (!t)
		return;
	struct ast_name name = check_string(k, t->name);
	m->template = name.text;
	m->language = t->language.text;
	if (!name.text.n && t->name && t->name->kind != AST_ERROR)
		diag_no_text(k->diags, name.span, slice_of(a_message(p->channel)), p->name.text);
	for (const struct ast *i = t->values.first; i; i = i->next) {
		struct text *text = check_value_text(k, i);
		if (!text)
			continue;
		*last = ARENA_NEW(k->arena, struct text_item);
		(*last)->text = text;
		last = &(*last)->next;
		m->carries_link |= text_has_link(k, text);
	}
	if (!p->body)
		return;
	struct diag *g = diag_text_and_template(k->diags, t->node.span, p->name.text);
	diag_label(k->diags, g, p->body->span, "the text stands here");
}

static struct message *check_parts(struct checker *k, const struct message_parts *p)
{
	struct message *m = ARENA_NEW(k->arena, struct message);
	m->channel = p->channel;
	if (p->subject)
		m->subject = check_text(k, ((const struct ast_part *)p->subject)->value, FORM_PLAIN);
	check_header(k, m->subject);
	if (p->body)
		m->body = check_text(k, ((const struct ast_part *)p->body)->value,
		                     p->channel == CHANNEL_EMAIL ? FORM_MARKDOWN : FORM_PLAIN);
	if (p->channel == CHANNEL_SMS && m->body)
		check_segments(k, m->body, p->name.text);
	if (p->cc) {
		static const struct type email = {.kind = TYPE_EMAIL};
		struct constant address;
		if (check_constant(k, ((const struct ast_part *)p->cc)->value, &email, &address))
			m->cc = address.text;
	}
	m->new_thread = p->new_thread != NULL;
	m->any_day = p->any_day != NULL;
	m->tracking = check_tracking(k, p->tracking, p->channel);
	m->window = check_window(k, p->window);
	m->limits = p->limits;
	m->attachments = p->attachments;
	m->carries_link = text_has_link(k, m->subject) || text_has_link(k, m->body);
	check_template_part(k, m, p);
	return m;
}

/* "Re:", as mail programs put it before the subject of an answer; also "RE :", "Re[2]:". */
static bool begins_as_answer(struct slice s)
{
	s = slice_trim(s);
	if (s.n < 3 || (s.p[0] | 0x20) != 'r' || (s.p[1] | 0x20) != 'e')
		return false;
	size_t i = 2;
	if (s.p[i] == '[') {
		while (i < s.n && s.p[i] != ']')
			i++;
		i++;
	}
	while (i < s.n && (s.p[i] == ' ' || (unsigned char)s.p[i] == 0xC2 || (unsigned char)s.p[i] == 0xA0))
		i++;
	return i < s.n && s.p[i] == ':';
}

/* A first subject pretends no answer, whatever its {{when}}s pick. */
static void check_honest(struct checker *k, const struct piece *first)
{
	if (!first)
		return;
	if (first->kind == PIECE_CHARS && begins_as_answer(first->chars))
		diag_false_reply(k->diags, first->span);
	check_honest(k, first->then);
	check_honest(k, first->otherwise);
}

/* Rule 20: which emails need a subject, and which may not have one of their own. */
static void check_subject(struct checker *k, struct message *m, const struct message_parts *p)
{
	const struct flow *f = &k->flow;
	bool threaded = k->sequence->thread && !m->new_thread;
	if (p->channel != CHANNEL_EMAIL || f->ended || f->murky || p->incomplete)
		return;
	if (threaded && !f->may_be_first) {
		if (p->subject != p->inherited_subject)
			diag_subject_of_follow_up(k->diags, p->subject->span, p->name.text);
		m->subject = NULL;
		return;
	}
	if (!is_empty(m->subject, k->workspace->locale_count)) {
		for (uint32_t i = 0; i < (m->subject->localised ? k->workspace->locale_count : 1); i++)
			check_honest(k, m->subject->locales[i]);
		return;
	}
	if (p->subject && p->subject->kind == AST_PART && !m->subject)
		return; /* what is wrong with it was said */
	struct diag *g = diag_no_subject(k->diags, p->name.span, p->name.text);
	if (threaded && f->may_follow)
		diag_note(k->diags, g,
		          "on some path it is the first email; where it follows one, the subject is not used");
	soften(k, g);
}

/* A message says something. */
static void check_said(struct checker *k, const struct message *m, const struct message_parts *p)
{
	bool empty = !p->body || (m->body && is_empty(m->body, k->workspace->locale_count));
	if (p->incomplete || !empty || p->template_tree)
		return;
	if (p->channel == CHANNEL_EMAIL)
		soften(k, diag_no_body(k->diags, p->name.span, p->name.text));
	else
		soften(k, diag_no_text(k->diags, p->name.span, slice_of(a_message(p->channel)), p->name.text));
}

struct message *check_whole_message(struct checker *k, const struct message_parts *p)
{
	struct message *m = check_parts(k, p);
	check_subject(k, m, p);
	check_said(k, m, p);
	return m;
}

/* What `using` names; false after saying what is wrong with it. */
static bool gather_used(struct checker *k, const struct ast_message *t, struct message_parts *p)
{
	struct declaration *d = resolve_path(k->c, k->module, t->using, DECLARES_MESSAGE);
	if (!d)
		return false;
	const struct ast_message_decl *decl = (const struct ast_message_decl *)d->tree;
	if (!slice_eq(decl->channel.text, t->channel.text)) {
		struct slice is = arena_printf(k->arena, "a message for %.*s", SLICE_ARG(decl->channel.text));
		struct diag *g = diag_wrong_kind(k->diags, t->using->span, d->name.text, is, t->channel.text);
		diag_label(k->diags, g, d->name.span, "declared here");
		return false;
	}
	parts_gather(k, &decl->parts, p);
	p->inherited_subject = p->subject;
	return true;
}

struct message *check_message(struct checker *k, const struct ast_message *t, enum plan_channel channel,
                              struct ast_name name)
{
	struct message_parts p;
	parts_start(&p, channel, name);
	p.inside = t->name.text.n ? NULL : "a channel of `send`";
	if (t->using && !gather_used(k, t, &p))
		return NULL;
	parts_gather(k, &t->parts, &p);
	return p.block ? check_variants(k, &p) : check_whole_message(k, &p);
}

enum plan_channel channel_of(struct ast_name word)
{
	return slice_is(word.text, "sms")        ? CHANNEL_SMS
	       : slice_is(word.text, "whatsapp") ? CHANNEL_WHATSAPP
	                                         : CHANNEL_EMAIL;
}

void check_message_alone(struct checker *k, const struct ast_message_decl *t)
{
	struct message_parts p;
	parts_start(&p, channel_of(t->channel), t->name);
	parts_gather(k, &t->parts, &p);
	k->loose = true;
	check_parts(k, &p);
	k->loose = false;
}
