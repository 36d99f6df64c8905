//! Rules about former revisions: going back to one, and finding it. Each panics where the store breaks it.
#![expect(clippy::missing_panics_doc, clippy::unwrap_used, reason = "these are tests: a panic is how they fail")]

use std::collections::BTreeMap;

use cloudsite_domain::audit::{Action, Event};
use cloudsite_domain::record::{ChangeKind, Feature, FeatureId, Layer, ParcelStatus, Revision};
use jiff::Timestamp;

use super::{Fixture, all, code, commit, follow, log, parcel, poi, write};
use crate::{Cause, Difference, RollBack, Store, StoreError};

/// A roll-back to a revision on top of whatever is there.
pub fn to(revision: u64) -> RollBack {
    RollBack {
        to: Revision(revision),
        author: "tester".to_owned(),
        message: "back".to_owned(),
        at: Timestamp::UNIX_EPOCH,
        expected_head: None,
        cause: Cause::new(Action::RollBack, format!("revision {revision}")),
    }
}

fn features(store: &dyn Store, at: u64) -> Vec<(FeatureId, Feature)> {
    let layers = [Layer::Parcel, Layer::Poi].into_iter();
    layers.flat_map(|layer| all(store, layer, at)).map(|version| (version.id, version.feature)).collect()
}

/// Every revision's event says what is on disk.
fn sound(store: &dyn Store) {
    assert_eq!(follow(store).revisions, store.head().unwrap().0);
    for made in log(store).iter().filter_map(Event::made) {
        let disk = store.on_disk(made.revision).unwrap();
        assert_eq!((disk.digest, disk.changed), (made.changes, vec![]), "revision {}", made.revision);
    }
}

/// Revision 1 has A, B and P; 2 changes A, ends B, makes C and leaves P; 3 changes P and ends A.
fn filled(store: &dyn Store) {
    write(store, vec![poi("A", 1.0, 1.0), poi("B", 1.0, 1.0), parcel("P", 0.0, ParcelStatus::Planned)]);
    store.commit(commit(vec![poi("A", 2.0, 2.0), poi("C", 3.0, 3.0)], &[(Layer::Poi, "B")])).unwrap();
    store.commit(commit(vec![parcel("P", 0.0, ParcelStatus::Taken)], &[(Layer::Poi, "A")])).unwrap();
}

/// It has the content of a former revision, makes versions of its own only where that differs from the present, leaves
/// the revisions in between as they were, and is sealed like any other.
pub fn a_roll_back_is_a_revision_with_the_content_of_another(fixture: &impl Fixture) {
    let store = fixture.open();
    filled(&*store);
    let before: Vec<_> = (1..=3).map(|at| features(&*store, at)).collect();
    assert_eq!(store.roll_back(to(1)).unwrap(), Some(Revision(4)));
    assert_eq!(features(&*store, 4), before[0]);
    assert!((1..=3).all(|at| features(&*store, at) == before[at as usize - 1]), "the past stays");
    let told: Vec<_> = store.changes(Revision(3), Revision(4)).unwrap();
    assert!(told.iter().all(|change| change.revision == Revision(4)), "{told:?}");
    let mut told: Vec<_> = told.iter().map(|change| (change.code.as_str(), change.kind)).collect();
    told.sort_unstable_by_key(|(code, _)| *code);
    let expected =
        [("A", ChangeKind::Created), ("B", ChangeKind::Created), ("C", ChangeKind::Ended), ("P", ChangeKind::Updated)];
    assert_eq!(told, expected);
    let again = store.feature(Layer::Poi, &code("A"), Revision(4)).unwrap();
    assert_eq!(again, store.feature(Layer::Poi, &code("A"), Revision(1)).unwrap(), "the same version");
    sound(&*store);
    let event = log(&*store).pop().unwrap().happening;
    assert_eq!((event.action, event.subject.as_str()), (Action::RollBack, "revision 1"));

    // Going back can itself be taken back, and what follows is written on top of it.
    store.roll_back(to(3)).unwrap();
    assert_eq!(features(&*store, 5), before[2]);
    let more = write(&*store, vec![poi("A", 2.0, 2.0), parcel("P", 0.0, ParcelStatus::Taken)]);
    assert_eq!((more.revision, more.created, more.unchanged), (Revision(6), 1, 1));
    let told: Vec<_> = store.changes(Revision(5), Revision(6)).unwrap().into_iter().map(|change| change.kind).collect();
    assert_eq!(told, [ChangeKind::Created], "what was passed over is not what was there before");
    store.roll_back(to(4)).unwrap();
    assert_eq!(features(&*store, 7), before[0]);
    store.commit(commit(vec![poi("C", 3.0, 3.0)], &[(Layer::Poi, "B")])).unwrap();
    store.roll_back(to(6)).unwrap();
    store.roll_back(to(8)).unwrap();
    let eighth = features(&*store, 8);
    assert_eq!(features(&*store, 10), eighth);
    drop(store);
    let store = fixture.open();
    assert_eq!((features(&*store, 7), features(&*store, 10)), (before[0].clone(), eighth));
    assert!((1..=3).all(|at| features(&*store, at) == before[at as usize - 1]), "the past stays");
    sound(&*store);
    let bounds = store.touched(Revision(9)).unwrap();
    assert!(bounds.iter().all(|at| at.revision == Revision(10)) && bounds.len() >= 4, "{bounds:?}");
}

/// What equals the present makes no version, whichever revision it was written by, and of such alone no revision.
pub fn a_roll_back_that_changes_nothing_makes_no_revision(fixture: &impl Fixture) {
    let store = fixture.open();
    write(&*store, vec![poi("A", 1.0, 1.0)]);
    write(&*store, vec![poi("A", 2.0, 2.0)]);
    write(&*store, vec![poi("A", 1.0, 1.0)]);
    let events = log(&*store).len();
    for revision in [1, 3] {
        assert_eq!(store.roll_back(to(revision)).unwrap(), None);
    }
    assert_eq!((store.head().unwrap(), log(&*store).len()), (Revision(3), events));
    assert_eq!(store.roll_back(to(2)).unwrap(), Some(Revision(4)));
    assert_eq!(store.changes(Revision(3), Revision(4)).unwrap().len(), 1);
    sound(&*store);
}

/// There is no going back to what was never made, nor on top of what the writer has not seen.
pub fn a_roll_back_is_refused_where_a_write_is(fixture: &impl Fixture) {
    let store = fixture.open();
    filled(&*store);
    for asked in [0, 4] {
        let error = store.roll_back(to(asked)).expect_err("there is no such revision");
        let expected = Revision(asked);
        assert!(
            matches!(error, StoreError::NoSuchRevision { asked, head: Revision(3) } if asked == expected),
            "{error}"
        );
    }
    let error = store.roll_back(RollBack { expected_head: Some(Revision(2)), ..to(1) }).expect_err("it moved on");
    assert!(matches!(error, StoreError::HeadMoved { expected: Revision(2), actual: Revision(3) }), "{error}");
    assert_eq!(store.head().unwrap(), Revision(3));
    let seen = RollBack { expected_head: Some(Revision(3)), ..to(1) };
    assert_eq!(store.roll_back(seen).unwrap(), Some(Revision(4)));
}

/// Whoever has a revision, and reads what differs as of another, has the other.
pub fn a_revision_is_another_and_what_differs(fixture: &impl Fixture) {
    let store = fixture.open();
    filled(&*store);
    store.roll_back(to(1)).unwrap();
    let whole = |at: u64| {
        let layers = [Layer::Parcel, Layer::Poi].into_iter();
        let versions = layers.flat_map(|layer| all(&*store, layer, at)).map(|version| (version.id, version));
        versions.collect::<BTreeMap<_, _>>()
    };
    write(&*store, vec![poi("A", 7.0, 7.0), poi("D", 1.0, 1.0)]);
    store.roll_back(to(2)).unwrap();
    for (from, at) in (0..=6).flat_map(|from| (0..=6).map(move |at| (from, at))) {
        let (mut versions, mut last) = (whole(from), None);
        let read = store.differences(Revision(from), Revision(at), &mut |Difference { layer, id, version }| {
            assert!(last.replace(id) < Some(id), "by id");
            assert!(version.as_ref().is_none_or(|version| version.feature.layer() == layer));
            match version {
                Some(version) => versions.insert(id, version),
                None => versions.remove(&id),
            };
            Ok(())
        });
        read.unwrap();
        assert_eq!(versions, whole(at), "{at} from {from}");
    }
    let mut seen = 0;
    let stopped = store.differences(Revision(0), Revision(4), &mut |_| {
        seen += 1;
        Err(StoreError::Busy)
    });
    assert!(matches!(stopped, Err(StoreError::Busy)) && seen == 1);
    store.differences(Revision(1), Revision(7), &mut |_| Ok(())).expect_err("there is no revision 7");
}

/// A moment has the newest revision made then or before, however its time is written.
pub fn a_moment_has_the_newest_revision_before_it(fixture: &impl Fixture) {
    let store = fixture.open();
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    assert_eq!(store.revision_at(at("2026-01-01T00:00:00Z")).unwrap(), None);
    for (number, made) in ["2026-03-12T08:00:00Z", "2026-03-12T08:00:00.5Z", "2026-03-13T00:00:00Z"].iter().enumerate()
    {
        let mut write = commit(vec![poi("A", number as f64, 0.0)], &[]);
        write.at = at(made);
        store.commit(write).unwrap();
    }
    let cases = [
        ("2026-03-12T07:59:59.999Z", None),
        ("2026-03-12T08:00:00Z", Some(1)),
        ("2026-03-12T08:00:00.4Z", Some(1)),
        ("2026-03-12T08:00:00.5Z", Some(2)),
        ("2026-03-12T17:00:00+08:00", Some(2)),
        ("2099-01-01T00:00:00Z", Some(3)),
    ];
    for (moment, expected) in cases {
        assert_eq!(store.revision_at(at(moment)).unwrap(), expected.map(Revision), "{moment}");
    }
}
