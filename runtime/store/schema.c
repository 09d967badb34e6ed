/* SPDX-License-Identifier: Apache-2.0
 * The SQLite schema, as the steps that lead to it. A step is never changed once released: a new version appends one.
 *
 * journal is the truth: `previous` is the number of the enrollment's row before, `after` the whole enrollment, packed.
 * enrollment is its index, as of the row that meta's store.written_back_to names; `number` is the row it stands for.
 * outbox_run finds messages by the hash of their Message-ID: sorted runs, so that appending never scatters.
 * counter_log holds what counters became since the write-back that wrote `counter` last. */
#include "runtime/store/store_sqlite.h"

static const char version_1[] =
        "CREATE TABLE meta(key TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;"
        "CREATE TABLE artefact(id INTEGER PRIMARY KEY, is_policy INTEGER NOT NULL, hash BLOB NOT NULL, bytes BLOB NOT "
        "NULL,"
        " UNIQUE(is_policy, hash)) STRICT;"
        "CREATE TABLE sequence(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,"
        " plan INTEGER NOT NULL REFERENCES artefact(id), state INTEGER NOT NULL, changed_us INTEGER NOT NULL) STRICT;"

        "CREATE TABLE contact(id INTEGER PRIMARY KEY) STRICT;"
        "CREATE TABLE contact_revision(contact INTEGER NOT NULL REFERENCES contact(id), revision INTEGER NOT NULL,"
        " at_us INTEGER NOT NULL, fields BLOB NOT NULL, PRIMARY KEY(contact, revision)) STRICT, WITHOUT ROWID;"
        "CREATE TABLE contact_key(key TEXT PRIMARY KEY, contact INTEGER NOT NULL REFERENCES contact(id))"
        " STRICT, WITHOUT ROWID;"
        "CREATE TABLE once(key TEXT PRIMARY KEY, enrollment INTEGER NOT NULL) STRICT, WITHOUT ROWID;"

        "CREATE TABLE journal(number INTEGER PRIMARY KEY, enrollment INTEGER NOT NULL, previous INTEGER NOT NULL,"
        " at_us INTEGER NOT NULL, detail BLOB NOT NULL, after BLOB NOT NULL) STRICT;"
        "CREATE TABLE enrollment(id INTEGER PRIMARY KEY, sequence INTEGER NOT NULL, plan INTEGER NOT NULL,"
        " contact INTEGER NOT NULL, number INTEGER NOT NULL, wake_us INTEGER, status INTEGER NOT NULL,"
        " out INTEGER NOT NULL, mailbox INTEGER NOT NULL, state BLOB NOT NULL) STRICT;"
        "CREATE INDEX enrollment_wake ON enrollment(wake_us) WHERE wake_us IS NOT NULL;"
        "CREATE INDEX enrollment_out ON enrollment(id) WHERE out >= 2;"
        "CREATE INDEX enrollment_contact ON enrollment(contact, sequence);"

        "CREATE TABLE outbox(id INTEGER PRIMARY KEY, enrollment INTEGER NOT NULL, at_us INTEGER NOT NULL,"
        " step INTEGER NOT NULL, occurrence INTEGER NOT NULL, recipient TEXT NOT NULL, message_id TEXT NOT NULL,"
        " subject TEXT NOT NULL, bytes BLOB NOT NULL) STRICT;"
        "CREATE TABLE outbox_run(first INTEGER NOT NULL, hash INTEGER NOT NULL, part INTEGER NOT NULL,"
        " entries BLOB NOT NULL, PRIMARY KEY(first, hash, part)) STRICT, WITHOUT ROWID;"
        "CREATE TABLE inbox(id INTEGER PRIMARY KEY, at_us INTEGER NOT NULL, contact INTEGER NOT NULL,"
        " enrollment INTEGER NOT NULL, kind INTEGER NOT NULL, external_id TEXT, payload BLOB NOT NULL) STRICT;"
        "CREATE UNIQUE INDEX inbox_external ON inbox(external_id) WHERE external_id IS NOT NULL;"

        "CREATE TABLE suppression(address TEXT NOT NULL, channel INTEGER NOT NULL, purpose INTEGER NOT NULL,"
        " at_us INTEGER NOT NULL, reason TEXT NOT NULL, PRIMARY KEY(address, channel, purpose)) STRICT, WITHOUT ROWID;"
        "CREATE TABLE counter(scope INTEGER NOT NULL, id INTEGER NOT NULL, day INTEGER NOT NULL,"
        " channel INTEGER NOT NULL, purpose INTEGER NOT NULL, n INTEGER NOT NULL,"
        " PRIMARY KEY(scope, id, day, channel, purpose)) STRICT, WITHOUT ROWID;"
        "CREATE TABLE counter_log(number INTEGER PRIMARY KEY, scope INTEGER NOT NULL, id INTEGER NOT NULL,"
        " day INTEGER NOT NULL, channel INTEGER NOT NULL, purpose INTEGER NOT NULL, n INTEGER NOT NULL) STRICT;";

/* What comes of sequences beside messages, and a contact's events found again. */
static const char version_2[] =
        "CREATE TABLE errand(id INTEGER PRIMARY KEY, enrollment INTEGER NOT NULL, step INTEGER NOT NULL,"
        " occurrence INTEGER NOT NULL, kind INTEGER NOT NULL, at_us INTEGER NOT NULL, state INTEGER NOT NULL,"
        " closed_us INTEGER NOT NULL, payload BLOB NOT NULL) STRICT;"
        "CREATE INDEX errand_open ON errand(id) WHERE state = 0;"
        "CREATE INDEX errand_enrollment ON errand(enrollment);"
        "CREATE TABLE answer(enrollment INTEGER NOT NULL, step INTEGER NOT NULL, occurrence INTEGER NOT NULL,"
        " question TEXT NOT NULL, at_us INTEGER NOT NULL, value TEXT NOT NULL,"
        " PRIMARY KEY(enrollment, step, occurrence, question)) STRICT, WITHOUT ROWID;"
        "CREATE INDEX inbox_contact ON inbox(contact) WHERE kind < 16;";

const char *const lite_schema[STORE_SCHEMA_VERSION] = {version_1, version_2};
