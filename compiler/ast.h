/* SPDX-License-Identifier: Apache-2.0
 * The tree that the parser builds: nodes made from ast.def, in the compile's arena, each with the bytes it covers.
 * Nothing in it is resolved or typed; check.c does that beside it. */
#ifndef SEQ_COMPILER_AST_H
#define SEQ_COMPILER_AST_H
#include "base/buf.h"
#include "compiler/source.h"

enum ast_kind {
#define AST(KIND, name, fields) AST_##KIND,
#include "compiler/ast.def"
#undef AST
	AST_KIND_COUNT
};

struct ast {
	enum ast_kind kind;
	struct span span;
	struct ast *next; /* in its list */
};

struct ast_list {
	struct ast *first, *last;
	uint32_t count;
};

struct ast_name {
	struct slice text; /* empty: absent */
	struct span span;
};

#define F_NODE(s, f) struct ast *f;
#define F_LIST(s, f) struct ast_list f;
#define F_NAME(s, f) struct ast_name f;
#define F_FLAG(s, f) bool f;
#define F_INT(s, f)  int64_t f;
#define AST(KIND, name, fields)                                                                                        \
	struct ast_##name {                                                                                            \
		struct ast node;                                                                                       \
		fields                                                                                                 \
	};
#include "compiler/ast.def"
#undef AST
#undef F_NODE
#undef F_LIST
#undef F_NAME
#undef F_FLAG
#undef F_INT

/* Checked downcast: AST_AS(wait, WAIT, node) asserts the kind. */
#define AST_AS(name, KIND, n) ((struct ast_##name *)ast_expect((n), AST_##KIND))
struct ast *ast_expect(struct ast *n, enum ast_kind kind);

const char *ast_kind_name(enum ast_kind kind); /* "wait", as in ast.def */
/* One node a line, indented, `kind start..end field=value`: what `seqc build --emit ast` and golden tests show. */
void ast_print(struct buf *out, const struct sources *sources, const struct ast *n);
/* Whether two trees say the same, wherever each stands in its source; a path by its parts. */
bool ast_same(const struct ast *a, const struct ast *b);
/* Calls visit for each direct child (nodes and list members), in field order. */
void ast_each_child(const struct ast *n, void (*visit)(const struct ast *child, void *context), void *context);
#endif
