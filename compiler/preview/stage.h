/* SPDX-License-Identifier: Apache-2.0
 * What a step would say to a contact that did not come to it: texts rendered from the plan alone, with the contact's
 * values; what only the way there would bring (answers, outcomes) is made up. */
#ifndef SEQ_PREVIEW_STAGE_H
#define SEQ_PREVIEW_STAGE_H
#include "compiler/preview/preview.h"

/* Fills way->steps: every version of every step in every locale. way->rows are read for the thread's subject. False: no
 * memory. */
bool stage_steps(struct preview *p, struct preview_way *way);
/* Takes the values of a WhatsApp template off what its channel got, "[name language] a | b". */
void stage_template_values(struct arena *arena, struct preview_face *face, struct slice text);
#endif
