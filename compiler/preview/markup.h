/* SPDX-License-Identifier: Apache-2.0
 * Pieces of the preview's HTML page. Whatever a value or a message holds is text here: nothing of it can be markup. */
#ifndef SEQ_PREVIEW_MARKUP_H
#define SEQ_PREVIEW_MARKUP_H
#include "compiler/preview/preview.h"

/* Escaped; control characters and bidi overrides are left out; longer ones are cut, and say so. */
void markup_text(struct buf *out, struct slice text);
/* A name for id and class: letters, digits, - and _; anything else becomes _. */
void markup_name(struct buf *out, struct slice name);
/* <time datetime="…"> as people read it: "Mon 2 Mar" and "09:00" apart, the year where it is another than `than_us`'s,
 * or where that is NEVER_US. */
void markup_time(struct buf *out, const struct tz *zone, int64_t at_us, int64_t than_us);
/* "email" in its colour. */
void markup_pill(struct buf *out, struct slice word, struct slice kind);
/* A <details> with what a step says: its versions, each in every locale. id: unique in the page. */
void markup_versions(struct buf *out, const struct preview *p, const struct preview_way *way,
                     const struct preview_version *versions, uint32_t count, struct slice id, struct slice name);
/* The whole sequence for a way: what was taken and what was not. number: of the way. */
void markup_outline(struct buf *out, const struct preview *p, const struct preview_way *way, uint32_t number);
/* Autonym of a locale: "Français (CA)". */
void markup_locale(struct buf *out, struct slice locale);
#endif
