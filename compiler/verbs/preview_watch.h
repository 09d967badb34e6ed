/* SPDX-License-Identifier: Apache-2.0
 * `seqc preview --watch`: makes the page again whenever a source changes, until Ctrl-C. */
#ifndef SEQ_COMPILER_PREVIEW_WATCH_H
#define SEQ_COMPILER_PREVIEW_WATCH_H
#include "base/buf.h"
#include "base/cli.h"
#include "compiler/preview/preview.h"

/* Makes one page. stamp: of the build. Appends the page to `out`, or what is wrong to `trouble`; both are not empty at
 * once. root: the folder whose files it depends on. An exit_code; EXIT_CANNOT ends the watch. */
typedef int preview_make(const struct cli *c, const struct preview_watch *watch, struct buf *out, struct buf *trouble,
                         struct buf *root);
int preview_watch(const struct cli *c, preview_make *make);
#endif
