/* SPDX-License-Identifier: Apache-2.0
 * The formatter's entry: parse, lay out, and prove that nothing but the layout has changed. */
#include "compiler/format.h"
#include "compiler/format_atoms.h"
#include "compiler/parse.h"
#include "seq.h"

/* The tokens and comments of a source in one row: what stands before which comment. */
struct row {
	const struct source *source;
	const struct lexed *lexed;
	uint32_t token, told; /* the next token, and how many came, line ends left out */
};

static void go_to(struct row *r, uint32_t offset)
{
	for (; r->token < r->lexed->count && r->lexed->tokens[r->token].start < offset; r->token++)
		r->told += r->lexed->tokens[r->token].kind != TK_SEP;
}

/* Every comment is there, once, in its order, behind the same token, and on a line of its own or not as before. */
static bool same_comments(struct row a, struct row b)
{
	if (a.lexed->comment_count != b.lexed->comment_count)
		return false;
	for (uint32_t i = 0; i < a.lexed->comment_count; i++) {
		const struct comment *in_a = &a.lexed->comments[i], *in_b = &b.lexed->comments[i];
		go_to(&a, in_a->start);
		go_to(&b, in_b->start);
		if (a.told != b.told || in_a->own_line != in_b->own_line ||
		    !slice_eq(comment_text(a.source, in_a), comment_text(b.source, in_b)))
			return false;
	}
	return true;
}

/* Whether `laid_out` is the same program as the source, with the same comments. */
static bool is_same(struct sources *s, uint32_t source, const struct ast *tree, const struct lexed *lexed,
                    struct slice laid_out, struct arena *arena)
{
	struct diags diags;
	struct parse_extras extras;
	diags_init(&diags, arena, s);
	uint32_t again = source_add(s, s->items[source].path, laid_out, s->items[source].is_std);
	const struct ast *tree_again = parse_source(s, again, arena, &diags, &extras);
	struct row before = {&s->items[source], lexed, 0, 0}, after = {&s->items[again], &extras.lexed, 0, 0};
	return diags.errors == 0 && ast_same(tree, tree_again) && same_comments(before, after);
}

enum format_result format_source(struct buf *out, struct sources *s, uint32_t source, struct arena *arena,
                                 struct diags *diags)
{
	struct parse_extras extras;
	struct atoms atoms;
	struct buf text = {0};
	uint32_t told = diags->errors;
	const struct ast *tree = parse_source(s, source, arena, diags, &extras);
	if (diags->errors > told)
		return FORMAT_MISTAKES;
	atoms_of(&atoms, &s->items[source], &extras.lexed, tree, arena);
	format_print(&text, &atoms, arena);
	out->failed = out->failed || text.failed;
	bool ok = text.failed || slice_eq(buf_slice(&text), s->items[source].text) ||
	          is_same(s, source, tree, &extras.lexed, buf_slice(&text), arena);
	if (ok)
		buf_add_slice(out, buf_slice(&text));
	buf_free(&text);
	return ok ? FORMAT_DONE : FORMAT_OUR_BUG;
}
