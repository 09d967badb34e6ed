/* SPDX-License-Identifier: Apache-2.0
 * From the deployment to channels: SMTP for the mailboxes that it connects, a Maildir when there is no deployment. */
#ifndef SEQ_RUNTIME_VERBS_TRANSPORT_H
#define SEQ_RUNTIME_VERBS_TRANSPORT_H
#include "runtime/channels/channel.h"
#include "runtime/verbs/session.h"

/* NULL: printed; *code is the exit code (CONFIG for a missing secret). The caller closes it (ops->close). */
struct channel *transport_open(struct session *s, const struct cli *c, int *code);
/* Whether the accounts of a policy's mailboxes can be had, their secrets above all, before it comes into force.
 * EXIT_DONE, or printed. */
int transport_try_policy(struct session *s, const struct cli *c, struct slice policy);
/* Connects and logs in to every account once. EXIT_DONE, or printed. */
int transport_check(struct session *s, const struct cli *c);
#endif
