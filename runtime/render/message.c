/* SPDX-License-Identifier: Apache-2.0
 * render_message: subject, then the parts of the body in their order: what the author wrote; "-- ", the signature and
 * the footer; the quoted message. Each part is appended to the text and to the HTML side by side, so that both say the
 * same. */
#include "base/utf8.h"
#include "runtime/render/cache.h"
#include "runtime/render/html.h"
#include <string.h>

#define SUBJECT_MAX   900u       /* bytes */
#define MESSAGE_MAX   (2u << 20) /* bytes of one form */
#define SCRATCH_BYTES 65536u     /* what the filters of one text may write */
#define SMALL_STYLE   "style=\"font-size:13px;opacity:0.75\""
#define QUOTE_STYLE   "style=\"margin:0 0 0 0.8ex;border-left:2px solid #999999;padding-left:1ex\""

/* For a policy that brings no words of its own. */
static const char *const default_words[UI_COUNT] = {
        [UI_UNSUBSCRIBE] = "Unsubscribe", [UI_WROTE] = "On DATE, NAME wrote:"};

struct work {
	const struct render_request *request;
	struct render_cache *cache;
	const struct plan_sequence *sequence;
	const struct plan_message *message;
	const struct plan_mailbox *mailbox;
	struct slice locale;
	struct vm_text_view in_plan, in_policy;
	struct buf *text, *html; /* the cache's */
	struct buf subject, name, link, mailto;
	struct buf *error;
	bool threaded;
	char scratch[SCRATCH_BYTES];
};

void rendered_free(struct rendered *r)
{
	buf_free(&r->memory);
	*r = (struct rendered){0};
}

static bool is_text(const struct image *image, uint32_t text)
{
	return text < IMAGE_COUNT(image, TEXT);
}

/* Runs a text into the cache's holes. */
static bool collect(struct work *w, const struct image *image, uint32_t text)
{
	const struct vm_text_view *view = image == &w->request->plan->image ? &w->in_plan : &w->in_policy;
	return holes_collect(&w->cache->holes, image, plan_text_entry(image, text, w->locale), view, w->error);
}

/* A text without markup, on one line of safe characters. */
static bool render_line(struct work *w, const struct image *image, uint32_t text, struct buf *out)
{
	struct buf *filled = &w->cache->scratch.text;
	if (!collect(w, image, text))
		return false;
	buf_clear(filled);
	holes_fill(&w->cache->holes, buf_slice(&w->cache->holes.source), filled);
	utf8_add_safe(out, slice_trim(buf_slice(filled)));
	out->failed |= filled->failed;
	return true;
}

/* Paragraphs at blank lines, line breaks kept. */
static void add_plain(struct work *w, struct slice s)
{
	plain_add_lines(w->text, s);
	s = slice_trim(s);
	while (s.n) {
		ptrdiff_t at = slice_find(s, SLICE("\n\n"));
		struct slice paragraph = {s.p, at < 0 ? s.n : (size_t)at};
		buf_adds(w->html, "<p>");
		html_add_lines(w->html, paragraph);
		buf_adds(w->html, "</p>\n");
		s = slice_trim((struct slice){s.p + paragraph.n, s.n - paragraph.n});
	}
}

static bool render_part(struct work *w, const struct image *image, uint32_t text)
{
	struct render_cache *c = w->cache;
	if (!collect(w, image, text))
		return false;
	struct slice source = buf_slice(&c->holes.source);
	if (IMAGE_ROWS(image, TEXT, text)[text].form == FORM_PLAIN) {
		buf_clear(&c->scratch.text);
		holes_fill(&c->holes, source, &c->scratch.text);
		add_plain(w, buf_slice(&c->scratch.text));
		return true;
	}
	const struct skeleton *skeleton = cache_skeleton(c, source, w->error);
	struct own_links own = {.unsubscribe = buf_slice(&w->link), .page = w->request->link};
	return skeleton && skeleton_fill(skeleton, &c->holes, &own, &c->scratch, w->text, w->html, w->error);
}

/* A word that footers bring themselves. */
static bool ui_word(struct work *w, enum plan_ui_word word, struct buf *out)
{
	const struct image *image = &w->request->policy->image;
	const struct plan_ui *rows = IMAGE_ROWS(image, UI, ui);
	for (uint32_t i = 0; i < IMAGE_COUNT(image, UI); i++)
		if (rows[i].word == word && is_text(image, rows[i].text))
			return render_line(w, image, rows[i].text, out);
	buf_adds(out, default_words[word]);
	return true;
}

/* ---- what stands before the body: names, links, subject ---- */
static void set_links(struct work *w)
{
	const struct render_request *request = w->request;
	if (w->sequence->unsubscribe == UNSUBSCRIBE_NONE)
		return;
	struct slice mailto = request->unsubscribe_mailto,
	             address = image_string(&request->policy->image, w->mailbox->address);
	if (!mailto.n && !request->unsubscribe_url.n) /* a way out there always is */
		buf_addf(&w->mailto, "mailto:%.*s?subject=unsubscribe", SLICE_ARG(address));
	else if (mailto.n)
		buf_addf(&w->mailto, "%s%.*s", slice_starts(mailto, "mailto:") ? "" : "mailto:", SLICE_ARG(mailto));
	buf_add_slice(&w->link, request->unsubscribe_url.n ? request->unsubscribe_url : buf_slice(&w->mailto));
}

static bool set_views(struct work *w)
{
	const struct render_request *request = w->request;
	const struct image *policy = &request->policy->image;
	struct slice address = image_string(policy, w->mailbox->address);
	w->in_policy = (struct vm_text_view){
	        .view = request->view, .now_us = request->now_us, .scratch = w->scratch, .scratch_n = SCRATCH_BYTES};
	w->in_policy.builtins[BUILTIN_MAILBOX_ADDRESS] = value_text(TYPE_EMAIL, address);
	if (is_text(policy, w->mailbox->display) && !render_line(w, policy, w->mailbox->display, &w->name))
		return false;
	w->in_policy.builtins[BUILTIN_MAILBOX_NAME] = value_text(TYPE_TEXT, w->name.n ? buf_slice(&w->name) : address);
	if (w->link.n)
		w->in_policy.builtins[BUILTIN_UNSUBSCRIBE] = value_text(TYPE_URL, buf_slice(&w->link));
	w->in_plan = w->in_policy;
	w->in_plan.state = request->state;
	if (request->link.n)
		w->in_plan.builtins[BUILTIN_LINK] = value_text(TYPE_URL, request->link);
	return true;
}

/* Rule 20: a follow-up has the first sent subject; rule 1: one whose predecessors all failed has theirs as it was. */
static bool set_subject(struct work *w)
{
	const struct image *plan = &w->request->plan->image;
	struct slice first = w->request->thread.first_subject;
	if (w->threaded && first.n)
		render_reply_subject(&w->subject, first);
	else if (is_text(plan, w->message->subject)) {
		if (!render_line(w, plan, w->message->subject, &w->subject))
			return false;
	} else if (!w->message->new_thread)
		utf8_add_safe(&w->subject, first);
	if (!w->subject.n)
		buf_adds(w->error, "the message has no subject");
	else if (w->subject.n > SUBJECT_MAX)
		buf_addf(w->error, "the subject is longer than %u bytes", SUBJECT_MAX);
	else
		return true;
	return false;
}

/* ---- what follows the body ---- */
static bool add_signature(struct work *w)
{
	buf_adds(w->html, "<div style=\"margin-top:1.5em\">\n");
	bool good = render_part(w, &w->request->policy->image, w->mailbox->signature);
	buf_adds(w->html, "</div>\n");
	return good;
}

/* The postal address on one line, and the way out. */
static bool add_footer(struct work *w, bool after_signature)
{
	const struct image *policy = &w->request->policy->image;
	struct buf postal = {0}, word = {0};
	bool good = !is_text(policy, w->mailbox->postal) || render_line(w, policy, w->mailbox->postal, &postal);
	bool own_word = w->sequence->unsubscribe == UNSUBSCRIBE_LINK &&
	                is_text(&w->request->plan->image, w->sequence->unsubscribe_text);
	good = good && (own_word ? render_line(w, &w->request->plan->image, w->sequence->unsubscribe_text, &word)
	                         : ui_word(w, UI_UNSUBSCRIBE, &word));
	if (good) {
		if (after_signature)
			buf_addc(w->text, '\n');
		buf_adds(w->html, "<p " SMALL_STYLE ">");
		if (postal.n) {
			buf_addf(w->text, "%s\n", buf_cstr(&postal));
			html_add_text(w->html, buf_slice(&postal));
			buf_adds(w->html, "<br>\n");
		}
		buf_addf(w->text, "%s: %s\n", buf_cstr(&word), buf_cstr(&w->link));
		buf_adds(w->html, "<a href=\"");
		html_add_text(w->html, buf_slice(&w->link));
		buf_adds(w->html, "\" style=\"color:inherit\">");
		html_add_text(w->html, buf_slice(&word));
		buf_adds(w->html, "</a></p>\n");
		good = !postal.failed && !word.failed;
	}
	buf_free(&postal);
	buf_free(&word);
	return good;
}

/* "On 2026-03-02 10:00, Acme Sales <sales@acme.example> wrote:" with the locale's words. */
static bool add_attribution(struct work *w, struct buf *line)
{
	const struct render_thread *thread = &w->request->thread;
	const struct tz *zone = w->request->view->zone ? w->request->view->zone : tz_utc();
	struct civil c;
	struct buf words = {0};
	if (!ui_word(w, UI_WROTE, &words)) {
		buf_free(&words);
		return false;
	}
	civil_from_wall_us(tz_to_wall(zone, thread->quoted_at_us), &c);
	struct slice rest = buf_slice(&words);
	while (rest.n)
		if (slice_starts(rest, "DATE")) {
			buf_addf(line, "%04d-%02d-%02d %02d:%02d", c.year, c.month, c.day, c.hour, c.minute);
			rest = (struct slice){rest.p + 4, rest.n - 4};
		} else if (slice_starts(rest, "NAME")) {
			utf8_add_safe(line, thread->quoted_from);
			rest = (struct slice){rest.p + 4, rest.n - 4};
		} else {
			buf_addc(line, *rest.p);
			rest = (struct slice){rest.p + 1, rest.n - 1};
		}
	buf_free(&words);
	return true;
}

/* Takes the next line off s. */
static struct slice next_line(struct slice *s)
{
	const char *newline = memchr(s->p, '\n', s->n);
	size_t n = newline ? (size_t)(newline - s->p) : s->n, taken = n + (newline != NULL);
	struct slice line = {s->p, n && s->p[n - 1] == '\r' ? n - 1 : n};
	*s = (struct slice){s->p + taken, s->n - taken};
	return line;
}

/* The message below. Signature, footer and what it quoted itself go: they stand after "-- ". */
static bool add_quote(struct work *w)
{
	struct slice rest = w->request->thread.quoted_text;
	struct buf kept = {0}, line = {0};
	while (rest.n) {
		struct slice l = next_line(&rest);
		if (slice_is(l, "-- "))
			break;
		buf_add_slice(&kept, l);
		buf_addc(&kept, '\n');
	}
	while (kept.n && kept.p[kept.n - 1] == '\n')
		kept.n--;
	bool good = add_attribution(w, &line);
	if (good && kept.n) {
		buf_addf(w->text, "\n%s\n", buf_cstr(&line));
		for (rest = buf_slice(&kept); rest.n;) {
			struct slice l = next_line(&rest);
			buf_addf(w->text, ">%s", l.n && l.p[0] != '>' ? " " : "");
			buf_add_slice(w->text, l);
			buf_addc(w->text, '\n');
		}
		buf_adds(w->html, "<p style=\"margin-top:1.5em\">");
		html_add_text(w->html, buf_slice(&line));
		buf_adds(w->html, "</p>\n<blockquote " QUOTE_STYLE ">\n");
		html_add_lines(w->html, buf_slice(&kept));
		buf_adds(w->html, "\n</blockquote>\n");
	}
	good = good && !kept.failed && !line.failed;
	buf_free(&kept);
	buf_free(&line);
	return good;
}

static bool add_body(struct work *w)
{
	const struct image *policy = &w->request->policy->image;
	if (!is_text(&w->request->plan->image, w->message->body)) {
		buf_adds(w->error, "the message has no body");
		return false;
	}
	html_open(w->html, w->locale, buf_slice(&w->subject));
	if (!render_part(w, &w->request->plan->image, w->message->body))
		return false;
	bool signature = w->sequence->signature && is_text(policy, w->mailbox->signature);
	bool footer = w->sequence->unsubscribe != UNSUBSCRIBE_NONE;
	if (signature || footer)
		buf_adds(w->text, "\n-- \n");
	if ((signature && !add_signature(w)) || (footer && !add_footer(w, signature)))
		return false;
	if (w->threaded && w->sequence->quote != QUOTE_NONE && w->request->thread.quoted_text.n && !add_quote(w))
		return false;
	html_close(w->html);
	if (w->text->n > MESSAGE_MAX || w->html->n > MESSAGE_MAX) {
		buf_addf(w->error, "the message is longer than %u bytes", MESSAGE_MAX);
		return false;
	}
	return true;
}

/* ---- handing over ---- */
static struct slice keep(struct buf *memory, struct slice s)
{
	struct slice kept = {memory->p + memory->n, s.n};
	buf_add_slice(memory, s);
	return s.n ? kept : (struct slice){0};
}

static bool hand_over(struct work *w, struct rendered *out)
{
	const struct render_request *r = w->request;
	const struct plan_message *m = w->message;
	struct slice none = {0}, address = image_string(&r->policy->image, w->mailbox->address);
	struct {
		struct slice *to, from;
	} fields[] = {
	        {&out->subject, buf_slice(&w->subject)},
	        {&out->text, buf_slice(w->text)},
	        {&out->html, buf_slice(w->html)},
	        {&out->from_name, buf_slice(&w->name)},
	        {&out->from_address, address},
	        {&out->to_name, r->to_name},
	        {&out->to_address, r->to_address},
	        {&out->cc, image_string(&r->plan->image, m->cc)},
	        {&out->message_id, r->message_id},
	        {&out->in_reply_to, w->threaded ? r->thread.in_reply_to : none},
	        {&out->references, w->threaded ? r->thread.references : none},
	        {&out->unsubscribe_mailto, buf_slice(&w->mailto)},
	        {&out->unsubscribe_url, w->sequence->unsubscribe == UNSUBSCRIBE_NONE ? none : r->unsubscribe_url},
	};
	if (m->attachment_count) {
		out->plan = r->plan;
		out->attachment = m->attachment;
		out->attachment_count = m->attachment_count;
	}
	size_t total = 0;
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		total += fields[i].from.n;
	if (w->subject.failed || w->text->failed || w->html->failed || w->name.failed || w->link.failed ||
	    w->mailto.failed || !buf_reserve(&out->memory, total)) {
		buf_adds(w->error, "out of memory");
		return false;
	}
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		*fields[i].to = keep(&out->memory, fields[i].from);
	out->date_us = r->now_us;
	out->date_offset_s = r->view->zone ? tz_offset_s(r->view->zone, r->now_us) : 0;
	return true;
}

static struct slice default_locale(const struct plan *plan)
{
	return PLAN_COUNT(plan, LOCALE) ? PLAN_STRING(plan, PLAN_ROWS(plan, LOCALE, locale)[0].name) : SLICE("en");
}

static bool render(const struct render_request *request, struct render_cache *cache, struct rendered *out,
                   struct buf *error)
{
	const struct plan *plan = request->plan;
	const struct plan_step *step = &PLAN_ROWS(plan, STEP, step)[request->step];
	struct work w; /* not zeroed as a whole: scratch is big */
	memset(&w, 0, offsetof(struct work, scratch));
	w.request = request;
	w.cache = cache;
	w.text = &cache->text;
	w.html = &cache->html;
	cache_begin(cache);
	w.sequence = plan->sequence;
	w.message = &PLAN_ROWS(plan, MESSAGE, message)[step->message + request->message];
	w.mailbox = &IMAGE_ROWS(&request->policy->image, MAILBOX, mailbox)[request->mailbox];
	w.locale = request->view->locale.n ? request->view->locale : default_locale(plan);
	w.threaded = request->thread.is_followup && w.sequence->thread && !w.message->new_thread;
	w.error = error;
	set_links(&w);
	bool good = set_views(&w) && set_subject(&w) && add_body(&w) && hand_over(&w, out);
	struct buf *bufs[] = {&w.subject, &w.name, &w.link, &w.mailto};
	for (size_t i = 0; i < sizeof bufs / sizeof *bufs; i++)
		buf_free(bufs[i]);
	return good;
}

bool render_message(const struct render_request *request, struct rendered *out, struct buf *error)
{
	struct render_cache *own = request->cache ? NULL : render_cache_new(), *cache = own ? own : request->cache;
	*out = (struct rendered){0};
	bool good = cache != NULL;
	if (!good)
		buf_adds(error, "out of memory");
	good = good && render(request, cache, out, error);
	if (!good)
		rendered_free(out);
	render_cache_free(own);
	return good;
}
