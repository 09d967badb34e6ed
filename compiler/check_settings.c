/* SPDX-License-Identifier: Apache-2.0
 * The settings of a sequence: one function each, called by the kind of its node. */
#include "compiler/checker.h"
#include <string.h>

void soften(struct checker *k, struct diag *g)
{
	if (k->sequence && k->sequence->draft)
		g->severity = DIAG_WARNING; /* diags_sort counts anew */
}

bool check_room(struct checker *k, uint32_t count, struct span span, const char *what)
{
	if (count < RULES_MAX)
		return true;
	diag_too_many(k->diags, span, slice_of(what), RULES_MAX);
	return false;
}

int check_word(struct checker *k, struct ast_name word, const char *setting, const char *const words[], int count)
{
	struct slice *candidates = ARENA_ARRAY(k->arena, struct slice, count), all = {"", 0};
	if (!word.text.n)
		return -1;
	for (int i = 0; i < count; i++) {
		candidates[i] = slice_of(words[i]);
		if (slice_eq(candidates[i], word.text))
			return i;
		all = arena_printf(k->arena, "%.*s%s%s", SLICE_ARG(all), i ? ", " : "", words[i]);
	}
	struct diag *g = diag_unknown_word(k->diags, word.span, word.text, slice_of(setting), all);
	int near = diag_nearest(word.text, candidates, (size_t)count);
	if (near >= 0)
		diag_fix(k->diags, g, word.span, candidates[near], FIX_MAYBE, "did you mean `%s`?", words[near]);
	return -1;
}

struct ast_name check_string(struct checker *k, const struct ast *tree)
{
	if (tree && tree->kind == AST_STRING)
		return ((const struct ast_string *)tree)->value;
	if (tree && tree->kind == AST_TEXT)
		return (struct ast_name){check_plain(k, tree), tree->span};
	return (struct ast_name){{"", 0}, tree ? tree->span : DIAG_NO_PLACE};
}

/* ---- one a setting ---- */

static void check_mailbox(struct checker *k, const struct ast_mailbox *t)
{
	struct sequence *q = k->sequence;
	for (const struct ast *i = t->paths.first; i; i = i->next) {
		if (i->kind != AST_PATH)
			continue;
		struct ast_name name = ((const struct ast_path *)i)->text;
		if (slice_is(name.text, "assigned")) {
			q->assigned = true;
			continue;
		}
		if (!names_find(&k->workspace->channels, 0, name.text)) {
			if (!k->workspace->tree) {
				add_channel(k, CHANNEL_EMAIL, name)->assumed = true;
			} else {
				struct diag *g = diag_unknown_name(k->diags, name.span, SLICE("mailbox"), name.text);
				const struct name *near = names_nearest(&k->workspace->channels, 0, name.text);
				if (near)
					diag_fix(k->diags, g, name.span, near->text, FIX_MAYBE, "did you mean `%.*s`?",
					         SLICE_ARG(near->text));
				q->assigned = true; /* no more about this */
				continue;
			}
		}
		struct text_list *m = ARENA_NEW(k->arena, struct text_list);
		m->name = name;
		*(q->last_mailbox ? &q->last_mailbox->next : &q->mailboxes) = m;
		q->last_mailbox = m;
	}
	if (q->assigned && q->mailboxes)
		diag_assigned_alone(k->diags, t->node.span);
}

static void check_skip(struct checker *k, const struct ast_skip *t)
{
	static const char *const words[] = {"weekends", "holidays"};
	for (const struct ast *i = t->names.first; i; i = i->next) {
		int which =
		        i->kind == AST_WORD ? check_word(k, ((const struct ast_word *)i)->name, "skip", words, 2) : -1;
		bool none = which == 1 && k->workspace->tree && !k->workspace->holidays;
		if (none && k->module->is_std)
			continue; /* the library's sequences fit every workspace */
		if (none && !k->workspace->holidays_failed)
			diag_no_holidays(k->diags, i->span);
		k->sequence->skip |= which == 0 ? SKIP_WEEKENDS : which == 1 ? SKIP_HOLIDAYS : 0;
	}
}

static void check_quote(struct checker *k, const struct ast_quote *t)
{
	int which = check_word(k, t->which, "quote", WORDS(QUOTE));
	if (which >= 0)
		k->sequence->quote = (enum plan_quote)which;
}

static void check_unsubscribe(struct checker *k, const struct ast_unsubscribe *t)
{
	int which = check_word(k, t->style, "unsubscribe", WORDS(UNSUBSCRIBE));
	if (which < 0)
		return;
	k->sequence->unsubscribe = (enum plan_unsubscribe)which;
	if (t->text) {
		k->sequence->unsubscribe_text = check_text(k, t->text, FORM_PLAIN);
		check_header(k, k->sequence->unsubscribe_text);
	}
}

static void check_purpose(struct checker *k, const struct ast_purpose *t)
{
	int which = check_word(k, t->name, "purpose", WORDS(PURPOSE));
	if (which >= 0)
		k->sequence->purpose = (enum plan_purpose)which;
}

static void check_late(struct checker *k, const struct ast_late *t)
{
	struct sequence *q = k->sequence;
	if (!t->skip)
		return;
	q->has_late = check_duration(k, t->after, &q->late_after);
}

static void check_enroll(struct checker *k, const struct ast_enroll *t)
{
	struct sequence *q = k->sequence;
	int which = check_word(k, t->mode, "enroll", WORDS(ENROLL));
	if (which < 0)
		return;
	q->enroll = (enum plan_enroll)which;
	if (which == ENROLL_AGAIN && !check_duration(k, t->after, &q->enroll_after))
		q->enroll = ENROLL_ONCE;
	if (!t->per)
		return;
	struct expr *e = check_expr(k, t->per);
	if (e->kind == EXPR_POISON)
		return;
	if (e->kind == EXPR_FIELD && e->field->input)
		q->enroll_per = e->field->name.text;
	else
		diag_wrong_type(k->diags, t->per->span, SLICE("an input of this sequence"),
		                slice_of(type_word(&e->type)));
}

static void check_versions(struct checker *k, const struct ast_versions *t)
{
	int which = check_word(k, t->mode, "versions", WORDS(VERSIONS));
	if (which >= 0)
		k->sequence->versions = (enum plan_versions)which;
}

static void check_promise(struct checker *k, const struct ast_promise *t)
{
	struct promise *p = ARENA_NEW(k->arena, struct promise), **last = &k->sequence->promises;
	p->count = t->count;
	p->span = t->node.span;
	if (!check_limit_what(k, t->what, &p->what) || !check_period(k, t->period, &p->period_days))
		return;
	if (t->count < 0 || t->count > 65535) {
		diag_bad_count(k->diags, t->node.span, t->count);
		return;
	}
	uint32_t count = 0;
	for (; *last; last = &(*last)->next)
		count++;
	if (check_room(k, count, t->node.span, "promises"))
		*last = p;
}

static void check_sequence_limit(struct checker *k, const struct ast_limit *t)
{
	struct limit **last = &k->sequence->limits;
	k->only_contact = true;
	struct limit *l = check_limit(k, t);
	k->only_contact = false;
	uint32_t count = 0;
	for (; *last; last = &(*last)->next)
		count++;
	if (check_room(k, count, t->node.span, "limits"))
		*last = l;
}

static void check_auto_reply(struct checker *k, const struct ast_on_auto_reply *t)
{
	struct sequence *q = k->sequence;
	q->on_auto_reply = t->hold ? AUTO_REPLY_HOLD : AUTO_REPLY_IGNORE;
	if (t->hold)
		q->has_auto_reply_hold = check_duration(k, t->at_most, &q->auto_reply_hold);
}

/* Which steps can bring what: a word for them where that one cannot. */
static const char *wanted_step(enum plan_trigger trigger, enum plan_step_kind kind)
{
	bool message = kind <= STEP_SEND;
	switch (trigger) {
	case TRIGGER_ANSWER: return kind == STEP_ASK ? NULL : "ask";
	case TRIGGER_CLICK:
		return (message && kind != STEP_ORIGINAL) || kind == STEP_OFFER || kind == STEP_REVIEW
		               ? NULL
		               : "message, offer or review";
	case TRIGGER_OPEN: return kind == STEP_EMAIL || kind == STEP_SEND ? NULL : "email";
	default: return message ? NULL : "message";
	}
}

/* STEP of `click on STEP`; false after saying what is wrong. */
static bool check_trigger_step(struct checker *k, const struct ast_trigger *t, struct exit_rule *out)
{
	struct step *step = check_step_path(k, t->step);
	if (!step)
		return false;
	const char *wanted = step->is_wait ? "step" : wanted_step(out->trigger, step->plan_kind);
	if (wanted) {
		struct diag *g = diag_wrong_kind(k->diags, t->step->span, step->name.text, slice_of(step->kind),
		                                 slice_of(wanted));
		diag_label(k->diags, g, step->name.span, "declared here");
		return false;
	}
	step->clicks_read |= out->trigger == TRIGGER_CLICK;
	out->step = step;
	return true;
}

bool check_trigger(struct checker *k, const struct ast *tree, const char *place, struct exit_rule *out)
{
	if (!tree || tree->kind != AST_TRIGGER)
		return false;
	const struct ast_trigger *t = (const struct ast_trigger *)tree;
	int which = check_word(k, t->kind, place, words_TRIGGER, TRIGGER_WHEN);
	if (which < 0)
		return false;
	*out = (struct exit_rule){.span = tree->span, .trigger = (enum plan_trigger)which, .by_account = t->by_account};
	if (t->event)
		out->event = check_string(k, t->event).text;
	k->sequence->takes_events |= which == TRIGGER_EVENT;
	if (t->step && !check_trigger_step(k, t, out))
		return false;
	k->sequence->clicks_read |= which == TRIGGER_CLICK && !t->step;
	if (which == TRIGGER_OPEN)
		diag_opens_are_a_guess(k->diags, tree->span, out->step ? out->step->name.text : SLICE("a message"));
	return true;
}

static void add_exit(struct checker *k, struct exit_rule **last, struct exit_rule rule, struct span span)
{
	uint32_t count = 0;
	for (; *last; last = &(*last)->next)
		count++;
	if (!check_room(k, count, span, "exits or goals"))
		return;
	*last = ARENA_NEW(k->arena, struct exit_rule);
	**last = rule;
	(*last)->span = span;
}

static void check_exit_on(struct checker *k, const struct ast_exit_on *t)
{
	struct exit_rule rule;
	if (!check_trigger(k, t->trigger, "exit on", &rule))
		return;
	check_exit_body(k, t->body, &rule);
	add_exit(k, &k->sequence->exits, rule, t->node.span);
}

static void check_exit_when(struct checker *k, const struct ast_exit_when *t)
{
	struct flow none = {0};
	k->flow = none;
	struct exit_rule rule = {.trigger = TRIGGER_WHEN, .when = check_condition(k, t->expr)};
	check_exit_body(k, t->body, &rule);
	k->sequence->asks = true;
	if (rule.when->kind != EXPR_POISON)
		add_exit(k, &k->sequence->exits, rule, t->node.span);
}

/* `allow weaken exit because "…"`: which changes to a live sequence its author means; seqc diff reads it. */
static void check_weaken(struct checker *k, const struct ast_allow *t)
{
	static const char *const words[] = {"exit", "limit", "window"};
	const struct ast_path *p = (const struct ast_path *)t->weaken;
	if (!p || p->node.kind != AST_PATH)
		return;
	check_word(k, p->text, "allow weaken", words, 3);
	if (t->because && !slice_trim(check_string(k, t->because).text).n)
		diag_empty_reason(k->diags, t->because->span, p->text.text);
}

void check_setting(struct checker *k, const struct ast *i)
{
	struct sequence *q = k->sequence;
	struct exit_rule rule;
	switch (i->kind) {
	case AST_TITLE: q->title = check_plain(k, ((const struct ast_title *)i)->text); break;
	case AST_DESCRIPTION: q->description = check_plain(k, ((const struct ast_description *)i)->text); break;
	case AST_OWNER: q->owner = check_string(k, ((const struct ast_owner *)i)->value).text; break;
	case AST_MAILBOX: check_mailbox(k, (const struct ast_mailbox *)i); break;
	case AST_WINDOW: q->window = check_window(k, i); break;
	case AST_SKIP: check_skip(k, (const struct ast_skip *)i); break;
	case AST_THREAD: q->thread = ((const struct ast_thread *)i)->yes; break;
	case AST_SIGNATURE: q->signature = ((const struct ast_signature *)i)->yes; break;
	case AST_QUOTE: check_quote(k, (const struct ast_quote *)i); break;
	case AST_UNSUBSCRIBE: check_unsubscribe(k, (const struct ast_unsubscribe *)i); break;
	case AST_PURPOSE: check_purpose(k, (const struct ast_purpose *)i); break;
	case AST_SPREAD: q->has_spread = check_span_us(k, ((const struct ast_spread *)i)->over, &q->spread_us); break;
	case AST_LATE: check_late(k, (const struct ast_late *)i); break;
	case AST_ENROLL: check_enroll(k, (const struct ast_enroll *)i); break;
	case AST_VERSIONS: check_versions(k, (const struct ast_versions *)i); break;
	case AST_PROMISE: check_promise(k, (const struct ast_promise *)i); break;
	case AST_LIMIT: check_sequence_limit(k, (const struct ast_limit *)i); break;
	case AST_ON_AUTO_REPLY: check_auto_reply(k, (const struct ast_on_auto_reply *)i); break;
	case AST_EXIT_ON: check_exit_on(k, (const struct ast_exit_on *)i); break;
	case AST_EXIT_WHEN: check_exit_when(k, (const struct ast_exit_when *)i); break;
	case AST_GOAL:
		if (check_trigger(k, ((const struct ast_goal *)i)->trigger, "goal", &rule))
			add_exit(k, &q->goals, rule, i->span);
		break;
	case AST_ALLOW: check_weaken(k, (const struct ast_allow *)i); break;
	case AST_START_BY: check_start_by(k, (const struct ast_start_by *)i); break;
	case AST_START_EVENT: check_start_event(k, (const struct ast_start_event *)i); break;
	case AST_START_DATE: check_start_date(k, (const struct ast_start_date *)i); break;
	default: /* tags are for people; inputs and `allow` are read before; errors were said */ break;
	}
}
