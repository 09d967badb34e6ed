/* SPDX-License-Identifier: Apache-2.0
 * Packing: a version, flags for the parts that are there, the parts, and the VM's state to the end. The parts of what
 * few sequences do stand behind a second byte of flags, which the others do not have: version 2. */
#include "runtime/enrollment.h"
#include "runtime/pack.h"
#include <string.h>

#define PACKED_VERSION      1u
#define PACKED_VERSION_MORE 2u
enum {
	HAS_MESSAGE = 1,
	HAS_TRIES = 2,
	HAS_RELEASE = 4,
	HAS_COUNTED = 8,
	HAS_OUTBOX = 16,
	HAS_THREAD = 32,
	HAS_INPUTS = 64,
	HAS_MORE = 128
};
enum { MORE_PICK = 1, MORE_DETACHED = 2, MORE_EVENTS = 4, MORE_HELD = 8, MORE_PHONE = 16 };

static unsigned more_of(const struct enrollment_state *s)
{
	const struct live_message *m = &s->message;
	return (m->phase != MESSAGE_NONE && (m->pick || m->chosen) ? MORE_PICK : 0) |
	       (s->detached || s->queue_count ? MORE_DETACHED : 0) |
	       (s->events_before || s->event_count ? MORE_EVENTS : 0) | (s->held_until_us ? MORE_HELD : 0) |
	       (s->sent_by[CHANNEL_SMS] || s->sent_by[CHANNEL_WHATSAPP] ? MORE_PHONE : 0);
}

static unsigned parts_of(const struct enrollment_state *s)
{
	const struct live_message *m = &s->message;
	unsigned parts = (s->sent || s->last_mail_id ? HAS_THREAD : 0) | (s->inputs_id ? HAS_INPUTS : 0) |
	                 (more_of(s) ? HAS_MORE : 0);
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

static void encode_more(struct buf *out, const struct enrollment_state *s)
{
	unsigned more = more_of(s);
	buf_add_u8(out, (uint8_t)more);
	if (more & MORE_PICK)
		pack_u(out, (uint64_t)s->message.pick << 1 | s->message.chosen);
	if (more & MORE_DETACHED) {
		pack_u(out, (uint64_t)s->queue_count << 1 | s->detached);
		for (uint8_t i = 0; i < s->queue_count; i++) {
			pack_u(out, s->queue[i].step);
			pack_u(out, s->queue[i].pick);
			pack_u(out, s->queue[i].occurrence);
			pack_i(out, s->queue[i].due_us);
		}
	}
	if (more & MORE_EVENTS) {
		int64_t before = s->events_before;
		pack_i(out, before);
		pack_u(out, s->event_count);
		for (uint8_t i = 0; i < s->event_count; i++) {
			pack_i(out, s->events[i] - before);
			before = s->events[i];
		}
	}
	if (more & MORE_HELD) {
		pack_i(out, s->held_us);
		pack_i(out, s->held_until_us - s->held_us);
	}
	if (more & MORE_PHONE) {
		pack_u(out, s->sent_by[CHANNEL_SMS]);
		pack_u(out, s->sent_by[CHANNEL_WHATSAPP]);
	}
}

void enrollment_encode(struct buf *out, const struct enrollment_state *s)
{
	unsigned parts = parts_of(s);
	buf_add_u8(out, parts & HAS_MORE ? PACKED_VERSION_MORE : PACKED_VERSION);
	buf_add_u8(out, (uint8_t)parts);
	if (parts & HAS_MORE)
		encode_more(out, s);
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

static void decode_more(struct unpack *u, struct enrollment_state *s)
{
	unsigned more = u->p == u->end ? 0 : *u->p++;
	if (more & MORE_PICK) {
		uint64_t pick = unpack_u(u);
		s->message.pick = (uint16_t)(pick >> 1);
		s->message.chosen = pick & 1;
	}
	if (more & MORE_DETACHED) {
		uint64_t n = unpack_u(u);
		s->detached = n & 1;
		u->bad |= n >> 1 > DETACHED_MAX;
		s->queue_count = u->bad ? 0 : (uint8_t)(n >> 1);
		for (uint8_t i = 0; i < s->queue_count; i++) {
			s->queue[i].step = (uint32_t)unpack_u(u);
			s->queue[i].pick = (uint16_t)unpack_u(u);
			s->queue[i].occurrence = (uint16_t)unpack_u(u);
			s->queue[i].due_us = unpack_i(u);
		}
	}
	if (more & MORE_EVENTS) {
		int64_t before = s->events_before = unpack_i(u);
		uint64_t n = unpack_u(u);
		u->bad |= n > EVENTS_MAX;
		s->event_count = u->bad ? 0 : (uint8_t)n;
		for (uint8_t i = 0; i < s->event_count; i++)
			s->events[i] = before = plus(before, unpack_i(u));
	}
	if (more & MORE_HELD) {
		s->held_us = unpack_i(u);
		s->held_until_us = plus(s->held_us, unpack_i(u));
	}
	if (more & MORE_PHONE) {
		s->sent_by[CHANNEL_SMS] = (uint32_t)unpack_u(u);
		s->sent_by[CHANNEL_WHATSAPP] = (uint32_t)unpack_u(u);
	}
}

bool enrollment_decode(struct slice packed, struct enrollment_state *s)
{
	struct unpack u = unpack_of(packed);
	uint64_t version = unpack_u(&u);
	if (version != PACKED_VERSION && version != PACKED_VERSION_MORE)
		return false;
	unsigned parts = u.p == u.end ? 0 : *u.p++;
	s->message = (struct live_message){0};
	s->sent = 0;
	memset(s->sent_by, 0, sizeof s->sent_by);
	s->last_mail_id = s->inputs_id = s->events_before = s->held_us = s->held_until_us = 0;
	s->detached = false;
	s->queue_count = s->event_count = 0;
	if ((parts & HAS_MORE) != 0 && version == PACKED_VERSION_MORE)
		decode_more(&u, s);
	else if (parts & HAS_MORE)
		return false;
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
