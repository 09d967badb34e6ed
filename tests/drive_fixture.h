/* SPDX-License-Identifier: Apache-2.0
 * A small world for tests of the drive: a text of .seq compiled and deployed into a store, a channel that the test
 * holds in its hand, and a log of what happened, one short line each, in the contact's time: "03-09 09:00 sent intro"
 * "03-06 18:30 planned intro 03-09 09:00 window, weekend"  */
#ifndef SEQ_TESTS_DRIVE_FIXTURE_H
#define SEQ_TESTS_DRIVE_FIXTURE_H
#include "compiler/compile.h"
#include "runtime/timeline.h"
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
/* after the headers above, as it wants */
#include <cmocka.h>

#define WORLD_MAX 4096

/* A message that the receiver owns. */
struct delivered {
	int64_t enrollment_id, at_us;
	char to[64], message_id[96], subject[96], in_reply_to[96], references[300];
	uint64_t bytes;
};

/* `manual`: nothing moves by itself: the test says ready and done. Else all is ready at once, and done as `outcomes`
 * say
 * ('s' sent, 'r' retry, 'f' failed, 'b' bad address, 'a' account, 'd' in doubt), sent when they are used up. */
struct hand {
	struct channel base;
	bool manual;
	int capacity;
	const char *outcomes;
	int64_t now_us;
	struct delivery *waiting[WORLD_MAX]; /* manual: started, in order */
	int waiting_count, released, aborted;
	struct delivered all[WORLD_MAX];
	int count;
	struct delivered made[16]; /* what encode saw last, by turn */
	int made_count;
};

struct world {
	struct store *store;
	struct tz_db *zones;
	struct drive *drive;
	struct hand hand;
	struct drive_options options;
	struct buf log;
	char directory[64], url[96]; /* of a store in a file */
	bool with_planned;           /* log `planned` and `enrolled` lines too */
};

/* ---- the channel ---- */
static inline int hand_capacity(struct channel *c, uint32_t mailbox)
{
	const struct hand *h = (const struct hand *)c;
	(void)mailbox;
	return h->capacity - h->waiting_count;
}

static inline void hand_copy(char *to, size_t n, struct slice s)
{
	snprintf(to, n, "%.*s", SLICE_ARG(s));
}

static inline bool hand_encode(struct channel *c, const struct rendered *r, struct buf *bytes, struct buf *error)
{
	struct hand *h = (struct hand *)c;
	struct delivered *d = &h->made[h->made_count++ % 16];
	(void)error;
	hand_copy(d->message_id, sizeof d->message_id, r->message_id);
	hand_copy(d->subject, sizeof d->subject, r->subject);
	hand_copy(d->in_reply_to, sizeof d->in_reply_to, r->in_reply_to);
	hand_copy(d->references, sizeof d->references, r->references);
	buf_add_slice(bytes, r->subject);
	buf_adds(bytes, "\n\n");
	buf_add_slice(bytes, r->text);
	return true;
}

static inline void hand_done(struct hand *h, struct delivery *d, char outcome)
{
	static const struct {
		char letter;
		enum delivery_outcome outcome;
		int code;
		const char *text;
	} OUTCOMES[] = {{'s', DELIVERY_SENT, 250, "250 2.0.0 Ok"},
	                {'r', DELIVERY_RETRY, 451, "451 4.7.1 Later"},
	                {'f', DELIVERY_FAILED, 554, "554 5.7.1 No"},
	                {'b', DELIVERY_FAILED, 550, "550 5.1.1 <ada@x.example> unknown"},
	                {'a', DELIVERY_ACCOUNT, 535, "535 5.7.8 Bad credentials"},
	                {'d', DELIVERY_IN_DOUBT, 0, ""},
	                {'n', DELIVERY_RETRY, 0, "connection refused"},
	                {'x', DELIVERY_ABORTED, 0, ""}};
	for (int i = 0; i < h->waiting_count; i++) {
		if (h->waiting[i] == d) {
			memmove(&h->waiting[i], &h->waiting[i + 1],
			        (size_t)(h->waiting_count - i - 1) * sizeof *h->waiting);
			h->waiting_count--;
			break;
		}
	}
	for (size_t i = 0; i < sizeof OUTCOMES / sizeof *OUTCOMES; i++) {
		if (OUTCOMES[i].letter == outcome) {
			d->outcome = OUTCOMES[i].outcome;
			d->code = OUTCOMES[i].code;
			snprintf(d->text, sizeof d->text, "%s", OUTCOMES[i].text);
		}
	}
	d->bad_address = outcome == 'b';
	if (outcome == 's') {
		assert_true(h->count < WORLD_MAX);
		struct delivered *a = &h->all[h->count++];
		*a = (struct delivered){.enrollment_id = d->id, .at_us = h->now_us, .bytes = slice_hash(d->bytes)};
		hand_copy(a->to, sizeof a->to, d->to);
		hand_copy(a->message_id, sizeof a->message_id, d->message_id);
		for (int i = 0; i < 16; i++) {
			if (strcmp(h->made[i].message_id, a->message_id) == 0) {
				memcpy(a->subject, h->made[i].subject, sizeof a->subject);
				memcpy(a->in_reply_to, h->made[i].in_reply_to, sizeof a->in_reply_to);
				memcpy(a->references, h->made[i].references, sizeof a->references);
			}
		}
	}
	h->base.events.done(h->base.events.context, d);
}

static inline bool hand_start(struct channel *c, struct delivery *d)
{
	struct hand *h = (struct hand *)c;
	h->waiting[h->waiting_count++] = d;
	if (!h->manual)
		c->events.ready(c->events.context, d);
	return true;
}

static inline void hand_ready(struct hand *h, int i)
{
	h->base.events.ready(h->base.events.context, h->waiting[i]);
}

static inline void hand_release(struct channel *c, struct delivery *d, bool go)
{
	struct hand *h = (struct hand *)c;
	h->released += go;
	h->aborted += !go;
	if (!go)
		hand_done(h, d, 'x');
	else if (!h->manual)
		hand_done(h, d, *h->outcomes ? *h->outcomes++ : 's');
}

static inline void hand_poll(struct channel *c, int timeout_ms, int wake_fd)
{
	(void)c;
	(void)timeout_ms;
	(void)wake_fd;
}

static inline void hand_close(struct channel *c)
{
	(void)c;
}

/* ---- instants and the log ---- */
static inline int64_t utc(const char *text)
{
	int64_t wall_us = 0;
	char full[32];
	snprintf(full, sizeof full, "%s%s", strlen(text) == 11 ? "2026-" : "", text);
	assert_true(civil_parse_wall(slice_of(full), &wall_us));
	return wall_us;
}

static inline void world_time(struct buf *out, const struct tz *zone, int64_t at_us)
{
	struct civil c;
	civil_from_wall_us(tz_to_wall(zone, at_us), &c);
	buf_addf(out, "%02d-%02d %02d:%02d", c.month, c.day, c.hour, c.minute);
}

static inline void world_line(void *context, const struct drive_line *line)
{
	struct world *w = context;
	if (!w->with_planned &&
	    (line->event == DRIVE_ENROLLED || line->event == DRIVE_PLANNED || line->event == DRIVE_MOVED))
		return;
	world_time(&w->log, line->zone, line->at_us);
	buf_addf(&w->log, " %s", drive_line_word(line->event));
	if (line->step.n)
		buf_addf(&w->log, " %.*s", SLICE_ARG(line->step));
	if (line->event == DRIVE_PLANNED || line->event == DRIVE_MOVED || line->event == DRIVE_RETRY) {
		buf_addc(&w->log, ' ');
		world_time(&w->log, line->zone, line->planned_us);
	}
	ptrdiff_t end = slice_find(line->reason, SLICE(";"));
	bool brief = line->event == DRIVE_PLANNED || line->event == DRIVE_MOVED;
	if (line->reason.n && line->event != DRIVE_SENT)
		buf_addf(&w->log, " %.*s", (int)(brief && end >= 0 ? (size_t)end : line->reason.n), line->reason.p);
	buf_addc(&w->log, '\n');
}

/* The log since the last look. */
#define world_expect(w, text)                                                                                          \
	do {                                                                                                           \
		assert_string_equal(buf_cstr(&(w)->log), text);                                                        \
		buf_clear(&(w)->log);                                                                                  \
	} while (0)

/* ---- the world ---- */
static inline void world_fail(const char *what, struct buf *error)
{
	fail_msg("%s: %s", what, buf_cstr(error));
}

static inline void world_open_drive(struct world *w, int64_t now_us)
{
	struct buf error = {0};
	w->drive = drive_open(&w->options, now_us, &error);
	if (!w->drive)
		world_fail("drive_open", &error);
	buf_free(&error);
}

static inline void world_open_store(struct world *w, const char *url)
{
	static const struct channel_ops OPS = {.name = "hand",
	                                       .capacity = hand_capacity,
	                                       .encode = hand_encode,
	                                       .start = hand_start,
	                                       .release = hand_release,
	                                       .poll = hand_poll,
	                                       .close = hand_close};
	struct buf error = {0};
	enum store_failure failure;
	memset(w, 0, sizeof *w);
	w->hand = (struct hand){.base = {.ops = &OPS}, .capacity = 1000, .outcomes = ""};
	w->store = store_open(url, STORE_CREATE, &failure, &error);
	if (!w->store)
		world_fail(url, &error);
	w->zones = tz_db_open(NULL);
	w->options = (struct drive_options){.store = w->store,
	                                    .zones = w->zones,
	                                    .virtual_clock = true,
	                                    .spread_off = true,
	                                    .ramp_off = true,
	                                    .on_line = world_line,
	                                    .context = w};
	for (int c = 0; c < CHANNEL_COUNT; c++)
		w->options.channels[c] = &w->hand.base;
	buf_free(&error);
}

/* Compiles and deploys; false and the error's text when the deploy was refused. */
static inline bool world_deploy(struct world *w, const char *source, int64_t now_us, struct buf *error)
{
	struct compile c;
	struct slice plans[8];
	compile_init(&c);
	c.emit = true;
	if (!compile_text(&c, "test.seq", slice_of(source))) {
		struct buf text = {0};
		for (uint32_t i = 0; i < c.diags.count; i++)
			buf_addf(&text, "%.*s\n", SLICE_ARG(c.diags.items[i].message));
		world_fail("compile", &text);
	}
	assert_true(c.result_count <= 8);
	for (uint32_t i = 0; i < c.result_count; i++)
		plans[i] = c.results[i].plan;
	bool ok = drive_deploy(w->drive, c.policy, plans, c.result_count, now_us, error);
	for (uint32_t i = 0; ok && i < c.result_count; i++)
		ok = c.results[i].draft ||
		     drive_set_state(w->drive, TARGET_SEQUENCE, c.results[i].name, CHANGE_ACTIVATE, now_us, error);
	compile_free(&c);
	return ok;
}

static inline void world_open(struct world *w, const char *source, const char *now)
{
	struct buf error = {0};
	world_open_store(w, "memory:");
	world_open_drive(w, utc(now));
	if (!world_deploy(w, source, utc(now), &error))
		world_fail("deploy", &error);
	buf_free(&error);
}

/* The same in an SQLite file, gone with world_close. */
static inline void world_open_file(struct world *w, const char *source, const char *now)
{
	struct buf error = {0};
	char directory[] = "/tmp/drive_test.XXXXXX", url[96];
	assert_non_null(mkdtemp(directory));
	snprintf(url, sizeof url, "sqlite:%s/seq.db", directory);
	world_open_store(w, url);
	snprintf(w->directory, sizeof w->directory, "%s", directory);
	snprintf(w->url, sizeof w->url, "%s", url);
	world_open_drive(w, utc(now));
	if (!world_deploy(w, source, utc(now), &error))
		world_fail("deploy", &error);
	buf_free(&error);
}

static inline void world_remove(struct world *w)
{
	DIR *folder = w->directory[0] ? opendir(w->directory) : NULL;
	char path[400];
	for (struct dirent *e; folder && (e = readdir(folder));) {
		snprintf(path, sizeof path, "%s/%s", w->directory, e->d_name);
		unlink(path);
	}
	if (folder) {
		closedir(folder);
		rmdir(w->directory);
	}
}

static inline void world_close(struct world *w)
{
	drive_close(w->drive);
	store_close(w->store);
	world_remove(w);
	tz_db_close(w->zones);
	buf_free(&w->log);
}

/* Enrolls by "name=value" texts up to NULL. */
static inline struct drive_enrolled world_enroll_in(struct world *w, const char *sequence, const char *now,
                                                    const char *const *fields)
{
	struct drive_field all[16];
	struct drive_enrolled result;
	struct buf error = {0};
	size_t n = 0;
	for (; fields[n]; n++) {
		const char *equals = strchr(fields[n], '=');
		all[n] = (struct drive_field){{fields[n], (size_t)(equals - fields[n])}, slice_of(equals + 1)};
	}
	struct drive_enroll request = {.sequence = slice_of(sequence), .fields = all, .field_count = n};
	if (!drive_enroll(w->drive, &request, utc(now), &result, &error))
		world_fail("drive_enroll", &error);
	buf_free(&error);
	return result;
}
#define world_enroll(w, sequence, now, ...) world_enroll_in(w, sequence, now, (const char *const[]){__VA_ARGS__, NULL})

/* Lets time pass, from `from` up to and with `until`; nothing else happens. */
static inline void world_run(struct world *w, const char *from, const char *until)
{
	struct buf error = {0};
	int64_t now_us = utc(from), until_us = until ? utc(until) : NEVER_US, wake_us;
	while (now_us <= until_us) {
		do {
			w->hand.now_us = now_us;
			if (drive_turn(w->drive, now_us, &wake_us) < 0)
				fail_msg("drive_turn: %s", drive_error(w->drive));
		} while (wake_us <= now_us);
		if (wake_us == NEVER_US)
			break;
		now_us = wake_us;
	}
	buf_free(&error);
}

static inline bool world_event(struct world *w, const char *now, enum drive_event_kind kind, const char *contact,
                               const char *step, const char *name)
{
	struct buf error = {0};
	bool was_there;
	struct drive_event event = {
	        .kind = kind, .contact = slice_of(contact), .step = slice_of(step), .name = slice_of(name)};
	if (!drive_event(w->drive, &event, utc(now), &was_there, &error))
		world_fail("drive_event", &error);
	buf_free(&error);
	return was_there;
}

static inline void world_change(struct world *w, const char *now, enum drive_target target, const char *name,
                                enum drive_change change)
{
	struct buf error = {0};
	if (!drive_set_state(w->drive, target, slice_of(name), change, utc(now), &error))
		world_fail("drive_set_state", &error);
	buf_free(&error);
}

/* A workspace in UTC with one mailbox, and more of its lines. */
#define WORKSPACE(lines)                                                                                               \
	"workspace acme {\n edition 1\n locales en\n timezone \"UTC\"\n"                                               \
	" contact { email email; phone phone; first_name text default \"there\"; timezone zone; vip yes_no default "   \
	"no; renewal date }\n"                                                                                         \
	" mailbox sales { address \"sales@acme.example\"; name \"Acme\"; postal \"1 Main St\" }\n" lines "}\n"
#endif
