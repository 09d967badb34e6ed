/* SPDX-License-Identifier: Apache-2.0
 * From the checked graph to the picture: a walk along the steps that keeps the lines still open, each with what was
 * asked and waited on it since its last node. */
#include "compiler/preview/picture.h"
#include "compiler/preview/words.h"
#include <stdarg.h>

#define TITLE_MOST 40

const char *const picture_line_words[LINE_COUNT] = {
#define X(NAME, word) [LINE_##NAME] = word,
        PICTURE_LINES(X)
#undef X
};

/* A line whose other end is not known yet: struct picture_edge without `to`. */
struct open {
	struct picture_edge *items;
	uint32_t count, cap;
};

/* A line that leads to a named place further on. */
struct leap {
	const struct step *target;
	struct picture_edge line;
	struct leap *next;
};

struct walk {
	struct picture *p;
	struct arena *arena;
	struct buf *text; /* scratch */
	struct open open;
	struct leap *leaps;
	uint32_t cluster;        /* of the pages that are open; 0: none are */
	uint32_t asked;          /* the node of the `ask` that is waited for */
	const struct node *kept; /* the KEEP nodes seen last, by `next` of the list: reminders count from them */
};

static struct slice taken(struct walk *w)
{
	struct slice s = arena_copy(w->arena, buf_slice(w->text));
	buf_clear(w->text);
	return s;
}

/* ---- nodes and lines ---- */

static uint32_t add_node(struct walk *w, enum picture_look look, const char *kind, struct span span)
{
	struct picture *p = w->p;
	ARENA_PUSH(w->arena, p->nodes, p->node_count, p->node_cap) =
	        (struct picture_node){.kind = slice_of(kind), .look = look, .cluster = w->cluster, .span = span};
	return p->node_count - 1;
}

/* One without a name: "when 2", counted by its kind. */
static uint32_t add_unnamed(struct walk *w, enum picture_look look, const char *kind, struct span span)
{
	uint32_t i = add_node(w, look, kind, span), n = 1;
	for (uint32_t j = 0; j < i; j++)
		n += slice_is(w->p->nodes[j].kind, kind) && !w->p->nodes[j].name.n;
	w->p->nodes[i].id = arena_printf(w->arena, "%s %u", kind, n);
	return i;
}

static void open_line(struct walk *w, struct picture_edge line)
{
	ARENA_PUSH(w->arena, w->open.items, w->open.count, w->open.cap) = line;
}

/* The only way on is from this node. */
static void go_on(struct walk *w, uint32_t from, enum picture_line line, struct slice condition, struct span span)
{
	w->open = (struct open){0};
	open_line(w, (struct picture_edge){.from = from, .line = line, .condition = condition, .span = span});
}

static void close_lines(struct walk *w, uint32_t to)
{
	struct picture *p = w->p;
	for (uint32_t i = 0; i < w->open.count; i++) {
		w->open.items[i].to = to;
		ARENA_PUSH(w->arena, p->edges, p->edge_count, p->edge_cap) = w->open.items[i];
	}
	w->open = (struct open){0};
}

/* Comes to the node, and on from it. */
static void enter(struct walk *w, uint32_t to)
{
	struct slice none = {"", 0};
	close_lines(w, to);
	go_on(w, to, LINE_NEXT, none, w->p->nodes[to].span);
}

static void join(struct walk *w, const struct open *other)
{
	for (uint32_t i = 0; i < other->count; i++)
		open_line(w, other->items[i]);
}

static void walk_list(struct walk *w, const struct node *n);

/* ---- steps ---- */

static enum picture_look look_of(const struct step *s)
{
	switch (s->plan_kind) {
	case STEP_EMAIL:
	case STEP_ORIGINAL: return LOOK_EMAIL;
	case STEP_SMS:
	case STEP_WHATSAPP: return LOOK_TEXT;
	case STEP_SEND: return s->message && s->message->channel == CHANNEL_EMAIL ? LOOK_EMAIL : LOOK_TEXT;
	case STEP_TASK: return LOOK_PERSON;
	case STEP_ASK:
	case STEP_OFFER:
	case STEP_REVIEW:
	case STEP_THANKS: return LOOK_PAGE;
	case STEP_HANDOFF: return LOOK_AWAY;
	default: return LOOK_SYSTEM;
	}
}

static void add_message_note(struct buf *out, const struct step *s)
{
	for (const struct message *m = s->message; m && s->pick == PICK_CHANNEL; m = m->next)
		buf_addf(out, "%s%s", m == s->message ? "by " : ", else ", words_CHANNEL[m->channel]);
	for (const struct message *m = s->message; m && s->pick == PICK_VARIANT; m = m->next) {
		buf_addf(out, "%s%.*s %u", m == s->message ? "variants " : ", ", SLICE_ARG(m->variant),
		         m->share / 1000000);
		if (m->share % 1000000)
			buf_addf(out, ".%02u", m->share % 1000000 / 10000);
		buf_addf(out, "%%%s", m->hold_out ? " (nothing)" : "");
	}
	if (s->plan_kind == STEP_ORIGINAL)
		buf_adds(out, "the message that begins it");
}

static void add_action_note(struct buf *out, const struct step *s)
{
	const struct action *a = s->action;
	for (const struct option *o = a->outcomes; o; o = o->next)
		buf_addf(out, "%s%.*s", o == a->outcomes ? "" : " / ", SLICE_ARG(o->name.text));
	if (s->plan_kind == STEP_TASK && a->async)
		buf_addf(out, "%snot waited for", a->outcomes ? ", " : "");
	if (a->has_due) {
		buf_adds(out, a->outcomes || a->async ? ", due in " : "due in ");
		words_duration(out, &a->due);
	}
	if (a->has_within) {
		buf_adds(out, "open ");
		words_duration(out, &a->within);
	}
	if (s->returns_read)
		buf_adds(out, "its answer is waited for");
	if (s->plan_kind == STEP_ALERT && a->to.n)
		buf_addf(out, "to %.*s", SLICE_ARG(a->to));
}

static uint32_t add_step(struct walk *w, const struct step *s, struct span span, bool detached)
{
	uint32_t i = add_node(w, look_of(s), s->kind, span);
	struct picture_node *n = &w->p->nodes[i];
	n->id = n->name = s->name.text;
	words_step_title(w->text, s, TITLE_MOST);
	n->title = taken(w);
	if (s->message || s->plan_kind == STEP_ORIGINAL)
		add_message_note(w->text, s);
	else if (s->action)
		add_action_note(w->text, s);
	if (detached)
		buf_addf(w->text, "%sat once, beside the pages", w->text->n ? ", " : "");
	n->note = taken(w);
	return i;
}

static bool is_page(const struct step *s)
{
	return look_of(s) == LOOK_PAGE;
}

static void walk_step(struct walk *w, const struct node *n)
{
	const struct step *s = n->step;
	if (is_page(s) && !w->cluster)
		w->cluster = ++w->p->cluster_count;
	uint32_t i = add_step(w, s, n->span, n->detached);
	enter(w, i);
	if (s->plan_kind == STEP_ASK)
		w->asked = i;
	if (s->plan_kind == STEP_THANKS)
		w->cluster = 0;
	if (s->plan_kind == STEP_HANDOFF)
		w->open = (struct open){0}; /* what follows is its own `exit "handoff"` */
}

/* ---- waits ---- */

/* Onto the one line that is open; where several meet it is a place of its own. */
static void walk_wait(struct walk *w, const struct node *n)
{
	words_wait(w->text, n);
	if (n->kind == NODE_WAIT_UNTIL && n->expr && n->otherwise_kind == OTHERWISE_CONTINUE)
		buf_adds(w->text, " (at once if that is past)");
	struct slice text = taken(w);
	if (w->open.count == 1) {
		struct picture_edge *line = &w->open.items[0];
		line->wait = line->wait.n
		                     ? arena_printf(w->arena, "%.*s, then %.*s", SLICE_ARG(line->wait), SLICE_ARG(text))
		                     : text;
		line->span = n->span;
		return;
	}
	uint32_t i = add_unnamed(w, LOOK_WAIT, "wait", n->span);
	w->p->nodes[i].title = text;
	enter(w, i);
}

static uint32_t add_end(struct walk *w, bool is_exit, struct slice reason, struct span span)
{
	uint32_t cluster = w->cluster;
	w->cluster = 0;
	uint32_t i = add_unnamed(w, is_exit ? LOOK_EXIT : LOOK_TERMINAL, is_exit ? "exit" : "finish", span);
	w->p->nodes[i].title = reason;
	w->cluster = cluster;
	return i;
}

/* A moment that may be past. The line to leave open for `otherwise skip`, or nothing. */
static struct open walk_until(struct walk *w, const struct node *n)
{
	struct open skips = {0};
	struct slice none = {"", 0};
	words_wait(w->text, n);
	uint32_t i = add_unnamed(w, LOOK_WAIT, "wait", n->span);
	w->p->nodes[i].title = taken(w);
	close_lines(w, i);
	go_on(w, i, LINE_LATE, SLICE("if that is past"), n->span);
	if (n->otherwise_kind == OTHERWISE_EXIT) {
		close_lines(w, add_end(w, true, n->reason, n->span));
	} else if (n->otherwise_kind == OTHERWISE_SKIP_TO) {
		struct leap *leap = ARENA_NEW(w->arena, struct leap);
		*leap = (struct leap){n->step, w->open.items[0], w->leaps};
		w->leaps = leap;
	} else {
		skips = w->open;
	}
	go_on(w, i, LINE_NEXT, none, n->span);
	return skips;
}

/* ---- branches ---- */

static struct slice condition_of(struct walk *w, const struct expr *e)
{
	words_expr(w->text, e);
	return taken(w);
}

/* Walks a body that begins with one line; what it leaves open goes to `out`, the line itself too when it is empty. */
static void walk_branch(struct walk *w, struct open *out, struct picture_edge line, const struct node *body)
{
	uint32_t cluster = w->cluster;
	w->open = (struct open){0};
	open_line(w, line);
	walk_list(w, body);
	for (uint32_t i = 0; i < w->open.count; i++)
		ARENA_PUSH(w->arena, out->items, out->count, out->cap) = w->open.items[i];
	w->cluster = cluster;
}

static bool is_chain(const struct node *n)
{
	return n->otherwise && n->otherwise->kind == NODE_WHEN && !n->otherwise->next;
}

/* A `when` asks in its node; a chain of them says on its lines what each needs. */
static void walk_when(struct walk *w, const struct node *n)
{
	struct open out = {0};
	bool chain = is_chain(n);
	uint32_t i = add_unnamed(w, LOOK_CHOICE, chain ? "choose" : "when", n->span);
	if (!chain)
		w->p->nodes[i].title = condition_of(w, n->expr);
	close_lines(w, i);
	for (;; n = n->otherwise) {
		struct slice condition = chain ? condition_of(w, n->expr) : SLICE("yes");
		walk_branch(w, &out, (struct picture_edge){i, 0, LINE_YES, condition, {"", 0}, n->span}, n->then);
		if (!is_chain(n))
			break;
	}
	walk_branch(w, &out,
	            (struct picture_edge){i, 0, LINE_NO, chain ? SLICE("otherwise") : SLICE("no"), {"", 0}, n->span},
	            n->otherwise);
	w->open = out;
}

static void walk_wait_for(struct walk *w, const struct node *n)
{
	struct open out = {0};
	uint32_t i = add_unnamed(w, LOOK_CHOICE, "wait for", n->span);
	buf_adds(w->text, "up to ");
	words_terms(w->text, n->terms);
	w->p->nodes[i].title = taken(w);
	close_lines(w, i);
	for (const struct arm *a = n->arms; a; a = a->next) {
		struct exit_rule without = a->trigger;
		without.when = NULL;
		words_trigger(w->text, &without);
		if (a->after)
			buf_addf(w->text, " after %.*s", SLICE_ARG(a->after->step->name.text));
		if (a->trigger.when) {
			buf_adds(w->text, " when ");
			words_expr(w->text, a->trigger.when);
		}
		walk_branch(w, &out, (struct picture_edge){i, 0, LINE_ARM, taken(w), {"", 0}, n->span}, a->body);
	}
	walk_branch(w, &out, (struct picture_edge){i, 0, LINE_NO, SLICE("nothing"), {"", 0}, n->span}, n->otherwise);
	w->open = out;
}

static void walk_repeat(struct walk *w, const struct node *n)
{
	struct slice none = {"", 0};
	uint32_t i = add_unnamed(w, LOOK_CHOICE, "repeat", n->span);
	buf_addf(w->text, "up to %u times every ", n->variable->bound);
	words_terms(w->text, n->terms);
	if (n->expr) {
		buf_adds(w->text, " until ");
		words_expr(w->text, n->expr);
	}
	w->p->nodes[i].title = taken(w);
	close_lines(w, i);
	struct open out = {0};
	walk_branch(w, &out, (struct picture_edge){i, 0, LINE_YES, none, none, n->span}, n->then);
	words_terms(w->text, n->terms);
	struct slice every = taken(w);
	for (uint32_t j = 0; j < out.count && !n->once; j++) {
		out.items[j].line = LINE_BACK;
		out.items[j].wait = out.items[j].wait.n ? arena_printf(w->arena, "%.*s, then %.*s",
		                                                       SLICE_ARG(out.items[j].wait), SLICE_ARG(every))
		                                        : every;
	}
	bool ends = !out.count;
	w->open = out;
	if (!n->once)
		close_lines(w, i);
	if (!ends || n->expr)
		open_line(w, (struct picture_edge){i, 0, LINE_NO, SLICE("afterwards"), none, n->span});
}

/* ---- pages ---- */

/* `not ASK.done`: what an `ask` makes of its reminders and of `on nothing`. */
static bool is_unless_done(const struct node *n, const struct step *s)
{
	return n && n->kind == NODE_WHEN && n->expr->kind == EXPR_NOT && n->expr->left->kind == EXPR_FACT &&
	       n->expr->left->fact == FACT_DONE && n->expr->left->step == s;
}

static void add_kept(struct walk *w, const struct variable *deadline)
{
	for (const struct node *k = w->kept; k && k->kind == NODE_KEEP; k = k->next)
		if (k->variable == deadline)
			words_terms(w->text, k->terms);
}

/* Waits at an `ask`: a reminder goes and comes back; `on nothing` leads away. Gives back the last node that it took. */
static const struct node *walk_ask_rest(struct walk *w, const struct node *n)
{
	const struct step *s = n->step;
	const struct node *next = n->next;
	bool is_last = n->span.start == s->tree->span.start && n->span.source == s->tree->span.source;
	if (!is_unless_done(next, s))
		return n;
	if (is_last && next->span.end > n->span.end) /* a `when` of the author's own */
		return n;
	uint32_t ask = w->asked;
	struct open out = {0};
	buf_adds(w->text, "after ");
	if (is_last && s->action->has_within)
		words_duration(w->text, &s->action->within);
	else if (n->terms)
		words_terms(w->text, n->terms);
	else
		add_kept(w, n->deadline);
	struct picture_edge line = {ask, 0, is_last ? LINE_NO : LINE_REMIND, SLICE("no answer"), taken(w), next->span};
	uint32_t cluster = w->cluster;
	w->cluster = is_last ? 0 : cluster;
	struct open before = w->open;
	walk_branch(w, &out, line, next->then);
	w->cluster = cluster;
	if (!is_last) {
		w->open = out;
		for (uint32_t i = 0; i < w->open.count; i++)
			w->open.items[i].line = LINE_BACK;
		close_lines(w, ask);
		w->open = before;
		return next;
	}
	go_on(w, ask, LINE_YES, SLICE("answered"), n->span);
	join(w, &out);
	return next;
}

/* ---- lists ---- */

static void land(struct walk *w, const struct step *label)
{
	for (struct leap **at = &w->leaps; *at && label;) {
		if ((*at)->target != label) {
			at = &(*at)->next;
			continue;
		}
		open_line(w, (*at)->line);
		*at = (*at)->next;
	}
}

static void walk_small(struct walk *w, const struct node *n)
{
	bool is_set = n->kind == NODE_SET;
	if (is_set)
		buf_addf(w->text, "%s%.*s = ", n->field ? "contact." : "",
		         SLICE_ARG(n->field ? n->field->name.text : n->variable->name.text));
	if (is_set)
		words_expr(w->text, n->expr);
	else
		buf_addf(w->text, "%s", words_PURPOSE[n->purpose]);
	uint32_t i = add_unnamed(w, LOOK_SYSTEM, is_set ? "set" : "suppress", n->span);
	w->p->nodes[i].title = taken(w);
	enter(w, i);
}

static bool is_of_handoff(const struct node *n, const struct node *before)
{
	return before && before->kind == NODE_PERFORM && before->step->plan_kind == STEP_HANDOFF && n->kind == NODE_END;
}

static void walk_list(struct walk *w, const struct node *n)
{
	struct open skip = {0}; /* of an `otherwise skip` whose item is not over yet */
	const struct node *before = NULL;
	for (; n; before = n, n = n->next) {
		struct open skips = {0};
		land(w, n->label);
		switch (n->kind) {
		case NODE_SEND:
		case NODE_ORIGINAL:
		case NODE_PERFORM: walk_step(w, n); break;
		case NODE_WAIT: walk_wait(w, n); break;
		case NODE_WAIT_UNTIL:
			if (n->expr && n->otherwise_kind != OTHERWISE_CONTINUE)
				skips = walk_until(w, n);
			else
				walk_wait(w, n);
			break;
		case NODE_WHEN: walk_when(w, n); break;
		case NODE_SET:
		case NODE_SUPPRESS: walk_small(w, n); break;
		case NODE_END:
			if (!is_of_handoff(n, before))
				close_lines(w, add_end(w, n->end == END_EXIT, n->reason, n->span));
			w->open = (struct open){0};
			break;
		case NODE_REST:
			if (n->step->plan_kind == STEP_ASK)
				n = walk_ask_rest(w, n);
			break;
		case NODE_KEEP:
			if (!before || before->kind != NODE_KEEP)
				w->kept = n;
			break;
		case NODE_WAIT_FOR: walk_wait_for(w, n); break;
		case NODE_REPEAT: walk_repeat(w, n); break;
		case NODE_KIND_COUNT: break;
		}
		if (n->skip_lands) {
			join(w, &skip);
			skip = (struct open){0};
		}
		skip = skips.count ? skips : skip;
	}
	join(w, &skip);
}

/* ---- the whole ---- */

static void add_then(struct buf *out, const struct node *n)
{
	for (; n; n = n->next) {
		if (n->step && (n->kind == NODE_PERFORM || n->kind == NODE_SEND))
			buf_addf(out, "%s%s %.*s", out->n ? ", " : "", n->step->kind, SLICE_ARG(n->step->name.text));
		else if (n->kind == NODE_SUPPRESS)
			buf_addf(out, "%ssuppress %s", out->n ? ", " : "", words_PURPOSE[n->purpose]);
		else if (n->kind == NODE_SET)
			buf_addf(out, "%sset %.*s", out->n ? ", " : "",
			         SLICE_ARG(n->field ? n->field->name.text : n->variable->name.text));
		add_then(out, n->then);
		add_then(out, n->otherwise);
	}
}

/* The line of a rule in the source: the rules of a kind are in its order. */
static struct span rule_span(const struct sequence *q, bool goal, uint32_t index)
{
	for (const struct ast *i = q->tree->items.first; i; i = i->next) {
		bool is_one = goal ? i->kind == AST_GOAL : i->kind == AST_EXIT_ON || i->kind == AST_EXIT_WHEN;
		if (is_one && index-- == 0)
			return i->span;
	}
	return q->name.span;
}

static void add_rules(struct walk *w, const struct exit_rule *r, bool goal)
{
	struct picture *p = w->p;
	for (uint32_t i = 0; r; r = r->next, i++) {
		struct picture_rule rule = {.goal = goal, .span = rule_span(p->q, goal, i)};
		words_trigger(w->text, r);
		rule.text = taken(w);
		add_then(w->text, r->body);
		rule.then = taken(w);
		ARENA_PUSH(w->arena, p->rules, p->rule_count, p->rule_cap) = rule;
	}
}

static void add_start(struct walk *w)
{
	const struct sequence *q = w->p->q;
	uint32_t i = add_unnamed(w, LOOK_TERMINAL, "start", q->name.span);
	struct picture_node *n = &w->p->nodes[i];
	n->title = q->name.text;
	for (const struct start_rule *s = q->starts; s; s = s->next) {
		buf_addf(w->text, "%s%s %s", w->text->n ? " or " : "", s->kind <= START_DATE ? "on" : "by",
		         words_START[s->kind]);
		if (s->event.n)
			buf_addf(w->text, " \"%.*s\"", SLICE_ARG(s->event));
		if (s->moment) {
			buf_addc(w->text, ' ');
			words_expr(w->text, s->moment);
		}
		if (s->when) {
			buf_adds(w->text, " when ");
			words_expr(w->text, s->when);
		}
	}
	n->note = taken(w);
	enter(w, i);
}

void picture_make(struct picture *p, const struct compile *c, const struct sequence *q, struct arena *arena)
{
	struct buf text = {0};
	struct walk w = {.p = p, .arena = arena, .text = &text};
	*p = (struct picture){.c = c, .q = q};
	add_start(&w);
	add_rules(&w, q->exits, false);
	add_rules(&w, q->goals, true);
	walk_list(&w, q->body);
	for (const struct leap *l = w.leaps; l; l = l->next) /* to a place after the last step */
		open_line(&w, l->line);
	if (w.open.count)
		close_lines(&w, add_end(&w, false, (struct slice){"", 0}, q->name.span));
	buf_free(&text);
}

struct slice picture_wrap(struct arena *arena, struct slice text, uint32_t width)
{
	struct slice out = arena_copy(arena, text);
	char *p = (char *)out.p;
	size_t begin = 0, blank = 0;
	for (size_t i = 0, column = 0; i < out.n; i++) {
		if (((unsigned char)p[i] & 0xC0) != 0x80)
			column++;
		if (p[i] == ' ')
			blank = i;
		if (column <= width || blank <= begin)
			continue;
		p[blank] = '\n';
		begin = blank + 1;
		column = i - blank;
	}
	return out;
}
