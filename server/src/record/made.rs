//! What a revision did, in short: what its readers are told.

use std::collections::BTreeMap;
use std::sync::Arc;

use cloudsite_domain::record::{Change, ChangeKind, FeatureId, Layer, Revision};
use cloudsite_store::{Committed, Store, StoreError, Touched};
use geo_types::Rect;

use super::{Entry, Snapshot, united};

/// Changes that are told one by one.
const MAX_CHANGES: usize = 1_000;

/// What a revision did, by layer: a tier is told of the layers that it is given.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Made(BTreeMap<Layer, OfLayer>);

/// What a revision did to a layer.
#[derive(Debug, Default, PartialEq)]
struct OfLayer {
    /// The first of its changes, by id.
    changes: Vec<Change>,
    /// Whether there are more.
    is_cut: bool,
    /// The smallest rectangle around what began and ended, canonical metres.
    bounds: Option<Rect>,
}

/// What someone is told of a revision.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Told {
    /// The first of its changes, by id.
    pub(crate) changes: Vec<Change>,
    /// Whether there are more.
    pub(crate) is_cut: bool,
    /// The smallest rectangle around what began and ended, canonical metres.
    pub(crate) bounds: Option<Rect>,
}

impl Made {
    fn change(&mut self, change: Change) {
        let of_layer = self.0.entry(change.layer).or_default();
        if of_layer.changes.len() < MAX_CHANGES {
            of_layer.changes.push(change);
        } else {
            of_layer.is_cut = true;
        }
    }

    fn touch(&mut self, at: &Touched) {
        let bounds = &mut self.0.entry(at.layer).or_default().bounds;
        *bounds = Some(bounds.map_or(at.bounds, |all| united(all, at.bounds)));
    }

    /// What is told to whoever is given the layers for which `seen` has an answer: the bounding box, canonical metres, as
    /// it may be told.
    pub(super) fn told(&self, seen: impl Fn(Layer, Rect) -> Option<Rect>) -> Told {
        let mut told = Told::default();
        for (layer, of_layer) in &self.0 {
            let Some(bounds) = of_layer.bounds.and_then(|bounds| seen(*layer, bounds)) else { continue };
            told.bounds = Some(told.bounds.map_or(bounds, |all| united(all, bounds)));
            told.changes.extend(of_layer.changes.iter().cloned());
            told.is_cut |= of_layer.is_cut;
        }
        told.changes.sort_unstable_by_key(|change| change.id);
        told.is_cut |= told.changes.len() > MAX_CHANGES;
        told.changes.truncate(MAX_CHANGES);
        told
    }
}

/// What a feature was and what it is.
type Pair<'a> = (Option<&'a Entry>, Option<&'a Entry>);

/// What differs between two revisions that follow each other.
pub(super) struct Step<'a> {
    revision: Revision,
    /// Of which features there are other versions, by id.
    differences: BTreeMap<Layer, Vec<Pair<'a>>>,
    /// Those of them that differ in content too: a roll-back may bring back another version of the same.
    changes: Vec<(Layer, ChangeKind, Pair<'a>)>,
}

impl<'a> Step<'a> {
    pub(super) fn between(before: &'a Snapshot, after: &'a Snapshot) -> Self {
        let of = |layer: &Layer| (*layer, before.layer(*layer).differences(after.layer(*layer)));
        let differences = Layer::ALL.iter().map(of).filter(|(_, differences)| !differences.is_empty());
        let differences: BTreeMap<Layer, Vec<Pair<'a>>> = differences.collect();
        let pairs = differences.iter().flat_map(|(layer, pairs)| pairs.iter().map(|pair| (*layer, *pair)));
        let change = |(layer, pair)| {
            let kind = match pair {
                (None, _) => ChangeKind::Created,
                (Some(was), Some(is)) if Entry::equals(was, is) => return None,
                (Some(_), Some(_)) => ChangeKind::Updated,
                (Some(_), None) => ChangeKind::Ended,
            };
            Some((layer, kind, pair))
        };
        let changes = pairs.filter_map(change).collect();
        Self { revision: after.revision(), differences, changes }
    }

    /// What the features of each layer that differ are now, by id; none that ended.
    pub(super) fn now(&self) -> impl Iterator<Item = (Layer, Vec<(FeatureId, Option<&'a Entry>)>)> {
        self.differences.iter().map(|(layer, differences)| {
            let now = differences.iter().filter_map(|(was, is)| Some(((*is).or(*was)?.id, *is)));
            (*layer, now.collect())
        })
    }

    /// Where something began and ended.
    pub(super) fn touched(&self) -> Vec<Touched> {
        let revision = self.revision;
        let entries =
            self.changes.iter().flat_map(|(layer, _, (was, is))| was.iter().chain(is).map(move |it| (layer, it)));
        entries
            .map(|(layer, entry)| Touched { revision, layer: *layer, bounds: entry.feature.shape.bounds() })
            .collect()
    }

    /// How much has changed.
    pub(super) fn count(&self) -> Committed {
        let count = |wanted| self.changes.iter().filter(|(_, kind, _)| *kind == wanted).count() as u64;
        let (created, updated) = (count(ChangeKind::Created), count(ChangeKind::Updated));
        Committed { created, updated, ended: count(ChangeKind::Ended), ..Committed::nothing(self.revision) }
    }

    /// What is told of it, which touched these places.
    pub(super) fn made(&self, touched: &[Touched]) -> Made {
        let mut made = Made::default();
        for (layer, kind, (was, is)) in &self.changes {
            let Some(entry) = (*was).or(*is) else { continue };
            let (code, id) = (entry.feature.code.clone(), entry.id);
            made.change(Change { revision: self.revision, kind: *kind, layer: *layer, code, id });
        }
        for at in touched {
            made.touch(at);
        }
        made
    }
}

/// What each revision after one and up to another did, from the store. Blocks.
pub(super) fn read(store: &dyn Store, after: Revision, last: Revision) -> Result<Vec<Arc<Made>>, StoreError> {
    let mut made: BTreeMap<Revision, Made> =
        (after.0 + 1..=last.0).map(|number| (Revision(number), Made::default())).collect();
    for change in store.changes(after, last)? {
        if let Some(made) = made.get_mut(&change.revision) {
            made.change(change);
        }
    }
    for at in store.touched(after)? {
        if let Some(made) = made.get_mut(&at.revision) {
            made.touch(&at);
        }
    }
    Ok(made.into_values().map(Arc::new).collect())
}
