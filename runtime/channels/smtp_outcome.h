/* SPDX-License-Identifier: Apache-2.0
 * What an SMTP transfer came to: one table from libcurl's code, the server's code, its enhanced code (RFC 3463) and how
 * far the transfer was. The transfer's code decides first: after a lost connection the server's is stale. */
#ifndef SEQ_RUNTIME_CHANNELS_SMTP_OUTCOME_H
#define SEQ_RUNTIME_CHANNELS_SMTP_OUTCOME_H
#include "runtime/channels/channel.h"

enum smtp_phase {
	SMTP_SENDING,  /* up to the last byte but the final dot */
	SMTP_RELEASED, /* the final dot may have gone */
	SMTP_ABORTED,  /* we said no */
	SMTP_PHASES
};
struct smtp_result {
	int rc;             /* CURLcode */
	int code;           /* CURLINFO_RESPONSE_CODE */
	struct slice reply; /* the server's line after its code: "5.1.1 No such user" */
	enum smtp_phase phase;
};
struct smtp_verdict {
	enum delivery_outcome outcome;
	bool bad_address;
};
struct smtp_verdict smtp_outcome(const struct smtp_result *result);
/* An idle connection that the server had closed was used again: nothing was sent, begin anew on a fresh one at once. */
bool smtp_stale_connection(const struct smtp_result *result, long new_connections);
#endif
