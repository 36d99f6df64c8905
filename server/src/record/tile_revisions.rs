//! Which revision last changed which tile.

use std::collections::HashMap;
use std::sync::Arc;

use cloudsite_domain::identity::Tier;
use cloudsite_domain::record::Revision;
use cloudsite_domain::tile::{BUFFER, EXTENT, TileAddress};
use cloudsite_store::Touched;
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

/// How many units of EPSG:3857 a metre is at most where parks in China lie.
const MERCATOR_STRETCH: f64 = 1.7;

/// The revision that last changed each tile of [`LEAF_ZOOM`] in which there ever was something.
#[derive(Debug, Clone, Default)]
pub(crate) struct TileRevisions {
    leaves: HashMap<(u32, u32), Revision>,
}

/// The same for each tier: what a tier may not see changes none of its tiles.
#[derive(Debug, Clone, Default)]
pub(super) struct TieredTiles([Arc<TileRevisions>; Tier::ALL.len()]);

impl TieredTiles {
    /// Takes up what began or ended.
    pub(super) fn mark(&mut self, touched: &[Touched]) {
        for at in touched {
            let Some(reach) = reach_in_mercator(at.bounds) else { continue };
            let rule = policy().layer(at.layer);
            for tier in Tier::ALL.iter().filter(|tier| **tier == Tier::Government || rule.is_given_to(**tier)) {
                // On a grid a shape reaches a little further than its own bounding box.
                let grown_m = f64::from(rule.grid_mm(*tier).unwrap_or_default()) / 1000.0 * MERCATOR_STRETCH;
                let by = Coord { x: grown_m, y: grown_m };
                let reach = Rect::new(reach.min() - by, reach.max() + by);
                Arc::make_mut(&mut self.0[*tier as usize]).mark(at.revision, reach);
            }
        }
    }

    /// Those of a tier.
    pub(super) const fn of(&self, tier: Tier) -> &Arc<TileRevisions> {
        &self.0[tier as usize]
    }
}

impl TileRevisions {
    /// Takes up a revision that changed something within `reach`, EPSG:3857.
    fn mark(&mut self, revision: Revision, reach: Rect) {
        let (columns, rows) = TileAddress::covering(LEAF_ZOOM, reach);
        for x in columns {
            for y in rows.clone() {
                let last = self.leaves.entry((x, y)).or_default();
                *last = revision.max(*last);
            }
        }
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
        reach = Some(reach.map_or(own, |all| super::layer::united(all, own)));
    }
    let leaf_side_m = TileAddress { z: LEAF_ZOOM, x: 0, y: 0 }.bounds_3857().width();
    // One unit for rounding.
    let grow = leaf_side_m * (BUFFER_UNITS + 1.0) / f64::from(EXTENT) + CURVE_M;
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

    fn marked(touched: &[(Revision, Rect)]) -> Arc<TileRevisions> {
        let mask = |(revision, bounds): &(Revision, Rect)| Touched {
            revision: *revision,
            layer: Layer::Mask,
            bounds: *bounds,
        };
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
    fn a_change_just_beyond_a_tile_changes_its_buffer() {
        let at = mercator_from_canonical(Coord { x: 531_005.0, y: 3_481_005.0 }).unwrap();
        let leaf = TileAddress::containing(LEAF_ZOOM, at);
        let frame = cloudsite_domain::tile::TileFrame::new(leaf);
        let side = f64::from(EXTENT);
        for (units_beyond, expected) in [(BUFFER_UNITS - 2.0, true), (BUFFER_UNITS + 40.0, false)] {
            let place = frame.canonical_from_tile(Coord { x: side + units_beyond, y: side / 2.0 }).unwrap();
            let tiles = marked(&[(Revision(7), Rect::new(place, place))]);
            assert_eq!(tiles.last_change(leaf).is_some(), expected, "{units_beyond} units beyond");
        }
    }
}
