/* SPDX-License-Identifier: Apache-2.0
 * Which of a sequence's arms a contact took: told by the steps that it came to, else by what the VM marked in the code
 * of a line. With that, what passed before each step on its way. */
#include "compiler/preview/preview.h"
#include "runtime/vm/vm.h"

struct taking {
	const struct preview *p;
	struct preview_way *way;
};

static uint32_t line_of(const struct taking *d, struct span span, struct slice *file)
{
	uint32_t line, column;
	if (span.source == UINT32_MAX)
		return 0;
	const struct source *source = &d->p->k->sources.items[span.source];
	source_place(source, span.start, &line, &column);
	*file = source->path;
	return line;
}

/* What the marks say of that line's code: VM_MARK_…, or none. */
static uint8_t line_marks(const struct taking *d, struct span span)
{
	const struct plan *plan = &d->p->plan;
	struct slice file = {0}, there;
	uint32_t line = line_of(d, span, &file), at;
	uint8_t marks = 0;
	for (uint32_t pc = 0; pc < d->way->mark_count && line; pc++)
		if (d->way->marks[pc] && image_source(&plan->image, pc, &there, &at) && at == line &&
		    slice_eq(there, file))
			marks |= d->way->marks[pc];
	return marks;
}

static bool reaches_step(const struct taking *d, const struct outline *o)
{
	for (; o; o = o->next)
		if ((o->kind == OUTLINE_STEP && d->way->steps[o->step].reached) || reaches_step(d, o->children))
			return true;
	return false;
}

static bool ran(const struct taking *d, const struct outline *o)
{
	if (o->kind == OUTLINE_STEP)
		return d->way->steps[o->step].reached;
	return reaches_step(d, o->children) || line_marks(d, o->span);
}

/* An arm that begins with a step is known by it; another one by what its condition said, or by its own line. */
static bool arm_ran(const struct taking *d, const struct outline *fork, const struct outline *arm)
{
	if (reaches_step(d, arm->children))
		return true;
	if (arm->children && arm->children->kind == OUTLINE_STEP)
		return false;
	if (arm->asked.source != UINT32_MAX)
		return line_marks(d, arm->asked) & (arm->next ? VM_MARK_YES : VM_MARK_NO);
	struct slice file = {0}, fork_file = {0};
	uint32_t line = line_of(d, arm->span, &file), fork_line = line_of(d, fork->span, &fork_file);
	bool apart = line != fork_line || !slice_eq(file, fork_file);
	return arm->children && apart && line_marks(d, arm->span);
}

static void take_list(const struct taking *d, const struct outline *o);

static void take_fork(const struct taking *d, const struct outline *fork)
{
	bool any = false;
	for (const struct outline *a = fork->children; a; a = a->next) {
		/* Of a `wait for` the last arm is what is left when no other was taken. */
		bool left = !a->next && d->way->taken[fork->id] && !any && a->asked.source == UINT32_MAX;
		any |= d->way->taken[a->id] = arm_ran(d, fork, a) || left;
		take_list(d, a->children);
	}
}

static void take_list(const struct taking *d, const struct outline *o)
{
	for (; o; o = o->next) {
		d->way->taken[o->id] = ran(d, o);
		if (o->kind == OUTLINE_FORK)
			take_fork(d, o);
		else
			take_list(d, o->children);
	}
}

/* ---- what passes ---- */

static struct slice then(const struct taking *d, struct slice before, struct slice words)
{
	return !words.n   ? before
	       : before.n ? arena_printf(d->p->arena, "%.*s, then %.*s", SLICE_ARG(before), SLICE_ARG(words))
	                  : words;
}

static struct slice pass_list(const struct taking *d, const struct outline *o, struct slice passed);

/* Each arm begins with what passed before the branch; what follows it goes on from the arm that was taken, or else from
 * the one that leaves most over. */
static struct slice pass_fork(const struct taking *d, const struct outline *fork, struct slice before)
{
	struct slice most = {0}, own = {0};
	bool taken = false;
	for (const struct outline *a = fork->children; a; a = a->next) {
		const struct outline *last = a->children;
		while (last && last->next)
			last = last->next;
		struct slice left = pass_list(d, a->children, a->passed.n ? a->passed : before);
		if (d->way->taken[a->id] && !taken) {
			taken = true;
			own = left;
		}
		if ((!last || last->kind != OUTLINE_END) && left.n > most.n)
			most = left;
	}
	return taken ? own : most;
}

static struct slice pass_list(const struct taking *d, const struct outline *o, struct slice passed)
{
	for (; o; o = o->next) {
		switch (o->kind) {
		case OUTLINE_STEP:
			d->way->steps[o->step].after = passed.n ? passed : SLICE("at once");
			passed = (struct slice){0};
			break;
		case OUTLINE_WAIT: passed = then(d, passed, o->words); break;
		case OUTLINE_FORK: passed = pass_fork(d, o, passed); break;
		case OUTLINE_LOOP:
			pass_list(d, o->children, then(d, passed, o->passed));
			passed = (struct slice){0};
			break;
		case OUTLINE_ARM:
		case OUTLINE_END:
		case OUTLINE_NOTE: break;
		}
	}
	return passed;
}

void preview_take(struct preview *p, struct preview_way *way)
{
	struct taking d = {p, way};
	way->taken = ARENA_ARRAY(p->arena, bool, p->outline.count + 1);
	take_list(&d, p->outline.body);
	pass_list(&d, p->outline.body, (struct slice){0});
}
