/* SPDX-License-Identifier: Apache-2.0
 * When a sequence's messages leave, to whom, what ends it, and what it is held to, in sentences. */
#include "base/civil.h"
#include "base/markdown.h"
#include "compiler/preview/doc.h"
#include "compiler/preview/words.h"
#include <stdarg.h>

/* A line of a list: plain words, escaped here. */
static void add_item(struct buf *out, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void add_item(struct buf *out, const char *format, ...)
{
	struct buf text = {0};
	va_list args;
	va_start(args, format);
	buf_vaddf(&text, format, args);
	va_end(args);
	buf_adds(out, "- ");
	markdown_add(out, buf_slice(&text));
	buf_adds(out, "\n");
	out->failed |= text.failed;
	buf_free(&text);
}

/* The same of what was put into `text`, which is emptied. */
static void add_text_item(struct buf *out, struct buf *text)
{
	add_item(out, "%.*s", (int)text->n, text->n ? text->p : "");
	out->failed |= text->failed;
	buf_clear(text);
}

/* ---- when ---- */

uint32_t doc_channels(const struct sequence *q)
{
	uint32_t channels = 0;
	for (uint32_t i = 0; i < q->step_count; i++)
		for (const struct message *m = q->steps[i]->message; m; m = m->next)
			channels |= 1u << m->channel;
	return channels;
}

static void add_quiet(struct buf *out, const struct workspace *w, uint32_t channels)
{
	static const char *const words[CHANNEL_COUNT] = {"emails", "text messages", "WhatsApp messages"};
	for (const struct quiet *n = w->quiet; n; n = n->next)
		if (channels >> n->channel & 1)
			add_item(out, "No %s from %02d:%02d to %02d:%02d, where the contact is.", words[n->channel],
			         n->from_minute / 60, n->from_minute % 60, n->to_minute / 60, n->to_minute % 60);
}

static void add_skips(struct buf *out, const struct compile *c, const struct sequence *q)
{
	bool weekends = q->skip & SKIP_WEEKENDS, holidays = q->skip & SKIP_HOLIDAYS;
	struct slice calendar = c->workspace->holidays ? c->workspace->holidays->name.text : SLICE("the workspace");
	if (holidays)
		add_item(out, "Not on %sthe holidays of %.*s.", weekends ? "weekends and not on " : "",
		         SLICE_ARG(calendar));
	else if (weekends)
		add_item(out, "Not on weekends.");
}

static void add_when(struct buf *out, const struct compile *c, const struct sequence *q)
{
	struct buf text = {0};
	buf_adds(out, "\n## When its messages leave\n\n");
	if (q->window)
		words_window(&text, q->window);
	else
		buf_adds(&text, q->purpose == PURPOSE_SALES ? "Every day, 08:00 to 20:00 in the contact's own time"
		                                            : "At any time of day");
	if (text.n && text.p[0] >= 'a' && text.p[0] <= 'z')
		text.p[0] = (char)(text.p[0] - 'a' + 'A');
	buf_addc(&text, '.');
	add_text_item(out, &text);
	add_skips(out, c, q);
	add_quiet(out, c->workspace, doc_channels(q));
	if (c->workspace->zone.n)
		add_item(out, "Where a contact brings no zone, %.*s counts.", SLICE_ARG(c->workspace->zone));
	if (q->has_spread) {
		buf_adds(&text, "Spread over ");
		words_duration(&text,
		               &(struct constant){.type = TYPE_DURATION, .unit = UNIT_US, .value = q->spread_us});
		buf_adds(&text, ", so that not all leave at once.");
		add_text_item(out, &text);
	}
	if (q->has_late) {
		buf_adds(&text, "A message that is ");
		words_duration(&text, &q->late_after);
		buf_adds(&text, " late is left out.");
		add_text_item(out, &text);
	}
	if (q->on_auto_reply == AUTO_REPLY_HOLD) {
		buf_adds(&text, "While an automatic reply says that the contact is away it waits");
		if (q->has_auto_reply_hold) {
			buf_adds(&text, ", at most ");
			words_duration(&text, &q->auto_reply_hold);
		}
		buf_addc(&text, '.');
		add_text_item(out, &text);
	}
	buf_free(&text);
}

/* ---- to whom ---- */

static void add_starts(struct buf *out, const struct sequence *q)
{
	struct buf text = {0};
	for (const struct start_rule *s = q->starts; s; s = s->next) {
		static const char *const by[] = {[START_EMAIL] = "Begins when a contact writes to its mailbox",
		                                 [START_SMS] = "Begins when a contact texts its number",
		                                 [START_LINK] = "Begins at its public link"};
		if (s->kind == START_EVENT)
			buf_addf(&text, "Begins by itself when the event \"%.*s\" comes", SLICE_ARG(s->event));
		else if (s->kind == START_DATE)
			buf_adds(&text, "Begins by itself on a date: ");
		else
			buf_adds(&text, by[s->kind]);
		if (s->moment) {
			struct node n = {
			        .kind = NODE_WAIT_UNTIL, .expr = s->moment, .weekday = -1, .at_minute = s->at_minute};
			words_later(&text, &n);
		}
		if (s->when) {
			buf_adds(&text, ", if ");
			words_condition(&text, s->when);
		}
		for (const struct start_field *f = s->fields; f; f = f->next)
			buf_addf(&text, "%s%.*s%s", f == s->fields ? "; it asks for " : ", ", SLICE_ARG(f->name.text),
			         f->required ? "" : " (may be left out)");
		buf_addc(&text, '.');
		add_text_item(out, &text);
	}
	if (!q->starts)
		add_item(out, "Whoever is enrolled by hand, by an import or by the API.");
	buf_free(&text);
}

static void add_enroll(struct buf *out, const struct sequence *q)
{
	struct buf text = {0};
	if (q->enroll_per.n)
		buf_addf(&text, "Once per %.*s.", SLICE_ARG(q->enroll_per));
	else if (q->enroll == ENROLL_ONCE)
		buf_adds(&text, "Once: nobody goes through it a second time.");
	else if (q->enroll == ENROLL_ALWAYS)
		buf_adds(&text, "As often as somebody is enrolled.");
	if (q->enroll == ENROLL_AGAIN) {
		buf_adds(&text, "Again at the earliest ");
		words_duration(&text, &q->enroll_after);
		buf_adds(&text, " after the last time.");
	}
	add_text_item(out, &text);
	buf_free(&text);
}

static void add_fields(struct buf *out, const struct field *f, bool inputs, const char *title)
{
	struct buf text = {0};
	for (; f; f = f->next)
		if (inputs || f->required)
			buf_addf(&text, "%s%.*s%s", text.n ? ", " : "", SLICE_ARG(f->name.text),
			         inputs && !f->required ? " (may be left out)" : "");
	if (text.n)
		add_item(out, "%s: %.*s.", title, (int)text.n, text.p);
	out->failed |= text.failed;
	buf_free(&text);
}

static void add_channels(struct buf *out, const struct compile *c, const struct sequence *q, uint32_t channels)
{
	struct buf text = {0};
	if (channels >> CHANNEL_EMAIL & 1) {
		buf_adds(&text,
		         q->assigned ? "Emails come from the mailbox that the enrollment names" : "Emails come from");
		for (const struct text_list *m = q->mailboxes; m && !q->assigned; m = m->next)
			buf_addf(&text, "%s%.*s",
			         m == q->mailboxes ? " "
			         : m->next         ? ", "
			                           : " or ",
			         SLICE_ARG(m->name.text));
		buf_adds(&text, q->thread ? ", and follow-ups stand in one thread." : ", each by itself.");
		add_text_item(out, &text);
	}
	static const char *const words[CHANNEL_COUNT] = {"Emails", "Text messages", "WhatsApp messages"};
	for (const struct channel *i = c->workspace->first_channel; i; i = i->next) {
		if (!i->consent || !(channels >> i->kind & 1))
			continue;
		buf_addf(&text, "%s go out only if ", words[i->kind]);
		words_condition(&text, i->consent);
		buf_addc(&text, '.');
		add_text_item(out, &text);
	}
	buf_free(&text);
}

static void add_whom(struct buf *out, const struct compile *c, const struct sequence *q)
{
	const struct workspace *w = c->workspace;
	struct buf text = {0};
	buf_adds(out, "\n## To whom\n\n");
	add_starts(out, q);
	add_enroll(out, q);
	add_fields(out, w->first_field, false, "Every contact brings");
	add_fields(out, q->inputs, true, "Each enrollment brings");
	add_channels(out, c, q, doc_channels(q));
	if (q->localised && w->locale_count > 1) {
		buf_adds(&text, "Texts stand in ");
		for (uint32_t i = 0; i < w->locale_count; i++)
			buf_addf(&text, "%s%.*s",
			         !i                        ? ""
			         : i + 1 < w->locale_count ? ", "
			                                   : " and ",
			         SLICE_ARG(w->locales[i].text));
		buf_addf(&text, "; whoever has none of them gets %.*s.", SLICE_ARG(w->locales[0].text));
		add_text_item(out, &text);
	}
	if (q->purpose == PURPOSE_SALES)
		add_item(out, "It counts as sales: whoever unsubscribed gets nothing, and unsubscribing ends it.");
	else
		add_item(out, "It counts as service, not as sales.");
	buf_free(&text);
}

/* ---- what ends it ---- */

static void add_then(struct buf *out, const struct node *n, bool *any)
{
	for (; n; n = n->next) {
		if (n->step && n->kind == NODE_PERFORM) {
			buf_addf(out, "%s%s %.*s", *any ? ", " : "; then ", n->step->kind,
			         SLICE_ARG(n->step->name.text));
			*any = true;
		}
		add_then(out, n->then, any);
		add_then(out, n->otherwise, any);
	}
}

static void add_rules(struct buf *out, const struct exit_rule *r)
{
	struct buf text = {0};
	for (; r; r = r->next) {
		bool any = false;
		words_trigger_plainly(&text, r);
		if (text.n && text.p[0] >= 'a' && text.p[0] <= 'z')
			text.p[0] = (char)(text.p[0] - 'a' + 'A');
		add_then(&text, r->body, &any);
		buf_addc(&text, '.');
		add_text_item(out, &text);
	}
	buf_free(&text);
}

static void add_ends(struct buf *out, const struct sequence *q)
{
	buf_adds(out, "\n## What ends it\n\n");
	if (q->exits)
		buf_adds(out, "At any time, wherever the contact stands:\n\n");
	else
		buf_adds(out, "Nothing but its last step.\n");
	add_rules(out, q->exits);
	buf_adds(out, "\n## What counts as success\n\n");
	if (!q->goals)
		buf_adds(out, "Nothing is named.\n");
	add_rules(out, q->goals);
}

/* ---- limits ---- */

static void add_limits(struct buf *out, const struct limit *l, uint32_t channels, const char *who, struct slice name)
{
	static const uint32_t of[LIMIT_COUNT] = {~0u, ~0u, 1u << CHANNEL_EMAIL, 1u << CHANNEL_SMS,
	                                         1u << CHANNEL_WHATSAPP};
	struct buf text = {0};
	for (; l; l = l->next) {
		if (!(of[l->what] & channels))
			continue;
		buf_addf(&text, "%s%.*s: at most ", who, SLICE_ARG(name));
		words_limit(&text, l->count, l->what, l->period_days);
		if (l->has_ramp)
			buf_addf(&text, ", rising from %lld to %lld over %lld days", (long long)l->ramp_from,
			         (long long)l->ramp_to, (long long)l->ramp_days);
		if (l->when) {
			buf_adds(&text, ", if ");
			words_condition(&text, l->when);
		}
		if (!l->period_days)
			buf_adds(&text, "; the message after that ends it");
		buf_addc(&text, '.');
		add_text_item(out, &text);
	}
	buf_free(&text);
}

static bool is_from(const struct sequence *q, const struct channel *i)
{
	if (i->kind != CHANNEL_EMAIL)
		return doc_channels(q) >> i->kind & 1;
	for (const struct text_list *m = q->mailboxes; m; m = m->next)
		if (slice_eq(m->name.text, i->name.text))
			return true;
	return q->assigned;
}

static void add_held(struct buf *out, const struct compile *c, const struct sequence *q)
{
	struct slice none = {"", 0};
	struct buf text = {0};
	uint32_t channels = doc_channels(q);
	size_t before = out->n;
	static const char title[] = "\n## Limits and promises\n\n";
	buf_adds(out, title);
	for (const struct promise *p = q->promises; p; p = p->next) {
		buf_adds(&text, "Promised, and proven by the compiler: at most ");
		words_limit(&text, p->count, p->what, p->period_days);
		buf_addc(&text, '.');
		add_text_item(out, &text);
	}
	add_limits(out, q->limits, channels, "A contact, here", none);
	for (uint32_t i = 0; i < q->step_count; i++)
		for (const struct message *m = q->steps[i]->message; m; m = m->next)
			add_limits(out, m->limits, channels, "The step ", q->steps[i]->name.text);
	add_limits(out, c->workspace->limits, channels, "A contact, over all sequences", none);
	for (const struct channel *i = c->workspace->first_channel; i; i = i->next)
		if (is_from(q, i))
			add_limits(out, i->limits, channels, i->kind == CHANNEL_EMAIL ? "The mailbox " : "The channel ",
			           i->name.text);
	if (out->n == before + sizeof title - 1)
		out->n = before;
	buf_free(&text);
}

void doc_rules(struct buf *out, const struct compile *c, const struct sequence *q)
{
	add_when(out, c, q);
	add_whom(out, c, q);
	add_ends(out, q);
	add_held(out, c, q);
}
