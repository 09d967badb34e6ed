/* SPDX-License-Identifier: Apache-2.0
 * One diagnostic per mistake: what check tells only because the parser could not read something is not told. */
#ifndef SEQ_COMPILER_POISON_H
#define SEQ_COMPILER_POISON_H
#include "compiler/compile.h"

/* Takes out of c->diags what follows from a mistake of form (E01xx), as `needs` of its record says. After all checks;
 * without such a mistake it does nothing. */
void poison_drop_consequences(struct compile *c);
#endif
