/* SPDX-License-Identifier: Apache-2.0
 * What the files that print the checked graph share. For check_print*.c and analyze/; others call what check.h has. */
#ifndef SEQ_COMPILER_CHECK_PRINT_H
#define SEQ_COMPILER_CHECK_PRINT_H
#include "compiler/check.h"

/* That many tabs. */
const char *check_print_indent(int depth);
void check_print_list(struct buf *out, const struct compile *c, const struct node *n, int depth);
/* A text in its locales, a line each behind the key; nothing for NULL. */
void check_print_text(struct buf *out, const struct compile *c, const char *indent, const char *key,
                      const struct text *t);
/* check_print_action.c: what a step that is no message does; its nodes, of which some are not emitted. */
void check_print_action(struct buf *out, const struct compile *c, const struct step *s, int depth);
void check_print_step_node(struct buf *out, const struct compile *c, const struct node *n, int depth);
bool check_print_is_silent(const struct node *n);
/* "reply to offer"; and the identity of a wait: " [a]". */
void check_print_trigger(struct buf *out, const struct exit_rule *r);
void check_print_position(struct buf *out, const struct position *p);
/* check_print_loop.c: nodes behind their indentation, with their line's end. */
void check_print_wait_for(struct buf *out, const struct compile *c, const struct node *n, int depth);
void check_print_repeat(struct buf *out, const struct compile *c, const struct node *n, int depth);
/* check_print_test.c: c->tests. */
void check_print_tests(struct buf *out, const struct compile *c);
/* Starts and migrations. */
void check_print_starts(struct buf *out, const struct sequence *q);
#endif
