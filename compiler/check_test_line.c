/* SPDX-License-Identifier: Apache-2.0
 * The lines of a test: what happens (`at`) and what is expected. What each names is held to the sequence. */
#include "compiler/check_test.h"

/* ---- what there is to name ---- */

static void learn(struct checker *k, struct sequence *q, enum tested_kind kind, struct slice name, struct span span)
{
	if (name.n && !names_find(&q->tested, kind, name))
		names_add(&q->tested, k->arena, kind, name, span, NULL);
}

static void learn_node(struct checker *k, struct sequence *q, const struct node *n)
{
	if (n->position)
		learn(k, q, TESTED_POSITION, n->position->identity, n->position->span);
	else if (n->step &&
	         ((n->kind == NODE_SEND && !n->detached) || n->kind == NODE_REST || n->kind == NODE_ORIGINAL))
		learn(k, q, TESTED_POSITION, n->step->name.text, n->step->name.span);
	if ((n->kind == NODE_END && n->end == END_EXIT) ||
	    (n->kind == NODE_WAIT_UNTIL && n->otherwise_kind == OTHERWISE_EXIT))
		learn(k, q, TESTED_EXIT, n->reason, n->span);
	for (const struct arm *a = n->arms; a; a = a->next)
		learn(k, q, TESTED_EVENT, a->trigger.event, n->span);
}

static void learn_list(struct checker *k, struct sequence *q, const struct node *n)
{
	for (; n; n = n->next) {
		learn_node(k, q, n);
		learn_list(k, q, n->then);
		for (const struct arm *a = n->arms; a; a = a->next)
			learn_list(k, q, a->body);
		learn_list(k, q, n->otherwise);
	}
}

static bool has_cap(const struct limit *l)
{
	for (; l; l = l->next)
		if (!l->period_days)
			return true;
	return false;
}

static bool is_capped(const struct checker *k, const struct sequence *q)
{
	bool yes = has_cap(q->limits) || has_cap(k->workspace->limits);
	for (const struct channel *c = k->workspace->first_channel; c; c = c->next)
		yes |= has_cap(c->limits);
	for (uint32_t i = 0; i < q->step_count; i++)
		for (const struct message *m = q->steps[i]->message; m; m = m->next)
			yes |= has_cap(m->limits);
	return yes;
}

/* The reasons that an enrollment can end with, those that the drive gives by itself last. */
static void learn_exits(struct checker *k, struct sequence *q)
{
	struct span span = q->name.span;
	for (const struct exit_rule *x = q->exits; x; x = x->next) {
		struct slice reason = check_exit_reason(k->arena, &k->c->scratch, x);
		learn(k, q, TESTED_EXIT, reason, x->when ? x->when->span : span);
	}
	for (const struct migration *m = q->migrations; m; m = m->next)
		if (slice_is(m->action, "exit"))
			learn(k, q, TESTED_EXIT, m->target, span);
	for (const struct retire_rule *r = k->workspace->retires; r; r = r->next)
		if (slice_eq(r->sequence, q->name.text) && slice_is(r->action, "exit"))
			learn(k, q, TESTED_EXIT, r->target, span);
	if (is_capped(k, q))
		learn(k, q, TESTED_EXIT, SLICE("limit"), span);
	if (q->purpose == PURPOSE_SALES) {
		learn(k, q, TESTED_EXIT, SLICE("unsubscribe"), span);
		learn(k, q, TESTED_EXIT, SLICE("complaint"), span);
	}
	if (k->workspace->one_per_contact == ONE_REPLACE)
		learn(k, q, TESTED_EXIT, SLICE("replaced"), span);
	learn(k, q, TESTED_EXIT, SLICE("bounced"), span);
	learn(k, q, TESTED_EXIT, SLICE("finish"), span);
}

void test_learn(struct checker *k, struct sequence *q)
{
	if (q->tested.count)
		return;
	learn_list(k, q, q->body);
	learn_exits(k, q);
	for (const struct start_rule *s = q->starts; s; s = s->next)
		learn(k, q, TESTED_EVENT, s->event, q->name.span);
	for (const struct exit_rule *x = q->exits; x; x = x->next)
		learn(k, q, TESTED_EVENT, x->event, q->name.span);
	for (const struct exit_rule *x = q->goals; x; x = x->next)
		learn(k, q, TESTED_EVENT, x->event, q->name.span);
	/* What the sequence reads of events has its type by now; a test does not change it. */
	for (struct variable *v = q->slots; v; v = v->next)
		v->settled = true;
}

/* All names of that kind: "reply, finish". */
static struct slice listed(struct test_check *c, enum tested_kind kind)
{
	struct slice all = {"", 0};
	for (const struct name *n = c->q->tested.first; n; n = n->next)
		if (n->kind == (uint32_t)kind)
			all = arena_printf(c->k->arena, "%.*s%s%.*s", SLICE_ARG(all), all.n ? ", " : "",
			                   SLICE_ARG(n->text));
	return all.n ? all : SLICE("none");
}

/* ---- times ---- */

static bool wall_of(const struct ast *tree, int64_t *wall_us)
{
	const struct ast_moment *m = (const struct ast_moment *)tree;
	const struct ast *date = tree->kind == AST_MOMENT ? m->date : tree;
	const struct ast *time = tree->kind == AST_MOMENT ? m->time : NULL;
	if (!date || date->kind != AST_DATE || (time && time->kind != AST_TIME))
		return false;
	*wall_us = ((const struct ast_date *)date)->days * US_PER_DAY;
	if (time)
		*wall_us += ((const struct ast_time *)time)->minute * US_PER_MINUTE;
	return true;
}

static void offset_time(struct test_check *c, const struct ast_offset *o, struct test_time *out)
{
	struct checker *k = c->k;
	if (!check_duration(k, o->duration, &out->offset))
		return;
	if (o->time && o->time->kind == AST_TIME)
		out->at_minute = (int32_t)((const struct ast_time *)o->time)->minute;
	if (o->time && out->offset.unit == UNIT_US) {
		struct diag *g = diag_at_needs_days(k->diags, o->time->span);
		diag_note(k->diags, g, "`at` sets the time of the day that the days lead to: `+1 day at 09:00`");
		return;
	}
	out->given = out->relative = true;
}

static bool goes_back(struct test_check *c, const struct ast *tree, int64_t wall_us)
{
	char before[40];
	if (!c->has_floor || wall_us >= c->floor_us)
		return false;
	struct diag *g =
	        diag_time_goes_back(c->k->diags, tree->span, slice_of(civil_format_people(c->floor_us, before)));
	diag_label(c->k->diags, g, c->floor_span, "the test is here already");
	return true;
}

struct test_time test_time(struct test_check *c, const struct ast *tree)
{
	struct test_time t = {.at_minute = -1};
	if (!tree)
		return t;
	t.span = tree->span;
	if (tree->kind == AST_OFFSET) {
		offset_time(c, (const struct ast_offset *)tree, &t);
		return t;
	}
	if ((tree->kind != AST_MOMENT && tree->kind != AST_DATE) || !wall_of(tree, &t.wall_us) ||
	    goes_back(c, tree, t.wall_us))
		return t;
	t.given = true;
	c->has_floor = true;
	c->floor_us = t.wall_us;
	c->floor_span = tree->span;
	return t;
}

/* ---- steps ---- */

static struct slice path_text(struct checker *k, const struct ast *tree)
{
	struct slice all = {"", 0};
	for (const struct ast *i = ((const struct ast_path *)tree)->parts.first; i; i = i->next) {
		struct slice word = i->kind == AST_WORD ? ((const struct ast_word *)i)->name.text : SLICE("");
		all = all.n ? arena_printf(k->arena, "%.*s.%.*s", SLICE_ARG(all), SLICE_ARG(word)) : word;
	}
	return all;
}

/* The step, and in *name its whole name. NULL: said, or (name set) another version's. */
static struct step *find_step(struct test_check *c, const struct ast *tree, struct slice *name)
{
	struct checker *k = c->k;
	*name = (struct slice){"", 0};
	if (!tree || tree->kind != AST_PATH)
		return NULL;
	const struct ast_path *p = qualify(k, (const struct ast_path *)tree);
	const struct name *n = names_find(&c->q->scope, SCOPE_STEP, path_text(k, &p->node));
	if (n) {
		*name = n->text;
		return n->object;
	}
	if (c->deployed) {
		*name = path_text(k, tree);
		return NULL;
	}
	struct slice word = path_text(k, tree);
	const struct name *near = names_nearest(&c->q->scope, SCOPE_STEP, word);
	struct diag *g = diag_unknown_name(k->diags, tree->span, SLICE("step"), word);
	if (near)
		diag_fix(k->diags, g, tree->span, near->text, FIX_MAYBE, "did you mean `%.*s`?", SLICE_ARG(near->text));
	return NULL;
}

#define MESSAGES (IN(EMAIL) | IN(SMS) | IN(WHATSAPP) | IN(SEND))
#define PAGES    (IN(ASK) | IN(OFFER) | IN(REVIEW) | IN(THANKS))
#define IN(KIND) (1u << STEP_##KIND)

/* Which steps each injected word may name. */
static bool check_taker(struct test_check *c, struct ast_name word, const struct step *s, const struct ast *tree)
{
	static const struct {
		const char *word;
		uint32_t kinds;
		const char *wanted;
	} takers[] = {
	        {"reply", MESSAGES | IN(ORIGINAL), "message"},
	        {"click", MESSAGES | IN(OFFER) | IN(REVIEW), "message, offer or review"},
	        {"open", IN(EMAIL) | IN(SEND), "email"},
	        {"visit", MESSAGES | PAGES, "message or page"},
	        {"bounce", MESSAGES, "message"},
	        {"leave", PAGES, "page (ask, offer, review, thanks)"},
	        {"answer", IN(ASK), "ask"},
	        {"done", IN(TASK) | IN(WEBHOOK), "task or webhook"},
	};
	for (size_t i = 0; i < sizeof takers / sizeof *takers; i++) {
		if (!slice_is(word.text, takers[i].word))
			continue;
		if (!s->is_wait && takers[i].kinds >> s->plan_kind & 1)
			return true;
		struct diag *g = diag_wrong_kind(c->k->diags, tree->span, s->name.text, slice_of(s->kind),
		                                 slice_of(takers[i].wanted));
		diag_label(c->k->diags, g, s->name.span, "declared here");
		return false;
	}
	return true;
}

/* ---- at ---- */

static void listed_options(struct checker *k, const struct option *o, struct slice *all)
{
	*all = (struct slice){"", 0};
	for (; o; o = o->next)
		*all = arena_printf(k->arena, "%.*s%s%.*s", SLICE_ARG(*all), all->n ? ", " : "",
		                    SLICE_ARG(o->name.text));
}

static void say_done(struct test_check *c, struct span span, const struct step *s, struct slice how)
{
	struct diag *g = diag_done_otherwise(c->k->diags, span, s->name.text, slice_of(s->kind), how);
	diag_label(c->k->diags, g, s->name.span, "declared here");
}

static void check_done(struct test_check *c, struct step *s, const struct ast_inject *t, struct test_fields *fields)
{
	struct checker *k = c->k;
	const struct option *o, *outcomes = s->action ? s->action->outcomes : NULL;
	struct slice all;
	listed_options(k, outcomes, &all);
	if (s->plan_kind == STEP_WEBHOOK) {
		if (t->outcome.text.n && !slice_is(t->outcome.text, "failed"))
			say_done(c, t->outcome.span, s,
			         SLICE("just `done`, with `{ NAME value }` of what it returns, or `as failed`"));
		test_returns(c, s, &t->pairs, fields);
		return;
	}
	if (t->pairs.first)
		say_done(c, t->pairs.first->span, s, SLICE("`as OUTCOME`, and returns no values"));
	if (!t->outcome.text.n && outcomes) {
		say_done(c, t->node.span, s, arena_printf(k->arena, "`as` one of: %.*s", SLICE_ARG(all)));
		return;
	}
	for (o = outcomes; o && !slice_eq(o->name.text, t->outcome.text);)
		o = o->next;
	if (!t->outcome.text.n || o)
		return;
	if (outcomes)
		expr_say_option(k, t->outcome.text, t->outcome.span,
		                &(struct type){.kind = TYPE_ONE_OF, .options = outcomes});
	else
		say_done(c, t->outcome.span, s, SLICE("just `done`: it declares no outcomes"));
}

static void check_event(struct test_check *c, struct slice event, struct span span)
{
	struct checker *k = c->k;
	if (c->deployed || !c->sound || !event.n || names_find(&c->q->tested, TESTED_EVENT, event))
		return;
	struct diag *g = diag_event_not_taken(k->diags, span, c->q->name.text, event);
	const struct name *near = names_nearest(&c->q->tested, TESTED_EVENT, event);
	if (near)
		diag_fix(k->diags, g, span, arena_printf(k->arena, "\"%.*s\"", SLICE_ARG(near->text)), FIX_MAYBE,
		         "did you mean \"%.*s\"?", SLICE_ARG(near->text));
	else if (slice_is(listed(c, TESTED_EVENT), "none"))
		diag_note(k->diags, g,
		          "it takes none at all: `exit on event \"…\"` or `wait for event \"…\"` takes one");
	else
		diag_note(k->diags, g, "it takes: %.*s", SLICE_ARG(listed(c, TESTED_EVENT)));
}

static void check_until(struct test_check *c, const struct ast *tree, struct test_time *out)
{
	*out = (struct test_time){.at_minute = -1};
	if (!tree)
		return;
	out->span = tree->span;
	out->given = wall_of(tree, &out->wall_us) && !goes_back(c, tree, out->wall_us);
}

static void inject(struct test_check *c, const struct ast_inject *t, struct test_line *line)
{
	struct checker *k = c->k;
	struct test_fields fields = {0};
	struct step *s = find_step(c, t->step, &line->step);
	bool fits = s && check_taker(c, t->kind, s, t->step);
	line->word = t->kind.text;
	line->by_account = t->by_account;
	line->outcome = t->outcome.text;
	if (t->text)
		line->text = test_text(k, t->text);
	check_until(c, t->until, &line->until);
	if (slice_is(line->word, "event")) {
		check_event(c, line->text, t->text->span);
		test_event_fields(c, &t->pairs, &fields);
	} else if (fits && slice_is(line->word, "answer")) {
		test_answers(c, s, t, &fields);
	} else if (fits && slice_is(line->word, "done")) {
		check_done(c, s, t, &fields);
	} else if (slice_is(line->word, "deploy")) {
		c->deployed = true;
	} else if (slice_is(line->word, "pause")) {
		c->paused = true;
	} else if (slice_is(line->word, "resume")) {
		if (!c->paused)
			diag_resume_before_pause(k->diags, t->node.span);
		c->paused = false;
	}
	line->fields = fields.items;
	line->field_count = fields.count;
}

/* `set contact.FIELD = …` */
static void inject_set(struct test_check *c, const struct ast_set *t, struct test_line *line)
{
	struct checker *k = c->k;
	const struct ast_path *p = (const struct ast_path *)t->path;
	struct test_fields fields = {0};
	line->word = SLICE("set");
	if (!p || p->node.kind != AST_PATH || p->parts.first->kind != AST_WORD)
		return;
	if (p->parts.count != 2 || !slice_is(((const struct ast_word *)p->parts.first)->name.text, "contact")) {
		struct diag *g = diag_cannot_set(k->diags, p->node.span, source_text(&k->c->sources, p->node.span));
		diag_note(k->diags, g, "in a test others set fields of the contact: `set contact.FIELD = …`");
		return;
	}
	struct ast_pair pair = {.node = {.kind = AST_PAIR, .span = t->node.span},
	                        .key = ((const struct ast_word *)p->parts.last)->name,
	                        .value = t->value};
	test_pairs(c, &(struct ast_list){&pair.node, &pair.node, 1}, false, &fields);
	const struct name *n = names_find(&k->workspace->fields, 0, pair.key.text);
	enum plan_type type = n ? ((const struct field *)n->object)->type.kind : TYPE_UNKNOWN;
	if (type == TYPE_ZONE || type == TYPE_PHONE)
		c->has_floor = false; /* another clock */
	line->fields = fields.items;
	line->field_count = fields.count;
}

static void say_after_no_more(struct test_check *c, struct span span)
{
	if (!c->no_more.end)
		return;
	struct diag *g = diag_after_nothing_more(c->k->diags, span);
	diag_label(c->k->diags, g, c->no_more, "the test is over here");
	c->no_more.end = 0;
}

struct test_line *test_at(struct test_check *c, const struct ast_at *t)
{
	struct test_line *line = ARENA_NEW(c->k->arena, struct test_line);
	*line = (struct test_line){.kind = TEST_AT, .span = t->node.span, .time = test_time(c, t->when)};
	say_after_no_more(c, t->node.span);
	if (t->inject && t->inject->kind == AST_INJECT)
		inject(c, (const struct ast_inject *)t->inject, line);
	else if (t->inject && t->inject->kind == AST_SET)
		inject_set(c, (const struct ast_set *)t->inject, line);
	return line;
}

/* ---- expect STEP ---- */

static const char *const step_words[TEST_WORD_COUNT] = {
#define TEST_WORD(NAME, word) [TEST_##NAME] = word,
        TEST_WORDS
#undef TEST_WORD
};

static int word_of_channel(enum plan_channel channel)
{
	return channel == CHANNEL_SMS ? TEST_SMS : channel == CHANNEL_WHATSAPP ? TEST_WHATSAPP : TEST_EMAIL;
}

/* The words that can name the step, a bit each. */
static uint32_t words_of(const struct step *s)
{
	uint32_t words = 0;
	if (s->is_wait)
		return 0;
	switch (s->plan_kind) {
	case STEP_EMAIL: return 1u << TEST_EMAIL;
	case STEP_SMS: return 1u << TEST_SMS;
	case STEP_WHATSAPP: return 1u << TEST_WHATSAPP;
	case STEP_SEND:
		for (const struct message *m = s->message; m; m = m->next)
			words |= 1u << word_of_channel(m->channel);
		return words ? words : 1u << TEST_EMAIL | 1u << TEST_SMS | 1u << TEST_WHATSAPP;
	case STEP_TASK: return 1u << TEST_TASK;
	case STEP_WEBHOOK: return 1u << TEST_WEBHOOK;
	case STEP_ALERT: return 1u << TEST_ALERT;
	case STEP_ASK:
	case STEP_OFFER:
	case STEP_REVIEW:
	case STEP_THANKS: return 1u << TEST_PAGE;
	case STEP_ORIGINAL:
	case STEP_HANDOFF:
	case STEP_COUNT: break;
	}
	return 0;
}

static void say_other_kind(struct test_check *c, const struct ast_expect *t, const struct step *s, uint32_t words)
{
	struct checker *k = c->k;
	struct diag *g = diag_expects_other_kind(k->diags, t->kind.span, t->kind.text, s->name.text, slice_of(s->kind));
	diag_label(k->diags, g, s->name.span, "declared here");
	for (int i = 0; i < TEST_WORD_COUNT; i++)
		if (words >> i & 1) {
			diag_fix(k->diags, g, t->kind.span, slice_of(step_words[i]), FIX_MAYBE,
			         "write `expect %s %.*s`", step_words[i], SLICE_ARG(s->name.text));
			return;
		}
	diag_note(k->diags, g, "nothing is sent or shown there; `expect position %.*s` asks where the contact is",
	          SLICE_ARG(s->name.text));
}

static const struct {
	const char *word;
	uint32_t words; /* bits of enum test_word */
} parts[] = {
#define TEST_PART(word, words) {word, words},
        TEST_PARTS
#undef TEST_PART
};

static bool has_site(const struct step *s, struct slice word)
{
	for (const struct site *i = s && s->action ? s->action->sites : NULL; i; i = i->next)
		if (slice_eq(i->name.text, word))
			return true;
	return false;
}

/* `body` of a message is its text. */
static struct slice part_word(struct test_check *c, struct ast_name key, int word, const struct step *s)
{
	struct checker *k = c->k;
	struct slice fitting[sizeof parts / sizeof *parts], all = {"", 0};
	size_t count = 0;
	bool message = word == TEST_EMAIL || word == TEST_SMS || word == TEST_WHATSAPP;
	if (message && slice_is(key.text, "body"))
		return SLICE("text");
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		if (!(parts[i].words >> word & 1))
			continue;
		if (slice_is(key.text, parts[i].word))
			return key.text;
		fitting[count++] = slice_of(parts[i].word);
		all = arena_printf(k->arena, "%.*s%s%s", SLICE_ARG(all), all.n ? ", " : "", parts[i].word);
	}
	if (has_site(s, key.text))
		return key.text;
	struct diag *g = diag_no_such_part(k->diags, key.span, slice_of(step_words[word]), key.text, all);
	int near = diag_nearest(key.text, fitting, count);
	if (near >= 0)
		diag_fix(k->diags, g, key.span, fitting[near], FIX_MAYBE, "did you mean `%.*s`?",
		         SLICE_ARG(fitting[near]));
	return key.text;
}

static const struct test_part *check_parts(struct test_check *c, const struct ast_list *list, int word,
                                           const struct step *s)
{
	struct test_part *first = NULL, **last = &first;
	for (const struct ast *i = list->first; i; i = i->next) {
		const struct ast_expect_part *t = (const struct ast_expect_part *)i;
		if (i->kind != AST_EXPECT_PART)
			continue;
		struct test_part *p = *last = ARENA_NEW(c->k->arena, struct test_part);
		*p = (struct test_part){.contains = t->contains, .span = i->span};
		if (t->key.text.n)
			p->part = part_word(c, t->key, word, s);
		p->text = slice_trim(test_text(c->k, t->text));
		last = &p->next;
	}
	return first;
}

static void expect_step(struct test_check *c, const struct ast_expect *t, struct test_line *line)
{
	int word = 0;
	while (word < TEST_WORD_COUNT - 1 && !slice_is(t->kind.text, step_words[word]))
		word++;
	struct step *s = find_step(c, t->subject, &line->step);
	uint32_t words = s ? words_of(s) : 0;
	line->word = t->kind.text;
	if (s && !(words >> word & 1)) {
		say_other_kind(c, t, s, words);
		return;
	}
	line->parts = check_parts(c, &t->checks, word, s);
}

/* ---- expect exit, position, that ---- */

/* By its first words. */
static bool begins_with(struct slice reason, struct slice said)
{
	struct slice head = {reason.p, said.n < reason.n ? said.n : reason.n};
	return slice_eq(head, said) && (reason.n == said.n || reason.p[said.n] == ' ');
}

static void expect_exit(struct test_check *c, const struct ast_expect *t, struct test_line *line)
{
	struct checker *k = c->k;
	const struct ast *subject = t->subject;
	line->text = subject && subject->kind == AST_WORD ? ((const struct ast_word *)subject)->name.text
	                                                  : test_text(k, subject);
	if (!line->text.n || c->deployed || !c->sound)
		return;
	for (const struct name *n = c->q->tested.first; n; n = n->next)
		if (n->kind == TESTED_EXIT && begins_with(n->text, line->text))
			return;
	struct diag *g =
	        diag_cannot_end_so(k->diags, subject->span, c->q->name.text, line->text, listed(c, TESTED_EXIT));
	const struct name *near = names_nearest(&c->q->tested, TESTED_EXIT, line->text);
	if (!near)
		return;
	bool word = slice_find(near->text, SLICE(" ")) < 0 && subject->kind == AST_WORD;
	diag_fix(k->diags, g, subject->span, arena_printf(k->arena, word ? "%.*s" : "\"%.*s\"", SLICE_ARG(near->text)),
	         FIX_MAYBE, "did you mean `%.*s`?", SLICE_ARG(near->text));
}

static void expect_position(struct test_check *c, const struct ast_expect *t, struct test_line *line)
{
	struct checker *k = c->k;
	if (!t->subject || t->subject->kind != AST_PATH)
		return;
	line->step = path_text(k, t->subject);
	if (t->after)
		line->step = arena_printf(k->arena, "after %.*s", SLICE_ARG(line->step));
	if (c->deployed || !c->sound || names_find(&c->q->tested, TESTED_POSITION, line->step))
		return;
	struct diag *g = diag_unknown_name(k->diags, t->subject->span, SLICE("position"), line->step);
	const struct name *near = names_nearest(&c->q->tested, TESTED_POSITION, line->step);
	if (near && !t->after)
		diag_fix(k->diags, g, t->subject->span, near->text, FIX_MAYBE, "did you mean `%.*s`?",
		         SLICE_ARG(near->text));
	else
		diag_note(k->diags, g, "a contact can be at: %.*s", SLICE_ARG(listed(c, TESTED_POSITION)));
}

/* Asked by a plan of its own (emit.c), so that the sequence's stays as it is. */
static uint32_t add_probe(struct test_check *c, struct expr *when)
{
	struct probe *p = ARENA_NEW(c->k->arena, struct probe);
	p->when = when;
	*(c->q->last_probe ? &c->q->last_probe->next : &c->q->probes) = p;
	c->q->last_probe = p;
	return c->q->probe_count++;
}

static bool is_joined(const struct expr *e)
{
	return e->kind == EXPR_AND || e->kind == EXPR_OR || e->kind == EXPR_NOT;
}

/* What `and`, `or` and `not` join is asked for itself, too, so that a failing test can say which of it is not so. */
static void add_terms(struct test_check *c, struct expr *e, struct test_term ***last)
{
	if (!e)
		return;
	if (is_joined(e)) {
		add_terms(c, e->left, last);
		add_terms(c, e->right, last);
		return;
	}
	**last = ARENA_NEW(c->k->arena, struct test_term);
	***last = (struct test_term){.span = e->span, .probe = add_probe(c, e)};
	*last = &(**last)->next;
}

static void expect_that(struct test_check *c, const struct ast_expect *t, struct test_line *line)
{
	struct checker *k = c->k;
	struct flow flow = k->flow;
	k->flow = (struct flow){.ended = true, .pages = PAGES_NONE}; /* anything may have happened */
	k->probing = true;
	struct expr *when = check_condition(k, t->subject);
	k->probing = false;
	k->flow = flow;
	if (when->kind == EXPR_POISON)
		return;
	line->probe = add_probe(c, when);
	struct test_term **last = &line->terms;
	if (is_joined(when))
		add_terms(c, when, &last);
}

struct test_line *test_expect(struct test_check *c, const struct ast_expect *t)
{
	static const struct {
		const char *word;
		enum test_line_kind kind;
	} words[] = {
	        {"exit", TEST_EXPECT_EXIT},           {"position", TEST_EXPECT_POSITION},    {"that", TEST_EXPECT_THAT},
	        {"nothing_until", TEST_EXPECT_UNTIL}, {"nothing_more", TEST_EXPECT_NO_MORE}, {"", TEST_EXPECT},
	};
	struct test_line *line = ARENA_NEW(c->k->arena, struct test_line);
	size_t i = 0;
	while (i < sizeof words / sizeof *words - 1 && !slice_is(t->kind.text, words[i].word))
		i++;
	*line = (struct test_line){.kind = words[i].kind, .span = t->node.span, .time = test_time(c, t->at)};
	c->expects = true;
	if (line->kind == TEST_EXPECT || line->kind == TEST_EXPECT_UNTIL)
		say_after_no_more(c, t->node.span);
	switch (line->kind) {
	case TEST_AT:
	case TEST_EXPECT: expect_step(c, t, line); break;
	case TEST_EXPECT_EXIT: expect_exit(c, t, line); break;
	case TEST_EXPECT_POSITION: expect_position(c, t, line); break;
	case TEST_EXPECT_THAT: expect_that(c, t, line); break;
	case TEST_EXPECT_UNTIL: break;
	case TEST_EXPECT_NO_MORE: c->no_more = t->node.span; break;
	}
	return line;
}
