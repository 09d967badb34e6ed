/* SPDX-License-Identifier: Apache-2.0
 * The HTML around a message: one complete small document with inline styles, in the reader's own colours (light or
 * dark), that loads nothing from anywhere. */
#ifndef SEQ_RUNTIME_RENDER_HTML_H
#define SEQ_RUNTIME_RENDER_HTML_H
#include "base/buf.h"

/* Appends s as text: & < > and " become references. */
void html_add_text(struct buf *out, struct slice s);
/* The same, and every newline a <br>. */
void html_add_lines(struct buf *out, struct slice s);
/* Appends a URL as an attribute's value: what a URL can't hold is percent-encoded. */
void html_add_href(struct buf *out, struct slice url);
/* Opens and closes the document. locale: "fr" or "fr_CA". */
void html_open(struct buf *out, struct slice locale, struct slice title);
void html_close(struct buf *out);
#endif
