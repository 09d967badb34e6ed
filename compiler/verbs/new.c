/* SPDX-License-Identifier: Apache-2.0
 * seqc new: begins a file. Without --from a small sequence (or, for workspace.seq, a workspace); with it a copy of one
 * of the standard library's, comments and layout kept, under the file's name and in the workspace's languages.
 * --list looks through the library. */
#include "base/utf8.h"
#include "compiler/check.h"
#include "compiler/format.h"
#include "compiler/verbs/library.h"
#include "compiler/verbs/verbs.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LIST_COLUMNS = 80, LIST_PATH_MIN = 20 };

/* ---- seqc new --list ---- */

/* Words, wrapped into the columns from `left` on; the first line is begun already. */
static void put_wrapped(struct buf *out, struct slice text, size_t left)
{
	size_t column = left;
	for (size_t at = 0; at < text.n;) {
		size_t n = 0;
		while (at + n < text.n && text.p[at + n] != ' ')
			n++;
		struct slice word = {text.p + at, n};
		size_t width = utf8_slice_width(word);
		if (column > left && column + 1 + width > LIST_COLUMNS) {
			buf_addf(out, "\n%*s", (int)left, "");
			column = left;
		}
		if (column > left)
			buf_addc(out, ' ');
		column += width + (column > left);
		buf_add_slice(out, word);
		for (at += n; at < text.n && text.p[at] == ' ';)
			at++;
	}
	buf_addc(out, '\n');
}

static void put_tags(struct buf *out, const struct library_row *row, struct arena *arena, size_t left)
{
	if (!row->tag_count)
		return;
	struct slice all = {NULL, 0};
	for (uint32_t i = 0; i < row->tag_count; i++)
		all = arena_printf(arena, "%.*s%s%.*s", SLICE_ARG(all), i ? ", " : "", SLICE_ARG(row->tags[i]));
	buf_addf(out, "%*s", (int)left, "");
	put_wrapped(out, arena_printf(arena, "[%.*s]", SLICE_ARG(all)), left);
}

static int list(const struct cli *c, struct library *l, struct slice word)
{
	size_t left = LIST_PATH_MIN;
	uint32_t found = 0;
	for (uint32_t i = 0; i < l->count; i++)
		if (library_has(&l->rows[i], word)) {
			found++;
			left = l->rows[i].path.n + 2 > left ? l->rows[i].path.n + 2 : left;
		}
	if (!found) {
		struct slice near = library_nearest(l, word);
		if (near.n)
			cli_error(c, "nothing in the library is about `%.*s`; did you mean `%.*s`?", SLICE_ARG(word),
			          SLICE_ARG(near));
		else
			cli_error(c, "nothing in the library is about `%.*s`; `seqc new --list` shows all of it",
			          SLICE_ARG(word));
		return EXIT_INPUT;
	}
	struct buf out = {0};
	for (uint32_t i = 0; i < l->count; i++) {
		const struct library_row *row = &l->rows[i];
		if (!library_has(row, word))
			continue;
		buf_addf(&out, "%-*.*s", (int)left, SLICE_ARG(row->path));
		put_wrapped(&out, row->about, left);
		put_tags(&out, row, &l->k.arena, left);
	}
	return verb_put(c, &out) ? EXIT_DONE : EXIT_CANNOT;
}

/* ---- a copy, edited ---- */

/* `end - start` bytes at start give way to `text`. */
struct edit {
	uint32_t start, end;
	struct slice text;
};

struct copy {
	struct library *library;
	struct slice source;       /* what is copied */
	const struct compile *own; /* the workspace that FILE belongs to; NULL: none */
	struct slice name;         /* for the sequence; empty: as it is */
	struct edit *edits;
	uint32_t count, cap;
};

static void edit(struct copy *y, uint32_t start, uint32_t end, struct slice text)
{
	ARENA_PUSH(&y->library->k.arena, y->edits, y->count, y->cap) = (struct edit){start, end, text};
}

static bool is_spoken(const struct compile *k, struct slice locale)
{
	for (uint32_t i = 0; i < k->workspace->locale_count; i++)
		if (slice_eq(k->workspace->locales[i].text, locale))
			return true;
	return false;
}

/* Out with a language, and with its line where it is alone on one. */
static void cut_locale(struct copy *y, const struct ast *entry)
{
	const char *p = y->source.p;
	uint32_t start = entry->span.start, end = entry->span.end;
	while (end > start && strchr(" \t\r\n;", p[end - 1])) /* the separator belongs to the entry */
		end--;
	uint32_t line = start, after = end;
	while (line > 0 && (p[line - 1] == ' ' || p[line - 1] == '\t'))
		line--;
	while (after < y->source.n && (p[after] == ' ' || p[after] == '\t'))
		after++;
	if ((line == 0 || p[line - 1] == '\n') && after < y->source.n && p[after] == '\n')
		edit(y, line, after + 1, (struct slice){NULL, 0});
	else
		edit(y, start, after, (struct slice){NULL, 0});
}

/* A text in several languages keeps those that the workspace speaks; one alone needs no braces. */
static void keep_spoken(struct copy *y, const struct ast_localised *n)
{
	const struct ast_locale *only = NULL;
	uint32_t kept = 0;
	for (const struct ast *e = n->entries.first; e; e = e->next)
		if (e->kind == AST_LOCALE && is_spoken(y->own, ((const struct ast_locale *)e)->name.text)) {
			only = (const struct ast_locale *)e;
			kept++;
		}
	if (kept == 1 && only->value) {
		struct span value = only->value->span;
		edit(y, n->node.span.start, n->node.span.end,
		     (struct slice){y->source.p + value.start, value.end - value.start});
		return;
	}
	for (const struct ast *e = n->entries.first; kept && e; e = e->next)
		if (e->kind == AST_LOCALE && !is_spoken(y->own, ((const struct ast_locale *)e)->name.text))
			cut_locale(y, e);
}

/* Only a workspace with a calendar knows holidays; weekends are weekends everywhere. */
static void skip_weekends_only(struct copy *y, const struct ast_skip *n)
{
	const struct ast *before = n->names.first, *word = before ? before->next : NULL;
	if (word && slice_is(((const struct ast_word *)word)->name.text, "holidays"))
		edit(y, before->span.end, word->span.end, (struct slice){NULL, 0});
}

/* A value that a contact of a test may have. */
static const char *sample_of(const struct field *f)
{
	static const char *const values[TYPE_COUNT] = {
	        [TYPE_TEXT] = "\"Engines\"",
	        [TYPE_NUMBER] = "1",
	        [TYPE_YES_NO] = "yes",
	        [TYPE_DATE] = "2026-06-01",
	        [TYPE_MOMENT] = "2026-06-01 09:00",
	        [TYPE_DURATION] = "1 day",
	        [TYPE_ZONE] = "\"Europe/Paris\"",
	        [TYPE_EMAIL] = "\"ada@engines.example\"",
	        [TYPE_PHONE] = "\"+33155550123\"",
	        [TYPE_URL] = "\"https://engines.example\"",
	};
	return f->type.kind < TYPE_COUNT ? values[f->type.kind] : NULL;
}

static bool brings(const struct ast_test_contact *n, struct slice field)
{
	for (const struct ast *i = n->pairs.first; i; i = i->next)
		if (i->kind == AST_PAIR && slice_eq(((const struct ast_pair *)i)->key.text, field))
			return true;
	return false;
}

/* The contact of a test brings what the workspace asks of everyone. */
static void bring_required(struct copy *y, const struct ast_test_contact *n)
{
	struct arena *arena = &y->library->k.arena;
	struct slice more = {NULL, 0};
	uint32_t end = n->node.span.end;
	for (const struct field *f = y->own->workspace->first_field; f; f = f->next) {
		const char *value = sample_of(f);
		if (!f->required || f->has_fallback || brings(n, f->name.text))
			continue;
		if (f->type.kind == TYPE_ONE_OF && f->type.options)
			value = arena_copy(arena, f->type.options->name.text).p;
		if (value)
			more = arena_printf(arena, "%.*s; %.*s %s ", SLICE_ARG(more), SLICE_ARG(f->name.text), value);
	}
	while (end > n->node.span.start && y->source.p[end - 1] != '}')
		end--;
	if (more.n && end > n->node.span.start)
		edit(y, end - 1, end - 1, more);
}

static void walk(const struct ast *n, void *context)
{
	struct copy *y = context;
	if (n->kind == AST_TEST_CONTACT && y->own)
		bring_required(y, (const struct ast_test_contact *)n);
	else if (n->kind == AST_LOCALISED && y->own)
		keep_spoken(y, (const struct ast_localised *)n);
	else if (n->kind == AST_SKIP && (!y->own || !y->own->workspace->holidays))
		skip_weekends_only(y, (const struct ast_skip *)n);
	else
		ast_each_child(n, walk, y);
}

/* Tests of the sequence name it as it is called now. */
static void rename_in_test(struct copy *y, const struct ast_test *t, struct slice old)
{
	for (const struct ast *i = t->items.first; i; i = i->next) {
		const struct ast *path =
		        i->kind == AST_TEST_SEQUENCE ? ((const struct ast_test_sequence *)i)->path : NULL;
		if (path && path->kind == AST_PATH && slice_eq(((const struct ast_path *)path)->text.text, old))
			edit(y, path->span.start, path->span.end, y->name);
	}
}

/* The one sequence of the tree takes the file's name; where there are several each keeps its own. */
static void rename_sequence(struct copy *y, const struct ast_file *tree)
{
	const struct ast_sequence *only = NULL;
	for (const struct ast *d = tree->decls.first; d; d = d->next) {
		if (d->kind != AST_SEQUENCE)
			continue;
		if (only)
			return;
		only = (const struct ast_sequence *)d;
	}
	if (!only || !y->name.n)
		return;
	edit(y, only->name.span.start, only->name.span.end, y->name);
	for (const struct ast *d = tree->decls.first; d; d = d->next)
		if (d->kind == AST_TEST)
			rename_in_test(y, (const struct ast_test *)d, only->name.text);
}

static int by_start(const void *a, const void *b)
{
	const struct edit *x = a, *y = b;
	return x->start < y->start ? -1 : x->start > y->start;
}

static void put_copy(struct buf *out, struct copy *y, const struct ast_file *tree)
{
	rename_sequence(y, tree);
	walk(&tree->node, y);
	if (y->count)
		qsort(y->edits, y->count, sizeof *y->edits, by_start);
	uint32_t at = 0;
	for (uint32_t i = 0; i < y->count; i++) {
		buf_add(out, y->source.p + at, y->edits[i].start - at);
		buf_add_slice(out, y->edits[i].text);
		at = y->edits[i].end;
	}
	buf_add(out, y->source.p + at, y->source.n - at);
}

/* ---- the call ---- */

static struct slice file_name(struct slice path)
{
	for (size_t i = path.n; i > 0; i--)
		if (path.p[i - 1] == '/')
			return (struct slice){path.p + i, path.n - i};
	return path;
}

bool verb_is_name(struct slice s)
{
	static const char *const taken[] = {"contact", "input",     "mailbox", "reply",       "event", "today",
	                                    "link",    "satisfied", "and",     "unsubscribe", "or",    "not"};
	for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
		if (slice_is(s, taken[i]))
			return false;
	for (size_t i = 0; i < s.n; i++)
		if (!(s.p[i] >= 'a' && s.p[i] <= 'z') &&
		    (i == 0 || (!(s.p[i] >= '0' && s.p[i] <= '9') && s.p[i] != '_')))
			return false;
	return s.n > 0;
}

/* The folder of the nearest workspace.seq, from the file's own upwards; the caller frees it. NULL: there is none. */
static char *find_workspace(const char *file)
{
	size_t n = strlen(file) - file_name(slice_of(file)).n;
	char *folder = n ? strndup(file, n) : strdup(".");
	char *path = folder ? realpath(folder, NULL) : NULL;
	free(folder);
	while (path) {
		char *probe;
		if (asprintf(&probe, "%s/workspace.seq", path) < 0)
			break;
		bool found = access(probe, R_OK) == 0;
		free(probe);
		if (found)
			return path;
		char *slash = strrchr(path, '/');
		if (!slash || !path[1])
			break;
		slash[slash == path] = '\0'; /* "/" stays */
	}
	free(path);
	return NULL;
}

const struct compile *verb_own_workspace(struct compile *k, const char *file)
{
	compile_init(k);
	char *folder = find_workspace(file);
	if (!folder)
		return NULL;
	k->workspace_folder = folder;
	/* Whatever is wrong with it: its languages and fields are all that is asked. */
	(void)compile_text(k, "<new>", SLICE(""));
	k->workspace_folder = NULL;
	free(folder);
	return k->has_workspace && k->workspace->tree ? k : NULL;
}

/* As `seqc fmt` would write it; a text that it does not take stays as it is. */
static void lay_out(struct buf *text)
{
	struct arena arena;
	struct diags diags;
	struct buf out = {0};
	arena_init(&arena, 0, NULL);
	struct sources s = {.arena = &arena};
	diags_init(&diags, &arena, &s);
	uint32_t source = source_add(&s, SLICE("new.seq"), buf_slice(text), false);
	bool done = format_source(&out, &s, source, &arena, &diags) == FORMAT_DONE && !out.failed;
	buf_free(done ? text : &out);
	if (done)
		*text = out;
	arena_free(&arena);
}

bool verb_write_new(const struct cli *c, const char *path, struct buf *text)
{
	if (!text->failed)
		lay_out(text);
	if (text->failed) {
		cli_error(c, "out of memory");
		return false;
	}
	if (strcmp(path, "-") == 0) {
		fwrite(text->p, 1, text->n, c->out);
		return true;
	}
	if (verb_new_file(path, buf_slice(text)))
		return true;
	if (errno == EEXIST)
		cli_error(c, "%s is there already, and is left as it is", path);
	else
		cli_error(c, "cannot write %s: %s", path, strerror(errno));
	return false;
}

/* What FILE begins from, when nothing is named. */
static const char *starter_of(struct slice name)
{
	return slice_is(name, "workspace.seq") ? "starter/workspace" : "starter/sequence";
}

static const struct library_row *find(const struct cli *c, struct library *l, const char *from)
{
	const struct library_row *row = library_find(l, slice_of(from));
	if (row)
		return row;
	struct slice near = library_nearest(l, slice_of(from));
	if (near.n)
		cli_error(c, "the library has no `%s`; did you mean `%.*s`?", from, SLICE_ARG(near));
	else
		cli_error(c, "the library has no `%s`; `seqc new --list` shows what it has", from);
	return NULL;
}

static int make(const struct cli *c, struct library *l, const char *file, const char *from)
{
	struct slice name = file_name(slice_of(file));
	bool is_stdout = strcmp(file, "-") == 0;
	if (!is_stdout && (!slice_ends(name, ".seq") || name.n == 4)) {
		cli_error(c, "%s: a file of sequences is called NAME.seq", file);
		return EXIT_CANNOT;
	}
	const struct library_row *row = find(c, l, from ? from : starter_of(name));
	if (!row)
		return EXIT_INPUT;
	struct compile own;
	struct copy y = {.library = l, .source = {row->file->text, row->file->n}};
	y.own = verb_own_workspace(&own, is_stdout ? "" : file);
	struct slice stem = {name.p, is_stdout ? 0 : name.n - 4};
	if (verb_is_name(stem))
		y.name = stem;
	struct buf out = {0};
	if (from)
		buf_addf(&out, "# Made from %.*s by `seqc new`, and yours to change.\n", SLICE_ARG(row->path));
	put_copy(&out, &y, row->tree);
	int result = verb_write_new(c, file, &out) ? EXIT_DONE : EXIT_CANNOT;
	if (result == EXIT_DONE && slice_is(name, "workspace.seq"))
		fprintf(c->out, "made %s; put your own addresses into it\n", file);
	else if (result == EXIT_DONE && !is_stdout)
		fprintf(c->out, "made %s; `seqc check %s` says what your workspace still lacks\n", file, file);
	buf_free(&out);
	compile_free(&own);
	return result;
}

static int run(const struct cli *c)
{
	const char *file = cli_get(c, "FILE"), *from = cli_get(c, "--from");
	bool listed = cli_has(c, "--list");
	if (!listed && !file) {
		cli_error(c, "which file? `seqc new NAME.seq`; `seqc new --list` shows what to begin from");
		return EXIT_CANNOT;
	}
	if (listed && from) {
		cli_error(c, "--list and --from do not go together");
		return EXIT_CANNOT;
	}
	struct library l;
	library_open(&l);
	int result = listed ? list(c, &l, slice_of(file)) : make(c, &l, file, from);
	library_close(&l);
	return result;
}

static const struct cli_flag flags[] = {
        {"FILE", NULL, "the file to make, or - for standard output; with --list a word to look for", CLI_ONCE},
        {"--from", "NAME", "what to copy, as the library calls it: std/recommended", CLI_ONCE},
        {"--list", NULL, "what the library has, all of it or what is about a word", CLI_ONCE},
        {0},
};

const struct cli_verb verb_new = {"new", "begins a file: a small sequence, or a copy of one of the library's",
                                  "  seqc new workspace.seq\n"
                                  "  seqc new --list dental\n"
                                  "  seqc new recall.seq --from std/templates/dental_recall",
                                  flags, run};
