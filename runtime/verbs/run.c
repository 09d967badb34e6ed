/* SPDX-License-Identifier: Apache-2.0
 * seqd run: the daemon. Turns the drive, polls the channel, serves the other verbs on its socket, until it is told to
 * stop. */
#include "runtime/timeline.h"
#include "runtime/verbs/control.h"
#include "runtime/verbs/disk.h"
#include "runtime/verbs/program.h"
#include "runtime/verbs/session.h"
#include "runtime/verbs/transport.h"
#include "runtime/verbs/verbs.h"
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define WAIT_MAX_MS 60000 /* the wall clock may be set: look again */

struct daemon {
	struct session *session;
	const struct cli *cli;
	struct channel *channel;
	struct channel
	        *texts; /* for phones; NULL with a deployment: no provider can be connected yet, and texts wait */
	int listener, signals;
	int wake; /* readable when a call or a signal came: what the channel waits on beside its own */
	struct cli_program program;
	struct program_tables tables;
	bool stopping;
};

static int open_signals(void)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
		return -1;
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* Other people's calls and signals. */
static void serve(struct daemon *d)
{
	struct pollfd fds[] = {{.fd = d->listener, .events = POLLIN}, {.fd = d->signals, .events = POLLIN}};
	if (poll(fds, 2, 0) <= 0)
		return;
	if (fds[0].revents & POLLIN)
		control_serve(d->listener, &d->program);
	/* What is on its way ends with the old accounts; nothing is claimed until there are new ones. */
	if (d->session->policy_changed)
		drive_connect(d->session->drive, CHANNEL_EMAIL, NULL);
	struct signalfd_siginfo info;
	if (fds[1].revents & POLLIN && read(d->signals, &info, sizeof info) == (ssize_t)sizeof info) {
		fprintf(d->cli->err, "seqd: stopping; what is on its way finishes\n");
		d->stopping = true;
		drive_drain(d->session->drive);
	}
}

/* An epoll descriptor over both is itself one that can be waited on. */
static int open_wake(const struct daemon *d)
{
	int wake = epoll_create1(EPOLL_CLOEXEC);
	struct epoll_event readable = {.events = EPOLLIN};
	if (wake >= 0 && (epoll_ctl(wake, EPOLL_CTL_ADD, d->listener, &readable) != 0 ||
	                  epoll_ctl(wake, EPOLL_CTL_ADD, d->signals, &readable) != 0)) {
		close(wake);
		return -1;
	}
	return wake;
}

static int reconnect(struct daemon *d)
{
	int code = EXIT_DONE;
	struct channel *fresh = transport_open(d->session, d->cli, &code);
	if (!fresh)
		return code;
	drive_connect(d->session->drive, CHANNEL_EMAIL, fresh);
	d->channel->ops->close(d->channel);
	d->channel = fresh;
	d->session->policy_changed = false;
	return EXIT_DONE;
}

static int wait_ms(int64_t next_us, int64_t now_us)
{
	if (next_us <= now_us)
		return 0;
	int64_t ms = next_us == NEVER_US ? WAIT_MAX_MS : (next_us - now_us + 999) / 1000;
	return ms > WAIT_MAX_MS ? WAIT_MAX_MS : (int)ms;
}

struct trouble {
	const struct cli *cli;
	bool any;
};

static void tell_trouble(void *context, const struct drive_mailbox_status *row)
{
	struct trouble *t = context;
	if (!row->trouble.n)
		return;
	cli_error(t->cli, "the mailbox %.*s rests, and what is due there waits: %.*s", SLICE_ARG(row->name),
	          SLICE_ARG(row->trouble));
	t->any = true;
}

/* Nothing is due now: because it left, or because something is in its way? */
static int end_idle(struct daemon *d, int64_t now_us)
{
	struct trouble trouble = {.cli = d->cli};
	if (drive_stopped(d->session->drive))
		return EXIT_BUSY;
	if (!drive_status_mailboxes(d->session->drive, now_us, tell_trouble, &trouble))
		return session_store_exit(store_failed(d->session->store));
	if (!trouble.any)
		return EXIT_DONE;
	int code = transport_check(d->session, d->cli);
	return code == EXIT_DONE ? EXIT_BUSY : code;
}

static int loop(struct daemon *d, struct disk *disk, bool until_idle)
{
	struct session *s = d->session;
	const char *said = NULL;
	for (;;) {
		int64_t now = session_now_us(s), next = NEVER_US;
		drive_hold_back(s->drive, disk_low(disk, now));
		int n = drive_turn(s->drive, now, &next);
		if (n < 0) {
			cli_error(d->cli, "%s", drive_error(s->drive));
			return session_store_exit(store_failed(s->store));
		}
		const char *stopped = drive_stopped(s->drive);
		if (stopped && stopped != said)
			fprintf(d->cli->err, "seqd: nothing leaves: %s\n", stopped);
		said = stopped;
		bool idle = drive_idle(s->drive);
		if (idle && d->stopping)
			return EXIT_DONE;
		if (idle && until_idle && n == 0 && next > now)
			return end_idle(d, now);
		if (idle && s->policy_changed) {
			int code = reconnect(d);
			if (code != EXIT_DONE)
				return code;
		}
		d->channel->ops->poll(d->channel, n ? 0 : wait_ms(next, now), d->wake);
		serve(d);
	}
}

static int run_virtual(struct daemon *d, const char *until)
{
	struct session *s = d->session;
	int64_t from = session_now_us(s), to = 0;
	if (!until) {
		cli_error(d->cli, "this store is virtual: say how far its clock goes with --until TIME");
		return EXIT_CANNOT;
	}
	if (!session_parse_time(d->cli, "--until", until, tz_utc(), &to))
		return EXIT_CANNOT;
	if (to < from) {
		char at[40];
		cli_error(d->cli, "the store's clock is at %s already", tz_format_rfc3339(tz_utc(), from, at));
		return EXIT_CANNOT;
	}
	struct timeline_events none = {0};
	struct buf error = {0};
	bool ok = timeline_run(s->drive, d->channel, from, to, &none, &error) && session_set_now(s, to);
	if (!ok && !error.n)
		buf_adds(&error, store_error(s->store));
	char at[40];
	if (ok)
		fprintf(d->cli->out, "the store's clock is at %s\n", tz_format_rfc3339(tz_utc(), to, at));
	return session_conclude(s, d->cli, ok, &error);
}

/* The embedded default writes texts beside its Maildir. */
static bool open_texts(struct daemon *d)
{
	struct session *s = d->session;
	struct buf error = {0};
	char folder[sizeof s->folder + 16];
	if (s->deployment && !s->virtual_clock)
		return true;
	snprintf(folder, sizeof folder, "%s/texts", s->folder);
	d->texts = channel_texts(folder, &error);
	if (!d->texts)
		cli_error(d->cli, "%s", buf_cstr(&error));
	buf_free(&error);
	drive_connect(s->drive, CHANNEL_SMS, d->texts);
	drive_connect(s->drive, CHANNEL_WHATSAPP, d->texts);
	return d->texts != NULL;
}

static int daemon_body(struct session *s, const struct cli *c)
{
	struct daemon d = {.session = s, .cli = c, .listener = -1, .signals = -1, .wake = -1};
	int code = EXIT_DONE;
	d.program = program_make(&d.tables, s);
	d.channel = transport_open(s, c, &code);
	if (!d.channel)
		return code;
	drive_connect(s->drive, CHANNEL_EMAIL, d.channel);
	if (!open_texts(&d)) {
		d.channel->ops->close(d.channel);
		return EXIT_CANNOT;
	}
	if (s->virtual_clock) {
		code = run_virtual(&d, cli_get(c, "--until"));
	} else if (cli_get(c, "--until")) {
		cli_error(c, "--until is for a store that was born virtual (seqd init --virtual)");
		code = EXIT_CANNOT;
	} else {
		d.signals = open_signals();
		d.listener = control_listen(s->socket_path, c);
		if (d.signals >= 0 && d.listener >= 0)
			d.wake = open_wake(&d);
		code = d.wake < 0 ? EXIT_CANNOT : EXIT_DONE;
		if (code == EXIT_DONE)
			fprintf(c->err, "seqd: running; %s\n", s->socket_path);
		if (code == EXIT_DONE) {
			struct disk disk;
			disk_open(&disk, buf_cstr(&s->store_url) + strlen("sqlite:"));
			code = loop(&d, &disk, cli_has(c, "--until-idle"));
			disk_close(&disk);
		}
	}
	if (d.listener >= 0) {
		unlink(s->socket_path);
		close(d.listener);
	}
	if (d.signals >= 0)
		close(d.signals);
	if (d.wake >= 0)
		close(d.wake);
	for (int kind = 0; kind < CHANNEL_COUNT; kind++)
		drive_connect(s->drive, (enum plan_channel)kind, NULL);
	if (d.texts)
		d.texts->ops->close(d.texts);
	d.channel->ops->close(d.channel);
	return code;
}

static int run(const struct cli *c)
{
	if (c->program->context) {
		cli_error(c, "a daemon runs already");
		return EXIT_BUSY;
	}
	return session_run(c, SESSION_OWN, daemon_body);
}

static const struct cli_flag flags[] = {
        {"--until", "TIME",
         "on a virtual store: run until then (without an offset in UTC), jumping from timer to timer", CLI_ONCE},
        {"--until-idle", NULL, "stop when nothing is due now", CLI_ONCE},
        {0},
};
const struct cli_verb verb_run = {"run", "send what is due, for ever",
                                  "SIGTERM and SIGINT stop it in order: what is on its way finishes.", flags, run};
