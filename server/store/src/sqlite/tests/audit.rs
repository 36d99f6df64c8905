//! The log against someone who writes the database without this program.

use cloudsite_domain::audit::{Action, Event};
use cloudsite_domain::record::{Layer, ParcelStatus, Revision};
use rusqlite::Connection;

use super::{Folder, folder};
use crate::contract::{Fixture, all, commit, follow, happening, log, parcel, poi, to, write};
use crate::sqlite::{DATABASE_FILE, SqliteStore};
use crate::{Store, StoreError};

fn beside(folder: &Folder) -> Connection {
    Connection::open(folder.0.path().join(DATABASE_FILE)).unwrap()
}

/// Three revisions and two events besides.
fn filled() -> (Folder, Box<dyn Store>) {
    let folder = folder();
    let store = folder.open();
    write(&*store, vec![poi("A", 1.0, 1.0), parcel("P", 0.0, ParcelStatus::Planned)]);
    store.append(vec![happening(Action::SignIn, "a"), happening(Action::Export, "b")]).unwrap();
    write(&*store, vec![poi("A", 2.0, 2.0), poi("B", 1.0, 1.0)]);
    store.commit(commit(vec![], &[(Layer::Parcel, "P")])).unwrap();
    (folder, store)
}

#[test]
fn the_database_refuses_to_change_the_log() {
    let (folder, _store) = filled();
    let connection = beside(&folder);
    for sql in [
        "UPDATE audit_event SET subject = 'x' WHERE sequence = 2",
        "DELETE FROM audit_event WHERE sequence = 5",
        "INSERT OR REPLACE INTO audit_event SELECT * FROM audit_event WHERE sequence = 2",
    ] {
        // REPLACE deletes without a trigger unless triggers are asked to recurse; the primary key alone does not stop it.
        connection.pragma_update(None, "recursive_triggers", true).unwrap();
        let error = connection.execute(sql, []).expect_err(sql);
        assert!(error.to_string().contains("only appended to"), "{sql}: {error}");
    }
}

#[test]
fn a_row_that_is_spelt_otherwise_is_damaged() {
    let cases = [
        ("UPDATE audit_event SET at = replace(at, 'Z', '+00:00') WHERE sequence = 2", "event 2"),
        ("UPDATE audit_event SET detail = detail || ' ' WHERE sequence = 3", "event 3"),
        ("UPDATE audit_event SET action = 'nothing' WHERE sequence = 4", "event 4"),
        ("UPDATE audit_event SET hash = x'00' WHERE sequence = 1", "event 1"),
    ];
    for (sql, place) in cases {
        let (folder, store) = filled();
        let connection = beside(&folder);
        connection.execute_batch("DROP TRIGGER audit_event_stays").unwrap();
        assert_eq!(connection.execute(sql, []).unwrap(), 1, "{sql}");
        let error = store.events(0..=9, &mut |_| Ok(())).expect_err(sql);
        assert!(matches!(&error, StoreError::Corrupt { place: said, .. } if said.starts_with(place)), "{sql}: {error}");
    }
}

#[test]
fn what_is_changed_in_a_version_is_found_and_placed() {
    let cases: [(&str, u64, &[&str]); 11] = [
        ("UPDATE content SET payload = replace(payload, '2.0', '2.5') WHERE id = 3", 2, &["A"]),
        ("UPDATE content SET min_x = min_x - 1 WHERE id = 2", 1, &["P"]),
        ("UPDATE version SET digest = x'00' WHERE content_id = 4", 2, &["B"]),
        ("DELETE FROM version WHERE content_id IS NULL", 3, &[]),
        ("UPDATE version SET rev_from = 2 WHERE content_id IS NULL", 2, &[]),
        ("UPDATE version SET content_id = 1 WHERE content_id = 3", 2, &["A"]),
        ("DELETE FROM version WHERE content_id = 4", 2, &[]),
        ("DELETE FROM content WHERE id = 4", 2, &[]),
        ("UPDATE feature SET code = 'Q' WHERE code = 'P'", 1, &["Q"]),
        ("UPDATE revision SET author = 'someone' WHERE number = 3", 3, &[]),
        ("UPDATE revision SET message = 'something' WHERE number = 1", 1, &[]),
    ];
    for (sql, revision, codes) in cases {
        let (folder, store) = filled();
        assert_eq!(beside(&folder).execute(sql, []).unwrap(), 1, "{sql}");
        let made: Vec<_> = log(&*store).iter().filter_map(Event::made).collect();
        let found: Vec<_> = made.iter().map(|made| (made, store.on_disk(made.revision).unwrap())).collect();
        let differing: Vec<u64> = found
            .iter()
            .filter(|(made, disk)| disk.digest != made.changes || !disk.changed.is_empty())
            .map(|(made, _)| made.revision.0)
            .collect();
        assert!(differing.contains(&revision), "{sql}: {differing:?}");
        let named: Vec<&str> =
            found.iter().flat_map(|(_, disk)| &disk.changed).map(|(_, code)| code.as_str()).collect();
        assert_eq!(named, codes, "{sql}");
    }
}

#[test]
fn what_is_changed_in_a_roll_back_is_found() {
    let changes = [
        "UPDATE roll_back SET back_to = 2",
        "UPDATE roll_back_span SET last = 2",
        "INSERT INTO roll_back_span VALUES (4, 3, 3)",
        "DELETE FROM roll_back_span",
        "INSERT INTO version SELECT feature_id, 4, content_id, digest FROM version WHERE rev_from = 1 LIMIT 1",
        "PRAGMA foreign_keys = 0; DELETE FROM roll_back",
    ];
    for sql in changes {
        let (folder, store) = filled();
        assert_eq!(store.roll_back(to(1)).unwrap(), Some(Revision(4)));
        let made = log(&*store).iter().filter_map(Event::made).next_back().unwrap();
        assert_eq!(store.on_disk(Revision(4)).unwrap().digest, made.changes, "before: {sql}");
        beside(&folder).execute_batch(sql).unwrap();
        assert_ne!(store.on_disk(Revision(4)).unwrap().digest, made.changes, "{sql}");
    }
}

#[test]
fn a_start_finds_a_broken_end() {
    let (folder, store) = filled();
    let check = || SqliteStore::open_read_only(folder.0.path()).unwrap().check();
    check().expect("nothing is broken");
    let connection = beside(&folder);
    connection.execute_batch("DROP TRIGGER audit_event_stays").unwrap();
    connection.execute("UPDATE audit_event SET subject = 'x' WHERE sequence = 4", []).unwrap();
    let error = check().expect_err("event 4 is changed");
    assert!(error.to_string().contains("event 4"), "{error}");
    drop(store);
}

/// The versions as the first format kept them.
const FIRST_FORMAT: &str = "
ALTER TABLE version RENAME TO newest;
CREATE TABLE version (
    feature_id INTEGER NOT NULL REFERENCES feature (id),
    rev_from   INTEGER NOT NULL REFERENCES revision (number),
    rev_to     INTEGER REFERENCES revision (number),
    payload    TEXT NOT NULL,
    min_x REAL NOT NULL, min_y REAL NOT NULL, max_x REAL NOT NULL, max_y REAL NOT NULL,
    CHECK (rev_to IS NULL OR rev_to > rev_from)
) STRICT;
INSERT INTO version
SELECT v.feature_id, v.rev_from,
       (SELECT min(n.rev_from) FROM newest n WHERE n.feature_id = v.feature_id AND n.rev_from > v.rev_from),
       c.payload, c.min_x, c.min_y, c.max_x, c.max_y
FROM newest v JOIN content c ON c.id = v.content_id ORDER BY c.id;
CREATE UNIQUE INDEX version_of_feature ON version (feature_id, rev_from);
CREATE UNIQUE INDEX version_now ON version (feature_id) WHERE rev_to IS NULL;
CREATE INDEX version_began ON version (rev_from);
CREATE INDEX version_ended ON version (rev_to) WHERE rev_to IS NOT NULL;
";

#[test]
fn a_record_without_a_log_gets_one() {
    let (folder, store) = filled();
    let contents = |store: &dyn Store| {
        let layers = [Layer::Parcel, Layer::Poi].into_iter();
        layers.flat_map(|layer| (1..=3).map(move |at| all(store, layer, at))).collect::<Vec<_>>()
    };
    let before = contents(&*store);
    drop(store);
    let connection = beside(&folder);
    // What later steps have made goes, and what they have remade is as it was.
    connection.pragma_update(None, "foreign_keys", false).unwrap();
    connection.execute_batch(FIRST_FORMAT).unwrap();
    let sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'
               AND name NOT IN ('revision', 'feature', 'version')";
    let mut made = connection.prepare(sql).unwrap();
    let names: Vec<String> = made.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap();
    drop(made);
    for name in names {
        connection.execute_batch(&format!("DROP TABLE {name}")).unwrap();
    }
    connection.pragma_update(None, "user_version", 1).unwrap();
    drop(connection);
    let reader = SqliteStore::open_read_only(folder.0.path()).unwrap();
    assert!(matches!(reader.log_head(), Err(StoreError::NoLog)), "it is from before there was a log");
    drop(reader);

    let store = folder.open();
    let verified = follow(&*store);
    assert_eq!((verified.events, verified.revisions), (3, 3));
    for event in log(&*store) {
        assert_eq!(event.happening.action, Action::Adopt);
        let made = event.made().unwrap();
        let disk = store.on_disk(made.revision).unwrap();
        assert_eq!((disk.digest, disk.changed), (made.changes, vec![]));
    }
    assert_eq!(contents(&*store), before);
    write(&*store, vec![poi("C", 1.0, 1.0)]);
    assert_eq!(follow(&*store).revisions, 4);
    assert_eq!(store.head().unwrap(), Revision(4));
}

#[test]
fn a_second_process_appends_beside_the_first() {
    let (folder, store) = filled();
    let before = store.log_head().unwrap().sequence;
    let link = SqliteStore::append_beside(folder.0.path(), happening(Action::Export, "parcel")).unwrap();
    assert_eq!(link.sequence, before + 1);
    write(&*store, vec![poi("C", 1.0, 1.0)]);
    assert_eq!(follow(&*store).events, before + 2);
}
