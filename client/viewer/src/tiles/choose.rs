//! Which tiles a view wants: the quadtree is opened where the eye is near, most needed first, within a budget.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use bevy::math::DVec3;
use cloudsite_domain::tile::TileAddress;

use super::index::{IndexedTile, TileBox, TileIndex};
use crate::camera::{HALF_VIEW_TAN, Pose};
use crate::draw::Panes;

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

impl Detail {
    /// The detail of panes that stand over places of their own: coarser where they are lower than the picture, and with
    /// half as many tiles more for each further place.
    pub(super) fn in_panes(self, panes: &Panes) -> Self {
        let further = panes.views() as usize - 1;
        let rows = if panes.compares() { panes.grid().1 } else { 1 };
        Self { sides: self.sides / f64::from(rows).sqrt(), most: self.most + self.most * further / 2 }
    }
}

/// The part of space that is in the picture.
#[derive(Debug, Clone, Copy)]
pub(super) struct ViewPyramid {
    eye: DVec3,
    /// Inward normals of its four sides and of the plane through the eye.
    sides: [DVec3; 5],
}

impl ViewPyramid {
    /// What `pose` sees in a picture, or a pane of it, `aspect` times as wide as high.
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
    /// None where no view sees it.
    fn new(tile: TileAddress, entry: &IndexedTile, views: &[ViewPyramid]) -> Option<Self> {
        let seeing = views.iter().filter(|view| view.touches(&entry.bounds));
        let distance_m = seeing.map(|view| view.distance_m(&entry.bounds)).min_by(f64::total_cmp)?;
        let side_m = entry.bounds.max.x - entry.bounds.min.x;
        Some(Self { tile, need: side_m / distance_m.max(1.0) })
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

/// The tiles that views want together, those nearest to any of them first. None holds another.
pub(super) fn choose(index: &TileIndex, views: &[ViewPyramid], detail: Detail) -> Vec<TileAddress> {
    let seen = |(tile, entry): (TileAddress, &IndexedTile)| Candidate::new(tile, entry, views);
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
    let distance = |candidate: &Candidate| {
        let bounds = index.get(candidate.tile).map(|entry| &entry.bounds);
        let distances = bounds.into_iter().flat_map(|bounds| views.iter().map(|view| view.distance_m(bounds)));
        distances.min_by(f64::total_cmp).unwrap_or_default()
    };
    chosen.sort_by(|a, b| distance(a).total_cmp(&distance(b)).then_with(|| a.tile.cmp(&b.tile)));
    chosen.truncate(detail.most);
    chosen.into_iter().map(|candidate| candidate.tile).collect()
}

#[cfg(test)]
mod tests {
    use bevy::math::DVec2;
    use proptest::prelude::*;

    use super::super::index::tests::tileset;
    use super::*;

    const DETAIL: Detail = Detail { sides: 2.6, most: 40 };

    fn wanted(index: &TileIndex, pose: &Pose, aspect: f64, detail: Detail) -> Vec<TileAddress> {
        choose(index, &[ViewPyramid::new(pose, aspect)], detail)
    }

    #[test]
    fn a_park_of_five_kilometres_costs_at_most_forty_tiles_from_above() {
        let index = TileIndex::new(&tileset(6)).unwrap();
        for aspect in [0.5, 16.0 / 9.0] {
            let pose = index.bounds.opening(aspect);
            let tiles = wanted(&index, &pose, aspect, Detail { most: 400, ..DETAIL });
            assert!((4..=40).contains(&tiles.len()), "{} tiles", tiles.len());
        }
    }

    #[test]
    fn the_near_is_fine_and_the_far_is_coarse() {
        let index = TileIndex::new(&tileset(30)).unwrap();
        let pose = Pose { pitch_deg: 12.0, distance_m: 200.0, ..index.bounds.opening(1.5) };
        let tiles = wanted(&index, &pose, 1.5, DETAIL);
        let (near, far) = (tiles[0], tiles[tiles.len() - 1]);
        assert!(near.z == 15 && far.z < 15, "from {near} to {far}");
    }

    #[test]
    fn what_two_views_want_is_fine_at_both_places_and_coarse_between() {
        let index = TileIndex::new(&tileset(30)).unwrap();
        let here = Pose { pitch_deg: 60.0, distance_m: 300.0, ..index.bounds.opening(1.5) };
        let there = here.shifted(DVec2::new(4_000.0, 0.0));
        let views = [here, there].map(|pose| ViewPyramid::new(&pose, 0.8));
        let tiles = choose(&index, &views, DETAIL);
        for place in [here, there].map(|pose| pose.target) {
            let holds = |tile: &&TileAddress| {
                index.get(**tile).is_some_and(|entry| {
                    entry.bounds.min.truncate().cmple(place.truncate()).all()
                        && entry.bounds.max.truncate().cmpge(place.truncate()).all()
                })
            };
            assert!(tiles.iter().find(holds).is_some_and(|tile| tile.z == 15), "{place} among {tiles:?}");
        }
        let alone = choose(&index, &views[..1], DETAIL);
        assert!(alone.len() < tiles.len() && tiles.len() < 2 * alone.len() + 8, "{} and {}", alone.len(), tiles.len());
    }

    #[test]
    fn what_is_behind_is_not_wanted() {
        let index = TileIndex::new(&tileset(6)).unwrap();
        let south = DVec3::new(0.0, index.bounds.min.y - 9_000.0, 0.0);
        let looking =
            |heading_deg| Pose { target: south, heading_deg, pitch_deg: 10.0, distance_m: 100.0, walking: false };
        assert!(!wanted(&index, &looking(0.0), 1.5, DETAIL).is_empty());
        assert_eq!(wanted(&index, &looking(180.0), 1.5, DETAIL), []);
    }

    proptest! {
        #[test]
        fn no_tile_is_wanted_twice_and_the_budget_holds(
            x in -9e3f64..9e3, y in -9e3f64..9e3, heading_deg in 0.0f64..360.0, pitch_deg in 5.0f64..89.0,
            distance_m in 30.0f64..15e3, most in 8usize..64,
        ) {
            let index = TileIndex::new(&tileset(24)).unwrap();
            let pose = Pose { target: DVec3::new(x, y, 0.0), heading_deg, pitch_deg, distance_m, walking: false };
            let tiles = wanted(&index, &pose, 1.7, Detail { sides: 2.0, most });
            prop_assert!(tiles.len() <= most);
            for tile in &tiles {
                let above = std::iter::successors(tile.parent(), |tile| tile.parent());
                prop_assert!(above.into_iter().all(|above| !tiles.contains(&above)), "{tile} is drawn twice");
            }
        }
    }
}
