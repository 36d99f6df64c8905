//! One layer as of a revision, with its indexes.

use std::sync::Arc;

use cloudsite_domain::geometry::Shape;
use cloudsite_domain::record::{Code, FeatureId, Layer, Revision};
use cloudsite_store::{Store, StoreError};
use geo::Intersects;
use geo_types::{Polygon, Rect};

use super::boxes::Boxes;
use super::codes::{self, Shift};
use super::{Entry, SearchArea};

/// The features of a layer as of a revision.
pub(crate) struct LayerSnapshot {
    /// By id.
    features: Vec<Entry>,
    index: Arc<Index>,
}

/// What is found by what in a list of features. It depends on their contents alone, so snapshots with the same ones share
/// it whatever their revisions are.
struct Index {
    /// Positions in the list, by code.
    by_code: Arc<Vec<u32>>,
    boxes: Boxes,
}

impl Index {
    fn of(features: &[Entry]) -> Self {
        Self { by_code: Arc::new(codes::sorted(features)), boxes: Boxes::of(features) }
    }

    /// The index of `features` by that of a list which may differ little from it.
    fn after(&self, before: &[Entry], features: &[Entry]) -> Self {
        let shift = Shift::between(before, features);
        let by_code = if shift.keeps_ids() {
            Arc::clone(&self.by_code)
        } else {
            Arc::new(codes::shifted(&self.by_code, &shift, features))
        };
        let boxes = if shift.keeps_positions() {
            let bounds = |list: &[Entry], position: u32| list[position as usize].feature.shape.bounds();
            let moved = shift.changed.iter().filter(|at| bounds(before, **at) != bounds(features, **at));
            let moved: Vec<u32> = moved.chain(&shift.added).copied().collect();
            self.boxes.moved(before, features, &moved)
        } else {
            Boxes::of(features)
        };
        Self { by_code, boxes }
    }
}

impl LayerSnapshot {
    /// Reads a layer from the store. Blocks.
    pub(super) fn load(store: &dyn Store, layer: Layer, at: Revision) -> Result<Self, StoreError> {
        let mut features = Vec::new();
        store.scan(layer, at, &mut |version| {
            features.push(Entry::from(version));
            Ok(())
        })?;
        Ok(Self::new(features))
    }

    /// Indexes features that are sorted by id.
    pub(crate) fn new(features: Vec<Entry>) -> Self {
        let index = Arc::new(Index::of(&features));
        Self { features, index }
    }

    /// Indexes features that are sorted by id and much like those of layers that are indexed already: one with the same
    /// contents gives its index, else the first gives what is left of its own.
    pub(super) fn like(features: Vec<Entry>, known: &[&Self]) -> Self {
        let index = match known.iter().find(|known| known.has_contents_of(&features)) {
            Some(same) => Arc::clone(&same.index),
            None => match known {
                [near, ..] => Arc::new(near.index.after(&near.features, &features)),
                [] => Arc::new(Index::of(&features)),
            },
        };
        Self { features, index }
    }

    fn has_contents_of(&self, features: &[Entry]) -> bool {
        let same = |(ours, theirs): (&Entry, &Entry)| ours.id == theirs.id && ours.shares(theirs);
        self.features.len() == features.len() && self.features.iter().zip(features).all(same)
    }

    /// This layer where some features, by id, are something else or not there.
    pub(super) fn changed(&self, differences: Vec<(FeatureId, Option<Entry>)>) -> Self {
        let mut features = Vec::with_capacity(self.features.len() + differences.len());
        let mut kept = self.features.as_slice();
        for (id, entry) in differences {
            let (before, rest) = kept.split_at(kept.partition_point(|kept| kept.id < id));
            features.extend_from_slice(before);
            features.extend(entry);
            kept = if rest.first().is_some_and(|first| first.id == id) { &rest[1..] } else { rest };
        }
        features.extend_from_slice(kept);
        Self::like(features, &[self])
    }

    /// This layer as `then` has it: what a revision changed is of that revision, everything else is as it was.
    pub(super) fn rolled_back(&self, then: &Self, revision: Revision, changed: &[FeatureId]) -> Self {
        let (mut changed, mut present) = (changed.iter().peekable(), self.features.iter());
        let features = then.features.iter().map(|entry| {
            while changed.next_if(|id| **id < entry.id).is_some() {}
            if changed.peek() == Some(&&entry.id) {
                return entry.since(revision);
            }
            present.find(|present| present.id == entry.id).unwrap_or(entry).clone()
        });
        Self::like(features.collect(), &[then, self])
    }

    /// The features that are of another version in `after`, or not in both: what they are here and there.
    pub(crate) fn differences<'a>(&'a self, after: &'a Self) -> Vec<(Option<&'a Entry>, Option<&'a Entry>)> {
        let mut differences = Vec::new();
        if std::ptr::eq(self, after) {
            return differences;
        }
        let (mut ours, mut theirs) = (self.features.iter().peekable(), after.features.iter().peekable());
        loop {
            let id = match (ours.peek(), theirs.peek()) {
                (None, None) => return differences,
                (Some(one), None) | (None, Some(one)) => one.id,
                (Some(ours), Some(theirs)) => ours.id.min(theirs.id),
            };
            let pair = (ours.next_if(|entry| entry.id == id), theirs.next_if(|entry| entry.id == id));
            if pair.0.map(|entry| entry.since) != pair.1.map(|entry| entry.since) {
                differences.push(pair);
            }
        }
    }

    /// The features by id.
    pub(crate) fn features(&self) -> &[Entry] {
        &self.features
    }

    /// The feature with this number.
    pub(crate) fn with_id(&self, id: FeatureId) -> Option<&Entry> {
        self.features.binary_search_by_key(&id, |entry| entry.id).ok().map(|position| &self.features[position])
    }

    /// The features by code.
    pub(crate) fn in_code_order(&self) -> impl Iterator<Item = &Entry> {
        self.index.by_code.iter().map(|position| &self.features[*position as usize])
    }

    /// The feature with this code.
    pub(crate) fn find(&self, code: &Code) -> Option<&Entry> {
        let by_code = &self.index.by_code;
        let place =
            by_code.binary_search_by(|position| self.features[*position as usize].feature.code.cmp(code)).ok()?;
        Some(&self.features[by_code[place] as usize])
    }

    /// The smallest rectangle around all features, canonical metres.
    pub(crate) fn bounds(&self) -> Option<Rect> {
        self.index.boxes.bounds()
    }

    /// Features whose bounding box touches `rect` (canonical metres), by id.
    pub(crate) fn near(&self, rect: Rect) -> Vec<&Entry> {
        self.index.boxes.touching(rect).into_iter().map(|position| &self.features[position as usize]).collect()
    }

    /// Features that touch an area, by id.
    pub(crate) fn touching(&self, area: &SearchArea) -> Vec<&Entry> {
        let Some(outline) = area.outline() else { return Vec::new() };
        let mut found = self.near(area.bounds());
        found.retain(|version| touches(&version.feature.shape, outline));
        found
    }
}

fn touches(shape: &Shape, outline: &Polygon) -> bool {
    match shape {
        Shape::Point(point) => outline.intersects(point),
        Shape::Lines(lines) => lines.iter().any(|line| outline.intersects(line)),
        Shape::Areas(areas) => areas.iter().any(|area| outline.intersects(area)),
    }
}
