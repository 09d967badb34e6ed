/* SPDX-License-Identifier: Apache-2.0
 * The styles of the pages of `preview` and `doc`, and the script of the former, embedded at build from
 * compiler/preview/page/; base.css is of both. */
#ifndef SEQ_PREVIEW_PAGE_H
#define SEQ_PREVIEW_PAGE_H
#include "compiler/stdlib.h"

extern const struct stdlib_file page_files[];
extern const uint32_t page_file_count;
/* One of them by its name; empty: there is none. In put_html.c. */
struct slice page_file(const char *name);
#endif
