/* SPDX-License-Identifier: Apache-2.0
 * seqc preview: one contact taken through a sequence on a virtual clock, as a table: what would leave when, in the
 * contact's time, and why it moved. Nothing is sent and nothing is written. */
#include "runtime/preview.h"
#include "base/gsm.h"
#include "base/utf8.h"
#include "compiler/verbs/verbs.h"
#include <string.h>
#include <time.h>

enum { FIELDS_MAX = 64, COLUMNS = 5 };

/* One line of the table. Texts are the arena's. */
struct row {
	struct slice cells[COLUMNS]; /* when, step, what, subject, why it moved */
	struct slice text;           /* of the message, with --texts */
	struct slice json;
};

struct table {
	struct arena *arena;
	struct row *rows;
	uint32_t count, cap;
	struct buf moved; /* why the message that is on its way moved, so far */
	struct buf texts; /* of messages, each with a NUL behind it */
	size_t texts_read;
	const struct tz *zone;
};

/* ---- what happened, as rows ---- */

static struct slice format_when(struct arena *arena, const struct tz *zone, int64_t at_us)
{
	char at[40];
	return arena_printf(arena, "%s", tz_format_people(zone, at_us, at));
}

static void add_member(struct buf *out, const char *key, struct slice value)
{
	buf_addf(out, ",\"%s\":", key);
	buf_add_json(out, value);
}

static struct slice json_of(struct table *t, const struct drive_line *line, struct slice moved, struct slice text)
{
	struct buf out = {0};
	char at[40];
	buf_addf(&out, "{\"at\":\"%s\"", tz_format_rfc3339(line->zone, line->at_us, at));
	add_member(&out, "contact", line->contact);
	add_member(&out, "sequence", line->sequence);
	add_member(&out, "step", line->step);
	add_member(&out, "kind", line->kind);
	add_member(&out, "event", slice_of(drive_line_word(line->event)));
	add_member(&out, "reason", moved.n ? moved : line->reason);
	add_member(&out, "subject", line->subject);
	if (text.n)
		add_member(&out, "text", text);
	buf_addc(&out, '}');
	struct slice copy = out.failed ? SLICE("null") : arena_copy(t->arena, buf_slice(&out));
	buf_free(&out);
	return copy;
}

/* "due Sat 10:00, window" and the like gather until the message has left. */
static void add_moved(struct table *t, const struct drive_line *line)
{
	if (!line->reason.n)
		return;
	if (t->moved.n)
		buf_adds(&t->moved, ", then ");
	buf_add_slice(&t->moved, line->reason);
}

/* Its subject; of a text for a phone the text itself, on one line, with what it costs. */
static struct slice what_it_says(struct arena *arena, const struct drive_line *line)
{
	const char *p = line->subject.p, *end = p ? p + line->subject.n : p;
	size_t septets = 0, units = 0;
	bool ucs2 = false;
	struct slice text = arena_copy(arena, line->subject);
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '\n')
			((char *)(uintptr_t)text.p)[i] = ' ';
	}
	if (line->event != DRIVE_SENT || !slice_is(line->kind, "sms"))
		return text;
	while (p < end) {
		uint32_t c = utf8_next(&p, end);
		ucs2 = ucs2 || !gsm_septets(c);
		septets += (size_t)gsm_septets(c);
		units += c > 0xFFFF ? 2 : 1;
	}
	uint32_t segments = gsm_segments(ucs2, ucs2 ? units : septets);
	return arena_printf(arena, "%.*s (%u segment%s)", SLICE_ARG(text), segments, segments == 1 ? "" : "s");
}

/* What the message that has left says, without the blank lines around it; empty where texts were not asked for. */
static struct slice next_text(struct table *t)
{
	if (t->texts.failed || t->texts_read >= t->texts.n)
		return (struct slice){0};
	struct slice text = slice_of(t->texts.p + t->texts_read);
	t->texts_read += text.n + 1;
	return arena_copy(t->arena, slice_trim(text));
}

/* The reason; of a task when it is due. */
static struct slice why_of(struct arena *arena, const struct drive_line *line)
{
	int64_t due_us;
	if (line->event != DRIVE_TASK || !civil_parse_rfc3339(line->reason, &due_us))
		return arena_copy(arena, line->reason);
	return arena_printf(arena, "due %.*s", SLICE_ARG(format_when(arena, line->zone, due_us)));
}

static void on_line(void *context, const struct drive_line *line)
{
	struct table *t = context;
	if (line->event == DRIVE_PLANNED || line->event == DRIVE_MOVED) {
		add_moved(t, line);
		return;
	}
	if (line->event == DRIVE_REFUSED)
		return; /* a handoff: the next sequence is not here */
	bool settles = line->event == DRIVE_SENT || line->event == DRIVE_FAILED || line->event == DRIVE_SKIPPED ||
	               line->event == DRIVE_EXIT || line->event == DRIVE_FINISH;
	struct slice moved = {0};
	if (settles) {
		moved = arena_copy(t->arena, buf_slice(&t->moved));
		buf_clear(&t->moved);
	}
	t->zone = line->zone;
	struct slice word = slice_of(drive_line_word(line->event));
	struct row row = {.text = line->event == DRIVE_SENT ? next_text(t) : (struct slice){0}};
	row.json = json_of(t, line, moved, row.text);
	row.cells[0] = format_when(t->arena, line->zone, line->at_us);
	row.cells[1] = arena_copy(t->arena, line->step);
	bool shows_kind = line->event == DRIVE_SENT || line->event == DRIVE_PAGE;
	row.cells[2] = shows_kind ? arena_copy(t->arena, line->kind) : word;
	row.cells[3] = what_it_says(t->arena, line);
	row.cells[4] = line->event == DRIVE_SENT ? moved : why_of(t->arena, line);
	ARENA_PUSH(t->arena, t->rows, t->count, t->cap) = row;
}

/* ---- printing ---- */

static void put_text(struct buf *out, struct slice text)
{
	const char *end;
	for (bool more = text.n > 0; more; more = end != NULL) {
		end = text.n ? memchr(text.p, '\n', text.n) : NULL;
		size_t n = end ? (size_t)(end - text.p) : text.n;
		buf_adds(out, n ? "    | " : "    |");
		utf8_add_safe(out, (struct slice){text.p, n});
		buf_addc(out, '\n');
		text = end ? (struct slice){end + 1, text.n - n - 1} : text;
	}
}

static void put_table(struct buf *out, const struct table *t, struct slice sequence)
{
	static const char *const heads[COLUMNS] = {"when", "step", "what", "subject", "why then"};
	buf_addf(out, "%.*s, times in %.*s\n\n", SLICE_ARG(sequence), SLICE_ARG(tz_name(t->zone)));
	size_t widths[COLUMNS];
	for (int i = 0; i < COLUMNS; i++)
		widths[i] = strlen(heads[i]);
	for (uint32_t r = 0; r < t->count; r++)
		for (int i = 0; i < COLUMNS; i++) {
			size_t width = utf8_slice_width(t->rows[r].cells[i]);
			if (width > widths[i])
				widths[i] = width;
		}
	for (uint32_t r = 0; r <= t->count; r++) {
		size_t owed = 0; /* blanks, written only before a text */
		for (int i = 0; i < COLUMNS; i++) {
			struct slice cell = r ? t->rows[r - 1].cells[i] : slice_of(heads[i]);
			if (cell.n) {
				buf_addf(out, "%*s", (int)owed, "");
				utf8_add_safe(out, cell);
				owed = 0;
			}
			owed += widths[i] - utf8_slice_width(cell) + 2;
		}
		buf_addc(out, '\n');
		put_text(out, r ? t->rows[r - 1].text : (struct slice){0});
	}
}

static void put_json(struct buf *out, const struct table *t)
{
	buf_adds(out, "{\"format_version\":1,\"rows\":[");
	for (uint32_t i = 0; i < t->count; i++) {
		buf_adds(out, i ? "," : "");
		buf_add_slice(out, t->rows[i].json);
	}
	buf_adds(out, "]}\n");
}

/* ---- the call ---- */

/* --contact FIELD=VALUE, each. */
static bool read_fields(const struct cli *c, struct drive_field *fields, size_t *count)
{
	const char *word;
	for (*count = 0; (word = cli_get_nth(c, "--contact", (int)*count)); ++*count) {
		const char *equals = strchr(word, '=');
		if (!equals || equals == word) {
			cli_error(c, "--contact takes FIELD=VALUE, not `%s`", word);
			return false;
		}
		if (*count == FIELDS_MAX) {
			cli_error(c, "more than %d fields", FIELDS_MAX);
			return false;
		}
		fields[*count] = (struct drive_field){{word, (size_t)(equals - word)}, slice_of(equals + 1)};
	}
	return true;
}

/* The zone in which a bare time is meant: the contact's, or the workspace's. */
static const struct tz *zone_of(const struct preview *p)
{
	struct slice name = {NULL, 0};
	for (size_t i = 0; i < p->field_count; i++)
		if (slice_is(p->fields[i].name, "timezone") || slice_is(p->fields[i].name, "contact.timezone"))
			name = p->fields[i].text;
	const struct tz *zone = name.n ? tz_get(p->zones, name) : NULL;
	struct policy policy;
	struct image_error error;
	if (!zone && policy_load(&policy, p->policy.p, p->policy.n, true, &error)) {
		zone = tz_get(p->zones, image_string(&policy.image, policy.workspace->zone));
		policy_free(&policy);
	}
	return zone ? zone : tz_utc();
}

/* "2026-03-02T10:00", "2026-03-02 10:00", "2026-03-02", or with an offset. */
static bool read_instant(const struct cli *c, const char *flag, const struct tz *zone, int64_t *instant_us)
{
	struct slice text = slice_of(cli_get(c, flag));
	int64_t wall_us;
	int32_t day;
	if (civil_parse_rfc3339(text, instant_us))
		return true;
	if (civil_parse_wall(text, &wall_us)) {
		*instant_us = tz_from_wall(zone, wall_us, TZ_COMPATIBLE);
		return true;
	}
	if (civil_parse_date(text, &day)) {
		*instant_us = tz_start_of_day(zone, day);
		return true;
	}
	cli_error(c, "%s takes a time like 2026-03-02T10:00 or 2026-03-02T10:00:00+01:00, not `%.*s`", flag,
	          SLICE_ARG(text));
	return false;
}

static const struct compile_result *pick(const struct cli *c, const struct compile *k)
{
	const char *name = cli_get(c, "--sequence");
	const struct compile_result *r = k->result_count == 1 ? &k->results[0] : NULL;
	if (name)
		r = compile_find(k, slice_of(name));
	if (r && r->plan.n)
		return r;
	if (r)
		cli_error(c, "`%.*s` is a draft that is not complete", SLICE_ARG(r->name));
	else if (name)
		cli_error(c, "there is no sequence `%s` here", name);
	else if (!k->result_count)
		cli_error(c, "there is no sequence here");
	else
		cli_error(c, "there are %u sequences here: name one with --sequence", k->result_count);
	for (uint32_t i = 0; !r && i < k->result_count; i++)
		fprintf(c->err, "  %.*s\n", SLICE_ARG(k->results[i].name));
	return NULL;
}

static int show(const struct cli *c, struct preview *p, struct slice sequence)
{
	struct arena arena;
	arena_init(&arena, 0, NULL);
	struct table t = {.arena = &arena, .zone = zone_of(p)};
	struct buf error = {0}, out = {0};
	int result = EXIT_DONE;
	p->texts = cli_has(c, "--texts") ? &t.texts : NULL;
	if (!preview_rows(p, on_line, &t, &error)) {
		cli_error(c, "the contact is refused: %s", buf_cstr(&error));
		result = EXIT_INPUT;
	} else {
		const char *format = cli_get(c, "--format");
		if (format && strcmp(format, "json") == 0)
			put_json(&out, &t);
		else
			put_table(&out, &t, sequence);
		out.failed = out.failed || t.moved.failed || t.texts.failed;
		if (!verb_put(c, &out))
			result = EXIT_CANNOT;
	}
	buf_free(&error);
	buf_free(&t.moved);
	buf_free(&t.texts);
	arena_free(&arena);
	return result;
}

static int preview(const struct cli *c, const struct compile *k, struct tz_db *zones)
{
	struct drive_field fields[FIELDS_MAX];
	struct preview p = {.policy = k->policy, .fields = fields, .zones = zones, .until_us = NEVER_US};
	const struct compile_result *sequence = pick(c, k);
	if (!sequence || !read_fields(c, fields, &p.field_count))
		return EXIT_CANNOT;
	p.plan = sequence->plan;
	p.mailbox = slice_of(cli_get(c, "--mailbox"));
	p.start_us = (int64_t)time(NULL) * US_PER_SECOND;
	const struct tz *zone = zone_of(&p);
	if (cli_has(c, "--start") && !read_instant(c, "--start", zone, &p.start_us))
		return EXIT_CANNOT;
	if (cli_has(c, "--until") && !read_instant(c, "--until", zone, &p.until_us))
		return EXIT_CANNOT;
	return show(c, &p, sequence->name);
}

static int run(const struct cli *c)
{
	struct compile k;
	int result = verb_compile(c, &k, true);
	if (result != EXIT_CANNOT)
		verb_put_diagnostics(c, &k);
	if (result == EXIT_DONE) {
		struct tz_db *zones = tz_db_open(NULL);
		if (zones) {
			result = preview(c, &k, zones);
			tz_db_close(zones);
		} else {
			cli_error(c, "out of memory");
			result = EXIT_CANNOT;
		}
	}
	compile_free(&k);
	return result;
}

/* ---- seqc build --emit effects ---- */

/* A Monday, 09:00 UTC. */
static const int64_t sample_start_us = INT64_C(1772442000) * US_PER_SECOND;

static struct slice sample_text(const struct image *m, enum plan_type type, struct slice name, uint32_t option)
{
	switch (type) {
	case TYPE_NUMBER: return SLICE("7");
	case TYPE_YES_NO: return SLICE("yes");
	case TYPE_DATE: return SLICE("2026-06-15");
	case TYPE_MOMENT: return SLICE("2026-06-15 10:00");
	case TYPE_DURATION: return SLICE("3 days");
	case TYPE_ZONE: return SLICE("UTC");
	case TYPE_EMAIL: return SLICE("ada@engines.example");
	case TYPE_PHONE: return SLICE("+15145550100");
	case TYPE_URL: return SLICE("https://engines.example/");
	case TYPE_ONE_OF: return image_string(m, IMAGE_ROWS(m, OPTION, option)[option].name);
	case TYPE_TEXT:
	case TYPE_COUNT: break;
	}
	return name;
}

/* A made-up contact: its addresses, and whatever must be there. */
static size_t sample_fields(const struct policy *policy, const struct plan *plan, struct arena *arena,
                            struct drive_field *fields)
{
	size_t n = 0;
	const struct plan_field *f = PLAN_ROWS(policy, FIELD, field);
	for (uint32_t i = 0; i < PLAN_COUNT(policy, FIELD) && n < FIELDS_MAX; i++, f++) {
		struct slice name = PLAN_STRING(policy, f->name);
		if (f->required || f->type == TYPE_EMAIL || f->type == TYPE_PHONE)
			fields[n++] = (struct drive_field){name, sample_text(&policy->image, f->type, name, f->option)};
	}
	const struct plan_input *in = PLAN_ROWS(plan, INPUT, input);
	for (uint32_t i = 0; i < PLAN_COUNT(plan, INPUT) && n < FIELDS_MAX; i++, in++) {
		struct slice name = PLAN_STRING(plan, in->name);
		if (in->required)
			fields[n++] = (struct drive_field){arena_printf(arena, "input.%.*s", SLICE_ARG(name)),
			                                   sample_text(&plan->image, in->type, name, in->option)};
	}
	return n;
}

/* The rows of one sequence as JSON lines, or why there are none. */
static void put_effects(struct buf *out, const struct compile *k, const struct compile_result *r, struct tz_db *zones)
{
	struct drive_field fields[FIELDS_MAX];
	struct arena arena;
	arena_init(&arena, 0, NULL);
	struct table t = {.arena = &arena};
	struct preview p = {.policy = k->policy, .plan = r->plan, .fields = fields, .zones = zones};
	p.start_us = sample_start_us;
	p.until_us = NEVER_US;
	struct policy policy;
	struct plan plan;
	struct image_error refused;
	struct buf error = {0};
	if (policy_load(&policy, p.policy.p, p.policy.n, true, &refused)) {
		if (plan_load(&plan, p.plan.p, p.plan.n, true, &refused)) {
			p.field_count = sample_fields(&policy, &plan, &arena, fields);
			if (!preview_rows(&p, on_line, &t, &error))
				buf_addf(out, "# %s\n", buf_cstr(&error));
			plan_free(&plan);
		}
		policy_free(&policy);
	}
	for (uint32_t i = 0; i < t.count; i++) {
		buf_add_slice(out, t.rows[i].json);
		buf_addc(out, '\n');
	}
	buf_free(&error);
	buf_free(&t.moved);
	arena_free(&arena);
}

void verb_put_effects(struct buf *out, const struct compile *k)
{
	struct tz_db *zones = tz_db_open(NULL);
	out->failed = out->failed || !zones;
	for (uint32_t i = 0; zones && i < k->result_count; i++)
		if (k->results[i].plan.n)
			put_effects(out, k, &k->results[i], zones);
	if (zones)
		tz_db_close(zones);
}

static const struct cli_flag flags[] = {
        COMPILE_FLAGS,
        {"--contact", "FIELD=VALUE", "a field of the contact, or input.NAME=VALUE", CLI_MANY},
        {"--sequence", "NAME", "which one, where there are several", CLI_ONCE},
        {"--mailbox", "NAME", "that it is sent from; by default the sequence's", CLI_ONCE},
        {"--start", "TIME", "when the contact is enrolled, in its own time; by default now", CLI_ONCE},
        {"--until", "TIME", "where to stop; by default at the end", CLI_ONCE},
        {"--texts", NULL, "what each message says, below its line", CLI_ONCE},
        {"--format", "text|json", "how to print", CLI_ONCE},
        {0},
};

const struct cli_verb verb_preview = {
        "preview", "shows what one contact would get, when, and why then",
        "  seqc preview cold.seq --contact email=ada@engines.example --contact timezone=Europe/Paris \\\n"
        "                        --start 2026-03-02T10:00",
        flags, run};
