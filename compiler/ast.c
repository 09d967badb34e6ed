/* SPDX-License-Identifier: Apache-2.0
 * What can be said of every node from its row in ast.def: its name, its children, its printed form. */
#include "compiler/ast.h"
#include <assert.h>
#include <inttypes.h>
#include <stddef.h>

enum field_kind { FIELD_NODE, FIELD_LIST, FIELD_NAME, FIELD_FLAG, FIELD_INT, FIELD_END };

struct field {
	enum field_kind kind;
	const char *name;
	size_t offset;
};

#define F_NODE(s, f)            {FIELD_NODE, #f, offsetof(struct ast_##s, f)},
#define F_LIST(s, f)            {FIELD_LIST, #f, offsetof(struct ast_##s, f)},
#define F_NAME(s, f)            {FIELD_NAME, #f, offsetof(struct ast_##s, f)},
#define F_FLAG(s, f)            {FIELD_FLAG, #f, offsetof(struct ast_##s, f)},
#define F_INT(s, f)             {FIELD_INT, #f, offsetof(struct ast_##s, f)},
#define AST(KIND, name, fields) static const struct field fields_##name[] = {fields{FIELD_END, NULL, 0}};
#include "compiler/ast.def"
#undef AST

static const struct {
	const char *name;
	const struct field *fields;
} kinds[AST_KIND_COUNT] = {
#define AST(KIND, name, fields) [AST_##KIND] = {#name, fields_##name},
#include "compiler/ast.def"
#undef AST
};

struct ast *ast_expect(struct ast *n, enum ast_kind kind)
{
	assert(n && n->kind == kind);
	return n;
}

const char *ast_kind_name(enum ast_kind kind)
{
	assert((unsigned)kind < AST_KIND_COUNT);
	return kinds[kind].name;
}

void ast_each_child(const struct ast *n, void (*visit)(const struct ast *child, void *context), void *context)
{
	for (const struct field *f = kinds[n->kind].fields; f->kind != FIELD_END; f++) {
		const char *at = (const char *)n + f->offset;
		if (f->kind == FIELD_NODE && *(struct ast *const *)at)
			visit(*(struct ast *const *)at, context);
		for (const struct ast *c = f->kind == FIELD_LIST ? ((const struct ast_list *)at)->first : NULL; c;
		     c = c->next)
			visit(c, context);
	}
}

static bool same_list(const struct ast *a, const struct ast *b)
{
	for (; a && b; a = a->next, b = b->next)
		if (!ast_same(a, b))
			return false;
	return !a && !b;
}

static bool same_field(const struct field *f, const char *a, const char *b)
{
	switch (f->kind) {
	case FIELD_NODE: return ast_same(*(struct ast *const *)a, *(struct ast *const *)b);
	case FIELD_LIST: return same_list(((const struct ast_list *)a)->first, ((const struct ast_list *)b)->first);
	case FIELD_NAME: return slice_eq(((const struct ast_name *)a)->text, ((const struct ast_name *)b)->text);
	case FIELD_FLAG: return *(const bool *)a == *(const bool *)b;
	case FIELD_INT: return *(const int64_t *)a == *(const int64_t *)b;
	case FIELD_END: break;
	}
	return true;
}

bool ast_same(const struct ast *a, const struct ast *b)
{
	if (!a || !b)
		return a == b;
	if (a->kind != b->kind)
		return false;
	for (const struct field *f = kinds[a->kind].fields; f->kind != FIELD_END; f++) {
		bool as_written = a->kind == AST_PATH && f->kind == FIELD_NAME; /* blanks and all */
		if (!as_written && !same_field(f, (const char *)a + f->offset, (const char *)b + f->offset))
			return false;
	}
	return true;
}

/* A name bare where it is one, else quoted. */
static void print_text(struct buf *out, struct slice s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9' && i > 0) || c == '_' ||
		      c == '.')) {
			buf_add_json(out, s);
			return;
		}
	}
	buf_add_slice(out, s);
}

/* The fields that stand on the node's own line; those that are not set are left out. */
static void print_value(struct buf *out, const struct field *f, const char *at)
{
	if (f->kind == FIELD_NAME &&
	    (((const struct ast_name *)at)->text.n || ((const struct ast_name *)at)->span.end)) {
		buf_addf(out, " %s=", f->name);
		print_text(out, ((const struct ast_name *)at)->text);
	} else if (f->kind == FIELD_FLAG && *(const bool *)at) {
		buf_addf(out, " %s", f->name);
	} else if (f->kind == FIELD_INT && *(const int64_t *)at) {
		buf_addf(out, " %s=%" PRId64, f->name, *(const int64_t *)at);
	}
}

static void print_node(struct buf *out, const struct ast *n, const char *role, int depth)
{
	buf_addf(out, "%*s", depth * 2, "");
	if (role)
		buf_addf(out, "%s: ", role);
	buf_addf(out, "%s %u..%u", kinds[n->kind].name, n->span.start, n->span.end);
	const struct field *fields = kinds[n->kind].fields;
	for (const struct field *f = fields; f->kind != FIELD_END; f++)
		print_value(out, f, (const char *)n + f->offset);
	buf_addc(out, '\n');
	for (const struct field *f = fields; f->kind != FIELD_END; f++) {
		const char *at = (const char *)n + f->offset;
		if (f->kind == FIELD_NODE && *(struct ast *const *)at)
			print_node(out, *(struct ast *const *)at, f->name, depth + 1);
		for (const struct ast *c = f->kind == FIELD_LIST ? ((const struct ast_list *)at)->first : NULL; c;
		     c = c->next)
			print_node(out, c, f->name, depth + 1);
	}
}

void ast_print(struct buf *out, const struct sources *sources, const struct ast *n)
{
	(void)sources;
	print_node(out, n, NULL, 0);
}
