/* SPDX-License-Identifier: Apache-2.0
 * The list of the analyses. */
#include "compiler/analyze/analyze.h"
#include "compiler/analyze/bounds.h"
#include "compiler/analyze/branches.h"
#include "compiler/analyze/exits.h"
#include "compiler/analyze/holidays_end.h"
#include "compiler/analyze/never_open.h"
#include "compiler/analyze/reviews.h"
#include "compiler/analyze/same_message.h"
#include "compiler/analyze/swallowed.h"
#include "compiler/analyze/triggers.h"
#include "compiler/analyze/unread.h"
#include "compiler/analyze/whatsapp_24h.h"

void analyze_sequence(struct checker *k, const struct sequence *q)
{
	bounds_check(k, q);
	if (q->alike)
		same_message_check(k->c, k->arena, q);
	branches_check(k, q);
	exits_check(k, q);
	triggers_check(k, q); /* after branches_check() */
	reviews_check(k, q);
	unread_check(k, q);
	never_open_check(k, q);
	swallowed_check(k, q);
	holidays_end_check(k, q);
	whatsapp_24h_check(k, q);
}
