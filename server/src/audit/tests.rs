use std::fs;

use cloudsite_domain::audit::Fault;
use cloudsite_domain::record::{Layer, ParcelStatus, Revision};
use rusqlite::Connection;

use super::*;
use crate::record::sample;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

#[test]
fn the_key_is_made_once_and_named_once() {
    let (folder, record) = sample::open();
    let open = || Log::open(Arc::clone(record.store()), folder.path(), at(0)).unwrap();
    let first = open();
    let events = record.store().log_head().unwrap().sequence;
    assert_eq!(open().key.public(), first.key.public());
    assert_eq!(record.store().log_head().unwrap().sequence, events, "the key is named already");
    let file = folder.path().join(key::FILE);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600, "only its owner reads it");
    }
    fs::write(&file, "no key").unwrap();
    let error = Log::open(Arc::clone(record.store()), folder.path(), at(0)).err().map(|error| error.to_string());
    assert!(error.as_ref().is_some_and(|error| error.contains("audit.key")), "{error:?}");
    fs::remove_file(&file).unwrap();
    open();
    assert_eq!(record.store().log_head().unwrap().sequence, events + 1, "another key is named too");
}

#[test]
fn a_whole_record_is_verified_and_sealed_once() {
    let (folder, record) = sample::open();
    let log = Log::open(Arc::clone(record.store()), folder.path(), at(0)).unwrap();
    let checkpoint = log.seal(at(1)).unwrap().unwrap();
    assert_eq!((checkpoint.milestone.revision, checkpoint.milestone.link.sequence), (Revision(1), 2));
    assert_eq!(log.seal(at(2)).unwrap(), None, "nothing has happened since");
    sample::commit(&record, vec![sample::parcel("P-9", 900.0, 100.0, ParcelStatus::Planned)], vec![]);
    log.seal(at(3)).unwrap();
    let verified = verify(record.store().as_ref(), vec![checkpoint]).unwrap();
    assert_eq!((verified.events, verified.revisions, verified.checkpoints), (3, 2, 3));
}

#[test]
fn what_was_changed_behind_the_log_is_placed() {
    let cases = [
        (
            "UPDATE content SET payload = replace(payload, 'invented', 'invested')
             WHERE id = (SELECT v.content_id FROM version v JOIN feature f ON f.id = v.feature_id WHERE f.code = 'P-3')",
            Fault::VersionChanged { revision: Revision(1), layer: Layer::Parcel, code: "P-3".parse().unwrap() },
        ),
        (
            "UPDATE revision SET author = 'nobody' WHERE number = 2",
            Fault::RevisionChanged { sequence: 2, revision: Revision(2) },
        ),
        (
            "PRAGMA foreign_keys = OFF; DELETE FROM revision WHERE number = 2",
            Fault::RevisionMissing { sequence: 2, revision: Revision(2) },
        ),
        (
            "INSERT INTO revision VALUES (3, '2026-01-01T00:00:00Z', 'nobody', 'unseen')",
            Fault::RevisionUnlogged { revision: Revision(3) },
        ),
        (
            "DROP TRIGGER audit_event_is_kept; DELETE FROM audit_event WHERE sequence = 3",
            Fault::EndMissing { last: 2, sealed: 3 },
        ),
        (
            "DROP TRIGGER audit_event_stays; UPDATE audit_event SET actor = 'nobody' WHERE sequence = 1",
            Fault::EventChanged { sequence: 1 },
        ),
    ];
    for (sql, expected) in cases {
        let (folder, record) = sample::open();
        sample::commit(&record, vec![], vec![(Layer::Parcel, "P-1".parse().unwrap())]);
        let log = Log::open(Arc::clone(record.store()), folder.path(), at(0)).unwrap();
        log.seal(at(1)).unwrap();
        verify(record.store().as_ref(), vec![]).unwrap();
        let database = Connection::open(folder.path().join(cloudsite_store::sqlite::DATABASE_FILE)).unwrap();
        database.execute_batch(sql).unwrap();
        match verify(record.store().as_ref(), vec![]) {
            Err(VerifyError::Faults(faults)) => assert_eq!(faults, [expected], "{sql}"),
            other => panic!("{sql}: {other:?}"),
        }
    }
}
