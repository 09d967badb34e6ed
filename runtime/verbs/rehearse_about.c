/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/verbs/rehearse_about.h"
#include "plan/plan.h"
#include "runtime/channels/mime.h"
#include <string.h>

#define SAMPLE_LINES 14

/* ---- what is rehearsed ---- */

/* "mon-fri", "sat", "every day" */
static void put_days(FILE *out, uint32_t days)
{
	const char *between = "";
	if (days == 0x7F) {
		fputs("every day", out);
		return;
	}
	for (int from = 0; from < 7; from++) {
		int to = from;
		if (!(days & 1u << from))
			continue;
		while (to < 6 && days & 1u << (to + 1))
			to++;
		fprintf(out, "%s%s", between, civil_weekday_words[from]);
		if (to > from)
			fprintf(out, "-%s", civil_weekday_words[to]);
		between = ",";
		from = to;
	}
}

static void put_window(const struct plan *plan, FILE *out)
{
	const struct plan_sequence *s = plan->sequence;
	if (s->window != NONE) {
		const struct plan_window *w = &PLAN_ROWS(plan, WINDOW, window)[s->window];
		const struct plan_window_part *parts = PLAN_ROWS(plan, WINDOW_PART, window_part);
		struct slice zone = PLAN_STRING(plan, w->zone);
		fputs("  They leave ", out);
		if (w->anytime)
			fputs("at any time", out);
		for (uint32_t i = 0; !w->anytime && i < w->part_count; i++) {
			const struct plan_window_part *p = &parts[w->part + i];
			fputs(i ? ", " : "", out);
			put_days(out, p->days);
			fprintf(out, " %02u:%02u-%02u:%02u", p->from_minute / 60, p->from_minute % 60,
			        p->to_minute / 60, p->to_minute % 60);
		}
		if (!w->anytime)
			fprintf(out, " in %.*s", SLICE_ARG(zone.n ? zone : SLICE("the contact's own zone")));
	} else {
		fprintf(out, "  They leave %s",
		        s->purpose == PURPOSE_SALES ? "every day 08:00-20:00 in the contact's own zone"
		                                    : "at any time");
	}
	const char *skips[] = {"", ", not on weekends", ", not on holidays", ", not on weekends or holidays"};
	fprintf(out, "%s.\n", skips[s->skip & (SKIP_WEEKENDS | SKIP_HOLIDAYS)]);
}

static void put_steps(const struct plan *plan, FILE *out)
{
	const struct plan_step *steps = PLAN_ROWS(plan, STEP, step);
	int messages = 0;
	for (uint32_t i = 0; i < PLAN_COUNT(plan, STEP); i++)
		messages += steps[i].message != NONE;
	fprintf(out, "  %d message%s:", messages, messages == 1 ? "" : "s");
	for (uint32_t i = 0; i < PLAN_COUNT(plan, STEP); i++)
		if (steps[i].message != NONE)
			fprintf(out, " %.*s%s", SLICE_ARG(PLAN_STRING(plan, steps[i].name)), --messages ? "," : "");
	fputc('\n', out);
}

void about_sequence(const struct compile_result *sequence, FILE *out, bool colour)
{
	struct plan plan;
	struct image_error error;
	fprintf(out, "Rehearsal of %s%.*s%s", colour ? "\033[1m" : "", SLICE_ARG(sequence->name),
	        colour ? "\033[0m" : "");
	if (sequence->title.n)
		fprintf(out, " · %.*s", SLICE_ARG(sequence->title));
	fputc('\n', out);
	if (sequence->description.n)
		fprintf(out, "  %.*s\n", SLICE_ARG(sequence->description));
	if (!plan_load(&plan, sequence->plan.p, sequence->plan.n, false, &error))
		return;
	put_steps(&plan, out);
	put_window(&plan, out);
	plan_free(&plan);
}

/* ---- summary ---- */

struct tallies {
	struct {
		struct slice word;
		int count;
	} items[16];
	int count;
};

static void tally(struct tallies *t, struct slice word)
{
	int i = 0;
	while (i < t->count && !slice_eq(t->items[i].word, word))
		i++;
	if (i == 16)
		return;
	t->items[i].word = word;
	t->items[i].count++;
	if (i == t->count)
		t->count++;
}

/* "weekend, holiday" counts for both. */
static void tally_each(struct tallies *t, struct slice words)
{
	while (words.n) {
		const char *comma = memchr(words.p, ',', words.n);
		size_t n = comma ? (size_t)(comma - words.p) : words.n;
		tally(t, slice_trim((struct slice){words.p, n}));
		words = comma ? (struct slice){comma + 1, words.n - n - 1} : (struct slice){0};
	}
}

static void put_tallies(FILE *out, const char *before, const struct tallies *t, const char *after)
{
	fputs(t->count ? before : "", out);
	for (int i = 0; i < t->count; i++)
		fprintf(out, "%s%.*s %d", i ? ", " : "", SLICE_ARG(t->items[i].word), t->items[i].count);
	fputs(t->count ? after : "", out);
}

void about_summary(const struct told_lines *t, FILE *out)
{
	struct tallies moved = {0}, ended = {0};
	int counts[DRIVE_LINE_COUNT] = {0}, shifted = 0;
	for (size_t i = 0; i < t->count; i++) {
		const struct drive_line *l = &t->items[i].line;
		counts[l->event]++;
		if (l->event == DRIVE_SENT && l->reason.n) {
			shifted++;
			tally_each(&moved, told_gates(l->reason));
		}
		if (l->event == DRIVE_EXIT)
			tally(&ended, l->reason);
	}
	fprintf(out, "%d contacts got %d messages", counts[DRIVE_ENROLLED], counts[DRIVE_SENT]);
	if (shifted)
		fprintf(out, "; %d of them did not leave when they were due", shifted);
	put_tallies(out, ": ", &moved, "");
	fprintf(out, ".\n%d came to the end", counts[DRIVE_FINISH]);
	if (counts[DRIVE_EXIT])
		fprintf(out, "; %d ended early", counts[DRIVE_EXIT]);
	put_tallies(out, ": ", &ended, "");
	if (counts[DRIVE_ENROLLED] > counts[DRIVE_FINISH] + counts[DRIVE_EXIT])
		fprintf(out, "; %d are still under way",
		        counts[DRIVE_ENROLLED] - counts[DRIVE_FINISH] - counts[DRIVE_EXIT]);
	fputs(".\n", out);
}

/* ---- a sample ---- */

void about_message(struct drive *d, FILE *out)
{
	struct buf memory = {0}, plain = {0};
	struct drive_letter letter;
	if (drive_letter(d, 1, &letter, &memory)) {
		bool mail = letter.recipient.n && memchr(letter.recipient.p, '@', letter.recipient.n);
		if (!mail || !mime_text(letter.bytes, &plain))
			buf_add_slice(&plain, letter.text);
		fprintf(out, "\nThe first message, as text:\n    | To: %.*s\n", SLICE_ARG(letter.recipient));
		if (mail)
			fprintf(out, "    | Subject: %.*s\n", SLICE_ARG(letter.subject));
		fputs("    |\n", out);
		struct slice text = slice_trim(buf_slice(&plain));
		for (int lines = 0; text.n && lines < SAMPLE_LINES; lines++) {
			const char *end = memchr(text.p, '\n', text.n);
			size_t n = end ? (size_t)(end - text.p) : text.n;
			fprintf(out, "    |%s%.*s\n", n ? " " : "", (int)n, text.p);
			text = end ? (struct slice){end + 1, text.n - n - 1} : (struct slice){0};
		}
		if (text.n)
			fputs("    | …\n", out);
	}
	buf_free(&plain);
	buf_free(&memory);
}
