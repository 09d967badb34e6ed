/* SPDX-License-Identifier: Apache-2.0 */
#include "compiler/verbs/library.h"
#include "base/nearest.h"
#include "compiler/parse.h"

/* ---- what a file says about itself ---- */

/* A text without holes; of several languages the first. */
static struct slice text_of(const struct ast *n)
{
	if (n && n->kind == AST_LOCALISED)
		n = ((const struct ast_localised *)n)->entries.first;
	if (n && n->kind == AST_LOCALE)
		n = ((const struct ast_locale *)n)->value;
	if (!n || n->kind != AST_TEXT)
		return (struct slice){NULL, 0};
	const struct ast *first = ((const struct ast_text *)n)->parts.first;
	return first && first->kind == AST_CHARS ? ((const struct ast_chars *)first)->value.text
	                                         : (struct slice){NULL, 0};
}

static void read_sequence(struct library *l, struct library_row *row, const struct ast_sequence *q)
{
	row->has_sequence = true;
	row->title = text_of(q->title);
	for (const struct ast *i = q->items.first; i; i = i->next) {
		if (i->kind == AST_DESCRIPTION)
			row->about = text_of(((const struct ast_description *)i)->text);
		else if (i->kind == AST_TITLE)
			row->title = text_of(((const struct ast_title *)i)->text);
		if (i->kind != AST_TAGS)
			continue;
		const struct ast_list *names = &((const struct ast_tags *)i)->names;
		row->tags = ARENA_ARRAY(&l->k.arena, struct slice, names->count);
		for (const struct ast *w = names->first; w; w = w->next)
			if (w->kind == AST_WORD)
				row->tags[row->tag_count++] = ((const struct ast_word *)w)->name.text;
	}
}

/* The first sentence of the comment that a file begins with, on one line. */
static struct slice first_comment(struct arena *arena, struct slice text)
{
	char *out = arena_alloc(arena, text.n + 1);
	size_t n = 0;
	for (size_t at = 0; at < text.n && text.p[at] == '#'; at++) {
		for (at += at + 1 < text.n && text.p[at + 1] == ' ' ? 2 : 1; at < text.n && text.p[at] != '\n'; at++) {
			out[n++] = text.p[at];
			if (text.p[at] == '.' && at + 1 < text.n && (text.p[at + 1] == ' ' || text.p[at + 1] == '\n'))
				return (struct slice){out, n - 1};
		}
		out[n++] = ' ';
	}
	return slice_trim((struct slice){out, n});
}

static void read_file(struct library *l, const struct stdlib_file *file)
{
	struct compile *k = &l->k;
	struct slice path = slice_of(file->path);
	if (!slice_ends(path, ".seq"))
		return;
	struct library_row *row = &l->rows[l->count++];
	row->is_starter = slice_starts(path, "starter/");
	row->file = file;
	row->path = arena_printf(&k->arena, "std/%.*s", (int)(path.n - 4), path.p);
	row->about = first_comment(&k->arena, (struct slice){file->text, file->n});
	uint32_t source = source_add(&k->sources, slice_of(file->path), (struct slice){file->text, file->n}, true);
	row->tree = AST_AS(file, FILE, parse_source(&k->sources, source, &k->arena, &k->diags, NULL));
	for (const struct ast *d = row->tree->decls.first; d; d = d->next)
		if (d->kind == AST_SEQUENCE && !row->has_sequence)
			read_sequence(l, row, (const struct ast_sequence *)d);
}

void library_open(struct library *l)
{
	memset(l, 0, sizeof *l);
	compile_init(&l->k);
	l->k.arena.on_full = NULL;
	l->rows = ARENA_ARRAY(&l->k.arena, struct library_row, stdlib_file_count);
	for (uint32_t i = 0; i < stdlib_file_count; i++)
		read_file(l, &stdlib_files[i]);
}

void library_close(struct library *l)
{
	compile_free(&l->k);
}

/* ---- finding ---- */

const struct library_row *library_find(const struct library *l, struct slice path)
{
	for (uint32_t i = 0; i < l->count; i++) {
		struct slice whole = l->rows[i].path;
		if (slice_eq(whole, path) || slice_eq((struct slice){whole.p + 4, whole.n - 4}, path))
			return &l->rows[i];
	}
	return NULL;
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c;
}

static bool contains(struct slice hay, struct slice word)
{
	for (size_t at = 0; at + word.n <= hay.n; at++) {
		size_t n = 0;
		while (n < word.n && lower(hay.p[at + n]) == lower(word.p[n]))
			n++;
		if (n == word.n)
			return true;
	}
	return false;
}

bool library_has(const struct library_row *row, struct slice word)
{
	if (row->is_starter)
		return false;
	bool has = contains(row->path, word) || contains(row->title, word) || contains(row->about, word);
	for (uint32_t i = 0; !has && i < row->tag_count; i++)
		has = contains(row->tags[i], word);
	return has;
}

struct slice library_nearest(struct library *l, struct slice word)
{
	uint32_t room = l->count * 3, count = 0;
	for (uint32_t i = 0; i < l->count; i++)
		room += l->rows[i].tag_count;
	struct slice *words = ARENA_ARRAY(&l->k.arena, struct slice, room);
	for (uint32_t i = 0; i < l->count; i++) {
		const struct library_row *row = &l->rows[i];
		if (row->is_starter)
			continue;
		struct slice below = {row->path.p + 4, row->path.n - 4}, last = below;
		for (size_t at = below.n; at > 0 && last.n == below.n; at--)
			if (below.p[at - 1] == '/')
				last = (struct slice){below.p + at, below.n - at};
		words[count++] = row->path;
		words[count++] = below;
		words[count++] = last;
		for (uint32_t t = 0; t < row->tag_count; t++)
			words[count++] = row->tags[t];
	}
	int near = nearest_word(word, words, count);
	return near >= 0 ? words[near] : (struct slice){NULL, 0};
}
