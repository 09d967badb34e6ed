/* SPDX-License-Identifier: Apache-2.0
 * What the analyses claim, held against what happens: random sequences are played by the explorer, and no branch that
 * is said never to be taken may be, no exit that is said never to fire may, no run may have more messages than the
 * bounds say, or end sooner or later than they say. CLAIMS_RUNS=N plays N sequences in place of a few, from seed
 * CLAIMS_FIRST on. */
#include "compiler/analyze/bounds.h"
#include "compiler/testing/explore.h"
#include "diag_codes.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
/* after those it needs */
#include <cmocka.h>

#define SEQUENCES 40
#define PLAYS     120

/* ---- random sequences ---- */

static uint64_t dice;

static uint32_t below(uint32_t n)
{
	dice ^= dice << 13;
	dice ^= dice >> 7;
	dice ^= dice << 17;
	return (uint32_t)(dice >> 33) % n;
}

struct writer {
	struct buf *out;
	uint32_t waits, mails, tasks, ends; /* so many so far: w0 …, m0 …, t0 … */
	bool steps_begun;                   /* `kept` is set */
};

static void put_condition(struct writer *w, int depth)
{
	static const char *const of_contacts[] = {
	        "contact.vip",
	        "not contact.vip",
	        "contact.seats > 50",
	        "contact.seats >= 10",
	        "contact.seats < 50",
	        "contact.seats == 50",
	        "contact.seats is set",
	        "contact.region == europe",
	        "contact.region in (europe, asia)",
	        "contact.region != asia",
	        "contact.region is set",
	        "input.size > 5",
	        "input.size <= 5",
	        "input.size != 3",
	        "kept == 1",
	        "kept > 1",
	        "kept is set",
	};
	static const char *const facts[] = {"clicked", "replied", "sent", "failed", "bounced"};
	static const char *const outcomes[] = {"is spoke", "is nobody"};
	if (depth > 0 && !below(3)) {
		buf_adds(w->out, below(4) ? "(" : "not (");
		put_condition(w, depth - 1);
		buf_adds(w->out, below(2) ? " and " : " or ");
		put_condition(w, depth - 1);
		buf_adds(w->out, ")");
	} else if (w->mails && !below(3)) {
		buf_addf(w->out, "m%u.%s", below(w->mails), facts[below(5)]);
	} else if (w->tasks && !below(3)) {
		buf_addf(w->out, "t%u %s", below(w->tasks), outcomes[below(2)]);
	} else {
		buf_adds(w->out, of_contacts[below(w->steps_begun ? 17 : 14)]);
	}
}

static void put_steps(struct writer *w, int depth, uint32_t most);

static void put_block(struct writer *w, int depth)
{
	buf_adds(w->out, "{\n");
	put_steps(w, depth - 1, 2);
	if (!below(5))
		buf_addf(w->out, "exit \"x%u\"\n", w->ends++);
	buf_adds(w->out, "}");
}

static void put_branch(struct writer *w, int depth)
{
	bool choose = below(2);
	if (choose)
		buf_adds(w->out, "choose {\n");
	for (uint32_t arms = choose ? 2 + below(2) : 1; arms; arms--) {
		buf_adds(w->out, "when ");
		put_condition(w, 1);
		buf_adds(w->out, " ");
		put_block(w, depth);
		buf_adds(w->out, arms == 1 && !choose ? " " : "\n");
	}
	if (choose || below(2)) {
		buf_adds(w->out, "otherwise ");
		put_block(w, depth);
	}
	buf_adds(w->out, choose ? "\n}\n" : "\n");
}

static void put_wait_for(struct writer *w, int depth)
{
	uint32_t n = w->waits++;
	buf_addf(w->out, "wait for reply, click, event \"paid\" up to %u days as w%u {\non reply ", 1 + below(4), n);
	put_block(w, depth);
	buf_adds(w->out, "\non click ");
	put_block(w, depth);
	buf_adds(w->out, "\non event \"paid\" ");
	put_block(w, depth);
	buf_adds(w->out, "\non nothing ");
	put_block(w, depth);
	buf_adds(w->out, "\n}\n");
}

static void put_step(struct writer *w, int depth)
{
	static const char *const lengths[] = {"1 day", "20 hours", "2 days", "3 business days", "90 minutes", "1 week"};
	switch (below(depth > 0 ? 11 : 6)) {
	case 0:
	case 1:
		buf_addf(w->out, "email m%u { new_thread; subject \"S\"; body \"[%u](https://acme.example/%u)\" }\n",
		         w->mails, w->mails, w->mails);
		w->mails++;
		break;
	case 2:
	case 3: buf_addf(w->out, "wait %s as w%u\n", lengths[below(6)], w->waits++); break;
	case 4:
		if (below(2))
			buf_addf(w->out, "set kept = %u\n", below(3));
		else
			buf_addf(w->out, "set contact.vip = %s\n", below(2) ? "yes" : "no");
		break;
	case 5:
		buf_addf(w->out, "task t%u \"Call\" { outcomes spoke, nobody; due %u days }\n", w->tasks++,
		         1 + below(3));
		break;
	case 6:
		buf_addf(w->out, "repeat up to %u times every 1 day until ", 1 + below(3));
		put_condition(w, 0);
		buf_addf(w->out, " as w%u ", w->waits++);
		put_block(w, depth);
		buf_adds(w->out, "\n");
		break;
	case 7: put_wait_for(w, depth); break;
	default: put_branch(w, depth); break;
	}
}

static void put_steps(struct writer *w, int depth, uint32_t most)
{
	for (uint32_t n = 1 + below(most); n; n--)
		put_step(w, depth);
}

static void put_sequence(struct buf *out)
{
	struct writer w = {.out = out};
	buf_adds(out,
	         "workspace acme {\ntimezone \"Europe/Paris\"\ncontact { email email; vip yes_no default no; seats "
	         "number; region one of europe, asia, americas; timezone zone }\n"
	         "mailbox sales { address \"s@acme.example\"; postal \"1 Main St\" }\n}\n"
	         "sequence s {\npurpose service\nwindow anytime\ninput { size number }\n");
	if (!below(3))
		buf_adds(out, "exit on reply\n");
	if (!below(4))
		buf_adds(out, "exit on event \"paid\"\n");
	for (uint32_t n = below(3); n; n--) {
		buf_adds(out, "exit when ");
		put_condition(&w, 1);
		buf_adds(out, "\n");
	}
	buf_adds(out, "email m0 { subject \"S\"; body \"[0](https://acme.example/0)\" }\nset kept = 1\n");
	w.mails = 1;
	w.steps_begun = true;
	put_steps(&w, 3, 6);
	buf_adds(out, "}\n");
}

/* ---- what is claimed ---- */

struct claims {
	const struct compile *k;
	const char *source;
	struct bounds bounds;
	struct arena *arena;
	struct slice fired[16]; /* the reasons of exits: "when contact.vip" */
	uint32_t fired_count;
	uint32_t runs, ended, branches, exits; /* runs that were looked at, claims that were held against them */
};

static bool is_code(const struct diag *g, const char *code)
{
	return strcmp(diag_info_at(g->code)->code, code) == 0;
}

static struct slice text_of(const struct compile *k, struct span span)
{
	struct slice text = k->sources.items[span.source].text;
	return (struct slice){text.p + span.start, span.end - span.start};
}

/* ---- in one run ---- */

static bool broke(struct run_broken *broken, const char *what, double is, double claimed)
{
	snprintf(broken->text, sizeof broken->text, "%s: %g, and claimed is %g", what, is, claimed);
	return false;
}

static bool counts_hold(const struct claims *c, const struct run_seen *run, struct run_broken *broken)
{
	for (uint32_t what = 0; c->bounds.counted && what < LIMIT_COUNT; what++)
		if (!run_has_at_most(run, what, c->bounds.in_all[what], 0, broken) ||
		    !run_has_at_most(run, what, c->bounds.in_7_days[what], 7, broken) ||
		    !run_has_at_most(run, what, c->bounds.in_30_days[what], 30, broken))
			return false;
	return true;
}

/* Clock changes move a day by an hour; what somebody paused is not the sequence's. */
static bool time_holds(const struct bounds_time *t, const struct run_seen *run, int64_t end_us,
                       struct run_broken *broken)
{
	int64_t took = end_us - run->play->start_us, slack = 2 * US_PER_HOUR;
	for (size_t i = 0; i < run->play->act_count; i++) {
		const struct scenario_act *a = &run->play->acts[i].act;
		if (a->kind == ACT_PAUSE || a->kind == ACT_DEPLOY ||
		    (a->kind == ACT_EVENT && a->event.kind == EVENT_AUTO_REPLY) || a->kind == ACT_SET)
			return true;
	}
	if (took + slack < t->least_us)
		return broke(broken, "it ended after hours", (double)took / US_PER_HOUR,
		             (double)t->least_us / US_PER_HOUR);
	if (!t->open && took - slack > t->most_us)
		return broke(broken, "it ended after hours", (double)took / US_PER_HOUR,
		             (double)t->most_us / US_PER_HOUR);
	return true;
}

static void add_fired(struct claims *c, struct slice reason)
{
	for (uint32_t i = 0; i < c->fired_count; i++)
		if (slice_eq(c->fired[i], reason))
			return;
	if (c->fired_count < sizeof c->fired / sizeof *c->fired)
		c->fired[c->fired_count++] = arena_copy(c->arena, reason);
}

static bool end_holds(struct claims *c, const struct run_seen *run, struct run_broken *broken)
{
	for (size_t at = 0; at < run->happening_count; at++) {
		const struct drive_line *l = &run->happenings[at].line;
		if (l->event == DRIVE_EXIT && slice_starts(l->reason, "when "))
			add_fired(c, l->reason);
		if (l->event != DRIVE_EXIT && l->event != DRIVE_FINISH)
			continue;
		for (uint32_t i = 0; i < c->bounds.end_count; i++) {
			const struct bounds_end *e = &c->bounds.ends[i];
			if (l->event == DRIVE_FINISH ? e->reason.n > 0 : !slice_eq(l->reason, e->reason))
				continue;
			c->ended++;
			if (!time_holds(&e->time, run, l->at_us, broken))
				return false;
		}
	}
	return true;
}

static bool holds(void *context, const struct run_seen *run, struct run_broken *broken)
{
	struct claims *c = context;
	c->runs++;
	if (!invariants_hold(run, broken) || !counts_hold(c, run, broken) || !end_holds(c, run, broken))
		return false;
	return true;
}

/* ---- over all runs ---- */

static bool was_reached(const struct coverage_point *p, const uint8_t *seen)
{
	uint8_t marks = seen[p->pc];
	return p->way == WAY_RAN ? marks & VM_MARK_RAN : p->way == WAY_YES ? marks & VM_MARK_YES : marks & VM_MARK_NO;
}

static void not_taken(struct claims *c, const struct diag *g, const struct explore_report *r, uint64_t seed)
{
	const struct compile_result *result = &c->k->results[0];
	bool never_yes = slice_find(g->message, SLICE("always no")) >= 0 || !is_code(g, "W0443");
	for (uint32_t i = 0; i < result->point_count; i++) {
		const struct coverage_point *p = &result->points[i];
		if (p->span.source != g->span.source || p->span.start != g->span.start || p->span.end != g->span.end)
			continue;
		if (p->way == WAY_EXIT || (p->way == WAY_YES && !never_yes) || (p->way == WAY_NO && never_yes))
			continue;
		c->branches++;
		if (was_reached(p, r->seen))
			fail_msg("seed %llu: %.*s\n`%.*s` was taken\n%s", (unsigned long long)seed,
			         SLICE_ARG(g->message), SLICE_ARG(text_of(c->k, g->span)), c->source);
	}
}

static void not_fired(struct claims *c, const struct diag *g, uint64_t seed)
{
	struct slice when = text_of(c->k, g->span);
	c->exits++;
	for (uint32_t i = 0; i < c->fired_count; i++)
		if (slice_eq((struct slice){c->fired[i].p + 5, c->fired[i].n - 5}, when))
			fail_msg("seed %llu: %.*s\n`exit when %.*s` fired\n%s", (unsigned long long)seed,
			         SLICE_ARG(g->message), SLICE_ARG(when), c->source);
}

static void try_one(uint64_t seed, struct tz_db *zones, struct claims *all)
{
	struct buf text = {0}, error = {0};
	struct compile k;
	struct arena arena;
	struct explore_report r = {0};
	dice = seed * UINT64_C(0x9E3779B97F4A7C15) + 1;
	put_sequence(&text);
	compile_init(&k);
	k.emit = k.keep_tests = true;
	arena_init(&arena, 0, NULL);
	if (compile_text(&k, "main.seq", buf_slice(&text))) {
		struct claims c = {.k = &k, .source = buf_cstr(&text), .arena = &arena};
		struct explore_options o = {.k = &k,
		                            .sequence = SLICE("s"),
		                            .zones = zones,
		                            .seed = seed,
		                            .runs = PLAYS,
		                            .holds = holds,
		                            .context = &c};
		bounds_of(&arena, k.sequences[0], &c.bounds);
		if (!explore(&o, &r, &arena, &error))
			fail_msg("seed %llu: %s\n%s", (unsigned long long)seed, buf_cstr(&error), c.source);
		if (r.broken)
			fail_msg("seed %llu: %s\n%s", (unsigned long long)seed, r.what.text, c.source);
		for (uint32_t i = 0; i < k.diags.count; i++) {
			const struct diag *g = &k.diags.items[i];
			if (is_code(g, "W0443") || is_code(g, "W0630") || is_code(g, "W0631"))
				not_taken(&c, g, &r, seed);
			else if (is_code(g, "W0632"))
				not_fired(&c, g, seed);
		}
		all->runs += c.runs, all->ended += c.ended, all->branches += c.branches, all->exits += c.exits;
	}
	buf_free(&text);
	buf_free(&error);
	arena_free(&arena);
	compile_free(&k);
}

static void what_is_claimed_holds(void **state)
{
	(void)state;
	const char *asked = getenv("CLAIMS_RUNS"), *first = getenv("CLAIMS_FIRST");
	struct tz_db *zones = tz_db_open(NULL);
	struct claims all = {0};
	uint64_t from = first ? strtoull(first, NULL, 10) : 1, count = asked ? strtoull(asked, NULL, 10) : SEQUENCES;
	for (uint64_t seed = from; seed < from + count; seed++)
		try_one(seed, zones, &all);
	if (asked)
		printf("%u runs, %u times held, %u branches, %u exits\n", all.runs, all.ended, all.branches, all.exits);
	assert_true(all.runs > 1000 || asked);
	assert_true((all.ended > 100 && all.branches > 10) || asked);
	tz_db_close(zones);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {cmocka_unit_test(what_is_claimed_holds)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
