//! Which revision last changed which tile.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use cloudsite_domain::identity::Tier;
use cloudsite_domain::record::Revision;
use cloudsite_domain::tile::{BUFFER, EXTENT, TileAddress, TileFrame};
use cloudsite_store::Touched;
use geo::Contains;
use geo_types::{Coord, Rect};

use super::mercator_from_canonical;
use crate::disclosure::policy;

/// The shallowest zoom that is served.
pub(crate) const MIN_ZOOM: u8 = 11;

/// The deepest zoom that is served: a unit is 0.3 m there at Wuxi's latitude, finer than anything the park is drawn
/// with; deeper views enlarge these tiles.
pub(crate) const LEAF_ZOOM: u8 = 15;

/// Units by which shapes go on beyond a leaf's sides.
pub(crate) const BUFFER_UNITS: f64 = BUFFER as f64;

/// How much further than its bounding box's corners a projected feature may reach, metres: its sides become curves.
const CURVE_M: f64 = 2.0;

/// The revision that last changed each tile of [`LEAF_ZOOM`] in which there ever was something.
#[derive(Debug, Clone, Default)]
pub(crate) struct TileRevisions {
    leaves: HashMap<Leaf, Revision>,
}

/// The same for each tier: what a tier may not see changes none of its tiles.
#[derive(Debug, Clone, Default)]
pub(super) struct TieredTiles([Arc<TileRevisions>; Tier::ALL.len()]);

impl TieredTiles {
    /// Takes up what began or ended.
    pub(super) fn mark(&mut self, touched: &[Touched]) {
        let mut insides = Insides::default();
        // What lies beside each other mostly comes after each other: it is marked once.
        let mut latest = [None; Tier::ALL.len()];
        for at in touched {
            let rule = policy().layer(at.layer);
            for tier in Tier::ALL.iter().filter(|tier| **tier == Tier::Government || rule.is_given_to(**tier)) {
                // On a grid a shape reaches a little further than its own bounding box.
                let grid_m = f64::from(rule.grid_mm(*tier).unwrap_or_default()) / 1000.0;
                let by = Coord { x: grid_m, y: grid_m };
                let bounds = Rect::new(at.bounds.min() - by, at.bounds.max() + by);
                let tiles = Arc::make_mut(&mut self.0[*tier as usize]);
                let latest = &mut latest[*tier as usize];
                insides.each_leaf(bounds, |leaf| {
                    if latest.replace((leaf, at.revision)) != Some((leaf, at.revision)) {
                        tiles.mark_leaf(leaf, at.revision);
                    }
                });
            }
        }
    }

    /// Those of a tier.
    pub(super) const fn of(&self, tier: Tier) -> &Arc<TileRevisions> {
        &self.0[tier as usize]
    }
}

impl TileRevisions {
    fn mark_leaf(&mut self, leaf: Leaf, revision: Revision) {
        let last = self.leaves.entry(leaf).or_default();
        *last = revision.max(*last);
    }

    /// The revision that last changed a tile; none if there never was anything in it. A tile above the leaves has the
    /// largest revision of those it holds.
    pub(crate) fn last_change(&self, tile: TileAddress) -> Option<Revision> {
        if tile.z >= LEAF_ZOOM {
            let shift = tile.z - LEAF_ZOOM;
            return self.leaves.get(&(tile.x >> shift, tile.y >> shift)).copied();
        }
        let shift = LEAF_ZOOM - tile.z;
        if shift <= 4 {
            let side = 1u32 << shift;
            let (west, north) = (tile.x << shift, tile.y << shift);
            let leaves = (0..side).flat_map(|dx| (0..side).map(move |dy| (west + dx, north + dy)));
            return leaves.filter_map(|leaf| self.leaves.get(&leaf)).max().copied();
        }
        let inside = self.leaves.iter().filter(|((x, y), _)| x >> shift == tile.x && y >> shift == tile.y);
        inside.map(|(_, revision)| *revision).max()
    }

    /// Every leaf with the revision that last changed it, in no order.
    pub(crate) fn leaves(&self) -> impl Iterator<Item = (TileAddress, Revision)> {
        self.leaves.iter().map(|((x, y), revision)| (TileAddress { z: LEAF_ZOOM, x: *x, y: *y }, *revision))
    }
}

/// Column and row of a tile of [`LEAF_ZOOM`].
type Leaf = (u32, u32);

/// Leaves by their insides: what lies wholly inside of one shows in no other. Most features do, and need not be projected.
#[derive(Default)]
struct Insides {
    known: HashSet<Leaf>,
    /// The one that was found last.
    latest: Option<(Rect, Leaf)>,
    /// By squares of [`Insides::SQUARE_M`], in canonical metres.
    by_square: HashMap<(i64, i64), Vec<(Rect, Leaf)>>,
}

impl Insides {
    const SQUARE_M: f64 = 500.0;

    fn square(at: Coord) -> (i64, i64) {
        ((at.x / Self::SQUARE_M).floor() as i64, (at.y / Self::SQUARE_M).floor() as i64)
    }

    /// Calls `each` with the leaves that show something within a bounding box, canonical metres.
    fn each_leaf(&mut self, bounds: Rect, mut each: impl FnMut(Leaf)) {
        if let Some(leaf) = self.find(bounds) {
            return each(leaf);
        }
        let Some(reach) = reach_in_mercator(bounds) else { return };
        let (columns, rows) = TileAddress::covering(LEAF_ZOOM, reach);
        for leaf in columns.flat_map(|x| rows.clone().map(move |y| (x, y))) {
            each(leaf);
            self.learn(leaf);
        }
    }

    fn find(&mut self, bounds: Rect) -> Option<Leaf> {
        if let Some((inside, leaf)) = self.latest
            && inside.contains(&bounds)
        {
            return Some(leaf);
        }
        let near = self.by_square.get(&Self::square(bounds.min()))?;
        let found = near.iter().find(|(inside, _)| inside.contains(&bounds)).copied();
        self.latest = found.or(self.latest);
        found.map(|(_, leaf)| leaf)
    }

    fn learn(&mut self, leaf: Leaf) {
        if !self.known.insert(leaf) {
            return;
        }
        let Some(inside) = inside(TileAddress { z: LEAF_ZOOM, x: leaf.0, y: leaf.1 }) else { return };
        let (low, high) = (Self::square(inside.min()), Self::square(inside.max()));
        for square in (low.0..=high.0).flat_map(|x| (low.1..=high.1).map(move |y| (x, y))) {
            self.by_square.entry(square).or_default().push((inside, leaf));
        }
    }
}

/// The rectangle of canonical metres of which nothing reaches beyond a leaf; none where the leaf cannot be projected.
fn inside(leaf: TileAddress) -> Option<Rect> {
    let frame = TileFrame::new(leaf);
    let margin = grow_m(leaf) / leaf.bounds_3857().width() * f64::from(EXTENT);
    let (near, far) = (margin, f64::from(EXTENT) - margin);
    let at = |x: f64, y: f64| frame.canonical_from_tile(Coord { x, y }).ok();
    // Rows of a tile go south.
    let (north_west, north_east) = (at(near, near)?, at(far, near)?);
    let (south_west, south_east) = (at(near, far)?, at(far, far)?);
    let low = Coord { x: north_west.x.max(south_west.x), y: south_west.y.max(south_east.y) };
    let high = Coord { x: north_east.x.min(south_east.x), y: north_west.y.min(north_east.y) };
    let by = Coord { x: CURVE_M, y: CURVE_M };
    let (low, high) = (low + by, high - by);
    (low.x < high.x && low.y < high.y).then(|| Rect::new(low, high))
}

/// By how much what lies in a leaf reaches beyond itself, metres of EPSG:3857.
fn grow_m(leaf: TileAddress) -> f64 {
    // One unit for rounding.
    leaf.bounds_3857().width() * (BUFFER_UNITS + 1.0) / f64::from(EXTENT) + CURVE_M
}

/// The rectangle of EPSG:3857 within which tiles show something of a bounding box in canonical metres, their buffer
/// included.
fn reach_in_mercator(bounds: Rect) -> Option<Rect> {
    let (min, max) = (bounds.min(), bounds.max());
    let middle = bounds.center();
    let probes = [
        (min.x, min.y),
        (max.x, min.y),
        (max.x, max.y),
        (min.x, max.y),
        (middle.x, min.y),
        (middle.x, max.y),
        (min.x, middle.y),
        (max.x, middle.y),
    ];
    let mut reach: Option<Rect> = None;
    for (x, y) in probes {
        let at = mercator_from_canonical(Coord { x, y })?;
        let own = Rect::new(at, at);
        reach = Some(reach.map_or(own, |all| super::united(all, own)));
    }
    let grow = grow_m(TileAddress { z: LEAF_ZOOM, x: 0, y: 0 });
    let reach = reach?;
    let by = Coord { x: grow, y: grow };
    Some(Rect::new(reach.min() - by, reach.max() + by))
}

#[cfg(test)]
mod tests {
    use cloudsite_domain::record::Layer;

    use super::*;

    fn square(x: f64, y: f64, side_m: f64) -> Rect {
        Rect::new(Coord { x, y }, Coord { x: x + side_m, y: y + side_m })
    }

    fn mask((revision, bounds): &(Revision, Rect)) -> Touched {
        Touched { revision: *revision, layer: Layer::Mask, bounds: *bounds }
    }

    fn marked(touched: &[(Revision, Rect)]) -> Arc<TileRevisions> {
        let mut tiles = TieredTiles::default();
        tiles.mark(&touched.iter().map(mask).collect::<Vec<_>>());
        assert_eq!(tiles.of(Tier::Public).leaves().count(), 0, "the public is not told of masks");
        Arc::clone(tiles.of(Tier::Government))
    }

    #[test]
    fn a_tile_has_the_newest_revision_of_those_it_holds() {
        let tiles = marked(&[
            (Revision(1), square(530_000.0, 3_480_000.0, 5_000.0)),
            (Revision(3), square(531_000.0, 3_481_000.0, 10.0)),
        ]);
        let at = mercator_from_canonical(Coord { x: 531_005.0, y: 3_481_005.0 }).unwrap();
        let leaf = TileAddress::containing(LEAF_ZOOM, at);
        assert_eq!(tiles.last_change(leaf), Some(Revision(3)));
        let mut above = leaf;
        while let Some(parent) = above.parent() {
            above = parent;
            assert_eq!(tiles.last_change(above), Some(Revision(3)), "{above}");
        }
        let untouched = tiles.leaves().filter(|(_, revision)| *revision == Revision(1)).count();
        assert!(untouched > 10, "{untouched} leaves keep revision 1");
        assert_eq!(tiles.last_change(TileAddress { z: LEAF_ZOOM, x: 0, y: 0 }), None);
    }

    #[test]
    fn what_lies_inside_of_a_tile_is_marked_as_if_it_were_projected() {
        // Steps that come to lie on every side of the tiles' edges.
        let place = |step: u32| (530_000.0 + 37.0 * f64::from(step % 61), 3_480_000.0 + 41.0 * f64::from(step / 61));
        let boxes = (0..3_000).map(|step| (Revision(step.into()), place(step)));
        let boxes: Vec<_> = boxes.map(|(revision, (x, y))| (revision, square(x, y, 25.0))).collect();
        let at_once = marked(&boxes);
        let mut one_by_one = TieredTiles::default();
        // Nothing is known yet where each is marked for itself.
        for own in &boxes {
            one_by_one.mark(&[mask(own)]);
        }
        assert_eq!(at_once.leaves, one_by_one.of(Tier::Government).leaves);
        assert!(at_once.leaves.len() > 6, "the boxes lie in several tiles");
    }

    #[test]
    fn a_change_just_beyond_a_tile_changes_its_buffer() {
        let at = mercator_from_canonical(Coord { x: 531_005.0, y: 3_481_005.0 }).unwrap();
        let leaf = TileAddress::containing(LEAF_ZOOM, at);
        let frame = TileFrame::new(leaf);
        let side = f64::from(EXTENT);
        for (units_beyond, expected) in [(BUFFER_UNITS - 2.0, true), (BUFFER_UNITS + 40.0, false)] {
            let place = frame.canonical_from_tile(Coord { x: side + units_beyond, y: side / 2.0 }).unwrap();
            let tiles = marked(&[(Revision(7), Rect::new(place, place))]);
            assert_eq!(tiles.last_change(leaf).is_some(), expected, "{units_beyond} units beyond");
        }
    }
}
