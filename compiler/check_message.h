/* SPDX-License-Identifier: Apache-2.0
 * What the files that check messages share: the parts of one message, as they are written. Private to them. */
#ifndef SEQ_COMPILER_CHECK_MESSAGE_H
#define SEQ_COMPILER_CHECK_MESSAGE_H
#include "compiler/checker.h"

/* A step's own parts replace those of `using`, a variant's those of its step; limits and attachments add up. */
struct message_parts {
	enum plan_channel channel;
	struct ast_name name;                             /* the step's, or the variant's: where what lacks is told */
	const struct ast *subject, *body, *template_tree; /* body: an SMS's `text`, too */
	const struct ast *cc, *new_thread, *any_day, *tracking, *window;
	const struct ast *inherited_subject; /* of `using`: a follow-up drops it in silence */
	const struct ast_list *block;        /* that has them */
	struct limit *limits, **last_limit;
	struct attachment *attachments, **last_attachment;
	bool said_variant;
	const char *inside; /* "a variant", "a channel of `send`": where variants have no place; or NULL */
	bool incomplete;    /* something in it is misplaced or wrong: what lacks says nothing */
};

/* ---- check_message.c ---- */
/* Takes up the parts of a block. */
void parts_gather(struct checker *k, const struct ast_list *list, struct message_parts *p);
/* The message that they make, of a step. */
struct message *check_whole_message(struct checker *k, const struct message_parts *p);

/* ---- check_variant.c ---- */
/* The step's variants, in their order, over the parts that they share. */
struct message *check_variants(struct checker *k, const struct message_parts *shared);

/* ---- check_file.c ---- */
/* A file of the workspace as base64, with its type of MIME by its name; NULL type after saying what is wrong. */
struct attachment check_file_data(struct checker *k, const struct ast *path);

/* ---- check_sms.c ---- */
/* Segments and the alphabet of a text message, in each locale. */
void check_segments(struct checker *k, const struct text *text, struct slice name);
#endif
