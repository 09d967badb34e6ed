/* SPDX-License-Identifier: Apache-2.0
 * See cache.h. A table with open addressing, half full at most. */
#include "runtime/render/cache.h"
#include <stdlib.h>

#define PLACES (2 * CACHE_TEXTS)

struct render_cache *render_cache_new(void)
{
	return calloc(1, sizeof(struct render_cache));
}

static void clear(struct render_cache *c)
{
	for (uint32_t i = 0; i < PLACES; i++) {
		skeleton_free(c->places[i].skeleton);
		buf_free(&c->places[i].source);
		c->places[i] = (struct cached){0};
	}
	c->used = 0;
}

void render_cache_free(struct render_cache *c)
{
	if (!c)
		return;
	clear(c);
	holes_free(&c->holes);
	skeleton_scratch_free(&c->scratch);
	buf_free(&c->text);
	buf_free(&c->html);
	free(c);
}

void cache_begin(struct render_cache *c)
{
	struct buf *bufs[] = {&c->text,
	                      &c->html,
	                      &c->holes.source,
	                      &c->holes.values.bytes,
	                      &c->holes.values.ends,
	                      &c->scratch.text,
	                      &c->scratch.urls.bytes,
	                      &c->scratch.urls.ends};
	for (size_t i = 0; i < sizeof bufs / sizeof *bufs; i++)
		if (bufs[i]->failed)
			buf_free(bufs[i]);
		else
			buf_clear(bufs[i]);
}

const struct skeleton *cache_skeleton(struct render_cache *c, struct slice source, struct buf *error)
{
	uint64_t hash = slice_hash(source);
	struct cached *place = &c->places[hash % PLACES];
	for (uint64_t i = hash; place->skeleton; place = &c->places[++i % PLACES])
		if (place->hash == hash && slice_eq(buf_slice(&place->source), source))
			return place->skeleton;
	struct skeleton *skeleton = skeleton_new(source, error);
	if (!skeleton)
		return NULL;
	if (c->used == CACHE_TEXTS) {
		clear(c);
		place = &c->places[hash % PLACES];
	}
	place->hash = hash;
	buf_add_slice(&place->source, source); /* if this fails it is found by nobody */
	place->skeleton = skeleton;
	c->used++;
	return skeleton;
}
