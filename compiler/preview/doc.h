/* SPDX-License-Identifier: Apache-2.0
 * A page about a sequence, for people: what it does, when, to whom, what ends it, what is proven of it. Written as
 * Markdown; the page in HTML is made of the same text. */
#ifndef SEQ_PREVIEW_DOC_H
#define SEQ_PREVIEW_DOC_H
#include "compiler/preview/picture.h"

/* The numbered list of steps; depth: 0, or that of the list around it (doc_steps.c). */
void doc_steps(struct buf *out, const struct sequence *q);
/* When messages leave, to whom, what ends it, limits and promises (doc_rules.c). */
void doc_rules(struct buf *out, const struct compile *c, const struct sequence *q);
/* What is proven of it (doc_bounds.c). */
void doc_bounds(struct buf *out, const struct compile *c, uint32_t sequence);
/* The channels that its messages may leave by: bits 1 << CHANNEL_…. */
uint32_t doc_channels(const struct sequence *q);

/* The page whole, picture and all. */
void doc_markdown(struct buf *out, const struct compile *c, uint32_t sequence);
/* The same as a page by itself that needs nothing else; without Graphviz it has no picture. False: error says why. */
bool doc_html(struct buf *out, const struct compile *c, uint32_t sequence, struct buf *error);
/* A page that leads to those of the sequences for which wanted[i] is set, files NAME and this ending. */
void doc_index(struct buf *out, const struct compile *c, const bool *wanted, bool html);
#endif
