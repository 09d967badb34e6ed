/* SPDX-License-Identifier: Apache-2.0
 * channel_smtp against a real server: skipped unless SMTP_TEST_URL names one. tests/live/smtp.bats starts the servers.
 *   SMTP_TEST_URL      smtp://127.0.0.1:PORT
 *   SMTP_TEST_TO       a recipient who exists; default alice@test.local
 *   SMTP_TEST_FAKE=1   it is fake_smtp.py: the outcomes are tested too
 *   SMTP_TEST_CA       a CA file: STARTTLS is required, and user kim logs in
 *   SMTP_TEST_HOLD=1   says "ready" at the release and waits there to be killed */
#include "runtime/channels/channel.h"
#include "runtime/channels/mime.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define MESSAGES 50
#define WAIT_MS  20000

struct world {
	struct channel *channel;
	bool go;
	int ready, done;
};

static void on_ready(void *context, struct delivery *d)
{
	struct world *w = context;
	w->ready++;
	if (getenv("SMTP_TEST_HOLD")) {
		puts("ready");
		fflush(stdout);
		sleep(60);
	}
	w->channel->ops->release(w->channel, d, w->go);
}

static void on_done(void *context, struct delivery *d)
{
	(void)d;
	((struct world *)context)->done++;
}

static struct world *open_world(struct smtp_account account)
{
	static struct world world;
	struct buf error = {0};
	account.url = getenv("SMTP_TEST_URL");
	if (!account.url) {
		skip();
		return NULL;
	}
	account.ca_file = getenv("SMTP_TEST_CA");
	account.tls_required = account.ca_file != NULL;
	if (account.ca_file && !account.user) {
		account.user = "kim";
		account.password = "secret";
	}
	world = (struct world){.go = true, .channel = channel_smtp(&account, 1, &error)};
	if (!world.channel)
		fail_msg("%s", buf_cstr(&error));
	world.channel->events = (struct channel_events){.context = &world, .ready = on_ready, .done = on_done};
	return &world;
}

static void run_until(struct world *w, int done)
{
	for (int waited_ms = 0; w->done < done && waited_ms < WAIT_MS; waited_ms += 10)
		w->channel->ops->poll(w->channel, 10, -1);
	assert_true(w->done >= done);
}

static struct delivery delivery_to(const char *to)
{
	static const char bytes[] = "From: sales@acme.example\r\nSubject: x\r\n\r\nOne\r\n.\r\n..Three\r\n";
	return (struct delivery){.from = SLICE("bounce@acme.example"),
	                         .to = slice_of(to),
	                         .bytes = {bytes, sizeof bytes - 1},
	                         .message_id = SLICE("x@acme.example"),
	                         .outcome = DELIVERY_IN_DOUBT};
}

static struct delivery send_one(struct world *w, const char *to)
{
	struct delivery d = delivery_to(to);
	int done = w->done + 1;
	assert_true(w->channel->ops->start(w->channel, &d));
	run_until(w, done);
	return d;
}

static const char *const texts[] = {
        "Hello,\n\na plain message.\n\n-- \nKim\n",
        ".\n..\n.starts with a dot\nFrom the start\n",
        "Zo\xC3\xAB, \xE4\xBD\xA0\xE5\xA5\xBD, \xF0\x9F\x99\x82\n",
        ("A very long line without any break: "
         "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234\n"),
        "trailing blanks  \n\ttabs\t\n= signs =3D\n",
};
static const char *const names[] = {"Alice Test", "Zo\xC3\xAB \xC3\x85ngstr\xC3\xB6m", "Test, \"The\" Alice",
                                    "\xE4\xBD\xA0\xE5\xA5\xBD", ""};

/* Message i, each kind a little different; parse_mail.py knows what to expect. */
static void encode_message(struct channel *c, int i, struct buf *bytes, struct buf *id)
{
	struct buf subject = {0}, html = {0}, error = {0};
	buf_addf(&subject, "Message %d: ", i);
	for (int n = 0; n < i % 5; n++)
		buf_adds(&subject, "une tr\xC3\xA8s longue question, ");
	buf_adds(&subject, "end");
	buf_addf(&html, "<!DOCTYPE html>\n<html lang=\"en\"><body><p>Message %d</p></body></html>\n", i);
	buf_addf(id, "message-%d@acme.example", i);
	struct rendered m = {.subject = buf_slice(&subject),
	                     .text = slice_of(texts[i % 5]),
	                     .html = buf_slice(&html),
	                     .from_name = SLICE("Acm\xC3\xA9 Sales"),
	                     .from_address = SLICE("sales@acme.example"),
	                     .to_name = slice_of(names[i % 5]),
	                     .to_address =
	                             slice_of(getenv("SMTP_TEST_TO") ? getenv("SMTP_TEST_TO") : "alice@test.local"),
	                     .message_id = buf_slice(id),
	                     .date_us = INT64_C(1772460000000000) + i * US_PER_SECOND,
	                     .date_offset_s = -18000,
	                     .unsubscribe_mailto = SLICE("u+token@acme.example?subject=unsubscribe")};
	if (i % 2) {
		m.in_reply_to = SLICE("parent@acme.example");
		m.references = SLICE("first@acme.example parent@acme.example");
		m.unsubscribe_url = SLICE("https://go.acme.example/u/TOKEN");
	}
	if (!c->ops->encode(c, &m, bytes, &error))
		fail_msg("%s", buf_cstr(&error));
	buf_free(&subject);
	buf_free(&html);
	buf_free(&error);
}

/* Issue: live mail parsed back by a MIME parser that is not ours. Four connections, at most seven messages each. */
static void fifty_messages_are_delivered(void **state)
{
	(void)state;
	struct world *w = open_world((struct smtp_account){.connections = 4, .messages_per_session = 7});
	if (!w)
		return;
	static struct delivery d[MESSAGES];
	static struct buf bytes[MESSAGES], ids[MESSAGES];
	for (int started = 0, i; started < MESSAGES || w->done < MESSAGES;) {
		while (started < MESSAGES && w->channel->ops->capacity(w->channel, 0) > 0) {
			i = started++;
			encode_message(w->channel, i, &bytes[i], &ids[i]);
			d[i] = (struct delivery){.id = i,
			                         .from = SLICE("bounce@acme.example"),
			                         .to = SLICE("alice@test.local"),
			                         .bytes = buf_slice(&bytes[i]),
			                         .message_id = buf_slice(&ids[i])};
			assert_true(w->channel->ops->start(w->channel, &d[i]));
			assert_true(w->channel->ops->capacity(w->channel, 0) >= 0);
		}
		run_until(w, w->done + 1);
	}
	for (int i = 0; i < MESSAGES; i++) {
		if (d[i].outcome != DELIVERY_SENT)
			fail_msg("message %d: outcome %d, %d %s", i, d[i].outcome, d[i].code, d[i].text);
		assert_int_equal(d[i].code, 250);
		buf_free(&bytes[i]);
		buf_free(&ids[i]);
	}
	assert_int_equal(w->ready, MESSAGES);
	assert_int_equal(w->channel->ops->capacity(w->channel, 0), 4);
	assert_int_equal(w->channel->ops->capacity(w->channel, 1), 0);
	w->channel->ops->close(w->channel);
}

/* Rule 2: a release that says no aborts the transfer and nothing is delivered; the next message goes out all the same.
 */
static void an_aborted_release_delivers_nothing(void **state)
{
	(void)state;
	struct world *w = open_world((struct smtp_account){.connections = 1});
	if (!w)
		return;
	w->go = false;
	assert_int_equal(send_one(w, "alice@test.local").outcome, DELIVERY_ABORTED);
	w->go = true;
	assert_int_equal(send_one(w, "alice@test.local").outcome, DELIVERY_SENT);
	w->channel->ops->close(w->channel);
}

static void never_release(void *context, struct delivery *d)
{
	(void)d;
	((struct world *)context)->ready++;
}

/* Closing the channel must not let libcurl send the final dot of a message that waits for its release. */
static void closing_delivers_nothing_unreleased(void **state)
{
	(void)state;
	struct world *w = open_world((struct smtp_account){.connections = 1});
	if (!w)
		return;
	w->channel->events.ready = never_release;
	struct delivery d = delivery_to("alice@test.local");
	assert_true(w->channel->ops->start(w->channel, &d));
	for (int waited_ms = 0; !w->ready && waited_ms < WAIT_MS; waited_ms += 10)
		w->channel->ops->poll(w->channel, 10, -1);
	assert_int_equal(w->ready, 1);
	assert_int_equal(w->done, 0);
	w->channel->ops->close(w->channel);
	assert_int_equal(w->done, 1);
	assert_int_equal(d.outcome, DELIVERY_ABORTED);
}

/* The same while the server has not yet asked for the body: an empty message would be there else. */
static void closing_before_the_body_delivers_nothing(void **state)
{
	(void)state;
	struct world *w =
	        getenv("SMTP_TEST_FAKE") ? open_world((struct smtp_account){.connections = 1}) : (skip(), NULL);
	if (!w)
		return;
	struct delivery d = delivery_to("slow-data@x.test");
	assert_true(w->channel->ops->start(w->channel, &d));
	for (int i = 0; i < 30; i++)
		w->channel->ops->poll(w->channel, 10, -1);
	assert_int_equal(w->ready, 0);
	w->channel->ops->close(w->channel);
	assert_int_equal(w->done, 1);
	assert_int_equal(d.outcome, DELIVERY_ABORTED);
	sleep(1); /* the server goes on by itself; smtp.bats counts what it took */
}

/* Rule 1, mail.md: each misbehaviour of the server, and what it comes to. */
static void misbehaviour_has_its_outcome(void **state)
{
	(void)state;
	static const struct {
		const char *to;
		enum delivery_outcome outcome;
		int code;
		bool bad_address;
		const char *text;
	} cases[] = {
	        {"greylist@x.test", DELIVERY_RETRY, 451, false, "4.7.1 Greylisted, come back later"},
	        {"unknown@x.test", DELIVERY_FAILED, 550, true, "5.1.1 No such user here"},
	        {"moved@x.test", DELIVERY_FAILED, 551, true, "5.1.10 That user left 5.1.10 long ago"},
	        {"quota@x.test", DELIVERY_RETRY, 552, false, "5.2.2 The mailbox is full"},
	        {"noauth@x.test", DELIVERY_ACCOUNT, 530, false, "5.7.0 Must issue a STARTTLS command first"},
	        {"toobig@x.test", DELIVERY_FAILED, 552, false, "5.3.4 Message too big"},
	        {"full@x.test", DELIVERY_RETRY, 452, false, "4.2.2 Mailbox full"},
	        {"spam@x.test", DELIVERY_ACCOUNT, 550, false, "5.7.1 Looks like spam"},
	        {"gone@x.test", DELIVERY_FAILED, 550, true, "5.1.1 No such user after all"},
	        {"slow@x.test", DELIVERY_SENT, 250, false, NULL},
	        {"drop-at-rcpt@x.test", DELIVERY_RETRY, 0, false, NULL},
	        {"drop-after-dot@x.test", DELIVERY_IN_DOUBT, 0, false, NULL},
	        {"\xC3\xA9lan@x.test", DELIVERY_FAILED, 0, false, "address: the part before the @ is not ASCII"},
	        {"a@x.test>\r\nRCPT TO:<b@x.test", DELIVERY_FAILED, 0, false, "address: the value holds a line break"},
	        {"ok@b\xC3\xBC"
	         "cher.test",
	         DELIVERY_SENT, 250, false, NULL},
	};
	struct world *w =
	        getenv("SMTP_TEST_FAKE") ? open_world((struct smtp_account){.connections = 1}) : (skip(), NULL);
	if (!w)
		return;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct delivery d = send_one(w, cases[i].to);
		if (d.outcome != cases[i].outcome || d.code != cases[i].code || d.bad_address != cases[i].bad_address ||
		    (cases[i].text && strcmp(d.text, cases[i].text) != 0))
			fail_msg("%s: outcome %d code %d bad address %d: %s", cases[i].to, d.outcome, d.code,
			         d.bad_address, d.text);
	}
	w->channel->ops->close(w->channel);
}

/* Lost in the middle of the body: the dot can't have gone, so it goes out again later. */
static void a_connection_lost_before_the_dot_is_retried(void **state)
{
	(void)state;
	struct world *w =
	        getenv("SMTP_TEST_FAKE") ? open_world((struct smtp_account){.connections = 1}) : (skip(), NULL);
	if (!w)
		return;
	struct buf body = {0};
	buf_adds(&body, "Subject: long\r\n\r\n");
	for (int i = 0; i < 200000; i++)
		buf_adds(&body, "a line of a message that is too long for any buffer\r\n");
	struct delivery d = delivery_to("drop-before-dot@x.test");
	d.bytes = buf_slice(&body);
	assert_true(w->channel->ops->start(w->channel, &d));
	run_until(w, 1);
	assert_int_equal(w->ready, 0);
	assert_int_equal(d.outcome, DELIVERY_RETRY);
	w->channel->ops->close(w->channel);
	buf_free(&body);
}

/* A connection that the server closed while it was idle costs nothing: the message goes out on a new one at once. */
static void a_stale_connection_is_replaced(void **state)
{
	(void)state;
	struct world *w =
	        getenv("SMTP_TEST_FAKE") ? open_world((struct smtp_account){.connections = 1}) : (skip(), NULL);
	if (!w)
		return;
	assert_int_equal(send_one(w, "idle-close@x.test").outcome, DELIVERY_SENT);
	usleep(100000);
	assert_int_equal(send_one(w, "ok@x.test").outcome, DELIVERY_SENT);
	w->channel->ops->close(w->channel);
}

static void a_wrong_password_stops_the_account(void **state)
{
	(void)state;
	struct world *w =
	        getenv("SMTP_TEST_FAKE") && getenv("SMTP_TEST_CA")
	                ? open_world((struct smtp_account){.connections = 1, .user = "kim", .password = "wrong"})
	                : (skip(), NULL);
	if (!w)
		return;
	struct delivery d = send_one(w, "ok@x.test");
	assert_int_equal(d.outcome, DELIVERY_ACCOUNT);
	assert_int_equal(d.code, 535);
	w->channel->ops->close(w->channel);
}

/* What `seqd connect` and an activation ask: can it be reached, does it let us in? */
static void an_account_can_be_checked(void **state)
{
	(void)state;
	struct smtp_account a = {.url = getenv("SMTP_TEST_URL"), .ca_file = getenv("SMTP_TEST_CA")};
	struct buf error = {0};
	bool reachable = false;
	if (!a.url)
		skip();
	a.tls_required = a.ca_file != NULL;
	a.user = a.ca_file ? "kim" : NULL;
	a.password = a.ca_file ? "secret" : NULL;
	assert_true(channel_smtp_check(&a, &reachable, &error));
	assert_true(reachable);
	a.password = "wrong";
	if (a.user) {
		assert_false(channel_smtp_check(&a, &reachable, &error));
		assert_true(reachable);
		assert_true(slice_ends(buf_slice(&error), ": Login denied"));
		a.ca_file = NULL;
		buf_clear(&error);
		assert_false(channel_smtp_check(&a, &reachable, &error)); /* its certificate is not known */
		assert_true(reachable);
	}
	a = (struct smtp_account){.url = "smtp://127.0.0.1:1"};
	buf_clear(&error);
	assert_false(channel_smtp_check(&a, &reachable, &error));
	assert_false(reachable);
	assert_true(slice_starts(buf_slice(&error), "smtp://127.0.0.1:1: Failed to connect"));
	buf_free(&error);
}

int main(void)
{
	const struct CMUnitTest hold[] = {cmocka_unit_test(an_aborted_release_delivers_nothing)};
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(fifty_messages_are_delivered),
	        cmocka_unit_test(an_aborted_release_delivers_nothing),
	        cmocka_unit_test(closing_delivers_nothing_unreleased),
	        cmocka_unit_test(closing_before_the_body_delivers_nothing),
	        cmocka_unit_test(misbehaviour_has_its_outcome),
	        cmocka_unit_test(a_connection_lost_before_the_dot_is_retried),
	        cmocka_unit_test(a_stale_connection_is_replaced),
	        cmocka_unit_test(a_wrong_password_stops_the_account),
	        cmocka_unit_test(an_account_can_be_checked),
	};
	if (getenv("SMTP_TEST_HOLD"))
		return cmocka_run_group_tests(hold, NULL, NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
