/* SPDX-License-Identifier: Apache-2.0
 * The table of tokens and words that grammar/token.def makes, the look-up of words, and the printer of tokens. The
 * rules of the lexer stand in grammar/seq.re. */
#include "compiler/lex.h"
#include "compiler/diag.h"
#include "compiler/lex_words.h"
#include "seq.h"
#include "words.inc"

static const struct token_info token_infos[] = {
        [0] = {"END", NULL, "the end of the file", TOKEN_MARK},
#define TOKEN(NAME, spelling, class, called) [TK_##NAME] = {#NAME, spelling, called, TOKEN_##class},
#include "grammar/token.def"
#undef TOKEN
};

#define WORD_ROW(NAME, spelling)      {spelling, sizeof(spelling) - 1, TK_##NAME},
#define WORD_SOFT(NAME, spelling)     WORD_ROW(NAME, spelling)
#define WORD_RESERVED(NAME, spelling) WORD_ROW(NAME, spelling)
#define WORD_VALUE(NAME, spelling)
#define WORD_MARK(NAME, spelling)
static const struct word_info words[] = {
#define TOKEN(NAME, spelling, class, called) WORD_##class(NAME, spelling)
#define ALSO(NAME, spelling)                 WORD_ROW(NAME, spelling)
#include "grammar/token.def"
#undef TOKEN
};

#define COUNT(table) ((uint32_t)(sizeof(table) / sizeof *(table)))

const struct token_info *lex_token(uint32_t kind)
{
	return &token_infos[kind < COUNT(token_infos) ? kind : 0];
}

uint32_t lex_token_count(void)
{
	return COUNT(token_infos);
}

const struct word_info *lex_words(uint32_t *count)
{
	*count = COUNT(words);
	return words;
}

uint32_t lex_word(struct slice text)
{
	if (text.n < WORD_LENGTH_MIN || text.n > WORD_LENGTH_MAX)
		return 0;
	uint32_t number = word_slots[word_hash(text.p, text.n, WORD_SEED)];
	if (number == 0)
		return 0;
	const struct word_info *w = &words[number - 1];
	if (w->length != text.n)
		return 0;
	for (size_t i = 0; i < text.n; i++) /* short: a call of memcmp costs more */
		if (w->spelling[i] != text.p[i])
			return 0;
	return w->kind;
}

bool lex_is_word(uint32_t kind)
{
	return kind == TK_ID || lex_token(kind)->class == TOKEN_SOFT || lex_token(kind)->class == TOKEN_RESERVED;
}

struct slice lex_called(struct arena *arena, uint32_t kind)
{
	const struct token_info *t = lex_token(kind);
	return t->called ? slice_of(t->called) : arena_printf(arena, "`%s`", t->spelling);
}

/* The text with what would break its line written as escapes. */
static void put_text(struct buf *out, struct slice text)
{
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];
		if (c == '\n')
			buf_adds(out, "\\n");
		else if (c == '\r')
			buf_adds(out, "\\r");
		else if (c < 0x20 || c == 0x7f)
			buf_addf(out, "\\x%02x", c);
		else
			buf_addc(out, (char)c);
	}
}

static void put_line(struct buf *out, const struct source *s, uint32_t start, uint32_t end, const char *name)
{
	buf_addf(out, "%u..%u %s", start, end, name);
	if (end > start) {
		buf_addc(out, ' ');
		put_text(out, (struct slice){s->text.p + start, end - start});
	}
	buf_addc(out, '\n');
}

void lex_print(struct buf *out, const struct sources *sources, uint32_t source)
{
	struct arena arena;
	struct diags diags;
	struct lexed lexed;
	const struct source *s = &sources->items[source];
	arena_init(&arena, 0, NULL);
	diags_init(&diags, &arena, NULL);
	lex_source(&lexed, s, source, &arena, &diags);
	for (uint32_t i = 0; i <= lexed.count; i++) {
		const struct token *t = &lexed.tokens[i];
		put_line(out, s, t->start, t->end, lex_token(t->kind)->name);
	}
	for (uint32_t i = 0; i < lexed.comment_count; i++) {
		const struct comment *c = &lexed.comments[i];
		put_line(out, s, c->start, c->end, c->own_line ? "comment, own line" : "comment");
	}
	arena_free(&arena);
}
