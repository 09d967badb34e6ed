/* SPDX-License-Identifier: Apache-2.0
 * A field that nobody declared, a locale that is not there, a row with a quote too many: each is said with what would
 * do instead. */
#include "compiler/verbs/preview_who.h"
#include "base/csv.h"
#include "base/nearest.h"
#include "base/utf8.h"
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

/* ---- names ---- */

struct names {
	struct slice *items;
	uint32_t count, cap;
};

/* The contact's fields, and the sequence's inputs as input.NAME. */
static struct names known_names(struct preview *p)
{
	struct names names = {0};
	for (uint32_t i = 0; i < PLAN_COUNT(&p->policy, FIELD); i++)
		ARENA_PUSH(p->arena, names.items, names.count, names.cap) =
		        PLAN_STRING(&p->policy, PLAN_ROWS(&p->policy, FIELD, field)[i].name);
	for (uint32_t i = 0; i < PLAN_COUNT(&p->plan, INPUT); i++) {
		struct slice name = PLAN_STRING(&p->plan, PLAN_ROWS(&p->plan, INPUT, input)[i].name);
		ARENA_PUSH(p->arena, names.items, names.count, names.cap) =
		        arena_printf(p->arena, "input.%.*s", SLICE_ARG(name));
	}
	return names;
}

static void list_names(FILE *err, const char *what, const struct slice *names, uint32_t count)
{
	fprintf(err, "  %s:", what);
	for (uint32_t i = 0; i < count; i++)
		fprintf(err, "%s %.*s", i ? "," : "", SLICE_ARG(names[i]));
	fputc('\n', err);
}

/* A file or a shell may bring anything: what is shown of it steers no terminal. */
static struct slice shown(struct preview *p, struct slice text)
{
	struct buf safe = {0};
	utf8_add_safe(&safe, text.n > 80 ? (struct slice){text.p, 80} : text);
	return arena_take(p->arena, &safe);
}

static bool is_known(const struct cli *c, struct preview *p, const struct names *names, struct slice name)
{
	struct slice bare = slice_after(name, "contact.");
	for (uint32_t i = 0; i < names->count; i++)
		if (slice_eq(names->items[i], bare))
			return true;
	int near = nearest_word(bare, names->items, names->count);
	cli_error(c, "there is no field `%.*s`%s%.*s%s", SLICE_ARG(shown(p, name)), near >= 0 ? "; did you mean `" : "",
	          SLICE_ARG(near >= 0 ? names->items[near] : (struct slice){0}), near >= 0 ? "`?" : "");
	list_names(c->err, "the fields", names->items, names->count);
	return false;
}

/* ---- --contact ---- */

static bool read_flags(const struct cli *c, struct preview *p, struct play *play)
{
	struct names names = known_names(p);
	const char *word;
	for (int i = 0; (word = cli_get_nth(c, "--contact", i)); i++) {
		const char *equals = strchr(word, '=');
		if (!equals || equals == word) {
			cli_error(c, "--contact takes FIELD=VALUE, not `%.*s`", SLICE_ARG(shown(p, slice_of(word))));
			return false;
		}
		struct slice name = {word, (size_t)(equals - word)};
		if (!is_known(c, p, &names, name))
			return false;
		play_set_field(play, name, slice_of(equals + 1), p->arena);
	}
	return true;
}

/* ---- nobody was named ---- */

/* It has agreed to whatever a channel asks: what the consents read is yes. */
static void agree(struct preview *p, struct play *play)
{
	const struct plan_mailbox *m = PLAN_ROWS(&p->policy, MAILBOX, mailbox);
	for (uint32_t i = 0; i < PLAN_COUNT(&p->policy, MAILBOX); i++) {
		uint32_t pc = m[i].consent;
		while (pc != NONE && pc < p->policy.code_length) {
			struct instruction in = instruction_at(p->policy.code, pc);
			if (in.op == OP_RETURN)
				break;
			const struct plan_field *f = PLAN_ROWS(&p->policy, FIELD, field);
			if (in.op == OP_CONTACT && f[in.a].type == TYPE_YES_NO)
				play_set_field(play, PLAN_STRING(&p->policy, f[in.a].name), SLICE("yes"), p->arena);
			pc = in.next;
		}
	}
}

static void make_up(struct preview *p, struct play *play)
{
	static const struct {
		const char *name, *text;
	} PEOPLE[] = {{"first_name", "Ada"}, {"last_name", "Lovelace"}, {"company", "Engines"}};
	play_sample(play, &p->policy, &p->plan, p->arena);
	for (size_t i = 0; i < sizeof PEOPLE / sizeof *PEOPLE; i++) {
		uint32_t row = plan_find_field(&p->policy.image, slice_of(PEOPLE[i].name));
		bool there = play_field(play, slice_of(PEOPLE[i].name)) != NULL;
		if (there || (row != NONE && PLAN_ROWS(&p->policy, FIELD, field)[row].type == TYPE_TEXT))
			play_set_field(play, slice_of(PEOPLE[i].name), slice_of(PEOPLE[i].text), p->arena);
	}
	/* It lives where the workspace does. */
	struct slice zone = PLAN_STRING(&p->policy, p->policy.workspace->zone_field);
	if (zone.n)
		play_set_field(play, zone, PLAN_STRING(&p->policy, p->policy.workspace->zone), p->arena);
	agree(p, play);
}

/* ---- --contacts ---- */

static bool read_header(const struct cli *c, struct preview *p, const struct csv *csv, const char *path,
                        struct slice *columns)
{
	struct names names = known_names(p);
	for (int i = 0; i < csv->count; i++) {
		columns[i] = arena_copy(p->arena, slice_trim(csv->cells[i]));
		if (!is_known(c, p, &names, columns[i])) {
			fprintf(c->err,
			        "  the first line of %s names the fields, with commas between them: "
			        "email,first_name,…\n",
			        path);
			return false;
		}
		for (int before = 0; before < i; before++)
			if (slice_eq(columns[before], columns[i])) {
				cli_error(c, "%s:1: two columns are called `%.*s`", path, SLICE_ARG(columns[i]));
				return false;
			}
	}
	return true;
}

static void add_contact(struct preview *p, const struct csv *csv, const struct slice *columns, int count,
                        struct preview_who *who)
{
	if (who->count == PREVIEW_CONTACTS_MAX) {
		who->left_out++;
		return;
	}
	who->lines[who->count] = csv->line;
	struct play *play = &who->plays[who->count++];
	*play = (struct play){.fields = ARENA_ARRAY(p->arena, struct drive_field, csv->count + 1)};
	for (int i = 0; i < csv->count && i < count; i++)
		if (csv->cells[i].n)
			play->fields[play->field_count++] =
			        (struct drive_field){columns[i], arena_copy(p->arena, csv->cells[i])};
}

static bool read_rows(const struct cli *c, struct preview *p, struct csv *csv, const char *path,
                      struct preview_who *who)
{
	struct slice columns[CSV_COLUMNS_MAX];
	int count = 0;
	for (bool header = true;; header = false) {
		enum csv_result result = csv_next(csv);
		if (result == CSV_END && (header || !who->count)) {
			cli_error(c, "%s has no contacts: its first line names the fields, each line after it is one",
			          path);
			return false;
		}
		if (result == CSV_END)
			return true;
		if (result != CSV_ROW) {
			cli_error(c, "%s:%u: %s", path, csv->line, result == CSV_BAD ? csv->error : strerror(errno));
			return false;
		}
		if (!header && csv->count != count) {
			cli_error(c, "%s:%u: %d cells, but the header has %d columns", path, csv->line, csv->count,
			          count);
			return false;
		}
		if (header && !read_header(c, p, csv, path, columns))
			return false;
		if (header)
			count = csv->count;
		else
			add_contact(p, csv, columns, count, who);
	}
}

static bool read_file(const struct cli *c, struct preview *p, const char *path, struct preview_who *who)
{
	struct csv csv;
	struct stat st;
	if (strcmp(path, "-") == 0) {
		cli_error(c, "--contacts takes a file; it is not read from standard input");
		return false;
	}
	FILE *file = fopen(path, "re");
	if (file && fstat(fileno(file), &st) == 0 && S_ISDIR(st.st_mode)) {
		fclose(file);
		file = NULL;
		errno = EISDIR;
	}
	if (!file) {
		cli_error(c, "cannot read %s: %s", path, strerror(errno));
		return false;
	}
	csv_open(&csv, file);
	bool ok = read_rows(c, p, &csv, path, who);
	csv_close(&csv);
	fclose(file);
	return ok;
}

/* ---- --locale ---- */

static bool set_locale(const struct cli *c, struct preview *p, struct play *play)
{
	struct slice name = slice_of(cli_get(c, "--locale"));
	struct slice field = PLAN_STRING(&p->policy, p->policy.workspace->locale_field);
	bool there = false;
	for (uint32_t i = 0; i < p->locale_count; i++)
		there = there || slice_eq(p->locales[i], name);
	if (!there) {
		cli_error(c, "there is no locale `%.*s` here", SLICE_ARG(shown(p, name)));
		list_names(c->err, "the locales", p->locales, p->locale_count);
		return false;
	}
	if (!field.n) {
		cli_error(c,
		          "no field of the contact says its locale: give it one, `locale one of …`, in workspace.seq");
		return false;
	}
	play_set_field(play, field, name, p->arena);
	return true;
}

/* ---- times ---- */

/* "2026-03-02T10:00", "2026-03-02 10:00", "2026-03-02", or with an offset. */
static bool parse_instant(struct slice text, const struct tz *zone, int64_t *instant_us)
{
	int64_t wall_us;
	int32_t day;
	if (civil_parse_rfc3339(text, instant_us))
		return true;
	if (civil_parse_wall(text, &wall_us)) {
		*instant_us = tz_from_wall(zone, wall_us, TZ_COMPATIBLE);
		return true;
	}
	if (!civil_parse_date(text, &day))
		return false;
	*instant_us = tz_start_of_day(zone, day);
	return true;
}

static bool read_instant(const struct cli *c, const char *flag, const struct tz *zone, int64_t *instant_us)
{
	struct slice text = slice_of(cli_get(c, flag));
	if (!parse_instant(text, zone, instant_us))
		cli_error(c, "%s takes a time like 2026-03-02T10:00 or 2026-03-02T10:00:00+01:00, not `%.*s`", flag,
		          SLICE_ARG(text));
	else if (*instant_us < 0)
		cli_error(c, "%s takes a time since 1970, not `%.*s`", flag, SLICE_ARG(text));
	else
		return true;
	return false;
}

int preview_who(const struct cli *c, struct preview *p, struct preview_who *who)
{
	const char *file = cli_get(c, "--contacts");
	bool named = cli_has(c, "--contact");
	*who = (struct preview_who){.made_up = !file && !named};
	if (file && named) {
		cli_error(c, "give either --contact FIELD=VALUE or --contacts FILE");
		return EXIT_CANNOT;
	}
	if (file && !read_file(c, p, file, who))
		return EXIT_CANNOT;
	if (!file) {
		who->count = 1;
		if (who->made_up)
			make_up(p, &who->plays[0]);
		else if (!read_flags(c, p, &who->plays[0]))
			return EXIT_CANNOT;
	}
	int64_t now_us = (int64_t)time(NULL) * US_PER_SECOND;
	for (uint32_t i = 0; i < who->count; i++) {
		struct play *play = &who->plays[i];
		play->sequence = p->result->name;
		play->mailbox = slice_of(cli_get(c, "--mailbox"));
		if (cli_has(c, "--locale") && !set_locale(c, p, play))
			return EXIT_CANNOT;
		const struct tz *zone = play_zone(play, &p->policy, p->zones);
		play->start_us = now_us;
		if (cli_has(c, "--start") && !read_instant(c, "--start", zone, &play->start_us))
			return EXIT_CANNOT;
		if (i == 0 && cli_has(c, "--until") && !read_instant(c, "--until", zone, &p->until_us))
			return EXIT_CANNOT;
		if (p->until_us < play->start_us) {
			cli_error(c, "--until is before %s, when the contact is enrolled",
			          cli_has(c, "--start") ? "--start" : "now");
			return EXIT_CANNOT;
		}
	}
	return EXIT_DONE;
}
