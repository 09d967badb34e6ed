/* SPDX-License-Identifier: Apache-2.0
 * An SMTP account as the channel keeps it: checked and copied. */
#ifndef SEQ_RUNTIME_CHANNELS_SMTP_ACCOUNT_H
#define SEQ_RUNTIME_CHANNELS_SMTP_ACCOUNT_H
#include "runtime/channels/channel.h"
#include <curl/curl.h>

#define SMTP_CONNECTIONS_DEFAULT      4
#define SMTP_MESSAGES_PER_SESSION_MAX 100

struct account {
	char *url, *user, *password, *ca_file; /* url NULL: that mailbox has none */
	bool tls;                              /* STARTTLS, or no message */
	int connections, messages_per_session, in_flight;
};
/* Copies `from`. False: error says what is wrong (a scheme that is none of ours, userinfo in the URL, clear text to
 * another machine); what was copied is freed by smtp_account_free. */
bool smtp_account_set(struct account *a, const struct smtp_account *from, struct buf *error);
void smtp_account_free(struct account *a);
/* Sets where and how a handle connects and logs in. */
bool smtp_account_options(const struct account *a, CURL *easy);
#endif
