/* SPDX-License-Identifier: Apache-2.0
 * Steps that send: messages of each channel, `send … by`, `original`. */
#include "compiler/check_block.h"

/* ---- what a channel needs ---- */

static bool has_channel(const struct workspace *w, enum plan_channel kind)
{
	for (const struct channel *c = w->first_channel; c; c = c->next)
		if (c->kind == kind)
			return true;
	return false;
}

/* Of several channels of a kind the first one in the workspace sends. A file without a workspace has one of each. */
static void need_channel(struct checker *k, enum plan_channel kind, struct span span)
{
	const struct workspace *w = k->workspace;
	if (kind == CHANNEL_EMAIL)
		return; /* mailboxes: check_sequence.c */
	struct slice word = slice_of(words_CHANNEL[kind]);
	if (!w->tree) {
		if (!has_channel(w, kind))
			add_channel(k, kind, (struct ast_name){word, k->sequence->name.span})->assumed = true;
		assume_phone(k);
		return;
	}
	if (!has_channel(w, kind)) {
		struct diag *g = diag_no_channel(k->diags, span, word);
		diag_label(k->diags, g, w->tree->name.span, "the workspace declares none");
		soften(k, g);
		return;
	}
	const struct name *n = names_find(&w->fields, 0, SLICE("phone"));
	const struct field *f = n ? n->object : NULL;
	if (f && (f->type.kind == TYPE_PHONE || f->type.kind == TYPE_UNKNOWN))
		return;
	struct diag *g = diag_no_phone(k->diags, span, word);
	diag_label(k->diags, g, f ? f->name.span : w->tree->name.span,
	           f ? "this is no `phone`" : "the contacts of this workspace have no number");
	soften(k, g);
}

/* ---- messages ---- */

/* The step takes its place in the plan. False: its name was refused. */
static bool take_up(struct block *b, struct step *s, struct message *m, const struct ast *t, enum node_kind kind)
{
	b->k->sequence->broken |= !s;
	if (!s)
		return false;
	s->message = m;
	if (m && m->body) {
		uint64_t bit = UINT64_C(1) << m->body->bytes % 64;
		b->k->sequence->alike |= (b->lengths & bit) != 0;
		b->lengths |= bit;
	}
	add_step(b->k, s);
	struct node *n = new_node(b, kind, t->span);
	n->step = n->label = s;
	n->detached = kind == NODE_SEND && (b->k->flow.pages & PAGES_OPEN); /* rule 13 */
	append(b, n);
	return true;
}

void check_message_item(struct block *b, const struct ast_message *t)
{
	struct checker *k = b->k;
	struct step *s = step_at(k, t->name);
	enum plan_channel channel = channel_of(t->channel);
	need_channel(k, channel, t->channel.span);
	struct message *m = check_message(k, t, channel, t->name);
	bool held_out = false;
	for (const struct message *i = m; i; i = i->next)
		held_out |= i->hold_out;
	if (channel == CHANNEL_EMAIL) {
		k->flow.may_be_first &= held_out;
		k->flow.may_follow = true;
	}
	b->before = t->name.text;
	if (take_up(b, s, m, &t->node, NODE_SEND))
		s->pick = m && m->variant.n ? PICK_VARIANT : PICK_ONE;
}

/* The user's own message began the enrollment: nothing of ours comes before it. */
void check_original(struct block *b, const struct ast_original *t)
{
	struct checker *k = b->k;
	struct step *s = step_at(k, t->name);
	if (b->first || b->path->around)
		diag_original_not_first(k->diags, t->node.span, t->name.text);
	k->flow.may_be_first = false;
	k->flow.may_follow = true;
	b->before = t->name.text;
	take_up(b, s, NULL, &t->node, NODE_ORIGINAL);
}

/* ---- send … by ---- */

struct by {
	struct ast_name word; /* n == 0: not in the list */
	const struct ast_message *block;
};

/* The list of channels, by which the blocks are told. */
static uint32_t check_by(struct checker *k, const struct ast_send *t, struct by by[CHANNEL_COUNT],
                         enum plan_channel order[CHANNEL_COUNT])
{
	uint32_t count = 0;
	for (const struct ast *i = t->channels.first; i; i = i->next) {
		struct ast_name word = ((const struct ast_word *)i)->name;
		int which = i->kind == AST_WORD ? check_word(k, word, "send … by", WORDS(CHANNEL)) : -1;
		if (which < 0)
			continue;
		if (by[which].word.text.n) {
			struct diag *g = diag_duplicate_name(k->diags, word.span, SLICE("channel"), word.text);
			diag_label(k->diags, g, by[which].word.span, "first given here");
			continue;
		}
		by[which].word = word;
		order[count++] = (enum plan_channel)which;
	}
	return count;
}

static void check_channel_block(struct checker *k, const struct ast_message *t, const struct ast_send *send,
                                struct by by[CHANNEL_COUNT])
{
	struct by *i = &by[channel_of(t->channel)];
	if (i->block) {
		struct diag *g = diag_given_twice(k->diags, t->node.span, t->channel.text);
		diag_label(k->diags, g, i->block->node.span, "first given here");
	} else if (!i->word.text.n) {
		struct diag *g = diag_channel_not_listed(k->diags, t->channel.span, t->channel.text, send->name.text);
		const struct ast *last = send->channels.last;
		if (last)
			diag_fix(k->diags, g, (struct span){last->span.source, last->span.end, last->span.end},
			         arena_printf(k->arena, ", %.*s", SLICE_ARG(t->channel.text)), FIX_MAYBE,
			         "add it to the list");
	}
	i->block = t;
}

static void check_send_parts(struct checker *k, const struct ast_send *t, struct by by[CHANNEL_COUNT], bool *link)
{
	const struct ast *first_link = NULL;
	for (const struct ast *i = t->parts.first; i; i = i->next) {
		if (i->kind == AST_MESSAGE) {
			check_channel_block(k, (const struct ast_message *)i, t, by);
		} else if (i->kind == AST_LINK) {
			if (first_link) {
				struct diag *g = diag_given_twice(k->diags, i->span, SLICE("link"));
				diag_label(k->diags, g, first_link->span, "first given here");
			}
			first_link = first_link ? first_link : i;
		} else if (i->kind != AST_ERROR) {
			struct slice word = i->kind == AST_PART ? ((const struct ast_part *)i)->key.text
			                                        : slice_of(ast_kind_name(i->kind));
			struct diag *g = diag_part_not_here(k->diags, i->span, word, SLICE("`send … by`"));
			diag_note(k->diags, g, "it belongs in the block of a channel: `email { … }`");
		}
	}
	*link = first_link != NULL;
}

void check_send(struct block *b, const struct ast_send *t)
{
	struct checker *k = b->k;
	struct step *s = step_at(k, t->name);
	struct by by[CHANNEL_COUNT] = {0};
	enum plan_channel order[CHANNEL_COUNT] = {0};
	uint32_t count = check_by(k, t, by, order);
	struct message *first = NULL, **last = &first;
	bool link, email = by[CHANNEL_EMAIL].word.text.n != 0;
	check_send_parts(k, t, by, &link);
	for (uint32_t i = 0; i < count; i++) {
		struct by *way = &by[order[i]];
		need_channel(k, order[i], way->word.span);
		if (!way->block) {
			soften(k, diag_channel_without_block(k->diags, way->word.span, way->word.text, t->name.text));
			continue;
		}
		*last = check_message(k, way->block, order[i], t->name);
		if (*last)
			last = &(*last)->next;
	}
	if (email) { /* it may have left by another channel */
		k->flow.may_be_first &= count > 1;
		k->flow.may_follow = true;
	}
	b->before = t->name.text;
	if (!take_up(b, s, first, &t->node, NODE_SEND))
		return;
	s->pick = PICK_CHANNEL;
	s->mints_link = link;
}
