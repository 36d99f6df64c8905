//! Where the features of a layer are: an index of bounding boxes.

use std::collections::BTreeMap;
use std::sync::Arc;

use cloudsite_domain::rows::Bits;
use geo_index::rtree::sort::HilbertSort;
use geo_index::rtree::{RTree, RTreeBuilder, RTreeIndex};
use geo_types::{Coord, Rect};

use super::SearchArea;
use super::entries::Entries;

/// Boxes that are looked through one by one before the tree is built anew.
const MOST_MOVED: usize = 512;

/// Bounding boxes in canonical metres by position in a layer.
#[derive(Clone)]
pub(super) struct Boxes {
    /// None for an empty layer.
    tree: Option<Arc<RTree<f64>>>,
    /// By position, as the tree has them. A shape's own coordinates lie elsewhere in memory each.
    settled: Arc<[Rect]>,
    /// By position, as the tree has them: which shapes are of one piece.
    whole: Arc<Bits>,
    /// Those that are no longer what the tree says, or not in it. So a change of a few features costs no new tree.
    moved: BTreeMap<u32, Rect>,
    /// Around all.
    bounds: Option<Rect>,
}

impl Boxes {
    pub(super) fn of(features: &Entries) -> Self {
        let boxes: Arc<[Rect]> = features.iter().map(|entry| entry.feature.shape.bounds()).collect();
        let mut whole = Bits::none(boxes.len());
        for (position, entry) in features.iter().enumerate() {
            if entry.feature.shape.is_one_piece() {
                whole.insert(position as u32);
            }
        }
        let tree = (!boxes.is_empty()).then(|| {
            let mut builder = RTreeBuilder::<f64>::new(boxes.len() as u32);
            for own in &*boxes {
                builder.add(own.min().x, own.min().y, own.max().x, own.max().y);
            }
            Arc::new(builder.finish::<HilbertSort>())
        });
        let bounds = boxes.iter().copied().reduce(united);
        Self { tree, settled: boxes, whole: Arc::new(whole), moved: BTreeMap::new(), bounds }
    }

    /// The boxes of `features`, which are those of `before` but at some positions, and new ones at the end.
    pub(super) fn moved(&self, before: &Entries, features: &Entries, positions: &[u32]) -> Self {
        if self.moved.len() + positions.len() > MOST_MOVED {
            return Self::of(features);
        }
        let mut boxes = self.clone();
        let mut is_inside = true;
        for position in positions {
            let own = features[*position as usize].feature.shape.bounds();
            let was = ((*position as usize) < before.len()).then(|| before[*position as usize].feature.shape.bounds());
            is_inside &= was.is_none_or(|was| self.bounds.is_some_and(|all| is_within(was, all)));
            boxes.bounds = Some(boxes.bounds.map_or(own, |all| united(all, own)));
            boxes.moved.insert(*position, own);
        }
        if !is_inside {
            // What lay at the edge may have been all that lay there.
            boxes.bounds = features.iter().map(|entry| entry.feature.shape.bounds()).reduce(united);
        }
        boxes
    }

    /// The positions whose box touches `rect`, ascending.
    pub(super) fn touching(&self, rect: Rect) -> Vec<u32> {
        let (min, max) = (rect.min(), rect.max());
        let mut found = self.tree.as_ref().map_or_else(Vec::new, |tree| tree.search(min.x, min.y, max.x, max.y));
        if !self.moved.is_empty() {
            found.retain(|position| !self.moved.contains_key(position));
            let touches = |own: &Rect| {
                own.min().x <= max.x && own.max().x >= min.x && own.min().y <= max.y && own.max().y >= min.y
            };
            found.extend(self.moved.iter().filter(|(_, own)| touches(own)).map(|(position, _)| *position));
        }
        found.sort_unstable();
        found
    }

    /// Whether what stands at a position touches an area for certain, judged by its box alone.
    pub(super) fn touches_surely(&self, position: u32, area: &SearchArea) -> bool {
        if let Some(moved) = self.moved.get(&position) {
            return area.holds(*moved);
        }
        let own = self.settled[position as usize];
        area.holds(own) || (self.whole.has(position) && area.is_crossed_within(own))
    }

    /// The smallest rectangle around all.
    pub(super) const fn bounds(&self) -> Option<Rect> {
        self.bounds
    }
}

/// Whether a rectangle lies in another and touches none of its sides.
fn is_within(inner: Rect, outer: Rect) -> bool {
    let (low, high) = (inner.min() - outer.min(), outer.max() - inner.max());
    low.x > 0.0 && low.y > 0.0 && high.x > 0.0 && high.y > 0.0
}

/// The smallest rectangle around two.
pub(crate) fn united(a: Rect, b: Rect) -> Rect {
    Rect::new(
        Coord { x: a.min().x.min(b.min().x), y: a.min().y.min(b.min().y) },
        Coord { x: a.max().x.max(b.max().x), y: a.max().y.max(b.max().y) },
    )
}
