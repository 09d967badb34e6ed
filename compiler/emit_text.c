/* SPDX-License-Identifier: Apache-2.0
 * Texts to code: literal pieces are emitted as they are, holes are put as values, so that the renderer escapes them
 * where they stand; {{when}} is a forward jump. */
#include "compiler/emit.h"
#include "compiler/template.h"

uint32_t emit_text(struct emit *e, const struct text *t)
{
	if (!t)
		return NONE;
	struct plan_text row = {.form = t->form};
	struct plan_text_locale entry = {.entry = NONE};
	struct emit_text *later = ARENA_NEW(e->arena, struct emit_text);
	later->text = t;
	later->row = image_add(e->b, SECTION_TEXT, &row);
	for (uint32_t i = 0; i < e->locale_count; i++)
		image_add(e->b, SECTION_TEXT_LOCALE, &entry);
	*e->last_text = later;
	e->last_text = &later->next;
	return later->row;
}

static void emit_filter(struct emit *e, const struct filter *f, struct span span, bool *is_text)
{
	uint32_t argument = f->info->argument == ARGUMENT_none ? NONE : emit_constant(e, &f->argument);
	switch (f->info->lowering) {
	case LOWERS_FILTER: code_emit(e->code, OP_FILTER, f->info->filter, argument); break;
	case LOWERS_DEFAULT:
		if (!*is_text)
			code_emit(e->code, OP_TO_TEXT, 0, 0);
		emit_point(e, POINT_FALLBACK, WAY_NO, span, code_emit(e->code, OP_OR_DEFAULT, argument, 0));
		break;
	case LOWERS_DATE: code_emit(e->code, OP_FORMAT_DATE, argument, 0); break;
	case LOWERS_NUMBER: code_emit(e->code, OP_FORMAT_NUMBER, argument, 0); break;
	}
	*is_text = true;
}

static void emit_hole(struct emit *e, const struct piece *p)
{
	bool is_text = type_is_text(p->expr->type.kind);
	emit_expr(e, p->expr);
	for (const struct filter *f = p->filters; f; f = f->next)
		emit_filter(e, f, p->span, &is_text);
	if (!is_text)
		code_emit(e->code, OP_TO_TEXT, 0, 0);
	code_emit(e->code, OP_PUT, 0, 0);
}

static void emit_pieces(struct emit *e, const struct piece *p);

static void emit_when(struct emit *e, const struct piece *p)
{
	emit_expr(e, p->expr);
	uint32_t unless = code_emit(e->code, OP_JUMP_UNLESS, 0, 0);
	emit_point(e, POINT_BRANCH, WAY_YES, p->span, unless);
	emit_point(e, POINT_BRANCH, WAY_NO, p->span, unless);
	emit_pieces(e, p->then);
	if (p->otherwise) {
		uint32_t over = code_emit(e->code, OP_JUMP, 0, 0);
		code_patch_jump(e->code, unless, (uint32_t)e->code->n);
		emit_pieces(e, p->otherwise);
		unless = over;
	}
	code_patch_jump(e->code, unless, (uint32_t)e->code->n);
}

static void emit_pieces(struct emit *e, const struct piece *p)
{
	for (; p; p = p->next) {
		if (p->kind == PIECE_HOLE)
			emit_hole(e, p);
		else if (p->kind == PIECE_WHEN)
			emit_when(e, p);
		else if (p->chars.n)
			code_emit(e->code, OP_EMIT, image_add_string(e->b, p->chars), 0);
	}
}

void emit_texts(struct emit *e)
{
	for (const struct emit_text *t = e->texts; t; t = t->next) {
		uint32_t pc = 0;
		for (uint32_t i = 0; i < e->locale_count; i++) {
			if (i == 0 || t->text->localised) {
				pc = (uint32_t)e->code->n;
				emit_pieces(e, t->text->locales[i]);
				code_emit(e->code, OP_DONE, 0, 0);
			}
			((struct plan_text_locale *)image_record(e->b, SECTION_TEXT_LOCALE,
			                                         t->row * e->locale_count + i))
			        ->entry = pc;
		}
	}
}
