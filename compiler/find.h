/* SPDX-License-Identifier: Apache-2.0
 * Which files a compile is made of: the workspace's folder, found upwards, and the .seq files below a folder. */
#ifndef SEQ_COMPILER_FIND_H
#define SEQ_COMPILER_FIND_H
#include "compiler/compile.h"

#define FIND_FILES_MAX 100000u

struct found {
	struct slice *paths; /* relative to c->root, workspace.seq first, then bytewise */
	uint32_t count, cap;
	bool whole; /* every .seq file of the workspace, or of a folder without one */
};

/* For compile_path: sets c->root and the files. False after saying why. */
bool find_sources(struct compile *c, const char *path, struct found *out);
/* For a text: workspace.seq of c->workspace_folder, if that is set. */
bool find_workspace_of_text(struct compile *c, struct found *out);
/* Exactly that file; its folder becomes the root. */
bool find_one_file(struct compile *c, const char *path, struct found *out);
#endif
