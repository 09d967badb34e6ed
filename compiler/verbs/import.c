/* SPDX-License-Identifier: Apache-2.0
 * seqc import: a table that another tool exported, a row a step, as a sequence. What has no counterpart is kept as a
 * comment, and a row that cannot be read is reported with its line: then nothing is written. */
#include "base/csv.h"
#include "compiler/verbs/import_text.h"
#include "compiler/verbs/verbs.h"
#include <string.h>

enum { TABLE_BYTES_MAX = 16 << 20, NAME_BYTES_MAX = 40, STEPS_MAX = 500, DAYS_MAX = 3650 };

enum column { COLUMN_STEP, COLUMN_DAY, COLUMN_DELAY, COLUMN_CHANNEL, COLUMN_SUBJECT, COLUMN_BODY, COLUMN_COUNT };

/* What tools call these columns; without the case of letters, blanks and signs. */
static const struct {
	enum column column;
	const char *name;
} headers[] = {
        {COLUMN_STEP, "step"},
        {COLUMN_STEP, "step name"},
        {COLUMN_STEP, "step number"},
        {COLUMN_STEP, "name"},
        {COLUMN_STEP, "touch"},
        {COLUMN_STEP, "no"},
        {COLUMN_STEP, "order"},
        {COLUMN_DAY, "day"},
        {COLUMN_DAY, "day number"},
        {COLUMN_DAY, "send day"},
        {COLUMN_DAY, "on day"},
        {COLUMN_DAY, "day from start"},
        {COLUMN_DELAY, "after days"},
        {COLUMN_DELAY, "delay"},
        {COLUMN_DELAY, "delay days"},
        {COLUMN_DELAY, "delay in days"},
        {COLUMN_DELAY, "days after"},
        {COLUMN_DELAY, "days after previous"},
        {COLUMN_DELAY, "wait"},
        {COLUMN_DELAY, "wait days"},
        {COLUMN_DELAY, "days between"},
        {COLUMN_DELAY, "interval"},
        {COLUMN_DELAY, "interval days"},
        {COLUMN_DELAY, "after"},
        {COLUMN_CHANNEL, "channel"},
        {COLUMN_CHANNEL, "type"},
        {COLUMN_CHANNEL, "step type"},
        {COLUMN_CHANNEL, "action"},
        {COLUMN_CHANNEL, "medium"},
        {COLUMN_CHANNEL, "kind"},
        {COLUMN_SUBJECT, "subject"},
        {COLUMN_SUBJECT, "subject line"},
        {COLUMN_SUBJECT, "email subject"},
        {COLUMN_SUBJECT, "title"},
        {COLUMN_BODY, "body"},
        {COLUMN_BODY, "message"},
        {COLUMN_BODY, "text"},
        {COLUMN_BODY, "content"},
        {COLUMN_BODY, "email body"},
        {COLUMN_BODY, "message body"},
        {COLUMN_BODY, "template"},
        {COLUMN_BODY, "html"},
        {COLUMN_BODY, "note"},
        {COLUMN_BODY, "notes"},
        {COLUMN_BODY, "copy"},
};

enum channel_kind { CHANNEL_IS_EMAIL, CHANNEL_IS_SMS, CHANNEL_IS_TASK };

struct row {
	uint32_t line;
	struct slice name, channel, subject, body;
	enum channel_kind kind;
	int64_t wait; /* before it; 0: none */
	const char *unit;
};

struct import {
	const struct cli *c;
	const char *path;
	struct arena *arena;
	struct csv csv;
	int columns[COLUMN_COUNT]; /* where each stands; -1: nowhere */
	int header_count;
	int64_t day; /* of the row before */
	struct row rows[STEPS_MAX];
	uint32_t count, refused;
	struct import_text text;
};

__attribute__((format(printf, 3, 4))) static void refuse(struct import *m, uint32_t line, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	fprintf(m->c->err, "%s:%u: ", m->path, line);
	vfprintf(m->c->err, format, args);
	fputc('\n', m->c->err);
	va_end(args);
	m->refused++;
}

/* ---- the header ---- */

/* The sign that stands most often in the first line, outside of quotes. */
static char separator_of(struct slice text)
{
	static const char signs[] = {',', ';', '\t'};
	size_t counts[3] = {0}, best = 0;
	bool quoted = false;
	for (size_t i = 0; i < text.n && (quoted || text.p[i] != '\n'); i++) {
		quoted = quoted != (text.p[i] == '"');
		for (size_t k = 0; k < 3; k++)
			counts[k] += !quoted && text.p[i] == signs[k];
	}
	for (size_t k = 1; k < 3; k++)
		best = counts[k] > counts[best] ? k : best;
	return signs[best];
}

static int column_of(struct slice head)
{
	for (size_t i = 0; i < sizeof headers / sizeof *headers; i++)
		if (import_same_word(head, headers[i].name))
			return (int)headers[i].column;
	return -1;
}

static void read_header(struct import *m)
{
	for (int k = 0; k < COLUMN_COUNT; k++)
		m->columns[k] = -1;
	m->header_count = m->csv.count;
	for (int i = 0; i < m->csv.count; i++) {
		struct slice head = slice_trim(m->csv.cells[i]);
		int k = column_of(head);
		if (import_same_word(head, "days"))
			refuse(m, m->csv.line,
			       "the column `%.*s` can be read two ways: call it `day` (counted from the enrollment) or "
			       "`after days` (between two steps)",
			       SLICE_ARG(head));
		else if (k < 0 && head.n)
			fprintf(m->c->err, "%s:%u: the column `%.*s` is left out\n", m->path, m->csv.line,
			        SLICE_ARG(head));
		else if (k >= 0 && m->columns[k] >= 0)
			refuse(m, m->csv.line, "two columns say the same: `%.*s` is the second", SLICE_ARG(head));
		else if (k >= 0)
			m->columns[k] = i;
	}
	if (m->columns[COLUMN_BODY] < 0 && m->columns[COLUMN_SUBJECT] < 0)
		refuse(m, m->csv.line, "there is no column `body` and none `subject`: the first row names the columns");
	if (m->columns[COLUMN_DAY] >= 0 && m->columns[COLUMN_DELAY] >= 0)
		refuse(m, m->csv.line,
		       "there is a column of days from the enrollment and one of days between: leave one out");
}

/* ---- rows ---- */

static struct slice cell(const struct import *m, enum column k)
{
	int at = m->columns[k];
	return at >= 0 && at < m->csv.count ? slice_trim(m->csv.cells[at]) : (struct slice){NULL, 0};
}

/* "3", "Day 3", "D3", "+3 days", "4 hours": the number, and the word after it. */
static bool read_amount(struct slice s, int64_t *amount, struct slice *unit)
{
	size_t from = 0, end;
	while (from < s.n && !(s.p[from] >= '0' && s.p[from] <= '9')) {
		if (s.p[from] == '-')
			return false;
		from++;
	}
	for (end = from; end < s.n && s.p[end] >= '0' && s.p[end] <= '9';)
		end++;
	struct slice before = {s.p, from};
	*unit = slice_trim((struct slice){s.p + end, s.n - end});
	bool known = import_same_word(before, "") || import_same_word(before, "day") || import_same_word(before, "d") ||
	             import_same_word(before, "after");
	return known && end > from && slice_to_i64((struct slice){s.p + from, end - from}, amount) &&
	       *amount <= DAYS_MAX;
}

static const char *unit_of(struct slice s)
{
	static const struct {
		const char *theirs, *ours;
	} units[] = {{"", "days"},
	             {"d", "days"},
	             {"day", "days"},
	             {"days", "days"},
	             {"h", "hours"},
	             {"hour", "hours"},
	             {"hours", "hours"},
	             {"hrs", "hours"},
	             {"week", "weeks"},
	             {"weeks", "weeks"},
	             {"w", "weeks"},
	             {"minute", "minutes"},
	             {"min", "minutes"},
	             {"minutes", "minutes"},
	             {"business days", "business days"},
	             {"business day", "business days"},
	             {"working days", "business days"},
	             {"day later", "days"},
	             {"days later", "days"}};
	for (size_t i = 0; i < sizeof units / sizeof *units; i++)
		if (import_same_word(s, units[i].theirs))
			return units[i].ours;
	return NULL;
}

/* The wait before the row, from its day or its delay; false: refused. */
static bool read_wait(struct import *m, struct row *r)
{
	struct slice day = cell(m, COLUMN_DAY), delay = cell(m, COLUMN_DELAY), unit;
	int64_t n = 0;
	r->unit = "days";
	if (m->columns[COLUMN_DAY] >= 0) {
		if (!read_amount(day, &n, &unit) || unit.n) {
			refuse(m, r->line, "`%.*s` is no day: write a number, counted from the enrollment",
			       SLICE_ARG(day));
			return false;
		}
		if (m->count && n < m->day) {
			refuse(m, r->line, "day %lld comes after day %lld: the rows must stand in their order",
			       (long long)n, (long long)m->day);
			return false;
		}
		/* The first day is day 0 for some and day 1 for others. */
		r->wait = m->count ? n - m->day : n <= 1 ? 0 : n;
		m->day = n;
		return true;
	}
	if (!delay.n)
		return true;
	if (!read_amount(delay, &r->wait, &unit) || !(r->unit = unit_of(unit))) {
		refuse(m, r->line, "`%.*s` is no time to wait: write a number of days, or `4 hours`", SLICE_ARG(delay));
		return false;
	}
	return true;
}

static enum channel_kind kind_of(struct slice channel)
{
	static const char *const emails[] = {"email",      "mail",         "e mail", "automatic email",
	                                     "auto email", "manual email", ""};
	static const char *const texts[] = {"sms", "text", "text message"};
	for (size_t i = 0; i < sizeof emails / sizeof *emails; i++)
		if (import_same_word(channel, emails[i]))
			return CHANNEL_IS_EMAIL;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (import_same_word(channel, texts[i]))
			return CHANNEL_IS_SMS;
	return CHANNEL_IS_TASK;
}

/* Letters and digits of the text, joined by `_`; empty where there is no letter. */
static struct slice slug(struct arena *arena, struct slice s)
{
	char *out = arena_alloc(arena, NAME_BYTES_MAX + 1);
	size_t n = 0;
	bool letter = false;
	for (size_t i = 0; i < s.n && n < NAME_BYTES_MAX; i++) {
		char c = s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char)(s.p[i] + 'a' - 'A') : s.p[i];
		bool is_letter = c >= 'a' && c <= 'z', is_digit = c >= '0' && c <= '9';
		letter = letter || is_letter;
		if (is_letter || (is_digit && letter))
			out[n++] = c;
		else if (n && out[n - 1] != '_')
			out[n++] = '_';
	}
	while (n && out[n - 1] == '_')
		n--;
	return (struct slice){out, n};
}

/* A name that no earlier step has: of the column, or the channel and a number. */
static struct slice step_name(const struct import *m, const struct row *r)
{
	static const char *const words[] = {"email", "sms", "task"};
	struct slice base = slug(m->arena, cell(m, COLUMN_STEP));
	/* "1", "Step 1" and the like say no more than the place does. */
	if (!base.n || slice_is(base, "step") || slice_starts(base, "step_"))
		base = (struct slice){NULL, 0};
	for (uint32_t k = base.n ? 1 : m->count + 1;; k++) {
		struct slice name = base;
		if (!base.n)
			name = arena_printf(m->arena, "%s_%u", words[r->kind], k);
		else if (k > 1 || !verb_is_name(base))
			name = arena_printf(m->arena, "%.*s_%u", SLICE_ARG(base), k);
		bool taken = false;
		for (uint32_t i = 0; i < m->count && !taken; i++)
			taken = slice_eq(m->rows[i].name, name);
		if (!taken)
			return name;
	}
}

static void read_row(struct import *m)
{
	struct row r = {.line = m->csv.line};
	if (m->csv.count > m->header_count) {
		refuse(m, r.line, "%d cells, but the header has %d columns", m->csv.count, m->header_count);
		return;
	}
	r.channel = arena_copy(m->arena, cell(m, COLUMN_CHANNEL));
	r.subject = arena_copy(m->arena, cell(m, COLUMN_SUBJECT));
	r.body = arena_copy(m->arena, cell(m, COLUMN_BODY));
	r.kind = kind_of(r.channel);
	bool empty = !r.channel.n && !r.subject.n && !r.body.n;
	if (empty)
		refuse(m, r.line, "the row says neither what to send nor what to do");
	else if (r.kind != CHANNEL_IS_TASK && !r.body.n)
		refuse(m, r.line, "%s without a text", r.kind == CHANNEL_IS_SMS ? "an SMS" : "an e-mail");
	else if (m->count == STEPS_MAX)
		refuse(m, r.line, "more than %d steps", STEPS_MAX);
	else if (read_wait(m, &r)) {
		r.name = step_name(m, &r);
		m->rows[m->count++] = r;
	}
}

/* ---- the sequence ---- */

static void put_comment(struct buf *out, struct slice text)
{
	struct slice line = {text.p, 0};
	for (size_t i = 0; i <= text.n && text.n; i++) {
		if (i < text.n && text.p[i] != '\n') {
			line.n++;
			continue;
		}
		buf_addf(out, "    # %.*s\n", SLICE_ARG(line));
		line = (struct slice){text.p + i + 1, 0};
	}
}

/* `Re: ` is put before a follow-up's subject by us. */
static struct slice without_re(struct slice s)
{
	while (s.n >= 3 && (s.p[0] == 'R' || s.p[0] == 'r') && (s.p[1] == 'E' || s.p[1] == 'e') && s.p[2] == ':')
		s = slice_trim((struct slice){s.p + 3, s.n - 3});
	return s;
}

static void put_email(struct import *m, struct buf *out, const struct row *r, struct slice *thread)
{
	struct slice subject = without_re(r->subject);
	buf_addf(out, "    email %.*s {\n", SLICE_ARG(r->name));
	if (!thread->n || (subject.n && !slice_eq(subject, *thread))) {
		buf_adds(out, "        subject ");
		import_put_text(&m->text, out, subject, IMPORT_LINE, 0);
		buf_addc(out, '\n');
		if (thread->n)
			buf_adds(out, "        new_thread\n");
		*thread = subject;
	}
	buf_adds(out, "        body ");
	import_put_text(&m->text, out, r->body, IMPORT_BODY, 12);
	buf_adds(out, "\n    }\n");
}

/* A call, a visit, a message by hand: somebody's task, with all that the table says about it. */
static void put_task(struct import *m, struct buf *out, const struct row *r)
{
	struct slice body = import_plain(m->arena, r->body), title = r->subject.n ? r->subject : body;
	size_t first = 0;
	while (first < title.n && title.p[first] != '\n' && first < 100)
		first++;
	while (first < title.n && ((unsigned char)title.p[first] & 0xC0) == 0x80)
		first--;
	bool whole = first == title.n;
	title.n = first;
	if (body.n && (r->subject.n || !whole))
		put_comment(out, body);
	buf_addf(out, "    task %.*s ", SLICE_ARG(r->name));
	struct slice text = title;
	if (!import_same_word(r->channel, "task") && !import_same_word(r->channel, "to do"))
		text = arena_printf(m->arena, "%.*s%s%.*s", SLICE_ARG(r->channel), title.n && r->channel.n ? ": " : "",
		                    SLICE_ARG(title));
	import_put_text(&m->text, out, text.n ? text : SLICE("To do"), IMPORT_LINE, 0);
	buf_addc(out, '\n');
}

static void put_steps(struct import *m, struct buf *out)
{
	struct slice thread = {NULL, 0};
	for (uint32_t i = 0; i < m->count; i++) {
		const struct row *r = &m->rows[i];
		if (r->wait)
			buf_addf(out, "    wait %lld %.*s\n", (long long)r->wait,
			         (int)(strlen(r->unit) - (r->wait == 1)), r->unit);
		if (r->kind == CHANNEL_IS_EMAIL) {
			put_email(m, out, r, &thread);
		} else if (r->kind == CHANNEL_IS_SMS) {
			buf_addf(out, "    sms %.*s {\n        text ", SLICE_ARG(r->name));
			import_put_text(&m->text, out, r->body, IMPORT_PLAIN, 12);
			buf_adds(out, "\n    }\n");
		} else {
			put_task(m, out, r);
		}
	}
}

static void put_sequence(struct import *m, struct buf *out, struct slice name, struct slice title)
{
	struct buf steps = {0};
	put_steps(m, &steps);
	buf_adds(out, "# Made by `seqc import`, and yours to change.\n");
	if (m->columns[COLUMN_DAY] >= 0 && m->count && m->rows[0].wait == 0)
		buf_adds(out, "# The first day of the table is the day of the enrollment.\n");
	if (m->text.unknown_count) {
		buf_adds(out,
		         "# A draft, because these stand in the texts as they are: no field of a contact is known for "
		         "them.\n#   ");
		for (uint32_t i = 0; i < m->text.unknown_count; i++)
			buf_addf(out, " %.*s", SLICE_ARG(m->text.unknown[i]));
		buf_adds(out, "\n# Write {{a_field | default \"…\"}} in their place, then delete the word `draft`.\n");
	}
	buf_addf(out, "%ssequence %.*s ", m->text.unknown_count ? "draft " : "", SLICE_ARG(name));
	import_put_text(&m->text, out, title, IMPORT_LINE, 0);
	buf_adds(out, " {\n    window mon-fri 09:00-17:00  # in the contact's own zone\n    skip   weekends\n"
	              "    exit on reply\n\n");
	buf_add_slice(out, buf_slice(&steps));
	buf_adds(out, "}\n");
	out->failed = out->failed || steps.failed;
	buf_free(&steps);
}

/* ---- the call ---- */

static bool read_table(struct import *m, struct slice text)
{
	FILE *file = fmemopen((void *)text.p, text.n, "r");
	if (!file) {
		cli_error(m->c, "out of memory");
		return false;
	}
	csv_open(&m->csv, file);
	m->csv.separator = separator_of(text);
	enum csv_result result;
	bool header = false;
	while ((result = csv_next(&m->csv)) == CSV_ROW || result == CSV_BAD) {
		if (result == CSV_BAD)
			refuse(m, m->csv.line, "%s", m->csv.error);
		else if (header)
			read_row(m);
		else
			read_header(m);
		if (!header && m->refused)
			break;
		header = true;
	}
	csv_close(&m->csv);
	fclose(file);
	if (result == CSV_FAILED)
		cli_error(m->c, "cannot read %s", m->path);
	return result != CSV_FAILED;
}

/* The first e-mail of the table needs a subject. */
static void check_subject(struct import *m)
{
	for (uint32_t i = 0; i < m->count; i++) {
		if (m->rows[i].kind != CHANNEL_IS_EMAIL)
			continue;
		if (!without_re(m->rows[i].subject).n)
			refuse(m, m->rows[i].line, "the first e-mail has no subject");
		return;
	}
}

static struct slice stem_of(const char *path)
{
	struct slice s = slice_of(path);
	for (size_t i = s.n; i > 0; i--)
		if (s.p[i - 1] == '/') {
			s = (struct slice){s.p + i, s.n - i};
			break;
		}
	for (size_t i = s.n; i > 1; i--)
		if (s.p[i - 1] == '.')
			return (struct slice){s.p, i - 1};
	return s;
}

/* The name to give, from --name, or from a file's; false: --name is none. */
static bool name_of(const struct import *m, const char *out_path, struct slice *name, struct slice *title)
{
	const char *given = cli_get(m->c, "--name");
	*title = strcmp(out_path, "-") != 0 ? stem_of(out_path) : stem_of(m->path);
	if (title->n && title->p[0] == '<') /* standard input */
		*title = given ? slice_of(given) : SLICE("Imported");
	*name = given ? slice_of(given) : slug(m->arena, *title);
	if (given && !verb_is_name(*name)) {
		cli_error(m->c, "--name takes a name like `spring_offer`, not `%s`", given);
		return false;
	}
	if (!verb_is_name(*name))
		*name = SLICE("imported");
	return true;
}

static int convert(struct import *m, const char *out_path)
{
	struct slice name, title;
	if (!name_of(m, out_path, &name, &title))
		return EXIT_CANNOT;
	if (!m->count && !m->refused)
		refuse(m, 1, "there is no row below the header");
	check_subject(m);
	if (m->refused) {
		cli_error(m->c, "%u row%s refused, and nothing is written", m->refused, m->refused == 1 ? "" : "s");
		return EXIT_INPUT;
	}
	struct compile own;
	const struct compile *k = verb_own_workspace(&own, strcmp(out_path, "-") == 0 ? "" : out_path);
	m->text = (struct import_text){.workspace = k ? k->workspace : NULL, .arena = m->arena};
	struct buf out = {0};
	put_sequence(m, &out, name, title);
	bool ok = verb_write_new(m->c, out_path, &out);
	if (ok && strcmp(out_path, "-") != 0)
		fprintf(m->c->out, "made %s: %u steps; `seqc check %s` says what your workspace still lacks\n",
		        out_path, m->count, out_path);
	for (uint32_t i = 0; ok && i < m->text.unknown_count; i++)
		fprintf(m->c->err, "no field of a contact is known for %.*s: it stands in the text as it is\n",
		        SLICE_ARG(m->text.unknown[i]));
	buf_free(&out);
	compile_free(&own);
	return ok ? EXIT_DONE : EXIT_CANNOT;
}

static int run(const struct cli *c)
{
	const char *path = cli_get(c, "TABLE"), *out_path = cli_get(c, "-o");
	struct buf text = {0};
	struct arena arena;
	arena_init(&arena, 0, NULL);
	int result = EXIT_CANNOT;
	if (verb_read(c, path, TABLE_BYTES_MAX, &text)) {
		struct import *m = ARENA_NEW(&arena, struct import);
		m->c = c;
		m->path = strcmp(path, "-") == 0 ? "<stdin>" : path;
		m->arena = &arena;
		bool empty = !text.n;
		/* csv.c may seek to just behind a last line without an end, which memory does not let it. */
		buf_addc(&text, '\n');
		if (text.failed) {
			cli_error(c, "out of memory");
		} else if (empty) {
			cli_error(c, "%s is empty", m->path);
			result = EXIT_INPUT;
		} else if (read_table(m, buf_slice(&text))) {
			result = convert(m, out_path ? out_path : "-");
		}
	}
	buf_free(&text);
	arena_free(&arena);
	return result;
}

static const struct cli_flag flags[] = {
        {"TABLE", NULL, "a CSV file with columns step, day or after days, channel, subject, body", CLI_REQUIRED},
        {"-o", "FILE", "the file to make; by default standard output", CLI_ONCE},
        {"--name", "NAME", "of the sequence; by default the file's", CLI_ONCE},
        {0},
};

const struct cli_verb verb_import = {
        "import", "makes a sequence of a table that another tool exported",
        "`day` is counted from the enrollment, `after days` from the step before. Without a channel a row is an\n"
        "e-mail; a channel that is neither e-mail nor SMS becomes a task. {{FirstName}}, %FIRST_NAME%, [First Name] "
        "and\n"
        "their like become fields of the contact.\n\n"
        "  seqc import cadence.csv -o cadence.seq",
        flags, run};
