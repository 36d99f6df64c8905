//! Rules about reading. Each panics where the store breaks it.
#![expect(clippy::missing_panics_doc, clippy::unwrap_used, reason = "these are tests: a panic is how they fail")]

use std::sync::mpsc;

use cloudsite_domain::record::{Body, Layer, ParcelStatus, Revision};
use geo_types::{Coord, Rect};

use super::{Fixture, all, code, codes, commit, parcel, poi, write};
use crate::StoreError;

/// A feature reads as it was before an update, after it, and after its end.
pub fn reads_are_as_of_a_revision(fixture: &impl Fixture) {
    let store = fixture.open();
    write(&*store, vec![parcel("P", 0.0, ParcelStatus::Planned)]);
    write(&*store, vec![parcel("P", 0.0, ParcelStatus::Available)]);
    store.commit(commit(vec![], &[(Layer::Parcel, "P")])).unwrap();
    let status = |at: u64| {
        let version = store.feature(Layer::Parcel, &code("P"), Revision(at)).unwrap()?;
        let Body::Parcel(parcel) = version.feature.body else { panic!("a parcel came back as something else") };
        Some((version.since.0, parcel.status))
    };
    assert_eq!(status(0), None);
    assert_eq!(status(1), Some((1, ParcelStatus::Planned)));
    assert_eq!(status(2), Some((2, ParcelStatus::Available)));
    assert_eq!(status(3), None);
    let lengths: Vec<usize> = (0..=3).map(|at| all(&*store, Layer::Parcel, at).len()).collect();
    assert_eq!(lengths, [0, 1, 1, 0]);
    assert_eq!(store.feature(Layer::Parcel, &code("other"), Revision(2)).unwrap(), None);
}

/// A scan gives one layer, by id, and ends with the caller's error as soon as there is one.
pub fn a_scan_goes_by_id_and_stops_when_told(fixture: &impl Fixture) {
    let store = fixture.open();
    write(&*store, vec![poi("C", 1.0, 1.0), parcel("P", 0.0, ParcelStatus::Planned), poi("A", 1.0, 1.0)]);
    write(&*store, vec![poi("C", 2.0, 2.0), poi("B", 1.0, 1.0)]);
    assert_eq!(codes(&*store, Layer::Poi, 2), ["C", "A", "B"]);
    assert!(all(&*store, Layer::Poi, 2).is_sorted_by_key(|version| version.id));
    let mut seen = 0;
    let stopped = store.scan(Layer::Poi, Revision(2), &mut |_| {
        seen += 1;
        if seen == 2 { Err(StoreError::Busy) } else { Ok(()) }
    });
    assert!(matches!(stopped, Err(StoreError::Busy)), "the caller's error comes back");
    assert_eq!(seen, 2);
}

/// Candidates are the features whose bounding box touches, edges included, as of the revision.
pub fn candidates_touch_the_bounds(fixture: &impl Fixture) {
    let store = fixture.open();
    let planned = |name: &str, x: f64| parcel(name, x, ParcelStatus::Planned);
    write(&*store, vec![planned("A", 0.0), planned("B", 20.0), planned("C", 40.0)]);
    write(&*store, vec![planned("A", 100.0)]);
    let found = |from: f64, to: f64, at: u64| {
        let bounds = Rect::new(Coord { x: from, y: 5.0 }, Coord { x: to, y: 6.0 });
        let ids = store.candidates(Layer::Parcel, bounds, Revision(at)).unwrap();
        let all = all(&*store, Layer::Parcel, at);
        let named = all.iter().filter(|version| ids.contains(&version.id));
        named.map(|version| version.feature.code.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(found(10.0, 20.0, 1), ["A", "B"], "boxes that share an edge touch");
    assert_eq!(found(10.5, 19.5, 1), Vec::<String>::new());
    assert_eq!(found(0.0, 200.0, 2), ["A", "B", "C"]);
    assert_eq!(found(0.0, 10.0, 2), Vec::<String>::new(), "A has moved away");
    let elsewhere = Rect::new(Coord { x: 0.0, y: 50.0 }, Coord { x: 90.0, y: 60.0 });
    assert_eq!(store.candidates(Layer::Parcel, elsewhere, Revision(2)).unwrap(), []);
}

/// A read as of the future is refused rather than answered with the present.
pub fn a_revision_that_was_never_made_is_refused(fixture: &impl Fixture) {
    let store = fixture.open();
    write(&*store, vec![poi("A", 1.0, 1.0)]);
    let bounds = Rect::new(Coord { x: 0.0, y: 0.0 }, Coord { x: 1.0, y: 1.0 });
    let answers = [
        store.feature(Layer::Poi, &code("A"), Revision(2)).map(drop),
        store.scan(Layer::Poi, Revision(2), &mut |_| Ok(())),
        store.candidates(Layer::Poi, bounds, Revision(2)).map(drop),
        store.changes(Revision(0), Revision(2)).map(drop),
    ];
    for answer in answers {
        let error = answer.expect_err("there is no revision 2");
        assert!(matches!(error, StoreError::NoSuchRevision { asked: Revision(2), head: Revision(1) }), "{error}");
    }
}

/// A read that has begun sees the record as it was then, and holds no writer up.
pub fn readers_see_one_moment_while_another_writes(fixture: &impl Fixture) {
    let store = fixture.open();
    write(&*store, (0..50).map(|number| poi(&format!("A{number}"), 1.0, 1.0)).collect());
    let store = &*store;
    let (reading, has_begun) = mpsc::sync_channel(1);
    let (written, may_go_on) = mpsc::sync_channel(1);
    std::thread::scope(|scope| {
        scope.spawn(move || {
            has_begun.recv().expect("the reader begins");
            write(store, vec![poi("late", 1.0, 1.0)]);
            let now = codes(store, Layer::Poi, 2).len();
            written.send(now).expect("the reader waits");
        });
        let mut seen = 0;
        store
            .scan(Layer::Poi, Revision(1), &mut |version| {
                if seen == 0 {
                    reading.send(()).expect("the writer waits");
                    assert_eq!(may_go_on.recv().expect("the writer writes"), 51);
                }
                assert_ne!(version.feature.code.as_str(), "late");
                seen += 1;
                Ok(())
            })
            .unwrap();
        assert_eq!(seen, 50);
    });
    assert_eq!(store.head().unwrap(), Revision(2));
}

/// What a commit acknowledged is there when the record is opened again.
pub fn what_was_acknowledged_is_there_after_reopening(fixture: &impl Fixture) {
    let store = fixture.open();
    write(&*store, vec![poi("A", 1.0, 1.0)]);
    write(&*store, vec![poi("A", 2.0, 2.0), poi("B", 1.0, 1.0)]);
    let (first, second) = (all(&*store, Layer::Poi, 1), all(&*store, Layer::Poi, 2));
    let entries = store.revisions(0..=9).unwrap();
    drop(store);
    let store = fixture.open();
    assert_eq!(store.head().unwrap(), Revision(2));
    assert_eq!(all(&*store, Layer::Poi, 1), first);
    assert_eq!(all(&*store, Layer::Poi, 2), second);
    assert_eq!(store.revisions(0..=9).unwrap(), entries);
    assert_eq!(write(&*store, vec![poi("C", 1.0, 1.0)]).revision, Revision(3));
}

/// Numbers that no short decimal names come back as they were, or equal features would seem to differ.
pub fn numbers_come_back_to_the_last_bit(fixture: &impl Fixture) {
    let store = fixture.open();
    let mut feature = parcel("P", 536_524.079, ParcelStatus::Planned);
    let Body::Parcel(body) = &mut feature.body else { panic!("a parcel is a parcel") };
    body.height_limit_m = Some(std::f64::consts::PI * 1e-7);
    body.plot_ratio.max = Some(1.0 / 3.0);
    write(&*store, vec![feature.clone()]);
    assert_eq!(store.feature(Layer::Parcel, &code("P"), Revision(1)).unwrap().unwrap().feature, feature);
}
