/* SPDX-License-Identifier: Apache-2.0
 * Steps that send, and the row of every step. */
#include "compiler/emit_body.h"
#include <stddef.h>

/* SHA-256 of what the step says, wherever it stands. */
static struct slice step_hash(struct emit *e, const struct step *s)
{
	struct buf text = {0};
	uint8_t hash[SHA256_SIZE];
	char hex[2 * SHA256_SIZE + 1];
	check_print_step(&text, e->c, s);
	sha256(text.p, text.n, hash);
	buf_free(&text);
	hex_encode(hash, SHA256_SIZE, hex);
	return arena_copy(e->arena, slice_of(hex));
}

static uint32_t add_values(struct emit *e, const struct text_item *values, uint32_t *count)
{
	uint32_t first = NONE;
	*count = 0;
	for (const struct text_item *i = values; i; i = i->next, ++*count) {
		struct plan_value row = {.text = emit_text(e, i->text)};
		uint32_t index = image_add(e->b, SECTION_VALUE, &row);
		first = first == NONE ? index : first;
	}
	return first;
}

static uint32_t add_attachments(struct emit *e, const struct attachment *attachments, uint32_t *count)
{
	uint32_t first = NONE;
	*count = 0;
	for (const struct attachment *i = attachments; i; i = i->next, ++*count) {
		struct plan_attachment row = {.name = emit_string(e, i->name),
		                              .type = emit_string(e, i->type),
		                              .data = emit_string(e, i->data)};
		uint32_t index = image_add(e->b, SECTION_ATTACHMENT, &row);
		first = first == NONE ? index : first;
	}
	return first;
}

static struct plan_message message_row(struct emit *e, const struct message *m)
{
	struct plan_message row = {.channel = m->channel,
	                           .cc = emit_string(e, m->cc),
	                           .new_thread = m->new_thread,
	                           .any_day = m->any_day,
	                           .tracking = m->tracking,
	                           .variant = emit_string(e, m->variant),
	                           .share = m->share,
	                           .hold_out = m->hold_out,
	                           .carries_link = m->carries_link,
	                           .template = emit_string(e, m->template),
	                           .language = emit_string(e, m->language)};
	row.subject = emit_text(e, m->subject);
	row.body = emit_text(e, m->body);
	row.window = emit_window(e, m->window);
	row.limit = emit_limits(e, m->limits, NONE, &row.limit_count);
	row.value = add_values(e, m->values, &row.value_count);
	row.attachment = add_attachments(e, m->attachments, &row.attachment_count);
	image_add_capability(e->b, arena_printf(e->arena, "channel %s", words_CHANNEL[m->channel]));
	return row;
}

/* The step's messages, one after the other; the first one's row, or NONE. */
static uint32_t add_messages(struct emit *e, const struct message *m, uint32_t *count)
{
	uint32_t first = NONE;
	*count = 0;
	for (; m; m = m->next, ++*count) {
		struct plan_message row = message_row(e, m);
		uint32_t index = image_add(e->b, SECTION_MESSAGE, &row);
		first = first == NONE ? index : first;
	}
	return first;
}

void add_step_row(struct emit *e, const struct step *s)
{
	struct plan_step step = {.name = emit_string(e, s->name.text),
	                         .was = emit_string(e, s->was),
	                         .kind = s->plan_kind,
	                         .pick = s->pick,
	                         .mints_link = s->mints_link,
	                         .action = s->action ? add_action(e, s) : NONE,
	                         .reminds = s->reminds ? s->reminds->index : NONE,
	                         .entry = NONE,
	                         .end = NONE};
	step.message = add_messages(e, s->message, &step.message_count);
	step.hash = emit_string(e, step_hash(e, s));
	image_add(e->b, SECTION_STEP, &step);
}

void emit_send(struct body *b, const struct node *n)
{
	struct emit *e = b->e;
	struct position at = {.identity = n->step->name.text, .was = n->step->was};
	if (n->detached) {
		place_step(e, n->step, code_emit(e->code, OP_QUEUE, n->step->index, 0));
		return;
	}
	uint32_t position = add_position(e, &at, POSITION_MESSAGE, false);
	uint32_t pc = code_emit(e->code, OP_SEND, n->step->index, position);
	place_step(e, n->step, pc);
	((struct plan_position *)image_record(e->b, SECTION_POSITION, position))->step = n->step->index;
	place(e, position, NONE);
}

void emit_original(struct body *b, const struct node *n)
{
	place_step(b->e, n->step, code_emit(b->e->code, OP_ORIGINAL, n->step->index, 0));
}
