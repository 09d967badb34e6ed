/* SPDX-License-Identifier: Apache-2.0
 * Makes source from the registry of diagnostics:  mkdiag diagnostics.txt OUT.h OUT.inc
 * OUT.h holds `enum diag_code` and one typed constructor a record, so that a wrong argument does not compile;
 * OUT.inc holds the rows of struct diag_info, in order of the codes. The format stands at the head of
 * compiler/diagnostics.txt. The first mistake ends it with FILE:LINE and exit 1, and nothing is written. */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARGS_MAX 6

struct text {
	char *p;
	size_t n;
};

struct arg {
	char *name;
	bool is_int;
	bool used;
};

struct record {
	unsigned line;
	char code[6]; /* "E0201" */
	bool warning;
	char *slug;
	struct arg args[ARGS_MAX];
	int arg_count;
	struct text section, needs, text, note, why, bad, good, tested;
};

struct input {
	const char *path;
	unsigned line;
	struct record *records;
	size_t count;
	struct text section; /* that the records now belong to */
};

static _Noreturn void fail(const struct input *in, unsigned line, const char *format, ...)
        __attribute__((format(printf, 3, 4)));

static _Noreturn void fail(const struct input *in, unsigned line, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	fprintf(stderr, "%s:%u: ", in->path, line);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	exit(1);
}

static void *need(void *p)
{
	if (!p) {
		fputs("mkdiag: out of memory\n", stderr);
		exit(1);
	}
	return p;
}

static void text_add(struct text *t, const char *s, size_t n)
{
	t->p = need(realloc(t->p, t->n + n + 1));
	memcpy(t->p + t->n, s, n);
	t->n += n;
	t->p[t->n] = 0;
}

/* ---- reading ---- */

static bool is_slug(const char *s)
{
	if (!islower((unsigned char)*s))
		return false;
	for (; *s; s++)
		if (!islower((unsigned char)*s) && !isdigit((unsigned char)*s) && *s != '_')
			return false;
	return true;
}

static void parse_head(struct input *in, char *line)
{
	in->records = need(realloc(in->records, (in->count + 1) * sizeof *in->records));
	struct record *r = &in->records[in->count++];
	*r = (struct record){.line = in->line, .section = in->section};
	char *save, *code = strtok_r(line, " \t", &save), *severity = strtok_r(NULL, " \t", &save);
	char *slug = strtok_r(NULL, " \t", &save);
	if (!code || !severity || !slug || strtok_r(NULL, " \t", &save))
		fail(in, in->line, "a record begins with CODE error|warning SLUG");
	if (strlen(code) != 5 || strspn(code + 1, "0123456789") != 4 || (code[0] != 'E' && code[0] != 'W'))
		fail(in, in->line, "`%s` is no code: E or W and four digits", code);
	r->warning = strcmp(severity, "warning") == 0;
	if (!r->warning && strcmp(severity, "error") != 0)
		fail(in, in->line, "the severity is `error` or `warning`, not `%s`", severity);
	if (code[0] != (r->warning ? 'W' : 'E'))
		fail(in, in->line, "%s: errors begin with E, warnings with W", code);
	if (!is_slug(slug))
		fail(in, in->line, "`%s` is no slug: a-z, 0-9 and _", slug);
	for (size_t i = 0; i + 1 < in->count; i++) {
		if (strcmp(in->records[i].code + 1, code + 1) == 0)
			fail(in, in->line, "the number of %s is taken, on line %u", code, in->records[i].line);
		if (strcmp(in->records[i].slug, slug) == 0)
			fail(in, in->line, "the slug `%s` is taken, on line %u", slug, in->records[i].line);
	}
	memcpy(r->code, code, 6);
	r->slug = need(strdup(slug));
}

static void parse_args(struct input *in, struct record *r, char *words)
{
	char *save;
	for (char *word = strtok_r(words, " \t", &save); word; word = strtok_r(NULL, " \t", &save)) {
		char *colon = strchr(word, ':');
		bool is_int = colon && strcmp(colon, ":int") == 0;
		if (!colon || (!is_int && strcmp(colon, ":str") != 0))
			fail(in, in->line, "`%s`: an argument is NAME:str or NAME:int", word);
		*colon = 0;
		if (!is_slug(word))
			fail(in, in->line, "`%s` is no argument's name: a-z, 0-9 and _", word);
		for (int i = 0; i < r->arg_count; i++)
			if (strcmp(r->args[i].name, word) == 0)
				fail(in, in->line, "the argument `%s` is there twice", word);
		if (r->arg_count == ARGS_MAX)
			fail(in, in->line, "more than %d arguments", ARGS_MAX);
		r->args[r->arg_count++] = (struct arg){need(strdup(word)), is_int, false};
	}
}

/* The field that the word opens, or NULL. `args` is not one: it is parsed at once. */
static struct text *field_of(struct record *r, const char *word, size_t n)
{
	static const char *const names[] = {"needs", "text", "note", "why", "bad", "good", "tested"};
	struct text *const fields[] = {&r->needs, &r->text, &r->note, &r->why, &r->bad, &r->good, &r->tested};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strlen(names[i]) == n && memcmp(names[i], word, n) == 0)
			return fields[i];
	return NULL;
}

/* A line that begins a field; the field that stays open for continuation lines is returned. */
static struct text *parse_field(struct input *in, struct record *r, char *line)
{
	size_t n = strcspn(line, " \t");
	char *rest = line + n + strspn(line + n, " \t");
	if (n == 4 && memcmp(line, "args", 4) == 0) {
		parse_args(in, r, rest);
		return NULL;
	}
	struct text *field = field_of(r, line, n);
	if (!field)
		fail(in, in->line, "`%.*s` is no field: args, needs, text, note, why, bad, good or tested", (int)n,
		     line);
	if (field->p)
		fail(in, in->line, "`%.*s` is there twice in this record", (int)n, line);
	bool is_example = field == &r->bad || field == &r->good;
	if (is_example && *rest)
		fail(in, in->line, "`%.*s` stands alone; its lines follow, each after `|`", (int)n, line);
	text_add(field, rest, strlen(rest));
	return field;
}

/* An indented line: of an example it is one line after `| `, of prose it goes on after a blank. */
static void parse_continuation(struct input *in, struct record *r, struct text *field, const char *line)
{
	if (!field)
		fail(in, in->line, "an indented line that continues nothing");
	line += strspn(line, " \t");
	if (field == &r->bad || field == &r->good) {
		if (line[0] != '|' || (line[1] && line[1] != ' '))
			fail(in, in->line, "a line of an example begins with `| `");
		line += line[1] ? 2 : 1;
		text_add(field, line, strlen(line));
		text_add(field, "\n", 1);
		return;
	}
	if (field->n)
		text_add(field, " ", 1);
	text_add(field, line, strlen(line));
}

/* Every %{name} of the text is an argument. */
static void check_holes(const struct input *in, struct record *r, const char *text, bool is_text)
{
	for (const char *at = text; at && (at = strstr(at, "%{"));) {
		const char *name = at + 2, *end = strchr(name, '}');
		if (!end)
			fail(in, r->line, "%s: `%%{` without `}`", r->code);
		size_t n = (size_t)(end - name);
		int i = 0;
		while (i < r->arg_count && (strlen(r->args[i].name) != n || memcmp(r->args[i].name, name, n) != 0))
			i++;
		if (i == r->arg_count)
			fail(in, r->line, "%s: `%%{%.*s}` is not in args", r->code, (int)n, name);
		r->args[i].used |= is_text;
		at = end;
	}
}

/* And every argument is used in the text. */
static void check_text(const struct input *in, struct record *r)
{
	check_holes(in, r, r->text.p, true);
	check_holes(in, r, r->note.p, false);
	for (int i = 0; i < r->arg_count; i++)
		if (!r->args[i].used)
			fail(in, r->line, "%s: the argument `%s` is not used in text", r->code, r->args[i].name);
}

static void check_record(const struct input *in, struct record *r)
{
	if (!r->text.n)
		fail(in, r->line, "%s has no text", r->code);
	if (!r->why.n)
		fail(in, r->line, "%s has no why", r->code);
	bool has_example = r->bad.n && r->good.n;
	if (has_example == (r->tested.n != 0) || (r->bad.p && !r->good.p) || (r->good.p && !r->bad.p))
		fail(in, r->line, "%s needs either bad and good, or tested", r->code);
	static const char *const needs[] = {"block", "declaration", "workspace", "name"};
	size_t i = 0;
	while (r->needs.n && i < sizeof needs / sizeof *needs && strcmp(needs[i], r->needs.p) != 0)
		i++;
	if (i == sizeof needs / sizeof *needs)
		fail(in, r->line, "%s: `needs` is block, declaration, workspace or name", r->code);
	check_text(in, r);
}

/* "# ---- E02xx names ----" */
static void parse_section(struct input *in, const char *line)
{
	static const char mark[] = "# ---- ";
	const char *end;
	if (strncmp(line, mark, sizeof mark - 1) != 0 || !(end = strstr(line + sizeof mark - 1, " ----")))
		return;
	in->section = (struct text){NULL, 0};
	text_add(&in->section, line + sizeof mark - 1, (size_t)(end - line) - (sizeof mark - 1));
}

static void parse(struct input *in, FILE *f)
{
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;
	struct text *field = NULL;
	bool in_record = false;
	while ((n = getline(&line, &cap, f)) >= 0) {
		in->line++;
		if ((size_t)n != strlen(line))
			fail(in, in->line, "a NUL byte");
		while (n > 0 && strchr(" \t\r\n", line[n - 1]))
			line[--n] = 0;
		if (line[0] == '#') {
			parse_section(in, line);
			continue;
		}
		if (!n) {
			in_record = false;
		} else if (!in_record) {
			parse_head(in, line);
			in_record = true;
			field = NULL;
		} else if (line[0] == ' ' || line[0] == '\t') {
			parse_continuation(in, &in->records[in->count - 1], field, line);
		} else {
			field = parse_field(in, &in->records[in->count - 1], line);
		}
	}
	if (ferror(f))
		fail(in, in->line, "%s", strerror(errno));
	free(line);
	for (size_t i = 0; i < in->count; i++)
		check_record(in, &in->records[i]);
}

static int by_code(const void *a, const void *b)
{
	return strcmp(((const struct record *)a)->code + 1, ((const struct record *)b)->code + 1);
}

/* ---- writing ---- */

static void put_upper(FILE *f, const char *s)
{
	for (; *s; s++)
		fputc(toupper((unsigned char)*s), f);
}

static void put_string(FILE *f, struct text t)
{
	if (!t.n) {
		fputs("NULL", f);
		return;
	}
	fputc('"', f);
	for (size_t i = 0; i < t.n; i++) {
		unsigned char c = (unsigned char)t.p[i];
		if (c == '\n')
			fputs(i + 1 < t.n ? "\\n\"\n\t \"" : "\\n", f);
		else if (c == '"' || c == '\\' || c == '?') /* `?`: no trigraphs */
			fprintf(f, "\\%c", c);
		else if (c < ' ')
			fprintf(f, "\\%03o", c);
		else
			fputc(c, f);
	}
	fputc('"', f);
}

static void write_constructor(FILE *f, const struct record *r)
{
	fprintf(f, "\n/* %s */\nstatic inline struct diag *diag_%s(struct diags *d, struct span span", r->code,
	        r->slug);
	for (int i = 0; i < r->arg_count; i++)
		fprintf(f, ", %s arg_%s", r->args[i].is_int ? "int64_t" : "struct slice", r->args[i].name);
	fputs(")\n{\n\tstatic const char *const names[] = {", f);
	for (int i = 0; i < r->arg_count; i++)
		fprintf(f, "\"%s\", ", r->args[i].name);
	fputs("NULL};\n", f);
	for (int i = 0; i < r->arg_count; i++)
		if (r->args[i].is_int)
			fprintf(f, "\tchar text_%s[24];\n\tsnprintf(text_%s, sizeof text_%s, \"%%\" PRId64, arg_%s);\n",
			        r->args[i].name, r->args[i].name, r->args[i].name, r->args[i].name);
	fputs("\tconst struct slice values[] = {", f);
	for (int i = 0; i < r->arg_count; i++)
		fprintf(f, r->args[i].is_int ? "slice_of(text_%s), " : "arg_%s, ", r->args[i].name);
	fputs("{NULL, 0}};\n\treturn diag_add(d, DIAG_", f);
	put_upper(f, r->slug);
	fputs(", span, names, values);\n}\n", f);
}

static void write_header(FILE *f, const struct input *in)
{
	fputs("/* Made by tool/mkdiag from compiler/diagnostics.txt. */\n#ifndef SEQ_GEN_DIAG_CODES_H\n"
	      "#define SEQ_GEN_DIAG_CODES_H\n#include \"compiler/diag.h\"\n#include <inttypes.h>\n#include "
	      "<stdio.h>\n\n"
	      "enum diag_code {\n",
	      f);
	for (size_t i = 0; i < in->count; i++) {
		fputs("\tDIAG_", f);
		put_upper(f, in->records[i].slug);
		fprintf(f, ", /* %s */\n", in->records[i].code);
	}
	fputs("\tDIAG_CODE_COUNT\n};\n", f);
	for (size_t i = 0; i < in->count; i++)
		write_constructor(f, &in->records[i]);
	fputs("#endif\n", f);
}

static void write_table(FILE *f, const struct input *in)
{
	fputs("/* Made by tool/mkdiag from compiler/diagnostics.txt. */\n", f);
	for (size_t i = 0; i < in->count; i++) {
		const struct record *r = &in->records[i];
		fprintf(f, "{\"%s\", %s, DIAG_NEEDS_", r->code, r->warning ? "DIAG_WARNING" : "DIAG_ERROR");
		put_upper(f, r->needs.n ? r->needs.p : "statement");
		fprintf(f, ", \"%s\",\n\t", r->slug);
		const struct text fields[] = {r->section, r->text, r->note, r->why, r->bad, r->good, r->tested};
		for (size_t k = 0; k < sizeof fields / sizeof *fields; k++) {
			put_string(f, fields[k]);
			fputs(k + 1 < sizeof fields / sizeof *fields ? ",\n\t" : "},\n", f);
		}
	}
}

static void write_file(const char *path, const struct input *in, void (*write)(FILE *, const struct input *))
{
	FILE *f = fopen(path, "w");
	if (f)
		write(f, in);
	bool bad = !f || ferror(f);
	if (f && fclose(f) != 0)
		bad = true;
	if (bad) {
		fprintf(stderr, "mkdiag: cannot write %s: %s\n", path, strerror(errno));
		exit(1);
	}
}

int main(int argc, char **argv)
{
	if (argc != 4) {
		fputs("usage: mkdiag diagnostics.txt OUT.h OUT.inc\n", stderr);
		return 2;
	}
	struct input in = {.path = argv[1]};
	FILE *f = fopen(argv[1], "r");
	if (!f) {
		fprintf(stderr, "mkdiag: cannot read %s: %s\n", argv[1], strerror(errno));
		return 1;
	}
	parse(&in, f);
	fclose(f);
	if (!in.count)
		fail(&in, in.line, "there is no record");
	qsort(in.records, in.count, sizeof *in.records, by_code);
	write_file(argv[2], &in, write_header);
	write_file(argv[3], &in, write_table);
	return 0;
}
