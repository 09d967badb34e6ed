/* SPDX-License-Identifier: Apache-2.0
 * Text in Markdown: escaped, and without what steers a terminal. */
#ifndef SEQ_BASE_MARKDOWN_H
#define SEQ_BASE_MARKDOWN_H
#include "base/buf.h"

/* What could be markup there, HTML, or on a forge the name of a person or an issue, is escaped. */
void markdown_add(struct buf *out, struct slice text);
#endif
