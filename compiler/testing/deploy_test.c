/* SPDX-License-Identifier: Apache-2.0
 * The new text stands in the old one's place under the old one's name, so that what else the workspace has still finds
 * it. Conditions that the tests of the old file ask are not in the new plans. */
#include "compiler/testing/deploy_test.h"
#include <stdlib.h>

static struct slice path_of(const struct run_test_options *o, const struct test *t)
{
	const struct compile_result *r = compile_find(o->k, t->sequence);
	return r ? o->k->sources.items[r->span.source].path : (struct slice){0};
}

static bool compile_it(const struct run_test_options *o, struct test_deploy *d, const struct compile_instead *instead)
{
	compile_init(&d->k);
	d->k.emit = true;
	d->k.workspace_folder = o->k->workspace_folder;
	d->k.instead = instead;
	d->k.instead_count = 1;
	bool ok = compile_path(&d->k, o->path);
	d->k.instead = NULL;
	d->k.instead_count = 0;
	return ok;
}

struct test_deploy *test_deploy_new(const struct run_test_options *o, const struct test *t, struct slice path,
                                    struct buf *error)
{
	struct test_deploy *d = calloc(1, sizeof *d);
	struct arena arena;
	struct compile_instead instead = {.path = path_of(o, t)};
	bool ok = false;
	if (!d) {
		buf_adds(error, "out of memory");
		return NULL;
	}
	arena_init(&arena, 0, NULL);
	if (source_read_bytes(&o->k->sources, path, SOURCE_BYTES_MAX, &arena, &instead.text) != SOURCE_OK) {
		buf_addf(error, "cannot read %.*s in the workspace", SLICE_ARG(path));
		free(d);
		arena_free(&arena);
		return NULL;
	}
	ok = compile_it(o, d, &instead);
	arena_free(&arena);
	d->plans = ok ? calloc(d->k.result_count + 1u, sizeof *d->plans) : NULL;
	for (uint32_t i = 0; d->plans && i < d->k.result_count; i++)
		if (d->k.results[i].plan.n)
			d->plans[d->plan_count++] = d->k.results[i].plan;
	if (d->plans)
		return d;
	buf_addf(error, "%.*s does not compile", SLICE_ARG(path));
	if (!ok) {
		buf_addc(error, '\n');
		diags_render_text(&d->k.diags, error, false, 5);
	}
	test_deploy_free(d);
	return NULL;
}

void test_deploy_free(struct test_deploy *list)
{
	while (list) {
		struct test_deploy *next = list->next;
		compile_free(&list->k);
		free(list->plans);
		free(list);
		list = next;
	}
}
