/* SPDX-License-Identifier: Apache-2.0
 * The layout of atoms, as format.h describes it. Whatever decides is either the atoms themselves or what the layout
 * keeps: whether a block was on one line, whether a blank line or a comment stood there. So laying out twice changes
 * nothing. Every atom is printed by one of three: put_flat, put_range, and for a text of several lines put_lines. */
#include "compiler/format_columns.h"
#include "seq.h"
#include <string.h>

#define INDENT 4

struct printer {
	struct buf *out;
	const struct atoms *a;
	const struct atom *items;
	struct arena *arena;
	struct line *lines; /* of the block that is printed, after those of the blocks around it */
	uint32_t line_count, line_cap;
	uint32_t column;
};

/* Where a statement stands, and where it goes on. */
struct margin {
	uint32_t indent, hang;
};

static void put_block(struct printer *p, uint32_t from, uint32_t to, uint32_t indent);
static void put_range(struct printer *p, uint32_t from, uint32_t to, struct margin at);

/* ---- bytes ---- */

static void put(struct printer *p, struct slice text, uint32_t width)
{
	buf_add_slice(p->out, text);
	p->column += width;
}

static void put_blanks(struct printer *p, uint32_t n)
{
	static const char blanks[] = "                                ";
	p->column += n;
	for (; n > sizeof blanks - 1; n -= sizeof blanks - 1)
		buf_add(p->out, blanks, sizeof blanks - 1);
	buf_add(p->out, blanks, n);
}

/* Not before the first line of the file. */
static void new_line(struct printer *p, uint32_t indent)
{
	if (p->out->n > 0)
		buf_addc(p->out, '\n');
	p->column = 0;
	put_blanks(p, indent);
}

/* ---- comments ---- */

static void put_comment(struct printer *p, uint32_t number)
{
	buf_add_slice(p->out, comment_text(p->a->source, &p->a->lexed->comments[number]));
}

/* The comment behind the atom before `after`, if there is one. */
static void put_trailing(struct printer *p, uint32_t after, uint32_t column)
{
	if (!comment_is_behind(p->a, after))
		return;
	put_blanks(p, column > p->column + 2 ? column - p->column : 2);
	put_comment(p, comment_first(p->a, after));
}

/* Whether a blank line lies between. */
static bool is_apart(const struct printer *p, uint32_t start, uint32_t end)
{
	const char *text = p->a->source->text.p, *nl = memchr(text + start, '\n', end - start);
	return nl && memchr(nl + 1, '\n', (size_t)(text + end - nl - 1));
}

/* The end of what stands before the own-line comments of atom i. */
static uint32_t end_before(const struct printer *p, uint32_t i)
{
	if (comment_is_behind(p->a, i))
		return p->a->lexed->comments[comment_first(p->a, i)].end;
	return i > 0 ? p->items[i - 1].end : 0;
}

/* The comments before a statement or the end of a block, each on its line, with their blank lines; then, for a
 * statement, the start of its line. `blank`: one must be before the first of these. */
static void put_leading(struct printer *p, uint32_t i, uint32_t indent, bool first, bool blank, bool statement)
{
	uint32_t before = end_before(p, i);
	for (uint32_t k = comment_first_own_line(p->a, i); k < p->items[i].comments; k++) {
		const struct comment *c = &p->a->lexed->comments[k];
		if (!first && (blank || is_apart(p, before, c->start)))
			new_line(p, 0);
		new_line(p, indent);
		put_comment(p, k);
		first = blank = false;
		before = c->end;
	}
	if (!statement)
		return;
	if (!first && (blank || is_apart(p, before, p->items[i].start)))
		new_line(p, 0);
	new_line(p, indent);
}

/* ---- a text of several lines ---- */

static uint32_t blanks_at(struct slice s)
{
	uint32_t n = 0;
	while (n < s.n && (s.p[n] == ' ' || s.p[n] == '\t'))
		n++;
	return n;
}

/* Takes a line off `rest`, without its end. */
static struct slice take_line(struct slice *rest)
{
	const char *nl = rest->n ? memchr(rest->p, '\n', rest->n) : NULL;
	struct slice line = {rest->p, nl ? (size_t)(nl - rest->p) : rest->n};
	size_t used = line.n + (nl != NULL);
	*rest = (struct slice){rest->p + used, rest->n - used};
	if (nl && line.n > 0 && line.p[line.n - 1] == '\r')
		line.n--;
	return line;
}

/* What the lines have in common, as parse_text.c has it: blank lines do not count. */
static uint32_t common_indent(struct slice rest)
{
	struct slice common = {0};
	for (bool any = false; rest.n > 0;) {
		struct slice line = take_line(&rest);
		uint32_t n = blanks_at(line), same = 0;
		if (n == line.n)
			continue;
		while (any && same < n && same < common.n && line.p[same] == common.p[same])
			same++;
		common = (struct slice){line.p, any ? same : n};
		any = true;
	}
	return (uint32_t)common.n;
}

/* `"""` … `"""`: its lines one level further in than the statement, the closing quotes as far as it; the value stays.
 */
static void put_lines(struct printer *p, struct slice text, uint32_t indent)
{
	struct slice rest = {text.p + 3, text.n - 6};
	struct slice line = take_line(&rest);
	uint32_t cut = common_indent(rest);
	buf_adds(p->out, "\"\"\"");
	if (blanks_at(line) < line.n)
		buf_add_slice(p->out, line);
	do {
		bool last = !memchr(rest.n ? rest.p : "", '\n', rest.n);
		line = take_line(&rest);
		bool blank = blanks_at(line) == line.n;
		new_line(p, !blank ? indent + INDENT : last ? indent : 0);
		if (!blank)
			buf_add(p->out, line.p + cut, line.n - cut);
		if (last)
			break;
	} while (true);
	buf_adds(p->out, "\"\"\"");
	p->column = COLUMNS_MAX / 2; /* what follows is short, and this is no reason to break it */
}

/* ---- atoms on one line ---- */

static void put_flat(struct printer *p, uint32_t from, uint32_t to, const struct line *line)
{
	for (uint32_t i = from; i < to; i++) {
		struct slice gap = i > from || !line ? atom_gap(p->a, i) : SLICE("");
		put(p, gap, (uint32_t)gap.n);
		for (int k = 0; line && k < CELLS; k++)
			if (line->cell[k] == i)
				put_blanks(p, line->pad[k]);
		put(p, p->items[i].text, p->items[i].width);
	}
}

static uint32_t broken_in(const struct printer *p, uint32_t from, uint32_t to)
{
	return p->items[to - 1].broken - (from > 0 ? p->items[from - 1].broken : 0);
}

static bool comments_in(const struct printer *p, uint32_t from, uint32_t to)
{
	return p->items[to].comments > p->items[from].comments;
}

/* ---- a statement of several lines ---- */

/* Where a line may end, before atom i. */
static bool may_break(const struct printer *p, uint32_t i)
{
	uint32_t last = p->items[i - 1].kind;
	return last == TK_COMMA || last == TK_AND || last == TK_OR;
}

/* Columns of what cannot be broken, from atom i on: up to the next place where it may be, or the next block. */
static uint32_t chunk_width(const struct printer *p, uint32_t i, uint32_t to)
{
	uint32_t end = i;
	while (end < to && p->items[end].kind != TK_LBRACE && (end == i || !may_break(p, end)) &&
	       (end == i || !(p->items[end].flags & ATOM_OTHERWISE)))
		end++;
	end += end < to && p->items[end].kind == TK_LBRACE;
	return atoms_width(p->a, i, end);
}

/* `otherwise` begins a line where that keeps what follows it whole. */
static bool breaks_otherwise(const struct printer *p, uint32_t i, uint32_t to, uint32_t indent)
{
	bool block = i + 1 < to && p->items[i + 1].kind == TK_LBRACE;
	uint32_t end = !block ? to : p->items[i + 1].match + 1;
	if (broken_in(p, i, end))
		end = i + 2;
	uint32_t width = atoms_width(p->a, i, end);
	return p->column + 1 + width > COLUMNS_MAX && indent + width <= COLUMNS_MAX;
}

/* What stands before atom i within its statement: comments, a new line, a blank. */
static void put_gap(struct printer *p, uint32_t i, uint32_t to, struct margin at)
{
	const struct atom *t = &p->items[i];
	bool otherwise = t->flags & ATOM_OTHERWISE;
	bool arm = otherwise && i + 1 < to && p->items[i + 1].kind == TK_LBRACE;
	uint32_t margin = arm ? at.indent : at.hang;
	if (t->comments > comment_first(p->a, i)) {
		put_trailing(p, i, 0);
		for (uint32_t k = comment_first_own_line(p->a, i); k < t->comments; k++) {
			new_line(p, margin);
			put_comment(p, k);
		}
		new_line(p, margin);
	} else if (otherwise ? breaks_otherwise(p, i, to, margin)
	                     : may_break(p, i) && p->column + 1 + chunk_width(p, i, to) > COLUMNS_MAX) {
		new_line(p, margin);
	} else {
		struct slice gap = atom_gap(p->a, i);
		put(p, gap, (uint32_t)gap.n);
	}
}

/* The block that opens at atom i, on one line if it can be. */
static void put_braces(struct printer *p, uint32_t i, uint32_t to, uint32_t indent)
{
	uint32_t close = p->items[i].match;
	put(p, p->items[i].text, 1);
	uint32_t end = close + 1; /* what follows on the line */
	while (end < to && p->items[end].kind != TK_LBRACE && !may_break(p, end) &&
	       !(p->items[end].flags & ATOM_OTHERWISE))
		end++;
	end += end < to && p->items[end].kind == TK_LBRACE;
	uint32_t width = p->items[end - 1].columns - p->items[i].columns;
	if (!broken_in(p, i, close + 1) && p->column + width <= COLUMNS_MAX) {
		put_flat(p, i + 1, close + 1, NULL);
		return;
	}
	put_trailing(p, i + 1, 0);
	put_block(p, i + 1, close, indent + INDENT);
	new_line(p, indent);
	put(p, p->items[close].text, 1);
}

/* Brackets with comments in them: an entry a line. */
static void put_brackets(struct printer *p, uint32_t i, uint32_t indent)
{
	uint32_t close = p->items[i].match;
	struct margin in = {indent + INDENT, indent + 2 * INDENT};
	put(p, p->items[i].text, 1);
	for (uint32_t from = i + 1, to; from <= close; from = to) {
		for (to = from; to < close && (to == from || p->items[to - 1].kind != TK_COMMA); to++)
			if (p->items[to].kind == TK_LPAREN)
				to = p->items[to].match;
		put_trailing(p, from, 0);
		for (uint32_t k = comment_first_own_line(p->a, from); k < p->items[from].comments; k++) {
			new_line(p, in.indent);
			put_comment(p, k);
		}
		if (from == close)
			break;
		new_line(p, in.indent);
		put_range(p, from, to, in);
	}
	new_line(p, indent);
	put(p, p->items[close].text, 1);
}

static void put_range(struct printer *p, uint32_t from, uint32_t to, struct margin at)
{
	for (uint32_t i = from; i < to; i++) {
		const struct atom *t = &p->items[i];
		if (i > from)
			put_gap(p, i, to, at);
		if (t->kind == TK_LBRACE) {
			put_braces(p, i, to, at.indent);
			i = t->match;
		} else if (t->kind == TK_LPAREN && comments_in(p, i, t->match)) {
			put_brackets(p, i, at.indent);
			i = t->match;
		} else if (t->flags & ATOM_LINES) {
			put_lines(p, t->text, at.indent);
		} else {
			put(p, t->text, t->width);
		}
	}
}

/* ---- a block ---- */

static uint32_t statement_end(const struct printer *p, uint32_t i, uint32_t to)
{
	do
		i = p->items[i].kind == TK_LBRACE ? p->items[i].match + 1 : i + 1;
	while (i < to && !(p->items[i].flags & ATOM_BEGINS));
	return i;
}

/* A long text may be all that there is on a line, and then it is long. */
static bool is_unbreakable(const struct printer *p, uint32_t from, uint32_t to)
{
	for (uint32_t i = from + 1; i < to; i++)
		if (may_break(p, i) || p->items[i].kind == TK_LBRACE || (p->items[i].flags & ATOM_OTHERWISE))
			return false;
	return true;
}

static struct line line_of(const struct printer *p, uint32_t from, uint32_t to, uint32_t indent, bool first)
{
	struct line l = {.from = from, .to = to};
	l.width = atoms_width(p->a, from, to);
	l.one_line = !broken_in(p, from, to) && !comments_in(p, from, to - 1) &&
	             (indent + l.width <= COLUMNS_MAX || is_unbreakable(p, from, to));
	l.apart = first || p->items[from].comments > comment_first_own_line(p->a, from) ||
	          is_apart(p, end_before(p, from), p->items[from].start);
	return l;
}

static bool has_block(const struct printer *p, const struct line *l)
{
	return atoms_next(p->a, l->from, l->to, TK_LBRACE) < l->to;
}

static void put_statement(struct printer *p, const struct line *l, uint32_t indent)
{
	if (l->one_line) {
		put_flat(p, l->from, l->to, l);
	} else {
		struct margin at = {indent, indent + (has_block(p, l) ? 2 * INDENT : INDENT)};
		put_range(p, l->from, l->to, at);
	}
	put_trailing(p, l->to, l->comment);
}

/* The statements from atom `from` up to `to`, which closes the block, each beginning a line. */
static void put_block(struct printer *p, uint32_t from, uint32_t to, uint32_t indent)
{
	uint32_t base = p->line_count;
	bool declarations = to == p->a->count, after_alone = false;
	for (uint32_t i = from, end; i < to; i = end) {
		end = statement_end(p, i, to);
		struct line l = line_of(p, i, end, indent, i == from);
		l.alone = declarations && has_block(p, &l);
		l.apart = l.apart || l.alone || after_alone;
		after_alone = l.alone;
		ARENA_PUSH(p->arena, p->lines, p->line_count, p->line_cap) = l;
	}
	uint32_t n = p->line_count - base;
	if (n > 0)
		columns_align(p->a, p->lines + base, n, indent);
	for (uint32_t k = 0; k < n; k++) {
		struct line l = p->lines[base + k]; /* not a pointer: blocks within may move the array */
		bool blank = k > 0 && (l.alone || p->lines[base + k - 1].alone);
		put_leading(p, l.from, indent, k == 0, blank, true);
		put_statement(p, &l, indent);
	}
	put_leading(p, to, indent, n == 0, false, false);
	p->line_count = base;
}

void format_print(struct buf *out, const struct atoms *a, struct arena *arena)
{
	struct printer p = {.out = out, .a = a, .items = a->items, .arena = arena};
	put_block(&p, 0, a->count, 0);
	if (out->n > 0)
		buf_addc(out, '\n');
}
