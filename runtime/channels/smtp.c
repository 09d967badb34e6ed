/* SPDX-License-Identifier: Apache-2.0
 * SMTP by libcurl's multi interface. A message travels through libcurl's read callback, which pauses when all bytes are
 * at the server and only the final dot is missing: `ready`. The release lets the callback end the body or abort it
 * (rule 2). A transfer is never taken away before its callback has ended it: libcurl would send the dot. What the
 * answers mean stands in smtp_outcome.c. Idle easy handles are kept; connections live in the multi handle. */
#include "base/utf8.h"
#include "runtime/channels/channel.h"
#include "runtime/channels/mime.h"
#include "runtime/channels/smtp_account.h"
#include "runtime/channels/smtp_outcome.h"
#include <curl/curl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONNECT_TIMEOUT_S  15L
#define TRANSFER_TIMEOUT_S 120L
#define CONNECTION_AGE_S   30L /* below the idle limit of servers */
#define CLOSE_WAIT_MS      5000

struct reply {
	int code;
	char text[160]; /* a reply's lines after their codes, joined */
};
struct transfer {
	CURL *easy;
	struct smtp_channel *channel;
	struct delivery *delivery; /* NULL: idle */
	struct account *account;
	size_t at; /* bytes handed over */
	enum smtp_phase phase;
	bool paused, announced;  /* the callback paused; `ready` was called */
	bool refused;            /* never went out: its result stands in the delivery */
	bool fresh;              /* the second try, on a new connection */
	struct reply replies[2]; /* the newest first: after a refusal comes the answer to QUIT */
	char error[CURL_ERROR_SIZE];
	struct curl_slist *recipients;
	size_t recipient_count;
	struct transfer *next;
};
/* An open socket of ours. libcurl does not say which connection a transfer uses, but the ports of both ends tell. */
struct session {
	curl_socket_t fd;
	int messages; /* released over it */
	struct session *next;
};
struct smtp_channel {
	struct channel base;
	CURLM *multi;
	struct account *accounts;
	uint32_t account_count;
	struct transfer *busy, *idle;
	struct session *sessions;
	bool closing;
};

/* ---- libcurl's callbacks ---- */
static size_t read_body(char *out, size_t size, size_t count, void *context)
{
	struct transfer *t = context;
	struct slice bytes = t->delivery->bytes;
	if (t->phase == SMTP_ABORTED)
		return CURL_READFUNC_ABORT;
	size_t n = bytes.n - t->at < size * count ? bytes.n - t->at : size * count;
	if (n) {
		memcpy(out, bytes.p + t->at, n);
		t->at += n;
		return n;
	}
	if (t->phase == SMTP_RELEASED)
		return 0;
	t->paused = true;
	return CURL_READFUNC_PAUSE;
}

/* The server's lines, one a call. Lines of one reply ("550-", "550 ") are joined. */
static size_t read_reply(char *line, size_t size, size_t count, void *context)
{
	struct transfer *t = context;
	struct slice s = slice_trim((struct slice){line, size * count});
	int64_t code;
	if (s.n < 3 || !slice_to_i64((struct slice){s.p, 3}, &code) || code < 100)
		return size * count;
	bool more = t->replies[0].code == -(int)code; /* negative: its last line is still to come */
	if (!more) {
		t->replies[1] = t->replies[0];
		t->replies[0].text[0] = '\0';
	}
	struct reply *r = &t->replies[0];
	size_t used = strlen(r->text);
	struct slice words = s.n > 4 ? (struct slice){s.p + 4, s.n - 4} : (struct slice){0};
	snprintf(r->text + used, sizeof r->text - used, "%s%.*s", more && words.n ? " " : "", SLICE_ARG(words));
	r->code = s.n > 3 && s.p[3] == '-' ? -(int)code : (int)code;
	return size * count;
}

static size_t drop_output(char *p, size_t size, size_t count, void *context)
{
	(void)p, (void)context;
	return size * count;
}

/* ---- sessions ---- */
static curl_socket_t open_session(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
	(void)purpose;
	struct smtp_channel *c = context;
	struct session *session = calloc(1, sizeof *session);
	if (!session)
		return CURL_SOCKET_BAD;
	session->fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
	if (session->fd < 0) {
		free(session);
		return CURL_SOCKET_BAD;
	}
	session->next = c->sessions;
	c->sessions = session;
	return session->fd;
}

static int close_session(void *context, curl_socket_t fd)
{
	struct smtp_channel *c = context;
	for (struct session **at = &c->sessions; *at; at = &(*at)->next)
		if ((*at)->fd == fd) {
			struct session *gone = *at;
			*at = gone->next;
			free(gone);
			break;
		}
	return close(fd);
}

static long port_of(const struct sockaddr_storage *address)
{
	if (address->ss_family == AF_INET)
		return ntohs(((const struct sockaddr_in *)address)->sin_port);
	return address->ss_family == AF_INET6 ? ntohs(((const struct sockaddr_in6 *)address)->sin6_port) : 0;
}

static struct session *session_of(const struct transfer *t)
{
	long local = 0, remote = 0;
	curl_easy_getinfo(t->easy, CURLINFO_LOCAL_PORT, &local);
	curl_easy_getinfo(t->easy, CURLINFO_PRIMARY_PORT, &remote);
	for (struct session *session = t->channel->sessions; local && session; session = session->next) {
		struct sockaddr_storage here = {0}, there = {0};
		socklen_t here_n = sizeof here, there_n = sizeof there;
		if (getsockname(session->fd, (struct sockaddr *)&here, &here_n) == 0 &&
		    getpeername(session->fd, (struct sockaddr *)&there, &there_n) == 0 && port_of(&here) == local &&
		    port_of(&there) == remote)
			return session;
	}
	return NULL;
}

/* ---- transfers ---- */
static bool set_recipients(struct transfer *t, struct buf *error)
{
	struct slice rest = t->delivery->to, address;
	struct buf ascii = {0};
	bool good = true;
	t->recipient_count = 0;
	while (good && mime_next_address(&rest, &address)) {
		buf_clear(&ascii);
		good = mime_address(address, &ascii, error);
		struct curl_slist *longer = good ? curl_slist_append(t->recipients, buf_cstr(&ascii)) : NULL;
		if (good && !longer) {
			buf_adds(error, "out of memory");
			good = false;
		} else if (good) {
			t->recipients = longer;
			t->recipient_count++;
		}
	}
	buf_free(&ascii);
	if (good && !t->recipient_count)
		buf_adds(error, "no recipient");
	return good && t->recipient_count;
}

static bool set_options(struct transfer *t, const char *from)
{
	CURL *e = t->easy;
	curl_easy_reset(e);
	t->error[0] = '\0';
	bool good = smtp_account_options(t->account, e);
#define SET(option, value) (good = good && curl_easy_setopt(e, option, value) == CURLE_OK)
	SET(CURLOPT_TIMEOUT, TRANSFER_TIMEOUT_S);
	SET(CURLOPT_MAXAGE_CONN, CONNECTION_AGE_S);
	SET(CURLOPT_FRESH_CONNECT, t->fresh ? 1L : 0L);
	SET(CURLOPT_UPLOAD, 1L); /* no size: libcurl must ask the callback for the end */
	SET(CURLOPT_READFUNCTION, read_body);
	SET(CURLOPT_READDATA, t);
	SET(CURLOPT_HEADERFUNCTION, read_reply);
	SET(CURLOPT_HEADERDATA, t);
	SET(CURLOPT_WRITEFUNCTION, drop_output);
	SET(CURLOPT_ERRORBUFFER, t->error);
	SET(CURLOPT_PRIVATE, t);
	SET(CURLOPT_OPENSOCKETFUNCTION, open_session);
	SET(CURLOPT_OPENSOCKETDATA, t->channel);
	SET(CURLOPT_CLOSESOCKETFUNCTION, close_session);
	SET(CURLOPT_CLOSESOCKETDATA, t->channel);
	SET(CURLOPT_MAIL_FROM, from);
	SET(CURLOPT_MAIL_RCPT, t->recipients);
#undef SET
	return good;
}

static void settle(struct delivery *d, enum delivery_outcome outcome, int code, const char *text)
{
	d->outcome = outcome;
	d->code = code;
	d->bad_address = false;
	struct buf safe = {0};
	utf8_add_safe(&safe, slice_of(text));
	snprintf(d->text, sizeof d->text, "%s", buf_cstr(&safe));
	for (size_t n = strlen(d->text); n && !utf8_valid((struct slice){d->text, n}); n--)
		d->text[n - 1] = '\0'; /* not half a character */
	buf_free(&safe);
}

static bool begin(struct transfer *t)
{
	struct buf from = {0}, error = {0};
	t->at = 0;
	t->paused = t->announced = t->refused = false;
	t->phase = SMTP_SENDING;
	memset(t->replies, 0, sizeof t->replies);
	bool good = (t->recipients || set_recipients(t, &error)) &&
	            (!t->delivery->from.n || mime_address(t->delivery->from, &from, &error));
	if (!good) {
		settle(t->delivery, DELIVERY_FAILED, 0, buf_cstr(&error));
		t->refused = true;
	} else if (!set_options(t, buf_cstr(&from)) || curl_multi_add_handle(t->channel->multi, t->easy) != CURLM_OK) {
		settle(t->delivery, DELIVERY_RETRY, 0, "out of memory");
		t->refused = true;
	}
	buf_free(&from);
	buf_free(&error);
	return !t->refused;
}

/* Back to the idle ones; tells the owner. */
static void finish(struct transfer *t)
{
	struct smtp_channel *c = t->channel;
	struct delivery *d = t->delivery;
	for (struct transfer **at = &c->busy; *at; at = &(*at)->next)
		if (*at == t) {
			*at = t->next;
			break;
		}
	curl_slist_free_all(t->recipients);
	t->recipients = NULL;
	t->delivery = NULL;
	t->account->in_flight--;
	t->next = c->idle;
	c->idle = t;
	d->channel_data = NULL;
	c->base.events.done(c->base.events.context, d);
}

static void conclude(struct transfer *t, CURLcode rc)
{
	struct smtp_channel *c = t->channel;
	long code = 0, connects = 0;
	curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &code);
	curl_easy_getinfo(t->easy, CURLINFO_NUM_CONNECTS, &connects);
	curl_multi_remove_handle(c->multi, t->easy);
	const char *text = "";
	for (int i = 1; i >= 0; i--)
		if (t->replies[i].code && labs(t->replies[i].code) == code)
			text = t->replies[i].text;
	struct smtp_result result = {.rc = (int)rc, .code = (int)code, .reply = slice_of(text), .phase = t->phase};
	if (smtp_stale_connection(&result, connects) && !t->fresh) {
		t->fresh = true;
		begin(t); /* if that fails too it is refused, and told at the next poll */
		return;
	}
	struct smtp_verdict verdict = smtp_outcome(&result);
	bool answered = verdict.outcome == DELIVERY_SENT || (code >= 400 && *text);
	if (!answered)
		text = t->error[0] ? t->error : curl_easy_strerror(rc);
	settle(t->delivery, verdict.outcome, answered ? (int)code : 0, verdict.outcome == DELIVERY_ABORTED ? "" : text);
	t->delivery->bad_address = verdict.bad_address && t->recipient_count == 1; /* of several, which one? */
	finish(t);
}

/* ---- the channel ---- */
static int smtp_capacity(struct channel *base, uint32_t mailbox)
{
	struct smtp_channel *c = (struct smtp_channel *)base;
	const struct account *a = mailbox < c->account_count ? &c->accounts[mailbox] : NULL;
	return a && a->url && !c->closing ? a->connections - a->in_flight : 0;
}

static bool smtp_encode(struct channel *base, const struct rendered *message, struct buf *bytes, struct buf *error)
{
	(void)base;
	return mime_encode(message, bytes, error);
}

static struct transfer *take_idle(struct smtp_channel *c)
{
	struct transfer *t = c->idle;
	if (t) {
		c->idle = t->next;
		return t;
	}
	t = calloc(1, sizeof *t);
	if (t && !(t->easy = curl_easy_init())) {
		free(t);
		return NULL;
	}
	return t;
}

static bool smtp_start(struct channel *base, struct delivery *d)
{
	struct smtp_channel *c = (struct smtp_channel *)base;
	struct transfer *t = smtp_capacity(base, d->mailbox) > 0 ? take_idle(c) : NULL;
	if (!t)
		return false;
	t->channel = c;
	t->delivery = d;
	t->account = &c->accounts[d->mailbox];
	t->account->in_flight++;
	t->fresh = false;
	t->next = c->busy;
	c->busy = t;
	d->channel_data = t;
	begin(t);
	return true;
}

/* The last message that a connection may carry closes it. */
static void count_message(struct transfer *t)
{
	struct session *session = session_of(t);
	if (!session || ++session->messages >= t->account->messages_per_session)
		curl_easy_setopt(t->easy, CURLOPT_FORBID_REUSE, 1L);
}

static void smtp_release(struct channel *base, struct delivery *d, bool go)
{
	(void)base;
	struct transfer *t = d->channel_data;
	if (!t)
		return; /* the connection was lost in between: `done` was told */
	t->phase = go ? SMTP_RELEASED : SMTP_ABORTED;
	t->paused = false;
	if (go)
		count_message(t);
	curl_easy_pause(t->easy, CURLPAUSE_CONT);
}

static bool conclude_finished(struct smtp_channel *c)
{
	bool any = false;
	int left;
	for (CURLMsg *message; (message = curl_multi_info_read(c->multi, &left));) {
		struct transfer *t = NULL;
		if (message->msg != CURLMSG_DONE)
			continue;
		CURLcode rc = message->data.result;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &t);
		conclude(t, rc);
		any = true;
	}
	return any;
}

/* A callback of ours may start and end transfers: after each the list is looked through anew. */
static struct transfer *next_to_tell(struct smtp_channel *c)
{
	for (struct transfer *t = c->busy; t; t = t->next)
		if (t->refused || (t->paused && !t->announced))
			return t;
	return NULL;
}

static bool tell(struct smtp_channel *c)
{
	bool any = false;
	int count = 0; /* now: what our callbacks start is told in its turn */
	for (struct transfer *t = c->busy; t; t = t->next)
		count += t->refused || (t->paused && !t->announced);
	for (struct transfer *t; count > 0 && (t = next_to_tell(c)); count--) {
		any = true;
		if (t->refused) {
			finish(t);
		} else {
			t->announced = true;
			c->base.events.ready(c->base.events.context, t->delivery);
		}
	}
	return any;
}

static bool move_on(struct smtp_channel *c)
{
	int running;
	curl_multi_perform(c->multi, &running);
	bool finished = conclude_finished(c);
	return tell(c) || finished;
}

static void smtp_poll(struct channel *base, int timeout_ms, int wake_fd)
{
	struct smtp_channel *c = (struct smtp_channel *)base;
	if (move_on(c) || timeout_ms <= 0)
		return;
	struct curl_waitfd wake = {.fd = wake_fd, .events = CURL_WAIT_POLLIN};
	curl_multi_poll(c->multi, &wake, wake_fd >= 0 ? 1 : 0, timeout_ms, NULL);
	move_on(c);
}

/* Taking a transfer away makes libcurl send the final dot: its socket is closed for sending first. */
static void drop(struct transfer *t)
{
	struct session *session = session_of(t);
	if (session)
		shutdown(session->fd, SHUT_RDWR);
	curl_multi_remove_handle(t->channel->multi, t->easy);
	if (t->phase == SMTP_RELEASED)
		settle(t->delivery, DELIVERY_IN_DOUBT, 0, "closed before the server answered");
	else
		settle(t->delivery, DELIVERY_ABORTED, 0, "");
	finish(t);
}

static struct transfer *first_unreleased(const struct smtp_channel *c)
{
	struct transfer *t = c->busy;
	while (t && (t->refused || t->phase != SMTP_SENDING))
		t = t->next;
	return t;
}

static void smtp_close(struct channel *base)
{
	struct smtp_channel *c = (struct smtp_channel *)base;
	c->closing = true;
	for (struct transfer *t; (t = first_unreleased(c));)
		if (t->paused)
			smtp_release(base, t->delivery, false);
		else
			drop(t);
	for (int waited_ms = 0; c->busy && waited_ms < CLOSE_WAIT_MS; waited_ms += 50)
		smtp_poll(base, 50, -1);
	while (c->busy)
		drop(c->busy);
	for (struct transfer *t; (t = c->idle); free(t)) {
		c->idle = t->next;
		curl_easy_cleanup(t->easy);
	}
	if (c->multi)
		curl_multi_cleanup(c->multi);
	for (uint32_t i = 0; i < c->account_count; i++)
		smtp_account_free(&c->accounts[i]);
	free(c->accounts);
	free(c);
	curl_global_cleanup();
}

struct channel *channel_smtp(const struct smtp_account *accounts, uint32_t count, struct buf *error)
{
	static const struct channel_ops ops = {.name = "smtp",
	                                       .capacity = smtp_capacity,
	                                       .encode = smtp_encode,
	                                       .start = smtp_start,
	                                       .release = smtp_release,
	                                       .poll = smtp_poll,
	                                       .close = smtp_close};
	mime_init();
	signal(SIGPIPE, SIG_IGN); /* OpenSSL writes to lost connections */
	struct smtp_channel *c = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ? calloc(1, sizeof *c) : NULL;
	if (!c) {
		buf_adds(error, "out of memory");
		return NULL;
	}
	c->base.ops = &ops;
	c->multi = curl_multi_init();
	c->accounts = calloc(count ? count : 1, sizeof *c->accounts);
	bool good = c->multi && c->accounts;
	if (!good)
		buf_adds(error, "out of memory");
	long connections = 0;
	for (uint32_t i = 0; good && i < count; i++) {
		c->account_count = i + 1;
		good = smtp_account_set(&c->accounts[i], &accounts[i], error);
		connections += c->accounts[i].connections;
	}
	if (good && curl_multi_setopt(c->multi, CURLMOPT_MAXCONNECTS, connections ? connections : 1L) == CURLM_OK)
		return &c->base;
	smtp_close(&c->base);
	return NULL;
}
