//! Which revision last changed which tile.

use std::collections::{HashMap, HashSet};

use cloudsite_domain::record::Revision;
use cloudsite_domain::tile::{BUFFER, EXTENT, TileAddress, TileFrame};
use geo::Contains;
use geo_types::{Coord, Rect};

use super::mercator_from_canonical;

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
    leaves: HashMap<(u32, u32), Revision>,
}

impl TileRevisions {
    /// Takes up changes: revisions with the bounding box of what began or ended, canonical metres.
    pub(super) fn mark(&mut self, touched: Vec<(Revision, Rect)>) {
        let mut insides = Insides::default();
        for (revision, bounds) in touched {
            if let Some(leaf) = insides.find(bounds) {
                self.mark_leaf(leaf, revision);
                continue;
            }
            let Some(reach) = reach_in_mercator(bounds) else { continue };
            let (columns, rows) = TileAddress::covering(LEAF_ZOOM, reach);
            for x in columns {
                for y in rows.clone() {
                    self.mark_leaf((x, y), revision);
                    insides.learn((x, y));
                }
            }
        }
    }

    fn mark_leaf(&mut self, leaf: (u32, u32), revision: Revision) {
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

/// Leaves by their insides: what lies wholly inside of one shows in no other. Most features do, and need not be projected.
#[derive(Default)]
struct Insides {
    known: HashSet<(u32, u32)>,
    /// By squares of [`Insides::SQUARE_M`], in canonical metres.
    by_square: HashMap<(i64, i64), Vec<(Rect, (u32, u32))>>,
}

impl Insides {
    const SQUARE_M: f64 = 500.0;

    fn square(at: Coord) -> (i64, i64) {
        ((at.x / Self::SQUARE_M).floor() as i64, (at.y / Self::SQUARE_M).floor() as i64)
    }

    fn find(&self, bounds: Rect) -> Option<(u32, u32)> {
        let near = self.by_square.get(&Self::square(bounds.min()))?;
        near.iter().find(|(inside, _)| inside.contains(&bounds)).map(|(_, leaf)| *leaf)
    }

    fn learn(&mut self, leaf: (u32, u32)) {
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
    use super::*;

    fn square(x: f64, y: f64, side_m: f64) -> Rect {
        Rect::new(Coord { x, y }, Coord { x: x + side_m, y: y + side_m })
    }

    #[test]
    fn a_tile_has_the_newest_revision_of_those_it_holds() {
        let mut tiles = TileRevisions::default();
        tiles.mark(vec![
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
        let boxes: Vec<Rect> = (0..3_000).map(place).map(|(x, y)| square(x, y, 25.0)).collect();
        let mut at_once = TileRevisions::default();
        at_once.mark(boxes.iter().enumerate().map(|(index, own)| (Revision(index as u64), *own)).collect());
        let mut one_by_one = TileRevisions::default();
        for (index, own) in boxes.iter().enumerate() {
            // Nothing is known yet where each is marked for itself.
            one_by_one.mark(vec![(Revision(index as u64), *own)]);
        }
        assert_eq!(at_once.leaves, one_by_one.leaves);
        assert!(at_once.leaves.len() > 6, "the boxes lie in several tiles");
    }

    #[test]
    fn a_change_just_beyond_a_tile_changes_its_buffer() {
        let at = mercator_from_canonical(Coord { x: 531_005.0, y: 3_481_005.0 }).unwrap();
        let leaf = TileAddress::containing(LEAF_ZOOM, at);
        let frame = TileFrame::new(leaf);
        let side = f64::from(EXTENT);
        for (units_beyond, expected) in [(BUFFER_UNITS - 2.0, true), (BUFFER_UNITS + 40.0, false)] {
            let mut tiles = TileRevisions::default();
            let place = frame.canonical_from_tile(Coord { x: side + units_beyond, y: side / 2.0 }).unwrap();
            tiles.mark(vec![(Revision(7), Rect::new(place, place))]);
            assert_eq!(tiles.last_change(leaf).is_some(), expected, "{units_beyond} units beyond");
        }
    }
}
