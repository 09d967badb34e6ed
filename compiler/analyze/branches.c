/* SPDX-License-Identifier: Apache-2.0
 * One walk over the graph with what is known (values.h). Whoever comes by an arm answered its condition; where paths
 * meet, what both know is left. A rest forgets what may change meanwhile, and then whoever an `exit when` is for has
 * left (rule 9). A repeat begins with what none of its rounds can change. */
#include "compiler/analyze/branches.h"
#include "compiler/analyze/reviews.h"

#define EXITS_ASKED 16 /* `exit when`s that are reckoned with; more are only not made use of */

struct jump {
	const struct step *to;
	struct knowledge *at;
	struct jump *next;
};

struct walk {
	struct checker *k;
	const struct sequence *q;
	struct values v;
	struct jump *jumps;
};

/* ---- telling ---- */

static bool is_given(const struct expr *e)
{
	return e && (e->given || is_given(e->left) || is_given(e->right) || is_given(e->next) || is_given(e->options));
}

struct slice branches_known(struct checker *k, struct values *v, const struct known *known)
{
	struct buf *out = v->scratch;
	buf_clear(out);
	values_describe(v, out, known);
	struct slice text = arena_copy(k->diags->arena, buf_slice(out));
	buf_clear(out);
	return text;
}

void branches_label(struct checker *k, struct diag *g, const struct known *because)
{
	static const char *const texts[] = {
	        [FROM_NOTHING] = NULL,
	        [FROM_WRITTEN] = NULL,
	        [FROM_TEST] = "asked here",
	        [FROM_SET] = "set here",
	        [FROM_EXIT] = "this exit takes all others",
	        [FROM_DECLARATION] = "declared here",
	        [FROM_ORDER] = "it comes here",
	        [FROM_ITSELF] = "this part says so",
	};
	const struct origin *o = &because->origin;
	if (texts[o->kind] && o->span.end > o->span.start)
		diag_label(k->diags, g, o->span, "%s", texts[o->kind]);
}

void branches_begin(struct checker *k, const struct sequence *q, struct values *v, bool any_time)
{
	*v = (struct values){.arena = k->arena, .scratch = &k->c->scratch, .sequence = q, .any_time = any_time};
	if (!any_time)
		v->reached = ARENA_ARRAY(k->arena, bool, q->step_count + 1);
}

static struct slice word_of(enum verdict v)
{
	return v == ALWAYS ? SLICE("yes") : SLICE("no");
}

/* In a fragment only what every run of it says: nothing that a parameter or the place of the run decides. */
static bool may_tell(const struct node *n, const struct expr *e, const struct answer *a)
{
	const struct origin *o = &a->because.origin;
	bool synthetic = e->span.start == n->span.start && e->span.end == n->span.end;
	if (a->verdict == OPEN || synthetic || o->kind == FROM_NOTHING)
		return false;
	if (!n->frame && o->kind != FROM_TEST && o->kind != FROM_SET)
		return !is_given(e);
	if (o->kind == FROM_EXIT)
		return false;
	bool own = (o->kind != FROM_TEST && o->kind != FROM_SET) || o->frame == n->frame;
	return own && !is_given(e) && !is_given(o->by);
}

/* NULL: the arm is the last of its `choose`, and takes who is left: as it should be. */
static struct diag *tell_answer(struct walk *w, const struct node *n, const struct expr *e, struct answer *a)
{
	struct checker *k = w->k;
	bool arm = n->kind == NODE_WHEN && n->in_choose && a->verdict == ALWAYS;
	if (a->because.origin.kind == FROM_WRITTEN)
		return diag_always_same(k->diags, e->span, word_of(a->verdict));
	if (arm && !n->otherwise)
		return NULL;
	if (a->because.origin.kind == FROM_ORDER)
		return diag_not_yet(k->diags, e->span, word_of(a->verdict), branches_known(k, &w->v, &a->because));
	return diag_asked_before(k->diags, e->span, word_of(a->verdict), branches_known(k, &w->v, &a->because));
}

/* The last arm takes all who are left, and yet an `otherwise` stands behind it. */
static bool tell_otherwise(struct walk *w, const struct node *n, struct answer *a)
{
	if (!n->in_choose || a->verdict != ALWAYS || a->because.origin.kind == FROM_WRITTEN || !n->otherwise ||
	    n->otherwise->in_choose)
		return false;
	struct diag *g =
	        diag_otherwise_never(w->k->diags, n->otherwise->span, branches_known(w->k, &w->v, &a->because));
	diag_label(w->k->diags, g, n->expr->span, "this takes all who are left");
	return true;
}

static void tell(struct walk *w, const struct node *n, const struct expr *e, struct answer a)
{
	if (!may_tell(n, e, &a) || tell_otherwise(w, n, &a))
		return;
	struct diag *g = tell_answer(w, n, e, &a);
	if (!g)
		return;
	branches_label(w->k, g, &a.because);
	const struct node *never = n->kind != NODE_WHEN ? NULL : a.verdict == NEVER ? n->then : n->otherwise;
	if (never && never->span.start > e->span.end)
		diag_label(w->k->diags, g, never->span, "so nobody comes here");
}

/* ---- the walk ---- */

static void walk_list(struct walk *w, const struct node *n, struct knowledge *k);

/* Who is still here when it wakes up is nobody whom an exit takes. */
static void after_exits(struct walk *w, struct knowledge *k)
{
	uint32_t count = 0;
	for (const struct exit_rule *x = w->q->exits; x && count < EXITS_ASKED; x = x->next) {
		if (x->trigger != TRIGGER_WHEN)
			continue;
		count++;
		struct origin origin = {.kind = FROM_EXIT, .span = x->span, .by = x->when};
		values_assume(&w->v, k, x->when, false, &origin);
	}
}

static void wake(struct walk *w, struct knowledge *k)
{
	if (k->dead)
		return;
	knowledge_pass(k);
	after_exits(w, k);
}

/* Where it may also go on at once, before anything else is looked at. */
static void may_wake(struct walk *w, struct knowledge *k)
{
	struct knowledge *later = knowledge_copy(&w->v, k);
	wake(w, later);
	knowledge_join(&w->v, k, later);
	knowledge_drop(&w->v, later);
}

static void reach(struct walk *w, struct knowledge *k, struct step *s)
{
	if (s->index < w->q->step_count)
		w->v.reached[s->index] = true;
	s->no_path = k->dead;
	s->gated = s->plan_kind == STEP_REVIEW && !k->dead && reviews_gated(k, &s->gate);
	knowledge_begin_step(k, s);
}

static void assume(struct walk *w, struct knowledge *k, const struct node *n, const struct expr *e, bool truth)
{
	struct origin origin = {.kind = FROM_TEST, .span = e->span, .by = e, .frame = n->frame};
	values_assume(&w->v, k, e, truth, &origin);
}

static void ask(struct walk *w, const struct knowledge *k, const struct node *n, const struct expr *e)
{
	if (e && !k->dead)
		tell(w, n, e, values_answer(&w->v, k, e));
}

/* The arms of a `choose` one after the other, as deep as one `when`. */
static void walk_when(struct walk *w, const struct node *n, struct knowledge *k)
{
	struct knowledge *out = knowledge_copy(&w->v, NULL);
	out->dead = true;
	for (;;) {
		ask(w, k, n, n->expr);
		struct knowledge *then = knowledge_copy(&w->v, k);
		assume(w, then, n, n->expr, true);
		walk_list(w, n->then, then);
		knowledge_join(&w->v, out, then);
		knowledge_drop(&w->v, then);
		assume(w, k, n, n->expr, false);
		if (!n->in_choose || !n->otherwise || !n->otherwise->in_choose || n->otherwise->next)
			break; /* with more behind it, it is a `choose` in the `otherwise` */
		n = n->otherwise;
	}
	walk_list(w, n->otherwise, k);
	knowledge_join(&w->v, k, out);
	knowledge_drop(&w->v, out);
}

static void walk_wait_for(struct walk *w, const struct node *n, struct knowledge *k)
{
	struct knowledge *out = knowledge_copy(&w->v, NULL);
	struct knowledge *first = knowledge_copy(&w->v, k);
	out->dead = true;
	wake(w, k);
	may_wake(w, first); /* it may have come before */
	for (const struct arm *a = n->arms; a; a = a->next) {
		struct knowledge *arm = knowledge_copy(&w->v, first);
		ask(w, arm, n, a->trigger.when);
		if (a->trigger.when)
			assume(w, arm, n, a->trigger.when, true);
		walk_list(w, a->body, arm);
		knowledge_join(&w->v, out, arm);
		knowledge_drop(&w->v, arm);
	}
	knowledge_drop(&w->v, first);
	walk_list(w, n->otherwise, k);
	knowledge_join(&w->v, k, out);
	knowledge_drop(&w->v, out);
}

/* What a round before may have done. */
static void forget_body(struct walk *w, const struct node *n, struct knowledge *k)
{
	for (; n; n = n->next) {
		if (n->step && n->kind != NODE_WAIT_UNTIL) {
			if (n->step->index < w->q->step_count)
				w->v.reached[n->step->index] = true;
			knowledge_begin_step(k, n->step);
		}
		if (n->kind == NODE_SET)
			knowledge_forget(k, n->variable ? (const void *)n->variable : n->field);
		forget_body(w, n->then, k);
		forget_body(w, n->otherwise, k);
		for (const struct arm *a = n->arms; a; a = a->next)
			forget_body(w, a->body, k);
	}
}

static void walk_repeat(struct walk *w, const struct node *n, struct knowledge *k)
{
	struct knowledge *head = knowledge_copy(&w->v, k);
	forget_body(w, n->then, head);
	forget_body(w, n->then, k);
	may_wake(w, head);
	may_wake(w, k);
	ask(w, k, n, n->expr);
	if (n->expr)
		assume(w, head, n, n->expr, false);
	walk_list(w, n->then, head);
	if (n->once && !n->expr)
		k->dead = true;
	knowledge_drop(&w->v, head);
}

static void jump_to(struct walk *w, const struct step *to, const struct knowledge *k)
{
	struct jump *j = ARENA_NEW(w->k->arena, struct jump);
	*j = (struct jump){.to = to, .at = knowledge_copy(&w->v, k), .next = w->jumps};
	w->jumps = j;
}

static void land(struct walk *w, const struct step *label, struct knowledge *k)
{
	for (struct jump **at = &w->jumps; *at;) {
		struct jump *j = *at;
		if (j->to != label) {
			at = &j->next;
			continue;
		}
		knowledge_join(&w->v, k, j->at);
		knowledge_drop(&w->v, j->at);
		*at = j->next;
	}
}

static void walk_until(struct walk *w, const struct node *n, struct knowledge *k, struct knowledge **skipping)
{
	struct knowledge *now = k;
	if (n->otherwise_kind == OTHERWISE_SKIP) {
		now = knowledge_copy(&w->v, k);
		now->next = *skipping;
		*skipping = now;
	} else if (n->otherwise_kind == OTHERWISE_SKIP_TO) {
		jump_to(w, n->step, k);
	}
	if (n->expr && n->otherwise_kind == OTHERWISE_CONTINUE)
		may_wake(w, k);
	else
		wake(w, k);
}

static void walk_node(struct walk *w, const struct node *n, struct knowledge *k, struct knowledge **skipping)
{
	switch (n->kind) {
	case NODE_SEND:
		reach(w, k, n->step);
		if (!n->detached)
			wake(w, k);
		break;
	case NODE_ORIGINAL:
	case NODE_PERFORM: reach(w, k, n->step); break;
	case NODE_WAIT:
	case NODE_REST: wake(w, k); break;
	case NODE_WAIT_UNTIL: walk_until(w, n, k, skipping); break;
	case NODE_WHEN: walk_when(w, n, k); break;
	case NODE_WAIT_FOR: walk_wait_for(w, n, k); break;
	case NODE_REPEAT: walk_repeat(w, n, k); break;
	case NODE_SET: knowledge_set(&w->v, k, n); break;
	case NODE_END: k->dead = true; break;
	case NODE_KEEP:
	case NODE_SUPPRESS:
	case NODE_KIND_COUNT: break;
	}
}

static void walk_list(struct walk *w, const struct node *n, struct knowledge *k)
{
	struct knowledge *skipping = NULL;
	for (; n; n = n->next) {
		if (n->label)
			land(w, n->label, k);
		walk_node(w, n, k, &skipping);
		/* Of several that skip, the one on top lands here, and perhaps those below it: they land wherever they
		 * could. */
		for (struct knowledge *s = n->skip_lands ? skipping : NULL; s; s = s->next)
			knowledge_join(&w->v, k, s);
		if (n->skip_lands && skipping) {
			struct knowledge *top = skipping;
			skipping = top->next;
			knowledge_drop(&w->v, top);
		}
	}
	while (skipping) {
		struct knowledge *top = skipping;
		skipping = top->next;
		knowledge_join(&w->v, k, top);
		knowledge_drop(&w->v, top);
	}
}

void branches_check(struct checker *k, const struct sequence *q)
{
	struct walk w = {.k = k, .q = q};
	if (!q->asks)
		return;
	branches_begin(k, q, &w.v, false);
	struct knowledge *start = knowledge_copy(&w.v, NULL);
	after_exits(&w, start);
	if (!start->dead) /* else exits.c says that nobody stays */
		walk_list(&w, q->body, start);
}
