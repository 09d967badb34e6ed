/* SPDX-License-Identifier: Apache-2.0
 * Repairs of single mistakes that people make often: each knows one of them, tells it with what to write, and goes on
 * as if it had been written. All is tried on shadows first. */
#include "compiler/lex_foreign.h"
#include "compiler/parse_recover.h"
#include "diag_codes.h"
#include "seq.h"
#include <string.h>

static struct span span_of(const struct parse *p, uint32_t start, uint32_t end)
{
	return (struct span){p->source_index, start, end};
}

static bool newline_between(const struct parse *p, uint32_t start, uint32_t end)
{
	return end > start && memchr(p->source->text.p + start, '\n', end - start) != NULL;
}

static bool is_word(struct token t)
{
	return lex_is_word(t.kind) && t.end > t.start;
}

/* The bad token is left out, and those up to index i. */
static void skip_to(struct parse *p, uint32_t i)
{
	shadow_copy(p->ahead, p->at);
	p->next = i;
}

/* ---- blocks ---- */

bool recover_brace_below(struct parse *p, struct token t)
{
	struct token brace = recover_token_at(p, p->next + 1);
	if (t.kind != TK_SEP || brace.kind != TK_LBRACE || p->newest.kind == 0 ||
	    !newline_between(p, p->newest.end, brace.start) || !recover_accepts(p, p->at, TK_LBRACE))
		return false;
	if (parse_may_tell(p, brace)) {
		struct diag *g = diag_brace_below(p->diags, parse_span(p, brace));
		struct slice between = parse_text_at(p, p->newest.end, brace.start);
		if (slice_trim(between).n == 0)
			diag_fix(p->diags, g, span_of(p, p->newest.end, brace.start), SLICE(" "), FIX_SURE,
			         "move it to the end of the line before");
	}
	skip_to(p, p->next + 1);
	return true;
}

static bool is_one_of(struct slice word, const char *const words[])
{
	for (; *words; words++)
		if (slice_is(word, *words))
			return true;
	return false;
}

bool recover_else_if(struct parse *p, struct token t)
{
	static const char *const one_word[] = {"elif", "elsif", "elseif", NULL},
	                         *const first[] = {"else", "otherwise", NULL}, *const second[] = {"if", "when", NULL};
	const uint32_t kinds[] = {TK_SEP, TK_WHEN};
	struct token next = recover_token_at(p, p->next + 1), newest = p->newest;
	bool after_otherwise = newest.kind == TK_OTHERWISE && is_one_of(recover_text_of(p, t), second);
	bool two = !after_otherwise && is_one_of(recover_text_of(p, t), first) &&
	           is_one_of(recover_text_of(p, next), second);
	if (!is_word(t) || (!after_otherwise && !two && !is_one_of(recover_text_of(p, t), one_word)))
		return false;
	uint32_t on = p->next + 1 + two;
	if (!recover_goes(p, after_otherwise ? p->before : p->at, kinds, 2, on))
		return false;
	struct span span = span_of(p, after_otherwise ? newest.start : t.start, two ? next.end : t.end);
	if (parse_may_tell(p, t)) {
		struct slice typed = parse_text_at(p, span.start, span.end);
		struct diag *g = diag_foreign_word(p->diags, span, typed, SLICE("otherwise { when … { … } }"));
		diag_note(p->diags, g,
		          "for several cases: `choose { when … { … }`, a `when` a line, and last `otherwise { … } }`");
	}
	if (after_otherwise) {
		p->newest = NO_TOKEN;
		shadow_copy(p->at, p->before);
	}
	p->next = on;
	recover_take_made_all(p, kinds, 2, span.start, span.end);
	return true;
}

/* ---- signs ---- */

static bool wrong_equal(struct parse *p, struct token t, uint32_t meant)
{
	if (!recover_goes(p, p->at, &meant, 1, p->next + 1))
		return false;
	if (parse_may_tell(p, t)) {
		struct slice ours = slice_of(lex_token(meant)->spelling);
		struct slice where = meant == TK_EQ ? SLICE(" to compare") : SLICE(" to give a value");
		struct diag *g = diag_foreign_sign(p->diags, parse_span(p, t), recover_text_of(p, t), ours, where);
		diag_fix(p->diags, g, parse_span(p, t), ours, FIX_SURE, "write `%.*s`", SLICE_ARG(ours));
	}
	recover_replace(p, t, false, &meant, 1);
	return true;
}

/* `subject = "x"`, `subject -> "x"` */
static bool sign_before_value(struct parse *p, struct token t)
{
	struct token next = recover_token_at(p, p->next + 1);
	if (!recover_goes(p, p->at, NULL, 0, p->next + 1))
		return false;
	if (parse_may_tell(p, t)) {
		struct diag *g = t.kind == TK_ARROW
		                         ? diag_surplus_token(p->diags, parse_span(p, t), recover_found(p, t))
		                         : diag_equals(p->diags, parse_span(p, t));
		uint32_t start = t.start,
		         end = next.start > t.end && !newline_between(p, t.end, next.start) ? next.start : t.end;
		if (start == p->newest.end || end == t.end) /* a blank stays between what is on its sides */
			diag_fix(p->diags, g, span_of(p, start, end), start == p->newest.end ? SLICE(" ") : SLICE(""),
			         FIX_SURE, "leave it out");
		else
			diag_fix(p->diags, g, span_of(p, start, end), SLICE(""), FIX_SURE, "leave it out");
	}
	skip_to(p, p->next + 1);
	return true;
}

/* A comma at the end of a statement, or in the place of `;`. */
static bool comma_for_end(struct parse *p, struct token t)
{
	uint32_t sep = TK_SEP;
	struct token next = recover_token_at(p, p->next + 1);
	bool last = next.kind == TK_SEP || newline_between(p, t.end, next.start);
	if (next.kind == TK_SEP || !recover_goes(p, p->at, &sep, 1, p->next + 1))
		return false;
	if (parse_may_tell(p, t)) {
		struct diag *g = last ? diag_surplus_token(p->diags, parse_span(p, t), SLICE("`,`"))
		                      : diag_expected(p->diags, parse_span(p, t), SLICE("`;`"), SLICE("`,`"));
		diag_fix(p->diags, g, parse_span(p, t), last ? SLICE("") : SLICE(";"), FIX_SURE,
		         last ? "leave it out" : "write `;`");
	}
	recover_replace(p, t, false, &sep, 1);
	return true;
}

/* `1,5` and `1,000` */
static bool comma_in_number(struct parse *p, struct token t)
{
	struct token next = recover_token_at(p, p->next + 1), newest = p->newest;
	if (newest.kind != TK_NUM || next.kind != TK_NUM || newest.end != t.start || next.start != t.end ||
	    !recover_goes(p, p->at, NULL, 0, p->next + 2))
		return false;
	struct slice before = recover_text_of(p, newest), after = recover_text_of(p, next);
	if (parse_may_tell(p, t)) {
		struct span span = span_of(p, newest.start, next.end);
		struct diag *g = diag_number_sign(p->diags, span, parse_text_at(p, span.start, span.end));
		bool thousands = after.n == 3;
		struct slice meant =
		        arena_printf(p->arena, "%.*s%s%.*s", SLICE_ARG(before), thousands ? "" : ".", SLICE_ARG(after));
		diag_fix(p->diags, g, span, meant, thousands ? FIX_MAYBE : FIX_SURE, "write `%.*s`", SLICE_ARG(meant));
	}
	skip_to(p, p->next + 2);
	return true;
}

/* `09.00`, `9` where a time is meant. */
static bool number_for_time(struct parse *p, struct token t)
{
	uint32_t time = TK_TIME;
	int minute = foreign_time(recover_text_of(p, t));
	if (minute < 0 || !recover_accepts(p, p->at, TK_TIME))
		return false;
	if (parse_may_tell(p, t)) {
		struct diag *g = diag_time_digits(p->diags, parse_span(p, t), recover_text_of(p, t));
		diag_fix(p->diags, g, parse_span(p, t), arena_printf(p->arena, "%02d:%02d", minute / 60, minute % 60),
		         FIX_SURE, "write `%02d:%02d`", minute / 60, minute % 60);
	}
	recover_replace(p, t, false, &time, 1);
	return true;
}

/* A value beside a text, `"Hi " + first_name`: told, and the sign left out with the value. */
static bool joined_texts(struct parse *p, struct token t)
{
	if ((p->newest.kind != TK_STRING && p->newest.kind != TK_SCLOSE) || recover_accepts(p, p->at, TK_MINUS))
		return false;
	uint32_t i = p->next + 1;
	while (recover_token_at(p, i).kind != 0 && recover_token_at(p, i).kind != TK_SEP &&
	       recover_token_at(p, i).kind != TK_RBRACE)
		i++;
	if (!recover_goes(p, p->at, NULL, 0, i))
		return false;
	if (parse_may_tell(p, t))
		diag_hole_outside(p->diags, parse_span(p, t));
	skip_to(p, i);
	return true;
}

bool recover_sign(struct parse *p, struct token t)
{
	switch (t.kind) {
	case TK_ASSIGN: return wrong_equal(p, t, TK_EQ) || sign_before_value(p, t);
	case TK_EQ: return wrong_equal(p, t, TK_ASSIGN);
	case TK_ARROW: return sign_before_value(p, t);
	case TK_COMMA: return comma_in_number(p, t) || comma_for_end(p, t);
	case TK_PLUS: return joined_texts(p, t);
	case TK_NUM: return number_for_time(p, t);
	default: return false;
	}
}

/* `tags a and b`, `wait 1 day and 2 hours` */
bool recover_word_for_sign(struct parse *p, struct token t)
{
	static const uint32_t signs[] = {TK_COMMA, TK_PLUS};
	for (size_t i = 0; t.kind == TK_AND && i < sizeof signs / sizeof *signs; i++) {
		if (!recover_goes(p, p->at, &signs[i], 1, p->next + 1))
			continue;
		if (parse_may_tell(p, t)) {
			struct diag *g = diag_expected(p->diags, parse_span(p, t), lex_called(p->arena, signs[i]),
			                               recover_found(p, t));
			bool comma = signs[i] == TK_COMMA;
			diag_fix(p->diags, g, comma ? span_of(p, p->newest.end, t.end) : parse_span(p, t),
			         slice_of(lex_token(signs[i])->spelling), FIX_SURE, "write `%s`",
			         lex_token(signs[i])->spelling);
		}
		recover_replace(p, t, false, &signs[i], 1);
		return true;
	}
	return false;
}

bool recover_brackets(struct parse *p, struct token t)
{
	struct lexed *l = &p->lexed;
	uint32_t open = 0, i = p->next;
	if (t.kind != TK_LPAREN)
		return false;
	for (; i < l->count && l->tokens[i].kind != TK_SEP; i++) {
		open += l->tokens[i].kind == TK_LPAREN;
		open -= l->tokens[i].kind == TK_RPAREN;
		if (open == 0)
			break;
	}
	if (open > 0 || i >= l->count || l->tokens[i].kind != TK_RPAREN)
		return false;
	struct token close = l->tokens[i];
	memmove(&l->tokens[i], &l->tokens[i + 1], (l->count - i) * sizeof *l->tokens); /* the end too */
	l->count--;
	if (!recover_goes(p, p->at, NULL, 0, p->next + 1)) {
		memmove(&l->tokens[i + 1], &l->tokens[i], (l->count + 1 - i) * sizeof *l->tokens);
		l->tokens[i] = close;
		l->count++;
		return false;
	}
	if (parse_may_tell(p, t)) {
		struct diag *g = diag_surplus_token(p->diags, parse_span(p, t), SLICE("`(`"));
		struct slice inside = slice_trim(parse_text_at(p, t.end, close.start));
		diag_fix(p->diags, g, span_of(p, t.start, close.end),
		         arena_printf(p->arena, " %.*s", SLICE_ARG(inside)), FIX_SURE, "leave the brackets out");
	}
	skip_to(p, p->next + 1);
	return true;
}

bool recover_tell_quote_inside(struct parse *p, struct token t)
{
	struct token newest = p->newest;
	bool follows = is_word(t) || t.kind == TK_NUM || t.kind == TK_UPPER || t.kind == TK_STRING;
	if ((newest.kind != TK_STRING && newest.kind != TK_SCLOSE) || t.start != newest.end || !follows ||
	    newest.end == newest.start || p->source->text.p[newest.end - 1] != '"')
		return false;
	struct token quote = {newest.end - 1, newest.end, TK_STRING};
	if (parse_may_tell(p, quote))
		diag_quote_inside(p->diags, parse_span(p, quote));
	return true;
}

/* ---- words ---- */

bool recover_capitals(struct parse *p, struct token t)
{
	uint32_t odd, name = TK_ID;
	if (t.kind != TK_UPPER)
		return false;
	struct slice ours = foreign_name(p->arena, recover_text_of(p, t), &odd);
	uint32_t kind = lex_word(ours);
	bool word = kind && recover_goes(p, p->at, &kind, 1, p->next + 1);
	if (!ours.n || (!word && !recover_goes(p, p->at, &name, 1, p->next + 1)))
		return false;
	if (parse_may_tell(p, t)) {
		struct diag *g = diag_bad_name(p->diags, parse_span(p, t), recover_text_of(p, t));
		diag_fix(p->diags, g, parse_span(p, t), ours, word ? FIX_SURE : FIX_MAYBE, "write `%.*s`",
		         SLICE_ARG(ours));
	}
	recover_replace(p, t, false, word ? &kind : &name, 1);
	return true;
}

static bool is_fact(struct slice word)
{
	static const char *const facts[] = {"sent",    "failed",  "skipped", "bounced", "opened",
	                                    "clicked", "replied", "done",    NULL};
	return is_one_of(word, facts);
}

bool recover_fact(struct parse *p, struct token t)
{
	const uint32_t dot = TK_DOT;
	struct token newest = p->newest;
	if (!is_word(newest) || !is_word(t) || !is_fact(recover_text_of(p, t)) ||
	    newline_between(p, newest.end, t.start) || !recover_goes(p, p->at, &dot, 1, p->next))
		return false;
	if (parse_may_tell(p, t)) {
		struct slice name = recover_text_of(p, newest), fact = recover_text_of(p, t);
		struct diag *g = diag_missing_token(p->diags, parse_span(p, t), SLICE("`.`"),
		                                    arena_printf(p->arena, "`%.*s`", SLICE_ARG(fact)));
		diag_fix(p->diags, g, span_of(p, newest.start, t.end),
		         arena_printf(p->arena, "%.*s.%.*s", SLICE_ARG(name), SLICE_ARG(fact)), FIX_SURE,
		         "write `%.*s.%.*s`", SLICE_ARG(name), SLICE_ARG(fact));
	}
	recover_take_made_all(p, &dot, 1, newest.end, t.start);
	return true;
}

bool recover_tell_send(struct parse *p, struct token t)
{
	struct token newest = p->newest, send = recover_token_at(p, p->next >= 2 ? p->next - 2 : 0);
	bool channel = newest.kind == TK_EMAIL || newest.kind == TK_SMS || newest.kind == TK_WHATSAPP;
	if (send.kind != TK_SEND || !channel || !is_word(t) || send.end > newest.start)
		return false;
	if (parse_may_tell(p, send)) {
		struct diag *g = diag_surplus_token(p->diags, parse_span(p, send), SLICE("`send`"));
		diag_fix(p->diags, g, span_of(p, send.start, newest.start), SLICE(""), FIX_SURE, "leave it out");
	}
	return true;
}

/* The tokens from index i on that go with a name up to t: where they end, or i. */
static uint32_t parts_end(const struct parse *p, uint32_t i)
{
	for (;; i += 2) {
		struct token sign = recover_token_at(p, i), part = recover_token_at(p, i + 1);
		bool joined = (sign.kind == TK_MINUS || sign.kind == TK_DOT) && part.start == sign.end &&
		              recover_token_at(p, i - 1).end == sign.start;
		if (!joined || !(is_word(part) || part.kind == TK_NUM || part.kind == TK_UPPER))
			return i;
	}
}

/* `email intro nudge` without a block: a message is meant. */
static bool takes_message(struct parse *p)
{
	const uint32_t using = TK_USING;
	return recover_token_at(p, p->next + 1).kind == TK_SEP && recover_goes(p, p->at, &using, 1, p->next);
}

bool recover_name_of_parts(struct parse *p, struct token t)
{
	struct token newest = p->newest;
	const uint32_t comma = TK_COMMA, sep = TK_SEP;
	if (!is_word(newest) || p->next == 0 || recover_token_at(p, p->next - 1).start != newest.start)
		return false;
	uint32_t end = parts_end(p, p->next);
	struct token leads = recover_token_at(p, p->next >= 2 ? p->next - 2 : 0); /* `email` of `email second mail` */
	bool in_hole = leads.kind == TK_HOPEN && is_word(t);
	bool name = t.kind == TK_ID && newest.kind == TK_ID && is_word(t) && leads.kind != TK_ID && is_word(leads);
	bool blank = (in_hole || name) && !newline_between(p, newest.end, t.start) &&
	             !recover_goes(p, p->at, &comma, 1, p->next) && !recover_goes(p, p->at, &sep, 1, p->next) &&
	             !takes_message(p);
	if (end == p->next && blank)
		end++;
	if (end == p->next || !recover_goes(p, p->at, NULL, 0, end))
		return false;
	uint32_t last = recover_token_at(p, end - 1).end, odd;
	if (parse_may_tell(p, t)) {
		struct slice typed = parse_text_at(p, newest.start, last), ours = foreign_name(p->arena, typed, &odd);
		struct diag *g = diag_bad_name(p->diags, span_of(p, newest.start, last), typed);
		if (ours.n)
			diag_fix(p->diags, g, span_of(p, newest.start, last), ours, FIX_MAYBE, "write `%.*s`",
			         SLICE_ARG(ours));
	}
	p->newest.end = last;
	skip_to(p, end);
	return true;
}

void recover_fix_quoted_name(struct parse *p, struct diag *g, struct token t, uint32_t meant)
{
	uint32_t odd;
	struct slice text = recover_text_of(p, t);
	if (t.kind != TK_STRING || meant != TK_ID || text.n < 3)
		return;
	struct slice inside = {text.p + 1, text.n - 2}, ours = foreign_name(p->arena, inside, &odd);
	if (ours.n && slice_eq(ours, inside))
		diag_fix(p->diags, g, parse_span(p, t), inside, FIX_MAYBE, "leave the quotes out");
	else if (ours.n)
		diag_fix(p->diags, g, parse_span(p, t), ours, FIX_MAYBE, "write `%.*s`", SLICE_ARG(ours));
}

void recover_fix_no_name(struct parse *p, struct diag *g, struct token t)
{
	uint32_t odd;
	struct slice text = recover_text_of(p, t), ours;
	if (t.kind != TK_STRING || text.n < 3)
		return;
	bool filter = p->newest.kind == TK_PIPE;
	ours = filter ? SLICE("default") : foreign_name(p->arena, (struct slice){text.p + 1, text.n - 2}, &odd);
	if (ours.n)
		diag_fix(p->diags, g, span_of(p, t.start, t.start), arena_printf(p->arena, "%.*s ", SLICE_ARG(ours)),
		         FIX_MAYBE, "put `%.*s` in", SLICE_ARG(ours));
}

/* ---- words in the wrong place, or none where one is needed ---- */

/* The line that ended after `last` needed one thing more: then token i would go on from the shadow. */
static bool ends_too_early(struct parse *p, const struct shadow *from, struct token last, uint32_t i)
{
	static const uint32_t things[] = {TK_ID, TK_STRING, TK_NUM};
	if (last.kind == 0 || !newline_between(p, last.end, recover_token_at(p, i).start))
		return false;
	for (size_t k = 0; k < sizeof things / sizeof *things; k++) {
		const uint32_t kinds[] = {things[k], TK_SEP};
		if (!recover_goes(p, from, kinds, 2, i))
			continue;
		if (parse_may_tell(p, last) && last.kind == TK_COMMA) {
			struct diag *g = diag_surplus_token(p->diags, parse_span(p, last), SLICE("`,`"));
			diag_fix(p->diags, g, parse_span(p, last), SLICE(""), FIX_SURE, "leave it out");
		} else if (last.kind != TK_COMMA && p->told) {
			diag_missing_token(p->diags, span_of(p, last.end, last.end), lex_called(p->arena, things[k]),
			                   SLICE("the end of the line"));
		}
		if (from == p->before) {
			p->newest = NO_TOKEN;
			shadow_copy(p->at, p->before);
		}
		p->next = i;
		recover_take_made_all(p, kinds, 2, last.end, last.end);
		return true;
	}
	return false;
}

bool recover_line_too_short(struct parse *p, struct token t)
{
	struct token newest = p->newest;
	if (t.kind != 0 && ends_too_early(p, p->at, newest, p->next))
		return true;
	bool real = p->next >= 2 && newest.end > newest.start && recover_token_at(p, p->next - 1).start == newest.start;
	return real && ends_too_early(p, p->before, recover_token_at(p, p->next - 2), p->next - 1);
}

bool recover_wrong_order(struct parse *p, struct token t)
{
	struct token newest = p->newest;
	const uint32_t kinds[] = {t.kind, newest.kind};
	bool sensible = (is_word(newest) && t.kind == TK_NUM) || (newest.kind == TK_NUM && is_word(t)) ||
	                (is_word(newest) && is_word(t) && (t.kind != TK_ID) != (newest.kind != TK_ID));
	if (!sensible || newest.end == newest.start || newline_between(p, newest.end, t.start) || p->next == 0 ||
	    recover_token_at(p, p->next - 1).start != newest.start ||
	    !recover_goes(p, p->before, kinds, 2, p->next + 1))
		return false;
	struct slice first = recover_text_of(p, newest), second = recover_text_of(p, t);
	if (parse_may_tell(p, t)) {
		struct span span = span_of(p, newest.start, t.end);
		struct diag *g = diag_wrong_order(p->diags, span, first, second);
		diag_fix(p->diags, g, span, arena_printf(p->arena, "%.*s %.*s", SLICE_ARG(second), SLICE_ARG(first)),
		         FIX_SURE, "turn them round");
	}
	p->newest = NO_TOKEN;
	p->next++;
	shadow_copy(p->ahead, p->before);
	shadow_step(p->ahead, t.kind);
	parse_take(p, t);
	shadow_step(p->ahead, newest.kind);
	parse_take(p, newest);
	return true;
}

/* A keyword, not the first of its statement, before the bad token. */
static bool is_keyword_within(const struct parse *p, struct token newest)
{
	if (newest.kind == TK_ID || !is_word(newest) || p->next < 2 ||
	    recover_token_at(p, p->next - 1).start != newest.start)
		return false;
	uint32_t before = recover_token_at(p, p->next - 2).kind;
	return before != TK_SEP && before != TK_LBRACE;
}

bool recover_surplus_before(struct parse *p, struct token t)
{
	struct token newest = p->newest;
	if (t.kind == TK_SEP || t.kind == 0 || !is_keyword_within(p, newest) ||
	    !recover_goes(p, p->before, NULL, 0, p->next))
		return false;
	if (parse_may_tell(p, newest)) {
		struct diag *g = diag_surplus_token(p->diags, parse_span(p, newest), recover_found(p, newest));
		diag_fix(p->diags, g, span_of(p, newest.start, t.start), SLICE(""), FIX_MAYBE, "leave it out");
	}
	p->newest = NO_TOKEN;
	shadow_copy(p->ahead, p->before);
	return true;
}

bool recover_name_before(struct parse *p, struct token t)
{
	struct token newest = p->newest;
	const uint32_t kinds[] = {TK_ID, newest.kind};
	if (t.kind == TK_SEP || !is_keyword_within(p, newest) || !recover_goes(p, p->before, kinds, 2, p->next))
		return false;
	if (parse_may_tell(p, newest))
		diag_missing_token(p->diags, parse_span(p, newest), lex_called(p->arena, TK_ID),
		                   recover_found(p, newest));
	p->newest = NO_TOKEN;
	shadow_copy(p->at, p->before);
	recover_take_made_all(p, kinds, 1, newest.start, newest.start);
	shadow_step(p->ahead, newest.kind);
	parse_take(p, newest);
	return true;
}
