/* SPDX-License-Identifier: Apache-2.0
 * Help and bash completion from the tables of cli.h. */
#include "base/cli_help.h"
#include <ctype.h>
#include <string.h>

#define HELP_COLUMNS 100

bool cli_is_argument(const struct cli_flag *f)
{
	return f->name[0] != '-';
}

bool cli_has_choices(const struct cli_flag *f)
{
	if (!f->value || !strchr(f->value, '|'))
		return false;
	for (const char *p = f->value; *p; p++)
		if (isupper((unsigned char)*p))
			return false;
	return true;
}

/* ---- help ---- */

/* " --format text|json", in brackets when it may be left out; on a line of its own where this one is full. */
static void put_usage(const struct cli_flag *f, int indent, int *column, FILE *out)
{
	bool required = f->how == CLI_REQUIRED || f->how == CLI_REQUIRED_MANY;
	bool many = f->how == CLI_MANY || f->how == CLI_REQUIRED_MANY;
	int width = 1 + (int)strlen(f->name) + (f->value ? 1 + (int)strlen(f->value) : 0) + (many ? 4 : 0) +
	            (required ? 0 : 2);
	if (*column + width > HELP_COLUMNS) {
		fprintf(out, "\n%*s", indent, "");
		*column = indent;
	}
	*column += width;
	fprintf(out, " %s%s%s%s%s%s", required ? "" : "[", f->name, f->value ? " " : "", f->value ? f->value : "",
	        many ? " ..." : "", required ? "" : "]");
}

static int width_of(const struct cli_flag *f)
{
	return (int)(strlen(f->name) + (f->value ? 1 + strlen(f->value) : 0));
}

static int width_of_all(const struct cli_flag *flags, int least)
{
	for (; flags && flags->name; flags++)
		if (width_of(flags) > least)
			least = width_of(flags);
	return least;
}

static void put_flags(const struct cli_flag *flags, bool arguments, int width, FILE *out)
{
	for (; flags && flags->name; flags++)
		if (cli_is_argument(flags) == arguments)
			fprintf(out, "  %s%s%s%*s  %s\n", flags->name, flags->value ? " " : "",
			        flags->value ? flags->value : "", width - width_of(flags), "", flags->help);
}

/* Lines that are too long are broken at a blank. */
static void put_wrapped(const char *text, FILE *out)
{
	while (*text) {
		size_t n = strcspn(text, "\n"), cut = n;
		if (n > HELP_COLUMNS)
			for (cut = HELP_COLUMNS; cut > 0 && text[cut] != ' ';)
				cut--;
		if (cut == 0)
			cut = n;
		fprintf(out, "%.*s\n", (int)cut, text);
		text += cut + (text[cut] != '\0');
	}
}

void cli_put_verb(const struct cli_program *program, const struct cli_verb *verb, FILE *out)
{
	int indent = fprintf(out, "%s %s", program->name, verb->name), column = indent;
	for (const struct cli_flag *f = verb->flags; f && f->name; f++)
		put_usage(f, indent, &column, out);
	fprintf(out, "\n%s\n", verb->help);
	if (verb->more) {
		fputc('\n', out);
		put_wrapped(verb->more, out);
	}
	int width = width_of_all(verb->flags, width_of_all(program->common, (int)strlen("--help")));
	fputc('\n', out);
	put_flags(verb->flags, true, width, out);
	put_flags(verb->flags, false, width, out);
	put_flags(program->common, false, width, out);
	fprintf(out, "  %-*s  this text\n", width, "--help");
}

void cli_put_program(const struct cli_program *program, FILE *out)
{
	fprintf(out, "%s VERB [...]\n%s\n\n", program->name, program->help);
	int width = 0;
	for (const struct cli_verb *v = program->verbs; v->name; v++)
		if ((int)strlen(v->name) > width)
			width = (int)strlen(v->name);
	for (const struct cli_verb *v = program->verbs; v->name; v++)
		fprintf(out, "  %-*s  %s\n", width, v->name, v->help);
	fprintf(out,
	        "\n%s VERB --help tells about one verb, %s --version the version;\n"
	        "%s --completion writes the completion for bash: source <(%s --completion)\n",
	        program->name, program->name, program->name, program->name);
}

/* ---- completion ---- */

static void put_words(const char *bars, FILE *out)
{
	for (; *bars; bars++)
		fputc(*bars == '|' ? ' ' : *bars, out);
}

/* "check --format") words="text json" ;; so that a value is completed after its flag. */
static void put_values(const char *verb, const struct cli_flag *flags, FILE *out)
{
	for (; flags && flags->name; flags++) {
		if (!flags->value)
			continue;
		fprintf(out, "\t\"%s %s\") words=\"", verb, flags->name);
		if (cli_has_choices(flags))
			put_words(flags->value, out);
		fputs("\"; value=1 ;;\n", out);
	}
}

static void put_names(const struct cli_flag *flags, FILE *out)
{
	for (; flags && flags->name; flags++)
		if (!cli_is_argument(flags))
			fprintf(out, "%s ", flags->name);
}

void cli_put_completion(const struct cli_program *program, FILE *out)
{
	const char *name = program->name;
	fprintf(out, "_%s() {\n\tlocal cur=\"${COMP_WORDS[COMP_CWORD]}\" words=\"\" value=\"\"\n", name);
	fputs("\tif [ \"$COMP_CWORD\" -eq 1 ]; then\n\t\tCOMPREPLY=($(compgen -W \"--help --version --completion", out);
	for (const struct cli_verb *v = program->verbs; v->name; v++)
		fprintf(out, " %s", v->name);
	fputs("\" -- \"$cur\"))\n\t\treturn\n\tfi\n"
	      "\tcase \"${COMP_WORDS[1]} ${COMP_WORDS[COMP_CWORD-1]}\" in\n",
	      out);
	for (const struct cli_verb *v = program->verbs; v->name; v++) {
		put_values(v->name, v->flags, out);
		put_values(v->name, program->common, out);
	}
	fputs("\tesac\n\tif [ -z \"$value\" ] && [[ \"$cur\" == -* ]]; then\n\t\tcase \"${COMP_WORDS[1]}\" in\n", out);
	for (const struct cli_verb *v = program->verbs; v->name; v++) {
		fprintf(out, "\t\t%s) words=\"", v->name);
		put_names(v->flags, out);
		put_names(program->common, out);
		fputs("--help\" ;;\n", out);
	}
	fputs("\t\tesac\n\tfi\n"
	      "\tif [ -n \"$words\" ]; then COMPREPLY=($(compgen -W \"$words\" -- \"$cur\")); "
	      "else COMPREPLY=($(compgen -f -- \"$cur\")); fi\n}\n",
	      out);
	fprintf(out, "complete -o filenames -F _%s %s\n", name, name);
}
