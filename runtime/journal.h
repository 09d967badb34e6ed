/* SPDX-License-Identifier: Apache-2.0
 * The detail of a journal row: facts of journal.def, packed. Written by the drive, read by why.c. */
#ifndef SEQ_RUNTIME_JOURNAL_H
#define SEQ_RUNTIME_JOURNAL_H
#include "base/buf.h"

enum journal_fact_kind {
	JOURNAL_NONE,
#define FACT(number, NAME, arguments) JOURNAL_##NAME = number,
#include "runtime/journal.def"
#undef FACT
	JOURNAL_LIMIT_KIND
};

#define JOURNAL_NUMBERS 4
struct journal_fact {
	enum journal_fact_kind kind;
	int64_t n[JOURNAL_NUMBERS]; /* its u and t arguments, in order */
	struct slice text;          /* its s argument */
};

/* Numbers in order, then the text; those that the kind does not have are not looked at. */
void journal_add(struct buf *detail, const struct journal_fact *fact);
/* Takes the next fact off the front. False: none left, or damaged. */
bool journal_next(struct slice *detail, struct journal_fact *fact);
#endif
