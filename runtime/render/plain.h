/* SPDX-License-Identifier: Apache-2.0
 * Markdown as plain text that a person reads: paragraphs wrapped at 76 columns by display width, links as `text <url>`,
 * lists, headings, quotations and code kept readable. Lines end with LF. A document is compiled once into blocks that
 * still hold placeholders; each message fills and wraps them. */
#ifndef SEQ_RUNTIME_RENDER_PLAIN_H
#define SEQ_RUNTIME_RENDER_PLAIN_H
#include "runtime/render/holes.h"

#define PLAIN_COLUMNS   76u
#define PLAIN_DEPTH_MAX 32u /* lists and quotations within each other */

struct cmark_node;
/* Zero-initialise; plain_free when done. */
struct plain {
	struct buf blocks;      /* struct plain_block each */
	struct strings strings; /* what they are made of */
};
void plain_free(struct plain *p);
/* The document's links must have their numbers as targets (PLAIN_LINK and digits). False: error says why. */
bool plain_compile(struct plain *p, struct cmark_node *document, struct buf *error);
#define PLAIN_LINK "seq-link:"
/* Appends the text. urls: the filled target of each link. scratch is overwritten. */
void plain_fill(const struct plain *p, const struct holes *h, const struct strings *urls, struct buf *scratch,
                struct buf *out);
/* Appends lines that an author wrote as plain text: each is wrapped on its own. */
void plain_add_lines(struct buf *out, struct slice s);
#endif
