/* SPDX-License-Identifier: Apache-2.0
 * seqd rehearse: a private copy of everything on a virtual clock: who would get what, when, and why it moved. */
#include "runtime/timeline.h"
#include "runtime/verbs/contacts.h"
#include "runtime/verbs/events_file.h"
#include "runtime/verbs/rehearse_about.h"
#include "runtime/verbs/session.h"
#include "runtime/verbs/verbs.h"
#include <dirent.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct rehearsal {
	const struct cli *cli;
	struct compile compile;
	struct policy policy;
	struct tz_db *zones;
	const struct tz *zone; /* the workspace's: of times without an offset */
	struct store *store;
	struct drive *drive;
	struct channel *channel, *texts;
	const struct compile_result *sequence;
	struct told_lines told;
	struct arena arena; /* of the events */
	struct timeline_events events;
	int64_t from_us, until_us;
	char maildir[PATH_MAX];
};

static int compile_it(struct rehearsal *r)
{
	const struct cli *c = r->cli;
	struct image_error error;
	int code = session_compile(c, cli_get(c, "--workspace"), &r->compile);
	if (code == EXIT_DONE && !policy_load(&r->policy, r->compile.policy.p, r->compile.policy.n, false, &error)) {
		cli_error(c, "our own policy is refused: %s", error.text);
		return EXIT_OUR_BUG;
	}
	return code;
}

static bool find_sequence(struct rehearsal *r)
{
	const struct cli *c = r->cli;
	const char *name = cli_get(c, "--sequence");
	const struct compile_result *found = compile_find(&r->compile, slice_of(name));
	r->sequence = found;
	if (found && !found->draft)
		return true;
	if (found)
		cli_error(c, "`%s` is a draft: take the word `draft` off to rehearse it", name);
	else
		cli_error(c, "there is no sequence `%s` in this workspace", name);
	if (!found && r->compile.result_count) {
		fprintf(c->err, "  there are:");
		for (uint32_t i = 0; i < r->compile.result_count; i++)
			fprintf(c->err, " %.*s", SLICE_ARG(r->compile.results[i].name));
		fputc('\n', c->err);
	}
	return false;
}

/* An exit_code. */
static int read_times(struct rehearsal *r)
{
	const struct cli *c = r->cli;
	const char *from = cli_get(c, "--from"), *until = cli_get(c, "--until");
	struct timespec now;
	r->zones = tz_db_open(NULL);
	r->zone = r->zones ? tz_get(r->zones, image_string(&r->policy.image, r->policy.workspace->zone)) : NULL;
	if (!r->zone) {
		cli_error(c, "the system has no time zone %.*s; is the package tzdata there?",
		          SLICE_ARG(image_string(&r->policy.image, r->policy.workspace->zone)));
		return EXIT_CANNOT;
	}
	clock_gettime(CLOCK_REALTIME, &now);
	r->from_us = (int64_t)now.tv_sec * US_PER_SECOND;
	r->until_us = NEVER_US;
	if ((from && !session_parse_time(c, "--from", from, r->zone, &r->from_us)) ||
	    (until && !session_parse_time(c, "--until", until, r->zone, &r->until_us)))
		return EXIT_CANNOT;
	if (r->until_us < r->from_us) {
		cli_error(c, "--until is before --from");
		return EXIT_CANNOT;
	}
	const char *events = cli_get(c, "--events");
	return !events ? EXIT_DONE : events_file_read(c, events, r->zone, &r->arena, &r->events);
}

/* The folders above path, as `mkdir -p` makes them; what fails shows when the Maildir itself is made. */
static void make_parents(const char *path, mode_t mode)
{
	char parent[PATH_MAX];
	for (const char *slash = strchr(path + 1, '/'); slash && (size_t)(slash - path) < sizeof parent;
	     slash = strchr(slash + 1, '/')) {
		memcpy(parent, path, (size_t)(slash - path));
		parent[slash - path] = 0;
		mkdir(parent, mode);
	}
}

/* The messages of the rehearsal before. Whatever stays is no harm: it is only looked at. */
static void empty_folder(const char *maildir, const char *name)
{
	char path[PATH_MAX + 8];
	snprintf(path, sizeof path, "%s/%s", maildir, name);
	DIR *folder = opendir(path);
	for (const struct dirent *entry; folder && (entry = readdir(folder)) != NULL;)
		unlinkat(dirfd(folder), entry->d_name, 0); /* removes no folder */
	if (folder)
		closedir(folder);
}

/* .seqd/rehearsal in the workspace, fresh each time, or --maildir, to which it adds. */
static bool open_maildir(struct rehearsal *r)
{
	struct buf error = {0};
	const char *given = cli_get(r->cli, "--maildir");
	snprintf(r->maildir, sizeof r->maildir, "%s%s", given ? given : r->compile.root.p,
	         given ? "" : "/.seqd/rehearsal");
	make_parents(r->maildir, given ? 0777 : 0700);
	for (const char *const *name = (const char *const[]){"tmp", "new", "cur", NULL}; !given && *name; name++)
		empty_folder(r->maildir, *name);
	r->channel = channel_maildir_unsynced(r->maildir, &error);
	if (!r->channel)
		cli_error(r->cli, "%s", buf_cstr(&error));
	buf_free(&error);
	return r->channel != NULL;
}

/* Activates the sequence and those that it hands over to. */
static bool activate(struct rehearsal *r, struct slice name, int depth, struct buf *error)
{
	const struct compile_result *found = compile_find(&r->compile, name);
	struct plan plan;
	struct image_error why;
	if (!found || found->draft || depth > (int)r->compile.result_count)
		return true; /* the handoff will say so */
	if (!drive_set_state(r->drive, TARGET_SEQUENCE, name, CHANGE_ACTIVATE, r->from_us, error))
		return false;
	bool ok = plan_load(&plan, found->plan.p, found->plan.n, true, &why);
	if (!ok) {
		buf_adds(error, why.text);
		return false;
	}
	const struct plan_step *steps = PLAN_ROWS(&plan, STEP, step);
	for (uint32_t i = 0; ok && i < PLAN_COUNT(&plan, STEP); i++) {
		if (steps[i].kind != STEP_HANDOFF)
			continue;
		struct slice target = PLAN_STRING(&plan, PLAN_ROWS(&plan, ACTION, action)[steps[i].action].target);
		ok = slice_eq(target, name) || activate(r, target, depth + 1, error);
	}
	plan_free(&plan);
	return ok;
}

static bool open_drive(struct rehearsal *r)
{
	struct buf error = {0};
	enum store_failure failure;
	r->store = store_open("memory:", STORE_CREATE, &failure, &error);
	r->texts = channel_null(INT_MAX); /* what a text says stands in its line */
	struct drive_options options = {
	        .store = r->store,
	        .zones = r->zones,
	        .channels = {[CHANNEL_EMAIL] = r->channel, [CHANNEL_SMS] = r->texts, [CHANNEL_WHATSAPP] = r->texts},
	        .virtual_clock = true,
	        .pages_post = true,
	        .on_line = told_keep,
	        .context = &r->told,
	};
	r->drive = r->store ? drive_open(&options, r->from_us, &error) : NULL;
	struct slice *plans = calloc(r->compile.result_count + 1u, sizeof *plans);
	for (uint32_t i = 0; plans && i < r->compile.result_count; i++)
		plans[i] = r->compile.results[i].plan;
	bool ok = r->drive && plans &&
	          drive_deploy(r->drive, r->compile.policy, plans, r->compile.result_count, r->from_us, &error) &&
	          activate(r, slice_of(cli_get(r->cli, "--sequence")), 0, &error);
	if (!ok)
		cli_error(r->cli, "%s", error.n ? buf_cstr(&error) : "out of memory");
	free(plans);
	buf_free(&error);
	return ok;
}

static int play(struct rehearsal *r, bool *played)
{
	const struct cli *c = r->cli;
	struct contacts_request request = {
	        .cli = c,
	        .drive = r->drive,
	        .path = cli_get(c, "CONTACTS"),
	        .sequence = cli_get(c, "--sequence"),
	        .mailbox = cli_get(c, "--mailbox"),
	        .refused_path = cli_get(c, "--refused"),
	        .skip_bad = cli_has(c, "--skip-bad"),
	        .now_us = r->from_us,
	};
	struct contacts_result taken;
	int code = contacts_enroll(&request, &taken);
	if (code == EXIT_CANNOT || (code == EXIT_INPUT && !request.skip_bad))
		return code;
	struct buf error = {0};
	*played = timeline_run(r->drive, r->channel, r->from_us, r->until_us, &r->events, &error);
	if (!*played) {
		cli_error(c, "%s", buf_cstr(&error));
		code = store_failed(r->store) == STORE_OK ? EXIT_INPUT : EXIT_CANNOT;
	}
	buf_free(&error);
	return code;
}

static void print(struct rehearsal *r)
{
	const struct cli *c = r->cli;
	const char *format = cli_get(c, "--format");
	if (format && strcmp(format, "json") == 0) {
		told_print_json(&r->told, c->out);
		return;
	}
	about_sequence(r->sequence, c->out, cli_colour(c->out));
	fputs("  On a virtual clock and a private store, from ", c->out);
	told_put_time(c->out, r->zone, r->from_us, 0);
	if (r->until_us != NEVER_US) {
		fputs(" to ", c->out);
		told_put_time(c->out, r->zone, r->until_us, 0);
	}
	fprintf(c->out, " (%.*s): nothing leaves this machine.\n  Times are each contact's own.",
	        SLICE_ARG(tz_name(r->zone)));
	fprintf(c->out, "%s ↳ says why a message did not leave when it was due.\n",
	        r->events.count ? " ← is what the contact did (--events)." : "");
	struct civil begun;
	civil_from_wall_us(tz_to_wall(r->zone, r->from_us), &begun);
	r->told.year = begun.year;
	told_print_people(&r->told, &r->events, c->out, cli_colour(c->out));
	about_summary(&r->told, c->out);
	about_message(r->drive, c->out);
	fprintf(c->out,
	        "\nThe e-mails are in the Maildir %s\n  mutt -f %s    or any other mail program; each file in its "
	        "folder `new` is a message\n",
	        r->maildir, r->maildir);
}

static void close_all(struct rehearsal *r)
{
	if (r->drive)
		drive_close(r->drive);
	if (r->channel)
		r->channel->ops->close(r->channel);
	if (r->texts)
		r->texts->ops->close(r->texts);
	if (r->store)
		store_close(r->store);
	if (r->zones)
		tz_db_close(r->zones);
	told_free(&r->told);
	arena_free(&r->arena);
	policy_free(&r->policy);
	compile_free(&r->compile);
}

static int run(const struct cli *c)
{
	struct rehearsal r = {.cli = c};
	arena_init(&r.arena, 0, NULL);
	arena_init(&r.told.arena, 0, NULL);
	bool played = false;
	int code = compile_it(&r);
	if (code == EXIT_DONE)
		code = find_sequence(&r) ? read_times(&r) : EXIT_INPUT;
	if (code == EXIT_DONE) {
		code = EXIT_CANNOT;
		if (open_maildir(&r) && open_drive(&r)) {
			code = play(&r, &played);
			if (played)
				print(&r);
		}
	}
	close_all(&r);
	return code;
}

static const struct cli_flag flags[] = {
        {"--sequence", "NAME", "the sequence", CLI_REQUIRED},
        {"--from", "TIME", "when everybody is enrolled (now); without an offset in the workspace's zone", CLI_ONCE},
        {"--until", "TIME", "where the clock stops; by default when nothing is left to happen", CLI_ONCE},
        {"--events", "FILE", "JSON lines {\"at\",\"contact\",\"event\",\"step\"}: replies, clicks, meetings …",
         CLI_ONCE},
        {"--maildir", "DIR", "where the messages go (.seqd/rehearsal)", CLI_ONCE},
        {"--mailbox", "NAME", "send from this mailbox", CLI_ONCE},
        {"--skip-bad", NULL, "go on without the refused rows", CLI_ONCE},
        {"--refused", "FILE", "where refused rows go", CLI_ONCE},
        {"--format", "text|json", "how to print", CLI_ONCE},
        {"CONTACTS", NULL, "a CSV file whose header names contact fields", CLI_REQUIRED},
        {0},
};
const struct cli_verb verb_rehearse = {"rehearse", "show who would get what, when, and why it moved",
                                       "A private copy of everything and a virtual clock that jumps from timer to "
                                       "timer: weeks take milliseconds, and nothing\n"
                                       "leaves the machine. The messages are left in a Maildir to look into.",
                                       flags, run};
