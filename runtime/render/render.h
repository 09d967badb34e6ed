/* SPDX-License-Identifier: Apache-2.0
 * From a message step to what a person reads: subject, plain text and HTML, with quotation, signature, footer. Holes
 * become text after Markdown is parsed; raw HTML is off; nothing of a value can be markup, a header or a line of one
 * (rule 22). */
#ifndef SEQ_RUNTIME_RENDER_RENDER_H
#define SEQ_RUNTIME_RENDER_RENDER_H
#include "runtime/vm/vm.h"

/* Everything a channel needs. Slices point into `memory`, freed by rendered_free. */
struct rendered {
	struct slice subject, text, html;
	struct slice from_name, from_address, to_name, to_address, cc;
	struct slice message_id;                          /* without brackets */
	struct slice in_reply_to, references;             /* oldest first, blank-separated; empty: no thread */
	struct slice unsubscribe_mailto, unsubscribe_url; /* empty: no such header */
	int64_t date_us;
	int32_t date_offset_s;   /* the zone shown in Date: */
	const struct plan *plan; /* whose ATTACHMENT rows these are; NULL: none. Borrowed */
	uint32_t attachment, attachment_count;
	struct buf memory;
};
void rendered_free(struct rendered *r);

/* What the message before said, for threads (rule 20). */
struct render_thread {
	bool is_followup;           /* an earlier email of the thread was sent */
	struct slice first_subject; /* of the first sent one */
	struct slice quoted_text;   /* plain text to quote below; empty: none */
	struct slice quoted_from;   /* "Acme Sales <sales@…>" */
	int64_t quoted_at_us;
	struct slice in_reply_to, references;
};
/* Parsed texts and memory that messages share: many times faster from the second message of a text on. One a thread. */
struct render_cache;
struct render_cache *render_cache_new(void); /* NULL: no memory */
void render_cache_free(struct render_cache *c);

struct render_request {
	struct render_cache *cache; /* may be NULL */
	const struct plan *plan;
	const struct policy *policy;
	uint32_t step;    /* a message step */
	uint32_t mailbox; /* the policy's row */
	const struct vm_view *view;
	const struct vm_state *state;
	int64_t now_us;
	struct render_thread thread;
	struct slice to_name, to_address;
	struct slice message_id, unsubscribe_mailto, unsubscribe_url;
	struct slice link; /* of the enrollment's pages; empty: none */
	uint32_t message;  /* which of the step's messages, from 0 */
};
/* False: error says why (a text too long, a message with no subject): the step then fails as `render`. */
bool render_message(const struct render_request *request, struct rendered *out, struct buf *error);
/* "Re: X" with exactly one prefix, X stripped of every reply prefix people use (mail.md §2). */
void render_reply_subject(struct buf *out, struct slice subject);
#endif
