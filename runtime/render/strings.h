/* SPDX-License-Identifier: Apache-2.0
 * A growing list of short byte strings, kept end to end. Zero-initialise; strings_free when done. Failure is sticky, as
 * in struct buf: strings_failed tells at the end. */
#ifndef SEQ_RUNTIME_RENDER_STRINGS_H
#define SEQ_RUNTIME_RENDER_STRINGS_H
#include "base/buf.h"

struct strings {
	struct buf bytes; /* the next string may be built at its end; strings_end closes it */
	struct buf ends;  /* uint32_t each */
};
void strings_free(struct strings *s);
void strings_clear(struct strings *s); /* keeps the memory */
/* What was appended to `bytes` since the last call is a string; returns its index. */
uint32_t strings_end(struct strings *s);
uint32_t strings_add(struct strings *s, struct slice string);
uint32_t strings_count(const struct strings *s);
struct slice strings_get(const struct strings *s, uint32_t index); /* empty when there is none; until the next change */
bool strings_failed(const struct strings *s);
#endif
