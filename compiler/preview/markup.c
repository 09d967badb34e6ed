/* SPDX-License-Identifier: Apache-2.0
 * Escaping, dates, pills, and what a step says as a card: a letter, a bubble, a form. */
#include "compiler/preview/markup.h"
#include "base/utf8.h"
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX (200u << 10) /* bytes of one text that are shown */

/* ---- small things ---- */

void markup_text(struct buf *out, struct slice text)
{
	const char *p = text.p, *end = p ? p + (text.n > TEXT_MAX ? TEXT_MAX : text.n) : p;
	while (p < end) {
		uint32_t c = utf8_next(&p, end);
		switch (c) {
		case '<': buf_adds(out, "&lt;"); break;
		case '>': buf_adds(out, "&gt;"); break;
		case '&': buf_adds(out, "&amp;"); break;
		case '"': buf_adds(out, "&quot;"); break;
		case '\'': buf_adds(out, "&#39;"); break;
		case '\n':
		case '\t': buf_addc(out, (char)c); break;
		default:
			if (!utf8_is_unsafe(c))
				utf8_put(out, c);
		}
	}
	if (text.n > TEXT_MAX)
		buf_addf(out, " … (%zu bytes in all, cut here)", text.n);
}

void markup_name(struct buf *out, struct slice name)
{
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];
		bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
		buf_addc(out, good ? c : '_');
	}
}

void markup_time(struct buf *out, const struct tz *zone, int64_t at_us, int64_t than_us)
{
	struct civil c, than;
	char rfc[40];
	civil_from_wall_us(tz_to_wall(zone, at_us), &c);
	civil_from_wall_us(tz_to_wall(zone, than_us == NEVER_US ? at_us : than_us), &than);
	int32_t day = civil_day_of(tz_to_wall(zone, at_us));
	buf_addf(out, "<time datetime=\"%s\"><span class=\"day\">%s %d %s", tz_format_rfc3339(zone, at_us, rfc),
	         civil_weekday_names[civil_weekday(day)], c.day, civil_month_names[c.month - 1]);
	if (c.year != than.year || than_us == NEVER_US)
		buf_addf(out, " %d", (int)c.year);
	buf_addf(out, "</span> <span class=\"clock\">%02d:%02d</span></time>", c.hour, c.minute);
}

void markup_pill(struct buf *out, struct slice word, struct slice kind)
{
	buf_adds(out, "<span class=\"pill k-");
	markup_name(out, kind.n ? kind : word);
	buf_adds(out, "\">");
	markup_text(out, word);
	buf_adds(out, "</span>");
}

void markup_locale(struct buf *out, struct slice locale)
{
	static const char *const NAMES[][2] = {
	        {"ar", "العربية"},  {"cs", "Čeština"},   {"da", "Dansk"},      {"de", "Deutsch"},
	        {"el", "Ελληνικά"}, {"en", "English"},   {"es", "Español"},    {"fi", "Suomi"},
	        {"fr", "Français"}, {"he", "עברית"},     {"hu", "Magyar"},     {"it", "Italiano"},
	        {"ja", "日本語"},   {"ko", "한국어"},    {"nb", "Norsk"},      {"nl", "Nederlands"},
	        {"pl", "Polski"},   {"pt", "Português"}, {"ro", "Română"},     {"ru", "Русский"},
	        {"sv", "Svenska"},  {"tr", "Türkçe"},    {"uk", "Українська"}, {"vi", "Tiếng Việt"},
	        {"zh", "中文"}};
	struct slice language = locale;
	for (size_t i = 0; i < locale.n; i++)
		if (locale.p[i] == '_' || locale.p[i] == '-') {
			language.n = i;
			break;
		}
	for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
		if (!slice_is(language, NAMES[i][0]))
			continue;
		buf_adds(out, NAMES[i][1]);
		if (language.n == locale.n)
			return;
		buf_adds(out, " (");
		for (size_t r = language.n + 1; r < locale.n; r++)
			buf_addc(out,
			         (char)(locale.p[r] >= 'a' && locale.p[r] <= 'z' ? locale.p[r] - 32 : locale.p[r]));
		buf_addc(out, ')');
		return;
	}
	markup_text(out, locale);
}

static void put_tag(struct buf *out, const char *tag, const char *class, struct slice text)
{
	buf_addf(out, "<%s class=\"%s\" dir=\"auto\">", tag, class);
	markup_text(out, text);
	buf_addf(out, "</%s>", tag);
}

static struct slice pair(const struct preview_face *face, const char *name)
{
	for (uint32_t i = 0; i < face->pair_count; i++)
		if (slice_is(face->pairs[i].name, name))
			return face->pairs[i].text;
	return (struct slice){0};
}

static void put_term(struct buf *out, const char *name, struct slice text)
{
	if (!text.n)
		return;
	buf_addf(out, "<div><dt>%s</dt><dd dir=\"auto\">", name);
	markup_text(out, text);
	buf_adds(out, "</dd></div>");
}

/* ---- a letter ---- */

/* What the renderer made holds no element of its author's. Were it otherwise it is not shown: the text is. */
static bool is_tame(struct slice html)
{
	static const char *const WILD[] = {"<script", "<template", "</template", "<iframe",
	                                   "<object", "<embed",    "<style",     "<link"};
	if (!html.n || html.n > TEXT_MAX)
		return false;
	for (size_t i = 0; i + 1 < html.n; i++) {
		if (html.p[i] != '<')
			continue;
		for (size_t w = 0; w < sizeof WILD / sizeof *WILD; w++) {
			size_t n = strlen(WILD[w]), k = 0;
			while (k < n && i + k < html.n && (html.p[i + k] | 32) == (WILD[w][k] | 32))
				k++;
			if (k == n)
				return false;
		}
	}
	return true;
}

static void put_letter(struct buf *out, const struct preview_face *face)
{
	buf_adds(out, "<div class=\"letter\"><dl class=\"head\">");
	put_term(out, "Subject", face->subject);
	put_term(out, "From", face->from);
	put_term(out, "To", face->to);
	put_term(out, "Cc", face->cc);
	buf_adds(out, "</dl><div class=\"panes\">");
	if (is_tame(face->html)) {
		/* A shadow tree: its styles stay inside, and the page's security policy lets nothing in it run. */
		buf_adds(out,
		         "<figure><figcaption>As HTML</figcaption><div class=\"paper\"><template "
		         "shadowrootmode=\"open\"><style>:host{all:initial;display:block;padding:.2rem 1.25rem;"
		         "background:#fff;color:#1d1d1f;font:15px/1.55 system-ui,-apple-system,\"Segoe UI\",Roboto,"
		         "Helvetica,Arial,sans-serif;overflow-wrap:anywhere}"
		         "a{color:#0b57d0}"
		         "img{max-width:100%}</style>");
		buf_add_slice(out, face->html);
		buf_adds(out, "</template></div></figure>");
	}
	buf_adds(out, "<figure><figcaption>As text</figcaption><pre tabindex=\"0\" dir=\"auto\">");
	markup_text(out, slice_trim(face->text));
	buf_adds(out, "</pre></figure></div></div>");
}

/* ---- a text for a phone ---- */

static void put_size(struct buf *out, struct slice text)
{
	struct preview_size size = preview_measure(text);
	buf_addf(out, "<p class=\"size\"><meter min=\"0\" max=\"%zu\" value=\"%zu\">%zu of %zu</meter> ", size.room,
	         size.used, size.used, size.room);
	buf_addf(out, "%u segment%s, %zu of %zu characters, ", size.segments, size.segments == 1 ? "" : "s", size.used,
	         size.room);
	if (!size.ucs2) {
		buf_adds(out, "GSM alphabet</p>");
		return;
	}
	buf_adds(out, "UCS-2 because of <b>");
	struct buf c = {0};
	utf8_put(&c, size.forced_by);
	markup_text(out, buf_slice(&c));
	out->failed |= c.failed;
	buf_free(&c);
	buf_addf(out, "</b> (U+%04X)</p>", size.forced_by);
}

static void put_bubble(struct buf *out, const struct preview_face *face, bool sms)
{
	buf_adds(out, "<div class=\"phone\"><dl class=\"head\">");
	put_term(out, "From", face->from);
	put_term(out, "To", face->to);
	put_term(out, "Template", face->template);
	put_term(out, "Language", face->language);
	buf_adds(out, "</dl>");
	if (face->template.n) {
		buf_adds(out, "<table class=\"values\"><caption>Values of the template</caption><tbody>");
		for (uint32_t i = 0; i < face->pair_count; i++) {
			buf_adds(out, "<tr><th scope=\"row\">");
			markup_text(out, face->pairs[i].name);
			buf_adds(out, "</th><td dir=\"auto\">");
			markup_text(out, face->pairs[i].text);
			buf_adds(out, "</td></tr>");
		}
		buf_adds(out, "</tbody></table>");
	} else {
		put_tag(out, "p", "bubble", face->text);
	}
	if (sms)
		put_size(out, face->text);
	buf_adds(out, "</div>");
}

/* ---- for people and machines of ours ---- */

/* Words of a list with commas, as buttons nobody can press. */
static void put_choices(struct buf *out, struct slice list)
{
	buf_adds(out, "<p class=\"choices\">");
	while (list.n) {
		ptrdiff_t at = slice_find(list, SLICE(", "));
		size_t n = at < 0 ? list.n : (size_t)at;
		put_tag(out, "span", "choice", (struct slice){list.p, n});
		n += at < 0 ? 0 : 2;
		list = (struct slice){list.p + n, list.n - n};
	}
	buf_adds(out, "</p>");
}

static void put_task(struct buf *out, const struct preview_face *face)
{
	struct slice due = pair(face, "due");
	buf_adds(out, "<div class=\"note\">");
	put_tag(out, "p", "title", pair(face, "title"));
	put_tag(out, "div", "said", pair(face, "body"));
	buf_adds(out, "<dl class=\"head\">");
	int64_t due_us;
	if (civil_parse_rfc3339(due, &due_us) && due.n >= 16) {
		buf_adds(out, "<div><dt>Due</dt><dd>");
		markup_text(out, (struct slice){due.p, 10});
		buf_addc(out, ' ');
		markup_text(out, (struct slice){due.p + 11, 5});
		buf_adds(out, "</dd></div>");
	}
	put_term(out, "For", pair(face, "assign"));
	buf_adds(out, "</dl>");
	if (pair(face, "outcomes").n)
		put_choices(out, pair(face, "outcomes"));
	buf_adds(out, "</div>");
}

static void put_json(struct buf *out, struct slice text)
{
	json_t *json = text.n ? json_loadb(text.p, text.n, 0, NULL) : NULL;
	char *pretty = json ? json_dumps(json, JSON_INDENT(2)) : NULL;
	if (text.n) {
		buf_adds(out, "<pre tabindex=\"0\">");
		markup_text(out, pretty ? slice_of(pretty) : text);
		buf_adds(out, "</pre>");
	}
	free(pretty);
	json_decref(json);
}

static void put_webhook(struct buf *out, const struct preview_face *face)
{
	buf_adds(out, "<div class=\"note\"><p class=\"title\"><code>");
	markup_text(out, pair(face, "method"));
	buf_adds(out, "</code> ");
	markup_text(out, pair(face, "url"));
	buf_adds(out, "</p>");
	put_json(out, pair(face, "json"));
	buf_adds(out, "</div>");
}

static void put_alert(struct buf *out, const struct preview_face *face)
{
	buf_adds(out, "<div class=\"note\"><dl class=\"head\">");
	put_term(out, "Subject", pair(face, "subject"));
	put_term(out, "To", pair(face, "to"));
	buf_adds(out, "</dl>");
	put_tag(out, "div", "said", pair(face, "body"));
	buf_adds(out, "</div>");
}

static void put_handoff(struct buf *out, const struct preview_face *face)
{
	buf_adds(out, "<div class=\"note\"><p class=\"title\">Goes on in <code>");
	markup_text(out, pair(face, "sequence"));
	buf_adds(out, "</code></p><dl class=\"head\">");
	for (uint32_t i = 0; i < face->pair_count; i++) {
		if (!slice_starts(face->pairs[i].name, "input."))
			continue;
		buf_adds(out, "<div><dt>");
		markup_text(out, face->pairs[i].name);
		buf_adds(out, "</dt><dd dir=\"auto\">");
		markup_text(out, face->pairs[i].text);
		buf_adds(out, "</dd></div>");
	}
	buf_adds(out, "</dl>");
	put_json(out, pair(face, "inputs"));
	buf_adds(out, "</div>");
}

/* ---- pages, roughly as the contact would see them ---- */

static void put_scale(struct buf *out, int64_t from, int64_t to)
{
	buf_adds(out, "<p class=\"scale\">");
	int64_t first = from == INT64_MIN ? 1 : from / NUMBER_ONE, last = to == INT64_MIN ? 5 : to / NUMBER_ONE;
	for (int64_t i = first; i <= last && i < first + 21; i++)
		buf_addf(out, "<span class=\"choice\">%lld</span>", (long long)i);
	buf_adds(out, "</p>");
}

static void put_answers(struct buf *out, const struct preview_question *q)
{
	switch (q->kind) {
	case QUESTION_NPS: put_scale(out, 0, 10 * NUMBER_ONE); break;
	case QUESTION_RATING: put_scale(out, q->from, q->to); break;
	case QUESTION_YES_NO:
		buf_adds(out,
		         "<p class=\"scale\"><span class=\"choice\">yes</span><span class=\"choice\">no</span></p>");
		break;
	case QUESTION_CHOICE:
	case QUESTION_SEVERAL:
		buf_addf(out, "<ul class=\"options %s\">", q->kind == QUESTION_CHOICE ? "one" : "several");
		for (uint32_t i = 0; i < q->choice_count; i++)
			put_tag(out, "li", "option", q->choices[i].text);
		buf_adds(out, "</ul>");
		break;
	case QUESTION_MATRIX:
		for (uint32_t i = 0; i < q->choice_count; i++) {
			put_tag(out, "p", "row", q->choices[i].text);
			put_scale(out, q->from, q->to);
		}
		break;
	case QUESTION_TEXT: buf_adds(out, "<p class=\"blank tall\"></p>"); break;
	case QUESTION_NUMBER:
	case QUESTION_DATE: buf_adds(out, "<p class=\"blank\"></p>"); break;
	case QUESTION_COUNT: break;
	}
}

static void put_questions(struct buf *out, const struct preview_face *face)
{
	buf_adds(out, "<ol class=\"questions\">");
	for (uint32_t i = 0; i < face->question_count; i++) {
		const struct preview_question *q = &face->questions[i];
		buf_adds(out, "<li>");
		put_tag(out, "p", "asked", q->text);
		if (q->required || q->conditional)
			buf_addf(out, "<p class=\"hint\">%s%s%s</p>", q->required ? "must be answered" : "",
			         q->required && q->conditional ? "; " : "",
			         q->conditional ? "asked only when an answer before calls for it" : "");
		put_answers(out, q);
		if (q->na.n)
			put_tag(out, "p", "option na", q->na);
		buf_adds(out, "</li>");
	}
	buf_adds(out, "</ol>");
}

/* A link of a page is a button to look at. */
static void put_sites(struct buf *out, const struct preview_face *face)
{
	static const char *const OTHERS[] = {"title",    "body",      "button",       "url",    "subject",
	                                     "to",       "satisfied", "dissatisfied", "method", "assign",
	                                     "sequence", "due",       "outcomes",     "json",   "inputs"};
	for (uint32_t i = 0; i < face->pair_count; i++) {
		bool other = false;
		for (size_t k = 0; k < sizeof OTHERS / sizeof *OTHERS; k++)
			other = other || slice_is(face->pairs[i].name, OTHERS[k]);
		if (other)
			continue;
		put_tag(out, "p", "button", face->pairs[i].name);
		put_tag(out, "p", "target", face->pairs[i].text);
	}
}

static void put_page(struct buf *out, const struct preview_face *face)
{
	buf_adds(out, "<div class=\"screen\"><div class=\"bar\" aria-hidden=\"true\"><i></i><i></i><i></i></div><div "
	              "class=\"inside\">");
	if (pair(face, "title").n)
		put_tag(out, "p", "title", pair(face, "title"));
	if (pair(face, "body").n)
		put_tag(out, "div", "said", pair(face, "body"));
	if (pair(face, "satisfied").n) {
		buf_adds(out, "<p class=\"hint\">to a satisfied contact</p>");
		put_tag(out, "div", "said", pair(face, "satisfied"));
		buf_adds(out, "<p class=\"hint\">to any other</p>");
		put_tag(out, "div", "said", pair(face, "dissatisfied"));
	}
	if (face->question_count)
		put_questions(out, face);
	if (pair(face, "button").n)
		put_tag(out, "p", "button", pair(face, "button"));
	if (pair(face, "url").n)
		put_tag(out, "p", "target", pair(face, "url"));
	put_sites(out, face);
	buf_adds(out, "</div></div>");
}

/* ---- faces and versions ---- */

static void put_face(struct buf *out, struct slice kind, const struct preview_face *face)
{
	if (!face->known) {
		buf_adds(out, "<p class=\"problem\">");
		markup_text(out, face->problem.n ? face->problem : SLICE("nothing is shown here"));
		buf_adds(out, "</p>");
	} else if (slice_is(kind, "email")) {
		put_letter(out, face);
	} else if (slice_is(kind, "sms") || slice_is(kind, "whatsapp")) {
		put_bubble(out, face, slice_is(kind, "sms"));
	} else if (slice_is(kind, "task")) {
		put_task(out, face);
	} else if (slice_is(kind, "webhook")) {
		put_webhook(out, face);
	} else if (slice_is(kind, "alert")) {
		put_alert(out, face);
	} else if (slice_is(kind, "handoff")) {
		put_handoff(out, face);
	} else {
		put_page(out, face);
	}
}

static void put_lang(struct buf *out, struct slice locale)
{
	for (size_t i = 0; i < locale.n; i++)
		buf_addc(out, locale.p[i] == '_' ? '-' : locale.p[i]);
}

static void put_version(struct buf *out, const struct preview *p, const struct preview_way *way,
                        const struct preview_version *v)
{
	for (uint32_t l = 0; l < p->locale_count; l++) {
		buf_addf(out, "<div class=\"face f%u%s\" lang=\"", l, l == way->locale ? " own" : "");
		put_lang(out, p->locales[l]);
		buf_adds(out, "\">");
		put_face(out, v->kind, &v->faces[l]);
		buf_adds(out, "</div>");
	}
}

static const char *noun(struct slice kind)
{
	static const char *const PAGES[] = {"ask", "offer", "review", "thanks"};
	static const char *const SAME[] = {"task", "webhook", "alert", "handoff"};
	for (size_t i = 0; i < sizeof PAGES / sizeof *PAGES; i++)
		if (slice_is(kind, PAGES[i]))
			return "page";
	for (size_t i = 0; i < sizeof SAME / sizeof *SAME; i++)
		if (slice_is(kind, SAME[i]))
			return SAME[i];
	return "message";
}

void markup_versions(struct buf *out, const struct preview *p, const struct preview_way *way,
                     const struct preview_version *versions, uint32_t count, struct slice id, struct slice name)
{
	bool several = count > 1;
	buf_adds(out, "<details class=\"read\" id=\"");
	buf_add_slice(out, id);
	buf_addf(out, "\"><summary>View %s<span class=\"off\"> of %.*s</span>", noun(versions[0].kind),
	         SLICE_ARG(name));
	if (several)
		buf_addf(out, "<span class=\"plus\"> and %u other%s</span>", count - 1, count > 2 ? "s" : "");
	buf_adds(out, "</summary>");
	for (uint32_t i = 0; i < count; i++) {
		const struct preview_version *v = &versions[i];
		if (several) {
			buf_adds(out, "<h4 class=\"version\">");
			markup_pill(out, v->kind, v->kind);
			buf_addc(out, ' ');
			markup_text(out, v->label);
			buf_adds(out, v->taken ? " <span class=\"tag yes\">this one leaves</span>" : "");
			buf_adds(out, "</h4>");
		}
		put_version(out, p, way, v);
	}
	buf_adds(out, "</details>");
}
