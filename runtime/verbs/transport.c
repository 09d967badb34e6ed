/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/verbs/transport.h"
#include "plan/plan.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SECRET_BYTES_MAX 65536

/* The accounts of a deployment, by the number of the mailbox that each serves. */
struct accounts {
	struct session *session;
	const struct cli *cli;
	struct smtp_account *items;
	struct slice *names; /* of the mailboxes, same order; borrowed */
	uint32_t count;
	struct buf *texts; /* what the accounts point into: secrets, paths */
	uint32_t text_count, text_cap;
	bool failed;
};

static struct buf *new_text(struct accounts *a)
{
	if (a->text_count == a->text_cap) {
		uint32_t cap = a->text_cap ? 2 * a->text_cap : 16;
		struct buf *grown = realloc(a->texts, cap * sizeof *grown);
		if (!grown) {
			cli_error(a->cli, "out of memory");
			return NULL;
		}
		a->texts = grown;
		a->text_cap = cap;
	}
	a->texts[a->text_count] = (struct buf){0};
	return &a->texts[a->text_count++];
}

static const char *read_secret_file(struct accounts *a, struct slice path)
{
	struct buf name = {0}, *out = new_text(a);
	session_add_path(a->session, path, &name);
	int fd = out ? open(buf_cstr(&name), O_RDONLY | O_CLOEXEC | O_NONBLOCK) : -1;
	char block[4096];
	ssize_t n = -1;
	while (fd >= 0 && (n = read(fd, block, sizeof block)) > 0 && out->n <= SECRET_BYTES_MAX)
		buf_add(out, block, (size_t)n);
	const char *wrong = n < 0 ? strerror(errno) : n > 0 ? "it is larger than 64 KiB: no secret" : NULL;
	explicit_bzero(block, sizeof block);
	if (fd >= 0)
		close(fd);
	while (!wrong && out->n && (out->p[out->n - 1] == '\n' || out->p[out->n - 1] == '\r'))
		out->n--;
	if (!wrong && (out->failed || out->n == 0 || memchr(out->p, 0, out->n)))
		wrong = out->failed ? "out of memory" : "it holds no text";
	if (wrong && out)
		cli_error(a->cli, "%s: %s", buf_cstr(&name), wrong);
	buf_free(&name);
	return wrong ? NULL : buf_cstr(out);
}

/* The value itself; NULL when absent, or when it can't be had (failed is set, printed). Never printed: it may be a
 * secret. */
static const char *resolve(struct accounts *a, const char *what, const struct deployment_connect *connect,
                           const struct deployment_value *value)
{
	const char *text = NULL;
	switch (value->origin) {
	case DEPLOYMENT_ABSENT: return NULL;
	case DEPLOYMENT_LITERAL: return value->text.p;
	case DEPLOYMENT_ENV:
		text = getenv(value->text.p);
		if (!text || !*text) {
			cli_error(a->cli, "connect %.*s: the environment has no %s, which is its %s",
			          SLICE_ARG(connect->name), value->text.p, what);
			text = NULL;
		}
		break;
	case DEPLOYMENT_FILE: text = read_secret_file(a, value->text); break;
	}
	a->failed = a->failed || !text;
	return text;
}

/* ca_file "PATH". */
static const char *path_of(struct accounts *a, const char *path)
{
	struct buf *out = path ? new_text(a) : NULL;
	if (!out)
		return NULL;
	session_add_path(a->session, slice_of(path), out);
	return buf_cstr(out);
}

static void add_account(struct accounts *a, uint32_t number, struct slice mailbox)
{
	struct smtp_account *account = &a->items[number];
	a->names[number] = mailbox;
	const struct deployment_connect *connect = deployment_find(a->session->deployment, mailbox);
	if (!connect || connect->smtp.n == 0)
		return;
	account->url = connect->smtp.p;
	account->tls_required = !slice_is(connect->smtp_tls, "none");
	account->user = resolve(a, "user", connect, &connect->user);
	account->password = resolve(a, "password", connect, &connect->password);
	for (const struct deployment_setting *setting = connect->settings; setting; setting = setting->next)
		if (slice_is(setting->key, "ca_file"))
			account->ca_file = path_of(a, resolve(a, "ca_file", connect, &setting->value));
}

static void add_mailbox(void *context, const struct drive_mailbox_status *row)
{
	add_account(context, row->number, row->name);
}

static void count_mailbox(void *context, const struct drive_mailbox_status *row)
{
	uint32_t *count = context;
	if (row->number >= *count)
		*count = row->number + 1;
}

static void accounts_free(struct accounts *a)
{
	for (uint32_t i = 0; i < a->text_count; i++) {
		if (a->texts[i].p)
			explicit_bzero(a->texts[i].p, a->texts[i].n);
		buf_free(&a->texts[i]);
	}
	free(a->texts);
	free(a->items);
	free(a->names);
}

static bool accounts_begin(struct accounts *a, struct session *s, const struct cli *c, uint32_t count)
{
	*a = (struct accounts){.session = s, .cli = c, .count = count};
	a->items = calloc(count + 1u, sizeof *a->items);
	a->names = calloc(count + 1u, sizeof *a->names);
	if (!a->items || !a->names) {
		cli_error(c, "out of memory");
		return false;
	}
	for (uint32_t i = 0; i < count; i++)
		a->items[i] = (struct smtp_account){.connections = 4, .messages_per_session = 100};
	return true;
}

/* A name that is misspelled would leave its mailbox without an account, and what is due there would wait for ever.
 * Before the first deploy there are no mailboxes. */
static bool accounts_end(struct accounts *a)
{
	const struct deployment_connect *connect = a->count ? a->session->deployment->connects : NULL;
	for (; connect; connect = connect->next) {
		bool bound = false;
		for (uint32_t i = 0; i < a->count; i++)
			bound = bound || slice_eq(a->names[i], connect->name);
		if (!bound)
			cli_error(a->cli, "connect %.*s: the workspace has no mailbox of that name",
			          SLICE_ARG(connect->name));
		a->failed = a->failed || !bound;
	}
	return !a->failed;
}

/* Of the policy in force. */
static bool accounts_read(struct accounts *a, struct session *s, const struct cli *c)
{
	int64_t now = session_now_us(s);
	uint32_t count = 0;
	return drive_status_mailboxes(s->drive, now, count_mailbox, &count) && accounts_begin(a, s, c, count) &&
	       drive_status_mailboxes(s->drive, now, add_mailbox, a) && accounts_end(a);
}

int transport_try_policy(struct session *s, const struct cli *c, struct slice policy)
{
	struct policy p = {0};
	struct image_error why;
	struct accounts a = {0};
	if (!s->deployment)
		return EXIT_DONE;
	if (!policy_load(&p, policy.p, policy.n, false, &why)) {
		cli_error(c, "our own policy is refused: %s", why.text);
		return EXIT_OUR_BUG;
	}
	uint32_t count = IMAGE_COUNT(&p.image, MAILBOX);
	const struct plan_mailbox *rows = IMAGE_ROWS(&p.image, MAILBOX, mailbox);
	bool ok = accounts_begin(&a, s, c, count);
	for (uint32_t i = 0; ok && i < count; i++)
		add_account(&a, i, image_string(&p.image, rows[i].name));
	ok = ok && accounts_end(&a);
	accounts_free(&a);
	policy_free(&p);
	return ok ? EXIT_DONE : EXIT_CONFIG;
}

struct channel *transport_open(struct session *s, const struct cli *c, int *code)
{
	struct buf error = {0};
	struct channel *channel = NULL;
	*code = EXIT_CONFIG;
	if (!s->deployment || s->virtual_clock) { /* what a virtual clock sends never leaves the machine */
		char folder[sizeof s->folder + 16];
		snprintf(folder, sizeof folder, "%s/maildir", s->folder);
		channel = channel_maildir(folder, &error);
		*code = EXIT_CANNOT;
	} else {
		struct accounts a = {0};
		if (accounts_read(&a, s, c))
			channel = channel_smtp(a.items, a.count, &error);
		accounts_free(&a);
	}
	if (!channel && error.n)
		cli_error(c, "%s", buf_cstr(&error));
	buf_free(&error);
	return channel;
}

int transport_check(struct session *s, const struct cli *c)
{
	if (!s->deployment || s->virtual_clock)
		return EXIT_DONE;
	struct accounts a = {0};
	int code = EXIT_CONFIG;
	if (accounts_read(&a, s, c)) {
		code = EXIT_DONE;
		for (uint32_t i = 0; i < a.count && code == EXIT_DONE; i++) {
			struct buf error = {0};
			bool reachable = true;
			if (a.items[i].url && !channel_smtp_check(&a.items[i], &reachable, &error)) {
				cli_error(c, "%s", buf_cstr(&error));
				code = reachable ? EXIT_CONFIG : EXIT_UNREACHABLE;
			}
			buf_free(&error);
		}
	}
	accounts_free(&a);
	return code;
}
