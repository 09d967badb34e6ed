/* SPDX-License-Identifier: Apache-2.0
 * Drives the generated parser over the tokens of a source. Most sources have no mistake, so lemon is first simply fed.
 * Where that tells anything, its tree is thrown away and the source parsed again with care: each token is first taken
 * by a shadow of lemon's stack (states, no values), so that one that would not be accepted is never fed: lemon's
 * default reductions cannot spoil anything, and what is expected there is known exactly. Lemon itself is fed one token
 * later, so that recovery can still change its mind about the token before a mistake. */
#include "compiler/parse.h"
#include "compiler/lex_foreign.h"
#include "compiler/parse_table.h"
#include "diag_codes.h"
#include "seq.h"
#include <string.h>

void parse_feed(struct parse *p, struct token t)
{
	seq_feed(p->lemon, t);
	if (t.kind != TK_SEP && t.end > p->end)
		p->end = t.end;
}

void parse_take(struct parse *p, struct token t)
{
	if (p->newest.kind != 0)
		parse_feed(p, p->newest);
	p->newest = t;
	if (t.kind == TK_SEP || t.kind == TK_LBRACE || t.kind == TK_RBRACE)
		p->told = false;
}

/* Whether the lexer told something on the token's line. */
static bool on_bad_line(const struct parse *p, struct token t)
{
	const struct lexed *l = &p->lexed;
	const char *text = p->source->text.p;
	uint32_t low = 0, high = l->bad_count;
	while (low < high) { /* the first one at or after the token */
		uint32_t middle = low + (high - low) / 2;
		if (l->bad[middle] < t.start)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < l->bad_count && !memchr(text + t.start, '\n', l->bad[low] - t.start))
		return true;
	return low > 0 && !memchr(text + l->bad[low - 1], '\n', t.start - l->bad[low - 1]);
}

bool parse_may_tell(struct parse *p, struct token t)
{
	bool quiet = p->told || t.start >= p->lexed.silent_from || on_bad_line(p, t);
	p->told = true;
	return !quiet && p->lexed.errors++ < FRONT_ERRORS_MAX;
}

void parse_quiet_line(struct parse *p, uint32_t at)
{
	struct lexed *l = &p->lexed;
	ARENA_PUSH(p->arena, l->bad, l->bad_count, l->bad_cap) = at;
	for (uint32_t i = l->bad_count - 1; i > 0 && l->bad[i - 1] > at; i--) {
		l->bad[i] = l->bad[i - 1];
		l->bad[i - 1] = at;
	}
}

/* The `}` of a line that lacks its `{`, which recovery found no place for: it must not close another block. */
static bool left_over(struct parse *p, struct token t)
{
	if (t.kind != TK_RBRACE || !parse_lacks_brace_before(p, t.start) || p->lacking[p->lacking_next].end != t.start)
		return false;
	p->lacking_next++;
	if (parse_may_tell(p, t))
		diag_surplus_brace(p->diags, parse_span(p, t));
	return true;
}

/* False: there is a mistake somewhere. All is then as before. */
static bool run_without_mistake(struct parse *p, struct token first)
{
	const struct parse parse = *p;
	const struct diags told = *p->diags;
	p->lemon = seq_new(p);
	parse_feed(p, first);
	for (const struct token *t = p->lexed.tokens; t->kind != 0 && !p->refused; t++)
		parse_feed(p, *t);
	if (!p->refused)
		seq_feed(p->lemon, NO_TOKEN);
	if (!p->refused && p->diags->count == told.count)
		return true;
	*p = parse;
	*p->diags = told;
	return false;
}

static void run(struct parse *p, uint32_t start_kind)
{
	struct token first = {0, 0, start_kind};
	p->repaired = p->lexed.errors > 0; /* the lexer reads `Email` as `email` */
	if (p->lexed.errors == 0 && p->lacking_count == 0 && run_without_mistake(p, first))
		return;
	p->lemon = seq_new(p);
	shadow_empty(p->ahead);
	shadow_step(p->ahead, start_kind);
	parse_take(p, first);
	for (;;) {
		struct token t = p->lexed.tokens[p->next];
		if (p->lacking_count > 0 && left_over(p, t)) {
			p->next++;
			continue;
		}
		if (!shadow_step(p->ahead, t.kind)) {
			if (!parse_recover(p))
				return;
			continue;
		}
		parse_take(p, t);
		if (t.kind == 0)
			break;
		p->next++;
	}
	seq_feed(p->lemon, NO_TOKEN);
}

static struct parse *begin(struct sources *s, uint32_t source, struct arena *arena, struct diags *diags)
{
	struct parse *p = ARENA_NEW(arena, struct parse);
	struct shadow *shadows = ARENA_ARRAY(arena, struct shadow, 4);
	for (int i = 0; i < 4; i++)
		shadows[i].arena = arena;
	p->arena = arena;
	p->diags = diags;
	p->source = &s->items[source];
	p->source_index = source;
	p->ahead = &shadows[0];
	p->before = &shadows[1];
	p->at = &shadows[2];
	p->trial = &shadows[3];
	p->panicked_at = UINT32_MAX;
	return p;
}

/* A file that holds nothing of ours is told once, as what it seems to be, in the place of all that was told. */
static void tell_other_file(struct parse *parse, const struct diags *before)
{
	uint32_t start, end, word;
	bool sure, declares = false;
	const struct ast_file *file = AST_AS(file, FILE, parse->tree);
	for (const struct ast *d = file->decls.first; d; d = d->next) {
		for (word = d->span.start;
		     word < d->span.end && parse->source->text.p[word] >= 'a' && parse->source->text.p[word] <= 'z';)
			word++;
		declares |= d->kind != AST_ERROR && d->kind != AST_USE &&
		            lex_word(parse_text_at(parse, d->span.start, word)) != 0;
	}
	const char *what = foreign_file(parse->source->text, &start, &end, &sure);
	if (!what || (declares && !sure))
		return;
	*parse->diags = *before;
	diag_no_seq_file(parse->diags, (struct span){parse->source_index, start, end}, slice_of(what));
	parse->lexed.errors = 1;
	parse->tree = NEW(file, 0, .decls = {0});
}

static struct ast *end(struct parse *parse)
{
	uint32_t n = (uint32_t)parse->source->text.n;
	if (parse->lexed.errors > FRONT_ERRORS_MAX)
		diag_too_many_mistakes(parse->diags, (struct span){parse->source_index, n, n}, FRONT_ERRORS_MAX);
	return parse->tree;
}

struct ast *parse_source(struct sources *s, uint32_t source, struct arena *arena, struct diags *diags,
                         struct parse_extras *extras)
{
	struct parse *parse = begin(s, source, arena, diags);
	const struct diags before = *diags;
	lex_source(&parse->lexed, parse->source, source, arena, diags);
	if (extras)
		extras->lexed = parse->lexed;
	if (!parse->lexed.gave_up) {
		parse_balance_braces(parse);
		run(parse, TK_SEQ_FILE);
	}
	if (!parse->tree)
		parse->tree = NEW(file, 0, .decls = {0});
	if (parse->lexed.errors > 0 && !parse->lexed.gave_up)
		tell_other_file(parse, &before);
	parse->tree->span.end = (uint32_t)parse->source->text.n;
	if (!extras)
		arena_release(arena, parse->lexed.tokens);
	return end(parse);
}

struct ast *parse_template(struct sources *s, uint32_t source, struct arena *arena, struct diags *diags)
{
	struct parse *parse = begin(s, source, arena, diags);
	lex_template(&parse->lexed, parse->source, source, arena, diags);
	if (!parse->lexed.gave_up)
		run(parse, TK_TEMPLATE_FILE);
	if (!parse->tree)
		parse->tree = parse_template_tree(parse, (struct ast_list){0});
	return end(parse);
}
