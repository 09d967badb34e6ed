/* SPDX-License-Identifier: Apache-2.0
 * The grammar of .seq files: tokens to tree. One constructor call per rule, no types, no look-ups, no destructors
 * (the arena owns everything). The driver (compiler/parse.c) puts a SEP where a statement ends, and never feeds a
 * token that would not be accepted; `error SEP` in each braces-list is where lemon lands after a mistake.
 * Rules that the grammar cannot say (which part fits which step, where `otherwise` may stand) are the checker's.
 * The %fallback list of soft words is appended at build, from token.def. */
%include {
/* Without NDEBUG lempar traces into a global FILE and asserts at each table look-up. */
#define NDEBUG 1
#include "compiler/parse_build.h"
#include "compiler/parse_table.h"
#include <assert.h>
#include <stddef.h>
#include <string.h>
/* The parser's stack grows in the compile's arena: no leak when that leaves through on_full. */
#define malloc(n) arena_alloc(p->parse->arena, (n))
#define realloc(old, n) arena_grow(p->parse->arena, (old), (size_t)p->yystksz * sizeof *(old), (n))
#define free(old) ((void)(old))
}
%name seq_
%token_prefix TK_
%token_type {struct token}
%default_type {struct ast *}
%extra_context {struct parse *parse}
%stack_size 0
%syntax_error { (void)TOKEN; parse->refused = true; }
%start_symbol start

%token BAD ID.
%left OR.
%left AND.
%right NOT.
%nonassoc EQ NE LT LE GT GE CONTAINS IN IS.
%left PLUS MINUS.

start ::= SEQ_FILE decls(L). { parse->tree = NEW(file, 0, .decls = L); }
start ::= TEMPLATE_FILE tparts(L). { parse->tree = parse_template_tree(parse, L); }

%type decls {struct ast_list}
decls(A) ::= . { A = (struct ast_list){0}; }
decls(A) ::= decls(A) decl(D) SEP. { ast_push(&A, D); }
decls(A) ::= decls(A) error SEP. { ast_push(&A, parse_skipped(parse)); }

/* ---- small things ---- */
%type nm {struct token}
nm(A) ::= ID(A).
%type as {struct token}
as(A) ::= . { A = NO_TOKEN; }
as(A) ::= AS nm(N). { A = N; }
%type was {struct token}
was(A) ::= . { A = NO_TOKEN; }
was(A) ::= WAS nm(N). { A = N; }
%type named {struct named}
named(A) ::= . { A = (struct named){NO_TOKEN, NO_TOKEN}; }
named(A) ::= AS nm(N) was(W). { A = (struct named){N, W}; }
string(A) ::= STRING(S). { A = parse_string(parse, S); }
osep ::= .
osep ::= SEP.
other ::= OTHERWISE.
other ::= SEP OTHERWISE.

upath(A) ::= nm(N). { A = parse_path(parse, N); }
upath(A) ::= upath(A) SLASH nm(N). { parse_path_part(parse, A, N); }
path(A) ::= nm(N). { A = parse_path(parse, N); }
path(A) ::= path(A) DOT nm(N). { parse_path_part(parse, A, N); }
%type names {struct ast_list}
names(A) ::= word(W). { A = list_of(W); }
names(A) ::= names(A) COMMA word(W). { ast_push(&A, W); }
word(A) ::= nm(N). { A = NEW(word, N.start, .name = NAME(N)); }
%type paths {struct ast_list}
paths(A) ::= path(P). { A = list_of(P); }
paths(A) ::= paths(A) COMMA path(P). { ast_push(&A, P); }
%type strings {struct ast_list}
strings(A) ::= string(S). { A = list_of(S); }
strings(A) ::= strings(A) COMMA string(S). { ast_push(&A, S); }

%type unit {struct token}
unit(A) ::= MINUTE(A).
unit(A) ::= HOUR(A).
unit(A) ::= DAY(A).
unit(A) ::= WEEK(A).
unit(A) ::= MONTH(A).
unit(A) ::= YEAR(A).
unit(A) ::= BUSINESS(B) DAY(D). { A = token_join(B, D); }
duration(A) ::= NUM(N) unit(U). { A = parse_duration(parse, N, U); }
number(A) ::= NUM(N). { A = parse_number(parse, N); }
date(A) ::= DATE(D). { A = parse_date(parse, D); }
time(A) ::= TIME(T). { A = parse_time(parse, T); }
moment(A) ::= date(A).
moment(A) ::= date(D) time(T). { A = NEW(moment, D->span.start, .date = D, .time = T); }
trange(A) ::= time(F) MINUS time(T). { A = NEW(range, F->span.start, .from = F, .to = T); }
range(A) ::= number(F) DOTDOT number(T). { A = NEW(range, F->span.start, .from = F, .to = T); }
%type yes {struct token}
yes(A) ::= YES(A).
yes(A) ::= NO(A).
at(A) ::= . { A = NULL; }
at(A) ::= AT time(T). { A = T; }
cond(A) ::= . { A = NULL; }
cond(A) ::= WHEN expr(E). { A = E; }
per(A) ::= . { A = NULL; }
per(A) ::= PER unit(U). { A = parse_duration(parse, NO_TOKEN, U); }
per(A) ::= PER duration(D). { A = D; }

/* ---- texts ---- */
template(A) ::= STRING(S). { A = parse_text(parse, S); }
template(A) ::= SOPEN(S) tparts(L) SCLOSE(C). { A = parse_text_of(parse, S, L, C); }
%type tparts {struct ast_list}
tparts(A) ::= . { A = (struct ast_list){0}; }
tparts(A) ::= tparts(A) tpart(P). { ast_push(&A, P); }
tpart(A) ::= STEXT(T). { A = NEW(chars, T.start, .value = NAME(T)); }
tpart(A) ::= HOPEN(H) expr(E) filters(L) HCLOSE. { A = NEW(hole, H.start, .expr = E, .filters = L); }
tpart(A) ::= HOPEN error HCLOSE. { A = parse_skipped(parse); }
tpart(A) ::= twhen(A) tparts(T) HEND. { parse_hole_when(parse, A, T, (struct ast_list){0}); }
tpart(A) ::= twhen(A) tparts(T) HOTHERWISE tparts(O) HEND. { parse_hole_when(parse, A, T, O); }
twhen(A) ::= HWHEN(H) expr(E) HCLOSE. { A = NEW(hole_when, H.start, .cond = E); }
twhen(A) ::= HWHEN(H) error HCLOSE. { A = NEW(hole_when, H.start, .cond = parse_skipped(parse)); }
%type filters {struct ast_list}
filters(A) ::= . { A = (struct ast_list){0}; }
filters(A) ::= filters(A) PIPE nm(N) fargs(L). { ast_push(&A, NEW(filter, N.start, .name = NAME(N), .args = L)); }
%type fargs {struct ast_list}
fargs(A) ::= . { A = (struct ast_list){0}; }
fargs(A) ::= fargs(A) number(N). { ast_push(&A, N); }
fargs(A) ::= fargs(A) string(S). { ast_push(&A, S); }

textv(A) ::= text_or_file(A).
textv(A) ::= path(A).
textv(A) ::= LBRACE(B) locales(L) RBRACE. { A = NEW(localised, B.start, .entries = L); }
text_or_file(A) ::= template(A).
text_or_file(A) ::= FILE(F) string(S). { A = NEW(file_text, F.start, .path = S); }
%type locales {struct ast_list}
locales(A) ::= locale(L). { A = list_of(L); }
locales(A) ::= locales(A) locale(L). { ast_push(&A, L); }
locale(A) ::= nm(N) text_or_file(V) osep. { A = NEW(locale, N.start, .name = NAME(N), .value = V); }

/* ---- expressions: or < and < not < comparisons < + - ---- */
expr(A) ::= expr(L) OR(O) expr(R). { A = parse_binary(parse, L, O, R); }
expr(A) ::= expr(L) AND(O) expr(R). { A = parse_binary(parse, L, O, R); }
expr(A) ::= NOT(N) expr(E). { A = NEW(not, N.start, .operand = E); }
expr(A) ::= expr(L) EQ(O) expr(R). { A = parse_binary(parse, L, O, R); }
expr(A) ::= expr(L) NE(O) expr(R). { A = parse_binary(parse, L, O, R); }
expr(A) ::= expr(L) LT(O) expr(R). { A = parse_binary(parse, L, O, R); }
expr(A) ::= expr(L) LE(O) expr(R). { A = parse_binary(parse, L, O, R); }
expr(A) ::= expr(L) GT(O) expr(R). { A = parse_binary(parse, L, O, R); }
expr(A) ::= expr(L) GE(O) expr(R). { A = parse_binary(parse, L, O, R); }
expr(A) ::= expr(L) CONTAINS(O) expr(R). { A = parse_binary(parse, L, O, R); }
expr(A) ::= expr(V) IN LPAREN exprs(L) RPAREN. { A = NEW(in, V->span.start, .value = V, .options = L); }
expr(A) ::= expr(V) IS nm(W). { A = NEW(is, V->span.start, .value = V, .what = NAME(W)); }
expr(A) ::= expr(V) IS NOT nm(W). { A = NEW(is, V->span.start, .value = V, .negated = true, .what = NAME(W)); }
expr(A) ::= sum(A).
sum(A) ::= sum(L) PLUS(O) prim(R). { A = parse_binary(parse, L, O, R); }
sum(A) ::= sum(L) MINUS(O) prim(R). { A = parse_binary(parse, L, O, R); }
sum(A) ::= prim(A).
prim(A) ::= path(A).
prim(A) ::= template(A).
prim(A) ::= number(A).
prim(A) ::= MINUS(M) number(N). { A = NEW(negate, M.start, .operand = N); }
prim(A) ::= PERCENT(P). { A = parse_percent(parse, P); }
prim(A) ::= duration(A).
prim(A) ::= moment(A).
prim(A) ::= yes(Y). { A = NEW(yes_no, Y.start, .yes = Y.kind == TK_YES); }
prim(A) ::= LPAREN expr(E) RPAREN. { A = E; }
%type exprs {struct ast_list}
exprs(A) ::= expr(E). { A = list_of(E); }
exprs(A) ::= exprs(A) COMMA expr(E). { ast_push(&A, E); }
%type oexprs {struct ast_list}
oexprs(A) ::= . { A = (struct ast_list){0}; }
oexprs(A) ::= exprs(A).
%type pairs {struct ast_list}
pairs(A) ::= LBRACE pair_list(L) RBRACE. { A = L; }
%type pair_list {struct ast_list}
pair_list(A) ::= . { A = (struct ast_list){0}; }
pair_list(A) ::= pair_list(A) nm(N) expr(E) SEP.
	{ ast_push(&A, NEW(pair, N.start, .key = NAME(N), .value = E)); }
pair_list(A) ::= pair_list(A) error SEP. { ast_push(&A, parse_skipped(parse)); }

/* ---- use, workspace, holidays, provider, retire ---- */
decl(A) ::= USE(U) upath(P) as(N). { A = NEW(use, U.start, .path = P, .as = NAME(N)); }
decl(A) ::= USE(U) string(S) as(N). { A = NEW(use, U.start, .file = S, .as = NAME(N)); }
decl(A) ::= WORKSPACE(W) nm(N) LBRACE witems(L) RBRACE. { A = NEW(workspace, W.start, .name = NAME(N), .items = L); }
%type witems {struct ast_list}
witems(A) ::= . { A = (struct ast_list){0}; }
witems(A) ::= witems(A) witem(I) SEP. { ast_push(&A, I); }
witems(A) ::= witems(A) error SEP. { ast_push(&A, parse_skipped(parse)); }
witem(A) ::= EDITION(E) NUM(N). { A = NEW(edition, E.start, .number = INT(N)); }
witem(A) ::= LOCALES(W) names(L). { A = NEW(locales, W.start, .names = L); }
witem(A) ::= TIMEZONE(W) string(S). { A = NEW(timezone, W.start, .zone = S); }
witem(A) ::= DOMAINS(W) strings(L). { A = NEW(domains, W.start, .names = L); }
witem(A) ::= CONTACT(W) fields(L). { A = NEW(contact, W.start, .fields = L); }
witem(A) ::= KEY(W) keys(L). { A = NEW(key, W.start, .names = L); }
witem(A) ::= ACCOUNT(W) paths(L). { A = NEW(account, W.start, .paths = L); }
witem(A) ::= MAILBOX(K) nm(N) LBRACE mitems(L) RBRACE. { A = parse_channel(parse, K, N, L); }
witem(A) ::= SMS(K) nm(N) LBRACE mitems(L) RBRACE. { A = parse_channel(parse, K, N, L); }
witem(A) ::= WHATSAPP(K) nm(N) LBRACE mitems(L) RBRACE. { A = parse_channel(parse, K, N, L); }
witem(A) ::= BRAND(W) LBRACE brands(L) RBRACE. { A = NEW(brand, W.start, .items = L); }
witem(A) ::= use_holidays(A).
witem(A) ::= QUIET(W) names(L) trange(R). { A = NEW(quiet, W.start, .channels = L, .range = R); }
witem(A) ::= limit(A).
witem(A) ::= ONE(W) nm(P) SEQUENCE PER CONTACT other nm(O).
	{ A = NEW(one_sequence, W.start, .purpose = NAME(P), .otherwise = NAME(O)); }
witem(A) ::= allow(A).
use_holidays(A) ::= HOLIDAYS(W) USE upath(P). { A = NEW(use_holidays, W.start, .path = P); }
%type keys {struct ast_list}
keys(A) ::= word(W). { A = list_of(W); }
keys(A) ::= keys(A) OR word(W). { ast_push(&A, W); }
%type brands {struct ast_list}
brands(A) ::= . { A = (struct ast_list){0}; }
brands(A) ::= brands(A) nm(N) text_or_file(V) SEP.
	{ ast_push(&A, NEW(property, N.start, .key = NAME(N), .value = V)); }
brands(A) ::= brands(A) error SEP. { ast_push(&A, parse_skipped(parse)); }

%type mitems {struct ast_list}
mitems(A) ::= . { A = (struct ast_list){0}; }
mitems(A) ::= mitems(A) mitem(I) SEP. { ast_push(&A, I); }
mitems(A) ::= mitems(A) error SEP. { ast_push(&A, parse_skipped(parse)); }
mitem(A) ::= ADDRESS(W) string(S). { A = NEW(address, W.start, .value = S); }
mitem(A) ::= WORD_NAME(W) textv(V). { A = NEW(property, W.start, .key = NAME(W), .value = V); }
mitem(A) ::= SIGNATURE(W) textv(V). { A = NEW(property, W.start, .key = NAME(W), .value = V); }
mitem(A) ::= POSTAL(W) textv(V). { A = NEW(property, W.start, .key = NAME(W), .value = V); }
mitem(A) ::= NUMBER(W) string(V). { A = NEW(property, W.start, .key = NAME(W), .value = V); }
mitem(A) ::= DEFAULT(W) SEQUENCE path(P). { A = NEW(default_sequence, W.start, .path = P); }
mitem(A) ::= FROM_USERS(W) strings(L). { A = NEW(from_users, W.start, .addresses = L); }
mitem(A) ::= ON(W) CC ENROLL path(P). { A = NEW(on_cc, W.start, .path = P); }
mitem(A) ::= CC(W) TOO. { A = NEW(cc_too, W.start, .node = {0}); }
mitem(A) ::= CONSENT(W) expr(E). { A = NEW(consent, W.start, .expr = E); }
mitem(A) ::= PROVIDER(W) nm(N). { A = NEW(uses_provider, W.start, .name = NAME(N)); }
mitem(A) ::= limit(A).

%type fields {struct ast_list}
fields(A) ::= LBRACE field_list(L) RBRACE. { A = L; }
%type field_list {struct ast_list}
field_list(A) ::= . { A = (struct ast_list){0}; }
field_list(A) ::= field_list(A) field(F) SEP. { ast_push(&A, F); }
field_list(A) ::= field_list(A) error SEP. { ast_push(&A, parse_skipped(parse)); }
field(A) ::= nm(N) type(T). { A = NEW(field, N.start, .name = NAME(N), .type = T); }
field(A) ::= field(A) REQUIRED. { parse_field_required(parse, A); }
field(A) ::= field(A) DEFAULT prim(V). { parse_field_default(parse, A, V); }
type(A) ::= plain_type(A).
type(A) ::= ONE(W) OF names(L). { A = parse_one_of(parse, W, L); }
plain_type(A) ::= nm(N). { A = NEW(type, N.start, .name = NAME(N)); }
plain_type(A) ::= ONE(W) OF LPAREN names(L) RPAREN. { A = parse_one_of(parse, W, L); }

limit(A) ::= LIMIT(W) NUM(N) nm(K) per(P) ramp(R) cond(C). { A = parse_limit(parse, W, N, K, P, R, C); }
ramp(A) ::= . { A = NULL; }
ramp(A) ::= COMMA RAMP(W) NUM(F) TO NUM(T) OVER duration(D).
	{ A = NEW(limit, W.start, .has_ramp = true, .ramp_from = INT(F), .ramp_to = INT(T), .ramp_over = D); }
allow(A) ::= ALLOW(W) UPPER(C) BECAUSE string(S). { A = NEW(allow, W.start, .code = NAME(C), .because = S); }
allow(A) ::= ALLOW(W) WEAKEN path(P) BECAUSE string(S). { A = NEW(allow, W.start, .weaken = P, .because = S); }

decl(A) ::= HOLIDAYS(W) nm(N) LBRACE hitems(L) RBRACE. { A = NEW(holidays, W.start, .name = NAME(N), .items = L); }
%type hitems {struct ast_list}
hitems(A) ::= . { A = (struct ast_list){0}; }
hitems(A) ::= hitems(A) hitem(I) SEP. { ast_push(&A, I); }
hitems(A) ::= hitems(A) error SEP. { ast_push(&A, parse_skipped(parse)); }
hitem(A) ::= USE(W) upath(P). { A = NEW(use_holidays, W.start, .path = P); }
hitem(A) ::= date(F) otextv(T). { A = NEW(holiday, F->span.start, .from = F, .title = T); }
hitem(A) ::= date(F) TO date(L) otextv(T). { A = NEW(holiday, F->span.start, .from = F, .to = L, .title = T); }
otextv(A) ::= . { A = NULL; }
otextv(A) ::= textv(A).
decl(A) ::= PROVIDER(W) nm(N) FILE string(S). { A = NEW(provider, W.start, .name = NAME(N), .file = S); }
decl(A) ::= RETIRE(W) nm(N) ARROW FINISH(F). { A = NEW(retire, W.start, .sequence = NAME(N), .action = NAME(F)); }
decl(A) ::= RETIRE(W) nm(N) ARROW EXIT(F) string(S).
	{ A = NEW(retire, W.start, .sequence = NAME(N), .action = NAME(F), .target = S); }
decl(A) ::= RETIRE(W) nm(N) ARROW MOVE(F) TO path(P).
	{ A = NEW(retire, W.start, .sequence = NAME(N), .action = NAME(F), .target = P); }

/* ---- a sequence and its settings ---- */
decl(A) ::= SEQUENCE(S) nm(N) was(W) title(T) LBRACE items(L) RBRACE.
	{ A = parse_sequence(parse, NO_TOKEN, S, N, W, T, L); }
decl(A) ::= DRAFT(D) SEQUENCE(S) nm(N) was(W) title(T) LBRACE items(L) RBRACE.
	{ A = parse_sequence(parse, D, S, N, W, T, L); }
title(A) ::= . { A = NULL; }
title(A) ::= template(A).
%type items {struct ast_list}
items(A) ::= . { A = (struct ast_list){0}; }
items(A) ::= items(A) setting(S) SEP. { ast_push(&A, S); }
items(A) ::= items(A) step(S). { ast_push(&A, S); }
items(A) ::= items(A) error SEP. { ast_push(&A, parse_skipped(parse)); }
setting(A) ::= TITLE(W) textv(V). { A = NEW(title, W.start, .text = V); }
setting(A) ::= DESCRIPTION(W) textv(V). { A = NEW(description, W.start, .text = V); }
setting(A) ::= TAGS(W) names(L). { A = NEW(tags, W.start, .names = L); }
setting(A) ::= OWNER(W) string(S). { A = NEW(owner, W.start, .value = S); }
setting(A) ::= MAILBOX(W) paths(L). { A = NEW(mailbox, W.start, .paths = L); }
setting(A) ::= window(A).
setting(A) ::= SKIP(W) names(L). { A = NEW(skip, W.start, .names = L); }
setting(A) ::= THREAD(W) yes(Y). { A = NEW(thread, W.start, .yes = Y.kind == TK_YES); }
setting(A) ::= SIGNATURE(W) yes(Y). { A = NEW(signature, W.start, .yes = Y.kind == TK_YES); }
setting(A) ::= QUOTE(W) nm(N). { A = NEW(quote, W.start, .which = NAME(N)); }
setting(A) ::= UNSUBSCRIBE(W) LINK(S) textv(V). { A = NEW(unsubscribe, W.start, .style = NAME(S), .text = V); }
setting(A) ::= UNSUBSCRIBE(W) FOOTER(S). { A = NEW(unsubscribe, W.start, .style = NAME(S)); }
setting(A) ::= UNSUBSCRIBE(W) NONE(S). { A = NEW(unsubscribe, W.start, .style = NAME(S)); }
setting(A) ::= PURPOSE(W) nm(N). { A = NEW(purpose, W.start, .name = NAME(N)); }
setting(A) ::= SPREAD(W) duration(D). { A = NEW(spread, W.start, .over = D); }
setting(A) ::= LATE(W) SEND. { A = NEW(late, W.start, .skip = false); }
setting(A) ::= LATE(W) SKIP AFTER duration(D). { A = NEW(late, W.start, .skip = true, .after = D); }
setting(A) ::= ENROLL(W) ONCE(M). { A = NEW(enroll, W.start, .mode = NAME(M)); }
setting(A) ::= ENROLL(W) ONCE(M) PER path(P). { A = NEW(enroll, W.start, .mode = NAME(M), .per = P); }
setting(A) ::= ENROLL(W) AGAIN(M) AFTER duration(D). { A = NEW(enroll, W.start, .mode = NAME(M), .after = D); }
setting(A) ::= ENROLL(W) ALWAYS(M). { A = NEW(enroll, W.start, .mode = NAME(M)); }
setting(A) ::= VERSIONS(W) nm(N). { A = NEW(versions, W.start, .mode = NAME(N)); }
setting(A) ::= PROMISE(W) AT MOST NUM(N) nm(K) per(P).
	{ A = NEW(promise, W.start, .count = INT(N), .what = NAME(K), .period = P); }
setting(A) ::= INPUT(W) fields(L). { A = NEW(input, W.start, .fields = L); }
setting(A) ::= limit(A).
setting(A) ::= allow(A).
setting(A) ::= EXIT(W) ON trigger(T) oblock(B). { A = NEW(exit_on, W.start, .trigger = T, .body = B); }
setting(A) ::= EXIT(W) WHEN expr(E) oblock(B). { A = NEW(exit_when, W.start, .expr = E, .body = B); }
setting(A) ::= GOAL(W) trigger(T). { A = NEW(goal, W.start, .trigger = T); }
setting(A) ::= ON(W) AUTO_REPLY HOLD UNTIL RETURN COMMA AT MOST duration(D).
	{ A = NEW(on_auto_reply, W.start, .hold = true, .at_most = D); }
setting(A) ::= ON(W) AUTO_REPLY IGNORE. { A = NEW(on_auto_reply, W.start, .hold = false); }
setting(A) ::= MIGRATE(W) LBRACE migrations(L) RBRACE. { A = NEW(migrate, W.start, .items = L); }
setting(A) ::= START(W) BY names(L). { A = NEW(start_by, W.start, .names = L); }
setting(A) ::= START(W) BY names(L) LBRACE asked(F) RBRACE. { A = NEW(start_by, W.start, .names = L, .fields = F); }
setting(A) ::= START(W) ON EVENT string(S) cond(C). { A = NEW(start_event, W.start, .event = S, .when = C); }
setting(A) ::= START(W) ON WORD_DATE sum(M) at(T) cond(C).
	{ A = NEW(start_date, W.start, .moment = M, .at = T, .when = C); }
%type asked {struct ast_list}
asked(A) ::= . { A = (struct ast_list){0}; }
asked(A) ::= asked(A) nm(N) SEP. { ast_push(&A, NEW(field, N.start, .name = NAME(N))); }
asked(A) ::= asked(A) nm(N) REQUIRED SEP. { ast_push(&A, NEW(field, N.start, .name = NAME(N), .required = true)); }
asked(A) ::= asked(A) error SEP. { ast_push(&A, parse_skipped(parse)); }

window(A) ::= WINDOW(W) ANYTIME. { A = NEW(window, W.start, .anytime = true); }
window(A) ::= WINDOW(W) wparts(L) zone(Z). { A = NEW(window, W.start, .parts = L, .zone = Z); }
%type wparts {struct ast_list}
wparts(A) ::= wpart(P). { A = list_of(P); }
wparts(A) ::= wparts(A) COMMA wpart(P). { ast_push(&A, P); }
wpart(A) ::= days(L) trange(R). { A = NEW(window_part, L.first->span.start, .days = L, .range = R); }
%type days {struct ast_list}
days(A) ::= day(D). { A = list_of(D); }
days(A) ::= days(A) COMMA day(D). { ast_push(&A, D); }
day(A) ::= WEEKDAY(F). { A = NEW(days, F.start, .from = NAME(F)); }
day(A) ::= WEEKDAY(F) MINUS WEEKDAY(T). { A = NEW(days, F.start, .from = NAME(F), .to = NAME(T)); }
zone(A) ::= . { A = NULL; }
zone(A) ::= IN string(S). { A = S; }
zone(A) ::= IN path(P). { A = P; }

trigger(A) ::= REPLY(K). { A = NEW(trigger, K.start, .kind = NAME(K)); }
trigger(A) ::= REPLY(K) BY ACCOUNT. { A = NEW(trigger, K.start, .kind = NAME(K), .by_account = true); }
trigger(A) ::= REPLY(K) TO path(P). { A = NEW(trigger, K.start, .kind = NAME(K), .step = P); }
trigger(A) ::= WE_WROTE(K). { A = NEW(trigger, K.start, .kind = NAME(K)); }
trigger(A) ::= MEETING(K). { A = NEW(trigger, K.start, .kind = NAME(K)); }
trigger(A) ::= CLICK(K). { A = NEW(trigger, K.start, .kind = NAME(K)); }
trigger(A) ::= CLICK(K) ON path(P). { A = NEW(trigger, K.start, .kind = NAME(K), .step = P); }
trigger(A) ::= OPEN(K). { A = NEW(trigger, K.start, .kind = NAME(K)); }
trigger(A) ::= OPEN(K) OF path(P). { A = NEW(trigger, K.start, .kind = NAME(K), .step = P); }
trigger(A) ::= ANSWER(K). { A = NEW(trigger, K.start, .kind = NAME(K)); }
trigger(A) ::= ANSWER(K) OF path(P). { A = NEW(trigger, K.start, .kind = NAME(K), .step = P); }
trigger(A) ::= EVENT(K) string(S). { A = NEW(trigger, K.start, .kind = NAME(K), .event = S); }

%type migrations {struct ast_list}
migrations(A) ::= . { A = (struct ast_list){0}; }
migrations(A) ::= migrations(A) migration(M) SEP. { ast_push(&A, M); }
migrations(A) ::= migrations(A) error SEP. { ast_push(&A, parse_skipped(parse)); }
migration(A) ::= moved(A) ARROW(G) path(P). { parse_migration(parse, A, CONST_NAME(G, "goto"), P); }
migration(A) ::= moved(A) ARROW EXIT(G) string(S). { parse_migration(parse, A, NAME(G), S); }
migration(A) ::= moved(A) ARROW HOLD(G). { parse_migration(parse, A, NAME(G), NULL); }
migration(A) ::= moved_wait(A) RECOMPUTE(G) over(D). { parse_migration_over(parse, A, NAME(G), D); }
migration(A) ::= moved_wait(A) RESTART(G) over(D). { parse_migration_over(parse, A, NAME(G), D); }
migration(A) ::= SET(K) path(P) ASSIGN(G) expr(E).
	{ A = NEW(migration, K.start, .kind = NAME(K), .subject = P, .action = CONST_NAME(G, "set"), .target = E); }
migration(A) ::= OPTION(K) path(P) ARROW(G) word(W).
	{ A = NEW(migration, K.start, .kind = NAME(K), .subject = P, .action = CONST_NAME(G, "map"), .target = W); }
moved(A) ::= STEP(K) path(P). { A = NEW(migration, K.start, .kind = NAME(K), .subject = P); }
moved(A) ::= moved_wait(A).
moved_wait(A) ::= WAIT(K) AFTER path(P). { A = NEW(migration, K.start, .kind = NAME(K), .subject = P, .after = true); }
moved_wait(A) ::= WAIT(K) path(P). { A = NEW(migration, K.start, .kind = NAME(K), .subject = P); }
over(A) ::= . { A = NULL; }
over(A) ::= OVER duration(D). { A = D; }

/* ---- steps ---- */
block(A) ::= LBRACE(B) steps(L) RBRACE. { A = NEW(block, B.start, .items = L); }
oblock(A) ::= . { A = NULL; }
oblock(A) ::= block(A).
%type steps {struct ast_list}
steps(A) ::= . { A = (struct ast_list){0}; }
steps(A) ::= steps(A) step(S). { ast_push(&A, S); }
steps(A) ::= steps(A) error SEP. { ast_push(&A, parse_skipped(parse)); }
step(A) ::= body(A) SEP.
step(A) ::= when(A).
step(A) ::= until(A) SEP.
step(A) ::= until(A) other EXIT(W) string(S) SEP. { parse_otherwise(parse, A, W, S); }
step(A) ::= until(A) other SKIP(W) SEP. { parse_otherwise(parse, A, W, NULL); }
step(A) ::= until(A) other SKIP(W) TO path(P) SEP. { parse_otherwise(parse, A, W, P); }
step(A) ::= until(A) other CONTINUE(W) SEP. { parse_otherwise(parse, A, W, NULL); }
body(A) ::= message(A).
body(A) ::= ORIGINAL(K) nm(N) was(W). { A = NEW(original, K.start, .name = NAME(N), .was = NAME(W)); }
body(A) ::= SEND(K) nm(N) was(W) BY names(C) parts(L).
	{ A = NEW(send, K.start, .name = NAME(N), .was = NAME(W), .channels = C, .parts = L); }
body(A) ::= TASK(K) nm(N) was(W) title(T) oparts(L).
	{ A = NEW(task, K.start, .name = NAME(N), .was = NAME(W), .title = T, .parts = L); }
body(A) ::= WEBHOOK(K) nm(N) was(W) parts(L). { A = parse_step(parse, K, N, W, NULL, NULL, L); }
body(A) ::= OFFER(K) nm(N) was(W) parts(L). { A = parse_step(parse, K, N, W, NULL, NULL, L); }
body(A) ::= REVIEW(K) nm(N) was(W) parts(L). { A = parse_step(parse, K, N, W, NULL, NULL, L); }
body(A) ::= THANKS(K) nm(N) was(W) parts(L). { A = parse_step(parse, K, N, W, NULL, NULL, L); }
body(A) ::= ALERT(K) nm(N) was(W) using(U) oparts(L). { A = parse_step(parse, K, N, W, U, NULL, L); }
body(A) ::= ASK(K) nm(N) was(W) USING path(U) oparts(L). { A = parse_step(parse, K, N, W, U, NULL, L); }
body(A) ::= HANDOFF(K) nm(N) was(W) TO path(T) oparts(L). { A = parse_step(parse, K, N, W, NULL, T, L); }
body(A) ::= SUPPRESS(W) nm(N). { A = NEW(suppress, W.start, .purpose = NAME(N)); }
body(A) ::= set(A).
body(A) ::= RUN(W) path(P) LPAREN oexprs(L) RPAREN named(N).
	{ A = NEW(run, W.start, .fragment = P, .args = L, .as = NAME(N.as), .was = NAME(N.was)); }
body(A) ::= FINISH(W). { A = NEW(finish, W.start, .node = {0}); }
body(A) ::= EXIT(W) string(S). { A = NEW(exit, W.start, .reason = S); }
body(A) ::= WAIT(W) sum(D) at(T) named(N).
	{ A = NEW(wait, W.start, .amount = D, .at = T, .as = NAME(N.as), .was = NAME(N.was)); }
body(A) ::= WAIT(W) FOR triggers(L) UP TO duration(D) named(N) LBRACE arms(R) RBRACE.
	{ A = NEW(wait_for, W.start, .triggers = L, .up_to = D, .as = NAME(N.as), .was = NAME(N.was), .arms = R); }
body(A) ::= CHOOSE(W) LBRACE whens(L) RBRACE. { A = NEW(choose, W.start, .whens = L); }
body(A) ::= REPEAT(W) UP TO NUM(C) TIMES EVERY duration(D) until_cond(U) named(N) block(B).
	{ A = NEW(repeat, W.start, .times = INT(C), .every = D, .until = U, .as = NAME(N.as), .was = NAME(N.was), .body = B); }
until_cond(A) ::= . { A = NULL; }
until_cond(A) ::= UNTIL expr(E). { A = E; }
set(A) ::= SET(W) path(P) ASSIGN expr(E). { A = NEW(set, W.start, .path = P, .value = E); }
using(A) ::= . { A = NULL; }
using(A) ::= USING path(P). { A = P; }

/* `wait until` in two steps, since an optional `otherwise` on the next line would conflict at SEP. */
until(A) ::= WAIT(W) UNTIL instant(I) named(N). { A = parse_until(parse, W, I, N); }
instant(A) ::= time(T). { A = NEW(wait_until, T->span.start, .at = T); }
instant(A) ::= WEEKDAY(D) otime(T). { A = NEW(wait_until, D.start, .weekday = NAME(D), .at = T); }
instant(A) ::= NEXT(W) WEEKDAY(D) otime(T). { A = NEW(wait_until, W.start, .next = true, .weekday = NAME(D), .at = T); }
instant(A) ::= sum(M) at(T). { A = NEW(wait_until, M->span.start, .moment = M, .at = T); }
otime(A) ::= . { A = NULL; }
otime(A) ::= time(A).

%type triggers {struct ast_list}
triggers(A) ::= wtrigger(T). { A = list_of(T); }
triggers(A) ::= triggers(A) COMMA wtrigger(T). { ast_push(&A, T); }
wtrigger(A) ::= trigger(A).
wtrigger(A) ::= trigger(A) AFTER path(P). { parse_trigger_after(parse, A, P); }
%type arms {struct ast_list}
arms(A) ::= . { A = (struct ast_list){0}; }
arms(A) ::= arms(A) arm(R) SEP. { ast_push(&A, R); }
arms(A) ::= arms(A) error SEP. { ast_push(&A, parse_skipped(parse)); }
arm(A) ::= ON(W) trigger(T) cond(C) block(B). { A = NEW(arm, W.start, .trigger = T, .when = C, .body = B); }
arm(A) ::= ON(W) any_event(T) cond(C) block(B). { A = NEW(arm, W.start, .trigger = T, .when = C, .body = B); }
arm(A) ::= ON(W) NOTHING block(B). { A = NEW(arm, W.start, .body = B); }
any_event(A) ::= EVENT(K). { A = NEW(trigger, K.start, .kind = NAME(K)); }

/* In `choose` the last `when` carries the `otherwise`. */
when(A) ::= WHEN(W) expr(C) block(T) SEP. { A = NEW(when, W.start, .cond = C, .then = T); }
when(A) ::= WHEN(W) expr(C) block(T) other block(O) SEP. { A = NEW(when, W.start, .cond = C, .then = T, .otherwise = O); }
%type whens {struct ast_list}
whens(A) ::= . { A = (struct ast_list){0}; }
whens(A) ::= whens(A) when(W). { ast_push(&A, W); }
whens(A) ::= whens(A) error SEP. { ast_push(&A, parse_skipped(parse)); }

/* ---- messages and the parts of steps: one list for every kind, the checker knows which fits ---- */
%type channel {struct token}
channel(A) ::= EMAIL(A).
channel(A) ::= SMS(A).
channel(A) ::= WHATSAPP(A).
message(A) ::= channel(C) nm(N) was(W) using(U) oparts(L). { A = parse_message(parse, C, N, W, U, L); }
decl(A) ::= MESSAGE(M) channel(C) nm(N) parts(L).
	{ A = NEW(message_decl, M.start, .channel = NAME(C), .name = NAME(N), .parts = L); }
%type oparts {struct ast_list}
oparts(A) ::= . { A = (struct ast_list){0}; }
oparts(A) ::= parts(A).
%type parts {struct ast_list}
parts(A) ::= LBRACE part_list(L) RBRACE. { A = L; }
%type part_list {struct ast_list}
part_list(A) ::= . { A = (struct ast_list){0}; }
part_list(A) ::= part_list(A) part(P) SEP. { ast_push(&A, P); }
part_list(A) ::= part_list(A) error SEP. { ast_push(&A, parse_skipped(parse)); }
%type text_key {struct token}
text_key(A) ::= SUBJECT(A).
text_key(A) ::= BODY(A).
text_key(A) ::= TEXT(A).
text_key(A) ::= TITLE(A).
text_key(A) ::= BUTTON(A).
text_key(A) ::= URL(A).
text_key(A) ::= ASSIGN_TO(A).
text_key(A) ::= POST(A).
text_key(A) ::= GET(A).
text_key(A) ::= TO(A).
text_key(A) ::= SATISFIED(A).
text_key(A) ::= DISSATISFIED(A).
part(A) ::= text_key(K) textv(V). { A = NEW(part, K.start, .key = NAME(K), .value = V); }
part(A) ::= CC(K) string(S). { A = NEW(part, K.start, .key = NAME(K), .value = S); }
part(A) ::= nm(K) string(S). { A = NEW(part, K.start, .key = NAME(K), .value = S); }
part(A) ::= ATTACH(W) FILE string(S). { A = NEW(attach, W.start, .file = S); }
part(A) ::= NEW_THREAD(W). { A = NEW(new_thread, W.start, .node = {0}); }
part(A) ::= ASYNC(W). { A = NEW(async, W.start, .node = {0}); }
part(A) ::= ANY_DAY(W). { A = NEW(any_day, W.start, .node = {0}); }
part(A) ::= LINK(W). { A = NEW(link, W.start, .node = {0}); }
part(A) ::= TRACKING(W) names(L). { A = NEW(tracking, W.start, .names = L); }
part(A) ::= window(A).
part(A) ::= limit(A).
part(A) ::= VARIANT(W) nm(N) PERCENT(P) oparts(L).
	{ A = NEW(variant, W.start, .name = NAME(N), .percent_micro = MICRO(P), .parts = L); }
part(A) ::= channel(C) using(U) oparts(L). { A = parse_message(parse, C, NO_TOKEN, NO_TOKEN, U, L); }
/* Written out: with an optional language, lemon would take the word `values` for one. */
part(A) ::= TEMPLATE(W) string(S). { A = NEW(template, W.start, .name = S); }
part(A) ::= TEMPLATE(W) string(S) nm(N). { A = NEW(template, W.start, .name = S, .language = NAME(N)); }
part(A) ::= TEMPLATE(W) string(S) VALUES exprs(L). { A = NEW(template, W.start, .name = S, .values = L); }
part(A) ::= TEMPLATE(W) string(S) nm(N) VALUES exprs(L).
	{ A = NEW(template, W.start, .name = S, .language = NAME(N), .values = L); }
part(A) ::= OUTCOMES(W) names(L). { A = NEW(outcomes, W.start, .names = L); }
part(A) ::= DUE(W) duration(D). { A = NEW(due, W.start, .within = D); }
part(A) ::= WITHIN(W) duration(D). { A = NEW(within, W.start, .duration = D); }
part(A) ::= JSON(W) pairs(L). { A = NEW(json, W.start, .pairs = L); }
part(A) ::= INPUT(W) pairs(L). { A = NEW(input, W.start, .fields = L); }
part(A) ::= RETURNS(W) fields(L). { A = NEW(returns, W.start, .fields = L); }
part(A) ::= REMIND(W) AFTER duration(D) block(B). { A = NEW(remind, W.start, .after = D, .body = B); }
part(A) ::= ON(W) NOTHING block(B). { A = NEW(on_nothing, W.start, .body = B); }

/* ---- fragments and questionnaires ---- */
decl(A) ::= FRAGMENT(W) nm(N) LPAREN oparams(P) RPAREN block(B).
	{ A = NEW(fragment, W.start, .name = NAME(N), .params = P, .body = B); }
%type oparams {struct ast_list}
oparams(A) ::= . { A = (struct ast_list){0}; }
oparams(A) ::= params(A).
%type params {struct ast_list}
params(A) ::= param(P). { A = list_of(P); }
params(A) ::= params(A) COMMA param(P). { ast_push(&A, P); }
param(A) ::= nm(N) plain_type(T). { A = NEW(field, N.start, .name = NAME(N), .type = T); }
param(A) ::= param(A) REQUIRED. { parse_field_required(parse, A); }
param(A) ::= param(A) DEFAULT prim(V). { parse_field_default(parse, A, V); }
decl(A) ::= QUESTIONNAIRE(W) nm(N) title(T) LBRACE qitems(L) RBRACE.
	{ A = NEW(questionnaire, W.start, .name = NAME(N), .title = T, .items = L); }
%type qitems {struct ast_list}
qitems(A) ::= . { A = (struct ast_list){0}; }
qitems(A) ::= qitems(A) qitem(I) SEP. { ast_push(&A, I); }
qitems(A) ::= qitems(A) error SEP. { ast_push(&A, parse_skipped(parse)); }
qitem(A) ::= question(A).
qitem(A) ::= SATISFIED(W) WHEN expr(E). { A = NEW(satisfied_when, W.start, .expr = E); }
qitem(A) ::= TITLE(W) textv(V). { A = NEW(title, W.start, .text = V); }
%type qkind {struct token}
qkind(A) ::= NPS(A).
qkind(A) ::= RATING(A).
qkind(A) ::= CHOICE(A).
qkind(A) ::= SEVERAL(A).
qkind(A) ::= MATRIX(A).
qkind(A) ::= TEXT(A).
qkind(A) ::= YES_NO(A).
qkind(A) ::= NUMBER(A).
qkind(A) ::= WORD_DATE(A).
question(A) ::= qkind(K) nm(N) textv(V). { A = NEW(question, K.start, .kind = NAME(K), .name = NAME(N), .text = V); }
question(A) ::= question(A) range(R). { parse_question_range(parse, A, R); }
question(A) ::= question(A) REQUIRED. { parse_question_required(parse, A); }
question(A) ::= question(A) DECIDES. { parse_question_decides(parse, A); }
question(A) ::= question(A) WHEN expr(E). { parse_question_when(parse, A, E); }
question(A) ::= question(A) NA textv(V). { parse_question_na(parse, A, V); }
question(A) ::= question(A) LBRACE options(L) RBRACE. { parse_question_options(parse, A, L); }
%type options {struct ast_list}
options(A) ::= option(O). { A = list_of(O); }
options(A) ::= options(A) option(O). { ast_push(&A, O); }
option(A) ::= nm(N) textv(V) osep. { A = NEW(pair, N.start, .key = NAME(N), .value = V); }

/* ---- tests ---- */
decl(A) ::= TEST(W) string(S) LBRACE titems(L) RBRACE. { A = NEW(test, W.start, .title = S, .items = L); }
%type titems {struct ast_list}
titems(A) ::= . { A = (struct ast_list){0}; }
titems(A) ::= titems(A) titem(I) SEP. { ast_push(&A, I); }
titems(A) ::= titems(A) error SEP. { ast_push(&A, parse_skipped(parse)); }
titem(A) ::= SEQUENCE(W) path(P). { A = NEW(test_sequence, W.start, .path = P); }
titem(A) ::= CONTACT(W) pairs(L). { A = NEW(test_contact, W.start, .pairs = L); }
titem(A) ::= INPUT(W) pairs(L). { A = NEW(input, W.start, .fields = L); }
titem(A) ::= START(W) moment(M). { A = NEW(test_start, W.start, .at = M); }
titem(A) ::= START(W) moment(M) BY nm(N). { A = NEW(test_start, W.start, .at = M, .by = NAME(N)); }
titem(A) ::= SPREAD(W) yes(Y). { A = NEW(test_switch, W.start, .key = NAME(W), .yes = Y.kind == TK_YES); }
titem(A) ::= RAMP(W) yes(Y). { A = NEW(test_switch, W.start, .key = NAME(W), .yes = Y.kind == TK_YES); }
titem(A) ::= AT(W) instant_of_test(T) inject(I). { A = NEW(at, W.start, .when = T, .inject = I); }
titem(A) ::= EXPECT(W) expected(K) path(P) tat(T) checks(L).
	{ A = NEW(expect, W.start, .kind = NAME(K), .subject = P, .at = T, .checks = L); }
titem(A) ::= EXPECT(W) EXIT(K) word(N) tat(T). { A = NEW(expect, W.start, .kind = NAME(K), .subject = N, .at = T); }
titem(A) ::= EXPECT(W) EXIT(K) string(S) tat(T). { A = NEW(expect, W.start, .kind = NAME(K), .subject = S, .at = T); }
titem(A) ::= EXPECT(W) POSITION(K) path(P) tat(T). { A = NEW(expect, W.start, .kind = NAME(K), .subject = P, .at = T); }
titem(A) ::= EXPECT(W) POSITION(K) AFTER(N) tat(T). /* a step of that name */
	{ A = NEW(expect, W.start, .kind = NAME(K), .subject = parse_path(parse, N), .at = T); }
titem(A) ::= EXPECT(W) POSITION(K) AFTER path(P) tat(T).
	{ A = NEW(expect, W.start, .kind = NAME(K), .after = true, .subject = P, .at = T); }
titem(A) ::= EXPECT(W) THAT(K) expr(E). { A = NEW(expect, W.start, .kind = NAME(K), .subject = E); }
titem(A) ::= EXPECT(W) NOTHING(K) MORE. { A = NEW(expect, W.start, .kind = CONST_NAME(K, "nothing_more")); }
titem(A) ::= EXPECT(W) NOTHING(K) UNTIL instant_of_test(T).
	{ A = NEW(expect, W.start, .kind = CONST_NAME(K, "nothing_until"), .at = T); }
%type expected {struct token}
expected(A) ::= channel(A).
expected(A) ::= TASK(A).
expected(A) ::= WEBHOOK(A).
expected(A) ::= ALERT(A).
expected(A) ::= PAGE(A).
tat(A) ::= . { A = NULL; }
tat(A) ::= AT instant_of_test(T). { A = T; }
instant_of_test(A) ::= date(D) time(T). { A = NEW(moment, D->span.start, .date = D, .time = T); }
instant_of_test(A) ::= PLUS(W) duration(D) at(T). { A = NEW(offset, W.start, .duration = D, .time = T); }
%type checks {struct ast_list}
checks(A) ::= . { A = (struct ast_list){0}; }
checks(A) ::= LBRACE check_list(L) RBRACE. { A = L; }
%type check_list {struct ast_list}
check_list(A) ::= . { A = (struct ast_list){0}; }
check_list(A) ::= check_list(A) check(C) SEP. { ast_push(&A, C); }
check_list(A) ::= check_list(A) error SEP. { ast_push(&A, parse_skipped(parse)); }
check(A) ::= nm(N) template(T). { A = NEW(expect_part, N.start, .key = NAME(N), .text = T); }
check(A) ::= nm(N) CONTAINS template(T). { A = NEW(expect_part, N.start, .key = NAME(N), .contains = true, .text = T); }
check(A) ::= CONTAINS(C) template(T). { A = NEW(expect_part, C.start, .contains = true, .text = T); }
inject(A) ::= REPLY(K) ostring(S). { A = NEW(inject, K.start, .kind = NAME(K), .text = S); }
inject(A) ::= REPLY(K) TO path(P) ostring(S). { A = NEW(inject, K.start, .kind = NAME(K), .step = P, .text = S); }
inject(A) ::= REPLY(K) BY ACCOUNT. { A = NEW(inject, K.start, .kind = NAME(K), .by_account = true); }
inject(A) ::= event_word(K). { A = NEW(inject, K.start, .kind = NAME(K)); }
inject(A) ::= OPEN(K) OF path(P). { A = NEW(inject, K.start, .kind = NAME(K), .step = P); }
inject(A) ::= CLICK(K) ON path(P). { A = NEW(inject, K.start, .kind = NAME(K), .step = P); }
inject(A) ::= VISIT(K) ON path(P). { A = NEW(inject, K.start, .kind = NAME(K), .step = P); }
inject(A) ::= BOUNCE(K) OF path(P). { A = NEW(inject, K.start, .kind = NAME(K), .step = P); }
inject(A) ::= LEAVE(K) path(P). { A = NEW(inject, K.start, .kind = NAME(K), .step = P); }
inject(A) ::= set(A).
inject(A) ::= AUTO_REPLY(K) UNTIL moment(M). { A = NEW(inject, K.start, .kind = NAME(K), .until = M); }
inject(A) ::= EVENT(K) string(S). { A = NEW(inject, K.start, .kind = NAME(K), .text = S); }
inject(A) ::= EVENT(K) string(S) pairs(L). { A = NEW(inject, K.start, .kind = NAME(K), .text = S, .pairs = L); }
inject(A) ::= ANSWER(K) path(P) answers(L). { A = NEW(inject, K.start, .kind = NAME(K), .step = P, .pairs = L); }
inject(A) ::= DONE(K) path(P) as(N). { A = NEW(inject, K.start, .kind = NAME(K), .step = P, .outcome = NAME(N)); }
inject(A) ::= DONE(K) path(P) pairs(L). { A = NEW(inject, K.start, .kind = NAME(K), .step = P, .pairs = L); }
inject(A) ::= DEPLOY(K) string(S). { A = NEW(inject, K.start, .kind = NAME(K), .text = S); }
%type answers {struct ast_list}
answers(A) ::= LBRACE answer_list(L) RBRACE. { A = L; }
%type answer_list {struct ast_list}
answer_list(A) ::= . { A = (struct ast_list){0}; }
answer_list(A) ::= answer_list(A) nm(N) exprs(L) SEP.
	{ ast_push(&A, NEW(answered, N.start, .key = NAME(N), .values = L)); }
answer_list(A) ::= answer_list(A) nm(N) pairs(L) SEP.
	{ ast_push(&A, NEW(answered, N.start, .key = NAME(N), .matrix = true, .rows = L)); }
answer_list(A) ::= answer_list(A) error SEP. { ast_push(&A, parse_skipped(parse)); }
%type event_word {struct token}
event_word(A) ::= WE_WROTE(A).
event_word(A) ::= CLICK(A).
event_word(A) ::= OPEN(A).
event_word(A) ::= AUTO_REPLY(A).
event_word(A) ::= VISIT(A).
event_word(A) ::= BOUNCE(A).
event_word(A) ::= UNSUBSCRIBE(A).
event_word(A) ::= COMPLAINT(A).
event_word(A) ::= MEETING(A).
event_word(A) ::= PAUSE(A).
event_word(A) ::= RESUME(A).
ostring(A) ::= . { A = NULL; }
ostring(A) ::= string(A).

/* ---- deployment ---- */
decl(A) ::= DEPLOYMENT(W) nm(N) LBRACE ditems(L) RBRACE. { A = NEW(deployment, W.start, .name = NAME(N), .items = L); }
%type ditems {struct ast_list}
ditems(A) ::= . { A = (struct ast_list){0}; }
ditems(A) ::= ditems(A) ditem(I) SEP. { ast_push(&A, I); }
ditems(A) ::= ditems(A) error SEP. { ast_push(&A, parse_skipped(parse)); }
%type one_string {struct token}
one_string(A) ::= STORE(A).
one_string(A) ::= LISTEN(A).
one_string(A) ::= ADMIN(A).
one_string(A) ::= BASE_URL(A).
ditem(A) ::= one_string(K) string(S). { A = NEW(deploy_setting, K.start, .key = NAME(K), .values = list_of(S)); }
ditem(A) ::= HOSTS(K) strings(L). { A = NEW(deploy_setting, K.start, .key = NAME(K), .values = L); }
ditem(A) ::= ALERTS(K) strings(L). { A = NEW(deploy_setting, K.start, .key = NAME(K), .values = L); }
ditem(A) ::= FRESH_INBOX(K) WITHIN duration(D). { A = NEW(deploy_setting, K.start, .key = NAME(K), .values = list_of(D)); }
ditem(A) ::= IN_DOUBT(K) HOLD AT MOST duration(D).
	{ A = NEW(deploy_setting, K.start, .key = NAME(K), .values = list_of(D)); }
ditem(A) ::= CONNECT(W) nm(N) LBRACE citems(L) RBRACE. { A = NEW(connect, W.start, .name = NAME(N), .items = L); }
%type citems {struct ast_list}
citems(A) ::= . { A = (struct ast_list){0}; }
citems(A) ::= citems(A) citem(I) SEP. { ast_push(&A, I); }
citems(A) ::= citems(A) error SEP. { ast_push(&A, parse_skipped(parse)); }
citem(A) ::= SMTP(K) string(S) tls(T). { A = NEW(connect_item, K.start, .key = NAME(K), .value = S, .tls = NAME(T)); }
citem(A) ::= IMAP(K) string(S) tls(T). { A = NEW(connect_item, K.start, .key = NAME(K), .value = S, .tls = NAME(T)); }
citem(A) ::= OAUTH(K) word(W). { A = NEW(connect_item, K.start, .key = NAME(K), .value = W); }
citem(A) ::= AUTH_SERVER(K) string(S). { A = NEW(connect_item, K.start, .key = NAME(K), .value = S); }
citem(A) ::= nm(K) string(S). { A = NEW(connect_item, K.start, .key = NAME(K), .value = S); }
citem(A) ::= nm(K) ENV(E) UPPER(U).
	{ A = NEW(connect_item, K.start, .key = NAME(K), .source = NAME(E), .value = parse_env_name(parse, U)); }
citem(A) ::= nm(K) FILE(E) string(S). { A = NEW(connect_item, K.start, .key = NAME(K), .source = NAME(E), .value = S); }
%type tls {struct token}
tls(A) ::= . { A = NO_TOKEN; }
tls(A) ::= TLS nm(N). { A = N; }

%code {
#undef TOKEN /* lempar's, of %syntax_error */
enum {
	TOKEN_ROWS = 1 /* the end of the input */
#define TOKEN(NAME, spelling, class, called) + 1
#include "grammar/token.def"
#undef TOKEN
};
_Static_assert(YYNTOKEN == TOKEN_ROWS, "token.def has a row for each terminal of the grammar, and no more");
_Static_assert(YYNTOKEN <= UINT16_MAX && sizeof(YYACTIONTYPE) <= sizeof(uint16_t), "a shadow holds any state");

void *seq_new(struct parse *p)
{
	yyParser *lemon = arena_alloc(p->arena, sizeof *lemon);
	seq_Init(lemon, p);
	return lemon;
}

void seq_feed(void *lemon, struct token t)
{
	seq_(lemon, (int)t.kind, t);
}

uint32_t seq_open_braces(const void *lemon)
{
	const yyParser *y = lemon;
	const yyStackEntry *top = y->yytos;
	uint32_t n = 0;
	if (top->stateno >= YY_MIN_REDUCE) /* a rule that is whole, and waits for the next token to be reduced */
		top += yyRuleInfoNRhs[top->stateno - YY_MIN_REDUCE];
	for (const yyStackEntry *e = y->yystack; e <= top; e++)
		n += e->major == TK_LBRACE;
	return n;
}

static void shadow_room(struct shadow *s, uint32_t n)
{
	if (n <= s->cap)
		return;
	uint32_t cap = n * 2 + 64;
	s->states = arena_grow(s->arena, s->states, s->n * sizeof *s->states, cap * sizeof *s->states);
	s->cap = cap;
}

void shadow_copy(struct shadow *to, const struct shadow *from)
{
	shadow_room(to, from->n);
	memcpy(to->states, from->states, from->n * sizeof *from->states);
	to->n = from->n;
}

void shadow_of(struct shadow *to, const void *lemon)
{
	const yyParser *y = lemon;
	uint32_t n = (uint32_t)(y->yytos - y->yystack) + 1;
	shadow_room(to, n);
	for (uint32_t i = 0; i < n; i++)
		to->states[i] = y->yystack[i].stateno;
	to->n = n;
}

void shadow_empty(struct shadow *s)
{
	shadow_room(s, 1);
	s->states[0] = 0;
	s->n = 1;
}

/* As yy_find_shift_action, but telling whether the fallback was taken. */
static inline uint32_t action_of(uint32_t state, uint32_t kind, bool *exact)
{
	if (state > YY_MAX_SHIFT)
		return state;
	uint32_t base = yy_shift_ofst[state];
	*exact = yy_lookahead[base + kind] == kind;
	if (*exact)
		return yy_action[base + kind];
	uint32_t name = yyFallback[kind];
	if (name != 0 && yy_lookahead[base + name] == name)
		return yy_action[base + name];
	return yy_default[state];
}

bool shadow_step_exact(struct shadow *s, uint32_t kind, bool *exact)
{
	shadow_room(s, s->n + 2);
	uint16_t *top = s->states + s->n - 1;
	for (;;) {
		uint32_t action = action_of(*top, kind, exact);
		if (action >= YY_MIN_REDUCE) {
			uint32_t rule = action - YY_MIN_REDUCE;
			top += yyRuleInfoNRhs[rule];
			uint16_t next = yy_find_reduce_action(*top, yyRuleInfoLhs[rule]);
			if ((size_t)(++top - s->states) + 1 >= s->cap) {
				s->n = (uint32_t)(top - s->states);
				shadow_room(s, s->n + 2);
				top = s->states + s->n;
			}
			*top = next;
		} else if (action <= YY_MAX_SHIFTREDUCE) {
			if (action > YY_MAX_SHIFT)
				action += YY_MIN_REDUCE - YY_MIN_SHIFTREDUCE;
			s->n = (uint32_t)(top - s->states) + 2;
			s->states[s->n - 1] = (uint16_t)action;
			return true;
		} else {
			return action == YY_ACCEPT_ACTION;
		}
	}
}

bool shadow_step(struct shadow *s, uint32_t kind)
{
	bool exact;
	return shadow_step_exact(s, kind, &exact);
}
}
