/* SPDX-License-Identifier: Apache-2.0
 * Makes pages from the tables that the programs themselves are made of:
 *     mkdocs diagnostics > diagnostics.md      mkdocs opcodes > opcodes.md
 * It is linked with them, so that a page never tells of another version. */
#include "compiler/diag.h"
#include <stdio.h>
#include <string.h>

static void put_example(struct buf *out, const char *head, const char *lines)
{
	if (lines)
		buf_addf(out, "\n%s\n\n```seq\n%s```\n", head, lines);
}

static void put_diagnostics(struct buf *out)
{
	buf_adds(out, "# Diagnostics\n\nMade from compiler/diagnostics.txt. `seqc explain CODE` prints the same.\n");
	for (int i = 0; i < diag_info_count(); i++) {
		const struct diag_info *info = diag_info_at(i);
		bool is_error = info->severity == DIAG_ERROR;
		buf_addf(out, "\n## %s\n\n%s: ", info->code, is_error ? "error" : "warning");
		diag_put_pattern(out, info);
		buf_addf(out, "\n\n%s\n", info->why);
		put_example(out, is_error ? "Refused:" : "Warned of:", info->bad);
		put_example(out, "Right:", info->good);
	}
}

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

int main(int argc, char **argv)
{
	struct buf out = {0};
	if (argc == 2 && strcmp(argv[1], "diagnostics") == 0) {
		put_diagnostics(&out);
	} else if (argc == 2 && strcmp(argv[1], "opcodes") == 0) {
		put_opcodes(&out);
	} else {
		fputs("usage: mkdocs diagnostics|opcodes\n", stderr);
		return 2;
	}
	bool ok = !out.failed && fwrite(out.p, 1, out.n, stdout) == out.n && fflush(stdout) == 0;
	buf_free(&out);
	if (!ok)
		fputs("mkdocs: cannot write the page\n", stderr);
	return ok ? 0 : 1;
}
