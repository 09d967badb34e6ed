/* SPDX-License-Identifier: Apache-2.0
 * The channels without a network: what every SMTP answer comes to (rule 1, mail.md), the Maildir on a real folder, the
 * channel that keeps nothing, and which SMTP accounts are refused. */
#include "runtime/channels/channel.h"
#include "runtime/channels/smtp_outcome.h"
#include <curl/curl.h>
#include <dirent.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* ---- SMTP: every row of the table ---- */
static void every_answer_has_its_outcome(void **state)
{
	(void)state;
	static const struct {
		enum smtp_phase phase;
		int rc, code;
		const char *reply;
		enum delivery_outcome outcome;
		bool bad_address;
	} cases[] = {
	        {SMTP_RELEASED, CURLE_OK, 250, "2.0.0 Ok", DELIVERY_SENT, false},
	        /* refused at MAIL, RCPT, DATA */
	        {SMTP_SENDING, CURLE_SEND_ERROR, 451, "4.7.1 Greylisted", DELIVERY_RETRY, false},
	        {SMTP_SENDING, CURLE_SEND_ERROR, 452, "Too many recipients", DELIVERY_RETRY, false},
	        {SMTP_SENDING, CURLE_SEND_ERROR, 421, "4.4.2 Closing", DELIVERY_RETRY, false},
	        {SMTP_SENDING, CURLE_SEND_ERROR, 550, "5.1.1 No such user", DELIVERY_FAILED, true},
	        {SMTP_SENDING, CURLE_SEND_ERROR, 550, "5.1.1", DELIVERY_FAILED, true},
	        {SMTP_SENDING, CURLE_SEND_ERROR, 550, "5.1.2 Bad domain", DELIVERY_FAILED, true},
	        {SMTP_SENDING, CURLE_SEND_ERROR, 553, "5.1.3 Bad syntax", DELIVERY_FAILED, true},
	        {SMTP_SENDING, CURLE_SEND_ERROR, 550, "5.1.10 Null MX", DELIVERY_FAILED, true},
	        {SMTP_SENDING, CURLE_SEND_ERROR, 550, "5.1.11 Other", DELIVERY_FAILED, false},
	        {SMTP_SENDING, CURLE_SEND_ERROR, 550, "5.2.1 Disabled", DELIVERY_FAILED, true},
	        {SMTP_SENDING, CURLE_SEND_ERROR, 550, "Invalid recipient", DELIVERY_FAILED, false},
	        {SMTP_SENDING, CURLE_SEND_ERROR, 552, "5.2.2 Full", DELIVERY_RETRY, false},
	        {SMTP_SENDING, CURLE_SEND_ERROR, 552, "Quota", DELIVERY_RETRY, false},
	        {SMTP_SENDING, CURLE_SEND_ERROR, 552, "5.3.4 Too big", DELIVERY_FAILED, false},
	        {SMTP_SENDING, CURLE_SEND_ERROR, 552, "5.2.3 Too big", DELIVERY_FAILED, false},
	        {SMTP_SENDING, CURLE_SEND_ERROR, 554, "5.4.4 No route", DELIVERY_RETRY, false},
	        {SMTP_SENDING, CURLE_SEND_ERROR, 503, "5.5.1 Bad sequence", DELIVERY_FAILED, false},
	        {SMTP_SENDING, CURLE_SEND_ERROR, 550, "5.7.26 Unauthenticated", DELIVERY_ACCOUNT, false},
	        {SMTP_SENDING, CURLE_SEND_ERROR, 530, "5.7.0 Must issue STARTTLS", DELIVERY_ACCOUNT, false},
	        {SMTP_SENDING, CURLE_SEND_ERROR, 530, "Authentication required", DELIVERY_ACCOUNT, false},
	        {SMTP_SENDING, CURLE_SEND_ERROR, 535, "", DELIVERY_ACCOUNT, false},
	        {SMTP_SENDING, CURLE_SEND_ERROR, 538, "", DELIVERY_ACCOUNT, false},
	        /* login */
	        {SMTP_SENDING, CURLE_LOGIN_DENIED, 535, "5.7.8 Bad credentials", DELIVERY_ACCOUNT, false},
	        {SMTP_SENDING, CURLE_LOGIN_DENIED, 334, "eyJ9", DELIVERY_ACCOUNT, false},
	        {SMTP_SENDING, CURLE_LOGIN_DENIED, 250, "HELP", DELIVERY_ACCOUNT, false},
	        {SMTP_SENDING, CURLE_LOGIN_DENIED, 454, "4.7.0 Temporary", DELIVERY_RETRY, false},
	        /* greeting, EHLO, TLS, the network */
	        {SMTP_SENDING, CURLE_WEIRD_SERVER_REPLY, 554, "No service", DELIVERY_ACCOUNT, false},
	        {SMTP_SENDING, CURLE_WEIRD_SERVER_REPLY, 421, "Busy", DELIVERY_RETRY, false},
	        {SMTP_SENDING, CURLE_REMOTE_ACCESS_DENIED, 421, "Busy", DELIVERY_RETRY, false},
	        {SMTP_SENDING, CURLE_REMOTE_ACCESS_DENIED, 550, "Go away", DELIVERY_ACCOUNT, false},
	        {SMTP_SENDING, CURLE_USE_SSL_FAILED, 250, "HELP", DELIVERY_ACCOUNT, false},
	        {SMTP_SENDING, CURLE_PEER_FAILED_VERIFICATION, 0, "", DELIVERY_ACCOUNT, false},
	        {SMTP_SENDING, CURLE_SSL_CACERT_BADFILE, 0, "", DELIVERY_ACCOUNT, false},
	        {SMTP_SENDING, CURLE_SSL_ISSUER_ERROR, 0, "", DELIVERY_ACCOUNT, false},
	        {SMTP_SENDING, CURLE_URL_MALFORMAT, 0, "", DELIVERY_ACCOUNT, false},
	        {SMTP_SENDING, CURLE_UNSUPPORTED_PROTOCOL, 0, "", DELIVERY_ACCOUNT, false},
	        {SMTP_SENDING, CURLE_SSL_CONNECT_ERROR, 0, "", DELIVERY_RETRY, false},
	        {SMTP_SENDING, CURLE_COULDNT_CONNECT, 0, "", DELIVERY_RETRY, false},
	        {SMTP_SENDING, CURLE_COULDNT_RESOLVE_HOST, 0, "", DELIVERY_RETRY, false},
	        {SMTP_SENDING, CURLE_OPERATION_TIMEDOUT, 0, "", DELIVERY_RETRY, false},
	        {SMTP_SENDING, CURLE_RECV_ERROR, 250, "stale", DELIVERY_RETRY, false},
	        {SMTP_SENDING, CURLE_SEND_ERROR, 354, "stale", DELIVERY_RETRY, false},
	        {SMTP_SENDING, CURLE_OUT_OF_MEMORY, 0, "", DELIVERY_RETRY, false},
	        /* answers to the final dot */
	        {SMTP_RELEASED, CURLE_WEIRD_SERVER_REPLY, 452, "4.2.2 Full", DELIVERY_RETRY, false},
	        {SMTP_RELEASED, CURLE_WEIRD_SERVER_REPLY, 552, "5.3.4 Too big", DELIVERY_FAILED, false},
	        {SMTP_RELEASED, CURLE_WEIRD_SERVER_REPLY, 552, "Too big", DELIVERY_FAILED, false},
	        {SMTP_RELEASED, CURLE_WEIRD_SERVER_REPLY, 550, "5.1.1 Unknown", DELIVERY_FAILED, true},
	        {SMTP_RELEASED, CURLE_WEIRD_SERVER_REPLY, 550, "5.7.1 Spam", DELIVERY_ACCOUNT, false},
	        /* no answer to the final dot: in doubt, whatever stale code is there (rule 2) */
	        {SMTP_RELEASED, CURLE_RECV_ERROR, 354, "", DELIVERY_IN_DOUBT, false},
	        {SMTP_RELEASED, CURLE_OPERATION_TIMEDOUT, 354, "", DELIVERY_IN_DOUBT, false},
	        {SMTP_RELEASED, CURLE_GOT_NOTHING, 354, "", DELIVERY_IN_DOUBT, false},
	        {SMTP_RELEASED, CURLE_SEND_ERROR, 354, "", DELIVERY_IN_DOUBT, false},
	        {SMTP_RELEASED, CURLE_SEND_ERROR, 550, "5.1.1 stale", DELIVERY_IN_DOUBT, false},
	        {SMTP_RELEASED, CURLE_WEIRD_SERVER_REPLY, 354, "", DELIVERY_IN_DOUBT, false},
	        {SMTP_RELEASED, CURLE_RECV_ERROR, 12345, "", DELIVERY_IN_DOUBT, false},
	        /* we said no */
	        {SMTP_ABORTED, CURLE_ABORTED_BY_CALLBACK, 354, "", DELIVERY_ABORTED, false},
	        {SMTP_ABORTED, CURLE_RECV_ERROR, 354, "", DELIVERY_ABORTED, false},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct smtp_result r = {.phase = cases[i].phase,
		                        .rc = cases[i].rc,
		                        .code = cases[i].code,
		                        .reply = slice_of(cases[i].reply)};
		struct smtp_verdict v = smtp_outcome(&r);
		if (v.outcome != cases[i].outcome || v.bad_address != cases[i].bad_address)
			fail_msg("case %zu: rc %d, %d %s: outcome %d", i, cases[i].rc, cases[i].code, cases[i].reply,
			         v.outcome);
	}
}

static void stale_connections_are_told_apart(void **state)
{
	(void)state;
	struct smtp_result r = {.phase = SMTP_SENDING, .rc = CURLE_SEND_ERROR, .code = 421};
	assert_true(smtp_stale_connection(&r, 0));
	assert_false(smtp_stale_connection(&r, 1)); /* a new connection: the server says so to us */
	r.code = 550;
	assert_false(smtp_stale_connection(&r, 0));
	r = (struct smtp_result){.phase = SMTP_SENDING, .rc = CURLE_RECV_ERROR};
	assert_true(smtp_stale_connection(&r, 0));
	r.phase = SMTP_RELEASED; /* never again after the release */
	assert_false(smtp_stale_connection(&r, 0));
}

static void accounts_are_checked(void **state)
{
	(void)state;
	static const struct {
		const char *url;
		bool tls;
		const char *error; /* NULL: taken */
	} cases[] = {
	        {"smtp://127.0.0.1:2525", false, NULL},
	        {"smtp://localhost:2525", false, NULL},
	        {"smtp://[::1]:2525", false, NULL},
	        {"smtps://smtp.acme.example", false, NULL},
	        {"smtp://smtp.acme.example:587", true, NULL},
	        {NULL, false, NULL},
	        {"smtp://smtp.acme.example:587", false,
	         "\"smtp://smtp.acme.example:587\": without TLS only a server on this machine is spoken to; say `tls "
	         "required`"},
	        {"smtp://127.0.0.1.evil.example", false,
	         "\"smtp://127.0.0.1.evil.example\": without TLS only a server on this machine is spoken to; say `tls "
	         "required`"},
	        {"http://127.0.0.1", false, "\"http://127.0.0.1\": smtp:// or smtps:// is wanted"},
	        {"smtp://kim:secret@smtp.acme.example", true,
	         "the URL of an SMTP server holds a user; say it with `user` and `password`"},
	        {"smtp.acme.example", true, "\"smtp.acme.example\" is not a URL like smtp://host:587"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct smtp_account a = {.url = cases[i].url, .tls_required = cases[i].tls};
		struct buf error = {0};
		struct channel *c = channel_smtp(&a, 1, &error);
		assert_int_equal(c != NULL, cases[i].error == NULL);
		assert_string_equal(buf_cstr(&error), cases[i].error ? cases[i].error : "");
		if (c) {
			assert_int_equal(c->ops->capacity(c, 0), cases[i].url ? 4 : 0);
			c->ops->close(c);
		}
		buf_free(&error);
	}
}

/* ---- Maildir and null ---- */
struct seen {
	struct channel *channel;
	bool hold, go;
	int ready, done;
};

static void on_ready(void *context, struct delivery *d)
{
	struct seen *s = context;
	s->ready++;
	if (!s->hold)
		s->channel->ops->release(s->channel, d, s->go);
}

static void on_done(void *context, struct delivery *d)
{
	(void)d;
	((struct seen *)context)->done++;
}

static struct channel *watched(struct channel *c, struct seen *seen)
{
	assert_non_null(c);
	*seen = (struct seen){.channel = c, .go = true};
	c->events = (struct channel_events){.context = seen, .ready = on_ready, .done = on_done};
	return c;
}

static struct delivery letter(const char *id)
{
	return (struct delivery){.from = SLICE("a@acme.example"),
	                         .to = SLICE("b@acme.example"),
	                         .bytes = SLICE("Subject: x\r\n\r\nhi\r\n"),
	                         .message_id = slice_of(id),
	                         .date_us = INT64_C(1772460000000000)};
}

static char folder[64];

static int make_folder(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/seq-maildir-XXXXXX");
	return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
	(void)state;
	char command[100];
	snprintf(command, sizeof command, "rm -rf '%s'", folder);
	return system(command);
}

/* Files in a part of the Maildir; the last one's path into `path`. */
static int files(const char *part, char path[600])
{
	char name[100];
	int count = 0;
	snprintf(name, sizeof name, "%s/%s", folder, part);
	DIR *d = opendir(name);
	assert_non_null(d);
	for (struct dirent *e; (e = readdir(d));)
		if (e->d_name[0] != '.') {
			count++;
			snprintf(path, 600, "%s/%s", name, e->d_name);
		}
	closedir(d);
	return count;
}

static void the_rename_is_the_release(void **state)
{
	(void)state;
	struct seen seen;
	struct buf error = {0};
	char path[600];
	struct channel *c = watched(channel_maildir(folder, &error), &seen);
	struct delivery d = letter("m1@acme.example");
	seen.hold = true;
	assert_true(c->ops->start(c, &d));
	assert_int_equal(seen.ready, 1);
	assert_int_equal(files("tmp", path), 1);
	assert_int_equal(files("new", path), 0);
	c->ops->release(c, &d, true);
	assert_int_equal(seen.done, 1);
	assert_int_equal(d.outcome, DELIVERY_SENT);
	assert_int_equal(files("tmp", path), 0);
	assert_int_equal(files("new", path), 1);
	struct stat st;
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, d.bytes.n);
	assert_int_equal(st.st_mtime, 1772460000);
	/* Written twice: one file. */
	seen.hold = false;
	assert_true(c->ops->start(c, &d));
	assert_int_equal(files("new", path), 1);
	/* No: nothing is left. */
	struct delivery no = letter("m2@acme.example");
	seen.go = false;
	assert_true(c->ops->start(c, &no));
	assert_int_equal(no.outcome, DELIVERY_ABORTED);
	assert_int_equal(files("tmp", path), 0);
	assert_int_equal(files("new", path), 1);
	/* Closing aborts what was not released. */
	struct delivery late = letter("m3@acme.example");
	seen.hold = true;
	int capacity = c->ops->capacity(c, 0);
	assert_true(c->ops->start(c, &late));
	assert_int_equal(c->ops->capacity(c, 0), capacity - 1);
	c->ops->close(c);
	assert_int_equal(late.outcome, DELIVERY_ABORTED);
	assert_int_equal(files("tmp", path), 0);
	assert_int_equal(files("new", path), 1);
	buf_free(&error);
}

static void a_folder_that_fails_is_an_outcome(void **state)
{
	(void)state;
	struct seen seen;
	struct buf error = {0};
	struct channel *c = watched(channel_maildir(folder, &error), &seen);
	struct delivery d = letter("m9@acme.example");
	char command[100];
	snprintf(command, sizeof command, "rm -rf '%s/tmp'", folder);
	assert_int_equal(system(command), 0);
	assert_true(c->ops->start(c, &d));
	assert_int_equal(seen.ready, 0);
	assert_int_equal(seen.done, 0); /* never inside start */
	c->ops->poll(c, 0, -1);
	assert_int_equal(seen.done, 1);
	assert_int_equal(d.outcome, DELIVERY_ACCOUNT);
	assert_string_equal(d.text, "No such file or directory");
	c->ops->close(c);
	assert_null(channel_maildir("/proc/no/such", &error));
	assert_string_equal(buf_cstr(&error), "/proc/no/such: No such file or directory");
	buf_free(&error);
}

/* A message that can't be written whole (a full disk; here a limit of 5 bytes) goes out later; no piece of it stays. */
static void a_full_disk_is_retried(void **state)
{
	(void)state;
	struct seen seen;
	struct buf error = {0};
	char path[600];
	struct channel *c = watched(channel_maildir(folder, &error), &seen);
	struct delivery d = letter("m10@acme.example");
	struct rlimit before, small;
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small = (struct rlimit){.rlim_cur = 5, .rlim_max = before.rlim_max};
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	bool started = c->ops->start(c, &d);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_true(started);
	c->ops->poll(c, 0, -1);
	assert_int_equal(seen.ready, 0);
	assert_int_equal(d.outcome, DELIVERY_RETRY);
	assert_int_equal(files("tmp", path), 0);
	assert_true(c->ops->start(c, &d));
	assert_int_equal(d.outcome, DELIVERY_SENT);
	c->ops->close(c);
	buf_free(&error);
}

/* A link where the file should be is not followed. */
static void a_link_is_not_written_through(void **state)
{
	(void)state;
	struct seen seen;
	struct buf error = {0};
	char path[600], name[120];
	struct channel *c = watched(channel_maildir(folder, &error), &seen);
	struct delivery d = letter("m11@acme.example");
	seen.hold = true;
	assert_true(c->ops->start(c, &d)); /* to learn its name */
	assert_int_equal(files("tmp", path), 1);
	snprintf(name, sizeof name, "%.119s", path);
	c->ops->release(c, &d, false);
	assert_int_equal(symlink("/etc/hostname", name), 0);
	assert_true(c->ops->start(c, &d));
	c->ops->poll(c, 0, -1);
	assert_int_equal(d.outcome, DELIVERY_ACCOUNT);
	c->ops->close(c);
	buf_free(&error);
}

static void null_takes_so_many_at_once(void **state)
{
	(void)state;
	struct seen seen;
	struct buf bytes = {0}, error = {0};
	struct channel *c = watched(channel_null(2), &seen);
	struct delivery d[3] = {{.id = 1}, {.id = 2}, {.id = 3}};
	seen.hold = true;
	assert_true(c->ops->start(c, &d[0]));
	assert_true(c->ops->start(c, &d[1]));
	assert_int_equal(c->ops->capacity(c, 7), 0);
	assert_false(c->ops->start(c, &d[2]));
	c->ops->release(c, &d[0], true);
	c->ops->release(c, &d[1], false);
	assert_int_equal(d[0].outcome, DELIVERY_SENT);
	assert_int_equal(d[1].outcome, DELIVERY_ABORTED);
	assert_int_equal(seen.done, 2);
	struct rendered r = {.subject = SLICE("Hello"), .text = SLICE("Hi\n")};
	assert_true(c->ops->encode(c, &r, &bytes, &error));
	assert_string_equal(buf_cstr(&bytes), "Hello\n\nHi\n");
	c->ops->close(c);
	buf_free(&bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(every_answer_has_its_outcome),
	        cmocka_unit_test(stale_connections_are_told_apart),
	        cmocka_unit_test(accounts_are_checked),
	        cmocka_unit_test_setup_teardown(the_rename_is_the_release, make_folder, remove_folder),
	        cmocka_unit_test_setup_teardown(a_folder_that_fails_is_an_outcome, make_folder, remove_folder),
	        cmocka_unit_test_setup_teardown(a_full_disk_is_retried, make_folder, remove_folder),
	        cmocka_unit_test_setup_teardown(a_link_is_not_written_through, make_folder, remove_folder),
	        cmocka_unit_test(null_takes_so_many_at_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
