/* SPDX-License-Identifier: Apache-2.0
 * What a sequence says, in words for people: lengths of time, windows, triggers, conditions, texts. Always English, as
 * the language is; what contacts read is cut from the workspace's first locale. */
#ifndef SEQ_PREVIEW_WORDS_H
#define SEQ_PREVIEW_WORDS_H
#include "compiler/check.h"

/* "1 business day", "2 weeks". */
void words_duration(struct buf *out, const struct constant *c);
/* A wait as its line says it: "3 business days", "until Monday 09:00". */
void words_wait(struct buf *out, const struct node *n);
/* "a + 1 day": as the language writes it, lengths in the singular where they are. */
void words_terms(struct buf *out, const struct term *t);
/* "reply by account", `event "deal.closed"`: as the language writes it. */
void words_trigger(struct buf *out, const struct exit_rule *r);
/* "the contact replies", "the event deal.closed comes": as people say it. */
void words_trigger_plainly(struct buf *out, const struct exit_rule *r);
/* As the language writes it: `call is spoke`. */
void words_expr(struct buf *out, const struct expr *e);
/* "the contact's region is europe and intro was clicked". */
void words_condition(struct buf *out, const struct expr *e);
/* When a wait is over: "2 business days later", "on Monday at 10:00", "30 days before the contact's renewal". */
void words_later(struct buf *out, const struct node *n);
/* "Monday to Friday, 09:00 to 17:00". */
void words_window(struct buf *out, const struct window *w);
/* The text in the workspace's first locale on one line, holes as they are written, cut at about `most` characters (0:
 * whole). Nothing for NULL. */
void words_text(struct buf *out, const struct text *t, uint32_t most);
/* What a step says in short: a subject, a text's begin, a title. */
void words_step_title(struct buf *out, const struct step *s, uint32_t most);
/* "1 message", "3 messages"; "per day", "per 14 days", "in all". */
void words_limit(struct buf *out, int64_t count, enum plan_limit_what what, uint32_t period_days);
#endif
