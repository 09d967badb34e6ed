/* SPDX-License-Identifier: Apache-2.0
 * Walks the checked graph once. */
#include "compiler/preview/outline.h"
#include "compiler/check.h"
#include "compiler/preview/words.h"

struct walk {
	const struct compile *c;
	struct arena *arena;
	uint32_t count;
};

static struct slice kept(struct walk *w, struct buf *text)
{
	return arena_take(w->arena, text);
}

static struct outline *add(struct walk *w, struct outline ***end, enum outline_kind kind, struct span span,
                           struct slice words)
{
	struct outline *o = ARENA_NEW(w->arena, struct outline);
	*o = (struct outline){.kind = kind, .span = span, .words = words, .id = w->count++};
	**end = o;
	*end = &o->next;
	return o;
}

static struct outline *list(struct walk *w, const struct node *n);

static void add_step(struct walk *w, struct outline ***end, const struct node *n)
{
	add(w, end, OUTLINE_STEP, n->span, n->step->name.text)->step = n->step->index;
}

static void add_wait(struct walk *w, struct outline ***end, const struct node *n)
{
	struct buf words = {0};
	words_wait(&words, n);
	add(w, end, OUTLINE_WAIT, n->span, kept(w, &words));
}

/* Rests at a task or page: until it is done, at most so long. */
static void add_rest(struct walk *w, struct outline ***end, const struct node *n)
{
	struct buf words = {0};
	if (n->step->plan_kind == STEP_WEBHOOK && !n->step->returns_read)
		return;
	buf_addf(&words, "until %.*s is done", SLICE_ARG(n->step->name.text));
	if (n->terms) {
		buf_adds(&words, ", at most ");
		words_terms(&words, n->terms);
	}
	add(w, end, OUTLINE_WAIT, n->span, kept(w, &words));
}

static struct span none(void)
{
	return (struct span){.source = UINT32_MAX};
}

static struct outline *add_arm(struct walk *w, struct outline ***end, struct span asked, struct slice words,
                               const struct node *body)
{
	struct outline *arm = add(w, end, OUTLINE_ARM, body ? body->span : none(), words);
	arm->asked = asked;
	arm->children = list(w, body);
	return arm;
}

static void add_when(struct walk *w, struct outline ***end, const struct node *n)
{
	struct outline *fork = add(w, end, OUTLINE_FORK, n->span, (struct slice){0}), **arms = &fork->children;
	for (bool first = true;; first = false) {
		struct buf words = {0};
		buf_adds(&words, first ? "when " : "else when ");
		words_condition(&words, n->expr);
		add_arm(w, &arms, n->span, kept(w, &words), n->then);
		const struct node *rest = n->otherwise;
		if (!rest || rest->next || rest->kind != NODE_WHEN) {
			add_arm(w, &arms, n->span, rest ? SLICE("otherwise") : SLICE("otherwise: go on"), rest);
			break;
		}
		n = rest; /* `choose`: the next of its arms */
	}
}

static void add_wait_for(struct walk *w, struct outline ***end, const struct node *n)
{
	struct buf words = {0}, most = {0};
	words_terms(&most, n->terms);
	struct slice terms = kept(w, &most);
	buf_addf(&words, "wait for something to happen, at most %.*s", SLICE_ARG(terms));
	struct outline *fork = add(w, end, OUTLINE_FORK, n->span, kept(w, &words)), **arms = &fork->children;
	for (const struct arm *a = n->arms; a; a = a->next) {
		struct buf arm = {0};
		buf_adds(&arm, "when ");
		words_trigger_plainly(&arm, &a->trigger);
		add_arm(w, &arms, none(), kept(w, &arm), a->body)->passed = SLICE("as soon as it happens");
	}
	add_arm(w, &arms, none(), SLICE("when nothing happens"), n->otherwise)->passed = terms;
}

static void add_repeat(struct walk *w, struct outline ***end, const struct node *n)
{
	struct buf words = {0}, each = {0};
	buf_addf(&words, "up to %u times, every ", n->variable->bound);
	words_terms(&words, n->terms);
	if (n->expr) {
		buf_adds(&words, ", until ");
		words_condition(&words, n->expr);
	}
	buf_adds(&each, "every ");
	words_terms(&each, n->terms);
	struct outline *loop = add(w, end, OUTLINE_LOOP, n->span, kept(w, &words));
	loop->passed = kept(w, &each);
	loop->children = list(w, n->then);
}

static void add_note(struct walk *w, struct outline ***end, const struct node *n)
{
	struct buf words = {0};
	if (n->kind == NODE_SET) {
		buf_addf(&words, "set %s%.*s to ", n->field ? "contact." : "",
		         SLICE_ARG(n->field ? n->field->name.text : n->variable->name.text));
		check_print_expr(&words, n->expr);
	} else {
		buf_addf(&words, "no more %s messages to this contact", words_PURPOSE[n->purpose]);
	}
	add(w, end, OUTLINE_NOTE, n->span, kept(w, &words));
}

static void add_end(struct walk *w, struct outline ***end, const struct node *n)
{
	if (n->end == END_EXIT && slice_is(n->reason, "handoff"))
		return; /* the step before it says so */
	add(w, end, OUTLINE_END, n->span,
	    n->end == END_EXIT ? arena_printf(w->arena, "exit \"%.*s\"", SLICE_ARG(n->reason)) : SLICE("finish"));
}

static struct outline *list(struct walk *w, const struct node *n)
{
	struct outline *first = NULL, **end = &first;
	for (; n; n = n->next) {
		switch (n->kind) {
		case NODE_SEND:
		case NODE_ORIGINAL:
		case NODE_PERFORM: add_step(w, &end, n); break;
		case NODE_WAIT:
		case NODE_WAIT_UNTIL: add_wait(w, &end, n); break;
		case NODE_REST: add_rest(w, &end, n); break;
		case NODE_WHEN: add_when(w, &end, n); break;
		case NODE_WAIT_FOR: add_wait_for(w, &end, n); break;
		case NODE_REPEAT: add_repeat(w, &end, n); break;
		case NODE_SET:
		case NODE_SUPPRESS: add_note(w, &end, n); break;
		case NODE_END: add_end(w, &end, n); break;
		case NODE_KEEP:
		case NODE_KIND_COUNT: break;
		}
	}
	return first;
}

static void add_rules(struct outlined *o, struct arena *arena, const struct exit_rule *r, bool goal)
{
	for (; r; r = r->next) {
		struct buf words = {0};
		words_trigger_plainly(&words, r);
		ARENA_PUSH(arena, o->rules, o->rule_count, o->rule_cap) =
		        (struct outline_rule){arena_copy(arena, buf_slice(&words)), goal};
		buf_free(&words);
	}
}

void outline_make(struct outlined *o, const struct compile *c, uint32_t sequence, struct arena *arena)
{
	const struct sequence *q = c->sequences[sequence];
	struct walk w = {.c = c, .arena = arena};
	*o = (struct outlined){.body = list(&w, q->body)};
	o->count = w.count;
	add_rules(o, arena, q->exits, false);
	add_rules(o, arena, q->goals, true);
	if (q->window) {
		struct buf words = {0};
		words_window(&words, q->window);
		o->window = kept(&w, &words);
	}
}
