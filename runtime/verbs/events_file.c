/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/verbs/events_file.h"
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define LINE_BYTES_MAX (64u << 10)

struct reader {
	const struct cli *cli;
	const char *path;
	const struct tz *zone;
	struct arena *arena;
	struct timeline_events *events;
	size_t cap;
	unsigned line;
	int bad;
};

static void complain(struct reader *r, const char *what, const char *detail)
{
	fprintf(r->cli->err, "%s:%u: %s%s%s\n", r->path, r->line, what, detail ? ": " : "", detail ? detail : "");
	r->bad++;
}

static struct slice text_of(struct reader *r, const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);
	if (!value)
		return (struct slice){0};
	if (!json_is_string(value)) {
		complain(r, "this must be a text", key);
		return (struct slice){0};
	}
	return arena_copy(r->arena, (struct slice){json_string_value(value), json_string_length(value)});
}

static bool read_at(struct reader *r, struct slice text, int64_t *at_us)
{
	int64_t wall;
	if (civil_parse_rfc3339(text, at_us))
		return true;
	if (!civil_parse_wall(text, &wall))
		return false;
	*at_us = tz_from_wall(r->zone, wall, TZ_COMPATIBLE);
	return true;
}

static bool known_key(const char *key)
{
	static const char *const keys[] = {"at", "contact", "event", "step", "sequence", "name", "text", "id"};
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		if (strcmp(key, keys[i]) == 0)
			return true;
	return false;
}

static void take(struct reader *r, json_t *object)
{
	struct timeline_event e = {0};
	const char *key;
	json_t *value;
	int bad_before = r->bad;
	json_object_foreach(object, key, value) if (!known_key(key))
	        complain(r, "unknown key; known are at, contact, event, step, sequence, name, text and id", key);
	struct slice at = text_of(r, object, "at"), word = text_of(r, object, "event");
	int kind = drive_event_kind_of(word);
	e.event.contact = text_of(r, object, "contact");
	e.event.step = text_of(r, object, "step");
	e.event.sequence = text_of(r, object, "sequence");
	e.event.name = text_of(r, object, "name");
	e.event.external_id = text_of(r, object, "id");
	if (at.n == 0 || !read_at(r, at, &e.at_us))
		complain(r, "\"at\" must be a time like 2026-03-02T10:00:00-05:00", at.n ? at.p : NULL);
	if (word.n == 0 || kind < 0)
		complain(r,
		         "\"event\" must be one of reply, we_wrote, meeting, click, open, answer, event, bounce, "
		         "unsubscribe, complaint",
		         word.n ? word.p : NULL);
	if (e.event.contact.n == 0)
		complain(r, "\"contact\" must name who: an e-mail address", NULL);
	if (kind == EVENT_NAMED && e.event.name.n == 0)
		complain(r, "an \"event\" of kind event needs a \"name\"", NULL);
	if (r->bad != bad_before)
		return;
	e.event.kind = (enum drive_event_kind)kind;
	struct buf place = {0};
	buf_addf(&place, "%s:%u", r->path, r->line);
	e.place = arena_copy(r->arena, buf_slice(&place));
	buf_free(&place);
	ARENA_PUSH(r->arena, r->events->items, r->events->count, r->cap) = e;
}

int events_file_read(const struct cli *c, const char *path, const struct tz *zone, struct arena *arena,
                     struct timeline_events *events)
{
	struct reader r = {.cli = c, .path = path, .zone = zone, .arena = arena, .events = events};
	FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
	if (!file) {
		cli_error(c, "%s: %s", path, strerror(errno));
		return EXIT_CANNOT;
	}
	char *line = NULL;
	size_t size = 0;
	ssize_t n;
	while ((n = getline(&line, &size, file)) > 0) {
		r.line++;
		if (slice_trim((struct slice){line, (size_t)n}).n == 0)
			continue;
		json_error_t error;
		json_t *object =
		        (size_t)n > LINE_BYTES_MAX ? NULL : json_loadb(line, (size_t)n, JSON_REJECT_DUPLICATES, &error);
		if ((size_t)n > LINE_BYTES_MAX)
			complain(&r, "the line is longer than 64 KiB", NULL);
		else if (!object)
			complain(&r, "no JSON", error.text);
		else if (!json_is_object(object))
			complain(&r, "a line must be one JSON object, { … }", NULL);
		else
			take(&r, object);
		json_decref(object);
	}
	bool failed = ferror(file);
	if (failed)
		cli_error(c, "%s: %s", path, strerror(errno));
	if (file != stdin)
		fclose(file);
	free(line);
	if (r.bad)
		cli_error(c, "%s: %d faults, so no event of them is taken", path, r.bad);
	return failed ? EXIT_CANNOT : r.bad ? EXIT_INPUT : EXIT_DONE;
}
