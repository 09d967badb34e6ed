/* SPDX-License-Identifier: Apache-2.0
 * A walk with the number of paths, of those that lack the value, and one of these, the one with the fewest turns. It
 * ends at the item that needs the value. What gives a value is what flow.c says does. */
#include "compiler/analyze/assigned.h"
#include "compiler/check_print.h"

#define PATHS_TOLD 100 /* more are not counted */
#define TOLD_MAX   16  /* findings of a sequence that get a path */
#define LABELS_MAX 3

/* One finding. */
struct missing {
	int code; /* of the finding */
	struct span span;
	const void *what;
	struct span item;
	const struct frame *frame;
	struct missing *next;
};

/* What a path does: a step, or a turn. */
struct turn {
	struct slice text;
	struct span span; /* of a turn */
	bool misses;      /* the other turn would have given the value */
	uint32_t count;   /* of turns, this one included */
	const struct turn *before;
};

struct paths {
	uint32_t all, lacking;   /* at most PATHS_TOLD */
	const struct turn *turn; /* of a lacking one */
};

struct jump {
	const struct step *to;
	struct paths at;
	struct jump *next;
};

struct walk {
	struct checker *k;
	const struct missing *m;
	struct jump *jumps;
	bool found;
	struct paths there;
	bool looped;
};

void assigned_note(struct checker *k, const void *what)
{
	if (!k->sequence || !k->item)
		return;
	struct missing *m = ARENA_NEW(k->arena, struct missing);
	const struct diag *g = &k->diags->items[k->diags->count - 1];
	*m = (struct missing){.code = g->code,
	                      .span = g->span,
	                      .what = what,
	                      .item = k->item->span,
	                      .frame = k->frame,
	                      .next = k->sequence->missing};
	k->sequence->missing = m;
}

/* ---- paths ---- */

static uint32_t capped(uint32_t n)
{
	return n < PATHS_TOLD ? n : PATHS_TOLD;
}

static struct paths joined(const struct paths *a, const struct paths *b)
{
	bool first = a->lacking && (!b->lacking || (a->turn ? a->turn->count : 0) <= (b->turn ? b->turn->count : 0));
	return (struct paths){.all = capped(a->all + b->all),
	                      .lacking = capped(a->lacking + b->lacking),
	                      .turn = first ? a->turn : b->turn};
}

static void add_turn(struct walk *w, struct paths *p, struct slice text, struct span span)
{
	struct turn *t = ARENA_NEW(w->k->arena, struct turn);
	*t = (struct turn){.text = text, .span = span, .before = p->turn, .count = p->turn ? p->turn->count : 0};
	t->count += span.end > 0;
	p->turn = t;
}

/* Whether the condition, so answered, says that the value is there. */
static bool gives(struct walk *w, const struct expr *e, bool truth)
{
	struct checker *k = w->k;
	struct flow before = k->flow;
	k->flow = (struct flow){0};
	if (e->kind != EXPR_POISON)
		flow_assume(&k->flow, k->arena, e, truth);
	bool sure = flow_is_present(&k->flow, w->m->what);
	for (const struct variable *v = w->k->sequence->slots; v && !sure; v = v->next)
		sure = v == w->m->what && answer_is_sure(k, v);
	k->flow = before;
	return sure;
}

static struct slice told(struct walk *w, const struct expr *e, bool truth)
{
	struct buf *out = &w->k->c->scratch;
	bool asked = e->kind == EXPR_NOT && e->left->kind == EXPR_FACT && e->left->fact == FACT_DONE;
	buf_clear(out);
	if (asked && e->left->step->plan_kind == STEP_ASK) {
		buf_addf(out, "`%.*s` %sanswered", SLICE_ARG(e->left->step->name.text), truth ? "un" : "");
	} else {
		struct slice source = source_text(&w->k->c->sources, e->span);
		buf_addf(out, "`%.*s` is %s", SLICE_ARG(source), truth ? "yes" : "no");
	}
	struct slice text = arena_copy(w->k->diags->arena, buf_slice(out));
	buf_clear(out);
	return text;
}

/* ---- the walk ---- */

static void walk_list(struct walk *w, const struct node *n, struct paths *p);

/* Of two turns that lead on: where one gives the value and the other does not, the latter misses it. */
static void mark(const struct turn *turn, const struct paths *side, const struct paths *other)
{
	if (side->lacking && other->all && !other->lacking)
		((struct turn *)turn)->misses = true;
}

static void walk_when(struct walk *w, const struct node *n, struct paths *p)
{
	struct paths yes = *p, no = *p;
	add_turn(w, &yes, told(w, n->expr, true), n->expr->span);
	add_turn(w, &no, told(w, n->expr, false), n->expr->span);
	const struct turn *yes_turn = yes.turn, *no_turn = no.turn;
	if (gives(w, n->expr, true))
		yes.lacking = 0;
	if (gives(w, n->expr, false))
		no.lacking = 0;
	walk_list(w, n->then, &yes);
	if (w->found)
		return;
	walk_list(w, n->otherwise, &no);
	mark(yes_turn, &yes, &no);
	mark(no_turn, &no, &yes);
	*p = joined(&yes, &no);
}

static void walk_wait_for(struct walk *w, const struct node *n, struct paths *p)
{
	struct paths out = {0};
	struct span head = {n->span.source, n->span.start, n->span.start + 8};
	for (const struct arm *a = n->arms; a && !w->found; a = a->next) {
		struct paths arm = *p;
		struct buf *text = &w->k->c->scratch;
		buf_clear(text);
		buf_adds(text, "on ");
		check_print_trigger(text, &a->trigger);
		add_turn(w, &arm, arena_copy(w->k->diags->arena, buf_slice(text)), head);
		buf_clear(text);
		walk_list(w, a->body, &arm);
		out = joined(&out, &arm);
	}
	if (w->found)
		return;
	struct paths late = *p;
	add_turn(w, &late, SLICE("on nothing"), head);
	const struct turn *turn = late.turn;
	walk_list(w, n->otherwise, &late);
	mark(turn, &late, &out);
	*p = joined(&out, &late);
}

/* The last rest of an `ask` without `on nothing`: it may be left unanswered all the same. */
static void walk_ask(struct walk *w, const struct node *n, struct paths *p)
{
	const struct node *next = n->next;
	const struct expr *e = next && next->kind == NODE_WHEN ? next->expr : NULL;
	if (n->step->plan_kind != STEP_ASK || n->terms ||
	    (e && e->kind == EXPR_NOT && e->left->kind == EXPR_FACT && e->left->step == n->step))
		return;
	struct expr done = {.kind = EXPR_FACT, .type = {.kind = TYPE_YES_NO}, .step = n->step, .fact = FACT_DONE};
	struct paths late = *p;
	struct slice text = arena_printf(w->k->diags->arena, "`%.*s` unanswered", SLICE_ARG(n->step->name.text));
	add_turn(w, &late, text, n->step->name.span);
	if (gives(w, &done, true))
		p->lacking = 0;
	mark(late.turn, &late, p);
	*p = joined(p, &late);
}

static void walk_repeat(struct walk *w, const struct node *n, struct paths *p)
{
	struct paths none = *p;
	w->looped = true;
	walk_list(w, n->then, p);
	if (w->found || !n->expr)
		return;
	struct span head = {n->span.source, n->span.start, n->span.start + 6};
	add_turn(w, &none, SLICE("no round of the `repeat`"), head);
	mark(none.turn, &none, p);
	*p = joined(p, &none);
}

static void land(struct walk *w, const struct step *label, struct paths *p)
{
	for (struct jump **at = &w->jumps; *at;) {
		struct jump *j = *at;
		if (j->to != label) {
			at = &j->next;
			continue;
		}
		*p = joined(p, &j->at);
		*at = j->next;
	}
}

/* `otherwise skip` and `otherwise skip to`. */
static void leave(struct walk *w, const struct node *n, const struct step *to, struct paths *p)
{
	struct jump *j = ARENA_NEW(w->k->arena, struct jump);
	*j = (struct jump){.to = to, .at = *p, .next = w->jumps};
	add_turn(w, &j->at, SLICE("the moment is past"),
	         (struct span){n->span.source, n->span.start, n->span.start + 10});
	w->jumps = j;
}

static void walk_set(struct walk *w, const struct node *n, struct paths *p)
{
	const void *set = n->variable ? (const void *)n->variable : (const void *)n->field;
	const struct expr *culprit;
	struct flow before = w->k->flow;
	if (set != w->m->what)
		return;
	w->k->flow = (struct flow){0};
	p->lacking = expr_may_be_absent(w->k, n->expr, &culprit) && n->field ? p->all : 0;
	w->k->flow = before;
}

static bool is_there(const struct walk *w, const struct node *n)
{
	const struct span *i = &w->m->item;
	return n->frame == w->m->frame && n->span.source == i->source && n->span.start >= i->start &&
	       n->span.end <= i->end;
}

static void walk_node(struct walk *w, const struct node *n, struct paths *p)
{
	switch (n->kind) {
	case NODE_SEND:
	case NODE_ORIGINAL:
	case NODE_PERFORM: add_turn(w, p, n->step->name.text, (struct span){0, 0, 0}); break;
	case NODE_WHEN: walk_when(w, n, p); break;
	case NODE_WAIT_FOR: walk_wait_for(w, n, p); break;
	case NODE_REPEAT: walk_repeat(w, n, p); break;
	case NODE_SET: walk_set(w, n, p); break;
	case NODE_REST: walk_ask(w, n, p); break;
	case NODE_END: *p = (struct paths){0}; break;
	case NODE_WAIT_UNTIL:
		if (n->otherwise_kind == OTHERWISE_SKIP)
			leave(w, n, NULL, p);
		else if (n->otherwise_kind == OTHERWISE_SKIP_TO)
			leave(w, n, n->step, p);
		break;
	default: break;
	}
}

static void walk_list(struct walk *w, const struct node *n, struct paths *p)
{
	for (; n && !w->found; n = n->next) {
		if (n->label)
			land(w, n->label, p);
		if (is_there(w, n)) {
			w->found = true;
			w->there = *p;
			return;
		}
		walk_node(w, n, p);
		if (n->skip_lands && !w->found)
			land(w, NULL, p);
	}
}

/* ---- telling ---- */

static void put_path(struct buf *out, const struct turn *t)
{
	if (!t)
		return;
	put_path(out, t->before);
	buf_addf(out, "%s%.*s", t->before ? ", then " : "", SLICE_ARG(t->text));
}

/* Fragments join their findings, so that no index holds. */
static struct diag *find(struct checker *k, const struct missing *m)
{
	for (uint32_t i = k->diags->count; i > 0; i--) {
		struct diag *g = &k->diags->items[i - 1];
		if (g->code == m->code && g->span.source == m->span.source && g->span.start == m->span.start)
			return g;
	}
	return NULL;
}

static void tell(struct checker *k, const struct missing *m)
{
	struct walk w = {.k = k, .m = m};
	struct paths start = {.all = 1, .lacking = 1};
	walk_list(&w, k->sequence->body, &start);
	struct diag *g = find(k, m);
	uint32_t labels = 0;
	if (!w.found || !g || !w.there.lacking || w.there.lacking == w.there.all || !w.there.turn)
		return; /* where every path lacks it, there is nothing to tell them apart by */
	for (const struct turn *t = w.there.turn; t && labels < LABELS_MAX; t = t->before)
		if (t->misses && ++labels)
			diag_label(k->diags, g, t->span, "the way without it: %.*s", SLICE_ARG(t->text));
	struct buf *out = &k->c->scratch;
	buf_clear(out);
	if (w.there.all < PATHS_TOLD && !w.looped)
		buf_addf(out, "it is missing on %u of %u paths to here, for example: ", w.there.lacking, w.there.all);
	else
		buf_adds(out, "it is missing on a path to here, for example: ");
	put_path(out, w.there.turn);
	diag_note(k->diags, g, "%s", buf_cstr(out));
	buf_clear(out);
}

void assigned_tell(struct checker *k, const struct sequence *q)
{
	uint32_t count = 0;
	for (const struct missing *m = q->missing; m && count < TOLD_MAX; m = m->next, count++)
		tell(k, m);
}
