/* SPDX-License-Identifier: Apache-2.0
 * Recognising what is none of ours: rules of thumb, each of which must be right when it speaks and may be silent. */
#include "compiler/lex_foreign.h"
#include "base/civil.h"
#include "base/utf8.h"
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define LINES_LOOKED_AT 40

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* ---- whole files ---- */

const char *foreign_encoding(struct slice text)
{
	const unsigned char *u = (const unsigned char *)text.p;
	size_t n = text.n < 256 ? text.n : 256, zeros[2] = {0, 0};
	if (text.n >= 4 && (memcmp(u, "\xff\xfe\0\0", 4) == 0 || memcmp(u, "\0\0\xfe\xff", 4) == 0))
		return "UTF-32";
	if (text.n >= 2 && ((u[0] == 0xff && u[1] == 0xfe) || (u[0] == 0xfe && u[1] == 0xff)))
		return "UTF-16";
	for (size_t i = 0; i < n; i++)
		zeros[i % 2] += u[i] == 0;
	bool one_side = (zeros[0] == 0) != (zeros[1] == 0);
	return n >= 8 && one_side && (zeros[0] + zeros[1]) * 5 >= n * 2 ? "UTF-16" : NULL;
}

/* The lines that say something: neither blank nor a comment. */
struct lines {
	struct slice items[LINES_LOOKED_AT];
	size_t count;
	bool script; /* begins with #! */
};

static void lines_of(struct lines *out, struct slice text)
{
	size_t at = text.n >= 3 && memcmp(text.p, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
	*out = (struct lines){.count = 0};
	while (at < text.n && out->count < LINES_LOOKED_AT) {
		const char *newline = memchr(text.p + at, '\n', text.n - at);
		size_t end = newline ? (size_t)(newline - text.p) : text.n;
		struct slice line = slice_trim((struct slice){text.p + at, end - at});
		out->script |= slice_starts(line, "#!/") && out->count == 0;
		if (line.n > 0 && line.p[0] != '#')
			out->items[out->count++] = line;
		at = end + 1;
	}
}

static bool begins(struct slice line, const char *word)
{
	size_t n = strlen(word);
	return line.n >= n && strncasecmp(line.p, word, n) == 0;
}

static bool holds(struct slice line, const char *piece)
{
	return slice_find(line, slice_of(piece)) >= 0;
}

static bool any_begins(const struct lines *l, const char *const words[])
{
	for (size_t i = 0; i < l->count; i++)
		for (const char *const *w = words; *w; w++)
			if (begins(l->items[i], *w))
				return true;
	return false;
}

/* The value's separator of that many columns, or 0 when the first lines do not have as many each. */
static bool is_table(const struct lines *l)
{
	static const char separators[] = ",;\t";
	for (const char *s = separators; *s; s++) {
		size_t columns = 0, same = 0;
		for (size_t i = 0; i < l->count && i < 5; i++) {
			size_t here = 0;
			bool quoted = false;
			for (size_t k = 0; k < l->items[i].n; k++) {
				quoted ^= l->items[i].p[k] == '"';
				here += !quoted && l->items[i].p[k] == *s;
			}
			bool code = holds(l->items[i], "{") || holds(l->items[i], "}");
			columns = i == 0 ? here : columns;
			same += here == columns && here > 0 && !code;
		}
		if (l->count >= 2 && same == (l->count < 5 ? l->count : 5))
			return true;
	}
	return false;
}

/* `key: value`, or `- item` */
static bool is_yaml_line(struct slice line)
{
	size_t i = slice_starts(line, "- ") ? 2 : 0, from = i;
	while (i < line.n && (is_letter(line.p[i]) || is_digit(line.p[i]) || line.p[i] == '_' || line.p[i] == '-'))
		i++;
	return i > from && i < line.n && line.p[i] == ':' && (i + 1 == line.n || line.p[i + 1] == ' ');
}

static bool is_yaml(const struct lines *l)
{
	size_t pairs = 0;
	for (size_t i = 0; i < l->count; i++)
		pairs += is_yaml_line(l->items[i]);
	return pairs >= 2 && pairs * 3 >= l->count * 2;
}

static bool is_python(const struct lines *l)
{
	static const char *const words[] = {"def ", "class ", "if __name__", "from ", "import ", NULL};
	bool colon = false, import = false;
	for (size_t i = 0; i < l->count; i++) {
		const struct slice line = l->items[i];
		colon |= line.p[line.n - 1] == ':' && holds(line, "(");
		import |= begins(line, "from ") && holds(line, " import ");
		import |= begins(line, "import ") && !holds(line, "\"") && !holds(line, "/");
	}
	return any_begins(l, words) && (colon || import);
}

static bool is_markup(const struct lines *l)
{
	size_t items = 0;
	for (size_t i = 0; i < l->count; i++)
		items += slice_starts(l->items[i], "- ") || slice_starts(l->items[i], "* ") ||
		         slice_starts(l->items[i], "> ") || slice_starts(l->items[i], "| ");
	return items >= 2 && items < l->count;
}

/* Sentences on several lines, and no block. */
static bool is_prose(const struct lines *l)
{
	size_t sentences = 0, words = 0;
	for (size_t i = 0; i < l->count; i++) {
		struct slice line = l->items[i];
		char last = line.p[line.n - 1];
		sentences += last == '.' || last == '!' || last == '?' || last == ',';
		for (size_t k = 0; k < line.n; k++) {
			bool brace = line.p[k] == '{' || line.p[k] == '}';
			words += line.p[k] == ' ';
			if (brace && !(k + 1 < line.n && line.p[k + 1] == line.p[k]) &&
			    !(k > 0 && line.p[k - 1] == line.p[k]))
				return false;
		}
	}
	return l->count >= 3 && sentences >= 2 && words >= 2 * l->count;
}

const char *foreign_file(struct slice text, uint32_t *start, uint32_t *end, bool *sure)
{
	static const char *const mail[] = {"received: ", "mime-version: ", "message-id: ", "return-path: ", NULL};
	static const char *const javascript[] = {"const ", "let ", "var ", "function ", "export ", "console.", NULL};
	static const char *const sql[] = {"select ", "insert into ", "create table ", "update ", "delete from ", NULL};
	struct lines l;
	lines_of(&l, text);
	*sure = false;
	*start = *end = 0;
	if (l.count == 0)
		return l.script ? "a script" : NULL;
	struct slice first = l.items[0], second = l.count > 1 ? l.items[1] : SLICE("");
	*start = (uint32_t)(first.p - text.p);
	*end = *start + (uint32_t)first.n;
	*sure = (begins(first, "--- ") && begins(second, "+++ ")) || begins(first, "diff --git ");
	if (*sure)
		return "a patch (diff)";
	if (begins(first, "<?xml"))
		return "XML";
	if (begins(first, "<!doctype") || (first.n > 2 && first.p[0] == '<' && is_letter(first.p[1])))
		return "a web page (HTML)";
	if (first.p[0] == '[' && first.n > 2 && is_letter(first.p[1]) && first.p[first.n - 1] == ']')
		return "a file of settings (INI)";
	if ((first.p[0] == '{' || first.p[0] == '[') && (holds(text, "\":") || holds(text, "\" :")))
		return "JSON";
	if (l.script)
		return "a script";
	if (any_begins(&l, mail))
		return "a mail with its headers";
	if (is_yaml(&l))
		return "YAML";
	if (is_python(&l))
		return "a Python program";
	if (any_begins(&l, sql) && holds(text, ";"))
		return "SQL";
	if (any_begins(&l, javascript) && (holds(text, "(") || holds(text, "=>")))
		return "a JavaScript program";
	if (is_table(&l))
		return "a table (CSV)";
	if (is_markup(&l))
		return "a text in Markdown";
	return is_prose(&l) ? "a text for people" : NULL;
}

/* ---- quotes ---- */

uint32_t foreign_quote_bytes(struct slice text, bool closing)
{
	if (text.n < 2)
		return 0;
	if (slice_starts(text, "''") && slice_ends(text, "''") && text.n >= 4)
		return 2;
	if (text.p[0] == '\\')
		return 2;
	if (!closing)
		return (unsigned char)text.p[0] >= 0xe0 ? 3 : (unsigned char)text.p[0] >= 0xc0 ? 2 : 1;
	uint32_t n = 1;
	while (n < 4 && n < text.n && ((unsigned char)text.p[text.n - n] & 0xc0) == 0x80)
		n++;
	return n;
}

/* ---- times and dates ---- */

static unsigned number_at(struct slice text, size_t *at)
{
	unsigned n = 0;
	for (; *at < text.n && is_digit(text.p[*at]) && n < 100000; ++*at)
		n = n * 10 + (unsigned)(text.p[*at] - '0');
	return n;
}

int foreign_time(struct slice text)
{
	size_t at = 0;
	unsigned hour = number_at(text, &at), minute = 0;
	if (at < text.n && strchr(":.hH", text.p[at])) {
		at++;
		minute = number_at(text, &at);
	}
	while (at < text.n && text.p[at] == ' ')
		at++;
	char half = at < text.n ? (char)(text.p[at] | 32) : 0;
	if (half == 'a' || half == 'p') {
		if (hour < 1 || hour > 12)
			return -1;
		hour = hour % 12 + (half == 'p' ? 12 : 0);
	} else if (half != 0) {
		return -1;
	}
	return hour < 24 && minute < 60 ? (int)(hour * 60 + minute) : -1;
}

static const char *const months[] = {"jan", "feb", "mar", "apr", "may", "jun",
                                     "jul", "aug", "sep", "oct", "nov", "dec"};

/* Writes the day when there is one: 1, else 0. */
static int put_day(unsigned year, unsigned month, unsigned day, char out[11])
{
	int32_t days;
	char text[48];
	year += year < 100 ? 2000 : 0;
	int n = snprintf(text, sizeof text, "%04u-%02u-%02u", year, month, day);
	if (n != 10 || !civil_parse_date((struct slice){text, 10}, &days))
		return 0;
	memcpy(out, text, 11);
	return 1;
}

int foreign_date(struct slice text, char readings[2][11])
{
	unsigned numbers[3] = {0, 0, 0}, count = 0, month = 0;
	bool slash = memchr(text.p, '/', text.n) != NULL;
	for (size_t at = 0; at < text.n;) {
		if (is_digit(text.p[at])) {
			unsigned n = number_at(text, &at);
			if (count < 3)
				numbers[count++] = n;
			continue;
		}
		for (unsigned m = 0; m < 12 && text.n - at >= 3 && month == 0; m++)
			if (strncasecmp(text.p + at, months[m], 3) == 0)
				month = m + 1;
		at++;
	}
	if (month > 0)
		return count == 2 ? put_day(numbers[1], month, numbers[0], readings[0]) : 0;
	if (count != 3)
		return 0;
	if (numbers[0] > 31)
		return put_day(numbers[0], numbers[1], numbers[2], readings[0]);
	int n = put_day(numbers[2], numbers[1], numbers[0], readings[0]);
	if (slash && numbers[0] != numbers[1])
		n += put_day(numbers[2], numbers[0], numbers[1], readings[n]);
	return n;
}

/* ---- characters ---- */

/* Letters that look like ours, and those with marks, as people write them without. */
static const struct {
	uint32_t c;
	const char *ours;
} letters[] = {
        {0xdf, "ss"}, {0xe0, "a"},  {0xe1, "a"},   {0xe2, "a"},   {0xe3, "a"},   {0xe4, "ae"}, {0xe5, "aa"},
        {0xe6, "ae"}, {0xe7, "c"},  {0xe8, "e"},   {0xe9, "e"},   {0xea, "e"},   {0xeb, "e"},  {0xec, "i"},
        {0xed, "i"},  {0xee, "i"},  {0xef, "i"},   {0xf1, "n"},   {0xf2, "o"},   {0xf3, "o"},  {0xf4, "o"},
        {0xf5, "o"},  {0xf6, "oe"}, {0xf8, "oe"},  {0xf9, "u"},   {0xfa, "u"},   {0xfb, "u"},  {0xfc, "ue"},
        {0xfd, "y"},  {0xff, "y"},  {0x105, "a"},  {0x107, "c"},  {0x10d, "c"},  {0x119, "e"}, {0x11b, "e"},
        {0x131, "i"}, {0x142, "l"}, {0x144, "n"},  {0x151, "oe"}, {0x153, "oe"}, {0x159, "r"}, {0x15b, "s"},
        {0x15f, "s"}, {0x161, "s"}, {0x171, "ue"}, {0x17a, "z"},  {0x17c, "z"},  {0x17e, "z"}, {0x3b1, "a"},
        {0x3bf, "o"}, {0x430, "a"}, {0x435, "e"},  {0x43e, "o"},  {0x440, "p"},  {0x441, "c"}, {0x443, "y"},
        {0x445, "x"}, {0x455, "s"}, {0x456, "i"},  {0x458, "j"},
};

struct slice foreign_name(struct arena *arena, struct slice word, uint32_t *odd)
{
	char *out = ARENA_ARRAY(arena, char, word.n * 2 + 1);
	size_t n = 0;
	bool small = false; /* the character before was a small letter or a digit */
	*odd = 0;
	for (const char *p = word.p, *end = word.p + word.n; p < end;) {
		uint32_t c = utf8_next(&p, end), lower = utf8_lower(c);
		bool capital = lower != c;
		const char *ours = NULL;
		for (size_t i = 0; i < sizeof letters / sizeof *letters && !ours; i++)
			if (letters[i].c == lower)
				ours = letters[i].ours;
		if (capital && small)
			out[n++] = '_';
		small = !capital && c != '_';
		if (c >= 0x80 && *odd == 0)
			*odd = c;
		if (lower < 0x80)
			out[n++] = is_letter((char)lower) || is_digit((char)lower) ? (char)lower : '_';
		else if (ours)
			for (; *ours; ours++)
				out[n++] = *ours;
		else
			return SLICE("");
	}
	size_t skip = 0;
	while (skip < n && out[skip] == '_')
		skip++;
	return n > skip && is_letter(out[skip]) ? (struct slice){out + skip, n - skip} : SLICE("");
}

struct slice foreign_weekday(struct slice name)
{
	static const char *const days[] = {"monday", "tuesday",  "wednesday", "thursday",
	                                   "friday", "saturday", "sunday"};
	for (size_t i = 0; i < sizeof days / sizeof *days; i++)
		if (slice_is(name, days[i]))
			return (struct slice){name.p, 3};
	return name;
}

static bool is_odd_blank(uint32_t c)
{
	return c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f ||
	       c == 0x205f || c == 0x3000 || c == 0x85;
}

static bool is_invisible(uint32_t c)
{
	return c == 0xad || c == 0x61c || c == 0x180e || (c >= 0x200b && c <= 0x200f) || (c >= 0x202a && c <= 0x202e) ||
	       (c >= 0x2060 && c <= 0x2069) || c == 0xfeff || c < 9 || (c > 13 && c < 32) || c == 11 || c == 12 ||
	       c == 127;
}

/* The ASCII character that it is meant for, 0 when it is none of that kind. */
static char ascii_of(uint32_t c)
{
	if (c >= 0xff01 && c <= 0xff5e)
		return (char)(c - 0xff01 + '!');
	return c == 0x37e ? ';' : 0;
}

struct slice foreign_plain(struct arena *arena, struct slice text)
{
	char *out = ARENA_ARRAY(arena, char, text.n + 1);
	size_t n = 0;
	for (const char *p = text.p, *end = text.p + text.n; p < end;) {
		const char *start = p;
		uint32_t c = utf8_next(&p, end);
		if (is_odd_blank(c)) {
			out[n++] = ' ';
		} else if (ascii_of(c)) {
			out[n++] = ascii_of(c);
		} else if (!is_invisible(c)) {
			memcpy(out + n, start, (size_t)(p - start));
			n += (size_t)(p - start);
		}
	}
	return (struct slice){out, n};
}

uint32_t foreign_odd_end(struct slice text)
{
	uint32_t last = 0;
	for (const char *p = text.p, *end = text.p + text.n; p < end;) {
		uint32_t c = utf8_next(&p, end);
		if (is_odd_blank(c) || is_invisible(c) || ascii_of(c))
			last = (uint32_t)(p - text.p);
	}
	return last;
}

struct slice foreign_character(struct arena *arena, struct slice sign, struct slice *todo)
{
	const char *p = sign.p;
	uint32_t c = sign.n ? utf8_next(&p, sign.p + sign.n) : 0;
	*todo = SLICE("leave it out");
	if (c == 0xa0 || c == 0x202f) {
		*todo = SLICE("write a plain blank");
		return arena_printf(arena, "a no-break space (U+%04X)", c);
	}
	if (is_odd_blank(c)) {
		*todo = SLICE("write a plain blank");
		return arena_printf(arena, "an odd blank (U+%04X)", c);
	}
	if (!ascii_of(c))
		return arena_printf(
		        arena, c < 32 || c == 127 ? "a control character (U+%04X)" : "an invisible character (U+%04X)",
		        c);
	*todo = arena_printf(arena, "write `%c`", ascii_of(c));
	return arena_printf(arena, "a wide `%.*s` (U+%04X)", SLICE_ARG(sign), c);
}
