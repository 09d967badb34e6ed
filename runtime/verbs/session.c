/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/verbs/session.h"
#include "base/clock.h"
#include "runtime/verbs/control.h"
#include "runtime/verbs/verbs.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define META_VIRTUAL_NOW "virtual_now_us"

static int64_t boot_clock(void *context)
{
	(void)context;
	return clock_us(CLOCK_BOOTTIME);
}

int session_store_exit(enum store_failure failure)
{
	switch (failure) {
	case STORE_BUSY:
	case STORE_FULL: return EXIT_BUSY;
	case STORE_NEWER: return EXIT_CONFIG;
	case STORE_OK:
	case STORE_DAMAGED:
	case STORE_MISSING:
	case STORE_IO:
	case STORE_NO_MEMORY: break;
	}
	return EXIT_CANNOT;
}

int session_conclude(struct session *s, const struct cli *c, bool ok, struct buf *error)
{
	enum store_failure failure = store_failed(s->store);
	if (!ok)
		cli_error(c, "%s", buf_cstr(error));
	buf_free(error);
	if (ok)
		return EXIT_DONE;
	return failure == STORE_OK || failure == STORE_MISSING ? EXIT_INPUT : session_store_exit(failure);
}

int64_t session_now_us(struct session *s)
{
	int64_t now;
	struct buf text = {0};
	bool is_virtual = s->virtual_clock && store_meta_get(s->store, META_VIRTUAL_NOW, &text) &&
	                  slice_to_i64(buf_slice(&text), &now);
	buf_free(&text);
	return is_virtual ? now : clock_us(CLOCK_REALTIME);
}

bool session_set_now(struct session *s, int64_t now_us)
{
	char text[32];
	int n = snprintf(text, sizeof text, "%lld", (long long)now_us);
	return store_begin(s->store) && store_meta_put(s->store, META_VIRTUAL_NOW, (struct slice){text, (size_t)n}) &&
	       store_commit(s->store);
}

void session_put_time(FILE *out, const struct tz *zone, int64_t instant_us)
{
	char at[40];
	fprintf(out, "%s %.*s", tz_format_people(zone, instant_us, at), SLICE_ARG(tz_name(zone)));
}

bool session_parse_time(const struct cli *c, const char *flag, const char *text, const struct tz *zone,
                        int64_t *instant_us)
{
	int64_t wall;
	int32_t day;
	struct slice s = slice_of(text);
	if (civil_parse_rfc3339(s, instant_us))
		return true;
	if (civil_parse_wall(s, &wall)) {
		*instant_us = tz_from_wall(zone, wall, TZ_COMPATIBLE);
		return true;
	}
	if (civil_parse_date(s, &day)) {
		*instant_us = tz_start_of_day(zone, day);
		return true;
	}
	cli_error(c, "%s `%s` is no time; write 2026-03-02, \"2026-03-02 10:00\" or 2026-03-02T10:00:00-05:00", flag,
	          text);
	return false;
}

/* ---- where we are ---- */

static bool has_workspace(const char *folder)
{
	char path[PATH_MAX + 16];
	struct stat st;
	snprintf(path, sizeof path, "%s/workspace.seq", folder);
	return stat(path, &st) == 0;
}

bool session_find(struct session *s, const struct cli *c)
{
	const char *given = cli_get(c, "--workspace");
	if (!realpath(given ? given : ".", s->root)) {
		cli_error(c, "%s: %s", given ? given : ".", strerror(errno));
		return false;
	}
	char start[PATH_MAX];
	memcpy(start, s->root, sizeof start);
	while (!has_workspace(s->root)) {
		char *slash = strrchr(s->root, '/');
		if (given || !slash || slash == s->root) {
			cli_error(c,
			          "there is no workspace.seq in %s%s; go to the workspace's folder, or name it with "
			          "--workspace DIR",
			          start, given ? "" : " or above it");
			return false;
		}
		*slash = 0;
	}
	size_t n = strcmp(s->root, "/") == 0 ? 0 : strlen(s->root);
	if (n + sizeof "/.seqd/seqd.sock" > sizeof s->folder) {
		cli_error(c, "%s: the path is too long", s->root);
		return false;
	}
	memcpy(s->folder, s->root, n);
	memcpy(s->folder + n, "/.seqd", sizeof "/.seqd");
	memcpy(s->socket_path, s->root, n);
	memcpy(s->socket_path + n, "/.seqd/seqd.sock", sizeof "/.seqd/seqd.sock");
	const char *deployment = cli_get(c, "--deployment");
	if (deployment && !realpath(deployment, s->deployment_path)) {
		cli_error(c, "--deployment %s: %s", deployment, strerror(errno));
		return false;
	}
	return true;
}

void session_add_path(const struct session *s, struct slice path, struct buf *out)
{
	if (path.n && path.p[0] != '/')
		buf_addf(out, "%s/", s->root);
	buf_add_slice(out, path);
}

/* ---- compiling ---- */

static void print_diags(const struct cli *c, const struct compile *compile)
{
	struct buf text = {0};
	diags_render_text(&compile->diags, &text, cli_colour(c->err), 50);
	fputs(buf_cstr(&text), c->err);
	buf_free(&text);
}

int session_compile(const struct cli *c, const char *folder, struct compile *compile)
{
	compile_init(compile);
	compile->emit = true;
	compile->workspace_folder = folder;
	bool ok = compile_path(compile, NULL);
	print_diags(c, compile);
	return ok ? EXIT_DONE : compile->our_bug ? EXIT_OUR_BUG : EXIT_INPUT;
}

int session_store_url(struct session *s, const struct cli *c, struct buf *url)
{
	const char *path = cli_get(c, "--deployment");
	buf_adds(url, "sqlite:");
	if (!path) {
		buf_addf(url, "%s/seq.db", s->folder);
		return EXIT_DONE;
	}
	compile_init(&s->compile);
	s->has_compile = true;
	if (!compile_deployment(&s->compile, path)) {
		print_diags(c, &s->compile);
		return EXIT_CONFIG;
	}
	s->deployment = s->compile.deployment;
	struct slice store = s->deployment->store;
	if (store.n == 0) {
		buf_addf(url, "%s/seq.db", s->folder);
	} else if (!slice_starts(store, "sqlite:")) {
		cli_error(c, "the deployment's store `%.*s` cannot be used yet: write \"sqlite:PATH\"",
		          SLICE_ARG(store));
		return EXIT_CONFIG;
	} else {
		session_add_path(s, (struct slice){store.p + strlen("sqlite:"), store.n - strlen("sqlite:")}, url);
	}
	return EXIT_DONE;
}

/* ---- opening and closing ---- */

void session_free(struct session *s)
{
	if (s->drive)
		drive_close(s->drive);
	if (s->store)
		store_close(s->store);
	if (s->zones)
		tz_db_close(s->zones);
	if (s->has_compile)
		compile_free(&s->compile);
	buf_free(&s->store_url);
	buf_free(&s->home);
}

static bool born_virtual(struct store *store)
{
	struct buf text = {0};
	bool is = store_meta_get(store, META_VIRTUAL_NOW, &text);
	buf_free(&text);
	return is;
}

static int open_store(struct session *s, const struct cli *c, enum session_mode mode)
{
	struct buf error = {0};
	enum store_failure failure = STORE_OK;
	s->store =
	        store_open(buf_cstr(&s->store_url), mode == SESSION_READ ? STORE_READ : STORE_WRITE, &failure, &error);
	if (!s->store) {
		cli_error(c, "%s", buf_cstr(&error));
		buf_free(&error);
		return session_store_exit(failure);
	}
	buf_free(&error);
	s->virtual_clock = born_virtual(s->store);
	return EXIT_DONE;
}

/* "host:path": a copy of the store elsewhere finds that it is one (rule 15). */
static void add_home(struct session *s)
{
	char host[256] = "";
	gethostname(host, sizeof host - 1);
	buf_addf(&s->home, "%s:%s", host, s->root);
}

/* Whom an event or a handoff could not enroll. */
static void tell_refused(void *context, const struct drive_line *line)
{
	const struct session *s = context;
	fprintf(s->cli->err, "seqd: an event or a handoff enrolled nobody in %.*s (contact %lld): %.*s\n",
	        SLICE_ARG(line->sequence), (long long)line->contact_id, SLICE_ARG(line->reason));
}

static int open_drive(struct session *s, const struct cli *c, enum session_mode mode)
{
	struct buf error = {0};
	add_home(s);
	struct drive_options options = {
	        .store = s->store,
	        .zones = s->zones,
	        .read_only = mode == SESSION_READ,
	        .deploys = c->verb->run == verb_deploy.run,
	        .virtual_clock = s->virtual_clock,
	        .base_url = s->deployment && s->deployment->base_url.n ? s->deployment->base_url.p : NULL,
	        .in_doubt_us = s->deployment ? s->deployment->in_doubt_us : 0,
	        .home = buf_slice(&s->home),
	        .boot_clock = s->virtual_clock ? NULL : boot_clock,
	        .on_refused = tell_refused,
	        .context = s,
	};
	s->drive = drive_open(&options, session_now_us(s), &error);
	int code = session_conclude(s, c, s->drive != NULL, &error);
	return code == EXIT_INPUT ? EXIT_CANNOT : code;
}

static int open_zones(struct session *s, const struct cli *c)
{
	s->zones = tz_db_open(NULL);
	if (s->zones)
		return EXIT_DONE;
	cli_error(c, "the time zones cannot be read (%s); is the package tzdata there?", strerror(errno));
	return EXIT_CANNOT;
}

/* Inside the daemon: what another deployment names is another store, and not the daemon's. */
static int run_inside(struct session *daemon, const struct cli *c, session_body *body)
{
	struct session caller = {.cli = c};
	if (!session_find(&caller, c))
		return EXIT_CANNOT;
	if (strcmp(caller.deployment_path, daemon->deployment_path) != 0) {
		const char *its = daemon->deployment_path;
		cli_error(c, "the seqd that runs here has %s%s; %s, or stop it first",
		          *its ? "the deployment " : "no deployment", its,
		          *its ? "name that with --deployment" : "leave --deployment out");
		return EXIT_BUSY;
	}
	const struct cli *outer = daemon->cli;
	daemon->cli = c;
	int code = body(daemon, c);
	daemon->cli = outer;
	return code;
}

int session_run(const struct cli *c, enum session_mode mode, session_body *body)
{
	struct session *daemon = c->program->context;
	if (daemon && mode != SESSION_OWN)
		return run_inside(daemon, c, body);
	struct session s = {.cli = c};
	if (!session_find(&s, c))
		return EXIT_CANNOT;
	int code;
	if (mode == SESSION_WRITE && control_forward(s.socket_path, c, &code))
		return code;
	code = session_store_url(&s, c, &s.store_url);
	if (code == EXIT_DONE)
		code = open_zones(&s, c);
	if (code == EXIT_DONE)
		code = open_store(&s, c, mode);
	if (code == EXIT_DONE)
		code = open_drive(&s, c, mode);
	if (code == EXIT_DONE)
		code = body(&s, c);
	session_free(&s);
	return code;
}
