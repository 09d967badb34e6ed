/* SPDX-License-Identifier: Apache-2.0
 * The page: one file that needs no other, works without JavaScript, and lets nothing of a message run. Its style and
 * script stand in page/. */
#include "base/base64.h"
#include "base/hash.h"
#include "compiler/preview/markup.h"
#include "compiler/preview/page.h"
#include <stdio.h>
#include <string.h>

struct slice page_file(const char *name)
{
	for (uint32_t i = 0; i < page_file_count; i++)
		if (strcmp(page_files[i].path, name) == 0)
			return (struct slice){page_files[i].text, page_files[i].n};
	return (struct slice){0};
}

/* ---- the head ---- */

/* Only this script runs, by its hash; nothing is fetched, but by a page that is watched the file that says it is old.
 */
static void put_policy(struct buf *out, struct slice script, const struct preview_watch *watch)
{
	uint8_t hash[SHA256_SIZE];
	char text[64];
	sha256(script.p, script.n, hash);
	base64_encode(hash, SHA256_SIZE, text);
	buf_addf(out,
	         "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
	         "'unsafe-inline'; img-src data:; script-src 'sha256-%s'%s; base-uri 'none'; form-action 'none'\">\n",
	         text, watch->script.n ? " 'self' file:" : "");
}

/* "#0a7", "#0b5fff" and no other: it goes into the style. */
static struct slice brand_colour(const struct preview *p)
{
	const struct plan_brand *rows = PLAN_ROWS(&p->policy, BRAND, brand);
	for (uint32_t i = 0; i < PLAN_COUNT(&p->policy, BRAND); i++) {
		struct slice key = PLAN_STRING(&p->policy, rows[i].key), value = PLAN_STRING(&p->policy, rows[i].value);
		bool good = (slice_is(key, "colour") || slice_is(key, "color")) && (value.n == 4 || value.n == 7) &&
		            value.p[0] == '#';
		for (size_t c = 1; good && c < value.n; c++)
			good = strchr("0123456789abcdefABCDEF", value.p[c]) != NULL;
		if (good)
			return value;
	}
	return (struct slice){0};
}

/* Which way and which language is seen is a matter of radio buttons: no script is needed. */
static void put_switch_rules(struct buf *out, const struct preview *p)
{
	for (uint32_t w = 0; p->way_count > 1 && w < p->way_count; w++)
		buf_addf(out, "body:has(#way-%u:checked) .way:not(.w%u){display:none}\n", w, w);
	for (uint32_t l = 0; p->locale_count > 1 && l < p->locale_count; l++)
		buf_addf(out, "body:has(#locale-%u:checked) .face:not(.f%u){display:none}\n", l, l);
	if (p->locale_count > 1)
		buf_adds(out, "body:has(#locale-own:checked) .face:not(.own){display:none}\n");
}

static void begin_head(struct buf *out, const struct preview_watch *watch, struct slice title)
{
	buf_adds(out, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
	put_policy(out, page_file("page.js"), watch);
	buf_adds(out, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	              "<meta name=\"color-scheme\" content=\"light dark\">\n"
	              "<meta name=\"referrer\" content=\"no-referrer\">\n<base target=\"_blank\">\n<title>");
	markup_text(out, title);
	buf_adds(out, " – preview</title>\n<style>\n");
	buf_add_slice(out, page_file("base.css"));
	buf_add_slice(out, page_file("page.css"));
}

static void put_head(struct buf *out, const struct preview *p, const struct preview_watch *watch)
{
	struct slice colour = brand_colour(p);
	begin_head(out, watch, preview_title(p));
	if (colour.n)
		buf_addf(out, ":root{--brand:%.*s}\n", SLICE_ARG(colour));
	put_switch_rules(out, p);
	buf_adds(out, "</style>\n</head>\n<body>\n");
}

static void put_foot(struct buf *out)
{
	buf_adds(out, "<script>");
	buf_add_slice(out, page_file("page.js"));
	buf_adds(out, "</script>\n</body>\n</html>\n");
}

/* ---- the masthead ---- */

static void put_fact(struct buf *out, const char *name, struct slice text, bool code)
{
	if (!text.n)
		return;
	buf_addf(out, "<div><dt>%s</dt><dd>%s", name, code ? "<code>" : "");
	markup_text(out, text);
	buf_addf(out, "%s</dd></div>", code ? "</code>" : "");
}

static void put_radio(struct buf *out, const char *name, const char *id, bool checked)
{
	buf_addf(out, "<label><input type=\"radio\" name=\"%s\" id=\"%s\"%s><span dir=\"auto\">", name, id,
	         checked ? " checked" : "");
}

/* At most so many bytes, whole characters. */
static void put_cut(struct buf *out, struct slice text, size_t most)
{
	size_t n = text.n > most ? most : text.n;
	while (n < text.n && n && ((unsigned char)text.p[n] & 0xC0) == 0x80)
		n--;
	markup_text(out, (struct slice){text.p, n});
	buf_adds(out, n < text.n ? "…" : "");
}

static void put_ways(struct buf *out, const struct preview *p)
{
	bool paths = p->ways[0].story_count > 0;
	buf_addf(out, "<nav class=\"ways\" aria-label=\"Whose way is shown\"><fieldset><legend>%s</legend>",
	         paths ? "Path" : "Contact");
	for (uint32_t w = 0; w < p->way_count; w++) {
		const struct preview_way *way = &p->ways[w];
		char id[32];
		snprintf(id, sizeof id, "way-%u", w);
		put_radio(out, "way", id, w == 0);
		if (paths)
			buf_addf(out, "<b>%u</b> ", w + 1);
		put_cut(out, paths ? way->story[0] : way->name, 60);
		if (way->story_count > 1)
			buf_addf(out, " and %u more", way->story_count - 1);
		buf_adds(out, "</span></label>");
	}
	buf_adds(out, "</fieldset></nav>\n");
}

static void put_locales(struct buf *out, const struct preview *p)
{
	bool same = true;
	for (uint32_t w = 1; w < p->way_count; w++)
		same = same && p->ways[w].locale == p->ways[0].locale;
	buf_adds(out, "<fieldset><legend>Language</legend>");
	if (!same) {
		put_radio(out, "locale", "locale-own", true);
		buf_adds(out, "each their own</span></label>");
	}
	for (uint32_t l = 0; l < p->locale_count; l++) {
		char id[32];
		snprintf(id, sizeof id, "locale-%u", l);
		put_radio(out, "locale", id, same && l == p->ways[0].locale);
		markup_locale(out, p->locales[l]);
		buf_adds(out, "</span></label>");
	}
	buf_adds(out, "</fieldset>");
}

static void put_masthead(struct buf *out, const struct preview *p)
{
	buf_adds(out, "<header class=\"masthead\">\n<p class=\"eyebrow\"><span>");
	markup_text(out, PLAN_STRING(&p->policy, p->policy.workspace->name));
	buf_adds(out, "</span> <span>preview of a sequence</span></p>\n<h1 dir=\"auto\">");
	markup_text(out, preview_title(p));
	buf_adds(out, "</h1>\n");
	if (p->result->description.n) {
		buf_adds(out, "<p class=\"lede\" dir=\"auto\">");
		markup_text(out, p->result->description);
		buf_adds(out, "</p>\n");
	}
	buf_adds(out, "<dl class=\"facts\">");
	put_fact(out, "Sequence", p->result->name, true);
	put_fact(out, "Purpose", slice_of(words_PURPOSE[p->plan.sequence->purpose]), false);
	put_fact(out, "Leaves", p->outline.window, false);
	put_fact(out, "Owner", PLAN_STRING(&p->plan, p->plan.sequence->owner), false);
	buf_adds(out, "</dl>\n</header>\n");
	if (p->way_count > 1)
		put_ways(out, p);
	buf_adds(out, "<nav class=\"switches\" aria-label=\"What is shown\">");
	if (p->locale_count > 1 && p->way_count)
		put_locales(out, p);
	buf_adds(out, "<div class=\"tools\"><a href=\"#timeline\" target=\"_self\">Timeline</a><a href=\"#whole\" "
	              "target=\"_self\">Whole sequence</a><button type=\"button\" id=\"open-all\" hidden>Open "
	              "all</button></div></nav>\n");
}

/* ---- the timeline ---- */

static bool shows_kind(const struct preview_row *row)
{
	return row->event == DRIVE_SENT || row->event == DRIVE_PAGE || row->event == DRIVE_TASK ||
	       row->event == DRIVE_WEBHOOK || row->event == DRIVE_ALERT || row->event == DRIVE_HANDOFF;
}

/* Of a template its name and values: what its channel got reads like a program. */
static void put_said(struct buf *out, struct slice subject, const struct preview_face *face)
{
	if (!face || !face->template.n) {
		markup_text(out, subject);
		return;
	}
	markup_text(out, face->template);
	for (uint32_t i = 0; i < face->pair_count; i++) {
		buf_adds(out, i ? ", " : ": ");
		markup_text(out, face->pairs[i].text);
	}
}

/* The subject in every language of a message that left; else what the line has. */
static void put_subject(struct buf *out, const struct preview *p, const struct preview_way *way,
                        const struct preview_row *row)
{
	bool spoken = row->event == DRIVE_SENT && row->version_count && p->locale_count > 1;
	for (uint32_t l = 0; spoken && l < p->locale_count; l++) {
		const struct preview_face *face = &row->versions[0].faces[l];
		buf_addf(out, "<span class=\"face f%u%s\" dir=\"auto\">", l, l == way->locale ? " own" : "");
		put_said(out, l == way->locale || !face->subject.n ? row->subject : face->subject, face);
		buf_adds(out, "</span>");
	}
	if (!spoken) {
		buf_adds(out, "<span dir=\"auto\">");
		put_said(out, row->subject, row->version_count ? &row->versions[0].faces[way->locale] : NULL);
		buf_adds(out, "</span>");
	}
	if (row->event == DRIVE_SENT && slice_is(row->kind, "sms")) {
		uint32_t segments = preview_measure(row->text).segments;
		buf_addf(out, " <span class=\"small\">%u segment%s</span>", segments, segments == 1 ? "" : "s");
	}
}

static void put_why(struct buf *out, const struct preview *p, const struct preview_way *way,
                    const struct preview_row *row)
{
	if (row->event == DRIVE_WEBHOOK)
		return; /* its reason is what it posts: the card has it */
	if (row->event == DRIVE_ALERT && row->reason.n)
		buf_adds(out, "to ");
	markup_text(out, preview_why(p->arena, way, row));
}

/* A long one may go on in the next line behind a `_`. */
static void put_name(struct buf *out, struct slice name)
{
	while (name.n) {
		const char *bar = memchr(name.p, '_', name.n);
		size_t n = bar ? (size_t)(bar - name.p) + 1 : name.n;
		markup_text(out, (struct slice){name.p, n});
		name = (struct slice){name.p + n, name.n - n};
		buf_adds(out, name.n ? "<wbr>" : "");
	}
}

static void put_row(struct buf *out, const struct preview *p, uint32_t w, uint32_t r)
{
	const struct preview_way *way = &p->ways[w];
	const struct preview_row *row = &way->rows[r];
	struct slice word = preview_what(row), kind = shows_kind(row) ? row->kind : word;
	const struct preview_step *step = row->step_index == NONE ? NULL : &way->steps[row->step_index];
	buf_addf(out, "<tr role=\"row\" id=\"w%u-r%u\" class=\"%s k-", w, r,
	         row->version_count ? "main has-more" : "main");
	markup_name(out, kind);
	buf_adds(out, "\"><td role=\"cell\" class=\"when\">");
	markup_time(out, way->zone, row->at_us, way->rows[0].at_us);
	buf_adds(out, "</td><th role=\"rowheader\" scope=\"row\" class=\"step\">");
	if (row->step.n) {
		buf_adds(out, "<code>");
		put_name(out, row->step);
		buf_adds(out, "</code>");
	}
	buf_adds(out, "</th><td role=\"cell\" class=\"after\">");
	if (step && shows_kind(row))
		markup_text(out, step->after);
	buf_adds(out, "</td><td role=\"cell\" class=\"channel\">");
	markup_pill(out, row->event == DRIVE_SENT || row->event == DRIVE_PAGE ? row->kind : word, kind);
	buf_adds(out, "</td><td role=\"cell\" class=\"subject\">");
	put_subject(out, p, way, row);
	buf_adds(out, "</td><td role=\"cell\" class=\"why\">");
	put_why(out, p, way, row);
	buf_adds(out, "</td></tr>\n");
	if (!row->version_count)
		return;
	struct buf id = {0};
	buf_addf(&id, "w%u-m%u", w, r);
	buf_addf(out, "<tr role=\"row\" class=\"more k-");
	markup_name(out, kind);
	buf_adds(out, "\"><td role=\"cell\" class=\"when\"></td><td role=\"cell\" colspan=\"5\">");
	markup_versions(out, p, way, row->versions, row->version_count, buf_slice(&id), row->step);
	buf_adds(out, "</td></tr>\n");
	out->failed |= id.failed;
	buf_free(&id);
}

static void put_timeline(struct buf *out, const struct preview *p, uint32_t w)
{
	static const char *const HEADS[] = {"Date", "Step", "After", "Channel", "Message", "Why then"};
	const struct preview_way *way = &p->ways[w];
	buf_adds(out, "<table role=\"table\" class=\"timeline\"><caption>Timeline of ");
	markup_text(out, way->name);
	buf_adds(out, ", times in ");
	markup_text(out, tz_name(way->zone));
	buf_adds(out, "</caption>\n<thead role=\"rowgroup\"><tr role=\"row\">");
	for (size_t i = 0; i < sizeof HEADS / sizeof *HEADS; i++)
		buf_addf(out, "<th role=\"columnheader\" scope=\"col\">%s</th>", HEADS[i]);
	buf_adds(out, "</tr></thead>\n<tbody role=\"rowgroup\">\n");
	for (uint32_t r = 0; r < way->row_count; r++)
		put_row(out, p, w, r);
	buf_adds(out, "</tbody></table>\n");
}

/* ---- a way ---- */

static void put_length(struct buf *out, const struct preview_way *way)
{
	int64_t first_us = way->rows[0].at_us, last_us = way->rows[way->row_count - 1].at_us;
	int32_t days = civil_day_of(tz_to_wall(way->zone, last_us)) - civil_day_of(tz_to_wall(way->zone, first_us));
	if (days < 1)
		buf_adds(out, "within a day");
	else
		buf_addf(out, "over %d day%s", days, days == 1 ? "" : "s");
}

static void put_summary(struct buf *out, const struct preview_way *way)
{
	struct buf count = {0};
	buf_adds(out, "<dl class=\"facts way-facts\">");
	put_fact(out, "Contact", way->name, false);
	buf_adds(out, "<div><dt>Starts</dt><dd>");
	markup_time(out, way->zone, way->play.start_us, NEVER_US);
	buf_adds(out, "</dd></div>");
	put_fact(out, "Zone", tz_name(way->zone), false);
	if (way->row_count) {
		const struct preview_row *last = &way->rows[way->row_count - 1];
		preview_count(&count, way);
		buf_adds(out, "<div><dt>Gets</dt><dd>");
		markup_text(out, buf_slice(&count));
		buf_adds(out, " ");
		put_length(out, way);
		buf_adds(out, "</dd></div>");
		if (way->ended)
			put_fact(out, "Ends with",
			         last->reason.n ? last->reason : slice_of(drive_line_word(last->event)), false);
	}
	buf_adds(out, "</dl>\n");
	out->failed |= count.failed;
	buf_free(&count);
}

static void put_rules(struct buf *out, const struct preview *p)
{
	for (int goal = 0; goal < 2; goal++) {
		bool any = false;
		for (uint32_t i = 0; i < p->outline.rule_count; i++) {
			if (p->outline.rules[i].goal != (goal == 1))
				continue;
			if (!any)
				buf_addf(out, "<p class=\"rules\"><b>%s</b> ",
				         goal ? "It has worked when" : "It stops at any time when");
			buf_adds(out, any ? ", or " : "");
			markup_text(out, p->outline.rules[i].words);
			any = true;
		}
		buf_adds(out, any ? ".</p>\n" : "");
	}
}

static void put_story(struct buf *out, const struct preview_way *way)
{
	if (!way->story_count)
		return;
	buf_adds(out, "<div class=\"story\"><p>What leads here</p><ul>");
	for (uint32_t i = 0; i < way->story_count; i++) {
		buf_adds(out, "<li dir=\"auto\">");
		markup_text(out, way->story[i]);
		buf_adds(out, "</li>");
	}
	buf_adds(out, "</ul></div>\n");
}

static void put_way(struct buf *out, const struct preview *p, uint32_t w)
{
	const struct preview_way *way = &p->ways[w];
	buf_addf(out, "<section class=\"way w%u\" aria-label=\"", w);
	markup_text(out, way->name);
	buf_adds(out, "\">\n");
	put_story(out, way);
	put_summary(out, way);
	if (way->refused.n) {
		buf_adds(out, "<p class=\"problem\">This contact is refused: ");
		markup_text(out, way->refused);
		buf_adds(out, "</p>\n</section>\n");
		return;
	}
	buf_addf(out, "<h2%s>Timeline</h2>\n", w ? "" : " id=\"timeline\"");
	put_timeline(out, p, w);
	buf_addf(out, "<h2%s>The whole sequence</h2>\n", w ? "" : " id=\"whole\"");
	put_rules(out, p);
	markup_outline(out, p, way, w);
	buf_adds(out, "</section>\n");
}

/* ---- watching ---- */

/* Around what changes when a build fails; no text can hold them, `<` being escaped in all of them. */
#define WATCH_BEGINS "<!--watch-->"
#define WATCH_ENDS   "<!--/watch-->"

static void put_watch(struct buf *out, const struct preview_watch *watch, bool again)
{
	if (!watch->script.n)
		return;
	buf_adds(out, WATCH_BEGINS);
	if (watch->trouble.n) {
		buf_adds(out, "<section class=\"trouble\" role=\"alert\"><h2>Not up to date since ");
		markup_text(out, watch->at);
		buf_adds(out, "</h2><pre tabindex=\"0\">");
		markup_text(out, slice_trim(watch->trouble));
		buf_addf(out, "</pre>%s</section>\n", again ? "<p>Below is the last page that could be made.</p>" : "");
	}
	buf_adds(out, "<p id=\"watch\" role=\"status\" data-script=\"");
	markup_text(out, watch->script);
	buf_adds(out, "\" data-stamp=\"");
	markup_text(out, watch->stamp);
	buf_adds(out, "\">Kept up to date</p>\n" WATCH_ENDS);
}

void preview_put_trouble(struct buf *out, const struct preview_watch *watch)
{
	begin_head(out, watch, SLICE("not made yet"));
	buf_adds(out, "</style>\n</head>\n<body>\n");
	put_watch(out, watch, false);
	put_foot(out);
}

void preview_put_again(struct buf *out, struct slice page, const struct preview_watch *watch)
{
	ptrdiff_t from = slice_find(page, SLICE(WATCH_BEGINS)), to = slice_find(page, SLICE(WATCH_ENDS));
	buf_clear(out);
	if (from < 0 || to < from)
		return;
	buf_add(out, page.p, (size_t)from);
	put_watch(out, watch, true);
	to += (ptrdiff_t)strlen(WATCH_ENDS);
	buf_add(out, page.p + to, page.n - (size_t)to);
}

void preview_put_html(struct buf *out, const struct preview *p, const struct preview_watch *watch)
{
	put_head(out, p, watch);
	buf_adds(out, "<a class=\"skip\" href=\"#timeline\" target=\"_self\">To the timeline</a>\n");
	put_watch(out, watch, false);
	put_masthead(out, p);
	buf_adds(out, "<main>\n");
	for (uint32_t w = 0; w < p->way_count; w++)
		put_way(out, p, w);
	if (p->untold)
		buf_addf(out, "<p class=\"untold\">There are %u more paths.</p>\n", p->untold);
	buf_adds(out,
	         "</main>\n<footer><p>Made by <code>seqc preview</code>. Nothing was sent. Answers and events that a "
	         "path did not bring are made up.</p></footer>\n");
	put_foot(out);
}
