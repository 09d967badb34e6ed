/* SPDX-License-Identifier: Apache-2.0
 * What the files that check steps share: the block in hand, and how nodes are added to it. Private to them. */
#ifndef SEQ_COMPILER_CHECK_BLOCK_H
#define SEQ_COMPILER_CHECK_BLOCK_H
#include "compiler/checker.h"

#define ARMS_MAX 256

/* A block among its blocks: a `skip to` may land in its own or in one around it. */
struct block_path {
	const struct block_path *around;
};

struct landing {
	struct flow flow;
	const struct block_path *block;
	struct span span;
	struct landing *next;
};

/* The block that is being checked. */
struct block {
	struct checker *k;
	struct block_path *path;
	struct node *first, **last;
	struct slice before; /* the named step directly before, "start", or empty (rule 12) */
	struct flow skipped; /* `otherwise skip`: arrives behind the next item */
	bool skip_pending, said_unreachable;
	uint64_t lengths; /* of its messages' texts so far, a bit for each modulo 64 */
};

/* ---- check_step.c ---- */
struct node *new_node(struct block *b, enum node_kind kind, struct span span);
void append(struct block *b, struct node *n); /* NULL: nothing */
/* The object of a name declared at that place; NULL for a duplicate. */
struct step *step_at(struct checker *k, struct ast_name name);
/* Takes a step up among those of the plan; its node's label. */
void add_step(struct checker *k, struct step *s);
struct node *check_block(struct checker *k, const struct ast *tree, const struct block_path *around);
/* The items of a list of the tree as a block of its own; `before` as in struct block. */
struct node *check_items(struct checker *k, const struct ast_list *items, const struct block_path *around,
                         struct slice before);
/* The items of a list as if they stood in that block. */
void check_list(struct block *b, const struct ast_list *items);

/* ---- one item each; they set b->before (rule 12) ---- */
void check_message_item(struct block *b, const struct ast_message *t); /* check_send.c */
void check_original(struct block *b, const struct ast_original *t);
void check_send(struct block *b, const struct ast_send *t);
void check_task(struct block *b, const struct ast_task *t); /* check_action.c */
void check_webhook(struct block *b, const struct ast_step *t);
void check_alert(struct block *b, const struct ast_step *t);
void check_handoff(struct block *b, const struct ast_step *t);
void check_suppress(struct block *b, const struct ast_suppress *t);
void check_page(struct block *b, const struct ast_step *t); /* check_page.c: ask, offer, review, thanks */
/* Around each item of a block: what rule 13 lets stand there, and what a message changes. At the end of the body. */
void page_before(struct block *b, const struct ast *t);
void page_after(struct block *b, const struct ast *t);
void page_end(struct checker *k);
void check_wait_item(struct block *b, const struct ast *t); /* check_wait.c */
/* The identity of a wait (rule 12); says so when it has none. */
struct position *identify(struct block *b, const struct ast *t, struct ast_name as, struct ast_name was);
struct node *check_when_item(struct block *b, const struct ast_when *t); /* check_branch.c */
void check_choose(struct block *b, const struct ast_choose *t);
void check_wait_for(struct block *b, const struct ast_wait_for *t); /* check_loop.c */
void check_repeat(struct block *b, const struct ast_repeat *t);
void check_run(struct block *b, const struct ast_run *t); /* check_fragment.c */
/* The copy of the fragment's block that a `run` stands for, or NULL. */
const struct ast_block *run_body(const struct checker *k, const struct ast_run *t);
#endif
