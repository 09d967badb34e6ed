/* SPDX-License-Identifier: Apache-2.0
 * A search in depth over the handoffs to sequences that enroll a contact again, without recursion. Each circle is told
 * once, at the handoff that closes it. */
#include "compiler/analyze/handoffs.h"

/* A sequence. */
struct vertex {
	const struct declaration *declaration;
	const struct ast_enroll *enroll; /* NULL: once */
	struct handoff *first, *last, *cursor;
	const struct handoff *way; /* by which the search goes on */
	struct vertex *from;
	bool on_the_way, done;
	struct vertex *next;
};

struct handoff {
	struct vertex *to;
	struct span span;
	struct handoff *next;
};

static const struct ast_enroll *enroll_of(const struct declaration *d)
{
	for (const struct ast *i = ((const struct ast_sequence *)d->tree)->items.first; i; i = i->next)
		if (i->kind == AST_ENROLL)
			return (const struct ast_enroll *)i;
	return NULL;
}

static struct vertex *vertex_of(struct checker *k, struct declaration *d)
{
	struct arena *arena = &k->c->arena;
	if (d->vertex)
		return d->vertex;
	struct vertex *v = d->vertex = ARENA_NEW(arena, struct vertex);
	*v = (struct vertex){.declaration = d, .enroll = enroll_of(d), .next = k->handoffs};
	return k->handoffs = v;
}

void handoffs_note(struct checker *k, struct declaration *to, struct span span)
{
	const struct name *own = names_find(&k->c->modules->sequences, 0, k->sequence->name.text);
	if (!own)
		return;
	struct vertex *v = vertex_of(k, own->object);
	struct handoff *h = ARENA_NEW(&k->c->arena, struct handoff);
	*h = (struct handoff){.to = vertex_of(k, to), .span = span};
	*(v->last ? &v->last->next : &v->first) = h;
	v->last = h;
}

static bool takes_again(const struct vertex *v)
{
	return v->enroll && (slice_is(v->enroll->mode.text, "always") || slice_is(v->enroll->mode.text, "again"));
}

/* From `to` on, by the way that the search went, back to it. */
static void tell(struct checker *k, const struct vertex *to, const struct vertex *last)
{
	struct buf *out = &k->c->scratch;
	buf_clear(out);
	const struct vertex *v = to;
	for (; v != last; v = v->way->to)
		buf_addf(out, "%.*s -> ", SLICE_ARG(v->declaration->name.text));
	buf_addf(out, "%.*s -> %.*s", SLICE_ARG(last->declaration->name.text), SLICE_ARG(to->declaration->name.text));
	struct slice circle = arena_copy(k->diags->arena, buf_slice(out));
	buf_clear(out);
	struct diag *g = diag_handoff_circle(k->diags, last->way->span, circle);
	for (v = to; v != last; v = v->way->to)
		diag_label(k->diags, g, v->way->span, "from `%.*s` on", SLICE_ARG(v->declaration->name.text));
	diag_label(k->diags, g, to->enroll->node.span, "so it takes the same contact again");
}

static void search(struct checker *k, struct vertex *v)
{
	v->cursor = v->first;
	v->on_the_way = true;
	while (v) {
		struct handoff *h = v->cursor;
		if (!h) {
			v->on_the_way = false;
			v->done = true;
			v = v->from;
			continue;
		}
		v->cursor = h->next;
		v->way = h;
		struct vertex *to = h->to;
		if (to->on_the_way) {
			tell(k, to, v);
		} else if (!to->done && takes_again(to)) {
			to->from = v;
			to->cursor = to->first;
			to->on_the_way = true;
			v = to;
		}
	}
}

void handoffs_check(struct checker *k)
{
	for (struct vertex *v = k->handoffs; v; v = v->next)
		if (!v->done && takes_again(v))
			search(k, v);
}
