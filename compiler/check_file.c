/* SPDX-License-Identifier: Apache-2.0
 * Files that leave as they are: attachments, a logo. Beneath the workspace, at most a MiB each (rule 22). */
#include "base/base64.h"
#include "compiler/check_message.h"

static const struct {
	const char *ending, *type;
} types[] = {
        {".pdf", "application/pdf"},
        {".png", "image/png"},
        {".jpg", "image/jpeg"},
        {".jpeg", "image/jpeg"},
        {".gif", "image/gif"},
        {".webp", "image/webp"},
        {".svg", "image/svg+xml"},
        {".txt", "text/plain; charset=utf-8"},
        {".md", "text/markdown; charset=utf-8"},
        {".csv", "text/csv; charset=utf-8"},
        {".ics", "text/calendar; charset=utf-8"},
        {".vcf", "text/vcard; charset=utf-8"},
        {".zip", "application/zip"},
        {".docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
        {".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
        {".pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
        {".odt", "application/vnd.oasis.opendocument.text"},
        {".ods", "application/vnd.oasis.opendocument.spreadsheet"},
        {".odp", "application/vnd.oasis.opendocument.presentation"},
};

static const char *type_of(struct slice name)
{
	for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
		size_t n = strlen(types[i].ending);
		if (name.n > n && strncasecmp(name.p + name.n - n, types[i].ending, n) == 0)
			return types[i].type;
	}
	return NULL;
}

static struct slice last_part(struct slice path)
{
	size_t at = path.n;
	while (at > 0 && path.p[at - 1] != '/')
		at--;
	return (struct slice){path.p + at, path.n - at};
}

struct attachment check_file_data(struct checker *k, const struct ast *tree)
{
	struct attachment a = {.name = {"", 0}};
	struct ast_name path = check_string(k, tree);
	struct slice bytes;
	if (!path.text.n)
		return a;
	const char *type = type_of(path.text);
	if (!type) {
		diag_unknown_file_type(k->diags, path.span, last_part(path.text));
		return a;
	}
	enum source_result result = source_read_bytes(&k->c->sources, path.text, TEXT_FILE_BYTES_MAX, k->arena, &bytes);
	if (result != SOURCE_OK) {
		struct diag *g = diag_unreadable_file(k->diags, path.span, path.text, resolve_read_error(result));
		diag_note(k->diags, g, "paths begin at the workspace's folder");
		return a;
	}
	char *text = arena_alloc(k->arena, base64_length(bytes.n) + 1);
	base64_encode(bytes.p, bytes.n, text);
	return (struct attachment){.name = arena_copy(k->arena, last_part(path.text)),
	                           .type = slice_of(type),
	                           .data = {text, base64_length(bytes.n)}};
}
