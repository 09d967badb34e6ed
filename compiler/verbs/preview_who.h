/* SPDX-License-Identifier: Apache-2.0
 * Whom `seqc preview` shows, from when: --contact, --contacts, --locale, --start and --until as plays. */
#ifndef SEQ_COMPILER_PREVIEW_WHO_H
#define SEQ_COMPILER_PREVIEW_WHO_H
#include "base/cli.h"
#include "compiler/preview/preview.h"

enum { PREVIEW_CONTACTS_MAX = 10 };

struct preview_who {
	struct play plays[PREVIEW_CONTACTS_MAX];
	uint32_t lines[PREVIEW_CONTACTS_MAX]; /* where each stands in the file */
	uint32_t count;
	uint32_t left_out; /* further rows of the file */
	bool made_up;      /* nobody was named */
};

/* Reads the flags of the call; p is open. EXIT_DONE, or what went wrong, told. Everything lies in p's arena. */
int preview_who(const struct cli *c, struct preview *p, struct preview_who *who);
#endif
