/* SPDX-License-Identifier: Apache-2.0
 * A Markdown text compiled into its two forms, plain text and HTML, with placeholders still in them: parsed once,
 * filled for every message. Raw HTML shows as the text that it is; pictures become links, so that nothing is loaded
 * from afar. */
#ifndef SEQ_RUNTIME_RENDER_SKELETON_H
#define SEQ_RUNTIME_RENDER_SKELETON_H
#include "runtime/render/plain.h"

struct skeleton;
/* source: holes' source. NULL: error says why. */
struct skeleton *skeleton_new(struct slice source, struct buf *error);
void skeleton_free(struct skeleton *s);
/* Memory that filling uses again and again. Zero-initialise. */
struct skeleton_scratch {
	struct strings urls;
	struct buf text;
};
void skeleton_scratch_free(struct skeleton_scratch *s);
/* Appends both forms. False: error says why (a link target that is none). */
bool skeleton_fill(const struct skeleton *s, const struct holes *h, const struct own_links *own,
                   struct skeleton_scratch *scratch, struct buf *text, struct buf *html, struct buf *error);
#endif
