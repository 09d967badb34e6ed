/* SPDX-License-Identifier: Apache-2.0
 * A message is rendered once, in its first claim; every retry sends those bytes under that Message-ID (rule 1). Beside
 * them the row keeps what the next mail of the thread needs, so that a follow-up reads one row (rule 20). */
#include "runtime/engine.h"
#include "runtime/pack.h"
#include <string.h>

static bool outbox_unpack(struct slice packed, struct outbox_content *out)
{
	struct unpack u = unpack_of(packed);
	out->text = unpack_s(&u);
	out->from = unpack_s(&u);
	out->text_at_us = unpack_i(&u);
	out->references = unpack_s(&u);
	out->first_subject = unpack_s(&u);
	out->bytes = unpack_rest(&u);
	return !u.bad;
}

static struct slice domain_of(struct slice address)
{
	for (size_t i = address.n; i-- > 0;) {
		if (address.p[i] == '@')
			return (struct slice){address.p + i + 1, address.n - i - 1};
	}
	return SLICE("localhost");
}

bool outbox_keep_texts(struct flight *f, struct slice from, struct slice to, struct slice message_id,
                       struct slice subject)
{
	struct {
		struct slice *to, from;
	} all[] = {{&f->delivery.from, from},
	           {&f->delivery.to, to},
	           {&f->delivery.message_id, message_id},
	           {&f->subject, subject}};
	buf_clear(&f->texts);
	if (!buf_reserve(&f->texts, from.n + to.n + message_id.n + subject.n))
		return false;
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		*all[i].to = (struct slice){f->texts.p + f->texts.n, all[i].from.n};
		buf_add_slice(&f->texts, all[i].from);
	}
	return true;
}

static enum render_result as_before(struct drive *d, struct work *w, struct flight *f)
{
	struct outbox_row row;
	struct outbox_content content;
	if (!store_outbox_get(d->store, w->state.message.outbox_id, &row, &d->outbox_memory))
		return drive_store_failed(d), RENDER_FAILED;
	buf_clear(&f->packed);
	buf_add_slice(&f->packed, row.bytes);
	if (f->packed.failed || !outbox_unpack(buf_slice(&f->packed), &content) ||
	    !outbox_keep_texts(f, d->mailboxes[f->mailbox].address, row.recipient, row.message_id, row.subject))
		return drive_fail(d, "the outbox row %lld is damaged", (long long)row.id), RENDER_FAILED;
	f->delivery.bytes = content.bytes;
	return RENDER_OK;
}

/* A thread's Message-IDs, but of a long one only the first and the last ones: a header must not grow without end, and
 * what gathers threads needs no more. */
static void add_references(struct buf *out, struct slice list)
{
	enum { IDS_MAX = 30 };
	const char *end = list.p + list.n, *last = end, *first = list.n ? memchr(list.p, ' ', list.n) : NULL;
	for (int ids = 0; first && last > first && ids < IDS_MAX; ids++)
		for (last--; last > first && *last != ' ';)
			last--;
	if (first && last > first) {
		buf_add(out, list.p, (size_t)(first - list.p));
		buf_add(out, last, (size_t)(end - last));
	} else {
		buf_add_slice(out, list);
	}
}

/* The mail before in the thread. False: the store failed, or the row is damaged. */
static bool read_thread(struct drive *d, struct work *w, struct outbox_content *before, struct render_thread *thread,
                        struct buf *references)
{
	struct outbox_row row;
	const struct plan_sequence *s = w->plan->plan.sequence;
	*before = (struct outbox_content){0};
	if (!w->state.last_mail_id || !s->thread || work_message(w)->new_thread)
		return true;
	if (!store_outbox_get(d->store, w->state.last_mail_id, &row, &d->outbox_memory))
		return drive_store_failed(d);
	if (!outbox_unpack(row.bytes, before))
		return drive_fail(d, "the outbox row %lld is damaged", (long long)row.id);
	add_references(references, before->references);
	if (before->references.n)
		buf_addc(references, ' ');
	buf_add_slice(references, row.message_id);
	*thread = (struct render_thread){
	        .is_followup = true,
	        .first_subject = before->first_subject,
	        .quoted_text = before->text,
	        .quoted_from = before->from,
	        .quoted_at_us = before->text_at_us,
	        .in_reply_to = row.message_id,
	        .references = buf_slice(references),
	};
	return true;
}

/* Rule 1: where all its predecessors failed, a follow-up is the first message, under their subject. */
static bool failed_subject(struct work *w, struct render_request *request, struct buf *subject)
{
	struct rendered first = {0};
	struct buf why = {0};
	uint32_t own = request->step;
	if (request->thread.is_followup || work_message(w)->subject != NONE)
		return true;
	for (uint32_t i = 0; i < own; i++) {
		bool gone = w->state.vm.facts[i] & (1u << FACT_FAILED | 1u << FACT_SKIPPED);
		if (!gone || PLAN_ROWS(&w->plan->plan, STEP, step)[i].message == NONE ||
		    library_message(w->plan, i)->subject == NONE)
			continue;
		uint32_t message = request->message;
		request->step = i;
		request->message = 0;
		bool ok = render_message(request, &first, &why);
		request->step = own;
		request->message = message;
		if (ok)
			buf_add_slice(subject, first.subject);
		rendered_free(&first);
		buf_free(&why);
		request->thread.first_subject = buf_slice(subject);
		return ok && !subject->failed;
	}
	return true;
}

static void add_name(struct drive *d, struct work *w, struct buf *out)
{
	struct slice last = value_slice(person_value(w->person, d->policy.last_name_field));
	buf_add_slice(out, value_slice(person_value(w->person, d->policy.name_field)));
	if (last.n)
		buf_addf(out, "%s%.*s", out->n ? " " : "", SLICE_ARG(last));
}

/* Rule 20: what the next mail quotes is this one, or the first of the thread for ever. */
static void pack_content(struct work *w, const struct outbox_content *before, const struct render_thread *thread,
                         const struct rendered *r, int64_t now_us, struct buf *out)
{
	enum plan_quote quote = (enum plan_quote)w->plan->plan.sequence->quote;
	bool keep_first = quote == QUOTE_FIRST && thread->is_followup;
	struct buf from = {0};
	if (quote != QUOTE_NONE && !keep_first)
		buf_addf(&from, "%.*s <%.*s>", SLICE_ARG(r->from_name), SLICE_ARG(r->from_address));
	pack_s(out, keep_first ? before->text : quote == QUOTE_NONE ? (struct slice){0} : r->text);
	pack_s(out, keep_first ? before->from : slice_trim(buf_slice(&from)));
	pack_i(out, keep_first ? before->text_at_us : now_us);
	pack_s(out, thread->references);
	pack_s(out, thread->is_followup ? before->first_subject : r->subject);
	out->failed |= from.failed;
	buf_free(&from);
}

void outbox_pack_original(struct buf *out, struct slice subject, int64_t now_us)
{
	pack_s(out, (struct slice){0});
	pack_s(out, (struct slice){0});
	pack_i(out, now_us);
	pack_s(out, (struct slice){0});
	pack_s(out, subject);
}

static void add_unsubscribe(struct drive *d, struct work *w, struct slice address, struct buf *mailto, struct buf *url)
{
	buf_addf(mailto, "mailto:%.*s?subject=unsubscribe%%20", SLICE_ARG(address));
	id_token(d, "unsubscribe", w->row.id, mailto);
	if (d->options.base_url) {
		buf_addf(url, "%s/u/", d->options.base_url);
		id_token(d, "unsubscribe", w->row.id, url);
	}
}

enum { REFERENCES, MAILTO, URL, NAME, MESSAGE_ID, SUBJECT, LINK, RENDER_BUFS };

static enum render_result render_new(struct drive *d, struct work *w, struct flight *f, int64_t now_us, struct buf *why,
                                     struct buf b[RENDER_BUFS])
{
	const struct mailbox *mailbox = &d->mailboxes[f->mailbox];
	struct rendered r = {0};
	struct outbox_content before;
	struct render_thread thread = {0};
	if (!read_thread(d, w, &before, &thread, &b[REFERENCES]))
		return RENDER_FAILED;
	add_unsubscribe(d, w, mailbox->address, &b[MAILTO], &b[URL]);
	add_name(d, w, &b[NAME]);
	id_message(d, w, domain_of(mailbox->address), &b[MESSAGE_ID]);
	if (work_message(w)->carries_link)
		id_link(d, w, &b[LINK]);
	struct render_request request = {
	        .cache = d->render_cache,
	        .plan = &w->plan->plan,
	        .policy = &d->policy.policy,
	        .step = w->state.message.step,
	        .mailbox = mailbox->row,
	        .view = &w->view,
	        .state = &w->state.vm,
	        .now_us = now_us,
	        .thread = thread,
	        .to_name = buf_slice(&b[NAME]),
	        .to_address = work_recipient(d, w),
	        .message_id = buf_slice(&b[MESSAGE_ID]),
	        .unsubscribe_mailto = buf_slice(&b[MAILTO]),
	        .unsubscribe_url = buf_slice(&b[URL]),
	        .link = buf_slice(&b[LINK]),
	        .message = w->state.message.pick,
	};
	if (!failed_subject(w, &request, &b[SUBJECT]) || !render_message(&request, &r, why)) {
		rendered_free(&r);
		return RENDER_REFUSED;
	}
	buf_clear(&f->packed);
	pack_content(w, &before, &thread, &r, now_us, &f->packed);
	size_t head = f->packed.n;
	bool encoded = f->channel->ops->encode(f->channel, &r, &f->packed, why);
	bool kept = encoded && outbox_keep_texts(f, mailbox->address, r.to_address, r.message_id, r.subject);
	rendered_free(&r);
	if (!encoded)
		return RENDER_REFUSED;
	if (!kept || f->packed.failed)
		return drive_fail(d, "out of memory"), RENDER_FAILED;
	f->delivery.bytes = (struct slice){f->packed.p + head, f->packed.n - head};
	return RENDER_OK;
}

enum render_result outbox_fill(struct drive *d, struct work *w, struct flight *f, int64_t now_us, struct buf *why)
{
	if (w->state.message.outbox_id)
		return as_before(d, w, f);
	if (f->channel_kind != CHANNEL_EMAIL)
		return texting_render(d, w, f, now_us, why);
	for (int i = 0; i < RENDER_BUFS; i++)
		buf_clear(&d->render_bufs[i]);
	return render_new(d, w, f, now_us, why, d->render_bufs);
}

bool outbox_keep(struct drive *d, struct work *w, struct flight *f, int64_t now_us)
{
	struct live_message *m = &w->state.message;
	if (m->outbox_id)
		return true;
	struct outbox_row row = {
	        .enrollment_id = w->row.id,
	        .at_us = now_us,
	        .step = m->step,
	        .occurrence = m->occurrence,
	        .recipient = f->delivery.to,
	        .message_id = f->delivery.message_id,
	        .subject = f->subject,
	        .bytes = buf_slice(&f->packed),
	};
	if (!store_outbox_add(d->store, &row))
		return drive_store_failed(d);
	m->outbox_id = row.id;
	return true;
}

bool drive_letter(struct drive *d, int64_t outbox_id, struct drive_letter *letter, struct buf *memory)
{
	struct outbox_row row;
	struct outbox_content content;
	if (!store_outbox_get(d->store, outbox_id, &row, memory) || !outbox_unpack(row.bytes, &content))
		return false;
	*letter = (struct drive_letter){row.enrollment_id, row.recipient, row.message_id,
	                                row.subject,       content.text,  content.bytes};
	return true;
}
