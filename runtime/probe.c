/* SPDX-License-Identifier: Apache-2.0
 * What tests ask of an enrollment: a condition of its plan, run by the VM on its state as the store has it. An ended
 * enrollment keeps its state, so it can be asked, too. */
#include "runtime/engine.h"

bool drive_probe(struct drive *d, int64_t enrollment_id, uint32_t probe, int64_t now_us, bool *answer,
                 struct buf *error)
{
	struct work w = {0};
	switch (work_load(d, enrollment_id, &d->person, &w)) {
	case LOAD_OK: break;
	case LOAD_MISSING: buf_addf(error, "there is no enrollment %lld", (long long)enrollment_id); return false;
	case LOAD_POISON: buf_addf(error, "enrollment %lld cannot be read", (long long)enrollment_id); return false;
	case LOAD_FAILED: buf_adds(error, drive_error(d)); return false;
	}
	const struct plan *plan = &w.plan->plan;
	if (probe >= PLAN_COUNT(plan, PROBE)) {
		buf_adds(error, "the version that the contact is in by now does not have this test's condition");
		return false;
	}
	struct vm_view view = w.view;
	view.marks = NULL; /* asking covers nothing */
	struct value v = vm_value(&plan->image, PLAN_ROWS(plan, PROBE, probe)[probe].when, &w.state.vm, &view, now_us);
	*answer = v.set && v.u.i;
	return true;
}
