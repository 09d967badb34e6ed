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
	static const char *const keys[] = {"at",   "contact", "event",   "step",   "sequence", "name",
	                                   "text", "id",      "answers", "fields", "outcome",  "until"};
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		if (strcmp(key, keys[i]) == 0)
			return true;
	return false;
}

/* A text, a number, true or false, or a list of texts, as it stands in a form. */
static bool read_value(struct reader *r, const json_t *value, struct slice *out)
{
	struct buf text = {0};
	const json_t *one;
	size_t i;
	bool ok = true;
	if (json_is_string(value))
		buf_add(&text, json_string_value(value), json_string_length(value));
	else if (json_is_boolean(value))
		buf_adds(&text, json_is_true(value) ? "yes" : "no");
	else if (json_is_integer(value))
		buf_addf(&text, "%lld", (long long)json_integer_value(value));
	else if (json_is_real(value))
		buf_addf(&text, "%.15g", json_real_value(value));
	else if (json_is_array(value))
		json_array_foreach(value, i, one)
		{
			ok = ok && json_is_string(one);
			buf_addf(&text, "%s%s", i ? "," : "", ok ? json_string_value(one) : "");
		}
	else
		ok = false;
	ok = ok && !text.failed;
	*out = ok ? arena_copy(r->arena, buf_slice(&text)) : (struct slice){0};
	buf_free(&text);
	return ok;
}

/* {"overall": 9, "staff": {"desk": 5}} is overall and staff.desk. */
static void read_fields(struct reader *r, json_t *object, const char *prefix, struct drive_event *e, size_t *cap)
{
	const char *key;
	json_t *value;
	json_object_foreach(object, key, value)
	{
		struct slice text, name = arena_printf(r->arena, "%s%s%s", prefix, *prefix ? "." : "", key);
		if (json_is_object(value) && !*prefix) {
			read_fields(r, value, key, e, cap);
			continue;
		}
		if (!read_value(r, value, &text)) {
			complain(r, "this must be a text, a number, true or false, or a list of texts", name.p);
			continue;
		}
		struct drive_field *fields = (struct drive_field *)(uintptr_t)e->fields;
		ARENA_PUSH(r->arena, fields, e->field_count, *cap) = (struct drive_field){name, text};
		e->fields = fields;
	}
}

static void read_brought(struct reader *r, json_t *object, struct drive_event *e)
{
	static const char *const KEYS[] = {"fields", "answers"};
	size_t cap = 0;
	for (size_t i = 0; i < sizeof KEYS / sizeof *KEYS; i++) {
		json_t *fields = json_object_get(object, KEYS[i]);
		if (fields && !json_is_object(fields))
			complain(r, "this must be an object", KEYS[i]);
		else if (fields)
			read_fields(r, fields, "", e, &cap);
	}
	struct slice until = text_of(r, object, "until");
	if (until.n && !read_at(r, until, &e->until_us))
		complain(r, "\"until\" must be a time like 2026-03-02T10:00:00-05:00", until.p);
	e->text = text_of(r, object, "text");
	e->outcome = text_of(r, object, "outcome");
}

static void take(struct reader *r, json_t *object)
{
	struct timeline_event e = {0};
	const char *key;
	json_t *value;
	int bad_before = r->bad;
	json_object_foreach(object, key, value) if (!known_key(key)) complain(
	        r,
	        "unknown key; known are at, contact, event, step, sequence, name, text, fields, answers, outcome, "
	        "until and id",
	        key);
	struct slice at = text_of(r, object, "at"), word = text_of(r, object, "event");
	int kind = drive_event_kind_of(word);
	e.event.contact = text_of(r, object, "contact");
	e.event.step = text_of(r, object, "step");
	e.event.sequence = text_of(r, object, "sequence");
	e.event.name = text_of(r, object, "name");
	e.event.external_id = text_of(r, object, "id");
	read_brought(r, object, &e.event);
	if (at.n == 0 || !read_at(r, at, &e.at_us))
		complain(r, "\"at\" must be a time like 2026-03-02T10:00:00-05:00", at.n ? at.p : NULL);
	if (word.n == 0 || kind < 0)
		complain(r,
		         "\"event\" must be one of reply, we_wrote, meeting, click, open, answer, event, done, bounce, "
		         "unsubscribe, complaint, auto_reply, leave",
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
