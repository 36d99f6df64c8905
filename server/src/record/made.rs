//! What a revision did, in short: what its readers are told.

use std::collections::BTreeMap;
use std::sync::Arc;

use cloudsite_domain::record::{Change, ChangeKind, Layer, Revision};
use cloudsite_store::{Store, StoreError};
use geo_types::Rect;

use super::{Entry, Snapshot, united};

/// Changes that are told one by one.
const MAX_CHANGES: usize = 1_000;

/// What a revision did.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Made {
    /// The first of its changes, by id.
    pub(crate) changes: Vec<Change>,
    /// Whether there are more.
    pub(crate) is_cut: bool,
    /// The smallest rectangle around what began and ended, canonical metres.
    pub(crate) bounds: Option<Rect>,
}

/// What differs between two revisions that follow each other.
pub(super) struct Step<'a> {
    revision: Revision,
    /// What a feature was and what it is, by layer and id.
    differences: Vec<(Option<&'a Entry>, Option<&'a Entry>)>,
}

impl<'a> Step<'a> {
    pub(super) fn between(before: &'a Snapshot, after: &'a Snapshot) -> Self {
        let differences = Layer::ALL.iter().flat_map(|layer| before.layer(*layer).differences(after.layer(*layer)));
        Self { revision: after.revision(), differences: differences.collect() }
    }

    /// The bounding boxes of what began and ended, canonical metres.
    pub(super) fn touched(&self) -> Vec<(Revision, Rect)> {
        let entries = self.differences.iter().flat_map(|(was, is)| was.iter().chain(is));
        entries.map(|entry| (self.revision, entry.feature.shape.bounds())).collect()
    }

    pub(super) fn made(&self) -> Made {
        let mut changes: Vec<_> =
            self.differences.iter().filter_map(|(was, is)| Some(((*was).or(*is)?, was, is))).collect();
        changes.sort_unstable_by_key(|(entry, ..)| entry.id);
        let changes = changes.iter().take(MAX_CHANGES).map(|(entry, was, is)| Change {
            revision: self.revision,
            kind: match (was, is) {
                (None, _) => ChangeKind::Created,
                (Some(_), Some(_)) => ChangeKind::Updated,
                (Some(_), None) => ChangeKind::Ended,
            },
            layer: entry.feature.layer(),
            code: entry.feature.code.clone(),
            id: entry.id,
        });
        Made {
            changes: changes.collect(),
            is_cut: self.differences.len() > MAX_CHANGES,
            bounds: self.touched().into_iter().map(|(_, bounds)| bounds).reduce(united),
        }
    }
}

/// What each revision after one and up to another did, from the store. Blocks.
pub(super) fn read(store: &dyn Store, after: Revision, last: Revision) -> Result<Vec<Arc<Made>>, StoreError> {
    let mut made: BTreeMap<Revision, Made> =
        (after.0 + 1..=last.0).map(|number| (Revision(number), Made::default())).collect();
    for change in store.changes(after, last)? {
        if let Some(made) = made.get_mut(&change.revision) {
            if made.changes.len() < MAX_CHANGES {
                made.changes.push(change);
            } else {
                made.is_cut = true;
            }
        }
    }
    for (revision, bounds) in store.touched(after)? {
        if let Some(made) = made.get_mut(&revision) {
            made.bounds = Some(made.bounds.map_or(bounds, |all| united(all, bounds)));
        }
    }
    Ok(made.into_values().map(Arc::new).collect())
}
