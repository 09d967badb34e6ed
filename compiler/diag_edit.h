/* SPDX-License-Identifier: Apache-2.0
 * The fixes of diagnostics as edits of the texts they are about: which of them can be made at once, and the text they
 * give. Nothing is read or written. */
#ifndef SEQ_COMPILER_DIAG_EDIT_H
#define SEQ_COMPILER_DIAG_EDIT_H
#include "compiler/diag.h"

struct diag_edit {
	const struct diag *diag;
	const struct diag_fix *fix;
};

/* Of each diagnostic that nobody accepted the first fix that is at least so sure, in the order of its place; none in
 * the standard library. Of edits that overlap the first one stays. `code`: of that kind only, or -1 for all. The array
 * lies on the heap, the caller frees it; false: out of memory. */
bool diag_edits(const struct diags *d, enum diag_confidence least, int code, struct diag_edit **out, uint32_t *count);
/* The text of that source with its edits made. */
void diag_edit_text(const struct sources *sources, uint32_t source, const struct diag_edit *edits, uint32_t count,
                    struct buf *out);
#endif
