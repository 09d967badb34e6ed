/* SPDX-License-Identifier: Apache-2.0
 * seqc explain: a record of the registry for people, with its failing example, what is said about it, and its
 * fixed one; without a code, the list of all. */
#include "compiler/diag_example.h"
#include "compiler/verbs/verbs.h"
#include <string.h>

enum { EXPLAIN_COLUMNS = 80 };

static void put_wrapped(struct buf *out, const char *text)
{
	for (size_t column = 0; *text;) {
		size_t n = strcspn(text, " ");
		if (column && column + 1 + n > EXPLAIN_COLUMNS) {
			buf_addc(out, '\n');
			column = 0;
		} else if (column) {
			buf_addc(out, ' ');
			column++;
		}
		buf_add(out, text, n);
		column += n;
		text += n + strspn(text + n, " ");
	}
	buf_addc(out, '\n');
}

static void put_example(struct buf *out, const char *head, const char *lines)
{
	if (!lines)
		return;
	buf_addf(out, "\n%s\n\n", head);
	for (const char *end; *lines; lines = end + 1) {
		end = strchr(lines, '\n');
		buf_addf(out, "%s%.*s\n", end > lines ? "    " : "", (int)(end - lines), lines);
	}
}

static void put_info(struct buf *out, const struct diag_info *info)
{
	buf_addf(out, "%s[%s]: ", diag_severity_word(info->severity), info->code);
	diag_put_pattern(out, info);
	buf_adds(out, "\n\n");
	put_wrapped(out, info->why);
	put_example(out, info->severity == DIAG_ERROR ? "Refused:" : "Warned of:", info->bad);
	struct buf said = {0};
	diag_example_render(info, &said);
	if (said.n)
		put_example(out, "It says:", buf_cstr(&said));
	out->failed |= said.failed;
	buf_free(&said);
	put_example(out, "Right:", info->good);
}

static void put_list(struct buf *out)
{
	const char *section = "";
	for (int i = 0; i < diag_info_count(); i++) {
		const struct diag_info *info = diag_info_at(i);
		if (strcmp(info->section, section) != 0)
			buf_addf(out, "%s%s\n", i ? "\n" : "", info->section);
		section = info->section;
		buf_addf(out, "  %s  %-7s  ", info->code, diag_severity_word(info->severity));
		diag_put_pattern(out, info);
		buf_addc(out, '\n');
	}
}

static void add_member(struct buf *out, const char *key, const char *value)
{
	buf_addf(out, ",\"%s\":", key);
	if (value)
		buf_add_json(out, slice_of(value));
	else
		buf_adds(out, "null");
}

static void put_json(struct buf *out, const struct diag_info *only)
{
	buf_adds(out, "{\"format_version\":1,\"codes\":[");
	const char *comma = "";
	for (int i = 0; i < diag_info_count(); i++) {
		const struct diag_info *info = diag_info_at(i);
		if (only && only != info)
			continue;
		buf_addf(out, "%s{\"code\":\"%s\"", comma, info->code);
		add_member(out, "severity", diag_severity_word(info->severity));
		add_member(out, "slug", info->slug);
		add_member(out, "section", info->section);
		add_member(out, "text", info->text);
		add_member(out, "note", info->note);
		add_member(out, "why", info->why);
		add_member(out, "bad", info->bad);
		add_member(out, "good", info->good);
		buf_addc(out, '}');
		comma = ",";
	}
	buf_adds(out, "]}\n");
}

/* "e0201" will do for E0201, and so does the slug. */
static const struct diag_info *find(const char *word)
{
	for (int i = 0; i < diag_info_count(); i++) {
		const struct diag_info *info = diag_info_at(i);
		if (strcasecmp(word, info->code) == 0 || strcmp(word, info->slug) == 0)
			return info;
	}
	return NULL;
}

static int run(const struct cli *c)
{
	const char *word = cli_get(c, "CODE"), *format = cli_get(c, "--format");
	const struct diag_info *info = word ? find(word) : NULL;
	if (word && !info) {
		cli_error(c, "there is no diagnostic `%s`; `seqc explain` lists them", word);
		return EXIT_CANNOT;
	}
	struct buf text = {0};
	if (format && strcmp(format, "json") == 0)
		put_json(&text, info);
	else if (info)
		put_info(&text, info);
	else
		put_list(&text);
	return verb_put(c, &text) ? EXIT_DONE : EXIT_CANNOT;
}

static const struct cli_flag flags[] = {
        {"CODE", NULL, "of a diagnostic, E0201; without one, all are listed", CLI_ONCE},
        {"--format", "text|json", "how to print", CLI_ONCE},
        {0},
};

const struct cli_verb verb_explain = {"explain", "tells what a diagnostic means and how to set it right", NULL, flags,
                                      run};
