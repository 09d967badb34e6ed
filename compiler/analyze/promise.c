/* SPDX-License-Identifier: Apache-2.0
 * One walk over the graph for each promise. At each point it keeps, for k = 1…N, how few local dates can lie between
 * the k-th message before and now, on any path (NEVER: no path has sent so many). A message breaks `N per D days` where
 * the N-th before it can be less than D dates away (rule 6: the message's date and the D-1 before it count).
 * Each wait adds the fewest dates that it can take; whatever else delays a message only moves it away. */
#include "compiler/analyze/promise.h"
#include "base/civil.h"
#include "diag_codes.h"
#include <assert.h>
#include <string.h>

#define NEVER          INT32_MAX
#define DATES_MAX      1000000
#define TOTAL_MAX      1000000000u
#define MONTH_DAYS_MAX 31
#define VISITS_MAX     2000000u /* of nodes, in one walk */

/* sent[i]: the step whose message is the i+1-th before, on the path that gives dates[i]. */
struct point {
	bool ended;
	bool any;       /* some path has sent a message, or began with the user's own */
	uint32_t total; /* most messages on any path, as far as they count */
	uint32_t loose; /* of those, the most that nobody waits for: they may leave beside any later one */
	int32_t dates[PROMISE_COUNT_MAX];
	const struct step *sent[PROMISE_COUNT_MAX];
	struct point *next; /* in the free list, or among those that skip */
};

/* What a `skip to` brings to its target. */
struct jump {
	const struct step *to;
	struct point *at;
	struct jump *next;
};

struct walk {
	struct arena *arena;
	const struct promise *promise;
	uint32_t kept;           /* entries of the points' arrays in use */
	uint32_t most;           /* messages on any path */
	const struct step *over; /* the first message beyond what is promised, without a period */
	struct point *free;
	struct jump *jumps, *free_jumps;
	uint32_t visits;
	bool gave_up;
	bool broken;
	const struct step *first, *last; /* of the messages that break it */
};

static struct point *copy_of(struct walk *w, const struct point *p)
{
	struct point *n = w->free;
	if (n)
		w->free = n->next;
	else
		n = ARENA_NEW(w->arena, struct point);
	*n = *p;
	n->next = NULL;
	return n;
}

static void give_back(struct walk *w, struct point *p)
{
	p->next = w->free;
	w->free = p;
}

static void join(const struct walk *w, struct point *p, const struct point *other)
{
	if (other->ended)
		return;
	if (p->ended) {
		struct point *next = p->next;
		*p = *other;
		p->next = next;
		return;
	}
	p->any |= other->any;
	p->total = p->total > other->total ? p->total : other->total;
	p->loose = p->loose > other->loose ? p->loose : other->loose;
	for (uint32_t i = 0; i < w->kept; i++) {
		if (other->dates[i] >= p->dates[i])
			continue;
		p->dates[i] = other->dates[i];
		p->sent[i] = other->sent[i];
	}
}

static void pass(const struct walk *w, struct point *p, int64_t dates)
{
	for (uint32_t i = 0; i < w->kept; i++)
		if (p->dates[i] != NEVER)
			p->dates[i] = p->dates[i] + dates < DATES_MAX ? (int32_t)(p->dates[i] + dates) : DATES_MAX;
}

/* The fewest local dates that a duration can span: a day with a clock change may have 25 hours. */
static int64_t least_dates(const struct constant *c)
{
	switch (c->unit) {
	case UNIT_DAYS:
	case UNIT_BUSINESS_DAYS: return c->value;
	case UNIT_MONTHS: return c->value * 28;
	default: return c->value > US_PER_HOUR ? (c->value - US_PER_HOUR) / US_PER_DAY : 0;
	}
}

static int64_t least_wait(const struct node *n)
{
	int64_t dates = 0;
	for (const struct term *t = n->terms; t; t = t->next) {
		const struct expr *e = t->duration;
		if (e->kind != EXPR_CONSTANT) {
			if (t->minus)
				return 0;
			continue;
		}
		/* What is taken off may reach into one more date. */
		dates += t->minus ? -(least_dates(&e->constant) + (e->constant.unit == UNIT_US) +
		                      (e->constant.unit != UNIT_US ? e->constant.value : 0))
		                  : least_dates(&e->constant);
	}
	if (n->kind == NODE_WAIT_UNTIL)
		return n->next_day ? 1 : 0;
	return dates > 0 ? dates : 0;
}

/* Whether a message of the step can be one of those that the promise counts. */
static bool counts(const struct promise *p, const struct step *step)
{
	static const enum plan_channel channels[LIMIT_COUNT] = {
	        [LIMIT_EMAIL] = CHANNEL_EMAIL, [LIMIT_SMS] = CHANNEL_SMS, [LIMIT_WHATSAPP] = CHANNEL_WHATSAPP};
	bool all = p->what == LIMIT_MESSAGES || p->what == LIMIT_FOLLOWUPS;
	for (const struct message *m = step->message; m; m = m->next)
		if (!m->hold_out && (all || m->channel == channels[p->what]))
			return true;
	return false;
}

static void send(struct walk *w, struct point *p, const struct step *step, bool detached)
{
	if (!counts(w->promise, step))
		return;
	bool first = !p->any;
	p->any = true;
	if (w->promise->what == LIMIT_FOLLOWUPS && first)
		return;
	p->total += p->total < TOTAL_MAX;
	w->most = p->total > w->most ? p->total : w->most;
	if (!w->over && (int64_t)p->total > w->promise->count)
		w->over = step;
	if (!w->kept)
		return;
	uint32_t last = w->kept - 1, at = last - p->loose; /* the message that may not be near */
	int32_t period = w->promise->period_days == MONTH_PERIOD ? MONTH_DAYS_MAX : (int32_t)w->promise->period_days;
	if (!w->broken && (p->loose > last || p->dates[at] < period)) {
		w->broken = true;
		w->first = p->loose > last ? step : p->sent[at];
		w->last = step;
	}
	if (detached) {
		p->loose += p->loose <= last;
		return;
	}
	memmove(p->dates + 1, p->dates, sizeof *p->dates * last);
	memmove(p->sent + 1, p->sent, sizeof *p->sent * last);
	p->dates[0] = 0;
	p->sent[0] = step;
}

static void walk_list(struct walk *w, const struct node *n, struct point *p);

static void jump_to(struct walk *w, const struct step *to, const struct point *p)
{
	struct jump *j = w->free_jumps;
	if (j)
		w->free_jumps = j->next;
	else
		j = ARENA_NEW(w->arena, struct jump);
	*j = (struct jump){.to = to, .at = copy_of(w, p), .next = w->jumps};
	w->jumps = j;
}

/* Jumps arrive once: in the next round of a repeat others come. */
static void land(struct walk *w, const struct step *label, struct point *p)
{
	for (struct jump **at = &w->jumps; *at;) {
		struct jump *j = *at;
		if (j->to != label) {
			at = &j->next;
			continue;
		}
		join(w, p, j->at);
		give_back(w, j->at);
		*at = j->next;
		j->next = w->free_jumps;
		w->free_jumps = j;
	}
}

static void walk_when(struct walk *w, const struct node *n, struct point *p)
{
	struct point *other = copy_of(w, p);
	walk_list(w, n->then, p);
	walk_list(w, n->otherwise, other);
	join(w, p, other);
	give_back(w, other);
}

/* What is waited for may come at once; the timeout takes its time. */
static void walk_wait_for(struct walk *w, const struct node *n, struct point *p)
{
	struct point *out = copy_of(w, p);
	out->ended = true;
	for (const struct arm *a = n->arms; a; a = a->next) {
		struct point *arm = copy_of(w, p);
		walk_list(w, a->body, arm);
		join(w, out, arm);
		give_back(w, arm);
	}
	pass(w, p, least_wait(n));
	walk_list(w, n->otherwise, p);
	join(w, p, out);
	give_back(w, out);
}

static bool same_dates(const struct walk *w, const struct point *a, const struct point *b)
{
	return a->any == b->any && a->loose == b->loose && memcmp(a->dates, b->dates, sizeof *a->dates * w->kept) == 0;
}

/* Round by round; once two begin alike, all later ones are alike, and only the last is walked. */
static void walk_repeat(struct walk *w, const struct node *n, struct point *p)
{
	struct point *out = copy_of(w, p); /* `until` may hold at the start, or in the wait after any round */
	uint32_t rounds = n->variable ? n->variable->bound : 1;
	for (uint32_t round = 0; round < rounds && !p->ended && !w->gave_up; round++) {
		struct point *head = copy_of(w, p);
		walk_list(w, n->then, p);
		join(w, out, p);
		pass(w, p, least_wait(n));
		uint32_t left = rounds - 1 - round;
		if (left > 1 && !p->ended && same_dates(w, head, p)) {
			uint64_t more = (uint64_t)(p->total - head->total) * (left - 1);
			p->total = p->total + more < TOTAL_MAX ? p->total + (uint32_t)more : TOTAL_MAX;
			round += left - 1;
		}
		give_back(w, head);
	}
	p->ended = true;
	join(w, p, out);
	give_back(w, out);
}

static void walk_until(struct walk *w, const struct node *n, struct point *p, struct point **skipping)
{
	if (n->otherwise_kind == OTHERWISE_SKIP) {
		struct point *s = copy_of(w, p);
		s->next = *skipping;
		*skipping = s;
	} else if (n->otherwise_kind == OTHERWISE_SKIP_TO) {
		jump_to(w, n->step, p);
	}
	if (!n->expr) /* `otherwise continue` takes no time at all */
		pass(w, p, least_wait(n));
}

static void walk_node(struct walk *w, const struct node *n, struct point *p, struct point **skipping)
{
	switch (n->kind) {
	case NODE_SEND:
		if (!p->ended)
			send(w, p, n->step, n->detached);
		break;
	case NODE_ORIGINAL: p->any = true; break; /* a first message, but none of ours */
	case NODE_WAIT: pass(w, p, least_wait(n)); break;
	case NODE_WAIT_UNTIL: walk_until(w, n, p, skipping); break;
	case NODE_WHEN: walk_when(w, n, p); break;
	case NODE_WAIT_FOR: walk_wait_for(w, n, p); break;
	case NODE_REPEAT: walk_repeat(w, n, p); break;
	case NODE_END: p->ended = true; break;
	case NODE_REST: /* may be done at once */
	case NODE_SET:
	case NODE_PERFORM:
	case NODE_KEEP:
	case NODE_SUPPRESS:
	case NODE_KIND_COUNT: break;
	}
}

static void walk_list(struct walk *w, const struct node *n, struct point *p)
{
	struct point *skipping = NULL;
	for (; n && !w->gave_up; n = n->next) {
		w->gave_up = w->visits++ >= VISITS_MAX;
		if (n->label)
			land(w, n->label, p);
		walk_node(w, n, p, &skipping);
		/* Of several that skip, the one on top lands here, and perhaps those below it: they land wherever they
		 * could. */
		for (struct point *s = n->skip_lands ? skipping : NULL; s; s = s->next)
			join(w, p, s);
		if (n->skip_lands && skipping) {
			struct point *top = skipping;
			skipping = top->next;
			give_back(w, top);
		}
	}
	while (skipping) {
		struct point *top = skipping;
		skipping = top->next;
		join(w, p, top);
		give_back(w, top);
	}
}

/* Whether a limit of the sequence itself, one that always holds, keeps the promise whatever the waits are: W days meet
 * at most ceil(W / P) stretches of P days, and a month at most itself. */
static bool own_limit_keeps(const struct sequence *q, const struct promise *p)
{
	for (const struct limit *l = q->limits; l; l = l->next) {
		if (l->when || !l->period_days || (l->what != p->what && l->what != LIMIT_MESSAGES))
			continue;
		bool month = l->period_days == MONTH_PERIOD;
		if (month != (p->period_days == MONTH_PERIOD))
			continue;
		int64_t stretches = month ? 1 : (p->period_days + l->period_days - 1) / l->period_days;
		if (l->count <= p->count / stretches)
			return true;
	}
	return false;
}

static void check_one(struct diags *diags, const struct sequence *q, const struct promise *p)
{
	if (p->period_days && own_limit_keeps(q, p))
		return;
	bool windowed = p->period_days && p->count >= 1 && p->count <= PROMISE_COUNT_MAX;
	struct walk w = {.arena = diags->arena, .promise = p, .kept = windowed ? (uint32_t)p->count : 0};
	struct point *start = ARENA_NEW(diags->arena, struct point);
	for (uint32_t i = 0; i < w.kept; i++)
		start->dates[i] = NEVER;
	walk_list(&w, q->body, start);
	if (w.gave_up) {
		diag_promise_unproven(diags, p->span, p->count);
	} else if (w.most <= p->count) {
		return;
	} else if (!p->period_days) {
		struct diag *g = diag_promise_broken(diags, p->span, p->count, w.most);
		diag_label(diags, g, w.over->name.span, "this is one too many");
	} else if (!windowed) {
		diag_promise_unproven(diags, p->span, p->count);
	} else if (w.broken) {
		int64_t days = p->period_days == MONTH_PERIOD ? MONTH_DAYS_MAX : p->period_days;
		struct diag *g = diag_promise_window(diags, p->span, p->count, days);
		diag_label(diags, g, w.first->name.span, "from here on");
		diag_label(diags, g, w.last->name.span, "this is message %lld", (long long)p->count + 1);
	}
}

void promise_check(struct diags *diags, const struct sequence *q)
{
	for (const struct promise *p = q->promises; p; p = p->next)
		check_one(diags, q, p);
}
