/* SPDX-License-Identifier: Apache-2.0
 * Recovery's means: what compiler/parse_recover.c (the order of things, words, panic) and compiler/parse_repair.c
 * (single repairs) share. Private to the parser. */
#ifndef SEQ_COMPILER_PARSE_RECOVER_H
#define SEQ_COMPILER_PARSE_RECOVER_H
#include "compiler/parse_table.h"

#define LISTED_MAX 4 /* alternatives that a message lists */

struct token recover_token_at(const struct parse *p, uint32_t i);
struct slice recover_text_of(const struct parse *p, struct token t);
/* Whether these kinds are taken from there, words as themselves, and then the tokens from index i on. */
bool recover_goes(struct parse *p, const struct shadow *from, const uint32_t *kinds, uint32_t n, uint32_t i);
bool recover_accepts(struct parse *p, const struct shadow *from, uint32_t kind);
/* Takes tokens that recovery makes, from the shadow without the bad one. */
void recover_take_made_all(struct parse *p, const uint32_t *kinds, uint32_t n, uint32_t start, uint32_t end);
/* `kinds` in the place of t, which is the bad token, or the newest before it. */
void recover_replace(struct parse *p, struct token t, bool newest, const uint32_t *kinds, uint32_t n);
struct slice recover_found(struct parse *p, struct token t); /* the token as it stands, in a few words */

/* ---- single repairs: true when t, the bad token, or what stands before it was told and put right ---- */

bool recover_brace_below(struct parse *p, struct token t);    /* `{` on a line of its own */
bool recover_else_if(struct parse *p, struct token t);        /* `} else if`, `} elif`, `} otherwise when` */
bool recover_sign(struct parse *p, struct token t);           /* `=`, `==`, `,`, a number for a time */
bool recover_capitals(struct parse *p, struct token t);       /* `EMAIL` */
bool recover_name_of_parts(struct parse *p, struct token t);  /* `second-mail`, `second mail` */
bool recover_line_too_short(struct parse *p, struct token t); /* `tags a,` and the next statement */
bool recover_wrong_order(struct parse *p, struct token t);    /* `days 3` */
bool recover_surplus_before(struct parse *p, struct token t); /* `wait for 3 days` */
bool recover_name_before(struct parse *p, struct token t);    /* `limit 3 per day` */
bool recover_word_for_sign(struct parse *p, struct token t);  /* `a and b` for `a, b` */
bool recover_brackets(struct parse *p, struct token t);       /* `subject("x")` */
bool recover_fact(struct parse *p, struct token t);           /* `intro clicked` */
bool recover_tell_send(struct parse *p, struct token t);      /* `send email intro { … }`: only told */
/* `"He said "yes" to me"`: only told. */
bool recover_tell_quote_inside(struct parse *p, struct token t);
/* Hangs a fix on g when t is a name in quotes and a name is meant. */
void recover_fix_quoted_name(struct parse *p, struct diag *g, struct token t, uint32_t meant);
/* The same when t is a text that the name should stand before: `sequence "Demo"`, `{{city | "there"}}`. */
void recover_fix_no_name(struct parse *p, struct diag *g, struct token t);
/* Hangs on g how the broken statement is written, where it says nothing of the kind yet. */
void recover_put_shape(struct parse *p, struct diag *g);
#endif
