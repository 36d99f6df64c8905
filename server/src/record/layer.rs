//! One layer as of a revision, with its indexes.

use std::sync::{Arc, OnceLock};

use cloudsite_domain::geometry::Shape;
use cloudsite_domain::record::{Code, FeatureId, Layer, Revision};
use cloudsite_store::{Store, StoreError};
use geo::Intersects;
use geo_types::{Polygon, Rect};

use super::boxes::Boxes;
use super::codes::{ByCode, Shift};
use super::columns::Columns;
use super::entries::Entries;
use super::parcel_index::{Order, ParcelIndex};
use super::{Entry, SearchArea};

/// The features of a layer as of a revision.
pub(crate) struct LayerSnapshot {
    /// By id.
    features: Entries,
    index: Arc<Index>,
}

/// What is found by what in a list of features. It depends on their contents alone, so snapshots with the same ones share
/// it whatever their revisions are.
struct Index {
    by_code: Arc<ByCode>,
    boxes: Boxes,
    /// Of parcels only.
    columns: Option<Columns>,
    /// Made of the columns when it is first asked for, also after each change: whoever asks first waits for it, on a thread
    /// that may wait.
    parcels: OnceLock<ParcelIndex>,
}

impl Index {
    fn of(features: &Entries) -> Self {
        let (by_code, boxes) = (Arc::new(ByCode::of(features)), Boxes::of(features));
        Self::made_of(by_code, boxes, Columns::of(features))
    }

    fn made_of(by_code: Arc<ByCode>, boxes: Boxes, columns: Option<Columns>) -> Self {
        Self { by_code, boxes, columns, parcels: OnceLock::new() }
    }

    /// The index of `features` by that of a list which may differ little from it.
    fn after(&self, before: &Entries, features: &Entries) -> Self {
        let shift = Shift::between(before, features);
        let by_code = if shift.keeps_ids() {
            Arc::clone(&self.by_code)
        } else {
            Arc::new(self.by_code.shifted(&shift, features))
        };
        if !shift.keeps_positions() {
            return Self::made_of(by_code, Boxes::of(features), Columns::of(features));
        }
        let boxes = {
            let judged = |list: &Entries, position: u32| {
                let shape = &list[position as usize].feature.shape;
                (shape.bounds(), shape.is_one_piece())
            };
            let moved = shift.changed.iter().filter(|at| judged(before, **at) != judged(features, **at));
            let moved: Vec<u32> = moved.chain(&shift.added).copied().collect();
            self.boxes.moved(before, features, &moved)
        };
        let columns = self.columns.as_ref().and_then(|columns| columns.shifted(&shift, features));
        Self::made_of(by_code, boxes, columns)
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
        Ok(Self::new(features.into_iter().collect()))
    }

    /// Indexes features that are sorted by id.
    pub(crate) fn new(features: Entries) -> Self {
        let index = Arc::new(Index::of(&features));
        Self { features, index }
    }

    /// Indexes features that are sorted by id and much like those of layers that are indexed already: one with the same
    /// contents gives its index, else the first gives what is left of its own.
    pub(super) fn like(features: Entries, known: &[&Self]) -> Self {
        let index = match known.iter().find(|known| known.has_contents_of(&features)) {
            Some(same) => Arc::clone(&same.index),
            None => match known {
                [near, ..] => Arc::new(near.index.after(&near.features, &features)),
                [] => Arc::new(Index::of(&features)),
            },
        };
        Self { features, index }
    }

    fn has_contents_of(&self, features: &Entries) -> bool {
        let same = |(ours, theirs): (&Entry, &Entry)| ours.id == theirs.id && ours.shares(theirs);
        let same_piece = |piece: usize| {
            let pairs = || self.features.piece(piece).1.iter().zip(features.piece(piece).1);
            self.features.shares_piece(features, piece) || pairs().all(same)
        };
        self.features.len() == features.len() && (0..features.piece_count()).all(same_piece)
    }

    /// This layer where some features, by id, are something else or not there.
    pub(super) fn changed(&self, differences: Vec<(FeatureId, Option<Entry>)>) -> Self {
        Self::like(self.features.changed(differences), &[self])
    }

    /// The features that are of another version in `after`, or not in both: what they are here and there.
    pub(crate) fn differences<'a>(&'a self, after: &'a Self) -> Vec<Pair<'a>> {
        let mut differences = Vec::new();
        if std::ptr::eq(self, after) {
            return differences;
        }
        // While nothing has moved, what both have as one piece does not differ.
        let mut piece = 0;
        while piece < self.features.piece_count().max(after.features.piece_count()) {
            let ((from, ours), (_, theirs)) = (self.features.piece(piece), after.features.piece(piece));
            let in_place =
                ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(ours, theirs)| ours.id == theirs.id);
            if self.features.shares_piece(&after.features, piece) {
                piece += 1;
            } else if in_place {
                let pairs = ours.iter().zip(theirs).filter(|(ours, theirs)| ours.since != theirs.since);
                differences.extend(pairs.map(|(ours, theirs)| (Some(ours), Some(theirs))));
                piece += 1;
            } else {
                merge(self.features.from(from), after.features.from(from), &mut differences);
                return differences;
            }
        }
        differences
    }

    /// The features by id.
    pub(crate) fn features(&self) -> &Entries {
        &self.features
    }

    /// The feature with this number.
    pub(crate) fn with_id(&self, id: FeatureId) -> Option<&Entry> {
        self.features.position(id).ok().map(|position| &self.features[position])
    }

    /// The feature at a position in [`Self::features`].
    pub(crate) fn at(&self, position: u32) -> &Entry {
        &self.features[position as usize]
    }

    /// Every position, by code.
    pub(crate) fn by_code(&self) -> &[u32] {
        &self.index.by_code.order
    }

    /// Puts positions into the order of codes.
    pub(crate) fn sort_by_code(&self, positions: &mut [u32]) {
        let ranks = self.index.by_code.ranks();
        positions.sort_unstable_by_key(|position| ranks[*position as usize]);
    }

    /// The parcels by what they are asked for by; none of a layer that holds something else.
    pub(crate) fn parcels(&self) -> Option<&ParcelIndex> {
        let columns = self.index.columns.as_ref()?;
        Some(self.index.parcels.get_or_init(|| ParcelIndex::of(columns, self.by_code())))
    }

    /// Whether parcels can be looked for in an order without making an index first.
    pub(crate) fn is_indexed_for(&self, order: Option<Order>) -> bool {
        self.index.parcels.get().is_some_and(|index| order.is_none_or(|order| index.has(order)))
    }

    /// The features by code.
    pub(crate) fn in_code_order(&self) -> impl Iterator<Item = &Entry> {
        self.by_code().iter().map(|position| self.at(*position))
    }

    /// The feature with this code.
    pub(crate) fn find(&self, code: &Code) -> Option<&Entry> {
        Some(self.at(self.by_code()[self.row_of(code)? as usize]))
    }

    /// The place of the feature with this code in the order of codes.
    pub(super) fn row_of(&self, code: &Code) -> Option<u32> {
        let row = self.by_code().binary_search_by(|position| self.at(*position).feature.code.cmp(code)).ok()?;
        Some(row as u32)
    }

    /// The smallest rectangle around all features, canonical metres.
    pub(crate) fn bounds(&self) -> Option<Rect> {
        self.index.boxes.bounds()
    }

    /// Features whose bounding box touches `rect` (canonical metres), by id.
    pub(crate) fn near(&self, rect: Rect) -> Vec<&Entry> {
        self.index.boxes.touching(rect).into_iter().map(|position| self.at(position)).collect()
    }

    /// Features that touch an area, by id.
    pub(crate) fn touching(&self, area: &SearchArea) -> Vec<&Entry> {
        self.positions_touching(area).into_iter().map(|position| self.at(position)).collect()
    }

    /// Positions of the features that touch an area, ascending.
    pub(crate) fn positions_touching(&self, area: &SearchArea) -> Vec<u32> {
        let Some(outline) = area.outline() else { return Vec::new() };
        let mut found = self.index.boxes.touching(area.bounds());
        found.retain(|position| {
            self.index.boxes.touches_surely(*position, area) || touches(&self.at(*position).feature.shape, outline)
        });
        found
    }
}

/// What a feature is in two lists.
type Pair<'a> = (Option<&'a Entry>, Option<&'a Entry>);

/// Adds the entries that are of another version in the second of two lists by id, or not in both.
fn merge<'a>(
    ours: impl Iterator<Item = &'a Entry>,
    theirs: impl Iterator<Item = &'a Entry>,
    differences: &mut Vec<Pair<'a>>,
) {
    let (mut ours, mut theirs) = (ours.peekable(), theirs.peekable());
    loop {
        let id = match (ours.peek(), theirs.peek()) {
            (None, None) => return,
            (Some(one), None) | (None, Some(one)) => one.id,
            (Some(ours), Some(theirs)) => ours.id.min(theirs.id),
        };
        let pair = (ours.next_if(|entry| entry.id == id), theirs.next_if(|entry| entry.id == id));
        if pair.0.map(|entry| entry.since) != pair.1.map(|entry| entry.since) {
            differences.push(pair);
        }
    }
}

fn touches(shape: &Shape, outline: &Polygon) -> bool {
    match shape {
        Shape::Point(point) => outline.intersects(point),
        Shape::Lines(lines) => lines.iter().any(|line| outline.intersects(line)),
        Shape::Areas(areas) => areas.iter().any(|area| outline.intersects(area)),
    }
}
