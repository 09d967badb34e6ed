/* SPDX-License-Identifier: Apache-2.0
 * The examples of the registry: a source, or, with lines `# file: PATH`, a folder of them; lines before the first such
 * line are main.seq. */
#ifndef SEQ_COMPILER_DIAG_EXAMPLE_H
#define SEQ_COMPILER_DIAG_EXAMPLE_H
#include "compiler/compile.h"

/* Compiles an example, in memory, emitting too; the caller frees k in every case. False: errors. */
bool diag_example_compile(struct compile *k, const char *example);
/* What the compiler says of the record's own kind about its `bad` example, as text. Nothing without an example. */
void diag_example_render(const struct diag_info *info, struct buf *out);
#endif
