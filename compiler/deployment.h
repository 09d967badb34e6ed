/* SPDX-License-Identifier: Apache-2.0
 * What differs between machines (language.md §13): a `deployment` declaration, checked. Never part of a plan. */
#ifndef SEQ_COMPILER_DEPLOYMENT_H
#define SEQ_COMPILER_DEPLOYMENT_H
#include "base/slice.h"
#include "compiler/ast.h"
#include "compiler/diag.h"

/* Where a value of `connect` comes from. A secret is never LITERAL. */
enum deployment_origin { DEPLOYMENT_ABSENT, DEPLOYMENT_LITERAL, DEPLOYMENT_ENV, DEPLOYMENT_FILE };
struct deployment_value {
	enum deployment_origin origin;
	struct slice text; /* the literal, the variable's name, or the file's path; NUL-terminated */
};

/* Any other line of `connect`: what a provider's description asks for. */
struct deployment_setting {
	struct slice key;
	struct deployment_value value;
	struct deployment_setting *next;
};

/* Slices are NUL-terminated; empty when absent. */
struct deployment_connect {
	struct slice name;           /* of the workspace's channel that it binds */
	struct slice smtp, smtp_tls; /* URL; "required" (the default), "optional" or "none" */
	struct slice imap, imap_tls;
	struct slice auth_server;
	struct slice oauth; /* "google", "microsoft" */
	struct deployment_value user, password;
	struct deployment_setting *settings;
	struct span span; /* of the name */
	struct deployment_connect *next;
};

struct deployment_text {
	struct slice text;
	struct deployment_text *next;
};

struct deployment {
	struct slice name, store, listen, admin, base_url; /* empty when absent */
	int64_t fresh_inbox_us;                            /* 10 minutes by default (rule 18) */
	int64_t in_doubt_us;                               /* 72 hours by default (rule 2) */
	struct deployment_text *hosts, *alerts;
	struct deployment_connect *connects; /* in order of the source */
	struct span span;                    /* of the name */
};

/* Checks one declaration. Always returns a deployment; what is wrong with it is in diags. */
struct deployment *deployment_check(struct arena *arena, struct diags *diags, const struct ast *declaration);
const struct deployment_connect *deployment_find(const struct deployment *d, struct slice name);
#endif
