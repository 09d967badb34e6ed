/* SPDX-License-Identifier: Apache-2.0
 * A sequence: its inputs and names first, then settings, then the body, then what must hold for the whole: it has a
 * step, a mailbox, a way out, and keeps its promises. */
#include "compiler/analyze/analyze.h"
#include "compiler/analyze/assigned.h"
#include "compiler/checker.h"

/* Settings that a sequence may give more than once. */
static bool may_repeat(enum ast_kind kind)
{
	return kind == AST_EXIT_ON || kind == AST_EXIT_WHEN || kind == AST_LIMIT || kind == AST_ALLOW ||
	       kind == AST_GOAL || kind == AST_PROMISE || kind == AST_INPUT || kind == AST_START_BY ||
	       kind == AST_START_DATE || kind == AST_START_EVENT || kind == AST_ERROR;
}

static void check_once(struct checker *k, const struct ast_list *items)
{
	const struct ast *seen[AST_KIND_COUNT] = {0};
	for (const struct ast *i = items->first; i; i = i->next) {
		if (is_step(i) || may_repeat(i->kind))
			continue;
		if (seen[i->kind]) {
			struct diag *g = diag_given_twice(k->diags, i->span, slice_of(ast_kind_name(i->kind)));
			diag_label(k->diags, g, seen[i->kind]->span, "first given here");
		}
		seen[i->kind] = i;
	}
}

static void check_inputs(struct checker *k, const struct ast_input *t)
{
	struct sequence *q = k->sequence;
	for (const struct ast *i = t->fields.first; i; i = i->next) {
		struct field *f = check_field(k, i, &q->scope, SCOPE_INPUT, true);
		if (!f)
			continue;
		f->index = q->input_count++;
		*(q->last_input ? &q->last_input->next : &q->inputs) = f;
		q->last_input = f;
	}
}

static bool sends(const struct sequence *q, bool only_email)
{
	for (uint32_t i = 0; i < q->step_count; i++)
		for (const struct message *m = q->steps[i]->message; m; m = m->next)
			if (m->channel == CHANNEL_EMAIL || !only_email)
				return true;
	return false;
}

/* The mailbox that it leaves from: named, the only one, or assigned by the enrollment. */
static void check_from(struct checker *k)
{
	struct sequence *q = k->sequence;
	struct workspace *w = k->workspace;
	if (q->mailboxes || q->assigned || !q->step_count)
		return;
	if (w->tree && w->mailbox_count != 1 && !sends(q, true))
		return; /* texts need none */
	if (w->tree && w->mailbox_count != 1) {
		q->assigned = true;
		if (!w->mailbox_count) {
			struct diag *g = diag_no_mailbox(k->diags, q->name.span, q->name.text);
			diag_label(k->diags, g, w->tree->name.span, "the workspace declares none");
			soften(k, g);
		}
		return;
	}
	struct name *n = names_find(&w->channels, 0, SLICE("default"));
	struct channel *c = n ? n->object : NULL;
	for (struct channel *i = w->first_channel; w->tree && i; i = i->next)
		if (i->kind == CHANNEL_EMAIL)
			c = i;
	if (!c) {
		c = add_channel(k, CHANNEL_EMAIL, (struct ast_name){SLICE("default"), q->name.span});
		c->assumed = true;
	}
	q->mailboxes = q->last_mailbox = ARENA_NEW(k->arena, struct text_list);
	q->mailboxes->name = c->name;
}

/* Promotional mail says where its sender can be written to, and how to stop it. */
static void check_law(struct checker *k)
{
	struct sequence *q = k->sequence;
	if (q->purpose != PURPOSE_SALES || !sends(q, false))
		return;
	if (q->unsubscribe == UNSUBSCRIBE_NONE)
		soften(k, diag_no_unsubscribe(k->diags, q->unsubscribe_span, q->name.text));
	if (!sends(q, true))
		return;
	for (struct channel *c = k->workspace->first_channel; c; c = c->next) {
		bool used = q->assigned && !q->mailboxes;
		for (struct text_list *m = q->mailboxes; m; m = m->next)
			used |= slice_eq(m->name.text, c->name.text);
		if (!used || c->kind != CHANNEL_EMAIL || c->postal || c->assumed)
			continue;
		struct diag *g = diag_no_postal(k->diags, c->name.span, c->name.text);
		diag_label(k->diags, g, q->name.span, "this sequence is for sales");
		soften(k, g);
	}
}

/* Links are tracked where clicks are asked for (language.md §6). */
static void set_tracking(struct sequence *q)
{
	for (uint32_t i = 0; i < q->step_count; i++)
		for (struct message *m = q->steps[i]->message; m; m = m->next)
			if (!m->hold_out && (q->clicks_read || q->steps[i]->clicks_read))
				m->tracking |= TRACK_CLICKS;
}

static void accept_findings(struct checker *k, const struct ast_list *items, uint32_t from)
{
	for (const struct ast *i = items->first; i; i = i->next) {
		const struct ast_allow *a = (const struct ast_allow *)i;
		if (i->kind == AST_ALLOW && a->code.text.n)
			accept_finding(k, a, from, !k->module->is_std);
	}
}

void accept_finding(struct checker *k, const struct ast_allow *allow, uint32_t from, bool all)
{
	struct ast_name code = allow->code;
	struct slice reason = allow->because ? check_plain(k, allow->because) : SLICE("?");
	const struct diag_info *info = diag_lookup(code.text);
	if (!slice_trim(reason).n)
		diag_empty_reason(k->diags, allow->because->span, code.text);
	if (!info) {
		diag_unknown_finding(k->diags, code.span, code.text);
		return;
	}
	if (info->severity == DIAG_ERROR) {
		diag_cannot_allow(k->diags, code.span, code.text);
		return;
	}
	bool any = false;
	for (uint32_t i = from; i < k->diags->count; i++) {
		struct diag *g = &k->diags->items[i];
		if (diag_info_at(g->code) != info)
			continue;
		any = true;
		if (!g->accepted)
			g->reason = arena_copy(k->diags->arena, reason);
		g->accepted = true;
	}
	if (any || !all)
		return;
	struct diag *g = diag_unused_allow(k->diags, code.span, code.text);
	diag_fix(k->diags, g, allow->node.span, SLICE(""), FIX_SURE, "leave it out");
}

/* event.FIELD where nothing takes an event. */
static void check_events(struct checker *k)
{
	const struct sequence *q = k->sequence;
	for (const struct variable *v = q->slots; v && !q->takes_events; v = v->next)
		if (v->kind == SLOT_EVENT)
			diag_no_event_taken(k->diags, v->where, v->name.text);
}

static void check_whole(struct checker *k)
{
	struct sequence *q = k->sequence;
	if (!q->step_count && !q->broken)
		soften(k, diag_no_step(k->diags, q->name.span, q->name.text));
	if (q->step_count > PLAN_STEPS_MAX)
		diag_too_many(k->diags, q->name.span, SLICE("steps"), PLAN_STEPS_MAX);
	check_events(k);
	check_from(k);
	check_law(k);
	set_tracking(q);
}

/* The result outlives a sequence that is not kept. */
static void add_result(struct checker *k, struct sequence *q)
{
	struct compile *c = k->c;
	if (k->keep)
		c->sequences[c->result_count] = q;
	c->results[c->result_count++] = (struct compile_result){
	        .name = q->name.text,
	        .title = k->keep ? q->title : arena_copy(&c->arena, q->title),
	        .description = k->keep ? q->description : arena_copy(&c->arena, q->description),
	        .span = q->name.span,
	        .draft = q->draft,
	};
}

/* A mistake of form in it, too: what the parser made of that is a guess. */
static bool has_error(const struct diags *d, struct span span)
{
	for (uint32_t i = 0; d->errors && i < d->count; i++) {
		const struct diag *g = &d->items[i];
		if (g->severity == DIAG_ERROR && g->span.source == span.source && g->span.start < span.end &&
		    g->span.end >= span.start)
			return true;
	}
	return false;
}

void check_sequence(struct checker *k, struct declaration *d)
{
	const struct ast_sequence *t = (const struct ast_sequence *)d->tree;
	if (!k->keep)
		k->arena = &k->c->passing;
	struct sequence *q = ARENA_NEW(k->arena, struct sequence);
	uint32_t first_diag = k->diags->count, errors = k->diags->errors;
	*q = (struct sequence){.tree = t,
	                       .module = d->module,
	                       .name = d->name,
	                       .draft = t->draft,
	                       .was = t->was.text,
	                       .thread = true,
	                       .signature = true};
	k->module = d->module;
	k->sequence = d->sequence = q;
	k->unnamed = k->proposed = 0;
	k->flow = (struct flow){.may_be_first = true, .pages = PAGES_NONE};
	if (t->title)
		q->title = check_plain(k, t->title);
	for (const struct ast *i = t->items.first; i; i = i->next) {
		if (i->kind == AST_INPUT)
			check_inputs(k, (const struct ast_input *)i);
		if (i->kind == AST_UNSUBSCRIBE)
			q->unsubscribe_span = i->span;
	}
	check_once(k, &t->items);
	declare_steps(k, &t->items);
	for (const struct ast *i = t->items.first; i; i = i->next)
		if (!is_step(i))
			check_setting(k, i);
	k->flow = (struct flow){.may_be_first = true, .pages = PAGES_NONE};
	q->body = check_body(k, &t->items);
	k->item = NULL;
	assigned_tell(k, q);
	check_moves(k);
	check_whole(k);
	if (!q->broken && k->diags->errors == errors && !has_error(k->diags, t->node.span))
		analyze_sequence(k, q);
	accept_findings(k, &t->items, first_diag);
	k->sequence = NULL;
	k->flow = (struct flow){0};
	add_result(k, q);
	if (!k->keep) {
		arena_reset(&k->c->passing);
		k->arena = &k->c->arena;
		d->sequence = NULL;
	}
}
