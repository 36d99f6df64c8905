//! From features to what they change, and what is wrong with that.

use std::collections::{BTreeMap, HashSet};

use cloudsite_domain::changeset::{Item, bring};
use cloudsite_domain::merge::{Choices, Conflict};
use cloudsite_domain::record::{Code, Feature, FeatureVersion, Layer, Revision};
use cloudsite_domain::validation::{Problem, Severity, Submission};
use cloudsite_store::{Store, StoreError};
use jiff::civil::Date;

use crate::import::{ImportError, one_park, park};
use crate::record::{Entry, Snapshot};
use crate::validation;

/// What a file changes.
pub(crate) struct Draft {
    /// What is new, changed and gone.
    pub(crate) items: Vec<Item>,
    /// Features that are as in the record.
    pub(crate) unchanged: u64,
    /// Features that are as in the record: what a changeset had of them is taken out.
    pub(crate) same: Vec<(Layer, Code)>,
}

/// What `features` of a file change in the record. `complete` is the layer of which the file holds all, so that what it
/// does not hold is gone.
pub(crate) fn drafted(
    snapshot: &Snapshot,
    features: Vec<Feature>,
    file_stem: &str,
    complete: Option<Layer>,
    editor: &str,
    progress: &dyn Fn(u64),
) -> Result<Draft, ImportError> {
    one_park(&features)?;
    let parks: Vec<Feature> =
        snapshot.layer(Layer::Park).features().iter().map(|version| version.feature.clone()).collect();
    let change = park::change(&parks, &features, file_stem);
    let mut draft = Draft { items: Vec::new(), unchanged: 0, same: Vec::new() };
    if let Some(layer) = complete {
        let held: HashSet<&Code> =
            features.iter().filter(|feature| feature.layer() == layer).map(|feature| &feature.code).collect();
        let gone = snapshot.layer(layer).features().iter().filter(|version| !held.contains(&version.feature.code));
        draft.items.extend(gone.filter_map(|version| Item::of(Some(&version.version()), None, editor)));
    }
    for (done, feature) in features.into_iter().chain(change.put).enumerate() {
        if done % 1_000 == 0 {
            progress(done as u64);
        }
        let (layer, code) = (feature.layer(), feature.code.clone());
        if let Some(item) = Item::of(now(snapshot, layer, &code).as_ref(), Some(feature), editor) {
            draft.items.push(item);
        } else {
            draft.unchanged += 1;
            draft.same.push((layer, code));
        }
    }
    for (layer, code) in change.ends {
        draft.items.extend(Item::of(now(snapshot, layer, &code).as_ref(), None, editor));
    }
    Ok(draft)
}

/// What the record has of a feature.
pub(super) fn now(snapshot: &Snapshot, layer: Layer, code: &Code) -> Option<FeatureVersion> {
    snapshot.layer(layer).find(code).map(Entry::version)
}

/// The version that an item was made from.
pub(super) fn base(store: &dyn Store, snapshot: &Snapshot, item: &Item) -> Result<Option<FeatureVersion>, StoreError> {
    version_of(store, snapshot, item.layer, &item.code, item.base)
}

/// The version of a feature that a revision made; none for revision 0.
pub(super) fn version_of(
    store: &dyn Store,
    snapshot: &Snapshot,
    layer: Layer,
    code: &Code,
    made_in: Revision,
) -> Result<Option<FeatureVersion>, StoreError> {
    if made_in == Revision(0) || made_in > snapshot.revision() {
        return Ok(None);
    }
    match now(snapshot, layer, code) {
        Some(version) if version.since == made_in => Ok(Some(version)),
        _ => Ok(store.feature(layer, code, made_in)?.filter(|version| version.since == made_in)),
    }
}

/// The conflicts of one feature.
pub(super) type FeatureConflicts = (Layer, Code, Vec<Conflict>);

/// Items brought to a snapshot.
#[derive(Default)]
pub(super) struct Brought {
    /// The items that still change something.
    pub(super) items: Vec<Item>,
    /// How many were merged with what the record had changed.
    pub(super) merged: u64,
    /// Those that cannot be, left out of `items`.
    pub(super) conflicts: Vec<FeatureConflicts>,
}

/// Brings items to a snapshot; `choices` decide conflicts, by feature.
pub(super) fn brought(
    store: &dyn Store,
    snapshot: &Snapshot,
    items: Vec<Item>,
    choices: &BTreeMap<(Layer, Code), Choices>,
) -> Result<Brought, StoreError> {
    let mut out = Brought { items: Vec::with_capacity(items.len()), ..Brought::default() };
    let none = Choices::new();
    for item in items {
        let present = now(snapshot, item.layer, &item.code);
        if item.is_on(present.as_ref()) {
            out.items.push(item);
            continue;
        }
        out.merged += 1;
        let key = (item.layer, item.code.clone());
        let was = base(store, snapshot, &item)?.map(|version| version.feature);
        match bring(item, was.as_ref(), present.as_ref(), choices.get(&key).unwrap_or(&none)) {
            Ok(item) => out.items.extend(item),
            Err(conflicts) => out.conflicts.push((key.0, key.1, conflicts)),
        }
    }
    Ok(out)
}

/// All that is wrong with items that are on a snapshot, the worst first. The items come back as they were.
pub(super) fn check(items: &mut [Item], snapshot: &Snapshot, day: Date) -> Vec<Problem> {
    // Taken out and put back, because a changeset may be as large as the record.
    let puts: Vec<Feature> = items.iter_mut().filter_map(|item| item.put.take()).collect();
    let ends: Vec<(Layer, Code)> = {
        let put: HashSet<(Layer, &Code)> = puts.iter().map(|feature| (feature.layer(), &feature.code)).collect();
        let ends = items.iter().filter(|item| !put.contains(&(item.layer, &item.code)));
        ends.map(|item| (item.layer, item.code.clone())).collect()
    };
    let mut problems = validation::check(Submission { puts: &puts, ends: &ends }, snapshot, day);
    let mut ended = ends.iter().peekable();
    let mut puts = puts.into_iter();
    for item in items {
        match ended.peek() {
            Some((layer, code)) if (*layer, code) == (item.layer, &item.code) => _ = ended.next(),
            _ => item.put = puts.next(),
        }
    }
    problems.sort_by_key(|problem| problem.severity);
    problems
}

/// Conflicts as problems, so that a list of problems has them too.
pub(super) fn as_problems(conflicts: &[FeatureConflicts]) -> impl Iterator<Item = Problem> {
    conflicts.iter().flat_map(|(layer, code, conflicts)| {
        conflicts.iter().map(|conflict| Problem {
            rule: "changeset.conflict".into(),
            severity: Severity::Error,
            layer: *layer,
            code: code.clone(),
            field: Some(conflict.path.clone().into()),
            place: None,
            other: None,
            message: format!("the record has changed its {} meanwhile, to something else", conflict.path),
            fix: None,
        })
    })
}
