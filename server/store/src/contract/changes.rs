//! Rules about what changed. Each panics where the store breaks it.
#![expect(clippy::missing_panics_doc, clippy::unwrap_used, reason = "these are tests: a panic is how they fail")]

use cloudsite_domain::record::{ChangeKind, Layer, ParcelStatus, Revision};

use super::{Fixture, commit, parcel, poi, write};

/// Changes are told apart as created, updated and ended, by revision and then id, within the asked range.
pub fn changes_say_what_happened(fixture: &impl Fixture) {
    let store = fixture.open();
    write(&*store, vec![poi("A", 1.0, 1.0), parcel("P", 0.0, ParcelStatus::Planned)]);
    store.commit(commit(vec![poi("B", 1.0, 1.0), poi("A", 2.0, 2.0)], &[(Layer::Parcel, "P")])).unwrap();
    write(&*store, vec![parcel("P", 0.0, ParcelStatus::Taken)]);
    let told = |after: u64, up_to: u64| {
        let changes = store.changes(Revision(after), Revision(up_to)).unwrap();
        let told = changes.into_iter().map(|change| {
            assert_eq!(change.layer == Layer::Parcel, change.code.as_str() == "P");
            (change.revision.0, change.kind, change.code.to_string())
        });
        told.collect::<Vec<_>>()
    };
    let line = |revision: u64, kind: ChangeKind, name: &str| (revision, kind, name.to_owned());
    let first = [line(1, ChangeKind::Created, "A"), line(1, ChangeKind::Created, "P")];
    let second =
        [line(2, ChangeKind::Updated, "A"), line(2, ChangeKind::Ended, "P"), line(2, ChangeKind::Created, "B")];
    let third = [line(3, ChangeKind::Created, "P")];
    assert_eq!(told(0, 1), first);
    assert_eq!(told(1, 2), second);
    assert_eq!(told(0, 3), [&first[..], &second, &third].concat());
    assert_eq!(told(3, 3), []);
}

/// A tile has to be made anew where a feature was and where it is now.
pub fn touched_gives_old_and_new_bounds(fixture: &impl Fixture) {
    let store = fixture.open();
    write(&*store, vec![parcel("P", 0.0, ParcelStatus::Planned)]);
    write(&*store, vec![parcel("P", 100.0, ParcelStatus::Planned)]);
    store.commit(commit(vec![], &[(Layer::Parcel, "P")])).unwrap();
    let touched = |after: u64| {
        let touched = store.touched(Revision(after)).unwrap();
        let mut edges: Vec<_> =
            touched.iter().map(|at| (at.revision.0, at.bounds.min().x, at.bounds.max().x)).collect();
        assert!(touched.iter().all(|at| at.layer == Layer::Parcel));
        edges.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
        edges
    };
    assert_eq!(touched(0), [(1, 0.0, 10.0), (2, 0.0, 10.0), (2, 100.0, 110.0), (3, 100.0, 110.0)]);
    assert_eq!(touched(2), [(3, 100.0, 110.0)]);
    assert_eq!(touched(3), []);
}
