/* SPDX-License-Identifier: Apache-2.0
 * Packing: a version, flags for the parts that are there, the parts, and the VM's state to the end. */
#include "runtime/enrollment.h"
#include "runtime/pack.h"

#define PACKED_VERSION 1u
enum {
	HAS_MESSAGE = 1,
	HAS_TRIES = 2,
	HAS_RELEASE = 4,
	HAS_COUNTED = 8,
	HAS_OUTBOX = 16,
	HAS_THREAD = 32,
	HAS_INPUTS = 64
};

static unsigned parts_of(const struct enrollment_state *s)
{
	const struct live_message *m = &s->message;
	unsigned parts = (s->sent || s->last_mail_id ? HAS_THREAD : 0) | (s->inputs_id ? HAS_INPUTS : 0);
	if (m->phase == MESSAGE_NONE)
		return parts;
	return parts | HAS_MESSAGE | (m->attempts || m->next_try_us ? HAS_TRIES : 0) |
	       (m->released_us ? HAS_RELEASE : 0) | (m->counted ? HAS_COUNTED : 0) | (m->outbox_id ? HAS_OUTBOX : 0);
}

static void encode_message(struct buf *out, const struct live_message *m, unsigned parts)
{
	buf_add_u8(out, (uint8_t)m->phase);
	pack_u(out, m->step);
	pack_u(out, m->occurrence);
	pack_u(out, m->reasons);
	pack_i(out, m->due_us);
	pack_i(out, m->planned_us - m->due_us);
	pack_i(out, m->first_planned_us - m->planned_us);
	if (parts & HAS_TRIES) {
		pack_u(out, m->attempts);
		pack_i(out, m->next_try_us ? m->next_try_us - m->planned_us : INT64_MIN);
	}
	if (parts & HAS_RELEASE)
		pack_i(out, m->released_us - m->planned_us);
	if (parts & HAS_COUNTED) {
		buf_add_u8(out, m->counted);
		pack_i(out, m->contact_day);
		pack_i(out, m->mailbox_day - m->contact_day);
	}
	if (parts & HAS_OUTBOX)
		pack_i(out, m->outbox_id);
}

void enrollment_encode(struct buf *out, const struct enrollment_state *s)
{
	unsigned parts = parts_of(s);
	buf_add_u8(out, PACKED_VERSION);
	buf_add_u8(out, (uint8_t)parts);
	if (parts & HAS_MESSAGE)
		encode_message(out, &s->message, parts);
	if (parts & HAS_THREAD) {
		pack_u(out, s->sent);
		pack_i(out, s->last_mail_id);
	}
	if (parts & HAS_INPUTS)
		pack_i(out, s->inputs_id);
	vm_state_encode(out, &s->vm);
}

/* Differences are undone modulo 2^64: damaged bytes give a wrong instant, never undefined behaviour. */
static int64_t plus(int64_t a, int64_t b)
{
	return (int64_t)((uint64_t)a + (uint64_t)b);
}

static void decode_message(struct unpack *u, struct live_message *m, unsigned parts)
{
	m->phase = (enum message_phase)unpack_u(u);
	m->step = (uint32_t)unpack_u(u);
	m->occurrence = (uint16_t)unpack_u(u);
	m->reasons = (uint32_t)unpack_u(u);
	m->due_us = unpack_i(u);
	m->planned_us = plus(m->due_us, unpack_i(u));
	m->first_planned_us = plus(m->planned_us, unpack_i(u));
	if (parts & HAS_TRIES) {
		m->attempts = (uint32_t)unpack_u(u);
		int64_t after = unpack_i(u);
		m->next_try_us = after == INT64_MIN ? 0 : plus(m->planned_us, after);
	}
	if (parts & HAS_RELEASE)
		m->released_us = plus(m->planned_us, unpack_i(u));
	if (parts & HAS_COUNTED) {
		m->counted = (uint8_t)unpack_u(u);
		m->contact_day = (int32_t)unpack_i(u);
		m->mailbox_day = (int32_t)plus(m->contact_day, unpack_i(u));
	}
	if (parts & HAS_OUTBOX)
		m->outbox_id = unpack_i(u);
}

bool enrollment_decode(struct slice packed, struct enrollment_state *s)
{
	struct unpack u = unpack_of(packed);
	if (unpack_u(&u) != PACKED_VERSION)
		return false;
	unsigned parts = u.p == u.end ? 0 : *u.p++;
	s->message = (struct live_message){0};
	s->sent = 0;
	s->last_mail_id = s->inputs_id = 0;
	if (parts & HAS_MESSAGE)
		decode_message(&u, &s->message, parts);
	if (parts & HAS_THREAD) {
		s->sent = (uint32_t)unpack_u(&u);
		s->last_mail_id = unpack_i(&u);
	}
	if (parts & HAS_INPUTS)
		s->inputs_id = unpack_i(&u);
	return !u.bad && s->message.phase <= MESSAGE_DOUBT && vm_state_decode(unpack_rest(&u), &s->vm);
}
