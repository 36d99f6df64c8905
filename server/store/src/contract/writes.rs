//! Rules about writing. Each panics where the store breaks it.
#![expect(clippy::missing_panics_doc, clippy::unwrap_used, reason = "these are tests: a panic is how they fail")]

use cloudsite_domain::record::{Layer, ParcelStatus, Revision};

use super::{Fixture, all, code, codes, commit, parcel, poi, write};
use crate::{Committed, StoreError};

/// Nothing written is revision 0.
pub fn an_empty_record_is_at_revision_0(fixture: &impl Fixture) {
    let store = fixture.open();
    assert_eq!(store.head().unwrap(), Revision(0));
    assert_eq!(store.revisions(0..=u64::MAX).unwrap(), []);
    assert_eq!(all(&*store, Layer::Parcel, 0), [], "the empty record can be read");
    assert_eq!(store.changes(Revision(0), Revision(0)).unwrap(), []);
    assert_eq!(store.touched(Revision(0)).unwrap(), []);
}

/// Each write that changes something is the next number; refused ones leave no hole.
pub fn revisions_are_counted_without_a_gap(fixture: &impl Fixture) {
    let store = fixture.open();
    for number in 1..=3 {
        let done = write(&*store, vec![poi("A", f64::from(number), 0.0)]);
        assert_eq!(done.revision, Revision(number as u64));
        store.commit(commit(vec![], &[(Layer::Poi, "nowhere")])).expect_err("there is nothing to end");
    }
    let entries = store.revisions(2..=9).unwrap();
    let numbers: Vec<u64> = entries.iter().map(|entry| entry.revision.0).collect();
    assert_eq!(numbers, [2, 3]);
    assert_eq!((entries[0].author.as_str(), entries[0].message.as_str()), ("tester", "a test"));
    assert_eq!(entries[0].at, jiff::Timestamp::UNIX_EPOCH);
}

/// What is equal to what is there makes no version, and a commit of such alone no revision.
pub fn equal_puts_make_no_version(fixture: &impl Fixture) {
    let store = fixture.open();
    let (a, b) = (poi("A", 1.0, 1.0), poi("B", 2.0, 2.0));
    write(&*store, vec![a.clone(), b.clone()]);
    let again = write(&*store, vec![a.clone(), b]);
    let expected = Committed { revision: Revision(1), created: 0, updated: 0, ended: 0, unchanged: 2 };
    assert_eq!(again, expected);
    assert_eq!(store.head().unwrap(), Revision(1));

    let mixed = write(&*store, vec![a, poi("B", 3.0, 3.0)]);
    let expected = Committed { revision: Revision(2), created: 0, updated: 1, ended: 0, unchanged: 1 };
    assert_eq!(mixed, expected);
    let since: Vec<u64> = all(&*store, Layer::Poi, 2).iter().map(|version| version.since.0).collect();
    assert_eq!(since, [1, 2]);
}

/// An id is given once and survives the feature's end; the same code in another layer is another feature.
pub fn ids_stay(fixture: &impl Fixture) {
    let store = fixture.open();
    write(&*store, vec![poi("A", 1.0, 1.0), poi("B", 1.0, 1.0), parcel("A", 0.0, ParcelStatus::Planned)]);
    let id = |at: u64| store.feature(Layer::Poi, &code("A"), Revision(at)).unwrap().map(|version| version.id);
    let first = id(1).unwrap();
    let parcel_id = store.feature(Layer::Parcel, &code("A"), Revision(1)).unwrap().unwrap().id;
    assert_ne!(first, parcel_id);
    store.commit(commit(vec![], &[(Layer::Poi, "A")])).unwrap();
    let back = write(&*store, vec![poi("A", 9.0, 9.0)]);
    assert_eq!((back.created, back.updated), (1, 0), "it was not there");
    assert_eq!((id(2), id(3)), (None, Some(first)));
    assert!(first.0 < 1 << 53, "an id survives JavaScript");
}

/// A writer says what it last saw, and is refused if that is not the head.
pub fn a_writer_that_read_an_old_revision_is_refused(fixture: &impl Fixture) {
    let store = fixture.open();
    let on = |head: u64, x: f64| {
        let mut write = commit(vec![poi("A", x, 0.0)], &[]);
        write.expected_head = Some(Revision(head));
        store.commit(write)
    };
    on(0, 1.0).unwrap();
    let error = on(0, 2.0).expect_err("the record is at revision 1");
    assert!(
        matches!(error, StoreError::HeadMoved { expected: Revision(0), actual: Revision(1) }),
        "refused for another reason: {error}"
    );
    assert_eq!(on(1, 2.0).unwrap().revision, Revision(2));
}

/// One bad part and nothing is written, neither features nor ends nor a revision.
pub fn a_failed_commit_leaves_nothing(fixture: &impl Fixture) {
    let store = fixture.open();
    write(&*store, vec![poi("A", 1.0, 1.0)]);
    let before = all(&*store, Layer::Poi, 1);
    let error = store
        .commit(commit(vec![poi("A", 2.0, 2.0), poi("B", 3.0, 3.0)], &[(Layer::Poi, "nowhere")]))
        .expect_err("one of its ends is of a feature that is not there");
    assert!(matches!(&error, StoreError::UnknownToEnd { layer: Layer::Poi, code } if code.as_str() == "nowhere"));
    assert_eq!(store.head().unwrap(), Revision(1));
    assert_eq!(all(&*store, Layer::Poi, 1), before);
    assert_eq!(store.touched(Revision(1)).unwrap(), []);
    let next = write(&*store, vec![poi("B", 3.0, 3.0)]);
    assert_eq!((next.revision, next.created), (Revision(2), 1));
    assert_eq!(codes(&*store, Layer::Poi, 2), ["A", "B"]);
}

/// A commit that names a feature twice does not say what it wants.
pub fn a_feature_stands_once_in_a_commit(fixture: &impl Fixture) {
    let store = fixture.open();
    write(&*store, vec![poi("A", 1.0, 1.0)]);
    for twice in [
        commit(vec![poi("B", 1.0, 1.0), poi("B", 1.0, 1.0)], &[]),
        commit(vec![poi("A", 2.0, 1.0)], &[(Layer::Poi, "A")]),
        commit(vec![], &[(Layer::Poi, "A"), (Layer::Poi, "A")]),
    ] {
        let error = store.commit(twice).expect_err("a feature stands twice");
        assert!(matches!(error, StoreError::DuplicateInCommit { layer: Layer::Poi, .. }), "{error}");
    }
    assert_eq!(store.head().unwrap(), Revision(1));
    let both = write(&*store, vec![poi("B", 1.0, 1.0), parcel("B", 0.0, ParcelStatus::Planned)]);
    assert_eq!(both.created, 2, "the same code in two layers is two features");
}
