/* SPDX-License-Identifier: Apache-2.0
 * Inside the SQLite backend: the connection, its statements, and the parts that store_sqlite_*.c implement. Only main,
 * tests and bench call store_sqlite_configure; only tests call lite_migrate. */
#ifndef SEQ_RUNTIME_STORE_STORE_SQLITE_H
#define SEQ_RUNTIME_STORE_STORE_SQLITE_H
#include "runtime/store/store_ops.h"
#include <sqlite3.h>

/* Settings of SQLite for the whole process, before any store is opened: no mutexes and no memory statistics (11 % of a
 * transition). All stores of the process then belong to one thread. */
void store_sqlite_configure(void);

/* Each is prepared once, when it is first used. */
#define LITE_STATEMENTS                                                                                                \
	SQL(BEGIN, "BEGIN IMMEDIATE")                                                                                  \
	SQL(COMMIT, "COMMIT")                                                                                          \
	SQL(ROLLBACK, "ROLLBACK")                                                                                      \
	SQL(META_GET, "SELECT value FROM meta WHERE key = ?1")                                                         \
	SQL(META_PUT, "INSERT INTO meta VALUES(?1, ?2) ON CONFLICT DO UPDATE SET value = ?2")                          \
	SQL(ARTEFACT_FIND, "SELECT id FROM artefact WHERE is_policy = ?1 AND hash = ?2")                               \
	SQL(ARTEFACT_PUT, "INSERT INTO artefact VALUES(NULL, ?1, ?2, ?3)")                                             \
	SQL(ARTEFACT_GET, "SELECT bytes FROM artefact WHERE id = ?1")                                                  \
	SQL(SEQUENCE_PUT, "INSERT INTO sequence VALUES(NULL, ?1, ?2, ?3, ?4)"                                          \
	                  " ON CONFLICT(name) DO UPDATE SET plan = ?2, state = ?3, changed_us = ?4 RETURNING id")      \
	SQL(SEQUENCES, "SELECT id, name, plan, state, changed_us FROM sequence ORDER BY id")                           \
	SQL(CONTACT_BY_KEY, "SELECT contact FROM contact_key WHERE key = ?1")                                          \
	SQL(CONTACT_NEW, "INSERT INTO contact VALUES(NULL)")                                                           \
	SQL(CONTACT_REVISE, "INSERT INTO contact_revision VALUES(?1, ?2, ?3, ?4)")                                     \
	SQL(CONTACT_KEY, "INSERT INTO contact_key VALUES(?1, ?2) ON CONFLICT DO NOTHING")                              \
	SQL(CONTACT_LATEST, "SELECT revision, fields FROM contact_revision WHERE contact = ?1"                         \
	                    " ORDER BY revision DESC LIMIT 1")                                                         \
	SQL(CONTACT_GET, "SELECT revision, fields FROM contact_revision WHERE contact = ?1 AND revision = ?2")         \
	SQL(CONTACTS, "SELECT contact, fields, max(revision) FROM contact_revision GROUP BY contact ORDER BY contact") \
	SQL(CONTACT_COUNT, "SELECT max(id) FROM contact")                                                              \
	SQL(ONCE_GET, "SELECT enrollment FROM once WHERE key = ?1")                                                    \
	SQL(ONCE_PUT, "INSERT INTO once VALUES(?1, ?2)")                                                               \
	SQL(JOURNAL_ADD, "INSERT INTO journal VALUES(NULL, ?1, ?2, ?3, ?4, ?5)")                                       \
	SQL(JOURNAL_LAST, "SELECT max(number) FROM journal")                                                           \
	SQL(JOURNAL_PREVIOUS, "SELECT previous FROM journal WHERE number = ?1 AND enrollment = ?2")                    \
	SQL(JOURNAL_ONE, "SELECT number, enrollment, at_us, detail, after FROM journal WHERE number = ?1")             \
	SQL(JOURNAL_ALL, "SELECT number, enrollment, at_us, detail, after FROM journal ORDER BY number")               \
	SQL(JOURNAL_SINCE,                                                                                             \
	    "SELECT number, enrollment, previous, after FROM journal WHERE number > ?1 ORDER BY number")               \
	SQL(ROW_GET, "SELECT sequence, plan, contact, number, wake_us, status, out, mailbox, state FROM enrollment"    \
	             " WHERE id = ?1")                                                                                 \
	SQL(ROW_LAST, "SELECT max(id) FROM enrollment")                                                                \
	SQL(ROW_NEW, "INSERT INTO enrollment VALUES(?1, ?9, ?2, ?10, ?3, ?4, ?5, ?6, ?7, ?8)")                         \
	SQL(ROW_CHANGE, "UPDATE enrollment SET plan = ?2, number = ?3, wake_us = ?4, status = ?5, out = ?6,"           \
	                " mailbox = ?7, state = ?8 WHERE id = ?1 AND number = ?9")                                     \
	SQL(WAKES_SAME, "SELECT wake_us, id FROM enrollment WHERE wake_us = ?1 AND id > ?2 ORDER BY id LIMIT ?3")      \
	SQL(WAKES_LATER, "SELECT wake_us, id FROM enrollment WHERE wake_us > ?1 ORDER BY wake_us, id LIMIT ?2")        \
	SQL(RELEASED, "SELECT id FROM enrollment WHERE out >= 2 AND id > ?1 ORDER BY id LIMIT ?2")                     \
	SQL(OF_CONTACT, "SELECT id FROM enrollment WHERE contact = ?1 ORDER BY id DESC LIMIT ?2")                      \
	SQL(OF_CONTACT_SEQUENCE, "SELECT id FROM enrollment WHERE contact = ?1 AND sequence = ?3"                      \
	                         " ORDER BY id DESC LIMIT ?2")                                                         \
	SQL(ROWS, "SELECT id FROM enrollment WHERE id > ?1 ORDER BY id LIMIT ?2")                                      \
	SQL(ROWS_OF_SEQUENCE, "SELECT id FROM enrollment WHERE id > ?1 AND sequence = ?3 ORDER BY id LIMIT ?2")        \
	SQL(OUTBOX_ADD, "INSERT INTO outbox VALUES(NULL, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")                             \
	SQL(OUTBOX_GET, "SELECT enrollment, at_us, step, occurrence, recipient, message_id, subject, bytes"            \
	                " FROM outbox WHERE id = ?1")                                                                  \
	SQL(OUTBOX_MESSAGE, "SELECT message_id FROM outbox WHERE id = ?1")                                             \
	SQL(OUTBOX_SINCE, "SELECT id, message_id FROM outbox WHERE id > ?1 ORDER BY id")                               \
	SQL(OUTBOX_LAST, "SELECT max(id) FROM outbox")                                                                 \
	SQL(RUN_ADD, "INSERT INTO outbox_run VALUES(?1, ?2, ?3, ?4)")                                                  \
	SQL(RUN_BEFORE, "SELECT max(first) FROM outbox_run WHERE first < ?1")                                          \
	SQL(RUN_GET, "SELECT hash, entries FROM outbox_run WHERE first = ?1 AND hash <= ?2"                            \
	             " ORDER BY hash DESC, part DESC")                                                                 \
	SQL(INBOX_FIND, "SELECT id FROM inbox WHERE external_id = ?1")                                                 \
	SQL(INBOX_ADD, "INSERT INTO inbox VALUES(NULL, ?1, ?2, ?3, ?4, ?5, ?6)")                                       \
	SQL(INBOX_LAST, "SELECT max(id) FROM inbox")                                                                   \
	SQL(INBOX, "SELECT id, at_us, contact, enrollment, kind, external_id, payload FROM inbox"                      \
	           " WHERE id > ?1 ORDER BY id LIMIT ?2")                                                              \
	SQL(INBOX_OF, "SELECT id, at_us, contact, enrollment, kind, external_id, payload FROM inbox"                   \
	              " WHERE contact = ?3 AND kind < 16 AND id > ?1 ORDER BY id LIMIT ?2")                            \
	SQL(ERRAND_ADD, "INSERT INTO errand VALUES(NULL, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")                             \
	SQL(ERRAND_CLOSE, "UPDATE errand SET state = ?2, closed_us = ?3 WHERE id = ?1 AND state = 0")                  \
	SQL(ERRANDS_OPEN, "SELECT id, enrollment, step, occurrence, kind, at_us, state, closed_us, payload"            \
	                  " FROM errand WHERE state = 0 AND id > ?1 ORDER BY id LIMIT ?2")                             \
	SQL(ERRANDS_OF, "SELECT id, enrollment, step, occurrence, kind, at_us, state, closed_us, payload"              \
	                " FROM errand WHERE enrollment = ?1 ORDER BY id")                                              \
	SQL(ANSWER_ADD, "INSERT INTO answer VALUES(?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING")                    \
	SQL(ANSWERS_OF, "SELECT step, occurrence, question, at_us, value FROM answer WHERE enrollment = ?1"            \
	                " ORDER BY step, occurrence, question")                                                        \
	SQL(SUPPRESS, "INSERT INTO suppression VALUES(?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING")                     \
	SQL(UNSUPPRESS, "DELETE FROM suppression WHERE address = ?1")                                                  \
	SQL(SUPPRESSED,                                                                                                \
	    "SELECT 1 FROM suppression WHERE address = ?1 AND channel IN (?2, -1) AND purpose IN (?3, -1)")            \
	SQL(SUPPRESSIONS, "SELECT address, channel, purpose, at_us, reason FROM suppression")                          \
	SQL(SUPPRESSIONS_ANY, "SELECT EXISTS(SELECT 1 FROM suppression)")                                              \
	SQL(COUNTER_ANY, "SELECT EXISTS(SELECT 1 FROM counter)")                                                       \
	SQL(COUNTER_GET, "SELECT day, channel, purpose, n FROM counter WHERE scope = ?1 AND id = ?2")                  \
	SQL(COUNTER_PUT, "INSERT INTO counter VALUES(?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO UPDATE SET n = ?6")        \
	SQL(COUNTER_LOG, "INSERT INTO counter_log VALUES(NULL, ?1, ?2, ?3, ?4, ?5, ?6)")                               \
	SQL(COUNTER_LOGGED, "SELECT scope, id, day, channel, purpose, n FROM counter_log ORDER BY number")             \
	SQL(COUNTER_UNLOG, "DELETE FROM counter_log")

enum lite_statement {
#define SQL(NAME, text) SQL_##NAME,
	LITE_STATEMENTS
#undef SQL
	        SQL_COUNT
};

struct lite_counters; /* store_sqlite_counters.c */

struct lite_contact {
	int64_t id, revision; /* id 0: empty */
	struct buf fields;
};
#define LITE_CONTACTS 4096u

/* A message that no run holds yet. */
struct lite_message {
	uint32_t hash, offset; /* id - first */
};

struct lite {
	struct store base;
	sqlite3 *db;
	char *path;
	int lock; /* descriptor, or -1 */
	sqlite3_stmt *statements[SQL_COUNT];
	int64_t last_number, last_number_before, last_inbox_before;
	struct buf packed;             /* journal's `after`, being made */
	struct lite_contact *contacts; /* the latest revisions, by id modulo */
	int any_suppression;           /* -1: not known */
	struct lite_message *messages; /* since the last run, in order of id */
	size_t message_count, message_cap, message_before;
	int64_t message_first; /* id of the first; 0: none */
	struct lite_counters *counters;
};

static inline struct lite *lite_of(struct store *s)
{
	return (struct lite *)s;
}

/* ---- store_sqlite.c ---- */
/* The statement with nothing bound; NULL: failed. */
sqlite3_stmt *lite_sql(struct lite *l, enum lite_statement which);
/* 1: a row; 0: no more, and the statement is reset; -1: failed, and reset. */
int lite_row(struct lite *l, sqlite3_stmt *sql);
/* Runs a statement that gives no row. */
bool lite_run(struct lite *l, sqlite3_stmt *sql);
void lite_bind_text(sqlite3_stmt *sql, int at, struct slice text); /* borrowed until the statement is reset */
void lite_bind_blob(sqlite3_stmt *sql, int at, struct slice bytes);
struct slice lite_column(sqlite3_stmt *sql, int at); /* until the next step */
/* First column of the first row of a statement without parameters: 0 if there is none or it is NULL. */
bool lite_number(struct lite *l, enum lite_statement which, int64_t *n);
/* Brings a database from its user_version to `version`, each step in one transaction, after a copy was put beside it
 * (unless it is new). Fails with STORE_NEWER when it is past that. */
bool lite_migrate(struct lite *l, const char *const *steps, int version);
extern const char *const lite_schema[STORE_SCHEMA_VERSION];

/* ---- the calls of store.h, by file ---- */
#define READS(type, name, parameters, arguments) type lite_##name parameters;
#define WRITES(name, parameters, arguments)      bool lite_##name parameters;
STORE_CALLS
#undef READS
#undef WRITES

/* ---- store_sqlite_rows.c: journal and enrollments ---- */
bool lite_rows_open(struct lite *l); /* replays the journal past the mark */
int64_t lite_journal_add(struct store *s, int64_t previous, const struct enrollment *after, int64_t at_us,
                         struct slice detail);
bool lite_journal(struct store *s, int64_t enrollment_id, int64_t last, store_journal_each *each, void *context);
bool lite_row_load(struct store *s, int64_t id);
int lite_wakes(struct store *s, struct store_timer after, struct store_timer *out, int cap);
int lite_released(struct store *s, int64_t after_id, int64_t *ids, int cap);
int lite_of_contact(struct store *s, int64_t contact_id, int64_t sequence_id, int64_t *ids, int cap);
int lite_enrollments(struct store *s, int64_t sequence_id, int64_t after_id, int64_t *ids, int cap);
bool lite_write_back(struct store *s, struct store_row *const *rows, size_t count);

/* ---- store_sqlite_tables.c: the rest but for these ---- */
void lite_tables_rollback(struct lite *l);
void lite_tables_free(struct lite *l);

/* ---- store_sqlite_outbox.c ---- */
bool lite_outbox_open(struct lite *l);
bool lite_outbox_write_back(struct lite *l); /* a run, if there is enough for one; lite_outbox_written when committed */
void lite_outbox_written(struct lite *l);

/* ---- store_sqlite_counters.c ---- */
bool lite_counters_open(struct lite *l);
void lite_counters_commit(struct lite *l);
void lite_counters_rollback(struct lite *l);
bool lite_counters_write_back(struct lite *l);
void lite_counters_written(struct lite *l);
void lite_counters_free(struct lite *l);
#endif
