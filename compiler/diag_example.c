/* SPDX-License-Identifier: Apache-2.0
 * An example of one file is compiled as a lone text, as standard input is; one of several as a workspace. */
#include "compiler/diag_example.h"
#include <string.h>

enum { FILES_MAX = 16 };

static const char mark[] = "# file: ";

static bool is_mark(const char *line)
{
	return strncmp(line, mark, sizeof mark - 1) == 0;
}

static const char *line_after(const char *p)
{
	const char *newline = strchr(p, '\n');
	return newline ? newline + 1 : p + strlen(p);
}

static uint32_t split(const char *example, struct compile_instead files[FILES_MAX])
{
	uint32_t count = 0;
	struct slice name = SLICE("main.seq");
	for (const char *p = example; *p && count < FILES_MAX;) {
		if (is_mark(p)) {
			const char *start = p + sizeof mark - 1;
			name = slice_trim((struct slice){start, (size_t)(line_after(p) - start)});
			if (name.n && name.p[name.n - 1] == '\n')
				name.n--;
			p = line_after(p);
		}
		const char *end = p;
		while (*end && !is_mark(end))
			end = line_after(end);
		files[count++] = (struct compile_instead){name, {p, (size_t)(end - p)}};
		p = end;
	}
	return count;
}

bool diag_example_compile(struct compile *k, const char *example)
{
	struct compile_instead files[FILES_MAX];
	compile_init(k);
	k->emit = true;
	if (!is_mark(example) && !strstr(example, "\n# file: "))
		return compile_text(k, "main.seq", slice_of(example));
	return compile_files(k, files, split(example, files));
}

void diag_example_render(const struct diag_info *info, struct buf *out)
{
	struct compile k;
	const char *blank = "";
	if (!info->bad)
		return;
	diag_example_compile(&k, info->bad);
	for (uint32_t i = 0; i < k.diags.count; i++) {
		if (diag_info_at(k.diags.items[i].code) != info)
			continue;
		buf_adds(out, blank);
		diag_render_one(&k.diags, &k.diags.items[i], out);
		blank = "\n";
	}
	compile_free(&k);
}
