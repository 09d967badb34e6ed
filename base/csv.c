/* SPDX-License-Identifier: Apache-2.0 */
#include "base/csv.h"
#include "base/utf8.h"
#include <string.h>

void csv_open(struct csv *c, FILE *file)
{
	memset(c, 0, sizeof *c);
	c->file = file;
	c->separator = ',';
	c->next_line = 1;
	/* Excel begins its files with a byte order mark. */
	char mark[3];
	c->at = fread(mark, 1, sizeof mark, file) == sizeof mark && memcmp(mark, "\xEF\xBB\xBF", sizeof mark) == 0 ? 3
	                                                                                                           : 0;
	if (c->at == 0)
		rewind(file);
}

void csv_close(struct csv *c)
{
	buf_free(&c->row);
	buf_free(&c->raw);
}

static enum csv_result bad(struct csv *c, const char *why)
{
	snprintf(c->error, sizeof c->error, "%s", why);
	return CSV_BAD;
}

static void cut_return(struct csv *c)
{
	if (c->raw.n == (size_t)(c->end - c->begin) && c->raw.n && c->raw.p[c->raw.n - 1] == '\r') {
		c->raw.n--;
		c->end--;
	}
}

/* Reads one record's bytes into raw: up to a line end outside quotes. False at the end of the file. first_end: where
 * its first line ends. */
static bool read_record(struct csv *c, bool *open_quote, bool *too_long, int64_t *first_end)
{
	bool quoted = false;
	int byte = 0, last = 0;
	*too_long = false;
	*first_end = -1;
	buf_clear(&c->raw);
	c->begin = c->end = c->at;
	/* A quote that is never closed would swallow the file: it gives up at the row's limit. */
	while (!(*too_long && quoted) && (byte = getc(c->file)) != EOF) {
		c->at++;
		if (byte == '"')
			quoted = !quoted;
		if (byte == '\n') {
			c->next_line++;
			*first_end = *first_end < 0 ? c->at - 1 : *first_end;
			if (!quoted)
				break;
		}
		c->end = c->at;
		last = byte;
		if (c->raw.n < CSV_ROW_BYTES_MAX)
			buf_addc(&c->raw, (char)byte);
		else
			*too_long = true;
	}
	*open_quote = quoted;
	if (*too_long)
		c->end -= last == '\r';
	else
		cut_return(c);
	return c->at > c->begin;
}

/* What the quotes of this row took in may be other rows: it ends with its first line, and reading goes on after that.
 */
static bool give_back(struct csv *c, int64_t first_end)
{
	if (first_end < 0) {
		for (int byte; (byte = getc(c->file)) != EOF && byte != '\n';)
			c->at++;
		first_end = c->end = c->at;
	}
	if (first_end < c->end)
		c->end = first_end;
	c->at = first_end + 1;
	c->next_line = c->line + 1;
	if (c->raw.n > (size_t)(c->end - c->begin))
		c->raw.n = (size_t)(c->end - c->begin);
	cut_return(c);
	return fseeko(c->file, c->at, SEEK_SET) == 0;
}

static bool add_cell(struct csv *c, size_t from)
{
	if (c->count == CSV_COLUMNS_MAX)
		return false;
	/* Offsets for now: the buffer may move while it grows. */
	c->cells[c->count++] = (struct slice){(const char *)(uintptr_t)from, c->row.n - from};
	return true;
}

/* Takes one cell off s; what stands between quotes keeps commas and line ends. Why it cannot, or NULL. */
static const char *take_cell(struct csv *c, struct slice s, size_t *at)
{
	size_t i = *at;
	if (i < s.n && s.p[i] == '"') {
		for (i++; i < s.n; i++) {
			if (s.p[i] != '"')
				buf_addc(&c->row, s.p[i]);
			else if (i + 1 < s.n && s.p[i + 1] == '"')
				buf_addc(&c->row, s.p[i++]);
			else
				break;
		}
		if (i++ >= s.n)
			return "a quote is never closed";
		if (i < s.n && s.p[i] != c->separator)
			return "something stands between a closing quote and the comma";
	} else {
		for (; i < s.n && s.p[i] != c->separator; i++) {
			if (s.p[i] == '"')
				return "a quote stands in the middle of a cell; write \"…\" around the whole cell and "
				       "double the quotes in it";
			buf_addc(&c->row, s.p[i]);
		}
	}
	*at = i;
	return NULL;
}

/* NULL: row and cells hold what raw says; else why not. */
static const char *take_cells(struct csv *c)
{
	struct slice s = buf_slice(&c->raw);
	buf_clear(&c->row);
	c->count = 0;
	for (size_t at = 0;; at++) {
		size_t from = c->row.n;
		const char *why = take_cell(c, s, &at);
		if (why)
			return why;
		if (!add_cell(c, from))
			return "more than 256 columns";
		if (at >= s.n)
			return NULL;
	}
}

static enum csv_result split(struct csv *c, int64_t first_end)
{
	struct slice s = buf_slice(&c->raw);
	const char *why = take_cells(c);
	if (why) {
		/* What is wrong with its first line alone tells more than what was read after a quote too many. */
		if (!give_back(c, first_end))
			return CSV_FAILED;
		const char *first = take_cells(c);
		return bad(c, first ? first : why);
	}
	if (c->row.failed || c->raw.failed)
		return CSV_FAILED;
	for (int i = 0; i < c->count; i++)
		c->cells[i].p = c->row.p + (uintptr_t)c->cells[i].p;
	if (memchr(s.p, 0, s.n))
		return bad(c, "a NUL byte: this is no text file");
	return utf8_valid(s) ? CSV_ROW : bad(c, "not UTF-8; save the file as UTF-8");
}

enum csv_result csv_next(struct csv *c)
{
	bool open_quote, too_long;
	int64_t first_end;
	do {
		c->line = c->next_line;
		if (!read_record(c, &open_quote, &too_long, &first_end))
			return ferror(c->file) ? CSV_FAILED : CSV_END;
	} while (c->raw.n == 0 && !open_quote);
	c->count = 0;
	if (c->raw.failed || ferror(c->file))
		return CSV_FAILED;
	if (too_long && !open_quote)
		return bad(c, "the row is longer than 64 KiB");
	return split(c, first_end);
}

bool csv_copy(struct csv *c, FILE *out)
{
	int64_t left = c->end - c->begin;
	bool ok = true;
	if ((size_t)left == c->raw.n) {
		ok = c->raw.n == 0 || fwrite(c->raw.p, 1, c->raw.n, out) == c->raw.n;
	} else {
		char block[65536];
		ok = fseeko(c->file, c->begin, SEEK_SET) == 0;
		while (ok && left) {
			size_t n = left < (int64_t)sizeof block ? (size_t)left : sizeof block;
			ok = fread(block, 1, n, c->file) == n && fwrite(block, 1, n, out) == n;
			left -= (int64_t)n;
		}
		ok = ok && fseeko(c->file, c->at, SEEK_SET) == 0;
	}
	return ok && fputc('\n', out) != EOF;
}
