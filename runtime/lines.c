/* SPDX-License-Identifier: Apache-2.0
 * What happened, told to whoever listens, after the commit that made it so. */
#include "runtime/engine.h"

const char *drive_line_word(enum drive_line_event event)
{
	static const char *const WORDS[] = {
#define DRIVE_LINE(NAME, word) word,
	        DRIVE_LINES
#undef DRIVE_LINE
	};
	return WORDS[event];
}

struct slice contact_shown(const struct drive *d, const struct person *person)
{
	for (int c = 0; c < CHANNEL_COUNT; c++) {
		struct slice address = value_slice(person_value(person, d->policy.address[c]));
		if (address.n)
			return address;
	}
	return (struct slice){0};
}

struct slice work_step_name(const struct work *w, uint32_t step)
{
	return PLAN_STRING(&w->plan->plan, PLAN_ROWS(&w->plan->plan, STEP, step)[step].name);
}

/* "email", "sms" … of the message that leaves; else the step's own word. */
static struct slice kind_of(const struct work *w, uint32_t step)
{
	const struct live_message *m = &w->state.message;
	if (step == NONE)
		return (struct slice){0};
	const struct plan_step *row = &PLAN_ROWS(&w->plan->plan, STEP, step)[step];
	if (row->message == NONE)
		return slice_of(words_STEP[row->kind]);
	bool live = m->phase != MESSAGE_NONE && m->step == step;
	return slice_of(words_CHANNEL[(live ? work_message(w) : library_message(w->plan, step))->channel]);
}

void line_add(struct drive *d, const struct work *w, enum drive_line_event event, uint32_t step, struct slice reason,
              struct slice subject, int64_t now_us)
{
	if (!d->options.on_line)
		return;
	const struct live_message *m = &w->state.message;
	bool live = step != NONE && m->phase != MESSAGE_NONE && m->step == step;
	struct drive_line line = {
	        .event = event,
	        .at_us = now_us,
	        .zone = w->person->zone,
	        .enrollment_id = w->row.id,
	        .contact_id = w->row.contact_id,
	        .contact = arena_copy(&d->lines_memory, contact_shown(d, w->person)),
	        .sequence = arena_copy(&d->lines_memory, w->plan->name),
	        .step = step == NONE ? (struct slice){0} : arena_copy(&d->lines_memory, work_step_name(w, step)),
	        .kind = kind_of(w, step),
	        .reason = arena_copy(&d->lines_memory, reason),
	        .subject = arena_copy(&d->lines_memory, subject),
	        .due_us = live ? m->due_us : NEVER_US,
	        .planned_us = !live            ? NEVER_US
	                      : m->next_try_us ? m->next_try_us
	                                       : m->planned_us,
	};
	ARENA_PUSH(&d->lines_memory, d->lines, d->line_count, d->line_cap) = line;
}

void line_add_held(struct drive *d, int64_t enrollment_id, int64_t now_us)
{
	if (!d->options.on_line)
		return;
	struct drive_line line = {.event = DRIVE_HELD,
	                          .at_us = now_us,
	                          .zone = d->policy.zone,
	                          .enrollment_id = enrollment_id,
	                          .reason = SLICE("internal"),
	                          .due_us = NEVER_US,
	                          .planned_us = NEVER_US};
	ARENA_PUSH(&d->lines_memory, d->lines, d->line_count, d->line_cap) = line;
}

void line_drop(struct drive *d)
{
	if (!d->lines)
		return;
	arena_free(&d->lines_memory);
	arena_init(&d->lines_memory, 0, NULL);
	d->lines = NULL;
	d->line_count = d->line_cap = 0;
}

void line_flush(struct drive *d)
{
	void (*tell)(void *, const struct drive_line *) =
	        d->options.on_line ? d->options.on_line : d->options.on_refused;
	for (uint32_t i = 0; i < d->line_count; i++)
		tell(d->options.context, &d->lines[i]);
	line_drop(d);
}
