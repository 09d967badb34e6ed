/* SPDX-License-Identifier: Apache-2.0 */
#include "compiler/verbs/import_text.h"
#include "base/utf8.h"

enum { LINE_MAX_BYTES = 90 };

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c;
}

static bool is_letter(char c)
{
	return lower(c) >= 'a' && lower(c) <= 'z';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* From `at` on, without the case of letters. */
static bool starts_at(struct slice s, size_t at, const char *word)
{
	size_t n = strlen(word);
	for (size_t i = 0; i < n; i++)
		if (at + i >= s.n || lower(s.p[at + i]) != word[i])
			return false;
	return true;
}

bool import_same_word(struct slice a, const char *b)
{
	size_t i = 0;
	for (;;) {
		while (i < a.n && !is_letter(a.p[i]) && !is_digit(a.p[i]) && (unsigned char)a.p[i] < 0x80)
			i++;
		while (*b && !is_letter(*b) && !is_digit(*b))
			b++;
		if (i == a.n || !*b)
			return i == a.n && !*b;
		if (lower(a.p[i++]) != lower(*b++))
			return false;
	}
}

/* ---- HTML ---- */

static bool is_html(struct slice s)
{
	static const char *const tags[] = {"<p>",     "<p ", "<br",   "<div", "<a ",   "<span",
	                                   "<strong", "<b>", "<html", "<ul",  "<table"};
	for (size_t at = 0; at < s.n; at++)
		for (size_t i = 0; s.p[at] == '<' && i < sizeof tags / sizeof *tags; i++)
			if (starts_at(s, at, tags[i]))
				return true;
	return false;
}

/* &amp; and its like at `at`; where it ends. */
static size_t put_entity(struct buf *out, struct slice s, size_t at)
{
	static const struct {
		const char *name;
		uint32_t code;
	} names[] = {{"&amp;", '&'},       {"&lt;", '<'},       {"&gt;", '>'},       {"&quot;", '"'},
	             {"&apos;", '\''},     {"&nbsp;", ' '},     {"&ndash;", 0x2013}, {"&mdash;", 0x2014},
	             {"&hellip;", 0x2026}, {"&rsquo;", 0x2019}, {"&lsquo;", 0x2018}, {"&ldquo;", 0x201C},
	             {"&rdquo;", 0x201D},  {"&euro;", 0x20AC},  {"&eacute;", 0xE9},  {"&egrave;", 0xE8},
	             {"&agrave;", 0xE0},   {"&ccedil;", 0xE7},  {"&uuml;", 0xFC},    {"&ouml;", 0xF6},
	             {"&auml;", 0xE4},     {"&szlig;", 0xDF}};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (starts_at(s, at, names[i].name)) {
			utf8_put(out, names[i].code);
			return at + strlen(names[i].name);
		}
	size_t i = at + 2;
	bool hex = i < s.n && lower(s.p[i]) == 'x';
	uint32_t code = 0;
	for (i += hex; at + 1 < s.n && s.p[at + 1] == '#' && i < s.n && code < 0x110000; i++) {
		char c = lower(s.p[i]);
		if (is_digit(c))
			code = code * (hex ? 16 : 10) + (uint32_t)(c - '0');
		else if (hex && c >= 'a' && c <= 'f')
			code = code * 16 + (uint32_t)(c - 'a' + 10);
		else
			break;
	}
	if (i < s.n && s.p[i] == ';' && code > 0 && code < 0x110000 && (code < 0xD800 || code > 0xDFFF)) {
		utf8_put(out, code == 0xA0 ? ' ' : code);
		return i + 1;
	}
	buf_addc(out, '&');
	return at + 1;
}

static struct slice href_of(struct slice tag)
{
	for (size_t at = 0; at < tag.n; at++) {
		if (!starts_at(tag, at, "href"))
			continue;
		for (at += 4; at < tag.n && (tag.p[at] == ' ' || tag.p[at] == '=');)
			at++;
		if (at < tag.n && (tag.p[at] == '"' || tag.p[at] == '\'')) {
			size_t end = at + 1;
			while (end < tag.n && tag.p[end] != tag.p[at])
				end++;
			return (struct slice){tag.p + at + 1, end - at - 1};
		}
	}
	return (struct slice){NULL, 0};
}

/* A link of ours has an https target that is written out; any other stands behind its text. */
static bool is_plain_https(struct slice url)
{
	if (!slice_starts(url, "https://"))
		return false;
	for (size_t i = 0; i < url.n; i++)
		if (strchr("{}%*[]<> \"'|", url.p[i]))
			return false;
	return true;
}

struct html {
	struct buf *out;
	struct slice href; /* of the link that is open */
	size_t link_from;  /* where its text begins */
};

static void close_link(struct html *h)
{
	struct slice url = h->href;
	h->href = (struct slice){NULL, 0};
	if (!url.n || h->out->failed)
		return;
	struct slice text = {h->out->p + h->link_from, h->out->n - h->link_from};
	if (slice_eq(text, url))
		return;
	if (!is_plain_https(url)) {
		buf_adds(h->out, " (");
		buf_add_slice(h->out, url);
		buf_addc(h->out, ')');
		return;
	}
	/* Only now it is known to be a link: its text moves behind the bracket. */
	char *copy = h->out->p + h->link_from;
	size_t n = text.n;
	buf_addc(h->out, ']');
	if (h->out->failed)
		return;
	copy = h->out->p + h->link_from;
	memmove(copy + 1, copy, n);
	*copy = '[';
	buf_adds(h->out, "](");
	buf_add_slice(h->out, url);
	buf_addc(h->out, ')');
}

/* What a tag between `<` and `>` does to the text. */
static void take_tag(struct html *h, struct slice tag)
{
	static const char *const blocks[] = {"p",   "/p",  "div", "/div", "/ul", "/ol", "/table",
	                                     "/h1", "/h2", "/h3", "h1",   "h2",  "h3"};
	size_t n = 0;
	while (n < tag.n && (is_letter(tag.p[n]) || is_digit(tag.p[n]) || (n == 0 && tag.p[n] == '/')))
		n++;
	struct slice name = {tag.p, n};
	char word[16] = "";
	for (size_t i = 0; i < n && n < sizeof word; i++)
		word[i] = lower(name.p[i]);
	for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
		if (strcmp(word, blocks[i]) == 0)
			buf_adds(h->out, "\n\n");
	if (strcmp(word, "br") == 0 || strcmp(word, "/tr") == 0)
		buf_adds(h->out, "\n");
	else if (strcmp(word, "li") == 0)
		buf_adds(h->out, "\n- ");
	else if (strcmp(word, "b") == 0 || strcmp(word, "/b") == 0 || strcmp(word, "strong") == 0 ||
	         strcmp(word, "/strong") == 0)
		buf_adds(h->out, "**");
	else if (strcmp(word, "a") == 0) {
		h->href = href_of(tag);
		h->link_from = h->out->n;
	} else if (strcmp(word, "/a") == 0) {
		close_link(h);
	}
}

/* Where what is never shown ends: <style>…</style>, <script>…</script>, <!--…-->. `at` when nothing of the kind begins.
 */
static size_t skip_hidden(struct slice s, size_t at)
{
	static const char *const pairs[][2] = {
	        {"<style", "</style>"}, {"<script", "</script>"}, {"<head", "</head>"}, {"<!--", "-->"}};
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		if (!starts_at(s, at, pairs[i][0]))
			continue;
		for (size_t end = at; end < s.n; end++)
			if (starts_at(s, end, pairs[i][1]))
				return end + strlen(pairs[i][1]);
		return s.n;
	}
	return at;
}

static void put_html(struct buf *out, struct slice s)
{
	struct html h = {.out = out};
	for (size_t at = 0; at < s.n;) {
		size_t after = s.p[at] == '<' ? skip_hidden(s, at) : at;
		if (after > at) {
			at = after;
		} else if (s.p[at] == '<' && at + 1 < s.n && (is_letter(s.p[at + 1]) || s.p[at + 1] == '/')) {
			size_t end = at + 1;
			while (end < s.n && s.p[end] != '>')
				end++;
			take_tag(&h, (struct slice){s.p + at + 1, end - at - 1});
			at = end + 1;
		} else if (s.p[at] == '&') {
			at = put_entity(out, s, at);
		} else {
			/* Line ends of the source are blanks in HTML. */
			char c = s.p[at] == '\n' || s.p[at] == '\t' ? ' ' : s.p[at];
			if (c != ' ' || (out->n && out->p && out->p[out->n - 1] != ' ' && out->p[out->n - 1] != '\n'))
				buf_addc(out, c);
			at++;
		}
	}
}

/* Lines without blanks around them, never two empty ones in a row, none at the ends. */
static struct slice tidy(struct arena *arena, struct slice s)
{
	char *out = arena_alloc(arena, s.n + 1);
	size_t n = 0;
	bool owed = false; /* an empty line */
	for (size_t at = 0; at < s.n;) {
		size_t end = at;
		while (end < s.n && s.p[end] != '\n')
			end++;
		struct slice line = slice_trim((struct slice){s.p + at, end - at});
		if (line.n) {
			if (n)
				out[n++] = '\n';
			if (n && owed)
				out[n++] = '\n';
			memcpy(out + n, line.p, line.n);
			n += line.n;
		}
		owed = !line.n;
		at = end + 1;
	}
	return (struct slice){out, n};
}

struct slice import_plain(struct arena *arena, struct slice cell)
{
	char *p = arena_alloc(arena, cell.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < cell.n; i++) /* CRLF and lone CR are line ends */
		if (cell.p[i] != '\r')
			p[n++] = cell.p[i];
		else if (i + 1 >= cell.n || cell.p[i + 1] != '\n')
			p[n++] = '\n';
	struct slice text = {p, n};
	if (!is_html(text))
		return tidy(arena, text);
	struct buf out = {0};
	put_html(&out, text);
	struct slice copy = out.failed ? text : arena_copy(arena, buf_slice(&out));
	buf_free(&out);
	return tidy(arena, copy);
}

/* ---- merge tags ---- */

/* How other tools call what we call so. */
static const struct {
	const char *theirs, *ours;
} aliases[] = {{"fname", "first_name"},     {"first", "first_name"},     {"given_name", "first_name"},
               {"lname", "last_name"},      {"last", "last_name"},       {"surname", "last_name"},
               {"company_name", "company"}, {"organization", "company"}, {"organisation", "company"},
               {"account_name", "company"}, {"account", "company"},      {"email_address", "email"},
               {"phone_number", "phone"},   {"mobile", "phone"},         {"mobile_phone", "phone"}};

/* Names before a dot that mean one of ours, not the contact. */
static bool is_ours(struct slice word)
{
	static const char *const words[] = {"sender", "user", "owner", "rep", "me", "from", "mailbox"};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (import_same_word(word, words[i]))
			return true;
	return false;
}

/* Finds our field of their name: its name and whether every contact has it. */
static bool find_field(const struct import_text *t, struct slice theirs, struct slice *name, bool *always)
{
	const char *alias = NULL;
	for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++)
		if (import_same_word(theirs, aliases[i].theirs))
			alias = aliases[i].ours;
	if (!t->workspace) {
		static const char *const known[] = {"first_name", "email"};
		for (size_t i = 0; i < 2; i++)
			if (import_same_word(theirs, known[i]) || (alias && strcmp(alias, known[i]) == 0)) {
				*name = slice_of(known[i]);
				*always = true;
				return true;
			}
		return false;
	}
	for (const struct field *f = t->workspace->first_field; f; f = f->next) {
		enum plan_type type = f->type.kind;
		if (f->name.text.n > 60 || (type != TYPE_TEXT && type != TYPE_EMAIL && type != TYPE_PHONE))
			continue;
		char own[64];
		memcpy(own, f->name.text.p, f->name.text.n);
		own[f->name.text.n] = '\0';
		if (import_same_word(theirs, own) || (alias && strcmp(alias, own) == 0)) {
			*name = f->name.text;
			*always = f->always;
			return true;
		}
	}
	return false;
}

/* `| default: "there"`, `|there`, `| fallback="there"`: what stands in; empty: none. */
static struct slice fallback_of(struct slice rest)
{
	rest = slice_trim(rest);
	for (size_t i = 0; i < rest.n; i++)
		if (rest.p[i] == '"' || rest.p[i] == '\'') {
			size_t end = i + 1;
			while (end < rest.n && rest.p[end] != rest.p[i])
				end++;
			return (struct slice){rest.p + i + 1, end - i - 1};
		}
	for (size_t i = 0; i < rest.n; i++)
		if (rest.p[i] == ':' || rest.p[i] == '=')
			return slice_trim((struct slice){rest.p + i + 1, rest.n - i - 1});
	static const char *const filters[] = {"capitalize", "upcase", "downcase", "upper",
	                                      "lower",      "strip",  "title",    "trim"};
	for (size_t i = 0; i < sizeof filters / sizeof *filters; i++)
		if (import_same_word(rest, filters[i]))
			return (struct slice){NULL, 0};
	return rest;
}

static void put_string_char(struct buf *out, struct slice s, size_t at)
{
	char c = s.p[at];
	if (c == '\\' || c == '"') {
		buf_addc(out, '\\');
		buf_addc(out, c);
	} else if (c == '{' && at + 1 < s.n && s.p[at + 1] == '{') {
		buf_adds(out, "\\u{7b}");
	} else if (c == '\n' || c == '\t') {
		buf_adds(out, c == '\n' ? "\\n" : "\\t");
	} else if ((unsigned char)c >= ' ' && c != 0x7F) {
		buf_addc(out, c);
	}
}

static struct slice standing_in(struct slice field)
{
	if (slice_is(field, "first_name"))
		return SLICE("there");
	return slice_is(field, "company") ? SLICE("your company") : SLICE("");
}

/* The inside of a tag as a hole; false: it means nothing here. */
static bool put_hole(const struct import_text *t, struct buf *out, struct slice tag, enum import_form form)
{
	size_t bar = 0, dot = 0;
	while (bar < tag.n && tag.p[bar] != '|')
		bar++;
	struct slice name = slice_trim((struct slice){tag.p, bar}), ours;
	struct slice fallback = bar < tag.n ? fallback_of((struct slice){tag.p + bar + 1, tag.n - bar - 1}) : SLICE("");
	for (size_t i = 0; i < name.n; i++)
		if (name.p[i] == '.')
			dot = i + 1;
	bool sender = dot && is_ours((struct slice){name.p, dot - 1});
	struct slice last = {name.p + dot, name.n - dot};
	if (sender || import_same_word(last, "sender name") || import_same_word(last, "sender first name")) {
		bool is_name = import_same_word(last, "name") || import_same_word(last, "first name") ||
		               import_same_word(last, "full name") || !sender;
		if (is_name)
			buf_adds(out, "{{mailbox.name}}");
		return is_name;
	}
	if (form == IMPORT_BODY &&
	    (import_same_word(last, "unsubscribe") || import_same_word(last, "unsubscribe link") ||
	     import_same_word(last, "unsubscribe url"))) {
		buf_adds(out, "{{unsubscribe}}");
		return true;
	}
	bool always;
	if (!find_field(t, last, &ours, &always))
		return false;
	buf_addf(out, "{{%.*s", SLICE_ARG(ours));
	if (!always || fallback.n) {
		fallback = fallback.n ? fallback : standing_in(ours);
		buf_adds(out, " | default \"");
		for (size_t i = 0; i < fallback.n; i++)
			if (fallback.p[i] != '{' && fallback.p[i] != '}' && fallback.p[i] != '\n')
				put_string_char(out, fallback, i);
		buf_addc(out, '"');
	}
	buf_adds(out, "}}");
	return true;
}

enum tag_kind { TAG_NONE, TAG_SURE /* nothing else looks like that */, TAG_PERHAPS };

/* Whether a tag of some tool begins at `at`: its inside, and where it ends. */
static enum tag_kind find_tag(struct slice s, size_t at, struct slice *inside, size_t *end)
{
	static const struct {
		const char *open, *close;
		enum tag_kind kind;
	} forms[] = {{"{{{", "}}}", TAG_SURE}, {"{{", "}}", TAG_SURE},  {"*|", "|*", TAG_SURE},
	             {"<%=", "%>", TAG_SURE},  {"${", "}", TAG_SURE},   {"{%", "%}", TAG_SURE},
	             {"{", "}", TAG_PERHAPS},  {"%", "%", TAG_PERHAPS}, {"[", "]", TAG_PERHAPS}};
	for (size_t f = 0; f < sizeof forms / sizeof *forms; f++) {
		if (!starts_at(s, at, forms[f].open))
			continue;
		size_t from = at + strlen(forms[f].open), i = from;
		while (i < s.n && s.p[i] != '\n' && !starts_at(s, i, forms[f].close))
			i++;
		if (i >= s.n || s.p[i] == '\n' || i == from)
			continue;
		*inside = slice_trim((struct slice){s.p + from, i - from});
		*end = i + strlen(forms[f].close);
		if (forms[f].kind == TAG_SURE)
			return TAG_SURE;
		bool word = inside->n > 0 && inside->n <= 40 && is_letter(inside->p[0]);
		for (size_t n = 0; word && n < inside->n && inside->p[n] != '|'; n++)
			word = is_letter(inside->p[n]) || is_digit(inside->p[n]) || strchr("_ .", inside->p[n]);
		bool link = s.p[at] == '[' && *end < s.n && s.p[*end] == '(';
		return word && !link ? TAG_PERHAPS : TAG_NONE;
	}
	return TAG_NONE;
}

/* What may be a tag is reported when nobody would write it for a reader: CITY, first_name. */
static bool is_machine_word(struct slice s)
{
	bool upper = true, joined = false;
	for (size_t i = 0; i < s.n; i++) {
		upper = upper && !(s.p[i] >= 'a' && s.p[i] <= 'z');
		joined = joined || s.p[i] == '_' || s.p[i] == '.';
	}
	return s.n >= 3 && (upper || joined);
}

static void note_unknown(struct import_text *t, struct slice tag)
{
	for (uint32_t i = 0; i < t->unknown_count; i++)
		if (slice_eq(t->unknown[i], tag))
			return;
	ARENA_PUSH(t->arena, t->unknown, t->unknown_count, t->unknown_cap) = arena_copy(t->arena, tag);
}

/* ---- writing ---- */

static bool is_list_item(struct slice s, size_t at)
{
	if (at + 1 < s.n && (s.p[at] == '-' || s.p[at] == '*') && s.p[at + 1] == ' ')
		return true;
	size_t i = at;
	while (i < s.n && is_digit(s.p[i]))
		i++;
	return i > at && i + 1 < s.n && (s.p[i] == '.' || s.p[i] == ')') && s.p[i + 1] == ' ';
}

/* Whether Markdown would take a line's first character for its own. */
static bool is_marker(struct slice s, size_t at)
{
	return at < s.n && (strchr("#>+=", s.p[at]) || (s.p[at] == '-' && !is_list_item(s, at)));
}

/* Markdown would draw two lines into one. */
static void put_line_end(struct buf *out, struct slice s, size_t at, enum import_form form, int indent)
{
	bool within = at > 0 && s.p[at - 1] != '\n' && at + 1 < s.n && s.p[at + 1] != '\n';
	if (form == IMPORT_BODY && within && !is_list_item(s, at + 1))
		buf_adds(out, "\\\\");
	buf_addc(out, '\n');
	if (at + 1 < s.n && s.p[at + 1] != '\n')
		buf_addf(out, "%*s", indent, "");
}

/* Whether Markdown would take the character for a link whose target we do not know to be right: `](`, `]:` and `<`. */
static bool begins_bad_link(struct slice s, size_t at)
{
	bool after = at > 0 && s.p[at - 1] == ']';
	if (s.p[at] != '<' && !(after && (s.p[at] == '(' || s.p[at] == ':')))
		return false;
	size_t end = at + 1;
	while (end < s.n && !strchr(" )>\n", s.p[end]))
		end++;
	char close = s.p[at] == '<' ? '>' : ')';
	return s.p[at] == ':' || end == s.n || s.p[end] != close ||
	       !is_plain_https((struct slice){s.p + at + 1, end - at - 1});
}

/* One character that is part of no tag. indent < 0: in a string, else in a block. */
static void put_char(struct buf *out, struct slice s, size_t at, enum import_form form, int indent)
{
	bool first = at == 0 || s.p[at - 1] == '\n';
	if (form == IMPORT_BODY && ((first && is_marker(s, at)) || begins_bad_link(s, at)))
		buf_adds(out, "\\\\");
	if (s.p[at] == '\n' && indent >= 0)
		put_line_end(out, s, at, form, indent);
	else if (s.p[at] == '"' && indent >= 0 && !(at + 1 < s.n && s.p[at + 1] == '"'))
		buf_addc(out, '"');
	else
		put_string_char(out, s, at);
}

static void put_chars(struct import_text *t, struct buf *out, struct slice s, enum import_form form, int indent)
{
	for (size_t at = 0; at < s.n;) {
		struct slice inside;
		size_t end;
		enum tag_kind kind = find_tag(s, at, &inside, &end);
		if (kind != TAG_NONE && put_hole(t, out, inside, form)) {
			at = end;
			continue;
		}
		if (kind == TAG_SURE || (kind == TAG_PERHAPS && is_machine_word(inside)))
			note_unknown(t, (struct slice){s.p + at, end - at});
		/* A tag that means nothing here stays, and nothing inside of it is looked at again. */
		size_t stop = kind == TAG_SURE ? end : at + 1;
		for (; at < stop; at++)
			put_char(out, s, at, form, indent);
	}
}

void import_put_text(struct import_text *t, struct buf *out, struct slice cell, enum import_form form, int indent)
{
	struct slice s = import_plain(t->arena, cell);
	bool lines = s.n && memchr(s.p, '\n', s.n);
	if (form != IMPORT_LINE && (lines || s.n > LINE_MAX_BYTES)) {
		buf_addf(out, "\"\"\"\n%*s", indent, "");
		put_chars(t, out, s, form, indent);
		buf_addf(out, "\n%*s\"\"\"", indent - 4, "");
		return;
	}
	if (lines) { /* one line is all there is room for */
		char *one = arena_alloc(t->arena, s.n + 1);
		for (size_t i = 0; i < s.n; i++)
			one[i] = s.p[i] == '\n' ? ' ' : s.p[i];
		s.p = one;
	}
	buf_addc(out, '"');
	put_chars(t, out, s, form, -1);
	buf_addc(out, '"');
}
