/* SPDX-License-Identifier: Apache-2.0
 * A text for a phone: SMS, or WhatsApp with its template's values. What is shown of it where an email has its subject
 * is the text itself. */
#include "base/utf8.h"
#include "runtime/engine.h"
#include "runtime/pack.h"

static bool add_template(struct drive *d, struct work *w, const struct plan_message *m, int64_t now_us, struct buf *out)
{
	const struct plan *plan = &w->plan->plan;
	buf_addf(out, "[%.*s %.*s]", SLICE_ARG(PLAN_STRING(plan, m->template)),
	         SLICE_ARG(PLAN_STRING(plan, m->language)));
	for (uint32_t i = 0; i < m->value_count; i++) {
		buf_adds(out, i ? " | " : " ");
		if (!errand_text(d, w, &plan->image, PLAN_ROWS(plan, VALUE, value)[m->value + i].text, now_us, out))
			return false;
	}
	return true;
}

static bool texting_text(struct drive *d, struct work *w, const struct plan_message *m, int64_t now_us, struct buf *out)
{
	struct buf raw = {0};
	bool ok = m->template != NONE ? add_template(d, w, m, now_us, &raw)
	                              : errand_text(d, w, &w->plan->plan.image, m->body, now_us, &raw);
	/* Rule 22: nothing of a value can steer what shows it. Lines of the author's own stay. */
	struct slice rest = slice_trim(buf_slice(&raw));
	while (rest.n) {
		ptrdiff_t at = slice_find(rest, SLICE("\n"));
		size_t n = at < 0 ? rest.n : (size_t)at;
		utf8_add_safe(out, (struct slice){rest.p, n});
		if (at >= 0)
			buf_addc(out, '\n');
		rest = (struct slice){rest.p + n + (at >= 0), rest.n - n - (at >= 0)};
	}
	ok = ok && !raw.failed && !out->failed;
	buf_free(&raw);
	return ok;
}

/* What an outbox row begins with: there is no thread, and nothing to quote. */
static size_t pack_head(struct buf *out, struct slice text, int64_t now_us)
{
	pack_s(out, text);
	pack_s(out, (struct slice){0});
	pack_i(out, now_us);
	pack_s(out, (struct slice){0});
	pack_s(out, (struct slice){0});
	return out->n;
}

enum render_result texting_render(struct drive *d, struct work *w, struct flight *f, int64_t now_us, struct buf *why)
{
	struct buf text = {0}, id = {0};
	const struct mailbox *mailbox = &d->mailboxes[f->mailbox];
	struct slice number =
	        PLAN_STRING(&d->policy.policy, PLAN_ROWS(&d->policy.policy, MAILBOX, mailbox)[mailbox->row].number);
	enum render_result result = RENDER_OK;
	id_message(d, w, SLICE("localhost"), &id);
	if (!texting_text(d, w, work_message(w), now_us, &text) || id.failed) {
		result = drive_fail(d, "out of memory") ? RENDER_OK : RENDER_FAILED;
	} else if (!text.n) {
		buf_adds(why, "the text is empty");
		result = RENDER_REFUSED;
	}
	buf_clear(&f->packed);
	size_t head = pack_head(&f->packed, buf_slice(&text), now_us);
	struct rendered r = {.subject = buf_slice(&text),
	                     .text = buf_slice(&text),
	                     .from_address = number,
	                     .to_address = work_recipient(d, w),
	                     .message_id = buf_slice(&id),
	                     .date_us = now_us};
	if (result == RENDER_OK && !f->channel->ops->encode(f->channel, &r, &f->packed, why))
		result = RENDER_REFUSED;
	if (result == RENDER_OK &&
	    (!outbox_keep_texts(f, number, r.to_address, r.message_id, r.subject) || f->packed.failed)) {
		drive_fail(d, "out of memory");
		result = RENDER_FAILED;
	}
	f->delivery.bytes = (struct slice){f->packed.p + head, f->packed.n - head};
	buf_free(&text);
	buf_free(&id);
	return result;
}
