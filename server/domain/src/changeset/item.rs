//! One feature of a changeset, and how it comes to a newer revision.

use geo_types::{Coord, Rect};

use crate::merge::{Choices, Conflict, merge_states_choosing};
use crate::record::{ChangeKind, Code, Feature, FeatureVersion, Layer, Revision};

/// A feature as a changeset has it.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// The feature's layer.
    pub layer: Layer,
    /// The feature's code.
    pub code: Code,
    /// What it is to be; `None` ends it.
    pub put: Option<Feature>,
    /// The revision that made the version it was made from; 0 if there was none.
    pub base: Revision,
    /// What revisions and the audit log call whoever edited it last.
    pub editor: String,
    /// Around what it was and what it is to be, canonical metres.
    pub bounds: Rect,
}

impl Item {
    /// The item that makes `put` of what the record has `now`; `None` if that is what the record says.
    pub fn of(now: Option<&FeatureVersion>, put: Option<Feature>, editor: &str) -> Option<Self> {
        let present = now.map(|version| &version.feature);
        if present == put.as_ref() {
            return None;
        }
        let sides = [present, put.as_ref()];
        let bounds = around(sides.into_iter().flatten())?;
        let (layer, code) = put.as_ref().or(present).map(|feature| (feature.layer(), feature.code.clone()))?;
        let base = now.map_or(Revision(0), |version| version.since);
        Some(Self { layer, code, put, base, editor: editor.to_owned(), bounds })
    }

    /// What happens to the feature by it.
    pub const fn kind(&self) -> ChangeKind {
        match (&self.put, self.base) {
            (None, _) => ChangeKind::Ended,
            (Some(_), Revision(0)) => ChangeKind::Created,
            (Some(_), _) => ChangeKind::Updated,
        }
    }

    /// Whether what the record has `now` is what it was made from.
    pub fn is_on(&self, now: Option<&FeatureVersion>) -> bool {
        now.map_or(Revision(0), |version| version.since) == self.base
    }
}

fn around<'a>(features: impl Iterator<Item = &'a Feature>) -> Option<Rect> {
    features.map(|feature| feature.shape.bounds()).reduce(|a, b| {
        let low = Coord { x: a.min().x.min(b.min().x), y: a.min().y.min(b.min().y) };
        let high = Coord { x: a.max().x.max(b.max().x), y: a.max().y.max(b.max().y) };
        Rect::new(low, high)
    })
}

/// Brings an item, made from `base`, to what the record has `now`: both merged attribute by attribute, `choices` deciding
/// what both changed. `None` if the record says all of it already. All conflicts that are left are returned at once.
pub fn bring(
    item: Item,
    base: Option<&Feature>,
    now: Option<&FeatureVersion>,
    choices: &Choices,
) -> Result<Option<Item>, Vec<Conflict>> {
    if item.is_on(now) {
        return Ok(Some(item));
    }
    let theirs = now.map(|version| &version.feature);
    let merged = merge_states_choosing(base, item.put.as_ref(), theirs, choices)?;
    Ok(Item::of(now, merged, &item.editor))
}
