/* SPDX-License-Identifier: Apache-2.0
 * The holes of a text. While the VM runs a text, its literal pieces become the source that Markdown is parsed from, and
 * each value becomes one placeholder character (private use, plane 15) in it, so that no value can ever be markup
 * (rule 22). After parsing the values are put back, as text or inside a link target. */
#ifndef SEQ_RUNTIME_RENDER_HOLES_H
#define SEQ_RUNTIME_RENDER_HOLES_H
#include "runtime/render/strings.h"
#include "runtime/vm/vm.h"

#define HOLES_MAX      65000u        /* values in one text */
#define HOLES_TEXT_MAX (1024u << 10) /* bytes of one text, before and after filling */
#define HOLE_FIRST     0xF0000u      /* the placeholder of value 0 */
#define MARK_FIRST     0x100000u     /* plane 16: marks that a form of the text may keep between them */

/* Zero-initialise; holes_free when done. */
struct holes {
	struct buf source;     /* literals and placeholders */
	struct strings values; /* unsafe characters removed */
	bool too_long;
};
void holes_free(struct holes *h);
/* Runs a text of a plan or policy; what was there before goes. False: error says why (too long, out of memory). */
bool holes_collect(struct holes *h, const struct image *image, uint32_t entry, const struct vm_text_view *view,
                   struct buf *error);
/* Cuts off the next placeholder or mark of s: `before` is what stands before it. False: there is none. */
bool holes_next(struct slice *s, struct slice *before, uint32_t *code_point);
struct slice holes_value(const struct holes *h, uint32_t placeholder);
/* Appends s with every placeholder replaced by its value. */
void holes_fill(const struct holes *h, struct slice s, struct buf *out);
/* What we link to ourselves; empty: there is none. On a laptop they are no https. */
struct own_links {
	struct slice unsubscribe, page;
};
/* Appends a link's target. Literal targets must be https, http or mailto. A target with a hole must come out as an
 * https URL whose host the value can't escape from: in the path and query values are percent-encoded; a value that is
 * the whole beginning must itself be an https URL. Our own links are always allowed. False: *reason. */
bool holes_fill_link(const struct holes *h, struct slice target, const struct own_links *own, struct buf *out,
                     const char **reason);
#endif
