/* SPDX-License-Identifier: Apache-2.0
 * What coverage counts: only in sources of one's own, the library is tested elsewhere. */
#include "compiler/emit.h"

static void add(struct emit *e, struct coverage_point point)
{
	if (e->sequence && e->c->keep_tests && !e->c->sources.items[point.span.source].is_std)
		ARENA_PUSH(e->arena, e->points, e->point_count, e->point_cap) = point;
}

void emit_point(struct emit *e, enum point_kind kind, enum point_way way, struct span span, uint32_t pc)
{
	add(e, (struct coverage_point){.kind = kind, .way = way, .span = span, .pc = pc});
}

void emit_exit_point(struct emit *e, struct span span, struct slice reason)
{
	add(e, (struct coverage_point){.kind = POINT_EXIT, .way = WAY_EXIT, .span = span, .name = reason});
}

/* ---- messages that may be put off ---- */
#define WORKDAYS 0x1Fu
#define WEEK     0x7Fu

/* Whether a message of that window can be put off at all: `anytime` and no window leave when they are due. */
static bool is_windowed(const struct sequence *q, const struct message *m)
{
	const struct window *w = m->window ? m->window : q->window;
	return !m->hold_out && (w ? !w->anytime : q->purpose == PURPOSE_SALES);
}

/* Whether all of the window's hours are those of every such day. */
static bool is_alike(const struct window *w, uint32_t days)
{
	for (const struct window_part *p = w ? w->parts : NULL; p; p = p->next)
		if ((p->days & days) != days)
			return false;
	return true;
}

/* A wait that leads from an hour of the window to the same hour of another open day. */
static bool keeps_inside(const struct sequence *q, const struct node *n)
{
	bool workdays = q->skip & SKIP_WEEKENDS && is_alike(q->window, WORKDAYS);
	bool week = !q->skip && is_alike(q->window, WEEK);
	for (const struct term *t = n->terms; t; t = t->next) {
		const struct expr *d = t->duration;
		bool days = d->kind == EXPR_CONSTANT && d->constant.unit != UNIT_US;
		if (!days || !(week || (workdays && d->constant.unit == UNIT_BUSINESS_DAYS)))
			return false;
	}
	return n->at_minute < 0;
}

/* Whether one of its messages can be put off, coming there `inside` an opening of the sequence's window or not. */
static bool defers(const struct sequence *q, const struct step *s, bool inside)
{
	for (const struct message *m = s->message; m; m = m->next)
		if (is_windowed(q, m) && (!inside || m->window))
			return true;
	return false;
}

/* Whether what comes after the list still is `inside`. */
static bool deferred_points(struct emit *e, const struct node *n, bool inside)
{
	for (; n; n = n->next) {
		switch (n->kind) {
		case NODE_SEND:
			if (defers(e->sequence, n->step, inside))
				add(e, (struct coverage_point){.kind = POINT_DEFERRED,
				                               .way = WAY_DEFERRED,
				                               .span = n->step->name.span,
				                               .name = n->step->name.text});
			inside = !n->step->message || !n->step->message->window;
			break;
		case NODE_WAIT: inside = inside && keeps_inside(e->sequence, n); break;
		case NODE_WHEN: {
			bool then = deferred_points(e, n->then, inside);
			inside = deferred_points(e, n->otherwise, inside) && then;
			break;
		}
		case NODE_WAIT_FOR:
			for (const struct arm *a = n->arms; a; a = a->next)
				deferred_points(e, a->body, false);
			deferred_points(e, n->otherwise, false);
			inside = false;
			break;
		case NODE_REPEAT:
			deferred_points(e, n->then, false);
			inside = false;
			break;
		case NODE_END: return true; /* no path goes on */
		case NODE_WAIT_UNTIL:
		case NODE_REST: inside = false; break;
		case NODE_ORIGINAL:
		case NODE_SET:
		case NODE_PERFORM:
		case NODE_KEEP:
		case NODE_SUPPRESS:
		case NODE_KIND_COUNT: break;
		}
	}
	return inside;
}

static void step_points(struct emit *e, const struct step *s)
{
	const struct plan_step *row = image_record(e->b, SECTION_STEP, s->index);
	struct coverage_point point = {
	        .kind = POINT_STEP, .span = s->name.span, .pc = row->entry, .name = s->name.text};
	if (row->entry == NONE)
		return;
	add(e, point);
	point.kind = POINT_FALLBACK;
	point.way = WAY_SENT_BY;
	for (const struct message *m = s->pick == PICK_CHANNEL ? s->message->next : NULL; m; m = m->next) {
		point.word = slice_of(words_CHANNEL[m->channel]);
		add(e, point);
	}
}

void emit_step_points(struct emit *e)
{
	if (!e->c->keep_tests)
		return;
	for (uint32_t i = 0; i < e->sequence->step_count; i++)
		step_points(e, e->sequence->steps[i]);
	deferred_points(e, e->sequence->body, false);
}
