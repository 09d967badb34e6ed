/* SPDX-License-Identifier: Apache-2.0
 * One loop over a fact's argument letters, for writing and for reading. */
#include "runtime/journal.h"
#include "runtime/pack.h"
#include <assert.h>

static const char *const ARGUMENTS[] = {
#define FACT(number, NAME, arguments) [number] = arguments,
#include "runtime/journal.def"
#undef FACT
};

void journal_add(struct buf *detail, const struct journal_fact *fact)
{
	assert(fact->kind > JOURNAL_NONE && fact->kind < JOURNAL_LIMIT_KIND);
	buf_add_u8(detail, (uint8_t)fact->kind);
	int next = 0;
	for (const char *a = ARGUMENTS[fact->kind]; *a; a++) {
		if (*a == 'u')
			pack_u(detail, (uint64_t)fact->n[next++]);
		else if (*a == 't')
			pack_i(detail, fact->n[next++]);
		else
			pack_s(detail, fact->text);
	}
}

bool journal_next(struct slice *detail, struct journal_fact *fact)
{
	struct unpack u = unpack_of(*detail);
	*fact = (struct journal_fact){0};
	if (!unpack_more(&u))
		return false;
	unsigned kind = *u.p++;
	if (kind == JOURNAL_NONE || kind >= JOURNAL_LIMIT_KIND)
		return false;
	fact->kind = (enum journal_fact_kind)kind;
	int next = 0;
	for (const char *a = ARGUMENTS[kind]; *a; a++) {
		if (*a == 'u')
			fact->n[next++] = (int64_t)unpack_u(&u);
		else if (*a == 't')
			fact->n[next++] = unpack_i(&u);
		else
			fact->text = unpack_s(&u);
	}
	*detail = unpack_rest(&u);
	return !u.bad;
}
