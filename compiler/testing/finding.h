/* SPDX-License-Identifier: Apache-2.0
 * What a run must have to show a finding of the compiler: for `seqc check --emit-test`. */
#ifndef SEQ_COMPILER_TESTING_FINDING_H
#define SEQ_COMPILER_TESTING_FINDING_H
#include "compiler/compile.h"

enum finding_kind {
	FINDING_OTHER,       /* none that a run can show */
	FINDING_OVER,        /* more messages than a promise says: what, count, period_days */
	FINDING_LIMIT_ENDS,  /* an end by a limit without a period */
	FINDING_LIMIT_WAITS, /* `step` waits for a limit */
	FINDING_BOTH,        /* `step` and `other` leave */
	FINDING_AT_ONCE      /* it ends before anything happened */
};
struct finding {
	enum finding_kind kind;
	struct slice sequence, step, other;
	uint32_t what, count, period_days;
};
/* k: a compile of the same sources with `emit` and `unproven`. */
struct finding finding_of(const struct compile *k, const struct diag *g);
#endif
