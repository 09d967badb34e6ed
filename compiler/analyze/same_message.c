/* SPDX-License-Identifier: Apache-2.0
 * Messages of one block are on one path, unless it ends between them. Those that take the same `message` are meant to
 * be alike; two texts that are written out and say the same are a copy that was forgotten. */
#include "compiler/analyze/same_message.h"
#include "compiler/check_print.h"
#include "diag_codes.h"
#include <string.h>

static void check_list(struct compile *c, struct arena *arena, const struct node *n);

/* With a mistake in it, or a file that is not there, it cannot be compared. */
static bool is_known(const struct text *t)
{
	for (const struct piece *p = t->locales[0]; p; p = p->next)
		if (p->expr && p->expr->kind == EXPR_POISON)
			return false;
	return true;
}

/* Shorter ones ("Hi") may well say the same; in bytes. */
#define SAID_LEAST 24

/* What the message says, canonically. */
static struct slice said_by(struct compile *c, const struct message *m)
{
	struct buf *out = &c->scratch;
	buf_clear(out);
	check_print_text(out, c, "", "", m->body);
	return buf_slice(out);
}

/* Equal for texts that say the same: how long the first locale's pieces are, and how they begin. */
struct key {
	uint64_t bytes;
	char begins[24];
};

static struct key key_of(const struct text *t)
{
	struct key key = {.bytes = 0};
	const struct piece *first = t->locales[0];
	key.bytes = t->bytes;
	if (first && first->chars.n)
		memcpy(key.begins, first->chars.p,
		       first->chars.n < sizeof key.begins ? first->chars.n : sizeof key.begins);
	return key;
}

static void check_step(struct compile *c, struct arena *arena, struct names *seen, const struct step *s)
{
	const struct message *m = s->message;
	if (!m || s->pick != PICK_ONE || !m->body || !is_known(m->body))
		return;
	struct key key = key_of(m->body);
	if (key.bytes < SAID_LEAST)
		return;
	struct slice bytes = {(const char *)&key, sizeof key};
	const struct name *other = names_find(seen, m->channel, bytes);
	if (!other) {
		names_add(seen, arena, m->channel, arena_copy(arena, bytes), s->name.span, (void *)s);
		return;
	}
	const struct step *before = other->object;
	struct slice said = arena_copy(arena, said_by(c, before->message));
	if (!slice_eq(said, said_by(c, m)))
		return;
	struct span a = s->message->body->span, b = before->message->body->span;
	if (a.source == b.source && a.start == b.start)
		return;
	struct diag *g = diag_same_message(&c->diags, s->name.span, s->name.text, before->name.text);
	diag_label(&c->diags, g, before->name.span, "said here before");
}

static void check_blocks(struct compile *c, struct arena *arena, const struct node *n)
{
	check_list(c, arena, n->then);
	check_list(c, arena, n->otherwise);
	for (const struct arm *a = n->arms; a; a = a->next)
		check_list(c, arena, a->body);
}

static void check_list(struct compile *c, struct arena *arena, const struct node *n)
{
	struct names seen = {0};
	for (; n; n = n->next) {
		if (n->kind == NODE_SEND)
			check_step(c, arena, &seen, n->step);
		else
			check_blocks(c, arena, n);
	}
}

void same_message_check(struct compile *c, struct arena *arena, const struct sequence *q)
{
	check_list(c, arena, q->body);
}
