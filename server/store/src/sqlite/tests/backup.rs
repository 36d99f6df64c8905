use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};

use cloudsite_domain::record::{Layer, Revision};
use tempfile::TempDir;

use super::folder;
use crate::contract::{Fixture, codes, follow, poi, write};
use crate::sqlite::{DATABASE_FILE, SqliteStore};
use crate::{Store, StoreError};

#[test]
fn a_copy_is_of_one_moment_while_others_write() {
    let (folder, to) = (folder(), TempDir::new().unwrap());
    let store = folder.open();
    let many = (0..3_000_u32).map(|number| poi(&format!("P-{number}"), f64::from(number), 0.0)).collect();
    write(&*store, many);
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut round = 0.0;
            while !stop.load(Ordering::Relaxed) {
                round += 1.0;
                write(&*store, vec![poi("A", round, 0.0), poi("B", round, 0.0)]);
            }
        });
        for number in 0..5 {
            let file = to.path().join(format!("copy-{number}"));
            SqliteStore::back_up(folder.0.path(), &file).unwrap();
            let copy = SqliteStore::open_copy(&file).unwrap();
            let head = copy.head().unwrap();
            let since = |code: &str| copy.feature(Layer::Poi, &code.parse().unwrap(), head).unwrap().map(|v| v.since);
            assert_eq!(since("A"), since("B"), "both are of one revision");
            assert_eq!(follow(&copy).revisions, head.0);
        }
        stop.store(true, Ordering::Relaxed);
    });
    let mut names: Vec<_> = fs::read_dir(to.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["copy-0", "copy-1", "copy-2", "copy-3", "copy-4"], "each copy is one file");
}

#[test]
fn a_restored_record_is_the_one_that_was_copied() {
    let (folder, to) = (folder(), TempDir::new().unwrap());
    let (file, data) = (to.path().join("copy"), to.path().join("data"));
    let store = folder.open();
    write(&*store, vec![poi("A", 1.0, 1.0)]);
    SqliteStore::back_up(folder.0.path(), &file).unwrap();
    let again = SqliteStore::back_up(folder.0.path(), &file).expect_err("the file is there");
    assert!(matches!(again, StoreError::Io { .. }), "{again}");
    write(&*store, vec![poi("B", 1.0, 1.0)]);

    assert_eq!(SqliteStore::restore(&file, &data, false).unwrap(), None);
    let restored = SqliteStore::open(&data).unwrap();
    assert_eq!((restored.head().unwrap(), codes(&restored, Layer::Poi, 1)), (Revision(1), vec!["A".to_owned()]));
    let taken = SqliteStore::restore(&file, &data, true).expect_err("it is open");
    assert!(matches!(taken, StoreError::AnotherProcess(_)), "{taken}");
    drop(restored);

    let there = SqliteStore::restore(&file, folder.0.path(), false).expect_err("someone has it open");
    assert!(matches!(there, StoreError::AnotherProcess(_)), "{there}");
    drop(store);
    let there = SqliteStore::restore(&file, folder.0.path(), false).expect_err("there is a record");
    assert!(matches!(there, StoreError::RecordThere(_)), "{there}");
    let aside = SqliteStore::restore(&file, folder.0.path(), true).unwrap().unwrap();
    assert_eq!(folder.open().head().unwrap(), Revision(1));
    assert_eq!(SqliteStore::open_copy(&aside).unwrap().head().unwrap(), Revision(2), "what was replaced is kept");
}

#[test]
fn what_is_no_whole_record_is_not_restored() {
    let (folder, to) = (folder(), TempDir::new().unwrap());
    let store = folder.open();
    let many = (0..500_u32).map(|number| poi(&format!("P-{number}"), f64::from(number), 0.0)).collect();
    write(&*store, many);
    let (good, bad, data) = (to.path().join("good"), to.path().join("bad"), to.path().join("data"));
    SqliteStore::back_up(folder.0.path(), &good).unwrap();
    let whole = fs::read(&good).unwrap();
    let mut torn = whole.clone();
    let middle = whole.len() / 2 / 4096 * 4096;
    torn[middle..middle + 4096].fill(0xA5);
    let cases: [(&str, &[u8]); 4] =
        [("empty", b""), ("a text", b"no database"), ("cut off", &whole[..whole.len() / 2]), ("torn", &torn)];
    for (name, bytes) in cases {
        fs::write(&bad, bytes).unwrap();
        let error = SqliteStore::restore(&bad, &data, false).expect_err(name);
        assert!(matches!(error, StoreError::Corrupt { .. }), "{name}: {error}");
        assert!(!data.join(DATABASE_FILE).exists(), "{name}");
    }
    let nowhere = SqliteStore::restore(&to.path().join("nowhere"), &data, false).expect_err("there is no file");
    assert!(matches!(nowhere, StoreError::Io { .. }), "{nowhere}");
}

#[test]
fn an_orphaned_log_does_not_get_into_a_restored_record() {
    let (folder, to) = (folder(), TempDir::new().unwrap());
    let (file, data) = (to.path().join("copy"), TempDir::new().unwrap());
    let store = folder.open();
    write(&*store, vec![poi("A", 1.0, 1.0)]);
    SqliteStore::back_up(folder.0.path(), &file).unwrap();
    write(&*store, vec![poi("B", 1.0, 1.0)]);
    let log = format!("{DATABASE_FILE}-wal");
    fs::copy(folder.0.path().join(&log), data.path().join(&log)).unwrap();
    assert_eq!(SqliteStore::restore(&file, data.path(), false).unwrap(), None);
    assert_eq!(SqliteStore::open(data.path()).unwrap().head().unwrap(), Revision(1));
}
