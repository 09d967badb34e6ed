/* SPDX-License-Identifier: Apache-2.0
 * See smtp_outcome.h. The first row that fits decides. A refusal reaches us in three ways: rc 55 (MAIL, RCPT or DATA),
 * rc 8 (the greeting, or the answer to the final dot) and rc 67 (AUTH). */
#include "runtime/channels/smtp_outcome.h"
#include <curl/curl.h>
#include <string.h>

#define ANY     (-1)
#define REFUSED (-2) /* rc 55 before the release, rc 8 after it: the code is the server's own answer */
#define S       (1u << SMTP_SENDING)
#define R       (1u << SMTP_RELEASED)
#define A       (1u << SMTP_ABORTED)

struct row {
	unsigned phases;
	int rc;
	int low, high;        /* the server's code, inclusive */
	const char *enhanced; /* "5.7." fits its beginning, "5.1.1" itself; "": any */
	enum delivery_outcome outcome;
	bool bad_address;
};

static const struct row rows[] = {
        {A, ANY, 0, 999, "", DELIVERY_ABORTED, false},
        {S | R, CURLE_OK, 200, 299, "", DELIVERY_SENT, false},

        /* The server or the account refuses us: nobody's address is at fault. */
        {S | R, REFUSED, 530, 530, "", DELIVERY_ACCOUNT, false}, /* STARTTLS or AUTH first */
        {S | R, REFUSED, 534, 535, "", DELIVERY_ACCOUNT, false}, /* credentials */
        {S | R, REFUSED, 538, 538, "", DELIVERY_ACCOUNT, false},
        {S | R, REFUSED, 500, 599, "5.7.", DELIVERY_ACCOUNT, false},  /* policy, reputation, authentication */
        {S, CURLE_LOGIN_DENIED, 400, 499, "", DELIVERY_RETRY, false}, /* 454 4.7.0 */
        {S, CURLE_LOGIN_DENIED, 0, 999, "", DELIVERY_ACCOUNT,
         false}, /* 535; no AUTH offered (250); token refused (334) */
        {S, CURLE_REMOTE_ACCESS_DENIED, 500, 599, "", DELIVERY_ACCOUNT, false}, /* EHLO */
        {S, CURLE_WEIRD_SERVER_REPLY, 500, 599, "", DELIVERY_ACCOUNT, false},   /* greeting */
        {S, CURLE_USE_SSL_FAILED, 0, 999, "", DELIVERY_ACCOUNT, false},         /* STARTTLS required, not offered */
        {S, CURLE_PEER_FAILED_VERIFICATION, 0, 999, "", DELIVERY_ACCOUNT, false},
        {S, CURLE_SSL_CACERT_BADFILE, 0, 999, "", DELIVERY_ACCOUNT, false},
        {S, CURLE_SSL_ISSUER_ERROR, 0, 999, "", DELIVERY_ACCOUNT, false},
        {S, CURLE_URL_MALFORMAT, 0, 999, "", DELIVERY_ACCOUNT, false},
        {S, CURLE_UNSUPPORTED_PROTOCOL, 0, 999, "", DELIVERY_ACCOUNT, false},

        /* The address. */
        {S | R, REFUSED, 500, 599, "5.1.1", DELIVERY_FAILED, true},
        {S | R, REFUSED, 500, 599, "5.1.2", DELIVERY_FAILED, true},
        {S | R, REFUSED, 500, 599, "5.1.3", DELIVERY_FAILED, true},
        {S | R, REFUSED, 500, 599, "5.1.10", DELIVERY_FAILED, true},
        {S | R, REFUSED, 500, 599, "5.2.1", DELIVERY_FAILED, true},

        /* Permanent by their class, yet soft. */
        {S | R, REFUSED, 500, 599, "5.2.2", DELIVERY_RETRY, false}, /* mailbox full */
        {S | R, REFUSED, 500, 599, "5.4.", DELIVERY_RETRY, false},  /* routing */
        {S, REFUSED, 552, 552, "5.3.4", DELIVERY_FAILED, false},    /* too big: our fault */
        {S, REFUSED, 552, 552, "5.2.3", DELIVERY_FAILED, false},
        {S, REFUSED, 552, 552, "", DELIVERY_RETRY, false}, /* at RCPT: a quota */

        {S | R, REFUSED, 500, 599, "", DELIVERY_FAILED, false},
        {S | R, REFUSED, 400, 499, "", DELIVERY_RETRY, false},

        /* No connection, no answer, no sense in it: the final dot makes the difference. */
        {S, ANY, 0, 999, "", DELIVERY_RETRY, false},
        {R, ANY, 0, 999, "", DELIVERY_IN_DOUBT, false},
};

static bool enhanced_fits(const char *wanted, struct slice reply)
{
	size_t n = strlen(wanted);
	if (!n)
		return true;
	if (!slice_starts(reply, wanted))
		return false;
	return wanted[n - 1] == '.' || reply.n == n || reply.p[n] == ' ';
}

static bool rc_fits(int wanted, const struct smtp_result *r)
{
	if (wanted == REFUSED)
		return r->rc == (r->phase == SMTP_SENDING ? CURLE_SEND_ERROR : CURLE_WEIRD_SERVER_REPLY);
	return wanted == ANY || wanted == r->rc;
}

struct smtp_verdict smtp_outcome(const struct smtp_result *r)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *row = &rows[i];
		if ((row->phases & 1u << r->phase) && rc_fits(row->rc, r) && r->code >= row->low &&
		    r->code <= row->high && enhanced_fits(row->enhanced, r->reply))
			return (struct smtp_verdict){row->outcome, row->bad_address};
	}
	/* A server code beyond 999 fits no row. */
	return (struct smtp_verdict){r->phase == SMTP_SENDING ? DELIVERY_RETRY : DELIVERY_IN_DOUBT, false};
}

bool smtp_stale_connection(const struct smtp_result *r, long new_connections)
{
	return r->phase == SMTP_SENDING && new_connections == 0 &&
	       (r->rc == CURLE_SEND_ERROR || r->rc == CURLE_RECV_ERROR) && (r->code == 0 || r->code == 421);
}
