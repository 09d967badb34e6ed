/* SPDX-License-Identifier: Apache-2.0
 * Which lines have columns in common, and how wide these are. A run of lines is taken as far as it goes, each line
 * looked at once; what makes a run depends on nothing but these lines, so that a change moves no others. */
#include "compiler/format_columns.h"
#include "seq.h"

#define CELL_MAX       32 /* wider ones are not aligned */
#define COMMENT_COLUMN 60 /* code beyond it does not move its neighbours' comments */

/* How many cells a line has whose columns are aligned. SENTENCE has none, but stands among those that have. */
enum shape {
	SHAPE_NONE,
	SHAPE_SENTENCE,
	SHAPE_KEY,
	SHAPE_CHANNEL,
	SHAPE_FIELD,
	SHAPE_QUESTION,
	SHAPE_VARIANT,
	SHAPE_ARM,
	SHAPE_ARROW
};

static const uint8_t shapes[AST_KIND_COUNT] = {
#define KEY(kind)      [AST_##kind] = SHAPE_KEY
#define SENTENCE(kind) [AST_##kind] = SHAPE_SENTENCE
        KEY(EDITION),
        KEY(LOCALES),
        KEY(TIMEZONE),
        KEY(DOMAINS),
        KEY(CONTACT),
        KEY(KEY),
        KEY(ACCOUNT),
        KEY(ADDRESS),
        KEY(PROPERTY),
        KEY(DEFAULT_SEQUENCE),
        KEY(FROM_USERS),
        KEY(CONSENT),
        KEY(USES_PROVIDER),
        KEY(USE_HOLIDAYS),
        KEY(QUIET),
        KEY(LIMIT),
        KEY(ALLOW),
        KEY(DEPLOY_SETTING),
        KEY(CONNECT_ITEM),
        KEY(TITLE),
        KEY(DESCRIPTION),
        KEY(TAGS),
        KEY(OWNER),
        KEY(MAILBOX),
        KEY(WINDOW),
        KEY(SKIP),
        KEY(THREAD),
        KEY(SIGNATURE),
        KEY(QUOTE),
        KEY(UNSUBSCRIBE),
        KEY(PURPOSE),
        KEY(SPREAD),
        KEY(LATE),
        KEY(ENROLL),
        KEY(VERSIONS),
        KEY(PROMISE),
        KEY(INPUT),
        KEY(START_BY),
        KEY(START_EVENT),
        KEY(START_DATE),
        KEY(PART),
        KEY(ATTACH),
        KEY(TRACKING),
        KEY(TEMPLATE),
        KEY(OUTCOMES),
        KEY(DUE),
        KEY(WITHIN),
        KEY(JSON),
        KEY(RETURNS),
        KEY(PAIR),
        KEY(LOCALE),
        KEY(TEST_SEQUENCE),
        KEY(TEST_CONTACT),
        KEY(TEST_START),
        KEY(TEST_SWITCH),
        KEY(EXPECT_PART),
        KEY(ANSWERED),
        SENTENCE(ON_CC),
        SENTENCE(CC_TOO),
        SENTENCE(ONE_SEQUENCE),
        SENTENCE(EXIT_ON),
        SENTENCE(EXIT_WHEN),
        SENTENCE(GOAL),
        SENTENCE(ON_AUTO_REPLY),
        SENTENCE(NEW_THREAD),
        SENTENCE(ASYNC),
        SENTENCE(ANY_DAY),
        SENTENCE(LINK),
        SENTENCE(REMIND),
        SENTENCE(ON_NOTHING),
        [AST_CHANNEL] = SHAPE_CHANNEL,
        [AST_BRAND] = SHAPE_CHANNEL,
        [AST_CONNECT] = SHAPE_CHANNEL,
        [AST_FIELD] = SHAPE_FIELD,
        [AST_QUESTION] = SHAPE_QUESTION,
        [AST_VARIANT] = SHAPE_VARIANT,
        [AST_ARM] = SHAPE_ARM,
        [AST_MIGRATION] = SHAPE_ARROW};

#undef KEY
#undef SENTENCE

/* Shapes that may be neighbours in a run. */
static enum shape family(const struct atoms *a, const struct line *l)
{
	enum shape shape = shapes[a->items[l->from].node];
	return shape == SHAPE_SENTENCE ? SHAPE_KEY : shape;
}

static uint32_t after_type(const struct atoms *a, uint32_t i)
{
	if (a->items[i].kind != TK_ONE || a->items[i + 1].kind != TK_OF)
		return i + 1;
	i += 2;
	if (a->items[i].kind == TK_LPAREN)
		return a->items[i].match + 1;
	while (a->items[i + 1].kind == TK_COMMA)
		i += 2;
	return i + 1;
}

static void find_cells(const struct atoms *a, struct line *l)
{
	uint32_t i = l->from, *cell = l->cell;
	switch (shapes[a->items[i].node]) {
	case SHAPE_NONE:
	case SHAPE_SENTENCE: return;
	case SHAPE_KEY: cell[0] = i + 1; break;
	case SHAPE_FIELD:
		cell[0] = i + 1;
		cell[1] = cell[0] < l->to ? after_type(a, cell[0]) : 0;
		break;
	case SHAPE_QUESTION:
		cell[0] = i + 1;
		cell[1] = i + 2;
		break;
	case SHAPE_VARIANT:
		cell[0] = i + 2;
		cell[1] = i + 3;
		break;
	case SHAPE_CHANNEL:
	case SHAPE_ARM: cell[0] = atoms_next(a, i, l->to, TK_LBRACE); break;
	case SHAPE_ARROW: cell[0] = atoms_next(a, i, l->to, TK_ARROW); break;
	}
	for (int k = 0; k < CELLS; k++)
		if (cell[k] >= l->to)
			cell[k] = 0;
}

/* A run of lines with the same columns: the widest of each cell. */
struct run {
	uint32_t cell[CELLS];
	enum shape family;
};

static uint32_t cell_width(const struct atoms *a, const struct line *l, int k)
{
	return atoms_width(a, k == 0 ? l->from : l->cell[k - 1], l->cell[k]);
}

static uint32_t larger(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

/* Takes the line into the run; false, and nothing is done, when it cannot be there. */
static bool run_take(const struct atoms *a, struct run *run, const struct line *l)
{
	struct run new = *run;
	if (!l->one_line || run->family == SHAPE_NONE || family(a, l) != run->family)
		return false;
	for (int k = 0; k < CELLS && l->cell[k]; k++) {
		uint32_t width = cell_width(a, l, k);
		if (width > CELL_MAX)
			return false;
		new.cell[k] = larger(new.cell[k], width);
	}
	*run = new;
	return true;
}

static void pad_line(const struct atoms *a, const struct run *run, struct line *l)
{
	for (int k = 0; k < CELLS && l->cell[k]; k++) {
		l->pad[k] = run->cell[k] - cell_width(a, l, k);
		l->width += l->pad[k];
	}
}

static void align_cells(const struct atoms *a, struct line *lines, uint32_t n)
{
	for (uint32_t i = 0, end; i < n; i = end) {
		struct run run = {.family = family(a, &lines[i])};
		end = i + 1;
		if (!run_take(a, &run, &lines[i]))
			continue;
		while (end < n && !lines[end].apart && run_take(a, &run, &lines[end]))
			end++;
		for (uint32_t k = i; k < end; k++)
			pad_line(a, &run, &lines[k]);
	}
}

static void align_comments(const struct atoms *a, struct line *lines, uint32_t n, uint32_t indent)
{
	for (uint32_t i = 0, end; i < n; i = end) {
		uint32_t widest = 0;
		for (end = i; end < n && lines[end].one_line && (end == i || !lines[end].apart); end++)
			if (comment_is_behind(a, lines[end].to) && indent + lines[end].width <= COMMENT_COLUMN)
				widest = larger(widest, lines[end].width);
		for (uint32_t k = i; k < end; k++)
			lines[k].comment = indent + widest + 2;
		end += end == i;
	}
}

void columns_align(const struct atoms *a, struct line *lines, uint32_t n, uint32_t indent)
{
	for (uint32_t i = 0; i < n; i++)
		if (lines[i].one_line)
			find_cells(a, &lines[i]);
	align_cells(a, lines, n);
	align_comments(a, lines, n, indent);
}
