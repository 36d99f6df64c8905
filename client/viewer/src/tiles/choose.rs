//! Which tiles a view wants: the quadtree is opened where the eye is near, most needed first, within a budget.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use bevy::math::DVec3;
use cloudsite_domain::tile::TileAddress;

use super::index::{IndexedTile, TileBox, TileIndex};
use crate::camera::{HALF_VIEW_TAN, Pose};

/// The deepest zoom is opened at this part of the distance only: it adds no more than the smallest ways.
const LAST_STEP: f64 = 0.4;

/// How fine a view is drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Detail {
    /// A tile is opened while the eye is nearer than this many of its sides.
    pub sides: f64,
    /// At most so many tiles.
    pub most: usize,
}

/// The part of space that is in the picture.
#[derive(Debug, Clone, Copy)]
pub(super) struct ViewPyramid {
    eye: DVec3,
    /// Inward normals of its four sides and of the plane through the eye.
    sides: [DVec3; 5],
}

impl ViewPyramid {
    /// What `pose` sees in a picture `aspect` times as wide as high.
    pub(super) fn new(pose: &Pose, aspect: f64) -> Self {
        let axes = pose.axes();
        let (across, upward) = (HALF_VIEW_TAN * aspect, HALF_VIEW_TAN);
        let sides = [
            axes.forward * across + axes.right,
            axes.forward * across - axes.right,
            axes.forward * upward + axes.up,
            axes.forward * upward - axes.up,
            axes.forward,
        ];
        Self { eye: pose.eye(), sides }
    }

    /// Whether some of the box may be in the picture.
    pub(super) fn touches(&self, bounds: &TileBox) -> bool {
        self.sides.iter().all(|normal| {
            let farthest = DVec3::select(normal.cmpge(DVec3::ZERO), bounds.max, bounds.min);
            (farthest - self.eye).dot(*normal) >= 0.0
        })
    }

    fn distance_m(&self, bounds: &TileBox) -> f64 {
        self.eye.clamp(bounds.min, bounds.max).distance(self.eye)
    }
}

/// A tile by its need of being opened: its side in eye distances.
struct Candidate {
    tile: TileAddress,
    need: f64,
}

impl Candidate {
    fn new(tile: TileAddress, entry: &IndexedTile, view: &ViewPyramid) -> Self {
        let side_m = entry.bounds.max.x - entry.bounds.min.x;
        Self { tile, need: side_m / view.distance_m(&entry.bounds).max(1.0) }
    }
}

impl Ord for Candidate {
    fn cmp(&self, other: &Self) -> Ordering {
        self.need.total_cmp(&other.need).then_with(|| other.tile.cmp(&self.tile))
    }
}

impl PartialOrd for Candidate {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Candidate {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Candidate {}

/// The tiles that a view wants, nearest first. None holds another.
pub(super) fn choose(index: &TileIndex, pose: &Pose, aspect: f64, detail: Detail) -> Vec<TileAddress> {
    let view = ViewPyramid::new(pose, aspect);
    let seen = |(tile, entry): (TileAddress, &IndexedTile)| {
        view.touches(&entry.bounds).then(|| Candidate::new(tile, entry, &view))
    };
    let mut open: BinaryHeap<Candidate> = index.roots().filter_map(seen).collect();
    let mut chosen: Vec<Candidate> = Vec::new();
    while let Some(candidate) = open.pop() {
        let step = if candidate.tile.z + 1 >= index.max_zoom { LAST_STEP } else { 1.0 };
        let needed = candidate.tile.z < index.max_zoom && candidate.need * detail.sides * step > 1.0;
        let children: Vec<Candidate> =
            if needed { index.children(candidate.tile).filter_map(seen).collect() } else { Vec::new() };
        if needed && open.len() + chosen.len() + children.len() <= detail.most {
            open.extend(children);
        } else {
            chosen.push(candidate);
        }
    }
    let distance =
        |candidate: &Candidate| index.get(candidate.tile).map_or(0.0, |entry| view.distance_m(&entry.bounds));
    chosen.sort_by(|a, b| distance(a).total_cmp(&distance(b)).then_with(|| a.tile.cmp(&b.tile)));
    chosen.truncate(detail.most);
    chosen.into_iter().map(|candidate| candidate.tile).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::index::tests::tileset;
    use super::*;

    const DETAIL: Detail = Detail { sides: 2.6, most: 40 };

    #[test]
    fn a_park_of_five_kilometres_costs_at_most_forty_tiles_from_above() {
        let index = TileIndex::new(&tileset(6)).unwrap();
        for aspect in [0.5, 16.0 / 9.0] {
            let pose = index.bounds.opening(aspect);
            let tiles = choose(&index, &pose, aspect, Detail { most: 400, ..DETAIL });
            assert!((4..=40).contains(&tiles.len()), "{} tiles", tiles.len());
        }
    }

    #[test]
    fn the_near_is_fine_and_the_far_is_coarse() {
        let index = TileIndex::new(&tileset(30)).unwrap();
        let pose = Pose { pitch_deg: 12.0, distance_m: 200.0, ..index.bounds.opening(1.5) };
        let tiles = choose(&index, &pose, 1.5, DETAIL);
        let (near, far) = (tiles[0], tiles[tiles.len() - 1]);
        assert!(near.z == 15 && far.z < 15, "from {near} to {far}");
    }

    #[test]
    fn what_is_behind_is_not_wanted() {
        let index = TileIndex::new(&tileset(6)).unwrap();
        let south = DVec3::new(0.0, index.bounds.min.y - 9_000.0, 0.0);
        let looking =
            |heading_deg| Pose { target: south, heading_deg, pitch_deg: 10.0, distance_m: 100.0, walking: false };
        assert!(!choose(&index, &looking(0.0), 1.5, DETAIL).is_empty());
        assert_eq!(choose(&index, &looking(180.0), 1.5, DETAIL), []);
    }

    proptest! {
        #[test]
        fn no_tile_is_wanted_twice_and_the_budget_holds(
            x in -9e3f64..9e3, y in -9e3f64..9e3, heading_deg in 0.0f64..360.0, pitch_deg in 5.0f64..89.0,
            distance_m in 30.0f64..15e3, most in 8usize..64,
        ) {
            let index = TileIndex::new(&tileset(24)).unwrap();
            let pose = Pose { target: DVec3::new(x, y, 0.0), heading_deg, pitch_deg, distance_m, walking: false };
            let tiles = choose(&index, &pose, 1.7, Detail { sides: 2.0, most });
            prop_assert!(tiles.len() <= most);
            for tile in &tiles {
                let above = std::iter::successors(tile.parent(), |tile| tile.parent());
                prop_assert!(above.into_iter().all(|above| !tiles.contains(&above)), "{tile} is drawn twice");
            }
        }
    }
}
