/* SPDX-License-Identifier: Apache-2.0
 * Holes and markup of other tools in a text: `{first_name}`, `*|FNAME|*`, `%FIRST_NAME%`, `{% if … %}`, `[First Name]`,
 * `<p>`. We would send them as they stand, so they are told. */
#ifndef SEQ_COMPILER_FOREIGN_TAG_H
#define SEQ_COMPILER_FOREIGN_TAG_H
#include "compiler/checker.h"

/* Tells what stands in that piece of a text between its holes. `markup`: HTML, too. */
void check_foreign_tags(struct checker *k, struct span piece, bool markup);
#endif
