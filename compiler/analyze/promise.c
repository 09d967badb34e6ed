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
#define MONTH_DAYS_MAX 31

/* sent[i]: the step whose message is the i+1-th before, on the path that gives dates[i]. */
struct point {
	bool ended;
	uint32_t total; /* most messages on any path */
	int32_t dates[PROMISE_COUNT_MAX];
	const struct step *sent[PROMISE_COUNT_MAX];
	struct point *next; /* in the free list */
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
	int64_t allowed;         /* on a path, without a period */
	const struct step *over; /* the first message beyond that */
	struct point *free;
	struct jump *jumps;
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
		*p = *other;
		return;
	}
	p->total = p->total > other->total ? p->total : other->total;
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
			p->dates[i] = p->dates[i] + dates < 1000000 ? (int32_t)(p->dates[i] + dates) : 1000000;
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

static void send(struct walk *w, struct point *p, const struct step *step)
{
	p->total++;
	w->most = p->total > w->most ? p->total : w->most;
	if (!w->over && (int64_t)p->total > w->allowed)
		w->over = step;
	if (!w->kept)
		return;
	uint32_t last = w->kept - 1;
	int32_t period = w->promise->period_days == MONTH_PERIOD ? MONTH_DAYS_MAX : (int32_t)w->promise->period_days;
	if (!w->broken && p->dates[last] < period) {
		w->broken = true;
		w->first = p->sent[last];
		w->last = step;
	}
	memmove(p->dates + 1, p->dates, sizeof *p->dates * last);
	memmove(p->sent + 1, p->sent, sizeof *p->sent * last);
	p->dates[0] = 0;
	p->sent[0] = step;
}

static void walk_list(struct walk *w, const struct node *n, struct point *p);

static void jump_to(struct walk *w, const struct step *to, const struct point *p)
{
	struct jump *j = ARENA_NEW(w->arena, struct jump);
	*j = (struct jump){.to = to, .at = copy_of(w, p), .next = w->jumps};
	w->jumps = j;
}

static void walk_when(struct walk *w, const struct node *n, struct point *p)
{
	struct point *other = copy_of(w, p);
	walk_list(w, n->then, p);
	walk_list(w, n->otherwise, other);
	join(w, p, other);
	give_back(w, other);
}

static void walk_list(struct walk *w, const struct node *n, struct point *p)
{
	struct point *skipped = NULL;
	for (; n; n = n->next) {
		struct point *join_after = skipped;
		skipped = NULL;
		for (const struct jump *j = w->jumps; n->label && j; j = j->next)
			if (j->to == n->label)
				join(w, p, j->at);
		switch (n->kind) {
		case NODE_SEND:
			if (!p->ended)
				send(w, p, n->step);
			break;
		case NODE_WAIT:
		case NODE_WAIT_UNTIL:
			if (n->kind == NODE_WAIT_UNTIL && n->otherwise_kind == OTHERWISE_SKIP) {
				skipped = copy_of(w, p);
			} else if (n->kind == NODE_WAIT_UNTIL && n->otherwise_kind == OTHERWISE_SKIP_TO) {
				jump_to(w, n->step, p);
			}
			/* `otherwise continue` takes no time at all. */
			if (n->kind == NODE_WAIT || !n->expr)
				pass(w, p, least_wait(n));
			break;
		case NODE_WHEN: walk_when(w, n, p); break;
		case NODE_END: p->ended = true; break;
		case NODE_SET:
		case NODE_KIND_COUNT: break;
		}
		if (join_after) {
			join(w, p, join_after);
			give_back(w, join_after);
		}
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
	bool followups = p->what == LIMIT_FOLLOWUPS,
	     windowed = p->period_days && !followups && p->count >= 1 && p->count <= PROMISE_COUNT_MAX;
	struct walk w = {.arena = diags->arena,
	                 .promise = p,
	                 .allowed = p->count + followups, /* the first message is no follow-up */
	                 .kept = windowed ? (uint32_t)p->count : 0};
	struct point *start = ARENA_NEW(diags->arena, struct point);
	for (uint32_t i = 0; i < w.kept; i++)
		start->dates[i] = NEVER;
	walk_list(&w, q->body, start);
	int64_t total = (int64_t)w.most - (followups && w.most);
	if (total <= p->count)
		return;
	if (!p->period_days) {
		struct diag *g = diag_promise_broken(diags, p->span, p->count, total);
		diag_label(diags, g, w.over->name.span, "this is one too many");
	} else if (!windowed) {
		diag_not_built_yet(diags, p->span, SLICE("the proof of this promise over a period"));
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
		if (p->what != LIMIT_SMS && p->what != LIMIT_WHATSAPP) /* none are sent yet */
			check_one(diags, q, p);
}
