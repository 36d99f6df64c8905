//! The tables, and how an older database becomes a newer one.

use rusqlite::Connection;

use super::{audit, digest, identity, line};
use crate::StoreError;

/// Marks the file as a record of this program (`PRAGMA application_id`): "Clds".
pub(super) const APPLICATION_ID: i64 = 0x436C_6473;

/// Each step takes the database from the format of its index to the next. Steps are only ever added.
pub(super) const STEPS: [&str; 19] = [
    RECORD,
    audit::STEP,
    identity::SCHEMA,
    super::changeset::STEP,
    super::extent::STEP,
    CONTENT,
    line::STEP,
    identity::TIERS,
    audit::DISCLOSURES,
    identity::HOSTS,
    super::brief::STEP,
    super::demand::STEP,
    super::meeting::STEP,
    super::meeting::ENDS,
    super::meeting::USES,
    super::brief::REQUESTS,
    super::demand::PARK,
    super::meeting::kept::STEP,
    super::meeting::kept::WAYS,
];

/// Revisions, features and their versions.
const RECORD: &str = "
CREATE TABLE revision (
    number  INTEGER PRIMARY KEY,
    at      TEXT NOT NULL,
    author  TEXT NOT NULL,
    message TEXT NOT NULL
) STRICT;

-- An id is given once to a layer and code, and stays when the feature ends and comes back.
CREATE TABLE feature (
    id    INTEGER PRIMARY KEY,
    layer TEXT NOT NULL,
    code  TEXT NOT NULL,
    UNIQUE (layer, code)
) STRICT;
CREATE INDEX feature_by_layer ON feature (layer);

-- The one thing ever updated is rev_to, once, from NULL to the revision that ended the version.
CREATE TABLE version (
    feature_id INTEGER NOT NULL REFERENCES feature (id),
    rev_from   INTEGER NOT NULL REFERENCES revision (number),
    rev_to     INTEGER REFERENCES revision (number),
    payload    TEXT NOT NULL,
    min_x REAL NOT NULL, min_y REAL NOT NULL, max_x REAL NOT NULL, max_y REAL NOT NULL,
    CHECK (rev_to IS NULL OR rev_to > rev_from)
) STRICT;
CREATE UNIQUE INDEX version_of_feature ON version (feature_id, rev_from);
CREATE UNIQUE INDEX version_now ON version (feature_id) WHERE rev_to IS NULL;
CREATE INDEX version_began ON version (rev_from);
CREATE INDEX version_ended ON version (rev_to) WHERE rev_to IS NOT NULL;
";

/// What a feature is, apart from when: so a revision that brings contents back writes none of them.
const CONTENT: &str = "
ALTER TABLE version RENAME TO version_before;

CREATE TABLE content (
    id      INTEGER PRIMARY KEY,
    payload TEXT NOT NULL,
    min_x REAL NOT NULL, min_y REAL NOT NULL, max_x REAL NOT NULL, max_y REAL NOT NULL
) STRICT;

-- From a revision on a feature has a content, or none: then it ended. It holds until the feature's next row, so that no
-- row is ever updated. Contents are not declared as references, because checking that reads each of them.
CREATE TABLE version (
    feature_id INTEGER NOT NULL REFERENCES feature (id),
    rev_from   INTEGER NOT NULL REFERENCES revision (number),
    content_id INTEGER,
    digest     BLOB,
    PRIMARY KEY (feature_id, rev_from)
) STRICT, WITHOUT ROWID;

INSERT INTO content SELECT rowid, payload, min_x, min_y, max_x, max_y FROM version_before ORDER BY rowid;
INSERT INTO version
SELECT feature_id, rev_from, rowid AS content_id, digest FROM version_before
UNION ALL
SELECT feature_id, rev_to, NULL, NULL FROM version_before v WHERE rev_to IS NOT NULL
AND NOT EXISTS (SELECT 1 FROM version_before n WHERE n.feature_id = v.feature_id AND n.rev_from = v.rev_to);
CREATE INDEX version_by_revision ON version (rev_from);
DROP TABLE version_before;
";

fn format(connection: &Connection) -> Result<i64, StoreError> {
    Ok(connection.pragma_query_value(None, "user_version", |row| row.get(0))?)
}

/// Refuses what is no record, or a newer one than this program knows.
pub(super) fn check(connection: &Connection) -> Result<(), StoreError> {
    let known = STEPS.len() as i64;
    let found = format(connection)?;
    let application: i64 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    if found > known {
        Err(StoreError::NewerFormat { found, known })
    } else if found == 0 || application != APPLICATION_ID {
        let what = "a database that is not a Cloudsite record".to_owned();
        Err(StoreError::Corrupt { what, place: "the database file".to_owned() })
    } else {
        Ok(())
    }
}

/// Makes the tables of an empty database, or brings those of an older one up to date.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if tables > 0 {
        check(connection)?;
    }
    let done = format(connection)? as usize;
    if done == STEPS.len() {
        return Ok(());
    }
    let transaction = connection.transaction()?;
    for sql in &STEPS[done..] {
        transaction.execute_batch(sql)?;
    }
    // By the tables as they are in the end, which are the only ones that the program knows to read.
    if STEPS[done..].contains(&audit::STEP) {
        digest::adopt(&transaction)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", STEPS.len() as i64)?;
    transaction.commit()?;
    Ok(())
}
