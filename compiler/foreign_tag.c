/* SPDX-License-Identifier: Apache-2.0 */
#include "compiler/foreign_tag.h"
#include "compiler/lex_foreign.h"
#include <string.h>
#include <strings.h>

#define TAG_BYTES_MAX 60

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_word_byte(char c)
{
	return is_letter(c) || (c >= '0' && c <= '9') || c == '_';
}

static char at(struct slice text, size_t i)
{
	return i < text.n ? text.p[i] : 0;
}

/* ---- whose name it is ---- */

/* Letters and digits are compared, nothing else: `FirstName` is `first_name`. */
static bool alike(struct slice a, struct slice b)
{
	size_t i = 0, k = 0;
	for (;;) {
		while (i < a.n && !is_word_byte(a.p[i]))
			i++;
		while (i < a.n && a.p[i] == '_')
			i++;
		while (k < b.n && b.p[k] == '_')
			k++;
		if (i == a.n || k == b.n)
			return i == a.n && k == b.n;
		if ((a.p[i++] | 32) != (b.p[k++] | 32))
			return false;
	}
}

/* The field that a name of another tool means: `FNAME`, `contact.firstname`, `First Name`. NULL: none that we know. */
static const struct name *field_meant(const struct checker *k, struct slice typed)
{
	static const char *const known[][2] = {{"fname", "first_name"}, {"lname", "last_name"},
	                                       {"first", "first_name"}, {"last", "last_name"},
	                                       {"name", "first_name"},  {"company_name", "company"}};
	const char *dot = memrchr(typed.p, '.', typed.n);
	if (dot)
		typed = (struct slice){dot + 1, typed.n - (size_t)(dot + 1 - typed.p)};
	for (const struct name *n = k->workspace->fields.first; n; n = n->next)
		if (alike(typed, n->text))
			return n;
	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		const struct name *n = names_find(&k->workspace->fields, 0, slice_of(known[i][1]));
		if (n && alike(typed, slice_of(known[i][0])))
			return n;
	}
	return NULL;
}

/* ---- what stands there ---- */

/* The bytes up to `close`, which stands on the same line and not far away; 0: it does not. */
static size_t up_to(struct slice text, size_t from, const char *close)
{
	struct slice rest = {text.p + from, text.n - from < TAG_BYTES_MAX ? text.n - from : TAG_BYTES_MAX};
	ptrdiff_t n = slice_find(rest, slice_of(close));
	return n > 0 && !memchr(rest.p, '\n', (size_t)n) ? (size_t)n : 0;
}

/* A name as other tools have them: words with `_`, `.`, `-`, and blanks between them. */
static bool is_name(struct slice s, bool blanks)
{
	s = slice_trim(s);
	bool ok = s.n > 0 && is_letter(s.p[0]);
	for (size_t i = 0; i < s.n; i++)
		ok &= is_word_byte(s.p[i]) || s.p[i] == '.' || s.p[i] == '-' || (blanks && s.p[i] == ' ');
	return ok;
}

struct tag {
	size_t bytes; /* 0: there is none */
	struct slice name;
};

static struct tag between(struct slice text, size_t i, size_t open, const char *close)
{
	size_t n = up_to(text, i + open, close);
	return (struct tag){n ? open + n + strlen(close) : 0, {text.p + i + open, n}};
}

static struct tag if_name(struct tag t, bool blanks)
{
	return is_name(t.name, blanks) ? t : (struct tag){0};
}

static struct tag if_field(const struct checker *k, struct tag t)
{
	return t.bytes && is_name(t.name, true) && field_meant(k, t.name) ? t : (struct tag){0};
}

/* `%FIRST_NAME%`, `%%first_name%%`; not the `%C3%A9` of an address, nor `5%`. */
static struct tag percent_tag(struct slice text, size_t i)
{
	size_t signs = at(text, i + 1) == '%' ? 2 : 1;
	struct tag t = between(text, i, signs, signs == 2 ? "%%" : "%");
	bool free = (i == 0 || (!is_word_byte(text.p[i - 1]) && text.p[i - 1] != '/')) &&
	            !is_word_byte(at(text, i + t.bytes));
	return free && t.name.n >= 3 ? if_name(t, false) : (struct tag){0};
}

static struct tag tag_at(const struct checker *k, struct slice text, size_t i)
{
	char c = text.p[i], next = at(text, i + 1);
	if (c == '*' && next == '|')
		return between(text, i, 2, "|*");
	if (c == '{' && next == '%')
		return between(text, i, 2, "%}");
	if ((c == '$' || c == '#') && next == '{')
		return if_name(between(text, i, 2, "}"), false);
	if (c == '{' && i >= 2 && text.p[i - 1] == 'u' && text.p[i - 2] == '\\')
		return (struct tag){0}; /* `\u{e9}` is a letter */
	if (c == '{' && next != '{')
		return if_name(between(text, i, 1, "}"), true);
	if (c == '%')
		return percent_tag(text, i);
	if (c == '<' && next == '<')
		return if_field(k, between(text, i, 2, ">>"));
	if (c == '[') {
		struct tag t = if_field(k, between(text, i, 1, "]"));
		char after = at(text, i + t.bytes);
		return after == '(' || after == '[' || after == ':' ? (struct tag){0} : t;
	}
	return (struct tag){0};
}

/* The bytes of a link's target from there on. */
static size_t target_bytes(struct slice text, size_t from)
{
	size_t n = 0;
	while (from + n < text.n && !strchr(") \n\t", text.p[from + n]))
		n++;
	return n;
}

/* `<p>`, `</a>`, `<br/>`: 0, or its bytes. `<https://…>` is a link of ours. */
static size_t html_at(struct slice text, size_t i)
{
	static const char *const words[] = {"a",   "b",   "i",    "p",    "u",    "br",   "em",     "h1",
	                                    "h2",  "h3",  "hr",   "li",   "ol",   "td",   "tr",     "ul",
	                                    "div", "img", "body", "font", "html", "span", "strong", "table"};
	size_t from = i + 1 + (at(text, i + 1) == '/'), n = 0;
	while (is_word_byte(at(text, from + n)))
		n++;
	char after = at(text, from + n);
	if (text.p[i] != '<' || (after != '>' && after != ' ' && after != '/'))
		return 0;
	for (size_t w = 0; w < sizeof words / sizeof *words; w++)
		if (n == strlen(words[w]) && strncasecmp(text.p + from, words[w], n) == 0)
			return from + n - i + (after == '>');
	return 0;
}

/* Whether a tag of any kind can begin so: most of a text cannot, and is passed at a test a byte. */
static const bool begins[256] = {
        ['*'] = true, ['{'] = true, ['$'] = true, ['#'] = true, ['%'] = true, ['<'] = true, ['['] = true, [']'] = true};

/* `[words](www.acme.example)`: a target that is written out, and no address that a mail can lead to. */
static void check_link(struct checker *k, struct span piece, struct slice text, size_t i)
{
	static const char *const schemes[] = {"https:", "http:", "mailto:", "tel:", "<", "#"};
	if (text.p[i] != ']' || at(text, i + 1) != '(')
		return;
	size_t n = target_bytes(text, i + 2);
	struct slice target = {text.p + i + 2, n};
	bool known = n == 0 || at(text, i + 2 + n) == 0 || !memchr(target.p, '.', n);
	for (size_t s = 0; s < sizeof schemes / sizeof *schemes; s++)
		known |= slice_starts(target, schemes[s]);
	if (known)
		return;
	uint32_t start = piece.start + (uint32_t)(i + 2);
	struct diag *g =
	        diag_link_without_scheme(k->diags, (struct span){piece.source, start, start + (uint32_t)n}, target);
	diag_fix(k->diags, g, (struct span){piece.source, start, start}, SLICE("https://"), FIX_MAYBE,
	         "put `https://` before it");
}

void check_foreign_tags(struct checker *k, struct span piece, bool markup)
{
	struct slice text = source_text(&k->c->sources, piece);
	bool links = markup;
	for (size_t i = 0;; i++) {
		while (i < text.n && !begins[(unsigned char)text.p[i]])
			i++;
		if (i >= text.n)
			return;
		struct tag t = tag_at(k, text, i);
		size_t html = markup && !t.bytes ? html_at(text, i) : 0;
		uint32_t start = piece.start + (uint32_t)i;
		if (links)
			check_link(k, piece, text, i);
		if (html) {
			markup = false; /* one of them says it for all */
			diag_html_in_text(k->diags, (struct span){piece.source, start, start + (uint32_t)html},
			                  (struct slice){text.p + i, html});
		}
		if (!t.bytes)
			continue;
		struct span span = {piece.source, start, start + (uint32_t)t.bytes};
		bool statement = text.p[i] == '{' && at(text, i + 1) == '%';
		const struct name *field = statement ? NULL : field_meant(k, t.name);
		struct diag *g = diag_foreign_tag(k->diags, span, source_text(&k->c->sources, span));
		if (field)
			diag_fix(k->diags, g, span, arena_printf(k->arena, "{{%.*s}}", SLICE_ARG(field->text)),
			         FIX_MAYBE, "write `{{%.*s}}`", SLICE_ARG(field->text));
		else if (statement)
			diag_note(k->diags, g, "`{{when CONDITION}} … {{otherwise}} … {{end}}` branches within a text");
		else
			diag_note(k->diags, g,
			          "a hole is `{{FIELD}}`, with a field that the workspace's `contact` declares");
		i += t.bytes - 1;
	}
}
