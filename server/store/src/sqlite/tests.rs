//! The contract, and what is SQLite's own: the lock, reading beside a writer, and a crash.

use std::fs;
use std::path::Path;

use cloudsite_domain::record::{Layer, Revision};
use rusqlite::Connection;
use tempfile::TempDir;

use super::{DATABASE_FILE, SqliteStore};
use crate::contract::{
    self, BriefFixture, Briefing, ChangesetFixture, Changing, DemandFixture, ExtentFixture, Fixture, IdentityFixture,
    MeetingFixture, Planning, codes, commit, poi, write,
};
use crate::demand::DemandStore;
use crate::extent::ExtentStore;
use crate::identity::IdentityStore;
use crate::{Store, StoreError};

struct Folder(TempDir);

impl Fixture for Folder {
    fn open(&self) -> Box<dyn Store> {
        Box::new(SqliteStore::open(self.0.path()).unwrap())
    }
}

fn folder() -> Folder {
    Folder(TempDir::new().unwrap())
}

impl IdentityFixture for Folder {
    fn open_identity(&self) -> Box<dyn IdentityStore> {
        Box::new(SqliteStore::open(self.0.path()).unwrap())
    }
}

impl ChangesetFixture for Folder {
    fn open_changes(&self) -> Box<dyn Changing> {
        Box::new(SqliteStore::open(self.0.path()).unwrap())
    }
}

impl ExtentFixture for Folder {
    fn open_extents(&self) -> Box<dyn ExtentStore> {
        Box::new(SqliteStore::open(self.0.path()).unwrap())
    }
}

impl BriefFixture for Folder {
    fn open_briefs(&self) -> Box<dyn Briefing> {
        Box::new(SqliteStore::open(self.0.path()).unwrap())
    }
}

impl DemandFixture for Folder {
    fn open_demand(&self) -> Box<dyn DemandStore> {
        Box::new(SqliteStore::open(self.0.path()).unwrap())
    }
}

impl MeetingFixture for Folder {
    fn open_meetings(&self) -> Box<dyn Planning> {
        Box::new(SqliteStore::open(self.0.path()).unwrap())
    }
}

mod contract_of_sqlite {
    crate::contract_tests!(super::folder);
    crate::identity_contract_tests!(super::folder);
    crate::changeset_contract_tests!(super::folder);
    crate::extent_contract_tests!(super::folder);
    crate::brief_contract_tests!(super::folder);
    crate::demand_contract_tests!(super::folder);
    crate::meeting_contract_tests!(super::folder);
}

#[test]
fn one_process_writes() {
    let folder = folder();
    let first = folder.open();
    let error = SqliteStore::open(folder.0.path()).expect_err("the folder is taken");
    assert!(matches!(error, StoreError::AnotherProcess(_)), "{error}");
    drop(first);
    SqliteStore::open(folder.0.path()).expect("the lock is given back");
}

#[test]
fn others_read_while_one_writes() {
    let folder = folder();
    let error = SqliteStore::open_read_only(folder.0.path()).expect_err("there is no record yet");
    assert!(matches!(error, StoreError::NoRecord(_)), "{error}");
    let writer = folder.open();
    let reader = SqliteStore::open_read_only(folder.0.path()).unwrap();
    write(&*writer, vec![poi("A", 1.0, 1.0)]);
    assert_eq!(codes(&reader, Layer::Poi, 1), ["A"]);
    let error = reader.commit(commit(vec![poi("B", 1.0, 1.0)], &[])).expect_err("it was opened for reading");
    assert!(matches!(error, StoreError::ReadOnly), "{error}");
}

/// What a power failure leaves: the files as they are at one moment, an unfinished transaction among them.
fn crash(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

#[test]
fn a_crash_loses_the_unfinished_write_and_nothing_else() {
    let (folder, after) = (folder(), TempDir::new().unwrap());
    let store = folder.open();
    write(&*store, vec![poi("A", 1.0, 1.0)]);
    write(&*store, vec![poi("B", 1.0, 1.0)]);

    let mut other = Connection::open(folder.0.path().join(DATABASE_FILE)).unwrap();
    other.pragma_update(None, "cache_size", 1).unwrap();
    let unfinished = other.transaction().unwrap();
    unfinished.execute("INSERT INTO revision VALUES (3, 'now', 'nobody', 'unfinished')", []).unwrap();
    for number in 0..2_000 {
        let code = format!("unfinished-{number}");
        unfinished.execute("INSERT INTO feature (layer, code) VALUES ('poi', ?1)", [code]).unwrap();
    }
    crash(folder.0.path(), after.path());

    let recovered = SqliteStore::open(after.path()).unwrap();
    assert_eq!(recovered.head().unwrap(), Revision(2));
    assert_eq!(codes(&recovered, Layer::Poi, 2), ["A", "B"]);
    assert_eq!(write(&recovered, vec![poi("C", 1.0, 1.0)]).revision, Revision(3));
}

#[test]
fn what_is_no_record_is_refused_by_name() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join(DATABASE_FILE);
    fs::write(&file, "this is no database, however long it may be read: ".repeat(100)).unwrap();
    let error = SqliteStore::open(folder.path()).expect_err("it is a text");
    assert!(matches!(error, StoreError::Corrupt { .. }), "{error}");

    fs::remove_file(&file).unwrap();
    Connection::open(&file).unwrap().execute_batch("CREATE TABLE something (else_ TEXT)").unwrap();
    let error = SqliteStore::open(folder.path()).expect_err("it is someone else's database");
    assert!(error.to_string().contains("not a Cloudsite record"), "{error}");
}

#[test]
fn a_newer_format_is_left_alone() {
    let folder = folder();
    drop(folder.open());
    let connection = Connection::open(folder.0.path().join(DATABASE_FILE)).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    drop(connection);
    for error in [
        SqliteStore::open(folder.0.path()).expect_err("it is newer"),
        SqliteStore::open_read_only(folder.0.path()).expect_err("it is newer"),
    ] {
        assert!(matches!(error, StoreError::NewerFormat { found: 99, known: 1.. }), "{error}");
    }
}

#[test]
fn a_damaged_payload_is_named_with_its_feature() {
    let folder = folder();
    let store = folder.open();
    write(&*store, vec![poi("A", 1.0, 1.0)]);
    let connection = Connection::open(folder.0.path().join(DATABASE_FILE)).unwrap();
    connection.execute("UPDATE content SET payload = '{\"code\": 1}'", []).unwrap();
    let error =
        store.feature(Layer::Poi, &contract::code("A"), Revision(1)).expect_err("the payload is not what was written");
    assert!(matches!(&error, StoreError::Corrupt { place, .. } if place == "feature 1"), "{error}");
}

#[test]
fn a_closed_record_is_one_file() {
    let folder = folder();
    let store = folder.open();
    write(&*store, vec![poi("A", 1.0, 1.0)]);
    assert_eq!(codes(&*store, Layer::Poi, 1), ["A"]);
    drop(store);
    let mut names: Vec<_> = fs::read_dir(folder.0.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, [DATABASE_FILE, super::LOCK_FILE], "the log has been written into the database");
}

mod audit;
mod backup;
mod demand;
