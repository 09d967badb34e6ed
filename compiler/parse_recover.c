/* SPDX-License-Identifier: Apache-2.0
 * What happens at a token that is not accepted. One token is put right where the tokens after it then parse: the word
 * of another language or a misspelt one (this token, or the one before), one that is missing, one in the place of
 * another, one too many. A word that belongs elsewhere is told with its places. Else, and for those, panic: the
 * statement is left out to its end, its blocks with it. Everything is tried on shadows; lemon is fed only what it
 * takes. Past FRONT_ERRORS_MAX nothing is tried any more. */
#include "compiler/parse_recover.h"
#include "diag_codes.h"
#include "seq.h"
#include <string.h>

#define LOOK_AHEAD 4 /* tokens that must parse after a repair, or fewer to the statement's end */
#define MEANT_MAX  4 /* tokens of a synonym */

struct token recover_token_at(const struct parse *p, uint32_t i)
{
	return p->lexed.tokens[i < p->lexed.count ? i : p->lexed.count];
}

struct slice recover_text_of(const struct parse *p, struct token t)
{
	return parse_text_at(p, t.start, t.end);
}

/* ---- trying ---- */

/* Whether the tokens from index i on go on from the trial shadow. */
static bool follows(struct parse *p, uint32_t i)
{
	for (int k = 0; k < LOOK_AHEAD; k++, i++) {
		struct token t = recover_token_at(p, i);
		if (t.kind == 0)
			return true;
		if (!shadow_step(p->trial, t.kind))
			return false;
		if (t.kind == TK_SEP)
			return true;
	}
	return true;
}

/* Whether these kinds are taken from there, words as themselves, and then the tokens from index i on. */
bool recover_goes(struct parse *p, const struct shadow *from, const uint32_t *kinds, uint32_t n, uint32_t i)
{
	shadow_copy(p->trial, from);
	for (uint32_t k = 0; k < n; k++) {
		bool exact;
		if (!shadow_step_exact(p->trial, kinds[k], &exact) || !exact)
			return false;
	}
	return follows(p, i);
}

bool recover_accepts(struct parse *p, const struct shadow *from, uint32_t kind)
{
	bool exact;
	shadow_copy(p->trial, from);
	return shadow_step_exact(p->trial, kind, &exact) && exact;
}

/* Takes a token that recovery makes, from the shadow without the bad one. */
static void take_made(struct parse *p, uint32_t kind, uint32_t start, uint32_t end)
{
	p->repaired = true;
	shadow_step(p->ahead, kind);
	parse_take(p, (struct token){start, end, kind});
}

void recover_take_made_all(struct parse *p, const uint32_t *kinds, uint32_t n, uint32_t start, uint32_t end)
{
	shadow_copy(p->ahead, p->at);
	for (uint32_t k = 0; k < n; k++)
		take_made(p, kinds[k], start, k + 1 < n ? start : end);
}

/* ---- what messages say ---- */

/* The token as it stands, in a few words. */
struct slice recover_found(struct parse *p, struct token t)
{
	if (t.kind == 0)
		return SLICE("the end of the file");
	if (t.kind == TK_SEP)
		return t.end > t.start && p->source->text.p[t.start] == ';' ? SLICE("`;`")
		                                                            : SLICE("the end of the line");
	if (t.kind == TK_STRING || t.kind == TK_SOPEN)
		return SLICE("this text");
	struct slice text = recover_text_of(p, t);
	if (text.n == 0)
		return lex_called(p->arena, t.kind);
	if (text.n > 40)
		return SLICE("this");
	return arena_printf(p->arena, "`%.*s`", SLICE_ARG(text));
}

/* Where the token stands; a line's end that was made further down is where the line before it ends. */
static struct span recover_span(const struct parse *p, struct token t)
{
	if ((t.kind == TK_SEP || t.kind == 0) && t.start == t.end && p->newest.kind != 0)
		return (struct span){p->source_index, p->newest.end, p->newest.end};
	return parse_span(p, t);
}

/* "a, b or c" */
static struct slice listed(struct parse *p, const struct slice *items, uint32_t n)
{
	struct slice s = items[0];
	for (uint32_t i = 1; i < n; i++)
		s = arena_printf(p->arena, "%.*s%s%.*s", SLICE_ARG(s), i + 1 == n ? " or " : ", ", SLICE_ARG(items[i]));
	return s;
}

static struct slice listed_kinds(struct parse *p, const uint32_t *kinds, uint32_t n)
{
	struct slice items[LISTED_MAX];
	uint32_t count = 0;
	for (uint32_t i = 0; i < n && count < LISTED_MAX; i++)
		if (kinds[i] != TK_SOPEN || count == 0)
			items[count++] =
			        kinds[i] == TK_SEP ? SLICE("the end of the line") : lex_called(p->arena, kinds[i]);
	return listed(p, items, count);
}

/* ---- words ---- */

static bool recover_is_text_word(const struct parse *p, struct token t)
{
	return lex_is_word(t.kind) && t.end > t.start && t.start >= p->end;
}

/* `kinds` in the place of t, which is the bad token, or the newest before it. */
void recover_replace(struct parse *p, struct token t, bool newest, const uint32_t *kinds, uint32_t n)
{
	if (newest) {
		shadow_copy(p->ahead, p->before);
		p->newest = NO_TOKEN;
	} else {
		shadow_copy(p->ahead, p->at);
		p->next++;
	}
	for (uint32_t k = 0; k < n; k++)
		take_made(p, kinds[k], t.start, k + 1 < n ? t.start : t.end);
}

static void tell_word(struct parse *p, struct token t, struct slice meant, bool foreign)
{
	if (!parse_may_tell(p, t))
		return;
	struct span span = parse_span(p, t);
	struct diag *g = foreign ? diag_foreign_word(p->diags, span, recover_text_of(p, t), meant)
	                         : diag_misspelt_word(p->diags, span, recover_text_of(p, t), meant);
	diag_fix(p->diags, g, span, meant, FIX_MAYBE, "write `%.*s`", SLICE_ARG(meant));
}

struct synonym {
	const char *typed, *meant;
};

static const struct synonym synonyms[] = {
#define SYNONYM(typed, meant) {typed, meant},
#define HINT(typed, hint)
#define SHAPE(word, shape)
#include "grammar/synonym.def"
#undef SYNONYM
#undef HINT
#undef SHAPE
};

static const struct synonym hints[] = {
#define SYNONYM(typed, meant)
#define HINT(typed, hint) {typed, hint},
#define SHAPE(word, shape)
#include "grammar/synonym.def"
#undef SYNONYM
#undef HINT
#undef SHAPE
};

static const struct synonym shapes[] = {
#define SYNONYM(typed, meant)
#define HINT(typed, hint)
#define SHAPE(word, shape) {word, shape},
#include "grammar/synonym.def"
#undef SYNONYM
#undef HINT
#undef SHAPE
};

static uint32_t kinds_of(const char *words, uint32_t kinds[MEANT_MAX])
{
	uint32_t n = 0;
	for (const char *w = words; *w && n < MEANT_MAX; n++) {
		size_t length = *w == '-' ? 1 : strcspn(w, " -");
		kinds[n] = *w == '-' ? TK_MINUS : *w >= '0' && *w <= '9' ? TK_NUM : lex_word((struct slice){w, length});
		w += length + (w[length] == ' ');
	}
	return n;
}

/* A word of another language: repaired, or at least told (*told) where the word that is meant could stand. */
static bool synonym(struct parse *p, struct token t, bool newest, bool *told)
{
	const struct shadow *from = newest ? p->before : p->at;
	const char *could = NULL; /* the first that could stand here */
	for (size_t i = 0; recover_is_text_word(p, t) && i < sizeof synonyms / sizeof *synonyms; i++) {
		uint32_t kinds[MEANT_MAX], n;
		if (!slice_is(recover_text_of(p, t), synonyms[i].typed))
			continue;
		n = kinds_of(synonyms[i].meant, kinds);
		if (recover_goes(p, from, kinds, n, newest ? p->next : p->next + 1)) {
			tell_word(p, t, slice_of(synonyms[i].meant), true);
			recover_replace(p, t, newest, kinds, n);
			return true;
		}
		if (!could && n == 1 && recover_accepts(p, from, kinds[0]))
			could = synonyms[i].meant;
	}
	if (could && !newest && !*told) {
		tell_word(p, t, slice_of(could), true);
		*told = true;
	}
	return false;
}

static bool misspelt(struct parse *p, struct token t, bool newest)
{
	if (!recover_is_text_word(p, t))
		return false;
	uint32_t count, n = 0;
	const struct word_info *words = lex_words(&count);
	const struct shadow *from = newest ? p->before : p->at;
	struct slice text = recover_text_of(p, t);
	struct slice *near = ARENA_ARRAY(p->arena, struct slice, count);
	uint32_t *kinds = ARENA_ARRAY(p->arena, uint32_t, count);
	for (uint32_t i = 0; i < count; i++) {
		size_t a = words[i].length, b = text.n;
		if ((a > b ? a - b : b - a) > 2 || words[i].kind == t.kind ||
		    !recover_goes(p, from, &words[i].kind, 1, newest ? p->next : p->next + 1))
			continue;
		near[n] = (struct slice){words[i].spelling, words[i].length};
		kinds[n++] = words[i].kind;
	}
	int k = diag_nearest(text, near, n);
	if (k < 0)
		return false;
	tell_word(p, t, near[k], false);
	recover_replace(p, t, newest, &kinds[k], 1);
	return true;
}

/* A block, and what leads into it. */
struct place {
	const char *called;
	uint32_t count;
	uint32_t kinds[10];
};

static const struct place places[] = {
        {"the top level of a file", 1, {TK_SEQ_FILE}},
        {"a workspace", 4, {TK_SEQ_FILE, TK_WORKSPACE, TK_ID, TK_LBRACE}},
        {"a mailbox of the workspace", 7, {TK_SEQ_FILE, TK_WORKSPACE, TK_ID, TK_LBRACE, TK_MAILBOX, TK_ID, TK_LBRACE}},
        {"a sequence", 4, {TK_SEQ_FILE, TK_SEQUENCE, TK_ID, TK_LBRACE}},
        {"a message or page", 7, {TK_SEQ_FILE, TK_SEQUENCE, TK_ID, TK_LBRACE, TK_EMAIL, TK_ID, TK_LBRACE}},
        {"a `migrate` block", 6, {TK_SEQ_FILE, TK_SEQUENCE, TK_ID, TK_LBRACE, TK_MIGRATE, TK_LBRACE}},
        {"a questionnaire", 4, {TK_SEQ_FILE, TK_QUESTIONNAIRE, TK_ID, TK_LBRACE}},
        {"a test", 4, {TK_SEQ_FILE, TK_TEST, TK_STRING, TK_LBRACE}},
        {"a deployment", 4, {TK_SEQ_FILE, TK_DEPLOYMENT, TK_ID, TK_LBRACE}},
        {"a `connect` of a deployment",
         7,
         {TK_SEQ_FILE, TK_DEPLOYMENT, TK_ID, TK_LBRACE, TK_CONNECT, TK_ID, TK_LBRACE}},
};

static bool recover_at_statement_start(const struct parse *p)
{
	return p->newest.kind == 0 || p->newest.kind == TK_SEP || p->newest.kind == TK_LBRACE ||
	       p->newest.kind == TK_SEQ_FILE;
}

/* The places where the keyword begins a statement; `whole`: and the token after it goes on there. */
static uint32_t places_of(struct parse *p, struct token t, bool whole, struct slice names[LISTED_MAX])
{
	uint32_t n = 0;
	for (size_t i = 0; i < sizeof places / sizeof *places && n < LISTED_MAX; i++) {
		bool exact;
		shadow_empty(p->trial);
		for (uint32_t k = 0; k < places[i].count; k++)
			shadow_step(p->trial, places[i].kinds[k]);
		if (shadow_step_exact(p->trial, t.kind, &exact) && exact &&
		    (!whole || shadow_step(p->trial, recover_token_at(p, p->next + 1).kind)))
			names[n++] = slice_of(places[i].called);
	}
	return n;
}

/* A keyword that begins a statement elsewhere: told with the places, not repaired. */
static bool misplaced(struct parse *p, struct token t)
{
	struct slice names[LISTED_MAX];
	if (t.kind == TK_ID || !lex_is_word(t.kind) || !recover_at_statement_start(p))
		return false;
	uint32_t n = places_of(p, t, true, names);
	if (n == 0)
		n = places_of(p, t, false, names);
	if (n == 0)
		return false;
	if (parse_may_tell(p, t))
		diag_misplaced_word(p->diags, parse_span(p, t), recover_text_of(p, t), listed(p, names, n));
	return true;
}

/* The same, when the keyword was taken for a name here, as in `wait 3 days` within an email. */
static bool misplaced_name(struct parse *p, struct token newest)
{
	struct slice names[LISTED_MAX];
	uint32_t i = p->next - 1;
	if (newest.kind == TK_ID || !recover_is_text_word(p, newest) || p->next < 2 ||
	    recover_token_at(p, i).start != newest.start || recover_accepts(p, p->before, newest.kind))
		return false;
	uint32_t before = recover_token_at(p, i - 1).kind;
	if (before != TK_SEP && before != TK_LBRACE)
		return false;
	p->next--;
	uint32_t n = places_of(p, newest, true, names);
	p->next++;
	if (n > 0 && parse_may_tell(p, newest))
		diag_misplaced_word(p->diags, parse_span(p, newest), recover_text_of(p, newest), listed(p, names, n));
	return n > 0;
}

/* ---- one token missing, in the place of another, or too many ---- */

/* What recovery may make: no braces (they balance), no parts of texts, no `not` and `was` (they fit too often). */
static bool can_be_made(uint32_t kind)
{
	switch (kind) {
	case TK_BAD:
	case TK_NOT:
	case TK_WAS: /* nobody forgets it */
	case TK_SEQ_FILE:
	case TK_TEMPLATE_FILE:
	case TK_LBRACE:
	case TK_RBRACE:
	case TK_SOPEN:
	case TK_STEXT:
	case TK_SCLOSE:
	case TK_HOPEN:
	case TK_HWHEN:
	case TK_HOTHERWISE:
	case TK_HEND:
	case TK_HCLOSE: return false;
	default: return true;
	}
}

/* The kinds that go before (or in the place of) the bad token so that the tokens from index i follow. */
static uint32_t candidates(struct parse *p, uint32_t i, uint32_t kinds[LISTED_MAX + 1])
{
	uint32_t n = 0;
	for (uint32_t kind = 1; kind < lex_token_count() && n <= LISTED_MAX; kind++) {
		bool word = kind != TK_ID && lex_is_word(kind);
		if (can_be_made(kind) && !(word && recover_at_statement_start(p)) &&
		    recover_goes(p, p->at, &kind, 1, i))
			kinds[n++] = kind;
	}
	return n;
}

/* Where and how the missing thing is put in: a comma and the like right after the token before, others before t. */
static void fix_missing(struct parse *p, struct diag *g, struct token t, const uint32_t *kinds, uint32_t n)
{
	struct slice text = kinds[0] == TK_SEP ? SLICE(";") : slice_of(lex_token(kinds[0])->spelling);
	bool close = kinds[0] == TK_SEP || kinds[0] == TK_COMMA || kinds[0] == TK_DOT || kinds[0] == TK_RPAREN;
	uint32_t at = close ? p->newest.end : t.start;
	struct slice ours = {0}; /* with its blank */
	if (n == 2)
		text = arena_printf(p->arena, "%.*s %s", SLICE_ARG(text), lex_token(kinds[1])->spelling);
	if (kinds[0] == TK_WEEKDAY && p->newest.kind == TK_WINDOW) /* `window 09:00-17:00` means more than Mondays */
		text = SLICE("mon-fri");
	bool glued = !close && at == p->newest.end; /* at the end of a line the blank stands before it */
	if (glued)
		ours = arena_printf(p->arena, " %.*s", SLICE_ARG(text));
	else if (!close)
		ours = arena_printf(p->arena, "%.*s ", SLICE_ARG(text));
	diag_fix(p->diags, g, (struct span){p->source_index, at, at}, ours.n ? ours : text, FIX_MAYBE, "put `%.*s` in",
	         SLICE_ARG(text));
}

/* n kinds are missing before t; `only`: nothing else would do. */
static void tell_missing(struct parse *p, struct token t, struct slice what, const uint32_t *kinds, uint32_t n,
                         bool only)
{
	if (!parse_may_tell(p, t))
		return;
	struct diag *g = diag_missing_token(p->diags, recover_span(p, t), what, recover_found(p, t));
	if (only && (lex_token(kinds[0])->spelling || kinds[0] == TK_SEP) && t.kind != 0)
		fix_missing(p, g, t, kinds, n);
	else if (only && kinds[0] == TK_ID)
		recover_fix_no_name(p, g, t);
	recover_put_shape(p, g);
}

static const uint32_t pairs[][2] = {{TK_UP, TK_TO}, {TK_AT, TK_MOST}, {TK_ONE, TK_OF}};

bool parse_lacks_brace_before(struct parse *p, uint32_t start)
{
	while (p->lacking_next < p->lacking_count && p->lacking[p->lacking_next].end < start)
		p->lacking_next++;
	return p->lacking_next < p->lacking_count && p->lacking[p->lacking_next].start <= start;
}

/* A `{` on a line that was found to lack one: before the bad token, or before the newest. */
static bool lacks_brace(struct parse *p, struct token t)
{
	uint32_t brace = TK_LBRACE;
	struct token newest = p->newest;
	if (!parse_lacks_brace_before(p, t.start))
		return false;
	bool before_newest = p->next > 0 && newest.start < newest.end &&
	                     recover_token_at(p, p->next - 1).start == newest.start &&
	                     recover_goes(p, p->before, &brace, 1, p->next - 1);
	if (!before_newest && !recover_goes(p, p->at, &brace, 1, p->next))
		return false;
	uint32_t at = before_newest ? newest.start : t.start;
	if (parse_may_tell(p, t)) {
		struct span span = {p->source_index, at, at};
		struct diag *g = diag_missing_brace(p->diags, span);
		diag_fix(p->diags, g, span, SLICE("{ "), FIX_MAYBE, "open it here");
	}
	p->lacking_next++;
	shadow_copy(p->ahead, before_newest ? p->before : p->at);
	if (before_newest) {
		p->newest = NO_TOKEN;
		p->next--;
	}
	take_made(p, brace, at, at);
	return true;
}

static bool missing_end(struct parse *p, struct token t)
{
	uint32_t sep = TK_SEP, after = p->newest.end;
	if (t.kind == TK_SEP || !recover_goes(p, p->at, &sep, 1, p->next))
		return false;
	tell_missing(p, t, lex_called(p->arena, TK_SEP), &sep, 1, true);
	recover_take_made_all(p, &sep, 1, after, after);
	return true;
}

static bool missing(struct parse *p, struct token t)
{
	uint32_t kinds[LISTED_MAX + 1], is = TK_IS, after = p->newest.end;
	if (t.kind == TK_NOT && recover_goes(p, p->at, &is, 1, p->next)) {
		tell_missing(p, t, SLICE("`is`"), &is, 1, true);
		recover_take_made_all(p, &is, 1, after, after);
		return true;
	}
	uint32_t n = candidates(p, p->next, kinds);
	if (n > 0 && n <= LISTED_MAX) {
		tell_missing(p, t, listed_kinds(p, kinds, n), kinds, 1, n == 1);
		recover_take_made_all(p, kinds, 1, after, after);
		return true;
	}
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs && !recover_at_statement_start(p); i++)
		if (recover_goes(p, p->at, pairs[i], 2, p->next)) {
			const char *first = lex_token(pairs[i][0])->spelling,
			           *second = lex_token(pairs[i][1])->spelling;
			tell_missing(p, t, arena_printf(p->arena, "`%s %s`", first, second), pairs[i], 2, true);
			recover_take_made_all(p, pairs[i], 2, after, after);
			return true;
		}
	return false;
}

/* A name where a text is meant: `exit later`. */
static bool unquoted(struct parse *p, struct token t)
{
	uint32_t text = TK_STRING;
	if (t.kind != TK_ID || t.start == t.end || !recover_goes(p, p->at, &text, 1, p->next + 1))
		return false;
	if (parse_may_tell(p, t)) {
		struct diag *g =
		        diag_expected(p->diags, parse_span(p, t), lex_called(p->arena, text), recover_found(p, t));
		diag_fix(p->diags, g, parse_span(p, t),
		         arena_printf(p->arena, "\"%.*s\"", SLICE_ARG(recover_text_of(p, t))), FIX_MAYBE,
		         "put it in quotes");
	}
	recover_replace(p, t, false, &text, 1);
	return true;
}

static bool instead(struct parse *p, struct token t)
{
	uint32_t kinds[LISTED_MAX + 1];
	if (t.kind == TK_SEP || !can_be_made(t.kind))
		return false;
	if (lex_token(t.kind)->class == TOKEN_RESERVED) {
		uint32_t name = TK_ID;
		if (recover_word_for_sign(p, t))
			return true;
		if (!recover_goes(p, p->at, &name, 1, p->next + 1))
			return false;
		if (parse_may_tell(p, t))
			diag_reserved_word(p->diags, parse_span(p, t), recover_text_of(p, t));
		recover_replace(p, t, false, &name, 1);
		return true;
	}
	uint32_t n = candidates(p, p->next + 1, kinds);
	if (n == 0 || n > LISTED_MAX)
		return false;
	if (parse_may_tell(p, t)) {
		struct diag *g =
		        diag_expected(p->diags, recover_span(p, t), listed_kinds(p, kinds, n), recover_found(p, t));
		recover_fix_quoted_name(p, g, t, kinds[0]);
		recover_put_shape(p, g);
	}
	recover_replace(p, t, false, kinds, 1);
	return true;
}

static bool surplus(struct parse *p, struct token t)
{
	if (t.kind == 0 || t.kind == TK_SEP || !can_be_made(t.kind) || !recover_goes(p, p->at, NULL, 0, p->next + 1))
		return false;
	if (parse_may_tell(p, t)) {
		struct diag *g = diag_surplus_token(p->diags, parse_span(p, t), recover_found(p, t));
		bool last = recover_token_at(p, p->next + 1).kind == TK_SEP;
		if (t.kind != TK_STRING) /* a text is meant for something */
			diag_fix(p->diags, g, parse_span(p, t), SLICE(""),
			         last || t.kind == TK_RPAREN ? FIX_SURE : FIX_MAYBE, "leave it out");
		recover_put_shape(p, g);
	}
	shadow_copy(p->ahead, p->at);
	p->next++;
	return true;
}

/* ---- {{when}} … {{end}} ---- */

/* The {{when}} that is open before token i. */
static struct token open_when(const struct parse *p, uint32_t i)
{
	uint32_t ended = 0;
	while (i-- > 0) {
		uint32_t kind = p->lexed.tokens[i].kind;
		if (kind == TK_HEND)
			ended++;
		else if (kind == TK_HWHEN && ended-- == 0)
			return p->lexed.tokens[i];
	}
	return recover_token_at(p, p->next);
}

/* A text with holes where none may stand: read as one without. */
static bool hole_not_allowed(struct parse *p, struct token t)
{
	if (t.kind != TK_SOPEN || !recover_accepts(p, p->at, TK_STRING))
		return false;
	uint32_t texts = 1, string = TK_STRING, i = p->next + 1;
	struct token hole = NO_TOKEN;
	for (; i < p->lexed.count && texts > 0; i++) {
		uint32_t kind = p->lexed.tokens[i].kind;
		texts += kind == TK_SOPEN;
		texts -= kind == TK_SCLOSE;
		if (hole.kind == 0 &&
		    (kind == TK_HOPEN || kind == TK_HWHEN || kind == TK_HEND || kind == TK_HOTHERWISE))
			hole = p->lexed.tokens[i];
	}
	if (parse_may_tell(p, hole))
		diag_hole_not_allowed(p->diags, parse_span(p, hole));
	p->next = i;
	recover_take_made_all(p, &string, 1, t.start, recover_token_at(p, i - 1).end);
	return true;
}

static bool hole_blocks(struct parse *p, struct token t)
{
	uint32_t hend = TK_HEND;
	if ((t.kind == TK_SCLOSE || t.kind == 0) && recover_accepts(p, p->at, TK_HEND)) {
		struct token when = open_when(p, p->next);
		if (parse_may_tell(p, when))
			diag_open_when(p->diags, parse_span(p, when));
		recover_take_made_all(p, &hend, 1, t.start, t.start);
		return true;
	}
	if (t.kind != TK_HEND && t.kind != TK_HOTHERWISE)
		return false;
	if (parse_may_tell(p, t))
		diag_stray_hole(p->diags, parse_span(p, t), recover_text_of(p, t));
	shadow_copy(p->ahead, p->at);
	p->next++;
	return true;
}

/* ---- panic ---- */

/* What people look for who begin a statement with a word of another language. */
static void put_hint(struct parse *p, struct diag *g, struct token t)
{
	for (size_t i = 0; recover_is_text_word(p, t) && i < sizeof hints / sizeof *hints; i++)
		if (slice_is(recover_text_of(p, t), hints[i].typed))
			diag_note(p->diags, g, "%s", hints[i].meant);
}

/* How the statement is written that the mistake stands in, where nothing better was said. */
void recover_put_shape(struct parse *p, struct diag *g)
{
	uint32_t i = p->next;
	if (g->notes || g->fixes)
		return;
	for (; i > 0; i--) {
		uint32_t kind = recover_token_at(p, i - 1).kind;
		if (kind == TK_SEP || kind == TK_LBRACE || kind == TK_RBRACE || kind == TK_SOPEN)
			break;
	}
	for (size_t k = 0; k < sizeof shapes / sizeof *shapes; k++)
		if (slice_is(recover_text_of(p, recover_token_at(p, i)), shapes[k].typed))
			diag_note(p->diags, g, "%s", shapes[k].meant);
}

/* A word near to one that can begin a statement here, though what follows it does not go on. */
static bool tell_misspelt_start(struct parse *p, struct token t)
{
	uint32_t count, n = 0;
	const struct word_info *words = lex_words(&count);
	if (t.kind != TK_ID || !recover_is_text_word(p, t) || !recover_at_statement_start(p))
		return false;
	struct slice *near = ARENA_ARRAY(p->arena, struct slice, count);
	for (uint32_t i = 0; i < count; i++)
		if (recover_accepts(p, p->at, words[i].kind))
			near[n++] = (struct slice){words[i].spelling, words[i].length};
	int k = diag_nearest(recover_text_of(p, t), near, n);
	if (k >= 0)
		tell_word(p, t, near[k], false);
	return k >= 0;
}

static void tell_unexpected(struct parse *p, struct token t)
{
	uint32_t kinds[LISTED_MAX + 1], n = 0, brace = TK_LBRACE;
	for (uint32_t kind = 1; kind < lex_token_count() && n <= LISTED_MAX; kind++)
		if (kind != TK_BAD && kind != TK_WAS && recover_accepts(p, p->at, kind))
			kinds[n++] = kind;
	struct diag *g;
	bool opens = t.kind == TK_SEP ? recover_accepts(p, p->at, brace) : recover_goes(p, p->at, &brace, 1, p->next);
	if (tell_misspelt_start(p, t) || !parse_may_tell(p, t))
		return;
	if (n > 0 && n <= LISTED_MAX)
		g = diag_expected(p->diags, recover_span(p, t), listed_kinds(p, kinds, n), recover_found(p, t));
	else if (opens && !recover_at_statement_start(p))
		g = diag_missing_token(p->diags, recover_span(p, t), SLICE("`{`"), recover_found(p, t));
	else
		put_hint(p, g = diag_unexpected(p->diags, recover_span(p, t), recover_found(p, t)), t);
	recover_put_shape(p, g);
}

/* Index after the last token of the broken statement: its SEP, or before the `}` of the block that it stands in; in a
 * hole, its `}}`. `open` braces were lost with it. */
static uint32_t statement_end(const struct parse *p, uint32_t i, uint32_t open, bool in_hole)
{
	uint32_t holes = 0;
	for (; i < p->lexed.count; i++) {
		uint32_t kind = p->lexed.tokens[i].kind;
		if (kind == TK_HOPEN || kind == TK_HWHEN)
			holes++;
		else if (kind == TK_HCLOSE && holes > 0)
			holes--;
		else if (kind == TK_HCLOSE && in_hole)
			return i;
		else if (kind == TK_LBRACE)
			open++;
		else if (kind == TK_RBRACE && open == 0)
			return i;
		else if (kind == TK_RBRACE)
			open--;
		else if (kind == TK_SEP && open == 0 && p->lexed.tokens[i + 1].kind != TK_OTHERWISE)
			return i;
	}
	return i;
}

static bool panic(struct parse *p)
{
	uint32_t first = p->next, start = p->newest.kind ? p->newest.end : recover_token_at(p, first).start;
	if (p->newest.kind != 0)
		parse_feed(p, p->newest);
	p->newest = NO_TOKEN;
	if (p->panicked_at == first && recover_token_at(p, first).kind != 0)
		p->next++; /* the same place twice: it must go on */
	p->panicked_at = first;
	uint32_t braces = seq_open_braces(p->lemon);
	seq_feed(p->lemon, (struct token){start, start, TK_BAD});
	shadow_of(p->at, p->lemon);
	if (p->at->n <= 1)
		return false;
	bool in_hole = recover_accepts(p, p->at, TK_HCLOSE);
	p->next = statement_end(p, p->next, braces - seq_open_braces(p->lemon), in_hole);
	struct token end = recover_token_at(p, p->next);
	p->skipped_start = start;
	p->skipped_end = end.start;
	uint32_t close = in_hole ? TK_HCLOSE : TK_SEP;
	shadow_copy(p->ahead, p->at);
	if (!shadow_step(p->ahead, close))
		return false;
	if (end.kind == close)
		p->next++;
	parse_take(p, (struct token){end.start, end.end, close});
	return true;
}

bool parse_recover(struct parse *p)
{
	struct token t = recover_token_at(p, p->next), newest = p->newest;
	shadow_of(p->before, p->lemon);
	shadow_copy(p->at, p->before);
	if (newest.kind != 0)
		shadow_step(p->at, newest.kind);
	if (t.kind == 0 && p->panicked_at == p->next)
		return false;
	if (hole_blocks(p, t) || hole_not_allowed(p, t) || lacks_brace(p, t))
		return true;
	if (p->lexed.errors > FRONT_ERRORS_MAX)
		return panic(p);
	bool told = false;
	if (recover_brace_below(p, t) || recover_else_if(p, t) || synonym(p, t, false, &told) ||
	    (!told && synonym(p, newest, true, &told)))
		return true;
	if (told || misplaced(p, t) || misplaced_name(p, newest))
		return panic(p);
	if (recover_sign(p, t) || recover_capitals(p, t) || recover_fact(p, t) || misspelt(p, t, false) ||
	    misspelt(p, newest, true) || recover_name_of_parts(p, t) || recover_line_too_short(p, t) || unquoted(p, t))
		return true;
	if (recover_tell_quote_inside(p, t) || recover_tell_send(p, t))
		return panic(p);
	if (missing_end(p, t) || recover_wrong_order(p, t) || recover_surplus_before(p, t) ||
	    recover_name_before(p, t) || missing(p, t) || instead(p, t) || surplus(p, t) || recover_brackets(p, t))
		return true;
	tell_unexpected(p, t);
	return panic(p);
}
