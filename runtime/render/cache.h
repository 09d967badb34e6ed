/* SPDX-License-Identifier: Apache-2.0
 * What one message leaves for the next: Markdown already parsed, by its source, and memory. Internal to render/;
 * callers see render_cache_new and render_cache_free. */
#ifndef SEQ_RUNTIME_RENDER_CACHE_H
#define SEQ_RUNTIME_RENDER_CACHE_H
#include "runtime/render/render.h"
#include "runtime/render/skeleton.h"

#define CACHE_TEXTS 512u /* different texts kept; when they are full all go */

struct cached {
	uint64_t hash;
	struct buf source;
	struct skeleton *skeleton; /* NULL: a free place */
};
struct render_cache {
	struct cached places[2 * CACHE_TEXTS];
	uint32_t used;
	struct holes holes;
	struct skeleton_scratch scratch;
	struct buf text, html;
};
/* Empties what a message is built in; memory that could not be had for the one before is asked for anew. */
void cache_begin(struct render_cache *c);
/* The skeleton of a source, owned by the cache; parsed at the first call. NULL: error says why. */
const struct skeleton *cache_skeleton(struct render_cache *c, struct slice source, struct buf *error);
#endif
