/* SPDX-License-Identifier: Apache-2.0
 * THE pipeline: files → tokens and tree → names → checked graph → plans and policy. Each arrow is one call; each can be
 * looked at with `seqc build --emit tokens|ast|checked|plan`. */
#include "compiler/compile.h"
#include "base/tz.h"
#include "compiler/check.h"
#include "compiler/find.h"
#include "compiler/poison.h"
#include "compiler/resolve.h"
#include "diag_codes.h"
#include <string.h>

#define COMPILE_BYTES_MAX ((size_t)8 << 30)

/* Everything after the files are known: resolved, checked, and, if nothing is wrong and plans were asked for, emitted.
 */
static bool finish(struct compile *c)
{
	resolve_finish(c);
	check_all(c);
	poison_drop_consequences(c);
	diags_sort(&c->diags);
	if (c->diags.errors) /* what is wrong may hide the finding that is allowed */
		diags_drop(&c->diags, DIAG_UNUSED_ALLOW);
	if (c->emit && c->diags.errors == 0) {
		emit_all(c);
		diags_sort(&c->diags);
	}
	return c->diags.errors == 0;
}

/* Where arena exhaustion ends up. What was made so far stays, so that its diagnostics can be shown. */
static bool exhausted(struct compile *c)
{
	c->arena.limit_bytes = 0; /* room for this one */
	c->arena.on_full = NULL;
	image_builder_free(c->builder);
	c->builder = NULL;
	diag_out_of_memory(&c->diags, DIAG_NO_PLACE);
	diags_sort(&c->diags);
	return false;
}

bool compile_path(struct compile *c, const char *path)
{
	struct found found;
	if (setjmp(c->full))
		return exhausted(c);
	if (!find_sources(c, path, &found))
		return false;
	for (uint32_t i = 0; i < c->instead_count; i++)
		source_add(&c->sources, c->instead[i].path, c->instead[i].text, false);
	for (uint32_t i = 0; i < found.count; i++)
		resolve_file(c, found.paths[i], NULL);
	c->modules->whole = found.whole;
	return finish(c);
}

bool compile_text(struct compile *c, const char *name, struct slice text)
{
	struct found found;
	if (setjmp(c->full))
		return exhausted(c);
	if (!find_workspace_of_text(c, &found))
		return false;
	for (uint32_t i = 0; i < found.count; i++)
		resolve_file(c, found.paths[i], NULL);
	resolve_source(c, source_add(&c->sources, slice_of(name), text, false));
	c->modules->whole = !c->workspace_folder;
	return finish(c);
}

bool compile_files(struct compile *c, const struct compile_instead *files, uint32_t count)
{
	if (setjmp(c->full))
		return exhausted(c);
	for (uint32_t i = 0; i < count; i++)
		source_add(&c->sources, files[i].path, files[i].text, false);
	for (uint32_t i = 0; i < count; i++)
		if (slice_ends(files[i].path, ".seq"))
			resolve_source(c, i);
	c->modules->whole = true;
	return finish(c);
}

/* ---- around it ---- */

void compile_init(struct compile *c)
{
	memset(c, 0, sizeof *c);
	arena_init(&c->arena, COMPILE_BYTES_MAX, &c->full);
	arena_init(&c->passing, COMPILE_BYTES_MAX, &c->full);
	c->sources.arena = &c->arena;
	diags_init(&c->diags, &c->arena, &c->sources);
	if (setjmp(c->full)) {
		exhausted(c);
		return;
	}
	c->modules = ARENA_NEW(&c->arena, struct module_table);
	c->workspace = ARENA_NEW(&c->arena, struct workspace);
}

void compile_free(struct compile *c)
{
	if (c->modules && c->modules->zones)
		tz_db_close(c->modules->zones);
	image_builder_free(c->builder);
	buf_free(&c->scratch);
	arena_free(&c->passing);
	arena_free(&c->arena);
	memset(c, 0, sizeof *c);
}

bool compile_deployment(struct compile *c, const char *path)
{
	struct found found;
	if (setjmp(c->full))
		return exhausted(c);
	if (!find_one_file(c, path, &found))
		return false;
	struct module *m = resolve_file(c, found.paths[0], NULL);
	const struct ast *only = NULL;
	for (const struct ast *d = m ? m->tree->decls.first : NULL; d; d = d->next) {
		if (d->kind != AST_DEPLOYMENT)
			continue;
		if (only)
			diag_two_deployments(&c->diags, ((const struct ast_deployment *)d)->name.span);
		only = d;
	}
	if (only)
		c->deployment = deployment_check(&c->arena, &c->diags, only);
	else if (m && c->diags.errors == 0)
		diag_no_deployment(&c->diags, (struct span){m->source, 0, 0});
	poison_drop_consequences(c);
	diags_sort(&c->diags);
	return c->diags.errors == 0 && c->deployment;
}

const struct compile_result *compile_find(const struct compile *c, struct slice name)
{
	for (uint32_t i = 0; i < c->result_count; i++)
		if (slice_eq(c->results[i].name, name))
			return &c->results[i];
	return NULL;
}
