/* SPDX-License-Identifier: Apache-2.0
 * What expression.c (operators, literals) and expression_name.c (paths) share. Checks call check_expr of checker.h. */
#ifndef SEQ_COMPILER_EXPRESSION_H
#define SEQ_COMPILER_EXPRESSION_H
#include "base/civil.h"
#include "compiler/checker.h"

struct expr *expr_poison(struct checker *k, struct span span);
struct expr *expr_leaf(struct checker *k, enum expr_kind kind, struct type type, struct span span);
struct expr *expr_constant(struct checker *k, struct constant value, struct span span);
/* A name: contact.FIELD, input.FIELD, STEP.sent, a variable, … */
struct expr *expr_path(struct checker *k, const struct ast_path *path);
/* event.FIELD and reply.text: what an event or a reply brought (check_slot.c). */
struct expr *expr_happening(struct checker *k, const struct ast_path *path);
/* What an untyped value is used as: a field in a file without a workspace, a field of an event. */
void expr_adopt(struct expr *e, const struct type *type);
/* An operand beside `other`: a bare word may be one of its options. */
struct expr *expr_hinted(struct checker *k, const struct ast *tree, const struct expr *other);
/* There is no such option. */
void expr_say_option(struct checker *k, struct slice option, struct span span, const struct type *type);
#endif
