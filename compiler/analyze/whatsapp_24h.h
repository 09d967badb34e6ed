/* SPDX-License-Identifier: Apache-2.0
 * Free WhatsApp texts that may leave, or surely leave, more than 24 hours after the contact's last message. */
#ifndef SEQ_COMPILER_ANALYZE_WHATSAPP_24H_H
#define SEQ_COMPILER_ANALYZE_WHATSAPP_24H_H
#include "compiler/checker.h"

void whatsapp_24h_check(struct checker *k, const struct sequence *q);
#endif
