/* SPDX-License-Identifier: Apache-2.0
 * A way through a sequence as a dated example: every wait as short as it can be, messages in their windows. */
#ifndef SEQ_COMPILER_ANALYZE_WITNESS_H
#define SEQ_COMPILER_ANALYZE_WITNESS_H
#include "compiler/analyze/graph.h"

struct way_told {
	const struct sequence *sequence;
	const struct graph *graph;
	const struct bound_step *path;
	uint32_t length;
};

/* Hangs it on the diagnostic, the first Monday of March 2026 or another day on which all its messages lie within that
 * many dates in a row (MONTH_PERIOD: one month; 0: any). Nothing when there is no such day. */
void witness_add(struct diags *diags, struct diag *g, const struct way_told *way, uint32_t period_days);
#endif
