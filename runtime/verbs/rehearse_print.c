/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/verbs/rehearse_print.h"
#include "base/utf8.h"
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define KIND_COLUMNS     14
#define STEP_COLUMNS_MAX 24

void told_keep(void *context, const struct drive_line *line)
{
	struct told_lines *t = context;
	struct told *told = &ARENA_PUSH(&t->arena, t->items, t->count, t->cap);
	told->line = *line;
	told->number = t->count;
	struct slice *texts[] = {&told->line.contact, &told->line.sequence, &told->line.step,
	                         &told->line.kind,    &told->line.reason,   &told->line.subject};
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		*texts[i] = arena_copy(&t->arena, *texts[i]);
}

void told_free(struct told_lines *t)
{
	arena_free(&t->arena);
	memset(t, 0, sizeof *t);
}

struct slice told_gates(struct slice reason)
{
	const char *end = reason.n ? memchr(reason.p, ';', reason.n) : NULL;
	return end ? (struct slice){reason.p, (size_t)(end - reason.p)} : reason;
}

/* ---- columns ---- */

void told_put_time(FILE *out, const struct tz *zone, int64_t instant_us, int year)
{
	struct civil c;
	int64_t wall = tz_to_wall(zone, instant_us);
	civil_from_wall_us(wall, &c);
	fprintf(out, "%s %2d %s", civil_weekday_names[civil_weekday(civil_day_of(wall))], c.day,
	        civil_month_names[c.month - 1]);
	if (c.year != year)
		fprintf(out, " %d", c.year);
	fprintf(out, " %02d:%02d", c.hour, c.minute);
}

/* Cut or filled to that many columns. */
static void put_column(FILE *out, struct slice s, int columns)
{
	s.p = s.n ? s.p : "";
	const char *p = s.p, *end = s.p + s.n, *cut = s.p;
	int width = 0, cut_width = 0;
	while (p < end && width <= columns) {
		width += utf8_width(utf8_next(&p, end));
		if (width <= columns - 1)
			cut = p, cut_width = width;
	}
	if (width <= columns)
		fprintf(out, "%.*s%*s", SLICE_ARG(s), columns - width, "");
	else
		fprintf(out, "%.*s…%*s", (int)(cut - s.p), s.p, columns - cut_width - 1, "");
}

/* Why an enrollment ended, for people. */
static struct slice sentence(struct slice reason)
{
	static const char *const sentences[][2] = {
	        {"reply", "replied"},
	        {"meeting", "booked a meeting"},
	        {"we_wrote", "one of us wrote by hand"},
	        {"click", "clicked"},
	        {"open", "opened a message"},
	        {"answer", "answered"},
	        {"unsubscribe", "unsubscribed"},
	        {"complaint", "complained"},
	        {"bounced", "the address takes no mail"},
	        {"limit", "over a limit"},
	};
	for (size_t i = 0; i < sizeof sentences / sizeof *sentences; i++)
		if (slice_is(reason, sentences[i][0]))
			return slice_of(sentences[i][1]);
	return reason;
}

/* ---- for people ---- */

struct page {
	const struct told_lines *told;
	FILE *out;
	bool colour;
	int step_columns;
	const struct timeline_event **did; /* what contacts did: by contact, then by time */
	size_t did_count;
};

/* Enrollments in the order in which they began, each one's lines in order of time. */
static int by_enrollment(const void *a, const void *b)
{
	const struct told *x = a, *y = b;
	if (x->line.enrollment_id != y->line.enrollment_id)
		return x->line.enrollment_id < y->line.enrollment_id ? -1 : 1;
	return x->number < y->number ? -1 : x->number > y->number;
}

static int compare_contacts(struct slice a, struct slice b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int order = n ? strncasecmp(a.p, b.p, n) : 0;
	return order ? order : (a.n > b.n) - (a.n < b.n);
}

static int by_contact(const void *a, const void *b)
{
	const struct timeline_event *x = *(const struct timeline_event *const *)a,
	                            *y = *(const struct timeline_event *const *)b;
	int order = compare_contacts(x->event.contact, y->event.contact);
	if (order == 0)
		order = (x->at_us > y->at_us) - (x->at_us < y->at_us);
	return order ? order : (x > y) - (x < y);
}

static size_t first_of_contact(const struct page *p, struct slice contact)
{
	size_t from = 0, to = p->did_count;
	while (from < to) {
		size_t middle = from + (to - from) / 2;
		if (compare_contacts(p->did[middle]->event.contact, contact) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

static void begin_row(const struct page *p, const struct tz *zone, int64_t at_us, struct slice kind, const char *tint,
                      struct slice step)
{
	fputs("    ", p->out);
	told_put_time(p->out, zone, at_us, p->told->year);
	fprintf(p->out, "  %s", p->colour ? tint : "");
	put_column(p->out, kind, KIND_COLUMNS);
	fputs(p->colour ? "\033[0m" : "", p->out);
	put_column(p->out, step, p->step_columns);
}

/* The event's name, its outcome, its text, its fields. */
static void put_deed(FILE *out, const struct drive_event *e)
{
	fprintf(out, "%.*s%.*s%.*s", SLICE_ARG(e->name), SLICE_ARG(e->outcome), SLICE_ARG(e->text));
	for (size_t i = 0; i < e->field_count; i++)
		fprintf(out, "%s%.*s %.*s",
		        i                                        ? ", "
		        : e->name.n || e->text.n || e->outcome.n ? " "
		                                                 : "",
		        SLICE_ARG(e->fields[i].name), SLICE_ARG(e->fields[i].text));
	fputc('\n', out);
}

/* What the contact did up to that instant. */
static void put_deeds(const struct page *p, size_t *next, const struct drive_line *l, int64_t until_us)
{
	for (; *next < p->did_count && compare_contacts(p->did[*next]->event.contact, l->contact) == 0; ++*next) {
		const struct timeline_event *e = p->did[*next];
		struct buf kind = {0};
		if (e->at_us > until_us)
			return;
		buf_addf(&kind, "← %s", drive_event_word(e->event.kind));
		begin_row(p, l->zone, e->at_us, buf_slice(&kind), "\033[35m", e->event.step);
		put_deed(p->out, &e->event);
		buf_free(&kind);
	}
}

/* The message that had a planned instant when the enrollment ended. */
static struct slice unsent(const struct told *first, const struct told *end)
{
	struct slice step = {0};
	for (const struct told *t = first; t < end; t++) {
		enum drive_line_event e = t->line.event;
		if (e == DRIVE_PLANNED)
			step = t->line.step;
		else if (e == DRIVE_SENT || e == DRIVE_FAILED || e == DRIVE_SKIPPED)
			step = (struct slice){0};
	}
	return step;
}

/* A text of several lines on one. */
static void put_first_line(FILE *out, struct slice text)
{
	for (size_t i = 0; i < text.n; i++)
		fputc(text.p[i] == '\n' ? ' ' : text.p[i], out);
	fputc('\n', out);
}

static void put_sent(const struct page *p, const struct drive_line *l)
{
	begin_row(p, l->zone, l->at_us, l->kind, "\033[32m", l->step);
	put_first_line(p->out, l->subject);
	if (!l->reason.n)
		return;
	fprintf(p->out, "%*s%s↳ moved from ", 22 + KIND_COLUMNS + p->step_columns, "", p->colour ? "\033[2m" : "");
	told_put_time(p->out, l->zone, l->due_us, p->told->year);
	fprintf(p->out, ": %.*s%s\n", SLICE_ARG(told_gates(l->reason)), p->colour ? "\033[0m" : "");
}

/* A task, webhook, alert, page or handoff: its kind, what it says, and under it what more there is to know. */
static void put_errand(const struct page *p, const struct drive_line *l)
{
	begin_row(p, l->zone, l->at_us, l->kind, "\033[34m", l->step);
	put_first_line(p->out, l->subject);
	if (!l->reason.n)
		return;
	const char *word = l->event == DRIVE_TASK ? "due " : l->event == DRIVE_ALERT ? "to " : "";
	int64_t due_us;
	fprintf(p->out, "%*s%s↳ %s", 22 + KIND_COLUMNS + p->step_columns, "", p->colour ? "\033[2m" : "", word);
	if (l->event == DRIVE_TASK && civil_parse_rfc3339(l->reason, &due_us))
		told_put_time(p->out, l->zone, due_us, p->told->year);
	else
		fprintf(p->out, "%.*s", SLICE_ARG(l->reason));
	fputs(p->colour ? "\033[0m\n" : "\n", p->out);
}

static void put_row(const struct page *p, const struct told *first, const struct told *t)
{
	const struct drive_line *l = &t->line;
	struct slice left = {0};
	switch (l->event) {
	case DRIVE_PLANNED:
	case DRIVE_MOVED: return;
	case DRIVE_SENT: put_sent(p, l); return;
	case DRIVE_FINISH:
		begin_row(p, l->zone, l->at_us, SLICE("ended"), "\033[36m", l->step);
		fputs("after its last step\n", p->out);
		return;
	case DRIVE_EXIT:
		left = unsent(first, t);
		begin_row(p, l->zone, l->at_us, SLICE("ended"), "\033[36m", l->step);
		fprintf(p->out, "%.*s%s%.*s%s\n", SLICE_ARG(sentence(l->reason)), left.n ? ": " : "", SLICE_ARG(left),
		        left.n ? " does not leave" : "");
		return;
	case DRIVE_ENROLLED:
		if (!l->reason.n)
			return;
		break;
	case DRIVE_TASK:
	case DRIVE_WEBHOOK:
	case DRIVE_ALERT:
	case DRIVE_PAGE:
	case DRIVE_HANDOFF: put_errand(p, l); return;
	case DRIVE_DONE:
	case DRIVE_SUPPRESSED:
	case DRIVE_RESUMED:
	case DRIVE_REFUSED:
	case DRIVE_FAILED:
	case DRIVE_SKIPPED:
	case DRIVE_RETRY:
	case DRIVE_IN_DOUBT:
	case DRIVE_HELD:
	case DRIVE_LINE_COUNT: break;
	}
	begin_row(p, l->zone, l->at_us, slice_of(drive_line_word(l->event)), "\033[33m", l->step);
	fprintf(p->out, "%.*s\n", SLICE_ARG(l->reason));
}

/* Whether the line says what the deed before `next` has said: a task is done. */
static bool was_deed(const struct page *p, size_t next, const struct drive_line *l)
{
	const struct timeline_event *e = next ? p->did[next - 1] : NULL;
	return e && l->event == DRIVE_DONE && e->event.kind == EVENT_DONE && e->at_us == l->at_us &&
	       compare_contacts(e->event.contact, l->contact) == 0 && slice_eq(e->event.step, l->step);
}

static void put_people(struct page *p)
{
	const struct told *items = p->told->items;
	for (size_t i = 0, end; i < p->told->count; i = end) {
		const struct drive_line *l = &items[i].line;
		size_t deed = first_of_contact(p, l->contact);
		fprintf(p->out, "\n%s%.*s%s · %.*s\n", p->colour ? "\033[1m" : "", SLICE_ARG(l->contact),
		        p->colour ? "\033[0m" : "", SLICE_ARG(tz_name(l->zone)));
		for (end = i; end < p->told->count && items[end].line.enrollment_id == l->enrollment_id; end++) {
			put_deeds(p, &deed, l, items[end].line.at_us);
			if (!was_deed(p, deed, &items[end].line))
				put_row(p, &items[i], &items[end]);
		}
	}
	fputc('\n', p->out);
}

void told_print_people(struct told_lines *t, const struct timeline_events *events, FILE *out, bool colour)
{
	struct page p = {.told = t, .out = out, .colour = colour, .step_columns = 0};
	p.did = calloc(events->count + 1, sizeof *p.did);
	p.did_count = p.did ? events->count : 0;
	for (size_t i = 0; i < p.did_count; i++)
		p.did[i] = &events->items[i];
	if (p.did)
		qsort(p.did, p.did_count, sizeof *p.did, by_contact);
	for (size_t i = 0; i < t->count; i++) {
		int width = (int)utf8_slice_width(t->items[i].line.step) + 2;
		if (width > p.step_columns)
			p.step_columns = width < STEP_COLUMNS_MAX ? width : STEP_COLUMNS_MAX;
	}
	if (t->count)
		qsort(t->items, t->count, sizeof *t->items, by_enrollment);
	put_people(&p);
	free(p.did);
}

/* ---- for programs ---- */

void told_print_json(const struct told_lines *t, FILE *out)
{
	for (size_t i = 0; i < t->count; i++) {
		const struct drive_line *l = &t->items[i].line;
		struct buf b = {0};
		char at[40];
		struct {
			const char *key;
			struct slice value;
		} const texts[] = {
		        {"at", slice_of(tz_format_rfc3339(l->zone, l->at_us, at))},
		        {"contact", l->contact},
		        {"sequence", l->sequence},
		        {"step", l->step},
		        {"kind", l->kind},
		        {"event", slice_of(drive_line_word(l->event))},
		        {"reason", l->reason},
		        {"subject", l->subject},
		};
		for (size_t k = 0; k < sizeof texts / sizeof texts[0]; k++) {
			buf_addf(&b, "%s\"%s\":", k ? "," : "{", texts[k].key);
			buf_add_json(&b, texts[k].value);
		}
		fprintf(out, "%s}\n", buf_cstr(&b));
		buf_free(&b);
	}
}
