/* SPDX-License-Identifier: Apache-2.0
 * Two questions to each `exit when`: can it be at any time, with nothing known but the types; and is it so at the
 * start, when no step was reached, alone or with what a start asks for. */
#include "compiler/analyze/exits.h"
#include "compiler/analyze/branches.h"

#define STARTS_ASKED 16 /* starts with a condition that are held against the exits */

static struct slice word_of(enum verdict v)
{
	return v == ALWAYS ? SLICE("yes") : SLICE("no");
}

/* At the start, for whoever a start lets in; NULL: for everybody. */
static bool check_entry(struct checker *k, struct values *v, const struct exit_rule *x, const struct start_rule *s)
{
	struct knowledge *at = knowledge_copy(v, NULL);
	struct origin origin = {.kind = FROM_TEST};
	if (s) {
		origin.span = s->when->span;
		origin.by = s->when;
		values_assume(v, at, s->when, true, &origin);
	}
	struct answer a = {.verdict = OPEN};
	if (!at->dead)
		a = values_answer(v, at, x->when);
	knowledge_drop(v, at);
	if (a.verdict != ALWAYS || a.because.origin.kind == FROM_WRITTEN)
		return false;
	struct diag *g = diag_exit_at_once(k->diags, x->when->span, branches_known(k, v, &a.because));
	branches_label(k, g, &a.because);
	return true;
}

static void check_exit(struct checker *k, struct values *any, struct values *first, const struct exit_rule *x)
{
	struct knowledge *nothing = knowledge_copy(any, NULL);
	struct answer a = values_answer(any, nothing, x->when);
	knowledge_drop(any, nothing);
	if (a.verdict != OPEN && a.because.origin.kind == FROM_WRITTEN) {
		diag_always_same(k->diags, x->when->span, word_of(a.verdict));
		return;
	}
	if (a.verdict == NEVER) {
		struct diag *g = diag_exit_never(k->diags, x->when->span, branches_known(k, any, &a.because));
		branches_label(k, g, &a.because);
		return;
	}
	uint32_t count = 0;
	bool told = check_entry(k, first, x, NULL);
	for (const struct start_rule *s = k->sequence->starts; s && !told && count < STARTS_ASKED; s = s->next)
		if (s->when) {
			count++;
			told = check_entry(k, first, x, s);
		}
}

static void check_start(struct checker *k, struct values *v, const struct start_rule *s)
{
	struct knowledge *nothing = knowledge_copy(v, NULL);
	struct answer a = values_answer(v, nothing, s->when);
	knowledge_drop(v, nothing);
	if (a.verdict == OPEN)
		return;
	if (a.because.origin.kind == FROM_WRITTEN) {
		diag_always_same(k->diags, s->when->span, word_of(a.verdict));
		return;
	}
	struct diag *g =
	        diag_asked_before(k->diags, s->when->span, word_of(a.verdict), branches_known(k, v, &a.because));
	branches_label(k, g, &a.because);
}

void exits_check(struct checker *k, const struct sequence *q)
{
	struct values any, first;
	bool begun = false;
	for (const struct exit_rule *x = q->exits; x; x = x->next) {
		if (x->trigger != TRIGGER_WHEN)
			continue;
		if (!begun) {
			branches_begin(k, q, &any, true);
			branches_begin(k, q, &first, false);
		}
		begun = true;
		check_exit(k, &any, &first, x);
	}
	for (const struct start_rule *s = q->starts; s; s = s->next) {
		if (!s->when)
			continue;
		if (!begun)
			branches_begin(k, q, &first, false);
		begun = true;
		check_start(k, &first, s);
	}
}
