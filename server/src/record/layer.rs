//! One layer as of a revision, with its indexes.

use std::sync::Arc;

use cloudsite_domain::geometry::Shape;
use cloudsite_domain::record::{Code, FeatureId, FeatureVersion, Layer, Revision};
use cloudsite_store::{Store, StoreError};
use geo::Intersects;
use geo_index::rtree::sort::HilbertSort;
use geo_index::rtree::{RTree, RTreeBuilder, RTreeIndex};
use geo_types::{Coord, Polygon, Rect};

use super::SearchArea;

/// The features of a layer as of a revision.
pub(crate) struct LayerSnapshot {
    /// By id.
    features: Vec<Arc<FeatureVersion>>,
    /// Positions in `features`, by code.
    by_code: Vec<u32>,
    /// Bounding boxes in canonical metres; none if the layer is empty.
    boxes: Option<RTree<f64>>,
    bounds: Option<Rect>,
}

impl LayerSnapshot {
    /// Reads a layer from the store. Blocks.
    pub(super) fn load(store: &dyn Store, layer: Layer, at: Revision) -> Result<Self, StoreError> {
        let mut features = Vec::new();
        store.scan(layer, at, &mut |version| {
            features.push(Arc::new(version));
            Ok(())
        })?;
        Ok(Self::new(features))
    }

    /// Indexes features that are sorted by id.
    pub(super) fn new(features: Vec<Arc<FeatureVersion>>) -> Self {
        let mut by_code: Vec<u32> = (0..features.len() as u32).collect();
        by_code.sort_unstable_by(|a, b| features[*a as usize].feature.code.cmp(&features[*b as usize].feature.code));
        let mut bounds: Option<Rect> = None;
        let boxes = (!features.is_empty()).then(|| {
            let mut builder = RTreeBuilder::<f64>::new(features.len() as u32);
            for version in &features {
                let own = version.feature.shape.bounds();
                builder.add(own.min().x, own.min().y, own.max().x, own.max().y);
                bounds = Some(bounds.map_or(own, |all| united(all, own)));
            }
            builder.finish::<HilbertSort>()
        });
        Self { features, by_code, boxes, bounds }
    }

    /// This layer without the features that `left` names, and with `added`.
    pub(super) fn replaced(&self, left: impl Fn(FeatureId) -> bool, added: Vec<Arc<FeatureVersion>>) -> Self {
        let mut features: Vec<_> = self.features.iter().filter(|version| !left(version.id)).cloned().collect();
        features.extend(added);
        features.sort_unstable_by_key(|version| version.id);
        Self::new(features)
    }

    /// The features by id.
    pub(crate) fn features(&self) -> &[Arc<FeatureVersion>] {
        &self.features
    }

    /// The features by code.
    pub(crate) fn in_code_order(&self) -> impl Iterator<Item = &Arc<FeatureVersion>> {
        self.by_code.iter().map(|index| &self.features[*index as usize])
    }

    /// The feature with this code.
    pub(crate) fn find(&self, code: &Code) -> Option<&Arc<FeatureVersion>> {
        let place =
            self.by_code.binary_search_by(|index| self.features[*index as usize].feature.code.cmp(code)).ok()?;
        Some(&self.features[self.by_code[place] as usize])
    }

    /// The smallest rectangle around all features, canonical metres.
    pub(crate) const fn bounds(&self) -> Option<Rect> {
        self.bounds
    }

    /// Features whose bounding box touches `rect` (canonical metres), by id.
    pub(crate) fn near(&self, rect: Rect) -> Vec<&Arc<FeatureVersion>> {
        let Some(boxes) = &self.boxes else { return Vec::new() };
        let mut found = boxes.search(rect.min().x, rect.min().y, rect.max().x, rect.max().y);
        found.sort_unstable();
        found.into_iter().map(|index| &self.features[index as usize]).collect()
    }

    /// Features that touch an area, by id.
    pub(crate) fn touching(&self, area: &SearchArea) -> Vec<&Arc<FeatureVersion>> {
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

/// The smallest rectangle around two.
pub(crate) fn united(a: Rect, b: Rect) -> Rect {
    Rect::new(
        Coord { x: a.min().x.min(b.min().x), y: a.min().y.min(b.min().y) },
        Coord { x: a.max().x.max(b.max().x), y: a.max().y.max(b.max().y) },
    )
}
