//! Rules about changesets and imports. Each panics where the store breaks it.
#![expect(clippy::missing_panics_doc, clippy::unwrap_used, reason = "these are tests: a panic is how they fail")]

use std::collections::BTreeMap;

use cloudsite_domain::audit::{Action, Actor};
use cloudsite_domain::changeset::{Changeset, ChangesetId, Counts, Decision, Item, Person, Refused, State, Validation};
use cloudsite_domain::record::{ChangeKind, FeatureVersion, Layer, ParcelStatus, Revision};
use cloudsite_domain::validation::{Fix, Problem, Severity};
use jiff::Timestamp;
use jiff::civil::date;

use super::{code, commit, follow, log, parcel, write};
use crate::changeset::{ChangesetError, ChangesetStore, ChangesetWrite, Deed, ItemChanges, ItemFilter, MOST_PROBLEMS};
use crate::imports::{
    Ending, ImportStore, MOST_MAPPINGS, Mapping, NewOperation, NewUpload, OperationState, UploadId, UploadLimits,
};
use crate::{Store, StoreError};

/// Everything that a changeset needs.
pub trait Changing: Store + ChangesetStore + ImportStore {}

impl<T: Store + ChangesetStore + ImportStore> Changing for T {}

/// A place where changes are kept for a test.
pub trait ChangesetFixture {
    /// Opens it. Called again after what it gave was dropped, it opens the same changes.
    fn open_changes(&self) -> Box<dyn Changing>;
}

/// Makes one `#[test]` of each rule about changesets. `$make` is a function that gives a fresh [`ChangesetFixture`].
#[macro_export]
macro_rules! changeset_contract_tests {
    ($make:path) => {
        $crate::contract_tests! { $make;
            changesets_are_there_after_reopening,
            a_changeset_is_written_by_who_read_the_newest,
            a_request_that_comes_again_makes_one_changeset,
            items_are_put_and_dropped_and_counted,
            problems_are_those_of_the_last_validation,
            changesets_are_listed_by_state_newest_first,
            a_publication_is_a_revision_an_event_and_a_state,
            a_publication_that_fails_leaves_everything,
            a_deleted_changeset_is_gone_with_all_in_it,
            uploads_are_kept_within_limits,
            operations_run_in_their_order_and_end_once,
            a_mapping_is_kept_for_its_columns,
        }
    };
}

/// The record beside the changes.
fn record(changes: &dyn Changing) -> &dyn Store {
    changes
}

fn at(secs: i64) -> Timestamp {
    Timestamp::from_second(secs).unwrap()
}

fn deed(did: &'static str) -> Deed {
    let actor = Actor { label: "陈 (bureau, member 7)".to_owned(), organisation: "bureau".to_owned() };
    Deed { did, actor, at: at(5), detail: BTreeMap::from([("file".to_owned(), "parcels.gpkg".to_owned())]) }
}

fn editor() -> Person {
    Person { key: "members/7".to_owned(), label: "陈 (bureau, member 7)".to_owned() }
}

fn draft() -> Changeset {
    Changeset {
        id: ChangesetId(0),
        title: "春季测量".to_owned(),
        author: editor().label,
        created_at: at(1),
        updated_at: at(2),
        version: 0,
        base: Revision(0),
        state: State::Draft,
        editors: [(editor().key, editor().label)].into(),
        validation: None,
        published: None,
        counts: Counts::default(),
        bounds: None,
    }
}

fn validation(errors: u64) -> Validation {
    Validation { at: at(3), revision: Revision(1), day: date(2026, 11, 25), errors, warnings: 0, notes: 1 }
}

fn item(name: &str, x: f64, now: Option<&FeatureVersion>) -> Item {
    Item::of(now, Some(parcel(name, x, ParcelStatus::Available)), "x").unwrap()
}

fn problem(name: &str, severity: Severity) -> Problem {
    Problem {
        rule: "parcel.overlap".into(),
        severity,
        layer: Layer::Parcel,
        code: code(name),
        field: Some("zone".into()),
        place: None,
        other: Some((Layer::Zone, code("Z-1"))),
        message: "a sentence".to_owned(),
        fix: Some(Fix::SetField { field: "zone".into(), value: "Z-2".to_owned() }),
    }
}

/// A new changeset with these items.
fn create(changes: &dyn Changing, items: Vec<Item>) -> Changeset {
    let items = ItemChanges::All(items);
    changes.write_changeset(ChangesetWrite { items, ..ChangesetWrite::of(draft(), deed("created")) }).unwrap()
}

fn approved(changes: &dyn Changing, changeset: Changeset) -> Changeset {
    let approver = Person { key: "members/8".to_owned(), label: "李".to_owned() };
    let changeset = changeset.validated(validation(0)).unwrap().approved(&approver, at(4)).unwrap();
    let decision = Decision { state: State::Approved, actor: "李".to_owned(), at: at(4), reason: "好".to_owned() };
    let write = ChangesetWrite { decision: Some(decision), ..ChangesetWrite::of(changeset, deed("approved")) };
    changes.write_changeset(write).unwrap()
}

fn codes(changes: &dyn Changing, id: ChangesetId, filter: &ItemFilter) -> Vec<String> {
    changes.items(id, filter, 0, 100).unwrap().into_iter().map(|listed| listed.item.code.to_string()).collect()
}

/// All of a changeset comes back as it was written, and each write has its event.
pub fn changesets_are_there_after_reopening(fixture: &impl ChangesetFixture) {
    let changes = fixture.open_changes();
    let made = create(&*changes, vec![item("P-1", 0.0, None)]);
    let made = approved(&*changes, made);
    assert_eq!((made.id, made.version, made.state), (ChangesetId(1), 2, State::Approved));
    drop(changes);
    let changes = fixture.open_changes();
    let found = changes.changeset(made.id).unwrap().unwrap();
    assert_eq!(found, made);
    assert_eq!((found.editors, found.validation), (draft().editors, Some(validation(0))));
    assert_eq!(changes.all_items(made.id).unwrap(), [item("P-1", 0.0, None)]);
    let decisions = changes.decisions(made.id).unwrap();
    assert_eq!((decisions.len(), decisions[0].reason.as_str()), (1, "好"));
    assert_eq!(changes.changeset(ChangesetId(9)).unwrap(), None);
    let store = record(&*changes);
    let did: Vec<_> = log(store).into_iter().map(|event| event.happening).collect();
    assert!(did.iter().all(|event| event.action == Action::Changeset && event.subject == "changesets/1"));
    assert_eq!(did.iter().map(|event| event.detail["did"].as_str()).collect::<Vec<_>>(), ["created", "approved"]);
    follow(store);
}

/// Of two who read the same version one writes, and the other leaves nothing.
pub fn a_changeset_is_written_by_who_read_the_newest(fixture: &impl ChangesetFixture) {
    let changes = fixture.open_changes();
    let made = create(&*changes, vec![]);
    let written = changes.write_changeset(ChangesetWrite::of(made.clone(), deed("edited"))).unwrap();
    assert_eq!((made.version, written.version), (1, 2));
    let items = ItemChanges::All(vec![item("P-1", 0.0, None)]);
    let late = changes.write_changeset(ChangesetWrite { items, ..ChangesetWrite::of(made.clone(), deed("edited")) });
    assert!(matches!(late, Err(ChangesetError::Moved { expected: 1, actual: 2 })), "{late:?}");
    assert_eq!(changes.all_items(made.id).unwrap(), []);
    let nowhere = Changeset { id: ChangesetId(9), ..made };
    let unknown = changes.write_changeset(ChangesetWrite::of(nowhere, deed("edited")));
    assert!(matches!(unknown, Err(ChangesetError::Unknown(ChangesetId(9)))), "{unknown:?}");
    assert_eq!(log(record(&*changes)).len(), 2, "what was refused is not in the log");
}

/// The same request makes one changeset, however often it comes.
pub fn a_request_that_comes_again_makes_one_changeset(fixture: &impl ChangesetFixture) {
    let changes = fixture.open_changes();
    let ask = |request: &str| {
        let request = Some(request.to_owned());
        changes.write_changeset(ChangesetWrite { request, ..ChangesetWrite::of(draft(), deed("created")) }).unwrap().id
    };
    assert_eq!([ask("a"), ask("a"), ask("b"), ask("a")].map(|id| id.0), [1, 1, 2, 1]);
    assert_eq!(log(record(&*changes)).len(), 2);
}

/// Items stand once by layer and code; the changeset counts them and knows where they are.
pub fn items_are_put_and_dropped_and_counted(fixture: &impl ChangesetFixture) {
    let changes = fixture.open_changes();
    let store = record(&*changes);
    write(store, vec![parcel("A", 0.0, ParcelStatus::Planned), parcel("B", 20.0, ParcelStatus::Planned)]);
    let now = |name: &str| store.feature(Layer::Parcel, &code(name), Revision(1)).unwrap();
    let ended = Item::of(now("B").as_ref(), None, "x").unwrap();
    let made = create(&*changes, vec![item("C", 90.0, None), item("A", 0.0, now("A").as_ref()), ended.clone()]);
    assert_eq!(made.counts, Counts { created: 1, updated: 1, ended: 1 });
    assert_eq!(made.bounds.map(|bounds| (bounds.min().x, bounds.max().x)), Some((0.0, 100.0)));
    let filter = |kind| ItemFilter { kind, ..ItemFilter::default() };
    assert_eq!(codes(&*changes, made.id, &filter(None)), ["A", "B", "C"], "by layer and code");
    assert_eq!(codes(&*changes, made.id, &filter(Some(ChangeKind::Ended))), ["B"]);
    let one = ItemFilter { layer: Some(Layer::Parcel), code: Some(code("A")), kind: None };
    assert_eq!(codes(&*changes, made.id, &one), ["A"]);
    let zone = ItemFilter { layer: Some(Layer::Zone), ..ItemFilter::default() };
    assert!(codes(&*changes, made.id, &zone).is_empty());
    assert_eq!(changes.items(made.id, &filter(None), 1, 1).unwrap()[0].item, ended, "the second alone");

    let moved = item("C", 60.0, None);
    let items = ItemChanges::Some { puts: vec![moved.clone()], drops: vec![(Layer::Parcel, code("B"))] };
    let next = changes.write_changeset(ChangesetWrite { items, ..ChangesetWrite::of(made, deed("edited")) }).unwrap();
    assert_eq!(next.counts, Counts { created: 1, updated: 1, ended: 0 });
    assert_eq!(next.bounds.map(|bounds| bounds.max().x), Some(70.0));
    assert_eq!(changes.all_items(next.id).unwrap()[1], moved);
    let items = ItemChanges::All(vec![]);
    let none = changes.write_changeset(ChangesetWrite { items, ..ChangesetWrite::of(next, deed("edited")) }).unwrap();
    assert_eq!((none.counts, none.bounds), (Counts::default(), None));
}

/// Problems are kept until the next validation, or until an edit takes the validation back; of many the first.
pub fn problems_are_those_of_the_last_validation(fixture: &impl ChangesetFixture) {
    let changes = fixture.open_changes();
    let made = create(&*changes, vec![item("A", 0.0, None)]);
    let found = vec![problem("A", Severity::Error), problem("A", Severity::Warning), problem("B", Severity::Error)];
    let checked = made.validated(validation(2)).unwrap();
    let write = ChangesetWrite::of(checked, deed("validated"));
    let checked = changes.write_changeset(ChangesetWrite { problems: Some(found.clone()), ..write }).unwrap();
    let list = |severity, feature: Option<&str>| {
        let code = feature.map(code);
        let feature = code.as_ref().map(|code| (Layer::Parcel, code));
        changes.problems(ChangesetId(1), severity, feature, 0, 100_000).unwrap()
    };
    assert_eq!(list(None, None), found);
    assert_eq!(list(Some(Severity::Error), Some("A")), found[..1]);
    assert_eq!(changes.problems(ChangesetId(1), None, None, 2, 9).unwrap(), found[2..]);
    let listed = &changes.items(ChangesetId(1), &ItemFilter::default(), 0, 1).unwrap()[0];
    assert_eq!((listed.errors, listed.warnings), (1, 1));

    let same = changes.write_changeset(ChangesetWrite::of(checked, deed("rebased"))).unwrap();
    assert_eq!(list(None, None).len(), 3, "the validation still counts");
    let edited = same.edited(&editor(), at(9)).unwrap();
    let edited = changes.write_changeset(ChangesetWrite::of(edited, deed("edited"))).unwrap();
    assert_eq!(list(None, None), [], "an edit takes it back");
    let many = vec![problem("A", Severity::Note); MOST_PROBLEMS + 5];
    let write = ChangesetWrite::of(edited.validated(validation(0)).unwrap(), deed("validated"));
    changes.write_changeset(ChangesetWrite { problems: Some(many), ..write }).unwrap();
    assert_eq!(list(None, None).len(), MOST_PROBLEMS);
}

/// A list begins with the newest and goes on before a number.
pub fn changesets_are_listed_by_state_newest_first(fixture: &impl ChangesetFixture) {
    let changes = fixture.open_changes();
    for _ in 0..3 {
        create(&*changes, vec![item("A", 0.0, None)]);
    }
    approved(&*changes, changes.changeset(ChangesetId(2)).unwrap().unwrap());
    let list = |states: &[State], before: Option<u64>, most| {
        let found = changes.changesets(states, before.map(ChangesetId), most).unwrap();
        found.into_iter().map(|changeset| changeset.id.0).collect::<Vec<_>>()
    };
    assert_eq!(list(&[], None, 9), [3, 2, 1]);
    assert_eq!(list(&[], Some(3), 1), [2]);
    assert_eq!(list(&[State::Draft], None, 9), [3, 1]);
    assert_eq!(list(&[State::Draft, State::Approved], Some(3), 9), [2, 1]);
    assert!(list(&[State::Published], None, 9).is_empty());
}

/// One transaction makes the revision, its event and the state.
pub fn a_publication_is_a_revision_an_event_and_a_state(fixture: &impl ChangesetFixture) {
    let changes = fixture.open_changes();
    let made = create(&*changes, vec![item("A", 0.0, None)]);
    let made = approved(&*changes, made);
    let puts = vec![parcel("A", 0.0, ParcelStatus::Available)];
    let write = ChangesetWrite::of(made.clone(), deed("published"));
    let (committed, published) = changes.publish_changeset(commit(puts.clone(), &[]), write).unwrap();
    assert_eq!((committed.revision, committed.created), (Revision(1), 1));
    assert_eq!((published.state, published.published), (State::Published, Some(Revision(1))));
    let store = record(&*changes);
    let events = log(store);
    assert_eq!(events.last().unwrap().made().map(|made| made.revision), Some(Revision(1)));
    assert_eq!(events.len(), 3, "created, approved, and the revision's own");

    // One that the record says already makes no revision, and has an event all the same.
    let again = create(&*changes, vec![item("A", 0.0, None)]);
    let again = approved(&*changes, again);
    let write = ChangesetWrite::of(again, deed("published"));
    let (committed, published) = changes.publish_changeset(commit(puts, &[]), write).unwrap();
    assert_eq!((committed.revision, committed.unchanged), (Revision(1), 1));
    assert_eq!(published.published, Some(Revision(1)));
    assert_eq!(log(store).last().unwrap().happening.detail["did"], "published");
    assert_eq!(store.revisions(0..=9).unwrap().len(), 1);
    follow(store);
}

/// A publication that cannot be leaves neither a revision nor a state nor an event.
pub fn a_publication_that_fails_leaves_everything(fixture: &impl ChangesetFixture) {
    let changes = fixture.open_changes();
    let draft = create(&*changes, vec![item("A", 0.0, None)]);
    let put = || vec![parcel("A", 0.0, ParcelStatus::Available)];
    let early = changes.publish_changeset(commit(put(), &[]), ChangesetWrite::of(draft.clone(), deed("published")));
    let refused = matches!(early, Err(ChangesetError::Refused(Refused::State { is: State::Draft, .. })));
    assert!(refused, "{early:?}");
    let made = approved(&*changes, draft.clone());
    let stale = Changeset { version: 1, ..made.clone() };
    let late = changes.publish_changeset(commit(put(), &[]), ChangesetWrite::of(stale, deed("published")));
    assert!(matches!(late, Err(ChangesetError::Moved { .. })), "{late:?}");
    let behind = crate::Commit { expected_head: Some(Revision(3)), ..commit(put(), &[]) };
    let moved = changes.publish_changeset(behind, ChangesetWrite::of(made.clone(), deed("published")));
    assert!(matches!(moved, Err(ChangesetError::Store(StoreError::HeadMoved { .. }))), "{moved:?}");
    let nothing_to_end = commit(put(), &[(Layer::Poi, "nowhere")]);
    let failed = changes.publish_changeset(nothing_to_end, ChangesetWrite::of(made.clone(), deed("published")));
    assert!(matches!(failed, Err(ChangesetError::Store(StoreError::UnknownToEnd { .. }))), "{failed:?}");
    let store = record(&*changes);
    assert_eq!((store.head().unwrap(), log(store).len()), (Revision(0), 2));
    assert_eq!(changes.changeset(made.id).unwrap(), Some(made));
}

/// Nothing is left of what was deleted but its events.
pub fn a_deleted_changeset_is_gone_with_all_in_it(fixture: &impl ChangesetFixture) {
    let changes = fixture.open_changes();
    let made = create(&*changes, vec![item("A", 0.0, None)]);
    let stale = Changeset { version: 9, ..made.clone() };
    let refused = changes.delete_changeset(&stale, &deed("deleted"));
    assert!(matches!(refused, Err(ChangesetError::Moved { .. })), "{refused:?}");
    changes.delete_changeset(&made, &deed("deleted")).unwrap();
    assert_eq!(changes.changeset(made.id).unwrap(), None);
    assert_eq!(changes.all_items(made.id).unwrap(), []);
    assert_eq!(create(&*changes, vec![]).id, ChangesetId(2), "a number is never given again");
    assert_eq!(log(record(&*changes)).len(), 3);
}

fn new_upload(size_bytes: u64, expires: i64) -> NewUpload {
    let (owner, file_name) = ("members/7".to_owned(), "宗地.zip".to_owned());
    NewUpload { owner, file_name, size_bytes, expires_at: at(expires), request: None }
}

fn new_operation(upload: UploadId) -> NewOperation {
    NewOperation {
        owner: editor(),
        organisation: "bureau".to_owned(),
        upload,
        file_name: "宗地.zip".to_owned(),
        plan: "a plan".to_owned(),
        at: at(4),
        request: None,
    }
}

/// So many files are kept and so many bytes; those that are over go, unless an operation waits for them.
pub fn uploads_are_kept_within_limits(fixture: &impl ChangesetFixture) {
    let changes = fixture.open_changes();
    let limits = UploadLimits { uploads: 2, bytes: 100 };
    let request = NewUpload { request: Some("x".to_owned()), ..new_upload(60, 50) };
    let first = changes.create_upload(&request, limits).unwrap();
    assert_eq!(changes.create_upload(&request, limits).unwrap(), first, "the request is known");
    let large = changes.create_upload(&new_upload(41, 50), limits);
    assert!(matches!(large, Err(ChangesetError::Full(_))), "{large:?}");
    let second = changes.create_upload(&new_upload(40, 90), limits).unwrap();
    let third = changes.create_upload(&new_upload(0, 50), limits);
    assert!(matches!(third, Err(ChangesetError::Full(_))), "{third:?}");
    assert_eq!(changes.upload(second.id).unwrap(), Some(second.clone()));

    let operation = changes.start_operation(&new_operation(first.id), 5).unwrap();
    assert_eq!(changes.sweep_uploads(at(60)).unwrap(), [first.id, second.id], "an operation waits for the first");
    assert!(!changes.delete_upload(first.id).unwrap());
    changes.cancel_operation(operation.id, at(61)).unwrap();
    assert_eq!(changes.sweep_uploads(at(60)).unwrap(), [second.id]);
    assert!(changes.delete_upload(second.id).unwrap());
    assert!(!changes.delete_upload(second.id).unwrap());
}

/// Operations run oldest first, also after the store was opened anew, and have their effect once.
pub fn operations_run_in_their_order_and_end_once(fixture: &impl ChangesetFixture) {
    let changes = fixture.open_changes();
    let request = NewOperation { request: Some("x".to_owned()), ..new_operation(UploadId(1)) };
    let first = changes.start_operation(&request, 2).unwrap();
    assert_eq!(changes.start_operation(&request, 2).unwrap(), first, "the request is known");
    let second = changes.start_operation(&new_operation(UploadId(2)), 2).unwrap();
    let full = changes.start_operation(&new_operation(UploadId(3)), 2);
    assert!(matches!(full, Err(ChangesetError::Full(_))), "{full:?}");
    assert_eq!((first.state, first.owner.clone()), (OperationState::Queued, editor()));
    assert_eq!(changes.take_operation().unwrap().map(|taken| taken.id), Some(first.id));
    drop(changes);

    let changes = fixture.open_changes();
    let taken = changes.take_operation().unwrap().unwrap();
    assert_eq!((taken.id, taken.state), (first.id, OperationState::Running), "it is taken up again");
    let ending = |succeeded| {
        let items = ItemChanges::All(vec![item("A", 0.0, None)]);
        let write = ChangesetWrite { items, ..ChangesetWrite::of(draft(), deed("imported")) };
        Ending { succeeded, outcome: "done".to_owned(), at: at(9), write: Some(write), mapping: None }
    };
    let made = changes.end_operation(first.id, ending(true)).unwrap().unwrap();
    let again = changes.end_operation(first.id, ending(true));
    assert!(matches!(again, Err(ChangesetError::OperationOver(id)) if id == first.id), "{again:?}");
    assert_eq!(changes.changesets(&[], None, 9).unwrap().len(), 1, "one effect");
    let ended = changes.operation(first.id).unwrap().unwrap();
    assert_eq!((ended.state, ended.changeset), (OperationState::Succeeded, Some(made.id)));
    assert_eq!((ended.done_at, ended.outcome.as_deref()), (Some(at(9)), Some("done")));

    let cancelled = changes.cancel_operation(second.id, at(10)).unwrap().unwrap();
    assert_eq!(cancelled.state, OperationState::Cancelled);
    assert!(matches!(changes.end_operation(second.id, ending(true)), Err(ChangesetError::OperationOver(_))));
    let still = changes.cancel_operation(first.id, at(11)).unwrap().unwrap();
    assert_eq!(still.state, OperationState::Succeeded, "what is done stays done");
    assert_eq!(changes.take_operation().unwrap(), None);
    let list = |before, most| {
        changes.operations(before, most).unwrap().into_iter().map(|operation| operation.id).collect::<Vec<_>>()
    };
    assert_eq!(list(None, 9), [second.id, first.id]);
    assert_eq!(list(Some(second.id), 9), [first.id]);
}

/// Of a layer and a set of columns there is one mapping, the last; the ones not used for longest go.
pub fn a_mapping_is_kept_for_its_columns(fixture: &impl ChangesetFixture) {
    let changes = fixture.open_changes();
    let keep = |layer, columns: &[&str], column: &str, used: i64| {
        let operation = changes.start_operation(&new_operation(UploadId(1)), 9).unwrap();
        let mapping = Mapping {
            id: 0,
            layer,
            columns: columns.iter().map(|name| (*name).to_owned()).collect(),
            mapping: [("code".to_owned(), column.to_owned())].into(),
            used_at: at(used),
        };
        let outcome = String::new();
        let ending = Ending { succeeded: true, outcome, at: at(used), write: None, mapping: Some(mapping) };
        changes.end_operation(operation.id, ending).unwrap();
    };
    keep(Layer::Parcel, &["DKBH", "面积"], "DKBH", 1);
    keep(Layer::Parcel, &["DKBH"], "DKBH", 2);
    keep(Layer::Road, &["DKBH", "面积"], "面积", 3);
    keep(Layer::Parcel, &["DKBH", "面积"], "面积", 4);
    let found = changes.mappings(Some(Layer::Parcel)).unwrap();
    let said: Vec<_> = found.iter().map(|kept| (kept.columns.len(), kept.mapping["code"].as_str())).collect();
    assert_eq!(said, [(2, "面积"), (1, "DKBH")], "newest first");
    assert_eq!(changes.mappings(None).unwrap().len(), 3);
    assert!(changes.delete_mapping(found[0].id).unwrap());
    assert!(!changes.delete_mapping(found[0].id).unwrap());
    for number in 0..MOST_MAPPINGS as i64 {
        keep(Layer::Zone, &[&number.to_string()], "x", 100 + number);
    }
    assert_eq!(changes.mappings(None).unwrap().len(), MOST_MAPPINGS);
    assert_eq!(changes.mappings(Some(Layer::Road)).unwrap(), [], "those not used for longest");
}
