/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/verbs/contacts.h"
#include "base/csv.h"
#include "base/hash.h"
#include "base/utf8.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define GROUP_ROWS  10000 /* a commit, where rows may be taken one by one */
#define BLOCK_BYTES 65536

struct loader {
	const struct contacts_request *request;
	struct contacts_result *result;
	FILE *file;
	struct csv csv;
	struct slice columns[CSV_COLUMNS_MAX]; /* point into header */
	int column_count;
	struct buf header, header_raw;
	FILE *refused; /* opened at the first refused row */
	struct buf error, key;
	char file_key[2 * SHA256_SIZE + 1];
	uint64_t row, committed; /* rows read, and of them those that are in the store */
};

bool contacts_parse_field(const struct cli *c, const char *text, struct drive_field *field)
{
	const char *equals = strchr(text, '=');
	if (!equals || equals == text) {
		cli_error(c, "`%s` is no FIELD=VALUE", text);
		return false;
	}
	field->name = (struct slice){text, (size_t)(equals - text)};
	field->text = slice_of(equals + 1);
	return true;
}

static const char *shown_path(const struct loader *l)
{
	return strcmp(l->request->path, "-") == 0 ? "<stdin>" : l->request->path;
}

/* FILE:LINE: why. What a file says may hold anything: control characters do not reach a terminal. */
static void complain(const struct loader *l, struct slice why)
{
	FILE *err = l->request->cli->err;
	fprintf(err, "%s:%u: ", shown_path(l), l->csv.line);
	for (size_t i = 0; i < why.n; i++)
		fputc((unsigned char)why.p[i] < ' ' || why.p[i] == 0x7f ? '?' : why.p[i], err);
	fputc('\n', err);
}

/* ---- the file ---- */

/* The idempotency key of a file's rows is its hash and their number (rule 16), with the sequence: the same file enrolls
 * once in each. The hash is that of a chain of blocks, so that no file is too large. */
static bool hash_file(struct loader *l)
{
	uint8_t chain[SHA256_SIZE + BLOCK_BYTES] = {0};
	size_t n;
	while ((n = fread(chain + SHA256_SIZE, 1, BLOCK_BYTES, l->file)) > 0) {
		uint8_t hash[SHA256_SIZE];
		sha256(chain, SHA256_SIZE + n, hash);
		memcpy(chain, hash, sizeof hash);
	}
	hex_encode(chain, SHA256_SIZE, l->file_key);
	return !ferror(l->file) && fseeko(l->file, 0, SEEK_SET) == 0;
}

/* The file is read twice, once for its hash. */
static FILE *copy_input(void)
{
	FILE *file = tmpfile();
	char block[BLOCK_BYTES];
	ssize_t n = 0;
	while (file && (n = read(STDIN_FILENO, block, sizeof block)) > 0)
		if (fwrite(block, 1, (size_t)n, file) != (size_t)n)
			break;
	if (file && n == 0 && fflush(file) == 0 && fseeko(file, 0, SEEK_SET) == 0)
		return file;
	if (file)
		fclose(file);
	return NULL;
}

/* ENXIO: something that is no file, a pipe maybe; a daemon would wait for it. */
static FILE *open_regular(const char *path)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		return fdopen(fd, "r");
	close(fd);
	errno = S_ISDIR(st.st_mode) ? EISDIR : ENXIO;
	return NULL;
}

static bool open_file(struct loader *l)
{
	l->file = strcmp(l->request->path, "-") == 0 ? copy_input() : open_regular(l->request->path);
	if (l->file && hash_file(l)) {
		csv_open(&l->csv, l->file);
		return true;
	}
	const char *why = errno == ENXIO ? "this is no file; what comes through a pipe is taken from standard input: -"
	                                 : strerror(errno);
	cli_error(l->request->cli, "%s: %s", shown_path(l), why);
	return false;
}

/* ---- refused rows ---- */

/* Never the file that is being read, however it is called. */
static bool open_refused(struct loader *l)
{
	struct stat mine, other;
	const char *path = l->request->refused_path;
	if (stat(path, &other) == 0 && fstat(fileno(l->file), &mine) == 0 && mine.st_dev == other.st_dev &&
	    mine.st_ino == other.st_ino) {
		buf_addf(&l->error, "%s: refused rows cannot go into the file that is read", path);
		return false;
	}
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600); /* addresses */
	l->refused = fd < 0 ? NULL : fdopen(fd, "w");
	if (l->refused && fwrite(l->header_raw.p, 1, l->header_raw.n, l->refused) == l->header_raw.n &&
	    fputc('\n', l->refused) != EOF)
		return true;
	buf_addf(&l->error, "%s: %s", path, strerror(errno));
	return false;
}

/* False: the file of refused rows failed. */
static bool refuse(struct loader *l, const char *reason)
{
	if (l->result->refused++ < CONTACTS_REPORTED_MAX)
		complain(l, slice_of(reason));
	if (!l->request->refused_path)
		return true;
	if (!l->refused && !open_refused(l))
		return false;
	if (csv_copy(&l->csv, l->refused))
		return true;
	buf_addf(&l->error, "%s: %s", l->request->refused_path, strerror(errno));
	return false;
}

/* ---- the header ---- */

/* Before any row: whether there is such a sequence at all. */
static bool check_sequence(struct loader *l)
{
	const struct contacts_request *q = l->request;
	struct buf why = {0};
	struct drive_enroll enroll = {.sequence = slice_of(q->sequence), .mailbox = slice_of(q->mailbox)};
	bool good = drive_enroll_column(q->drive, &enroll, (struct slice){0}, &why);
	if (!good)
		cli_error(q->cli, "%s", buf_cstr(&why));
	buf_free(&why);
	return good;
}

static bool check_column(struct loader *l, int at)
{
	const struct contacts_request *q = l->request;
	struct slice name = l->columns[at];
	struct buf why = {0};
	struct drive_enroll enroll = {.sequence = slice_of(q->sequence), .mailbox = slice_of(q->mailbox)};
	if (name.n == 0)
		buf_addf(&why, "column %d has no name", at + 1);
	else if (!utf8_valid(name))
		buf_addf(&why, "the name of column %d is not UTF-8", at + 1);
	for (int j = 0; j < at && !why.n; j++)
		if (slice_eq(name, l->columns[j]))
			buf_addf(&why, "two columns are called \"%.*s\"", SLICE_ARG(name));
	if (!why.n)
		drive_enroll_column(q->drive, &enroll, name, &why);
	bool good = why.n == 0;
	if (!good)
		complain(l, buf_slice(&why));
	buf_free(&why);
	return good;
}

static bool read_header(struct loader *l)
{
	const struct cli *c = l->request->cli;
	enum csv_result result = csv_next(&l->csv);
	if (result == CSV_END) {
		cli_error(c, "%s: the file is empty; its first line names the contact's fields: email,first_name,…",
		          shown_path(l));
		return false;
	}
	if (result != CSV_ROW) {
		complain(l, slice_of(result == CSV_BAD ? l->csv.error : strerror(errno)));
		return false;
	}
	buf_add_slice(&l->header_raw, buf_slice(&l->csv.raw));
	buf_add_slice(&l->header, buf_slice(&l->csv.row));
	l->column_count = l->csv.count;
	bool good = !l->header.failed && !l->header_raw.failed;
	for (int i = 0; good && i < l->column_count; i++)
		l->columns[i] =
		        slice_trim((struct slice){l->header.p + (l->csv.cells[i].p - l->csv.row.p), l->csv.cells[i].n});
	int bad = 0;
	for (int i = 0; good && i < l->column_count; i++)
		bad += !check_column(l, i);
	if (bad)
		cli_error(c, "the first line names contact fields of the workspace, and inputs of the sequence as "
		             "input.NAME; nobody is enrolled");
	return good && !bad;
}

/* ---- the rows ---- */

static bool count(struct loader *l, const struct drive_enrolled *enrolled)
{
	struct contacts_result *r = l->result;
	switch (enrolled->outcome) {
	case ENROLLED: r->enrolled++; break;
	case ENROLL_QUEUED: r->queued++; break;
	case ENROLL_ALREADY: r->already++; break;
	case ENROLL_REFUSED: return refuse(l, enrolled->reason);
	}
	if (enrolled->first_due_us != NEVER_US && enrolled->first_due_us > r->last_first_us)
		r->last_first_us = enrolled->first_due_us;
	return true;
}

/* False: the store failed, or the file of refused rows. */
static bool enroll_row(struct loader *l)
{
	const struct contacts_request *q = l->request;
	if (l->csv.count != l->column_count) {
		char why[96];
		snprintf(why, sizeof why, "%d cells, but the header has %d columns", l->csv.count, l->column_count);
		return refuse(l, why);
	}
	struct drive_field fields[CSV_COLUMNS_MAX];
	for (int i = 0; i < l->column_count; i++)
		fields[i] = (struct drive_field){l->columns[i], l->csv.cells[i]};
	buf_clear(&l->key);
	buf_addf(&l->key, "%s%s:%s:%llu", q->sequence ? q->sequence : "@", q->sequence ? "" : q->mailbox, l->file_key,
	         (unsigned long long)l->row);
	struct drive_enroll enroll = {
	        .sequence = slice_of(q->sequence),
	        .fields = fields,
	        .field_count = (size_t)l->column_count,
	        .mailbox = slice_of(q->mailbox),
	        .idempotency_key = buf_slice(&l->key),
	        .horizon_us = q->horizon_us,
	};
	struct drive_enrolled enrolled;
	return drive_enroll(q->drive, &enroll, q->now_us, &enrolled, &l->error) && count(l, &enrolled);
}

static void show_progress(const struct loader *l)
{
	if (!l->request->quiet && l->row % 5000 == 0 && isatty(fileno(l->request->cli->err)))
		fprintf(l->request->cli->err, "  %llu rows\r", (unsigned long long)l->row);
}

/* Rows up to the end of the file, or to where rows that are taken one by one are committed. False: failed. */
static bool enroll_group(struct loader *l, bool *end)
{
	for (;;) {
		enum csv_result result = csv_next(&l->csv);
		*end = result == CSV_END;
		if (*end)
			return true;
		l->row++;
		show_progress(l);
		if (result == CSV_FAILED)
			buf_addf(&l->error, "%s: %s", shown_path(l), strerror(errno));
		if (result == CSV_FAILED || !(result == CSV_BAD ? refuse(l, l->csv.error) : enroll_row(l)))
			return false;
		if (l->request->skip_bad && l->row % GROUP_ROWS == 0)
			return true;
	}
}

/* False: failed, error says how. One commit for the whole file, unless bad rows may be left out. */
static bool enroll_rows(struct loader *l)
{
	struct drive *drive = l->request->drive;
	for (bool end = false; !end;) {
		if (!drive_group_begin(drive, &l->error))
			return false;
		bool ok = enroll_group(l, &end);
		if (!ok || (l->result->refused && !l->request->skip_bad)) {
			drive_group_rollback(drive);
			return ok;
		}
		if (!drive_group_commit(drive, &l->error))
			return false;
		l->committed = l->row;
	}
	return true;
}

static int conclude(struct loader *l, bool done)
{
	const struct cli *c = l->request->cli;
	struct contacts_result *r = l->result;
	if (l->refused && fclose(l->refused) != 0 && done) {
		buf_addf(&l->error, "%s: %s", l->request->refused_path, strerror(errno));
		done = false;
	}
	if (r->refused > CONTACTS_REPORTED_MAX)
		fprintf(c->err, "… and %lld more rows\n", (long long)(r->refused - CONTACTS_REPORTED_MAX));
	if (!done) {
		cli_error(c, "%s", l->error.n ? buf_cstr(&l->error) : "out of memory");
		cli_error(c,
		          l->committed ? "the first %llu rows are dealt with; call again with the same file, and it "
		                         "goes on after them"
		                       : "nobody was enrolled",
		          (unsigned long long)l->committed);
		return EXIT_CANNOT;
	}
	if (r->refused && !l->request->skip_bad) {
		cli_error(c,
		          "%lld of %llu rows are refused, so none is taken; mend them, or take the others with "
		          "--skip-bad",
		          (long long)r->refused, (unsigned long long)l->row);
		r->enrolled = r->queued = r->already = 0;
	} else if (l->refused) {
		fprintf(c->err, "the refused rows are in %s\n", l->request->refused_path);
	}
	return r->refused ? EXIT_INPUT : EXIT_DONE;
}

int contacts_enroll(const struct contacts_request *request, struct contacts_result *result)
{
	struct loader l = {.request = request, .result = result};
	memset(result, 0, sizeof *result);
	int code = open_file(&l) ? EXIT_INPUT : EXIT_CANNOT;
	if (code == EXIT_INPUT && check_sequence(&l) && read_header(&l))
		code = conclude(&l, enroll_rows(&l));
	csv_close(&l.csv);
	if (l.file)
		fclose(l.file);
	buf_free(&l.header);
	buf_free(&l.header_raw);
	buf_free(&l.error);
	buf_free(&l.key);
	return code;
}
