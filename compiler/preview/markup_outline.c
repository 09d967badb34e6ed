/* SPDX-License-Identifier: Apache-2.0
 * The sequence as nested lists: the way that was taken is marked, the arms of the others stand beside it with what they
 * would say. */
#include "compiler/preview/markup.h"

struct drawing {
	struct buf *out;
	const struct preview *p;
	const struct preview_way *way;
	uint32_t number; /* of the way */
};

static void draw_list(struct drawing *d, const struct outline *o, const char *class);

static struct slice title_of(const struct preview_version *v, const struct preview_face *face)
{
	static const char *const NAMES[] = {"title", "subject", "body", "url", "sequence"};
	if (slice_is(v->kind, "email"))
		return face->subject;
	if (face->text.n)
		return face->text;
	if (face->template.n)
		return face->template;
	for (size_t n = 0; n < sizeof NAMES / sizeof *NAMES; n++)
		for (uint32_t i = 0; i < face->pair_count; i++)
			if (slice_is(face->pairs[i].name, NAMES[n]))
				return face->pairs[i].text;
	return (struct slice){0};
}

static void draw_step(struct drawing *d, const struct outline *o)
{
	const struct preview_step *s = &d->way->steps[o->step];
	buf_addf(d->out, "<li class=\"step%s\"><p class=\"line\"><code>", s->reached ? " taken" : "");
	markup_text(d->out, o->words);
	buf_adds(d->out, "</code> ");
	for (uint32_t i = 0; i < s->version_count; i++)
		if (i == 0 || !slice_eq(s->versions[i].kind, s->versions[i - 1].kind))
			markup_pill(d->out, s->versions[i].kind, s->versions[i].kind);
	if (!s->version_count) {
		buf_adds(d->out, "</p></li>");
		return;
	}
	for (uint32_t l = 0; l < d->p->locale_count; l++) {
		const struct preview_face *face = &s->versions[0].faces[l];
		buf_addf(d->out, "<span class=\"says face f%u%s\" dir=\"auto\">", l, l == d->way->locale ? " own" : "");
		markup_text(d->out, title_of(&s->versions[0], face));
		buf_adds(d->out, "</span>");
	}
	if (s->reached)
		buf_addf(d->out, "<a class=\"where\" href=\"#w%u-r%u\" target=\"_self\">in the timeline</a>", d->number,
		         s->row);
	buf_adds(d->out, "</p>");
	if (!s->reached) {
		struct buf id = {0};
		buf_addf(&id, "w%u-o-", d->number);
		markup_name(&id, o->words);
		markup_versions(d->out, d->p, d->way, s->versions, s->version_count, buf_slice(&id), o->words);
		d->out->failed |= id.failed;
		buf_free(&id);
	}
	buf_adds(d->out, "</li>");
}

static void draw_fork(struct drawing *d, const struct outline *o)
{
	buf_addf(d->out, "<li class=\"fork%s\">", d->way->taken[o->id] ? " taken" : "");
	if (o->words.n) {
		buf_adds(d->out, "<p class=\"line\">");
		markup_text(d->out, o->words);
		buf_adds(d->out, "</p>");
	}
	buf_adds(d->out, "<ul class=\"arms\">");
	for (const struct outline *a = o->children; a; a = a->next) {
		bool taken = d->way->taken[a->id];
		buf_addf(d->out, "<li class=\"arm%s\"><p class=\"line\">", taken ? " taken" : "");
		markup_text(d->out, a->words);
		buf_addf(d->out, " <span class=\"tag %s\">%s</span></p>", taken ? "yes" : "no",
		         taken ? "taken" : "not taken");
		draw_list(d, a->children, "outline");
		buf_adds(d->out, "</li>");
	}
	buf_adds(d->out, "</ul></li>");
}

static void draw_words(struct drawing *d, const struct outline *o, const char *class, const char *before)
{
	buf_addf(d->out, "<li class=\"%s%s\"><p class=\"line\">%s", class, d->way->taken[o->id] ? " taken" : "",
	         before);
	markup_text(d->out, o->words);
	buf_adds(d->out, "</p>");
	if (o->children)
		draw_list(d, o->children, "outline");
	buf_adds(d->out, "</li>");
}

static void draw_list(struct drawing *d, const struct outline *o, const char *class)
{
	if (!o)
		return;
	buf_addf(d->out, "<ol class=\"%s\">", class);
	for (; o; o = o->next) {
		switch (o->kind) {
		case OUTLINE_STEP: draw_step(d, o); break;
		case OUTLINE_WAIT: draw_words(d, o, "wait", "wait "); break;
		case OUTLINE_FORK: draw_fork(d, o); break;
		case OUTLINE_LOOP: draw_words(d, o, "loop", "repeat "); break;
		case OUTLINE_END: draw_words(d, o, "end", ""); break;
		case OUTLINE_NOTE: draw_words(d, o, "aside", ""); break;
		case OUTLINE_ARM: break;
		}
	}
	buf_adds(d->out, "</ol>");
}

void markup_outline(struct buf *out, const struct preview *p, const struct preview_way *way, uint32_t number)
{
	struct drawing d = {.out = out, .p = p, .way = way, .number = number};
	draw_list(&d, p->outline.body, "outline whole");
}
