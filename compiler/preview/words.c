/* SPDX-License-Identifier: Apache-2.0
 * Lengths of time, windows, triggers, conditions and texts of a sequence, in words. */
#include "compiler/preview/words.h"
#include "base/civil.h"
#include "base/utf8.h"
#include <inttypes.h>

/* ---- time ---- */

static void add_count(struct buf *out, int64_t n, const char *unit)
{
	buf_addf(out, "%" PRId64 " %s%s", n, unit, n == 1 ? "" : "s");
}

void words_duration(struct buf *out, const struct constant *c)
{
	static const struct {
		enum plan_unit unit;
		int64_t factor;
		const char *word;
	} units[] = {{UNIT_MONTHS, 12, "year"},
	             {UNIT_MONTHS, 1, "month"},
	             {UNIT_DAYS, 7, "week"},
	             {UNIT_DAYS, 1, "day"},
	             {UNIT_BUSINESS_DAYS, 1, "business day"},
	             {UNIT_US, US_PER_HOUR, "hour"},
	             {UNIT_US, US_PER_MINUTE, "minute"},
	             {UNIT_US, US_PER_SECOND, "second"}};
	for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
		if (units[i].unit != c->unit || c->value % units[i].factor != 0)
			continue;
		add_count(out, c->value / units[i].factor, units[i].word);
		return;
	}
	add_count(out, c->value, "microsecond");
}

/* check_print_expr has `call.outcome == spoke`. */
void words_expr(struct buf *out, const struct expr *e)
{
	static const char *const written[][2] = {{".outcome == ", " is "}, {".outcome != ", " is not "}};
	struct buf text = {0};
	bool quoted = false;
	check_print_expr(&text, e);
	for (size_t i = 0; i < text.n;) {
		struct slice rest = {text.p + i, text.n - i};
		size_t word = 0;
		while (word < 2 && (quoted || !slice_starts(rest, written[word][0])))
			word++;
		if (word < 2) {
			buf_adds(out, written[word][1]);
			i += strlen(written[word][0]);
			continue;
		}
		quoted ^= text.p[i] == '"' && (i == 0 || text.p[i - 1] != '\\');
		buf_addc(out, text.p[i++]);
	}
	out->failed |= text.failed;
	buf_free(&text);
}

static void add_expr(struct buf *out, const struct expr *e)
{
	if (e->kind == EXPR_CONSTANT && e->constant.type == TYPE_DURATION)
		words_duration(out, &e->constant);
	else
		words_expr(out, e);
}

void words_terms(struct buf *out, const struct term *t)
{
	for (const struct term *first = t; t; t = t->next) {
		buf_adds(out, t == first ? t->minus ? "-" : "" : t->minus ? " - " : " + ");
		add_expr(out, t->duration);
	}
}

static const char *const weekdays[7] = {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};

static void add_time(struct buf *out, int32_t minute)
{
	buf_addf(out, "%02d:%02d", minute / 60, minute % 60);
}

/* contact.renewal - 30 days: its lengths as people count them. */
static void add_moment(struct buf *out, const struct expr *e)
{
	if ((e->kind == EXPR_ADD || e->kind == EXPR_SUB) && e->right->kind == EXPR_CONSTANT) {
		add_moment(out, e->left);
		buf_adds(out, e->kind == EXPR_ADD ? " + " : " - ");
		add_expr(out, e->right);
	} else {
		words_expr(out, e);
	}
}

void words_wait(struct buf *out, const struct node *n)
{
	if (n->kind == NODE_WAIT_UNTIL)
		buf_adds(out, "until ");
	if (n->terms)
		words_terms(out, n->terms);
	if (n->expr)
		add_moment(out, n->expr);
	if (n->weekday >= 0 && !n->expr && n->kind == NODE_WAIT_UNTIL)
		buf_addf(out, "%s%s", n->next_day ? "next " : "", weekdays[n->weekday % 7]);
	if (n->at_minute < 0)
		return;
	bool bare = n->kind == NODE_WAIT_UNTIL && !n->expr && !n->terms;
	buf_adds(out, !bare ? " at " : n->weekday >= 0 ? " " : "");
	add_time(out, n->at_minute);
}

/* A run of three or more days, or all of them, is a range. */
static void add_days(struct buf *out, uint32_t days)
{
	if ((days & 127u) == 127u) {
		buf_adds(out, "every day");
		return;
	}
	bool first = true;
	for (int d = 0; d < 7;) {
		int to = d;
		while (to < 7 && days >> to & 1)
			to++;
		if (to == d) {
			d++;
			continue;
		}
		buf_addf(out, "%s%s", first ? "" : ", ", weekdays[d]);
		if (to - d == 2)
			buf_addf(out, ", %s", weekdays[d + 1]);
		else if (to - d > 2)
			buf_addf(out, " to %s", weekdays[to - 1]);
		first = false;
		d = to;
	}
}

void words_window(struct buf *out, const struct window *w)
{
	if (w->anytime || !w->parts) {
		buf_adds(out, "at any time of day");
		return;
	}
	for (const struct window_part *p = w->parts; p; p = p->next) {
		buf_adds(out, p == w->parts ? "" : "; ");
		add_days(out, p->days);
		buf_adds(out, ", ");
		add_time(out, p->from_minute);
		buf_adds(out, " to ");
		add_time(out, p->to_minute);
	}
	if (w->zone.n)
		buf_addf(out, " in %.*s", SLICE_ARG(w->zone));
	else if (w->zone_field)
		buf_addf(out, " in the zone that the contact's %.*s names", SLICE_ARG(w->zone_field->name.text));
	else
		buf_adds(out, " in the contact's own time");
}

void words_limit(struct buf *out, int64_t count, enum plan_limit_what what, uint32_t period_days)
{
	static const char *const one[LIMIT_COUNT] = {[LIMIT_MESSAGES] = "message",
	                                             [LIMIT_FOLLOWUPS] = "follow-up",
	                                             [LIMIT_EMAIL] = "email",
	                                             [LIMIT_SMS] = "text message",
	                                             [LIMIT_WHATSAPP] = "WhatsApp message"};
	add_count(out, count, one[what]);
	if (period_days == MONTH_PERIOD)
		buf_adds(out, " a calendar month");
	else if (period_days == 1)
		buf_adds(out, " a day");
	else if (period_days)
		buf_addf(out, " in any %u days", period_days);
	else
		buf_adds(out, " in all");
}

/* ---- triggers ---- */

void words_trigger(struct buf *out, const struct exit_rule *r)
{
	buf_adds(out, words_TRIGGER[r->trigger]);
	if (r->by_account)
		buf_adds(out, " by account");
	if (r->step) {
		const char *of = r->trigger == TRIGGER_REPLY ? "to" : r->trigger == TRIGGER_CLICK ? "on" : "of";
		buf_addf(out, " %s %.*s", of, SLICE_ARG(r->step->name.text));
	}
	if (r->event.n)
		buf_addf(out, " \"%.*s\"", SLICE_ARG(r->event));
	if (r->when) {
		buf_adds(out, r->trigger == TRIGGER_WHEN ? " " : " when ");
		words_expr(out, r->when);
	}
}

static void add_of(struct buf *out, const char *before, const struct step *s, const char *otherwise)
{
	if (s)
		buf_addf(out, "%s%.*s", before, SLICE_ARG(s->name.text));
	else
		buf_adds(out, otherwise);
}

void words_trigger_plainly(struct buf *out, const struct exit_rule *r)
{
	const char *who = r->by_account ? "anyone of the contact's account" : "the contact";
	switch (r->trigger) {
	case TRIGGER_REPLY:
		buf_addf(out, "%s replies", who);
		add_of(out, " to ", r->step, "");
		break;
	case TRIGGER_WE_WROTE: buf_adds(out, "one of us writes to the contact by hand"); break;
	case TRIGGER_MEETING: buf_addf(out, "%s books a meeting", who); break;
	case TRIGGER_CLICK:
		buf_addf(out, "%s clicks a link", who);
		add_of(out, " of ", r->step, "");
		break;
	case TRIGGER_OPEN:
		buf_addf(out, "%s opens ", who);
		add_of(out, "", r->step, "a message");
		break;
	case TRIGGER_ANSWER:
		buf_addf(out, "%s answers ", who);
		add_of(out, "", r->step, "the questions");
		break;
	case TRIGGER_EVENT:
		buf_addf(out, "the event \"%.*s\" comes%s", SLICE_ARG(r->event),
		         r->by_account ? " for anyone of the account" : "");
		break;
	case TRIGGER_WHEN:
	case TRIGGER_COUNT: break;
	}
	if (r->when) {
		buf_adds(out, r->trigger == TRIGGER_WHEN ? "" : " and ");
		words_condition(out, r->when);
	}
}

/* ---- conditions ---- */

static void add_yes_no(struct buf *out, const struct expr *e, bool yes);

/* What is compared, as a noun. */
static void add_noun(struct buf *out, const struct expr *e)
{
	switch (e->kind) {
	case EXPR_FIELD:
		buf_addf(out, "%s%.*s", e->field->input ? "the input " : "the contact's ",
		         SLICE_ARG(e->field->name.text));
		return;
	case EXPR_SLOT:
		if (e->variable->kind == SLOT_REPLY)
			buf_adds(out, "the reply");
		else if (e->variable->kind == SLOT_OUTCOME)
			buf_addf(out, "the outcome of %.*s", SLICE_ARG(e->variable->step->name.text));
		else
			words_expr(out, e);
		return;
	case EXPR_ADD:
	case EXPR_SUB:
		add_noun(out, e->left);
		buf_adds(out, e->kind == EXPR_ADD ? " plus " : " minus ");
		add_noun(out, e->right);
		return;
	default: add_expr(out, e);
	}
}

static void add_options(struct buf *out, const struct expr *o)
{
	for (const struct expr *first = o; o; o = o->next) {
		buf_adds(out, o == first ? "" : o->next ? ", " : " or ");
		words_expr(out, o);
	}
}

/* `a.b and (c or d)`: an "or" within an "and" is held together. */
static void add_both(struct buf *out, const struct expr *e, const char *word, bool yes)
{
	const struct expr *sides[] = {e->left, e->right};
	bool is_and = strcmp(word, " and ") == 0;
	for (int i = 0; i < 2; i++) {
		bool held = is_and && !sides[i]->step && sides[i]->kind == (yes ? EXPR_OR : EXPR_AND);
		buf_adds(out, i ? word : "");
		buf_adds(out, held ? "(" : "");
		add_yes_no(out, sides[i], yes);
		buf_adds(out, held ? ")" : "");
	}
}

static const char *const facts[FACT_COUNT][2] = {
        [FACT_SENT] = {"was not sent", "was sent"},
        [FACT_FAILED] = {"did not fail", "failed"},
        [FACT_SKIPPED] = {"was not skipped", "was skipped"},
        [FACT_BOUNCED] = {"did not bounce", "bounced"},
        [FACT_OPENED] = {"was not opened", "was opened"},
        [FACT_CLICKED] = {"was not clicked", "was clicked"},
        [FACT_REPLIED] = {"was not answered by a reply", "was answered by a reply"},
        [FACT_DONE] = {"is not done", "is done"},
};

static void add_compared(struct buf *out, const struct expr *e, bool yes)
{
	static const char *const words[EXPR_KIND_COUNT][2] = {
	        [EXPR_EQ] = {" is not ", " is "},
	        [EXPR_NE] = {" is ", " is not "},
	        [EXPR_LT] = {" is not less than ", " is less than "},
	        [EXPR_LE] = {" is not at most ", " is at most "},
	        [EXPR_GT] = {" is not more than ", " is more than "},
	        [EXPR_GE] = {" is not at least ", " is at least "},
	        [EXPR_CONTAINS] = {" does not contain ", " contains "},
	};
	bool is_yes_no = e->right->kind == EXPR_CONSTANT && e->right->constant.type == TYPE_YES_NO;
	if (is_yes_no && (e->kind == EXPR_EQ || e->kind == EXPR_NE)) {
		add_yes_no(out, e->left, (e->right->constant.value != 0) == ((e->kind == EXPR_EQ) == yes));
		return;
	}
	add_noun(out, e->left);
	buf_adds(out, words[e->kind][yes]);
	add_noun(out, e->right);
}

static void add_yes_no(struct buf *out, const struct expr *e, bool yes)
{
	switch (e->kind) {
	case EXPR_NOT: add_yes_no(out, e->left, !yes); return;
	case EXPR_AND:
		if (e->step)
			buf_addf(out, "the answers to %.*s say %ssatisfied", SLICE_ARG(e->step->name.text),
			         yes ? "" : "not ");
		else
			add_both(out, e, yes ? " and " : " or ", yes);
		return;
	case EXPR_OR: add_both(out, e, yes ? " or " : " and ", yes); return;
	case EXPR_IS_SET:
		add_noun(out, e->left);
		buf_adds(out, yes ? " is known" : " is not known");
		return;
	case EXPR_IN:
		add_noun(out, e->left);
		buf_adds(out, yes ? " is " : " is none of ");
		add_options(out, e->options);
		return;
	case EXPR_FACT: buf_addf(out, "%.*s %s", SLICE_ARG(e->step->name.text), facts[e->fact][yes]); return;
	case EXPR_EQ:
	case EXPR_NE:
	case EXPR_LT:
	case EXPR_LE:
	case EXPR_GT:
	case EXPR_GE:
	case EXPR_CONTAINS: add_compared(out, e, yes); return;
	case EXPR_CONSTANT: buf_adds(out, (e->constant.value != 0) == yes ? "always" : "never"); return;
	default: add_noun(out, e); buf_adds(out, yes ? " is yes" : " is no");
	}
}

void words_condition(struct buf *out, const struct expr *e)
{
	add_yes_no(out, e, true);
}

/* 30 days before the contact's renewal. */
static void add_moment_plainly(struct buf *out, const struct expr *e)
{
	bool moved = (e->kind == EXPR_ADD || e->kind == EXPR_SUB) && e->right->type.kind == TYPE_DURATION;
	if (!moved) {
		add_noun(out, e);
		return;
	}
	add_noun(out, e->right);
	buf_adds(out, e->kind == EXPR_ADD ? " after " : " before ");
	add_moment_plainly(out, e->left);
}

void words_later(struct buf *out, const struct node *n)
{
	bool until = n->kind == NODE_WAIT_UNTIL;
	if (!until || n->terms) {
		words_terms(out, n->terms);
		buf_adds(out, " later");
	} else if (n->expr) {
		buf_adds(out, n->expr->kind == EXPR_ADD || n->expr->kind == EXPR_SUB ? "" : "on ");
		add_moment_plainly(out, n->expr);
	} else if (n->weekday >= 0) {
		buf_addf(out, "on %s%s", n->next_day ? "the next day that is a " : "", weekdays[n->weekday % 7]);
	}
	if (n->at_minute < 0)
		return;
	bool bare = until && !n->expr && !n->terms; /* "at 10:00", "on Monday at 10:00" */
	buf_adds(out, !bare ? ", at " : n->weekday < 0 ? "at " : " at ");
	add_time(out, n->at_minute);
}

/* ---- texts ---- */

/* {{first_name}}: as it is written, but for its filters. */
static void add_hole(struct buf *out, const struct expr *e)
{
	buf_adds(out, "{{");
	if (e->kind == EXPR_FIELD && !e->field->input)
		buf_add_slice(out, e->field->name.text);
	else
		words_expr(out, e);
	buf_adds(out, "}}");
}

static void add_pieces(struct buf *out, const struct piece *p, size_t enough)
{
	for (; p && out->n < enough; p = p->next) {
		switch (p->kind) {
		case PIECE_CHARS: buf_add(out, p->chars.p, p->chars.n < 4096 ? p->chars.n : 4096); break;
		case PIECE_HOLE: add_hole(out, p->expr); break;
		case PIECE_WHEN: add_pieces(out, p->then ? p->then : p->otherwise, enough); break;
		}
	}
}

/* On one line, and cut behind a whole word where one ends near. */
static void add_line(struct buf *out, struct slice text, uint32_t most)
{
	const char *p = text.p, *end = p + text.n;
	size_t begin = out->n, word = out->n;
	uint32_t count = 0;
	bool blank = false;
	while (p < end) {
		const char *at = p;
		uint32_t c = utf8_next(&p, end);
		if (c <= ' ' || c == 0x2028 || c == 0x2029) {
			blank = out->n > begin;
			continue;
		}
		if (blank) {
			word = out->n;
			buf_addc(out, ' ');
			count++;
		}
		blank = false;
		if (most && count + 1 > most) {
			out->n = word > begin && out->n - word < most / 2 ? word : out->n;
			while (out->n > begin && strchr(" ,;:", out->p[out->n - 1]))
				out->n--;
			buf_adds(out, "…");
			return;
		}
		buf_add(out, at, (size_t)(p - at));
		count++;
	}
}

void words_text(struct buf *out, const struct text *t, uint32_t most)
{
	struct buf raw = {0};
	if (!t)
		return;
	add_pieces(&raw, t->locales[0], most ? 16 * (size_t)most : SIZE_MAX);
	out->failed |= raw.failed;
	if (!out->failed)
		add_line(out, buf_slice(&raw), most);
	buf_free(&raw);
}

static void add_message_title(struct buf *out, const struct message *m, uint32_t most)
{
	if (m->subject)
		words_text(out, m->subject, most);
	else if (m->template.n)
		buf_addf(out, "template %.*s", SLICE_ARG(m->template));
	else
		words_text(out, m->body, most);
}

void words_step_title(struct buf *out, const struct step *s, uint32_t most)
{
	const struct action *a = s->action;
	if (s->message) {
		const struct message *m = s->message;
		while (m->next && m->hold_out)
			m = m->next;
		add_message_title(out, m, most);
	} else if (a && s->plan_kind == STEP_WEBHOOK) {
		buf_addf(out, "%.*s", SLICE_ARG(a->host));
	} else if (a && s->plan_kind == STEP_HANDOFF) {
		buf_addf(out, "to %.*s", SLICE_ARG(a->target));
	} else if (a && s->plan_kind == STEP_ASK && a->questionnaire) {
		words_text(out, a->questionnaire->title, most);
	} else if (a) {
		const struct text *t = a->title ? a->title : a->subject ? a->subject : a->body ? a->body : a->satisfied;
		words_text(out, t, most);
	}
}
