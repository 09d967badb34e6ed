/* SPDX-License-Identifier: Apache-2.0
 * The SQLite store: opening (lock, pragmas, schema), transactions, statements, and what its errors mean. One file in
 * WAL mode; every commit is synced (synchronous=FULL), which costs nothing from a thousand transitions a commit. A lock
 * file beside it keeps a second writer out; readers need none and see one snapshot. */
#include "runtime/store/store_sqlite.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define APPLICATION_ID 0x53657164 /* "Seqd", in the file's header */
/* Replaying these takes a fraction of a second; more would save little writing. */
#define WRITE_BACK_EVERY 200000
/* Rows in memory: some 300,000 enrollments. */
#define MEMORY_LIMIT (48u << 20)

static const char *const lite_texts[SQL_COUNT] = {
#define SQL(NAME, text) text,
        LITE_STATEMENTS
#undef SQL
};

void store_sqlite_configure(void)
{
	sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

/* ---- errors ---- */

static bool is_disk_full(int code, int system_error)
{
	return (code & 0xff) == SQLITE_FULL ||
	       ((code & 0xff) == SQLITE_IOERR &&
	        (system_error == ENOSPC || system_error == EDQUOT || system_error == EFBIG));
}

/* Why SQLite's last call failed, in words that say what to do. Always false. */
static bool lite_fail(struct lite *l)
{
	/* SQLite keeps the system's error for some calls only; errno is that of the call it has just come back from. */
	int last_error = errno, code = sqlite3_extended_errcode(l->db), kept = sqlite3_system_errno(l->db);
	int system_error = kept ? kept : (code & 0xff) == SQLITE_IOERR ? last_error : 0;
	struct store *s = &l->base;
	if (is_disk_full(code, system_error))
		return store_fail(s, STORE_FULL,
		                  "%s: the disk is full; nothing is half done: free some space and start again",
		                  l->path);
	switch (code & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return store_fail(s, STORE_BUSY, "%s: another program holds the database; close it and start again",
		                  l->path);
	case SQLITE_NOMEM: return store_fail(s, STORE_NO_MEMORY, "%s: out of memory", l->path);
	case SQLITE_NOTADB:
		return store_fail(s, STORE_DAMAGED, "%s is no database; name the store's file, or restore a backup",
		                  l->path);
	case SQLITE_CANTOPEN:
	case SQLITE_READONLY:
	case SQLITE_PERM:
		return store_fail(s, STORE_IO,
		                  "%s cannot be opened for writing (%s); see to the rights of the file and its folder",
		                  l->path, system_error ? strerror(system_error) : sqlite3_errmsg(l->db));
	case SQLITE_IOERR:
		if (code == SQLITE_IOERR_NOMEM)
			return store_fail(s, STORE_NO_MEMORY, "%s: out of memory", l->path);
		return store_fail(s, STORE_IO, "%s: reading or writing failed (%s); see to the disk, then start again",
		                  l->path, system_error ? strerror(system_error) : sqlite3_errmsg(l->db));
	default:
		return store_fail(s, STORE_DAMAGED, "%s is damaged (%s); stop, keep the file, and restore a backup",
		                  l->path, sqlite3_errmsg(l->db));
	}
}

/* ---- statements ---- */

sqlite3_stmt *lite_sql(struct lite *l, enum lite_statement which)
{
	sqlite3_stmt **sql = &l->statements[which];
	if (!*sql &&
	    sqlite3_prepare_v3(l->db, lite_texts[which], -1, SQLITE_PREPARE_PERSISTENT, sql, NULL) != SQLITE_OK)
		lite_fail(l);
	return *sql;
}

int lite_row(struct lite *l, sqlite3_stmt *sql)
{
	int code = sqlite3_step(sql);
	if (code == SQLITE_ROW)
		return 1;
	if (code != SQLITE_DONE)
		lite_fail(l);
	sqlite3_reset(sql);
	return code == SQLITE_DONE ? 0 : -1;
}

bool lite_run(struct lite *l, sqlite3_stmt *sql)
{
	return lite_row(l, sql) == 0;
}

void lite_bind_text(sqlite3_stmt *sql, int at, struct slice text)
{
	sqlite3_bind_text64(sql, at, text.p ? text.p : "", text.n, SQLITE_STATIC, SQLITE_UTF8);
}

void lite_bind_blob(sqlite3_stmt *sql, int at, struct slice bytes)
{
	sqlite3_bind_blob64(sql, at, bytes.p ? bytes.p : "", bytes.n, SQLITE_STATIC);
}

struct slice lite_column(sqlite3_stmt *sql, int at)
{
	const char *p = sqlite3_column_blob(sql, at);
	return (struct slice){p ? p : "", (size_t)sqlite3_column_bytes(sql, at)};
}

bool lite_number(struct lite *l, enum lite_statement which, int64_t *n)
{
	sqlite3_stmt *sql = lite_sql(l, which);
	int found = sql ? lite_row(l, sql) : -1;
	*n = 0;
	if (found == 1) {
		*n = sqlite3_column_int64(sql, 0);
		sqlite3_reset(sql);
	}
	return found >= 0;
}

/* ---- transactions ---- */

static bool run(struct lite *l, enum lite_statement which)
{
	sqlite3_stmt *sql = lite_sql(l, which);
	return sql && lite_run(l, sql);
}

static bool lite_begin(struct store *s)
{
	struct lite *l = lite_of(s);
	l->last_number_before = l->last_number;
	l->last_inbox_before = s->last_inbox_id;
	l->message_before = l->message_count;
	return run(l, SQL_BEGIN);
}

static bool lite_commit(struct store *s)
{
	struct lite *l = lite_of(s);
	if (!run(l, SQL_COMMIT))
		return false;
	lite_counters_commit(l);
	return true;
}

static void roll_back(struct lite *l)
{
	/* SQLite has rolled back by itself after some errors. What made this one necessary is the error that counts. */
	sqlite3_stmt *sql = sqlite3_get_autocommit(l->db) ? NULL : lite_sql(l, SQL_ROLLBACK);
	if (sql) {
		sqlite3_step(sql);
		sqlite3_reset(sql);
	}
}

static void lite_rollback(struct store *s)
{
	struct lite *l = lite_of(s);
	roll_back(l);
	l->last_number = l->last_number_before;
	s->last_inbox_id = l->last_inbox_before;
	l->message_count = l->message_before;
	lite_tables_rollback(l);
	lite_counters_rollback(l);
}

/* All that is kept in memory for later, in one transaction, so that a crash finds it done or not done. */
static bool write_back(struct store *s, struct store_row *const *rows, size_t count)
{
	struct lite *l = lite_of(s);
	if (run(l, SQL_BEGIN) && lite_write_back(s, rows, count) && lite_outbox_write_back(l) &&
	    lite_counters_write_back(l) && run(l, SQL_COMMIT)) {
		lite_outbox_written(l);
		lite_counters_written(l);
		return true;
	}
	roll_back(l);
	return false;
}

static bool lite_checkpoint(struct store *s)
{
	struct lite *l = lite_of(s);
	/* Passive: as far as readers let it, without waiting for them. */
	return sqlite3_wal_checkpoint_v2(l->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL) == SQLITE_OK ||
	       lite_fail(l);
}

static int64_t file_bytes(const char *path, const char *suffix)
{
	struct buf name = {0};
	struct stat st;
	buf_addf(&name, "%s%s", path, suffix);
	int64_t n = stat(buf_cstr(&name), &st) == 0 ? (int64_t)st.st_size : 0;
	buf_free(&name);
	return n;
}

/* Nothing is ever taken out of these tables, so that the highest number is the count. */
bool lite_count(struct store *s, const char *what, int64_t *n)
{
	struct lite *l = lite_of(s);
	*n = 0;
	if (strcmp(what, "enrollments") == 0)
		*n = s->last_id;
	else if (strcmp(what, "journal") == 0)
		*n = l->last_number;
	else if (strcmp(what, "bytes") == 0)
		*n = file_bytes(l->path, "") + file_bytes(l->path, "-wal");
	else if (strcmp(what, "outbox") == 0)
		return lite_number(l, SQL_OUTBOX_LAST, n);
	else if (strcmp(what, "contacts") == 0)
		return lite_number(l, SQL_CONTACT_COUNT, n);
	else
		return store_fail(s, STORE_MISSING, "nothing is counted as %s", what);
	return true;
}

static void lite_close(struct store *s)
{
	struct lite *l = lite_of(s);
	for (size_t i = 0; i < SQL_COUNT; i++)
		sqlite3_finalize(l->statements[i]);
	sqlite3_close(l->db);
	if (l->lock >= 0)
		close(l->lock);
	lite_tables_free(l);
	lite_counters_free(l);
	store_rows_free(s);
	buf_free(&l->packed);
	buf_free(&s->error);
	free(l->messages);
	free(l->path);
	free(l);
}

static const struct store_ops lite_ops = {
        .close = lite_close,
        .begin = lite_begin,
        .commit = lite_commit,
        .rollback = lite_rollback,
        .checkpoint = lite_checkpoint,
#define READS(type, name, parameters, arguments) .name = lite_##name,
#define WRITES(name, parameters, arguments)      .name = lite_##name,
        STORE_CALLS
#undef READS
#undef WRITES
                .journal_add = lite_journal_add,
        .journal = lite_journal,
        .row_load = lite_row_load,
        .wakes = lite_wakes,
        .released = lite_released,
        .of_contact = lite_of_contact,
        .enrollments = lite_enrollments,
        .write_back = write_back,
};

/* ---- opening ---- */

/* Statements that are not worth keeping; %d's value is ours, never input. */
static bool execute(struct lite *l, const char *format, int value)
{
	char *text = sqlite3_mprintf(format, value);
	int code = text ? sqlite3_exec(l->db, text, NULL, NULL, NULL) : SQLITE_NOMEM;
	sqlite3_free(text);
	return code == SQLITE_OK || lite_fail(l);
}

static bool query(struct lite *l, const char *text, int64_t *n)
{
	sqlite3_stmt *sql = NULL;
	if (sqlite3_prepare_v2(l->db, text, -1, &sql, NULL) != SQLITE_OK)
		return lite_fail(l);
	int found = lite_row(l, sql);
	*n = found == 1 ? sqlite3_column_int64(sql, 0) : 0;
	sqlite3_finalize(sql);
	return found >= 0;
}

/* A copy of the database as it is, PATH.v1.backup. */
static bool back_up(struct lite *l, int version)
{
	char *name = sqlite3_mprintf("%s.v%d.backup", l->path, version);
	char *text = name ? sqlite3_mprintf("VACUUM INTO %Q", name) : NULL;
	if (name)
		unlink(name); /* of a step that failed before: what is open now is what it copied */
	bool done = text && sqlite3_exec(l->db, text, NULL, NULL, NULL) == SQLITE_OK;
	if (!done)
		text ? lite_fail(l) : store_fail(&l->base, STORE_NO_MEMORY, "out of memory");
	sqlite3_free(text);
	sqlite3_free(name);
	return done;
}

bool lite_migrate(struct lite *l, const char *const *steps, int version)
{
	int64_t at, application, tables;
	if (!query(l, "PRAGMA user_version", &at) || !query(l, "PRAGMA application_id", &application) ||
	    !query(l, "SELECT count(*) FROM sqlite_schema", &tables))
		return false;
	if (tables > 0 && application != APPLICATION_ID)
		return store_fail(&l->base, STORE_DAMAGED,
		                  "%s is a database of some other program; name the store's file", l->path);
	if (at > version)
		return store_fail(&l->base, STORE_NEWER,
		                  "%s was made by a newer seqd (its schema is %lld, this one knows %d); use that one",
		                  l->path, (long long)at, version);
	if (at == version)
		return true;
	if (l->base.mode == STORE_READ)
		return store_fail(&l->base, STORE_MISSING,
		                  "%s is of an older seqd, or empty; a program that writes brings it "
		                  "up to date: start seqd run once",
		                  l->path);
	if (at > 0 && !back_up(l, (int)at))
		return false;
	for (; at < version; at++)
		if (!execute(l, "BEGIN IMMEDIATE", 0) || !execute(l, steps[at], 0) ||
		    !execute(l, "PRAGMA application_id = %d", APPLICATION_ID) ||
		    !execute(l, "PRAGMA user_version = %d", (int)at + 1) || !execute(l, "COMMIT", 0)) {
			roll_back(l);
			return false;
		}
	return true;
}

/* Who has it open, in the lock file's first line. The lock goes with the process; the file stays. */
static bool take_lock(struct lite *l)
{
	char *name = sqlite3_mprintf("%s.lock", l->path), holder[32] = "";
	if (!name)
		return store_fail(&l->base, STORE_NO_MEMORY, "out of memory");
	l->lock = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (l->lock < 0) {
		store_fail(&l->base, STORE_IO, "%s cannot be made (%s); see to the rights of its folder", name,
		           strerror(errno));
	} else if (flock(l->lock, LOCK_EX | LOCK_NB) != 0) {
		ssize_t n = pread(l->lock, holder, sizeof holder - 1, 0);
		holder[n > 0 ? n : 0] = '\0';
		store_fail(&l->base, STORE_BUSY, "%s is in use by process %ld; stop it first, or let it do this",
		           l->path, strtol(holder, NULL, 10));
	} else {
		int n = snprintf(holder, sizeof holder, "%ld\n", (long)getpid());
		if (ftruncate(l->lock, 0) == 0 && pwrite(l->lock, holder, (size_t)n, 0) == n) {
			sqlite3_free(name);
			return true;
		}
		store_fail(&l->base, errno == ENOSPC ? STORE_FULL : STORE_IO,
		           "%s cannot be written (%s); see to the disk", name, strerror(errno));
	}
	sqlite3_free(name);
	return false;
}

/* SQLite gives its other files the rights of this one: what is in them is personal. */
static bool make_file(struct lite *l)
{
	int file = open(l->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (file < 0)
		return store_fail(&l->base, STORE_IO, "%s cannot be made (%s); see to the rights of its folder",
		                  l->path, strerror(errno));
	close(file);
	return true;
}

/* 16 MiB of pages: what is appended needs few and what is written back comes in order, so that 64 were no faster
 * (bench/run). The system keeps the file besides. */
static bool set_up(struct lite *l)
{
	int64_t unused;
	sqlite3_busy_timeout(l->db, 5000);
	if (!query(l, "SELECT count(*) FROM sqlite_schema", &unused) || !execute(l, "PRAGMA trusted_schema = off", 0) ||
	    !execute(l, "PRAGMA cache_size = -16384", 0) || !execute(l, "PRAGMA temp_store = memory", 0))
		return false;
	if (l->base.mode == STORE_READ)
		return execute(l, "PRAGMA query_only = on", 0) && execute(l, "BEGIN", 0);
	sqlite3_stmt *sql = NULL;
	if (sqlite3_prepare_v2(l->db, "PRAGMA journal_mode = wal", -1, &sql, NULL) != SQLITE_OK)
		return lite_fail(l);
	int found = lite_row(l, sql);
	bool is_wal = found == 1 && slice_is(lite_column(sql, 0), "wal");
	sqlite3_finalize(sql);
	if (found == 1 && !is_wal)
		return store_fail(&l->base, STORE_IO,
		                  "%s lies on a file system that processes cannot share; use a local disk", l->path);
	return is_wal && execute(l, "PRAGMA synchronous = full", 0) &&
	       execute(l, "PRAGMA wal_autocheckpoint = 4000", 0) && execute(l, "PRAGMA foreign_keys = on", 0);
}

static bool open_file(struct lite *l)
{
	if (l->base.mode != STORE_CREATE && access(l->path, F_OK) != 0)
		return store_fail(&l->base, STORE_MISSING, "there is no store at %s (%s); seqd init makes one", l->path,
		                  strerror(errno));
	if (l->base.mode != STORE_READ && (!make_file(l) || !take_lock(l)))
		return false;
	if (sqlite3_open_v2(l->path, &l->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
	                    NULL) != SQLITE_OK)
		return l->db ? lite_fail(l) : store_fail(&l->base, STORE_NO_MEMORY, "out of memory");
	return set_up(l) && lite_migrate(l, lite_schema, STORE_SCHEMA_VERSION) && lite_rows_open(l) &&
	       lite_outbox_open(l) && lite_counters_open(l) && lite_number(l, SQL_INBOX_LAST, &l->base.last_inbox_id);
}

struct store *store_sqlite_open(const char *path, enum store_mode mode, enum store_failure *failure, struct buf *error)
{
	struct lite *l = calloc(1, sizeof *l);
	if (!l || !(l->path = strdup(path))) {
		free(l);
		*failure = STORE_NO_MEMORY;
		buf_adds(error, "out of memory");
		return NULL;
	}
	l->base.ops = &lite_ops;
	l->base.mode = mode;
	l->base.write_back_every = WRITE_BACK_EVERY;
	l->base.memory_limit = l->base.rows.trim_at = MEMORY_LIMIT;
	l->lock = -1;
	l->any_suppression = -1;
	if (open_file(l))
		return &l->base;
	*failure = l->base.failed;
	buf_adds(error, store_error(&l->base));
	lite_close(&l->base);
	return NULL;
}
