/* SPDX-License-Identifier: Apache-2.0
 * A failed test for people: every line fits the terminal. Where two timelines do not fit beside each other they stand
 * below each other, row by row, in patch's signs. */
#include "compiler/testing/report_test.h"
#include "base/utf8.h"
#include <string.h>

enum {
	SIDE_BY_SIDE_COLUMNS = 72,
	ENDS_CUT = 12, /* columns that may be left out at a row's end, before the timelines are not put side by side */
	CONTEXT = 4,   /* rows that are shown around one that differs */
	ROWS_ALL = 24, /* so many are shown without leaving any out */
	PROBLEMS_MAX = 8 /* that are shown of one test */
};

static const char bold[] = "1", red[] = "1;31", green[] = "1;32", dim[] = "2", blue[] = "1;34";

struct printer {
	const struct compile *k;
	const struct verdict *v;
	const struct report_style *style;
	struct buf *out;
	bool years; /* rows are of several years, so each says its own */
};

static void begin(struct printer *p, const char *colour)
{
	if (p->style->colour && colour)
		buf_addf(p->out, "\033[%sm", colour);
}

static void end(struct printer *p, const char *colour)
{
	if (p->style->colour && colour)
		buf_adds(p->out, "\033[0m");
}

/* ---- sentences ---- */

/* Words, broken at blanks; later lines begin under the first one's text. */
static void put_wrapped(struct printer *p, const char *lead, const char *word, const char *colour, struct slice text)
{
	size_t indent = strlen(lead) + strlen(word) + (*word ? 2 : 0), used = indent;
	size_t columns = p->style->columns > 40 ? (size_t)p->style->columns : 40;
	buf_adds(p->out, lead);
	if (*word) {
		begin(p, colour);
		buf_adds(p->out, word);
		end(p, colour);
		buf_adds(p->out, ": ");
	}
	bool first = true;
	while (text.n) {
		const char *blank = memchr(text.p, ' ', text.n);
		struct slice next = {text.p, blank ? (size_t)(blank - text.p) : text.n};
		size_t width = utf8_slice_width(next);
		if (!first && used + 1 + width > columns) {
			buf_addf(p->out, "\n%*s", (int)indent, "");
			used = indent;
		} else if (!first) {
			buf_addc(p->out, ' ');
			used++;
		}
		utf8_add_safe(p->out, next);
		used += width;
		first = false;
		text = blank ? (struct slice){blank + 1, text.n - next.n - 1} : (struct slice){0};
	}
	buf_addc(p->out, '\n');
}

/* Lines that are laid out already. */
static void put_detail(struct printer *p, struct slice text)
{
	while (text.n) {
		const char *newline = memchr(text.p, '\n', text.n);
		struct slice line = {text.p, newline ? (size_t)(newline - text.p) : text.n};
		const char *colour = slice_starts(line, "-") || slice_starts(line, "expected  ")   ? green
		                     : slice_starts(line, "+") || slice_starts(line, "it says   ") ? red
		                                                                                   : NULL;
		buf_adds(p->out, line.n ? "     " : "");
		begin(p, colour);
		utf8_add_safe(p->out, line);
		end(p, colour);
		buf_addc(p->out, '\n');
		text = newline ? (struct slice){newline + 1, text.n - line.n - 1} : (struct slice){0};
	}
}

/* Its second line is what to write: left whole, so that it can be copied. */
static void put_help(struct printer *p, struct slice help)
{
	const char *newline = memchr(help.p, '\n', help.n);
	size_t n = newline ? (size_t)(newline - help.p) : help.n;
	put_wrapped(p, "   = ", "help", green, (struct slice){help.p, n});
	if (!newline)
		return;
	buf_adds(p->out, "         ");
	utf8_add_safe(p->out, (struct slice){newline + 1, help.n - n - 1});
	buf_addc(p->out, '\n');
}

static void put_problem(struct printer *p, const struct test_problem *problem)
{
	begin(p, bold);
	put_wrapped(p, "  ", "", NULL, problem->message);
	end(p, bold);
	diag_render_place(&p->k->diags, problem->span, problem->label, p->out, p->style->colour);
	if (problem->note.n)
		put_wrapped(p, "   = ", "", NULL, problem->note);
	put_detail(p, problem->detail);
	if (problem->help.n)
		put_help(p, problem->help);
}

/* ---- the timelines ---- */

/* "Thu 03-05 10:00", with its year where rows are of several years. */
static void put_time(struct printer *p, struct buf *cell, int64_t wall_us)
{
	char at[40];
	civil_format_people(wall_us, at);
	if (p->years)
		buf_adds(cell, at);
	else
		buf_addf(cell, "%.4s%s", at, at + 9);
}

static size_t time_columns(const struct printer *p)
{
	return p->years ? 20 : 15;
}

static void put_cell(struct printer *p, struct buf *cell, int64_t wall_us, struct slice what, bool is_act)
{
	if (!what.n)
		return;
	if (wall_us != WALL_NONE)
		put_time(p, cell, wall_us);
	else
		buf_addf(cell, "%*s", (int)time_columns(p), "");
	buf_adds(cell, is_act ? " > " : "  ");
	utf8_add_safe(cell, what);
}

/* The cell in so many columns: cut, or filled up with blanks unless it is the last one. */
static void put_fitted(struct buf *out, struct slice cell, size_t columns, bool fill)
{
	size_t used = 0;
	if (utf8_slice_width(cell) <= columns) {
		buf_add_slice(out, cell);
		used = utf8_slice_width(cell);
	} else {
		for (const char *at = cell.p, *stop = cell.p + cell.n; at < stop;) {
			uint32_t c = utf8_next(&at, stop);
			if (used + (size_t)utf8_width(c) + 1 > columns)
				break;
			utf8_put(out, c);
			used += (size_t)utf8_width(c);
		}
		buf_adds(out, "…");
		used++;
	}
	if (fill)
		buf_addf(out, "%*s", (int)(columns - used), "");
}

/* ! differs, - did not happen, + no line names it. */
static char mark_of(const struct test_row *r)
{
	return !r->differs ? ' ' : !r->actual.n ? '-' : !r->expected.n ? '+' : '!';
}

static void put_pair(struct printer *p, const char *mark, const char *colour, struct slice left, struct slice right)
{
	size_t half = ((size_t)p->style->columns - 6) / 2;
	buf_addf(p->out, " ");
	begin(p, colour);
	buf_addf(p->out, "%s ", mark);
	put_fitted(p->out, left, half, true);
	end(p, colour);
	begin(p, blue);
	buf_adds(p->out, right.n ? " | " : " |");
	end(p, blue);
	if (right.n) {
		begin(p, colour);
		put_fitted(p->out, right, half, false);
		end(p, colour);
	}
	buf_addc(p->out, '\n');
}

/* A moved message says below it from when, and by what. */
static void put_shifts(struct printer *p, const struct test_row *r, bool beside)
{
	struct buf cell = {0};
	for (const struct test_shift *shift = r->shifts; shift; shift = shift->next) {
		buf_clear(&cell);
		buf_adds(&cell, "  due ");
		put_time(p, &cell, shift->due_wall_us);
		buf_addf(&cell, ": %.*s", SLICE_ARG(shift->cause));
		if (beside)
			put_pair(p, " ", dim, (struct slice){0}, buf_slice(&cell));
		else
			buf_addf(p->out, "   %*s%.*s\n", (int)time_columns(p), "", SLICE_ARG(buf_slice(&cell)));
	}
	p->out->failed = p->out->failed || cell.failed;
	buf_free(&cell);
}

static void put_beside(struct printer *p, const struct test_row *r)
{
	struct buf left = {0}, right = {0};
	char mark[2] = {mark_of(r), 0};
	const char *colour = r->differs ? *mark == '-' ? green : red : r->expected.n ? NULL : dim;
	put_cell(p, &left, r->expected_wall_us, r->expected, r->is_act);
	put_cell(p, &right, r->actual_wall_us, r->actual, r->is_act);
	put_pair(p, mark, colour, buf_slice(&left), buf_slice(&right));
	put_shifts(p, r, true);
	p->out->failed = p->out->failed || left.failed || right.failed;
	buf_free(&left);
	buf_free(&right);
}

static void put_stacked_cell(struct printer *p, char mark, const char *colour, int64_t wall_us, struct slice what,
                             bool is_act)
{
	if (!what.n)
		return;
	begin(p, colour);
	buf_addf(p->out, " %c ", mark);
	put_cell(p, p->out, wall_us, what, is_act);
	end(p, colour);
	buf_addc(p->out, '\n');
}

static void put_stacked(struct printer *p, const struct test_row *r)
{
	if (r->differs) {
		put_stacked_cell(p, '-', green, r->expected_wall_us, r->expected, r->is_act);
		put_stacked_cell(p, '+', red, r->actual_wall_us, r->actual, r->is_act);
	} else if (r->actual.n) {
		put_stacked_cell(p, ' ', r->expected.n ? NULL : dim, r->actual_wall_us, r->actual, r->is_act);
	} else {
		put_stacked_cell(p, ' ', NULL, r->expected_wall_us, r->expected, r->is_act);
	}
	put_shifts(p, r, false);
}

static bool is_near_difference(const struct verdict *v, uint32_t row)
{
	uint32_t from = row > CONTEXT ? row - CONTEXT : 0;
	for (uint32_t i = from; i < v->row_count && i <= row + CONTEXT; i++)
		if (v->rows[i].differs)
			return true;
	return row < 2;
}

static int32_t year_of(int64_t wall_us)
{
	struct civil c;
	civil_from_wall_us(wall_us, &c);
	return c.year;
}

/* The only year of the rows, or 0. */
static int32_t only_year(const struct verdict *v)
{
	int32_t year = 0;
	for (uint32_t i = 0; i < v->row_count; i++) {
		const int64_t walls[] = {v->rows[i].expected_wall_us, v->rows[i].actual_wall_us};
		for (int w = 0; w < 2; w++) {
			if (walls[w] == WALL_NONE)
				continue;
			if (year && year != year_of(walls[w]))
				return 0;
			year = year_of(walls[w]);
		}
	}
	return year;
}

/* Of what may not be cut: names. */
static size_t widest(struct printer *p)
{
	size_t most = 0;
	for (uint32_t i = 0; i < p->v->row_count; i++) {
		const struct test_row *r = &p->v->rows[i];
		if (r->is_act || slice_starts(r->expected, "that "))
			continue;
		size_t a = utf8_slice_width(r->expected), b = utf8_slice_width(r->actual);
		most = a > most ? a : most;
		most = b > most ? b : most;
	}
	return most + time_columns(p) + 2;
}

static void put_timelines(struct printer *p)
{
	const struct verdict *v = p->v;
	int32_t year = only_year(v);
	struct buf head = {0};
	p->years = !year;
	/* Of a row that is a little too long the end is left out; where names would be, they stand below each other. */
	bool beside = p->style->columns >= SIDE_BY_SIDE_COLUMNS &&
	              widest(p) <= ((size_t)p->style->columns - 6) / 2 + ENDS_CUT;
	buf_adds(&head, "what happened (");
	if (year)
		buf_addf(&head, "%d, ", (int)year);
	buf_addf(&head, "%.*s)", SLICE_ARG(v->zone));
	buf_addc(p->out, '\n');
	struct slice title = buf_slice(&head);
	if (beside &&
	    utf8_slice_width(title) > ((size_t)p->style->columns - 6) / 2) /* the zone says more than "what " */
		title = slice_after(title, "what ");
	if (beside)
		put_pair(p, " ", bold, SLICE("expected"), title);
	else
		buf_addf(p->out, "   - expected, + %.*s\n", SLICE_ARG(buf_slice(&head)));
	uint32_t hidden = 0;
	for (uint32_t i = 0; i < v->row_count; i++) {
		if (v->row_count > ROWS_ALL && !is_near_difference(v, i)) {
			hidden++;
			continue;
		}
		if (hidden)
			buf_addf(p->out, "   … %u more rows\n", hidden);
		hidden = 0;
		if (beside)
			put_beside(p, &v->rows[i]);
		else
			put_stacked(p, &v->rows[i]);
	}
	if (hidden)
		buf_addf(p->out, "   … %u more rows\n", hidden);
	p->out->failed = p->out->failed || head.failed;
	buf_free(&head);
}

void report_failure(const struct compile *k, const struct verdict *v, const struct report_style *style, struct buf *out)
{
	struct printer p = {.k = k, .v = v, .style = style, .out = out};
	uint32_t shown = 0;
	begin(&p, red);
	buf_adds(out, "FAILED");
	end(&p, red);
	buf_adds(out, " ");
	utf8_add_safe(out, v->test->sequence);
	buf_adds(out, " / ");
	begin(&p, bold);
	utf8_add_safe(out, v->test->title);
	end(&p, bold);
	buf_addc(out, '\n');
	for (const struct test_problem *problem = v->problems; problem && shown < PROBLEMS_MAX;
	     problem = problem->next) {
		put_problem(&p, problem);
		shown++;
	}
	if (v->problem_count > shown)
		buf_addf(out, "  … and %u more\n", v->problem_count - shown);
	if (v->row_count)
		put_timelines(&p);
}
