/* SPDX-License-Identifier: Apache-2.0
 * Variants of a message: one of them leaves, by a hash of the enrollment and the step. Their shares make 100 %; one
 * that says nothing is a hold-out. */
#include "compiler/check_message.h"

/* `variant none 10%`, or one without parts where the variants share no text either. */
static bool is_hold_out(const struct ast_variant *t, const struct message_parts *shared)
{
	bool says_nothing = !shared->body && !shared->subject && !shared->template_tree;
	return !t->parts.first && (says_nothing || slice_is(t->name.text, "none"));
}

/* The variant's own parts over the shared ones. */
static void over(struct checker *k, const struct ast_variant *t, const struct message_parts *shared,
                 struct message_parts *p)
{
	*p = *shared;
	p->name = t->name;
	p->block = NULL;
	p->inside = "a variant";
	p->limits = NULL;
	p->last_limit = &p->limits;
	p->attachments = NULL;
	p->last_attachment = &p->attachments;
	parts_gather(k, &t->parts, p);
	*p->last_limit = shared->limits;
	*p->last_attachment = shared->attachments;
}

static struct message *check_variant(struct checker *k, const struct ast_variant *t, const struct message_parts *shared)
{
	struct message_parts p;
	struct message *m;
	if (is_hold_out(t, shared)) {
		m = ARENA_NEW(k->arena, struct message);
		*m = (struct message){.channel = shared->channel, .hold_out = true};
	} else {
		over(k, t, shared, &p);
		m = check_whole_message(k, &p);
	}
	m->variant = t->name.text;
	m->share = (uint32_t)(t->percent_micro < 0                           ? 0
	                      : t->percent_micro > 10 * (int64_t)SHARE_WHOLE ? 10 * SHARE_WHOLE
	                                                                     : t->percent_micro);
	return m;
}

/* "99.5", without zeros at its end. */
static struct slice percent(struct checker *k, int64_t micro)
{
	struct slice s =
	        arena_printf(k->arena, "%lld.%06lld", (long long)(micro / 1000000), (long long)(micro % 1000000));
	while (slice_ends(s, "0"))
		s.n--;
	if (slice_ends(s, "."))
		s.n--;
	return s;
}

static void check_shares(struct checker *k, const struct message *m, struct ast_name step, struct span first,
                         struct span last)
{
	int64_t sum = 0;
	uint32_t count = 0;
	bool any = false;
	for (; m; m = m->next, count++) {
		sum += m->share;
		any |= !m->hold_out;
	}
	if (sum != SHARE_WHOLE)
		diag_shares_not_whole(k->diags, span_join(first, last), percent(k, sum), step.text);
	else if (count == 1 && any)
		diag_one_variant(k->diags, first, step.text);
	if (!any)
		soften(k, diag_only_hold_outs(k->diags, step.span, step.text));
}

struct message *check_variants(struct checker *k, const struct message_parts *shared)
{
	struct message *first = NULL, **last = &first;
	struct names seen = {0};
	struct span first_name = shared->name.span, last_name = first_name;
	bool whole = true;
	uint32_t count = 0;
	for (const struct ast *i = shared->block->first; i; i = i->next) {
		const struct ast_variant *t = (const struct ast_variant *)i;
		whole &= i->kind != AST_ERROR;
		if (i->kind != AST_VARIANT)
			continue;
		const struct name *other = names_find(&seen, 0, t->name.text);
		if (other) {
			say_duplicate(k->diags, "variant", t->name, other->span);
			whole = false;
			continue;
		}
		if (!check_room(k, count, t->name.span, "variants"))
			break;
		names_add(&seen, k->arena, 0, t->name.text, t->name.span, NULL);
		last_name = t->name.span;
		if (!count++)
			first_name = last_name;
		*last = check_variant(k, t, shared);
		last = &(*last)->next;
	}
	if (whole)
		check_shares(k, first, shared->name, first_name, last_name);
	return first;
}
