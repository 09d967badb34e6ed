/* SPDX-License-Identifier: Apache-2.0
 * seqd init: makes the store of a workspace. */
#include "runtime/verbs/session.h"
#include "runtime/verbs/verbs.h"
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

static bool make_folder(const struct cli *c, const char *path)
{
	if (mkdir(path, 0700) == 0 || errno == EEXIST)
		return true;
	cli_error(c, "%s: %s", path, strerror(errno));
	return false;
}

static int init_store(struct session *s, const struct cli *c)
{
	if (s->virtual_clock)
		fprintf(c->out, "The store is virtual: `seqd run --until TIME` moves its clock, and messages go to "
		                ".seqd/maildir.\n");
	fprintf(c->out,
	        "Ready: %s\nNext: seqd deploy, seqd activate NAME, seqd enroll CONTACTS.csv --sequence NAME, seqd "
	        "run\n",
	        buf_cstr(&s->store_url) + strlen("sqlite:"));
	return EXIT_DONE;
}

/* Makes the database and says whether its clock is virtual, before anything else looks at it. */
static int create(const struct cli *c, const struct session *s, const char *url)
{
	struct buf error = {0};
	enum store_failure failure = STORE_OK;
	struct store *store = store_open(url, STORE_CREATE, &failure, &error);
	if (!store) {
		cli_error(c, "%s", buf_cstr(&error));
		buf_free(&error);
		return session_store_exit(failure);
	}
	buf_free(&error);
	int code = EXIT_DONE;
	int64_t enrollments = 0, from = 0;
	struct session fresh = {.store = store, .cli = s->cli};
	if (cli_has(c, "--virtual")) {
		const char *at = cli_get(c, "--from");
		if (!store_count(store, "enrollments", &enrollments) || enrollments) {
			cli_error(c, "this store holds enrollments already; only a new one can be born virtual");
			code = EXIT_INPUT;
		} else if (!at) {
			cli_error(c, "--virtual needs --from TIME: where its clock begins");
			code = EXIT_CANNOT;
		} else if (!session_parse_time(c, "--from", at, tz_utc(), &from)) {
			code = EXIT_CANNOT;
		} else if (!session_set_now(&fresh, from)) {
			cli_error(c, "%s", store_error(store));
			code = EXIT_CANNOT;
		}
	}
	store_close(store);
	return code;
}

static int run(const struct cli *c)
{
	struct session s = {.cli = c};
	if (!session_find(&s, c) || !make_folder(c, s.folder))
		return EXIT_CANNOT;
	struct buf url = {0};
	int code = session_store_url(&s, c, &url);
	if (code == EXIT_DONE)
		code = create(c, &s, buf_cstr(&url));
	session_free(&s);
	buf_free(&url);
	return code == EXIT_DONE ? session_run(c, SESSION_WRITE, init_store) : code;
}

static const struct cli_flag flags[] = {
        {"--virtual", NULL, "a store whose clock only moves by `seqd run --until`", CLI_ONCE},
        {"--from", "TIME", "where a virtual clock begins; without an offset in UTC", CLI_ONCE},
        {0},
};
const struct cli_verb verb_init = {"init", "make the store of this workspace", NULL, flags, run};
