/* SPDX-License-Identifier: Apache-2.0
 * Makes pages from the tables that the programs themselves are made of:
 *     mkdocs diagnostics > diagnostics.md      mkdocs diagnostics FOLDER (a page each)      mkdocs opcodes > opcodes.md
 * It is linked with them, so that a page never tells of another version. */
#include "compiler/diag_example.h"
#include <stdio.h>
#include <string.h>

/* ---- diagnostics: a page each ---- */

static void put_example(struct buf *out, const char *head, const char *language, const char *lines)
{
	if (lines)
		buf_addf(out, "\n%s\n\n```%s\n%s```\n", head, language, lines);
}

static void put_title(struct buf *out, const struct diag_info *info)
{
	buf_addf(out, "%s: ", diag_severity_word(info->severity));
	diag_put_pattern(out, info);
}

static void put_diagnostic(struct buf *out, const struct diag_info *info)
{
	struct buf said = {0};
	buf_addf(out, "# %s\n\n", info->code);
	put_title(out, info);
	buf_addf(out, "\n\n%s\n", info->why);
	put_example(out, info->severity == DIAG_ERROR ? "Refused:" : "Warned of:", "seq", info->bad);
	diag_example_render(info, &said);
	put_example(out, "The compiler says:", "text", said.n ? buf_cstr(&said) : NULL);
	put_example(out, "Right:", "seq", info->good);
	if (info->tested)
		buf_addf(out, "\nNo source can show it; `%s` does.\n", info->tested);
	buf_adds(out, "\n[All diagnostics](../diagnostics.md)\n");
	out->failed |= said.failed;
	buf_free(&said);
}

static void put_diagnostics(struct buf *out)
{
	const char *section = "";
	buf_adds(out, "# Diagnostics\n\nMade from compiler/diagnostics.txt. `seqc explain CODE` prints the same as a "
	              "code's page.\n");
	for (int i = 0; i < diag_info_count(); i++) {
		const struct diag_info *info = diag_info_at(i);
		if (strcmp(info->section, section) != 0)
			buf_addf(out, "\n## %s\n\n", info->section);
		section = info->section;
		buf_addf(out, "- [%s](diagnostics/%s.md) ", info->code, info->code);
		put_title(out, info);
		buf_addc(out, '\n');
	}
}

/* ---- opcodes ---- */

struct op_row {
	unsigned number;
	const char *name, *operands[2], *stack, *effect, *contract;
};

static const struct op_row ops[] = {
#define OP(number, NAME, a, b, stack, effect, contract) {number, #NAME, {#a, #b}, stack, #effect, contract},
#include "plan/opcode.def"
#undef OP
};

static void put_opcodes(struct buf *out)
{
	buf_adds(out, "# Opcodes\n\nMade from plan/opcode.def, whose head explains operands and stack. A number is "
	              "never used "
	              "again.\n\n| number | name | operands | stack | effect | what it does |\n"
	              "| --- | --- | --- | --- | --- | --- |\n");
	for (size_t i = 0; i < sizeof ops / sizeof *ops; i++) {
		const struct op_row *op = &ops[i];
		buf_addf(out, "| %u | %s |", op->number, op->name);
		for (int k = 0; k < 2; k++)
			if (strcmp(op->operands[k], "NONE") != 0)
				buf_addf(out, " %s", op->operands[k]);
		buf_addf(out, " | `%s` | %s | %s |\n", op->stack, op->effect, op->contract);
	}
}

static bool write_page(FILE *f, struct buf *page)
{
	bool ok = f && !page->failed && fwrite(page->p, 1, page->n, f) == page->n && fflush(f) == 0;
	buf_free(page);
	return ok;
}

/* FOLDER/E0201.md and so on; the folder is there. */
static bool write_folder(const char *folder)
{
	bool ok = true;
	for (int i = 0; ok && i < diag_info_count(); i++) {
		struct buf path = {0}, page = {0};
		buf_addf(&path, "%s/%s.md", folder, diag_info_at(i)->code);
		put_diagnostic(&page, diag_info_at(i));
		FILE *f = fopen(buf_cstr(&path), "w");
		ok = write_page(f, &page);
		if (f)
			ok = fclose(f) == 0 && ok;
		buf_free(&path);
	}
	return ok;
}

int main(int argc, char **argv)
{
	struct buf out = {0};
	bool ok;
	if (argc == 2 && strcmp(argv[1], "diagnostics") == 0) {
		put_diagnostics(&out);
		ok = write_page(stdout, &out);
	} else if (argc == 2 && strcmp(argv[1], "opcodes") == 0) {
		put_opcodes(&out);
		ok = write_page(stdout, &out);
	} else if (argc == 3 && strcmp(argv[1], "diagnostics") == 0) {
		ok = write_folder(argv[2]);
	} else {
		fputs("usage: mkdocs opcodes|diagnostics; mkdocs diagnostics FOLDER\n", stderr);
		return 2;
	}
	if (!ok)
		fputs("mkdocs: cannot write the page\n", stderr);
	return ok ? 0 : 1;
}
